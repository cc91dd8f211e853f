//! Who sits here: the first administrator, the log-in, the own password.

use egui::{Button, Grid, Key, RichText, TextEdit, Ui};
use marsdeck_engine::command::Account;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Order, OrderId, Reply, SessionView};

use super::model::{name_problem, roles_text, weakness};
use super::secret::Secret;
use crate::panel::shared::{Asked, act, sentence};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::card;

/// Width of a field in points.
pub(super) const FIELD: f32 = 200.0;

/// What is typed by who sits here.
#[derive(Default)]
pub(super) struct Seat {
    name: String,
    password: Secret,
    again: Secret,
    /// The order that made the first administrator; its answer has the password.
    first: Option<OrderId>,
    /// Whether the own password is being changed on one's own accord.
    changes: bool,
}

impl Seat {
    /// Makes the first administrator.
    pub(super) fn first_start(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, asked: &mut Asked) {
        ui.label(RichText::new("Nobody has an account yet").heading().color(cx.theme.text));
        ui.label(
            "Make the administrator: they give accounts and roles to all others, and command \
                  nothing themselves.",
        );
        ui.add_space(4.0);
        let label = ui.label(RichText::new("Name to log in with").color(cx.theme.text_weak));
        let edit = TextEdit::singleline(&mut self.name)
            .id_salt("first name")
            .hint_text("admin")
            .desired_width(FIELD);
        let edit = ui.add(edit).labelled_by(label.id);
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let why = name_problem(&self.name, &[]);
        if let Some(why) = why.as_ref().filter(|_| !self.name.is_empty()) {
            fault(ui, cx, why);
        }
        let waits = asked.is_waiting().then_some("Wait for the answer.");
        let why = why.as_deref().or(waits);
        let pressed = act(ui, "Make the administrator", "Make the administrator", why);
        if (pressed || entered) && why.is_none() {
            let order = Order::MakeFirst { name: self.name.clone() };
            self.first = Some(asked.order(ui, cx, "Make the administrator", order));
        }
    }

    /// Shows the password of the first administrator, once.
    pub(super) fn first_password(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(Reply::FirstPassword(password)) = self.first.and_then(|id| cx.reply(id)) else {
            return;
        };
        let edge = cx.theme.severity(Severity::Watch);
        let mut done = false;
        card(ui, cx.theme, Some(edge), |ui| {
            ui.set_width(ui.available_width());
            let title = format!("The password of {}, shown once", self.name);
            ui.label(RichText::new(title).strong().color(cx.theme.text));
            let text = RichText::new(password.reveal()).monospace().size(16.0);
            ui.label(text.color(cx.theme.text));
            ui.label(
                "Keep it until you have logged in with it: you choose your own then. Nobody \
                      can show it again.",
            );
            ui.horizontal_wrapped(|ui| {
                if ui.button("Copy the password").clicked() {
                    ui.copy_text(password.reveal().to_owned());
                }
                done = ui.button("I have it").clicked();
            });
        });
        if done {
            self.first = None;
        }
    }

    /// Logs in.
    pub(super) fn log_in(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, asked: &mut Asked) {
        ui.label(RichText::new("Log in").heading().color(cx.theme.text));
        let mut entered = false;
        Grid::new("log in").num_columns(2).spacing([10.0, 6.0]).show(ui, |ui| {
            let label = ui.label(RichText::new("Name").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.name).id_salt("name").desired_width(FIELD);
            ui.add(edit).labelled_by(label.id);
            ui.end_row();
            let label = ui.label(RichText::new("Password").color(cx.theme.text_weak));
            entered = self.password.show(ui, ("own", &label), FIELD);
            ui.end_row();
        });
        let why = if asked.is_waiting() {
            Some("Wait for the answer.")
        } else if self.name.trim().is_empty() || self.password.is_empty() {
            Some("Type name and password.")
        } else {
            None
        };
        let pressed = act(ui, "Log in", "Log in now", why);
        if (pressed || entered) && why.is_none() {
            let name = self.name.trim().to_owned();
            let password = self.password.take(ui);
            asked.order(ui, cx, "Log in", Order::LogIn { name, password });
        }
        ui.label(
            RichText::new("Looking on needs no account. An administrator makes accounts.")
                .size(SMALL)
                .color(cx.theme.text_weak),
        );
    }

    /// Who is logged in, and what they can do about it.
    pub(super) fn own(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (session, account): (&SessionView, Option<&Account>),
        asked: &mut Asked,
    ) {
        ui.horizontal_wrapped(|ui| {
            let title = format!("Logged in as {}", session.name);
            ui.label(RichText::new(title).strong().color(cx.theme.text));
            if let Some(account) = account.filter(|of| !of.full_name.is_empty()) {
                ui.label(RichText::new(&account.full_name).color(cx.theme.text));
            }
            if act(ui, "Log out", "Log out", None) {
                self.forget(ui);
                asked.order(ui, cx, "Log out", Order::LogOut);
            }
            if !session.must_change
                && ui.selectable_label(self.changes, "Change password…").clicked()
            {
                self.changes = !self.changes;
                self.forget(ui);
            }
        });
        if let Some(account) = account {
            let text = sentence(&roles_text(&cx.snapshot.missions, &account.roles));
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
        if session.must_change || self.changes {
            self.change(ui, cx, session, asked);
        }
    }

    /// Takes an answer: the form for another password closes once there is one.
    pub(super) fn answered(&mut self, reply: &Reply) {
        if matches!(reply, Reply::Done(_)) {
            self.changes = false;
        }
    }

    fn change(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        session: &SessionView,
        asked: &mut Asked,
    ) {
        if session.must_change {
            ui.label(
                RichText::new("Choose your own password before anything else")
                    .strong()
                    .color(cx.theme.text),
            );
        }
        let mut entered = false;
        Grid::new("change password").num_columns(2).spacing([10.0, 6.0]).show(ui, |ui| {
            let label = ui.label(RichText::new("New password").color(cx.theme.text_weak));
            self.password.show(ui, ("new", &label), FIELD);
            ui.end_row();
            let label = ui.label(RichText::new("Once more").color(cx.theme.text_weak));
            entered = self.again.show(ui, ("again", &label), FIELD);
            ui.end_row();
        });
        let why = weakness(self.password.text(), &session.name).or_else(|| {
            let differs = self.password.text() != self.again.text();
            differs.then(|| "Type the same password twice.".to_owned())
        });
        if let Some(why) = why.as_ref().filter(|_| !self.password.is_empty()) {
            fault(ui, cx, why);
        }
        let button = ui.add_enabled(why.is_none(), Button::new("Change the password"));
        let pressed = button.on_disabled_hover_text(why.clone().unwrap_or_default()).clicked();
        if (pressed || entered) && why.is_none() {
            let password = self.password.take(ui);
            self.again.clear(ui);
            asked.order(ui, cx, "Change the password", Order::ChangePassword { password });
        }
    }

    fn forget(&mut self, ui: &Ui) {
        self.password.clear(ui);
        self.again.clear(ui);
    }
}

/// What is wrong with something that is typed.
pub(super) fn fault(ui: &mut Ui, cx: &ViewContext<'_>, text: &str) {
    let colour = cx.theme.severity(Severity::Distress);
    ui.add(egui::Label::new(RichText::new(text).size(SMALL).color(colour)).wrap());
}
