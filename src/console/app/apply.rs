//! Carries out intents, between frames only.

use egui::ViewportCommand;
use egui_tiles::{Tile, Tree};
use marsdeck_engine::link::LinkState;
use marsdeck_engine::runtime::{Intent, LinkView, MessageLevel};
use marsdeck_engine::time::Instant;

use super::dialogs::Dialog;
use super::dock::Pane;
use super::frame::App;
use super::workspace::WORKSPACES;
use crate::intent::UiIntent;
use crate::state::LogTie;
use crate::theme::{Theme, apply};

impl App {
    /// Carries out one intent.
    pub(super) fn apply_intent(&mut self, ctx: &egui::Context, intent: UiIntent, now_s: f64) {
        if is_setting(&intent) {
            self.settings_changed = Some(now_s);
        }
        match intent {
            UiIntent::Engine(mut intent) => {
                match &mut intent {
                    Intent::Alarm { who, .. } => who.clone_from(&self.options.operator),
                    Intent::Report { order, .. } => order.who.clone_from(&self.options.operator),
                    Intent::EditLimits { edit } => edit.who.clone_from(&self.options.operator),
                    Intent::WriteNote { entry } => entry.who.clone_from(&self.options.operator),
                    _ => {}
                }
                self.engine.send(intent);
                self.busy_until_s = now_s + 1.5;
            }
            UiIntent::SetCursor(_)
            | UiIntent::SetRange(_)
            | UiIntent::GoLive
            | UiIntent::TogglePlay
            | UiIntent::SetSpeed(_)
            | UiIntent::Step(_)
            | UiIntent::SetAxis(_)
            | UiIntent::FitAll => self.apply_time(&intent),
            UiIntent::SelectEvent(_)
            | UiIntent::SelectInstrument(..)
            | UiIntent::SelectMission(_)
            | UiIntent::SelectProduct(_)
            | UiIntent::SelectLink(_)
            | UiIntent::PlotSeries(_)
            | UiIntent::UnplotSeries(_)
            | UiIntent::PlotOnly(_) => self.apply_selection(intent),
            UiIntent::WriteLog(time, mission, series) => {
                let number = self.selection.log.as_ref().map_or(0, |tie| tie.number) + 1;
                self.selection.log = Some(LogTie { number, time, mission, series });
                self.open_panel("Log book", now_s);
            }
            UiIntent::OpenWorkspace(name) => self.open_workspace(&name, now_s),
            UiIntent::OpenPanel(title) => self.open_panel(&title, now_s),
            UiIntent::SaveWorkspace(name) => self.save_workspace(&name, now_s),
            UiIntent::AskSaveWorkspace => self.dialog = Dialog::Save { name: String::new() },
            UiIntent::ResetWorkspace => {
                self.settings.layouts.remove(&self.workspace);
                self.trees.remove(&self.workspace);
            }
            UiIntent::Mute(seconds) => self.silence(seconds),
            UiIntent::ToggleSound => self.settings.sound = !self.settings.sound,
            UiIntent::AskReport => {
                let mission = self.mission().to_owned();
                let clock = self.options.clocks.lmst(&mission, self.time.cursor);
                self.dialog = Dialog::report(mission, clock.map_or(0, |at| at.sol as i32));
            }
            UiIntent::AskIngest => self.dialog = Dialog::ingest(),
            UiIntent::AskTime => self.transport.focus_time(ctx),
            UiIntent::OpenPalette => self.palette.open(),
            UiIntent::ToggleHelp => self.help = !self.help,
            UiIntent::SetTheme(name) => {
                self.theme = Theme::by_name(&name);
                self.settings.theme = self.theme.name.to_owned();
                apply(ctx, &self.theme);
            }
            UiIntent::Zoom(factor) => self.zoom(ctx, factor),
            UiIntent::ToggleFullScreen => {
                self.full_screen = !self.full_screen;
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(self.full_screen));
            }
            UiIntent::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Where live is: the time of day while links bring telemetry (or the newest data, where a
    /// spacecraft runs ahead of it), else the newest data.
    pub(super) fn live_at(&self) -> Option<Instant> {
        let newest = self.newest();
        let is_at_work = |link: &LinkView| link.status.state != LinkState::Disabled;
        match self.options.now {
            Some(now) if self.snapshot.links.iter().any(is_at_work) => {
                Some(newest.map_or(now(), |newest| newest.max(now())))
            }
            _ => newest,
        }
    }

    /// The mission in focus; the first one where all are.
    pub(super) fn mission(&self) -> &str {
        if self.selection.mission.is_empty() {
            self.snapshot.missions.missions.first().map_or("", |mission| mission.id.as_str())
        } else {
            &self.selection.mission
        }
    }

    fn apply_time(&mut self, intent: &UiIntent) {
        let span = self.snapshot.span;
        match intent {
            UiIntent::SetCursor(to) => self.time.set_cursor(*to),
            UiIntent::SetRange(range) => self.time.set_range(*range),
            UiIntent::GoLive => self.time.go_live(self.live_at()),
            UiIntent::TogglePlay => self.time.toggle_play(span),
            UiIntent::SetSpeed(speed) => self.time.set_speed(*speed),
            UiIntent::Step(seconds) => self.time.step(*seconds),
            UiIntent::SetAxis(axis) => self.time.axis = *axis,
            UiIntent::FitAll => {
                if let Some(span) = span {
                    self.time.set_range(span);
                }
            }
            _ => {}
        }
    }

    fn apply_selection(&mut self, intent: UiIntent) {
        let selection = &mut self.selection;
        match intent {
            UiIntent::SelectEvent(id) => {
                let event = self.snapshot.events.iter().find(|event| event.id == id);
                if let Some(event) = event
                    && selection.event != id
                {
                    let whole = event.span.is_some_and(|span| {
                        self.time.range.contains(span.start) && self.time.range.contains(span.end)
                    });
                    self.time.set_cursor(event.time);
                    if let (false, Some(span)) = (whole, event.span) {
                        let edge = span.duration_s() * 0.2;
                        let start = span.start.min(event.time).plus_s(-edge);
                        let end = span.end.plus_s(edge);
                        self.time.set_range(marsdeck_engine::time::TimeRange::new(start, end));
                    }
                }
                selection.event = id;
            }
            UiIntent::SelectInstrument(mission, instrument) => {
                selection.mission = mission;
                selection.instrument = instrument;
            }
            UiIntent::SelectMission(mission) => selection.mission = mission,
            UiIntent::SelectProduct(id) => selection.product = Some(id),
            UiIntent::SelectLink(name) => selection.link = name,
            UiIntent::PlotSeries(key) if !selection.plotted.contains(&key) => {
                selection.plotted.push(key);
            }
            UiIntent::UnplotSeries(key) => selection.plotted.retain(|known| *known != key),
            UiIntent::PlotOnly(keys) => selection.plotted = keys,
            _ => {}
        }
    }

    fn zoom(&mut self, ctx: &egui::Context, factor: f32) {
        let wanted = if factor == 0.0 { 1.0 } else { self.settings.zoom * factor };
        self.settings.zoom = wanted.clamp(0.5, 3.0);
        ctx.set_zoom_factor(self.settings.zoom);
    }

    /// A workspace that belongs to an instrument shows that one, unless one of its own is selected.
    pub(super) fn select_instrument_of_workspace(&mut self) {
        let (workspace, selection) = (&self.workspace, &mut self.selection);
        let missions = &self.snapshot.missions.missions;
        let here = || {
            missions.iter().flat_map(|m| {
                m.instruments.iter().filter(|i| i.workspace == *workspace).map(|i| &i.id)
            })
        };
        if let Some(first) = here().next()
            && !here().any(|id| *id == selection.instrument)
        {
            selection.instrument.clone_from(first);
        }
    }

    /// Every workspace has plots of its own; where none were chosen yet, those made for it.
    pub(super) fn change_plots(&mut self) {
        if self.plots_of.as_ref() == Some(&self.workspace)
            || self.snapshot.series.is_empty()
            || self.alone.is_some()
        {
            return;
        }
        let plotted = std::mem::take(&mut self.selection.plotted);
        let left = self.plots_of.replace(self.workspace.clone());
        self.selection.plotted = match left {
            Some(left) => {
                self.settings.plots.insert(left, plotted);
                self.settings.plots.get(&self.workspace).cloned()
            }
            // The first workspace: what was plotted when the settings were written.
            None => Some(plotted).filter(|plotted| !plotted.is_empty()),
        }
        .unwrap_or_else(|| crate::panel::plots_of(&self.workspace, &self.snapshot));
    }

    fn open_workspace(&mut self, name: &str, now_s: f64) {
        let found = self.workspaces.iter().find(|known| known.eq_ignore_ascii_case(name));
        match found {
            Some(found) => {
                self.workspace = found.clone();
                self.select_instrument_of_workspace();
                self.change_plots();
            }
            // The database names panels and workspaces alike.
            None if self.panel_titles().iter().any(|title| title.eq_ignore_ascii_case(name)) => {
                self.open_panel(name, now_s);
            }
            None => {
                let sentence = format!("There is no workspace “{name}”. Ctrl+K lists all of them.");
                let now = self.now();
                self.messages.say(now, MessageLevel::Warning, sentence, now_s);
            }
        }
    }

    /// Brings a panel to the front: in this workspace where it has it, else in the workspace of
    /// its name, else as a new tab here.
    fn open_panel(&mut self, title: &str, now_s: f64) {
        let known = self.panel_titles().into_iter().find(|known| known.eq_ignore_ascii_case(title));
        let Some(title) = known else {
            let sentence = format!("There is no panel “{title}”. Ctrl+K lists all of them.");
            let now = self.now();
            self.messages.say(now, MessageLevel::Warning, sentence, now_s);
            return;
        };
        let settings = &self.settings;
        let tree = self
            .trees
            .entry(self.workspace.clone())
            .or_insert_with(|| super::workspace::stored_tree(settings, &self.workspace));
        if !activate(tree, title) {
            add_tab(tree, title);
            activate(tree, title);
        }
        self.remember_layout(now_s);
    }

    fn save_workspace(&mut self, name: &str, now_s: f64) {
        if WORKSPACES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let sentence =
                format!("“{name}” comes with the console; give your layout another name.");
            let now = self.now();
            self.messages.say(now, MessageLevel::Warning, sentence, now_s);
            return;
        }
        let Some(tree) = self.trees.get(&self.workspace) else { return };
        if let Ok(value) = serde_json::to_value(tree) {
            self.settings.layouts.insert(name.to_owned(), value);
        }
        if !self.workspaces.iter().any(|known| known == name) {
            self.workspaces.push(name.to_owned());
            self.settings.own_workspaces.push(name.to_owned());
        }
        self.trees.remove(name);
        name.clone_into(&mut self.workspace);
        self.settings_changed = Some(now_s);
    }

    /// Notes the layout on screen for the settings.
    pub(super) fn remember_layout(&mut self, now_s: f64) {
        if let Some(tree) = self.trees.get(&self.workspace)
            && let Ok(value) = serde_json::to_value(tree)
        {
            self.settings.layouts.insert(self.workspace.clone(), value);
            self.settings_changed = Some(now_s);
        }
    }

    /// Files dropped onto the window are ingested.
    pub(super) fn ingest_dropped(&mut self, ctx: &egui::Context, now_s: f64) {
        // A hidden window sees the input of its last pass again and again.
        let pass = ctx.cumulative_pass_nr();
        if self.dropped_in.replace(pass) == Some(pass) {
            return;
        }
        let paths: Vec<_> = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect()
        });
        let paths: Vec<_> = paths.into_iter().filter(|path| !path.as_os_str().is_empty()).collect();
        if !paths.is_empty() {
            self.apply_intent(ctx, UiIntent::Engine(Intent::Ingest { paths }), now_s);
        }
    }
}

fn activate(tree: &mut Tree<Pane>, title: &str) -> bool {
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if pane.0 == title))
}

/// Adds a panel as a tab beside the first panel of a tree.
fn add_tab(tree: &mut Tree<Pane>, title: &str) {
    let pane = tree.tiles.insert_pane(Pane(title.to_owned()));
    let tabs = tree.tiles.iter().find_map(|(id, tile)| match tile {
        Tile::Container(egui_tiles::Container::Tabs(_)) => Some(*id),
        _ => None,
    });
    match tabs.or(tree.root) {
        Some(container) => tree.move_tile_to_container(pane, container, usize::MAX, false),
        None => tree.root = Some(tree.tiles.insert_tab_tile(vec![pane])),
    }
}

/// Whether an intent changes what the settings file holds.
fn is_setting(intent: &UiIntent) -> bool {
    matches!(
        intent,
        UiIntent::SetTheme(_)
            | UiIntent::SetAxis(_)
            | UiIntent::SetSpeed(_)
            | UiIntent::SelectMission(_)
            | UiIntent::SelectInstrument(..)
            | UiIntent::SelectEvent(_)
            | UiIntent::SelectProduct(_)
            | UiIntent::SelectLink(_)
            | UiIntent::PlotSeries(_)
            | UiIntent::UnplotSeries(_)
            | UiIntent::PlotOnly(_)
            | UiIntent::OpenWorkspace(_)
            | UiIntent::SaveWorkspace(_)
            | UiIntent::ResetWorkspace
            | UiIntent::Zoom(_)
            | UiIntent::ToggleSound
    )
}
