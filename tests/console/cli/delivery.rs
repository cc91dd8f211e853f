//! `marsdeck delivery` and the audit trail, as an operator and as the other center run them.

use marsdeck_engine::command::{Digest, Journal};
use marsdeck_engine::delivery::{
    Approvals, ApprovedBy, DictionaryName, Heading, Origin, Part, package,
};
use marsdeck_engine::document::{DOCUMENT_KIND, DocumentEvent, DocumentKind};
use marsdeck_engine::plan::{Model, Plan};
use marsdeck_engine::time::{Instant, TimeRange};

use super::data::{counts, walk};
use super::{Home, Ran};

const T0: Instant = Instant::from_unix_ns(1_564_142_400_000_000_000);

/// A package with a plan.
pub(crate) fn packed() -> Vec<u8> {
    let range = TimeRange::new(T0, T0.plus_s(88_775.0));
    let plan = Plan::new("p", "Sol 235", "insight", range);
    let origin = Origin { document: "sol 235".to_owned(), version: 7, author: "anne".to_owned() };
    let part = Part::plan(&origin, &plan, &Model::builtin("insight"));
    let heading = Heading {
        mission: "insight".to_owned(),
        name: "Sol 235 uplink".to_owned(),
        created: T0,
        prepared_by: "anne".to_owned(),
        dictionary: DictionaryName::default(),
    };
    package(&heading, &[part]).expect("a package")
}

/// A home with a package and its approvals.
fn home() -> (Home, Vec<u8>) {
    let home = Home::new();
    let bytes = packed();
    home.write("p.zip", &bytes);
    let mut approvals = Approvals::new("p.zip", Digest::of(&bytes), T0);
    let (who, roles, digest) = ("bob".to_owned(), vec!["lead".to_owned()], Digest::default());
    approvals.approvals = vec![ApprovedBy { who, roles, time: T0, digest }];
    home.write("p.approvals.json", approvals.to_json());
    (home, bytes)
}

fn check(home: &Home) -> Ran {
    home.say("delivery check p.zip")
}

#[test]
fn a_sound_package_is_good_and_a_changed_one_is_located() {
    let (home, bytes) = home();
    let ran = check(&home).done();
    for words in [
        "Sol 235 uplink of insight, put together 2019-07-26T12:00:00Z by anne",
        "good   plans/sol_235_v7.aerie.json",
        "plan, CSV of sol 235 version 7 by anne",
        "approved by bob (lead)",
    ] {
        assert!(ran.text().contains(words), "no {words:?} in {}", ran.text());
    }
    let json = home.say("delivery check p.zip --json").done().json();
    assert_eq!(json["manifest"]["files"][0]["path"], "plans/sol_235_v7.aerie.json");
    assert_eq!(json["problems"], serde_json::json!([]));

    // A byte inside the second file, by the place of its name.
    let name = b"plans/sol_235_v7.csv";
    let at = bytes.windows(name.len()).rposition(|w| w == name).expect("its directory entry");
    let first = bytes[..at - 46].windows(name.len()).rposition(|w| w == name).expect("its header");
    let mut changed = bytes.clone();
    changed[first + name.len() + 3] ^= 4;
    home.write("p.zip", &changed);
    let ran = check(&home).ended(3);
    assert!(ran.text().contains("WRONG  plans/sol_235_v7.csv"), "{}", ran.text());
    let place = format!("byte {}: plans/sol_235_v7.csv", first - 30);
    assert!(ran.text().contains(&place), "no {place:?} in {}", ran.text());
    assert!(ran.err.contains("do not use this package"), "{}", ran.err);

    // A byte that no checksum of the archive covers: only the approvals find it.
    let mut changed = bytes.clone();
    changed[11] ^= 1;
    home.write("p.zip", &changed);
    let ran = check(&home).ended(3);
    assert!(ran.text().contains("byte 11: package: "), "{}", ran.text());
    std::fs::remove_file(home.path("p.approvals.json")).expect("removed");
    assert!(check(&home).done().err.contains("no approvals"));
    home.write("p.zip", "no archive");
    check(&home).ended(3);
    home.say("delivery check missing.zip").refused(&["missing.zip"]);
}

#[test]
fn the_other_center_answers_with_receipts() {
    let (home, bytes) = home();
    let say = "delivery receipt p.zip --by JPL --status";
    let ran = home.say(&format!("{say} received")).done();
    assert!(ran.text().trim_end().ends_with("p.receipt.json"), "{}", ran.text());
    std::fs::create_dir(home.path("in")).expect("a folder");
    for _ in 0..2 {
        home.say(&format!("{say} accepted --reason fine --inbox in")).done();
    }
    assert!(home.path("in/p.2.receipt.json").exists(), "none is overwritten");
    let text = std::fs::read_to_string(home.path("in/p.receipt.json")).expect("a receipt");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["package_sha256"], Digest::of(&bytes).to_string());
    assert_eq!([&json["status"], &json["by"], &json["reason"]], ["accepted", "JPL", "fine"]);
    home.say(&format!("{say} perhaps")).refused(&["perhaps", "received, accepted, rejected"]);
    // What was changed is not accepted, and can be rejected.
    let mut changed = bytes;
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    home.write("p.zip", changed);
    let ran = home.say(&format!("{say} accepted")).ended(1);
    assert!(ran.err.contains("--status rejected"), "{}", ran.err);
    home.say(&format!("{say} rejected")).done();
}

/// An archive with an audit journal of three records and a document.
fn audited() -> (Home, String) {
    let home = Home::new();
    home.write("in/a.mseed", counts("BHU", 0, &walk(400, 1)));
    home.say("ingest in --archive x").done();
    let folder = home.path("x/command");
    let content = b"R1 OFF";
    let digest = Digest::of(content);
    let mut journal = Journal::open(&folder, T0, [1; 16]).expect("a journal").journal;
    let event = DocumentEvent {
        kind: DocumentKind::Sequence,
        mission: "insight".to_owned(),
        name: "sol 235".to_owned(),
        digest,
        bytes: 6,
        parents: Vec::new(),
        note: "a first draft".to_owned(),
    };
    let body = serde_json::to_string(&event).expect("JSON");
    journal.append(T0, "anne", DOCUMENT_KIND, &body).expect("a record");
    journal.append(T0, "bob", "session", "{\"logged\":\"in\"}").expect("a record");
    let document = format!("x/command/documents/{digest}");
    home.write(&document, content);
    (home, document)
}

#[test]
fn the_audit_trail_is_printed_and_searched() {
    let (home, _) = audited();
    let ran = home.say("archive audit --archive x").done();
    assert_eq!(ran.lines().len(), 3);
    assert!(ran.text().contains("sequence sol 235 of insight saved, 6 bytes: a first draft"));
    let csv = home.say("archive audit --archive x --csv --kind session").done().lines();
    assert_eq!((csv.len(), csv[0].starts_with("record,time_utc,who")), (2, true));
    let json = home.say("archive audit --archive x --json --words FIRST").done().json();
    assert_eq!(json["records"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["records"][0]["content"]["name"], "sol 235");
    assert_eq!(json["problems"], serde_json::json!([]));
    home.say("archive audit --archive missing").refused(&["missing", "no archive"]);
}

#[test]
fn a_flipped_byte_of_commanding_is_located() {
    let (home, document) = audited();
    home.say("archive verify --archive x").done();
    let path = home.path("x/command/journal");
    let sound = std::fs::read(&path).expect("a journal");
    let at = sound.windows(5).position(|w| w == b"anne\x08").expect("the second record");
    for at in [at, sound.len() - 3] {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).expect("written");
        let ran = home.say("archive verify --archive x").ended(3);
        let record = if at == sound.len() - 3 { "record 2" } else { "record 1" };
        assert!(ran.text().contains("command/journal: byte "), "{}", ran.text());
        assert!(ran.text().contains(record), "{}", ran.text());
        let ran = home.say("archive audit --archive x").ended(3);
        assert!(ran.err.contains(record) && ran.err.contains("not to be trusted"), "{}", ran.err);
    }
    std::fs::write(&path, &sound).expect("put back");
    home.write(&document, "R1 ON!");
    let ran = home.say("archive verify --archive x").ended(3);
    assert!(ran.text().contains("sequence sol 235, version 1"), "{}", ran.text());
    assert!(ran.text().contains("evidence"), "{}", ran.text());
    home.write(&document, "R1 OFF");
    home.say("archive verify --archive x").done();
}
