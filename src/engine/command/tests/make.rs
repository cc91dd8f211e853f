//! What the tests are made of: a journal in memory, people, a dictionary, quiet circumstances.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::command::chain::{Head, link, read_chain};
use crate::command::journal::{Journal, JournalError, Opened, Sink};
use crate::command::*;
use crate::format::ccsds::{Header, PacketKind, write_packet};
use crate::mission::command::Consequence;
use crate::storage::StorageError;
use crate::time::Instant;

/// Where commands go on board.
const APID: u16 = 10;

pub const T0: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

/// What a disk holds; survives the engine.
#[derive(Clone, Debug, Default)]
pub struct Disk(pub Arc<Mutex<Content>>);

#[derive(Debug, Default)]
pub struct Content {
    pub bytes: Vec<u8>,
    pub head: Option<Head>,
    /// What goes wrong, and after how many more records.
    pub trouble: Option<(usize, Trouble)>,
    /// Records that are durable.
    pub written: usize,
    is_dead: bool,
}

/// What goes wrong with a write.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// Nothing is written.
    Full,
    /// The process is killed when so many 255ths of the record are written; 255: just after it.
    Kill(u8),
}

impl Content {
    fn write(&mut self, bytes: &[u8]) -> bool {
        if self.is_dead {
            return false;
        }
        let part = match &mut self.trouble {
            Some((0, Trouble::Full)) => return false,
            Some((0, Trouble::Kill(part))) => {
                self.is_dead = true;
                bytes.len() * usize::from(*part) / 255
            }
            Some((left, _)) => {
                *left -= 1;
                bytes.len()
            }
            None => bytes.len(),
        };
        self.bytes.extend_from_slice(&bytes[..part]);
        self.written += usize::from(part == bytes.len());
        !self.is_dead
    }
}

impl Sink for Disk {
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        if self.0.lock().unwrap().write(bytes) {
            return Ok(());
        }
        let full = io::Error::from(io::ErrorKind::StorageFull);
        Err(StorageError::of("write", Path::new("journal"))(full))
    }

    fn note(&mut self, head: Head) {
        self.0.lock().unwrap().head = Some(head);
    }
}

impl Disk {
    pub fn set_full(&self, is_full: bool) {
        self.set_trouble(is_full.then_some((0, Trouble::Full)));
    }

    pub fn set_trouble(&self, trouble: Option<(usize, Trouble)>) {
        self.0.lock().unwrap().trouble = trouble;
    }

    pub fn is_dead(&self) -> bool {
        self.0.lock().unwrap().is_dead
    }

    pub fn written(&self) -> usize {
        self.0.lock().unwrap().written
    }

    /// What [`Journal::open`] does with a folder.
    pub fn open(&self, now: Instant) -> Result<Opened, JournalError> {
        let mut content = self.0.lock().unwrap();
        let chain = read_chain(&content.bytes, content.head);
        if !chain.findings.is_empty() {
            return Err(JournalError::Tampered { path: "j".into(), findings: chain.findings });
        }
        content.bytes.truncate(chain.end as usize);
        content.is_dead = false;
        let mut records = chain.records;
        if records.is_empty() {
            let (record, bytes) = link(None, now, "engine", "begin", "{}");
            content.bytes.extend_from_slice(&bytes);
            records.push(record);
        }
        content.head = records.last().map(|r| Head { number: r.number, hash: r.hash });
        drop(content);
        let journal = Journal::from_parts(Box::new(self.clone()), &records);
        Ok(Opened { journal, records, told: Vec::new() })
    }

    pub fn start(&self, now: Instant) -> Started {
        self.try_start(now).unwrap()
    }

    pub fn try_start(&self, now: Instant) -> Result<Started, JournalError> {
        Commanding::take_up(self.open(now)?, Policy::default(), now)
    }
}

pub fn person(name: &str, role: Role) -> Actor {
    Actor::new(name, "insight", BTreeSet::from([role]))
}

pub fn dictionary() -> DictionaryIdentity {
    let sha256 = Digest::of(b"dictionary");
    DictionaryIdentity { name: "demo".to_owned(), version: "1".to_owned(), sha256 }
}

/// A command that sets the mode of an instrument, with its sequence count.
pub fn command(significance: Consequence, count: u16) -> Prepared {
    let header = Header { kind: PacketKind::Command, apid: APID, count, ..Header::default() };
    let mut bytes = Vec::new();
    write_packet(&header, &[1, 1, 2], &mut bytes).unwrap();
    Prepared {
        mission: "insight".to_owned(),
        name: "SET_MODE".to_owned(),
        arguments: vec![("instrument".into(), "SEIS".into()), ("mode".into(), "ON".into())],
        bytes,
        dictionary: dictionary(),
        significance,
        watches: vec![
            Watch::report(Stage::Accepted, 10.0),
            Watch::report(Stage::Started, 10.0),
            Watch::report(Stage::Complete, 60.0),
        ],
        ..Prepared::default()
    }
}

pub fn request(count: u16) -> RequestId {
    RequestId { apid: APID, count }
}

pub fn quiet(now: Instant) -> Circumstances<'static> {
    Circumstances {
        now,
        dictionary: &|_| Some(dictionary()),
        holds: &|_, _| Ok(true),
        windows: None,
        way: Way::default(),
        margin_s: 0.0,
    }
}

/// Roles of an account in a mission.
pub fn roles(mission: &str, role: Role) -> BTreeMap<String, BTreeSet<Role>> {
    BTreeMap::from([(mission.to_owned(), BTreeSet::from([role]))])
}
