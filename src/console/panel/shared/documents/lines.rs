//! What differs between two texts, line by line.

/// Most cells of the table by which lines are paired; between longer parts all lines differ.
const MOST_CELLS: usize = 4_000_000;

/// A line of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// In both.
    Same(String),
    /// Only in the text before.
    Removed(String),
    /// Only in the text after.
    Added(String),
}

/// Compares two texts; every line of both stands in the answer once, in order.
pub fn line_changes(before: &str, after: &str) -> Vec<LineChange> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let rest = |all: &[&str]| all.len() - front;
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let back = back.min(rest(&a)).min(rest(&b));
    let (middle_a, middle_b) = (&a[front..a.len() - back], &b[front..b.len() - back]);
    let same = |line: &&str| LineChange::Same((*line).to_owned());
    let mut found: Vec<LineChange> = a[..front].iter().map(same).collect();
    middle(middle_a, middle_b, &mut found);
    found.extend(a[a.len() - back..].iter().map(same));
    found
}

fn middle(a: &[&str], b: &[&str], found: &mut Vec<LineChange>) {
    let width = b.len() + 1;
    let is_small = (a.len() + 1).saturating_mul(width) <= MOST_CELLS;
    // The length of the longest list of equal lines behind each pair; empty for long texts.
    let mut length = vec![0_u32; if is_small { (a.len() + 1) * width } else { 0 }];
    if is_small {
        for i in (0..a.len()).rev() {
            for j in (0..b.len()).rev() {
                length[i * width + j] = if a[i] == b[j] {
                    length[(i + 1) * width + j + 1] + 1
                } else {
                    length[(i + 1) * width + j].max(length[i * width + j + 1])
                };
            }
        }
    }
    let longest = |i: usize, j: usize| length.get(i * width + j).copied().unwrap_or_default();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match (a.get(i), b.get(j)) {
            (Some(one), Some(other)) if one == other && is_small => {
                found.push(LineChange::Same((*one).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || longest(i + 1, j) >= longest(i, j + 1) => {
                found.push(LineChange::Removed((*one).to_owned()));
                i += 1;
            }
            (_, Some(other)) => {
                found.push(LineChange::Added((*other).to_owned()));
                j += 1;
            }
            _ => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signs(before: &str, after: &str) -> Vec<String> {
        let sign = |change: LineChange| match change {
            LineChange::Same(line) => format!(" {line}"),
            LineChange::Removed(line) => format!("-{line}"),
            LineChange::Added(line) => format!("+{line}"),
        };
        line_changes(before, after).into_iter().map(sign).collect()
    }

    #[test]
    fn lines_are_told_by_sign() {
        assert_eq!(signs("a\nb\nc\n", "a\nx\nc\nd"), [" a", "-b", "+x", " c", "+d"]);
        assert_eq!(signs("a", "a"), [" a"]);
        assert_eq!(signs("", "a"), ["+a"]);
        assert_eq!(signs("a\na", "a"), [" a", "-a"]);
    }

    proptest! {
        #[test]
        fn both_texts_come_out_again(a in "[ab\n]{0,20}", b in "[ab\n]{0,20}") {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for change in line_changes(&a, &b) {
                match change {
                    LineChange::Same(line) => {
                        left.push(line.clone());
                        right.push(line);
                    }
                    LineChange::Removed(line) => left.push(line),
                    LineChange::Added(line) => right.push(line),
                }
            }
            prop_assert_eq!(left, a.lines().collect::<Vec<_>>());
            prop_assert_eq!(right, b.lines().collect::<Vec<_>>());
        }
    }
}
