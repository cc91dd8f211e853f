//! Servers that fail, lie, loop, drip and flood: the caller is never held up, and is told.

use std::sync::atomic::{AtomicBool, Ordering};

use super::server::{Reply, Server, ok, status};
use super::store::{bench, bench_of, limits, wait_for};
use super::*;

/// Asks for a tile of a server that always answers in one way; the status then.
fn said(reply: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let server = Server::start(move |_, _| reply());
    let b = bench(&server, None);
    assert!(matches!(b.settle(3, 1, 1), TileAnswer::Failed));
    b.store.status()
}

#[test]
fn what_a_server_does_wrong_is_said() {
    type Answer = Box<dyn Fn() -> Reply + Send + Sync>;
    let cases: [(&str, Answer); 10] = [
        ("1 tile cannot be shown: the picture ends too early", {
            Box::new(|| ok(png(1)[..60].to_vec()))
        }),
        ("1 tile cannot be shown: the picture is a GIF", Box::new(|| ok(b"GIF89a".to_vec()))),
        ("a web page came instead of a picture", Box::new(|| ok(b"<html>log in".to_vec()))),
        ("the server says: no such layer", {
            Box::new(|| ok(b"<Exception>no such layer</Exception>".to_vec()))
        }),
        ("the connection broke in the middle of a tile", Box::new(|| Reply::Cut(png(1)))),
        ("the server sends more than 8 MiB for one tile", Box::new(|| Reply::Endless)),
        ("the server is too slow", Box::new(|| Reply::Drip)),
        ("the server answers 500", Box::new(|| status(500))),
        ("the server does not give its tiles to everyone (403)", Box::new(|| status(403))),
        ("the server sends the request on in circles or elsewhere", {
            Box::new(|| Reply::Full(302, vec!["Location: ftp://elsewhere/x".to_owned()], vec![]))
        }),
    ];
    for (wanted, reply) in cases {
        let said = said(reply);
        assert!(said.starts_with(wanted), "{said:?} for {wanted:?}");
    }
    let b = bench_of(service("http://127.0.0.1:9"), None, limits());
    assert!(matches!(b.settle(3, 1, 1), TileAnswer::Failed));
    let said = b.store.status();
    assert!(said.starts_with("the server cannot be reached"), "{said}");
    assert!(said.ends_with("; next try in 1 s"), "{said}");
}

#[test]
fn redirects_are_followed_five_times() {
    let hops = |n: usize| {
        Server::start(move |request, _| {
            let at: usize = request.target.trim_start_matches("/hop/").parse().unwrap_or(0);
            if at >= n {
                return ok(png(8));
            }
            Reply::Full(302, vec![format!("Location: /hop/{}", at + 1)], Vec::new())
        })
    };
    let server = hops(5);
    assert_eq!(*bench(&server, None).ready(3, 1, 1), picture(8));
    let server = hops(usize::MAX);
    let b = bench(&server, None);
    assert!(matches!(b.settle(3, 1, 1), TileAnswer::Failed));
    assert!(b.store.status().starts_with("the server sends the request on in circles"));
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn a_server_that_fails_is_left_alone_and_then_asked_again() {
    let server = Server::start(|_, number| if number < 2 { status(503) } else { ok(png(5)) });
    let b = bench(&server, None);
    assert!(matches!(b.settle(3, 1, 1), TileAnswer::Failed));
    assert_eq!(b.store.status(), "the server answers 503; next try in 1 s");
    // Others are not asked for meanwhile.
    assert!(matches!(b.settle(3, 2, 1), TileAnswer::Failed));
    assert_eq!(server.requests().len(), 1);
    b.watch.advance(1.1);
    assert!(matches!(b.settle(3, 1, 1), TileAnswer::Failed));
    assert_eq!(b.store.status(), "the server answers 503; next try in 2 s");
    let version = b.store.version();
    b.watch.advance(2.1);
    // The store says by itself when it is time.
    wait_for("a wake", || b.store.version() > version);
    assert_eq!(*b.ready(3, 1, 1), picture(5));
    assert_eq!(b.store.status(), "");
    b.ready(3, 2, 1);
}

#[test]
fn one_broken_tile_does_not_stop_the_others() {
    let server = Server::start(|request, _| match request.target.as_str() {
        "/3/0/0.png" => ok(png(1)[..60].to_vec()),
        _ => ok(png(2)),
    });
    let b = bench(&server, None);
    assert!(matches!(b.settle(3, 0, 0), TileAnswer::Failed));
    b.ready(3, 1, 0);
    assert!(b.store.status().starts_with("1 tile cannot be shown"));
    // A whole server that sends rubbish is left alone after three.
    let server = Server::start(|_, _| ok(vec![0; 100]));
    let b = bench(&server, None);
    for x in 0..6 {
        assert!(matches!(b.settle(3, x, 0), TileAnswer::Failed));
    }
    assert_eq!(server.requests().len(), 3);
    assert_eq!(b.store.status(), "the bytes are no picture; next try in 1 s");
    b.store.retry();
    b.settle(3, 0, 0);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_tile_that_is_not_there_is_believed_for_a_while() {
    for code in [404, 204, 410] {
        let server = Server::start(move |_, number| match number {
            0 => status(code),
            _ => ok(png(1)),
        });
        let b = bench(&server, None);
        assert!(matches!(b.settle(3, 1, 1), TileAnswer::Absent), "{code}");
        assert!(matches!(b.settle(3, 1, 1), TileAnswer::Absent), "{code}");
        assert_eq!((server.requests().len(), b.store.status()), (1, String::new()));
        b.watch.advance(601.0);
        b.ready(3, 1, 1);
    }
    // OGC 07-057r7, 7.2.4: TileOutOfRange comes with 400.
    let refusal = b"<ExceptionReport><Exception exceptionCode='TileOutOfRange'/></ExceptionReport>";
    let server = Server::start(|_, _| Reply::Full(400, Vec::new(), refusal.to_vec()));
    assert!(matches!(bench(&server, None).settle(3, 1, 1), TileAnswer::Absent));
}

#[test]
fn a_store_that_is_dropped_does_not_wait_for_its_server() {
    let (dropped, gave_up) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (over, late) = (Arc::clone(&dropped), Arc::clone(&gave_up));
    let server = Server::start(move |_, _| {
        // Answers only after the store is gone.
        for _ in 0..2000 {
            if over.load(Ordering::SeqCst) {
                return status(500);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        late.store(true, Ordering::SeqCst);
        status(500)
    });
    let b = bench_of(service(&server.base), None, TileLimits::default());
    for x in 0..8 {
        b.store.tile(3, x, 0);
    }
    wait_for("requests", || !server.requests().is_empty());
    drop(b);
    dropped.store(true, Ordering::SeqCst);
    assert!(!gave_up.load(Ordering::SeqCst), "the store waited for an answer");
}

#[test]
fn capabilities_are_fetched_or_refused_in_words() {
    let server = Server::start(|request, _| match request.target.as_str() {
        "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0" | "/caps.xml" => {
            ok(b"<Capabilities><Contents/></Capabilities>".to_vec())
        }
        _ => status(404),
    });
    for path in ["/wmts", "/caps.xml"] {
        let (services, problems) = fetch_capabilities(&format!("{}{path}", server.base)).unwrap();
        assert_eq!((services.len(), problems), (0, Vec::new()), "{path}");
    }
    let refused = fetch_capabilities(&format!("{}/other", server.base)).unwrap_err();
    assert!(refused.starts_with("There are no capabilities at http://127.0.0.1"), "{refused}");
}
