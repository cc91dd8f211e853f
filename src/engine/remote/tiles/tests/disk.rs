//! The cache after torn writes, hostile files, a full disk and beyond its limit.

use std::fs;

use super::super::cache::Cache;
use super::super::entry::{Entry, write_entry};
use super::*;

fn entry(x: u32, bytes: usize) -> Entry {
    let key = TileKey { level: 5, x, y: 1 };
    Entry { key, fetched_ms: 1_700_000_000_000, etag: String::new(), bytes: vec![x as u8; bytes] }
}

#[test]
fn kept_tiles_are_found_again_and_torn_ones_are_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let now = Watch::new().now();
    let mut cache = Cache::open(folder.path(), "mola", 1 << 20);
    for x in 0..6 {
        cache.write(&entry(x, 100), now);
    }
    assert_eq!(cache.size().0, 6);
    assert_eq!(cache.trouble(), None);
    drop(cache);
    let tiles = folder.path().join("mola/5");
    let whole = write_entry(&entry(0, 100));
    // A process killed while writing; power lost before the bytes were on disk; a bit flipped;
    // one tile under the name of another; something else altogether.
    fs::write(tiles.join("9_9.part"), &whole[..50]).unwrap();
    fs::write(tiles.join("0_1.tile"), &whole[..50]).unwrap();
    fs::write(tiles.join("1_1.tile"), vec![0; whole.len()]).unwrap();
    let mut flipped = write_entry(&entry(2, 100));
    flipped[80] ^= 1;
    fs::write(tiles.join("2_1.tile"), flipped).unwrap();
    fs::write(tiles.join("3_1.tile"), &whole).unwrap();
    fs::write(tiles.join("03_1.tile"), &whole).unwrap();
    fs::write(tiles.join("notes.txt"), "mine").unwrap();
    fs::create_dir(tiles.join("7_7.tile")).unwrap();
    let mut cache = Cache::open(folder.path(), "mola", 1 << 20);
    for x in 0..4 {
        let key = TileKey { level: 5, x, y: 1 };
        assert_eq!(cache.read(key, now), None, "tile {x}");
        assert!(!tiles.join(format!("{x}_1.tile")).exists(), "tile {x} was left");
    }
    assert_eq!(cache.read(entry(4, 0).key, now), Some(entry(4, 100)));
    assert_eq!(cache.read(TileKey { level: 5, x: 7, y: 7 }, now), None);
    assert!(!tiles.join("9_9.part").exists());
    assert!(tiles.join("notes.txt").exists(), "a file of the user was removed");
    assert_eq!(cache.size().0, 2);
    cache.clear();
    assert_eq!(cache.size(), (0, 0));
    assert!(!tiles.join("4_1.tile").exists() && tiles.join("notes.txt").exists());
}

#[test]
fn the_longest_unused_tiles_make_room() {
    let folder = tempfile::tempdir().unwrap();
    let watch = Watch::new();
    let mut cache = Cache::open(folder.path(), "mola", 10_000);
    for x in 0..8 {
        cache.write(&entry(x, 1000), watch.now());
        watch.advance(3.0 * 3600.0);
    }
    // Tile 0 is used again, after a restart.
    drop(cache);
    let mut cache = Cache::open(folder.path(), "mola", 10_000);
    assert!(cache.read(entry(0, 0).key, watch.now()).is_some());
    drop(cache);
    let mut cache = Cache::open(folder.path(), "mola", 10_000);
    for x in 8..12 {
        cache.write(&entry(x, 1000), watch.now());
        assert!(cache.size().1 <= 10_000);
        watch.advance(60.0);
    }
    let here: Vec<u32> =
        (0..12).filter(|x| cache.read(entry(*x, 0).key, watch.now()).is_some()).collect();
    assert!(here.contains(&0) && here.contains(&11), "{here:?}");
    assert!(!here.contains(&1) && !here.contains(&2), "{here:?}");
    // One that is larger than the whole limit is not kept.
    cache.write(&entry(50, 20_000), watch.now());
    assert!(cache.trouble().unwrap().contains("too small"));
}

#[test]
fn a_disk_that_takes_nothing_costs_only_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let now = Watch::new().now();
    // A file stands where the folder should be.
    fs::write(folder.path().join("mola"), "in the way").unwrap();
    let mut cache = Cache::open(folder.path(), "mola", 1 << 20);
    cache.write(&entry(1, 100), now);
    assert_eq!(cache.read(entry(1, 0).key, now), None);
    assert!(cache.trouble().unwrap().starts_with("tiles are not kept: "), "{:?}", cache.trouble());
    fs::remove_file(folder.path().join("mola")).unwrap();
    cache.write(&entry(1, 100), now);
    assert_eq!(cache.trouble(), None);
    assert_eq!(cache.read(entry(1, 0).key, now), Some(entry(1, 100)));
}

/// Linux has a device that is always full; a folder of the cache that leads there is one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let now = Watch::new().now();
    let tiles = folder.path().join("mola/5");
    fs::create_dir_all(&tiles).unwrap();
    std::os::unix::fs::symlink("/dev/full", tiles.join("1_1.part")).unwrap();
    let mut cache = Cache::open(folder.path(), "mola", 1 << 20);
    // Opening clears what a killed process left; here it comes back.
    std::os::unix::fs::symlink("/dev/full", tiles.join("1_1.part")).unwrap();
    cache.write(&entry(1, 100), now);
    assert!(cache.trouble().unwrap().starts_with("the disk is full"), "{:?}", cache.trouble());
    assert_eq!(cache.read(entry(1, 0).key, now), None);
    cache.write(&entry(2, 100), now);
    assert_eq!(cache.trouble(), None);
}

/// Writes tiles without end, for the test below to kill; alone it does nothing.
#[test]
fn write_until_killed() {
    let Ok(folder) = std::env::var("MARSDECK_TILES_TO_KILL") else { return };
    let mut cache = Cache::open(folder.as_ref(), "mola", 1 << 30);
    for x in (0..200).cycle() {
        cache.write(&entry(x, 200_000), Instant::from_unix_s(1.7e9));
    }
}

#[test]
fn a_killed_process_leaves_whole_tiles_only() {
    let folder = tempfile::tempdir().unwrap();
    let name = "remote::tiles::tests::disk::write_until_killed";
    let mut seen = 0;
    for pause_ms in [150, 210, 330] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env("MARSDECK_TILES_TO_KILL", folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut cache = Cache::open(folder.path(), "mola", 1 << 30);
        let (before, _) = cache.size();
        for x in 0..200 {
            let key = entry(x, 0).key;
            if let Some(kept) = cache.read(key, Instant::from_unix_s(1.7e9)) {
                assert_eq!(kept, entry(x, 200_000));
            }
        }
        assert_eq!(cache.size().0, before, "a file under the name of a tile was torn");
        seen = before;
    }
    assert!(seen > 0, "no tile was written before the kill");
}
