//! Packets come back as they were given: after reopening, sealing, torn ends, failed files.

use std::fs;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;
use crate::time::{Instant, TimeRange};

fn at(s: i64) -> Instant {
    Instant::from_unix_ns(1_600_000_000_000_000_000 + s * 1_000_000_000)
}

fn link(name: &str) -> PacketSource {
    PacketSource { link: name.to_owned(), mission: "insight".into(), product: "raw".into() }
}

/// A packet of an application, with its count in the bytes; made a minute before it came.
fn packet(apid: u16, count: i64) -> NewPacket {
    let mut bytes = (0x0800 | apid).to_be_bytes().to_vec();
    bytes.extend(count.to_be_bytes());
    bytes.extend((0..count * 37 % 90).map(|k| (k * count) as u8));
    NewPacket {
        received: at(count),
        generated: (count % 7 != 0).then(|| at(count - 60)),
        channel: (count % 3 != 0).then_some((count % 3) as u8),
        bytes: bytes.into(),
    }
}

fn open(dir: &Path) -> (PacketStore, Vec<String>) {
    fs::create_dir_all(dir.join(PACKET_FOLDER)).unwrap();
    PacketStore::open(dir, Access::Write).unwrap()
}

fn all(store: &PacketStore) -> Vec<StoredPacket> {
    let mut found = Vec::new();
    let mut each = |packet: &StoredPacket| {
        found.push(packet.clone());
        std::ops::ControlFlow::Continue(())
    };
    store.each(TimeRange::ALL, &mut each).unwrap();
    found
}

fn is_same(stored: &StoredPacket, new: &NewPacket) -> bool {
    let StoredPacket { received, generated, channel, bytes, .. } = stored;
    (received, generated, channel, bytes)
        == (&new.received, &new.generated, &new.channel, &new.bytes)
}

fn query(from: i64, to: i64, limit: usize, newest: bool) -> PacketQuery {
    let range = TimeRange::new(at(from), at(to));
    PacketQuery { range, link: String::new(), apid: None, limit, newest }
}

#[test]
fn packets_come_back_in_order_and_by_time() {
    let dir = tempfile::tempdir().unwrap();
    let given: Vec<NewPacket> = (0..90).map(|i| packet(64 + (i % 2) as u16, i)).collect();
    let (store, said) = open(dir.path());
    assert!(said.is_empty(), "{said:?}");
    for (i, pair) in given.chunks(2).enumerate() {
        store.append(&link(if i % 2 == 0 { "a" } else { "b" }), pair).unwrap();
    }
    for store in [store, open(dir.path()).0] {
        let found = all(&store);
        assert_eq!(found.len(), 90);
        assert!(found.iter().zip(&given).all(|(stored, new)| is_same(stored, new)));
        assert!(found.iter().map(|packet| packet.number).eq(1..=90));
        let never = AtomicBool::new(false);
        // Made 10 s to 20 s: counts 70 to 79, of which 70 and 77 say no time of their own.
        let (some, more) = store.find(&query(10, 20, 100, true), &never).unwrap();
        let counts: Vec<i64> = some.iter().map(|p| p.received.s_since(at(0)) as i64).collect();
        assert_eq!(counts, [71, 72, 73, 14, 74, 75, 76, 78, 79], "14 came then, and says no more");
        assert!(!more);
        let (newest, more) = store.find(&query(10, 20, 2, true), &never).unwrap();
        assert_eq!((newest.as_slice(), more), (&some[7..], true));
        let (earliest, more) = store.find(&query(10, 20, 2, false), &never).unwrap();
        assert_eq!((earliest.as_slice(), more), (&some[..2], true));
        let one = PacketQuery { link: "b".into(), apid: Some(65), ..query(-100, 100, 999, false) };
        let (some, _) = store.find(&one, &never).unwrap();
        assert_eq!(some.len(), 22);
        assert!(some.iter().all(|p| p.source.link == "b" && p.apid() == Some(65)));
    }
}

#[test]
fn logs_are_sealed_and_every_cut_of_the_files_leaves_what_was_reported() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let mut given = Vec::new();
    let mut i = 0;
    while store.blocks() < 6 {
        let some: Vec<NewPacket> = (0..4000).map(|k| packet(64, i + k)).collect();
        store.append(&link("a"), &some).unwrap();
        given.extend(some);
        i += 4000;
    }
    store.append(&link("b"), &[packet(70, 1)]).unwrap();
    given.push(packet(70, 1));
    let is_all = |found: Vec<StoredPacket>, given: &[NewPacket]| {
        found.len() == given.len() && found.iter().zip(given).all(|(s, n)| is_same(s, n))
    };
    assert!(is_all(all(&store), &given));
    let reader = PacketStore::open(dir.path(), Access::Read).unwrap().0;
    assert!(is_all(all(&reader), &given));
    store.append(&link("b"), &[packet(70, 2)]).unwrap();
    given.push(packet(70, 2));
    assert!(reader.refresh().unwrap());
    assert!(!reader.refresh().unwrap());
    assert!(is_all(all(&reader), &given));
    drop(store);
    let logs: Vec<_> = files::sizes(&dir.path().join(PACKET_FOLDER))
        .into_iter()
        .filter(|(path, _)| !files::is_sealed(path))
        .collect();
    let [(log, size)] = logs.as_slice() else { panic!("{logs:?}") };

    // The end of the log is torn: the packet in it was never reported.
    let bytes = fs::read(log).unwrap();
    fs::write(log, &bytes[..*size as usize - 3]).unwrap();
    let (store, said) = open(dir.path());
    assert!(said.len() == 1 && said[0].contains("kept beside it as .torn"), "{said:?}");
    given.pop();
    assert!(is_all(all(&store), &given));
    drop(store);

    // Sealed, but the crash came before the old log went: nothing is there twice.
    let folder = dir.path().join(PACKET_FOLDER);
    let frame = crate::storage::frame;
    let again: Vec<StoredPacket> = all(&open(dir.path()).0).into_iter().take(500).collect();
    fs::write(files::log_path(&folder, 0), frame(block::LOGGED, &block::encode(&again, false)))
        .unwrap();
    assert!(is_all(all(&open(dir.path()).0), &given));

    // A block torn at the end of a sealed file.
    let path = files::sealed_path(&folder, 1);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"MDP1 and no more");
    fs::write(&path, &bytes).unwrap();
    let (store, said) = open(dir.path());
    assert!(said.iter().any(|s| s.contains("no whole block")), "{said:?}");
    assert!(is_all(all(&store), &given));
}

#[test]
fn after_failed_files_it_goes_on_in_others() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    store.append(&link("a"), &[packet(64, 1)]).unwrap();
    store.fail_files();
    store.append(&link("a"), &[packet(64, 2)]).unwrap();
    let big: Vec<NewPacket> = (3..70_000).map(|i| packet(64, i)).collect();
    store.append(&link("a"), &big).unwrap();
    assert!(store.blocks() > 3);
    assert_eq!(all(&store).len(), 69_999);
    drop(store);
    let (store, said) = open(dir.path());
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(all(&store).len(), 69_999);
    let wrong = NewPacket { bytes: vec![0; 2 << 20].into(), ..packet(1, 1) };
    assert!(matches!(store.append(&link("a"), &[wrong]), Err(ArchiveError::Input(_))));
}

#[test]
fn passes_are_stretches_of_reception_across_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    // Two links at once; each is silent for two minutes after 30 000 packets, ten a second.
    let packet = |apid: u16, i: i64| {
        let pause = i / 30_000 * 120;
        let received = at(pause).plus_ns(i * 100_000_000);
        let sequence = 0xc000 | (i % 0x4000) as u16;
        let mut bytes = (0x0800 | apid).to_be_bytes().to_vec();
        bytes.extend(sequence.to_be_bytes());
        bytes.resize(100, 0);
        NewPacket {
            received,
            generated: Some(received.plus_s(-40.0 - (i % 3) as f64)),
            channel: Some(0),
            bytes: bytes.into(),
        }
    };
    for first in (0..90_000i64).step_by(500) {
        let of = |apid, keep: fn(&i64) -> bool| -> Vec<NewPacket> {
            (first..first + 500).filter(keep).map(|i| packet(apid, i)).collect()
        };
        store.append(&link("a"), &of(64, |_| true)).unwrap();
        // The second link loses the packets 40 000 to 40 099.
        store.append(&link("b"), &of(65, |i| !(40_000..40_100).contains(i))).unwrap();
    }
    assert!(store.blocks() > 10);
    let never = AtomicBool::new(false);
    for _ in 0..2 {
        let all = store.passes(TimeRange::ALL, &never).unwrap();
        assert_eq!(all.len(), 6);
        for (i, pass) in all.iter().enumerate() {
            let n = (i / 2) as i64;
            let (lost, name) = if i % 2 == 1 { (u64::from(n == 1) * 100, "b") } else { (0, "a") };
            assert_eq!((pass.source.link.as_str(), pass.missing), (name, lost), "pass {i}");
            assert_eq!((pass.packets, pass.bytes), (30_000 - lost, 100 * (30_000 - lost)));
            assert_eq!(pass.start, at(n * 3120));
            assert_eq!(pass.end, at(n * 3120 + 2999).plus_ns(900_000_000));
            assert!((40..=256).contains(&pass.latencies.len()), "{}", pass.latencies.len());
            assert!(pass.latencies.iter().all(|s| (40.0..=42.0).contains(s)));
        }
        let second = store.passes(TimeRange::new(at(4000), at(4001)), &never).unwrap();
        assert_eq!(second.len(), 2);
        assert_eq!(second[0].start, at(3120));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Blocks come back, and no damaged one does any harm.
    #[test]
    fn blocks_come_back_and_damage_is_found(
        given in prop::collection::vec((any::<i64>(), any::<Option<i64>>(), any::<Option<u8>>(),
            0usize..5, prop::collection::vec(any::<u8>(), 0..50)), 1..40),
        packed: bool, cut in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let packets: Vec<StoredPacket> = (7..).zip(&given).map(|(number, g)| StoredPacket {
            number,
            source: Arc::new(link(&format!("link {}", g.3))),
            received: Instant::from_unix_ns(g.0),
            generated: g.1.map(Instant::from_unix_ns),
            channel: g.2,
            bytes: g.4.clone().into(),
        }).collect();
        let bytes = block::encode(&packets, packed);
        prop_assert!(block::is_sound(&bytes));
        prop_assert_eq!(block::decode(&bytes), Some(packets.clone()));
        let at = cut.index(bytes.len());
        prop_assert_eq!(block::decode(&bytes[..at]), None);
        let mut bad = bytes.clone();
        bad[at] ^= 1 << bit;
        // What the frame's checksum would have found must not do harm here either.
        if let Some(found) = block::decode(&bad) {
            prop_assert_eq!(found.len(), packets.len());
        }
    }
}
