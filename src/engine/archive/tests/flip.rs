//! Flipped bytes: `verify` finds every one that changes anything that the archive says.

use std::path::{Path, PathBuf};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;

fn fill(dir: &Path) {
    let archive = Archive::create(dir, at(1)).unwrap();
    let rows = 20_000i64;
    let batch = ParameterBatch {
        product: "raw".to_owned(),
        names: vec!["/a".to_owned(), "/b".to_owned()],
        units: vec!["Pa".to_owned(), "K".to_owned()],
        times: (0..rows).map(at).collect(),
        columns: vec![
            (0..rows).map(|i| ((i * i) % 977) as f64).collect(),
            (0..rows).map(|i| (i as f64 * 0.01).sin()).collect(),
        ],
    };
    archive.append_parameters(&batch).unwrap();
    let large: Vec<u8> = (0..80_000u32).map(|i| (i >> 3) as u8).collect();
    let packet = |i: i64| NewPacket {
        received: at(i),
        generated: None,
        channel: Some(1),
        bytes: (0..50_000).map(|k| ((k * i) >> 7) as u8).collect::<Vec<u8>>().into(),
    };
    for second in 0..100 {
        archive.append_packets(&PacketSource::default(), &[packet(second)]).unwrap();
    }
    archive.put_product(&about("large", None), &large, at(2)).unwrap();
    for i in 0..20 {
        archive.put_product(&about("small", None), &vec![i; 900], at(3)).unwrap();
        let event = Event { id: format!("event {i}"), time: at(100), ..Event::default() };
        archive.put_events(&[event]).unwrap();
        let message = EventMessage {
            time: at(200 + i64::from(i)),
            message: format!("said {i}"),
            ..EventMessage::default()
        };
        archive.put_messages(&[message]).unwrap();
        archive.put_fetched(&format!("part {i}")).unwrap();
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    // SQLite makes the shared memory of its WAL anew; it holds nothing of its own.
    found.retain(|p| !p.ends_with("catalogue.sqlite-shm") && fs::metadata(p).unwrap().len() > 0);
    found
}

/// Everything that the archive answers; none where it refuses.
fn dump(dir: &Path) -> Option<Vec<String>> {
    let (archive, _) = Archive::open(dir, Access::Read).ok()?;
    let mut out = vec![format!("{:?}", archive.series())];
    for series in archive.series() {
        let samples = archive.range(&series.key, TimeRange::ALL, u64::MAX, &NEVER);
        let slices = TimeRange::new(at(0), at(20_000));
        let buckets = archive.min_max(&series.key, slices, 10, &NEVER);
        out.push(format!("{samples:?} {buckets:?}"));
    }
    out.push(format!("{:?}", archive.events(TimeRange::ALL).ok()?));
    out.push(format!("{:?}", archive.messages(&every(u32::MAX), &NEVER).ok()?));
    for product in archive.products(TimeRange::ALL, "").ok()? {
        out.push(format!("{product:?} {:?}", archive.product_bytes(product.id)));
    }
    out.extend((0..20).map(|i| archive.has_fetched(&format!("part {i}")).to_string()));
    Some(out)
}

fn is_found(dir: &Path) -> bool {
    match Archive::open(dir, Access::Read) {
        Err(_) => true,
        Ok((archive, _)) => !archive.verify(&|_| (), &NEVER).is_empty(),
    }
}

#[test]
fn verify_finds_flipped_bytes() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    assert!(!is_found(dir.path()));
    let whole = dump(dir.path()).unwrap();
    let files = files(dir.path());
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut unseen = 0;
    for round in 0..600 {
        let file = &files[round % files.len()];
        let sound = fs::read(file).unwrap();
        let mut bytes = sound.clone();
        let place = random.next_u64() as usize % bytes.len();
        bytes[place] ^= 1 << (random.next_u32() % 8);
        fs::write(file, &bytes).unwrap();
        if !is_found(dir.path()) {
            assert!(file.ends_with("catalogue.sqlite"), "byte {place} of {}", file.display());
            assert_eq!(dump(dir.path()).as_ref(), Some(&whole), "byte {place} of the catalogue");
            unseen += 1;
        }
        fs::write(file, &sound).unwrap();
    }
    println!("600 flips, {unseen} of them in unused bytes of the catalogue");
    assert!(!is_found(dir.path()));
}
