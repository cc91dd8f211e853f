//! The worst violated limit at the cursor, for the strip.

use std::time::Duration;

use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::mission::{Database, Parameter, Severity};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::Instant;

use crate::view::ViewContext;
use crate::widget::is_stale;

/// The severity of a value by its parameter's limits; the most severe violated one counts.
pub(super) fn severity_of(parameter: &Parameter, value: f64) -> Severity {
    parameter
        .limits
        .iter()
        .filter(|limit| {
            limit.low.is_some_and(|low| value < low) || limit.high.is_some_and(|high| value > high)
        })
        .map(|limit| limit.severity)
        .max()
        .unwrap_or(Severity::Normal)
}

/// Series with limits, and their parameters.
fn watched<'a>(
    missions: &'a Database,
    snapshot: &'a Snapshot,
    mission: &str,
) -> Vec<(SeriesKey, &'a Parameter)> {
    missions
        .missions
        .iter()
        .filter(|known| mission.is_empty() || known.id == mission)
        .flat_map(|mission| &mission.instruments)
        .flat_map(|instrument| &instrument.parameters)
        .filter(|parameter| !parameter.limits.is_empty())
        .flat_map(|parameter| {
            // The list is sorted by key, and keys by name first.
            let first = snapshot.series.partition_point(|series| series.key.name < parameter.name);
            snapshot
                .series
                .iter()
                .skip(first)
                .take_while(move |series| series.key.name == parameter.name)
                .map(move |series| (series.key.clone(), parameter))
        })
        .collect()
}

/// The worst severity of all parameters in focus, and which one it is. Values that are stale at
/// the cursor say nothing. During replay it is looked at once a second of the archive at most.
pub(super) fn worst(cx: &ViewContext<'_>) -> (Severity, String) {
    let watched = watched(&cx.snapshot.missions, cx.snapshot, &cx.selection.mission);
    if watched.is_empty() {
        return (Severity::Off, "No limits watched".to_owned());
    }
    let at = rounded(cx.time.cursor, cx.time.speed);
    let request =
        Request::Latest { keys: watched.iter().map(|(key, _)| key.clone()).collect(), at };
    let pending = cx.queries.ask(egui::Id::unique("strip alarm"), &request);
    let Some((asked, answer)) = pending.answer else {
        return (Severity::Off, "Looking".to_owned());
    };
    let (Request::Latest { keys, at }, Answer::Latest(values)) = (&*asked, &*answer) else {
        return (Severity::Off, String::new());
    };
    let mut worst = (Severity::Off, "No fresh values".to_owned());
    for (key, value) in keys.iter().zip(values) {
        let Some(value) = value else { continue };
        let Some((_, parameter)) = watched.iter().find(|(known, _)| known == key) else { continue };
        if is_stale(*at, value.time, parameter.rate_hz) {
            continue;
        }
        let severity = severity_of(parameter, value.value);
        if severity > worst.0 {
            let text = if severity > Severity::Normal {
                parameter.title.clone()
            } else {
                "All in limits".to_owned()
            };
            worst = (severity, text);
        }
    }
    worst
}

/// The end of the second (of the archive, longer at high speed) that holds an instant.
fn rounded(t: Instant, speed: f64) -> Instant {
    let step = Duration::from_secs_f64(speed.clamp(1.0, 10_000.0)).as_nanos() as i64;
    let up = t.unix_ns().div_euclid(step).saturating_add(1).saturating_mul(step);
    if t.unix_ns() % step == 0 { t } else { Instant::from_unix_ns(up) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::mission::Limit;

    #[test]
    fn the_most_severe_violated_limit_counts() {
        let limit = |severity, low, high| Limit { severity, low, high };
        let parameter = Parameter {
            name: String::new(),
            title: String::new(),
            unit: String::new(),
            rate_hz: 1.0,
            decimals: 1,
            limits: vec![
                limit(Severity::Critical, Some(-10.0), Some(10.0)),
                limit(Severity::Warning, Some(-5.0), Some(5.0)),
            ],
            states: vec![],
            description: String::new(),
        };
        for (value, severity) in [
            (0.0, Severity::Normal),
            (5.0, Severity::Normal),
            (6.0, Severity::Warning),
            (-11.0, Severity::Critical),
            (f64::NAN, Severity::Normal),
        ] {
            assert_eq!(severity_of(&parameter, value), severity, "{value}");
        }
    }

    #[test]
    fn replay_asks_once_a_second() {
        let at = |s: f64| Instant::from_unix_s(s);
        assert_eq!(rounded(at(5.0), 1.0), at(5.0));
        assert_eq!(rounded(at(5.2), 1.0), at(6.0));
        assert_eq!(rounded(at(5.2), 60.0), at(60.0));
    }
}
