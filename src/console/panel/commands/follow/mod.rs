//! Under way and history: every command with its stages, searched, looked at and exported.

mod details;
mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{ComboBox, Frame, PopupCloseBehavior, RichText, TextEdit, Ui};
use marsdeck_engine::command::{State, Uid, csv, json};

use super::later::Later;
use super::model::{self, Asked, Filter};
use super::parts::{state_badge, weak};
use super::ui::Deal;
use crate::panel::shared::{WriteBar, at_least_wide};
use crate::view::ViewContext;
use crate::widget::{EmptyState, counted_text, loading_mark};

/// The section.
#[derive(Default)]
pub(super) struct Follow {
    filter: Filter,
    found: Later<Asked, Vec<Uid>>,
    selected: Option<Uid>,
    write: WriteBar,
}

impl Follow {
    /// Paints it.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, deal: &mut Deal<'_>) {
        let asked = Asked {
            desk: Arc::clone(&cx.snapshot.commanding.desk),
            filter: self.filter.clone(),
            mission: deal.mission.to_owned(),
            range: self.filter.visible.then_some(cx.time.range),
            at: deal.at,
        };
        let at_once = deal.is_small();
        let rows = self.found.get(ui, asked, at_once, Asked::find);
        self.controls(ui, cx, rows.len());
        let desk = Arc::clone(&cx.snapshot.commanding.desk);
        let (of, usual) = (Arc::clone(&rows), "~/marsdeck-commands.csv");
        self.write.show(ui, cx, (usual, &["csv", "json"]), |ending| {
            let is_json = ending == "json";
            Box::new(move || {
                let items: Vec<_> = of.iter().filter_map(|uid| desk.get(*uid)).collect();
                if is_json { json(&items) } else { csv(&items) }
            })
        });
        if rows.is_empty() {
            self.nothing(ui, cx);
            return;
        }
        let selected = self.selected.and_then(|uid| deal.desk.get(uid));
        let shown = selected.filter(|of| model::state_of(of, deal.at).is_some());
        if let Some(item) = shown {
            let panel = egui::Panel::bottom("command details").resizable(true).frame(Frame::NONE);
            let size = (ui.available_height() * 0.5).clamp(120.0, 420.0);
            panel.default_size(size).show(ui, |ui| {
                if details::show(ui, cx, item, deal) {
                    self.selected = None;
                }
            });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            at_least_wide(ui, table::LEAST, |ui| {
                if let Some(uid) = table::show(ui, cx, (&rows, self.selected), deal) {
                    self.selected = Some(uid);
                }
            });
        });
    }

    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, count: usize) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter.words)
                .id_salt("words")
                .hint_text("name, argument or what happened")
                .desired_width(200.0);
            ui.add(edit).labelled_by(label.id);
            let label = ui.label(RichText::new("Who").color(cx.theme.text_weak));
            let edit =
                TextEdit::singleline(&mut self.filter.who).id_salt("who").hint_text("account");
            ui.add(edit.desired_width(90.0)).labelled_by(label.id);
            states_choice(ui, cx, &mut self.filter.states);
            ui.checkbox(&mut self.filter.visible, "Visible times only")
                .on_hover_text("Commands to which something happened in the times shown now");
            self.write.button(ui, "Write these commands, with all that happened, to a file");
            ui.label(weak(cx, counted_text(count, "command", "commands")));
            if self.found.is_running() {
                loading_mark(ui, cx.theme);
            }
        });
    }

    fn nothing(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if self.found.is_running() {
            loading_mark(ui, cx.theme);
        } else if self.filter.is_open() {
            let sentence = "Prepare a command: all that happens to it is kept here.";
            EmptyState::new("No commands", sentence).show(ui, cx.theme);
        } else {
            let sentence = "Shorten the search, or choose all states.";
            let empty = EmptyState::new("No command matches", sentence).button("Show all");
            if empty.show(ui, cx.theme) {
                self.filter = Filter::default();
            }
        }
    }
}

fn states_choice(ui: &mut Ui, cx: &ViewContext<'_>, states: &mut BTreeSet<State>) {
    let label = ui.label(RichText::new("States").color(cx.theme.text_weak));
    let text = match states.len() {
        0 => "all".to_owned(),
        1 | 2 => states.iter().map(|state| state.words()).collect::<Vec<_>>().join(", "),
        count => format!("{count} states"),
    };
    let combo = ComboBox::from_id_salt("command states")
        .width(130.0)
        .height(420.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .selected_text(text);
    let response = combo.show_ui(ui, |ui| {
        ui.horizontal(|ui| {
            if ui.button("All").clicked() {
                states.clear();
            }
            if ui.button("Under way").clicked() {
                *states = State::ALL.into_iter().filter(|state| state.is_out()).collect();
            }
        });
        for state in State::ALL {
            ui.horizontal(|ui| {
                let mut on = states.contains(&state);
                let name = format!("Show {}", state.words());
                let check = ui.checkbox(&mut on, "");
                check.widget_info(|| {
                    egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, &name)
                });
                if check.changed() {
                    let done = if on { states.insert(state) } else { states.remove(&state) };
                    debug_assert!(done, "a box that changed changes the set");
                }
                state_badge(ui, cx, state);
            });
        }
    });
    response.response.labelled_by(label.id);
}
