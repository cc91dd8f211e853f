//! What a new dictionary changes in commands: arguments, bytes, significance, checks.

use std::collections::BTreeMap;

use super::command::{
    Argument, ArgumentType, Check, Command, CommandContainer, CommandId, CommandItem, Packing,
};
use super::telemetry::{Kind, Range};

use super::difference::Side;

/// Deepest nesting of types that is compared.
const DEEPEST: usize = 16;

/// What is not the same of two commands, in words.
pub(super) fn commands(old: &Side<'_>, a: CommandId, new: &Side<'_>, b: CommandId) -> Vec<String> {
    let mut out = Vec::new();
    let (old_all, new_all) = (&old.dictionary.commanding, &new.dictionary.commanding);
    let (Some(before), Some(after)) = (old_all.commands.get(a), new_all.commands.get(b)) else {
        return out;
    };
    let base = |side: &Side<'_>, command: &Command| -> String {
        let all = &side.dictionary.commanding.commands;
        command.base.and_then(|id| all.get(id)).map_or_else(String::new, |base| base.name.clone())
    };
    let (from, to) = (base(old, before), base(new, after));
    if from != to {
        let shown = |name: &str| if name.is_empty() { "nothing" } else { name }.to_owned();
        out.push(format!("extends {} → {}", shown(&from), shown(&to)));
    }
    if before.is_abstract != after.is_abstract {
        out.push(
            if after.is_abstract { "cannot be sent any more" } else { "can be sent" }.to_owned(),
        );
    }
    arguments(old, a, new, b, &mut out);
    let level = |side: &Side<'_>, id| {
        let found = side.dictionary.commanding.significance(id);
        found.map_or_else(|| "normal".to_owned(), |s| format!("{:?}", s.level).to_lowercase())
    };
    let (from, to) = (level(old, a), level(new, b));
    if from != to {
        out.push(format!("significance {from} → {to}"));
    }
    if old.packing(before) != new.packing(after) {
        out.push("how it stands in a packet".to_owned());
    }
    let constraints = |side: &Side<'_>, of: &Command| side.named(&format!("{:?}", of.constraints));
    if constraints(old, before) != constraints(new, after) {
        let (from, to) = (before.constraints.len(), after.constraints.len());
        out.push(format!("what has to hold before it is sent ({from} → {to})"));
    }
    if old.verifiers(before) != new.verifiers(after) {
        let (from, to) = (before.verifiers.len(), after.verifiers.len());
        out.push(format!("how its stages show ({from} → {to})"));
    }
    out
}

type Stated<'a> = (&'a Argument, Option<&'a str>);

fn arguments(old: &Side<'_>, a: CommandId, new: &Side<'_>, b: CommandId, out: &mut Vec<String>) {
    let before = old.dictionary.commanding.arguments(a);
    let after = new.dictionary.commanding.arguments(b);
    let by_name = |list: &[Stated<'_>]| -> BTreeMap<String, usize> {
        list.iter().enumerate().map(|(i, (a, _))| (a.name.clone(), i)).collect()
    };
    let (olds, news) = (by_name(&before), by_name(&after));
    for (name, at) in &olds {
        match news.get(name) {
            None => out.push(format!("argument {name} removed")),
            Some(to) => {
                let details = argument(old, &before[*at], new, &after[*to]);
                if !details.is_empty() {
                    out.push(format!("argument {name}: {}", details.join(", ")));
                }
            }
        }
    }
    for name in news.keys().filter(|name| !olds.contains_key(*name)) {
        out.push(format!("argument {name} added"));
    }
}

fn argument(old: &Side<'_>, a: &Stated<'_>, new: &Side<'_>, b: &Stated<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let of = |side: &Side<'_>, stated: &Stated<'_>| -> Option<ArgumentType> {
        side.dictionary.commanding.types.get(stated.0.type_id).cloned()
    };
    let (Some(before), Some(after)) = (of(old, a), of(new, b)) else { return out };
    if before.of.unit != after.of.unit {
        let unit = |unit: &str| if unit.is_empty() { "none" } else { unit }.to_owned();
        out.push(format!("unit {} → {}", unit(&before.of.unit), unit(&after.of.unit)));
    }
    let (from, to) = (ranges(&before), ranges(&after));
    if from != to {
        out.push(format!("range {from} → {to}"));
    }
    let value = |stated: &Stated<'_>, of: &ArgumentType| {
        let (argument, assigned) = stated;
        let first = argument.initial.clone().or_else(|| of.of.initial.clone());
        match (assigned, first) {
            (Some(value), _) => format!("always {value}"),
            (None, Some(value)) => value,
            (None, None) => "none".to_owned(),
        }
    };
    let (from, to) = (value(a, &before), value(b, &after));
    if from != to {
        out.push(format!("value {from} → {to}"));
    }
    if old.argument_type(a.0.type_id, 0) != new.argument_type(b.0.type_id, 0) {
        out.push("kind, names or encoding".to_owned());
    }
    out
}

fn ranges(of: &ArgumentType) -> String {
    let end = |x: Option<f64>| x.map_or_else(|| "…".to_owned(), |x| x.to_string());
    let one = |range: &Range| format!("{}..{}", end(range.low), end(range.high));
    let all: Vec<String> = of.valid.iter().map(one).collect();
    if all.is_empty() { "any".to_owned() } else { all.join(" or ") }
}

impl Side<'_> {
    /// A type without its name and what is told apart from it; positions stand for names.
    fn argument_type(&self, id: usize, depth: usize) -> String {
        let Some(argument) = self.dictionary.commanding.types.get(id).filter(|_| depth < DEEPEST)
        else {
            return String::new();
        };
        let of = &argument.of;
        let kind = match &of.kind {
            Kind::Array { element, dimensions } => {
                format!("{dimensions:?} of {}", self.argument_type(*element, depth + 1))
            }
            Kind::Aggregate { members } => {
                let member = |(name, id): &(String, usize)| {
                    format!("{name}: {}", self.argument_type(*id, depth + 1))
                };
                members.iter().map(member).collect::<Vec<_>>().join(", ")
            }
            kind => format!("{kind:?}"),
        };
        let rest = format!(
            "{:?} {:?} {:?} {:?} {} {:?} {:?}",
            of.encoding,
            of.calibrator,
            of.context_calibrators,
            argument.characters,
            argument.valid_is_raw,
            argument.members,
            if depth > 0 { Some(&argument.valid) } else { None },
        );
        self.named(&format!("{kind} {rest}"))
    }

    fn packing_name(&self, packing: Packing) -> &str {
        let commanding = &self.dictionary.commanding;
        match packing {
            Packing::Command(id) => commanding.containers.get(id).map_or("?", |c| &c.name),
            Packing::Telemetry(id) => {
                self.dictionary.containers.get(id).map_or("?", |c| c.name.as_str())
            }
        }
    }

    fn packing(&self, command: &Command) -> Vec<String> {
        let containers = &self.dictionary.commanding.containers;
        let Some(container) = command.container.and_then(|id| containers.get(id)) else {
            return Vec::new();
        };
        let CommandContainer { base, is_cut, restriction, entries, bits, .. } = container;
        let base = base.map_or("", |base| self.packing_name(base));
        let mut out =
            vec![format!("{base} {is_cut} {bits:?}"), self.condition(restriction.as_ref())];
        out.extend(entries.iter().map(|entry| {
            let item = match &entry.item {
                CommandItem::Parameter(id) => {
                    self.dictionary.parameters.get(*id).map_or("?", |p| p.name.as_str()).to_owned()
                }
                CommandItem::Container(packing) => self.packing_name(*packing).to_owned(),
                item => format!("{item:?}"),
            };
            let rest = self.named(&format!("{:?} {:?}", entry.place, entry.repeat));
            format!("{item} {rest} {}", self.condition(entry.include.as_ref()))
        }));
        out
    }

    fn verifiers(&self, command: &Command) -> Vec<String> {
        let parameter =
            |id: usize| self.dictionary.parameters.get(id).map_or("?", |p| p.name.as_str());
        let one = command.verifiers.iter().map(|verifier| {
            let check = match &verifier.check {
                Check::Holds(condition) => self.condition(Some(condition)),
                Check::Comes(id) => self.packing_name(Packing::Telemetry(*id)).to_owned(),
                Check::Changes(id, by) => format!("{} by {by}", parameter(*id)),
            };
            let noted = verifier.noted.map_or("", parameter);
            format!("{:?} {check} {:?} {noted}", verifier.stage, verifier.window)
        });
        one.collect()
    }
}
