//! AMPCS lists into the archive: channel values become parameters, event records messages.

use std::collections::BTreeMap;

use crate::archive::{Archive, ArchiveError, EventMessage, ParameterBatch};
use crate::format::ampcs::{ChannelValue, Dictionary, Evr, PacketRow, read_dictionary};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// Where the series of a row stand: `/<mission>`, without a mission `/session_<number>`.
fn root(mission: &str, session: &str) -> String {
    let session = super::names::word(session);
    match (mission.is_empty(), session.is_empty()) {
        (false, _) => format!("/{mission}"),
        (true, false) => format!("/session_{session}"),
        (true, true) => "/eha".to_owned(),
    }
}

/// All that the AMPCS dictionaries of an archive define; of two of one name the newer counts.
pub(super) fn definitions(archive: &Archive) -> Result<Dictionary, ArchiveError> {
    let always = TimeRange::new(Instant::from_unix_ns(i64::MIN), Instant::from_unix_ns(i64::MAX));
    let mut products = archive.products(always, "ampcs-dictionary")?;
    products.sort_by_key(|product| product.id);
    let mut all = Dictionary::default();
    for product in products {
        // One that cannot be read now adds nothing.
        let Ok(bytes) = archive.product_bytes(product.id) else { continue };
        let (one, _) = read_dictionary(&bytes);
        // Newer enumerations take the place of older ones; of channels the last one is found.
        all.enums.retain(|table| one.enumeration(&table.name).is_none());
        all.join(one);
    }
    Ok(all)
}

/// One series on its way into the archive.
#[derive(Default)]
struct Series {
    unit: String,
    times: Vec<Instant>,
    values: Vec<f64>,
}

/// The series of channel values, one batch each.
///
/// `/<mission>/<channel id>` holds the data numbers and `/<mission>/<channel id>.eu` the
/// engineering values of those that have any; without a mission `session_<number>` stands in its
/// place. What came in real time has the product identity `realtime`, what came from a recorder
/// `raw`, so that the two stay apart; `identity`, where it is given, stands for both. Data numbers
/// that are text are left out and told.
pub(super) fn batches(
    values: &[ChannelValue],
    mission: &str,
    identity: &str,
    problems: &mut Vec<Problem>,
) -> Vec<ParameterBatch> {
    let mut all: BTreeMap<(String, String), Series> = BTreeMap::new();
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values {
        let Some(time) = value.time() else { continue };
        let product = match (identity, value.realtime) {
            ("", true) => "realtime",
            ("", false) => "raw",
            (own, _) => own,
        };
        let name = format!("{}/{}", root(mission, &value.session), value.channel_id);
        let dn = value.dn_number();
        if dn.is_none() && !value.dn.is_empty() {
            *texts.entry(&value.channel_id).or_default() += 1;
        }
        let eu = (format!("{name}.eu"), value.eu, &value.eu_unit);
        for (name, number, unit) in [(name, dn, &value.dn_unit), eu] {
            let Some(number) = number else { continue };
            let series = all.entry((product.to_owned(), name)).or_default();
            if series.unit.is_empty() {
                series.unit.clone_from(unit);
            }
            series.times.push(time);
            series.values.push(number);
        }
    }
    for (channel, count) in texts {
        let reason = format!("{count} data numbers are text; they are in the product only");
        problems.push(Problem::of(channel, reason));
    }
    let batch = |((product, name), series): ((String, String), Series)| ParameterBatch {
        product,
        names: vec![name],
        units: vec![series.unit],
        times: series.times,
        columns: vec![series.values],
    };
    all.into_iter().map(batch).collect()
}

/// Names of the channels and the words of their values, one line each, for a product's label.
pub(super) fn channel_label(values: &[ChannelValue]) -> String {
    let mut lines = BTreeMap::new();
    for v in values {
        let name = format!("{} {}", v.channel_id, v.name);
        let words: &mut BTreeMap<_, _> = lines.entry(name).or_default();
        if !v.status.is_empty() {
            words.insert(&v.dn, &v.status);
        }
    }
    let line = |(name, words): (&String, &BTreeMap<&String, &String>)| {
        let words: Vec<String> = words.iter().map(|(dn, word)| format!("{dn} = {word}")).collect();
        let colon = if words.is_empty() { "" } else { ": " };
        format!("{name}{colon}{}", words.join(", "))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// An event record as the archive keeps it.
pub(super) fn message(evr: &Evr, mission: &str) -> Option<EventMessage> {
    Some(EventMessage {
        time: evr.time()?,
        ert: evr.ert,
        level: evr.level,
        mission: mission.to_owned(),
        name: evr.name.clone(),
        number: evr.id,
        module: evr.module.clone(),
        message: evr.message.clone(),
        source: if evr.from_sse { "sse" } else { "flight" }.to_owned(),
        sclk: evr.sclk.clone(),
    })
}

/// Counts of a packet list in one line: packets, and breaks of the sequence counts (14 bits,
/// CCSDS 133.0-B-2 section 4.1.3.4) by application identifier.
pub(super) fn packet_summary(packets: &[PacketRow]) -> String {
    let mut last: BTreeMap<u16, u32> = BTreeMap::new();
    let mut breaks = 0;
    for packet in packets {
        let Some(count) = packet.spsc else { continue };
        if let Some(before) = last.insert(packet.apid, count) {
            breaks += usize::from(count != before.wrapping_add(1) & 0x3fff);
        }
    }
    let apids = packets.iter().map(|p| p.apid).collect::<std::collections::BTreeSet<_>>();
    let (packets, apids) = (packets.len(), apids.len());
    format!("{packets} packets of {apids} applications, {breaks} breaks in their sequence counts")
}

/// From the first to just after the last of some times.
pub(super) fn span(times: impl Iterator<Item = Option<Instant>>) -> Option<TimeRange> {
    times.flatten().map(|t| TimeRange::new(t, t.plus_ns(1))).reduce(|all, one| all.hull(&one))
}
