//! The history of commands: searched by name, state, time and person, and exported.

use std::collections::BTreeSet;

use serde::Serialize;

use super::desk::{CommandItem, Desk, State};
use super::prepared::Target;
use super::verify::{Standing, Verification};
use super::{Digest, Uid};
use crate::mission::command::Consequence;
use crate::time::{TimeRange, iso};

/// Which commands are wanted.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Mission identifier; empty: all.
    pub mission: String,
    /// Words that all occur in name, arguments or history, letter case ignored.
    pub words: String,
    /// States; empty: all.
    pub states: BTreeSet<State>,
    /// Times in which something happened to them; none: any.
    pub range: Option<TimeRange>,
    /// An account that had a part in them; empty: any.
    pub who: String,
    /// Most of them; 0: all. The newest are kept.
    pub limit: usize,
}

/// One stage of a command, for people and files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryStage {
    /// When, UTC.
    pub time: String,
    /// Who; `engine` for what it found.
    pub who: String,
    /// What.
    pub what: String,
    /// Number of the record in the journal.
    pub record: u64,
}

/// One command, for people and files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryRow {
    /// Which.
    pub uid: Uid,
    /// Mission identifier.
    pub mission: String,
    /// Its name.
    pub name: String,
    /// Its arguments, `name=value`.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub state: State,
    /// Where it goes.
    pub target: Target,
    /// What is at stake.
    pub significance: Consequence,
    /// The hash of its content.
    pub digest: Digest,
    /// Its bytes as hexadecimal text.
    pub bytes: String,
    /// Who prepared or edited it.
    pub authors: Vec<String>,
    /// Who approved its present content.
    pub approved_by: Vec<String>,
    /// The stages on board: stage and `seen …`, `unknown` or `waiting until …`.
    pub verification: Vec<(String, String)>,
    /// All that happened.
    pub stages: Vec<HistoryStage>,
}

impl HistoryRow {
    /// Of a command.
    pub fn of(item: &CommandItem) -> Self {
        let prepared = item.sealed.prepared();
        let arguments = prepared.arguments.iter();
        let stages = item.history.iter().map(|line| HistoryStage {
            time: iso(line.time, 3),
            who: line.who.clone(),
            what: line.words.clone(),
            record: line.record,
        });
        let verification = item.verification.iter().flat_map(Verification::stages);
        Self {
            uid: item.uid,
            mission: prepared.mission.clone(),
            name: prepared.name.clone(),
            arguments: arguments.map(|(name, value)| format!("{name}={value}")).collect(),
            state: item.state(),
            target: prepared.target,
            significance: prepared.significance,
            digest: item.sealed.digest(),
            bytes: item.sealed.hex(),
            authors: item.authors.iter().cloned().collect(),
            approved_by: item.approvals.iter().map(|approval| approval.who.clone()).collect(),
            verification: verification
                .map(|(stage, standing)| (stage.to_string(), standing_words(&standing)))
                .collect(),
            stages: stages.collect(),
        }
    }
}

fn standing_words(standing: &Standing) -> String {
    match standing {
        Standing::Seen { at, evidence } if evidence.is_empty() => format!("seen {}", iso(*at, 3)),
        Standing::Seen { at, evidence } => format!("seen {}: {evidence}", iso(*at, 3)),
        Standing::Unknown => "unknown".to_owned(),
        Standing::Waiting { until } => format!("waiting until {}", iso(*until, 0)),
    }
}

fn takes(item: &CommandItem, query: &HistoryQuery, words: &[String]) -> bool {
    let prepared = item.sealed.prepared();
    if !query.mission.is_empty() && prepared.mission != query.mission {
        return false;
    }
    if !query.states.is_empty() && !query.states.contains(&item.state()) {
        return false;
    }
    let lines = &item.history;
    let happened = |range: TimeRange| lines.iter().any(|line| range.contains(line.time));
    if !query.range.is_none_or(happened) {
        return false;
    }
    let has_part = |line: &super::HistoryLine| line.who == query.who;
    if !query.who.is_empty() && !lines.iter().any(has_part) {
        return false;
    }
    if words.is_empty() {
        return true;
    }
    let mut all = format!("{}\n{}", item.uid, prepared.name);
    for (name, value) in &prepared.arguments {
        all.extend(["\n", name.as_str(), "=", value.as_str()]);
    }
    for line in lines {
        all.extend(["\n", line.who.as_str(), " ", line.words.as_str()]);
    }
    let all = all.to_lowercase();
    words.iter().all(|word| all.contains(word.as_str()))
}

/// The commands that are wanted, oldest first.
pub fn search<'a>(desk: &'a Desk, query: &HistoryQuery) -> Vec<&'a CommandItem> {
    let words: Vec<String> = query.words.split_whitespace().map(str::to_lowercase).collect();
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    let newest = desk.items().rev().filter(|item| takes(item, query, &words));
    let mut found: Vec<&CommandItem> = newest.take(limit).collect();
    found.reverse();
    found
}

/// Commands as JSON, with every stage.
pub fn json(items: &[&CommandItem]) -> String {
    let rows: Vec<HistoryRow> = items.iter().map(|item| HistoryRow::of(item)).collect();
    // Plain structures of texts cannot fail to be written.
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

/// Commands as CSV (RFC 4180): a line for each stage.
pub fn csv(items: &[&CommandItem]) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "uid",
        "mission",
        "name",
        "arguments",
        "state",
        "significance",
        "digest",
        "time",
        "who",
        "what",
        "record",
    ];
    // Writing into memory does not fail.
    let _ = out.write_record(head);
    for item in items {
        let row = HistoryRow::of(item);
        let significance = format!("{:?}", row.significance).to_lowercase();
        for stage in &row.stages {
            let _ = out.write_record([
                row.uid.0.to_string(),
                plain(&row.mission),
                plain(&row.name),
                plain(&row.arguments.join(" ")),
                row.state.words().to_owned(),
                significance.clone(),
                row.digest.to_string(),
                stage.time.clone(),
                stage.who.clone(),
                plain(&stage.what),
                stage.record.to_string(),
            ]);
        }
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection).
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
