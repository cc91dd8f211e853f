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
}
