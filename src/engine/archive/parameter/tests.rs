//! The store against a plain list of samples: whatever is appended in whatever order, every
//! answer equals the one worked out by brute force.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use crate::archive::{Access, Archive, Bucket, ParameterBatch, SeriesKey};
use crate::time::{Instant, TimeRange};

static NEVER: AtomicBool = AtomicBool::new(false);

fn at(ns: i64) -> Instant {
    Instant::from_unix_ns(ns)
}

fn batch(names: &[&str], times: &[i64], columns: Vec<Vec<f64>>) -> ParameterBatch {
    ParameterBatch {
        product: "raw".to_owned(),
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        units: vec!["V".to_owned(); names.len()],
        times: times.iter().map(|t| at(*t)).collect(),
        columns,
    }
}

/// What the store should say: per series the samples and which values ever came.
#[derive(Default)]
struct Reference {
    samples: BTreeMap<String, BTreeMap<i64, Vec<f64>>>,
}

impl Reference {
    /// Returns values stored and dropped.
    fn append(&mut self, batch: &ParameterBatch) -> (u64, u64) {
        let (mut stored, mut dropped) = (0, 0);
        for (name, column) in batch.names.iter().zip(&batch.columns) {
            let series = self.samples.entry(name.clone()).or_default();
            for (time, value) in batch.times.iter().zip(column).filter(|(_, v)| !v.is_nan()) {
                let here = series.entry(time.unix_ns()).or_default();
                if here.iter().any(|v| v.to_bits() == value.to_bits()) {
                    dropped += 1;
                } else {
                    here.push(*value);
                    stored += 1;
                }
            }
        }
        (stored, dropped)
    }

    fn winners(&self, name: &str, range: TimeRange) -> Vec<(i64, f64)> {
        let series = self.samples.get(name).into_iter().flatten();
        series
            .filter(|(t, _)| range.contains(at(**t)))
            .filter_map(|(t, v)| Some((*t, *v.last()?)))
            .collect()
    }
}

fn brute_buckets(samples: &[(i64, f64)], range: TimeRange, width: u32) -> Vec<Bucket> {
    let mut buckets = vec![Bucket::EMPTY; width as usize];
    let start = i128::from(range.start.unix_ns());
    let length = i128::from(range.end.unix_ns()) - start;
    for (time, value) in samples {
        let slot = (i128::from(*time) - start) * i128::from(width) / length;
        buckets[slot as usize].add(*value);
    }
    buckets
}

fn same_sum(a: &Bucket, b: &Bucket) -> bool {
    let near = (a.sum - b.sum).abs() <= 1e-9 * (1.0 + a.sum.abs().max(b.sum.abs())) * 1e3;
    a.min == b.min && a.max == b.max && a.count == b.count && near
}

fn check(archive: &Archive, reference: &Reference, name: &str, range: TimeRange, width: u32) {
    let key = SeriesKey::new(name, "raw");
    let want = reference.winners(name, range);
    let (times, values, cut) = archive.range(&key, range, u64::MAX, &NEVER).unwrap();
    let got: Vec<(i64, f64)> = times.iter().map(|t| t.unix_ns()).zip(values).collect();
    assert_eq!(got, want);
    assert!(!cut);
    let limit = want.len() as u64 / 2;
    let (first, _, cut) = archive.range(&key, range, limit, &NEVER).unwrap();
    assert_eq!(first.len() as u64, limit);
    assert_eq!(cut, limit < want.len() as u64);
    let (buckets, _) = archive.min_max(&key, range, width, &NEVER).unwrap();
    let brute = brute_buckets(&want, range, width);
    for (i, (a, b)) in buckets.iter().zip(&brute).enumerate() {
        assert!(same_sum(a, b), "slice {i} of {width}: {a:?} is not {b:?}");
    }
    let all = reference.winners(name, TimeRange::new(at(i64::MIN), range.end));
    let latest = archive.latest(&key, range.end.plus_ns(-1)).unwrap();
    assert_eq!(latest.map(|l| (l.time.unix_ns(), l.value)), all.last().copied());
    for segment in archive.segments(&key, range).unwrap() {
        assert!(!segment.is_empty() && range.start <= segment.start && segment.end <= range.end);
    }
    let stretches = archive.segments(&key, range).unwrap();
    assert!(stretches.windows(2).all(|w| w[0].end <= w[1].start));
    assert!(want.iter().all(|(t, _)| stretches.iter().any(|s| s.contains(at(*t)))));
}

#[derive(Clone, Debug)]
struct Step {
    start: i64,
    step: i64,
    rows: usize,
    kind: u8,
    names: u8,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let start = prop_oneof![Just(0i64), 0i64..30_000, 29_000i64..31_000];
    let one = (start, 0i64..12, prop_oneof![1usize..30, 500usize..2500], any::<u8>(), 0u8..3)
        .prop_map(|(start, step, rows, kind, names)| Step { start, step, rows, kind, names });
    proptest::collection::vec(one, 1..7)
}

fn make(step: &Step) -> ParameterBatch {
    let times: Vec<i64> = (0..step.rows as i64).map(|i| step.start + i * step.step).collect();
    let value = |i: i64, salt: i64| match (i * 7 + salt + i64::from(step.kind)) % 11 {
        0 => f64::NAN,
        r if step.kind.is_multiple_of(2) => (i % 50 + r) as f64,
        r => (i as f64 * 0.37).sin() * r as f64,
    };
    let column = |salt: i64| (0..step.rows as i64).map(|i| value(i, salt)).collect::<Vec<_>>();
    match step.names {
        0 => batch(&["/a", "/b"], &times, vec![column(0), column(1)]),
        1 => batch(&["/b", "/a"], &times, vec![column(3), column(4)]),
        _ => batch(&["/a"], &times, vec![column(5)]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]
    #[test]
    fn answers_equal_brute_force(
        steps in steps(), reopen in any::<bool>(), from in -100i64..31_000, len in 1i64..60_000,
        width in prop_oneof![Just(1u32), 2u32..50, 1000u32..3000],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut archive = Archive::create(dir.path(), at(1)).unwrap();
        let mut reference = Reference::default();
        for step in &steps {
            let batch = make(step);
            let report = archive.append_parameters(&batch).unwrap();
            let (stored, dropped) = reference.append(&batch);
            prop_assert_eq!((report.values, report.duplicates), (stored, dropped));
            if reopen {
                drop(archive);
                let (again, said) = Archive::open(dir.path(), Access::Write).unwrap();
                prop_assert!(said.is_empty(), "{:?}", said);
                archive = again;
            }
        }
        let range = TimeRange::new(at(from), at(from + len));
        for name in reference.samples.keys() {
            check(&archive, &reference, name, range, width);
            check(&archive, &reference, name, TimeRange::new(at(-1), at(70_000)), width);
        }
        let (reader, _) = Archive::open(dir.path(), Access::Read).unwrap();
        // Values that a later one at the same time hides within one chunk are not counted anew.
        let plain = |a: &Archive| {
            a.series().into_iter().map(|s| (s.key, s.unit, s.span)).collect::<Vec<_>>()
        };
        prop_assert_eq!(plain(&reader), plain(&archive));
        for name in reference.samples.keys() {
            check(&reader, &reference, name, range, width);
        }
        prop_assert!(archive.verify(&|_| (), &NEVER).is_empty());
    }
}

#[test]
fn a_long_series_is_answered_by_its_pyramid() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let mut reference = Reference::default();
    let rows = 300 * 1024 + 77;
    let times: Vec<i64> = (0..rows).map(|i| i * 1_000_000).collect();
    let column: Vec<f64> = (0..rows).map(|i| ((i * 31) % 4001) as f64 / 8.0).collect();
    for part in [0..200_000usize, 200_000..rows as usize] {
        let b = batch(&["/x"], &times[part.clone()], vec![column[part].to_vec()]);
        archive.append_parameters(&b).unwrap();
        reference.append(&b);
    }
    for width in [1, 7, 300, 2000] {
        for (from, to) in [(0, rows), (5000, 290_000), (100_000, 101_000)] {
            let range = TimeRange::new(at(from * 1_000_000 + 3), at(to * 1_000_000));
            check(&archive, &reference, "/x", range, width);
        }
    }
    assert_eq!(archive.segments(&SeriesKey::new("/x", "raw"), TimeRange::ALL).unwrap().len(), 1);
    let summary = &archive.series()[0];
    assert_eq!((summary.samples, summary.rate_hz), (rows as u64, 1000.0));
    assert_eq!(summary.unit, "V");
}

#[test]
fn a_reader_follows_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Archive::create(dir.path(), at(1)).unwrap();
    let (reader, _) = Archive::open(dir.path(), Access::Read).unwrap();
    let key = SeriesKey::new("/x", "raw");
    for i in 0..40i64 {
        let times: Vec<i64> = (0..100).map(|k| (i * 100 + k) * 1000).collect();
        writer.append_parameters(&batch(&["/x"], &times, vec![vec![i as f64; 100]])).unwrap();
        assert!(reader.refresh().unwrap());
        assert!(!reader.refresh().unwrap());
        let latest = reader.latest(&key, Instant::MAX).unwrap().unwrap();
        assert_eq!((latest.time, latest.value), (at((i * 100 + 99) * 1000), i as f64));
        assert_eq!(reader.series(), writer.series());
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let twice = batch(&["/x", "/x"], &[1], vec![vec![1.0], vec![2.0]]);
    let short = batch(&["/x"], &[1, 2], vec![vec![1.0]]);
    let nameless = batch(&[""], &[1], vec![vec![1.0]]);
    for (bad, says) in [(twice, "twice"), (short, "2 times"), (nameless, "no name")] {
        let error = archive.append_parameters(&bad).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(archive.series().is_empty());
}

#[test]
fn after_a_failed_sync_it_goes_on_in_other_files() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(0)).unwrap();
    let piece = |from: i64, rows: i64| {
        let times: Vec<i64> = (from..from + rows).map(|i| i * 1_000_000_000).collect();
        let values = times.iter().map(|t| *t as f64).collect();
        batch(&["/a"], &times, vec![values])
    };
    // Rows in a chunk and rows in the log, then both files are lost.
    archive.append_parameters(&piece(0, 1500)).unwrap();
    archive.parameters.fail_files();
    assert_eq!(archive.append_parameters(&piece(1500, 100)).unwrap().values, 100);
    archive.parameters.fail_files();
    assert_eq!(archive.append_parameters(&piece(1600, 2000)).unwrap().values, 2000);
    drop(archive);
    let (archive, repairs) = Archive::open(dir.path(), Access::Read).unwrap();
    assert_eq!(repairs, Vec::<String>::new());
    let all = TimeRange::new(at(0), at(i64::MAX));
    let key = SeriesKey::new("/a", "raw");
    let (times, _, more) = archive.range(&key, all, 10_000, &NEVER).unwrap();
    assert_eq!((times.len(), more), (3600, false));
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
}
