//! Conditions and dynamic sizes, over the newest values of the parameters they name.

use std::cmp::Ordering;

use super::plan::{Plan, RawKind};
use crate::mission::telemetry::Operator;
use crate::time::Instant;

/// The newest value of a parameter that something depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    pub leaf: u32,
    pub known: bool,
    pub raw: u64,
    pub engineering: f64,
    pub text: String,
    pub instant: Option<Instant>,
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// Names something that is not there.
    Never,
    All(Vec<Test>),
    Any(Vec<Test>),
    /// Compared as whole numbers where both are, else as floating point.
    Number {
        watch: u32,
        raw: bool,
        operator: Operator,
        whole: Option<i128>,
        value: f64,
    },
    /// Compared as text, or as the name of an enumeration.
    Text {
        watch: u32,
        operator: Operator,
        value: String,
    },
}

/// A number of bits, elements or repetitions.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    Fixed(i64),
    Of { watch: u32, raw: bool, slope: i64, intercept: i64 },
    Lookup(Vec<(Test, i64)>),
}

impl Watched {
    /// As a whole number: the raw value, or the engineering value where it has no fraction.
    fn whole(&self, kind: RawKind, raw: bool) -> Option<i128> {
        match (kind, raw) {
            (RawKind::Unsigned, true) => Some(i128::from(self.raw)),
            (RawKind::Signed, true) => Some(i128::from(self.raw as i64)),
            _ => {
                let x = self.number(kind, raw);
                (x.fract() == 0.0 && x.abs() < 1e30).then_some(x as i128)
            }
        }
    }

    fn number(&self, kind: RawKind, raw: bool) -> f64 {
        match (kind, raw) {
            (RawKind::Unsigned, true) => self.raw as f64,
            (RawKind::Signed, true) => self.raw as i64 as f64,
            (RawKind::Float, true) => f64::from_bits(self.raw),
            _ => self.engineering,
        }
    }
}

fn holds(operator: Operator, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return operator == Operator::NotEqual };
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
    }
}

impl Plan {
    /// Whether a test holds; one over a value that is not known does not.
    pub(super) fn test(&self, test: &Test, watched: &[Watched]) -> bool {
        match test {
            Test::Never => false,
            Test::All(tests) => tests.iter().all(|t| self.test(t, watched)),
            Test::Any(tests) => tests.iter().any(|t| self.test(t, watched)),
            Test::Number { watch, raw, operator, whole, value } => {
                let Some((now, kind)) = self.newest(*watch, watched) else { return false };
                let order = match (whole, now.whole(kind, *raw)) {
                    (Some(value), Some(now)) => Some(now.cmp(value)),
                    _ => now.number(kind, *raw).partial_cmp(value),
                };
                holds(*operator, order)
            }
            Test::Text { watch, operator, value } => {
                let Some((now, kind)) = self.newest(*watch, watched) else { return false };
                let text = match kind {
                    RawKind::Text => Some(now.text.as_str()),
                    _ => self.label(now.leaf, now.raw),
                };
                holds(*operator, text.map(|text| text.cmp(value.as_str())))
            }
        }
    }

    fn newest<'a>(&self, watch: u32, watched: &'a [Watched]) -> Option<(&'a Watched, RawKind)> {
        let now = watched.get(watch as usize).filter(|w| w.known)?;
        Some((now, self.leaf(now.leaf)?.raw))
    }

    /// A watched value as a number; NaN where it is not known.
    pub(super) fn number(&self, watch: u32, raw: bool, watched: &[Watched]) -> f64 {
        self.newest(watch, watched).map_or(f64::NAN, |(now, kind)| now.number(kind, raw))
    }

    /// The raw value of a watched whole number.
    pub(super) fn key(&self, watch: u32, watched: &[Watched]) -> Option<i128> {
        let (now, kind) = self.newest(watch, watched)?;
        now.whole(kind, true)
    }

    /// A size; none where what it depends on is not known, or where it is negative.
    pub(super) fn measure(&self, measure: &Measure, watched: &[Watched]) -> Option<u64> {
        let size = match measure {
            Measure::Fixed(size) => *size,
            Measure::Of { watch, raw, slope, intercept } => {
                let (now, kind) = self.newest(*watch, watched)?;
                let count = now.whole(kind, *raw).unwrap_or(now.number(kind, *raw) as i128);
                let size = count.saturating_mul(i128::from(*slope)) + i128::from(*intercept);
                i64::try_from(size).ok()?
            }
            Measure::Lookup(cases) => {
                cases.iter().find(|(test, _)| self.test(test, watched)).map(|(_, size)| *size)?
            }
        };
        u64::try_from(size).ok()
    }
}
