//! Paints the engine's figures as cards, and what is wrong above them.

use egui::{Grid, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use marsdeck_engine::archive::Bucket;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Health, Snapshot};

use super::model::{self, History};
use crate::clock::utc_text;
use crate::globe::graphics_text;
use crate::theme::{SMALL, Theme};
use crate::view::{Panel, ViewContext};
use crate::widget::{
    EmptyState, SeverityBadge, Sparkline, bytes_text, card, count_text, duration_text, rate_text,
};

/// Narrowest card in points.
const CARD: f32 = 290.0;

/// The Health panel.
#[derive(Default)]
pub struct HealthPanel {
    history: History,
}

impl Panel for HealthPanel {
    fn title(&self) -> &'static str {
        "Health"
    }

    fn observe(&mut self, snapshot: &Snapshot) {
        self.history.observe(&snapshot.health);
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let health = &*cx.snapshot.health;
        if health.time.is_none() {
            let sentence = "The engine looks at itself every few seconds. This stays empty where \
                            no engine runs, as over an archive that is only read.";
            EmptyState::new("No figures yet", sentence).show(ui, cx.theme);
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if !health.cannot_archive.is_empty() {
                ui.horizontal_wrapped(|ui| {
                    let badge = SeverityBadge::new(cx.theme, Severity::Critical);
                    ui.add(badge.word("CANNOT ARCHIVE"));
                    let colour = cx.theme.severity(Severity::Critical);
                    ui.label(RichText::new(&health.cannot_archive).color(colour).strong());
                });
            }
            let count = ((ui.available_width() / CARD) as usize).clamp(1, 4);
            ui.columns(count, |columns| {
                let cards: [&dyn Fn(&mut Ui); 5] = [
                    &|ui| self.process(ui, cx, health),
                    &|ui| self.flow(ui, cx, health),
                    &|ui| disk(ui, cx, health),
                    &|ui| queues(ui, cx, health),
                    &|ui| versions(ui, cx),
                ];
                for show in cards {
                    // The column with the most room takes the next card.
                    let free = columns
                        .iter_mut()
                        .min_by(|a, b| a.min_rect().height().total_cmp(&b.min_rect().height()));
                    if let Some(column) = free {
                        show(column);
                        column.add_space(4.0);
                    }
                }
            });
        });
    }
}

/// A card with a title and lines of name and value.
fn titled(ui: &mut Ui, theme: &Theme, title: &str, contents: impl FnOnce(&mut Ui)) {
    card(ui, theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(title).color(theme.text).strong());
        contents(ui);
    });
}

fn grid(ui: &mut Ui, theme: &Theme, lines: &[(&str, String)]) {
    let id = ui.next_auto_id();
    Grid::new(id).num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
        for (name, value) in lines {
            ui.label(RichText::new(*name).color(theme.text_weak));
            ui.add(Label::new(RichText::new(value).color(theme.text)).wrap());
            ui.end_row();
        }
    });
}

fn known<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "not known here".to_owned(), text)
}

impl HealthPanel {
    /// A curve of the past with its extremes, once there is a past.
    fn curve(
        &self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        slices: &[Bucket],
        label: &str,
        said: impl Fn(f64) -> String,
    ) {
        let length = self.history.length_s();
        let mut all = Bucket::EMPTY;
        for slice in slices.iter().filter(|slice| slice.count > 0) {
            all.merge(slice);
        }
        if length <= 0.0 || all.count == 0 {
            return;
        }
        let size = vec2(ui.available_width(), 36.0);
        ui.add(Sparkline::new(cx.theme, slices, label).size(size));
        let (low, high) = (said(all.min), said(all.max));
        let text = format!("{low} to {high} over the last {}", duration_text(length));
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    }

    fn process(&self, ui: &mut Ui, cx: &ViewContext<'_>, health: &Health) {
        titled(ui, cx.theme, "Process", |ui| {
            let cpu = self.history.cpu_share();
            let up = health.started.zip(cx.present());
            let lines = [
                ("Memory", known(health.memory, bytes_text)),
                ("Processor", known(cpu, |share| format!("{:.0} % of one core", share * 100.0))),
                ("Handles", known(health.handles, count_text)),
                ("Threads", known(health.threads, count_text)),
                ("Up for", known(up, |(start, now)| duration_text(now.s_since(start)))),
                ("Since", known(health.started, |t| format!("{} UTC", utc_text(t)))),
            ];
            grid(ui, cx.theme, &lines);
            self.curve(ui, cx, &self.history.memory(), "Memory, MB", |mb| {
                bytes_text((mb * 1e6) as u64)
            });
        });
    }

    fn flow(&self, ui: &mut Ui, cx: &ViewContext<'_>, health: &Health) {
        titled(ui, cx.theme, "Values", |ui| {
            let archive = if health.cannot_archive.is_empty() { "takes them" } else { "cannot" };
            let lines = [
                ("Stored", rate_text(health.values_per_s, "")),
                ("Waiting", count_text(health.waiting_values)),
                ("Archive", archive.to_owned()),
            ];
            grid(ui, cx.theme, &lines);
            self.curve(ui, cx, &self.history.values(), "Values a second", |n| rate_text(n, ""));
        });
    }
}

fn bar(ui: &mut Ui, theme: &Theme, share: f32, severity: Severity, text: &str) {
    let colour = if severity > Severity::Normal { theme.severity(severity) } else { theme.accent };
    let text = RichText::new(text).size(SMALL).color(theme.text);
    let bar = ProgressBar::new(share).desired_width(ui.available_width()).desired_height(18.0);
    let bar = bar.corner_radius(3);
    ui.add(bar.fill(colour.gamma_multiply(0.45)).text(text));
}

fn disk(ui: &mut Ui, cx: &ViewContext<'_>, health: &Health) {
    titled(ui, cx.theme, "Disk of the archive", |ui| {
        let (Some(free), Some(size)) = (health.disk_free, health.disk_size) else {
            ui.label(RichText::new("Its free space is not known here").color(cx.theme.text_weak));
            return;
        };
        let severity = model::disk_severity(free, size);
        let used = (1.0 - free as f64 / size.max(1) as f64).clamp(0.0, 1.0) as f32;
        let text = format!("{} free of {}", bytes_text(free), bytes_text(size));
        bar(ui, cx.theme, used, severity, &text);
        if severity > Severity::Normal {
            ui.horizontal_wrapped(|ui| {
                ui.add(SeverityBadge::new(cx.theme, severity));
                let sentence = "Make room: when the disk is full nothing can be archived.";
                ui.label(RichText::new(sentence).color(cx.theme.text));
            });
        }
        let path = cx.snapshot.archive_path.display().to_string();
        ui.label(RichText::new(path).size(SMALL).color(cx.theme.text_weak));
    });
}

fn queues(ui: &mut Ui, cx: &ViewContext<'_>, health: &Health) {
    titled(ui, cx.theme, "Queues", |ui| {
        if health.queues.is_empty() {
            ui.label(RichText::new("None are told of").color(cx.theme.text_weak));
        }
        for queue in &health.queues {
            let severity = model::queue_severity(queue);
            let text = format!("{}: {} of {}", queue.name, queue.length, queue.limit);
            ui.horizontal(|ui| {
                if severity > Severity::Normal {
                    ui.add(SeverityBadge::new(cx.theme, severity).shape_only());
                }
                bar(ui, cx.theme, model::queue_share(queue), severity, &text);
            });
        }
    });
}

fn versions(ui: &mut Ui, cx: &ViewContext<'_>) {
    titled(ui, cx.theme, "Versions", |ui| {
        let graphics = graphics_text(ui.ctx());
        let lines = [
            ("Program", format!("marsdeck {}", env!("CARGO_PKG_VERSION"))),
            ("Archive", format!("format {}", marsdeck_engine::archive::FORMAT)),
            ("Drawn by", graphics.unwrap_or_else(|| "not known here".to_owned())),
            ("System", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
        ];
        grid(ui, cx.theme, &lines);
    });
}
