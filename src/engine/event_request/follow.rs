//! Requests follow evidence: released commands, on-board messages, stored data, the clock.
//!
//! What is found is written as records of the engine. Looking twice finds nothing new, so it can
//! be done as often as wanted, and after a restart.

use std::sync::atomic::AtomicBool;

use super::carry::command_name;
use super::event::RequestEvent;
use super::fold::Requests;
use super::item::{Progress, RequestItem};
use super::model::{Part, State};
use crate::archive::{Archive, EventMessage, Levels, MessageQuery};
use crate::command::{
    CommandItem, Desk, ENGINE, Journal, JournalError, State as CommandState, Uid,
};
use crate::mission::commands::reports::Report;
use crate::time::{Instant, TimeRange, iso};

/// After the deadline the report of a command that was carried out in time may still come: so
/// many seconds are waited, about two passes.
const GRACE_S: f64 = 86_400.0;
/// On-board clocks may be this far behind when messages are compared with records, in seconds.
const CLOCK_S: f64 = 60.0;
/// Stored data are told in steps of this share.
const STEP: f64 = 0.05;
/// A window counts as whole when this much of it is missing at most: on-board clocks differ a
/// little from UTC, so its edges do. Seconds, and share of the window.
const MISSING: (f64, f64) = (1.0, 0.001);
/// Records for a request in one look.
const MOST_STEPS: usize = 64;
/// Messages about requests that are looked through, the newest.
const MOST_MESSAGES: u32 = 10_000;
/// Shorter identifiers are not looked for in the bytes of a command, where chance could spell them.
const LEAST_ID: usize = 6;

/// What is known.
pub struct Evidence<'a> {
    /// All commands.
    pub desk: &'a Desk,
    /// On-board messages; those since the oldest open request was made are enough.
    pub messages: &'a [EventMessage],
    /// The stretches of a range that hold samples of a series, of whatever product.
    pub stored: &'a dyn Fn(&str, TimeRange) -> Vec<TimeRange>,
    /// The time of day.
    pub now: Instant,
}

impl Requests {
    /// Whether evidence can still move anything: what to ask before looking for it.
    pub fn is_waiting(&self) -> bool {
        self.items().any(is_followed)
    }

    /// When the oldest request that evidence can still move was made.
    pub fn waiting_since(&self) -> Option<Instant> {
        self.items().filter(|item| is_followed(item)).map(RequestItem::made_at).min()
    }

    /// Moves the requests on as far as the evidence goes; how many records that took.
    pub fn follow(
        &mut self,
        journal: &mut Journal,
        evidence: &Evidence<'_>,
    ) -> Result<usize, JournalError> {
        let ids: Vec<String> =
            self.items().filter(|item| is_followed(item)).map(|item| item.id.clone()).collect();
        let mut written = 0;
        for id in ids {
            for _ in 0..MOST_STEPS {
                let next = self.get(&id).and_then(|item| next(item, evidence));
                let Some(event) = next else { break };
                self.write(journal, (evidence.now, ENGINE), &event)?;
                written += 1;
            }
        }
        Ok(written)
    }

    /// [`Self::follow`] by what an archive holds: the one call of whoever owns the journal, when
    /// stored data or commands changed and every now and then for the clock. What cannot be read
    /// now shows nothing now.
    pub fn follow_archive(
        &mut self,
        journal: &mut Journal,
        desk: &Desk,
        archive: &Archive,
        now: Instant,
    ) -> Result<usize, JournalError> {
        let Some(since) = self.waiting_since() else { return Ok(0) };
        let query = MessageQuery {
            range: TimeRange::new(since.plus_s(-CLOCK_S), now.plus_s(GRACE_S)),
            levels: Levels::ALL,
            text: "Request".to_owned(),
            limit: MOST_MESSAGES,
            newest: true,
        };
        let told = archive.messages(&query, &AtomicBool::new(false));
        let (messages, _) = told.unwrap_or_default();
        let series = archive.series();
        let stored = |name: &str, range: TimeRange| {
            let products = series.iter().filter(|of| of.key.name == name);
            let stretches = products.map(|of| archive.segments(&of.key, range).unwrap_or_default());
            stretches.flatten().collect()
        };
        self.follow(journal, &Evidence { desk, messages: &messages, stored: &stored, now })
    }
}

fn is_followed(item: &RequestItem) -> bool {
    !matches!(item.state(), State::Closed | State::Rejected | State::Ingested)
}

/// The next thing that the evidence shows of a request.
fn next(item: &RequestItem, evidence: &Evidence<'_>) -> Option<RequestEvent> {
    if item.accepted.is_none() {
        let open = matches!(item.state(), State::Draft | State::Proposed);
        return open.then(|| expiry(item, evidence.now)).flatten();
    }
    let parts = || item.parts.iter();
    parts()
        .find_map(|(part, progress)| by_commands(item, *part, progress, evidence.desk))
        .or_else(|| {
            let messages = evidence.messages.iter();
            let mut messages: Vec<&EventMessage> =
                messages.filter(|message| is_about(item, message)).collect();
            messages.sort_by_key(|message| message.time);
            let said = |message: &EventMessage| {
                parts().find_map(|(part, of)| by_message(item, *part, of, message))
            };
            messages.into_iter().find_map(said)
        })
        .or_else(|| by_data(item, evidence))
        .or_else(|| expiry(item, evidence.now))
}

fn is_about(item: &RequestItem, message: &EventMessage) -> bool {
    (message.mission.is_empty() || message.mission == item.request.mission)
        && message.time >= item.made_at().plus_s(-CLOCK_S)
        && message.message.contains(&item.id)
}

/// Whether a command carries a part of a request: by its argument, or, as a sequence does,
/// somewhere in its bytes.
fn carries(command: &CommandItem, item: &RequestItem, part: Part) -> bool {
    let prepared = command.sealed.prepared();
    if prepared.mission != item.request.mission {
        return false;
    }
    let id = part.on_board_id(&item.id);
    let name = prepared.name.rsplit('/').next().unwrap_or_default();
    if name == command_name(part) {
        return prepared.arguments.iter().any(|(name, value)| name == "request" && *value == id);
    }
    let word = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
    };
    let found = || {
        let bytes = &prepared.bytes;
        bytes.windows(id.len()).enumerate().any(|(at, window)| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            window == id.as_bytes() && !word(before) && !word(bytes.get(at + id.len()))
        })
    };
    id.len() >= LEAST_ID && found()
}

fn is_released(state: CommandState) -> bool {
    state.is_out() || matches!(state, CommandState::Complete | CommandState::Failed)
}

fn by_commands(
    item: &RequestItem,
    part: Part,
    progress: &Progress,
    desk: &Desk,
) -> Option<RequestEvent> {
    if progress.extracted.is_some() || progress.lost.is_some() {
        return None;
    }
    let id = item.id.clone();
    if let Some(uid) = progress.commanded {
        let command = desk.get(uid).filter(|command| command.state() == CommandState::Failed)?;
        let last = command.history.last();
        let at = last.map_or(Instant::MIN, |line| line.time);
        let reason = last.map_or_else(String::new, |line| format!("command {uid}: {}", line.words));
        return Some(RequestEvent::Failed { id, part, at, reason, is_lost: false });
    }
    // Commands are numbered by record, so those before the request cannot be about it.
    let first = item.history.first().map_or(0, |line| line.record);
    let commands = desk.items().rev().take_while(|command| command.uid > Uid(first));
    let fits = |command: &&CommandItem| {
        is_released(command.state())
            && !progress.released.contains(&command.uid)
            && carries(command, item, part)
    };
    let command = commands.into_iter().find(fits)?;
    Some(RequestEvent::Commanded { id, part, uid: command.uid })
}

fn by_message(
    item: &RequestItem,
    part: Part,
    progress: &Progress,
    message: &EventMessage,
) -> Option<RequestEvent> {
    let own = part.on_board_id(&item.id);
    let (id, at) = (item.id.clone(), message.time);
    match Report::parse(message.message.trim())? {
        Report::RequestExtracted { id: about, records }
            if about == own && progress.extracted.is_none() =>
        {
            Some(RequestEvent::Extracted { id, part, at, records: records as u64 })
        }
        Report::RequestSent { id: about } if about == own && progress.sent.is_none() => {
            Some(RequestEvent::Sent { id, part, at })
        }
        Report::RequestFailed { id: about, reason }
            if about == own && !progress.failures.contains(&(at, reason.clone())) =>
        {
            // What was extracted and then failed was overwritten on its way.
            let is_lost = reason.starts_with("overwritten") || progress.extracted.is_some();
            Some(RequestEvent::Failed { id, part, at, reason, is_lost })
        }
        _ => None,
    }
}

/// Share of channels × seconds that is stored, and whether that is all.
fn coverage(item: &RequestItem, evidence: &Evidence<'_>) -> (f64, bool) {
    let window = item.request.window;
    let length = window.duration_s().max(1e-9);
    let all: Vec<f64> = item
        .request
        .expected()
        .iter()
        .map(|expected| {
            let stretches = (evidence.stored)(&expected.name, window);
            union_s(stretches, window) / length
        })
        .collect();
    let share = all.iter().sum::<f64>() / all.len().max(1) as f64;
    let missing = MISSING.0 / length + MISSING.1;
    let is_whole = !all.is_empty() && all.iter().all(|one| *one >= 1.0 - missing);
    (share.clamp(0.0, 1.0), is_whole)
}

/// Seconds of a window that stretches cover; they may overlap where products do.
fn union_s(mut stretches: Vec<TimeRange>, window: TimeRange) -> f64 {
    stretches.sort_by_key(|stretch| stretch.start);
    let (mut end, mut covered) = (window.start, 0.0);
    for stretch in stretches {
        let (from, to) = (stretch.start.max(end), stretch.end.min(window.end));
        if to > from {
            covered += to.s_since(from);
            end = to;
        }
    }
    covered
}

/// Only data that were asked for count: those that lay there before do not.
fn by_data(item: &RequestItem, evidence: &Evidence<'_>) -> Option<RequestEvent> {
    let is_asked = |part: &Progress| !part.released.is_empty() || part.extracted.is_some();
    if item.is_whole || !item.parts.values().any(is_asked) {
        return None;
    }
    let (share, is_whole) = coverage(item, evidence);
    let is_news = is_whole || (share > 0.0 && item.share == 0.0) || share >= item.share + STEP;
    is_news.then(|| RequestEvent::Covered { id: item.id.clone(), share, is_whole })
}

fn expiry(item: &RequestItem, now: Instant) -> Option<RequestEvent> {
    if item.expired.is_some() || item.is_extracted() || item.state() == State::Expired {
        return None;
    }
    let is_under_way = item.state() == State::Commanded;
    let grace_s = if is_under_way { GRACE_S } else { 0.0 };
    let deadline = item.request.deadline();
    (now >= deadline.plus_s(grace_s)).then(|| {
        let told = if is_under_way { ", and nothing was heard of it" } else { "" };
        let reason = format!("the memory was overwritten from {} on{told}", iso(deadline, 0));
        RequestEvent::Expired { id: item.id.clone(), reason }
    })
}
