//! `marsdeck fetch fdsn` against a server on the loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::Home;
use super::data::{catalogue, counts, walk};

/// A server that answers each path with a status and a body, and keeps the list of requests.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> (u16, Vec<u8>) + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (asked, over) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (log, end) = (Arc::clone(&asked), Arc::clone(&over));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                // A client that goes away early is its own affair.
                drop(serve(stream, &answer, &log));
            }
        });
        Self { address, asked, over }
    }

    /// Requests so far of one service.
    fn asked(&self, service: &str) -> usize {
        self.asked.lock().expect("the log").iter().filter(|t| t.contains(service)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread so that it sees the flag.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(
    stream: TcpStream,
    answer: &dyn Fn(&str) -> (u16, Vec<u8>),
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::from(" ");
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, body) = answer(&target);
    log.lock().expect("the log").push(target);
    let mut out = stream;
    write!(out, "HTTP/1.1 {status} X\r\nConnection: close\r\n")?;
    if status != 204 {
        write!(out, "Content-Length: {}\r\n", body.len())?;
    }
    write!(out, "\r\n")?;
    out.write_all(&body)
}

const STATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<FDSNStationXML xmlns=\"http://www.fdsn.org/xml/station/1\" schemaVersion=\"1.1\">
  <Source>test</Source><Created>2020-01-01T00:00:00Z</Created>
  <Network code=\"XB\"><Station code=\"ELYSE\" startDate=\"2018-12-20T00:00:00Z\">
    <Latitude>4.502384</Latitude><Longitude>135.623447</Longitude><Elevation>-2613.4</Elevation>
    <Site><Name>Elysium Planitia</Name></Site>
    <Channel code=\"BHU\" locationCode=\"02\" startDate=\"2019-06-01T00:00:00Z\">
      <Latitude>4.502384</Latitude><Longitude>135.623447</Longitude>
      <Elevation>-2613.4</Elevation><Depth>0</Depth><Azimuth>135.1</Azimuth><Dip>-29.4</Dip>
      <SampleRate>20</SampleRate>
    </Channel></Station></Network></FDSNStationXML>";

const ORDER: &str = "--channels XB.ELYSE.02.BHU --from 2019-07-26T12:00:00Z \
                     --to 2019-07-26T12:05:00Z --archive x";

#[test]
fn waveforms_stations_and_events_arrive_once() {
    let samples = walk(6000, 5);
    let records = counts("BHU", 0, &samples);
    let server = Server::start(move |target| match target {
        t if t.starts_with("/fdsnws/dataselect/") => (200, records.clone()),
        t if t.starts_with("/fdsnws/station/") => (200, STATION.into()),
        t if t.starts_with("/fdsnws/event/") => (200, catalogue("S9001a").into_bytes()),
        _ => (404, Vec::new()),
    });
    let home = Home::new();
    let fetch = format!("fetch fdsn --base http://{} {ORDER}", server.address);
    let ran = home.say(&fetch).done();
    assert!(ran.text().starts_with("3 parts stored"), "{}", ran.text());
    let ran = home.say("query XB.ELYSE.02.BHU --archive x --json").done();
    let json = ran.json();
    let rows = json["samples"].as_array().expect("rows");
    let found: Vec<f64> = rows.iter().filter_map(|r| r[1].as_f64()).collect();
    assert_eq!(found, samples.iter().map(|s| f64::from(*s)).collect::<Vec<_>>());
    let stat = home.say("archive stat --archive x --json").done().json();
    assert_eq!(stat["events"], 1);

    assert_eq!(server.asked("/dataselect/"), 1);
    let again = home.say(&fetch).done();
    assert!(again.text().contains("0 parts stored"), "{}", again.text());
    assert!(again.text().contains("3 there already"), "{}", again.text());
    assert_eq!(server.asked("/dataselect/"), 1, "what is there is not asked for again");
    home.say("archive verify --archive x").done();
}

#[test]
fn no_data_is_no_failure() {
    let server = Server::start(|_| (204, Vec::new()));
    let home = Home::new();
    let ran = home.say(&format!("fetch fdsn --base http://{} {ORDER}", server.address));
    assert!(ran.done().text().contains("3 without data"));
}

#[test]
fn a_refusal_is_told_and_the_rest_is_kept() {
    let records = counts("BHU", 0, &walk(6000, 5));
    let server = Server::start(move |target| match target {
        t if t.starts_with("/fdsnws/dataselect/") => (200, records.clone()),
        t if t.starts_with("/fdsnws/station/") => (200, b"<html>Under repair</html>".to_vec()),
        _ => (204, Vec::new()),
    });
    let home = Home::new();
    let ran = home.say(&format!("fetch fdsn --base http://{} {ORDER}", server.address));
    let ran = ran.ended(3);
    assert!(ran.text().contains("1 failed"), "{}", ran.text());
    assert!(ran.err.contains("stationxml"), "{}", ran.err);
    assert!(home.say("query --list --archive x").done().text().contains("XB.ELYSE.02.BHU,"));
}

#[test]
fn a_request_that_the_server_refuses_is_told() {
    let server = Server::start(|_| (400, b"no such channel".to_vec()));
    let home = Home::new();
    home.say(&format!("fetch fdsn --base http://{} {ORDER}", server.address))
        .refused(&["no such channel", "Check the channel names"]);
}

#[test]
fn a_fetch_that_cannot_start_says_why() {
    let home = Home::new();
    // A port that was free a moment ago: nobody listens.
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port");
    let ran = home.say(&format!("fetch fdsn --base http://{free} {ORDER} --what stations"));
    assert!(ran.code == 1 || ran.code == 3, "{ran:?}");
    assert!(ran.err.contains("127.0.0.1") || ran.err.contains("server"), "{}", ran.err);
    home.say(&format!("fetch fdsn --base gopher {ORDER}")).refused(&["gopher", "ipgp"]);
    home.say(&format!("fetch fdsn --base http://{free} {ORDER} --channels XB")).ended(2);
    let wrong = "--channels XB --from 2019-07-26 --to 2019-07-27 --archive x";
    home.say(&format!("fetch fdsn --base http://{free} {wrong}")).refused(&["NET.STA.LOC.CHA"]);
    let backwards = "--from 2019-07-27 --to 2019-07-26 --archive y";
    home.say(&format!("fetch fdsn {backwards}")).refused(&["--to is not after --from"]);
    assert!(!home.path("y").exists());
    home.say("fetch fdsn --from 2019-07-27").ended(2);
    home.say("fetch ftp").ended(2);
}
