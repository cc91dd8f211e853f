//! The form that asks an FDSN service for data: what was typed, and what it means.

use marsdeck_engine::runtime::{FdsnSource, Intent};
use marsdeck_engine::time::{Convention, Instant, SolClock, TimeRange, iso, parse};

/// Longest range that one fetch may ask for, seconds: a Mars year.
const LONGEST_S: f64 = 687.0 * 86_400.0;

/// What was typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Form {
    /// Number of the preset; one past the last: own base URL.
    pub(super) service: usize,
    pub(super) base: String,
    pub(super) channels: String,
    pub(super) from: String,
    pub(super) to: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            service: 0,
            base: "https://".to_owned(),
            channels: "XB.ELYSE.02.BH?".to_owned(),
            from: "Sol 235".to_owned(),
            to: String::new(),
        }
    }
}

/// A time as it was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) instant: Instant,
    /// UTC, and the sol with its convention.
    pub(super) text: String,
}

impl Form {
    /// The mission whose sols are meant: InSight for its own network, else the one in focus.
    pub(super) fn mission<'a>(&self, focus: &'a str) -> &'a str {
        if self.channels.trim_start().to_ascii_uppercase().starts_with("XB.") {
            "insight"
        } else {
            focus
        }
    }

    /// How the start is understood.
    pub(super) fn start(&self, mission: &str) -> Result<Reading, String> {
        if self.from.trim().is_empty() {
            return Err("Write when the data start: a UTC time or a sol.".to_owned());
        }
        read(&self.from, mission)
    }

    /// How the end is understood; an empty field after a whole sol or day means its end.
    pub(super) fn end(&self, mission: &str) -> Result<Reading, String> {
        if !self.to.trim().is_empty() {
            return read(&self.to, mission);
        }
        let start = self.start(mission)?.instant;
        let after_day = start.plus_s(86_400.0);
        let is_day = start.unix_ns() % 86_400_000_000_000 == 0;
        if let Ok(clock) = SolClock::of(mission) {
            let at = clock.at(start, Convention::Kernel);
            let next = clock.instant(at.sol + 1, 0.0, Convention::Kernel);
            if at.seconds < 1e-3 || at.seconds > 86_400.0 - 1e-3 {
                return Ok(Reading { instant: next, text: said(next, mission) });
            }
        }
        if is_day {
            return Ok(Reading { instant: after_day, text: said(after_day, mission) });
        }
        Err("Write when the data end; after a whole sol or day it may stay empty.".to_owned())
    }

    /// The intent that the form makes, or what is missing in one sentence.
    pub(super) fn intent(&self, services: &[FdsnSource], focus: &str) -> Result<Intent, String> {
        let base = match services.get(self.service) {
            Some(service) => service.base.clone(),
            None => own_base(&self.base)?,
        };
        let channels = self.channels.trim().to_owned();
        let is_channel = |c: &str| c.split('.').count() == 4;
        let mut patterns = channels.split([',', ' ']).filter(|c| !c.is_empty()).peekable();
        if patterns.peek().is_none() || !patterns.all(is_channel) {
            return Err(
                "Write channels as NET.STA.LOC.CHA, such as XB.ELYSE.02.BH?; * and ? stand for any."
                    .to_owned(),
            );
        }
        let mission = self.mission(focus);
        let (start, end) = (self.start(mission)?.instant, self.end(mission)?.instant);
        if end <= start {
            return Err("The end is not after the start.".to_owned());
        }
        let range = TimeRange::new(start, end);
        if range.duration_s() > LONGEST_S {
            return Err("That is more than a Mars year; fetch it in shorter pieces.".to_owned());
        }
        Ok(Intent::FetchFdsn { base, channels, range })
    }
}

fn own_base(text: &str) -> Result<String, String> {
    let base = text.trim().trim_end_matches('/');
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => {
            Ok(base.to_owned())
        }
        _ => Err("Write the base URL of the service, such as https://ws.ipgp.fr.".to_owned()),
    }
}

fn read(text: &str, mission: &str) -> Result<Reading, String> {
    let mission = (!mission.is_empty()).then_some(mission);
    let instant = parse(text, mission).map_err(|error| error.to_string())?;
    Ok(Reading { instant, text: said(instant, mission.unwrap_or_default()) })
}

/// `2019-07-27 10:02:03 UTC · Sol 235 00:00:00 LMST, NAIF kernel, 135.97° E`.
fn said(instant: Instant, mission: &str) -> String {
    let utc = iso(instant, 0).replace('T', " ").replace('Z', " UTC");
    match SolClock::of(mission) {
        Ok(clock) => format!("{utc} · {}", clock.describe(&clock.at(instant, Convention::Kernel))),
        Err(_) => utc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::runtime::fdsn_presets;

    #[test]
    fn the_form_as_it_comes_asks_for_a_sol() {
        let form = Form::default();
        let Ok(Intent::FetchFdsn { base, channels, range }) = form.intent(&fdsn_presets(), "msl")
        else {
            panic!("{:?}", form.intent(&fdsn_presets(), "msl"))
        };
        assert_eq!((base.as_str(), channels.as_str()), ("https://ws.ipgp.fr", "XB.ELYSE.02.BH?"));
        let sol = SolClock::of("insight").unwrap().sol_range(235, Convention::Kernel);
        assert!((range.start.s_since(sol.start)).abs() < 1e-3);
        assert!((range.end.s_since(sol.end)).abs() < 1e-3);
        assert!(form.start("insight").unwrap().text.contains("Sol 235 00:00:00 LMST"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let services = fdsn_presets();
        let error = |form: Form| form.intent(&services, "insight").unwrap_err();
        let form = Form::default;
        assert!(error(Form { from: String::new(), ..form() }).contains("start"));
        assert!(error(Form { from: "2019-07-26T12:00".into(), ..form() }).contains("end"));
        assert!(error(Form { to: "Sol 234".into(), ..form() }).contains("not after"));
        assert!(error(Form { to: "Sol 2350".into(), ..form() }).contains("shorter"));
        assert!(error(Form { channels: "BHZ".into(), ..form() }).contains("NET.STA.LOC.CHA"));
        assert!(error(Form { channels: " ".into(), ..form() }).contains("NET.STA.LOC.CHA"));
        assert!(error(Form { service: 99, ..form() }).contains("base URL"));
        assert!(error(Form { from: "nonsense".into(), ..form() }).len() > 10);
    }

    #[test]
    fn a_day_and_an_own_service() {
        let form = Form {
            service: 99,
            base: "http://localhost:8080/".into(),
            channels: "XX.ABC..BHZ,XX.DEF.00.*".into(),
            from: "2019-07-26".into(),
            to: String::new(),
        };
        let Ok(Intent::FetchFdsn { base, range, .. }) = form.intent(&[], "") else { panic!() };
        assert_eq!(base, "http://localhost:8080");
        assert_eq!(range.duration_s(), 86_400.0);
    }
}
