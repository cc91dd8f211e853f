//! Problems of XTCE files: each at its element and line, each once, repeated remarks gathered.

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

/// A file that is read, for the places of problems.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Where its offsets begin; files follow each other.
    pub origin: u64,
    /// Its name; empty where it is the only one.
    pub name: String,
    pub lines: Lines,
}

/// Elements of one name in one file that only describe.
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
    /// At least one, ascending by origin.
    files: Vec<Place>,
    seen: HashSet<(u64, String)>,
    /// By file and name.
    gathered: BTreeMap<(usize, String), Gathered>,
}

impl Notes {
    pub(super) fn new(problems: Problems, files: Vec<Place>) -> Self {
        Self { problems, files, ..Self::default() }
    }

    /// Position of the file that an offset is in.
    pub(super) fn file(&self, offset: u64) -> usize {
        self.files.partition_point(|file| file.origin <= offset).saturating_sub(1)
    }

    /// Line of an offset, and its offset in its own file.
    fn within(&self, offset: u64) -> (usize, u64) {
        let Some(file) = self.files.get(self.file(offset)) else { return (1, offset) };
        let own = offset.saturating_sub(file.origin);
        (file.lines.line(own), own)
    }

    /// A place in words: the file, where there are several, and the line.
    pub(super) fn place(&self, offset: u64) -> String {
        let line = self.within(offset).0;
        match self.files.get(self.file(offset)).map(|file| file.name.as_str()) {
            None | Some("") => format!("line {line}"),
            Some(name) => format!("{}, line {line}", shown(name)),
        }
    }

    fn push(&mut self, offset: u64, name: &str, reason: String) {
        let (line, own) = self.within(offset);
        let field = format!("line {line}, {}", shown(name));
        let mut problem = Problem::at(own, field, reason);
        if let Some(file) = self.files.get(self.file(offset)) {
            problem.place.clone_from(&file.name);
        }
        self.problems.push(problem);
    }

    /// Notes a problem of an element; the same sentence of the same element only once.
    pub(super) fn at(&mut self, node: Node<'_>, reason: impl Into<String>) {
        let reason = reason.into();
        if self.seen.insert((node.offset(), reason.clone())) {
            self.push(node.offset(), node.name(), reason);
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
        let line = self.within(node.offset()).0;
        let file = self.file(node.offset());
        let entry = self.gathered.entry((file, name.to_owned())).or_default();
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
        for ((_, name), gathered) in std::mem::take(&mut self.gathered) {
            let lines: Vec<String> = gathered.lines.iter().map(usize::to_string).collect();
            let more = if gathered.count > gathered.lines.len() { " …" } else { "" };
            let reason = format!(
                "not kept, it changes no value; {} of them, on lines {}{more}",
                gathered.count,
                lines.join(", ")
            );
            self.push(gathered.first, &name, reason);
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
