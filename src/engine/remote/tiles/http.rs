//! One request for a tile: bounded in time, size and redirections.

use std::io::{self, Read};
use std::sync::Once;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::redirect::Policy;

use super::capabilities::read_capabilities;
use super::entry::{MAX_ETAG, MAX_TILE};
use super::picture::clean;
use super::service::TileService;
use crate::problem::Problem;
use crate::remote::fdsn::http::{reason, retry_after, tls_reason};

/// Most redirections that are followed.
const MAX_REDIRECTS: usize = 5;

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The bytes, and the etag if there is one.
    Body(Vec<u8>, String),
    /// What is kept is still right (304).
    Unchanged,
    /// There is no such tile.
    Absent,
}

/// Why there is no answer, as a part of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub reason: String,
    /// What the server asks to wait.
    pub wait: Option<Duration>,
}

impl Failure {
    fn of(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), wait: None }
    }
}

/// A client of one server.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    total: Duration,
    max_bytes: usize,
}

impl Http {
    pub(super) fn new(connect: Duration, total: Duration) -> Result<Self, String> {
        static PROVIDER: Once = Once::new();
        // It fails only where another part of the program installed one before, which serves.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let policy = Policy::custom(|attempt| {
            let was_secure = attempt.previous().first().is_some_and(|u| u.scheme() == "https");
            let scheme = attempt.url().scheme();
            let may_follow = scheme == "https" || (scheme == "http" && !was_secure);
            if attempt.previous().len() > MAX_REDIRECTS || !may_follow {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("marsdeck/", env!("CARGO_PKG_VERSION")))
            .redirect(policy)
            .connect_timeout(connect)
            .timeout(None)
            .pool_max_idle_per_host(4)
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Self { client, total, max_bytes: MAX_TILE })
    }

    /// Asks for an address; with an etag, only for what has changed.
    pub(super) fn get(&self, url: &str, etag: &str) -> Result<Answer, Failure> {
        // Said of the request, it bounds the body as a whole and not each read of it.
        let mut request = self.client.get(url).timeout(self.total);
        if !etag.is_empty() {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let mut response = request.send().map_err(|error| send_failure(&error))?;
        let status = response.status().as_u16();
        match status {
            200 => {}
            304 if !etag.is_empty() => return Ok(Answer::Unchanged),
            204 | 404 | 410 => return Ok(Answer::Absent),
            // What a WMTS says to a tile outside its limits (OGC 07-057r7, 7.2.4).
            400 if starts_with_out_of_range(&mut response) => return Ok(Answer::Absent),
            300..=399 => {
                return Err(Failure::of("the server sends the request on in circles or elsewhere"));
            }
            401 | 403 => {
                return Err(Failure::of(format!(
                    "the server does not give its tiles to everyone ({status})"
                )));
            }
            _ => {
                let wait = retry_after(response.headers());
                return Err(Failure { reason: format!("the server answers {status}"), wait });
            }
        }
        let tag = response.headers().get(ETAG).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let tag = if tag.len() <= MAX_ETAG { tag.to_owned() } else { String::new() };
        match body(&mut response, self.max_bytes) {
            Ok(Some(bytes)) => Ok(Answer::Body(bytes, tag)),
            Ok(None) => Err(Failure::of(format!(
                "the server sends more than {} MiB for one tile",
                self.max_bytes >> 20
            ))),
            Err(error) if is_time_out(&error) => Err(Failure::of("the server is too slow")),
            Err(_) => Err(Failure::of("the connection broke in the middle of a tile")),
        }
    }
}

fn send_failure(error: &reqwest::Error) -> Failure {
    let why = |error| clean(&reason(error), 160);
    Failure::of(if let Some(tls) = tls_reason(error) {
        format!("no secure connection to the server ({tls}); check the date of this computer")
    } else if error.is_timeout() && !error.is_connect() {
        "the server is too slow".to_owned()
    } else if error.is_connect() {
        let why = if error.is_timeout() { "no answer".to_owned() } else { why(error) };
        format!("the server cannot be reached ({why})")
    } else {
        format!("the request failed ({})", why(error))
    })
}

/// Whether a refusal is the exception of a WMTS for tiles beyond its edges.
fn starts_with_out_of_range(response: &mut Response) -> bool {
    let mut head = Vec::new();
    // Words that cannot be read are no such words.
    let _ = response.take(4096).read_to_end(&mut head);
    String::from_utf8_lossy(&head).contains("TileOutOfRange")
}

/// Whether a time limit ended the reading of a body.
fn is_time_out(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<reqwest::Error>());
    error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout)
}

/// Reads a body; none where it is longer than the limit.
fn body(response: &mut Response, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    response.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Asks a WMTS for its capabilities; `address` is that of the document or of the service. Blocks
/// up to a minute, so it must not run on the thread that draws.
pub fn fetch_capabilities(address: &str) -> Result<(Vec<TileService>, Vec<Problem>), String> {
    let mut url = address.trim().to_owned();
    let is_document = url.to_ascii_lowercase().ends_with(".xml");
    if !is_document && !url.to_ascii_lowercase().contains("request=getcapabilities") {
        let joint = match url.find('?') {
            None => "?",
            Some(_) if url.ends_with(['?', '&']) => "",
            Some(_) => "&",
        };
        url = format!("{url}{joint}SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0");
    }
    let mut http = Http::new(Duration::from_secs(15), Duration::from_mins(1))?;
    http.max_bytes = 64 << 20;
    match http.get(&url, "") {
        Ok(Answer::Body(bytes, _)) => Ok(read_capabilities(&bytes, address.trim())),
        Ok(_) => Err(format!("There are no capabilities at {url}. Check the address.")),
        Err(failure) => Err(format!("No capabilities from {url}: {}.", failure.reason)),
    }
}
