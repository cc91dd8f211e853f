//! Commands as a screen needs them: severities and words, how they stood at an instant, countdowns.

use std::collections::BTreeSet;
use std::sync::Arc;

use marsdeck_engine::command::{
    CommandItem, Desk, DryRun, HistoryQuery, Prepared, Reason, Stage, Standing, State, Target, Uid,
    search,
};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::command::Consequence;
use marsdeck_engine::mission::telemetry::{Condition, Dictionary, Operator, With};
use marsdeck_engine::runtime::UplinkView;
use marsdeck_engine::time::{Instant, TimeRange};

/// Below so many seconds a cut-off is said loudly.
const SOON_S: f64 = 300.0;

/// Severity and words of what is at stake (ISO 14950).
pub(super) fn significance(of: Consequence) -> (Severity, &'static str) {
    match of {
        Consequence::Normal => (Severity::Normal, "normal"),
        Consequence::User1 => (Severity::Standby, "user 1"),
        Consequence::User2 => (Severity::Standby, "user 2"),
        Consequence::Vital => (Severity::Watch, "vital"),
        Consequence::Critical => (Severity::Distress, "critical"),
        Consequence::Forbidden => (Severity::Critical, "forbidden"),
    }
}

/// How a state shows. What is unknown never shows as what is good.
pub(super) fn state_severity(state: State) -> Severity {
    match state {
        State::Draft | State::Expired | State::Withdrawn => Severity::Off,
        State::Queued | State::Released | State::UnderWay => Severity::Standby,
        State::Held => Severity::Watch,
        State::Complete => Severity::Normal,
        State::Unknown => Severity::Distress,
        State::Failed => Severity::Critical,
    }
}

/// A stage of a command as a chip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// The stage.
    pub(super) stage: Stage,
    /// How it stands.
    pub(super) how: How,
}

/// How a stage stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    /// Shown, and by what.
    Seen(Instant, String),
    /// Nothing was heard in its time.
    Unknown,
    /// Not yet; until when it is waited for, where that is known.
    Waiting(Option<Instant>),
}

impl Mark {
    /// How it shows.
    pub(super) fn severity(&self) -> Severity {
        match (&self.how, self.stage) {
            (How::Seen(..), Stage::Failed) => Severity::Critical,
            (How::Seen(..), _) => Severity::Normal,
            (How::Unknown, _) => Severity::Distress,
            (How::Waiting(_), _) => Severity::Standby,
        }
    }

    /// In words, with a countdown at `now`.
    pub(super) fn words(&self, now: Option<Instant>) -> String {
        let stage = self.stage.words();
        match &self.how {
            How::Seen(..) => stage.to_owned(),
            How::Unknown => format!("{stage} unknown"),
            How::Waiting(until) => match until.zip(now).map(|(until, now)| until.s_since(now)) {
                Some(left) if left > 0.0 => format!("{stage} in {} or less", countdown(left)),
                Some(_) => format!("{stage} overdue"),
                None => format!("{stage} waited for"),
            },
        }
    }
}

impl Mark {
    /// In a word or two, for tables.
    pub(super) fn brief(&self) -> String {
        let stage = if self.stage == Stage::Queued { "queued" } else { self.stage.words() };
        match self.how {
            How::Seen(..) => stage.to_owned(),
            How::Unknown => format!("{stage} ?"),
            How::Waiting(_) => format!("{stage} …"),
        }
    }
}

/// The stages of a command; with `at` as they stood then.
pub(super) fn marks(item: &CommandItem, at: Option<Instant>) -> Vec<Mark> {
    let Some(of) = &item.verification else { return Vec::new() };
    if at.is_some_and(|at| at < of.released()) {
        return Vec::new();
    }
    let lost = |stage: Stage| {
        let words = format!("{} unknown:", stage.words());
        move |line: &str| line.starts_with(&words) || line.starts_with("unknown:")
    };
    let mark = |(stage, standing): (Stage, Standing)| {
        let how = match (standing, at) {
            (Standing::Seen { at: seen, evidence }, None) => How::Seen(seen, evidence),
            (Standing::Unknown, None) => How::Unknown,
            (Standing::Waiting { until }, None) => How::Waiting(Some(until)),
            (Standing::Seen { at: seen, evidence }, Some(at)) if seen <= at => {
                How::Seen(seen, evidence)
            }
            (_, Some(at)) => {
                let is_lost = lost(stage);
                let mut lines = item.history.iter().take_while(|line| line.time <= at);
                if lines.any(|line| is_lost(&line.words)) {
                    How::Unknown
                } else {
                    How::Waiting(None)
                }
            }
        };
        Mark { stage, how }
    };
    let marks = of.stages().into_iter().map(mark);
    // That a failure was not seen yet is nothing to wait for.
    marks.filter(|m| m.stage != Stage::Failed || matches!(m.how, How::Seen(..))).collect()
}

/// Where a command stood at an instant, by the lines of its history; none: it was not there yet.
pub(super) fn state_at(item: &CommandItem, at: Instant) -> Option<State> {
    let (mut state, mut heard, mut lost) = (None, None, None);
    for line in item.history.iter().take_while(|line| line.time <= at) {
        let words = line.words.as_str();
        let stage = Stage::ALL.into_iter().find(|stage| words.starts_with(stage.words()));
        if let Some(stage) = stage {
            let seen = if words.contains(" unknown: not heard") { &mut lost } else { &mut heard };
            *seen = (*seen).max(Some(stage));
            state = Some(match heard {
                Some(Stage::Failed) => State::Failed,
                Some(Stage::Complete) => State::Complete,
                heard if lost > heard => State::Unknown,
                _ => State::UnderWay,
            });
            continue;
        }
        state = match words.split([':', ';', ' ']).next().unwrap_or_default() {
            "prepared" | "edited" => Some(State::Draft),
            // "No longer held" is queued, "not sent" is held.
            "queued" | "no" => Some(State::Queued),
            "held" | "not" => Some(State::Held),
            "withdrawn" => Some(State::Withdrawn),
            "expired" => Some(State::Expired),
            "released" => Some(State::Released),
            "sent" => Some(State::UnderWay),
            "unknown" if heard.is_none() => Some(State::Unknown),
            _ => state,
        };
    }
    state
}

/// Where a command stands, or stood.
pub(super) fn state_of(item: &CommandItem, at: Option<Instant>) -> Option<State> {
    at.map_or_else(|| Some(item.state()), |at| state_at(item, at))
}

/// Seconds as `4:12`, `2 h 03 min` or `3 d 4 h`.
pub(super) fn countdown(seconds: f64) -> String {
    let whole = seconds.abs().floor() as i64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60);
    if days > 0 {
        format!("{days} d {hours} h")
    } else if whole >= 3_600 {
        format!("{hours} h {minutes:02} min")
    } else {
        format!("{minutes}:{:02}", whole % 60)
    }
}

/// The last moment for a release at `now`: how bad, and words; none where nothing limits it.
pub(super) fn cut_off(run: &DryRun, now: Instant) -> Option<(Severity, String)> {
    let left_s = run.cut_off?.at.s_since(now);
    let text = countdown(left_s);
    Some(if left_s < 0.0 {
        (Severity::Critical, format!("CUT-OFF PASSED {text} AGO"))
    } else if left_s < SOON_S {
        (Severity::Distress, format!("CUT-OFF SOON, IN {text}"))
    } else {
        (Severity::Standby, format!("cut-off in {text}"))
    })
}

/// The way of light in seconds, as a dry run reckoned it.
pub(super) fn light_s(run: &DryRun, now: Instant) -> f64 {
    let then = run.cut_off.map_or(now, |of| of.at.plus_s(-of.left_s));
    run.arrives.s_since(then).max(0.0)
}

/// Whether the uplink is open, in words.
pub(super) fn window_words(run: &DryRun, time: &dyn Fn(Instant) -> String) -> (Severity, String) {
    let closed = run.reasons.iter().find_map(|reason| match reason {
        Reason::NoWindow(next) => Some(*next),
        _ => None,
    });
    match closed {
        None => (Severity::Normal, "uplink open".to_owned()),
        Some(None) => (Severity::Distress, "uplink closed, none planned".to_owned()),
        Some(Some(next)) => (Severity::Watch, format!("uplink closed, opens {}", time(next))),
    }
}

/// Why nothing can leave for the mission of a command now; none where it can.
pub(super) fn uplink_lack(uplinks: &[UplinkView], prepared: &Prepared) -> Option<String> {
    if prepared.target != Target::Uplink {
        return None;
    }
    let Some(of) = uplinks.iter().find(|of| of.config.mission == prepared.mission) else {
        return Some("It has no way to leave: set up its uplink under Uplinks.".to_owned());
    };
    (!of.status.is_ready)
        .then(|| format!("The uplink is not ready: {}.", of.status.detail.trim_end_matches('.')))
}

/// Name without its path.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Arguments in one line.
pub(super) fn arguments(item: &CommandItem) -> String {
    let all = item.sealed.prepared().arguments.iter();
    all.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// Why a command cannot be opened in the form; none where it can.
pub(super) fn not_editable(item: &CommandItem, dictionary: Option<&Dictionary>) -> Option<String> {
    let prepared = item.sealed.prepared();
    if prepared.target == Target::Delivery {
        return Some("It is a package: withdraw it and make another one.".to_owned());
    }
    let commanding = dictionary.map(|of| &of.commanding);
    let found = commanding.and_then(|of| Some((of, of.find(&prepared.name)?)));
    let Some((of, id)) = found else {
        return Some("The dictionary does not know it any more: withdraw it.".to_owned());
    };
    let known: Vec<&str> = of.arguments(id).iter().map(|(own, _)| own.name.as_str()).collect();
    let is_known = |(name, _): &(String, String)| known.contains(&name.as_str());
    let is_short = |(_, value): &(String, String)| value.ends_with(" characters)");
    if !prepared.arguments.iter().all(is_known) || prepared.arguments.iter().any(is_short) {
        return Some(
            "It was made of a saved document: change that one, prepare it, withdraw this one."
                .to_owned(),
        );
    }
    None
}

/// A condition in words, by the names of a dictionary.
pub(super) fn condition_words(dictionary: Option<&Dictionary>, of: &Condition) -> String {
    nested(dictionary, of, 0)
}

fn nested(dictionary: Option<&Dictionary>, of: &Condition, depth: usize) -> String {
    const DEEPEST: usize = 8;
    let name = |id: usize| {
        let found = dictionary.and_then(|of| of.parameters.get(id));
        found.map_or_else(|| format!("parameter {id}"), |of| short(&of.name).to_owned())
    };
    let join = |all: &[Condition], word: &str| {
        let all: Vec<String> = all.iter().map(|one| nested(dictionary, one, depth + 1)).collect();
        let text = all.join(word);
        if depth > 0 && all.len() > 1 { format!("({text})") } else { text }
    };
    match of {
        _ if depth > DEEPEST => "…".to_owned(),
        Condition::All(all) if all.is_empty() => "always".to_owned(),
        Condition::All(all) => join(all, " and "),
        Condition::Any(all) => join(all, " or "),
        Condition::Is(one) => {
            format!("{} {} {}", name(one.parameter), sign(one.operator), one.value)
        }
        Condition::Argument(one) => {
            let with = match &one.with {
                With::Value(value) => value.clone(),
                With::Parameter(id) => name(*id),
            };
            format!("{} {} {with}", one.argument, sign(one.operator))
        }
    }
}

fn sign(of: Operator) -> &'static str {
    match of {
        Operator::Equal => "is",
        Operator::NotEqual => "is not",
        Operator::Less => "<",
        Operator::LessOrEqual => "≤",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => "≥",
    }
}

/// What the history shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Words that all occur.
    pub(super) words: String,
    /// An account that had a part.
    pub(super) who: String,
    /// States; empty: all.
    pub(super) states: BTreeSet<State>,
    /// Only what happened in the times that the linked views show.
    pub(super) visible: bool,
}

impl Filter {
    /// Whether it lets everything through.
    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The question for the commands of a mission; empty: of all.
    pub(super) fn query(&self, mission: &str, range: TimeRange) -> HistoryQuery {
        HistoryQuery {
            mission: mission.to_owned(),
            words: self.words.trim().to_owned(),
            states: self.states.clone(),
            range: self.visible.then_some(range),
            who: self.who.trim().to_owned(),
            limit: 0,
        }
    }
}

/// The commands that are wanted, oldest first; with `at` those that were there then, by the states
/// that they had.
pub(super) fn find(desk: &Desk, query: &HistoryQuery, at: Option<Instant>) -> Vec<Uid> {
    let Some(at) = at else { return search(desk, query).iter().map(|item| item.uid).collect() };
    let open = HistoryQuery { states: BTreeSet::new(), ..query.clone() };
    let was = |item: &&CommandItem| {
        let state = state_at(item, at);
        state.is_some_and(|state| query.states.is_empty() || query.states.contains(&state))
    };
    search(desk, &open).into_iter().filter(was).map(|item| item.uid).collect()
}

/// What a list was found by.
#[derive(Clone)]
pub(super) struct Asked {
    /// Among these.
    pub(super) desk: Arc<Desk>,
    /// By what.
    pub(super) filter: Filter,
    /// Mission identifier; empty: all.
    pub(super) mission: String,
    /// The times that the linked views show, where they count.
    pub(super) range: Option<TimeRange>,
    /// As it was then.
    pub(super) at: Option<Instant>,
}

impl PartialEq for Asked {
    /// The engine makes another desk only where a command changed.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.desk, &other.desk)
            && self.filter == other.filter
            && self.mission == other.mission
            && self.range == other.range
            && self.at == other.at
    }
}

impl Asked {
    /// What is found.
    pub(super) fn find(&self) -> Vec<Uid> {
        let query = self.filter.query(&self.mission, self.range.unwrap_or(TimeRange::ALL));
        find(&self.desk, &query, self.at)
    }
}

/// The commands at an instant (none: now) that are drafts, and those that are queued.
#[derive(Clone)]
pub(super) struct StandingOf {
    /// Among these.
    pub(super) desk: Arc<Desk>,
    /// As it was then.
    pub(super) at: Option<Instant>,
}

impl PartialEq for StandingOf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.desk, &other.desk) && self.at == other.at
    }
}

/// Drafts, and the queue in its order (of the past: in the order of preparation).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Drafted {
    /// Drafts.
    pub(super) drafts: Vec<Uid>,
    /// The queue.
    pub(super) queued: Vec<Uid>,
}

impl StandingOf {
    /// What stands there.
    pub(super) fn find(&self) -> Drafted {
        let Some(at) = self.at else {
            let drafts = self.desk.open().filter(|item| item.state() == State::Draft);
            return Drafted {
                drafts: drafts.map(|item| item.uid).collect(),
                queued: self.desk.queue().map(|item| item.uid).collect(),
            };
        };
        let mut all = Drafted::default();
        for item in self.desk.items() {
            match state_at(item, at) {
                Some(State::Draft) => all.drafts.push(item.uid),
                Some(state) if state.is_queued() => all.queued.push(item.uid),
                _ => {}
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
