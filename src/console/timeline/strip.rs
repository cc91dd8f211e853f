//! The top strip: the clocks, the state of the link and the worst alarm, and live or REPLAY.

use egui::text::LayoutJob;
use egui::{Align, FontId, Label, Layout, TextFormat, Ui};
use marsdeck_engine::command::Role;
use marsdeck_engine::mission::Severity;

use crate::clock::utc_text;
use crate::intent::{UiIntent, command};
use crate::state::Mode;
use crate::theme::{BODY, SMALL, Theme, severity_word};
use crate::view::{ViewContext, worst_link};
use crate::widget::{SeverityBadge, age_text, badge};

/// What the strip shows besides the clocks.
pub struct StripData<'a> {
    /// Worst alarm and what it is about.
    pub alarm: (Severity, String),
    /// Whether alarms are heard; none: nothing is said of it.
    pub sound: Option<Sounding>,
    /// Workspaces in order.
    pub workspaces: &'a [String],
    /// The open one.
    pub workspace: &'a str,
    /// Whether the console only shows: nothing is there to press.
    pub kiosk: bool,
}

/// Whether alarms are heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sounding {
    /// They are.
    On,
    /// Not for so many seconds.
    Muted(f64),
    /// The operator switched the sound off.
    Off,
    /// The system has no program that plays.
    Missing,
}

/// The button that silences the alarms, or why nothing is heard.
fn sound(ui: &mut Ui, cx: &ViewContext<'_>, sounding: Sounding) {
    let (text, hint, intent) = match sounding {
        Sounding::On => (
            "Mute 10 min".to_owned(),
            "No tones for ten minutes; an alarm that is worse than all before is heard.",
            UiIntent::Mute(600.0),
        ),
        Sounding::Muted(left) => {
            let left = left.ceil() as u64;
            let text = format!("Muted {}:{:02}", left / 60, left % 60);
            (text, "Alarms are not heard. Click to hear them again.", UiIntent::Mute(0.0))
        }
        Sounding::Off => (
            "Sound off".to_owned(),
            "Alarms are not heard at this console. Click to hear them.",
            UiIntent::ToggleSound,
        ),
        Sounding::Missing => (
            "No sound".to_owned(),
            "No sound player works here: install pipewire-bin, pulseaudio-utils or alsa-utils, or \
             connect a sound server. Click to leave the sound off.",
            UiIntent::ToggleSound,
        ),
    };
    if ui.button(text).on_hover_text(hint).clicked() {
        cx.intents.send(intent);
    }
}

/// Paints the strip.
pub fn strip(ui: &mut Ui, cx: &ViewContext<'_>, data: &StripData<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        mode(ui, cx);
        clocks(ui, cx);
        states(ui, cx, data);
    });
    if data.kiosk {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (i, name) in data.workspaces.iter().enumerate() {
            let selected = name == data.workspace;
            let tab = ui.selectable_label(selected, name);
            let tab = if i < 9 { tab.on_hover_text(format!("Key {}", i + 1)) } else { tab };
            if tab.clicked() {
                cx.intents.send(UiIntent::OpenWorkspace(name.clone()));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui, cx);
        });
    });
}

/// A name and a value as one label, so that a narrow window wraps between fields only.
fn field(ui: &mut Ui, theme: &Theme, name: &str, value: &str, tooltip: &str) {
    let mut job = LayoutJob::default();
    let small = TextFormat::simple(FontId::proportional(SMALL), theme.text_weak);
    job.append(name, 0.0, small);
    job.append(value, 5.0, TextFormat::simple(FontId::monospace(BODY), theme.text));
    ui.add(Label::new(job).extend()).on_hover_text(tooltip);
}

pub(super) fn mode(ui: &mut Ui, cx: &ViewContext<'_>) {
    let theme = cx.theme;
    let (word, fill, tooltip) = match cx.time.mode {
        Mode::Live => (
            "LIVE".to_owned(),
            theme.severity(Severity::Normal),
            "The cursor follows the newest data.",
        ),
        Mode::Paused => (
            "PAUSED".to_owned(),
            theme.severity(Severity::Off),
            "The cursor stands still. Space plays, End goes live.",
        ),
        Mode::Replay => (
            format!("REPLAY ×{:.0}", cx.time.speed),
            theme.replay,
            "The clock runs through the archive. Space pauses, End goes live.",
        ),
    };
    badge(ui, theme, &word, fill).on_hover_text(tooltip);
}

pub(super) fn clocks(ui: &mut Ui, cx: &ViewContext<'_>) {
    let theme = cx.theme;
    let t = cx.time.cursor;
    field(ui, theme, "UTC", &utc_text(t), "Coordinated universal time at the cursor.");
    let mission = cx.mission();
    let missions = &cx.snapshot.missions.missions;
    let name = missions.iter().find(|m| m.id == mission).map_or(mission, |m| m.name.as_str());
    if missions.len() > 1 {
        let menu = ui.menu_button(name, |ui| {
            for known in missions {
                if ui.selectable_label(known.id == mission, &known.name).clicked() {
                    cx.intents.send(UiIntent::SelectMission(known.id.clone()));
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text("The mission whose sols label the screen.");
    }
    if let Some(at) = cx.clocks.lmst(mission, t) {
        let value = format!("Sol {:04} {}", at.sol, at.clock());
        let tooltip =
            format!("Local mean solar time of {name} ({} convention).", cx.clocks.convention());
        let label = format!("LMST ({})", cx.clocks.convention());
        field(ui, theme, &label, &value, &tooltip);
    }
    if let Some(at) = cx.clocks.ltst(mission, t) {
        field(ui, theme, "LTST", &at.clock(), "Local true solar time: noon is at the meridian.");
    }
}

fn states(ui: &mut Ui, cx: &ViewContext<'_>, data: &StripData<'_>) {
    let theme = cx.theme;
    let (severity, word) = worst_link(&cx.snapshot.links);
    let badge = ui.add(SeverityBadge::new(theme, severity).word(&word));
    let badge = badge.interact(egui::Sense::click());
    let hint = "The worst state of the links that are on, and how late the newest packet came. \
                Click for all.";
    if badge.on_hover_text(hint).clicked() {
        cx.intents.send(UiIntent::OpenPanel("Links".into()));
    }
    alarm(ui, cx, &data.alarm);
    if let Some(sounding) = data.sound {
        sound(ui, cx, sounding);
    }
    if !data.kiosk {
        who(ui, cx);
    }
    if let (Some(span), Some(now)) = (cx.snapshot.span, cx.now) {
        let age = age_text(now, span.end);
        field(ui, theme, "Newest data", &age, "Age of the newest data in the archive.");
    }
    if cx.snapshot.series.iter().any(|series| series.key.is_simulated()) {
        crate::widget::simulated_badge(ui, theme);
    }
}

/// Who is logged in here, with the roles in the mission in focus; a click opens the accounts.
fn who(ui: &mut Ui, cx: &ViewContext<'_>) {
    let (text, hint) = who_text(cx);
    if ui.button(text).on_hover_text(hint).clicked() {
        cx.intents.send(UiIntent::OpenPanel("Accounts".into()));
    }
}

fn who_text(cx: &ViewContext<'_>) -> (String, String) {
    let Some(session) = cx.account() else {
        let hint = "Looking on needs no account. Click to log in.";
        return ("Not logged in".to_owned(), hint.to_owned());
    };
    let name = &session.name;
    if session.must_change {
        let hint = "Choose your own password before anything else. Click to do so.";
        return (format!("{name}: change the password"), hint.to_owned());
    }
    let mission = cx.mission();
    let of = cx.snapshot.missions.mission(mission).map_or(mission, |of| of.name.as_str());
    let account = cx.snapshot.commanding.accounts.iter().find(|account| account.name == *name);
    let roles = account.map(|account| account.roles_in(mission)).unwrap_or_default();
    let roles: Vec<&str> = roles.into_iter().map(Role::name).collect();
    let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
    let hint = format!("You are {roles} in {of}. Click for accounts and to log out.");
    (format!("{name}: {roles}"), hint)
}

/// The worst alarm at the cursor; a click opens all.
pub(super) fn alarm(ui: &mut Ui, cx: &ViewContext<'_>, (severity, about): &(Severity, String)) {
    let text = format!("{}: {about}", severity_word(*severity));
    let badge = ui.add(SeverityBadge::new(cx.theme, *severity).word(&text));
    let badge = badge.interact(egui::Sense::click());
    if badge.on_hover_text("The worst alarm at the cursor. Click for all.").clicked() {
        cx.intents.send(UiIntent::OpenPanel("Alarms".into()));
    }
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>) {
    let mut of = |id: &str, text: &str, intent: UiIntent| {
        let hint = command(id).map(crate::intent::Command::hint).unwrap_or_default();
        if ui.button(text).on_hover_text(hint).clicked() {
            cx.intents.send(intent);
        }
    };
    of("app.help", "Help", UiIntent::ToggleHelp);
    let other = if cx.theme.is_dark() { "light" } else { "dark" };
    of(
        "window.theme",
        if cx.theme.is_dark() { "Light" } else { "Dark" },
        UiIntent::SetTheme(other.into()),
    );
    of("data.ingest", "Ingest…", UiIntent::AskIngest);
    of("app.palette", "Find…  Ctrl+K", UiIntent::OpenPalette);
}
