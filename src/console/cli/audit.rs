//! `marsdeck archive audit`: the audit trail of an archive, and whether it was tampered with.

use std::io::Write;
use std::path::Path;

use anyhow::anyhow;
use marsdeck_engine::command::{Chain, JOURNAL_FILE, Record, read_journal, record_words};
use marsdeck_engine::document::{DOCUMENT_KIND, DocumentEvent, Documents, Store};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::iso;
use serde_json::json;

use super::events::quoted;
use super::{ArchiveArgument, Outcome, output, place};

/// Folder of commanding inside an archive.
const FOLDER: &str = "command";
/// Longest words of a record that are printed, in characters.
const MOST_WORDS: usize = 400;

/// Arguments of `marsdeck archive audit`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: ArchiveArgument,
    /// Only records of this kind: command, document, account, session, …
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only records that hold these words, letter case ignored
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
    /// Print CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON, with the whole content of each record
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let folder = match &arguments.place.archive {
        Some(folder) => folder.clone(),
        None => place::demo_archive()?,
    };
    place::ensure_archive(&folder)?;
    let chain = read_journal(&folder.join(FOLDER))?;
    let wanted = |record: &&Record| {
        let is_kind = arguments.kind.as_ref().is_none_or(|kind| record.kind == *kind);
        let has = |words: &String| {
            let words = words.to_lowercase();
            let text = format!("{} {} {}", record.who, self::words(record), record.body);
            text.to_lowercase().contains(&words)
        };
        is_kind && arguments.words.as_ref().is_none_or(has)
    };
    let records: Vec<&Record> = chain.records.iter().filter(wanted).collect();
    if arguments.json {
        output::json(&json!({
            "records": records.iter().map(|record| as_json(record)).collect::<Vec<_>>(),
            "problems": problems(&chain),
        }))?;
    } else {
        print(&records, arguments.csv).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    let found = problems(&chain);
    for problem in &found {
        output::message(&problem.to_string());
    }
    output::message(&match found.len() {
        0 => format!("{} of {} records; the chain is whole", records.len(), chain.records.len()),
        _ => "The audit trail was changed: what follows the first problem is not to be trusted"
            .to_owned(),
    });
    Ok(if found.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// What is wrong with the audit journal and the documents of an archive: record, byte and file.
pub(super) fn verify(archive: &Path) -> Vec<Problem> {
    let folder = archive.join(FOLDER);
    let chain = match read_journal(&folder) {
        Ok(chain) => chain,
        Err(error) => return vec![Problem::of("audit journal", error.to_string())],
    };
    let mut found = problems(&chain);
    let documents = Documents::of(&chain.records);
    let of_documents = Store::new(&folder).verify(&documents);
    let place = format!("{FOLDER}/documents");
    let told = |reason: String| Problem::of("documents", reason).in_file(&place);
    found.extend(of_documents.into_iter().map(told));
    found
}

fn problems(chain: &Chain) -> Vec<Problem> {
    let place = format!("{FOLDER}/{JOURNAL_FILE}");
    let findings = chain.findings.iter();
    let told = findings.map(|one| {
        let field = format!("record {}", one.record);
        Problem::at(one.offset, field, one.reason.clone()).in_file(&place)
    });
    told.collect()
}

/// A record in words; of kinds that say no more, their content.
fn words(record: &Record) -> String {
    let of_document = || {
        let event = serde_json::from_str::<DocumentEvent>(&record.body).ok();
        event.filter(|_| record.kind == DOCUMENT_KIND).map(|event| event.words())
    };
    let words = record_words(record).or_else(of_document).unwrap_or_else(|| record.body.clone());
    let mut shown: String = words.chars().take(MOST_WORDS).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    shown
}

fn as_json(record: &Record) -> serde_json::Value {
    let body = serde_json::from_str(&record.body).unwrap_or(json!(record.body));
    json!({
        "record": record.number,
        "time": iso(record.time, 3),
        "who": record.who,
        "kind": record.kind,
        "words": words(record),
        "hash": record.hash.to_string(),
        "content": body,
    })
}

fn print(records: &[&Record], as_csv: bool) -> std::io::Result<()> {
    let mut out = output::stream();
    if as_csv {
        writeln!(out, "record,time_utc,who,kind,words,hash")?;
    }
    for record in records {
        let (time, words) = (iso(record.time, 3), words(record));
        let Record { number, who, kind, hash, .. } = record;
        if as_csv {
            let cells = [&number.to_string(), &time, who, kind, &words, &hash.to_string()];
            writeln!(out, "{}", cells.map(|cell| quoted(cell)).join(","))?;
        } else {
            let line = words.replace(char::is_control, " ");
            writeln!(out, "{number:>6}  {time}  {who:<12}  {kind:<9}  {line}")?;
        }
    }
    out.flush()
}
