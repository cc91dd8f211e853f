//! An event request from its proposal to stored data, with the spacecraft on the other side.

use std::sync::Arc;

use super::commanding::people;
use super::commands::packet;
use super::ground::{mission, options, receive, spacecraft, start};
use crate::archive::{Archive, EventMessage, SeriesKey};
use crate::command::{
    Accounts, Circumstances, Commanding, Cost, DictionaryIdentity, Policy, Prepared, SessionLimits,
    Started, Uid, Way, read_journal,
};
use crate::event_request::{
    EventRequest, RequestOrder, Requests, Sensor, Situation, State, Wish, act, commands, lineage,
};
use crate::mission::Mission;
use crate::plan::Model;
use crate::time::{Instant, TimeRange};

const ID: &str = "S0235b-1";

fn wanted() -> EventRequest {
    let mut request = EventRequest {
        name: "S0235b".to_owned(),
        justification: "The first of its kind".to_owned(),
        ..EventRequest::new("insight", TimeRange::new(start().plus_s(-60.0), start().plus_s(-40.0)))
    };
    request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 20 });
    request
}

fn dictionary() -> DictionaryIdentity {
    DictionaryIdentity { name: "demo".to_owned(), ..Default::default() }
}

#[test]
fn what_is_asked_for_comes_down_and_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a"), start()).unwrap();
    let started = Commanding::open(folder.path(), Policy::default(), start(), [1; 16]).unwrap();
    let Started { mut commanding, live, records, .. } = started;
    let cost = Cost { memory_kib: 64, passes: 1 };
    let limits = SessionLimits::default();
    let mut accounts = Accounts::open(folder.path(), &records, cost, limits).unwrap();
    let (ada, robin) = people(&mut accounts, &mut commanding);
    let model = Arc::new(Model::builtin("insight"));
    let at = Situation { now: start(), model: &model };
    let mut requests = Requests::default();
    let propose = RequestOrder::Propose(Box::new(wanted()));
    act(&mut requests, commanding.journal(), &ada, propose, &at).unwrap();
    let seen = requests.get(ID).unwrap().content;
    let accept = RequestOrder::Accept { id: ID.to_owned(), seen, waiver: String::new() };
    act(&mut requests, commanding.journal(), &robin, accept, &at).unwrap();
    // The commands of the request, by the dictionary of the mission.
    let of = mission("insight");
    let item = requests.get(ID).unwrap();
    let made = commands(ID, &item.request, &item.uncommanded().collect());
    assert_eq!(made.len(), 2);
    let mut craft = spacecraft(options(1));
    let mut bytes = craft.advance(start().plus_s(10.0));
    for (count, (name, arguments)) in made.into_iter().enumerate() {
        let prepared = prepared(&of, name, arguments, count as u16);
        let uid = commanding.prepare(&ada, &prepared, start()).unwrap();
        commanding.enqueue(&ada, uid, start()).unwrap();
        let packet = released(&mut commanding, &live, &ada, uid);
        craft.execute(&packet).unwrap();
    }
    let mut follow = |requests: &mut Requests, now: Instant| {
        let desk = commanding.desk().clone();
        requests.follow_archive(commanding.journal(), &desk, &archive, now).unwrap();
        requests.get(ID).unwrap().state()
    };
    let now = start().plus_s(20.0);
    assert_eq!(follow(&mut requests, now), State::Commanded);
    // Passes last two minutes of three.
    bytes.extend(craft.advance(start().plus_s(600.0)));
    let ground = receive(&of, &bytes);
    let texts = ground.texts("/insight/packet/event_text");
    let message = |text: &String| EventMessage {
        time: start().plus_s(30.0),
        mission: "insight".to_owned(),
        message: text.clone(),
        ..EventMessage::default()
    };
    let messages: Vec<EventMessage> = texts.iter().map(message).collect();
    archive.put_messages(&messages).unwrap();
    let later = start().plus_s(600.0);
    assert_eq!(follow(&mut requests, later), State::Downlinked);
    archive.append_waveform("simulated", &ground.records().concat()).unwrap();
    assert_eq!(follow(&mut requests, later), State::Ingested);
    // Which request brought these data, now and after a restart.
    let again = Requests::of(&read_journal(folder.path()).unwrap().records);
    assert_eq!(again, requests);
    for name in ["XB.ELYSE.00.HHU", "XB.ELYSE.02.BDO"] {
        let key = SeriesKey::new(name, "simulated");
        assert!(archive.series().iter().any(|series| series.key == key), "{name}");
        let brought = lineage(&again, &key, wanted().window);
        assert_eq!(brought.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), [ID]);
    }
}

/// One command of the request, encoded by the dictionary of its mission.
fn prepared(of: &Mission, name: String, arguments: Vec<(String, String)>, count: u16) -> Prepared {
    let given: Vec<(&str, &str)> =
        arguments.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let bytes = packet(of, &name, &given, count);
    Prepared {
        mission: "insight".to_owned(),
        name,
        arguments,
        bytes,
        dictionary: dictionary(),
        ..Prepared::default()
    }
}

/// The bytes of a command that is released and sent.
fn released(
    commanding: &mut Commanding,
    live: &crate::command::LiveProcessor,
    by: &crate::command::Actor,
    uid: Uid,
) -> Vec<u8> {
    let now = start().plus_s(10.0);
    let seen = Circumstances {
        now,
        dictionary: &|_| Some(dictionary()),
        holds: &|_, _| Ok(true),
        windows: None,
        way: Way::default(),
        margin_s: 0.0,
    };
    let (packet, taken) = commanding.release(live, by, uid, &seen).unwrap().take();
    commanding.sent(taken, now).unwrap();
    packet
}
