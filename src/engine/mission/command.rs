//! What a dictionary says of telecommands: arguments, how they stand in a packet, what has to hold
//! before one is sent, and how its success shows.
//!
//! The shapes follow XTCE 1.2 (OMG formal/18-10-04, `CommandMetaData`); other formats are read
//! into the same. A command extends another one: it has the arguments of that too, gives some of
//! them a value, and its container stands behind that of the other.

use serde::{Deserialize, Serialize};

use super::telemetry::{Condition, ContainerId, ParameterId, ParameterType, Place, Range, Size};

/// Position of a command in [`Commanding::commands`].
pub type CommandId = usize;
/// Position of a container in [`Commanding::containers`].
pub type CommandContainerId = usize;
/// Position of a type in [`Commanding::types`].
pub type ArgumentTypeId = usize;

/// The commands of a dictionary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Commanding {
    /// Types of arguments.
    pub types: Vec<ArgumentType>,
    /// Containers of commands, and those that commands share.
    pub containers: Vec<CommandContainer>,
    /// Commands, bases before or after those that extend them.
    pub commands: Vec<Command>,
}

/// Type of an argument, of an array's elements or of an aggregate's member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgumentType {
    /// What it shares with types of parameters. Elements and members are positions in
    /// [`Commanding::types`]; there are no alarms and no range, calibrators lead from the
    /// engineering value to the raw one.
    pub of: ParameterType,
    /// A value is valid inside one of these; none: every value.
    pub valid: Vec<Range>,
    /// Whether the ranges are of raw values.
    pub valid_is_raw: bool,
    /// Fewest and most characters of a text.
    pub characters: Option<(u64, u64)>,
    /// Values of members of an aggregate that are not given, by name.
    pub members: Vec<(String, String)>,
}

/// An argument of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// Name, without path.
    pub name: String,
    /// Its type.
    pub type_id: ArgumentTypeId,
    /// One sentence, or empty.
    pub description: String,
    /// Value where none is given; none: that of its type.
    pub initial: Option<String>,
}

/// A telecommand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Qualified name.
    pub name: String,
    /// One sentence, or empty.
    pub description: String,
    /// Whether only those that extend it can be sent.
    pub is_abstract: bool,
    /// What it extends.
    pub base: Option<CommandId>,
    /// Whether it extends something that is not known; it cannot be encoded then.
    pub is_cut: bool,
    /// Values that it gives to arguments of those that it extends: name and value.
    pub assignments: Vec<(String, String)>,
    /// Its own arguments, after those of what it extends.
    pub arguments: Vec<Argument>,
    /// How it stands in a packet; none: as what it extends.
    pub container: Option<CommandContainerId>,
    /// What is at stake; none: as what it extends, else normal.
    pub significance: Option<Significance>,
    /// The first whose condition holds is used instead.
    pub context_significances: Vec<(Condition, Significance)>,
    /// What has to hold before it is sent, besides what those that it extends ask for.
    pub constraints: Vec<Constraint>,
    /// How its stages show, besides those of what it extends.
    pub verifiers: Vec<Verifier>,
    /// Parameters that get a value when a stage is reached.
    pub sets: Vec<ParameterToSet>,
}

/// What is at stake with a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Significance {
    /// How much.
    pub level: Consequence,
    /// Why, in a sentence, or empty.
    pub reason: String,
    /// The system at risk as the dictionary names it; empty: the command's own.
    pub at_risk: String,
}

/// Criticality of a command (ISO 14950), in rising order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Consequence {
    /// Level D.
    #[default]
    Normal,
    /// As the mission defines it.
    User1,
    /// As the mission defines it.
    User2,
    /// Level C: sent at the wrong time it could lose the mission for a while.
    Vital,
    /// Level B: it could do harm that cannot be undone.
    Critical,
    /// Level A: for contingencies that nobody foresees.
    Forbidden,
}

/// What has to hold before a command is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// The condition.
    pub condition: Condition,
    /// Seconds that it is waited for; none: it has to hold at once.
    pub timeout_s: Option<f64>,
    /// Whether an operator may put it aside.
    pub suspendable: bool,
}

/// How far a command came, in order; a failure can come at any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It left the ground system.
    Release,
    /// The ground station has it.
    TransferredToRange,
    /// It left the ground station.
    SentFromRange,
    /// The spacecraft has it.
    Received,
    /// The spacecraft will carry it out.
    Accepted,
    /// It waits on board.
    Queued,
    /// It is being carried out.
    Executing,
    /// It was carried out.
    Complete,
    /// It was not.
    Failed,
}

/// How a stage of a command shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verifier {
    /// The stage.
    pub stage: Stage,
    /// What shows it.
    pub check: Check,
    /// When it is looked for; none: always.
    pub window: Option<Window>,
    /// A parameter whose value is noted with the command.
    pub noted: Option<ParameterId>,
}

/// What shows a stage of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Check {
    /// A condition holds.
    Holds(Condition),
    /// A packet of this container comes.
    Comes(ContainerId),
    /// A parameter changes by so much.
    Changes(ParameterId, f64),
}

/// When a stage of a command is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Seconds before it is looked for; none: at once.
    pub from_s: Option<f64>,
    /// Seconds after which it has not come.
    pub to_s: f64,
    /// Whether seconds count from the release of the command rather than from the stage before.
    pub from_release: bool,
}

/// A parameter that gets a value when a command reaches a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterToSet {
    /// The parameter.
    pub parameter: ParameterId,
    /// Its value, as text.
    pub value: String,
    /// When.
    pub stage: Stage,
}

/// How a command, or a part that commands share, stands in a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandContainer {
    /// Qualified name.
    pub name: String,
    /// One sentence, or empty.
    pub description: String,
    /// What stands before its own entries; none: the container of what the command extends.
    pub base: Option<Packing>,
    /// Whether something of it is not known; commands by it cannot be encoded.
    pub is_cut: bool,
    /// What is true of those packets of the base that are of this kind: parameters in it that are
    /// compared with `==` have that value.
    pub restriction: Option<Condition>,
    /// Entries after those of the base.
    pub entries: Vec<CommandEntry>,
    /// Bits that its own entries take at least, filled with zeros.
    pub bits: Option<u64>,
}

/// A container, of commands or of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// Of commands.
    Command(CommandContainerId),
    /// Of telemetry, such as a header that both have.
    Telemetry(ContainerId),
}

/// A piece of a command's container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandEntry {
    /// What stands there.
    pub item: CommandItem,
    /// Where.
    pub place: Place,
    /// Only there where this holds.
    pub include: Option<Condition>,
    /// How often it is repeated, and the bits between.
    pub repeat: Option<(Size, u64)>,
}

/// What stands at an entry of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CommandItem {
    /// An argument, by name.
    Argument(String),
    /// A parameter, whose value the control system knows.
    Parameter(ParameterId),
    /// The last so many bits of some bytes, always the same.
    Fixed {
        /// Name, or empty.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
        /// How many bits of them.
        bits: u32,
    },
    /// All of a container.
    Container(Packing),
}

/// An event message that a dictionary defines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDefinition {
    /// Qualified name.
    pub name: String,
    /// Number.
    pub number: i64,
    /// Level in the words of the dictionary, e.g. `WARNING_HI`.
    pub level: String,
    /// Message, with the print directives of C for its arguments.
    pub message: String,
    /// Names of the arguments, in the order of the message.
    pub arguments: Vec<String>,
    /// What it means, or empty.
    pub description: String,
}

impl Commanding {
    /// A command and those that it extends, itself first; ends where they form a circle.
    pub fn line(&self, id: CommandId) -> Vec<&Command> {
        let mut line: Vec<&Command> = Vec::new();
        let mut at = Some(id);
        while let Some(command) = at.and_then(|id| self.commands.get(id))
            && line.len() < DEEPEST
        {
            line.push(command);
            at = command.base;
        }
        line
    }

    /// Arguments of a command, those of what it extends first, with the values that are assigned
    /// to them on the way.
    pub fn arguments(&self, id: CommandId) -> Vec<(&Argument, Option<&str>)> {
        let line = self.line(id);
        let assigned = |name: &str| {
            let mut all = line.iter().flat_map(|command| &command.assignments);
            all.find(|(argument, _)| argument == name).map(|(_, value)| value.as_str())
        };
        let own = line.iter().rev().flat_map(|command| &command.arguments);
        own.map(|argument| (argument, assigned(&argument.name))).collect()
    }

    /// What is at stake with a command, by itself or by what it extends.
    pub fn significance(&self, id: CommandId) -> Option<&Significance> {
        self.line(id).into_iter().find_map(|command| command.significance.as_ref())
    }

    /// The command of this name: qualified, or its last part where only one has it.
    pub fn find(&self, name: &str) -> Option<CommandId> {
        let exact = self.commands.iter().position(|command| command.name == name);
        exact.or_else(|| {
            let last = |command: &Command| command.name.rsplit('/').next() == Some(name);
            let mut found = (0..self.commands.len()).filter(|&id| last(&self.commands[id]));
            found.next().filter(|_| found.next().is_none())
        })
    }
}

/// Longest chain of commands that extend each other.
const DEEPEST: usize = 64;
