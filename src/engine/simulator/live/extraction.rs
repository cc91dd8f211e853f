//! Event requests: a window of the last 50 hours is taken out of memory at a higher rate, its
//! records are kept for the next passes, and what became of them is told.

use std::collections::VecDeque;

use super::super::noise::Noise;
use super::super::weather;
use super::board::{Origin, Running};
use super::seismic::Seismic;
use super::spacecraft::Spacecraft;
use super::values::Environment;
use crate::format::mseed::{Samples, SourceId, Trace, WriteOptions, write};
use crate::mission::commands::reports::{Report, is_id};
use crate::mission::commands::{CommandDefinition, Effect};
use crate::time::{self, Instant, LeapSeconds};

/// Seconds from 1958-01-01 to 1970-01-01.
const S_1958_TO_1970: f64 = 4383.0 * 86_400.0;
/// Hours that the memory of an instrument goes back.
const MEMORY_H: f64 = 50.0;
/// Requests that may be under way at once.
const MOST_REQUESTS: usize = 16;
/// Counts of a pascal; ours.
const COUNTS_PER_PA: f64 = 1_000.0;

/// What is sampled.
enum Sensor {
    Seismic(Box<Seismic>),
    Pressure(Box<Pressure>),
}

/// A request that is under way.
pub(super) struct Extraction {
    id: String,
    /// Number of its command.
    number: u64,
    sensors: Vec<Sensor>,
    start: Instant,
    rate_hz: f64,
    samples: u64,
    next: u64,
    records: usize,
    /// Numbers of its packets in memory that were not sent yet, and how many were overwritten.
    waiting: VecDeque<u64>,
    overwritten: usize,
    is_whole: bool,
}

impl Spacecraft {
    /// Checks a request and begins with it.
    pub(super) fn begin_extraction(
        &mut self,
        of: &CommandDefinition,
        command: &Running,
    ) -> Result<(), String> {
        let order = &command.order;
        let id = match (order.text("request").unwrap_or_default(), &command.origin) {
            ("", Origin::Ground(count)) => count.to_string(),
            ("", Origin::Step { id, step, .. }) => format!("{id}.{}", step + 1),
            (id, _) => id.to_owned(),
        };
        if !is_id(&id) {
            return Err("the request is not 1 to 64 characters without blanks".to_owned());
        }
        let made = self.new_extraction(of, command, &id);
        match made {
            Ok(new) => {
                self.board.extractions.push(new);
                Ok(())
            }
            Err(reason) => {
                let failed = Report::RequestFailed { id, reason: reason.clone() };
                self.report(530, "ERP", &failed);
                Err(reason)
            }
        }
    }

    fn new_extraction(
        &self,
        of: &CommandDefinition,
        command: &Running,
        id: &str,
    ) -> Result<Extraction, String> {
        let order = &command.order;
        if self.board.extractions.len() >= MOST_REQUESTS {
            return Err(format!("{MOST_REQUESTS} requests are under way"));
        }
        if self.board.extractions.iter().any(|other| other.id == id) {
            return Err(format!("a request {id} is under way"));
        }
        let number = |name: &str| order.number(name).unwrap_or_default();
        let (window_s, rate_hz) = (number("window_s"), number("rate_hz"));
        let now = self.onboard(self.now());
        let start = match order.text("start").unwrap_or_default().trim() {
            "" => now.plus_s(-window_s),
            text => onboard_time(text)?,
        };
        let hold_s = MEMORY_H * 3600.0;
        if start.plus_s(window_s) > now.plus_s(0.5) {
            return Err("the window is not over; only the last 50 hours are in memory".to_owned());
        }
        if now.s_since(start) > hold_s {
            return Err("overwritten: the memory holds the last 50 hours".to_owned());
        }
        let seed = self.options.seed ^ start.unix_ns() as u64;
        let sensors = if of.effect == Effect::ApssExtract {
            let env = Environment::new(&self.mission.id, self.options.seed, self.true_time(start));
            let env = env.map_err(|error| error.to_string())?;
            vec![Sensor::Pressure(Box::new(Pressure::new(env, rate_hz, seed)))]
        } else {
            sensors(seed, rate_hz, number("channels") as usize)
        };
        if sensors.is_empty() || self.seismic.is_empty() {
            return Err("there is no such sensor".to_owned());
        }
        Ok(Extraction {
            id: id.to_owned(),
            number: command.number,
            sensors,
            start,
            rate_hz,
            samples: (window_s * rate_hz).round() as u64,
            next: 0,
            records: 0,
            waiting: VecDeque::new(),
            overwritten: 0,
            is_whole: false,
        })
    }

    /// True time of an on-board one, near enough for models.
    fn true_time(&self, onboard: Instant) -> Instant {
        let now = self.now();
        now.plus_ns(onboard.ns_since(self.onboard(now)))
    }

    /// Takes samples until such a share of a window is done.
    pub(super) fn go_on_extracting(&mut self, command: u64, share: f64) -> Result<(), String> {
        let at = self.board.extractions.iter().position(|one| one.number == command);
        let Some(at) = at else { return Err("the request was given up".to_owned()) };
        let mut one = self.board.extractions.swap_remove(at);
        let until = (one.samples as f64 * share) as u64;
        let mut records = Vec::new();
        while one.next < until {
            let onboard = one.start.plus_s(one.next as f64 / one.rate_hz);
            let t = self.true_time(onboard);
            for sensor in &mut one.sensors {
                match sensor {
                    Sensor::Seismic(of) => of.sample(t, onboard, self.env.ltst_h, &self.quakes),
                    Sensor::Pressure(of) => of.sample(t, onboard),
                }
            }
            one.next += 1;
            let is_last = one.next == one.samples;
            for sensor in &mut one.sensors {
                records.append(&mut match sensor {
                    Sensor::Seismic(of) => of.records(is_last),
                    Sensor::Pressure(of) => of.records(is_last),
                });
            }
        }
        one.records += records.len();
        self.board.extractions.push(one);
        for record in &records {
            let serial = self.memory_serial();
            self.store_records(std::slice::from_ref(record));
            // The request of this record is the last one now.
            if self.memory_serial() > serial
                && let Some(one) = self.board.extractions.last_mut()
            {
                one.waiting.push_back(serial);
            }
        }
        Ok(())
    }

    /// Takes what is left of a window and tells how many records it has.
    pub(super) fn end_extraction(&mut self, command: u64) -> Result<(), String> {
        self.go_on_extracting(command, 1.0)?;
        let one = self.board.extractions.iter_mut().find(|one| one.number == command);
        let Some(one) = one else { return Ok(()) };
        one.is_whole = true;
        let (id, records) = (one.id.clone(), one.records);
        self.report(531, "ERP", &Report::RequestExtracted { id, records });
        Ok(())
    }

    /// Notes that the memory lost a packet.
    pub(super) fn overwrite_request(&mut self, serial: u64) {
        for one in &mut self.board.extractions {
            if let Ok(at) = one.waiting.binary_search(&serial) {
                one.waiting.remove(at);
                one.overwritten += 1;
            }
        }
    }

    /// Tells what became of requests whose records have all left the memory, and gives up those
    /// whose command has failed.
    pub(super) fn follow_requests(&mut self) {
        if self.board.extractions.is_empty() {
            return;
        }
        let first = self.first_serial();
        let running: Vec<u64> = self.board.running.iter().map(|one| one.number).collect();
        let mut told = Vec::new();
        self.board.extractions.retain_mut(|one| {
            while one.waiting.front().is_some_and(|serial| *serial < first) {
                one.waiting.pop_front();
            }
            let id = one.id.clone();
            if !one.is_whole {
                let is_running = running.contains(&one.number);
                if !is_running {
                    let reason = "its command was ended".to_owned();
                    told.push(Report::RequestFailed { id, reason });
                }
                return is_running;
            }
            if one.waiting.is_empty() {
                told.push(if one.overwritten == 0 {
                    Report::RequestSent { id }
                } else {
                    let reason = format!(
                        "overwritten: {} of {} records before they were sent",
                        one.overwritten, one.records
                    );
                    Report::RequestFailed { id, reason }
                });
                return false;
            }
            true
        });
        for report in told {
            self.report(532, "ERP", &report);
        }
    }
}

/// The sensors of a request: VBB axes first, then SP axes, with the location and band codes of
/// network XB for event data.
fn sensors(seed: u64, rate_hz: f64, channels: usize) -> Vec<Sensor> {
    let (vbb, sp) = if rate_hz >= 80.0 { ("HH", "EH") } else { ("BH", "SH") };
    let kinds = [("00", vbb, channels.min(3)), ("65", sp, channels.saturating_sub(3).min(3))];
    let used = kinds.into_iter().filter(|(_, _, axes)| *axes > 0);
    used.map(|(location, band, axes)| {
        let sensor = Seismic::new(seed, location, band, rate_hz).with_axes(axes);
        Sensor::Seismic(Box::new(sensor))
    })
    .collect()
}

/// UTC, or on-board seconds since 1958-01-01 TAI.
fn onboard_time(text: &str) -> Result<Instant, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        let tai_s = seconds - S_1958_TO_1970;
        if !(0.0..9e9).contains(&tai_s) {
            return Err(format!("{text} s are no on-board time"));
        }
        return Ok(LeapSeconds::built_in().from_tai_ns((tai_s * 1e9) as i64));
    }
    time::parse(text, None).map_err(|_| "the start is neither UTC nor on-board seconds".to_owned())
}

/// The pressure sensor at its own rate.
struct Pressure {
    env: Environment,
    rate_hz: f64,
    noise: Noise,
    waiting: Vec<i32>,
    first: Instant,
    sequence: u32,
}

/// Samples that are packed at once.
const BLOCK: usize = 400;

impl Pressure {
    fn new(env: Environment, rate_hz: f64, seed: u64) -> Self {
        let noise = Noise::new(seed, "live fast pressure", 0);
        Self { env, rate_hz, noise, waiting: Vec::new(), first: Instant::default(), sequence: 1 }
    }

    fn sample(&mut self, t: Instant, onboard: Instant) {
        if self.waiting.is_empty() {
            self.first = onboard;
        }
        self.env.move_to(t);
        let hours = self.env.t_s / 3600.0;
        let drops = self.env.drops_pa(hours);
        let ltst_h = self.env.ltst_h;
        let noise = 0.3 * weather::pressure_noise_pa(ltst_h) * self.noise.normal();
        let pressure = weather::pressure_pa(self.env.sol.ls_deg, ltst_h) + drops + noise;
        self.waiting.push((COUNTS_PER_PA * pressure).round() as i32);
    }

    fn records(&mut self, all: bool) -> Vec<Vec<u8>> {
        if self.waiting.is_empty() || (self.waiting.len() < BLOCK && !all) {
            return Vec::new();
        }
        let location = if self.rate_hz > 15.0 { "02" } else { "03" };
        let trace = Trace {
            source: SourceId {
                network: "XB".to_owned(),
                station: "ELYSE".to_owned(),
                location: location.to_owned(),
                channel: "BDO".to_owned(),
            },
            start: self.first,
            rate_hz: self.rate_hz,
            publication: 1,
            samples: Samples::I32(std::mem::take(&mut self.waiting)),
        };
        let options = WriteOptions { sequence: self.sequence, ..WriteOptions::default() };
        let bytes = write(&trace, &options).unwrap_or_default();
        self.sequence = self.sequence % 999_999 + 1;
        bytes.chunks_exact(512).map(<[u8]>::to_vec).collect()
    }
}
