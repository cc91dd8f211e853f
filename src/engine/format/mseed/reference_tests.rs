//! The files of the shared data folder against what other programs make of them.

use serde_json::Value;

use super::*;
use crate::time::Instant;

/// The shared test files, or a visible skip.
fn data() -> Option<std::path::PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/B_miniseed_tests");
    let folder = std::path::PathBuf::from(folder);
    if folder.is_dir() && folder.with_file_name("A_insight_seis").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: data/B_miniseed_tests or A_insight_seis not present");
    None
}

/// Traces, samples, digests, earliest start, its rate: as benches/scripts/mseed_reference.py.
fn digest(traces: &[Trace]) -> (usize, usize, u64, u64, i64, f64) {
    let (mut sum, mut squares, mut count) = (0u64, 0u64, 0);
    for trace in traces {
        for value in trace.samples.to_f64() {
            let bits = value.to_bits();
            let folded = bits ^ (bits >> 32);
            sum = sum.wrapping_add(bits);
            squares = squares.wrapping_add(folded.wrapping_mul(folded));
            count += 1;
        }
    }
    let first = traces.iter().min_by_key(|t| t.start);
    let start = first.map_or(0, |t| t.start.unix_ns());
    (traces.len(), count, sum, squares, start, first.map_or(0.0, |t| t.rate_hz))
}

/// Every file that ObsPy or libmseed reads: made by benches/scripts/mseed_reference.py with
/// ObsPy 1.5.1 and pymseed 1.0.1.
#[test]
fn files_equal_obspy_and_libmseed() {
    let Some(folder) = data() else { return };
    let mut wrong = Vec::new();
    for row in include_str!("obspy_reference.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let bytes = std::fs::read(folder.join("..").join(fields[0])).unwrap();
        let (traces, problems) = read(&bytes);
        let found = digest(&traces);
        let number = |i: usize| fields[i].parse::<u64>().unwrap();
        let rate: f64 = fields[7].parse().unwrap();
        let same = found.1 as u64 == number(3)
            && found.2 == number(4)
            && found.3 == number(5)
            && found.4 == fields[6].parse::<i64>().unwrap()
            && (found.5 - rate).abs() <= rate * 1e-6;
        // ObsPy lets a record without samples split the trace; the series goes on all the same.
        let empty_record = fields[0].ends_with("mseed_data_offset_0.mseed");
        let traces_same = fields[2].is_empty() || found.0 as u64 == number(2) || empty_record;
        if !same || !traces_same {
            wrong.push(format!("{row}\n    {found:?} {problems:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The instant of a text like `2022-06-05T20:32:38.123456789Z`; the fraction exactly.
fn instant(text: &str) -> Instant {
    let whole: hifitime::Epoch = format!("{}Z", &text[..19]).parse().unwrap();
    let fraction: i64 = text[20..29].parse().unwrap();
    Instant::from_unix_s(whole.to_unix_seconds().round()).plus_ns(fraction)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-6 * b.abs().max(1e-3)
}

/// The FDSN's miniSEED 3 reference records against the JSON beside them.
#[test]
fn version_3_equals_the_fdsn_reference() {
    let Some(folder) = data() else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("fdsn_mseed3_reference")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "mseed3") {
            continue;
        }
        seen += 1;
        let bytes = std::fs::read(&path).unwrap();
        let json = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        let want = &json[0];
        let header = parse_header(&bytes).unwrap();
        let number = |key: &str| want[key].as_u64().unwrap();
        assert_eq!(v3::source_text(&header.source), want["SID"].as_str().unwrap());
        assert_eq!(u64::from(header.length), number("RecordLength"));
        assert_eq!(u64::from(header.encoding.number()), number("EncodingFormat"));
        assert_eq!(u64::from(header.samples), number("SampleCount"));
        assert_eq!(u64::from(header.publication), number("PublicationVersion"));
        assert_eq!(u64::from(header.payload_length), number("DataLength"));
        assert_eq!(header.extra.len() as u64, number("ExtraLength"));
        let start = want["StartTime"].as_str().unwrap();
        assert_eq!(header.start, instant(start));
        let rate = want["SampleRate"].as_f64().unwrap();
        assert!(close(header.rate_hz, if rate < 0.0 { -1.0 / rate } else { rate }));
        assert_eq!(format!("0x{:08X}", v3::checksum(&bytes)), want["CRC"].as_str().unwrap());
        if !header.extra.is_empty() {
            let extra: Value = serde_json::from_str(&header.extra).unwrap();
            assert_eq!(extra, want["ExtraHeaders"]);
        }
        let mut samples = Samples::I32(Vec::new());
        assert_eq!(decode(&bytes, &header, &mut samples), None);
        match &want["Data"] {
            Value::String(text) => assert_eq!(samples, Samples::Text(text.clone().into_bytes())),
            Value::Array(values) => {
                let values: Vec<f64> = values.iter().map(|v| v.as_f64().unwrap()).collect();
                assert_eq!(values.len(), samples.len());
                assert!(samples.to_f64().iter().zip(&values).all(|(&a, &b)| close(a, b)));
            }
            other => assert!(other.is_null() && samples.is_empty()),
        }
    }
    assert_eq!(seen, 7);
}

/// What libmseed 2's msview prints of records (`*.test.ref`) against ours.
#[test]
fn version_2_equals_msview() {
    let Some(folder) = data() else { return };
    for (reference, record) in [
        ("DWWSSN-encoded", "obspy_libmseed2/data/DWWSSN-encoded.mseed"),
        ("Float32-encoded", "obspy_libmseed2/data/Float32-encoded.mseed"),
        ("Float64-encoded", "obspy_libmseed2/data/Float64-encoded.mseed"),
        ("GEOSCOPE163-encoded", "obspy_libmseed2/data/GEOSCOPE-16bit-3exp-encoded.mseed"),
        ("Int16-encoded", "obspy_libmseed2/data/Int16-encoded.mseed"),
        ("Int32-128byte-encoded", "obspy_libmseed2/data/Int32-128byte.mseed"),
        ("Int32-2048byte-encoded", "obspy_libmseed2/data/Int32-2048byte.mseed"),
        ("Int32-4096byte-encoded", "obspy_libmseed2/data/Int32-4096byte.mseed"),
        ("Int32-8192byte-encoded", "obspy_libmseed2/data/Int32-8192byte.mseed"),
        ("Steim1-bigendian", "obspy_libmseed2/data/Steim1-AllDifferences-BE.mseed"),
        ("Steim2-bigendian", "obspy_libmseed2/data/Steim2-AllDifferences-BE.mseed"),
        ("no-blockette1000", "libmseed/testdata-no-blockette1000-steim1.mseed2"),
    ] {
        let printed = folder.join(format!("obspy_libmseed2/read-{reference}.test.ref"));
        let printed = std::fs::read_to_string(printed).unwrap();
        let bytes = std::fs::read(folder.join(record)).unwrap();
        let mut decoded: Vec<Vec<f64>> = Vec::new();
        let mut samples = Samples::I32(Vec::new());
        for (offset, header) in scan(&bytes) {
            assert_eq!(decode(&bytes[offset..], &header, &mut samples), None);
            assert_eq!(samples.len(), header.samples as usize);
            decoded.push(samples.to_f64());
        }
        // Lines of nothing but numbers are samples, a line with the station starts a record.
        let mut wanted: Vec<Vec<f64>> = Vec::new();
        for line in printed.lines() {
            let numbers: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
            match (numbers, wanted.last_mut()) {
                (Ok(numbers), Some(last)) => last.extend(numbers),
                _ if line.starts_with("XX_TEST") => wanted.push(Vec::new()),
                _ => {}
            }
        }
        assert!(!wanted.is_empty() && wanted.len() <= decoded.len(), "{reference}");
        for (want, have) in wanted.iter().zip(&decoded) {
            assert!(want.len() >= 6 && want.len() <= have.len(), "{reference}");
            for (&a, &b) in want.iter().zip(have) {
                assert!((a - b).abs() <= 1e-6 * a.abs(), "{reference}: {a} {b}");
            }
        }
    }
}

/// Full SEED, noise, records cut off, rings of blockettes: an end, and a place for what is odd.
#[test]
fn odd_files_end_and_say_where() {
    let Some(folder) = data() else { return };
    let read_file = |name: &str| read(&std::fs::read(folder.join(name)).unwrap());
    let (traces, problems) = read_file("obspy_mseed/RJOB.BW.EHZ.D.300806.0000.fullseed");
    assert!(!traces.is_empty() && problems.is_empty(), "{problems:?}");
    let (traces, problems) = read_file("obspy_mseed/various_noise_records.mseed");
    assert!(!traces.is_empty() && problems.is_empty(), "{problems:?}");
    let (traces, problems) = read_file("obspy_mseed/infinite-loop.mseed");
    assert!(!traces.is_empty());
    assert!(problems.iter().any(|p| p.offset.is_some() && p.reason.contains("lead forward")));
    let (traces, problems) = read_file("obspy_mseed/corrupt_one_extra_byte_at_end.mseed");
    assert!(!traces.is_empty());
    assert!(problems.iter().all(|p| p.offset.is_some()), "{problems:?}");
    // Broken volume headers; two of them with a data header without samples at the very end.
    for name in ["not.mseed", "not2.mseed", "not4.mseed"] {
        let (traces, problems) = read_file(&format!("obspy_mseed/{name}"));
        assert!(traces.is_empty(), "{name}");
        assert!(problems.iter().all(|p| p.offset.is_some()), "{name}");
    }
}

/// Every file of the folder, miniSEED or not, whole and cut anywhere: no panic, an end.
#[test]
fn every_file_is_read_whole_and_cut() {
    let Some(folder) = data() else { return };
    let mut stack = vec![folder];
    let mut files = 0;
    while let Some(path) = stack.pop() {
        if path.is_dir() {
            stack.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let short = &bytes[..bytes.len().min(20_000)];
        for cut in [short.len(), short.len() / 2, short.len() / 3, 63, 47, 20] {
            let _ = read(&short[..cut.min(short.len())]);
        }
    }
    assert!(files > 100);
}
