//! The text form of a table, which its documents hold.
//!
//! ```text
//! instrument seis
//! table NOMINAL
//! # a remark
//! VBB_U continuous 2 FIR2 SCI_HIGH
//! ```
//!
//! A row a line, as [`Row`] prints it; lines that begin with `#` say nothing.

use std::fmt::Write as _;

use crate::problem::Problem;

use super::model::{Row, Table};

/// Most problems that are told of one text.
const MOST_PROBLEMS: usize = 100;

/// Writes a table of an instrument.
pub fn print(instrument: &str, of: &Table) -> String {
    let mut out = format!("instrument {instrument}\ntable {}\n", of.id);
    for row in &of.rows {
        // Writing to a string never fails.
        let _ = writeln!(out, "{row}");
    }
    out
}

/// Reads a table: the identifier of its instrument and its rows. What is wrong is told by line.
pub fn parse(text: &str) -> Result<(String, Table), Vec<Problem>> {
    let mut instrument = String::new();
    let mut table = Table::default();
    let mut problems = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once(' ').map(|(word, rest)| (word, rest.trim())) {
            Some(("instrument", id)) => id.clone_into(&mut instrument),
            Some(("table", id)) => id.clone_into(&mut table.id),
            _ => match Row::parse(line) {
                Ok(row) => table.rows.push(row),
                Err(reason) if problems.len() < MOST_PROBLEMS => {
                    problems.push(Problem::of(format!("line {}", at + 1), reason));
                }
                Err(_) => (),
            },
        }
    }
    if instrument.is_empty() {
        let reason = "no line names it; begin the text with instrument and its identifier";
        problems.push(Problem::of("instrument", reason));
    }
    if problems.is_empty() { Ok((instrument, table)) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;

    #[test]
    fn every_standard_table_comes_back() {
        for of in [Catalogue::seis(), Catalogue::apss()] {
            let of = of.expect("a catalogue");
            for table in &of.tables {
                let text = print(&of.instrument, table);
                assert_eq!(parse(&text), Ok((of.instrument.clone(), table.clone())));
                let spaced = format!("# who wrote it\n\n{}", text.replace('\n', " \r\n"));
                assert_eq!(parse(&spaced), Ok((of.instrument.clone(), table.clone())));
            }
        }
    }

    #[test]
    fn what_is_no_table_is_told_by_line() {
        let told = parse("table X\nVBB_U sometimes 2 FIR2 SCI_HIGH\nnothing").expect_err("told");
        let places: Vec<&str> = told.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(places, ["line 2", "line 3", "instrument"]);
        assert!(told[0].reason.contains("continuous or event"), "{told:?}");
    }
}
