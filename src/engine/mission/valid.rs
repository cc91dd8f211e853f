//! For which data a limit holds: from a time on, until a time, or always.

use serde::{Deserialize, Serialize};

use super::model::{Limit, Parameter, Severity};
use crate::time::{Instant, TimeError, iso, parse};

/// A time in a mission file: as it is written, and the instant that it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct DataTime {
    text: String,
    at: Option<Instant>,
}

impl DataTime {
    /// A time that is known.
    pub fn new(at: Instant) -> Self {
        Self { text: iso(at, 9), at: Some(at) }
    }

    /// The instant; none of a sol whose mission is not known, or of a text that is no time.
    pub fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Finds the instant of a sol of a mission.
    pub(super) fn resolve(&mut self, mission: &str) -> Result<(), TimeError> {
        self.at = Some(parse(&self.text, Some(mission))?);
        Ok(())
    }
}

impl From<String> for DataTime {
    fn from(text: String) -> Self {
        let at = parse(&text, None).ok();
        Self { text, at }
    }
}

impl From<DataTime> for String {
    fn from(time: DataTime) -> Self {
        time.text
    }
}

impl Limit {
    /// The first instant for whose data it holds.
    pub fn start(&self) -> Instant {
        self.from.as_ref().and_then(DataTime::at).unwrap_or(Instant::MIN)
    }

    /// The first instant for whose data it does not hold any more.
    pub fn end(&self) -> Instant {
        self.until.as_ref().and_then(DataTime::at).unwrap_or(Instant::MAX)
    }

    /// Whether it holds for data of an instant.
    pub fn holds_at(&self, time: Instant) -> bool {
        self.start() <= time && (time < self.end() || self.until.is_none())
    }

    /// Which sides it looks at: low, high, rate of change, states.
    fn sides(&self) -> [bool; 4] {
        let Self { low, high, rate_per_s, states, .. } = self;
        [low.is_some(), high.is_some(), rate_per_s.is_some(), !states.is_empty()]
    }
}

impl Parameter {
    /// The limits that hold for data of an instant.
    pub fn limits_at(&self, time: Instant) -> impl Iterator<Item = &Limit> {
        self.limits.iter().filter(move |limit| limit.holds_at(time))
    }

    /// Severity of a value by the limits of its own time: that of the most severe limit it
    /// violates, else normal; a NaN is off.
    pub fn severity(&self, time: Instant, value: f64) -> Severity {
        if value.is_nan() {
            return Severity::Off;
        }
        let violated = self.limits_at(time).filter(|limit| self.violates(limit, value, 0.0));
        violated.map(|l| l.severity).max().unwrap_or(Severity::Normal)
    }
}

/// What is wrong with the times of the limits of a parameter, in sentences.
pub(super) fn wrong_times(limits: &[Limit]) -> Vec<String> {
    let mut wrong = Vec::new();
    for limit in limits.iter().filter(|l| l.from.is_some() && l.until.is_some()) {
        if limit.start() >= limit.end() {
            let (from, until) = (iso(limit.start(), 0), iso(limit.end(), 0));
            wrong.push(format!("a limit from {from} until {until} never holds; exchange them"));
        }
    }
    let is_timed = |l: &&Limit| l.from.is_some() || l.until.is_some();
    for (at, one) in limits.iter().enumerate().filter(|(_, l)| is_timed(l)) {
        let others = limits.iter().enumerate().filter(|(i, other)| {
            // Two limits with times are compared once.
            *i != at && (*i > at || !is_timed(other)) && is_same_kind(one, other)
        });
        for (_, other) in others {
            let from = one.start().max(other.start());
            let until = one.end().min(other.end());
            if from < until {
                let (word, begin) = (word(one.severity), moment(from));
                wrong.push(format!(
                    "two limits of severity {word} for the same side hold {begin}; end the \
                     earlier one with until"
                ));
            }
        }
    }
    wrong.extend(gaps(limits));
    wrong
}

fn is_same_kind(one: &Limit, other: &Limit) -> bool {
    let both = one.sides().into_iter().zip(other.sides());
    one.severity == other.severity && both.into_iter().any(|(a, b)| a && b)
}

/// Stretches between two limits of one kind for which none of this kind holds.
fn gaps(limits: &[Limit]) -> Vec<String> {
    let mut wrong = Vec::new();
    for limit in limits.iter().filter(|l| l.until.is_some() && l.start() < l.end()) {
        let same = || limits.iter().filter(|other| is_same_kind(limit, other));
        let goes_on = same().any(|o| o.start() <= limit.end() && limit.end() < o.end());
        let next = same().map(Limit::start).filter(|start| *start > limit.end()).min();
        if let (false, Some(next)) = (goes_on, next) {
            let word = word(limit.severity);
            let (from, until) = (iso(limit.end(), 0), iso(next, 0));
            wrong.push(format!(
                "no limit of severity {word} holds from {from} until {until}; close the gap or \
                 write a wider limit for it"
            ));
        }
    }
    wrong
}

fn word(severity: Severity) -> String {
    format!("{severity:?}").to_lowercase()
}

fn moment(from: Instant) -> String {
    if from == Instant::MIN {
        "from the beginning".to_owned()
    } else {
        format!("from {}", iso(from, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Database, MissionFile};
    use super::*;

    fn load(limits: &str) -> (Database, Vec<String>) {
        let mission = "id = \"insight\"\nname = \"X\"\n[[site]]\nname = \"S\"\nlatitude_deg = 1\n\
                       longitude_deg = 2\n";
        let head = "id = \"i\"\nname = \"I\"\ntitle = \"I\"\ncolour = \"#aabbcc\"\n";
        let parameter = "[[parameter]]\nname = \"/x/i/a\"\ntitle = \"A\"\n";
        let file = |path: &str, text: String| MissionFile { path: path.into(), text };
        let (database, problems) = Database::load(&[
            file("insight/mission.toml", mission.to_owned()),
            file("insight/i.toml", format!("{head}{parameter}limits = [{limits}]\n")),
        ]);
        (database, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_value_is_judged_by_the_limits_of_its_time() {
        let (database, problems) = load(
            "{ severity = \"watch\", high = 5, until = \"2020-01-01\" },
             { severity = \"watch\", high = 7, from = \"2020-01-01\", until = \"Sol 500\" },
             { severity = \"watch\", high = 9, from = \"Sol 500 00:00 LMST\" }",
        );
        assert_eq!(problems, [""; 0]);
        let (_, _, p) = database.parameter("/x/i/a").unwrap();
        let at = |text: &str| parse(text, Some("insight")).unwrap();
        let severity = |when: &str, value| p.severity(at(when), value);
        assert_eq!(severity("2019-12-31T23:59:59", 6.0), Severity::Watch);
        assert_eq!(severity("2020-01-01", 6.0), Severity::Normal);
        assert_eq!(severity("Sol 499 23:59", 8.0), Severity::Watch);
        assert_eq!(severity("Sol 500", 8.0), Severity::Normal);
        assert_eq!(severity("Sol 500", 9.5), Severity::Watch);
        assert_eq!(severity("Sol 500", f64::NAN), Severity::Off);
        // What is written is kept; the order is that of time.
        let text = serde_json::to_string(&p.limits[2]).unwrap();
        assert!(text.contains("Sol 500 00:00 LMST"), "{text}");
    }

    #[test]
    fn wrong_times_are_told() {
        for (limits, part) in [
            ("{ severity = \"watch\", high = 5, from = \"soon\" }", "soon"),
            (
                "{ severity = \"watch\", high = 5, from = \"2021-01-01\", until = \"2020-01-01\" }",
                "never holds",
            ),
            (
                "{ severity = \"watch\", high = 5, until = \"2020-01-02\" },
                 { severity = \"watch\", high = 6, from = \"2020-01-01\" }",
                "hold from 2020-01-01T00:00:00Z",
            ),
            (
                "{ severity = \"watch\", high = 5 },
                 { severity = \"watch\", high = 6, until = \"2020-01-01\" }",
                "hold from the beginning",
            ),
            (
                "{ severity = \"watch\", high = 5, until = \"2020-01-01\" },
                 { severity = \"watch\", high = 6, from = \"2020-01-02\" }",
                "from 2020-01-01T00:00:00Z until 2020-01-02T00:00:00Z",
            ),
        ] {
            let said = load(limits).1;
            assert!(said.len() == 1 && said[0].contains(part), "{limits}: {said:?}");
            assert!(said[0].contains("insight/i.toml, line 6"), "{said:?}");
        }
        // Other sides and severities have times of their own.
        let (_, problems) = load(
            "{ severity = \"watch\", high = 5, until = \"2020-01-01\" },
             { severity = \"watch\", low = 1 }, { severity = \"warning\", high = 7 }",
        );
        assert_eq!(problems, [""; 0]);
    }
}
