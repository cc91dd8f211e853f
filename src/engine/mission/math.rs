//! Operators of postfix calculations (XTCE 1.2, `MathOperationType` and `MathOperatorsType`).

use serde::{Deserialize, Serialize};

use super::telemetry::ParameterId;

/// A step of a calculation in reverse Polish order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MathStep {
    /// A number.
    Value(f64),
    /// The value that is calibrated.
    This,
    /// The newest value of a parameter.
    Parameter {
        /// The parameter.
        parameter: ParameterId,
        /// Members and elements on the way inside it; empty: itself.
        path: Vec<String>,
        /// Whether its engineering value counts rather than the raw one.
        calibrated: bool,
    },
    /// Takes numbers off the stack and puts its results there.
    Operator(MathOperator),
}

/// Names, numbers taken and numbers left, as XTCE 1.2 states them (`before -- after`). Two of
/// its sentences contradict themselves: `!` is stated with two operands and is taken with the one
/// that a logical not has; `div`, "Euclidean division quotient", is stated with one and is taken
/// with the two that a quotient has. `~` has two operands and no meaning there; it is left out.
macro_rules! operators {
    ($($variant:ident $name:literal $takes:literal $leaves:literal $about:literal,)*) => {
        /// An operator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum MathOperator {
            $(#[doc = $about] $variant,)*
        }

        impl MathOperator {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in XTCE.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How many numbers it takes off the stack, and how many it leaves there.
            pub const fn arity(self) -> (usize, usize) {
                match self { $(Self::$variant => ($takes, $leaves),)* }
            }
        }
    };
}

operators! {
    Add "+" 2 1 "`x1 + x2`",
    Subtract "-" 2 1 "`x1 − x2`",
    Multiply "*" 2 1 "`x1 · x2`",
    Divide "/" 2 1 "`x1 / x2`",
    Remainder "%" 2 1 "Rest of `x1 / x2`, with the sign of `x1`",
    Power "^" 2 1 "`x1` to the power `x2`",
    ReversePower "y^x" 2 1 "`x2` to the power `x1`",
    Ln "ln" 1 1 "Natural logarithm",
    Log "log" 1 1 "Logarithm to base 10",
    Exp "e^x" 1 1 "Exponential",
    Inverse "1/x" 1 1 "`1 / x`",
    Factorial "x!" 1 1 "Factorial of a whole number",
    Tan "tan" 1 1 "Tangent of radians",
    Cos "cos" 1 1 "Cosine of radians",
    Sin "sin" 1 1 "Sine of radians",
    Atan "atan" 1 1 "Arctangent",
    Atan2 "atan2" 2 1 "Direction of a vector, `atan2(x2, x1)`: `x1` right, `x2` up",
    Acos "acos" 1 1 "Arccosine",
    Asin "asin" 1 1 "Arcsine",
    Tanh "tanh" 1 1 "Hyperbolic tangent",
    Cosh "cosh" 1 1 "Hyperbolic cosine",
    Sinh "sinh" 1 1 "Hyperbolic sine",
    Atanh "atanh" 1 1 "Inverse of the hyperbolic tangent",
    Acosh "acosh" 1 1 "Inverse of the hyperbolic cosine",
    Asinh "asinh" 1 1 "Inverse of the hyperbolic sine",
    Swap "swap" 2 2 "Exchanges the two on top",
    Drop "drop" 1 0 "Takes the one on top away",
    Dup "dup" 1 2 "Doubles the one on top",
    Over "over" 2 3 "Doubles the one below the top",
    ShiftLeft "<<" 2 1 "Bits of a whole number to the left",
    ShiftRight ">>" 2 1 "Bits of a whole number to the right",
    BitAnd "&" 2 1 "Bits that both have",
    BitOr "|" 2 1 "Bits that one of them has",
    And "&&" 2 1 "1 where both are not 0, else 0",
    Or "||" 2 1 "1 where one is not 0, else 0",
    Not "!" 1 1 "1 for 0, else 0",
    Abs "abs" 1 1 "Without sign",
    Quotient "div" 2 1 "Whole number of times that `x2` goes into `x1`, with a rest from 0 up",
    Whole "int" 1 1 "Without what stands behind the point",
    Greater ">" 2 1 "1 where `x1 > x2`, else 0",
    GreaterOrEqual ">=" 2 1 "1 where `x1 ≥ x2`, else 0",
    Less "<" 2 1 "1 where `x1 < x2`, else 0",
    LessOrEqual "<=" 2 1 "1 where `x1 ≤ x2`, else 0",
    Equal "==" 2 1 "1 where they are the same, else 0",
    NotEqual "!=" 2 1 "1 where they are not the same, else 0",
    Min "min" 2 1 "The smaller",
    Max "max" 2 1 "The larger",
    BitXor "xor" 2 1 "Bits that one of them has and the other has not",
}

/// Most numbers on the stack of a calculation.
pub const MAX_STACK: usize = 32;

impl MathOperator {
    /// By its name in XTCE.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operator| operator.name() == name)
    }
}

/// Whether steps can be carried out: no operator finds too few numbers, at most [`MAX_STACK`]
/// stand on the stack, and one is left; else a sentence that says where they fail.
pub fn check(steps: &[MathStep]) -> Result<(), String> {
    let mut height = 0_usize;
    for (at, step) in steps.iter().enumerate() {
        let (takes, leaves) = match step {
            MathStep::Operator(operator) => operator.arity(),
            _ => (0, 1),
        };
        if height < takes {
            let name = match step {
                MathStep::Operator(operator) => operator.name(),
                _ => "",
            };
            let at = at + 1;
            return Err(format!("step {at}, {name}, needs {takes} numbers and finds {height}"));
        }
        height = height - takes + leaves;
        if height > MAX_STACK {
            return Err(format!("more than {MAX_STACK} numbers are on its stack"));
        }
    }
    match height {
        1 => Ok(()),
        0 => Err("it leaves no number".to_owned()),
        more => Err(format!("it leaves {more} numbers instead of one")),
    }
}
