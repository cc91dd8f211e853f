//! What a command's sizes and conditions refer to: arguments, members around a value, parameters.

use std::cmp::Ordering;

use crate::mission::telemetry::{
    Comparison, Condition, Dictionary, Operator, ParameterId, Size, With,
};

use super::Given;

/// Deepest nesting of conditions.
const DEEPEST: usize = 32;

/// The newest value of a parameter, as text.
pub(super) type Parameters<'a> = &'a dyn Fn(ParameterId) -> Option<String>;

/// Names that can be referred to, the nearest first.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub dictionary: &'a Dictionary,
    pub parameters: Parameters<'a>,
    pub values: &'a [(String, Given)],
    pub around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    /// The value of an argument, or of a member inside it behind slashes or points.
    pub fn argument(&self, name: &str) -> Option<&Given> {
        let mut scope = Some(self);
        while let Some(at) = scope {
            if let Some((_, value)) = at.values.iter().find(|(own, _)| own == name) {
                return Some(value);
            }
            scope = at.around;
        }
        let (before, member) = name.rsplit_once(['/', '.'])?;
        match self.argument(before)? {
            Given::Members(members) => members.iter().find(|(own, _)| own == member).map(|m| &m.1),
            _ => None,
        }
    }

    fn argument_text(&self, name: &str) -> Result<String, String> {
        match self.argument(name) {
            Some(Given::Text(text)) => Ok(text.clone()),
            Some(_) => Err(format!("the argument {name} is no single value")),
            None => Err(format!("the argument {name} has no value")),
        }
    }

    fn parameter_text(&self, id: ParameterId) -> Result<String, String> {
        (self.parameters)(id).ok_or_else(|| {
            let name = self.dictionary.parameters.get(id).map_or("?", |p| p.name.as_str());
            format!("the value of the parameter {name} is not known")
        })
    }

    /// A number of bits, elements or repetitions.
    pub fn size(&self, size: &Size) -> Result<u64, String> {
        let linear = |text: &str, slope: i64, intercept: i64| -> Result<i64, String> {
            let count = text.trim().parse::<i64>();
            let count = count.map_err(|_| format!("the size \"{text}\" is no whole number"))?;
            Ok(count.saturating_mul(slope).saturating_add(intercept))
        };
        let size = match size {
            Size::Fixed(size) => *size,
            Size::Argument { name, slope, intercept } => {
                linear(&self.argument_text(name)?, *slope, *intercept)?
            }
            Size::Of { parameter, slope, intercept, .. } => {
                linear(&self.parameter_text(*parameter)?, *slope, *intercept)?
            }
            Size::Lookup(cases) => {
                let mut found = None;
                for (condition, size) in cases {
                    if self.holds(condition)? {
                        found = Some(*size);
                        break;
                    }
                }
                found.ok_or("no size is stated for this case")?
            }
        };
        u64::try_from(size).map_err(|_| format!("its size is {size}, below zero"))
    }

    /// Whether a condition holds; a sentence where that cannot be said.
    pub fn holds(&self, condition: &Condition) -> Result<bool, String> {
        self.nested(condition, 0)
    }

    fn nested(&self, condition: &Condition, depth: usize) -> Result<bool, String> {
        if depth > DEEPEST {
            return Err(format!("its condition is nested deeper than {DEEPEST}"));
        }
        match condition {
            Condition::All(all) => {
                for one in all {
                    if !self.nested(one, depth + 1)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Any(any) => {
                for one in any {
                    if self.nested(one, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Is(Comparison { parameter, operator, value, .. }) => {
                Ok(compare(&self.parameter_text(*parameter)?, *operator, value))
            }
            Condition::Argument(of) => {
                let left = self.argument_text(&of.argument)?;
                match &of.with {
                    With::Value(value) => Ok(compare(&left, of.operator, value)),
                    With::Parameter(id) => {
                        Ok(compare(&left, of.operator, &self.parameter_text(*id)?))
                    }
                }
            }
        }
    }
}

/// Compares as numbers where both are, else as text; what cannot be compared is unequal.
pub fn compare(left: &str, operator: Operator, right: &str) -> bool {
    let (left, right) = (left.trim(), right.trim());
    let numbers = left.parse::<f64>().ok().zip(right.parse::<f64>().ok());
    let order = match numbers {
        Some((left, right)) => left.partial_cmp(&right),
        None => Some(left.cmp(right)),
    };
    let Some(order) = order else { return operator == Operator::NotEqual };
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
    }
}
