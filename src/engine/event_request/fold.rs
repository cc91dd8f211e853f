//! All requests as they stand: a fold over the journal. Reading only; a replay has one too.

use std::collections::BTreeMap;

use super::event::{REQUEST_KIND, RequestEvent};
use super::item::RequestItem;
use super::model::{EventRequest, State};
use crate::archive::SeriesKey;
use crate::command::{HistoryLine, Journal, JournalError, Record};
use crate::time::{Instant, TimeRange};

/// All event requests of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    items: BTreeMap<String, RequestItem>,
    /// Identifiers in the order in which they were made.
    order: Vec<String>,
    /// Numbers of records that could not be read or could not have happened.
    unreadable: Vec<u64>,
    /// The last record about requests that was taken.
    last: Option<u64>,
}

impl Requests {
    /// As the records left it.
    pub fn of(records: &[Record]) -> Self {
        let mut requests = Self::default();
        for record in records {
            requests.apply(record);
        }
        requests
    }

    /// As it stood at an instant, for a replay.
    pub fn at(records: &[Record], at: Instant) -> Self {
        let mut requests = Self::default();
        for record in records.iter().filter(|record| record.time <= at) {
            requests.apply(record);
        }
        requests
    }

    /// All of them, in the order in which they were made.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &RequestItem> {
        self.order.iter().filter_map(|id| self.items.get(id))
    }

    /// A request.
    pub fn get(&self, id: &str) -> Option<&RequestItem> {
        self.items.get(id)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Records of requests that could not be read, as by an older version; nothing was applied of
    /// them.
    pub fn unreadable(&self) -> &[u64] {
        &self.unreadable
    }

    /// An identifier for a new request: the name of its event, or `evnt`, and the next number.
    pub fn next_id(&self, request: &EventRequest) -> String {
        let is_fit = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let stem: String = request.name.chars().filter(is_fit).take(40).collect();
        let stem = if stem.is_empty() { "evnt" } else { &stem };
        let free = |n: &u32| !self.items.contains_key(&format!("{stem}-{n}"));
        let number = (1..u32::MAX).find(free).unwrap_or_default();
        format!("{stem}-{number}")
    }

    /// Takes a record of the journal; those of other kinds, and those that were taken already,
    /// change nothing.
    pub fn apply(&mut self, record: &Record) {
        if record.kind != REQUEST_KIND || self.last >= Some(record.number) {
            return;
        }
        self.last = Some(record.number);
        let done = serde_json::from_str::<RequestEvent>(&record.body)
            .map_err(|error| error.to_string())
            .and_then(|event| self.take(record, &event));
        if done.is_err() {
            self.unreadable.push(record.number);
        }
    }

    fn take(&mut self, record: &Record, event: &RequestEvent) -> Result<(), String> {
        let id = event.id();
        if let RequestEvent::Drafted { request, .. } = event {
            if self.items.contains_key(id) {
                return Err("there is such a request already".to_owned());
            }
            let new = RequestItem::new(id, (**request).clone(), record);
            self.items.insert(id.to_owned(), new);
            self.order.push(id.to_owned());
        }
        let item = self.items.get_mut(id).ok_or("there is no such request")?;
        item.take(record, event)?;
        item.history.push(HistoryLine {
            record: record.number,
            time: record.time,
            who: record.who.clone(),
            words: event.words(),
        });
        Ok(())
    }

    /// Writes what happened, then lets it happen.
    pub(super) fn write(
        &mut self,
        journal: &mut Journal,
        (now, who): (Instant, &str),
        event: &RequestEvent,
    ) -> Result<(), JournalError> {
        let body =
            serde_json::to_string(event).map_err(|error| JournalError::Unfit(error.to_string()))?;
        let record = journal.append(now, who, REQUEST_KIND, &body)?;
        self.apply(&record);
        Ok(())
    }
}

/// The requests that brought what a series holds in a range: extracted, and not only asked for.
pub fn lineage<'a>(
    requests: &'a Requests,
    series: &SeriesKey,
    range: TimeRange,
) -> Vec<&'a RequestItem> {
    let brings = |item: &&RequestItem| {
        let of = |expected: super::Expected| {
            let part = item.parts.get(&expected.sensor.part());
            let is_out = part.is_some_and(|part| part.extracted.is_some());
            expected.name == series.name && (is_out || item.share > 0.0)
        };
        item.state() != State::Draft
            && item.request.window.overlaps(&range)
            && item.request.expected().into_iter().any(of)
    };
    requests.items().filter(brings).collect()
}
