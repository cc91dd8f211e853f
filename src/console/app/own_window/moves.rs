//! Panels move out of the main window and back.

use egui_tiles::{TileId, Tree};
use marsdeck_engine::runtime::MessageLevel;

use super::MOST_WINDOWS;
use crate::app::apply::{activate, add_tab};
use crate::app::dock::Pane;
use crate::app::frame::App;
use crate::app::trees::{layout_of, part_of, tree_of};
use crate::app::workspace::{stored_tree, tree_id};
use crate::state::{Layout, PanelStates, WindowPlace, usual_size};
use crate::view::{Panel, panel_states};

impl App {
    /// Moves a panel or a group of tabs of the workspace on screen to a window of its own.
    pub(in crate::app) fn tear_off(&mut self, tile: Option<TileId>, now_s: f64) {
        let Some(tree) = self.trees.get(&self.workspace) else { return };
        let Some(tile) = tile.or(self.touched).filter(|tile| tree.tiles.get(*tile).is_some())
        else {
            self.warn("Click into the panel that is to get its own window first.", now_s);
            return;
        };
        let Some(layout) = part_of(tree, tile) else { return };
        let before = layout_of(tree);
        let home = self.workspace.clone();
        let plots = self.selection.plotted.clone();
        let position = None;
        let (size, panels) = (usual_size(), PanelStates::new());
        let place =
            WindowPlace { layout, position, size, home, before, plots, panels, clock: None };
        if !self.open_torn(place, now_s) {
            return;
        }
        let workspace = self.workspace.clone();
        if let Some(tree) = self.trees.get_mut(&workspace) {
            take_out(tree, tile);
        }
        self.touched = None;
        self.remember_layout(now_s);
    }

    /// Moves a part of a window of its own to another one.
    pub(super) fn tear_off_own(&mut self, at: usize, tile: Option<TileId>, now_s: f64) {
        let Some(window) = self.own.windows.get(at) else { return };
        let tile = tile.or(window.touched);
        let Some(layout) = tile.and_then(|tile| part_of(&window.tree, tile)) else { return };
        let clock = window.own_clock.then(|| window.time.clone());
        let (home, before) = (window.home.clone(), window.before.clone());
        let plots = window.selection.plotted.clone();
        let titles = layout.panels();
        let panels = panel_states(&window.panels, &titles);
        let size = usual_size();
        let position = None;
        let place = WindowPlace { layout, position, size, home, before, plots, panels, clock };
        if self.open_torn(place, now_s)
            && let (Some(window), Some(tile)) = (self.own.windows.get_mut(at), tile)
        {
            take_out(&mut window.tree, tile);
        }
    }

    /// Opens a window with panels of the main one; those go along with what they show.
    fn open_torn(&mut self, place: WindowPlace, now_s: f64) -> bool {
        let titles: Vec<String> = place.layout.panels().into_iter().map(str::to_owned).collect();
        let Some(window) = self.open_own_window(place) else {
            let sentence = format!("{MOST_WINDOWS} windows are open. Close one of them first.");
            self.warn(&sentence, now_s);
            return false;
        };
        let mut theirs = std::mem::take(&mut window.panels);
        exchange(&mut self.panels, &mut theirs, &titles);
        if let Some(window) = self.own.windows.last_mut() {
            window.panels = theirs;
        }
        true
    }

    /// Closes a window; its panels go back as tabs to the workspace that they came from.
    pub(super) fn put_back(&mut self, at: usize, now_s: f64) {
        if at >= self.own.windows.len() {
            return;
        }
        let mut window = self.own.windows.remove(at);
        let known = self.workspaces.contains(&window.home);
        let home = if known { window.home.clone() } else { self.workspace.clone() };
        let layout = layout_of(&window.tree);
        let Some(layout) = &layout else { return };
        let settings = &self.settings;
        let tree = self.trees.entry(home.clone()).or_insert_with(|| stored_tree(settings, &home));
        let present = layout_of(tree);
        let present = present.as_ref().map(Layout::panels).unwrap_or_default();
        let returned: Vec<&str> =
            layout.panels().into_iter().filter(|title| !present.contains(title)).collect();
        let before = window.before.take();
        if let Some(whole) = before.and_then(|before| as_before(before, &present, &returned)) {
            *tree = tree_of(tree_id(&home), &whole);
        }
        let mut beside: Option<&str> = None;
        for title in layout.panels() {
            if tree.tiles.find_pane(&Pane(title.to_owned())).is_none() {
                add_tab(tree, title, beside);
            }
            beside = Some(title);
        }
        for title in layout.in_front() {
            activate(tree, title);
        }
        let returned: Vec<String> = returned.into_iter().map(str::to_owned).collect();
        exchange(&mut self.panels, &mut window.panels, &returned);
        self.remember_layout_of(&home, now_s);
    }

    fn warn(&mut self, sentence: &str, now_s: f64) {
        let now = self.now();
        self.messages.say(now, MessageLevel::Warning, sentence.to_owned(), now_s);
    }
}

/// The layout that a workspace had before panels left it, with those that come back; none where
/// the panels that stayed were moved meanwhile.
fn as_before(before: Layout, present: &[&str], returned: &[&str]) -> Option<Layout> {
    let whole = before.retain(&|title| present.contains(&title) || returned.contains(&title))?;
    let stayed = whole.panels().into_iter().filter(|title| !returned.contains(title));
    stayed.eq(present.iter().copied()).then_some(whole)
}

/// Takes a part out of a tree, which keeps its last panel in any case.
fn take_out(tree: &mut Tree<Pane>, tile: TileId) {
    let all = tree.tiles.tiles().filter(|tile| tile.is_pane()).count();
    let gone = part_of(tree, tile).as_ref().map_or(0, |part: &Layout| part.panels().len());
    if gone < all {
        tree.remove_recursively(tile);
    }
}

/// Panels of these titles change sides, so that each keeps its sorting, search text and zoom.
fn exchange(a: &mut [Box<dyn Panel>], b: &mut [Box<dyn Panel>], titles: &[String]) {
    for title in titles {
        let one = a.iter_mut().find(|panel| panel.title() == title);
        let other = b.iter_mut().find(|panel| panel.title() == title);
        if let (Some(one), Some(other)) = (one, other) {
            std::mem::swap(one, other);
        }
    }
}
