//! Deliveries: packages put together, placed in the exchange folder when they are released, and
//! their receipts.

use super::super::handle::MessageLevel;
use super::act::NOT_STARTED;
use super::desk::{Desk, Parts};
use super::knowledge::MissionCommands;
use super::order::{Draft, Reply};
use super::prepare::{spacecraft, table_file, told, unknown};
use crate::command::{Prepared, Release};
use crate::delivery::{self, Encoding, Exchange, Heading, Origin, Part, found_in};
use crate::document::{Content, DocumentKind};
use crate::plan::Model;
use crate::sequence;
use crate::time::Instant;

/// Folder of the exchange in an archive.
const FOLDER: &str = "exchange";

impl Desk {
    /// Opens the exchange folder.
    pub(super) fn open_exchange(&mut self) {
        match Exchange::open(&self.archive.path().join(FOLDER)) {
            Ok(exchange) => self.exchange = Some(exchange),
            Err(error) => {
                let text = format!("The exchange folder cannot be used: {error}");
                self.say(MessageLevel::Error, text);
            }
        }
    }

    /// A package of saved versions.
    pub(super) fn package(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        (name, versions): (&str, &[u64]),
        (who, now): (&str, Instant),
    ) -> Result<Prepared, Vec<String>> {
        let mut parts = Vec::new();
        for version in versions {
            parts.push(self.part(of, draft, *version, now)?);
        }
        let heading = Heading {
            mission: draft.mission.clone(),
            name: name.to_owned(),
            created: now,
            prepared_by: who.to_owned(),
            ..Heading::default()
        };
        let prepared = delivery::prepared(&heading, &of.identity, &parts);
        prepared.map_err(|problem| vec![problem.to_string()])
    }

    fn part(
        &self,
        of: &MissionCommands,
        draft: &Draft,
        version: u64,
        now: Instant,
    ) -> Result<Part, Vec<String>> {
        let found = self.documents.version(version);
        let Some((document, about)) = found.filter(|(of, _)| of.mission == draft.mission) else {
            return Err(vec![format!("{} has no version {version}", draft.mission)]);
        };
        let origin = Origin::of(document, about);
        let content = self.content(version).map_err(|reason| vec![reason])?;
        match (document.kind, content) {
            (DocumentKind::Plan, Content::Plan(plan)) => {
                Ok(Part::plan(&origin, &plan, &Model::builtin(&draft.mission)))
            }
            (DocumentKind::Sequence, Content::Text(text)) => {
                let parsed = sequence::text::parse(&text);
                if let Some(fault) = parsed.faults.first() {
                    return Err(vec![format!("line {}: {}", fault.span.line, fault.reason)]);
                }
                let by = Encoding {
                    dictionary: &of.dictionary,
                    mission: &draft.mission,
                    spacecraft: spacecraft(&draft.mission)?,
                    created: now,
                    known: &unknown,
                };
                let part = Part::sequence(&origin, (&text, &parsed.sequence), by);
                part.map_err(|problems| told(&problems))
            }
            (DocumentKind::Table, Content::Text(text)) => {
                let (file, catalogue) = table_file(&draft.mission, &text, now)?;
                Part::table(&origin, &file, &catalogue).map_err(|problems| told(&problems))
            }
            _ => Err(vec![format!("version {version} cannot be read")]),
        }
    }

    /// Places a package that was released.
    pub(super) fn deliver(&mut self, release: Release) -> Reply {
        let (uid, now) = (release.uid(), self.now());
        let Some(Parts { commanding, .. }) = &mut self.parts else {
            return Reply::Refused(vec![NOT_STARTED.to_owned()]);
        };
        let head = commanding.journal().head();
        let item = commanding.desk().get(uid).cloned();
        let exchange = &mut self.exchange;
        let mut path = std::path::PathBuf::new();
        let given = release.give(&mut |bytes| {
            let (Some(exchange), Some(item)) = (exchange.as_mut(), &item) else {
                return Err("there is no exchange folder".to_owned());
            };
            path = exchange.deliver(item, bytes, head, now).map_err(|error| error.to_string())?;
            Ok(())
        });
        let (done, reply) = match given {
            Ok(taken) => {
                let text = format!("Delivery {uid} lies in {}", path.display());
                (commanding.sent(taken, now), Reply::Done(text))
            }
            Err((release, reason)) => {
                let text = format!("Delivery {uid} was not made and is held: {reason}");
                (commanding.give_back(release, &reason, now), Reply::Refused(vec![text]))
            }
        };
        if let Err(error) = done {
            self.failed(&error);
        }
        reply
    }

    /// Looks at the exchange folder; receipts move deliveries on.
    pub(super) fn scan_exchange(&mut self) {
        let now = self.now();
        let (Some(exchange), Some(parts)) = (&mut self.exchange, &mut self.parts) else { return };
        match exchange.scan() {
            Ok(is_new) => self.is_new |= is_new,
            Err(error) => {
                let text = format!("The exchange folder cannot be read: {error}");
                return self.say(MessageLevel::Error, text);
            }
        }
        let mut failed = None;
        for receipt in exchange.receipts() {
            let Some((uid, stage, words)) = found_in(parts.commanding.desk(), &receipt) else {
                continue;
            };
            if let Err(error) = parts.commanding.see(uid, stage, &words, now) {
                failed = Some(error);
            }
        }
        if let Some(error) = failed {
            self.failed(&error);
        }
    }
}
