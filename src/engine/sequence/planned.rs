//! Plans as sequences: the commands of activities at their times.

use super::model::{Sequence, Step, When};
use crate::format::seqjson::{Argument, Number, Value};
use crate::plan::Expanded;

/// A sequence of the commands that a plan becomes. Each step notes its activity as
/// [`activity_of`] reads it.
pub fn of_plan(id: &str, dictionary: &str, commands: &[Expanded]) -> Sequence {
    let steps = commands.iter().map(|command| {
        let arguments = command
            .arguments
            .iter()
            .map(|(name, text)| Argument { name: Some(name.clone()), value: value(text) });
        let mut step = Step::command(When::At(command.time), &command.name, arguments.collect());
        step.note = format!("activity {}", command.activity);
        step
    });
    Sequence {
        id: id.to_owned(),
        dictionary: dictionary.to_owned(),
        steps: steps.collect(),
        ..Sequence::default()
    }
}

/// The activity of a step that [`of_plan`] made.
pub fn activity_of(step: &Step) -> Option<crate::plan::ActivityId> {
    let number = step.note.strip_prefix("activity #")?.parse().ok()?;
    Some(crate::plan::ActivityId(number))
}

/// A value as SeqJSON tells values apart.
fn value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Number::parse(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}
