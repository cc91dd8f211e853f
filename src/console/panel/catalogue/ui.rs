//! Paints the catalogue; a click selects an event everywhere, a double click goes there.

use egui::{Layout, RichText, ScrollArea, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::archive::Event;
use marsdeck_engine::time::{Convention, SolClock, iso};

use super::model::{self, Filter, Order};
use crate::intent::UiIntent;
use crate::theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, card, scroll_table, simulated_badge};

/// The Catalogue panel.
#[derive(Default)]
pub struct Catalogue {
    filter: Filter,
}

impl Panel for Catalogue {
    fn title(&self) -> &'static str {
        "Catalogue"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if cx.snapshot.events.is_empty() {
            let sentence = "Ingest a QuakeML catalogue, or fetch one from the Products panel.";
            if EmptyState::new("No events stored", sentence).button("Ingest…").show(ui, cx.theme)
            {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        self.controls(ui, cx);
        let rows = model::rows(&cx.snapshot.events, &self.filter, cx.time.cursor);
        ui.label(
            RichText::new(format!("{} of {} events", rows.len(), cx.snapshot.events.len()))
                .size(theme::SMALL)
                .color(cx.theme.text_weak),
        );
        let selected = cx.snapshot.events.iter().find(|e| e.id == cx.selection.event);
        if let Some(event) = selected {
            egui::Panel::bottom("event details").resizable(true).default_size(150.0).show(
                ui,
                |ui| {
                    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| details(ui, cx, event));
                },
            );
        }
        egui::CentralPanel::default().show(ui, |ui| self.table(ui, cx, &rows));
    }
}

impl Catalogue {
    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter.search)
                .hint_text("name or type")
                .desired_width(120.0);
            ui.add(edit).labelled_by(label.id);
            ui.label(RichText::new("Quality").color(cx.theme.text_weak));
            for (on, name) in self.filter.qualities.iter_mut().zip(["A", "B", "C", "D", "none"]) {
                ui.toggle_value(on, name);
            }
            ui.checkbox(&mut self.filter.so_far, "Until the cursor only");
        });
    }

    fn table(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, rows: &[&Event]) {
        scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(egui::Align::Center))
            .column(Column::initial(74.0).at_least(60.0))
            .column(Column::initial(150.0).at_least(110.0).clip(true).resizable(true))
            .column(Column::initial(60.0).at_least(44.0))
            .column(Column::initial(120.0).at_least(70.0).clip(true).resizable(true))
            .column(Column::initial(58.0).at_least(50.0))
            .column(Column::initial(66.0).at_least(56.0))
            .column(Column::initial(60.0).at_least(50.0))
            .column(Column::remainder().at_least(70.0))
            .header(24.0, |mut header| {
                let titles = [
                    ("Name", Some(Order::Name)),
                    ("Origin, UTC", Some(Order::Time)),
                    ("Sol", None),
                    ("Type", Some(Order::Kind)),
                    ("Quality", Some(Order::Quality)),
                    ("Distance", Some(Order::Distance)),
                    ("Azimuth", None),
                    ("Magnitude", Some(Order::Magnitude)),
                ];
                for (title, order) in titles {
                    header.col(|ui| self.heading(ui, title, order, cx));
                }
            })
            .body(|body| {
                body.rows(24.0, rows.len(), |mut row| {
                    let Some(event) = rows.get(row.index()) else { return };
                    row.set_selected(event.id == cx.selection.event);
                    for text in texts(event) {
                        row.col(|ui| {
                            // Selectable text would swallow the click on its row.
                            ui.add(egui::Label::new(text).selectable(false));
                        });
                    }
                    let response = row.response().on_hover_text("Double-click to go there");
                    if response.clicked() {
                        cx.intents.send(UiIntent::SelectEvent(event.id.clone()));
                    }
                    if response.double_clicked() {
                        go(cx, event);
                    }
                });
            });
    }

    fn heading(&mut self, ui: &mut Ui, title: &str, order: Option<Order>, cx: &ViewContext<'_>) {
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

/// Selects an event, puts the cursor to its origin and shows its window.
fn go(cx: &ViewContext<'_>, event: &Event) {
    cx.intents.send(UiIntent::SelectEvent(event.id.clone()));
    cx.intents.send(UiIntent::SetCursor(event.time));
    cx.intents.send(UiIntent::SetRange(model::window(event)));
}

fn texts(event: &Event) -> [String; 8] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let sol = SolClock::of(if event.mission.is_empty() { "insight" } else { &event.mission })
        .map(|clock| clock.at(event.time, Convention::Kernel).sol.to_string());
    [
        event.name.clone(),
        iso(event.time, 0).replace('T', " ").trim_end_matches('Z').to_owned(),
        or_dash(sol.ok()),
        model::kind_text(&event.kind),
        if event.quality.is_empty() { "–".to_owned() } else { event.quality.clone() },
        or_dash(event.distance_deg.map(|d| format!("{d:.1}°"))),
        or_dash(event.back_azimuth_deg.map(|a| format!("{a:.0}°"))),
        or_dash(event.magnitude.map(|m| format!("{m:.1} {}", event.magnitude_type))),
    ]
}

fn details(ui: &mut Ui, cx: &ViewContext<'_>, event: &Event) {
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&event.name).heading().color(cx.theme.text));
            if event.simulated {
                simulated_badge(ui, cx.theme);
            }
            if ui.button("Go there").on_hover_text("Cursor and range to this event").clicked() {
                go(cx, event);
            }
            if ui.button("Show on the globe").clicked() {
                cx.intents.send(UiIntent::SelectEvent(event.id.clone()));
                cx.intents.send(UiIntent::OpenPanel("Globe".into()));
            }
        });
        let place = match (event.latitude_deg, event.longitude_deg) {
            (Some(lat), Some(lon)) => format!("{lat:.2}° N, {lon:.2}° E"),
            _ => "not located: distance and azimuth from SEIS only".to_owned(),
        };
        let depth = event.depth_km.map_or(String::new(), |d| format!(", depth {d:.0} km"));
        ui.label(format!("Epicentre {place}{depth}"));
        ui.horizontal_wrapped(|ui| {
            for pick in &event.picks {
                let spread = pick.uncertainty_s.map_or(String::new(), |s| format!(" ± {s:.0} s"));
                let text = format!("{} {}{spread}", pick.phase, &iso(pick.time, 1)[11..]);
                if ui.button(text).on_hover_text("Cursor to this pick").clicked() {
                    cx.intents.send(UiIntent::SetCursor(pick.time));
                }
            }
        });
    });
}
