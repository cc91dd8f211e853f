//! The engine of marsdeck: everything that works without a screen.
//!
//! It reads formats, keeps the archive, answers queries and runs the demo simulator.
//! It knows no window, GPU or font. Folders import only from folders above them in
//! this list (the `tidy` test holds the table).

pub mod alarm;
pub mod archive;
pub mod command;
pub mod delivery;
pub mod document;
pub mod event_request;
pub mod format;
pub mod ingest;
pub mod link;
pub mod mission;
pub mod parameter;
pub mod plan;
pub mod problem;
pub mod query;
pub mod remote;
pub mod report;
pub mod runtime;
pub mod science;
pub mod sequence;
pub mod simulator;
pub mod storage;
pub mod time;
