//! What has to hold for a release, and the count-down to the last moment for it.

use super::approval::Policy;
use super::desk::{CommandItem, Desk, State};
use super::prepared::{DictionaryIdentity, Prepared, Target};
use super::refusal::Reason;
use super::{Digest, Way};
use crate::mission::telemetry::Condition;
use crate::time::{Instant, TimeRange};

/// Seconds by which the clock may stand before the last record of the journal.
const CLOCK_S: f64 = 1.0;

/// What is known when a command is to be released. Everything is given: live values, windows, the
/// way of light.
pub struct Circumstances<'a> {
    /// The time.
    pub now: Instant,
    /// The dictionary in use for a mission.
    pub dictionary: &'a dyn Fn(&str) -> Option<DictionaryIdentity>,
    /// Whether a condition holds by live telemetry, for a command (whose arguments it may name);
    /// a sentence where that cannot be said, as with stale values.
    pub holds: &'a dyn Fn(&Prepared, &Condition) -> Result<bool, String>,
    /// When commands can be sent to a mission; none: at any time.
    pub windows: Option<&'a [TimeRange]>,
    /// One way of light in seconds, and how long telemetry may wait for a pass.
    pub way: Way,
    /// Seconds before the cut-off that the ground needs.
    pub margin_s: f64,
}

/// The last moment for a release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutOff {
    /// When it has to have left.
    pub at: Instant,
    /// Seconds until then; negative when it has passed.
    pub left_s: f64,
    /// When it arrives if it leaves now.
    pub arrives: Instant,
}

impl CutOff {
    /// The earliest of expiry, arrival less the way of light and the margin of the ground, and the
    /// end of the open window; none where nothing limits it.
    pub fn of(prepared: &Prepared, seen: &Circumstances<'_>) -> Option<Self> {
        let arrive_by = prepared.timing.arrive_by;
        let leave_by = arrive_by.map(|by| by.plus_s(-seen.way.light_s - seen.margin_s));
        let window = seen.windows.unwrap_or_default().iter().find(|w| w.contains(seen.now));
        let ends = window.map(|window| window.end.plus_s(-seen.margin_s));
        let at = [prepared.timing.expires, leave_by, ends].into_iter().flatten().min()?;
        let left_s = at.s_since(seen.now);
        Some(Self { at, left_s, arrives: seen.now.plus_s(seen.way.light_s) })
    }
}

/// What a release would do.
#[derive(Clone, Debug, PartialEq)]
pub struct DryRun {
    /// Why it would be refused; empty where it would be done.
    pub reasons: Vec<Reason>,
    /// Hash of the content that would go.
    pub digest: Digest,
    /// How many bytes would leave.
    pub bytes: usize,
    /// The last moment for it.
    pub cut_off: Option<CutOff>,
    /// When it would arrive.
    pub arrives: Instant,
}

impl DryRun {
    /// Whether it would be released.
    pub fn is_clear(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Everything that stands against releasing a command now. Reads only: a replay may ask too.
pub fn dry_run(
    desk: &Desk,
    policy: &Policy,
    item: &CommandItem,
    seen: &Circumstances<'_>,
) -> DryRun {
    let prepared = item.sealed.prepared();
    let mut reasons = Vec::new();
    match item.state() {
        State::Queued => {}
        State::Held => reasons.push(Reason::Held(item.held.clone().unwrap_or_default())),
        state => reasons.push(Reason::WrongState { state, action: "released" }),
    }
    reasons.extend(policy.lack(item));
    reasons.extend(order(desk, item, seen.now));
    reasons.extend(same_request(desk, item));
    let used = (seen.dictionary)(&prepared.mission);
    if used.as_ref() != Some(&prepared.dictionary) {
        let named =
            |of: &DictionaryIdentity| format!("{} {} ({})", of.name, of.version, of.sha256.short());
        let is = used.as_ref().map_or("none".to_owned(), named);
        reasons.push(Reason::OtherDictionary { by: named(&prepared.dictionary), is });
    }
    reasons.extend(times(prepared, seen));
    reasons.extend(constraints(item, seen));
    DryRun {
        reasons,
        digest: item.sealed.digest(),
        bytes: prepared.bytes.len(),
        cut_off: CutOff::of(prepared, seen),
        arrives: seen.now.plus_s(seen.way.light_s),
    }
}

/// The one that has to go first: queued, of the same mission and target, not expired.
fn order(desk: &Desk, item: &CommandItem, now: Instant) -> Option<Reason> {
    let own = item.sealed.prepared();
    let before = desk.queue().take_while(|other| other.uid != item.uid);
    let mut waiting = before.filter(|other| {
        let prepared = other.sealed.prepared();
        let is_same = prepared.mission == own.mission && prepared.target == own.target;
        let is_over = prepared.timing.expires.is_some_and(|at| now >= at);
        is_same && other.state() == State::Queued && !is_over
    });
    waiting.next().map(|other| Reason::NotNext(other.uid))
}

fn same_request(desk: &Desk, item: &CommandItem) -> Option<Reason> {
    let own = item.sealed.prepared();
    let request = own.request()?;
    let other = desk.out().find(|other| {
        let prepared = other.sealed.prepared();
        let is_same = prepared.mission == own.mission && prepared.request() == Some(request);
        is_same && other.uid != item.uid
    })?;
    Some(Reason::SameRequest { other: other.uid, request })
}

fn times(prepared: &Prepared, seen: &Circumstances<'_>) -> Vec<Reason> {
    let (now, mut reasons) = (seen.now, Vec::new());
    if let Some(at) = prepared.timing.expires.filter(|at| now >= *at) {
        reasons.push(Reason::Expired(at));
    }
    if let Some(at) = prepared.timing.earliest.filter(|at| now < *at) {
        reasons.push(Reason::TooEarly(at));
    }
    if prepared.target == Target::Uplink
        && let Some(windows) = seen.windows
        && !windows.iter().any(|window| window.contains(now))
    {
        let next = windows.iter().map(|window| window.start).filter(|start| *start > now).min();
        reasons.push(Reason::NoWindow(next));
    }
    if let Some(cut_off) = CutOff::of(prepared, seen).filter(|of| of.left_s < 0.0) {
        let (cut_off, late_s) = (cut_off.at, -cut_off.left_s);
        reasons.push(Reason::PastCutOff { cut_off, late_s });
    }
    reasons
}

fn constraints(item: &CommandItem, seen: &Circumstances<'_>) -> Vec<Reason> {
    let prepared = item.sealed.prepared();
    let mut reasons = Vec::new();
    for (number, constraint) in prepared.constraints.iter().enumerate() {
        if item.suspended.contains(&number) && constraint.suspendable {
            continue;
        }
        let words = match (seen.holds)(prepared, &constraint.condition) {
            Ok(true) => continue,
            Ok(false) => "telemetry says otherwise".to_owned(),
            Err(words) => words,
        };
        let is_suspendable = constraint.suspendable;
        reasons.push(Reason::Constraint { number, words, is_suspendable });
    }
    reasons
}

/// Whether the clock went back behind the journal.
pub(super) fn clock_back(last: Instant, now: Instant) -> Option<Reason> {
    let by_s = last.s_since(now);
    (by_s > CLOCK_S).then_some(Reason::ClockBack { by_s })
}
