//! The one time cursor: live, paused or replaying, and the range that linked views show.

use marsdeck_engine::time::{Instant, TimeRange};
use serde::{Deserialize, Serialize};

/// Who drives the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// The cursor follows the newest data.
    Live,
    /// The cursor stands still in the archive.
    Paused,
    /// The cursor runs through the archive.
    Replay,
}

/// What time axes are labelled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeAxis {
    /// UTC.
    #[default]
    Utc,
    /// Sol and local mean solar time of a mission (kernel longitude).
    Lmst,
    /// Local true solar time.
    Ltst,
    /// Hours since the start of the sol.
    SolOfDay,
}

/// Cursor, range, mode and speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeControl {
    /// Who drives the clock.
    pub mode: Mode,
    /// The time cursor.
    pub cursor: Instant,
    /// The range that linked views show; holds the cursor while following it.
    pub range: TimeRange,
    /// Replay speed: archive seconds per second, 1 to 10 000.
    pub speed: f64,
    /// Axis labels.
    pub axis: TimeAxis,
}

impl TimeControl {
    /// Paused at an instant, with a range around it.
    pub fn paused_at(cursor: Instant, range: TimeRange) -> Self {
        Self { mode: Mode::Paused, cursor, range, speed: 60.0, axis: TimeAxis::Utc }
    }

    /// Live at the newest data, with a range that ends a little after it.
    pub fn live(newest: Instant, length_s: f64) -> Self {
        let range = TimeRange::new(
            newest.plus_s(-length_s * LIVE_SHARE),
            newest.plus_s(length_s * (1.0 - LIVE_SHARE)),
        );
        Self { mode: Mode::Live, cursor: newest, range, speed: 60.0, axis: TimeAxis::Utc }
    }

    /// While live: the cursor goes to the newest data. Says whether anything moved.
    pub fn follow(&mut self, newest: Instant) -> bool {
        if self.mode != Mode::Live || newest == self.cursor {
            return false;
        }
        self.run_to(newest, LIVE_SHARE);
        true
    }

    /// While replaying: the cursor runs on by so many seconds of the wall times the speed. At the
    /// end of the data it pauses. Says whether anything moved.
    pub fn advance(&mut self, elapsed_s: f64, span: Option<TimeRange>) -> bool {
        if self.mode != Mode::Replay || elapsed_s <= 0.0 {
            return false;
        }
        let mut to = self.cursor.plus_s(elapsed_s * self.speed);
        if let Some(span) = span
            && to >= span.end
        {
            to = span.end.max(self.cursor);
            self.mode = Mode::Paused;
        }
        self.run_to(to, REPLAY_SHARE);
        true
    }

    /// Live or replaying: pause. Paused: replay from the cursor, or from the start of the data when
    /// the cursor stands at their end.
    pub fn toggle_play(&mut self, span: Option<TimeRange>) {
        self.mode = match self.mode {
            Mode::Live | Mode::Replay => Mode::Paused,
            Mode::Paused => Mode::Replay,
        };
        if let (Mode::Replay, Some(span)) = (self.mode, span)
            && self.cursor >= span.end
        {
            self.jump_to(span.start);
        }
    }

    /// Cursor to the newest data, and follow it.
    pub fn go_live(&mut self, newest: Option<Instant>) {
        self.mode = Mode::Live;
        if let Some(newest) = newest {
            let inside = self.range.contains(newest);
            self.cursor = newest;
            if !inside {
                self.place_range(LIVE_SHARE);
            }
        }
    }

    /// Cursor to an instant; live pauses, a replay goes on from there.
    pub fn set_cursor(&mut self, to: Instant) {
        if self.mode == Mode::Live {
            self.mode = Mode::Paused;
        }
        self.jump_to(to);
    }

    /// Cursor on by so many seconds (negative: back); pauses.
    pub fn step(&mut self, seconds: f64) {
        self.mode = Mode::Paused;
        self.jump_to(self.cursor.plus_s(seconds));
    }

    /// Replay speed, kept between 1 and 10 000.
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(1.0, 10_000.0);
        }
    }

    /// The next speed of the table up or down from the present one.
    pub fn next_speed(&self, up: bool) -> f64 {
        let found = if up {
            SPEEDS.into_iter().find(|speed| *speed > self.speed)
        } else {
            SPEEDS.into_iter().rev().find(|speed| *speed < self.speed)
        };
        found.unwrap_or(self.speed)
    }

    /// The range of all linked views. Kept at least a microsecond long; the cursor stays.
    pub fn set_range(&mut self, range: TimeRange) {
        let shortest = 1_000;
        let end = range.end.max(range.start.plus_ns(shortest));
        self.range = TimeRange::new(range.start, end);
    }

    /// What one arrow key moves the cursor by: a hundredth of the range, in seconds.
    pub fn small_step_s(&self) -> f64 {
        self.range.duration_s() / 100.0
    }

    /// Moves the cursor as time goes by. The range turns a page when the cursor runs out of it, so
    /// that queries of a page are asked once; a range that the operator moved away stays there.
    fn run_to(&mut self, to: Instant, share: f64) {
        let followed = self.range.contains(self.cursor);
        self.cursor = to;
        if followed && !self.range.contains(to) {
            self.place_range(share);
        }
    }

    /// Moves the cursor at the operator's wish: the range always shows it.
    fn jump_to(&mut self, to: Instant) {
        self.cursor = to;
        if !self.range.contains(to) {
            self.place_range(0.5);
        }
    }

    /// Moves the range, its length kept, so that the cursor stands at a share of it.
    fn place_range(&mut self, share: f64) {
        let length = self.range.duration_ns();
        let start = self.cursor.plus_ns(-((length as f64 * share) as i64));
        self.range = TimeRange::new(start, start.plus_ns(length));
    }
}

/// Where a page puts the newest data.
const LIVE_SHARE: f64 = 0.8;
/// Where a page of a replay puts the cursor.
const REPLAY_SHARE: f64 = 0.05;

/// Speeds that the keys step through.
pub const SPEEDS: [f64; 13] =
    [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1000.0, 2000.0, 5000.0, 10_000.0];

#[cfg(test)]
mod tests;
