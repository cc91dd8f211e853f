//! AMPCS dictionaries: telemetry, event records, commands and flight parameters as XML (shapes of
//! FACTS 4.10), channels and enumerations as the JSON of MCWS.
//!
//! One [`Dictionary`] for all of them: each file fills its part. Elements are matched without
//! namespace; what a file holds beyond these types is told by name.

mod command;
mod complete;
mod convert;
mod json;
mod model;
mod read;

#[cfg(test)]
mod tests;

pub use model::{
    Argument, ArgumentKind, Categories, Channel, CommandDefinition, Dictionary, EnumTable,
    EvrDefinition, Group, Header, ParameterDefinition, Range, UplinkFileType,
};

use crate::format::xmltree::{Problems, Tree, root_name};
use crate::problem::Problem;

/// Names of the outermost elements of the XML dictionaries.
const ROOTS: [&str; 4] =
    ["telemetry_dictionary", "evr_dictionary", "command_dictionary", "param-def"];

/// Whether the bytes start as a dictionary.
pub fn sniff_dictionary(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|name| ROOTS.contains(&name.as_str())) || json::sniff(bytes)
}

/// Reads a dictionary. Entries without their name or number are left out and told.
pub fn read_dictionary(bytes: &[u8]) -> (Dictionary, Vec<Problem>) {
    let mut problems = Problems::default();
    let dictionary = if json::sniff(bytes) {
        json::read(bytes, &mut problems)
    } else {
        let tree = Tree::read(bytes, &mut problems);
        match tree.root() {
            Some(root) if ROOTS.contains(&root.name()) => read::dictionary(root, &mut problems),
            Some(root) => {
                let reason = format!("not one of {}; nothing was read", ROOTS.join(", "));
                problems.at(root, root.name(), reason);
                Dictionary::default()
            }
            None => Dictionary::default(),
        }
    };
    (dictionary, problems.finish())
}
