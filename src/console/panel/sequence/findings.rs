//! What is wrong with a sequence, what its times hang on, what it uses.

use egui::{Button, RichText, ScrollArea, Sense, Stroke, Ui, pos2, vec2};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::{Instant, parse};

use super::analysis::Analysis;
use super::reading::Chart;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// Height of a chart in points.
const CHART: f32 = 48.0;
const CHART_WIDTH: f32 = 260.0;

/// The list of findings; line and column of the one that was clicked.
pub(super) fn list(ui: &mut Ui, cx: &ViewContext<'_>, done: &Analysis) -> Option<(usize, usize)> {
    let mut go = None;
    if done.findings.is_empty() {
        let sentence = "Nothing is wrong with the text, its arguments, times and flight rules.";
        ui.label(RichText::new(sentence).color(cx.theme.text_weak));
        return None;
    }
    let area = ScrollArea::vertical().id_salt("findings").auto_shrink(false);
    area.show_rows(ui, 22.0, done.findings.len(), |ui, rows| {
        for finding in done.findings.iter().skip(rows.start).take(rows.len()) {
            ui.horizontal(|ui| {
                ui.add(SeverityBadge::new(cx.theme, finding.severity).shape_only());
                let place =
                    finding.span.map_or_else(String::new, |s| format!("line {} · ", s.line));
                let text = format!("{place}{} · {}", finding.source, finding.words);
                let button = Button::new(RichText::new(&text).color(cx.theme.text));
                let button = ui.add(button.frame(false).truncate());
                if button.on_hover_text(&finding.words).clicked() {
                    go = finding.span.map(|span| (span.line, span.start));
                }
            });
        }
    });
    go
}

/// When a sequence starts, and its epochs by name.
pub(super) type Known = (Option<Instant>, Vec<(String, Instant)>);

/// What the times hang on: the start of the sequence and its epochs, as typed.
#[derive(Default)]
pub(super) struct Times {
    start: String,
    epochs: Vec<(String, String)>,
}

impl Times {
    /// Paints the fields; start and epochs where they changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        done: &Analysis,
        mission: &str,
    ) -> Option<Known> {
        let mut changed = false;
        egui::Grid::new("times").num_columns(2).show(ui, |ui| {
            changed |= field(ui, cx, "Sequence starts", &mut self.start, mission);
            ui.end_row();
            for name in &done.epochs {
                if !self.epochs.iter().any(|(own, _)| own == name) {
                    self.epochs.push((name.clone(), String::new()));
                }
                let Some((_, text)) = self.epochs.iter_mut().find(|(own, _)| own == name) else {
                    continue;
                };
                let label = if name.is_empty() {
                    "Epoch of the start".to_owned()
                } else {
                    format!("Epoch {name}")
                };
                changed |= field(ui, cx, &label, text, mission);
                ui.end_row();
            }
        });
        ui.vertical(|ui| {
            let unknown = done.predicted.iter().filter(|one| one.start.is_none()).count();
            let said = match unknown {
                0 => return,
                1 => "The begin of one step is not known.".to_owned(),
                many => format!("The begin of {many} steps is not known."),
            };
            ui.label(RichText::new(said).size(SMALL).color(cx.theme.text_weak));
        });
        changed.then(|| {
            let at = |text: &String| parse(text, Some(mission)).ok();
            let epochs =
                self.epochs.iter().filter_map(|(name, text)| Some((name.clone(), at(text)?)));
            (at(&self.start), epochs.collect())
        })
    }
}

fn field(ui: &mut Ui, cx: &ViewContext<'_>, label: &str, text: &mut String, mission: &str) -> bool {
    let label = ui.label(RichText::new(label).color(cx.theme.text_weak));
    let edit = egui::TextEdit::singleline(text).hint_text("2019-207T12:00 or Sol 235 12:00");
    let response = ui.add(edit.desired_width(190.0)).labelled_by(label.id);
    if !text.trim().is_empty() && parse(text, Some(mission)).is_err() {
        let stroke = Stroke::new(1.5, cx.theme.severity(Severity::Distress));
        ui.painter().rect_stroke(response.rect, 3.0, stroke, egui::StrokeKind::Outside);
    }
    response.changed()
}

/// Resources over the time of the sequence, one small chart each.
pub(super) fn charts(ui: &mut Ui, cx: &ViewContext<'_>, done: &Analysis) {
    let weak = |text: String| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
    if done.charts.is_empty() {
        let sentence = "No resource can be predicted: give the times that are not known, and use \
                        commands that the planner knows.";
        ui.label(weak(sentence.to_owned()));
        return;
    }
    if done.unread > 0 {
        let steps =
            if done.unread == 1 { "1 step is" } else { &format!("{} steps are", done.unread) };
        ui.label(weak(format!(
            "{steps} not in it: the planner knows no activity that they begin."
        )));
    }
    ScrollArea::vertical().id_salt("charts").auto_shrink(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            for (n, chart) in done.charts.iter().enumerate() {
                ui.allocate_ui(vec2(CHART_WIDTH, CHART + 42.0), |ui| {
                    ui.vertical(|ui| one_chart(ui, cx, chart, n));
                });
            }
        });
    });
}

fn one_chart(ui: &mut Ui, cx: &ViewContext<'_>, chart: &Chart, n: usize) {
    ui.set_width(CHART_WIDTH);
    let (low, high) = chart.range;
    let unit = &chart.unit;
    let said = format!("{low:.1} to {high:.1} {unit}, {:.1} at the end", chart.end);
    ui.label(&chart.name);
    ui.label(RichText::new(&said).size(SMALL).color(cx.theme.text_weak));
    let (rect, response) = ui.allocate_exact_size(vec2(CHART_WIDTH, CHART), Sense::hover());
    let label = format!("{}: {said}", chart.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, cx.theme.plot_ground());
    let (Some(first), Some(last)) = (chart.points.first(), chart.points.last()) else { return };
    let length = last.time.s_since(first.time).max(1e-9);
    let height = if high > low { high - low } else { 1.0 };
    let inner = rect.shrink(3.0);
    let place = |time: Instant, value: f64| {
        let x = time.s_since(first.time) / length;
        let y = (value - low) / height;
        pos2(inner.left() + x as f32 * inner.width(), inner.bottom() - y as f32 * inner.height())
    };
    let points = chart.points.iter();
    let line: Vec<_> =
        points.flat_map(|p| [place(p.time, p.before), place(p.time, p.after)]).collect();
    painter.add(egui::Shape::line(line, Stroke::new(1.5, cx.theme.curve(n))));
    response.on_hover_text(label);
}
