//! Event messages: once each, by time, level and text, a bounded number at a time.

use proptest::prelude::*;

use super::*;
use crate::format::ampcs::EvrLevel;

fn said(t: i64, level: EvrLevel, text: &str) -> EventMessage {
    EventMessage {
        time: at(t),
        ert: Some(at(t + 600)),
        level,
        mission: "msl".to_owned(),
        name: format!("EVR_{}", text.len()),
        number: Some(7),
        module: "ccam".to_owned(),
        message: text.to_owned(),
        source: "flight".to_owned(),
        sclk: format!("{t}.0"),
    }
}

fn texts(archive: &Archive, query: &MessageQuery) -> (Vec<String>, bool) {
    let (found, truncated) = archive.messages(query, &NEVER).unwrap();
    (found.into_iter().map(|m| m.message).collect(), truncated)
}

#[test]
fn messages_are_kept_once_and_survive() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let list = [said(20, EvrLevel::Fatal, "two"), said(10, EvrLevel::Command, "one")];
    assert_eq!(archive.put_messages(&list).unwrap(), 2);
    let generation = archive.generation();
    // The same from the recorder, an hour later: nothing new.
    let later = list.clone().map(|m| EventMessage { ert: Some(at(9_000)), ..m });
    assert_eq!(archive.put_messages(&later).unwrap(), 0);
    assert_eq!(archive.generation(), generation);
    // Another text at the same time is another message.
    assert_eq!(archive.put_messages(&[said(20, EvrLevel::Fatal, "also two")]).unwrap(), 1);
    drop(archive);
    let (archive, repairs) = Archive::open(dir.path(), Access::Read).unwrap();
    assert!(repairs.is_empty());
    let (found, truncated) = archive.messages(&every(10), &NEVER).unwrap();
    assert_eq!((found.len(), truncated, &found[0]), (3, false, &list[1]));
    assert_eq!(archive.stat().messages, 3);
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
    assert!(matches!(archive.put_messages(&list), Err(ArchiveError::ReadOnly(_))));
}

#[test]
fn levels_text_range_and_limit_choose() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let list = [
        said(10, EvrLevel::ActivityHi, "Laser warm-up begins"),
        said(20, EvrLevel::ActivityHi, "Läser ready"),
        said(30, EvrLevel::WarningHi, "LASER too warm"),
        said(40, EvrLevel::Command, "Shots done"),
    ];
    archive.put_messages(&list).unwrap();
    let of = |change: &dyn Fn(&mut MessageQuery)| {
        let mut query = every(10);
        change(&mut query);
        texts(&archive, &query)
    };
    let own = |places: &[usize]| places.iter().map(|i| list[*i].message.clone()).collect();
    assert_eq!(of(&|q| q.text = "laser".into()), (own(&[0, 2]), false));
    assert_eq!(of(&|q| q.text = "WARM ccam".into()), (own(&[0, 2]), false));
    assert_eq!(of(&|q| q.text = "LÄSER".into()), (own(&[1]), false));
    assert_eq!(of(&|q| q.levels = Levels::from(EvrLevel::WarningLo)), (own(&[2]), false));
    assert_eq!(of(&|q| q.levels = Levels::NONE), (own(&[]), false));
    let without = Levels::ALL.without(EvrLevel::ActivityHi);
    assert_eq!(of(&|q| q.levels = without), (own(&[2, 3]), false));
    assert_eq!(of(&|q| q.range = TimeRange::new(at(20), at(40))), (own(&[1, 2]), false));
    assert_eq!(of(&|q| q.limit = 2), (own(&[0, 1]), true));
    let newest = |q: &mut MessageQuery| {
        q.limit = 2;
        q.newest = true;
    };
    assert_eq!(of(&newest), (own(&[2, 3]), true));
}

#[test]
fn many_messages_are_looked_through_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    // Three at each instant, so that pieces end between messages of one time.
    let list: Vec<EventMessage> =
        (0..50_000).map(|i| said(i / 3, EvrLevel::Diagnostic, &format!("n {i}"))).collect();
    assert_eq!(archive.put_messages(&list).unwrap(), 50_000);
    for newest in [false, true] {
        let all = MessageQuery { newest, ..every(u32::MAX) };
        let (found, truncated) = archive.messages(&all, &NEVER).unwrap();
        assert_eq!((found.len(), truncated), (50_000, false));
        assert!(found.is_sorted_by_key(|m| m.time));
        let rare = MessageQuery { text: "49999".into(), newest, ..every(5) };
        assert_eq!(texts(&archive, &rare).0, ["n 49999"]);
    }
    let cancelled = AtomicBool::new(true);
    let answer = archive.messages(&every(u32::MAX), &cancelled);
    assert_eq!(answer, Err(QueryError::Cancelled));
}

#[test]
fn an_archive_without_the_table_has_no_messages() {
    let dir = tempfile::tempdir().unwrap();
    drop(Archive::create(dir.path(), at(1)).unwrap());
    let db = rusqlite::Connection::open(dir.path().join("catalogue.sqlite")).unwrap();
    db.execute_batch("DROP TABLE message").unwrap();
    drop(db);
    let (archive, _) = Archive::open(dir.path(), Access::Read).unwrap();
    assert_eq!(archive.messages(&every(1), &NEVER).unwrap(), (Vec::new(), false));
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
    drop(archive);
    let (archive, _) = Archive::open(dir.path(), Access::Write).unwrap();
    assert_eq!(archive.put_messages(&[said(1, EvrLevel::Fatal, "x")]).unwrap(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn answers_are_those_of_a_plain_list(
        entries in prop::collection::vec((0_i64..12, 0_usize..10, "[ab]{0,2}"), 0..40),
        text in "[ab]{0,1}", from in 0_i64..12, len in 0_i64..12, limit in 0_u32..8, newest: bool,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::create(dir.path(), at(1)).unwrap();
        let list: Vec<_> =
            entries.iter().map(|(t, level, s)| said(*t, EvrLevel::ALL[*level], s)).collect();
        archive.put_messages(&list).unwrap();
        let range = TimeRange::new(at(from), at(from + len));
        let levels = Levels::from(EvrLevel::ActivityHi);
        let query = MessageQuery { range, levels, text: text.clone(), limit, newest };
        let (found, truncated) = archive.messages(&query, &NEVER).unwrap();
        let wanted = |m: &EventMessage| {
            let inside = range.contains(m.time) && levels.contains(m.level);
            inside && (m.message.contains(&text) || "ccam".contains(&text))
        };
        let mut plain: Vec<_> = list.into_iter().filter(wanted).collect();
        plain.sort_by_key(|m| format!("{:?}", (m.time, &m.message, m.level)));
        plain.dedup();
        prop_assert_eq!(found.len(), plain.len().min(limit as usize));
        prop_assert_eq!(truncated, plain.len() > limit as usize);
        prop_assert!(found.is_sorted_by_key(|m| m.time));
        prop_assert!(found.iter().all(|m| plain.contains(m)));
        let edge = found.iter().map(|m| m.time);
        if newest {
            let rest = plain.iter().filter(|m| !found.contains(m)).map(|m| m.time).max();
            prop_assert!(edge.min() >= rest.filter(|_| !found.is_empty()));
        } else {
            let rest = plain.iter().filter(|m| !found.contains(m)).map(|m| m.time).min();
            prop_assert!(rest.is_none() || edge.max() <= rest);
        }
    }
}
