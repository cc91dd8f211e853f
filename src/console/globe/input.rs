//! Mouse, touch and keyboard of the globe.
//!
//! Drag holds the grabbed place under the pointer, and it glides on after release; the wheel and
//! two fingers zoom around the place under the pointer; the right button (or Shift) turns and tilts
//! around the middle; a double click flies nearer, with the right button farther. With focus: arrows
//! move, with Shift or Ctrl they turn and tilt, as Page Up and Page Down do; plus and minus zoom, N
//! is north up, R looks straight down with north up, Home shows the whole planet, Space stops.

use egui::{EventFilter, Key, PointerButton, Pos2, Response, Ui, Vec2};
use glam::DVec2;

use super::camera::Camera;
use super::ground::Recipe;
use super::tools::motion::{Glide, Grab, pan, settled, zoom_at};
use super::view::GlobeView;

/// Degrees of turn or tilt for a point of dragging.
const TURN_PER_POINT: f64 = 0.3;
/// What a double click does to the distance of the eye.
const NEARER: f64 = 0.35;
/// Degrees of turn and of tilt for a key press.
const KEY_TURN_DEG: f64 = 10.0;
const KEY_TILT_DEG: f64 = 5.0;

/// The keys that a focused globe uses itself, without Space.
pub(crate) const KEYS: [Key; 12] = [
    Key::ArrowUp,
    Key::ArrowDown,
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::PageUp,
    Key::PageDown,
    Key::Plus,
    Key::Equals,
    Key::Minus,
    Key::N,
    Key::R,
    Key::Home,
];

/// Applies what the user did in this frame.
pub(crate) fn handle(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    if response.clicked() || response.secondary_clicked() || response.drag_started() {
        response.request_focus();
    }
    if response.is_pointer_button_down_on() && ui.input(|i| i.pointer.any_pressed()) {
        // A hand on the globe holds it.
        view.stop();
    }
    touch(view, ui, response, ground);
    drag(view, ui, response, ground);
    wheel(view, ui, response, ground);
    let place = |at| view.sight(response.rect, ground).pick(at);
    if let (true, Some(place)) = (response.double_clicked(), response.hover_pos().and_then(place)) {
        view.fly_to(place, Some(view.camera.range_m * NEARER));
    }
    // The first click opened the menu, and the second one lands on that.
    let over = response.contains_pointer() || response.context_menu_opened();
    if over && ui.input(|i| i.pointer.button_double_clicked(PointerButton::Secondary)) {
        egui::Popup::close_all(ui.ctx());
        view.fly(Camera { range_m: view.camera.range_m / NEARER, ..view.camera });
    }
    if response.has_focus() {
        keys(view, ui, response);
    }
}

/// A position of the screen as seen from the corner of the view.
fn inside(response: &Response, at: Pos2) -> DVec2 {
    let at = at - response.rect.min;
    DVec2::new(f64::from(at.x), f64::from(at.y))
}

fn size(response: &Response) -> DVec2 {
    DVec2::new(f64::from(response.rect.width()), f64::from(response.rect.height()))
}

/// Takes hold of what lies under a position of the screen.
fn grab(view: &GlobeView, response: &Response, ground: Option<&Recipe>, at: Pos2) -> Option<Grab> {
    let sight = view.sight(response.rect, ground);
    let place = sight.pick(at)?;
    Some(Grab::new(&sight.look, sight.position(place)))
}

/// Moves the camera so that a grabbed place lies at a screen position; whether that could be.
fn hold(
    view: &mut GlobeView,
    response: &Response,
    ground: Option<&Recipe>,
    grab: &Grab,
    at: DVec2,
) -> bool {
    let Some(camera) = grab.hold(&view.camera, size(response), view.settings.map, at) else {
        return false;
    };
    view.camera = camera;
    settle(view, response, ground);
    true
}

/// Puts the target onto the ground without moving the eye: what is held stays where it is.
fn settle(view: &mut GlobeView, response: &Response, ground: Option<&Recipe>) {
    if view.settings.map.is_flat() {
        return;
    }
    let sight = view.sight(response.rect, ground);
    let Some(target) = sight.pick(response.rect.center()) else { return };
    let to = settled(&view.camera, &sight.look, target, sight.ground_m(target));
    view.camera = to.unwrap_or(view.camera);
}

fn drag(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    let shift = ui.input(|i| i.modifiers.shift);
    let with = |button| response.dragged_by(button);
    let moved = response.drag_delta();
    let turns = with(PointerButton::Secondary) || (shift && with(PointerButton::Primary));
    if turns && moved != Vec2::ZERO {
        view.grab = None;
        let (x, y) = (f64::from(moved.x), f64::from(moved.y));
        view.camera.turn(x * TURN_PER_POINT, -y * TURN_PER_POINT);
    }
    let pans = (with(PointerButton::Primary) || with(PointerButton::Middle)) && !turns;
    if pans && ui.input(|i| i.multi_touch().is_none()) {
        if view.grab.is_none() {
            let at = ui.input(|i| i.pointer.press_origin()).filter(|_| response.drag_started());
            let at = at.or_else(|| response.interact_pointer_pos().map(|p| p - moved));
            view.grab = at.and_then(|at| grab(view, response, ground, at));
        }
        if let (Some(grab), Some(at)) = (view.grab, response.interact_pointer_pos()) {
            hold(view, response, ground, &grab, inside(response, at));
        }
    }
    if response.drag_stopped() {
        let (velocity, time) = ui.input(|i| (i.pointer.velocity(), i.time));
        let at = response.interact_pointer_pos().map(|at| inside(response, at));
        let velocity = DVec2::new(f64::from(velocity.x), f64::from(velocity.y));
        let glide = || Glide::new(view.grab?, at?, velocity, time);
        view.glide = if view.settings.inertia { glide() } else { None };
        view.grab = None;
    }
}

/// Lets a held place glide on; asks for another frame only until it rests.
pub(crate) fn glide(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    let Some(glide) = view.glide.and_then(|glide| glide.at_time(ui.input(|i| i.time))) else {
        view.glide = None;
        return;
    };
    let moves = hold(view, response, ground, &glide.grab, glide.at);
    view.glide = moves.then_some(glide);
    if moves {
        ui.ctx().request_repaint();
    }
}

/// Two fingers: they turn the view; their distance is part of the wheel.
fn touch(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    let Some(touch) = ui.input(egui::InputState::multi_touch) else { return };
    if !response.rect.contains(touch.center_pos) {
        return;
    }
    view.stop();
    let before = touch.center_pos - touch.translation_delta;
    view.grab = grab(view, response, ground, before);
    view.camera.turn(-f64::from(touch.rotation_delta).to_degrees(), 0.0);
    if let Some(grab) = view.grab.take() {
        hold(view, response, ground, &grab, inside(response, touch.center_pos));
    }
}

fn wheel(view: &mut GlobeView, ui: &Ui, response: &Response, ground: Option<&Recipe>) {
    let Some(at) = response.hover_pos().filter(|_| response.hovered()) else { return };
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let factor = (-f64::from(scroll) * 0.004).exp() / f64::from(pinch.max(0.01));
    if (factor - 1.0).abs() < 1e-9 {
        return;
    }
    view.stop();
    let held = grab(view, response, ground, at).map(|grab| (inside(response, at), grab.point));
    view.camera = zoom_at(&view.camera, size(response), view.settings.map, factor, held);
    if held.is_some() {
        settle(view, response, ground);
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
        if ui.input(|i| i.modifiers.shift || i.modifiers.command) {
            view.camera.turn(right * KEY_TURN_DEG, up * KEY_TILT_DEG);
        } else {
            view.camera = pan(&view.camera, view.settings.map, up * step, right * step);
        }
    }
    let tilt = pressed(Key::PageUp) - pressed(Key::PageDown);
    if tilt != 0.0 {
        view.camera.turn(0.0, tilt * KEY_TILT_DEG);
    }
    let nearer = pressed(Key::Plus) + pressed(Key::Equals) - pressed(Key::Minus);
    if nearer != 0.0 {
        view.camera.zoom(0.8f64.powf(nearer));
    }
    if pressed(Key::N) > 0.0 {
        view.fly(Camera { heading_deg: 0.0, ..view.camera });
    } else if pressed(Key::R) > 0.0 {
        view.fly(Camera { heading_deg: 0.0, tilt_deg: 0.0, ..view.camera });
    } else if pressed(Key::Home) > 0.0 {
        view.fly(Camera { target: view.camera.target, ..Camera::default() });
    } else if view.camera != before || pressed(Key::Space) > 0.0 {
        view.stop();
    }
}
