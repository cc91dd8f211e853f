//! CCSDS: any bytes as a file of packets, as times, as a link of frames in pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::ccsds::{
    Extractor, FrameSpec, LARGEST_PACKET, Segments, Synchroniser, Tracker, packets_behind,
    read_frame, read_time, sniff, sniff_prefix, write_frame,
};
use parsers::problems_are_sound;
use parsers::time::Instant;

/// Head of the input: kind and options, frame length, ground header, size of pieces.
const HEAD: usize = 4;

fn scan(bytes: &[u8], prefix: usize) {
    let mut scan = packets_behind(bytes, prefix);
    let (mut segments, mut tracker) = (Segments::new(4096, 2), Tracker::default());
    let mut end = 0;
    for packet in scan.by_ref() {
        assert!(packet.offset - packet.prefix.len() >= end, "packets overlap");
        end = packet.offset + packet.bytes.len();
        assert_eq!(bytes.get(packet.offset..end), Some(packet.bytes));
        assert_eq!(packet.header.length(), packet.bytes.len());
        tracker.observe(&packet.header);
        let _ = segments.push(packet.offset as u64, &packet);
        assert!(segments.held() <= 4096);
    }
    assert!(scan.cut_off().is_none_or(|at| at >= end && at < bytes.len()));
    problems_are_sound(&scan.into_problems(), bytes.len());
    segments.finish(bytes.len() as u64);
    problems_are_sound(&segments.take_problems(), bytes.len());
    for (_, _, counts) in tracker.counts() {
        assert!(counts.received >= counts.duplicates + counts.late + counts.resets);
    }
}

fn link(bytes: &[u8], spec: &FrameSpec, randomised: bool, piece: usize) {
    let mut sync = Synchroniser::new(spec.length, randomised);
    let (mut frames, mut at_once) = (Vec::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        sync.push(piece, &mut frames);
        assert!(sync.held() <= 2 * (spec.length + 4));
    }
    sync.finish(&mut frames);
    problems_are_sound(&sync.take_problems(), bytes.len());
    let mut whole = Synchroniser::new(spec.length, randomised);
    whole.push(bytes, &mut at_once);
    whole.finish(&mut at_once);
    assert_eq!(frames, at_once, "pieces of {piece} bytes make a difference");
    // Markers are rare: the bytes are read as bare frames too.
    let bare = bytes.chunks(spec.length);
    let mut extractor = Extractor::default().with_idle_packets();
    let mut out = Vec::new();
    for frame in frames.iter().map(|frame| &frame.bytes[..]).chain(bare) {
        match read_frame(frame, spec) {
            Ok(frame) => {
                extractor.push(0, &frame, &mut out);
                // What can be written is read as what it was.
                if let Ok(again) = write_frame(&frame, spec) {
                    assert_eq!(read_frame(&again, spec), Ok(frame));
                }
            }
            Err(problem) => problems_are_sound(&[problem], frame.len()),
        }
    }
    assert!(extractor.held() <= 128 * LARGEST_PACKET);
    extractor.finish(0);
    let given: usize = out.iter().map(|packet| packet.bytes.len()).sum();
    assert!(given <= 2 * bytes.len(), "{given} bytes of packets");
    problems_are_sound(&extractor.take_problems(), bytes.len());
}

fuzz_target!(|data: &[u8]| {
    let Some((head, bytes)) = data.split_at_checked(HEAD) else { return };
    let _ = (sniff(bytes), sniff_prefix(bytes));
    scan(bytes, (head[2] % 16).into());
    for agency in [None, Some(Instant::from_unix_ns(0))] {
        match read_time(bytes, agency) {
            Ok((_, length)) => assert!(length <= bytes.len()),
            Err(problem) => problems_are_sound(&[problem], bytes.len()),
        }
    }
    let length = usize::from(head[1]) + 1;
    let spec = if head[0] & 1 == 0 { FrameSpec::tm(length) } else { FrameSpec::aos(length) };
    let spec = FrameSpec {
        error_control: head[0] & 2 != 0,
        ocf: head[0] & 4 != 0,
        header_error_control: head[0] & 8 != 0,
        insert_zone: (head[0] >> 5).into(),
        other_channels: u64::from(head[0] & 16) >> 3,
        ..spec
    };
    link(bytes, &spec, head[2] & 16 != 0, usize::from(head[3]) + 1);
});
