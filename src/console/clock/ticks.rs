//! Where the ticks of a time axis go, and what they say.

use marsdeck_engine::time::{Civil, Instant, TimeRange};

use super::utc::{from_civil, utc_clock, utc_date};
use super::{SolClocks, SolTime};
use crate::state::TimeAxis;

/// A tick of a time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// When.
    pub time: Instant,
    /// What it says.
    pub label: String,
    /// Whether it starts a day, sol, month or year: drawn stronger.
    pub major: bool,
}

/// What an axis is labelled in.
#[derive(Clone, Copy)]
pub struct TickLabels<'a> {
    /// Sol clocks.
    pub clocks: &'a dyn SolClocks,
    /// Mission whose sols count.
    pub mission: &'a str,
    /// Kind of labels.
    pub axis: TimeAxis,
}

/// Nice steps in seconds below a day.
const STEPS_S: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
    10800.0, 14400.0, 21600.0, 43200.0, 86400.0, 172_800.0,
];
/// Nice numbers of sols or days.
const STEPS_DAYS: [i64; 11] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/// Ticks of a range, ascending, at most `most` (at least 2 are aimed at). Falls back to UTC where
/// the mission has no clock.
pub fn axis_ticks(range: TimeRange, most: usize, labels: TickLabels<'_>) -> Vec<Tick> {
    if range.is_empty() || most == 0 {
        return Vec::new();
    }
    let ticks = match labels.axis {
        TimeAxis::Utc => None,
        TimeAxis::Lmst | TimeAxis::SolOfDay | TimeAxis::Ltst => local_ticks(range, most, labels),
    };
    ticks.unwrap_or_else(|| utc_ticks(range, most))
}

/// The smallest nice step in nanoseconds that is at least `wanted`; below a second 1, 2, 5 times a
/// power of ten, above a day none.
fn step_ns(wanted: f64) -> Option<i64> {
    if wanted <= 1e9 {
        let power = 10f64.powf(wanted.max(1.0).log10().floor());
        let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= wanted * 0.999_999);
        return Some(((factor.unwrap_or(10.0) * power).round() as i64).max(1));
    }
    STEPS_S.into_iter().take(18).find(|s| s * 1e9 >= wanted).map(|s| (s * 1e9) as i64)
}

fn utc_ticks(range: TimeRange, most: usize) -> Vec<Tick> {
    let wanted = range.duration_ns() as f64 / most as f64;
    if let Some(step) = step_ns(wanted) {
        let first = range.start.unix_ns().div_euclid(step).saturating_add(1).saturating_mul(step);
        let first = if range.start.unix_ns() % step == 0 { range.start.unix_ns() } else { first };
        let count = ((range.end.unix_ns().saturating_sub(first)) / step + 1).max(0) as usize;
        return (0..count.min(most + 1))
            .map(|i| Instant::from_unix_ns(first.saturating_add(step.saturating_mul(i as i64))))
            .filter(|t| range.contains(*t))
            .map(|time| utc_tick(time, step))
            .collect();
    }
    calendar_ticks(range, wanted, most)
}

fn utc_tick(time: Instant, step: i64) -> Tick {
    let c = Civil::of(time);
    let midnight = c.hour == 0 && c.minute == 0 && c.second == 0 && c.nanos == 0;
    if midnight {
        return Tick { time, label: utc_date(time), major: true };
    }
    let label = if step >= 60_000_000_000 {
        format!("{:02}:{:02}", c.hour, c.minute)
    } else {
        utc_clock(time, digits_for(step))
    };
    Tick { time, label, major: false }
}

/// Digits of the second that a step in nanoseconds needs.
fn digits_for(step: i64) -> usize {
    let mut digits = 0;
    let mut unit = 1_000_000_000;
    while digits < 9 && step % unit != 0 {
        unit /= 10;
        digits += 1;
    }
    digits
}

fn calendar_ticks(range: TimeRange, wanted: f64, most: usize) -> Vec<Tick> {
    const DAY: f64 = 86_400e9;
    let days = wanted / DAY;
    let start = Civil::of(range.start);
    let mut ticks = Vec::new();
    let mut push = |time: Option<Instant>, label: String, major: bool| -> bool {
        match time {
            Some(time) if time < range.end => {
                if range.contains(time) {
                    ticks.push(Tick { time, label, major });
                }
                true
            }
            _ => false,
        }
    };
    if days <= 14.0 {
        let step = [1, 2, 7, 14].into_iter().find(|s| f64::from(*s) >= days).unwrap_or(14);
        let day0 = range.start.unix_ns().div_euclid(DAY as i64);
        let mut day = day0.div_euclid(i64::from(step)) * i64::from(step);
        loop {
            let time = day.checked_mul(DAY as i64).map(Instant::from_unix_ns);
            let c = time.map(Civil::of);
            let label = time.map(utc_date).unwrap_or_default();
            if !push(time, label, c.is_some_and(|c| c.day == 1)) {
                break;
            }
            day += i64::from(step);
        }
    } else if days <= 200.0 {
        let step = [1, 2, 3, 6].into_iter().find(|s| f64::from(*s) * 30.5 >= days).unwrap_or(6);
        let mut month = (u32::from(start.month) - 1) / step * step;
        loop {
            let time = from_civil(i64::from(start.year), month + 1, 1, 0);
            let label = time.map(|t| utc_date(t).chars().take(7).collect()).unwrap_or_default();
            if !push(time, label, month % 12 == 0) {
                break;
            }
            month += step;
        }
    } else {
        let step = STEPS_DAYS.into_iter().find(|s| *s as f64 * 365.25 >= days).unwrap_or(2000);
        let mut year = i64::from(start.year).div_euclid(step) * step;
        while push(from_civil(year, 1, 1, 0), year.to_string(), true) {
            year += step;
        }
    }
    ticks.truncate(most + 1);
    ticks
}

/// Ticks at whole local times. Local clocks are smooth, so the instant of a local time is found by
/// the sol's start and the length of that sol, then corrected once with the clock itself.
fn local_ticks(range: TimeRange, most: usize, labels: TickLabels<'_>) -> Option<Vec<Tick>> {
    let local = |t: Instant| match labels.axis {
        TimeAxis::Ltst => labels.clocks.ltst(labels.mission, t),
        _ => labels.clocks.lmst(labels.mission, t),
    };
    let total = |at: SolTime| at.sol as f64 * 86_400.0 + at.seconds;
    let (low, high) = (total(local(range.start)?), total(local(range.end)?));
    if high <= low {
        return None;
    }
    let wanted = (high - low) / most as f64;
    let sol = 86_400.0;
    let step = if wanted <= sol / 2.0 {
        step_ns(wanted * 1e9)? as f64 / 1e9
    } else {
        STEPS_DAYS.into_iter().map(|n| n as f64 * sol).find(|s| *s >= wanted)?
    };
    let rate = range.duration_s() / (high - low);
    let mut ticks = Vec::new();
    let first = (low / step).ceil() as i64;
    for i in 0..=most as i64 {
        let local_s = (first + i) as f64 * step;
        if local_s > high {
            break;
        }
        // Twice: once along the chord of the range, once from there.
        let mut time = range.start.plus_s((local_s - low) * rate);
        if let Some(at) = local(time) {
            time = time.plus_s((local_s - total(at)) * rate);
        }
        if range.contains(time) {
            let digits = digits_for(((step * 1e9).round() as i64).max(1));
            ticks.push(local_tick(time, local_s, step, digits, labels.axis));
        }
    }
    Some(ticks)
}

fn local_tick(time: Instant, local_s: f64, step: f64, digits: usize, axis: TimeAxis) -> Tick {
    let sol = (local_s / 86_400.0 + 1e-9).floor();
    let seconds = (local_s - sol * 86_400.0).max(0.0);
    if seconds < step.min(1.0) * 1e-3 {
        return Tick { time, label: format!("Sol {sol:.0}"), major: true };
    }
    let label = if axis == TimeAxis::SolOfDay {
        let hours = if step >= 3600.0 {
            0
        } else if step >= 360.0 {
            2
        } else {
            (4 + digits).min(9)
        };
        format!("{:.hours$} h", seconds / 3600.0)
    } else {
        let whole = (seconds + 1e-6).floor() as i64;
        let clock = format!("{:02}:{:02}", whole / 3600, whole / 60 % 60);
        if step >= 60.0 {
            clock
        } else if digits == 0 {
            format!("{clock}:{:02}", whole % 60)
        } else {
            let rest = seconds - (whole / 60 * 60) as f64;
            format!("{clock}:{rest:0width$.digits$}", width = digits + 3)
        }
    };
    Tick { time, label, major: false }
}

#[cfg(test)]
mod tests;
