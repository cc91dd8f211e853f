//! What is asked for, what it weighs, until when it can be had, and as which series it will come.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sequence::table::volume_bits;
use crate::time::{Instant, TimeRange};

/// Shortest and longest window in seconds, as the commands take them.
const WINDOW_S: (f64, f64) = (10.0, 14_400.0);
/// Longest text in bytes.
const MOST_TEXT: usize = 2_000;
/// Hours that a memory keeps its records where a request does not say: FACTS 2.2, "> 50 h".
pub(super) const MEMORY_LIFE_H: f64 = 50.0;

/// A sensor whose full-rate records the memory keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensor {
    /// The very broad band seismometer of SEIS: axes U, V, W.
    Vbb,
    /// Its short period seismometer: axes U, V, W.
    Sp,
    /// The pressure sensor of APSS.
    Pressure,
}

impl Sensor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Vbb, Self::Sp, Self::Pressure];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vbb => "VBB",
            Self::Sp => "SP",
            Self::Pressure => "pressure",
        }
    }

    /// Rates of event data in samples per second (FACTS 2.2: 20 to 100 for seismometers).
    pub fn rates(self) -> &'static [u16] {
        match self {
            Self::Vbb | Self::Sp => &[20, 50, 100],
            Self::Pressure => &[10, 20],
        }
    }

    /// Number of its channels.
    pub fn channels(self) -> u8 {
        if self == Self::Pressure { 1 } else { 3 }
    }

    /// Bits of a compressed sample, for estimates: 12 for seismometers in an event (FACTS 2.2,
    /// raw 24), 16 for pressure, as the planner's activity types count them.
    pub fn bits_per_sample(self) -> f64 {
        if self == Self::Pressure { 16.0 } else { 12.0 }
    }

    /// Bits of a sample before it is compressed.
    pub fn raw_bits_per_sample(self) -> f64 {
        24.0
    }

    /// The instrument that extracts it.
    pub fn part(self) -> Part {
        if self == Self::Pressure { Part::Apss } else { Part::Seis }
    }

    /// Name of the channel with this index at a rate, in the naming of network XB (FACTS 2.3).
    /// Event data of seismometers keep the location codes 00 and 65 at all rates, so that they
    /// are never mixed with continuous data of the same rate.
    fn series(self, index: u8, rate_hz: u16) -> String {
        let axis = ['U', 'V', 'W'].get(usize::from(index)).copied().unwrap_or('U');
        match self {
            Self::Vbb => {
                format!("XB.ELYSE.00.{}H{axis}", if rate_hz >= 80 { 'H' } else { 'B' })
            }
            Self::Sp => {
                format!("XB.ELYSE.65.{}H{axis}", if rate_hz >= 80 { 'E' } else { 'S' })
            }
            Self::Pressure => {
                format!("XB.ELYSE.{}.BDO", if rate_hz > 15 { "02" } else { "03" })
            }
        }
    }
}

/// The instrument that carries out a part of a request, by a command of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The seismometers.
    Seis,
    /// Pressure.
    Apss,
}

impl Part {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seis => "SEIS",
            Self::Apss => "APSS",
        }
    }

    /// What the part of a request is called on board: two commands cannot share an identifier.
    pub fn on_board_id(self, request: &str) -> String {
        match self {
            Self::Seis => request.to_owned(),
            Self::Apss => format!("{request}p"),
        }
    }
}

/// Some channels of a sensor at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Of which sensor.
    pub sensor: Sensor,
    /// How many of its channels, the first ones.
    pub channels: u8,
    /// Samples per second.
    pub rate_hz: u16,
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sensor, channels, rate_hz } = self;
        if sensor.channels() == 1 {
            write!(f, "{} at {rate_hz} sps", sensor.name())
        } else {
            write!(f, "{} ×{channels} at {rate_hz} sps", sensor.name())
        }
    }
}

/// A series that a request should bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `XB.ELYSE.00.HHU`.
    pub name: String,
    /// Of which sensor.
    pub sensor: Sensor,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRequest {
    /// Mission identifier.
    pub mission: String,
    /// Identifier of the event in the catalogue, or empty.
    pub event: String,
    /// Its name, e.g. `S0235b`; what the request is named after. May be empty.
    pub name: String,
    /// From when to when.
    pub window: TimeRange,
    /// Sensors, channels and rates.
    pub wishes: Vec<Wish>,
    /// 1 (first) to 9.
    pub priority: u8,
    /// Why it is worth its volume.
    pub justification: String,
    /// Hours that the on-board memory keeps its records; the engine writes what the mission's
    /// planning dictionary says.
    pub memory_life_h: f64,
}

impl EventRequest {
    /// All axes of the VBB at 100 samples per second.
    pub fn new(mission: &str, window: TimeRange) -> Self {
        Self {
            mission: mission.to_owned(),
            event: String::new(),
            name: String::new(),
            window,
            wishes: vec![Wish { sensor: Sensor::Vbb, channels: 3, rate_hz: 100 }],
            priority: 5,
            justification: String::new(),
            memory_life_h: MEMORY_LIFE_H,
        }
    }

    /// What is asked of a sensor.
    pub fn wish(&self, sensor: Sensor) -> Option<&Wish> {
        self.wishes.iter().find(|wish| wish.sensor == sensor)
    }

    /// The instruments that take part, each with a command of its own.
    pub fn parts(&self) -> BTreeSet<Part> {
        self.wishes.iter().map(|wish| wish.sensor.part()).collect()
    }

    /// Estimated bits of a part: channels × rate × seconds × bits per compressed sample.
    pub fn part_bits(&self, part: Part) -> f64 {
        let of = self.wishes.iter().filter(|wish| wish.sensor.part() == part);
        of.map(|wish| {
            let bits = wish.sensor.bits_per_sample();
            let channels = usize::from(wish.channels);
            volume_bits(channels, f64::from(wish.rate_hz), self.window.duration_s(), bits)
        })
        .sum()
    }

    /// Estimated bits of all of it, as [`Self::part_bits`].
    pub fn volume_bits(&self) -> f64 {
        self.parts().into_iter().map(|part| self.part_bits(part)).sum()
    }

    /// When its first record is overwritten: until then it can be extracted whole.
    pub fn deadline(&self) -> Instant {
        self.window.start.plus_s(self.memory_life_h * 3600.0)
    }

    /// The series that it should bring.
    pub fn expected(&self) -> Vec<Expected> {
        let names = self.wishes.iter().flat_map(|wish| {
            let Wish { sensor, channels, rate_hz } = *wish;
            (0..channels).map(move |index| Expected { name: sensor.series(index, rate_hz), sensor })
        });
        names.collect()
    }

    /// Sensors and rates in words.
    pub fn wishes_text(&self) -> String {
        let all: Vec<String> = self.wishes.iter().map(Wish::to_string).collect();
        all.join(", ")
    }

    /// Why it cannot be carried out at all, whoever asks; empty where it can.
    pub fn faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        let seconds = self.window.duration_s();
        if !(WINDOW_S.0..=WINDOW_S.1).contains(&seconds) {
            let (least, most) = WINDOW_S;
            found.push(format!(
                "The window has {seconds:.0} s; choose one of {least:.0} to {most:.0} s."
            ));
        }
        if self.wishes.is_empty() {
            found.push("No sensor is chosen.".to_owned());
        }
        let sensors: BTreeSet<Sensor> = self.wishes.iter().map(|wish| wish.sensor).collect();
        if sensors.len() < self.wishes.len() {
            found.push("A sensor is named twice.".to_owned());
        }
        for wish in &self.wishes {
            let (sensor, name) = (wish.sensor, wish.sensor.name());
            if !sensor.rates().contains(&wish.rate_hz) {
                let all: Vec<String> = sensor.rates().iter().map(u16::to_string).collect();
                let all = all.join(", ");
                found.push(format!("{name} can be had at {all} sps, not at {}.", wish.rate_hz));
            }
            if !(1..=sensor.channels()).contains(&wish.channels) {
                found.push(format!("{name} has {} channels.", sensor.channels()));
            }
        }
        if let Some(sp) = self.wish(Sensor::Sp) {
            let vbb = self.wish(Sensor::Vbb);
            if !vbb.is_some_and(|vbb| vbb.channels == 3 && vbb.rate_hz == sp.rate_hz) {
                let why = "SP comes only behind all three axes of the VBB and at their rate: one \
                           command extracts the first channels of both.";
                found.push(why.to_owned());
            }
        }
        if !(1..=9).contains(&self.priority) {
            found.push("The priority is 1 to 9.".to_owned());
        }
        if !(self.memory_life_h.is_finite() && self.memory_life_h > 0.0) {
            found.push("The life of the memory is not known.".to_owned());
        }
        let texts = [&self.mission, &self.event, &self.name, &self.justification];
        if texts.into_iter().any(|text| text.len() > MOST_TEXT) {
            found.push(format!("A text is longer than {MOST_TEXT} bytes."));
        }
        found
    }
}

/// Where a request stands (FACTS 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Somebody writes it.
    Draft,
    /// It waits for somebody else's word.
    Proposed,
    /// It may go up.
    Accepted,
    /// It may not; edit it, or close it.
    Rejected,
    /// A command for it has left the ground.
    Commanded,
    /// The instrument has taken it out of its memory.
    Extracted,
    /// A part of its data is here.
    Partial,
    /// The spacecraft has sent all of it.
    Downlinked,
    /// All of it is stored.
    Ingested,
    /// Nothing more happens to it.
    Closed,
    /// The memory was overwritten before it was extracted or sent.
    Expired,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Proposed,
        Self::Accepted,
        Self::Rejected,
        Self::Commanded,
        Self::Extracted,
        Self::Partial,
        Self::Downlinked,
        Self::Ingested,
        Self::Closed,
        Self::Expired,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Proposed => "PROPOSED",
            Self::Accepted => "ACCEPTED",
            Self::Rejected => "REJECTED",
            Self::Commanded => "COMMANDED",
            Self::Extracted => "EXTRACTED",
            Self::Partial => "PARTIAL",
            Self::Downlinked => "DOWNLINKED",
            Self::Ingested => "INGESTED",
            Self::Closed => "CLOSED",
            Self::Expired => "EXPIRED",
        }
    }

    /// The states that can follow. Evidence may skip some: reports get lost, data do not lie. An
    /// expired request comes back only by evidence that it was extracted in time after all.
    pub fn next(self) -> &'static [Self] {
        use State::{
            Accepted, Closed, Commanded, Downlinked, Draft, Expired, Extracted, Ingested, Partial,
            Proposed, Rejected,
        };
        match self {
            Draft => &[Proposed, Expired, Closed],
            Proposed => &[Draft, Accepted, Rejected, Expired, Closed],
            Rejected => &[Draft, Closed],
            Accepted => &[Commanded, Extracted, Partial, Downlinked, Ingested, Expired, Closed],
            Commanded => &[Accepted, Extracted, Partial, Downlinked, Ingested, Expired],
            Extracted => &[Partial, Downlinked, Ingested, Expired, Closed],
            Partial => &[Downlinked, Ingested, Closed],
            Downlinked => &[Ingested, Closed],
            Expired => &[Extracted, Partial, Downlinked, Ingested, Closed],
            Ingested => &[Closed],
            Closed => &[],
        }
    }

    /// Whether its content can be edited.
    pub fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Proposed | Self::Rejected)
    }

    /// Whether it was accepted and its data are on the way or here: nobody else should ask for
    /// the same.
    pub fn is_taken(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::Commanded
                | Self::Extracted
                | Self::Partial
                | Self::Downlinked
                | Self::Ingested
        )
    }

    /// Whether its volume still has to come down.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Accepted | Self::Commanded | Self::Extracted | Self::Partial)
    }
}
