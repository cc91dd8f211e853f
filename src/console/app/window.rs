//! The console as eframe's window: its two phases, the colour behind everything, the end.

use egui::Ui;

use super::frame::App;

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.logic_phase(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        tracing::trace!(target: "marsdeck", "frame {}", ui.ctx().cumulative_frame_nr());
        let size = ui.ctx().content_rect().size();
        self.settings.window = Some((size.x, size.y));
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
