//! Packets, segments, counts and times: fields by hand, damage by hand, and any bytes at all.

use proptest::prelude::*;

use super::*;
use crate::time::{Instant, parse};

/// So many cases, no file written on failure: the smallest input is printed.
pub(super) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A telemetry packet of an application.
pub(super) fn packet(apid: u16, count: u16, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_packet(&Header { apid, count, ..Header::default() }, data, &mut out).unwrap();
    out
}

/// `(apid, count)` of every packet, and what was wrong.
fn scanned(bytes: &[u8]) -> (Vec<(u16, u16)>, Vec<Problem>) {
    let mut scan = packets(bytes);
    let found = scan.by_ref().map(|p| (p.header.apid, p.header.count)).collect();
    (found, scan.into_problems())
}

#[test]
fn header_fields_lie_where_the_standard_puts_them() {
    // 000 | 1 | 1 | 101 0101 0101; 10 | 00 0001 0010 0011; 2 - 1.
    let bytes = [0b0001_1101, 0b0101_0101, 0b1000_0001, 0b0010_0011, 0, 1, 0xAA, 0xBB];
    let header = Header::parse(&bytes).unwrap();
    let expected = Header {
        kind: PacketKind::Command,
        secondary: true,
        apid: 0b101_0101_0101,
        segment: Segment::Last,
        count: 0x123,
        data_length: 2,
    };
    assert_eq!(header, expected);
    assert_eq!(header.length(), 8);
    assert_eq!(header.to_bytes().unwrap(), bytes[..6]);
    let all: Vec<_> = packets(&bytes).collect();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].bytes, all[0].data), (&bytes[..], &bytes[6..]));
    let flags = [0x00, 0x40, 0x80, 0xC0].map(|f| Header::parse(&[0, 0, f, 0, 0, 0]).unwrap());
    let order = [Segment::Continuation, Segment::First, Segment::Last, Segment::Unsegmented];
    assert_eq!(flags.map(|h| h.segment), order);
}

#[test]
fn impossible_headers_are_said_to_be() {
    for (bytes, word) in [
        (&[0x20, 0, 0, 0, 0, 0][..], "version number 1"),
        (&[0x0F, 0xFF, 0xC0, 0, 0, 0], "idle packet has a secondary header"),
        (&[0x00, 0x01], "2 of 6 bytes"),
    ] {
        assert!(Header::parse(bytes).unwrap_err().reason.contains(word), "{word}");
    }
    let header = Header { data_length: 1, ..Header::default() };
    assert!(Header { apid: 2048, ..header }.to_bytes().is_err());
    assert!(Header { count: 1 << 14, ..header }.to_bytes().is_err());
    assert!(write_packet(&header, &[], &mut Vec::new()).is_err());
    assert!(write_packet(&header, &vec![0; 65_537], &mut Vec::new()).is_err());
    assert!(write_packet(&header, &vec![0; 65_536], &mut Vec::new()).is_ok());
}

#[test]
fn idle_packets_are_known_by_their_apid() {
    let mut bytes = Vec::new();
    idle_packet(7, &mut bytes).unwrap();
    idle_packet(LARGEST_PACKET, &mut bytes).unwrap();
    let lengths: Vec<_> = packets(&bytes)
        .inspect(|p| assert!(p.header.is_idle() && p.header.apid == 2047))
        .map(|p| p.bytes.len())
        .collect();
    assert_eq!(lengths, [7, 65_542]);
    for wrong in [0, 6, LARGEST_PACKET + 1] {
        assert!(idle_packet(wrong, &mut bytes).is_err(), "{wrong}");
    }
}

/// Ten packets of two applications; where each begins.
fn ten() -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut starts) = (Vec::new(), Vec::new());
    for k in 0..10u16 {
        starts.push(bytes.len());
        let data: Vec<u8> = (0..40 + k).map(|i| 0xE0 | i as u8).collect();
        bytes.extend(packet(100 + k % 2, 7 + k / 2, &data));
    }
    (bytes, starts)
}

#[test]
fn garbage_before_and_between_is_gone_over() {
    let (clean, starts) = ten();
    let (all, problems) = scanned(&clean);
    assert_eq!((all.len(), problems.len()), (10, 0));
    for at in &starts {
        let mut bytes = clean.clone();
        bytes.splice(at..at, [0xFF; 33]);
        let (found, problems) = scanned(&bytes);
        assert_eq!(found, all, "garbage at {at}");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].offset, Some(*at as u64));
        assert!(problems[0].reason.contains("33 bytes were skipped"), "{}", problems[0]);
    }
}

#[test]
fn a_wrong_length_costs_its_packet_only() {
    let (clean, starts) = ten();
    let (all, _) = scanned(&clean);
    for (k, at) in starts.iter().enumerate() {
        for wrong in [[0xFF, 0xFF], [0x00, 0x52], [0x00, 0x05]] {
            let mut bytes = clean.clone();
            bytes[at + 4..at + 6].copy_from_slice(&wrong);
            let (found, problems) = scanned(&bytes);
            assert!(!problems.is_empty());
            let rest: Vec<_> = all.iter().filter(|p| **p != all[k]).copied().collect();
            let others: Vec<_> = found.iter().filter(|p| **p != all[k]).copied().collect();
            // The last packet has nothing behind it that could speak for it.
            let near = if k >= 8 { 2 } else { 0 };
            assert!(others.len() + near >= rest.len(), "{k} {wrong:?}: {found:?} {problems:?}");
            assert!(others.iter().all(|p| rest.contains(p)), "{k} {wrong:?}: {found:?}");
        }
    }
}

#[test]
fn packets_that_do_not_count_are_read_by_their_lengths() {
    let mut bytes = Vec::new();
    for k in 0..3000u16 {
        bytes.extend(packet(k % 256, 0, &[0; 61]));
    }
    bytes.extend(&packet(1, 0, &[0; 61])[..50]);
    let (found, problems) = scanned(&bytes);
    assert_eq!((found.len(), problems.len()), (3000, 1));
    assert_eq!(scanned(&[0; 7 * 500]).0.len(), 500);
}

#[test]
fn a_packet_that_is_cut_off_is_kept_for_later() {
    let (clean, starts) = ten();
    for cut in starts[9] + 1..clean.len() {
        let mut scan = packets(&clean[..cut]);
        assert_eq!(scan.by_ref().count(), 9);
        assert_eq!(scan.cut_off(), Some(starts[9]), "cut at {cut}");
        let problems = scan.into_problems();
        assert!(problems[0].reason.contains("cut off"), "{problems:?}");
        assert_eq!(problems[0].offset, Some(starts[9] as u64));
    }
}

#[test]
fn ground_headers_are_gone_round() {
    let (clean, starts) = ten();
    let mut bytes = Vec::new();
    for (k, at) in starts.iter().enumerate() {
        let end = starts.get(k + 1).copied().unwrap_or(clean.len());
        bytes.extend([0xC0, 0xFF, k as u8]);
        bytes.extend(&clean[*at..end]);
    }
    assert!(!sniff(&bytes));
    assert_eq!(sniff_prefix(&bytes), Some(3));
    let mut scan = packets_behind(&bytes, 3);
    let found: Vec<_> = scan.by_ref().collect();
    assert_eq!(found.len(), 10);
    assert!(found.iter().enumerate().all(|(k, p)| p.prefix == [0xC0, 0xFF, k as u8]));
    assert_eq!(found[1].offset, starts[1] + 6);
    assert_eq!(scan.into_problems(), vec![]);
}

#[test]
fn other_files_are_no_packets() {
    let (clean, _) = ten();
    assert!(sniff(&clean));
    assert!(!sniff(&clean[..clean.len() - 1]), "ten packets are not enough for a cut-off file");
    assert!(!sniff(&[]) && !sniff(&[0; 7 * 100]) && !sniff(&[0; 1024]) && !sniff(&clean[1..]));
    assert!(!sniff(b"CCSD3ZF0000100000001NJPL3KS0PDSXLABEL") && !sniff(b"\n\n\n\n\n\nx\n"));
    let mut long: Vec<u8> = (0..40).flat_map(|k| packet(5, k, &[1, 2, 3])).collect();
    long.pop();
    assert!(sniff(&long), "forty packets are, and the last one is cut off");
}

fn all_units(bytes: &[u8], segments: &mut Segments) -> Vec<(u16, u32, Vec<u8>)> {
    let unit = |p: Packet<'_>| {
        let unit = segments.push(p.offset as u64, &p)?;
        Some((unit.header.count, unit.packets, unit.data.into_owned()))
    };
    packets(bytes).filter_map(unit).collect()
}

#[test]
fn segments_become_units() {
    let mut bytes = Vec::new();
    let header = Header { apid: 9, count: 16_382, ..Header::default() };
    let next = write_segmented(&header, b"three parts", 4, &mut bytes).unwrap();
    assert_eq!(next, 1);
    write_segmented(&Header { count: next, ..header }, b"one", 4, &mut bytes).unwrap();
    let mut segments = Segments::new(1000, 0);
    let units = all_units(&bytes, &mut segments);
    assert_eq!(units, [(16_382, 3, b"three parts".to_vec()), (1, 1, b"one".to_vec())]);
    assert_eq!(segments.held(), 0);
    assert_eq!(segments.take_problems(), vec![]);
    // Without the middle packet there is no unit; the last one has no first.
    bytes.drain(10..20);
    assert_eq!(all_units(&bytes, &mut segments).len(), 1);
    let problems = segments.take_problems();
    assert!(problems[0].reason.contains("count 0 comes instead of 16383"), "{problems:?}");
}

#[test]
fn secondary_headers_are_taken_off_later_segments() {
    let mut bytes = Vec::new();
    for (count, segment) in [(0, Segment::First), (1, Segment::Continuation), (2, Segment::Last)] {
        let header = Header { apid: 1, count, segment, secondary: true, ..Header::default() };
        write_packet(&header, &[0xEE, count as u8], &mut bytes).unwrap();
    }
    assert_eq!(all_units(&bytes, &mut Segments::new(9, 1)), [(0, 3, vec![0xEE, 0, 1, 2])]);
}

#[test]
fn units_are_held_up_to_a_bound() {
    let mut segments = Segments::new(100, 0);
    let mut bytes = Vec::new();
    for apid in 0..50 {
        let header = Header { apid, segment: Segment::First, ..Header::default() };
        write_packet(&header, &[1; 30], &mut bytes).unwrap();
    }
    assert_eq!(all_units(&bytes, &mut segments), vec![]);
    assert_eq!(segments.held(), 90);
    let problems = segments.take_problems();
    assert_eq!(problems.len(), 47);
    assert!(problems[0].reason.contains("100 bytes are the most"), "{}", problems[0]);
    segments.finish(bytes.len() as u64);
    assert_eq!((segments.held(), segments.take_problems().len()), (0, 3));
}

fn steps(counts: &[u16]) -> (Vec<Step>, Counts) {
    let mut tracker = Tracker::default();
    let header = |count| Header { apid: 3, count, data_length: 4, ..Header::default() };
    let steps = counts.iter().map(|&count| tracker.observe(&header(count))).collect();
    (steps, *tracker.of(PacketKind::Telemetry, 3).unwrap())
}

#[test]
fn counts_tell_what_is_missing() {
    let (found, counts) = steps(&[16_382, 16_383, 0, 3, 3, 1, 1, 4]);
    let expected = [
        Step::First,
        Step::Next,
        Step::Next,
        Step::Gap(2),
        Step::Duplicate,
        Step::Late(2),
        Step::Duplicate,
        Step::Next,
    ];
    assert_eq!(found, expected);
    let expected = Counts {
        received: 8,
        missing: 1,
        gaps: 1,
        duplicates: 2,
        late: 1,
        resets: 0,
        newest: 4,
        bytes: 80,
    };
    assert_eq!(counts, expected);
    // A restart; a dump that comes twice; a packet from before the first one.
    let (found, counts) = steps(&[500, 501, 0, 1]);
    assert_eq!(found[2..], [Step::Reset, Step::Next]);
    assert_eq!((counts.resets, counts.missing, counts.newest), (1, 0, 1));
    let (_, counts) = steps(&[40, 41, 42, 40, 41, 42, 43]);
    assert_eq!((counts.duplicates, counts.received, counts.newest), (3, 7, 43));
    let (found, counts) = steps(&[40, 39, 38, 40]);
    assert_eq!(found[1..], [Step::Late(1), Step::Late(2), Step::Duplicate]);
    assert_eq!((counts.missing, counts.late), (0, 2));
}

proptest! {
    #![proptest_config(cases(64))]

    /// Whatever is dropped or doubled or swapped: what is missing is what did not come.
    #[test]
    fn missing_is_what_did_not_come(
        start in 0u16..16_384,
        fate in prop::collection::vec(0u8..8, 2..600),
    ) {
        let count = |k: usize| (start + k as u16) % 16_384;
        let mut sent = vec![count(0)];
        let mut held = None;
        let (mut dropped, mut doubled) = (0, 0);
        for (k, fate) in fate.iter().enumerate() {
            match fate {
                0 => dropped += 1,
                1 => { sent.extend([count(k + 1); 2]); doubled += 1 }
                2 if held.is_none() => held = Some(count(k + 1)),
                _ => {
                    sent.push(count(k + 1));
                    sent.extend(held.take());
                }
            }
        }
        sent.extend(held);
        sent.push(count(fate.len() + 1));
        let (_, counts) = steps(&sent);
        prop_assert_eq!((counts.missing, counts.duplicates, counts.resets), (dropped, doubled, 0));
    }
}

fn at(text: &str) -> Instant {
    parse(text, None).unwrap()
}

#[test]
fn times_by_hand() {
    // 2017-01-01 is 21550 days after 1958-01-01; TAI is 37 s ahead from then on.
    let new_year = at("2017-01-01T00:00:00Z");
    let seconds = 21_550u32 * 86_400 + 37;
    let mut cuc = vec![0x1E];
    cuc.extend(seconds.to_be_bytes());
    cuc.extend([0x80, 0x00]);
    assert_eq!(read_time(&cuc, None), Ok((new_year.plus_ns(500_000_000), 7)));
    let mut cds = vec![0x41];
    cds.extend(21_550u16.to_be_bytes());
    cds.extend(1_500u32.to_be_bytes());
    cds.extend(250u16.to_be_bytes());
    assert_eq!(read_time(&cds, None), Ok((new_year.plus_ns(1_500_250_000), 9)));
    // The leap second before it folds onto its first second.
    let mut leap = vec![0x40];
    leap.extend(21_549u16.to_be_bytes());
    leap.extend(86_400_500u32.to_be_bytes());
    assert_eq!(read_time(&leap, None), Ok((new_year.plus_ns(500_000_000), 7)));
    // An agency's epoch: 2000-01-01T12:00 and ten days with a 24-bit day, picoseconds.
    let epoch = at("2016-12-31T00:00:00Z");
    let own = [0x2C, 0, 1, 0x51, 0x82];
    let day_and_more = epoch.plus_ns(86_400_000_000_000 + 1_000_000_000);
    assert_eq!(read_time(&own, Some(epoch)), Ok((day_and_more, 5)), "86402 s with a leap second");
    let own = [0x4E, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0x07, 0xD0];
    assert_eq!(read_time(&own, Some(epoch)), Ok((epoch.plus_ns(864_000_001_000_002), 12)));
}

#[test]
fn wrong_times_are_problems() {
    let epoch = at("2000-01-01T00:00:00Z");
    for (bytes, word) in [
        (&[][..], "empty"),
        (&[0x2C, 0, 0, 0, 1], "state it"),
        (&[0x9C], "second octet is missing"),
        (&[0x9C, 0x80], "third octet"),
        (&[0x43], "reserved"),
        (&[0x50], "neither"),
        (&[0x1C, 0, 0], "2 of 4"),
        (&[0x40, 0, 0, 0x05, 0x26, 0x60, 0x68], "past the end of a day"),
        (&[0x41, 0, 0, 0, 0, 0, 0, 0x03, 0xE8], "below the millisecond"),
        (&[0x9C, 0x60, 255, 255, 255, 255, 255, 255, 255], "1677 to 2262"),
    ] {
        let problem = read_time(bytes, None).unwrap_err();
        assert!(problem.reason.contains(word), "{bytes:x?}: {problem}");
    }
    assert!(
        TimeCode::cuc(Epoch::Ccsds, 0, 2).is_err() && TimeCode::cuc(Epoch::Ccsds, 4, 11).is_err()
    );
    let code = TimeCode::cuc(Epoch::Agency(epoch), 2, 1).unwrap();
    assert!(
        code.encode(epoch.plus_s(-1.0)).is_err() && code.encode(epoch.plus_s(65_536.0)).is_err()
    );
    assert_eq!(code.encode(epoch.plus_s(65_535.75)), Ok(vec![0xFF, 0xFF, 0xC0]));
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn cuc_comes_back(
        ns in 0i64..3_900_000_000_000_000_000,
        coarse in 4u8..=7,
        fine in 0u8..=10,
        agency in any::<bool>(),
    ) {
        let agency = agency.then(|| at("1969-06-01T00:00:00Z"));
        let epoch = agency.map_or(Epoch::Ccsds, Epoch::Agency);
        let code = TimeCode::cuc(epoch, coarse, fine).unwrap();
        let instant = Instant::from_unix_ns(ns);
        let mut bytes = code.p_field();
        prop_assert_eq!(TimeCode::from_p_field(&bytes, agency), Ok((code, bytes.len())));
        bytes.extend(code.encode(instant).unwrap());
        let (back, length) = read_time(&bytes, agency).unwrap();
        prop_assert_eq!(length, bytes.len());
        // Half a tick, and half a nanosecond for the rounding of the tick.
        let tick = 1e9 / 256f64.powi(fine.into());
        let off = back.ns_since(instant).abs();
        // A second that rounds into a leap second folds onto the next.
        prop_assert!(off as f64 <= tick / 2.0 + 0.5, "{off} ns with ticks of {tick} ns");
        prop_assert_eq!(code.encode(back).unwrap(), code.encode(instant).unwrap());
    }

    #[test]
    fn cds_comes_back(
        ns in -370_000_000_000_000_000i64..5_000_000_000_000_000_000,
        long_day in any::<bool>(),
        sub in 0..3,
        agency in any::<bool>(),
    ) {
        let agency = agency.then(|| at("1958-01-01T00:00:00Z"));
        let epoch = agency.map_or(Epoch::Ccsds, Epoch::Agency);
        let (sub, tick) = match sub {
            0 => (SubMillisecond::None, 1_000_000),
            1 => (SubMillisecond::Micro, 1_000),
            _ => (SubMillisecond::Pico, 1),
        };
        let code = TimeCode::Cds(Cds { epoch, long_day, sub });
        let instant = Instant::from_unix_ns(ns);
        let mut bytes = code.p_field();
        bytes.extend(code.encode(instant).unwrap());
        let (back, length) = read_time(&bytes, agency).unwrap();
        prop_assert_eq!(length, bytes.len());
        prop_assert!(back.ns_since(instant).abs() <= tick / 2);
        prop_assert_eq!(code.encode(back).unwrap(), code.encode(instant).unwrap());
    }

    #[test]
    fn any_bytes_are_scanned(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        prefix in 0usize..9,
        mask in prop_oneof![Just(0xFFu8), Just(0x1F), Just(0x03), Just(0x01)],
    ) {
        // Small bytes make more possible headers.
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte & mask).collect();
        let mut scan = packets_behind(&bytes, prefix);
        let mut end = 0;
        let mut segments = Segments::new(500, 2);
        let mut tracker = Tracker::default();
        for packet in scan.by_ref() {
            prop_assert!(packet.offset >= end + prefix);
            end = packet.offset + packet.bytes.len();
            prop_assert_eq!(&bytes[packet.offset..end], packet.bytes);
            tracker.observe(&packet.header);
            segments.push(packet.offset as u64, &packet);
            prop_assert!(segments.held() <= 500);
        }
        for problem in scan.into_problems() {
            prop_assert!(problem.offset.unwrap() <= bytes.len() as u64);
        }
        let _ = (sniff(&bytes), sniff_prefix(&bytes));
        let _ = read_time(&bytes, Some(Instant::default()));
    }

    #[test]
    fn written_packets_come_back(
        wanted in prop::collection::vec((0u16..2047, 0u16..16_384, 1usize..300), 1..40),
        fill in any::<u8>(),
    ) {
        let mut bytes = Vec::new();
        for (apid, count, length) in &wanted {
            bytes.extend(packet(*apid, *count, &vec![fill; *length]));
        }
        let mut scan = packets(&bytes);
        let found: Vec<_> =
            scan.by_ref().map(|p| (p.header.apid, p.header.count, p.data.len())).collect();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(scan.into_problems(), vec![]);
    }
}
