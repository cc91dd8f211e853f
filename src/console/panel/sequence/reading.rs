//! A sequence as the planner sees it: a command that begins an activity type stands for it. So
//! steps get lengths, resources and flight rules out of the mission's planning dictionary.

use std::collections::BTreeMap;
use std::sync::Arc;

use marsdeck_engine::format::seqjson::Value as Given;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::plan::{
    Activity, ActivityId, ActivityType, Checker, Model, Moment, Parameter, ParameterKind, Plan,
    ProfilePoint, Severity, Value, Windows,
};
use marsdeck_engine::sequence::{Predicted, Step, form};
use marsdeck_engine::time::{Instant, TimeRange};

/// The planning dictionary as sequences use it.
pub(super) struct Planner {
    model: Arc<Model>,
    /// Without rules: for lengths alone.
    bare: Arc<Model>,
}

/// An activity type with arguments that a step stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub kind: String,
    arguments: BTreeMap<String, Value>,
}

/// A resource while a sequence runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chart {
    pub name: String,
    pub unit: String,
    pub points: Vec<ProfilePoint>,
    /// Lowest and highest value.
    pub range: (f64, f64),
    /// Value behind the last step.
    pub end: f64,
}

/// A flight rule that is broken: steps from 0, whether it bars approval, words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Broken {
    pub steps: Vec<usize>,
    pub is_error: bool,
    pub rule: String,
    pub reason: String,
}

impl Planner {
    /// The one that is built in for a mission; empty where there is none.
    pub(super) fn of(mission: &str) -> Self {
        let model = Model::builtin(mission);
        let bare = Model { rules: Vec::new(), windows: BTreeMap::new(), ..model.clone() };
        Self { model: Arc::new(model), bare: Arc::new(bare) }
    }

    /// What steps stand for; none where the planner knows no activity that begins with it.
    pub(super) fn read(&self, dictionary: &Dictionary, steps: &[Step]) -> Vec<Option<Read>> {
        let mut by_name: BTreeMap<&str, Vec<&ActivityType>> = BTreeMap::new();
        for kind in self.model.types.values() {
            let first = kind.commands.first().filter(|c| c.at != Moment::End);
            if let Some(first) = first {
                by_name.entry(&first.name).or_default().push(kind);
            }
        }
        let read = |step: &Step| {
            let stem = step.stem()?;
            let kinds = by_name.get(stem.rsplit('/').next()?)?;
            let given = given(dictionary, step);
            let read = kinds.iter().filter_map(|kind| read_as(kind, &given));
            read.max_by_key(|(fits, _)| *fits).map(|(_, read)| read)
        };
        steps.iter().map(read).collect()
    }

    /// Lengths of what was read, in nanoseconds.
    pub(super) fn lengths(&self, read: &[Option<Read>]) -> Vec<Option<i64>> {
        let start = Instant::from_unix_ns(0);
        let all = (0..read.len()).map(|at| Some((at, start)));
        let plan = self.plan(read, all.flatten(), TimeRange::new(start, start.plus_s(1.0)));
        let checker = Checker::new(Arc::clone(&self.bare), Arc::default(), &plan);
        let length = |at: usize| {
            let span = checker.span(ActivityId(at as u64 + 1))?;
            Some(span.range.duration_ns())
        };
        (0..read.len()).map(|at| read[at].as_ref().and_then(|_| length(at))).collect()
    }

    fn plan(
        &self,
        read: &[Option<Read>],
        starts: impl Iterator<Item = (usize, Instant)>,
        range: TimeRange,
    ) -> Plan {
        let mut plan = Plan::new("sequence", "Sequence", &self.model.mission, range);
        for (at, start) in starts {
            if let Some(Some(of)) = read.get(at) {
                let id = ActivityId(at as u64 + 1);
                let mut activity = Activity::new(id, &of.kind, start);
                activity.arguments.clone_from(&of.arguments);
                plan.activities.insert(id, activity);
            }
        }
        plan
    }

    /// Resources over the time of a sequence, and the flight rules that it breaks.
    pub(super) fn judge(
        &self,
        read: &[Option<Read>],
        predicted: &[Predicted],
    ) -> (Vec<Chart>, Vec<Broken>) {
        let starts = || predicted.iter().enumerate().filter_map(|(at, p)| Some((at, p.start?)));
        let ends = predicted.iter().filter_map(|p| p.end.or(p.start));
        let (Some(first), Some(last)) = (starts().map(|(_, s)| s).min(), ends.max()) else {
            return (Vec::new(), Vec::new());
        };
        let range = TimeRange::new(first, last.plus_s(1.0));
        let plan = self.plan(read, starts(), range);
        if plan.activities.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let windows = Windows::of(&self.model, range);
        let checker = Checker::new(Arc::clone(&self.model), Arc::new(windows), &plan);
        let touched = |id: &String| {
            let kinds = read.iter().flatten().filter_map(|of| self.model.types.get(&of.kind));
            kinds.flat_map(|kind| &kind.effects).any(|effect| effect.resource == *id)
        };
        let resources = self.model.resources.values().filter(|resource| touched(&resource.id));
        let charts = resources.filter_map(|resource| {
            let points = checker.profile(&resource.id)?.points;
            let values = || points.iter().flat_map(|point| [point.before, point.after]);
            let range = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
                (low.min(v), high.max(v))
            });
            let end = points.last()?.after;
            let (name, unit) = (resource.name.clone(), resource.unit.clone());
            Some(Chart { name, unit, points, range, end })
        });
        let broken = checker.violations(&plan).into_iter().map(|violation| Broken {
            steps: violation.activities.iter().map(|id| id.0.saturating_sub(1) as usize).collect(),
            is_error: violation.severity == Severity::Error,
            rule: violation.rule,
            reason: violation.reason,
        });
        (charts.collect(), broken.collect())
    }
}

/// Names and values of the arguments of a step, as text.
pub(super) fn given(dictionary: &Dictionary, step: &Step) -> Vec<(String, String)> {
    let fields = form(dictionary, step, &|_| None);
    let Some(fields) = fields else {
        let named = step.arguments.iter();
        return named.filter_map(|one| Some((one.name.clone()?, plain(&one.value)?))).collect();
    };
    let value = |field: &marsdeck_engine::sequence::FormField| {
        field.value.as_ref().and_then(plain).or_else(|| field.otherwise.clone())
    };
    fields.iter().filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}

fn plain(value: &Given) -> Option<String> {
    Some(match value {
        Given::Text(text) | Given::Symbol(text) | Given::Hex(text) => text.clone(),
        Given::Number(number) => number.to_string(),
        Given::Bool(value) => value.to_string(),
        Given::Repeat(_) => return None,
    })
}

/// The type with arguments out of its first command, and how many of them there are; none where a
/// value is not the one that the type always gives.
fn read_as(kind: &ActivityType, given: &[(String, String)]) -> Option<(usize, Read)> {
    let first = kind.commands.first()?;
    let mut arguments = BTreeMap::new();
    let mut fits = 0;
    for (name, template) in &first.arguments {
        let Some((_, text)) = given.iter().find(|(own, _)| own == name) else { continue };
        let parameter = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(parameter) = parameter.and_then(|name| kind.parameter(name)) {
            if let Some(value) = typed(parameter, text) {
                arguments.insert(parameter.name.clone(), value);
                fits += 1;
            }
        } else if !template.contains('{') {
            if !template.eq_ignore_ascii_case(text) {
                return None;
            }
            fits += 1;
        }
    }
    Some((fits, Read { kind: kind.id.clone(), arguments }))
}

fn typed(parameter: &Parameter, text: &str) -> Option<Value> {
    match parameter.kind {
        ParameterKind::Bool => match text.to_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        ParameterKind::Integer | ParameterKind::Number | ParameterKind::Duration => {
            text.parse().ok().map(Value::Number)
        }
        ParameterKind::Text | ParameterKind::Choice | ParameterKind::Time => {
            // A choice may be of numbers.
            let number = text.parse().ok().map(Value::Number);
            let is_number = number.as_ref().is_some_and(|n| parameter.choices.contains(n));
            if is_number { number } else { Some(Value::Text(text.to_owned())) }
        }
        ParameterKind::Record => None,
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::sequence::text::parse;
    use marsdeck_engine::sequence::{Circumstances, predict};

    use super::*;

    #[test]
    fn commands_of_activities_get_lengths_resources_and_rules() {
        let planner = Planner::of("insight");
        let parsed = parse(
            "A2019-207T12:00:00 UHF_PASS overflight=\"x\" hail_s=600 return_kbps=128 \
             forward_kbps=32\nC NOTHING_KNOWN\n",
        );
        let steps = &parsed.sequence.steps;
        let read = planner.read(&Dictionary::default(), steps);
        assert_eq!(read[0].as_ref().map(|of| of.kind.as_str()), Some("UHFComm"));
        assert_eq!(read[1], None);
        let lengths = planner.lengths(&read);
        assert_eq!(lengths, [Some(600_000_000_000), None]);
        let around = Circumstances {
            start: None,
            epoch: &|_| None,
            duration: &|step| (step.name() == "UHF_PASS").then_some(600_000_000_000),
        };
        let (charts, broken) = planner.judge(&read, &predict(&parsed.sequence, &around));
        assert!(charts.iter().any(|chart| chart.range.0 <= chart.end && !chart.unit.is_empty()));
        // A pass needs the lander awake, and it sleeps before the first command.
        assert!(broken.iter().any(|b| b.steps == [0] && !b.reason.is_empty()), "{broken:?}");
        let (charts, broken) = planner.judge(&read, &vec![Predicted::default(); 2]);
        assert!(charts.is_empty() && broken.is_empty(), "nothing is known of the times");
    }

    #[test]
    fn a_mission_without_planner_reads_nothing() {
        let planner = Planner::of("nowhere");
        let parsed = parse("R1 UHF_PASS\nR2 X");
        let read = planner.read(&Dictionary::default(), &parsed.sequence.steps);
        assert_eq!(read, [None, None]);
        assert_eq!(planner.lengths(&read), [None, None]);
    }
}
