//! Packages that are made here, changed at every byte, exchanged, and read by another program.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::command::{
    CommandEvent, CommandItem, Desk, Digest, Head, Prepared, Record, Role, Sealed, Stage, Uid, Way,
};
use crate::format::{satf, seqjson, xtce, zip};
use crate::mission::telemetry::Dictionary;
use crate::plan::{Model, Plan, aerie, table as plan_table};
use crate::sequence::table::{Catalogue, Row, Table, TableFile};
use crate::sequence::{BinarySequence, from_seqjson, text};
use crate::time::{Instant, TimeRange};

const T0: Instant = Instant::from_unix_ns(1_564_142_400_123_456_789);
const SEQUENCE: &str = "@ID \"sol 235\"\nA2019-207T12:16:15.587 OFF # a note\nR00:00:10 OFF\n";

fn dictionary() -> Dictionary {
    let text = "<SpaceSystem name='SEIS' xmlns='http://www.omg.org/spec/XTCE/20180204'>\
        <Header version='4.2'/><CommandMetaData><MetaCommandSet><MetaCommand name='OFF'>\
        <CommandContainer name='O'><EntryList><FixedValueEntry binaryValue='CA02' \
        sizeInBits='16'/></EntryList></CommandContainer></MetaCommand></MetaCommandSet>\
        </CommandMetaData></SpaceSystem>";
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:#?}");
    dictionary.expect("a system")
}

fn origin(document: &str, version: u64) -> Origin {
    Origin { document: document.to_owned(), version, author: "anne".to_owned() }
}

fn table() -> TableFile {
    let rows = ["VBB_U continuous 2 FIR2 SCI_HIGH", "VBB_V continuous 2 FIR2 SCI_HIGH"];
    let rows = rows.map(|row| Row::parse(row).expect(row)).to_vec();
    TableFile { spacecraft: 189, created: T0, table: Table { id: "LOW".to_owned(), rows } }
}

/// Aerie counts microseconds, so that is what its times are whole in.
fn plan() -> Plan {
    let start = Instant::from_unix_ns(1_564_142_400_123_456_000);
    Plan::new("p", "Sol 235", "insight", TimeRange::new(start, start.plus_s(88_775.0)))
}

fn parts() -> Vec<Part> {
    let dictionary = dictionary();
    let by = Encoding {
        dictionary: &dictionary,
        mission: "insight",
        spacecraft: 189,
        created: T0,
        known: &|_| None,
    };
    let of = text::parse(SEQUENCE).sequence;
    let catalogue = Catalogue::seis().expect("the catalogue of SEIS");
    vec![
        Part::sequence(&origin("sol 235", 7), (SEQUENCE, &of), by).expect("a sequence"),
        Part::table(&origin("low rate", 9), &table(), &catalogue).expect("a table"),
        Part::plan(&origin("../plan", 12), &plan(), &Model::builtin("insight")),
    ]
}

fn heading() -> Heading {
    Heading {
        mission: "insight".to_owned(),
        name: "Sol 235 uplink".to_owned(),
        created: T0,
        prepared_by: "anne".to_owned(),
        dictionary: DictionaryName { version: "4.2".to_owned(), ..DictionaryName::default() },
    }
}

fn whole() -> Vec<u8> {
    package(&heading(), &parts()).expect("a package")
}

/// Entries of an archive, to build another one of them.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (archive, problems) = zip::Archive::open(bytes);
    assert_eq!(problems, []);
    let read = |entry: &zip::Entry| (entry.name.clone(), archive.read(entry).expect("an entry"));
    archive.entries().iter().map(read).collect()
}

fn repacked(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let entries: Vec<_> = entries.iter().map(|(name, of)| (name.as_str(), of.as_slice())).collect();
    zip::stored(&entries)
}

fn told(bytes: &[u8]) -> Vec<String> {
    check(bytes).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_package_holds_every_form_and_is_the_same_every_time() {
    let bytes = whole();
    assert_eq!(bytes, whole());
    let found = check(&bytes);
    assert!(found.is_sound(), "{:#?}", found.problems);
    assert_eq!(found.sha256, Digest::of(&bytes));
    let manifest = found.manifest.expect("a manifest");
    assert_eq!((manifest.created, manifest.prepared_by.as_str()), (T0, "anne"));
    assert_eq!(manifest.dictionary.version, "4.2");
    assert_eq!(Manifest::read(manifest.to_json().as_bytes()), Ok(manifest.clone()));
    let paths: Vec<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "sequences/sol_235_v7.seq",
        "sequences/sol_235_v7.seq.json",
        "sequences/sol_235_v7.satf",
        "sequences/sol_235_v7.mdsq",
        "tables/low_rate_v9.mdtb",
        "tables/low_rate_v9.txt",
        "plans/___plan_v12.aerie.json",
        "plans/___plan_v12.csv",
    ];
    assert_eq!(paths, expected);
    // Each file reads back as what was put in.
    let entries = unpacked(&bytes);
    let content = |path: &str| &entries.iter().find(|(name, _)| name == path).expect(path).1[..];
    let sequence = text::parse(SEQUENCE).sequence;
    let (json, problems) = seqjson::read(content(paths[1]));
    assert_eq!((from_seqjson(&json).0, problems), (sequence.clone(), Vec::new()));
    let (satf, problems) = satf::read(content(paths[2]));
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(satf::to_seqjson(&satf).0.len(), 1);
    let (binary, _) = BinarySequence::inspect(content(paths[3])).expect("a binary sequence");
    assert_eq!((binary.spacecraft, binary.steps.len()), (189, sequence.steps.len()));
    let catalogue = Catalogue::seis().expect("the catalogue of SEIS");
    let (read, _) = TableFile::from_bytes(content(paths[4]), 189, &catalogue).expect("a table");
    assert_eq!(read, table());
    let words = String::from_utf8(content(paths[5]).to_vec()).expect("text");
    assert!(words.contains("# VBB_U continuous 2 FIR2 SCI_HIGH: XB.ELYSE.02.MHU"), "{words}");
    let read = crate::sequence::table::text::parse(&words);
    assert_eq!(read, Ok(("seis".to_owned(), table().table)));
    let (read, problems) = aerie::read(content(paths[6]), "insight", &Model::builtin("insight"));
    assert_eq!((read.map(|plan| plan.range()), problems.len()), (Some(plan().range()), 0));
    assert!(plan_table::read(content(paths[7]), "insight").1.is_empty());
}

#[test]
fn another_program_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.zip");
    std::fs::write(&path, whole()).expect("written");
    let script = "import hashlib,json,sys,zipfile\n\
        z=zipfile.ZipFile(sys.argv[1])\n\
        assert z.testzip() is None\n\
        m=json.loads(z.read('manifest.json'))\n\
        assert [f['path'] for f in m['files']]==z.namelist()[1:]\n\
        for f in m['files']:\n\
        \x20b=z.read(f['path'])\n\
        \x20assert len(b)==f['bytes'] and hashlib.sha256(b).hexdigest()==f['sha256']\n\
        assert all(i.date_time==(1980,1,1,0,0,0) for i in z.infolist())\n\
        print(len(m['files']),m['created'])";
    let Ok(ran) = Command::new("python3").arg("-c").arg(script).arg(&path).output() else {
        println!("skipped: python3 not present");
        return;
    };
    let words = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(words.trim(), "8 2019-07-26T12:00:00.123456789Z");
}

#[test]
fn what_cannot_go_up_is_refused() {
    let dictionary = dictionary();
    let by = Encoding {
        dictionary: &dictionary,
        mission: "insight",
        spacecraft: 189,
        created: T0,
        known: &|_| None,
    };
    let of = text::parse("R1 NO_SUCH\n").sequence;
    let refused = Part::sequence(&origin("x", 1), ("", &of), by).expect_err("no such command");
    assert!(refused[0].field.contains("step 1"), "{refused:?}");
    let twice: Vec<Part> = parts().into_iter().chain(parts()).collect();
    assert!(package(&heading(), &twice).is_err());
    assert!(package(&heading(), &[]).is_err());
}

#[test]
fn tampering_is_told_with_the_file_and_the_byte() {
    let entries = unpacked(&whole());
    assert_eq!(told(&repacked(&entries)), [""; 0], "packed by another program");
    // A changed content with its checksum in the archive put right.
    let mut changed = entries.clone();
    changed[4].1[30] ^= 1;
    let bytes = repacked(&changed);
    let problems = check(&bytes).problems;
    assert_eq!((problems.len(), problems[0].field.as_str()), (1, "sequences/sol_235_v7.mdsq"));
    assert!(problems[0].reason.contains("it was changed"), "{problems:?}");
    let at = problems[0].offset.expect("a place") as usize;
    assert_eq!(&bytes[at..at + 4], b"PK\x03\x04");
    // Removed, added, added twice, and named so that it leads out.
    let mut fewer = entries.clone();
    fewer.remove(2);
    assert!(told(&repacked(&fewer))[0].contains("it is missing"));
    for (name, words) in [
        ("sequences/more.seq", "does not list it"),
        ("sequences/sol_235_v7.seq", "stands twice"),
        ("../../etc/passwd", "lead out"),
        ("/etc/passwd", "lead out"),
        ("C:/x", "lead out"),
        ("a/..\\b", "characters"),
    ] {
        let mut more = entries.clone();
        more.push((name.to_owned(), b"x".to_vec()));
        let told = told(&repacked(&more));
        assert!(told.iter().any(|one| one.contains(words)), "{name}: {told:?}");
    }
    let mut other = entries;
    let text = String::from_utf8(other[0].1.clone()).expect("text");
    other[0].1 = text.replace("\"version\": 1", "\"version\": 2").into_bytes();
    assert!(told(&repacked(&other))[0].contains("another form"));
    assert!(told(b"PK\x05\x06 no archive")[0].contains("no directory"));
}

#[test]
fn bombs_are_not_unpacked() {
    // The directory states 300 MB of zeros each, of which the archive holds a few bytes.
    let mut bytes = whole();
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(4).position(|w| w == b"PK\x01\x02") {
        at += next;
        bytes[at + 24..at + 28].copy_from_slice(&100_000_000_u32.to_le_bytes());
        at += 46;
    }
    let told = told(&bytes);
    assert!(told.len() == 1 && told[0].contains("nothing was unpacked"), "{told:?}");
    let many: Vec<_> = (0..5_000).map(|n| (n.to_string(), Vec::new())).collect();
    assert!(self::told(&repacked(&many))[0].contains("nothing was unpacked"));
}

/// The records of a released delivery with an approval, as a journal has them.
fn records(prepared: &Prepared) -> (Vec<Record>, Uid) {
    let sealed = Sealed::of(prepared).expect("sealed");
    let (uid, digest) = (Uid(41), sealed.digest());
    let events = [
        CommandEvent::Prepared { text: sealed.text().to_owned() },
        CommandEvent::Approved { uid, digest, roles: BTreeSet::from([Role::Lead]) },
        CommandEvent::Queued { uid },
        CommandEvent::Released { uid, digest, way: Way::default() },
    ];
    let record = |(at, event): (usize, &CommandEvent)| Record {
        number: 41 + at as u64,
        time: T0.plus_s(at as f64),
        who: if at == 1 { "bob" } else { "anne" }.to_owned(),
        kind: "command".to_owned(),
        body: serde_json::to_string(event).expect("JSON"),
        hash: HEAD.hash,
    };
    (events.iter().enumerate().map(record).collect(), uid)
}

fn released(prepared: &Prepared) -> (Desk, Uid) {
    let (records, uid) = records(prepared);
    (Desk::of(&records), uid)
}

fn delivery() -> Prepared {
    prepared(&heading(), &crate::command::DictionaryIdentity::default(), &parts()).expect("one")
}

const HEAD: Head = Head { number: 44, hash: Digest([5; 32]) };

fn item(desk: &Desk, uid: Uid) -> &CommandItem {
    desk.get(uid).expect("a delivery")
}

fn receive(folder: &Path, name: &str, of: Digest, status: ReceiptStatus) {
    let (by, reason) = ("JPL".to_owned(), "checked".to_owned());
    let receipt = Receipt { package_sha256: of, status, by, time: T0.plus_s(60.0), reason };
    let path = folder.join("inbox").join(format!("{name}{RECEIPT_ENDING}"));
    std::fs::write(path, receipt.to_json()).expect("written");
}

#[test]
fn a_delivery_goes_out_once_and_its_receipt_counts_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut exchange = Exchange::open(folder.path()).expect("opened");
    let prepared = delivery();
    let (desk, uid) = released(&prepared);
    let item = item(&desk, uid);
    assert!(matches!(
        exchange.deliver(item, b"other bytes", Some(HEAD), T0),
        Err(ExchangeError::Unfit(_))
    ));
    let path = exchange.deliver(item, &prepared.bytes, Some(HEAD), T0).expect("delivered");
    assert_eq!(std::fs::read(&path).expect("read"), prepared.bytes);
    assert!(matches!(
        exchange.deliver(item, &prepared.bytes, Some(HEAD), T0),
        Err(ExchangeError::Exists(_))
    ));
    assert!(exchange.scan().expect("a scan"));
    assert!(!exchange.scan().expect("a scan"), "nothing changed");
    let view = exchange.view().clone();
    let [sent] = &view.outbox[..] else { panic!("{view:?}") };
    assert_eq!(sent.problems, []);
    assert!(sent.stem.starts_with("insight_Sol_235_uplink_41_"), "{}", sent.stem);
    let approvals = sent.approvals.as_ref().expect("approvals");
    assert_eq!(approvals.journal, Some(JournalEnd { record: 44, hash: HEAD.hash }));
    assert_eq!((approvals.command, approvals.command_sha256), (41, item.sealed.digest()));
    let [by] = &approvals.approvals[..] else { panic!("{approvals:?}") };
    assert_eq!((by.who.as_str(), &by.roles[..]), ("bob", &["lead".to_owned()][..]));
    // The journal bears the approvals out, and finds forged ones.
    let (records, _) = records(&prepared);
    assert_eq!(against(approvals, &records), []);
    let mut forged = approvals.clone();
    forged.approvals[0].who = "eve".to_owned();
    forged.journal = Some(JournalEnd { record: 43, hash: Digest([6; 32]) });
    forged.package_sha256 = Digest([7; 32]);
    let told = against(&forged, &records);
    let words: Vec<&str> = told.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(words[0].contains("record 43") && words[1].contains("another package"), "{words:?}");
    assert!(words[2].contains("eve"), "{words:?}");

    // Receipts: of ours, of something else, and none at all.
    let digest = Digest::of(&prepared.bytes);
    receive(folder.path(), &sent.stem, digest, ReceiptStatus::Received);
    receive(folder.path(), "other", Digest([1; 32]), ReceiptStatus::Accepted);
    std::fs::write(folder.path().join("inbox/bad.receipt.json"), "{\"status\":").expect("written");
    assert!(exchange.scan().expect("a scan"));
    let found = exchange.receipts();
    assert_eq!(found.len(), 1);
    let (seen, stage, words) = found_in(&desk, &found[0]).expect("ours");
    assert_eq!((seen, stage), (uid, Stage::Accepted));
    assert_eq!(words, "receipt of JPL: received: checked");
    let refused: Vec<_> = exchange.view().receipts.iter().map(|one| one.refused.as_str()).collect();
    assert!(refused[0].contains("cannot be read") && refused[2].contains("another package"));
    assert_eq!(refused[1], "");
    receive(folder.path(), &format!("{}.2", sent.stem), digest, ReceiptStatus::Rejected);
    exchange.scan().expect("a scan");
    let found = exchange.receipts();
    assert_eq!(found.len(), 1, "the first was handed out before");
    assert_eq!(found_in(&desk, &found[0]).map(|of| of.1), Some(Stage::Failed));
    let last = exchange.view().receipt(&sent.stem).map(|receipt| receipt.status);
    assert_eq!(last, Some(ReceiptStatus::Rejected));
    // After a restart all come again.
    let mut again = Exchange::open(folder.path()).expect("opened");
    again.scan().expect("a scan");
    assert_eq!(again.receipts().len(), 2);
}

#[test]
fn a_package_that_was_changed_in_the_folder_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut exchange = Exchange::open(folder.path()).expect("opened");
    let prepared = delivery();
    let (desk, uid) = released(&prepared);
    let path = exchange.deliver(item(&desk, uid), &prepared.bytes, None, T0).expect("delivered");
    // One that came: the same with a byte in a time stamp that no checksum of the archive covers.
    let mut bytes = prepared.bytes.clone();
    bytes[10] ^= 1;
    let inbox = folder.path().join("inbox");
    std::fs::write(inbox.join("theirs.zip"), &bytes).expect("written");
    let approvals = std::fs::read(path.with_extension("approvals.json")).expect("read");
    std::fs::write(inbox.join("theirs.approvals.json"), approvals).expect("written");
    exchange.scan().expect("a scan");
    let view = exchange.view();
    let problems = &view.inbox[0].problems;
    assert!(problems.len() == 1 && problems[0].offset == Some(10), "{problems:?}");
    assert!(problems[0].reason.contains("changed after its release"), "{problems:?}");
    // In the outbox: a changed content, then no approvals, then no package.
    // Inside the manifest, which is packed first.
    bytes[200] ^= 0x40;
    std::fs::write(&path, &bytes).expect("written");
    exchange.forget();
    exchange.scan().expect("a scan");
    assert!(exchange.view().outbox[0].problems.len() >= 2, "{:?}", exchange.view().outbox);
    std::fs::write(&path, &prepared.bytes).expect("written");
    let beside = path.with_extension("approvals.json");
    let kept = std::fs::read(&beside).expect("read");
    std::fs::remove_file(&beside).expect("removed");
    exchange.forget();
    exchange.scan().expect("a scan");
    let problems = &exchange.view().outbox[0].problems;
    assert!(problems.len() == 1 && problems[0].reason.contains("missing"), "{problems:?}");
    std::fs::write(&beside, kept).expect("written");
    std::fs::remove_file(&path).expect("removed");
    exchange.scan().expect("a scan");
    assert!(exchange.view().problems[0].reason.contains("its package is missing"));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut exchange = Exchange::open(folder.path()).expect("opened");
    std::fs::write(folder.path().join("secret"), whole()).expect("written");
    let link = folder.path().join("inbox/x.zip");
    std::os::unix::fs::symlink(folder.path().join("secret"), link).expect("a link");
    exchange.scan().expect("a scan");
    let view = exchange.view();
    assert!(view.inbox.is_empty() && view.problems[0].reason.contains("a link"), "{view:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_flipped_byte_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        static WHOLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let whole = WHOLE.get_or_init(whole);
        let approvals = Approvals::new("p.zip", Digest::of(whole), T0);
        let mut bytes = whole.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let found = check(&bytes);
        let told = approvals.check(&bytes);
        prop_assert!(told.iter().any(|problem| problem.field == "package"));
        // Where every content is as it was, the byte is named; else the file is.
        if found.is_sound() {
            prop_assert_eq!(told[0].offset, Some(at as u64));
        }
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!check(&bytes).is_sound());
        let _ = (Manifest::read(&bytes), Approvals::read(&bytes), Receipt::read(&bytes));
        let entries = [(MANIFEST.to_owned(), bytes)];
        prop_assert!(!check(&repacked(&entries)).is_sound());
    }
}
