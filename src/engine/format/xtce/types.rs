//! Types of parameters and arguments, with what they inherit by `baseType`.

use crate::format::xmltree::Node;
use crate::mission::telemetry::{Encoding, Epoch, Kind, Label, ParameterType, Range, Size};

use super::encodings::ENCODINGS;
use super::names::{DESCRIBING, Named, kind_of};
use super::notes::shown;
use super::read::Reader;

/// Most types that one inherits from.
const MAX_BASES: usize = 32;
/// Most bytes of definitions that are inherited: so many times the file, and so many more.
const MAX_INHERITED: (u64, u64) = (16, 16 << 20);
/// What a parameter type may hold and is read.
pub(super) const KNOWN: [&str; 15] = [
    "LongDescription",
    "UnitSet",
    "ValidRange",
    "ValidRangeSet",
    "DefaultAlarm",
    "ContextAlarmList",
    "EnumerationList",
    "Encoding",
    "ReferenceTime",
    "MemberList",
    "DimensionList",
    "IntegerDataEncoding",
    "FloatDataEncoding",
    "StringDataEncoding",
    "BinaryDataEncoding",
];
/// Seconds of a Julian year.
const YEAR: f64 = 31_557_600.0;

/// A type and those that it inherits from, itself first.
pub(super) struct Layers<'t>(Vec<Named<'t>>);

impl<'t> Layers<'t> {
    pub(super) fn attribute(&self, key: &str) -> Option<&'t str> {
        self.0.iter().find_map(|layer| layer.node.attribute(key))
    }

    fn having(&self, key: &str) -> Option<Node<'t>> {
        self.0.iter().map(|layer| layer.node).find(|node| node.attribute(key).is_some())
    }

    pub(super) fn child(&self, names: &[&str]) -> Option<Named<'t>> {
        self.0.iter().find_map(|layer| {
            let child = layer.node.children().find(|child| names.contains(&child.name()))?;
            Some(Named { node: child, system: layer.system })
        })
    }
}

impl<'t> Reader<'t> {
    /// Builds a type.
    pub(super) fn parameter_type(&mut self, index: usize) -> ParameterType {
        let node = self.names.types.items[index].node;
        let describes = [&DESCRIBING[..], &["ToString", "SizeRangeInCharacters"]].concat();
        self.notes.others(node, &KNOWN, &describes);
        if let Some(set) = node.child("ValidRangeSet") {
            self.notes.unsupported(set, "a parameter type has one ValidRange; it was left out");
        }
        let layers = self.layers(index);
        let mut built = self.data_type(index, &layers);
        self.limits(&layers, &mut built);
        self.check_initial(node, &built);
        built
    }

    /// What types of parameters and arguments share; `index` counts in [`Names::types`].
    ///
    /// [`Names::types`]: super::names::Names::types
    pub(super) fn data_type(&mut self, index: usize, layers: &Layers<'t>) -> ParameterType {
        let node = self.names.types.items[index].node;
        let mut built = ParameterType {
            name: self.names.types.names[index].clone(),
            description: self.description(node),
            unit: self.unit(layers),
            kind: self.kind(index, layers),
            encoding: None,
            calibrator: None,
            context_calibrators: Vec::new(),
            alarm: None,
            context_alarms: Vec::new(),
            valid_range: None,
            initial: layers.attribute("initialValue").map(str::to_owned),
        };
        let encoding = match built.kind {
            Kind::Array { .. } | Kind::Aggregate { .. } => None,
            Kind::AbsoluteTime { .. } | Kind::RelativeTime { .. } => {
                layers.child(&["Encoding"]).and_then(|e| {
                    e.node.children().find(|c| ENCODINGS.contains(&c.name())).map(|c| (c, e.system))
                })
            }
            _ => layers.child(&ENCODINGS).map(|e| (e.node, e.system)),
        };
        if let Some((encoding, system)) = encoding {
            built.encoding = self.encoding(encoding, system);
            if let Some(Encoding::Integer { .. } | Encoding::Float { .. }) = built.encoding {
                built.calibrator = self.default_calibrator(encoding, system);
                built.context_calibrators = self.context_calibrators(encoding, system);
            }
        }
        built
    }

    /// Range and alarms, where a type of this kind can have them.
    fn limits(&mut self, layers: &Layers<'t>, built: &mut ParameterType) {
        let numeric = matches!(built.kind, Kind::Integer { .. } | Kind::Float { .. });
        if let Some(range) = layers.child(&["ValidRange"]) {
            if numeric {
                built.valid_range = self.valid_range(range.node);
            } else {
                self.notes.unsupported(range.node, "a range of what is no number; left out");
            }
        }
        let alarms = !matches!(
            built.kind,
            Kind::AbsoluteTime { .. } | Kind::Array { .. } | Kind::Aggregate { .. }
        );
        if let Some(alarm) = layers.child(&["DefaultAlarm"]) {
            if alarms {
                built.alarm = Some(self.alarm(alarm.node));
            } else {
                self.notes.unsupported(alarm.node, "an alarm of such a type; it was left out");
            }
        }
        if let Some(list) = layers.child(&["ContextAlarmList"]) {
            if alarms {
                built.context_alarms = self.context_alarms(list.node, list.system);
            } else {
                self.notes.unsupported(list.node, "alarms of such a type; they were left out");
            }
        }
    }

    fn valid_range(&mut self, node: Node<'t>) -> Option<Range> {
        let calibrated = self.flag(node, "validRangeAppliesToCalibrated", true)
            && self.flag(node, "rangeAppliesToCalibrated", true);
        if calibrated {
            return Some(self.range(node));
        }
        self.notes.unsupported(node, "a range of raw values; it was left out");
        None
    }

    /// An initial value has to be one of the names (XTCE 1.2, `EnumeratedDataType`).
    pub(super) fn check_initial(&mut self, node: Node<'t>, built: &ParameterType) {
        let (Kind::Enumerated { labels }, Some(initial)) = (&built.kind, &built.initial) else {
            return;
        };
        if !labels.iter().any(|label| label.label == *initial) {
            let reason = format!("its initial value \"{}\" is none of its names", shown(initial));
            self.notes.at(node, reason);
        }
    }

    /// The type and those that it inherits from, as far as they can be followed.
    pub(super) fn layers(&mut self, index: usize) -> Layers<'t> {
        let first = self.names.types.items[index];
        let mut layers = vec![first];
        let mut passed = vec![index];
        loop {
            let Named { node, system } = layers[layers.len() - 1];
            let Some(reference) = node.attribute("baseType") else { break };
            let Some(base) = self.names.find(&self.names.types, system, reference) else {
                let (what, hint) = (self.names.types.what, self.names.elsewhere(reference));
                let reason = format!("no {what} is named \"{}\"{hint}", shown(reference));
                self.notes.at(node, format!("{reason}; it inherits nothing"));
                break;
            };
            if passed.contains(&base) {
                let reason = "it inherits from itself; take it out of the circle of baseType";
                self.notes.at(node, reason);
                break;
            }
            let item = self.names.types.items[base];
            if item.node.name() != first.node.name() {
                let reason = format!("it inherits from another kind, {}", item.node.name());
                self.notes.at(node, format!("{reason}; it inherits nothing"));
                break;
            }
            self.inherited = self.inherited.saturating_add(self.extent(item.node));
            let (times, more) = MAX_INHERITED;
            if passed.len() > MAX_BASES || self.inherited > times * self.length + more {
                self.notes.at(node, "too much would be inherited; it inherits nothing");
                break;
            }
            passed.push(base);
            layers.push(item);
        }
        Layers(layers)
    }

    /// Bytes from a definition to the next.
    fn extent(&self, node: Node<'t>) -> u64 {
        let next = self.starts.partition_point(|&start| start <= node.offset());
        let end = self.starts.get(next).copied().unwrap_or(self.length);
        end.saturating_sub(node.offset())
    }

    /// All units, with factors and powers, as one text.
    fn unit(&mut self, layers: &Layers<'t>) -> String {
        let Some(set) = layers.child(&["UnitSet"]) else { return String::new() };
        if !has_unit(kind_of(layers.0[0].node)) {
            self.notes.unsupported(set.node, "units of such a type; they were left out");
            return String::new();
        }
        let mut parts = Vec::new();
        for unit in set.node.all("Unit") {
            if unit.attribute("form").is_some_and(|form| form != "calibrated") {
                self.notes.unsupported(unit, "a unit of raw values; it was left out");
                continue;
            }
            if unit.attribute("description").is_some() {
                self.notes.describing(unit, "description of Unit");
            }
            let factor = unit.attribute("factor").unwrap_or("1").trim();
            let power = unit.attribute("power").unwrap_or("1").trim();
            let mut part = String::new();
            if !matches!(factor, "1" | "1.0" | "") {
                part.push_str(factor);
                part.push(' ');
            }
            part.push_str(unit.text());
            if !matches!(power, "1" | "1.0" | "") {
                part.push('^');
                part.push_str(power);
            }
            parts.push(part.trim().to_owned());
        }
        parts.join(" ").trim().to_owned()
    }

    fn kind(&mut self, index: usize, layers: &Layers<'t>) -> Kind {
        let node = self.names.types.items[index].node;
        match kind_of(node) {
            "Integer" => Kind::Integer {
                signed: match layers.having("signed") {
                    Some(at) => self.flag(at, "signed", true),
                    None => true,
                },
                bits: self.value_bits(layers),
            },
            "Float" => Kind::Float { bits: self.value_bits(layers) },
            "Enumerated" => Kind::Enumerated { labels: self.labels(node, layers) },
            "Boolean" => Kind::Boolean {
                zero: layers.attribute("zeroStringValue").unwrap_or("False").to_owned(),
                one: layers.attribute("oneStringValue").unwrap_or("True").to_owned(),
            },
            "String" => Kind::String,
            "Binary" => Kind::Binary,
            "AbsoluteTime" => {
                let (scale, offset) = self.time_scale(node, layers);
                let epoch = self.epoch(node, layers);
                Kind::AbsoluteTime { epoch, scale, offset }
            }
            "RelativeTime" => {
                let (scale, offset) = self.time_scale(node, layers);
                Kind::RelativeTime { scale, offset }
            }
            "Array" => {
                let part = self.parts[index].first().copied().flatten();
                let element = part.and_then(|part| self.type_ids[part]).unwrap_or_default();
                Kind::Array { element, dimensions: self.dimensions_of_type(index) }
            }
            _ => Kind::Aggregate { members: self.members(index) },
        }
    }

    /// Bits of an engineering value; 32 where none are stated.
    fn value_bits(&mut self, layers: &Layers<'t>) -> u32 {
        let Some(at) = layers.having("sizeInBits") else { return 32 };
        match self.whole(at, "sizeInBits") {
            Some(bits) if (1..=1024).contains(&bits) => bits as u32,
            Some(bits) => {
                self.notes.at(at, format!("sizeInBits {bits} cannot be; taken as 32"));
                32
            }
            None => 32,
        }
    }

    fn labels(&mut self, node: Node<'t>, layers: &Layers<'t>) -> Vec<Label> {
        let Some(list) = layers.child(&["EnumerationList"]) else {
            self.notes.at(node, "it has no EnumerationList; values have no names");
            return Vec::new();
        };
        let mut labels = Vec::new();
        for item in list.node.all("Enumeration") {
            if item.attribute("shortDescription").is_some() {
                self.notes.describing(item, "shortDescription of Enumeration");
            }
            let Some(label) = item.attribute("label") else {
                self.notes.at(item, "it has no label; it was left out");
                continue;
            };
            let Some(value) = self.whole(item, "value") else {
                self.notes.at(item, "it has no value; it was left out");
                continue;
            };
            let last = self.whole(item, "maxValue").unwrap_or(value);
            if last < value {
                self.notes.at(item, "maxValue is below value; it names its value only");
            }
            labels.push(Label { value, last: last.max(value), label: label.to_owned() });
        }
        labels
    }

    /// Seconds of a count and seconds added, from the `Encoding` of a time.
    fn time_scale(&mut self, node: Node<'t>, layers: &Layers<'t>) -> (f64, f64) {
        let Some(Named { node: encoding, .. }) = layers.child(&["Encoding"]) else {
            let reason = "a time needs an Encoding, also where it is in no packet";
            self.notes.at(node, reason);
            return (1.0, 0.0);
        };
        self.notes.others(encoding, &ENCODINGS, &[]);
        let unit = match encoding.attribute("units").map_or("seconds", str::trim) {
            "seconds" => 1.0,
            "picoSeconds" => 1e-12,
            "days" => 86_400.0,
            "months" => {
                let reason = "months are of no fixed length; taken as a twelfth of 31557600 s";
                self.notes.at(encoding, reason);
                YEAR / 12.0
            }
            "years" => {
                self.notes.at(encoding, "years are of no fixed length; taken as 31557600 s");
                YEAR
            }
            other => {
                let reason =
                    format!("units \"{}\" are none of XTCE; taken as seconds", shown(other));
                self.notes.at(encoding, reason);
                1.0
            }
        };
        let scale = self.number(encoding, "scale").unwrap_or(1.0);
        let offset = self.number(encoding, "offset").unwrap_or(0.0);
        (scale * unit, offset * unit)
    }

    fn epoch(&mut self, node: Node<'t>, layers: &Layers<'t>) -> Epoch {
        let Some(Named { node: reference, system }) = layers.child(&["ReferenceTime"]) else {
            if layers.child(&["Encoding"]).is_some() {
                self.notes.at(node, "it has no ReferenceTime; counted from 1958-01-01 TAI");
            }
            return Epoch::Tai;
        };
        if let Some(epoch) = reference.child("Epoch") {
            return match epoch.text() {
                "TAI" => Epoch::Tai,
                "J2000" => Epoch::J2000,
                "UNIX" => Epoch::Unix,
                "GPS" => Epoch::Gps,
                "" => {
                    self.notes.at(epoch, "it is empty; counted from 1958-01-01 TAI");
                    Epoch::Tai
                }
                at => Epoch::At(at.to_owned()),
            };
        }
        let offset = reference.child("OffsetFrom");
        let parameter = offset.and_then(|offset| self.plain_instance(offset, system));
        if let Some((parameter, _)) = parameter {
            return Epoch::Parameter(parameter);
        }
        self.notes.at(reference, "it names no epoch that is known; counted from 1958-01-01 TAI");
        Epoch::Tai
    }

    fn members(&mut self, index: usize) -> Vec<(String, usize)> {
        let node = self.names.types.items[index].node;
        let parts = self.parts[index].clone();
        let mut members = Vec::with_capacity(parts.len());
        let nodes = node.all("MemberList").flat_map(|list| list.all("Member"));
        for (member, part) in nodes.zip(parts) {
            let Some(id) = part.and_then(|part| self.type_ids[part]) else { continue };
            self.notes.others(
                member,
                &[],
                &[&DESCRIBING[..], &["ParameterProperties", "LongDescription"]].concat(),
            );
            if member.attribute("shortDescription").is_some() {
                self.notes.describing(member, "shortDescription of Member");
            }
            let of_argument = node.name().ends_with("ArgumentType");
            if member.attribute("initialValue").is_some() && !of_argument {
                self.notes.at(member, "not supported: the initial value of a member; left out");
            }
            let name = member.attribute("name").unwrap_or_default().trim();
            if name.is_empty() || members.iter().rev().take(64).any(|(other, _)| other == name) {
                self.notes.at(member, "its name is missing or taken; it cannot be referred to");
            }
            members.push((name.to_owned(), id));
        }
        members
    }

    /// Dimensions as the type states them. XTCE 1.1 may state their number only.
    fn dimensions_of_type(&mut self, index: usize) -> Vec<Size> {
        let Named { node, system } = self.names.types.items[index];
        if let Some(list) = node.child("DimensionList") {
            return self.dimensions(list, system);
        }
        let count = self.whole(node, "numberOfDimensions").unwrap_or(1).clamp(1, 16);
        self.notes.at(node, "it states no size; entries with a DimensionList state their own");
        vec![Size::Fixed(0); count as usize]
    }

    /// A `DimensionList`: first and last index of each, or the sizes of XTCE 1.1.
    pub(super) fn dimensions(&mut self, list: Node<'t>, system: usize) -> Vec<Size> {
        self.notes.others(list, &["Dimension", "Size"], &[]);
        let mut sizes = Vec::new();
        for child in list.children() {
            let size = match child.name() {
                "Size" => self.size(child, system, 0),
                "Dimension" => self.dimension(child, system),
                _ => continue,
            };
            sizes.push(size.unwrap_or(Size::Fixed(0)));
        }
        sizes
    }

    /// Number of elements between the first and the last index of a `Dimension`.
    fn dimension(&mut self, node: Node<'t>, system: usize) -> Option<Size> {
        let (Some(start), Some(end)) = (node.child("StartingIndex"), node.child("EndingIndex"))
        else {
            self.notes.at(node, "it needs StartingIndex and EndingIndex");
            return None;
        };
        let Some(fixed) = start.child("FixedValue") else {
            self.notes.unsupported(start, "a first index that is not fixed");
            return None;
        };
        let first = self.fixed(fixed).unwrap_or(0);
        self.size(end, system, 1 - first)
    }

    /// Gives an array type the dimensions that an entry states.
    pub(super) fn give_dimensions(&mut self, built: &mut ParameterType, entry: Named<'t>) {
        let sizes = self.dimensions(entry.node, entry.system);
        if let Kind::Array { dimensions, .. } = &mut built.kind {
            *dimensions = sizes;
        }
    }
}

/// Whether values of a kind of type can have a unit; times are in seconds.
fn has_unit(kind: &str) -> bool {
    !matches!(kind, "AbsoluteTime" | "RelativeTime" | "Array" | "Aggregate")
}
