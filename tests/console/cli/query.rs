//! `marsdeck query`: the very samples that went in, in every format, whole, in part and in slices.

use std::io::Write;

use marsdeck_engine::archive::{Archive, LimitEdit};
use marsdeck_engine::format::mseed::{self, Samples};
use marsdeck_engine::mission::{Limit, Severity};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::Value;

use super::Home;
use super::data::{NOON_S, RATE, counts, noon, pressures, records, stamp, table, trace, walk};

const CHANNEL: &str = "XB.ELYSE.02.BHU";

/// Two files without a gap between them, and their samples.
fn stored() -> (Home, Vec<i32>, Vec<u8>) {
    let home = Home::new();
    let samples = walk(6000, 7);
    let (early, late) = samples.split_at(4000);
    let early = counts("BHU", 0, early);
    let late = counts("BHU", 200, late);
    home.write("late.mseed", &late);
    home.write("early.mseed", &early);
    home.say("ingest late.mseed early.mseed --archive x").done();
    (home, samples, [early, late].concat())
}

/// The lines that the samples from `first` on must give.
fn csv_lines(samples: &[i32], first: usize) -> Vec<String> {
    let line = |(i, v): (usize, &i32)| format!("{CHANNEL},{},{v}", stamp(first + i));
    std::iter::once("series,time_utc,value".to_owned())
        .chain(samples.iter().enumerate().map(line))
        .collect()
}

#[test]
fn csv_holds_every_sample_in_time_order() {
    let (home, samples, _) = stored();
    let ran = home.say(&format!("query {CHANNEL} --archive x")).done();
    assert_eq!(ran.lines(), csv_lines(&samples, 0));
    assert_eq!(ran.err, "");
}

#[test]
fn a_range_holds_its_start_and_not_its_end() {
    let (home, samples, _) = stored();
    // Across the border of the two files, in UTC, by day of year, and as LMST of InSight.
    let part = csv_lines(&samples[190 * RATE..210 * RATE], 190 * RATE);
    for (from, to) in [
        ("2019-07-26T12:03:10Z", "2019-07-26T12:03:30Z"),
        ("2019-207T12:03:10", "2019-207T12:03:30"),
    ] {
        let ran = home.say(&format!("query {CHANNEL} --archive x --from {from} --to {to}")).done();
        assert_eq!(ran.lines(), part, "{from}");
    }
    // The quake of sol 235 at 12:16:15 UTC was at 19:30:12.677 LMST (catalogue of 2019-10).
    let sol = home
        .run(&["query", CHANNEL, "--archive", "x", "--from", "Sol 235 19:00 LMST"])
        .ended(0)
        .lines();
    assert_eq!(sol.len(), 6001, "all of it is after 19:00");
    let far = home.run(&["query", CHANNEL, "--archive", "x", "--to", "Sol 235 19:00 LMST"]);
    far.refused(&["--to must be after --from", "2019-07-26T12:00:00"]);
}

#[test]
fn json_holds_every_sample() {
    let (home, samples, _) = stored();
    for form in ["--json", "--format json"] {
        let json = home.say(&format!("query {CHANNEL} --archive x {form}")).done().json();
        assert_eq!(json["series"], CHANNEL);
        let rows = json["samples"].as_array().expect("rows");
        assert_eq!(rows.len(), samples.len());
        for (i, (row, sample)) in rows.iter().zip(&samples).enumerate() {
            assert_eq!(row[0], stamp(i));
            assert_eq!(row[1].as_f64(), Some(f64::from(*sample)));
        }
    }
}

#[test]
fn parquet_holds_every_sample() {
    let (home, samples, _) = stored();
    let ran = home.say(&format!("query {CHANNEL} --archive x --format parquet")).done();
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&ran.bytes).expect("written");
    let file = SerializedFileReader::new(file).expect("a Parquet file");
    let schema = file.metadata().file_metadata().schema();
    let columns: Vec<_> = schema.get_fields().iter().map(|f| f.name()).collect();
    assert_eq!(columns, ["time", "value"]);
    let rows = file.get_row_iter(None).expect("rows");
    let mut read = 0;
    for (i, row) in rows.enumerate() {
        let row = row.expect("a row");
        // 20 samples a second from noon on: 50 ms apart.
        let time = NOON_S * 1_000_000_000 + i as i64 * 50_000_000;
        assert_eq!(row.get_long(0).expect("a time"), time);
        assert_eq!(row.get_double(1).expect("a value"), f64::from(samples[i]));
        read += 1;
    }
    assert_eq!(read, samples.len());
    home.say(&format!("query {CHANNEL} --archive x --format parquet --points 5"))
        .refused(&["leave --points out"]);
}

#[test]
fn miniseed_is_the_records_that_were_stored() {
    let (home, samples, bytes) = stored();
    let ran = home.say(&format!("query {CHANNEL} --archive x --format mseed")).done();
    assert_eq!(ran.bytes, bytes, "the very records, in time order");
    let (traces, problems) = mseed::read(&ran.bytes);
    assert!(problems.is_empty(), "{problems:?}");
    let all: Vec<f64> = traces.iter().flat_map(|t| t.samples.to_f64()).collect();
    assert_eq!(all, samples.iter().map(|s| f64::from(*s)).collect::<Vec<_>>());
    assert_eq!(traces[0].start, noon(0));
    home.say(&format!("query {CHANNEL} --archive x --format mseed --points 5"))
        .refused(&["leave --points out"]);
}

#[test]
fn floats_come_back_to_the_last_bit() {
    let home = Home::new();
    let values: Vec<f64> = (0..2000).map(|i| f64::from(i).sin() / 3.0e-9).collect();
    let written = trace("BHV", noon(0), Samples::F64(values.clone()));
    home.write("S9001a_VBB_corrected_ISAE_v4.mseed", records(&written));
    home.say("ingest S9001a_VBB_corrected_ISAE_v4.mseed --archive x").done();
    let ran = home.say("query XB.ELYSE.02.BHV --archive x").done();
    let found: Vec<f64> =
        ran.lines()[1..].iter().map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(found, values);
    assert!(ran.lines()[1].starts_with("XB.ELYSE.02.BHV@VBB_corrected_ISAE_v4,"));
    let ran = home.say("query XB.ELYSE.02.BHV@VBB_corrected_ISAE_v4 --archive x --format mseed");
    assert_eq!(mseed::read(&ran.done().bytes).0, [written]);
}

/// Minimum, maximum, mean and number of the samples of each slice, by going through all of them.
fn brute_force(samples: &[i32], per_slice: usize) -> Vec<(f64, f64, f64, u64)> {
    let of = |part: &[i32]| {
        let sum: i64 = part.iter().map(|s| i64::from(*s)).sum();
        let (min, max) = (part.iter().min().unwrap(), part.iter().max().unwrap());
        let count = part.len() as u64;
        (f64::from(*min), f64::from(*max), sum as f64 / count as f64, count)
    };
    samples.chunks(per_slice).map(of).collect()
}

#[test]
fn slices_are_exact() {
    let (home, samples, _) = stored();
    for points in [1, 10, 100, 1500] {
        let wanted = brute_force(&samples, samples.len() / points);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
        let ran = home.say(&format!("query {CHANNEL} --archive x --points {points}")).done();
        let lines = ran.lines();
        assert_eq!(lines[0], "from_utc,min,max,mean,count");
        assert_eq!(lines.len(), points + 1);
        for (k, (line, (min, max, mean, count))) in lines[1..].iter().zip(&wanted).enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |i: usize| cells[i].parse::<f64>().unwrap();
            assert_eq!(cells[0], stamp(k * samples.len() / points));
            assert_eq!((number(1), number(2)), (*min, *max), "{line}");
            assert!(close(number(3), *mean), "{line}, {mean}");
            assert_eq!(cells[4], count.to_string());
        }
        let json = home.say(&format!("query {CHANNEL} --archive x --points {points} --json"));
        let json = json.done().json();
        let slices = json["slices"].as_array().expect("slices");
        assert_eq!(slices.len(), points);
        for (slice, (min, max, _, count)) in slices.iter().zip(&wanted) {
            assert_eq!((slice["min"].as_f64(), slice["max"].as_f64()), (Some(*min), Some(*max)));
            assert_eq!(slice["count"].as_u64(), Some(*count));
        }
    }
    home.say(&format!("query {CHANNEL} --archive x --points 0")).refused(&["--points takes 1"]);
}

#[test]
fn a_gap_is_a_gap() {
    let home = Home::new();
    let samples = walk(2000, 3);
    home.write("a.mseed", counts("BHU", 0, &samples[..1000]));
    home.write("b.mseed", counts("BHU", 150, &samples[1000..]));
    home.say("ingest a.mseed b.mseed --archive x").done();
    let lines = home.say(&format!("query {CHANNEL} --archive x --points 4")).done().lines();
    let starts: Vec<&str> = lines[1..].iter().map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(starts, [stamp(0), stamp(150 * RATE)], "50 s of data, 100 s of none, 50 s of data");
    let ran = home.say(&format!(
        "query {CHANNEL} --archive x --from 2019-07-26T12:01:00Z --to 2019-07-26T12:02:00Z"
    ));
    let ran = ran.done();
    assert_eq!(ran.lines().len(), 1, "the header alone");
    assert!(ran.err.contains("no sample of XB.ELYSE.02.BHU"), "{}", ran.err);
}

#[test]
fn a_table_is_queried_like_a_channel() {
    let home = Home::new();
    home.write("weather.csv", table());
    home.say("ingest weather.csv --archive x").done();
    let name = "/file/weather/pressure";
    let ran = home.say(&format!("query {name} --archive x --json")).done();
    let json = ran.json();
    let found: Vec<f64> =
        json["samples"].as_array().unwrap().iter().map(|r| r[1].as_f64().unwrap()).collect();
    assert_eq!(found, pressures());
    assert_eq!(json["samples"][61][0], "2019-07-26T12:01:01.000000Z");
    home.say(&format!("query {name} --archive x --format mseed"))
        .refused(&["no waveform", "export it as CSV"]);
    let exported = home.say(&format!("query {name} --archive x")).done();
    home.write("again.csv", &exported.bytes);
    assert_eq!(exported.lines().len(), 601);
}

#[test]
fn the_list_names_every_series() {
    let (home, samples, _) = stored();
    home.write("weather.csv", table());
    home.say("ingest weather.csv --archive x").done();
    let lines = home.say("query --list --archive x").done().lines();
    assert_eq!(lines[0], "series,unit,rate_hz,samples,from_utc,to_utc");
    let waveform = lines.iter().find(|l| l.starts_with(CHANNEL)).expect("the channel");
    let cells: Vec<&str> = waveform.split(',').collect();
    assert_eq!(cells[2..], ["20", "6000", &stamp(0), &stamp(6000)]);
    let json = home.say("query --list --archive x --json").done().json();
    let entries = json.as_array().expect("series");
    let named = |name: &str| entries.iter().find(|e| e["key"]["name"] == name).cloned();
    let entry = named(CHANNEL).expect("the channel");
    assert_eq!(entry["samples"], Value::from(samples.len()));
    assert_eq!(entry["key"]["product"], "raw");
    assert_eq!(named("/file/weather/pressure").expect("the table")["samples"], 600);
}

#[test]
fn what_is_not_there_is_said() {
    let (home, ..) = stored();
    home.say("query XB.ELYSE.02.BHZ --archive x").refused(&["XB.ELYSE.02.BHZ", "--list"]);
    home.say(&format!("query {CHANNEL} --archive x --from yesterday")).refused(&["yesterday"]);
    let apollo = ["--mission", "apollo", "--from", "Sol 3 12:00 LMST"];
    home.run(&[&["query", CHANNEL, "--archive", "x"], &apollo[..]].concat()).refused(&["apollo"]);
    home.say(&format!("query {CHANNEL} --archive nowhere")).refused(&["nowhere", "--archive"]);
    assert!(!home.path("nowhere").exists(), "a question makes no archive");
    home.say("query --archive x").ended(2);
    home.say(&format!("query {CHANNEL} --archive x --format xlsx")).ended(2);
}

const EVRS: &str = "name,level,message,module,scet\n\
    BOOT,FATAL,\"down, again\",fsw,2019-207T12:00:02\n\
    WAKE,ACTIVITY_HI,awake,pwr,2019-207T12:00:01\n\
    LASER,WARNING_LO,warm,ccam,2019-207T12:00:00\n";

#[test]
fn event_messages_are_printed_by_level_text_and_time() {
    let home = Home::new();
    home.write("evrs.out", EVRS.as_bytes());
    home.say("ingest evrs.out --archive x").done();
    let ran = home.say("query --events --archive x").done();
    let boot = "2019-07-26T12:00:02.000Z,,FATAL,,fsw,BOOT,,,flight,\"down, again\"";
    let lines = ran.lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "scet,ert,level,mission,module,name,eventId,sclk,source,message");
    assert_eq!(lines[3], boot);
    let of = |rest: &str| -> Vec<String> {
        let json = home.say(&format!("query --events --archive x --json {rest}")).done().json();
        let rows = json.as_array().expect("rows").clone();
        rows.iter().map(|m| m["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(of("--level warning_lo"), ["LASER", "BOOT"]);
    assert_eq!(of("--text PWR"), ["WAKE"]);
    assert_eq!(of("--from 2019-207T12:00:01 --to 2019-207T12:00:02"), ["WAKE"]);
    let one = home.say("query --events --archive x --limit 1").done();
    assert!(one.lines()[1] == boot && one.err.contains("raise --limit"), "{one:?}");
    home.say("query --events --archive x --level loud").refused(&["loud is no level", "FATAL"]);
    // What was printed can be taken in again, and is known.
    home.write("printed.csv", &ran.bytes);
    home.say("ingest printed.csv --archive x").done();
    assert_eq!(home.say("query --events --archive x").done().lines(), lines);
}

#[test]
fn changes_of_limits_are_printed_with_before_and_after() {
    let home = Home::new();
    let folder = home.path("x");
    let archive = Archive::create(&folder, noon(0)).expect("an archive");
    let high = |high| Limit { severity: Severity::Warning, high: Some(high), ..Limit::default() };
    let edit = LimitEdit {
        name: "/insight/lander/bus_voltage".into(),
        from: noon(60),
        written: noon(90),
        who: "Ada".into(),
        reason: "New battery, tighter".into(),
        before: vec![high(34.0)],
        after: Some(vec![high(32.5)]),
        ..LimitEdit::default()
    };
    archive.put_limit_edit(&edit).expect("written");
    archive.put_limit_edit(&LimitEdit { after: None, ..edit }).expect("written");
    drop(archive);
    let ran = home.say("query --limits --archive x").done();
    let row = "2019-07-26T12:01:30.000Z,Ada,/insight/lander/bus_voltage,2019-07-26T12:01:00.000Z,\
               warning above 34 V";
    assert_eq!(
        ran.lines(),
        [
            "id,written_utc,who,parameter,from_utc,before,after,reason".to_owned(),
            format!("1,{row},warning above 32.5 V,\"New battery, tighter\""),
            format!("2,{row},as in the mission database,\"New battery, tighter\""),
        ]
    );
    let ran = home.say("query --limits --archive x --text ada --limit 1 --json").done();
    let all: Value = serde_json::from_slice(&ran.bytes).expect("JSON");
    assert_eq!((&all[0]["id"], &all[0]["after"]), (&Value::from(2), &Value::Null));
    assert!(ran.err.contains("raise --limit"), "{}", ran.err);
    let ran = home.say("query --limits --archive x --text eve").done();
    assert_eq!(ran.lines().len(), 1);
    home.say("archive verify --archive x").done();
}
