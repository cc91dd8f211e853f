//! Frames, segments, CLTUs and reports against values of others and worked by hand.

use proptest::prelude::*;

use super::*;
use crate::format::ccsds::{Header, LARGEST_PACKET, PacketKind, write_packet};

fn packet(length: usize) -> Vec<u8> {
    let header = Header { kind: PacketKind::Command, apid: 10, ..Header::default() };
    let data: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
    let mut out = Vec::new();
    write_packet(&header, &data, &mut out).unwrap();
    out
}

fn scan(bytes: &[u8]) -> Vec<Cltu> {
    let (mut scanner, mut found) = (CltuScanner::default(), Vec::new());
    scanner.push(bytes, &mut found);
    found
}

fn cltu(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_cltu(frame, &mut out);
    out
}

#[test]
fn a_frame_is_laid_out_as_in_the_standard() {
    // By hand from 232.0-B-4, figure 4-2: bypass, SCID 189, VCID 5, 5 + 1 + 2 - 1 = 7, N(S) 0;
    // then Unlock.
    let frame = TcFrame {
        service: Service::Control,
        spacecraft: 189,
        channel: 5,
        number: 0,
        data: Control::Unlock.to_bytes(),
    };
    let bytes = frame.to_bytes().unwrap();
    assert_eq!(bytes[..6], [0x30, 0xBD, 0x14, 0x07, 0x00, 0x00]);
    assert_eq!(TcFrame::parse(&bytes), Ok(frame));
    // The beginning of a Set V(R) frame, as the tests of the CLTU generators of Yamcs and of
    // SpacePyLibrary have it: type BC, SCID 27, VCID 0, 10 bytes, 0x82 0x00 and the number.
    let set = TcFrame {
        service: Service::Control,
        spacecraft: 27,
        channel: 0,
        number: 0,
        data: Control::SetVr(0).to_bytes(),
    };
    assert_eq!(set.to_bytes().unwrap()[..7], [0x30, 0x1B, 0x00, 0x09, 0x00, 0x82, 0x00]);
    // Longest and shortest.
    for length in [1, 1017] {
        let frame = TcFrame {
            service: Service::Sequenced,
            spacecraft: 1023,
            channel: 63,
            number: 255,
            data: vec![7; length],
        };
        let bytes = frame.to_bytes().unwrap();
        assert_eq!(bytes.len(), length + FRAME_OVERHEAD);
        let filled = [&bytes[..], &[0x55; 6]].concat();
        assert_eq!(TcFrame::parse(&filled), Ok(frame));
    }
}

#[test]
fn frames_that_are_wrong_are_told() {
    let good = TcFrame {
        service: Service::Sequenced,
        spacecraft: 76,
        channel: 0,
        number: 9,
        data: vec![1, 2, 3],
    };
    let bytes = good.to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 0x80 >> (bit % 8);
        assert!(TcFrame::parse(&damaged).is_err(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(TcFrame::parse(&bytes[..length]).is_err());
    }
    for wrong in [
        TcFrame { spacecraft: 1024, ..good.clone() },
        TcFrame { channel: 64, ..good.clone() },
        TcFrame { data: Vec::new(), ..good.clone() },
        TcFrame { data: vec![0; 1018], ..good.clone() },
        TcFrame { service: Service::Express, ..good },
    ] {
        assert!(wrong.to_bytes().unwrap_err().reason.contains("the largest is"));
    }
    assert_eq!(Control::parse(&[0x82, 0, 200]), Some(Control::SetVr(200)));
    for other in [&[][..], &[1], &[0x82, 1, 0], &[0x82, 0], &[0, 0]] {
        assert_eq!(Control::parse(other), None);
    }
}

#[test]
fn code_blocks_have_the_parity_of_other_implementations() {
    // Blocks of the test frames of SpacePyLibrary (UnitTest/testData.py), which the tests of Yamcs
    // (BchCltuGeneratorTest) share; the last is filled by 0x55.
    let cases = [
        ([0x22, 0xF6, 0x00, 0xFF, 0x00, 0x42, 0x1A], 0x12),
        ([0x8C, 0xC0, 0x0E, 0x01, 0x0D, 0x19, 0x06], 0x5A),
        ([0x30, 0x1B, 0x00, 0x09, 0x00, 0x82, 0x00], 0x54),
    ];
    for (data, parity) in cases {
        let expected = [&START[..], &data, &[parity], &TAIL].concat();
        assert_eq!(cltu(&data), expected);
    }
    let filled = [&START[..], &[0x10, 0xE4, 0xC1, 0x55, 0x55, 0x55, 0x55, 0x3E], &TAIL].concat();
    assert_eq!(cltu(&[0x10, 0xE4, 0xC1]), filled);
    // Zeros have zero parity, inverted.
    assert_eq!(cltu(&[0; 7])[9], 0xFE);
}

#[test]
fn one_wrong_bit_of_a_block_is_corrected_and_two_end_the_cltu() {
    let frame = [0x22, 0xF6, 0x00, 0xFF, 0x00, 0x42, 0x1A, 0x8C, 0xC0, 0x0E, 0x01, 0x0D, 0x19, 6];
    let good = cltu(&frame);
    let flip = |bits: &[usize]| {
        let mut bytes = good.clone();
        for bit in bits {
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
        }
        bytes
    };
    // The start sequence, then the 63 bits of the second block.
    for bit in (0..16).chain(80..143) {
        let found = scan(&flip(&[bit]));
        assert_eq!(found.len(), 1, "bit {bit}");
        assert_eq!(found[0].data, frame, "bit {bit}");
        assert_eq!(found[0].corrected, u32::from(bit >= 16), "bit {bit}");
    }
    for first in 80..143 {
        for second in first + 1..143 {
            let found = scan(&flip(&[first, second]));
            assert_eq!(found[0].data, frame[..7], "bits {first} and {second}");
        }
    }
    // A tail with a wrong bit is still no code block.
    for bit in 144..208 {
        let next = cltu(&[9; 7]);
        let found = scan(&[flip(&[bit]), next].concat());
        assert_eq!(found.len(), 2, "bit {bit}");
        assert_eq!((&found[0].data[..], &found[1].data[..]), (&frame[..], &[9; 7][..]));
    }
}

#[test]
fn cltus_are_found_in_a_stream() {
    let (one, two) = (cltu(&[1; 20]), cltu(&[2; 1024]));
    let noise = [0x55, 0x00, 0xEB, 0x55, 0x55];
    let stream = [&noise[..], &one, &noise, &two, &one[..30], &one].concat();
    let found = scan(&stream);
    let data =
        |value: u8, of: usize| [vec![value; of], vec![0x55; of.div_ceil(7) * 7 - of]].concat();
    // The one that is cut off ends where the start sequence of the next one is no code block.
    let seen: Vec<_> = found.iter().map(|c| (c.offset, c.data.len())).collect();
    assert_eq!(seen[..2], [(5, 21), (44, 1029)], "{seen:?}");
    assert_eq!((&found[0].data, &found[1].data), (&data(1, 20), &data(2, 1024)));
    for piece in [1, 2, 3, 7, 8, 9, 100] {
        let (mut scanner, mut pieces) = (CltuScanner::default(), Vec::new());
        for bytes in stream.chunks(piece) {
            scanner.push(bytes, &mut pieces);
            assert!(scanner.held() <= 1029 + 8 + 100);
        }
        assert_eq!(pieces, found, "pieces of {piece}");
    }
    // Blocks without end are cut at the longest frame.
    let endless: Vec<u8> = [&START[..], &[0, 0, 0, 0, 0, 0, 0, 0xFE].repeat(1000)].concat();
    assert_eq!(scan(&endless)[0].data.len(), 1029);
    // A start without a block is nothing.
    assert!(scan(&[0xEB, 0x90, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79]).is_empty());
}

#[test]
fn a_report_is_laid_out_as_in_the_standard() {
    // By hand from 232.0-B-4, figure 4-6.
    let clcw = Clcw {
        status: 5,
        channel: 0x2A,
        no_rf: true,
        lockout: true,
        retransmit: true,
        farm_b: 2,
        report: 0xA5,
        ..Clcw::default()
    };
    let bytes = [0b0001_0101, 0b1010_1000, 0b1010_1100, 0xA5];
    assert_eq!(clcw.to_bytes(), bytes);
    assert_eq!(Clcw::parse(bytes), Ok(clcw));
    assert_eq!(Clcw::default().to_bytes(), [1, 0, 0, 0]);
    for (wrong, word) in [([0x81, 0, 0, 0], "type"), ([0x21, 0, 0, 0], "version"), ([0; 4], "COP")]
    {
        assert!(Clcw::parse(wrong).unwrap_err().reason.contains(word));
    }
}

#[test]
fn packets_go_over_frames_and_come_back() {
    let mut reassembly = Reassembly::default();
    for length in [1, 240, 241, 242, 1000, 65_536] {
        let sent = packet(length);
        let parts = segments(&sent, 7, 248);
        assert_eq!(parts.len(), sent.len().div_ceil(247));
        let flags: Vec<_> = parts.iter().map(|part| part[0] >> 6).collect();
        match flags.len() {
            1 => assert_eq!(flags, [3]),
            n => assert_eq!((flags[0], flags[n - 1]), (1, 2)),
        }
        let found: Vec<_> = parts.iter().flat_map(|part| reassembly.push(part)).collect();
        assert_eq!(found, [sent]);
    }
    // Several packets in one segment, and two access points at once.
    let both = [&[0xC0][..], &packet(3), &packet(5)].concat();
    assert_eq!(reassembly.push(&both), [packet(3), packet(5)]);
    let (one, two) = (segments(&packet(20), 1, 15), segments(&packet(21), 2, 15));
    let mixed: Vec<_> = one.iter().zip(&two).flat_map(|(a, b)| [a, b]).collect();
    let found: Vec<_> = mixed.into_iter().flat_map(|part| reassembly.push(part)).collect();
    assert_eq!(found, [packet(20), packet(21)]);
    assert!(reassembly.take_problems().is_empty());
    assert_eq!(reassembly.held(), 0);
    assert!(segments(&packet(5), 0, 1).is_empty());
}

#[test]
fn parts_that_do_not_fit_together_are_told() {
    let mut reassembly = Reassembly::new(LARGEST_PACKET);
    let parts = segments(&packet(100), 0, 40);
    let told = |reassembly: &mut Reassembly| reassembly.take_problems()[0].reason.clone();
    assert!(reassembly.push(&parts[1]).is_empty());
    assert!(told(&mut reassembly).contains("beginning is missing"));
    assert!(reassembly.push(&parts[0]).is_empty());
    assert_eq!(reassembly.push(&segments(&packet(9), 0, 40)[0]), [packet(9)]);
    assert!(told(&mut reassembly).contains("dropped"));
    // One part left out: the packet is shorter than it states.
    assert!(reassembly.push(&parts[0]).is_empty() && reassembly.push(&parts[2]).is_empty());
    assert!(told(&mut reassembly).contains("of the 106 bytes"));
    assert!(reassembly.push(&[]).is_empty());
    assert!(told(&mut reassembly).contains("empty"));
    // Parts without end on all access points stay within the limit.
    for map in (0..64).cycle().take(64 * 100) {
        let flags = if reassembly.held() < 5000 { FIRST } else { 0 };
        reassembly.push(&[&[flags | map][..], &[0; 1016]].concat());
        assert!(reassembly.held() <= LARGEST_PACKET);
    }
    const FIRST: u8 = 0x40;
}

proptest! {
    #[test]
    fn any_bytes_are_borne(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        starts in 0..4usize,
    ) {
        let bytes = [&START.repeat(starts)[..], &bytes].concat();
        let mut reassembly = Reassembly::new(500);
        for found in scan(&bytes) {
            prop_assert!(found.data.len() <= bytes.len());
        }
        reassembly.push(&bytes);
        if let Ok(frame) = TcFrame::parse(&bytes) {
            prop_assert_eq!(&frame.to_bytes().unwrap()[..], &bytes[..frame.data.len() + 7]);
        }
    }
}
