//! The archive as a whole: products, events, marks, locks, and what goes wrong from outside.

mod crash;
mod flip;
mod limit;
mod message;
mod note;

use std::fs;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

static NEVER: AtomicBool = AtomicBool::new(false);

fn at(s: i64) -> Instant {
    Instant::from_unix_ns(s * 1_000_000_000)
}

/// All event messages, the oldest first.
fn every(limit: u32) -> MessageQuery {
    let text = String::new();
    MessageQuery { range: TimeRange::ALL, levels: Levels::ALL, text, limit, newest: false }
}

fn about(name: &str, span: Option<TimeRange>) -> NewProduct {
    NewProduct {
        name: name.to_owned(),
        format: "csv".to_owned(),
        span,
        summary: "a table".to_owned(),
        label: "time,value".to_owned(),
        problems: vec![Problem::at(7, "row 3", "not a number; left out")],
        ..NewProduct::default()
    }
}

#[test]
fn products_come_back_and_are_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let large: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
    let span = TimeRange::new(at(100), at(200));
    let PutProduct::Stored(small) =
        archive.put_product(&about("a.csv", Some(span)), b"1,2\n", at(5)).unwrap()
    else {
        panic!("new")
    };
    let PutProduct::Stored(big) =
        archive.put_product(&about("b.csv", None), &large, at(6)).unwrap()
    else {
        panic!("new")
    };
    let again = archive.put_product(&about("other name", None), b"1,2\n", at(7)).unwrap();
    assert_eq!(again, PutProduct::AlreadyStored(small));
    drop(archive);

    let (archive, said) = Archive::open(dir.path(), Access::Write).unwrap();
    assert!(said.is_empty());
    assert_eq!(archive.product_bytes(small).unwrap(), b"1,2\n");
    assert_eq!(archive.product_bytes(big).unwrap(), large);
    let products = archive.products(TimeRange::ALL, "").unwrap();
    assert_eq!(products.iter().map(|p| p.id).collect::<Vec<_>>(), [big, small]);
    assert_eq!(products[1].about, about("a.csv", Some(span)));
    assert_eq!((products[1].bytes, products[1].stored), (4, at(5)));
    let outside = TimeRange::new(at(200), at(300));
    assert_eq!(archive.products(outside, "csv").unwrap().len(), 1);
    assert!(archive.products(TimeRange::ALL, "pds4").unwrap().is_empty());
    assert!(matches!(archive.product_bytes(ProductId(99)), Err(QueryError::Unknown(_))));
}

#[test]
fn events_are_found_by_time_and_replaced_by_id() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let event = |id: &str, t: i64, end: Option<i64>| Event {
        id: id.to_owned(),
        time: at(t),
        span: end.map(|e| TimeRange::new(at(t), at(e))),
        ..Event::default()
    };
    let before = archive.generation();
    let both = [event("b", 50, None), event("a", 10, Some(40))];
    assert_eq!(archive.put_events(&both).unwrap(), 2);
    assert_eq!(archive.put_events(&both).unwrap(), 0);
    assert_eq!(archive.generation(), before + 1);
    let ids = |from, to| -> Vec<String> {
        let found = archive.events(TimeRange::new(at(from), at(to))).unwrap();
        found.into_iter().map(|e| e.id).collect()
    };
    assert_eq!(ids(0, 100), ["a", "b"]);
    assert_eq!(ids(39, 50), ["a"]);
    assert_eq!(ids(40, 51), ["b"]);
    assert_eq!(archive.put_events(&[event("a", 45, None)]).unwrap(), 1);
    assert_eq!(ids(0, 44), [""; 0]);
    assert!(!archive.has_fetched("x"));
    archive.put_fetched("x").unwrap();
    assert!(archive.has_fetched("x"));
}

#[test]
fn one_writer_many_readers() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Archive::create(dir.path(), at(1)).unwrap();
    let second = Archive::open(dir.path(), Access::Write).err().unwrap();
    assert!(second.to_string().contains("another marsdeck is writing"), "{second}");
    let (reader, _) = Archive::open(dir.path(), Access::Read).unwrap();
    let refused = reader.put_product(&about("a", None), b"x", at(1)).unwrap_err();
    assert!(refused.to_string().contains("reading only"), "{refused}");
    assert!(reader.append_parameters(&ParameterBatch::default()).is_err());
    writer.put_product(&about("a", None), b"x", at(1)).unwrap();
    let before = reader.generation();
    assert!(reader.refresh().unwrap());
    assert!(reader.generation() > before);
    assert_eq!(reader.product_count(), 1);
    drop(writer);
    assert!(Archive::open(dir.path(), Access::Write).is_ok());
}

#[test]
fn what_is_no_archive_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let says = |result: Result<(Archive, Vec<String>), ArchiveError>, words: &str| {
        let text = result.err().unwrap().to_string();
        assert!(text.contains(words), "{text}");
    };
    says(Archive::open(dir.path(), Access::Read), "is not a marsdeck archive");
    says(Archive::open(&dir.path().join("none"), Access::Write), "is not a marsdeck archive");
    let file = dir.path().join("file");
    fs::write(&file, b"text").unwrap();
    let text = Archive::create(&file, at(1)).err().unwrap().to_string();
    assert!(text.contains("file"), "{text}");
    let text = Archive::create(dir.path(), at(1)).err().unwrap().to_string();
    assert!(text.contains("is not empty"), "{text}");

    let made = dir.path().join("made");
    drop(Archive::create(&made, at(1)).unwrap());
    let toml = made.join("archive.toml");
    let text = fs::read_to_string(&toml).unwrap();
    fs::write(&toml, text.replace("format = 1", "format = 9")).unwrap();
    says(Archive::open(&made, Access::Read), "use a newer marsdeck");
    fs::write(&toml, text.replace("created_unix_ns = 1", "created_unix_ns = 2")).unwrap();
    says(Archive::open(&made, Access::Read), "checksum");
    fs::write(&toml, b"").unwrap();
    says(Archive::open(&made, Access::Read), "is damaged");
    fs::write(&toml, text).unwrap();
    fs::write(made.join("catalogue.sqlite"), [7u8; 5000]).unwrap();
    says(Archive::open(&made, Access::Write), "restore it from a copy");
    fs::remove_file(made.join("catalogue.sqlite")).unwrap();
    fs::create_dir(made.join("catalogue.sqlite")).unwrap();
    says(Archive::open(&made, Access::Write), "a folder where a file belongs");
}

#[test]
fn an_interrupted_creation_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("LOCK"), b"").unwrap();
    fs::write(dir.path().join("archive.toml.part"), b"for").unwrap();
    let (archive, _) = Archive::open_or_create(dir.path(), at(1)).unwrap();
    assert!(archive.writable());
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
    assert_eq!(archive.stat().products, 0);
}
