//! Paints the table of products with its filter.

use std::sync::Arc;

use egui::{ComboBox, Layout, RichText, TextEdit, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::archive::Product;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{TimeRange, iso};

use super::details;
use super::fetch::{self, FetchForm};
use super::model::{self, Filter, Order};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, SeverityBadge, loading_mark, scroll_table, simulated_badge};

/// The Products panel.
#[derive(Default)]
pub struct Products {
    filter: Filter,
    fetch: FetchForm,
    list: List,
}

/// The table as it was made of an answer and a filter.
#[derive(Default)]
struct List {
    made_of: Option<(Arc<Answer>, Filter)>,
    rows: Vec<usize>,
    formats: Vec<(String, usize)>,
    missions: Vec<(String, usize)>,
}

impl List {
    fn update(&mut self, answer: &Arc<Answer>, products: &[Product], filter: &Filter) {
        let is_same =
            self.made_of.as_ref().is_some_and(|(a, f)| Arc::ptr_eq(a, answer) && f == filter);
        if !is_same {
            self.rows = model::rows(products, filter);
            self.formats = model::choices(products, |p| p.about.format.as_str());
            self.missions = model::choices(products, |p| p.about.mission.as_str());
            self.made_of = Some((Arc::clone(answer), filter.clone()));
        }
    }
}

impl Panel for Products {
    fn title(&self) -> &'static str {
        "Products"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let request = Request::Products { range: TimeRange::ALL, format: String::new() };
        let pending = cx.queries.ask(ui.scope_id().with("products"), &request);
        let answer = pending.answer.as_ref().map(|(_, answer)| Arc::clone(answer));
        let products = match answer.as_deref() {
            Some(Answer::Products(products)) => products.as_slice(),
            _ => &[],
        };
        if let Some(answer) = &answer {
            self.list.update(answer, products, &self.filter);
        }
        self.controls(ui, cx, products.len());
        fetch::jobs(ui, cx);
        self.fetch.show(ui, cx);
        ui.separator();
        if answer.is_none() {
            match &pending.error {
                Some(error) => {
                    let sentence = format!("{error}.");
                    EmptyState::new("The products cannot be listed", &sentence).show(ui, cx.theme);
                }
                None => {
                    loading_mark(ui, cx.theme);
                }
            }
            return;
        }
        if products.is_empty() {
            let sentence = "Ingest files or folders, drop them onto the window, or fetch from an \
                            FDSN service with the form above.";
            if EmptyState::new("No files stored", sentence).button("Ingest…").show(ui, cx.theme) {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        let selected = products.iter().find(|p| Some(p.id) == cx.selection.product);
        if let Some(product) = selected {
            let panel = egui::Panel::bottom("product details").resizable(true);
            panel.default_size(250.0).show(ui, |ui| details::show(ui, cx, product));
        }
        egui::CentralPanel::default().show(ui, |ui| {
            if self.list.rows.is_empty() {
                EmptyState::new("No product matches", "Shorten the search, or choose all formats.")
                    .show(ui, cx.theme);
            } else {
                self.table(ui, cx, products);
            }
        });
    }
}

impl Products {
    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, count: usize) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter.search)
                .hint_text("name, summary or checksum")
                .desired_width(180.0);
            ui.add(edit).labelled_by(label.id);
            choose(ui, cx, "Format", &mut self.filter.format, &self.list.formats);
            let missions = &cx.snapshot.missions.missions;
            let named = |id: &str| missions.iter().find(|m| m.id == id).map(|m| m.name.as_str());
            choose_named(ui, cx, "Mission", &mut self.filter.mission, &self.list.missions, named);
            ui.checkbox(&mut self.filter.only_problems, "With problems only");
            let ingest = ui.add_enabled(cx.snapshot.writable, egui::Button::new("Ingest…"));
            let ingest = ingest.on_disabled_hover_text("This console only reads the archive.");
            if ingest.on_hover_text("Read files or folders into the archive").clicked() {
                cx.intents.send(UiIntent::AskIngest);
            }
            let text = format!("{} of {count} files", self.list.rows.len());
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        });
    }

    fn table(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, products: &[Product]) {
        let rows = std::mem::take(&mut self.list.rows);
        scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(egui::Align::Center))
            .column(Column::initial(290.0).at_least(120.0).clip(true).resizable(true))
            .column(Column::initial(92.0).at_least(60.0).clip(true))
            .column(Column::initial(130.0).at_least(70.0).clip(true).resizable(true))
            .column(Column::initial(100.0).at_least(70.0).clip(true).resizable(true))
            .column(Column::initial(192.0).at_least(90.0).clip(true).resizable(true))
            .column(Column::initial(72.0).at_least(60.0))
            .column(Column::initial(140.0).at_least(80.0).clip(true))
            .column(Column::remainder().at_least(66.0))
            .header(24.0, |mut header| {
                let titles = [
                    ("Name", Order::Name),
                    ("Format", Order::Format),
                    ("Instrument", Order::Instrument),
                    ("Identity", Order::Product),
                    ("Covers, UTC", Order::Span),
                    ("Size", Order::Size),
                    ("Stored, UTC", Order::Stored),
                    ("Problems", Order::Problems),
                ];
                for (title, order) in titles {
                    header.col(|ui| self.heading(ui, title, order));
                }
            })
            .body(|body| {
                body.rows(24.0, rows.len(), |mut row| {
                    let product = rows.get(row.index()).and_then(|i| products.get(*i));
                    let Some(product) = product else { return };
                    row.set_selected(Some(product.id) == cx.selection.product);
                    cells(&mut row, cx, product);
                    if row.response().clicked() {
                        cx.intents.send(UiIntent::SelectProduct(product.id));
                    }
                });
            });
        self.list.rows = rows;
    }

    fn heading(&mut self, ui: &mut Ui, title: &str, order: Order) {
        let is_on = self.filter.order == order;
        let arrow = match (is_on, self.filter.descending) {
            (true, true) => " ▼",
            (true, false) => " ▲",
            _ => "",
        };
        let text = RichText::new(format!("{title}{arrow}")).size(SMALL);
        if ui.add(egui::Button::new(text).frame(false)).on_hover_text("Sort").clicked() {
            self.filter.descending = is_on && !self.filter.descending;
            self.filter.order = order;
        }
    }
}

fn choose(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    chosen: &mut String,
    choices: &[(String, usize)],
) {
    choose_named(ui, cx, name, chosen, choices, |id| Some(model::format_text(id)));
}

fn choose_named<'a>(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    chosen: &mut String,
    choices: &'a [(String, usize)],
    named: impl Fn(&'a str) -> Option<&'a str>,
) {
    let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
    let current = choices.iter().find(|(id, _)| id == chosen);
    let text = current.and_then(|(id, _)| named(id)).unwrap_or("All");
    let combo = ComboBox::from_id_salt(name).width(110.0).selected_text(text);
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(chosen, String::new(), "All");
        for (id, count) in choices {
            let text = format!("{} ({count})", named(id).unwrap_or(id));
            ui.selectable_value(chosen, id.clone(), text);
        }
    });
    response.response.labelled_by(label.id);
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, product: &Product) {
    let about = &product.about;
    row.col(|ui| {
        cell(ui, RichText::new(&about.name)).on_hover_text(&about.summary);
    });
    row.col(|ui| {
        cell(ui, RichText::new(model::format_text(&about.format)));
    });
    row.col(|ui| {
        let mission = cx.snapshot.missions.missions.iter().find(|m| m.id == about.mission);
        let instrument = mission
            .and_then(|m| m.instruments.iter().find(|i| i.id == about.instrument))
            .map_or(about.instrument.as_str(), |i| i.name.as_str());
        let mission = mission.map_or(about.mission.as_str(), |m| m.name.as_str());
        let text = [mission, instrument].into_iter().filter(|t| !t.is_empty());
        cell(ui, RichText::new(text.collect::<Vec<_>>().join(" ")));
    });
    row.col(|ui| {
        if about.product == "simulated" {
            simulated_badge(ui, cx.theme);
        } else {
            cell(ui, RichText::new(&about.product).color(cx.theme.text_weak));
        }
    });
    let stored = iso(product.stored, 0).replace('T', " ").replace('Z', "");
    for text in [model::span_text(about.span), model::size_text(product.bytes), stored] {
        row.col(|ui| {
            cell(ui, RichText::new(text).size(SMALL));
        });
    }
    row.col(|ui| {
        if about.problems.is_empty() {
            cell(ui, RichText::new("0").color(cx.theme.text_weak));
        } else {
            let count = about.problems.len().to_string();
            ui.add(SeverityBadge::new(cx.theme, Severity::Watch).word(&count));
        }
    });
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) -> egui::Response {
    ui.add(egui::Label::new(text).selectable(false))
}
