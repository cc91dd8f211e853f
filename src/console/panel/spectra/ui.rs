//! Paints the list of spectra, the chart and the table of lines.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{
    Align, Button, DragValue, FontId, Layout, RichText, ScrollArea, TextEdit, TextFormat, Ui,
};
use egui_extras::Column;
use marsdeck_engine::archive::ProductId;
use marsdeck_engine::query::{Answer, Request, Spectrum};
use marsdeck_engine::time::TimeRange;

use super::chart::{self, CLOSE_UP_NM, Choice, Shown};
use super::model::{self, Curve, DUST_SHOTS, Order, Row, Window};
use crate::intent::UiIntent;
use crate::theme::{BODY, SMALL};
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, badge, loading_mark, scroll_table, simulated_badge};

/// Height of an entry of the list, two lines, in points.
const ROW_HEIGHT: f32 = 44.0;

/// The Spectra panel.
#[derive(Default)]
pub struct Spectra {
    search: String,
    choice: Choice,
    marked: BTreeSet<&'static str>,
    order: Order,
    descending: bool,
    list: List,
    shown: Option<Shown>,
    go: Option<(f64, f64)>,
}

/// The list as it was made of an answer and a search.
#[derive(Default)]
struct List {
    made_of: Option<(Arc<Answer>, String)>,
    rows: Vec<Row>,
}

impl List {
    fn update(&mut self, answer: &Arc<Answer>, search: &str) {
        let is_same =
            self.made_of.as_ref().is_some_and(|(a, s)| Arc::ptr_eq(a, answer) && s == search);
        if !is_same && let Answer::Products(products) = answer.as_ref() {
            self.rows = model::rows(products, search);
            self.made_of = Some((Arc::clone(answer), search.to_owned()));
        }
    }
}

impl Panel for Spectra {
    fn title(&self) -> &'static str {
        "Spectra"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let request = Request::Products { range: TimeRange::ALL, format: "chemcam".into() };
        let pending = cx.queries.ask(ui.scope_id().with("spectra products"), &request);
        let Some((_, answer)) = &pending.answer else {
            match &pending.error {
                Some(error) => {
                    let sentence = format!("{error}.");
                    EmptyState::new("The list of spectra cannot be read", &sentence)
                        .show(ui, cx.theme);
                }
                None => {
                    loading_mark(ui, cx.theme);
                }
            }
            return;
        };
        self.list.update(answer, &self.search);
        if self.list.rows.is_empty() && self.search.trim().is_empty() {
            let sentence = "Ingest calibrated ChemCam spectra: the files CL5_…CCS_….CSV of the \
                            PDS, one for each point.";
            if EmptyState::new("No spectra stored", sentence).button("Ingest…").show(ui, cx.theme)
            {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        let selected = self.selected(cx);
        egui::Panel::left("spectra list").default_size(236.0).resizable(true).show(ui, |ui| {
            self.side(ui, cx, selected.as_ref().map(|row| row.id));
        });
        egui::CentralPanel::default().show(ui, |ui| match selected {
            Some(row) => self.spectrum(ui, cx, &row),
            None => {
                EmptyState::new("No spectrum matches", "Shorten the search.").show(ui, cx.theme);
            }
        });
    }
}

impl Spectra {
    /// The selected product if it is in the list, else the first one.
    fn selected(&self, cx: &ViewContext<'_>) -> Option<Row> {
        let rows = &self.list.rows;
        rows.iter().find(|r| Some(r.id) == cx.selection.product).or(rows.first()).cloned()
    }

    fn side(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, selected: Option<ProductId>) {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.search)
                .hint_text("sol, target or file")
                .desired_width(f32::INFINITY);
            ui.add(edit).labelled_by(label.id);
        });
        let rows = &self.list.rows;
        ui.label(
            RichText::new(format!("{} spectra", rows.len())).size(SMALL).color(cx.theme.text_weak),
        );
        let scroll = ScrollArea::vertical().auto_shrink(false);
        scroll.show_rows(ui, ROW_HEIGHT, rows.len(), |ui, visible| {
            ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
                for row in rows.get(visible).unwrap_or_default() {
                    let is_on = Some(row.id) == selected;
                    let button = Button::selectable(is_on, list_text(cx, row));
                    let button = button
                        .wrap_mode(egui::TextWrapMode::Extend)
                        .min_size(egui::vec2(0.0, ROW_HEIGHT));
                    if ui.add(button).on_hover_text(&row.file).clicked() {
                        cx.intents.send(UiIntent::SelectProduct(row.id));
                    }
                }
            });
        });
    }

    fn spectrum(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, row: &Row) {
        let request = Request::Spectrum { id: row.id };
        let pending = cx.queries.ask(ui.scope_id().with("spectrum"), &request);
        let spectrum = match &pending.answer {
            Some((asked, answer)) if **asked == request => match answer.as_ref() {
                Answer::Spectrum(spectrum) => Some(Arc::clone(spectrum)),
                _ => None,
            },
            _ => None,
        };
        header(ui, cx, row, spectrum.as_deref(), pending.loading);
        let Some(spectrum) = spectrum else {
            if let Some(error) = &pending.error {
                let sentence = format!("{error}.");
                EmptyState::new("This spectrum cannot be read", &sentence).show(ui, cx.theme);
            }
            return;
        };
        if spectrum.ccs.wave_nm.is_empty() {
            let first = spectrum.problems.first().map_or(String::new(), ToString::to_string);
            let sentence = format!("{first}. The Products panel shows the file as it came.");
            let empty = EmptyState::new("No spectrum in this file", &sentence);
            if empty.button("Show in Products").show(ui, cx.theme) {
                cx.intents.send(UiIntent::SelectProduct(row.id));
                cx.intents.send(UiIntent::OpenPanel("Products".into()));
            }
            return;
        }
        self.controls(ui, cx, row, &spectrum);
        if !self.shown.as_ref().is_some_and(|shown| shown.is_of(&spectrum, self.choice)) {
            self.shown = Some(Shown::new(&spectrum, self.choice));
        }
        let Some(shown) = self.shown.take() else { return };
        self.elements(ui, cx, &shown);
        egui::Panel::bottom("spectrum lines").resizable(true).default_size(172.0).show(ui, |ui| {
            self.table(ui, cx, &shown);
        });
        egui::CentralPanel::default().show(ui, |ui| {
            chart::show(ui, cx.theme, &shown, &self.marked, self.go.take());
        });
        self.shown = Some(shown);
    }

    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, row: &Row, spectrum: &Spectrum) {
        let shots = spectrum.ccs.shots.len();
        ui.horizontal_wrapped(|ui| {
            let curve = &mut self.choice.curve;
            for fixed in [Curve::Mean, Curve::Median, Curve::All] {
                ui.selectable_value(curve, fixed, fixed.name());
            }
            if shots > 0 {
                let mut number = if let Curve::Shot(n) = *curve { n.min(shots - 1) } else { 0 } + 1;
                let is_on = matches!(curve, Curve::Shot(_));
                let label = ui.selectable_label(is_on, "Shot");
                let drag = DragValue::new(&mut number).range(1..=shots).speed(0.1);
                let drag = ui.add(drag).labelled_by(label.id);
                if label.clicked() || drag.changed() || (is_on && *curve != Curve::Shot(number - 1))
                {
                    *curve = Curve::Shot(number - 1);
                }
            }
            ui.separator();
            ui.add_enabled_ui(shots > DUST_SHOTS, |ui| {
                ui.checkbox(&mut self.choice.without_dust, "Without the first 5 shots")
                    .on_hover_text("They dig through dust; mean and median are computed again.");
            });
            ui.separator();
            for window in Window::CHOICES {
                ui.selectable_value(&mut self.choice.window, window, window.name());
            }
            ui.separator();
            ui.toggle_value(&mut self.choice.log, "Log").on_hover_text("Logarithmic radiance");
            let fit =
                ui.button("Fit").on_hover_text("Show the whole window; double-click does so too");
            if fit.clicked() {
                self.go = Some(self.choice.window.limits_nm());
            }
            let copy = ui.button("Copy CSV").on_hover_text("The shown curve, to the clipboard");
            if copy.clicked() {
                let (curve, without_dust) = (self.choice.curve, self.choice.without_dust);
                ui.copy_text(model::csv(row, &spectrum.ccs, curve, without_dust));
            }
            if row.simulated {
                simulated_badge(ui, cx.theme);
            }
        });
    }

    fn elements(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, shown: &Shown) {
        ui.label(RichText::new(model::summary(&shown.elements)).color(cx.theme.text).strong());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            ui.label(RichText::new("Mark").size(SMALL).color(cx.theme.text_weak));
            for element in &shown.elements {
                let mut is_on = self.marked.contains(element.symbol);
                let text = format!("{} {}/{}", element.symbol, element.found, element.known);
                let colour = match (is_on, element.found > 0) {
                    (true, _) => chart::element_colour(cx.theme, element.symbol),
                    (false, true) => cx.theme.text,
                    (false, false) => cx.theme.text_weak,
                };
                let text = RichText::new(text).size(SMALL).color(colour);
                let hint = format!(
                    "{} of {} lines of {} found. Click to mark them all.",
                    element.found, element.known, element.symbol
                );
                if ui.toggle_value(&mut is_on, text).on_hover_text(hint).changed() {
                    if is_on {
                        self.marked.insert(element.symbol);
                    } else {
                        self.marked.remove(element.symbol);
                    }
                }
            }
        });
    }

    fn table(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, shown: &Shown) {
        let lines = model::sorted(&shown.lines, self.order, self.descending);
        let size = Column::initial(104.0).at_least(80.0);
        scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::initial(80.0).at_least(64.0))
            .columns(size, 4)
            .column(Column::remainder().at_least(60.0))
            .header(22.0, |mut header| {
                let titles = [
                    ("Element", Some(Order::Element)),
                    ("Line, nm", Some(Order::Wavelength)),
                    ("Peak, nm", None),
                    ("Height", Some(Order::Height)),
                    ("S/N", Some(Order::Signal)),
                    ("Spectrometer", None),
                ];
                for (title, order) in titles {
                    header.col(|ui| self.heading(ui, cx, title, order));
                }
            })
            .body(|body| {
                body.rows(22.0, lines.len(), |mut row| {
                    let Some(found) = lines.get(row.index()) else { return };
                    row.set_selected(self.marked.contains(found.line.element));
                    let numbers = [
                        format!("{:.2}", found.line.nm),
                        format!("{:.3}", found.peak_nm),
                        format!("{:.3e}", found.height),
                        format!("{:.0}", found.signal_to_noise),
                    ];
                    row.col(|ui| {
                        cell(ui, RichText::new(found.line.element).strong());
                    });
                    for number in numbers {
                        row.col(|ui| {
                            cell(ui, RichText::new(number).monospace().size(SMALL));
                        });
                    }
                    row.col(|ui| {
                        let of = marsdeck_engine::format::chemcam::Spectrometer::of(found.line.nm);
                        cell(ui, RichText::new(of.name()).color(cx.theme.text_weak));
                    });
                    if row.response().on_hover_text("Click to see this line").clicked() {
                        self.show_line(found.line.nm);
                    }
                });
            });
    }

    fn show_line(&mut self, nm: f64) {
        let (from, to) = self.choice.window.limits_nm();
        if nm < from || nm > to {
            self.choice.window = Window::All;
        }
        self.go = Some((nm - CLOSE_UP_NM, nm + CLOSE_UP_NM));
    }

    fn heading(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, title: &str, order: Option<Order>) {
        let Some(order) = order else {
            ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
            return;
        };
        let is_on = self.order == order;
        let arrow = match (is_on, self.descending) {
            (true, true) => " ▼",
            (true, false) => " ▲",
            _ => "",
        };
        let text = RichText::new(format!("{title}{arrow}")).size(SMALL);
        if ui.add(Button::new(text).frame(false)).on_hover_text("Sort").clicked() {
            self.descending = is_on && !self.descending;
            self.order = order;
        }
    }
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) {
    ui.add(egui::Label::new(text).selectable(false));
}

fn list_text(cx: &ViewContext<'_>, row: &Row) -> LayoutJob {
    let mut job = LayoutJob::default();
    let title = TextFormat::simple(FontId::proportional(BODY), cx.theme.text);
    job.append(&row.title(), 0.0, title);
    let detail = TextFormat::simple(FontId::proportional(SMALL), cx.theme.text_weak);
    job.append(&format!("\n{}", row.detail()), 0.0, detail);
    job
}

fn header(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    row: &Row,
    spectrum: Option<&Spectrum>,
    loading: bool,
) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(row.title()).heading().color(cx.theme.text));
        if loading {
            loading_mark(ui, cx.theme);
        }
        let Some(spectrum) = spectrum else { return };
        if !spectrum.problems.is_empty() {
            let colour = cx.theme.severity(marsdeck_engine::mission::Severity::Watch);
            let list: Vec<String> = spectrum.problems.iter().map(ToString::to_string).collect();
            badge(ui, cx.theme, &format!("{} PROBLEMS", list.len()), colour)
                .on_hover_text(list.join("\n"));
        }
        let ccs = &spectrum.ccs;
        let mut words: Vec<String> = Vec::new();
        words.extend(ccs.get("TARGET").map(str::to_owned));
        words.extend(ccs.distance_mm().map(|mm| format!("{:.2} m away", mm / 1000.0)));
        words.push(format!("{} shots", ccs.shots.len()));
        words.push(format!("{} channels", ccs.wave_nm.len()));
        ui.label(RichText::new(words.join(" · ")).color(cx.theme.text_weak));
        ui.label(RichText::new(&row.file).size(SMALL).monospace().color(cx.theme.text_weak));
    });
}
