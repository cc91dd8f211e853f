//! Sequences of commands and configuration tables: models, text and binary forms, checks.
//!
//! A [`Sequence`] is what the editor holds. Its text form ([`text`]) and the exchange formats
//! ([`from_seqjson`], [`to_seqjson`]) carry the same steps; the command dictionary checks and
//! explains them while they are typed ([`check`], [`complete`], [`help`]).

mod assist;
mod binary;
mod bytes;
mod command;
mod difference;
mod exchange;
mod form;
mod identity;
mod model;
mod planned;
mod resources;
pub mod table;
#[cfg(test)]
mod tests;
pub mod text;
mod timing;

pub use assist::{Candidate, Help, command_help, complete, help};
pub use binary::{BinaryAction, BinarySequence, BinaryStep, Started, compile};
pub use bytes::Refusal;
pub use command::{Known, check, check_sequence, encode_step, short_name};
pub use difference::{Change, difference};
pub use exchange::{from_seqjson, to_seqjson};
pub use form::{FormField, form, set_argument};
pub use identity::{DictionaryIdentity, spacecraft_number};
pub use model::{Sequence, Step, When};
pub use planned::{activity_of, of_plan};
pub use resources::{Effect, Profile, profiles};
pub use timing::{Circumstances, Predicted, predict};
