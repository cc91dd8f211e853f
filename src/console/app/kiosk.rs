//! Kiosk mode: the console fills the screen and only shows, for a wall or a visitor.
//!
//! Clocks, links and the worst alarm stay in sight; there is nothing to press, and closing is
//! refused. Ctrl+Shift+K leaves it.

use egui::ViewportCommand;
use marsdeck_engine::runtime::MessageLevel;

use super::dialogs::Dialog;
use super::frame::App;
use crate::intent::{Command, command};
use crate::theme::apply;

impl App {
    /// Enters or leaves it.
    pub(super) fn set_kiosk(&mut self, ctx: &egui::Context, on: bool) {
        self.kiosk = on;
        self.full_screen = on;
        self.apply_theme(ctx);
        ctx.send_viewport_cmd_to(egui::ViewportId::ROOT, ViewportCommand::Fullscreen(on));
        if on {
            self.palette = crate::intent::Palette::default();
            self.dialog = Dialog::None;
            self.help = false;
            self.messages.open = false;
        }
    }

    /// Puts the colours into effect. In kiosk mode nothing looks as if it were missing, although
    /// nothing can be pressed.
    pub(super) fn apply_theme(&self, ctx: &egui::Context) {
        apply(ctx, &self.theme);
        if self.kiosk {
            ctx.all_styles_mut(|style| style.visuals.disabled_alpha = 1.0);
        }
    }

    /// Refuses to close while it only shows.
    pub(super) fn refuse_to_close(&mut self, ctx: &egui::Context) {
        if !self.kiosk || !ctx.input(|input| input.viewport().close_requested()) {
            return;
        }
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        let keys = command("window.kiosk").map(Command::shortcut_text).unwrap_or_default();
        let sentence = format!("The console is in kiosk mode. {keys} leaves it; then close it.");
        let (now, now_s) = (self.now(), self.now_s(ctx));
        self.messages.say(now, MessageLevel::Warning, sentence, now_s);
    }
}
