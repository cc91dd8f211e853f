//! Plans, activities and the edits that turn one plan into the next.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::time::{Instant, TimeRange, iso};

/// Identifier of an activity within a plan.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ActivityId(pub u64);

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// An argument's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A number; durations are seconds.
    Number(f64),
    /// A text or the name of a choice.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// Named members.
    Record(BTreeMap<String, Value>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(is) => write!(f, "{is}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
            Self::List(_) | Self::Record(_) => {
                f.write_str(&serde_json::to_string(self).unwrap_or_default())
            }
        }
    }
}

/// Where an activity hangs on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The other activity.
    pub to: ActivityId,
    /// Whether the offset counts from its end, else from its start.
    pub from_end: bool,
    /// Nanoseconds from there to the start of this activity.
    pub offset_ns: i64,
}

/// What somebody wants done: the directive. What comes out of it is a
/// [`Span`](super::Span) of the checker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Identifier within the plan.
    pub id: ActivityId,
    /// Activity type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Start; with an anchor, the start that counts where the anchor cannot be followed.
    pub start: Instant,
    /// Length in nanoseconds instead of the one of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ns: Option<i64>,
    /// Arguments that are given; the others have the default of the type.
    #[serde(default)]
    pub arguments: BTreeMap<String, Value>,
    /// Free text.
    #[serde(default)]
    pub notes: String,
    /// Tags, sorted by whoever sets them.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Hangs on another activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
}

impl Activity {
    /// An activity with the defaults of its type.
    pub fn new(id: ActivityId, kind: impl Into<String>, start: Instant) -> Self {
        Self {
            id,
            kind: kind.into(),
            start,
            duration_ns: None,
            arguments: BTreeMap::new(),
            notes: String::new(),
            tags: Vec::new(),
            anchor: None,
        }
    }

    /// The same with an argument.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.arguments.insert(name.into(), value);
        self
    }
}

/// Somebody's word that a rule may be broken by these activities as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule.
    pub rule: String,
    /// The activities, in rising order; exactly those of the violation.
    pub activities: Vec<ActivityId>,
    /// Who waived it.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Instant,
    /// [`fingerprint`] of the activities when it was waived: an edit voids the waiver.
    pub fingerprint: String,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Identifier.
    pub id: String,
    /// Name for a person.
    pub name: String,
    /// Mission.
    pub mission: String,
    /// First instant.
    pub start: Instant,
    /// First instant after.
    pub end: Instant,
    /// Counts the edits.
    pub revision: u64,
    /// Activities by identifier.
    pub activities: BTreeMap<ActivityId, Activity>,
    /// Waivers.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}

/// One change of a plan. It says what was there before, so that it can be undone and so that an
/// edit made on another state of the plan is refused instead of overwriting it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// An activity comes, goes or changes; the identifier stays.
    Activity {
        /// As it was; none: it is new.
        before: Option<Box<Activity>>,
        /// As it will be; none: it goes.
        after: Option<Box<Activity>>,
    },
    /// A waiver comes or goes.
    Waiver {
        /// As it was.
        before: Option<Box<Waiver>>,
        /// As it will be.
        after: Option<Box<Waiver>>,
    },
    /// The name for a person.
    Name {
        /// As it was.
        before: String,
        /// As it will be.
        after: String,
    },
    /// First instant and the first instant after.
    Range {
        /// As it was.
        before: TimeRange,
        /// As it will be.
        after: TimeRange,
    },
}

impl Edit {
    /// An activity that comes.
    pub fn add(activity: Activity) -> Self {
        Self::Activity { before: None, after: Some(Box::new(activity)) }
    }

    /// An activity that goes.
    pub fn remove(activity: Activity) -> Self {
        Self::Activity { before: Some(Box::new(activity)), after: None }
    }

    /// An activity that changes.
    pub fn replace(before: Activity, after: Activity) -> Self {
        Self::Activity { before: Some(Box::new(before)), after: Some(Box::new(after)) }
    }

    /// What undoes it.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Activity { before, after } => Self::Activity { before: after, after: before },
            Self::Waiver { before, after } => Self::Waiver { before: after, after: before },
            Self::Name { before, after } => Self::Name { before: after, after: before },
            Self::Range { before, after } => Self::Range { before: after, after: before },
        }
    }

    /// The activity it changes.
    pub fn touched(&self) -> Option<ActivityId> {
        match self {
            Self::Activity { before, after } => before.as_ref().or(after.as_ref()).map(|a| a.id),
            _ => None,
        }
    }
}

/// Why an edit was not made; the plan is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Somebody changed the same activity in between.
    #[error("activity {0} was changed in the meantime; look at it and make the edit again")]
    Changed(ActivityId),
    /// The identifiers before and after differ.
    #[error("an edit of activity {0} would make it {1}; remove the one and add the other instead")]
    Identity(ActivityId, ActivityId),
    /// A waiver, the name or the range is not what the edit takes it for.
    #[error("the {0} of the plan was changed in the meantime; look at it and make the edit again")]
    Plan(&'static str),
}

impl Plan {
    /// A plan with nothing in it.
    pub fn new(id: &str, name: &str, mission: &str, range: TimeRange) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            mission: mission.to_owned(),
            start: range.start,
            end: range.end,
            revision: 0,
            activities: BTreeMap::new(),
            waivers: Vec::new(),
        }
    }

    /// From the first instant to the first after.
    pub fn range(&self) -> TimeRange {
        TimeRange::new(self.start, self.end)
    }

    /// An identifier that no activity has.
    pub fn next_id(&self) -> ActivityId {
        ActivityId(self.activities.last_key_value().map_or(1, |(id, _)| id.0.saturating_add(1)))
    }

    /// Makes all the edits, or none of them.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        for (done, edit) in edits.iter().enumerate() {
            if let Err(error) = self.apply_one(edit) {
                for edit in edits[..done].iter().rev() {
                    // Each of these was just made, so its inverse fits.
                    let _ = self.apply_one(&edit.inverse());
                }
                return Err(error);
            }
        }
        self.revision += 1;
        Ok(())
    }

    fn apply_one(&mut self, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::Activity { before, after } => {
                let Some(id) = edit.touched() else { return Ok(()) };
                if let Some(other) = after.as_ref().filter(|a| a.id != id) {
                    return Err(EditError::Identity(id, other.id));
                }
                if self.activities.get(&id) != before.as_deref() {
                    return Err(EditError::Changed(id));
                }
                match after {
                    Some(activity) => self.activities.insert(id, (**activity).clone()),
                    None => self.activities.remove(&id),
                };
            }
            Edit::Waiver { before, after } => {
                if let Some(before) = before {
                    let at = self.waivers.iter().position(|w| *w == **before);
                    self.waivers.remove(at.ok_or(EditError::Plan("waivers"))?);
                }
                if let Some(after) = after {
                    self.put_waiver((**after).clone());
                }
            }
            Edit::Name { before, after } => {
                if self.name != *before {
                    return Err(EditError::Plan("name"));
                }
                self.name.clone_from(after);
            }
            Edit::Range { before, after } => {
                if self.range() != *before {
                    return Err(EditError::Plan("range"));
                }
                (self.start, self.end) = (after.start, after.end);
            }
        }
        Ok(())
    }

    /// Puts a waiver in its place: they have one order whatever came first, so that an edit that is
    /// undone leaves nothing behind.
    pub(super) fn put_waiver(&mut self, waiver: Waiver) {
        fn key(w: &Waiver) -> (&str, &[ActivityId], Instant, &str, &str) {
            (&w.rule, &w.activities, w.at, &w.who, &w.why)
        }
        let at = self.waivers.partition_point(|w| key(w) <= key(&waiver));
        self.waivers.insert(at, waiver);
    }

    /// Copies of activities, moved by some nanoseconds; anchors within the copied lead to the
    /// copies. Identifiers that are not there are left out.
    pub fn copies(&self, of: &[ActivityId], shift_ns: i64) -> Vec<Edit> {
        let mut next = self.next_id().0;
        let mut renamed = BTreeMap::new();
        for id in of.iter().filter(|id| self.activities.contains_key(id)) {
            renamed.entry(*id).or_insert_with(|| {
                next += 1;
                ActivityId(next - 1)
            });
        }
        let copy = |(old, new): (&ActivityId, &ActivityId)| {
            let mut copy = self.activities.get(old)?.clone();
            copy.id = *new;
            copy.start = copy.start.plus_ns(shift_ns);
            if let Some(anchor) = &mut copy.anchor {
                match renamed.get(&anchor.to) {
                    Some(to) => anchor.to = *to,
                    None => anchor.offset_ns = anchor.offset_ns.saturating_add(shift_ns),
                }
            }
            Some(Edit::add(copy))
        };
        renamed.iter().filter_map(copy).collect()
    }

    /// The edit that waives a rule for exactly these activities as they stand now.
    pub fn waive(
        &self,
        rule: &str,
        activities: &[ActivityId],
        (who, why): (&str, &str),
        at: Instant,
    ) -> Edit {
        let mut activities = activities.to_vec();
        activities.sort_unstable();
        let waiver = Waiver {
            rule: rule.to_owned(),
            fingerprint: fingerprint(self, &activities),
            activities,
            who: who.to_owned(),
            why: why.to_owned(),
            at,
        };
        Edit::Waiver { before: None, after: Some(Box::new(waiver)) }
    }

    /// The waiver that covers a rule broken by exactly these activities as they stand now.
    pub fn waiver(&self, rule: &str, activities: &[ActivityId]) -> Option<&Waiver> {
        let same = |w: &&Waiver| w.rule == rule && w.activities == activities;
        let mut candidates = self.waivers.iter().filter(same).peekable();
        candidates.peek()?;
        let now = fingerprint(self, activities);
        candidates.find(|w| w.fingerprint == now)
    }
}

/// SHA-256 over what the activities are, in hexadecimal digits: it changes with any edit of them.
pub fn fingerprint(plan: &Plan, activities: &[ActivityId]) -> String {
    let mut hash = Sha256::new();
    for id in activities {
        let text = match plan.activities.get(id) {
            Some(activity) => serde_json::to_string(activity).unwrap_or_default(),
            None => format!("{id} is not there"),
        };
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digit = |b: u8| char::from_digit(u32::from(b), 16).unwrap_or('0');
    hash.finalize().iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// An activity for a sentence: type, identifier and start.
pub(super) fn label(id: ActivityId, kind: &str, start: Instant) -> String {
    format!("{kind} {id} at {}", iso(start, 0))
}
