//! The dictionary of a mission for planning: activity types, resources, windows, limits, rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::activity::Value;
use super::formula::Formula;
use super::rule::Rule;

/// The dictionary. [`Model::load`] reads one from TOML and [`Model::builtin`] gives the ones that
/// come with marsdeck; both keep the promises that the references inside can be followed.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Mission.
    pub mission: String,
    /// Activity types by identifier.
    pub types: BTreeMap<String, ActivityType>,
    /// Resources by identifier.
    pub resources: BTreeMap<String, Resource>,
    /// Windows by identifier.
    pub windows: BTreeMap<String, WindowSource>,
    /// Named numbers for formulas, by name.
    pub limits: BTreeMap<String, Limit>,
    /// Flight rules in the order of the files; those that follow from states that a type needs and
    /// from bounds of resources come behind them.
    pub rules: Vec<Rule>,
}

/// A kind of activity.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityType {
    /// Identifier.
    pub id: String,
    /// Name for a person.
    pub name: String,
    /// Instrument, or another part of the spacecraft.
    pub instrument: String,
    /// One sentence.
    pub description: String,
    /// Whether it is our invention because the real one is not public.
    pub fictitious: bool,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Length in seconds.
    pub duration_s: Formula,
    /// What it does to numeric resources.
    pub effects: Vec<Effect>,
    /// States that it needs.
    pub needs: Vec<Need>,
    /// States that it sets.
    pub sets: Vec<Set>,
    /// Commands that carry it out.
    pub commands: Vec<CommandTemplate>,
}

/// A parameter of an activity type.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Kind of value.
    pub kind: ParameterKind,
    /// Unit, or empty.
    #[serde(default)]
    pub unit: String,
    /// Least value of a number.
    pub min: Option<f64>,
    /// Greatest value of a number.
    pub max: Option<f64>,
    /// The values of a choice, or the only values of a number.
    #[serde(default)]
    pub choices: Vec<Value>,
    /// Value where none is given; none: it must be given.
    pub default: Option<Value>,
    /// One sentence, or empty.
    #[serde(default)]
    pub description: String,
}

/// Kind of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// True or false.
    Bool,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A length of time in seconds.
    Duration,
    /// A text.
    Text,
    /// One of the choices.
    Choice,
    /// A time as text, in any notation that [`time::parse`](crate::time::parse) reads.
    Time,
    /// Named members.
    Record,
}

/// When something happens within an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// At its start.
    #[default]
    Start,
    /// At its end.
    End,
    /// Evenly from start to end.
    During,
}

/// What an activity does to a numeric resource. One of amount and rate is given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The resource.
    pub resource: String,
    /// Added at once, or evenly over the activity, in the unit of the resource.
    pub amount: Option<Formula>,
    /// When the amount is added.
    #[serde(default)]
    pub at: Moment,
    /// Added per hour while the activity lasts, in the unit of the resource.
    pub rate_per_h: Option<Formula>,
    /// The effect is there only where this is true.
    pub when: Option<Formula>,
}

/// A state that an activity needs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The state resource.
    pub state: String,
    /// The values that will do.
    #[serde(rename = "in")]
    pub one_of: Vec<String>,
    /// Whether it has to stay so until the end.
    #[serde(default)]
    pub during: bool,
}

/// A state that an activity sets.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The state resource.
    pub state: String,
    /// The value; `{argument}` stands for an argument.
    pub to: String,
    /// At the start or at the end; `during` is taken for the start.
    #[serde(default)]
    pub at: Moment,
    /// It is set only where this is true.
    pub when: Option<Formula>,
}

/// A command that an activity becomes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandTemplate {
    /// Name of the command.
    pub name: String,
    /// Names and values of its arguments; `{argument}` stands for one of the activity.
    #[serde(default)]
    pub arguments: Vec<(String, String)>,
    /// What the offset counts from; `during` is taken for the start.
    #[serde(default)]
    pub at: Moment,
    /// Seconds from there.
    #[serde(default)]
    pub offset_s: f64,
    /// The command is there only where this is true.
    pub when: Option<Formula>,
}

/// Something that activities use, fill or switch.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Identifier.
    pub id: String,
    /// Name for a person.
    pub name: String,
    /// Unit; empty for a state.
    pub unit: String,
    /// One sentence, or empty.
    pub description: String,
    /// Whether its numbers are our invention because the real ones are not public.
    pub fictitious: bool,
    /// Number or state.
    pub kind: ResourceKind,
}

/// Number or state.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceKind {
    /// A number that changes in steps and along straight lines.
    Numeric {
        /// Value when the plan starts.
        initial: f64,
        /// It cannot fall below: an empty buffer stays empty.
        floor: f64,
        /// It cannot rise above: a full battery stays full.
        ceiling: f64,
        /// What comes and goes without any activity.
        supplies: Vec<Supply>,
    },
    /// One of some values.
    State {
        /// Value when the plan starts.
        initial: String,
        /// All values.
        values: Vec<String>,
    },
}

/// A rate of a resource that no activity causes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// Added per hour, in the unit of the resource.
    pub rate_per_h: f64,
    /// Only inside this window; none: always.
    pub window: Option<String>,
}

/// A named number that formulas may use as `{limit.NAME}`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Name.
    pub id: String,
    /// The number.
    pub value: f64,
    /// Unit.
    #[serde(default)]
    pub unit: String,
    /// Where it comes from.
    #[serde(default)]
    pub description: String,
}

/// Where the intervals of a window come from.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSource {
    /// Identifier.
    pub id: String,
    /// Name for a person.
    pub name: String,
    /// How they are found.
    pub kind: WindowKind,
}

/// How the intervals of a window are found.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowKind {
    /// Somebody gives them: passes, conjunction, restricted sols.
    Given,
    /// Each sol between two local mean times, over midnight where the second comes first.
    Lmst {
        /// Seconds of the sol, 0..86400.
        from_s: f64,
        /// Seconds of the sol, 0..=86400.
        to_s: f64,
    },
    /// While the Sun stands at least this high over the landing site.
    Sun {
        /// Elevation of its centre, degrees.
        above_deg: f64,
    },
}

impl ActivityType {
    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.name == name)
    }

    /// The parameter that says how long activities of the type are; none: another thing says it.
    pub fn length_parameter(&self) -> Option<&Parameter> {
        let inputs = self.duration_s.inputs();
        let lengths = inputs.iter().filter_map(|name| self.parameter(name));
        let mut lengths: Vec<&Parameter> =
            lengths.filter(|p| p.kind == ParameterKind::Duration).collect();
        lengths.dedup_by_key(|p| &p.name);
        match lengths.as_slice() {
            [one] => Some(one),
            several => several.iter().find(|p| p.name == "duration").copied(),
        }
    }
}

impl Model {
    /// The rule with this identifier.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|r| r.id == id)
    }
}

impl Parameter {
    /// What is wrong with a value, as the end of a sentence; none: nothing.
    pub fn wrong(&self, value: &Value) -> Option<String> {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let number = match (self.kind, value) {
            (ParameterKind::Bool, Value::Bool(_)) | (ParameterKind::Record, Value::Record(_)) => {
                return None;
            }
            (ParameterKind::Text | ParameterKind::Choice, Value::Text(_)) => None,
            (ParameterKind::Time, Value::Text(text)) => {
                return crate::time::parse(text, None).err().map(|e| e.to_string());
            }
            (ParameterKind::Number | ParameterKind::Duration, Value::Number(x)) => Some(*x),
            (ParameterKind::Integer, Value::Number(x)) if x.fract() == 0.0 => Some(*x),
            (kind, _) => return Some(format!("is {value}, which is not {}", kind.in_words())),
        };
        if let Some(min) = self.min.filter(|min| number.is_some_and(|x| x < *min)) {
            return Some(format!("is {value}{unit}, less than {min}{unit}"));
        }
        if let Some(max) = self.max.filter(|max| number.is_some_and(|x| x > *max)) {
            return Some(format!("is {value}{unit}, more than {max}{unit}"));
        }
        if self.choices.is_empty() || self.choices.contains(value) {
            return None;
        }
        let list: Vec<String> = self.choices.iter().map(Value::to_string).collect();
        Some(format!("is {value}{unit}, which is not one of {}", list.join(", ")))
    }

    /// The nearest value that is allowed, where there is one.
    pub(super) fn nearest(&self, value: &Value) -> Option<Value> {
        let Value::Number(x) = value else { return self.default.clone() };
        if !self.choices.is_empty() {
            let far = |v: &&Value| match v {
                Value::Number(c) => (c - x).abs(),
                _ => f64::INFINITY,
            };
            return self.choices.iter().min_by(|a, b| far(a).total_cmp(&far(b))).cloned();
        }
        let mut near = x.max(self.min.unwrap_or(f64::NEG_INFINITY));
        near = near.min(self.max.unwrap_or(f64::INFINITY));
        if self.kind == ParameterKind::Integer {
            near = near.round();
        }
        Some(Value::Number(near)).filter(|v| self.wrong(v).is_none())
    }
}

impl ParameterKind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Duration => "a number of seconds",
            Self::Text => "a text",
            Self::Choice => "one of the choices",
            Self::Time => "a time",
            Self::Record => "a record",
        }
    }
}
