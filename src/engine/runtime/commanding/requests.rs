//! Event requests: what people do with them, and what commands and stored data show.

use std::sync::Arc;

use super::act::NOT_STARTED;
use super::desk::{Desk, Parts};
use super::order::{Reply, Token};
use crate::event_request::{RequestOrder, Situation, act};
use crate::plan::Model;

impl Desk {
    /// Does what somebody wants with an event request.
    pub(super) fn request(&mut self, token: &Token, order: RequestOrder) -> Reply {
        let now = self.now();
        let refused = |reason: &str| Reply::Refused(vec![reason.to_owned()]);
        let Some(mission) = order.mission(&self.requests).map(str::to_owned) else {
            return refused("there is no such event request");
        };
        let Some(Parts { commanding, accounts, .. }) = &mut self.parts else {
            return refused(NOT_STARTED);
        };
        let by = match accounts.actor(&token.0, &mission, now) {
            Ok(by) => by,
            Err(error) => return refused(&error.to_string()),
        };
        let model = Arc::new(Model::builtin(&mission));
        let requests = Arc::make_mut(&mut self.requests);
        let at = Situation { now, model: &model };
        match act(requests, commanding.journal(), &by, order, &at) {
            Ok(text) => Reply::Done(text),
            Err(reasons) => Reply::Refused(reasons),
        }
    }

    /// Moves requests on by what commands, messages and stored data show.
    pub(super) fn follow_requests(&mut self) {
        let now = self.now();
        let Some(Parts { commanding, .. }) = &mut self.parts else { return };
        if !self.requests.is_waiting() {
            return;
        }
        let desk = commanding.desk().clone();
        let requests = Arc::make_mut(&mut self.requests);
        let followed = requests.follow_archive(commanding.journal(), &desk, &self.archive, now);
        if let Err(error) = followed {
            self.failed(&error);
        }
    }
}
