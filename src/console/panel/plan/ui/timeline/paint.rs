//! Paints windows, the Sun, states, resources and what lies over everything.

use egui::{Align2, Color32, FontId, Mesh, Painter, Rect, Shape, Stroke, Ui, pos2};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::{Convention, MarsClock, SolClock, TimeRange};

use super::super::super::model::line::Drawn;
use super::super::super::model::picture::{ResourceBand, StateBand, WindowBand};
use super::super::super::model::rows::{Mark, Piece};
use super::bands::{Band, What};
use super::{Drag, Frame, Timeline};
use crate::theme::{SMALL, Theme, mix};

/// Points between two elevations of the Sun.
const SUN_STEP: f32 = 6.0;

/// Severity in the words of the screen: shape and colour.
pub(in crate::panel::plan) fn severity(mark: Mark) -> Option<Severity> {
    match mark {
        Mark::None => None,
        Mark::Waived => Some(Severity::Off),
        Mark::Note => Some(Severity::Standby),
        Mark::Warning => Some(Severity::Watch),
        Mark::Error => Some(Severity::Critical),
    }
}

impl Timeline {
    /// The ground: nights, sols, and what is outside of the plan.
    pub(super) fn ground(&mut self, ui: &Ui, frame: &Frame<'_, '_>, rect: Rect) {
        let (theme, field) = (frame.cx.theme, frame.field);
        let painter = ui.painter_at(field);
        painter.rect_filled(field, 0.0, theme.plot_ground());
        for night in nights(frame) {
            let x = frame.map.x(night.start)..=frame.map.x(night.end);
            painter.rect_filled(Rect::from_x_y_ranges(x, rect.y_range()), 0.0, theme.night);
        }
        let plan = frame.desk.plan().range();
        let outside = theme.line.gamma_multiply(0.35);
        for x in [
            field.left()..=frame.map.x(plan.start).min(field.right()),
            frame.map.x(plan.end).max(field.left())..=field.right(),
        ] {
            if x.end() > x.start() {
                painter.rect_filled(Rect::from_x_y_ranges(x, rect.y_range()), 0.0, outside);
            }
        }
        let Ok(clock) = SolClock::of(&frame.desk.plan().mission) else { return };
        let [first, last] =
            [self.view.start, self.view.end].map(|t| clock.at(t, Convention::Kernel).sol);
        if i64::from(last) - i64::from(first) < 400 {
            for sol in first..=last.saturating_add(1) {
                let x = frame.map.x(clock.instant(sol, 0.0, Convention::Kernel));
                painter.vline(x, rect.y_range(), Stroke::new(1.0, theme.line));
            }
        }
    }

    /// The cursor, a box, a stop, and what is carried.
    pub(super) fn over(&self, ui: &Ui, frame: &Frame<'_, '_>, placed: &[(Band, Rect)]) {
        let (theme, field) = (frame.cx.theme, frame.field);
        let painter = ui.painter_at(field);
        let cursor = frame.map.x(frame.cx.time.cursor);
        painter.vline(cursor, field.y_range(), Stroke::new(1.5, theme.cursor));
        if let Some((at, what)) = self.preview.as_ref().and_then(|p| p.stop) {
            let x = frame.map.x(at);
            painter.extend(Shape::dashed_line(
                &[pos2(x, field.top()), pos2(x, field.bottom())],
                Stroke::new(1.0, theme.accent),
                4.0,
                4.0,
            ));
            let top = ui.clip_rect().top().max(field.top()) + 4.0;
            let font = FontId::proportional(SMALL);
            painter.text(pos2(x + 4.0, top), Align2::LEFT_TOP, what.word(), font, theme.accent);
        }
        if let (Drag::Box(from), Some(to)) = (&self.drag, ui.ctx().pointer_interact_pos()) {
            let area = Rect::from_two_pos(*from, to);
            painter.rect(
                area,
                0.0,
                theme.accent.gamma_multiply(0.15),
                Stroke::new(1.0, theme.accent),
                egui::StrokeKind::Inside,
            );
        }
        for (_, rect) in placed {
            painter.hline(field.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.grid));
        }
    }

    pub(super) fn sun(&mut self, painter: &Painter, frame: &Frame<'_, '_>, rect: Rect) {
        let Ok(clock) = SolClock::of(&frame.desk.plan().mission) else { return };
        let step = frame.ns(SUN_STEP).max(1);
        if self.sun.as_ref().is_none_or(|(known, _)| *known != self.view) {
            let site = clock.mission();
            let count = (frame.field.width() / SUN_STEP) as i64 + 2;
            let height = |i: i64| {
                let t = self.view.start.plus_ns(i * step);
                MarsClock::at(t).sun(site.lat_deg, site.lon_deg).elevation_deg as f32
            };
            // Over more sols than that the line would be noise.
            let few = self.view.duration_s() < 60.0 * 88_775.0;
            let heights = if few { (0..count).map(height).collect() } else { Vec::new() };
            self.sun = Some((self.view, heights));
        }
        let Some((_, heights)) = &self.sun else { return };
        let theme = frame.cx.theme;
        let middle = rect.center().y;
        painter.hline(frame.field.x_range(), middle, Stroke::new(1.0, theme.line));
        let place = |(i, deg): (usize, &f32)| {
            let x = frame.field.left() + i as f32 * SUN_STEP;
            pos2(x, middle - deg / 90.0 * (rect.height() / 2.0 - 3.0))
        };
        let line: Vec<_> = heights.iter().enumerate().map(place).collect();
        painter.add(Shape::line(line, Stroke::new(1.5, theme.simulated)));
    }
}

/// Nights by the window of the Sun above the horizon.
fn nights(frame: &Frame<'_, '_>) -> Vec<TimeRange> {
    if frame.map.range().duration_s() > 120.0 * 88_775.0 {
        return Vec::new();
    }
    let Some(days) = frame.desk.picture.windows.iter().find(|w| w.id == "sun_up") else {
        return Vec::new();
    };
    let all = days.row.bars();
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return Vec::new() };
    // One day before the view, so that the night at its left edge is there.
    let from = all.partition_point(|b| b.end < frame.view.0).saturating_sub(1);
    let to = (all.partition_point(|b| b.start < frame.view.1) + 1).min(all.len());
    let pairs = all.get(from..to).unwrap_or_default().windows(2);
    let between = pairs.filter_map(|pair| match pair {
        [a, b] => Some((a.end, b.start)),
        _ => None,
    });
    let edges = [(first.start - 43_000_000_000_000, first.start)];
    let ends = [(last.end, last.end + 43_000_000_000_000)];
    let all = between.chain(edges).chain(ends);
    all.map(|(a, b)| super::super::super::model::picture::range_of(&bar(a, b))).collect()
}

fn bar(start: i64, end: i64) -> super::super::super::model::rows::Bar {
    super::super::super::model::rows::Bar { start, end, tag: 0, look: 0, mark: Mark::None }
}

/// A window: filled where it is open.
pub(super) fn window(painter: &Painter, frame: &Frame<'_, '_>, rect: Rect, of: &WindowBand) {
    let theme = frame.cx.theme;
    let colour = if of.is_given { theme.accent } else { theme.simulated };
    let fill = mix(theme.plot_ground(), colour, if of.is_given { 0.55 } else { 0.28 });
    let mut mesh = Mesh::default();
    of.row.pieces(frame.view, frame.ns(2.0), &mut |piece| {
        let (start, end) = match piece {
            Piece::One(bar) => (bar.start, bar.end),
            Piece::Many(block) => (block.start, block.end),
        };
        let area = Rect::from_min_max(
            pos2(frame.x(start), rect.top() + 3.0),
            pos2(frame.x(end).max(frame.x(start) + 1.5), rect.bottom() - 3.0),
        );
        mesh.add_colored_rect(area, fill);
    });
    painter.add(Shape::mesh(mesh));
}

/// A state: strips with the value as text.
pub(super) fn state(painter: &Painter, frame: &Frame<'_, '_>, rect: Rect, of: &StateBand) {
    let theme = frame.cx.theme;
    let font = FontId::proportional(SMALL - 1.0);
    let mut mesh = Mesh::default();
    let mut texts = Vec::new();
    of.row.pieces(frame.view, frame.ns(2.0), &mut |piece| {
        let (start, end, look, one) = match piece {
            Piece::One(bar) => (bar.start, bar.end, bar.look, true),
            Piece::Many(block) => (block.start, block.end, block.look, false),
        };
        let (x0, x1) = (frame.x(start), frame.x(end).max(frame.x(start) + 1.0));
        let area =
            Rect::from_min_max(pos2(x0, rect.top() + 2.0), pos2(x1 - 1.0, rect.bottom() - 2.0));
        mesh.add_colored_rect(area, strip_colour(theme, look, one));
        if one && x1 - x0 > 26.0 {
            texts.push((area, look));
        }
    });
    painter.add(Shape::mesh(mesh));
    for (area, look) in texts {
        let text = of.values.get(look as usize).map_or("", String::as_str);
        let at = pos2(area.left().max(frame.field.left()) + 4.0, area.center().y);
        let clip = painter.with_clip_rect(area.intersect(painter.clip_rect()));
        clip.text(at, Align2::LEFT_CENTER, text, font.clone(), theme.text);
    }
}

fn strip_colour(theme: &Theme, look: u16, one: bool) -> Color32 {
    // The first value is mostly off: it stays quiet.
    if look == 0 && one {
        return mix(theme.plot_ground(), theme.line, 0.6);
    }
    mix(theme.plot_ground(), theme.curve(look as usize), 0.35)
}

/// A resource: its line with bounds.
pub(super) fn resource(painter: &Painter, frame: &Frame<'_, '_>, rect: Rect, of: &ResourceBand) {
    let theme = frame.cx.theme;
    let (mut low, mut high) = of.line.extent;
    for bound in &of.bounds {
        // A bound far above what is ever reached would flatten the line.
        if *bound <= high * 3.0 + 1.0 {
            (low, high) = (low.min(*bound), high.max(*bound));
        }
    }
    let span = (high - low).max(1e-9);
    let inner = rect.shrink2(egui::vec2(0.0, 6.0));
    let y = |value: f64| inner.bottom() - ((value - low) / span) as f32 * inner.height();
    for (range, mark) in &of.broken {
        let Some(severity) = severity(*mark) else { continue };
        let x = frame.map.x(range.start)..=frame.map.x(range.end);
        let ground = theme.severity(severity).gamma_multiply(0.22);
        painter.rect_filled(Rect::from_x_y_ranges(x, rect.y_range()), 0.0, ground);
    }
    for bound in of.bounds.iter().filter(|b| **b >= low && **b <= high) {
        let ends = [pos2(frame.field.left(), y(*bound)), pos2(frame.field.right(), y(*bound))];
        let stroke = Stroke::new(1.0, theme.severity(Severity::Distress));
        painter.extend(Shape::dashed_line(&ends, stroke, 5.0, 4.0));
    }
    let stroke = Stroke::new(1.5, theme.accent);
    match of.line.drawn(frame.view) {
        Drawn::Corners(corners) => {
            let points = corners.iter().flat_map(|c| {
                let x = frame.map.x(marsdeck_engine::time::Instant::from_unix_ns(c.time));
                [pos2(x, y(c.before)), pos2(x, y(c.after))]
            });
            painter.add(Shape::line(points.collect(), stroke));
        }
        Drawn::Swings(swings) => {
            let mut mesh = Mesh::default();
            for swing in swings {
                let (x0, x1) = (frame.x(swing.start), frame.x(swing.end));
                let top = y(swing.high).min(y(swing.low) - 1.5);
                let area = Rect::from_min_max(pos2(x0, top), pos2(x1.max(x0 + 1.0), y(swing.low)));
                mesh.add_colored_rect(area, theme.accent);
            }
            painter.add(Shape::mesh(mesh));
        }
    }
}

/// The name of a band at the left, with what it says at the cursor.
pub(super) fn name(ui: &Ui, frame: &Frame<'_, '_>, rect: Rect, what: What) {
    let theme = frame.cx.theme;
    let picture = &frame.desk.picture;
    let cursor = frame.cx.time.cursor.unix_ns();
    let (text, value) = match what {
        What::Marks => ("Violations".to_owned(), String::new()),
        What::Sun => ("Sun over the horizon".to_owned(), String::new()),
        What::Window(at) => {
            (picture.windows.get(at).map_or("", |w| w.name.as_str()).to_owned(), String::new())
        }
        What::State(at) => {
            (picture.states.get(at).map_or("", |s| s.name.as_str()).to_owned(), String::new())
        }
        What::Resource(at) => picture.resources.get(at).map_or_else(Default::default, |r| {
            let value = r.line.at(cursor).map(|v| format!("{v:.1} {}", r.unit));
            (r.name.clone(), value.unwrap_or_default())
        }),
        What::Lane(..) | What::Title(_) => return,
    };
    let font = FontId::proportional(SMALL);
    let names = Rect::from_x_y_ranges(rect.left()..=frame.field.left() - 4.0, rect.y_range());
    let painter = ui.painter_at(names);
    let (y, align) = if value.is_empty() {
        (names.center().y, Align2::LEFT_CENTER)
    } else {
        (names.top() + 8.0, Align2::LEFT_TOP)
    };
    painter.text(pos2(names.left() + 6.0, y), align, text, font.clone(), theme.text_weak);
    let at = pos2(names.left() + 6.0, names.top() + 26.0);
    painter.text(at, Align2::LEFT_TOP, value, font, theme.text);
}
