//! The header of a file: lines before `$$EOH`.

use crate::problem::Problem;

use super::model::{Head, Label};

/// Reads the header. `offset` is the byte that the text begins at.
pub(super) fn read(text: &str, offset: usize, problems: &mut Vec<Problem>) -> Head {
    let mut head = Head::default();
    let mut open: Option<Label> = None;
    let mut at = offset;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim();
        let mut tell = |reason: &str| {
            if problems.len() < super::MOST_PROBLEMS {
                problems.push(Problem::at(start as u64, "header", reason));
            }
        };
        if line.is_empty() || line.starts_with("**") {
            continue;
        }
        if let Some(record) = line.strip_prefix('*') {
            head.records.push(record.to_owned());
        } else if line.contains("$$MARK$$") {
            match open.take() {
                Some(mut label) => {
                    line.clone_into(&mut label.closing);
                    head.label = Some(label);
                }
                None if head.label.is_none() => {
                    open = Some(Label { opening: line.to_owned(), ..Label::default() });
                }
                None => tell("a second SFDU label; it is left out"),
            }
        } else if line.starts_with("$$") {
            if head.title.is_some() {
                tell("a second title; the first is kept");
            } else {
                head.title = Some(line.to_owned());
            }
        } else if let Some(label) = &mut open {
            match line.strip_suffix(';').and_then(|pair| pair.split_once('=')) {
                Some((key, value)) => {
                    label.pairs.push((key.trim().to_owned(), value.trim().to_owned()));
                }
                None => tell("a line of the label has to be KEY = VALUE; it is left out"),
            }
        } else {
            tell("this is neither a label, a title nor a line with an asterisk; it is left out");
        }
    }
    if let Some(label) = open {
        let reason = "the SFDU label has no mark behind its pairs; it was kept without one";
        problems.push(Problem::at(at as u64, "header", reason));
        head.label = Some(label);
    }
    head
}

/// Writes the header, up to and with `$$EOH`.
pub(super) fn write(head: &Head, out: &mut String) {
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    if let Some(label) = &head.label {
        line(&label.opening);
        for (key, value) in &label.pairs {
            line(&format!("{key} = {value};"));
        }
        line(&label.closing);
    }
    if let Some(title) = &head.title {
        line(title);
    }
    let stars = "*".repeat(60);
    if head.title.is_some() || !head.records.is_empty() {
        line(&stars);
        for record in &head.records {
            line(&format!("*{record}"));
        }
        line(&stars);
    }
    line("$$EOH");
}
