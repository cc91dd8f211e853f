//! Event messages: what a spacecraft or its support equipment said, as the archive keeps it.

use crate::format::ampcs::EvrLevel;
use crate::time::{Instant, TimeRange};

/// One event message (EVR).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct EventMessage {
    /// When it happened on board (SCET); when it was received where the source does not say.
    pub time: Instant,
    /// When it was received on Earth.
    pub ert: Option<Instant>,
    /// How grave it is.
    pub level: EvrLevel,
    /// Mission identifier, empty where unknown.
    pub mission: String,
    /// Name of the event, such as `FSW_EVR_BOOT`.
    pub name: String,
    /// Number of the event in its dictionary.
    pub number: Option<i64>,
    /// Software module that said it.
    pub module: String,
    /// The text.
    pub message: String,
    /// Who made it: `flight`, `sse` or `simulated`.
    pub source: String,
    /// Spacecraft clock as printed, empty where unknown.
    pub sclk: String,
}

/// A set of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Levels(u16);

impl Levels {
    /// Every level.
    pub const ALL: Self = Self((1 << EvrLevel::ALL.len()) - 1);
    /// No level.
    pub const NONE: Self = Self(0);

    /// This level and all graver ones.
    pub fn from(least: EvrLevel) -> Self {
        EvrLevel::ALL.into_iter().filter(|l| *l >= least).fold(Self::NONE, Self::with)
    }

    /// The set with one more level.
    #[must_use]
    pub const fn with(self, level: EvrLevel) -> Self {
        Self(self.0 | 1 << level.code())
    }

    /// The set without a level.
    #[must_use]
    pub const fn without(self, level: EvrLevel) -> Self {
        Self(self.0 & !(1 << level.code()))
    }

    /// Whether a level is in the set.
    pub const fn contains(self, level: EvrLevel) -> bool {
        self.0 & 1 << level.code() != 0
    }
}

/// Which event messages are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageQuery {
    /// When they happened.
    pub range: TimeRange,
    /// Levels that are wanted.
    pub levels: Levels,
    /// Words that must all occur in module, name or message, letter case ignored.
    pub text: String,
    /// Most messages wanted.
    pub limit: u32,
    /// The newest of the range where there are more than the limit, else the oldest.
    pub newest: bool,
}
