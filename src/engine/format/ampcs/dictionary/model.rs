//! What AMPCS dictionaries define, in plain types: channels, event records, commands, parameters.

use crate::format::ampcs::EvrLevel;
use crate::problem::Problem;

/// What the header of a dictionary says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Mission name.
    pub mission: String,
    /// Version of the content.
    pub version: String,
    /// Version of the schema.
    pub schema_version: String,
    /// Spacecraft numbers, as printed.
    pub spacecraft: Vec<String>,
}

/// The names of the values of an enumeration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnumTable {
    /// Name.
    pub name: String,
    /// Number and symbol, in the order of the file.
    pub values: Vec<(i64, String)>,
}

/// Where something belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Categories {
    /// Software module.
    pub module: String,
    /// Category of operations.
    pub ops: String,
    /// Subsystem.
    pub subsystem: String,
    /// Further categories: name and value.
    pub other: Vec<(String, String)>,
}

/// A range of values, both ends included, as printed; empty where open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Lowest value.
    pub min: String,
    /// Highest value.
    pub max: String,
}

/// A channel of a telemetry dictionary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Channel {
    /// Channel identifier such as `BAKE-0000`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Type in the words of the file: `unsigned`, `integer`, `float`, `enum`, …
    pub kind: String,
    /// Source in the words of the file: `flight`, `ground`, …
    pub source: String,
    /// How it is derived, empty for channels that are measured.
    pub derivation: String,
    /// Length in bytes.
    pub bytes: Option<u32>,
    /// Number of the measurement.
    pub measurement: Option<u64>,
    /// What it is.
    pub description: String,
    /// Name of its enumeration, empty where it has none.
    pub enumeration: String,
    /// Unit of the data number; empty where there is none.
    pub raw_unit: String,
    /// Unit of the engineering value; empty where there is none.
    pub eu_unit: String,
    /// Coefficients of the polynomial from data number to engineering value, lowest power first.
    pub polynomial: Vec<f64>,
    /// Print format of C, empty where none is given.
    pub format: String,
    /// Where it belongs.
    pub categories: Categories,
}

/// Channels that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Identifiers of its channels.
    pub channels: Vec<String>,
}

/// An event record of an EVR dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvrDefinition {
    /// Number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Level.
    pub level: EvrLevel,
    /// The message with print directives of C for the arguments.
    pub format: String,
    /// What it means.
    pub description: String,
    /// Arguments in the order of the message.
    pub arguments: Vec<Argument>,
    /// Where it belongs.
    pub categories: Categories,
}

/// What kind of value an argument takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// Whole number from 0.
    Unsigned,
    /// Whole number with sign.
    Integer,
    /// Floating point number.
    Float,
    /// One of the symbols of an enumeration.
    Enum {
        /// Name of the enumeration.
        table: String,
    },
    /// One of two words.
    Boolean {
        /// Word of true.
        true_text: String,
        /// Word of false.
        false_text: String,
    },
    /// Text of varying length.
    String {
        /// Bits of the length in front.
        prefix_bits: Option<u32>,
        /// Most bits of the text.
        max_bits: Option<u32>,
        /// Regular expression that the text must match; empty where any is valid.
        regex: String,
    },
    /// A time, in the unit of the argument.
    Time,
    /// Bits that are always the same.
    Fill,
    /// A type that is not known here, in the word of the file.
    Other {
        /// The word.
        word: String,
    },
    /// A group of arguments that is given several times.
    Repeat {
        /// Bits of the count in front.
        prefix_bits: Option<u32>,
        /// Fewest and most times.
        times: Range,
        /// The arguments of one time.
        arguments: Vec<Argument>,
    },
}

/// An argument of a command, or the value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Name.
    pub name: String,
    /// What it takes.
    pub kind: ArgumentKind,
    /// Length in bits.
    pub bits: Option<u32>,
    /// Unit as printed.
    pub unit: String,
    /// Default value as printed; none where the operator must give one.
    pub default: Option<String>,
    /// Values that are valid; empty: all that the type holds.
    pub ranges: Vec<Range>,
    /// What it is.
    pub description: String,
}

/// A command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandDefinition {
    /// Stem: how it is called.
    pub stem: String,
    /// Whether hardware carries it out, without flight software.
    pub is_hardware: bool,
    /// Operation code as a number; none where the file leaves it open.
    pub opcode: Option<u64>,
    /// Class in the words of the file, such as `FSW`.
    pub class: String,
    /// Arguments in order.
    pub arguments: Vec<Argument>,
    /// What it does.
    pub description: String,
    /// How one sees that it is done.
    pub completion: String,
    /// Where it belongs.
    pub categories: Categories,
    /// Further statements (restrictions, priorities, validation): name and value.
    pub notes: Vec<(String, String)>,
}

/// A file type that can be sent up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UplinkFileType {
    /// Name.
    pub name: String,
    /// Number.
    pub id: String,
    /// Extension.
    pub extension: String,
}

/// A parameter of flight software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterDefinition {
    /// Number, as printed (`0x6260`).
    pub id: String,
    /// Name, type, range, unit and default value.
    pub value: Argument,
    /// Where it is kept.
    pub location: String,
    /// Who changes it.
    pub managed_by: String,
    /// When a new value counts.
    pub applied: String,
    /// Why it has its default value.
    pub rationale: String,
    /// Where it belongs.
    pub categories: Categories,
}

/// All that one file defines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary {
    /// Header.
    pub header: Header,
    /// Enumerations.
    pub enums: Vec<EnumTable>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Groups of channels.
    pub groups: Vec<Group>,
    /// Event records.
    pub evrs: Vec<EvrDefinition>,
    /// Commands.
    pub commands: Vec<CommandDefinition>,
    /// File types of uplink.
    pub uplink_files: Vec<UplinkFileType>,
    /// Parameters.
    pub parameters: Vec<ParameterDefinition>,
}

impl Dictionary {
    /// An enumeration by its name.
    pub fn enumeration(&self, name: &str) -> Option<&EnumTable> {
        self.enums.iter().find(|table| table.name == name)
    }

    /// Takes in what another file of the same mission defines; enumerations that both define
    /// differently are told.
    pub fn join(&mut self, other: Self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let (mine, theirs) = (&self.header.mission, &other.header.mission);
        if self.header == Header::default() {
            self.header = other.header;
        } else if !theirs.is_empty() && mine != theirs {
            let reason = format!("it is of the mission {theirs}, others are of {mine}");
            problems.push(Problem::of("header", reason));
        }
        for table in other.enums {
            match self.enumeration(&table.name) {
                None => self.enums.push(table),
                Some(own) if *own == table => {}
                Some(_) => {
                    let reason = "another file defines it otherwise; that one counts";
                    problems.push(Problem::of(&table.name, reason));
                }
            }
        }
        self.channels.extend(other.channels);
        self.groups.extend(other.groups);
        self.evrs.extend(other.evrs);
        self.commands.extend(other.commands);
        self.uplink_files.extend(other.uplink_files);
        self.parameters.extend(other.parameters);
        problems
    }

    /// What it holds, in one line.
    pub fn summary(&self) -> String {
        let parts = [
            (self.channels.len(), "channels"),
            (self.evrs.len(), "event records"),
            (self.commands.len(), "commands"),
            (self.parameters.len(), "parameters"),
            (self.enums.len(), "enumerations"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let text: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        if text.is_empty() { "empty dictionary".to_owned() } else { text.join(", ") }
    }
}
