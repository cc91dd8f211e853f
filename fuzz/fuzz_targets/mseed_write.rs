//! miniSEED: a trace made from the input is written and read back whole; then its records are
//! damaged as the input says and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::mseed::{self, Encoding, Samples, SourceId, Trace, Version, WriteOptions};
use parsers::problems_are_sound;
use parsers::time::Instant;

/// Head of the input: kind, version, record length, rate, damage.
const HEAD: usize = 8;

fn samples(kind: u8, bytes: &[u8]) -> (Samples, Encoding) {
    let words = || bytes.as_chunks::<4>().0.iter().map(|c| i32::from_le_bytes(*c));
    match kind % 8 {
        0 => (Samples::Text(bytes.to_vec()), Encoding::Text),
        1 => (Samples::I32(words().collect()), Encoding::Int32),
        2 => (Samples::I32(words().collect()), Encoding::Steim1),
        3 => (Samples::I32(bytes.iter().map(|&b| (b as i8).into()).collect()), Encoding::Steim2),
        4 => (Samples::I32(words().map(|x| x >> 2).collect()), Encoding::Steim2),
        5 => (Samples::I32(words().map(|x| x >> 16).collect()), Encoding::Int16),
        6 => {
            let all = words().map(|x| f32::from_bits(x as u32)).filter(|x| !x.is_nan());
            (Samples::F32(all.collect()), Encoding::Float32)
        }
        _ => (Samples::F64(words().map(|x| f64::from(x) / 3.0).collect()), Encoding::Float64),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((head, body)) = data.split_at_checked(HEAD) else { return };
    let (samples, encoding) = samples(head[0], body);
    let version = if head[1] & 1 == 0 { Version::V2 } else { Version::V3 };
    let rate_hz = match head[3] {
        0 => 0.0,
        slow @ 1..=99 => 1.0 / f64::from(slow),
        fast => f64::from(fast) - 99.0,
    };
    let trace = Trace {
        source: SourceId {
            network: "XB".into(),
            station: "ELYSE".into(),
            location: "02".into(),
            channel: "BHU".into(),
        },
        start: Instant::from_unix_ns(1_564_143_360_000_000_000 + i64::from(head[4]) * 1_000),
        rate_hz,
        publication: 1 + head[5] % 4,
        samples,
    };
    let record_length = 128 << (head[2] % 6);
    let options = WriteOptions { version, encoding, record_length, ..WriteOptions::default() };
    let mut bytes = match mseed::write(&trace, &options) {
        Ok(bytes) => bytes,
        Err(problem) => return assert!(!problem.reason.is_empty()),
    };
    let (traces, problems) = mseed::read(&bytes);
    assert!(problems.is_empty(), "own records: {problems:?}");
    if rate_hz > 0.0 && !trace.samples.is_empty() {
        let [again] = &traces[..] else { panic!("one trace became {}", traces.len()) };
        assert_eq!(again.samples, trace.samples);
        assert_eq!((&again.source, again.start), (&trace.source, trace.start));
        assert!((again.rate_hz / rate_hz - 1.0).abs() < 1e-6);
    }
    // Damage: a stride of bytes is changed, and the end is cut.
    let stride = usize::from(head[6]).max(1);
    for (k, change) in body.iter().enumerate().take(64) {
        if let Some(byte) = bytes.get_mut(k * stride) {
            *byte ^= change;
        }
    }
    bytes.truncate(bytes.len().saturating_sub(usize::from(head[7])));
    let (traces, problems) = mseed::read(&bytes);
    problems_are_sound(&problems, bytes.len());
    let samples: usize = traces.iter().map(|t| t.samples.len()).sum();
    assert!(samples <= 2 * bytes.len());
});
