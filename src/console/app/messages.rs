//! Messages as toasts and as a list.

use egui::{Align2, Area, CornerRadius, Frame, Id, Order, RichText, ScrollArea, Stroke, vec2};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Message, MessageLevel, Snapshot};
use marsdeck_engine::time::Instant;

use crate::clock::utc_text;
use crate::theme::Theme;
use crate::widget::SeverityBadge;

/// Most toasts on screen at once.
const MOST: usize = 4;

struct Toast {
    message: Message,
    until: f64,
}

/// Toasts on screen, and which messages of the engine have been seen.
#[derive(Default)]
pub(super) struct Messages {
    toasts: Vec<Toast>,
    last: Option<(Instant, String)>,
    started: bool,
    /// Sentences of the console itself.
    own: Vec<Message>,
    /// Whether the list is open.
    pub open: bool,
}

/// How a message looks: its severity on screen.
pub(super) fn severity(level: MessageLevel) -> Severity {
    match level {
        MessageLevel::Info => Severity::Normal,
        MessageLevel::Warning => Severity::Warning,
        MessageLevel::Error => Severity::Critical,
    }
}

impl Messages {
    /// Says a sentence of the console itself.
    pub(super) fn say(&mut self, at: Instant, level: MessageLevel, text: String, now_s: f64) {
        let message = Message { time: at, level, text };
        self.own.push(message.clone());
        if self.own.len() > 200 {
            self.own.remove(0);
        }
        self.toast(message, now_s);
    }

    fn toast(&mut self, message: Message, now_s: f64) {
        let stay = match message.level {
            MessageLevel::Info => 6.0,
            MessageLevel::Warning => 12.0,
            MessageLevel::Error => 30.0,
        };
        self.toasts.push(Toast { message, until: now_s + stay });
        if self.toasts.len() > MOST {
            self.toasts.remove(0);
        }
    }

    /// Takes new messages of a snapshot; warnings and errors become toasts. What was said before
    /// the console started does not.
    pub(super) fn take(&mut self, snapshot: &Snapshot, now_s: f64) {
        let known = self.last.as_ref().and_then(|(time, text)| {
            snapshot.messages.iter().rposition(|m| m.time == *time && m.text == *text)
        });
        let first = known.map_or(0, |at| at + 1);
        let fresh: Vec<Message> = snapshot.messages.iter().skip(first).cloned().collect();
        if let Some(message) = fresh.last() {
            self.last = Some((message.time, message.text.clone()));
        }
        if self.started {
            for message in fresh {
                if message.level > MessageLevel::Info {
                    self.toast(message, now_s);
                }
            }
        }
        self.started = true;
        self.toasts.retain(|toast| toast.until > now_s);
    }

    /// Seconds until the next toast goes.
    pub(super) fn due_s(&self, now_s: f64) -> Option<f64> {
        self.toasts.iter().map(|toast| toast.until - now_s).reduce(f64::min)
    }

    /// The newest message of all.
    pub(super) fn newest<'a>(&'a self, snapshot: &'a Snapshot) -> Option<&'a Message> {
        let theirs = snapshot.messages.last();
        let own = self.own.last();
        match (theirs, own) {
            (Some(a), Some(b)) => Some(if a.time > b.time { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// Paints the toasts, newest at the bottom.
    pub(super) fn show_toasts(&mut self, ctx: &egui::Context, theme: &Theme) {
        if self.toasts.is_empty() {
            return;
        }
        let mut gone = None;
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -128.0))
            .show(ctx, |ui| {
                ui.set_width(380.0);
                for (i, toast) in self.toasts.iter().enumerate() {
                    let colour = theme.severity(severity(toast.message.level));
                    Frame::new()
                        .fill(theme.raised)
                        .stroke(Stroke::new(1.5, colour))
                        .corner_radius(CornerRadius::same(5))
                        .inner_margin(8.0)
                        .show(ui, |ui| {
                            ui.horizontal_top(|ui| {
                                let badge =
                                    SeverityBadge::new(theme, severity(toast.message.level));
                                ui.add(badge.word(word(toast.message.level)));
                                ui.with_layout(
                                    egui::Layout::right_to_left(egui::Align::Min),
                                    |ui| {
                                        if ui.small_button("Dismiss").clicked() {
                                            gone = Some(i);
                                        }
                                    },
                                );
                            });
                            ui.label(RichText::new(&toast.message.text).color(theme.text));
                        });
                    ui.add_space(4.0);
                }
            });
        if let Some(gone) = gone {
            self.toasts.remove(gone);
        }
    }

    /// The list of messages, newest first.
    pub(super) fn list(&self, ui: &mut egui::Ui, theme: &Theme, snapshot: &Snapshot) {
        let mut all: Vec<&Message> = snapshot.messages.iter().chain(&self.own).collect();
        all.sort_by_key(|message| std::cmp::Reverse(message.time));
        if all.is_empty() {
            ui.label(RichText::new("No messages yet.").color(theme.text_weak));
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for message in all.into_iter().take(500) {
                ui.horizontal_wrapped(|ui| {
                    let badge = SeverityBadge::new(theme, severity(message.level)).shape_only();
                    ui.add(badge.word(word(message.level)));
                    let time = RichText::new(utc_text(message.time)).monospace();
                    ui.label(time.color(theme.text_weak));
                    ui.label(&message.text);
                });
            }
        });
    }
}

fn word(level: MessageLevel) -> &'static str {
    match level {
        MessageLevel::Info => "Done",
        MessageLevel::Warning => "Warning",
        MessageLevel::Error => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn snapshot(texts: &[(f64, MessageLevel, &str)]) -> Snapshot {
        let messages = texts
            .iter()
            .map(|(s, level, text)| Message {
                time: Instant::from_unix_s(*s),
                level: *level,
                text: (*text).to_owned(),
            })
            .collect();
        Snapshot { messages: Arc::new(messages), ..Snapshot::default() }
    }

    #[test]
    fn only_new_warnings_and_errors_pop_up_and_they_go() {
        use MessageLevel::{Error, Info};
        let mut messages = Messages::default();
        messages.take(&snapshot(&[(1.0, Error, "old")]), 0.0);
        assert_eq!(messages.toasts.len(), 0, "said before the start");
        let now = [(1.0, Error, "old"), (2.0, Info, "fine"), (3.0, Error, "disk full")];
        messages.take(&snapshot(&now), 1.0);
        messages.take(&snapshot(&now), 2.0);
        assert_eq!(messages.toasts.len(), 1);
        assert_eq!(messages.due_s(2.0), Some(29.0));
        messages.take(&snapshot(&now), 40.0);
        assert_eq!((messages.toasts.len(), messages.due_s(40.0)), (0, None));
    }
}
