//! Tick placement against times read off a calendar.

use super::*;
use crate::clock::{UtcOnly, parse_utc};
use proptest::prelude::*;

const SOL_S: f64 = 88_775.244;

/// A sol clock that starts sol 0 at 1970 and runs evenly.
struct Even;

impl SolClocks for Even {
    fn convention(&self) -> &'static str {
        "test"
    }
    fn lmst(&self, _: &str, t: Instant) -> Option<SolTime> {
        let sols = t.unix_s() / SOL_S;
        Some(SolTime { sol: sols.floor() as i64, seconds: sols.rem_euclid(1.0) * 86400.0 })
    }
    fn ltst(&self, mission: &str, t: Instant) -> Option<SolTime> {
        self.lmst(mission, t.plus_s(-1000.0))
    }
    fn sol_start(&self, _: &str, sol: i64) -> Option<Instant> {
        Some(Instant::from_unix_s(sol as f64 * SOL_S))
    }
    fn is_day(&self, _: &str, _: Instant) -> Option<bool> {
        None
    }
    fn parse(&self, _: &str, _: &str) -> Option<(Instant, String)> {
        None
    }
}

fn utc(start: &str, end: &str, most: usize) -> Vec<String> {
    let range = TimeRange::new(parse_utc(start).expect("a start"), parse_utc(end).expect("an end"));
    axis_ticks(range, most, TickLabels { clocks: &UtcOnly, mission: "", axis: TimeAxis::Utc })
        .into_iter()
        .map(|tick| tick.label)
        .collect()
}

#[test]
fn utc_ticks_are_round() {
    assert_eq!(
        utc("2019-07-26T11:50", "2019-07-26T12:40", 6),
        ["11:50", "12:00", "12:10", "12:20", "12:30"]
    );
    assert_eq!(
        utc("2019-07-25T20:00", "2019-07-26T06:00", 5),
        ["20:00", "22:00", "2019-07-26", "02:00", "04:00"]
    );
    assert_eq!(
        utc("2019-07-26T12:00:00.1", "2019-07-26T12:00:00.5", 4),
        ["12:00:00.1", "12:00:00.2", "12:00:00.3", "12:00:00.4"]
    );
    assert_eq!(
        utc("2018-11-20", "2019-06-10", 7),
        ["2018-12", "2019-01", "2019-02", "2019-03", "2019-04", "2019-05", "2019-06"]
    );
    assert_eq!(utc("2012-08-06", "2026-01-01", 5), ["2015", "2020", "2025"]);
}

#[test]
fn sol_ticks_are_round_local_times() {
    let range =
        TimeRange::new(Instant::from_unix_s(234.9 * SOL_S), Instant::from_unix_s(236.05 * SOL_S));
    let of = |axis| {
        axis_ticks(range, 6, TickLabels { clocks: &Even, mission: "m", axis })
            .into_iter()
            .map(|tick| tick.label)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(TimeAxis::Lmst), ["Sol 235", "06:00", "12:00", "18:00", "Sol 236"]);
    assert_eq!(of(TimeAxis::SolOfDay), ["Sol 235", "6 h", "12 h", "18 h", "Sol 236"]);
    let many = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(1440.5 * SOL_S));
    let ticks =
        axis_ticks(many, 8, TickLabels { clocks: &Even, mission: "m", axis: TimeAxis::Lmst });
    let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(
        labels,
        ["Sol 0", "Sol 200", "Sol 400", "Sol 600", "Sol 800", "Sol 1000", "Sol 1200", "Sol 1400"]
    );
}

#[test]
fn ltst_ticks_sit_where_that_clock_says() {
    let range =
        TimeRange::new(Instant::from_unix_s(5.2 * SOL_S), Instant::from_unix_s(5.3 * SOL_S));
    let labels = TickLabels { clocks: &Even, mission: "m", axis: TimeAxis::Ltst };
    let ticks = axis_ticks(range, 5, labels);
    assert!(ticks.len() >= 3);
    for tick in ticks {
        let at = Even.ltst("m", tick.time).expect("a clock");
        assert_eq!(tick.label, SolTime { sol: 5, seconds: at.seconds + 0.01 }.clock()[..5]);
    }
}

proptest! {
    #[test]
    fn ticks_lie_inside_ascending_and_bounded(
        start in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000,
        length in 1i64..4_000_000_000_000_000_000,
        most in 1usize..20,
        axis in 0usize..4,
    ) {
        let start = Instant::from_unix_ns(start);
        let range = TimeRange::new(start, start.plus_ns(length));
        let axis = [TimeAxis::Utc, TimeAxis::Lmst, TimeAxis::Ltst, TimeAxis::SolOfDay][axis];
        let ticks = axis_ticks(range, most, TickLabels { clocks: &Even, mission: "m", axis });
        prop_assert!(ticks.len() <= most + 1, "{}", ticks.len());
        for pair in ticks.windows(2) {
            prop_assert!(pair[0].time < pair[1].time);
        }
        for tick in ticks {
            prop_assert!(range.contains(tick.time));
        }
    }
}
