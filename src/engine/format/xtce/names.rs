//! Names of an XTCE file: systems and what they define, and how references find them.
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
    pub types: Table<'t>,
    pub parameters: Table<'t>,
    pub containers: Table<'t>,
    /// `ParameterRef` elements: parameters of other systems that count as this one's.
    refs: Vec<Named<'t>>,
}

/// Children of a system that are no systems.
const SYSTEM: [&str; 5] =
    ["SpaceSystem", "TelemetryMetaData", "CommandMetaData", "LongDescription", "Header"];
const TELEMETRY: [&str; 3] = ["ParameterTypeSet", "ParameterSet", "ContainerSet"];
/// Elements that only describe what they stand in.
pub(super) const DESCRIBING: [&str; 2] = ["AliasSet", "AncillaryDataSet"];
/// Kinds of parameter types.
const TYPES: [&str; 10] = [
    "IntegerParameterType",
    "FloatParameterType",
    "EnumeratedParameterType",
    "BooleanParameterType",
    "StringParameterType",
    "BinaryParameterType",
    "AbsoluteTimeParameterType",
    "RelativeTimeParameterType",
    "ArrayParameterType",
    "AggregateParameterType",
];

impl<'t> Table<'t> {
    /// Adds a definition unless its name cannot be used or is taken.
    fn add(&mut self, node: Node<'t>, system: usize, around: &str, notes: &mut Notes) {
        let Some(name) = qualified(node, around, notes) else { return };
        if self.by_name.contains_key(&name) {
            notes.at(node, format!("{} is defined twice; the first counts", shown(&name)));
            return;
        }
        self.by_name.insert(name.clone(), self.items.len());
        self.items.push(Named { node, system });
        self.names.push(name);
    }
}

impl<'t> Names<'t> {
    /// Walks all systems below the root.
    pub(super) fn collect(root: Node<'t>, notes: &mut Notes) -> Self {
        let mut names = Self::default();
        let mut open = vec![(root, String::new())];
        let mut taken = HashSet::new();
        while let Some((node, around)) = open.pop() {
            let Some(name) = qualified(node, &around, notes) else { continue };
            if !taken.insert(name.clone()) {
                notes.at(node, format!("the system {} is defined twice; left out", shown(&name)));
                continue;
            }
            let system = names.systems.len();
            names.systems.push(SystemNode { node, name: name.clone() });
            names.system(node, system, &name, notes);
            let inner: Vec<_> = node.all("SpaceSystem").collect();
            open.extend(inner.into_iter().rev().map(|child| (child, name.clone())));
        }
        names.include(notes);
        names
    }

    /// What one system defines.
    fn system(&mut self, node: Node<'t>, system: usize, name: &str, notes: &mut Notes) {
        let describes = ["AliasSet", "AncillaryDataSet", "ServiceSet"];
        notes.others(node, &SYSTEM, &describes);
        for part in node.all("TelemetryMetaData") {
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
        for part in node.all("CommandMetaData") {
            for set in part.children() {
                match set.name() {
                    "ParameterTypeSet" | "ParameterSet" => self.set(set, system, name, notes),
                    "MetaCommandSet" => {
                        for child in set.children() {
                            notes.at(child, "commands are not read here; it was left out");
                        }
                    }
                    _ => notes.at(set, "commands are not read here; it was left out"),
                }
            }
        }
    }

    fn set(&mut self, set: Node<'t>, system: usize, name: &str, notes: &mut Notes) {
        for child in set.children() {
            match (set.name(), child.name()) {
                ("ParameterTypeSet", kind) if TYPES.contains(&kind) => {
                    self.types.add(child, system, name, notes);
                }
                ("ParameterSet", "Parameter") => self.parameters.add(child, system, name, notes),
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
                let reason = format!("no parameter is named \"{}\"; left out", shown(reference));
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
