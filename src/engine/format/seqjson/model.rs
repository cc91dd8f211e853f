//! The values of SeqJSON 1.0.20. What may be left out is optional, so that a file comes back as it
//! was: an empty list is not the same as none.

use super::json::{Json, Number};

/// A sequence as SeqJSON holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeqJson {
    /// Unique identifier.
    pub id: String,
    /// Any names and values.
    pub metadata: Metadata,
    /// Local variables; never an empty list.
    pub locals: Option<Vec<Variable>>,
    /// Parameters; never an empty list.
    pub parameters: Option<Vec<Variable>>,
    /// Steps.
    pub steps: Option<Vec<Step>>,
    /// Steps that are moved together.
    pub requests: Option<Vec<Request>>,
    /// Commands that are carried out at once and are part of no sequence.
    pub immediate_commands: Option<Vec<Immediate>>,
    /// Commands that no software on board interprets.
    pub hardware_commands: Option<Vec<Hardware>>,
}

/// Names and values in the order of the file.
pub type Metadata = Vec<(String, Json)>;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// When.
    pub time: Time,
    /// Arguments; a command always has a list.
    pub args: Option<Vec<Argument>>,
    /// A remark.
    pub description: Option<String>,
    /// Any names and values.
    pub metadata: Option<Metadata>,
    /// Values that a model on the ground takes.
    pub models: Option<Vec<Model>>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Starts a sequence.
    Activate(OnBoard),
    /// A command.
    Command {
        /// Its stem.
        stem: String,
        /// Local variable that takes its exit status.
        return_assign_to: Option<String>,
    },
    /// A block that is expanded on the ground.
    GroundBlock(String),
    /// An event on the ground.
    GroundEvent(String),
    /// Loads a sequence.
    Load(OnBoard),
}

/// A sequence on board that a step loads or starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnBoard {
    /// Path and file name.
    pub sequence: String,
    /// Engine, a whole number.
    pub engine: Option<Number>,
    /// Epoch that it is given.
    pub epoch: Option<String>,
}

/// When a step begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// What the tag counts from.
    pub kind: TimeKind,
    /// The instant or duration, as text.
    pub tag: Option<String>,
}

/// What a time counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeKind {
    /// An instant.
    Absolute,
    /// The start of the step before.
    CommandRelative,
    /// An epoch.
    EpochRelative,
    /// The end of the step before.
    CommandComplete,
}

impl TimeKind {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Absolute, Self::CommandRelative, Self::EpochRelative, Self::CommandComplete];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absolute => "ABSOLUTE",
            Self::CommandRelative => "COMMAND_RELATIVE",
            Self::EpochRelative => "EPOCH_RELATIVE",
            Self::CommandComplete => "COMMAND_COMPLETE",
        }
    }
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name, where one is given.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
}

impl Argument {
    /// An argument without a name.
    pub fn of(value: Value) -> Self {
        Self { name: None, value }
    }
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// Name of a variable, or another that the software downstream knows.
    Symbol(String),
    /// `0x` and digits of base 16 in capitals.
    Hex(String),
    /// Groups of arguments, none of which repeats again.
    Repeat(Vec<Vec<Argument>>),
}

/// A value that a model takes some time after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Duration after the step.
    pub offset: String,
    /// The variable.
    pub variable: String,
    /// A string, a number, true or false.
    pub value: Json,
}

/// Steps that are moved together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub start: Start,
    /// Its steps, one at least.
    pub steps: Vec<Step>,
    /// A remark.
    pub description: Option<String>,
    /// Any names and values.
    pub metadata: Option<Metadata>,
}

/// When a request begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At a time.
    Time(Time),
    /// Some time from an epoch that the ground defines.
    GroundEpoch {
        /// Duration from the epoch.
        delta: Option<String>,
        /// The epoch.
        name: Option<String>,
        /// What else the object holds.
        other: Metadata,
    },
}

/// A command that is carried out at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Immediate {
    /// Its stem.
    pub stem: String,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// A remark.
    pub description: Option<String>,
    /// Any names and values.
    pub metadata: Option<Metadata>,
}

/// A command that no software on board interprets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// Its stem.
    pub stem: String,
    /// A remark.
    pub description: Option<String>,
    /// Any names and values.
    pub metadata: Option<Metadata>,
}

/// A local variable or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name: a letter, then letters, digits and underscores.
    pub name: String,
    /// Its type.
    pub kind: VariableKind,
    /// For an enumeration, and only there: which one.
    pub enum_name: Option<String>,
    /// Values that it may have: strings for texts and enumerations, else numbers.
    pub allowable_values: Option<Vec<Json>>,
    /// Ranges that it may lie in, for numbers only.
    pub allowable_ranges: Option<Vec<Between>>,
    /// Name that the flight software has for it.
    pub sc_name: Option<String>,
}

/// Type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// Floating point number.
    Float,
    /// Whole number.
    Int,
    /// Text.
    String,
    /// Whole number that is not negative.
    Uint,
    /// One of some names.
    Enum,
}

impl VariableKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Float, Self::Int, Self::String, Self::Uint, Self::Enum];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Float => "FLOAT",
            Self::Int => "INT",
            Self::String => "STRING",
            Self::Uint => "UINT",
            Self::Enum => "ENUM",
        }
    }

    /// Whether its values are numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Float | Self::Int | Self::Uint)
    }
}

/// Both ends, which belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// Lower end.
    pub min: Number,
    /// Upper end.
    pub max: Number,
}
