//! Paints the form for an event request as a dialog: window, sensors, rates, what they weigh, how
//! long the memory keeps them, what stands against them.

use egui::{Button, ComboBox, Grid, Id, Modal, RichText, TextEdit, Ui};
use marsdeck_engine::command::Permission;
use marsdeck_engine::event_request::{EventRequest, RequestItem, RequestOrder, Sensor};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Order, Reply};
use marsdeck_engine::time::Instant;

use super::models::{Models, Standing};
use super::outcome::Outcome;
use super::typed::{Typed, left_text};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// Width of the dialog.
const WIDTH: f32 = 600.0;
/// Objections that are listed.
const TOLD: usize = 6;

/// The form; closed until it is opened.
#[derive(Default)]
pub struct RequestForm {
    open: Option<Open>,
    models: Models,
    standing: Standing,
    asked: Outcome,
}

struct Open {
    /// The request that is edited, and the record of its content; none: a new one.
    own: Option<(String, u64)>,
    typed: Typed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pressed {
    Propose,
    Keep,
    Cancel,
}

impl RequestForm {
    /// Opens it for a new request.
    pub fn open_new(&mut self, request: &EventRequest) {
        self.open = Some(Open { own: None, typed: Typed::of(request) });
        self.asked = Outcome::default();
    }

    /// Opens it for one that exists.
    pub fn open_edit(&mut self, item: &RequestItem) {
        let own = Some((item.id.clone(), item.content));
        self.open = Some(Open { own, typed: Typed::of(&item.request) });
        self.asked = Outcome::default();
    }

    /// What came of the last order, where the form is closed.
    pub fn said(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if self.open.is_none() {
            self.asked.show(ui, cx);
        }
    }

    /// Shows it where it is open.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        if matches!(self.asked.take(cx), Some(Reply::Done(_))) {
            self.open = None;
        }
        let Some(mut open) = self.open.take() else { return };
        let modal = Modal::new(Id::unique("event request")).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            let heading = match &open.own {
                Some((id, _)) => format!("Event request {id}"),
                None => "New event request".to_owned(),
            };
            ui.heading(heading);
            let text = "Full-rate data are taken out of the on-board memory and sent with later \
                        passes, once somebody else has accepted it.";
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            ui.add_space(6.0);
            fields(ui, cx, &mut open.typed);
            ui.separator();
            let request = open.typed.request();
            match &request {
                Ok(request) => {
                    let own = open.own.as_ref().map(|(id, _)| id.as_str());
                    self.estimate(ui, cx, request, own);
                }
                Err(why) => objection(ui, cx, Severity::Distress, "UNREADABLE", why),
            }
            self.asked.show(ui, cx);
            ui.separator();
            let pressed = buttons(ui, cx, &open, self.asked.is_waiting());
            (pressed, request)
        });
        let is_closed = modal.should_close();
        let (pressed, request) = modal.inner;
        match (pressed, request) {
            (Some(Pressed::Cancel), _) => return,
            (Some(pressed), Ok(request)) => self.send(cx, &open, pressed, request),
            _ if is_closed => return,
            _ => {}
        }
        self.open = Some(open);
    }

    fn send(&mut self, cx: &ViewContext<'_>, open: &Open, pressed: Pressed, request: EventRequest) {
        let request = Box::new(request);
        let order = match (&open.own, pressed) {
            (Some((id, seen)), _) => RequestOrder::Edit { id: id.clone(), seen: *seen, request },
            (None, Pressed::Propose) => RequestOrder::Propose(request),
            (None, _) => RequestOrder::Draft(request),
        };
        self.asked.ask(cx, Order::Request(order));
    }

    /// Volume, memory, and what stands against it.
    fn estimate(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        request: &EventRequest,
        own: Option<&str>,
    ) {
        let weak = |text: String| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
        let now = cx.present().unwrap_or(cx.time.cursor);
        let bits = request.volume_bits();
        ui.horizontal_wrapped(|ui| {
            ui.label(weak("Volume".to_owned()));
            ui.label(RichText::new(format!("{:.1} Mbit", bits / 1e6)).strong());
            let pass = self.models.pass_mbit(&request.mission);
            let pass = pass.map_or(String::new(), |mbit| {
                format!(", {:.0} % of a pass of {mbit:.0} Mbit", bits / 1e4 / mbit)
            });
            let each: Vec<String> = request
                .wishes
                .iter()
                .map(|wish| {
                    let (name, bits) = (wish.sensor.name(), wish.sensor.bits_per_sample());
                    format!("{name} {bits:.0} of {:.0}", wish.sensor.raw_bits_per_sample())
                })
                .collect();
            ui.label(weak(format!("compressed bits a sample: {}{pass}", each.join(", "))));
        });
        ui.horizontal_wrapped(|ui| {
            ui.label(weak("Memory".to_owned()));
            ui.label(RichText::new(left_text(request.deadline(), now)).strong());
            let life = request.memory_life_h;
            let text = format!("kept for {life} h, to {}", cx.time_text(request.deadline()));
            ui.label(weak(text));
        });
        let found = self.standing.against(cx, &mut self.models, (request, own), now);
        if found.is_empty() {
            let badge = SeverityBadge::new(cx.theme, Severity::Normal).word("FITS");
            ui.horizontal_wrapped(|ui| {
                ui.add(badge);
                ui.label("Nothing stands against it.");
            });
        }
        for one in found.iter().take(TOLD) {
            let (severity, word) = if one.can_be_waived {
                (Severity::Watch, "CAN BE WAIVED")
            } else {
                (Severity::Distress, "STANDS AGAINST IT")
            };
            objection(ui, cx, severity, word, &one.to_string());
        }
    }
}

fn objection(ui: &mut Ui, cx: &ViewContext<'_>, severity: Severity, word: &str, text: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.add(SeverityBadge::new(cx.theme, severity).word(word));
        ui.label(RichText::new(text).color(cx.theme.text));
    });
}

fn fields(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
    Grid::new("request fields").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        ui.label(weak("Event"));
        ui.label(typed.event().to_owned());
        ui.end_row();
        for (name, text) in [("Start, UTC", &mut typed.start), ("End, UTC", &mut typed.end)] {
            let label = ui.label(weak(name));
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(text).desired_width(200.0).char_limit(60);
                ui.add(edit).labelled_by(label.id);
                let read = marsdeck_engine::time::parse(text.trim(), Some(cx.mission())).ok();
                let read: Option<Instant> = read;
                let lmst = read.and_then(|t| cx.clocks.lmst(cx.mission(), t));
                if let Some(at) = lmst {
                    ui.label(weak(&format!("Sol {} {} LMST", at.sol, at.clock())).size(SMALL));
                }
            });
            ui.end_row();
        }
        sensors(ui, cx, typed);
        let label = ui.label(weak("Priority"));
        let combo = ComboBox::from_id_salt("priority").width(70.0);
        let combo = combo.selected_text(typed.priority.to_string());
        let shown = combo.show_ui(ui, |ui| {
            for priority in 1..=9 {
                ui.selectable_value(&mut typed.priority, priority, priority.to_string());
            }
        });
        shown.response.labelled_by(label.id).on_hover_text("1 goes first");
        ui.end_row();
        let label = ui.label(weak("Justification"));
        let edit = TextEdit::multiline(&mut typed.why).desired_rows(2).char_limit(1000);
        let edit = edit.hint_text("Why the event is worth its volume");
        ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
        ui.end_row();
    });
}

fn sensors(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
    ui.label(weak("Seismometers"));
    ui.horizontal_wrapped(|ui| {
        for (name, channels) in [("VBB", &mut typed.vbb), ("SP", &mut typed.sp)] {
            let mut is_on = *channels > 0;
            if ui.checkbox(&mut is_on, name).changed() {
                *channels = if is_on { 3 } else { 0 };
            }
            if *channels > 0 {
                let combo = ComboBox::from_id_salt((name, "axes")).width(70.0);
                let axes = |n: u8| ["", "U", "U V", "U V W"].get(usize::from(n)).copied();
                let combo = combo.selected_text(axes(*channels).unwrap_or_default());
                let shown = combo.show_ui(ui, |ui| {
                    for n in 1..=3 {
                        ui.selectable_value(channels, n, axes(n).unwrap_or_default());
                    }
                });
                shown.response.on_hover_text(format!("Axes of {name}"));
            }
        }
        rate(ui, cx, "Rate", &mut typed.rate_hz, Sensor::Vbb.rates());
    });
    ui.end_row();
    ui.label(weak("Atmosphere"));
    ui.horizontal_wrapped(|ui| {
        ui.checkbox(&mut typed.pressure, "Pressure");
        if typed.pressure {
            rate(ui, cx, "Pressure rate", &mut typed.pressure_hz, Sensor::Pressure.rates());
        }
    });
    ui.end_row();
}

fn rate(ui: &mut Ui, cx: &ViewContext<'_>, name: &str, rate_hz: &mut u16, rates: &[u16]) {
    let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
    let text = |rate: u16| format!("{rate} sps");
    let combo = ComboBox::from_id_salt(name).width(90.0).selected_text(text(*rate_hz));
    let shown = combo.show_ui(ui, |ui| {
        for one in rates {
            ui.selectable_value(rate_hz, *one, text(*one));
        }
    });
    shown.response.labelled_by(label.id);
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, open: &Open, is_waiting: bool) -> Option<Pressed> {
    let may = cx.may(open.typed.mission(), Permission::Prepare);
    let why = if cx.account().is_none() {
        "Log in first."
    } else if may {
        "The last order is not answered yet."
    } else {
        "An operator, planner or lead of the mission can ask."
    };
    let is_free = may && !is_waiting;
    let mut pressed = None;
    ui.horizontal(|ui| {
        let all: &[(&str, Pressed)] = match open.own {
            None => &[("Propose", Pressed::Propose), ("Keep as draft", Pressed::Keep)],
            Some(_) => &[("Save as draft", Pressed::Keep)],
        };
        for (text, what) in all {
            if ui.add_enabled(is_free, Button::new(*text)).on_disabled_hover_text(why).clicked() {
                pressed = Some(*what);
            }
        }
        if ui.button("Cancel").clicked() {
            pressed = Some(Pressed::Cancel);
        }
        if !may {
            ui.label(RichText::new(why).size(SMALL).color(cx.theme.text_weak));
        }
    });
    pressed
}
