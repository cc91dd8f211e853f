//! Commanding against a plain model of it, with kills and full disks at every write.
//!
//! The model knows the rules in a few lines and no journal. Whatever is done, refused, interrupted
//! and taken up again: the states agree, nothing goes up twice, nothing is lost, and nothing goes
//! up without the approvals it needs.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::make::*;
use crate::command::*;
use crate::mission::command::Consequence;
use crate::time::Instant;

#[derive(Clone, Copy, Debug)]
enum Link {
    Sends,
    Loses,
    Refuses,
    /// The engine is killed with the bytes in its hands.
    Killed,
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Prepare { who: usize, vital: bool, expires: bool },
    Edit { at: usize, who: usize },
    Approve { at: usize, who: usize },
    Queue(usize),
    Hold(usize),
    Resume(usize),
    Withdraw(usize),
    Move { at: usize, to: usize },
    Release { at: usize, link: Link },
    Report { at: usize, stage: Stage },
    Tick(u8),
    Restart,
}

fn op() -> impl Strategy<Value = Op> {
    let (at, who) = (0..6_usize, 0..4_usize);
    let stages = [Stage::Accepted, Stage::Complete, Stage::Failed];
    let links = [Link::Sends, Link::Sends, Link::Loses, Link::Refuses, Link::Killed];
    prop_oneof![
        3 => (0..4_usize, any::<bool>(), any::<bool>())
            .prop_map(|(who, vital, expires)| Op::Prepare { who, vital, expires }),
        2 => (at.clone(), who.clone()).prop_map(|(at, who)| Op::Edit { at, who }),
        4 => (at.clone(), who).prop_map(|(at, who)| Op::Approve { at, who }),
        4 => at.clone().prop_map(Op::Queue),
        1 => at.clone().prop_map(Op::Hold),
        1 => at.clone().prop_map(Op::Resume),
        1 => at.clone().prop_map(Op::Withdraw),
        1 => (at.clone(), 0..4_usize).prop_map(|(at, to)| Op::Move { at, to }),
        6 => (at.clone(), proptest::sample::select(links.to_vec()))
            .prop_map(|(at, link)| Op::Release { at, link }),
        3 => (at, proptest::sample::select(stages.to_vec()))
            .prop_map(|(at, stage)| Op::Report { at, stage }),
        2 => any::<u8>().prop_map(Op::Tick),
        1 => Just(Op::Restart),
    ]
}

fn trouble() -> impl Strategy<Value = Option<(usize, Trouble)>> {
    let part = prop_oneof![Just(0), Just(255), any::<u8>()];
    prop_oneof![
        6 => Just(None),
        1 => (0..3_usize).prop_map(|after| Some((after, Trouble::Full))),
        3 => (0..3_usize, part).prop_map(|(after, part)| Some((after, Trouble::Kill(part)))),
    ]
}

/// What happened, in the words of the model.
#[derive(Clone, Copy, Debug)]
enum Event {
    Prepared { who: usize, vital: bool, expires: Option<Instant> },
    Edited(usize, usize),
    Approved(usize, usize),
    Queued(usize),
    Held(usize),
    Resumed(usize),
    Withdrawn(usize),
    Moved(usize, usize),
    Released(usize),
    Sent(usize),
    Lost(usize),
    Returned(usize),
    Seen(usize, Stage),
    TimedOut(usize),
    Expired(usize),
}

impl Event {
    /// The command that it is about; none where it makes one.
    fn at(self) -> Option<usize> {
        match self {
            Self::Prepared { .. } => None,
            Self::Edited(at, _)
            | Self::Approved(at, _)
            | Self::Queued(at)
            | Self::Held(at)
            | Self::Resumed(at)
            | Self::Withdrawn(at)
            | Self::Moved(at, _)
            | Self::Released(at)
            | Self::Sent(at)
            | Self::Lost(at)
            | Self::Returned(at)
            | Self::Seen(at, _)
            | Self::TimedOut(at)
            | Self::Expired(at) => Some(at),
        }
    }
}

#[derive(Clone, Debug)]
struct Plain {
    state: State,
    vital: bool,
    expires: Option<Instant>,
    authors: BTreeSet<usize>,
    approvals: BTreeSet<usize>,
    released: Instant,
    seen: BTreeSet<Stage>,
    lost: bool,
    timed_out: bool,
    sent: bool,
}

impl Plain {
    fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Queued | State::Held)
    }

    fn is_approved(&self) -> bool {
        !self.vital || self.approvals.difference(&self.authors).next().is_some()
    }

    fn judge(&mut self) {
        self.state = if self.seen.contains(&Stage::Failed) {
            State::Failed
        } else if self.seen.contains(&Stage::Complete) {
            State::Complete
        } else if self.timed_out || (self.lost && self.seen.is_empty()) {
            State::Unknown
        } else if self.sent || !self.seen.is_empty() {
            State::UnderWay
        } else {
            State::Released
        };
    }

    /// What an event changes, and where it leads in the queue.
    fn apply(&mut self, event: Event, now: Instant) -> Option<usize> {
        let mut to_queue = None;
        match event {
            Event::Prepared { .. } => {}
            Event::Edited(_, who) => {
                self.authors.insert(who);
                self.approvals.clear();
                self.state = State::Draft;
            }
            Event::Approved(_, who) => {
                self.approvals.insert(who);
            }
            Event::Queued(_) => {
                self.state = State::Queued;
                to_queue = Some(usize::MAX);
            }
            Event::Held(_) => self.state = State::Held,
            Event::Resumed(_) => self.state = State::Queued,
            Event::Withdrawn(_) => self.state = State::Withdrawn,
            Event::Expired(_) => self.state = State::Expired,
            Event::Moved(_, to) => to_queue = Some(to),
            Event::Released(_) => {
                (self.released, self.lost, self.sent) = (now, false, false);
                self.judge();
            }
            Event::Sent(_) => {
                self.sent = true;
                self.judge();
            }
            Event::Lost(_) => {
                self.lost = true;
                self.judge();
            }
            Event::Returned(_) => {
                self.state = State::Held;
                to_queue = Some(0);
            }
            Event::Seen(_, stage) => {
                self.seen.insert(stage);
                self.judge();
            }
            Event::TimedOut(_) => {
                self.timed_out = true;
                self.judge();
            }
        }
        to_queue
    }
}

#[derive(Clone, Debug, Default)]
struct Model {
    all: Vec<Plain>,
    queue: Vec<usize>,
}

/// Seconds in which completion shows.
const WITHIN_S: f64 = 60.0;
const NAMES: [&str; 4] = ["ada", "bob", "carol", "eve"];

impl Model {
    fn apply(&mut self, event: Event, now: Instant) {
        if let Event::Prepared { who, vital, expires } = event {
            self.all.push(Plain {
                state: State::Draft,
                vital,
                expires,
                authors: BTreeSet::from([who]),
                approvals: BTreeSet::new(),
                released: now,
                seen: BTreeSet::new(),
                lost: false,
                timed_out: false,
                sent: false,
            });
            return;
        }
        let Some(at) = event.at() else { return };
        let to_queue = self.all[at].apply(event, now);
        if let Some(to) = to_queue {
            self.queue.retain(|own| *own != at);
            self.queue.insert(to.min(self.queue.len()), at);
        }
        let all = &self.all;
        self.queue.retain(|own| matches!(all[*own].state, State::Queued | State::Held));
    }

    /// What an action writes; none where it is refused.
    fn expected(&self, op: Op, now: Instant) -> Option<Vec<Event>> {
        let is = |at: usize, state| self.all.get(at).is_some_and(|of| of.state == state);
        let open = |at: usize| self.all.get(at).is_some_and(Plain::is_open);
        let when = |fits: bool, event| fits.then(|| vec![event]);
        match op {
            Op::Prepare { who, vital, expires } => {
                let expires = expires.then(|| now.plus_s(400.0));
                when(who != 3, Event::Prepared { who, vital, expires })
            }
            Op::Edit { at, who } => when(open(at) && who != 3, Event::Edited(at, who)),
            Op::Approve { at, who } => {
                let lead = who == 1 || who == 2;
                let of = self.all.get(at)?;
                let other = !of.authors.contains(&who) && !of.approvals.contains(&who);
                when(lead && other && of.is_open(), Event::Approved(at, who))
            }
            Op::Queue(at) => when(is(at, State::Draft), Event::Queued(at)),
            Op::Hold(at) => when(is(at, State::Queued), Event::Held(at)),
            Op::Resume(at) => when(is(at, State::Held), Event::Resumed(at)),
            Op::Withdraw(at) => when(open(at), Event::Withdrawn(at)),
            Op::Move { at, to } => {
                when(is(at, State::Queued) || is(at, State::Held), Event::Moved(at, to))
            }
            Op::Release { at, link } => self.expected_release(at, link, now),
            Op::Report { at, stage } => {
                let of = self.all.get(at).filter(|of| {
                    !of.is_open() && !matches!(of.state, State::Expired | State::Withdrawn)
                });
                let is_new = of.is_some_and(|of| !of.seen.contains(&stage));
                Some(if is_new { vec![Event::Seen(at, stage)] } else { Vec::new() })
            }
            Op::Tick(_) => Some(self.expected_tick(now)),
            Op::Restart => Some(Vec::new()),
        }
    }

    fn expected_release(&self, at: usize, link: Link, now: Instant) -> Option<Vec<Event>> {
        let of = self.all.get(at)?;
        let over = |of: &Plain| of.expires.is_some_and(|expires| now >= expires);
        let mut before = self.queue.iter().take_while(|own| **own != at).map(|i| &self.all[*i]);
        let is_next = before.all(|other| other.state == State::Held || over(other));
        let fits = of.state == State::Queued && is_next && !over(of) && of.is_approved();
        let then = match link {
            Link::Sends => Some(Event::Sent(at)),
            Link::Loses => Some(Event::Lost(at)),
            Link::Refuses => Some(Event::Returned(at)),
            Link::Killed => None,
        };
        fits.then(|| std::iter::once(Event::Released(at)).chain(then).collect())
    }

    fn expected_tick(&self, now: Instant) -> Vec<Event> {
        let all = || self.all.iter().enumerate();
        let expired = all().filter(|(_, of)| of.is_open() && of.expires.is_some_and(|e| now >= e));
        let late = all().filter(|(_, of)| {
            of.state.is_out() && !of.timed_out && now > of.released.plus_s(WITHIN_S)
        });
        let expired = expired.map(|(at, _)| Event::Expired(at));
        expired.chain(late.map(|(at, _)| Event::TimedOut(at))).collect()
    }

    fn expected_restart(&self) -> Vec<Event> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, of)| of.state == State::Released).map(|(at, _)| Event::Lost(at)).collect()
    }
}

/// The real thing beside the model.
struct Pair {
    disk: Disk,
    started: Started,
    model: Model,
    uids: Vec<Uid>,
    now: Instant,
    /// Commands that went up.
    wire: Vec<usize>,
    people: [Actor; 4],
}

impl Pair {
    fn new() -> Self {
        let disk = Disk::default();
        let started = disk.start(T0);
        let roles = [Role::Operator, Role::Lead, Role::Lead, Role::Observer];
        let people = std::array::from_fn(|i| person(NAMES[i], roles[i]));
        let model = Model::default();
        Self { disk, started, model, uids: Vec::new(), now: T0, wire: Vec::new(), people }
    }

    fn prepared(at: usize, vital: bool, expires: Option<Instant>, edit: u8) -> Prepared {
        let significance = if vital { Consequence::Vital } else { Consequence::Normal };
        let mut prepared = command(significance, at as u16);
        prepared.timing.expires = expires;
        prepared.watches = vec![Watch::report(Stage::Complete, WITHIN_S)];
        *prepared.bytes.last_mut().unwrap() = edit;
        prepared
    }

    /// Whether the action was done.
    fn act(&mut self, op: Op) -> bool {
        let now = self.now;
        let uid = |at: usize| self.uids.get(at).copied().unwrap_or(Uid(u64::MAX));
        let ada = &self.people[0];
        match op {
            Op::Prepare { who, vital, expires } => {
                let expires = expires.then(|| now.plus_s(400.0));
                let prepared = Self::prepared(self.model.all.len(), vital, expires, 0);
                self.started.commanding.prepare(&self.people[who], &prepared, now).is_ok()
            }
            Op::Edit { at, who } => {
                let Some(item) = self.started.commanding.desk().get(uid(at)) else { return false };
                let digest = item.sealed.digest();
                let of = &self.model.all[at];
                let prepared = Self::prepared(at, of.vital, of.expires, item.version as u8);
                let by = &self.people[who];
                let commanding = &mut self.started.commanding;
                commanding.edit(by, uid(at), digest, &prepared, now).is_ok()
            }
            Op::Approve { at, who } => {
                let Some(item) = self.started.commanding.desk().get(uid(at)) else { return false };
                let digest = item.sealed.digest();
                let by = &self.people[who];
                self.started.commanding.approve(by, uid(at), digest, now).is_ok()
            }
            Op::Queue(at) => self.started.commanding.enqueue(ada, uid(at), now).is_ok(),
            Op::Hold(at) => self.started.commanding.hold(ada, uid(at), "wait", now).is_ok(),
            Op::Resume(at) => self.started.commanding.resume(ada, uid(at), now).is_ok(),
            Op::Withdraw(at) => self.started.commanding.withdraw(ada, uid(at), "no", now).is_ok(),
            Op::Move { at, to } => self.started.commanding.move_to(ada, uid(at), to, now).is_ok(),
            Op::Release { at, link } => self.release(at, uid(at), link),
            Op::Report { at, stage } => {
                let id = request(at as u16);
                self.started.commanding.report("insight", id, (stage, ""), now).is_ok()
            }
            Op::Tick(_) => self.started.commanding.tick(now).is_ok(),
            Op::Restart => true,
        }
    }

    fn release(&mut self, at: usize, uid: Uid, link: Link) -> bool {
        let Started { commanding, live, .. } = &mut self.started;
        let released = commanding.release(live, &self.people[0], uid, &quiet(self.now));
        let Ok(release) = released else { return false };
        match link {
            Link::Killed => true,
            Link::Refuses => commanding.give_back(release, "no link", self.now).is_ok(),
            Link::Sends | Link::Loses => {
                let (_, taken) = release.take();
                self.wire.push(at);
                if matches!(link, Link::Sends) {
                    commanding.sent(taken, self.now).is_ok()
                } else {
                    commanding.lost(taken, "reset", self.now).is_ok()
                }
            }
        }
    }

    /// Starts again until it succeeds; the first time with the trouble that is set.
    fn restart(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..3 {
            let before = self.disk.written();
            let started = self.disk.try_start(self.now);
            let events = self.model.expected_restart();
            let durable = self.disk.written() - before;
            for event in events.iter().take(durable) {
                self.model.apply(*event, self.now);
            }
            self.disk.set_trouble(None);
            if let Ok(started) = started {
                prop_assert_eq!(durable, events.len());
                self.started = started;
                return Ok(());
            }
        }
        Err(TestCaseError::fail("it does not start"))
    }

    fn step(&mut self, op: Op, trouble: Option<(usize, Trouble)>) -> Result<(), TestCaseError> {
        if let Op::Tick(seconds) = op {
            self.now = self.now.plus_s(f64::from(seconds));
        }
        let expected = self.model.expected(op, self.now);
        let is_approved = match op {
            Op::Release { at, .. } => self.model.all.get(at).is_some_and(Plain::is_approved),
            _ => true,
        };
        self.disk.set_trouble(trouble);
        let (before, sent) = (self.disk.written(), self.wire.len());
        let done = self.act(op);
        let durable = self.disk.written() - before;
        let events = expected.clone().unwrap_or_default();
        if trouble.is_none() {
            prop_assert_eq!(done, expected.is_some(), "{:?}", op);
            prop_assert_eq!(durable, events.len(), "{:?}", op);
        }
        prop_assert!(durable <= events.len());
        prop_assert!(self.wire.len() == sent || is_approved, "it jumped its approval");
        for event in events.iter().take(durable) {
            self.model.apply(*event, self.now);
            if matches!(event, Event::Prepared { .. }) {
                let items = self.started.commanding.desk().items().last();
                self.uids.extend(items.map(|item| item.uid));
            }
        }
        let is_killed = matches!(op, Op::Release { link: Link::Killed, .. }) && done;
        if self.disk.is_dead() || is_killed || matches!(op, Op::Restart) {
            self.restart()?;
        }
        self.disk.set_trouble(None);
        self.check()
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        let desk = self.started.commanding.desk();
        self.uids = desk.items().map(|item| item.uid).collect();
        let states: Vec<State> = desk.items().map(CommandItem::state).collect();
        let model: Vec<State> = self.model.all.iter().map(|of| of.state).collect();
        // A full disk between the link and the journal: it may have left and stands as released.
        prop_assert_eq!(&states, &model);
        let queue: Vec<Uid> = desk.queue().map(|item| item.uid).collect();
        let expected: Vec<Uid> = self.model.queue.iter().map(|at| self.uids[*at]).collect();
        prop_assert_eq!(queue, expected);
        let once: BTreeSet<usize> = self.wire.iter().copied().collect();
        prop_assert_eq!(once.len(), self.wire.len(), "sent twice");
        for at in &once {
            let is_out = !self.model.all[*at].is_open();
            prop_assert!(is_out, "what went up stands as if it had not");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn commanding_agrees_with_its_model(
        steps in proptest::collection::vec((op(), trouble()), 1..60),
    ) {
        let mut pair = Pair::new();
        for (op, trouble) in steps {
            pair.step(op, trouble)?;
        }
        // What stands on the disk alone gives the same desk.
        let opened = pair.disk.open(pair.now).unwrap();
        prop_assert_eq!(&Desk::of(&opened.records), pair.started.commanding.desk());
    }
}
