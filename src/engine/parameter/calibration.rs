//! From raw to engineering value: polynomials, splines, and counts of time.

use crate::mission::telemetry::{Calibrator, Epoch};
use crate::time::{Instant, LeapSeconds};

/// Seconds from 1958-01-01 to 1970-01-01.
const S_1958_TO_1970: i128 = 4383 * 86_400;
/// Seconds from 1970-01-01 to 1980-01-06, and TAI − GPS time.
const S_1970_TO_GPS: i128 = 315_964_800;
const TAI_MINUS_GPS_S: i128 = 19;
const NS: i128 = 1_000_000_000;

/// The engineering value; none where a spline has no value there.
pub(super) fn calibrate(calibrator: &Calibrator, x: f64) -> Option<f64> {
    match calibrator {
        Calibrator::Polynomial(coefficients) => Some(polynomial(coefficients, x)),
        Calibrator::Spline { order, points, extrapolate } => {
            spline(*order as usize, points, *extrapolate, x)
        }
        // Parameters in it have to be resolved first; `postfix` does.
        Calibrator::Math(_) => None,
    }
}

/// Horner's scheme, the constant first.
pub(super) fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    let Some((last, rest)) = coefficients.split_last() else { return 0.0 };
    rest.iter().rev().fold(*last, |sum, c| c + x * sum)
}

fn spline(order: usize, points: &[(f64, f64)], extrapolate: bool, x: f64) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    if x.is_nan() || (!extrapolate && (x < first.0 || x > last.0)) {
        return None;
    }
    // Number of points at or left of x.
    let left = points.partition_point(|p| p.0 <= x);
    if order == 0 || points.len() == 1 {
        return points.get(left.saturating_sub(1)).map(|p| p.1);
    }
    // A piece has one point more than its order and lies as evenly around x as the ends permit.
    let order = order.min(points.len() - 1);
    let from = left.saturating_sub(1).saturating_sub((order - 1) / 2);
    let from = from.min(points.len() - 1 - order);
    let piece = points.get(from..=from + order)?;
    if let [(x0, y0), (x1, y1)] = piece {
        return Some(if x1 > x0 { y0 + (y1 - y0) * ((x - x0) / (x1 - x0)) } else { *y1 });
    }
    // Lagrange's form.
    let term = |i: usize, p: &(f64, f64)| {
        let others = piece.iter().enumerate().filter(|(j, _)| *j != i);
        others.fold(p.1, |product, (_, q)| product * ((x - q.0) / (p.0 - q.0)))
    };
    Some(piece.iter().enumerate().map(|(i, p)| term(i, p)).sum())
}

/// Nanoseconds of a whole count of `scale` seconds each: exact where the scale is a whole number
/// of seconds or a whole part of one, as on-board clocks have it.
pub(super) fn count_ns(count: i128, scale: f64) -> i128 {
    let per_second = 1.0 / scale;
    if scale > 0.0
        && scale <= 1.0
        && (per_second - per_second.round()).abs() < 1e-9 * per_second
        && per_second < 1e15
    {
        let parts = per_second.round() as i128;
        let (seconds, rest) = (count.div_euclid(parts), count.rem_euclid(parts));
        return seconds * NS + (rest * NS + parts / 2) / parts;
    }
    if scale.fract() == 0.0 && scale.abs() < 1e9 {
        return count * scale as i128 * NS;
    }
    float_ns(count as f64 * scale)
}

/// Seconds as nanoseconds, saturating.
pub(super) fn float_ns(s: f64) -> i128 {
    i128::from((s * 1e9).round() as i64)
}

/// The instant so many nanoseconds after an epoch. Counts from a fixed epoch run through leap
/// seconds, that from 1970 does not. `base` is the instant that an epoch made of another
/// parameter has.
pub(super) fn instant(ns: i128, epoch: &Epoch, at: Option<Instant>) -> Option<Instant> {
    let leap = LeapSeconds::built_in();
    let narrow = |ns: i128| ns.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    Some(match epoch {
        Epoch::Tai => leap.from_tai_ns(narrow(ns - S_1958_TO_1970 * NS)),
        Epoch::J2000 => leap.from_tt_j2000_ns(narrow(ns)),
        Epoch::Unix => Instant::from_unix_ns(narrow(ns)),
        Epoch::Gps => leap.from_tai_ns(narrow(ns + (S_1970_TO_GPS + TAI_MINUS_GPS_S) * NS)),
        Epoch::At(_) | Epoch::Parameter(_) => {
            leap.from_tai_ns(narrow(ns + i128::from(leap.tai_ns(at?))))
        }
    })
}
