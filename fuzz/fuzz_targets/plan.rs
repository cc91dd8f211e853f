//! Plans as JSON of Aerie and as CSV: any bytes are read or refused; what is read is judged,
//! expanded, and writes what reads back the same.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use parsers::plan::{Checker, Model, Plan, Windows, aerie, expand, table};
use parsers::problems_are_sound;
use parsers::time::{Instant, TimeRange};

static MODEL: LazyLock<Arc<Model>> = LazyLock::new(|| Arc::new(Model::builtin("insight")));

/// Judging is not what is looked for here: enough to follow what was read.
fn judge(plan: &Plan) {
    if plan.activities.len() > 20 {
        return;
    }
    let checker = Checker::new(Arc::clone(&MODEL), Arc::new(Windows::default()), plan);
    let found = checker.violations(plan);
    assert!(found.iter().all(|v| !v.rule.is_empty() && !v.reason.is_empty()));
    let _ = expand(&checker);
}

fuzz_target!(|data: &[u8]| {
    let _ = aerie::sniff(data);
    let (plan, problems) = aerie::read(data, "insight", &MODEL);
    problems_are_sound(&problems, data.len());
    if let Some(plan) = plan {
        judge(&plan);
        for text in [aerie::write(&plan, &MODEL), aerie::write_instances(&plan, &MODEL)] {
            assert!(aerie::sniff(text.as_bytes()) || plan.activities.is_empty(), "{text}");
            let (again, _) = aerie::read(text.as_bytes(), "insight", &MODEL);
            let again = again.expect("own text");
            assert_eq!(again.activities.len(), plan.activities.len(), "{text}");
        }
    }
    let (activities, problems) = table::read(data, "insight");
    problems_are_sound(&problems, data.len());
    let range = TimeRange::new(Instant::from_unix_s(1.5e9), Instant::from_unix_s(1.6e9));
    let mut plan = Plan::new("fuzz", "Fuzz", "insight", range);
    plan.activities = activities.into_iter().map(|a| (a.id, a)).collect();
    judge(&plan);
    let text = table::write(&plan);
    let (again, told) = table::read(text.as_bytes(), "insight");
    assert!(told.is_empty(), "own text: {told:?}\n{text}");
    let again: Vec<_> = again.into_iter().map(|a| (a.id, a)).collect();
    assert_eq!(again, plan.activities.into_iter().collect::<Vec<_>>(), "{text}");
});
