//! Goals as they are typed, and the goals of the scheduler that they become.

use std::fmt::Write as _;

use marsdeck_engine::plan::{Candidate, Goal, GoalKind, Model, Selector};
use marsdeck_engine::time::{Instant, iso, parse};
use serde::{Deserialize, Serialize};

/// What a goal asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::panel::plan) enum Ask {
    /// One every so often.
    #[default]
    Repeat,
    /// One for each of some others.
    Coexist,
    /// Some number of them.
    Fit,
    /// As many event requests as the data volume allows.
    Fill,
}

impl Ask {
    /// All of them, with what they are called.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Repeat, "Repeat every"),
        (Self::Coexist, "Together with"),
        (Self::Fit, "So many times"),
        (Self::Fill, "Fill data volume"),
    ];

    /// What it is called.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(ask, _)| *ask == self).map_or("", |(_, word)| word)
    }
}

/// A goal as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::panel::plan) struct Draft {
    pub id: String,
    pub ask: Ask,
    /// Activity type.
    pub activity: String,
    /// First time, in any notation; empty: the start of the plan.
    pub first: String,
    pub every_h: f64,
    pub tolerance_min: f64,
    /// Words of a selector.
    pub with: String,
    pub from_end: bool,
    pub offset_min: f64,
    pub count: u32,
    /// Window; empty: the whole plan.
    pub window: String,
    /// Requests with their priorities: `S0235b 5, S0173a 3`.
    pub requests: String,
    /// Resource that may not come above a value; empty: none.
    pub resource: String,
    pub at_most: f64,
    pub step_min: f64,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            id: "goal".to_owned(),
            ask: Ask::Repeat,
            activity: String::new(),
            first: String::new(),
            every_h: 6.0,
            tolerance_min: 30.0,
            with: String::new(),
            from_end: true,
            offset_min: 0.0,
            count: 1,
            window: String::new(),
            requests: String::new(),
            resource: String::new(),
            at_most: 0.0,
            step_min: 10.0,
        }
    }
}

fn ns(minutes: f64) -> i64 {
    (minutes * 60e9).round() as i64
}

impl Draft {
    /// The goal of the scheduler, or what is to be put right.
    pub fn goal(&self, model: &Model, start: Instant) -> Result<Goal, String> {
        if !model.types.contains_key(&self.activity) {
            return Err("choose an activity type".to_owned());
        }
        let what = Candidate { kind: self.activity.clone(), ..Candidate::default() };
        let window = Some(self.window.clone()).filter(|w| !w.is_empty());
        let kind = match self.ask {
            Ask::Repeat => {
                let first = match self.first.trim() {
                    "" => start,
                    text => parse(text, Some(&model.mission)).map_err(|e| e.to_string())?,
                };
                if self.every_h < 1.0 / 60.0 {
                    return Err("let a minute at least lie between two of them".to_owned());
                }
                let (every_ns, tolerance_ns) = (ns(self.every_h * 60.0), ns(self.tolerance_min));
                GoalKind::Repeat { what, first, every_ns, tolerance_ns }
            }
            Ask::Coexist => {
                let words: Vec<String> = self.with.split_whitespace().map(str::to_owned).collect();
                if words.is_empty() {
                    let how = "say with which: a type, instrument:ID, tag:TAG, or several of them";
                    return Err(how.to_owned());
                }
                GoalKind::Coexist {
                    what,
                    with: Selector(words),
                    from_end: self.from_end,
                    offset_ns: ns(self.offset_min),
                    tolerance_ns: ns(self.tolerance_min),
                }
            }
            Ask::Fit => GoalKind::Fit { what, count: self.count as usize, window },
            Ask::Fill => {
                let candidates = self.candidates(model);
                if candidates.is_empty() {
                    return Err("name requests with priorities: S0235b 5, S0173a 3".to_owned());
                }
                let most = (self.resource.clone(), self.at_most);
                let at_most = Some(most).filter(|(resource, _)| !resource.is_empty());
                GoalKind::Fill { candidates, window, at_most }
            }
        };
        Ok(Goal { id: self.id.clone(), kind, within: None, step_ns: ns(self.step_min) })
    }

    /// A candidate for each request; the name goes into the argument of that name where the type
    /// has one.
    fn candidates(&self, model: &Model) -> Vec<Candidate> {
        let of = model.types.get(&self.activity);
        let has = of.is_some_and(|of| of.parameter("request").is_some());
        let requests = self.requests.split(',').map(str::trim).filter(|text| !text.is_empty());
        let candidate = |text: &str| {
            let (name, priority) = match text.rsplit_once(' ') {
                Some((name, last)) => match last.parse() {
                    Ok(priority) => (name.trim(), priority),
                    Err(_) => (text, 0),
                },
                None => (text, 0),
            };
            let value = marsdeck_engine::plan::Value::Text(name.to_owned());
            let arguments = has.then(|| ("request".to_owned(), value)).into_iter().collect();
            let notes = name.to_owned();
            Candidate { kind: self.activity.clone(), arguments, duration_ns: None, notes, priority }
        };
        requests.map(candidate).collect()
    }

    /// What it asks for, in a line.
    pub fn words(&self) -> String {
        let what = if self.activity.is_empty() { "nothing yet" } else { &self.activity };
        match self.ask {
            Ask::Repeat => format!("{what} every {} h", self.every_h),
            Ask::Coexist => format!("{what} with {}", self.with),
            Ask::Fit => format!("{what}, {} times", self.count),
            Ask::Fill => format!("{what} for {}", self.requests),
        }
    }
}

/// Goals as TOML, in the notation of `marsdeck plan schedule`.
pub(in crate::panel::plan) fn toml(mission: &str, start: Instant, drafts: &[Draft]) -> String {
    let mut out = format!("mission = {mission:?}\n");
    for draft in drafts {
        let Draft { id, activity, with, window, resource, .. } = draft;
        let kind = match draft.ask {
            Ask::Repeat => "repeat",
            Ask::Coexist => "coexist",
            Ask::Fit => "fit",
            Ask::Fill => "fill",
        };
        // Writing to a string never fails.
        let _ = write!(out, "\n[[goal]]\nid = {id:?}\nkind = {kind:?}\n");
        let _ = writeln!(out, "step = \"{} min\"", draft.step_min);
        if draft.ask != Ask::Fill {
            let _ = writeln!(out, "activity = {activity:?}");
        }
        if matches!(draft.ask, Ask::Fit | Ask::Fill) && !window.is_empty() {
            let _ = writeln!(out, "window = {window:?}");
        }
        match draft.ask {
            Ask::Repeat => {
                let first = match draft.first.trim() {
                    "" => iso(start, 9),
                    text => text.to_owned(),
                };
                let _ = writeln!(out, "first = {first:?}");
                let (every, tolerance) = (draft.every_h, draft.tolerance_min);
                let _ = writeln!(out, "every = \"{every} h\"\ntolerance = \"{tolerance} min\"");
            }
            Ask::Coexist => {
                let words: Vec<&str> = with.split_whitespace().collect();
                let edge = if draft.from_end { "end" } else { "start" };
                let (offset, tolerance) = (draft.offset_min, draft.tolerance_min);
                let _ = writeln!(out, "with = {words:?}\nanchor = {edge:?}");
                let _ = writeln!(out, "offset = \"{offset} min\"\ntolerance = \"{tolerance} min\"");
            }
            Ask::Fit => drop(writeln!(out, "count = {}", draft.count)),
            Ask::Fill => {
                if !resource.is_empty() {
                    let most = draft.at_most;
                    let _ = writeln!(out, "resource = {resource:?}\nat_most = {most:?}");
                }
                for text in draft.requests.split(',').map(str::trim).filter(|t| !t.is_empty()) {
                    let parts = text.rsplit_once(' ');
                    let parts = parts.and_then(|(n, p)| Some((n.trim(), p.parse::<i64>().ok()?)));
                    let (name, priority) = parts.unwrap_or((text, 0));
                    let _ = write!(out, "[[goal.candidates]]\nactivity = {activity:?}\n");
                    let _ = writeln!(out, "arguments = {{ request = {name:?} }}");
                    let _ = writeln!(out, "notes = {name:?}\npriority = {priority}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::plan::read_goals;

    use super::*;

    fn draft(ask: Ask) -> Draft {
        Draft {
            ask,
            id: format!("{ask:?}").to_lowercase(),
            activity: if ask == Ask::Fill { "SeisEventRequest" } else { "SeisGetTilt" }.to_owned(),
            with: "Wake tag:x".to_owned(),
            requests: "S0235b 5, S0173a".to_owned(),
            resource: "to_send".to_owned(),
            at_most: 500.0,
            ..Draft::default()
        }
    }

    #[test]
    fn drafts_become_goals_and_say_what_they_lack() {
        let model = Model::builtin("insight");
        let start = Instant::from_unix_s(1.5642e9);
        let of = |ask| draft(ask).goal(&model, start);
        let repeat = of(Ask::Repeat).expect("a goal");
        assert!(matches!(repeat.kind, GoalKind::Repeat { first, every_ns, .. }
            if first == start && every_ns == 6 * 3_600_000_000_000));
        assert_eq!(repeat.step_ns, 600_000_000_000);
        let coexist = of(Ask::Coexist).expect("a goal");
        assert!(matches!(&coexist.kind, GoalKind::Coexist { with, .. } if with.0.len() == 2));
        let fill = of(Ask::Fill).expect("a goal");
        let GoalKind::Fill { candidates, at_most, window } = &fill.kind else { panic!("fill") };
        let all: Vec<_> = candidates.iter().map(|c| (c.notes.as_str(), c.priority)).collect();
        assert_eq!(all, [("S0235b", 5), ("S0173a", 0)]);
        assert!(candidates[0].arguments.contains_key("request"));
        assert_eq!((at_most, window), (&Some(("to_send".to_owned(), 500.0)), &None));
        assert!(Draft::default().goal(&model, start).is_err());
        let wrong = Draft { first: "never".to_owned(), ..draft(Ask::Repeat) };
        assert!(wrong.goal(&model, start).is_err());
        assert!(Draft { with: " ".to_owned(), ..draft(Ask::Coexist) }.goal(&model, start).is_err());
    }

    #[test]
    fn goals_are_written_as_toml() {
        let all: Vec<Draft> = Ask::ALL.iter().map(|(ask, _)| draft(*ask)).collect();
        let start = Instant::from_unix_s(1.5642e9);
        let text = toml("insight", start, &all);
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        let goals = table["goal"].as_array().expect("goals");
        assert_eq!(goals.len(), 4);
        assert_eq!(goals[0]["every"].as_str(), Some("6 h"));
        assert_eq!(goals[1]["with"].as_array().map(Vec::len), Some(2));
        assert_eq!(goals[3]["candidates"][0]["priority"].as_integer(), Some(5));
        let model = Model::builtin("insight");
        let (read, problems) = read_goals(&text, &model);
        assert_eq!(problems, []);
        let own: Vec<Goal> = all.iter().filter_map(|d| d.goal(&model, start).ok()).collect();
        assert_eq!(own.len(), 4);
        // What is copied means the same.
        assert_eq!(read, own);
        let value = serde_json::to_value(&all).expect("JSON");
        assert_eq!(serde_json::from_value::<Vec<Draft>>(value).ok(), Some(all));
    }
}
