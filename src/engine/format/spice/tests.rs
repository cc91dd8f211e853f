//! Kernels made here and NAIF's own, against published SCLK, UTC, LMST and Ls values.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::time::{Convention, Instant, LeapSeconds, MarsClock, Sclk, SolClock, TimeSystem, parse};

const MADE: &str = r"KPL/SCLK
Text with A = ( 1 ) that is not data.
  \begindata
NUMBERS   = ( 1.657D-3, -2  3.5E+01
              +4.0d0 )
NUMBERS  += 5
NAME      = 'it''s'
WHEN      = ( @2017-JAN-1 @19-JAN-2006-18:09:05.184000 @2018-08-07T00:46:59
              @2021-11-30/09:35:06.12 )
\begintext
B = 2
\begindata
SCLK_DATA_TYPE_7=(1)
SCLK01_TIME_SYSTEM_7=(1)
SCLK01_N_FIELDS_7=(2)
SCLK01_MODULI_7=(1000 50)
SCLK01_OFFSETS_7=(0 1)
SCLK01_OUTPUT_DELIM_7=(1)
SCLK_PARTITION_START_7=(0 100)
SCLK_PARTITION_END_7=(500 50000)
SCLK01_COEFFICIENTS_7=(0 @2000-JAN-01-12:00:00 1.0
                       500 20.0 1.1)
";

fn made() -> (TextKernel, Sclk) {
    let (kernel, problems) = read(MADE.as_bytes());
    assert_eq!(problems, []);
    let (clocks, problems) = sclks(&kernel);
    assert_eq!(problems, []);
    (kernel, clocks.into_iter().next().unwrap())
}

#[test]
fn reads_a_kernel_made_here() {
    let (kernel, _) = made();
    assert!(sniff(MADE.as_bytes()) && !sniff(b"PDS_VERSION_ID = PDS3"));
    assert_eq!(kernel.kind, "KPL/SCLK");
    let numbers = kernel.numbers("NUMBERS").unwrap();
    assert_eq!(numbers, [1.657e-3, -2.0, 35.0, 4.0, 5.0]);
    assert_eq!(kernel.variables["NAME"].values, [Value::Text("it's".into())]);
    let dates: Vec<Value> =
        ["2017-01-01", "2006-01-19T18:09:05.184", "2018-08-07T00:46:59", "2021-11-30T09:35:06.12"]
            .iter()
            .map(|text| Value::Date(parse(text, None).unwrap()))
            .collect();
    assert_eq!(kernel.variables["WHEN"].values, dates);
    assert!(!kernel.variables.contains_key("A") && !kernel.variables.contains_key("B"));
}

#[test]
fn clock_of_two_partitions_and_an_offset() {
    let (_, clock) = made();
    let leap = LeapSeconds::built_in();
    assert_eq!((clock.id, clock.system, clock.delimiter), (7, TimeSystem::Tdb, '.'));
    // Fields count 50 ticks each; the second shows 1..=50.
    assert_eq!(clock.ticks_of("1/3.11"), Some(160.0));
    assert_eq!(clock.ticks_of("2/3.11"), Some(560.0));
    assert_eq!(clock.ticks_of("3.11"), Some(160.0));
    assert_eq!(clock.text_of(160.0).unwrap(), "1/003.11");
    assert_eq!(clock.text_of(560.0).unwrap(), "2/003.11");
    let et = |text: &str| clock.et_of_ticks(clock.ticks_of(text).unwrap(), leap).unwrap();
    assert!((et("1/3.11") - 3.2).abs() < 1e-6);
    assert!((et("2/3.11") - (20.0 + 1.2 * 1.1)).abs() < 1e-6);
    // The clock was reset between ET 10 s and 20 s: ticks wait for the second record.
    assert_eq!(clock.ticks_at(leap.from_et_s(15.0), leap), Some(500.0));
    for refused in ["", "3/1.1", "1/1.1.1", "1/1.0", "x", "1/-", "-3.11"] {
        assert_eq!(clock.ticks_of(refused), None, "{refused}");
    }
    assert_eq!(clock.text_of(-1.0), None);
    assert_eq!(clock.text_of(1e12), None);
    assert_eq!(clock.ticks_at(Instant::MIN, leap), None);
}

#[test]
fn damage_is_named_with_its_offset() {
    let said = |text: &str| {
        let (kernel, problems) = read(text.as_bytes());
        (kernel, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    let (kernel, text) = said("\\begindata\nA = ( 1 2\nB = 3\n");
    assert_eq!(text, "byte 11: A: the list is not closed; the values were kept");
    assert_eq!((kernel.number("A"), kernel.number("B")), (Some(1.0), Some(3.0)));
    assert!(said("\\begindata\nA = ( 1 2x 3 )").1.contains("byte 19: A: not a number"));
    assert!(said("\\begindata\nA = 'open\nB = 1").1.contains("byte 15: A: the quote"));
    assert!(said("\\begindata\nA = @tomorrow").1.contains("not a date"));
    assert!(said("\\begindata\nA 1").1.contains("expected = or +="));
    assert!(said("\\begindata\nA = ()").1.contains("has no value"));
    assert!(said("").1.contains("no \\begindata"));
    let (_, many) = read(format!("\\begindata\n{}", ") ".repeat(5000)).as_bytes());
    assert_eq!(many.len(), 101);
    let broken = MADE.replace("500 20.0 1.1", "500 20.0");
    let (clocks, problems) = sclks(&read(broken.as_bytes()).0);
    assert!(clocks.is_empty());
    assert!(problems[0].to_string().contains("SCLK01_COEFFICIENTS_7: must hold ascending triples"));
    assert!(leap_seconds(&made().0).unwrap_err().to_string().contains("DELTET/DELTA_T_A: missing"));
}

/// The folder of NAIF's kernels and published points, where it is present.
fn folder(test: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"))
        .join("F_spice_time");
    if !path.is_dir() {
        println!("skipped: {test}: F_spice_time not present");
        return None;
    }
    Some(path)
}

fn clock(path: PathBuf) -> Sclk {
    let (kernel, problems) = read(&std::fs::read(path).unwrap());
    assert_eq!(problems, []);
    let (mut clocks, problems) = sclks(&kernel);
    assert_eq!((problems, clocks.len()), (Vec::new(), 1));
    clocks.remove(0)
}

#[test]
fn naif_leap_seconds_are_the_built_in_ones() {
    let Some(folder) = folder("naif_leap_seconds_are_the_built_in_ones") else { return };
    for name in ["naif_bundler_kernels/lsk/naif0012.tls", "timecraftjs_msl/lsk/naif0012.tls"] {
        let (kernel, problems) = read(&std::fs::read(folder.join(name)).unwrap());
        assert_eq!(problems, []);
        assert_eq!(kernel.kind, "KPL/LSK");
        assert_eq!(&leap_seconds(&kernel).unwrap(), LeapSeconds::built_in());
    }
    // A list with a made-up negative leap second on 2025-01-01.
    let bytes = std::fs::read(folder.join("mmtc_newhorizons/naif0013-neg.tls")).unwrap();
    let leap = leap_seconds(&read(&bytes).0).unwrap();
    assert_eq!(leap.tai_minus_utc_s(parse("2025-06-01", None).unwrap()), 36);
}

#[test]
fn every_text_kernel_present_is_read_clean() {
    let Some(folder) = folder("every_text_kernel_present_is_read_clean") else { return };
    let mut folders = vec![folder];
    let mut seen = 0;
    while let Some(path) = folders.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if ["tsc", "tls", "tf", "ti", "tpc", "tm"].contains(&extension) {
                let bytes = std::fs::read(&path).unwrap();
                let (kernel, problems) = read(&bytes);
                assert_eq!(problems, [], "{}", path.display());
                assert!(sniff(&bytes) && !kernel.variables.is_empty(), "{}", path.display());
                // The one with three fields and two moduli is meant to be refused.
                let wrong = usize::from(path.ends_with("new-horizons_fake_3stage.tsc"));
                assert_eq!(sclks(&kernel).1.len(), wrong, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} kernels");
}

/// The LMST kernels are the sol clocks: same sols to a microsecond.
#[test]
fn lmst_kernels_are_the_sol_clocks() {
    let Some(folder) = folder("lmst_kernels_are_the_sol_clocks") else { return };
    let leap = LeapSeconds::built_in();
    for (id, name) in [
        ("insight", "insight_sclk_versions/insight_lmst_ops181206_v1.tsc"),
        ("msl", "timecraftjs_msl/sclk/msl_lmst_ops120808_v1.tsc"),
    ] {
        let (kernel, sols) = (clock(folder.join(name)), SolClock::of(id).unwrap());
        for sol in [0, 1, 235, 710, 1222, 3000] {
            let t = sols.instant(sol, 45_296.25, Convention::Kernel);
            let text = format!("1/{sol}:12:34:56:25000");
            let by_kernel = kernel.instant(&text, leap).unwrap();
            assert!(by_kernel.ns_since(t).abs() < 1000, "{id} {sol}");
            assert_eq!(kernel.text(t, leap).unwrap(), format!("1/{sol:05}:12:34:56:25000"));
        }
    }
}

/// SCLK of InSight RAD and MSL camera labels. The correlation files differ from those that the
/// labels were made with by some milliseconds (later fits of the same clock).
#[test]
fn published_clock_strings() {
    let Some(folder) = folder("published_clock_strings") else { return };
    let leap = LeapSeconds::built_in();
    let insight = clock(folder.join("naif_bundler_kernels/sclk/NSY_SCLKSCET.00019.tsc"));
    let msl = clock(folder.join("naif_bundler_kernels/sclk/msl_76_sclkscet_refit_s4.tsc"));
    for (sclk, utc, et_minus_sclk) in [
        ("607350696-25494", "2019-04-01T00:32:17.929", 110.724),
        ("614547537-60293", "2019-06-23T07:39:50.783", 122.047),
    ] {
        let published = parse(utc, None).unwrap();
        let got = insight.instant(sclk, leap).unwrap();
        assert!(got.s_since(published).abs() < 0.010, "{sclk}: {got:?} {published:?}");
        let offset = leap.et_s(got) - insight.ticks_at(got, leap).unwrap() / 65_536.0;
        assert!((offset - et_minus_sclk).abs() < 0.010, "{sclk}: ET - SCLK {offset}");
        let text = insight.text(got, leap).unwrap();
        assert_eq!(insight.ticks_of(&text), insight.ticks_of(sclk), "{text}");
    }
    // The Mastcam label pairs its clock count with a start time 9.3 s earlier than both MSL
    // kernels do (789.06 s here, 779.753 s from the label): the count is of another moment.
    let got = msl.instant("460519844-0", leap).unwrap();
    let label = parse("2014-08-05T14:22:36.569", None).unwrap();
    assert!((got.s_since(label) - 9.306).abs() < 0.001, "{got:?}");
    // The navcam label gives whole clock counts: a second.
    let navcam = msl.instant("424748435", leap).unwrap();
    let sols = SolClock::of("msl").unwrap();
    let local = sols.at(navcam, Convention::Kernel);
    let seconds = 13.0 * 3600.0 + 2.0 * 60.0 + 9.505;
    assert!(local.sol == 307 && (local.seconds - seconds).abs() < 1.0, "{local:?}");
    // LTST of the label, by SPICE at the rover's place of sol 272 to 342.
    let ltst = sols.at_longitude(137.449).ltst(navcam).seconds;
    assert!((ltst - (12.0 * 3600.0 + 11.0 * 60.0 + 55.0)).abs() < 10.0, "LTST {ltst}");
}

/// Seconds of `hh:mm:ss` with an optional fraction.
fn seconds(text: &str) -> f64 {
    text.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap())
}

fn number(point: &Json, key: &str) -> Option<f64> {
    let value = &point[key];
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// Every point of `mars_time_points.json`. Tolerances: LMST by SPICE 0.1 ms where the instant is
/// published; SCLK against SPICE 0.6 ms (it prints milliseconds); UTC of labels 5 ms; LMST of
/// labels 1 s in one of the two conventions; LTST of RAD tables 4 s; Ls (SPICE) 0.04 degrees.
#[test]
fn published_points() {
    let Some(folder) = folder("published_points") else { return };
    let insight = clock(folder.join("naif_bundler_kernels/sclk/NSY_SCLKSCET.00019.tsc"));
    let msl = clock(folder.join("naif_bundler_kernels/sclk/msl_76_sclkscet_refit_s4.tsc"));
    let text = std::fs::read_to_string(folder.join("mars_time_points.json")).unwrap();
    let json: Json = serde_json::from_str(&text).unwrap();
    let points = json["points"].as_array().unwrap();
    assert_eq!(points.len(), 36);
    for point in points {
        let (clock, id) =
            if point["mission"] == "MSL" { (&msl, "msl") } else { (&insight, "insight") };
        check(point, clock, &SolClock::of(id).unwrap());
    }
}

fn check(point: &Json, clock: &Sclk, sols: &SolClock) {
    let leap = LeapSeconds::built_in();
    let sclk = point["sclk_string"].as_str().map(str::to_owned).or_else(|| {
        point["sclk"].as_str().map(str::to_owned).or(point["sclk"].as_f64().map(|v| v.to_string()))
    });
    let by_clock = sclk.map(|text| match text.split_once('.') {
        // TWINS gives decimal seconds, not counts of the second field.
        Some(_) => {
            let ticks = clock.ticks_of_count(text.parse().unwrap()).unwrap();
            clock.instant_of_ticks(ticks, leap).unwrap()
        }
        None => clock.instant(&text, leap).unwrap(),
    });
    let published = point["utc"].as_str().map(|text| parse(text, None).unwrap());
    let t = published.or(by_clock).unwrap();
    if let (Some(a), Some(b)) = (by_clock, published) {
        assert!(a.s_since(b).abs() < 0.005, "SCLK {a:?}: {point}");
    }
    if let (Some(a), Some(text)) = (by_clock, point["check_spice_utc_from_sclk"].as_str()) {
        assert!(a.s_since(parse(text, None).unwrap()).abs() < 6e-4, "SPICE UTC {a:?}: {point}");
    }
    let kernel = sols.at(by_clock.unwrap_or(t), Convention::Kernel);
    let spice = point["check_spice_lmst"].as_str().unwrap();
    let (sol, day) = spice[2..].split_once(':').unwrap();
    let (day, ticks) = day.rsplit_once(':').unwrap();
    let want = seconds(day) + ticks.parse::<f64>().unwrap() / 1e5;
    assert_eq!(kernel.sol, sol.parse::<i32>().unwrap(), "{point}");
    assert!((kernel.seconds - want).abs() < 1e-4, "LMST {}: {point}", kernel.seconds);
    if let Some(sol) = number(point, "sol") {
        assert_eq!(f64::from(kernel.sol), sol, "{point}");
    }
    if let Some(lmst) = point["lmst"].as_str().and_then(|text| text.split_once('M')) {
        let of = |c| (sols.at(t, c).seconds - seconds(lmst.1)).abs();
        let best = of(Convention::Kernel).min(of(Convention::TrueLongitude));
        assert!(best < 1.0, "LMST off by {best}: {point}");
    }
    if let Some(text) = point["lmst_of_day"].as_str() {
        assert!((kernel.seconds - seconds(text)).abs() < 2.0, "LMST: {point}");
    }
    if let Some(hours) = number(point, "ltst_hours") {
        assert!((sols.ltst(t).seconds - hours * 3600.0).abs() < 4.0, "{:?}: {point}", sols.ltst(t));
    }
    if let Some((sol, text)) = point["ltst"].as_str().and_then(|text| text.split_once(' ')) {
        let ltst = sols.ltst(t);
        assert_eq!(ltst.sol, sol.parse::<i32>().unwrap());
        assert!((ltst.seconds - seconds(text)).abs() < 4.0, "{ltst:?}: {point}");
    }
    if let Some(ls) = number(point, "ls_deg") {
        let got = MarsClock::at(t).ls_deg;
        assert!((got - ls).abs() < 0.04, "Ls {got}: {point}");
    }
}

proptest! {
    #[test]
    fn clock_strings_come_back(ticks in 0_u32..50_400) {
        let (_, clock) = made();
        let leap = LeapSeconds::built_in();
        let text = clock.text_of(f64::from(ticks)).unwrap();
        prop_assert_eq!(clock.ticks_of(&text), Some(f64::from(ticks)));
        let t = clock.instant_of_ticks(f64::from(ticks), leap).unwrap();
        prop_assert!((clock.ticks_at(t, leap).unwrap() - f64::from(ticks)).abs() < 1e-3);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn damaged_kernels_are_read(at in 0..MADE.len(), byte: u8, cut in 0..MADE.len()) {
        let mut bytes = MADE.as_bytes().to_vec();
        bytes[at] = byte;
        bytes.truncate(cut.max(at));
        let (kernel, _) = read(&bytes);
        let leap = LeapSeconds::built_in();
        for clock in sclks(&kernel).0 {
            let _ = clock.text(leap.from_et_s(25.0), leap);
            let _ = clock.instant("2/3.11", leap);
        }
        let _ = leap_seconds(&kernel);
    }
}
