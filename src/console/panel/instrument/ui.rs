//! Paints every parameter of the selected instrument with its limits and a curve.

use egui::{Layout, RichText, Ui, vec2};
use egui_extras::Column;
use marsdeck_engine::mission::{Instrument, Limit, Mission, Severity};

use crate::intent::UiIntent;
use crate::panel::shared::{Readings, sparkline};
use crate::theme::{self, severity_word};
use crate::view::{Panel, ViewContext};
use crate::widget::{
    EmptyState, SeverityBadge, ValueCell, age_text, scroll_table, simulated_badge,
};

/// The Instrument panel.
pub struct InstrumentPanel;

impl Panel for InstrumentPanel {
    fn title(&self) -> &'static str {
        "Instrument"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some((mission, instrument)) = selected(cx) else {
            let sentence = "The mission database defines no instrument; run marsdeck mdb check.";
            EmptyState::new("No instrument", sentence).show(ui, cx.theme);
            return;
        };
        choice(ui, cx, mission, instrument);
        let slot = ui.scope_id().with((&mission.id, &instrument.id));
        let readings = Readings::at_cursor(cx, slot, &instrument.parameters);
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&instrument.title).color(cx.theme.text_weak));
            if readings.is_simulated() {
                simulated_badge(ui, cx.theme);
            }
        });
        ui.separator();
        table(ui, cx, &readings);
    }
}

/// The selected instrument, else the first one.
fn selected<'a>(cx: &ViewContext<'a>) -> Option<(&'a Mission, &'a Instrument)> {
    let selection = cx.selection;
    let mut all = cx
        .snapshot
        .missions
        .missions
        .iter()
        .flat_map(|m| m.instruments.iter().map(move |i| (m, i)));
    let chosen = |(m, i): &(&Mission, &Instrument)| {
        i.id == selection.instrument && (selection.mission.is_empty() || m.id == selection.mission)
    };
    all.clone().find(chosen).or_else(|| all.next())
}

fn choice(ui: &mut Ui, cx: &ViewContext<'_>, mission: &Mission, instrument: &Instrument) {
    ui.horizontal_wrapped(|ui| {
        for m in &cx.snapshot.missions.missions {
            ui.label(RichText::new(&m.name).color(cx.theme.text_weak));
            for i in &m.instruments {
                let is_on = m.id == mission.id && i.id == instrument.id;
                if ui.selectable_label(is_on, &i.name).on_hover_text(&i.title).clicked() {
                    let (mission, instrument) = (m.id.clone(), i.id.clone());
                    cx.intents.send(UiIntent::SelectInstrument(mission, instrument));
                }
            }
            ui.add_space(8.0);
        }
    });
}

fn table(ui: &mut Ui, cx: &ViewContext<'_>, readings: &Readings<'_>) {
    let row_height = 30.0;
    scroll_table(ui)
        .striped(true)
        .cell_layout(Layout::left_to_right(egui::Align::Center))
        .column(Column::initial(170.0).at_least(90.0).clip(true).resizable(true))
        .column(Column::initial(120.0).at_least(90.0).clip(true).resizable(true))
        .column(Column::initial(90.0).at_least(80.0))
        .column(Column::initial(70.0).at_least(50.0))
        .column(Column::initial(170.0).at_least(90.0).clip(true).resizable(true))
        .column(Column::initial(150.0).at_least(120.0))
        .column(Column::remainder().at_least(60.0))
        .header(24.0, |mut header| {
            for title in ["Parameter", "Value", "Severity", "Age", "Limits", "Last sol", ""] {
                header.col(|ui| {
                    ui.label(RichText::new(title).size(theme::SMALL).color(cx.theme.text_weak));
                });
            }
        })
        .body(|body| {
            body.rows(row_height, readings.list.len(), |mut row| {
                let Some(reading) = readings.list.get(row.index()) else { return };
                let parameter = reading.parameter;
                row.col(|ui| {
                    ui.label(&parameter.title)
                        .on_hover_text(format!("{}\n{}", parameter.name, parameter.description));
                });
                row.col(|ui| {
                    let cell =
                        ValueCell::new(cx.theme, &parameter.title, reading.latest, cx.time.cursor);
                    ui.add(cell.parameter(Some(parameter)).severity(reading.severity));
                });
                row.col(|ui| {
                    ui.add(SeverityBadge::new(cx.theme, reading.severity));
                });
                row.col(|ui| {
                    let age = reading
                        .latest
                        .map_or("–".to_owned(), |l| age_text(cx.time.cursor, l.time));
                    ui.label(RichText::new(age).color(cx.theme.text_weak));
                });
                row.col(|ui| {
                    let text = limits(parameter.limits_at(cx.time.cursor));
                    ui.label(RichText::new(&text).size(theme::SMALL).color(cx.theme.text_weak))
                        .on_hover_text(&text);
                });
                row.col(|ui| {
                    if let Some(key) = &reading.key {
                        let label = format!("{}, last sol", parameter.title);
                        sparkline(ui, cx, key, vec2(140.0, 24.0), &label);
                    }
                });
                row.col(|ui| {
                    if let Some(key) = &reading.key {
                        let label = format!("Plot {}", parameter.title);
                        let button = ui.add(egui::Button::new("Plot").small());
                        button.widget_info(|| {
                            egui::WidgetInfo::labeled(egui::Role::Button, true, &label)
                        });
                        if button.on_hover_text(&label).clicked() {
                            cx.intents.send(UiIntent::PlotSeries(key.clone()));
                            cx.intents.send(UiIntent::OpenPanel("Plots".into()));
                        }
                    }
                });
            });
        });
}

/// Limits in words: `caution -60 to 60, critical -80 to 80`.
fn limits<'a>(limits: impl IntoIterator<Item = &'a Limit>) -> String {
    let mut sorted: Vec<&Limit> = limits.into_iter().collect();
    sorted.sort_by_key(|l| l.severity);
    let part = |l: &Limit| {
        let word = severity_word(l.severity.max(Severity::Normal)).to_lowercase();
        match (l.low, l.high) {
            (Some(low), Some(high)) => format!("{word} outside {low} to {high}"),
            (Some(low), None) => format!("{word} below {low}"),
            (None, Some(high)) => format!("{word} above {high}"),
            (None, None) => word,
        }
    };
    if sorted.is_empty() {
        return "none".to_owned();
    }
    sorted.into_iter().map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_read_as_words() {
        let limit = |severity, low, high| Limit { severity, low, high, ..Limit::default() };
        let list = [
            limit(Severity::Critical, Some(-80.0), Some(80.0)),
            limit(Severity::Warning, Some(-60.0), Some(60.0)),
        ];
        assert_eq!(limits(&list), "caution outside -60 to 60, critical outside -80 to 80");
        assert_eq!(limits(&[limit(Severity::Watch, None, Some(15.0))]), "caution above 15");
        assert_eq!(limits(&[]), "none");
    }
}
