//! What telemetry says of commands that are out.

use super::super::handle::MessageLevel;
use super::desk::Desk;
use crate::archive::EventMessage;
use crate::command::{Prepared, RequestId, Sign, Stage};
use crate::ingest::live::{CommandReport, Heard};
use crate::mission::command::Check;
use crate::time::{Instant, TimeRange};

impl Desk {
    /// Takes what was received since the last time.
    pub(super) fn listen(&mut self) {
        self.follow_in = 0;
        let now = self.now();
        let Some(parts) = &mut self.parts else { return };
        let (mut reports, mut messages) = (Vec::new(), Vec::new());
        let heard = parts.listener.listen(&self.archive, &mut |heard| match heard {
            Heard::Report(report) => reports.push(report),
            Heard::Message(message) => messages.push(message),
        });
        if let Err(error) = heard {
            let text = format!("What spacecraft say of commands could not be read: {error}");
            self.say(MessageLevel::Error, text);
        }
        for report in reports {
            self.report(&report);
        }
        self.look(&messages, now);
        self.take_written();
    }

    fn report(&mut self, report: &CommandReport) {
        let Some(stage) = Stage::named(&report.stage) else { return };
        let request = RequestId { apid: report.apid, count: report.count };
        let Some(parts) = &mut self.parts else { return };
        let seen = (stage, report.reason.as_str());
        let found = parts.commanding.report(&report.mission, request, seen, report.received);
        match found {
            Ok(Some(uid)) if stage == Stage::Failed => {
                let text = format!("Command {uid} failed on board: {}", report.reason);
                self.say(MessageLevel::Error, text);
            }
            Ok(_) => {}
            Err(error) => self.failed(&error),
        }
    }

    /// Looks for signs that are no reports: messages, and conditions of the dictionary.
    fn look(&mut self, messages: &[Box<EventMessage>], now: Instant) {
        let Some(parts) = &mut self.parts else { return };
        let (archive, knowledge) = (&self.archive, &self.knowledge);
        let shows = |prepared: &Prepared, sign: &Sign, released: Instant| match sign {
            Sign::Check(Check::Holds(condition)) => {
                let span = TimeRange::new(released, now.plus_ns(1));
                let holds = knowledge.holds(archive, span, prepared, condition);
                (holds == Ok(true)).then(|| "its condition holds in telemetry".to_owned())
            }
            _ => messages
                .iter()
                .filter(|of| of.mission == prepared.mission && of.time >= released)
                .find(|of| sign.is_event(&of.name, &of.message))
                .map(|of| format!("message {}: {}", of.name, of.message)),
        };
        if let Err(error) = parts.commanding.look(&shows, now) {
            self.failed(&error);
        }
    }
}
