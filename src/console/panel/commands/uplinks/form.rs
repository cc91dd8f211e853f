//! The form of an uplink.

use egui::{Grid, Response, RichText, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Order;

use super::model::Typed;
use crate::panel::commands::parts::{mission_name, weak};
use crate::panel::shared::{Asked, act, sentence};
use crate::theme::SMALL;
use crate::view::ViewContext;

/// The form while it is open.
pub(super) struct Form {
    typed: Typed,
    /// Whether the first field still wants the focus.
    is_fresh: bool,
    /// Whether the removal was asked for and is to be confirmed.
    removes: bool,
}

impl Form {
    /// Opens it.
    pub(super) fn new(typed: Typed) -> Self {
        Self { typed, is_fresh: true, removes: false }
    }

    /// Whether it is that of a mission.
    pub(super) fn is_of(&self, mission: &str) -> bool {
        self.typed.mission == mission
    }

    /// Paints it; true when it is done.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        is_set_up: bool,
        asked: &mut Asked,
    ) -> bool {
        let id = format!("uplink form {}", self.typed.mission);
        Grid::new(id).num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| self.fields(ui, cx));
        let config = self.typed.config();
        let why_not = config.as_ref().err().map(|why| sentence(why));
        let name = mission_name(cx, &self.typed.mission).to_owned();
        let mut done = false;
        ui.horizontal_wrapped(|ui| {
            let label = format!("Set up the uplink of {name} so");
            if act(ui, "Set up", &label, why_not.as_deref())
                && let Ok(config) = &config
            {
                self.order(ui, cx, Some(config.clone()), asked);
                done = true;
            }
            done |= act(ui, "Cancel", "Close the form of the uplink", None);
            if is_set_up && !self.removes {
                let label = format!("Remove the uplink of {name}");
                self.removes = act(ui, "Remove…", &label, None);
            } else if is_set_up {
                ui.label(weak(cx, "Nothing can be sent without it:"));
                if act(ui, "Remove it", &format!("Remove the uplink of {name} now"), None) {
                    self.order(ui, cx, None, asked);
                    done = true;
                }
            }
            if let Some(why) = why_not.filter(|_| !self.typed.address.is_empty()) {
                let colour = cx.theme.severity(Severity::Watch);
                ui.label(RichText::new(why).size(SMALL).color(colour));
            }
        });
        done
    }

    fn order(
        &self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        config: Option<marsdeck_engine::link::UplinkConfig>,
        asked: &mut Asked,
    ) {
        let mission = self.typed.mission.clone();
        let order = Order::SetUplink { mission, config: config.map(Box::new) };
        asked.order(ui, cx, "set up the uplink", order);
    }

    fn fields(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let typed = &mut self.typed;
        let address = line(ui, cx, "Station", &mut typed.address, 220.0);
        if std::mem::take(&mut self.is_fresh) {
            address.request_focus();
        }
        address.on_hover_text("HOST:PORT, where CLTUs are taken and confirmed");
        ui.label("");
        ui.checkbox(&mut typed.is_at_hand, "The spacecraft is at hand: light takes no time");
        ui.end_row();
        ui.label("");
        ui.checkbox(&mut typed.is_sequenced, "Frames are acknowledged and sent again (COP-1)");
        ui.end_row();
        line(ui, cx, "Sent again after, s", &mut typed.timer_s, 80.0)
            .on_hover_text("Seconds besides the round trip of light");
        line(ui, cx, "Sent at most", &mut typed.transmissions, 80.0)
            .on_hover_text("How often a frame is sent before its command is unknown");
        line(ui, cx, "Wait for telemetry, s", &mut typed.wait_s, 80.0)
            .on_hover_text("How long telemetry may have to wait for a pass");
        let label = ui.label(weak(cx, "Tracks"));
        let edit = TextEdit::multiline(&mut typed.tracks)
            .id_salt("uplink tracks")
            .desired_rows(3)
            .desired_width(380.0)
            .hint_text("2026-11-24T10:00/2026-11-24T12:00, one a line; none: at any time");
        ui.add(edit).labelled_by(label.id);
        ui.end_row();
        ui.label("");
        ui.checkbox(&mut typed.is_enabled, "Switched on");
        ui.end_row();
    }
}

/// A named line of text in the grid.
fn line(ui: &mut Ui, cx: &ViewContext<'_>, name: &str, text: &mut String, width: f32) -> Response {
    let label = ui.label(weak(cx, name));
    let edit = TextEdit::singleline(text).id_salt(("uplink", name)).desired_width(width);
    let response = ui.add(edit).labelled_by(label.id);
    ui.end_row();
    response
}
