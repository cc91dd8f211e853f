//! The fetch itself: part by part, with pauses, splits and a report.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::check::check;
use super::http::{Failure, Http, Limits};
use super::status::{Verdict, judge, judge_failure};
use super::text::read_availability;
use super::{ChannelPattern, FdsnSource, FetchPlan, Part, PartFormat, PlanError};

/// Bytes of miniSEED per sample of seismic data, compressed: what archives come to.
const BYTES_PER_SAMPLE: f64 = 1.5;
/// So many failed parts one after the other end a fetch.
const FAILURES_IN_A_ROW: usize = 5;
/// Longest sleep between two looks at the cancel flag.
const SLICE: Duration = Duration::from_millis(200);

/// Takes the parts of a fetch.
pub trait FetchSink {
    /// Takes a complete, checked part. An error, in words, ends the fetch.
    fn part(&mut self, name: &str, format: PartFormat, bytes: Vec<u8>) -> Result<(), String>;

    /// Whether a part was taken before, so that it is not fetched again.
    fn has(&self, name: &str) -> bool;
}

/// How far a fetch is.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchProgress {
    /// Name of the part at hand.
    pub part: String,
    /// Parts done.
    pub done: usize,
    /// Parts in all; it grows where a part is split.
    pub total: usize,
    /// Bytes received so far.
    pub bytes: u64,
    /// Why it waits, while it does.
    pub waiting: Option<String>,
}

/// What a fetch brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchReport {
    /// Parts handed to the sink.
    pub stored: usize,
    /// Parts that the sink had already.
    pub skipped: usize,
    /// Parts for which the server has no data.
    pub no_data: usize,
    /// Bytes handed to the sink.
    pub bytes: u64,
    /// Parts that could not be had, each with a sentence.
    pub failed: Vec<(String, String)>,
    /// What else the user should know.
    pub notes: Vec<String>,
    /// Whether the user cancelled it.
    pub cancelled: bool,
}

/// Why a fetch stopped, and what it brought until then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct FetchError {
    /// What happened and what to do next.
    pub sentence: String,
    /// What was fetched before.
    pub report: FetchReport,
}

impl From<PlanError> for FetchError {
    fn from(error: PlanError) -> Self {
        Self { sentence: error.0, report: FetchReport::default() }
    }
}

/// How large a fetch will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Bytes of waveforms.
    pub bytes: u64,
    /// Requests.
    pub parts: usize,
    /// Where the figure comes from.
    pub basis: EstimateBasis,
}

/// Where an estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstimateBasis {
    /// The availability service: spans of data times their rate.
    Availability,
    /// Channel codes times duration: gaps are not known.
    ChannelCodes,
}

/// What became of one part.
enum Outcome {
    Body(Vec<u8>),
    /// Nothing there; whether the service itself said so (204) or only an address (404).
    NoData {
        sure: bool,
    },
    Split(String),
    Leave(String),
    Stop(String),
    Cancelled,
}

/// A fetch under way.
#[derive(Default)]
struct Run {
    report: FetchReport,
    /// Parts done.
    done: usize,
    /// Parts that failed since the last one that did not.
    row: usize,
    /// Parts without data of which only a 404 tells.
    unsure: usize,
}

impl Run {
    fn stored(&mut self, size: u64) {
        self.report.stored += 1;
        self.report.bytes += size;
        (self.done, self.row) = (self.done + 1, 0);
    }

    fn no_data(&mut self, sure: bool, format: PartFormat, source: &FdsnSource) {
        if !sure && format == PartFormat::QuakeMl {
            self.report.notes.push(format!(
                "{} answered 404 for events: it has none in this time, or offers no events at \
                 all. Fetch them from another server, for example earthscope.",
                source.name
            ));
        }
        self.report.no_data += 1;
        self.unsure += usize::from(!sure);
        (self.done, self.row) = (self.done + 1, 0);
    }

    /// Notes a part that cannot be had; an error where too many failed one after the other.
    fn failed(mut self, name: String, sentence: String) -> Result<Self, FetchError> {
        (self.done, self.row) = (self.done + 1, self.row + 1);
        self.report.failed.push((name, sentence.clone()));
        if self.row >= FAILURES_IN_A_ROW {
            return Err(FetchError { sentence, report: self.report });
        }
        Ok(self)
    }

    fn finish(mut self, source: &FdsnSource) -> FetchReport {
        let report = &mut self.report;
        if self.unsure > 0 && self.unsure == report.no_data && report.stored + report.skipped == 0 {
            report.notes.push(format!(
                "{} answered 404 to everything: it has no such data, or its address is not {}. \
                 Check the channel, the time range and the base address.",
                source.name, source.base
            ));
        }
        self.report
    }
}

/// A server, ready to fetch from.
pub struct Fetcher {
    source: FdsnSource,
    http: Http,
    sleep: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl FdsnSource {
    /// Gets ready to fetch with the usual limits, sleeping where the server asks for it.
    pub fn open(&self) -> Result<Fetcher, FetchError> {
        Fetcher::new(self.clone(), Limits::default(), Arc::new(std::thread::sleep))
    }

    /// Fetches a plan; see [`Fetcher::fetch`].
    pub fn fetch(
        &self,
        plan: &FetchPlan,
        sink: &mut dyn FetchSink,
        progress: &dyn Fn(FetchProgress),
        cancel: &AtomicBool,
    ) -> Result<FetchReport, FetchError> {
        self.open()?.fetch(plan, sink, progress, cancel)
    }
}

impl Fetcher {
    /// With limits and a way to sleep of one's own.
    pub fn new(
        source: FdsnSource,
        limits: Limits,
        sleep: Arc<dyn Fn(Duration) + Send + Sync>,
    ) -> Result<Self, FetchError> {
        let http = Http::new(limits).map_err(|why| FetchError {
            sentence: format!(
                "The web client cannot start ({why}). Check that the certificates of this \
                 computer are installed (package ca-certificates)."
            ),
            report: FetchReport::default(),
        })?;
        Ok(Self { source, http, sleep })
    }

    /// Fetches every part of a plan that the sink does not have, one after the other.
    ///
    /// A part that cannot be had is reported and left; what would meet every part (no network,
    /// no permission, a busy server that stays busy) ends the fetch with an error that holds the
    /// report so far. Either way the same fetch, started again, goes on where it was.
    pub fn fetch(
        &self,
        plan: &FetchPlan,
        sink: &mut dyn FetchSink,
        progress: &dyn Fn(FetchProgress),
        cancel: &AtomicBool,
    ) -> Result<FetchReport, FetchError> {
        let mut queue: VecDeque<Part> = plan.parts()?.into();
        let mut run = Run::default();
        while let Some(part) = queue.pop_front() {
            let name = part.name();
            if sink.has(&name) {
                run.report.skipped += 1;
                run.done += 1;
                continue;
            }
            let (done, total, before) = (run.done, run.done + queue.len() + 1, run.report.bytes);
            let tell = |bytes: u64, waiting: Option<String>| {
                let bytes = before + bytes;
                progress(FetchProgress { part: name.clone(), done, total, bytes, waiting });
            };
            tell(0, None);
            match self.ask(&part, &tell, cancel) {
                Outcome::Body(bytes) => {
                    let size = bytes.len() as u64;
                    if let Err(sentence) = sink.part(&name, part.format, bytes) {
                        return Err(FetchError { sentence, report: run.report });
                    }
                    run.stored(size);
                }
                Outcome::NoData { sure } => run.no_data(sure, part.format, &self.source),
                Outcome::Split(sentence) => match part.halves() {
                    Some([first, second]) => {
                        queue.push_front(second);
                        queue.push_front(first);
                    }
                    None => run = run.failed(name, sentence)?,
                },
                Outcome::Leave(sentence) => run = run.failed(name, sentence)?,
                Outcome::Stop(sentence) => {
                    return Err(FetchError { sentence, report: run.report });
                }
                Outcome::Cancelled => {
                    run.report.cancelled = true;
                    break;
                }
            }
        }
        Ok(run.finish(&self.source))
    }

    /// Asks for one part until there is an outcome.
    fn ask(&self, part: &Part, tell: &dyn Fn(u64, Option<String>), cancel: &AtomicBool) -> Outcome {
        let url = part.url(&self.source);
        let mut pause = self.http.limits.pause;
        let mut attempt = 0;
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Outcome::Cancelled;
            }
            let Some(result) = self.http.get(&url, cancel, &|bytes| tell(bytes, None)) else {
                return Outcome::Cancelled;
            };
            // Where no server is, waiting long does not help.
            let unreached = matches!(result, Err(Failure::Connect(_)));
            let (verdict, status, body) = match result {
                Ok(answer) => {
                    let whole = answer.status == 200 && !answer.too_large;
                    let fault = whole.then(|| check(part.format, &answer.body).err()).flatten();
                    let verdict = judge(&self.source, part, &answer, fault);
                    (verdict, answer.status, answer.body)
                }
                Err(failure) => (judge_failure(&self.source, &failure), 0, Vec::new()),
            };
            let (sentence, asked) = match verdict {
                Verdict::Good => return Outcome::Body(body),
                Verdict::NoData => return Outcome::NoData { sure: status != 404 },
                Verdict::Split(sentence) => return Outcome::Split(sentence),
                Verdict::Leave(sentence) => return Outcome::Leave(sentence),
                Verdict::Stop(sentence) => return Outcome::Stop(sentence),
                Verdict::Again(sentence, asked) => (sentence, asked),
            };
            let limits = &self.http.limits;
            let retries = if unreached { limits.retries.min(2) } else { limits.retries };
            if attempt >= retries {
                // Another part may do better where only this one is broken.
                let only_this = matches!(status, 200 | 500 | 504);
                return if only_this { Outcome::Leave(sentence) } else { Outcome::Stop(sentence) };
            }
            let wait = asked.unwrap_or(pause);
            if wait > self.http.limits.longest_pause {
                return Outcome::Stop(format!(
                    "{} asks to wait {} s. Start the fetch again after that; it goes on where it \
                     was.",
                    self.source.name,
                    wait.as_secs()
                ));
            }
            tell(0, Some(format!("{} s: {sentence}", wait.as_secs())));
            self.rest(wait, cancel);
            pause = pause.saturating_mul(2).min(self.http.limits.longest_pause);
            attempt += 1;
        }
    }

    /// Sleeps in slices, so that a cancel is heard.
    fn rest(&self, wait: Duration, cancel: &AtomicBool) {
        let mut left = wait;
        while !left.is_zero() && !cancel.load(Ordering::Relaxed) {
            let slice = left.min(SLICE);
            (self.sleep)(slice);
            left -= slice;
        }
    }

    /// How many bytes of waveforms a plan will bring: from the availability service where the
    /// server has one, else from channel codes, rate and duration.
    pub fn estimate(&self, plan: &FetchPlan, cancel: &AtomicBool) -> Result<Estimate, FetchError> {
        let parts = plan.parts()?.len();
        let mut basis = EstimateBasis::Availability;
        let mut samples = 0.0;
        let channels: &[ChannelPattern] = if plan.waveforms { &plan.channels } else { &[] };
        for channel in channels {
            samples += self.available(channel, plan, cancel).unwrap_or_else(|| {
                basis = EstimateBasis::ChannelCodes;
                let (count, rate) = channel.guess();
                count * rate * plan.range.duration_s()
            });
        }
        Ok(Estimate { bytes: (samples * BYTES_PER_SAMPLE) as u64, parts, basis })
    }

    /// Samples that the availability service knows of; none where it does not answer.
    fn available(
        &self,
        channel: &ChannelPattern,
        plan: &FetchPlan,
        cancel: &AtomicBool,
    ) -> Option<f64> {
        let url = channel.availability_url(&self.source, plan.range);
        let answer = self.http.get(&url, cancel, &|_| {})?.ok()?;
        if answer.status == 204 {
            return Some(0.0);
        }
        let text = String::from_utf8(answer.body).ok()?;
        if answer.status != 200 || answer.too_large || !text.trim_start().starts_with('#') {
            return None;
        }
        let (spans, _) = read_availability(&text);
        let samples = spans.iter().map(|span| {
            let from = span.range.start.max(plan.range.start);
            let until = span.range.end.min(plan.range.end);
            until.s_since(from).max(0.0) * span.rate_hz
        });
        Some(samples.sum())
    }
}
