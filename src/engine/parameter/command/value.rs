//! One value of a command: from what is given to bits, by its type.

use crate::mission::command::ArgumentType;
use crate::mission::math::MathStep;
use crate::mission::telemetry::{
    Calibrator, Encoding, Epoch, Kind, Label, ParameterType, Range, StringSize,
};
use crate::time::{self, Instant, LeapSeconds};

use super::super::calibration::calibrate;
use super::super::postfix::{Step, evaluate};
use super::super::scalar::contains;
use super::scope::Scope;
use super::{number, text};

/// Seconds from 1958-01-01 to 1970-01-01, from 1970-01-01 to 1980-01-06, and TAI − GPS time.
const S_1958_TO_1970: i128 = 4383 * 86_400;
const S_1970_TO_GPS: i128 = 315_964_800;
const TAI_MINUS_GPS_S: i128 = 19;
const NS: i128 = 1_000_000_000;
/// Most names of an enumeration that a sentence lists.
const MOST_NAMES: usize = 12;

/// Bytes and how many bits of them, the first ones, count.
pub(super) type Piece = (Vec<u8>, u64);

/// A number on its way.
#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    fn real(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}

/// A type with what only arguments have.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub of: &'a ParameterType,
    /// None for parameters.
    pub argument: Option<&'a ArgumentType>,
}

/// A single value; of parameters calibrators lead to the engineering value and are turned round.
pub(super) fn single(given: &str, typed: Typed<'_>, scope: &Scope<'_>) -> Result<Piece, String> {
    let Some(encoding) = &typed.of.encoding else {
        return Err(format!("its type {} does not say how it stands in a packet", typed.of.name));
    };
    match &typed.of.kind {
        Kind::String => {
            let count = given.chars().count() as u64;
            if let Some((least, most)) = typed.argument.and_then(|argument| argument.characters)
                && !(least..=most).contains(&count)
            {
                return Err(format!("it has {count} characters; {least} to {most} are valid"));
            }
            match encoding {
                Encoding::String { size, charset } => text::text(given, size, charset, scope),
                Encoding::Binary { size } => {
                    text::sized(given.as_bytes().to_vec(), scope.size(size)?)
                }
                _ => Err("a text cannot stand as a number".to_owned()),
            }
        }
        Kind::Binary => {
            let bytes = text::hexadecimal(given)?;
            match encoding {
                Encoding::Binary { size } => text::sized(bytes, scope.size(size)?),
                // As XTCE lets bytes stand behind their length.
                Encoding::String { size: StringSize::Counted { bits, most }, .. } => {
                    text::counted(&bytes, *bits, *most)
                }
                _ => Err("bytes cannot stand as a number or text".to_owned()),
            }
        }
        Kind::Array { .. } | Kind::Aggregate { .. } => {
            Err("a list or members are needed here".to_owned())
        }
        _ => {
            let engineering = engineering(given, &typed.of.kind, scope)?;
            numeric(given, engineering, encoding, typed, scope)
        }
    }
}

/// The number that is meant, before calibration.
fn engineering(given: &str, kind: &Kind, scope: &Scope<'_>) -> Result<Number, String> {
    let given = given.trim();
    match kind {
        Kind::Integer { .. } => whole(given)
            .map(Number::Whole)
            .ok_or_else(|| format!("\"{}\" is no whole number", shown(given))),
        Kind::Float { .. } => {
            let real = given.parse().ok().filter(|x: &f64| x.is_finite());
            let real = real.or_else(|| whole(given).map(|whole| whole as f64));
            real.map(Number::Real).ok_or_else(|| format!("\"{}\" is no number", shown(given)))
        }
        Kind::Boolean { zero, one } => {
            let is = |name: &str| given == name;
            match given.to_ascii_lowercase().as_str() {
                _ if is(zero) => Ok(Number::Whole(0)),
                _ if is(one) => Ok(Number::Whole(1)),
                "0" | "false" => Ok(Number::Whole(0)),
                "1" | "true" => Ok(Number::Whole(1)),
                _ => Err(format!("\"{}\" is neither {zero} nor {one}", shown(given))),
            }
        }
        Kind::Enumerated { labels } => label(given, labels),
        Kind::AbsoluteTime { epoch, scale, offset } => {
            let instant = time::parse(given, None)
                .map_err(|_| format!("\"{}\" is no UTC such as 2026-05-01T12:00", shown(given)))?;
            let since = since(instant, epoch, scope)? - (offset * 1e9).round() as i128;
            Ok(counted(since, *scale))
        }
        Kind::RelativeTime { scale, offset } => {
            let seconds = given.parse().ok().filter(|x: &f64| x.is_finite());
            let seconds =
                seconds.ok_or_else(|| format!("\"{}\" is no number of seconds", shown(given)))?;
            Ok(counted(((seconds - offset) * 1e9).round() as i128, *scale))
        }
        _ => Err("it is no number".to_owned()),
    }
}

/// A whole number, decimal, as `0x…`, or with nothing but zeros behind the point.
pub(super) fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let good = (1..=16).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
        return i128::from_str_radix(hex, 16).ok().filter(|_| good).map(|value| sign * value);
    }
    let digits = match digits.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|b| b == b'0') => whole,
        _ => digits,
    };
    let good = (1..=30).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse::<i128>().ok().filter(|_| good).map(|value| sign * value)
}

/// The number of a name, or a number that has one.
fn label(given: &str, labels: &[Label]) -> Result<Number, String> {
    if let Some(label) = labels.iter().find(|label| label.label == given) {
        return Ok(Number::Whole(i128::from(label.value)));
    }
    let number = whole(given).and_then(|number| i64::try_from(number).ok());
    if let Some(number) = number.filter(|n| labels.iter().any(|l| (l.value..=l.last).contains(n))) {
        return Ok(Number::Whole(i128::from(number)));
    }
    let names: Vec<&str> = labels.iter().take(MOST_NAMES).map(|l| l.label.as_str()).collect();
    let more = if labels.len() > MOST_NAMES { ", …" } else { "" };
    Err(format!("\"{}\" is none of {}{more}", shown(given), names.join(", ")))
}

/// Nanoseconds from an epoch to an instant.
fn since(instant: Instant, epoch: &Epoch, scope: &Scope<'_>) -> Result<i128, String> {
    let leap = LeapSeconds::built_in();
    let tai = |t: Instant| i128::from(leap.tai_ns(t));
    let from = |text: &str| {
        time::parse(text, None).map_err(|_| format!("its epoch {} is no time", shown(text)))
    };
    Ok(match epoch {
        Epoch::Tai => tai(instant) + S_1958_TO_1970 * NS,
        Epoch::J2000 => i128::from(leap.tt_j2000_ns(instant)),
        Epoch::Unix => i128::from(instant.unix_ns()),
        Epoch::Gps => tai(instant) - (S_1970_TO_GPS + TAI_MINUS_GPS_S) * NS,
        Epoch::At(text) => tai(instant) - tai(from(text)?),
        Epoch::Parameter(id) => {
            let text =
                (scope.parameters)(*id).ok_or("the parameter it counts from is not known")?;
            tai(instant) - tai(from(&text)?)
        }
    })
}

/// Counts of `scale` seconds each, exact where a second is a whole number of them.
fn counted(ns: i128, scale: f64) -> Number {
    let per_second = 1.0 / scale;
    if scale > 0.0 && (1.0..1e15).contains(&per_second) && per_second.fract() == 0.0 {
        return Number::Whole((ns * per_second as i128 + NS / 2).div_euclid(NS));
    }
    Number::Real(ns as f64 / 1e9 / scale)
}

/// Checks a number against its ranges, calibrates and encodes it.
fn numeric(
    given: &str,
    engineering: Number,
    encoding: &Encoding,
    typed: Typed<'_>,
    scope: &Scope<'_>,
) -> Result<Piece, String> {
    let raw = match &typed.of.calibrator {
        None => engineering,
        Some(calibrator) if typed.argument.is_some() => {
            Number::Real(forward(calibrator, engineering.real(), scope)?)
        }
        Some(calibrator) => Number::Real(backward(calibrator, engineering.real())?),
    };
    if !typed.of.context_calibrators.is_empty() {
        return Err("its calibration by context is not supported for commands".to_owned());
    }
    if let Some(argument) = typed.argument
        && !argument.valid.is_empty()
    {
        let checked = if argument.valid_is_raw { raw } else { engineering }.real();
        if !argument.valid.iter().any(|range| contains(range, checked)) {
            let ranges: Vec<String> = argument.valid.iter().take(MOST_NAMES).map(range).collect();
            let which = if argument.valid_is_raw { "its raw value " } else { "" };
            let unit = if typed.of.unit.is_empty() { "" } else { " " };
            let valid = format!("{}{unit}{}", ranges.join(" or "), typed.of.unit);
            return Err(format!("{which}{checked} is not valid; {valid} is"));
        }
    }
    match encoding {
        Encoding::Integer { bits, form, order } if (1..=64).contains(bits) => {
            let whole = match raw {
                Number::Whole(whole) => whole,
                Number::Real(real) if real.abs() < 1e30 => real.round() as i128,
                Number::Real(real) => return Err(format!("its raw value {real} is too large")),
            };
            let value = number::integer(whole, *bits, *form)?;
            Ok(aligned(number::arranged(value, *bits, *order), *bits))
        }
        Encoding::Float { bits, form, order } => {
            let value = number::float(raw.real(), *bits, *form)?;
            Ok(aligned(number::arranged(value, *bits, *order), *bits))
        }
        Encoding::String { size, charset } => {
            let printed = match (typed.of.calibrator.is_some(), raw) {
                (false, _) => given.trim().to_owned(),
                (true, Number::Whole(whole)) => whole.to_string(),
                (true, Number::Real(real)) => real.to_string(),
            };
            text::text(&printed, size, charset, scope)
        }
        Encoding::Integer { .. } | Encoding::Binary { .. } => {
            Err(format!("its type {} has no encoding for a number", typed.of.name))
        }
    }
}

/// The lowest `n` bits as the first ones of bytes.
pub(super) fn aligned(value: u64, n: u32) -> Piece {
    let n = n.clamp(1, 64);
    let left = value << (64 - n);
    let count = n.div_ceil(8) as usize;
    (left.to_be_bytes().into_iter().take(count).collect(), u64::from(n))
}

fn range(range: &Range) -> String {
    let end = |x: Option<f64>, open: &str| x.map_or_else(|| open.to_owned(), |x| x.to_string());
    let (low, high) = (end(range.low, "…"), end(range.high, "…"));
    let above = if range.low_exclusive { "above " } else { "" };
    let below = if range.high_exclusive { "below " } else { "" };
    format!("{above}{low} to {below}{high}")
}

/// From the engineering to the raw value, as calibrators of arguments lead.
fn forward(calibrator: &Calibrator, x: f64, scope: &Scope<'_>) -> Result<f64, String> {
    let Calibrator::Math(steps) = calibrator else {
        return calibrate(calibrator, x).ok_or_else(|| format!("{x} is outside its calibration"));
    };
    let mut known: Vec<f64> = Vec::new();
    let mut resolved = Vec::with_capacity(steps.len());
    for step in steps {
        resolved.push(match step {
            MathStep::Value(value) => Step::Value(*value),
            MathStep::This => Step::This,
            MathStep::Operator(operator) => Step::Operator(*operator),
            MathStep::Parameter { parameter, .. } => {
                let text = (scope.parameters)(*parameter);
                let value = text.and_then(|text| text.trim().parse::<f64>().ok());
                known.push(value.ok_or("a parameter of its calibration is not known")?);
                Step::Watch { watch: known.len() as u32 - 1, raw: false }
            }
        });
    }
    let value = evaluate(&resolved, x, |at, _| known.get(at as usize).copied().unwrap_or(f64::NAN));
    if value.is_finite() {
        Ok(value)
    } else {
        Err(format!("its calibration has no result for {x}"))
    }
}

/// From the engineering to the raw value of a parameter; straight lines can be turned round.
fn backward(calibrator: &Calibrator, y: f64) -> Result<f64, String> {
    match calibrator {
        Calibrator::Polynomial(c) => match c.as_slice() {
            [offset, slope] if *slope != 0.0 => Ok((y - offset) / slope),
            _ => Err("its calibration cannot be turned round".to_owned()),
        },
        _ => Err("its calibration cannot be turned round".to_owned()),
    }
}

/// The start of a text that may be of any length.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
