//! What is refused, in which words.

use super::make::*;
use crate::event_request::*;
use crate::time::TimeRange;

/// The whole refusal in one line.
fn why(result: Result<String, Vec<String>>) -> String {
    result.expect_err("refused").join(" | ")
}

#[test]
fn roles_and_two_people_are_needed() {
    let mut room = Room::new();
    let (eve, bruno, anne) = (room.eve.clone(), room.bruno.clone(), room.anne.clone());
    let propose = || RequestOrder::Propose(Box::new(wanted()));
    assert!(why(room.act(&eve, propose())).starts_with("eve may not prepare commands"));
    room.act(&bruno, propose()).unwrap();
    let id = "S0235b-1".to_owned();
    let accept = RequestOrder::Accept { id, seen: room.seen("S0235b-1"), waiver: String::new() };
    let refused = why(room.act(&anne, accept.clone()));
    assert!(refused.starts_with("anne may not approve commands"), "{refused}");
    assert_eq!(
        why(room.act(&bruno, accept)),
        "bruno wrote S0235b-1: somebody else has to accept it."
    );
    room.accept("S0235b-1", "").unwrap();
    assert_eq!(
        why(room.accept("S0235b-1", "")),
        "S0235b-1 is ACCEPTED: only PROPOSED can be accepted."
    );
    assert_eq!(why(room.accept("nothing", "")), "There is no event request nothing.");
    room.agrees();
}

#[test]
fn what_cannot_be_had_is_not_proposed() {
    let mut room = Room::new();
    let anne = room.anne.clone();
    let mut propose = |change: &dyn Fn(&mut EventRequest)| {
        let mut request = wanted();
        change(&mut request);
        why(room.act(&anne, RequestOrder::Propose(Box::new(request))))
    };
    assert!(propose(&|r| r.justification.clear()).starts_with("Say why"));
    assert!(propose(&|r| r.wishes.clear()).contains("No sensor is chosen."));
    assert!(propose(&|r| r.window.end = r.window.start).contains("The window has 0 s"));
    assert!(propose(&|r| r.wishes[0].rate_hz = 40).contains("20, 50, 100 sps, not at 40"));
    let future = TimeRange::new(hours(1.0), hours(1.5));
    assert!(propose(&|r| r.window = future).contains("The window is not over"));
    let past = TimeRange::new(hours(-51.0), hours(-50.5));
    assert!(propose(&|r| r.window = past).contains("overwritten since 2020-09-13T11:26:40Z"));
    let sp = Wish { sensor: Sensor::Sp, channels: 3, rate_hz: 20 };
    assert!(propose(&|r| r.wishes.push(sp)).contains("SP comes only behind all three axes"));
    assert!(room.requests.is_empty());
}

#[test]
fn what_others_asked_for_is_not_asked_for_again() {
    let mut room = Room::new();
    let first = room.propose(wanted());
    let second = room.propose(wanted());
    room.accept(&first, "").unwrap();
    let refused = why(room.accept(&second, "all the same"));
    assert!(refused.starts_with("overlap: S0235b-1 (ACCEPTED) asks for VBB"), "{refused}");
    // Pressure of the same time is something else.
    let mut third = wanted();
    third.wishes = vec![Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 10 }];
    room.accepted(third);
}

#[test]
fn volume_is_held_against_the_allocation_and_can_be_waived() {
    let mut room = Room::new();
    // 6 channels × 100 sps × 4 h × 12 bits = 103.68 Mbit; 60 Mbit is the most for one request.
    let all = [Sensor::Vbb, Sensor::Sp];
    let wishes = all.map(|sensor| Wish { sensor, channels: 3, rate_hz: 100 }).to_vec();
    let window = TimeRange::new(hours(-5.0), hours(-1.0));
    let large = EventRequest { window, wishes, ..wanted() };
    assert!((large.volume_bits() / 1e6 - 103.68).abs() < 1e-9);
    let id = room.propose(large.clone());
    let refused = why(room.accept(&id, ""));
    assert!(refused.contains("FR-SEIS-005"), "{refused}");
    assert!(refused.contains("waive"), "{refused}");
    room.accept(&id, "the largest event so far").unwrap();
    let accepted = room.requests.get(&id).unwrap().accepted.clone();
    assert_eq!(accepted, Some(("lea".to_owned(), "the largest event so far".to_owned())));
    // 103.68 + 21.6 Mbit are more than the 120 Mbit of a sol.
    let window = TimeRange::new(hours(-10.0), hours(-8.0));
    let wishes = vec![Wish { sensor: Sensor::Vbb, channels: 3, rate_hz: 100 }];
    let next = room.propose(EventRequest {
        wishes,
        window: TimeRange::new(window.start, window.start.plus_s(6000.0)),
        ..large
    });
    let refused = why(room.accept(&next, ""));
    assert!(refused.contains("FR-SEIS-011"), "{refused}");
    assert!(refused.contains("with this one 125.3 Mbit of 120"), "{refused}");
    room.accept(&next, "").unwrap_err();
    room.agrees();
}
