//! Paints the plotted series; the toolbar, the menus of the rows and what is dropped on them.

use egui::{ComboBox, DragAndDrop, Id, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder};
use egui::{pos2, vec2};
use marsdeck_engine::archive::{Event, SeriesKey};

use super::curves::{Curves, Shown};
use super::model::{self, Arrangement, Item, Prepared};
use super::statistics;
use crate::intent::UiIntent;
use crate::panel::shared::{ExportBar, Occurrences, axis_choice};
use crate::plot::{PlotState, PlotView, Row};
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, loading_mark, simulated_badge};

/// Most sols laid over the shown one.
const MOST_OVERLAYS: u32 = 7;

/// The Plots panel.
pub struct Plots {
    state: PlotState,
    arrangement: Arrangement,
    overlays: u32,
    shows_events: bool,
    shows_limits: bool,
    /// Names of rows with a logarithmic axis.
    logarithmic: Vec<String>,
    export: ExportBar,
}

impl Default for Plots {
    fn default() -> Self {
        Self {
            state: PlotState::default(),
            arrangement: Arrangement::default(),
            overlays: 0,
            shows_events: true,
            shows_limits: true,
            logarithmic: Vec::new(),
            export: ExportBar::default(),
        }
    }
}

impl Panel for Plots {
    fn title(&self) -> &'static str {
        "Plots"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let displays = model::prepared(cx.snapshot);
        if cx.selection.plotted.is_empty() {
            let whole = ui.max_rect();
            self.nothing(ui, cx, &displays);
            self.take_drop(ui, cx, whole, &[], &[]);
            return;
        }
        let items = model::items(&cx.selection.plotted, cx.snapshot);
        self.arrangement.update(&items, &displays);
        let rows = self.arrangement.rows(&items);
        let shown = Shown { overlays: self.overlays, limits: self.shows_limits };
        let curves = Curves::ask(ui, cx, &items, &shown);
        self.toolbar(ui, cx, &displays, &items, curves.loading());
        let stored: Vec<_> = items.iter().filter_map(|item| item.summary).collect();
        self.export.show(ui, cx, &stored, self.state.selection);
        if let Some(selection) = self.state.selection {
            let clear = egui::Panel::bottom("statistics")
                .resizable(true)
                .default_size(statistics::height(items.len()))
                .show(ui, |ui| statistics::table(ui, cx, &items, selection))
                .inner;
            if clear {
                self.state.selection = None;
            }
        }
        egui::CentralPanel::no_frame().show(ui, |ui| self.plot(ui, cx, &items, &rows, &curves));
    }
}

impl Plots {
    /// The empty state: prepared displays as buttons, and how to plot anything else.
    fn nothing(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, displays: &[Prepared<'_>]) {
        if cx.snapshot.series.is_empty() {
            let sentence = "Ingest files, or drop them onto the window.";
            if EmptyState::new("No series stored", sentence).button("Ingest…").show(ui, cx.theme)
            {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() / 2.0 - 130.0).clamp(8.0, 200.0));
            ui.set_max_width(ui.available_width().min(460.0));
            ui.label(RichText::new("Nothing plotted").heading().color(cx.theme.text));
            let sentence = "Choose a display, or drag a series here from Parameters \
                            (a double click on its name does the same).";
            ui.label(RichText::new(sentence).color(cx.theme.text_weak));
            ui.add_space(8.0);
            let mut mission = "";
            for display in displays {
                if display.mission != mission {
                    mission = display.mission;
                    ui.add_space(4.0);
                    ui.label(RichText::new(mission).color(cx.theme.text_weak));
                }
                let button = egui::Button::new(display.title).min_size(vec2(220.0, 0.0));
                if ui.add(button).clicked() {
                    self.choose(cx, display);
                }
            }
            ui.add_space(8.0);
            if ui.button("Open Parameters").clicked() {
                cx.intents.send(UiIntent::OpenPanel("Parameters".into()));
            }
        });
    }

    fn choose(&mut self, cx: &ViewContext<'_>, display: &Prepared<'_>) {
        self.arrangement.place(display);
        self.state.locked.clear();
        cx.intents.send(UiIntent::PlotOnly(display.keys()));
    }

    fn toolbar(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        displays: &[Prepared<'_>],
        items: &[Item<'_>],
        loading: bool,
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.menu_button("Displays", |ui| self.display_menu(ui, cx, displays))
                .response
                .on_hover_text("Prepared displays of the mission database");
            axis_choice(ui, cx);
            self.overlay_choice(ui, cx);
            ui.toggle_value(&mut self.shows_events, "Events")
                .on_hover_text("Events and the picks of the selected one");
            ui.toggle_value(&mut self.shows_limits, "Limits")
                .on_hover_text("Limits of the mission database");
            if ui.button("Fit").on_hover_text("Show the whole span of these series").clicked() {
                fit(cx, items);
            }
            self.export.button(ui);
            if items.iter().any(|item| item.key.is_simulated()) {
                simulated_badge(ui, cx.theme);
            }
            if loading {
                loading_mark(ui, cx.theme);
            }
        });
        ui.add_space(2.0);
    }

    fn display_menu(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, displays: &[Prepared<'_>]) {
        let mut mission = "";
        for display in displays {
            if display.mission != mission {
                mission = display.mission;
                ui.label(RichText::new(mission).color(cx.theme.text_weak));
            }
            if ui.button(display.title).clicked() {
                self.choose(cx, display);
                ui.close();
            }
        }
        ui.separator();
        if ui.button("Remove all series").clicked() {
            cx.intents.send(UiIntent::PlotOnly(Vec::new()));
            ui.close();
        }
    }

    fn overlay_choice(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let label = ui.label(RichText::new("Overlay").color(cx.theme.text_weak));
        let word = |sols: u32| match sols {
            0 => "None".to_owned(),
            1 => "1 sol before".to_owned(),
            _ => format!("{sols} sols before"),
        };
        let combo = ComboBox::from_id_salt("overlay")
            .width(104.0)
            .selected_text(word(self.overlays))
            .show_ui(ui, |ui| {
                for sols in 0..=MOST_OVERLAYS {
                    ui.selectable_value(&mut self.overlays, sols, word(sols));
                }
            });
        combo
            .response
            .labelled_by(label.id)
            .on_hover_text("Lays the same local hours of the sols before over the shown ones.");
    }

    fn plot(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        items: &[Item<'_>],
        rows: &[Vec<usize>],
        curves: &Curves<'_>,
    ) {
        let mut painted: Vec<Row<'_>> = rows.iter().map(|row| curves.row(cx, items, row)).collect();
        for row in &mut painted {
            row.log = self.logarithmic.contains(&row.name);
        }
        let nights = cx.nights.get(cx.clocks, cx.mission(), cx.time.range);
        let about = |event: &Event| {
            event.mission.is_empty()
                || items.iter().any(|i| i.mission.is_empty() || i.mission == event.mission)
        };
        let events = Occurrences::visible(cx, |event| self.shows_events && about(event));
        let view = PlotView {
            label: "Plots",
            cursor: Some(cx.time.cursor),
            nights: &nights,
            marks: &events.marks,
            spans: &events.spans,
            says_stats: false,
            ..PlotView::new(ui.scope_id(), cx.theme, cx.time.range, cx.tick_labels(), &painted)
        };
        let mut output = view.show(ui, &mut self.state);
        if std::mem::take(&mut output.fit) {
            fit(cx, items);
        }
        output.send(cx.intents);
        self.export.set_area(ui.min_rect());
        for (i, rect) in output.rows.iter().enumerate() {
            self.row_menu(ui, cx, items, rows, (i, *rect));
        }
        self.take_drop(ui, cx, ui.min_rect(), rows, &output.rows);
    }

    /// The menu at the top right of a row.
    fn row_menu(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        items: &[Item<'_>],
        rows: &[Vec<usize>],
        (index, rect): (usize, Rect),
    ) {
        let Some(row) = rows.get(index) else { return };
        let here: Vec<&Item<'_>> = row.iter().filter_map(|i| items.get(*i)).collect();
        let Some(first) = here.first() else { return };
        let at =
            Rect::from_min_size(pos2(rect.right() - 30.0, rect.top() - 16.0), vec2(30.0, 15.0));
        let builder = UiBuilder::new().max_rect(at).id_salt(("row menu", first.key));
        let mut child = ui.new_child(builder);
        child.spacing_mut().interact_size.y = 14.0;
        child.spacing_mut().button_padding = vec2(8.0, 0.0);
        let above = index.checked_sub(1).and_then(|i| rows.get(i)?.first());
        let above = above.and_then(|i| items.get(*i)).map(|item| item.key);
        let label = format!("Row menu: {}", first.label);
        let menu = child.menu_button("…", |ui| {
            let keys: Vec<SeriesKey> = here.iter().map(|item| item.key.clone()).collect();
            if let Some(above) = above {
                if ui.button("Merge with the row above").clicked() {
                    self.arrangement.merge(&keys, above);
                    ui.close();
                }
                if ui.button("Move up").clicked() {
                    let order = model::moved_up(&cx.selection.plotted, rows, index);
                    cx.intents.send(UiIntent::PlotOnly(order));
                    ui.close();
                }
            }
            if keys.len() > 1 && ui.button("One row for each series").clicked() {
                self.arrangement.split(&keys);
                ui.close();
            }
            let name = first.key.to_string();
            let mut log = self.logarithmic.contains(&name);
            if ui.checkbox(&mut log, "Logarithmic").changed() {
                self.logarithmic.retain(|known| *known != name);
                if log {
                    self.logarithmic.push(name.clone());
                }
                self.state.locked.remove(&name);
                ui.close();
            }
            if self.state.locked.contains_key(&name)
                && ui.button("Unlock the vertical axis").clicked()
            {
                self.state.locked.remove(&name);
                ui.close();
            }
            ui.separator();
            series_menu(ui, cx, &here);
        });
        let role = egui::Role::Button;
        menu.response.widget_info(|| egui::WidgetInfo::labeled(role, true, &label));
        menu.response.on_hover_text("Merge, split, move or remove");
    }

    /// Takes a series that is dragged over the panel: onto a row, or below for a new one.
    fn take_drop(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        whole: Rect,
        rows: &[Vec<usize>],
        rects: &[Rect],
    ) {
        let Some(key) = DragAndDrop::payload::<SeriesKey>(ui.ctx()) else { return };
        let Some(at) = ui.ctx().pointer_latest_pos().filter(|at| whole.contains(*at)) else {
            return;
        };
        let over = rects.iter().position(|rect| rect.contains(at));
        let target = over.and_then(|i| rects.get(i)).copied().unwrap_or(whole.shrink(2.0));
        let layer = egui::LayerId::new(egui::Order::Foreground, Id::unique("drop target"));
        let painter = ui.ctx().layer_painter(layer);
        let stroke = Stroke::new(2.0, cx.theme.accent);
        painter.rect_stroke(target, 3.0, stroke, StrokeKind::Inside);
        if ui.input(|input| input.pointer.any_released()) {
            DragAndDrop::clear_payload(ui.ctx());
            let beside = over.and_then(|i| rows.get(i)?.first());
            let beside = beside.and_then(|i| cx.selection.plotted.get(*i));
            // The first one of an empty panel takes the place that its unit or display gives.
            if !rows.is_empty() {
                self.arrangement.put(&key, beside);
            }
            cx.intents.send(UiIntent::PlotSeries((*key).clone()));
        }
    }
}

/// Shows the whole span of the plotted series.
fn fit(cx: &ViewContext<'_>, items: &[Item<'_>]) {
    let spans = items.iter().filter_map(|item| Some(item.summary?.span));
    match spans.reduce(|a, b| a.hull(&b)) {
        Some(span) => cx.intents.send(UiIntent::SetRange(span)),
        None => cx.intents.send(UiIntent::FitAll),
    }
}

/// Entries for each series of a row.
fn series_menu(ui: &mut Ui, cx: &ViewContext<'_>, here: &[&Item<'_>]) {
    for item in here {
        if ui.button(format!("Remove {}", item.label)).clicked() {
            cx.intents.send(UiIntent::UnplotSeries(item.key.clone()));
            ui.close();
        }
    }
    for item in here {
        if ui.button(format!("Copy the name of {}", item.label)).clicked() {
            ui.copy_text(item.key.to_string());
            ui.close();
        }
    }
}
