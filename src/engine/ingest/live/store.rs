//! What waits for the archive: packets as they came, rows of values, miniSEED records. Bounded; what has to be given up
//! is counted.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::packets::Rows;
use super::super::{IngestOptions, Outcome, ingest_bytes};
use super::correlation::Correlation;
use super::model::LinkCounts;
use super::packets::{Decoded, Packet};
use super::service::{self, Service};
use crate::archive::{
    Archive, ArchiveError, EventMessage, NewPacket, PacketSource, ParameterBatch,
};
use crate::parameter::Definition;
use crate::problem::Problem;
use crate::time::Instant;

/// Rows of one kind of packet that make a batch of their own.
const ROWS: usize = 4_096;
/// Values that may wait while the archive takes none: 64 MB of them. Beyond, the oldest go.
const MOST_VALUES: u64 = 8 << 20;
/// Bytes of records that may wait.
const MOST_RECORDS: usize = 64 << 20;
/// Bytes of packets that may wait to be kept.
const MOST_PACKETS: usize = 64 << 20;
/// Event messages that may wait.
const MOST_MESSAGES: usize = 100_000;

#[derive(Debug)]
pub(super) struct Store {
    product: String,
    mission: String,
    source: PacketSource,
    packets: Vec<NewPacket>,
    packet_bytes: usize,
    rows: Rows,
    /// Dictionary of the rows.
    dictionary: Option<String>,
    batches: VecDeque<ParameterBatch>,
    /// Values in the batches.
    values: u64,
    records: Vec<u8>,
    messages: Vec<EventMessage>,
    correlation: Correlation,
    /// Given up since the last flush: values, pieces of records, messages, packets.
    lost: u64,
    lost_records: u64,
    lost_messages: u64,
    lost_packets: u64,
}

fn size(batch: &ParameterBatch) -> u64 {
    batch.columns.iter().map(|column| column.len() as u64).sum()
}

impl Store {
    pub(super) fn new(link: &str, product: &str, mission: &str) -> Self {
        let (product, mission) = (product.to_owned(), mission.to_owned());
        let source = PacketSource {
            link: link.to_owned(),
            mission: mission.clone(),
            product: product.clone(),
        };
        Self {
            product,
            mission,
            source,
            packets: Vec::new(),
            packet_bytes: 0,
            rows: Rows::default(),
            dictionary: None,
            batches: VecDeque::new(),
            values: 0,
            records: Vec::new(),
            messages: Vec::new(),
            correlation: Correlation::default(),
            lost: 0,
            lost_records: 0,
            lost_messages: 0,
            lost_packets: 0,
        }
    }

    /// Keeps a packet as it came, known or not: a later dictionary may read it.
    pub(super) fn keep_packet(&mut self, packet: &Packet, generated: Option<Instant>) {
        if self.packet_bytes + packet.bytes.len() > MOST_PACKETS {
            self.lost_packets += 1;
            return;
        }
        self.packet_bytes += packet.bytes.len();
        self.packets.push(NewPacket {
            received: packet.received,
            generated,
            channel: packet.key.channel,
            bytes: packet.bytes.clone(),
        });
    }

    /// Adds the values of a packet whose time is known.
    pub(super) fn add(
        &mut self,
        packet: &Packet,
        decoded: &Decoded<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let (Some(decoder), Some(container), Some(time)) =
            (decoded.decoder, decoded.container, decoded.time)
        else {
            return;
        };
        let source = if self.product == "simulated" { "simulated" } else { "flight" };
        match service::of(packet, decoded, &self.mission, source) {
            Service::Event(message) if self.messages.len() < MOST_MESSAGES => {
                return self.messages.push(*message);
            }
            Service::Event(_) => {
                self.lost_messages += 1;
                return;
            }
            Service::Record(bytes) => return self.add_records(&bytes),
            Service::Correlation { on_board, utc } => self.correlate(on_board, utc, problems),
            Service::Report(_) | Service::Parameters => {}
        }
        if self.dictionary.as_deref() != Some(&decoder.name) {
            // Containers are numbered anew by another dictionary.
            self.gather();
            self.rows = Rows::default();
            self.dictionary = Some(decoder.name.clone());
        }
        let rows = self.rows.add(container, time, decoded.values, decoder, problems);
        if rows >= ROWS
            && let Some(batch) = self.rows.take(container, &self.product)
        {
            self.keep(batch);
        }
    }

    /// Keeps what a time packet says about the on-board clock as two series.
    fn correlate(&mut self, on_board: Instant, utc: Instant, problems: &mut Vec<Problem>) {
        let found = self.correlation.add(on_board, utc);
        if found.is_jump {
            let reason = format!(
                "it was set by {:.3} s: times on board before and after do not fit together",
                found.residual_s.unwrap_or(0.0)
            );
            problems.push(Problem::of("on-board clock", reason));
        }
        let name = |last: &str| format!("/{}/clock/{last}", self.mission);
        let batch = ParameterBatch {
            product: self.product.clone(),
            names: vec![name("offset"), name("residual")],
            units: vec!["s".to_owned(), "ms".to_owned()],
            times: vec![utc],
            columns: vec![
                vec![found.offset_s],
                vec![found.residual_s.map_or(f64::NAN, |residual| 1e3 * residual)],
            ],
        };
        self.keep(batch);
    }

    pub(super) fn add_records(&mut self, bytes: &[u8]) {
        let room = MOST_RECORDS.saturating_sub(self.records.len());
        if bytes.len() <= room {
            self.records.extend_from_slice(bytes);
        } else {
            self.lost_records += 1;
        }
    }

    fn keep(&mut self, batch: ParameterBatch) {
        self.values += size(&batch);
        self.batches.push_back(batch);
        while self.values > MOST_VALUES
            && let Some(oldest) = self.batches.pop_front()
        {
            self.values -= size(&oldest);
            self.lost += size(&oldest);
        }
    }

    fn gather(&mut self) {
        for batch in self.rows.take_all(&self.product) {
            self.keep(batch);
        }
    }

    pub(super) fn waiting(&self) -> u64 {
        self.rows.waiting() + self.values
    }

    /// Whether anything waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting() == 0
            && self.records.is_empty()
            && self.messages.is_empty()
            && self.packets.is_empty()
    }

    /// Takes a file in at once; says what went wrong.
    pub(super) fn take_file(
        &self,
        archive: &Archive,
        name: &str,
        bytes: &[u8],
        derived: Arc<[Definition]>,
        now: Instant,
    ) -> Option<String> {
        let options = IngestOptions {
            product: if self.product == "raw" { String::new() } else { self.product.clone() },
            mission: self.mission.clone(),
            derived,
            ..IngestOptions::default()
        };
        let report = ingest_bytes(archive, name, bytes, &|_| None, &options, now);
        let is_bad = matches!(report.outcome, Outcome::Failed | Outcome::Unrecognised);
        (is_bad || !report.problems.is_empty()).then(|| match report.problems.first() {
            Some(first) if !is_bad => format!("{name}: {} ({first})", report.what),
            _ => format!("{name}: {}", report.what),
        })
    }

    /// Stores what waits, the oldest first. Packets, values, records and messages each go as far
    /// as they can; the error is the first one.
    pub(super) fn flush(
        &mut self,
        archive: &Archive,
        counts: &mut LinkCounts,
    ) -> Result<(), String> {
        self.gather();
        counts.lost_values += std::mem::take(&mut self.lost);
        counts.lost_records += std::mem::take(&mut self.lost_records);
        counts.lost_messages += std::mem::take(&mut self.lost_messages);
        counts.lost_packets += std::mem::take(&mut self.lost_packets);
        let packets = self.store_packets(archive, counts);
        let values = self.store_values(archive, counts);
        let records = self.store_records(archive, counts);
        let messages = self.store_messages(archive, counts);
        packets.and(values).and(records).and(messages)
    }

    fn store_packets(&mut self, archive: &Archive, counts: &mut LinkCounts) -> Result<(), String> {
        match archive.append_packets(&self.source, &self.packets) {
            Ok(()) => {}
            // It would be refused for ever.
            Err(ArchiveError::Input(_)) => counts.lost_packets += self.packets.len() as u64,
            Err(error) => return Err(error.to_string()),
        }
        self.packets.clear();
        self.packet_bytes = 0;
        Ok(())
    }

    fn store_values(&mut self, archive: &Archive, counts: &mut LinkCounts) -> Result<(), String> {
        while let Some(batch) = self.batches.front() {
            match archive.append_parameters(batch) {
                Ok(report) => {
                    counts.values += report.values;
                    counts.known_values += report.duplicates;
                }
                // It would be refused for ever.
                Err(ArchiveError::Input(_)) => counts.lost_values += size(batch),
                Err(error) => return Err(error.to_string()),
            }
            self.values = self.values.saturating_sub(size(batch));
            self.batches.pop_front();
        }
        Ok(())
    }

    fn store_records(&mut self, archive: &Archive, counts: &mut LinkCounts) -> Result<(), String> {
        if self.records.is_empty() {
            return Ok(());
        }
        match archive.append_waveform(&self.product, &self.records) {
            Ok(report) => counts.records += report.records_stored,
            Err(ArchiveError::Input(_)) => counts.lost_records += 1,
            Err(error) => return Err(error.to_string()),
        }
        self.records.clear();
        Ok(())
    }

    fn store_messages(&mut self, archive: &Archive, counts: &mut LinkCounts) -> Result<(), String> {
        if self.messages.is_empty() {
            return Ok(());
        }
        counts.messages += archive.put_messages(&self.messages).map_err(|e| e.to_string())?;
        self.messages.clear();
        Ok(())
    }
}
