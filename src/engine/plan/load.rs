//! Reads the dictionary of the planner from `<mission>/planning*.toml`. The caller reads the files.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::formula::Formula;
use super::model::{
    ActivityType, CommandTemplate, Effect, Limit, Model, Need, Parameter, Resource, ResourceKind,
    Set, Supply, WindowKind, WindowSource,
};
use super::rule::{Rule, RuleKind, Selector, Severity};
use crate::mission::{MissionFile, builtin_files};
use crate::problem::Problem;

mod references;
mod rules;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    mission: String,
    #[serde(default, rename = "limit")]
    limits: Vec<Spanned<Limit>>,
    #[serde(default, rename = "window")]
    windows: Vec<Spanned<WindowText>>,
    #[serde(default, rename = "resource")]
    resources: Vec<Spanned<ResourceText>>,
    #[serde(default, rename = "activity")]
    activities: Vec<Spanned<ActivityText>>,
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<rules::RuleText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    id: String,
    #[serde(default)]
    name: String,
    kind: WindowWord,
    from: Option<String>,
    to: Option<String>,
    above_deg: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WindowWord {
    Given,
    Lmst,
    Sun,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceText {
    id: String,
    name: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    fictitious: bool,
    /// A number for a numeric resource, a text for a state.
    initial: toml::Value,
    #[serde(default)]
    values: Vec<String>,
    min: Option<f64>,
    max: Option<f64>,
    floor: Option<f64>,
    ceiling: Option<f64>,
    #[serde(default)]
    severity: Severity,
    waiver: Option<String>,
    #[serde(default)]
    supplies: Vec<Supply>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityText {
    id: String,
    name: String,
    instrument: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    fictitious: bool,
    #[serde(default)]
    parameters: Vec<Parameter>,
    duration_s: Formula,
    #[serde(default)]
    effects: Vec<Effect>,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    sets: Vec<Set>,
    #[serde(default)]
    commands: Vec<CommandTemplate>,
}

/// Where a definition stands, for messages.
#[derive(Clone)]
struct Place<'a> {
    file: &'a MissionFile,
    span: Range<usize>,
}

impl Place<'_> {
    /// A problem on the line of the first occurrence of `needle` in the definition.
    fn problem(&self, needle: &str, id: &str, reason: impl Into<String>) -> Problem {
        // The span may end with the head of the table; the definition ends where the next begins.
        let tail = self.file.text.get(self.span.start..).unwrap_or("");
        let inside = tail.find("\n[[").map_or(tail, |end| tail.get(..end).unwrap_or(tail));
        let at = self.span.start + inside.find(needle).unwrap_or(0);
        at_line(self.file, at, id, reason)
    }
}

fn at_line(file: &MissionFile, at: usize, id: &str, reason: impl Into<String>) -> Problem {
    let line = 1 + file.text.bytes().take(at).filter(|&b| b == b'\n').count();
    let mut problem = Problem::at(at as u64, id, reason);
    problem.place = format!("{}, line {line}", file.path);
    problem
}

impl Model {
    /// The dictionary of a mission that is built in; empty for a mission without one.
    pub fn builtin(mission: &str) -> Self {
        Self::load(mission, &builtin_files()).0
    }

    /// Reads the dictionaries of all missions that the files have one for, by name. Also told:
    /// files for a mission that none of the files defines, since nothing would use them.
    pub fn load_all(files: &[MissionFile]) -> (Vec<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut missions = BTreeSet::new();
        for file in files.iter().filter(|f| f.is_planning()) {
            let Some(text) = parse(file, &mut problems) else { continue };
            let path = format!("{}/mission.toml", text.mission);
            if !files.iter().any(|f| f.path == path) {
                let name: String = text.mission.chars().take(60).collect();
                let reason = format!("there is no mission {name}; write its name as {path} has it");
                problems.push(at_line(
                    file,
                    file.text.find("mission").unwrap_or(0),
                    "mission",
                    reason,
                ));
            }
            missions.insert(text.mission);
        }
        let mut models = Vec::new();
        for mission in missions {
            let (model, told) = Self::load(&mission, files);
            models.push(model);
            // A file that cannot be read is told for each mission, and was already.
            let new: Vec<Problem> = told.into_iter().filter(|p| !problems.contains(p)).collect();
            problems.extend(new);
        }
        (models, problems)
    }

    /// Reads the dictionary of a mission from its files (others are passed over); what is wrong is
    /// left out and listed with file, line and identifier.
    pub fn load(mission: &str, files: &[MissionFile]) -> (Self, Vec<Problem>) {
        let mut reader = Reader {
            model: Self { mission: mission.to_owned(), ..Self::default() },
            problems: Vec::new(),
            types: Vec::new(),
            supplied: Vec::new(),
            rules: Vec::new(),
            derived: Vec::new(),
            left_out: Vec::new(),
        };
        for file in files.iter().filter(|f| f.is_planning()) {
            if let Some(text) = parse(file, &mut reader.problems)
                && text.mission == mission
            {
                reader.file(file, text);
            }
        }
        reader.finish()
    }
}

/// What was read so far. References are followed when all files are read.
struct Reader<'a> {
    model: Model,
    problems: Vec<Problem>,
    types: Vec<(ActivityText, Place<'a>)>,
    /// Resources, whose supplies may name windows of other files.
    supplied: Vec<(String, Place<'a>)>,
    rules: Vec<(Rule, Place<'a>)>,
    /// Rules that follow from needs and bounds.
    derived: Vec<(Rule, Place<'a>)>,
    /// Types that were left out; rules may name them, that is not another problem.
    left_out: Vec<String>,
}

fn parse(file: &MissionFile, problems: &mut Vec<Problem>) -> Option<FileText> {
    match toml::from_str(&file.text) {
        Ok(text) => Some(text),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let head = file.text.get(..at).unwrap_or("");
            // The definition that the error stands in began last before it.
            let id = head.rsplit_once("\nid = \"").and_then(|(_, rest)| rest.split('"').next());
            let wrong = error.message().trim_end_matches('.').replace('\n', ", ");
            let reason = format!("{wrong}; put it right, until then nothing of the file is used");
            problems.push(at_line(file, at, id.unwrap_or("file"), reason));
            None
        }
    }
}

fn placed<T>(file: &MissionFile, text: Spanned<T>) -> (T, Place<'_>) {
    let span = text.span();
    (text.into_inner(), Place { file, span })
}

impl<'a> Reader<'a> {
    fn file(&mut self, file: &'a MissionFile, text: FileText) {
        for limit in text.limits {
            let (limit, place) = placed(file, limit);
            if self.is_new(&place, &limit.id, |m| m.limits.contains_key(&limit.id)) {
                self.model.limits.insert(limit.id.clone(), limit);
            }
        }
        for window in text.windows {
            let (window, place) = placed(file, window);
            if self.is_new(&place, &window.id, |m| m.windows.contains_key(&window.id)) {
                match window.read(&place) {
                    Ok(window) => drop(self.model.windows.insert(window.id.clone(), window)),
                    Err(problem) => self.problems.push(problem),
                }
            }
        }
        for resource in text.resources {
            let (resource, place) = placed(file, resource);
            if self.is_new(&place, &resource.id, |m| m.resources.contains_key(&resource.id)) {
                let bound = resource.bound();
                match resource.read(&place) {
                    Ok(resource) => {
                        self.supplied.push((resource.id.clone(), place.clone()));
                        self.model.resources.insert(resource.id.clone(), resource);
                        self.derived.extend(bound.map(|b| (b, place)));
                    }
                    Err(problem) => self.problems.push(problem),
                }
            }
        }
        self.types.extend(text.activities.into_iter().map(|a| placed(file, a)));
        for rule in text.rules {
            let (rule, place) = placed(file, rule);
            match rule.read(&place) {
                Ok(rule) => self.rules.push((rule, place)),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    fn is_new(&mut self, place: &Place<'_>, id: &str, is: impl Fn(&Model) -> bool) -> bool {
        let again = is(&self.model);
        if again {
            let reason = "is there twice; the first one counts, give this one another id";
            self.problems.push(place.problem("id = ", id, reason));
        }
        !again
    }

    fn finish(mut self) -> (Model, Vec<Problem>) {
        references::supplies(&mut self.model, &self.supplied, &mut self.problems);
        for (text, place) in std::mem::take(&mut self.types) {
            let found = text.read();
            if !self.is_new(&place, &found.id, |m| m.types.contains_key(&found.id)) {
                continue;
            }
            match references::activity(&self.model, &found, &place) {
                Ok(()) => {
                    let rules = found.needs.iter().map(|n| (need_rule(&found, n), place.clone()));
                    self.derived.extend(rules);
                    self.model.types.insert(found.id.clone(), found);
                }
                Err(problem) => {
                    self.problems.push(problem);
                    self.left_out.push(found.id);
                }
            }
        }
        let rules = std::mem::take(&mut self.rules);
        for (rule, place) in rules.into_iter().chain(std::mem::take(&mut self.derived)) {
            if self.is_new(&place, &rule.id, |m| m.rule(&rule.id).is_some()) {
                match references::rule(&self.model, &self.left_out, &rule, &place) {
                    Ok(()) => self.model.rules.push(rule),
                    Err(problem) => self.problems.push(problem),
                }
            }
        }
        (self.model, self.problems)
    }
}

/// The rule that follows from a state that a type needs.
fn need_rule(of: &ActivityType, need: &Need) -> Rule {
    let when = if need.during { "while it lasts" } else { "when it starts" };
    Rule {
        id: format!("{}.needs.{}", of.id, need.state),
        sentence: format!("{} needs {} to be {} {when}.", of.name, need.state, or(&need.one_of)),
        severity: Severity::Error,
        waiver: None,
        activities: Selector(vec![of.id.clone()]),
        others: Selector::default(),
        kind: RuleKind::State {
            state: need.state.clone(),
            one_of: need.one_of.clone(),
            during: need.during,
        },
    }
}

/// Words as a choice: `A, B or C`.
pub(super) fn or(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

impl ActivityText {
    fn read(self) -> ActivityType {
        ActivityType {
            id: self.id,
            name: self.name,
            instrument: self.instrument,
            description: self.description,
            fictitious: self.fictitious,
            parameters: self.parameters,
            duration_s: self.duration_s,
            effects: self.effects,
            needs: self.needs,
            sets: self.sets,
            commands: self.commands,
        }
    }
}

impl ResourceText {
    /// The rule that its bounds make.
    fn bound(&self) -> Option<Rule> {
        if self.min.is_none() && self.max.is_none() {
            return None;
        }
        let unit = &self.unit;
        let least = self.min.map(|min| format!("not below {min} {unit}"));
        let most = self.max.map(|max| format!("not above {max} {unit}"));
        let both: Vec<String> = least.into_iter().chain(most).collect();
        Some(Rule {
            id: format!("{}.bounds", self.id),
            sentence: format!("{} stays {}.", self.name, both.join(" and ")),
            severity: self.severity,
            waiver: self.waiver.clone(),
            activities: Selector::default(),
            others: Selector::default(),
            kind: RuleKind::Bound {
                resource: self.id.clone(),
                min: self.min.unwrap_or(f64::NEG_INFINITY),
                max: self.max.unwrap_or(f64::INFINITY),
            },
        })
    }

    fn read(self, place: &Place<'_>) -> Result<Resource, Problem> {
        let wrong = |needle: &str, reason: String| Err(place.problem(needle, &self.id, reason));
        let kind = match &self.initial {
            toml::Value::String(initial) => {
                if !self.values.contains(initial) {
                    let reason = format!("its initial value {initial} is not among its values");
                    return wrong("initial", reason + "; write values = [...] with all of them");
                }
                ResourceKind::State { initial: initial.clone(), values: self.values }
            }
            toml::Value::Integer(_) | toml::Value::Float(_) => {
                let initial = match self.initial {
                    toml::Value::Integer(x) => x as f64,
                    toml::Value::Float(x) => x,
                    _ => f64::NAN,
                };
                let floor = self.floor.unwrap_or(f64::NEG_INFINITY);
                let ceiling = self.ceiling.unwrap_or(f64::INFINITY);
                if !(floor <= initial && initial <= ceiling) {
                    let reason = "its initial value lies outside floor and ceiling; change one";
                    return wrong("initial", reason.to_owned());
                }
                ResourceKind::Numeric { initial, floor, ceiling, supplies: self.supplies }
            }
            _ => return wrong("initial", "its initial value is a number or a text".to_owned()),
        };
        Ok(Resource {
            id: self.id,
            name: self.name,
            unit: self.unit,
            description: self.description,
            fictitious: self.fictitious,
            kind,
        })
    }
}

impl WindowText {
    fn read(self, place: &Place<'_>) -> Result<WindowSource, Problem> {
        let wrong = |what: &str| Err(place.problem("kind", &self.id, what));
        let kind = match self.kind {
            WindowWord::Given => WindowKind::Given,
            WindowWord::Lmst => {
                let of_day = |text: &Option<String>| text.as_deref().and_then(seconds_of_day);
                let (Some(from_s), Some(to_s)) = (of_day(&self.from), of_day(&self.to)) else {
                    return wrong("a window of kind lmst needs from and to, as from = \"18:00\"");
                };
                WindowKind::Lmst { from_s, to_s }
            }
            WindowWord::Sun => match self.above_deg {
                Some(above_deg) => WindowKind::Sun { above_deg },
                None => return wrong("a window of kind sun needs above_deg, an elevation"),
            },
        };
        let name = if self.name.is_empty() { self.id.clone() } else { self.name };
        Ok(WindowSource { id: self.id, name, kind })
    }
}

/// Seconds of `hh:mm` or `hh:mm:ss`, up to `24:00`.
fn seconds_of_day(text: &str) -> Option<f64> {
    let mut parts = text.split(':').map(|p| p.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let total = hour * 3600 + minute * 60 + second;
    let fits = hour <= 24 && minute < 60 && second < 60 && total <= 86_400;
    (fits && parts.next().is_none()).then_some(f64::from(total))
}
