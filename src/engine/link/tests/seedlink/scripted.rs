//! A server of our own: it numbers as the standard says, refuses, talks nonsense, falls silent.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;

use super::super::*;
use crate::format::seedlink::{Packet, write_v4};

const HELLO: &str = "SeedLink v4.0 (test) :: SLPROTO:4.0 SLPROTO:3.1\r\nMars\r\n";

/// Packet `number` of station XB_ELYSE; its payload is its number as text.
fn packet(number: u64, format: u8, subformat: u8) -> Vec<u8> {
    let payload = format!("record {number:04};");
    let station = Cow::Borrowed("XB_ELYSE");
    let payload = payload.as_bytes();
    write_v4(&Packet { sequence: number, format, subformat, station, payload }).unwrap()
}

/// Every command that was heard.
type Heard = Arc<Mutex<Vec<String>>>;

/// Serves one connection after the other: `reply` answers a command, or, given none, streams.
/// A connection ends where it says so.
fn serve(
    reply: impl Fn(&str, &mut TcpStream) -> std::io::Result<bool> + Send + 'static,
) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let heard = Heard::default();
    let log = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok) {
                log.lock().unwrap().push(line.clone());
                if !reply(&line, &mut stream).unwrap_or(false) {
                    break;
                }
            }
        }
    });
    (at, heard)
}

/// What a server of version 4 answers to everything before the stream.
fn usual(line: &str, stream: &mut TcpStream) -> std::io::Result<bool> {
    match line {
        "HELLO" => stream.write_all(HELLO.as_bytes())?,
        "END" | "INFO ID" => {}
        _ => stream.write_all(b"OK\r\n")?,
    }
    Ok(true)
}

fn text_of(deliveries: &Receiver<Delivery>, length: usize) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        match next(deliveries) {
            Delivery::Records(more) => bytes.extend(more),
            other => panic!("{other:?}"),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_cut_connection_goes_on_where_it_was_by_the_letter_of_the_standard() {
    // DATA n begins with n, and each connection is cut within a packet after two whole ones.
    let from = Mutex::new(1_u64);
    let (at, heard) = serve(move |line, stream| {
        if let Some(number) = line.strip_prefix("DATA ") {
            *from.lock().unwrap() = number.parse().unwrap();
        }
        if line != "END" {
            return usual(line, stream);
        }
        let first = *from.lock().unwrap();
        let more: Vec<u8> = (first..first + 3).flat_map(|n| packet(n, b'3', b'D')).collect();
        stream.write_all(&more[..more.len() - 5])?;
        Ok(false)
    });
    let (link, deliveries) = start(&format!("seedlink:{at}/XB_ELYSE"), "", quick(), 16);
    let expected: String = (1..=6).map(|n| format!("record {n:04};")).collect();
    assert_eq!(text_of(&deliveries, expected.len()), expected);
    until(&link, "cut", |s| s.connects >= 5);
    stops(link);
    let heard = heard.lock().unwrap();
    let asked: Vec<&str> =
        heard.iter().map(String::as_str).filter(|l| l.starts_with("DATA")).collect();
    assert_eq!(asked[..4], ["DATA", "DATA 2", "DATA 3", "DATA 4"]);
    assert_eq!(heard[..3], ["HELLO".to_owned(), "SLPROTO 4.0".into(), heard[2].clone()]);
    assert!(heard[2].starts_with("USERAGENT marsdeck/") && heard[3] == "STATION XB_ELYSE");
}

#[test]
fn what_is_no_miniseed_is_counted_and_left_out() {
    let (at, _) = serve(|line, stream| {
        if line != "END" {
            return usual(line, stream);
        }
        for (number, format, subformat) in [(1, b'2', b'D'), (2, b'J', b'E'), (3, b'X', b'D')] {
            stream.write_all(&packet(number, format, subformat))?;
        }
        stream.write_all(&packet(0, b'J', b'I'))?;
        stream.write_all(&packet(4, b'3', b'L'))?;
        Ok(true)
    });
    let (link, deliveries) = start(&format!("seedlink:{at}"), "", quick(), 16);
    assert_eq!(text_of(&deliveries, 24), "record 0001;record 0004;");
    let status = until(&link, "counted", |s| s.detail.contains("2 packets that are not miniSEED"));
    assert_eq!(status.state, LinkState::Ok);
    stops(link);
}

#[test]
fn refusals_and_strangers_are_said() {
    let (at, _) = serve(|line, stream| match line {
        "STATION XB_NONE" => {
            stream.write_all(b"ERROR ARGUMENTS no such station\r\n").map(|()| true)
        }
        "END" => stream.write_all(&packet(1, b'2', b'D')).map(|()| true),
        _ => usual(line, stream),
    });
    let (link, deliveries) = start(&format!("seedlink:{at}/XB_NONE,XB_ELYSE"), "", quick(), 16);
    assert_eq!(text_of(&deliveries, 12), "record 0001;");
    let status = until(&link, "well", |s| s.state == LinkState::Ok);
    assert!(status.detail.contains("1 refused"), "{}", status.detail);
    assert!(status.detail.contains("no such station"), "{}", status.detail);
    stops(link);
    let (link, _deliveries) = start(&format!("seedlink:{at}/XB_NONE"), "", quick(), 16);
    let status = until(&link, "refused", |s| s.detail.contains("none of the streams"));
    assert_eq!(status.state, LinkState::Unavailable);
    stops(link);
    let (at, _) = serve(|_, stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
        Ok(false)
    });
    let (link, _deliveries) = start(&format!("seedlink:{at}"), "", quick(), 16);
    until(&link, "unmasked", |s| s.detail.contains("this is no SeedLink server"));
    stops(link);
    let (link, _deliveries) = start("seedlink:127.0.0.1:1/ELYSE", "", quick(), 16);
    let status = until(&link, "failed", |s| s.state == LinkState::Failed);
    assert!(status.detail.contains("write NET_STA"), "{}", status.detail);
    stops(link);
}

#[test]
fn a_server_that_gave_signs_of_life_and_gives_none_any_more_is_left() {
    let answered = Mutex::new(0);
    let (at, _) = serve(move |line, stream| {
        let mut answered = answered.lock().unwrap();
        match line {
            "INFO ID" if *answered < 2 => {
                *answered += 1;
                stream.write_all(&packet(0, b'J', b'I')).map(|()| true)
            }
            // Hung: the connection stays, and nothing comes.
            "INFO ID" => Ok(true),
            _ => usual(line, stream),
        }
    });
    let tempo = Tempo { keep_alive: Duration::from_millis(30), ..quick() };
    let (link, _deliveries) = start(&format!("seedlink:{at}"), "", tempo, 16);
    until(&link, "left", |s| s.detail.contains("no sign of life") || s.connects > 1);
    stops(link);
}

#[test]
fn a_server_of_one_station_begins_at_once() {
    let (at, heard) = serve(|line, stream| match line {
        "HELLO" => stream.write_all(b"SeedLink v2.5 (old)\r\nMars\r\n").map(|()| true),
        "DATA" => {
            stream.write_all(b"SL00000F")?;
            stream.write_all(&[b' '; 512])?;
            Ok(true)
        }
        _ => stream.write_all(b"ERROR\r\n").map(|()| true),
    });
    let (link, deliveries) = start(&format!("seedlink:{at}"), "", quick(), 16);
    assert_eq!(next(&deliveries), Delivery::Records(vec![b' '; 512]));
    assert_eq!(*heard.lock().unwrap(), ["HELLO", "STATION * *", "DATA"]);
    stops(link);
}
