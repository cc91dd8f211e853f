//! Drafts: what was prepared, by whom, what it still needs, and what can be done with it.

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::command::{CommandItem, Permission, Policy};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Order;

use super::model;
use super::parts::{self, weak};
use super::question::Wish;
use super::ui::Deal;
use crate::panel::shared::{act, hindrance};
use crate::view::ViewContext;
use crate::widget::{EmptyState, SeverityBadge, card};

/// Most drafts that are painted; the others are found in the history.
const MOST: usize = 200;

/// Paints the drafts of a mission (empty: of all), the newest first.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, deal: &mut Deal<'_>) {
    let all = deal.shown(&deal.standing.drafts);
    if all.is_empty() {
        let sentence = "Prepare a command: it waits here for its approvals and for the queue.";
        EmptyState::new("No drafts", sentence).show(ui, cx.theme);
        return;
    }
    let area = ScrollArea::vertical().id_salt("drafts").auto_shrink(false);
    area.show(ui, |ui| {
        for (_, item) in all.iter().rev().take(MOST) {
            draft(ui, cx, item, deal);
        }
        if all.len() > MOST {
            let text = format!("{} older ones: look for them in the history.", all.len() - MOST);
            ui.label(weak(cx, text));
        }
    });
}

fn draft(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &mut Deal<'_>) {
    let prepared = item.sealed.prepared();
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            let reason = &prepared.significance_reason;
            parts::significance_badge(ui, cx, prepared.significance, reason);
            parts::name(ui, cx, item);
        });
        ui.horizontal_wrapped(|ui| {
            ui.label(weak(cx, parts::mission_name(cx, &prepared.mission)));
            let authors: Vec<&str> = item.authors.iter().map(String::as_str).collect();
            ui.label(weak(cx, format!("by {}", authors.join(", "))));
            ui.label(weak(cx, cx.time_text(item.prepared_at())));
            if item.version > 1 {
                let text = format!("version {}: earlier approvals are void", item.version);
                ui.label(weak(cx, text));
            }
            parts::hash(ui, cx, "content", item.sealed.digest());
            parts::times(ui, cx, item);
        });
        if deal.at.is_none() {
            approvals(ui, cx, item);
            buttons(ui, cx, item, deal);
            deal.question.show(ui, cx, item.uid, deal.asked);
        }
    });
}

/// Who approved it, and how many approvals it still needs.
pub(super) fn approvals(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem) {
    let policy: Policy = cx.snapshot.commanding.policy;
    let need = policy.needed(item.sealed.prepared());
    ui.horizontal_wrapped(|ui| {
        if let Some((who, reason)) = &item.rejected {
            let text = format!("rejected by {who}: {reason}");
            ui.add(SeverityBadge::new(cx.theme, Severity::Critical).word(&text));
            return;
        }
        let who: Vec<&str> = item.approvals.iter().map(|of| of.who.as_str()).collect();
        let by = if who.is_empty() { String::new() } else { format!(": {}", who.join(", ")) };
        let (severity, text) = if need == 0 {
            (Severity::Normal, "needs no approval".to_owned())
        } else if policy.lack(item).is_none() {
            (Severity::Normal, format!("approved, {} of {need}{by}", who.len()))
        } else {
            (Severity::Watch, format!("{} of {need} approvals{by}", who.len()))
        };
        ui.add(SeverityBadge::new(cx.theme, severity).word(&text));
    });
}

/// Why whoever sits here cannot approve it; none where they can.
pub(super) fn not_approvable(cx: &ViewContext<'_>, item: &CommandItem) -> Option<String> {
    let mission = &item.sealed.prepared().mission;
    if let Some(why) = hindrance(cx, mission, Permission::Approve) {
        return Some(why);
    }
    let who = &cx.account()?.name;
    if item.authors.contains(who) {
        return Some(format!("{who} prepared or edited it: somebody else has to approve it."));
    }
    if item.approvals.iter().any(|of| of.who == *who) {
        return Some("You approved it already: the next approval has to be another's.".to_owned());
    }
    let other = item.rejected.as_ref().filter(|(by, _)| by != who);
    other.map(|(by, _)| format!("{by} rejected it: it has to be edited, or {by} thinks again."))
}

/// The buttons that drafts and queued commands share: approve, reject, edit, withdraw.
pub(super) fn common(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &mut Deal<'_>) {
    let (uid, prepared) = (item.uid, item.sealed.prepared());
    let why = not_approvable(cx, item);
    let need = cx.snapshot.commanding.policy.needed(prepared);
    if need > 0 || item.rejected.is_some() {
        let label = format!("Approve {uid}");
        if act(ui, "Approve", &label, why.as_deref()) {
            let seen = item.sealed.digest();
            deal.asked.order(ui, cx, &label, Order::Approve { uid, seen });
        }
    }
    let why = hindrance(cx, &prepared.mission, Permission::Approve);
    if act(ui, "Reject…", &format!("Reject {uid}"), why.as_deref()) {
        deal.question.ask(uid, Wish::Reject(item.sealed.digest()));
    }
    let dictionary = deal.dictionaries.get(&cx.snapshot.missions, &prepared.mission);
    let why = hindrance(cx, &prepared.mission, Permission::Prepare);
    let not_this = model::not_editable(item, dictionary.as_deref());
    let edit = why.clone().or(not_this);
    if act(ui, "Edit…", &format!("Edit {uid}"), edit.as_deref()) {
        deal.edit = Some(uid);
    }
    if act(ui, "Withdraw…", &format!("Withdraw {uid}"), why.as_deref()) {
        deal.question.ask(uid, Wish::Withdraw);
    }
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &mut Deal<'_>) {
    let uid = item.uid;
    let mission = &item.sealed.prepared().mission;
    ui.horizontal_wrapped(|ui| {
        let why = hindrance(cx, mission, Permission::Release);
        let label = format!("Enqueue {uid}");
        if act(ui, "Enqueue", &label, why.as_deref()) {
            deal.asked.order(ui, cx, &label, Order::Enqueue { uid });
        }
        common(ui, cx, item, deal);
        let own = cx.account().is_some_and(|of| item.authors.contains(&of.name));
        let need = cx.snapshot.commanding.policy.needed(item.sealed.prepared());
        if own && need > 0 {
            ui.label(RichText::new("Somebody else has to approve it.").size(crate::theme::SMALL));
        }
    });
}
