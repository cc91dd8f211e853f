//! From a release to a link.

use super::desk::{Desk, Parts};
use super::order::Reply;
use crate::command::{Release, Way};
use crate::time::Instant;

impl Desk {
    /// The way to the spacecraft of a mission.
    #[expect(clippy::unused_self, reason = "of the uplink of the mission")]
    pub(super) fn way(&self, _mission: &str, _now: Instant) -> Way {
        Way::default()
    }

    /// Gives what was released to its link.
    pub(super) fn send(&mut self, release: Release, _who: &str) -> Reply {
        let now = self.now();
        let Some(Parts { commanding, .. }) = &mut self.parts else {
            return Reply::Refused(Vec::new());
        };
        let reason = "no uplink";
        match commanding.give_back(release, reason, now) {
            Ok(()) => Reply::Refused(vec![reason.to_owned()]),
            Err(error) => Reply::Refused(vec![error.to_string()]),
        }
    }
}
