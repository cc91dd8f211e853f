//! From the elements of files to a dictionary: what is valid gets its position first, then all of
//! it is built.

use std::collections::{HashMap, HashSet};

use crate::format::xmltree::Node;
use crate::mission::telemetry::{
    Dictionary, ParameterId, ParameterType, Source, System, TelemetryParameter, TypeId,
};

use super::graph::{Edge, judge};
use super::names::{DESCRIBING, Named, Names, kind_of};
use super::notes::{Notes, shown};

/// Deepest nesting of arrays and aggregates.
const MAX_TYPE_DEPTH: usize = 16;
/// Most members of an aggregate, those of its members counted.
const MAX_LEAVES: usize = 65_536;

/// A file while it is read.
pub(super) struct Reader<'t> {
    pub names: Names<'t>,
    pub notes: Notes,
    /// Where definitions begin, ascending: how much a type inherits is measured with it.
    pub starts: Vec<u64>,
    /// Bytes of the file.
    pub length: u64,
    /// Bytes of definitions that were inherited so far.
    pub inherited: u64,
    /// Position of each type in the dictionary; none where it was left out.
    pub type_ids: Vec<Option<TypeId>>,
    /// The same of each parameter.
    pub parameter_ids: Vec<Option<ParameterId>>,
    /// The type of each parameter in the dictionary, for those that have a position.
    pub parameter_types: Vec<TypeId>,
    /// What the file's arrays and aggregates are made of; none where a reference is broken.
    pub parts: Vec<Vec<Option<usize>>>,
    /// Whether commands are read, which may refer to arguments.
    pub in_command: bool,
}

/// A type that has to be built.
enum Plan<'t> {
    Plain(usize),
    /// An array type of XTCE 1.1 with the dimensions that an entry of a parameter states.
    Sized(usize, String, Named<'t>),
}

impl<'t> Reader<'t> {
    pub(super) fn new(names: Names<'t>, notes: Notes, length: u64) -> Self {
        let tables = [&names.types, &names.parameters, &names.containers, &names.argument_types];
        let mut starts: Vec<u64> =
            tables.iter().flat_map(|t| &t.items).map(|item| item.node.offset()).collect();
        starts.sort_unstable();
        Self {
            names,
            notes,
            starts,
            length,
            inherited: 0,
            type_ids: Vec::new(),
            parameter_ids: Vec::new(),
            parameter_types: Vec::new(),
            parts: Vec::new(),
            in_command: false,
        }
    }

    pub(super) fn dictionary(&mut self, roots: &[Node<'t>]) -> Dictionary {
        let plans = self.positions();
        let types: Vec<ParameterType> = plans
            .into_iter()
            .map(|plan| match plan {
                Plan::Plain(index) => self.parameter_type(index),
                Plan::Sized(index, name, entry) => {
                    let mut built = self.parameter_type(index);
                    built.name = name;
                    self.give_dimensions(&mut built, entry);
                    built
                }
            })
            .collect();
        let parameters = self.parameters();
        let containers = self.containers(&types);
        let systems = (0..self.names.systems.len()).map(|i| self.system(i)).collect();
        let (name, version) = (joined_names(roots), versions(roots));
        let commanding = self.commanding(&types, containers.len());
        let events = Vec::new();
        Dictionary { name, version, systems, types, parameters, containers, commanding, events }
    }

    fn system(&mut self, index: usize) -> System {
        let node = self.names.systems[index].node;
        if let Some(header) = node.child("Header") {
            self.notes.others(header, &[], &["AuthorSet", "NoteSet", "HistorySet"]);
            if index > 0 {
                self.notes.describing(header, "Header");
            }
        }
        let name = self.names.systems[index].name.clone();
        System { name, description: self.description(node) }
    }

    /// The short description, else the long one.
    pub(super) fn description(&mut self, node: Node<'t>) -> String {
        let short = node.attribute("shortDescription").unwrap_or_default().trim();
        if short.is_empty() {
            return node.text_of("LongDescription").to_owned();
        }
        if let Some(long) = node.child("LongDescription").filter(|n| !n.text().is_empty()) {
            self.notes.describing(long, "LongDescription");
        }
        short.to_owned()
    }

    /// Decides which types and parameters are valid and where they stand in the dictionary.
    fn positions(&mut self) -> Vec<Plan<'t>> {
        let valid = self.valid_types();
        let wanted = self.parameter_type_refs(&valid);
        let mut sizes = self.sizes_at_entries(&wanted);
        let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
        for (parameter, wanted) in wanted.iter().enumerate() {
            if let (Some(index), true) = (wanted, sizes.contains_key(&parameter)) {
                users.entry(*index).or_default().push(parameter);
            }
        }
        let mut plans = Vec::new();
        let mut own: HashMap<usize, TypeId> = HashMap::new();
        let mut made = HashSet::new();
        for (index, valid) in valid.into_iter().enumerate() {
            self.type_ids.push(valid.then_some(plans.len()));
            if !valid {
                continue;
            }
            plans.push(Plan::Plain(index));
            for parameter in users.remove(&index).unwrap_or_default() {
                let Some(entry) = sizes.remove(&parameter) else { continue };
                let last = self.names.parameters.names[parameter].rsplit('/').next();
                let mut name =
                    format!("{}_{}", self.names.types.names[index], last.unwrap_or_default());
                while self.names.types.by_name.contains_key(&name) || !made.insert(name.clone()) {
                    name = format!("{name}_{parameter}");
                }
                own.insert(parameter, plans.len());
                plans.push(Plan::Sized(index, name, entry));
            }
        }
        for (parameter, wanted) in wanted.into_iter().enumerate() {
            let type_id = wanted.and_then(|index| self.type_ids[index]);
            let type_id = own.get(&parameter).copied().or(type_id);
            self.parameter_ids.push(type_id.map(|_| self.parameter_types.len()));
            self.parameter_types.extend(type_id);
        }
        plans
    }

    /// Types whose parts exist, do not hold themselves and are not too many.
    pub(super) fn valid_types(&mut self) -> Vec<bool> {
        let mut parts = Vec::with_capacity(self.names.types.items.len());
        for Named { node, system } in self.names.types.items.clone() {
            let refs: Vec<(Node<'t>, &str)> = match kind_of(node) {
                "Array" => vec![(node, "arrayTypeRef")],
                "Aggregate" => node
                    .all("MemberList")
                    .flat_map(|list| list.all("Member"))
                    .map(|m| (m, "typeRef"))
                    .collect(),
                _ => Vec::new(),
            };
            let found = refs.into_iter().map(|(at, key)| self.type_ref(at, key, system)).collect();
            parts.push(found);
        }
        let edges: Vec<Vec<usize>> = parts
            .iter()
            .map(|list: &Vec<Option<usize>>| list.iter().flatten().copied().collect())
            .collect();
        let (verdicts, order) = judge(&edges, MAX_TYPE_DEPTH);
        let mut leaves = vec![1_usize; edges.len()];
        let mut valid = vec![true; edges.len()];
        for index in order {
            let node = self.names.types.items[index].node;
            let whole = parts[index].iter().all(Option::is_some);
            let bad = verdicts[index].iter().find(|v| **v != Edge::Good);
            let inner = edges[index].iter().all(|&to| valid[to]);
            let sum = edges[index].iter().fold(0_usize, |s, &to| s.saturating_add(leaves[to]));
            leaves[index] = sum.max(1);
            let reason = match bad {
                Some(Edge::Circle) => "it holds itself; left out, take it out of the circle",
                Some(_) => "arrays and aggregates are nested more than 16 deep; left out",
                // A broken reference was reported where it stands.
                None if !whole => "",
                None if !inner => "a type inside it was left out; so it was left out too",
                None if sum > MAX_LEAVES => "it has more than 65536 members in all; left out",
                None => continue,
            };
            valid[index] = false;
            if !reason.is_empty() {
                self.notes.at(node, reason);
            }
        }
        self.parts = parts;
        valid
    }

    /// A reference to a type, with a problem where it is broken.
    pub(super) fn type_ref(&mut self, at: Node<'t>, key: &str, system: usize) -> Option<usize> {
        let reference = at.attribute(key).unwrap_or_default();
        let found = self.names.find(&self.names.types, system, reference);
        if found.is_none() {
            let (what, hint) = (self.names.types.what, self.names.elsewhere(reference));
            let reason = format!("no {what} is named \"{}\"{hint}", shown(reference));
            self.notes.at(at, format!("{reason}; it was left out"));
        }
        found
    }

    /// The type of each parameter; none where it is broken or was left out.
    fn parameter_type_refs(&mut self, valid: &[bool]) -> Vec<Option<usize>> {
        let items = self.names.parameters.items.clone();
        let mut wanted = Vec::with_capacity(items.len());
        for Named { node, system } in items {
            let found = self.type_ref(node, "parameterTypeRef", system);
            let usable = found.filter(|&index| valid[index]);
            if found.is_some() && usable.is_none() {
                self.notes.at(node, "its type was left out; so it was left out too");
            }
            wanted.push(usable);
        }
        wanted
    }

    /// Entries that state the dimensions of an array whose type states none (XTCE 1.1).
    fn sizes_at_entries(&mut self, wanted: &[Option<usize>]) -> HashMap<usize, Named<'t>> {
        let mut sizes = HashMap::new();
        for Named { node, system } in self.names.containers.items.clone() {
            let lists = node.all("EntryList");
            for entry in lists.flat_map(|list| list.all("ArrayParameterRefEntry")) {
                let Some(dimensions) = entry.child("DimensionList") else { continue };
                let reference = entry.attribute("parameterRef").unwrap_or_default();
                let parameter = self.names.find(&self.names.parameters, system, reference);
                let Some(parameter) = parameter else { continue };
                let Some(index) = wanted[parameter] else { continue };
                let array = self.names.types.items[index].node;
                if array.name() != "ArrayParameterType" || array.child("DimensionList").is_some() {
                    continue;
                }
                sizes.entry(parameter).or_insert(Named { node: dimensions, system });
            }
        }
        sizes
    }

    fn parameters(&mut self) -> Vec<TelemetryParameter> {
        let mut parameters = Vec::with_capacity(self.parameter_types.len());
        for index in 0..self.names.parameters.items.len() {
            let Some(id) = self.parameter_ids[index] else { continue };
            let node = self.names.parameters.items[index].node;
            self.notes.others(node, &["ParameterProperties", "LongDescription"], &DESCRIBING);
            parameters.push(TelemetryParameter {
                name: self.names.parameters.names[index].clone(),
                type_id: self.parameter_types[id],
                description: self.description(node),
                source: self.source(node),
                initial: node.attribute("initialValue").map(str::to_owned),
            });
        }
        parameters
    }

    fn source(&mut self, node: Node<'t>) -> Source {
        let Some(properties) = node.child("ParameterProperties") else {
            return Source::Telemetered;
        };
        self.notes.others(properties, &[], &["SystemName", "PhysicalAddressSet"]);
        match properties.attribute("dataSource").unwrap_or("telemetered") {
            "telemetered" => Source::Telemetered,
            "derived" => Source::Derived,
            "constant" => Source::Constant,
            "local" | "ground" => Source::Ground,
            other => {
                let reason = format!("dataSource \"{}\" is none of XTCE", shown(other));
                self.notes.at(properties, format!("{reason}; taken as telemetered"));
                Source::Telemetered
            }
        }
    }

    /// A finite number in an attribute; a problem where it is none.
    pub(super) fn number(&mut self, node: Node<'t>, key: &str) -> Option<f64> {
        let text = node.attribute(key)?.trim();
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        if value.is_none() {
            let reason = format!("{key} \"{}\" is not a number; it was left out", shown(text));
            self.notes.at(node, reason);
        }
        value
    }

    /// A whole number in an attribute; a problem where it is none.
    pub(super) fn whole(&mut self, node: Node<'t>, key: &str) -> Option<i64> {
        let text = node.attribute(key)?.trim();
        let value = parse_whole(text);
        if value.is_none() {
            let reason =
                format!("{key} \"{}\" is not a whole number; it was left out", shown(text));
            self.notes.at(node, reason);
        }
        value
    }

    /// An XML boolean; a problem where it is none.
    pub(super) fn flag(&mut self, node: Node<'t>, key: &str, default: bool) -> bool {
        match node.attribute(key).map(str::trim) {
            None => default,
            Some("true" | "1" | "TRUE" | "True") => true,
            Some("false" | "0" | "FALSE" | "False") => false,
            Some(other) => {
                let reason = format!("{key} \"{}\" is neither true nor false", shown(other));
                self.notes.at(node, format!("{reason}; taken as {default}"));
                default
            }
        }
    }
}

/// Most roots that the name of a dictionary lists.
const MAX_ROOTS: usize = 8;

/// The name of the root system, or of those that there are.
fn joined_names(roots: &[Node<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for root in roots {
        let name = root.attribute("name").unwrap_or_default().trim();
        if !names.contains(&name) && names.len() < MAX_ROOTS {
            names.push(name);
        }
    }
    names.join("+")
}

/// The version of the root system, or the different ones of several.
fn versions(roots: &[Node<'_>]) -> String {
    let mut all: Vec<String> = Vec::new();
    for version in roots.iter().map(|root| version(*root)) {
        if !version.is_empty() && !all.contains(&version) && all.len() < MAX_ROOTS {
            all.push(version);
        }
    }
    all.join("; ")
}

/// Version and date of a root system.
fn version(root: Node<'_>) -> String {
    let Some(header) = root.child("Header") else { return String::new() };
    let parts = [header.attribute("version"), header.attribute("date")];
    let parts: Vec<&str> =
        parts.into_iter().flatten().map(str::trim).filter(|p| !p.is_empty()).collect();
    parts.join(", ")
}

/// A whole number as XML Schema's `long` prints it.
pub(super) fn parse_whole(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
