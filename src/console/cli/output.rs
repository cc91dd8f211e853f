//! Printing: results to stdout, messages and progress to stderr.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use marsdeck_engine::problem::Problem;

/// Writes one line to stdout. A closed pipe (`| head`) ends the program quietly, a full disk
/// with a message.
pub(super) fn line(text: &str) {
    let mut out = Stream(io::stdout());
    if let Err(error) = writeln!(out, "{text}") {
        message(&format!("marsdeck: {}", unwritable(&error)));
        std::process::exit(1);
    }
}

/// What is said where stdout cannot be written.
pub(super) fn unwritable(error: &io::Error) -> String {
    format!("the output could not be written: {error}; check the free space and try again")
}

/// Stdout for long results. A closed pipe ends the program quietly: who closed it has enough.
pub(super) struct Stream(io::Stdout);

/// Stdout for long results, buffered; whoever writes to it flushes it at the end.
pub(super) fn stream() -> BufWriter<Stream> {
    BufWriter::with_capacity(1 << 16, Stream(io::stdout()))
}

fn quietly<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        quietly(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        quietly(self.0.flush())
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
