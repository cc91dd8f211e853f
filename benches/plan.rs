//! Checking and scheduling of plans of 10² to 10⁵ activities, 1 000 a week.
//!
//! `cargo bench -p marsdeck-engine --bench plan -- [--plan FILE]`: plans of InSight's dictionary
//! (wakes with what they hold, requests, moves, continuous recording) with some rules broken. For
//! each size: judging from scratch; single edits (move, change, add, remove in turn, each with its
//! update); all violations with their waivers; fitting 20 event requests. Growth is the time over
//! that of the size before. `--plan` also judges a plan of Aerie end to end, from its bytes.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use marsdeck_engine::plan::{
    Activity, ActivityId, Candidate, Checker, Edit, Goal, GoalKind, History, Model, Plan, Value,
    Windows, aerie, schedule,
};
use marsdeck_engine::time::{Instant, TimeRange, parse};

const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];
/// Edits that are timed.
const EDITS: usize = 200;
/// Seconds of a week over 1 000 activities.
const SPACING_S: f64 = 604.8;

fn activity(n: usize, start: Instant) -> Activity {
    let id = ActivityId(n as u64 + 1);
    // Ten activities to a wake of an hour and a half.
    let at = start.plus_s((n / 10) as f64 * 10.0 * SPACING_S);
    let inside =
        |kind: &str, minutes: usize| Activity::new(id, kind, at.plus_s(minutes as f64 * 60.0));
    match n % 10 {
        // Nothing of SEIS goes without power.
        1 if n == 1 => inside("SeisPowerOn", 5),
        0 => inside("Wake", 0).with("duration", Value::Number(5_000.0)),
        1 => inside("SeisProcessContinuousData", 12),
        2 => inside("APSSProcessContinuousData", 12),
        3 => inside("SeisEventRequest", 35).with("request", Value::Text(format!("R{n}"))),
        4 => inside("SeisChangeAcqRate", 40).with("velRate", Value::Number(100.0)),
        5 => inside("IDAMoveArm", 42).with("duration", Value::Number(900.0)),
        6 => inside("IDCImages", 58),
        7 => inside("SeisRecenterRoutine", 50 + n / 10 % 7).with("duration", Value::Number(300.0)),
        8 => inside("UHFComm", 66),
        _ => inside("Cleanup", 80),
    }
}

fn plan(size: usize) -> Plan {
    let start = parse("Sol 200 06:00", Some("insight")).unwrap_or_default();
    let range = TimeRange::new(start, start.plus_s(size as f64 * SPACING_S + 86_400.0));
    let mut plan = Plan::new("bench", "Bench", "insight", range);
    plan.activities = (0..size).map(|n| activity(n, start)).map(|a| (a.id, a)).collect();
    plan
}

/// The edit number `n`: a move, a change, an addition or a removal.
fn edit(plan: &Plan, n: usize) -> Option<Edit> {
    let nth = (n * 7_919) % plan.activities.len();
    let before = plan.activities.values().nth(nth)?.clone();
    let mut after = before.clone();
    match n % 4 {
        0 => after.start = after.start.plus_s(300.0),
        1 => after.duration_ns = Some(600_000_000_000),
        2 => {
            after.id = plan.next_id();
            return Some(Edit::add(after));
        }
        _ => return Some(Edit::remove(before)),
    }
    Some(Edit::replace(before, after))
}

fn ms(since: Stopwatch) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn report(what: &str, value: f64, before: &mut f64) {
    let growth =
        if *before > 0.0 { format!("{:6.1} ×", value / *before) } else { "      –".into() };
    println!("  {what:<44} {value:>12.3} ms {growth}");
    *before = value;
}

fn main() -> Result<(), Box<dyn Error>> {
    let model = Arc::new(Model::builtin("insight"));
    let mut before = [0.0; 5];
    for size in SIZES {
        let mut history = History::new(plan(size));
        let windows = Arc::new(Windows::of(&model, history.plan().range()));
        let clock = Stopwatch::now();
        let mut checker = Checker::new(Arc::clone(&model), Arc::clone(&windows), history.plan());
        println!("{size} activities, {} violations", checker.count());
        report("from scratch", ms(clock), &mut before[0]);
        let mut times = Vec::new();
        let mut judged = 0;
        for n in 0..EDITS {
            let Some(edit) = edit(history.plan(), n) else { continue };
            let clock = Stopwatch::now();
            let touched = history.make("edit", vec![edit])?;
            judged += checker.update(history.plan(), &touched).judged;
            times.push(ms(clock));
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        report("one edit, median", at(0.5), &mut before[1]);
        report("one edit, 99 of 100", at(0.99), &mut before[2]);
        println!("  {:<44} {:>12.1}", "judged again for an edit", judged as f64 / EDITS as f64);
        let clock = Stopwatch::now();
        let all = checker.violations(history.plan());
        report("all violations with waivers", ms(clock), &mut before[3]);
        assert_eq!(all.len(), checker.count());
        let what = Candidate {
            kind: "SeisEventRequest".into(),
            arguments: [("request".to_owned(), Value::Text("new".into()))].into(),
            ..Candidate::default()
        };
        let kind = GoalKind::Fit { what, count: 20, window: None };
        let goal = Goal { id: "erp".into(), kind, within: None, step_ns: 60_000_000_000 };
        let clock = Stopwatch::now();
        let done = schedule(history.plan(), &checker, &[goal]);
        report("20 event requests fitted", ms(clock), &mut before[4]);
        println!("  {:<44} {:>12}", "placed", done.placements.len());
        let fresh = Checker::new(Arc::clone(&model), windows, history.plan());
        assert_eq!(fresh.violations(history.plan()), all, "followed and from scratch");
    }
    let mut arguments = std::env::args().skip_while(|a| a != "--plan").skip(1);
    if let Some(path) = arguments.next() {
        let bytes = std::fs::read(&path)?;
        let clock = Stopwatch::now();
        let (plan, problems) = aerie::read(&bytes, "insight", &model);
        let plan = plan.ok_or("no plan of Aerie")?;
        let windows = Arc::new(Windows::of(&model, plan.range()));
        let checker = Checker::new(Arc::clone(&model), windows, &plan);
        let count = checker.violations(&plan).len();
        println!(
            "{path}: {} activities, {} types not known, {count} violations, {:.1} ms end to end",
            plan.activities.len(),
            problems.len(),
            ms(clock)
        );
    }
    Ok(())
}
