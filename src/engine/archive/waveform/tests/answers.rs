//! What the store answers, against the model.

use proptest::prelude::*;

use super::model::Model;
use super::{GO_ON, noise, records, scratch, source, trace};
use crate::archive::waveform::WaveformStore;
use crate::archive::{QueryError, SeriesKey};
use crate::format::mseed::Samples;
use crate::time::{Instant, TimeRange};

fn key() -> SeriesKey {
    SeriesKey::new(source().name(), "raw")
}

/// Records that print as what they are made of.
#[derive(Clone)]
struct Delivery {
    bytes: Vec<u8>,
    about: String,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.about)
    }
}

/// Records of one trace, chosen at random.
fn delivery() -> impl Strategy<Value = Delivery> {
    let rate = prop::sample::select(vec![20.0, 20.0, 20.0, 2.0, 100.0]);
    let length = prop::sample::select(vec![128usize, 256, 512, 512, 4096, 8192]);
    let start = prop_oneof![0i64..120_000, (0i64..40).prop_map(|k| k * 3_000)];
    (start, rate, length, 1usize..1500, 1u8..4, 0u64..1000, any::<bool>()).prop_map(
        |(start, rate, length, count, publication, seed, float)| {
            let mut samples = noise(seed, count);
            if float {
                let mut values = samples.to_f64();
                for (i, value) in values.iter_mut().enumerate() {
                    // Some are missing.
                    if i % 97 == 5 || (i / 50) % 7 == 3 {
                        *value = f64::NAN;
                    }
                }
                samples = Samples::F64(values);
            }
            let bytes = records(&trace(start, rate, publication, samples), length);
            let about = format!(
                "{start} ms, {rate} Hz, {count} samples, version {publication}, float {float}, \
                 seed {seed}, {length} bytes"
            );
            Delivery { bytes, about }
        },
    )
}

/// Compares every kind of answer.
fn compare(store: &WaveformStore, model: &Model, seed: u64) {
    let (start, end, period) = model.bounds();
    let visible = model.visible();
    let (times, values, cut) =
        store.range(&key(), TimeRange::ALL, u64::MAX, &GO_ON).expect("range");
    let got: Vec<_> = times.iter().map(|t| t.unix_ns()).zip(values).collect();
    assert_eq!(got, visible);
    assert!(!cut);
    let span = end - start;
    for k in 0..24u64 {
        let pick = |m: u64| (seed.wrapping_mul(2 * k + 1) >> 7) % m;
        let from = start - span / 10 + (pick(1000) as i64) * (span / 1000);
        let length = match k % 4 {
            0 => span * 2,
            1 => 1 + pick(20) as i64 * 50_000_000,
            _ => 1 + span * (1 + pick(97) as i64) / 100,
        };
        let range =
            TimeRange::new(Instant::from_unix_ns(from), Instant::from_unix_ns(from + length));
        let width = [1, 2, 7, 100, 999][(k % 5) as usize];
        let (buckets, got_period) = store.min_max(&key(), range, width, &GO_ON).expect("min max");
        let expected = Model::min_max(&visible, range, width);
        assert!(got_period == 0.0 || got_period >= period * 0.99);
        // Sum and number are exact below 8 times the shortest leaf.
        let exact = length / i64::from(width) < 8 * model.shortest_leaf_ns;
        for (i, (got, expected)) in buckets.iter().zip(&expected).enumerate() {
            let place = format!("slice {i} of {width} in {range:?}");
            assert_eq!((got.min, got.max), (expected.min, expected.max), "{place}");
            assert_eq!(got.count == 0, expected.count == 0, "{place}");
            if exact {
                assert_eq!(got.count, expected.count, "{place}");
                assert!((got.sum - expected.sum).abs() < 1e-6 * (1.0 + expected.sum.abs()));
            } else if let Some(mean) = got.mean() {
                let room = 1e-6 * (1.0 + mean.abs());
                assert!(got.min - room <= mean && mean <= got.max + room, "{place}");
            }
        }
        let inside = |t: i64| range.contains(Instant::from_unix_ns(t));
        let in_range: Vec<_> = visible.iter().filter(|v| inside(v.0)).copied().collect();
        let limit = pick(50);
        let (times, values, cut) = store.range(&key(), range, limit, &GO_ON).expect("range");
        assert_eq!(times.len() as u64, limit.min(in_range.len() as u64));
        assert_eq!(cut, in_range.len() as u64 > limit);
        let got = times.iter().map(|t| t.unix_ns()).zip(values);
        assert!(got.eq(in_range.iter().copied().take(limit as usize)));
        let latest = store.latest(&key(), range.start).expect("latest");
        let expected = visible.iter().rev().find(|&&(t, _)| t <= from);
        assert_eq!(latest.map(|l| (l.time.unix_ns(), l.value)), expected.copied());
        let segments = store.segments(&key(), range).expect("segments");
        assert!(segments.windows(2).all(|w| w[0].end < w[1].start), "{segments:?}");
        for &(t, _) in &in_range {
            assert!(segments.iter().any(|s| s.contains(Instant::from_unix_ns(t))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_all_samples(
        mut deliveries in prop::collection::vec(delivery(), 1..9),
        again in 0usize..8,
        joined in 1usize..4,
        seed in any::<u64>(),
    ) {
        let dir = scratch();
        let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
        let (reader, _) = WaveformStore::open(dir.path(), false).expect("opens");
        let mut model = Model::default();
        let repeat = deliveries[again % deliveries.len()].clone();
        deliveries.push(repeat);
        for chunk in deliveries.chunks(joined) {
            let bytes = chunk.iter().flat_map(|d| d.bytes.clone()).collect::<Vec<_>>();
            let report = store.append("raw", &bytes).expect("appends");
            prop_assert_eq!(report.records_stored as usize, model.append(&bytes));
            prop_assert_eq!(&report.problems, &vec![]);
            prop_assert!(report.records_stored == 0 || reader.refresh().expect("refreshes"));
        }
        compare(&store, &model, seed);
        compare(&reader, &model, seed);
        drop(store);
        let (store, said) = WaveformStore::open(dir.path(), true).expect("opens again");
        prop_assert_eq!(said, Vec::<String>::new());
        compare(&store, &model, seed);
        prop_assert_eq!(store.verify(&|_| (), &GO_ON), vec![]);
        store.rebuild(&key()).expect("rebuilds");
        compare(&store, &model, seed);
        prop_assert!(reader.refresh().expect("refreshes"));
        compare(&reader, &model, seed);
    }
}

/// Many leaves, so that every level of the pyramid serves.
#[test]
fn wide_slices_are_served_from_the_pyramid() {
    let dir = scratch();
    let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
    let mut model = Model::default();
    let samples = noise(7, 300_000);
    let bytes = records(&trace(0, 20.0, 1, samples), 128);
    store.append("raw", &bytes).expect("appends");
    model.append(&bytes);
    // A later version of a stretch in the middle, and a gap far on.
    for (start, publication, seed) in [(4_000_000, 2, 1), (30_000_000, 1, 2)] {
        let bytes = records(&trace(start, 20.0, publication, noise(seed, 9_000)), 512);
        store.append("raw", &bytes).expect("appends");
        model.append(&bytes);
    }
    compare_wide(&store, &model);
    let all = store.segments(&key(), TimeRange::ALL).expect("segments");
    assert_eq!(all.len(), 2, "{all:?}");
    let series = store.series();
    assert_eq!(series.len(), 1);
    assert_eq!((series[0].samples, series[0].rate_hz), (318_000, 20.0));
}

fn compare_wide(store: &WaveformStore, model: &Model) {
    let visible = model.visible();
    let (start, end, _) = model.bounds();
    for (from, to, width) in [
        (start, end, 1),
        (start, end, 10),
        (start - 1000, end + 5_000_000_000, 500),
        (start + 17, end, 2000),
        (start + (end - start) / 3, end - 5, 2000),
        (start + 3_900_000_000_000, start + 4_200_000_000_000, 300),
    ] {
        let range = TimeRange::new(Instant::from_unix_ns(from), Instant::from_unix_ns(to));
        let (buckets, _) = store.min_max(&key(), range, width, &GO_ON).expect("min max");
        let expected = Model::min_max(&visible, range, width);
        let mut off = 0i64;
        for (got, expected) in buckets.iter().zip(&expected) {
            assert_eq!((got.min, got.max), (expected.min, expected.max));
            let (a, b) = (got.count as i64, expected.count as i64);
            off += a - b;
            // A share may be off by a small part of a slice.
            assert!((a - b).abs() * 8 <= b, "{a} against {b}");
            if let (Some(a), Some(b)) = (got.mean(), expected.mean()) {
                assert!((a - b).abs() <= (expected.max - expected.min) / 8.0);
            }
        }
        assert!(off.abs() <= 2 * i64::from(width), "{off} samples too many");
    }
}

#[test]
fn products_stand_side_by_side_in_sds() {
    let dir = scratch();
    let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
    let raw = records(&trace(0, 20.0, 1, noise(1, 1000)), 512);
    let other = records(&trace(0, 20.0, 1, noise(2, 1000)), 512);
    store.append("raw", &raw).expect("appends");
    let report = store.append("VBB_corrected/v4", &other).expect("appends");
    let corrected = SeriesKey::new("XB.ELYSE.02.BHU", "VBB_corrected/v4");
    assert_eq!(report.series, std::slice::from_ref(&corrected));
    let kept = dir.path().join("raw/2019/XB/ELYSE/BHU.D/XB.ELYSE.02.BHU.D.2019.207");
    assert_eq!(std::fs::read(kept).expect("SDS file"), raw);
    assert_eq!(store.records(&key(), TimeRange::ALL).expect("records"), raw);
    assert_eq!(store.records(&corrected, TimeRange::ALL).expect("records"), other);
    assert_eq!(store.series().len(), 2);
    let unknown = store.segments(&SeriesKey::new("X", "raw"), TimeRange::ALL);
    assert!(matches!(unknown, Err(QueryError::Unknown(_))));
}

#[test]
fn text_is_kept_but_is_no_series_and_cut_off_records_are_told() {
    let dir = scratch();
    let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
    let mut text = trace(0, 0.0, 1, Samples::Text(b"hello".to_vec()));
    text.source.channel = "LOG".into();
    let text = records(&text, 512);
    let data = records(&trace(0, 20.0, 1, noise(1, 1000)), 512);
    let bytes = [text.as_slice(), &data, &data[..300]].concat();
    let report = store.append("raw", &bytes).expect("appends");
    assert_eq!(report.records_stored as usize, 1 + data.len() / 512);
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert_eq!(report.problems[0].offset.map(|o| o > data.len() as u64), Some(true));
    assert_eq!(store.series().len(), 1);
    let report = store.append("raw", &bytes).expect("appends");
    assert_eq!(report.records_stored, 0);
    assert_eq!(report.records_duplicate as usize, 1 + data.len() / 512);
    drop(store);
    let (store, said) = WaveformStore::open(dir.path(), true).expect("opens");
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(store.verify(&|_| (), &GO_ON), vec![]);
}

#[test]
fn one_process_writes_and_readers_change_nothing() {
    let dir = scratch();
    let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
    assert!(WaveformStore::open(dir.path(), true).is_err());
    let (reader, _) = WaveformStore::open(dir.path(), false).expect("opens");
    assert!(reader.append("raw", &[]).is_err());
    assert!(!reader.refresh().expect("refreshes"));
    let bytes = records(&trace(0, 20.0, 1, noise(1, 100)), 512);
    store.append("raw", &bytes).expect("appends");
    assert!(reader.refresh().expect("refreshes"));
    assert!(!reader.refresh().expect("refreshes"));
    assert_eq!(reader.series(), store.series());
    let stop = std::sync::atomic::AtomicBool::new(true);
    assert_eq!(store.range(&key(), TimeRange::ALL, 9, &stop), Err(QueryError::Cancelled));
}
