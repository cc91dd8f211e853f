//! What is known of the selected link: what it is at, its other side, its totals, its problems.

use egui::{RichText, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::LinkView;

use super::model;
use crate::clock::utc_text;
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{ViewContext, link_severity, link_word};
use crate::widget::{SeverityBadge, bytes_text, simulated_badge};

/// The link and what it is at, in a row.
pub(super) fn line(ui: &mut Ui, cx: &ViewContext<'_>, link: &LinkView) {
    let detail = &link.status.detail;
    let bad = link_severity(link) > Severity::Normal;
    let colour = if bad { cx.theme.severity(link_severity(link)) } else { cx.theme.text };
    let text = format!("{}: {detail}", link.config.name);
    ui.label(RichText::new(text).color(colour)).on_hover_ui(|ui| {
        for problem in link.problems.iter().rev() {
            ui.label(problem);
        }
    });
}

/// Paints the details of a link.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, link: &LinkView) {
    let (config, status) = (&link.config, &link.status);
    let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&config.name).heading().color(cx.theme.text));
        ui.add(SeverityBadge::new(cx.theme, link_severity(link)).word(link_word(link)));
        if config.product == "simulated" {
            simulated_badge(ui, cx.theme);
        }
        if ui.button("Show packets").on_hover_text("The packets of this link").clicked() {
            cx.intents.send(UiIntent::SelectLink(config.name.clone()));
            cx.intents.send(UiIntent::OpenPanel("Packets".into()));
        }
        let bad = link_severity(link) > Severity::Normal;
        let colour = if bad { cx.theme.severity(link_severity(link)) } else { cx.theme.text };
        ui.label(RichText::new(&status.detail).color(colour));
    });
    ui.horizontal_wrapped(|ui| {
        let mission = cx.snapshot.missions.missions.iter().find(|m| m.id == config.mission);
        let mission = mission.map_or("dictionary by what it can read", |m| m.name.as_str());
        let mut parts = vec![
            config.source.to_string(),
            model::framing_text(config),
            mission.to_owned(),
            bytes_text(status.bytes),
        ];
        if !status.peer.is_empty() {
            parts.push(format!("other side {}", status.peer));
        }
        if let Some(newest) = link.newest {
            parts.push(format!("newest packet made {} UTC", utc_text(newest)));
        }
        ui.label(weak(&parts.join("  ·  ")));
    });
    let totals = model::totals(link);
    if !totals.is_empty() {
        let text: Vec<String> = totals.iter().map(|(name, n)| format!("{n} {name}")).collect();
        ui.label(weak(&text.join("  ·  ")));
    }
    if !link.problems.is_empty() {
        ui.label(weak("Problems of late, the newest first"));
    }
    for problem in link.problems.iter().rev() {
        ui.horizontal_wrapped(|ui| {
            ui.add(SeverityBadge::new(cx.theme, Severity::Watch).shape_only());
            ui.label(RichText::new(problem).color(cx.theme.text));
        });
    }
}
