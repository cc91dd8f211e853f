//! Paints the panel: what fits who sits here.

use egui::{ScrollArea, Ui};
use marsdeck_engine::command::{ALL_MISSIONS, Permission};

use super::add::Add;
use super::list::List;
use super::seat::Seat;
use crate::panel::shared::{Asked, stopped_banner};
use crate::view::{Panel, ViewContext};

/// The Accounts panel. Nothing of it is kept for the next start.
#[derive(Default)]
pub struct AccountsPanel {
    seat: Seat,
    list: List,
    add: Add,
    asked: Asked,
    /// Who was logged in when the panel was painted last.
    seen: String,
}

impl Panel for AccountsPanel {
    fn title(&self) -> &'static str {
        "Accounts"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        for order in self.asked.poll(ui, cx) {
            if let Some(reply) = cx.reply(order) {
                self.seat.answered(reply);
                self.add.answered(order, reply);
            }
        }
        let picture = &cx.snapshot.commanding;
        let session = cx.account();
        let name = session.map_or("", |of| of.name.as_str());
        if self.seen != name {
            name.clone_into(&mut self.seen);
            // What was typed for others does not outlive the session.
            (self.list, self.add) = (List::default(), Add::default());
        }
        let area = ScrollArea::vertical().id_salt("accounts").auto_shrink(false);
        area.show(ui, |ui| {
            stopped_banner(ui, cx);
            self.asked.show(ui, cx);
            self.seat.first_password(ui, cx);
            let account = picture.accounts.iter().find(|account| account.name == name);
            match session {
                Some(session) => self.seat.own(ui, cx, (session, account), &mut self.asked),
                None if !picture.stopped.is_empty() => {}
                None if picture.accounts.is_empty() => {
                    self.seat.first_start(ui, cx, &mut self.asked);
                }
                None => self.seat.log_in(ui, cx, &mut self.asked),
            }
            if cx.may(ALL_MISSIONS, Permission::Administer) {
                ui.separator();
                self.list.show(ui, cx, &picture.accounts, &mut self.asked);
                self.add.show(ui, cx, &picture.accounts, &mut self.asked);
            }
        });
    }
}
