//! Rows of limits that operators changed: added, never changed.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;

use super::sum::RowSum;
use super::{ArchiveError, Catalogue, has_table};
use crate::archive::LimitEdit;
use crate::time::Instant;

const ROWS: &str =
    "SELECT id, name, t, written, who, reason, before, after, crc FROM limit_edit ORDER BY id";

/// Limits as they are stored.
fn json(value: &impl serde::Serialize) -> String {
    // Plain structures of numbers and texts cannot fail to be written.
    serde_json::to_string(value).unwrap_or_default()
}

fn edit_sum(edit: &LimitEdit, before: &str, after: &str) -> i64 {
    RowSum::new("limit_edit")
        .text(&edit.name)
        .int(edit.from.unix_ns())
        .int(edit.written.unix_ns())
        .text(&edit.who)
        .text(&edit.reason)
        .text(before)
        .text(after)
        .value()
}

fn parsed<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e)))
}

fn edit_of(row: &Row<'_>) -> rusqlite::Result<LimitEdit> {
    Ok(LimitEdit {
        id: row.get(0)?,
        name: row.get(1)?,
        from: Instant::from_unix_ns(row.get(2)?),
        written: Instant::from_unix_ns(row.get(3)?),
        who: row.get(4)?,
        reason: row.get(5)?,
        before: parsed(row, 6)?,
        after: parsed(row, 7)?,
    })
}

impl Catalogue {
    /// Adds a change; its number.
    pub(in crate::archive) fn put_limit_edit(&self, edit: &LimitEdit) -> Result<i64, ArchiveError> {
        let (before, after) = (json(&edit.before), json(&edit.after));
        self.change(|db| {
            let text = "INSERT INTO limit_edit(name, t, written, who, reason, before, after, crc) \
                        VALUES(?,?,?,?,?,?,?,?)";
            db.prepare_cached(text)?.insert(params![
                edit.name,
                edit.from.unix_ns(),
                edit.written.unix_ns(),
                edit.who,
                edit.reason,
                before,
                after,
                edit_sum(edit, &before, &after),
            ])
        })
    }

    /// All changes in the order of writing.
    pub(in crate::archive) fn limit_edits(&self) -> Result<Vec<LimitEdit>, ArchiveError> {
        self.ask(|db| {
            if !has_table(db, "limit_edit")? {
                return Ok(Vec::new());
            }
            db.prepare_cached(ROWS)?.query_map([], edit_of)?.collect()
        })
    }

    /// Names of the changes whose checksum does not match.
    pub(super) fn bad_limit_rows(db: &Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        if !has_table(db, "limit_edit")? {
            return Ok(bad);
        }
        let mut ask = db.prepare(ROWS)?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let (before, after): (String, String) = (row.get(6)?, row.get(7)?);
            let is_good = edit_of(row).is_ok_and(|edit| {
                row.get(8).is_ok_and(|sum: i64| edit_sum(&edit, &before, &after) == sum)
            });
            if !is_good {
                bad.push(format!("limit edit {id}"));
            }
        }
        Ok(bad)
    }
}
