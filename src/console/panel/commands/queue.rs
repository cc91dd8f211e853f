//! The queue: order, holds, constraints, what stands against a release, the last moment for it.

use egui::{Label, RichText, ScrollArea, Ui};
use marsdeck_engine::command::{
    ALL_MISSIONS, CommandItem, DryRun, Permission, Prepared, Reason, Target,
};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Order;

use super::drafts;
use super::model;
use super::parts::{self, weak};
use super::question::Wish;
use super::ui::Deal;
use crate::panel::shared::{act, hindrance, sentence};
use crate::view::ViewContext;
use crate::widget::{EmptyState, SeverityBadge, bytes_text, card};

/// Most queued commands that are painted.
const MOST: usize = 200;

/// Paints the queue of a mission (empty: of all).
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, deal: &mut Deal<'_>) {
    let shown = deal.shown(&deal.standing.queued);
    if deal.at.is_some() {
        ui.label(weak(
            cx,
            "In the order in which they were prepared: the past order of a queue is \
                           not kept.",
        ));
    }
    if shown.is_empty() {
        let sentence = "Enqueue a draft: it waits here until it is released or expires.";
        EmptyState::new("The queue is empty", sentence).show(ui, cx.theme);
        return;
    }
    let area = ScrollArea::vertical().id_salt("queue").auto_shrink(false);
    area.show(ui, |ui| {
        for (row, (place, item)) in shown.iter().enumerate().take(MOST) {
            let before = row.checked_sub(1).and_then(|row| shown.get(row)).map(|(at, _)| *at);
            let after = shown.get(row + 1).map(|(at, _)| *at);
            queued(ui, cx, item, (*place, before, after), deal);
        }
        if shown.len() > MOST {
            ui.label(weak(cx, format!("{} more behind these.", shown.len() - MOST)));
        }
    });
}

/// Places in the whole queue: of the command, of the one shown before it, of the one after.
type Places = (usize, Option<usize>, Option<usize>);

fn queued(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    item: &CommandItem,
    places: Places,
    deal: &mut Deal<'_>,
) {
    let Some(state) = model::state_of(item, deal.at) else { return };
    let run = cx.snapshot.commanding.ready.get(&item.uid).filter(|_| deal.at.is_none());
    let prepared = item.sealed.prepared();
    let edge = deal.gate.is_armed(item).then(|| cx.theme.severity(Severity::Critical));
    card(ui, cx.theme, edge, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            if deal.at.is_none() {
                ui.label(RichText::new(format!("{}.", places.0 + 1)).monospace());
            }
            parts::state_badge(ui, cx, state);
            let reason = &prepared.significance_reason;
            parts::significance_badge(ui, cx, prepared.significance, reason);
            parts::name(ui, cx, item);
        });
        ui.horizontal_wrapped(|ui| {
            ui.label(weak(cx, parts::mission_name(cx, &prepared.mission)));
            parts::hash(ui, cx, "content", item.sealed.digest());
            parts::times(ui, cx, item);
            if let (None, Some(reason)) = (deal.at, &item.held) {
                ui.label(weak(cx, format!("held: {reason}")));
            }
        });
        if deal.at.is_some() {
            return;
        }
        drafts::approvals(ui, cx, item);
        dry_run(ui, cx, prepared, run);
        clock(ui, cx, (item, run), deal);
        constraints(ui, cx, item, deal);
        buttons(ui, cx, item, places, deal);
        deal.question.show(ui, cx, item.uid, deal.asked);
        if let Some(live) = cx.live() {
            deal.gate.show(ui, cx, &live, (item, run), deal.asked);
        }
    });
}

/// What a release would do now, and what stands against it.
fn dry_run(ui: &mut Ui, cx: &ViewContext<'_>, prepared: &Prepared, run: Option<&DryRun>) {
    let Some(run) = run else {
        ui.label(weak(
            cx,
            "Not checked yet: only the first 200 are held against the circumstances.",
        ));
        return;
    };
    let Some(now) = cx.present() else { return };
    ui.horizontal_wrapped(|ui| {
        if let Some((severity, text)) = model::cut_off(run, now) {
            let badge = ui.add(SeverityBadge::new(cx.theme, severity).word(&text));
            if let Some(of) = run.cut_off {
                badge.on_hover_text(format!("It has to leave by {}.", parts::utc(of.at)));
            }
            ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
        }
        let bytes = bytes_text(run.bytes as u64);
        if prepared.target == Target::Delivery {
            ui.label(weak(cx, format!("{bytes} go to the exchange folder")));
            return;
        }
        let (severity, text) = model::window_words(run, &|at| cx.time_text(at));
        ui.add(SeverityBadge::new(cx.theme, severity).word(&text));
        let light_s = model::light_s(run, now);
        let text = format!(
            "{bytes} leave; there after {} of light, at {} if released now",
            model::countdown(light_s),
            cx.time_text(now.plus_s(light_s))
        );
        ui.label(weak(cx, text));
    });
    let lack = model::uplink_lack(&cx.snapshot.commanding.uplinks, prepared);
    if let Some(lack) = &lack {
        ui.horizontal(|ui| {
            ui.add(SeverityBadge::new(cx.theme, Severity::Distress).shape_only());
            ui.add(Label::new(RichText::new(lack).color(cx.theme.text)).wrap());
        });
    }
    if run.is_clear() && lack.is_none() {
        ui.add(SeverityBadge::new(cx.theme, Severity::Normal).word("ready for release"));
    }
    for reason in &run.reasons {
        ui.horizontal(|ui| {
            ui.add(SeverityBadge::new(cx.theme, Severity::Watch).shape_only());
            let text = RichText::new(sentence(&reason.to_string())).color(cx.theme.text);
            ui.add(Label::new(text).wrap());
        });
    }
}

/// For leads and administrators of all missions, where the journal has later records than now.
fn clock(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (item, run): (&CommandItem, Option<&DryRun>),
    deal: &mut Deal<'_>,
) {
    let is_back = |reason: &Reason| matches!(reason, Reason::ClockBack { .. });
    if !run.is_some_and(|run| run.reasons.iter().any(is_back)) {
        return;
    }
    let may = |permission| cx.may(ALL_MISSIONS, permission);
    let free = may(Permission::Approve) || may(Permission::Administer);
    let why = (!free).then_some("A lead of all missions or an administrator may.");
    let label = format!("Accept the clock as it stands, for {} and all others", item.uid);
    if act(ui, "Accept the clock…", &label, why) {
        deal.question.ask(item.uid, Wish::AcceptClock);
    }
}

fn constraints(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &mut Deal<'_>) {
    let prepared = item.sealed.prepared();
    if prepared.constraints.is_empty() {
        return;
    }
    let dictionary = deal.dictionaries.get(&cx.snapshot.missions, &prepared.mission);
    for (number, constraint) in prepared.constraints.iter().enumerate() {
        let words = model::condition_words(dictionary.as_deref(), &constraint.condition);
        ui.horizontal_wrapped(|ui| {
            ui.label(weak(cx, format!("Constraint {}: {words}", number + 1)));
            if item.suspended.contains(&number) {
                ui.add(SeverityBadge::new(cx.theme, Severity::Watch).word("put aside"));
            } else if constraint.suspendable {
                let why = hindrance(cx, &prepared.mission, Permission::Release);
                let label = format!("Put constraint {} of {} aside", number + 1, item.uid);
                if act(ui, "Put aside…", &label, why.as_deref()) {
                    deal.question.ask(item.uid, Wish::Suspend(number));
                }
            }
        });
    }
}

fn buttons(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    item: &CommandItem,
    (_, before, after): Places,
    deal: &mut Deal<'_>,
) {
    let uid = item.uid;
    let why = hindrance(cx, &item.sealed.prepared().mission, Permission::Release);
    ui.horizontal_wrapped(|ui| {
        for (face, to, end) in
            [("Up", before, "It is the first."), ("Down", after, "It is the last.")]
        {
            let why = why.as_deref().or(to.is_none().then_some(end));
            let label = format!("Move {uid} {}", face.to_lowercase());
            if let (true, Some(to)) = (act(ui, face, &label, why), to) {
                deal.asked.order(ui, cx, &label, Order::Move { uid, to });
            }
        }
        if item.held.is_some() {
            let label = format!("Resume {uid}");
            if act(ui, "Resume", &label, why.as_deref()) {
                deal.asked.order(ui, cx, &label, Order::Resume { uid });
            }
        } else if act(ui, "Hold…", &format!("Hold {uid}"), why.as_deref()) {
            deal.question.ask(uid, Wish::Hold);
        }
        drafts::common(ui, cx, item, deal);
    });
}
