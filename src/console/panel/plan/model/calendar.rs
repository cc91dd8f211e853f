//! Sols that are restricted, and passes of orbiters, as windows that are given.

use std::collections::BTreeSet;

use marsdeck_engine::mission::Database;
use marsdeck_engine::science::orbit::{Orbit, Site, passes};
use marsdeck_engine::time::{Convention, SolClock, TimeRange};

/// Elevation above which an orbiter can be talked to, degrees.
const LOWEST_DEG: f64 = 10.0;
/// Most passes of an orbiter.
const MOST: usize = 400;
/// Most sols that are listed.
const MOST_SOLS: i32 = 1000;

/// The sols that a range touches.
pub(in crate::panel::plan) fn sols(mission: &str, range: TimeRange) -> Vec<i32> {
    let Ok(clock) = SolClock::of(mission) else { return Vec::new() };
    let first = clock.at(range.start, Convention::Kernel).sol;
    let last = clock.at(range.end.plus_ns(-1), Convention::Kernel).sol;
    (first..=last.min(first.saturating_add(MOST_SOLS))).collect()
}

/// The times of some sols; sols that follow each other are joined.
pub(in crate::panel::plan) fn ranges(mission: &str, sols: &BTreeSet<i32>) -> Vec<TimeRange> {
    let Ok(clock) = SolClock::of(mission) else { return Vec::new() };
    let mut found: Vec<TimeRange> = Vec::new();
    for sol in sols {
        let range = clock.sol_range(*sol, Convention::Kernel);
        match found.last_mut() {
            Some(last) if last.end >= range.start => last.end = range.end,
            _ => found.push(range),
        }
    }
    found
}

/// When an orbiter stands high enough over the first site of a mission, by the mean elements of
/// the mission files: good to some minutes.
pub(in crate::panel::plan) fn orbiter_passes(
    database: &Database,
    mission: &str,
    range: TimeRange,
) -> Vec<TimeRange> {
    let own = database.missions.iter().find(|m| m.id == mission);
    let Some(site) = own.and_then(|m| m.sites.first()) else { return Vec::new() };
    let site = Site {
        latitude_deg: site.latitude_deg,
        longitude_deg: site.longitude_deg,
        height_km: site.elevation_m / 1e3,
    };
    let orbits = database.orbiters.iter().filter_map(Orbit::of);
    let of = |orbit: Orbit| passes(&orbit, &site, range, LOWEST_DEG, MOST);
    let mut found: Vec<TimeRange> =
        orbits.flat_map(of).map(|pass| TimeRange::new(pass.rise, pass.set)).collect();
    found.sort_by_key(|range| range.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sols_and_their_ranges_fit() {
        let clock = SolClock::of("insight").expect("a clock");
        let whole = TimeRange::new(
            clock.instant(200, 0.0, Convention::Kernel),
            clock.instant(203, 0.0, Convention::Kernel),
        );
        assert_eq!(sols("insight", whole), [200, 201, 202]);
        let two = ranges("insight", &[200, 201].into());
        assert_eq!((two.len(), two[0].start), (1, whole.start));
        assert_eq!(ranges("insight", &[200, 202].into()).len(), 2);
        assert!(sols("cassini", whole).is_empty());
    }

    #[test]
    fn orbiters_pass_over_a_lander() {
        let database = Database::builtin();
        let clock = SolClock::of("insight").expect("a clock");
        let sol = clock.sol_range(200, Convention::Kernel);
        let found = orbiter_passes(&database, "insight", sol);
        assert!(!database.orbiters.is_empty() && !found.is_empty());
        assert!(found.iter().all(|pass| pass.duration_s() < 40_000.0 && sol.overlaps(pass)));
    }
}
