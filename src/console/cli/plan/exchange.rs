//! Plans in files: read as JSON of Aerie or CSV, written in these and as sequences of commands.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use marsdeck_engine::plan::{Model, Plan, aerie, table};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::TimeRange;

use super::super::{Outcome, output};
use super::{Export, MOST_TOLD, ended};

/// Largest plan that is read.
const MOST_BYTES: u64 = 512 << 20;
/// Length of a plan that says nothing of it: that of its activities and so much more, seconds.
const ROOM_S: f64 = 3600.0;

/// Reads a plan; what of it cannot be read is told.
pub(super) fn read(
    path: &Path,
    mission: &str,
    model: &Model,
) -> anyhow::Result<(Plan, Vec<Problem>)> {
    read_over(path, mission, model, None)
}

/// Reads a plan that lasts at least over a range, which a table with nothing in it needs.
pub(super) fn read_over(
    path: &Path,
    mission: &str,
    model: &Model,
    range: Option<TimeRange>,
) -> anyhow::Result<(Plan, Vec<Problem>)> {
    let name = path.display();
    let about = std::fs::metadata(path).with_context(|| format!("{name} cannot be read"))?;
    ensure!(about.len() <= MOST_BYTES, "{name} is larger than 512 MiB: split the plan");
    let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
    let (plan, problems) = if aerie::sniff(&bytes) {
        aerie::read(&bytes, mission, model)
    } else {
        let (activities, problems) = table::read(&bytes, mission);
        let is_table = !problems.iter().any(|p| p.field == "header");
        let first = activities.iter().map(|a| a.start).min();
        let last = activities.iter().map(|a| a.start).max();
        let own = first.zip(last).map(|(first, last)| TimeRange::new(first, last.plus_s(ROOM_S)));
        let plan = own.or(range).filter(|_| is_table).map(|range| {
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            let mut plan = Plan::new(&id, &id, mission, range);
            plan.activities = activities.into_iter().map(|a| (a.id, a)).collect();
            plan
        });
        (plan, problems)
    };
    output::problems(&problems, MOST_TOLD);
    let mut plan = plan.with_context(|| {
        format!("{name} is no plan: give a JSON plan of Aerie, or a CSV with type and start")
    })?;
    if let Some(range) = range {
        let whole = plan.range().hull(&range);
        (plan.start, plan.end) = (whole.start, whole.end);
    }
    Ok((plan, problems))
}

pub(super) fn run(export: &Export) -> anyhow::Result<Outcome> {
    let one = &export.plan;
    let model = one.mission.model()?;
    let (plan, problems) = read(&one.file, &one.mission.mission, &model)?;
    write(&export.out, &plan, &model)?;
    Ok(ended(&problems))
}

/// Writes a plan in the form that the ending of the file names.
pub(super) fn write(path: &Path, plan: &Plan, model: &Model) -> anyhow::Result<()> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let text = match ending.as_str() {
        "csv" => table::write(plan),
        "json" => aerie::write(plan, model),
        _ => bail!("end the name of the file in .csv or .json"),
    };
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
