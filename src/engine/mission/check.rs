//! What makes a database wrong although its files can be read.

use std::collections::HashSet;
use std::ops::Range;

use super::load::{Loaded, Source};
use super::model::{AlarmRule, Display, Instrument, Limit, Parameter, Severity, Site};
use super::stale::Stale;
use super::valid::wrong_times;
use crate::problem::Problem;

/// Checks one mission; every problem names file and line.
pub(super) fn mission(
    source: &Source<'_>,
    instruments: &[Loaded<'_, Instrument>],
    displays: &[(Range<usize>, Display)],
    sites: &[(Range<usize>, Site)],
    problems: &mut Vec<Problem>,
) {
    if sites.is_empty() {
        problems.push(source.problem(
            0,
            "id",
            "site",
            "add a [[site]]: the first is the landing site".into(),
        ));
    }
    for (span, site) in sites {
        let on_mars = (-90.0..=90.0).contains(&site.latitude_deg)
            && (0.0..360.0).contains(&site.longitude_deg);
        if !on_mars {
            let reason = format!(
                "{} needs a latitude of -90 to 90 and an east longitude of 0 to 360",
                site.name
            );
            problems.push(source.problem(span.start, "latitude_deg", "site", reason));
        }
    }
    let mut seen = HashSet::new();
    for loaded in instruments {
        instrument(loaded, &mut seen, problems);
    }
    for (span, display) in displays {
        for name in display.axes.iter().flatten().filter(|n| !seen.contains(n.as_str())) {
            let reason =
                format!("display {:?} names {name}, which no instrument defines", display.title);
            problems.push(source.problem(span.start, name, "axes", reason));
        }
    }
}

fn instrument<'a>(
    loaded: &'a Loaded<'_, Instrument>,
    seen: &mut HashSet<&'a str>,
    problems: &mut Vec<Problem>,
) {
    let Loaded { value, source } = loaded;
    let own: HashSet<&str> = value.parameters.iter().map(|p| p.name.as_str()).collect();
    if !is_colour(&value.colour) {
        let reason = format!("{:?} is no colour; write it as \"#rrggbb\"", value.colour);
        problems.push(source.problem(0, "colour", "colour", reason));
    }
    let named = value.key_parameters.iter().chain([&value.sparkline, &value.state]);
    for name in named.filter(|n| !n.is_empty() && !own.contains(n.as_str())) {
        let reason = format!("{name} is not a parameter of {}", value.id);
        problems.push(source.problem(0, name, "key_parameters, sparkline or state", reason));
    }
    for definition in &value.parameters {
        let quoted = format!("\"{}\"", definition.name);
        let mut say = |field: &str, reason: String| {
            problems.push(source.problem(0, &format!("name = {quoted}"), field, reason));
        };
        if !seen.insert(&definition.name) {
            say("name", format!("{quoted} is defined twice"));
        }
        parameter(definition, &mut say);
        let against = definition.alarm.stale.as_ref().map_or("", |rule| rule.against.as_str());
        if !against.is_empty() && !own.contains(against) {
            let reason =
                format!("{} is stale against {against}: name one of {}", definition.name, value.id);
            say("alarm", reason);
        }
        if let Some(rule) = &definition.alarm.suppressed {
            let mode = value.parameters.iter().find(|p| p.name == rule.parameter);
            let known = |name: &String| {
                mode.is_some_and(|mode| mode.states.iter().any(|(_, state)| state == name))
            };
            if rule.states.is_empty() || !rule.states.iter().all(known) {
                let reason = format!(
                    "{} is suppressed by {:?}: name a parameter of {} and some of its states",
                    definition.name, rule.parameter, value.id
                );
                say("alarm", reason);
            }
        }
    }
}

fn parameter(p: &Parameter, say: &mut dyn FnMut(&str, String)) {
    let is_channel = p.name.split('.').count() == 4;
    if !p.name.starts_with('/') && !is_channel {
        say(
            "name",
            format!("{:?} is neither /mission/instrument/parameter nor NET.STA.LOC.CHA", p.name),
        );
    }
    if p.name.contains('@') || p.name.chars().any(char::is_whitespace) {
        say("name", format!("{:?} holds a blank or an @", p.name));
    }
    if !(p.rate_hz >= 0.0 && p.rate_hz.is_finite()) {
        say("rate_hz", format!("{} is no rate; 0 means not periodic", p.rate_hz));
    }
    for limit in &p.limits {
        if let Some(reason) = nonsense(p, limit) {
            say("limits", format!("{}: {reason}", p.name));
        }
    }
    for (name, delay) in [("on", p.alarm.delay_on_s), ("off", p.alarm.delay_off_s)] {
        if !(0.0..=86_400.0).contains(&delay) {
            let reason = format!("{}: a delay {name} of {delay} s is not 0 to 86400", p.name);
            say("alarm", reason);
        }
    }
    for reason in wrong_times(&p.limits) {
        say("limits", format!("{}: {reason}", p.name));
    }
    if let Some(rule) = &p.alarm.stale {
        stale(p, rule, say);
    }
    let mut of_limits = p.alarm.clone();
    if of_limits.stale.take().is_some() {
        (of_limits.suppressed, of_limits.guidance) = (None, String::new());
    }
    if p.limits.is_empty() && of_limits != AlarmRule::default() {
        say("alarm", format!("{} has rules for its alarm but no limits", p.name));
    }
    let mut values = HashSet::new();
    if let Some((value, _)) = p.states.iter().find(|s| !values.insert(s.0.to_bits())) {
        say("states", format!("{}: state {value} is named twice", p.name));
    }
}

fn stale(p: &Parameter, rule: &Stale, say: &mut dyn FnMut(&str, String)) {
    if rule.severity <= Severity::Normal {
        let reason = "a stale alarm has a severity of watch, warning, distress, critical or severe";
        say("alarm", format!("{}: {reason}", p.name));
    }
    if !(0.0..=86_400.0 * 366.0).contains(&rule.after_s) {
        say("alarm", format!("{}: after_s is a number of seconds, not {}", p.name, rule.after_s));
    }
    if p.stale_after_s().is_none() {
        let reason = "it can only be stale with a rate_hz or with after_s";
        say("alarm", format!("{}: {reason}", p.name));
    }
    if rule.against == p.name {
        say("alarm", format!("{}: it cannot be stale against itself", p.name));
    }
}

/// What is wrong with limits that a parameter is to have, in a sentence.
pub fn wrong_limits(p: &Parameter, limits: &[Limit]) -> Option<String> {
    let nonsense = limits.iter().find_map(|limit| nonsense(p, limit));
    nonsense.or_else(|| wrong_times(limits).into_iter().next())
}

/// What makes a limit impossible to violate or to return from.
fn nonsense(p: &Parameter, limit: &Limit) -> Option<String> {
    let Limit { severity, low, high, rate_per_s, states, hysteresis, .. } = limit;
    if low.is_none() && high.is_none() && rate_per_s.is_none() && states.is_empty() {
        return Some("a limit has neither low nor high, rate_per_s nor states".to_owned());
    }
    if *severity <= Severity::Normal {
        return Some(
            "a limit has a severity of watch, warning, distress, critical or severe".into(),
        );
    }
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
    {
        return Some(format!("low {low} is not below high {high}"));
    }
    let is_wide = match (low, high) {
        (Some(low), Some(high)) => *hysteresis * 2.0 < high - low,
        _ => hysteresis.is_finite(),
    };
    if !(*hysteresis >= 0.0 && is_wide) {
        return Some(format!("a hysteresis of {hysteresis} leaves no value that returns"));
    }
    if let Some(rate) = rate_per_s.filter(|rate| !(*rate > 0.0 && rate.is_finite())) {
        return Some(format!("rate_per_s {rate} is not above 0"));
    }
    let known = |name: &&String| !p.states.iter().any(|(_, state)| state == *name);
    states.iter().find(known).map(|name| format!("{name:?} is none of its states"))
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use crate::mission::{Database, MissionFile, Severity, builtin_files};
    use crate::time::Instant;

    #[test]
    fn the_built_in_database_has_no_problems() {
        let (database, problems) = Database::load(&builtin_files());
        assert!(problems.is_empty(), "{problems:#?}");
        let ids: Vec<_> = database.missions.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids, ["insight", "msl"]);
        let (_, instrument, pressure) = database.parameter("/insight/apss/pressure").unwrap();
        assert_eq!((instrument.name.as_str(), pressure.unit.as_str()), ("APSS", "Pa"));
        assert_eq!(pressure.severity(Instant::default(), 900.0), Severity::Watch);
    }

    fn with(instrument: &str) -> Vec<String> {
        let mission = "id = \"x\"\nname = \"X\"\n[[site]]\nname = \"S\"\nlatitude_deg = 1\nlongitude_deg = 2\n";
        let file = |path: &str, text: &str| MissionFile { path: path.into(), text: text.into() };
        let files = [file("x/mission.toml", mission), file("x/i.toml", instrument)];
        Database::load(&files).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn problems_name_file_and_line() {
        let head = "id = \"i\"\nname = \"I\"\ntitle = \"I\"\ncolour = \"#aabbcc\"\n";
        let syntax = with(&format!("{head}oops\n"));
        assert!(syntax[0].starts_with("x/i.toml, line 5"), "{syntax:?}");
        let unknown = with(&format!("{head}speed = 3\n"));
        assert!(unknown[0].contains("line 5") && unknown[0].contains("speed"), "{unknown:?}");
        let limits = with(&format!(
            "{head}[[parameter]]\nname = \"/x/i/a\"\ntitle = \"A\"\nlimits = [{{ severity = \"critical\", low = 3, high = 1 }}]\n"
        ));
        assert!(limits[0].contains("line 6") && limits[0].contains("low 3"), "{limits:?}");
        let parameter = |rest: &str| {
            let text = "[[parameter]]\nname = \"/x/i/a\"\ntitle = \"A\"\nstates = [[1, \"ON\"]]\n";
            with(&format!("{head}{text}{rest}\n")).concat()
        };
        let good = "limits = [{ severity = \"watch\", states = [\"ON\"] },
            { severity = \"severe\", low = 0, high = 9, rate_per_s = 0.5, hysteresis = 1 }]
            alarm = { delay_on_s = 2, delay_off_s = 5, violations = 3, latch = true, guidance = \"G\" }";
        assert_eq!(parameter(good), "");
        assert_eq!(parameter("alarm = { stale = { after_s = 60 }, guidance = \"G\" }"), "");
        let by = |state: &str| {
            format!(
                "limits = [{{ severity = \"watch\", low = 1 }}]\n\
                 alarm = {{ suppressed = {{ parameter = \"/x/i/a\", states = [\"{state}\"] }} }}"
            )
        };
        assert_eq!(parameter(&by("ON")), "");
        assert!(parameter(&by("OFF")).contains("is suppressed by"));
        for (rest, part) in [
            ("limits = [{ severity = \"watch\" }]", "neither low nor high"),
            ("limits = [{ severity = \"normal\", low = 1 }]", "severity of watch"),
            (
                "limits = [{ severity = \"watch\", low = 1, high = 3, hysteresis = 1 }]",
                "hysteresis",
            ),
            ("limits = [{ severity = \"watch\", low = 1, hysteresis = -1 }]", "hysteresis"),
            ("limits = [{ severity = \"watch\", rate_per_s = 0 }]", "rate_per_s 0"),
            ("limits = [{ severity = \"watch\", states = [\"OFF\"] }]", "none of its states"),
            ("alarm = { violations = 2 }", "no limits"),
            ("alarm = { stale = { } }", "rate_hz or with after_s"),
            ("alarm = { stale = { after_s = -1 } }", "after_s is a number"),
            ("alarm = { stale = { after_s = 9, severity = \"off\" } }", "a stale alarm has"),
            ("alarm = { stale = { after_s = 9, against = \"/x/i/b\" } }", "stale against /x/i/b"),
            ("alarm = { stale = { after_s = 9, against = \"/x/i/a\" } }", "against itself"),
            (
                "limits = [{ severity = \"watch\", low = 1 }]\nalarm = { delay_on_s = -1 }",
                "delay on",
            ),
        ] {
            let said = parameter(rest);
            assert!(said.contains("x/i.toml, line 6") && said.contains(part), "{rest}: {said}");
        }
        let state = with(&format!("{head}state = \"/x/i/none\"\n"));
        assert!(state[0].contains("line 5"), "{state:?}");
    }
}
