//! Packets of a link, decoded by the dictionary that knows them best.

use std::sync::Arc;

use super::super::packets::{Decoder, PacketClock};
use super::stream::Found;
use crate::archive::{Archive, ArchiveError, ProductId};
use crate::format::ccsds::Header;
use crate::mission::Database;
use crate::mission::packets::dictionary;
use crate::mission::telemetry::ContainerId;
use crate::parameter::{Definition, State, Values, definitions};
use crate::query::PacketKey;
use crate::time::Instant;

/// Packets by which a dictionary is chosen.
const TRIAL: usize = 32;
/// Packets by which the place of the time is found.
const LEARNING: u32 = 200;
/// So many unknown packets one after the other, and the dictionary is chosen anew.
const STRANGE: u32 = 256;

/// The dictionaries by which the packets of a link may be read.
#[derive(Debug, Default)]
pub struct Dictionaries {
    all: Vec<Arc<Decoder>>,
    /// The files in the archive that they come from.
    files: Vec<ProductId>,
    derived: Arc<[Definition]>,
}

impl Dictionaries {
    /// Those of an archive, the newest first, then what each mission sends by the database.
    pub fn of(archive: &Archive, missions: &Database) -> Result<Self, ArchiveError> {
        let products = Decoder::products(archive)?;
        let derived = definitions(&missions.missions);
        let mut all = Decoder::all(archive, &products, &derived);
        all.extend(missions.missions.iter().filter_map(|mission| {
            let name = format!("{} (mission database)", mission.name);
            Decoder::of(name, dictionary(mission), &derived)
        }));
        let files = products.iter().map(|product| product.id).collect();
        let all = all.into_iter().map(Arc::new).collect();
        Ok(Self { all, files, derived: derived.into() })
    }

    /// Whether the archive keeps other dictionaries than these.
    pub fn are_outdated(&self, archive: &Archive) -> Result<bool, ArchiveError> {
        let files = Decoder::products(archive)?;
        Ok(!files.iter().map(|product| product.id).eq(self.files.iter().copied()))
    }
}

/// A packet of the link.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    /// Running number on the link, from 1.
    pub(super) number: u64,
    pub(super) key: PacketKey,
    pub(super) header: Header,
    pub(super) bytes: Arc<[u8]>,
    pub(super) received: Instant,
}

/// What a packet says.
pub(super) struct Decoded<'a> {
    /// None while no dictionary fits.
    pub(super) decoder: Option<&'a Arc<Decoder>>,
    /// The packet's own container; none where the dictionary does not know it.
    pub(super) container: Option<ContainerId>,
    pub(super) values: &'a Values,
    /// When it was made; none of unknown packets.
    pub(super) time: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Reader {
    dictionaries: Arc<Dictionaries>,
    decoder: Option<Arc<Decoder>>,
    state: State,
    values: Values,
    clock: PacketClock,
    learned: u32,
    strange: u32,
    /// After a choice that failed, so many packets go by before the next one.
    patience: u32,
    number: u64,
    waiting: Vec<Packet>,
}

impl Reader {
    pub(super) fn new(dictionaries: Arc<Dictionaries>) -> Self {
        Self {
            dictionaries,
            decoder: None,
            state: State::default(),
            values: Values::new(),
            clock: PacketClock::default(),
            learned: 0,
            strange: 0,
            patience: 0,
            number: 0,
            waiting: Vec::new(),
        }
    }

    /// What is computed from the parameters of packets.
    pub(super) fn derived(&self) -> Arc<[Definition]> {
        Arc::clone(&self.dictionaries.derived)
    }

    /// The dictionary in use.
    pub(super) fn decoder(&self) -> Option<&Arc<Decoder>> {
        self.decoder.as_ref()
    }

    pub(super) fn use_dictionaries(&mut self, dictionaries: Arc<Dictionaries>) {
        self.dictionaries = dictionaries;
        self.decoder = None;
        self.patience = 0;
    }

    pub(super) fn push(&mut self, found: Found, received: Instant) {
        self.number += 1;
        self.waiting.push(Packet {
            number: self.number,
            key: PacketKey { channel: found.channel, apid: found.header.apid },
            header: found.header,
            bytes: found.bytes,
            received,
        });
    }

    /// Decodes the packets that wait. Without a dictionary it waits for enough of them to choose
    /// one, unless it is to be done at once.
    pub(super) fn read(&mut self, at_once: bool, each: &mut dyn FnMut(Packet, Decoded<'_>)) {
        if self.decoder.is_none() {
            if self.waiting.is_empty() || self.waiting.len() < TRIAL && !at_once {
                return;
            }
            self.choose();
        }
        let packets = std::mem::take(&mut self.waiting);
        for packet in packets {
            self.decode(packet, each);
        }
    }

    fn choose(&mut self) {
        if self.patience > 0 {
            let seen = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
            self.patience = self.patience.saturating_sub(seen);
            return;
        }
        let trial: Vec<&[u8]> = self.waiting.iter().take(TRIAL).map(|p| &*p.bytes).collect();
        self.decoder = Decoder::choose(self.dictionaries.all.iter().cloned(), &trial);
        self.clock = PacketClock::default();
        (self.learned, self.strange) = (0, 0);
        match &self.decoder {
            Some(decoder) => self.state = decoder.plan.state(),
            None => self.patience = STRANGE,
        }
    }

    fn decode(&mut self, packet: Packet, each: &mut dyn FnMut(Packet, Decoded<'_>)) {
        let Some(decoder) = &self.decoder else {
            let nothing = Values::new();
            let decoded = Decoded { decoder: None, container: None, values: &nothing, time: None };
            each(packet, decoded);
            return;
        };
        let plan = &decoder.plan;
        plan.decode(&packet.bytes, &mut self.state, &mut self.values);
        let container = self.values.container.filter(|id| decoder.is_packet(*id));
        let mut time = None;
        if container.is_some() {
            self.strange = 0;
            if self.learned < LEARNING {
                self.learned += 1;
                self.clock.learn(&packet.bytes, &self.values, plan);
            }
            time = self.clock.time(&packet.bytes, &self.values, plan);
        } else {
            self.strange += 1;
        }
        each(packet, Decoded { decoder: Some(decoder), container, values: &self.values, time });
        if self.strange >= STRANGE {
            self.decoder = None;
        }
    }
}
