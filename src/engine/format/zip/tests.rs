//! Archives made here, the one of the gazetteer, and broken ones.

use proptest::prelude::*;

use super::*;

#[test]
fn the_checksum_of_the_specification() {
    // The check value of CRC-32/ISO-HDLC.
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

#[test]
fn stored_and_deflated_entries_read_back() {
    let long = vec![7_u8; 100_000];
    let entries: [(&str, &[u8]); 3] =
        [("a.txt", b"hello"), ("dir/empty", b""), ("dir/long.bin", &long)];
    let deflate = |bytes: &[u8]| (8, miniz_oxide::deflate::compress_to_vec(bytes, 6));
    for bytes in [stored(&entries), packed(&entries, deflate)] {
        let (archive, problems) = Archive::open(&bytes);
        assert_eq!(problems, []);
        for (entry, (name, content)) in archive.entries().iter().zip(&entries) {
            assert_eq!(entry.name, *name);
            assert_eq!(archive.read(entry).expect("an entry"), *content);
        }
    }
}

#[test]
fn the_gazetteer_archive() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/D_mars_maps/gazetteer");
    let Ok(bytes) = std::fs::read(format!("{root}/MARS_nomenclature.zip")) else {
        println!("skipped: MARS_nomenclature.zip not present");
        return;
    };
    let (archive, problems) = Archive::open(&bytes);
    assert_eq!((archive.entries().len(), problems.len()), (6, 0));
    for entry in archive.entries() {
        assert_eq!(archive.read(entry).expect(&entry.name).len() as u64, entry.bytes);
    }
}

#[test]
fn damage_is_told() {
    let deflate = |bytes: &[u8]| (8, miniz_oxide::deflate::compress_to_vec(bytes, 6));
    let whole = packed(&[("a", &[1; 5000][..])], deflate);
    let (cut, problems) = Archive::open(&whole[..whole.len() - 30]);
    assert!(cut.entries().is_empty() && problems[0].reason.contains("cut off"));
    let read = |bytes: &[u8]| {
        let (archive, _) = Archive::open(bytes);
        archive.read(&archive.entries()[0].clone()).map(|b| b.len())
    };
    assert_eq!(read(&whole), Ok(5000));
    let mut flipped = whole.clone();
    flipped[14] ^= 1;
    assert_eq!(read(&flipped), Ok(5000), "the directory counts, not the local header");
    let mut flipped = whole.clone();
    flipped[33] ^= 0x55;
    assert!(read(&flipped).is_err());
    // A directory that promises less than the entry unpacks to: no more than that is made.
    let mut bomb = whole.clone();
    let at = bomb.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap() + 24;
    bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    assert!(read(&bomb).unwrap_err().reason.contains("unpack"));
    bomb[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(read(&bomb).unwrap_err().reason.contains("256 MiB"));
}

proptest! {
    #[test]
    fn any_damage_is_survived(flips in prop::collection::vec((0..200_usize, any::<u8>()), 0..8)) {
        let mut bytes = stored(&[("a.txt", b"hello"), ("b.txt", b"world")]);
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] ^= value;
        }
        let (archive, _) = Archive::open(&bytes);
        for entry in archive.entries() {
            let _ = archive.read(entry);
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        contents in prop::collection::vec(prop::collection::vec(0..9_u8, 0..500), 0..6),
    ) {
        let names: Vec<String> = (0..contents.len()).map(|n| format!("folder/é{n}")).collect();
        let entries: Vec<(&str, &[u8])> =
            names.iter().zip(&contents).map(|(name, of)| (name.as_str(), of.as_slice())).collect();
        let bytes = write(&entries).expect("an archive");
        prop_assert_eq!(&bytes, &write(&entries).expect("an archive"));
        let (archive, problems) = Archive::open(&bytes);
        prop_assert_eq!(problems, []);
        prop_assert_eq!(archive.entries().len(), entries.len());
        for (entry, (name, content)) in archive.entries().iter().zip(&entries) {
            prop_assert_eq!(&entry.name, name);
            prop_assert_eq!(archive.read(entry).expect("an entry"), *content);
        }
    }
}

#[test]
fn names_that_are_none_or_stand_twice_are_refused() {
    assert!(write(&[("", b"x")]).is_err());
    assert!(write(&[("a", b"x"), ("a", b"y")]).is_err());
    assert!(write(&[("a", b"x"), ("b", b"x")]).is_ok());
}
