//! `marsdeck ingest`: every format in, once and only once, told in text and JSON.

use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::query::decode_spectrum;
use marsdeck_engine::time::TimeRange;
use serde_json::Value;

use super::Home;
use super::data::{catalogue, counts, noon, spectrum, table, walk};

fn outcomes(report: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    let all = report.as_array().expect("one entry a file").iter();
    all.map(|r| (text(&r["format"]), text(&r["outcome"]))).collect()
}

#[test]
fn every_format_is_stored_once() {
    let home = Home::new();
    home.write("in/a.mseed", counts("BHU", 0, &walk(4000, 1)));
    home.write("in/b.xml", catalogue("S9001a"));
    home.write("in/CL5_398645626CCS_F0030004CCAM02013P3.CSV", spectrum());
    home.write("in/weather.csv", table());
    let ran = home.say("ingest in --archive x --json").done();
    let mut first = outcomes(&ran.json());
    first.sort();
    let wanted =
        ["chemcam", "csv", "mseed", "quakeml"].map(|f| (f.to_owned(), "stored".to_owned()));
    assert_eq!(first, wanted);
    assert!(ran.err.contains("4 of 4 files stored"), "{}", ran.err);

    let before = home.say("archive stat --archive x --json").done().json();
    let again = home.say("ingest in --archive x --json").done();
    assert!(outcomes(&again.json()).iter().all(|(_, o)| o == "already there"), "{again:?}");
    assert!(again.err.contains("0 of 4 files stored, 4 there already"), "{}", again.err);
    let after = home.say("archive stat --archive x --json").done().json();
    for count in ["series", "waveform_samples", "parameter_values", "products", "events"] {
        assert_eq!(before[count], after[count], "{count}");
    }
    assert_eq!(after["waveform_samples"], 4000);
    assert_eq!(after["events"], 1);
    home.say("archive verify --archive x").done();
}

#[test]
fn an_event_keeps_its_picks_and_a_spectrum_its_lines() {
    let home = Home::new();
    home.write("b.xml", catalogue("S9001a"));
    home.write("CL5_398645626CCS_F0030004CCAM02013P3.CSV", spectrum());
    home.say("ingest b.xml CL5_398645626CCS_F0030004CCAM02013P3.CSV --archive x").done();
    let (archive, repairs) = Archive::open(&home.path("x"), Access::Read).expect("an archive");
    assert!(repairs.is_empty(), "{repairs:?}");
    let events = archive.events(TimeRange::new(noon(0), noon(100))).expect("events");
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.name.as_str(), event.kind.as_str()), ("S9001a", "BROADBAND"));
    assert_eq!((event.time, event.magnitude), (noon(30), Some(3.5)));
    assert_eq!((event.latitude_deg, event.longitude_deg), (Some(11.25), Some(160.5)));
    assert_eq!((event.distance_deg, event.back_azimuth_deg), (Some(25.5), Some(74.0)));
    assert_eq!(event.span, Some(TimeRange::new(noon(55), noon(240))));
    let pick = |phase: &str| event.picks.iter().find(|p| p.phase == phase).map(|p| p.time);
    assert_eq!((pick("P"), pick("S")), (Some(noon(60)), Some(noon(90))));

    let products = archive.products(TimeRange::ALL, "chemcam").expect("products");
    let [product] = products.as_slice() else { panic!("{products:?}") };
    let kept = archive.product_bytes(product.id).expect("its bytes");
    assert_eq!(kept, spectrum().as_bytes());
    let lines = decode_spectrum(&kept).lines;
    let elements: Vec<_> = lines.iter().map(|l| l.line.element).collect();
    assert_eq!(elements, ["Ca"]);
}

#[test]
fn text_goes_to_stdout_and_messages_to_stderr() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    let ran = home.say("ingest a.mseed --archive x").done();
    let lines = ran.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("stored ") && lines[0].contains("1000 samples"), "{lines:?}");
    assert!(ran.err.contains("1 of 1 files stored"), "{}", ran.err);
}

#[test]
fn a_product_can_be_named() {
    let home = Home::new();
    let samples = walk(1000, 1);
    home.write("a.mseed", counts("BHU", 0, &samples));
    home.say("ingest a.mseed --archive x").done();
    home.say("ingest a.mseed --archive x --product detrended").done();
    let names = home.say("query --list --archive x").done().text();
    assert!(names.contains("\nXB.ELYSE.02.BHU,"), "{names}");
    assert!(names.contains("\nXB.ELYSE.02.BHU@detrended,"), "{names}");
}

#[test]
fn without_an_archive_it_is_the_one_in_the_home() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    home.say("ingest a.mseed").done();
    assert!(home.path("data/marsdeck/demo/archive.toml").is_file());
    assert!(home.say("query --list").done().text().contains("XB.ELYSE.02.BHU"));
}
