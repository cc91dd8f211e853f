//! Orders to commanding: what was asked, what came of it, and what stands against asking.

use egui::{Button, Response, RichText, Role, Ui, WidgetInfo};
use marsdeck_engine::command::Permission;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Order, OrderId, Reply};

use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, card};

/// An order without an answer for so many seconds is told.
const PATIENCE_S: f64 = 10.0;

/// Orders under way, and what the last answer said. Text fields below it need an `id_salt`: what is
/// said comes and goes, and must not take the focus from who types.
#[derive(Default)]
pub struct Asked {
    waiting: Vec<Waiting>,
    said: Option<(Severity, String, Vec<String>)>,
}

struct Waiting {
    id: OrderId,
    /// As "Approve #7".
    what: String,
    since_s: f64,
}

impl Asked {
    /// Gives an order; `what` names it for the answer.
    pub fn order(&mut self, ui: &Ui, cx: &ViewContext<'_>, what: &str, order: Order) -> OrderId {
        let id = cx.order(order);
        self.note(ui, id, what);
        id
    }

    /// Notes an order that was given elsewhere.
    pub fn note(&mut self, ui: &Ui, id: OrderId, what: &str) {
        let since_s = ui.input(|input| input.time);
        self.said = None;
        self.waiting.push(Waiting { id, what: what.to_owned(), since_s });
    }

    /// Takes the answers that came; says which orders were answered.
    pub fn poll(&mut self, ui: &Ui, cx: &ViewContext<'_>) -> Vec<OrderId> {
        let now_s = ui.input(|input| input.time);
        let mut answered = Vec::new();
        for of in std::mem::take(&mut self.waiting) {
            if let Some(reply) = cx.reply(of.id) {
                self.said = said(&of.what, reply);
                answered.push(of.id);
            } else if now_s - of.since_s > PATIENCE_S {
                let lines = vec![
                    "the engine gave no answer; look at the audit trail before you ask again"
                        .to_owned(),
                ];
                self.said = Some((Severity::Distress, format!("Unknown: {}", of.what), lines));
            } else {
                self.waiting.push(of);
            }
        }
        if !self.waiting.is_empty() {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        }
        answered
    }

    /// Whether an answer is waited for.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Paints what came of the last order.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if let Some(of) = self.waiting.first() {
            let text = format!("{}…", of.what);
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
        let Some((severity, title, lines)) = &self.said else { return };
        let mut close = false;
        card(ui, cx.theme, Some(cx.theme.severity(*severity)), |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.add(SeverityBadge::new(cx.theme, *severity).shape_only());
                ui.label(RichText::new(title).color(cx.theme.text).strong());
                close = act(ui, "Close", "Close the answer", None);
            });
            for line in lines {
                ui.label(RichText::new(sentence(line)).color(cx.theme.text));
            }
        });
        if close {
            self.said = None;
        }
    }
}

/// How an answer reads; none where what was asked for shows by itself.
fn said(what: &str, reply: &Reply) -> Option<(Severity, String, Vec<String>)> {
    Some(match reply {
        Reply::Done(text) => (Severity::Normal, text.clone(), Vec::new()),
        Reply::Refused(reasons) => {
            (Severity::Distress, format!("Not done: {what}"), reasons.clone())
        }
        Reply::Prepared(uid) => {
            (Severity::Normal, format!("{uid} was prepared; it is a draft"), Vec::new())
        }
        Reply::Saved(version) => (Severity::Normal, format!("Version {version}"), Vec::new()),
        Reply::Behind { by, .. } => {
            (Severity::Distress, format!("Not done: {what}"), vec![format!("{by} was faster")])
        }
        Reply::FirstPassword(_) | Reply::Opened { .. } => return None,
    })
}

/// A reason with a capital at its begin and a point at its end.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// Why whoever sits here cannot do something in a mission; none where they can.
pub fn hindrance(cx: &ViewContext<'_>, mission: &str, permission: Permission) -> Option<String> {
    let stopped = &cx.snapshot.commanding.stopped;
    if !stopped.is_empty() {
        return Some(format!("Nothing can be done here: {}", sentence(stopped)));
    }
    match cx.account() {
        None => Some("Log in first: panel Accounts.".to_owned()),
        Some(of) if of.must_change => {
            Some("Change your password first: panel Accounts.".to_owned())
        }
        Some(_) if cx.may(mission, permission) => None,
        Some(of) => Some(format!("{} may not {} in {mission}.", of.name, permission.words())),
    }
}

/// Says in words why nothing can be commanded, where that is so.
pub fn stopped_banner(ui: &mut Ui, cx: &ViewContext<'_>) {
    let stopped = &cx.snapshot.commanding.stopped;
    if stopped.is_empty() {
        return;
    }
    let edge = cx.theme.severity(Severity::Distress);
    card(ui, cx.theme, Some(edge), |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.add(SeverityBadge::new(cx.theme, Severity::Distress).shape_only());
            ui.label(RichText::new("Nothing can be commanded").color(cx.theme.text).strong());
            ui.label(RichText::new(sentence(stopped)).color(cx.theme.text));
        });
    });
}

/// Says who is not logged in, with a way to do so.
pub fn log_in_hint(ui: &mut Ui, cx: &ViewContext<'_>) {
    let text = match cx.account() {
        None => "Not logged in: you can look on.",
        Some(of) if of.must_change => "Change your password before anything else.",
        Some(_) => return,
    };
    ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    if ui.small_button("Open Accounts").clicked() {
        cx.intents.send(UiIntent::OpenPanel("Accounts".into()));
    }
}

/// A button whose accessible name says more than its face; disabled with a reason where there is
/// one. True when it was pressed.
pub fn act(ui: &mut Ui, face: &str, label: &str, why_not: Option<&str>) -> bool {
    named(ui, Button::new(face), label, why_not).clicked()
}

/// The same with any button.
pub fn named(ui: &mut Ui, button: Button<'_>, label: &str, why_not: Option<&str>) -> Response {
    let is_free = why_not.is_none();
    let response = ui.add_enabled(is_free, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_free, label));
    let response = response.on_hover_text(label);
    match why_not {
        Some(why) => response.on_disabled_hover_text(why),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_sentences() {
        assert_eq!(sentence("it is held"), "It is held.");
        assert_eq!(sentence("Already one."), "Already one.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn answers_say_what_was_refused() {
        let refused = Reply::Refused(vec!["it is held".into()]);
        let (severity, title, lines) = said("Release #7", &refused).expect("something");
        assert_eq!(
            (severity, title.as_str(), lines.len()),
            (Severity::Distress, "Not done: Release #7", 1)
        );
        let password = marsdeck_engine::command::Password::new("secret secret");
        assert_eq!(said("x", &Reply::FirstPassword(password)), None);
    }
}
