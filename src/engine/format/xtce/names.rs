//! Names of XTCE files: systems and what they define, and how references find them.
//!
//! References are those of XTCE 1.2 (OMG formal/18-10-04, `NameReferenceType`): absolute with a
//! leading `/`, relative with `.` and `..`, or a name that is looked for in the system of the
//! reference and then in those around it.

use std::collections::{HashMap, HashSet};

use crate::format::xmltree::Node;

use super::notes::{Notes, shown};

/// Longest qualified name and longest reference, in bytes.
pub(super) const MAX_NAME: usize = 1024;
/// Most members and elements on the way inside a parameter.
const MAX_PATH: usize = 8;

/// Something defined under a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'t> {
    pub node: Node<'t>,
    pub system: usize,
}

/// Definitions of one kind, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Table<'t> {
    /// What is defined, in words.
    pub what: &'static str,
    pub items: Vec<Named<'t>>,
    pub names: Vec<String>,
    pub by_name: HashMap<String, usize>,
}

/// A system.
#[derive(Debug)]
pub(super) struct SystemNode<'t> {
    pub node: Node<'t>,
    pub name: String,
}

/// Everything that a file names.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    pub systems: Vec<SystemNode<'t>>,
    /// Names of the systems that are in no other.
    roots: HashSet<String>,
    pub types: Table<'t>,
    pub parameters: Table<'t>,
    pub containers: Table<'t>,
    pub argument_types: Table<'t>,
    pub commands: Table<'t>,
    /// Containers of commands, and those that they share.
    pub packings: Table<'t>,
    /// By command: its own container.
    pub packing_of: Vec<Option<usize>>,
    /// By the offset of an `include`: the root of the file that stands in its place.
    pub included: HashMap<u64, Node<'t>>,
    /// `ParameterRef` elements: parameters of other systems that count as this one's.
    refs: Vec<Named<'t>>,
}

/// Children of a system that are no systems.
const SYSTEM: [&str; 5] =
    ["SpaceSystem", "TelemetryMetaData", "CommandMetaData", "LongDescription", "Header"];
const TELEMETRY: [&str; 3] = ["ParameterTypeSet", "ParameterSet", "ContainerSet"];
/// Elements that only describe what they stand in.
pub(super) const DESCRIBING: [&str; 2] = ["AliasSet", "AncillaryDataSet"];
/// Kinds of types; `ParameterType` or `ArgumentType` stands behind them.
const TYPES: [&str; 10] = [
    "Integer",
    "Float",
    "Enumerated",
    "Boolean",
    "String",
    "Binary",
    "AbsoluteTime",
    "RelativeTime",
    "Array",
    "Aggregate",
];

/// The kind of a type; empty for other elements.
pub(super) fn kind_of(node: Node<'_>) -> &str {
    let name = node.name();
    let kind = name.strip_suffix("ParameterType").or_else(|| name.strip_suffix("ArgumentType"));
    kind.filter(|kind| TYPES.contains(kind)).unwrap_or_default()
}

/// Whether an element is the `include` of `XInclude` 1.0.
pub(super) fn is_include(node: Node<'_>) -> bool {
    node.name() == "include" && node.namespace() == "http://www.w3.org/2001/XInclude"
}

impl<'t> Table<'t> {
    fn of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    /// Adds a definition unless its name cannot be used or is taken; whether it was added.
    fn add(&mut self, node: Node<'t>, system: usize, around: &str, notes: &mut Notes) -> bool {
        let Some(name) = qualified(node, around, notes) else { return false };
        if let Some(&first) = self.by_name.get(&name) {
            let place = notes.place(self.items[first].node.offset());
            let reason = format!("{} is defined twice; the first counts", shown(&name));
            notes.at(node, format!("{reason}, that of {place}"));
            return false;
        }
        self.push(node, system, name);
        true
    }

    fn push(&mut self, node: Node<'t>, system: usize, name: String) {
        self.by_name.entry(name.clone()).or_insert(self.items.len());
        self.items.push(Named { node, system });
        self.names.push(name);
    }
}

impl<'t> Names<'t> {
    /// Walks all systems below the roots. A system of which several files hold a part is one.
    pub(super) fn collect(
        roots: &[Node<'t>],
        included: HashMap<u64, Node<'t>>,
        notes: &mut Notes,
    ) -> Self {
        let mut names = Self {
            types: Table::of("parameter type"),
            parameters: Table::of("parameter"),
            containers: Table::of("container"),
            argument_types: Table::of("argument type"),
            commands: Table::of("command"),
            packings: Table::of("container of commands"),
            included,
            ..Self::default()
        };
        let mut open: Vec<_> = roots.iter().rev().map(|root| (*root, String::new())).collect();
        let mut taken: HashMap<String, (usize, HashSet<usize>)> = HashMap::new();
        while let Some((node, around)) = open.pop() {
            let Some(name) = qualified(node, &around, notes) else { continue };
            let next = names.systems.len();
            let (system, files) = taken.entry(name.clone()).or_insert((next, HashSet::new()));
            let system = *system;
            if !files.insert(notes.file(node.offset())) {
                notes.at(node, format!("the system {} is defined twice; left out", shown(&name)));
                continue;
            }
            if around.is_empty() {
                names.roots.insert(name.clone());
            }
            if system == next {
                names.systems.push(SystemNode { node, name: name.clone() });
            } else if let Some(header) = node.child("Header") {
                notes.describing(header, "Header");
            }
            names.system(node, system, &name, notes);
            let inner: Vec<_> =
                names.parts(node).into_iter().filter(|n| n.name() == "SpaceSystem").collect();
            open.extend(inner.into_iter().rev().map(|child| (child, name.clone())));
        }
        names.include(notes);
        names
    }

    /// Children of a system, files in the place of those that include them.
    fn parts(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let part = |child: Node<'t>| {
            if is_include(child) {
                self.included.get(&child.offset()).copied()
            } else {
                Some(child)
            }
        };
        node.children().filter_map(part).collect()
    }

    /// What one system defines.
    fn system(&mut self, node: Node<'t>, system: usize, name: &str, notes: &mut Notes) {
        let describes = ["AliasSet", "AncillaryDataSet", "ServiceSet"];
        let parts = self.parts(node);
        for part in &parts {
            if describes.contains(&part.name()) {
                notes.describing(*part, part.name());
            } else if !SYSTEM.contains(&part.name()) {
                notes.unsupported(*part, "it was left out");
            }
        }
        let telemetry = |part: &&Node<'t>| part.name() == "TelemetryMetaData";
        for part in parts.iter().filter(telemetry) {
            for set in part.children() {
                self.set(set, system, name, notes);
                match set.name() {
                    set_name if TELEMETRY.contains(&set_name) => {}
                    "MessageSet" | "StreamSet" | "AlgorithmSet" => {
                        for child in set.children() {
                            notes.unsupported(child, "it was left out");
                        }
                    }
                    _ => notes.unsupported(set, "it was left out"),
                }
            }
        }
        for part in parts.iter().filter(|part| part.name() == "CommandMetaData") {
            for set in part.children() {
                self.command_set(set, system, name, notes);
            }
        }
    }

    /// A part of `CommandMetaData`.
    fn command_set(&mut self, set: Node<'t>, system: usize, name: &str, notes: &mut Notes) {
        for child in set.children() {
            match (set.name(), child.name()) {
                ("ArgumentTypeSet", kind) if !kind_of(child).is_empty() => {
                    if kind.ends_with("ArgumentType") {
                        self.argument_types.add(child, system, name, notes);
                    } else {
                        notes.unsupported(child, "a parameter type among arguments; left out");
                    }
                }
                ("MetaCommandSet", "MetaCommand") => self.command(child, system, name, notes),
                ("CommandContainerSet", "CommandContainer" | "SequenceContainer") => {
                    self.packings.add(child, system, name, notes);
                }
                ("ParameterTypeSet" | "ParameterSet", _) => {}
                _ => notes.unsupported(child, "it was left out"),
            }
        }
        match set.name() {
            "ParameterTypeSet" | "ParameterSet" => self.set(set, system, name, notes),
            "ArgumentTypeSet" | "MetaCommandSet" | "CommandContainerSet" | "AlgorithmSet" => {}
            _ => notes.unsupported(set, "it was left out"),
        }
    }

    /// A command and its container, whose name only counts for references.
    fn command(&mut self, node: Node<'t>, system: usize, around: &str, notes: &mut Notes) {
        if !self.commands.add(node, system, around, notes) {
            return;
        }
        let Some(packing) = node.child("CommandContainer") else {
            self.packing_of.push(None);
            return;
        };
        self.packing_of.push(Some(self.packings.items.len()));
        let own = match packing.attribute("name").map(str::trim) {
            None | Some("") => node,
            Some(_) => packing,
        };
        let name = qualified(own, around, notes);
        let name = name.unwrap_or_else(|| format!("{around}/_{}", self.packings.items.len()));
        self.packings.push(packing, system, name);
    }

    fn set(&mut self, set: Node<'t>, system: usize, name: &str, notes: &mut Notes) {
        for child in set.children() {
            match (set.name(), child.name()) {
                ("ParameterTypeSet", kind)
                    if kind.ends_with("ParameterType") && !kind_of(child).is_empty() =>
                {
                    self.types.add(child, system, name, notes);
                }
                ("ParameterSet", "Parameter") => {
                    self.parameters.add(child, system, name, notes);
                }
                ("ParameterSet", "ParameterRef") => self.refs.push(Named { node: child, system }),
                ("ContainerSet", "SequenceContainer") => {
                    self.containers.add(child, system, name, notes);
                }
                ("ParameterTypeSet" | "ParameterSet" | "ContainerSet", _) => {
                    notes.unsupported(child, "it was left out");
                }
                _ => {}
            }
        }
    }

    /// Makes the parameters of `ParameterRef` known in the systems that include them.
    fn include(&mut self, notes: &mut Notes) {
        for Named { node, system } in std::mem::take(&mut self.refs) {
            let reference = node.attribute("parameterRef").unwrap_or_default();
            let Some(id) = self.find(&self.parameters, system, reference) else {
                let hint = self.elsewhere(reference);
                let reason =
                    format!("no parameter is named \"{}\"{hint}; left out", shown(reference));
                notes.at(node, reason);
                continue;
            };
            let last = reference.rsplit('/').next().unwrap_or_default();
            let name = format!("{}/{last}", self.systems[system].name);
            if name.len() <= MAX_NAME {
                self.parameters.by_name.entry(name).or_insert(id);
            }
        }
    }

    /// What to do about a reference that finds nothing, where it leads to another root.
    pub(super) fn elsewhere(&self, text: &str) -> String {
        let first = text.trim().strip_prefix('/').and_then(|rest| rest.split('/').next());
        let Some(first) = first.filter(|f| !f.is_empty()) else { return String::new() };
        if self.roots.contains(&format!("/{first}")) {
            return String::new();
        }
        format!("; it stands in another file, of the system {}: read both together", shown(first))
    }

    /// Position in a table of what a reference means.
    pub(super) fn find(&self, table: &Table<'t>, system: usize, text: &str) -> Option<usize> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_NAME {
            return None;
        }
        if let Some(rest) = text.strip_prefix('/') {
            let path = joined("", rest)?;
            return table.by_name.get(&path).copied();
        }
        let mut base = self.systems.get(system)?.name.as_str();
        let upwards = !text.starts_with('.');
        loop {
            if let Some(&found) = joined(base, text).and_then(|path| table.by_name.get(&path)) {
                return Some(found);
            }
            if !upwards || base.is_empty() {
                return None;
            }
            base = base.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Position of a parameter, and the members and elements on the way inside it.
    pub(super) fn parameter(&self, system: usize, text: &str) -> Option<(usize, Vec<String>)> {
        let mut rest = text.trim();
        let mut path = Vec::new();
        loop {
            if let Some(id) = self.find(&self.parameters, system, rest) {
                path.reverse();
                return Some((id, path));
            }
            if path.len() >= MAX_PATH || rest.len() > MAX_NAME {
                return None;
            }
            let at = rest.rfind(['/', '.', '['])?;
            let (before, piece) = (rest.get(..at)?, rest.get(at..)?);
            let piece = if piece.starts_with('[') { piece } else { piece.get(1..)? };
            if piece.is_empty() || piece == "." {
                return None;
            }
            path.push(piece.to_owned());
            rest = before;
        }
    }
}

/// The path of a reference below a system; none where it leads above the root.
fn joined(base: &str, reference: &str) -> Option<String> {
    let mut path = base.to_owned();
    for part in reference.split('/') {
        match part.trim() {
            "" | "." => {}
            ".." => path.truncate(path.rfind('/')?),
            name => {
                path.push('/');
                path.push_str(name);
            }
        }
    }
    Some(path)
}

/// Qualified name of a definition; none, and a problem, where it has none that can be used.
fn qualified(node: Node<'_>, around: &str, notes: &mut Notes) -> Option<String> {
    let name = node.attribute("name").unwrap_or_default().trim();
    if name.is_empty() {
        notes.at(node, "it has no name; it was left out, give it one");
        return None;
    }
    if name.contains('/') || name == "." || name == ".." {
        let reason = format!("the name \"{}\" is a path; left out, rename it", shown(name));
        notes.at(node, reason);
        return None;
    }
    if around.len() + 1 + name.len() > MAX_NAME {
        let reason = format!("its name with those around it is longer than {MAX_NAME} bytes");
        notes.at(node, format!("{reason}; it was left out"));
        return None;
    }
    Some(format!("{around}/{name}"))
}
