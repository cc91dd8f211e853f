//! Fetches from a server on the loopback that misbehaves on demand.

mod parts;
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::check::check;
use super::*;
use crate::format::xmltree::parse_time;
use crate::time::TimeRange;
use server::{Reply, Server, ok, status};

#[derive(Default)]
struct Shelf {
    parts: BTreeMap<String, Vec<u8>>,
    full: bool,
}

impl FetchSink for Shelf {
    fn part(&mut self, name: &str, format: PartFormat, bytes: Vec<u8>) -> Result<(), String> {
        if self.full {
            return Err("The disk is full. Free some space.".to_owned());
        }
        assert_eq!(check(format, &bytes), Ok(()), "a part that is not whole reached the sink");
        assert!(self.parts.insert(name.to_owned(), bytes).is_none(), "{name} came twice");
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }
}

/// One miniSEED 2 record of 512 bytes with blockette 1000.
fn record(number: u32) -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..8].copy_from_slice(format!("{:06}D ", number % 1_000_000).as_bytes());
    bytes[8..20].copy_from_slice(b"ELYSE02BHUXB");
    bytes[20..22].copy_from_slice(&2019_u16.to_be_bytes());
    bytes[46..48].copy_from_slice(&48_u16.to_be_bytes());
    bytes[48..50].copy_from_slice(&1000_u16.to_be_bytes());
    bytes[54] = 9;
    bytes
}

fn records(n: u32) -> Vec<u8> {
    (0..n).flat_map(record).collect()
}

const STATIONS: &[u8] =
    b"<?xml version='1.0'?><FDSNStationXML><Source>x</Source></FDSNStationXML>\n";
const EVENTS: &[u8] = b"<q:quakeml xmlns:q='u'><eventParameters/></q:quakeml>";

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::new(parse_time(start).unwrap(), parse_time(end).unwrap())
}

/// Waveforms of one channel pattern.
fn waveforms(start: &str, end: &str) -> FetchPlan {
    let channel = ChannelPattern::parse("XB.ELYSE.02.BH?").unwrap();
    FetchPlan { stations: false, events: false, ..FetchPlan::new(vec![channel], range(start, end)) }
}

fn one_day() -> FetchPlan {
    waveforms("2019-07-26", "2019-07-27")
}

/// A fetcher on a server, and the time it slept.
fn fetcher(base: &str, limits: Limits) -> (Fetcher, Arc<Mutex<Duration>>) {
    let source = FdsnSource::parse(base).unwrap();
    let slept = Arc::new(Mutex::new(Duration::ZERO));
    let total = Arc::clone(&slept);
    let sleep = Arc::new(move |d: Duration| *total.lock().unwrap() += d);
    (Fetcher::new(source, limits, sleep).unwrap(), slept)
}

fn limits() -> Limits {
    Limits { idle: Duration::from_millis(400), total: Duration::from_secs(20), ..Limits::default() }
}

/// Fetches into a shelf; the result and the seconds slept.
fn run(
    server: &Server,
    plan: &FetchPlan,
    shelf: &mut Shelf,
) -> (Result<FetchReport, FetchError>, u64) {
    let (fetcher, slept) = fetcher(&server.base, limits());
    let result = fetcher.fetch(plan, shelf, &|_| {}, &AtomicBool::new(false));
    let slept = slept.lock().unwrap().as_secs();
    (result, slept)
}

#[test]
fn everything_arrives_and_a_second_fetch_asks_nothing() {
    let server = Server::start(|target, _| match target {
        t if t.starts_with("/fdsnws/station/") => ok(STATIONS.to_vec()),
        t if t.starts_with("/fdsnws/event/") => ok(EVENTS.to_vec()),
        _ => ok(records(3)),
    });
    let mut plan = waveforms("2019-07-25T12:00:00", "2019-07-27");
    (plan.stations, plan.events) = (true, true);
    let mut shelf = Shelf::default();
    let seen = Mutex::new(Vec::new());
    let (fetcher, _) = fetcher(&server.base, limits());
    let note = |p: FetchProgress| seen.lock().unwrap().push((p.done, p.total, p.bytes));
    let report = fetcher.fetch(&plan, &mut shelf, &note, &AtomicBool::new(false)).unwrap();
    assert_eq!((report.stored, report.skipped, report.failed.len()), (4, 0, 0));
    let names: Vec<&str> = shelf.parts.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "XB.ELYSE.02.BH__2019-07-25T120000_2019-07-26T000000.mseed",
            "XB.ELYSE.02.BH__2019-07-25T120000_2019-07-27T000000.stationxml",
            "XB.ELYSE.02.BH__2019-07-26T000000_2019-07-27T000000.mseed",
            "events_2019-07-25T120000_2019-07-27T000000.quakeml",
        ]
    );
    let channel = "network=XB&station=ELYSE&location=02&channel=BH%3F";
    assert_eq!(
        server.targets()[2],
        format!(
            "/fdsnws/dataselect/1/query?{channel}&starttime=2019-07-25T12:00:00\
             &endtime=2019-07-25T23:59:59.999999&nodata=204"
        )
    );
    let agent = concat!("marsdeck/", env!("CARGO_PKG_VERSION"));
    assert!(server.agents().iter().all(|a| a == agent), "{:?}", server.agents());
    let seen = seen.into_inner().unwrap();
    assert!(seen.windows(2).all(|w| w[0].0 <= w[1].0), "{seen:?}");
    let (report, _) = run(&server, &plan, &mut shelf);
    assert_eq!(report.unwrap().skipped, 4);
    assert_eq!(server.targets().len(), 4, "parts were fetched again");
}

#[test]
fn no_data() {
    let server = Server::start(|_, n| status(if n == 0 { 204 } else { 404 }));
    let plan = waveforms("2019-07-26", "2019-07-28");
    let (report, _) = run(&server, &plan, &mut Shelf::default());
    let report = report.unwrap();
    assert_eq!((report.no_data, report.stored), (2, 0));
    assert_eq!(report.notes, Vec::<String>::new());
    let wrong = Server::start(|_, _| status(404));
    let report = run(&wrong, &plan, &mut Shelf::default()).0.unwrap();
    assert!(report.notes[0].contains("Check the channel"), "{report:?}");
    let events = FetchPlan { waveforms: false, events: true, ..plan.clone() };
    let report = run(&wrong, &events, &mut Shelf::default()).0.unwrap();
    assert!(report.notes[0].contains("offers no events"), "{report:?}");
    let empty = Server::start(|_, _| ok(Vec::new()));
    assert_eq!(run(&empty, &plan, &mut Shelf::default()).0.unwrap().no_data, 2);
}

#[test]
fn too_large_is_split_in_halves_and_resumed() {
    // Only requests of six hours are served, and those of the afternoon only once it is open.
    let open = Arc::new(AtomicBool::new(false));
    let opened = Arc::clone(&open);
    let server = Server::start(move |target, _| {
        let starts = |hour: &str, end: &str| {
            target.contains(&format!("T{hour}:00:00&endtime=2019-07-26T{end}"))
        };
        if starts("00", "05") || starts("06", "11") {
            ok(records(1))
        } else if starts("12", "17") || starts("18", "23") {
            if opened.load(Ordering::SeqCst) { ok(records(2)) } else { status(403) }
        } else {
            status(413)
        }
    });
    let mut shelf = Shelf::default();
    let error = run(&server, &one_day(), &mut shelf).0.unwrap_err();
    assert_eq!((error.report.stored, shelf.parts.len()), (2, 2));
    assert!(error.sentence.contains("data centre"), "{error}");
    // Day, morning, two quarters, afternoon, and the quarter that was refused.
    assert_eq!(server.targets().len(), 6);
    open.store(true, Ordering::SeqCst);
    let report = run(&server, &one_day(), &mut shelf).0.unwrap();
    assert_eq!((report.skipped, report.stored, shelf.parts.len()), (2, 2, 4));
    // Day, morning, afternoon and its two quarters; the quarters of the morning are not asked.
    assert_eq!(server.targets().len(), 6 + 5);
    let sizes: Vec<usize> = shelf.parts.values().map(Vec::len).collect();
    assert_eq!(sizes, [512, 512, 1024, 1024]);
}

#[test]
fn too_large_even_when_short() {
    let server = Server::start(|_, _| status(413));
    let plan = waveforms("2019-07-26T00:00:00", "2019-07-26T00:03:00");
    let report = run(&server, &plan, &mut Shelf::default()).0.unwrap();
    assert_eq!(report.failed.len(), 2);
    assert!(report.failed[0].1.contains("fewer channels"), "{report:?}");
    assert_eq!(server.targets().len(), 3);
}

#[test]
fn a_body_beyond_the_limit_is_split() {
    let server = Server::start(|target, _| {
        ok(records(if target.contains("T00:00:00&endtime=2019-07-26T23") { 20 } else { 5 }))
    });
    let limits = Limits { max_part_bytes: 5000, ..limits() };
    let (fetcher, _) = fetcher(&server.base, limits);
    let mut shelf = Shelf::default();
    let report = fetcher.fetch(&one_day(), &mut shelf, &|_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!((report.stored, report.bytes), (2, 2 * 5 * 512));
}

#[test]
fn retry_after_is_honoured() {
    let server = Server::start(|_, n| match n {
        0 => Reply::Full(429, &["Retry-After: 7"], Vec::new()),
        1 => Reply::Full(
            503,
            &["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:51:37 GMT"],
            Vec::new(),
        ),
        _ => ok(records(1)),
    });
    let (report, slept) = run(&server, &one_day(), &mut Shelf::default());
    assert_eq!((report.unwrap().stored, slept), (1, 127));
    let long = Server::start(|_, _| Reply::Full(429, &["Retry-After: 86400"], Vec::new()));
    let (error, slept) = run(&long, &one_day(), &mut Shelf::default());
    assert!(error.unwrap_err().sentence.contains("wait 86400 s"));
    assert_eq!((slept, long.targets().len()), (0, 1));
}

#[test]
fn cut_off_bodies_are_tried_again_and_never_handed_over() {
    let whole = records(4);
    let cut: [fn(Vec<u8>) -> Reply; 3] = [Reply::CutLength, Reply::CutChunks, Reply::Unmarked];
    for (i, make) in cut.into_iter().enumerate() {
        for length in [0, 30, 600, 2000] {
            // No chunk but the last one is a whole body.
            if i == 1 && length == 0 {
                continue;
            }
            let part = whole[..length].to_vec();
            let server =
                Server::start(move |_, n| if n < 2 { make(part.clone()) } else { ok(records(4)) });
            let mut shelf = Shelf::default();
            let (report, slept) = run(&server, &one_day(), &mut shelf);
            assert_eq!(report.unwrap().stored, 1, "{i} {length}");
            assert_eq!(shelf.parts.values().next(), Some(&whole));
            assert_eq!(slept, 6);
        }
        let part = whole[..700].to_vec();
        let server = Server::start(move |_, _| make(part.clone()));
        let mut shelf = Shelf::default();
        let sentence = match run(&server, &one_day(), &mut shelf).0 {
            Ok(report) => report.failed[0].1.clone(),
            Err(error) => error.sentence,
        };
        assert!(sentence.contains("nothing of this part was kept"), "{sentence}");
        assert!(shelf.parts.is_empty());
        assert_eq!(server.targets().len(), 5);
    }
}

#[test]
fn a_whole_body_without_length_is_taken() {
    let server = Server::start(|_, _| Reply::Unmarked(records(2)));
    assert_eq!(run(&server, &one_day(), &mut Shelf::default()).0.unwrap().stored, 1);
}

#[test]
fn a_slow_server_is_waited_for_and_a_silent_one_is_not() {
    let slow = Server::start(|_, _| Reply::Drip(records(4)));
    assert_eq!(run(&slow, &one_day(), &mut Shelf::default()).0.unwrap().stored, 1);
    let silent = Server::start(|_, n| if n == 0 { Reply::Silent } else { ok(records(1)) });
    let (report, slept) = run(&silent, &one_day(), &mut Shelf::default());
    assert_eq!((report.unwrap().stored, slept), (1, 2));
    let dead = Server::start(|_, _| Reply::Silent);
    let (fetcher, _) = fetcher(&dead.base, Limits { retries: 1, ..limits() });
    let error = fetcher
        .fetch(&one_day(), &mut Shelf::default(), &|_| {}, &AtomicBool::new(false))
        .unwrap_err();
    assert!(error.sentence.contains("stopped sending"), "{error}");
}

#[test]
fn garbage_is_not_kept() {
    let server = Server::start(|_, n| {
        ok(if n == 0 { b"<!DOCTYPE html><html>Log in</html>".to_vec() } else { vec![7; 3000] })
    });
    let plan = waveforms("2019-07-01", "2019-07-31");
    let mut shelf = Shelf::default();
    let error = run(&server, &plan, &mut shelf).0.unwrap_err();
    assert_eq!((error.report.failed.len(), server.targets().len()), (5, 5));
    assert!(error.report.failed[0].1.contains("a web page instead of miniSEED"), "{error:?}");
    assert!(error.report.failed[1].1.contains("something else instead"), "{error:?}");
    assert!(shelf.parts.is_empty());
    let mut stations = one_day();
    (stations.waveforms, stations.stations) = (false, true);
    let xml =
        Server::start(|_, n| ok(STATIONS[..if n == 0 { 60 } else { STATIONS.len() }].to_vec()));
    assert_eq!(run(&xml, &stations, &mut shelf).0.unwrap().stored, 1);
}

#[test]
fn a_server_with_a_fault_of_its_own() {
    let server = Server::start(|_, n| if n < 3 { status(500) } else { ok(records(1)) });
    let (report, slept) = run(&server, &one_day(), &mut Shelf::default());
    assert_eq!((report.unwrap().stored, slept), (1, 2 + 4 + 8));
    // One bad day does not end the fetch.
    let server = Server::start(|target, _| {
        if target.contains("starttime=2019-07-26") { status(500) } else { ok(records(1)) }
    });
    let plan = waveforms("2019-07-25", "2019-07-28");
    let (report, slept) = run(&server, &plan, &mut Shelf::default());
    let report = report.unwrap();
    assert_eq!((report.stored, report.failed.len(), slept), (2, 1, 2 + 4 + 8 + 16));
}

#[test]
fn every_status_has_a_sentence_that_says_what_to_do() {
    for (code, expected) in [
        (400, "Check the channel names"),
        (401, "ask the data centre"),
        (403, "ask the data centre"),
        (414, "Name fewer channels"),
        (429, "Start the fetch again later"),
        (501, "Fetch them from another server"),
        (502, "Try again later"),
        (503, "Try again later"),
        (599, "Try again later"),
        (408, "Try again later"),
        (302, "give it as the base address"),
        (418, "Check the base address"),
    ] {
        let server = Server::start(move |_, _| {
            Reply::Full(code, &[], b"Error 4: x\nno such net\n".to_vec())
        });
        let sentence = match run(&server, &one_day(), &mut Shelf::default()).0 {
            Ok(report) => report.failed[0].1.clone(),
            Err(error) => error.sentence,
        };
        assert!(sentence.contains(expected), "{code}: {sentence}");
        assert!(sentence.contains(&code.to_string()) || code == 302, "{code}: {sentence}");
        if code == 400 {
            assert!(sentence.contains("no such net"), "{sentence}");
        }
    }
}

#[test]
fn redirections() {
    let target = Server::start(|_, _| ok(records(1)));
    let to: &'static str = format!("Location: {}/x", target.base).leak();
    let headers: &'static [&'static str] = vec![to].leak();
    let server = Server::start(move |_, _| Reply::Full(307, headers, Vec::new()));
    assert_eq!(run(&server, &one_day(), &mut Shelf::default()).0.unwrap().stored, 1);
    let circle = Server::start(|_, _| Reply::Full(302, &["Location: /again"], Vec::new()));
    let error = run(&circle, &one_day(), &mut Shelf::default()).0.unwrap_err();
    assert!(error.sentence.contains("/again"), "{error}");
    assert!(circle.targets().len() < 8);
}

#[test]
fn no_server_and_no_secure_server() {
    let gone = Server::start(|_, _| status(200)).base.clone();
    let (fetcher, slept) = fetcher(&gone, limits());
    let error = fetcher
        .fetch(&one_day(), &mut Shelf::default(), &|_| {}, &AtomicBool::new(false))
        .unwrap_err();
    // The port may still be open for the moment in which the server ends.
    let told = error.sentence.contains("Cannot reach") || error.sentence.contains("broke");
    assert!(told && error.sentence.contains("Check the network"), "{error}");
    assert!(slept.lock().unwrap().as_secs() >= 2 + 4);
    let plain = Server::start(|_, _| status(200));
    let secure = plain.base.replace("http:", "https:");
    let (fetcher, _) = self::fetcher(&secure, limits());
    let error = fetcher
        .fetch(&one_day(), &mut Shelf::default(), &|_| {}, &AtomicBool::new(false))
        .unwrap_err();
    assert!(error.sentence.contains("No secure connection"), "{error}");
    assert!(error.sentence.contains("ca-certificates"), "{error}");
}

#[test]
fn a_cancel_is_heard_and_the_next_fetch_goes_on() {
    let server = Server::start(|_, n| if n == 1 { Reply::Silent } else { ok(records(1)) });
    let limits = Limits { idle: Duration::from_mins(1), ..limits() };
    let (fetcher, _) = fetcher(&server.base, limits);
    let plan = waveforms("2019-07-25", "2019-07-28");
    let cancel = AtomicBool::new(false);
    let mut shelf = Shelf::default();
    let stop = |p: FetchProgress| cancel.store(p.done == 1, Ordering::Relaxed);
    let report = fetcher.fetch(&plan, &mut shelf, &stop, &cancel).unwrap();
    assert_eq!((report.cancelled, report.stored), (true, 1));
    let report = run(&server, &plan, &mut shelf).0.unwrap();
    assert_eq!((report.skipped, report.stored, shelf.parts.len()), (1, 2, 3));
    // And while it waits.
    let busy = Server::start(|_, _| Reply::Full(429, &["Retry-After: 500"], Vec::new()));
    let (fetcher, slept) = self::fetcher(&busy.base, self::limits());
    let cancel = AtomicBool::new(false);
    let stop = |p: FetchProgress| cancel.store(p.waiting.is_some(), Ordering::Relaxed);
    let report = fetcher.fetch(&plan, &mut Shelf::default(), &stop, &cancel).unwrap();
    assert!(report.cancelled && slept.lock().unwrap().is_zero());
}

#[test]
fn a_fetch_that_stopped_goes_on_where_it_was() {
    let server =
        Server::start(|_, n| if (2..7).contains(&n) { status(503) } else { ok(records(1)) });
    let plan = waveforms("2019-07-25", "2019-07-29");
    let mut shelf = Shelf::default();
    let error = run(&server, &plan, &mut shelf).0.unwrap_err();
    assert_eq!((error.report.stored, shelf.parts.len()), (2, 2));
    let report = run(&server, &plan, &mut shelf).0.unwrap();
    assert_eq!((report.skipped, report.stored), (2, 2));
}

#[test]
fn a_full_sink_ends_the_fetch_with_its_own_words() {
    let server = Server::start(|_, _| ok(records(1)));
    let mut shelf = Shelf { full: true, ..Shelf::default() };
    let error = run(&server, &one_day(), &mut shelf).0.unwrap_err();
    assert_eq!(error.sentence, "The disk is full. Free some space.");
    assert_eq!(server.targets().len(), 1);
}
