//! The uplinks of all missions: state, numbers of the frame operation, tracks.

use egui::{Grid, RichText, ScrollArea, Ui};
use marsdeck_engine::command::Permission;
use marsdeck_engine::mission::{Mission, Severity};
use marsdeck_engine::runtime::UplinkView;
use marsdeck_engine::sequence::spacecraft_number;

use super::form::Form;
use super::model::{Typed, standing, track_words};
use crate::panel::commands::parts::{utc, weak};
use crate::panel::shared::{Asked, act, hindrance};
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, card};

/// The section, with its form where that is open.
#[derive(Default)]
pub(in crate::panel::commands) struct Uplinks {
    form: Option<Form>,
}

impl Uplinks {
    /// Paints it.
    pub(in crate::panel::commands) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        asked: &mut Asked,
    ) {
        ScrollArea::vertical().id_salt("uplinks").auto_shrink(false).show(ui, |ui| {
            let missions = cx.snapshot.missions.missions.iter();
            for mission in missions.filter(|of| spacecraft_number(&of.id).is_some()) {
                card(ui, cx.theme, None, |ui| {
                    ui.set_width(ui.available_width());
                    self.one(ui, cx, mission, asked);
                });
            }
        });
    }

    fn one(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, mission: &Mission, asked: &mut Asked) {
        let all = cx.snapshot.commanding.uplinks.iter();
        let found = all.clone().find(|of| of.config.mission == mission.id);
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&mission.name).color(cx.theme.text).strong());
            let (severity, word) =
                found.map_or((Severity::Off, "not set up"), |of| standing(&of.status));
            ui.add(SeverityBadge::new(cx.theme, severity).word(word));
            if let Some(of) = found {
                ui.label(RichText::new(&of.config.address).monospace().color(cx.theme.text));
                ui.label(weak(cx, of.status.detail.as_str()));
            } else {
                ui.label(weak(cx, "No command can leave before its station is named."));
            }
        });
        if let Some(of) = found {
            facts(ui, cx, of);
        }
        if let Some(form) = self.form.as_mut().filter(|form| form.is_of(&mission.id)) {
            if form.show(ui, cx, found.is_some(), asked) {
                self.form = None;
            }
            return;
        }
        let past =
            || cx.live().is_none().then(|| "This view is not live: go live first.".to_owned());
        let why_not = hindrance(cx, &mission.id, Permission::Release).or_else(past);
        let (face, what) = match found {
            Some(_) => ("Change…", "Change the uplink of"),
            None => ("Set up…", "Set up the uplink of"),
        };
        let label = format!("{what} {}", mission.name);
        if act(ui, face, &label, why_not.as_deref()) {
            let config = found.map(|of| &of.config);
            self.form = Some(Form::new(Typed::of(&mission.id, config)));
        }
    }
}

/// Tracks, and where the frame operation stands.
fn facts(ui: &mut Ui, cx: &ViewContext<'_>, of: &UplinkView) {
    let UplinkView { config, status } = of;
    if let Some(now) = cx.present() {
        let (severity, text) = track_words(&config.tracks, now, &|at| cx.time_text(at));
        ui.add(SeverityBadge::new(cx.theme, severity).word(&text));
    }
    let way = if config.sequenced { "acknowledged (AD)" } else { "sent once (BD)" };
    let word = status.word.map_or_else(
        || "none yet".to_owned(),
        |(at, word)| {
            let flags = [
                (word.no_signal, "no signal"),
                (word.no_bit_lock, "no bit lock"),
                (word.lockout, "LOCKOUT"),
                (word.wait, "wait"),
                (word.retransmit, "send again"),
            ];
            let told: Vec<&str> = flags.iter().filter(|of| of.0).map(|of| of.1).collect();
            let told = if told.is_empty() { "no flag".to_owned() } else { told.join(", ") };
            format!("{}: expects frame {}, {told}", utc(at), word.next)
        },
    );
    let light = if config.light_time { "as far as Mars" } else { "at hand" };
    let rows = [
        ("Spacecraft", format!("{} on channel {}, {light}", config.spacecraft, config.channel)),
        ("Frames", format!("{way}, next {}, {} on the way", status.next, status.on_the_way)),
        (
            "Radiated",
            format!(
                "units: {}, frames sent again: {}, connections: {}",
                status.radiated, status.again, status.connects
            ),
        ),
        ("Last control word", word),
    ];
    let id = format!("uplink facts {}", config.mission);
    Grid::new(id).num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
        for (name, text) in rows {
            ui.label(weak(cx, name));
            ui.label(RichText::new(text).color(cx.theme.text));
            ui.end_row();
        }
    });
}
