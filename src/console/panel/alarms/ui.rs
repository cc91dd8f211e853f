//! Paints the panel: tabs, filter, buttons, list and details.

use egui::{ComboBox, RichText, ScrollArea, Ui};
use marsdeck_engine::alarm::AlarmView;
use marsdeck_engine::archive::SeriesKey;

use super::actions::Form;
use super::figures::Figures;
use super::lines::Lines;
use super::model::{Filter, LEAST, Which};
use super::{details, escalation, table};
use crate::intent::UiIntent;
use crate::panel::shared::LimitForm;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::{AlarmsAt, Panel, ViewContext};
use crate::widget::{EmptyState, counted_text, replay_badge};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    List,
    Shelf,
    Statistics,
    Escalation,
}

/// The Alarms panel.
#[derive(Default)]
pub struct Alarms {
    at: AlarmsAt,
    lines: Lines,
    tab: Tab,
    filter: Filter,
    form: Form,
    figures: Figures,
    escalation: escalation::Page,
    limits: LimitForm,
    selected: Option<SeriesKey>,
}

impl Panel for Alarms {
    fn title(&self) -> &'static str {
        "Alarms"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let mut at = std::mem::take(&mut self.at);
        let (views, stamp) = at.listed(cx);
        self.lines.update(stamp, views, &self.filter, self.tab == Tab::Shelf);
        let shelf = format!("Shelf ({})", self.lines.aside());
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(&mut self.tab, Tab::List, "List");
            ui.selectable_value(&mut self.tab, Tab::Shelf, shelf);
            ui.selectable_value(&mut self.tab, Tab::Statistics, "Statistics");
            ui.selectable_value(&mut self.tab, Tab::Escalation, "Escalation");
            past(ui, cx);
        });
        match self.tab {
            Tab::Statistics => self.figures.show(ui, cx),
            Tab::Escalation => self.escalation.show(ui, cx),
            Tab::List | Tab::Shelf => self.list(ui, cx, views),
        }
        self.limits.show(ui, cx);
        self.at = at;
    }
}

/// Says that the list shows the past, and how to leave it.
fn past(ui: &mut Ui, cx: &ViewContext<'_>) {
    if cx.time.mode == Mode::Live {
        return;
    }
    ui.separator();
    if cx.time.mode == Mode::Replay {
        replay_badge(ui, cx.theme);
    }
    ui.label(format!("As it stood at {}", cx.time_text(cx.time.cursor)));
    if ui.button("Go live").on_hover_text("Alarms are handled when live").clicked() {
        cx.intents.send(UiIntent::GoLive);
    }
}

impl Alarms {
    fn list(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, views: &[AlarmView]) {
        if self.tab == Tab::List {
            self.controls(ui, cx);
        }
        let line = self.selected.as_ref().and_then(|key| self.lines.find(key, views));
        let selected = line.and_then(|at| self.lines.row(at, views));
        self.form.show(ui, cx, (&self.lines, views), selected.as_ref());
        ui.separator();
        if self.lines.len() == 0 {
            let (title, sentence) = self.nothing(cx);
            EmptyState::new(title, sentence).show(ui, cx.theme);
            return;
        }
        if let Some(row) = &selected {
            let panel = egui::Panel::bottom("alarm details").resizable(true);
            panel.default_size(210.0).show(ui, |ui| {
                let page = ScrollArea::vertical().auto_shrink(false);
                if let Some(series) = page.show(ui, |ui| details::show(ui, cx, row)).inner {
                    self.limits.open(cx, series);
                }
            });
        }
        egui::CentralPanel::default().show(ui, |ui| {
            if let Some(clicked) = table::show(ui, cx, (&self.lines, views), line) {
                self.selected = Some(clicked);
            }
        });
    }

    fn nothing(&self, cx: &ViewContext<'_>) -> (&'static str, &'static str) {
        if self.tab == Tab::Shelf {
            return (
                "The shelf is empty",
                "Shelve an alarm that is known and cannot be mended now.",
            );
        }
        if self.filter != (Filter { by_cause: self.filter.by_cause, ..Filter::default() }) {
            return ("No alarm matches", "Choose all severities, missions and states.");
        }
        if cx.snapshot.alarms.evaluated == 0 {
            return ("Looking through the data", "Alarms show as soon as they are found.");
        }
        ("No alarms", "Every value is inside its limits, and everything was acknowledged.")
    }

    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let filter = &mut self.filter;
        ui.horizontal_wrapped(|ui| {
            choose(ui, cx, "Severity", &mut filter.least, &LEAST);
            let all = [(String::new(), "All")];
            let missions = cx.snapshot.missions.missions.iter();
            let missions = missions.map(|m| (m.id.clone(), m.name.as_str()));
            let missions: Vec<(String, &str)> = all.into_iter().chain(missions).collect();
            choose(ui, cx, "Mission", &mut filter.mission, &missions);
            choose(ui, cx, "State", &mut filter.which, &Which::ALL);
            ui.checkbox(&mut filter.by_cause, "One line per cause")
                .on_hover_text("Alarms of one instrument that start within a minute");
            let alarms = counted_text(self.lines.alarms(), "alarm", "alarms");
            let text = format!("{alarms} in {}", counted_text(self.lines.len(), "line", "lines"));
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        });
    }
}

fn choose<T: Clone + PartialEq>(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    chosen: &mut T,
    choices: &[(T, &str)],
) {
    let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
    let text = choices.iter().find(|(value, _)| value == chosen).map_or("", |(_, text)| *text);
    let combo = ComboBox::from_id_salt(name).width(120.0).selected_text(text);
    let response = combo.show_ui(ui, |ui| {
        for (value, text) in choices {
            ui.selectable_value(chosen, value.clone(), *text);
        }
    });
    response.response.labelled_by(label.id);
}
