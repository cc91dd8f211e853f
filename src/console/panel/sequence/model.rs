//! The text of a sequence as blocks of lines, one a step: what the form changes stands in the text
//! at once, and remarks stay where they are.

use std::ops::Range;

use marsdeck_engine::sequence::Step;
use marsdeck_engine::sequence::text::{Parsed, Span, print_step};

/// Text of a new sequence.
pub(super) fn empty_text(name: &str) -> String {
    format!("@ID \"{name}\"\n")
}

/// Line of a step and lines that belong to it, from 0; remarks between them are not in it.
pub(super) struct Block {
    /// The line of the step itself.
    pub line: usize,
    /// Lines behind it that say more of it.
    pub directives: Vec<usize>,
    /// Remarks right before it.
    pub remarks: Range<usize>,
}

impl Block {
    /// Of a step by its number, from 0.
    pub(super) fn of(lines: &[&str], parsed: &Parsed, step: usize) -> Option<Self> {
        let line = parsed.places.get(step)?.name.line.checked_sub(1)?;
        let starts = |at: usize, mark: char| {
            lines.get(at).is_some_and(|line| line.trim_start().starts_with(mark))
        };
        let mut directives = Vec::new();
        for (at, own) in lines.iter().enumerate().skip(line + 1) {
            if starts(at, '@') {
                directives.push(at);
            } else if !starts(at, '#') && !own.trim().is_empty() {
                break;
            }
        }
        let mut first = line;
        while first > 0 && starts(first - 1, '#') {
            first -= 1;
        }
        Some(Self { line, directives, remarks: first..line })
    }

    /// The line behind all that belongs to it.
    fn end(&self) -> usize {
        self.directives.last().copied().unwrap_or(self.line) + 1
    }
}

/// The text with lines that may be changed.
struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.lines().collect())
    }
}

fn joined<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

/// The text with a step in the place of another one; its remarks and all other lines stay.
pub(super) fn replaced(text: &str, parsed: &Parsed, at: usize, step: &Step) -> Option<String> {
    let Lines(lines) = Lines::of(text);
    let block = Block::of(&lines, parsed, at)?;
    let bare = Step { remarks: Vec::new(), ..step.clone() };
    let printed = print_step(&bare);
    let kept = lines.iter().enumerate();
    let kept = kept.filter(|(at, _)| !block.directives.contains(at)).flat_map(|(at, line)| {
        let own = if at == block.line { printed.lines().collect() } else { vec![*line] };
        own.into_iter()
    });
    Some(joined(kept))
}

/// The text with a step behind another one, or behind all of them.
pub(super) fn inserted(text: &str, parsed: &Parsed, behind: Option<usize>, step: &Step) -> String {
    let Lines(lines) = Lines::of(text);
    let at = behind.and_then(|at| Block::of(&lines, parsed, at)).map(|block| block.end());
    let (before, after) = lines.split_at(at.unwrap_or(lines.len()).min(lines.len()));
    let printed = print_step(step);
    joined(before.iter().copied().chain(printed.lines()).chain(after.iter().copied()))
}

/// The text without a step and its remarks.
pub(super) fn removed(text: &str, parsed: &Parsed, at: usize) -> Option<String> {
    let Lines(lines) = Lines::of(text);
    let block = Block::of(&lines, parsed, at)?;
    let is_kept = |at: &usize| {
        *at != block.line && !block.directives.contains(at) && !block.remarks.contains(at)
    };
    let kept = lines.iter().enumerate().filter(|(at, _)| is_kept(at));
    Some(joined(kept.map(|(_, line)| *line)))
}

/// The text with two neighbouring steps in the other order; `at` is the number of the first.
pub(super) fn swapped(text: &str, parsed: &Parsed, at: usize) -> Option<String> {
    let Lines(lines) = Lines::of(text);
    let first = Block::of(&lines, parsed, at)?;
    let second = Block::of(&lines, parsed, at + 1)?;
    let (a, b) = (first.remarks.start..first.end(), second.remarks.start..second.end());
    // Blank lines and such between the two stay there.
    let order = [0..a.start, b.clone(), a.end..b.start, a, b.end..lines.len()];
    Some(joined(order.into_iter().filter_map(|part| lines.get(part)).flatten().copied()))
}

/// The step whose lines hold a line, counted from 1.
pub(super) fn step_at(parsed: &Parsed, line: usize) -> Option<usize> {
    let next = parsed.places.partition_point(|place| place.name.line <= line);
    next.checked_sub(1)
}

/// Line and column, from 1, of a character of a text, counted from 0.
pub(super) fn place_of(text: &str, index: usize) -> (usize, usize) {
    let (mut line, mut column) = (1, 1);
    for c in text.chars().take(index) {
        if c == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}

/// The character, from 0, at a line and column, both from 1.
pub(super) fn index_of(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(|line| line.chars().count()).sum::<usize>() + column.saturating_sub(1)
}

/// The text with a span replaced, and the character behind what was put there.
pub(super) fn with_span(text: &str, span: Span, insert: &str) -> (String, usize) {
    let from = index_of(text, span.line, span.start);
    let to = index_of(text, span.line, span.end).max(from);
    let before: String = text.chars().take(from).collect();
    let after: String = text.chars().skip(to).collect();
    (format!("{before}{insert}{after}"), from + insert.chars().count())
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::sequence::When;
    use marsdeck_engine::sequence::text::parse;

    use super::*;

    const TEXT: &str = "@ID \"x\"\n# first\nR1 A 1\n# between\n@METADATA \"k\" \"v\"\n\n\
                        # second\nR2 B\nnonsense\n@NOTE \"lost\"\nR3 C # note\n";

    fn changed(at: usize, change: impl FnOnce(&mut Step)) -> String {
        let parsed = parse(TEXT);
        let mut step = parsed.sequence.steps[at].clone();
        change(&mut step);
        replaced(TEXT, &parsed, at, &step).expect("a step")
    }

    #[test]
    fn a_step_is_replaced_and_all_else_stays() {
        let text = changed(0, |step| step.time = When::AfterEnd(0));
        let expected =
            TEXT.replace("R1 A 1\n# between\n", "C A 1\n@METADATA \"k\" \"v\"\n# between\n");
        let expected = expected.replacen("# between\n@METADATA \"k\" \"v\"\n", "# between\n", 1);
        assert_eq!(text, expected);
        // The note behind the line that is no step is not that of step 2.
        let text = changed(1, |step| step.note = "hm".to_owned());
        assert_eq!(text, TEXT.replace("R2 B", "R00:00:02 B # hm"));
    }

    #[test]
    fn steps_come_go_and_change_places() {
        let parsed = parse(TEXT);
        let step = Step::command(When::AfterStart(0), "N", Vec::new());
        let text = inserted(TEXT, &parsed, Some(0), &step);
        assert!(text.contains("\"v\"\nR00:00:00 N\n\n# second\n"), "{text}");
        assert!(inserted(TEXT, &parsed, None, &step).ends_with("# note\nR00:00:00 N\n"));
        assert!(inserted("", &parse(""), None, &step) == "R00:00:00 N\n");
        let text = removed(TEXT, &parsed, 1).expect("a step");
        assert_eq!(text, TEXT.replace("# second\nR2 B\n", ""));
        let text = swapped(TEXT, &parsed, 0).expect("two steps");
        let names: Vec<String> =
            parse(&text).sequence.steps.iter().map(|step| step.name().to_owned()).collect();
        assert_eq!(names, ["B", "A", "C"]);
        assert!(text.contains("# second\nR2 B\n\n# first\nR1 A 1\n# between\n"), "{text}");
        assert!(swapped(TEXT, &parsed, 2).is_none() && removed(TEXT, &parsed, 9).is_none());
    }

    #[test]
    fn places_and_characters_are_the_same_things() {
        let text = "ä b\n\ncd";
        for index in 0..=text.chars().count() {
            let (line, column) = place_of(text, index);
            assert_eq!(index_of(text, line, column), index);
        }
        let span = Span { line: 1, start: 3, end: 4 };
        assert_eq!(with_span(text, span, "xyz"), ("ä xyz\n\ncd".to_owned(), 5));
        let parsed = parse(TEXT);
        assert_eq!(step_at(&parsed, 1), None);
        assert_eq!(step_at(&parsed, 5), Some(0));
        assert_eq!(step_at(&parsed, 99), Some(2));
    }
}
