//! The console in one window after another: when the graphics device is lost, the window goes and
//! the next one takes over the same console, with its clocks, panels and engine.

use std::cell::RefCell;
use std::rc::Rc;

use egui::{Ui, ViewportCommand};

use super::frame::App;
use super::own_window::visible_place;
use super::window::monitors;
use crate::globe::DeviceWatch;

/// The console, shared by the windows that follow each other. It outlives a window that ends in a
/// panic.
#[derive(Clone, Default)]
pub struct Seat(Rc<RefCell<Option<App>>>);

/// What a console knows of the window that it is in.
#[derive(Default)]
pub(super) struct Held {
    /// Its graphics device; none without one.
    device: Option<DeviceWatch>,
    /// Whether that was lost, and the window goes.
    pub rebuilding: bool,
}

impl Seat {
    /// Puts a console into a new window: the one that was in the last window, else a new one.
    pub fn take(
        &self,
        cc: &eframe::CreationContext<'_>,
        make: impl FnOnce() -> anyhow::Result<App>,
    ) -> anyhow::Result<()> {
        let mut held = self.0.borrow_mut();
        if held.is_none() {
            *held = Some(make()?);
        }
        if let Some(app) = held.as_mut() {
            app.attach(cc);
        }
        Ok(())
    }

    /// Whether the window ended because its graphics device was lost.
    pub fn lost_graphics(&self) -> bool {
        self.0.try_borrow().is_ok_and(|held| held.as_ref().is_some_and(App::lost_graphics))
    }

    /// Looks at the console, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut App) -> T) -> Option<T> {
        self.0.borrow_mut().as_mut().map(look)
    }
}

impl eframe::App for Seat {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.with(|app| app.logic(ctx, frame));
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.with(|app| app.ui(ui, frame));
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        let held = self.0.borrow();
        held.as_ref().map_or([0.0; 4], |app| eframe::App::clear_color(app, visuals))
    }

    fn on_exit(&mut self) {
        self.with(eframe::App::on_exit);
    }
}

impl App {
    /// Takes a window: its looks, its graphics device, its size.
    pub(super) fn attach(&mut self, cc: &eframe::CreationContext<'_>) {
        if let Some(state) = &cc.wgpu_render_state {
            crate::globe::install(state);
            crate::globe::note_graphics(&cc.egui_ctx, state);
            self.options.software |= crate::globe::is_software(state);
            let ctx = cc.egui_ctx.clone();
            self.held.device = Some(DeviceWatch::new(state, move || ctx.request_repaint()));
        }
        self.style(&cc.egui_ctx);
        self.held.rebuilding = false;
        self.dropped_in = None;
        self.own.open_again();
        if let (Some(size), false) = (self.settings.window, self.full_screen) {
            let monitors = monitors(&cc.egui_ctx, cc.winit_window().map(|window| &**window));
            let (at, size) = visible_place(self.settings.window_at, size, 0, &monitors);
            cc.egui_ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
            if let Some(at) = at {
                cc.egui_ctx.send_viewport_cmd(ViewportCommand::OuterPosition(at));
            }
        }
        if self.full_screen {
            cc.egui_ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        }
    }

    /// Gives the graphics device up, as if it had been lost.
    pub(super) fn lose_device(&self) {
        if let Some(device) = &self.held.device {
            device.destroy();
        }
    }

    fn lost_graphics(&self) -> bool {
        self.held.rebuilding || self.held.device.as_ref().is_some_and(DeviceWatch::is_lost)
    }

    /// Closes the window of a lost device; the next one takes over. Whether that is under way.
    pub(super) fn leave_lost_device(&mut self, ctx: &egui::Context) -> bool {
        if !self.held.rebuilding && self.lost_graphics() {
            self.held.rebuilding = true;
            // Nothing of the old device is asked again.
            self.held.device = None;
        }
        if self.held.rebuilding {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            ctx.request_repaint();
        }
        self.held.rebuilding
    }
}
