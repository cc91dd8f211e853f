//! Alarms: limits over archived data, the ISA-18.2 life cycle, the journal and its statistics.
//!
//! The state of all alarms at an instant is a fold of the journal up to it: what [`look_through`]
//! found in the data, and what operators did. So it survives any crash, and a replay shows the
//! alarms as they stood. The journal is ordered by the time at which a row takes effect: time of
//! the data for what was found, the operator's clock for actions.

mod annunciate;
mod board;
mod detect;
mod escalation;
mod group;
mod journal;
mod limits;
mod record;
mod replay;
mod search;
mod silence;
mod stale;
mod state;
mod statistics;
#[cfg(test)]
mod tests;

pub use annunciate::{Announcement, Annunciator, repeat_s};
pub use board::{Alarm, Board, Note, Occurrence};
pub use detect::Detector;
pub use escalation::{Escalation, Waiting, escalation_json};
pub use group::{AlarmView, GROUP_WINDOW_S, views};
pub use journal::Journal;
pub use limits::{edited, limit_words};
pub use record::{AlarmAction, AlarmRef, Done, Found, Record, What, design_key};
pub use replay::Replay;
pub use search::{Mark, Searched, Watched, look_through, watched};
pub use silence::{Contact, link_key, link_of, silence};
pub use stale::{StaleWatch, alarm_title, is_stale_alarm, series_of, stale_key, value_words};
pub use state::{AlarmEvent, AlarmState, Condition, next};
pub use statistics::{Duty, Flood, Statistics, statistics};
