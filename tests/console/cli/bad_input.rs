//! Bad input: each gives a sentence that says what to do, keeps what is good, never a crash.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::data::{counts, walk};
use super::{Home, tree};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

#[test]
fn wrong_arguments_are_bad_usage() {
    let home = Home::new();
    for wrong in [
        "--nonsense",
        "ingest",
        "ingest a --nonsense",
        "query",
        "query XB --points many",
        "archive",
        "archive repair",
        "mdb",
        "mdb diff a",
        "simulate",
        "snapshot",
        "time",
        "time now --json=5",
        "fetch",
    ] {
        let ran = home.say(wrong).ended(2);
        assert!(ran.bytes.is_empty(), "{wrong}: {}", ran.text());
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{wrong}: {}", ran.err);
    }
    assert!(tree(&home.path(".")).is_empty(), "bad usage leaves nothing behind");
}

#[test]
fn help_and_version_go_to_stdout() {
    let home = Home::new();
    assert!(home.say("--version").done().text().starts_with("marsdeck "));
    for command in
        ["", "ingest", "query", "snapshot", "simulate", "fetch fdsn", "time", "mdb", "archive"]
    {
        let help = home.say(&format!("{command} --help")).done();
        assert!(help.text().contains("Usage: marsdeck"), "{command}");
        assert_eq!(help.err, "");
    }
}

#[test]
fn a_layout_that_cannot_be_opened_is_told_before_anything_starts() {
    let home = Home::new();
    home.write("other.json", r#"{"theme": "dark"}"#);
    home.write("newer.json", r#"{"format": "marsdeck layout", "version": 12}"#);
    for (file, said) in [
        ("missing.json", "cannot be opened"),
        ("other.json", "no layout of marsdeck"),
        ("newer.json", "version 12"),
    ] {
        let ran = home.say(&format!("x --layout {file}")).ended(1);
        assert!(ran.err.contains(said) && ran.err.contains(file), "{}", ran.err);
    }
    assert!(!home.path("x").exists());
}

#[test]
fn a_truncated_file_gives_its_good_records_and_a_problem() {
    let home = Home::new();
    let samples = walk(4000, 1);
    let bytes = counts("BHU", 0, &samples);
    let cut = bytes.len() - 700;
    home.write("cut.mseed", &bytes[..cut]);
    let ran = home.say("ingest cut.mseed --archive x --json").ended(3);
    let json = ran.json();
    assert_eq!(json[0]["outcome"], "stored");
    let problem = &json[0]["problems"][0];
    // Somewhere in the record that is cut: where it begins or where it ends too early.
    let record = problem["offset"].as_u64().expect("an offset");
    assert!((cut as u64 / 512 * 512..=cut as u64).contains(&record), "{problem}");
    assert!(problem["reason"].as_str().is_some_and(|r| r.contains("of 512 bytes")), "{problem}");
    // The same in words, on stderr.
    let ran = home.say("ingest cut.mseed --archive x").ended(3);
    assert!(ran.err.contains(&format!("byte {record}")), "{}", ran.err);
    // What came before the cut is there, and the whole file brings the rest and nothing twice.
    let few = home.say("query XB.ELYSE.02.BHU --archive x").done().lines().len() - 1;
    assert!(few > 1000 && few < 4000, "{few}");
    home.write("whole.mseed", &bytes);
    home.say("ingest whole.mseed --archive x").done();
    let all = home.say("query XB.ELYSE.02.BHU --archive x --format mseed").done();
    assert_eq!(all.bytes, bytes);
    home.say("archive verify --archive x").done();
}

#[test]
fn a_file_that_is_nothing_is_told_and_the_rest_is_stored() {
    let home = Home::new();
    home.write("in/empty.mseed", "");
    home.write("in/picture.mseed", PNG);
    home.write("in/half.xml", "<?xml version=\"1.0\"?><q:quakeml xmlns:q=\"http://quakeml.org/x");
    home.write("in/good.mseed", counts("BHU", 0, &walk(1000, 1)));
    let ran = home.say("ingest in --archive x").ended(3);
    let text = ran.text();
    let told = |file: &str| text.lines().find(|l| l.contains(file)).unwrap_or_default().to_owned();
    assert!(told("good.mseed").starts_with("stored"), "{text}");
    assert!(told("empty.mseed").starts_with("failed") && told("empty").contains("empty"), "{text}");
    assert!(told("picture.mseed").starts_with("unrecognised"), "{text}");
    assert!(!told("half.xml").is_empty(), "{text}");
    home.say("archive verify --archive x").done();
    // Alone, none of them is a success.
    for file in ["in/empty.mseed", "in/picture.mseed"] {
        home.say(&format!("ingest {file} --archive x")).ended(1);
    }
}

#[test]
fn a_path_that_is_not_there_makes_no_archive() {
    let home = Home::new();
    home.say("ingest gone.mseed --archive x").refused(&["gone.mseed", "does not exist"]);
    assert!(!home.path("x").exists());
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    let ran = home.say("ingest gone.mseed a.mseed --archive x").ended(3);
    assert!(ran.text().lines().any(|l| l.starts_with("failed") && l.contains("gone.mseed")));
    assert!(ran.text().lines().any(|l| l.starts_with("stored") && l.contains("a.mseed")));
}

#[test]
fn a_file_where_a_folder_belongs_and_the_reverse() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    home.write("full/of/things.txt", "mine");
    home.say("ingest a.mseed --archive a.mseed").refused(&["a.mseed"]);
    home.say("ingest a.mseed --archive full").refused(&["full", "not empty", "new folder"]);
    home.say("ingest a.mseed --archive a.mseed/x").refused(&["a.mseed/x"]);
    home.say("query --list --archive a.mseed").refused(&["a.mseed", "no archive"]);
    home.say("mdb check a.mseed").refused(&["a.mseed"]);
    home.say("mdb export a.mseed").refused(&["a.mseed"]);
    home.say("ingest a.mseed --archive x").done();
    home.say("snapshot Watch --archive x --out full").refused(&["full"]);
    // An empty folder holds nothing to store.
    std::fs::create_dir(home.path("void")).expect("a folder");
    let ran = home.say("ingest void --archive x").ended(1);
    assert!(ran.err.contains("0 of 0 files"), "{}", ran.err);
    assert_eq!(tree(&home.path("full")).len(), 1, "other people's folders stay as they were");
}

#[test]
fn an_archive_whose_making_was_cut_off_is_made_to_the_end() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    home.write("half/LOCK", "");
    home.write("half/catalogue.sqlite", "");
    home.write("half/archive.toml.part", "# A mars");
    std::fs::create_dir(home.path("half/waveform")).expect("a folder");
    home.say("query --list --archive half").refused(&["half", "no archive"]);
    home.say("ingest a.mseed --archive half").done();
    home.say("archive verify --archive half").done();
    // Without the lock, these are somebody else's files.
    home.write("other/catalogue.sqlite", "mine");
    home.say("ingest a.mseed --archive other").refused(&["other", "not empty"]);
    assert_eq!(tree(&home.path("other")).len(), 1);
}

#[cfg(unix)]
#[test]
fn without_permission_nothing_is_touched() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    let locked = home.path("a.mseed");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).expect("chmod");
    if std::fs::read(&locked).is_ok() {
        println!("skipped: without_permission_nothing_is_touched: root may read everything");
        return;
    }
    let ran = home.say("ingest a.mseed --archive x").ended(1);
    assert!(ran.text().contains("no permission"), "{}", ran.text());
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o600)).expect("chmod");
    home.say("ingest a.mseed --archive x").done();
    // A folder that may be read and not written: questions are answered, ingest is refused.
    for folder in ["x", "."] {
        let path = home.path(folder);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o500)).expect("chmod");
    }
    std::fs::set_permissions(home.path("x/LOCK"), PermissionsExt::from_mode(0o400)).expect("chmod");
    home.say("query XB.ELYSE.02.BHU --archive x").done();
    home.say("ingest a.mseed --archive x").refused(&["no permission"]);
    home.say("ingest a.mseed --archive y").refused(&["no permission"]);
    for folder in [".", "x"] {
        let path = home.path(folder);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).expect("chmod");
    }
    home.say("archive verify --archive x").done();
}

#[test]
fn a_second_writer_is_told_to_wait_and_readers_are_served() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(1000, 1)));
    home.say("ingest a.mseed --archive x").done();
    let lock = std::fs::File::options().write(true).open(home.path("x/LOCK")).expect("the lock");
    lock.try_lock().expect("nobody has it");
    home.say("ingest a.mseed --archive x").refused(&["another marsdeck", "close it"]);
    home.say("simulate --mission msl --sols 1 --archive x").refused(&["another marsdeck"]);
    assert_eq!(home.say("query XB.ELYSE.02.BHU --archive x").done().lines().len(), 1001);
    home.say("archive verify --archive x").done();
    drop(lock);
    home.say("ingest a.mseed --archive x").done();
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let home = Home::new();
    let files: Vec<_> = (0..6)
        .map(|k| (format!("BH{k}"), counts(&format!("BH{k}"), 0, &walk(20_000, k))))
        .collect();
    for (name, bytes) in &files {
        home.write(&format!("{name}.mseed"), bytes);
    }
    let start = |names: &[usize]| {
        let paths = names.iter().map(|k| format!("BH{k}.mseed"));
        let arguments: Vec<_> = ["ingest".to_owned()]
            .into_iter()
            .chain(paths)
            .chain(["--archive".to_owned(), "x".to_owned()])
            .collect();
        let mut command = home.command(&arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    let (one, two) = (start(&[0, 1, 2]), start(&[3, 4, 5]));
    let ended = [one, two].map(|c| super::Ran::of(c.wait_with_output().expect("it ends")));
    let won: Vec<bool> = ended.iter().map(|r| r.code == 0).collect();
    assert!(won.contains(&true), "{ended:?}");
    for ran in ended {
        if ran.code != 0 {
            ran.refused(&["another marsdeck"]);
        }
    }
    for (k, (name, bytes)) in files.iter().enumerate() {
        if won[k / 3] {
            let ran = home.say(&format!("query XB.ELYSE.02.{name} --archive x --format mseed"));
            assert_eq!(&ran.done().bytes, bytes);
        }
    }
    home.say("archive verify --archive x").done();
}

#[test]
fn who_reads_only_the_first_lines_is_not_bothered() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(40_000, 1)));
    home.say("ingest a.mseed --archive x").done();
    for form in ["csv", "json", "mseed", "parquet"] {
        let query = ["query", "XB.ELYSE.02.BHU", "--archive", "x", "--format", form];
        let mut command = home.command(&query);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut first = Vec::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
        out.read_until(b'\n', &mut first).expect("a line");
        drop(out);
        let ran = super::Ran::of(child.wait_with_output().expect("it ends"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{form}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_a_failure() {
    let home = Home::new();
    home.write("a.mseed", counts("BHU", 0, &walk(40_000, 1)));
    home.say("ingest a.mseed --archive x").done();
    for more in ["", "--json", "--format mseed", "--format parquet", "--points 5", "--list"] {
        let arguments = format!("query XB.ELYSE.02.BHU --archive x {more}");
        let mut command = home.command(&arguments.split_whitespace().collect::<Vec<_>>());
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let ran = super::Ran::of(command.stdout(full).output().expect("the program starts"));
        assert_eq!(ran.code, 1, "{more}");
        assert!(ran.err.contains("free space"), "{more}: {}", ran.err);
    }
}
