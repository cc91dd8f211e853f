//! The frame: logic (drain, run intents, drive the clock), ui (read, send), nothing after.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Frame, Panel as Side, Ui};
use egui_tiles::{TileId, Tree};
use marsdeck_engine::alarm::Annunciator;
use marsdeck_engine::runtime::{AlarmPicture, EngineHandle, MessageLevel, Snapshot};
use marsdeck_engine::time::Instant;

use super::alarm;
use super::dialogs::Dialog;
use super::dock::{Dock, Pane, Tools};
use super::frames::{drop_hint, replay_frame};
use super::messages::Messages;
use super::options::Options;
use super::own_window::OwnWindows;
use super::repaint::{Motion, next_frame};
use super::seat::Held;
use super::sound::Speaker;
use super::start::start_time;
use super::status::{JobTimes, StatusData, message_window, status_line};
use super::views::view;
use super::workspace::{WORKSPACES, stored_tree};
use crate::clock::NightCache;
use crate::intent::{
    CommandContext, IntentQueue, Palette, PaletteSources, run_shortcuts, show_help,
};
use crate::panel::{DataFolders, GlobeData};
use crate::state::{Mode, Selection, Settings, TimeControl};
use crate::theme::{Theme, install_fonts};
use crate::timeline::{StripData, Transport, strip};
use crate::view::{AlarmsAt, Panel, Queries};

/// Changed settings are written so many seconds after the last change.
const SAVE_AFTER_S: f64 = 1.0;

/// The data of globes, from the folders of the console.
fn globe_data(options: &Options) -> GlobeData {
    let settings = options.settings_folder.as_ref().or(options.map_data_folder.as_ref());
    GlobeData::new(DataFolders {
        settings: settings.cloned(),
        tiles: options.tiles_folder.clone(),
        is_kept: options.settings_folder.is_some(),
    })
}

/// The console.
pub struct App {
    pub(super) engine: Arc<dyn EngineHandle>,
    pub(super) options: Options,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) queries: Queries,
    pub(super) intents: IntentQueue,
    pub(super) time: TimeControl,
    pub(super) selection: Selection,
    pub(super) theme: Theme,
    pub(super) nights: NightCache,
    pub(super) panels: Vec<Box<dyn Panel>>,
    /// What lies on all globes.
    pub(super) globe_data: GlobeData,
    pub(super) trees: BTreeMap<String, Tree<Pane>>,
    pub(super) workspaces: Vec<String>,
    pub(super) workspace: String,
    /// The workspace that the plotted series belong to; none before there are any data.
    pub(super) plots_of: Option<String>,
    /// The workspace that the views of the panels belong to; none until they were given back.
    pub(super) panels_of: Option<String>,
    /// Windows of their own.
    pub(super) own: OwnWindows,
    /// The panel that was clicked last.
    pub(super) touched: Option<TileId>,
    /// The window that it is in.
    pub(super) held: Held,
    /// Whether the console only shows.
    pub(super) kiosk: bool,
    /// A panel or workspace shown alone, without strip and bars: for snapshots of one panel.
    pub(super) alone: Option<Tree<Pane>>,
    pub(super) settings: Settings,
    pub(super) settings_changed: Option<f64>,
    pub(super) palette: Palette,
    pub(super) help: bool,
    pub(super) dialog: Dialog,
    pub(super) messages: Messages,
    pub(super) jobs: JobTimes,
    pub(super) alarms: AlarmsAt,
    /// What was heard of the alarms.
    pub(super) ears: Annunciator,
    /// The alarms that were listened to last, and when there may be more to hear of them.
    pub(super) announced: Option<(Arc<AlarmPicture>, Option<std::time::Instant>)>,
    /// None without a window: tests and pictures are silent.
    pub(super) speaker: Option<Speaker>,
    pub(super) transport: Transport,
    pub(super) full_screen: bool,
    pub(super) styled: bool,
    /// Whether panels have looked at a snapshot yet.
    observed: bool,
    /// Start of a window: while it is hidden egui's own time stands still.
    started: Option<std::time::Instant>,
    /// The pass whose dropped files were taken: logic may run more than once a pass.
    pub(super) dropped_in: Option<u64>,
    /// When the last frame was, in seconds since the start.
    pub(super) last_s: Option<f64>,
    /// Until when the engine is looked at often, because something was asked of it.
    pub(super) busy_until_s: f64,
}

impl App {
    /// For a window, which it takes by a [`Seat`](super::Seat).
    pub fn new(engine: Arc<dyn EngineHandle>, options: Options) -> Self {
        let mut app = Self::headless(engine, options);
        app.started = Some(std::time::Instant::now());
        app.speaker = app.options.settings_folder.as_deref().and_then(Speaker::start);
        app
    }

    /// Without a window: for tests and offscreen pictures, driven by [`Self::logic_phase`] and
    /// [`Self::ui_root`].
    pub fn headless(engine: Arc<dyn EngineHandle>, options: Options) -> Self {
        let data = globe_data(&options);
        Self::over(engine, options, crate::panel::all(&data), data)
    }

    /// Without a window, with these panels.
    pub fn with_panels(
        engine: Arc<dyn EngineHandle>,
        options: Options,
        panels: Vec<Box<dyn Panel>>,
    ) -> Self {
        let data = globe_data(&options);
        Self::over(engine, options, panels, data)
    }

    fn over(
        engine: Arc<dyn EngineHandle>,
        options: Options,
        panels: Vec<Box<dyn Panel>>,
        globe_data: GlobeData,
    ) -> Self {
        let (settings, warning) =
            options.settings_folder.as_deref().map_or_else(Default::default, Settings::load);
        let snapshot = engine.snapshot();
        let own = settings.own_workspaces.iter().cloned();
        let workspaces: Vec<String> = WORKSPACES.iter().map(|&n| n.into()).chain(own).collect();
        let wanted = options.workspace.clone().unwrap_or_else(|| settings.workspace.clone());
        let known = workspaces.iter().find(|name| name.eq_ignore_ascii_case(&wanted));
        let workspace = known.map_or_else(|| "Watch".to_owned(), Clone::clone);
        let mut selection = settings.selection.clone();
        if let Some(mission) = &options.mission {
            selection.mission.clone_from(mission);
        }
        selection.event = options.event.clone().unwrap_or(selection.event);
        let theme = Theme::by_name(options.theme.as_deref().unwrap_or(&settings.theme));
        let mut app = Self {
            queries: Queries::new(Arc::clone(&engine)),
            time: start_time(&snapshot, &options, &settings),
            engine,
            snapshot,
            intents: IntentQueue::default(),
            selection,
            theme,
            nights: NightCache::default(),
            panels,
            globe_data,
            trees: BTreeMap::new(),
            workspaces,
            workspace,
            plots_of: None,
            panels_of: None,
            own: OwnWindows::default(),
            touched: None,
            held: Held::default(),
            kiosk: options.kiosk,
            alone: None,
            settings,
            settings_changed: None,
            palette: Palette::default(),
            help: false,
            dialog: Dialog::None,
            messages: Messages::default(),
            jobs: JobTimes::default(),
            alarms: AlarmsAt::default(),
            ears: Annunciator::default(),
            announced: None,
            speaker: None,
            transport: Transport::default(),
            full_screen: options.kiosk,
            styled: false,
            observed: false,
            started: None,
            dropped_in: None,
            last_s: None,
            busy_until_s: 0.0,
            options,
        };
        app.select_instrument_of_workspace();
        app.restore_desk();
        if let Some(sentence) = warning {
            app.messages.say(app.now(), MessageLevel::Warning, sentence, 0.0);
        }
        app
    }

    /// The time of day, or the newest data where no clock was given.
    pub(super) fn now(&self) -> Instant {
        match self.options.now {
            Some(now) => now(),
            None => self.newest().unwrap_or_default(),
        }
    }

    pub(super) fn newest(&self) -> Option<Instant> {
        self.snapshot.span.map(|span| span.end)
    }

    pub(super) fn style(&mut self, ctx: &egui::Context) {
        install_fonts(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        if (self.settings.zoom - 1.0).abs() > 0.01 {
            ctx.set_zoom_factor(self.settings.zoom);
        }
        self.apply_theme(ctx);
        self.styled = true;
    }

    /// Phase one, also while the window is hidden: newest snapshot, waiting intents, the clock.
    pub fn logic_phase(&mut self, ctx: &egui::Context) {
        if !self.styled {
            self.style(ctx);
        }
        let now_s = self.now_s(ctx);
        let first = self.snapshot.span.is_none();
        self.take_snapshot();
        if first && self.snapshot.span.is_some() && self.options.at.is_none() {
            self.time = start_time(&self.snapshot, &self.options, &self.settings);
        }
        self.change_plots();
        self.change_panels();
        self.queries.begin_frame(self.snapshot.archive_generation);
        self.messages.take(&self.snapshot, now_s);
        self.jobs.take(&self.snapshot, now_s);
        for intent in self.intents.drain() {
            self.apply_intent(ctx, intent, now_s);
        }
        self.ingest_dropped(ctx, now_s);
        self.refuse_to_close(ctx);
        self.announce(ctx);
        // A hidden or stopped window does not make the replay leap: at most a second a frame.
        let elapsed = self.last_s.map_or(0.0, |last| (now_s - last).clamp(0.0, 1.0));
        self.last_s = Some(now_s);
        self.time.advance(elapsed, self.snapshot.span);
        if let Some(present) = self.live_at() {
            self.time.follow(present);
        }
        self.remember_panels(now_s);
        self.own_windows_logic(ctx, now_s, elapsed);
        self.save_when_due(now_s);
        if self.time.mode == Mode::Replay
            || self.own.windows.iter().any(|window| window.time.mode == Mode::Replay)
        {
            // Keeps the clock going while the window is hidden and phase two does not run.
            ctx.request_repaint_after(std::time::Duration::from_millis(250));
        }
    }

    /// The engine's newest snapshot; panels that remember look at each once.
    fn take_snapshot(&mut self) {
        let snapshot = self.engine.snapshot();
        if !self.observed || !Arc::ptr_eq(&snapshot, &self.snapshot) {
            self.observed = true;
            let own = self.own.windows.iter_mut().flat_map(|window| &mut window.panels);
            for panel in self.panels.iter_mut().chain(own) {
                panel.observe(&snapshot);
            }
        }
        self.snapshot = snapshot;
    }

    /// Seconds since the start; without a window by egui's own time, so that tests repeat.
    pub(super) fn now_s(&self, ctx: &egui::Context) -> f64 {
        match self.started {
            Some(started) => started.elapsed().as_secs_f64(),
            None => ctx.input(|input| input.time),
        }
    }

    /// Phase two: everything on screen.
    pub fn ui_root(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let now_s = self.now_s(&ctx);
        if self.started.is_none() {
            // A window is cleared to this colour.
            ui.painter().rect_filled(ui.max_rect(), 0.0, self.theme.panel);
        }
        if self.dialog_closed() {
            run_shortcuts(&ctx, &self.command_context(), &self.intents, self.allowed());
        }
        if self.alone.is_none() {
            self.bars(ui, now_s);
        }
        let edited = self.docked(ui);
        if edited {
            self.remember_layout(now_s);
        }
        self.overlays(&ctx, now_s);
        if self.alone.is_none() {
            self.show_own_windows(&ctx);
        }
        if self.time.mode == Mode::Replay && self.alone.is_none() {
            replay_frame(&ctx, &self.theme);
        }
        let motion = Motion {
            mode: self.time.mode,
            software: self.options.software,
            latency_s: self.options.now.and(self.newest()).map(|t| self.now().s_since(t).abs()),
            loading: self.queries.is_loading(),
            busy: self.jobs.any() || now_s < self.busy_until_s,
            waiting: !self.intents.is_empty(),
            due_s: self.due_s(now_s),
        };
        if let Some(wait) = next_frame(motion) {
            ctx.request_repaint_after(wait);
        }
    }

    /// Both phases at once, for drivers without a window.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.logic_phase(&ctx);
        self.ui_root(ui);
    }

    /// The commands that keys may make, by their ids.
    pub(super) fn allowed(&self) -> fn(&str) -> bool {
        if self.kiosk { |id| matches!(id, "window.kiosk" | "app.help") } else { |_| true }
    }

    fn dialog_closed(&self) -> bool {
        matches!(self.dialog, Dialog::None) && !self.palette.is_open()
    }

    fn due_s(&self, now_s: f64) -> Option<f64> {
        let save = self.settings_changed.map(|since| since + SAVE_AFTER_S - now_s);
        [save, self.messages.due_s(now_s)].into_iter().flatten().reduce(f64::min)
    }

    pub(super) fn command_context(&self) -> CommandContext<'_> {
        CommandContext {
            snapshot: &self.snapshot,
            time: &self.time,
            theme: &self.theme,
            workspaces: &self.workspaces,
        }
    }

    fn bars(&mut self, ui: &mut Ui, now_s: f64) {
        let cx = view(
            &self.snapshot,
            &self.queries,
            &self.time,
            &self.selection,
            &self.options,
            &self.nights,
            &self.theme,
            &self.intents,
        );
        let alarm = alarm::worst(&cx, &mut self.alarms);
        let data = StripData {
            alarm,
            sound: self.sound().filter(|_| !self.kiosk),
            workspaces: &self.workspaces,
            workspace: &self.workspace,
            kiosk: self.kiosk,
        };
        let theme = &self.theme;
        let edge = Frame::new().fill(theme.background).inner_margin(6.0);
        let top = if self.time.mode == Mode::Replay {
            edge.fill(crate::theme::mix(theme.background, theme.replay, 0.22))
        } else {
            edge
        };
        Side::top("strip").frame(top).show(ui, |ui| {
            if self.kiosk {
                ui.disable();
            }
            strip(ui, &cx, &data);
        });
        if self.kiosk {
            return;
        }
        let line = Frame::new().fill(theme.background).inner_margin(egui::Margin::symmetric(8, 1));
        let status =
            StatusData { snapshot: &self.snapshot, theme, now_s, software: self.options.software };
        Side::bottom("status").exact_size(26.0).frame(line).show(ui, |ui| {
            status_line(ui, &status, &self.jobs, &mut self.messages, &self.intents);
        });
        Side::bottom("transport").frame(edge).show(ui, |ui| self.transport.show(ui, &cx));
    }

    fn docked(&mut self, ui: &mut Ui) -> bool {
        let cx = view(
            &self.snapshot,
            &self.queries,
            &self.time,
            &self.selection,
            &self.options,
            &self.nights,
            &self.theme,
            &self.intents,
        );
        let is_alone = self.alone.is_some();
        let tree = match &mut self.alone {
            Some(tree) => tree,
            None => self
                .trees
                .entry(self.workspace.clone())
                .or_insert_with(|| stored_tree(&self.settings, &self.workspace)),
        };
        let tools = if self.kiosk || is_alone { Tools::None } else { Tools::Main };
        let mut dock = Dock::new(&mut self.panels, &cx, tools);
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if self.kiosk {
                ui.disable();
            }
            tree.ui(&mut dock, ui);
        });
        self.touched = dock.touched.or(self.touched);
        dock.edited && !is_alone
    }

    fn overlays(&mut self, ctx: &egui::Context, now_s: f64) {
        if self.alone.is_some() {
            return;
        }
        let titles = self.panel_titles();
        let mission = self.mission().to_owned();
        let clocks = Arc::clone(&self.options.clocks);
        let parse = |text: &str| clocks.parse(&mission, text);
        let mut palette = std::mem::take(&mut self.palette);
        let sources = PaletteSources {
            commands: self.command_context(),
            panels: &titles,
            parse_time: &parse,
        };
        palette.show(ctx, &self.theme, &sources, &self.intents);
        self.palette = palette;
        self.dialog.show(ctx, &self.theme, &self.intents);
        if self.help {
            self.help = show_help(ctx, &self.theme);
        }
        let status = StatusData {
            snapshot: &self.snapshot,
            theme: &self.theme,
            now_s,
            software: self.options.software,
        };
        message_window(ctx, &status, &mut self.messages, &self.intents);
        self.messages.show_toasts(ctx, &self.theme);
        if ctx.input(|input| !input.raw.hovered_files.is_empty()) && !self.kiosk {
            drop_hint(ctx, &self.theme);
        }
    }

    fn save_when_due(&mut self, now_s: f64) {
        if self.settings_changed.is_some_and(|since| now_s - since >= SAVE_AFTER_S) {
            self.save_settings(now_s);
        }
    }

    /// Writes the settings now.
    pub(super) fn save_settings(&mut self, now_s: f64) {
        self.remember_panels(now_s);
        self.settings_changed = None;
        self.settings.selection = self.selection.clone();
        self.settings.windows = self.own_settings();
        self.settings.axis = self.time.axis;
        self.settings.speed = self.time.speed;
        self.settings.workspace.clone_from(&self.workspace);
        let Some(folder) = &self.options.settings_folder else { return };
        if let Err(error) = self.settings.save(folder) {
            let sentence = format!(
                "The settings cannot be written to {} ({error}). Check its permissions and space.",
                folder.display()
            );
            let now = self.now();
            self.messages.say(now, MessageLevel::Warning, sentence, now_s);
        }
    }
}
