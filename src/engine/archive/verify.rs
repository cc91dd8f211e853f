//! Reads every byte of every file of an archive and lists what is not as it was written.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a check is, and whether it shall go on.
pub(super) struct Course<'a> {
    total: u64,
    done: AtomicU64,
    progress: &'a dyn Fn(f32),
    cancel: &'a AtomicBool,
}

impl<'a> Course<'a> {
    pub(super) fn new(total: u64, progress: &'a dyn Fn(f32), cancel: &'a AtomicBool) -> Self {
        Self { total, done: AtomicU64::new(0), progress, cancel }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Part of the work done, 0 to 1.
    pub(super) fn fraction(&self) -> f32 {
        (self.done.load(Ordering::Relaxed) as f32 / self.total.max(1) as f32).min(1.0)
    }

    /// Counts bytes as read.
    pub(super) fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        (self.progress)(self.fraction());
    }
}
