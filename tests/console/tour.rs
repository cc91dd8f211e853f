//! The tour of a new user over real files: a marsquake with its metadata and catalogue, a ChemCam
//! spectrum, in and out again. Skips where the folder of real files is missing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::format::mseed;
use marsdeck_engine::query::decode_spectrum;
use marsdeck_engine::time::{TimeRange, iso, parse};

use crate::cli::{Home, tree};

/// Folder of the real files, if it is there.
fn real_files() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    folder.is_dir().then(|| folder.to_owned())
}

/// The products of the quake's three files, and the files.
fn quake_files(data: &Path) -> Vec<(String, PathBuf)> {
    let folder = data.join("A_insight_seis/marsquakes_3c_deglitched");
    ["IPGP_v1", "ISAE_v4", "MPS_v1"]
        .map(|by| {
            let product = format!("VBB_corrected_{by}");
            let file = folder.join(format!("S0173a_{product}.mseed"));
            (product, file)
        })
        .to_vec()
}

fn ingest(home: &Home, data: &Path) -> serde_json::Value {
    let mut paths: Vec<PathBuf> = quake_files(data).into_iter().map(|(_, file)| file).collect();
    for name in [
        "A_insight_seis/stationxml",
        "tables/S1222a.xml",
        "A_insight_seis/catalogs/catalog_20191002.xml",
        "C_pds/chemcam",
    ] {
        paths.push(data.join(name));
    }
    let mut arguments =
        vec![PathBuf::from("ingest"), "--json".into(), "--archive".into(), "x".into()];
    arguments.extend(paths);
    let ran = home.run(&arguments);
    assert!(ran.code == 0 || ran.code == 3, "{ran:?}");
    ran.json()
}

/// Samples of one trace: milliseconds since 1970 and value.
type Samples = Vec<(i64, f64)>;

/// The traces of each channel of some records, in order of time.
fn traces(bytes: &[u8]) -> BTreeMap<String, Vec<Samples>> {
    let (mut traces, problems) = mseed::read(bytes);
    assert!(problems.is_empty(), "{problems:?}");
    traces.sort_by_key(|t| t.start);
    let mut channels = BTreeMap::<String, Vec<Samples>>::new();
    for trace in traces {
        let ms = |i: usize| {
            (trace.start.unix_ns() + (i as f64 * 1e9 / trace.rate_hz).round() as i64) / 1_000_000
        };
        let samples = trace.samples.to_f64().into_iter().enumerate();
        let samples = samples.map(|(i, value)| (ms(i), value)).collect();
        channels.entry(trace.source.name()).or_default().push(samples);
    }
    channels
}

/// What shows of traces that overlap: the later one (FORMAT.md of the waveform store), half a
/// period around its samples included.
fn shown(traces: &[Samples], half_ms: i64) -> BTreeMap<i64, f64> {
    let mut out = BTreeMap::new();
    for trace in traces {
        let (Some(first), Some(last)) = (trace.first(), trace.last()) else { continue };
        out.retain(|t, _| *t < first.0 - half_ms || *t > last.0 + half_ms);
        out.extend(trace.iter().copied());
    }
    out
}

#[test]
fn a_quake_and_a_spectrum_go_in_and_come_out() {
    let Some(data) = real_files() else {
        println!("skipped: a_quake_and_a_spectrum_go_in_and_come_out: ../shared/data not present");
        return;
    };
    let home = Home::new();
    let report = ingest(&home, &data);
    for file in report.as_array().expect("a report a file") {
        assert_eq!(file["outcome"], "stored", "{file}");
    }
    records_come_back(&home, &data);
    let (archive, _) = Archive::open(&home.path("x"), Access::Read).expect("an archive");
    events_are_there(&archive, &data);
    lines_are_named(&archive);
    drop(archive);
    assert_eq!(
        home.say("archive verify --archive x --json").done().json()["problems"],
        serde_json::json!([])
    );

    let before = tree(&home.path("x/waveform"));
    let again = ingest(&home, &data);
    for file in again.as_array().expect("a report a file") {
        assert_eq!(file["outcome"], "already there", "{file}");
    }
    assert!(before == tree(&home.path("x/waveform")), "not a byte of waveforms was added");
    home.say("archive verify --archive x").done();
}

/// Every channel stands in the list under its product, and its samples are those of the file.
fn records_come_back(home: &Home, data: &Path) {
    let list = home.say("query --list --archive x").done().text();
    for (product, file) in quake_files(data) {
        let source = traces(&std::fs::read(&file).expect("the file"));
        assert_eq!(source.len(), 3, "three components");
        for (channel, source) in source {
            let name = format!("{channel}@{product}");
            let line = list.lines().find(|l| l.starts_with(&format!("{name},")));
            let line = line.unwrap_or_else(|| panic!("{name} in {list}"));
            let rate: f64 = line.split(',').nth(2).and_then(|r| r.parse().ok()).expect("a rate");
            let stored: usize = source.iter().map(Vec::len).sum();
            assert_eq!(line.split(',').nth(3), Some(stored.to_string().as_str()), "nothing lost");
            let wanted = shown(&source, (500.0 / rate) as i64);

            let ran = home.say(&format!("query {name} --archive x --format mseed")).done();
            let exported = traces(&ran.bytes).remove(&channel).expect("the channel");
            let found = shown(&exported, (500.0 / rate) as i64);
            assert!(found == wanted, "{name}: {} and not {}", found.len(), wanted.len());
            // Times in the text are of each record, so the last millisecond may differ.
            let csv = home.say(&format!("query {name} --archive x")).done().lines();
            assert_eq!(csv.len() - 1, wanted.len(), "{name}");
            for (line, (ms, value)) in csv[1..].iter().zip(&wanted) {
                let cells: Vec<&str> = line.split(',').collect();
                assert_eq!(cells[2].parse(), Ok(*value), "{line}");
                let at = parse(cells[1], None).expect("a time").unix_ns() / 1_000_000;
                assert!((at - ms).abs() <= 1, "{line}, {ms}");
            }
        }
    }
}

/// The events of the tables, which other programs made from the catalogues, with their picks.
fn events_are_there(archive: &Archive, data: &Path) {
    let events = archive.events(TimeRange::ALL).expect("events");
    let table = std::fs::read_to_string(data.join("tables/mqs_2019-10_catalogue.csv"))
        .expect("the table of the catalogue");
    let instant = |text: &str| parse(text, None).expect("a time");
    let mut compared = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let event = events.iter().find(|e| e.name == cells[0]);
        let event = event.unwrap_or_else(|| panic!("{} is missing", cells[0]));
        assert_eq!((event.kind.as_str(), event.quality.as_str()), (cells[1], cells[2]), "{row}");
        let has = |phases: &[&str], text: &str| {
            text.is_empty()
                || event.picks.iter().any(|p| {
                    phases.contains(&p.phase.as_str())
                        && (p.time.unix_ns() - instant(text).unix_ns()).abs() < 2_000
                })
        };
        assert!(has(&["start"], cells[8]) && has(&["end"], cells[11]), "{row}");
        assert!(has(&["P", "Pg", "x1", "y1", "PP"], cells[9]), "{row}: {:?}", event.picks);
        assert!(has(&["S", "Sg", "x2", "y2", "SS"], cells[10]), "{row}: {:?}", event.picks);
        compared += 1;
    }
    assert!(compared > 100, "{compared} events");

    let quake = events.iter().find(|e| e.name == "S0235b").expect("S0235b");
    let pick = |phase: &str| quake.picks.iter().find(|p| p.phase == phase).map(|p| iso(p.time, 6));
    assert_eq!(pick("P").as_deref(), Some("2019-07-26T12:19:19.273279Z"));
    assert_eq!(pick("S").as_deref(), Some("2019-07-26T12:21:56.128652Z"));
    let near = |value: Option<f64>, wanted: f64| value.is_some_and(|v| (v - wanted).abs() < 1e-6);
    assert!(near(quake.latitude_deg, 10.99032013) && near(quake.longitude_deg, 160.9467524));
    assert!(events.iter().any(|e| e.name == "S1222a"), "the largest one");
}

/// The spectrum of a basalt names the elements that every such rock shows.
fn lines_are_named(archive: &Archive) {
    let products = archive.products(TimeRange::ALL, "chemcam").expect("products");
    let [product] = products.as_slice() else { panic!("{} spectra", products.len()) };
    let spectrum = decode_spectrum(&archive.product_bytes(product.id).expect("its bytes"));
    assert!(spectrum.problems.is_empty(), "{:?}", spectrum.problems);
    let found: Vec<&str> = spectrum.lines.iter().map(|l| l.line.element).collect();
    for element in ["Ca", "Mg", "Si", "Fe", "Na"] {
        assert!(found.contains(&element), "no {element} in {found:?}");
    }
}
