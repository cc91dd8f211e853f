//! The vertical axis: extent of the data, nice ticks, value to pixel.

use egui::Rangef;

use super::curve::visible_extent;
use super::model::{CurveData, Row};
use marsdeck_engine::time::TimeRange;

/// The values at the bottom and the top of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YScale {
    /// Bottom.
    pub low: f64,
    /// Top.
    pub high: f64,
    /// Whether equal ratios are equal heights; values up to 0 lie below the row then.
    pub log: bool,
}

impl YScale {
    /// From two values in any order; equal ones are set apart.
    pub fn new(a: f64, b: f64) -> Self {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        if !(low.is_finite() && high.is_finite()) {
            return Self { low: 0.0, high: 1.0, log: false };
        }
        if high - low > low.abs().max(high.abs()) * 1e-12 {
            return Self { low, high, log: false };
        }
        // A flat zero says nothing of how small its unit is.
        let apart = if low == 0.0 { 1.0 } else { low.abs() * 1e-3 };
        Self { low: low - apart, high: high + apart, log: false }
    }

    /// Around all visible data of a row, with a margin; none where there is nothing.
    pub fn of_row(row: &Row<'_>, range: TimeRange) -> Option<Self> {
        let mut all: Option<(f64, f64)> = None;
        for curve in &row.curves {
            if matches!(curve.data, CurveData::None) {
                continue;
            }
            if let Some((low, high)) = visible_extent(&curve.data, curve.shift_ns, range) {
                all = Some(all.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
            }
        }
        let (low, high) = all?;
        let tight = Self::new(low, high);
        if row.log && tight.high > 0.0 {
            return Some(tight.in_decades());
        }
        let margin = (tight.high - tight.low) * 0.06;
        Some(Self { low: tight.low - margin, high: tight.high + margin, log: false })
    }

    /// Logarithmic, with a margin; of values down to 0 and below six decades are shown.
    fn in_decades(self) -> Self {
        let low = if self.low > 0.0 { self.low } else { self.high * 1e-6 };
        let margin = (self.high / low).powf(0.06);
        Self { low: low / margin, high: self.high * margin, log: true }
    }

    /// The height that a value has on this axis.
    fn height(&self, value: f64) -> f64 {
        if self.log { value.max(f64::MIN_POSITIVE).log10() } else { value }
    }

    fn at_height(&self, height: f64) -> f64 {
        if self.log { 10f64.powf(height) } else { height }
    }

    /// Where a value lies, in points; cut a little outside of the row.
    pub fn y(&self, value: f64, y: Rangef) -> f32 {
        let (low, high) = (self.height(self.low), self.height(self.high));
        let share = (self.height(value) - low) / (high - low);
        y.max - y.span() * share.clamp(-2.0, 3.0) as f32
    }

    /// The value at a place.
    pub fn value(&self, at: f32, y: Rangef) -> f64 {
        let share = f64::from((y.max - at) / y.span().max(1.0));
        let (low, high) = (self.height(self.low), self.height(self.high));
        self.at_height(low + (high - low) * share)
    }

    /// Zoomed by a factor around a place.
    #[must_use]
    pub fn zoomed(&self, at: f32, y: Rangef, factor: f64) -> Self {
        let centre = self.height(self.value(at, y));
        let moved = |edge: f64| self.at_height(centre + (self.height(edge) - centre) * factor);
        let (low, high) = (moved(self.low), moved(self.high));
        let size = low.abs().max(high.abs()).max(1e-300);
        if (high - low).is_finite() && high - low > size * 1e-13 {
            Self { low, high, log: self.log }
        } else {
            *self
        }
    }
}

/// Ticks of a vertical axis with their labels, at most `most` and about as many.
pub fn y_ticks(scale: YScale, most: usize) -> Vec<(f64, String)> {
    let span = scale.high - scale.low;
    if most == 0 || !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    if scale.log && scale.high / scale.low >= 10.0 {
        return decades(scale, most);
    }
    let step = nice_step(span / most as f64);
    let first = (scale.low / step).ceil();
    let size = scale.low.abs().max(scale.high.abs());
    (0..=most)
        .map(|i| (first + i as f64) * step)
        .take_while(|value| *value <= scale.high + step * 1e-6)
        .map(|value| {
            let value = if value.abs() < step * 1e-9 { 0.0 } else { value };
            (value, label(value, step, size))
        })
        .collect()
}

/// Ticks at powers of ten, every so many that at most `most` remain.
fn decades(scale: YScale, most: usize) -> Vec<(f64, String)> {
    let (first, last) = (scale.low.log10().ceil() as i32, scale.high.log10().floor() as i32);
    let step = ((last - first + 1).max(1) as usize).div_ceil(most).max(1);
    (first..=last)
        .step_by(step)
        .map(|power| {
            let value = 10f64.powi(power);
            let plain = (-3..6).contains(&power);
            (value, if plain { format!("{value}") } else { format!("1e{power}") })
        })
        .collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `wanted`.
fn nice_step(wanted: f64) -> f64 {
    let power = 10f64.powf(wanted.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= wanted * 0.999_999);
    factor.unwrap_or(10.0) * power
}

fn label(value: f64, step: f64, size: f64) -> String {
    if !(1e-3..1e6).contains(&size) {
        if value == 0.0 {
            return "0".to_owned();
        }
        // As many digits as tell neighbouring ticks apart.
        let digits = (value.abs().log10().floor() - step.log10().floor()).clamp(0.0, 12.0) as usize;
        return format!("{value:.digits$e}");
    }
    let decimals = (-(step * 1.000_001).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, most: usize) -> Vec<String> {
        y_ticks(YScale { low, high, log: false }, most)
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_labels_tell_them_apart() {
        assert_eq!(labels(0.0, 10.0, 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(-1.0, 1.0, 4), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(
            labels(731.254, 731.262, 4),
            ["731.254", "731.256", "731.258", "731.260", "731.262"]
        );
        assert_eq!(labels(-3e-9, 3e-9, 3), ["-2e-9", "0", "2e-9"]);
        assert_eq!(labels(1.0e7, 1.2e7, 4), ["1.00e7", "1.05e7", "1.10e7", "1.15e7", "1.20e7"]);
    }

    #[test]
    fn flat_data_has_a_scale() {
        for value in [0.0, 5.0, -1e9, 1e-12] {
            let scale = YScale::new(value, value);
            assert!(scale.low < value && value < scale.high, "{value}");
        }
        assert_eq!(YScale::new(f64::NAN, 1.0), YScale { low: 0.0, high: 1.0, log: false });
        assert_eq!(YScale::new(2.0, 1.0), YScale { low: 1.0, high: 2.0, log: false });
    }

    #[test]
    fn a_logarithmic_axis_has_decades() {
        let scale = YScale { low: 1e-4, high: 1e2, log: true };
        let labels: Vec<_> = y_ticks(scale, 10).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["1e-4", "0.001", "0.01", "0.1", "1", "10", "100"]);
        assert!(y_ticks(scale, 3).len() <= 4);
        let y = Rangef::new(0.0, 600.0);
        assert!((scale.y(0.1, y) - 300.0).abs() < 1e-3);
        assert!((scale.value(300.0, y) / 0.1 - 1.0).abs() < 1e-6);
        assert!(scale.y(-5.0, y) > 600.0, "below the row");
        let closer = scale.zoomed(300.0, y, 0.5);
        assert!(closer.log && (closer.high / closer.low - 1e3).abs() < 1e-3);
        let with_zero = YScale::new(0.0, 50.0).in_decades();
        assert!(with_zero.low > 0.0 && with_zero.high > 50.0);
    }

    proptest! {
        #[test]
        fn values_round_trip(low in -1e6f64..1e6, span in 1e-3f64..1e6, at in 0f32..500.0) {
            let scale = YScale { low, high: low + span, log: false };
            let y = Rangef::new(0.0, 500.0);
            prop_assert!((scale.y(scale.value(at, y), y) - at).abs() < 0.1);
        }

        #[test]
        fn ticks_stay_inside(low in -1e9f64..1e9, span in 1e-6f64..1e9, most in 1usize..12) {
            let scale = YScale { low, high: low + span, log: false };
            let ticks = y_ticks(scale, most);
            prop_assert!(ticks.len() <= most + 1);
            for (value, _) in ticks {
                prop_assert!(value >= low - span * 1e-6 && value <= low + span * (1.0 + 1e-6));
            }
        }
    }
}
