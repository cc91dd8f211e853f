//! What can go wrong on demand, and how it is written: `overtemp:apss@60s+300s`.

use crate::time::Instant;

/// A kind of fault.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// `stuck:PARAMETER`: the value of a parameter does not change any more.
    StuckSensor(String),
    /// `overtemp:INSTRUMENT`: all temperatures of an instrument rise beyond their limits.
    OverTemperature(String),
    /// `safe`: instruments off, the spacecraft waits; a cleared fault ends it.
    SafeMode,
    /// `lost:SHARE`: so many of the frames never arrive (0 to 1; 0.2 unless told).
    LostFrames(f64),
    /// `bits:SHARE`: so many of the frames arrive with wrong bits (0 to 1; 0.2 unless told).
    BitErrors(f64),
    /// `duplicate`: the packets dumped last are dumped once more.
    DuplicatedDump,
    /// `jump:SECONDS`: the on-board clock jumps (5 s unless told).
    ClockJump(f64),
    /// `silence`: the transmitter says nothing, even during a pass.
    Silence,
}

/// A fault: what, when, how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// When it begins.
    pub at: Instant,
    /// When it ends by itself; a jump and a duplicated dump happen once.
    pub until: Instant,
}

/// How a fault is written.
const USAGE: &str = "write KIND[:DETAIL][@SECONDSs][+SECONDSs] with KIND one of stuck, overtemp, \
                     safe, lost, bits, duplicate, jump, silence, such as overtemp:apss@60s+300s";

impl Fault {
    /// Reads a fault: `@60s` is after `now`, `+300s` how long. Without these it begins now and
    /// lasts 10 minutes (errors of frames and silence 2, safe mode until it is cleared).
    pub fn parse(text: &str, now: Instant) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no fault: {USAGE}");
        let seconds = |part: &str| {
            let number = part.trim_end_matches('s').parse::<f64>().ok();
            number.filter(|s| (0.0..1e9).contains(s)).ok_or_else(wrong)
        };
        let (rest, lasts) = match text.trim().split_once('+') {
            Some((rest, lasts)) => (rest, Some(seconds(lasts)?)),
            None => (text.trim(), None),
        };
        let (what, after) = match rest.split_once('@') {
            Some((what, after)) => (what, seconds(after)?),
            None => (rest, 0.0),
        };
        let (name, detail) = what.split_once(':').unwrap_or((what, ""));
        let number = |default: f64| match detail {
            "" => Ok(default),
            detail => detail.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(wrong),
        };
        let (kind, default_s) = match name {
            "stuck" => (FaultKind::StuckSensor(detail.to_owned()), 600.0),
            "overtemp" => (FaultKind::OverTemperature(detail.to_owned()), 600.0),
            "safe" => (FaultKind::SafeMode, f64::INFINITY),
            "lost" => (FaultKind::LostFrames(number(0.2)?.clamp(0.0, 1.0)), 120.0),
            "bits" => (FaultKind::BitErrors(number(0.2)?.clamp(0.0, 1.0)), 120.0),
            "duplicate" => (FaultKind::DuplicatedDump, 0.0),
            "jump" => (FaultKind::ClockJump(number(5.0)?.clamp(-1e6, 1e6)), 0.0),
            "silence" => (FaultKind::Silence, 120.0),
            _ => return Err(wrong()),
        };
        let at = now.plus_s(after);
        Ok(Self { kind, at, until: at.plus_s(lasts.unwrap_or(default_s)) })
    }

    /// In words, for the log.
    pub fn words(&self) -> String {
        match &self.kind {
            FaultKind::StuckSensor(of) => format!("stuck sensor {of}"),
            FaultKind::OverTemperature(of) => format!("over-temperature of {of}"),
            FaultKind::SafeMode => "safe mode".to_owned(),
            FaultKind::LostFrames(share) => format!("{:.0} % of frames lost", 100.0 * share),
            FaultKind::BitErrors(share) => format!("{:.0} % of frames damaged", 100.0 * share),
            FaultKind::DuplicatedDump => "last dump repeated".to_owned(),
            FaultKind::ClockJump(s) => format!("clock jumps by {s} s"),
            FaultKind::Silence => "silence".to_owned(),
        }
    }
}
