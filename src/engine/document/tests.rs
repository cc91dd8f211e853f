//! Two people save versions of one document; contents that were changed are found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::command::{
    Accounts, Actor, Change, Commanding, Cost, Journal, Password, Policy, Role, SessionLimits,
    Started, StoredPassword,
};
use crate::plan::Plan;
use crate::time::Instant;

const NOW: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// An administrator and two planners, logged in.
fn people(folder: &Path, journal: &mut Journal) -> [Actor; 2] {
    let mut accounts =
        Accounts::open(folder, &[], CHEAP, SessionLimits::default()).expect("accounts");
    let letters = std::array::from_fn(|at| at as u8);
    let first = accounts.make_first(journal, "admin", (letters, [1; 16]), NOW).expect("the first");
    let log_in = |accounts: &mut Accounts,
                  journal: &mut Journal,
                  name: &str,
                  token: [u8; 32],
                  password: &Password| {
        let stored: StoredPassword = accounts.stored_password(name);
        let matches = stored.matches(password);
        accounts.log_in(journal, name, (&stored, matches), token, NOW).expect("a session");
    };
    let set = |accounts: &mut Accounts, journal: &mut Journal, name: &str, token: [u8; 32]| {
        let own = accounts.own_actor(&token, NOW).expect("a session");
        let new = Password::new("another long word");
        accounts.change(journal, &own, name, Change::Password(new, [3; 16]), NOW).expect("changed");
        log_in(accounts, journal, name, token, &Password::new("another long word"));
    };
    log_in(&mut accounts, journal, "admin", [1; 32], &first);
    set(&mut accounts, journal, "admin", [1; 32]);
    let admin = accounts.actor(&[1; 32], "*", NOW).expect("an administrator");
    [("anne", [2; 32]), ("bruno", [3; 32])].map(|(name, token)| {
        let roles = BTreeMap::from([("insight".to_owned(), BTreeSet::from([Role::Planner]))]);
        let password = Password::new("first words of theirs");
        let given = (&password, [4; 16]);
        accounts.add(journal, &admin, (name, ""), roles, given, NOW).expect("an account");
        log_in(&mut accounts, journal, name, token, &password);
        set(&mut accounts, journal, name, token);
        accounts.actor(&token, "insight", NOW).expect("a planner")
    })
}

fn event(parents: &[u64]) -> DocumentEvent {
    DocumentEvent {
        kind: DocumentKind::Sequence,
        mission: "insight".to_owned(),
        name: "sol 173".to_owned(),
        digest: crate::command::Digest::default(),
        bytes: 0,
        parents: parents.to_vec(),
        note: "words".to_owned(),
    }
}

#[test]
fn who_saves_last_is_told_of_the_other_and_joins_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = Commanding::open(folder.path(), Policy::default(), NOW, [9; 16]).expect("opened");
    let Started { mut commanding, .. } = opened;
    let journal = commanding.journal();
    let [anne, bruno] = people(folder.path(), journal);
    let (store, mut documents) = (Store::new(folder.path()), Documents::default());
    let mut save = |documents: &mut Documents, by: &Actor, parents: &[u64], text: &str| {
        let content = Content::Text(text.into());
        let saved = store.save(documents, journal, by, (&event(parents), &content), NOW)?;
        documents.apply(&saved);
        Ok::<u64, DocumentError>(saved.number)
    };
    let first = save(&mut documents, &anne, &[], "one").expect("saved");
    let hers = save(&mut documents, &anne, &[first], "one, hers").expect("saved");
    // Bruno began from the first version.
    let told = save(&mut documents, &bruno, &[first], "one, his").expect_err("behind");
    let DocumentError::Behind { head, by } = told else { panic!("{told}") };
    assert_eq!((head, by.as_str()), (hers, "anne"));
    assert_eq!(documents.common(hers, first), Some(first));
    let joined = save(&mut documents, &bruno, &[hers, first], "one, hers, his").expect("saved");
    assert_eq!(store.read(&documents, hers).unwrap(), Content::Text("one, hers".into()));
    assert!(save(&mut documents, &bruno, &[joined], "one, hers, his").is_err(), "nothing changed");
    assert!(save(&mut documents, &bruno, &[joined, 99_999], "x").is_err(), "no such version");
    // A fold of the journal finds the same.
    let chain = crate::command::read_journal(folder.path()).expect("a journal");
    assert_eq!(Documents::of(&chain.records), documents);

    // Tampering with a content is found and located.
    assert_eq!(store.verify(&documents), Vec::<String>::new());
    let (_, version) = documents.version(hers).expect("a version");
    let path = folder.path().join("documents").join(crate::storage::hex(&version.digest.0));
    std::fs::write(&path, "one, forged").expect("written");
    assert!(matches!(store.read(&documents, hers), Err(DocumentError::Tampered(_))));
    let told = store.verify(&documents);
    assert!(told.len() == 1 && told[0].contains(&format!("version {hers}")), "{told:?}");
}

#[test]
fn plans_come_back_as_they_were() {
    let start = NOW;
    let plan = Plan::new(
        "p",
        "Sol 173",
        "insight",
        crate::time::TimeRange::new(start, start.plus_s(88_775.0)),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let opened = Commanding::open(folder.path(), Policy::default(), NOW, [9; 16]).expect("opened");
    let Started { mut commanding, .. } = opened;
    let journal = commanding.journal();
    let [anne, _] = people(folder.path(), journal);
    let (store, mut documents) = (Store::new(folder.path()), Documents::default());
    let of_plan = DocumentEvent { kind: DocumentKind::Plan, ..event(&[]) };
    let content = Content::Plan(Arc::new(plan));
    let saved = store.save(&documents, journal, &anne, (&of_plan, &content), NOW).expect("saved");
    documents.apply(&saved);
    assert_eq!(store.read(&documents, saved.number).expect("read"), content);
    let elsewhere = DocumentEvent { mission: "msl".to_owned(), ..of_plan };
    assert!(store.save(&documents, journal, &anne, (&elsewhere, &content), NOW).is_err());
}
