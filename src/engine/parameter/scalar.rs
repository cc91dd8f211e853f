//! What is done to a value of one type: raw number, calibration, meaning, validity, alarm.

use super::calibration::{count_ns, float_ns, instant};
use super::condition::{Test, Watched};
use super::plan::{Plan, RawKind};
use super::postfix::Curve;
use super::values::Validity;
use super::{bits, values};
use crate::mission::Severity;
use crate::mission::telemetry::{Alarm, ByteOrder, Epoch, FloatForm, IntegerForm, Label, Range};
use crate::time::Instant;

/// How a type's values stand in a packet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Form {
    #[default]
    None,
    Integer {
        bits: u32,
        form: IntegerForm,
        order: ByteOrder,
    },
    Float {
        bits: u32,
        form: FloatForm,
        order: ByteOrder,
    },
    Text(Charset),
    Bytes,
}

/// Character sets of XTCE 1.2, `StringEncodingType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// US-ASCII too.
    Utf8,
    /// ISO-8859-1, and Windows-1252 without its own characters.
    Latin1,
    /// UTF-16, most or least significant byte first.
    Utf16(ByteOrder),
}

/// What an engineering value is.
#[derive(Clone, Debug, Default)]
pub(super) enum Meaning {
    #[default]
    Number,
    /// Names; ascending and without overlap where `sorted`.
    Labels {
        labels: Vec<Label>,
        sorted: bool,
    },
    Boolean {
        zero: String,
        one: String,
    },
    Absolute {
        epoch: Epoch,
        at: Option<Instant>,
        base: Option<u32>,
        scale: f64,
        offset: f64,
    },
    Relative {
        scale: f64,
        offset: f64,
    },
    /// Text and bytes, which have no number.
    Opaque,
}

/// All that is done to the values of a type.
#[derive(Debug, Default)]
pub(super) struct Scalar {
    pub form: Form,
    pub meaning: Meaning,
    pub calibrator: Option<Curve>,
    pub contexts: Vec<(Test, Curve)>,
    pub alarm: Option<Alarm>,
    pub context_alarms: Vec<(Test, Alarm)>,
    pub valid: Option<Range>,
}

/// A value on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub raw: u64,
    pub engineering: f64,
    pub validity: Validity,
    pub severity: Severity,
    pub instant: Option<Instant>,
}

pub(super) fn contains(range: &Range, x: f64) -> bool {
    let low = range.low.is_none_or(|low| if range.low_exclusive { x > low } else { x >= low });
    let high =
        range.high.is_none_or(|high| if range.high_exclusive { x < high } else { x <= high });
    low && high
}

impl Scalar {
    /// How raw values are to be read.
    pub fn raw_kind(&self) -> RawKind {
        match self.form {
            Form::None => RawKind::None,
            Form::Integer { form, .. } => match form {
                IntegerForm::Unsigned | IntegerForm::Bcd | IntegerForm::PackedBcd => {
                    RawKind::Unsigned
                }
                _ => RawKind::Signed,
            },
            Form::Float { .. } => RawKind::Float,
            Form::Text(_) => RawKind::Text,
            Form::Bytes => RawKind::Bytes,
        }
    }

    /// The raw value of so many bits of a packet, and whether they are of the encoding.
    fn raw(&self, value: u64) -> (u64, Validity) {
        let ordered = |n, order| match order {
            ByteOrder::Big => value,
            ByteOrder::Little => bits::reversed(value, n),
            ByteOrder::Listed(significance) => bits::ordered(value, n, significance),
        };
        let raw = match self.form {
            Form::Integer { bits: n, form, order } => bits::integer(ordered(n, order), n, form),
            Form::Float { bits: n, form, order } => {
                bits::float(ordered(n, order), n, form).map(f64::to_bits)
            }
            _ => None,
        };
        raw.map_or((value, Validity::Malformed), |raw| (raw, Validity::Valid))
    }

    /// Name of a raw value.
    pub fn label(&self, kind: RawKind, raw: u64) -> Option<&str> {
        let whole = match kind {
            RawKind::Unsigned => i64::try_from(raw).ok(),
            RawKind::Signed => Some(raw as i64),
            RawKind::Float => {
                let x = f64::from_bits(raw);
                (x.fract() == 0.0 && x.abs() < 9e18).then_some(x as i64)
            }
            _ => None,
        };
        match &self.meaning {
            Meaning::Labels { labels, sorted: true } => {
                let whole = whole?;
                let at = labels.partition_point(|l| l.value <= whole).checked_sub(1)?;
                labels.get(at).filter(|l| whole <= l.last).map(|l| l.label.as_str())
            }
            Meaning::Labels { labels, .. } => {
                let whole = whole?;
                let label = labels.iter().find(|l| l.value <= whole && whole <= l.last)?;
                Some(&label.label)
            }
            Meaning::Boolean { zero, one } => match kind {
                RawKind::Unsigned | RawKind::Signed => Some(if raw == 0 { zero } else { one }),
                RawKind::Float => Some(if f64::from_bits(raw) == 0.0 { zero } else { one }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Nanoseconds of a time, from the raw count or from what a calibrator made of it.
    pub fn time_ns(&self, kind: RawKind, raw: u64, calibrated: Option<f64>) -> Option<i128> {
        let (Meaning::Absolute { scale, offset, .. } | Meaning::Relative { scale, offset }) =
            &self.meaning
        else {
            return None;
        };
        let count = match (calibrated, kind) {
            (None, RawKind::Unsigned) => count_ns(i128::from(raw), *scale),
            (None, RawKind::Signed) => count_ns(i128::from(raw as i64), *scale),
            (None, RawKind::Float) => float_ns(f64::from_bits(raw) * scale),
            (Some(x), _) => float_ns(x * scale),
            _ => return None,
        };
        Some(count + float_ns(*offset))
    }
}

impl Plan {
    /// Everything from the bits of a number to its severity; `count` are the violations in a row.
    pub(super) fn evaluate(
        &self,
        scalar: &Scalar,
        value: u64,
        watched: &[Watched],
        count: &mut u32,
    ) -> Outcome {
        let kind = scalar.raw_kind();
        let (raw, validity) = scalar.raw(value);
        let number = match kind {
            _ if validity != Validity::Valid => f64::NAN,
            RawKind::Signed => raw as i64 as f64,
            RawKind::Float => f64::from_bits(raw),
            _ => raw as f64,
        };
        let mut outcome =
            Outcome { raw, engineering: number, validity, severity: Severity::Off, instant: None };
        if validity == Validity::Valid {
            self.engineering(scalar, kind, watched, &mut outcome);
        }
        let label = scalar.label(kind, raw);
        outcome.severity = self.severity(scalar, outcome.engineering, label, watched, count);
        outcome
    }

    fn engineering(
        &self,
        scalar: &Scalar,
        kind: RawKind,
        watched: &[Watched],
        outcome: &mut Outcome,
    ) {
        let context = scalar.contexts.iter().find(|(test, _)| self.test(test, watched));
        let calibrator = context.map(|(_, c)| c).or(scalar.calibrator.as_ref());
        let mut calibrated = None;
        if let Some(calibrator) = calibrator {
            calibrated = self.calibrated(calibrator, outcome.engineering, watched);
            outcome.engineering = calibrated.unwrap_or(f64::NAN);
            if calibrated.is_none() {
                outcome.validity = Validity::Uncalibrated;
                return;
            }
        }
        match &scalar.meaning {
            Meaning::Absolute { epoch, at, base, .. } => {
                let at = at.or_else(|| {
                    let base = watched.get((*base)? as usize).filter(|w| w.known)?;
                    base.instant.or_else(|| {
                        base.engineering.is_finite().then(|| Instant::from_unix_s(base.engineering))
                    })
                });
                let ns = scalar.time_ns(kind, outcome.raw, calibrated);
                outcome.instant = ns.and_then(|ns| instant(ns, epoch, at));
                outcome.engineering = outcome.instant.map_or(f64::NAN, Instant::unix_s);
                if outcome.instant.is_none() {
                    outcome.validity = Validity::Uncalibrated;
                }
            }
            Meaning::Relative { scale, offset } => {
                outcome.engineering = outcome.engineering * scale + offset;
            }
            _ => {}
        }
        if scalar.valid.is_some_and(|range| !contains(&range, outcome.engineering)) {
            outcome.validity = Validity::OutOfRange;
        }
    }

    /// Severity by the alarm that holds; a number that is none is off.
    pub(super) fn severity(
        &self,
        scalar: &Scalar,
        x: f64,
        label: Option<&str>,
        watched: &[Watched],
        count: &mut u32,
    ) -> Severity {
        if x.is_nan() && label.is_none() {
            return Severity::Off;
        }
        let context = scalar.context_alarms.iter().find(|(test, _)| self.test(test, watched));
        let Some(alarm) = context.map(|(_, a)| a).or(scalar.alarm.as_ref()) else {
            return Severity::Normal;
        };
        let severity = violated(alarm, x, label);
        if severity <= Severity::Normal {
            *count = 0;
            return severity;
        }
        *count = count.saturating_add(1);
        if *count < alarm.minimum_violations { Severity::Normal } else { severity }
    }
}

/// The most severe of what an alarm says of a value.
fn violated(alarm: &Alarm, x: f64, label: Option<&str>) -> Severity {
    let number = !x.is_nan();
    let outside = alarm.outside.iter().filter(|(_, range)| number && !contains(range, x));
    let inside = alarm.inside.iter().filter(|(_, range)| number && contains(range, x));
    let ranges = outside.chain(inside).map(|(severity, _)| *severity);
    let listed = alarm.labels.iter().filter(|(_, name)| label == Some(name.as_str()));
    let by_label = listed.map(|(severity, _)| *severity).max();
    // A name that is not listed has the severity of the others, and so has a value without name.
    let by_label = by_label.or(alarm.other_labels);
    ranges.chain(by_label).fold(Severity::Normal, Severity::max)
}

impl Charset {
    /// By the name that XTCE gives it; none where it is not supported.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "" | "UTF-8" | "US-ASCII" | "ASCII" => Self::Utf8,
            "ISO-8859-1" | "WINDOWS-1252" => Self::Latin1,
            "UTF-16" | "UTF-16BE" => Self::Utf16(ByteOrder::Big),
            "UTF-16LE" => Self::Utf16(ByteOrder::Little),
            _ => return None,
        })
    }

    /// Makes the end of `arena`, from `start` on, UTF-8. Bytes that are no character become the
    /// replacement character; then it was malformed.
    pub fn decode(self, arena: &mut Vec<u8>, start: usize) -> values::Validity {
        let Some(tail) = arena.get(start..) else { return Validity::Malformed };
        let text: String = match self {
            Self::Utf8 if std::str::from_utf8(tail).is_ok() => return Validity::Valid,
            Self::Utf8 => String::from_utf8_lossy(tail).into_owned(),
            Self::Latin1 => tail.iter().map(|b| char::from(*b)).collect(),
            Self::Utf16(order) => {
                let units = tail.chunks_exact(2).map(|pair| {
                    let pair = [pair[0], pair[1]];
                    match order {
                        ByteOrder::Little => u16::from_le_bytes(pair),
                        ByteOrder::Big | ByteOrder::Listed(_) => u16::from_be_bytes(pair),
                    }
                });
                char::decode_utf16(units)
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
        };
        let odd = matches!(self, Self::Utf16(_)) && tail.len() % 2 == 1;
        let bad = odd || (self != Self::Latin1 && text.contains(char::REPLACEMENT_CHARACTER));
        arena.truncate(start);
        arena.extend_from_slice(text.as_bytes());
        if bad { Validity::Malformed } else { Validity::Valid }
    }
}
