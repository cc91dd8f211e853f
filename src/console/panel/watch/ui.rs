//! Paints the cards.

use egui::{RichText, ScrollArea, Ui, vec2};
use marsdeck_engine::mission::{Instrument, Mission, Severity};

use super::model;
use crate::intent::UiIntent;
use crate::panel::shared::{Readings, best_series, sparkline};
use crate::theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, SeverityBadge, ValueCell, card, simulated_badge};

/// The Watch panel.
pub struct Watch;

/// Narrowest useful card, and the widest: beyond it the eye loses the line.
const CARD_WIDTH: (f32, f32) = (270.0, 430.0);

/// Lines of values on a card.
const LINES: usize = 4;

impl Panel for Watch {
    fn title(&self) -> &'static str {
        "Watch"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if cx.snapshot.series.is_empty() {
            let sentence = "Nothing is stored yet. Ingest files, or drop them onto the window.";
            if EmptyState::new("Empty archive", sentence).button("Ingest…").show(ui, cx.theme) {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for mission in &cx.snapshot.missions.missions {
                let only = &cx.selection.mission;
                if only.is_empty() || *only == mission.id {
                    cards(ui, cx, mission);
                }
            }
        });
    }
}

fn cards(ui: &mut Ui, cx: &ViewContext<'_>, mission: &Mission) {
    ui.add_space(2.0);
    ui.label(RichText::new(&mission.name).heading().color(cx.theme.text));
    let gap = 10.0;
    let free = ui.available_width() - 12.0;
    let count = mission.instruments.len().max(1) as f32;
    let columns = ((free + gap) / (CARD_WIDTH.0 + gap)).floor().clamp(1.0, count);
    let width = ((free - gap * (columns - 1.0)) / columns).min(CARD_WIDTH.1);
    for row in mission.instruments.chunks(columns as usize) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for instrument in row {
                ui.push_id((&mission.id, &instrument.id), |ui| {
                    instrument_card(ui, cx, mission, instrument, width);
                });
            }
        });
        ui.add_space(gap - ui.spacing().item_spacing.y);
    }
}

fn instrument_card(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    mission: &Mission,
    instrument: &Instrument,
    width: f32,
) {
    let slot = ui.scope_id().with("readings");
    let readings = Readings::at_cursor(cx, slot, &instrument.parameters);
    let state = model::state(instrument, &readings);
    let alarming = state.severity > Severity::Normal;
    let edge = alarming.then(|| cx.theme.severity(state.severity));
    card(ui, cx.theme, edge, |ui| {
        // The frame adds its margins on both sides.
        ui.set_width(width - 22.0);
        ui.vertical(|ui| {
            header(ui, cx, mission, instrument, &state, &readings);
            values(ui, cx, instrument, &readings);
            ui.add_space(4.0);
            if let Some(best) = best_series(&cx.snapshot.series, &instrument.sparkline) {
                let title = instrument
                    .parameters
                    .iter()
                    .find(|p| p.name == instrument.sparkline)
                    .map_or(instrument.sparkline.as_str(), |p| p.title.as_str());
                let label = format!("{title}, last sol");
                ui.label(RichText::new(&label).size(theme::SMALL).color(cx.theme.text_weak));
                sparkline(ui, cx, &best.key, vec2(ui.available_width(), 40.0), &label);
            } else {
                ui.label(RichText::new("No curve stored").size(theme::SMALL).color(cx.theme.stale));
                ui.allocate_space(vec2(ui.available_width(), 40.0));
            }
            footer(ui, cx, instrument, &readings);
        });
    });
}

fn header(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    mission: &Mission,
    instrument: &Instrument,
    state: &model::State,
    readings: &Readings<'_>,
) {
    ui.horizontal(|ui| {
        let name = RichText::new(&instrument.name).heading().color(cx.theme.text);
        let open =
            ui.link(name).on_hover_text(format!("{}. Click for all of it.", instrument.title));
        if open.clicked() {
            let (mission, instrument) = (mission.id.clone(), instrument.id.clone());
            cx.intents.send(UiIntent::SelectInstrument(mission, instrument));
            cx.intents.send(UiIntent::OpenPanel("Instrument".into()));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(SeverityBadge::new(cx.theme, state.severity).word(&state.word));
            if readings.is_simulated() {
                simulated_badge(ui, cx.theme);
            }
        });
    });
}

fn values(ui: &mut Ui, cx: &ViewContext<'_>, instrument: &Instrument, readings: &Readings<'_>) {
    // As many lines on every card, so that cards of a row end together.
    let blank = LINES.saturating_sub(instrument.key_parameters.len());
    for name in &instrument.key_parameters {
        let Some(reading) = readings.list.iter().find(|r| r.parameter.name == *name) else {
            continue;
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(&reading.parameter.title).color(cx.theme.text_weak));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let title = &reading.parameter.title;
                let cell = ValueCell::new(cx.theme, title, reading.latest, cx.time.cursor)
                    .parameter(Some(reading.parameter))
                    .severity(reading.severity);
                ui.add(cell);
            });
        });
    }
    for _ in 0..blank {
        ui.horizontal(|ui| ui.label(""));
    }
}

/// What to look at next: the worst parameter, else the workspace of the instrument.
fn footer(ui: &mut Ui, cx: &ViewContext<'_>, instrument: &Instrument, readings: &Readings<'_>) {
    ui.add_space(2.0);
    if let Some((text, reading)) = model::next(readings) {
        let colour = cx.theme.severity(reading.severity);
        let text = RichText::new(text).size(theme::SMALL).color(colour);
        let link = ui.add(egui::Link::new(text)).on_hover_text("Plot it");
        if let (true, Some(key)) = (link.clicked(), reading.key.clone()) {
            cx.intents.send(UiIntent::PlotOnly(vec![key]));
            cx.intents.send(UiIntent::OpenPanel("Plots".into()));
        }
    } else if !instrument.workspace.is_empty() && instrument.workspace != "Watch" {
        let text = format!("Open {}", instrument.workspace);
        if ui.add(egui::Link::new(RichText::new(text).size(theme::SMALL))).clicked() {
            cx.intents.send(UiIntent::OpenWorkspace(instrument.workspace.clone()));
        }
    } else {
        ui.label(RichText::new("All within limits").size(theme::SMALL).color(cx.theme.text_weak));
    }
}
