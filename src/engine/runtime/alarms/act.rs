//! What operators do: with alarms, in the log book, to limits, to the escalation.

use std::sync::Arc;

use super::super::handle::MessageLevel;
use super::{Desk, Said, number};
use crate::alarm::{
    AlarmAction, AlarmRef, Board, Done, Escalation, Record, What, edited, limit_words,
};
use crate::archive::{LimitEdit, LogEntry, MOST_NOTE_BYTES};
use crate::mission::{Limit, wrong_limits};

/// Longest time on the shelf, in seconds: a week.
const LONGEST_SHELF_S: f64 = 7.0 * 86_400.0;

impl Desk {
    /// Journals what an operator does with alarms; what is said of it.
    pub(super) fn act(&mut self, alarms: &[AlarmRef], action: &AlarmAction, who: &str) -> Said {
        let refuse = |text: String| vec![(MessageLevel::Error, text)];
        if !self.archive.writable() {
            return refuse(
                "The alarms were not changed: this console only reads the archive. Handle them at \
                 the console that writes it"
                    .to_owned(),
            );
        }
        if let AlarmAction::Shelve { for_s, .. } = action
            && !(*for_s > 0.0 && *for_s <= LONGEST_SHELF_S)
        {
            return refuse(
                "An alarm is shelved for up to a week; choose a shorter time".to_owned(),
            );
        }
        // A clock that was set back must not put an action before what it is about.
        let now = self.clock.now().max(self.newest());
        let board = Board::at(self.journal.records(), now);
        let mut records = Vec::new();
        let mut said = Vec::new();
        for wanted in alarms {
            let Some(alarm) = board.get(&wanted.key) else {
                said.push((MessageLevel::Error, format!("{} has no alarm", wanted.key)));
                continue;
            };
            if *action == AlarmAction::Acknowledge && alarm.raised > wanted.raised {
                let text = format!(
                    "{} was raised again meanwhile: look at it, then acknowledge",
                    wanted.key
                );
                said.push((MessageLevel::Warning, text));
                continue;
            }
            let done = Done { who: who.to_owned(), raised: wanted.raised, action: action.clone() };
            let key = wanted.key.clone();
            records.push(Record { seq: 0, key, time: now, what: What::Done(done) });
        }
        let rows: Vec<_> = records.iter().map(Record::row).collect();
        match self.archive.put_alarms(&rows) {
            Ok(numbers) => number(&mut records, &numbers),
            Err(error) => return refuse(format!("The alarms were not changed: {error}")),
        }
        match records.as_slice() {
            [] => {}
            [one] => {
                said.push((MessageLevel::Info, format!("{} {} by {who}", one.key, action.done())));
            }
            many => {
                let text = format!("{} alarms {} by {who}", many.len(), action.done());
                said.push((MessageLevel::Info, text));
            }
        }
        Arc::make_mut(&mut self.journal).add(records);
        said
    }

    /// Writes a log entry; what is said of it.
    pub(super) fn write_note(&self, entry: LogEntry) -> (MessageLevel, String) {
        let refuse =
            |why: &str| (MessageLevel::Error, format!("The log entry was not written: {why}"));
        if !self.archive.writable() {
            return refuse(
                "this console only reads the archive. Write it at the console that writes",
            );
        }
        let entry = LogEntry { written: self.clock.now(), ..entry };
        if entry.text.trim().is_empty() {
            return refuse("it has no text");
        }
        if entry.text.len() > MOST_NOTE_BYTES {
            return refuse("it is too long; write it as several entries");
        }
        match self.archive.put_note(&entry) {
            Ok(Some(id)) => {
                (MessageLevel::Info, format!("Log entry {id} written by {}", entry.who))
            }
            Ok(None) => refuse("the entry that it corrects does not exist"),
            Err(error) => refuse(&error.to_string()),
        }
    }

    /// Writes a change of limits, then judges by it; what is said of it.
    pub(super) fn edit_limits(&mut self, edit: LimitEdit) -> (MessageLevel, String) {
        let name = edit.name.clone();
        let refuse = |why: &str| {
            (MessageLevel::Error, format!("The limits of {name} were not changed: {why}"))
        };
        if !self.archive.writable() {
            return refuse(
                "this console only reads the archive. Change them at the console that writes it",
            );
        }
        let Some((_, _, parameter)) = self.missions.parameter(&edit.name) else {
            return refuse("the mission database does not define it");
        };
        if edit.reason.trim().is_empty() {
            return refuse("write the reason");
        }
        if edit.reason.len() > MOST_NOTE_BYTES {
            return refuse("the reason is too long");
        }
        if let Some(wrong) = edit.after.as_ref().and_then(|after| wrong_limits(parameter, after)) {
            return refuse(&wrong);
        }
        let before: Vec<Limit> = parameter.limits_at(edit.from).cloned().collect();
        let (unit, title) = (parameter.unit.clone(), parameter.title.clone());
        let mut edit = LimitEdit { written: self.clock.now(), before, ..edit };
        match self.archive.put_limit_edit(&edit) {
            Ok(id) => edit.id = id,
            Err(error) => return refuse(&error.to_string()),
        }
        let words = match &edit.after {
            Some(after) => limit_words(after, &unit),
            None => "as in the mission database again".to_owned(),
        };
        let text = format!("Limits of {title} changed by {}: {words}", edit.who);
        Arc::make_mut(&mut self.edits).push(edit);
        self.missions = Arc::new(edited(&self.base, &self.edits));
        self.again = true;
        (MessageLevel::Info, text)
    }

    /// Keeps in `alarms.toml` what is escalated how; what is said of it.
    pub(super) fn set_escalation(&mut self, rule: Option<Escalation>) -> (MessageLevel, String) {
        let refuse =
            |why: &str| (MessageLevel::Error, format!("The escalation was not changed: {why}"));
        if !self.archive.writable() {
            return refuse(
                "this console only reads the archive. Change it at the console that writes it",
            );
        }
        if let Some(problem) = rule.as_ref().and_then(Escalation::problem) {
            return refuse(&problem);
        }
        let text = match &rule {
            Some(rule) => format!(
                "Alarms that nobody acknowledges within {} s are told to {}",
                rule.after_s,
                rule.command.first().map_or("", String::as_str)
            ),
            None => "Nothing is escalated any more".to_owned(),
        };
        match self.escalator.set(self.archive.path(), rule) {
            Ok(()) => (MessageLevel::Info, text),
            Err(why) => refuse(&why),
        }
    }
}
