//! Planning dictionaries: any text gives a dictionary and problems; every type of it can be put
//! into a plan, judged and expanded.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use parsers::mission::MissionFile;
use parsers::plan::{Activity, ActivityId, Checker, Model, Plan, Windows, expand};
use parsers::problems_are_sound;
use parsers::time::{Instant, TimeRange};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = "toy/planning.toml".to_owned();
    let (model, problems) = Model::load("toy", &[MissionFile { path, text: text.into() }]);
    problems_are_sound(&problems, data.len());
    assert!(problems.iter().all(|p| p.place.starts_with("toy/planning.toml, line ")));
    let start = Instant::from_unix_s(1.6e9);
    let mut plan = Plan::new("fuzz", "Fuzz", "toy", TimeRange::new(start, start.plus_s(1e5)));
    for (n, kind) in model.types.keys().take(10).enumerate() {
        let activity = Activity::new(ActivityId(n as u64), kind, start.plus_s(n as f64 * 600.0));
        plan.activities.insert(activity.id, activity);
    }
    let model = Arc::new(model);
    let windows = Windows::of(&model, plan.range());
    let checker = Checker::new(Arc::clone(&model), Arc::new(windows), &plan);
    let found = checker.violations(&plan);
    assert!(found.iter().all(|v| !v.reason.is_empty()));
    let _ = expand(&checker);
});
