//! `marsdeck plan`: checks a plan of activities, expands it to commands, compares and converts
//! plans, and lists what can be planned.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{anyhow, bail, ensure};
use marsdeck_engine::plan::{
    ActivityId, Checker, Expanded, Fix, Model, Plan, Severity, Violation, Windows, expand,
};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::iso;
use serde_json::json;

use super::events::quoted;
use super::{Outcome, output, place};

mod exchange;
mod given;
mod schedule;
mod show;

use exchange::read;

/// Problems of a file that are listed.
const MOST_TOLD: usize = 20;

/// Arguments of `marsdeck plan`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Judge a plan by the flight rules and resources of its mission
    Check(Check),
    /// Place activities for goals within the rules, and say why here and why not there
    Schedule(schedule::Schedule),
    /// Print the commands that a plan becomes, by time
    Expand(One),
    /// Write a plan in another form: .csv, .json as Aerie reads it; or the commands it becomes:
    /// .seqjson or .seq.json (SeqJSON), .satf, .seqbin (binary with checksum)
    Export(Export),
    /// Print what differs between two plans
    Diff(Two),
    /// List activity types, resources, windows and flight rules of a mission
    List(List),
}

#[derive(Debug, clap::Args)]
struct One {
    /// Plan: JSON of Aerie, or CSV with the columns type and start
    file: PathBuf,
    #[command(flatten)]
    mission: MissionArgument,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Check {
    #[command(flatten)]
    plan: One,
    #[command(flatten)]
    windows: given::WindowArguments,
    /// Only violations of this severity or worse: note, warning or error
    #[arg(long, default_value = "note", value_name = "SEVERITY")]
    severity: String,
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    plan: One,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Two {
    /// The older plan
    before: PathBuf,
    /// The newer plan
    after: PathBuf,
    #[command(flatten)]
    mission: MissionArgument,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    mission: MissionArgument,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct MissionArgument {
    /// Mission: insight or msl
    #[arg(long, default_value = "insight")]
    mission: String,
}

impl MissionArgument {
    /// What can be planned for the mission, with the user's own files.
    fn model(&self) -> anyhow::Result<Model> {
        let (model, problems) = Model::load(&self.mission, &place::files());
        output::problems(&problems, MOST_TOLD);
        ensure!(
            !model.types.is_empty(),
            "the mission {} has no planning*.toml with activity types; choose insight or msl, or \
             add one beside its other files",
            self.mission
        );
        Ok(model)
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Check(check) => run_check(check),
        Command::Expand(one) => run_expand(one),
        Command::Schedule(order) => schedule::run(order),
        Command::Export(export) => exchange::run(export),
        Command::Diff(two) => show::diff(two),
        Command::List(list) => show::list(list),
    }
}

/// How a command ends whose input had problems or not.
fn ended(problems: &[Problem]) -> Outcome {
    if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems }
}

fn run_check(check: &Check) -> anyhow::Result<Outcome> {
    let least = match check.severity.as_str() {
        "note" => Severity::Note,
        "warning" => Severity::Warning,
        "error" => Severity::Error,
        other => bail!("{other} is no severity; give note, warning or error"),
    };
    let mission = &check.plan.mission.mission;
    let model = Arc::new(check.plan.mission.model()?);
    let (plan, problems) = read(&check.plan.file, mission, &model)?;
    let windows = check.windows.over(&model, plan.range())?;
    let checker = Checker::new(Arc::clone(&model), Arc::new(windows), &plan);
    let mut found = checker.violations(&plan);
    found.retain(|v| v.severity >= least);
    if check.plan.json {
        let rows: Vec<_> = found.iter().map(|v| as_json(v, &plan, &model)).collect();
        output::json(&rows)?;
    } else {
        print_violations(&found, &plan).map_err(|e| anyhow!(output::unwritable(&e)))?;
        summary(&found, &plan);
    }
    let is_broken = found.iter().any(|v| v.severity == Severity::Error && v.waived_by.is_none());
    Ok(if is_broken { Outcome::DoneWithProblems } else { ended(&problems) })
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn kinds(ids: &[ActivityId], plan: &Plan) -> String {
    let kind = |id: &ActivityId| {
        let kind = plan.activities.get(id).map_or("", |a| a.kind.as_str());
        format!("{}:{kind}", id.0)
    };
    ids.iter().map(kind).collect::<Vec<_>>().join(" ")
}

/// What can be done, as a sentence without a final stop.
fn fix_text(fix: &Fix) -> String {
    match fix {
        Fix::Shift { id, to } => format!("start activity {} at {}", id.0, iso(*to, 3)),
        Fix::Trim { id, duration_ns } => {
            format!("let activity {} last {} s", id.0, *duration_ns as f64 / 1e9)
        }
        Fix::Remove { id } => format!("remove activity {}", id.0),
        Fix::Add { kind, start, .. } => format!("add {kind} at {}", iso(*start, 3)),
        Fix::Argument { id, name, value } => {
            let value = serde_json::to_string(value).unwrap_or_default();
            format!("set {name} of activity {} to {value}", id.0)
        }
    }
}

fn as_json(v: &Violation, plan: &Plan, model: &Model) -> serde_json::Value {
    json!({
        "rule": v.rule,
        "sentence": model.rule(&v.rule).map(|r| &r.sentence),
        "severity": severity_word(v.severity),
        "from": iso(v.range.start, 3),
        "to": iso(v.range.end, 3),
        "activities": v.activities.iter().map(|id| id.0).collect::<Vec<_>>(),
        "types": kinds(&v.activities, plan),
        "reason": v.reason,
        "fix": v.fix.as_ref().map(fix_text),
        "waived_by": v.waived_by,
    })
}

/// CSV with a header row.
fn print_violations(found: &[Violation], plan: &Plan) -> std::io::Result<()> {
    let mut out = output::stream();
    writeln!(out, "severity,rule,from_utc,to_utc,activities,reason,fix,waived_by")?;
    for v in found {
        let cells = [
            severity_word(v.severity),
            &v.rule,
            &iso(v.range.start, 0),
            &iso(v.range.end, 0),
            &kinds(&v.activities, plan),
            &v.reason,
            &v.fix.as_ref().map(fix_text).unwrap_or_default(),
            v.waived_by.as_deref().unwrap_or_default(),
        ];
        writeln!(out, "{}", cells.map(quoted).join(","))?;
    }
    out.flush()
}

fn summary(found: &[Violation], plan: &Plan) {
    let count =
        |severity| found.iter().filter(|v| v.severity == severity && v.waived_by.is_none()).count();
    output::message(&format!(
        "{} activities: {} errors, {} warnings, {} notes, {} waived",
        plan.activities.len(),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
        found.iter().filter(|v| v.waived_by.is_some()).count()
    ));
}

fn run_expand(one: &One) -> anyhow::Result<Outcome> {
    let model = Arc::new(one.mission.model()?);
    let (plan, problems) = read(&one.file, &one.mission.mission, &model)?;
    let windows = Windows::of(&model, plan.range());
    let checker = Checker::new(model, Arc::new(windows), &plan);
    let commands = expand(&checker);
    if one.json {
        let row = |c: &Expanded| {
            json!({
                "time": iso(c.time, 3),
                "command": c.name,
                "arguments": c.arguments.iter().cloned().collect::<BTreeMap<_, _>>(),
                "activity": c.activity.0,
            })
        };
        output::json(&commands.iter().map(row).collect::<Vec<_>>())?;
        return Ok(ended(&problems));
    }
    let print = || -> std::io::Result<()> {
        let mut out = output::stream();
        writeln!(out, "time_utc,command,arguments,activity")?;
        for c in &commands {
            let given: Vec<String> = c.arguments.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let cells = [&iso(c.time, 3), &c.name, &given.join(" "), &c.activity.0.to_string()];
            writeln!(out, "{}", cells.map(|cell| quoted(cell)).join(","))?;
        }
        out.flush()
    };
    print().map_err(|e| anyhow!(output::unwritable(&e)))?;
    Ok(ended(&problems))
}
