//! Commanding against the spacecraft: what is prepared, approved and released shows in telemetry.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{Ground, mission, options, receive, spacecraft, start};
use crate::command::{
    ALL_MISSIONS, Accounts, Actor, Change, Circumstances, Commanding, Cost, DictionaryIdentity,
    Password, Policy, Prepared, RequestId, Role, SessionLimits, Stage, Standing, Started, State,
    Uid, Watch, Way,
};
use crate::mission::command::Consequence;
use crate::simulator::live::Command;
use crate::time::Instant;

const SECRET: &str = "a long and dull sentence";

/// Logs in and changes the password, as at the first time.
fn log_in(accounts: &mut Accounts, desk: &mut Commanding, name: &str, first: &str) {
    for (password, token) in [(first, 1), (SECRET, 2)] {
        let stored = accounts.stored_password(name);
        let matches = stored.matches(&Password::new(password));
        let token = [token + name.len() as u8; 32];
        let journal = desk.journal();
        accounts.log_in(journal, name, (&stored, matches), token, start()).unwrap();
        if password == first {
            let own = accounts.own_actor(&token, start()).unwrap();
            let change = Change::Password(Password::new(SECRET), [4; 16]);
            accounts.change(journal, &own, name, change, start()).unwrap();
        }
    }
}

fn actor(accounts: &mut Accounts, name: &str, mission: &str) -> Actor {
    accounts.actor(&[2 + name.len() as u8; 32], mission, start()).unwrap()
}

/// An operator and a lead, made by the administrator of the first start.
pub(super) fn people(accounts: &mut Accounts, commanding: &mut Commanding) -> (Actor, Actor) {
    let random = (std::array::from_fn(|i| i as u8), [3; 16]);
    let first = accounts.make_first(commanding.journal(), "root", random, start()).unwrap();
    log_in(accounts, commanding, "root", first.reveal());
    let root = actor(accounts, "root", ALL_MISSIONS);
    for (name, role) in [("ada", Role::Operator), ("robin", Role::Lead)] {
        let roles = BTreeMap::from([("insight".to_owned(), BTreeSet::from([role]))]);
        let password = Password::new("chosen by the administrator");
        let (names, password) = ((name, ""), (&password, [5; 16]));
        accounts.add(commanding.journal(), &root, names, roles, password, start()).unwrap();
        log_in(accounts, commanding, name, "chosen by the administrator");
    }
    (actor(accounts, "ada", "insight"), actor(accounts, "robin", "insight"))
}

/// Tells commanding what the verification packets say.
fn report(commanding: &mut Commanding, ground: &Ground, now: Instant) -> Vec<Option<Uid>> {
    let column = |name: &str| ground.series()[&format!("/insight/packet/{name}")].clone();
    let (apids, counts) = (column("command_apid"), column("command_count"));
    let stages = ground.texts("/insight/packet/command_stage");
    let each = apids.iter().zip(&counts).zip(&stages);
    each.map(|(((_, apid), (_, count)), stage)| {
        let request = RequestId { apid: *apid as u16, count: *count as u16 };
        let stage = Stage::named(stage).unwrap();
        commanding.report("insight", request, (stage, ""), now).unwrap()
    })
    .collect()
}

#[test]
fn what_is_released_shows_stage_by_stage() {
    let folder = tempfile::tempdir().unwrap();
    let started = Commanding::open(folder.path(), Policy::default(), start(), [1; 16]).unwrap();
    let Started { mut commanding, live, records, .. } = started;
    let cost = Cost { memory_kib: 64, passes: 1 };
    let limits = SessionLimits::default();
    let mut accounts = Accounts::open(folder.path(), &records, cost, limits).unwrap();
    let (ada, robin) = people(&mut accounts, &mut commanding);
    let dictionary = DictionaryIdentity { name: "demo".to_owned(), ..Default::default() };
    let uids = [(3, 0), (77, 1)].map(|(mode, count)| {
        assert_eq!(commanding.desk().next_count("insight", 10), count);
        let command = Command::SetMode { instrument: 1, mode };
        let stages = [Stage::Accepted, Stage::Started, Stage::Complete];
        let prepared = Prepared {
            mission: "insight".to_owned(),
            name: "SET_MODE".to_owned(),
            bytes: command.packet(count).unwrap(),
            dictionary: dictionary.clone(),
            significance: Consequence::Vital,
            watches: stages.map(|stage| Watch::report(stage, 60.0)).into(),
            ..Prepared::default()
        };
        let uid = commanding.prepare(&ada, &prepared, start()).unwrap();
        let digest = commanding.desk().get(uid).unwrap().sealed.digest();
        commanding.approve(&robin, uid, digest, start()).unwrap();
        commanding.enqueue(&ada, uid, start()).unwrap();
        uid
    });
    let mut craft = spacecraft(options(1));
    let mut bytes = craft.advance(start().plus_s(10.0));
    for uid in uids {
        let seen = Circumstances {
            now: start().plus_s(10.0),
            dictionary: &|_| Some(dictionary.clone()),
            holds: &|_, _| Ok(true),
            windows: None,
            way: Way::default(),
            margin_s: 0.0,
        };
        let (packet, taken) = commanding.release(&live, &ada, uid, &seen).unwrap().take();
        craft.execute(&packet).unwrap();
        commanding.sent(taken, start().plus_s(10.0)).unwrap();
    }
    bytes.extend(craft.advance(start().plus_s(60.0)));
    let ground = receive(&mission("insight"), &bytes);
    let told = report(&mut commanding, &ground, start().plus_s(20.0));
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(Option::is_some));
    let state = |uid| commanding.desk().get(uid).unwrap().state();
    assert_eq!(uids.map(state), [State::Complete, State::Failed]);
    let failed = commanding.desk().get(uids[1]).unwrap().verification.as_ref().unwrap();
    let stages: Vec<(Stage, bool)> = failed
        .stages()
        .into_iter()
        .map(|(stage, standing)| (stage, matches!(standing, Standing::Seen { .. })))
        .collect();
    let expected = [
        (Stage::Accepted, true),
        (Stage::Started, true),
        (Stage::Complete, false),
        (Stage::Failed, true),
    ];
    assert_eq!(stages, expected);
    drop((commanding, accounts));
    assert!(crate::command::verify(folder.path()).unwrap().is_empty());
}
