//! Docked panels: what egui_tiles needs to know to show them.

use egui::{Color32, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, EditAction, SimplificationOptions, TabState, TileId, Tiles, UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::intent::UiIntent;
use crate::theme::Theme;
use crate::view::{Panel, ViewContext};
use crate::widget::EmptyState;

/// A docked panel, by its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pane(pub String);

/// Shows the panels of a tree.
pub(super) struct Dock<'a> {
    /// All panels that exist.
    pub panels: &'a mut [Box<dyn Panel>],
    /// What panels are given.
    pub cx: &'a ViewContext<'a>,
    /// Set when the operator changed the layout.
    pub edited: bool,
}

impl Dock<'_> {
    fn theme(&self) -> &Theme {
        self.cx.theme
    }
}

impl Behavior<Pane> for Dock<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let cx = self.cx;
        egui::Frame::new().inner_margin(8.0).show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            ui.push_id(tile_id, |ui| {
                match self.panels.iter_mut().find(|panel| panel.title() == pane.0) {
                    Some(panel) => panel.ui(ui, cx),
                    None => missing(ui, cx, &pane.0),
                }
            });
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.0.as_str().into()
    }

    fn is_tab_closable(&self, tiles: &Tiles<Pane>, tile_id: TileId) -> bool {
        // The last panel stays, so that a workspace is never a blank window.
        let panes = tiles.tiles().filter(|tile| tile.is_pane()).count();
        panes > 1 && tiles.get_pane(&tile_id).is_some()
    }

    fn on_tab_close(&mut self, _tiles: &mut Tiles<Pane>, _tile_id: TileId) -> bool {
        self.edited = true;
        true
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }

    fn on_edit(&mut self, action: EditAction) {
        self.edited |= matches!(
            action,
            EditAction::TileResized | EditAction::TileDropped | EditAction::TabSelected
        );
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        26.0
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        3.0
    }

    fn min_size(&self) -> f32 {
        90.0
    }

    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        self.theme().background
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Pane>,
        _tile_id: TileId,
        _state: &TabState,
    ) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Pane>,
        _tile_id: TileId,
        state: &TabState,
    ) -> Color32 {
        if state.active { self.theme().text } else { self.theme().text_weak }
    }

    fn dragged_overlay_color(&self, _visuals: &Visuals) -> Color32 {
        self.theme().night
    }
}

fn missing(ui: &mut Ui, cx: &ViewContext<'_>, title: &str) {
    let sentence = format!(
        "This version has no panel “{title}”. Close the tab, or reset the workspace to how it came."
    );
    if EmptyState::new("Panel not here", &sentence)
        .button("Reset this workspace")
        .show(ui, cx.theme)
    {
        cx.intents.send(UiIntent::ResetWorkspace);
    }
}
