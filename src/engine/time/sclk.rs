//! Spacecraft clocks of type 1: clock string, ticks, ET and instant, both ways.
//!
//! After NAIF's SCLK Required Reading. A clock counts fields (seconds, fractions) with a
//! modulus each; its ticks run on over partitions (resets); a table of (encoded ticks,
//! parallel time, rate) correlates them with TDB or TT. `format::spice` fills an [`Sclk`]
//! from a kernel.

use super::{Instant, LeapSeconds};

/// The scale of the parallel times of an SCLK kernel (`SCLK01_TIME_SYSTEM`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSystem {
    /// 1: TDB, which SPICE calls ET.
    Tdb,
    /// 2: TDT, today called TT.
    Tdt,
}

/// One line of the correlation table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SclkRecord {
    /// Encoded ticks (counted on over partitions) at which the record begins.
    pub ticks: f64,
    /// Parallel time, nanoseconds since J2000 in the kernel's time system.
    pub parallel_ns: i64,
    /// Seconds of parallel time per count of the most significant field.
    pub rate: f64,
}

/// A spacecraft clock of type 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Sclk {
    /// Clock identifier of the kernel variables: 189 for spacecraft −189.
    pub id: u32,
    /// Scale of the parallel times.
    pub system: TimeSystem,
    /// Counts at which each field wraps, most significant first.
    pub moduli: Vec<u64>,
    /// Lowest value each field can show.
    pub offsets: Vec<u64>,
    /// Between fields when written: 1 `.`, 2 `:`, 3 `-`, 4 `,`, 5 blank.
    pub delimiter: char,
    /// Start and end of each partition in ticks of the clock's own count.
    pub partitions: Vec<(f64, f64)>,
    /// The correlation, ascending.
    pub records: Vec<SclkRecord>,
}

impl Sclk {
    /// Ticks per count of the most significant field.
    pub fn ticks_per_count(&self) -> f64 {
        self.moduli.iter().skip(1).map(|m| *m as f64).product()
    }

    /// Encoded ticks of a clock string such as `1/631105491-14156`. Without a partition it
    /// is the first whose range holds the reading. Fields are whole counts: in
    /// `631280871.335` the 335 is counts of the second field, not a decimal fraction.
    pub fn ticks_of(&self, text: &str) -> Option<f64> {
        let (partition, reading) = match text.trim().split_once('/') {
            Some((partition, rest)) => (Some(partition.trim().parse::<usize>().ok()?), rest),
            None => (None, text.trim()),
        };
        if !reading.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut fields = reading.split(['.', ':', '-', ',', ' ']).filter(|f| !f.is_empty());
        let mut count = 0.0;
        for (modulus, offset) in self.moduli.iter().zip(&self.offsets) {
            let value = match fields.next() {
                Some(field) => field.parse::<u64>().ok()?.checked_sub(*offset)?,
                None => 0,
            };
            count = count * *modulus as f64 + value as f64;
        }
        if fields.next().is_some() {
            return None;
        }
        let mut before = 0.0;
        for (at, (start, end)) in self.partitions.iter().enumerate() {
            let wanted = partition.is_none_or(|p| p == at + 1);
            if wanted && (*start..=*end).contains(&count) {
                return Some(before + count - start);
            }
            before += end - start;
        }
        None
    }

    /// Encoded ticks, in the first partition, of a reading that a table gives as a decimal
    /// count of the most significant field (APSS: `631280871.335` seconds).
    pub fn ticks_of_count(&self, count: f64) -> Option<f64> {
        let (start, end) = self.partitions.first()?;
        let ticks = count * self.ticks_per_count();
        (*start..=*end).contains(&ticks).then_some(ticks - start)
    }

    /// The clock string of encoded ticks, with its partition: `1/0631105491-14156`. Rounds
    /// to the nearest tick. `None` outside all partitions.
    pub fn text_of(&self, ticks: f64) -> Option<String> {
        let ticks = ticks.round();
        let mut before = 0.0;
        for (at, (start, end)) in self.partitions.iter().enumerate() {
            let length = end - start;
            if ticks >= before && ticks - before < length {
                let fields = self.fields_of(ticks - before + start);
                return Some(format!("{}/{fields}", at + 1));
            }
            before += length;
        }
        None
    }

    fn fields_of(&self, count: f64) -> String {
        let mut rest = count as u64;
        let mut fields = Vec::with_capacity(self.moduli.len());
        for (modulus, offset) in self.moduli.iter().zip(&self.offsets).rev() {
            let modulus = (*modulus).max(1);
            let width = (modulus - 1 + offset).to_string().len();
            fields.push(format!("{:0width$}", rest % modulus + offset));
            rest /= modulus;
        }
        fields.reverse();
        fields.join(self.delimiter.encode_utf8(&mut [0; 4]))
    }

    /// Parallel time of encoded ticks, nanoseconds since J2000. `None` before the table.
    fn parallel_of(&self, ticks: f64) -> Option<i64> {
        let at = self.records.partition_point(|r| r.ticks <= ticks).checked_sub(1)?;
        let record = self.records.get(at)?;
        let seconds = (ticks - record.ticks) * record.rate / self.ticks_per_count();
        Some(record.parallel_ns.saturating_add((seconds * 1e9).round() as i64))
    }

    /// Encoded ticks of a parallel time, not rounded. `None` before the table. Where the
    /// clock was set (two records do not meet), ticks stop at the next record.
    fn ticks_of_parallel(&self, parallel_ns: i64) -> Option<f64> {
        let at = self.records.partition_point(|r| r.parallel_ns <= parallel_ns).checked_sub(1)?;
        let record = self.records.get(at)?;
        let seconds = parallel_ns.saturating_sub(record.parallel_ns) as f64 / 1e9;
        let ticks = record.ticks + seconds * self.ticks_per_count() / record.rate;
        Some(self.records.get(at + 1).map_or(ticks, |next| ticks.min(next.ticks)))
    }

    /// The instant of encoded ticks.
    pub fn instant_of_ticks(&self, ticks: f64, leap: &LeapSeconds) -> Option<Instant> {
        let parallel = self.parallel_of(ticks)?;
        Some(match self.system {
            TimeSystem::Tdb => leap.from_et_ns(parallel),
            TimeSystem::Tdt => leap.from_tt_j2000_ns(parallel),
        })
    }

    /// Encoded ticks of an instant, not rounded.
    pub fn ticks_at(&self, t: Instant, leap: &LeapSeconds) -> Option<f64> {
        self.ticks_of_parallel(match self.system {
            TimeSystem::Tdb => leap.et_ns(t),
            TimeSystem::Tdt => leap.tt_j2000_ns(t),
        })
    }

    /// ET (TDB) in seconds since J2000 of encoded ticks.
    pub fn et_of_ticks(&self, ticks: f64, leap: &LeapSeconds) -> Option<f64> {
        Some(leap.et_s(self.instant_of_ticks(ticks, leap)?))
    }

    /// The instant of a clock string.
    pub fn instant(&self, text: &str, leap: &LeapSeconds) -> Option<Instant> {
        self.instant_of_ticks(self.ticks_of(text)?, leap)
    }

    /// The clock string of an instant.
    pub fn text(&self, t: Instant, leap: &LeapSeconds) -> Option<String> {
        self.text_of(self.ticks_at(t, leap)?)
    }
}
