//! Entries of the log book as lines and texts.

use marsdeck_engine::archive::{LogEntry, LogQuery};
use marsdeck_engine::time::{TimeRange, iso};

/// Most entries that the list holds.
const MOST: u32 = 1000;

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Words that must all occur in text, author or series.
    pub(super) text: String,
    /// Mission identifier; empty: all.
    pub(super) mission: String,
    /// Only the times that are visible in the linked views.
    pub(super) visible: bool,
}

impl Filter {
    /// The question for the entries.
    pub(super) fn query(&self, visible: TimeRange) -> LogQuery {
        let range = if self.visible { visible } else { TimeRange::ALL };
        let (mission, text) = (self.mission.clone(), self.text.trim().to_owned());
        LogQuery { range, mission, text, limit: MOST }
    }

    /// Whether it lets every entry through.
    pub(super) fn is_open(&self) -> bool {
        self.text.trim().is_empty() && self.mission.is_empty() && !self.visible
    }
}

/// The text in one line, with what became of it before.
pub(super) fn line(entry: &LogEntry) -> String {
    let text = entry.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match (entry.corrected_by, entry.corrects) {
        (Some(by), _) => format!("[corrected by {by}] {text}"),
        (None, Some(of)) => format!("[corrects {of}] {text}"),
        (None, None) => text,
    }
}

/// Entries as CSV, for the clipboard.
pub(super) fn csv(entries: &[LogEntry]) -> String {
    let mut text = "id,time_utc,written_utc,who,mission,series,corrects,text\n".to_owned();
    for e in entries {
        let series = e.series.as_ref().map(ToString::to_string).unwrap_or_default();
        let corrects = e.corrects.map(|id| id.to_string()).unwrap_or_default();
        let (id, time, written) = (e.id.to_string(), iso(e.time, 3), iso(e.written, 3));
        let cells = [&id, &time, &written, &e.who, &e.mission, &series, &corrects, &e.text];
        text.push_str(&cells.map(|cell| quoted(cell)).join(","));
        text.push('\n');
    }
    text
}

/// A cell, in quotes where it needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_corrects_what() {
        let plain = LogEntry { id: 1, text: "dust\n  storm".into(), ..LogEntry::default() };
        assert_eq!(line(&plain), "dust storm");
        assert_eq!(
            line(&LogEntry { corrected_by: Some(2), ..plain.clone() }),
            "[corrected by 2] dust storm"
        );
        assert_eq!(line(&LogEntry { corrects: Some(1), ..plain }), "[corrects 1] dust storm");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let entry = LogEntry { id: 3, text: "a \"b\", c".into(), ..LogEntry::default() };
        let text = csv(&[entry]);
        assert!(text.ends_with(",\"a \"\"b\"\", c\"\n"), "{text}");
    }
}
