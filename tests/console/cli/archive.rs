//! `marsdeck archive`: the counts, and a check that misses nothing.

use super::data::{catalogue, counts, spectrum, table, walk};
use super::{Home, tree};

fn stored() -> Home {
    let home = Home::new();
    home.write("in/a.mseed", counts("BHU", 0, &walk(4000, 1)));
    home.write("in/b.xml", catalogue("S9001a"));
    home.write("in/CL5_398645626CCS_F0030004CCAM02013P3.CSV", spectrum());
    home.write("in/weather.csv", table());
    home.say("ingest in --archive x").done();
    home
}

#[test]
fn the_counts_are_those_of_the_input() {
    let home = stored();
    let stat = home.say("archive stat --archive x --json").done().json();
    assert_eq!(stat["waveform_samples"], 4000);
    assert_eq!(stat["parameter_values"], 600);
    assert_eq!(stat["series"], 2);
    assert_eq!(stat["events"], 1);
    let text = home.say("archive stat --archive x").done().text();
    for line in ["2 series", "4000 waveform samples", "600 parameter values", "1 events"] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
}

#[test]
fn a_sound_archive_verifies_and_a_flipped_byte_does_not() {
    let home = stored();
    let ran = home.say("archive verify --archive x").done();
    assert_eq!(ran.text(), "Every byte read, nothing wrong\n");
    let json = home.say("archive verify --archive x --json").done().json();
    assert_eq!(json["problems"], serde_json::json!([]));

    // One byte in the middle of the largest file of each part that holds what was stored.
    let files = tree(&home.path("x"));
    for part in ["waveform", "product"] {
        let inside = files.iter().filter(|(name, _)| name.starts_with(part));
        let largest = inside.max_by_key(|(_, bytes)| bytes.len());
        let Some((name, bytes)) = largest else { panic!("no {part} in {:?}", files.keys()) };
        let path = home.path("x").join(name);
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x10;
        std::fs::write(&path, &damaged).expect("a byte flipped");
        let ran = home.say("archive verify --archive x").ended(3);
        let base = name.file_name().and_then(|n| n.to_str()).expect("a name");
        assert!(ran.text().contains(base), "{base} is not named: {}", ran.text());
        assert!(ran.text().contains("restore"), "{}", ran.text());
        let json = home.say("archive verify --archive x --json").ended(3).json();
        assert!(!json["problems"].as_array().expect("a list").is_empty());
        std::fs::write(&path, bytes).expect("the byte put back");
    }
    // Without its header it is not opened at all.
    let header = home.path("x/archive.toml");
    let text = std::fs::read_to_string(&header).expect("text");
    std::fs::write(&header, text.replace("format = 1", "format = 0")).expect("written");
    home.say("archive verify --archive x").refused(&["archive.toml", "damaged", "from a copy"]);
    std::fs::write(&header, text).expect("written");
    home.say("archive verify --archive x").done();
}

#[test]
fn what_is_no_archive_is_said() {
    let home = Home::new();
    home.write("file", "text");
    home.write("folder/other", "text");
    for command in ["archive stat", "archive verify"] {
        for place in ["missing", "file", "folder"] {
            let ran = home.say(&format!("{command} --archive {place}"));
            ran.refused(&[place, "no archive", "marsdeck ingest"]);
        }
    }
    assert!(!home.path("missing").exists());
}
