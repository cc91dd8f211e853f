//! Files and folders: to the end, on from where it was, and none missed.

use std::collections::BTreeMap;
use std::fs;

use super::super::file::OVERLAP;
use super::super::folder::LARGEST_FILE;
use super::*;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 251) as u8).collect()
}

#[test]
fn a_file_is_read_once_and_a_restart_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pass 12.tlm");
    let source = format!("file:{}", path.display());
    let bytes = pattern(700_000);
    fs::write(&path, &bytes).unwrap();
    // Stopped in the middle, with the queue full.
    let (link, deliveries) = start(&source, "", quick(), 3);
    let status = until(&link, "full", |s| s.deliveries == 3 && s.bytes > 4 * 64 * 1024 - 1);
    let done: usize = status.position.parse().unwrap();
    assert_eq!(stream_of(&deliveries, done), bytes[..done]);
    stops(link);
    drop(deliveries);
    // On from there, a little before.
    let (link, deliveries) = start(&source, &status.position, quick(), 64);
    let status = until(&link, "at the end", |s| s.detail.contains("read to its end"));
    assert_eq!((status.state, status.position.as_str()), (LinkState::Ok, "700000"));
    let from = done.saturating_sub(OVERLAP as usize);
    assert_eq!(stream_of(&deliveries, bytes.len() - from), bytes[from..]);
    stops(link);
    // Nothing to do, and then more of it.
    let (link, deliveries) = start(&source, "700000", quick(), 64);
    until(&link, "at the end", |s| s.detail.contains("read to its end"));
    assert!(deliveries.is_empty());
    stops(link);
    // Another file under the same name.
    fs::write(&path, b"short").unwrap();
    let (link, deliveries) = start(&source, "700000", quick(), 64);
    assert_eq!(stream_of(&deliveries, 5), b"short");
    stops(link);
}

#[test]
fn a_file_that_is_missing_is_waited_for_and_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.tlm");
    let (link, deliveries) = start(&format!("file:{}", path.display()), "", quick(), 4);
    let status = until(&link, "tried", |s| s.detail.contains("no such file"));
    assert_eq!(status.state, LinkState::Unavailable);
    fs::write(&path, b"late").unwrap();
    assert_eq!(stream_of(&deliveries, 4), b"late");
    stops(link);
    let (link, _deliveries) = start(&format!("file:{}", folder.path().display()), "", quick(), 4);
    let status = until(&link, "failed", |s| s.state == LinkState::Failed);
    assert!(status.detail.contains("write folder:"), "{}", status.detail);
    stops(link);
}

/// Takes so many files, by name.
fn files_of(deliveries: &Receiver<Delivery>, count: usize) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    while files.len() < count {
        match next(deliveries) {
            Delivery::File { name, bytes } => files.insert(name, bytes),
            other => panic!("{other:?}"),
        };
    }
    files
}

/// Waits until two more looks are over.
fn looked_on(link: &Link, folder: &std::path::Path) {
    for name in ["probe-1", "probe-2"] {
        let path = folder.join(name);
        let count = |s: &LinkStatus| {
            s.detail.split(' ').next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0)
        };
        let before = count(&link.status());
        fs::write(&path, b"").unwrap();
        until(link, "seen", |s| count(s) == before + 1);
        fs::remove_file(&path).unwrap();
        until(link, "gone", |s| count(s) == before);
    }
}

#[test]
fn a_folder_gives_complete_files_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let source = format!("folder:{}", root.display());
    fs::create_dir(root.join("sol 12")).unwrap();
    fs::write(root.join("a.dat"), b"a").unwrap();
    fs::write(root.join("sol 12/b.dat"), b"b").unwrap();
    for name in [".hidden", "x.part", "y.TMP"] {
        fs::write(root.join(name), b"no").unwrap();
    }
    let (link, deliveries) = start(&source, "", quick(), 16);
    let files = files_of(&deliveries, 2);
    let under = std::path::Path::new("sol 12").join("b.dat").display().to_string();
    assert_eq!(files, BTreeMap::from([("a.dat".into(), b"a".to_vec()), (under, b"b".to_vec())]));
    // A finished name is taken, and a file that changed is taken anew.
    fs::rename(root.join("x.part"), root.join("x.dat")).unwrap();
    fs::write(root.join("a.dat"), b"more of a").unwrap();
    let files = files_of(&deliveries, 2);
    assert_eq!(files["x.dat"], b"no");
    assert_eq!(files["a.dat"], b"more of a");
    let status = until(&link, "counted", |s| s.deliveries == 4 && s.state == LinkState::Ok);
    assert_eq!(status.bytes, 13);
    let position = until(&link, "quiet", |s| s.detail == format!("3 files in {}", root.display()));
    stops(link);
    assert!(deliveries.is_empty());
    // After a restart only what is new, also where it was made long before and moved in.
    let old = tempfile::NamedTempFile::new_in(root.parent().unwrap()).unwrap();
    fs::write(old.path(), b"old").unwrap();
    let then = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::options().write(true).open(old.path()).unwrap().set_modified(then).unwrap();
    fs::rename(old.path(), root.join("moved.dat")).unwrap();
    let (link, deliveries) = start(&source, &position.position, quick(), 16);
    assert_eq!(files_of(&deliveries, 1), BTreeMap::from([("moved.dat".into(), b"old".to_vec())]));
    looked_on(&link, root);
    assert!(deliveries.try_recv().is_err(), "nothing comes twice here");
    stops(link);
}

#[test]
fn a_file_that_grows_comes_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("growing.dat");
    let (link, deliveries) = start(&format!("folder:{}", folder.path().display()), "", quick(), 64);
    let whole = pattern(20_000);
    for end in (0..=20).map(|i| i * 1000) {
        fs::write(&path, &whole[..end]).unwrap();
        std::thread::sleep(Duration::from_millis(7));
    }
    // A writer that pauses for longer than two looks is seen in between; the last state counts.
    loop {
        let Delivery::File { bytes, .. } = next(&deliveries) else { panic!("no file") };
        assert_eq!(bytes, whole[..bytes.len()], "a torn file");
        if bytes.len() == whole.len() {
            break;
        }
    }
    stops(link);
}

#[test]
fn a_folder_that_is_missing_or_holds_what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("mount");
    let (link, deliveries) = start(&format!("folder:{}", root.display()), "", quick(), 16);
    let status = until(&link, "missing", |s| s.detail.contains("no such folder"));
    assert_eq!(status.state, LinkState::Unavailable);
    fs::create_dir(&root).unwrap();
    fs::File::create(root.join("huge.dat")).unwrap().set_len(LARGEST_FILE + 1).unwrap();
    fs::write(root.join("small.dat"), b"small").unwrap();
    assert_eq!(files_of(&deliveries, 1)["small.dat"], b"small");
    let status = until(&link, "said", |s| s.detail.contains("huge.dat: larger than 256 MiB"));
    assert_eq!(status.state, LinkState::Ok);
    // A file system that goes away and comes back brings nothing twice.
    let aside = folder.path().join("aside");
    fs::rename(&root, &aside).unwrap();
    until(&link, "gone", |s| s.state == LinkState::Unavailable);
    fs::rename(&aside, &root).unwrap();
    until(&link, "back", |s| s.state == LinkState::Ok);
    looked_on(&link, &root);
    assert!(deliveries.try_recv().is_err(), "nothing comes twice");
    stops(link);
}
