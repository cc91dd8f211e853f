//! All that is known of one command, and the settling of what is unknown.

use egui::{Grid, Label, RichText, ScrollArea, Ui};
use marsdeck_engine::command::{CommandItem, Permission, State};

use crate::panel::commands::question::Wish;
use crate::panel::commands::ui::Deal;
use crate::panel::commands::{model, parts};
use crate::panel::shared::{act, hindrance};
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Paints it; true when it is to be closed.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    item: &CommandItem,
    deal: &mut Deal<'_>,
) -> bool {
    let mut closed = false;
    let prepared = item.sealed.prepared();
    ui.horizontal_wrapped(|ui| {
        if let Some(state) = model::state_of(item, deal.at) {
            parts::state_badge(ui, cx, state);
        }
        let reason = &prepared.significance_reason;
        parts::significance_badge(ui, cx, prepared.significance, reason);
        parts::name(ui, cx, item);
        ui.label(parts::weak(cx, parts::mission_name(cx, &prepared.mission)));
        closed = act(ui, "Close", &format!("Close the details of {}", item.uid), None);
    });
    ui.horizontal_wrapped(|ui| {
        parts::hash(ui, cx, "content", item.sealed.digest());
        parts::hash(ui, cx, "bytes", item.sealed.bytes_digest());
        let label = format!("Copy the {} bytes of {}", prepared.bytes.len(), item.uid);
        if act(ui, "Copy bytes", &label, None) {
            ui.copy_text(item.sealed.hex());
        }
        let authors: Vec<&str> = item.authors.iter().map(String::as_str).collect();
        ui.label(parts::weak(cx, format!("by {}", authors.join(", "))));
        if deal.at.is_none() && !item.approvals.is_empty() {
            let who: Vec<&str> = item.approvals.iter().map(|of| of.who.as_str()).collect();
            ui.label(parts::weak(cx, format!("approved by {}", who.join(", "))));
        }
        let of = &prepared.dictionary;
        let text = format!("dictionary {} {}", of.name, of.version);
        ui.label(parts::weak(cx, text)).on_hover_text(format!("SHA-256 {}", of.sha256));
        parts::times(ui, cx, item);
    });
    let marks = model::marks(item, deal.at);
    if !marks.is_empty() {
        ui.horizontal_wrapped(|ui| {
            parts::chips(ui, cx, &marks, (cx.present().filter(|_| deal.at.is_none()), false));
        });
    }
    if deal.at.is_none() && item.state() == State::Unknown {
        settle(ui, cx, item, deal);
    }
    history(ui, cx, item, deal);
    closed
}

/// For who knows from elsewhere how it went on.
fn settle(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &mut Deal<'_>) {
    let uid = item.uid;
    let lost = item.verification.as_ref().and_then(|of| of.lost());
    let why = lost.unwrap_or("its stages were not heard of in their time");
    let text = format!("Nobody knows how it went on: {why}. It is not sent again by itself.");
    ui.add(Label::new(RichText::new(text).color(cx.theme.text)).wrap());
    let hindered = hindrance(cx, &item.sealed.prepared().mission, Permission::Release);
    ui.horizontal_wrapped(|ui| {
        for (face, is_complete) in [("It was carried out…", true), ("It was not…", false)] {
            let word = if is_complete { "complete" } else { "failed" };
            let label = format!("Settle {uid} as {word}");
            if act(ui, face, &label, hindered.as_deref()) {
                deal.question.ask(uid, Wish::Settle(is_complete));
            }
        }
    });
    deal.question.show(ui, cx, uid, deal.asked);
}

fn history(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem, deal: &Deal<'_>) {
    let until = |time| deal.at.is_none_or(|at| time <= at);
    let area = ScrollArea::vertical().id_salt("command history").auto_shrink(false);
    area.show(ui, |ui| {
        Grid::new("history of a command").num_columns(4).striped(true).spacing([14.0, 3.0]).show(
            ui,
            |ui| {
                for line in item.history.iter().take_while(|line| until(line.time)) {
                    let small = |text: String| RichText::new(text).size(SMALL);
                    ui.label(small(line.record.to_string()).monospace().color(cx.theme.text_weak))
                        .on_hover_text("Number of the record in the journal");
                    ui.label(small(cx.time_text(line.time)).color(cx.theme.text))
                        .on_hover_text(parts::utc(line.time));
                    ui.label(small(line.who.clone()).color(cx.theme.text));
                    ui.label(RichText::new(&line.words).color(cx.theme.text));
                    ui.end_row();
                }
            },
        );
    });
}
