//! Levels of event records, with the colours of the AMPCS clients (FACTS 4.10).

use serde::{Deserialize, Serialize};

/// How grave an event record is, least grave first. `Warning` and `Fault` are those of simulation
/// and ground equipment (SSE).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvrLevel {
    /// The record names none, or one that is not known.
    #[default]
    EvrUnknown,
    /// For those who wrote the software.
    Diagnostic,
    /// A small step of an activity.
    ActivityLo,
    /// A step of an activity that operators follow.
    ActivityHi,
    /// A command was taken or ended.
    Command,
    /// Something is not as expected.
    WarningLo,
    /// A warning of the support equipment.
    Warning,
    /// Something needs attention soon.
    WarningHi,
    /// A fault of the support equipment.
    Fault,
    /// Something failed for good, or made the spacecraft safe itself.
    Fatal,
}

impl EvrLevel {
    /// All, least grave first; the position of a level is its [`EvrLevel::code`].
    pub const ALL: [Self; 10] = [
        Self::EvrUnknown,
        Self::Diagnostic,
        Self::ActivityLo,
        Self::ActivityHi,
        Self::Command,
        Self::WarningLo,
        Self::Warning,
        Self::WarningHi,
        Self::Fault,
        Self::Fatal,
    ];

    /// The level of a word as AMPCS prints it, letter case ignored.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word))
    }

    /// The word as AMPCS prints it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EvrUnknown => "EVR_UNKNOWN",
            Self::Diagnostic => "DIAGNOSTIC",
            Self::ActivityLo => "ACTIVITY_LO",
            Self::ActivityHi => "ACTIVITY_HI",
            Self::Command => "COMMAND",
            Self::WarningLo => "WARNING_LO",
            Self::Warning => "WARNING",
            Self::WarningHi => "WARNING_HI",
            Self::Fault => "FAULT",
            Self::Fatal => "FATAL",
        }
    }

    /// The colour of the AMPCS clients as sRGB; none for levels that have none.
    pub const fn colour(self) -> Option<[u8; 3]> {
        match self {
            Self::Fatal => Some([0xff, 0x00, 0x00]),
            Self::WarningHi => Some([0xff, 0x7f, 0x24]),
            Self::WarningLo => Some([0xff, 0xff, 0x00]),
            Self::Command => Some([0x00, 0xbf, 0xff]),
            Self::ActivityHi => Some([0x6d, 0x6d, 0x6d]),
            Self::ActivityLo => Some([0xdc, 0xdc, 0xdc]),
            Self::Diagnostic => Some([0x00, 0xff, 0x00]),
            Self::EvrUnknown | Self::Warning | Self::Fault => None,
        }
    }

    /// A number that stays the same for good: archives store it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The level of a stored number.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}
