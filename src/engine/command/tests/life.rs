//! The life of a command: approvals, the queue, releases, evidence, restarts, full disks, history.

use std::collections::BTreeSet;

use super::make::*;
use crate::command::*;
use crate::mission::command::{Consequence, Constraint};
use crate::mission::telemetry::Condition;
use crate::time::TimeRange;

struct Room {
    disk: Disk,
    commanding: Commanding,
    live: LiveProcessor,
    ada: Actor,
    bob: Actor,
    eve: Actor,
}

/// Ada plans and operates, Bob leads, Eve looks on.
fn room() -> Room {
    let disk = Disk::default();
    let Started { commanding, live, .. } = disk.start(T0);
    let ada = person("ada", Role::Operator);
    Room { disk, commanding, live, ada, bob: person("bob", Role::Lead), eve: observer() }
}

fn observer() -> Actor {
    person("eve", Role::Observer)
}

impl Room {
    fn queued(&mut self, significance: Consequence, count: u16) -> Uid {
        let uid = self.commanding.prepare(&self.ada, &command(significance, count), T0).unwrap();
        self.commanding.enqueue(&self.ada, uid, T0).unwrap();
        uid
    }

    fn digest(&self, uid: Uid) -> Digest {
        self.commanding.desk().get(uid).unwrap().sealed.digest()
    }

    fn state(&self, uid: Uid) -> State {
        self.commanding.desk().get(uid).unwrap().state()
    }

    fn release(&mut self, uid: Uid) -> Result<Release, Refusal> {
        self.commanding.release(&self.live, &self.ada, uid, &quiet(T0))
    }

    fn sent(&mut self, uid: Uid) {
        let (_, taken) = self.release(uid).unwrap().take();
        self.commanding.sent(taken, T0).unwrap();
    }

    fn restart(&mut self) -> Vec<String> {
        let Started { commanding, live, told, .. } = self.disk.start(T0);
        (self.commanding, self.live) = (commanding, live);
        told
    }
}

fn reasons<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<Reason> {
    result.unwrap_err().reasons().to_vec()
}

#[test]
fn a_vital_command_needs_somebody_else() {
    let mut room = room();
    let uid = room.queued(Consequence::Vital, 1);
    let lack = reasons(room.release(uid));
    assert!(matches!(lack[..], [Reason::NotApproved { have: 0, need: 1, .. }]), "{lack:?}");
    let digest = room.digest(uid);
    let Room { commanding, ada, bob, eve, .. } = &mut room;
    assert!(matches!(
        reasons(commanding.approve(ada, uid, digest, T0))[..],
        [Reason::NotAllowed { .. }]
    ));
    assert!(matches!(
        reasons(commanding.approve(eve, uid, digest, T0))[..],
        [Reason::NotAllowed { .. }]
    ));
    let stale = Digest::of(b"another");
    let told = reasons(commanding.approve(bob, uid, stale, T0));
    assert!(matches!(told[..], [Reason::OtherContent { .. }]), "{told:?}");
    let elsewhere = Actor::new("bob", "msl", bob.roles().clone());
    assert!(commanding.approve(&elsewhere, uid, digest, T0).is_err(), "a lead of another mission");
    commanding.approve(bob, uid, digest, T0).unwrap();
    let again = reasons(commanding.approve(bob, uid, digest, T0));
    assert!(matches!(again[..], [Reason::ApprovedAlready(_)]));
    room.sent(uid);
    assert_eq!(room.state(uid), State::UnderWay);
}

#[test]
fn an_edit_voids_approvals_and_its_author_cannot_approve() {
    let mut room = room();
    let uid = room.queued(Consequence::Critical, 1);
    let digest = room.digest(uid);
    room.commanding.approve(&room.bob, uid, digest, T0).unwrap();
    let mut edited = command(Consequence::Critical, 1);
    *edited.bytes.last_mut().unwrap() ^= 1;
    room.commanding.edit(&room.bob, uid, digest, &edited, T0).unwrap();
    let conflict = reasons(room.commanding.edit(&room.ada, uid, digest, &edited, T0));
    assert!(matches!(&conflict[..], [Reason::Changed { by, .. }] if by == "bob"));
    assert_eq!(room.state(uid), State::Draft);
    let digest = room.digest(uid);
    let told = reasons(room.commanding.approve(&room.bob, uid, digest, T0));
    assert!(matches!(&told[..], [Reason::SelfApproval(who)] if who == "bob"), "{told:?}");
    let carol = person("carol", Role::Lead);
    room.commanding.reject(&carol, uid, (digest, "wrong mode"), T0).unwrap();
    let dora = person("dora", Role::Lead);
    assert!(matches!(
        reasons(room.commanding.approve(&dora, uid, digest, T0))[..],
        [Reason::Rejected { .. }]
    ));
    room.commanding.enqueue(&room.ada, uid, T0).unwrap();
    assert!(matches!(reasons(room.release(uid))[..], [Reason::Rejected { .. }]));
    room.commanding.approve(&carol, uid, digest, T0).unwrap();
    room.sent(uid);
}

#[test]
fn deliveries_always_need_an_approval_and_level_a_two() {
    let policy = Policy::default();
    assert_eq!(policy.needed(&command(Consequence::User2, 1)), 0);
    assert_eq!(policy.needed(&command(Consequence::Vital, 1)), 1);
    assert_eq!(policy.needed(&command(Consequence::Forbidden, 1)), 2);
    let delivery = Prepared { target: Target::Delivery, ..command(Consequence::Normal, 1) };
    assert_eq!(policy.needed(&delivery), 1);
}

#[test]
fn the_hash_covers_all_that_decides() {
    let digest = |prepared: &Prepared| Sealed::of(prepared).unwrap().digest();
    let first = command(Consequence::Normal, 1);
    let mut all = BTreeSet::from([digest(&first)]);
    let constraint = Constraint { condition: holds(), timeout_s: None, suspendable: true };
    let changes: [&dyn Fn(&mut Prepared); 7] = [
        &|p| p.bytes[8] ^= 1,
        &|p| p.dictionary.version.push('b'),
        &|p| p.dictionary.sha256 = Digest::of(b"x"),
        &|p| p.significance = Consequence::User1,
        &|p| p.constraints.push(constraint.clone()),
        &|p| p.timing.expires = Some(T0),
        &|p| p.watches.clear(),
    ];
    for change in changes {
        let mut changed = first.clone();
        change(&mut changed);
        assert!(all.insert(digest(&changed)));
    }
    let empty = Prepared { bytes: Vec::new(), ..first.clone() };
    assert!(Sealed::of(&empty).unwrap_err().contains("0 bytes"));
    let sealed = Sealed::of(&first).unwrap();
    assert_eq!(Sealed::read(sealed.text().to_owned()).unwrap(), sealed);
    assert_eq!(sealed.bytes_digest(), Digest::of(&first.bytes));
}

fn holds() -> Condition {
    Condition::All(Vec::new())
}

#[test]
fn the_queue_keeps_its_order() {
    let mut room = room();
    let [a, b, c] = [1, 2, 3].map(|count| room.queued(Consequence::Normal, count));
    assert!(matches!(reasons(room.release(b))[..], [Reason::NotNext(first)] if first == a));
    room.commanding.hold(&room.ada, a, "wait for the pass", T0).unwrap();
    room.sent(b);
    assert!(matches!(&reasons(room.release(a))[..], [Reason::Held(why)] if why.contains("pass")));
    room.commanding.resume(&room.ada, a, T0).unwrap();
    room.commanding.move_to(&room.ada, a, 7, T0).unwrap();
    let order: Vec<Uid> = room.commanding.desk().queue().map(|item| item.uid).collect();
    assert_eq!(order, [c, a]);
    room.commanding.withdraw(&room.ada, c, "not needed", T0).unwrap();
    room.sent(a);
    assert!(matches!(reasons(room.release(a))[..], [Reason::WrongState { .. }]));
    let nobody = room.commanding.hold(&room.eve, b, "", T0);
    assert!(matches!(reasons(nobody)[..], [Reason::NotAllowed { .. }]));
}

#[test]
fn a_release_looks_at_everything_and_a_dry_run_says_so() {
    let mut room = room();
    let timed = Timing {
        earliest: Some(T0.plus_s(10.0)),
        expires: Some(T0.plus_s(10_000.0)),
        arrive_by: Some(T0.plus_s(5_000.0)),
    };
    let constraint = |suspendable| Constraint { condition: holds(), timeout_s: None, suspendable };
    let prepared = Prepared {
        timing: timed,
        constraints: vec![constraint(true), constraint(false)],
        ..command(Consequence::Normal, 1)
    };
    let uid = room.commanding.prepare(&room.ada, &prepared, T0).unwrap();
    room.commanding.enqueue(&room.ada, uid, T0).unwrap();
    let windows = [TimeRange::new(T0.plus_s(100.0), T0.plus_s(9_000.0))];
    let way = Way { light_s: 900.0, pass_s: 0.0 };
    let not = |_: &Prepared, _: &Condition| Err("HEATER is stale".to_owned());
    let bad = Circumstances { windows: Some(&windows), way, holds: &not, ..quiet(T0) };
    let run = room.commanding.dry_run(uid, &bad).unwrap();
    let words: Vec<String> = run.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(run.reasons.len(), 4, "{words:?}");
    assert!(words[0].starts_with("it may go from 2020-09-13T12:26:50"), "{words:?}");
    assert!(words[1].contains("next one begins"), "{words:?}");
    assert_eq!(words[2], "constraint 1 does not hold: HEATER is stale; it may be put aside");
    let good = |at: f64| Circumstances { windows: Some(&windows), way, ..quiet(T0.plus_s(at)) };
    let cut_off = room.commanding.dry_run(uid, &good(200.0)).unwrap().cut_off.unwrap();
    assert_eq!((cut_off.at, cut_off.left_s), (T0.plus_s(4_100.0), 3_900.0));
    assert_eq!(cut_off.arrives, T0.plus_s(1_100.0));
    let late = room.commanding.dry_run(uid, &good(4_200.0)).unwrap();
    assert!(matches!(late.reasons[..], [Reason::PastCutOff { late_s: 100.0, .. }]));
    let other = |_: &str| Some(DictionaryIdentity { version: "2".into(), ..dictionary() });
    let seen = Circumstances { dictionary: &other, ..good(200.0) };
    let told = reasons(room.commanding.release(&room.live, &room.ada, uid, &seen));
    assert!(matches!(told[..], [Reason::OtherDictionary { .. }]), "{told:?}");
    let seen = Circumstances { holds: &not, ..good(200.0) };
    room.commanding.suspend(&room.ada, uid, (0, "sensor broken"), T0).unwrap();
    assert!(room.commanding.suspend(&room.ada, uid, (1, "no"), T0).is_err());
    let told = reasons(room.commanding.release(&room.live, &room.ada, uid, &seen));
    assert!(matches!(told[..], [Reason::Constraint { number: 1, .. }]), "{told:?}");
    let told =
        reasons(room.commanding.release(&room.live, &room.ada, uid, &quiet(T0.plus_s(-9.0))));
    assert!(told.iter().any(|reason| matches!(reason, Reason::ClockBack { .. })), "{told:?}");
    let (bytes, taken) =
        room.commanding.release(&room.live, &room.ada, uid, &good(200.0)).unwrap().take();
    assert_eq!(bytes, prepared.bytes);
    room.commanding.sent(taken, T0.plus_s(201.0)).unwrap();
}

#[test]
fn what_expires_is_told_and_never_sent() {
    let mut room = room();
    let timing = Timing { expires: Some(T0.plus_s(60.0)), ..Timing::default() };
    let prepared = Prepared { timing, ..command(Consequence::Normal, 1) };
    let uid = room.commanding.prepare(&room.ada, &prepared, T0).unwrap();
    room.commanding.enqueue(&room.ada, uid, T0).unwrap();
    let at = T0.plus_s(60.0);
    let told = room.commanding.release(&room.live, &room.ada, uid, &quiet(at)).unwrap_err();
    assert!(told.to_string().contains("expired at 2020-09-13T12:27:40"), "{told}");
    assert_eq!(room.commanding.tick(at).unwrap(), [(uid, "expired".to_owned())]);
    assert_eq!(room.commanding.tick(at).unwrap(), []);
    assert_eq!(room.state(uid), State::Expired);
}

#[test]
fn evidence_leads_through_the_stages() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 7);
    let report = |commanding: &mut Commanding, count, stage, s: f64| {
        commanding.report("insight", request(count), (stage, ""), T0.plus_s(s)).unwrap()
    };
    assert_eq!(report(&mut room.commanding, 7, Stage::Accepted, 0.0), None, "not released yet");
    let seen = Circumstances { way: Way { light_s: 500.0, pass_s: 0.0 }, ..quiet(T0) };
    let (_, taken) = room.commanding.release(&room.live, &room.ada, uid, &seen).unwrap().take();
    room.commanding.sent(taken, T0).unwrap();
    let commanding = &mut room.commanding;
    assert_eq!(report(commanding, 7, Stage::Accepted, 900.0), None, "faster than light");
    assert_eq!(report(commanding, 8, Stage::Accepted, 1_001.0), None, "another one");
    assert_eq!(report(commanding, 7, Stage::Accepted, 1_001.0), Some(uid));
    let lines = commanding.desk().get(uid).unwrap().history.len();
    assert_eq!(report(commanding, 7, Stage::Accepted, 1_002.0), Some(uid), "repeated");
    assert_eq!(commanding.desk().get(uid).unwrap().history.len(), lines);
    let told = commanding.tick(T0.plus_s(1_012.0)).unwrap();
    assert_eq!(told, [(uid, "started unknown: not heard of in its time".to_owned())]);
    assert_eq!(room.state(uid), State::Unknown);
    let commanding = &mut room.commanding;
    assert_eq!(report(commanding, 7, Stage::Complete, 1_050.0), Some(uid));
    assert_eq!(commanding.tick(T0.plus_s(1e5)).unwrap(), []);
    room.restart();
    assert_eq!(room.state(uid), State::Complete);
    let stages = room.commanding.desk().get(uid).unwrap().verification.as_ref().unwrap().stages();
    assert_eq!(stages[1], (Stage::Started, Standing::Unknown));
}

#[test]
fn events_and_conditions_are_evidence_too() {
    let mut room = room();
    let watch = |stage, sign| Watch { stage, sign, within_s: 30.0, from_release: true };
    let event = Sign::Event { name: "CMD".to_owned(), words: "dispatched".to_owned() };
    let check = Sign::Check(crate::mission::command::Check::Holds(holds()));
    let watches = vec![watch(Stage::Started, event), watch(Stage::Complete, check)];
    let prepared = Prepared { watches, ..command(Consequence::Normal, 1) };
    let uid = room.commanding.prepare(&room.ada, &prepared, T0).unwrap();
    room.commanding.enqueue(&room.ada, uid, T0).unwrap();
    room.sent(uid);
    let shows = |_: &Prepared, sign: &Sign, _| {
        sign.is_event("CMD", "Command 1 dispatched").then(|| "Command 1 dispatched".to_owned())
    };
    assert_eq!(room.commanding.look(&shows, T0.plus_s(1.0)).unwrap(), 1);
    assert_eq!(room.commanding.look(&shows, T0.plus_s(2.0)).unwrap(), 0);
    assert_eq!(room.state(uid), State::UnderWay);
    let shows = |_: &Prepared, sign: &Sign, _| {
        matches!(sign, Sign::Check(_)).then(|| "MODE is ON".to_owned())
    };
    assert_eq!(room.commanding.look(&shows, T0.plus_s(3.0)).unwrap(), 1);
    assert_eq!(room.state(uid), State::Complete);
}

#[test]
fn a_kill_between_release_and_link_leaves_it_unknown_and_it_is_not_sent_again() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    let release = room.release(uid).unwrap();
    drop(release);
    let told = room.restart();
    assert!(told[0].contains("look for it in telemetry"), "{told:?}");
    assert_eq!(room.state(uid), State::Unknown);
    assert!(matches!(reasons(room.release(uid))[..], [Reason::WrongState { .. }]));
    assert!(room.restart().is_empty(), "told once");
    let report = (Stage::Accepted, "");
    room.commanding.report("insight", request(1), report, T0.plus_s(5.0)).unwrap();
    assert_eq!(room.state(uid), State::UnderWay);
    assert!(room.restart().is_empty());
}

#[test]
fn bytes_that_no_link_took_come_back_held() {
    let mut room = room();
    let [a, b] = [1, 2].map(|count| room.queued(Consequence::Normal, count));
    let release = room.release(a).unwrap();
    room.commanding.give_back(release, "no connection", T0).unwrap();
    assert_eq!(room.state(a), State::Held);
    let order: Vec<Uid> = room.commanding.desk().queue().map(|item| item.uid).collect();
    assert_eq!(order, [a, b]);
    room.commanding.resume(&room.ada, a, T0).unwrap();
    let (_, taken) = room.release(a).unwrap().take();
    room.commanding.lost(taken, "connection reset", T0).unwrap();
    assert_eq!(room.state(a), State::Unknown);
    // The next one with the same name on board would be mistaken for it.
    let again = room.queued(Consequence::Normal, 1);
    room.sent(b);
    assert!(matches!(reasons(room.release(again))[..], [Reason::SameRequest { .. }]));
    assert_eq!(room.commanding.desk().next_count("insight", 10), 2);
}

#[test]
fn a_full_disk_stops_releases_loudly_and_loses_nothing() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    room.disk.set_full(true);
    let refusal = room.release(uid).unwrap_err();
    assert!(matches!(&refusal, Refusal::Journal(error) if error.is_full()));
    assert!(refusal.to_string().contains("nothing was done"), "{refusal}");
    assert!(refusal.to_string().contains("free some space"), "{refusal}");
    assert_eq!(room.state(uid), State::Queued);
    room.disk.set_full(false);
    room.sent(uid);
}

#[test]
fn a_way_that_is_no_number_releases_nothing() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    let seen = Circumstances { way: Way { light_s: f64::NAN, pass_s: 0.0 }, ..quiet(T0) };
    assert!(room.commanding.release(&room.live, &room.ada, uid, &seen).is_err());
    room.restart();
    assert_eq!(room.state(uid), State::Queued);
}

#[test]
fn a_clock_that_was_ahead_is_accepted_by_a_lead() {
    let mut room = room();
    let uid = room.commanding.prepare(&room.ada, &command(Consequence::Normal, 1), T0).unwrap();
    room.commanding.enqueue(&room.ada, uid, T0.plus_s(1e6)).unwrap();
    let told = room.release(uid).unwrap_err().to_string();
    assert!(told.contains("1000000 s before the last record"), "{told}");
    assert!(room.commanding.accept_clock(&room.ada, "set right", T0).is_err());
    room.commanding.accept_clock(&room.bob, "set right", T0).unwrap();
    room.restart();
    room.sent(uid);
}

#[test]
fn somebody_settles_what_is_unknown_and_a_delivery_waits_for_its_receipt() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    room.sent(uid);
    assert!(room.commanding.settle(&room.ada, uid, (true, "too early"), T0).is_err());
    room.commanding.tick(T0.plus_s(1e4)).unwrap();
    assert!(room.commanding.settle(&room.eve, uid, (true, "it looks on"), T0).is_err());
    room.commanding.settle(&room.ada, uid, (false, "SEIS is off"), T0.plus_s(1e4)).unwrap();
    assert_eq!(room.state(uid), State::Failed);
    let last = room.commanding.desk().get(uid).unwrap().history.last().unwrap().clone();
    assert_eq!(
        (last.who.as_str(), last.words.as_str()),
        ("ada", "failed: as ada says: SEIS is off")
    );

    let mut room = self::room();
    let watches = Vec::new();
    let package = Prepared {
        target: Target::Delivery,
        bytes: b"package".to_vec(),
        watches,
        ..command(Consequence::Normal, 2)
    };
    let uid = room.commanding.prepare(&room.ada, &package, T0).unwrap();
    room.commanding.enqueue(&room.ada, uid, T0).unwrap();
    assert!(matches!(reasons(room.release(uid))[..], [Reason::NotApproved { .. }]));
    let digest = room.digest(uid);
    room.commanding.approve(&room.bob, uid, digest, T0).unwrap();
    room.sent(uid);
    assert_eq!(room.commanding.tick(T0.plus_s(86_400.0)).unwrap(), []);
    assert!(room.commanding.see(uid, Stage::Complete, "receipt 7", T0.plus_s(86_400.0)).unwrap());
    assert_eq!(room.state(uid), State::Complete);
}

#[test]
fn progress_is_kept_without_end_only_where_it_says_more() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    room.sent(uid);
    for i in 0..3_000 {
        let words = format!("step {}", i / 2);
        let report = (Stage::Progress, words.as_str());
        room.commanding.report("insight", request(1), report, T0).unwrap();
    }
    assert_eq!(room.commanding.desk().get(uid).unwrap().history.len(), 4 + 1_000);
}

#[test]
fn a_token_of_another_journal_releases_nothing() {
    let mut room = room();
    let uid = room.queued(Consequence::Normal, 1);
    let other = Disk::default().start(T0.plus_s(1.0)).live;
    let told = reasons(room.commanding.release(&other, &room.ada, uid, &quiet(T0)));
    assert_eq!(told, [Reason::OtherJournal]);
}

#[test]
fn the_history_is_searched_and_exported() {
    let mut room = room();
    let [a, b] = [1, 2].map(|count| room.queued(Consequence::Normal, count));
    room.sent(a);
    room.commanding.withdraw(&room.bob, b, "=SUM(1)", T0.plus_s(50.0)).unwrap();
    let desk = room.commanding.desk();
    let find = |query: &HistoryQuery| -> Vec<Uid> {
        search(desk, query).iter().map(|item| item.uid).collect()
    };
    let all = HistoryQuery::default();
    assert_eq!(find(&all), [a, b]);
    assert_eq!(find(&HistoryQuery { limit: 1, ..all.clone() }), [b]);
    assert_eq!(find(&HistoryQuery { words: "set_mode SEIS".into(), ..all.clone() }), [a, b]);
    assert_eq!(find(&HistoryQuery { who: "bob".into(), ..all.clone() }), [b]);
    assert_eq!(find(&HistoryQuery { states: [State::UnderWay].into(), ..all.clone() }), [a]);
    let late = Some(TimeRange::new(T0.plus_s(40.0), T0.plus_s(60.0)));
    assert_eq!(find(&HistoryQuery { range: late, ..all.clone() }), [b]);
    assert!(find(&HistoryQuery { mission: "msl".into(), ..all.clone() }).is_empty());
    let items = search(desk, &all);
    let text = csv(&items);
    assert_eq!(text.lines().count(), 1 + 4 + 3, "{text}");
    assert!(text.contains("withdrawn: =SUM(1)"));
    let rows: serde_json::Value = serde_json::from_str(&json(&items)).unwrap();
    assert_eq!(rows[0]["state"], "under_way");
    assert_eq!(rows[0]["verification"][0][0], "accepted");
    assert_eq!(rows[1]["stages"][2]["who"], "bob");
    let now = Desk::at(&room.disk.open(T0).unwrap().records, T0);
    assert_eq!(now.get(b).unwrap().state(), State::Queued, "a replay before the withdrawal");
}
