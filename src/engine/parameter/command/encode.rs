//! The walk over a command's containers.

use crate::mission::command::{
    CommandContainer, CommandContainerId, CommandEntry, CommandId, CommandItem, Commanding, Packing,
};
use crate::mission::telemetry::{
    Comparison, Condition, ContainerId, Dictionary, Item, Kind, Operator, ParameterId, Place, Size,
};
use crate::problem::Problem;

use super::Given;
use super::packet::Bits;
use super::scope::{Parameters, Scope};
use super::value::{Typed, shown};

/// Deepest nesting of containers, arrays and aggregates.
pub(super) const DEEPEST: usize = 64;
/// Most values that are encoded.
const MOST_VALUES: usize = 1 << 20;

/// A command as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The bytes; the last one is filled with zeros.
    pub bytes: Vec<u8>,
    /// How many bits of them the command takes.
    pub bits: u64,
    /// All arguments with the values that they have in it.
    pub arguments: Vec<(String, Given)>,
    /// Where what stands, in the order of the packet.
    pub fields: Vec<EncodedField>,
}

/// A value of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedField {
    /// Argument, member (`a.m`) or element (`a[2]`), parameter, or name of a fixed value.
    pub name: String,
    /// Its first bit.
    pub at: u64,
    /// Its bits.
    pub bits: u64,
}

/// Turns a command into bytes. `given` names arguments and their values, `parameters` says what is
/// known of parameters, as text. What does not fit is told by argument; then there are no bytes.
pub fn encode(
    dictionary: &Dictionary,
    command: CommandId,
    given: &[(String, Given)],
    parameters: &dyn Fn(ParameterId) -> Option<String>,
) -> Result<Encoded, Vec<Problem>> {
    let commanding = &dictionary.commanding;
    let Some(own) = commanding.commands.get(command) else {
        return Err(vec![Problem::of("command", "there is no such command")]);
    };
    let line = commanding.line(command);
    if own.is_abstract {
        let reason = "it is abstract: choose a command that extends it";
        return Err(vec![Problem::of(&own.name, reason)]);
    }
    if line.iter().any(|command| command.is_cut) {
        let reason = "what it extends is not in the dictionary; read all of its files";
        return Err(vec![Problem::of(&own.name, reason)]);
    }
    let (values, mut problems) = arguments(commanding, command, given);
    // Each command's container stands behind that of what it extends, unless it says otherwise.
    let mut chain: Vec<Packing> = Vec::new();
    let owners: Vec<CommandContainerId> = line.iter().filter_map(|c| c.container).collect();
    let mut next = owners.first().map(|id| Packing::Command(*id));
    while let Some(packing) = next {
        if chain.contains(&packing) || chain.len() >= DEEPEST {
            problems.push(Problem::of(&own.name, "its containers extend each other in a circle"));
            break;
        }
        chain.push(packing);
        next = base(dictionary, packing, &owners);
    }
    if chain.is_empty() {
        let reason = "no container says how it stands in a packet; it cannot be encoded";
        problems.push(Problem::of(&own.name, reason));
    }
    let stated = stated(dictionary, &chain);
    let known = |id: ParameterId| {
        let stated = stated.iter().find(|(of, _)| *of == id).map(|(_, value)| value.clone());
        stated.or_else(|| parameters(id)).or_else(|| initial(dictionary, id))
    };
    let known: Parameters<'_> = &known;
    let scope = Scope { dictionary, parameters: known, values: &values, around: None };
    let all = commanding.arguments(command);
    let types = all.iter().map(|(argument, _)| (argument.name.as_str(), argument.type_id));
    let mut walk = Walk {
        scope,
        types: types.collect(),
        out: Bits::default(),
        fields: Vec::new(),
        problems,
        left: MOST_VALUES,
    };
    for packing in chain.iter().rev() {
        walk.packing(*packing, 0, 0);
    }
    if !walk.problems.is_empty() {
        walk.problems.truncate(MOST_PROBLEMS);
        return Err(walk.problems);
    }
    let (fields, (bytes, bits)) = (walk.fields, walk.out.into_parts());
    Ok(Encoded { bytes, bits, arguments: values, fields })
}

/// Most problems that are told of one command.
const MOST_PROBLEMS: usize = 100;

fn base(
    dictionary: &Dictionary,
    packing: Packing,
    owners: &[CommandContainerId],
) -> Option<Packing> {
    match packing {
        Packing::Telemetry(id) => dictionary.containers.get(id)?.base.map(Packing::Telemetry),
        Packing::Command(id) => {
            let base = dictionary.commanding.containers.get(id)?.base;
            base.or_else(|| {
                let at = owners.iter().position(|owner| *owner == id)?;
                owners.get(at + 1).map(|id| Packing::Command(*id))
            })
        }
    }
}

/// What the restrictions of containers say of parameters, those of the command itself first.
fn stated(dictionary: &Dictionary, chain: &[Packing]) -> Vec<(ParameterId, String)> {
    let mut found = Vec::new();
    for packing in chain {
        let restriction = match packing {
            Packing::Telemetry(id) => {
                dictionary.containers.get(*id).and_then(|c| c.restriction.as_ref())
            }
            Packing::Command(id) => {
                let container = dictionary.commanding.containers.get(*id);
                container.and_then(|c| c.restriction.as_ref())
            }
        };
        let mut open: Vec<&Condition> = restriction.into_iter().collect();
        while let Some(condition) = open.pop() {
            match condition {
                Condition::All(all) => open.extend(all),
                Condition::Is(Comparison {
                    parameter,
                    path,
                    operator: Operator::Equal,
                    value,
                    ..
                }) if path.is_empty() => {
                    found.push((*parameter, value.clone()));
                }
                _ => {}
            }
        }
    }
    found
}

fn initial(dictionary: &Dictionary, id: ParameterId) -> Option<String> {
    let parameter = dictionary.parameters.get(id)?;
    let of = || dictionary.types.get(parameter.type_id).and_then(|of| of.initial.clone());
    parameter.initial.clone().or_else(of)
}

/// All arguments of a command with their values: assigned, given, counted, or initial.
fn arguments(
    commanding: &Commanding,
    command: CommandId,
    given: &[(String, Given)],
) -> (Vec<(String, Given)>, Vec<Problem>) {
    let mut problems = Vec::new();
    let all = commanding.arguments(command);
    for (name, _) in given {
        match all.iter().find(|(argument, _)| argument.name == *name) {
            None => {
                let names: Vec<&str> = all.iter().map(|(a, _)| a.name.as_str()).take(20).collect();
                let reason = if names.is_empty() {
                    "the command has no arguments".to_owned()
                } else {
                    format!("no argument has this name; there are {}", names.join(", "))
                };
                problems.push(Problem::of(shown(name), reason));
            }
            Some((_, Some(value))) => {
                let reason = format!("it is always {value} in this command; leave it out");
                problems.push(Problem::of(name, reason));
            }
            Some(_) => {}
        }
    }
    let mut values: Vec<(String, Given)> = Vec::new();
    let mut missing = Vec::new();
    for (argument, assigned) in &all {
        let own = given.iter().find(|(name, _)| *name == argument.name).map(|(_, v)| v.clone());
        let of = commanding.types.get(argument.type_id);
        let first = || argument.initial.clone().or_else(|| of.and_then(|of| of.of.initial.clone()));
        let compound = || {
            let of = of.filter(|of| !of.members.is_empty())?;
            let member = |(name, value): &(String, String)| (name.clone(), value.as_str().into());
            Some(Given::Members(of.members.iter().map(member).collect()))
        };
        let assigned = assigned.map(|value| Given::parse(value).unwrap_or_else(|_| value.into()));
        let found = assigned.or(own).or_else(|| first().map(|v| v.as_str().into()));
        match found.or_else(compound) {
            Some(value) => values.push((argument.name.clone(), value)),
            None => missing.push(argument.name.clone()),
        }
    }
    for name in missing {
        let arrays = all.iter().map(|(argument, _)| (argument.name.as_str(), argument.type_id));
        match counted(commanding, &name, arrays, &values) {
            Some(count) => values.push((name, Given::Text(count.to_string()))),
            None => problems.push(Problem::of(&name, "it has no value; give it one")),
        }
    }
    // In the order of the command again.
    values.sort_by_key(|(name, _)| all.iter().position(|(argument, _)| argument.name == *name));
    (values, problems)
}

/// The number of elements of an array whose size a value states.
pub(super) fn counted<'a>(
    commanding: &Commanding,
    name: &str,
    mut all: impl Iterator<Item = (&'a str, usize)>,
    values: &[(String, Given)],
) -> Option<i64> {
    all.find_map(|(array, type_id)| {
        let Kind::Array { dimensions, .. } = &commanding.types.get(type_id)?.of.kind else {
            return None;
        };
        let Size::Argument { name: of, slope, intercept } = dimensions.first()? else {
            return None;
        };
        let (_, Given::List(list)) = values.iter().find(|(own, _)| own == array)? else {
            return None;
        };
        let count = (list.len() as i64).checked_sub(*intercept)?;
        (of == name && *slope != 0 && count % slope == 0).then(|| count / slope)
    })
}

/// A command while it is encoded.
pub(super) struct Walk<'a> {
    scope: Scope<'a>,
    /// Types of the arguments.
    types: Vec<(&'a str, usize)>,
    pub out: Bits,
    pub fields: Vec<EncodedField>,
    problems: Vec<Problem>,
    /// Values that may still be encoded.
    pub left: usize,
}

impl Walk<'_> {
    pub(super) fn refuse(&mut self, name: &str, reason: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::of(name, reason));
        }
    }

    /// The entries of one container, without those of its base.
    fn packing(&mut self, packing: Packing, start: u64, depth: usize) {
        match packing {
            Packing::Command(id) => {
                let containers = &self.scope.dictionary.commanding.containers;
                let Some(container) = containers.get(id) else {
                    self.refuse("container", "it names a container that is not there");
                    return;
                };
                if container.is_cut {
                    let reason = "something of this container is not known or not supported; \
                                  look at the problems of the dictionary";
                    self.refuse(&container.name, reason);
                    return;
                }
                let from = self.out.cursor;
                for entry in &container.entries {
                    self.entry(entry, start, depth);
                }
                self.fill(from, container);
            }
            Packing::Telemetry(id) => self.telemetry(id, start, depth),
        }
    }

    /// Fills up to the size that a container states.
    fn fill(&mut self, from: u64, container: &CommandContainer) {
        let end = container.bits.map_or(0, |bits| from.saturating_add(bits));
        if end > self.out.cursor && !self.out.seek(end) {
            self.refuse(&container.name, "its size is larger than a command may be");
        }
    }

    fn telemetry(&mut self, id: ContainerId, start: u64, depth: usize) {
        let Some(container) = self.scope.dictionary.containers.get(id) else {
            self.refuse("container", "it names a container that is not there");
            return;
        };
        for entry in &container.entries {
            let item = match entry.item {
                Item::Parameter(id) => CommandItem::Parameter(id),
                Item::Container(id) => CommandItem::Container(Packing::Telemetry(id)),
            };
            let (include, repeat) = (entry.include.clone(), entry.repeat.clone());
            self.entry(&CommandEntry { item, place: entry.place, include, repeat }, start, depth);
        }
    }

    fn entry(&mut self, entry: &CommandEntry, start: u64, depth: usize) {
        let name = self.name(&entry.item);
        if let Some(condition) = &entry.include {
            match self.scope.holds(condition) {
                Ok(true) => {}
                Ok(false) => return,
                Err(reason) => return self.refuse(&name, reason),
            }
        }
        let (from, bits) = match entry.place {
            Place::After(bits) => (self.out.cursor, bits),
            Place::FromStart(bits) => (start, bits),
        };
        if !from.checked_add_signed(bits).is_some_and(|at| self.out.seek(at)) {
            return self.refuse(&name, "its place is outside of the command");
        }
        let (count, between) = match &entry.repeat {
            None => (1, 0),
            Some((count, between)) => match self.scope.size(count) {
                Ok(count) => (count, *between),
                Err(reason) => return self.refuse(&name, reason),
            },
        };
        for at in 0..count {
            let next =
                if at == 0 { Some(self.out.cursor) } else { self.out.cursor.checked_add(between) };
            if !next.is_some_and(|next| self.out.seek(next)) {
                return self.refuse(&name, "it is repeated beyond what a command may hold");
            }
            if !self.item(&entry.item, &name, depth) {
                return;
            }
        }
    }

    fn name(&self, item: &CommandItem) -> String {
        let dictionary = self.scope.dictionary;
        match item {
            CommandItem::Fixed { name, .. } if name.is_empty() => "fixed value".to_owned(),
            CommandItem::Argument(name) | CommandItem::Fixed { name, .. } => name.clone(),
            CommandItem::Parameter(id) => dictionary
                .parameters
                .get(*id)
                .map_or_else(|| "parameter".to_owned(), |p| p.name.clone()),
            CommandItem::Container(_) => "container".to_owned(),
        }
    }

    /// What stands at an entry; false where nothing more can stand there.
    fn item(&mut self, item: &CommandItem, name: &str, depth: usize) -> bool {
        if self.left == 0 || depth > DEEPEST {
            self.refuse(name, "the command is larger than a packet may be");
            return false;
        }
        self.left -= 1;
        match item {
            CommandItem::Fixed { bytes, bits, .. } => {
                self.fixed(name, bytes, *bits);
            }
            CommandItem::Container(packing) => self.inner(*packing, depth),
            CommandItem::Parameter(id) => self.parameter(*id, name, depth),
            CommandItem::Argument(argument) => {
                let commanding = &self.scope.dictionary.commanding;
                let of = self.types.iter().find(|(own, _)| own == argument).map(|(_, id)| *id);
                let of = of.and_then(|id| commanding.types.get(id));
                // An argument without a value was told already.
                let value = self.scope.values.iter().find(|(own, _)| own == argument);
                if let (Some(of), Some((_, value))) = (of, value) {
                    let typed = Typed { of: &of.of, argument: Some(of) };
                    let scope = self.scope;
                    self.value(value, typed, name, &scope, depth);
                }
            }
        }
        self.problems.len() < MOST_PROBLEMS
    }

    /// A container inside another one, with those that it extends.
    fn inner(&mut self, packing: Packing, depth: usize) {
        let mut chain = vec![packing];
        while let Some(next) = base(self.scope.dictionary, *chain.last().unwrap_or(&packing), &[])
            && chain.len() < DEEPEST
        {
            chain.push(next);
        }
        let start = self.out.cursor;
        for packing in chain.into_iter().rev() {
            self.packing(packing, start, depth + 1);
        }
    }

    fn fixed(&mut self, name: &str, bytes: &[u8], bits: u32) {
        let at = self.out.cursor;
        let have = bytes.len() as u64 * 8;
        let bits = u64::from(bits);
        // The last bits count; zeros stand before bytes that are too few.
        let fits = if bits > have {
            self.out.zeros(bits - have) && self.out.put_bytes(bytes, have)
        } else {
            self.out.put_from(bytes, have - bits, bits)
        };
        if fits {
            self.fields.push(EncodedField { name: name.to_owned(), at, bits });
        } else {
            self.refuse(name, "the command is larger than a packet may be");
        }
    }

    fn parameter(&mut self, id: ParameterId, name: &str, depth: usize) {
        let dictionary = self.scope.dictionary;
        let of = dictionary.parameters.get(id).and_then(|p| dictionary.types.get(p.type_id));
        let Some(of) = of else { return self.refuse(name, "it is not in the dictionary") };
        let Some(value) = (self.scope.parameters)(id) else {
            let reason = "a parameter in the command, and its value is not known";
            return self.refuse(name, reason);
        };
        let value = Given::parse(&value).unwrap_or(Given::Text(value));
        let scope = self.scope;
        self.value(&value, Typed { of, argument: None }, name, &scope, depth);
    }
}
