//! The packets of a mission: what a spacecraft of the mission database sends, derived from its
//! instruments and parameters and nothing else, so that the same database gives the same packets.
//!
//! Every packet is a CCSDS space packet (133.0-B-2) whose secondary header is the on-board time as
//! a CUC of four octets of seconds and two of fractions since 1958-01-01 TAI, without P-field.
//! [`packet_types`] lists them, [`dictionary`] describes them as XTCE does:
//!
//! | APID | container | what |
//! |---|---|---|
//! | 1 | `/<mission>/packet/TimeCorrelation` | on-board time and the UTC that it stands for |
//! | 2 | `/<mission>/packet/Event` | an event message: level, number, module and text |
//! | 3 | `/<mission>/packet/Verification` | how far a command came |
//! | 4 | `/<mission>/packet/Record` | one miniSEED record of 512 bytes, whole |
//! | 64 + 32·i + k | `/<mission>/<instrument i>/Packet<k>` | parameters of a rate |
//!
//! `i` counts the instruments of the mission, `k` the packets of the instrument, both from 0. So
//! adding a parameter or a later instrument does not change the APIDs of the others. A reader
//! tells the four services by the last two parts of the container's name. The parameters of
//! packets are called as the series of the database (`/insight/apss/pressure`). Those with
//! another kind of name (seismic channels) travel as records. No instrument may be called
//! `packet` or `command`. Telecommands are in [`super::commands`].

mod coding;
mod dictionary;
#[cfg(test)]
mod tests;

use super::{Instrument, Mission, Parameter};

pub use coding::{Coding, coding};
pub use dictionary::dictionary;

/// First APID of the instruments, and how many each has.
const FIRST_APID: u16 = 64;
const APIDS: u16 = 32;
/// Most bytes of parameters in a packet.
const MOST_BYTES: u32 = 64;
/// Bytes of primary and secondary header.
pub const HEADER_BYTES: usize = 12;
/// Bytes of the record in a record packet.
pub const RECORD_BYTES: usize = 512;

/// What a packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Parameters of an instrument, in this order.
    Parameters {
        /// Position in [`Mission::instruments`].
        instrument: usize,
        /// Positions in [`Instrument::parameters`].
        parameters: Vec<usize>,
    },
    /// On-board time in ticks of 1/65536 s, and the same moment as UTC.
    TimeCorrelation,
    /// Level, number, module and text.
    Event,
    /// APID, count and code of the command, stage and reason.
    Verification,
    /// A miniSEED record.
    Record,
}

/// A kind of packet.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketType {
    /// Qualified name of its container.
    pub name: String,
    /// Application process identifier.
    pub apid: u16,
    /// Packets a second while the instrument works; 0 where they come as things happen.
    pub rate_hz: f64,
    /// What it carries.
    pub payload: Payload,
}

/// Whether a parameter travels in packets of its own instrument: it is called
/// `/<mission>/<instrument>/<name>` and not computed on the ground.
fn is_packed(mission: &Mission, instrument: &Instrument, parameter: &Parameter) -> bool {
    let parts: Vec<&str> = parameter.name.split('/').collect();
    matches!(parts.as_slice(), ["", first, second, last]
        if *first == mission.id && *second == instrument.id && !last.is_empty()
            && parameter.expression.is_empty())
}

/// The kinds of packets of a mission: the services, then the instruments in their order, each by
/// falling rate, with at most 64 bytes of parameters in a packet.
pub fn packet_types(mission: &Mission) -> Vec<PacketType> {
    let service = |apid, name: &str, rate_hz, payload| PacketType {
        name: format!("/{}/packet/{name}", mission.id),
        apid,
        rate_hz,
        payload,
    };
    let mut types = vec![
        service(1, "TimeCorrelation", 0.0, Payload::TimeCorrelation),
        service(2, "Event", 0.0, Payload::Event),
        service(3, "Verification", 0.0, Payload::Verification),
        service(4, "Record", 0.0, Payload::Record),
    ];
    for (i, instrument) in mission.instruments.iter().enumerate() {
        for (k, (rate_hz, parameters)) in groups(mission, instrument).into_iter().enumerate() {
            let apid = usize::from(FIRST_APID) + usize::from(APIDS) * i + k;
            // 2047 is the idle packet; what is beyond has no packet.
            if k < usize::from(APIDS) && apid < 2047 {
                types.push(PacketType {
                    name: format!("/{}/{}/Packet{k}", mission.id, instrument.id),
                    apid: apid as u16,
                    rate_hz,
                    payload: Payload::Parameters { instrument: i, parameters },
                });
            }
        }
    }
    types
}

/// The parameters of an instrument by falling rate, in pieces of bounded size.
fn groups(mission: &Mission, instrument: &Instrument) -> Vec<(f64, Vec<usize>)> {
    let mut rates: Vec<f64> = Vec::new();
    let packed = |p: &Parameter| is_packed(mission, instrument, p);
    for parameter in instrument.parameters.iter().filter(|p| packed(p)) {
        if !rates.contains(&parameter.rate_hz) {
            rates.push(parameter.rate_hz);
        }
    }
    rates.sort_by(|a, b| b.total_cmp(a));
    let mut groups = Vec::new();
    for rate in rates {
        let (mut group, mut bytes) = (Vec::new(), 0);
        for (at, parameter) in instrument.parameters.iter().enumerate() {
            if parameter.rate_hz != rate || !packed(parameter) {
                continue;
            }
            let size = coding(parameter).bits() / 8;
            if bytes + size > MOST_BYTES && !group.is_empty() {
                groups.push((rate, std::mem::take(&mut group)));
                bytes = 0;
            }
            group.push(at);
            bytes += size;
        }
        if !group.is_empty() {
            groups.push((rate, group));
        }
    }
    groups
}
