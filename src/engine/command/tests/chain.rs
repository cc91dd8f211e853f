//! The journal: torn tails are cut, every kind of tampering is found and located.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::make::T0;
use crate::command::chain::{Head, Record, link, read_chain};
use crate::command::journal::{HEAD_FILE, JOURNAL_FILE, Journal, JournalError, verify};

/// Records and where they end in the bytes.
fn written(count: usize) -> (Vec<Record>, Vec<u8>, Vec<usize>) {
    let (mut records, mut bytes, mut ends) = (Vec::<Record>::new(), Vec::new(), vec![0]);
    for i in 0..count {
        let head = records.last().map(head_of);
        let body = format!("{{\"n\":{i},\"text\":\"{}\"}}", "ab".repeat(i % 7));
        let (record, frame) = link(head, T0.plus_s(i as f64), "ada", "test", &body);
        bytes.extend(frame);
        records.push(record);
        ends.push(bytes.len());
    }
    (records, bytes, ends)
}

fn head_of(record: &Record) -> Head {
    Head { number: record.number, hash: record.hash }
}

#[test]
fn a_sound_chain_reads_back() {
    let (records, bytes, _) = written(20);
    let chain = read_chain(&bytes, records.last().map(head_of));
    assert_eq!(chain.records, records);
    assert_eq!((chain.findings.len(), chain.torn), (0, 0));
    // A head that lags behind, as after a power cut.
    let chain = read_chain(&bytes, records.get(11).map(head_of));
    assert!(chain.findings.is_empty());
}

/// The hash of a record, by the layout in the head of the file, worked out with Python's hashlib.
#[test]
fn the_hash_is_that_of_the_layout() {
    let (record, bytes) = link(None, T0, "ada", "test", "{}");
    let expected = "1f33ab56a087c83e8d65fce57335ac515d81fb5b79e109d57bccea2cba09e1e9";
    assert_eq!(record.hash.to_string(), expected);
    assert_eq!(bytes.len(), 12 + 48 + 5 + 6 + 2 + 32);
    let stored = head_of(&record).to_bytes();
    assert_eq!(Head::read(&stored), Some(head_of(&record)));
    for at in 0..stored.len() {
        let mut changed = stored;
        changed[at] ^= 1;
        assert_eq!(Head::read(&changed), None);
    }
}

#[test]
fn records_that_were_rewritten_with_their_hash_are_found() {
    let (records, bytes, ends) = written(10);
    let head = records.last().map(head_of);
    for at in 0..records.len() {
        let before = at.checked_sub(1).map(|i| head_of(&records[i]));
        let (_, forged) = link(before, records[at].time, "eve", "test", "{}");
        let mut changed = bytes[..ends[at]].to_vec();
        changed.extend(forged);
        changed.extend_from_slice(&bytes[ends[at + 1]..]);
        let findings = read_chain(&changed, head).findings;
        // The link to the next record is broken; the last one is held by the head.
        let record = (at + 1).min(records.len() - 1) as u64;
        assert_eq!(findings.first().map(|f| f.record), Some(record), "{findings:?}");
        if at + 1 < records.len() {
            let moved = changed.len() as i64 - bytes.len() as i64;
            assert_eq!(findings[0].offset as i64, ends[at + 1] as i64 + moved);
        } else {
            assert_eq!(findings[0].offset, ends[at] as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_flipped_byte_is_found_where_it_is(count in 1_usize..12, at: usize, with in 1_u8..) {
        let (records, mut bytes, ends) = written(count);
        let at = at % bytes.len();
        bytes[at] ^= with;
        let chain = read_chain(&bytes, records.last().map(head_of));
        let record = ends.iter().position(|end| *end > at).unwrap() - 1;
        let first = chain.findings.first().unwrap();
        prop_assert_eq!(first.record, record as u64);
        prop_assert_eq!(first.offset, ends[record] as u64);
    }

    #[test]
    fn removed_repeated_and_exchanged_records_are_found(
        count in 3_usize..12, a: usize, b: usize, what in 0..3,
    ) {
        let (records, bytes, ends) = written(count);
        let (a, b) = (a % count, b % count);
        let mut order: Vec<usize> = (0..count).collect();
        match what {
            0 => { order.remove(a); }
            1 => order.insert(b, a),
            _ => order.swap(a, b),
        }
        let same = order.iter().copied().eq(0..count);
        let changed: Vec<u8> =
            order.iter().flat_map(|i| bytes[ends[*i]..ends[i + 1]].to_vec()).collect();
        let chain = read_chain(&changed, records.last().map(head_of));
        prop_assert_eq!(chain.findings.is_empty(), same);
        if !same {
            let first = order.iter().enumerate().position(|(at, i)| at != *i);
            let first = first.unwrap_or(order.len());
            prop_assert_eq!(chain.findings[0].record, first as u64);
            let offset: usize = order[..first].iter().map(|i| ends[i + 1] - ends[*i]).sum();
            prop_assert_eq!(chain.findings[0].offset, offset as u64);
        }
    }

    #[test]
    fn a_torn_write_is_no_tampering(count in 1_usize..8, cut: usize) {
        let (records, bytes, ends) = written(count + 1);
        let last = ends[count]..bytes.len();
        let cut = last.start + cut % last.len();
        let head = records.get(count - 1).map(head_of);
        let chain = read_chain(&bytes[..cut], head);
        prop_assert!(chain.findings.is_empty());
        prop_assert_eq!(chain.end, ends[count] as u64);
        prop_assert_eq!(chain.torn, (cut - ends[count]) as u64);
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>) {
        let _ = read_chain(&bytes, Head::read(&bytes));
    }
}

fn append(journal: &mut Journal, n: usize) {
    for i in 0..n {
        journal.append(T0, "ada", "note", &format!("{i}")).unwrap();
    }
}

fn reopened(folder: &Path) -> Result<crate::command::Opened, JournalError> {
    Journal::open(folder, T0, [1; 16])
}

#[test]
fn a_folder_keeps_one_writer_and_cuts_what_was_torn() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = reopened(folder.path()).unwrap();
    append(&mut opened.journal, 3);
    assert!(matches!(reopened(folder.path()), Err(JournalError::Busy(_))));
    assert!(opened.journal.append(T0, "eve", "command", "{}").is_err());
    let id = opened.journal.id();
    drop(opened);
    let path = folder.path().join(JOURNAL_FILE);
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn.extend_from_slice(b"MDJ1 and no more");
    fs::write(&path, &torn).unwrap();
    let opened = reopened(folder.path()).unwrap();
    assert!(opened.told[0].contains("16 bytes"), "{:?}", opened.told);
    assert_eq!((opened.records.len(), opened.journal.id()), (4, id));
    assert_eq!(fs::read(&path).unwrap(), sound);
    drop(opened);
    assert!(verify(folder.path()).unwrap().is_empty());
    // The last record taken away, or changed: the head knows better.
    fs::write(&path, &sound[..sound.len() - 10]).unwrap();
    let error = reopened(folder.path()).unwrap_err();
    assert!(error.to_string().contains("record 3 at byte"), "{error}");
    fs::write(&path, &sound).unwrap();
    fs::remove_file(folder.path().join(HEAD_FILE)).unwrap();
    assert!(verify(folder.path()).unwrap()[0].reason.contains("head"));
    fs::remove_file(&path).unwrap();
    assert!(verify(folder.path()).unwrap().is_empty(), "an empty folder is a new one");
}
