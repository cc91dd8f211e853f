//! The real sol clocks: the engine's, in the convention of the missions' LMST kernels.

use marsdeck_engine::time::{Convention, Instant, MarsClock, SolClock};
use marsdeck_engine::time::{parse, planetographic_latitude_deg};

use super::utc::utc_text;
use super::{SolClocks, SolTime};

/// Sol clocks of all missions that the engine knows.
#[derive(Clone, Debug)]
pub struct MarsClocks {
    clocks: Vec<SolClock>,
}

impl Default for MarsClocks {
    fn default() -> Self {
        Self { clocks: SolClock::all().collect() }
    }
}

impl MarsClocks {
    fn of(&self, mission: &str) -> Option<&SolClock> {
        self.clocks.iter().find(|clock| clock.mission().id == mission)
    }
}

impl SolClocks for MarsClocks {
    fn convention(&self) -> &'static str {
        "NAIF kernel"
    }

    fn lmst(&self, mission: &str, t: Instant) -> Option<SolTime> {
        let at = self.of(mission)?.at(t, Convention::Kernel);
        Some(SolTime { sol: i64::from(at.sol), seconds: at.seconds })
    }

    fn ltst(&self, mission: &str, t: Instant) -> Option<SolTime> {
        let at = self.of(mission)?.ltst(t);
        Some(SolTime { sol: i64::from(at.sol), seconds: at.seconds })
    }

    fn sol_start(&self, mission: &str, sol: i64) -> Option<Instant> {
        let sol = i32::try_from(sol).ok()?;
        Some(self.of(mission)?.instant(sol, 0.0, Convention::Kernel))
    }

    fn is_day(&self, mission: &str, t: Instant) -> Option<bool> {
        let clock = self.of(mission)?;
        let latitude = planetographic_latitude_deg(clock.mission().lat_deg);
        Some(MarsClock::at(t).sun(latitude, clock.longitude_deg()).elevation_deg > 0.0)
    }

    fn parse(&self, mission: &str, text: &str) -> Option<(Instant, String)> {
        let t = parse(text, (!mission.is_empty()).then_some(mission)).ok()?;
        let said = match self.of(mission) {
            Some(clock) => {
                let name = clock.mission().name;
                let at = clock.at(t, Convention::Kernel);
                format!("{} UTC, {name} {at}", utc_text(t))
            }
            None => format!("{} UTC", utc_text(t)),
        };
        Some((t, said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::parse_utc;

    #[test]
    fn the_sol_of_s0235b_and_its_light() {
        let clocks = MarsClocks::default();
        let t = parse_utc("2019-07-26T12:16:15").expect("a time");
        let at = clocks.lmst("insight", t).expect("a clock");
        assert_eq!(at.sol, 235);
        assert_eq!(clocks.is_day("insight", t), Some((6.0..18.0).contains(&at.hours())));
        let midnight = clocks.sol_start("insight", 235).expect("a start");
        assert_eq!(clocks.is_day("insight", midnight), Some(false));
        assert_eq!(clocks.is_day("insight", midnight.plus_s(44_000.0)), Some(true));
        let (read, said) = clocks.parse("insight", "Sol 235 12:00").expect("a time");
        let noon = clocks.lmst("insight", read).expect("a clock");
        assert_eq!((noon.sol, noon.clock().as_str()), (235, "12:00:00"));
        assert!(said.contains("InSight"), "{said}");
        assert_eq!(clocks.lmst("cassini", t), None);
        assert_eq!(clocks.parse("insight", "not a time"), None);
    }
}
