//! Round trips, known records, and the files of the shared data folder.

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
    #![proptest_config(ProptestConfig::with_cases(64))]

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
