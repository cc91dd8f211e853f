//! Limits that operators changed: rows are added, survive, and are checked.

use super::*;
use crate::mission::{DataTime, Limit, Severity};

#[test]
fn changes_of_limits_survive_and_a_changed_row_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), at(1)).unwrap();
    assert_eq!(archive.limit_edits().unwrap(), []);
    let limit = |high| Limit {
        severity: Severity::Warning,
        high: Some(high),
        from: Some(DataTime::new(at(5))),
        ..Limit::default()
    };
    let first = LimitEdit {
        id: 1,
        name: "/insight/lander/bus_voltage".into(),
        from: at(5),
        written: at(7),
        who: "Ada".into(),
        reason: "New battery".into(),
        before: vec![limit(34.0)],
        after: Some(vec![limit(0.1 + 0.2)]),
    };
    let back = LimitEdit { id: 2, after: None, ..first.clone() };
    assert_eq!(archive.put_limit_edit(&first).unwrap(), 1);
    assert_eq!(archive.put_limit_edit(&back).unwrap(), 2);
    drop(archive);
    let (archive, _) = Archive::open(dir.path(), Access::Read).unwrap();
    assert_eq!(archive.limit_edits().unwrap(), [first.clone(), back]);
    assert!(archive.put_limit_edit(&first).is_err(), "a reader does not write");
    drop(archive);
    let db = rusqlite::Connection::open(dir.path().join("catalogue.sqlite")).unwrap();
    db.execute("UPDATE limit_edit SET who = 'Eve' WHERE id = 2", []).unwrap();
    drop(db);
    let (archive, _) = Archive::open(dir.path(), Access::Read).unwrap();
    let problems: Vec<String> =
        archive.verify(&|_| (), &NEVER).iter().map(ToString::to_string).collect();
    assert!(problems.len() == 1 && problems[0].contains("limit edit 2"), "{problems:?}");
}
