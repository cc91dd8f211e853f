//! `marsdeck plan schedule`: activities for goals, with why here and why not there.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};
use marsdeck_engine::plan::{
    Checker, Edit, Failure, Goal, Model, Placement, Refusal, read_goals, schedule,
};
use marsdeck_engine::time::{Convention, Instant, SolClock, TimeRange, iso};
use serde_json::json;

use super::super::events::quoted;
use super::super::{Outcome, output};
use super::exchange::{read_over, write};
use super::given::WindowArguments;
use super::{MOST_TOLD, One, ended};

/// Largest file of goals that is read.
const MOST_BYTES: u64 = 16 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Schedule {
    #[command(flatten)]
    plan: One,
    /// Goals (TOML): one [[goal]] for each, taken in the order of the file
    #[arg(long, value_name = "FILE")]
    goals: PathBuf,
    /// Place only within these sols, both included; the plan is made to last as long
    #[arg(long, value_name = "A..B")]
    sols: Option<String>,
    #[command(flatten)]
    windows: WindowArguments,
    /// File to write the plan with what was placed to, in any form of `plan export`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(order: &Schedule) -> anyhow::Result<Outcome> {
    let mission = &order.plan.mission.mission;
    let model = Arc::new(order.plan.mission.model()?);
    let mut goals = goals(order, &model)?;
    let sols = order.sols.as_deref().map(|text| sols(text, mission)).transpose()?;
    let (mut plan, mut problems) = read_over(&order.plan.file, mission, &model, sols)?;
    for goal in &mut goals {
        goal.within = match (goal.within, sols) {
            (Some(own), Some(sols)) => {
                Some(TimeRange::new(own.start.max(sols.start), own.end.min(sols.end)))
            }
            (own, sols) => own.or(sols),
        };
    }
    let windows = order.windows.over(&model, plan.range())?;
    let checker = Checker::new(Arc::clone(&model), Arc::new(windows), &plan);
    let done = schedule(&plan, &checker, &goals);
    let kinds: BTreeMap<u64, &str> = done.edits.iter().filter_map(added).collect();
    let kind = |p: &Placement| kinds.get(&p.activity.0).copied().unwrap_or_default();
    if order.plan.json {
        output::json(&json!({
            "placed": done.placements.iter().map(|p| placed(p, kind(p))).collect::<Vec<_>>(),
            "failed": done.failures.iter().map(failed).collect::<Vec<_>>(),
        }))?;
    } else {
        let placed = done.placements.iter().map(|p| {
            let id = format!("{}:{}", p.activity.0, kind(p));
            [p.goal.clone(), id, iso(p.start, 0), p.reason.clone(), refused(&p.refused)]
        });
        let failed = done.failures.iter().map(|f| {
            let head = format!("{}: {}", f.wanted, f.reason);
            [f.goal.clone(), String::new(), String::new(), head, refused(&f.refused)]
        });
        print(placed.chain(failed)).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    let (placed, failed) = (done.placements.len(), done.failures.len());
    plan.apply(&done.edits)?;
    if let Some(out) = &order.out {
        problems.extend(write(out, &plan, Arc::unwrap_or_clone(model))?);
    }
    output::message(&format!("{placed} activities placed, {failed} found no place"));
    Ok(if failed > 0 { Outcome::DoneWithProblems } else { ended(&problems) })
}

/// The goals; what is wrong with one may change where all the others go, so that none is used.
fn goals(order: &Schedule, model: &Model) -> anyhow::Result<Vec<Goal>> {
    let name = order.goals.display();
    let about =
        std::fs::metadata(&order.goals).with_context(|| format!("{name} cannot be read"))?;
    ensure!(about.len() <= MOST_BYTES, "{name} is larger than 16 MiB: give less goals");
    let text = std::fs::read_to_string(&order.goals)
        .with_context(|| format!("{name} cannot be read as text"))?;
    let (goals, problems) = read_goals(&text, model);
    output::problems(&problems, MOST_TOLD);
    ensure!(
        problems.is_empty(),
        "{name} has {} problems; put them right, nothing was placed",
        problems.len()
    );
    Ok(goals)
}

/// `173..175`, both included, or `173`.
fn sols(text: &str, mission: &str) -> anyhow::Result<TimeRange> {
    let usage = || anyhow!("--sols takes a number or a range such as 173..175, not {text:?}");
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let first: i32 = first.trim().parse().map_err(|_| usage())?;
    let last: i32 = last.trim_start_matches('=').trim().parse().map_err(|_| usage())?;
    ensure!(first <= last && last.saturating_sub(first) < 1000, usage());
    let clock = SolClock::of(mission)?;
    let at = |sol: i32| -> Instant { clock.instant(sol, 0.0, Convention::Kernel) };
    Ok(TimeRange::new(at(first), at(last.saturating_add(1))))
}

fn added(edit: &Edit) -> Option<(u64, &str)> {
    match edit {
        Edit::Activity { after: Some(activity), .. } => Some((activity.id.0, &activity.kind)),
        _ => None,
    }
}

/// Why not there, in one cell.
fn refused(list: &[Refusal]) -> String {
    let one = |r: &Refusal| {
        let times = match r.times {
            1 => iso(r.from, 0),
            n => format!("{} to {} ({n} times)", iso(r.from, 0), iso(r.to, 0)),
        };
        format!("{times}: {}: {}", r.rules.join(" "), r.reason)
    };
    list.iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn refusals(list: &[Refusal]) -> Vec<serde_json::Value> {
    let one = |r: &Refusal| {
        json!({
            "from": iso(r.from, 3), "to": iso(r.to, 3), "times": r.times,
            "rules": r.rules, "reason": r.reason,
        })
    };
    list.iter().map(one).collect()
}

fn placed(p: &Placement, kind: &str) -> serde_json::Value {
    json!({
        "goal": p.goal, "activity": p.activity.0, "type": kind, "start": iso(p.start, 3),
        "why_here": p.reason, "why_not_there": refusals(&p.refused),
    })
}

fn failed(f: &Failure) -> serde_json::Value {
    json!({
        "goal": f.goal, "wanted": f.wanted, "why_nowhere": f.reason,
        "why_not_there": refusals(&f.refused),
    })
}

/// CSV with a header row; what found no place has no activity and no start.
fn print(rows: impl Iterator<Item = [String; 5]>) -> std::io::Result<()> {
    let mut out = output::stream();
    writeln!(out, "goal,activity,start_utc,why_here,why_not_there")?;
    for row in rows {
        writeln!(out, "{}", row.each_ref().map(|cell| quoted(cell)).join(","))?;
    }
    out.flush()
}
