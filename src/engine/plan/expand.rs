//! From activities to the commands that carry them out.

use super::activity::ActivityId;
use super::checker::{Checker, Span};
use super::formula::{Scope, template};
use super::model::{Model, Moment};
use crate::time::Instant;

/// A command that an activity becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The activity.
    pub activity: ActivityId,
    /// When it is carried out.
    pub time: Instant,
    /// Name of the command.
    pub name: String,
    /// Names and values of its arguments.
    pub arguments: Vec<(String, String)>,
}

/// The commands of all activities of a plan, by time, then by activity and order of the type.
pub fn expand(checker: &Checker) -> Vec<Expanded> {
    let limits = super::checker::limits(checker.model());
    let mut all: Vec<Expanded> =
        checker.spans().flat_map(|span| commands(checker.model(), span, &limits)).collect();
    // Stable: within an activity the order of the type stays.
    all.sort_by_key(|c| (c.time, c.activity));
    all
}

fn commands(
    model: &Model,
    span: &Span,
    limits: &std::collections::BTreeMap<String, f64>,
) -> Vec<Expanded> {
    let Some(of) = model.types.get(&span.kind) else { return Vec::new() };
    let (arguments, duration_s) = (&span.arguments, span.range.duration_s());
    let scope = Scope { arguments, duration_s, limits };
    let wanted = of.commands.iter().filter(|c| c.when.as_ref().is_none_or(|w| w.holds(scope)));
    let expanded = wanted.map(|command| {
        let from = if command.at == Moment::End { span.range.end } else { span.range.start };
        let values = command.arguments.iter();
        Expanded {
            activity: span.id,
            time: from.plus_s(command.offset_s),
            name: command.name.clone(),
            arguments: values.map(|(n, t)| (n.clone(), template(t, arguments))).collect(),
        }
    });
    expanded.collect()
}
