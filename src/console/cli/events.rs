//! `marsdeck query --events`: event messages as text or JSON.

use std::io::Write;

use anyhow::{Context, anyhow};
use marsdeck_engine::archive::{Archive, EventMessage, EvrLevel, Levels, MessageQuery};
use marsdeck_engine::time::{TimeRange, iso};

use super::{Outcome, output};

/// What is asked of the messages.
#[derive(Debug, clap::Args)]
pub struct EventArguments {
    /// Print event messages instead of samples
    #[arg(long, group = "texts", conflicts_with_all = ["channel", "list", "points"])]
    pub(super) events: bool,
    /// Print the entries of the operators' log book instead of samples
    #[arg(long, group = "texts", conflicts_with_all = ["channel", "list", "points"])]
    pub(super) notes: bool,
    /// Print the changes of limits instead of samples, by the time from which they hold
    #[arg(long, group = "texts", conflicts_with_all = ["channel", "list", "points"])]
    pub(super) limits: bool,
    /// Least level of event messages: DIAGNOSTIC, ACTIVITY_LO, …, WARNING_LO, FATAL
    #[arg(long, value_name = "LEVEL", requires = "events")]
    level: Option<String>,
    /// Words that module, name or message of event messages, text, author or series of log entries,
    /// or parameter, author or reason of changes of limits must hold
    #[arg(long, value_name = "WORDS", requires = "texts")]
    pub(super) text: Option<String>,
    /// Most event messages, log entries or changes of limits; the newest ones are kept
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "texts")]
    pub(super) limit: u32,
}

pub(super) fn run(
    archive: &Archive,
    arguments: &EventArguments,
    range: TimeRange,
    as_json: bool,
) -> anyhow::Result<Outcome> {
    let levels = match arguments.level.as_deref() {
        None => Levels::ALL,
        Some(word) => {
            let least = EvrLevel::parse(word).with_context(|| {
                let words = EvrLevel::ALL.map(EvrLevel::word).join(", ");
                format!("{word} is no level; choose one of {words}")
            })?;
            Levels::from(least)
        }
    };
    let text = arguments.text.clone().unwrap_or_default();
    let query = MessageQuery { range, levels, text, limit: arguments.limit, newest: true };
    let (messages, truncated) = archive.messages(&query, &output::never())?;
    if as_json {
        output::json(&messages)?;
    } else {
        print(&messages).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    if truncated {
        let limit = arguments.limit;
        output::message(&format!(
            "these are the newest {limit}; there are more: raise --limit or narrow --from and --to"
        ));
    }
    Ok(Outcome::Done)
}

/// CSV with a header row; the columns of AMPCS that the archive keeps.
fn print(messages: &[EventMessage]) -> std::io::Result<()> {
    let mut out = output::stream();
    writeln!(out, "scet,ert,level,mission,module,name,eventId,sclk,source,message")?;
    for m in messages {
        let number = m.number.map_or_else(String::new, |n| n.to_string());
        let ert = m.ert.map_or_else(String::new, |t| iso(t, 3));
        let cells = [
            &iso(m.time, 3),
            &ert,
            m.level.word(),
            &m.mission,
            &m.module,
            &m.name,
            &number,
            &m.sclk,
            &m.source,
            &m.message,
        ];
        writeln!(out, "{}", cells.map(quoted).join(","))?;
    }
    out.flush()
}

/// A cell, in quotes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
