//! Containers of commands and their entries.

use std::collections::HashSet;

use crate::format::xmltree::Node;
use crate::mission::command::{Command, CommandContainer, CommandEntry, CommandItem, Packing};
use crate::mission::telemetry::ParameterType;

use super::containers::{MAX_DEPTH, PARTS};
use super::graph::judge;
use super::names::{DESCRIBING, Named};
use super::notes::shown;
use super::read::Reader;

/// Most bits of a fixed value.
const MAX_FIXED: i64 = 1 << 20;

/// What a container refers to: its base, then the containers that its entries name.
#[derive(Default)]
struct Links {
    base: Option<Packing>,
    inner: Vec<Option<Packing>>,
}

impl<'t> Reader<'t> {
    /// Builds all containers of commands. One of which something could not be read is cut: the
    /// bytes would be others than the spacecraft expects.
    pub(super) fn packings(
        &mut self,
        commands: &[Command],
        types: &[ParameterType],
        containers: usize,
    ) -> Vec<CommandContainer> {
        let mut owner: Vec<Option<usize>> = vec![None; self.names.packings.items.len()];
        for (id, command) in commands.iter().enumerate() {
            if let Some(slot) = command.container.and_then(|container| owner.get_mut(container)) {
                *slot = Some(id);
            }
        }
        let links: Vec<Links> = (0..owner.len())
            .map(|index| self.packing_links(index, owner[index], commands, containers))
            .collect();
        let edges: Vec<Vec<usize>> = links.iter().map(Links::commands).collect();
        let (verdicts, _) = judge(&edges, MAX_DEPTH);
        let own = Own::of(commands);
        let mut built = Vec::with_capacity(links.len());
        for (index, mut links) in links.into_iter().enumerate() {
            let node = self.names.packings.items[index].node;
            let mut verdicts = verdicts[index].iter();
            for (at, link) in links.all().enumerate() {
                if matches!(link, Some(Packing::Command(_)))
                    && let Some(verdict) = verdicts.next()
                    && !self.judged(node, *verdict, if at == 0 { "extends" } else { "holds" })
                {
                    *link = None;
                }
            }
            let known = |name: &str| owner[index].is_none_or(|id| own.knows(id, name));
            built.push(self.packing(index, &links, &known, types));
        }
        built
    }

    fn packing_links(
        &mut self,
        index: usize,
        owner: Option<usize>,
        commands: &[Command],
        containers: usize,
    ) -> Links {
        let Named { node, system } = self.names.packings.items[index];
        let mut links = Links::default();
        if let Some(base) = node.child("BaseContainer") {
            links.base =
                self.packing_ref(Named { node: base, system }, owner, commands, containers);
        }
        for entry in node.all("EntryList").flat_map(|list| list.all("ContainerRefEntry")) {
            let at = Named { node: entry, system };
            links.inner.push(self.packing_ref(at, None, commands, containers));
        }
        links
    }

    /// The container that a reference means: one of what the command extends, then any of
    /// commands, then one of telemetry.
    fn packing_ref(
        &mut self,
        at: Named<'t>,
        owner: Option<usize>,
        commands: &[Command],
        containers: usize,
    ) -> Option<Packing> {
        let reference = at.node.attribute("containerRef").unwrap_or_default().trim();
        let mut next = owner.and_then(|id| commands.get(id)).and_then(|command| command.base);
        for _ in 0..MAX_DEPTH {
            let Some(command) = next.and_then(|id| commands.get(id)) else { break };
            next = command.base;
            let Some(container) = command.container else { continue };
            let name = &self.names.packings.names[container];
            if name == reference || name.rsplit('/').next() == Some(reference) {
                return Some(Packing::Command(container));
            }
        }
        if let Some(found) = self.names.find(&self.names.packings, at.system, reference) {
            return Some(Packing::Command(found));
        }
        let found = self.container_ref(at.node, at.system);
        found.filter(|id| *id < containers).map(Packing::Telemetry)
    }

    fn packing(
        &mut self,
        index: usize,
        links: &Links,
        known: &dyn Fn(&str) -> bool,
        types: &[ParameterType],
    ) -> CommandContainer {
        const KNOWN: [&str; 4] =
            ["EntryList", "BaseContainer", "BinaryEncoding", "LongDescription"];
        let Named { node, system } = self.names.packings.items[index];
        self.notes.others(node, &KNOWN, &[&DESCRIBING[..], &["DefaultRateInStream"]].concat());
        let mut container = CommandContainer {
            name: self.names.packings.names[index].clone(),
            description: self.description(node),
            base: links.base,
            is_cut: false,
            restriction: None,
            entries: Vec::new(),
            bits: self.container_bits(node, system),
        };
        if let Some(base) = node.child("BaseContainer") {
            container.is_cut = links.base.is_none();
            if let Some(criteria) = base.child("RestrictionCriteria") {
                container.restriction = self.condition(criteria, system);
                container.is_cut |= container.restriction.is_none();
            }
        }
        let mut inner = links.inner.iter();
        for entry in node.all("EntryList").flat_map(Node::children) {
            let target = match entry.name() {
                "ContainerRefEntry" => inner.next().copied().flatten(),
                _ => None,
            };
            match self.command_entry(Named { node: entry, system }, target, known, types) {
                Some(entry) => container.entries.push(entry),
                None => container.is_cut = true,
            }
        }
        if container.is_cut {
            let reason = "something of it was left out; commands by it cannot be encoded";
            self.notes.at(node, reason);
        }
        container
    }

    fn command_entry(
        &mut self,
        at: Named<'t>,
        target: Option<Packing>,
        known: &dyn Fn(&str) -> bool,
        types: &[ParameterType],
    ) -> Option<CommandEntry> {
        let Named { node, system } = at;
        self.notes.others(node, &PARTS, &["AncillaryDataSet"]);
        if node.attribute("shortDescription").is_some() {
            self.notes.describing(node, "shortDescription of an entry");
        }
        let item = match node.name() {
            "ArgumentRefEntry" | "ArrayArgumentRefEntry" => {
                let name = node.attribute("argumentRef").unwrap_or_default().trim();
                if !known(name) {
                    let reason = format!("the command has no argument \"{}\"", shown(name));
                    self.notes.at(node, format!("{reason}; it was left out"));
                    return None;
                }
                CommandItem::Argument(name.to_owned())
            }
            "ParameterRefEntry" | "ArrayParameterRefEntry" => {
                CommandItem::Parameter(self.entry_parameter(node, system, types)?)
            }
            "FixedValueEntry" => self.fixed_value(node)?,
            "ContainerRefEntry" => CommandItem::Container(target?),
            _ => {
                self.notes.unsupported(node, "it was left out");
                return None;
            }
        };
        let place = self.place(node, system)?;
        let repeat = match node.child("RepeatEntry") {
            None => None,
            Some(repeat) => Some(self.repeat(repeat, system)?),
        };
        let include = match node.child("IncludeCondition") {
            None => None,
            Some(include) => Some(self.condition(include, system)?),
        };
        Some(CommandEntry { item, place, include, repeat })
    }

    /// A `FixedValueEntry`: of the bytes the last `sizeInBits` bits count.
    fn fixed_value(&mut self, node: Node<'t>) -> Option<CommandItem> {
        let text = node.attribute("binaryValue").unwrap_or_default().trim();
        let Some(bytes) = hexadecimal(text) else {
            let reason = format!("binaryValue \"{}\" is not hexadecimal", shown(text));
            self.notes.at(node, format!("{reason}; it was left out"));
            return None;
        };
        let bits = match node.attribute("sizeInBits") {
            None => bytes.len() as i64 * 8,
            Some(_) => self.whole(node, "sizeInBits")?,
        };
        if !(1..=MAX_FIXED).contains(&bits) {
            self.notes.at(node, "its number of bits cannot be; it was left out");
            return None;
        }
        let name = node.attribute("name").unwrap_or_default().to_owned();
        Some(CommandItem::Fixed { name, bytes, bits: bits as u32 })
    }
}

impl Links {
    fn all(&mut self) -> impl Iterator<Item = &mut Option<Packing>> {
        std::iter::once(&mut self.base).chain(&mut self.inner)
    }

    fn commands(&self) -> Vec<usize> {
        let all = std::iter::once(&self.base).chain(&self.inner);
        let command = |link: &Option<Packing>| match link {
            Some(Packing::Command(id)) => Some(*id),
            _ => None,
        };
        all.filter_map(command).collect()
    }
}

/// The arguments that each command has of its own.
struct Own<'c> {
    commands: &'c [Command],
    names: Vec<HashSet<&'c str>>,
}

impl<'c> Own<'c> {
    fn of(commands: &'c [Command]) -> Self {
        let own = |command: &'c Command| {
            command.arguments.iter().map(|argument| argument.name.as_str()).collect()
        };
        Self { commands, names: commands.iter().map(own).collect() }
    }

    /// Whether a command, or one that it extends, has an argument, as far as that is known.
    fn knows(&self, id: usize, name: &str) -> bool {
        let mut next = Some(id);
        for _ in 0..=MAX_DEPTH {
            let Some(id) = next else { break };
            let Some((command, names)) = self.commands.get(id).zip(self.names.get(id)) else {
                break;
            };
            if command.is_cut || names.contains(name) {
                return true;
            }
            next = command.base;
        }
        false
    }
}

/// Bytes from digits by two; an odd first digit is a byte of its own.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let odd = text.len() % 2;
    let first = text.get(..odd).filter(|digit| !digit.is_empty());
    let pairs = (odd..text.len()).step_by(2).map(|at| text.get(at..at + 2).unwrap_or_default());
    first.into_iter().chain(pairs).map(|digits| u8::from_str_radix(digits, 16).ok()).collect()
}
