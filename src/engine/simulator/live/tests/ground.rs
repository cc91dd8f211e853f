//! A ground station for tests: frames, packets and values by the decoders of the engine.

use std::collections::BTreeMap;

use crate::format::ccsds::{Extractor, FramePacket, FrameSpec, Synchroniser, read_frame};
use crate::mission::packets::dictionary;
use crate::mission::{Database, Mission};
use crate::parameter::{Plan, Raw, Values};
use crate::simulator::live::{FRAME_BYTES, Options, Passes, Spacecraft};
use crate::time::Instant;

/// 2019-07-26T12:00:00 UTC, sol 235 of InSight: evening at the lander.
pub(super) fn start() -> Instant {
    Instant::from_unix_ns(1_564_142_400_000_000_000)
}

pub(super) fn mission(id: &str) -> Mission {
    Database::builtin().mission(id).unwrap().clone()
}

/// Passes of two minutes every three.
pub(super) fn options(seed: u64) -> Options {
    let passes = Passes::Every { minutes: 3.0, length: 2.0 };
    Options { passes, ..Options::new(seed, start()) }
}

pub(super) fn spacecraft(options: Options) -> Spacecraft {
    Spacecraft::new(&mission("insight"), options).unwrap()
}

/// What arrived.
pub(super) struct Ground {
    pub(super) plan: Plan,
    pub(super) packets: Vec<FramePacket>,
    pub(super) bad_frames: usize,
    pub(super) idle_frames: u64,
    pub(super) missing_frames: u64,
}

/// A value with the on-board time of its packet.
pub(super) type Series = BTreeMap<String, Vec<(Instant, f64)>>;

pub(super) fn receive(mission: &Mission, bytes: &[u8]) -> Ground {
    let dictionary = dictionary(mission);
    let (plan, problems) = Plan::compile(&dictionary, 0);
    assert_eq!(problems, []);
    let (mut frames, mut packets, mut bad_frames) = (Vec::new(), Vec::new(), 0);
    let mut sync = Synchroniser::new(FRAME_BYTES, false);
    for piece in bytes.chunks(5000) {
        sync.push(piece, &mut frames);
    }
    sync.finish(&mut frames);
    let mut extractor = Extractor::default();
    for frame in &frames {
        match read_frame(&frame.bytes, &FrameSpec::tm(FRAME_BYTES)) {
            Ok(read) => extractor.push(frame.offset, &read, &mut packets),
            Err(_) => bad_frames += 1,
        }
    }
    let sum = |of: fn(&crate::format::ccsds::ChannelCounts) -> u64| {
        extractor.counts().map(|(_, _, counts)| of(counts)).sum()
    };
    let (idle_frames, missing_frames) = (sum(|c| c.idle_frames), sum(|c| c.missing));
    Ground { plan, packets, bad_frames, idle_frames, missing_frames }
}

impl Ground {
    /// Every number of every packet; a packet that does not decode in full fails the test.
    pub(super) fn series(&self) -> Series {
        let mut series = Series::new();
        self.each(|_, values| {
            let time = (0..values.len()).find_map(|i| values.instant(i, &self.plan)).unwrap();
            for (id, x) in values.ids().iter().zip(values.engineering()) {
                series.entry(self.plan.name(*id)).or_default().push((time, *x));
            }
        });
        series
    }

    /// Texts of a parameter.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        self.each(|_, values| {
            let text = values.named(name, &self.plan).and_then(|v| v.text.map(str::to_owned));
            texts.extend(text);
        });
        texts
    }

    /// The miniSEED records.
    pub(super) fn records(&self) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        self.each(|_, values| {
            let value = values.named("/insight/packet/record", &self.plan);
            if let Some(Raw::Bytes(bytes)) = value.map(|v| v.raw) {
                records.push(bytes.to_vec());
            }
        });
        records
    }

    fn each(&self, mut with: impl FnMut(&FramePacket, &Values)) {
        let (mut state, mut values) = (self.plan.state(), Values::new());
        for packet in &self.packets {
            self.plan.decode(&packet.bytes, &mut state, &mut values);
            assert_eq!(values.problems, [], "APID {}", packet.header.apid);
            assert_eq!(values.end_bit, 8 * packet.bytes.len() as u64);
            with(packet, &values);
        }
    }
}
