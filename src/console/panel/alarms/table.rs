//! The table of alarms.

use egui::{Label, Layout, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::alarm::{AlarmView, series_of};
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::time::{Instant, iso};

use super::lines::Lines;
use super::model::{self, Row};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, scroll_table};

/// Alarms of a line that its hint names after the first.
const TOLD: usize = 12;

/// `2019-07-26 12:16:15`.
pub(super) fn utc(t: Instant) -> String {
    iso(t, 0).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// `Sol 235 12:34:56`, or a dash where the mission has no clock.
pub(super) fn sol(cx: &ViewContext<'_>, mission: &str, t: Instant) -> String {
    let mission = if mission.is_empty() { cx.mission() } else { mission };
    let at = cx.clocks.lmst(mission, t);
    at.map_or_else(|| "–".to_owned(), |at| format!("Sol {} {}", at.sol, at.clock()))
}

/// Paints the lines; the key of the one that was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (lines, views): (&Lines, &[AlarmView]),
    selected: Option<usize>,
) -> Option<SeriesKey> {
    let mut clicked = None;
    scroll_table(ui)
        .striped(true)
        .sense(egui::Sense::click())
        .cell_layout(Layout::left_to_right(egui::Align::Center))
        .column(Column::initial(92.0).at_least(84.0))
        .column(Column::initial(190.0).at_least(110.0).clip(true).resizable(true))
        .column(Column::initial(86.0).at_least(60.0).clip(true))
        .column(Column::initial(170.0).at_least(90.0).clip(true).resizable(true))
        .column(Column::initial(144.0).at_least(80.0).clip(true))
        .column(Column::initial(124.0).at_least(70.0).clip(true))
        .column(Column::initial(184.0).at_least(90.0).clip(true).resizable(true))
        .column(Column::remainder().at_least(60.0).clip(true))
        .header(24.0, |mut header| {
            let titles = [
                "Severity",
                "Alarm, first out",
                "Instrument",
                "Value and limit",
                "Since, UTC",
                "Since, LMST",
                "State",
                "Who",
            ];
            for title in titles {
                header.col(|ui| {
                    ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                });
            }
        })
        .body(|body| {
            body.rows(24.0, lines.len(), |mut row| {
                let Some(line) = lines.row(row.index(), views) else { return };
                row.set_selected(selected == Some(row.index()));
                cells(&mut row, cx, &line);
                if row.response().clicked() {
                    clicked = Some(line.lead.alarm.key.clone());
                }
            });
        });
    clicked
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, line: &Row<'_>) {
    let (view, alarm) = (line.lead, &line.lead.alarm);
    row.col(|ui| {
        ui.add(SeverityBadge::new(cx.theme, line.severity));
    });
    row.col(|ui| {
        let text = RichText::new(line.name());
        // What nobody has seen yet stands out.
        let text = if alarm.state.wants_acknowledgement() { text.strong() } else { text };
        let others = line.members.iter().skip(1).map(|v| v.title.as_str());
        let others: Vec<&str> = others.take(TOLD).collect();
        let more = line.members.len().saturating_sub(1 + TOLD);
        let hint = match (others.as_slice(), more) {
            ([], _) => series_of(&alarm.key).to_string(),
            (others, 0) => format!("{} came first, then {}", view.title, others.join(", ")),
            (others, more) => {
                format!("{} came first, then {} and {more} more", view.title, others.join(", "))
            }
        };
        ui.add(Label::new(text.color(cx.theme.text)).selectable(false)).on_hover_text(hint);
    });
    // The time of day is enough where it is within one.
    let until = alarm.shelved_until.map(|until| match utc(until) {
        text if until.s_since(cx.time.cursor) < 86_400.0 => {
            format!(" until {}", text.rsplit(' ').next().unwrap_or_default())
        }
        text => format!(" until {text}"),
    });
    let unstored = if line.is_stored() { "" } else { ", not stored" };
    let texts = [
        view.instrument_name.clone(),
        model::value_text(view, &cx.snapshot.missions),
        utc(alarm.since),
        sol(cx, &view.mission, alarm.since),
        format!("{}{}{unstored}", alarm.state.word(), until.unwrap_or_default()),
        model::who_text(view),
    ];
    for text in texts {
        row.col(|ui| {
            let label = Label::new(RichText::new(&text).color(cx.theme.text)).selectable(false);
            ui.add(label).on_hover_text(&text);
        });
    }
}
