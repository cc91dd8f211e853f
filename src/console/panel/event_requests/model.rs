//! What may be done with a request by whom, and why not; figures in words. Pure.

use marsdeck_engine::command::Desk;
use marsdeck_engine::event_request::{Part, RequestItem, State};
use marsdeck_engine::time::Instant;

use crate::panel::shared::left_text;

/// Seconds that the memory still keeps a window where it becomes urgent: about a pass.
const URGENT_S: f64 = 12.0 * 3600.0;

/// Something that can be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Edit,
    Propose,
    Accept,
    Reject,
    Prepare,
    Place,
    Withdraw,
    Close,
}

/// Who looks on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// Name of the account; empty: nobody is logged in.
    pub(super) name: String,
    pub(super) may_prepare: bool,
    pub(super) may_approve: bool,
}

/// Why something cannot be done with a request; none where it can.
pub(super) fn obstacle(action: Action, item: &RequestItem, who: &Who) -> Option<String> {
    let state = item.state();
    let fits = match action {
        Action::Edit => state.is_editable(),
        Action::Propose => state == State::Draft,
        Action::Accept | Action::Reject => state == State::Proposed,
        Action::Prepare | Action::Place => {
            matches!(state, State::Accepted | State::Commanded)
                && item.uncommanded().next().is_some()
        }
        Action::Withdraw => {
            matches!(state, State::Draft | State::Proposed | State::Accepted | State::Rejected)
        }
        Action::Close => matches!(
            state,
            State::Extracted
                | State::Partial
                | State::Downlinked
                | State::Ingested
                | State::Expired
                | State::Rejected
        ),
    };
    if !fits {
        return Some(format!("{} is {}.", item.id, state.word()));
    }
    if who.name.is_empty() {
        return Some("Log in first.".to_owned());
    }
    let is_decision = matches!(action, Action::Accept | Action::Reject);
    if is_decision && !who.may_approve {
        return Some("A lead of the mission decides on requests.".to_owned());
    }
    if !is_decision && !who.may_prepare {
        return Some("An operator, planner or lead of the mission does this.".to_owned());
    }
    if action == Action::Accept && item.authors.contains(&who.name) {
        return Some("You wrote it: somebody else has to accept it.".to_owned());
    }
    None
}

/// The commands that are prepared for a request and have not left.
pub(super) fn prepared_for(item: &RequestItem, desk: &Desk) -> Option<String> {
    let ids: Vec<String> = [Part::Seis, Part::Apss].map(|part| part.on_board_id(&item.id)).into();
    let found = desk.open().find(|command| {
        let arguments = &command.sealed.prepared().arguments;
        arguments.iter().any(|(name, value)| name == "request" && ids.contains(value))
    })?;
    let (uid, state) = (found.uid, found.state().words());
    Some(format!("Command {uid} is prepared for it already ({state})."))
}

/// How long the memory still keeps it, where that matters.
pub(super) fn memory_text(item: &RequestItem, now: Instant) -> String {
    match item.state() {
        State::Closed => "–".to_owned(),
        State::Expired => "overwritten".to_owned(),
        _ if item.is_extracted() => "extracted".to_owned(),
        _ => left_text(item.request.deadline(), now),
    }
}

/// Whether the memory will soon overwrite what nobody has extracted.
pub(super) fn is_urgent(item: &RequestItem, now: Instant) -> bool {
    let is_open =
        matches!(item.state(), State::Draft | State::Proposed | State::Accepted | State::Commanded);
    is_open && item.request.deadline().s_since(now) < URGENT_S
}

/// How much of it is here.
pub(super) fn stored_text(item: &RequestItem) -> String {
    match item.share {
        _ if item.is_whole => "all".to_owned(),
        share if share > 0.0 => format!("{:.0} %", share * 100.0),
        _ => "–".to_owned(),
    }
}
