//! What the tests are made of: a journal in a folder, people, commands, messages, stored data.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::archive::EventMessage;
use crate::command::*;
use crate::event_request::{State, *};
use crate::format::ccsds::{Header, PacketKind, write_packet};
use crate::mission::command::Consequence;
use crate::plan::Model;
use crate::time::{Instant, TimeRange};

pub const T0: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

pub static MODEL: LazyLock<Arc<Model>> = LazyLock::new(|| Arc::new(Model::builtin("insight")));

pub fn hours(h: f64) -> Instant {
    T0.plus_s(h * 3600.0)
}

/// Twenty minutes that ended an hour before `T0`, all axes of the VBB at 100 sps.
pub fn wanted() -> EventRequest {
    let window = TimeRange::new(hours(-1.0).plus_s(-1200.0), hours(-1.0));
    EventRequest {
        name: "S0235b".to_owned(),
        event: "smi:insight.mqs/S0235b".to_owned(),
        justification: "A regional event with clear P and S".to_owned(),
        ..EventRequest::new("insight", window)
    }
}

/// A room with a journal, two planners, a lead and an onlooker.
pub struct Room {
    folder: tempfile::TempDir,
    commanding: Commanding,
    live: LiveProcessor,
    pub requests: Requests,
    pub anne: Actor,
    pub bruno: Actor,
    pub lea: Actor,
    pub eve: Actor,
    pub now: Instant,
    pub messages: Vec<EventMessage>,
    /// Stored stretches by series.
    pub stored: BTreeMap<String, Vec<TimeRange>>,
    /// What coverage asked for.
    pub asked: RefCell<BTreeSet<String>>,
    count: u16,
}

/// People of these roles, logged in.
fn people(folder: &Path, journal: &mut Journal) -> [Actor; 4] {
    let limits = SessionLimits::default();
    let mut accounts = Accounts::open(folder, &[], CHEAP, limits).expect("accounts");
    let letters = std::array::from_fn(|at| at as u8);
    let first = accounts.make_first(journal, "admin", (letters, [1; 16]), T0).expect("the first");
    let set = |accounts: &mut Accounts,
               journal: &mut Journal,
               name: &str,
               token: [u8; 32],
               password: &Password| {
        let long = Password::new("another long word");
        for password in [password, &long] {
            let stored: StoredPassword = accounts.stored_password(name);
            let matches = stored.matches(password);
            accounts.log_in(journal, name, (&stored, matches), token, T0).expect("a session");
            if *password != long {
                let own = accounts.own_actor(&token, T0).expect("a session");
                let change = Change::Password(long.clone(), [3; 16]);
                accounts.change(journal, &own, name, change, T0).expect("changed");
            }
        }
    };
    set(&mut accounts, journal, "admin", [1; 32], &first);
    let admin = accounts.actor(&[1; 32], "*", T0).expect("an administrator");
    let all = [
        ("anne", Role::Planner, [2; 32]),
        ("bruno", Role::Lead, [3; 32]),
        ("lea", Role::Lead, [4; 32]),
        ("eve", Role::Observer, [5; 32]),
    ];
    all.map(|(name, role, token)| {
        let roles = BTreeMap::from([("insight".to_owned(), BTreeSet::from([role]))]);
        let password = Password::new("first words of theirs");
        let given = (&password, [4; 16]);
        accounts.add(journal, &admin, (name, ""), roles, given, T0).expect("an account");
        set(&mut accounts, journal, name, token, &password);
        accounts.actor(&token, "insight", T0).expect("somebody")
    })
}

fn dictionary() -> DictionaryIdentity {
    DictionaryIdentity { name: "demo".to_owned(), version: "1".to_owned(), ..Default::default() }
}

impl Room {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = Commanding::open(folder.path(), Policy::default(), T0, [9; 16]);
        let Started { mut commanding, live, .. } = opened.expect("a journal");
        let [anne, bruno, lea, eve] = people(folder.path(), commanding.journal());
        Self {
            folder,
            commanding,
            live,
            requests: Requests::default(),
            anne,
            bruno,
            lea,
            eve,
            now: T0,
            messages: Vec::new(),
            stored: BTreeMap::new(),
            asked: RefCell::default(),
            count: 0,
        }
    }

    pub fn act(&mut self, who: &Actor, order: RequestOrder) -> Result<String, Vec<String>> {
        let at = Situation { now: self.now, model: &MODEL };
        act(&mut self.requests, self.commanding.journal(), who, order, &at)
    }

    pub fn propose(&mut self, request: EventRequest) -> String {
        let anne = self.anne.clone();
        self.act(&anne, RequestOrder::Propose(Box::new(request))).expect("proposed");
        self.requests.items().next_back().expect("a request").id.clone()
    }

    pub fn seen(&self, id: &str) -> u64 {
        self.requests.get(id).map_or(0, |item| item.content)
    }

    pub fn accept(&mut self, id: &str, waiver: &str) -> Result<String, Vec<String>> {
        let lea = self.lea.clone();
        let (id, seen, waiver) = (id.to_owned(), self.seen(id), waiver.to_owned());
        self.act(&lea, RequestOrder::Accept { id, seen, waiver })
    }

    pub fn accepted(&mut self, request: EventRequest) -> String {
        let id = self.propose(request);
        self.accept(&id, "").expect("accepted");
        id
    }

    pub fn follow(&mut self) -> usize {
        let desk = self.commanding.desk().clone();
        let (stored, asked) = (&self.stored, &self.asked);
        let evidence = Evidence {
            desk: &desk,
            messages: &self.messages,
            stored: &|name, _| {
                asked.borrow_mut().insert(name.to_owned());
                stored.get(name).cloned().unwrap_or_default()
            },
            now: self.now,
        };
        self.requests.follow(self.commanding.journal(), &evidence).expect("written")
    }

    /// Follows, checks that a second look finds nothing, and that the journal says the same.
    pub fn state(&mut self, id: &str) -> State {
        self.follow();
        assert_eq!(self.follow(), 0, "looking twice finds nothing new");
        self.agrees();
        self.requests.get(id).expect("a request").state()
    }

    pub fn agrees(&self) {
        let chain = read_journal(self.folder.path()).expect("a journal");
        assert_eq!(chain.findings, []);
        assert_eq!(Requests::of(&chain.records), self.requests);
        assert!(self.requests.unreadable().is_empty(), "{:?}", self.requests.unreadable());
    }

    pub fn records(&self) -> Vec<Record> {
        read_journal(self.folder.path()).expect("a journal").records
    }

    /// Releases a command with these arguments.
    pub fn command(&mut self, name: &str, arguments: &[(&str, &str)], data: &[u8]) -> Uid {
        self.count += 1;
        let header =
            Header { kind: PacketKind::Command, apid: 10, count: self.count, ..Header::default() };
        let mut bytes = Vec::new();
        write_packet(&header, data, &mut bytes).expect("a packet");
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let prepared = Prepared {
            mission: "insight".to_owned(),
            name: name.to_owned(),
            arguments: arguments.iter().map(text).collect(),
            bytes,
            dictionary: dictionary(),
            significance: Consequence::default(),
            watches: vec![Watch::report(Stage::Complete, 60.0)],
            ..Prepared::default()
        };
        let lea = self.lea.clone();
        let uid = self.commanding.prepare(&lea, &prepared, self.now).expect("prepared");
        self.commanding.enqueue(&lea, uid, self.now).expect("queued");
        let seen = Circumstances {
            now: self.now,
            dictionary: &|_| Some(dictionary()),
            holds: &|_, _| Ok(true),
            windows: None,
            way: Way::default(),
            margin_s: 0.0,
        };
        let release = self.commanding.release(&self.live, &lea, uid, &seen).expect("released");
        let (_, taken) = release.take();
        self.commanding.sent(taken, self.now).expect("sent");
        uid
    }

    pub fn extract(&mut self, part: Part, id: &str) -> Uid {
        let name = match part {
            Part::Seis => "/insight/seis/SEIS_EVENT_EXTRACT",
            Part::Apss => "APSS_EVENT_EXTRACT",
        };
        self.command(name, &[("request", &part.on_board_id(id))], &[1, 2, 3])
    }

    pub fn fails(&mut self, uid: Uid) {
        self.commanding.see(uid, Stage::Failed, "not awake", self.now).expect("seen");
    }

    pub fn says(&mut self, text: &str) {
        self.messages.push(EventMessage {
            time: self.now,
            mission: "insight".to_owned(),
            message: text.to_owned(),
            ..EventMessage::default()
        });
    }

    /// Stores a share of the window of every series that a request expects.
    pub fn store(&mut self, id: &str, share: f64) {
        let request = self.requests.get(id).expect("a request").request.clone();
        let start = request.window.start;
        let end = start.plus_s(request.window.duration_s() * share);
        for expected in request.expected() {
            self.stored.insert(expected.name, vec![TimeRange::new(start, end)]);
        }
    }
}
