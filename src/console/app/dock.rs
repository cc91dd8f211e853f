//! Docked panels: what egui_tiles needs to know to show them.

use egui::{Color32, Response, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, EditAction, SimplificationOptions, TabState, Tabs, TileId, Tiles, UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::intent::UiIntent;
use crate::theme::Theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, Icon, quiet_icon_button};

/// A docked panel, by its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pane(pub String);

/// What can be done with tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tools {
    /// Nothing: the console only shows.
    None,
    /// As in the main window: panels can be torn off.
    Main,
    /// As in a window of its own: panels can be put back.
    Own,
}

/// Shows the panels of a tree.
pub(super) struct Dock<'a> {
    panels: &'a mut [Box<dyn Panel>],
    cx: &'a ViewContext<'a>,
    tools: Tools,
    /// The group whose tabs are painted, where it has more than one: while it is, the tree does not
    /// know it.
    group: Option<TileId>,
    /// Set when the operator changed the layout.
    pub edited: bool,
    /// Set when the operator clicked into a panel.
    pub touched: Option<TileId>,
}

impl<'a> Dock<'a> {
    /// Over all panels that exist, with what they are given.
    pub(super) fn new(
        panels: &'a mut [Box<dyn Panel>],
        cx: &'a ViewContext<'a>,
        tools: Tools,
    ) -> Self {
        Self { panels, cx, tools, group: None, edited: false, touched: None }
    }

    fn theme(&self) -> &Theme {
        self.cx.theme
    }

    /// The menu of a tab.
    fn menu(&self, ui: &mut Ui, tile_id: TileId) {
        let mut of = |text: &str, hint: &str, intent: UiIntent| {
            if ui.button(text).on_hover_text(hint).clicked() {
                self.cx.intents.send(intent);
                ui.close();
            }
        };
        of(
            "Move to own window",
            "For another monitor. Closing the window puts the panel back.",
            UiIntent::TearOff(Some(tile_id)),
        );
        if let Some(group) = self.group {
            let hint = "All panels of this group of tabs move together.";
            of("Move all tabs to own window", hint, UiIntent::TearOff(Some(group)));
        }
        if self.tools == Tools::Own {
            let hint = "Closes this window; its panels go back into the main window.";
            of("Put window back", hint, UiIntent::PutBack);
        }
    }
}

impl Behavior<Pane> for Dock<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let cx = self.cx;
        let rect = ui.max_rect();
        let pressed = ui.input(|input| {
            let at = input.pointer.interact_pos().filter(|_| input.pointer.any_pressed());
            at.is_some_and(|at| rect.contains(at))
        });
        if pressed {
            self.touched = Some(tile_id);
        }
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
        self.tools != Tools::None && panes > 1 && tiles.get_pane(&tile_id).is_some()
    }

    fn on_tab_close(&mut self, _tiles: &mut Tiles<Pane>, _tile_id: TileId) -> bool {
        self.edited = true;
        true
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<Pane>,
        tile_id: TileId,
        button_response: Response,
    ) -> Response {
        if button_response.clicked() {
            self.touched = Some(tile_id);
        }
        if self.tools != Tools::None && tiles.get_pane(&tile_id).is_some() {
            button_response.context_menu(|ui| self.menu(ui, tile_id));
        }
        button_response
    }

    fn tab_bar_left_ui(
        &mut self,
        _tiles: &Tiles<Pane>,
        _ui: &mut Ui,
        tile_id: TileId,
        tabs: &Tabs,
    ) {
        self.group = (tabs.children.len() > 1).then_some(tile_id);
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut Ui,
        _tile_id: TileId,
        tabs: &Tabs,
        _scroll_offset: &mut f32,
    ) {
        let front = tabs.active.and_then(|id| Some((id, tiles.get_pane(&id)?)));
        if let (Tools::Main, Some((id, pane))) = (self.tools, front) {
            let label = format!("Move {} to own window", pane.0);
            let hint = format!("{label}, for another monitor. Closing that puts it back.");
            if quiet_icon_button(ui, self.theme(), Icon::Detach, &label, &hint).clicked() {
                self.cx.intents.send(UiIntent::TearOff(Some(id)));
            }
        }
    }

    fn is_tile_draggable(&self, _tiles: &Tiles<Pane>, _tile_id: TileId) -> bool {
        self.tools != Tools::None
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
