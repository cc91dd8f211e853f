//! Commands on board: taken, queued, carried out, verified.
//!
//! Commands of the ground are verified by packets (accepted, queued, started, progress, completed
//! or failed), steps of sequences by event messages; both take the same way.

use std::collections::{BTreeMap, VecDeque};

use super::command::{Order, code, decode};
use super::extraction::Extraction;
use super::fault::Fault;
use super::passes::Pass;
use super::sequences::Active;
use super::spacecraft::Spacecraft;
use crate::format::ccsds::Header;
use crate::mission::Mission;
use crate::mission::commands::reports::{Report, StepOutcome};
use crate::mission::commands::{COMMAND_APID, CommandDefinition, Effect};
use crate::mission::packets::dictionary;
use crate::sequence::{BinarySequence, DictionaryIdentity};
use crate::time::{Instant, TimeRange};

/// Commands that may run or wait at once.
const MOST_COMMANDS: usize = 1_000;
/// Shortest command of which progress is told, seconds, and how often.
const PROGRESS_S: f64 = 60.0;
const PARTS: u32 = 4;

/// Numbers of verification stages in telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Accepted = 0,
    Started = 1,
    Completed = 2,
    Failed = 3,
    Queued = 4,
    Progress = 5,
}

/// Where a command came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A packet of the ground with this count.
    Ground(u16),
    /// A step, from 0, of a sequence of so many, in a run of it.
    Step { id: String, run: u64, step: usize, of: usize, stem: String },
}

/// A command that waits or runs.
pub(super) struct Running {
    pub(super) number: u64,
    pub(super) origin: Origin,
    /// Position in the list of commands.
    at: usize,
    pub(super) order: Order,
    began: Instant,
    ends: Instant,
    /// Quarters that were told.
    told: u32,
    outcome: Result<(), String>,
    /// Laser shots that were counted.
    shots: f64,
}

/// What the computer of the spacecraft keeps for commands.
pub(super) struct Board {
    pub(super) identity: DictionaryIdentity,
    pub(super) spacecraft: u32,
    next: u64,
    pub(super) waiting: VecDeque<Running>,
    pub(super) running: Vec<Running>,
    pub(super) sequences: BTreeMap<String, BinarySequence>,
    pub(super) active: Vec<Active>,
    /// Table files by instrument.
    pub(super) tables: BTreeMap<String, Vec<u8>>,
    pub(super) dumps: u32,
    pub(super) extractions: Vec<Extraction>,
}

impl Board {
    pub(super) fn new(mission: &Mission, spacecraft: u32) -> Self {
        Self {
            identity: DictionaryIdentity::of(&mission.id, &dictionary(mission)),
            spacecraft,
            next: 0,
            waiting: VecDeque::new(),
            running: Vec::new(),
            sequences: BTreeMap::new(),
            active: Vec::new(),
            tables: BTreeMap::new(),
            dumps: 0,
            extractions: Vec::new(),
        }
    }
}

impl Spacecraft {
    /// Takes a telecommand packet and answers by verification packets in the telemetry. The
    /// command is returned; one that is refused fails with the reason.
    pub fn execute(&mut self, packet: &[u8]) -> Result<Order, String> {
        let t = self.now();
        if self.options.hears_in_passes_only && self.pass.is_none() {
            let reason = "nobody listens on board outside of passes";
            self.tell(t, format!("command lost: {reason}"));
            return Err(reason.to_owned());
        }
        self.commands += 1;
        match decode(&self.mission.commands, packet) {
            Ok((at, order)) => {
                self.tell(t, format!("command {}: {}", order.count, order.name));
                self.verify(COMMAND_APID, order.count, order.code, Stage::Accepted, "");
                self.submit(Origin::Ground(order.count), at, order.clone());
                Ok(order)
            }
            Err(reason) => {
                let header = Header::parse(packet).unwrap_or_default();
                let code = code(packet).unwrap_or(u16::MAX);
                self.verify(header.apid, header.count, code, Stage::Failed, &reason);
                self.tell(t, format!("command refused: {reason}"));
                Err(reason)
            }
        }
    }

    /// Starts a command that was checked, or lets it wait for another one of its instrument.
    pub(super) fn submit(&mut self, origin: Origin, at: usize, order: Order) {
        let t = self.now();
        self.board.next += 1;
        let number = self.board.next;
        let outcome = Ok(());
        let (told, shots) = (0, 0.0);
        let new = Running { number, origin, at, order, began: t, ends: t, told, outcome, shots };
        if self.board.running.len() + self.board.waiting.len() >= MOST_COMMANDS {
            let reason = format!("{MOST_COMMANDS} commands run already");
            self.conclude(&Running { outcome: Err(reason), ..new });
        } else if self.has_to_wait(at) {
            self.verify_running(&new, Stage::Queued, "");
            self.board.waiting.push_back(new);
        } else {
            self.start(new);
        }
    }

    /// Whether a queued command of the same instrument runs or waits.
    fn has_to_wait(&self, at: usize) -> bool {
        let Some(own) = self.mission.commands.get(at).filter(|own| own.queued) else {
            return false;
        };
        let others = self.board.running.iter().chain(&self.board.waiting);
        others
            .filter_map(|other| self.mission.commands.get(other.at))
            .any(|other| other.queued && other.instrument == own.instrument)
    }

    fn start(&mut self, mut new: Running) {
        let t = self.now();
        self.verify_running(&new, Stage::Started, "");
        if let Origin::Ground(count) = new.origin {
            let text = format!("Command {count} of code {} dispatched", new.order.code);
            self.say(3, 501, "CMD", &text);
        }
        let Some(of) = self.mission.commands.get(new.at).cloned() else { return };
        new.began = t;
        new.outcome = self.is_possible(&of).and_then(|()| self.begin(t, &of, &new));
        let length_s = match &new.outcome {
            Ok(()) => of.length_s(&|name| new.order.text(name).map(str::to_owned)),
            Err(_) => 0.0,
        };
        new.ends = t.plus_s(length_s.max(1.0));
        if new.outcome.is_ok() && !of.during.is_empty() {
            self.command_mode(&of.instrument, &of.during);
        }
        self.board.running.push(new);
    }

    /// Whether the modes allow a command.
    fn is_possible(&self, of: &CommandDefinition) -> Result<(), String> {
        if self.is_safe() && (!of.instrument.is_empty() || of.effect == Effect::SequenceActivate) {
            return Err("not in safe mode; clear the faults first".to_owned());
        }
        for constraint in &of.constraints {
            let instruments = self.mission.instruments.iter();
            let Some((at, instrument)) =
                instruments.enumerate().find(|(_, of)| of.state == constraint.parameter)
            else {
                continue;
            };
            let mode = self.mode_of(at);
            let fits = (constraint.is.is_empty() || constraint.is.contains(&mode))
                && !constraint.is_not.contains(&mode);
            if !fits {
                return Err(format!("{} is in mode {mode}", instrument.name));
            }
        }
        Ok(())
    }

    /// The mode that was commanded, or the one that is.
    fn mode_of(&self, at: usize) -> String {
        let commanded = self.instruments.commanded.get(at).cloned().flatten();
        commanded.or_else(|| self.instruments.modes.get(at).cloned()).unwrap_or_default()
    }

    pub(super) fn command_mode(&mut self, instrument: &str, mode: &str) {
        let at = self.mission.instruments.iter().position(|of| of.id == instrument);
        if let Some(slot) = at.and_then(|at| self.instruments.commanded.get_mut(at)) {
            *slot = Some(mode.to_owned());
        }
    }

    /// What a command does when it begins.
    fn begin(&mut self, t: Instant, of: &CommandDefinition, new: &Running) -> Result<(), String> {
        let order = &new.order;
        let text = |name: &str| order.text(name).unwrap_or_default();
        match of.effect {
            Effect::Nothing | Effect::Laser | Effect::Recentre | Effect::Level => Ok(()),
            Effect::SetMode => self.set_mode(text("instrument"), text("mode")),
            Effect::StartFault => {
                Fault::parse(text("fault"), t).and_then(|fault| self.start_fault(fault))
            }
            Effect::ClearFaults => {
                self.clear_faults();
                Ok(())
            }
            Effect::DumpNow => {
                let seconds = order.number("seconds").unwrap_or_default();
                let span = TimeRange::new(t, t.plus_s(seconds));
                self.commanded_pass = Some(Pass { orbiter: "DTE", span, rate_bps: 32_000 });
                Ok(())
            }
            Effect::SequenceLoad => {
                let id = self.load_sequence(order.blob("sequence").unwrap_or_default())?;
                if order.is("activate") { self.activate(&id) } else { Ok(()) }
            }
            Effect::SequenceActivate => self.activate(text("id")),
            Effect::SequenceStop => self.stop(text("id"), "commanded"),
            Effect::TableLoad => self.load_table(order.blob("table").unwrap_or_default()),
            Effect::TableDump => self.dump_table(text("instrument")),
            Effect::SeisExtract | Effect::ApssExtract => self.begin_extraction(of, new),
        }
    }

    /// Lets commands run on: what they do meanwhile, their progress and their end.
    pub(super) fn run_commands(&mut self, t: Instant) {
        let mut running = std::mem::take(&mut self.board.running);
        for one in &mut running {
            self.go_on(t, one);
        }
        let (over, on): (Vec<Running>, Vec<Running>) =
            running.into_iter().partition(|one| one.ends <= t);
        // What began meanwhile stands behind what runs.
        let new = std::mem::replace(&mut self.board.running, on);
        self.board.running.extend(new);
        for mut one in over {
            self.end(&mut one);
            self.conclude(&one);
        }
        for _ in 0..self.board.waiting.len() {
            let Some(next) = self.board.waiting.pop_front() else { break };
            let waiting = std::mem::take(&mut self.board.waiting);
            let has_to_wait = self.has_to_wait(next.at);
            self.board.waiting = waiting;
            if has_to_wait {
                self.board.waiting.push_back(next);
            } else {
                self.start(next);
            }
        }
    }

    fn go_on(&mut self, t: Instant, one: &mut Running) {
        if one.outcome.is_err() {
            return;
        }
        let length_s = one.ends.s_since(one.began);
        let share = (t.s_since(one.began) / length_s).clamp(0.0, 1.0);
        let Some(of) = self.mission.commands.get(one.at) else { return };
        match of.effect {
            Effect::Laser => {
                let raster = order_product(&one.order, "raster");
                let shots = (raster * one.order.number("shots").unwrap_or(0.0) * share).floor();
                self.shared.commanded_shots += shots - one.shots;
                one.shots = shots;
            }
            Effect::SeisExtract | Effect::ApssExtract => {
                one.outcome = self.go_on_extracting(one.number, share);
                if one.outcome.is_err() {
                    one.ends = t;
                }
            }
            _ => {}
        }
        let part = (share * f64::from(PARTS)) as u32;
        if length_s >= PROGRESS_S && part > one.told && part < PARTS {
            one.told = part;
            let text = format!("{} %", 100 * part / PARTS);
            self.verify_running(one, Stage::Progress, &text);
        }
    }

    /// What a command does at its end.
    fn end(&mut self, one: &mut Running) {
        let Some(of) = self.mission.commands.get(one.at).cloned() else { return };
        if one.outcome.is_err() {
            return;
        }
        let value = |name: &str| one.order.text(name).map(str::to_owned);
        match of.effect {
            Effect::Recentre => {
                let axis = one.order.text("axis").unwrap_or_default();
                self.shared.recentre(&self.env, axis);
            }
            Effect::Level => self.shared.is_levelled = true,
            Effect::SeisExtract | Effect::ApssExtract => {
                one.outcome = self.end_extraction(one.number);
            }
            _ => {}
        }
        if let Some(mode) = of.mode_after(&value) {
            self.command_mode(&of.instrument, mode);
        }
        let message = of.message(&value);
        if !message.is_empty() && one.outcome.is_ok() {
            self.say(4, 502, "CMD", &message);
        }
    }

    /// Tells how a command ended.
    fn conclude(&mut self, one: &Running) {
        match &one.outcome {
            Ok(()) => self.verify_running(one, Stage::Completed, ""),
            Err(reason) => {
                self.tell(self.now(), format!("{} fails: {reason}", one.order.name));
                self.verify_running(one, Stage::Failed, reason);
            }
        }
    }

    /// Says how far a command came, to whom it is of interest.
    fn verify_running(&mut self, one: &Running, stage: Stage, reason: &str) {
        match &one.origin {
            Origin::Ground(count) => {
                self.verify(COMMAND_APID, *count, one.order.code, stage, reason);
            }
            Origin::Step { id, run, step, of, stem } => {
                let outcome = match stage {
                    Stage::Started => StepOutcome::Started,
                    Stage::Completed => StepOutcome::Completed,
                    Stage::Failed => StepOutcome::Failed(reason.to_owned()),
                    _ => return,
                };
                let is_over = outcome != StepOutcome::Started;
                let (id, stem, step) = (id.clone(), stem.clone(), *step);
                if is_over {
                    self.step_is_over(&id, *run, step);
                }
                let report = Report::Step { id, step: step + 1, of: *of, stem, outcome };
                self.report(510, "SEQ", &report);
            }
        }
    }

    /// Sends a message that programs read.
    pub(super) fn report(&mut self, id: u64, module: &str, report: &Report) {
        let is_bad = match report {
            Report::Step { outcome, .. } => matches!(outcome, StepOutcome::Failed(_)),
            Report::SequenceStopped { .. } | Report::RequestFailed { .. } => true,
            _ => false,
        };
        self.say(if is_bad { 1 } else { 4 }, id, module, &report.to_string());
    }

    /// Safe mode: sequences stop, commands of instruments end.
    pub(super) fn drop_commands(&mut self, t: Instant) {
        let ids: Vec<String> = self.board.active.iter().map(|one| one.id.clone()).collect();
        for id in ids {
            // It is active, so it can be stopped.
            let _stopped = self.stop(&id, "safe mode");
        }
        let commands = &self.mission.commands;
        let is_instrument =
            |one: &Running| commands.get(one.at).is_some_and(|of| !of.instrument.is_empty());
        for one in self.board.running.iter_mut().filter(|one| is_instrument(one)) {
            (one.outcome, one.ends) = (Err("safe mode".to_owned()), t);
        }
        for mut one in std::mem::take(&mut self.board.waiting) {
            one.outcome = Err("safe mode".to_owned());
            self.conclude(&one);
        }
    }
}

/// The product of a raster such as `3x5`.
fn order_product(order: &Order, name: &str) -> f64 {
    let text = order.text(name).unwrap_or_default();
    text.split('x').map(|part| part.parse::<f64>().unwrap_or(0.0)).product()
}
