//! Ingest against files that the tests write, and against real ones where they are present.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::archive::{Access, Archive, SeriesKey, SeriesKind};
use crate::format::mseed::{Samples, SourceId, Trace, Version, WriteOptions, write};
use crate::format::quakeml;
use crate::time::{Instant, TimeRange};

static NEVER: AtomicBool = AtomicBool::new(false);

fn now() -> Instant {
    Instant::from_unix_s(1.7e9)
}

fn real(path: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path);
    if !path.exists() {
        println!("skipped: {} not present", path.display());
    }
    path.exists().then_some(path)
}

fn records(samples: Samples) -> Vec<u8> {
    let source = SourceId {
        network: "XB".into(),
        station: "ELYSE".into(),
        location: "02".into(),
        channel: "BHU".into(),
    };
    let options = WriteOptions::for_samples(Version::V2, &samples);
    let start = Instant::from_unix_s(1.55e9);
    write(&Trace { source, start, rate_hz: 20.0, publication: 0, samples }, &options).unwrap()
}

fn take(archive: &Archive, path: &Path) -> Vec<FileReport> {
    ingest_path(archive, path, &IngestOptions::default(), now(), &|_| (), &NEVER)
}

const TABLE: &str = "SCLK,UTC,PRESSURE,Note\n1,2019-02-01T00:00:00.000Z,700.5,a\n\
                     2,2019-02-01T00:00:01.000Z,701.25,b\n3,,702,c\n";

fn quake() -> String {
    let mut event = quakeml::Event {
        public_id: "smi:insight.mqs/Event/1".to_owned(),
        name: "S0235b".to_owned(),
        mars_kind: "BROADBAND".to_owned(),
        ..quakeml::Event::default()
    };
    event.origins.push(quakeml::Origin {
        public_id: "smi:insight.mqs/Origin/1".to_owned(),
        time: Some(quakeml::Timing { time: Instant::from_unix_s(1.5643e9), ..Default::default() }),
        latitude_deg: Some(quakeml::Real::exact(11.0)),
        longitude_deg: Some(quakeml::Real::exact(-190.0)),
        quality: "A".to_owned(),
        ..quakeml::Origin::default()
    });
    quakeml::write(&[event])
}

#[test]
fn a_tree_is_taken_in_once() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    fs::create_dir_all(tree.join("sub")).unwrap();
    let counts = records(Samples::I32((0..3000).map(|i| i % 97).collect()));
    let floats = records(Samples::F64((0..3000).map(|i| f64::from(i).sin()).collect()));
    fs::write(tree.join("counts.mseed"), counts).unwrap();
    fs::write(tree.join("sub/S0235b_VBB_corrected_ISAE_v4.mseed"), floats).unwrap();
    fs::write(tree.join("ps_calib_0062_01.csv"), TABLE).unwrap();
    fs::write(tree.join("catalogue.xml"), quake()).unwrap();
    fs::write(tree.join("empty"), b"").unwrap();
    fs::write(tree.join("picture.png"), b"\x89PNG\r\n\x1a\n....").unwrap();
    let archive = Archive::create(&dir.path().join("archive"), now()).unwrap();

    let seen = Mutex::new(Vec::new());
    let options = IngestOptions::default();
    let note = |p: IngestProgress| seen.lock().unwrap().push(p);
    let reports = ingest_path(&archive, &tree, &options, now(), &note, &NEVER);
    let outcome = |reports: &[FileReport], name: &str| {
        let found = reports.iter().find(|r| r.name.ends_with(name)).unwrap();
        (found.outcome, found.format.clone())
    };
    let names = ["counts.mseed", "ISAE_v4.mseed", "01.csv", "catalogue.xml"];
    for (name, format) in names.iter().zip(["mseed", "mseed", "csv", "quakeml"]) {
        assert_eq!(outcome(&reports, name), (Outcome::Stored, format.to_owned()), "{reports:#?}");
    }
    assert_eq!(outcome(&reports, "empty").0, Outcome::Failed);
    assert_eq!(outcome(&reports, "picture.png").0, Outcome::Unrecognised);
    let seen = seen.into_inner().unwrap();
    assert_eq!((seen.len(), seen[6].files_done, seen[6].bytes_done), (7, 6, seen[6].bytes_total));

    let keys: Vec<String> = archive.series().iter().map(|s| s.key.to_string()).collect();
    let channel = "XB.ELYSE.02.BHU";
    assert_eq!(
        keys,
        ["/insight/apss/pressure", &format!("{channel}@VBB_corrected_ISAE_v4"), channel]
    );
    let event = &archive.events(TimeRange::ALL).unwrap()[0];
    assert_eq!((event.name.as_str(), event.kind.as_str()), ("S0235b", "BROADBAND"));
    assert_eq!((event.longitude_deg, event.quality.as_str()), (Some(170.0), "A"));
    let key = SeriesKey::new("/insight/apss/pressure", "raw");
    let (_, values, _) = archive.range(&key, TimeRange::ALL, 10, &NEVER).unwrap();
    assert_eq!(values, [700.5, 701.25]);
    let table = reports.iter().find(|r| r.format == "csv").unwrap();
    assert!(table.problems.iter().any(|p| p.reason.contains("1 rows without")), "{table:?}");

    let before = (archive.stat().parameter_values, archive.product_count(), archive.generation());
    let again = take(&archive, &tree);
    for name in names {
        assert_eq!(outcome(&again, name).0, Outcome::AlreadyStored, "{again:#?}");
    }
    let stat = archive.stat();
    assert_eq!((stat.parameter_values, archive.product_count(), archive.generation()), before);
    assert_eq!(archive.verify(&|_| (), &NEVER), []);
}

#[test]
fn what_cannot_be_read_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    fs::create_dir_all(&tree).unwrap();
    let archive = Archive::create(&tree.join("archive"), now()).unwrap();
    let whole = records(Samples::I32((0..3000).collect()));
    fs::write(tree.join("cut.mseed"), &whole[..whole.len() - 100]).unwrap();
    fs::write(dir.path().join("outside.csv"), TABLE).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/", tree.join("root")).unwrap();
        std::os::unix::fs::symlink("../outside.csv", tree.join("outside.csv")).unwrap();
    }
    let reports = take(&archive, &tree);
    let of = |name: &str| reports.iter().find(|r| r.name.ends_with(name)).unwrap();
    assert_eq!(of("cut.mseed").outcome, Outcome::Stored);
    assert!(!of("cut.mseed").problems.is_empty());
    assert!(of("cut.mseed").problems.iter().all(|p| p.place.ends_with("cut.mseed")));
    assert!(of("archive").what.contains("the archive itself"));
    if cfg!(unix) {
        assert!(of("root").what.contains("not followed"));
        assert!(of("outside.csv").what.contains("not followed"));
    }
    let missing = take(&archive, &tree.join("missing"));
    assert!(missing[0].what.contains("does not exist"), "{missing:?}");
}

#[test]
fn options_override_names() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let options = IngestOptions {
        product: "simulated".into(),
        mission: "msl".into(),
        instrument: "rems".into(),
        ..IngestOptions::default()
    };
    let none = |_: &str| None;
    let report = ingest_bytes(&archive, "x.csv", TABLE.as_bytes(), &none, &options, now());
    assert_eq!(report.outcome, Outcome::Stored, "{report:?}");
    let floats = records(Samples::F32(vec![1.5; 100]));
    ingest_bytes(&archive, "y", &floats, &none, &options, now());
    let keys: Vec<String> = archive.series().iter().map(|s| s.key.to_string()).collect();
    assert_eq!(keys, ["/msl/rems/pressure@simulated", "XB.ELYSE.02.BHU@simulated"]);
}

#[test]
fn real_marsquake_files() {
    let Some(seis) = real("A_insight_seis") else { return };
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let quake = "marsquakes_3c_deglitched/S0173a_VBB_corrected_ISAE_v4.mseed";
    for part in [quake, "catalogs/catalog_20191002.xml", "stationxml"] {
        for report in take(&archive, &seis.join(part)) {
            assert_eq!(report.outcome, Outcome::Stored, "{report:#?}");
        }
        for report in take(&archive, &seis.join(part)) {
            assert_eq!(report.outcome, Outcome::AlreadyStored, "{report:#?}");
        }
    }
    assert!(archive.series().iter().all(|s| s.key.product == "VBB_corrected_ISAE_v4"));
    assert_eq!(archive.series().len(), 3);
    let events = archive.events(TimeRange::ALL).unwrap();
    assert!(events.iter().any(|e| e.name == "S0173a" && e.latitude_deg.is_some()));
    assert!(events.iter().all(|e| e.mission == "insight" && !e.id.is_empty()));
    assert_eq!(archive.products(TimeRange::ALL, "stationxml").unwrap().len(), 1);
}

#[test]
fn real_pds_products() {
    let Some(pds) = real("C_pds") else { return };
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let reports = take(&archive, &pds.join("insight_rad_bundle"));
    assert!(reports.iter().all(|r| r.outcome != Outcome::Failed), "{reports:#?}");
    let parameters: Vec<_> =
        archive.series().into_iter().filter(|s| s.kind == SeriesKind::Parameter).collect();
    assert!(parameters.iter().any(|s| s.key.name.starts_with("/insight/rad/")), "{reports:#?}");
    let spectrum = take(&archive, &pds.join("chemcam"));
    assert_eq!((spectrum[0].format.as_str(), spectrum[0].outcome), ("chemcam", Outcome::Stored));
    assert!(spectrum[0].what.contains("6144 wavelengths"), "{spectrum:?}");
    let product = &archive.products(TimeRange::ALL, "chemcam").unwrap()[0];
    assert_eq!(
        (product.about.mission.as_str(), product.about.instrument.as_str()),
        ("msl", "chemcam")
    );
    assert!(product.about.span.unwrap().start.unix_s() > 1.34e9);
    drop(archive);
    let (archive, said) = Archive::open(dir.path(), Access::Write).unwrap();
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(archive.verify(&|_| (), &NEVER), []);
}

const EHA: &str = "sessionId,channelId,name,scet,dn,eu,status,realtime\n\
    11,A-1,Heater,2019-207T12:00:00,3,21.5,ON,true\n\
    11,A-1,Heater,2019-207T12:00:01,4,,OFF,false\n\
    11,A-2,Text,2019-207T12:00:01,abc,,,false\n";

#[test]
fn channel_values_become_series_and_event_records_messages() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let none = |_: &str| None;
    let take = |name: &str, text: &str, mission: &str| {
        let options = IngestOptions { mission: mission.into(), ..IngestOptions::default() };
        let report = ingest_bytes(&archive, name, text.as_bytes(), &none, &options, now());
        (report.format, report.outcome, report.problems.len())
    };
    assert_eq!(take("eha.out", EHA, ""), ("ampcs-eha".into(), Outcome::Stored, 1));
    assert_eq!(take("eha.out", EHA, ""), ("ampcs-eha".into(), Outcome::AlreadyStored, 1));
    let keys: Vec<String> = archive.series().iter().map(|s| s.key.to_string()).collect();
    let root = "/session_11/A-1";
    assert_eq!(keys, [root.to_owned(), format!("{root}@realtime"), format!("{root}.eu@realtime")]);
    let label = archive.products(TimeRange::ALL, "ampcs-eha").unwrap()[0].about.label.clone();
    assert_eq!(label, "A-1 Heater: 3 = ON, 4 = OFF\nA-2 Text");

    let evrs = "name,level,message,scet,ert\n\
        BOOT,FATAL,it went down,2019-207T12:00:00,2019-207T12:20:00\n\
        WAKE,ACTIVITY_HI,awake,2019-207T11:00:00,\n";
    assert_eq!(take("evrs.out", evrs, "msl"), ("ampcs-evr".into(), Outcome::Stored, 0));
    assert_eq!(take("evrs.out", evrs, "msl"), ("ampcs-evr".into(), Outcome::AlreadyStored, 0));
    // The same records in another file: the file is new, the messages are not.
    let other = evrs.replace("T12:20:00", "T15:00:00");
    assert_eq!(take("evrs-again.out", &other, "msl").1, Outcome::Stored);
    assert_eq!(archive.stat().messages, 2);

    let packets = "apid,spsc,scet\n5,16383,2019-207T12:00:00\n5,0,\n5,2,\n6,1,\n";
    assert_eq!(take("packets.out", packets, ""), ("ampcs-packets".into(), Outcome::Stored, 0));
    let about = &archive.products(TimeRange::ALL, "ampcs-packets").unwrap()[0].about;
    let counts = "4 packets of 2 applications, 1 breaks in their sequence counts";
    assert_eq!(about.summary, counts);
}

#[test]
fn real_ampcs_lists() {
    let Some(lists) = real("E_ccsds_xtce_cmd/mmtc_ampcs") else { return };
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let reports = take(&archive, &lists);
    let count = |format: &str| reports.iter().filter(|r| r.format == format).count();
    assert_eq!((count("ampcs-eha"), count("ampcs-packets")), (3, 1), "{reports:#?}");
    let key = SeriesKey::new("/session_11/T-10014", "raw");
    let (times, values, _) = archive.range(&key, TimeRange::ALL, 10, &NEVER).unwrap();
    assert_eq!((crate::time::doy(times[0], 3), values[0]), ("2010-001T00:03:27.032".into(), 123.4));
    assert!(take(&archive, &lists).iter().all(|r| r.outcome != Outcome::Stored));
}

const SEQUENCE: &str = r#"{"id": "nf1", "metadata": {}, "steps": [
    {"type": "command", "stem": "WAKE", "args": [],
     "time": {"type": "ABSOLUTE", "tag": "2019-207T12:00:00"}},
    {"type": "command", "stem": "SHOOT", "args": [],
     "time": {"type": "COMMAND_RELATIVE", "tag": "00:00:10"}},
    {"type": "command", "stem": "WAKE", "args": [],
     "time": {"type": "ABSOLUTE", "tag": "2019-207T13:00:00"}}]}"#;

const PLAN: &str = r#"{"name": "sol 710",
    "startTimestamp": "2014-220T12:00:00", "endTimestamp": "2014-221T12:00:00",
    "activityInstances": [
    {"type": "ChemCamWarmUp", "startTimestamp": "2014-220T13:00:00", "parameters": {}},
    {"type": "Tea", "startTimestamp": "2014-220T14:00:00", "parameters": {}}]}"#;

#[test]
fn sequences_and_plans_become_products() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let none = |_: &str| None;
    let take = |name: &str, text: &str| {
        let options = IngestOptions::default();
        ingest_bytes(&archive, name, text.as_bytes(), &none, &options, now())
    };
    let report = take("a.seq.json", SEQUENCE);
    assert_eq!((report.format.as_str(), report.outcome), ("sequence", Outcome::Stored));
    assert_eq!(take("a.seq.json", SEQUENCE).outcome, Outcome::AlreadyStored);
    let product = &archive.products(TimeRange::ALL, "sequence").unwrap()[0].about;
    assert_eq!(product.summary, "SeqJSON sequence nf1: 3 steps, from 2019-07-26T12:00:00Z");
    assert_eq!(product.label, "1 SHOOT\n2 WAKE\n");
    assert_eq!(product.span.unwrap().duration_ns(), 3_600_000_000_001);

    // The type of an activity tells the mission; what the dictionary does not know is told.
    let plan = PLAN.replace("ChemCamWarmUp", msl_type());
    let report = take("plan.json", &plan);
    assert_eq!((report.format.as_str(), report.outcome), ("plan", Outcome::Stored));
    assert!(report.problems.iter().any(|p| p.reason.contains("type Tea")), "{report:?}");
    let product = &archive.products(TimeRange::ALL, "plan").unwrap()[0].about;
    assert_eq!(product.summary, "plan sol 710: 2 activities of 2 types");
    assert_eq!((product.mission.as_str(), product.problems.len()), ("msl", 1));
    assert_eq!(product.span.unwrap().duration_s(), 86_400.0);

    // A file that is cut off is told and kept.
    let cut = take("cut.seq.json", &SEQUENCE[..SEQUENCE.len() - 20]);
    assert_eq!((cut.format.as_str(), cut.outcome), ("sequence", Outcome::Stored));
    assert!(!cut.problems.is_empty());
    let text = take("x.sasf", "CCSD3ZF0000100000001NJPL3KS0L015$$MARK$$;\n$$EOH\n$$EOF\n");
    assert_eq!((text.format.as_str(), text.outcome), ("sequence", Outcome::Stored), "{text:?}");
    assert_eq!(archive.verify(&|_| (), &NEVER), []);
}

/// An activity type that only the other mission has.
fn msl_type() -> &'static str {
    let [msl, insight] = ["msl", "insight"].map(crate::plan::Model::builtin);
    let own = msl.types.into_keys().find(|kind| !insight.types.contains_key(kind));
    own.expect("a type of its own").leak()
}

#[test]
fn real_sequences_and_plans() {
    let Some(files) = real("E_ccsds_xtce_cmd") else { return };
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::create(dir.path(), now()).unwrap();
    let valid = take(&archive, &files.join("seq_json/test/valid-seq-json"));
    assert_eq!(valid.len(), 18);
    for report in &valid {
        let found = (report.format.as_str(), report.outcome, report.problems.len());
        assert_eq!(found, ("sequence", Outcome::Stored, 0), "{report:#?}");
    }
    // What is no sequence by its head is not taken for one; the others say what is wrong.
    for report in take(&archive, &files.join("seq_json/test/invalid-seq-json")) {
        let is_told = report.format == "sequence" && !report.problems.is_empty();
        assert!(is_told || report.outcome == Outcome::Unrecognised, "{report:#?}");
    }
    let texts = take(&archive, &files.join("satf_sasf"));
    assert_eq!(texts.len(), 26);
    for report in &texts {
        assert_eq!((report.format.as_str(), report.outcome), ("sequence", Outcome::Stored));
    }
    let plan = &take(&archive, &files.join("aerie_lander"))[0];
    assert_eq!((plan.format.as_str(), plan.outcome), ("plan", Outcome::Stored), "{plan:#?}");
    assert!(plan.what.contains("2060 activities"), "{plan:#?}");
    let product = &archive.products(TimeRange::ALL, "plan").unwrap()[0].about;
    assert_eq!(product.mission, "insight");
    assert!(product.span.is_some());
}
