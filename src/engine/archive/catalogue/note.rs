//! Rows of the operator's log book: added, never changed.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue, has_table};
use crate::archive::{LogEntry, LogQuery, SeriesKey};
use crate::time::Instant;

const ROWS: &str = "SELECT id, t, written, who, mission, text, name, product, corrects, crc, \
    (SELECT max(later.id) FROM note AS later WHERE later.corrects = note.id) FROM note";

fn note_sum(entry: &LogEntry) -> i64 {
    let (name, product) = tied(entry);
    RowSum::new("note")
        .int(entry.time.unix_ns())
        .int(entry.written.unix_ns())
        .text(&entry.who)
        .text(&entry.mission)
        .text(&entry.text)
        .text(name)
        .text(product)
        .maybe(entry.corrects)
        .value()
}

/// Name and product of the series that an entry is tied to; empty where there is none.
fn tied(entry: &LogEntry) -> (&str, &str) {
    entry.series.as_ref().map_or(("", ""), |key| (&key.name, &key.product))
}

/// A row as entry and checksum.
fn entry_of(row: &Row<'_>) -> rusqlite::Result<(LogEntry, i64)> {
    let (name, product): (String, String) = (row.get(6)?, row.get(7)?);
    let entry = LogEntry {
        id: row.get(0)?,
        time: Instant::from_unix_ns(row.get(1)?),
        written: Instant::from_unix_ns(row.get(2)?),
        who: row.get(3)?,
        mission: row.get(4)?,
        text: row.get(5)?,
        series: (!name.is_empty()).then(|| SeriesKey::new(name, product)),
        corrects: row.get(8)?,
        corrected_by: row.get(10)?,
    };
    Ok((entry, row.get(9)?))
}

/// Whether every word occurs in text, author or series.
fn takes(words: &[String], entry: &LogEntry) -> bool {
    let (name, product) = tied(entry);
    let all = format!("{}\n{}\n{name}@{product}", entry.text, entry.who).to_lowercase();
    words.iter().all(|word| all.contains(word.as_str()))
}

impl Catalogue {
    /// Adds an entry; its number. None where the entry that it corrects does not exist.
    pub(in crate::archive) fn put_note(
        &self,
        entry: &LogEntry,
    ) -> Result<Option<i64>, ArchiveError> {
        self.change(|db| {
            if let Some(corrected) = entry.corrects {
                let ask = "SELECT 1 FROM note WHERE id = ?";
                let known = db.query_row(ask, [corrected], |_| Ok(())).optional()?;
                if known.is_none() {
                    return Ok(None);
                }
            }
            let (name, product) = tied(entry);
            let text = "INSERT INTO note(t, written, who, mission, text, name, product, corrects, \
                        crc) VALUES(?,?,?,?,?,?,?,?,?)";
            db.prepare_cached(text)?
                .insert(params![
                    entry.time.unix_ns(),
                    entry.written.unix_ns(),
                    entry.who,
                    entry.mission,
                    entry.text,
                    name,
                    product,
                    entry.corrects,
                    note_sum(entry),
                ])
                .map(Some)
        })
    }

    /// The newest entries of a range, ascending in time, and whether more were left out.
    pub(in crate::archive) fn notes(
        &self,
        query: &LogQuery,
    ) -> Result<(Vec<LogEntry>, bool), ArchiveError> {
        let last = query.range.end.unix_ns();
        // The end of a range is not in it, but there is nothing after the end of time.
        let last = if last == i64::MAX { last } else { last.saturating_sub(1) };
        let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
        let limit = query.limit as usize;
        let mut found = Vec::new();
        self.ask(|db| {
            if !has_table(db, "note")? {
                return Ok(());
            }
            let sql = format!(
                "{ROWS} WHERE t >= ?1 AND t <= ?2 AND (?3 = '' OR mission = ?3) \
                 ORDER BY t DESC, id DESC"
            );
            let mut ask = db.prepare_cached(&sql)?;
            let first = query.range.start.unix_ns();
            let mut rows = ask.query(params![first, last, query.mission])?;
            while let Some(row) = rows.next()? {
                let (entry, _) = entry_of(row)?;
                if takes(&words, &entry) {
                    found.push(entry);
                    if found.len() > limit {
                        break;
                    }
                }
            }
            Ok(())
        })?;
        let truncated = found.len() > limit;
        found.truncate(limit);
        found.reverse();
        Ok((found, truncated))
    }

    /// Names of the entries whose checksum does not match.
    pub(super) fn bad_note_rows(db: &Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        if !has_table(db, "note")? {
            return Ok(bad);
        }
        let mut ask = db.prepare(ROWS)?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (entry, sum) = entry_of(row)?;
            if note_sum(&entry) != sum {
                bad.push(format!("log entry {}", entry.id));
            }
        }
        Ok(bad)
    }
}
