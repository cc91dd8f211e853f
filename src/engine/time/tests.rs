//! Clocks against published values (Mars24, NAIF kernels, product labels) and round trips.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Instant {
    parse(text, None).unwrap()
}

fn near(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance, "{what}: {got}, published {want} ± {tolerance}");
}

/// Hours of `hh:mm:ss.fff`.
fn hours(text: &str) -> f64 {
    text.split(':').rev().fold(0.0, |sum, part| sum / 60.0 + part.parse::<f64>().unwrap())
}

/// Half a unit of the last digit that Mars24 prints, plus the error of its own rounding.
#[test]
fn mars24_worked_example_a() {
    let t = at("2000-01-06T00:00:00Z");
    let m = MarsClock::at(t);
    near(m.days_tt, 4.50074, 5e-6, "d");
    near(m.mean_anomaly_deg, 21.74558, 5e-6, "M");
    near(m.fictitious_mean_sun_deg, 272.74566, 5e-6, "FMS");
    near(m.pbs_deg, 0.00142, 5e-6, "PBS");
    near(m.equation_of_centre_deg, 4.44193, 5.1e-6, "centre");
    near(m.ls_deg, 277.18759, 5.1e-6, "Ls");
    near(m.eot_deg, -5.18775, 5.1e-6, "EOT");
    near(m.msd, 44795.99976, 5e-6, "MSD");
    near(m.mtc_h * 3600.0, hours("23:59:39.3") * 3600.0, 0.05, "MTC");
    near(m.lmst_h(0.0) * 3600.0, hours("23:59:39.3") * 3600.0, 0.05, "LMST");
    near(m.ltst_h(0.0) * 3600.0, hours("23:38:54.2") * 3600.0, 0.06, "LTST");
    near(m.subsolar_lon_west_deg(), 174.726, 5.1e-4, "subsolar W");
    near(m.declination_deg, -25.22824, 5.1e-6, "declination");
    near(m.distance_au, 1.39358, 5e-6, "R");
    let sun = m.sun(0.0, 0.0);
    near(90.0 - sun.elevation_deg, 154.2618, 5.1e-4, "Z");
    near(sun.azimuth_deg, 191.039, 1.5e-3, "azimuth");
    assert_eq!(m.mars_year, 24);
}

#[test]
fn mars24_worked_example_b() {
    let m = MarsClock::at(at("2004-01-03T13:46:31Z"));
    let east = 175.298;
    near(m.days_tt, 1463.07471, 5e-6, "d");
    near(m.mean_anomaly_deg, 66.06858, 6e-6, "M");
    near(m.fictitious_mean_sun_deg, 317.09457, 6e-6, "FMS");
    near(m.pbs_deg, 0.01614, 5e-6, "PBS");
    near(m.equation_of_centre_deg, 10.22959, 6e-6, "centre");
    near(m.ls_deg, 327.32416, 6e-6, "Ls");
    near(m.eot_deg, -12.77553, 6.5e-6, "EOT");
    near(m.mtc_h * 3600.0, hours("13:09:55.3") * 3600.0, 0.06, "MTC");
    near(m.lmst_h(east) * 3600.0, hours("00:51:06.85") * 3600.0, 0.06, "LMST");
    near(m.ltst_h(east) * 3600.0, hours("00:00:00.7") * 3600.0, 0.06, "LTST");
    near(m.declination_deg, -13.4204, 5.1e-5, "declination");
    near(m.distance_au, 1.47767, 5.1e-6, "R");
    let sun = m.sun(-14.640, east);
    near(90.0 - sun.elevation_deg, 151.94, 5.1e-3, "Z");
    near(sun.azimuth_deg, 179.99, 1e-2, "azimuth");
}

/// (UTC, mission, sol, LMST by kernel, LMST at the actual longitude, LTST, Ls, tolerance of
/// Ls). Empty or NaN where nothing is published. LMST to 10 ms (1 s where whole seconds are
/// published), LTST to 2 s. Ls of labels is SPICE's, up to 0.04 degrees from Mars24.
type Published =
    (&'static str, &'static str, i32, &'static str, &'static str, &'static str, f64, f64);
const POINTS: [Published; 8] = [
    (
        "2018-11-26T19:44:52.444",
        "insight",
        0,
        "14:10:38.983",
        "14:09:15.358",
        "13:31:30.3",
        295.653,
        0.001,
    ),
    ("2018-11-30T14:46:55.755", "insight", 4, "06:46:33.826", "", "06:05:41", f64::NAN, 0.0),
    (
        "2019-04-01T00:32:17.929",
        "insight",
        122,
        "10:34:21.47",
        "10:32:57.83",
        "9:54:07.92",
        4.206,
        0.04,
    ),
    ("2019-06-23T07:39:50.783", "insight", 203, "", "12:11:14", "", 43.134, 0.001),
    ("2012-08-06T05:17:57", "msl", 0, "15:03:08.296", "15:03:14.6", "15:36:17", 150.70, 0.005),
    ("2014-08-05T14:22:36.569", "msl", 710, "11:46:09.537", "", "12:24:45", 173.264, 0.04),
    ("2022-05-04T23:23:07.857", "insight", 1222, "03:50:09.7", "", "", 221.2285, 0.001),
    ("2025-01-01T00:00:00", "msl", 4410, "04:22:24.134", "", "", 23.885, 0.001),
];

#[test]
fn published_sol_times() {
    for (utc, id, sol, kernel, true_longitude, ltst, ls, ls_tolerance) in POINTS {
        let (t, clock) = (at(utc), SolClock::of(id).unwrap());
        let tolerance = |text: &str| match text.split_once('.') {
            None => 1.0,
            Some((_, digits)) => 10_f64.powi(-(digits.len() as i32)).max(0.01),
        };
        for (convention, want) in
            [(Convention::Kernel, kernel), (Convention::TrueLongitude, true_longitude)]
        {
            let got = clock.at(t, convention);
            assert_eq!(got.sol, sol, "{utc} {convention:?}");
            if !want.is_empty() {
                near(got.seconds, hours(want) * 3600.0, tolerance(want), utc);
            }
        }
        if !ltst.is_empty() {
            // The Mastcam label has the rover's place of that sol, and LTST by SPICE.
            let (clock, tolerance) =
                if sol == 710 { (clock.at_longitude(137.383), 5.0) } else { (clock, 2.0) };
            near(clock.ltst(t).seconds, hours(ltst) * 3600.0, tolerance, utc);
        }
        if !ls.is_nan() {
            near(MarsClock::at(t).ls_deg, ls, ls_tolerance, utc);
        }
    }
    let msd = |utc| MarsClock::at(at(utc)).msd;
    near(msd("2018-11-26T19:44:52.444"), 51511.213029, 1e-6, "MSD, InSight landing");
    near(msd("2012-08-06T05:17:57"), 49269.24547, 1e-5, "MSD, MSL landing");
    near(msd("2025-01-01T00:00:00"), 53678.800507, 1e-6, "MSD, 2025");
    let mtc = MarsClock::at(at("2018-11-26T19:44:52.444")).mtc_h * 3600.0;
    near(mtc, hours("05:06:45.731") * 3600.0, 0.002, "MTC, InSight landing");
}

/// Sol starts by the LMST kernels, to the printed digits (seconds there are rounded or cut off).
#[test]
fn published_sol_starts() {
    let insight = [
        (0, "2018-11-26T05:10:50.3356", 0.002),
        (1, "2018-11-27T05:50:25.58", 0.01),
        (22, "2018-12-18T19:41:45.70", 0.01),
        (44, "2019-01-10T10:12:41.07", 0.01),
        (66, "2019-02-02T00:43:36.44", 0.01),
        (128, "2019-04-06T17:38:01.57", 0.01),
        (173, "2019-05-22T23:19:27.55", 0.01),
        (235, "2019-07-25T16:13:52.68", 0.01),
        (478, "2020-03-31T08:33:36.97", 0.01),
        (668, "2020-10-12T13:55:13.33", 0.01),
        (1000, "2021-09-18T16:58:14.34", 0.01),
        (1222, "2022-05-04T19:26:38.50", 0.01),
        (1440, "2022-12-14T19:16:41.70", 0.01),
    ];
    let msl = [
        (0, "2012-08-05T13:49:59", 0.002),
        (1, "2012-08-06T14:29:34.244", 0.003),
        (100, "2012-11-16T07:48:43.4", 0.1),
        (500, "2014-01-01T07:43:41", 1.0),
        (1000, "2015-05-30T01:37:23", 1.0),
        (2000, "2018-03-22T13:24:45", 1.0),
        (3000, "2021-01-13T01:12:09", 1.0),
        (4000, "2023-11-06T12:59:33", 1.0),
        (4500, "2025-04-03T06:53:15", 1.0),
    ];
    let m2020 = [(0, "2021-02-18T04:24:15.8058", 0.002)];
    for (id, table) in [("insight", &insight[..]), ("msl", &msl), ("m2020", &m2020)] {
        let clock = SolClock::of(id).unwrap();
        for (sol, utc, tolerance) in table {
            let start = clock.sol_range(*sol, Convention::Kernel).start;
            near(start.s_since(at(utc)), 0.0, *tolerance, &format!("{id} sol {sol}"));
        }
    }
}

/// Mars24 Ls at local midnight of InSight sols, and the table of the LMDZ team,
/// which gives the sol in which the round Ls falls (within a degree).
#[test]
fn ls_of_insight_sols() {
    let clock = SolClock::of("InSight").unwrap();
    for (sol, table, mars24) in [
        (8, 300.0, 300.23),
        (57, 330.0, 329.19),
        (113, 360.0, 359.42),
        (174, 30.0, 29.40),
        (240, 60.0, 59.71),
        (306, 90.0, 89.38),
        (371, 120.0, 119.57),
        (431, 150.0, 149.64),
        (485, 180.0, 179.41),
    ] {
        let ls = MarsClock::at(clock.sol_range(sol, Convention::Kernel).start).ls_deg;
        near(ls, mars24, 0.0051, &format!("sol {sol}"));
        near(ls, table, 1.0, &format!("sol {sol}, table"));
    }
}

#[test]
fn mars_years_begin_on_the_published_dates() {
    for (date, year) in [
        ("1955-04-11", 1),
        ("2000-05-31", 25),
        ("2019-03-23", 35),
        ("2021-02-07", 36),
        ("2022-12-26", 37),
    ] {
        // The published date is the UTC day in which Ls passes 0; in 1955 to a day.
        let slack = if year == 1 { 86_400.0 } else { 0.0 };
        let before = MarsClock::at(at(date).plus_s(-slack)).mars_year;
        let after = MarsClock::at(at(date).plus_s(86_400.0 + slack)).mars_year;
        assert_eq!((before, after), (year - 1, year), "{date}");
    }
}

/// hifitime's own conversions are the second implementation.
#[test]
fn scales_agree_with_hifitime() {
    let leap = LeapSeconds::built_in();
    for utc in ["1980-02-29T12:00:00", "1999-01-01T00:00:00", "2016-12-31T23:59:59", "2025-01-01"] {
        let t = at(utc);
        let ns = i128::from(t.unix_ns());
        let epoch =
            hifitime::Epoch::from_unix_duration(hifitime::Duration::from_total_nanoseconds(ns));
        let tai_of_1970 = 2_208_988_800_000_000_000;
        let tai = epoch.to_tai_duration().total_nanoseconds() - tai_of_1970;
        assert_eq!(i128::from(leap.tai_ns(t)), tai, "{utc}");
        near(leap.et_s(t), epoch.to_et_seconds(), 1e-6, utc);
        near(jd_tt(t), epoch.to_jde_tt_days(), 1e-9, utc);
        near(jd_ut(t), epoch.to_jde_utc_days(), 1e-9, utc);
    }
}

#[test]
fn leap_seconds_are_counted() {
    let day = |text| at(text);
    assert_eq!(tai_ns_between(day("2016-12-31"), day("2017-01-01")), 86_401_000_000_000);
    assert_eq!(tai_ns_between(day("2017-01-01"), day("2017-01-02")), 86_400_000_000_000);
    assert_eq!(LeapSeconds::built_in().tai_minus_utc_s(day("2016-12-31T23:59:59.999999999")), 36);
    assert_eq!(LeapSeconds::built_in().tai_minus_utc_s(day("2017-01-01")), 37);
    // The inserted second shares the number of the second that follows it.
    assert_eq!(day("2016-12-31T23:59:60.5Z"), day("2017-01-01T00:00:00.5Z"));
    let leap = LeapSeconds::built_in();
    let inside = leap.tai_ns(day("2016-12-31T23:59:59.5")) + 1_000_000_000;
    assert_eq!(leap.from_tai_ns(inside), day("2017-01-01T00:00:00.5"));
    // The ends of time do not overflow.
    for t in [Instant::MIN, Instant::MAX] {
        let report = ClockReport::at(t, &SolClock::IDS).unwrap();
        assert!(!report.lines().is_empty());
    }
}

#[test]
fn prints_and_reads_every_notation() {
    let t = at("2019-07-26T12:16:15.587Z");
    assert_eq!(iso(t, 3), "2019-07-26T12:16:15.587Z");
    assert_eq!(iso(t, 0), "2019-07-26T12:16:15Z");
    assert_eq!(doy(t, 3), "2019-207T12:16:15.587");
    assert_eq!(date(t), "2019-07-26");
    assert_eq!(iso(Instant::MAX, 9), "2262-04-11T23:47:16.854775807Z");
    assert_eq!(iso(Instant::MIN, 9), "1677-09-21T00:12:43.145224192Z");
    for same in [
        "2019-07-26T12:16:15.587",
        " 2019-07-26 12:16:15.587000000 UTC ",
        "2019-207T12:16:15.587Z",
        "2019-07-26t12:16:15.587z",
        "2019-07-26T12:16:15.5870000009",
    ] {
        assert_eq!(at(same), t, "{same}");
    }
    assert_eq!(at("2019-07-26"), at("2019-207T00:00"));
    assert_eq!(at("2020-366"), at("2020-12-31"));

    let insight = SolClock::of("insight").unwrap();
    let noted = insight.instant(235, 45_296.0, Convention::Kernel);
    for same in [
        "Sol 235 12:34:56 LMST",
        "sol 235 12:34:56",
        "insight sol 235 12:34:56",
        "00235M12:34:56",
        "Sol-00235M12:34:56.000",
        "sol235 12:34:56lmst",
    ] {
        assert_eq!(parse(same, Some("insight")).unwrap(), noted, "{same}");
    }
    let shown = insight.at(noted, Convention::Kernel);
    assert_eq!(shown.to_string(), "Sol 235 12:34:56 LMST");
    assert_eq!(shown.file_form(), "00235M12:34:56.000");
    assert_eq!(insight.describe(&shown), "Sol 235 12:34:56 LMST, NAIF kernel, 135.97\u{b0} E");
    let start = insight.sol_range(235, Convention::Kernel).start;
    assert_eq!(parse("Sol 235", Some("insight")).unwrap(), start);
    let msl = parse("Sol-00710M11:46:09.537", Some("msl")).unwrap();
    near(msl.s_since(at("2014-08-05T14:22:36.569")), 0.0, 0.002, "Mastcam label");
    let label = SolClock::of("msl").unwrap().at(msl, Convention::Kernel).label_form();
    assert_eq!(label, "Sol-00710M11:46:09.537");
    // Before landing sols are negative; the hyphen of "Sol-00710" is no minus.
    let cruise = insight.instant(-3, 45_296.0, Convention::Kernel);
    let shown = insight.at(cruise, Convention::Kernel);
    for text in [shown.to_string(), shown.file_form(), shown.label_form()] {
        assert_eq!(parse(&text, Some("insight")).unwrap(), cruise, "{text}");
    }
    assert_eq!(parse("msl sol 710", Some("insight")), parse("sol 710", Some("msl")));
}

#[test]
fn says_what_is_wrong_with_a_text() {
    let said = |text: &str, mission| parse(text, mission).unwrap_err().to_string();
    assert!(said("yesterday", None).contains("2019-207T12:16:15"));
    assert!(said("", None).contains("Sol 235"));
    assert!(said("235", Some("msl")).contains("not a time"));
    assert!(said("2019-02-29", None).starts_with("the day in \"2019-02-29\""));
    assert!(said("2019-366", None).contains("day of the year"));
    assert!(said("2019-13-01", None).contains("the month"));
    assert!(said("2019-01-01T24:00", None).contains("time of day"));
    assert!(said("2019-01-01T12:00:61", None).contains("time of day"));
    assert!(said("9999-01-01", None).contains("1678 to 2261"));
    assert!(said("Sol 235", None).contains("choose a mission"));
    assert!(said("Sol 235", Some("viking")).contains("viking"));
    assert!(said("Sol 235 25:00", Some("msl")).contains("local time"));
    assert!(said("Sol 99999999", Some("msl")).contains("not a time"));
}

#[test]
fn clocks_stand_run_and_jump() {
    use std::time::Duration;
    let start = at("2019-07-26");
    let simulated = SimulatedClock::new(start);
    simulated.advance(Duration::from_secs(5));
    assert_eq!(simulated.now(), start.plus_s(5.0));
    simulated.set(start);
    assert_eq!(simulated.now(), start);
    let mut replay = ReplayClock::new(start, 1000.0);
    replay.tick(Duration::from_millis(1500));
    assert_eq!(replay.now(), start.plus_s(1500.0));
    replay.set_speed(-1.0);
    replay.tick(Duration::from_secs(500));
    assert_eq!(replay.now(), start.plus_s(1000.0));
    replay.jump(start);
    assert_eq!((replay.now(), replay.speed()), (start, -1.0));
    assert!(SystemClock.now() > start);
}

#[test]
fn report_names_both_conventions() {
    let report = ClockReport::at(at("2018-11-26T19:44:52.444"), &["insight", "msl"]).unwrap();
    let text = report.lines().join("\n");
    for part in [
        "2018-11-26T19:44:52.444Z",
        "2018-330T19:44:52.444",
        "UTC + 37 s",
        "2018-11-26T19:46:01.628",
        "51511.213029",
        "05:06:45",
        "295.653",
        "Mars year 34",
        "Sol 0 14:10:38  (LMST, NAIF kernel, 135.97\u{b0} E)",
        "Sol 0 14:09:15  (LMST, true longitude, 135.623447\u{b0} E)",
        "LTST              00000 13:31:30",
        "Curiosity",
    ] {
        assert!(text.contains(part), "{part} not in\n{text}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["missions"][0]["kernel"]["convention"], "kernel");
    assert!(ClockReport::at(Instant::default(), &["viking"]).is_err());
}

/// Nanoseconds of 2000-01-01 to 2050-01-01.
fn instants() -> impl Strategy<Value = Instant> {
    (946_684_800_000_000_000_i64..2_524_608_000_000_000_000).prop_map(Instant::from_unix_ns)
}

proptest! {
    #[test]
    fn scales_come_back(t in instants()) {
        let leap = LeapSeconds::built_in();
        prop_assert_eq!(leap.from_tai_ns(leap.tai_ns(t)), t);
        prop_assert_eq!(leap.from_tt_j2000_ns(leap.tt_j2000_ns(t)), t);
        prop_assert!(leap.from_et_ns(leap.et_ns(t)).ns_since(t).abs() <= 1);
        prop_assert!(leap.from_et_s(leap.et_s(t)).ns_since(t).abs() <= 250);
    }

    #[test]
    fn sols_come_back(t in instants(), id in 0..3_usize, kernel: bool) {
        let clock = SolClock::of(SolClock::IDS[id]).unwrap();
        let convention = if kernel { Convention::Kernel } else { Convention::TrueLongitude };
        let local = clock.at(t, convention);
        prop_assert!((0.0..86_400.0).contains(&local.seconds));
        let back = clock.instant(local.sol, local.seconds, convention);
        prop_assert!(back.ns_since(t).abs() <= 2);
        prop_assert!(clock.sol_range(local.sol, convention).contains(t));
        // Mean and true time are never further apart than the equation of time allows.
        let true_time = clock.ltst(t);
        let mean = clock.at(t, Convention::TrueLongitude);
        let apart = f64::from(true_time.sol - mean.sol) * 86_400.0 + true_time.seconds
            - mean.seconds;
        prop_assert!(apart.abs() < 3200.0);
        // Mars24's LMST is the same clock.
        let hours = MarsClock::at(t).lmst_h(clock.longitude_deg());
        let gap = (hours * 3600.0 - mean.seconds + 43_200.0).rem_euclid(86_400.0) - 43_200.0;
        prop_assert!(gap.abs() < 1e-4);
    }

    #[test]
    fn texts_come_back(t in instants(), id in 0..3_usize) {
        let id = SolClock::IDS[id];
        prop_assert_eq!(at(&iso(t, 9)), t);
        prop_assert_eq!(at(&doy(t, 9)), t);
        let local = SolClock::of(id).unwrap().at(t, Convention::Kernel);
        if local.sol >= 0 {
            let back = parse(&local.file_form(), Some(id)).unwrap();
            prop_assert!((-2..1_030_000).contains(&t.ns_since(back).saturating_add(1_000)));
            prop_assert_eq!(parse(&local.label_form(), Some(id)).unwrap(), back);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}", near in "[0-9solMmTtZz :.\\-]{0,24}") {
        let _ = parse(&text, Some("msl"));
        let _ = parse(&near, Some("insight"));
        let _ = parse(&near, None);
    }
}
/// The longitude at which Mars24 has midnight when a kernel starts a sol: the kernels round
/// their epoch, so it is that of the kernel to 0.006 degrees (1.4 s).
#[test]
fn kernel_longitudes_are_those_named() {
    for clock in SolClock::all() {
        let start = clock.sol_range(0, Convention::Kernel).start;
        let midnight_lon = (-15.0 * MarsClock::at(start).mtc_h).rem_euclid(360.0);
        near(midnight_lon, clock.mission().kernel_lon_deg, 0.006, clock.mission().id);
    }
}
