//! How the on-board clock of a spacecraft runs against UTC: a straight line through the last time
//! packets, and what each new one says against it.

use std::collections::VecDeque;

use crate::time::Instant;

/// Time packets that the line is drawn through.
const PAIRS: usize = 16;
/// A time packet that is so far off the line, in seconds, is a clock that was set: the line
/// begins anew.
const JUMP_S: f64 = 1.0;

/// The last time packets.
#[derive(Clone, Debug, Default)]
pub(super) struct Correlation {
    /// On-board time, and UTC minus it in seconds.
    pairs: VecDeque<(Instant, f64)>,
}

/// What a time packet says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// UTC minus on-board time, seconds.
    pub(super) offset_s: f64,
    /// The same minus what the line through the packets before it foretold; none for the first.
    pub(super) residual_s: Option<f64>,
    /// Whether the clock was set since the last one.
    pub(super) is_jump: bool,
}

impl Correlation {
    /// Takes a time packet.
    pub(super) fn add(&mut self, on_board: Instant, utc: Instant) -> Found {
        let offset_s = utc.s_since(on_board);
        let residual_s = self.foretell(on_board).map(|expected| offset_s - expected);
        let is_jump = residual_s.is_some_and(|residual| residual.abs() > JUMP_S);
        if is_jump {
            self.pairs.clear();
        }
        // One that comes again, or late out of the memory, says nothing new about now.
        if self.pairs.back().is_none_or(|(last, _)| on_board > *last) {
            self.pairs.push_back((on_board, offset_s));
            if self.pairs.len() > PAIRS {
                self.pairs.pop_front();
            }
        }
        Found { offset_s, residual_s, is_jump }
    }

    /// Offset by the least-squares line through the pairs; one pair alone is a clock that keeps
    /// time.
    fn foretell(&self, at: Instant) -> Option<f64> {
        let (first, _) = self.pairs.front()?;
        let n = self.pairs.len() as f64;
        let points = || self.pairs.iter().map(|(t, y)| (t.s_since(*first), *y));
        let (mean_x, mean_y) =
            points().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
        let spread: f64 = points().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let along: f64 = points().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let slope = if spread > 0.0 { along / spread } else { 0.0 };
        Some(mean_y + slope * (at.s_since(*first) - mean_x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drifting_clock_is_foretold_and_a_set_one_is_told() {
        let mut line = Correlation::default();
        let start = Instant::from_unix_s(1.7e9);
        // A clock that loses 1 ms in 100 s: utc - on_board = 5 s + 1e-5 t.
        let pair = |t: f64, extra: f64| {
            let on_board = start.plus_s(t);
            (on_board, on_board.plus_s(5.0 + 1e-5 * t + extra))
        };
        for i in 0..10 {
            let (on_board, utc) = pair(100.0 * f64::from(i), 0.0);
            let found = line.add(on_board, utc);
            assert!((found.offset_s - 5.0 - 1e-3 * f64::from(i)).abs() < 1e-6);
            // The first has no line, the second only its offset.
            match i {
                0 => assert_eq!(found.residual_s, None),
                1 => assert!((found.residual_s.unwrap() - 1e-3).abs() < 1e-6),
                _ => assert!(found.residual_s.unwrap().abs() < 1e-6),
            }
        }
        let (on_board, utc) = pair(1000.0, 60.0);
        let jump = line.add(on_board, utc);
        assert!(jump.is_jump && (jump.residual_s.unwrap() - 60.0).abs() < 1e-3);
        let (on_board, utc) = pair(1100.0, 60.0);
        assert!(!line.add(on_board, utc).is_jump);
    }
}
