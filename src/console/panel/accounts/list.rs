//! All accounts, for administrators: roles, disabling, a new password.

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::command::Account;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Order;

use super::grid;
use super::model::{roles_text, weakness, with_role};
use super::seat::{FIELD, fault};
use super::secret::Secret;
use crate::panel::shared::{Asked, act};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, card};

/// The list and the account that is looked at.
#[derive(Default)]
pub(super) struct List {
    selected: String,
    /// Whether a new password is being given to it.
    resets: bool,
    password: Secret,
}

impl List {
    /// Paints the list, and the details of the selected account.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        accounts: &[Account],
        asked: &mut Asked,
    ) {
        ui.label(RichText::new(format!("Accounts ({})", accounts.len())).strong());
        let height = ui.spacing().interact_size.y;
        let area = ScrollArea::vertical().id_salt("all accounts").max_height(190.0);
        area.auto_shrink([false, true]).show_rows(ui, height, accounts.len(), |ui, rows| {
            for account in accounts.get(rows).into_iter().flatten() {
                ui.horizontal(|ui| {
                    ui.set_height(height);
                    self.row(ui, cx, account);
                });
            }
        });
        if let Some(account) = accounts.iter().find(|account| account.name == self.selected) {
            card(ui, cx.theme, None, |ui| {
                ui.set_width(ui.available_width());
                self.details(ui, cx, account, asked);
            });
        }
    }

    fn row(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, account: &Account) {
        let is_on = account.name == self.selected;
        if ui.selectable_label(is_on, &account.name).clicked() {
            self.selected = if is_on { String::new() } else { account.name.clone() };
            self.resets = false;
            self.password.clear(ui);
        }
        if account.is_disabled {
            let word = format!("{} is disabled", account.name);
            ui.add(SeverityBadge::new(cx.theme, Severity::Watch).word(&word));
        }
        let roles = roles_text(&cx.snapshot.missions, &account.roles);
        let text = RichText::new(&roles).size(SMALL).color(cx.theme.text_weak);
        ui.add(egui::Label::new(text).truncate()).on_hover_text(roles);
    }

    fn details(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, account: &Account, asked: &mut Asked) {
        let name = &account.name;
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(name).strong().color(cx.theme.text));
            ui.label(RichText::new(&account.full_name).color(cx.theme.text));
            if account.must_change {
                let text = RichText::new("has to choose a password at the next log-in");
                ui.label(text.size(SMALL).color(cx.theme.text_weak));
            }
        });
        let free = !asked.is_waiting();
        if let Some((mission, role, on)) = grid::show(ui, cx, (name, &account.roles), free) {
            let roles = with_role(&account.roles, &mission, role, on);
            let what = format!("Change the roles of {name}");
            asked.order(ui, cx, &what, Order::SetRoles { name: name.clone(), mission, roles });
        }
        ui.horizontal_wrapped(|ui| {
            let is_disabled = !account.is_disabled;
            let face = if is_disabled { "Disable" } else { "Enable" };
            let what = format!("{face} {name}");
            let own = cx.account().is_some_and(|of| of.name == *name);
            let why = (own && is_disabled).then_some("That is you.");
            if act(ui, face, &what, why) {
                asked.order(ui, cx, &what, Order::Disable { name: name.clone(), is_disabled });
            }
            if ui.selectable_label(self.resets, "Reset password…").clicked() {
                self.resets = !self.resets;
                self.password.clear(ui);
            }
        });
        if self.resets {
            self.reset(ui, cx, name, asked);
        }
    }

    fn reset(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, name: &str, asked: &mut Asked) {
        ui.horizontal_wrapped(|ui| {
            let text = format!("New password of {name}");
            let label = ui.label(RichText::new(text).color(cx.theme.text_weak));
            self.password.show(ui, ("reset", &label), FIELD);
            let why = weakness(self.password.text(), name);
            let what = format!("Give {name} this password");
            if act(ui, "Give", &what, why.as_deref()) {
                let password = self.password.take(ui);
                let order = Order::ResetPassword { name: name.to_owned(), password };
                asked.order(ui, cx, &what, order);
                self.resets = false;
            }
            if let Some(why) = why.filter(|_| !self.password.is_empty()) {
                fault(ui, cx, &why);
            }
        });
        let text = "Their sessions end; they choose another one at the next log-in.";
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    }
}
