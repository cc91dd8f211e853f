//! Windows of their own: panels torn off the main window, for other monitors.
//!
//! Each has its own panels, queries and queue of intents, so that nothing of it leaks into another.
//! It follows the clock and the selection of the main window, or has both of its own.

mod apply;
mod moves;
mod place;
mod show;

pub(super) use place::visible_place;

use std::sync::Arc;

use egui::{Pos2, Rect, Vec2, ViewportId};
use egui_tiles::{TileId, Tree};
use marsdeck_engine::time::{Instant, TimeRange};

use super::dock::Pane;
use super::frame::App;
use super::trees::{layout_of, tree_of};
use crate::clock::NightCache;
use crate::intent::{IntentQueue, Palette};
use crate::state::{Layout, Mode, Selection, TimeControl, WindowPlace};
use crate::timeline::Transport;
use crate::view::{AlarmsAt, Panel, Queries, panel_states, restore_panels};

/// Most windows of their own.
pub(super) const MOST_WINDOWS: usize = 16;

/// A window of its own.
pub(super) struct OwnWindow {
    /// Tells it from the others; above 0.
    pub number: u64,
    pub tree: Tree<Pane>,
    pub panels: Vec<Box<dyn Panel>>,
    pub queries: Queries,
    pub intents: IntentQueue,
    /// Its clock; that of the main window while it follows.
    pub time: TimeControl,
    pub own_clock: bool,
    pub selection: Selection,
    nights: NightCache,
    alarms: AlarmsAt,
    transport: Transport,
    palette: Palette,
    help: bool,
    full_screen: bool,
    /// The panel that was clicked last.
    touched: Option<TileId>,
    /// Where its panels go when it closes.
    home: String,
    /// How that looked before they left.
    before: Option<Layout>,
    /// Where it was asked to open, once it did; the window manager has the last word.
    opened: Option<(Option<Pos2>, Vec2)>,
    position: Option<(f32, f32)>,
    size: (f32, f32),
    closing: bool,
}

/// All windows of their own.
#[derive(Default)]
pub(super) struct OwnWindows {
    /// In the order in which they were opened.
    pub windows: Vec<OwnWindow>,
    /// The number that the last one got.
    number: u64,
    /// The windows as the settings have them.
    remembered: Vec<WindowPlace>,
    /// Monitors as rectangles on the desktop in points; empty where they are not known.
    pub monitors: Vec<Rect>,
}

impl OwnWindows {
    /// Lets all of them come up again where they are, with a new main window.
    pub(super) fn open_again(&mut self) {
        for window in &mut self.windows {
            window.opened = None;
        }
    }
}

impl OwnWindow {
    /// As it is remembered.
    fn place(&self) -> Option<WindowPlace> {
        let layout = layout_of(&self.tree)?;
        let panels = panel_states(&self.panels, &layout.panels());
        Some(WindowPlace {
            layout,
            panels,
            position: self.position,
            size: self.size,
            home: self.home.clone(),
            before: self.before.clone(),
            plots: self.selection.plotted.clone(),
            clock: self.own_clock.then(|| self.time.clone()),
        })
    }

    /// Whether it was not on screen yet.
    pub(super) fn is_new(&self) -> bool {
        self.opened.is_none()
    }

    fn viewport(&self) -> ViewportId {
        ViewportId::from_hash_of(("own window", self.number))
    }

    /// What stands in front names it.
    fn title(&self) -> String {
        let layout = layout_of(&self.tree);
        let front = layout.as_ref().map(Layout::in_front).unwrap_or_default();
        let clock = match self.time.mode {
            _ if !self.own_clock => "",
            Mode::Live => " (own clock)",
            Mode::Paused | Mode::Replay => " (replay)",
        };
        format!("{}{clock} | marsdeck", front.join(", "))
    }

    fn has_panel(&self, title: &str) -> bool {
        self.tree
            .tiles
            .tiles()
            .any(|tile| matches!(tile, egui_tiles::Tile::Pane(p) if p.0 == title))
    }

    /// Whether plots chosen here are its own.
    fn owns_plots(&self) -> bool {
        self.own_clock || self.has_panel("Plots")
    }
}

impl App {
    /// Opens a window at a place; its panels are fresh ones.
    pub(super) fn open_own_window(&mut self, place: WindowPlace) -> Option<&mut OwnWindow> {
        if self.own.windows.len() >= MOST_WINDOWS {
            return None;
        }
        let place = place.checked();
        self.own.number += 1;
        let number = self.own.number;
        let mut selection = self.selection.clone();
        selection.plotted = place.plots;
        selection.log = None;
        let own_clock = place.clock.is_some();
        let mut panels = crate::panel::all(&self.globe_data);
        restore_panels(&mut panels, &place.panels);
        self.own.windows.push(OwnWindow {
            number,
            tree: tree_of(egui::Id::unique(("own window", number)), &place.layout),
            panels,
            queries: Queries::new(Arc::clone(&self.engine)),
            intents: IntentQueue::default(),
            time: place.clock.unwrap_or_else(|| self.time.clone()),
            own_clock,
            selection,
            nights: NightCache::default(),
            alarms: AlarmsAt::default(),
            transport: Transport::of_window(number),
            palette: Palette::default(),
            help: false,
            full_screen: false,
            touched: None,
            home: place.home,
            before: place.before,
            opened: None,
            position: place.position,
            size: place.size,
            closing: false,
        });
        let snapshot = Arc::clone(&self.snapshot);
        let window = self.own.windows.last_mut()?;
        for panel in &mut window.panels {
            panel.observe(&snapshot);
        }
        Some(window)
    }

    /// Opens the windows that were open when the settings were written.
    pub(super) fn reopen_own_windows(&mut self) {
        for value in self.settings.windows.clone() {
            if let Ok(place) = serde_json::from_value::<WindowPlace>(value) {
                self.open_own_window(place);
            }
        }
        // Nothing that has to be written.
        let changed = self.settings_changed;
        self.remember_own_windows(0.0);
        self.settings_changed = changed;
    }

    /// The windows as they are remembered.
    pub(super) fn own_places(&self) -> Vec<WindowPlace> {
        self.own.windows.iter().filter_map(OwnWindow::place).collect()
    }

    /// Notes windows that moved or changed for the settings. A clock that runs is no change.
    pub(super) fn remember_own_windows(&mut self, now_s: f64) {
        let mut places = self.own_places();
        for place in &mut places {
            if let Some(clock) = place.clock.as_mut().filter(|clock| clock.mode != Mode::Paused) {
                clock.cursor = Instant::default();
                clock.range = TimeRange::ALL;
            }
        }
        if places != self.own.remembered {
            self.own.remembered = places;
            self.settings_changed = Some(now_s);
        }
    }

    /// The windows as the settings file has them.
    pub(super) fn own_settings(&self) -> Vec<serde_json::Value> {
        let places = self.own_places();
        places.iter().filter_map(|place| serde_json::to_value(place).ok()).collect()
    }

    /// Phase one of all windows: queries, wishes, clocks.
    pub(super) fn own_windows_logic(&mut self, ctx: &egui::Context, now_s: f64, elapsed_s: f64) {
        if self.own.windows.is_empty() && self.own.remembered.is_empty() {
            return;
        }
        let numbers: Vec<u64> = self.own.windows.iter().map(|window| window.number).collect();
        for number in numbers {
            self.apply_own_intents(ctx, number, now_s);
        }
        let (present, span) = (self.live_at(), self.snapshot.span);
        for window in &mut self.own.windows {
            window.queries.begin_frame(self.snapshot.archive_generation);
            if window.own_clock {
                window.time.advance(elapsed_s, span);
                if let Some(present) = present {
                    window.time.follow(present);
                }
                continue;
            }
            window.time.clone_from(&self.time);
            let (own, main) = (&mut window.selection, &self.selection);
            own.event.clone_from(&main.event);
            own.mission.clone_from(&main.mission);
            own.instrument.clone_from(&main.instrument);
            own.product.clone_from(&main.product);
            own.link.clone_from(&main.link);
        }
        self.remember_own_windows(now_s);
        let is_hidden = ctx.input(|input| input.viewport().visible()) == Some(false);
        if is_hidden && !self.own.windows.is_empty() {
            // Windows are painted with the main one, which may be minimised while they are not.
            ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaintWhileHidden);
        }
    }
}
