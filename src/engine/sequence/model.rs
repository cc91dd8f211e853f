//! A sequence as it is edited: steps with times that can be reckoned with.

use crate::format::seqjson::{Action, Argument, Metadata, Model};
use crate::time::Instant;

/// A sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Unique identifier.
    pub id: String,
    /// Version of the command dictionary that it is written for; empty where it does not say.
    pub dictionary: String,
    /// Any other names and values.
    pub metadata: Metadata,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// Remarks behind the last step.
    pub closing: Vec<String>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Remarks on lines before it.
    pub remarks: Vec<String>,
    /// When it begins.
    pub time: When,
    /// What it does.
    pub action: Action,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Note behind it, or empty.
    pub note: String,
    /// Any names and values.
    pub metadata: Metadata,
    /// Values that a model on the ground takes.
    pub models: Vec<Model>,
}

impl Step {
    /// A command at a time.
    pub fn command(time: When, stem: &str, arguments: Vec<Argument>) -> Self {
        let action = Action::Command { stem: stem.to_owned(), return_assign_to: None };
        Self {
            remarks: Vec::new(),
            time,
            action,
            arguments,
            note: String::new(),
            metadata: Metadata::new(),
            models: Vec::new(),
        }
    }

    /// Stem of a command, name of a block or event, path of a sequence.
    pub fn name(&self) -> &str {
        match &self.action {
            Action::Command { stem, .. } => stem,
            Action::GroundBlock(name) | Action::GroundEvent(name) => name,
            Action::Activate(on) | Action::Load(on) => &on.sequence,
        }
    }

    /// Stem of a command.
    pub fn stem(&self) -> Option<&str> {
        match &self.action {
            Action::Command { stem, .. } => Some(stem),
            _ => None,
        }
    }
}

/// When a step begins. Durations are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At an instant.
    At(Instant),
    /// After the start of the step before; of the first step, after the start of the sequence.
    AfterStart(i64),
    /// After an epoch, or before it.
    Epoch {
        /// Name of the epoch; empty: the one that the sequence is started with.
        name: String,
        /// From the epoch.
        ns: i64,
    },
    /// After the end of the step before.
    AfterEnd(i64),
}
