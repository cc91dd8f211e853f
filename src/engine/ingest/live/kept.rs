//! Packets that the archive keeps, read again: for a view, as the history of one parameter with
//! raw values, and into the archive by other dictionaries than when they came.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::model::LinkCounts;
use super::packets::{Dictionaries, Reader};
use super::picture::{self, Painter};
use super::store::Store;
use super::stream::Found;
use crate::archive::{Archive, ArchiveError, PacketSource, StoredPacket};
use crate::format::ccsds::Header;
use crate::mission::{Database, Severity};
use crate::parameter::Validity;
use crate::problem::Problem;
use crate::query::PacketPicture;
use crate::time::{Instant, TimeRange};

/// Values that wait before they are stored.
const BATCH: u64 = 1 << 20;
/// Problems that are remembered.
const PROBLEMS: usize = 50;

/// Reads packets of the archive by the dictionaries that it keeps now.
#[derive(Debug)]
pub struct KeptPackets {
    missions: Arc<Database>,
    /// Those of the last look; none before the first one.
    dictionaries: Mutex<Option<Arc<Dictionaries>>>,
}

/// One value of a parameter, as its packet holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptValue {
    /// When the packet was made; of one that does not say, when it was received.
    pub time: Instant,
    /// When it was received.
    pub received: Instant,
    /// Raw value as printed: a number, text, or hexadecimal bytes.
    pub raw: String,
    /// Engineering value; NaN where there is none.
    pub engineering: f64,
    /// Name of a state, or the text itself; empty where there is none.
    pub text: String,
    /// What it is worth.
    pub validity: Validity,
    /// By the alarms of the dictionary.
    pub severity: Severity,
}

/// Which packets are decoded again, and where their values go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgainOrder {
    /// Of their time.
    pub range: TimeRange,
    /// Name of the link; empty: all.
    pub link: String,
    /// Product identity of the values; none: the one that they had.
    pub product: Option<String>,
}

/// What became of packets that were decoded again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Packets read.
    pub packets: u64,
    /// Packets that no dictionary describes, or without a time.
    pub unknown: u64,
    /// Values that differ from what was stored, or were not.
    pub values: u64,
    /// Values that are as they were stored.
    pub known_values: u64,
    /// Dictionaries that were used.
    pub dictionaries: Vec<String>,
    /// What could not be read; bounded.
    pub problems: Vec<String>,
}

/// A packet on its way into a reader.
fn found(packet: &StoredPacket) -> Option<Found> {
    let header = Header::parse(&packet.bytes).ok()?;
    Some(Found { channel: packet.channel, header, bytes: Arc::clone(&packet.bytes) })
}

impl KeptPackets {
    /// With the missions whose own packets are known without a file.
    pub fn new(missions: Arc<Database>) -> Self {
        Self { missions, dictionaries: Mutex::default() }
    }

    fn dictionaries(&self, archive: &Archive) -> Result<Arc<Dictionaries>, ArchiveError> {
        let mut last = self.dictionaries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref()
            && !known.are_outdated(archive)?
        {
            return Ok(Arc::clone(known));
        }
        let new = Arc::new(Dictionaries::of(archive, &self.missions)?);
        *last = Some(Arc::clone(&new));
        Ok(new)
    }

    /// Packets of one link in the order of reception, as a view shows them.
    pub fn picture(
        &self,
        archive: &Archive,
        packets: &[StoredPacket],
    ) -> Result<PacketPicture, ArchiveError> {
        let mut reader = Reader::new(self.dictionaries(archive)?);
        let mut painter = Painter::default();
        for packet in packets {
            if let Some(found) = found(packet) {
                reader.push(found, packet.received);
            }
        }
        reader.read(true, &mut |packet, decoded| painter.see(&packet, &decoded));
        Ok(painter.picture(&reader))
    }

    /// The values of a parameter in packets of a range, in the order of reception, at most `limit`,
    /// and whether there are more. Elements of arrays and members are named with their path.
    pub fn history(
        &self,
        archive: &Archive,
        name: &str,
        range: TimeRange,
        limit: usize,
        cancel: &AtomicBool,
    ) -> Result<(Vec<KeptValue>, bool), ArchiveError> {
        let dictionaries = self.dictionaries(archive)?;
        let mut readers: HashMap<Arc<PacketSource>, Reader> = HashMap::new();
        let mut values: Vec<KeptValue> = Vec::new();
        let mut read = |reader: &mut Reader, at_once: bool| {
            reader.read(at_once, &mut |packet, decoded| {
                let (Some(decoder), Some(_)) = (decoded.decoder, decoded.container) else { return };
                let plan = &decoder.plan;
                for value in decoded.values.iter(plan) {
                    // Cheap first: the full name is a text made for each value.
                    let leaf = plan.leaf(value.id.leaf);
                    let is_it = leaf.is_some_and(|leaf| name.starts_with(&leaf.name))
                        && plan.name(value.id) == name;
                    if values.len() <= limit && is_it {
                        values.push(KeptValue {
                            time: decoded.time.unwrap_or(packet.received),
                            received: packet.received,
                            raw: picture::raw(&value),
                            engineering: value.engineering,
                            text: value.text.unwrap_or_default().to_owned(),
                            validity: value.validity,
                            severity: value.severity,
                        });
                    }
                }
            });
            values.len() > limit
        };
        archive.each_packet(range, &mut |packet| {
            let Some(found) = found(packet) else { return ControlFlow::Continue(()) };
            let reader = readers
                .entry(Arc::clone(&packet.source))
                .or_insert_with(|| Reader::new(Arc::clone(&dictionaries)));
            reader.push(found, packet.received);
            if read(reader, false) || cancel.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        for reader in readers.values_mut() {
            read(reader, true);
        }
        let more = values.len() > limit;
        values.truncate(limit);
        Ok((values, more))
    }

    /// Decodes packets by the dictionaries that the archive keeps now and stores their values. A
    /// value that differs from a stored one wins on reading; the stored one stays beside it.
    pub fn decode_again(
        &self,
        archive: &Archive,
        order: &AgainOrder,
        progress: &dyn Fn(f32),
        cancel: &AtomicBool,
    ) -> Result<Again, ArchiveError> {
        let mut work = Work {
            archive,
            dictionaries: self.dictionaries(archive)?,
            product: order.product.clone(),
            ways: HashMap::new(),
            counts: LinkCounts::default(),
            report: Again::default(),
            error: None,
        };
        let total = archive.stat().packets.max(1) as f32;
        archive.each_packet(order.range, &mut |packet| {
            if cancel.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            if !order.link.is_empty() && order.link != packet.source.link {
                return ControlFlow::Continue(());
            }
            if packet.number % 4096 == 0 {
                progress((packet.number as f32 / total).min(1.0));
            }
            work.take(packet)
        })?;
        work.finish()
    }
}

/// Packets of one source on their way.
struct Way {
    reader: Reader,
    store: Store,
}

struct Work<'a> {
    archive: &'a Archive,
    dictionaries: Arc<Dictionaries>,
    product: Option<String>,
    ways: HashMap<Arc<PacketSource>, Way>,
    counts: LinkCounts,
    report: Again,
    error: Option<String>,
}

impl Work<'_> {
    fn take(&mut self, packet: &StoredPacket) -> ControlFlow<()> {
        let Some(found) = found(packet) else { return ControlFlow::Continue(()) };
        let way = self.ways.entry(Arc::clone(&packet.source)).or_insert_with(|| {
            let source = &packet.source;
            let product = self.product.as_deref().unwrap_or(&source.product);
            Way {
                reader: Reader::new(Arc::clone(&self.dictionaries)),
                store: Store::new(&source.link, product, &source.mission),
            }
        });
        self.report.packets += 1;
        way.reader.push(found, packet.received);
        read(way, false, &mut self.report);
        if way.store.waiting() >= BATCH
            && let Err(error) = way.store.flush(self.archive, &mut self.counts)
        {
            self.error = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn finish(mut self) -> Result<Again, ArchiveError> {
        for way in self.ways.values_mut() {
            read(way, true, &mut self.report);
            if self.error.is_none() {
                self.error = way.store.flush(self.archive, &mut self.counts).err();
            }
            let name = way.reader.decoder().map(|decoder| decoder.name.clone());
            self.report.dictionaries.extend(name);
        }
        if let Some(error) = self.error {
            return Err(ArchiveError::Input(error));
        }
        self.report.dictionaries.sort();
        self.report.dictionaries.dedup();
        self.report.values = self.counts.values;
        self.report.known_values = self.counts.known_values;
        Ok(self.report)
    }
}

/// Reads what waits in a way and hands its values on.
fn read(way: &mut Way, at_once: bool, report: &mut Again) {
    let (mut problems, mut unknown) = (Vec::<Problem>::new(), 0);
    let store = &mut way.store;
    way.reader.read(at_once, &mut |packet, decoded| match decoded.time {
        Some(_) => store.add(&packet, &decoded, &mut problems),
        None => unknown += 1,
    });
    report.unknown += unknown;
    let room = PROBLEMS.saturating_sub(report.problems.len());
    report.problems.extend(problems.iter().take(room).map(ToString::to_string));
}
