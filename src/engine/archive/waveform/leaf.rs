//! The leaf: what the index knows of up to 640 samples of one record. Fixed size, with checksum.

use super::file::{Take, put};
use super::samples::summarise;
use crate::archive::Bucket;
use crate::format::mseed::Samples;

/// Bytes of a leaf on disk.
pub(super) const LEAF_BYTES: u64 = 64;
/// Most samples of a record that one leaf covers; longer records get several leaves, so that no
/// slice of a question spans only a part of very much data.
const LEAF_SAMPLES: u32 = 640;
/// Samples of one record that the fixed-size leaf can number.
pub(super) const MAX_RECORD_SAMPLES: u32 = 1 << 24;

/// Nanoseconds of a day.
pub(super) const DAY_NS: i64 = 86_400_000_000_000;

/// Place and summary of a stretch of samples inside one record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leaf {
    /// Time of the first sample of the record, ns since 1970.
    pub start: i64,
    /// Samples per second.
    pub rate: f64,
    /// Smallest sample (infinity where there is none).
    pub min: f64,
    /// Largest sample.
    pub max: f64,
    /// Sum of the samples.
    pub sum: f64,
    /// Offset of the record in its day file.
    pub offset: u32,
    /// Length of the record.
    pub length: u32,
    /// CRC-32C of the record's bytes.
    pub record_crc: u32,
    /// Number of the first sample of this leaf in its record.
    pub first: u32,
    /// Number of samples; 0 for a record without a series (text).
    pub count: u16,
    /// Of these, how many are numbers (not NaN).
    pub valid: u16,
    /// Publication version of the record.
    pub publication: u8,
}

/// Order of precedence: publication version, then rate, then arrival (number in the index).
pub(super) type Rank = (u8, i16, u64);

/// Rates that differ by less than half a percent or so are the same channel drifting: they
/// share a class, so that neither wins over the other for that.
pub(super) fn rate_class(rate: f64) -> i16 {
    if rate > 0.0 { (rate.log2() * 64.0).round() as i16 } else { i16::MIN }
}

impl Leaf {
    /// As written: 60 bytes and their CRC-32C, little-endian (see FORMAT.md).
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let from = out.len();
        put(out, &self.start.to_le_bytes());
        for number in [self.rate, self.min, self.max, self.sum] {
            put(out, &number.to_le_bytes());
        }
        let numbered = self.first | u32::from(self.publication) << 24;
        for number in [self.offset, self.length, self.record_crc, numbered] {
            put(out, &number.to_le_bytes());
        }
        put(out, &self.count.to_le_bytes());
        put(out, &self.valid.to_le_bytes());
        let crc = crc32c::crc32c(out.get(from..).unwrap_or_default());
        put(out, &crc.to_le_bytes());
    }

    /// From 64 bytes; none where the checksum does not fit.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, crc) = bytes.split_at_checked(60)?;
        if u32::from_le_bytes(crc.try_into().ok()?) != crc32c::crc32c(body) {
            return None;
        }
        let mut take = Take(body);
        let (start, rate) = (take.i64()?, take.f64()?);
        let (min, max, sum) = (take.f64()?, take.f64()?, take.f64()?);
        let (offset, length, record_crc, numbered) =
            (take.u32()?, take.u32()?, take.u32()?, take.u32()?);
        let (count, valid) = (take.u16()?, take.u16()?);
        let first = numbered & (MAX_RECORD_SAMPLES - 1);
        let publication = (numbered >> 24) as u8;
        Some(Self {
            start,
            rate,
            min,
            max,
            sum,
            offset,
            length,
            record_crc,
            first,
            count,
            valid,
            publication,
        })
    }

    /// Day file of the record: days since 1970.
    pub(super) fn day(&self) -> i32 {
        self.start.div_euclid(DAY_NS) as i32
    }

    /// Just after the record in its day file.
    pub(super) fn end_offset(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.length)
    }

    /// Nominal time between samples in nanoseconds.
    pub(super) fn period_ns(&self) -> f64 {
        if self.rate > 0.0 { 1e9 / self.rate } else { 0.0 }
    }

    /// Time of sample `i` of this leaf, the same to the nanosecond as the record's header gives.
    pub(super) fn time(&self, i: u16) -> i64 {
        let n = self.first + u32::from(i);
        if n == 0 {
            return self.start;
        }
        // Rounds as `round` does, which is a call where the processor's rounding is not assumed.
        let exact = self.period_ns() * f64::from(n);
        let whole = exact as i64;
        let up = exact - whole as f64 >= 0.5;
        self.start.saturating_add(whole + i64::from(up))
    }

    /// Time of the last sample.
    pub(super) fn last(&self) -> i64 {
        self.time(self.count.saturating_sub(1))
    }

    /// From half a sample before the first to half a sample after the last one: where this leaf
    /// hides what has a lower rank. The start where there is no sample.
    pub(super) fn cover(&self) -> (i64, i64) {
        if self.count == 0 {
            return (self.start, self.start);
        }
        let at = |n: f64| self.start.saturating_add((self.period_ns() * n).round() as i64);
        let first = f64::from(self.first);
        (at(first - 0.5), at(first + f64::from(self.count) - 0.5))
    }

    /// Number of samples before `t`.
    pub(super) fn index_at(&self, t: i64) -> u16 {
        if self.count == 0 || t <= self.time(0) {
            return 0;
        }
        if t > self.last() {
            return self.count;
        }
        let guess = (t.wrapping_sub(self.time(0)) as f64 / self.period_ns()) as u16;
        let mut i = guess.min(self.count - 1);
        while i > 0 && self.time(i - 1) >= t {
            i -= 1;
        }
        while i < self.count && self.time(i) < t {
            i += 1;
        }
        i
    }

    /// Rank as number `index` of its index.
    pub(super) fn rank(&self, index: u64) -> Rank {
        (self.publication, rate_class(self.rate), index)
    }

    /// Summary as a slice.
    pub(super) fn bucket(&self) -> Bucket {
        Bucket { min: self.min, max: self.max, sum: self.sum, count: u64::from(self.valid) }
    }

    /// Splits the samples of a record among leaves. `template` carries everything but the
    /// samples; no samples give one leaf with count 0.
    pub(super) fn of_record(template: Self, samples: &Samples, out: &mut Vec<Self>) {
        let total = samples.len() as u32;
        let parts = total.div_ceil(LEAF_SAMPLES).max(1);
        let size = total.div_ceil(parts).max(1);
        for part in 0..parts {
            let first = part * size;
            let count = size.min(total - first);
            let sum = summarise(samples, first as usize, count as usize);
            out.push(Self {
                min: sum.min,
                max: sum.max,
                sum: sum.sum,
                first,
                count: count as u16,
                valid: sum.count as u16,
                ..template
            });
        }
    }
}

/// Summary of a run of leaves, in index order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// Time of the first sample.
    pub start: i64,
    /// Time of the last sample.
    pub last: i64,
    /// Summary of the samples.
    pub bucket: Bucket,
    /// Nominal time between samples at the end, in nanoseconds.
    pub period: f64,
    /// Whether a sample is missing somewhere inside.
    pub gap: bool,
}

impl Node {
    /// Of one leaf.
    pub(super) fn of(leaf: &Leaf) -> Self {
        let period = leaf.period_ns();
        Self { start: leaf.time(0), last: leaf.last(), bucket: leaf.bucket(), period, gap: false }
    }

    /// Adds what follows.
    pub(super) fn join(&mut self, next: &Self) {
        self.gap |= next.gap || is_gap(self.last, next.start, self.period);
        self.last = next.last;
        self.period = next.period;
        self.bucket.merge(&next.bucket);
    }
}

/// Whether at least one sample is missing between two sample times: more than one and a half
/// periods lie between them.
pub(super) fn is_gap(last: i64, next: i64, period: f64) -> bool {
    next.saturating_sub(last) as f64 > 1.5 * period
}
