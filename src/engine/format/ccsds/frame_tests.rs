//! Frames, sync markers and packets out of frames: fields by hand, published values, and links
//! that lose frames.

use proptest::prelude::*;

use super::tests::{cases, packet};
use super::*;

#[test]
fn published_check_values() {
    assert_eq!(crc16(b"123456789"), 0x29B1);
    let mut zeros = [0; 600];
    randomise(&mut zeros);
    // CCSDS 131.0-B, 10.4.1: the first 40 bits; and on, from the same generator.
    assert_eq!(zeros[..8], [0xFF, 0x48, 0x0E, 0xC0, 0x9A, 0x0D, 0x70, 0xBC]);
    // The period is 255 bits: bit n is bit n + 255.
    let bit = |n: usize| zeros[n / 8] >> (7 - n % 8) & 1;
    assert!((0..4500).all(|n| bit(n) == bit(n + 255)));
    randomise(&mut zeros);
    assert_eq!(zeros, [0; 600]);
}

#[test]
fn tm_fields_lie_where_the_standard_puts_them() {
    // 00 | 10 1010 1010 | 101 | 1; counts 0x12, 0x34; 1 0 0 11 000 0000 0001; secondary header
    // 00 | 2 more bytes; data; control field.
    let mut bytes = vec![0x2A, 0xAB, 0x12, 0x34, 0b1001_1000, 0x01, 0x02, 0xAA, 0xBB];
    bytes.extend([1, 2, 3, 0xDE, 0xAD, 0xBE, 0xEF]);
    let crc = crc16(&bytes);
    bytes.extend(crc.to_be_bytes());
    let spec = FrameSpec::tm(18);
    let frame = read_frame(&bytes, &spec).unwrap();
    let header = FrameHeader {
        count: 0x34,
        master_count: 0x12,
        ..FrameHeader::new(FrameKind::Tm, 0b10_1010_1010, 5)
    };
    let content = Content::Packets { start: Start::At(1), data: &[1, 2, 3] };
    let expected = Frame { header, secondary: &[0xAA, 0xBB], content, ocf: Some(0xDEAD_BEEF) };
    assert_eq!(frame, expected);
    assert_eq!(write_frame(&frame, &spec), Ok(bytes.clone()));
    assert_eq!(spec.room(3, true), Some(3));
    // Any bit that flips is noticed.
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(read_frame(&bytes, &spec).unwrap_err().field, "frame error control");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn aos_fields_lie_where_the_standard_puts_them() {
    // 01 | 1010 1010 | 00 0101; count 0x123456; 1 1 10 0111; insert zone; 00000 | 2; data; OCF.
    let bytes = [0x6A, 0x85, 0x12, 0x34, 0x56, 0b1110_0111, 0xF0, 0xF1, 0, 2, 9, 8, 7, 0, 0, 0, 1];
    let mut spec = FrameSpec { error_control: false, insert_zone: 2, ..FrameSpec::aos(17) };
    spec.ocf = true;
    let frame = read_frame(&bytes, &spec).unwrap();
    let header = FrameHeader {
        count: 0x0712_3456,
        long_count: true,
        replay: true,
        ..FrameHeader::new(FrameKind::Aos, 0b10_1010_1010, 5)
    };
    assert_eq!(header.modulus(), 1 << 28);
    let content = Content::Packets { start: Start::At(2), data: &[9, 8, 7] };
    assert_eq!(frame, Frame { header, secondary: &[0xF0, 0xF1], content, ocf: Some(1) });
    assert_eq!(write_frame(&frame, &spec), Ok(bytes.to_vec()));
    assert_eq!(spec.room(0, true), Some(3));
    let other = FrameSpec { other_channels: 1 << 5, ..spec };
    let frame = read_frame(&bytes, &other).unwrap();
    assert_eq!(frame.content, Content::Other(&[0, 2, 9, 8, 7]));
    assert_eq!(write_frame(&frame, &other), Ok(bytes.to_vec()));
}

#[test]
fn idle_frames_and_wrong_frames() {
    for (spec, kind, channel) in [
        (FrameSpec::tm(64), FrameKind::Tm, 7),
        (FrameSpec::aos(64), FrameKind::Aos, 63),
        (FrameSpec::aos(64), FrameKind::Aos, 3),
    ] {
        let header = FrameHeader::new(kind, 42, channel);
        let idle = Frame { header, secondary: &[], content: Content::Idle, ocf: None };
        let bytes = write_frame(&idle, &spec).unwrap();
        assert_eq!(read_frame(&bytes, &spec), Ok(idle));
    }
    let spec = FrameSpec { error_control: false, ..FrameSpec::tm(10) };
    for (bytes, word) in [
        (&[0u8; 9][..], "9 bytes, the link has frames of 10"),
        (&[0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0], "version number 1 is not that of Tm"),
        (&[0, 0, 0, 0, 0x18, 4, 0, 0, 0, 0], "points to byte 4 of 4"),
        (&[0, 0, 0, 0, 0x98, 0, 0x3F, 0, 0, 0], "63 bytes reach past"),
    ] {
        let problem = read_frame(bytes, &spec).unwrap_err();
        assert!(problem.reason.contains(word), "{problem}");
    }
    assert!(
        Framer::new(FrameSpec::tm(8), FrameHeader::new(FrameKind::Tm, 1, 0), None, vec![]).is_err()
    );
    assert!(
        Framer::new(FrameSpec::tm(99), FrameHeader::new(FrameKind::Tm, 1, 9), None, vec![])
            .is_err()
    );
}

/// A link: packets of these lengths in frames of one channel, first count near its wrap.
fn link(spec: FrameSpec, lengths: &[usize]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut header = FrameHeader::new(spec.kind, 42, 3);
    header.count = header.modulus() - 2;
    let zone = vec![7; spec.insert_zone];
    let mut framer = Framer::new(spec, header, spec.ocf.then_some(9), zone).unwrap();
    let (mut sent, mut frames, mut master) = (Vec::new(), Vec::new(), 250);
    for (k, length) in lengths.iter().enumerate() {
        let data: Vec<u8> = (0..*length).map(|i| (i + k) as u8).collect();
        sent.push(packet(5, k as u16, &data));
        framer.push(&sent[k]);
        frames.extend(std::iter::from_fn(|| framer.next_frame(&mut master)));
        if k % 5 == 0 {
            frames.extend(framer.idle_frame(&mut master));
        }
    }
    framer.fill();
    frames.extend(std::iter::from_fn(|| framer.next_frame(&mut master)));
    assert_eq!(framer.waiting(), 0);
    (sent, frames)
}

/// The packets of the frames that come, and the extractor afterwards.
fn received<'a>(
    spec: &FrameSpec,
    frames: impl Iterator<Item = &'a Vec<u8>>,
) -> (Vec<Vec<u8>>, Extractor) {
    let (mut extractor, mut out) = (Extractor::default(), Vec::new());
    for (k, bytes) in frames.enumerate() {
        extractor.push(k as u64, &read_frame(bytes, spec).unwrap(), &mut out);
        assert!(extractor.held() <= LARGEST_PACKET);
    }
    (out.into_iter().map(|p| p.bytes).collect(), extractor)
}

#[test]
fn a_lost_frame_costs_what_it_held() {
    let spec = FrameSpec::tm(64);
    let (sent, frames) = link(spec, &[100, 10, 10, 10, 200, 10, 11]);
    let (all, mut extractor) = received(&spec, frames.iter());
    assert_eq!(all, sent);
    assert_eq!(extractor.take_problems(), vec![]);
    let (_, _, counts) = extractor.counts().next().unwrap();
    assert_eq!((counts.packets, counts.idle_packets, counts.dropped_bytes), (8, 1, 0));
    assert_eq!((counts.frames, counts.idle_frames), (frames.len() as u64, 2));
    // The second frame (the one after the idle frame) holds the middle of the first packet.
    let (some, mut extractor) =
        received(&spec, frames.iter().enumerate().filter(|f| f.0 != 2).map(|f| f.1));
    assert_eq!(some, sent[2..], "the second packet began in the frame that was lost");
    let problems = extractor.take_problems();
    assert!(
        problems[0].reason.contains("1 frames are missing before count 1; a packet of which 56")
    );
    let (_, _, counts) = extractor.counts().next().unwrap();
    assert_eq!((counts.missing, counts.gaps), (1, 1));
}

#[test]
fn repeated_frames_are_counted_not_read() {
    let spec = FrameSpec::aos(100);
    let (sent, frames) = link(spec, &[150, 20, 300]);
    let twice = frames.iter().flat_map(|frame| [frame, frame]);
    let (all, mut extractor) = received(&spec, twice);
    assert_eq!(all, sent);
    assert_eq!(extractor.take_problems(), vec![]);
    assert_eq!(extractor.counts().next().unwrap().2.duplicates, frames.len() as u64);
}

#[test]
fn pointers_and_headers_that_contradict_the_data_are_said_to() {
    let spec = FrameSpec { error_control: false, ..FrameSpec::tm(26) };
    let frame = |count: u8, start: Start, data: &[u8]| {
        let header = FrameHeader {
            count: count.into(),
            master_count: count,
            ..FrameHeader::new(FrameKind::Tm, 1, 0)
        };
        let content = Content::Packets { start, data };
        write_frame(&Frame { header, secondary: &[], content, ocf: None }, &spec).unwrap()
    };
    let mut first = packet(1, 0, &[0; 24]);
    let second = first.split_off(20);

    let whole = packet(1, 2, &[0; 14]);
    let frames = [
        frame(0, Start::At(0), &first),
        // The pointer says that the packet ended two bytes earlier than its header does.
        frame(1, Start::At(8), &[&second[..8], &packet(1, 1, &[0; 6])[..]].concat()),
        frame(2, Start::At(0), &whole),
        frame(3, Start::At(0), &[0xFF; 20]),
        frame(4, Start::Nowhere, &[0; 20]),
        frame(5, Start::At(0), &whole),
    ];
    let (found, mut extractor) = received(&spec, frames.iter());
    assert_eq!(found, [packet(1, 1, &[0; 6]), whole.clone(), whole]);
    let problems = extractor.take_problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].reason.contains("28 bytes of a packet are dropped"), "{}", problems[0]);
    assert!(problems[1].reason.contains("version number 7"), "{}", problems[1]);
    assert_eq!(extractor.counts().next().unwrap().2.dropped_bytes, 28 + 20 + 20);
}

#[test]
fn channels_are_followed_up_to_a_bound() {
    let spec = FrameSpec { error_control: false, ..FrameSpec::aos(40) };
    let (mut extractor, mut out) = (Extractor::default(), Vec::new());
    for spacecraft in 0..200 {
        let header = FrameHeader::new(FrameKind::Aos, spacecraft, 1);
        let data = &packet(1, 0, &[0; 100])[..32];
        let content = Content::Packets { start: Start::At(0), data };
        let bytes =
            write_frame(&Frame { header, secondary: &[], content, ocf: None }, &spec).unwrap();
        extractor.push(0, &read_frame(&bytes, &spec).unwrap(), &mut out);
    }
    assert_eq!((extractor.counts().count(), extractor.held()), (128, 128 * 32));
    assert_eq!(extractor.take_problems().len(), 72);
    extractor.finish(0);
    assert_eq!((extractor.held(), extractor.take_problems().len()), (0, 128));
}

/// Frames, and the problems, of a stream given in pieces.
fn synchronised(
    stream: &[u8],
    length: usize,
    randomised: bool,
    piece: usize,
) -> (Vec<SyncFrame>, Vec<Problem>) {
    let (mut sync, mut out) = (Synchroniser::new(length, randomised), Vec::new());
    for bytes in stream.chunks(piece) {
        sync.push(bytes, &mut out);
        assert!(sync.held() <= 2 * (length + 4), "{} held", sync.held());
    }
    sync.finish(&mut out);
    assert_eq!(sync.held(), 0);
    (out, sync.take_problems())
}

#[test]
fn markers_are_found_again_behind_garbage() {
    let frames: Vec<Vec<u8>> = (0..6u8).map(|k| vec![k; 50]).collect();
    let mut stream = vec![0x1A, 0xCF, 0xFC, 0x1D, 1, 2, 3];
    for (k, frame) in frames.iter().enumerate() {
        if k == 4 {
            stream.extend([0x1A; 41]);
        }
        write_cadu(frame, true, &mut stream);
    }
    // Two bits of a marker that stands in its place differ.
    stream[7 + 54] ^= 0x81;
    let cut = stream.len();
    write_cadu(&[9; 20], true, &mut stream);
    for piece in [1, 7, 54, 1000] {
        let (found, problems) = synchronised(&stream, 50, true, piece);
        // The false marker at the beginning stands where one is expected: its frame is given,
        // and takes the first one along.
        let bytes: Vec<_> = found.iter().skip(1).map(|f| f.bytes.clone()).collect();
        assert_eq!(bytes, frames[2..], "pieces of {piece}");
        let last = found.last().unwrap();
        assert_eq!(last.offset as usize + 50, cut);
        let reasons: Vec<_> = problems.iter().map(|p| p.reason.as_str()).collect();
        assert_eq!(problems.len(), 3, "{reasons:?}");
        assert!(reasons[1].contains("41 bytes were skipped"), "{reasons:?}");
        assert!(reasons[2].contains("24 bytes at the end"), "{reasons:?}");
    }
}

fn specs() -> impl Strategy<Value = FrameSpec> {
    (any::<bool>(), 30usize..400, any::<bool>(), 0usize..5, any::<bool>()).prop_map(
        |(tm, length, error_control, insert_zone, ocf)| {
            if tm {
                return FrameSpec { error_control, ocf, ..FrameSpec::tm(length) };
            }
            FrameSpec { error_control, insert_zone, ocf, ..FrameSpec::aos(length) }
        },
    )
}

proptest! {
    #![proptest_config(cases(128))]

    /// Any packets, in frames of any size, split anywhere: nothing lost, nothing added.
    #[test]
    fn a_whole_link_gives_what_was_sent(
        spec in specs(),
        lengths in prop::collection::vec(prop_oneof![1usize..40, 1usize..1500], 1..30),
        randomised in any::<bool>(),
        piece in 1usize..700,
    ) {
        let (sent, frames) = link(spec, &lengths);
        let mut stream = Vec::new();
        for frame in &frames {
            write_cadu(frame, randomised, &mut stream);
        }
        let (found, problems) = synchronised(&stream, spec.length, randomised, piece);
        prop_assert_eq!(problems, vec![]);
        let found: Vec<_> = found.into_iter().map(|f| f.bytes).collect();
        prop_assert_eq!(&found, &frames);
        let (all, mut extractor) = received(&spec, frames.iter());
        prop_assert_eq!(all, sent);
        prop_assert_eq!(extractor.take_problems(), vec![]);
        prop_assert_eq!(extractor.held(), 0);
    }

    /// With frames dropped, what comes out was sent, in order; every packet whose frames all
    /// came is among it.
    #[test]
    fn dropped_frames_give_a_part_in_order(
        spec in specs(),
        lengths in prop::collection::vec(prop_oneof![1usize..40, 1usize..1500], 1..30),
        keep in prop::collection::vec(prop::bool::weighted(0.8), 1..50),
    ) {
        let (sent, frames) = link(spec, &lengths);
        let kept = frames.iter().zip(keep.iter().cycle()).filter(|f| *f.1).map(|f| f.0);
        let (some, mut extractor) = received(&spec, kept.clone());
        let mut rest = sent.iter();
        for packet in &some {
            prop_assert!(rest.any(|s| s == packet), "a packet that was not sent, or twice");
        }
        if kept.clone().count() == frames.len() {
            prop_assert_eq!(some.len(), sent.len());
        }
        // Missing frames between the first and the last that came.
        let came: Vec<usize> =
            (0..frames.len()).filter(|k| keep[k % keep.len()]).collect();
        if let [first, .., last] = came[..] {
            let expected = (last - first + 1 - came.len()) as u64;
            let total: u64 = extractor.counts().map(|c| c.2.missing).sum();
            prop_assert_eq!(total % 256, expected % 256);
            prop_assert_eq!(extractor.take_problems().is_empty(), expected == 0);
        }
    }

    #[test]
    fn any_bytes_are_frames_or_problems(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        length in 1usize..80,
        error_control in any::<bool>(),
        tm in any::<bool>(),
        mask in prop_oneof![Just(0xFFu8), Just(0x41), Just(0x01)],
    ) {
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte & mask).collect();
        let spec = if tm { FrameSpec::tm(length) } else { FrameSpec::aos(length) };
        let spec = FrameSpec { error_control, ..spec };
        let (mut extractor, mut out) = (Extractor::default().with_idle_packets(), Vec::new());
        for (k, chunk) in bytes.chunks(length).enumerate() {
            if let Ok(frame) = read_frame(chunk, &spec) {
                extractor.push(k as u64, &frame, &mut out);
            }
        }
        let given: usize = out.iter().map(|packet| packet.bytes.len()).sum();
        prop_assert!(extractor.held() + given <= bytes.len());
        let (found, _) = synchronised(&bytes, length, tm, 17);
        prop_assert!(found.len() * (length + 4) <= bytes.len());
    }
}
