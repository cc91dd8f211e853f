//! The guarded release: armed first, then released within ten seconds, by a live view only.

use egui::{Button, Grid, Label, RichText, Ui};
use marsdeck_engine::command::{CommandItem, Digest, DryRun, Permission, Target, Uid};
use marsdeck_engine::mission::Severity;

use super::model;
use super::parts;
use crate::panel::shared::{Asked, act, hindrance, named};
use crate::view::{LiveDesk, ViewContext};

/// Seconds for which a command stays armed.
const ARMED_S: f64 = 10.0;
/// Bytes of a command that are shown.
const SHOWN_BYTES: usize = 48;

/// Which command is armed, if any.
#[derive(Default)]
pub(super) struct Gate {
    armed: Option<(Uid, Digest, f64)>,
}

impl Gate {
    /// Whether this content of this command is armed.
    pub(super) fn is_armed(&self, item: &CommandItem) -> bool {
        let own = (item.uid, item.sealed.digest());
        self.armed.is_some_and(|(uid, digest, _)| (uid, digest) == own)
    }

    /// Takes the arm away.
    pub(super) fn disarm(&mut self) {
        self.armed = None;
    }

    /// Takes the arm away once its time is over.
    pub(super) fn tick(&mut self, ui: &Ui) {
        let now_s = ui.input(|input| input.time);
        if self.armed.is_some_and(|(_, _, since_s)| now_s - since_s >= ARMED_S) {
            self.disarm();
        }
    }

    /// Paints the control of a command. What is live is asked for, so that a replay has none.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        live: &LiveDesk<'_>,
        (item, run): (&CommandItem, Option<&DryRun>),
        asked: &mut Asked,
    ) {
        let uid = item.uid;
        let why = hindrance(cx, &item.sealed.prepared().mission, Permission::Release);
        let why = why.or_else(|| match run {
            Some(run) if run.is_clear() => None,
            Some(_) => Some("Something stands against its release: see above.".to_owned()),
            None => Some("It was not checked yet.".to_owned()),
        });
        let changed = run.is_some_and(|run| run.digest != item.sealed.digest());
        let why = why.or_else(|| changed.then(|| "It has just changed: look again.".to_owned()));
        if !self.is_armed(item) {
            if act(ui, "Arm release…", &format!("Arm the release of {uid}"), why.as_deref()) {
                let now_s = ui.input(|input| input.time);
                self.armed = Some((uid, item.sealed.digest(), now_s));
                ui.ctx().request_repaint();
            }
            return;
        }
        if why.is_some() {
            self.disarm();
            return;
        }
        confirmation(ui, cx, item);
        let since_s = self.armed.map_or(0.0, |(_, _, since_s)| since_s);
        let left_s = (ARMED_S - (ui.input(|input| input.time) - since_s)).max(0.0);
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(200));
        ui.horizontal_wrapped(|ui| {
            if act(ui, "Disarm", &format!("Disarm {uid}"), None) {
                self.disarm();
            }
            ui.label(parts::weak(cx, format!("disarms in {:.0} s", left_s.ceil())));
            ui.add_space(24.0);
            let fill = cx.theme.severity(Severity::Critical);
            let face = RichText::new(format!("RELEASE {uid} NOW")).strong();
            let button = Button::new(face.color(cx.theme.on_badge)).fill(fill);
            if named(ui, button, &format!("Release {uid} now"), None).clicked() {
                let id = live.release(uid);
                asked.note(ui, id, &format!("Release {uid}"));
                self.disarm();
            }
        });
    }
}

/// Exactly what would leave.
fn confirmation(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem) {
    let prepared = item.sealed.prepared();
    let to = match prepared.target {
        Target::Uplink => parts::mission_name(cx, &prepared.mission),
        Target::Delivery => "the exchange folder",
    };
    let (severity, level) = model::significance(prepared.significance);
    let title = format!("This goes to {to} and cannot be taken back:");
    ui.label(RichText::new(title).strong().color(cx.theme.text));
    let hex = item.sealed.hex();
    let bytes = match hex.get(..2 * SHOWN_BYTES) {
        Some(start) if hex.len() > 2 * SHOWN_BYTES => format!("{start}…"),
        _ => hex,
    };
    let arguments = model::arguments(item);
    let rows = [
        ("Command", prepared.name.clone()),
        ("Arguments", if arguments.is_empty() { "none".to_owned() } else { arguments }),
        ("Bytes", format!("{} · {bytes}", prepared.bytes.len())),
        ("SHA-256 of the bytes", item.sealed.bytes_digest().to_string()),
        ("SHA-256 of the content", item.sealed.digest().to_string()),
    ];
    Grid::new(("confirm", item.uid)).num_columns(2).spacing([10.0, 3.0]).show(ui, |ui| {
        ui.label(parts::weak(cx, "Significance"));
        let badge = crate::widget::SeverityBadge::new(cx.theme, severity).word(level);
        ui.add(badge);
        ui.end_row();
        for (name, value) in rows {
            ui.label(parts::weak(cx, name));
            ui.add(Label::new(RichText::new(value).monospace().color(cx.theme.text)).wrap());
            ui.end_row();
        }
    });
}
