//! The life of a request: every state, by people and by evidence, live and from the journal.

use std::collections::BTreeSet;

use super::make::*;
use crate::command::Uid;
use crate::event_request::*;
use crate::time::TimeRange;

#[test]
fn a_request_goes_through_all_states_to_stored_data() {
    let mut room = Room::new();
    let mut seen = BTreeSet::new();
    let anne = room.anne.clone();
    let said = room.act(&anne, RequestOrder::Draft(Box::new(wanted()))).unwrap();
    assert_eq!(said, "S0235b-1 is kept as a draft.");
    let id = "S0235b-1";
    seen.insert(room.state(id));
    let order = RequestOrder::Submit { id: id.to_owned(), seen: room.seen(id) };
    let said = room.act(&anne, order).unwrap();
    assert!(said.starts_with("S0235b-1 is proposed: 4.3 Mbit, in memory until"), "{said}");
    seen.insert(room.state(id));
    room.accept(id, "").unwrap();
    seen.insert(room.state(id));
    // Data of the window that lay there before anything was commanded are not its data.
    room.store(id, 0.3);
    assert_eq!(room.state(id), State::Accepted);
    room.stored.clear();
    room.now = hours(2.0);
    room.extract(Part::Seis, id);
    seen.insert(room.state(id));
    room.says("Request S0235b-1 extracted 480 records");
    seen.insert(room.state(id));
    room.store(id, 0.4);
    seen.insert(room.state(id));
    room.now = hours(30.0);
    room.says("Request S0235b-1 sent");
    seen.insert(room.state(id));
    // The on-board clock is a third of a second fast.
    room.store(id, 1.0 - 0.35 / 1200.0);
    seen.insert(room.state(id));
    let item = room.requests.get(id).unwrap();
    assert_eq!((item.parts[&Part::Seis].records, item.is_whole), (480, true));
    let order = RequestOrder::Close { id: id.to_owned(), note: "in the catalogue".to_owned() };
    room.act(&anne, order).unwrap();
    seen.insert(room.state(id));
    let expected = State::ALL.into_iter();
    let expected = expected.filter(|s| !matches!(s, State::Rejected | State::Expired));
    assert_eq!(seen, expected.collect());
    let words: Vec<&str> =
        room.requests.get(id).unwrap().history.iter().map(|line| line.words.as_str()).collect();
    assert_eq!(words[1..3], ["proposed", "accepted"]);
    assert!(words[3].starts_with("SEIS commanded by #"), "{words:?}");
    assert_eq!(
        words[5..],
        [
            "40 % of it are stored",
            "SEIS sent, 2020-09-14T18:26:40Z",
            "all of it is stored",
            "closed: in the catalogue"
        ]
    );
    assert_eq!(
        record_words(room.records().last().unwrap()).as_deref(),
        Some("event request S0235b-1 closed: in the catalogue")
    );
    // As it stood before the command went up.
    let before = Requests::at(&room.records(), hours(1.0));
    assert_eq!(before.get(id).unwrap().state(), State::Accepted);
}

#[test]
fn rejected_requests_are_edited_and_proposed_again() {
    let mut room = Room::new();
    let id = room.propose(wanted());
    let (anne, lea) = (room.anne.clone(), room.lea.clone());
    let seen = room.seen(&id);
    let reason = "too long".to_owned();
    room.act(&lea, RequestOrder::Reject { id: id.clone(), seen, reason }).unwrap();
    assert_eq!(room.state(&id), State::Rejected);
    let mut request = wanted();
    request.window.end = request.window.end.plus_s(-600.0);
    let edit = RequestOrder::Edit { id: id.clone(), seen, request: Box::new(request) };
    room.act(&anne, edit).unwrap();
    assert_eq!(room.state(&id), State::Draft);
    // Whoever looked at the old content cannot act on the new one.
    let old = room.act(&anne, RequestOrder::Submit { id: id.clone(), seen });
    assert_eq!(old, Err(vec!["anne has edited S0235b-1 meanwhile: look at it again.".to_owned()]));
    let seen = room.seen(&id);
    room.act(&anne, RequestOrder::Submit { id: id.clone(), seen }).unwrap();
    room.accept(&id, "").unwrap();
    assert_eq!(room.state(&id), State::Accepted);
    let reason = "the event is noise".to_owned();
    room.act(&anne, RequestOrder::Withdraw { id: id.clone(), reason }).unwrap();
    assert_eq!(room.state(&id), State::Closed);
}

#[test]
fn the_memory_does_not_wait() {
    let mut room = Room::new();
    let anne = room.anne.clone();
    room.act(&anne, RequestOrder::Draft(Box::new(wanted()))).unwrap();
    let mut other = wanted();
    other.window = TimeRange::new(hours(-3.0), hours(-2.5));
    let accepted = room.accepted(other);
    let mut third = wanted();
    third.window = TimeRange::new(hours(-5.0), hours(-4.5));
    let commanded = room.accepted(third);
    room.now = hours(40.0);
    room.extract(Part::Seis, &commanded);
    assert_eq!(room.state(&commanded), State::Commanded);
    // 50 h after the start of the draft's window, 1 h 20 min before T0.
    room.now = hours(50.0 - 4.0 / 3.0).plus_s(-1.0);
    assert_eq!(room.state("S0235b-1"), State::Draft);
    assert_eq!(room.state(&accepted), State::Expired);
    room.now = room.now.plus_s(1.0);
    assert_eq!(room.state("S0235b-1"), State::Expired);
    // The command may have been in time: its report may come with the next passes.
    assert_eq!(room.state(&commanded), State::Commanded);
    room.now = hours(50.0 - 5.0 + 24.0);
    assert_eq!(room.state(&commanded), State::Expired);
    room.says(&format!("Request {commanded} extracted 7 records"));
    assert_eq!(room.state(&commanded), State::Extracted);
    for id in ["S0235b-1", accepted.as_str()] {
        room.act(&anne, RequestOrder::Close { id: id.to_owned(), note: String::new() }).unwrap();
        assert_eq!(room.state(id), State::Closed);
    }
}

#[test]
fn a_failed_command_gives_the_request_back() {
    let mut room = Room::new();
    let id = room.accepted(wanted());
    let first = room.extract(Part::Seis, &id);
    assert_eq!(room.state(&id), State::Commanded);
    room.now = hours(1.0);
    room.fails(first);
    assert_eq!(room.state(&id), State::Accepted);
    let second = room.extract(Part::Seis, &id);
    assert_eq!(room.state(&id), State::Commanded);
    assert_eq!(room.requests.get(&id).unwrap().parts[&Part::Seis].commanded, Some(second));
    room.says(&format!("Request {id} failed: 16 requests are under way"));
    assert_eq!(room.state(&id), State::Accepted);
    room.now = hours(2.0);
    room.extract(Part::Seis, &id);
    assert_eq!(room.state(&id), State::Commanded);
    room.says(&format!("Request {id} failed: overwritten: the memory holds the last 50 hours"));
    assert_eq!(room.state(&id), State::Expired);
}

#[test]
fn records_that_are_overwritten_on_their_way_are_told() {
    let mut room = Room::new();
    let id = room.accepted(wanted());
    room.extract(Part::Seis, &id);
    room.says(&format!("Request {id} extracted 480 records"));
    assert_eq!(room.state(&id), State::Extracted);
    room.says(&format!(
        "Request {id} failed: overwritten: 480 of 480 records before they were sent"
    ));
    assert_eq!(room.state(&id), State::Expired);
    // A part had come down all the same.
    room.store(&id, 0.2);
    assert_eq!(room.state(&id), State::Partial);
}

#[test]
fn two_instruments_take_a_command_each() {
    let mut room = Room::new();
    let mut request = wanted();
    request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 20 });
    let id = room.accepted(request);
    assert_eq!(room.requests.get(&id).unwrap().uncommanded().count(), 2);
    room.extract(Part::Seis, &id);
    assert_eq!(room.state(&id), State::Commanded);
    let left: Vec<Part> = room.requests.get(&id).unwrap().uncommanded().collect();
    assert_eq!(left, [Part::Apss]);
    room.extract(Part::Apss, &id);
    room.says(&format!("Request {id} extracted 480 records"));
    assert_eq!(room.state(&id), State::Commanded);
    room.says(&format!("Request {id}p extracted 9 records"));
    assert_eq!(room.state(&id), State::Extracted);
    room.says(&format!("Request {id}p sent"));
    assert_eq!(room.state(&id), State::Extracted);
    room.says(&format!("Request {id} sent"));
    assert_eq!(room.state(&id), State::Downlinked);
    assert!(room.asked.borrow().contains("XB.ELYSE.02.BDO"));
}

#[test]
fn a_sequence_that_carries_it_counts_as_its_command() {
    let mut room = Room::new();
    let id = room.accepted(wanted());
    // Another request whose identifier only begins like this one.
    room.command("SEQ_LOAD", &[("id", "sol 12")], b"\x01\x08S0235b-12\x00");
    assert_eq!(room.state(&id), State::Accepted);
    let uid = room.command("SEQ_LOAD", &[("id", "sol 12")], b"\x01\x08S0235b-1\x00\x14");
    assert_eq!(room.state(&id), State::Commanded);
    assert_eq!(room.requests.get(&id).unwrap().parts[&Part::Seis].commanded, Some(uid));
    assert_ne!(uid, Uid(0));
}

#[test]
fn data_show_the_request_that_brought_them() {
    let mut room = Room::new();
    let id = room.accepted(wanted());
    let series = crate::archive::SeriesKey::parse("XB.ELYSE.00.HHU");
    let window = wanted().window;
    assert!(lineage(&room.requests, &series, window).is_empty());
    room.extract(Part::Seis, &id);
    room.says(&format!("Request {id} extracted 480 records"));
    room.follow();
    let found: Vec<&str> =
        lineage(&room.requests, &series, window).iter().map(|item| item.id.as_str()).collect();
    assert_eq!(found, [id.as_str()]);
    let later = TimeRange::new(window.end, window.end.plus_s(60.0));
    assert!(lineage(&room.requests, &series, later).is_empty());
    let continuous = crate::archive::SeriesKey::parse("XB.ELYSE.02.BHU");
    assert!(lineage(&room.requests, &continuous, window).is_empty());
}
