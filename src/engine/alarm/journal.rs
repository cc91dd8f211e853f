//! The journal in memory: all rows in the order in which they take effect.

use crate::alarm::{Record, What};
use crate::archive::{AlarmRow, SeriesKey};
use crate::time::Instant;

/// All rows, ordered by time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    records: Vec<Record>,
}

impl Journal {
    /// From the rows of an archive; with it, how many could not be read.
    pub fn of(rows: &[AlarmRow]) -> (Self, usize) {
        let mut records: Vec<Record> = rows.iter().filter_map(Record::of).collect();
        let unreadable = rows.len() - records.len();
        records.sort_by_key(Record::order);
        (Self { records }, unreadable)
    }

    /// The rows, ordered by time.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Number of rows that take effect at or before an instant.
    pub fn until(&self, at: Instant) -> usize {
        self.records.partition_point(|r| r.time <= at)
    }

    /// Adds rows.
    pub fn add(&mut self, records: impl IntoIterator<Item = Record>) {
        self.records.extend(records);
        // Nearly sorted: the sort takes about one pass.
        self.records.sort_by_key(Record::order);
    }

    /// Takes out what was found in a series at and after an instant.
    pub fn forget(&mut self, key: &SeriesKey, from: Instant) {
        self.records.retain(|r| r.time < from || r.key != *key || matches!(r.what, What::Done(_)));
    }
}
