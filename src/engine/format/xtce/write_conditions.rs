//! From a dictionary to XTCE 1.2: conditions and sizes.

use crate::mission::telemetry::{
    ArgumentComparison, Comparison, Condition, Operator, ParameterId, Size, With,
};

use super::write::{Writer, attribute};

impl Writer<'_> {
    /// What stands in a `MatchCriteriaType`.
    pub(super) fn condition(&mut self, condition: &Condition) {
        match condition {
            _ if is_comparison(condition) => self.comparison(condition),
            Condition::All(list) if !list.is_empty() && list.iter().all(is_comparison) => {
                self.xml.open("ComparisonList", &[]);
                for item in list {
                    self.comparison(item);
                }
                self.xml.close();
            }
            _ => {
                self.xml.open("BooleanExpression", &[]);
                self.expression(condition, None);
                self.xml.close();
            }
        }
    }

    fn comparison(&mut self, condition: &Condition) {
        let (reference, with, value, is_inside) = match condition {
            Condition::Is(of) => (self.compared(of), of.operator, &of.value, self.inside),
            Condition::Argument(ArgumentComparison {
                argument,
                operator,
                with: With::Value(value),
            }) => (vec![attribute("argumentRef", argument.as_str())], *operator, value, true),
            _ => return,
        };
        let attributes =
            [attribute("comparisonOperator", operator(with)), attribute("value", value.as_str())];
        if !is_inside {
            self.xml.empty("Comparison", &[&reference[..], &attributes[..]].concat());
            return;
        }
        self.xml.open("Comparison", &attributes);
        self.xml.empty(reference_name(&reference), &reference);
        self.xml.close();
    }

    /// A part of a `BooleanExpression`. All inside of all, and any inside of any, which the
    /// schema does not have, get one of the other kind between them.
    fn expression(&mut self, condition: &Condition, inside: Option<bool>) {
        let (all, list) = match condition {
            Condition::Is(comparison) => {
                let reference = self.compared(comparison);
                self.xml.open("Condition", &[]);
                self.xml.empty("ParameterInstanceRef", &reference);
                self.xml.leaf("ComparisonOperator", operator(comparison.operator));
                self.xml.leaf("Value", &comparison.value);
                self.xml.close();
                return;
            }
            Condition::Argument(of) => {
                self.xml.open("Condition", &[]);
                let argument = [attribute("argumentRef", of.argument.as_str())];
                self.xml.empty("ArgumentInstanceRef", &argument);
                self.xml.leaf("ComparisonOperator", operator(of.operator));
                match &of.with {
                    With::Value(value) => self.xml.leaf("Value", value),
                    With::Parameter(id) => {
                        let reference = self.instance(*id, true);
                        self.xml.empty("ParameterInstanceRef", &reference);
                    }
                }
                self.xml.close();
                return;
            }
            Condition::All(list) => (true, list),
            Condition::Any(list) => (false, list),
        };
        let between = inside == Some(all);
        if between {
            self.xml.open(if all { "ORedConditions" } else { "ANDedConditions" }, &[]);
        }
        self.xml.open(if all { "ANDedConditions" } else { "ORedConditions" }, &[]);
        for item in list {
            self.expression(item, Some(all));
        }
        self.xml.close();
        if between {
            self.xml.close();
        }
    }

    /// Attributes that say what is compared, with the members on the way inside it.
    fn compared(&self, comparison: &Comparison) -> Vec<(&'static str, String)> {
        let Comparison { parameter, path, calibrated, .. } = comparison;
        self.instance_within(*parameter, path, *calibrated)
    }

    /// Attributes of a reference to a parameter or to what stands in it.
    pub(super) fn instance_within(
        &self,
        parameter: ParameterId,
        path: &[String],
        calibrated: bool,
    ) -> Vec<(&'static str, String)> {
        let mut attributes = self.instance(parameter, calibrated);
        if let Some((_, reference)) = attributes.first_mut() {
            for step in path {
                if !step.starts_with('[') {
                    reference.push('/');
                }
                reference.push_str(step);
            }
        }
        attributes
    }

    /// Attributes of a `ParameterInstanceRef`, the reference first.
    pub(super) fn instance(
        &self,
        id: ParameterId,
        calibrated: bool,
    ) -> Vec<(&'static str, String)> {
        let mut attributes = vec![attribute("parameterRef", self.parameter_ref(id))];
        if !calibrated {
            attributes.push(attribute("useCalibratedValue", "false"));
        }
        attributes
    }

    /// What stands in an `IntegerValueType`, with `add` added to it.
    pub(super) fn size(&mut self, size: &Size, add: i64) {
        match size {
            Size::Fixed(value) => {
                self.xml.leaf("FixedValue", &value.saturating_add(add).to_string());
            }
            Size::Of { parameter, calibrated, slope, intercept } => {
                let reference = self.instance(*parameter, *calibrated);
                self.dynamic(&reference, *slope, intercept.saturating_add(add));
            }
            Size::Argument { name, slope, intercept } => {
                let reference = [attribute("argumentRef", name.as_str())];
                self.dynamic(&reference, *slope, intercept.saturating_add(add));
            }
            Size::Lookup(rows) => {
                self.xml.open("DiscreteLookupList", &[]);
                for (condition, value) in rows {
                    let value = value.saturating_add(add).to_string();
                    self.xml.open("DiscreteLookup", &[attribute("value", value)]);
                    self.condition(condition);
                    self.xml.close();
                }
                self.xml.close();
            }
        }
    }

    /// A `DynamicValue`.
    fn dynamic(&mut self, reference: &[(&'static str, String)], slope: i64, intercept: i64) {
        self.xml.open("DynamicValue", &[]);
        self.xml.empty(reference_name(reference), reference);
        if (slope, intercept) != (1, 0) {
            let linear = [
                attribute("slope", slope.to_string()),
                attribute("intercept", intercept.to_string()),
            ];
            self.xml.empty("LinearAdjustment", &linear);
        }
        self.xml.close();
    }
}

/// Whether a condition can be written as a `Comparison`.
fn is_comparison(condition: &Condition) -> bool {
    match condition {
        Condition::Is(_) => true,
        Condition::Argument(of) => matches!(of.with, With::Value(_)),
        _ => false,
    }
}

/// The element of a reference by what it refers to.
fn reference_name(reference: &[(&'static str, String)]) -> &'static str {
    match reference.first() {
        Some(("argumentRef", _)) => "ArgumentInstanceRef",
        _ => "ParameterInstanceRef",
    }
}

fn operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}
