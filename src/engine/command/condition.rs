//! Whether a condition of a dictionary holds by live values, where some of them may not be known.

use super::prepared::Prepared;
use crate::mission::telemetry::{Condition, ParameterId, With};
use crate::parameter::command::compare;

/// Deepest nesting of conditions.
const DEEPEST: usize = 32;

/// A live value that a condition asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The parameter.
    pub parameter: ParameterId,
    /// Members and elements on the way inside it; empty: itself.
    pub path: &'a [String],
    /// Whether the engineering value is asked for rather than the raw one.
    pub calibrated: bool,
}

/// Whether a condition holds for a command. `value` gives live values as text, or says why there
/// is none: never received, stale. A condition that hangs on such a value is not known to hold.
pub fn condition_holds(
    prepared: &Prepared,
    condition: &Condition,
    value: &dyn Fn(Wanted<'_>) -> Result<String, String>,
) -> Result<bool, String> {
    nested(prepared, condition, value, 0)
}

fn nested(
    prepared: &Prepared,
    condition: &Condition,
    value: &dyn Fn(Wanted<'_>) -> Result<String, String>,
    depth: usize,
) -> Result<bool, String> {
    if depth > DEEPEST {
        return Err(format!("its condition is nested deeper than {DEEPEST}"));
    }
    match condition {
        Condition::All(all) => decide(all, false, prepared, value, depth),
        Condition::Any(any) => decide(any, true, prepared, value, depth),
        Condition::Is(of) => {
            let (parameter, calibrated) = (of.parameter, of.calibrated);
            let left = value(Wanted { parameter, path: &of.path, calibrated })?;
            Ok(compare(&left, of.operator, &of.value))
        }
        Condition::Argument(of) => {
            let mut named = prepared.arguments.iter().filter(|(name, _)| *name == of.argument);
            let (_, left) =
                named.next().ok_or_else(|| format!("the argument {} has no value", of.argument))?;
            let right = match &of.with {
                With::Value(text) => text.clone(),
                With::Parameter(parameter) => {
                    value(Wanted { parameter: *parameter, path: &[], calibrated: true })?
                }
            };
            Ok(compare(left, of.operator, &right))
        }
    }
}

/// One `decisive` answer decides; else one that is not known leaves all unknown.
fn decide(
    conditions: &[Condition],
    decisive: bool,
    prepared: &Prepared,
    value: &dyn Fn(Wanted<'_>) -> Result<String, String>,
    depth: usize,
) -> Result<bool, String> {
    let mut unknown = None;
    for condition in conditions {
        match nested(prepared, condition, value, depth + 1) {
            Ok(answer) if answer == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(words) => unknown = unknown.or(Some(words)),
        }
    }
    unknown.map_or(Ok(!decisive), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mission::telemetry::{ArgumentComparison, Comparison, Operator};

    fn is(parameter: ParameterId, operator: Operator, value: &str) -> Condition {
        let (path, value) = (Vec::new(), value.to_owned());
        Condition::Is(Comparison { parameter, path, calibrated: true, operator, value })
    }

    #[test]
    fn what_is_not_known_does_not_hold() {
        let value = |wanted: Wanted<'_>| match wanted.parameter {
            0 => Ok("20.5".to_owned()),
            1 => Ok("ON".to_owned()),
            _ => Err("HEATER is stale".to_owned()),
        };
        let prepared =
            Prepared { arguments: vec![("rate".into(), "20".into())], ..Prepared::default() };
        let ask = |condition: &Condition| condition_holds(&prepared, condition, &value);
        let (warm, off) = (is(0, Operator::Less, "21"), is(1, Operator::Equal, "OFF"));
        let stale = is(2, Operator::Equal, "ON");
        let unknown = Err("HEATER is stale".to_owned());
        assert_eq!(ask(&warm), Ok(true));
        assert_eq!(ask(&Condition::All(vec![warm.clone(), stale.clone()])), unknown);
        assert_eq!(ask(&Condition::All(vec![stale.clone(), off.clone()])), Ok(false));
        assert_eq!(ask(&Condition::Any(vec![stale.clone(), warm])), Ok(true));
        assert_eq!(ask(&Condition::Any(vec![off, stale])), unknown);
        assert_eq!(ask(&Condition::All(Vec::new())), Ok(true));
        let argument = |name: &str| {
            let (argument, operator) = (name.to_owned(), Operator::Less);
            Condition::Argument(ArgumentComparison { argument, operator, with: With::Parameter(0) })
        };
        assert_eq!(ask(&argument("rate")), Ok(true));
        assert!(ask(&argument("gain")).unwrap_err().contains("no value"));
        let deep = (0..50).fold(Condition::All(Vec::new()), |inner, _| Condition::Any(vec![inner]));
        assert!(ask(&deep).unwrap_err().contains("deeper"));
    }
}
