//! A sol of each instrument with the dictionaries that are built in: clean as planned, and refused
//! where a rule is broken on purpose.

use super::*;
use crate::time::{Convention, MarsClock, SolClock, parse};

/// A type with the minutes of the sol (LMST) of its start, and arguments.
type Line<'a> = (&'a str, i64, &'a [(&'a str, Value)]);

struct Sol {
    mission: &'static str,
    plan: Plan,
    model: Arc<Model>,
}

impl Sol {
    fn of(mission: &'static str, sol: i32, lines: &[Line<'_>]) -> Self {
        let at = |minutes: i64| {
            let clock = SolClock::of(mission).unwrap();
            clock.instant(sol, minutes as f64 * 60.0, Convention::Kernel)
        };
        let range = TimeRange::new(at(7 * 60), at(31 * 60));
        let mut plan = Plan::new("sol", "Sol", mission, range);
        for (id, (kind, minutes, arguments)) in (1..).zip(lines) {
            let mut activity = Activity::new(ActivityId(id), *kind, at(*minutes));
            activity.arguments =
                arguments.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            plan.apply(&[Edit::add(activity)]).unwrap();
        }
        Self { mission, plan, model: Arc::new(Model::builtin(mission)) }
    }

    fn check(&self, plan: &Plan) -> Vec<Violation> {
        let windows = Windows::of(&self.model, plan.range());
        Checker::new(Arc::clone(&self.model), Arc::new(windows), plan).violations(plan)
    }

    /// Rules that are broken after a change of the activity of this number.
    fn broken(&self, id: u64, change: impl Fn(&mut Activity)) -> Vec<String> {
        let mut plan = self.plan.clone();
        change(plan.activities.get_mut(&ActivityId(id)).unwrap());
        let mut rules: Vec<String> = self.check(&plan).into_iter().map(|v| v.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    fn without(&self, id: u64) -> Vec<String> {
        self.broken(id, |a| {
            a.kind = "RoverAwakeNot".into();
            a.arguments.clear();
        })
    }

    fn hour(&self, hour: f64) -> Instant {
        let clock = SolClock::of(self.mission).unwrap();
        let sol = clock.at(self.plan.start, Convention::Kernel).sol;
        clock.instant(sol, hour * 3600.0, Convention::Kernel)
    }
}

fn text(t: &str) -> Value {
    Value::Text(t.into())
}

fn insight() -> Sol {
    let wake = |s: f64| [("duration", number(s))];
    Sol::of(
        "insight",
        200,
        &[
            ("Wake", 480, &wake(7200.0)),
            ("SeisPowerOn", 492, &[]),
            ("SeisGetTilt", 497, &[]),
            ("SeisRecenterRoutine", 510, &[]),
            ("SeisChangeVBBConfig", 542, &[]),
            ("SeisChangeAcqRate", 545, &[("velRate", number(100.0))]),
            ("SeisContinuous", 550, &[("duration", number(70_000.0))]),
            ("APSSChangeAcqConfig", 552, &[]),
            ("SeisEventRequest", 565, &[("request", text("S0235b"))]),
            ("Wake", 960, &wake(7200.0)),
            ("SeisProcessContinuousData", 975, &[]),
            ("APSSProcessContinuousData", 975, &[]),
            ("APSSTwinsBoomSwap", 1000, &[]),
            ("UHFComm", 1015, &[]),
            ("Cleanup", 1040, &[]),
        ],
    )
}

#[test]
fn a_sol_of_seis_and_apss() {
    let sol = insight();
    assert_eq!(sol.check(&sol.plan), []);
    // (20 Hz · 3 + 1 Hz · 1) · 10 bit · 88 775.244 s = 54.153 Mbit, more than 38 Mbit.
    let mut plan = sol.plan.clone();
    let stream = plan.activities.get_mut(&ActivityId(7)).unwrap();
    stream.arguments.insert("vbbRate".into(), number(20.0));
    let [v] = &sol.check(&plan)[..] else { panic!() };
    assert_eq!(v.rule, "FR-SEIS-003");
    assert!(v.reason.contains("asks for 54.153 Mbit/sol"), "{}", v.reason);
    assert!(v.reason.ends_with("more than 38 Mbit/sol"), "{}", v.reason);
    // 50 h of memory: 49.8 h and a window of 20 min are too old.
    let old = |a: &mut Activity| drop(a.arguments.insert("age_h".into(), number(49.8)));
    assert_eq!(sol.broken(9, old), ["FR-SEIS-004"]);
    // Recentred at noon: in the wind, in science mode, with the computer asleep is no matter.
    let noon = sol.hour(12.0);
    let rules = sol.broken(4, |a| a.start = noon);
    assert_eq!(rules, ["FR-SEIS-009", "SeisRecenterRoutine.needs.seis.mode"]);
    // Five minutes after power on.
    let early = sol.hour(8.3);
    assert!(sol.broken(4, |a| a.start = early).contains(&"FR-SEIS-008".to_owned()));
    // The second wake while the first is on; and a pass without a wake.
    let morning = sol.hour(9.0);
    assert!(sol.broken(10, |a| a.start = morning).contains(&"FR-LND-001".to_owned()));
    let night = sol.hour(22.0);
    assert_eq!(sol.broken(14, |a| a.start = night), ["UHFComm.needs.lander"]);
    let both = |a: &mut Activity| drop(a.arguments.insert("twinsPyOn".into(), Value::Bool(true)));
    assert_eq!(sol.broken(8, both), ["FR-APSS-001"]);
}

#[test]
fn a_sol_of_chemcam_and_sam() {
    let target = [("target", text("Ithaca"))];
    let sol = Sol::of(
        "msl",
        3000,
        &[
            ("RoverAwake", 570, &[("duration", number(24_000.0))]),
            ("MastMove", 572, &[]),
            ("CcamOn", 580, &[]),
            ("CcamWarmUp", 611, &[]),
            ("CcamLibs", 627, &target),
            ("CcamRmi", 640, &target),
            ("CcamPassive", 660, &target),
            ("CcamOff", 690, &[]),
            ("Drive", 750, &[]),
            ("SamDelivery", 840, &[("cup", number(12.0))]),
            ("RelayPass", 930, &[]),
            ("SamPreheat", 1080, &[]),
            ("SamPyrolysis", 1150, &[("cup", number(12.0))]),
            ("SamBakeOut", 1520, &[]),
        ],
    );
    assert_eq!(sol.check(&sol.plan), []);
    let model = Arc::clone(&sol.model);
    let windows = Arc::new(Windows::of(&model, sol.plan.range()));
    let checker = Checker::new(model, windows, &sol.plan);
    // Five points of 30 shots at 3 Hz with a minute each: 120 s + 5 · 70 s; 150 shots, a cup less.
    assert_eq!(checker.span(ActivityId(5)).unwrap().range.duration_ns(), 470_000_000_000);
    assert_eq!(checker.profile("laser_shots").unwrap().at(sol.plan.end), Some(800_150.0));
    assert_eq!(checker.profile("sam_cups").unwrap().at(sol.plan.end), Some(58.0));

    let cold = sol.without(4);
    assert!(cold.contains(&"FR-CCAM-001".to_owned()), "{cold:?}");
    assert!(cold.contains(&"CcamLibs.needs.chemcam".to_owned()), "{cold:?}");
    let set = |name: &'static str, x: f64| {
        move |a: &mut Activity| drop(a.arguments.insert(name.into(), number(x)))
    };
    // 25 points of 150 shots are 3750; they also take so long that the image comes in between.
    let many = sol.broken(5, |a| {
        a.arguments.insert("raster".into(), text("5x5"));
        a.arguments.insert("shots".into(), number(150.0));
    });
    assert!(many.contains(&"FR-CCAM-002".to_owned()), "{many:?}");
    assert_eq!(sol.broken(13, set("column", 5.0)), ["FR-SAM-007"]);
    // 850 °C at 5 °C/min take 2.83 h; with 1.5 h more than 4 h.
    let slow = sol.broken(13, |a| {
        set("ramp", 5.0)(a);
        set("hours", 4.0)(a);
    });
    assert_eq!(slow, ["FR-SAM-006"]);
    let noon = sol.hour(12.0);
    assert!(sol.broken(13, |a| a.start = noon).contains(&"FR-SAM-001".to_owned()));
    assert_eq!(sol.without(10), ["FR-SAM-003", "type"]);
    let passive = sol.hour(5.0 + 24.0);
    assert!(sol.broken(7, |a| a.start = passive).contains(&"FR-CCAM-006".to_owned()));
}

#[test]
fn windows_of_the_sol_and_of_the_sun() {
    let model = Model::builtin("insight");
    let at = |text: &str| parse(text, Some("insight")).unwrap();
    let windows = Windows::of(&model, TimeRange::new(at("Sol 10 00:00"), at("Sol 12 00:00")));
    let quiet = TimeRange::new(at("Sol 10 17:00"), at("Sol 11 00:00"));
    assert!(windows.get("quiet").contains(&quiet), "{:?}", windows.get("quiet"));
    // At the edges the Sun's centre stands on the horizon, at noon it is up.
    let site = *SolClock::of("insight").unwrap().mission();
    let height = |t| MarsClock::at(t).sun(site.lat_deg, site.lon_deg).elevation_deg;
    let noon = at("Sol 11 12:00");
    let day = windows.get("sun_up").iter().find(|r| r.contains(noon)).unwrap();
    assert!(height(day.start).abs() < 0.01 && height(day.end).abs() < 0.01);
    // Near the equator a day lasts half a sol, to a quarter of an hour.
    assert!((day.duration_s() - 44_387.6).abs() < 900.0, "{}", day.duration_s());
    assert_eq!(windows.get("pass"), []);
    // A plan of all of time comes to an end, too.
    assert!(Windows::of(&model, TimeRange::ALL).iter().count() > 0);
}
