//! Files of CCSDS packets: decoded by the dictionary of the archive that fits them best, stored
//! as parameters at the time that each packet states.

mod clock;
mod decoder;
mod rows;
#[cfg(test)]
pub(super) mod tests;

use crate::archive::{Archive, ArchiveError, ParameterBatch};
use crate::format::ccsds::{self, Counts, Tracker};
use crate::mission::telemetry::ContainerId;
use crate::parameter::{Definition, Values};
use crate::problem::Problem;
use crate::time::TimeRange;

pub(super) use clock::PacketClock;
pub(super) use decoder::Decoder;
pub(super) use rows::Rows;

/// Packets by which a dictionary is chosen and the time field found.
const TRIAL: usize = 200;
/// Rows that are stored at once.
const ROWS: usize = 4_096;
/// Problems of single packets that are told one by one.
const MOST_PROBLEMS: usize = 200;

/// What a file of packets brought.
pub(super) struct Stored {
    /// One sentence.
    pub(super) summary: String,
    /// Time that the packets cover.
    pub(super) span: Option<TimeRange>,
    /// New values.
    pub(super) new: u64,
}

/// Decodes and stores a file of packets under a product identity, with what the definitions derive
/// from them.
pub(super) fn store(
    archive: &Archive,
    bytes: &[u8],
    product: &str,
    derived: &[Definition],
    problems: &mut Vec<Problem>,
) -> Result<Stored, ArchiveError> {
    let prefix = ccsds::sniff_prefix(bytes).unwrap_or_default();
    let chosen = choose(archive, bytes, prefix, derived)?;
    let clock = find_clock(&chosen, bytes, prefix).ok_or_else(|| {
        ArchiveError::Input(format!(
            "the packets that {} describes state no time: neither an absolute time among their \
             parameters nor a CDS or CUC time in their secondary header; add it to the dictionary",
            chosen.name
        ))
    })?;
    let mut intake = Intake {
        archive,
        product,
        chosen: &chosen,
        clock,
        rows: Rows::default(),
        problems,
        told: 0,
        left_out: 0,
        span: None,
        new: 0,
        known: 0,
    };
    let mut tracker = Tracker::default();
    let (mut state, mut values) = (chosen.plan.state(), Values::new());
    let (mut count, mut unknown) = (0u64, 0u64);
    let mut packets = ccsds::packets_behind(bytes, prefix);
    for packet in packets.by_ref() {
        if packet.header.is_idle() {
            continue;
        }
        count += 1;
        tracker.observe(&packet.header);
        chosen.plan.decode(packet.bytes, &mut state, &mut values);
        match values.container.filter(|id| chosen.is_packet(*id)) {
            Some(container) => intake.add(container, &packet, &values)?,
            None => unknown += 1,
        }
    }
    intake.finish()?;
    let Intake { problems, span, new, known, left_out, .. } = intake;
    problems.extend(packets.into_problems());
    if left_out > 0 {
        let reason = format!("{left_out} more packets could not be read in full");
        problems.push(Problem::of("packets", reason));
    }
    for (_, apid, counts) in tracker.counts() {
        problems.extend(gaps(apid, counts));
    }
    let mut parts = vec![format!("{count} packets by {}: {new} values stored", chosen.name)];
    if known > 0 {
        parts.push(format!("{known} were stored already"));
    }
    if unknown > 0 {
        parts.push(format!("{unknown} packets are not in the dictionary"));
    }
    let summary = parts.join("; ");
    Ok(Stored { summary, span, new })
}

/// The first packets that are not idle.
fn trial(bytes: &[u8], prefix: usize) -> Vec<&[u8]> {
    let packets = ccsds::packets_behind(bytes, prefix).filter(|packet| !packet.header.is_idle());
    packets.take(TRIAL).map(|packet| packet.bytes).collect()
}

/// The dictionary that knows most of the packets.
fn choose(
    archive: &Archive,
    bytes: &[u8],
    prefix: usize,
    derived: &[Definition],
) -> Result<Decoder, ArchiveError> {
    let all = Decoder::all(archive, &Decoder::products(archive)?, derived);
    let tried: Vec<String> = all.iter().map(|decoder| decoder.name.clone()).collect();
    Decoder::choose(all, &trial(bytes, prefix)).ok_or_else(|| {
        ArchiveError::Input(if tried.is_empty() {
            "these are CCSDS packets, and the archive has no dictionary to read them by; ingest \
             their XTCE file first"
                .to_owned()
        } else {
            format!(
                "no dictionary of the archive fits these CCSDS packets (tried {}); ingest their \
                 XTCE file first",
                tried.join(", ")
            )
        })
    })
}

/// Finds what gives every packet of the trial a likely time.
fn find_clock(chosen: &Decoder, bytes: &[u8], prefix: usize) -> Option<PacketClock> {
    let plan = &chosen.plan;
    let (mut state, mut values) = (plan.state(), Values::new());
    let mut clock = PacketClock::default();
    let packets = trial(bytes, prefix);
    for packet in &packets {
        plan.decode(packet, &mut state, &mut values);
        clock.learn(packet, &values, plan);
    }
    (clock.is_known() && !packets.is_empty()).then_some(clock)
}

/// What is missing or came twice of an application; none where nothing is.
fn gaps(apid: u16, counts: &Counts) -> Option<Problem> {
    let mut parts = Vec::new();
    if counts.missing > 0 {
        parts.push(format!("{} packets are missing in {} gaps", counts.missing, counts.gaps));
    }
    if counts.duplicates > 0 {
        parts.push(format!("{} came twice", counts.duplicates));
    }
    (!parts.is_empty()).then(|| Problem::of(format!("APID {apid}"), parts.join(", ")))
}

struct Intake<'a> {
    archive: &'a Archive,
    product: &'a str,
    chosen: &'a Decoder,
    clock: PacketClock,
    rows: Rows,
    problems: &'a mut Vec<Problem>,
    told: usize,
    left_out: u64,
    span: Option<TimeRange>,
    new: u64,
    known: u64,
}

impl Intake<'_> {
    fn add(
        &mut self,
        container: ContainerId,
        packet: &ccsds::Packet<'_>,
        values: &Values,
    ) -> Result<(), ArchiveError> {
        let plan = &self.chosen.plan;
        self.tell(packet.offset, values);
        let Some(time) = self.clock.time(packet.bytes, values, plan) else {
            self.left_out += 1;
            return Ok(());
        };
        let here = TimeRange::new(time, time.plus_ns(1));
        self.span = Some(self.span.map_or(here, |span| span.hull(&here)));
        let rows = self.rows.add(container, time, values, self.chosen, self.problems);
        if rows >= ROWS
            && let Some(batch) = self.rows.take(container, self.product)
        {
            self.put(&batch)?;
        }
        Ok(())
    }

    /// Tells what could not be read of a packet, up to a bound.
    fn tell(&mut self, offset: usize, values: &Values) {
        if values.problems.is_empty() {
            return;
        }
        if self.told >= MOST_PROBLEMS {
            self.left_out += 1;
            return;
        }
        self.told += 1;
        self.problems.extend(values.problems.iter().take(3).map(|problem| {
            let mut problem = problem.clone();
            problem.offset = Some(offset as u64 + problem.offset.unwrap_or(0));
            problem
        }));
    }

    fn put(&mut self, batch: &ParameterBatch) -> Result<(), ArchiveError> {
        let report = self.archive.append_parameters(batch)?;
        self.new += report.values;
        self.known += report.duplicates;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        self.rows.take_all(self.product).iter().try_for_each(|batch| self.put(batch))
    }
}
