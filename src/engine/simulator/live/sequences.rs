//! Sequences on board: loaded whole or not at all, run step by step.
//!
//! Times are those of the on-board clock. Every epoch is the activation. A step whose time had
//! passed long before the activation is told and not run; the others go on, also after one that
//! failed. A sequence ends when its last step has.

use super::board::{Origin, Stage};
use super::command::decode;
use super::spacecraft::Spacecraft;
use crate::mission::commands::reports::{Report, StepOutcome, is_id};
use crate::parameter::command::finish_packet;
use crate::sequence::{BinaryAction, BinarySequence, BinaryStep, When};
use crate::time::{Instant, iso};

/// Sequences that may be on board.
const MOST_SEQUENCES: usize = 64;
/// Seconds before the activation at which a step is still run.
const MISSED_S: f64 = 60.0;

/// A sequence that runs.
pub(super) struct Active {
    pub(super) id: String,
    /// Tells runs of the same sequence apart.
    run: u64,
    activated: Instant,
    next: usize,
    /// Start and end of the step before.
    before: (Instant, Option<Instant>),
    /// Steps that run.
    open: usize,
}

impl Active {
    /// When a step begins; none while the step before it runs.
    fn due(&self, step: &BinaryStep) -> Option<Instant> {
        let (start, end) = self.before;
        Some(match &step.time {
            When::At(at) => *at,
            When::Epoch { ns, .. } => self.activated.plus_ns(*ns),
            When::AfterStart(ns) => start.plus_ns(*ns),
            When::AfterEnd(ns) => end?.plus_ns(*ns),
        })
    }
}

/// The stem of a step as it stands in messages.
fn stem(action: &BinaryAction) -> String {
    let text = match action {
        BinaryAction::Command { stem, .. } => stem,
        BinaryAction::Activate(_) => "ACTIVATE",
        BinaryAction::Load(_) => "LOAD",
    };
    let shown: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let shown: String = shown.rsplit('/').next().unwrap_or_default().chars().take(64).collect();
    if shown.is_empty() { "-".to_owned() } else { shown }
}

impl Spacecraft {
    /// Checks a file and keeps it; its identifier. A file that is not sound, or for another
    /// spacecraft or dictionary, changes nothing.
    pub(super) fn load_sequence(&mut self, bytes: &[u8]) -> Result<String, String> {
        let board = &mut self.board;
        let read = BinarySequence::from_bytes(bytes, board.spacecraft, &board.identity);
        let (sequence, _) = read.map_err(|refusal| refusal.to_string())?;
        let id = sequence.id.clone();
        if !is_id(&id) {
            return Err("its identifier is not 1 to 64 characters without blanks".to_owned());
        }
        if board.active.iter().any(|active| active.id == id) {
            return Err(format!("{id} runs; stop it first"));
        }
        if board.sequences.len() >= MOST_SEQUENCES && !board.sequences.contains_key(&id) {
            return Err(format!("{MOST_SEQUENCES} sequences are on board already"));
        }
        let steps = sequence.steps.len();
        board.sequences.insert(id.clone(), sequence);
        self.report(511, "SEQ", &Report::SequenceLoaded { id: id.clone(), steps });
        Ok(id)
    }

    /// Starts a sequence that is on board.
    pub(super) fn activate(&mut self, id: &str) -> Result<(), String> {
        if !self.board.sequences.contains_key(id) {
            return Err(format!("no sequence {id} is on board; load it first"));
        }
        if self.board.active.iter().any(|active| active.id == id) {
            return Err(format!("{id} runs already"));
        }
        if self.is_safe() {
            return Err("not in safe mode; clear the faults first".to_owned());
        }
        let activated = self.onboard(self.now());
        self.runs += 1;
        self.board.active.push(Active {
            id: id.to_owned(),
            run: self.runs,
            activated,
            next: 0,
            before: (activated, Some(activated)),
            open: 0,
        });
        self.report(512, "SEQ", &Report::SequenceActivated { id: id.to_owned() });
        Ok(())
    }

    /// Stops a sequence; what its steps began goes on.
    pub(super) fn stop(&mut self, id: &str, reason: &str) -> Result<(), String> {
        let before = self.board.active.len();
        self.board.active.retain(|active| active.id != id);
        if self.board.active.len() == before {
            return Err(format!("no sequence {id} runs"));
        }
        let (id, reason) = (id.to_owned(), reason.to_owned());
        self.report(513, "SEQ", &Report::SequenceStopped { id, reason });
        Ok(())
    }

    /// Runs the steps that are due.
    pub(super) fn run_sequences(&mut self, t: Instant) {
        if self.board.active.is_empty() {
            return;
        }
        let now = self.onboard(t);
        let runs: Vec<u64> = self.board.active.iter().map(|active| active.run).collect();
        for run in runs {
            while let Some((step, is_missed)) = self.next_step(run, now) {
                self.take_step(run, &step, is_missed);
            }
            let over = self.board.active.iter().position(|active| {
                let steps = self.board.sequences.get(&active.id).map_or(0, |of| of.steps.len());
                active.run == run && active.open == 0 && active.next >= steps
            });
            if let Some(over) = over {
                let id = self.board.active.remove(over).id;
                self.report(514, "SEQ", &Report::SequenceEnded { id });
            }
        }
    }

    /// The next step of a run, if it is due, and whether its time was missed.
    fn next_step(&mut self, run: u64, now: Instant) -> Option<(BinaryStep, bool)> {
        let active = self.board.active.iter_mut().find(|active| active.run == run)?;
        let step = self.board.sequences.get(&active.id)?.steps.get(active.next)?;
        let due = active.due(step).filter(|due| *due <= now)?;
        let is_missed = active.activated.s_since(due) > MISSED_S;
        active.next += 1;
        let start = if is_missed { due } else { due.max(active.activated) };
        active.before = (start, None);
        active.open += 1;
        Some((step.clone(), is_missed))
    }

    fn take_step(&mut self, run: u64, step: &BinaryStep, is_missed: bool) {
        let Some(active) = self.board.active.iter().find(|active| active.run == run) else {
            return;
        };
        let (id, at) = (active.id.clone(), active.next.saturating_sub(1));
        let missed_at = active.before.0;
        let of = self.board.sequences.get(&id).map_or(0, |of| of.steps.len());
        let stem = stem(&step.action);
        let failed = |reason: String| (Stage::Failed, reason);
        let (stage, reason) = match &step.action {
            _ if is_missed => failed(format!("its time {} was missed", iso(missed_at, 1))),
            BinaryAction::Command { bytes, .. } => {
                match decode(&self.mission.commands, &finish_packet(bytes, 0)) {
                    Ok((command, order)) => {
                        let origin = Origin::Step { id, run, step: at, of, stem };
                        self.submit(origin, command, order);
                        return;
                    }
                    Err(reason) => failed(reason),
                }
            }
            BinaryAction::Activate(started) => {
                let name = started.sequence.rsplit('/').next().unwrap_or_default();
                let name = name.split('.').next().unwrap_or_default().to_owned();
                let known = self.board.sequences.contains_key(&started.sequence);
                let name = if known { started.sequence.clone() } else { name };
                match self.activate(&name) {
                    Ok(()) => (Stage::Completed, String::new()),
                    Err(reason) => failed(reason),
                }
            }
            BinaryAction::Load(_) => failed("there are no files on board to load from".to_owned()),
        };
        let outcome = match stage {
            Stage::Completed => StepOutcome::Completed,
            _ => StepOutcome::Failed(reason),
        };
        self.step_is_over(&id, run, at);
        if is_missed && let Some(active) = self.board.active.iter_mut().find(|a| a.run == run) {
            active.before = (missed_at, Some(missed_at));
        }
        let report = Report::Step { id, step: at + 1, of, stem, outcome };
        self.report(510, "SEQ", &report);
    }

    /// Notes the end of a step.
    pub(super) fn step_is_over(&mut self, id: &str, run: u64, step: usize) {
        let now = self.onboard(self.now());
        let mut all = self.board.active.iter_mut();
        if let Some(active) = all.find(|active| active.id == id && active.run == run) {
            active.open = active.open.saturating_sub(1);
            if active.next == step + 1 {
                active.before.1 = Some(now);
            }
        }
    }
}
