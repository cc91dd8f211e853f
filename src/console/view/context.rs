//! The context of a frame and the trait of a panel.

use marsdeck_engine::runtime::Snapshot;

use super::Queries;
use crate::intent::IntentQueue;
use crate::state::{Selection, TimeControl};
use crate::theme::Theme;

/// Everything a panel may read, and the one queue it may write to.
pub struct ViewContext<'a> {
    /// The engine's newest snapshot.
    pub snapshot: &'a Snapshot,
    /// Cached answers; asking never blocks.
    pub queries: &'a Queries,
    /// Time cursor and linked range.
    pub time: &'a TimeControl,
    /// Selection.
    pub selection: &'a Selection,
    /// Colours and sizes.
    pub theme: &'a Theme,
    /// Where wishes go.
    pub intents: &'a IntentQueue,
}

/// A docked panel. `&mut self` is only its own view state (sorting, search text, zoom).
pub trait Panel {
    /// Title of its tab; also how the palette and `marsdeck snapshot` name it.
    fn title(&self) -> &'static str;
    /// Paints it.
    fn ui(&mut self, ui: &mut egui::Ui, cx: &ViewContext<'_>);
}
