//! The mouse over a plot: pan, zoom, box, cursor, selection.

use egui::{CursorIcon, Key, PointerButton, Pos2, Rect, Response, Ui, pos2};
use marsdeck_engine::time::TimeRange;

use super::model::{Drag, PlotOutput, PlotState, PlotView};
use super::view::Layout;

/// How near the cursor's line a drag takes hold of it, in points.
const GRIP: f32 = 6.0;
/// Shortest range that zooming in leads to, in nanoseconds.
const SHORTEST_NS: i64 = 10_000;

/// Takes the mouse; what was done goes into the output, what belongs to the plot into its state.
pub(super) fn mouse(
    view: &PlotView<'_>,
    ui: &Ui,
    response: &Response,
    layout: &Layout,
    state: &mut PlotState,
    output: &mut PlotOutput,
) {
    if response.hovered() || response.has_focus() {
        let clear = ui.input(|input| input.key_pressed(Key::Escape));
        if clear {
            state.selection = None;
        }
    }
    if let Some(at) = response.hover_pos() {
        if layout.field.contains(at) {
            output.hovered = Some(layout.map.time(at.x));
            let near = view.cursor.is_some_and(|cursor| (layout.map.x(cursor) - at.x).abs() < GRIP);
            let icon = if near { CursorIcon::ResizeHorizontal } else { CursorIcon::Crosshair };
            ui.ctx().set_cursor_icon(icon);
        }
        wheel(view, ui, layout, state, output, at);
    }
    if response.double_clicked() {
        state.locked.clear();
        state.selection = None;
        output.fit = true;
        return;
    }
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos().filter(|at| layout.field.contains(*at))
    {
        output.cursor = Some(layout.map.time(at.x));
    }
    drag(view, ui, response, layout, state, output);
}

/// Wheel over the field zooms in time, over the numbers of a row its vertical axis; a sideways
/// wheel pans.
fn wheel(
    view: &PlotView<'_>,
    ui: &Ui,
    layout: &Layout,
    state: &mut PlotState,
    output: &mut PlotOutput,
    at: Pos2,
) {
    let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta, input.zoom_delta()));
    let factor = f64::from((-scroll.y / 250.0).exp() / pinch);
    let zooms = (factor - 1.0).abs() > 1e-3;
    if layout.field.contains(at) {
        if zooms {
            output.range = Some(layout.map.zoomed(at.x, factor, SHORTEST_NS));
        } else if scroll.x.abs() > 0.1 {
            output.range = Some(layout.map.panned(scroll.x));
        } else {
            return;
        }
    } else if let (true, true) = (zooms, at.x < layout.field.left()) {
        let row = row_at(layout, at);
        let Some((rect, Some(scale), row)) = row.and_then(|i| {
            Some((layout.rows.get(i)?, layout.scales.get(i)?.as_ref(), view.rows.get(i)?))
        }) else {
            return;
        };
        state.locked.insert(row.name.clone(), scale.zoomed(at.y, rect.y_range(), factor));
    } else {
        return;
    }
    // What zoomed a plot does not scroll the list around it.
    ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
}

fn row_at(layout: &Layout, at: Pos2) -> Option<usize> {
    layout.rows.iter().position(|rect| rect.y_range().contains(at.y))
}

fn drag(
    view: &PlotView<'_>,
    ui: &Ui,
    response: &Response,
    layout: &Layout,
    state: &mut PlotState,
    output: &mut PlotOutput,
) {
    let pointer = response.interact_pointer_pos();
    if response.drag_started()
        && let Some(at) = ui.input(|input| input.pointer.press_origin()).or(pointer)
    {
        state.drag = started(view, ui, response, layout, at);
    }
    if let (true, Some(at)) = (response.dragged(), pointer) {
        let x = at.x.clamp(layout.field.left(), layout.field.right());
        match state.drag {
            Drag::None | Drag::Box(_) => {}
            Drag::Pan => {
                let by = response.drag_delta().x;
                if by != 0.0 {
                    output.range = Some(layout.map.panned(by));
                }
            }
            Drag::Cursor => output.cursor = Some(layout.map.time(x)),
            Drag::Select(from) => {
                let to = layout.map.time(x);
                state.selection = Some(TimeRange::new(from.min(to), from.max(to)));
            }
        }
    }
    if response.drag_stopped() {
        if let (Drag::Box(from), Some(at)) = (state.drag, pointer) {
            zoom_box(view, layout, state, output, from, at);
        }
        state.drag = Drag::None;
    }
}

fn started(view: &PlotView<'_>, ui: &Ui, response: &Response, layout: &Layout, at: Pos2) -> Drag {
    if !layout.field.contains(at) {
        return Drag::None;
    }
    if response.drag_started_by(PointerButton::Secondary) {
        return Drag::Box(at);
    }
    if ui.input(|input| input.modifiers.shift) {
        return Drag::Select(layout.map.time(at.x));
    }
    let near = view.cursor.is_some_and(|cursor| (layout.map.x(cursor) - at.x).abs() < GRIP);
    if near { Drag::Cursor } else { Drag::Pan }
}

/// Shows what a box encloses: its times, and its values where it is high enough to mean them.
fn zoom_box(
    view: &PlotView<'_>,
    layout: &Layout,
    state: &mut PlotState,
    output: &mut PlotOutput,
    from: Pos2,
    to: Pos2,
) {
    let area = Rect::from_two_pos(from, to).intersect(layout.field);
    if area.width() > 4.0 {
        let (start, end) = (layout.map.time(area.left()), layout.map.time(area.right()));
        output.range = Some(TimeRange::new(start, end));
    }
    let row = row_at(layout, pos2(from.x, from.y));
    if let Some(i) = row
        && area.height() > 12.0
        && let (Some(rect), Some(Some(scale)), Some(row)) =
            (layout.rows.get(i), layout.scales.get(i), view.rows.get(i))
    {
        let y = rect.y_range();
        let (top, bottom) = (area.top().max(rect.top()), area.bottom().min(rect.bottom()));
        let log = scale.log;
        let boxed = super::scale::YScale::new(scale.value(bottom, y), scale.value(top, y));
        let scale = super::scale::YScale { log, ..boxed };
        state.locked.insert(row.name.clone(), scale);
    }
}
