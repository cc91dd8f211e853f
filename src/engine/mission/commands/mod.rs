//! The commands of a mission: what `<mission>/commands*.toml` says of them.
//!
//! A command has a stable operation code, arguments, what is at stake with it, what has to hold
//! before it is sent, how long it takes and what it does on board. The simulated spacecraft reads
//! its packets by the same list, and [`packets::dictionary`](super::packets::dictionary) turns it
//! into the commanding part of a dictionary, so that all that encodes, checks or verifies commands
//! works on it. Adding a command is adding an entry to a file.
//!
//! A command is a CCSDS space packet (133.0-B-2) of type 1 on APID 10 without secondary header.
//! Its data field is the operation code (16 bits), the arguments in their order and the CRC-16 of
//! the whole packet before it (132.0-B-3, 4.1.6), big-endian:
//!
//! | kind | bits |
//! |---|---|
//! | `bool`, `choice` | 8: 0 or 1, the position of the choice |
//! | `integer` | 32, two's complement |
//! | `number` | 64, IEEE 754 |
//! | `text`, `blob` | 16 of its length in bytes, then UTF-8 or the bytes |

mod commanding;
mod load;
pub mod reports;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::command::Consequence;

pub(super) use commanding::commanding;
pub(super) use load::load;

/// APID of commands.
pub const COMMAND_APID: u16 = 10;
/// Bytes of a command before its arguments: primary header and operation code.
pub const COMMAND_HEADER_BYTES: usize = 8;
/// Most bytes of a blob.
pub const MOST_BLOB_BYTES: usize = 60_000;

/// A command of a mission.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandDefinition {
    /// Name, e.g. `SEIS_HEATER`; unique in the mission.
    pub name: String,
    /// Operation code; unique in the mission, never changed and never used again.
    pub code: u16,
    /// Identifier of its instrument; empty: the spacecraft itself.
    #[serde(default)]
    pub instrument: String,
    /// One sentence.
    pub description: String,
    /// What is at stake.
    #[serde(default)]
    pub significance: Consequence,
    /// Why, in a sentence; empty where nothing is.
    #[serde(default)]
    pub reason: String,
    /// Arguments, in the order of the packet.
    #[serde(default)]
    pub arguments: Vec<ArgumentDefinition>,
    /// What has to hold before it is sent; the spacecraft looks at modes again.
    #[serde(default)]
    pub constraints: Vec<ConstraintDefinition>,
    /// Seconds that it takes on board, at least.
    #[serde(default)]
    pub duration_s: f64,
    /// What makes it longer.
    #[serde(default)]
    pub longer: Vec<Longer>,
    /// Whether it waits on board for another one of its instrument that is queued, too.
    #[serde(default)]
    pub queued: bool,
    /// Mode of its instrument while it runs; empty: as it was.
    #[serde(default)]
    pub during: String,
    /// Mode of its instrument after it: the first whose condition (`argument=value`, empty:
    /// always) holds.
    #[serde(default)]
    pub modes: Vec<(String, String)>,
    /// What else it does.
    #[serde(default)]
    pub effect: Effect,
    /// Event message at its end, with values of arguments in braces; empty: none.
    #[serde(default)]
    pub says: String,
}

/// An argument of a command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgumentDefinition {
    /// Name.
    pub name: String,
    /// Kind of value.
    pub kind: ArgumentKind,
    /// Unit, or empty.
    #[serde(default)]
    pub unit: String,
    /// Least value of a number.
    #[serde(default)]
    pub min: Option<f64>,
    /// Greatest value of a number, most characters of a text, most bytes of a blob.
    #[serde(default)]
    pub max: Option<f64>,
    /// Names of a choice, or the only values of a number.
    #[serde(default)]
    pub choices: Vec<Scalar>,
    /// Value where none is given; none: it must be given.
    #[serde(default)]
    pub default: Option<Scalar>,
    /// One sentence.
    pub description: String,
}

/// Kind of an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArgumentKind {
    /// `FALSE` or `TRUE`.
    Bool,
    /// Whole number of 32 bits.
    Integer,
    /// Number.
    Number,
    /// Text of UTF-8.
    #[default]
    Text,
    /// One of the choices.
    Choice,
    /// Bytes, given in hexadecimal.
    Blob,
}

/// A value in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(false) => f.write_str("FALSE"),
            Self::Bool(true) => f.write_str("TRUE"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// What has to hold of a parameter before a command is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConstraintDefinition {
    /// Name of the parameter, one that is in the mission's packets.
    pub parameter: String,
    /// States of which it has one.
    #[serde(default)]
    pub is: Vec<String>,
    /// States of which it has none.
    #[serde(default)]
    pub is_not: Vec<String>,
    /// It is greater than this.
    #[serde(default)]
    pub above: Option<f64>,
    /// It is less than this.
    #[serde(default)]
    pub below: Option<f64>,
    /// Seconds that this is waited for; none: it has to hold at once.
    #[serde(default)]
    pub timeout_s: Option<f64>,
    /// Whether an operator may put it aside.
    #[serde(default)]
    pub suspendable: bool,
}

/// What makes a command longer: seconds for each unit of the product of arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Longer {
    /// Seconds.
    pub s: f64,
    /// Names of arguments. Choices such as `3x5` count as the product of their numbers.
    pub by: Vec<String>,
}

/// What a command does on board besides modes and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing else.
    #[default]
    Nothing,
    /// Sets the mode of the instrument that an argument names.
    SetMode,
    /// Begins a fault.
    StartFault,
    /// Ends all faults.
    ClearFaults,
    /// A contact direct to Earth.
    DumpNow,
    /// Loads a sequence.
    SequenceLoad,
    /// Starts a sequence.
    SequenceActivate,
    /// Stops a sequence.
    SequenceStop,
    /// Loads a configuration table.
    TableLoad,
    /// Sends a configuration table back.
    TableDump,
    /// Takes a window of the seismometers out of memory.
    SeisExtract,
    /// Takes a window of pressure out of memory.
    ApssExtract,
    /// Fires the laser.
    Laser,
    /// Recentres masses.
    Recentre,
    /// Levels the seismometer.
    Level,
}

impl CommandDefinition {
    /// Seconds that it takes on board with the values of its arguments as text; arguments without
    /// one count with their default.
    pub fn length_s(&self, value: &dyn Fn(&str) -> Option<String>) -> f64 {
        let amount = |name: &String| {
            let own = self.arguments.iter().find(|argument| argument.name == *name);
            let default = || own.and_then(|own| own.default.as_ref().map(ToString::to_string));
            value(name).or_else(default).map_or(0.0, |text| amount(&text))
        };
        let more = self.longer.iter().map(|of| of.s * of.by.iter().map(amount).product::<f64>());
        self.duration_s + more.sum::<f64>()
    }

    /// The longest that it can take, seconds.
    pub fn longest_s(&self) -> f64 {
        self.length_s(&|name| {
            let own = self.arguments.iter().find(|argument| argument.name == name)?;
            let choices = own.choices.iter().map(|choice| amount(&choice.to_string()));
            let most = choices.reduce(f64::max).or(own.max);
            most.map(|most| most.to_string())
        })
    }

    /// The mode of its instrument after it, by the values of its arguments.
    pub fn mode_after(&self, value: &dyn Fn(&str) -> Option<String>) -> Option<&str> {
        let holds = |condition: &str| match condition.split_once('=') {
            Some((name, wanted)) => value(name).is_some_and(|text| text == wanted),
            None => condition.is_empty(),
        };
        self.modes.iter().find(|(condition, _)| holds(condition)).map(|(_, mode)| mode.as_str())
    }

    /// Its message with the values of its arguments.
    pub fn message(&self, value: &dyn Fn(&str) -> Option<String>) -> String {
        let mut text = self.says.clone();
        for argument in &self.arguments {
            let braced = format!("{{{}}}", argument.name);
            if text.contains(&braced) {
                text = text.replace(&braced, &value(&argument.name).unwrap_or_default());
            }
        }
        text
    }
}

/// The number of a value: itself, the product of `3x5`, 1 of TRUE, else 0.
fn amount(text: &str) -> f64 {
    if text == "TRUE" {
        return 1.0;
    }
    let factors: Option<Vec<f64>> = text.split('x').map(|part| part.trim().parse().ok()).collect();
    let product: f64 = factors.unwrap_or_else(|| vec![0.0]).into_iter().product();
    if product.is_finite() { product } else { 0.0 }
}
