//! The context of a frame from single fields of the console.

use marsdeck_engine::runtime::Snapshot;

use super::options::Options;
use crate::clock::NightCache;
use crate::intent::IntentQueue;
use crate::state::{Selection, TimeControl};
use crate::theme::Theme;
use crate::view::{Queries, ViewContext};

/// What panels of the main window are given.
#[expect(clippy::too_many_arguments, reason = "borrows of single fields; the rest stays free")]
pub(super) fn view<'a>(
    snapshot: &'a Snapshot,
    queries: &'a Queries,
    time: &'a TimeControl,
    selection: &'a Selection,
    options: &'a Options,
    nights: &'a NightCache,
    theme: &'a Theme,
    intents: &'a IntentQueue,
) -> ViewContext<'a> {
    let clocks = options.clocks.as_ref();
    let now = options.now.map(|now| now());
    let session = &options.session;
    ViewContext { snapshot, queries, time, selection, clocks, nights, theme, intents, session, now }
}
