//! Round trips, hand-made damage, and any bytes at all.

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

fn trace(samples: Samples, rate_hz: f64) -> Trace {
    Trace {
        source: SourceId {
            network: "XB".into(),
            station: "ELYSE".into(),
            location: "02".into(),
            channel: "BHU".into(),
        },
        start: Instant::from_unix_ns(1_651_705_401_123_456_000),
        rate_hz,
        publication: 2,
        samples,
    }
}

fn options(version: Version, encoding: Encoding, record_length: usize) -> WriteOptions {
    WriteOptions { version, encoding, record_length, ..WriteOptions::default() }
}

fn assert_round_trip(trace: &Trace, options: &WriteOptions) {
    let bytes = write(trace, options).unwrap();
    let (traces, problems) = read(&bytes);
    assert_eq!(problems, vec![], "{options:?}");
    assert_eq!(traces, vec![trace.clone()], "{options:?}");
    assert!(sniff(&bytes));
}

/// So many cases, no file written on failure: the smallest input is printed.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn integers() -> impl Strategy<Value = Vec<i32>> {
    // Runs of every width of difference, so that each packing occurs and they mix.
    prop::collection::vec((1u32..31, prop::collection::vec(any::<i32>(), 1..60)), 1..12).prop_map(
        |runs| {
            let mut x = 0i32;
            let step = |(bits, values): (u32, Vec<i32>)| {
                values.into_iter().map(move |v| v >> (32 - bits)).collect::<Vec<_>>()
            };
            let all = runs.into_iter().flat_map(step);
            all.map(|d| {
                x = (i64::from(x) + i64::from(d)).clamp(-(1 << 28), 1 << 28) as i32;
                x
            })
            .collect()
        },
    )
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn integers_come_back(values in integers(), exponent in 7u32..14) {
        for version in [Version::V2, Version::V3] {
            for encoding in [Encoding::Steim1, Encoding::Steim2, Encoding::Int32] {
                let length = 1usize << exponent.max(8);
                assert_round_trip(&trace(Samples::I32(values.clone()), 20.0),
                    &options(version, encoding, length));
            }
            let small = values.iter().map(|&x| i32::from(x as i16)).collect();
            assert_round_trip(&trace(Samples::I32(small), 100.0),
                &options(version, Encoding::Int16, 512));
        }
    }

    #[test]
    fn floats_come_back(values in prop::collection::vec(-1e300f64..1e300, 1..300)) {
        for version in [Version::V2, Version::V3] {
            let short = values.iter().map(|&x| x as f32).collect();
            assert_round_trip(&trace(Samples::F64(values.clone()), 0.5),
                &options(version, Encoding::Float64, 512));
            assert_round_trip(&trace(Samples::F32(short), 2.0),
                &options(version, Encoding::Float32, 256));
        }
    }
}

/// A short integer trace in both versions.
fn sample_files() -> Vec<Vec<u8>> {
    let wave: Vec<i32> = (0..2000).map(|i| i * i % 977 - (i % 13) * 40).collect();
    [Version::V2, Version::V3]
        .into_iter()
        .flat_map(|version| {
            [Encoding::Steim1, Encoding::Steim2, Encoding::Int32].map(|encoding| {
                write(&trace(Samples::I32(wave.clone()), 20.0), &options(version, encoding, 512))
                    .unwrap()
            })
        })
        .collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn damaged_records_never_panic(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        for mut bytes in sample_files() {
            for (at, value) in &hits {
                let at = at.index(bytes.len());
                bytes[at] = *value;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            assert_total(&bytes);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0..3) {
        let mut bytes = bytes;
        let start: &[u8] = match which {
            0 => b"MS\x03\x00\x00\x00\x00\x00\xe6\x07\x01\x00\x01\x01\x01",
            1 => b"000001D ELYSE02BHUXB\x07\xe2\x01\x4a\x01\x01\x01\x00",
            _ => b"",
        };
        bytes.splice(..0, start.iter().copied());
        assert_total(&bytes);
    }
}

/// What must hold for all bytes.
fn assert_total(bytes: &[u8]) {
    let _ = sniff(bytes);
    let _ = parse_header(bytes);
    let mut end = 0;
    for (offset, header) in scan(bytes) {
        assert!(offset >= end, "records do not overlap");
        end = offset + header.length as usize;
        assert!(end <= bytes.len() && header.length > 0);
    }
    let (traces, problems) = read(bytes);
    // Seven differences in four bytes are the densest packing.
    let samples: usize = traces.iter().map(|t| t.samples.len()).sum();
    assert!(samples <= bytes.len() * 2);
    let inside = |p: &Problem| p.offset.is_none_or(|offset| offset <= bytes.len() as u64);
    assert!(problems.iter().all(inside), "{problems:?}");
}

#[test]
fn the_published_record_is_read() {
    // FDSN miniSEED 3 reference data, sinusoid-int16: the fixed section.
    let mut bytes = vec![
        0x4d, 0x53, 0x03, 0x04, 0x15, 0xcd, 0x5b, 0x07, 0xe6, 0x07, 0x9c, 0x00, 0x14, 0x20, 0x26,
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, 0xdc, 0x00, 0x00, 0x00, 0xb7, 0xfe,
        0x08, 0x7e, 0x01, 0x13, 0x00, 0x00, 0xb8, 0x01, 0x00, 0x00,
    ];
    bytes.extend(b"FDSN:XX_TEST__L_H_Z");
    let header = parse_header(&bytes).unwrap();
    assert_eq!(header.source.name(), "XX.TEST..LHZ");
    // 2022-06-05T20:32:38.123456789Z
    assert_eq!(header.start.unix_ns(), 1_654_461_158_123_456_789);
    assert_eq!((header.rate_hz, header.samples, header.length), (1.0, 220, 499));
    let mut records = scan(&bytes);
    let (_, cut) = records.next().unwrap();
    assert_eq!((cut.length as usize, cut.payload_length), (bytes.len(), 0));
    assert_eq!(records.problems()[0].offset, Some(59));
}

#[test]
fn a_flipped_byte_is_found_by_the_checksum_and_kept() {
    let samples = Samples::I32((0..100).collect());
    let written = trace(samples.clone(), 20.0);
    let mut bytes = write(&written, &options(Version::V3, Encoding::Int32, 512)).unwrap();
    let junk = b"not a record at all";
    bytes.splice(..0, junk.iter().copied());
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let (traces, problems) = read(&bytes);
    assert_eq!(traces[0].samples.len(), 100);
    let places: Vec<_> = problems.iter().map(|p| (p.offset, p.field.as_str())).collect();
    assert_eq!(places, [(Some(0), "record"), (Some(19 + 28), "CRC")]);
}

#[test]
fn a_wrong_last_sample_is_a_problem_not_an_error() {
    let written = trace(Samples::I32((0..100).collect()), 20.0);
    let mut bytes = write(&written, &options(Version::V2, Encoding::Steim2, 512)).unwrap();
    bytes[64 + 11] ^= 1;
    let (traces, problems) = read(&bytes);
    assert_eq!(traces, vec![written]);
    assert_eq!((problems.len(), problems[0].offset), (1, Some(64 + 8)));
}

#[test]
fn gaps_split_traces_and_small_shifts_do_not() {
    let part = |start_ns: i64, value: i32| {
        let mut part = trace(Samples::I32(vec![value; 20]), 20.0);
        part.start = Instant::from_unix_ns(1_600_000_000_000_000_000 + start_ns);
        write(&part, &WriteOptions::default()).unwrap()
    };
    let second = 1_000_000_000;
    let near =
        [part(0, 1), part(second + 24_000_000, 2), part(2 * second - 24_000_000, 3)].concat();
    assert_eq!(read(&near).0.len(), 1);
    let apart = [part(0, 1), part(second + 26_000_000, 2), part(3 * second, 3)].concat();
    assert_eq!(read(&apart).0.len(), 3);
    let overlap = [part(0, 1), part(second / 2, 2)].concat();
    assert_eq!(read(&overlap).0.len(), 2);
}

#[test]
fn rates_and_codes_come_back() {
    let ramp = Samples::I32((0..50).collect());
    for rate in [20.0, 0.1, 100.0, 13.5, 2.4, 1.0 / 60.0, 250.0, 0.05, 1.0 / 32_767.0] {
        for version in [Version::V2, Version::V3] {
            assert_round_trip(&trace(ramp.clone(), rate), &options(version, Encoding::Steim2, 512));
        }
    }
    // Not a ratio of small numbers: blockette 100, a 32-bit float.
    let odd = trace(ramp.clone(), 20.000_221_25);
    let (traces, problems) = read(&write(&odd, &WriteOptions::default()).unwrap());
    assert_eq!(problems, vec![]);
    assert_eq!(traces[0].rate_hz, f64::from(odd.rate_hz as f32));
    assert_round_trip(&odd, &options(Version::V3, Encoding::Steim2, 512));
    for channel in ["BHU", "BH", "", "VERY_LONG_NAME", "B_HH_U"] {
        let mut named = trace(ramp.clone(), 20.0);
        named.source.channel = channel.into();
        assert_round_trip(&named, &options(Version::V3, Encoding::Int16, 512));
    }
    let mut whole = trace(ramp, 20.0);
    whole.source = SourceId { station: "XFDSN:other".into(), ..SourceId::default() };
    assert_round_trip(&whole, &options(Version::V3, Encoding::Int16, 512));
}

#[test]
fn text_and_extra_headers_come_back() {
    let text = trace(Samples::Text(b"Quanterra Packet Baler restart".to_vec()), 0.0);
    for version in [Version::V2, Version::V3] {
        assert_round_trip(&text, &WriteOptions::for_samples(version, &text.samples));
    }
    let extra = r#"{"FDSN":{"Time":{"Quality":100}}}"#.to_owned();
    let options = WriteOptions {
        version: Version::V3,
        extra: extra.clone(),
        ..options(Version::V3, Encoding::Text, 512)
    };
    let bytes = write(&text, &options).unwrap();
    assert_eq!(parse_header(&bytes).unwrap().extra, extra);
    let wrong = WriteOptions { extra: "{".into(), ..options };
    assert_eq!(write(&text, &wrong).unwrap_err().field, "extra headers");
}

#[test]
fn what_an_encoding_cannot_hold_is_refused() {
    let steep = trace(Samples::I32(vec![0, i32::MAX, i32::MIN]), 1.0);
    let field = |trace: &Trace, options: &WriteOptions| write(trace, options).unwrap_err().field;
    assert_eq!(field(&steep, &WriteOptions::default()), "samples");
    assert_eq!(field(&steep, &options(Version::V2, Encoding::Int16, 512)), "samples");
    assert_eq!(field(&steep, &options(Version::V2, Encoding::Float64, 512)), "encoding");
    assert_eq!(field(&steep, &options(Version::V2, Encoding::Steim1, 500)), "record length");
    assert_eq!(field(&steep, &options(Version::V3, Encoding::Steim1, 80)), "record length");
    assert_round_trip(&steep, &options(Version::V2, Encoding::Steim1, 256));
    let mut named = steep.clone();
    named.source.station = "TOOLONG".into();
    assert_eq!(field(&named, &options(Version::V2, Encoding::Int32, 512)), "station");
    let mut late = steep;
    late.start = Instant::from_unix_ns(i64::MAX);
    assert_eq!(field(&late, &options(Version::V2, Encoding::Int32, 512)), "start time");
}

/// A version 2 record of 100 samples in Steim1 with nothing odd about it.
fn plain_record() -> (Trace, Vec<u8>) {
    let written = trace(Samples::I32((0..100).map(|i| i * 37 % 911).collect()), 20.0);
    let bytes = write(&written, &options(Version::V2, Encoding::Steim1, 512)).unwrap();
    assert_eq!(bytes.len(), 512);
    (written, bytes)
}

#[test]
fn little_endian_headers_and_frames_are_read() {
    let (written, mut bytes) = plain_record();
    let halves = [20, 22, 28, 30, 32, 34, 44, 46, 48, 50, 56, 58];
    for at in halves {
        bytes.swap(at, at + 1);
    }
    assert_eq!(read(&bytes), (vec![written.clone()], vec![]), "header little-endian, data not");
    bytes[53] = 0;
    for frame in bytes[64..].chunks_mut(64) {
        let codes = u32::from_be_bytes(frame[..4].try_into().unwrap());
        for (i, word) in frame.chunks_mut(4).enumerate() {
            match codes >> (30 - 2 * i) & 3 {
                1 => {}
                2 => word.copy_from_slice(&[word[1], word[0], word[3], word[2]]),
                _ => word.reverse(),
            }
        }
    }
    assert_eq!(read(&bytes), (vec![written], vec![]), "both little-endian");
}

#[test]
fn a_record_without_blockette_1000_ends_at_the_next_one() {
    let (written, mut bytes) = plain_record();
    bytes[46..48].fill(0);
    // No blockette 1001 either: its 56 microseconds are gone.
    let start = written.start.plus_ns(-56_000);
    let mut next = written.clone();
    next.start = written.start.plus_ns(5_000_000_000);
    let two = [bytes.clone(), write(&next, &WriteOptions::default()).unwrap()].concat();
    let (traces, problems) = read(&two);
    assert_eq!((traces.len(), traces[0].samples.len(), problems.len()), (1, 200, 0));
    assert_eq!(traces[0].start, start);
    assert_eq!(parse_header(&bytes).unwrap().length, 512);
    assert_eq!(parse_header(&two).unwrap().length, 512);
}

#[test]
fn the_time_correction_counts_once() {
    let (written, mut bytes) = plain_record();
    bytes[40..44].copy_from_slice(&(-15_000i32).to_be_bytes());
    let start = |bytes: &[u8]| parse_header(bytes).unwrap().start;
    assert_eq!(start(&bytes), written.start.plus_ns(-1_500_000_000));
    bytes[36] = 0x02;
    assert_eq!(start(&bytes), written.start);
}

#[test]
fn a_ring_of_blockettes_ends() {
    let (written, mut bytes) = plain_record();
    bytes[58..60].copy_from_slice(&48u16.to_be_bytes());
    let (traces, problems) = read(&bytes);
    assert_eq!(traces, vec![written]);
    assert_eq!((problems.len(), problems[0].offset), (1, Some(56)));
}

#[test]
fn a_volume_with_control_headers_noise_and_junk_is_gone_through() {
    let (written, record) = plain_record();
    let mut volume = format!("{:512}", "000001V 010009502.1121992,001~").into_bytes();
    volume.extend(format!("{:256}", "000002 ").into_bytes());
    volume.extend(&record);
    volume.extend(b"junk");
    let (traces, problems) = read(&volume);
    assert!(sniff(&volume));
    assert_eq!(traces, vec![written]);
    assert_eq!((problems.len(), problems[0].offset), (1, Some(512 + 256 + 512)));
}

#[test]
fn legacy_encodings_follow_the_manual() {
    // Words made by hand from the definitions of the SEED manual, blockette 30.
    for (number, payload, wanted) in [
        (2, vec![0xFF, 0xFF, 0xFE, 0x01, 0x00, 0x00], [-2.0, 65_536.0]),
        (12, vec![0xFF, 0xFF, 0xFE, 0x01, 0x00, 0x00], [-2.0, 65_536.0]),
        (13, vec![0x08, 0x01, 0x37, 0xFF], [1.0, -0.125]),
        (14, vec![0x08, 0x01, 0xF0, 0x00], [1.0, -0.0625]),
        (16, vec![0x20, 0x00, 0xDF, 0xFE], [1.0, -128.0]),
        (30, vec![0xA0, 0x01, 0x0F, 0xFF], [1.0, -1024.0]),
        (32, vec![0x00, 0x05, 0xFF, 0xFB], [5.0, -5.0]),
    ] {
        let (_, mut bytes) = plain_record();
        bytes[52] = number;
        bytes[30..32].copy_from_slice(&2u16.to_be_bytes());
        bytes[64..64 + payload.len()].copy_from_slice(&payload);
        let (traces, problems) = read(&bytes);
        assert_eq!(problems, vec![]);
        assert_eq!(traces[0].samples.to_f64(), wanted, "encoding {number}");
    }
    let (_, mut bytes) = plain_record();
    bytes[52] = 99;
    let (traces, problems) = read(&bytes);
    assert_eq!((traces.len(), problems[0].field.as_str()), (0, "encoding"));
}

#[test]
fn a_wrong_length_does_not_swallow_what_follows() {
    let written = trace(Samples::I32((0..60).collect()), 20.0);
    let mut later = written.clone();
    later.start = written.start.plus_ns(60_000_000_000);
    for (version, at, value) in [(Version::V3, 38, 0xFF), (Version::V2, 54, 20)] {
        let options = options(version, Encoding::Int32, 512);
        let mut bytes = write(&written, &options).unwrap();
        let first = bytes.len() as u64;
        bytes[at] = value;
        bytes.extend(write(&later, &options).unwrap());
        let (traces, problems) = read(&bytes);
        assert_eq!(traces, vec![written.clone(), later.clone()]);
        assert_eq!((problems.len(), problems[0].offset), (1, Some(first)));
    }
}
