//! Events, origins, magnitudes and picks as plain data.

use std::collections::HashSet;

use crate::time::{Instant, TimeRange};

/// A number with its uncertainty, in the unit of the field that holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Real {
    /// The value.
    pub value: f64,
    /// How far below it may lie.
    pub lower: Option<f64>,
    /// How far above it may lie.
    pub upper: Option<f64>,
}

impl Real {
    /// A number without uncertainty.
    pub const fn exact(value: f64) -> Self {
        Self { value, lower: None, upper: None }
    }
}

/// A time with its uncertainty in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// When.
    pub time: Instant,
    /// How many seconds earlier it may be.
    pub lower_s: Option<f64>,
    /// How many seconds later it may be.
    pub upper_s: Option<f64>,
}

impl Timing {
    /// The larger of the two uncertainties in seconds.
    pub fn uncertainty_s(&self) -> Option<f64> {
        match (self.lower_s, self.upper_s) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        }
    }
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Public identifier.
    pub public_id: String,
    /// Description of type "earthquake name", e.g. `S0235b`.
    pub name: String,
    /// Description of type "region name" or "Flinn-Engdahl region".
    pub region: String,
    /// Type in plain QuakeML, e.g. `other event`.
    pub kind: String,
    /// Certainty of that type, e.g. `suspected`.
    pub kind_certainty: String,
    /// Type of the Mars extension without its vocabulary, e.g. `BROADBAND`, `2.4_HZ`; empty
    /// where the event is not of Mars.
    pub mars_kind: String,
    /// Certainty of the Mars type.
    pub mars_kind_certainty: String,
    /// Identifier of the preferred origin.
    pub preferred_origin: Option<String>,
    /// Identifier of the preferred magnitude.
    pub preferred_magnitude: Option<String>,
    /// Origins in the order of the file.
    pub origins: Vec<Origin>,
    /// Magnitudes in the order of the file.
    pub magnitudes: Vec<Magnitude>,
    /// Picks in the order of the file.
    pub picks: Vec<Pick>,
    /// Comments.
    pub comments: Vec<String>,
}

/// Where and when an event happened, as one analysis has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Public identifier.
    pub public_id: String,
    /// Origin time.
    pub time: Option<Timing>,
    /// Degrees north. None where the event was not located: Mars catalogues then write the
    /// coordinates of the station, which are not taken for an epicentre.
    pub latitude_deg: Option<Real>,
    /// Degrees east.
    pub longitude_deg: Option<Real>,
    /// Metres below the surface; none for the filler of 50 km of an origin without location.
    pub depth_m: Option<Real>,
    /// Mars location quality `A` to `D`; empty where none is given.
    pub quality: String,
    /// Distance from the single station in degrees (preferred distance).
    pub distance_deg: Option<Real>,
    /// Direction from the single station to the event in degrees from north.
    pub back_azimuth_deg: Option<Real>,
    /// `manual` or `automatic`.
    pub mode: String,
    /// `preliminary`, `reviewed`, …
    pub status: String,
    /// Phases that went into it.
    pub arrivals: Vec<Arrival>,
}

impl Origin {
    /// Latitude and longitude in degrees, where the event was located.
    pub fn epicentre_deg(&self) -> Option<(f64, f64)> {
        Some((self.latitude_deg?.value, self.longitude_deg?.value))
    }
}

/// A phase that went into an origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrival {
    /// Identifier of its pick.
    pub pick: String,
    /// Phase.
    pub phase: String,
    /// Distance of the station in degrees.
    pub distance_deg: Option<f64>,
    /// Azimuth in degrees.
    pub azimuth_deg: Option<f64>,
}

/// A magnitude.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Magnitude {
    /// Public identifier.
    pub public_id: String,
    /// Value.
    pub value: Real,
    /// Type, e.g. `MW`.
    pub kind: String,
    /// Identifier of the origin it was computed with.
    pub origin: String,
}

/// A pick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pick {
    /// Public identifier.
    pub public_id: String,
    /// When.
    pub timing: Timing,
    /// Phase hint: `P`, `S`, `Pg`, `start`, `noise_end`, …
    pub phase: String,
    /// Channel `NET.STA.LOC.CHA`; empty where none is given.
    pub channel: String,
    /// Identifier of the filter it was made with.
    pub filter: String,
    /// Frequency in hertz at which it was made, where it is a dispersion pick.
    pub frequency_hz: Option<Real>,
}

impl Event {
    /// The preferred origin, else the first.
    pub fn origin(&self) -> Option<&Origin> {
        let wanted = self.preferred_origin.as_deref();
        self.origins
            .iter()
            .find(|o| Some(o.public_id.as_str()) == wanted)
            .or_else(|| self.origins.first())
    }

    /// The preferred magnitude, else the first.
    pub fn magnitude(&self) -> Option<&Magnitude> {
        let wanted = self.preferred_magnitude.as_deref();
        self.magnitudes
            .iter()
            .find(|m| Some(m.public_id.as_str()) == wanted)
            .or_else(|| self.magnitudes.first())
    }

    /// The first pick of a phase that the preferred origin uses, else the first of the event.
    pub fn pick(&self, phase: &str) -> Option<&Pick> {
        let arrivals = self.origin().map_or(&[][..], |origin| &origin.arrivals);
        let used: HashSet<&str> = arrivals.iter().map(|a| a.pick.as_str()).collect();
        let mut of_phase = self.picks.iter().filter(|pick| pick.phase == phase);
        let preferred = of_phase.clone().find(|pick| used.contains(pick.public_id.as_str()));
        preferred.or_else(|| of_phase.next())
    }

    /// From the pick `start` to the pick `end`, where both are there.
    pub fn span(&self) -> Option<TimeRange> {
        let (start, end) = (self.pick("start")?, self.pick("end")?);
        (start.timing.time < end.timing.time)
            .then(|| TimeRange::new(start.timing.time, end.timing.time))
    }

    /// Whether it stands in a Mars catalogue.
    pub fn is_of_mars(&self) -> bool {
        !self.mars_kind.is_empty()
    }
}
