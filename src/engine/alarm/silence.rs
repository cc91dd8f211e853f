//! Communication loss: an alarm for every link that should bring data and does not. It is found by
//! the clock rather than in data; everything after that is as with any alarm.

use super::board::Board;
use super::record::{Found, Record, What};
use crate::archive::SeriesKey;
use crate::mission::Severity;
use crate::time::Instant;

/// Begins the names of the alarms of links.
const LINK: &str = "/link/";

/// A link as the alarms see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Name of the link.
    pub link: String,
    /// Mission whose data it brings, empty where it is not said.
    pub mission: String,
    /// Whether it has brought nothing for longer than it may.
    pub is_lost: bool,
    /// Whether it brought data lately; neither is known just after the start.
    pub is_heard: bool,
    /// Seconds that it may be silent.
    pub limit_s: f64,
    /// When its last data came; none: never.
    pub last: Option<Instant>,
}

/// The alarm of a link: its name, and the mission in place of a product.
pub fn link_key(link: &str, mission: &str) -> SeriesKey {
    let mission = if mission.is_empty() { "raw" } else { mission };
    SeriesKey::new(format!("{LINK}{link}"), mission)
}

/// Name of the link that an alarm is about; none where it is about a series.
pub fn link_of(key: &SeriesKey) -> Option<&str> {
    key.name.strip_prefix(LINK)
}

/// What has changed since the journal was written: links that fell silent, links that are heard
/// again, and silent ones that are not watched any more.
pub fn silence(board: &Board, contacts: &[Contact], now: Instant) -> Vec<Record> {
    let record =
        |key: SeriesKey, found: Found| Record { seq: 0, key, time: now, what: What::Found(found) };
    let heard =
        || Found { severity: Severity::Normal, value: 0.0, limit: String::new(), latch: false };
    let is_lost = |key: &SeriesKey| board.get(key).is_some_and(|alarm| alarm.active);
    let mut records = Vec::new();
    for contact in contacts {
        let key = link_key(&contact.link, &contact.mission);
        if contact.is_lost && !is_lost(&key) {
            // A number even where it never brought any: the journal keeps no others.
            // A clock that was set back meanwhile may say less.
            let silent_s = contact.last.map_or(0.0, |last| now.s_since(last));
            let value = silent_s.max(contact.limit_s);
            let limit = format!("no data for {:.0} s", contact.limit_s);
            let found = Found { severity: Severity::Warning, value, limit, latch: false };
            records.push(record(key, found));
        } else if contact.is_heard && is_lost(&key) {
            records.push(record(key, heard()));
        }
    }
    let watched = |key: &SeriesKey| contacts.iter().any(|c| link_key(&c.link, &c.mission) == *key);
    for alarm in board.listed().filter(|alarm| alarm.active && link_of(&alarm.key).is_some()) {
        if !watched(&alarm.key) {
            records.push(record(alarm.key.clone(), heard()));
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::state::AlarmState;
    use super::*;

    fn contact(is_lost: bool) -> Contact {
        Contact {
            link: "relay".to_owned(),
            mission: "insight".to_owned(),
            is_lost,
            is_heard: !is_lost,
            limit_s: 60.0,
            last: Some(Instant::from_unix_s(1000.0)),
        }
    }

    #[test]
    fn one_that_never_brought_data_can_be_journalled() {
        let never = Contact { last: None, ..contact(true) };
        let found = silence(&Board::default(), &[never], Instant::from_unix_s(1e9));
        let rows: Vec<_> = found.iter().map(Record::row).collect();
        let (journal, unreadable) = super::super::Journal::of(&rows);
        assert_eq!((journal.records().len(), unreadable), (1, 0));
    }

    #[test]
    fn a_silent_link_is_one_alarm_until_it_is_heard() {
        let at = |s: f64| Instant::from_unix_s(s);
        let mut board = Board::default();
        let mut journal = Vec::new();
        let mut look = |board: &mut Board, contacts: &[Contact], now: Instant| {
            let new = silence(board, contacts, now);
            for record in &new {
                board.apply(record);
            }
            journal.extend(new.clone());
            new.len()
        };
        assert_eq!(look(&mut board, &[contact(false)], at(1050.0)), 0);
        assert_eq!(look(&mut board, &[contact(true)], at(1061.0)), 1);
        assert_eq!(look(&mut board, &[contact(true)], at(1062.0)), 0);
        let key = link_key("relay", "insight");
        let alarm = board.get(&key).unwrap();
        assert_eq!((alarm.state, alarm.value), (AlarmState::Unacknowledged, 61.0));
        assert_eq!(alarm.limit, "no data for 60 s");
        // After a restart the journal says that it is known.
        let again = Board::at(&journal_of(&board, &key), at(1063.0));
        assert_eq!(silence(&again, &[contact(true)], at(1063.0)), []);
        let unknown = Contact { is_lost: false, is_heard: false, ..contact(false) };
        assert_eq!(silence(&again, &[unknown], at(1063.0)), []);
        assert_eq!(look(&mut board, &[contact(false)], at(1070.0)), 1);
        assert_eq!(board.get(&key).unwrap().state, AlarmState::Returned);
        assert_eq!(look(&mut board, &[contact(true)], at(1200.0)), 1);
        // Switched off: nobody waits for it any more.
        assert_eq!(look(&mut board, &[], at(1210.0)), 1);
        assert!(!board.get(&key).unwrap().active);
    }

    /// The one record that made a board what it is here.
    fn journal_of(board: &Board, key: &SeriesKey) -> Vec<Record> {
        let alarm = board.get(key).unwrap();
        let (severity, value) = (alarm.severity, alarm.value);
        let found = Found { severity, value, limit: alarm.limit.clone(), latch: false };
        vec![Record { seq: 1, key: key.clone(), time: alarm.since, what: What::Found(found) }]
    }
}
