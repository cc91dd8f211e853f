//! Flight rules as they stand in TOML: every kind asks for its own keys.

use serde::Deserialize;

use super::Place;
use crate::plan::formula::Formula;
use crate::plan::rule::{Rule, RuleKind, Selector, Severity};
use crate::problem::Problem;

/// `[[rule]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    id: String,
    sentence: String,
    kind: Word,
    #[serde(default)]
    severity: Severity,
    waiver: Option<String>,
    #[serde(default)]
    activities: Selector,
    #[serde(default)]
    others: Selector,
    min_s: Option<f64>,
    max_s: Option<f64>,
    window: Option<String>,
    margin_s: Option<f64>,
    state: Option<String>,
    #[serde(rename = "in")]
    one_of: Option<Vec<String>>,
    during: Option<bool>,
    resource: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
    holds: Option<Formula>,
    amount: Option<Formula>,
    at_most: Option<Formula>,
    at_least: Option<f64>,
    unit: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Exclusive,
    Gap,
    After,
    Before,
    Inside,
    Outside,
    State,
    Bound,
    Relation,
    Allocation,
    PerSol,
}

impl Word {
    fn text(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Gap => "gap",
            Self::After => "after",
            Self::Before => "before",
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::State => "state",
            Self::Bound => "bound",
            Self::Relation => "relation",
            Self::Allocation => "allocation",
            Self::PerSol => "per_sol",
        }
    }

    /// Keys that the kind understands besides those of every rule.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Exclusive => &["others"],
            Self::Gap => &["others", "min_s"],
            Self::After | Self::Before => &["others", "min_s", "max_s"],
            Self::Inside | Self::Outside => &["window", "margin_s"],
            Self::State => &["state", "in", "during"],
            Self::Bound => &["resource", "min", "max"],
            Self::Relation => &["holds"],
            Self::Allocation => &["amount", "at_most", "unit"],
            Self::PerSol => &["amount", "at_most", "at_least", "unit"],
        }
    }
}

impl RuleText {
    pub(super) fn read(mut self, place: &Place<'_>) -> Result<Rule, Problem> {
        let id = self.id.clone();
        let word = self.kind;
        if let Some(key) = self.given().into_iter().find(|key| !word.keys().contains(key)) {
            let reason = format!(
                "a rule of kind {} has no {key}; it knows {}",
                word.text(),
                word.keys().join(", ")
            );
            return Err(place.problem(key, &id, reason));
        }
        let missing = |key: &str, example: &str| {
            let reason = format!("a rule of kind {} needs {key}, as {example}", word.text());
            place.problem("id = ", &id, reason)
        };
        if self.activities.0.is_empty() && word != Word::Bound {
            return Err(missing("activities", "activities = [\"TypeId\", \"instrument:seis\"]"));
        }
        if self.others.0.is_empty() {
            if matches!(word, Word::After | Word::Before) {
                return Err(missing("others", "others = [\"TypeId\"]"));
            }
            if matches!(word, Word::Exclusive | Word::Gap) {
                self.others = self.activities.clone();
            }
        }
        let kind = self.kind(&missing)?;
        Ok(Rule {
            id: self.id,
            sentence: self.sentence,
            severity: self.severity,
            waiver: self.waiver,
            activities: self.activities,
            others: self.others,
            kind,
        })
    }

    fn kind(&mut self, missing: &dyn Fn(&str, &str) -> Problem) -> Result<RuleKind, Problem> {
        let (min_s, max_s) = (self.min_s.unwrap_or(0.0), self.max_s.unwrap_or(f64::INFINITY));
        let margin_s = self.margin_s.unwrap_or(0.0);
        if min_s > max_s || min_s < 0.0 {
            return Err(missing("0 <= min_s <= max_s", "min_s = 0, max_s = 3600"));
        }
        let window = || missing("window", "window = \"night\"");
        Ok(match self.kind {
            Word::Exclusive => RuleKind::Exclusive,
            Word::Gap => {
                RuleKind::Gap { min_s: self.min_s.ok_or_else(|| missing("min_s", "min_s = 600"))? }
            }
            Word::After => RuleKind::After { min_s, max_s },
            Word::Before => RuleKind::Before { min_s, max_s },
            Word::Inside => {
                RuleKind::Inside { window: self.window.take().ok_or_else(window)?, margin_s }
            }
            Word::Outside => {
                RuleKind::Outside { window: self.window.take().ok_or_else(window)?, margin_s }
            }
            Word::State => RuleKind::State {
                state: self.state.take().ok_or_else(|| missing("state", "state = \"seis\""))?,
                one_of: self.one_of.take().ok_or_else(|| missing("in", "in = [\"ON\"]"))?,
                during: self.during.unwrap_or(false),
            },
            Word::Bound => {
                if self.min.is_none() && self.max.is_none() {
                    return Err(missing("min or max", "min = 200"));
                }
                let resource = self.resource.take();
                RuleKind::Bound {
                    resource: resource
                        .ok_or_else(|| missing("resource", "resource = \"energy\""))?,
                    min: self.min.unwrap_or(f64::NEG_INFINITY),
                    max: self.max.unwrap_or(f64::INFINITY),
                }
            }
            Word::Relation => RuleKind::Relation {
                holds: self
                    .holds
                    .take()
                    .ok_or_else(|| missing("holds", "holds = \"{a} < {b}\""))?,
            },
            Word::Allocation => RuleKind::Allocation {
                amount: self.amount.take().ok_or_else(|| missing("amount", "amount = \"{a}\""))?,
                at_most: self.at_most.take().ok_or_else(|| missing("at_most", "at_most = 38"))?,
                unit: self.unit.take().unwrap_or_default(),
            },
            Word::PerSol => {
                if self.at_most.is_none() && self.at_least.is_none() {
                    return Err(missing("at_most or at_least", "at_most = 2"));
                }
                let at_most = match &self.at_most {
                    None => f64::INFINITY,
                    Some(text) => text.text().parse().map_err(|_| {
                        missing("at_most to be a number", "at_most = 2, not a formula")
                    })?,
                };
                RuleKind::PerSol {
                    amount: self.amount.take().unwrap_or_else(|| Formula::number(1.0)),
                    at_most,
                    at_least: self.at_least.unwrap_or(f64::NEG_INFINITY),
                    unit: self.unit.take().unwrap_or_default(),
                }
            }
        })
    }

    /// Keys that are given and belong to some kinds only.
    fn given(&self) -> Vec<&'static str> {
        let keys = [
            ("others", !self.others.0.is_empty()),
            ("min_s", self.min_s.is_some()),
            ("max_s", self.max_s.is_some()),
            ("window", self.window.is_some()),
            ("margin_s", self.margin_s.is_some()),
            ("state", self.state.is_some()),
            ("in", self.one_of.is_some()),
            ("during", self.during.is_some()),
            ("resource", self.resource.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("holds", self.holds.is_some()),
            ("amount", self.amount.is_some()),
            ("at_most", self.at_most.is_some()),
            ("at_least", self.at_least.is_some()),
            ("unit", self.unit.is_some()),
        ];
        keys.into_iter().filter(|(_, is)| *is).map(|(key, _)| key).collect()
    }
}
