//! The scrubber: the whole archive (or a part of it) on one line, with day and night, events, what
//! data there are, the visible range and the cursor. Drag to scrub, wheel to zoom, double click to
//! show all.

use egui::{Align2, CursorIcon, FontId, Id, Painter, Rect, Response, Role, Sense, Stroke, Ui};
use egui::{WidgetInfo, pos2, vec2};
use marsdeck_engine::archive::{SeriesKey, SeriesSummary};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, TimeRange};

use crate::clock::axis_ticks;
use crate::intent::UiIntent;
use crate::plot::XMap;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Height in points: ticks, events, coverage.
const HEIGHT: f32 = 52.0;
/// Most series whose coverage is drawn.
const MOST_SERIES: usize = 6;

/// State of the scrubber: the part it shows; none is all.
#[derive(Default)]
pub struct Scrubber {
    part: Option<TimeRange>,
    dragging: bool,
}

impl Scrubber {
    /// Paints it and takes the mouse.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let size = vec2(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let said = format!("Time scrubber, cursor at {}", cx.time_text(cx.time.cursor));
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &said));
        let all = everything(cx);
        let range = self.part.unwrap_or(all);
        let map = XMap::new(range, rect.x_range());
        self.mouse(ui, cx, &response, rect, map, all);
        if ui.is_rect_visible(rect) {
            paint(ui, cx, rect, map);
            self.pointer(ui, cx, &response, rect, map);
        }
    }

    fn mouse(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        response: &Response,
        rect: Rect,
        map: XMap,
        all: TimeRange,
    ) {
        if response.double_clicked() {
            self.part = None;
            cx.intents.send(UiIntent::FitAll);
            return;
        }
        let at = response.interact_pointer_pos();
        if (response.clicked() || response.dragged())
            && let Some(at) = at
        {
            let x = at.x.clamp(rect.left(), rect.right());
            cx.intents.send(UiIntent::SetCursor(map.time(x)));
        }
        self.dragging = response.dragged();
        let Some(hover) = response.hover_pos() else { return };
        let scroll = ui.input(|input| input.smooth_scroll_delta);
        let zoom = ui.input(egui::InputState::zoom_delta);
        let factor = f64::from((-scroll.y / 250.0).exp() / zoom);
        if (factor - 1.0).abs() > 1e-3 {
            let zoomed = map.zoomed(hover.x, factor, 1_000_000_000);
            let whole = zoomed.start <= all.start && zoomed.end >= all.end;
            self.part = (!whole).then_some(zoomed);
        }
        if scroll.x != 0.0 && self.part.is_some() {
            self.part = Some(map.panned(scroll.x));
        }
    }

    fn pointer(&self, ui: &Ui, cx: &ViewContext<'_>, response: &Response, rect: Rect, map: XMap) {
        let Some(at) = response.hover_pos().filter(|at| rect.contains(*at)) else { return };
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        let t = map.time(at.x);
        let painter = ui.painter();
        painter.vline(at.x, rect.y_range(), Stroke::new(1.0, cx.theme.text_weak));
        if !self.dragging {
            let event = nearest_event(cx, map, at.x);
            let mut text = cx.time_text(t);
            if let Some(name) = event {
                text = format!("{name}\n{text}");
            }
            response.show_tooltip_text(text);
        }
    }
}

/// What it shows when nothing is zoomed: all data and the cursor.
fn everything(cx: &ViewContext<'_>) -> TimeRange {
    let hull = match cx.snapshot.span {
        Some(span) => span.hull(&TimeRange::new(cx.time.cursor, cx.time.cursor)),
        None => cx.time.range,
    };
    let edge = ((hull.duration_ns() as f64 * 0.01) as i64).max(1_000_000_000);
    TimeRange::new(hull.start.plus_ns(-edge), hull.end.plus_ns(edge))
}

fn nearest_event(cx: &ViewContext<'_>, map: XMap, x: f32) -> Option<String> {
    let (from, to) = (map.time(x - 4.0), map.time(x + 4.0));
    let events = &cx.snapshot.events;
    let first = events.partition_point(|event| event.time < from);
    let near = events.iter().skip(first).take_while(|event| event.time <= to);
    let best = near.min_by(|a, b| {
        let of = |t: Instant| (map.x(t) - x).abs();
        of(a.time).total_cmp(&of(b.time))
    })?;
    Some(format!("{} {}", best.name, best.kind))
}

fn paint(ui: &Ui, cx: &ViewContext<'_>, rect: Rect, map: XMap) {
    let theme = cx.theme;
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let nights = cx.nights.get(cx.clocks, cx.mission(), map.range());
    let bar = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - 18.0));
    painter.rect_filled(bar, 3.0, if nights.is_empty() { theme.raised } else { theme.day });
    for night in nights.iter() {
        let (x0, x1) = (map.x(night.start), map.x(night.end));
        let shade = Rect::from_min_max(pos2(x0, bar.top()), pos2(x1, bar.bottom()));
        painter.rect_filled(shade, 0.0, theme.night_solid());
    }
    coverage(ui, cx, &painter, bar, map);
    events(cx, &painter, bar, map);
    // The visible range.
    let (x0, x1) = (
        map.x(cx.time.range.start),
        map.x(cx.time.range.end).max(map.x(cx.time.range.start) + 2.0),
    );
    let window = Rect::from_min_max(pos2(x0, bar.top()), pos2(x1, bar.bottom()));
    painter.rect_filled(window, 0.0, theme.accent.gamma_multiply(0.18));
    painter.rect_stroke(window, 0.0, Stroke::new(1.0, theme.accent), egui::StrokeKind::Inside);
    ticks(cx, &painter, rect, bar, map);
    // The cursor.
    let x = map.x(cx.time.cursor);
    painter.vline(x, rect.y_range(), Stroke::new(2.0, theme.cursor));
    let tip = vec![pos2(x - 6.0, rect.top()), pos2(x + 6.0, rect.top()), pos2(x, rect.top() + 8.0)];
    painter.add(egui::Shape::convex_polygon(tip, theme.cursor, Stroke::NONE));
}

fn ticks(cx: &ViewContext<'_>, painter: &Painter, rect: Rect, bar: Rect, map: XMap) {
    let theme = cx.theme;
    let most = (rect.width() / 110.0).max(1.0) as usize;
    for tick in axis_ticks(map.range(), most, cx.tick_labels()) {
        let x = map.x(tick.time);
        let length = if tick.major { bar.height() } else { 6.0 };
        let stroke = Stroke::new(1.0, theme.line);
        painter.vline(x, bar.bottom() - length..=bar.bottom() + 3.0, stroke);
        let colour = if tick.major { theme.text } else { theme.text_weak };
        let galley = painter.layout_no_wrap(tick.label, FontId::proportional(SMALL), colour);
        // Labels at the edges stand inside.
        let half = galley.size().x / 2.0;
        let left = (x - half).clamp(rect.left(), (rect.right() - 2.0 * half).max(rect.left()));
        painter.galley(pos2(left, bar.bottom() + 3.0), galley, colour);
    }
}

fn events(cx: &ViewContext<'_>, painter: &Painter, bar: Rect, map: XMap) {
    let theme = cx.theme;
    let range = map.range();
    let events = &cx.snapshot.events;
    let first = events.partition_point(|event| event.time < range.start);
    let mut last_x = f32::NEG_INFINITY;
    for event in events.iter().skip(first).take_while(|event| event.time < range.end) {
        let x = map.x(event.time);
        let chosen = event.id == cx.selection.event;
        // Ticks on the same pixel are drawn once.
        if x - last_x < 1.0 && !chosen {
            continue;
        }
        last_x = x;
        let colour = if chosen { theme.cursor } else { theme.text };
        let height = if chosen { bar.height() } else { 9.0 };
        painter.vline(x, bar.top()..=bar.top() + height, Stroke::new(1.5, colour));
    }
}

/// One thin line per series: where it has data.
fn coverage(ui: &Ui, cx: &ViewContext<'_>, painter: &Painter, bar: Rect, map: XMap) {
    let shown = shown_series(cx);
    let step = (bar.height() - 14.0) / shown.len().max(1) as f32;
    for (i, series) in shown.iter().enumerate() {
        let y = bar.top() + 12.0 + (i as f32 + 0.5) * step;
        let slot = Id::unique(("scrubber coverage", i));
        let range = rounded(map.range());
        let request = Request::Segments { key: series.key.clone(), range };
        let pending = cx.queries.ask(slot, &request);
        let known = pending.answer.filter(
            |(asked, _)| matches!(&**asked, Request::Segments { key, .. } if *key == series.key),
        );
        let whole = [series.span];
        let segments = match known.as_ref().map(|(_, answer)| &**answer) {
            Some(Answer::Segments(segments)) => segments.as_slice(),
            _ => &whole,
        };
        let stroke = Stroke::new(step.clamp(2.0, 4.0), cx.theme.curve(i));
        let mut drawn = f32::NEG_INFINITY;
        for segment in segments {
            let (x0, x1) = (map.x(segment.start), map.x(segment.end));
            if x1 < bar.left() || x0 > bar.right() || x1 < drawn {
                continue;
            }
            painter.hline(x0.max(bar.left())..=x1.max(x0 + 1.0).min(bar.right()), y, stroke);
            drawn = x1 + 0.5;
        }
    }
    if shown.is_empty() {
        let text = "No data yet: press Ctrl+O to ingest files, or drop them here.";
        let font = FontId::proportional(SMALL);
        painter.text(
            bar.center(),
            Align2::CENTER_CENTER,
            text,
            font,
            ui.visuals().weak_text_color(),
        );
    }
}

/// The series whose coverage is drawn: the plotted ones, else the first of each instrument.
fn shown_series<'a>(cx: &ViewContext<'a>) -> Vec<&'a SeriesSummary> {
    let find = |key: &SeriesKey| cx.snapshot.series.iter().find(|series| series.key == *key);
    let mut shown: Vec<_> = cx.selection.plotted.iter().filter_map(find).collect();
    if shown.is_empty() {
        let missions = cx.snapshot.missions.missions.iter();
        let wanted = missions
            .filter(|mission| cx.selection.mission.is_empty() || mission.id == cx.selection.mission)
            .flat_map(|mission| &mission.instruments);
        for instrument in wanted {
            let of = |series: &&SeriesSummary| series.key.name == instrument.sparkline;
            shown.extend(cx.snapshot.series.iter().find(of));
        }
    }
    if shown.is_empty() {
        shown.extend(cx.snapshot.series.iter().take(MOST_SERIES));
    }
    shown.truncate(MOST_SERIES);
    shown
}

/// The range widened to a coarse grid, so that a zoom or a growing archive asks seldom.
fn rounded(range: TimeRange) -> TimeRange {
    let step = (range.duration_ns().max(1) as u64).next_power_of_two() as i64;
    let step = if step <= 0 { i64::MAX / 4 } else { step / 2 }.max(1);
    let down = |ns: i64| ns.div_euclid(step).saturating_mul(step);
    TimeRange::new(
        Instant::from_unix_ns(down(range.start.unix_ns())),
        Instant::from_unix_ns(down(range.end.unix_ns()).saturating_add(step)),
    )
}
