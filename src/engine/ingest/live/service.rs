//! Packets that carry more than parameters: event messages, miniSEED records, reports of commands,
//! time correlation.
//!
//! They are told by the last two parts of their container's name, as
//! [`crate::mission::packets`] writes them: `…/packet/Event`, `…/packet/Record`,
//! `…/packet/Verification`, `…/packet/TimeCorrelation`.

use super::packets::{Decoded, Packet};
use crate::archive::EventMessage;
use crate::format::ampcs::EvrLevel;
use crate::parameter::{Raw, Value};
use crate::time::Instant;

/// What a spacecraft says of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandReport {
    /// Mission identifier.
    pub mission: String,
    /// APID of the command.
    pub apid: u16,
    /// Sequence count of the command.
    pub count: u16,
    /// How far it came, in the words of the dictionary.
    pub stage: String,
    /// Why it failed, or other words; may be empty.
    pub reason: String,
    /// When it was made on board.
    pub time: Instant,
    /// When it was received.
    pub received: Instant,
}

/// What a packet carries.
pub(super) enum Service {
    /// Values of parameters.
    Parameters,
    /// A message of the flight software.
    Event(Box<EventMessage>),
    /// miniSEED records.
    Record(Vec<u8>),
    /// How far a command came.
    Report(Box<CommandReport>),
    /// The moment by the on-board clock, and the same moment as UTC.
    Correlation { on_board: Instant, utc: Instant },
}

/// Looks what a decoded packet carries. One that lacks what its kind should have is read for its
/// parameters.
pub(super) fn of(packet: &Packet, decoded: &Decoded<'_>, mission: &str, source: &str) -> Service {
    let (Some(decoder), Some(id), Some(time)) = (decoded.decoder, decoded.container, decoded.time)
    else {
        return Service::Parameters;
    };
    let container = decoder.dictionary.containers.get(id).map_or("", |c| c.name.as_str());
    let Some((_, kind)) = container.rsplit_once("/packet/") else { return Service::Parameters };
    let plan = &decoder.plan;
    let value = |name: &str| -> Option<Value<'_>> {
        decoded.values.iter(plan).find(|value| {
            let leaf = plan.leaf(value.id.leaf);
            leaf.is_some_and(|leaf| leaf.name.rsplit('/').next() == Some(name))
        })
    };
    let text = |name: &str| value(name).and_then(|v| v.text).unwrap_or_default().to_owned();
    match kind {
        "Event" => Service::Event(Box::new(EventMessage {
            time,
            ert: Some(packet.received),
            level: EvrLevel::parse(&text("event_level")).unwrap_or_default(),
            mission: mission.to_owned(),
            name: text("event_module"),
            number: value("event_id").map(|v| v.engineering as i64),
            module: text("event_module"),
            message: text("event_text"),
            source: source.to_owned(),
            sclk: String::new(),
        })),
        "Verification" => {
            let number = |name: &str| value(name).map(|v| v.engineering);
            let (Some(apid), Some(count)) = (number("command_apid"), number("command_count"))
            else {
                return Service::Parameters;
            };
            let root = container.trim_start_matches('/').split('/').next().unwrap_or_default();
            let mission = if mission.is_empty() { root } else { mission };
            Service::Report(Box::new(CommandReport {
                mission: mission.to_owned(),
                apid: apid as u16,
                count: count as u16,
                stage: text("command_stage"),
                reason: text("command_reason"),
                time,
                received: packet.received,
            }))
        }
        "Record" => match value("record").map(|v| v.raw) {
            Some(Raw::Bytes(bytes)) => Service::Record(bytes.to_vec()),
            _ => Service::Parameters,
        },
        "TimeCorrelation" => {
            let utc =
                decoded.values.ids().iter().position(|id| {
                    plan.leaf(id.leaf).is_some_and(|leaf| leaf.name.ends_with("/utc"))
                });
            match utc.and_then(|at| decoded.values.instant(at, plan)) {
                Some(utc) => Service::Correlation { on_board: time, utc },
                None => Service::Parameters,
            }
        }
        _ => Service::Parameters,
    }
}
