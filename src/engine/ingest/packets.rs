//! Files of CCSDS packets: decoded by the dictionary of the archive that fits them best, stored
//! as parameters at the time that each packet states.

use std::collections::HashMap;

use crate::archive::{Archive, ArchiveError, ParameterBatch};
use crate::format::ccsds::{self, Counts, Epoch, SubMillisecond, TimeCode, Tracker};
use crate::format::xtce;
use crate::mission::telemetry::{ContainerId, Dictionary, Item};
use crate::parameter::{Plan, RawKind, ValueId, Values};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// Packets by which a dictionary is chosen and the time field found.
const TRIAL: usize = 200;
/// Rows that are stored at once.
const ROWS: usize = 4_096;
/// Most series of one kind of packet: lists of dynamic length must not make any number of them.
const MOST_SERIES: usize = 4_096;
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

/// A dictionary of the archive, ready to decode.
struct Candidate {
    name: String,
    dictionary: Dictionary,
    plan: Plan,
}

/// Where the time of a packet stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Clock {
    /// The dictionary says so: an absolute time among the values.
    Value,
    /// At the start of the secondary header, in this layout.
    Header(TimeCode),
    /// There too, with its P-field.
    SelfStated,
}

/// Decodes and stores a file of packets under a product identity.
pub(super) fn store(
    archive: &Archive,
    bytes: &[u8],
    product: &str,
    problems: &mut Vec<Problem>,
) -> Result<Stored, ArchiveError> {
    let prefix = ccsds::sniff_prefix(bytes).unwrap_or_default();
    let chosen = choose(archive, bytes, prefix)?;
    let clock = find_clock(&chosen.plan, bytes, prefix).ok_or_else(|| {
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
        kinds: HashMap::new(),
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

/// The dictionaries of an archive, the newest first, each with the most likely root container.
fn candidates(archive: &Archive) -> Result<Vec<Candidate>, ArchiveError> {
    let mut found = Vec::new();
    let always = TimeRange::new(Instant::from_unix_ns(i64::MIN), Instant::from_unix_ns(i64::MAX));
    let mut products = archive.products(always, "xtce")?;
    products.sort_by_key(|product| std::cmp::Reverse(product.id));
    for product in products {
        let Ok(bytes) = archive.product_bytes(product.id) else { continue };
        let (Some(dictionary), _) = xtce::read(&bytes) else { continue };
        let Some(root) = root(&dictionary) else { continue };
        let (plan, _) = Plan::compile(&dictionary, root);
        found.push(Candidate { name: product.about.name.clone(), dictionary, plan });
    }
    Ok(found)
}

/// The container that all others build on: without a base, in no other, most descendants.
fn root(dictionary: &Dictionary) -> Option<ContainerId> {
    let containers = &dictionary.containers;
    let mut inside = vec![false; containers.len()];
    for entry in containers.iter().flat_map(|container| &container.entries) {
        if let Item::Container(id) = entry.item
            && let Some(mark) = inside.get_mut(id)
        {
            *mark = true;
        }
    }
    // Bounded: a cycle of bases ends after as many steps as there are containers.
    let top = |id: ContainerId| {
        let mut id = id;
        for _ in 0..containers.len() {
            match containers.get(id).and_then(|container| container.base) {
                Some(base) => id = base,
                None => break,
            }
        }
        id
    };
    let mut descendants = vec![0usize; containers.len()];
    for id in 0..containers.len() {
        if let Some(count) = descendants.get_mut(top(id)) {
            *count += 1;
        }
    }
    (0..containers.len())
        .filter(|id| containers.get(*id).is_some_and(|container| container.base.is_none()))
        .max_by_key(|id| {
            let free = !inside.get(*id).copied().unwrap_or(true);
            (free, descendants.get(*id).copied().unwrap_or(0), std::cmp::Reverse(*id))
        })
}

impl Candidate {
    /// Whether a container is a packet of its own rather than what packets share.
    fn is_packet(&self, id: ContainerId) -> bool {
        self.dictionary.containers.get(id).is_some_and(|container| !container.is_abstract)
    }

    /// Packets of the trial that it knows and reads in full.
    fn score(&self, bytes: &[u8], prefix: usize) -> usize {
        let mut score = 0;
        trial(&self.plan, bytes, prefix, &mut |_, values| {
            let is_known = values.container.is_some_and(|id| self.is_packet(id));
            score += usize::from(is_known && values.problems.is_empty());
        });
        score
    }
}

/// Decodes the first packets that are not idle, each once.
fn trial(
    plan: &Plan,
    bytes: &[u8],
    prefix: usize,
    each: &mut dyn FnMut(&ccsds::Packet<'_>, &Values),
) {
    let (mut state, mut values) = (plan.state(), Values::new());
    let packets = ccsds::packets_behind(bytes, prefix).filter(|packet| !packet.header.is_idle());
    for packet in packets.take(TRIAL) {
        plan.decode(packet.bytes, &mut state, &mut values);
        each(&packet, &values);
    }
}

/// The dictionary that knows most of the packets.
fn choose(archive: &Archive, bytes: &[u8], prefix: usize) -> Result<Candidate, ArchiveError> {
    let all = candidates(archive)?;
    let tried: Vec<String> = all.iter().map(|candidate| candidate.name.clone()).collect();
    // Of equals the newest, which comes first.
    let mut best: Option<(usize, Candidate)> = None;
    for candidate in all {
        let score = candidate.score(bytes, prefix);
        if score > 0 && best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).ok_or_else(|| {
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

/// Whether an instant is one that a mission can have.
fn is_likely(time: Instant) -> bool {
    // 1990 to 2100.
    (631_152_000..4_102_444_800).contains(&(time.unix_ns() / 1_000_000_000))
}

/// Finds what gives every packet of the trial a likely time.
fn find_clock(plan: &Plan, bytes: &[u8], prefix: usize) -> Option<Clock> {
    let mut layouts = vec![Clock::Value, Clock::SelfStated];
    for sub in [SubMillisecond::Micro, SubMillisecond::None, SubMillisecond::Pico] {
        layouts.push(Clock::Header(TimeCode::cds(Epoch::Ccsds, sub)));
    }
    for (coarse, fine) in [(4, 2), (4, 3), (4, 1), (4, 4), (4, 0)] {
        layouts.extend(TimeCode::cuc(Epoch::Ccsds, coarse, fine).ok().map(Clock::Header));
    }
    let mut packets = 0;
    trial(plan, bytes, prefix, &mut |packet, values| {
        packets += 1;
        layouts.retain(|clock| clock.time(packet, values, plan).is_some_and(is_likely));
    });
    layouts.into_iter().next().filter(|_| packets > 0)
}

impl Clock {
    fn time(self, packet: &ccsds::Packet<'_>, values: &Values, plan: &Plan) -> Option<Instant> {
        let header = packet.header.secondary.then_some(packet.data);
        match self {
            Self::Value => (0..values.len()).find_map(|at| values.instant(at, plan)),
            Self::Header(code) => code.decode(header?).ok(),
            Self::SelfStated => ccsds::read_time(header?, None).ok().map(|(time, _)| time),
        }
    }
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

/// Rows of one kind of packet that wait to be stored.
#[derive(Default)]
struct Kind {
    times: Vec<Instant>,
    names: Vec<String>,
    units: Vec<String>,
    columns: Vec<Vec<f64>>,
    place: HashMap<ValueId, usize>,
    /// Whether series beyond the bound were told.
    told: bool,
}

struct Intake<'a> {
    archive: &'a Archive,
    product: &'a str,
    chosen: &'a Candidate,
    clock: Clock,
    kinds: HashMap<ContainerId, Kind>,
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
        let Some(time) = self.clock.time(packet, values, plan) else {
            self.left_out += 1;
            return Ok(());
        };
        let here = TimeRange::new(time, time.plus_ns(1));
        self.span = Some(self.span.map_or(here, |span| span.hull(&here)));
        let kind = self.kinds.entry(container).or_default();
        let row = kind.times.len();
        kind.times.push(time);
        for (id, value) in values.ids().iter().zip(values.engineering()) {
            if let Some(column) = kind.column(*id, self.chosen, self.problems) {
                // A value that stands twice in a packet: the later one counts.
                column.resize(row, f64::NAN);
                column.push(*value);
            }
        }
        if kind.times.len() >= ROWS
            && let Some(kind) = self.kinds.remove(&container)
        {
            self.flush(kind)?;
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

    fn flush(&mut self, mut kind: Kind) -> Result<(), ArchiveError> {
        let rows = kind.times.len();
        for column in &mut kind.columns {
            column.resize(rows, f64::NAN);
        }
        let report = self.archive.append_parameters(&ParameterBatch {
            product: self.product.to_owned(),
            names: kind.names,
            units: kind.units,
            times: kind.times,
            columns: kind.columns,
        })?;
        self.new += report.values;
        self.known += report.duplicates;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        let mut rest: Vec<_> = self.kinds.drain().collect();
        rest.sort_by_key(|(container, _)| *container);
        rest.into_iter().try_for_each(|(_, kind)| self.flush(kind))
    }
}

impl Kind {
    /// The column of a value, made where it is new; none for text, bytes and beyond the bound.
    fn column(
        &mut self,
        id: ValueId,
        chosen: &Candidate,
        problems: &mut Vec<Problem>,
    ) -> Option<&mut Vec<f64>> {
        if let Some(at) = self.place.get(&id) {
            return self.columns.get_mut(*at);
        }
        let leaf = chosen.plan.leaf(id.leaf)?;
        if matches!(leaf.raw, RawKind::None | RawKind::Text | RawKind::Bytes) {
            return None;
        }
        if self.columns.len() >= MOST_SERIES {
            if !std::mem::replace(&mut self.told, true) {
                let reason = format!("more than {MOST_SERIES} series; the rest is not stored");
                problems.push(Problem::of(leaf.name.clone(), reason));
            }
            return None;
        }
        self.place.insert(id, self.columns.len());
        let unit = chosen.dictionary.types.get(leaf.type_id).map(|of| of.unit.clone());
        self.names.push(chosen.plan.name(id));
        self.units.push(unit.unwrap_or_default());
        self.columns.push(Vec::new());
        self.columns.last_mut()
    }
}
