//! Conditions (`MatchCriteriaType`) and sizes (`IntegerValueType`).

use crate::format::xmltree::Node;
use crate::mission::telemetry::{
    ArgumentComparison, Comparison, Condition, Operator, ParameterId, Size, With,
};

use super::notes::shown;
use super::read::{Reader, parse_whole};

/// The largest number of bits or elements: what a signed 32-bit number holds.
const MAX_SIZE: i64 = i32::MAX as i64;
/// What stands before the name of an argument where Yamcs wants a parameter.
const YAMCS_ARGUMENT: &str = "/yamcs/cmd/arg/";

/// What is compared.
enum Operand {
    Parameter(ParameterId, Vec<String>, bool),
    Argument(String),
}

impl<'t> Reader<'t> {
    /// The condition that stands in an element; none, and a problem, where it is not supported.
    pub(super) fn condition(&mut self, node: Node<'t>, system: usize) -> Option<Condition> {
        for child in node.children() {
            match child.name() {
                "Comparison" => return self.comparison(child, system),
                "ComparisonList" => {
                    let all: Option<Vec<_>> =
                        child.all("Comparison").map(|c| self.comparison(c, system)).collect();
                    return all.map(Condition::All);
                }
                "BooleanExpression" => {
                    let mut inner = self.checks(child, system)?;
                    return match inner.len() {
                        1 => inner.pop(),
                        _ => Some(Condition::All(inner)),
                    };
                }
                "CustomAlgorithm" => {
                    self.notes.unsupported(child, "it was left out");
                    return None;
                }
                _ => {}
            }
        }
        self.notes.at(node, "no condition stands in it");
        None
    }

    /// Conditions of a `BooleanExpression`. The depth of the tree bounds the recursion.
    fn checks(&mut self, node: Node<'t>, system: usize) -> Option<Vec<Condition>> {
        let mut list = Vec::new();
        for child in node.children() {
            list.push(match child.name() {
                "Condition" => self.check(child, system)?,
                "ANDedConditions" => Condition::All(self.checks(child, system)?),
                "ORedConditions" => Condition::Any(self.checks(child, system)?),
                _ => {
                    self.notes.unsupported(child, "the condition was left out");
                    return None;
                }
            });
        }
        Some(list)
    }

    /// A `Condition` with its parts as elements.
    fn check(&mut self, node: Node<'t>, system: usize) -> Option<Condition> {
        let is_operand =
            |n: &Node<'t>| ["ParameterInstanceRef", "ArgumentInstanceRef"].contains(&n.name());
        let mut operands = node.children().filter(is_operand);
        let Some(left) = operands.next() else {
            self.notes.at(node, "it names no parameter; the condition was left out");
            return None;
        };
        let operator = self.operator(node, node.text_of("ComparisonOperator"))?;
        let Some(right) = operands.next() else {
            let value = node.text_of("Value").to_owned();
            return Some(compared(self.operand(left, system)?, operator, value));
        };
        let both = (self.operand(left, system)?, self.operand(right, system)?);
        let (argument, operator, parameter) = match both {
            (Operand::Argument(name), Operand::Parameter(id, path, true)) if path.is_empty() => {
                (name, operator, id)
            }
            (Operand::Parameter(id, path, true), Operand::Argument(name)) if path.is_empty() => {
                (name, flipped(operator), id)
            }
            _ => {
                let reason = "comparing these two with each other; the condition was left out";
                self.notes.unsupported(right, reason);
                return None;
            }
        };
        let with = With::Parameter(parameter);
        Some(Condition::Argument(ArgumentComparison { argument, operator, with }))
    }

    /// A `Comparison` with its parts as attributes, in commands with what it compares inside.
    fn comparison(&mut self, node: Node<'t>, system: usize) -> Option<Condition> {
        let operator = self.operator(node, node.attribute("comparisonOperator").unwrap_or("=="))?;
        let inner = node.child("ArgumentInstanceRef").or(node.child("ParameterInstanceRef"));
        let operand = self.operand(inner.unwrap_or(node), system)?;
        let value = node.attribute("value").unwrap_or_default().to_owned();
        Some(compared(operand, operator, value))
    }

    /// What a reference to a parameter or an argument means.
    fn operand(&mut self, node: Node<'t>, system: usize) -> Option<Operand> {
        let by_yamcs =
            node.attribute("parameterRef").and_then(|r| r.trim().strip_prefix(YAMCS_ARGUMENT));
        let Some(argument) = node.attribute("argumentRef").or(by_yamcs) else {
            let (parameter, path, calibrated) = self.instance(node, system)?;
            return Some(Operand::Parameter(parameter, path, calibrated));
        };
        self.argument_name(node, argument).map(Operand::Argument)
    }

    /// The name of an argument, where one can be meant.
    fn argument_name(&mut self, node: Node<'t>, name: &str) -> Option<String> {
        if !self.in_command {
            self.notes.at(node, "an argument, and this is no command; it was left out");
            return None;
        }
        if !self.flag(node, "useCalibratedValue", true) {
            self.notes.unsupported(node, "the raw value of an argument; it was left out");
            return None;
        }
        let name = name.trim();
        if name.is_empty() || name.len() > super::names::MAX_NAME {
            self.notes.at(node, "it names no argument; it was left out");
            return None;
        }
        Some(name.to_owned())
    }

    fn operator(&mut self, node: Node<'t>, text: &str) -> Option<Operator> {
        Some(match text.trim() {
            "" | "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            other => {
                let reason = format!("\"{}\" compares nothing; it was left out", shown(other));
                self.notes.at(node, reason);
                return None;
            }
        })
    }

    /// A reference to the value of a parameter: which, what inside it, and whether calibrated.
    pub(super) fn instance(
        &mut self,
        node: Node<'t>,
        system: usize,
    ) -> Option<(ParameterId, Vec<String>, bool)> {
        let reference = node.attribute("parameterRef").unwrap_or_default();
        let Some((found, path)) = self.names.parameter(system, reference) else {
            let hint = self.names.elsewhere(reference);
            let reason = format!("no parameter is named \"{}\"{hint}", shown(reference));
            self.notes.at(node, format!("{reason}; it was left out"));
            return None;
        };
        let Some(parameter) = self.parameter_ids[found] else {
            let reason = format!("the parameter \"{}\" was left out", shown(reference));
            self.notes.at(node, format!("{reason}; so this was left out too"));
            return None;
        };
        if !matches!(self.whole(node, "instance"), None | Some(0)) {
            let reason = "not supported: an instance other than the newest; it was left out";
            self.notes.at(node, reason);
            return None;
        }
        Some((parameter, path, self.flag(node, "useCalibratedValue", true)))
    }

    /// A parameter without members on the way.
    pub(super) fn plain_instance(
        &mut self,
        node: Node<'t>,
        system: usize,
    ) -> Option<(ParameterId, bool)> {
        let (parameter, path, calibrated) = self.instance(node, system)?;
        if path.is_empty() {
            return Some((parameter, calibrated));
        }
        self.notes.unsupported(node, "a member of an aggregate here; it was left out");
        None
    }

    /// A number of bits, elements or repetitions, with `add` added to it.
    pub(super) fn size(&mut self, node: Node<'t>, system: usize, add: i64) -> Option<Size> {
        for child in node.children() {
            match child.name() {
                "FixedValue" => return self.fixed(child).map(|value| Size::Fixed(value + add)),
                "DynamicValue" => return self.dynamic(child, system, add),
                "DiscreteLookupList" => {
                    let mut list = Vec::new();
                    for row in child.all("DiscreteLookup") {
                        let value = self.whole(row, "value")?;
                        if value.abs() > MAX_SIZE {
                            self.notes.at(row, "the value is too large; it was left out");
                            return None;
                        }
                        list.push((self.condition(row, system)?, value + add));
                    }
                    return Some(Size::Lookup(list));
                }
                _ => {}
            }
        }
        self.notes.at(node, "no size stands in it");
        None
    }

    /// The number in a `FixedValue`.
    pub(super) fn fixed(&mut self, node: Node<'t>) -> Option<i64> {
        let value = parse_whole(node.text()).filter(|value| value.abs() <= MAX_SIZE);
        if value.is_none() {
            let reason = format!("\"{}\" is no whole number of 32 bits", shown(node.text()));
            self.notes.at(node, reason);
        }
        value
    }

    /// The `ParameterInstanceRef` and `LinearAdjustment` of a `DynamicValue`.
    pub(super) fn dynamic(&mut self, node: Node<'t>, system: usize, add: i64) -> Option<Size> {
        let (mut slope, mut intercept) = (1, 0);
        if let Some(linear) = node.child("LinearAdjustment") {
            slope = self.term(linear, "slope", 1)?;
            intercept = self.term(linear, "intercept", 0)?;
        }
        let intercept = intercept + add;
        if let Some(reference) = node.child("ArgumentInstanceRef") {
            let name = reference.attribute("argumentRef").unwrap_or_default();
            let name = self.argument_name(reference, name)?;
            return Some(Size::Argument { name, slope, intercept });
        }
        let Some(reference) = node.child("ParameterInstanceRef") else {
            self.notes.at(node, "it names no parameter");
            return None;
        };
        let (parameter, calibrated) = self.plain_instance(reference, system)?;
        Some(Size::Of { parameter, calibrated, slope, intercept })
    }

    /// A factor or summand, which may be written as a decimal but has to be whole.
    fn term(&mut self, node: Node<'t>, key: &str, default: i64) -> Option<i64> {
        let Some(text) = node.attribute(key) else { return Some(default) };
        let number = text.trim().parse::<f64>().ok();
        let whole = number.filter(|v| v.fract() == 0.0 && v.abs() <= MAX_SIZE as f64);
        if whole.is_none() {
            let reason = format!("{key} \"{}\" is not whole; not supported", shown(text));
            self.notes.at(node, reason);
        }
        whole.map(|v| v as i64)
    }
}

fn compared(operand: Operand, operator: Operator, value: String) -> Condition {
    match operand {
        Operand::Parameter(parameter, path, calibrated) => {
            Condition::Is(Comparison { parameter, path, calibrated, operator, value })
        }
        Operand::Argument(argument) => {
            let with = With::Value(value);
            Condition::Argument(ArgumentComparison { argument, operator, with })
        }
    }
}

/// The operator with its operands exchanged.
fn flipped(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        same => same,
    }
}
