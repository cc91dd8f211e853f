//! What changed between two versions of a sequence, step by step.

use super::model::{Sequence, Step};

/// Most cells of the table by which steps are paired; larger ones are paired by name alone.
const MOST_CELLS: usize = 4_000_000;

/// How far a changed step is looked for.
const FARTHEST: usize = 200;

/// A step of both versions, or of one of them; numbers count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The same in both: number before and after.
    Same(usize, usize),
    /// The same command or block with something changed.
    Changed {
        /// Number before.
        before: usize,
        /// Number after.
        after: usize,
        /// What: `time`, `arguments`, `note`, `metadata`, `models` or `remarks`.
        what: Vec<&'static str>,
    },
    /// Only in the version before.
    Removed(usize),
    /// Only in the version after.
    Added(usize),
}

/// Compares two versions. Every step of both stands in the answer once, in order; a step that was
/// moved past others shows as removed and added.
pub fn difference(before: &Sequence, after: &Sequence) -> Vec<Change> {
    let (a, b) = (&before.steps[..], &after.steps[..]);
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a_rest, b_rest) = (a.get(front..).unwrap_or_default(), b.get(front..).unwrap_or_default());
    let back = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let middle_a = a_rest.get(..a_rest.len() - back).unwrap_or_default();
    let middle_b = b_rest.get(..b_rest.len() - back).unwrap_or_default();
    let mut found: Vec<Change> = (0..front).map(|at| Change::Same(at, at)).collect();
    let mut at = (0, 0);
    for (i, j) in pairs(middle_a, middle_b).into_iter().chain([(middle_a.len(), middle_b.len())]) {
        gap(middle_a, middle_b, at, (i, j), front, &mut found);
        if i < middle_a.len() {
            found.push(Change::Same(front + i, front + j));
        }
        at = (i + 1, j + 1);
    }
    let (from_a, from_b) = (a.len() - back, b.len() - back);
    found.extend((0..back).map(|at| Change::Same(from_a + at, from_b + at)));
    found
}

/// The longest list of equal steps in the same order.
fn pairs(a: &[Step], b: &[Step]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    if a.len().saturating_add(1).saturating_mul(width) > MOST_CELLS {
        return Vec::new();
    }
    let mut length = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if a[i] == b[j] {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            found.push((i, j));
            i += 1;
            j += 1;
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// Steps between two that are the same: those of one name are the same step, changed.
fn gap(
    a: &[Step],
    b: &[Step],
    from: (usize, usize),
    to: (usize, usize),
    offset: usize,
    found: &mut Vec<Change>,
) {
    let mut next = from.1;
    for (i, step) in a.iter().enumerate().take(to.0).skip(from.0) {
        let rest = b.iter().enumerate().take(to.1.min(next + FARTHEST)).skip(next);
        let same = rest.into_iter().find(|(_, other)| is_same_kind(step, other)).map(|(j, _)| j);
        let Some(j) = same else {
            found.push(Change::Removed(offset + i));
            continue;
        };
        found.extend((next..j).map(|j| Change::Added(offset + j)));
        let what = b.get(j).map(|other| changed(step, other)).unwrap_or_default();
        let (before, after) = (offset + i, offset + j);
        found.push(if what.is_empty() {
            Change::Same(before, after)
        } else {
            Change::Changed { before, after, what }
        });
        next = j + 1;
    }
    found.extend((next..to.1).map(|j| Change::Added(offset + j)));
}

fn is_same_kind(a: &Step, b: &Step) -> bool {
    std::mem::discriminant(&a.action) == std::mem::discriminant(&b.action) && a.name() == b.name()
}

fn changed(a: &Step, b: &Step) -> Vec<&'static str> {
    let parts = [
        ("time", a.time == b.time),
        ("action", a.action == b.action),
        ("arguments", a.arguments == b.arguments),
        ("note", a.note == b.note),
        ("metadata", a.metadata == b.metadata),
        ("models", a.models == b.models),
        ("remarks", a.remarks == b.remarks),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text;
    use super::*;

    fn of(text: &str) -> Sequence {
        text::parse(text).sequence
    }

    #[test]
    fn changes_are_told_by_step() {
        let before = of("R1 A\nR1 B 1\nR1 C\nR1 D\nR1 Z\n");
        let after = of("R1 A\nR1 B 2 # two\nR1 X\nR1 D\nR2 Y\nR1 Z\n");
        assert_eq!(
            difference(&before, &after),
            [
                Change::Same(0, 0),
                Change::Changed { before: 1, after: 1, what: vec!["arguments", "note"] },
                Change::Removed(2),
                Change::Added(2),
                Change::Same(3, 3),
                Change::Added(4),
                Change::Same(4, 5),
            ]
        );
        assert!(
            difference(&before, &before).iter().all(|c| matches!(c, Change::Same(a, b) if a == b))
        );
    }

    proptest! {
        #[test]
        fn every_step_stands_there_once_and_in_order(
            a in prop::collection::vec((0..4_u8, 0..2_u8), 0..12),
            b in prop::collection::vec((0..4_u8, 0..2_u8), 0..12),
        ) {
            let line = |(name, value): &(u8, u8)| format!("R1 CMD_{name} {value}\n");
            let before = of(&a.iter().map(line).collect::<String>());
            let after = of(&b.iter().map(line).collect::<String>());
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for change in difference(&before, &after) {
                match change {
                    Change::Same(i, j) => {
                        prop_assert_eq!(&before.steps[i], &after.steps[j]);
                        left.push(i);
                        right.push(j);
                    }
                    Change::Changed { before: i, after: j, what } => {
                        prop_assert!(!what.is_empty());
                        left.push(i);
                        right.push(j);
                    }
                    Change::Removed(i) => left.push(i),
                    Change::Added(j) => right.push(j),
                }
            }
            prop_assert_eq!(left, (0..a.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..b.len()).collect::<Vec<_>>());
        }
    }
}
