//! The inverse of decommutation: values of a container become the bytes of a packet.
//!
//! It serves the dictionaries that [`crate::mission::packets`] makes: one abstract root with the
//! primary header and the time, packets that extend it, entries one behind the other, no
//! conditions. Numbers are rounded to the nearest step and held at the ends of their range.

use crate::format::ccsds::{Epoch, Header, TimeCode, write_packet};
use crate::mission::telemetry::{
    Calibrator, ContainerId, Dictionary, Encoding, Item, Kind, Size, StringSize,
};
use crate::problem::Problem;
use crate::time::Instant;

/// A value of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field<'a> {
    /// Engineering value of a number, number of a state, ticks or counts of a time.
    Number(f64),
    /// Raw whole number.
    Raw(u64),
    /// Text.
    Text(&'a str),
    /// Bytes of the length that the dictionary states.
    Bytes(&'a [u8]),
}

/// How one entry is written.
#[derive(Clone, Debug)]
enum Slot {
    /// Whole number of so many bits; raw = (value − offset) / scale.
    Whole {
        bits: u32,
        offset: f64,
        scale: f64,
    },
    Single,
    /// Text behind its length.
    Text {
        length_bits: u32,
    },
    Bytes {
        length: usize,
    },
}

/// Writes the packets of one container.
#[derive(Clone, Debug)]
pub struct Encoder {
    apid: u16,
    slots: Vec<(String, Slot)>,
}

impl Encoder {
    /// For a container and its APID; what cannot be written is a problem that names the entry.
    pub fn new(
        dictionary: &Dictionary,
        container: ContainerId,
        apid: u16,
    ) -> Result<Self, Problem> {
        let unknown = || Problem::of("container", "it is not in the dictionary");
        let container = dictionary.containers.get(container).ok_or_else(unknown)?;
        let mut slots = Vec::new();
        for entry in &container.entries {
            let Item::Parameter(id) = entry.item else {
                return Err(Problem::of(&container.name, "a container inside cannot be written"));
            };
            let parameter = dictionary.parameters.get(id).ok_or_else(unknown)?;
            let of = dictionary.types.get(parameter.type_id).ok_or_else(unknown)?;
            let slot = slot(&of.kind, of.encoding.as_ref(), of.calibrator.as_ref());
            let slot = slot.ok_or_else(|| {
                Problem::of(&parameter.name, "its encoding or calibrator cannot be written")
            })?;
            slots.push((parameter.name.clone(), slot));
        }
        Ok(Self { apid, slots })
    }

    /// Number of values of a packet.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether packets have no values.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The packet with this sequence count (modulo 16384) and on-board time.
    pub fn encode(
        &self,
        count: u64,
        time: Instant,
        values: &[Field<'_>],
    ) -> Result<Vec<u8>, Problem> {
        if values.len() != self.slots.len() {
            let reason = format!("{} values for {} entries", values.len(), self.slots.len());
            return Err(Problem::of("packet", reason));
        }
        let mut data = TimeCode::cuc(Epoch::Ccsds, 4, 2)?.encode(time)?;
        for ((name, slot), value) in self.slots.iter().zip(values) {
            put(slot, *value, &mut data).map_err(|reason| Problem::of(name, reason))?;
        }
        let header = Header {
            secondary: true,
            apid: self.apid,
            count: (count % 16_384) as u16,
            ..Header::default()
        };
        let mut packet = Vec::with_capacity(data.len() + 6);
        write_packet(&header, &data, &mut packet)?;
        Ok(packet)
    }
}

fn slot(kind: &Kind, encoding: Option<&Encoding>, calibrator: Option<&Calibrator>) -> Option<Slot> {
    match encoding? {
        Encoding::Integer { bits, .. } if bits % 8 == 0 && *bits <= 64 => {
            let (offset, scale) = match calibrator {
                None => (0.0, 1.0),
                Some(Calibrator::Polynomial(c)) => match c.as_slice() {
                    [offset, scale] if *scale != 0.0 => (*offset, *scale),
                    _ => return None,
                },
                Some(Calibrator::Spline { .. } | Calibrator::Math(_)) => return None,
            };
            Some(Slot::Whole { bits: *bits, offset, scale })
        }
        Encoding::Float { bits: 32, .. } => Some(Slot::Single),
        Encoding::String { size: StringSize::Counted { bits, .. }, .. } => {
            matches!(kind, Kind::String).then_some(Slot::Text { length_bits: *bits })
        }
        Encoding::Binary { size: Size::Fixed(bits) } if bits % 8 == 0 => {
            Some(Slot::Bytes { length: usize::try_from(bits / 8).ok()? })
        }
        _ => None,
    }
}

/// Appends a value; fails with the reason.
fn put(slot: &Slot, value: Field<'_>, out: &mut Vec<u8>) -> Result<(), &'static str> {
    match (slot, value) {
        (Slot::Whole { bits, offset, scale }, Field::Number(x)) => {
            let most = u64::MAX >> (64 - bits);
            // A float as whole number saturates, and NaN becomes 0.
            whole((((x - offset) / scale).round() as u64).min(most), *bits, out);
        }
        (Slot::Whole { bits, .. }, Field::Raw(raw)) => whole(raw, *bits, out),
        (Slot::Single, Field::Number(x)) => out.extend_from_slice(&(x as f32).to_be_bytes()),
        (Slot::Text { length_bits }, Field::Text(text)) => {
            let most = u64::MAX >> (64 - length_bits);
            if text.len() as u64 > most.min(1024) {
                return Err("the text is longer than 1024 bytes");
            }
            whole(text.len() as u64, *length_bits, out);
            out.extend_from_slice(text.as_bytes());
        }
        (Slot::Bytes { length }, Field::Bytes(bytes)) if bytes.len() == *length => {
            out.extend_from_slice(bytes);
        }
        (Slot::Bytes { .. }, Field::Bytes(_)) => return Err("the bytes have another length"),
        _ => return Err("a value of another kind"),
    }
    Ok(())
}

/// The last bytes of a number, most significant first.
fn whole(raw: u64, bits: u32, out: &mut Vec<u8>) {
    let bytes = raw.to_be_bytes();
    out.extend(bytes.iter().skip(8 - (bits / 8) as usize));
}
