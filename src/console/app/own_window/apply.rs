//! Carries out the wishes that come from a window of its own.

use egui::ViewportCommand;

use super::OwnWindow;
use crate::app::apply::{self, activate, add_tab};
use crate::app::frame::App;
use crate::intent::UiIntent;
use crate::state::LogTie;

impl App {
    /// Carries out what a window wishes: what concerns its clock or content there, the rest as if
    /// it had come from the main window.
    pub(super) fn apply_own_intents(&mut self, ctx: &egui::Context, number: u64, now_s: f64) {
        let of = |window: &OwnWindow| window.number == number;
        let Some(at) = self.own.windows.iter().position(of) else { return };
        let Some(window) = self.own.windows.get_mut(at) else { return };
        for intent in window.intents.drain() {
            // Putting back closes the window.
            let Some(at) = self.own.windows.iter().position(of) else { return };
            let Some(rest) = self.apply_here(ctx, at, intent, now_s) else { continue };
            let asks = matches!(
                rest,
                UiIntent::AskIngest
                    | UiIntent::AskReport
                    | UiIntent::AskSaveWorkspace
                    | UiIntent::AskExportLayout
                    | UiIntent::AskOpenLayout
                    | UiIntent::OpenWorkspace(_)
            );
            if asks {
                // The answer shows in the main window.
                ctx.send_viewport_cmd_to(egui::ViewportId::ROOT, ViewportCommand::Focus);
            }
            self.apply_intent(ctx, rest, now_s);
        }
    }

    /// Carries out an intent in a window; gives it back where it is for the main window.
    fn apply_here(
        &mut self,
        ctx: &egui::Context,
        at: usize,
        intent: UiIntent,
        now_s: f64,
    ) -> Option<UiIntent> {
        let snapshot = std::sync::Arc::clone(&self.snapshot);
        let (live_at, speed) = (self.live_at(), self.time.speed);
        let window = self.own.windows.get_mut(at)?;
        match intent {
            UiIntent::TearOff(tile) => self.tear_off_own(at, tile, now_s),
            UiIntent::PutBack => self.put_back(at, now_s),
            UiIntent::ToggleOwnClock => {
                window.own_clock = !window.own_clock;
                window.time.set_speed(speed);
            }
            UiIntent::OpenPanel(title) => {
                let known = window.panels.iter().map(|panel| panel.title());
                let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(&title));
                let Some(title) = known else { return Some(UiIntent::OpenPanel(title)) };
                open_panel(window, title);
            }
            UiIntent::WriteLog(time, mission, series) => {
                let number = window.selection.log.as_ref().map_or(0, |tie| tie.number) + 1;
                window.selection.log = Some(LogTie { number, time, mission, series });
                open_panel(window, "Log book");
            }
            UiIntent::PlotSeries(_) | UiIntent::UnplotSeries(_) | UiIntent::PlotOnly(_)
                if window.owns_plots() =>
            {
                apply::select(&mut window.selection, &mut window.time, &snapshot, intent);
            }
            UiIntent::OpenPalette => window.palette.open(),
            UiIntent::ToggleHelp => window.help = !window.help,
            UiIntent::ToggleFullScreen => {
                window.full_screen = !window.full_screen;
                let command = ViewportCommand::Fullscreen(window.full_screen);
                ctx.send_viewport_cmd_to(window.viewport(), command);
            }
            UiIntent::AskTime if window.own_clock => window.transport.focus_time(ctx),
            intent if window.own_clock && apply::is_time(&intent) => {
                apply::set_time(&mut window.time, snapshot.span, live_at, &intent);
            }
            intent if window.own_clock && apply::is_selection(&intent) => {
                apply::select(&mut window.selection, &mut window.time, &snapshot, intent);
            }
            rest => return Some(rest),
        }
        None
    }
}

fn open_panel(window: &mut OwnWindow, title: &str) {
    if !activate(&mut window.tree, title) {
        add_tab(&mut window.tree, title, None);
        activate(&mut window.tree, title);
    }
}
