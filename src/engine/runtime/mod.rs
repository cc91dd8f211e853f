//! The owner of the archive: intents in, snapshots and answers out.
//!
//! One owner thread puts intents, job events and timers into one order and publishes snapshots;
//! two threads answer queries, two carry out jobs, one keeps the
//! alarms, one looks after the links. Queues are bounded: a full query queue answers
//! "busy" at once, a full job queue refuses the intent with a message.

mod alarms;
mod commanding;
mod engine;
mod fetch;
mod handle;
mod health;
mod jobs;
mod links;
mod live;
mod owner;
#[cfg(test)]
mod tests;
mod work;

pub use commanding::{
    Answered, AuditLine, CommandingPicture, Draft, DraftOf, Order, OrderId, Reply, SessionView,
    Token, UplinkView, set_uplinks, uplinks,
};
pub use engine::{Engine, EngineConfig, EngineError, Random, Waker};
pub use fetch::{FetchOrder, FetchSummary, fetch};
pub use handle::{
    AlarmPicture, EngineHandle, Intent, JobState, JobView, Message, MessageLevel, Snapshot, Ticket,
};

pub use links::{links, set_links};
pub use live::{
    Health, LinkCounts, LinkView, PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen,
    QueueLoad,
};

pub use crate::remote::fdsn::{FdsnSource, presets as fdsn_presets};
