//! Lines of the audit trail, filtered and as CSV.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use marsdeck_engine::runtime::AuditLine;
use marsdeck_engine::time::{Instant, iso};

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Words that all occur in number, account, kind or words.
    pub(super) words: String,
    /// Kind of record; empty: all.
    pub(super) kind: String,
}

/// What was found, kept until lines, filter or instant are others.
#[derive(Default)]
pub(super) struct Found {
    of: Option<(Arc<VecDeque<AuditLine>>, Filter, Option<Instant>)>,
    /// Positions of the lines, oldest first.
    pub(super) rows: Arc<Vec<usize>>,
    /// All kinds that there are.
    pub(super) kinds: BTreeSet<String>,
}

impl Found {
    /// Looks again where something is another; `at`: only what was written until then. Whether
    /// there are other lines than before.
    pub(super) fn look(
        &mut self,
        lines: &Arc<VecDeque<AuditLine>>,
        filter: &Filter,
        at: Option<Instant>,
    ) -> bool {
        let is_same = self.of.as_ref().is_some_and(|(own, own_filter, own_at)| {
            Arc::ptr_eq(own, lines) && own_filter == filter && *own_at == at
        });
        if is_same {
            return false;
        }
        let words: Vec<String> = filter.words.split_whitespace().map(str::to_lowercase).collect();
        let fits = |line: &AuditLine| {
            let is_kind = filter.kind.is_empty() || line.kind == filter.kind;
            if !is_kind || at.is_some_and(|at| line.time > at) {
                return false;
            }
            let text = format!("{} {} {} {}", line.number, line.who, line.kind, line.words);
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let rows = lines.iter().enumerate().filter(|(_, line)| fits(line)).map(|(row, _)| row);
        self.rows = Arc::new(rows.collect());
        self.kinds = lines.iter().map(|line| line.kind.clone()).collect();
        self.of = Some((Arc::clone(lines), filter.clone(), at));
        true
    }
}

/// Lines as CSV (RFC 4180).
pub(super) fn csv(lines: &VecDeque<AuditLine>, rows: &[usize]) -> String {
    let mut text = "record,time_utc,who,kind,words\n".to_owned();
    for line in rows.iter().filter_map(|row| lines.get(*row)) {
        let (number, time) = (line.number.to_string(), iso(line.time, 3));
        let cells = [&number, &time, &line.who, &line.kind, &line.words];
        text.push_str(&cells.map(|cell| quoted(cell)).join(","));
        text.push('\n');
    }
    text
}

/// A cell, in quotes where it needs them, and never a formula (OWASP, CSV injection).
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, who: &str, kind: &str, words: &str) -> AuditLine {
        let time = Instant::from_unix_s(1.6e9 + number as f64);
        let (who, kind, words) = (who.to_owned(), kind.to_owned(), words.to_owned());
        AuditLine { number, time, who, kind, words }
    }

    #[test]
    fn lines_are_found_once() {
        let lines = Arc::new(VecDeque::from([
            line(1, "engine", "begin", "began"),
            line(2, "ada", "session", "logged in"),
            line(3, "ada", "command", "#3 prepared: SET_MODE"),
        ]));
        let mut found = Found::default();
        let mut filter = Filter::default();
        assert!(found.look(&lines, &filter, None));
        assert!(!found.look(&lines, &filter, None), "kept");
        assert_eq!(*found.rows, [0, 1, 2]);
        assert_eq!(found.kinds.len(), 3);
        "ADA set".clone_into(&mut filter.words);
        assert!(found.look(&lines, &filter, None));
        assert_eq!(*found.rows, [2]);
        filter = Filter { kind: "session".into(), ..Filter::default() };
        assert!(found.look(&lines, &filter, Some(Instant::from_unix_s(1.6e9 + 1.5))));
        assert!(found.rows.is_empty(), "not written yet then");
    }

    #[test]
    fn csv_is_quoted_and_no_formula() {
        let lines = VecDeque::from([line(1, "ada", "command", "=1+1, \"x\"")]);
        let text = csv(&lines, &[0]);
        assert!(text.ends_with(",ada,command,\"'=1+1, \"\"x\"\"\"\n"), "{text}");
        assert_eq!(csv(&lines, &[7]).lines().count(), 1);
    }
}
