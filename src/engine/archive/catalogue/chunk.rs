//! Rows of parameter groups, of their chunks, and the marks of remote fetches.

use rusqlite::{OptionalExtension, Row, params};

use super::sum::RowSum;
use super::{ArchiveError, Catalogue};

/// A set of parameters that share one time column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::archive) struct GroupRow {
    pub(in crate::archive) id: u32,
    pub(in crate::archive) product: String,
    /// Sorted, no two alike.
    pub(in crate::archive) names: Vec<String>,
    pub(in crate::archive) units: Vec<String>,
}

/// Which node of a group's tree: level 0 are the chunks, above it 16 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::archive) struct NodeId {
    pub(in crate::archive) group: u32,
    pub(in crate::archive) level: u8,
    pub(in crate::archive) seq: u64,
}

/// Where a chunk lies and what times it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) struct ChunkRef {
    /// Number of the segment file.
    pub(in crate::archive) file: u32,
    /// Offset of its frame in bytes.
    pub(in crate::archive) off: u64,
    /// Length of its frame in bytes.
    pub(in crate::archive) len: u32,
    /// Number of its first row in the group, in order of arrival.
    pub(in crate::archive) first_row: u64,
    /// Rows (level 0), else children.
    pub(in crate::archive) rows: u32,
    /// Earliest time, nanoseconds.
    pub(in crate::archive) t0: i64,
    /// Latest time, nanoseconds.
    pub(in crate::archive) t1: i64,
    /// Widest step between consecutive times, nanoseconds.
    pub(in crate::archive) max_gap: i64,
}

fn chunk_sum(id: NodeId, c: &ChunkRef) -> i64 {
    RowSum::new("chunk")
        .int(i64::from(id.group))
        .int(i64::from(id.level))
        .int(id.seq as i64)
        .int(i64::from(c.file))
        .int(c.off as i64)
        .int(i64::from(c.len))
        .int(c.first_row as i64)
        .int(i64::from(c.rows))
        .int(c.t0)
        .int(c.t1)
        .int(c.max_gap)
        .value()
}

fn group_sum(id: u32, product: &str, names: &str, units: &str) -> i64 {
    RowSum::new("grp").int(i64::from(id)).text(product).text(names).text(units).value()
}

fn chunk_of(row: &Row<'_>) -> rusqlite::Result<(NodeId, ChunkRef, i64)> {
    let id = NodeId { group: row.get(0)?, level: row.get(1)?, seq: row.get(2)? };
    let chunk = ChunkRef {
        file: row.get(3)?,
        off: row.get(4)?,
        len: row.get(5)?,
        first_row: row.get(6)?,
        rows: row.get(7)?,
        t0: row.get(8)?,
        t1: row.get(9)?,
        max_gap: row.get(10)?,
    };
    Ok((id, chunk, row.get(11)?))
}

const CHUNK: &str = "SELECT grp, level, seq, file, off, len, first_row, rows, t0, t1, max_gap, crc
    FROM chunk";

fn list(json: &str) -> rusqlite::Result<Vec<String>> {
    serde_json::from_str(json).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e))
    })
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list.to_vec()).to_string()
}

impl Catalogue {
    /// All groups, by number.
    pub(in crate::archive) fn groups(&self) -> Result<Vec<GroupRow>, ArchiveError> {
        self.ask(|db| {
            let mut ask = db.prepare("SELECT id, product, names, units FROM grp ORDER BY id")?;
            ask.query_map([], |row| {
                Ok(GroupRow {
                    id: row.get(0)?,
                    product: row.get(1)?,
                    names: list(&row.get::<_, String>(2)?)?,
                    units: list(&row.get::<_, String>(3)?)?,
                })
            })?
            .collect()
        })
    }

    /// Adds a group, or changes its units.
    pub(in crate::archive) fn put_group(&self, group: &GroupRow) -> Result<(), ArchiveError> {
        let (names, units) = (json(&group.names), json(&group.units));
        let sum = group_sum(group.id, &group.product, &names, &units);
        self.change(|db| {
            db.execute(
                "INSERT OR REPLACE INTO grp(id, product, names, units, crc) VALUES(?,?,?,?,?)",
                params![group.id, group.product, names, units, sum],
            )
        })?;
        Ok(())
    }

    /// The nodes of a group from a sequence number on, at one level, in order.
    pub(in crate::archive) fn chunks_from(
        &self,
        from: NodeId,
    ) -> Result<Vec<ChunkRef>, ArchiveError> {
        self.ask(|db| {
            let mut ask = db.prepare_cached(&format!(
                "{CHUNK} WHERE grp = ? AND level = ? AND seq >= ? ORDER BY seq"
            ))?;
            ask.query_map(params![from.group, from.level, from.seq], |r| Ok(chunk_of(r)?.1))?
                .collect()
        })
    }

    /// Number of nodes of a group by level.
    pub(in crate::archive) fn levels(&self, group: u32) -> Result<u8, ArchiveError> {
        self.ask(|db| {
            db.query_row("SELECT max(level) FROM chunk WHERE grp = ?", [group], |r| {
                Ok(r.get::<_, Option<u8>>(0)?.map_or(0, |n| n + 1))
            })
        })
    }

    /// Adds chunks in one transaction.
    pub(in crate::archive) fn put_chunks(
        &self,
        chunks: &[(NodeId, ChunkRef)],
    ) -> Result<(), ArchiveError> {
        self.change(|db| {
            let mut put = db.prepare_cached(
                "INSERT INTO chunk(grp, level, seq, file, off, len, first_row, rows, t0, t1,
                    max_gap, crc) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
            )?;
            for (id, c) in chunks {
                put.execute(params![
                    id.group,
                    id.level,
                    id.seq,
                    c.file,
                    c.off,
                    c.len,
                    c.first_row,
                    c.rows,
                    c.t0,
                    c.t1,
                    c.max_gap,
                    chunk_sum(*id, c),
                ])?;
            }
            Ok(())
        })
    }

    /// Every chunk of every segment file, by place.
    pub(in crate::archive) fn chunks_by_place(
        &self,
    ) -> Result<Vec<(NodeId, ChunkRef)>, ArchiveError> {
        self.ask(|db| {
            let mut ask = db.prepare(&format!("{CHUNK} ORDER BY file, off"))?;
            ask.query_map([], |r| chunk_of(r).map(|(id, c, _)| (id, c)))?.collect()
        })
    }

    /// Catalogued length of each segment file.
    pub(in crate::archive) fn segment_lengths(&self) -> Result<Vec<(u32, u64)>, ArchiveError> {
        self.ask(|db| {
            let mut ask =
                db.prepare("SELECT file, max(off + len) FROM chunk GROUP BY file ORDER BY file")?;
            ask.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect()
        })
    }

    /// Remembers that a part of a remote fetch is stored.
    pub(in crate::archive) fn put_fetched(&self, part: &str) -> Result<(), ArchiveError> {
        let sum = RowSum::new("fetched").text(part).value();
        self.change(|db| {
            db.execute("INSERT OR REPLACE INTO fetched(part, crc) VALUES(?,?)", params![part, sum])
        })?;
        Ok(())
    }

    /// Whether a part of a remote fetch is stored.
    pub(in crate::archive) fn has_fetched(&self, part: &str) -> Result<bool, ArchiveError> {
        self.ask(|db| {
            db.query_row("SELECT 1 FROM fetched WHERE part = ?", [part], |_| Ok(())).optional()
        })
        .map(|found| found.is_some())
    }

    /// Names of the rows of these tables whose checksum does not match.
    pub(super) fn bad_chunk_rows(db: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
        let mut bad = Vec::new();
        let mut ask = db.prepare(CHUNK)?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (id, chunk, sum) = chunk_of(row)?;
            if chunk_sum(id, &chunk) != sum {
                bad.push(format!("chunk {} of group {} level {}", id.seq, id.group, id.level));
            }
        }
        let mut ask = db.prepare("SELECT id, product, names, units, crc FROM grp")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let (id, product, names) = (row.get(0)?, row.get::<_, String>(1)?, row.get(2)?);
            let (names, units): (String, String) = (names, row.get(3)?);
            if group_sum(id, &product, &names, &units) != row.get::<_, i64>(4)? {
                bad.push(format!("parameter group {id}"));
            }
        }
        let mut ask = db.prepare("SELECT part, crc FROM fetched")?;
        let mut rows = ask.query([])?;
        while let Some(row) = rows.next()? {
            let part: String = row.get(0)?;
            if RowSum::new("fetched").text(&part).value() != row.get::<_, i64>(1)? {
                bad.push(format!("fetch mark {part}"));
            }
        }
        Ok(bad)
    }
}
