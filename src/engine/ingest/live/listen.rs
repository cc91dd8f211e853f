//! Listens to what spacecraft say of commands: reads the packets that the archive keeps, from where
//! it came last, for reports and event messages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::packets::{Dictionaries, Reader};
use super::service::{self, CommandReport, Service};
use super::stream::Found;
use crate::archive::{Archive, ArchiveError, EventMessage, PacketSource, StoredPacket};
use crate::format::ccsds::Header;
use crate::mission::Database;
use crate::time::Instant;

/// Something that was heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// How far a command came.
    Report(Box<CommandReport>),
    /// A message of the flight software.
    Message(Box<EventMessage>),
}

/// A listener and how far it came.
#[derive(Debug)]
pub struct Listener {
    missions: Arc<Database>,
    dictionaries: Arc<Dictionaries>,
    sources: HashMap<Arc<PacketSource>, Source>,
    next: u64,
    since: Instant,
}

#[derive(Debug)]
struct Source {
    reader: Reader,
    /// APIDs that carry nothing but parameters by the mission's own dictionary.
    dull: HashSet<u16>,
}

impl Listener {
    /// Listens to what is received from an instant on.
    pub fn new(
        archive: &Archive,
        missions: Arc<Database>,
        since: Instant,
    ) -> Result<Self, ArchiveError> {
        let dictionaries = Arc::new(Dictionaries::of(archive, &missions)?);
        Ok(Self { missions, dictionaries, sources: HashMap::new(), next: 1, since })
    }

    /// What was received since the last time, in the order of reception.
    pub fn listen(
        &mut self,
        archive: &Archive,
        each: &mut dyn FnMut(Heard),
    ) -> Result<(), ArchiveError> {
        if self.dictionaries.are_outdated(archive)? {
            self.dictionaries = Arc::new(Dictionaries::of(archive, &self.missions)?);
            for source in self.sources.values_mut() {
                source.reader.use_dictionaries(Arc::clone(&self.dictionaries));
                source.dull.clear();
            }
        }
        let (sources, dictionaries) = (&mut self.sources, &self.dictionaries);
        self.next = archive.packets_since(self.next, self.since, &mut |packet| {
            hear(sources, dictionaries, packet, each);
        })?;
        for (from, source) in sources {
            source.read(from, true, each);
        }
        Ok(())
    }
}

fn hear(
    sources: &mut HashMap<Arc<PacketSource>, Source>,
    dictionaries: &Arc<Dictionaries>,
    packet: &StoredPacket,
    each: &mut dyn FnMut(Heard),
) {
    let Ok(header) = Header::parse(&packet.bytes) else { return };
    let source = sources.entry(Arc::clone(&packet.source)).or_insert_with(|| Source {
        reader: Reader::new(Arc::clone(dictionaries)),
        dull: HashSet::new(),
    });
    if source.dull.contains(&header.apid) {
        return;
    }
    let (channel, bytes) = (packet.channel, Arc::clone(&packet.bytes));
    source.reader.push(Found { channel, header, bytes }, packet.received);
    source.read(&packet.source, false, each);
}

impl Source {
    fn read(&mut self, from: &PacketSource, at_once: bool, each: &mut dyn FnMut(Heard)) {
        let dull = &mut self.dull;
        self.reader.read(at_once, &mut |packet, decoded| {
            let kind = if from.product == "simulated" { "simulated" } else { "flight" };
            match service::of(&packet, &decoded, &from.mission, kind) {
                Service::Report(report) => each(Heard::Report(report)),
                Service::Event(message) => each(Heard::Message(message)),
                // Other dictionaries may tell packets of one APID apart by more than it.
                Service::Parameters if decoded.decoder.is_some_and(|of| of.is_own) => {
                    dull.insert(packet.key.apid);
                }
                Service::Parameters | Service::Record(_) | Service::Correlation { .. } => {}
            }
        });
    }
}
