//! The worst alarm at the cursor, for the strip; without one, the worst violated limit. And what
//! is heard of new alarms.

use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use marsdeck_engine::alarm::series_of;
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::mission::{Database, Parameter, Severity};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::Instant;

use super::frame::App;
use crate::theme::severity_word;
use crate::timeline::Sounding;
use crate::view::{AlarmsAt, ViewContext};
use crate::widget::is_stale;

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

/// The worst alarm in focus that stands, and how many wait for an acknowledgement; where none
/// stands, what the fresh values say.
pub(super) fn worst(cx: &ViewContext<'_>, alarms: &mut AlarmsAt) -> (Severity, String) {
    let mission = &cx.selection.mission;
    let views = alarms.get(cx);
    let mut standing = views.iter().filter(|view| {
        view.alarm.state.is_standing() && (mission.is_empty() || view.mission == *mission)
    });
    // The list comes with the most severe first.
    let Some(first) = standing.next() else {
        let (severity, text) = worst_value(cx, |key| {
            views.iter().any(|v| v.alarm.state.is_aside() && v.alarm.key == *key)
        });
        // A quiet strip does not hide what was put aside.
        return match views.iter().filter(|v| v.alarm.state.is_aside()).count() {
            0 => (severity, text),
            n => (severity, format!("{text}, {n} put aside")),
        };
    };
    let waiting = std::iter::once(first)
        .chain(standing)
        .filter(|view| view.alarm.state.wants_acknowledgement())
        .count();
    let text = match waiting {
        0 => format!("{}, acknowledged", first.title),
        n => format!("{}, {n} unacknowledged", first.title),
    };
    (first.alarm.severity, text)
}

impl App {
    /// Lets new alarms be heard, and shown by the desktop while the window is not looked at.
    pub(super) fn announce(&mut self, ctx: &egui::Context) {
        let now = self.now();
        let snapshot = Arc::clone(&self.snapshot);
        let present = &snapshot.alarms.present;
        // By the machine's own clock: the system clock may be set.
        let moment = Moment::now();
        let wait = |due: Moment| ctx.request_repaint_after(due.saturating_duration_since(moment));
        // The same alarms say nothing new before the next sound is due.
        if let Some((picture, due)) = &self.announced
            && Arc::ptr_eq(picture, &snapshot.alarms)
            && due.is_none_or(|due| moment < due)
        {
            return due.map_or((), wait);
        }
        let announcement = self.ears.take(present, now);
        let due = self.ears.next_s(present, now);
        let due = due.map(|s| moment + Duration::from_secs_f64(s.clamp(0.0, 3600.0)));
        self.announced = Some((Arc::clone(&snapshot.alarms), due));
        let Some(speaker) = &self.speaker else { return };
        if let Some(due) = due {
            wait(due);
        }
        let Some(heard) = announcement else { return };
        if !heard.muted && self.settings.sound {
            speaker.tone(heard.severity);
        }
        let is_looked_at = ctx.input(|input| {
            input.focused || input.raw.viewports.values().any(|v| v.focused == Some(true))
        });
        if !is_looked_at && let Some(first) = heard.fresh.first() {
            let title = present.iter().find(|view| view.alarm.key == *first);
            let title = title.map_or_else(|| first.to_string(), |view| view.title.clone());
            let word = severity_word(heard.severity);
            let body = match heard.fresh.len() {
                1 => series_of(first).to_string(),
                n => format!("{} and {} more", series_of(first), n - 1),
            };
            let urgent = heard.severity >= Severity::Critical;
            speaker.notify(format!("{word}: {title}"), body, urgent);
        }
    }

    /// Keeps the alarms from being heard for so many seconds; 0 ends that.
    pub(super) fn silence(&mut self, seconds: f64) {
        self.announced = None;
        if seconds > 0.0 {
            let now = self.now();
            self.ears.mute(&self.snapshot.alarms.present, now, seconds);
        } else {
            self.ears.unmute();
        }
    }

    /// What the strip says of the sound of alarms; none without a window.
    pub(super) fn sound(&self) -> Option<Sounding> {
        let speaker = self.speaker.as_ref()?;
        Some(match self.ears.muted_s(self.now()) {
            _ if !self.settings.sound => Sounding::Off,
            _ if speaker.is_silent() => Sounding::Missing,
            Some(left) => Sounding::Muted(left),
            None => Sounding::On,
        })
    }
}

/// The worst severity of all parameters in focus, and which one it is. Values that are stale at
/// the cursor say nothing. During replay it is looked at once a second of the archive at most.
fn worst_value(cx: &ViewContext<'_>, is_aside: impl Fn(&SeriesKey) -> bool) -> (Severity, String) {
    let mut watched = watched(&cx.snapshot.missions, cx.snapshot, &cx.selection.mission);
    watched.retain(|(key, _)| !is_aside(key));
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
        if is_stale(*at, value.time, Some(parameter)) {
            continue;
        }
        let severity = parameter.severity(value.time, value.value);
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

    #[test]
    fn replay_asks_once_a_second() {
        let at = |s: f64| Instant::from_unix_s(s);
        assert_eq!(rounded(at(5.0), 1.0), at(5.0));
        assert_eq!(rounded(at(5.2), 1.0), at(6.0));
        assert_eq!(rounded(at(5.2), 60.0), at(60.0));
    }
}
