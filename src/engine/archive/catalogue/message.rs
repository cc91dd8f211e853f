//! Rows of event messages: in order of time, each kept once.

use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Row, params};
use sha2::{Digest, Sha256};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue, has_table};
use crate::archive::{EventMessage, MessageQuery, QueryError};
use crate::format::ampcs::EvrLevel;
use crate::time::Instant;

/// Rows that are looked at before other questions to the catalogue get their turn.
const PIECE: usize = 20_000;

const ROWS: &str = "SELECT t, key, ert, level, mission, name, number, module, message, source, \
    sclk, crc FROM message";

/// What makes a message itself, apart from its time, as a number: the first eight bytes of the
/// SHA-256 over mission, source, level, clock, name, number, module and text. The time of
/// reception is no part of it: what comes in real time and again from a recorder is one message.
fn key_of(m: &EventMessage) -> i64 {
    let number = m.number.map_or_else(String::new, |n| n.to_string());
    let mut hash = Sha256::new();
    for part in
        [&m.mission, &m.source, m.level.word(), &m.sclk, &m.name, &number, &m.module, &m.message]
    {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let hash = hash.finalize();
    hash.iter().take(8).fold(0, |n, byte| n << 8 | i64::from(*byte))
}

fn message_sum(key: i64, m: &EventMessage) -> i64 {
    RowSum::new("message")
        .int(m.time.unix_ns())
        .int(key)
        .maybe(m.ert.map(Instant::unix_ns))
        .int(i64::from(m.level.code()))
        .text(&m.mission)
        .text(&m.name)
        .maybe(m.number)
        .text(&m.module)
        .text(&m.message)
        .text(&m.source)
        .text(&m.sclk)
        .value()
}

/// A row as message, key and checksum.
fn message_of(row: &Row<'_>) -> rusqlite::Result<(EventMessage, i64, i64)> {
    let message = EventMessage {
        time: Instant::from_unix_ns(row.get(0)?),
        ert: row.get::<_, Option<i64>>(2)?.map(Instant::from_unix_ns),
        level: EvrLevel::of_code(row.get(3)?).unwrap_or_default(),
        mission: row.get(4)?,
        name: row.get(5)?,
        number: row.get(6)?,
        module: row.get(7)?,
        message: row.get(8)?,
        source: row.get(9)?,
        sclk: row.get(10)?,
    };
    Ok((message, row.get(1)?, row.get(11)?))
}

/// Words in lower case.
struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    /// Whether every word occurs in module, name or message of a row.
    fn occur_in(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        if self.0.is_empty() {
            return Ok(true);
        }
        let mut all = String::new();
        for column in [5, 7, 8] {
            all.push_str(row.get_ref(column)?.as_str().unwrap_or_default());
            all.push('\n');
        }
        if all.is_ascii() {
            all.make_ascii_lowercase();
        } else {
            all = all.to_lowercase();
        }
        Ok(self.0.iter().all(|word| all.contains(word.as_str())))
    }
}

/// Where a search stands.
struct Search<'a> {
    query: &'a MessageQuery,
    words: Words,
    /// Time and key of the last row that was looked at.
    last: Option<(i64, i64)>,
    /// Instants that are still to be looked at, both included.
    open: (i64, i64),
    found: Vec<EventMessage>,
}

impl Search<'_> {
    /// Looks at the next rows; returns whether there may be more. One row more than the limit is
    /// looked for, to know whether something is left out.
    fn piece(&mut self, db: &rusqlite::Connection) -> rusqlite::Result<bool> {
        let (order, beyond) = if self.query.newest { ("DESC", "<") } else { ("ASC", ">") };
        // The row value walks the primary key from where the last piece ended.
        let sql = format!(
            "{ROWS} WHERE t >= ?1 AND t <= ?2 AND (?3 IS NULL OR (t, key) {beyond} (?3, ?4)) \
             ORDER BY t {order}, key {order} LIMIT {PIECE}"
        );
        let mut ask = db.prepare_cached(&sql)?;
        let (last_t, last_key) = self.last.unzip();
        let mut rows = ask.query(params![self.open.0, self.open.1, last_t, last_key])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            let (t, key) = (row.get(0)?, row.get(1)?);
            self.last = Some((t, key));
            let level = EvrLevel::of_code(row.get(3)?).unwrap_or_default();
            if self.query.levels.contains(level) && self.words.occur_in(row)? {
                self.found.push(message_of(row)?.0);
                if self.found.len() > self.query.limit as usize {
                    return Ok(false);
                }
            }
        }
        if let Some((t, _)) = self.last {
            if self.query.newest { self.open.1 = t } else { self.open.0 = t }
        }
        Ok(seen == PIECE)
    }
}

impl Catalogue {
    /// Stores messages; those that are stored already are left alone. Returns how many are new.
    pub(in crate::archive) fn put_messages(
        &self,
        messages: &[EventMessage],
    ) -> Result<u64, ArchiveError> {
        self.change(|db| {
            let mut put = db.prepare_cached(
                "INSERT OR IGNORE INTO message(t, key, ert, level, mission, name, number, module,
                    message, source, sclk, crc) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
            )?;
            let mut new = 0;
            for m in messages {
                let key = key_of(m);
                new += put.execute(params![
                    m.time.unix_ns(),
                    key,
                    m.ert.map(Instant::unix_ns),
                    m.level.code(),
                    m.mission,
                    m.name,
                    m.number,
                    m.module,
                    m.message,
                    m.source,
                    m.sclk,
                    message_sum(key, m),
                ])? as u64;
            }
            Ok(new)
        })
    }

    /// Messages of a range, ascending in time, and whether more were left out. An archive of a
    /// time before there were messages has none.
    pub(in crate::archive) fn messages(
        &self,
        query: &MessageQuery,
        cancel: &AtomicBool,
    ) -> Result<(Vec<EventMessage>, bool), QueryError> {
        let failed = |e: ArchiveError| QueryError::Failed(e.to_string());
        let last = query.range.end.unix_ns();
        // The end of a range is not in it, but there is nothing after the end of time.
        let last = if last == i64::MAX { last } else { last.saturating_sub(1) };
        let mut search = Search {
            query,
            words: Words::of(&query.text),
            last: None,
            open: (query.range.start.unix_ns(), last),
            found: Vec::new(),
        };
        if self.has_messages().map_err(failed)? {
            while self.ask(|db| search.piece(db)).map_err(failed)? {
                if cancel.load(Ordering::Relaxed) {
                    return Err(QueryError::Cancelled);
                }
            }
        }
        let Search { mut found, .. } = search;
        let truncated = found.len() > query.limit as usize;
        found.truncate(query.limit as usize);
        if query.newest {
            found.reverse();
        }
        Ok((found, truncated))
    }

    /// Number of messages.
    pub(in crate::archive) fn message_count(&self) -> Result<u64, ArchiveError> {
        if !self.has_messages()? {
            return Ok(0);
        }
        self.ask(|db| db.query_row("SELECT count(*) FROM message", [], |r| r.get(0)))
    }

    /// Whether the table is there: an archive that was written before gets it on its next write.
    fn has_messages(&self) -> Result<bool, ArchiveError> {
        self.ask(|db| has_table(db, "message"))
    }

    /// Names of the message rows whose checksum does not match.
    pub(super) fn bad_message_rows(db: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        if !has_table(db, "message")? {
            return Ok(bad);
        }
        let mut ask = db.prepare(ROWS)?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (message, key, sum) = message_of(row)?;
            if key != key_of(&message) || message_sum(key, &message) != sum {
                let time = crate::time::iso(message.time, 3);
                bad.push(format!("event message {} of {time}", message.name));
            }
        }
        Ok(bad)
    }
}
