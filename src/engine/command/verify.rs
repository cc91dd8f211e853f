//! How a command that was sent goes on: its stages, by telemetry, and what was not heard of.
//!
//! A stage is good only where telemetry showed it. A stage whose time has passed, or that later
//! ones overtook, is unknown: lost on the way, or it never was. Times know the way of light: what
//! is released at `t` shows on Earth no earlier than two light times later, and a pass may have to
//! be waited for besides.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::prepared::Target;
use crate::mission::command::{Check, Command, Stage as DictionaryStage};
use crate::mission::telemetry::{ContainerId, Dictionary};
use crate::time::Instant;

/// Seconds for which a stage is waited where nobody says how long, besides the way of light.
pub const DEFAULT_WAIT_S: f64 = 120.0;
/// The same for a delivery, whose receipt comes from people: three days.
const DELIVERY_WAIT_S: f64 = 259_200.0;
/// Most words of progress that are kept of one command.
const MOST_PROGRESS: usize = 1_000;
/// Seconds by which evidence may come before light could bring it: how good light times are.
const LIGHT_TOLERANCE_S: f64 = 4.0;

/// How far a command came on board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The spacecraft will carry it out.
    Accepted,
    /// It waits on board.
    Queued,
    /// It is being carried out.
    Started,
    /// It came further.
    Progress,
    /// It was carried out.
    Complete,
    /// It was not, or not to its end.
    Failed,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Queued, Self::Started, Self::Progress, Self::Complete, Self::Failed];

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Queued => "queued on board",
            Self::Started => "started",
            Self::Progress => "progress",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }

    /// From the name that a spacecraft gives it in its reports, letter case ignored.
    pub fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "accepted" | "received" => Some(Self::Accepted),
            "queued" => Some(Self::Queued),
            "started" | "executing" => Some(Self::Started),
            "progress" => Some(Self::Progress),
            "complete" | "completed" => Some(Self::Complete),
            "failed" | "rejected" => Some(Self::Failed),
            _ => None,
        }
    }

    /// From the stage of a dictionary; none for those on the ground.
    fn of(stage: DictionaryStage) -> Option<Self> {
        match stage {
            DictionaryStage::Release
            | DictionaryStage::TransferredToRange
            | DictionaryStage::SentFromRange => None,
            DictionaryStage::Received | DictionaryStage::Accepted => Some(Self::Accepted),
            DictionaryStage::Queued => Some(Self::Queued),
            DictionaryStage::Executing => Some(Self::Started),
            DictionaryStage::Complete => Some(Self::Complete),
            DictionaryStage::Failed => Some(Self::Failed),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// What shows a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// A verification packet that names the request.
    Report,
    /// An event message of this name whose text has these words.
    Event {
        /// Its name.
        name: String,
        /// Words, or empty.
        words: String,
    },
    /// What the dictionary says: a condition, a packet, a change.
    Check(Check),
}

impl Sign {
    /// Whether an event message is this sign.
    pub fn is_event(&self, name: &str, message: &str) -> bool {
        matches!(self, Self::Event { name: own, words } if own == name && message.contains(words))
    }
}

/// A stage that is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The stage.
    pub stage: Stage,
    /// What shows it.
    pub sign: Sign,
    /// Seconds after which it has not come, besides the way of light.
    pub within_s: f64,
    /// Whether they count from the release rather than from the stage before.
    pub from_release: bool,
}

impl Watch {
    /// By the report of the spacecraft, so many seconds after the stage before.
    pub fn report(stage: Stage, within_s: f64) -> Self {
        Self { stage, sign: Sign::Report, within_s, from_release: false }
    }

    /// The verifiers of a command and of what it extends, itself first. One that waits for the
    /// packet of verifications waits for a report that names the request: that such a packet comes
    /// says nothing of this command.
    pub(super) fn of(dictionary: &Dictionary, line: &[&Command]) -> Vec<Self> {
        let mut watches: Vec<Self> = Vec::new();
        for verifier in line.iter().flat_map(|one| &one.verifiers) {
            let Some(stage) = Stage::of(verifier.stage) else { continue };
            // What a command says itself goes before what it takes over.
            if watches.iter().any(|watch| watch.stage == stage) {
                continue;
            }
            let window = verifier.window;
            watches.push(Self {
                stage,
                sign: match &verifier.check {
                    Check::Comes(id) if is_report(dictionary, *id) => Sign::Report,
                    check => Sign::Check(check.clone()),
                },
                within_s: window.map_or(DEFAULT_WAIT_S, |window| window.to_s),
                from_release: window.is_some_and(|window| window.from_release),
            });
        }
        watches.sort_by_key(|watch| watch.stage);
        watches
    }
}

fn is_report(dictionary: &Dictionary, id: ContainerId) -> bool {
    let container = dictionary.containers.get(id);
    container.is_some_and(|container| container.name.ends_with("/packet/Verification"))
}

/// The way to a spacecraft and back, as it was when a command was released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// One way of light in seconds.
    pub light_s: f64,
    /// Seconds that telemetry may have to wait for a pass.
    pub pass_s: f64,
}

/// How a stage stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Telemetry showed it.
    Seen {
        /// When that was received.
        at: Instant,
        /// By what.
        evidence: String,
    },
    /// Nothing was heard in its time, or later stages came without it.
    Unknown,
    /// Its time has not passed.
    Waiting {
        /// When it will have.
        until: Instant,
    },
}

/// Where a command stands after its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stages are being waited for.
    UnderWay,
    /// Telemetry showed that it was carried out.
    Complete,
    /// Telemetry showed that it was not.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// The stages of one command.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    released: Instant,
    way: Way,
    watches: Vec<Watch>,
    seen: BTreeMap<Stage, (Instant, String)>,
    timed_out: BTreeMap<Stage, Instant>,
    /// Why nobody knows whether it left the ground.
    lost: Option<String>,
    /// How often progress was seen.
    progress: usize,
}

impl Verification {
    /// Stages of a command that is released now; where it says nothing of its success, a report
    /// is waited for.
    pub(super) fn new(released: Instant, way: Way, watches: &[Watch], target: Target) -> Self {
        let mut watches = watches.to_vec();
        if watches.iter().all(|watch| watch.stage == Stage::Failed) {
            let is_delivery = target == Target::Delivery;
            let within_s = if is_delivery { DELIVERY_WAIT_S } else { DEFAULT_WAIT_S };
            watches.push(Watch::report(Stage::Complete, within_s));
        }
        watches.sort_by_key(|watch| watch.stage);
        let (seen, timed_out) = (BTreeMap::new(), BTreeMap::new());
        Self { released, way, watches, seen, timed_out, lost: None, progress: 0 }
    }

    /// When it was released.
    pub fn released(&self) -> Instant {
        self.released
    }

    /// When it can be on board at the earliest.
    pub fn arrives(&self) -> Instant {
        self.released.plus_s(self.way.light_s)
    }

    /// When something can be heard of it at the earliest.
    pub fn first_word(&self) -> Instant {
        self.released.plus_s(2.0 * self.way.light_s)
    }

    /// What is waited for.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    pub(super) fn lose(&mut self, reason: &str) {
        self.lost = Some(reason.to_owned());
    }

    /// Why nobody knows whether it left the ground; none where that is known.
    pub fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// Whether light could bring evidence of it by then.
    pub(super) fn is_possible(&self, at: Instant) -> bool {
        at.plus_s(LIGHT_TOLERANCE_S) >= self.first_word() && at >= self.released
    }

    /// Takes evidence.
    pub(super) fn see(&mut self, stage: Stage, at: Instant, evidence: &str) {
        self.progress += usize::from(stage == Stage::Progress);
        self.seen.insert(stage, (at, evidence.to_owned()));
    }

    /// Whether evidence says nothing new. Progress comes more than once, with other words.
    pub(super) fn knows(&self, stage: Stage, evidence: &str) -> bool {
        let seen = self.seen.get(&stage);
        if stage == Stage::Progress {
            let is_same = seen.is_some_and(|(_, words)| words == evidence);
            return is_same || self.progress >= MOST_PROGRESS;
        }
        seen.is_some()
    }

    pub(super) fn time_out(&mut self, stage: Stage, at: Instant) {
        self.timed_out.insert(stage, at);
    }

    pub(super) fn has_seen(&self, stage: Stage) -> bool {
        self.seen.contains_key(&stage)
    }

    /// Whether any stage was seen.
    pub(super) fn is_heard_of(&self) -> bool {
        !self.seen.is_empty()
    }

    /// When each watched stage will not have come.
    fn deadlines(&self) -> Vec<(Stage, Instant)> {
        let first = self.released.plus_s(2.0 * self.way.light_s + self.way.pass_s);
        let mut base = first;
        let watched = self.watches.iter().filter(|watch| watch.stage != Stage::Failed);
        let mut deadlines = Vec::new();
        for watch in watched {
            let from = if watch.from_release { first } else { base };
            let until = from.plus_s(watch.within_s);
            base = match self.seen.get(&watch.stage) {
                Some((at, _)) => at.plus_s(self.way.pass_s),
                None => until,
            };
            deadlines.push((watch.stage, until));
        }
        deadlines
    }

    /// Watched stages whose time has passed without word, not noted yet.
    pub(super) fn overdue(&self, now: Instant) -> Vec<Stage> {
        if matches!(self.outcome(), Outcome::Complete | Outcome::Failed) {
            return Vec::new();
        }
        let deadlines = self.deadlines().into_iter();
        let late = deadlines.filter(|(stage, until)| {
            *until < now && !self.seen.contains_key(stage) && !self.timed_out.contains_key(stage)
        });
        late.map(|(stage, _)| stage).collect()
    }

    /// When the next stage is overdue; none where nothing is waited for.
    pub fn next_deadline(&self) -> Option<Instant> {
        if matches!(self.outcome(), Outcome::Complete | Outcome::Failed) {
            return None;
        }
        let open = self.deadlines().into_iter().filter(|(stage, _)| {
            !self.seen.contains_key(stage) && !self.timed_out.contains_key(stage)
        });
        open.map(|(_, until)| until).min()
    }

    /// Where the command stands.
    pub fn outcome(&self) -> Outcome {
        if self.seen.contains_key(&Stage::Failed) {
            return Outcome::Failed;
        }
        if self.seen.contains_key(&Stage::Complete) {
            return Outcome::Complete;
        }
        let last_seen = self.seen.keys().next_back();
        let last_lost = self.timed_out.keys().next_back();
        match (last_seen, last_lost) {
            // That it is on board shows that it left.
            (None, _) if self.lost.is_some() => Outcome::Unknown,
            (Some(seen), Some(lost)) if lost > seen => Outcome::Unknown,
            (None, Some(_)) => Outcome::Unknown,
            _ => Outcome::UnderWay,
        }
    }

    /// Each stage that was watched or seen, in order, and how it stands.
    pub fn stages(&self) -> Vec<(Stage, Standing)> {
        let last = self.seen.keys().next_back();
        let outcome = self.outcome();
        let is_over = matches!(outcome, Outcome::Complete | Outcome::Failed);
        let deadlines = self.deadlines();
        let standing = |stage: &Stage| {
            if let Some((at, evidence)) = self.seen.get(stage) {
                return Some(Standing::Seen { at: *at, evidence: evidence.clone() });
            }
            let (_, until) = deadlines.iter().find(|(own, _)| own == stage)?;
            let is_passed = self.timed_out.contains_key(stage) || last.is_some_and(|l| l > stage);
            let is_unknown = is_passed || is_over || self.lost.is_some();
            Some(if is_unknown { Standing::Unknown } else { Standing::Waiting { until: *until } })
        };
        Stage::ALL.into_iter().filter_map(|stage| Some((stage, standing(&stage)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

    fn watched() -> Verification {
        let watches = [
            Watch::report(Stage::Accepted, 10.0),
            Watch::report(Stage::Started, 20.0),
            Watch::report(Stage::Complete, 30.0),
        ];
        Verification::new(T0, Way { light_s: 600.0, pass_s: 100.0 }, &watches, Target::Uplink)
    }

    #[test]
    fn time_outs_know_the_way_of_light() {
        let mut of = watched();
        assert_eq!(of.next_deadline(), Some(T0.plus_s(1_310.0)));
        assert_eq!(of.overdue(T0.plus_s(1_309.0)), []);
        assert_eq!(of.overdue(T0.plus_s(1_311.0)), [Stage::Accepted]);
        assert!(!of.is_possible(T0.plus_s(1_000.0)));
        assert!(of.is_possible(T0.plus_s(1_199.0)));
        of.see(Stage::Accepted, T0.plus_s(1_250.0), "packet");
        assert_eq!(of.next_deadline(), Some(T0.plus_s(1_250.0 + 100.0 + 20.0)));
        assert_eq!(of.outcome(), Outcome::UnderWay);
    }

    #[test]
    fn what_was_lost_on_the_way_is_unknown_and_never_good() {
        let mut of = watched();
        of.see(Stage::Started, T0.plus_s(1_260.0), "packet");
        let standing = |of: &Verification, stage| {
            of.stages().into_iter().find(|(own, _)| *own == stage).unwrap().1
        };
        assert_eq!(standing(&of, Stage::Accepted), Standing::Unknown);
        assert_eq!(of.outcome(), Outcome::UnderWay);
        of.time_out(Stage::Complete, T0.plus_s(2_000.0));
        assert_eq!(of.outcome(), Outcome::Unknown);
        assert_eq!(standing(&of, Stage::Complete), Standing::Unknown);
        of.see(Stage::Complete, T0.plus_s(5_000.0), "late packet");
        assert_eq!(of.outcome(), Outcome::Complete);
        assert_eq!(standing(&of, Stage::Accepted), Standing::Unknown);
        of.see(Stage::Failed, T0.plus_s(5_001.0), "packet");
        assert_eq!(of.outcome(), Outcome::Failed, "the worse of two contradictions");
    }

    #[test]
    fn nothing_heard_at_all_is_unknown() {
        let mut of = Verification::new(T0, Way::default(), &[], Target::Uplink);
        assert_eq!(of.next_deadline(), Some(T0.plus_s(DEFAULT_WAIT_S)));
        for stage in of.overdue(T0.plus_s(1e6)) {
            of.time_out(stage, T0.plus_s(1e6));
        }
        assert_eq!(of.outcome(), Outcome::Unknown);
        of.lose("the engine ended");
        of.see(Stage::Accepted, T0.plus_s(1e6), "packet");
        assert_eq!(of.outcome(), Outcome::Unknown, "complete timed out");
    }
}
