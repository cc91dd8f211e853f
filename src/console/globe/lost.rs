//! A graphics device that may vanish: driver reset, card pulled, laptop undocked.
//!
//! eframe brings a lost *surface* back by itself, but keeps its device for good; egui's painter
//! panics when it uploads to a lost one. So the device is watched here, and whoever owns the window
//! makes a new one over the same console.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::RenderState;
use eframe::wgpu;

/// Watches the device of a window.
pub struct DeviceWatch {
    device: wgpu::Device,
    lost: Arc<AtomicBool>,
}

impl DeviceWatch {
    /// Watches from now on; `wake` is called when the device is lost.
    pub fn new(render_state: &RenderState, wake: impl Fn() + Send + 'static) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&lost);
        render_state.device.set_device_lost_callback(move |reason, why| {
            tracing::warn!(target: "marsdeck", "graphics device lost: {reason:?} {why}");
            flag.store(true, Ordering::Release);
            wake();
        });
        Self { device: render_state.device.clone(), lost }
    }

    /// Whether the device is gone. Also asks the driver, which tells nothing by itself.
    pub fn is_lost(&self) -> bool {
        // A device that cannot be asked has called back.
        let _: Result<_, _> = self.device.poll(wgpu::PollType::Poll);
        self.lost.load(Ordering::Acquire)
    }

    /// Gives the device up, as if it had been lost.
    pub fn destroy(&self) {
        self.device.destroy();
        // It counts as lost once its work is done.
        let _: Result<_, _> = self.device.poll(wgpu::PollType::wait_indefinitely());
    }
}
