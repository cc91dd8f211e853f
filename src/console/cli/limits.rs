//! `marsdeck query --limits`: the limits that operators changed, as text or JSON.

use std::io::Write;

use anyhow::anyhow;
use marsdeck_engine::alarm::limit_words;
use marsdeck_engine::archive::{Archive, LimitEdit};
use marsdeck_engine::mission::Database;
use marsdeck_engine::time::{TimeRange, iso};

use super::events::{EventArguments, quoted};
use super::{Outcome, output};

pub(super) fn run(
    archive: &Archive,
    arguments: &EventArguments,
    range: TimeRange,
    as_json: bool,
) -> anyhow::Result<Outcome> {
    let text = arguments.text.clone().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut edits = archive.limit_edits()?;
    edits.retain(|edit| {
        let all = format!("{}\n{}\n{}", edit.name, edit.who, edit.reason).to_lowercase();
        range.contains(edit.from) && words.iter().all(|word| all.contains(word))
    });
    let limit = arguments.limit as usize;
    let more = edits.len().saturating_sub(limit);
    edits.drain(..more);
    if as_json {
        output::json(&edits)?;
    } else {
        print(&edits).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    if more > 0 {
        output::message(&format!(
            "these are the newest {limit}; there are {more} more: raise --limit or narrow --from \
             and --to"
        ));
    }
    Ok(Outcome::Done)
}

/// CSV with a header row.
fn print(edits: &[LimitEdit]) -> std::io::Result<()> {
    let mut out = output::stream();
    let missions = Database::builtin();
    writeln!(out, "id,written_utc,who,parameter,from_utc,before,after,reason")?;
    for e in edits {
        let unit = missions.parameter(&e.name).map_or("", |(_, _, p)| p.unit.as_str());
        let after = match &e.after {
            Some(after) => limit_words(after, unit),
            None => "as in the mission database".to_owned(),
        };
        let cells = [
            &e.id.to_string(),
            &iso(e.written, 3),
            &e.who,
            &e.name,
            &iso(e.from, 3),
            &limit_words(&e.before, unit),
            &after,
            &e.reason,
        ];
        writeln!(out, "{}", cells.map(|cell| quoted(cell)).join(","))?;
    }
    out.flush()
}
