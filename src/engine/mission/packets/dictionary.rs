//! The telemetry dictionary of a mission's packets.

use super::super::commands::commanding;
use super::super::telemetry::{
    Alarm, ByteOrder, Calibrator, Comparison, Condition, Container, Dictionary, Encoding, Entry,
    Epoch, FloatForm, IntegerForm, Item, Kind, Label, Operator, ParameterId, ParameterType, Place,
    Range, Size, Source, StringSize, System, TelemetryParameter,
};
use super::super::{Mission, Parameter, Severity};
use super::coding::{Coding, coding};
use super::{PacketType, Payload, RECORD_BYTES, packet_types};
use crate::time::Instant;

/// Ticks of the on-board clock in a second.
const TICKS: f64 = 65_536.0;
/// Levels of event messages, by number.
const LEVELS: [&str; 8] = [
    "FATAL",
    "WARNING_HI",
    "WARNING_LO",
    "COMMAND",
    "ACTIVITY_HI",
    "ACTIVITY_LO",
    "DIAGNOSTIC",
    "EVR_UNKNOWN",
];
/// How far a command came, by number.
const STAGES: [&str; 6] = ["ACCEPTED", "STARTED", "COMPLETED", "FAILED", "QUEUED", "PROGRESS"];

/// The whole dictionary of a mission: the packets that [`packet_types`] lists and the commands of
/// the mission database; the same mission gives the same dictionary. All packets extend one
/// abstract container with the fields of the primary header and the on-board time. Limits of the
/// database are alarms; of them only deadbands and rates of change have no counterpart.
pub fn dictionary(mission: &Mission) -> Dictionary {
    let mut made = Maker { root: format!("/{}", mission.id), out: Dictionary::default() };
    made.out.name.clone_from(&mission.id);
    made.system("", &format!("{}, as its mission database describes it", mission.name));
    made.system("/packet", "Headers and services that all instruments share");
    if !mission.commands.is_empty() {
        made.system("/command", "Commands of the spacecraft itself");
    }
    let apid = made.header();
    let types = packet_types(mission);
    for kind in &types {
        let entries = match &kind.payload {
            Payload::TimeCorrelation => made.time_correlation(),
            Payload::Event => made.event(),
            Payload::Verification => made.verification(),
            Payload::Record => made.record(),
            Payload::Parameters { .. } => continue,
        };
        made.packet(kind, apid, entries);
    }
    for (at, instrument) in mission.instruments.iter().enumerate() {
        made.system(&format!("/{}", instrument.id), &instrument.title);
        for kind in &types {
            let Payload::Parameters { instrument: of, parameters } = &kind.payload else {
                continue;
            };
            if *of != at {
                continue;
            }
            let listed = parameters.iter().filter_map(|i| instrument.parameters.get(*i));
            let entries: Vec<ParameterId> = listed.map(|p| made.measured(p)).collect();
            made.packet(kind, apid, entries);
        }
    }
    made.out.commanding = commanding(mission, &made.out);
    made.out
}

struct Maker {
    root: String,
    out: Dictionary,
}

fn unsigned(bits: u32) -> Encoding {
    Encoding::Integer { bits, form: IntegerForm::Unsigned, order: ByteOrder::Big }
}

/// Text behind its length in bytes, 16 bits.
fn text() -> Encoding {
    let size = StringSize::Counted { bits: 16, most: None };
    Encoding::String { size, charset: "UTF-8".to_owned() }
}

fn whole(bits: u32) -> Kind {
    Kind::Integer { signed: false, bits }
}

fn enumerated<'a>(names: impl Iterator<Item = (i64, &'a str)>) -> Kind {
    let label = |(value, name): (i64, &str)| Label { value, last: value, label: name.to_owned() };
    Kind::Enumerated { labels: names.map(label).collect() }
}

impl Maker {
    fn system(&mut self, path: &str, description: &str) {
        let name = format!("{}{path}", self.root);
        self.out.systems.push(System { name, description: description.to_owned() });
    }

    /// A parameter of the qualified name with a type of its own.
    fn add(&mut self, of: ParameterType) -> ParameterId {
        let type_id = self.out.types.len();
        let (name, description) = (of.name.clone(), of.description.clone());
        self.out.types.push(of);
        let source = Source::Telemetered;
        let new = TelemetryParameter { name, type_id, description, source, initial: None };
        self.out.parameters.push(new);
        self.out.parameters.len() - 1
    }

    /// A parameter of the services.
    fn field(&mut self, name: &str, kind: Kind, encoding: Encoding, about: &str) -> ParameterId {
        let name = format!("{}/packet/{name}", self.root);
        self.add(plain(name, kind, encoding, about))
    }

    /// The abstract container; returns the parameter that tells packets apart.
    fn header(&mut self) -> ParameterId {
        let small = |bits: u32| (whole(bits), unsigned(bits));
        let mut entries = Vec::new();
        let mut put = |made: &mut Self, name: &str, bits: u32, about: &str| {
            let (kind, encoding) = small(bits);
            entries.push(made.field(name, kind, encoding, about));
        };
        put(self, "version", 3, "Packet version number, 0");
        put(self, "type", 1, "0 telemetry, 1 command");
        put(self, "secondary", 1, "Whether a secondary header follows");
        put(self, "apid", 11, "Application process identifier");
        put(self, "segment", 2, "Sequence flags, 3 for a whole unit");
        put(self, "count", 14, "Sequence count of the application");
        put(self, "length", 16, "Bytes after the primary header, less one");
        let apid = entries.get(3).copied().unwrap_or_default();
        entries.push(self.onboard_time("time", "On-board time of the packet, CUC 4+2"));
        self.out.containers.push(Container {
            name: format!("{}/packet/Packet", self.root),
            description: "What all packets begin with".to_owned(),
            is_abstract: true,
            base: None,
            restriction: None,
            entries: entries.into_iter().map(entry).collect(),
            bits: None,
            rate_hz: None,
        });
        apid
    }

    fn onboard_time(&mut self, name: &str, about: &str) -> ParameterId {
        let kind = Kind::AbsoluteTime { epoch: Epoch::Tai, scale: 1.0 / TICKS, offset: 0.0 };
        self.field(name, kind, unsigned(48), about)
    }

    fn time_correlation(&mut self) -> Vec<ParameterId> {
        let mut sclk = plain(
            format!("{}/packet/sclk", self.root),
            Kind::Float { bits: 64 },
            unsigned(48),
            "On-board clock, seconds since 1958 by its own count",
        );
        sclk.unit.push('s');
        sclk.calibrator = Some(Calibrator::Polynomial(vec![0.0, 1.0 / TICKS]));
        let utc = Kind::AbsoluteTime { epoch: Epoch::Unix, scale: 1e-6, offset: 0.0 };
        let about = "UTC at that count, as navigation on the ground estimates it";
        vec![self.add(sclk), self.field("utc", utc, unsigned(64), about)]
    }

    fn event(&mut self) -> Vec<ParameterId> {
        let levels = enumerated((0..).zip(LEVELS));
        vec![
            self.field("event_level", levels, unsigned(8), "Level of an event message"),
            self.field("event_id", whole(32), unsigned(32), "Number of an event message"),
            self.field("event_module", Kind::String, text(), "Module that sent a message"),
            self.field("event_text", Kind::String, text(), "Text of an event message"),
        ]
    }

    fn verification(&mut self) -> Vec<ParameterId> {
        let stages = enumerated((0..).zip(STAGES));
        vec![
            self.field("command_apid", whole(16), unsigned(16), "APID of a command"),
            self.field("command_count", whole(16), unsigned(16), "Sequence count of a command"),
            self.field("command_code", whole(16), unsigned(16), "Operation code of a command"),
            self.field("command_stage", stages, unsigned(8), "How far a command came"),
            self.field(
                "command_reason",
                Kind::String,
                text(),
                "Why a command failed, or how far it came",
            ),
        ]
    }

    fn record(&mut self) -> Vec<ParameterId> {
        let encoding = Encoding::Binary { size: Size::Fixed(8 * RECORD_BYTES as i64) };
        vec![self.field("record", Kind::Binary, encoding, "A miniSEED record of 512 bytes")]
    }

    /// A parameter of the database.
    fn measured(&mut self, parameter: &Parameter) -> ParameterId {
        let (kind, encoding, calibrator) = match coding(parameter) {
            Coding::State => {
                let states = parameter.states.iter().map(|(n, name)| (*n as i64, name.as_str()));
                (enumerated(states), unsigned(8), None)
            }
            Coding::Scaled { bits, offset, scale } => {
                let line = Calibrator::Polynomial(vec![offset, scale]);
                (Kind::Float { bits: 64 }, unsigned(bits), Some(line))
            }
            Coding::Float => {
                let (form, order) = (FloatForm::Ieee754, ByteOrder::Big);
                (Kind::Float { bits: 32 }, Encoding::Float { bits: 32, form, order }, None)
            }
        };
        let mut of = plain(parameter.name.clone(), kind, encoding, &parameter.title);
        if !parameter.description.is_empty() {
            of.description = format!("{}: {}", parameter.title, parameter.description);
        }
        of.unit.clone_from(&parameter.unit);
        of.calibrator = calibrator;
        of.alarm = alarm(parameter);
        self.add(of)
    }

    fn packet(&mut self, kind: &PacketType, apid: ParameterId, entries: Vec<ParameterId>) {
        let restriction = Condition::Is(Comparison {
            parameter: apid,
            path: Vec::new(),
            calibrated: true,
            operator: Operator::Equal,
            value: kind.apid.to_string(),
        });
        self.out.containers.push(Container {
            name: kind.name.clone(),
            description: format!("APID {}", kind.apid),
            is_abstract: false,
            base: Some(0),
            restriction: Some(restriction),
            entries: entries.into_iter().map(entry).collect(),
            bits: None,
            rate_hz: (kind.rate_hz > 0.0).then_some(kind.rate_hz),
        });
    }
}

fn plain(name: String, kind: Kind, encoding: Encoding, about: &str) -> ParameterType {
    let description = about.to_owned();
    ParameterType { description, ..ParameterType::new(name, kind, Some(encoding)) }
}

fn entry(id: ParameterId) -> Entry {
    Entry { item: Item::Parameter(id), place: Place::After(0), include: None, repeat: None }
}

/// The limits of a parameter: one range for each severity, or the severity of each state.
fn alarm(parameter: &Parameter) -> Option<Alarm> {
    let violations = parameter.alarm.violations.max(1);
    let mut alarm = Alarm { minimum_violations: violations, ..Alarm::default() };
    if matches!(coding(parameter), Coding::State) {
        for (number, name) in &parameter.states {
            let severity = parameter.severity(Instant::MAX, *number);
            if severity > Severity::Normal {
                alarm.labels.push((severity, name.clone()));
            }
        }
        return (!alarm.labels.is_empty()).then_some(alarm);
    }
    // XTCE knows no times of limits: those that hold last.
    for limit in parameter.limits_at(Instant::MAX) {
        if (limit.low.is_none() && limit.high.is_none()) || limit.severity <= Severity::Normal {
            continue;
        }
        let ends = (limit.low, limit.high);
        let same = alarm.outside.iter_mut().find(|(severity, _)| *severity == limit.severity);
        if let Some((_, range)) = same {
            range.low = range.low.into_iter().chain(ends.0).reduce(f64::max);
            range.high = range.high.into_iter().chain(ends.1).reduce(f64::min);
        } else {
            let range = Range { low: ends.0, high: ends.1, ..Range::default() };
            alarm.outside.push((limit.severity, range));
        }
    }
    alarm.outside.sort_by_key(|(severity, _)| *severity);
    (!alarm.outside.is_empty()).then_some(alarm)
}
