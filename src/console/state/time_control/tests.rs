//! Behaviour of the one time cursor.

use super::*;

fn at(s: f64) -> Instant {
    Instant::from_unix_s(s)
}

fn range(a: f64, b: f64) -> TimeRange {
    TimeRange::new(at(a), at(b))
}

#[test]
fn live_follows_and_turns_pages() {
    let mut time = TimeControl::live(at(1000.0), 100.0);
    assert_eq!(time.range, range(920.0, 1020.0));
    assert!(time.follow(at(1010.0)));
    assert_eq!((time.cursor, time.range), (at(1010.0), range(920.0, 1020.0)));
    assert!(time.follow(at(1030.0)));
    assert_eq!(time.range, range(950.0, 1050.0));
    assert!(!time.follow(at(1030.0)));
}

#[test]
fn live_leaves_a_range_alone_that_was_moved_away() {
    let mut time = TimeControl::live(at(1000.0), 100.0);
    time.set_range(range(0.0, 50.0));
    time.follow(at(1030.0));
    assert_eq!(time.range, range(0.0, 50.0));
    assert_eq!(time.mode, Mode::Live);
    time.go_live(Some(at(1040.0)));
    assert!(time.range.contains(at(1040.0)));
}

#[test]
fn replay_runs_at_its_speed_and_stops_at_the_end() {
    let mut time = TimeControl::paused_at(at(10.0), range(0.0, 100.0));
    let span = Some(range(0.0, 500.0));
    assert!(!time.advance(1.0, span), "paused stands still");
    time.toggle_play(span);
    assert_eq!(time.mode, Mode::Replay);
    time.set_speed(100.0);
    time.advance(0.5, span);
    assert_eq!(time.cursor, at(60.0));
    time.advance(1.0, span);
    assert_eq!((time.cursor, time.range), (at(160.0), range(155.0, 255.0)));
    time.advance(10.0, span);
    assert_eq!((time.cursor, time.mode), (at(500.0), Mode::Paused));
    time.toggle_play(span);
    assert_eq!((time.cursor, time.mode), (at(0.0), Mode::Replay));
}

#[test]
fn jumps_pause_live_and_show_the_cursor() {
    let mut time = TimeControl::live(at(1000.0), 100.0);
    time.set_cursor(at(500.0));
    assert_eq!((time.mode, time.range), (Mode::Paused, range(450.0, 550.0)));
    time.step(-10.0);
    assert_eq!((time.cursor, time.range), (at(490.0), range(450.0, 550.0)));
    time.mode = Mode::Replay;
    time.set_cursor(at(520.0));
    assert_eq!(time.mode, Mode::Replay);
    time.step(5.0);
    assert_eq!(time.mode, Mode::Paused);
}

#[test]
fn speeds_and_ranges_are_bounded() {
    let mut time = TimeControl::paused_at(at(0.0), range(0.0, 1.0));
    for (wish, got) in [(0.0, 1.0), (1e9, 10_000.0), (f64::NAN, 10_000.0), (7.0, 7.0)] {
        time.set_speed(wish);
        assert_eq!(time.speed, got);
    }
    assert_eq!((time.next_speed(true), time.next_speed(false)), (10.0, 5.0));
    time.set_speed(1e4);
    assert_eq!(time.next_speed(true), 1e4);
    time.set_range(range(5.0, 5.0));
    assert_eq!(time.range.duration_ns(), 1000);
    time.set_range(TimeRange::ALL);
    time.advance(1.0, None);
    time.set_cursor(Instant::MAX);
    time.step(1e300);
    time.mode = Mode::Replay;
    time.advance(1e300, None);
}
