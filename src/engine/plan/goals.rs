//! Reads goals of scheduling from TOML. The caller reads the file.
//!
//! One `[[goal]]` for each, taken in the order of the file. All have `id` and `kind`; `from` and
//! `to` limit where it looks, `step` is the distance of the times that are tried. By kind:
//!
//! - `repeat`: an activity; `first`, `every`, `tolerance`;
//! - `coexist`: an activity; `with` (words of a [`Selector`]), `anchor` (`"start"` or `"end"` of
//!   the others), `offset`, `tolerance`;
//! - `fit`: an activity; `count`, `window`;
//! - `fill`: `candidates`, each an activity with `priority`; `window`; `resource` and `at_most`.
//!
//! An activity is `activity` (its type), `arguments`, `duration` and `notes`. Times are in any
//! notation of [`time::parse`](crate::time::parse), sols those of the mission. Lengths are seconds
//! or a text: `90 s`, `10 min`, `2 h`, `1 d`, `1 sol`, `01:30:00`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Spanned, Table, Value as Toml};

use super::activity::Value;
use super::model::{Model, ParameterKind, ResourceKind};
use super::rule::Selector;
use super::schedule::{Candidate, Goal, GoalKind};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange, parse};

/// Distance of the times that are tried where a goal names none: ten minutes.
const STEP_NS: i64 = 600_000_000_000;
/// Shortest distance of times that are tried, and of repetitions, nanoseconds.
const SHORTEST_NS: i64 = 1_000_000_000;
/// A sol of the missions' LMST kernels, seconds.
const SOL_S: f64 = 88_775.244;
/// Longest length of time that is taken, seconds: about a hundred years.
const LONGEST_S: f64 = 3.2e9;
/// Bytes of a text from the file that a message repeats.
const SHOWN: usize = 60;
/// Characters of a message of the TOML reader that are repeated.
const MESSAGE: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    mission: Option<String>,
    #[serde(default, rename = "goal")]
    goals: Vec<Spanned<Table>>,
}

/// Reads goals for the dictionary of a mission. A goal with anything wrong in it is left out; each
/// problem names the goal, its line, the field, and what to do.
pub fn read_goals(text: &str, model: &Model) -> (Vec<Goal>, Vec<Problem>) {
    let mut problems = Vec::new();
    let file: FileText = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let wrong: String = error.message().chars().take(MESSAGE).collect();
            let wrong = wrong.trim_end_matches('.').replace('\n', ", ");
            let reason = format!("{wrong}; put it right, goals stand in tables [[goal]]");
            problems.push(Problem::of(format!("line {}", line(text, at)), reason));
            return (Vec::new(), problems);
        }
    };
    if let Some(mission) = file.mission.filter(|m| *m != model.mission) {
        let reason = format!(
            "the goals are for {}, the plan for {}; give the goals of the same mission",
            shown(&mission),
            model.mission
        );
        problems.push(Problem::of("mission", reason));
        return (Vec::new(), problems);
    }
    if file.goals.is_empty() {
        let reason = "there is none; write a table [[goal]] with id and kind for each";
        problems.push(Problem::of("goal", reason));
    }
    let mut goals = Vec::new();
    let mut ids = BTreeSet::new();
    for (n, table) in (1..).zip(file.goals) {
        let at = format!("(line {})", line(text, table.span().start));
        let table = table.into_inner();
        let id = table.get("id").and_then(Toml::as_str).unwrap_or_default().to_owned();
        let name = if id.is_empty() { format!("number {n}") } else { shown(&id) };
        let before = problems.len();
        let place = format!("goal {name} {at}");
        let mut fields = Fields { model, place, table, known: Vec::new(), problems: &mut problems };
        let goal = fields.goal();
        if !id.is_empty() && !ids.insert(id) {
            fields.tell("id", "is there twice; give this goal another one");
        }
        // What was read of a goal that is not right would be placed where nobody wants it.
        goals.extend(goal.filter(|_| problems.len() == before));
    }
    (goals, problems)
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&b| b == b'\n').count()
}

/// The head of a text, for a message.
fn shown(text: &str) -> String {
    let mut end = text.len().min(SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// What a goal or a candidate has, taken out field by field.
struct Fields<'a> {
    model: &'a Model,
    /// Which goal, for messages.
    place: String,
    table: Table,
    /// Names that were asked for.
    known: Vec<&'static str>,
    problems: &'a mut Vec<Problem>,
}

impl Fields<'_> {
    fn tell(&mut self, field: &str, reason: impl Into<String>) {
        self.problems.push(Problem::of(format!("{}, {field}", self.place), reason));
    }

    fn take(&mut self, name: &'static str) -> Option<Toml> {
        self.known.push(name);
        self.table.remove(name)
    }

    /// A field that has to be there.
    fn needed<T>(&mut self, name: &str, value: Option<T>, how: &str) -> Option<T> {
        let is_told = self.problems.last().is_some_and(|p| {
            p.field.strip_prefix(&self.place).is_some_and(|f| f.strip_prefix(", ") == Some(name))
        });
        if value.is_none() && !is_told {
            self.tell(name, format!("is missing; write {how}"));
        }
        value
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            Toml::String(text) => Some(text),
            other => {
                let is = other.type_str();
                self.tell(name, format!("is of the type {is}; write a text in quotation marks"));
                None
            }
        }
    }

    fn number(&mut self, name: &'static str) -> Option<f64> {
        match self.take(name)? {
            Toml::Integer(x) => Some(x as f64),
            Toml::Float(x) if x.is_finite() => Some(x),
            _ => {
                self.tell(name, "is no number; write one as 12.5");
                None
            }
        }
    }

    fn integer(&mut self, name: &'static str) -> Option<i64> {
        let Toml::Integer(x) = self.take(name)? else {
            self.tell(name, "is no whole number; write one as 3");
            return None;
        };
        Some(x)
    }

    /// Nanoseconds of a length of time.
    fn length(&mut self, name: &'static str, least_ns: i64) -> Option<i64> {
        let value = self.take(name)?;
        match length_s(&value) {
            None => {
                self.tell(
                    name,
                    "is no length of time; write it as \"90 s\", \"10 min\", \"1 sol\"",
                );
                None
            }
            Some(s) => {
                let ns = (s * 1e9).round() as i64;
                if ns < least_ns {
                    let least = super::checker::words::length_ns(least_ns);
                    self.tell(name, format!("is shorter than {least}; give a longer time"));
                    return None;
                }
                Some(ns)
            }
        }
    }

    fn instant(&mut self, name: &'static str) -> Option<Instant> {
        let text = match self.take(name)? {
            Toml::String(text) => text,
            Toml::Datetime(time) => time.to_string(),
            _ => {
                self.tell(name, "is no time; write it as \"Sol 200 12:00\" or in UTC");
                return None;
            }
        };
        match parse(&text, Some(&self.model.mission)) {
            Ok(t) => Some(t),
            Err(error) => {
                self.tell(name, error.to_string());
                None
            }
        }
    }

    /// The name of a window that the dictionary has.
    fn window(&mut self) -> Option<String> {
        let window = self.text("window")?;
        if !self.model.windows.contains_key(&window) {
            let all: Vec<&str> = self.model.windows.keys().map(String::as_str).collect();
            let reason = format!("there is no {}; take one of {}", shown(&window), all.join(", "));
            self.tell("window", reason);
        }
        Some(window)
    }

    fn goal(&mut self) -> Option<Goal> {
        let id = self.text("id").filter(|id| !id.is_empty());
        let id = self.needed("id", id, "a name of its own, as id = \"daily-recentre\"");
        let (from, to) = (self.instant("from"), self.instant("to"));
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            self.tell("to", "does not lie behind from; exchange them or give a later time");
        }
        let within = (from.is_some() || to.is_some())
            .then(|| TimeRange::new(from.unwrap_or(Instant::MIN), to.unwrap_or(Instant::MAX)));
        let step_ns = self.length("step", SHORTEST_NS).unwrap_or(STEP_NS);
        let kind = self.text("kind");
        let kinds = "kind = \"repeat\", \"coexist\", \"fit\" or \"fill\"";
        let word = self.needed("kind", kind, kinds)?;
        let kind = match word.as_str() {
            "repeat" => self.repeat(),
            "coexist" => self.coexist(),
            "fit" => self.fit(),
            "fill" => Some(self.fill()),
            other => {
                self.tell("kind", format!("is {}; write {kinds}", shown(other)));
                return None;
            }
        };
        self.rest(&format!("a {word} goal"));
        Some(Goal { id: id?, kind: kind?, within, step_ns })
    }

    /// Fields that nothing asked for.
    fn rest(&mut self, of: &str) {
        let left: Vec<String> = self.table.keys().cloned().collect();
        for name in left {
            let known = self.known.join(", ");
            self.tell(&shown(&name), format!("is no field of {of}; take it out, or use {known}"));
        }
    }

    fn repeat(&mut self) -> Option<GoalKind> {
        let what = self.candidate();
        let first = self.instant("first");
        let first = self.needed("first", first, "when the first one is, as \"Sol 200 09:00\"");
        let every = self.length("every", SHORTEST_NS);
        let every = self.needed("every", every, "the time from one to the next, as \"1 sol\"");
        let tolerance_ns = self.length("tolerance", 0).unwrap_or(0);
        Some(GoalKind::Repeat { what: what?, first: first?, every_ns: every?, tolerance_ns })
    }

    fn coexist(&mut self) -> Option<GoalKind> {
        let what = self.candidate();
        let how = "the activities it goes with, as with = [\"Wake\"]";
        let words = match self.take("with") {
            Some(Toml::String(word)) => Some(vec![word]),
            Some(Toml::Array(words)) => {
                words.iter().map(|w| w.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        let words = self.needed("with", words.filter(|w| !w.is_empty()), how);
        for word in words.iter().flatten() {
            if !self.is_known(word) {
                let reason = format!("{} selects nothing that can be planned", shown(word));
                self.tell("with", reason + "; marsdeck plan list names the activity types");
            }
        }
        let from_end = match self.text("anchor").as_deref() {
            None | Some("start") => false,
            Some("end") => true,
            Some(other) => {
                let reason = format!("is {}; write \"start\" or \"end\"", shown(other));
                self.tell("anchor", reason);
                false
            }
        };
        let offset_ns = self.length("offset", i64::MIN).unwrap_or(0);
        let tolerance_ns = self.length("tolerance", 0).unwrap_or(0);
        let with = Selector(words?);
        Some(GoalKind::Coexist { what: what?, with, from_end, offset_ns, tolerance_ns })
    }

    /// Whether a word of a selector can select anything. Tags are free.
    fn is_known(&self, word: &str) -> bool {
        let types = &self.model.types;
        if word.starts_with("tag:") {
            return true;
        }
        if let Some(id) = word.strip_prefix("instrument:") {
            return types.values().any(|t| t.instrument == id);
        }
        let only = Selector(vec![word.to_owned()]);
        types.keys().any(|id| only.matches(id, None, &[]))
    }

    fn fit(&mut self) -> Option<GoalKind> {
        let what = self.candidate();
        let count = self.integer("count");
        let count = self.needed("count", count, "how many, as count = 3");
        let count = count.map(|n| usize::try_from(n).unwrap_or(0));
        if count == Some(0) {
            self.tell("count", "asks for none; write 1 or more, or take the goal out");
        }
        let window = self.window();
        Some(GoalKind::Fit { what: what?, count: count?, window })
    }

    fn fill(&mut self) -> GoalKind {
        let how = "[[goal.candidates]] tables, each with an activity and a priority";
        let tables = match self.take("candidates") {
            Some(Toml::Array(list)) if !list.is_empty() => {
                let table = |value| match value {
                    Toml::Table(table) => Some(table),
                    _ => None,
                };
                list.into_iter().map(table).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        let tables = self.needed("candidates", tables, how);
        let mut candidates = Vec::new();
        for (n, table) in (1..).zip(tables.into_iter().flatten()) {
            let place = format!("{}, candidate {n}", self.place);
            let problems = &mut *self.problems;
            let mut of = Fields { model: self.model, place, table, known: Vec::new(), problems };
            let priority = of.integer("priority").unwrap_or(0);
            let candidate = of.candidate();
            of.rest("a candidate");
            candidates.extend(candidate.map(|c| Candidate { priority, ..c }));
        }
        let window = self.window();
        let (resource, most) = (self.text("resource"), self.number("at_most"));
        let at_most = match (resource, most) {
            (Some(resource), Some(most)) => {
                let kind = self.model.resources.get(&resource).map(|r| &r.kind);
                if !matches!(kind, Some(ResourceKind::Numeric { .. })) {
                    let reason = format!("{} is no resource with a number", shown(&resource));
                    self.tell("resource", reason + "; marsdeck plan list names them");
                }
                Some((resource, most))
            }
            (None, None) => None,
            _ => {
                self.tell("at_most", "goes with resource; give both or neither");
                None
            }
        };
        GoalKind::Fill { candidates, window, at_most }
    }

    /// The activity that is wanted.
    fn candidate(&mut self) -> Option<Candidate> {
        let kind = self.text("activity");
        let given = match self.take("arguments") {
            None => Table::new(),
            Some(Toml::Table(table)) => table,
            Some(_) => {
                self.tell("arguments", "are no table; write them as { name = value }");
                Table::new()
            }
        };
        let duration_ns = self.length("duration", 0);
        let notes = self.text("notes").unwrap_or_default();
        let kind = self.needed("activity", kind, "the type, as activity = \"Wake\"")?;
        let model = self.model;
        let Some(of) = model.types.get(&kind) else {
            let reason = format!("{} has no type {}", model.mission, shown(&kind));
            self.tell("activity", reason + "; marsdeck plan list names them");
            return None;
        };
        let mut arguments = BTreeMap::new();
        for (name, toml) in given {
            let field = format!("argument {}", shown(&name));
            let Some(parameter) = of.parameter(&name) else {
                let all: Vec<&str> = of.parameters.iter().map(|p| p.name.as_str()).collect();
                let all = if all.is_empty() { "none" } else { &all.join(", ") };
                self.tell(&field, format!("{kind} does not have it; it has {all}"));
                continue;
            };
            let value = match length_s(&toml) {
                Some(s) if parameter.kind == ParameterKind::Duration => Value::Number(s),
                _ => value(toml),
            };
            match parameter.wrong(&value) {
                Some(wrong) => self.tell(&field, format!("{}; give another value", shown(&wrong))),
                None => drop(arguments.insert(name, value)),
            }
        }
        let is_open = |p: &&super::model::Parameter| p.default.is_none();
        for parameter in of.parameters.iter().filter(is_open) {
            if !arguments.contains_key(&parameter.name) {
                self.tell(
                    &format!("argument {}", parameter.name),
                    format!("is missing; {kind} has no default for it, give a value"),
                );
            }
        }
        Some(Candidate { kind, arguments, duration_ns, notes, priority: 0 })
    }
}

/// Seconds of a length of time; none: it is no such thing.
fn length_s(value: &Toml) -> Option<f64> {
    let s = match value {
        Toml::Integer(x) => *x as f64,
        Toml::Float(x) => *x,
        Toml::String(text) => length_text_s(text.trim())?,
        _ => return None,
    };
    (s.abs() <= LONGEST_S).then_some(s)
}

fn length_text_s(text: &str) -> Option<f64> {
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    if rest.contains(':') {
        let parts: Vec<&str> = rest.split(':').collect();
        let [h, min, s] = parts[..] else { return None };
        let whole = |t: &str| t.parse::<u32>().ok().map(f64::from);
        let s = s.parse::<f64>().ok().filter(|s| (0.0..60.0).contains(s))?;
        return Some(sign * (whole(h)? * 3600.0 + whole(min).filter(|m| *m < 60.0)? * 60.0 + s));
    }
    let at = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, unit) = rest.split_at_checked(at)?;
    let unit_s = match unit.trim() {
        "" | "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "sol" | "sols" => SOL_S,
        _ => return None,
    };
    Some(sign * number.parse::<f64>().ok()? * unit_s)
}

/// A value of an argument.
fn value(toml: Toml) -> Value {
    match toml {
        Toml::String(text) => Value::Text(text),
        Toml::Integer(x) => Value::Number(x as f64),
        Toml::Float(x) => Value::Number(x),
        Toml::Boolean(is) => Value::Bool(is),
        Toml::Datetime(time) => Value::Text(time.to_string()),
        Toml::Array(list) => Value::List(list.into_iter().map(value).collect()),
        Toml::Table(table) => {
            Value::Record(table.into_iter().map(|(name, toml)| (name, value(toml))).collect())
        }
    }
}
