//! Plans from files and into files. Not for the screen's thread.

use std::path::Path;

use crossbeam_channel::{Receiver, bounded};
use marsdeck_engine::format::seqjson;
use marsdeck_engine::mission::{Database, packets};
use marsdeck_engine::plan::{Checker, Model, Plan, aerie, expand, table};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::sequence::{of_plan, to_seqjson};

/// Largest file that is read.
const MOST_BYTES: u64 = 512 << 20;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel::plan) enum Form {
    /// JSON of Aerie.
    Aerie,
    /// A table.
    Csv,
    /// The commands that it becomes, as SeqJSON 1.0.20.
    SeqJson,
}

impl Form {
    /// By the ending of a path; none: no ending that is known.
    pub fn of(path: &str) -> Option<Self> {
        let path = path.trim().to_lowercase();
        let (stem, ending) = path.rsplit_once('.')?;
        match ending {
            "seqjson" => Some(Self::SeqJson),
            "json" if stem.rsplit_once('.').is_some_and(|(_, inner)| inner == "seq") => {
                Some(Self::SeqJson)
            }
            "json" => Some(Self::Aerie),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// A plan from a file, with what is wrong in it; or why there is none.
pub(in crate::panel::plan) type Read = Result<(Plan, Vec<Problem>), String>;

/// Reads a plan on a thread of its own.
pub(in crate::panel::plan) fn load(
    path: std::path::PathBuf,
    mission: String,
    wake: Box<dyn Fn() + Send>,
) -> Receiver<Read> {
    let (sender, receiver) = bounded(1);
    // Where the system gives no thread the receiver is closed, which the panel tells.
    let _ = std::thread::Builder::new().name("plan file".to_owned()).spawn(move || {
        // Nobody waits any more: nothing is left to do.
        let _ = sender.send(read(&path, &mission));
        wake();
    });
    receiver
}

/// Reads a plan: our own JSON, JSON of Aerie, or CSV.
pub(in crate::panel::plan) fn read(path: &Path, mission: &str) -> Read {
    let name = path.display();
    let unreadable = |e: std::io::Error| format!("{name} cannot be read: {e}");
    if std::fs::metadata(path).map_err(unreadable)?.len() > MOST_BYTES {
        return Err(format!("{name} is larger than 512 MiB: split the plan"));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse(&bytes, &id, mission)
        .ok_or_else(|| format!("{name} is no plan: give JSON of Aerie, or CSV with type and start"))
}

fn parse(bytes: &[u8], id: &str, mission: &str) -> Option<(Plan, Vec<Problem>)> {
    if let Ok(plan) = serde_json::from_slice::<Plan>(bytes) {
        return Some((plan, Vec::new()));
    }
    let model = Model::builtin(mission);
    if aerie::sniff(bytes) {
        let (plan, problems) = aerie::read(bytes, mission, &model);
        return Some((plan?, problems));
    }
    let (activities, problems) = table::read(bytes, mission);
    Some((table::plan(id, mission, &model, activities)?, problems))
}

/// Writes a plan; what became of it, in words.
pub(super) fn write(path: &Path, form: Form, plan: &Plan, checker: &Checker) -> String {
    let name = path.display();
    match std::fs::write(path, text(form, plan, checker)) {
        Ok(()) => format!("{} activities written to {name}", plan.activities.len()),
        Err(error) => format!("{name} cannot be written: {error}. Choose another folder."),
    }
}

fn text(form: Form, plan: &Plan, checker: &Checker) -> String {
    match form {
        Form::Aerie => aerie::write(plan, checker.model()),
        Form::Csv => table::write(plan),
        Form::SeqJson => {
            let version = dictionary(&plan.mission);
            let sequence = of_plan(&plan.id, &version, &expand(checker));
            seqjson::write(&to_seqjson(&sequence))
        }
    }
}

/// Version of the command dictionary that a mission's sequences are written for.
fn dictionary(mission: &str) -> String {
    let database = Database::builtin();
    let found = database.missions.iter().find(|m| m.id == mission);
    found.map(|m| packets::dictionary(m).version).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::plan::Windows;

    use super::*;
    use crate::panel::plan::model::examples::example;

    #[test]
    fn plans_come_back_from_files() {
        let plan = example("insight", 0, 200).expect("an example");
        let model = Arc::new(Model::builtin("insight"));
        let windows = Arc::new(Windows::of(&model, plan.range()));
        let checker = Checker::new(model, windows, &plan);
        for form in [Form::Aerie, Form::Csv] {
            let bytes = text(form, &plan, &checker);
            let (back, problems) = parse(bytes.as_bytes(), "x", "insight").expect("a plan");
            assert_eq!(problems, []);
            assert_eq!(back.activities.len(), plan.activities.len(), "{form:?}");
        }
        let own = serde_json::to_vec(&plan).expect("JSON");
        assert_eq!(parse(&own, "x", "insight").map(|(plan, _)| plan), Some(plan.clone()));
        let (sequence, problems) = seqjson::read(text(Form::SeqJson, &plan, &checker).as_bytes());
        assert_eq!(problems, []);
        let steps = sequence.steps.unwrap_or_default();
        assert_eq!(steps.len(), expand(&checker).len());
        assert!(parse(b"no plan at all", "x", "insight").is_none());
        assert_eq!(Form::of("~/a.SEQ.json"), Some(Form::SeqJson));
        assert_eq!(Form::of("a.txt"), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_or_written_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none.json");
        assert!(read(&path, "insight").is_err_and(|why| why.contains("cannot be read")));
        let plan = example("insight", 0, 200).expect("an example");
        let model = Arc::new(Model::builtin("insight"));
        let checker = Checker::new(model, Arc::default(), &plan);
        assert!(write(&path, Form::Csv, &plan, &checker).contains("written"));
        assert!(write(folder.path(), Form::Csv, &plan, &checker).contains("cannot be written"));
        assert!(read(&path, "insight").is_ok());
    }
}
