//! A value that is made of something large: at once where that is small, else on a thread, while
//! the last one stays on screen.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use egui::Ui;

/// The value of the last key that was asked for.
pub(super) struct Later<K, V> {
    key: Option<K>,
    value: Arc<V>,
    running: Option<(K, Receiver<V>)>,
}

impl<K, V: Default> Default for Later<K, V> {
    fn default() -> Self {
        Self { key: None, value: Arc::default(), running: None }
    }
}

impl<K, V> Later<K, V>
where
    K: PartialEq + Clone + Send + 'static,
    V: Send + Sync + 'static,
{
    /// The value of a key, or the one before while it is made.
    pub(super) fn get(&mut self, ui: &Ui, key: K, at_once: bool, make: fn(&K) -> V) -> Arc<V> {
        if let Some(value) = self.running.as_ref().and_then(|(_, of)| of.try_recv().ok()) {
            self.key = self.running.take().map(|(key, _)| key);
            self.value = Arc::new(value);
        }
        if self.key.as_ref() == Some(&key) {
            return Arc::clone(&self.value);
        }
        if at_once {
            self.value = Arc::new(make(&key));
            self.key = Some(key);
            self.running = None;
        } else if self.running.is_none() {
            let (sender, receiver) = bounded(1);
            self.running = Some((key.clone(), receiver));
            let wake = ui.ctx().clone();
            std::thread::spawn(move || {
                // Nobody listens any more when the panel is gone.
                drop(sender.send(make(&key)));
                wake.request_repaint();
            });
        }
        Arc::clone(&self.value)
    }

    /// Whether one is being made.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_comes_later_and_the_last_one_stays() {
        egui::__run_test_ui(|ui| {
            let mut later: Later<u32, u32> = Later::default();
            assert_eq!(*later.get(ui, 4, true, |key| key * 2), 8);
            assert_eq!(*later.get(ui, 5, false, |key| key * 2), 8, "the last one stays");
            while later.is_running() {
                std::thread::yield_now();
                later.get(ui, 5, false, |key| key * 2);
            }
            assert_eq!(*later.get(ui, 5, false, |_| unreachable!("it is there")), 10);
        });
    }
}
