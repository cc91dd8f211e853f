//! Paints the table of passes, and below it what was received of each sol.

use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::{Instant, TimeRange};

use super::completeness;
use super::model::{Pass, PassLog};
use crate::clock::{utc_clock, utc_text};
use crate::panel::shared::at_least_wide;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{
    EmptyState, SeverityBadge, bytes_text, count_text, duration_text, scroll_table,
};

/// Narrowest table in points.
const LEAST: f32 = 990.0;
/// Time before the cursor whose passes are listed, in seconds.
const DAYS_S: f64 = 30.0 * 86_400.0;

/// A pass with the name of its link.
type Named = (String, Pass);

/// The Passes panel.
#[derive(Default)]
pub struct Passes {
    log: PassLog,
    /// The last answer of the archive, and the passes in it, the newest first.
    kept: Option<(Arc<Answer>, Vec<Named>)>,
}

impl Panel for Passes {
    fn title(&self) -> &'static str {
        "Passes"
    }

    fn observe(&mut self, snapshot: &Snapshot) {
        self.log.observe(&snapshot.links, snapshot.health.time);
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let panel = egui::Panel::bottom("completeness").resizable(true);
        let size = completeness::height(cx).min(ui.available_height() * 0.55);
        panel.default_size(size).show(ui, |ui| completeness::show(ui, cx));
        egui::CentralPanel::default().show(ui, |ui| self.passes(ui, cx));
    }
}

impl Passes {
    fn passes(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let live = cx.time.mode == Mode::Live;
        let text = if live {
            "Passes of the last 30 days; those since this console was started with damaged frames"
        } else {
            "Passes of the 30 days before the cursor, by the packets that the archive keeps"
        };
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        // Whole minutes: a cursor that runs asks no new question in each frame.
        let minutes = cx.time.cursor.unix_ns().div_euclid(60_000_000_000) + 1;
        let now = Instant::from_unix_ns(minutes.saturating_mul(60_000_000_000));
        let seen = if live { self.log.passes() } else { Vec::new() };
        let until = seen.last().map_or(now, |(_, first)| first.start.min(now));
        let request = Request::Passes { range: TimeRange::new(now.plus_s(-DAYS_S), now) };
        let pending = cx.queries.ask(ui.scope_id().with("passes"), &request);
        if let Some((_, answer)) = &pending.answer
            && !self.kept.as_ref().is_some_and(|(known, _)| Arc::ptr_eq(known, answer))
            && let Answer::Passes(all) = answer.as_ref()
        {
            let newest_first = all.iter().rev();
            let passes = newest_first.map(|p| (p.source.link.clone(), Pass::kept(p))).collect();
            self.kept = Some((Arc::clone(answer), passes));
        }
        let kept = self.kept.iter().flat_map(|(_, passes)| passes);
        let kept = kept.map(|(name, pass)| (name.as_str(), pass));
        let kept = kept.filter(
            |(_, pass)| {
                if live { pass.end < until } else { pass.start <= cx.time.cursor }
            },
        );
        let passes: Vec<(&str, &Pass)> = seen.into_iter().chain(kept).collect();
        if passes.is_empty() {
            let sentence = if cx.snapshot.links.is_empty() {
                "A pass is a stretch of reception over a link. Add a link in the Links panel."
            } else {
                "A pass shows as soon as data arrive over a link, and ends when it falls silent."
            };
            EmptyState::new("No pass yet", sentence).show(ui, cx.theme);
            return;
        }
        at_least_wide(ui, LEAST, |ui| table(ui, cx, &passes));
    }
}

fn table(ui: &mut Ui, cx: &ViewContext<'_>, passes: &[(&str, &Pass)]) {
    scroll_table(ui)
        .striped(true)
        .cell_layout(Layout::right_to_left(Align::Center))
        .column(Column::remainder().at_least(90.0).clip(true))
        .column(Column::exact(140.0))
        .column(Column::exact(100.0))
        .columns(Column::exact(70.0), 8)
        .header(22.0, |mut header| {
            let titles = [
                ("Link", ""),
                ("First data, UTC", "When its first data came"),
                ("Last data", "When its last data came"),
                ("Length", ""),
                ("Bytes", ""),
                ("Packets", ""),
                ("Missing", "Frames and packets missing by their counts"),
                ("Damaged", "Frames that were damaged and dropped"),
                ("Latency min", "Reception minus generation time: the least"),
                ("median", "The middle one"),
                ("max", "The greatest one"),
            ];
            for (i, (title, hint)) in titles.into_iter().enumerate() {
                header.col(|ui| {
                    let text = RichText::new(title).size(SMALL).color(cx.theme.text_weak);
                    aligned(ui, i == 0, |ui| {
                        let label = ui.label(text);
                        if !hint.is_empty() {
                            label.on_hover_text(hint);
                        }
                    });
                });
            }
        })
        .body(|body| {
            body.rows(22.0, passes.len(), |mut row| {
                let Some((name, pass)) = passes.get(row.index()) else { return };
                cells(&mut row, cx, name, pass);
            });
        });
}

fn aligned(ui: &mut Ui, left: bool, contents: impl FnOnce(&mut Ui)) {
    if left {
        ui.with_layout(Layout::left_to_right(Align::Center), contents);
    } else {
        contents(ui);
    }
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, name: &str, pass: &Pass) {
    let plain = |text: String| Label::new(RichText::new(text).color(cx.theme.text)).truncate();
    row.col(|ui| {
        aligned(ui, true, |ui| {
            ui.add(plain(name.to_owned()));
        });
    });
    row.col(|ui| {
        ui.add(plain(utc_text(pass.start)));
    });
    row.col(|ui| {
        if pass.open {
            ui.add(SeverityBadge::new(cx.theme, Severity::Normal).word("RECEIVING"));
        } else {
            ui.add(plain(utc_clock(pass.end, 0)));
        }
    });
    for text in [
        duration_text(pass.end.s_since(pass.start)),
        bytes_text(pass.bytes),
        count_text(pass.packets),
    ] {
        row.col(|ui| {
            ui.add(plain(text));
        });
    }
    for count in [Some(pass.missing), pass.damaged] {
        row.col(|ui| {
            let Some(count) = count else {
                ui.label(RichText::new("–").color(cx.theme.text_weak));
                return;
            };
            let bad = cx.theme.severity(Severity::Watch);
            let colour = if count == 0 { cx.theme.text_weak } else { bad };
            ui.label(RichText::new(count_text(count)).color(colour));
        });
    }
    let spread = pass.latencies.spread();
    for i in 0..3 {
        row.col(|ui| {
            let value = spread.and_then(|s| s.get(i).copied());
            ui.add(plain(value.map_or_else(|| "–".to_owned(), duration_text)));
        });
    }
}
