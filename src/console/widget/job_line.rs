//! One job on one line: title, bar or word, and a cancel button.

use egui::{ProgressBar, Response, RichText, Ui};
use marsdeck_engine::runtime::{JobState, JobView};

use crate::theme::Theme;

/// Paints a job on one line; the response of its cancel button comes back while it runs.
pub fn job_line(ui: &mut Ui, theme: &Theme, job: &JobView) -> Option<Response> {
    ui.horizontal(|ui| {
        ui.label(RichText::new(&job.title).color(theme.text));
        let JobState::Running(progress) = job.state else {
            ui.label(RichText::new(state_word(&job.state)).color(theme.text_weak));
            ui.label(RichText::new(&job.detail).color(theme.text_weak));
            return None;
        };
        let fraction = progress.unwrap_or(0.0).clamp(0.0, 1.0);
        let text = match progress {
            Some(_) => format!("{:.0} %", fraction * 100.0),
            None => "working".to_owned(),
        };
        let bar = ProgressBar::new(fraction).desired_width(140.0);
        let bar = bar.fill(theme.accent.gamma_multiply(0.5));
        ui.add(bar.text(RichText::new(text).color(theme.text)));
        ui.label(RichText::new(&job.detail).color(theme.text_weak));
        Some(ui.button("Cancel").on_hover_text(format!("Stop “{}”", job.title)))
    })
    .inner
}

fn state_word(state: &JobState) -> &'static str {
    match state {
        JobState::Running(_) => "running",
        JobState::Done => "done",
        JobState::DoneWithProblems => "done, with problems in the input",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}
