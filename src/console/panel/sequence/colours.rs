//! Syntax colours of the text form: what each part of a line is, told without a parser, so that
//! half-typed lines have colours, too.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Stroke};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::sequence::text::Span;

use crate::theme::Theme;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Plain,
    Time,
    Command,
    Directive,
    Name,
    Number,
    Text,
    Remark,
}

/// Parts of a line and their lengths in bytes; together they are the line.
pub(super) fn parts(line: &str) -> Vec<(Part, usize)> {
    let mut found = Vec::new();
    let mut rest = line;
    let mut words = 0;
    let mut after_directive = false;
    while let Some(first) = rest.chars().next() {
        let (part, length) = match first {
            '#' => (Part::Remark, rest.len()),
            '"' => (Part::Text, quoted(rest)),
            '[' | ']' | '(' | ')' | ',' | '=' => (Part::Plain, 1),
            c if c.is_whitespace() => (Part::Plain, blank(rest)),
            _ => {
                let length = word(rest);
                let part = match words {
                    _ if first == '@' => Part::Directive,
                    0 => Part::Time,
                    1 if !after_directive => Part::Command,
                    _ if rest[length..].starts_with('=') => Part::Name,
                    _ if first.is_ascii_digit() || first == '-' => Part::Number,
                    _ => Part::Plain,
                };
                after_directive |= first == '@';
                words += 1;
                (part, length)
            }
        };
        found.push((part, length));
        rest = &rest[length..];
    }
    found
}

fn blank(text: &str) -> usize {
    text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len())
}

fn word(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "\"#[](),=".contains(c);
    let length = text.char_indices().find(|(at, c)| *at > 0 && ends(*c)).map(|(at, _)| at);
    length.unwrap_or(text.len())
}

/// A text between double quotes, to its end or that of the line.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The colour of a part.
pub(super) fn colour(theme: &Theme, part: Part) -> Color32 {
    match part {
        Part::Plain => theme.text,
        Part::Time => theme.curve(5),
        Part::Command => theme.accent,
        Part::Directive => theme.curve(7),
        Part::Name => theme.curve(3),
        Part::Number => theme.curve(1),
        Part::Text => theme.curve(2),
        Part::Remark => theme.text_weak,
    }
}

/// The whole text with colours; spans of faults, sorted by line, are underlined.
pub(super) fn layout(text: &str, theme: &Theme, font: &FontId, faults: &[Span]) -> LayoutJob {
    let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
    job.wrap.max_width = f32::INFINITY;
    let wrong = Stroke::new(2.0, theme.severity(Severity::Critical));
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let first = faults.partition_point(|span| span.line < number + 1);
        let own = &faults[first..];
        let own = &own[..own.partition_point(|span| span.line == number + 1)];
        let mut column = 1;
        let mut rest = line;
        for (part, length) in parts(line) {
            let (piece, tail) = rest.split_at(length);
            rest = tail;
            let format = TextFormat::simple(font.clone(), colour(theme, part));
            if own.is_empty() {
                job.append(piece, 0.0, format);
                continue;
            }
            for run in runs(piece, column, own) {
                let underline = if run.0 { wrong } else { Stroke::NONE };
                job.append(run.1, 0.0, TextFormat { underline, ..format.clone() });
            }
            column += piece.chars().count();
        }
    }
    if job.text.is_empty() {
        // Nothing has a height of its own.
        job.append("", 0.0, TextFormat::simple(font.clone(), theme.text));
    }
    job
}

/// A piece of a line cut where faults begin and end.
fn runs<'a>(piece: &'a str, column: usize, faults: &[Span]) -> Vec<(bool, &'a str)> {
    let is_wrong = |at: usize| faults.iter().any(|span| (span.start..span.end).contains(&at));
    let mut found: Vec<(bool, &str)> = Vec::new();
    let mut from = 0;
    let mut last = None;
    for (n, (at, _)) in piece.char_indices().enumerate() {
        let wrong = is_wrong(column + n);
        if last.is_some_and(|last| last != wrong) {
            found.push((!wrong, &piece[from..at]));
            from = at;
        }
        last = Some(wrong);
    }
    if let Some(last) = last {
        found.push((last, &piece[from..]));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(line: &str) -> Vec<(Part, &str)> {
        let mut rest = line;
        let mut found = Vec::new();
        for (part, length) in parts(line) {
            let (piece, tail) = rest.split_at(length);
            if !piece.trim().is_empty() {
                found.push((part, piece));
            }
            rest = tail;
        }
        found
    }

    #[test]
    fn parts_of_a_line_are_told_apart() {
        use Part::{Command, Directive, Name, Number, Plain, Remark, Text, Time};
        assert_eq!(
            told("R00:00:10 GAIN axis=U \"H #\" 7 # so"),
            [
                (Time, "R00:00:10"),
                (Command, "GAIN"),
                (Name, "axis"),
                (Plain, "="),
                (Plain, "U"),
                (Text, "\"H #\""),
                (Number, "7"),
                (Remark, "# so"),
            ]
        );
        assert_eq!(told("@METADATA \"a\" 5")[0], (Directive, "@METADATA"));
        assert_eq!(told("@ENGINE 5")[1], (Number, "5"));
        assert_eq!(told("R1 \"half"), [(Time, "R1"), (Text, "\"half")]);
    }

    #[test]
    fn faults_are_underlined_where_they_stand() {
        let theme = Theme::dark();
        let fault = Span { line: 2, start: 4, end: 6 };
        let job = layout("R1 AB\nR1 ABC", &theme, &FontId::monospace(12.0), &[fault]);
        let under: Vec<&str> = job
            .sections
            .iter()
            .filter(|section| section.format.underline.width > 0.0)
            .map(|section| &job.text[section.byte_range.start.0..section.byte_range.end.0])
            .collect();
        assert_eq!(under, ["AB"]);
        assert_eq!(job.text, "R1 AB\nR1 ABC");
    }

    proptest! {
        #[test]
        fn parts_are_the_line(line in "[A-Z@#\"\\\\= \\[ü0-9]{0,20}") {
            prop_assert_eq!(parts(&line).iter().map(|(_, n)| n).sum::<usize>(), line.len());
            let job = layout(&line, &Theme::light(), &FontId::monospace(12.0), &[]);
            prop_assert_eq!(job.text, line);
        }
    }
}
