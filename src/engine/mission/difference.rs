//! What a new dictionary changes: parameters, packets, commands and events that come, go or mean
//! something else.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::changes;
use super::command::{CommandId, EventDefinition};
use super::telemetry::{
    Alarm, Condition, Container, Dictionary, Encoding, Item, ParameterType, Range,
    TelemetryParameter,
};

/// What became of something that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Only the newer dictionary has it.
    Added,
    /// Only the older dictionary has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
}

/// One difference between two dictionaries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub fate: Fate,
    /// `parameter`, `container`, `command` or `event`.
    pub what: &'static str,
    /// Its qualified name.
    pub name: String,
    /// What is not the same, in the order unit, encoding, calibration, limits, …
    pub details: Vec<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.fate {
            Fate::Added => '+',
            Fate::Removed => '-',
            Fate::Changed => '~',
        };
        write!(f, "{sign} {} {}", self.what, self.name)?;
        if !self.details.is_empty() {
            write!(f, ": {}", self.details.join("; "))?;
        }
        Ok(())
    }
}

/// What stands in `newer` and not in `older`, the other way round, and what is not the same;
/// parameters first, each by name. Positions in the lists and names of types do not count.
pub fn difference(older: &Dictionary, newer: &Dictionary) -> Vec<Change> {
    let (old, new) = (Side::of(older), Side::of(newer));
    let mut changes = Vec::new();
    compare("parameter", &old.parameters, &new.parameters, &mut changes, |a, b| {
        let mut details = Vec::new();
        match (older.types.get(a.type_id), newer.types.get(b.type_id)) {
            (Some(before), Some(after)) => old.types(before, &new, after, &mut details),
            _ => details.push("its type is missing".to_owned()),
        }
        if a.source != b.source || a.initial != b.initial {
            details.push("where its values come from".to_owned());
        }
        details
    });
    compare("container", &old.containers, &new.containers, &mut changes, |a, b| {
        let mut details = Vec::new();
        let (before, after) = (old.base(a), new.base(b));
        if before != after {
            details.push(format!("extends {} → {}", shown(before), shown(after)));
        }
        if old.condition(a.restriction.as_ref()) != new.condition(b.restriction.as_ref()) {
            details.push("which packets it describes".to_owned());
        }
        let (before, after) = (old.entries(a), new.entries(b));
        if before != after {
            details.push(format!("entries ({} → {})", before.len(), after.len()));
        }
        details
    });
    compare("command", &old.commands, &new.commands, &mut changes, |a, b| {
        changes::commands(&old, *a, &new, *b)
    });
    compare("event", &old.events, &new.events, &mut changes, |a, b| {
        let mut details = Vec::new();
        if a.level != b.level {
            details.push(format!("level {} → {}", a.level, b.level));
        }
        if (a.number, &a.message, &a.arguments) != (b.number, &b.message, &b.arguments) {
            details.push("number or message".to_owned());
        }
        details
    });
    changes
}

fn shown(name: &str) -> &str {
    if name.is_empty() { "nothing" } else { name }
}

fn compare<T>(
    what: &'static str,
    older: &BTreeMap<&str, T>,
    newer: &BTreeMap<&str, T>,
    out: &mut Vec<Change>,
    differ: impl Fn(&T, &T) -> Vec<String>,
) {
    let mut put = |fate, name: &str, details| {
        out.push(Change { fate, what, name: name.to_owned(), details });
    };
    for (name, before) in older {
        match newer.get(name) {
            None => put(Fate::Removed, name, Vec::new()),
            Some(after) => {
                let details = differ(before, after);
                if !details.is_empty() {
                    put(Fate::Changed, name, details);
                }
            }
        }
    }
    for name in newer.keys().filter(|name| !older.contains_key(*name)) {
        put(Fate::Added, name, Vec::new());
    }
}

/// A dictionary with its names at hand.
pub(super) struct Side<'d> {
    pub dictionary: &'d Dictionary,
    parameters: BTreeMap<&'d str, &'d TelemetryParameter>,
    containers: BTreeMap<&'d str, &'d Container>,
    commands: BTreeMap<&'d str, CommandId>,
    events: BTreeMap<&'d str, &'d EventDefinition>,
}

impl<'d> Side<'d> {
    fn of(dictionary: &'d Dictionary) -> Self {
        Self {
            dictionary,
            parameters: dictionary.parameters.iter().map(|p| (p.name.as_str(), p)).collect(),
            containers: dictionary.containers.iter().map(|c| (c.name.as_str(), c)).collect(),
            commands: {
                let all = dictionary.commanding.commands.iter().enumerate();
                all.map(|(id, command)| (command.name.as_str(), id)).collect()
            },
            events: dictionary.events.iter().map(|e| (e.name.as_str(), e)).collect(),
        }
    }

    fn base(&self, container: &Container) -> &'d str {
        let base = container.base.and_then(|id| self.dictionary.containers.get(id));
        base.map_or("", |base| base.name.as_str())
    }

    /// Positions stand for names: two dictionaries number differently.
    pub(super) fn named(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("parameter: ") {
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            let parameter =
                digits.parse().ok().and_then(|id: usize| self.dictionary.parameters.get(id));
            out.push_str(before);
            out.push_str(parameter.map_or("?", |p| p.name.as_str()));
            rest = after.get(digits.len()..).unwrap_or_default();
        }
        out + rest
    }

    pub(super) fn condition(&self, condition: Option<&Condition>) -> String {
        condition.map_or_else(String::new, |of| self.named(&format!("{of:?}")))
    }

    fn entries(&self, container: &Container) -> Vec<String> {
        let name = |item: Item| match item {
            Item::Parameter(id) => self.dictionary.parameters.get(id).map(|p| p.name.as_str()),
            Item::Container(id) => self.dictionary.containers.get(id).map(|c| c.name.as_str()),
        };
        let entries = container.entries.iter().map(|entry| {
            let rest = format!("{:?} {:?}", entry.place, entry.repeat);
            let include = self.condition(entry.include.as_ref());
            format!("{} {} {include}", name(entry.item).unwrap_or("?"), self.named(&rest))
        });
        entries.collect()
    }

    /// What is not the same of two types, in words.
    fn types(
        &self,
        before: &ParameterType,
        other: &Self,
        after: &ParameterType,
        out: &mut Vec<String>,
    ) {
        if before.unit != after.unit {
            let unit = |unit: &str| if unit.is_empty() { "none" } else { unit }.to_owned();
            out.push(format!("unit {} → {}", unit(&before.unit), unit(&after.unit)));
        }
        let named = |a: String, b: String| (self.named(&a), other.named(&b));
        let (a, b) = named(format!("{:?}", before.kind), format!("{:?}", after.kind));
        if a != b {
            out.push("kind or names of its values".to_owned());
        }
        let (a, b) = named(format!("{:?}", before.encoding), format!("{:?}", after.encoding));
        if a != b {
            let (from, to) = (bits(before), bits(after));
            out.push(if from == to {
                "encoding".to_owned()
            } else {
                format!("encoding, {from} → {to}")
            });
        }
        let curve =
            |of: &ParameterType| format!("{:?} {:?}", of.calibrator, of.context_calibrators);
        let (a, b) = named(curve(before), curve(after));
        if a != b {
            out.push("calibration".to_owned());
        }
        if before.alarm != after.alarm {
            out.push(format!("limits {} → {}", limits(before), limits(after)));
        }
        let contexts = |of: &ParameterType| format!("{:?}", of.context_alarms);
        let (a, b) = named(contexts(before), contexts(after));
        if a != b {
            out.push("limits by context".to_owned());
        }
        if before.valid_range != after.valid_range {
            out.push("range of valid values".to_owned());
        }
    }
}

/// Width of a fixed encoding.
fn bits(of: &ParameterType) -> String {
    match &of.encoding {
        None => "none".to_owned(),
        Some(Encoding::Integer { bits, .. }) => format!("{bits}-bit integer"),
        Some(Encoding::Float { bits, .. }) => format!("{bits}-bit float"),
        Some(Encoding::String { .. }) => "text".to_owned(),
        Some(Encoding::Binary { .. }) => "bytes".to_owned(),
    }
}

fn limits(of: &ParameterType) -> String {
    let Some(alarm) = &of.alarm else { return "none".to_owned() };
    let Alarm { outside, inside, labels, other_labels, minimum_violations } = alarm;
    let ends = |range: &Range| {
        let end = |x: Option<f64>| x.map_or_else(|| "…".to_owned(), |x| x.to_string());
        format!("{}..{}", end(range.low), end(range.high))
    };
    let mut parts: Vec<String> = Vec::new();
    parts.extend(outside.iter().map(|(s, range)| format!("{s:?} outside {}", ends(range))));
    parts.extend(inside.iter().map(|(s, range)| format!("{s:?} inside {}", ends(range))));
    parts.extend(labels.iter().map(|(severity, name)| format!("{severity:?} at {name}")));
    parts.extend(other_labels.iter().map(|severity| format!("{severity:?} at others")));
    if *minimum_violations > 1 {
        parts.push(format!("after {minimum_violations} violations"));
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mission::Severity;
    use crate::mission::command::{Argument, ArgumentType, Command, Consequence, Significance};
    use crate::mission::telemetry::{ByteOrder, Entry, IntegerForm, Kind, Place, Source};

    fn dictionary(names: &[&str], shift: usize) -> Dictionary {
        // `shift` other types first: positions must not matter.
        let plain = |name: &str| ParameterType {
            name: name.to_owned(),
            description: String::new(),
            unit: "V".to_owned(),
            kind: Kind::Integer { signed: false, bits: 16 },
            encoding: Some(Encoding::Integer {
                bits: 16,
                form: IntegerForm::Unsigned,
                order: ByteOrder::Big,
            }),
            calibrator: None,
            context_calibrators: Vec::new(),
            alarm: None,
            context_alarms: Vec::new(),
            valid_range: None,
            initial: None,
        };
        let types =
            (0..shift).map(|i| format!("other{i}")).chain(names.iter().map(|n| format!("{n}_t")));
        let parameters = names.iter().enumerate().map(|(i, name)| TelemetryParameter {
            name: (*name).to_owned(),
            type_id: i + shift,
            description: String::new(),
            source: Source::Telemetered,
            initial: None,
        });
        let entry = |i| Entry {
            item: Item::Parameter(i),
            place: Place::After(0),
            include: None,
            repeat: None,
        };
        Dictionary {
            name: "S".to_owned(),
            types: types.map(|name| plain(&name)).collect(),
            parameters: parameters.collect(),
            containers: vec![Container {
                name: "/S/packet".to_owned(),
                description: String::new(),
                is_abstract: false,
                base: None,
                restriction: None,
                entries: (0..names.len()).map(entry).collect(),
                bits: None,
                rate_hz: None,
            }],
            ..Dictionary::default()
        }
    }

    #[test]
    fn the_same_in_another_order_of_types_is_no_difference() {
        let (a, b) = (dictionary(&["/S/a", "/S/b"], 0), dictionary(&["/S/a", "/S/b"], 3));
        assert_eq!(difference(&a, &b), []);
    }

    /// A command with one argument up to this value, of a type in this place.
    fn commanded(high: f64, level: Consequence, shift: usize) -> Dictionary {
        let mut of = dictionary(&["/S/a"], 0);
        let template = of.types[0].clone();
        let plain = |name: String| ArgumentType {
            of: ParameterType { name, ..template.clone() },
            valid: vec![Range { low: Some(0.0), high: Some(high), ..Range::default() }],
            valid_is_raw: false,
            characters: None,
            members: Vec::new(),
        };
        of.commanding.types = (0..=shift).map(|i| plain(format!("/S/t{i}"))).collect();
        let argument = Argument {
            name: "x".to_owned(),
            type_id: shift,
            description: String::new(),
            initial: None,
        };
        of.commanding.commands.push(Command {
            name: "/S/GO".to_owned(),
            arguments: vec![argument],
            significance: Some(Significance {
                level,
                reason: String::new(),
                at_risk: String::new(),
            }),
            ..Command::default()
        });
        of
    }

    #[test]
    fn changes_of_commands_are_told_in_words() {
        let a = commanded(3.0, Consequence::Normal, 0);
        assert_eq!(difference(&a, &commanded(3.0, Consequence::Normal, 2)), []);
        let b = commanded(4.0, Consequence::Critical, 1);
        let said: Vec<String> = difference(&a, &b).iter().map(ToString::to_string).collect();
        let range = "argument x: range 0..3 → 0..4";
        assert_eq!(said, [format!("~ command /S/GO: {range}; significance normal → critical")]);
        let none = dictionary(&["/S/a"], 0);
        let said: Vec<String> = difference(&none, &a).iter().map(ToString::to_string).collect();
        assert_eq!(said, ["+ command /S/GO"]);
    }

    #[test]
    fn what_came_went_and_changed_is_told_in_words() {
        let a = dictionary(&["/S/a", "/S/b"], 0);
        let mut b = dictionary(&["/S/a", "/S/c"], 1);
        b.types[1].unit = "mV".to_owned();
        b.types[1].alarm = Some(Alarm {
            outside: vec![(
                Severity::Warning,
                Range { low: Some(1.0), high: None, ..Range::default() },
            )],
            minimum_violations: 1,
            ..Alarm::default()
        });
        let said: Vec<String> = difference(&a, &b).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "~ parameter /S/a: unit V → mV; limits none → Warning outside 1..…",
                "- parameter /S/b",
                "+ parameter /S/c",
                "~ container /S/packet: entries (2 → 2)",
            ]
        );
    }
}
