//! The status line: running jobs, the last message, the archive; and the window with all of them.

use std::collections::HashMap;

use egui::{Align, Layout, ProgressBar, RichText, Ui, Window};
use marsdeck_engine::runtime::{Intent, JobState, JobView, Snapshot};

use super::messages::{Messages, severity};
use crate::intent::{IntentQueue, UiIntent};
use crate::theme::{SMALL, Theme};
use crate::widget::{SeverityBadge, job_line};

/// A job is shown once it has run for so many seconds.
const PATIENCE_S: f64 = 0.5;

/// When each running job was first seen.
#[derive(Default)]
pub(super) struct JobTimes(HashMap<u64, f64>);

impl JobTimes {
    /// Notes the running jobs of a snapshot.
    pub(super) fn take(&mut self, snapshot: &Snapshot, now_s: f64) {
        let running: Vec<u64> =
            snapshot.jobs.iter().filter(|j| is_running(j)).map(|j| j.id).collect();
        self.0.retain(|id, _| running.contains(id));
        for id in running {
            self.0.entry(id).or_insert(now_s);
        }
    }

    /// Whether any job runs.
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    fn shown<'a>(&self, snapshot: &'a Snapshot, now_s: f64) -> Vec<&'a JobView> {
        let old = |id: u64| self.0.get(&id).is_some_and(|since| now_s - since >= PATIENCE_S);
        snapshot.jobs.iter().filter(|job| is_running(job) && old(job.id)).collect()
    }
}

fn is_running(job: &JobView) -> bool {
    matches!(job.state, JobState::Running(_))
}

/// What the status line shows besides jobs and messages.
pub(super) struct StatusData<'a> {
    /// The engine's snapshot.
    pub snapshot: &'a Snapshot,
    /// Colours.
    pub theme: &'a Theme,
    /// Seconds since the start.
    pub now_s: f64,
    /// Whether the processor draws the pixels.
    pub software: bool,
}

/// Paints the status line.
pub(super) fn status_line(
    ui: &mut Ui,
    data: &StatusData<'_>,
    jobs: &JobTimes,
    messages: &mut Messages,
    intents: &IntentQueue,
) {
    let theme = data.theme;
    let small = |text: &str| RichText::new(text).size(SMALL).color(theme.text_weak);
    ui.horizontal_centered(|ui| {
        let shown = jobs.shown(data.snapshot, data.now_s);
        if let Some(job) = shown.first() {
            running(ui, theme, job, intents);
            if shown.len() > 1 {
                ui.label(small(&format!("and {} more", shown.len() - 1)));
            }
            ui.separator();
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let all = ui.small_button("Messages").on_hover_text("Shows all messages and jobs.");
            if all.clicked() {
                messages.open = !messages.open;
            }
            if data.software {
                ui.label(small("Software rendering"))
                    .on_hover_text("No graphics processor was found: fewer frames are painted.");
                ui.separator();
            }
            if !data.snapshot.writable {
                ui.label(RichText::new("Read only").size(SMALL).color(theme.simulated))
                    .on_hover_text("Another console holds this archive, or it cannot be written.");
                ui.separator();
            }
            ui.label(small(&data.snapshot.archive_path.display().to_string()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if let Some(message) = messages.newest(data.snapshot) {
                    ui.add(SeverityBadge::new(theme, severity(message.level)).shape_only());
                    let text = RichText::new(&message.text).size(SMALL).color(theme.text);
                    ui.add(egui::Label::new(text).truncate());
                }
            });
        });
    });
}

fn running(ui: &mut Ui, theme: &Theme, job: &JobView, intents: &IntentQueue) {
    ui.label(RichText::new(&job.title).size(SMALL).color(theme.text));
    if let JobState::Running(progress) = job.state {
        let fraction = progress.unwrap_or(0.0).clamp(0.0, 1.0);
        let text = progress.map_or("working".to_owned(), |_| format!("{:.0} %", fraction * 100.0));
        let bar = ProgressBar::new(fraction).desired_width(110.0).desired_height(16.0);
        ui.add(
            bar.fill(theme.accent.gamma_multiply(0.5))
                .text(RichText::new(text).size(SMALL).color(theme.text)),
        );
    }
    let cancel = ui.small_button("Cancel").on_hover_text(format!("Stop “{}”", job.title));
    if cancel.clicked() {
        intents.send(UiIntent::Engine(Intent::Cancel { job: job.id }));
    }
}

/// The window with all jobs and messages.
pub(super) fn message_window(
    ctx: &egui::Context,
    data: &StatusData<'_>,
    messages: &mut Messages,
    intents: &IntentQueue,
) {
    let mut open = messages.open;
    let free = ctx.content_rect();
    Window::new("Messages and jobs")
        .id(egui::Id::unique("messages"))
        .open(&mut open)
        .default_size([560.0, 320.0])
        .default_pos(egui::pos2(free.right() - 600.0, free.bottom() - 480.0))
        .show(ctx, |ui| {
            for job in data.snapshot.jobs.iter().take(20) {
                let cancel = job_line(ui, data.theme, job);
                if cancel.is_some_and(|button| button.clicked()) {
                    intents.send(UiIntent::Engine(Intent::Cancel { job: job.id }));
                }
            }
            if !data.snapshot.jobs.is_empty() {
                ui.separator();
            }
            messages.list(ui, data.theme, data.snapshot);
        });
    messages.open = open;
}
