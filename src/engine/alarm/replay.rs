//! The board at a running instant: goes on from the last one where time runs forward.

use std::sync::Arc;

use super::board::Board;
use super::journal::Journal;
use crate::time::Instant;

/// A board that follows a cursor over a journal.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    journal: Arc<Journal>,
    at: Option<Instant>,
    taken: usize,
    board: Board,
}

impl Replay {
    /// The alarms as they stood at an instant, and whether that may differ from the last answer.
    pub fn at(&mut self, journal: &Arc<Journal>, at: Instant) -> (&Board, bool) {
        let is_same = Arc::ptr_eq(journal, &self.journal);
        let until = journal.until(at);
        let is_forward = is_same && self.at.is_some_and(|before| before <= at);
        let ends = self.board.next_end().is_some_and(|end| end <= at);
        if is_forward && until == self.taken && !ends {
            self.at = Some(at);
            return (&self.board, false);
        }
        if !is_forward {
            self.board = Board::default();
            self.taken = 0;
            self.journal = Arc::clone(journal);
        }
        for record in journal.records().get(self.taken..until).unwrap_or_default() {
            self.board.apply(record);
        }
        self.board.advance(at);
        (self.taken, self.at) = (until, Some(at));
        (&self.board, true)
    }
}
