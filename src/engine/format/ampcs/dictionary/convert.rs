//! AMPCS dictionaries as the mission database keeps dictionaries: channels become parameters,
//! commands telecommands, event records event messages.

use std::collections::HashMap;

use super::model::{Argument as Given, ArgumentKind, Channel, CommandDefinition, Dictionary};
use crate::mission::command::{
    Argument, ArgumentType, Command, CommandContainer, CommandEntry, CommandItem, Commanding,
    EventDefinition,
};
use crate::mission::telemetry::{
    self, ByteOrder, Calibrator, Encoding, Epoch, FloatForm, IntegerForm, Kind, Label,
    ParameterType, Place, Range, Size, Source, StringSize, System, TelemetryParameter,
};
use crate::problem::Problem;

/// Bits of an operation code, whose width these dictionaries do not state.
const OPCODE_BITS: u32 = 16;
/// Deepest nesting of repetitions.
const DEEPEST: usize = 8;

impl Dictionary {
    /// The same as a dictionary of the mission database. Names stand below the mission's:
    /// `/<mission>/<channel>`, `/<mission>/<stem>`, `/<mission>/<event>`. What has no counterpart
    /// is told by name.
    pub fn to_mission(&self) -> (telemetry::Dictionary, Vec<Problem>) {
        let root = match self.header.mission.trim() {
            "" => "ampcs".to_owned(),
            name => name.to_ascii_lowercase().replace([' ', '/'], "_"),
        };
        let out = telemetry::Dictionary {
            name: root.clone(),
            version: self.header.version.clone(),
            systems: vec![System { name: format!("/{root}"), description: String::new() }],
            ..telemetry::Dictionary::default()
        };
        let mut made = Maker { of: self, root: format!("/{root}"), out, problems: Vec::new() };
        self.channels.iter().for_each(|channel| made.channel(channel));
        self.commands.iter().for_each(|command| made.command(command));
        made.events();
        made.flight_parameters();
        if self.commands.iter().any(|command| command.opcode.is_some()) {
            let reason = format!("it states no width of operation codes; {OPCODE_BITS} bits taken");
            made.problems.push(Problem::of("opcode", reason));
        }
        (made.out, made.problems)
    }
}

struct Maker<'d> {
    of: &'d Dictionary,
    root: String,
    out: telemetry::Dictionary,
    problems: Vec<Problem>,
}

fn integer(bits: u32, form: IntegerForm) -> Encoding {
    Encoding::Integer { bits, form, order: ByteOrder::Big }
}

fn entry(item: CommandItem) -> CommandEntry {
    CommandEntry { item, place: Place::After(0), include: None, repeat: None }
}

impl Maker<'_> {
    /// A name below the root, without what would make it a path.
    fn name(&self, own: &str) -> String {
        format!("{}/{}", self.root, own.trim().replace('/', "_"))
    }

    fn labels(&mut self, table: &str, who: &str) -> Vec<Label> {
        let Some(found) = self.of.enumeration(table) else {
            let reason = format!("its enumeration {table} is not defined; values have no names");
            self.problems.push(Problem::of(who, reason));
            return Vec::new();
        };
        let label = |(value, name): &(i64, String)| Label {
            value: *value,
            last: *value,
            label: name.clone(),
        };
        found.values.iter().map(label).collect()
    }

    fn channel(&mut self, channel: &Channel) {
        let bits = channel.bytes.unwrap_or(4).saturating_mul(8).clamp(1, 64);
        let word = channel.kind.to_ascii_lowercase();
        let kind = match word.as_str() {
            _ if !channel.enumeration.is_empty() => {
                Kind::Enumerated { labels: self.labels(&channel.enumeration, &channel.id) }
            }
            "unsigned" | "unsigned_int" | "digital" | "status" => {
                Kind::Integer { signed: false, bits }
            }
            "integer" | "signed_int" => Kind::Integer { signed: true, bits },
            "float" | "double" => Kind::Float { bits: 64 },
            "boolean" => Kind::Boolean { zero: "FALSE".to_owned(), one: "TRUE".to_owned() },
            "string" | "ascii" => Kind::String,
            "time" => Kind::AbsoluteTime { epoch: Epoch::Unix, scale: 1.0, offset: 0.0 },
            _ => {
                let reason =
                    format!("the type \"{}\" is not known; taken as a number", channel.kind);
                self.problems.push(Problem::of(&channel.id, reason));
                Kind::Float { bits: 64 }
            }
        };
        let name = self.name(&channel.id);
        let mut of = ParameterType::new(name.clone(), kind, None);
        let numeric = matches!(of.kind, Kind::Integer { .. } | Kind::Float { .. });
        if numeric {
            let unit =
                if channel.eu_unit.is_empty() { &channel.raw_unit } else { &channel.eu_unit };
            of.unit.clone_from(unit);
            if !channel.polynomial.is_empty() {
                of.kind = Kind::Float { bits: 64 };
                of.encoding = Some(integer(bits, IntegerForm::TwosComplement));
                of.calibrator = Some(Calibrator::Polynomial(channel.polynomial.clone()));
            }
        }
        let texts = [&channel.title, &channel.name, &channel.description];
        let mut said: Vec<&str> = Vec::new();
        for text in texts.into_iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
            if !said.contains(&text) {
                said.push(text);
            }
        }
        let description = said.join(": ");
        let type_id = self.out.types.len();
        self.out.types.push(of);
        let source = match channel.source.as_str() {
            _ if !channel.derivation.is_empty() => Source::Derived,
            "ground" | "monitor" | "sse" => Source::Ground,
            _ => Source::Telemetered,
        };
        if self.out.parameters.iter().rev().take(MOST_ALIKE).any(|p| p.name == name) {
            self.problems.push(Problem::of(&channel.id, "it is defined twice; the first counts"));
        }
        let parameter = TelemetryParameter { name, type_id, description, source, initial: None };
        self.out.parameters.push(parameter);
    }

    fn command(&mut self, command: &CommandDefinition) {
        let name = self.name(&command.stem);
        let mut entries = Vec::new();
        if let Some(opcode) = command.opcode {
            let bits = if opcode >> OPCODE_BITS == 0 { OPCODE_BITS } else { 64 };
            let bytes = opcode.to_be_bytes();
            let bytes = bytes.get(8 - bits as usize / 8..).unwrap_or_default().to_vec();
            entries.push(entry(CommandItem::Fixed { name: "opcode".to_owned(), bytes, bits }));
        }
        let mut arguments = Vec::new();
        let mut is_cut = command.opcode.is_none();
        for given in &command.arguments {
            is_cut |= !self.argument(given, &name, &mut arguments, &mut entries, 0);
        }
        let Commanding { containers, commands, .. } = &mut self.out.commanding;
        containers.push(CommandContainer {
            name: format!("{name}_packet"),
            description: String::new(),
            base: None,
            is_cut,
            restriction: None,
            entries,
            bits: None,
        });
        let container = Some(containers.len() - 1);
        let description = command.description.clone();
        commands.push(Command { name, description, arguments, container, ..Command::default() });
    }

    /// Adds an argument and where it stands; false where that is not known.
    fn argument(
        &mut self,
        given: &Given,
        around: &str,
        arguments: &mut Vec<Argument>,
        entries: &mut Vec<CommandEntry>,
        depth: usize,
    ) -> bool {
        if given.kind == ArgumentKind::Fill {
            let bits = given.bits.unwrap_or(0);
            if bits > 0 {
                let (name, bytes) = (given.name.clone(), vec![0]);
                entries.push(entry(CommandItem::Fixed { name, bytes, bits }));
            }
            return bits > 0;
        }
        if let ArgumentKind::Repeat { prefix_bits, times, .. } = &given.kind {
            // How often it is given stands before it, as an argument of its own.
            let name = format!("{}_count", given.name);
            let mut of = ParameterType::new(
                format!("{around}_{name}"),
                whole(false, 32),
                Some(integer(prefix_bits.unwrap_or(8), IntegerForm::Unsigned)),
            );
            of.description = format!("How often {} is given", given.name);
            let range = limits(&times.min, &times.max).into_iter().collect();
            let type_id = self.push(of, range);
            let description = String::new();
            arguments.push(Argument { name: name.clone(), type_id, description, initial: None });
            entries.push(entry(CommandItem::Argument(name)));
        }
        let (type_id, good) = self.argument_type(given, around, depth);
        arguments.push(Argument {
            name: given.name.clone(),
            type_id,
            description: given.description.clone(),
            initial: given.default.clone().filter(|text| !text.trim().is_empty()),
        });
        entries.push(entry(CommandItem::Argument(given.name.clone())));
        good
    }

    fn push(&mut self, of: ParameterType, valid: Vec<Range>) -> usize {
        let types = &mut self.out.commanding.types;
        types.push(ArgumentType {
            of,
            valid,
            valid_is_raw: false,
            characters: None,
            members: Vec::new(),
        });
        types.len() - 1
    }

    /// The type of an argument, and whether it says how a value stands in a packet.
    fn argument_type(&mut self, given: &Given, around: &str, depth: usize) -> (usize, bool) {
        let name = format!("{around}_{}", given.name);
        let bits = given.bits;
        let number = |form| bits.filter(|b| (1..=64).contains(b)).map(|b| integer(b, form));
        let (kind, encoding) = match &given.kind {
            ArgumentKind::Integer => (whole(true, 64), number(IntegerForm::TwosComplement)),
            // The unit of a time is a clock of the spacecraft, which is a count.
            ArgumentKind::Unsigned | ArgumentKind::Time => {
                (whole(false, 64), number(IntegerForm::Unsigned))
            }
            ArgumentKind::Float => {
                let (form, order) = (FloatForm::Ieee754, ByteOrder::Big);
                let encoding = bits.filter(|b| matches!(b, 16 | 32 | 64));
                let encoding = encoding.map(|bits| Encoding::Float { bits, form, order });
                (Kind::Float { bits: 64 }, encoding)
            }
            ArgumentKind::Enum { table } => {
                let labels = self.labels(table, &format!("{around} {}", given.name));
                (Kind::Enumerated { labels }, number(IntegerForm::TwosComplement))
            }
            ArgumentKind::Boolean { true_text, false_text } => {
                let (zero, one) = (false_text.clone(), true_text.clone());
                (Kind::Boolean { zero, one }, number(IntegerForm::Unsigned))
            }
            ArgumentKind::String { prefix_bits, max_bits, regex } => {
                if !regex.is_empty() {
                    let reason = format!("{}: texts are not checked by its pattern", given.name);
                    self.problems.push(Problem::of(around, reason));
                }
                let most =
                    max_bits.map(|most| u64::from(most) + u64::from(prefix_bits.unwrap_or(0)));
                let size = match prefix_bits {
                    Some(bits) => StringSize::Counted { bits: *bits, most },
                    None => StringSize::Fixed {
                        bits: Size::Fixed(i64::from(max_bits.or(bits).unwrap_or(0))),
                        terminator: Some(0),
                    },
                };
                (Kind::String, Some(Encoding::String { size, charset: "UTF-8".to_owned() }))
            }
            ArgumentKind::Repeat { arguments, .. } => {
                return self.repeat(given, arguments, &name, depth);
            }
            ArgumentKind::Fill | ArgumentKind::Other { .. } => (Kind::Binary, None),
        };
        let good = encoding.is_some();
        if !good {
            let reason = format!("{}: its type or its bits are not known", given.name);
            self.problems.push(Problem::of(around, format!("{reason}; it cannot be encoded")));
        }
        let mut of = ParameterType::new(name, kind, encoding);
        of.unit.clone_from(&given.unit);
        let numeric = matches!(of.kind, Kind::Integer { .. } | Kind::Float { .. });
        let valid = given.ranges.iter().filter(|_| numeric);
        let valid = valid.filter_map(|range| limits(&range.min, &range.max)).collect();
        (self.push(of, valid), good)
    }

    /// A repetition: an array of aggregates, as long as the count before it says.
    fn repeat(&mut self, given: &Given, list: &[Given], name: &str, depth: usize) -> (usize, bool) {
        let mut good = depth < DEEPEST;
        let mut members = Vec::new();
        let list = if good { list } else { &[] };
        for inner in list {
            // A repetition inside one has its count as a member, which it would have to share.
            let plain = !matches!(inner.kind, ArgumentKind::Repeat { .. } | ArgumentKind::Fill);
            let (type_id, known) = self.argument_type(inner, name, depth + 1);
            good &= known && plain;
            members.push((inner.name.clone(), type_id));
        }
        let of = ParameterType::new(format!("{name}_once"), Kind::Aggregate { members }, None);
        let element = self.push(of, Vec::new());
        let size = Size::Argument { name: format!("{}_count", given.name), slope: 1, intercept: 0 };
        let of = ParameterType::new(
            name.to_owned(),
            Kind::Array { element, dimensions: vec![size] },
            None,
        );
        (self.push(of, Vec::new()), good)
    }

    fn events(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for event in &self.of.evrs {
            let name = self.name(&event.name);
            if *seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1) > 1 {
                let reason = "an event of this name is defined twice; both are kept";
                self.problems.push(Problem::of(&event.name, reason));
            }
            self.out.events.push(EventDefinition {
                name,
                number: event.id,
                level: event.level.word().to_owned(),
                message: event.format.clone(),
                arguments: event.arguments.iter().map(|a| a.name.clone()).collect(),
                description: event.description.clone(),
            });
        }
    }

    /// Parameters of flight software have no counterpart: they are set by commands.
    fn flight_parameters(&mut self) {
        let count = self.of.parameters.len();
        if count > 0 {
            let reason = format!("{count} parameters of flight software have no counterpart");
            self.problems.push(Problem::of("param", format!("{reason}; they were left out")));
        }
    }
}

/// How many channels before one are looked through for its name.
const MOST_ALIKE: usize = 64;

fn whole(signed: bool, bits: u32) -> Kind {
    Kind::Integer { signed, bits }
}

/// A range from its ends as printed, decimal or hexadecimal; none where both are open.
fn limits(min: &str, max: &str) -> Option<Range> {
    let number = |text: &str| -> Option<f64> {
        let text = text.trim();
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        match hex {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(|n| n as f64),
            None => text.parse().ok().filter(|x: &f64| x.is_finite()),
        }
    };
    let (low, high) = (number(min), number(max));
    (low.is_some() || high.is_some()).then_some(Range { low, high, ..Range::default() })
}
