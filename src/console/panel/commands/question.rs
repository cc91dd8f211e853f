//! Actions that need a reason: asked for beside the command, given with the order.

use egui::{Key, RichText, TextEdit, Ui};
use marsdeck_engine::command::{Digest, Uid};
use marsdeck_engine::runtime::Order;

use crate::panel::shared::{Asked, act};
use crate::view::ViewContext;

/// What is to be done once there is a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Reject the content with this hash.
    Reject(Digest),
    /// Keep it from being released.
    Hold,
    /// Put a constraint aside, by position.
    Suspend(usize),
    /// Take it back for good.
    Withdraw,
    /// Say that it was carried out, or not.
    Settle(bool),
    /// Take the clock as it stands, for all commands.
    AcceptClock,
}

impl Wish {
    /// The word on the button that does it.
    fn word(self) -> &'static str {
        match self {
            Self::Reject(_) => "Reject",
            Self::Hold => "Hold",
            Self::Suspend(_) => "Put aside",
            Self::Withdraw => "Withdraw",
            Self::Settle(true) => "Settle as complete",
            Self::Settle(false) => "Settle as failed",
            Self::AcceptClock => "Accept the clock for",
        }
    }

    fn asks(self) -> &'static str {
        match self {
            Self::Reject(_) => "Why it is rejected",
            Self::Hold => "Why it is held",
            Self::Suspend(_) => "Why the constraint is put aside",
            Self::Withdraw => "Why it is taken back for good",
            Self::Settle(_) => "How that is known",
            Self::AcceptClock => "How it is known that the clock is right now",
        }
    }

    fn order(self, uid: Uid, reason: String) -> Order {
        match self {
            Self::Reject(seen) => Order::Reject { uid, seen, reason },
            Self::Hold => Order::Hold { uid, reason },
            Self::Suspend(constraint) => Order::Suspend { uid, constraint, reason },
            Self::Withdraw => Order::Withdraw { uid, reason },
            Self::Settle(is_complete) => Order::Settle { uid, is_complete, reason },
            Self::AcceptClock => Order::AcceptClock { reason },
        }
    }
}

/// The question that is open.
#[derive(Default)]
pub(super) struct Question {
    open: Option<(Uid, Wish)>,
    reason: String,
    fresh: bool,
}

impl Question {
    /// Opens it.
    pub(super) fn ask(&mut self, uid: Uid, wish: Wish) {
        *self = Self { open: Some((uid, wish)), reason: String::new(), fresh: true };
    }

    /// Closes it.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Paints it, where it is about this command.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, uid: Uid, asked: &mut Asked) {
        let Some((_, wish)) = self.open.filter(|(of, _)| *of == uid) else { return };
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new(wish.asks()).color(cx.theme.text));
            let width = (ui.available_width() - 260.0).clamp(160.0, 520.0);
            let edit = TextEdit::singleline(&mut self.reason)
                .id_salt("reason")
                .char_limit(500)
                .desired_width(width);
            let edit = ui.add(edit).labelled_by(label.id);
            if std::mem::take(&mut self.fresh) {
                edit.request_focus();
            }
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let reason = self.reason.trim();
            let why =
                reason.is_empty().then_some("Write the reason first: it stays in the journal.");
            let name = format!("{} {uid}", wish.word());
            let pressed = act(ui, wish.word(), &format!("{name}, with this reason"), why);
            if (pressed || entered) && !reason.is_empty() {
                asked.order(ui, cx, &name, wish.order(uid, reason.to_owned()));
                self.close();
            } else if act(ui, "Cancel", &format!("Leave {uid} as it is"), None) {
                self.close();
            }
        });
    }
}
