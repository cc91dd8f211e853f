//! The owner of the archive: intents in, snapshots and answers out.

mod handle;

pub use handle::{
    EngineHandle, Intent, JobState, JobView, Message, MessageLevel, Snapshot, Ticket,
};
