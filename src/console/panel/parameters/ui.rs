//! Paints the tree and the table; only the visible rows ask for values.

use egui::{Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use egui_extras::{Column, TableRow};
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::date;

use super::model::{self, Filter, Order, Row};
use crate::intent::UiIntent;
use crate::panel::shared::{LimitForm, sparkline};
use crate::theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, SeverityBadge, ValueCell, scroll_table, simulated_badge};

/// The Parameters panel.
#[derive(Default)]
pub struct Parameters {
    filter: Filter,
    limits: LimitForm,
}

impl Panel for Parameters {
    fn title(&self) -> &'static str {
        "Parameters"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if cx.snapshot.series.is_empty() {
            let sentence = "Ingest files, or drop them onto the window.";
            if EmptyState::new("No series stored", sentence).button("Ingest…").show(ui, cx.theme)
            {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        let searched = Filter { group: Default::default(), ..self.filter.clone() };
        let all = model::rows(&cx.snapshot.series, &cx.snapshot.missions, &searched);
        egui::Panel::left("parameter tree").default_size(150.0).resizable(true).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.tree(ui, cx, &all));
        });
        egui::CentralPanel::default().show(ui, |ui| {
            ui.horizontal(|ui| {
                let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
                let edit = TextEdit::singleline(&mut self.filter.search)
                    .hint_text("name, title or product")
                    .desired_width(220.0);
                ui.add(edit).labelled_by(label.id);
            });
            let rows = model::rows(&cx.snapshot.series, &cx.snapshot.missions, &self.filter);
            if rows.is_empty() {
                let sentence = "Shorten the search, or choose All in the tree.";
                EmptyState::new("No series matches", sentence).show(ui, cx.theme);
            } else {
                self.table(ui, cx, &rows);
            }
        });
        self.limits.show(ui, cx);
    }
}

impl Parameters {
    fn tree(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, rows: &[Row<'_>]) {
        let group = &mut self.filter.group;
        if ui.selectable_label(group.0.is_empty(), format!("All ({})", rows.len())).clicked() {
            *group = Default::default();
        }
        for (mission, instruments) in model::tree(rows) {
            let is_on = group.0 == mission && group.1.is_empty();
            let text = RichText::new(&mission).color(cx.theme.text).strong();
            if ui.selectable_label(is_on, text).clicked() {
                *group = (mission.clone(), String::new());
            }
            for (instrument, count) in instruments {
                let is_on = *group == (mission.clone(), instrument.clone());
                ui.horizontal(|ui| {
                    ui.add_space(12.0);
                    if ui.selectable_label(is_on, format!("{instrument} ({count})")).clicked() {
                        *group = (mission.clone(), instrument.clone());
                    }
                });
            }
        }
    }

    fn table(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, rows: &[Row<'_>]) {
        let mut wanted = None;
        scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click_and_drag())
            .cell_layout(Layout::left_to_right(egui::Align::Center))
            .column(Column::initial(230.0).at_least(120.0).clip(true).resizable(true))
            .column(Column::initial(160.0).at_least(90.0).clip(true).resizable(true))
            .column(Column::initial(130.0).at_least(90.0).clip(true).resizable(true))
            .column(Column::initial(64.0).at_least(50.0))
            .column(Column::initial(90.0).at_least(70.0))
            .column(Column::initial(130.0).at_least(110.0))
            .column(Column::initial(90.0).at_least(80.0))
            .column(Column::remainder().at_least(100.0))
            .header(24.0, |mut header| {
                let titles = [
                    ("Name", Some(Order::Name)),
                    ("Title", Some(Order::Title)),
                    ("Value at the cursor", None),
                    ("Rate", Some(Order::Rate)),
                    ("Samples", Some(Order::Samples)),
                    ("Last sol", None),
                    ("From", Some(Order::Start)),
                    ("Product", None),
                ];
                for (title, order) in titles {
                    header.col(|ui| self.heading(ui, cx, title, order));
                }
            })
            .body(|body| {
                body.rows(28.0, rows.len(), |mut row| {
                    if let Some(item) = rows.get(row.index()) {
                        cells(&mut row, cx, item, &mut wanted);
                    }
                });
            });
        if let Some(series) = wanted {
            self.limits.open(cx, series);
        }
    }

    fn heading(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, title: &str, order: Option<Order>) {
        let Some(order) = order else {
            ui.label(RichText::new(title).size(theme::SMALL).color(cx.theme.text_weak));
            return;
        };
        let is_on = self.filter.order == order;
        let arrow = match (is_on, self.filter.descending) {
            (true, true) => " ▼",
            (true, false) => " ▲",
            _ => "",
        };
        let text = RichText::new(format!("{title}{arrow}")).size(theme::SMALL);
        if ui.add(egui::Button::new(text).frame(false)).on_hover_text("Sort").clicked() {
            self.filter.descending = is_on && !self.filter.descending;
            self.filter.order = order;
        }
    }
}

/// Paints a line; `limits` becomes its series where the operator wants to change the limits.
fn cells(
    row: &mut TableRow<'_, '_>,
    cx: &ViewContext<'_>,
    item: &Row<'_>,
    limits: &mut Option<SeriesKey>,
) {
    let key = &item.summary.key;
    row.col(|ui| {
        let drag = ui.dnd_drag_source(ui.scope_id().with(("drag", key)), key.clone(), |ui| {
            ui.label(&key.name);
        });
        let hint = item.parameter.map_or("", |p| p.description.as_str());
        let hint = format!("{key}\n{hint}\nDouble-click or drag to plot; right-click for more.");
        let response = drag.response.interact(egui::Sense::click()).on_hover_text(hint);
        if response.double_clicked() {
            cx.intents.send(UiIntent::PlotSeries(key.clone()));
            cx.intents.send(UiIntent::OpenPanel("Plots".into()));
        }
        response.context_menu(|ui| {
            if ui.button("Plot").clicked() {
                cx.intents.send(UiIntent::PlotSeries(key.clone()));
                cx.intents.send(UiIntent::OpenPanel("Plots".into()));
                ui.close();
            }
            if ui.button("Copy name").clicked() {
                ui.copy_text(key.to_string());
                ui.close();
            }
            if ui.button("Show its whole span").clicked() {
                cx.intents.send(UiIntent::SetRange(item.summary.span));
                ui.close();
            }
            let obstacle = LimitForm::obstacle(cx, key);
            let button = ui.add_enabled(obstacle.is_none(), egui::Button::new("Change limits…"));
            if button.on_disabled_hover_text(obstacle.unwrap_or_default()).clicked() {
                *limits = Some(key.clone());
                ui.close();
            }
        });
    });
    row.col(|ui| {
        ui.label(item.title());
    });
    row.col(|ui| value(ui, cx, item));
    row.col(|ui| {
        ui.label(RichText::new(rate(item.summary.rate_hz)).color(cx.theme.text_weak));
    });
    row.col(|ui| {
        ui.label(RichText::new(grouped(item.summary.samples)).monospace().size(theme::SMALL));
    });
    row.col(|ui| sparkline(ui, cx, key, vec2(120.0, 22.0), item.title()));
    row.col(|ui| {
        let start = date(item.summary.span.start);
        ui.label(RichText::new(start).size(theme::SMALL).color(cx.theme.text_weak));
    });
    row.col(|ui| {
        if key.is_simulated() {
            simulated_badge(ui, cx.theme);
        } else {
            ui.label(RichText::new(&key.product).color(cx.theme.text_weak));
        }
    });
}

fn value(ui: &mut Ui, cx: &ViewContext<'_>, item: &Row<'_>) {
    let keys = vec![item.summary.key.clone()];
    let slot = ui.scope_id().with(("value", &item.summary.key));
    let pending = cx.queries.ask(slot, &Request::Latest { keys, at: cx.time.cursor });
    let latest = match pending.answer.as_ref().map(|(_, answer)| answer.as_ref()) {
        Some(Answer::Latest(values)) => values.first().copied().flatten(),
        _ => None,
    };
    let severity =
        latest.zip(item.parameter).map(|(l, p)| p.severity(l.time, l.value)).unwrap_or_default();
    let cell = ValueCell::new(cx.theme, item.title(), latest, cx.time.cursor)
        .parameter(item.parameter)
        .severity(severity);
    if item.parameter.is_some() {
        ui.add(SeverityBadge::new(cx.theme, severity).shape_only());
    }
    let response = ui.add(cell);
    if item.parameter.is_none() && !item.unit().is_empty() {
        response.on_hover_text(item.unit());
    }
}

/// `20 Hz`, `1/10 s`, or a dash.
fn rate(rate_hz: f64) -> String {
    if rate_hz >= 1.0 {
        format!("{rate_hz:.4} Hz").replace(".0000", "")
    } else if rate_hz > 0.0 {
        format!("1/{:.0} s", 1.0 / rate_hz)
    } else {
        "–".to_owned()
    }
}

/// `1 775 504`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_counts_read_well() {
        assert_eq!(rate(20.0), "20 Hz");
        assert_eq!(rate(0.1), "1/10 s");
        assert_eq!(rate(0.0), "–");
        assert_eq!(grouped(1_775_504), "1\u{2009}775\u{2009}504");
        assert_eq!(grouped(12), "12");
    }
}
