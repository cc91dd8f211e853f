//! Releases: the circumstances of now, and the way of bytes to a link.

use super::desk::{Desk, Parts};
use super::knowledge::{FRESH_S, Knowledge};
use super::order::{Reply, Token};
use crate::archive::Archive;
use crate::command::{Circumstances, DictionaryIdentity, DryRun, Prepared, Target, Uid, Way};
use crate::mission::telemetry::Condition;
use crate::time::{Instant, TimeRange};

/// Seconds that the ground needs before a cut-off.
const MARGIN_S: f64 = 10.0;

/// Hands the circumstances of now to `then`.
fn with_circumstances<T>(
    (archive, knowledge): (&Archive, &Knowledge),
    (way, windows): (Way, Option<&[TimeRange]>),
    now: Instant,
    then: impl FnOnce(&Circumstances<'_>) -> T,
) -> T {
    let dictionary = |mission: &str| -> Option<DictionaryIdentity> {
        knowledge.get(mission).map(|of| of.identity.clone())
    };
    let span = TimeRange::new(now.plus_s(-FRESH_S), now.plus_ns(1));
    let holds = |prepared: &Prepared, condition: &Condition| {
        knowledge.holds(archive, span, prepared, condition)
    };
    then(&Circumstances {
        now,
        dictionary: &dictionary,
        holds: &holds,
        windows,
        way,
        margin_s: MARGIN_S,
    })
}

impl Desk {
    fn target(&self, uid: Uid) -> Option<Target> {
        let item = self.parts.as_ref()?.commanding.desk().get(uid)?;
        Some(item.sealed.prepared().target)
    }

    /// What stands against the release of a command now.
    pub(super) fn dry_run(&self, uid: Uid, now: Instant) -> Option<DryRun> {
        let parts = self.parts.as_ref()?;
        let mission = &parts.commanding.desk().get(uid)?.sealed.prepared().mission;
        let known = (&*self.archive, &self.knowledge);
        let way = self.way(mission, now);
        let path = (way, self.tracks(mission));
        with_circumstances(known, path, now, |seen| parts.commanding.dry_run(uid, seen).ok())
    }

    /// Releases a command and gives its bytes to the link of its mission.
    pub(super) fn release(&mut self, token: &Token, uid: Uid) -> Reply {
        let by = match self.actor(token, uid) {
            Ok(by) => by,
            Err(reasons) => return Reply::Refused(reasons),
        };
        let now = self.now();
        let way = self.way(by.mission(), now);
        if self.target(uid) == Some(Target::Uplink)
            && let Some(lack) = self.uplink_lack(by.mission())
        {
            return Reply::Refused(vec![lack]);
        }
        let tracks = self.tracks(by.mission()).map(<[TimeRange]>::to_vec);
        let Some(Parts { commanding, live, .. }) = &mut self.parts else {
            return Reply::Refused(Vec::new());
        };
        let known = (&*self.archive, &self.knowledge);
        let path = (way, tracks.as_deref());
        let released =
            with_circumstances(known, path, now, |seen| commanding.release(live, &by, uid, seen));
        match released {
            Ok(release) if release.target() == Target::Delivery => self.deliver(release),
            Ok(release) => self.uplink(release),
            Err(refusal) => self.told(Err(refusal), String::new()),
        }
    }
}
