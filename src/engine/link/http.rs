//! A file at an address that is asked for again and again, and handed over when it has changed.
//!
//! The server is asked for changes only (`If-None-Match`, `If-Modified-Since`; RFC 9110, section
//! 13); where it does not know the question, a digest of the content tells. "Not changed" is an
//! answer, and the link is well.

use std::error::Error;
use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::{Delivery, LinkState};
use super::net::READ_BYTES;
use super::port::{Flow, Pauses, Port, Tempo};

/// Largest answer that is taken, in bytes: it is held in memory as a whole.
const LARGEST_ANSWER: usize = 256 << 20;
/// Most redirections that are followed.
const MAX_REDIRECTS: usize = 5;
/// Longest pause that a server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);
/// Shortest time between two requests, in seconds.
const SHORTEST_POLL_S: f64 = 0.05;

/// What was handed over last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Last {
    etag: String,
    modified: String,
    digest: String,
}

/// What came of a request.
enum Answer {
    /// A content, with what the server says to ask for changes by.
    Content { bytes: Vec<u8>, etag: String, modified: String },
    /// It has not changed, or there is nothing now.
    Nothing(&'static str),
    /// No content, with the reason, and how long the server wants to be left alone.
    Trouble(String, Option<Duration>),
}

/// Asks until it is stopped. `poll_s` is the time between two requests in seconds.
pub(super) fn run(port: &Port, url: &str, poll_s: f64, position: &str) -> Flow {
    let poll_s = if poll_s.is_finite() { poll_s.clamp(SHORTEST_POLL_S, 86_400.0) } else { 10.0 };
    let poll = Duration::from_secs_f64(poll_s);
    let client = match reqwest::Url::parse(url) {
        Ok(_) => client(&port.tempo),
        Err(error) => Err(format!("\"{url}\" is no address: {error}")),
    };
    let client = match client {
        Ok(client) => client,
        Err(why) => {
            port.say(LinkState::Failed, why);
            return Ok(());
        }
    };
    let mut last: Last = serde_json::from_str(position).unwrap_or_default();
    let mut pauses = Pauses::new(port);
    port.say(LinkState::Unavailable, format!("asking for {url}"));
    loop {
        match ask(port, &client, url, &last)? {
            Answer::Content { bytes, etag, modified } => {
                let digest = hex(&Sha256::digest(&bytes));
                let is_new = digest != last.digest;
                port.received(bytes.len());
                let length = bytes.len();
                if is_new {
                    port.hand_over(Delivery::File { name: url.to_owned(), bytes })?;
                }
                last = Last { etag, modified, digest };
                port.position(serde_json::to_string(&last).unwrap_or_default());
                let news = if is_new { "new content" } else { "the same content again" };
                port.connected(url, format!("{news}, {length} bytes"));
            }
            Answer::Nothing(words) => port.connected(url, words),
            Answer::Trouble(why, wanted) => {
                let pause = wanted.unwrap_or(poll).max(pauses.take()).max(poll);
                let seconds = pause.as_secs_f64();
                let detail = format!("{why}; trying again in {seconds} s");
                port.say(LinkState::Unavailable, detail);
                port.sleep(pause)?;
                continue;
            }
        }
        pauses.reset();
        port.sleep(poll)?;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn client(tempo: &Tempo) -> Result<Client, String> {
    static PROVIDER: Once = Once::new();
    // It fails only where another part of the program installed one before, which serves.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let policy = Policy::custom(|attempt| {
        let was_secure = attempt.previous().first().is_some_and(|u| u.scheme() == "https");
        let leaves = was_secure && attempt.url().scheme() != "https";
        if leaves || attempt.previous().len() > MAX_REDIRECTS {
            attempt.stop()
        } else {
            attempt.follow()
        }
    });
    Client::builder()
        .user_agent(concat!("marsdeck/", env!("CARGO_PKG_VERSION")))
        .redirect(policy)
        .connect_timeout(tempo.connect)
        .timeout(tempo.total)
        .pool_max_idle_per_host(1)
        .build()
        .map_err(|error| reason(&error))
}

/// Asks on a thread of its own, so that neither a silent server nor a slow one holds up a stop;
/// that thread ends by itself at its next byte or time limit.
fn ask(port: &Port, client: &Client, url: &str, last: &Last) -> Flow<Answer> {
    port.check()?;
    let (sender, receiver) = bounded(1);
    let received = Arc::new(AtomicU64::new(0));
    let gone = Arc::new(AtomicBool::new(false));
    let (http, to, last) = (client.clone(), url.to_owned(), last.clone());
    let (count, stop) = (Arc::clone(&received), Arc::clone(&gone));
    let spawned = std::thread::Builder::new().name("link-http".to_owned()).spawn(move || {
        let answer = request(&http, &to, &last, &count, &stop);
        // The last owner of a client waits for its thread: that is better done here.
        drop(http);
        // Nobody listens any more after a stop.
        let _ = sender.send(answer);
    });
    if let Err(error) = spawned {
        return Ok(Answer::Trouble(format!("no thread to ask with: {error}"), None));
    }
    let (mut silent, mut before) = (Duration::ZERO, 0);
    let answer = loop {
        match receiver.recv_timeout(port.tempo.tick) {
            Ok(answer) => break Ok(answer),
            Err(RecvTimeoutError::Disconnected) => {
                break Ok(Answer::Trouble("the asking thread ended".to_owned(), None));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(ended) = port.check() {
            break Err(ended);
        }
        let now = received.load(Ordering::Relaxed);
        silent = if now == before { silent + port.tempo.tick } else { Duration::ZERO };
        before = now;
        if silent >= port.tempo.idle {
            let words = format!("{url}: the server was silent for {} s", silent.as_secs_f64());
            break Ok(Answer::Trouble(words, None));
        }
    };
    gone.store(true, Ordering::Relaxed);
    answer
}

fn request(
    client: &Client,
    url: &str,
    last: &Last,
    count: &AtomicU64,
    gone: &AtomicBool,
) -> Answer {
    let mut request = client.get(url);
    if !last.etag.is_empty() {
        request = request.header(IF_NONE_MATCH, &last.etag);
    }
    if !last.modified.is_empty() {
        request = request.header(IF_MODIFIED_SINCE, &last.modified);
    }
    let mut response = match request.send() {
        Ok(response) => response,
        Err(error) => return Answer::Trouble(format!("{url}: {}", failure(&error)), None),
    };
    let status = response.status();
    let text = |name: HeaderName| header(response.headers(), &name);
    match status {
        StatusCode::OK => {
            let (etag, modified) = (text(ETAG), text(LAST_MODIFIED));
            match body(&mut response, count, gone) {
                Ok(Some(bytes)) => Answer::Content { bytes, etag, modified },
                Ok(None) => {
                    let limit = LARGEST_ANSWER >> 20;
                    Answer::Trouble(format!("{url}: more than {limit} MiB, not taken"), None)
                }
                Err(error) => Answer::Trouble(format!("{url}: cut off: {error}"), None),
            }
        }
        StatusCode::NOT_MODIFIED => Answer::Nothing("no change since the last time (304)"),
        StatusCode::NO_CONTENT => Answer::Nothing("the server has nothing now (204)"),
        status => {
            let wanted = text(RETRY_AFTER).parse().ok().map(Duration::from_secs);
            let wanted = wanted.map(|pause| pause.min(LONGEST_RETRY_AFTER));
            Answer::Trouble(format!("{url}: {}", in_words(status)), wanted)
        }
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

/// A status of HTTP as a sentence that says what to do.
fn in_words(status: StatusCode) -> String {
    let words = match status.as_u16() {
        300..=399 => "the file is elsewhere now: ask the server's operator for the new address",
        400 => "the server does not understand the request: check the address",
        401 | 407 => "the server wants a password, which marsdeck does not have",
        403 => "the server does not give this to us: ask its operator for access",
        404 | 410 => "there is nothing at this address: check it",
        408 | 504 => "the server waited too long, for us or for another server",
        413 | 414 => "the request is too long for the server: shorten the address",
        429 => "the server is asked too often: raise the seconds between two looks",
        500 => "the server has a fault of its own: tell its operator if it lasts",
        502 => "the server cannot reach the one behind it: tell its operator if it lasts",
        503 => "the server is overloaded or down for maintenance",
        200..=299 => "the server answered without the whole file",
        _ => status.canonical_reason().unwrap_or("an answer without a known meaning"),
    };
    format!("{words} ({})", status.as_u16())
}

/// Reads a body; none where it is longer than the limit.
fn body(
    response: &mut Response,
    count: &AtomicU64,
    gone: &AtomicBool,
) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; READ_BYTES];
    while !gone.load(Ordering::Relaxed) {
        let n = match response.read(&mut buffer) {
            Ok(0) => return Ok(Some(bytes)),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.len() + n > LARGEST_ANSWER {
            return Ok(None);
        }
        bytes.extend_from_slice(buffer.get(..n).unwrap_or_default());
        count.fetch_add(n as u64, Ordering::Relaxed);
    }
    Err(io::Error::other("stopped"))
}

fn failure(error: &reqwest::Error) -> String {
    if error.is_connect() && !error.is_timeout() {
        format!("cannot connect ({})", reason(error))
    } else if error.is_timeout() {
        "no answer in time: is the server up?".to_owned()
    } else {
        reason(error)
    }
}

/// The innermost cause: the outer ones repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}
