//! Packets and lines of both versions, against the layout tables of the standard, whole and split.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

/// What a decoder gave, with nothing borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Packet(u64, u8, u8, String, Vec<u8>),
    Info,
    TooLong(String, u64, u64),
    End,
    Refused(String),
    Bad(u64),
}

fn drain(decoder: &mut Decoder, seen: &mut Vec<Seen>) {
    while let Some(item) = decoder.next() {
        seen.push(match item {
            Ok(Item::Packet(p)) => Seen::Packet(
                p.sequence,
                p.format,
                p.subformat,
                p.station.into_owned(),
                p.payload.to_vec(),
            ),
            Ok(Item::Info) => Seen::Info,
            Ok(Item::TooLong { station, sequence, length }) => {
                Seen::TooLong(station, sequence, length)
            }
            Ok(Item::End) => Seen::End,
            Ok(Item::Refused(text)) => Seen::Refused(text),
            Err(problem) => Seen::Bad(problem.offset.unwrap()),
        });
    }
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        drain(&mut decoder, &mut seen);
    }
    seen
}

fn record(station: &str, network: &str) -> Vec<u8> {
    let mut record = vec![0x20; V3_RECORD];
    record[..8].copy_from_slice(b"000001D ");
    record[8..8 + station.len()].copy_from_slice(station.as_bytes());
    record[18..18 + network.len()].copy_from_slice(network.as_bytes());
    record
}

#[test]
fn version_3_packets_are_numbered_in_hexadecimal() {
    let mut bytes = b"SL00001A".to_vec();
    bytes.extend(record("ELYSE", "XB"));
    bytes.extend(b"SLINFO  ");
    bytes.extend([0; V3_RECORD]);
    bytes.extend(b"SLffFFff");
    bytes.extend(record("A", "N"));
    bytes.extend(b"END");
    let seen = decode([bytes.as_slice()]);
    let packet = |number, station: &str, record| {
        Seen::Packet(number, b'2', b'D', station.to_owned(), record)
    };
    let expected = [
        packet(26, "XB_ELYSE", record("ELYSE", "XB")),
        Seen::Info,
        packet(0xFF_FFFF, "N_A", record("A", "N")),
        Seen::End,
    ];
    assert_eq!(seen, expected);
}

#[test]
fn version_4_packets_are_laid_out_as_the_standard_says() {
    // Offsets 0, 2, 3, 4 (length), 8 (sequence), 16 (length of the station), 17.
    let mut bytes = b"SE3D\x03\x00\x00\x00\x02\x01\x00\x00\x00\x00\x00\x80\x08XB_ELYSEabc".to_vec();
    bytes.extend(b"SEJI\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00{}");
    // A payload of nothing is allowed.
    bytes.extend(b"SEJE\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01Q");
    bytes.extend(b"ERROR INTERNAL disk\r\n");
    let number = 0x8000_0000_0000_0102;
    let expected = [
        Seen::Packet(number, b'3', b'D', "XB_ELYSE".to_owned(), b"abc".to_vec()),
        Seen::Info,
        Seen::Packet(9, b'J', b'E', "Q".to_owned(), Vec::new()),
        Seen::Refused("ERROR INTERNAL disk".to_owned()),
    ];
    assert_eq!(decode([bytes.as_slice()]), expected);
}

#[test]
fn a_payload_past_the_limit_is_passed_over_without_being_held() {
    let length = LARGEST_PAYLOAD as u32 + 1;
    let mut head = b"SE2D".to_vec();
    head.extend(length.to_le_bytes());
    head.extend(7_u64.to_le_bytes());
    head.extend(b"\x03X_Y");
    let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
    decoder.push(&head);
    drain(&mut decoder, &mut seen);
    for _ in 0..length / 4096 {
        decoder.push(&[b'S'; 4096]);
        drain(&mut decoder, &mut seen);
    }
    let mut tail = vec![0; length as usize % 4096];
    tail.extend(b"END");
    decoder.push(&tail);
    drain(&mut decoder, &mut seen);
    assert_eq!(seen, [Seen::TooLong("X_Y".to_owned(), 7, u64::from(length)), Seen::End]);
}

#[test]
fn what_is_no_packet_is_said_once_with_its_place() {
    for bad in [&b"HTTP/1.1 400"[..], b"SLxyz123", b"SL+00001", b"ERxx", b"EXIT", b"\0\0\0"] {
        let mut bytes = b"SL000001".to_vec();
        bytes.extend(record("ELYSE", "XB"));
        bytes.extend(bad);
        bytes.extend([b'S'; 2 * V3_RECORD]);
        let seen = decode([bytes.as_slice()]);
        assert_eq!(seen.len(), 2, "{bad:?}: {seen:?}");
        assert_eq!(seen[1], Seen::Bad(520), "{bad:?}");
    }
}

#[test]
fn lines_end_where_they_end() {
    assert_eq!(split_line(b"OK\r\nER").unwrap(), Some(("OK".to_owned(), 4)));
    assert_eq!(split_line(b"OK\n").unwrap(), Some(("OK".to_owned(), 3)));
    assert_eq!(split_line(b"OK\r").unwrap(), None);
    assert!(split_line(&[b'a'; LONGEST_LINE]).unwrap_err().reason.contains("not SeedLink"));
    assert!(split_line(b"\x01\x02\n").unwrap_err().reason.contains("not text"));
}

#[test]
fn greetings_and_replies() {
    let told = hello("SeedLink v4.0 (RingServer/4.0) :: SLPROTO:4.0 SLPROTO:3.1 TIME", " IPGP ");
    assert!(told.is_seedlink() && told.offers_v4());
    assert_eq!(
        (told.software.as_str(), told.organisation.as_str()),
        ("SeedLink v4.0 (RingServer/4.0)", "IPGP",)
    );
    let old = hello("SeedLink v3.1 (2012.124) :: SLPROTO:3.0 CAP EXTREPLY", "GEOFON");
    assert!(old.is_seedlink() && !old.offers_v4());
    assert!(!hello("220 mail.example.org", "").is_seedlink());
    assert_eq!(reply("OK"), Reply::Ok);
    assert_eq!(reply("END"), Reply::End);
    let refused = |code: &str, text: &str| Reply::Error { code: code.into(), text: text.into() };
    assert_eq!(reply("ERROR"), refused("", ""));
    assert_eq!(reply("ERROR LIMIT too many"), refused("LIMIT", "too many"));
    assert_eq!(reply("hm"), Reply::Other("hm".to_owned()));
}

#[test]
fn requests_in_the_words_of_each_version() {
    use Protocol::{V3, V4};
    assert_eq!(station(V3, "XB_ELYSE"), "STATION ELYSE XB");
    assert_eq!(station(V4, "XB_ELYSE"), "STATION XB_ELYSE");
    assert_eq!((station(V3, "*"), station(V4, "*")), ("STATION * *".into(), "STATION *".into()));
    assert_eq!((data(V3, None), data(V4, None)), ("DATA".into(), "DATA".into()));
    assert_eq!(data(V3, Some(0x1_00FF_890D)), "DATA FF890D");
    assert_eq!(data(V4, Some(26)), "DATA 26");
    for (selector, v3, v4) in [
        ("02BH?", "02BH?", "02_B_H_?"),
        ("BHZ", "BHZ", "*_B_H_Z"),
        ("--BHZ", "--BHZ", "_B_H_Z"),
        ("02BHZ.D", "02BHZ.D", "02_B_H_Z"),
        ("!LOG", "!LOG", "!*_L_O_G"),
        ("02_B_H_Z", "02BHZ", "02_B_H_Z"),
        ("*_B_H_*", "BH?", "*_B_H_*"),
        ("_B_H_Z", "--BHZ", "_B_H_Z"),
        ("BAND_LONG", "BAND_LONG", "BAND_LONG"),
    ] {
        assert_eq!(select(V3, selector), format!("SELECT {v3}"));
        assert_eq!(select(V4, selector), format!("SELECT {v4}"));
    }
}

#[test]
fn patterns_match_as_a_shell_does() {
    for (pattern, name, fits) in [
        ("*", "XB_ELYSE", true),
        ("XB_*", "XB_ELYSE", true),
        ("X?_E*E", "XB_ELYSE", true),
        ("XB_ELYS?", "XB_ELYSE", true),
        ("XB_ELYSE", "XB_ELYS0", false),
        ("XB_?", "XB_ELYSE", false),
        ("*_*0", "XB_ELYSE", false),
        ("", "", true),
        ("", "X", false),
    ] {
        assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
    }
}

fn any_packet() -> impl Strategy<Value = (Seen, Vec<u8>)> {
    let payload = proptest::collection::vec(any::<u8>(), 0..700);
    let v4 = (any::<u64>(), "[23JX]", "[DCTL]", "[A-Z0-9_]{0,20}", payload).prop_map(
        |(sequence, format, subformat, station, payload)| {
            let (format, subformat) = (format.as_bytes()[0], subformat.as_bytes()[0]);
            let packet = Packet {
                sequence,
                format,
                subformat,
                station: Cow::Borrowed(&station),
                payload: &payload,
            };
            let bytes = write_v4(&packet).unwrap();
            (Seen::Packet(sequence, format, subformat, station, payload), bytes)
        },
    );
    let v3 =
        (0..=0xFF_FFFF_u64, "[A-Z]{1,5}", "[A-Z]{2}").prop_map(|(number, station, network)| {
            let record = record(&station, &network);
            let bytes = write_v3(number, &record).unwrap();
            (Seen::Packet(number, b'2', b'D', format!("{network}_{station}"), record), bytes)
        });
    prop_oneof![v4, v3]
}

proptest! {
    #[test]
    fn however_the_stream_is_cut_the_packets_are_the_same(
        packets in proptest::collection::vec(any_packet(), 0..6),
        cuts in proptest::collection::vec(1_usize..400, 1..40),
    ) {
        let expected: Vec<Seen> = packets.iter().map(|p| p.0.clone()).collect();
        let bytes: Vec<u8> = packets.iter().flat_map(|p| p.1.iter().copied()).collect();
        let (mut pieces, mut rest, mut i) = (Vec::new(), bytes.as_slice(), 0);
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(cuts[i % cuts.len()].min(rest.len()));
            pieces.push(piece);
            rest = tail;
            i += 1;
        }
        prop_assert_eq!(decode(pieces), expected);
    }

    #[test]
    fn noise_gives_the_same_whole_and_split(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        head in prop_oneof!["", "SL", "SE", "SE2D", "ERROR", "END", "SLINFO"],
    ) {
        let mut all = head.into_bytes();
        all.extend(bytes);
        prop_assert_eq!(decode([all.as_slice()]), decode(all.chunks(1)));
    }
}
