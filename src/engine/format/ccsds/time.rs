//! CCSDS unsegmented (CUC) and day segmented (CDS) time codes, CCSDS 301.0-B-4, 3.2 and 3.3.
//!
//! A CUC counts seconds of TAI; a CDS counts days and milliseconds of UTC. Times are rounded to
//! the nearest tick of the code when written, to the nearest nanosecond when read.

use super::array;
use crate::problem::Problem;
use crate::time::{Instant, LeapSeconds};

const NS: i128 = 1_000_000_000;
const DAY_NS: i128 = 86_400 * NS;
/// 1958-01-01T00:00:00 in nanoseconds before 1970: 4383 days.
const CCSDS_EPOCH_NS: i128 = -4_383 * DAY_NS;

/// Where a time code begins to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// 1958-01-01T00:00:00, TAI for CUC, UTC for CDS (both were taken as equal then).
    Ccsds,
    /// The epoch of an agency or a mission; for CDS the midnight that begins a day.
    Agency(Instant),
}

/// A CUC: whole seconds and binary fractions since the epoch; made by [`TimeCode::cuc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuc {
    epoch: Epoch,
    /// Octets of whole seconds, 1 to 7.
    coarse: u8,
    /// Octets of fractions, 0 to 10.
    fine: u8,
}

/// What a CDS holds below the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubMillisecond {
    /// Nothing.
    None,
    /// Microseconds in 16 bits.
    Micro,
    /// Picoseconds in 32 bits.
    Pico,
}

/// A CDS: days since the epoch, milliseconds of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cds {
    /// Where it begins to count.
    pub epoch: Epoch,
    /// Whether days have 24 bits instead of 16.
    pub long_day: bool,
    /// What follows the milliseconds.
    pub sub: SubMillisecond,
}

/// The layout of a time field, from its P-field or agreed beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeCode {
    /// Unsegmented: a count of seconds.
    Cuc(Cuc),
    /// Day segmented.
    Cds(Cds),
}

/// The time that `bytes` begin with, P-field first, and its length in bytes, P-field included.
/// `agency` is the epoch that a P-field may refer to.
pub fn read_time(bytes: &[u8], agency: Option<Instant>) -> Result<(Instant, usize), Problem> {
    let (code, at) = TimeCode::from_p_field(bytes, agency)?;
    let time = code.decode(bytes.get(at..).unwrap_or_default())?;
    Ok((time, at + code.length()))
}

impl TimeCode {
    /// A CUC with whole seconds in `coarse` octets (1 to 7), fractions in `fine` (0 to 10).
    pub fn cuc(epoch: Epoch, coarse: u8, fine: u8) -> Result<Self, Problem> {
        if !(1..=7).contains(&coarse) || fine > 10 {
            let reason = format!("{coarse}.{fine} octets; a CUC has 1 to 7 and 0 to 10");
            return Err(Problem::of("time code", reason));
        }
        Ok(Self::Cuc(Cuc { epoch, coarse, fine }))
    }

    /// A CDS with the usual 16-bit day.
    pub const fn cds(epoch: Epoch, sub: SubMillisecond) -> Self {
        Self::Cds(Cds { epoch, long_day: false, sub })
    }

    /// The layout that a P-field states, and the length of the P-field, 1 or 2 octets.
    pub fn from_p_field(bytes: &[u8], agency: Option<Instant>) -> Result<(Self, usize), Problem> {
        let field = "P-field";
        let Some([first]) = array(bytes, 0) else {
            return Err(Problem::at(0, field, "the time is empty"));
        };
        let own = agency.map(Epoch::Agency).ok_or_else(|| {
            Problem::at(0, field, "the epoch is the agency's: state it with the time field")
        });
        match first >> 4 & 7 {
            id @ (1 | 2) => {
                let mut coarse = (first >> 2 & 3) + 1;
                let mut fine = first & 3;
                let mut length = 1;
                if first & 0x80 != 0 {
                    let Some([second]) = array(bytes, 1) else {
                        return Err(Problem::at(1, field, "its second octet is missing"));
                    };
                    if second & 0x80 != 0 {
                        return Err(Problem::at(1, field, "a third octet is not defined"));
                    }
                    coarse += second >> 5 & 3;
                    fine += second >> 2 & 7;
                    length = 2;
                }
                let epoch = if id == 1 { Epoch::Ccsds } else { own? };
                Ok((Self::Cuc(Cuc { epoch, coarse, fine }), length))
            }
            4 if first & 0x80 == 0 => {
                let sub = match first & 3 {
                    0 => SubMillisecond::None,
                    1 => SubMillisecond::Micro,
                    2 => SubMillisecond::Pico,
                    _ => return Err(Problem::at(0, field, "fraction 11 of a CDS is reserved")),
                };
                let epoch = if first & 0x08 == 0 { Epoch::Ccsds } else { own? };
                Ok((Self::Cds(Cds { epoch, long_day: first & 0x04 != 0, sub }), 1))
            }
            id => {
                let reason = format!("{first:#04x} (code {id}) is neither a CUC nor a CDS");
                Err(Problem::at(0, field, reason))
            }
        }
    }

    /// The P-field of the layout, 1 or 2 octets.
    pub fn p_field(&self) -> Vec<u8> {
        match self {
            Self::Cuc(Cuc { epoch, coarse, fine }) => {
                let id = if *epoch == Epoch::Ccsds { 0x10 } else { 0x20 };
                // The second octet adds to what the first one can say.
                let (c, f) = (*coarse, *fine);
                let (c1, f1) = (c.min(4), f.min(3));
                let first = id | (c1 - 1) << 2 | f1;
                if (c, f) == (c1, f1) {
                    return vec![first];
                }
                vec![0x80 | first, (c - c1) << 5 | (f - f1) << 2]
            }
            Self::Cds(Cds { epoch, long_day, sub }) => {
                let agency = u8::from(*epoch != Epoch::Ccsds) << 3;
                let sub = match sub {
                    SubMillisecond::None => 0,
                    SubMillisecond::Micro => 1,
                    SubMillisecond::Pico => 2,
                };
                vec![0x40 | agency | u8::from(*long_day) << 2 | sub]
            }
        }
    }

    /// Length of the time field without P-field, bytes.
    pub fn length(&self) -> usize {
        match self {
            Self::Cuc(cuc) => usize::from(cuc.coarse) + usize::from(cuc.fine),
            Self::Cds(cds) => {
                let sub = match cds.sub {
                    SubMillisecond::None => 0,
                    SubMillisecond::Micro => 2,
                    SubMillisecond::Pico => 4,
                };
                6 + usize::from(cds.long_day) + sub
            }
        }
    }

    /// The instant of the time field that `bytes` begin with.
    pub fn decode(&self, bytes: &[u8]) -> Result<Instant, Problem> {
        let Some(field) = bytes.get(..self.length()) else {
            let reason = format!("{} of {} bytes are there", bytes.len(), self.length());
            return Err(Problem::at(bytes.len() as u64, "time", reason));
        };
        match self {
            Self::Cuc(cuc) => cuc.decode(field),
            Self::Cds(cds) => cds.decode(field),
        }
    }

    /// The time field of an instant, without P-field.
    pub fn encode(&self, at: Instant) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Cuc(cuc) => cuc.encode(at),
            Self::Cds(cds) => cds.encode(at),
        }
    }
}

/// A big-endian number of at most 16 octets.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u128::from(byte))
}

fn push(out: &mut Vec<u8>, value: u128, octets: usize) {
    out.extend(value.to_be_bytes().iter().skip(16 - octets.min(16)));
}

fn out_of_range() -> Problem {
    Problem::of("time", "lies outside the years 1677 to 2262")
}

fn does_not_fit() -> Problem {
    Problem::of("time", "lies outside what the time code can hold")
}

impl Cuc {
    fn epoch_tai_ns(&self) -> i128 {
        match self.epoch {
            Epoch::Ccsds => CCSDS_EPOCH_NS,
            Epoch::Agency(at) => LeapSeconds::built_in().tai_ns(at).into(),
        }
    }

    fn decode(&self, field: &[u8]) -> Result<Instant, Problem> {
        let (whole, parts) = field.split_at(usize::from(self.coarse).min(field.len()));
        let bits = u32::from(self.fine) * 8;
        let half = if bits == 0 { 0 } else { 1u128 << (bits - 1) };
        // At most 80 + 30 bits.
        let ns = (number(parts) * NS as u128 + half) >> bits;
        let tai = self.epoch_tai_ns() + number(whole) as i128 * NS + ns as i128;
        let tai = i64::try_from(tai).map_err(|_| out_of_range())?;
        Ok(LeapSeconds::built_in().from_tai_ns(tai))
    }

    fn encode(&self, at: Instant) -> Result<Vec<u8>, Problem> {
        let since = i128::from(LeapSeconds::built_in().tai_ns(at)) - self.epoch_tai_ns();
        let since = u128::try_from(since).map_err(|_| does_not_fit())?;
        let bits = u32::from(self.fine) * 8;
        let (mut whole, ns) = (since / NS as u128, since % NS as u128);
        let mut ticks = ((ns << bits) + NS as u128 / 2) / NS as u128;
        if ticks >> bits != 0 {
            (whole, ticks) = (whole + 1, 0);
        }
        if whole >> (u32::from(self.coarse) * 8) != 0 {
            return Err(does_not_fit());
        }
        let mut out = Vec::new();
        push(&mut out, whole, self.coarse.into());
        push(&mut out, ticks, self.fine.into());
        Ok(out)
    }
}

impl Cds {
    /// Nanoseconds of the epoch, every day counted as 86 400 s, as instants are.
    fn epoch_ns(&self) -> i128 {
        match self.epoch {
            Epoch::Ccsds => CCSDS_EPOCH_NS,
            Epoch::Agency(at) => at.unix_ns().into(),
        }
    }

    fn day_octets(&self) -> usize {
        2 + usize::from(self.long_day)
    }

    /// Octets below the millisecond, and how many of their ticks it has.
    fn sub(&self) -> (usize, i128) {
        match self.sub {
            SubMillisecond::None => (0, 1),
            SubMillisecond::Micro => (2, 1_000),
            SubMillisecond::Pico => (4, 1_000_000_000),
        }
    }

    fn decode(&self, field: &[u8]) -> Result<Instant, Problem> {
        let (day, rest) = field.split_at(self.day_octets().min(field.len()));
        let (ms, sub) = rest.split_at(rest.len().min(4));
        let (ms, sub) = (number(ms) as i128, number(sub) as i128);
        // A day with a leap second has 86 401 s; the last one folds onto the next day.
        if ms >= 86_401_000 {
            let reason = format!("{ms} ms is past the end of a day");
            return Err(Problem::at(self.day_octets() as u64, "time", reason));
        }
        let (_, ticks) = self.sub();
        if sub >= ticks && ticks > 1 {
            let reason = format!("{sub} below the millisecond is more than one of {ticks}");
            return Err(Problem::at(self.day_octets() as u64 + 4, "time", reason));
        }
        let below = (sub * 1_000_000 + ticks / 2) / ticks;
        let ns = self.epoch_ns() + number(day) as i128 * DAY_NS + ms * 1_000_000 + below;
        i64::try_from(ns).map(Instant::from_unix_ns).map_err(|_| out_of_range())
    }

    fn encode(&self, at: Instant) -> Result<Vec<u8>, Problem> {
        let (octets, ticks) = self.sub();
        let since = i128::from(at.unix_ns()) - self.epoch_ns();
        // Whole ticks first, so that rounding carries into the day.
        let total = (since * ticks + 500_000).div_euclid(1_000_000);
        let per_day = 86_400_000 * ticks;
        let (day, of_day) = (total.div_euclid(per_day), total.rem_euclid(per_day));
        let day = u128::try_from(day).map_err(|_| does_not_fit())?;
        if day >> (self.day_octets() * 8) != 0 {
            return Err(does_not_fit());
        }
        let mut out = Vec::new();
        push(&mut out, day, self.day_octets());
        push(&mut out, (of_day / ticks) as u128, 4);
        push(&mut out, (of_day % ticks) as u128, octets);
        Ok(out)
    }
}
