//! What a miniSEED record says, whichever version it is written in.

use crate::time::Instant;

/// Version of the record format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// SEED 2.4 data record.
    V2,
    /// FDSN miniSEED 3.
    V3,
}

/// Network, station, location and channel code, blanks stripped.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId {
    /// Network code, e.g. `XB`.
    pub network: String,
    /// Station code, e.g. `ELYSE`.
    pub station: String,
    /// Location code, e.g. `02`; empty when blank.
    pub location: String,
    /// Channel code, e.g. `BHU` (in version 3 the three parts joined when each is one letter,
    /// else joined by `_`).
    pub channel: String,
}

impl SourceId {
    /// `NET.STA.LOC.CHA`.
    pub fn name(&self) -> String {
        format!("{}.{}.{}.{}", self.network, self.station, self.location, self.channel)
    }
}

/// How the payload is written; the numbers are those of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// 0: text.
    Text,
    /// 1: 16-bit integers.
    Int16,
    /// 3: 32-bit integers.
    Int32,
    /// 4: IEEE 32-bit floats.
    Float32,
    /// 5: IEEE 64-bit floats.
    Float64,
    /// 10: Steim level 1.
    Steim1,
    /// 11: Steim level 2.
    Steim2,
    /// Anything else, with its number: legacy encodings, opaque payloads.
    Other(u8),
}

impl Encoding {
    /// From the number of the standard.
    pub const fn of(number: u8) -> Self {
        match number {
            0 => Self::Text,
            1 => Self::Int16,
            3 => Self::Int32,
            4 => Self::Float32,
            5 => Self::Float64,
            10 => Self::Steim1,
            11 => Self::Steim2,
            other => Self::Other(other),
        }
    }

    /// The number of the standard.
    pub const fn number(self) -> u8 {
        match self {
            Self::Text => 0,
            Self::Int16 => 1,
            Self::Int32 => 3,
            Self::Float32 => 4,
            Self::Float64 => 5,
            Self::Steim1 => 10,
            Self::Steim2 => 11,
            Self::Other(number) => number,
        }
    }
}

/// One record, without its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Version of the record.
    pub version: Version,
    /// Where the data come from.
    pub source: SourceId,
    /// Time of the first sample, corrections applied.
    pub start: Instant,
    /// Samples per second; 0 where the record holds no series.
    pub rate_hz: f64,
    /// Number of samples declared.
    pub samples: u32,
    /// Encoding of the payload.
    pub encoding: Encoding,
    /// Whether multi-byte payload values are big-endian.
    pub big_endian: bool,
    /// Offset of the payload from the start of the record.
    pub payload_offset: u32,
    /// Length of the payload in bytes (to the end of the record in version 2).
    pub payload_length: u32,
    /// Length of the whole record in bytes.
    pub length: u32,
    /// Publication version; for version 2 R=1, D=2, Q=3, M=4 (the libmseed mapping).
    pub publication: u8,
    /// Extra headers of version 3 as JSON text; empty where there are none.
    pub extra: String,
}

impl Header {
    /// Time between samples in nanoseconds, 0 where there is no rate.
    pub fn period_ns(&self) -> f64 {
        if self.rate_hz > 0.0 { 1e9 / self.rate_hz } else { 0.0 }
    }

    /// Instant of sample `i`.
    pub fn time_of(&self, i: u64) -> Instant {
        self.start.plus_ns((self.period_ns() * i as f64).round() as i64)
    }
}

/// Decoded samples in their own type.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Bytes of a text record.
    Text(Vec<u8>),
    /// Integers (16-bit, 32-bit, Steim).
    I32(Vec<i32>),
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit floats.
    F64(Vec<f64>),
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::I32(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples as 64-bit floats (exact for every type but text, which gives its bytes).
    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Self::Text(v) => v.iter().map(|&x| f64::from(x)).collect(),
            Self::I32(v) => v.iter().map(|&x| f64::from(x)).collect(),
            Self::F32(v) => v.iter().map(|&x| f64::from(x)).collect(),
            Self::F64(v) => v.clone(),
        }
    }
}

/// Samples without a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Where the data come from.
    pub source: SourceId,
    /// Time of the first sample.
    pub start: Instant,
    /// Samples per second.
    pub rate_hz: f64,
    /// Publication version of the records.
    pub publication: u8,
    /// The samples.
    pub samples: Samples,
}
