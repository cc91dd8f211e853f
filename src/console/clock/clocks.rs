//! The sol clocks that a screen needs, as a trait: the app gives the real ones, tests simple ones.

use marsdeck_engine::time::Instant;

use super::utc::{parse_utc, utc_text};

/// What reads a typed time: the instant, and how it was understood.
pub type TimeParser<'a> = dyn Fn(&str) -> Option<(Instant, String)> + 'a;

/// A sol and the local time in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolTime {
    /// Mission sol.
    pub sol: i64,
    /// Local seconds since midnight, 0 to 86 400 (Mars seconds: a sol has 86 400 of them).
    pub seconds: f64,
}

impl SolTime {
    /// `12:34:56`.
    pub fn clock(&self) -> String {
        let whole = (self.seconds.max(0.0) as i64).min(86_399);
        format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
    }

    /// Hours since local midnight.
    pub fn hours(&self) -> f64 {
        self.seconds / 3600.0
    }
}

/// Local clocks of the missions. A mission that has none gives `None` everywhere.
pub trait SolClocks: Send + Sync {
    /// Which LMST convention this is, in a few words, e.g. `kernel longitude`.
    fn convention(&self) -> &str;
    /// Sol and local mean solar time.
    fn lmst(&self, mission: &str, t: Instant) -> Option<SolTime>;
    /// Sol and local true solar time.
    fn ltst(&self, mission: &str, t: Instant) -> Option<SolTime>;
    /// When a sol starts (LMST midnight).
    fn sol_start(&self, mission: &str, sol: i64) -> Option<Instant>;
    /// Whether the Sun is up at the landing site.
    fn is_day(&self, mission: &str, t: Instant) -> Option<bool>;
    /// Reads a time in any notation; with it, how it was understood.
    fn parse(&self, mission: &str, text: &str) -> Option<(Instant, String)>;
}

/// No sol clocks at all: UTC only.
#[derive(Clone, Copy, Debug, Default)]
pub struct UtcOnly;

impl SolClocks for UtcOnly {
    fn convention(&self) -> &'static str {
        "none"
    }

    fn lmst(&self, _mission: &str, _t: Instant) -> Option<SolTime> {
        None
    }

    fn ltst(&self, _mission: &str, _t: Instant) -> Option<SolTime> {
        None
    }

    fn sol_start(&self, _mission: &str, _sol: i64) -> Option<Instant> {
        None
    }

    fn is_day(&self, _mission: &str, _t: Instant) -> Option<bool> {
        None
    }

    fn parse(&self, _mission: &str, text: &str) -> Option<(Instant, String)> {
        parse_utc(text).map(|t| (t, format!("{} UTC", utc_text(t))))
    }
}

/// An instant as the axis in use writes it: `2019-07-26 12:16:15`, `Sol 235 12:34:56`, `12.58 h`.
pub fn clock_text(
    clocks: &dyn SolClocks,
    mission: &str,
    axis: crate::state::TimeAxis,
    t: Instant,
) -> String {
    use crate::state::TimeAxis;
    let local = match axis {
        TimeAxis::Utc => None,
        TimeAxis::Lmst | TimeAxis::SolOfDay => clocks.lmst(mission, t),
        TimeAxis::Ltst => clocks.ltst(mission, t),
    };
    match (axis, local) {
        (TimeAxis::Utc, _) | (_, None) => format!("{} UTC", utc_text(t)),
        (TimeAxis::Lmst, Some(at)) => format!("Sol {} {} LMST", at.sol, at.clock()),
        (TimeAxis::Ltst, Some(at)) => format!("Sol {} {} LTST", at.sol, at.clock()),
        (TimeAxis::SolOfDay, Some(at)) => format!("Sol {} {:.3} h", at.sol, at.hours()),
    }
}
