//! What the Packets panel shows: counts per kind, the newest packet of each, the last ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::packets::Decoder;
use super::packets::{Decoded, Packet, Reader};
use crate::format::ccsds::Tracker;
use crate::mission::Severity;
use crate::parameter::{Raw, Validity, Value, Values};
use crate::query::{PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen};
use crate::time::{Instant, iso};

/// Packets that are remembered, and their bytes in all.
const RECENT: usize = 500;
const RECENT_BYTES: usize = 2 << 20;
/// Kinds of packets that are told apart; damaged headers may name any.
const KINDS: usize = 512;
/// Fields of a packet that are shown.
const FIELDS: usize = 2_048;
/// Characters of a value that are shown.
const CHARACTERS: usize = 80;
/// Seconds over which rates are taken.
const RATE_S: f64 = 10.0;

#[derive(Debug)]
struct Kind {
    row: PacketRow,
    /// Decoder of the newest packet; its fields are decoded when somebody looks.
    decoder: Option<Arc<Decoder>>,
    /// Whether the fields are those of an older packet.
    is_old: bool,
    /// Packets since the last look at the rates.
    since: u64,
}

#[derive(Debug, Default)]
pub(super) struct Painter {
    kinds: BTreeMap<PacketKey, Kind>,
    recent: VecDeque<PacketSeen>,
    recent_bytes: usize,
    /// Sequence counts, of each virtual channel by itself.
    trackers: BTreeMap<Option<u8>, Tracker>,
    looked: Option<Instant>,
}

impl Painter {
    pub(super) fn see(&mut self, packet: &Packet, decoded: &Decoded<'_>) {
        self.trackers.entry(packet.key.channel).or_default().observe(&packet.header);
        let seen = PacketSeen {
            number: packet.number,
            key: packet.key,
            received: packet.received,
            generated: decoded.time,
            sequence: packet.header.count,
            container: container_name(decoded),
            bytes: Arc::clone(&packet.bytes),
            problem: decoded.values.problems.first().map(ToString::to_string).unwrap_or_default(),
        };
        self.recent_bytes += seen.bytes.len();
        self.recent.push_back(seen.clone());
        while self.recent.len() > RECENT || self.recent_bytes > RECENT_BYTES {
            let Some(oldest) = self.recent.pop_front() else { break };
            self.recent_bytes -= oldest.bytes.len();
        }
        if !self.kinds.contains_key(&packet.key) && self.kinds.len() >= KINDS {
            return;
        }
        let kind = self.kinds.entry(packet.key).or_insert_with(|| Kind {
            row: PacketRow {
                container: String::new(),
                packets: 0,
                bytes: 0,
                missing: 0,
                gaps: 0,
                duplicates: 0,
                per_s: 0.0,
                last: seen.clone(),
                fields: Vec::new(),
            },
            decoder: None,
            is_old: true,
            since: 0,
        });
        kind.row.container.clone_from(&seen.container);
        kind.row.packets += 1;
        kind.row.bytes += seen.bytes.len() as u64;
        kind.row.last = seen;
        kind.decoder = decoded.container.and(decoded.decoder).cloned();
        kind.is_old = true;
        kind.since += 1;
    }

    /// Packets missing and duplicates, over all kinds.
    pub(super) fn totals(&self) -> (u64, u64) {
        let counts = self.trackers.values().flat_map(Tracker::counts);
        counts.fold((0, 0), |(missing, twice), (_, _, counts)| {
            (missing + counts.missing, twice + counts.duplicates)
        })
    }

    /// Takes the rates anew when enough time went by.
    pub(super) fn tick(&mut self, now: Instant) {
        let passed = self.looked.map_or(RATE_S, |looked| now.s_since(looked));
        if (0.0..RATE_S).contains(&passed) && self.looked.is_some() {
            return;
        }
        self.looked = Some(now);
        for kind in self.kinds.values_mut() {
            kind.row.per_s = std::mem::take(&mut kind.since) as f64 / passed.max(RATE_S);
        }
    }

    pub(super) fn picture(&mut self, reader: &Reader) -> PacketPicture {
        for (key, kind) in &mut self.kinds {
            let counts = self.trackers.get(&key.channel).and_then(|tracker| {
                tracker.counts().find(|(_, apid, _)| *apid == key.apid).map(|(_, _, c)| *c)
            });
            if let Some(counts) = counts {
                kind.row.missing = counts.missing;
                kind.row.gaps = counts.gaps;
                kind.row.duplicates = counts.duplicates;
            }
            if std::mem::replace(&mut kind.is_old, false) {
                let decoder = kind.decoder.as_ref();
                kind.row.fields =
                    decoder.map(|of| fields(of, &kind.row.last.bytes)).unwrap_or_default();
            }
        }
        PacketPicture {
            dictionary: reader.decoder().map(|of| of.name.clone()).unwrap_or_default(),
            rows: self.kinds.iter().map(|(key, kind)| (*key, kind.row.clone())).collect(),
            recent: self.recent.iter().cloned().collect(),
        }
    }
}

fn container_name(decoded: &Decoded<'_>) -> String {
    let of = decoded.decoder.zip(decoded.container);
    let container = of.and_then(|(decoder, id)| decoder.dictionary.containers.get(id));
    container.map(|container| container.name.clone()).unwrap_or_default()
}

/// A packet decoded by itself, in packet order.
fn fields(decoder: &Decoder, bytes: &[u8]) -> Vec<PacketField> {
    let plan = &decoder.plan;
    let (mut state, mut values) = (plan.state(), Values::new());
    plan.decode(bytes, &mut state, &mut values);
    let unit = |value: &Value<'_>| {
        let leaf = plan.leaf(value.id.leaf)?;
        decoder.dictionary.types.get(leaf.type_id).map(|of| of.unit.clone())
    };
    let field = |(at, value): (usize, Value<'_>)| PacketField {
        name: plan.name(value.id),
        raw: raw(&value),
        engineering: match values.instant(at, plan) {
            Some(time) => iso(time, 3),
            None => engineering(&value),
        },
        unit: unit(&value).unwrap_or_default(),
        severity: match value.validity {
            Validity::Valid => value.severity,
            _ => value.severity.max(Severity::Watch),
        },
    };
    values.iter(plan).enumerate().take(FIELDS).map(field).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(CHARACTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A raw value as printed.
pub(super) fn raw(value: &Value<'_>) -> String {
    match value.raw {
        Raw::Unsigned(x) => x.to_string(),
        Raw::Signed(x) => x.to_string(),
        Raw::Float(x) => x.to_string(),
        Raw::Text(text) => shortened(text),
        Raw::Bytes(bytes) => {
            let digits = bytes.iter().take(CHARACTERS / 2).map(|byte| format!("{byte:02x}"));
            let shown: String = digits.collect();
            if bytes.len() > CHARACTERS / 2 { format!("{shown}…") } else { shown }
        }
    }
}

fn engineering(value: &Value<'_>) -> String {
    let text = match (value.text, value.raw) {
        (Some(text), _) => shortened(text),
        (None, Raw::Bytes(bytes)) => format!("{} bytes", bytes.len()),
        (None, _) if value.engineering.is_nan() => String::new(),
        (None, _) => {
            let text = format!("{:.6}", value.engineering);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    match value.validity {
        Validity::Valid => text,
        Validity::OutOfRange => format!("{text} (out of range)"),
        Validity::Uncalibrated => format!("{text} (no calibration)"),
        Validity::Malformed => format!("{text} (malformed)"),
        Validity::Truncated => format!("{text} (cut off)"),
    }
}
