//! Plans against hand-worked examples.

mod check;
mod dictionary;
mod exchange;
mod goal_files;
mod goals;
mod incremental;
mod sols;
mod two_operators;
mod versions;

use std::sync::Arc;

use super::*;
use crate::mission::MissionFile;
use crate::time::{Instant, TimeRange};

/// A dictionary whose numbers are easy to work with by hand. It has no sol clock: days are UTC.
pub(super) const TOY: &str = r#"
mission = "toy"

[[limit]]
id = "allocation"
value = 100
unit = "bit/s"

[[window]]
id = "pass"
kind = "given"

[[resource]]
id = "battery"
name = "Battery"
unit = "Wh"
initial = 100
floor = 0
ceiling = 100
min = 20
waiver = "the lead"
supplies = [{ rate_per_h = 10, window = "sun" }]

[[resource]]
id = "data"
name = "Data"
unit = "Mbit"
initial = 0
floor = 0
max = 50

[[resource]]
id = "camera"
name = "Camera"
initial = "OFF"
values = ["OFF", "ON", "SAFE"]

[[window]]
id = "sun"
kind = "given"

[[activity]]
id = "On"
name = "Camera on"
instrument = "cam"
duration_s = 600
sets = [{ state = "camera", to = "ON", at = "end" }]

[[activity]]
id = "Off"
name = "Camera off"
instrument = "cam"
duration_s = 60
sets = [{ state = "camera", to = "OFF", at = "end" }]

[[activity]]
id = "Image"
name = "Image"
instrument = "cam"
parameters = [
  { name = "length", kind = "duration", unit = "s", min = 1, max = 7200, default = 1800 },
  { name = "rate", kind = "number", unit = "bit/s", choices = [10, 20, 50], default = 20 },
  { name = "channels", kind = "integer", min = 1, max = 4, default = 1 },
  { name = "mode", kind = "choice", choices = ["A", "B"], default = "A" },
]
duration_s = "{length}"
effects = [
  { resource = "battery", rate_per_h = -40 },
  { resource = "data", amount = "{rate} * {channels} * {length} / 36000", at = "end" },
]
needs = [{ state = "camera", in = ["ON"], during = true }]
commands = [{ name = "SHOOT", arguments = [["m", "{mode}"], ["n", "{channels} ch"]], offset_s = 5, when = "{mode=A}" }]

[[activity]]
id = "Session"
name = "Camera session"
instrument = "cam"
parameters = [{ name = "length", kind = "duration", unit = "s", min = 1, max = 36000, default = 3600 }]
duration_s = "{length}"
sets = [
  { state = "camera", to = "ON", at = "start" },
  { state = "camera", to = "OFF", at = "end" },
]

[[activity]]
id = "Send"
name = "Send"
instrument = "radio"
parameters = [{ name = "volume", kind = "number", unit = "Mbit", min = 0, max = 100, default = 30 }]
duration_s = 3600
effects = [{ resource = "data", amount = "-{volume}", at = "during" }]

[[activity]]
id = "Move"
name = "Move"
instrument = "arm"
duration_s = 900
effects = [{ resource = "battery", amount = -10, at = "during" }]

[[rule]]
id = "R-EXCL"
kind = "exclusive"
sentence = "No image while the arm moves."
waiver = "the lead"
activities = ["Image"]
others = ["Move"]

[[rule]]
id = "R-GAP"
kind = "gap"
sentence = "Ten minutes between moves."
activities = ["Move"]
min_s = 600

[[rule]]
id = "R-IN"
kind = "inside"
sentence = "Sending needs a pass."
activities = ["Send"]
window = "pass"

[[rule]]
id = "R-OUT"
kind = "outside"
sentence = "No move near a pass."
severity = "warning"
activities = ["Move"]
window = "pass"
margin_s = 300

[[rule]]
id = "R-ALLOC"
kind = "allocation"
sentence = "Rate times channels within the allocation."
activities = ["Image"]
amount = "{rate} * {channels}"
at_most = "{limit.allocation}"
unit = "bit/s"

[[rule]]
id = "R-DAY"
kind = "per_sol"
sentence = "Three moves a day."
activities = ["Move"]
at_most = 3

[[rule]]
id = "R-AFTER"
kind = "after"
sentence = "An image within an hour after a move."
severity = "note"
activities = ["Image"]
others = ["tag:go"]
min_s = 60
max_s = 3600

[[rule]]
id = "R-BEFORE"
kind = "before"
sentence = "The camera goes off within two hours after it is on."
severity = "warning"
activities = ["On"]
others = ["Off"]
max_s = 7200
"#;

pub(super) fn toy_files(text: &str) -> Vec<MissionFile> {
    vec![MissionFile { path: "toy/planning.toml".into(), text: text.into() }]
}

pub(super) fn toy() -> Arc<Model> {
    let (model, problems) = Model::load("toy", &toy_files(TOY));
    assert_eq!(problems, vec![]);
    Arc::new(model)
}

/// Minutes after the start of the toy plan, 2020-01-01T00:00Z.
pub(super) fn min(m: i64) -> Instant {
    Instant::from_unix_s(1_577_836_800.0).plus_ns(m * 60_000_000_000)
}

pub(super) fn minutes(a: i64, b: i64) -> TimeRange {
    TimeRange::new(min(a), min(b))
}

/// Two days; passes at 10:00 to 12:00 and 30:00 to 31:00; Sun from 06:00 to 18:00 of both days.
pub(super) fn toy_windows() -> Arc<Windows> {
    let mut windows = Windows::default();
    windows.set("pass", vec![minutes(600, 720), minutes(1800, 1860)]);
    windows.set("sun", vec![minutes(360, 1080), minutes(1800, 2520)]);
    Arc::new(windows)
}

pub(super) fn empty() -> Plan {
    Plan::new("p1", "Toy", "toy", minutes(0, 2880))
}

pub(super) fn act(id: u64, kind: &str, at: i64) -> Activity {
    Activity::new(ActivityId(id), kind, min(at))
}

pub(super) fn plan_of(activities: Vec<Activity>) -> Plan {
    let mut plan = empty();
    let edits: Vec<Edit> = activities.into_iter().map(Edit::add).collect();
    plan.apply(&edits).unwrap();
    plan
}

pub(super) fn checked(activities: Vec<Activity>) -> (Plan, Checker) {
    let plan = plan_of(activities);
    let checker = Checker::new(toy(), toy_windows(), &plan);
    (plan, checker)
}

pub(super) fn number(x: f64) -> Value {
    Value::Number(x)
}

/// The violations of one rule.
pub(super) fn of_rule(plan: &Plan, checker: &Checker, rule: &str) -> Vec<Violation> {
    checker.violations(plan).into_iter().filter(|v| v.rule == rule).collect()
}
