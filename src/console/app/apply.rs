//! Carries out intents, between frames only.

use egui::ViewportCommand;
use egui_tiles::{Container, Tile, TileId, Tree};
use marsdeck_engine::link::LinkState;
use marsdeck_engine::runtime::{Intent, LinkView, MessageLevel, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use super::dialogs::Dialog;
use super::dock::Pane;
use super::frame::App;
use super::workspace::WORKSPACES;
use crate::intent::UiIntent;
use crate::state::{LogTie, Selection, TimeControl};
use crate::theme::Theme;

impl App {
    /// Carries out one intent.
    pub(super) fn apply_intent(&mut self, ctx: &egui::Context, intent: UiIntent, now_s: f64) {
        if is_setting(&intent) {
            self.settings_changed = Some(now_s);
        }
        match intent {
            UiIntent::Engine(intent) => self.send_to_engine(intent, now_s),
            UiIntent::SetCursor(_)
            | UiIntent::SetRange(_)
            | UiIntent::GoLive
            | UiIntent::TogglePlay
            | UiIntent::SetSpeed(_)
            | UiIntent::Step(_)
            | UiIntent::SetAxis(_)
            | UiIntent::FitAll => {
                let live_at = self.live_at();
                set_time(&mut self.time, self.snapshot.span, live_at, &intent);
            }
            UiIntent::SelectEvent(_)
            | UiIntent::SelectInstrument(..)
            | UiIntent::SelectMission(_)
            | UiIntent::SelectProduct(_)
            | UiIntent::SelectLink(_)
            | UiIntent::SelectRequest(_)
            | UiIntent::PlotSeries(_)
            | UiIntent::UnplotSeries(_)
            | UiIntent::PlotOnly(_)
            | UiIntent::LookAt(_) => {
                select(&mut self.selection, &mut self.time, &self.snapshot, intent);
            }
            UiIntent::WriteLog(time, mission, series) => {
                let number = self.selection.log.as_ref().map_or(0, |tie| tie.number) + 1;
                self.selection.log = Some(LogTie { number, time, mission, series });
                self.open_panel("Log book", now_s);
            }
            UiIntent::OpenWorkspace(name) => self.open_workspace(&name, now_s),
            UiIntent::OpenPanel(title) => self.open_panel(&title, now_s),
            UiIntent::SaveWorkspace(name) => self.save_workspace(&name, now_s),
            UiIntent::AskSaveWorkspace
            | UiIntent::AskReport
            | UiIntent::AskIngest
            | UiIntent::AskExportLayout
            | UiIntent::AskOpenLayout
            | UiIntent::AskTime
            | UiIntent::OpenPalette => self.ask(ctx, &intent),
            UiIntent::ExportLayout(path) => self.export_layout(&path, now_s),
            UiIntent::OpenLayout(path) => self.open_layout_file(&path, now_s),
            UiIntent::RebuildGraphics => self.lose_device(),
            UiIntent::ToggleKiosk => self.set_kiosk(ctx, !self.kiosk),
            UiIntent::ResetWorkspace => self.reset_workspace(),
            UiIntent::Mute(seconds) => self.silence(seconds),
            UiIntent::ToggleSound => self.settings.sound = !self.settings.sound,
            UiIntent::ToggleHelp => self.help = !self.help,
            UiIntent::SetTheme(name) => {
                self.theme = Theme::by_name(&name);
                self.settings.theme = self.theme.name.to_owned();
                self.apply_theme(ctx);
            }
            UiIntent::Zoom(factor) => self.zoom(ctx, factor),
            UiIntent::ToggleFullScreen => {
                self.full_screen = !self.full_screen;
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(self.full_screen));
            }
            UiIntent::TearOff(tile) => self.tear_off(tile, now_s),
            // Only windows of their own send these, and carry them out themselves.
            UiIntent::PutBack | UiIntent::ToggleOwnClock => {}
            UiIntent::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Sends an intent to the engine, with the name of the operator.
    fn send_to_engine(&mut self, mut intent: Intent, now_s: f64) {
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

    /// Opens what asks the operator for more.
    fn ask(&mut self, ctx: &egui::Context, intent: &UiIntent) {
        match intent {
            UiIntent::AskSaveWorkspace => self.dialog = Dialog::Save { name: String::new() },
            UiIntent::AskReport => {
                let mission = self.mission().to_owned();
                let clock = self.options.clocks.lmst(&mission, self.time.cursor);
                self.dialog = Dialog::report(mission, clock.map_or(0, |at| at.sol as i32));
            }
            UiIntent::AskIngest => self.dialog = Dialog::ingest(),
            UiIntent::AskExportLayout => self.dialog = Dialog::export_layout(),
            UiIntent::AskOpenLayout => self.dialog = Dialog::open_layout(),
            UiIntent::AskTime => self.transport.focus_time(ctx),
            UiIntent::OpenPalette => self.palette.open(),
            _ => {}
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
                self.touched = None;
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
            add_tab(tree, title, None);
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
        self.settings.plots.insert(name.to_owned(), self.selection.plotted.clone());
        self.copy_states_to(name);
        name.clone_into(&mut self.workspace);
        self.touched = None;
        self.settings_changed = Some(now_s);
    }

    /// Notes the layout on screen for the settings.
    pub(super) fn remember_layout(&mut self, now_s: f64) {
        self.remember_layout_of(&self.workspace.clone(), now_s);
    }

    /// Notes the layout of a workspace for the settings.
    pub(super) fn remember_layout_of(&mut self, workspace: &str, now_s: f64) {
        if let Some(tree) = self.trees.get(workspace)
            && let Ok(value) = serde_json::to_value(tree)
        {
            self.settings.layouts.insert(workspace.to_owned(), value);
            self.settings_changed = Some(now_s);
        }
    }

    /// Maps dropped onto the window lie on the globe; all other files are ingested.
    pub(super) fn ingest_dropped(&mut self, ctx: &egui::Context, now_s: f64) {
        // A hidden window sees the input of its last pass again and again.
        let pass = ctx.cumulative_pass_nr();
        if self.kiosk || self.dropped_in.replace(pass) == Some(pass) {
            return;
        }
        let paths: Vec<_> = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect()
        });
        let paths: Vec<_> = paths.into_iter().filter(|path| !path.as_os_str().is_empty()).collect();
        let (maps, paths): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| self.globe_data.takes(path));
        if let Some(first) = maps.first() {
            let name = first.file_name().unwrap_or_default().to_string_lossy();
            let more = maps.len() - 1;
            let what = if more > 0 { format!("{name} and {more} more") } else { name.into() };
            let sentence = format!("{what}: laid on the globe. See “Map data” there.");
            let now = self.now();
            self.messages.say(now, MessageLevel::Info, sentence, now_s);
        }
        if !paths.is_empty() {
            self.apply_intent(ctx, UiIntent::Engine(Intent::Ingest { paths }), now_s);
        }
    }
}

/// Whether an intent drives a clock.
pub(super) fn is_time(intent: &UiIntent) -> bool {
    matches!(
        intent,
        UiIntent::SetCursor(_)
            | UiIntent::SetRange(_)
            | UiIntent::GoLive
            | UiIntent::TogglePlay
            | UiIntent::SetSpeed(_)
            | UiIntent::Step(_)
            | UiIntent::SetAxis(_)
            | UiIntent::FitAll
    )
}

/// Carries out an intent on a clock.
pub(super) fn set_time(
    time: &mut TimeControl,
    span: Option<TimeRange>,
    live_at: Option<Instant>,
    intent: &UiIntent,
) {
    match intent {
        UiIntent::SetCursor(to) => time.set_cursor(*to),
        UiIntent::SetRange(range) => time.set_range(*range),
        UiIntent::GoLive => time.go_live(live_at),
        UiIntent::TogglePlay => time.toggle_play(span),
        UiIntent::SetSpeed(speed) => time.set_speed(*speed),
        UiIntent::Step(seconds) => time.step(*seconds),
        UiIntent::SetAxis(axis) => time.axis = *axis,
        UiIntent::FitAll => {
            if let Some(span) = span {
                time.set_range(span);
            }
        }
        _ => {}
    }
}

/// Whether an intent selects something.
pub(super) fn is_selection(intent: &UiIntent) -> bool {
    matches!(
        intent,
        UiIntent::SelectEvent(_)
            | UiIntent::SelectInstrument(..)
            | UiIntent::SelectMission(_)
            | UiIntent::SelectProduct(_)
            | UiIntent::SelectLink(_)
            | UiIntent::SelectRequest(_)
            | UiIntent::PlotSeries(_)
            | UiIntent::UnplotSeries(_)
            | UiIntent::PlotOnly(_)
    )
}

/// Carries out an intent on a selection; the clock beside it goes to a selected event.
pub(super) fn select(
    selection: &mut Selection,
    time: &mut TimeControl,
    snapshot: &Snapshot,
    intent: UiIntent,
) {
    match intent {
        UiIntent::SelectEvent(id) => {
            let event = snapshot.events.iter().find(|event| event.id == id);
            if let Some(event) = event
                && selection.event != id
            {
                let whole = event.span.is_some_and(|span| {
                    time.range.contains(span.start) && time.range.contains(span.end)
                });
                time.set_cursor(event.time);
                if let (false, Some(span)) = (whole, event.span) {
                    let edge = span.duration_s() * 0.2;
                    let start = span.start.min(event.time).plus_s(-edge);
                    time.set_range(TimeRange::new(start, span.end.plus_s(edge)));
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
        UiIntent::SelectRequest(id) => selection.request = id,
        UiIntent::PlotSeries(key) if !selection.plotted.contains(&key) => {
            selection.plotted.push(key);
        }
        UiIntent::UnplotSeries(key) => selection.plotted.retain(|known| *known != key),
        UiIntent::PlotOnly(keys) => selection.plotted = keys,
        UiIntent::LookAt(look) => {
            let number = selection.look.as_ref().map_or(0, |(number, _)| number + 1);
            selection.look = Some((number, look));
        }
        _ => {}
    }
}

/// Brings a panel to the front; false where the tree has none of this title.
pub(super) fn activate(tree: &mut Tree<Pane>, title: &str) -> bool {
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if pane.0 == title))
}

/// Adds a panel as a tab: beside the panel of a title where the tree has it, else beside the first.
pub(super) fn add_tab(tree: &mut Tree<Pane>, title: &str, beside: Option<&str>) {
    let pane = tree.tiles.insert_pane(Pane(title.to_owned()));
    let group =
        |id: &TileId| matches!(tree.tiles.get(*id), Some(Tile::Container(Container::Tabs(_))));
    let number = |id: &TileId| id.0;
    let near = beside.and_then(|title| tree.tiles.find_pane(&Pane(title.to_owned())));
    let near = near.and_then(|id| tree.tiles.parent_of(id)).filter(|id| group(id));
    let tabs = near.or_else(|| tree.tiles.tile_ids().filter(|id| group(id)).min_by_key(number));
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
