//! Runs of fixed fields turned into steps, when all that they depend on is known.

use super::ValueId;
use super::compile::Compiler;
use super::plan::{Field, Limit, Number, Plan, Polynomial, Run, Step};
use super::postfix::Curve;
use super::scalar::{Form, Meaning, Scalar};
use crate::mission::Severity;
use crate::mission::telemetry::{Alarm, ByteOrder, Calibrator, FloatForm, IntegerForm, Range};

impl Compiler<'_> {
    /// Finishes all runs.
    pub(super) fn prepare(&mut self) {
        let mut runs = std::mem::take(&mut self.plan.runs);
        for run in &mut runs {
            prepare(&self.plan, run);
        }
        self.plan.runs = runs;
    }
}

fn prepare(plan: &Plan, run: &mut Run) {
    let fields = std::mem::take(&mut run.fields);
    let end = fields.iter().map(|f| f.at + u64::from(f.bits)).max().unwrap_or(0);
    let bytes = ((end + run.phase).div_ceil(8)) as usize;
    // A field that spans nine bytes ends behind its window.
    run.bytes = bytes;
    run.ids = fields.iter().map(|f| ValueId { leaf: f.leaf, index: 0 }).collect();
    for (slot, field) in fields.iter().enumerate() {
        let Some(scalar) = plan.scalar(field.leaf) else { continue };
        let watched = plan.watch_of.get(field.leaf as usize).is_some_and(Option::is_some);
        let (mut step, fits) = load(field, run.phase, bytes, scalar);
        run.bytes = run.bytes.max(step.byte as usize + 8);
        let is_quick = equip(&mut step, &mut run.limits, slot as u32, scalar);
        run.steps.push(step);
        if watched || !fits || !is_quick {
            run.special.push(slot as u32);
        }
    }
    run.fields = fields;
}

/// Eight bytes that hold the field, and whether they do.
fn load(field: &Field, phase: u64, bytes: usize, scalar: &Scalar) -> (Step, bool) {
    let at = field.at + phase;
    let own = (at / 8) as usize;
    // Towards the end of the run the window begins earlier, so that it ends inside the packet.
    let byte = if bytes >= 8 { own.min(bytes - 8) } else { own };
    let left = at - byte as u64 * 8;
    let fits = left + u64::from(field.bits) <= 64 && byte < u32::MAX as usize;
    let signed = matches!(
        scalar.form,
        Form::Integer { form: IntegerForm::TwosComplement, order: ByteOrder::Big, .. }
    );
    let sign = if signed { 1_u64 << (field.bits - 1) } else { 0 };
    let (left, right) = if fits { (left as u8, (64 - field.bits) as u8) } else { (0, 0) };
    let step = Step {
        sign,
        byte: byte as u32,
        left,
        right,
        number: Number::Whole,
        severity: Severity::Normal,
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        polynomial: Polynomial::None,
    };
    (step, fits)
}

/// Says what is done to a field; false where it needs the long way.
fn equip(step: &mut Step, more: &mut Vec<Limit>, slot: u32, scalar: &Scalar) -> bool {
    let quick = scalar.contexts.is_empty()
        && scalar.context_alarms.is_empty()
        && scalar.valid.is_none()
        && !matches!(scalar.meaning, Meaning::Absolute { .. } | Meaning::Relative { .. });
    let limits = match &scalar.alarm {
        None => Some(Vec::new()),
        Some(alarm) => limits(alarm, slot),
    };
    let number = match &scalar.form {
        // A `u64` above 2^63 is none as an `i64`.
        Form::Integer { bits, form: IntegerForm::Unsigned, order: ByteOrder::Big }
            if *bits < 64 =>
        {
            Number::Whole
        }
        Form::Integer { form: IntegerForm::TwosComplement, order: ByteOrder::Big, .. } => {
            Number::Whole
        }
        Form::Float { bits: 32, form: FloatForm::Ieee754, order: ByteOrder::Big } => Number::Single,
        Form::Float { bits: 64, form: FloatForm::Ieee754, order: ByteOrder::Big } => Number::Double,
        _ => return false,
    };
    let (true, Some(limits)) = (quick, limits) else { return false };
    let polynomial = match &scalar.calibrator {
        None => Polynomial::None,
        Some(Curve::Plain(Calibrator::Polynomial(c))) => match c.as_slice() {
            [c0, c1] => Polynomial::Line([*c0, *c1]),
            [c0, c1, c2] => Polynomial::Parabola([*c0, *c1, *c2]),
            _ => return false,
        },
        Some(_) => return false,
    };
    (step.number, step.polynomial) = (number, polynomial);
    let mut limits = limits.into_iter();
    if let Some(first) = limits.next() {
        (step.low, step.high, step.severity) = (first.low, first.high, first.severity);
    }
    more.extend(limits);
    true
}

fn ends(range: &Range) -> impl Iterator<Item = f64> {
    range.low.into_iter().chain(range.high)
}

/// An alarm as limits that need no state and no names; none where it is more than that.
fn limits(alarm: &Alarm, slot: u32) -> Option<Vec<Limit>> {
    let simple = alarm.inside.is_empty()
        && alarm.labels.is_empty()
        && alarm.other_labels.is_none()
        && alarm.minimum_violations <= 1
        && alarm.outside.iter().all(|(_, range)| !ends(range).any(f64::is_nan));
    simple.then(|| {
        let limit = |severity, range: &Range| {
            let low = range.low.unwrap_or(f64::NEG_INFINITY);
            let high = range.high.unwrap_or(f64::INFINITY);
            Limit {
                low: if range.low_exclusive && range.low.is_some() { low.next_up() } else { low },
                high: if range.high_exclusive && range.high.is_some() {
                    high.next_down()
                } else {
                    high
                },
                slot,
                severity,
            }
        };
        alarm.outside.iter().map(|(severity, range)| limit(*severity, range)).collect()
    })
}
