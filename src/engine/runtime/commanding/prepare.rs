//! Drafts become prepared commands: exact bytes by the mission's dictionary.

use std::sync::Arc;

use super::desk::Desk;
use super::knowledge::MissionCommands;
use super::order::{Draft, DraftOf, Reply, Token};
use crate::command::{Actor, Digest, Prepared, Uid};
use crate::document::{Content, DocumentKind};
use crate::mission::commands::COMMAND_APID;
use crate::mission::telemetry::ParameterId;
use crate::parameter::command::{Given, encode, finish_packet};
use crate::plan::{Checker, Model, Severity, Windows, expand};
use crate::problem::Problem;
use crate::sequence::table::{self, Catalogue, TableFile, Violation};
use crate::sequence::{self, Sequence, Step, When, of_plan, spacecraft_number};
use crate::time::{Instant, iso};

/// Command that loads a sequence, and the one that loads a table.
const LOAD_SEQUENCE: &str = "SEQ_LOAD";
const LOAD_TABLE: &str = "TABLE_LOAD";
/// Reasons that are told at once.
const MOST_TOLD: usize = 20;

pub(super) fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().take(MOST_TOLD).map(ToString::to_string).collect()
}

/// Nothing is known of parameters that stand in commands.
pub(super) fn unknown(_: ParameterId) -> Option<String> {
    None
}

impl Desk {
    pub(super) fn prepare(&mut self, token: &Token, draft: &Draft) -> Reply {
        let now = self.now();
        let (by, prepared) = match self.drafted(token, draft, now) {
            Ok(both) => both,
            Err(reasons) => return Reply::Refused(reasons),
        };
        let Some(parts) = &mut self.parts else { return Reply::Refused(Vec::new()) };
        match parts.commanding.prepare(&by, &prepared, now) {
            Ok(uid) => Reply::Prepared(uid),
            Err(refusal) => self.told(Err(refusal), String::new()),
        }
    }

    pub(super) fn edit(
        &mut self,
        token: &Token,
        (uid, seen): (Uid, Digest),
        draft: &Draft,
    ) -> Reply {
        let now = self.now();
        let (by, prepared) = match self.drafted(token, draft, now) {
            Ok(both) => both,
            Err(reasons) => return Reply::Refused(reasons),
        };
        let Some(parts) = &mut self.parts else { return Reply::Refused(Vec::new()) };
        let done = parts.commanding.edit(&by, uid, seen, &prepared, now);
        self.told(done, format!("Command {uid} was edited by {}: approvals are void", by.name()))
    }

    /// Who asks, and what they ask for as bytes.
    fn drafted(
        &mut self,
        token: &Token,
        draft: &Draft,
        now: Instant,
    ) -> Result<(Actor, Prepared), Vec<String>> {
        let Some(parts) = &mut self.parts else { return Err(Vec::new()) };
        let by = parts.accounts.actor(&token.0, &draft.mission, now);
        let by = by.map_err(|error| vec![error.to_string()])?;
        let Some(of) = self.knowledge.get(&draft.mission) else {
            return Err(vec![format!("the mission {} is not known", draft.mission)]);
        };
        let mut prepared = match &draft.what {
            DraftOf::Command { name, arguments } => {
                let mut given = Vec::new();
                for (name, text) in arguments {
                    let value = Given::parse(text).map_err(|e| vec![format!("{name}: {e}")])?;
                    given.push((name.clone(), value));
                }
                self.encoded(of, draft, name, &given)?
            }
            DraftOf::Sequence { version, activate } => {
                let text = self.text(draft, *version, DocumentKind::Sequence)?;
                let parsed = sequence::text::parse(&text);
                if let Some(fault) = parsed.faults.first() {
                    return Err(vec![format!("line {}: {}", fault.span.line, fault.reason)]);
                }
                self.sequence(of, draft, (&parsed.sequence, *activate), now)?
            }
            DraftOf::Plan { version, activate } => {
                let sequence = self.planned(of, draft, *version)?;
                self.sequence(of, draft, (&sequence, *activate), now)?
            }
            DraftOf::Table { version } => {
                let text = self.text(draft, *version, DocumentKind::Table)?;
                self.table(of, draft, &text, now)?
            }
            DraftOf::Delivery { name, versions } => {
                self.package(of, draft, (name, versions), (by.name(), now))?
            }
        };
        let own = prepared.timing.arrive_by;
        prepared.timing = draft.timing;
        prepared.timing.arrive_by = own.into_iter().chain(draft.timing.arrive_by).min();
        Ok((by, prepared))
    }

    /// A command of the dictionary.
    fn encoded(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        name: &str,
        given: &[(String, Given)],
    ) -> Result<Prepared, Vec<String>> {
        let Some(id) = of.dictionary.commanding.find(name) else {
            let mission = &draft.mission;
            return Err(vec![format!("the dictionary of {mission} has no command {name}")]);
        };
        let encoded = encode(&of.dictionary, id, given, &unknown).map_err(|p| told(&p))?;
        let parts = self.parts.as_ref();
        let count =
            parts.map_or(0, |of| of.commanding.desk().next_count(&draft.mission, COMMAND_APID));
        let bytes = finish_packet(&encoded.bytes, count);
        Ok(Prepared::of(&of.dictionary, &of.identity, &draft.mission, id, &encoded, bytes))
    }

    /// The saved text of a sequence or table.
    fn text(
        &self,
        draft: &Draft,
        version: u64,
        kind: DocumentKind,
    ) -> Result<Arc<str>, Vec<String>> {
        self.check_version(draft, version, kind)?;
        match self.content(version).map_err(|reason| vec![reason])? {
            Content::Text(text) => Ok(text),
            Content::Plan(_) => Err(vec!["it is a plan".to_owned()]),
        }
    }

    fn check_version(
        &self,
        draft: &Draft,
        version: u64,
        kind: DocumentKind,
    ) -> Result<(), Vec<String>> {
        let found = self.documents.version(version).map(|(document, _)| document);
        if found.is_some_and(|of| of.kind == kind && of.mission == draft.mission) {
            return Ok(());
        }
        Err(vec![format!("version {version} is no {} of {}", kind.word(), draft.mission)])
    }

    /// A plan that keeps its rules, as a sequence.
    fn planned(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        version: u64,
    ) -> Result<Sequence, Vec<String>> {
        self.check_version(draft, version, DocumentKind::Plan)?;
        let Content::Plan(plan) = self.content(version).map_err(|reason| vec![reason])? else {
            return Err(vec!["it is no plan".to_owned()]);
        };
        let model = Arc::new(Model::builtin(&draft.mission));
        let windows = Windows::of(&model, plan.range());
        let checker = Checker::new(model, Arc::new(windows), &plan);
        let broken = checker.violations(&plan);
        let open: Vec<String> = broken
            .iter()
            .filter(|of| of.severity == Severity::Error && of.waived_by.is_none())
            .take(MOST_TOLD)
            .map(|of| format!("{}: {}", of.rule, of.reason))
            .collect();
        if !open.is_empty() {
            return Err(open);
        }
        Ok(of_plan(&plan.id, &of.dictionary.version, &expand(&checker)))
    }

    /// A sequence in its binary form, as the command that loads it.
    fn sequence(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        (sequence, activate): (&Sequence, bool),
        now: Instant,
    ) -> Result<Prepared, Vec<String>> {
        let mission = &draft.mission;
        let spacecraft = spacecraft(mission)?;
        let binary =
            sequence::compile(sequence, &of.dictionary, mission, spacecraft, now, &unknown);
        let bytes = binary.map_err(|problems| told(&problems))?.to_bytes();
        let given = [
            ("sequence".to_owned(), Given::Text(crate::storage::hex(&bytes))),
            ("activate".to_owned(), Given::Text(activate.to_string())),
        ];
        let mut prepared = self.encoded(of, draft, LOAD_SEQUENCE, &given)?;
        prepared.arguments = vec![
            ("sequence".to_owned(), sequence.id.clone()),
            ("steps".to_owned(), sequence.steps.len().to_string()),
            ("activate".to_owned(), activate.to_string()),
            ("sha256".to_owned(), crate::storage::hex(&Digest::of(&bytes).0)),
        ];
        let at = |step: &Step| match step.time {
            When::At(at) => Some(at),
            _ => None,
        };
        if let Some(begins) = sequence.steps.iter().filter_map(at).min() {
            // Whoever approves has to see that steps would be missed; a spacecraft that lives at
            // another time, as in training, may still want them.
            let past = if begins <= now { ", in the past" } else { "" };
            let text = format!("{}{past}", iso(begins, 0));
            prepared.arguments.insert(2, ("begins".to_owned(), text));
            prepared.timing.arrive_by = (activate && begins > now).then_some(begins);
        }
        // What is at stake with a sequence is what is at stake with its worst step.
        for (at, step) in sequence.steps.iter().enumerate() {
            let commanding = &of.dictionary.commanding;
            let id = step.stem().and_then(|stem| commanding.find(stem));
            let Some(worst) = id.and_then(|id| commanding.significance(id)) else { continue };
            if worst.level > prepared.significance {
                prepared.significance = worst.level;
                let (number, name) = (at + 1, step.name());
                prepared.significance_reason = format!("step {number}, {name}: {}", worst.reason);
            }
        }
        Ok(prepared)
    }

    /// A configuration table in its binary form, as the command that loads it.
    fn table(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        text: &str,
        now: Instant,
    ) -> Result<Prepared, Vec<String>> {
        let (file, catalogue) = table_file(&draft.mission, text, now)?;
        let broken = |all: Vec<Violation>| -> Vec<String> {
            all.iter().map(|of| format!("{}: {}", of.rule, of.reason)).collect()
        };
        let bytes = file.to_bytes(&catalogue).map_err(broken)?;
        let given = [("table".to_owned(), Given::Text(crate::storage::hex(&bytes)))];
        let mut prepared = self.encoded(of, draft, LOAD_TABLE, &given)?;
        prepared.arguments = vec![
            ("instrument".to_owned(), catalogue.instrument.clone()),
            ("table".to_owned(), file.table.id.clone()),
            ("rows".to_owned(), file.table.rows.len().to_string()),
            ("sha256".to_owned(), crate::storage::hex(&Digest::of(&bytes).0)),
        ];
        Ok(prepared)
    }
}

/// The number of a mission's spacecraft.
pub(super) fn spacecraft(mission: &str) -> Result<u32, Vec<String>> {
    spacecraft_number(mission).ok_or_else(|| vec![format!("{mission} has no spacecraft number")])
}

/// A saved table as a file, and what tables of its instrument can hold.
pub(super) fn table_file(
    mission: &str,
    text: &str,
    now: Instant,
) -> Result<(TableFile, Catalogue), Vec<String>> {
    let (instrument, table) = table::text::parse(text).map_err(|problems| told(&problems))?;
    let catalogue = match (mission, instrument.as_str()) {
        ("insight", "seis") => Catalogue::seis(),
        ("insight", "apss") => Catalogue::apss(),
        _ => return Err(vec![format!("{instrument} of {mission} has no configuration tables")]),
    };
    let catalogue = catalogue.map_err(|problems| told(&problems))?;
    Ok((TableFile { spacecraft: spacecraft(mission)?, created: now, table }, catalogue))
}
