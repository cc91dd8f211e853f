//! The way of a link into the archive: the same values as a file of the same packets gives,
//! however the bytes are cut and framed, and nothing that is not counted.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::packets::tests::{DICTIONARY, packet, samples};
use super::super::{IngestOptions, ingest_bytes};
use super::*;
use crate::format::ccsds::{FrameHeader, FrameKind, FrameSpec, Framer, write_cadu};
use crate::link::{Framing, Source};
use crate::mission::Database;
use crate::query::PacketKey;
use crate::time::TimeRange;

const NOW: Instant = Instant::from_unix_ns(1_700_000_000_000_000_000);

fn archive(dir: &tempfile::TempDir) -> Archive {
    let archive = Archive::create(&dir.path().join("archive"), NOW).unwrap();
    let options = IngestOptions::default();
    ingest_bytes(&archive, "t.xml", DICTIONARY.as_bytes(), &|_| None, &options, NOW);
    archive
}

fn config(framing: Framing) -> LinkConfig {
    LinkConfig {
        framing,
        frame_bytes: 64,
        ..LinkConfig::new("test", Source::Tcp("localhost:1".into()))
    }
}

fn intake(archive: &Archive, framing: Framing) -> Intake {
    Intake::new(
        &config(framing),
        Arc::new(Dictionaries::of(archive, &Database::default()).unwrap()),
    )
}

/// Raw voltages of the packets 0 to n - 1, one a second.
fn stream(n: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..n {
        packet(i, u32::from(i), 100 + i, &mut bytes);
    }
    bytes
}

fn expected(n: u16) -> Vec<(i64, f64)> {
    let time = |i: u16| (1_564_099_200 + i64::from(i)) * 1_000_000_000 + 500_000;
    (0..n).map(|i| (time(i), 0.25 * f64::from(100 + i) - 1.5)).collect()
}

/// The same packets in frames of 64 bytes on virtual channel 1.
fn frames(kind: FrameKind, packets: &[u8]) -> Vec<Vec<u8>> {
    let spec = match kind {
        FrameKind::Tm => FrameSpec::tm(64),
        FrameKind::Aos => FrameSpec::aos(64),
    };
    let header = FrameHeader::new(kind, 0xBD, 1);
    let mut framer = Framer::new(spec, header, None, Vec::new()).unwrap();
    let mut master = 0;
    for packet in crate::format::ccsds::packets(packets) {
        framer.push(packet.bytes);
    }
    framer.fill();
    std::iter::from_fn(|| framer.next_frame(&mut master)).collect()
}

fn cadus(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        write_cadu(frame, false, &mut bytes);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_size_give_the_same_values(
        cuts in proptest::collection::vec(1_usize..90, 1..40),
        framing in prop_oneof![Just(Framing::Packets), Just(Framing::Tm), Just(Framing::Aos)],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let archive = archive(&dir);
        let mut intake = intake(&archive, framing);
        let packets = stream(50);
        let bytes = match framing {
            Framing::Packets => packets,
            Framing::Tm => cadus(&frames(FrameKind::Tm, &packets)),
            Framing::Aos => cadus(&frames(FrameKind::Aos, &packets)),
        };
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            intake.push(&archive, &Delivery::Stream(piece.to_vec()), NOW);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        intake.flush(&archive, NOW).unwrap();
        prop_assert_eq!(samples(&archive, "/T/bus"), expected(50));
        let counts = intake.counts();
        prop_assert_eq!((counts.packets, counts.unknown, counts.missing), (50, 0, 0));
        prop_assert!(intake.problems().is_empty(), "{:?}", intake.problems());
        prop_assert_eq!(intake.waiting(), 0);
    }
}

#[test]
fn a_lost_and_a_damaged_frame_are_counted_and_cost_only_their_packets() {
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(&dir);
    let mut intake = intake(&archive, Framing::Tm);
    let mut all = frames(FrameKind::Tm, &stream(200));
    all.remove(30);
    all[50][40] ^= 1;
    intake.push(&archive, &Delivery::Stream(cadus(&all)), NOW);
    intake.flush(&archive, NOW).unwrap();
    let counts = intake.counts();
    assert_eq!((counts.bad_frames, counts.missing_frames), (1, 2));
    assert_eq!(counts.frames as usize, all.len() - 1);
    let stored = samples(&archive, "/T/bus");
    // A frame of 56 bytes holds parts of five packets of 16 at most.
    assert!((190..200).contains(&stored.len()), "{} of 200", stored.len());
    assert_eq!(counts.packets as usize, stored.len());
    assert_eq!(counts.missing as usize, 200 - stored.len());
    assert!(expected(200).iter().filter(|sample| stored.contains(sample)).count() == stored.len());
}

#[test]
fn datagrams_hold_packets_or_frames() {
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(&dir);
    let mut packets = intake(&archive, Framing::Packets);
    for i in 0..10u16 {
        let mut bytes = Vec::new();
        packet(i, u32::from(i), 100 + i, &mut bytes);
        bytes.extend([0xFF, 0xEE].iter().take(usize::from(i == 3)));
        packets.push(&archive, &Delivery::Datagram(bytes), NOW);
    }
    packets.flush(&archive, NOW).unwrap();
    assert_eq!(samples(&archive, "/T/bus"), expected(10));
    assert_eq!(packets.counts().skipped_bytes, 1);

    let mut framed = intake(&archive, Framing::Tm);
    for frame in frames(FrameKind::Tm, &stream(20)) {
        framed.push(&archive, &Delivery::Datagram(cadus(std::slice::from_ref(&frame))), NOW);
    }
    framed.flush(&archive, NOW).unwrap();
    assert_eq!(samples(&archive, "/T/bus"), expected(20));
    // The first ten were stored before.
    assert_eq!(framed.counts().packets, 20);
    assert!(framed.counts().known_values > 0);
}

#[test]
fn a_break_drops_what_was_begun_and_only_that() {
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(&dir);
    let mut intake = intake(&archive, Framing::Packets);
    let bytes = stream(4);
    let (first, second) = bytes.split_at(40);
    intake.push(&archive, &Delivery::Stream(first.to_vec()), NOW);
    intake.push(&archive, &Delivery::Break, NOW);
    // The next connection begins with a whole packet.
    intake.push(&archive, &Delivery::Stream(second[8..].to_vec()), NOW);
    intake.flush(&archive, NOW).unwrap();
    let stored: Vec<_> = samples(&archive, "/T/bus");
    assert_eq!(stored, [expected(4)[0], expected(4)[1], expected(4)[3]]);
    assert_eq!(intake.counts().skipped_bytes, 8);
    assert_eq!(intake.counts().missing, 1);
}

#[test]
fn what_no_dictionary_knows_is_shown_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(&dir.path().join("archive"), NOW).unwrap();
    let mut intake = intake(&archive, Framing::Packets);
    intake.push(&archive, &Delivery::Stream(stream(40)), NOW);
    intake.flush(&archive, NOW).unwrap();
    assert_eq!((intake.counts().packets, intake.counts().unknown), (40, 40));
    let picture = intake.picture();
    assert_eq!(picture.dictionary, "");
    let row = &picture.rows[&PacketKey { channel: None, apid: 42 }];
    assert_eq!((row.packets, row.fields.len()), (40, 0));
    assert_eq!(picture.recent.len(), 40);

    // Its dictionary comes later: what comes from then on is read.
    let options = IngestOptions::default();
    ingest_bytes(&archive, "t.xml", DICTIONARY.as_bytes(), &|_| None, &options, NOW);
    intake.use_dictionaries(Arc::new(Dictionaries::of(&archive, &Database::default()).unwrap()));
    let mut bytes = Vec::new();
    packet(40, 40, 140, &mut bytes);
    intake.push(&archive, &Delivery::Stream(bytes), NOW);
    intake.flush(&archive, NOW).unwrap();
    assert_eq!(samples(&archive, "/T/bus"), [expected(41)[40]]);
    let picture = intake.picture();
    assert_eq!(picture.dictionary, "t.xml");
    let row = &picture.rows[&PacketKey { channel: None, apid: 42 }];
    let bus = row.fields.iter().find(|field| field.name == "/T/bus").unwrap();
    assert_eq!((bus.raw.as_str(), bus.engineering.as_str()), ("140", "33.5"));
    assert_eq!(bus.unit, "V");
    assert_eq!(intake.newest().map(Instant::unix_ns), Some(expected(41)[40].0));
}

#[test]
fn what_the_archive_refuses_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let whole = archive(&dir);
    let mut intake = intake(&whole, Framing::Packets);
    drop(whole);
    // An archive that is open for reading refuses, like one whose disk is full.
    let path = dir.path().join("archive");
    let (reading, _) = Archive::open(&path, crate::archive::Access::Read).unwrap();
    intake.push(&reading, &Delivery::Stream(stream(10)), NOW);
    assert!(intake.flush(&reading, NOW).is_err());
    intake.push(&reading, &Delivery::Stream(stream(20)[160..].to_vec()), NOW);
    assert!(intake.flush(&reading, NOW).is_err());
    assert!(intake.waiting() >= 20);
    drop(reading);
    let (writing, _) = Archive::open(&path, crate::archive::Access::Write).unwrap();
    intake.flush(&writing, NOW).unwrap();
    assert_eq!(samples(&writing, "/T/bus"), expected(20));
    assert_eq!((intake.waiting(), intake.counts().lost_values), (0, 0));
}

/// Everything that a picture shows of a stream.
fn kept(archive: &Archive) -> Vec<(i64, Vec<u8>)> {
    let mut found = Vec::new();
    let each = &mut |packet: &crate::archive::StoredPacket| {
        assert_eq!((packet.received, packet.source.link.as_str()), (NOW, "test"));
        found.push((packet.time().unix_ns(), packet.bytes.to_vec()));
        std::ops::ControlFlow::Continue(())
    };
    archive.each_packet(TimeRange::ALL, each).unwrap();
    found
}

#[test]
fn packets_stay_as_they_came_and_a_better_dictionary_reads_them_again() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(&dir.path().join("archive"), NOW).unwrap();
    let mut intake = intake(&archive, Framing::Packets);
    intake.push(&archive, &Delivery::Stream(stream(40)), NOW);
    intake.flush(&archive, NOW).unwrap();
    // No dictionary knew them: no time of their own, but every byte.
    let bytes: Vec<u8> = kept(&archive).into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!(bytes, stream(40));
    assert!(archive.series().is_empty());

    let kept_packets = KeptPackets::new(Arc::default());
    let never = std::sync::atomic::AtomicBool::new(false);
    let order = AgainOrder { range: TimeRange::ALL, link: String::new(), product: None };
    let again = || kept_packets.decode_again(&archive, &order, &|_| (), &never).unwrap();
    let report = again();
    assert_eq!((report.packets, report.unknown, report.values), (40, 40, 0));

    let ingest = |text: &str| {
        let options = IngestOptions::default();
        ingest_bytes(&archive, "t.xml", text.as_bytes(), &|_| None, &options, NOW);
    };
    ingest(DICTIONARY);
    let report = again();
    assert_eq!((report.packets, report.unknown), (40, 0));
    assert_eq!(report.dictionaries, ["t.xml"]);
    assert_eq!(samples(&archive, "/T/bus"), expected(40));
    assert_eq!(again().values, 0, "the same values are not stored twice");

    // The calibration was wrong: 0.5 V a count instead of 0.25.
    ingest(&DICTIONARY.replace("0.25", "0.5"));
    assert!(again().values >= 40);
    let right: Vec<(i64, f64)> =
        expected(40).into_iter().map(|(time, volt)| (time, (volt + 1.5) * 2.0 - 1.5)).collect();
    assert_eq!(samples(&archive, "/T/bus"), right);
    let other = AgainOrder { product: Some("trial".into()), ..order.clone() };
    kept_packets.decode_again(&archive, &other, &|_| (), &never).unwrap();
    assert_eq!(samples(&archive, "/T/bus@trial"), right);

    // One parameter with everything that its packets say of it.
    let ask = |limit| kept_packets.history(&archive, "/T/bus", TimeRange::ALL, limit, &never);
    let (values, more) = ask(100).unwrap();
    assert_eq!((values.len(), more), (40, false));
    let third = &values[2];
    assert_eq!((third.raw.as_str(), third.engineering, third.received), ("102", 49.5, NOW));
    assert_eq!(third.time.unix_ns(), right[2].0);
    assert_eq!((ask(7).unwrap().0.len(), ask(7).unwrap().1), (7, true));
}

#[test]
fn derived_parameters_come_with_their_packets() {
    use crate::mission::{Instrument, Mission, Parameter};
    let parameter = |name: &str, expression: &str| {
        let text =
            format!("name = {name:?}\ntitle = \"x\"\nunit = \"W\"\nexpression = {expression:?}");
        toml::from_str::<Parameter>(&text).unwrap()
    };
    let mut missions = Database::builtin();
    let mission: &mut Mission = &mut missions.missions[0];
    let instrument: &mut Instrument = &mut mission.instruments[0];
    instrument.parameters.push(parameter("/T/power", "{/T/bus} * 2"));
    instrument.parameters.push(parameter("/T/twice", "{/T/power} + {/T/power}"));
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(&dir);
    let dictionaries = Arc::new(Dictionaries::of(&archive, &missions).unwrap());
    let mut live = Intake::new(&config(Framing::Packets), dictionaries);
    live.push(&archive, &Delivery::Stream(stream(40)), NOW);
    live.flush(&archive, NOW).unwrap();
    let times = |factor: f64| -> Vec<(i64, f64)> {
        expected(40).into_iter().map(|(time, volt)| (time, volt * factor)).collect()
    };
    assert_eq!(samples(&archive, "/T/power"), times(2.0));
    assert_eq!(samples(&archive, "/T/twice"), times(4.0));
    let unit = |name: &str| archive.series().into_iter().find(|s| s.key.name == name).unwrap().unit;
    assert_eq!(unit("/T/power"), "W");

    // A file of packets says the same.
    let dir = tempfile::tempdir().unwrap();
    let archive = self::archive(&dir);
    let derived = crate::parameter::definitions(&missions.missions).into();
    let options = IngestOptions { derived, ..IngestOptions::default() };
    ingest_bytes(&archive, "a.tlm", &stream(40), &|_| None, &options, NOW);
    assert_eq!(samples(&archive, "/T/power"), times(2.0));
}
