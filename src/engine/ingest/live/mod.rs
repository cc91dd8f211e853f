//! What a link delivers, on its way into the archive: frames, packets, values, records, files.
//!
//! An [`Intake`] belongs to one link and has no thread and no clock: it is given what came and
//! when, and an archive to put it into. The same bytes give the same values, live or again.

mod correlation;
mod kept;
mod listen;
mod model;
mod packets;
mod picture;
mod service;
mod store;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use kept::{Again, AgainOrder, KeptPackets, KeptValue};
pub use listen::{Heard, Listener};
pub use model::LinkCounts;
pub use packets::Dictionaries;
pub use service::CommandReport;

use crate::archive::Archive;
use crate::link::{Delivery, LinkConfig};
use crate::problem::Problem;
use crate::query::PacketPicture;
use crate::time::Instant;
use packets::Reader;
use picture::Painter;
use store::Store;
use stream::Stream;

/// Problems that are remembered, the newest.
const PROBLEMS: usize = 50;

/// The way of one link into the archive.
#[derive(Debug)]
pub struct Intake {
    stream: Stream,
    reader: Reader,
    store: Store,
    painter: Painter,
    counts: LinkCounts,
    problems: Vec<Problem>,
    said: Vec<String>,
    newest: Option<Instant>,
    latency_s: Option<f64>,
}

impl Intake {
    /// For a link, with the dictionaries by which its packets may be read.
    pub fn new(config: &LinkConfig, dictionaries: Arc<Dictionaries>) -> Self {
        let product = if config.product.is_empty() { "raw" } else { &config.product };
        Self {
            stream: Stream::new(config.framing, config.frame_bytes, config.randomised),
            reader: Reader::new(dictionaries),
            store: Store::new(&config.name, product, &config.mission),
            painter: Painter::default(),
            counts: LinkCounts::default(),
            problems: Vec::new(),
            said: Vec::new(),
            newest: None,
            latency_s: None,
        }
    }

    /// Takes what came. Values wait in memory until [`Intake::flush`]; files go in at once.
    pub fn push(&mut self, archive: &Archive, delivery: &Delivery, received: Instant) {
        let mut found = Vec::new();
        let (counts, problems) = (&mut self.counts, &mut self.problems);
        match delivery {
            Delivery::Stream(bytes) => self.stream.push(bytes, counts, problems, &mut found),
            Delivery::Datagram(bytes) => {
                self.stream.datagram(bytes, counts, problems, &mut found);
            }
            Delivery::Break => self.stream.interrupt(counts, problems, &mut found),
            Delivery::Records(bytes) => self.store.add_records(bytes),
            Delivery::File { name, bytes } => {
                self.counts.files += 1;
                let derived = self.reader.derived();
                self.said.extend(self.store.take_file(archive, name, bytes, derived, received));
            }
        }
        for packet in found {
            self.counts.packets += 1;
            self.reader.push(packet, received);
        }
        self.read(received, false);
        self.remember();
    }

    /// Reads the packets that wait; before a dictionary is chosen, some are collected first.
    fn read(&mut self, now: Instant, at_once: bool) {
        let Self { reader, store, painter, counts, problems, .. } = self;
        let mut newest = self.newest;
        let mut latency = self.latency_s;
        reader.read(at_once, &mut |packet, decoded| {
            painter.see(&packet, &decoded);
            store.keep_packet(&packet, decoded.time);
            match decoded.time {
                Some(time) => {
                    if newest.is_none_or(|newest| time >= newest) {
                        newest = Some(time);
                        latency = Some(packet.received.s_since(time));
                    }
                    store.add(&packet, &decoded, problems);
                }
                None => counts.unknown += 1,
            }
        });
        (self.newest, self.latency_s) = (newest, latency);
        let (missing, duplicates) = painter.totals();
        (self.counts.missing, self.counts.duplicates) = (missing, duplicates);
        painter.tick(now);
    }

    /// Puts everything that waits into the archive, durable on return. What the archive does not
    /// take now stays and is tried again by the next call; the error says why.
    pub fn flush(&mut self, archive: &Archive, now: Instant) -> Result<(), String> {
        self.read(now, true);
        let outcome = self.store.flush(archive, &mut self.counts);
        self.remember();
        outcome
    }

    fn remember(&mut self) {
        self.said.extend(self.problems.drain(..).map(|problem| problem.to_string()));
        let excess = self.said.len().saturating_sub(PROBLEMS);
        self.said.drain(..excess);
    }

    /// Other dictionaries; the packets are read by the one that now knows them best.
    pub fn use_dictionaries(&mut self, dictionaries: Arc<Dictionaries>) {
        self.reader.use_dictionaries(dictionaries);
    }

    /// Whether packets, values, records or messages wait for the archive.
    pub fn is_waiting(&self) -> bool {
        !self.store.is_empty()
    }

    /// Values that wait for the archive.
    pub fn waiting(&self) -> u64 {
        self.store.waiting()
    }

    /// What became of what came so far.
    pub fn counts(&self) -> LinkCounts {
        self.counts
    }

    /// The packets so far.
    pub fn picture(&mut self) -> PacketPicture {
        self.painter.picture(&self.reader)
    }

    /// What went wrong lately, the newest last.
    pub fn problems(&self) -> &[String] {
        &self.said
    }

    /// Generation time of the newest packet.
    pub fn newest(&self) -> Option<Instant> {
        self.newest
    }

    /// Reception minus generation time of the newest packet, in seconds.
    pub fn latency_s(&self) -> Option<f64> {
        self.latency_s
    }
}
