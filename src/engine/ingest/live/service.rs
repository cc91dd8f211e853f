//! Packets that carry more than parameters: event messages, miniSEED records, time correlation.
//!
//! They are told by the last two parts of their container's name, as
//! [`crate::mission::packets`] writes them: `…/packet/Event`, `…/packet/Record`,
//! `…/packet/TimeCorrelation`.

use super::packets::{Decoded, Packet};
use crate::archive::EventMessage;
use crate::format::ampcs::EvrLevel;
use crate::parameter::{Raw, Value};
use crate::time::Instant;

/// What a packet carries.
pub(super) enum Service {
    /// Values of parameters.
    Parameters,
    /// A message of the flight software.
    Event(Box<EventMessage>),
    /// miniSEED records.
    Record(Vec<u8>),
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
