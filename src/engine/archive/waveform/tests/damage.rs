//! Flipped bytes and cut files: always noticed, never a wrong answer.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{GO_ON, noise, records, scratch, source, trace};
use crate::archive::waveform::WaveformStore;
use crate::archive::{Bucket, SeriesKey};
use crate::time::{Instant, TimeRange};

fn key() -> SeriesKey {
    SeriesKey::new(source().name(), "raw")
}

fn make(dir: &Path) {
    let (store, _) = WaveformStore::open(dir, true).expect("opens");
    for (start, publication, seed) in [(0, 1, 1), (600_000, 2, 2), (100_000_000, 1, 3)] {
        let bytes = records(&trace(start, 20.0, publication, noise(seed, 20_000)), 256);
        store.append("raw", &bytes).expect("appends");
    }
}

/// Files of the store but the lock, which holds nothing.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("lists") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "LOCK") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

type Answers = Vec<Option<(Vec<Bucket>, Vec<f64>)>>;

/// Answers at several zooms; none where the store refused.
fn ask(store: &WaveformStore) -> Answers {
    let day = super::DAY * 1_000_000_000;
    [(0, 2_000, 50), (0, 200_000, 7), (590, 1_700, 400), (100_000, 100_500, 100)]
        .iter()
        .map(|&(from, to, width)| {
            let at = |s: i64| Instant::from_unix_ns(day + s * 1_000_000_000);
            let range = TimeRange::new(at(from), at(to));
            let (buckets, _) = store.min_max(&key(), range, width, &GO_ON).ok()?;
            let (_, values, _) = store.range(&key(), range, 5_000, &GO_ON).ok()?;
            Some((buckets, values))
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).expect("inside"));
        fs::create_dir_all(target.parent().expect("folder")).expect("makes");
        fs::copy(&path, target).expect("copies");
    }
}

/// Answers are right or refused.
fn never_wrong(good: &Answers, got: &Answers) -> Result<(), TestCaseError> {
    for (good, got) in good.iter().zip(got) {
        prop_assert!(got.is_none() || got == good);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_byte_is_found_and_never_answers(
        place in any::<prop::sample::Index>(),
        file in any::<prop::sample::Index>(),
        flip in 1u8..=255,
    ) {
        let good_dir = scratch();
        make(good_dir.path());
        let good = ask(&WaveformStore::open(good_dir.path(), false).expect("opens").0);
        prop_assert!(good.iter().all(Option::is_some));
        let dir = scratch();
        copy(good_dir.path(), dir.path());
        let files = files(dir.path());
        let path = file.get(&files);
        let mut bytes = fs::read(path).expect("reads");
        let at = place.index(bytes.len());
        bytes[at] ^= flip;
        fs::write(path, &bytes).expect("writes");
        {
            let (reader, _) = WaveformStore::open(dir.path(), false).expect("opens");
            let problems = reader.verify(&|_| (), &GO_ON);
            let name = path.display().to_string();
            prop_assert!(problems.iter().any(|p| p.place == name), "{name} {at}: {problems:?}");
            never_wrong(&good, &ask(&reader))?;
        }
        let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
        never_wrong(&good, &ask(&store))?;
        if path.extension().is_some_and(|e| e == "idx" || e == "top") {
            store.rebuild(&key()).expect("rebuilds");
            prop_assert_eq!(&good, &ask(&store));
            prop_assert_eq!(store.verify(&|_| (), &GO_ON), vec![]);
        }
    }

    #[test]
    fn a_cut_file_is_mended_or_told(
        place in any::<prop::sample::Index>(),
        file in any::<prop::sample::Index>(),
    ) {
        let dir = scratch();
        make(dir.path());
        let good = ask(&WaveformStore::open(dir.path(), false).expect("opens").0);
        let files = files(dir.path());
        let path = file.get(&files);
        let bytes = fs::read(path).expect("reads");
        fs::write(path, &bytes[..place.index(bytes.len())]).expect("writes");
        let (reader, _) = WaveformStore::open(dir.path(), false).expect("opens");
        let answers = ask(&reader);
        // A shorter index is a smaller archive to a reader; a writer mends it.
        if path.extension().is_none_or(|e| e != "idx") {
            never_wrong(&good, &answers)?;
        }
        drop(reader);
        let (store, said) = WaveformStore::open(dir.path(), true).expect("opens");
        prop_assert!(!said.is_empty());
        if path.extension().is_some_and(|e| e == "idx" || e == "top") {
            prop_assert_eq!(&good, &ask(&store));
        } else {
            never_wrong(&good, &ask(&store))?;
        }
    }
}
