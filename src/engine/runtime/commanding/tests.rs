//! The engine from the first start to a release: people, documents, commands.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use super::*;
use crate::archive::Access;
use crate::command::{CommandItem, Password, Role, Stage, Standing, State, Timing, Uid};
use crate::document::{Content, DocumentKind};
use crate::format::ccsds::telecommand::CltuScanner;
use crate::link::{Confirmation, Framing, LinkConfig, Source, UplinkConfig};
use crate::mission::Database;
use crate::runtime::{Engine, EngineConfig, EngineHandle, Intent};
use crate::simulator::live::{Options, Passes, Receiver, Spacecraft};
use crate::time::{Clock, Instant, SimulatedClock, SystemClock};

const LIMIT: Duration = Duration::from_secs(30);

/// Different bytes with every call.
fn random(bytes: &mut [u8]) -> bool {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    for byte in bytes {
        let next = NEXT.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        *byte = (next >> 32) as u8;
    }
    true
}

fn config(folder: &Path, access: Access) -> EngineConfig {
    EngineConfig {
        archive: folder.to_owned(),
        access,
        missions: Database::builtin(),
        notes: Vec::new(),
        clock: Arc::new(SimulatedClock::new(Instant::from_unix_s(1.6e9))),
        waker: Arc::new(|| ()),
        links: false,
        random,
    }
}

fn start(folder: &Path, access: Access) -> Engine {
    Engine::start(config(folder, access)).expect("an engine")
}

/// Asks and waits for the answer.
fn ask(engine: &Engine, token: &Token, order: Order) -> Reply {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    engine.send(Intent::Command { id, token: token.clone(), order: Box::new(order) });
    let begun = Moment::now();
    loop {
        if let Some(reply) = engine.snapshot().commanding.answer(id) {
            return reply.clone();
        }
        assert!(begun.elapsed() < LIMIT, "no answer");
        std::thread::yield_now();
    }
}

fn done(reply: Reply) -> String {
    match reply {
        Reply::Done(text) => text,
        other => panic!("{other:?}"),
    }
}

/// Logs in with a first password and gives oneself another one.
fn log_in(engine: &Engine, token: &Token, name: &str, password: &Password) {
    let name = name.to_owned();
    done(ask(engine, token, Order::LogIn { name, password: password.clone() }));
    let password = Password::new("words that nobody guesses");
    done(ask(engine, token, Order::ChangePassword { password }));
}

/// An administrator, a planner, a lead and an operator of InSight, logged in.
fn people(engine: &Engine) -> [Token; 4] {
    let tokens = [1, 2, 3, 4].map(|byte| Token([byte; 32]));
    let first = ask(engine, &tokens[0], Order::MakeFirst { name: "admin".to_owned() });
    let Reply::FirstPassword(first) = first else { panic!("{first:?}") };
    log_in(engine, &tokens[0], "admin", &first);
    let roles = [("paula", Role::Planner), ("lena", Role::Lead), ("otto", Role::Operator)];
    for ((name, role), token) in roles.into_iter().zip(&tokens[1..]) {
        let password = Password::new("a first password");
        let roles = BTreeMap::from([("insight".to_owned(), BTreeSet::from([role]))]);
        let order = Order::AddAccount {
            name: name.to_owned(),
            full_name: String::new(),
            roles,
            password: password.clone(),
        };
        done(ask(engine, &tokens[0], order));
        log_in(engine, token, name, &password);
    }
    tokens
}

fn save(parents: &[u64], text: &str) -> Order {
    Order::Save {
        kind: DocumentKind::Sequence,
        mission: "insight".to_owned(),
        name: "sol 173".to_owned(),
        parents: parents.to_vec(),
        note: "words".to_owned(),
        content: Content::Text(text.into()),
    }
}

#[test]
fn accounts_and_documents_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = {
        let engine = start(folder.path(), Access::Write);
        let [_, paula, ..] = people(&engine);
        let nobody = Token([9; 32]);
        assert!(matches!(ask(&engine, &nobody, save(&[], "x")), Reply::Refused(_)));
        let Reply::Saved(first) = ask(&engine, &paula, save(&[], "one")) else { panic!() };
        let Reply::Saved(second) = ask(&engine, &paula, save(&[first], "two")) else { panic!() };
        let behind = ask(&engine, &paula, save(&[first], "other"));
        let by = "paula".to_owned();
        assert_eq!(behind, Reply::Behind { head: second, common: Some(first), by });
        let session = engine.snapshot().commanding.session(&paula).cloned();
        assert_eq!(session.expect("a session").name, "paula");
        first
    };
    // Somebody else only reads; the first comes back.
    let engine = start(folder.path(), Access::Write);
    let begun = Moment::now();
    while engine.snapshot().commanding.accounts.len() < 4 {
        assert!(begun.elapsed() < LIMIT, "the accounts did not come back");
        std::thread::yield_now();
    }
    let paula = Token([2; 32]);
    assert!(engine.snapshot().commanding.session(&paula).is_none(), "sessions end with the engine");
    let name = "paula".to_owned();
    let wrong = Order::LogIn { name: name.clone(), password: Password::new("not this one") };
    assert!(matches!(ask(&engine, &paula, wrong), Reply::Refused(_)));
    let password = Password::new("words that nobody guesses");
    done(ask(&engine, &paula, Order::LogIn { name, password }));
    let opened = ask(&engine, &paula, Order::Open { version: first });
    assert_eq!(opened, Reply::Opened { version: first, content: Content::Text("one".into()) });
    let picture = engine.snapshot().commanding.clone();
    assert!(picture.audit.iter().any(|line| line.words.contains("failed to log in")));
    assert!(picture.audit.iter().any(|line| line.words.contains("sequence sol 173")));

    let reader = start(folder.path(), Access::Read);
    let begun = Moment::now();
    while reader.snapshot().commanding.documents.iter().count() == 0 {
        assert!(begun.elapsed() < LIMIT, "the reader does not see the documents");
        std::thread::yield_now();
    }
    let refused = ask(&reader, &paula, save(&[], "x"));
    let Reply::Refused(reasons) = refused else { panic!() };
    assert!(reasons[0].contains("only reads"), "{reasons:?}");
}

/// A spacecraft with its station and its telemetry, in real time, on a thread.
struct Far {
    telemetry: String,
    station: String,
    stop: Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Far {
    fn new() -> Self {
        let [telemetry, station] = ["127.0.0.1:0"; 2].map(|at| {
            let listener = TcpListener::bind(at).expect("a port");
            listener.set_nonblocking(true).expect("a listener");
            listener
        });
        let address = |of: &TcpListener| of.local_addr().expect("an address").to_string();
        let (at, command_at) = (address(&telemetry), address(&station));
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut down, mut up) = (None, None);
            while !stopped.load(Ordering::Relaxed) {
                down = down.or_else(|| telemetry.accept().ok());
                up = up.or_else(|| station.accept().ok());
                match (&mut down, &mut up) {
                    (Some((down, _)), Some((up, _))) => return live(down, up, &stopped),
                    _ => std::thread::park_timeout(Duration::from_millis(5)),
                }
            }
        });
        Self { telemetry: at, station: command_at, stop, thread: Some(thread) }
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn live(down: &mut TcpStream, up: &mut TcpStream, stop: &std::sync::atomic::AtomicBool) {
    let database = Database::builtin();
    let mission = database.mission("insight").expect("a mission");
    let passes = Passes::Every { minutes: 1.0, length: 1.0 };
    let clock = SystemClock;
    let options = Options { passes, ..Options::new(7, clock.now()) };
    let mut craft = Spacecraft::new(mission, options).expect("a spacecraft");
    let (mut receiver, mut scanner) = (Receiver::new(189, 0), CltuScanner::default());
    up.set_nonblocking(false).expect("a stream");
    up.set_read_timeout(Some(Duration::from_millis(20))).expect("a stream");
    down.set_nonblocking(false).expect("a stream");
    let (mut buffer, mut radiated) = ([0; 4096], 0);
    while !stop.load(Ordering::Relaxed) {
        if down.write_all(&craft.advance(clock.now())).is_err() {
            return;
        }
        let Ok(count) = up.read(&mut buffer) else { continue };
        if count == 0 {
            return;
        }
        for content in scanner.push(&buffer[..count]) {
            radiated += 1;
            if let Some(packet) = receiver.take(&content) {
                drop(craft.execute(&packet));
            }
            let told = [Confirmation::Radiated(radiated), Confirmation::Word(receiver.word())];
            for record in told {
                drop(up.write_all(&record.to_bytes()));
            }
        }
    }
}

fn until(engine: &Engine, what: &str, holds: impl Fn(&CommandingPicture) -> bool) {
    let begun = Moment::now();
    while !holds(&engine.snapshot().commanding) {
        assert!(begun.elapsed() < LIMIT, "{what}: {:?}", engine.snapshot().messages);
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn prepare(engine: &Engine, token: &Token, what: DraftOf) -> Uid {
    let mission = "insight".to_owned();
    let draft = Box::new(Draft { mission, what, timing: Timing::default() });
    match ask(engine, token, Order::Prepare(draft)) {
        Reply::Prepared(uid) => uid,
        other => panic!("{other:?}"),
    }
}

fn command(name: &str) -> DraftOf {
    DraftOf::Command { name: name.to_owned(), arguments: Vec::new() }
}

#[test]
fn a_command_goes_from_its_author_to_mars_and_is_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let far = Far::new();
    let engine = Engine::start(EngineConfig {
        clock: Arc::new(SystemClock),
        links: true,
        ..config(folder.path(), Access::Write)
    })
    .expect("an engine");
    let [_, paula, lena, otto] = people(&engine);
    let source = Source::Tcp(far.telemetry.clone());
    let link = LinkConfig {
        framing: Framing::Tm,
        mission: "insight".to_owned(),
        product: "simulated".to_owned(),
        ..LinkConfig::new("simulated", source)
    };
    engine.send(Intent::PutLink { link: Box::new(link) });
    let config =
        UplinkConfig { light_time: false, ..UplinkConfig::new("insight", &far.station, 189) };
    let config = Some(Box::new(config));
    done(ask(&engine, &otto, Order::SetUplink { mission: "insight".to_owned(), config }));

    // Nothing is at stake with it: no approval is needed.
    let uid = prepare(&engine, &otto, command("NO_OP"));
    assert!(matches!(ask(&engine, &otto, Order::Release { uid }), Reply::Refused(_)), "a draft");
    done(ask(&engine, &otto, Order::Enqueue { uid }));
    until(&engine, "the uplink", |picture| picture.uplinks.iter().any(|of| of.status.is_ready));
    done(ask(&engine, &otto, Order::Release { uid }));
    let state = |picture: &CommandingPicture| picture.desk.get(uid).map(CommandItem::state);
    until(&engine, "the verification", |picture| state(picture) == Some(State::Complete));
    let picture = engine.snapshot().commanding.clone();
    let stages = picture.desk.get(uid).and_then(|item| item.verification.clone()).unwrap().stages();
    let seen = |stage| {
        let found = stages.iter().find(|(own, _)| *own == stage);
        found.is_some_and(|(_, standing)| matches!(standing, Standing::Seen { .. }))
    };
    assert!(seen(Stage::Accepted) && seen(Stage::Complete), "{stages:?}");

    // The electronics box of SEIS is switched off only with the approval of somebody else.
    let uid = prepare(&engine, &paula, command("SEIS_EBOX_OFF"));
    done(ask(&engine, &otto, Order::Enqueue { uid }));
    let digest = engine.snapshot().commanding.desk.get(uid).unwrap().sealed.digest();
    let Reply::Refused(reasons) = ask(&engine, &otto, Order::Release { uid }) else { panic!() };
    assert!(reasons.iter().any(|reason| reason.contains("approv")), "{reasons:?}");
    let by_author = ask(&engine, &paula, Order::Approve { uid, seen: digest });
    assert!(matches!(by_author, Reply::Refused(_)));
    done(ask(&engine, &lena, Order::Approve { uid, seen: digest }));
    done(ask(&engine, &otto, Order::Release { uid }));
    let state = |picture: &CommandingPicture| picture.desk.get(uid).map(CommandItem::state);
    until(&engine, "its release", |picture| {
        matches!(state(picture), Some(State::UnderWay | State::Complete))
    });
}

/// It is 2020-09-13T12:26:40 here.
#[test]
fn a_sequence_has_to_be_there_before_its_first_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = start(folder.path(), Access::Write);
    let [_, paula, ..] = people(&engine);
    let mut parents = Vec::new();
    let mut prepared = |first: &str, activate: bool| {
        let text =
            format!("@ID \"s\"\nR00:10:00 NO_OP\nA2020-257T{first} NO_OP\nA2020-257T23:00 NO_OP\n");
        let Reply::Saved(version) = ask(&engine, &paula, save(&parents, &text)) else { panic!() };
        parents = vec![version];
        let uid = prepare(&engine, &paula, DraftOf::Sequence { version, activate });
        let picture = engine.snapshot().commanding.clone();
        let of = picture.desk.get(uid).expect("a command").sealed.prepared().clone();
        let begins = of.arguments.iter().find(|(name, _)| name == "begins").cloned();
        (of.timing.arrive_by, begins.expect("it says when it begins").1)
    };
    let at = Instant::from_unix_s(1.6e9 + 2000.0);
    assert_eq!(prepared("13:00:00", true), (Some(at), "2020-09-13T13:00:00Z".to_owned()));
    // It begins when somebody starts it.
    assert_eq!(prepared("13:00:01", false).0, None);
    let (none, words) = prepared("12:00:00", true);
    assert_eq!((none, words.as_str()), (None, "2020-09-13T12:00:00Z, in the past"));
}
