//! The part of all event messages that is on screen, and what is said of it.
//!
//! Only so many messages around an instant are held, whatever the archive has. The instant stays
//! while the cursor moves inside of them, and follows where it gets near an edge.

use marsdeck_engine::archive::{EventMessage, EvrLevel, Levels};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, iso};

/// Messages that are held on each side.
pub(super) const EACH: u32 = 400;
/// Messages that must be left between cursor and edge.
const MARGIN: usize = 60;

/// What the table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) levels: Levels,
    /// Words that must all occur in module, name or message.
    pub(super) text: String,
    /// Only those at or before the cursor.
    pub(super) so_far: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self { levels: Levels::ALL, text: String::new(), so_far: false }
    }
}

impl Filter {
    /// The question for the messages around an instant.
    pub(super) fn request(&self, at: Instant) -> Request {
        let text = self.text.trim().to_owned();
        Request::MessagesAround { at, levels: self.levels, text, each: EACH }
    }

    /// Whether it lets every message through.
    pub(super) fn is_open(&self) -> bool {
        self.levels == Levels::ALL && self.text.trim().is_empty()
    }
}

/// `All levels`, `From WARNING_LO`, `3 of 10 levels`.
pub(super) fn levels_text(levels: Levels) -> String {
    if levels == Levels::ALL {
        return "All levels".to_owned();
    }
    let from = EvrLevel::ALL.into_iter().find(|least| levels == Levels::from(*least));
    if let Some(least) = from {
        return format!("From {}", least.word());
    }
    let count = EvrLevel::ALL.into_iter().filter(|l| levels.contains(*l)).count();
    format!("{count} of {} levels", EvrLevel::ALL.len())
}

/// Messages as they came, one row each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block<'a> {
    before: &'a [EventMessage],
    after: &'a [EventMessage],
    pub(super) more_before: bool,
    pub(super) more_after: bool,
}

impl<'a> Block<'a> {
    /// The messages of an answer.
    pub(super) fn of(answer: &'a Answer) -> Self {
        match answer {
            Answer::MessagesAround { before, after, more_before, more_after } => {
                Self { before, after, more_before: *more_before, more_after: *more_after }
            }
            _ => Self::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    pub(super) fn get(&self, row: usize) -> Option<&'a EventMessage> {
        self.before.get(row).or_else(|| self.after.get(row.checked_sub(self.before.len())?))
    }

    /// How many rows are at or before an instant.
    pub(super) fn until(&self, t: Instant) -> usize {
        let count = |list: &[EventMessage]| list.partition_point(|m| m.time <= t);
        count(self.before) + count(self.after)
    }

    /// Whether the rows next to an instant are held on both sides of it.
    pub(super) fn holds(&self, t: Instant) -> bool {
        let until = self.until(t);
        let room = |more: bool, rows: usize| !more || rows >= MARGIN;
        room(self.more_before, until) && room(self.more_after, self.len() - until)
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.get(0).map(|m| m.time)
    }

    pub(super) fn last(&self) -> Option<Instant> {
        self.get(self.len().checked_sub(1)?).map(|m| m.time)
    }
}

/// A message as one line of tab-separated text.
pub(super) fn line(message: &EventMessage) -> String {
    let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    let cells = [
        iso(message.time, 3),
        message.level.word().to_owned(),
        plain(&message.mission),
        plain(&message.module),
        plain(&message.name),
        plain(&message.message),
    ];
    cells.join("\t")
}

/// The first rows of a block with a header, for the clipboard.
pub(super) fn lines(block: Block<'_>, rows: usize) -> String {
    let mut text = "utc\tlevel\tmission\tmodule\tname\tmessage\n".to_owned();
    for message in (0..rows).filter_map(|row| block.get(row)) {
        text.push_str(&line(message));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: usize) -> Instant {
        Instant::from_unix_s(s as f64)
    }

    fn answer(before: usize, after: usize, more: [bool; 2]) -> Answer {
        let message = |i: usize| EventMessage { time: at(i), ..EventMessage::default() };
        Answer::MessagesAround {
            before: (0..before).map(message).collect(),
            after: (before..before + after).map(message).collect(),
            more_before: more[0],
            more_after: more[1],
        }
    }

    #[test]
    fn rows_run_through_both_sides() {
        let answer = answer(3, 2, [false, false]);
        let block = Block::of(&answer);
        let times: Vec<_> = (0..6).map(|row| block.get(row).map(|m| m.time)).collect();
        assert_eq!(
            times,
            [0, 1, 2, 3, 4].map(|s| Some(at(s))).into_iter().chain([None]).collect::<Vec<_>>()
        );
        assert_eq!((block.until(at(3)), block.until(Instant::MIN), block.len()), (4, 0, 5));
        assert_eq!((block.first(), block.last()), (Some(at(0)), Some(at(4))));
        assert_eq!(Block::default().last(), None);
    }

    #[test]
    fn the_block_is_left_near_an_edge_that_goes_on() {
        let open = answer(200, 200, [true, true]);
        let open = Block::of(&open);
        assert!(open.holds(at(200)) && open.holds(at(60)) && open.holds(at(339)));
        assert!(!open.holds(at(30)) && !open.holds(at(380)) && !open.holds(Instant::MAX));
        let whole = answer(5, 5, [false, false]);
        assert!(Block::of(&whole).holds(Instant::MAX) && Block::default().holds(at(1)));
    }

    #[test]
    fn levels_read_as_words() {
        assert_eq!(levels_text(Levels::ALL), "All levels");
        assert_eq!(levels_text(Levels::from(EvrLevel::WarningLo)), "From WARNING_LO");
        assert_eq!(levels_text(Levels::NONE.with(EvrLevel::Command)), "1 of 10 levels");
        assert_eq!(levels_text(Levels::ALL.without(EvrLevel::Fatal)), "9 of 10 levels");
    }

    #[test]
    fn copied_lines_keep_their_columns() {
        let message = EventMessage {
            time: at(1),
            level: EvrLevel::Fatal,
            message: "a\tb\nc".into(),
            ..EventMessage::default()
        };
        assert_eq!(line(&message), "1970-01-01T00:00:01.000Z\tFATAL\t\t\t\ta b c");
        let two = answer(2, 1, [false, false]);
        assert_eq!(lines(Block::of(&two), 2).lines().count(), 3);
    }
}
