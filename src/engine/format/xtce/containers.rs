//! Containers, their base, and their entries.

use crate::format::xmltree::Node;
use crate::mission::telemetry::{
    Condition, Container, ContainerId, Entry, Item, Kind, ParameterType, Place, Size,
};

use super::graph::{Edge, judge};
use super::names::{DESCRIBING, Named};
use super::notes::shown;
use super::read::Reader;

/// What an entry may hold.
pub(super) const PARTS: [&str; 5] = [
    "LocationInContainerInBits",
    "RepeatEntry",
    "IncludeCondition",
    "DimensionList",
    "ParameterInstance",
];
/// Longest chain of containers that inherit from or hold each other.
pub(super) const MAX_DEPTH: usize = 64;
/// Entries that are read.
const ENTRIES: [&str; 3] = ["ParameterRefEntry", "ContainerRefEntry", "ArrayParameterRefEntry"];

/// What a container refers to: the base first, if there is one, then entries in order.
struct Links<'t> {
    base: Option<usize>,
    entries: Vec<(Node<'t>, Option<usize>)>,
}

/// Entries while they are read, and whether the place of the next one is known.
struct Layout<'t> {
    entries: Vec<Entry>,
    /// Where something that is not supported ends, which has a known size.
    gap: Option<Place>,
    /// From where on places are not known.
    lost: Option<Lost<'t>>,
}

/// Why the places of entries are not known.
struct Lost<'t> {
    /// The entry, or the container itself where it is its base.
    node: Node<'t>,
    reason: String,
    /// Whether the element itself was left out.
    itself: bool,
    /// Entries after it that were left out.
    count: usize,
}

impl<'t> Reader<'t> {
    /// Builds all containers.
    pub(super) fn containers(&mut self, types: &[ParameterType]) -> Vec<Container> {
        let items = self.names.containers.items.clone();
        let links: Vec<Links<'t>> = items.iter().map(|item| self.links(*item)).collect();
        let edges: Vec<Vec<usize>> = links
            .iter()
            .map(|l| l.base.into_iter().chain(l.entries.iter().filter_map(|(_, to)| *to)).collect())
            .collect();
        let (verdicts, order) = judge(&edges, MAX_DEPTH);
        let mut built: Vec<Option<Container>> = items.iter().map(|_| None).collect();
        let mut cut = vec![false; items.len()];
        for index in order {
            let mut verdicts = verdicts[index].iter().copied();
            let base = links[index].base.filter(|_| {
                let verdict = verdicts.next().unwrap_or(Edge::Good);
                self.judged(items[index].node, verdict, "inherits from")
            });
            let starts_cut = match base {
                Some(base) => cut[base],
                None => items[index].node.child("BaseContainer").is_some(),
            };
            let mut container = self.container(index, base);
            let lost = starts_cut.then(|| Lost {
                node: items[index].node,
                reason: "its base was not read to its end".to_owned(),
                itself: false,
                count: 0,
            });
            let mut layout = Layout { entries: Vec::new(), gap: None, lost };
            for &(node, to) in &links[index].entries {
                let to = to.filter(|_| {
                    let verdict = verdicts.next().unwrap_or(Edge::Good);
                    self.judged(node, verdict, "holds")
                });
                self.entry(&mut layout, Named { node, system: items[index].system }, to, types);
                if to.is_some_and(|to| cut[to]) && layout.lost.is_none() {
                    let reason = "what it holds was not read to its end".to_owned();
                    layout.lost = Some(Lost { node, reason, itself: false, count: 0 });
                }
            }
            cut[index] = layout.lost.is_some() || layout.gap.is_some();
            self.tell_lost(&mut layout);
            container.entries = layout.entries;
            built[index] = Some(container);
        }
        built.into_iter().flatten().collect()
    }

    /// Notes a reference that may not be followed; whether it may.
    pub(super) fn judged(&mut self, node: Node<'t>, verdict: Edge, does: &str) -> bool {
        let reason = match verdict {
            Edge::Good => return true,
            Edge::Circle => format!("it {does} itself; left out, take it out of the circle"),
            Edge::Deep => format!("it {does} a chain of more than {MAX_DEPTH}; left out"),
        };
        self.notes.at(node, reason);
        false
    }

    /// Resolves the base and the containers of entries.
    fn links(&mut self, item: Named<'t>) -> Links<'t> {
        let base = item.node.child("BaseContainer");
        let base = base.and_then(|base| self.container_ref(base, item.system));
        let mut entries = Vec::new();
        for node in item.node.all("EntryList").flat_map(Node::children) {
            let to = if node.name() == "ContainerRefEntry" {
                self.container_ref(node, item.system)
            } else {
                None
            };
            entries.push((node, to));
        }
        Links { base, entries }
    }

    pub(super) fn container_ref(&mut self, node: Node<'t>, system: usize) -> Option<ContainerId> {
        let reference = node.attribute("containerRef").unwrap_or_default();
        let found = self.names.find(&self.names.containers, system, reference);
        if found.is_none() {
            let hint = self.names.elsewhere(reference);
            let reason = format!("no container is named \"{}\"{hint}; left out", shown(reference));
            self.notes.at(node, reason);
        }
        found
    }

    /// All of a container but its entries.
    fn container(&mut self, index: usize, base: Option<ContainerId>) -> Container {
        const KNOWN: [&str; 5] = [
            "EntryList",
            "BaseContainer",
            "BinaryEncoding",
            "DefaultRateInStream",
            "LongDescription",
        ];
        let Named { node, system } = self.names.containers.items[index];
        self.notes.others(node, &KNOWN, &DESCRIBING);
        if !matches!(node.attribute("idlePattern").map(str::trim), None | Some("0x0" | "0")) {
            self.notes.at(node, "not supported: idlePattern; it was left out");
        }
        let mut restriction = None;
        if let Some(inherits) = node.child("BaseContainer") {
            if let Some(criteria) = inherits.child("RestrictionCriteria") {
                if let Some(next) = criteria.child("NextContainer") {
                    let _ = self.container_ref(next, system);
                    self.notes.unsupported(next, "it was left out");
                }
                let condition = self.condition(criteria, system);
                if condition.is_none() {
                    let reason = "its condition was left out; no packet is taken as this one";
                    self.notes.at(criteria, reason);
                }
                restriction = Some(condition.unwrap_or(Condition::Any(Vec::new())));
            }
            if base.is_none() {
                // What stands in the base cannot be known: no packet is this one.
                restriction = Some(Condition::Any(Vec::new()));
            }
        }
        Container {
            name: self.names.containers.names[index].clone(),
            description: self.description(node),
            is_abstract: self.flag(node, "abstract", false),
            base,
            restriction,
            entries: Vec::new(),
            bits: self.container_bits(node, system),
            rate_hz: self.rate(node),
        }
    }

    pub(super) fn container_bits(&mut self, node: Node<'t>, system: usize) -> Option<u64> {
        let encoding = node.child("BinaryEncoding")?;
        self.notes.others(encoding, &["SizeInBits"], &[]);
        let size = self.size(encoding.child("SizeInBits")?, system, 0);
        if let Some(Size::Fixed(bits)) = size {
            return u64::try_from(bits).ok();
        }
        self.notes.unsupported(encoding, "a size of a container that is not fixed; left out");
        None
    }

    fn rate(&mut self, node: Node<'t>) -> Option<f64> {
        let rate = node.child("DefaultRateInStream")?;
        if rate.attribute("basis").is_some_and(|basis| basis.trim() != "perSecond") {
            self.notes.unsupported(rate, "a rate that is not per second; it was left out");
            return None;
        }
        let least = self.number(rate, "minimumValue");
        let most = self.number(rate, "maximumValue");
        if let (Some(least), Some(most)) = (least, most)
            && least < most
        {
            self.notes.at(rate, "the lower of two rates is the expected one");
        }
        least.or(most)
    }

    /// Reads one entry.
    fn entry(
        &mut self,
        layout: &mut Layout<'t>,
        at: Named<'t>,
        container: Option<ContainerId>,
        types: &[ParameterType],
    ) {
        let Named { node, system } = at;
        self.notes.others(node, &PARTS, &["AncillaryDataSet"]);
        if node.attribute("shortDescription").is_some() {
            self.notes.describing(node, "shortDescription of an entry");
        }
        let location = node.child("LocationInContainerInBits");
        let from = location.and_then(|l| l.attribute("referenceLocation")).map(str::trim);
        if let (Some(location), Some("containerEnd")) = (location, from) {
            // A checksum at the end of packets: what follows goes on as if it were not there.
            self.notes.unsupported(location, "a place from the end; the entry was left out");
            return;
        }
        let place = self.place(node, system);
        match place {
            None => {
                layout.lose(node, "its place is not known");
                return;
            }
            Some(Place::FromStart(_)) => {
                self.tell_lost(layout);
                layout.gap = None;
            }
            Some(Place::After(_)) => {
                if let Some(lost) = &mut layout.lost {
                    lost.count += 1;
                    if !ENTRIES.contains(&node.name()) {
                        self.notes.unsupported(node, "it was left out");
                    }
                    return;
                }
            }
        }
        let place = layout.resolve(place.unwrap_or(Place::After(0)));
        if !ENTRIES.contains(&node.name()) {
            self.pass_over(layout, node, place);
            return;
        }
        let item = match node.name() {
            "ContainerRefEntry" => container.map(Item::Container),
            _ => self.entry_parameter(node, system, types).map(Item::Parameter),
        };
        let repeat = match node.child("RepeatEntry") {
            None => Some(None),
            Some(repeat) => self.repeat(repeat, system).map(Some),
        };
        let include = match node.child("IncludeCondition") {
            None => Some(None),
            Some(include) => self.condition(include, system).map(Some),
        };
        let (Some(item), Some(repeat), Some(include)) = (item, repeat, include) else {
            layout.lose(node, "how many bits it takes is not known");
            return;
        };
        layout.gap = None;
        layout.entries.push(Entry { item, place, include, repeat });
        if let Item::Parameter(id) = item
            && types.get(self.parameter_types[id]).is_some_and(is_shapeless)
        {
            let reason = "how many bits its value takes is not known".to_owned();
            layout.lost = Some(Lost { node, reason, itself: false, count: 0 });
        }
    }

    /// Leaves an entry of an unsupported kind out; its bits are passed over where their number is
    /// known.
    fn pass_over(&mut self, layout: &mut Layout<'t>, node: Node<'t>, place: Place) {
        self.notes.unsupported(node, "it was left out");
        let varies =
            node.child("RepeatEntry").is_some() || node.child("IncludeCondition").is_some();
        match self.whole(node, "sizeInBits") {
            Some(bits) if !varies && (0..=1 << 31).contains(&bits) => {
                layout.gap = Some(moved(place, bits));
            }
            _ => layout.lose(node, "how many bits it takes is not known"),
        }
    }

    /// The parameter of an entry, whose type should say how it stands in a packet.
    pub(super) fn entry_parameter(
        &mut self,
        node: Node<'t>,
        system: usize,
        types: &[ParameterType],
    ) -> Option<usize> {
        let reference = node.attribute("parameterRef").unwrap_or_default();
        let Some((found, path)) = self.names.parameter(system, reference) else {
            let hint = self.names.elsewhere(reference);
            self.notes.at(node, format!("no parameter is named \"{}\"{hint}", shown(reference)));
            return None;
        };
        if !path.is_empty() {
            self.notes.unsupported(node, "a member of an aggregate as an entry");
            return None;
        }
        let Some(id) = self.parameter_ids[found] else {
            self.notes.at(node, format!("the parameter \"{}\" was left out", shown(reference)));
            return None;
        };
        let of = types.get(self.parameter_types[id])?;
        if is_shapeless(of) {
            let reason = format!("its type {} has no encoding", shown(&of.name));
            self.notes.at(node, format!("{reason}; give it one, its value cannot be decoded"));
        }
        if let (Kind::Array { dimensions, .. }, Some(list)) =
            (&of.kind, node.child("DimensionList"))
            && self.dimensions(list, system) != *dimensions
        {
            self.notes.unsupported(list, "a part of an array as an entry");
            return None;
        }
        Some(id)
    }

    pub(super) fn repeat(&mut self, node: Node<'t>, system: usize) -> Option<(Size, u64)> {
        let Some(count) = node.child("Count") else {
            self.notes.at(node, "it states no Count");
            return None;
        };
        let count = self.size(count, system, 0)?;
        let Some(offset) = node.child("Offset") else { return Some((count, 0)) };
        match self.size(offset, system, 0) {
            Some(Size::Fixed(bits)) if bits >= 0 => Some((count, bits as u64)),
            _ => {
                self.notes.unsupported(offset, "bits between that are not fixed");
                None
            }
        }
    }

    pub(super) fn place(&mut self, node: Node<'t>, system: usize) -> Option<Place> {
        let Some(location) = node.child("LocationInContainerInBits") else {
            return Some(Place::After(0));
        };
        let bits = match self.size(location, system, 0) {
            Some(Size::Fixed(bits)) => bits,
            Some(_) => {
                self.notes.unsupported(location, "a place that is not fixed");
                return None;
            }
            None => return None,
        };
        match location.attribute("referenceLocation").map_or("previousEntry", str::trim) {
            "previousEntry" => Some(Place::After(bits)),
            "containerStart" => {
                if bits < 0 {
                    self.notes.at(location, "it stands before the start of its container");
                }
                Some(Place::FromStart(bits))
            }
            other => {
                let reason = format!("referenceLocation \"{}\"", shown(other));
                self.notes.unsupported(location, &reason);
                None
            }
        }
    }

    /// Notes what was left out because its place was not known.
    fn tell_lost(&mut self, layout: &mut Layout<'t>) {
        let Some(lost) = layout.lost.take() else { return };
        let rest = match (lost.itself, lost.count) {
            (false, 0) => return,
            (false, count) => format!("entries after it were left out: {count}"),
            (true, 0) => "it was left out".to_owned(),
            (true, count) => format!("it was left out, and entries after it: {count}"),
        };
        self.notes.at(lost.node, format!("{}; {rest}", lost.reason));
    }
}

impl<'t> Layout<'t> {
    /// From here on places are not known.
    fn lose(&mut self, node: Node<'t>, reason: &str) {
        if let Some(lost) = &mut self.lost {
            lost.count += 1;
        } else {
            let reason = reason.to_owned();
            self.lost = Some(Lost { node, reason, itself: true, count: 0 });
        }
        self.gap = None;
    }

    /// The place with the gap before it.
    fn resolve(&self, place: Place) -> Place {
        match (place, self.gap) {
            (Place::After(bits), Some(gap)) => moved(gap, bits),
            _ => place,
        }
    }
}

/// Whether nothing says how a value stands in a packet.
fn is_shapeless(of: &ParameterType) -> bool {
    of.encoding.is_none() && !matches!(of.kind, Kind::Array { .. } | Kind::Aggregate { .. })
}

/// A place some bits further.
fn moved(place: Place, bits: i64) -> Place {
    match place {
        Place::After(at) => Place::After(at.saturating_add(bits)),
        Place::FromStart(at) => Place::FromStart(at.saturating_add(bits)),
    }
}
