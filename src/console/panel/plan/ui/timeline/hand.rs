//! The mouse on the timeline: pan, zoom, cursor, selecting, moving and drawing out.

use egui::{CursorIcon, PointerButton, Pos2, Rect, Response, Ui};
use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::Instant;

use super::super::super::model::desk::Desk;
use super::super::super::model::edits::{is_stretchable, label, moved, stretched};
use super::super::super::model::rows::Bar;
use super::super::super::model::snapping::stop;
use super::bands::Band;
use super::lanes::Clicked;
use super::{Drag, Preview, Timeline, clamped};
use crate::intent::UiIntent;
use crate::plot::XMap;
use crate::view::ViewContext;

/// How near the end of a bar a drag draws it out, points.
const GRIP: f32 = 5.0;
/// How near an edge has to come to snap, points.
const SNAP: f32 = 7.0;

impl Timeline {
    /// The wheel over the field zooms around the pointer, sideways it pans. Over the names it
    /// scrolls the bands, as the scroll bar does.
    pub(super) fn wheel(&mut self, ui: &Ui, map: XMap, field: Rect) {
        let Some(at) = ui.ctx().pointer_hover_pos().filter(|at| field.contains(*at)) else {
            return;
        };
        if !ui.rect_contains_pointer(field) {
            return;
        }
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta, input.zoom_delta()));
        let factor = f64::from((-scroll.y / 250.0).exp() / pinch);
        let view = if (factor - 1.0).abs() > 1e-3 {
            map.zoomed(at.x, factor, super::SHORTEST_NS)
        } else if scroll.x.abs() > 0.1 {
            map.panned(scroll.x)
        } else {
            return;
        };
        self.view = clamped(view);
        ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
    }

    /// The axis: a click puts the cursor there, a drag moves the range.
    pub(super) fn axis_hand(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        axis: &Response,
        map: XMap,
        head: Rect,
    ) {
        axis.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Slider, true, "Time axis of the plan")
        });
        let Some(at) = axis.interact_pointer_pos() else { return };
        let _ = head;
        let near = (map.x(cx.time.cursor) - at.x).abs() < 6.0;
        if axis.drag_started() {
            let origin = ui.input(|i| i.pointer.press_origin()).unwrap_or(at);
            let near = near || (map.x(cx.time.cursor) - origin.x).abs() < 6.0;
            self.drag = if near { Drag::Cursor } else { Drag::Pan };
        }
        if axis.clicked() {
            cx.intents.send(UiIntent::SetCursor(map.time(at.x)));
        } else if axis.dragged() && self.drag == Drag::Cursor {
            cx.intents.send(UiIntent::SetCursor(map.time(at.x)));
        } else if axis.dragged() && axis.drag_delta().x != 0.0 {
            self.view = clamped(map.panned(axis.drag_delta().x));
        }
        if axis.drag_stopped() {
            self.drag = Drag::None;
        }
    }

    /// Takes clicks and drags over the bands.
    #[expect(clippy::too_many_arguments, reason = "what a frame of the timeline is made of")]
    pub(super) fn hand(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
        base: &Response,
        (map, field): (XMap, Rect),
        placed: &[(Band, Rect)],
        clicked: Clicked,
    ) {
        let adds = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        if let Some((id, is_menu)) = clicked.activity {
            choose(desk, id, adds, is_menu);
            base.request_focus();
        } else if let Some(violation) = clicked.violation {
            let ids = desk.picture.violations.get(violation).map(|v| v.activities.clone());
            desk.selection = ids.unwrap_or_default().into_iter().collect();
        } else if base.clicked() {
            self.click(desk, base, map, placed, adds);
            base.request_focus();
        }
        if base.double_clicked() && desk.selection.is_empty() {
            let at = base.interact_pointer_pos().filter(|at| field.contains(*at));
            if let Some(at) = at {
                cx.intents.send(UiIntent::SetCursor(map.time(at.x)));
            }
        }
        self.hover(ui, desk, base, map, placed);
        self.drag(ui, desk, base, (map, field), placed);
    }

    fn click(
        &mut self,
        desk: &mut Desk,
        base: &Response,
        map: XMap,
        placed: &[(Band, Rect)],
        adds: bool,
    ) {
        let Some(at) = base.interact_pointer_pos() else { return };
        match hit(desk, map, placed, at) {
            Some(bar) => choose(desk, ActivityId(bar.tag), adds, false),
            None if !adds => desk.selection.clear(),
            None => {}
        }
    }

    fn hover(&self, ui: &Ui, desk: &Desk, base: &Response, map: XMap, placed: &[(Band, Rect)]) {
        let Some(at) = base.hover_pos().filter(|_| self.drag == Drag::None) else { return };
        let Some(bar) = hit(desk, map, placed, at) else { return };
        let icon = if is_end(desk, map, &bar, at) {
            CursorIcon::ResizeHorizontal
        } else {
            CursorIcon::Grab
        };
        ui.ctx().set_cursor_icon(icon);
    }

    fn drag(
        &mut self,
        ui: &Ui,
        desk: &mut Desk,
        base: &Response,
        (map, field): (XMap, Rect),
        placed: &[(Band, Rect)],
    ) {
        let pointer = base.interact_pointer_pos();
        if base.drag_started()
            && let Some(at) = ui.input(|input| input.pointer.press_origin()).or(pointer)
        {
            self.drag = self.started(ui, desk, base, map, placed, at);
            base.request_focus();
        }
        if let (true, Some(at)) = (base.dragged(), pointer) {
            match self.drag.clone() {
                Drag::None | Drag::Box(_) | Drag::Cursor => {}
                Drag::Pan => {
                    let by = base.drag_delta();
                    if by.x != 0.0 {
                        self.view = clamped(map.panned(by.x));
                    }
                    self.scroll_by = by.y;
                }
                Drag::Move(id, from) => {
                    let shift = map.time(at.x).ns_since(from);
                    self.preview = Some(self.shifted(ui, desk, map, id, shift));
                }
                Drag::Stretch(id, from) => {
                    let later = map.time(at.x).ns_since(from);
                    self.preview = Some(longer(ui, desk, map, id, later));
                }
            }
        }
        if base.drag_stopped() {
            self.stopped(ui, desk, map, placed, pointer, field);
        }
    }

    fn started(
        &mut self,
        ui: &Ui,
        desk: &mut Desk,
        base: &Response,
        map: XMap,
        placed: &[(Band, Rect)],
        at: Pos2,
    ) -> Drag {
        let modifiers = ui.input(|input| input.modifiers);
        if base.drag_started_by(PointerButton::Secondary) || modifiers.shift {
            return Drag::Box(at);
        }
        if base.drag_started_by(PointerButton::Middle) {
            return Drag::Pan;
        }
        match hit(desk, map, placed, at) {
            Some(bar) => {
                let id = ActivityId(bar.tag);
                if !desk.selection.contains(&id) {
                    choose(desk, id, modifiers.command, false);
                }
                if is_end(desk, map, &bar, at) {
                    Drag::Stretch(id, map.time(at.x))
                } else {
                    Drag::Move(id, map.time(at.x))
                }
            }
            None => Drag::Pan,
        }
    }

    /// The selected moved, the start or the end of the one that is held snapping to what is near.
    fn shifted(&self, ui: &Ui, desk: &Desk, map: XMap, id: ActivityId, shift: i64) -> Preview {
        let ids = desk.selection.clone();
        let mut preview = Preview { ids, shift_ns: shift, ..Preview::default() };
        // Alt moves freely.
        let is_free = ui.input(|input| input.modifiers.alt);
        let Some(range) = desk.picture.range(id).filter(|_| !is_free) else { return preview };
        let reach = (map.ns_per_point() * f64::from(SNAP)) as i64;
        let mission = &desk.plan().mission;
        let edges = [range.start, range.end];
        let stops = edges.into_iter().filter_map(|edge| {
            let to = edge.plus_ns(shift);
            let (at, what) = stop(&desk.picture, mission, to, &preview.ids, reach)?;
            Some((at.ns_since(to), at, what))
        });
        if let Some((by, at, what)) = stops.min_by_key(|(by, ..)| by.abs()) {
            preview.shift_ns = shift.saturating_add(by);
            preview.stop = Some((at, what));
        }
        preview
    }

    fn stopped(
        &mut self,
        ui: &Ui,
        desk: &mut Desk,
        map: XMap,
        placed: &[(Band, Rect)],
        pointer: Option<Pos2>,
        field: Rect,
    ) {
        let preview = self.preview.take();
        match (std::mem::take(&mut self.drag), preview) {
            (Drag::Move(..), Some(preview)) if preview.shift_ns != 0 => {
                let ids: Vec<ActivityId> = preview.ids.iter().copied().collect();
                let edits = moved(desk.plan(), &ids, preview.shift_ns);
                desk.make(&label("move", desk.plan(), &ids), edits);
                self.preview = Some(Preview { is_over: true, stop: None, ..preview });
            }
            (Drag::Stretch(id, _), Some(preview)) if preview.longer_ns != 0 => {
                let by = (id, preview.longer_ns);
                let edits = stretched(desk.plan(), &desk.model, &desk.picture, by);
                desk.make(&label("change the length of", desk.plan(), &[id]), edits);
                self.preview = Some(Preview { is_over: true, stop: None, ..preview });
            }
            (Drag::Box(from), _) => {
                if let Some(to) = pointer {
                    let adds = ui.input(|input| input.modifiers.command);
                    enclose(desk, map, placed, Rect::from_two_pos(from, to).intersect(field), adds);
                }
            }
            _ => {}
        }
    }
}

/// One activity drawn out, its end snapping.
fn longer(ui: &Ui, desk: &Desk, map: XMap, id: ActivityId, later: i64) -> Preview {
    let mut preview = Preview { ids: [id].into(), longer_ns: later, ..Preview::default() };
    let is_free = ui.input(|input| input.modifiers.alt);
    let Some(range) = desk.picture.range(id) else { return preview };
    let reach = (map.ns_per_point() * f64::from(SNAP)) as i64;
    let to = range.end.plus_ns(later);
    let found = stop(&desk.picture, &desk.plan().mission, to, &preview.ids, reach);
    if let Some((at, what)) = found.filter(|_| !is_free) {
        preview.longer_ns = later.saturating_add(at.ns_since(to));
        preview.stop = Some((at, what));
    }
    preview
}

/// Selects an activity, adds it to the selection or takes it out.
fn choose(desk: &mut Desk, id: ActivityId, adds: bool, is_menu: bool) {
    if is_menu {
        if !desk.selection.contains(&id) {
            desk.selection = [id].into();
        }
    } else if !adds {
        desk.selection = [id].into();
    } else if !desk.selection.remove(&id) {
        desk.selection.insert(id);
    }
}

/// The bar of an activity at a place.
fn hit(desk: &Desk, map: XMap, placed: &[(Band, Rect)], at: Pos2) -> Option<Bar> {
    let (band, _) = placed.iter().find(|(_, rect)| rect.contains(at))?;
    let (group, row) = band.lane()?;
    if at.x < map.left() {
        return None;
    }
    let reach = (map.ns_per_point() * 3.0) as i64;
    desk.picture.row(group, row)?.at(map.time(at.x).unix_ns(), reach)
}

/// Whether a place takes hold of the end of a bar that can be drawn out.
fn is_end(desk: &Desk, map: XMap, bar: &Bar, at: Pos2) -> bool {
    let end = map.x(Instant::from_unix_ns(bar.end));
    let wide = end - map.x(Instant::from_unix_ns(bar.start)) > 3.0 * GRIP;
    let activity = desk.plan().activities.get(&ActivityId(bar.tag));
    wide && (end - at.x).abs() < GRIP && activity.is_some_and(|a| is_stretchable(&desk.model, a))
}

/// Selects what a box touches.
fn enclose(desk: &mut Desk, map: XMap, placed: &[(Band, Rect)], area: Rect, adds: bool) {
    if !adds {
        desk.selection.clear();
    }
    let range = (map.time(area.left()).unix_ns(), map.time(area.right()).unix_ns());
    for (band, rect) in placed {
        let Some((group, row)) = band.lane().filter(|_| rect.intersects(area)) else { continue };
        let found = desk.picture.row(group, row).map(|row| row.within(range));
        desk.selection.extend(found.into_iter().flatten().map(|bar| ActivityId(bar.tag)));
    }
}
