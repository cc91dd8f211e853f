//! What the simulated spacecraft say: event messages of one sol, true to its data.

use super::curiosity::{CHEMCAM_H, RASTER, SAM_H, has_sam_run};
use super::noise::Noise;
use super::series::Table;
use super::sol::Sol;
use crate::archive::{EventMessage, EvrLevel};
use crate::mission::{Database, Severity};

/// Collects the messages of a sol.
struct Voice<'a> {
    sol: &'a Sol,
    mission: &'static str,
    noise: Noise,
    said: Vec<EventMessage>,
}

impl Voice<'_> {
    /// Says something at so many seconds of the sol. It arrives with a later relay pass.
    fn say(
        &mut self,
        t_s: f64,
        level: EvrLevel,
        module: &str,
        name: &str,
        text: impl Into<String>,
    ) {
        let time = self.sol.range.start.plus_s(t_s);
        self.said.push(EventMessage {
            time,
            ert: Some(time.plus_s(self.noise.between(1_800.0, 21_600.0))),
            level,
            mission: self.mission.to_owned(),
            name: name.to_owned(),
            number: None,
            module: module.to_owned(),
            message: text.into(),
            source: "simulated".to_owned(),
            sclk: String::new(),
        });
    }

    /// The same at an hour of LMST.
    fn say_at(
        &mut self,
        h: f64,
        level: EvrLevel,
        module: &str,
        name: &str,
        text: impl Into<String>,
    ) {
        self.say(h / 24.0 * self.sol.range.duration_s(), level, module, name, text);
    }

    /// For each limit that the data of the sol violate, when it first happens.
    fn violations(&mut self, tables: &[Table], missions: &Database) {
        for table in tables {
            for column in &table.columns {
                let Some((_, instrument, parameter)) = missions.parameter(&column.name) else {
                    continue;
                };
                let mut worst = Severity::Normal;
                for (time, value) in table.times.iter().zip(&column.values) {
                    let severity = parameter.severity(*time, *value);
                    if severity <= worst {
                        continue;
                    }
                    worst = severity;
                    let (level, name, then) = match severity {
                        Severity::Watch | Severity::Warning => {
                            (EvrLevel::WarningLo, "LIMIT_CAUTION", "watched closely")
                        }
                        Severity::Distress => {
                            (EvrLevel::WarningHi, "LIMIT_SERIOUS", "activity held")
                        }
                        _ => (EvrLevel::Fatal, "FAULT_RESPONSE", "instrument set to safe mode"),
                    };
                    let (title, value) = (&parameter.title, parameter.print(*value));
                    let text = if parameter.states.is_empty() {
                        let value = format!("{value} {}", column.unit);
                        format!("{title} {} is out of its limits: {then}", value.trim_end())
                    } else {
                        format!("{title} is {value}: {then}")
                    };
                    let t_s = time.s_since(self.sol.range.start);
                    self.say(t_s, level, &instrument.id, name, text);
                }
            }
        }
    }
}

fn voice<'a>(seed: u64, mission: &'static str, sol: &'a Sol) -> Voice<'a> {
    Voice { sol, mission, noise: Noise::new(seed, "messages", sol.number), said: Vec::new() }
}

/// Wake-ups, relay passes and faults of InSight.
pub(super) fn insight(
    seed: u64,
    sol: &Sol,
    tables: &[Table],
    missions: &Database,
) -> Vec<EventMessage> {
    use EvrLevel::{ActivityHi, ActivityLo, Command, Diagnostic};
    let mut voice = voice(seed, "insight", sol);
    let wakes = Sol::WAKES_H;
    for (i, (from, to)) in wakes.into_iter().enumerate() {
        let text = format!("Wake-up {} of {}", i + 1, wakes.len());
        voice.say_at(from, ActivityHi, "lander", "LANDER_WAKE", text);
        let errors = (voice.noise.uniform() * 4.0) as u32;
        let text = format!("Memory scrub: {errors} single-bit errors corrected");
        voice.say_at(from + 0.05, Diagnostic, "lander", "MEM_SCRUB", text);
        voice.say_at(from + 0.2, Command, "relay", "RELAY_PASS_START", "Relay pass begins");
        voice.say_at(to - 0.1, ActivityLo, "relay", "RELAY_PASS_END", "Relay pass ends");
        voice.say_at(to, ActivityHi, "lander", "LANDER_SLEEP", "Shut-down until the next wake-up");
    }
    voice.violations(tables, missions);
    voice.said
}

/// The day of Curiosity: ChemCam raster, SAM run and faults.
pub(super) fn curiosity(
    seed: u64,
    sol: &Sol,
    tables: &[Table],
    missions: &Database,
) -> Vec<EventMessage> {
    use EvrLevel::{ActivityHi, ActivityLo, Command, Diagnostic};
    let mut voice = voice(seed, "msl", sol);
    voice.say_at(8.5, ActivityHi, "rover", "ROVER_WAKE", "Wake-up for the day");
    let [on, ready, first, off] = CHEMCAM_H;
    voice.say_at(on - 0.5, Command, "chemcam", "CCAM_POWER_ON", "Power on, coolers first");
    voice.say_at(on, ActivityHi, "chemcam", "CCAM_WARM_UP", "Laser warm-up begins");
    voice.say_at(ready, ActivityLo, "chemcam", "CCAM_READY", "Laser warm, autofocus next");
    let [points, shots] = RASTER;
    for point in 1..=points {
        let h = first + (off - first) * f64::from(point) / f64::from(points) - 0.01;
        let text = format!("Point {point} of {points}: {shots} laser shots done");
        voice.say_at(h, ActivityLo, "chemcam", "CCAM_POINT_DONE", text);
    }
    let text = format!("Raster complete: {} laser shots done, power off", points * shots);
    voice.say_at(off, ActivityHi, "chemcam", "CCAM_DONE", text);
    if has_sam_run(sol) {
        let steps = [
            "Helium flow and pre-heat",
            "Pyrolysis ramp",
            "Evolved gas to TLS",
            "TLS scans done, GC column heated",
            "GC run done, pumping down",
            "Run complete, power off",
        ];
        for (i, (h, step)) in SAM_H.into_iter().zip(steps).enumerate() {
            let (level, name) =
                if i == 0 { (Command, "SAM_RUN_START") } else { (ActivityHi, "SAM_STEP") };
            voice.say_at(h, level, "sam", name, step);
        }
    }
    let errors = (voice.noise.uniform() * 9.0) as u32;
    let text = format!("Memory scrub: {errors} single-bit errors corrected");
    voice.say_at(13.0, Diagnostic, "rover", "MEM_SCRUB", text);
    voice.say_at(17.5, ActivityHi, "rover", "ROVER_SLEEP", "Shut-down for the night");
    voice.violations(tables, missions);
    voice.said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{curiosity, insight};
    use crate::time::{Convention, SolClock};

    fn sol(mission: &str, number: i32) -> Sol {
        let clock = SolClock::of(mission).unwrap();
        let range = clock.sol_range(number, Convention::Kernel);
        Sol { number, range, ltst_start_h: 0.2, ls_deg: 170.0 }
    }

    #[test]
    fn curiosity_tells_of_its_raster_and_of_the_warm_laser() {
        let missions = Database::builtin();
        let day = sol("msl", 711);
        let tables = curiosity::sol(3, &day);
        let said = super::curiosity(3, &day, &tables, &missions);
        assert_eq!(said, super::curiosity(3, &day, &tables, &missions));
        assert!(said.iter().all(|m| m.source == "simulated" && day.range.contains(m.time)));
        let points = said.iter().filter(|m| m.name == "CCAM_POINT_DONE").count();
        assert_eq!(points, RASTER[0] as usize);
        let warm = said.iter().find(|m| m.level == EvrLevel::WarningLo).unwrap();
        assert!(warm.message.starts_with("Laser temperature"), "{warm:?}");
        // The message stands at the sample that violates the limit.
        let table = &tables[0];
        let at = table.times.iter().position(|t| *t == warm.time).unwrap();
        let laser = table.columns.iter().find(|c| c.name == "/msl/chemcam/laser_temperature");
        let laser = &laser.unwrap().values;
        assert!(laser[at] > 5.0 && laser[..at].iter().all(|v| *v <= 5.0));
        // No sample is heated on odd sols, and no laser gets warm on even ones.
        assert!(said.iter().all(|m| m.module != "sam"));
        let even = sol("msl", 712);
        let said = super::curiosity(3, &even, &curiosity::sol(3, &even), &missions);
        assert!(said.iter().any(|m| m.name == "SAM_RUN_START"));
        assert!(said.iter().all(|m| m.level < EvrLevel::WarningLo), "{said:#?}");
    }

    #[test]
    fn insight_tells_of_its_wakes_and_of_the_fault_of_sol_235() {
        let missions = Database::builtin();
        let day = sol("insight", 235);
        let tables = [insight::apss_housekeeping(3, &day)];
        let said = super::insight(3, &day, &tables, &missions);
        let wakes = said.iter().filter(|m| m.name == "LANDER_WAKE").count();
        assert_eq!(wakes, Sol::WAKES_H.len());
        let fault = said.iter().find(|m| m.level == EvrLevel::Fatal).unwrap();
        assert_eq!(fault.message, "Mode is FAULT: instrument set to safe mode");
        assert_eq!(fault.time.s_since(day.range.start).floor(), 40_000.0);
    }
}
