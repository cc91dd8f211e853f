//! Reads the whole database afresh and says what is wrong in it.

use rusqlite::Connection;

use super::{Catalogue, connect_read};
use crate::problem::Problem;

impl Catalogue {
    /// SQLite's own check of pages and indexes, then the checksum of every row. A fresh
    /// connection, because pages in memory would hide what the disk holds.
    pub(in crate::archive) fn verify(&self) -> Vec<Problem> {
        let say = |what: String| Problem::of("catalogue", what).in_file(super::FILE);
        let db = match connect_read(&self.path) {
            Ok(db) => db,
            Err(error) => return vec![say(error.to_string())],
        };
        let mut problems = Vec::new();
        match integrity(&db) {
            Ok(lines) => problems.extend(lines.into_iter().map(say)),
            Err(error) => problems.push(say(format!("SQLite cannot check it: {error}"))),
        }
        let tables = [
            Self::bad_product_rows,
            Self::bad_event_rows,
            Self::bad_message_rows,
            Self::bad_alarm_rows,
            Self::bad_note_rows,
            Self::bad_limit_rows,
            Self::bad_chunk_rows,
        ];
        for table in tables {
            match table(&db) {
                Ok(rows) => problems
                    .extend(rows.into_iter().map(|r| say(format!("the row of {r} was changed")))),
                Err(error) => problems.push(say(format!("rows cannot be read: {error}"))),
            }
        }
        problems
    }
}

fn integrity(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut ask = db.prepare("PRAGMA integrity_check(100)")?;
    let lines: Vec<String> = ask.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
