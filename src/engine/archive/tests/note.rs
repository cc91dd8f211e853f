//! The log book: entries are added and corrected, never changed; words, mission, range and limit
//! choose.

use super::*;

fn entry(t: i64, who: &str, mission: &str, text: &str) -> LogEntry {
    LogEntry {
        time: at(t),
        written: at(t + 60),
        who: who.to_owned(),
        mission: mission.to_owned(),
        text: text.to_owned(),
        ..LogEntry::default()
    }
}

fn ask(range: TimeRange, mission: &str, text: &str, limit: u32) -> LogQuery {
    LogQuery { range, mission: mission.to_owned(), text: text.to_owned(), limit }
}

#[test]
fn entries_survive_and_are_only_followed_by_corrections() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    let generation = archive.generation();
    let tied = LogEntry {
        series: Some(SeriesKey::parse("/insight/lander/bus_voltage")),
        ..entry(20, "Ada", "insight", "Bus voltage low: dust \u{2013} \u{1F300}")
    };
    assert_eq!(archive.put_note(&tied).unwrap(), Some(1));
    assert_ne!(archive.generation(), generation, "the console asks again");
    let wrong = LogEntry { corrects: Some(7), ..entry(20, "Bob", "", "what?") };
    assert_eq!(archive.put_note(&wrong).unwrap(), None);
    let better = LogEntry { corrects: Some(1), ..entry(20, "Bob", "insight", "It was shade") };
    assert_eq!(archive.put_note(&better).unwrap(), Some(2));
    assert_eq!(archive.put_note(&LogEntry { ..better.clone() }).unwrap(), Some(3));
    drop(archive);
    let (archive, repairs) = Archive::open(dir.path(), Access::Read).unwrap();
    assert!(repairs.is_empty());
    let (found, truncated) = archive.notes(&ask(TimeRange::ALL, "", "", 10)).unwrap();
    assert_eq!((found.len(), truncated), (3, false));
    assert_eq!(found[0], LogEntry { id: 1, corrected_by: Some(3), ..tied.clone() });
    assert_eq!((found[1].corrects, found[1].corrected_by), (Some(1), None));
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
    assert!(matches!(archive.put_note(&tied), Err(ArchiveError::ReadOnly(_))));
}

#[test]
fn words_mission_range_and_limit_choose() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    for note in [
        entry(30, "Ada", "msl", "Laser warm"),
        entry(10, "Ada", "insight", "Wind from the EAST"),
        entry(20, "Bob", "insight", "East is calm; \u{c9}TOILE seen"),
    ] {
        archive.put_note(&note).unwrap();
    }
    let times = |query: &LogQuery| {
        let (found, truncated) = archive.notes(query).unwrap();
        (found.iter().map(|e| e.time.unix_s() as i64).collect::<Vec<_>>(), truncated)
    };
    let all = TimeRange::ALL;
    assert_eq!(times(&ask(all, "", "", 10)), (vec![10, 20, 30], false));
    assert_eq!(times(&ask(all, "", "", 2)), (vec![20, 30], true));
    assert_eq!(times(&ask(all, "insight", "", 10)), (vec![10, 20], false));
    assert_eq!(times(&ask(all, "", "east", 10)), (vec![10, 20], false));
    assert_eq!(times(&ask(all, "", "east bob", 10)), (vec![20], false));
    assert_eq!(times(&ask(all, "", "\u{e9}toile", 10)), (vec![20], false));
    let part = TimeRange::new(at(10), at(30));
    assert_eq!(times(&ask(part, "", "", 10)), (vec![10, 20], false));
}

#[test]
fn an_archive_without_the_table_has_no_entries_and_gets_it() {
    let dir = tempfile::tempdir().unwrap();
    drop(Archive::create(dir.path(), at(1)).unwrap());
    let old = rusqlite::Connection::open(dir.path().join("catalogue.sqlite")).unwrap();
    old.execute_batch("DROP TABLE note").unwrap();
    drop(old);
    let (archive, _) = Archive::open(dir.path(), Access::Read).unwrap();
    assert_eq!(archive.notes(&ask(TimeRange::ALL, "", "", 1)).unwrap(), (vec![], false));
    assert!(archive.verify(&|_| (), &NEVER).is_empty());
    drop(archive);
    let (archive, _) = Archive::open(dir.path(), Access::Write).unwrap();
    assert_eq!(archive.put_note(&entry(1, "Ada", "", "first")).unwrap(), Some(1));
}

#[test]
fn a_changed_entry_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    archive.put_note(&entry(1, "Ada", "", "first")).unwrap();
    drop(archive);
    let db = rusqlite::Connection::open(dir.path().join("catalogue.sqlite")).unwrap();
    db.execute("UPDATE note SET text = 'never said'", []).unwrap();
    drop(db);
    let (archive, _) = Archive::open(dir.path(), Access::Read).unwrap();
    let problems = archive.verify(&|_| (), &NEVER);
    assert!(problems.iter().any(|p| p.reason.contains("log entry 1")), "{problems:?}");
}
