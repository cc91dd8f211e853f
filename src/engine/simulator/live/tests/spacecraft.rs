//! A healthy spacecraft: what it sends decodes, is plausible and accounted for.

use super::ground::{mission, options, receive, spacecraft, start};
use crate::format::ccsds::Tracker;
use crate::format::mseed;
use crate::simulator::live::passes::of_sol;
use crate::simulator::live::{CADU_BYTES, Options, Passes, Spacecraft};
use crate::simulator::run::frame;
use crate::time::{Convention, SolClock};

#[test]
fn the_same_seed_gives_the_same_bytes_however_time_is_cut() {
    let end = start().plus_s(300.0);
    let whole = spacecraft(options(1)).advance(end);
    assert!(whole.len() > 100 * CADU_BYTES && whole.len().is_multiple_of(CADU_BYTES));
    let mut pieces = Vec::new();
    let mut craft = spacecraft(options(1));
    for i in 0..=100 {
        pieces.extend(craft.advance(start().plus_s(f64::from(i) * 3.0)));
    }
    assert!(whole == pieces, "pieces differ");
    assert!(whole != spacecraft(options(2)).advance(end), "another seed gives the same");
}

#[test]
fn every_packet_arrives_in_order_and_is_accounted_for() {
    let mut craft = spacecraft(options(1));
    let bytes = craft.advance(start().plus_s(1200.0));
    let ground = receive(&mission("insight"), &bytes);
    assert_eq!((ground.bad_frames, ground.missing_frames), (0, 0));
    assert!(ground.idle_frames > 0, "the link is filled while nothing is to be sent");
    let counters = craft.counters();
    assert_eq!(counters.made, counters.sent + counters.held, "{counters:?}");
    assert_eq!(counters.sent, ground.packets.len() as u64);
    assert_eq!(counters.passes, 7);
    for channel in [0, 1] {
        let mut tracker = Tracker::default();
        for packet in ground.packets.iter().filter(|p| p.channel == channel) {
            tracker.observe(&packet.header);
        }
        for (_, apid, counts) in tracker.counts() {
            assert_eq!((counts.missing, counts.duplicates), (0, 0), "channel {channel}, {apid}");
        }
    }
}

#[test]
fn values_lie_in_the_ranges_of_the_site_and_come_at_their_rates() {
    let mut craft = spacecraft(options(3));
    let bytes = craft.advance(start().plus_s(900.0));
    let series = receive(&mission("insight"), &bytes).series();
    let pressure = &series["/insight/apss/pressure"];
    // FACTS 6.1: 620 to 760 Pa by season, tides of up to 40 Pa.
    assert!(pressure.iter().all(|(_, x)| (580.0..800.0).contains(x)));
    assert!((1700..=1802).contains(&pressure.len()), "{}", pressure.len());
    assert!(pressure.is_sorted_by_key(|(time, _)| *time));
    let speed = &series["/insight/apss/wind_speed"];
    assert!(speed.iter().all(|(_, x)| (0.0..30.0).contains(x)));
    let mode = &series["/insight/lander/state"];
    assert!(mode.iter().any(|(_, x)| *x == 4.0), "a pass is a mode of the lander");
    let fill = &series["/insight/lander/memory_fill"];
    assert!(fill.iter().all(|(_, x)| (0.0..=100.0).contains(x)));
}

#[test]
fn clocks_drift_and_time_packets_tell_by_how_much() {
    let set = Options { clock_offset_s: 2.0, drift_ppm: 100.0, ..options(1) };
    let mut craft = spacecraft(set);
    let bytes = craft.advance(start().plus_s(1000.0));
    let series = receive(&mission("insight"), &bytes).series();
    let differences: Vec<f64> =
        series["/insight/packet/utc"].iter().map(|(onboard, utc)| onboard.unix_s() - utc).collect();
    assert!((differences[0] - 2.0).abs() < 1e-3, "{differences:?}");
    let last = differences.last().unwrap();
    assert!((2.08..2.101).contains(last), "{last}");
}

#[test]
fn seismic_records_are_read_by_everybody_and_have_no_gaps() {
    let mut craft = spacecraft(options(1));
    let bytes = craft.advance(start().plus_s(400.0));
    let records = receive(&mission("insight"), &bytes).records();
    let all: Vec<u8> = records.concat();
    let (mut traces, problems) = mseed::read(&all);
    assert_eq!(problems, []);
    traces.retain(|trace| trace.source.channel == "BHU");
    assert!(!traces.is_empty());
    let samples: usize = traces.iter().map(|trace| trace.samples.len()).sum();
    assert!(samples >= 6_000, "{samples} samples");
    assert_eq!(traces.len(), 1, "no gaps");
}

#[test]
fn nothing_is_sent_outside_of_passes_and_the_memory_overwrites_the_oldest() {
    // From 1.5 h after midnight on, until the night pass of 3.2 to 3.9 h LMST.
    let clock = SolClock::of("insight").unwrap();
    let begin = clock.instant(235, 5_400.0, Convention::Kernel);
    let set = Options { memory_bytes: 50_000, passes: Passes::Real, ..options(1) };
    let mut craft = Spacecraft::new(&mission("insight"), Options { start: begin, ..set }).unwrap();
    assert!(craft.advance(begin.plus_s(3_000.0)).is_empty());
    let counters = craft.counters();
    assert_eq!((counters.sent, counters.passes), (0, 0));
    assert!(counters.overwritten > 1_000, "{counters:?}");
    assert_eq!(counters.made, counters.held + counters.overwritten);
    let bytes = craft.advance(begin.plus_s(10_000.0));
    let after = craft.counters();
    assert_eq!(after.passes, 1);
    assert_eq!(after.made, after.sent + after.held + after.overwritten + after.lost);
    assert!(after.overwritten > counters.overwritten && after.sent > 1_000, "{after:?}");
    assert_eq!(receive(&mission("insight"), &bytes).packets.len() as u64, after.sent);
}

#[test]
fn a_sol_has_two_to_four_passes_inside_of_it() {
    for number in 100..140 {
        let sol = frame("insight", number).unwrap();
        let passes = of_sol(7, &sol);
        assert!((2..=4).contains(&passes.len()), "sol {number}: {passes:?}");
        for pass in &passes {
            assert!((480.0..=720.0).contains(&pass.span.duration_s()));
            assert!(sol.range.start < pass.span.start && pass.span.end < sol.range.end);
        }
        assert!(passes.windows(2).all(|pair| pair[0].span.end < pair[1].span.start));
    }
}

#[test]
fn curiosity_sends_too() {
    let msl = mission("msl");
    let mut craft = Spacecraft::new(&msl, options(1)).unwrap();
    let bytes = craft.advance(start().plus_s(600.0));
    let ground = receive(&msl, &bytes);
    assert_eq!(craft.counters().sent, ground.packets.len() as u64);
    let series = ground.series();
    let pressure = &series["/msl/rems/pressure"];
    assert!(pressure.iter().all(|(_, x)| (650.0..1000.0).contains(x)));
    assert!(series.contains_key("/msl/chemcam/laser_temperature"));
    assert!(series.contains_key("/msl/rover/battery_charge"));
}
