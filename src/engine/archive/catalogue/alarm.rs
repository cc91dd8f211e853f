//! Rows of the alarm journal, and how far each series has been looked through.

use rusqlite::{Connection, params};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue, has_table};
use crate::archive::{AlarmMark, AlarmRow, SeriesKey};
use crate::time::Instant;

fn row_sum(row: &AlarmRow) -> i64 {
    RowSum::new("alarm")
        .text(&row.key.name)
        .text(&row.key.product)
        .int(row.time.unix_ns())
        .int(i64::from(row.found))
        .text(&row.body)
        .value()
}

fn mark_sum(mark: &AlarmMark) -> i64 {
    let sum = RowSum::new("alarm_mark").text(&mark.key.name).text(&mark.key.product);
    sum.text(&mark.body).value()
}

fn insert(db: &Connection, row: &AlarmRow) -> rusqlite::Result<i64> {
    let text = "INSERT INTO alarm(name, product, time, found, body, crc) VALUES(?,?,?,?,?,?)";
    let (name, product) = (&row.key.name, &row.key.product);
    let time = row.time.unix_ns();
    db.prepare_cached(text)?.insert(params![name, product, time, row.found, row.body, row_sum(row)])
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<AlarmRow> {
    Ok(AlarmRow {
        seq: row.get(0)?,
        key: SeriesKey::new(row.get::<_, String>(1)?, row.get::<_, String>(2)?),
        time: Instant::from_unix_ns(row.get(3)?),
        found: row.get(4)?,
        body: row.get(5)?,
    })
}

impl Catalogue {
    /// Adds rows to the journal; their numbers, ascending.
    pub(in crate::archive) fn put_alarms(
        &self,
        rows: &[AlarmRow],
    ) -> Result<Vec<i64>, ArchiveError> {
        self.change(|db| rows.iter().map(|row| insert(db, row)).collect())
    }

    /// Replaces what was found in a series at and after an instant, and its mark.
    pub(in crate::archive) fn put_alarms_found(
        &self,
        from: Instant,
        rows: &[AlarmRow],
        mark: &AlarmMark,
    ) -> Result<Vec<i64>, ArchiveError> {
        let (name, product) = (&mark.key.name, &mark.key.product);
        self.change(|db| {
            let old = "DELETE FROM alarm WHERE name = ? AND product = ? AND found AND time >= ?";
            db.prepare_cached(old)?.execute(params![name, product, from.unix_ns()])?;
            let text =
                "INSERT OR REPLACE INTO alarm_mark(name, product, body, crc) VALUES(?,?,?,?)";
            db.prepare_cached(text)?.execute(params![name, product, mark.body, mark_sum(mark)])?;
            rows.iter().map(|row| insert(db, row)).collect()
        })
    }

    /// The whole journal in the order of writing, and all marks.
    pub(in crate::archive) fn alarms(
        &self,
    ) -> Result<(Vec<AlarmRow>, Vec<AlarmMark>), ArchiveError> {
        self.ask(|db| {
            if !has_table(db, "alarm_mark")? {
                return Ok((Vec::new(), Vec::new()));
            }
            let text = "SELECT seq, name, product, time, found, body FROM alarm ORDER BY seq";
            let rows = db.prepare_cached(text)?.query_map([], read)?.collect::<Result<_, _>>()?;
            let mut marks = db.prepare_cached("SELECT name, product, body FROM alarm_mark")?;
            let marks = marks.query_map([], |row| {
                let key = SeriesKey::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
                Ok(AlarmMark { key, body: row.get(2)? })
            })?;
            Ok((rows, marks.collect::<Result<_, _>>()?))
        })
    }

    /// Names of the journal rows and marks whose checksum does not match.
    pub(super) fn bad_alarm_rows(db: &Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        if !has_table(db, "alarm_mark")? {
            return Ok(bad);
        }
        let mut ask = db.prepare("SELECT seq, name, product, time, found, body, crc FROM alarm")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let held = read(row)?;
            if row_sum(&held) != row.get::<_, i64>(6)? {
                bad.push(format!("alarm {}", held.seq));
            }
        }
        let mut ask = db.prepare("SELECT name, product, body, crc FROM alarm_mark")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let key = SeriesKey::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
            let mark = AlarmMark { key, body: row.get(2)? };
            if mark_sum(&mark) != row.get::<_, i64>(3)? {
                bad.push(format!("alarm mark {}", mark.key));
            }
        }
        Ok(bad)
    }
}
