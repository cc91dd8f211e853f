//! Plans to begin with: an empty one over some sols, and a sol for each instrument.

use std::collections::BTreeMap;

use marsdeck_engine::plan::{Activity, ActivityId, Plan, Value};
use marsdeck_engine::time::{Convention, SolClock, TimeRange};

/// An activity of an example: type, minute of the sol (LMST), arguments.
type Line = (&'static str, i64, &'static [(&'static str, Given)]);

/// An argument of an example.
#[derive(Clone, Copy)]
enum Given {
    Number(f64),
    Text(&'static str),
}

struct Example {
    mission: &'static str,
    instrument: &'static str,
    lines: &'static [Line],
}

const SEIS: &[Line] = &[
    ("Wake", 480, &[("duration", Given::Number(7200.0))]),
    ("SeisPowerOn", 492, &[]),
    ("SeisGetTilt", 497, &[]),
    ("SeisRecenterRoutine", 510, &[]),
    ("SeisChangeVBBConfig", 542, &[]),
    ("SeisChangeAcqRate", 545, &[("velRate", Given::Number(100.0))]),
    ("SeisContinuous", 550, &[("duration", Given::Number(70_000.0))]),
    ("SeisEventRequest", 565, &[("request", Given::Text("S0235b"))]),
    ("Wake", 960, &[("duration", Given::Number(7200.0))]),
    ("SeisProcessContinuousData", 975, &[]),
    ("UHFComm", 1015, &[]),
    ("Cleanup", 1040, &[]),
];

const APSS: &[Line] = &[
    ("Wake", 480, &[("duration", Given::Number(7200.0))]),
    ("APSSChangeAcqConfig", 552, &[]),
    ("Wake", 960, &[("duration", Given::Number(7200.0))]),
    ("APSSProcessContinuousData", 975, &[]),
    ("APSSTwinsBoomSwap", 1000, &[]),
    ("UHFComm", 1015, &[]),
    ("Cleanup", 1040, &[]),
];

const CHEMCAM: &[Line] = &[
    ("RoverAwake", 570, &[("duration", Given::Number(24_000.0))]),
    ("MastMove", 572, &[]),
    ("CcamOn", 580, &[]),
    ("CcamWarmUp", 611, &[]),
    ("CcamLibs", 627, &[("target", Given::Text("Ithaca"))]),
    ("CcamRmi", 640, &[("target", Given::Text("Ithaca"))]),
    ("CcamPassive", 660, &[("target", Given::Text("Ithaca"))]),
    ("CcamOff", 690, &[]),
    ("Drive", 750, &[]),
    ("RelayPass", 930, &[]),
];

const SAM: &[Line] = &[
    ("RoverAwake", 570, &[("duration", Given::Number(24_000.0))]),
    ("SamDelivery", 840, &[("cup", Given::Number(12.0))]),
    ("RelayPass", 930, &[]),
    ("SamPreheat", 1080, &[]),
    ("SamPyrolysis", 1150, &[("cup", Given::Number(12.0))]),
    ("SamBakeOut", 1520, &[]),
];

const EXAMPLES: &[Example] = &[
    Example { mission: "insight", instrument: "SEIS", lines: SEIS },
    Example { mission: "insight", instrument: "APSS", lines: APSS },
    Example { mission: "msl", instrument: "ChemCam", lines: CHEMCAM },
    Example { mission: "msl", instrument: "SAM", lines: SAM },
];

/// The instruments of a mission that have an example, with their numbers.
pub(in crate::panel::plan) fn examples(
    mission: &str,
) -> impl Iterator<Item = (usize, &'static str)> {
    let own = EXAMPLES.iter().enumerate().filter(move |(_, e)| e.mission == mission);
    own.map(|(at, example)| (at, example.instrument))
}

/// A plan without activities from a sol on.
pub(in crate::panel::plan) fn empty(
    mission: &str,
    name: &str,
    sol: i32,
    sols: i32,
) -> Option<Plan> {
    let clock = SolClock::of(mission).ok()?;
    let end = sol.checked_add(sols.max(1))?;
    let at = |sol| clock.instant(sol, 0.0, Convention::Kernel);
    Some(Plan::new(&identifier(name), name, mission, TimeRange::new(at(sol), at(end))))
}

/// The example of a number on a sol.
pub(in crate::panel::plan) fn example(mission: &str, number: usize, sol: i32) -> Option<Plan> {
    let example = EXAMPLES.get(number).filter(|e| e.mission == mission)?;
    let clock = SolClock::of(mission).ok()?;
    let at = |minute: i64| clock.instant(sol, minute as f64 * 60.0, Convention::Kernel);
    let name = format!("Sol {sol} {}", example.instrument);
    // From the morning to the next: what runs over midnight belongs to it.
    let range = TimeRange::new(at(7 * 60), at(31 * 60));
    let mut plan = Plan::new(&identifier(&name), &name, mission, range);
    for (id, (kind, minute, arguments)) in (1..).map(ActivityId).zip(example.lines) {
        let mut activity = Activity::new(id, *kind, at(*minute));
        activity.arguments = arguments.iter().map(|(n, v)| ((*n).to_owned(), v.value())).collect();
        plan.activities.insert(id, activity);
    }
    Some(plan)
}

impl Given {
    fn value(self) -> Value {
        match self {
            Self::Number(x) => Value::Number(x),
            Self::Text(text) => Value::Text(text.to_owned()),
        }
    }
}

/// The arguments of a new activity that have no default, so that it can be judged at once.
pub(in crate::panel::plan) fn first_arguments(
    of: &marsdeck_engine::plan::ActivityType,
) -> BTreeMap<String, Value> {
    use marsdeck_engine::plan::ParameterKind as Kind;
    let missing = of.parameters.iter().filter(|p| p.default.is_none());
    let value = |p: &marsdeck_engine::plan::Parameter| {
        let value = match (p.choices.first(), p.kind) {
            (Some(first), _) => first.clone(),
            (None, Kind::Bool) => Value::Bool(false),
            (None, Kind::Integer | Kind::Number | Kind::Duration) => {
                Value::Number(p.min.unwrap_or(0.0))
            }
            // A text or a time that nobody gave says so in the list of what is wrong.
            (None, _) => return None,
        };
        Some((p.name.clone(), value))
    };
    missing.filter_map(value).collect()
}

/// A name as it can stand in a file and in a sequence.
pub(in crate::panel::plan) fn identifier(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let id: String = name.trim().chars().map(kept).collect();
    if id.is_empty() { "plan".to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::plan::{Checker, Model, Severity, Windows};

    use super::*;

    #[test]
    fn every_example_keeps_the_rules() {
        for (mission, sol) in [("insight", 200), ("msl", 3000)] {
            let model = Arc::new(Model::builtin(mission));
            let mut count = 0;
            for (number, instrument) in examples(mission) {
                count += 1;
                let plan = example(mission, number, sol).expect("a plan");
                let windows = Arc::new(Windows::of(&model, plan.range()));
                let found = Checker::new(Arc::clone(&model), windows, &plan).violations(&plan);
                let errors: Vec<_> =
                    found.iter().filter(|v| v.severity == Severity::Error).collect();
                assert!(errors.is_empty(), "{instrument}: {errors:#?}");
                assert!(plan.activities.len() > 4);
            }
            assert_eq!(count, 2, "{mission}");
        }
        assert!(example("insight", 2, 200).is_none(), "of the other mission");
    }

    #[test]
    fn an_empty_plan_covers_its_sols() {
        let plan = empty("insight", "Week 28", 200, 7).expect("a plan");
        let sols = plan.range().duration_s() / 88_775.244;
        assert!((sols - 7.0).abs() < 1e-3, "{sols}");
        assert_eq!(plan.id, "week_28");
        assert!(empty("cassini", "x", 1, 1).is_none());
        assert_eq!(identifier("  "), "plan");
    }

    #[test]
    fn new_activities_have_what_can_be_guessed() {
        let model = Model::builtin("msl");
        let given = first_arguments(&model.types["SamDelivery"]);
        for parameter in &model.types["SamDelivery"].parameters {
            let value = given.get(&parameter.name).or(parameter.default.as_ref());
            assert!(value.is_none_or(|v| parameter.wrong(v).is_none()), "{}", parameter.name);
        }
    }
}
