//! Each fault on demand has its effect, and no packet is unaccounted for.

use super::ground::{mission, options, receive, spacecraft, start};
use crate::simulator::live::{Counters, Fault, FaultKind, Options};

fn fault(text: &str) -> Fault {
    Fault::parse(text, start()).unwrap()
}

/// Lives for so many seconds with a fault.
fn with(text: &str, seconds: f64) -> (Counters, super::ground::Ground) {
    let set = Options { faults: vec![fault(text)], ..options(1) };
    let mut craft = spacecraft(set);
    let bytes = craft.advance(start().plus_s(seconds));
    let counters = craft.counters();
    let gone = counters.sent + counters.lost + counters.overwritten + counters.held;
    assert_eq!(counters.made, gone, "{text}: {counters:?}");
    (counters, receive(&mission("insight"), &bytes))
}

#[test]
fn faults_are_read_from_one_line() {
    let found = fault("overtemp:apss@60s+300s");
    assert_eq!(found.kind, FaultKind::OverTemperature("apss".to_owned()));
    assert_eq!((found.at, found.until), (start().plus_s(60.0), start().plus_s(360.0)));
    assert_eq!(fault("lost:0.5").kind, FaultKind::LostFrames(0.5));
    assert_eq!(fault("jump:-3").kind, FaultKind::ClockJump(-3.0));
    for wrong in ["", "flood", "overtemp@x", "lost:many", "safe@-5s", "silence+s"] {
        let reason = Fault::parse(wrong, start()).unwrap_err();
        assert!(reason.contains("overtemp:apss@60s+300s"), "{reason}");
    }
}

#[test]
fn a_fault_of_nothing_is_refused_with_what_there_is() {
    let mut craft = spacecraft(options(1));
    let reason = craft.start_fault(fault("overtemp:warp")).unwrap_err();
    assert!(reason.contains("warp") && reason.contains("seis, apss"), "{reason}");
    let reason = craft.start_fault(fault("stuck:/insight/apss/phlogiston")).unwrap_err();
    assert!(reason.contains("phlogiston") && reason.contains("mdb list"), "{reason}");
    assert!(craft.start_fault(fault("overtemp")).is_ok());
    assert!(craft.start_fault(fault("stuck")).is_ok());
}

#[test]
fn a_stuck_sensor_says_the_same_always() {
    let (_, ground) = with("stuck:/insight/apss/pressure@60s+100000s", 300.0);
    let series = ground.series();
    let pressure = &series["/insight/apss/pressure"];
    let after = |from: f64| pressure.iter().filter(move |(t, _)| *t > start().plus_s(from));
    let late: Vec<f64> = after(61.0).map(|(_, x)| *x).collect();
    assert!(late.len() > 300 && late.iter().all(|x| *x == late[0]));
    assert!(pressure[..100].iter().any(|(_, x)| *x != pressure[0].1));
}

#[test]
fn an_over_temperature_leaves_the_limits_and_comes_back() {
    let (_, ground) = with("overtemp:apss@10s+300s", 1000.0);
    let series = ground.series();
    let hot = &series["/insight/apss/pae_temperature"];
    assert!(hot.iter().any(|(_, x)| *x > 55.0), "beyond the critical limit");
    assert!(hot.iter().take(1).chain(hot.iter().rev().take(1)).all(|(_, x)| *x < 45.0));
    let cool = &series["/insight/seis/ebox_temperature"];
    assert!(cool.iter().all(|(_, x)| *x < 35.0), "only that instrument");
    let said = ground.texts("/insight/packet/event_text");
    assert!(said.iter().any(|text| text.contains("Heater of apss")), "{said:?}");
}

#[test]
fn safe_mode_switches_the_instruments_off() {
    let (_, ground) = with("safe@120s+200s", 700.0);
    let series = ground.series();
    let mode = &series["/insight/lander/state"];
    assert!(mode.iter().any(|(_, x)| *x == 1.0));
    assert!(series["/insight/seis/state"].iter().any(|(_, x)| *x == 1.0));
    let quiet = |t: f64| (125.0..315.0).contains(&t);
    let pressure = &series["/insight/apss/pressure"];
    assert!(pressure.iter().all(|(t, _)| !quiet(t.s_since(start()))));
    assert!(pressure.iter().any(|(t, _)| t.s_since(start()) > 330.0), "it comes back");
    let levels = ground.texts("/insight/packet/event_level");
    assert!(levels.iter().any(|level| level == "FATAL"), "{levels:?}");
}

#[test]
fn lost_and_damaged_frames_take_the_packets_in_them() {
    let (counters, ground) = with("lost:0.3@5s+400s", 500.0);
    assert!(counters.frames_lost > 50 && counters.lost > 10, "{counters:?}");
    assert_eq!(counters.sent, ground.packets.len() as u64);
    assert!(ground.missing_frames > 0);
    let (counters, ground) = with("bits:0.3@5s+400s", 500.0);
    assert_eq!(counters.frames_damaged, ground.bad_frames as u64);
    assert!(counters.frames_damaged > 50 && counters.lost > 10, "{counters:?}");
    assert_eq!(counters.sent, ground.packets.len() as u64);
}

#[test]
fn a_duplicated_dump_brings_packets_twice() {
    let (counters, ground) = with("duplicate@100s", 300.0);
    assert!(counters.repeated > 50, "{counters:?}");
    assert_eq!(counters.sent + counters.repeated, ground.packets.len() as u64);
    let mut all: Vec<_> = ground.packets.iter().map(|p| (p.channel, p.bytes.clone())).collect();
    all.sort();
    let twice = all.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert_eq!(twice as u64, counters.repeated);
}

#[test]
fn a_clock_jump_moves_the_times_of_packets() {
    let (_, ground) = with("jump:30@60s", 300.0);
    let series = ground.series();
    let utc = &series["/insight/packet/utc"];
    let difference = |(onboard, utc): &(crate::time::Instant, f64)| onboard.unix_s() - utc;
    assert!(difference(&utc[0]) < 1.0);
    assert!(difference(utc.last().unwrap()) > 30.0);
}

#[test]
fn silence_sends_nothing_and_loses_nothing() {
    let (counters, ground) = with("silence@0s+200s", 179.0);
    assert_eq!((counters.frames, ground.packets.len()), (0, 0));
    assert_eq!(counters.held, counters.made);
    let (counters, _) = with("silence@0s+200s", 400.0);
    assert!(counters.sent > 500, "{counters:?}");
}
