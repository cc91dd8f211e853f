//! What people do with requests: each is checked, then written, then done.

use std::sync::Arc;

use super::check::{memory_life_h, objections};
use super::event::RequestEvent;
use super::fold::Requests;
use super::item::RequestItem;
use super::model::{EventRequest, State};
use crate::command::{Actor, Journal, Permission};
use crate::plan::Model;
use crate::time::{Instant, iso};

/// Requests that may stand open at once.
const MOST_OPEN: usize = 1_000;

/// What somebody wants done with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestOrder {
    /// Keep a new one as a draft.
    Draft(Box<EventRequest>),
    /// Make a new one and propose it.
    Propose(Box<EventRequest>),
    /// Give one another content; it is a draft again.
    Edit {
        /// Which.
        id: String,
        /// Record of the content that was edited.
        seen: u64,
        /// The new content.
        request: Box<EventRequest>,
    },
    /// Propose a draft.
    Submit {
        /// Which.
        id: String,
        /// Record of the content.
        seen: u64,
    },
    /// Accept what somebody else proposed.
    Accept {
        /// Which.
        id: String,
        /// Record of the content.
        seen: u64,
        /// Why rules that can be waived are; empty: none is.
        waiver: String,
    },
    /// Reject it.
    Reject {
        /// Which.
        id: String,
        /// Record of the content.
        seen: u64,
        /// Why.
        reason: String,
    },
    /// Take it back before it goes up.
    Withdraw {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
    /// Close it: all came, or no more will.
    Close {
        /// Which.
        id: String,
        /// Anything to say.
        note: String,
    },
}

impl RequestOrder {
    /// The mission whose roles count; none: there is no such request.
    pub fn mission<'a>(&'a self, requests: &'a Requests) -> Option<&'a str> {
        match self {
            Self::Draft(request) | Self::Propose(request) => Some(&request.mission),
            Self::Edit { id, .. }
            | Self::Submit { id, .. }
            | Self::Accept { id, .. }
            | Self::Reject { id, .. }
            | Self::Withdraw { id, .. }
            | Self::Close { id, .. } => Some(&requests.get(id)?.request.mission),
        }
    }
}

/// What is known when somebody acts.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The time of day.
    pub now: Instant,
    /// The planning dictionary of the actor's mission.
    pub model: &'a Arc<Model>,
}

/// Does what somebody wants: a sentence, or why it is not done. `actor` is of the mission of
/// [`RequestOrder::mission`].
pub fn act(
    requests: &mut Requests,
    journal: &mut Journal,
    actor: &Actor,
    order: RequestOrder,
    at: &Situation<'_>,
) -> Result<String, Vec<String>> {
    let mut desk = Acting { requests, journal, actor, at };
    match order {
        RequestOrder::Draft(request) => {
            let id = desk.draft(*request)?;
            Ok(format!("{id} is kept as a draft."))
        }
        RequestOrder::Propose(request) => {
            desk.proposable(&request, None)?;
            let id = desk.draft(*request)?;
            desk.submit(id)
        }
        RequestOrder::Edit { id, seen, request } => desk.edit(id, seen, *request),
        RequestOrder::Submit { id, seen } => {
            let item = desk.item(&id, Permission::Prepare)?;
            in_state(item, &[State::Draft], "proposed")?;
            is_seen(item, seen)?;
            let request = item.request.clone();
            desk.proposable(&request, Some(&id))?;
            desk.submit(id)
        }
        RequestOrder::Accept { id, seen, waiver } => desk.accept(id, seen, waiver),
        RequestOrder::Reject { id, seen, reason } => {
            let item = desk.item(&id, Permission::Approve)?;
            in_state(item, &[State::Proposed], "rejected")?;
            is_seen(item, seen)?;
            let reason = wanted(&reason, "Say why it is rejected.")?;
            desk.write(&RequestEvent::Rejected { id: id.clone(), reason })?;
            Ok(format!("{id} is rejected. Its author can edit and propose it again."))
        }
        RequestOrder::Withdraw { id, reason } => {
            let item = desk.item(&id, Permission::Prepare)?;
            let open = [State::Draft, State::Proposed, State::Accepted, State::Rejected];
            in_state(item, &open, "withdrawn")?;
            let reason = wanted(&reason, "Say why it is withdrawn.")?;
            let note = format!("withdrawn, {reason}");
            desk.write(&RequestEvent::Closed { id: id.clone(), note })?;
            Ok(format!("{id} is withdrawn."))
        }
        RequestOrder::Close { id, note } => {
            let item = desk.item(&id, Permission::Prepare)?;
            let ended = [
                State::Extracted,
                State::Partial,
                State::Downlinked,
                State::Ingested,
                State::Expired,
                State::Rejected,
            ];
            in_state(item, &ended, "closed")?;
            desk.write(&RequestEvent::Closed { id: id.clone(), note: cut(&note) })?;
            Ok(format!("{id} is closed."))
        }
    }
}

/// The requests, the journal and who acts on them.
struct Acting<'a> {
    requests: &'a mut Requests,
    journal: &'a mut Journal,
    actor: &'a Actor,
    at: &'a Situation<'a>,
}

type Refused = Vec<String>;

fn refused<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(vec![reason.into()])
}

/// Texts of people are cut there.
fn cut(text: &str) -> String {
    text.trim().chars().take(1_000).collect()
}

fn wanted(text: &str, ask: &str) -> Result<String, Refused> {
    let text = cut(text);
    if text.is_empty() { refused(ask) } else { Ok(text) }
}

fn in_state(item: &RequestItem, fit: &[State], action: &str) -> Result<(), Refused> {
    let state = item.state();
    if fit.contains(&state) {
        return Ok(());
    }
    let words: Vec<&str> = fit.iter().map(|state| state.word()).collect();
    let id = &item.id;
    refused(format!("{id} is {}: only {} can be {action}.", state.word(), words.join(", ")))
}

/// Whoever acts has to mean the content as it is.
fn is_seen(item: &RequestItem, seen: u64) -> Result<(), Refused> {
    if item.content == seen {
        return Ok(());
    }
    let last = item.history.iter().rev().find(|line| line.record == item.content);
    let by = last.map_or("somebody", |line| line.who.as_str());
    refused(format!("{by} has edited {} meanwhile: look at it again.", item.id))
}

impl Acting<'_> {
    fn may(&self, mission: &str, permission: Permission) -> Result<(), Refused> {
        if self.actor.mission() == mission && self.actor.may(permission) {
            return Ok(());
        }
        let (who, what) = (self.actor.name(), permission.words());
        refused(format!("{who} may not {what} in {mission}."))
    }

    fn item(&self, id: &str, permission: Permission) -> Result<&RequestItem, Refused> {
        let Some(item) = self.requests.get(id) else {
            return refused(format!("There is no event request {id}."));
        };
        self.may(&item.request.mission, permission)?;
        Ok(item)
    }

    fn write(&mut self, event: &RequestEvent) -> Result<(), Refused> {
        let who = (self.at.now, self.actor.name());
        self.requests
            .write(self.journal, who, event)
            .map_err(|error| vec![format!("Nothing was done: {error}")])
    }

    /// The content as it is kept: the life of the memory is what the dictionary says.
    fn fit(&self, mut request: EventRequest) -> Result<Box<EventRequest>, Refused> {
        request.memory_life_h = memory_life_h(self.at.model);
        request.justification = cut(&request.justification);
        request.name = request.name.chars().take(80).collect();
        let faults = request.faults();
        if faults.is_empty() { Ok(Box::new(request)) } else { Err(faults) }
    }

    fn draft(&mut self, request: EventRequest) -> Result<String, Refused> {
        self.may(&request.mission, Permission::Prepare)?;
        let is_open = |item: &&RequestItem| item.state() != State::Closed;
        if self.requests.items().filter(is_open).count() >= MOST_OPEN {
            return refused(format!("{MOST_OPEN} requests are open: close some first."));
        }
        let request = self.fit(request)?;
        let id = self.requests.next_id(&request);
        self.write(&RequestEvent::Drafted { id: id.clone(), request })?;
        Ok(id)
    }

    fn edit(&mut self, id: String, seen: u64, request: EventRequest) -> Result<String, Refused> {
        let item = self.item(&id, Permission::Prepare)?;
        in_state(item, &[State::Draft, State::Proposed, State::Rejected], "edited")?;
        is_seen(item, seen)?;
        if item.request.mission != request.mission {
            return refused("The mission of a request cannot be changed: make a new one.");
        }
        let request = self.fit(request)?;
        self.write(&RequestEvent::Edited { id: id.clone(), request })?;
        Ok(format!("{id} is edited and a draft again. Propose it."))
    }

    /// Whether a content can be proposed: what nobody can waive does not stand against it.
    fn proposable(&self, request: &EventRequest, own: Option<&str>) -> Result<(), Refused> {
        self.may(&request.mission, Permission::Prepare)?;
        wanted(&request.justification, "Say why the event is worth its volume.")?;
        let life = memory_life_h(self.at.model);
        let request = EventRequest { memory_life_h: life, ..request.clone() };
        let found = objections(&request, own, self.requests, self.at.model, self.at.now);
        let firm = found.iter().filter(|one| !one.can_be_waived);
        let firm: Vec<String> = firm.map(ToString::to_string).collect();
        if firm.is_empty() { Ok(()) } else { Err(firm) }
    }

    fn submit(&mut self, id: String) -> Result<String, Refused> {
        self.write(&RequestEvent::Proposed { id: id.clone() })?;
        let request = self.requests.get(&id).map(|item| &item.request);
        let (mbit, until) = request.map_or((0.0, Instant::MIN), |request| {
            (request.volume_bits() / 1e6, request.deadline())
        });
        let until = iso(until, 0);
        Ok(format!("{id} is proposed: {mbit:.1} Mbit, in memory until {until}."))
    }

    fn accept(&mut self, id: String, seen: u64, waiver: String) -> Result<String, Refused> {
        let item = self.item(&id, Permission::Approve)?;
        in_state(item, &[State::Proposed], "accepted")?;
        is_seen(item, seen)?;
        let who = self.actor.name();
        if item.authors.contains(who) {
            return refused(format!("{who} wrote {id}: somebody else has to accept it."));
        }
        let (model, now) = (self.at.model, self.at.now);
        let found = objections(&item.request, Some(&id), self.requests, model, now);
        let waiver = cut(&waiver);
        let stands = found.iter().filter(|one| !one.can_be_waived || waiver.is_empty());
        let stands: Vec<String> = stands
            .map(|one| {
                let advice =
                    if one.can_be_waived { " Accept it with a reason to waive it." } else { "" };
                format!("{one}{advice}")
            })
            .collect();
        if !stands.is_empty() {
            return Err(stands);
        }
        // A waiver that nothing needs says nothing.
        let waiver = if found.is_empty() { String::new() } else { waiver };
        self.write(&RequestEvent::Accepted { id: id.clone(), seen, waiver })?;
        Ok(format!("{id} is accepted. Prepare it for uplink, or put it into a plan."))
    }
}
