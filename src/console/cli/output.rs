//! Printing: results to stdout, messages and progress to stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use marsdeck_engine::problem::Problem;

/// Writes one line to stdout. A closed pipe (`| head`) ends the program quietly.
pub(super) fn line(text: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Writes one line to stderr.
pub(super) fn message(text: &str) {
    // Nobody reads stderr: nothing more can be said.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Prints a value as JSON.
pub(super) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Lists problems on stderr, at most `limit` of them.
pub(super) fn problems(problems: &[Problem], limit: usize) {
    for problem in problems.iter().take(limit) {
        message(&format!("  {problem}"));
    }
    if problems.len() > limit {
        message(&format!("  … and {} more", problems.len() - limit));
    }
}

/// A progress bar on a terminal; silent elsewhere.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(1000);
        if io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} % {elapsed} {msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Shows a fraction of the whole and what is being done.
    pub(super) fn show(&self, fraction: f32, detail: &str) {
        self.bar.set_position((fraction.clamp(0.0, 1.0) * 1000.0) as u64);
        self.bar.set_message(detail.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A flag that nobody sets: a command in a terminal is cancelled by its signal.
pub(super) fn never() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}
