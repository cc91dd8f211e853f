//! The variables of a text kernel.

use std::collections::BTreeMap;

use super::date::date;
use super::lexer::{Lexer, Token};
use crate::problem::Problem;
use crate::time::Instant;

/// A list of problems does not grow beyond this.
const MOST_PROBLEMS: usize = 100;

/// One value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; integers are numbers too.
    Number(f64),
    /// A quoted string, doubled quotes undone.
    Text(String),
    /// An `@` date: a formal calendar time, its scale set by what uses it.
    Date(Instant),
}

impl Value {
    /// As a number; a date is its formal seconds past 2000-01-01T12:00:00, as in SPICE.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Date(at) => Some((at.unix_ns() as f64 - 946_728_000e9) / 1e9),
            Self::Text(_) => None,
        }
    }
}

/// A variable of a kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    /// Byte offset of the assignment that began it.
    pub offset: u64,
    /// Its values in order.
    pub values: Vec<Value>,
}

/// A text kernel: its variables by name (names are case-sensitive).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextKernel {
    /// The word of the first line, such as `KPL/SCLK`; empty where there is none.
    pub kind: String,
    /// Variables by name.
    pub variables: BTreeMap<String, Variable>,
}

impl TextKernel {
    /// The values of a variable as numbers; `None` where it is missing or holds a string.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.variables.get(name)?.values.iter().map(Value::number).collect()
    }

    /// The first value of a variable as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.variables.get(name)?.values.first()?.number()
    }
}

/// Whether bytes look like a text kernel: `KPL/` in front, or a `\begindata` line early on.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(65_536)).unwrap_or_default();
    head.trim_ascii_start().starts_with(b"KPL/")
        || head.split(|b| matches!(b, b'\n' | b'\r')).any(|l| l.trim_ascii() == br"\begindata")
}

/// Reads a text kernel. Total: any bytes give a kernel, maybe empty, and what was wrong.
pub fn read(bytes: &[u8]) -> (TextKernel, Vec<Problem>) {
    let first = bytes.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
    let first = first.trim_ascii();
    let kind = if first.starts_with(b"KPL/") { lossy(first, 40) } else { String::new() };
    let mut reader = Reader {
        lexer: Lexer::new(bytes),
        kernel: TextKernel { kind, ..TextKernel::default() },
        problems: Vec::new(),
    };
    while reader.assignment() {}
    if !reader.lexer.saw_data {
        let reason = "no \\begindata line: nothing in the file is data";
        reader.problem(0, "text kernel", reason);
    }
    (reader.kernel, reader.problems)
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    kernel: TextKernel,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, offset: usize, field: &str, reason: &str) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::at(offset as u64, field, reason));
        } else if self.problems.len() == MOST_PROBLEMS {
            let reason = "more problems follow that are not listed";
            self.problems.push(Problem::at(offset as u64, "text kernel", reason));
        }
    }

    /// Reads one assignment; `false` at the end of the input.
    fn assignment(&mut self) -> bool {
        let Some((offset, token)) = self.lexer.next() else { return false };
        let Token::Word(name) = token else {
            self.problem(offset, "assignment", "expected a variable name; skipped");
            return true;
        };
        let Some(append) = self.operator() else {
            let reason = "expected = or += after the name; skipped";
            self.problem(offset, &lossy(name, 40), reason);
            return true;
        };
        let name = lossy(name, 200);
        let values = self.values(offset, &name);
        if values.is_empty() {
            self.problem(offset, &name, "has no value; skipped");
            return true;
        }
        let fresh = Variable { offset: offset as u64, values: Vec::new() };
        let variable = self.kernel.variables.entry(name).or_insert(fresh);
        if !append {
            variable.offset = offset as u64;
            variable.values.clear();
        }
        variable.values.extend(values);
        true
    }

    /// Takes `=` (false) or `+=` (true); leaves anything else where it is.
    fn operator(&mut self) -> Option<bool> {
        let mut ahead = self.lexer;
        let append = match ahead.next()?.1 {
            Token::Set => false,
            Token::Append => true,
            _ => return None,
        };
        self.lexer = ahead;
        Some(append)
    }

    /// One value, or all up to the closing bracket. An open list ends where the next
    /// assignment begins.
    fn values(&mut self, offset: usize, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        let mut ahead = self.lexer;
        let listed = matches!(ahead.next(), Some((_, Token::Open)));
        if listed {
            self.lexer = ahead;
        }
        loop {
            let mut ahead = self.lexer;
            let Some((at, token)) = ahead.next() else {
                if listed {
                    self.problem(offset, name, "the list is not closed; the values were kept");
                }
                return values;
            };
            let mut after = ahead;
            let assigned = matches!(token, Token::Word(_))
                && matches!(after.next(), Some((_, Token::Set | Token::Append)));
            if assigned {
                if listed {
                    self.problem(offset, name, "the list is not closed; the values were kept");
                }
                return values;
            }
            self.lexer = ahead;
            match token {
                Token::Close if listed => return values,
                token => match value(token) {
                    Ok(value) => values.push(value),
                    Err(reason) => self.problem(at, name, reason),
                },
            }
            if !listed {
                return values;
            }
        }
    }
}

/// The value of a token, or why it is none.
fn value(token: Token<'_>) -> Result<Value, &'static str> {
    match token {
        Token::Word(word) => number(word)
            .map(Value::Number)
            .ok_or("not a number (a string needs quotes); the value was left out"),
        Token::Quoted(text) => Ok(Value::Text(lossy(text, usize::MAX).replace("''", "'"))),
        Token::Unclosed => Err("the quote is not closed on its line; the value was left out"),
        Token::Date(text) => std::str::from_utf8(text)
            .ok()
            .and_then(date)
            .map(Value::Date)
            .ok_or("not a date such as @2017-JAN-1; the value was left out"),
        Token::Set | Token::Append | Token::Open | Token::Close => {
            Err("expected a value here; skipped")
        }
    }
}

/// A number, also with a Fortran exponent (`1.657D-3`).
fn number(word: &[u8]) -> Option<f64> {
    let plain = |b: &u8| b.is_ascii_digit() || b"+-.eEdD".contains(b);
    if word.len() > 60 || !word.iter().all(plain) {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?.replace(['d', 'D'], "e");
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn lossy(bytes: &[u8], most: usize) -> String {
    String::from_utf8_lossy(bytes.get(..most.min(bytes.len())).unwrap_or_default()).into_owned()
}
