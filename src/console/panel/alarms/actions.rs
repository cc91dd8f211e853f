//! What an operator does with alarms: buttons, and the line that asks for time and reason.

use egui::{Button, ComboBox, Key, RichText, TextEdit, Ui};
use marsdeck_engine::alarm::{AlarmAction, AlarmRef, AlarmState, AlarmView, series_of};
use marsdeck_engine::runtime::Intent;

use super::lines::Lines;
use super::model::{self, Row, SHELF};
use crate::intent::UiIntent;
use crate::state::Mode;
use crate::view::ViewContext;

/// What the line below the buttons asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Shelve,
    Remove,
    Comment,
}

impl Asked {
    fn word(self) -> &'static str {
        match self {
            Self::Shelve => "Shelve",
            Self::Remove => "Take out of service",
            Self::Comment => "Add comment",
        }
    }
}

/// The line that asks.
#[derive(Default)]
pub(super) struct Form {
    asked: Option<Asked>,
    for_s: usize,
    text: String,
}

/// Why nothing can be done now; none where it can.
pub(super) fn obstacle(cx: &ViewContext<'_>) -> Option<&'static str> {
    if cx.time.mode != Mode::Live {
        return Some("The list shows the past. Go live (End) to handle alarms.");
    }
    (!cx.snapshot.writable).then_some("This console only reads the archive.")
}

/// Asks the engine to do something; the console adds who.
fn send(cx: &ViewContext<'_>, alarms: Vec<AlarmRef>, action: AlarmAction) {
    let who = String::new();
    cx.intents.send(UiIntent::Engine(Intent::Alarm { alarms, action, who }));
}

fn button(ui: &mut Ui, text: &str, enabled: bool, hint: &str, obstacle: &str) -> bool {
    ui.add_enabled(enabled, Button::new(text))
        .on_hover_text(hint)
        .on_disabled_hover_text(obstacle)
        .clicked()
}

impl Form {
    /// Buttons for the selected line and for all lines shown, and the line that asks.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (lines, views): (&Lines, &[AlarmView]),
        selected: Option<&Row<'_>>,
    ) {
        let obstacle = obstacle(cx);
        let why = obstacle.unwrap_or("Select an alarm first.");
        let free = obstacle.is_none();
        let some = free && selected.is_some();
        let has = |wanted: fn(AlarmState) -> bool| {
            selected.is_some_and(|row| row.members.iter().any(|v| wanted(v.alarm.state)))
        };
        let refs = || selected.map(Row::refs).unwrap_or_default();
        ui.horizontal_wrapped(|ui| {
            let waits = some && has(AlarmState::wants_acknowledgement);
            let hint = "You saw it; a latched one is reset";
            if button(ui, "Acknowledge", waits, hint, why) {
                send(cx, refs(), AlarmAction::Acknowledge);
            }
            let why_all = obstacle.unwrap_or("Nothing shown waits.");
            let hint = "All that the list shows now";
            if button(ui, "Acknowledge all shown", free && lines.waiting() > 0, hint, why_all) {
                let all = lines.rows(views).flat_map(|row| row.members);
                let waiting = all.filter(|v| v.alarm.state.wants_acknowledgement());
                let all = waiting.map(model::reference).collect();
                send(cx, all, AlarmAction::Acknowledge);
            }
            for (asked, text, hint) in [
                (Asked::Shelve, "Shelve…", "Put it aside for a time"),
                (Asked::Comment, "Comment…", "Write a note for the others"),
                (Asked::Remove, "Out of service…", "Put it aside until it is put back"),
            ] {
                if button(ui, text, some, hint, why) {
                    self.asked = Some(asked);
                    self.text.clear();
                }
            }
            let hint = "Opens the log book with an entry tied to this alarm";
            let why_log = if cx.snapshot.writable { "Select an alarm first." } else { why };
            let may_log = cx.snapshot.writable && selected.is_some();
            if button(ui, "Write log entry…", may_log, hint, why_log)
                && let Some(lead) = selected.map(|row| row.lead)
            {
                let series = Some(series_of(&lead.alarm.key));
                let intent = UiIntent::WriteLog(lead.alarm.since, lead.mission.clone(), series);
                cx.intents.send(intent);
            }
            let shelved = some && has(|state| state == AlarmState::Shelved);
            let hint = "Back from the shelf, as acknowledged";
            if button(ui, "Unshelve", shelved, hint, why) {
                send(cx, refs(), AlarmAction::Unshelve);
            }
            if button(
                ui,
                "Return to service",
                some && has(model::may_restore),
                "Watch it again",
                why,
            ) {
                send(cx, refs(), AlarmAction::Restore);
            }
        });
        if let (Some(asked), Some(row), true) = (self.asked, selected, free) {
            self.line(ui, cx, asked, row);
        }
    }

    fn line(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, asked: Asked, row: &Row<'_>) {
        let mut done = false;
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(row.name()).color(cx.theme.text).strong());
            if asked == Asked::Shelve {
                let label = ui.label(RichText::new("for").color(cx.theme.text_weak));
                let text = SHELF.get(self.for_s).map_or("", |(_, text)| *text);
                let combo = ComboBox::from_id_salt("shelf time").selected_text(text);
                let response = combo.show_ui(ui, |ui| {
                    for (i, (_, text)) in SHELF.iter().enumerate() {
                        ui.selectable_value(&mut self.for_s, i, *text);
                    }
                });
                response.response.labelled_by(label.id);
            }
            let name = if asked == Asked::Comment { "Comment" } else { "Reason" };
            let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.text).desired_width(260.0);
            let edit = ui.add(edit).labelled_by(label.id);
            let is_told = !self.text.trim().is_empty();
            let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let why = format!("Write the {} first.", name.to_lowercase());
            let go = button(ui, asked.word(), is_told, "Enter does the same", &why);
            if (go || enter) && is_told {
                send(cx, row.refs(), self.action(asked));
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
        if done {
            *self = Self { for_s: self.for_s, ..Self::default() };
        }
    }

    fn action(&self, asked: Asked) -> AlarmAction {
        let text = self.text.trim().to_owned();
        match asked {
            Asked::Shelve => AlarmAction::Shelve {
                for_s: SHELF.get(self.for_s).map_or(600.0, |(seconds, _)| *seconds),
                reason: text,
            },
            Asked::Remove => AlarmAction::Remove { reason: text },
            Asked::Comment => AlarmAction::Comment { text },
        }
    }
}
