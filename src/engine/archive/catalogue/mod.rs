//! `catalogue.sqlite`: products, events, event messages, alarms, log entries, limit edits, parameter
//! groups and chunks, everything transactional.
//!
//! Every row carries a CRC-32C of its own fields, so that a flipped byte inside row data is found
//! although SQLite itself would not notice. One writing connection, one for reading.

mod alarm;
mod check;
mod chunk;
mod event;
mod limit;
mod message;
mod note;
mod product;
mod sum;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

pub(super) use chunk::{ChunkRef, GroupRow, NodeId};
pub(super) use product::Content;

use super::error::lock_writer;
use super::{Access, ArchiveError};

pub(super) const FILE: &str = "catalogue.sqlite";

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS product(
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
    stored INTEGER NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, mission TEXT NOT NULL,
    instrument TEXT NOT NULL, product TEXT NOT NULL, t0 INTEGER, t1 INTEGER,
    summary TEXT NOT NULL, label TEXT NOT NULL, problems TEXT NOT NULL, crc INTEGER NOT NULL,
    content BLOB) STRICT;
CREATE TABLE IF NOT EXISTS event(
    id TEXT PRIMARY KEY, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, body TEXT NOT NULL,
    crc INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS message(
    t INTEGER NOT NULL, key INTEGER NOT NULL, ert INTEGER, level INTEGER NOT NULL,
    mission TEXT NOT NULL, name TEXT NOT NULL, number INTEGER, module TEXT NOT NULL,
    message TEXT NOT NULL, source TEXT NOT NULL, sclk TEXT NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY(t, key)) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS alarm(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, product TEXT NOT NULL,
    time INTEGER NOT NULL, found INTEGER NOT NULL, body TEXT NOT NULL,
    crc INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS alarm_found ON alarm(name, product, found, time);
CREATE TABLE IF NOT EXISTS alarm_mark(
    name TEXT NOT NULL, product TEXT NOT NULL, body TEXT NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY(name, product)) STRICT;
CREATE TABLE IF NOT EXISTS note(
    id INTEGER PRIMARY KEY AUTOINCREMENT, t INTEGER NOT NULL, written INTEGER NOT NULL,
    who TEXT NOT NULL, mission TEXT NOT NULL, text TEXT NOT NULL, name TEXT NOT NULL,
    product TEXT NOT NULL, corrects INTEGER, crc INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS note_time ON note(t, id);
CREATE INDEX IF NOT EXISTS note_corrects ON note(corrects) WHERE corrects IS NOT NULL;
CREATE TABLE IF NOT EXISTS limit_edit(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, t INTEGER NOT NULL,
    written INTEGER NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL, before TEXT NOT NULL,
    after TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS fetched(part TEXT PRIMARY KEY, crc INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS grp(
    id INTEGER PRIMARY KEY, product TEXT NOT NULL, names TEXT NOT NULL, units TEXT NOT NULL,
    crc INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS chunk(
    grp INTEGER NOT NULL, level INTEGER NOT NULL, seq INTEGER NOT NULL, file INTEGER NOT NULL,
    off INTEGER NOT NULL, len INTEGER NOT NULL, first_row INTEGER NOT NULL,
    rows INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, max_gap INTEGER NOT NULL,
    crc INTEGER NOT NULL, PRIMARY KEY(grp, level, seq)) WITHOUT ROWID, STRICT;
";

/// The catalogue database of one archive.
pub(super) struct Catalogue {
    path: PathBuf,
    /// Dropped before the writer, which can then empty the WAL into the database.
    read: Mutex<Connection>,
    write: Option<Mutex<Connection>>,
}

/// What SQLite says, with what to do about it.
pub(super) fn failure(path: &Path) -> impl Fn(rusqlite::Error) -> ArchiveError {
    move |error| {
        let advice = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                "the disk is full: free some space and try again; everything that was reported \
                 as stored is safe"
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                "it may not be written: check the permissions, or open the archive for reading only"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                "it is damaged: run `marsdeck archive verify` and restore it from a copy"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another program holds it: close that program and try again"
            }
            Some(ErrorCode::CannotOpen) => {
                "it cannot be opened: check that it is a file and its permissions"
            }
            Some(ErrorCode::SystemIoFailure) => {
                "the disk refused: check its free space and its health, and try again"
            }
            _ => return other(path, error.to_string()),
        };
        other(path, format!("{advice} ({error})"))
    }
}

fn other(path: &Path, reason: String) -> ArchiveError {
    ArchiveError::Catalogue { path: path.to_owned(), reason }
}

/// Whether a table is there: an archive that was written before gets it on its next write.
fn has_table(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    let ask = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
    db.prepare_cached(ask)?.exists([name])
}

fn connect_read(path: &Path) -> Result<Connection, ArchiveError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|db| {
        db.busy_timeout(Duration::from_secs(10))?;
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(db)
    });
    match opened {
        Ok(db) => Ok(db),
        // A folder that cannot be written has no room for the shared-memory file of WAL; with
        // nothing waiting in the WAL the database alone is complete.
        Err(error) if can_be_immutable(path, &error) => {
            let text = path.to_string_lossy();
            let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let uri = format!("file:{escaped}?immutable=1");
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(uri, flags).map_err(failure(path))
        }
        Err(error) => Err(failure(path)(error)),
    }
}

fn can_be_immutable(path: &Path, error: &rusqlite::Error) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let nothing_waits = std::fs::metadata(wal).map_or(true, |m| m.len() == 0);
    let refused = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    );
    refused && nothing_waits && path.is_file()
}

impl Catalogue {
    /// Opens the database of an archive folder; writing creates what is missing.
    pub(super) fn open(dir: &Path, access: Access) -> Result<Self, ArchiveError> {
        let path = dir.join(FILE);
        if path.is_dir() {
            return Err(other(&path, "it is a folder where a file belongs".to_owned()));
        }
        let write = match access {
            Access::Read => None,
            Access::Write => {
                let db = Connection::open(&path).map_err(failure(&path))?;
                Self::prepare(&db).map_err(failure(&path))?;
                Some(Mutex::new(db))
            }
        };
        let read = Mutex::new(connect_read(&path)?);
        Ok(Self { path, read, write })
    }

    fn prepare(db: &Connection) -> rusqlite::Result<()> {
        db.busy_timeout(Duration::from_secs(10))?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.execute_batch(SCHEMA)
    }

    /// Runs a question.
    fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        let db = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        question(&db).map_err(failure(&self.path))
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>, ArchiveError> {
        lock_writer(self.write.as_ref(), self.path.parent())
    }

    /// Runs a change as one transaction; it is on the disk when this returns.
    fn change<T>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        let mut db = self.writer()?;
        let fail = failure(&self.path);
        let transaction = db.transaction().map_err(&fail)?;
        let out = change(&transaction).map_err(&fail)?;
        transaction.commit().map_err(&fail)?;
        Ok(out)
    }

    /// Where the database is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A number that changes when another connection commits.
    pub(super) fn data_version(&self) -> Result<i64, ArchiveError> {
        self.ask(|db| db.query_row("PRAGMA data_version", [], |r| r.get(0)))
    }
}
