//! A request and all that is known of it; its state follows from what was decided and seen.

use std::collections::{BTreeMap, BTreeSet};

use super::event::RequestEvent;
use super::model::{EventRequest, Part, State};
use crate::command::{HistoryLine, Record, Uid};
use crate::time::Instant;

/// How far a part came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The command that is to bring it.
    pub commanded: Option<Uid>,
    /// All commands that were ever released for it.
    pub released: BTreeSet<Uid>,
    /// When it was extracted, on board.
    pub extracted: Option<Instant>,
    /// Records that were extracted.
    pub records: u64,
    /// When the last record left, on board.
    pub sent: Option<Instant>,
    /// Why it will not come.
    pub lost: Option<String>,
    /// On-board times and reasons of the failures that were taken in.
    pub(super) failures: BTreeSet<(Instant, String)>,
}

/// What people decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Draft,
    Proposed,
    Accepted,
    Rejected,
    Closed,
}

/// A request and all that happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestItem {
    /// Identifier, e.g. `S0235b-1`.
    pub id: String,
    /// What is asked for.
    pub request: EventRequest,
    /// Record of the present content: what an acceptance is bound to.
    pub content: u64,
    /// Everybody who wrote it; none of them can accept it.
    pub authors: BTreeSet<String>,
    /// Who accepted it, and why rules were waived.
    pub accepted: Option<(String, String)>,
    /// Who rejected it, and why.
    pub rejected: Option<(String, String)>,
    /// The parts and how far each came.
    pub parts: BTreeMap<Part, Progress>,
    /// Share of it that is stored, 0 to 1.
    pub share: f64,
    /// Whether all of it is stored.
    pub is_whole: bool,
    /// How it is known that the memory was overwritten.
    pub expired: Option<String>,
    /// All that happened, oldest first.
    pub history: Vec<HistoryLine>,
    word: Word,
}

impl RequestItem {
    pub(super) fn new(id: &str, request: EventRequest, record: &Record) -> Self {
        let parts = request.parts().into_iter().map(|part| (part, Progress::default()));
        Self {
            id: id.to_owned(),
            parts: parts.collect(),
            request,
            content: record.number,
            authors: BTreeSet::from([record.who.clone()]),
            accepted: None,
            rejected: None,
            share: 0.0,
            is_whole: false,
            expired: None,
            history: Vec::new(),
            word: Word::Draft,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match self.word {
            Word::Closed => State::Closed,
            Word::Rejected => State::Rejected,
            Word::Draft | Word::Proposed if self.expired.is_some() => State::Expired,
            Word::Draft => State::Draft,
            Word::Proposed => State::Proposed,
            Word::Accepted => self.evidence(),
        }
    }

    /// Where evidence puts an accepted request: what is furthest on counts.
    fn evidence(&self) -> State {
        // A part that is lost holds the others up no longer.
        let all = |is: fn(&Progress) -> bool| {
            self.parts.values().any(is)
                && self.parts.values().all(|part| is(part) || part.lost.is_some())
        };
        let is_commanded = |part: &Progress| part.commanded.is_some() || part.extracted.is_some();
        if self.is_whole {
            State::Ingested
        } else if all(|part| part.sent.is_some()) {
            State::Downlinked
        } else if self.share > 0.0 {
            State::Partial
        } else if self.parts.values().all(|part| part.lost.is_some()) {
            State::Expired
        } else if all(|part| part.extracted.is_some()) {
            State::Extracted
        } else if self.expired.is_some() {
            State::Expired
        } else if self.parts.values().any(is_commanded) {
            State::Commanded
        } else {
            State::Accepted
        }
    }

    /// Whether anything of it has been extracted.
    pub fn is_extracted(&self) -> bool {
        self.share > 0.0 || self.parts.values().any(|part| part.extracted.is_some())
    }

    /// When it was written first.
    pub fn made_at(&self) -> Instant {
        self.history.first().map_or(Instant::MIN, |line| line.time)
    }

    /// Who wrote it first.
    pub fn made_by(&self) -> &str {
        self.history.first().map_or("", |line| line.who.as_str())
    }

    /// The parts that still need a command.
    pub fn uncommanded(&self) -> impl Iterator<Item = Part> {
        let open = |part: &Progress| {
            part.commanded.is_none() && part.extracted.is_none() && part.lost.is_none()
        };
        self.parts.iter().filter(move |(_, part)| open(part)).map(|(part, _)| *part)
    }

    /// Takes what happened; a sentence where it cannot have happened.
    pub(super) fn take(&mut self, record: &Record, event: &RequestEvent) -> Result<(), String> {
        let state = self.state();
        match event {
            RequestEvent::Drafted { .. } => {}
            RequestEvent::Edited { request, .. } => {
                allow(state.is_editable())?;
                let mut authors = std::mem::take(&mut self.authors);
                authors.insert(record.who.clone());
                let history = std::mem::take(&mut self.history);
                *self = Self::new(&self.id, (**request).clone(), record);
                (self.authors, self.history) = (authors, history);
            }
            RequestEvent::Proposed { .. } => {
                allow(state == State::Draft)?;
                self.word = Word::Proposed;
            }
            RequestEvent::Accepted { seen, waiver, .. } => {
                allow(state == State::Proposed && *seen == self.content)?;
                self.accepted = Some((record.who.clone(), waiver.clone()));
                self.word = Word::Accepted;
            }
            RequestEvent::Rejected { reason, .. } => {
                allow(state == State::Proposed)?;
                self.rejected = Some((record.who.clone(), reason.clone()));
                self.word = Word::Rejected;
            }
            RequestEvent::Closed { .. } => {
                allow(state.next().contains(&State::Closed))?;
                self.word = Word::Closed;
            }
            RequestEvent::Expired { reason, .. } => {
                allow(state.next().contains(&State::Expired) && !self.is_extracted())?;
                self.expired = Some(reason.clone());
            }
            RequestEvent::Covered { share, is_whole, .. } => {
                allow(self.word == Word::Accepted && (0.0..=1.0).contains(share))?;
                self.share = self.share.max(*share);
                self.is_whole |= is_whole;
            }
            _ => {
                allow(self.word == Word::Accepted)?;
                self.take_progress(event)?;
            }
        }
        Ok(())
    }

    fn take_progress(&mut self, event: &RequestEvent) -> Result<(), String> {
        let (RequestEvent::Commanded { part, .. }
        | RequestEvent::Failed { part, .. }
        | RequestEvent::Extracted { part, .. }
        | RequestEvent::Sent { part, .. }) = event
        else {
            return Ok(());
        };
        let of = self.parts.get_mut(part).ok_or("it has no such part")?;
        match event {
            RequestEvent::Commanded { uid, .. } => {
                of.commanded = Some(*uid);
                of.released.insert(*uid);
            }
            RequestEvent::Failed { at, reason, is_lost, .. } => {
                of.failures.insert((*at, reason.clone()));
                of.commanded = None;
                if *is_lost {
                    of.lost = Some(reason.clone());
                }
            }
            RequestEvent::Extracted { at, records, .. } => {
                (of.extracted, of.records, of.lost) = (Some(*at), *records, None);
            }
            RequestEvent::Sent { at, .. } => {
                of.sent = Some(*at);
                of.extracted = of.extracted.or(Some(*at));
            }
            _ => {}
        }
        Ok(())
    }
}

fn allow(is_allowed: bool) -> Result<(), String> {
    let why = "it does not follow from the state that the request had";
    is_allowed.then_some(()).ok_or_else(|| why.to_owned())
}
