//! The elevation profile below the globe, tied to it both ways.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, bounded};
use egui::{Context, Pos2, Rect, RichText, Stroke, TextEdit, Ui, UiBuilder, vec2};
use egui_plot::{HoverPosition, Line, Plot, PlotPoint, PlotPoints, VLine};

use super::super::measure::{height_text, place_text};
use super::super::sight::Sight;
use super::Measuring;
use super::profile::Summary;
use crate::state::expand_home;
use crate::theme::{SMALL, Theme};

/// The pointer is on the line when it is so near, points.
const NEAR: f32 = 14.0;
/// Room for the numbers beside the plot, points.
const BESIDE: f32 = 250.0;

impl Measuring {
    /// Shows the profile in a rectangle; `pointer` is where the pointer is over the globe.
    pub(crate) fn strip(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        sight: &Sight<'_>,
        pointer: Option<Pos2>,
        theme: &Theme,
    ) {
        if let Some(said) = self.writing.as_ref().and_then(|r| r.try_recv().ok()) {
            self.said = said;
            self.writing = None;
        }
        ui.painter().rect_filled(rect, 0.0, theme.panel);
        ui.painter().hline(rect.x_range(), rect.min.y, Stroke::new(1.0, theme.line));
        let inner = rect.shrink2(vec2(8.0, 6.0));
        let builder = UiBuilder::new().max_rect(inner).id_salt("profile");
        let mut at_m = pointer.and_then(|at| self.near(sight, at));
        ui.scope_builder(builder, |ui| {
            let Some(summary) = self.measured.summary else {
                let words = if self.points.len() < 2 {
                    "Click two or more points on the ground: their heights show here."
                } else {
                    "There is no terrain yet along this way."
                };
                ui.label(RichText::new(words).color(theme.text_weak));
                return;
            };
            ui.horizontal_top(|ui| {
                let width = (ui.available_width() - BESIDE - 26.0).max(120.0);
                ui.allocate_ui(vec2(width, inner.height()), |ui| {
                    at_m = self.plot(ui, at_m, sight.exaggeration, theme).or(at_m);
                });
                ui.vertical(|ui| self.beside(ui, &summary, sight.exaggeration, theme));
            });
        });
        let sample = at_m.and_then(|m| self.measured.profile.nearest(m)).copied();
        if let Some(sample) = sample
            && let Some(at) = sight.on_screen(sight.position(sample.place))
        {
            let painter = ui.painter().with_clip_rect(sight.rect);
            painter.circle_stroke(at, 7.0, Stroke::new(3.5, theme.background));
            painter.circle_stroke(at, 7.0, Stroke::new(2.0, theme.cursor));
        }
    }

    /// How far along the way the pointer is, where it is on the line.
    fn near(&self, sight: &Sight<'_>, pointer: Pos2) -> Option<f64> {
        let measured = &self.measured;
        let away = |position| Some(sight.projected(position)?.distance(pointer));
        let near = measured.profile.samples.iter().zip(&measured.positions);
        let near = near.filter_map(|(s, p)| Some((away(*p).filter(|d| *d < NEAR)?, s, *p)));
        let (_, sample, position) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
        sight.sees(position).then_some(sample.along_m)
    }

    /// The plot; answers with the distance under the pointer, metres.
    fn plot(&self, ui: &mut Ui, at_m: Option<f64>, times: f64, theme: &Theme) -> Option<f64> {
        let profile = &self.measured.profile;
        let per_unit =
            if profile.samples.last().is_some_and(|s| s.along_m >= 5e3) { 1e3 } else { 1.0 };
        let unit = if per_unit > 1.0 { "km" } else { "m" };
        let points =
            profile.samples.iter().map(|s| PlotPoint::new(s.along_m / per_unit, s.height_m));
        let points: Vec<PlotPoint> = points.collect();
        let words = |position: &HoverPosition<'_>| {
            let (HoverPosition::NearDataPoint { position, .. }
            | HoverPosition::Elsewhere { position }) = position;
            let sample = profile.nearest(position.x * per_unit)?;
            Some(format!(
                "{:.2} {unit}\n{}\n{}",
                sample.along_m / per_unit,
                height_text(sample.height_m),
                place_text(sample.place, 4)
            ))
        };
        let shown = Plot::new("profile plot")
            .height(ui.available_height())
            .show_background(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .set_margin_fraction(vec2(0.0, 0.08))
            .grid_color(theme.grid)
            .cursor_color(theme.cursor)
            .x_axis_label(RichText::new(format!("{unit} along the way")).size(SMALL))
            .label_formatter(words)
            .show(ui, |plot| {
                let line = Line::new("Elevation", PlotPoints::Borrowed(&points));
                plot.line(line.color(theme.accent).width(1.6));
                if let Some(at) = at_m {
                    plot.vline(VLine::new("", at / per_unit).color(theme.cursor).width(1.0));
                }
                plot.pointer_coordinate().filter(|_| plot.response().hovered())
            });
        let name = format!(
            "Elevation profile, {} points, heights {} on the globe",
            points.len(),
            if times > 1.0 { format!("× {times:.1}") } else { "as they are".to_owned() }
        );
        shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &name));
        shown.inner.map(|at| at.x * per_unit)
    }

    fn beside(&mut self, ui: &mut Ui, summary: &Summary, times: f64, theme: &Theme) {
        ui.spacing_mut().item_spacing.y = 3.0;
        let [low, high] = summary.heights_m;
        let [down, up] = summary.slopes_deg;
        let lines = [
            ("Lowest, highest", format!("{}, {}", height_text(low), height_text(high))),
            ("Mean slope", format!("{:.2}°", summary.mean_slope_deg)),
            ("Steepest", format!("{} down, {} up", degrees(-down.min(0.0)), degrees(up.max(0.0)))),
            ("Points every", super::super::measure::length_text(summary.step_m)),
        ];
        egui::Grid::new("summary").num_columns(2).spacing(vec2(8.0, 2.0)).show(ui, |ui| {
            for (name, value) in lines {
                ui.label(RichText::new(name).size(SMALL).color(theme.text_weak));
                ui.label(RichText::new(value).size(SMALL));
                ui.end_row();
            }
        });
        if times > 1.0 {
            let words = format!("The globe shows heights × {times:.1}; the plot has true metres.");
            note(ui, &words, theme);
        }
        ui.horizontal(|ui| {
            if ui.button("Copy CSV").on_hover_text("Copy the points as a table").clicked() {
                ui.ctx().copy_text(self.measured.profile.csv());
                self.said = format!("{} points copied.", self.measured.profile.samples.len());
            }
            let path = PathBuf::from(self.path.trim());
            let is_csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
            let export =
                ui.add_enabled(is_csv && self.writing.is_none(), egui::Button::new("Export CSV"));
            let export = export.on_disabled_hover_text("Name a file that ends in .csv.");
            if export.clicked() {
                let path = expand_home(&self.path);
                self.writing = Some(write(ui.ctx(), path, self.measured.profile.csv()));
            }
        });
        if self.path.is_empty() {
            "~/mars_profile.csv".clone_into(&mut self.path);
        }
        let edit = ui.add(TextEdit::singleline(&mut self.path).desired_width(BESIDE - 16.0));
        edit.on_hover_text("The file to export to; ~/ is your home folder.");
        if !self.said.is_empty() {
            note(ui, &self.said, theme);
        }
    }
}

fn note(ui: &mut Ui, words: &str, theme: &Theme) {
    ui.label(RichText::new(words).size(SMALL).color(theme.text_weak));
}

fn degrees(value: f64) -> String {
    // A negative zero has no sign either.
    format!("{:.2}°", value.abs())
}

/// Writes a table on a thread of its own; the receiver gets a sentence that says what became of it.
fn write(ctx: &Context, path: PathBuf, text: String) -> Receiver<String> {
    let (sender, receiver) = bounded(1);
    let wake = ctx.clone();
    std::thread::spawn(move || {
        let said = match std::fs::write(&path, text) {
            Ok(()) => format!("{} written.", path.display()),
            Err(error) => format!(
                "{} was not written ({error}). Check the folder, its permissions and space.",
                path.display()
            ),
        };
        // Nobody listens any more when the globe is gone.
        drop(sender.send(said));
        wake.request_repaint();
    });
    receiver
}
