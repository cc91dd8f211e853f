//! Paints the windows of their own: as windows of the system, or inside the main window where
//! there are none.

use std::sync::Arc;
use std::time::Duration;

use egui::{Frame, Panel as Side, Stroke, StrokeKind, Ui, ViewportBuilder, ViewportClass};

use super::OwnWindow;
use super::place::visible_place;
use crate::app::alarm;
use crate::app::dock::{Dock, Tools};
use crate::app::frame::App;
use crate::app::repaint::{Motion, next_frame};
use crate::intent::{CommandContext, PaletteSources, run_shortcuts, show_help};
use crate::state::Mode;
use crate::theme::mix;
use crate::timeline::{OwnStripData, own_strip};
use crate::view::ViewContext;

/// Least inner size of a window in points.
const LEAST: [f32; 2] = [420.0, 260.0];

/// Puts the windows back, also when painting ends in a panic, as it may where the graphics device is
/// lost.
struct TakenOut<'a> {
    app: &'a mut App,
    windows: Vec<OwnWindow>,
}

impl Drop for TakenOut<'_> {
    fn drop(&mut self) {
        self.app.own.windows = std::mem::take(&mut self.windows);
    }
}

impl App {
    /// Paints all windows of their own.
    pub(in crate::app) fn show_own_windows(&mut self, ctx: &egui::Context) {
        let titles = self.panel_titles();
        // Taken out while they paint, since that reads everything else.
        let windows = std::mem::take(&mut self.own.windows);
        let mut guard = TakenOut { app: self, windows };
        let TakenOut { app, windows } = &mut guard;
        for (nth, window) in windows.iter_mut().enumerate() {
            let monitors = &app.own.monitors;
            let (position, size) = *window
                .opened
                .get_or_insert_with(|| visible_place(window.position, window.size, nth, monitors));
            let mut builder = ViewportBuilder::default()
                .with_app_id("marsdeck")
                .with_title(window.title())
                .with_inner_size(size)
                .with_min_inner_size(LEAST)
                .with_drag_and_drop(false);
            if let Some(position) = position {
                builder = builder.with_position(position);
            }
            ctx.show_viewport_immediate(window.viewport(), builder, |ui, class| {
                app.own_window(ui, window, class, &titles);
            });
            if std::mem::take(&mut window.closing) {
                window.intents.send(crate::intent::UiIntent::PutBack);
                ctx.request_repaint();
            }
            if let Some(wait) = app.next_own_frame(window) {
                ctx.request_repaint_after(wait);
            }
        }
    }

    fn next_own_frame(&self, window: &OwnWindow) -> Option<Duration> {
        next_frame(Motion {
            mode: window.time.mode,
            software: self.options.software,
            latency_s: None,
            loading: window.queries.is_loading(),
            busy: false,
            waiting: !window.intents.is_empty(),
            due_s: None,
        })
    }

    fn own_window(
        &self,
        ui: &mut Ui,
        window: &mut OwnWindow,
        class: ViewportClass,
        titles: &[&'static str],
    ) {
        let ctx = ui.ctx().clone();
        let is_native = class != ViewportClass::EmbeddedWindow;
        let whole = ui.max_rect();
        if is_native {
            ui.painter().rect_filled(whole, 0.0, self.theme.panel);
            look(&ctx, window);
            window.closing |= ctx.input(|input| input.viewport().close_requested()) && !self.kiosk;
            if !window.palette.is_open() {
                run_shortcuts(&ctx, &self.own_commands(window), &window.intents, self.allowed());
            }
        }
        ui.push_id(window.number, |ui| self.own_content(ui, window));
        if is_native {
            self.own_overlays(&ctx, window, titles);
        }
        let shows_past =
            window.time.mode == Mode::Replay || window.own_clock && window.time.mode != Mode::Live;
        if shows_past {
            let stroke = Stroke::new(4.0, self.theme.replay);
            ui.painter().rect_stroke(whole, 0.0, stroke, StrokeKind::Inside);
        }
    }

    fn own_content(&self, ui: &mut Ui, window: &mut OwnWindow) {
        let cx = ViewContext {
            snapshot: &self.snapshot,
            queries: &window.queries,
            time: &window.time,
            selection: &window.selection,
            clocks: self.options.clocks.as_ref(),
            nights: &window.nights,
            theme: &self.theme,
            intents: &window.intents,
            session: &self.options.session,
            now: self.options.now.map(|now| now()),
        };
        let theme = &self.theme;
        let titles = self.panel_titles();
        let data = OwnStripData {
            alarm: alarm::worst(&cx, &mut window.alarms),
            own_clock: window.own_clock,
            panels: &titles,
            kiosk: self.kiosk,
        };
        let edge = Frame::new().fill(theme.background).inner_margin(6.0);
        let is_past = cx.time.mode != Mode::Live && window.own_clock;
        let top = if is_past || cx.time.mode == Mode::Replay {
            edge.fill(mix(theme.background, theme.replay, 0.22))
        } else {
            edge
        };
        Side::top("own strip").frame(top).show(ui, |ui| {
            if self.kiosk {
                ui.disable();
            }
            own_strip(ui, &cx, &data);
        });
        if window.own_clock && !self.kiosk {
            let bar = Side::bottom("own transport").frame(edge);
            bar.show(ui, |ui| window.transport.show(ui, &cx));
        }
        let tools = if self.kiosk { Tools::None } else { Tools::Own };
        let mut dock = Dock::new(&mut window.panels, &cx, tools);
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if self.kiosk {
                ui.disable();
            }
            window.tree.ui(&mut dock, ui);
        });
        window.touched = dock.touched.or(window.touched);
    }

    fn own_commands<'a>(&'a self, window: &'a OwnWindow) -> CommandContext<'a> {
        CommandContext {
            snapshot: &self.snapshot,
            time: &window.time,
            theme: &self.theme,
            workspaces: &self.workspaces,
        }
    }

    fn own_overlays(&self, ctx: &egui::Context, window: &mut OwnWindow, titles: &[&'static str]) {
        let mission = if window.selection.mission.is_empty() {
            self.mission().to_owned()
        } else {
            window.selection.mission.clone()
        };
        let clocks = Arc::clone(&self.options.clocks);
        let parse = |text: &str| clocks.parse(&mission, text);
        let mut palette = std::mem::take(&mut window.palette);
        let sources = PaletteSources {
            commands: self.own_commands(window),
            panels: titles,
            parse_time: &parse,
        };
        palette.show(ctx, &self.theme, &sources, &window.intents);
        window.palette = palette;
        if window.help {
            window.help = show_help(ctx, &self.theme);
        }
    }
}

/// Notes where a window is, unless it fills the screen or is put away.
fn look(ctx: &egui::Context, window: &mut OwnWindow) {
    let (outer, inner, is_odd) = ctx.input(|input| {
        let info = input.viewport();
        let odd = [info.minimized, info.fullscreen, info.maximized].contains(&Some(true));
        (info.outer_rect, info.inner_rect, odd)
    });
    if is_odd {
        return;
    }
    let is_sound = |rect: &egui::Rect| rect.is_finite() && rect.is_positive();
    if let Some(outer) = outer.filter(is_sound) {
        window.position = Some((outer.min.x.round(), outer.min.y.round()));
    }
    let content = inner.filter(is_sound).unwrap_or_else(|| ctx.content_rect());
    if is_sound(&content) {
        window.size = (content.width().round(), content.height().round());
    }
}
