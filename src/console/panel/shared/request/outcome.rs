//! An order on its way, and what came of it.

use std::time::Duration;

use egui::{RichText, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Order, OrderId, Reply};

use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// Seconds for which it is said that something was done: later it may be true no more.
const SAID_S: f64 = 30.0;

/// An order and its answer.
#[derive(Default)]
pub struct Outcome {
    order: Option<OrderId>,
    said: Vec<String>,
    is_done: bool,
    /// When the answer was first painted, in seconds of the user interface.
    shown_s: Option<f64>,
}

impl Outcome {
    /// Orders something.
    pub fn ask(&mut self, cx: &ViewContext<'_>, order: Order) {
        *self = Self { order: Some(cx.order(order)), ..Self::default() };
    }

    /// Whether an answer is waited for.
    pub fn is_waiting(&self) -> bool {
        self.order.is_some()
    }

    /// Says something without an order.
    pub fn say(&mut self, text: impl Into<String>) {
        *self = Self { said: vec![text.into()], is_done: true, ..Self::default() };
    }

    /// Looks for the answer; the answer where it has just come.
    pub fn take<'a>(&mut self, cx: &'a ViewContext<'_>) -> Option<&'a Reply> {
        let reply = cx.reply(self.order?)?;
        self.order = None;
        (self.is_done, self.said) = match reply {
            Reply::Done(text) => (true, vec![text.clone()]),
            Reply::Prepared(uid) => {
                (true, vec![format!("Command {uid} is prepared: approve and release it.")])
            }
            Reply::Saved(version) => (true, vec![format!("Saved as version {version}.")]),
            Reply::Behind { by, .. } => {
                (false, vec![format!("{by} saved this document meanwhile: do it again.")])
            }
            Reply::Refused(reasons) => (false, reasons.clone()),
            Reply::Opened { .. } | Reply::FirstPassword(_) => (true, Vec::new()),
        };
        Some(reply)
    }

    /// Paints what came of the last order.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if self.is_waiting() {
            ui.label(RichText::new("Asked…").color(cx.theme.text_weak));
            return;
        }
        if self.is_done && !self.said.is_empty() {
            let now_s = ui.input(|input| input.time);
            let left_s = self.shown_s.get_or_insert(now_s).max(now_s - SAID_S) + SAID_S - now_s;
            if left_s <= 0.0 {
                *self = Self::default();
                return;
            }
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left_s));
        }
        for text in &self.said {
            ui.horizontal_wrapped(|ui| {
                if self.is_done {
                    ui.label(RichText::new(text).color(cx.theme.text));
                } else {
                    ui.add(SeverityBadge::new(cx.theme, Severity::Distress).word("NOT DONE"));
                    ui.label(RichText::new(text).color(cx.theme.text));
                }
            });
        }
    }
}
