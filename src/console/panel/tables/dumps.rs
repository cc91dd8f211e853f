//! The table on board, as the newest dump in the event messages has it.

use std::sync::Arc;

use egui::Ui;
use marsdeck_engine::archive::{EventMessage, Levels};
use marsdeck_engine::mission::commands::reports::{Report, table_file};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::sequence::table::{Catalogue, Table, TableFile};
use marsdeck_engine::time::Instant;

use crate::view::ViewContext;

/// Messages that are asked for: a dump is a part in each.
const PARTS: u32 = 400;

/// What messages say of the table on board.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dumped {
    /// A whole table, and when its last part came.
    Whole(Instant, Box<Table>),
    /// A sentence on why there is none, though parts came.
    Not(String),
}

/// The dumps of an instrument.
#[derive(Default)]
pub(super) struct Dumps {
    seen: Option<(Arc<Answer>, String)>,
}

impl Dumps {
    /// Asks for the dumps up to the cursor; what they hold where that is new.
    pub fn poll(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        catalogue: &Catalogue,
        spacecraft: u32,
    ) -> Option<Dumped> {
        // Every part says so; a coarse time asks seldom.
        let text = format!("dump of {} part", catalogue.instrument);
        let at = Instant::from_unix_s((cx.time.cursor.unix_s() / 10.0).ceil() * 10.0);
        let request = Request::MessagesAround { at, levels: Levels::ALL, text, each: PARTS };
        let pending = cx.queries.ask(ui.scope_id().with("table dumps"), &request);
        let (_, answer) = pending.answer.as_ref()?;
        let of = &catalogue.instrument;
        if self.seen.as_ref().is_some_and(|(seen, name)| Arc::ptr_eq(seen, answer) && name == of) {
            return None;
        }
        let Answer::MessagesAround { before, .. } = answer.as_ref() else { return None };
        self.seen = Some((Arc::clone(answer), of.clone()));
        dumped(before, catalogue, spacecraft)
    }

    /// Says again what is known, as when another document is opened.
    pub fn forget(&mut self) {
        self.seen = None;
    }
}

/// The table of the newest dump in messages that ascend in time; none where there is no dump.
fn dumped(messages: &[EventMessage], catalogue: &Catalogue, spacecraft: u32) -> Option<Dumped> {
    let own = |message: &EventMessage| match Report::parse(&message.message)? {
        Report::TablePart { dump, ref instrument, .. } if *instrument == catalogue.instrument => {
            Some((message.time, dump))
        }
        _ => None,
    };
    let (at, newest) = messages.iter().rev().find_map(own)?;
    // Only this one: the numbers begin again with each start of the computer on board.
    let is_of_it = |message: &&EventMessage| own(message).is_some_and(|(_, dump)| dump == newest);
    let parts: Vec<Report> =
        messages.iter().filter(is_of_it).filter_map(|of| Report::parse(&of.message)).collect();
    let Some(bytes) = table_file(parts.iter(), &catalogue.instrument) else {
        let said = format!("Parts of dump {newest} are missing: {} came so far.", parts.len());
        return Some(Dumped::Not(said));
    };
    Some(match TableFile::from_bytes(&bytes, spacecraft, catalogue) {
        Ok((file, _)) => Dumped::Whole(at, Box::new(file.table)),
        Err(refusal) => {
            Dumped::Not(format!("Dump {newest} is refused: {refusal}. Release TABLE_DUMP again."))
        }
    })
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::mission::commands::reports::table_parts;

    use super::*;

    fn said(at_s: f64, dump: u32, file: &[u8]) -> Vec<EventMessage> {
        let message = |(count, part): (usize, &Report)| EventMessage {
            time: Instant::from_unix_s(at_s + count as f64),
            message: part.to_string(),
            ..EventMessage::default()
        };
        table_parts(dump, "seis", file).iter().enumerate().map(message).collect()
    }

    #[test]
    fn the_newest_dump_counts_and_only_whole() {
        let catalogue = Catalogue::seis().expect("a catalogue");
        let file = |table: &Table| {
            let created = Instant::from_unix_ns(0);
            let of = TableFile { spacecraft: 189, created, table: table.clone() };
            of.to_bytes(&catalogue).expect("sound")
        };
        let first = &catalogue.tables[0];
        let second = Table { id: "OTHER".to_owned(), ..first.clone() };
        assert_eq!(dumped(&[], &catalogue, 189), None);
        // The numbers began again: dump 1 is newer than dump 7.
        let mut messages = said(100.0, 7, &file(first));
        messages.extend(said(900.0, 1, &file(&second)));
        let newest = messages.last().expect("parts").time;
        let whole = Dumped::Whole(newest, Box::new(second));
        assert_eq!(dumped(&messages, &catalogue, 189), Some(whole));
        assert!(matches!(dumped(&messages, &catalogue, 76), Some(Dumped::Not(_))));
        let apss = Catalogue::apss().expect("a catalogue");
        assert_eq!(dumped(&messages, &apss, 189), None);
        // The first of two parts.
        messages.extend(said(950.0, 2, &[7; 700]).into_iter().take(1));
        let missing = dumped(&messages, &catalogue, 189);
        assert!(
            matches!(&missing, Some(Dumped::Not(said)) if said.contains("missing")),
            "{missing:?}"
        );
    }
}
