//! Flight rules as data: what may not happen in a plan.

use serde::{Deserialize, Serialize};

use super::formula::Formula;

/// How bad it is to break a rule.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// To be looked at; a plan may be approved with it.
    Warning,
    /// A plan with it is not approved unless it is waived.
    #[default]
    Error,
}

/// Which activities a rule speaks of. One that fits any of the words is selected: the id of a type
/// (a star at its end stands for the rest), `instrument:ID`, `tag:TAG` or `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Selector(pub Vec<String>);

impl Selector {
    /// Whether an activity is selected.
    pub fn matches(&self, kind: &str, instrument: Option<&str>, tags: &[String]) -> bool {
        self.0.iter().any(|word| {
            if let Some(wanted) = word.strip_prefix("instrument:") {
                instrument == Some(wanted)
            } else if let Some(tag) = word.strip_prefix("tag:") {
                tags.iter().any(|t| t == tag)
            } else if let Some(head) = word.strip_suffix('*') {
                kind.starts_with(head)
            } else {
                kind == word
            }
        })
    }
}

/// A flight rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Identifier, `FR-SEIS-001`.
    pub id: String,
    /// The rule in words.
    pub sentence: String,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Who may waive it and how; none: nobody.
    pub waiver: Option<String>,
    /// The activities it judges.
    pub activities: Selector,
    /// The activities it holds against them; for some kinds none.
    pub others: Selector,
    /// What it asks.
    pub kind: RuleKind,
}

/// What a rule asks of its activities. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// They do not run at the same time as one of the others.
    Exclusive,
    /// Where one of the others starts later, at least this long lies between the end of the one
    /// and the start of the other.
    Gap {
        /// Shortest gap.
        min_s: f64,
    },
    /// Before each there is one of the others whose end lies this far before its start.
    After {
        /// Shortest time from the end of the other to its start.
        min_s: f64,
        /// Longest time; infinite: any.
        max_s: f64,
    },
    /// After each there is one of the others whose start lies this far behind its end.
    Before {
        /// Shortest time from its end to the start of the other.
        min_s: f64,
        /// Longest time; infinite: any.
        max_s: f64,
    },
    /// They lie wholly inside one interval of a window.
    Inside {
        /// The window.
        window: String,
        /// They keep this far from the edges.
        margin_s: f64,
    },
    /// They do not touch the intervals of a window.
    Outside {
        /// The window.
        window: String,
        /// They keep this far from the edges.
        margin_s: f64,
    },
    /// A state is one of some values when they start, or all the time.
    State {
        /// The state resource.
        state: String,
        /// The values that are allowed.
        one_of: Vec<String>,
        /// Whether it also stays so until they end.
        during: bool,
    },
    /// A numeric resource stays within bounds; the rule has no activities of its own.
    Bound {
        /// The resource.
        resource: String,
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
    },
    /// A formula over the arguments is true (not 0).
    Relation {
        /// The formula.
        holds: Formula,
    },
    /// A formula over the arguments does not exceed another one: rate × channels ≤ allocation.
    Allocation {
        /// What is asked for.
        amount: Formula,
        /// What there is.
        at_most: Formula,
        /// Unit of both.
        unit: String,
    },
    /// Over the activities that start on a sol (LMST of the mission) a formula adds up to at most,
    /// or at least, some value; without a formula they are counted.
    PerSol {
        /// What each adds.
        amount: Formula,
        /// Greatest sum.
        at_most: f64,
        /// Least sum, on sols that have one of the activities at all.
        at_least: f64,
        /// Unit of the sum.
        unit: String,
    },
}
