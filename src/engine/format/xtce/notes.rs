//! Problems of an XTCE file: each at its element and line, each once, repeated remarks gathered.

use std::collections::{BTreeMap, HashSet};

use crate::format::xmltree::{Node, Problems};
use crate::problem::Problem;

/// Most lines that are listed for elements that only describe.
const MAX_LINES: usize = 12;

/// Where lines begin, to name the line of an offset.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<u64>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u64).collect())
    }

    fn line(&self, offset: u64) -> usize {
        self.0.partition_point(|&at| at < offset) + 1
    }
}

/// Elements of one name that only describe.
#[derive(Debug, Default)]
struct Gathered {
    first: u64,
    count: usize,
    lines: Vec<usize>,
}

/// Collects problems.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: Problems,
    lines: Lines,
    seen: HashSet<(u64, String)>,
    gathered: BTreeMap<String, Gathered>,
}

impl Notes {
    pub(super) fn new(problems: Problems, lines: Lines) -> Self {
        Self { problems, lines, ..Self::default() }
    }

    /// Notes a problem of an element; the same sentence of the same element only once.
    pub(super) fn at(&mut self, node: Node<'_>, reason: impl Into<String>) {
        let reason = reason.into();
        if self.seen.insert((node.offset(), reason.clone())) {
            let field = format!("line {}, {}", self.lines.line(node.offset()), shown(node.name()));
            self.problems.push(Problem::at(node.offset(), field, reason));
        }
    }

    /// Notes an element that is not supported and was left out with what is inside it.
    pub(super) fn unsupported(&mut self, node: Node<'_>, consequence: &str) {
        self.at(node, format!("not supported; {consequence}"));
    }

    /// Counts an element that was left out and changes no value.
    pub(super) fn describing(&mut self, node: Node<'_>, name: &str) {
        if !self.seen.insert((node.offset(), format!("describing {name}"))) {
            return;
        }
        let line = self.lines.line(node.offset());
        let entry = self.gathered.entry(name.to_owned()).or_default();
        if entry.count == 0 {
            entry.first = node.offset();
        }
        entry.count += 1;
        if entry.lines.len() < MAX_LINES && entry.lines.last() != Some(&line) {
            entry.lines.push(line);
        }
    }

    /// Notes every child element whose name is not in `known`; those in `describes` are counted.
    pub(super) fn others(&mut self, node: Node<'_>, known: &[&str], describes: &[&str]) {
        for child in node.children() {
            if describes.contains(&child.name()) {
                self.describing(child, child.name());
            } else if !known.contains(&child.name()) {
                self.unsupported(child, "it was left out");
            }
        }
    }

    /// The list.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        for (name, gathered) in self.gathered {
            let lines: Vec<String> = gathered.lines.iter().map(usize::to_string).collect();
            let more = if gathered.count > gathered.lines.len() { " …" } else { "" };
            let reason = format!(
                "not kept, it changes no value; {} of them, on lines {}{more}",
                gathered.count,
                lines.join(", ")
            );
            let field = format!("line {}, {}", self.lines.line(gathered.first), shown(&name));
            self.problems.push(Problem::at(gathered.first, field, reason));
        }
        self.problems.finish()
    }
}

/// The start of a name or value that may be of any length.
pub(super) fn shown(text: &str) -> String {
    if text.chars().count() <= 120 {
        return text.to_owned();
    }
    let mut start: String = text.chars().take(119).collect();
    start.push('…');
    start
}
