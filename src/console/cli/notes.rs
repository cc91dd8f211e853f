//! `marsdeck query --notes`: the operators' log book as text or JSON.

use std::io::Write;

use anyhow::anyhow;
use marsdeck_engine::archive::{Archive, LogEntry, LogQuery};
use marsdeck_engine::time::{TimeRange, iso};

use super::events::{EventArguments, quoted};
use super::{Outcome, output};

pub(super) fn run(
    archive: &Archive,
    arguments: &EventArguments,
    range: TimeRange,
    as_json: bool,
) -> anyhow::Result<Outcome> {
    let text = arguments.text.clone().unwrap_or_default();
    let limit = arguments.limit;
    let query = LogQuery { range, mission: String::new(), text, limit };
    let (entries, truncated) = archive.notes(&query)?;
    if as_json {
        output::json(&entries)?;
    } else {
        print(&entries).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    if truncated {
        output::message(&format!(
            "these are the newest {limit}; there are more: raise --limit or narrow --from and --to"
        ));
    }
    Ok(Outcome::Done)
}

/// CSV with a header row.
fn print(entries: &[LogEntry]) -> std::io::Result<()> {
    let mut out = output::stream();
    writeln!(out, "id,time_utc,written_utc,who,mission,series,corrects,corrected_by,text")?;
    let number = |id: Option<i64>| id.map_or_else(String::new, |id| id.to_string());
    for e in entries {
        let cells = [
            &e.id.to_string(),
            &iso(e.time, 3),
            &iso(e.written, 3),
            &e.who,
            &e.mission,
            &e.series.as_ref().map(ToString::to_string).unwrap_or_default(),
            &number(e.corrects),
            &number(e.corrected_by),
            &e.text,
        ];
        writeln!(out, "{}", cells.map(|cell| quoted(cell)).join(","))?;
    }
    out.flush()
}
