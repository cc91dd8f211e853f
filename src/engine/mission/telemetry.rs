//! What a telemetry dictionary defines: packets as containers, and the parameters inside them.
//!
//! The shapes follow XTCE 1.2 (OMG formal/18-10-04), from which most dictionaries come; other
//! formats are read into the same. Names are qualified (`/System/Subsystem/name`), references are
//! positions in the lists of the [`Dictionary`], so that nothing has to be looked up by name
//! while packets are decoded.

use serde::{Deserialize, Serialize};

use super::Severity;
use super::command::{Commanding, EventDefinition};
use super::math::MathStep;

pub use super::encoding::{ByteOrder, Encoding, FloatForm, IntegerForm, Size, StringSize};

/// Position of a type in [`Dictionary::types`].
pub type TypeId = usize;
/// Position of a parameter in [`Dictionary::parameters`].
pub type ParameterId = usize;
/// Position of a container in [`Dictionary::containers`].
pub type ContainerId = usize;

/// A telemetry dictionary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dictionary {
    /// Name of the root system.
    pub name: String,
    /// Version and date as the file states them; may be empty.
    pub version: String,
    /// The root system and those inside it, parents before children; may be left empty, names of
    /// the lists below say the same. Systems that define nothing stand only here.
    #[serde(default)]
    pub systems: Vec<System>,
    /// Types of parameters.
    pub types: Vec<ParameterType>,
    /// Parameters.
    pub parameters: Vec<TelemetryParameter>,
    /// Containers, parents before or after their children.
    pub containers: Vec<Container>,
    /// Telecommands.
    #[serde(default)]
    pub commanding: Commanding,
    /// Event messages.
    #[serde(default)]
    pub events: Vec<EventDefinition>,
}

/// A system: the name space of what is defined in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Qualified name.
    pub name: String,
    /// One sentence, or empty.
    pub description: String,
}

/// A parameter of the dictionary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TelemetryParameter {
    /// Qualified name.
    pub name: String,
    /// Its type.
    pub type_id: TypeId,
    /// One sentence, or empty.
    pub description: String,
    /// Where the value comes from.
    pub source: Source,
    /// Value before the first packet, and of constants, as text; none: that of its type.
    #[serde(default)]
    pub initial: Option<String>,
}

/// Where the values of a parameter come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// Out of packets.
    #[default]
    Telemetered,
    /// Computed from other parameters.
    Derived,
    /// Made on the ground.
    Ground,
    /// The same always.
    Constant,
}

/// Type of a parameter, of an array's elements or of an aggregate's member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterType {
    /// Qualified name.
    pub name: String,
    /// One sentence, or empty.
    pub description: String,
    /// Unit as printed; empty where there is none.
    pub unit: String,
    /// What the engineering value is.
    pub kind: Kind,
    /// How the raw value stands in the packet; none for arrays, aggregates and values that are
    /// in no packet.
    pub encoding: Option<Encoding>,
    /// From raw to engineering value, unless a context below holds.
    pub calibrator: Option<Calibrator>,
    /// The first whose condition holds is used instead.
    pub context_calibrators: Vec<(Condition, Calibrator)>,
    /// Alarm, unless a context below holds.
    pub alarm: Option<Alarm>,
    /// The first whose condition holds is used instead.
    pub context_alarms: Vec<(Condition, Alarm)>,
    /// Range of engineering values that are valid.
    pub valid_range: Option<Range>,
    /// Value before the first packet, and of constants, as text.
    pub initial: Option<String>,
}

impl ParameterType {
    /// A type without unit, calibration and alarms.
    pub fn new(name: impl Into<String>, kind: Kind, encoding: Option<Encoding>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            unit: String::new(),
            kind,
            encoding,
            calibrator: None,
            context_calibrators: Vec::new(),
            alarm: None,
            context_alarms: Vec::new(),
            valid_range: None,
            initial: None,
        }
    }
}

/// What an engineering value is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// Whole number.
    Integer {
        /// Whether it may be negative.
        signed: bool,
        /// Bits of the engineering value.
        bits: u32,
    },
    /// Floating point number.
    Float {
        /// 32 or 64.
        bits: u32,
    },
    /// One of two, with their names.
    Boolean {
        /// Name of zero.
        zero: String,
        /// Name of everything else.
        one: String,
    },
    /// One of some names.
    Enumerated {
        /// Raw values and their names.
        labels: Vec<Label>,
    },
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// Instant: raw value times `scale` plus `offset` seconds after the epoch.
    AbsoluteTime {
        /// Where the count begins.
        epoch: Epoch,
        /// Seconds of one count.
        scale: f64,
        /// Seconds added.
        offset: f64,
    },
    /// Duration in seconds: raw value times `scale` plus `offset`.
    RelativeTime {
        /// Seconds of one count.
        scale: f64,
        /// Seconds added.
        offset: f64,
    },
    /// Elements of one type.
    Array {
        /// Type of an element.
        element: TypeId,
        /// Number of elements of each dimension, the outermost first.
        dimensions: Vec<Size>,
    },
    /// Members one after the other.
    Aggregate {
        /// Name and type of each.
        members: Vec<(String, TypeId)>,
    },
}

/// Name of a raw value, or of some that follow each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// First raw value.
    pub value: i64,
    /// Last raw value; mostly the same.
    pub last: i64,
    /// Name.
    pub label: String,
}

/// Where a count of time begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Epoch {
    /// 1958-01-01 TAI (CCSDS).
    Tai,
    /// 2000-01-01T12:00 TT.
    J2000,
    /// 1970-01-01 UTC.
    Unix,
    /// 1980-01-06 UTC (GPS).
    Gps,
    /// Another instant, UTC, as written.
    At(String),
    /// The value of another parameter, to which this one adds.
    Parameter(ParameterId),
}

/// From raw to engineering value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Calibrator {
    /// Coefficients, the constant first.
    Polynomial(Vec<f64>),
    /// Raw and engineering values, raw ascending.
    Spline {
        /// 0 steps, 1 straight lines, more: polynomials through as many points and one.
        order: u32,
        /// Points.
        points: Vec<(f64, f64)>,
        /// Whether values beyond the ends follow the last piece; else they have none.
        extrapolate: bool,
    },
    /// Operands and operators in reverse Polish order; they leave one number.
    Math(Vec<MathStep>),
}

/// Something that holds or not, from values of the same packet or the newest ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// A comparison.
    Is(Comparison),
    /// All of these; none: holds.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// A comparison with an argument of a command; in commands only.
    Argument(ArgumentComparison),
}

/// Compares an argument of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgumentComparison {
    /// Its name, with members on the way behind slashes.
    pub argument: String,
    /// How.
    pub operator: Operator,
    /// With what.
    pub with: With,
}

/// What an argument is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum With {
    /// A number, a name of an enumeration, or text.
    Value(String),
    /// The engineering value of a parameter.
    Parameter(ParameterId),
}

/// Compares a parameter with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The parameter.
    pub parameter: ParameterId,
    /// Members and elements on the way inside it, e.g. `["header", "[2]"]`; empty: itself.
    pub path: Vec<String>,
    /// Whether its engineering value counts rather than the raw one.
    pub calibrated: bool,
    /// How.
    pub operator: Operator,
    /// With what: a number, a name of an enumeration, or text.
    pub value: String,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Smaller.
    Less,
    /// Smaller or the same.
    LessOrEqual,
    /// Larger.
    Greater,
    /// Larger or the same.
    GreaterOrEqual,
}

/// Numbers between two ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Lower end; none: open.
    pub low: Option<f64>,
    /// Upper end; none: open.
    pub high: Option<f64>,
    /// Whether the lower end itself is outside.
    pub low_exclusive: bool,
    /// Whether the upper end itself is outside.
    pub high_exclusive: bool,
}

/// When a value is an alarm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// A value outside of a range has its severity; the most severe counts.
    pub outside: Vec<(Severity, Range)>,
    /// A value inside of a range has its severity.
    pub inside: Vec<(Severity, Range)>,
    /// Severity of names of an enumeration.
    pub labels: Vec<(Severity, String)>,
    /// Severity of names that are not listed.
    pub other_labels: Option<Severity>,
    /// Violations one after the other before it counts; at least 1.
    pub minimum_violations: u32,
}

/// A packet, or a part that packets share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Qualified name.
    pub name: String,
    /// One sentence, or empty.
    pub description: String,
    /// Whether only its children are packets.
    pub is_abstract: bool,
    /// What it inherits entries from.
    pub base: Option<ContainerId>,
    /// Holds for those packets of the base that are of this kind.
    pub restriction: Option<Condition>,
    /// Entries after those of the base.
    pub entries: Vec<Entry>,
    /// Bits that the whole container takes, where the dictionary says so.
    pub bits: Option<u64>,
    /// Expected packets per second, where the dictionary says so.
    pub rate_hz: Option<f64>,
}

/// A piece of a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What stands there.
    pub item: Item,
    /// Where.
    pub place: Place,
    /// Only there where this holds.
    pub include: Option<Condition>,
    /// How often it is repeated, and the bits between.
    pub repeat: Option<(Size, u64)>,
}

/// What stands at an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// A parameter.
    Parameter(ParameterId),
    /// All entries of a container.
    Container(ContainerId),
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// So many bits after the end of the entry before.
    After(i64),
    /// So many bits after the start of the container that holds it.
    FromStart(i64),
}
