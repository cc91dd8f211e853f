//! Formulas over the arguments of an activity, and texts with arguments in them.
//!
//! A formula is a [`parameter::Expression`](crate::parameter::Expression) whose inputs are
//! `{argument}` (truth is 1), `{argument.member}`, `{argument=TEXT}` (1 where the argument is that
//! text, else 0), `{duration_s}` (length of the activity) and `{limit.name}` (a limit of the
//! dictionary). What is not known makes the result NaN.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::activity::Value;
use crate::parameter::Expression;

/// A formula with its text.
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    expression: Expression,
}

/// What a formula is evaluated over.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// Arguments with defaults filled in.
    pub(super) arguments: &'a BTreeMap<String, Value>,
    /// Length of the activity in seconds; NaN where it is not known yet.
    pub(super) duration_s: f64,
    /// Limits of the dictionary.
    pub(super) limits: &'a BTreeMap<String, f64>,
}

impl Formula {
    /// Reads a formula; what is wrong is a sentence with the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expression = Expression::parse(text)?;
        Ok(Self { text: text.to_owned(), expression })
    }

    /// A constant.
    pub fn number(value: f64) -> Self {
        let text = format!("{value}");
        // Only what is no finite number cannot be read back; an empty expression is NaN.
        Self { expression: Expression::parse(&text).unwrap_or_default(), text }
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Names of the inputs.
    pub fn inputs(&self) -> &[String] {
        &self.expression.inputs
    }

    /// Whether it is true; what is not known is not.
    pub(super) fn holds(&self, scope: Scope<'_>) -> bool {
        let value = self.evaluate(scope);
        !value.is_nan() && value != 0.0
    }

    /// Its value, NaN where something is not known.
    pub(super) fn evaluate(&self, scope: Scope<'_>) -> f64 {
        let inputs: Vec<f64> = self.expression.inputs.iter().map(|n| input(n, scope)).collect();
        self.expression.evaluate(&inputs, &mut Vec::new())
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn input(name: &str, scope: Scope<'_>) -> f64 {
    if name == "duration_s" {
        return scope.duration_s;
    }
    if let Some(limit) = name.strip_prefix("limit.") {
        return scope.limits.get(limit).copied().unwrap_or(f64::NAN);
    }
    if let Some((path, text)) = name.split_once('=') {
        let found = member(path, scope.arguments);
        return found.map_or(f64::NAN, |v| f64::from(u8::from(v.to_string() == text)));
    }
    match member(name, scope.arguments) {
        Some(Value::Number(value)) => *value,
        Some(Value::Bool(is)) => f64::from(u8::from(*is)),
        Some(Value::List(list)) => list.len() as f64,
        _ => f64::NAN,
    }
}

/// An argument, or a member of one by a path with dots.
fn member<'a>(path: &str, arguments: &'a BTreeMap<String, Value>) -> Option<&'a Value> {
    if let Some(value) = arguments.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = arguments.get(parts.next()?)?;
    for part in parts {
        let Value::Record(members) = value else { return None };
        value = members.get(part)?;
    }
    Some(value)
}

/// The text with `{argument}` and `{argument.member}` replaced; what is not known stays.
pub fn template(text: &str, arguments: &BTreeMap<String, Value>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            out.push_str(after);
            return out;
        };
        match member(name, arguments) {
            Some(value) => out.push_str(&value.to_string()),
            None => out.extend(["{", name, "}"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Names in braces of a template.
pub(super) fn template_names(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|t| t.split_once('}').map(|(name, _)| name)).collect()
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Formula;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a formula in quotation marks")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Formula, E> {
                Ok(Formula::number(value as f64))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Formula, E> {
                Ok(Formula::number(value))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Formula, E> {
                Formula::parse(text).map_err(|e| E::custom(format!("the formula \"{text}\": {e}")))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}
