//! Where the time of a packet stands: found out from the packets themselves.

use crate::format::ccsds::{self, Epoch, Header, SubMillisecond, TimeCode};
use crate::parameter::{Plan, Values};
use crate::time::Instant;

/// Bytes of a primary header.
const PRIMARY: usize = 6;

/// Where the time of a packet stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// The dictionary says so: an absolute time among the values.
    Value,
    /// At the start of the secondary header, in this layout.
    Header(TimeCode),
    /// There too, with its P-field.
    SelfStated,
}

/// The places that gave every packet so far a likely time, the most trusted first.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct PacketClock {
    places: Vec<Place>,
}

impl Default for PacketClock {
    fn default() -> Self {
        let mut places = vec![Place::Value, Place::SelfStated];
        for sub in [SubMillisecond::Micro, SubMillisecond::None, SubMillisecond::Pico] {
            places.push(Place::Header(TimeCode::cds(Epoch::Ccsds, sub)));
        }
        for (coarse, fine) in [(4, 2), (4, 3), (4, 1), (4, 4), (4, 0)] {
            places.extend(TimeCode::cuc(Epoch::Ccsds, coarse, fine).ok().map(Place::Header));
        }
        Self { places }
    }
}

impl PacketClock {
    /// Leaves out the places that give this packet no likely time.
    pub(in crate::ingest) fn learn(&mut self, packet: &[u8], values: &Values, plan: &Plan) {
        self.places.retain(|place| place.time(packet, values, plan).is_some_and(is_likely));
    }

    /// Whether a place is left.
    pub(in crate::ingest) fn is_known(&self) -> bool {
        !self.places.is_empty()
    }

    /// When a packet was made, where it says so.
    pub(in crate::ingest) fn time(
        &self,
        packet: &[u8],
        values: &Values,
        plan: &Plan,
    ) -> Option<Instant> {
        self.places.first()?.time(packet, values, plan)
    }
}

impl Place {
    fn time(self, packet: &[u8], values: &Values, plan: &Plan) -> Option<Instant> {
        let header = || {
            let has_secondary = Header::parse(packet).ok()?.secondary;
            packet.get(PRIMARY..).filter(|_| has_secondary)
        };
        match self {
            Self::Value => (0..values.len()).find_map(|at| values.instant(at, plan)),
            Self::Header(code) => code.decode(header()?).ok(),
            Self::SelfStated => ccsds::read_time(header()?, None).ok().map(|(time, _)| time),
        }
    }
}

/// Whether an instant is one that a mission can have.
fn is_likely(time: Instant) -> bool {
    // 1990 to 2100.
    (631_152_000..4_102_444_800).contains(&(time.unix_ns() / 1_000_000_000))
}
