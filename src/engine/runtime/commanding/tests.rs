//! The engine from the first start to a release: people, documents, commands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use super::*;
use crate::archive::Access;
use crate::command::{Password, Role};
use crate::document::{Content, DocumentKind};
use crate::mission::Database;
use crate::runtime::{Engine, EngineConfig, EngineHandle, Intent};
use crate::time::{Instant, SimulatedClock};

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

fn start(folder: &Path, access: Access) -> Engine {
    Engine::start(EngineConfig {
        archive: folder.to_owned(),
        access,
        missions: Database::builtin(),
        notes: Vec::new(),
        clock: Arc::new(SimulatedClock::new(Instant::from_unix_s(1.6e9))),
        waker: Arc::new(|| ()),
        links: false,
        random,
    })
    .expect("an engine")
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
