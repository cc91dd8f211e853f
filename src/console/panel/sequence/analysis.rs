//! All that is worked out of a text: steps, what is wrong, when steps run, what they use. Pure;
//! long texts are worked out on a thread of their own.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::command::Consequence;
use marsdeck_engine::mission::commands::CommandDefinition;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::sequence::text::{Parsed, Span, parse};
use marsdeck_engine::sequence::{
    Circumstances, DictionaryIdentity, Predicted, Step, When, check, predict,
};
use marsdeck_engine::time::Instant;

use super::reading::{Chart, Planner, given};

/// Texts with more lines are worked out beside the screen.
const MOST_LINES: usize = 2_000;
/// Most findings that are listed.
const MOST_FINDINGS: usize = 1_000;

/// What a text is worked out by.
#[derive(Clone)]
pub(super) struct Basis {
    pub mission: String,
    pub dictionary: Arc<Dictionary>,
    pub identity: DictionaryIdentity,
    /// What commands of the mission do on board; empty for a dictionary out of a file.
    pub commands: Arc<Vec<CommandDefinition>>,
    pub planner: Arc<Planner>,
    /// When the sequence is started.
    pub start: Option<Instant>,
    /// Epochs by name; the empty name is that with which it is started.
    pub epochs: Vec<(String, Instant)>,
}

impl Basis {
    /// Of a mission and a dictionary, without any times.
    pub(super) fn of(mission: &str, dictionary: Arc<Dictionary>) -> Self {
        Self {
            mission: mission.to_owned(),
            identity: DictionaryIdentity::of(mission, &dictionary),
            dictionary,
            commands: Arc::default(),
            planner: Arc::new(Planner::of(mission)),
            start: None,
            epochs: Vec::new(),
        }
    }

    /// How long a command takes on board, in nanoseconds; none: the mission does not say.
    fn length(&self, step: &Step) -> Option<i64> {
        let name = step.stem()?.rsplit('/').next()?;
        let of = self.commands.iter().find(|command| command.name == name)?;
        let given = given(&self.dictionary, step);
        let value =
            |name: &str| given.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        Some((of.length_s(&value) * 1e9) as i64)
    }
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub severity: Severity,
    /// Who says it: `Text`, `Dictionary`, `Times`, `Planner`.
    pub source: &'static str,
    /// Where in the text.
    pub span: Option<Span>,
    pub words: String,
}

/// What came out.
#[derive(Default)]
pub(super) struct Analysis {
    /// Of which text.
    pub text: Arc<str>,
    pub parsed: Parsed,
    pub predicted: Vec<Predicted>,
    /// Bad ones first.
    pub findings: Vec<Finding>,
    /// Spans to underline, by line.
    pub underlined: Vec<Span>,
    pub charts: Vec<Chart>,
    /// Steps that the planner knows no activity for.
    pub unread: usize,
    /// Names of epochs in the text.
    pub epochs: Vec<String>,
}

impl Analysis {
    /// How many findings keep it from going up.
    pub(super) fn faults(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity >= Severity::Critical).count()
    }
}

/// Works a text out.
pub(super) fn analyse(text: Arc<str>, basis: &Basis) -> Analysis {
    let parsed = parse(&text);
    let dictionary = &basis.dictionary;
    let has_commands = !dictionary.commanding.commands.is_empty();
    let mut findings = Vec::new();
    let mut underlined: Vec<Span> = Vec::new();
    let checked = if has_commands { check(dictionary, &parsed, &|_| None) } else { Vec::new() };
    let of_text = parsed.faults.iter().map(|fault| ("Text", fault));
    for (source, fault) in of_text.chain(checked.iter().map(|fault| ("Dictionary", fault))) {
        underlined.push(fault.span);
        let (severity, span) = (Severity::Critical, Some(fault.span));
        findings.push(Finding { severity, source, span, words: fault.reason.clone() });
    }
    underlined.sort_by_key(|span| (span.line, span.start));
    if let Some(words) = other_version(&parsed, dictionary) {
        let (severity, source) = (Severity::Critical, "Dictionary");
        findings.push(Finding { severity, source, span: None, words });
    }
    findings.extend(significant(&parsed, dictionary));
    let steps = &parsed.sequence.steps;
    let read = basis.planner.read(dictionary, steps);
    let planned = basis.planner.lengths(&read);
    let lengths: Vec<Option<i64>> =
        steps.iter().zip(planned).map(|(step, planned)| basis.length(step).or(planned)).collect();
    let predicted = predicted(&parsed, basis, &lengths);
    for (at, one) in predicted.iter().enumerate().filter(|(_, one)| one.is_fault) {
        let span = parsed.places.get(at).map(|place| place.time);
        let (severity, source) = (Severity::Critical, "Times");
        findings.push(Finding { severity, source, span, words: one.remark.clone() });
    }
    let (charts, broken) = basis.planner.judge(&read, &predicted);
    findings.extend(broken.into_iter().map(|broken| Finding {
        severity: if broken.is_error { Severity::Distress } else { Severity::Watch },
        source: "Planner",
        span: broken.steps.first().and_then(|at| parsed.places.get(*at)).map(|place| place.name),
        words: format!("{}: {}", broken.rule, broken.reason),
    }));
    findings.sort_by_key(|f| (std::cmp::Reverse(f.severity), f.span.map(|s| (s.line, s.start))));
    findings.truncate(MOST_FINDINGS);
    let unread = read.iter().filter(|one| one.is_none()).count();
    let epochs = epochs(steps);
    Analysis { text, parsed, predicted, findings, underlined, charts, unread, epochs }
}

fn predicted(parsed: &Parsed, basis: &Basis, lengths: &[Option<i64>]) -> Vec<Predicted> {
    let steps = &parsed.sequence.steps;
    // Steps are asked for in the order of the list: a walk over it instead of a search for each.
    let next = std::cell::Cell::new(0_usize);
    let length = |step: &Step| {
        let from = next.get();
        let at = from + steps.iter().skip(from).position(|other| std::ptr::eq(other, step))?;
        next.set(at);
        lengths.get(at).copied().flatten()
    };
    let epoch = |name: &str| basis.epochs.iter().find(|(own, _)| own == name).map(|(_, at)| *at);
    let around = Circumstances { start: basis.start, epoch: &epoch, duration: &length };
    predict(&parsed.sequence, &around)
}

/// That the text is written for another version of the dictionary.
fn other_version(parsed: &Parsed, dictionary: &Dictionary) -> Option<String> {
    let wanted = &parsed.sequence.dictionary;
    let differs = !wanted.is_empty() && *wanted != dictionary.version;
    differs.then(|| {
        let loaded = match dictionary.version.as_str() {
            "" => "one without a version",
            version => version,
        };
        format!(
            "it is written for version {wanted} of the dictionary, and {loaded} is loaded; check \
             it by that one and change the line"
        )
    })
}

/// Commands that stand out by what is at stake.
fn significant(parsed: &Parsed, dictionary: &Dictionary) -> Vec<Finding> {
    let of = &dictionary.commanding;
    let steps = parsed.sequence.steps.iter().zip(&parsed.places);
    let found = steps.filter_map(|(step, place)| {
        let significance = of.significance(of.find(step.stem()?)?)?;
        let (severity, word) = match significance.level {
            Consequence::Forbidden => (Severity::Critical, "forbidden"),
            Consequence::Critical => (Severity::Watch, "critical"),
            Consequence::Vital => (Severity::Watch, "vital"),
            _ => return None,
        };
        let colon = if significance.reason.is_empty() { "" } else { ": " };
        let words = format!("{} is {word}{colon}{}", step.name(), significance.reason);
        Some(Finding { severity, source: "Dictionary", span: Some(place.name), words })
    });
    found.collect()
}

fn epochs(steps: &[Step]) -> Vec<String> {
    let mut names: Vec<String> = steps
        .iter()
        .filter_map(|step| match &step.time {
            When::Epoch { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Works texts out, those with many lines on a thread; the newest one counts.
#[derive(Default)]
pub(super) struct Worker {
    /// What was worked out last.
    pub done: Arc<Analysis>,
    /// Grows with every text and basis; what was begun for an earlier one is dropped.
    generation: u64,
    running: Option<(u64, Receiver<Analysis>)>,
}

impl Worker {
    /// Begins with a text.
    pub(super) fn start(&mut self, text: Arc<str>, basis: &Arc<Basis>, ctx: &egui::Context) {
        self.generation += 1;
        if text.lines().nth(MOST_LINES).is_none() {
            self.running = None;
            self.done = Arc::new(analyse(text, basis));
            return;
        }
        let (sender, receiver) = bounded(1);
        let (basis, wake) = (Arc::clone(basis), ctx.clone());
        self.running = Some((self.generation, receiver));
        std::thread::spawn(move || {
            // Nobody listens any more where a later text was begun.
            drop(sender.send(analyse(text, &basis)));
            wake.request_repaint();
        });
    }

    /// Takes what a thread has finished; true while one is at work.
    pub(super) fn poll(&mut self) -> bool {
        let Some((generation, receiver)) = &self.running else { return false };
        if let Ok(done) = receiver.try_recv() {
            if *generation == self.generation {
                self.done = Arc::new(done);
            }
            self.running = None;
        }
        self.running.is_some()
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::mission::{Database, packets};

    use super::*;

    fn basis() -> Basis {
        Basis::of("insight", Arc::default())
    }

    #[test]
    fn faults_of_text_and_times_are_found_and_underlined() {
        let text = "A2019-207T12:00:00 A\nA2019-206 B\nwrong\nE1@x C\n";
        let made = analyse(text.into(), &basis());
        let sources: Vec<&str> = made.findings.iter().map(|f| f.source).collect();
        assert_eq!(sources, ["Times", "Text"]);
        assert_eq!(made.faults(), 2);
        assert_eq!(made.underlined.len(), 1);
        assert_eq!(made.epochs, ["x"]);
        assert_eq!((made.unread, made.predicted.len()), (3, 3));
        assert_eq!(made.predicted[2].remark, "the epoch x is not known");
    }

    #[test]
    fn commands_of_the_mission_take_their_time() {
        let missions = Database::builtin();
        let mission = missions.mission("insight").expect("a mission");
        let dictionary = Arc::new(packets::dictionary(mission));
        let commands = Arc::new(mission.commands.clone());
        let basis = Basis { commands, ..Basis::of("insight", dictionary) };
        let made =
            analyse("A2019-207T12:00:00 APSS_TWINS_BOOM boom=\"BMY\"\nC NO_OP".into(), &basis);
        assert_eq!(made.faults(), 0, "{:?}", made.findings);
        let [first, second] = made.predicted.as_slice() else { panic!("two steps") };
        let length = first.end.zip(first.start).map(|(end, start)| end.s_since(start));
        assert_eq!(length, Some(60.0));
        assert_eq!(second.start, first.end);
    }

    #[test]
    fn long_texts_are_worked_out_beside_and_the_newest_counts() {
        let long: Arc<str> = "R1 A\n".repeat(MOST_LINES + 1).into();
        let (mut worker, basis) = (Worker::default(), Arc::new(basis()));
        let ctx = egui::Context::default();
        worker.start(Arc::clone(&long), &basis, &ctx);
        worker.start("R1 B".into(), &basis, &ctx);
        assert!(!worker.poll());
        assert_eq!(worker.done.parsed.sequence.steps.len(), 1);
        worker.start(long, &basis, &ctx);
        while worker.poll() {
            std::thread::yield_now();
        }
        assert_eq!(worker.done.parsed.sequence.steps.len(), MOST_LINES + 1);
        assert_eq!(worker.done.predicted.len(), MOST_LINES + 1);
    }
}
