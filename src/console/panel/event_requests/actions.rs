//! What is done with the selected request: buttons, and the line that asks for a reason.

use egui::{Button, Key, RichText, TextEdit, Ui};
use marsdeck_engine::command::{Permission, Timing};
use marsdeck_engine::document::DocumentKind;
use marsdeck_engine::event_request::{RequestItem, RequestOrder, commands};
use marsdeck_engine::runtime::{Draft, DraftOf, Order};
use marsdeck_engine::time::{Instant, TimeRange};

use super::model::{Action, Who, obstacle, prepared_for};
use super::place::Placing;
use crate::intent::UiIntent;
use crate::panel::shared::{Models, Outcome, RequestForm};
use crate::view::ViewContext;

/// The buttons and what they wait for.
#[derive(Default)]
pub(super) struct Actions {
    pub(super) form: RequestForm,
    pub(super) models: Models,
    asked: Vec<Outcome>,
    placing: Option<Placing>,
    /// What the line below asks a reason for.
    asking: Option<Action>,
    reason: String,
}

pub(super) fn who(cx: &ViewContext<'_>, mission: &str) -> Who {
    Who {
        name: cx.account().map(|account| account.name.clone()).unwrap_or_default(),
        may_prepare: cx.may(mission, Permission::Prepare),
        may_approve: cx.may(mission, Permission::Approve),
    }
}

impl Actions {
    /// Looks for answers; goes on with what waited for them.
    pub(super) fn take(&mut self, cx: &ViewContext<'_>, now: Instant) {
        for asked in &mut self.asked {
            asked.take(cx);
        }
        let models = &mut self.models;
        let next = self.placing.as_mut().and_then(|of| of.go_on(cx, |id| models.get(id), now));
        match next {
            Some(Ok(order)) => {
                self.placing = None;
                self.ask(cx, order);
            }
            Some(Err(why)) => {
                self.placing = None;
                let mut asked = Outcome::default();
                asked.say(why);
                self.asked = vec![asked];
            }
            None => {}
        }
    }

    fn ask(&mut self, cx: &ViewContext<'_>, order: Order) {
        let mut asked = Outcome::default();
        asked.ask(cx, order);
        self.asked = vec![asked];
    }

    fn request(&mut self, cx: &ViewContext<'_>, order: RequestOrder) {
        self.ask(cx, Order::Request(order));
    }

    /// Whether another request was selected: what was asked about the other one is over.
    pub(super) fn forget(&mut self) {
        self.asking = None;
        self.reason.clear();
        self.asked.clear();
    }

    /// Buttons, the line that asks, and the answer. `must_waive`: rules stand against it.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        item: Option<&RequestItem>,
        must_waive: bool,
    ) {
        let Some(item) = item else { return };
        let who = who(cx, &item.request.mission);
        ui.horizontal_wrapped(|ui| {
            let button = |ui: &mut Ui, text: &str, action: Action| {
                let why = obstacle(action, item, &who);
                let added = ui.add_enabled(why.is_none(), Button::new(text));
                added.on_disabled_hover_text(why.unwrap_or_default()).clicked()
            };
            let (id, seen) = (item.id.clone(), item.content);
            if button(ui, "Edit…", Action::Edit) {
                self.form.open_edit(item);
            }
            if button(ui, "Propose", Action::Propose) {
                self.request(cx, RequestOrder::Submit { id: id.clone(), seen });
            }
            let accept = if must_waive { "Accept, waiving…" } else { "Accept" };
            if button(ui, accept, Action::Accept) {
                if must_waive {
                    self.begin(Action::Accept);
                } else {
                    let waiver = String::new();
                    self.request(cx, RequestOrder::Accept { id: id.clone(), seen, waiver });
                }
            }
            if button(ui, "Reject…", Action::Reject) {
                self.begin(Action::Reject);
            }
            let taken = prepared_for(item, &cx.snapshot.commanding.desk);
            let why = obstacle(Action::Prepare, item, &who).or(taken);
            let prepare = ui.add_enabled(why.is_none(), Button::new("Prepare for uplink"));
            let hint = "A command for each instrument, to be approved and released";
            let prepare = prepare.on_hover_text(hint);
            if prepare.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
                self.prepare(cx, item);
            }
            self.plans(ui, cx, item, &who);
            if button(ui, "Withdraw…", Action::Withdraw) {
                self.begin(Action::Withdraw);
            }
            if button(ui, "Close", Action::Close) {
                let note = String::new();
                self.request(cx, RequestOrder::Close { id, note });
            }
            let hint = "Its window, and the data that it brought beside the continuous ones";
            if ui.button("Show on seismogram").on_hover_text(hint).clicked() {
                look(cx, item);
            }
        });
        if let Some(action) = self.asking {
            self.line(ui, cx, item, action);
        }
        for asked in &mut self.asked {
            asked.show(ui, cx);
        }
    }

    fn begin(&mut self, action: Action) {
        self.asking = Some(action);
        self.reason.clear();
    }

    /// The saved plans of its mission; a click puts it into the newest version of one.
    fn plans(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, item: &RequestItem, who: &Who) {
        let documents = &cx.snapshot.commanding.documents;
        let is_plan =
            |kind, mission: &str| kind == DocumentKind::Plan && mission == item.request.mission;
        let plans: Vec<_> = documents.iter().filter(|of| is_plan(of.kind, &of.mission)).collect();
        let why = obstacle(Action::Place, item, who)
            .or_else(|| plans.is_empty().then(|| "No plan is saved for the mission.".to_owned()))
            .or_else(|| self.placing.is_some().then(|| "A plan is being read.".to_owned()));
        let text = why.clone().unwrap_or_default();
        ui.add_enabled_ui(why.is_none(), |ui| {
            let menu = ui.menu_button("Put into a plan…", |ui| {
                for plan in plans {
                    if ui.button(&plan.name).clicked() {
                        self.placing = Placing::begin(cx, &item.id, plan);
                        ui.close();
                    }
                }
            });
            menu.response
                .on_hover_text("Adds the extraction to the newest version, in its next wake")
                .on_disabled_hover_text(text);
        });
    }

    /// Asks for a command for each instrument that has none.
    fn prepare(&mut self, cx: &ViewContext<'_>, item: &RequestItem) {
        let parts = item.uncommanded().collect();
        let made =
            commands(&item.id, &item.request, &parts).into_iter().map(|(name, arguments)| {
                let timing = Timing { expires: Some(item.request.deadline()), ..Timing::default() };
                let what = DraftOf::Command { name, arguments };
                let draft = Draft { mission: item.request.mission.clone(), what, timing };
                let mut asked = Outcome::default();
                asked.ask(cx, Order::Prepare(Box::new(draft)));
                asked
            });
        self.asked = made.collect();
    }

    fn line(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, item: &RequestItem, action: Action) {
        let (name, verb) = match action {
            Action::Accept => ("Why the rules are waived", "Accept it"),
            Action::Reject => ("Why it is rejected", "Reject it"),
            _ => ("Why it is withdrawn", "Withdraw it"),
        };
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.reason).char_limit(500).desired_width(320.0);
            let edit = ui.add(edit).labelled_by(label.id);
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let is_told = !self.reason.trim().is_empty();
            let pressed = ui.add_enabled(is_told, Button::new(verb));
            let pressed = pressed.on_disabled_hover_text("Write a reason first.").clicked();
            if ui.button("Cancel").clicked() {
                self.asking = None;
            } else if (pressed || entered) && is_told {
                let (id, seen) = (item.id.clone(), item.content);
                let reason = std::mem::take(&mut self.reason);
                self.asking = None;
                self.request(
                    cx,
                    match action {
                        Action::Accept => RequestOrder::Accept { id, seen, waiver: reason },
                        Action::Reject => RequestOrder::Reject { id, seen, reason },
                        _ => RequestOrder::Withdraw { id, reason },
                    },
                );
            }
        });
    }
}

/// Shows the window of a request with a tenth of it at both sides.
fn look(cx: &ViewContext<'_>, item: &RequestItem) {
    let window = item.request.window;
    let margin = window.duration_s() * 0.1;
    let range = TimeRange::new(window.start.plus_s(-margin), window.end.plus_s(margin));
    if !item.request.event.is_empty() {
        cx.intents.send(UiIntent::SelectEvent(item.request.event.clone()));
    }
    cx.intents.send(UiIntent::SelectRequest(item.id.clone()));
    cx.intents.send(UiIntent::OpenPanel("Seismogram".to_owned()));
    cx.intents.send(UiIntent::SetCursor(window.start));
    cx.intents.send(UiIntent::SetRange(range));
}
