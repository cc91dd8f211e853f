//! Expressions over parameters: read once, evaluated often.
//!
//! Numbers; parameters by qualified name in braces, `{/S/voltage}`; `+ - * / % ^` (powers bind
//! to the right, before a sign), comparisons `< <= > >= == !=` and `! && ||` (1 for true, 0 for
//! false, anything but 0 is true), `condition ? a : b`; `pi`; the functions `min max` (any
//! number of arguments), `abs sqrt ln log10 exp sin cos tan asin acos atan atan2 floor ceil round`.
//! A value that is not known is NaN, and so is what is computed from it.

/// Longest text and deepest nesting of an expression.
const LONGEST: usize = 16 * 1024;
const DEEPEST: usize = 64;

/// An expression in reverse Polish order; the empty one is NaN.
#[derive(Clone, Debug, Default)]
pub struct Expression {
    /// Names of the parameters, each once.
    pub inputs: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Number(f64),
    Input(usize),
    Unary(Unary),
    Binary(Binary),
    /// Takes condition, then, else.
    Choose,
}

type Reading<T> = Result<T, String>;
type Unary = fn(f64) -> f64;
type Binary = fn(f64, f64) -> f64;

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Binary operators: text, how strongly it binds, what it does. Longer texts first.
const OPERATORS: &[(&str, u8, Binary)] = &[
    ("||", 1, |a, b| truth(a != 0.0 || b != 0.0)),
    ("&&", 2, |a, b| truth(a != 0.0 && b != 0.0)),
    ("==", 3, |a, b| truth(a == b)),
    ("!=", 3, |a, b| truth(a != b)),
    ("<=", 4, |a, b| truth(a <= b)),
    (">=", 4, |a, b| truth(a >= b)),
    ("<", 4, |a, b| truth(a < b)),
    (">", 4, |a, b| truth(a > b)),
    ("+", 5, |a, b| a + b),
    ("-", 5, |a, b| a - b),
    ("*", 6, |a, b| a * b),
    ("/", 6, |a, b| a / b),
    ("%", 6, |a, b| a % b),
    ("^", 8, f64::powf),
];
/// Signs bind more strongly than products and less than powers: `-2^2` is −4.
const SIGN: u8 = 7;
const POWER: u8 = 8;

const UNARY: &[(&str, Unary)] = &[
    ("abs", f64::abs),
    ("sqrt", f64::sqrt),
    ("ln", f64::ln),
    ("log10", f64::log10),
    ("exp", f64::exp),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("asin", f64::asin),
    ("acos", f64::acos),
    ("atan", f64::atan),
    ("floor", f64::floor),
    ("ceil", f64::ceil),
    ("round", f64::round),
];

/// The smaller; unlike `f64::min` NaN where one is.
fn least(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

fn greatest(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

impl Expression {
    /// Reads an expression; what is wrong is a sentence with the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("an expression has at most {LONGEST} bytes"));
        }
        let mut parser = Parser { text, at: 0, inputs: Vec::new(), steps: Vec::new(), depth: 0 };
        parser.choice()?;
        parser.blank();
        if parser.at < text.len() {
            return parser.wrong("an operator or the end");
        }
        Ok(Self { inputs: parser.inputs, steps: parser.steps })
    }

    /// The value, given those of the inputs in their order. `stack` is scratch space that is kept
    /// from call to call.
    pub fn evaluate(&self, inputs: &[f64], stack: &mut Vec<f64>) -> f64 {
        stack.clear();
        for step in &self.steps {
            let value = match step {
                Step::Number(value) => *value,
                Step::Input(at) => inputs.get(*at).copied().unwrap_or(f64::NAN),
                Step::Unary(function) => function(stack.pop().unwrap_or(f64::NAN)),
                Step::Binary(function) => {
                    let b = stack.pop().unwrap_or(f64::NAN);
                    let a = stack.pop().unwrap_or(f64::NAN);
                    // Comparisons with NaN would be false, which is more than is known.
                    if a.is_nan() || b.is_nan() { f64::NAN } else { function(a, b) }
                }
                Step::Choose => {
                    let no = stack.pop().unwrap_or(f64::NAN);
                    let yes = stack.pop().unwrap_or(f64::NAN);
                    match stack.pop().unwrap_or(f64::NAN) {
                        condition if condition.is_nan() => f64::NAN,
                        0.0 => no,
                        _ => yes,
                    }
                }
            };
            stack.push(value);
        }
        stack.pop().unwrap_or(f64::NAN)
    }
}

/// Precedence climbing.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    inputs: Vec<String>,
    steps: Vec<Step>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn wrong<T>(&self, expected: &str) -> Reading<T> {
        let found: String = self.rest().chars().take(12).collect();
        let found = if found.is_empty() { "the end".to_owned() } else { format!("{found:?}") };
        Err(format!("{expected} is expected at character {}, not {found}", self.at + 1))
    }

    fn take(&mut self, what: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn choice(&mut self) -> Reading<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("an expression is nested at most {DEEPEST} deep"));
        }
        self.binary(0)?;
        if self.take("?") {
            self.choice()?;
            if !self.take(":") {
                return self.wrong("a colon");
            }
            self.choice()?;
            self.steps.push(Step::Choose);
        }
        self.depth -= 1;
        Ok(())
    }

    fn binary(&mut self, least: u8) -> Reading<()> {
        self.operand()?;
        loop {
            self.blank();
            let rest = self.rest();
            let operator = OPERATORS.iter().find(|(text, ..)| rest.starts_with(text));
            let Some((text, strength, function)) = operator.filter(|o| o.1 >= least) else {
                return Ok(());
            };
            self.at += text.len();
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(format!("an expression is nested at most {DEEPEST} deep"));
            }
            self.binary(if *strength == POWER { POWER } else { strength + 1 })?;
            self.depth -= 1;
            self.steps.push(Step::Binary(*function));
        }
    }

    fn operand(&mut self) -> Reading<()> {
        self.blank();
        let rest = self.rest();
        let sign: Option<Unary> = match rest.chars().next() {
            Some('-') => Some(|x| -x),
            Some('+') => Some(|x| x),
            Some('!') => Some(|x: f64| if x.is_nan() { x } else { truth(x == 0.0) }),
            _ => None,
        };
        if let Some(sign) = sign {
            self.at += 1;
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(format!("an expression is nested at most {DEEPEST} deep"));
            }
            self.binary(SIGN)?;
            self.depth -= 1;
            self.steps.push(Step::Unary(sign));
            return Ok(());
        }
        if self.take("(") {
            self.choice()?;
            return if self.take(")") { Ok(()) } else { self.wrong("a closing bracket") };
        }
        if let Some(inside) = rest.strip_prefix('{') {
            let Some((name, _)) = inside.split_once('}') else {
                return self.wrong("a parameter name in braces");
            };
            self.at += name.len() + 2;
            self.input(name.trim());
            return Ok(());
        }
        if rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return self.number();
        }
        self.named()
    }

    fn input(&mut self, name: &str) {
        let known = self.inputs.iter().position(|i| i == name);
        let at = known.unwrap_or_else(|| {
            self.inputs.push(name.to_owned());
            self.inputs.len() - 1
        });
        self.steps.push(Step::Input(at));
    }

    fn number(&mut self) -> Reading<()> {
        let rest = self.rest();
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let exponent = rest[..at].ends_with(['e', 'E']);
            if !(c.is_ascii_digit()
                || c == '.'
                || c == 'e'
                || c == 'E'
                || exponent && (c == '-' || c == '+'))
            {
                break;
            }
            end = at + 1;
        }
        let Some(value) = rest.get(..end).and_then(|t| t.parse().ok()) else {
            return self.wrong("a number");
        };
        self.at += end;
        self.steps.push(Step::Number(value));
        Ok(())
    }

    fn named(&mut self) -> Reading<()> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or("");
        if name == "pi" {
            self.at += end;
            self.steps.push(Step::Number(std::f64::consts::PI));
            return Ok(());
        }
        let unary = UNARY.iter().find(|(n, _)| *n == name).map(|(_, f)| *f);
        let fold: Option<Binary> = match name {
            "min" => Some(least),
            "max" => Some(greatest),
            "atan2" => Some(f64::atan2),
            _ => None,
        };
        if unary.is_none() && fold.is_none() {
            return self.wrong("a number, a function or a parameter in braces");
        }
        self.at += end;
        if !self.take("(") {
            return self.wrong("an opening bracket");
        }
        let mut count = 0;
        loop {
            self.choice()?;
            count += 1;
            if let (Some(fold), true) = (fold, count > 1) {
                self.steps.push(Step::Binary(fold));
            }
            if !self.take(",") {
                break;
            }
        }
        let right = match name {
            "atan2" => count == 2,
            "min" | "max" => true,
            _ => count == 1,
        };
        if !right {
            return self.wrong("another number of arguments before this place");
        }
        if let Some(unary) = unary {
            self.steps.push(Step::Unary(unary));
        }
        if self.take(")") { Ok(()) } else { self.wrong("a comma or a closing bracket") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let expression = Expression::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let inputs: Vec<f64> = (1..=expression.inputs.len()).map(|x| x as f64).collect();
        expression.evaluate(&inputs, &mut Vec::new())
    }

    #[test]
    fn expressions_have_the_usual_order() {
        let cases = [
            ("1+2*3", 7.0),
            ("(1+2)*3", 9.0),
            ("2^3^2", 512.0),
            ("-2^2", -4.0),
            ("2^-1", 0.5),
            ("10-4-3", 3.0),
            ("8/4/2", 1.0),
            ("7%4", 3.0),
            ("1 < 2 && 3 >= 3", 1.0),
            ("1 > 2 || 2 != 2", 0.0),
            ("!0 + 1", 2.0),
            ("1 > 2 ? 3 : 4 < 5 ? 6 : 7", 6.0),
            ("min(3, 1, 2) + max(1, 5)", 6.0),
            ("sqrt(16) + abs(-2) + ln(exp(3))", 9.0),
            ("cos(pi) + sin(0)", -1.0),
            ("1.5e-1 * 2E+1", 3.0),
            ("{/S/a} / {/S/b[2].c} + {/S/a}", 1.5),
        ];
        for (text, expected) in cases {
            assert!((value(text) - expected).abs() < 1e-12, "{text} = {}", value(text));
        }
        let expression = Expression::parse("{/x} > 0 ? 1 : 2").unwrap();
        assert!(expression.evaluate(&[f64::NAN], &mut Vec::new()).is_nan());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let cases =
            ["", "1+", "(1", "{/S/a", "foo(1)", "1 2", "sin(1,2)", "1 ? 2", "1e", "atan2(1)"];
        for text in cases {
            let error = Expression::parse(text).unwrap_err();
            assert!(error.contains("is expected at character"), "{text}: {error}");
        }
        assert!(Expression::parse(&"(".repeat(5000)).is_err());
        assert!(Expression::parse(&"-".repeat(5000)).is_err());
        assert!(Expression::parse(&"2^".repeat(5000)).is_err());
        assert!(Expression::parse(&"1+".repeat(20000)).is_err());
    }
}
