//! From a dictionary to XTCE 1.2: systems, parameters and containers.
//!
//! Elements stand in the order of the schema. What a dictionary holds reads back to an equal
//! one, if it is in the order in which files are read: by system, parents before children.

use std::collections::HashMap;

use crate::mission::telemetry::{
    Comparison, Condition, Container, ContainerId, Dictionary, Entry, Item, Kind, Operator,
    ParameterId, Place, Size, Source, TelemetryParameter, TypeId,
};

use super::encodings::NO_PARAMETER;
use super::xml::Xml;

/// The name space of XTCE 1.2.
const NAMESPACE: &str = "http://www.omg.org/spec/XTCE/20180204";
/// What a container without a known base inherits from, so that no packet is taken as one.
const NO_CONTAINER: &str = "_unknown";

/// A system and what is defined in it.
#[derive(Default)]
struct Scope {
    name: String,
    description: String,
    inner: Vec<usize>,
    types: Vec<TypeId>,
    parameters: Vec<ParameterId>,
    containers: Vec<ContainerId>,
}

/// A dictionary while it is written.
pub(super) struct Writer<'d> {
    pub dictionary: &'d Dictionary,
    pub xml: Xml,
    /// What stands before every name, so that all are below one root.
    prefix: String,
    systems: Vec<Scope>,
    by_path: HashMap<String, usize>,
}

/// Writes a dictionary as XTCE 1.2.
#[must_use]
pub fn write(dictionary: &Dictionary) -> String {
    let root = match dictionary.name.trim() {
        "" => "Dictionary".to_owned(),
        name => name.replace('/', "_"),
    };
    let top = format!("/{root}");
    let below = |name: &str| name.strip_prefix(&top).is_some_and(|rest| rest.starts_with('/'));
    let all = dictionary.systems.iter().all(|s| s.name == top || below(&s.name))
        && dictionary.types.iter().all(|t| below(&t.name))
        && dictionary.parameters.iter().all(|p| below(&p.name))
        && dictionary.containers.iter().all(|c| below(&c.name));
    let prefix = if all { String::new() } else { top.clone() };
    let systems = vec![Scope { name: root, ..Scope::default() }];
    let by_path = HashMap::from([(top, 0)]);
    let mut writer = Writer { dictionary, xml: Xml::new(), prefix, systems, by_path };
    writer.arrange();
    writer.systems();
    writer.xml.finish()
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

impl Writer<'_> {
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
        let mut at = 0;
        let ends = path.match_indices('/').map(|(i, _)| i).skip(1).chain([path.len()]);
        for end in ends.collect::<Vec<_>>() {
            let Some(part) = path.get(..end) else { continue };
            if let Some(&found) = self.by_path.get(part) {
                at = found;
                continue;
            }
            let new = self.systems.len();
            self.systems.push(Scope { name: last(part).to_owned(), ..Scope::default() });
            self.systems[at].inner.push(new);
            self.by_path.insert(part.to_owned(), new);
            at = new;
        }
        at
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
    }

    fn systems(&mut self) {
        // None closes the system that was opened last.
        let mut open = vec![Some(0)];
        while let Some(next) = open.pop() {
            let Some(index) = next else {
                self.xml.close();
                continue;
            };
            let system = std::mem::take(&mut self.systems[index]);
            let mut attributes = vec![attribute("name", system.name.as_str())];
            if index == 0 {
                attributes.insert(0, attribute("xmlns", NAMESPACE));
            }
            self.xml.open("SpaceSystem", &described(attributes, &system.description));
            if index == 0 && !self.dictionary.version.is_empty() {
                let version = attribute("version", self.dictionary.version.as_str());
                self.xml.empty("Header", &[version, attribute("validationStatus", "Unknown")]);
            }
            self.telemetry(&system);
            open.push(None);
            open.extend(system.inner.into_iter().rev().map(Some));
        }
    }

    fn telemetry(&mut self, system: &Scope) {
        let dictionary = self.dictionary;
        let empty = [&system.types, &system.parameters, &system.containers];
        if empty.into_iter().all(Vec::is_empty) {
            return;
        }
        self.xml.open("TelemetryMetaData", &[]);
        if !system.types.is_empty() {
            self.xml.open("ParameterTypeSet", &[]);
            for of in system.types.iter().filter_map(|&id| dictionary.types.get(id)) {
                self.parameter_type(of);
            }
            self.xml.close();
        }
        if !system.parameters.is_empty() {
            self.xml.open("ParameterSet", &[]);
            for parameter in system.parameters.iter().filter_map(|&i| dictionary.parameters.get(i))
            {
                self.parameter(parameter);
            }
            self.xml.close();
        }
        if !system.containers.is_empty() {
            self.xml.open("ContainerSet", &[]);
            for container in system.containers.iter().filter_map(|&i| dictionary.containers.get(i))
            {
                self.container(container);
            }
            self.xml.close();
        }
        self.xml.close();
    }

    /// A reference to a type.
    pub(super) fn type_ref(&self, id: TypeId) -> String {
        self.dictionary.types.get(id).map_or_else(String::new, |of| self.full(&of.name))
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
        let (from, bits) = match entry.place {
            Place::After(bits) => ("previousEntry", bits),
            Place::FromStart(bits) => ("containerStart", bits),
        };
        if !plain {
            self.xml.open("LocationInContainerInBits", &[attribute("referenceLocation", from)]);
            self.xml.leaf("FixedValue", &bits.to_string());
            self.xml.close();
        }
        if let Some((count, between)) = &entry.repeat {
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
        if let Some(condition) = &entry.include {
            self.xml.open("IncludeCondition", &[]);
            self.condition(condition);
            self.xml.close();
        }
        self.xml.close();
    }

    /// What stands in a `MatchCriteriaType`.
    pub(super) fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Is(_) => self.comparison(condition),
            Condition::All(list)
                if !list.is_empty() && list.iter().all(|c| matches!(c, Condition::Is(_))) =>
            {
                self.xml.open("ComparisonList", &[]);
                for item in list {
                    self.comparison(item);
                }
                self.xml.close();
            }
            _ => {
                self.xml.open("BooleanExpression", &[]);
                self.expression(condition, None);
                self.xml.close();
            }
        }
    }

    fn comparison(&mut self, condition: &Condition) {
        let Condition::Is(comparison) = condition else { return };
        let mut attributes = self.compared(comparison);
        attributes.push(attribute("comparisonOperator", operator(comparison.operator)));
        attributes.push(attribute("value", comparison.value.as_str()));
        self.xml.empty("Comparison", &attributes);
    }

    /// A part of a `BooleanExpression`. All inside of all, and any inside of any, which the
    /// schema does not have, get one of the other kind between them.
    fn expression(&mut self, condition: &Condition, inside: Option<bool>) {
        let (all, list) = match condition {
            Condition::Is(comparison) => {
                let reference = self.compared(comparison);
                self.xml.open("Condition", &[]);
                self.xml.empty("ParameterInstanceRef", &reference);
                self.xml.leaf("ComparisonOperator", operator(comparison.operator));
                self.xml.leaf("Value", &comparison.value);
                self.xml.close();
                return;
            }
            Condition::All(list) => (true, list),
            Condition::Any(list) => (false, list),
        };
        let between = inside == Some(all);
        if between {
            self.xml.open(if all { "ORedConditions" } else { "ANDedConditions" }, &[]);
        }
        self.xml.open(if all { "ANDedConditions" } else { "ORedConditions" }, &[]);
        for item in list {
            self.expression(item, Some(all));
        }
        self.xml.close();
        if between {
            self.xml.close();
        }
    }

    /// Attributes that say what is compared, with the members on the way inside it.
    fn compared(&self, comparison: &Comparison) -> Vec<(&'static str, String)> {
        let mut attributes = self.instance(comparison.parameter, comparison.calibrated);
        if let Some((_, reference)) = attributes.first_mut() {
            for step in &comparison.path {
                if !step.starts_with('[') {
                    reference.push('/');
                }
                reference.push_str(step);
            }
        }
        attributes
    }

    /// Attributes of a `ParameterInstanceRef`, the reference first.
    fn instance(&self, id: ParameterId, calibrated: bool) -> Vec<(&'static str, String)> {
        let mut attributes = vec![attribute("parameterRef", self.parameter_ref(id))];
        if !calibrated {
            attributes.push(attribute("useCalibratedValue", "false"));
        }
        attributes
    }

    /// What stands in an `IntegerValueType`, with `add` added to it.
    pub(super) fn size(&mut self, size: &Size, add: i64) {
        match size {
            Size::Fixed(value) => {
                self.xml.leaf("FixedValue", &value.saturating_add(add).to_string());
            }
            Size::Of { parameter, calibrated, slope, intercept } => {
                let reference = self.instance(*parameter, *calibrated);
                let intercept = intercept.saturating_add(add);
                self.xml.open("DynamicValue", &[]);
                self.xml.empty("ParameterInstanceRef", &reference);
                if (*slope, intercept) != (1, 0) {
                    let linear = [
                        attribute("slope", slope.to_string()),
                        attribute("intercept", intercept.to_string()),
                    ];
                    self.xml.empty("LinearAdjustment", &linear);
                }
                self.xml.close();
            }
            Size::Lookup(rows) => {
                self.xml.open("DiscreteLookupList", &[]);
                for (condition, value) in rows {
                    let value = value.saturating_add(add).to_string();
                    self.xml.open("DiscreteLookup", &[attribute("value", value)]);
                    self.condition(condition);
                    self.xml.close();
                }
                self.xml.close();
            }
        }
    }
}

fn operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}
