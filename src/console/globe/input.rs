//! Mouse and keyboard of the globe.
//!
//! Drag moves the ground, the wheel zooms at the pointer, the right button (or Shift) turns and
//! tilts, a double click flies nearer. With focus: arrows move, with Shift they turn and tilt,
//! plus and minus zoom, N is north up, Home shows the whole planet.

use egui::{EventFilter, Key, PointerButton, Response, Ui, Vec2};

use super::camera::Camera;
use super::ground::Recipe;
use super::view::GlobeView;

/// Degrees of turn or tilt for a point of dragging.
const TURN_PER_POINT: f64 = 0.3;
/// Most degrees of arc that a point of dragging moves the ground.
const MOST_PER_POINT: f64 = 0.5;

/// Applies what the user did in this frame.
pub(crate) fn handle(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    drag(view, ui, response);
    wheel(view, ui, response, ground);
    let place = |at| view.sight(response.rect, ground).pick(at);
    if let (true, Some(place)) = (response.double_clicked(), response.hover_pos().and_then(place)) {
        view.fly_to(place, Some(view.camera.range_m * 0.35));
    }
    if response.has_focus() {
        keys(view, ui, response);
    }
}

fn drag(view: &mut GlobeView, ui: &Ui, response: &Response) {
    let moved = response.drag_delta();
    if moved == Vec2::ZERO {
        return;
    }
    view.stop();
    let shift = ui.input(|i| i.modifiers.shift);
    let (x, y) = (f64::from(moved.x), f64::from(moved.y));
    let turn = response.dragged_by(PointerButton::Secondary)
        || (shift && response.dragged_by(PointerButton::Primary));
    if turn {
        view.camera.turn(x * TURN_PER_POINT, -y * TURN_PER_POINT);
    } else {
        let height = f64::from(response.rect.height());
        let step = view.camera.degrees_per_point(height).min(MOST_PER_POINT);
        // A tilted ground is foreshortened: it moves farther for the same way up the screen.
        let lean = view.camera.tilt_deg.to_radians().cos().max(0.25);
        view.camera.pan(y * step / lean, -x * step);
    }
}

fn wheel(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    if !response.hovered() {
        return;
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let factor = (-f64::from(scroll) * 0.004).exp() / f64::from(pinch.max(0.01));
    if (factor - 1.0).abs() < 1e-9 {
        return;
    }
    view.stop();
    let under = |view: &GlobeView| view.sight(response.rect, ground).pick(response.hover_pos()?);
    let before = under(view);
    view.camera.zoom(factor);
    // Keep the place under the pointer where it is, while zooming in.
    if let (true, Some(before), Some(after)) = (factor < 1.0, before, under(view)) {
        let mut target = view.camera.target;
        target.lat += before.lat - after.lat;
        target.lon += super::geodesy::LatLon::new(0.0, before.lon - after.lon).lon_180();
        let height = f64::from(response.rect.height());
        let step = view.camera.degrees_per_point(height) * height;
        if view.camera.target.distance_deg(target) < step.min(20.0) {
            view.camera.target = target;
            view.camera = view.camera.clamped();
        }
    }
}

fn keys(view: &mut GlobeView, ui: &Ui, response: &Response) {
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let height = f64::from(response.rect.height());
    let step = (view.camera.degrees_per_point(height) * height * 0.08).min(10.0);
    let before = view.camera;
    let pressed = |key: Key| ui.input(|i| f64::from(i.num_presses(key) as u32));
    let up = pressed(Key::ArrowUp) - pressed(Key::ArrowDown);
    let right = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    if up != 0.0 || right != 0.0 {
        if ui.input(|i| i.modifiers.shift) {
            view.camera.turn(right * 10.0, up * 5.0);
        } else {
            view.camera.pan(up * step, right * step);
        }
    }
    let nearer = pressed(Key::Plus) + pressed(Key::Equals) - pressed(Key::Minus);
    if nearer != 0.0 {
        view.camera.zoom(0.8f64.powf(nearer));
    }
    if pressed(Key::N) > 0.0 {
        view.fly(Camera { heading_deg: 0.0, tilt_deg: 0.0, ..view.camera });
    } else if pressed(Key::Home) > 0.0 {
        view.fly(Camera { target: view.camera.target, ..Camera::default() });
    } else if view.camera != before {
        view.stop();
    }
}
