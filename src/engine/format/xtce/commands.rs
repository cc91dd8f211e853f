//! Commands: arguments and their types, what they extend, significance.

use crate::format::xmltree::Node;
use crate::mission::command::{
    Argument, ArgumentType, Command, Commanding, Consequence, Significance,
};
use crate::mission::telemetry::{Condition, Kind, ParameterType, Range};

use super::containers::MAX_DEPTH;
use super::graph::{Edge, judge};
use super::names::{DESCRIBING, Named};
use super::notes::shown;
use super::read::Reader;
use super::types::KNOWN;

/// What a command may hold and is read.
const PARTS: [&str; 9] = [
    "LongDescription",
    "BaseMetaCommand",
    "ArgumentList",
    "CommandContainer",
    "TransmissionConstraintList",
    "DefaultSignificance",
    "ContextSignificanceList",
    "VerifierSet",
    "ParameterToSetList",
];
/// Words of `ConsequenceLevelType`.
pub(super) const LEVELS: [(&str, Consequence); 6] = [
    ("normal", Consequence::Normal),
    ("user1", Consequence::User1),
    ("user2", Consequence::User2),
    ("vital", Consequence::Vital),
    ("critical", Consequence::Critical),
    ("forbidden", Consequence::Forbidden),
];
/// What a command extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Nothing,
    /// A reference that cannot be followed.
    Broken,
    Command(usize),
}

/// What a broken reference to a command is written as.
pub(super) const NO_COMMAND: &str = "_unknown";

impl<'t> Reader<'t> {
    /// All that is said of commands.
    pub(super) fn commanding(&mut self, types: &[ParameterType], containers: usize) -> Commanding {
        self.in_command = true;
        let (argument_types, ids) = self.argument_types();
        let bases = self.command_bases();
        let mut commands = Vec::with_capacity(bases.len());
        for (index, base) in bases.iter().enumerate() {
            let command = self.command(index, *base, &ids);
            commands.push(command);
        }
        let containers = self.packings(&commands, types, containers);
        self.in_command = false;
        Commanding { types: argument_types, containers, commands }
    }

    /// Types of arguments, and the position of each that the file defines. They are read as those
    /// of parameters are, in whose place they stand meanwhile.
    fn argument_types(&mut self) -> (Vec<ArgumentType>, Vec<Option<usize>>) {
        std::mem::swap(&mut self.names.types, &mut self.names.argument_types);
        let before = (std::mem::take(&mut self.type_ids), std::mem::take(&mut self.parts));
        let valid = self.valid_types();
        let mut count = 0;
        for valid in &valid {
            self.type_ids.push(valid.then_some(count));
            count += usize::from(*valid);
        }
        let built = (0..valid.len()).filter(|index| valid[*index]);
        let built = built.map(|index| self.argument_type(index)).collect();
        let (type_ids, parts) = before;
        let ids = std::mem::replace(&mut self.type_ids, type_ids);
        self.parts = parts;
        std::mem::swap(&mut self.names.types, &mut self.names.argument_types);
        (built, ids)
    }

    fn argument_type(&mut self, index: usize) -> ArgumentType {
        const MORE: [&str; 2] = ["SizeRangeInCharacters", "InitialValue"];
        let node = self.names.types.items[index].node;
        let known =
            KNOWN.iter().filter(|name| !name.ends_with("Alarm") && !name.contains("Context"));
        let known: Vec<&str> = known.chain(&MORE).copied().collect();
        self.notes.others(node, &known, &[&DESCRIBING[..], &["ToString"]].concat());
        if node.attribute("restrictionPattern").is_some() {
            self.notes.at(node, "not supported: restrictionPattern; texts are not checked by it");
        }
        let layers = self.layers(index);
        let of = self.data_type(index, &layers);
        self.check_initial(node, &of);
        let numeric = matches!(of.kind, Kind::Integer { .. } | Kind::Float { .. });
        let (mut valid, mut valid_is_raw) = (Vec::new(), false);
        if let Some(stated) = layers.child(&["ValidRangeSet", "ValidRange"]) {
            if numeric {
                (valid, valid_is_raw) = self.valid_ranges(stated.node);
            } else {
                self.notes.unsupported(stated.node, "a range of what is no number; left out");
            }
        }
        let characters = layers.child(&["SizeRangeInCharacters"]);
        let characters = characters.and_then(|range| self.characters(range.node));
        let lists = node.all("MemberList").flat_map(|list| list.all("Member"));
        let initial = |member: Node<'t>| {
            let name = member.attribute("name").unwrap_or_default().trim().to_owned();
            member.attribute("initialValue").map(|value| (name, value.to_owned()))
        };
        let members = match of.kind {
            Kind::Aggregate { .. } => lists.filter_map(initial).collect(),
            _ => Vec::new(),
        };
        ArgumentType { of, valid, valid_is_raw, characters, members }
    }

    /// A `ValidRangeSet`, or a `ValidRange` that stands without one.
    fn valid_ranges(&mut self, node: Node<'t>) -> (Vec<Range>, bool) {
        let list: Vec<Node<'t>> = match node.name() {
            "ValidRange" => vec![node],
            _ => node.all("ValidRange").collect(),
        };
        let calibrated = self.flag(node, "validRangeAppliesToCalibrated", true)
            && self.flag(node, "rangeAppliesToCalibrated", true);
        (list.into_iter().map(|range| self.range(range)).collect(), !calibrated)
    }

    fn characters(&mut self, node: Node<'t>) -> Option<(u64, u64)> {
        let least = self.whole(node, "minInclusive").unwrap_or(0);
        let most = self.whole(node, "maxInclusive").unwrap_or(i64::MAX);
        let range = (u64::try_from(least).ok()?, u64::try_from(most).ok()?);
        Some(range)
    }

    /// What each command extends.
    fn command_bases(&mut self) -> Vec<Base> {
        let items = self.names.commands.items.clone();
        let mut bases: Vec<Base> = Vec::with_capacity(items.len());
        for Named { node, system } in &items {
            let Some(base) = node.child("BaseMetaCommand") else {
                bases.push(Base::Nothing);
                continue;
            };
            let reference = base.attribute("metaCommandRef").unwrap_or_default();
            let found = self.names.find(&self.names.commands, *system, reference);
            if found.is_none() {
                let hint = self.names.elsewhere(reference);
                let reason = format!("no command is named \"{}\"{hint}", shown(reference));
                self.notes.at(base, format!("{reason}; the command cannot be encoded"));
            }
            bases.push(found.map_or(Base::Broken, Base::Command));
        }
        let edge = |base: &Base| match base {
            Base::Command(id) => vec![*id],
            Base::Nothing | Base::Broken => Vec::new(),
        };
        let edges: Vec<Vec<usize>> = bases.iter().map(edge).collect();
        let (verdicts, _) = judge(&edges, MAX_DEPTH - 1);
        for (index, verdicts) in verdicts.iter().enumerate() {
            let verdict = verdicts.first().copied().unwrap_or(Edge::Good);
            if !self.judged(items[index].node, verdict, "extends") {
                bases[index] = Base::Broken;
            }
        }
        bases
    }

    /// All of a command but what its container holds.
    fn command(&mut self, index: usize, base: Base, types: &[Option<usize>]) -> Command {
        let Named { node, system } = self.names.commands.items[index];
        self.notes.others(node, &PARTS, &[&DESCRIBING[..], &["SystemName"]].concat());
        let lists = node.all("BaseMetaCommand").flat_map(|b| b.all("ArgumentAssignmentList"));
        let mut assignments = Vec::new();
        for assignment in lists.flat_map(|list| list.all("ArgumentAssignment")) {
            let name = assignment.attribute("argumentName").unwrap_or_default().trim();
            let value = assignment.attribute("argumentValue");
            match value.filter(|_| !name.is_empty()) {
                Some(value) => assignments.push((name.to_owned(), value.to_owned())),
                None => self.notes.at(assignment, "it needs argumentName and argumentValue"),
            }
        }
        let context_significances = self.context_significances(node, system);
        let significance = node.child("DefaultSignificance").map(|of| self.significance(of));
        Command {
            name: self.names.commands.names[index].clone(),
            description: self.description(node),
            is_abstract: self.flag(node, "abstract", false),
            base: if let Base::Command(id) = base { Some(id) } else { None },
            is_cut: base == Base::Broken,
            assignments,
            arguments: self.arguments(Named { node, system }, types),
            container: self.names.packing_of.get(index).copied().flatten(),
            significance,
            context_significances,
            constraints: self.constraints(node, system),
            verifiers: self.verifiers(node, system),
            sets: self.sets(node, system),
        }
    }

    fn arguments(&mut self, at: Named<'t>, types: &[Option<usize>]) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        for child in at.node.all("ArgumentList").flat_map(Node::children) {
            if child.name() != "Argument" {
                self.notes.unsupported(child, "it was left out");
                continue;
            }
            self.notes.others(child, &["LongDescription"], &DESCRIBING);
            let name = child.attribute("name").unwrap_or_default().trim();
            let taken = || arguments.iter().any(|argument| argument.name == name);
            if name.is_empty() || arguments.len() < MAX_ARGUMENTS && taken() {
                self.notes.at(child, "its name is missing or taken; it was left out");
                continue;
            }
            if arguments.len() >= MAX_ARGUMENTS {
                let reason = format!("a command has at most {MAX_ARGUMENTS} arguments; left out");
                self.notes.at(child, reason);
                continue;
            }
            let reference = child.attribute("argumentTypeRef").unwrap_or_default();
            let found = self.names.find(&self.names.argument_types, at.system, reference);
            let Some(type_id) = found.and_then(|found| types.get(found).copied().flatten()) else {
                let (hint, shown) = (self.names.elsewhere(reference), shown(reference));
                let reason = match found {
                    None => format!("no argument type is named \"{shown}\"{hint}"),
                    Some(_) => format!("its type \"{shown}\" was left out"),
                };
                self.notes.at(child, format!("{reason}; so it was left out"));
                continue;
            };
            arguments.push(Argument {
                name: name.to_owned(),
                type_id,
                description: self.description(child),
                initial: child.attribute("initialValue").map(str::to_owned),
            });
        }
        arguments
    }

    fn significance(&mut self, node: Node<'t>) -> Significance {
        let word = node.attribute("consequenceLevel").unwrap_or("normal").trim();
        let level = LEVELS.iter().find(|(name, _)| *name == word).map(|(_, level)| *level);
        if level.is_none() {
            let reason = format!("consequenceLevel \"{}\" is none of XTCE 1.2", shown(word));
            self.notes.at(node, format!("{reason}; taken as critical, look at it"));
        }
        Significance {
            level: level.unwrap_or(Consequence::Critical),
            reason: node.attribute("reasonForWarning").unwrap_or_default().to_owned(),
            at_risk: node.attribute("spaceSystemAtRisk").unwrap_or_default().trim().to_owned(),
        }
    }

    fn context_significances(
        &mut self,
        node: Node<'t>,
        system: usize,
    ) -> Vec<(Condition, Significance)> {
        let mut list = Vec::new();
        let contexts =
            node.all("ContextSignificanceList").flat_map(|l| l.all("ContextSignificance"));
        for context in contexts {
            let (Some(when), Some(of)) =
                (context.child("ContextMatch"), context.child("Significance"))
            else {
                self.notes.at(context, "it needs ContextMatch and Significance; left out");
                continue;
            };
            let significance = self.significance(of);
            list.extend(self.condition(when, system).map(|when| (when, significance)));
        }
        list
    }
}

/// Most arguments of one command.
const MAX_ARGUMENTS: usize = 1024;
