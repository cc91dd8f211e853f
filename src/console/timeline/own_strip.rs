//! The strip of a window of its own: its clock, the worst alarm then, what may be added.

use egui::Ui;
use marsdeck_engine::mission::Severity;

use super::strip::{alarm, clocks, mode};
use crate::intent::UiIntent;
use crate::state::Mode;
use crate::view::ViewContext;
use crate::widget::badge;

/// What the strip shows besides the clocks.
pub struct OwnStripData<'a> {
    /// Worst alarm at the window's cursor and what it is about.
    pub alarm: (Severity, String),
    /// Whether the window has its own clock.
    pub own_clock: bool,
    /// Titles of the panels that can be added.
    pub panels: &'a [&'static str],
    /// Whether the console only shows: nothing is there to press.
    pub kiosk: bool,
}

/// Paints the strip.
pub fn own_strip(ui: &mut Ui, cx: &ViewContext<'_>, data: &OwnStripData<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        if data.own_clock && cx.time.mode != Mode::Live {
            past(ui, cx);
        } else {
            mode(ui, cx);
        }
        clocks(ui, cx);
        alarm(ui, cx, &data.alarm);
        if !data.kiosk {
            // In the flow, so that they wrap where the window is narrow.
            buttons(ui, cx, data);
        }
    });
}

/// A clock of one's own that is not live always shows the past, also while it stands still.
fn past(ui: &mut Ui, cx: &ViewContext<'_>) {
    let word = match cx.time.mode {
        Mode::Replay => format!("REPLAY ×{:.0}", cx.time.speed),
        Mode::Live | Mode::Paused => "REPLAY PAUSED".to_owned(),
    };
    badge(ui, cx.theme, &word, cx.theme.replay)
        .on_hover_text("This window shows the past by its own clock. The other windows do not.");
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, data: &OwnStripData<'_>) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let hint = if data.own_clock {
        "This window has its own clock. Click to follow the main window again."
    } else {
        "This window follows the clock of the main window. Click for a clock of its own, which \
         plays, pauses and jumps without moving any other window."
    };
    if ui.selectable_label(data.own_clock, "Own clock").on_hover_text(hint).clicked() {
        cx.intents.send(UiIntent::ToggleOwnClock);
    }
    let menu = ui.menu_button("Add panel", |ui| {
        egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
            for title in data.panels {
                if ui.button(*title).clicked() {
                    cx.intents.send(UiIntent::OpenPanel((*title).to_owned()));
                    ui.close();
                }
            }
        });
    });
    menu.response.on_hover_text("Adds a panel to this window, or brings it to the front.");
    let hint = "Closes this window; its panels go back into the main window.";
    if ui.button("Put back").on_hover_text(hint).clicked() {
        cx.intents.send(UiIntent::PutBack);
    }
}
