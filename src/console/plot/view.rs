//! Lays a plot out and paints it.

use egui::{Align2, FontId, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};
use egui::{pos2, vec2};
use marsdeck_engine::time::{Instant, TimeRange};

use super::curve::{gaps, read_at};
use super::interact;
use super::model::{Curve, CurveData, Drag, PlotOutput, PlotState, PlotView, Row};
use super::paint::{self, LabelLanes};
use super::scale::{YScale, y_ticks};
use super::stats::{Stats, stats_of_buckets, stats_of_points};
use super::xmap::XMap;
use crate::clock::{axis_ticks, clock_text, length_text};
use crate::theme::SMALL;

/// Width of the vertical axes in points.
const AXIS: f32 = 72.0;
/// Height of the time axis in points.
const TIME_AXIS: f32 = 36.0;
/// Lanes of the labels of marks above the rows.
const LANES: usize = 2;
/// Height of a line of a legend in points.
const LEGEND: f32 = 16.0;
/// Space between rows in points.
const BETWEEN: f32 = 6.0;
/// Smallest row in points.
const SMALLEST: f32 = 40.0;

/// Where the parts of a plot are.
pub(super) struct Layout {
    /// Everything.
    pub whole: Rect,
    /// All rows with the band of labels above them, without axes.
    pub field: Rect,
    /// The rows, without the legends above them.
    pub rows: Vec<Rect>,
    /// Time to pixels.
    pub map: XMap,
    /// Scale of each row; none where it has no data.
    pub scales: Vec<Option<YScale>>,
}

impl PlotView<'_> {
    /// How many columns of pixels a plot as wide as the free space has: the width to ask for.
    pub fn columns(ui: &Ui) -> u32 {
        let points = (ui.available_width() - AXIS - 2.0).max(16.0);
        ((points * ui.pixels_per_point()) as u32).clamp(16, 16_384)
    }

    /// Paints it and takes the mouse.
    pub fn show(&self, ui: &mut Ui, state: &mut PlotState) -> PlotOutput {
        let rows = self.rows.len().max(1) as f32;
        let free = self.height.unwrap_or_else(|| ui.available_height());
        let height = free.max(rows * (SMALLEST + BETWEEN) + TIME_AXIS);
        let size = vec2(ui.available_width().max(AXIS + 40.0), height);
        let (whole, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let layout = self.layout(whole, state);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.said()));
        let mut output = PlotOutput::default();
        if ui.is_rect_visible(whole) {
            let painter = ui.painter_at(whole);
            self.paint(ui, &painter, &layout, state);
        }
        self.locks(ui, &layout, state);
        interact::mouse(self, ui, &response, &layout, state, &mut output);
        if ui.is_rect_visible(whole) {
            self.pointer(ui, &layout, state, output.hovered);
        }
        output.rows = layout.rows;
        output
    }

    fn said(&self) -> String {
        let curves = self.rows.iter().flat_map(|row| &row.curves);
        let names: Vec<&str> =
            curves.map(|curve| curve.label).filter(|label| !label.is_empty()).collect();
        format!("{}: {}", self.label, names.join(", "))
    }

    fn layout(&self, whole: Rect, state: &PlotState) -> Layout {
        let field = Rect::from_min_max(
            pos2(whole.left() + AXIS, whole.top()),
            pos2(whole.right() - 2.0, whole.bottom() - TIME_AXIS),
        );
        let marked = !self.marks.is_empty();
        let top = field.top() + if marked { LabelLanes::height(LANES) + 2.0 } else { 0.0 };
        let weight = |row: &Row<'_>| if row.weight > 0.0 { row.weight } else { 1.0 };
        let total: f32 = self.rows.iter().map(weight).sum::<f32>().max(1e-3);
        let free = field.bottom() - top - BETWEEN * (self.rows.len().max(1) - 1) as f32;
        let mut rows = Vec::new();
        let mut y = top;
        for row in self.rows {
            let height = free * weight(row) / total;
            let legend = legend_height(row).min(height * 0.4);
            rows.push(Rect::from_x_y_ranges(field.x_range(), y + legend..=y + height));
            y += height + BETWEEN;
        }
        let scale = |row: &Row<'_>| {
            let locked = state.locked.get(&row.name).copied();
            locked.or(row.scale).or_else(|| YScale::of_row(row, self.range))
        };
        let scales = self.rows.iter().map(scale).collect();
        Layout { whole, field, rows, map: XMap::new(self.range, field.x_range()), scales }
    }

    fn paint(&self, ui: &Ui, painter: &Painter, layout: &Layout, state: &PlotState) {
        let theme = self.theme;
        for ((row, rect), scale) in self.rows.iter().zip(&layout.rows).zip(&layout.scales) {
            let inner = painter.with_clip_rect(rect.intersect(ui.clip_rect()));
            inner.rect_filled(*rect, 0.0, theme.plot_ground());
            paint::shade(&inner, *rect, layout.map, self.nights, theme.night);
            self.paint_gaps(&inner, *rect, layout.map, row);
            paint::spans(&inner, *rect, layout.map, self.spans);
            self.grid(painter, &inner, *rect, layout.map, *scale);
            if let Some(scale) = scale {
                paint::limits(&inner, *rect, layout.map, *scale, &row.limits);
                // Sols laid over the shown one lie below it.
                let (shifted, own): (Vec<_>, Vec<_>) =
                    row.curves.iter().partition(|curve| curve.shift_ns != 0);
                for curve in shifted.into_iter().chain(own) {
                    paint::curve(&inner, *rect, layout.map, *scale, curve);
                }
            } else {
                let loading = row.curves.iter().any(|curve| curve.loading);
                let text = if loading { "Loading…" } else { "No data in this range" };
                let font = FontId::proportional(SMALL);
                inner.text(rect.center(), Align2::CENTER_CENTER, text, font, theme.text_weak);
            }
            let place = LabelLanes { top: rect.bottom() - 17.0, count: 2, upwards: true };
            paint::marks(&inner, *rect, layout.map, &row.marks, place, theme);
            let stroke = Stroke::new(1.0, theme.line);
            painter.rect_stroke(*rect, 0.0, stroke, StrokeKind::Inside);
        }
        self.time_axis(painter, layout);
        self.cursor_line(painter, layout);
        let place = LabelLanes { top: layout.field.top(), count: LANES, upwards: false };
        let field = painter.with_clip_rect(layout.field.intersect(ui.clip_rect()));
        paint::marks(&field, layout.field, layout.map, self.marks, place, theme);
        if let Some(selection) = state.selection {
            let fill = theme.accent.gamma_multiply(0.16);
            for rect in &layout.rows {
                paint::shade(&field, *rect, layout.map, &[selection], fill);
            }
        }
    }

    fn paint_gaps(&self, painter: &Painter, rect: Rect, map: XMap, row: &Row<'_>) {
        // With several curves a gap of one of them would hide under the others.
        if let [only] = row.curves.as_slice() {
            let found = gaps(&only.data, only.shift_ns, self.range);
            paint::shade(painter, rect, map, &found, self.theme.gap);
        }
    }

    fn grid(
        &self,
        painter: &Painter,
        inner: &Painter,
        rect: Rect,
        map: XMap,
        scale: Option<YScale>,
    ) {
        let theme = self.theme;
        let most = (rect.width() / 110.0).max(1.0) as usize;
        for tick in axis_ticks(self.range, most, self.ticks) {
            let colour = if tick.major { theme.line } else { theme.grid };
            inner.vline(map.x(tick.time), rect.y_range(), Stroke::new(1.0, colour));
        }
        let Some(scale) = scale else { return };
        let most = (rect.height() / 34.0).clamp(1.0, 10.0) as usize;
        for (value, label) in y_ticks(scale, most) {
            let y = scale.y(value, rect.y_range());
            inner.hline(rect.x_range(), y, Stroke::new(1.0, theme.grid));
            // A label at the very edge would be cut or touch the next row's.
            if y > rect.top() + 5.0 && y < rect.bottom() - 5.0 {
                let font = FontId::monospace(SMALL - 1.0);
                let at = pos2(rect.left() - 5.0, y);
                painter.text(at, Align2::RIGHT_CENTER, label, font, theme.text_weak);
            }
        }
    }

    fn time_axis(&self, painter: &Painter, layout: &Layout) {
        let theme = self.theme;
        let most = (layout.field.width() / 110.0).max(1.0) as usize;
        let top = layout.field.bottom() + 3.0;
        let font = FontId::proportional(SMALL);
        for tick in axis_ticks(self.range, most, self.ticks) {
            let x = layout.map.x(tick.time);
            let stroke = Stroke::new(1.0, theme.line);
            painter.vline(x, layout.field.bottom()..=layout.field.bottom() + 3.0, stroke);
            let colour = if tick.major { theme.text } else { theme.text_weak };
            let galley = painter.layout_no_wrap(tick.label, font.clone(), colour);
            let half = galley.size().x / 2.0;
            // A label at the right edge would be cut.
            let left = (x - half).min(layout.whole.right() - 2.0 * half);
            painter.galley(pos2(left, top), galley, colour);
        }
        let start =
            clock_text(self.ticks.clocks, self.ticks.mission, self.ticks.axis, self.range.start);
        let y = layout.whole.bottom() - 1.0;
        let left = pos2(layout.field.left(), y);
        painter.text(left, Align2::LEFT_BOTTOM, start, font.clone(), theme.text_weak);
        let right = pos2(layout.field.right(), y);
        let length = length_text(self.range);
        painter.text(right, Align2::RIGHT_BOTTOM, length, font, theme.text_weak);
    }

    fn cursor_line(&self, painter: &Painter, layout: &Layout) {
        let Some(cursor) = self.cursor else { return };
        if !self.range.contains(cursor) {
            return;
        }
        let x = layout.map.x(cursor);
        let colour = self.theme.cursor;
        painter.vline(x, layout.field.y_range(), Stroke::new(1.5, colour));
        let y = layout.field.bottom();
        let tip = vec![pos2(x, y - 8.0), pos2(x + 6.0, y), pos2(x - 6.0, y)];
        painter.add(egui::Shape::convex_polygon(tip, colour, Stroke::NONE));
    }

    /// The small switches between an automatic and a locked vertical axis.
    fn locks(&self, ui: &Ui, layout: &Layout, state: &mut PlotState) {
        for ((row, rect), scale) in self.rows.iter().zip(&layout.rows).zip(&layout.scales) {
            let locked = state.locked.contains_key(&row.name);
            let word = if locked { "locked" } else { "auto" };
            let at = Rect::from_min_size(pos2(layout.whole.left(), rect.top()), vec2(44.0, 16.0));
            let id = self.id.with(("lock", &row.name));
            let response = ui.interact(at, id, Sense::click());
            let label = format!("{} axis {word}", row.name);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, locked, &label));
            let colour =
                if locked || response.hovered() { self.theme.accent } else { self.theme.text_weak };
            let font = FontId::proportional(SMALL - 1.0);
            ui.painter().text(at.left_center(), Align2::LEFT_CENTER, word, font, colour);
            if response.clicked() {
                if locked {
                    state.locked.remove(&row.name);
                } else if let Some(scale) = scale {
                    state.locked.insert(row.name.clone(), *scale);
                }
            }
            response.on_hover_text(
                "Vertical axis: automatic or locked. The wheel over the numbers zooms it.",
            );
        }
    }

    /// Crosshair, legend with the values there, and the box of a running drag.
    fn pointer(&self, ui: &Ui, layout: &Layout, state: &PlotState, hovered: Option<Instant>) {
        let theme = self.theme;
        let painter = ui.painter_at(layout.whole);
        let pointer = ui.input(|input| input.pointer.hover_pos());
        if let (Some(t), Some(at)) = (hovered, pointer) {
            let stroke = Stroke::new(1.0, theme.text_weak);
            painter.vline(at.x, layout.field.y_range(), stroke);
            let text = clock_text(self.ticks.clocks, self.ticks.mission, self.ticks.axis, t);
            let bottom = pos2(at.x, layout.field.bottom() + 3.0);
            tag(&painter, layout.whole, bottom, Align2::CENTER_TOP, &text, self);
            for (rect, scale) in layout.rows.iter().zip(&layout.scales) {
                if let (true, Some(scale)) = (rect.y_range().contains(at.y), scale) {
                    painter.hline(rect.x_range(), at.y, stroke);
                    let text = value_text(scale.value(at.y, rect.y_range()));
                    let left = pos2(rect.left() - 2.0, at.y);
                    tag(&painter, layout.whole, left, Align2::RIGHT_CENTER, &text, self);
                }
            }
        }
        let at = hovered.or(self.cursor.filter(|cursor| self.range.contains(*cursor)));
        for (row, rect) in self.rows.iter().zip(&layout.rows) {
            self.legend(&painter, *rect, row, at, state.selection);
        }
        if let (Drag::Box(from), Some(to)) = (state.drag, pointer) {
            let area = Rect::from_two_pos(from, to).intersect(layout.field);
            painter.rect_filled(area, 0.0, theme.accent.gamma_multiply(0.15));
            let stroke = Stroke::new(1.0, theme.accent);
            painter.rect_stroke(area, 0.0, stroke, StrokeKind::Inside);
        }
    }

    /// One line a curve above its row: what it is, and its value at an instant or the statistics
    /// of the selection.
    fn legend(
        &self,
        painter: &Painter,
        rect: Rect,
        row: &Row<'_>,
        at: Option<Instant>,
        selection: Option<TimeRange>,
    ) {
        let theme = self.theme;
        let mut y = rect.top() - legend_height(row);
        for curve in &row.curves {
            if curve.label.is_empty() {
                continue;
            }
            let text = match selection.filter(|_| self.says_stats) {
                Some(selection) => match curve.stats.or_else(|| stats_of(curve, selection)) {
                    Some(stats) => stats_text(curve, &stats),
                    None => format!("{}: no samples in the selection", curve.label),
                },
                None => legend_text(curve, at),
            };
            let font = FontId::proportional(SMALL);
            let galley = painter.layout_no_wrap(text, font, theme.text);
            let middle = y + galley.size().y / 2.0;
            // Lines of marks and the cursor do not cross the words.
            let size = galley.size() + vec2(22.0, 0.0);
            let ground = Rect::from_min_size(pos2(rect.left(), y), size);
            painter.rect_filled(ground, 0.0, theme.panel);
            let swatch = Stroke::new(3.0, curve.colour);
            painter.hline(rect.left() + 1.0..=rect.left() + 15.0, middle, swatch);
            let mut left = rect.left() + 20.0;
            let width = galley.size().x;
            painter.galley(pos2(left, y), galley, theme.text);
            left += width + 8.0;
            for (word, colour, shown) in [
                ("SIMULATED", theme.simulated, curve.simulated),
                ("loading…", theme.text_weak, curve.loading),
            ] {
                if shown {
                    let font = FontId::proportional(SMALL - 1.0);
                    let at = pos2(left, middle);
                    let drawn = painter.text(at, Align2::LEFT_CENTER, word, font, colour);
                    left = drawn.right() + 8.0;
                }
            }
            y += LEGEND;
        }
    }
}

/// Height of the legend of a row in points.
fn legend_height(row: &Row<'_>) -> f32 {
    row.curves.iter().filter(|curve| !curve.label.is_empty()).count() as f32 * LEGEND + 1.0
}

fn legend_text(curve: &Curve<'_>, at: Option<Instant>) -> String {
    let Some(read) = at.and_then(|at| read_at(&curve.data, curve.shift_ns, at)) else {
        return match curve.unit {
            "" => curve.label.to_owned(),
            unit => format!("{}  ({unit})", curve.label),
        };
    };
    let text = format!("{}  {} {}", curve.label, value_text(read.value), curve.unit);
    match read.extremes {
        Some((low, high)) => format!("{text}  ({} to {})", value_text(low), value_text(high)),
        None => text,
    }
}

/// A value as read out: seven significant digits.
pub(super) fn value_text(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.5e}");
    }
    let decimals = (6.0 - size.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn stats_of(curve: &Curve<'_>, selection: TimeRange) -> Option<Stats> {
    let own = super::curve::own_range(selection, curve.shift_ns);
    match curve.data {
        CurveData::None => None,
        CurveData::Buckets { range, buckets, .. } => stats_of_buckets(range, buckets, own),
        CurveData::Points { times, values, .. } => stats_of_points(times, values, own),
    }
}

fn stats_text(curve: &Curve<'_>, stats: &Stats) -> String {
    let rms = stats.rms.map_or_else(|| "–".to_owned(), value_text);
    format!(
        "{}: n {}  min {}  max {}  mean {}  rms {} {}",
        curve.label,
        stats.count,
        value_text(stats.min),
        value_text(stats.max),
        value_text(stats.mean),
        rms,
        curve.unit
    )
}

/// A small label on a filled ground, kept inside of a rectangle.
fn tag(
    painter: &Painter,
    bounds: Rect,
    at: egui::Pos2,
    align: Align2,
    text: &str,
    view: &PlotView<'_>,
) {
    let font = FontId::monospace(SMALL - 1.0);
    let galley = painter.layout_no_wrap(text.to_owned(), font, view.theme.text);
    let mut rect = align.anchor_size(at, galley.size()).expand2(vec2(3.0, 1.0));
    let over = (rect.right() - bounds.right()).max(0.0) + (rect.left() - bounds.left()).min(0.0);
    rect = rect.translate(vec2(-over, 0.0));
    painter.rect_filled(rect, 2.0, view.theme.line);
    painter.galley(rect.min + vec2(3.0, 1.0), galley, view.theme.text);
}

#[cfg(test)]
mod tests {
    use super::value_text;

    #[test]
    fn values_read_out_short() {
        for (value, text) in [
            (0.0, "0"),
            (731.254, "731.254"),
            (-0.000_25, "-0.00025"),
            (1.0, "1"),
            (100.0, "100"),
            (3.2e-9, "3.20000e-9"),
            (123_456_789.0, "1.23457e8"),
        ] {
            assert_eq!(value_text(value), text);
        }
    }
}
