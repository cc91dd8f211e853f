//! Tests of the XTCE codec.

mod commands;
mod containers;
mod data;
mod files;
mod hostile;
mod made;
mod types;
mod writing;

use std::path::PathBuf;

use crate::format::xtce;
use crate::mission::telemetry::{Dictionary, ParameterType};
use crate::problem::Problem;

/// A folder of test data beside the repository; none, and a line that says so, where it is not.
fn folder() -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let path = PathBuf::from(root);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: E_ccsds_xtce_cmd is not present");
    None
}

/// Reads a root system `S` with the given sets, and checks that it is written and read again.
fn system(types: &str, parameters: &str, containers: &str) -> (Dictionary, Vec<Problem>) {
    let text = format!(
        "<SpaceSystem name=\"S\" xmlns=\"http://www.omg.org/spec/XTCE/20180204\">\n\
         <TelemetryMetaData><ParameterTypeSet>{types}</ParameterTypeSet>\
         <ParameterSet>{parameters}</ParameterSet>\
         <ContainerSet>{containers}</ContainerSet></TelemetryMetaData></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    let dictionary = dictionary.expect("a system");
    round(&dictionary);
    (dictionary, problems)
}

/// What is written reads back to an equal dictionary.
fn round(dictionary: &Dictionary) {
    let text = xtce::write(dictionary);
    let (again, problems) = xtce::read(text.as_bytes());
    assert_eq!(again.as_ref(), Some(dictionary), "{problems:#?}\n{text}");
    assert_eq!(xtce::write(&again.expect("a system")), text);
}

/// The only type, read without a problem.
fn one_type(types: &str) -> ParameterType {
    let (mut dictionary, problems) = system(types, "", "");
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(dictionary.types.len(), 1);
    dictionary.types.remove(0)
}

/// Whether a problem names this field and says this.
fn told(problems: &[Problem], field: &str, reason: &str) -> bool {
    problems.iter().any(|p| p.field.contains(field) && p.reason.contains(reason))
}
