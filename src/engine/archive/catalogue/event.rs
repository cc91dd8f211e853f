//! Rows of events.

use rusqlite::{OptionalExtension, params};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue};
use crate::archive::Event;
use crate::time::TimeRange;

fn event_sum(id: &str, t0: i64, t1: i64, body: &str) -> i64 {
    RowSum::new("event").text(id).int(t0).int(t1).text(body).value()
}

/// First and last instant that the event touches.
fn hull(event: &Event) -> (i64, i64) {
    let time = event.time.unix_ns();
    event.span.map_or((time, time), |span| {
        let last = span.end.unix_ns().saturating_sub(1);
        (time.min(span.start.unix_ns()), time.max(last))
    })
}

fn conversion(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}

impl Catalogue {
    /// Stores events under their identifiers; returns how many are new or changed.
    pub(in crate::archive) fn put_events(&self, events: &[Event]) -> Result<u64, ArchiveError> {
        self.change(|db| {
            let mut find = db.prepare_cached("SELECT body FROM event WHERE id = ?")?;
            let mut put = db.prepare_cached(
                "INSERT OR REPLACE INTO event(id, t0, t1, body, crc) VALUES(?,?,?,?,?)",
            )?;
            let mut changed = 0;
            for event in events {
                let body = serde_json::to_string(event)
                    .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
                let old: Option<String> = find.query_row([&event.id], |r| r.get(0)).optional()?;
                if old.as_ref() != Some(&body) {
                    let (t0, t1) = hull(event);
                    put.execute(params![
                        event.id,
                        t0,
                        t1,
                        body,
                        event_sum(&event.id, t0, t1, &body)
                    ])?;
                    changed += 1;
                }
            }
            Ok(changed)
        })
    }

    /// Events whose time or span touches a range, ascending in time.
    pub(in crate::archive) fn events(&self, range: TimeRange) -> Result<Vec<Event>, ArchiveError> {
        let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
        let mut events: Vec<Event> = self.ask(|db| {
            let mut ask = db.prepare_cached("SELECT body FROM event WHERE t0 < ? AND t1 >= ?")?;
            ask.query_map([end, start], |r| {
                serde_json::from_str(&r.get::<_, String>(0)?).map_err(conversion)
            })?
            .collect()
        })?;
        events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(events)
    }

    /// Number of events.
    pub(in crate::archive) fn event_count(&self) -> Result<u64, ArchiveError> {
        self.ask(|db| db.query_row("SELECT count(*) FROM event", [], |r| r.get(0)))
    }

    /// Names of the event rows whose checksum does not match.
    pub(super) fn bad_event_rows(db: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        let mut ask = db.prepare("SELECT id, t0, t1, body, crc FROM event")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (id, body): (String, String) = (row.get(0)?, row.get(3)?);
            if event_sum(&id, row.get(1)?, row.get(2)?, &body) != row.get::<_, i64>(4)? {
                bad.push(format!("event {id}"));
            }
        }
        Ok(bad)
    }
}
