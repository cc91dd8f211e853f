//! Paints the parts of a row: band and line of a curve, gaps, nights, marks.

use egui::{Align2, Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2};
use marsdeck_engine::archive::Bucket;
use marsdeck_engine::time::{Instant, TimeRange};

use super::curve::{is_gap, own_range, visible_buckets, visible_points};
use super::labels::{Wanted, lanes};
use super::model::{Curve, CurveData, LimitLine, Mark, TimeSpan};
use super::scale::YScale;
use super::xmap::XMap;
use crate::theme::{SMALL, Theme};

/// Height of a lane in points.
const LANE: f32 = 15.0;

/// Shades stretches of time over the height of a rectangle.
pub(super) fn shade(painter: &Painter, rect: Rect, map: XMap, ranges: &[TimeRange], fill: Color32) {
    for range in ranges {
        let (x0, x1) = (map.x(range.start).max(rect.left()), map.x(range.end).min(rect.right()));
        if x1 > x0 {
            let area = Rect::from_min_max(pos2(x0, rect.top()), pos2(x1, rect.bottom()));
            painter.rect_filled(area, 0.0, fill);
        }
    }
}

/// Paints event windows: a thin ground with edges.
pub(super) fn spans(painter: &Painter, rect: Rect, map: XMap, spans: &[TimeSpan]) {
    for span in spans {
        shade(painter, rect, map, &[span.range], span.colour.gamma_multiply(0.10));
        for edge in [span.range.start, span.range.end] {
            let x = map.x(edge);
            if rect.x_range().contains(x) {
                let stroke = Stroke::new(1.0, span.colour.gamma_multiply(0.6));
                painter.vline(x, rect.y_range(), stroke);
            }
        }
    }
}

/// Paints limit lines as long as they hold, with their labels at the right.
pub(super) fn limits(
    painter: &Painter,
    rect: Rect,
    map: XMap,
    scale: YScale,
    limits: &[LimitLine],
) {
    for limit in limits {
        if limit.value < scale.low || limit.value > scale.high {
            continue;
        }
        let y = scale.y(limit.value, rect.y_range());
        let shown = map.range();
        let left = map.x(limit.holds.start.max(shown.start)).max(rect.left());
        let right = map.x(limit.holds.end.min(shown.end)).min(rect.right());
        if left >= right {
            continue;
        }
        let ends = [pos2(left, y), pos2(right, y)];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, limit.colour), 6.0, 4.0));
        let above = y - rect.top() > 18.0;
        let (align, dy) =
            if above { (Align2::RIGHT_BOTTOM, -1.0) } else { (Align2::RIGHT_TOP, 1.0) };
        let at = pos2(right - 4.0, y + dy);
        painter.text(at, align, &limit.label, FontId::proportional(SMALL - 1.0), limit.colour);
    }
}

/// Paints a curve into a row.
pub(super) fn curve(painter: &Painter, rect: Rect, map: XMap, scale: YScale, curve: &Curve<'_>) {
    let own = own_range(map.range(), curve.shift_ns);
    match curve.data {
        CurveData::None => {}
        CurveData::Buckets { range, buckets, period_ns } => {
            let visible = visible_buckets(range, buckets, own);
            let shifted = TimeRange::new(
                range.start.plus_ns(curve.shift_ns),
                range.end.plus_ns(curve.shift_ns),
            );
            let columns = Columns { range: shifted, buckets, period_ns, colour: curve.colour };
            columns.paint(painter, rect, map, scale, visible);
        }
        CurveData::Points { times, values, period_ns } => {
            let visible = visible_points(times, own);
            let (Some(times), Some(values)) = (times.get(visible.clone()), values.get(visible))
            else {
                return;
            };
            points(painter, rect, map, scale, curve, (times, values, period_ns));
        }
    }
}

struct Columns<'a> {
    range: TimeRange,
    buckets: &'a [Bucket],
    period_ns: f64,
    colour: Color32,
}

impl Columns<'_> {
    /// The band from minimum to maximum as one mesh a run, and the mean as a line on it.
    fn paint(
        &self,
        painter: &Painter,
        rect: Rect,
        map: XMap,
        scale: YScale,
        visible: std::ops::Range<usize>,
    ) {
        let step = self.range.duration_ns() as f64 / self.buckets.len().max(1) as f64;
        let left = map.x(self.range.start);
        let width = (step / map.ns_per_point()) as f32;
        let mut mesh = Mesh::default();
        let mut line: Vec<Pos2> = Vec::new();
        let mut last: Option<usize> = None;
        let fill = self.colour.gamma_multiply(0.42);
        let stroke = Stroke::new(1.2, self.colour);
        for i in visible {
            let Some(bucket) = self.buckets.get(i) else { break };
            let Some(mean) = bucket.mean() else { continue };
            let broken =
                last.is_some_and(|last| (i - last - 1) as f64 * step > self.period_ns * 1.6);
            if broken {
                flush(painter, &mut line, stroke);
            }
            let joined = last.is_some() && !broken;
            last = Some(i);
            let x = left + (i as f32 + 0.5) * width;
            let (mut top, mut bottom) =
                (scale.y(bucket.max, rect.y_range()), scale.y(bucket.min, rect.y_range()));
            if bottom - top < 1.0 {
                let middle = f32::midpoint(top, bottom);
                (top, bottom) = (middle - 0.5, middle + 0.5);
            }
            let n = mesh.vertices.len() as u32;
            if joined || width < 1.5 {
                mesh.colored_vertex(pos2(x, top), fill);
                mesh.colored_vertex(pos2(x, bottom), fill);
                if joined && n >= 2 {
                    mesh.add_triangle(n - 2, n - 1, n);
                    mesh.add_triangle(n - 1, n, n + 1);
                }
            } else {
                // The first column of a run has a width of its own, so that a lone one is seen.
                mesh.colored_vertex(pos2(x, top), fill);
                mesh.colored_vertex(pos2(x, bottom), fill);
            }
            line.push(pos2(x, scale.y(mean, rect.y_range())));
        }
        flush(painter, &mut line, stroke);
        if !mesh.is_empty() {
            painter.add(mesh);
        }
    }
}

fn flush(painter: &Painter, line: &mut Vec<Pos2>, stroke: Stroke) {
    match line.as_slice() {
        [] => {}
        [alone] => {
            painter.circle_filled(*alone, 1.5, stroke.color);
        }
        _ => {
            painter.line(std::mem::take(line), stroke);
        }
    }
    line.clear();
}

/// Single samples: a line, broken at gaps, with dots where they stand apart.
fn points(
    painter: &Painter,
    rect: Rect,
    map: XMap,
    scale: YScale,
    curve: &Curve<'_>,
    (times, values, period_ns): (&[Instant], &[f64], f64),
) {
    let stroke = Stroke::new(1.4, curve.colour);
    let mut line: Vec<Pos2> = Vec::new();
    let mut last: Option<Instant> = None;
    let dots = map.width() / times.len().max(1) as f32 > 7.0;
    for (t, value) in times.iter().zip(values) {
        let gap = last.is_some_and(|last| is_gap(t.ns_since(last), period_ns));
        if gap || value.is_nan() {
            flush(painter, &mut line, stroke);
        }
        last = Some(*t);
        if value.is_nan() {
            continue;
        }
        let x = map.x(t.plus_ns(curve.shift_ns));
        let at = pos2(x, scale.y(*value, rect.y_range()));
        if dots {
            painter.circle_filled(at, 2.3, curve.colour);
        }
        line.push(at);
    }
    flush(painter, &mut line, stroke);
}

/// Where the labels of marks go.
#[derive(Clone, Copy)]
pub(super) struct LabelLanes {
    /// Top of the first lane.
    pub top: f32,
    /// Number of lanes.
    pub count: usize,
    /// Whether later lanes lie above the first one.
    pub upwards: bool,
}

impl LabelLanes {
    /// Height of a number of lanes in points.
    pub(super) fn height(count: usize) -> f32 {
        count as f32 * LANE
    }

    fn y(self, lane: usize) -> f32 {
        let step = lane as f32 * LANE;
        if self.upwards { self.top - step } else { self.top + step }
    }
}

/// Paints marks over a height, with labels that do not collide in lanes.
pub(super) fn marks(
    painter: &Painter,
    rect: Rect,
    map: XMap,
    marks: &[Mark],
    place: LabelLanes,
    theme: &Theme,
) {
    let font = FontId::proportional(SMALL);
    let visible: Vec<&Mark> = marks.iter().filter(|mark| map.range().contains(mark.time)).collect();
    let galleys: Vec<_> = visible
        .iter()
        .map(|mark| painter.layout_no_wrap(mark.label.clone(), font.clone(), mark.colour))
        .collect();
    let wanted: Vec<Wanted> = visible
        .iter()
        .zip(&galleys)
        .map(|(mark, galley)| {
            // A label at the right edge stands left of its line.
            let x = (map.x(mark.time) + 3.0).min(rect.right() - galley.size().x - 2.0);
            Wanted { x, width: galley.size().x, strong: mark.strong }
        })
        .collect();
    let lanes = lanes(&wanted, place.count);
    for mark in &visible {
        let stroke = Stroke::new(if mark.strong { 1.6 } else { 1.0 }, mark.colour);
        painter.vline(map.x(mark.time), rect.y_range(), stroke);
    }
    for ((galley, wanted), lane) in galleys.into_iter().zip(&wanted).zip(lanes) {
        if let Some(lane) = lane {
            let at = pos2(wanted.x, place.y(lane));
            let ground = Rect::from_min_size(at, galley.size()).expand2(egui::vec2(2.0, 0.0));
            painter.rect_filled(ground, 2.0, theme.panel.gamma_multiply(0.9));
            painter.galley(at, galley, theme.text);
        }
    }
}
