//! The form of a new account.

use egui::{Button, Grid, RichText, TextEdit, Ui};
use marsdeck_engine::command::Account;
use marsdeck_engine::runtime::{Order, OrderId, Reply};

use super::grid;
use super::model::{Roles, name_problem, weakness, with_role};
use super::seat::{FIELD, fault};
use super::secret::Secret;
use crate::panel::shared::Asked;
use crate::view::ViewContext;

/// What is typed for a new account.
#[derive(Default)]
pub(super) struct Add {
    open: bool,
    name: String,
    full_name: String,
    roles: Roles,
    password: Secret,
    sent: Option<OrderId>,
}

impl Add {
    /// Takes an answer: an account that was made leaves the form.
    pub(super) fn answered(&mut self, order: OrderId, reply: &Reply) {
        if self.sent == Some(order) {
            self.sent = None;
            if matches!(reply, Reply::Done(_)) {
                *self = Self::default();
            }
        }
    }

    /// Paints the form, where it is open, and the button that opens it.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        accounts: &[Account],
        asked: &mut Asked,
    ) {
        if ui.selectable_label(self.open, "Add account…").clicked() {
            self.open = !self.open;
            self.password.clear(ui);
        }
        if !self.open {
            return;
        }
        Grid::new("new account").num_columns(2).spacing([10.0, 6.0]).show(ui, |ui| {
            let label = ui.label(RichText::new("New name").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.name)
                .id_salt("new name")
                .hint_text("to log in with");
            ui.add(edit.desired_width(FIELD)).labelled_by(label.id);
            ui.end_row();
            let label = ui.label(RichText::new("Person").color(cx.theme.text_weak));
            let edit =
                TextEdit::singleline(&mut self.full_name).id_salt("person").hint_text("full name");
            ui.add(edit.char_limit(200).desired_width(FIELD)).labelled_by(label.id);
            ui.end_row();
            let label = ui.label(RichText::new("First password").color(cx.theme.text_weak));
            self.password.show(ui, ("first", &label), FIELD);
            ui.end_row();
        });
        let account = if self.name.is_empty() { "the new account" } else { self.name.as_str() };
        if let Some((mission, role, on)) = grid::show(ui, cx, (account, &self.roles), true) {
            let roles = with_role(&self.roles, &mission, role, on);
            self.roles.insert(mission, roles);
        }
        let weak = weakness(self.password.text(), &self.name);
        let name = name_problem(&self.name, accounts);
        for (problem, untouched) in
            [(&name, self.name.is_empty()), (&weak, self.password.is_empty())]
        {
            if let Some(problem) = problem.as_ref().filter(|_| !untouched) {
                fault(ui, cx, problem);
            }
        }
        let why = name.or(weak);
        let button = ui.add_enabled(why.is_none(), Button::new("Make the account"));
        let hint = "They choose their own password at their first log-in";
        let button = button.on_hover_text(hint);
        if button.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
            let order = Order::AddAccount {
                name: self.name.clone(),
                full_name: self.full_name.trim().to_owned(),
                roles: self.roles.clone(),
                password: self.password.take(ui),
            };
            self.sent = Some(asked.order(ui, cx, &format!("Make account {}", self.name), order));
        }
    }
}
