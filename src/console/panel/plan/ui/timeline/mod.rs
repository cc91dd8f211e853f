//! The timeline: bands of windows, activities, states and resources over one axis of time.

mod bands;
mod hand;
mod header;
pub(in crate::panel::plan) mod keys;
mod lanes;
pub(in crate::panel::plan) mod paint;

use std::collections::BTreeSet;

use egui::{Pos2, Rect, ScrollArea, Sense, Ui, pos2, vec2};
use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::{Instant, TimeRange};

use super::super::model::actual::ActualBar;
use super::super::model::desk::Desk;
use super::super::model::snapping::Stop;
use crate::intent::UiIntent;
use crate::plot::XMap;
use crate::view::ViewContext;
use bands::{Band, bands};

/// Width of the names at the left, points.
const NAMES: f32 = 150.0;
/// Height of the axis, points.
const AXIS: f32 = 38.0;
/// Shortest and longest range that is shown, nanoseconds: a millisecond, ten years.
const SHORTEST_NS: i64 = 1_000_000;
const LONGEST_NS: i64 = 315_360_000_000_000_000;

/// What the mouse is doing.
#[derive(Clone, Debug, Default, PartialEq)]
enum Drag {
    #[default]
    None,
    Pan,
    Cursor,
    /// Encloses activities, from a place.
    Box(Pos2),
    /// Moves the selected, taken hold of at an instant of this one.
    Move(ActivityId, Instant),
    /// Draws out the end of one.
    Stretch(ActivityId, Instant),
}

/// How activities lie while they are dragged, and until the judge has followed.
#[derive(Clone, Debug, Default)]
struct Preview {
    ids: BTreeSet<ActivityId>,
    shift_ns: i64,
    longer_ns: i64,
    stop: Option<(Instant, Stop)>,
    /// Let go: it stays until the picture has caught up.
    is_over: bool,
}

/// State of the timeline.
pub(in crate::panel::plan) struct Timeline {
    /// What is shown.
    pub view: TimeRange,
    /// Whether it goes with the range of the other panels.
    pub linked: bool,
    /// Groups that are folded.
    pub folded: BTreeSet<String>,
    drag: Drag,
    preview: Option<Preview>,
    /// Elevations of the Sun in the view, degrees, evenly.
    sun: Option<(TimeRange, Vec<f32>)>,
    /// What really happened.
    pub actual: Vec<ActualBar>,
    /// Type of the palette that is being dragged onto the timeline.
    pub carried: Option<String>,
    /// Whether the keyboard should come here.
    pub wants_focus: bool,
    /// Points to scroll down by in the next frame.
    scroll_by: f32,
    /// Scroll to this activity.
    pub reveal: Option<ActivityId>,
}

impl Default for Timeline {
    fn default() -> Self {
        let zero = Instant::default();
        Self {
            view: TimeRange::new(zero, zero.plus_s(88_775.244)),
            linked: false,
            folded: BTreeSet::new(),
            drag: Drag::None,
            preview: None,
            sun: None,
            actual: Vec::new(),
            carried: None,
            wants_focus: false,
            scroll_by: 0.0,
            reveal: None,
        }
    }
}

/// What a frame of the timeline is painted with.
struct Frame<'a, 'b> {
    cx: &'a ViewContext<'b>,
    desk: &'a Desk,
    map: XMap,
    /// Where time is, between names and the scroll bar.
    field: Rect,
    view: (i64, i64),
}

impl Frame<'_, '_> {
    fn x(&self, ns: i64) -> f32 {
        self.map
            .x(Instant::from_unix_ns(ns))
            .clamp(self.field.left() - 8.0, self.field.right() + 8.0)
    }

    /// Nanoseconds of so many points.
    fn ns(&self, points: f32) -> i64 {
        (self.map.ns_per_point() * f64::from(points)) as i64
    }
}

impl Timeline {
    /// Shows a range with a little room around.
    pub fn fit(&mut self, range: TimeRange) {
        let room = range.duration_ns() / 40;
        let start = range.start.plus_ns(-room);
        self.view = clamped(TimeRange::new(start, range.end.plus_ns(room)));
    }

    /// Brings an activity into view.
    pub fn show_activity(&mut self, desk: &Desk, id: ActivityId) {
        let Some(range) = desk.picture.range(id) else { return };
        if !self.view.overlaps(&range) {
            let half = self.view.duration_ns() / 2;
            let middle = range.start.plus_ns(range.duration_ns() / 2);
            self.view = clamped(TimeRange::new(middle.plus_ns(-half), middle.plus_ns(half)));
        }
        self.reveal = Some(id);
    }

    /// The instant at a place of the area that the timeline was painted into.
    pub fn time_at(&self, area: Rect, x: f32) -> Instant {
        XMap::new(self.view, field_of(area)).time(x)
    }

    /// Paints it and takes mouse and keys.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        if self.linked {
            self.view = clamped(cx.time.range);
        }
        let before = self.view;
        self.settle(desk);
        let area = ui.available_rect_before_wrap();
        let x = field_of(area);
        let (head, axis) =
            ui.allocate_exact_size(vec2(area.width(), AXIS), Sense::click_and_drag());
        let field = Rect::from_x_y_ranges(x, head.top()..=area.bottom());
        self.wheel(ui, XMap::new(self.view, x), field);
        let map = XMap::new(self.view, x);
        let list = bands(self, desk);
        let height: f32 = list.iter().map(|band| band.height).sum();
        self.axis_hand(ui, cx, &axis, map, head);
        header::paint(ui, cx, desk, map, Rect::from_x_y_ranges(x, head.y_range()));
        let scroll = ScrollArea::vertical().id_salt("lanes").auto_shrink(false);
        scroll.show_viewport(ui, |ui, viewport| {
            let size = vec2(ui.available_width(), height.max(viewport.height()));
            let (rect, base) = ui.allocate_exact_size(size, Sense::click_and_drag());
            base.widget_info(|| {
                let said = format!("Timeline of {}", desk.plan().name);
                egui::WidgetInfo::labeled(egui::Role::Canvas, true, said)
            });
            let field = Rect::from_x_y_ranges(x, rect.y_range());
            let placed = place(&list, rect);
            let frame = Frame {
                cx,
                desk,
                map,
                field,
                view: (self.view.start.unix_ns(), self.view.end.unix_ns()),
            };
            self.ground(ui, &frame, rect);
            let clicked = self.rows(ui, &frame, &placed, &base);
            self.over(ui, &frame, &placed);
            self.reveal_now(ui, desk, &placed);
            if self.scroll_by != 0.0 {
                ui.scroll_with_delta(vec2(0.0, std::mem::take(&mut self.scroll_by)));
            }
            self.hand(ui, cx, desk, &base, (map, field), &placed, clicked);
            self.keys(ui, cx, desk, &base, map);
            self.menu(&base, cx, desk, map);
        });
        if self.linked && self.view != before {
            cx.intents.send(UiIntent::SetRange(self.view));
        }
    }

    /// Drops a preview that the picture has caught up with.
    fn settle(&mut self, desk: &Desk) {
        if self.preview.as_ref().is_some_and(|p| p.is_over) && !desk.is_checking() {
            self.preview = None;
        }
    }

    fn reveal_now(&mut self, ui: &Ui, desk: &Desk, placed: &[(Band, Rect)]) {
        let Some(id) = self.reveal.take() else { return };
        let place = desk.picture.place(id);
        let found = placed.iter().find(|(band, _)| band.lane() == place && place.is_some());
        if let Some((_, rect)) = found {
            ui.scroll_to_rect(rect.expand(20.0), None);
        }
    }
}

/// Where time is drawn, between the names and the scroll bar.
fn field_of(area: Rect) -> egui::Rangef {
    let left = area.left() + NAMES;
    egui::Rangef::new(left, (area.right() - 12.0).max(left + 40.0))
}

/// Kept to lengths that can be drawn.
fn clamped(view: TimeRange) -> TimeRange {
    let length = view.duration_ns().clamp(SHORTEST_NS, LONGEST_NS);
    let start = view.start.max(Instant::MIN.plus_ns(LONGEST_NS));
    let start = start.min(Instant::MAX.plus_ns(-2 * LONGEST_NS));
    TimeRange::new(start, start.plus_ns(length))
}

/// Bands one below the other.
fn place(list: &[Band], rect: Rect) -> Vec<(Band, Rect)> {
    let mut top = rect.top();
    let mut placed = Vec::with_capacity(list.len());
    for band in list {
        let size = vec2(rect.width(), band.height);
        placed.push((*band, Rect::from_min_size(pos2(rect.left(), top), size)));
        top += band.height;
    }
    placed
}
