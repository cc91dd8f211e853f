//! From a dictionary to XTCE 1.2: systems, parameters, containers and conditions.
//!
//! Elements stand in the order of the schema. What a dictionary holds reads back to an equal
//! one, if it is in the order in which files are read: by system, parents before children.

use std::collections::HashMap;

use crate::mission::command::ArgumentType;
use crate::mission::telemetry::{
    Condition, Container, ContainerId, Dictionary, Entry, Item, Kind, ParameterId, Place, Size,
    Source, TelemetryParameter, TypeId,
};

use super::encodings::NO_PARAMETER;
use super::xml::Xml;

/// The name space of XTCE 1.2.
const NAMESPACE: &str = "http://www.omg.org/spec/XTCE/20180204";
/// What a container without a known base inherits from, so that no packet is taken as one.
pub(super) const NO_CONTAINER: &str = "_unknown";

/// A system and what is defined in it.
#[derive(Default)]
pub(super) struct Scope {
    name: String,
    description: String,
    inner: Vec<usize>,
    types: Vec<TypeId>,
    parameters: Vec<ParameterId>,
    containers: Vec<ContainerId>,
    pub argument_types: Vec<usize>,
    pub commands: Vec<usize>,
    /// Containers of commands that no command owns.
    pub packings: Vec<usize>,
}

/// A dictionary while it is written.
pub(super) struct Writer<'d> {
    pub dictionary: &'d Dictionary,
    pub xml: Xml,
    /// What stands before every name, so that all are below one root.
    prefix: String,
    systems: Vec<Scope>,
    /// Systems that are in no other.
    roots: Vec<usize>,
    by_path: HashMap<String, usize>,
    /// The type of arguments that is written, instead of one of parameters.
    pub argument: Option<&'d ArgumentType>,
    /// Whether comparisons have what they compare inside, as those of arguments have.
    pub inside: bool,
}

/// Writes a dictionary as XTCE 1.2, below one root.
#[must_use]
pub fn write(dictionary: &Dictionary) -> String {
    let root = match dictionary.name.trim() {
        "" => "Dictionary".to_owned(),
        name => name.replace('/', "_"),
    };
    let top = format!("/{root}");
    let below = |name: &str| name.strip_prefix(&top).is_some_and(|rest| rest.starts_with('/'));
    let all = dictionary.systems.iter().all(|s| s.name == top || below(&s.name))
        && names(dictionary).all(below);
    let prefix = if all { String::new() } else { top.clone() };
    let mut writer = Writer::new(dictionary, prefix);
    writer.place(&top);
    writer.arrange();
    writer.document(0)
}

/// Writes a dictionary as XTCE 1.2, one file for each system that is in no other: file name and
/// text. Read together they give the dictionary again, where [`write`] would put what several
/// roots hold below one more.
#[must_use]
pub fn write_all(dictionary: &Dictionary) -> Vec<(String, String)> {
    let rooted = |name: &str| name.strip_prefix('/').is_some_and(|rest| rest.contains('/'));
    let prefix = if names(dictionary).all(rooted) { "" } else { "/Dictionary" };
    let mut writer = Writer::new(dictionary, prefix.to_owned());
    writer.arrange();
    let roots = std::mem::take(&mut writer.roots);
    let one = |root: usize| {
        let name = writer.systems.get(root).map_or_else(String::new, |scope| scope.name.clone());
        (format!("{name}.xml"), writer.document(root))
    };
    roots.into_iter().map(one).collect()
}

/// Names of all that a dictionary defines in systems.
fn names(dictionary: &Dictionary) -> impl Iterator<Item = &str> {
    let types = dictionary.types.iter().map(|of| of.name.as_str());
    let parameters = dictionary.parameters.iter().map(|p| p.name.as_str());
    let containers = dictionary.containers.iter().map(|c| c.name.as_str());
    let commanding = &dictionary.commanding;
    let arguments = commanding.types.iter().map(|of| of.of.name.as_str());
    let commands = commanding.commands.iter().map(|c| c.name.as_str());
    let packings = commanding.containers.iter().map(|c| c.name.as_str());
    types.chain(parameters).chain(containers).chain(arguments).chain(commands).chain(packings)
}

/// An attribute.
pub(super) fn attribute(key: &'static str, value: impl Into<String>) -> (&'static str, String) {
    (key, value.into())
}

/// An attribute that is left out where its text is empty.
pub(super) fn described(
    mut attributes: Vec<(&'static str, String)>,
    text: &str,
) -> Vec<(&'static str, String)> {
    if !text.is_empty() {
        attributes.push(attribute("shortDescription", text));
    }
    attributes
}

/// The last part of a qualified name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

impl<'d> Writer<'d> {
    fn new(dictionary: &'d Dictionary, prefix: String) -> Self {
        Self {
            dictionary,
            xml: Xml::new(),
            prefix,
            systems: Vec::new(),
            roots: Vec::new(),
            by_path: HashMap::new(),
            argument: None,
            inside: false,
        }
    }

    /// A name with all that stands around it.
    pub(super) fn full(&self, name: &str) -> String {
        let slash = if name.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{name}", self.prefix)
    }

    /// Position of a system, which is made with those around it where it is new.
    fn place(&mut self, path: &str) -> usize {
        if let Some(&found) = self.by_path.get(path) {
            return found;
        }
        let mut around = None;
        let ends = path.match_indices('/').map(|(i, _)| i).skip(1).chain([path.len()]);
        for end in ends.collect::<Vec<_>>() {
            let Some(part) = path.get(..end) else { continue };
            if let Some(&found) = self.by_path.get(part) {
                around = Some(found);
                continue;
            }
            let new = self.systems.len();
            self.systems.push(Scope { name: last(part).to_owned(), ..Scope::default() });
            match around {
                Some(around) => self.systems[around].inner.push(new),
                None => self.roots.push(new),
            }
            self.by_path.insert(part.to_owned(), new);
            around = Some(new);
        }
        around.unwrap_or_default()
    }

    /// The system that a name stands in.
    fn around(&mut self, name: &str) -> usize {
        let full = self.full(name);
        self.place(full.rsplit_once('/').map_or("", |(around, _)| around))
    }

    /// Sorts everything into systems.
    fn arrange(&mut self) {
        let dictionary = self.dictionary;
        for system in &dictionary.systems {
            let path = self.full(&system.name);
            let at = self.place(&path);
            self.systems[at].description.clone_from(&system.description);
        }
        for (id, of) in dictionary.types.iter().enumerate() {
            let at = self.around(&of.name);
            self.systems[at].types.push(id);
        }
        for (id, parameter) in dictionary.parameters.iter().enumerate() {
            let at = self.around(&parameter.name);
            self.systems[at].parameters.push(id);
        }
        for (id, container) in dictionary.containers.iter().enumerate() {
            let at = self.around(&container.name);
            self.systems[at].containers.push(id);
        }
        let commanding = &dictionary.commanding;
        for (id, of) in commanding.types.iter().enumerate() {
            let at = self.around(&of.of.name);
            self.systems[at].argument_types.push(id);
        }
        let mut owned = vec![false; commanding.containers.len()];
        for (id, command) in commanding.commands.iter().enumerate() {
            let at = self.around(&command.name);
            self.systems[at].commands.push(id);
            if let Some(mark) = command.container.and_then(|container| owned.get_mut(container)) {
                *mark = true;
            }
        }
        for (id, container) in
            commanding.containers.iter().enumerate().filter(|(id, _)| !owned[*id])
        {
            let at = self.around(&container.name);
            self.systems[at].packings.push(id);
        }
    }

    /// The file of a root and all systems in it.
    fn document(&mut self, root: usize) -> String {
        self.xml = Xml::new();
        // None closes the system that was opened last.
        let mut open = vec![Some(root)];
        while let Some(next) = open.pop() {
            let Some(index) = next else {
                self.xml.close();
                continue;
            };
            let system = std::mem::take(&mut self.systems[index]);
            let mut attributes = vec![attribute("name", system.name.as_str())];
            if index == root {
                attributes.insert(0, attribute("xmlns", NAMESPACE));
            }
            self.xml.open("SpaceSystem", &described(attributes, &system.description));
            if index == root && !self.dictionary.version.is_empty() {
                let version = attribute("version", self.dictionary.version.as_str());
                self.xml.empty("Header", &[version, attribute("validationStatus", "Unknown")]);
            }
            self.telemetry(&system);
            self.commanding(&system);
            open.push(None);
            open.extend(system.inner.into_iter().rev().map(Some));
        }
        std::mem::take(&mut self.xml).finish()
    }

    fn telemetry(&mut self, system: &Scope) {
        let dictionary = self.dictionary;
        let empty = [&system.types, &system.parameters, &system.containers];
        if empty.into_iter().all(Vec::is_empty) {
            return;
        }
        self.xml.open("TelemetryMetaData", &[]);
        self.set("ParameterTypeSet", &system.types, &dictionary.types, Self::parameter_type);
        self.set("ParameterSet", &system.parameters, &dictionary.parameters, Self::parameter);
        self.set("ContainerSet", &system.containers, &dictionary.containers, Self::container);
        self.xml.close();
    }

    /// A set of definitions; none of which there is nothing to tell.
    pub(super) fn set<T>(
        &mut self,
        name: &'static str,
        ids: &[usize],
        all: &'d [T],
        write: fn(&mut Self, &'d T),
    ) {
        if ids.is_empty() {
            return;
        }
        self.xml.open(name, &[]);
        for of in ids.iter().filter_map(|id| all.get(*id)) {
            write(self, of);
        }
        self.xml.close();
    }

    /// A reference to a type.
    pub(super) fn type_ref(&self, id: TypeId) -> String {
        let arguments = &self.dictionary.commanding.types;
        let of = match self.argument {
            Some(_) => arguments.get(id).map(|argument| &argument.of),
            None => self.dictionary.types.get(id),
        };
        of.map_or_else(String::new, |of| self.full(&of.name))
    }

    /// A reference to a parameter.
    pub(super) fn parameter_ref(&self, id: ParameterId) -> String {
        let found = self.dictionary.parameters.get(id);
        found.map_or_else(|| NO_PARAMETER.to_owned(), |p| self.full(&p.name))
    }

    fn parameter(&mut self, parameter: &TelemetryParameter) {
        let mut attributes = vec![
            attribute("name", last(&parameter.name)),
            attribute("parameterTypeRef", self.type_ref(parameter.type_id)),
        ];
        if let Some(initial) = &parameter.initial {
            attributes.push(attribute("initialValue", initial.as_str()));
        }
        let attributes = described(attributes, &parameter.description);
        let source = match parameter.source {
            Source::Telemetered => {
                self.xml.empty("Parameter", &attributes);
                return;
            }
            Source::Derived => "derived",
            Source::Ground => "ground",
            Source::Constant => "constant",
        };
        let mut properties = vec![attribute("dataSource", source)];
        if parameter.source == Source::Constant {
            properties.push(attribute("readOnly", "true"));
        }
        self.xml.open("Parameter", &attributes);
        self.xml.empty("ParameterProperties", &properties);
        self.xml.close();
    }

    fn container(&mut self, container: &Container) {
        let mut attributes = vec![attribute("name", last(&container.name))];
        if container.is_abstract {
            attributes.push(attribute("abstract", "true"));
        }
        self.xml.open("SequenceContainer", &described(attributes, &container.description));
        if let Some(rate) = container.rate_hz {
            let keys = ["minimumValue", "maximumValue"];
            let rates = keys.map(|key| attribute(key, format!("{rate:?}")));
            self.xml.empty("DefaultRateInStream", &rates);
        }
        if let Some(bits) = container.bits {
            self.xml.open("BinaryEncoding", &[]);
            self.xml.open("SizeInBits", &[]);
            self.xml.leaf("FixedValue", &bits.to_string());
            self.xml.close();
            self.xml.close();
        }
        if container.entries.is_empty() {
            self.xml.empty("EntryList", &[]);
        } else {
            self.xml.open("EntryList", &[]);
            for entry in &container.entries {
                self.entry(entry);
            }
            self.xml.close();
        }
        if container.base.is_some() || container.restriction.is_some() {
            let base = container.base.and_then(|id| self.dictionary.containers.get(id));
            let base = base.map_or_else(|| NO_CONTAINER.to_owned(), |c| self.full(&c.name));
            let base = [attribute("containerRef", base)];
            match &container.restriction {
                None => self.xml.empty("BaseContainer", &base),
                Some(condition) => {
                    self.xml.open("BaseContainer", &base);
                    self.xml.open("RestrictionCriteria", &[]);
                    self.condition(condition);
                    self.xml.close();
                    self.xml.close();
                }
            }
        }
        self.xml.close();
    }

    fn entry(&mut self, entry: &Entry) {
        let dictionary = self.dictionary;
        let (name, reference) = match entry.item {
            Item::Parameter(id) => {
                let of = dictionary.parameters.get(id).map(|p| p.type_id);
                let of = of.and_then(|id| dictionary.types.get(id));
                let array = of.is_some_and(|of| matches!(of.kind, Kind::Array { .. }));
                let name = if array { "ArrayParameterRefEntry" } else { "ParameterRefEntry" };
                (name, attribute("parameterRef", self.parameter_ref(id)))
            }
            Item::Container(id) => {
                let found = dictionary.containers.get(id);
                let found = found.map_or_else(|| NO_CONTAINER.to_owned(), |c| self.full(&c.name));
                ("ContainerRefEntry", attribute("containerRef", found))
            }
        };
        let plain = entry.place == Place::After(0);
        if plain && entry.include.is_none() && entry.repeat.is_none() {
            self.xml.empty(name, &[reference]);
            return;
        }
        self.xml.open(name, &[reference]);
        self.position(entry.place, entry.repeat.as_ref(), entry.include.as_ref());
        self.xml.close();
    }

    /// Where an entry stands, how often, and whether.
    pub(super) fn position(
        &mut self,
        place: Place,
        repeat: Option<&(Size, u64)>,
        include: Option<&Condition>,
    ) {
        let (from, bits) = match place {
            Place::After(bits) => ("previousEntry", bits),
            Place::FromStart(bits) => ("containerStart", bits),
        };
        if place != Place::After(0) {
            self.xml.open("LocationInContainerInBits", &[attribute("referenceLocation", from)]);
            self.xml.leaf("FixedValue", &bits.to_string());
            self.xml.close();
        }
        if let Some((count, between)) = repeat {
            self.xml.open("RepeatEntry", &[]);
            self.xml.open("Count", &[]);
            self.size(count, 0);
            self.xml.close();
            if *between > 0 {
                self.xml.open("Offset", &[]);
                self.xml.leaf("FixedValue", &between.to_string());
                self.xml.close();
            }
            self.xml.close();
        }
        if let Some(condition) = include {
            self.xml.open("IncludeCondition", &[]);
            self.condition(condition);
            self.xml.close();
        }
    }
}
