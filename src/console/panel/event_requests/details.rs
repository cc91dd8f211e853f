//! Everything known of one request.

use egui::{Grid, ProgressBar, RichText, Ui};
use marsdeck_engine::event_request::{Objection, Progress, RequestItem, State};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::{Instant, iso};

use super::chip::chip;
use super::model;
use crate::panel::shared::window_text;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, duration_text};

fn weak(cx: &ViewContext<'_>, text: &str) -> RichText {
    RichText::new(text).size(SMALL).color(cx.theme.text_weak)
}

fn utc(t: Instant) -> String {
    iso(t, 0).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Paints them; `found` is what stands against a request that waits for a decision.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    item: &RequestItem,
    (found, now): (&[Objection], Instant),
) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&item.id).strong().color(cx.theme.text));
        chip(ui, cx.theme, item.state());
        if let Some(reason) = &item.expired
            && item.state() == State::Expired
        {
            ui.label(reason);
        }
        if let Some((who, why)) = &item.rejected {
            ui.label(format!("Rejected by {who}: {why}"));
        }
    });
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        facts(left, cx, item, now);
        progress(left, cx, item);
        for one in found {
            let (severity, word) = if one.can_be_waived {
                (Severity::Watch, "CAN BE WAIVED")
            } else {
                (Severity::Distress, "STANDS AGAINST IT")
            };
            left.horizontal_wrapped(|ui| {
                ui.add(SeverityBadge::new(cx.theme, severity).word(word));
                ui.label(one.to_string());
            });
        }
        right.label(weak(cx, "History"));
        for line in item.history.iter().rev() {
            let text = format!("{}  {}: {}", utc(line.time), line.who, line.words);
            right.label(RichText::new(text).color(cx.theme.text));
        }
    });
}

fn facts(ui: &mut Ui, cx: &ViewContext<'_>, item: &RequestItem, now: Instant) {
    let request = &item.request;
    let length = duration_text(request.window.duration_s());
    let sol = cx.clocks.lmst(&request.mission, request.window.start);
    let sol = sol.map_or(String::new(), |at| format!(", Sol {} {} LMST", at.sol, at.clock()));
    let expected: Vec<String> =
        request.expected().into_iter().map(|expected| expected.name).collect();
    let mut lines = vec![
        ("Window", format!("{}, {length}{sol}", window_text(request.window))),
        ("Sensors", request.wishes_text()),
        ("Series", expected.join(", ")),
        ("Volume", format!("{:.2} Mbit, estimated", request.volume_bits() / 1e6)),
        (
            "Memory",
            format!("{}; kept to {} UTC", model::memory_text(item, now), utc(request.deadline())),
        ),
        ("Priority", request.priority.to_string()),
        ("Why", request.justification.clone()),
    ];
    if !request.name.is_empty() {
        lines.insert(0, ("Event", request.name.clone()));
    }
    if let Some((who, waiver)) = item.accepted.as_ref().filter(|(_, waiver)| !waiver.is_empty()) {
        lines.push(("Waived", format!("{who}: {waiver}")));
    }
    Grid::new("request facts").num_columns(2).spacing([10.0, 3.0]).show(ui, |ui| {
        for (name, text) in lines {
            ui.label(weak(cx, name));
            ui.add(egui::Label::new(RichText::new(text).color(cx.theme.text)).wrap());
            ui.end_row();
        }
    });
}

/// How far each instrument came, and how much is stored.
fn progress(ui: &mut Ui, cx: &ViewContext<'_>, item: &RequestItem) {
    if item.accepted.is_none() {
        return;
    }
    for (part, of) in &item.parts {
        ui.horizontal_wrapped(|ui| {
            ui.label(weak(cx, part.name()));
            ui.label(RichText::new(part_text(of)).color(cx.theme.text));
        });
    }
    if item.is_extracted() {
        let text = format!("{} stored", model::stored_text(item));
        let share = if item.is_whole { 1.0 } else { item.share as f32 };
        ui.add(ProgressBar::new(share).desired_width(240.0).text(text));
    }
}

fn part_text(of: &Progress) -> String {
    let mut steps = Vec::new();
    match of.commanded {
        Some(uid) => steps.push(format!("command {uid}")),
        None if of.extracted.is_none() => steps.push("no command under way".to_owned()),
        None => {}
    }
    if let Some(at) = of.extracted {
        steps.push(format!("extracted {} with {} records", utc(at), of.records));
    }
    if let Some(at) = of.sent {
        steps.push(format!("sent {}", utc(at)));
    }
    if let Some(reason) = &of.lost {
        steps.push(format!("lost: {reason}"));
    }
    steps.join(", ")
}
