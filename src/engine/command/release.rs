//! What only a live processor can do: give bytes to a link, once.
//!
//! [`LiveProcessor`] has no public field and no constructor: it comes out of
//! [`Commanding::open`](super::Commanding::open), which needs the lock of the journal. A replay
//! reads the journal without it and holds a [`Desk`](super::Desk), which has no `release`:
//!
//! ```compile_fail,E0599
//! # use marsdeck_engine::command::{Actor, Circumstances, Desk, Uid};
//! fn replay(desk: &mut Desk, by: &Actor, seen: &Circumstances<'_>) {
//!     let _ = desk.release(by, Uid(7), seen);
//! }
//! ```
//!
//! nor can it make the token:
//!
//! ```compile_fail,E0451
//! use marsdeck_engine::command::{Digest, LiveProcessor};
//! let forged = LiveProcessor { journal: Digest::default() };
//! ```
//!
//! nor a second one of it:
//!
//! ```compile_fail,E0599
//! # use marsdeck_engine::command::LiveProcessor;
//! fn twice(live: &LiveProcessor) -> LiveProcessor {
//!     LiveProcessor::clone(live)
//! }
//! ```
//!
//! and what was released goes into a link once:
//!
//! ```compile_fail,E0382
//! # use marsdeck_engine::command::Release;
//! fn send(release: Release) {
//!     let (bytes, _) = release.take();
//!     let (again, _) = release.take();
//! }
//! ```
//!
//! The same with a live processor compiles:
//!
//! ```
//! # use marsdeck_engine::command::{
//! #     Actor, Circumstances, Commanding, LiveProcessor, Refusal, Release, Uid,
//! # };
//! fn live(
//!     commanding: &mut Commanding,
//!     live: &LiveProcessor,
//!     by: &Actor,
//!     seen: &Circumstances<'_>,
//! ) -> Result<Release, Refusal> {
//!     commanding.release(live, by, Uid(7), seen)
//! }
//! ```

use super::Digest;
use super::event::Uid;
use super::prepared::Target;

/// The right to release commands of one journal.
#[derive(Debug)]
pub struct LiveProcessor {
    journal: Digest,
}

impl LiveProcessor {
    pub(super) fn new(journal: Digest) -> Self {
        Self { journal }
    }

    pub(super) fn is_of(&self, journal: Digest) -> bool {
        self.journal == journal
    }
}

/// A command that was released and not yet given to a link. The journal says already that it may
/// be on its way: give it to the link ([`take`](Self::take)), or give it back
/// ([`Commanding::give_back`](super::Commanding::give_back)).
#[derive(Debug)]
#[must_use = "give it to the link, or give it back"]
pub struct Release {
    uid: Uid,
    mission: String,
    target: Target,
    bytes: Vec<u8>,
}

/// That the bytes of a command were given to a link.
#[derive(Debug)]
#[must_use = "tell commanding what the link said"]
pub struct Taken {
    pub(super) uid: Uid,
}

impl Release {
    pub(super) fn new(uid: Uid, mission: String, target: Target, bytes: Vec<u8>) -> Self {
        Self { uid, mission, target, bytes }
    }

    /// Which command.
    pub fn uid(&self) -> Uid {
        self.uid
    }

    /// Of which mission.
    pub fn mission(&self) -> &str {
        &self.mission
    }

    /// Where to.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Gives the bytes to a link that fails only where nothing of them left; then the release comes
    /// back with the link's reason, to be given back.
    pub fn give(
        self,
        link: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<Taken, (Self, String)> {
        match link(&self.bytes) {
            Ok(()) => Ok(Taken { uid: self.uid }),
            Err(reason) => Err((self, reason)),
        }
    }

    /// The bytes, for the link. From here on they may have left, whatever happens.
    pub fn take(self) -> (Vec<u8>, Taken) {
        (self.bytes, Taken { uid: self.uid })
    }
}

impl Taken {
    /// Which command.
    pub fn uid(&self) -> Uid {
        self.uid
    }
}
