//! Plans in files: read as JSON of Aerie or CSV, written in these and as sequences of commands.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail, ensure};
use marsdeck_engine::format::satf::{self, Target};
use marsdeck_engine::format::seqjson;
use marsdeck_engine::mission::packets;
use marsdeck_engine::plan::{Checker, Model, Plan, Windows, aerie, expand, table};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::sequence::{
    Sequence, check_sequence, compile, of_plan, spacecraft_number, to_seqjson,
};
use marsdeck_engine::time::TimeRange;

use super::super::{Outcome, output, place};
use super::{Export, MOST_TOLD, ended};

/// Largest plan that is read.
const MOST_BYTES: u64 = 512 << 20;

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
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let own = table::plan(&id, mission, model, activities);
        let plan = own.or_else(|| Some(Plan::new(&id, &id, mission, range?)));
        (plan.filter(|_| is_table), problems)
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
    let (plan, mut problems) = read(&one.file, &one.mission.mission, &model)?;
    problems.extend(write(&export.out, &plan, model)?);
    Ok(ended(&problems))
}

/// A form of a plan, by the ending of its file.
enum Form {
    Csv,
    Aerie,
    SeqJson,
    Satf,
    Binary,
}

fn form(path: &Path) -> anyhow::Result<Form> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Ok(match ending {
        "seqjson" => Form::SeqJson,
        "json" if name.ends_with(".seq.json") => Form::SeqJson,
        "json" => Form::Aerie,
        "csv" => Form::Csv,
        "satf" => Form::Satf,
        "seqbin" => Form::Binary,
        _ => bail!(
            "end the name of the file in .csv or .json (the plan), or in .seqjson, .seq.json, \
             .satf or .seqbin (its commands)"
        ),
    })
}

/// Writes a plan, or the commands it becomes, in the form that the ending of the file names. What
/// the form cannot hold, and what is wrong with the commands, is told.
pub(super) fn write(path: &Path, plan: &Plan, model: Model) -> anyhow::Result<Vec<Problem>> {
    let form = form(path)?;
    let (bytes, problems) = match form {
        Form::Csv => (table::write(plan).into_bytes(), Vec::new()),
        Form::Aerie => (aerie::write(plan, &model).into_bytes(), Vec::new()),
        _ => sequence(&form, plan, model)?,
    };
    output::problems(&problems, MOST_TOLD);
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(problems)
}

/// The commands of a plan, checked by the dictionary of its mission.
fn sequence(form: &Form, plan: &Plan, model: Model) -> anyhow::Result<(Vec<u8>, Vec<Problem>)> {
    let (missions, _) = place::missions();
    let mission = missions.mission(&plan.mission).ok_or_else(|| {
        anyhow!("there is no mission {}; marsdeck mdb list names them", plan.mission)
    })?;
    let dictionary = packets::dictionary(mission);
    let windows = Windows::of(&model, plan.range());
    let checker = Checker::new(Arc::new(model), Arc::new(windows), plan);
    let id = if plan.id.is_empty() { "plan" } else { &plan.id };
    let sequence = of_plan(id, &dictionary.version, &expand(&checker));
    let unknown = |_| None;
    if matches!(form, Form::Binary) {
        let number = spacecraft_number(&mission.id)
            .ok_or_else(|| anyhow!("{} has no spacecraft that takes sequences", mission.id))?;
        let made = compile(&sequence, &dictionary, &mission.id, number, place::now(), &unknown);
        return match made {
            Ok(binary) => Ok((binary.to_bytes(), Vec::new())),
            Err(problems) => {
                output::problems(&problems, MOST_TOLD);
                bail!("{} commands cannot go up; mend the plan and export it again", problems.len())
            }
        };
    }
    let checked = check_sequence(&dictionary, &sequence, &unknown).into_iter();
    let told = checked.map(|(at, p)| Problem::of(step_place(&sequence, at, &p.field), p.reason));
    let mut problems: Vec<Problem> = told.collect();
    let exchanged = to_seqjson(&sequence);
    let text = match form {
        Form::Satf => {
            let (file, more) = satf::from_seqjson(&[exchanged], Target::Satf);
            problems.extend(more);
            satf::write(&file)
        }
        _ => seqjson::write(&exchanged),
    };
    Ok((text.into_bytes(), problems))
}

fn step_place(of: &Sequence, at: usize, field: &str) -> String {
    let note = of.steps.get(at).map_or("", |step| step.note.as_str());
    format!("step {} ({note}), {field}", at + 1)
}
