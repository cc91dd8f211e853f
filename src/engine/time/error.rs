//! Why a text is not a time, in sentences that say what would be accepted.

use thiserror::Error;

/// What [`super::parse`] and the clocks refuse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimeError {
    /// The text has none of the known forms.
    #[error(
        "\"{text}\" is not a time; write 2019-07-26T12:16:15.587Z, 2019-07-26, \
         2019-207T12:16:15, Sol 235 12:34:56 LMST, Sol 235, 00235M12:34:56.789 \
         or Sol-00235M12:34:56.789"
    )]
    Unreadable {
        /// The text as given, shortened.
        text: String,
    },
    /// The form is known but a field is not possible (month 13, hour 24).
    #[error("{what} in \"{text}\" is out of range; write for example {example}")]
    Field {
        /// The text as given, shortened.
        text: String,
        /// Which field.
        what: &'static str,
        /// A correct text of the same form.
        example: &'static str,
    },
    /// The date lies outside what an instant holds.
    #[error("\"{text}\" lies outside the years 1678 to 2261 that marsdeck can hold")]
    OutOfRange {
        /// The text as given, shortened.
        text: String,
    },
    /// A sol was given without saying of which mission.
    #[error(
        "\"{text}\" is a sol, but no mission is chosen; put insight, msl or m2020 before it \
         or choose a mission"
    )]
    NoMission {
        /// The text as given, shortened.
        text: String,
    },
    /// The mission has no sol clock.
    #[error("\"{id}\" has no sol clock; the missions with one are insight, msl and m2020")]
    UnknownMission {
        /// The id as given.
        id: String,
    },
}
