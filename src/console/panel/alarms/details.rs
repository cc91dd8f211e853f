//! What is known of the selected alarm: guidance, its cause, the last occurrences, notes.

use egui::{Button, RichText, Ui};
use marsdeck_engine::alarm::{AlarmState, AlarmView, is_stale_alarm, series_of};
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::{Instant, TimeRange};

use super::model::{self, Row};
use super::table::{sol, utc};
use crate::intent::UiIntent;
use crate::panel::shared::LimitForm;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, card, simulated_badge};

/// Puts cursor and range to an occurrence.
fn go(cx: &ViewContext<'_>, at: Instant, window: TimeRange) {
    cx.intents.send(UiIntent::SetCursor(at));
    cx.intents.send(UiIntent::SetRange(window));
}

/// Paints the card of a line; the series whose limits the operator wants to change.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, row: &Row<'_>) -> Option<SeriesKey> {
    let mut limits = None;
    let view = row.lead;
    let newest = cx.snapshot.span.map_or(cx.time.cursor, |span| span.end);
    let last = view.alarm.occurrences.front();
    let window = model::window(view.alarm.since, last.and_then(|o| o.end), newest);
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&view.title).heading().color(cx.theme.text));
            ui.add(SeverityBadge::new(cx.theme, view.alarm.severity));
            ui.label(RichText::new(view.alarm.state.word()).color(cx.theme.text));
            if view.alarm.key.is_simulated() {
                simulated_badge(ui, cx.theme);
            }
            let hint = "The curves of this line around the alarm";
            if ui.button("Show on plot").on_hover_text(hint).clicked() {
                let keys = row.members.iter().map(|v| series_of(&v.alarm.key));
                cx.intents.send(UiIntent::PlotOnly(keys.collect()));
                cx.intents.send(UiIntent::SetRange(window));
                cx.intents.send(UiIntent::OpenPanel("Plots".into()));
            }
            let hint = "Cursor and range to the start of the alarm";
            if ui.button("Go there").on_hover_text(hint).clicked() {
                go(cx, view.alarm.since, window);
            }
            let series = series_of(&view.alarm.key);
            let obstacle = LimitForm::obstacle(cx, &series);
            let hint = "Other limits for new data, with a reason";
            let button = ui.add_enabled(obstacle.is_none(), Button::new("Change limits…"));
            let button = button.on_disabled_hover_text(obstacle.unwrap_or_default());
            if button.on_hover_text(hint).clicked() {
                limits = Some(series);
            }
        });
        if !row.is_stored() {
            let text = "Not stored yet: the archive cannot be written. It is stored as soon as that \
                        works again; leave this console open.";
            ui.label(RichText::new(text).color(cx.theme.severity(Severity::Distress)));
        }
        if row.members.len() == 1 {
            ui.label(model::value_text(view, &cx.snapshot.missions));
        }
        let guidance = if view.guidance.is_empty() {
            "No guidance is written for this alarm: add alarm = { guidance = \"…\" } to its \
             parameter in the mission database."
        } else {
            view.guidance.as_str()
        };
        let colour = if view.guidance.is_empty() { cx.theme.text_weak } else { cx.theme.text };
        ui.label(RichText::new(guidance).color(colour));
        if row.members.len() > 1 {
            ui.label(weak(cx, "One cause, in first-out order"));
            for member in &row.members {
                member_line(ui, cx, member);
            }
        }
        history(ui, cx, view, newest);
    });
    limits
}

fn weak(cx: &ViewContext<'_>, text: &str) -> RichText {
    RichText::new(text).size(SMALL).color(cx.theme.text_weak)
}

fn member_line(ui: &mut Ui, cx: &ViewContext<'_>, view: &AlarmView) {
    ui.horizontal(|ui| {
        ui.add(SeverityBadge::new(cx.theme, view.alarm.severity).shape_only());
        let text = format!(
            "{}  {}: {}",
            utc(view.alarm.since),
            view.title,
            model::value_text(view, &cx.snapshot.missions)
        );
        ui.label(text);
    });
}

fn history(ui: &mut Ui, cx: &ViewContext<'_>, view: &AlarmView, newest: Instant) {
    let alarm = &view.alarm;
    if !alarm.reason.is_empty() {
        let word = if alarm.state == AlarmState::Shelved { "Shelved" } else { "Put aside" };
        ui.label(format!("{word} by {}", model::who_text(view)));
    }
    if alarm.escalated == Some(alarm.raised) {
        ui.label("Escalated: nobody had acknowledged it in time.");
    }
    ui.label(weak(cx, "Last occurrences"));
    for occurrence in &alarm.occurrences {
        ui.horizontal(|ui| {
            ui.add(SeverityBadge::new(cx.theme, occurrence.severity).shape_only());
            let length = match occurrence.end {
                Some(end) => format!("for {}", model::length_text(end.s_since(occurrence.start))),
                None if is_stale_alarm(&alarm.key) => "still silent".to_owned(),
                None => "still outside".to_owned(),
            };
            let start = occurrence.start;
            let text = format!("{} UTC, {}, {length}", utc(start), sol(cx, &view.mission, start));
            if ui.button(text).on_hover_text("Cursor and range to this occurrence").clicked() {
                go(cx, start, model::window(start, occurrence.end, newest));
            }
        });
    }
    if !alarm.notes.is_empty() {
        ui.label(weak(cx, "Comments"));
    }
    for note in &alarm.notes {
        ui.label(format!("{}  {}: {}", utc(note.time), note.who, note.text));
    }
}
