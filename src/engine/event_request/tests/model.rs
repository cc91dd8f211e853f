//! Random actions and evidence: only legal moves, nobody accepts their own, the journal agrees.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::make::*;
use crate::event_request::*;
use crate::time::TimeRange;

#[derive(Clone, Copy, Debug)]
enum Op {
    Draft { who: usize, hour: u8, pressure: bool },
    Submit(usize, usize),
    Edit(usize, usize),
    Accept(usize, usize),
    Reject(usize, usize),
    Withdraw(usize, usize),
    Close(usize, usize),
    Command { at: usize, part: bool },
    Fail(usize),
    Says { at: usize, part: bool, what: u8 },
    Store { at: usize, percent: u8 },
    Wait(u8),
    Follow,
}

fn op() -> impl Strategy<Value = Op> {
    let (who, at) = (0..4_usize, 0..3_usize);
    let pair = (who.clone(), at.clone());
    prop_oneof![
        3 => (who, 0..40_u8, any::<bool>())
            .prop_map(|(who, hour, pressure)| Op::Draft { who, hour, pressure }),
        4 => pair.clone().prop_map(|(who, at)| Op::Submit(who, at)),
        1 => pair.clone().prop_map(|(who, at)| Op::Edit(who, at)),
        4 => pair.clone().prop_map(|(who, at)| Op::Accept(who, at)),
        1 => pair.clone().prop_map(|(who, at)| Op::Reject(who, at)),
        1 => pair.clone().prop_map(|(who, at)| Op::Withdraw(who, at)),
        2 => pair.prop_map(|(who, at)| Op::Close(who, at)),
        4 => (at.clone(), any::<bool>()).prop_map(|(at, part)| Op::Command { at, part }),
        1 => at.clone().prop_map(Op::Fail),
        4 => (at.clone(), any::<bool>(), 0..4_u8)
            .prop_map(|(at, part, what)| Op::Says { at, part, what }),
        3 => (at, 0..=100_u8).prop_map(|(at, percent)| Op::Store { at, percent }),
        2 => (1..30_u8).prop_map(Op::Wait),
        2 => Just(Op::Follow),
    ]
}

struct Play {
    room: Room,
}

impl Play {
    fn id(&self, at: usize) -> String {
        let all: Vec<&RequestItem> = self.room.requests.items().collect();
        all.get(at).map_or("none", |item| item.id.as_str()).to_owned()
    }

    fn act(&mut self, who: usize, order: RequestOrder) {
        let room = &self.room;
        let actor = [&room.anne, &room.bruno, &room.lea, &room.eve][who].clone();
        let before = self.room.requests.clone();
        if self.room.act(&actor, order).is_err() {
            assert_eq!(before, self.room.requests, "what is refused changes nothing");
        }
    }

    fn part(part: bool) -> Part {
        if part { Part::Seis } else { Part::Apss }
    }

    fn play(&mut self, op: Op) {
        match op {
            Op::Draft { who, hour, pressure } => {
                let start = self.room.now.plus_s(-3600.0 * (f64::from(hour) + 1.0));
                let mut request =
                    EventRequest { window: TimeRange::new(start, start.plus_s(600.0)), ..wanted() };
                if pressure {
                    let wish = Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 10 };
                    request.wishes.push(wish);
                }
                self.act(who, RequestOrder::Draft(Box::new(request)));
            }
            Op::Submit(who, at) => {
                let id = self.id(at);
                let seen = self.room.seen(&id);
                self.act(who, RequestOrder::Submit { id, seen });
            }
            Op::Edit(who, at) => {
                let id = self.id(at);
                let Some(item) = self.room.requests.get(&id) else { return };
                let (seen, request) = (item.content, Box::new(item.request.clone()));
                self.act(who, RequestOrder::Edit { id, seen, request });
            }
            Op::Accept(who, at) => {
                let id = self.id(at);
                let (seen, waiver) = (self.room.seen(&id), "w".to_owned());
                self.act(who, RequestOrder::Accept { id, seen, waiver });
            }
            Op::Reject(who, at) => {
                let id = self.id(at);
                let (seen, reason) = (self.room.seen(&id), "r".to_owned());
                self.act(who, RequestOrder::Reject { id, seen, reason });
            }
            Op::Withdraw(who, at) => {
                let (id, reason) = (self.id(at), "r".to_owned());
                self.act(who, RequestOrder::Withdraw { id, reason });
            }
            Op::Close(who, at) => {
                let (id, note) = (self.id(at), String::new());
                self.act(who, RequestOrder::Close { id, note });
            }
            other => self.evidence(other),
        }
    }

    fn evidence(&mut self, op: Op) {
        match op {
            Op::Command { at, part } => {
                let id = self.id(at);
                self.room.extract(Self::part(part), &id);
            }
            Op::Fail(at) => {
                let id = self.id(at);
                let item = self.room.requests.get(&id);
                let uid = item.and_then(|item| item.parts.values().find_map(|p| p.commanded));
                if let Some(uid) = uid {
                    self.room.fails(uid);
                }
            }
            Op::Says { at, part, what } => {
                let id = Self::part(part).on_board_id(&self.id(at));
                let text = match what {
                    0 => "extracted 5 records",
                    1 => "sent",
                    2 => "failed: overwritten: gone",
                    _ => "failed: busy",
                };
                self.room.says(&format!("Request {id} {text}"));
            }
            Op::Store { at, percent } => {
                let id = self.id(at);
                if self.room.requests.get(&id).is_some() {
                    self.room.store(&id, f64::from(percent) / 100.0);
                }
            }
            Op::Wait(h) => self.room.now = self.room.now.plus_s(3600.0 * f64::from(h)),
            _ => {}
        }
    }

    /// Nobody accepts their own, and nothing is under way that nobody accepted.
    fn check(&self) {
        for item in self.room.requests.items() {
            if let Some((who, _)) = &item.accepted {
                assert!(!item.authors.contains(who) && who != "anne" && who != "eve");
            }
            assert!(item.accepted.is_some() || !item.state().is_taken());
        }
    }

    /// Record by record, each state follows legally from the one before.
    fn check_moves(&self) {
        let mut requests = Requests::default();
        let mut states: BTreeMap<String, State> = BTreeMap::new();
        for record in self.room.records() {
            requests.apply(&record);
            for item in requests.items() {
                let now = item.state();
                let before = states.insert(item.id.clone(), now).unwrap_or(State::Draft);
                let is_legal = before == now || before.next().contains(&now);
                assert!(is_legal, "{}: {before:?} to {now:?} by {}", item.id, record.body);
            }
        }
    }
}

/// By any number of legal moves.
fn is_reachable(from: State, to: State) -> bool {
    let mut seen = vec![from];
    let mut at = 0;
    while let Some(state) = seen.get(at).copied() {
        for next in state.next() {
            if !seen.contains(next) {
                seen.push(*next);
            }
        }
        at += 1;
    }
    seen.contains(&to)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn every_history_is_legal(ops in proptest::collection::vec(op(), 1..40)) {
        let mut play = Play { room: Room::new() };
        for op in ops {
            play.play(op);
            play.room.follow();
            prop_assert_eq!(play.room.follow(), 0);
            play.check();
        }
        play.room.agrees();
        play.check_moves();
    }
}

#[test]
fn no_state_is_out_of_reach() {
    for state in State::ALL {
        assert!(is_reachable(State::Draft, state), "{state:?}");
        assert!(is_reachable(state, State::Closed), "{state:?} can be ended");
    }
}
