//! The statistics page: figures of the journal, worked out again only when it changes.

use std::sync::Arc;

use egui::{Grid, RichText, ScrollArea, Ui};
use marsdeck_engine::alarm::{
    Journal, Statistics, alarm_title, limit_words, series_of, statistics,
};
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::time::{Instant, TimeRange};

use super::model::length_text;
use super::table::utc;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{EmptyState, card};

/// Changes of limits listed.
const EDITS: usize = 50;
/// Floods listed.
const FLOODS: usize = 5;

/// The page.
#[derive(Default)]
pub(super) struct Figures {
    visible_only: bool,
    made_of: Option<(Arc<Journal>, TimeRange)>,
    figures: Statistics,
}

impl Figures {
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ui.checkbox(&mut self.visible_only, "Visible range only");
        let journal = &cx.snapshot.alarms.journal;
        let range = self.range(cx, journal);
        let is_same = self
            .made_of
            .as_ref()
            .is_some_and(|(old, at)| Arc::ptr_eq(old, journal) && *at == range);
        if !is_same {
            self.figures = statistics(journal.records(), range);
            self.made_of = Some((Arc::clone(journal), range));
        }
        if journal.records().is_empty() && cx.snapshot.alarms.limit_edits.is_empty() {
            EmptyState::new("No alarm yet", "Figures come with the first one.").show(ui, cx.theme);
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.page(ui, cx, range));
    }

    /// From the first row to the cursor, or to the last row when live.
    fn range(&self, cx: &ViewContext<'_>, journal: &Journal) -> TimeRange {
        if self.visible_only {
            return cx.time.range;
        }
        let ends = (journal.records().first(), journal.records().last());
        let (Some(first), Some(last)) = ends else {
            return TimeRange::new(Instant::default(), Instant::default());
        };
        let end = if cx.time.mode == Mode::Live { last.time } else { cx.time.cursor };
        TimeRange::new(first.time, end.plus_ns(1))
    }

    fn page(&self, ui: &mut Ui, cx: &ViewContext<'_>, range: TimeRange) {
        let of = &self.figures;
        let weak = |text: String| RichText::new(text).color(cx.theme.text_weak);
        ui.label(weak(format!("{} to {} UTC", utc(range.start), utc(range.end))));
        Grid::new("alarm figures").num_columns(2).spacing([24.0, 6.0]).show(ui, |ui| {
            let median = match of.median_acknowledge_s {
                Some(s) => format!("{} (median of {})", length_text(s), of.acknowledged),
                None => "none was acknowledged".to_owned(),
            };
            let slow = of.slow_acknowledge_s.map_or_else(|| "–".to_owned(), length_text);
            let by: Vec<String> = of
                .operators
                .iter()
                .take(5)
                .map(|(who, count, per_hour)| format!("{who} {count} ({per_hour:.2} an hour)"))
                .collect();
            let by = if by.is_empty() { "–".to_owned() } else { by.join(", ") };
            for (name, value) in [
                ("Alarms", of.alarms.to_string()),
                ("Alarms per hour", format!("{:.2}", of.per_hour)),
                ("Most within an hour", of.busiest_hour.to_string()),
                ("Time to acknowledge", median),
                ("95 % acknowledged within", slow),
                ("Acknowledged by", by),
            ] {
                ui.label(weak(name.to_owned()));
                ui.label(RichText::new(value).color(cx.theme.text).strong());
                ui.end_row();
            }
        });
        let times = |n: &usize| if *n == 1 { "once".to_owned() } else { format!("{n} times") };
        list(ui, cx, "Most frequent", &of.top, times, "none");
        let changes = |n: &usize| format!("{n} changes in a minute");
        list(ui, cx, "Chattering: 3 changes a minute or more", &of.chattering, changes, "none");
        let age = |s: &f64| format!("outside for {}", length_text(*s));
        list(ui, cx, "Stale: outside for more than a day", &of.stale, age, "none");
        duties(ui, cx, of);
        edits(ui, cx, self.visible_only.then_some(range));
        card(ui, cx.theme, None, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new("Floods: 10 alarms in 10 minutes or more").strong());
            if of.floods.is_empty() {
                ui.label(weak("none".to_owned()));
            }
            for flood in of.floods.iter().rev().take(FLOODS) {
                let length = length_text(flood.range.duration_s());
                let text =
                    format!("{} UTC: {} alarms in {length}", utc(flood.range.start), flood.alarms);
                ui.label(text);
            }
        });
    }
}

/// What each operator received while at work.
fn duties(ui: &mut Ui, cx: &ViewContext<'_>, of: &Statistics) {
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Alarms per hour of each operator").strong()).on_hover_text(
            "Alarms that started while they were at work: from half an hour before each of their \
             actions on alarms until half an hour after it. Six an hour are acceptable.",
        );
        if of.duties.is_empty() {
            ui.label(RichText::new("nobody has handled an alarm").color(cx.theme.text_weak));
        }
        for duty in &of.duties {
            let (alarms, hours) = (duty.alarms, duty.hours);
            let s = if alarms == 1 { "" } else { "s" };
            ui.label(format!(
                "{}: {:.1} an hour ({alarms} alarm{s} in {hours:.1} h of work)",
                duty.who,
                duty.per_hour()
            ));
        }
    });
}

/// The limits that operators changed, the newest first.
fn edits(ui: &mut Ui, cx: &ViewContext<'_>, range: Option<TimeRange>) {
    let all = &cx.snapshot.alarms.limit_edits;
    let shown = all.iter().rev().filter(|edit| {
        range.is_none_or(|range| range.contains(edit.from) || range.contains(edit.written))
    });
    let shown: Vec<_> = shown.take(EDITS).collect();
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Limits changed").strong());
        if shown.is_empty() {
            ui.label(RichText::new("none").color(cx.theme.text_weak));
        }
        for edit in shown {
            let known = cx.snapshot.missions.parameter(&edit.name);
            let unit = known.map_or("", |(_, _, p)| p.unit.as_str());
            let name = known.map_or_else(
                || edit.name.clone(),
                |(_, instrument, parameter)| format!("{} {}", instrument.name, parameter.title),
            );
            let before = limit_words(&edit.before, unit);
            let after = edit.after.as_ref().map_or_else(
                || "as in the mission database".to_owned(),
                |after| limit_words(after, unit),
            );
            let (written, who, from) = (utc(edit.written), &edit.who, utc(edit.from));
            let head = format!("{written} UTC, {who}: {name}");
            ui.label(RichText::new(head).color(cx.theme.text)).on_hover_text(&edit.name);
            let text = format!("{before} → {after}; for data from {from}; {}", edit.reason);
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
    });
}

fn list<T>(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    title: &str,
    items: &[(SeriesKey, T)],
    text: impl Fn(&T) -> String,
    none: &str,
) {
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(title).strong());
        if items.is_empty() {
            ui.label(RichText::new(none).color(cx.theme.text_weak));
        }
        for (key, figure) in items {
            let series = series_of(key);
            let known = cx.snapshot.missions.parameter(&series.name);
            let name = known.map_or_else(
                || key.to_string(),
                |(_, instrument, parameter)| {
                    format!("{} {}", instrument.name, alarm_title(key, &parameter.title))
                },
            );
            ui.label(format!("{name}: {}", text(figure))).on_hover_text(key.to_string());
        }
    });
}
