//! Calibration by a postfix calculation, and the calibrators of a plan.

use super::calibration::calibrate;
use super::condition::Watched;
use super::plan::Plan;
use crate::mission::math::{MAX_STACK, MathOperator};
use crate::mission::telemetry::Calibrator;

/// A calibrator whose references are resolved.
#[derive(Clone, Debug)]
pub(super) enum Curve {
    /// One that depends on the value alone.
    Plain(Calibrator),
    /// A calculation that [`crate::mission::math::check`] found good.
    Postfix(Vec<Step>),
}

/// A step of a calculation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Value(f64),
    This,
    /// The newest value of a parameter, raw or not; NaN where none is known.
    Watch {
        watch: u32,
        raw: bool,
    },
    Operator(MathOperator),
}

impl Plan {
    /// The engineering value; none where there is none: beyond the ends of a spline, where a
    /// parameter is not known yet, where a calculation has no result.
    pub(super) fn calibrated(&self, curve: &Curve, x: f64, watched: &[Watched]) -> Option<f64> {
        match curve {
            Curve::Plain(calibrator) => calibrate(calibrator, x),
            Curve::Postfix(steps) => {
                let value = evaluate(steps, x, |watch, raw| self.number(watch, raw, watched));
                value.is_finite().then_some(value)
            }
        }
    }
}

/// The result of a calculation; NaN where it has none. Numbers that are missing are NaN, so that
/// steps in any order are survived.
pub(super) fn evaluate(steps: &[Step], x: f64, mut of: impl FnMut(u32, bool) -> f64) -> f64 {
    let mut stack = Stack { numbers: [f64::NAN; MAX_STACK], height: 0 };
    for step in steps {
        match step {
            Step::Value(value) => stack.push(*value),
            Step::This => stack.push(x),
            Step::Watch { watch, raw } => stack.push(of(*watch, *raw)),
            Step::Operator(operator) => stack.apply(*operator),
        }
    }
    stack.pop()
}

struct Stack {
    numbers: [f64; MAX_STACK],
    height: usize,
}

impl Stack {
    fn push(&mut self, value: f64) {
        if let Some(slot) = self.numbers.get_mut(self.height) {
            *slot = value;
            self.height += 1;
        }
    }

    fn pop(&mut self) -> f64 {
        self.height = self.height.saturating_sub(1);
        self.numbers.get(self.height).copied().unwrap_or(f64::NAN)
    }

    fn apply(&mut self, operator: MathOperator) {
        match operator {
            MathOperator::Swap => {
                let (b, a) = (self.pop(), self.pop());
                self.push(b);
                self.push(a);
            }
            MathOperator::Drop => {
                self.pop();
            }
            MathOperator::Dup => {
                let a = self.pop();
                self.push(a);
                self.push(a);
            }
            MathOperator::Over => {
                let (b, a) = (self.pop(), self.pop());
                self.push(a);
                self.push(b);
                self.push(a);
            }
            _ if operator.arity().0 == 1 => {
                let a = self.pop();
                self.push(unary(operator, a));
            }
            _ => {
                let (b, a) = (self.pop(), self.pop());
                // Comparisons with NaN would be false, which is more than is known.
                let unknown = a.is_nan() || b.is_nan();
                self.push(if unknown { f64::NAN } else { binary(operator, a, b) });
            }
        }
    }
}

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn unary(operator: MathOperator, x: f64) -> f64 {
    match operator {
        MathOperator::Ln => x.ln(),
        MathOperator::Log => x.log10(),
        MathOperator::Exp => x.exp(),
        MathOperator::Inverse => 1.0 / x,
        MathOperator::Factorial => factorial(x),
        MathOperator::Tan => x.tan(),
        MathOperator::Cos => x.cos(),
        MathOperator::Sin => x.sin(),
        MathOperator::Atan => x.atan(),
        MathOperator::Acos => x.acos(),
        MathOperator::Asin => x.asin(),
        MathOperator::Tanh => x.tanh(),
        MathOperator::Cosh => x.cosh(),
        MathOperator::Sinh => x.sinh(),
        MathOperator::Atanh => x.atanh(),
        MathOperator::Acosh => x.acosh(),
        MathOperator::Asinh => x.asinh(),
        MathOperator::Not if !x.is_nan() => truth(x == 0.0),
        MathOperator::Abs => x.abs(),
        MathOperator::Whole => x.trunc(),
        _ => f64::NAN,
    }
}

fn binary(operator: MathOperator, a: f64, b: f64) -> f64 {
    match operator {
        MathOperator::Add => a + b,
        MathOperator::Subtract => a - b,
        MathOperator::Multiply => a * b,
        MathOperator::Divide => a / b,
        MathOperator::Remainder => a % b,
        MathOperator::Power => a.powf(b),
        MathOperator::ReversePower => b.powf(a),
        MathOperator::Atan2 => b.atan2(a),
        MathOperator::And => truth(a != 0.0 && b != 0.0),
        MathOperator::Or => truth(a != 0.0 || b != 0.0),
        MathOperator::Quotient => a.div_euclid(b),
        MathOperator::Greater => truth(a > b),
        MathOperator::GreaterOrEqual => truth(a >= b),
        MathOperator::Less => truth(a < b),
        MathOperator::LessOrEqual => truth(a <= b),
        MathOperator::Equal => truth(a == b),
        MathOperator::NotEqual => truth(a != b),
        MathOperator::Min => a.min(b),
        MathOperator::Max => a.max(b),
        _ => bitwise(operator, a, b),
    }
}

/// Bits of whole numbers of up to 53 bits; NaN for others, which have no bits to speak of.
fn bitwise(operator: MathOperator, a: f64, b: f64) -> f64 {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    let whole = |x: f64| (x.fract() == 0.0 && x.abs() < LIMIT).then_some(x as i64);
    let (Some(a), Some(b)) = (whole(a), whole(b)) else { return f64::NAN };
    let shift = u32::try_from(b).ok().filter(|by| *by < 64);
    let bits = match operator {
        MathOperator::ShiftLeft => shift.and_then(|by| a.checked_mul(1_i64.checked_shl(by)?)),
        MathOperator::ShiftRight => shift.map(|by| a >> by),
        MathOperator::BitAnd => Some(a & b),
        MathOperator::BitOr => Some(a | b),
        MathOperator::BitXor => Some(a ^ b),
        _ => None,
    };
    bits.map_or(f64::NAN, |bits| bits as f64)
}

/// 170! is the largest that an `f64` holds.
fn factorial(x: f64) -> f64 {
    if x.fract() != 0.0 || !(0.0..=170.0).contains(&x) {
        return f64::NAN;
    }
    (1..=x as u32).fold(1.0, |product, n| product * f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mission::math::{MathStep, check};

    /// Steps as XTCE writes them: numbers, `x` for the value, `p` for a parameter, operators.
    fn run(text: &str, x: f64) -> f64 {
        let steps: Vec<Step> = text.split(' ').map(step).collect();
        let stated: Vec<MathStep> = steps
            .iter()
            .map(|step| match step {
                Step::Operator(operator) => MathStep::Operator(*operator),
                _ => MathStep::This,
            })
            .collect();
        assert_eq!(check(&stated), Ok(()), "{text}");
        evaluate(&steps, x, |_, raw| if raw { 10.0 } else { 2.5 })
    }

    fn step(word: &str) -> Step {
        match word {
            "x" => Step::This,
            "p" => Step::Watch { watch: 0, raw: false },
            "raw" => Step::Watch { watch: 0, raw: true },
            _ => match MathOperator::named(word) {
                Some(operator) => Step::Operator(operator),
                None => Step::Value(word.parse().unwrap()),
            },
        }
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn calculations_of_the_sample_spacecraft() {
        // BogusSAT-1, Float_MathOpCal_1: 0.5 x · 1.25 +.
        near(run("0.5 x * 1.25 +", 3.0), 2.75);
        // Float_MathOpCal_2 by its own comment: 64 · log2(1.234 x). 1.234 · 2/1.234 = 2.
        near(run("1.234 x * ln 2.0 ln / 64.0 *", 2.0 / 1.234), 64.0);
        // Float_MathOpCal_7 by hand: 2, 8, 100, log 2, 0.5, −2, 2, 5 − 2 = 3, 1, π/2, 0, π/2, 1,
        // 0, 0, 19, 3, and 4 to the power 3.
        let all = "5.0 3.0 - 3.0 ^ 92 + log 1/x -4.0 * abs 5.0 swap - 2.0 - asin cos acos sin acos \
                   atan 19.0 + 8.0 % 4.0 y^x";
        near(run(all, 0.0), 64.0);
        // The example of the schema itself: "the stack, 4 8 /, would result as 0.5".
        near(run("4 8 /", 0.0), 0.5);
    }

    #[test]
    fn every_operator_by_hand() {
        for (text, result) in [
            ("7 2 -", 5.0),
            ("-7 3 %", -1.0),
            ("2 10 ^", 1024.0),
            ("2 10 y^x", 100.0),
            ("1 e^x", std::f64::consts::E),
            ("5 x!", 120.0),
            ("0 x!", 1.0),
            ("1 1 atan2", std::f64::consts::FRAC_PI_4),
            // x1 right, x2 up: straight up is 90 degrees.
            ("0 1 atan2", std::f64::consts::FRAC_PI_2),
            ("0.5 tanh atanh", 0.5),
            ("2 cosh acosh", 2.0),
            ("2 sinh asinh", 2.0),
            ("3 4 drop", 3.0),
            ("3 dup *", 9.0),
            ("3 4 over - *", 3.0),
            ("3 5 <<", 96.0),
            ("-96 5 >>", -3.0),
            ("12 10 &", 8.0),
            ("12 10 |", 14.0),
            ("12 10 xor", 6.0),
            ("3 0 &&", 0.0),
            ("3 0 ||", 1.0),
            ("0 !", 1.0),
            ("-7 2 div", -4.0),
            ("-7.9 int", -7.0),
            ("3 2 >", 1.0),
            ("3 3 >=", 1.0),
            ("3 2 <", 0.0),
            ("3 3 <=", 1.0),
            ("3 3 ==", 1.0),
            ("3 3 !=", 0.0),
            ("3 2 min", 2.0),
            ("3 2 max", 3.0),
            ("x p +", 4.5),
            ("x raw +", 12.0),
        ] {
            near(run(text, 2.0), result);
        }
    }

    #[test]
    fn what_has_no_result_is_not_a_number() {
        for text in ["0 0 /", "-1 ln", "171 x!", "1.5 x!", "1.5 1 &", "1 64 <<", "2 62 <<"] {
            assert!(!run(text, 0.0).is_finite(), "{text}");
        }
        assert!(run("x 1 >", f64::NAN).is_nan());
        // Steps that nobody checked.
        assert!(evaluate(&[Step::Operator(MathOperator::Over)], 1.0, |_, _| 0.0).is_nan());
        assert!(evaluate(&[], 1.0, |_, _| 0.0).is_nan());
        let many = vec![Step::Value(1.0); 100];
        near(evaluate(&many, 0.0, |_, _| 0.0), 1.0);
    }

    #[test]
    fn stacks_that_are_short_or_too_full_are_told() {
        let of = |words: &str| {
            let step = |word: &str| match MathOperator::named(word) {
                Some(operator) => MathStep::Operator(operator),
                None => MathStep::Value(1.0),
            };
            check(&words.split(' ').map(step).collect::<Vec<_>>())
        };
        assert_eq!(of("3 +"), Err("step 2, +, needs 2 numbers and finds 1".to_owned()));
        assert_eq!(of("3 4"), Err("it leaves 2 numbers instead of one".to_owned()));
        assert_eq!(of("3 drop"), Err("it leaves no number".to_owned()));
        assert_eq!(check(&[]), Err("it leaves no number".to_owned()));
        let deep = format!("3{}", " dup".repeat(32));
        assert_eq!(of(&deep), Err("more than 32 numbers are on its stack".to_owned()));
    }
}
