//! The transport bar: live, play or pause, steps, speed, go to a time, and the scrubber.

use egui::{ComboBox, Id, RichText, Ui};

use super::scrubber::Scrubber;
use crate::clock::length_text;
use crate::intent::{UiIntent, command};
use crate::state::{Mode, SPEEDS, TimeAxis};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{Icon, TimeField, icon_button};

/// State of the transport bar.
#[derive(Default)]
pub struct Transport {
    goto: String,
    scrubber: Scrubber,
    /// Which window it drives; 0 is the main one.
    window: u64,
}

impl Transport {
    /// For the clock of a window of its own, which has a number above 0.
    pub fn of_window(window: u64) -> Self {
        Self { window, ..Self::default() }
    }

    /// Puts the keyboard into the go-to-time field.
    pub fn focus_time(&mut self, ctx: &egui::Context) {
        self.goto.clear();
        ctx.memory_mut(|memory| memory.request_focus(self.field_id()));
    }

    /// Paints the bar.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            buttons(ui, cx);
            ui.add_space(6.0);
            speed(ui, cx);
            axis(ui, cx);
            ui.add_space(6.0);
            let mission = cx.mission();
            let parse = |text: &str| cx.clocks.parse(mission, text);
            let field = TimeField::new(cx.theme, "Go to").id(self.field_id());
            if let Some(instant) = field.show(ui, &mut self.goto, &parse) {
                cx.intents.send(UiIntent::SetCursor(instant));
            }
            ui.add_space(6.0);
            range_text(ui, cx);
        });
        self.scrubber.show(ui, cx);
    }

    fn field_id(&self) -> Id {
        Id::unique(("go to time", self.window))
    }
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>) {
    let theme = cx.theme;
    let hint = |id: &str| command(id).map(crate::intent::Command::hint).unwrap_or_default();
    let step = cx.time.small_step_s() * 10.0;
    let start = cx.snapshot.span.map(|span| span.start);
    if icon_button(ui, theme, Icon::First, "First data", &hint("time.first"), false).clicked()
        && let Some(start) = start
    {
        cx.intents.send(UiIntent::SetCursor(start));
    }
    if icon_button(ui, theme, Icon::StepBack, "Step back", &hint("time.leap_back"), false).clicked()
    {
        cx.intents.send(UiIntent::Step(-step));
    }
    let (icon, label) = match cx.time.mode {
        Mode::Paused => (Icon::Play, "Play"),
        Mode::Live | Mode::Replay => (Icon::Pause, "Pause"),
    };
    let playing = cx.time.mode == Mode::Replay;
    if icon_button(ui, theme, icon, label, &hint("time.play"), playing).clicked() {
        cx.intents.send(UiIntent::TogglePlay);
    }
    if icon_button(ui, theme, Icon::StepForward, "Step on", &hint("time.leap_on"), false).clicked()
    {
        cx.intents.send(UiIntent::Step(step));
    }
    let live = cx.time.mode == Mode::Live;
    if ui.selectable_label(live, "Live").on_hover_text(hint("time.live")).clicked() {
        cx.intents.send(UiIntent::GoLive);
    }
}

fn speed(ui: &mut Ui, cx: &ViewContext<'_>) {
    let label = ui.label(RichText::new("Speed").color(cx.theme.text_weak));
    let combo = ComboBox::from_id_salt("speed")
        .width(86.0)
        .selected_text(format!("×{:.0}", cx.time.speed))
        .show_ui(ui, |ui| {
            for speed in SPEEDS {
                if ui.selectable_label(speed == cx.time.speed, format!("×{speed:.0}")).clicked() {
                    cx.intents.send(UiIntent::SetSpeed(speed));
                }
            }
        });
    combo
        .response
        .labelled_by(label.id)
        .on_hover_text("Archive seconds per second of replay. Keys + and -.");
}

fn axis(ui: &mut Ui, cx: &ViewContext<'_>) {
    let label = ui.label(RichText::new("Axes").color(cx.theme.text_weak));
    let word = |axis| match axis {
        TimeAxis::Utc => "UTC",
        TimeAxis::Lmst => "LMST",
        TimeAxis::Ltst => "LTST",
        TimeAxis::SolOfDay => "Hours of sol",
    };
    let combo = ComboBox::from_id_salt("axis")
        .width(104.0)
        .selected_text(word(cx.time.axis))
        .show_ui(ui, |ui| {
            for axis in [TimeAxis::Utc, TimeAxis::Lmst, TimeAxis::Ltst, TimeAxis::SolOfDay] {
                if ui.selectable_label(axis == cx.time.axis, word(axis)).clicked() {
                    cx.intents.send(UiIntent::SetAxis(axis));
                }
            }
        });
    combo.response.labelled_by(label.id).on_hover_text("What time axes are labelled in.");
}

fn range_text(ui: &mut Ui, cx: &ViewContext<'_>) {
    let text = format!("Visible: {}", length_text(cx.time.range));
    ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak)).on_hover_text(format!(
        "From {} to {}",
        cx.time_text(cx.time.range.start),
        cx.time_text(cx.time.range.end)
    ));
}
