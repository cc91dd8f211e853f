//! The values of one packet, in buffers that live on from packet to packet.

use super::plan::{LeafId, Plan, RawKind};
use crate::mission::Severity;
use crate::mission::telemetry::ContainerId;
use crate::problem::Problem;
use crate::time::Instant;

/// Which value this is: a leaf, and for arrays of dynamic size and for repetitions the running
/// number inside the packet, from 0; 0 for all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId {
    /// Position in [`Plan::leaves`].
    pub leaf: LeafId,
    /// Element or repetition.
    pub index: u32,
}

/// What is known of the worth of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Validity {
    /// Read, and calibrated where it is to be.
    #[default]
    Valid,
    /// Outside of the range that the dictionary calls valid.
    OutOfRange,
    /// The calibrator has no engineering value for this raw value.
    Uncalibrated,
    /// The bits are none of the encoding: a decimal digit above nine, text of another character
    /// set, text that is no number where one is due.
    Malformed,
    /// The packet ended inside; the beginning was kept.
    Truncated,
}

/// A raw value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Raw<'a> {
    /// Whole number without sign.
    Unsigned(u64),
    /// Whole number with sign.
    Signed(i64),
    /// Floating point number; 16 and 32 bits stand exactly in 64.
    Float(f64),
    /// Text, as UTF-8.
    Text(&'a str),
    /// Bytes; a last incomplete one is filled with zeros on the right.
    Bytes(&'a [u8]),
}

/// One value of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value<'a> {
    /// Which it is.
    pub id: ValueId,
    /// As it stands in the packet.
    pub raw: Raw<'a>,
    /// Engineering value; the raw number of enumerations and booleans, seconds since 1970 UTC of
    /// absolute times, seconds of relative ones, NaN where there is none.
    pub engineering: f64,
    /// Name of an enumeration or boolean, or the text itself.
    pub text: Option<&'a str>,
    /// What it is worth.
    pub validity: Validity,
    /// By the alarms that hold.
    pub severity: Severity,
}

/// The values of the packet decoded last, in packet order, each column a slice.
#[derive(Debug, Default)]
pub struct Values {
    /// The most special container that fits the packet.
    pub container: Option<ContainerId>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Bits from the start of the packet to the end of the last entry.
    pub end_bit: u64,
    pub(super) len: usize,
    pub(super) ids: Vec<ValueId>,
    pub(super) raw: Vec<u64>,
    pub(super) engineering: Vec<f64>,
    pub(super) validity: Vec<Validity>,
    pub(super) severity: Vec<Severity>,
    /// Text and bytes one after the other; raw values of these kinds are spans in here.
    pub(super) arena: Vec<u8>,
}

impl Values {
    /// No values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Which values these are.
    pub fn ids(&self) -> &[ValueId] {
        self.ids.get(..self.len).unwrap_or(&[])
    }

    /// Bits of the raw values: of a `u64`, `i64` or `f64` as [`RawKind`] of the leaf says;
    /// meaningless for text and bytes, see [`Values::get`].
    pub fn raw_bits(&self) -> &[u64] {
        self.raw.get(..self.len).unwrap_or(&[])
    }

    /// Engineering values.
    pub fn engineering(&self) -> &[f64] {
        self.engineering.get(..self.len).unwrap_or(&[])
    }

    /// Validities.
    pub fn validity(&self) -> &[Validity] {
        self.validity.get(..self.len).unwrap_or(&[])
    }

    /// Severities.
    pub fn severity(&self) -> &[Severity] {
        self.severity.get(..self.len).unwrap_or(&[])
    }

    /// One value, with its text. The plan is the one that decoded it.
    pub fn get<'a>(&'a self, at: usize, plan: &'a Plan) -> Option<Value<'a>> {
        let id = *self.ids().get(at)?;
        let bits = *self.raw.get(at)?;
        let raw = match plan.leaf(id.leaf)?.raw {
            RawKind::Unsigned => Raw::Unsigned(bits),
            RawKind::Signed => Raw::Signed(bits as i64),
            RawKind::Float => Raw::Float(f64::from_bits(bits)),
            RawKind::Text => Raw::Text(std::str::from_utf8(self.span(bits)).unwrap_or("")),
            RawKind::Bytes => Raw::Bytes(self.span(bits)),
            RawKind::None => return None,
        };
        let text = match raw {
            Raw::Text(text) => Some(text),
            _ => plan.label(id.leaf, bits),
        };
        Some(Value {
            id,
            raw,
            engineering: *self.engineering.get(at)?,
            text,
            validity: *self.validity.get(at)?,
            severity: *self.severity.get(at)?,
        })
    }

    /// All values.
    pub fn iter<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Value<'a>> {
        (0..self.len).filter_map(|at| self.get(at, plan))
    }

    /// The first value of this name.
    pub fn named<'a>(&'a self, name: &str, plan: &'a Plan) -> Option<Value<'a>> {
        let leaf = plan.find(name)?;
        let at = self.ids().iter().position(|id| id.leaf == leaf)?;
        self.get(at, plan)
    }

    /// The instant of an absolute time, to the nanosecond where the count has it.
    pub fn instant(&self, at: usize, plan: &Plan) -> Option<Instant> {
        let id = self.ids().get(at)?;
        let exact = plan.instant(id.leaf, *self.raw.get(at)?);
        let seconds = *self.engineering.get(at)?;
        exact.or_else(|| {
            (plan.is_absolute_time(id.leaf) && seconds.is_finite())
                .then(|| Instant::from_unix_s(seconds))
        })
    }

    /// Forgets the packet, keeps the buffers.
    pub(super) fn clear(&mut self) {
        self.container = None;
        self.problems.clear();
        self.end_bit = 0;
        self.len = 0;
        self.arena.clear();
    }

    /// Makes room for `n` more values, valid and normal; returns where they begin.
    pub(super) fn grow(&mut self, n: usize) -> usize {
        let start = self.len;
        self.len += n;
        if self.ids.len() < self.len {
            let room = self.len.next_power_of_two();
            self.ids.resize(room, ValueId::default());
            self.raw.resize(room, 0);
            self.engineering.resize(room, 0.0);
            self.validity.resize(room, Validity::Valid);
            self.severity.resize(room, Severity::Normal);
        }
        if let Some(validity) = self.validity.get_mut(start..self.len) {
            validity.fill(Validity::Valid);
        }
        if let Some(severity) = self.severity.get_mut(start..self.len) {
            severity.fill(Severity::Normal);
        }
        start
    }

    /// Text or bytes that a raw value of these kinds points to.
    pub(super) fn span(&self, bits: u64) -> &[u8] {
        let (start, length) = ((bits >> 32) as usize, bits as u32 as usize);
        self.arena.get(start..start.saturating_add(length)).unwrap_or(&[])
    }
}
