//! The store: answers at once, newest first, memory, offline, downloads.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::server::{Reply, Server, ok, status};
use super::*;

/// A store on a server with a watch of its own.
pub(super) struct Bench {
    pub store: TileStore,
    pub watch: Watch,
    pub wakes: Arc<AtomicUsize>,
}

pub(super) fn limits() -> TileLimits {
    TileLimits {
        connect: Duration::from_secs(5),
        total: Duration::from_millis(700),
        ..TileLimits::default()
    }
}

pub(super) fn bench_of(service: TileService, folder: Option<&Path>, limits: TileLimits) -> Bench {
    let (watch, wakes) = (Watch::new(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&wakes);
    let wake: Wake = Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let folder = folder.map(Path::to_owned);
    let store = TileStore::with_limits(service, folder, watch.clock(), wake, limits).unwrap();
    Bench { store, watch, wakes }
}

pub(super) fn bench(server: &Server, folder: Option<&Path>) -> Bench {
    bench_of(service(&server.base), folder, limits())
}

/// Waits for something, for half a minute at most.
pub(super) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} did not happen");
}

impl Bench {
    /// The answer once the tile is no longer on its way.
    pub(super) fn settle(&self, level: u32, x: u32, y: u32) -> TileAnswer {
        let mut answer = TileAnswer::Pending;
        wait_for("an answer", || {
            answer = self.store.tile(level, x, y);
            !matches!(answer, TileAnswer::Pending)
        });
        answer
    }

    pub(super) fn ready(&self, level: u32, x: u32, y: u32) -> Arc<TilePicture> {
        match self.settle(level, x, y) {
            TileAnswer::Ready(picture) => picture,
            other => panic!("{other:?}: {}", self.store.status()),
        }
    }
}

#[test]
fn a_tile_arrives_once_and_stays() {
    let server = Server::start(|_, _| ok(png(4)));
    let b = bench(&server, None);
    assert!(matches!(b.store.tile(1, 0, 1), TileAnswer::Pending));
    assert_eq!(*b.ready(1, 0, 1), picture(4));
    wait_for("a version", || b.store.version() > 0 && b.wakes.load(Ordering::SeqCst) > 0);
    b.ready(1, 0, 1);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(server.requests()[0].target, "/1/0/1.png");
    assert_eq!(server.requests()[0].agent, concat!("marsdeck/", env!("CARGO_PKG_VERSION")));
    assert_eq!(b.store.status(), "");
    assert!(b.store.memory_bytes() > 1024);
    // Outside the pyramid and the levels nothing is asked.
    assert!(matches!(b.store.tile(0, 2, 0), TileAnswer::Absent));
    assert!(matches!(b.store.tile(11, 0, 0), TileAnswer::Absent));
    assert!(matches!(b.store.tile(u32::MAX, 0, 0), TileAnswer::Absent));
}

#[test]
fn the_newest_request_goes_first_and_the_oldest_falls_out() {
    let open = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&open);
    let server = Server::start(move |_, _| {
        wait_for("the gate", || gate.load(Ordering::SeqCst));
        ok(png(1))
    });
    let limits = TileLimits { queue: 8, total: Duration::from_secs(30), ..limits() };
    let b = bench_of(service(&server.base), None, limits);
    // Four threads are held up by the first four; then twenty more are asked for.
    for x in 0..4 {
        b.store.tile(5, x, 0);
    }
    wait_for("four requests", || server.requests().len() == 4);
    for x in 10..30 {
        b.store.tile(5, x, 0);
    }
    open.store(true, Ordering::SeqCst);
    wait_for("the rest", || server.requests().len() == 12);
    wait_for("the last", || matches!(b.store.tile(5, 22, 0), TileAnswer::Ready(_)));
    let mut asked: Vec<String> =
        server.requests()[4..12].iter().map(|r| r.target.clone()).collect();
    // Of what waited, only the eight newest were asked for; the newest among the first four.
    let place = asked.iter().position(|t| t == "/5/29/0.png");
    assert!(place.is_some_and(|p| p < 4), "{asked:?}");
    asked.sort();
    let newest: Vec<String> = (22..30).map(|x| format!("/5/{x}/0.png")).collect();
    assert_eq!(asked, newest);
}

#[test]
fn memory_keeps_to_its_budget() {
    let server = Server::start(|_, _| ok(png(1)));
    let limits = TileLimits { memory_bytes: 10 * 1152, ..limits() };
    let b = bench_of(service(&server.base), None, limits);
    for x in 0..20 {
        b.ready(5, x, 0);
        // Kept, since it is used all the time.
        b.ready(5, 0, 0);
        assert!(b.store.memory_bytes() <= 10 * 1152);
    }
    assert_eq!(server.requests().iter().filter(|r| r.target == "/5/0/0.png").count(), 1);
}

#[test]
fn kept_tiles_need_no_server_until_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let server = Server::start(move |request, _| {
        count.fetch_add(1, Ordering::SeqCst);
        if request.etag == "\"v1\"" {
            return status(304);
        }
        Reply::Full(200, vec!["ETag: \"v1\"".to_owned()], png(6))
    });
    bench(&server, Some(folder.path())).ready(2, 3, 1);
    let b = bench(&server, Some(folder.path()));
    b.watch.advance(29.0 * 86_400.0);
    assert_eq!(*b.ready(2, 3, 1), picture(6));
    wait_for("a count", || b.store.kept().0 == 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1, "a fresh tile was asked for again");
    // Too old: shown at once, and the server says that it is still right.
    let b = bench(&server, Some(folder.path()));
    b.watch.advance(31.0 * 86_400.0);
    b.ready(2, 3, 1);
    wait_for("a question", || calls.load(Ordering::SeqCst) == 2);
    assert_eq!(server.requests()[1].etag, "\"v1\"");
    let b2 = bench(&server, Some(folder.path()));
    b2.watch.advance(32.0 * 86_400.0);
    wait_for("the new date", || {
        let path = folder.path().join("test/2/3_1.tile");
        let file = std::fs::read(path).unwrap_or_default();
        super::super::entry::read_entry(&file)
            .is_ok_and(|e| e.fetched_ms > (1.7e9 + 30.0 * 86_400.0) as i64 * 1000)
    });
    b2.ready(2, 3, 1);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    // A server that is gone does not take an old tile away.
    drop(server);
    let b = bench_of(service("http://127.0.0.1:9"), Some(folder.path()), limits());
    b.watch.advance(400.0 * 86_400.0);
    assert_eq!(*b.ready(2, 3, 1), picture(6));
    b.store.clear_cache();
    wait_for("an empty cache", || !folder.path().join("test/2/3_1.tile").exists());
}

#[test]
fn offline_asks_nothing_and_shows_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| ok(png(2)));
    bench(&server, Some(folder.path())).ready(3, 1, 1);
    let b = bench(&server, Some(folder.path()));
    b.store.set_offline(true);
    assert!(b.store.is_offline());
    b.watch.advance(1000.0 * 86_400.0);
    assert_eq!(*b.ready(3, 1, 1), picture(2));
    assert!(matches!(b.settle(3, 2, 1), TileAnswer::Failed));
    b.watch.advance(1000.0);
    assert!(matches!(b.store.tile(3, 2, 1), TileAnswer::Failed));
    assert_eq!(b.store.status(), "offline: only tiles kept on this computer are shown");
    assert_eq!(server.requests().len(), 1);
    b.store.set_offline(false);
    b.ready(3, 2, 1);
    assert_eq!(b.store.status(), "");
}

#[test]
fn an_area_is_taken_offline() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|request, number| match number {
        2 => status(503),
        5 => ok(b"<html>".to_vec()),
        _ if request.target == "/3/14/3.png" => status(404),
        _ => ok(png(3)),
    });
    let b = bench(&server, Some(folder.path()));
    // 130° to 180° E, 0° to 45° N.
    let area = Area { west: 130.0, south: 0.0, east: 180.0, north: 45.0 };
    let download = b.store.download(area, (0, 3));
    // Level 0, 1, 2 and 3: 1 + 1 + 2 + 3 × 2.
    let estimate = download.estimate();
    assert_eq!((estimate.tiles, estimate.known, estimate.fits), (1 + 1 + 2 + 6, 0, true));
    assert!(estimate.bytes > 0);
    assert_eq!(server.requests().len(), 0, "it began by itself");
    download.start();
    wait_for("the end of the download", || {
        b.watch.advance(1.0);
        !download.progress().running
    });
    let progress = download.progress();
    assert_eq!((progress.done, progress.failed, progress.total), (10, 0, 10), "{progress:?}");
    assert_eq!(progress.stopped, "");
    assert!(progress.bytes > 0);
    assert_eq!(b.store.kept().0, 9);
    let asked = server.requests().len();
    // The estimate rests on what is known now, and nothing is fetched twice.
    let again = b.store.download(area, (0, 2));
    let mean = b.store.kept().1 / 9;
    assert_eq!((again.estimate().known, again.estimate().bytes / 4), (9, mean));
    again.start();
    wait_for("the second download", || !again.progress().running);
    assert_eq!((again.progress().done, server.requests().len()), (4, asked));
    b.store.set_offline(true);
    b.ready(2, 7, 1);
}

#[test]
fn a_download_ends_when_it_is_cancelled_or_has_no_room() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| ok(png(3)));
    let planet = Area { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let b = bench(&server, Some(folder.path()));
    b.store.set_disk_limit(1 << 20);
    let download = b.store.download(planet, (0, 10));
    assert_eq!(download.estimate().tiles, (0..11).map(|l| 2 << (2 * l)).sum::<u64>());
    assert!(!download.estimate().fits, "2.8 million tiles in 1 MiB");
    download.start();
    wait_for("a first tile", || download.progress().done > 3);
    download.cancel();
    assert!(!download.progress().running);
    wait_for("the tiles under way", || {
        let before = server.requests().len();
        std::thread::sleep(Duration::from_millis(100));
        server.requests().len() == before
    });
    // In a room of a few tiles it stops rather than pushing out its own.
    b.store.set_disk_limit(20_000);
    let download = b.store.download(planet, (0, 8));
    download.start();
    wait_for("the stop", || !download.progress().running);
    let stopped = download.progress().stopped;
    assert!(stopped.contains("room"), "{stopped}");
    // Without a folder it does not begin.
    let none = bench(&server, None);
    let download = none.store.download(planet, (0, 1));
    assert!(!download.estimate().fits);
    download.start();
    assert!(!download.progress().running && !download.progress().stopped.is_empty());
}
