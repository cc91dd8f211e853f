//! What is found: in new data, by silence of parameters and of links. It shows at once, also where
//! the journal cannot be written (a full disk), and is written as soon as that works again.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;

use super::super::handle::MessageLevel;
use super::{AlarmOrder, Desk, number};
use crate::alarm::{
    Board, Contact, Mark, Record, Searched, Watched, What, link_key, look_through, silence, watched,
};
use crate::archive::{ArchiveError, QueryError, SeriesKey};
use crate::time::Instant;

/// A mark is written at the latest when so many samples were looked through since.
const MARK_LAG: u64 = 100_000;

impl Desk {
    /// Raises and clears the alarms of links; cheap where nothing changed.
    pub(super) fn listen(&mut self, contacts: &[Contact]) {
        let seen: Vec<_> = contacts
            .iter()
            .map(|c| (link_key(&c.link, &c.mission), c.is_lost, c.is_heard))
            .collect();
        if self.contacts.as_ref() == Some(&seen) || !self.archive.writable() {
            return;
        }
        self.links = contacts.iter().map(|c| (c.link.clone(), c.mission.clone())).collect();
        let now = self.clock.now().max(self.newest());
        let board = Board::at(self.journal.records(), now);
        let records = silence(&board, contacts, now);
        if !records.is_empty() {
            self.add(records);
            self.publish(Vec::new());
        }
        self.contacts = Some(seen);
    }

    /// Looks through what is new in every series with limits; operators do not wait for it.
    pub(super) fn look_through(&mut self, orders: &Receiver<AlarmOrder>) {
        let generation = self.archive.generation();
        if self.archive.writable() {
            let series = self.archive.series();
            let missions = Arc::clone(&self.missions);
            for Watched { key, summary, parameter } in watched(&missions, &series) {
                for order in orders.try_iter().take(64) {
                    self.carry_out(order);
                }
                if self.stop.load(Ordering::Relaxed) {
                    return;
                }
                let mark = self.marks.get(&key);
                let searched = look_through(&self.archive, &parameter, summary, mark, &self.stop);
                match searched {
                    Ok(Some(searched)) => self.keep(&key, searched),
                    // Data that changed meanwhile are looked through by the next order.
                    Ok(None) | Err(QueryError::Cancelled | QueryError::Unknown(_)) => {}
                    Err(error) => self.fail(&error.to_string()),
                }
            }
            let records = self.stale.look(&missions, &series);
            self.add(records);
        } else if let Err(error) = self.load() {
            self.fail(&error.to_string());
        }
        self.evaluated = generation;
        self.publish(Vec::new());
    }

    /// Writes what was found and shows it. A mark alone is written now and then: from an older
    /// one the same would be found again.
    fn keep(&mut self, key: &SeriesKey, searched: Searched) {
        let mut records = searched.records(key);
        let is_whole = searched.from == Instant::MIN;
        let written = self.written.get(key).copied().unwrap_or(0);
        let lag = searched.mark.samples().saturating_sub(written);
        let is_new = is_whole || !records.is_empty();
        if is_new || (lag >= MARK_LAG && !self.owed.contains_key(key)) {
            // What is owed already is written with it, or stays owed with it.
            let owed = self.owed.get(key).copied();
            let from = owed.map_or(searched.from, |owed| owed.min(searched.from));
            let mut rows = self.found_rows(key, from, searched.from);
            let old = rows.len();
            rows.append(&mut records);
            match self.write_found(key, from, &mut rows, &searched.mark) {
                Ok(()) => {
                    self.owed.remove(key);
                    self.could_write();
                }
                Err(error) => {
                    rows.iter_mut().for_each(unstored);
                    if is_new {
                        self.owed.insert(key.clone(), from);
                    }
                    self.cannot_write(&error);
                }
            }
            let journal = Arc::make_mut(&mut self.journal);
            if is_new {
                journal.forget(key, if old > 0 { from } else { searched.from });
                journal.add(rows);
            }
        }
        self.marks.insert(key.clone(), searched.mark);
    }

    /// What the journal holds of a series, found from an instant on and before another.
    fn found_rows(&self, key: &SeriesKey, from: Instant, until: Instant) -> Vec<Record> {
        let of = |r: &&Record| {
            r.key == *key && matches!(r.what, What::Found(_)) && from <= r.time && r.time < until
        };
        self.journal.records().iter().filter(of).cloned().collect()
    }

    fn write_found(
        &mut self,
        key: &SeriesKey,
        from: Instant,
        records: &mut [Record],
        mark: &Mark,
    ) -> Result<(), ArchiveError> {
        let rows: Vec<_> = records.iter().map(Record::row).collect();
        let numbers = self.archive.put_alarms_found(from, &rows, &mark.stored(key))?;
        number(records, &numbers);
        self.written.insert(key.clone(), mark.samples());
        Ok(())
    }

    /// Writes rows that stand for themselves and shows them.
    pub(super) fn add(&mut self, mut records: Vec<Record>) {
        if records.is_empty() {
            return;
        }
        let rows: Vec<_> = records.iter().map(Record::row).collect();
        match self.archive.put_alarms(&rows) {
            Ok(numbers) => {
                number(&mut records, &numbers);
                self.could_write();
            }
            Err(error) => {
                records.iter_mut().for_each(unstored);
                self.owed_rows.extend(records.iter().cloned());
                self.cannot_write(&error);
            }
        }
        Arc::make_mut(&mut self.journal).add(records);
    }

    /// Writes what could not be written before; tried again with the next tick.
    pub(super) fn settle(&mut self) {
        if self.owed.is_empty() && self.owed_rows.is_empty() {
            return;
        }
        if let Err(error) = self.write_owed() {
            self.cannot_write(&error);
            return;
        }
        self.unwritten.clear();
        // With the numbers of the rows.
        if let Err(error) = self.load() {
            self.fail(&error.to_string());
        }
        let text = "The alarms that were found meanwhile are stored now".to_owned();
        self.publish(vec![(MessageLevel::Info, text)]);
    }

    fn write_owed(&mut self) -> Result<(), ArchiveError> {
        if !self.owed_rows.is_empty() {
            let rows: Vec<_> = self.owed_rows.iter().map(Record::row).collect();
            self.archive.put_alarms(&rows)?;
            self.owed_rows.clear();
        }
        for (key, from) in self.owed.clone() {
            let mut records = self.found_rows(&key, from, Instant::MAX);
            let mark = self.marks.get(&key).cloned().unwrap_or_default();
            self.write_found(&key, from, &mut records, &mark)?;
            self.owed.remove(&key);
        }
        Ok(())
    }

    /// The next failure is told again, where nothing is left of the last one.
    fn could_write(&mut self) {
        if self.owed.is_empty() && self.owed_rows.is_empty() {
            self.unwritten.clear();
        }
    }

    /// Says once that the journal cannot be written.
    fn cannot_write(&mut self, error: &ArchiveError) {
        let reason = error.to_string();
        if self.unwritten == reason {
            return;
        }
        let text = format!(
            "Alarms cannot be stored, but are shown and heard: {reason}. They are stored as soon as \
             that works again; leave this console open until then"
        );
        self.unwritten = reason;
        self.publish(vec![(MessageLevel::Error, text)]);
    }
}

/// Numbers a row that is not on disk: behind all others of its instant.
fn unstored(record: &mut Record) {
    record.seq = i64::MAX;
}
