//! One HTTP request: bounded in time and size, and left at once when the user cancels.

use std::error::Error;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, LOCATION, RETRY_AFTER, TRANSFER_ENCODING};
use reqwest::redirect::Policy;

use crate::format::xmltree::parse_time;

/// Bounds of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time to connect.
    pub connect: Duration,
    /// Longest silence of a server.
    pub idle: Duration,
    /// Longest time of one request.
    pub total: Duration,
    /// Most bytes of one part, unpacked; a larger one is asked for in halves.
    pub max_part_bytes: usize,
    /// How often a part is tried again.
    pub retries: u32,
    /// First pause before trying again; it doubles each time.
    pub pause: Duration,
    /// Longest pause that a server may ask for before the fetch stops instead.
    pub longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            idle: Duration::from_mins(1),
            total: Duration::from_mins(20),
            max_part_bytes: 256 << 20,
            retries: 4,
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_mins(10),
        }
    }
}

/// What a server answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub location: Option<String>,
    pub body: Vec<u8>,
    /// Whether its end was marked, so that an empty body is one.
    pub marked: bool,
    /// Whether the body was longer than allowed; it is empty then.
    pub too_large: bool,
}

/// Why there is no whole answer.
#[derive(Debug)]
pub(super) enum Failure {
    Tls(String),
    Connect(String),
    Slow,
    CutOff(String),
    Request(String),
}

/// Shortest time between two looks at the cancel flag.
const TICK: Duration = Duration::from_millis(50);
/// Bytes that are kept of the body of a refusal.
const REFUSAL_BYTES: usize = 64 * 1024;
/// Most redirections that are followed.
const MAX_REDIRECTS: usize = 5;

/// A client with its limits.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    pub limits: Limits,
}

impl Http {
    pub(super) fn new(limits: Limits) -> Result<Self, String> {
        static PROVIDER: Once = Once::new();
        // It fails only where another part of the program installed one before, which serves.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let policy = Policy::custom(|attempt| {
            let was_secure = attempt.previous().first().is_some_and(|u| u.scheme() == "https");
            if attempt.previous().len() > MAX_REDIRECTS
                || (was_secure && attempt.url().scheme() != "https")
            {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("marsdeck/", env!("CARGO_PKG_VERSION")))
            .redirect(policy)
            .connect_timeout(limits.connect)
            .timeout(None)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Self { client, limits })
    }

    /// Asks for an address. `progress` hears the bytes so far; none where it was cancelled.
    ///
    /// A thread of its own reads, so that neither a silent server nor a slow one can hold up a
    /// cancel; it ends by itself at its next byte or time limit.
    pub(super) fn get(
        &self,
        url: &str,
        cancel: &AtomicBool,
        progress: &dyn Fn(u64),
    ) -> Option<Result<Answer, Failure>> {
        let (sender, receiver) = mpsc::channel();
        let received = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (http, url) = (self.clone(), url.to_owned());
        let (count, ended) = (Arc::clone(&received), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("fdsn".to_owned()).spawn(move || {
            // Nobody listens any more after a cancel.
            let _ = sender.send(http.ask(&url, &count, &ended));
        });
        if let Err(error) = thread {
            return Some(Err(Failure::Request(error.to_string())));
        }
        let mut silent = Duration::ZERO;
        let mut last = 0;
        let result = loop {
            match receiver.recv_timeout(TICK) {
                Ok(result) => break Some(result),
                Err(RecvTimeoutError::Disconnected) => {
                    break Some(Err(Failure::CutOff("the reading thread ended".to_owned())));
                }
                Err(RecvTimeoutError::Timeout) if cancel.load(Ordering::Relaxed) => break None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = received.load(Ordering::Relaxed);
            silent = if now == last { silent + TICK } else { Duration::ZERO };
            last = now;
            progress(now);
            if silent >= self.limits.idle {
                break Some(Err(Failure::Slow));
            }
        };
        stop.store(true, Ordering::Relaxed);
        result
    }

    fn ask(&self, url: &str, count: &AtomicU64, stop: &AtomicBool) -> Result<Answer, Failure> {
        let request = self.client.get(url).timeout(self.limits.total);
        let mut response = request.send().map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let mut answer = Answer {
            status,
            retry_after: retry_after(headers),
            location: text(LOCATION),
            marked: headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING),
            ..Answer::default()
        };
        let limit = if status == 200 { self.limits.max_part_bytes } else { REFUSAL_BYTES };
        match body(&mut response, limit, count, stop) {
            Ok(Some(bytes)) => answer.body = bytes,
            Ok(None) => answer.too_large = status == 200,
            // The words of a refusal are a help, not a need.
            Err(_) if status != 200 => {}
            Err(error) if error.kind() == io::ErrorKind::TimedOut => return Err(Failure::Slow),
            Err(error) => return Err(Failure::CutOff(io_reason(&error))),
        }
        Ok(answer)
    }
}

/// Reads a body; none where it is longer than the limit.
fn body(
    response: &mut Response,
    limit: usize,
    count: &AtomicU64,
    stop: &AtomicBool,
) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while !stop.load(Ordering::Relaxed) {
        let n = match response.read(&mut buffer) {
            Ok(0) => return Ok(Some(bytes)),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.len() + n > limit {
            return Ok(None);
        }
        bytes.extend_from_slice(buffer.get(..n).unwrap_or_default());
        count.fetch_add(n as u64, Ordering::Relaxed);
    }
    Err(io::Error::other("cancelled"))
}

fn failure(error: &reqwest::Error) -> Failure {
    if let Some(why) = tls_reason(error) {
        Failure::Tls(why)
    } else if error.is_builder() || error.is_redirect() {
        Failure::Request(reason(error))
    } else if error.is_connect() {
        let why = if error.is_timeout() { "no answer".to_owned() } else { reason(error) };
        Failure::Connect(why)
    } else if error.is_timeout() {
        Failure::Slow
    } else {
        Failure::CutOff(reason(error))
    }
}

/// What TLS has against it, anywhere below an error.
pub(in crate::remote) fn tls_reason(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    // An I/O error names the causes of what it wraps, not what it wraps.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => tls_reason(inner),
        None => error.source().and_then(tls_reason),
    }
}

/// The innermost cause: the outer ones repeat the address.
pub(in crate::remote) fn reason(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}

fn io_reason(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<reqwest::Error>());
    inner.map_or_else(|| error.to_string(), reason)
}

/// `Retry-After` in seconds, or as a date against the server's own `Date` (RFC 9110, 10.2.3).
pub(in crate::remote) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let (then, now) = (http_date(value)?, http_date(text(DATE)?)?);
    Some(Duration::from_secs(then.saturating_sub(now).max(0) as u64))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let clock = words.next()?;
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let time = parse_time(&format!("{year}-{month:02}-{day}T{clock}Z"))?;
    Some(time.unix_ns().div_euclid(1_000_000_000))
}
