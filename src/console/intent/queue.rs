//! The queue between painting and changing: panels push, the app drains between frames.

use std::cell::RefCell;
use std::path::PathBuf;

use egui_tiles::TileId;
use marsdeck_engine::archive::{ProductId, SeriesKey};
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Instant, TimeRange};

use crate::state::{GlobeLook, TimeAxis};

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
    /// Show a view on the globes.
    LookAt(GlobeLook),
    /// Select a product for the Products and Spectra panels.
    SelectProduct(ProductId),
    /// Select a link for the Links and Packets panels.
    SelectLink(String),
    /// Select an event request by its identifier (empty: none) in its panel and the seismogram.
    SelectRequest(String),
    /// Add a series to the Plots panel.
    PlotSeries(SeriesKey),
    /// Remove a series from the Plots panel.
    UnplotSeries(SeriesKey),
    /// Show only these series in the Plots panel.
    PlotOnly(Vec<SeriesKey>),
    /// Open the log book with an entry about a time, a mission (may be empty) and a series.
    WriteLog(Instant, String, Option<SeriesKey>),
    /// Open a workspace by name.
    OpenWorkspace(String),
    /// Open or focus a panel by its title.
    OpenPanel(String),
    /// Focus on a mission (empty: both); its sols label the time axes.
    SelectMission(String),
    /// Labels of the time axes.
    SetAxis(TimeAxis),
    /// Show all data in the linked views.
    FitAll,
    /// Move a panel or a group of tabs, by its place in the tree on screen, to a window of its own;
    /// none: the panel that was clicked last.
    TearOff(Option<TileId>),
    /// Close the window of its own that asks, and put its panels back into the main window.
    PutBack,
    /// Give the window of its own that asks its own clock, or let it follow the main window.
    ToggleOwnClock,
    /// Keep the layout on screen as a workspace of this name.
    SaveWorkspace(String),
    /// Ask for a name and keep the layout on screen under it.
    AskSaveWorkspace,
    /// Put the open workspace back to how it came.
    ResetWorkspace,
    /// Ask where to, and write workspaces and windows to a layout file.
    AskExportLayout,
    /// Ask for a layout file, and open it.
    AskOpenLayout,
    /// Write workspaces and windows to a layout file.
    ExportLayout(PathBuf),
    /// Open a layout file.
    OpenLayout(PathBuf),
    /// Only show, full screen, with nothing to press; or end that.
    ToggleKiosk,
    /// Make a new window with a new graphics device, over the same console.
    RebuildGraphics,
    /// Put the cursor into the go-to-time field.
    AskTime,
    /// Larger (above 1) or smaller text and widgets, by a factor; 0 puts the size back.
    Zoom(f32),
    /// Open the palette.
    OpenPalette,
    /// Show or hide the help.
    ToggleHelp,
    /// Change the theme by name: `dark` or `light`.
    SetTheme(String),
    /// Full screen on or off.
    ToggleFullScreen,
    /// Keep the alarms from being heard for so many seconds; 0 ends that.
    Mute(f64),
    /// Sound of alarms on or off.
    ToggleSound,
    /// Ask for a sol and a path, and write the hand-over report.
    AskReport,
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

    /// Whether nothing is waiting.
    pub fn is_empty(&self) -> bool {
        self.queued.borrow().is_empty()
    }

    /// Takes all wishes, oldest first.
    pub fn drain(&self) -> Vec<UiIntent> {
        std::mem::take(&mut self.queued.borrow_mut())
    }
}
