//! An address that is polled: new, the same, refused, silent.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;

use super::*;

/// A server that answers the n-th request with the n-th text, and every later one with the last;
/// an empty text is never answered.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

fn serve(answers: &'static [&'static str]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/latest.dat", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut held: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head: Vec<String> = BufReader::new(stream.try_clone().unwrap())
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let mut log = log.lock().unwrap();
            let answer = answers.get(log.len()).or(answers.last()).unwrap();
            log.push(head.join("\n").to_ascii_lowercase());
            if answer.is_empty() {
                held.push(stream);
            } else {
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    Server { url, asked }
}

fn file(server: &Server, text: &str) -> Delivery {
    Delivery::File { name: server.url.clone(), bytes: text.as_bytes().to_vec() }
}

#[test]
fn what_has_changed_is_handed_over_and_the_rest_is_well() {
    let server = serve(&[
        "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 3\r\nConnection: close\r\n\r\none",
        "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\none",
        "HTTP/1.1 200 OK\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 3\r\n\
         Connection: close\r\n\r\ntwo",
        "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ]);
    let (link, deliveries) = start(&server.url, "", quick(), 16);
    assert_eq!(next(&deliveries), file(&server, "one"));
    assert_eq!(next(&deliveries), file(&server, "two"));
    let status = until(&link, "missing", |s| s.state == LinkState::Unavailable);
    assert!(status.detail.contains("nothing at this address"), "{}", status.detail);
    assert!(status.detail.contains("(404); trying again in"), "{}", status.detail);
    assert_eq!((status.deliveries, status.connects, status.bytes), (2, 4, 9));
    let asked = server.asked.lock().unwrap().clone();
    assert!(asked[0].contains("user-agent: marsdeck/"), "{}", asked[0]);
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(asked[1].contains("if-none-match: \"v1\""), "{}", asked[1]);
    assert!(asked[5].contains("if-modified-since: sun, 06 nov 1994"), "{}", asked[5]);
    stops(link);
    // A restart asks for what is newer than the last.
    let again = serve(&["HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"]);
    let (link, deliveries) = start(&again.url, &status.position, quick(), 16);
    until(&link, "well", |s| s.state == LinkState::Ok && s.detail.contains("304"));
    let asked = again.asked.lock().unwrap().clone();
    assert!(asked[0].contains("if-modified-since: sun, 06 nov 1994"), "{}", asked[0]);
    assert!(deliveries.is_empty());
    stops(link);
}

#[test]
fn each_trouble_is_said_in_words() {
    for (answer, words) in [
        ("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "overloaded"),
        ("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "again in 7 s"),
        ("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "ask its operator for access"),
        ("HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", "asked too often"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\nshort", "cut off"),
        ("SSH-2.0-OpenSSH\r\n\r\n", "trying again"),
    ] {
        let answers: &'static [&'static str] = Box::leak(Box::new([answer]));
        let server = serve(answers);
        let (link, deliveries) = start(&server.url, "", quick(), 1);
        let status = until(&link, words, |s| s.detail.contains(words));
        assert_eq!(status.state, LinkState::Unavailable);
        assert!(deliveries.is_empty());
        stops(link);
    }
    let (link, _deliveries) = start("http://", "", quick(), 1);
    let status = until(&link, "failed", |s| s.state == LinkState::Failed);
    assert!(status.detail.contains("is no address"), "{}", status.detail);
    stops(link);
}

#[test]
fn a_server_that_hangs_is_left_and_disturbs_no_other_link() {
    let hanging = serve(&[""]);
    let patient = Tempo { idle: PATIENCE * 10, ..quick() };
    let (stuck, nothing) = start(&hanging.url, "", patient, 1);
    until(&stuck, "asking", |s| s.detail.contains("asking for"));
    let impatient = Tempo { idle: Duration::from_millis(50), ..quick() };
    let (left, _nothing) = start(&hanging.url, "", impatient, 1);
    let status = until(&left, "left", |s| s.detail.contains("the server was silent"));
    assert_eq!(status.state, LinkState::Unavailable);
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let (well, deliveries) =
        start(&format!("tcp:{}", server.local_addr().unwrap()), "", quick(), 1);
    server.accept().unwrap().0.write_all(b"alive").unwrap();
    assert_eq!(stream_of(&deliveries, 5), b"alive");
    assert!(nothing.is_empty());
    for link in [stuck, left, well] {
        stops(link);
    }
}
