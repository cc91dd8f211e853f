//! An empty window with what the console's window has: eframe, wgpu, accessibility, X11 and
//! Wayland. `benches/window.rs` measures the console against it.
//!
//! `empty_window [--ticks]`: `--ticks` paints once a second. Each frame prints `frame` and its number on
//! stderr, the end of the first one `first frame`, as the console does with MARSDECK_LOG=marsdeck=trace.

use std::time::Duration;

struct Empty {
    ticks: bool,
}

impl eframe::App for Empty {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        eprintln!("frame {}", ui.ctx().cumulative_frame_nr());
        egui::CentralPanel::default().show(ui, |_| {});
        if self.ticks {
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
        if ui.ctx().cumulative_frame_nr() == 0 {
            eprintln!("first frame");
        }
    }
}

fn main() -> eframe::Result {
    let ticks = std::env::args().any(|word| word == "--ticks");
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("empty_window")
            .with_title("empty window")
            .with_inner_size([1600.0, 1000.0])
            .with_min_inner_size([900.0, 600.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    eframe::run_native("empty_window", native, Box::new(move |_| Ok(Box::new(Empty { ticks }))))
}
