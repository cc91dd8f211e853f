//! The chart of a spectrum: what is computed once per choice, and how it is painted.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align2, Color32, Pos2, Rect, RichText, Ui, vec2};
use egui_plot::{
    FilledArea, GridMark, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotPoint, PlotUi,
    Points, Text, VLine,
};
use marsdeck_engine::format::chemcam::Spectrometer;
use marsdeck_engine::query::Spectrum;
use marsdeck_engine::science::libs::Identified;

use super::model::{self, Curve, Element, Window};
use crate::theme::{SMALL, Theme};

/// Least share of the highest value that a logarithmic axis shows.
const LOG_FLOOR: f64 = 1e-4;
/// Room above the highest peak, for its label, as a share of the height.
const HEADROOM: f64 = 0.16;
/// Half the width of the view that a click on a line opens, in nm.
pub(super) const CLOSE_UP_NM: f64 = 4.0;

/// What the operator chose to see.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Choice {
    pub(super) curve: Curve,
    pub(super) without_dust: bool,
    pub(super) window: Window,
    pub(super) log: bool,
}

/// The curve of one spectrometer, and the envelope of its shots.
struct Part {
    points: Vec<PlotPoint>,
    envelope: Option<[Vec<f64>; 3]>,
}

/// A spectrum as it is painted; made when the answer or the choice changes.
pub(super) struct Shown {
    spectrum: Arc<Spectrum>,
    choice: Choice,
    parts: Vec<Part>,
    values: Vec<f64>,
    scale: Scale,
    pub(super) lines: Vec<Identified>,
    pub(super) elements: Vec<Element>,
}

/// From radiance to the vertical axis.
#[derive(Clone, Copy)]
struct Scale {
    log: bool,
    /// The axis counts in 10 to this power.
    exponent: i32,
    floor: f64,
}

impl Scale {
    fn of(values: &[f64], log: bool) -> Self {
        let top = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let exponent = if top > 0.0 { (top.log10() / 3.0).floor() as i32 * 3 } else { 0 };
        Self { log, exponent, floor: if top > 0.0 { top * LOG_FLOOR } else { 1.0 } }
    }

    fn y(self, value: f64) -> f64 {
        if self.log { value.max(self.floor).log10() } else { value / 10f64.powi(self.exponent) }
    }

    /// A mark of the axis as printed.
    fn mark_text(self, value: f64, step: f64) -> String {
        if self.log {
            let power = value.floor();
            let digits = usize::from(step < 0.95);
            format!("{:.digits$}e{power:.0}", 10f64.powf(value - power))
        } else {
            let digits = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
            format!("{value:.digits$}")
        }
    }
}

/// Marks of the vertical axis: about six, in steps of 1, 2 or 5; powers of ten while there are
/// several of them.
fn marks(log: bool, (from, to): (f64, f64)) -> Vec<GridMark> {
    let rough = (to - from) / 6.0;
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|n| n * power >= rough).unwrap_or(10.0);
    let step = if log && to - from > 2.0 { 1.0 } else { nice * power };
    let first = (from / step).ceil() as i64;
    (first..first + 24)
        .map(|n| GridMark { value: n as f64 * step, step_size: step })
        .take_while(|mark| mark.value <= to)
        .collect()
}

impl Shown {
    /// Computes what is painted.
    pub(super) fn new(spectrum: &Arc<Spectrum>, choice: Choice) -> Self {
        let ccs = &spectrum.ccs;
        let values = model::values(ccs, choice.curve, choice.without_dust).into_owned();
        let envelope =
            (choice.curve == Curve::All).then(|| model::envelope(ccs, choice.without_dust));
        let scale = Scale::of(envelope.as_ref().map_or(&values, |e| &e.1), choice.log);
        let parts = choice.window.rows(ccs).into_iter().map(|rows| {
            let nm = ccs.wave_nm.get(rows.clone()).unwrap_or_default();
            let shown = values.get(rows.clone()).unwrap_or_default();
            let points = nm.iter().zip(shown).filter(|(_, v)| v.is_finite());
            let band = envelope.as_ref().and_then(|(low, high)| {
                let y = |of: &[f64]| of.iter().map(|v| scale.y(*v)).collect::<Vec<_>>();
                Some([nm.to_vec(), y(low.get(rows.clone())?), y(high.get(rows.clone())?)])
            });
            Part {
                points: points.map(|(x, v)| PlotPoint::new(*x, scale.y(*v))).collect(),
                envelope: band,
            }
        });
        let parts = parts.collect();
        let is_delivered = !choice.without_dust && matches!(choice.curve, Curve::Mean | Curve::All);
        let lines = if is_delivered { spectrum.lines.clone() } else { model::lines(ccs, &values) };
        let elements = model::elements(&lines);
        Self { spectrum: Arc::clone(spectrum), choice, parts, values, scale, lines, elements }
    }

    /// Whether it still shows what is wanted.
    pub(super) fn is_of(&self, spectrum: &Arc<Spectrum>, choice: Choice) -> bool {
        Arc::ptr_eq(&self.spectrum, spectrum) && self.choice == choice
    }

    /// Lowest and highest value of the axis among the channels of a wavelength range.
    fn span(&self, from: f64, to: f64) -> Option<(f64, f64)> {
        let mut span: Option<(f64, f64)> = None;
        let mut add = |y: f64| {
            if y.is_finite() {
                span = Some(span.map_or((y, y), |(a, b)| (a.min(y), b.max(y))));
            }
        };
        for part in &self.parts {
            let inside = part.points.iter().filter(|p| p.x >= from && p.x <= to);
            inside.for_each(|p| add(p.y));
            let Some([nm, low, high]) = &part.envelope else { continue };
            for ((x, low), high) in nm.iter().zip(low).zip(high) {
                if *x >= from && *x <= to {
                    add(*low);
                    add(*high);
                }
            }
        }
        span
    }

    /// What stands at a wavelength, in words; none in the gaps between the spectrometers.
    fn reading(&self, nm: f64) -> Option<String> {
        let wave = &self.spectrum.ccs.wave_nm;
        let at = model::nearest(wave, nm)?;
        let (wave, value) = (*wave.get(at)?, *self.values.get(at)?);
        if (wave - nm).abs() > 1.0 {
            return None;
        }
        let line = self.lines.iter().find(|l| (l.peak_nm - wave).abs() < 0.15);
        let line = line.map_or(String::new(), |l| {
            format!("\n{} {:.2} nm, S/N {:.0}", l.line.element, l.line.nm, l.signal_to_noise)
        });
        Some(format!("{wave:.3} nm  {}\n{value:.4e}{line}", Spectrometer::of(wave).name()))
    }
}

/// The colour of an element, the same in every spectrum.
pub(super) fn element_colour(theme: &Theme, symbol: &str) -> Color32 {
    theme.curve(1 + model::number_of(symbol) % (theme.curves.len().max(2) - 1))
}

/// Paints the chart. `go`: wavelengths to show now.
pub(super) fn show(
    ui: &mut Ui,
    theme: &Theme,
    shown: &Shown,
    marked: &BTreeSet<&'static str>,
    go: Option<(f64, f64)>,
) {
    let (scale, choice) = (shown.scale, shown.choice);
    let (from, to) = choice.window.limits_nm();
    let unit = "photons/pulse/mm²/sr/nm";
    // A low chart has no room for more than the factor beside its axis.
    let title = match (ui.available_height() < 190.0, scale.log) {
        (true, true) => String::new(),
        (true, false) => format!("1e{}", scale.exponent),
        (false, true) => format!("Radiance, {unit}"),
        (false, false) => format!("Radiance, 1e{} {unit}", scale.exponent),
    };
    let small = |text: String| RichText::new(text).size(SMALL).color(theme.text_weak);
    let plot = Plot::new(("spectrum", choice.window, choice.log))
        .default_x_bounds(from - (to - from) * 0.01, to + (to - from) * 0.01)
        .allow_zoom([true, false])
        .allow_drag([true, false])
        .allow_axis_zoom_drag([true, false])
        .allow_scroll(false)
        .x_axis_label(small("Wavelength, nm".to_owned()))
        .y_axis_label(small(title))
        .y_axis_min_width(44.0)
        .grid_color(theme.line)
        .y_grid_spacer(move |input| marks(scale.log, input.bounds))
        .y_axis_formatter(move |mark, _| scale.mark_text(mark.value, mark.step_size))
        .label_formatter(|position| {
            let (HoverPosition::NearDataPoint { position, .. }
            | HoverPosition::Elsewhere { position }) = position;
            shown.reading(position.x)
        });
    let response = plot.show(ui, |plot| {
        bounds(plot, shown, go);
        curves(plot, theme, shown);
        marked_lines(plot, theme, shown, marked);
        labels(plot, theme, shown);
    });
    let name = format!("Spectrum, {}", choice.curve.name().to_lowercase());
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &name));
}

/// The wheel zooms in wavelength; the vertical axis always fits what is on screen.
fn bounds(plot: &mut PlotUi<'_>, shown: &Shown, go: Option<(f64, f64)>) {
    if plot.response().hovered() {
        let wheel = plot.ctx().input(|input| input.smooth_scroll_delta().y);
        if wheel != 0.0 {
            plot.zoom_bounds_around_hovered(vec2((wheel * 0.004).exp(), 1.0));
        }
    }
    let now = plot.plot_bounds();
    let (from, to) = go.unwrap_or((now.min()[0], now.max()[0]));
    if go.is_some() {
        plot.set_plot_bounds_x(from..=to);
    }
    if let Some((low, high)) = shown.span(from, to) {
        let height = (high - low).max(if shown.scale.log { 0.2 } else { 1e-6 });
        plot.set_plot_bounds_y(low - height * 0.03..=high + height * HEADROOM);
    }
}

fn curves<'a>(plot: &mut PlotUi<'a>, theme: &Theme, shown: &'a Shown) {
    for part in &shown.parts {
        if let Some([nm, low, high]) = &part.envelope {
            let fill = theme.curve(0).gamma_multiply(0.3);
            plot.add(FilledArea::new("shots", nm, low, high).fill_color(fill).allow_hover(false));
        }
        let line = Line::new(shown.choice.curve.name(), part.points.as_slice());
        plot.line(line.color(theme.curve(0)).width(1.2).allow_hover(false));
    }
}

/// All lines of the elements that the operator marked: whole where found, dashed where not.
fn marked_lines(
    plot: &mut PlotUi<'_>,
    theme: &Theme,
    shown: &Shown,
    marked: &BTreeSet<&'static str>,
) {
    for symbol in marked {
        let colour = element_colour(theme, symbol);
        for line in model::lines_of(symbol) {
            let is_found = shown.lines.iter().any(|l| l.line == *line);
            let mark = VLine::new(format!("{symbol} {:.2}", line.nm), line.nm).allow_hover(false);
            plot.vline(if is_found {
                mark.color(colour).width(1.4)
            } else {
                mark.color(colour.gamma_multiply(0.8)).width(1.0).style(LineStyle::dashed_loose())
            });
        }
    }
}

/// Marks on the identified peaks, and the names of those that have room, the strongest first.
fn labels(plot: &mut PlotUi<'_>, theme: &Theme, shown: &Shown) {
    let now = plot.plot_bounds();
    let close = now.max()[0] - now.min()[0] < 60.0;
    let mut taken: Vec<Rect> = Vec::new();
    let by_signal = model::sorted(&shown.lines, model::Order::Height, true);
    for found in &by_signal {
        let visible = found.peak_nm >= now.min()[0] && found.peak_nm <= now.max()[0];
        let rows = model::nearest(&shown.spectrum.ccs.wave_nm, found.peak_nm);
        let Some(value) = rows.and_then(|i| shown.values.get(i)).filter(|_| visible) else {
            continue;
        };
        let peak = PlotPoint::new(found.peak_nm, shown.scale.y(*value));
        let colour = element_colour(theme, found.line.element);
        let mark = Points::new("peak", vec![[peak.x, peak.y]]).shape(MarkerShape::Down);
        plot.points(mark.radius(3.0).color(colour).allow_hover(false));
        let text = if close {
            format!("{} {:.2}", found.line.element, found.line.nm)
        } else {
            found.line.element.to_owned()
        };
        let at = plot.screen_from_plot(peak);
        let size = vec2(text.chars().count() as f32 * 7.0 + 2.0, 15.0);
        let place = Rect::from_center_size(Pos2::new(at.x, at.y - 11.0), size);
        if taken.iter().any(|other| other.intersects(place)) {
            continue;
        }
        taken.push(place);
        let above = plot.plot_from_screen(Pos2::new(at.x, at.y - 4.0));
        let text = RichText::new(text).size(SMALL).strong().color(theme.text);
        plot.text(Text::new("line", above, text).anchor(Align2::CENTER_BOTTOM).allow_hover(false));
    }
}
