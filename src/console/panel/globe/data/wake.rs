//! Wakes the windows that show a globe when something for it has come.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Context, ViewportId};

/// The windows that have shown a globe since they were last woken. A window that is shown again
/// asks again, so one that was closed is forgotten.
#[derive(Clone, Default)]
pub(super) struct Windows(Arc<Mutex<HashMap<ViewportId, Context>>>);

impl Windows {
    /// This window shows a globe now.
    pub(super) fn note(&self, ctx: &Context) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(ctx.viewport_id(), ctx.clone());
    }

    /// Paints all of them anew.
    pub(super) fn wake(&self) {
        let known = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (window, ctx) in known {
            ctx.request_repaint_of(window);
        }
    }
}
