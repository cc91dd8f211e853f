//! The console as eframe's window: its two phases, the colour behind everything, the end.

use egui::{Rect, Ui, pos2, vec2};
use winit::window::Window;

use super::frame::App;
use super::own_window::OwnWindow;

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if !self.leave_lost_device(ctx) {
            self.logic_phase(ctx);
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        if self.held.rebuilding {
            // A lost device takes nothing.
            return;
        }
        if self.own.windows.iter().any(OwnWindow::is_new) {
            self.own.monitors = monitors(ui.ctx(), frame.winit_window().map(|w| &**w));
        }
        tracing::trace!(target: "marsdeck", "frame {}", ui.ctx().cumulative_frame_nr());
        self.look(ui.ctx());
        self.ui_root(ui);
        if ui.ctx().cumulative_frame_nr() == 0 {
            tracing::info!(target: "marsdeck", "first frame");
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        // Panels do not fill themselves with it again: that would be one more pass over the pixels,
        // which counts where the processor draws them.
        self.theme.panel.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        self.save_settings(0.0);
    }
}

impl App {
    /// Notes where the window is, unless it fills the screen or is put away.
    fn look(&mut self, ctx: &egui::Context) {
        let (outer, is_odd) = ctx.input(|input| {
            let info = input.viewport();
            let odd = [info.minimized, info.fullscreen, info.maximized].contains(&Some(true));
            (info.outer_rect, odd)
        });
        if is_odd || self.full_screen {
            return;
        }
        let size = ctx.content_rect().size();
        self.settings.window = Some((size.x, size.y));
        if let Some(at) = outer.map(|outer| outer.min.round()).filter(|at| at.is_finite()) {
            self.settings.window_at = Some((at.x, at.y));
        }
    }
}

/// The monitors as rectangles on the desktop in points, the first one first.
pub(super) fn monitors(ctx: &egui::Context, window: Option<&Window>) -> Vec<Rect> {
    let Some(window) = window else { return Vec::new() };
    let scale = ctx.pixels_per_point().max(0.1);
    let first = window.primary_monitor();
    let others = window.available_monitors().filter(|monitor| Some(monitor) != first.as_ref());
    let rect = |position: (i32, i32), size: (u32, u32)| {
        let min = pos2(position.0 as f32, position.1 as f32) / scale;
        Rect::from_min_size(min, vec2(size.0 as f32, size.1 as f32) / scale)
    };
    first
        .iter()
        .cloned()
        .chain(others)
        .map(|monitor| rect(monitor.position().into(), monitor.size().into()))
        .filter(Rect::is_positive)
        .collect()
}
