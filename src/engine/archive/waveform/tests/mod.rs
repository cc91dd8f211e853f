//! Tests of the whole store, against a model that knows every sample.

mod answers;
mod crash;
mod damage;
mod model;

use std::sync::atomic::AtomicBool;

use crate::format::mseed::{
    Encoding, Samples, SourceId, Trace, Version, WriteOptions, write as write_mseed,
};
use crate::time::Instant;

/// 2019-07-26T00:00:00, the day of S0235b.
const DAY: i64 = 1_564_099_200;

static GO_ON: AtomicBool = AtomicBool::new(false);

/// A folder in memory where there is one: what is synced there costs no time.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("temporary folder")
}

fn source() -> SourceId {
    SourceId {
        network: "XB".into(),
        station: "ELYSE".into(),
        location: "02".into(),
        channel: "BHU".into(),
    }
}

/// A trace that starts `start_ms` after the beginning of [`DAY`].
fn trace(start_ms: i64, rate_hz: f64, publication: u8, samples: Samples) -> Trace {
    let start = Instant::from_unix_ns((DAY * 1000 + start_ms) * 1_000_000);
    Trace { source: source(), start, rate_hz, publication, samples }
}

/// Integers that differ from their neighbours and from one seed to the next.
fn noise(seed: u64, count: usize) -> Samples {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut value = 0i64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        value = (value + (state % 401) as i64 - 200).clamp(-100_000, 100_000);
        value as i32
    };
    Samples::I32((0..count).map(next).collect())
}

fn records(trace: &Trace, record_length: usize) -> Vec<u8> {
    let options = WriteOptions { record_length, ..WriteOptions::default() };
    let encoding = match trace.samples {
        Samples::I32(_) => Encoding::Steim2,
        Samples::F32(_) => Encoding::Float32,
        Samples::F64(_) => Encoding::Float64,
        Samples::Text(_) => Encoding::Text,
    };
    let version = if record_length > 4096 { Version::V3 } else { Version::V2 };
    write_mseed(trace, &WriteOptions { version, encoding, ..options }).expect("writes")
}
