//! The queue between painting and changing: panels push, the app drains between frames.

use std::cell::RefCell;

use marsdeck_engine::archive::{ProductId, SeriesKey};
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Instant, TimeRange};

/// One wish of the operator.
#[derive(Clone, Debug, PartialEq)]
pub enum UiIntent {
    /// For the engine.
    Engine(Intent),
    /// Move the time cursor (pauses live).
    SetCursor(Instant),
    /// Show this range in every linked view.
    SetRange(TimeRange),
    /// Cursor to the newest data and follow it.
    GoLive,
    /// Play or pause.
    TogglePlay,
    /// Replay speed, 1 to 10 000.
    SetSpeed(f64),
    /// Step by so many seconds.
    Step(f64),
    /// Select an event by its id (empty: none) in catalogue, globe and plots.
    SelectEvent(String),
    /// Select an instrument: mission id and instrument id.
    SelectInstrument(String, String),
    /// Select a product for the Products and Spectra panels.
    SelectProduct(ProductId),
    /// Add a series to the Plots panel.
    PlotSeries(SeriesKey),
    /// Remove a series from the Plots panel.
    UnplotSeries(SeriesKey),
    /// Show only these series in the Plots panel.
    PlotOnly(Vec<SeriesKey>),
    /// Open a workspace by name.
    OpenWorkspace(String),
    /// Open or focus a panel by its title.
    OpenPanel(String),
    /// Open the palette.
    OpenPalette,
    /// Show or hide the help.
    ToggleHelp,
    /// Change the theme by name: `dark` or `light`.
    SetTheme(String),
    /// Full screen on or off.
    ToggleFullScreen,
    /// Ask for a path and ingest it.
    AskIngest,
    /// Close the program.
    Quit,
}

/// Where views put their wishes while painting.
#[derive(Debug, Default)]
pub struct IntentQueue {
    queued: RefCell<Vec<UiIntent>>,
}

impl IntentQueue {
    /// Adds a wish.
    pub fn send(&self, intent: UiIntent) {
        self.queued.borrow_mut().push(intent);
    }

    /// Takes all wishes, oldest first.
    pub fn drain(&self) -> Vec<UiIntent> {
        std::mem::take(&mut self.queued.borrow_mut())
    }
}
