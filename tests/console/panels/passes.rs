//! The Passes panel: passes as they come, how late their packets were, what each sol holds.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use egui_kittest::kittest::Queryable;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{
    Archive, NewPacket, PacketSource, SeriesKey, SeriesKind, SeriesSummary,
};
use marsdeck_engine::link::LinkState;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{Health, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use super::{Stage, harness, links, picture, themes};

const NOW_S: f64 = 1.5642e9;

fn at(s: f64) -> Instant {
    Instant::from_unix_s(NOW_S + s)
}

/// The links after so many seconds, of which data came until `last`.
fn after(s: f64, last: f64, scale: u64) -> Snapshot {
    let mut lander = links::link("lander", "tcp:127.0.0.1:10010", LinkState::Ok, scale);
    lander.status.last_data = Some(at(last));
    let key = SeriesKey::new("/insight/apss/pressure", "simulated");
    let series = SeriesSummary {
        key,
        kind: SeriesKind::Parameter,
        unit: "Pa".into(),
        rate_hz: 1.0,
        span: TimeRange::new(at(-500_000.0), at(0.0)),
        samples: 500_000,
    };
    Snapshot {
        links: Arc::new(vec![lander]),
        series: Arc::new(vec![series]),
        span: Some(TimeRange::new(at(-500_000.0), at(0.0))),
        health: Arc::new(Health { time: Some(at(s)), ..Health::default() }),
        ..links::snapshot()
    }
}

fn answer(request: &Request) -> Option<Answer> {
    let Request::Segments { .. } = request else { return None };
    // Half of the last but one day is missing.
    let gap = at(0.0).unix_ns().div_euclid(86_400_000_000_000) * 86_400 - 43_200;
    let gap = Instant::from_unix_s(gap as f64);
    let before = TimeRange::new(at(-500_000.0), gap);
    Some(Answer::Segments(vec![before, TimeRange::new(gap.plus_s(43_200.0), at(0.0))]))
}

fn stage(theme: Theme) -> Stage {
    let answers = Box::new(|request: &Request| answer(request).map(Ok));
    let mut stage = Stage::new("Passes", after(0.0, 0.0, 1), theme, answers);
    stage.time.go_live(Some(at(0.0)));
    stage
}

/// A minute of packets ten minutes before, of a link that is no more.
#[test]
fn passes_of_before_come_from_the_archive() {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = Archive::create(dir.path(), at(-600.0)).expect("an archive");
    let source = PacketSource { link: "old relay".into(), ..PacketSource::default() };
    let packets: Vec<NewPacket> = (0..61)
        .filter(|i| *i != 30)
        .map(|i| NewPacket {
            received: at(-600.0 + f64::from(i)),
            generated: Some(at(-660.0 + f64::from(i))),
            channel: Some(1),
            bytes: crate::telemetry::packet(i).into(),
        })
        .collect();
    archive.append_packets(&source, &packets).expect("stored");
    let answers = move |request: &Request| {
        let _keep = &dir;
        let Request::Passes { range } = request else { return answer(request).map(Ok) };
        Some(archive.passes(*range, &AtomicBool::new(false)).map(Answer::Passes))
    };
    let mut stage = Stage::new("Passes", after(0.0, 0.0, 1), Theme::dark(), Box::new(answers));
    stage.time.go_live(Some(at(0.0)));
    let mut harness = harness(stage, [1264.0, 400.0], false);
    harness.get_by_label("old relay");
    // 60 packets of 13 bytes, one missing, each a minute late.
    harness.get_by_label("780 B");
    harness.get_by_label("60");
    harness.get_by_label("1");
    assert!(harness.get_all_by_label("60 s").count() >= 4);
    // Before it, there was none.
    harness.state_mut().time.set_cursor(at(-700.0));
    harness.run_steps(12);
    harness.get_by_label("No pass yet");
}

#[test]
fn passes_are_told_apart_and_sols_show_what_is_missing() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 400.0], false);
    harness.get_by_label("No pass yet");
    for (s, last, scale) in [(5.0, 5.0, 2), (10.0, 10.0, 3), (200.0, 10.0, 3), (900.0, 900.0, 4)] {
        harness.state_mut().set_snapshot(after(s, last, scale));
        harness.run_steps(2);
    }
    harness.get_by_label("NORMAL RECEIVING");
    // Two of three looks brought 1 234 567 bytes each.
    harness.get_by_label("2.47 MB");
    harness.get_by_label("10 s");
    harness.get_by_label("InSight APSS");
    harness.get_by_label("50.0 %");
    assert!(harness.get_all_by_label("100 %").count() >= 4);
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme), [1264.0, 360.0], true);
        for (s, last, scale) in [(5.0, 5.0, 20), (200.0, 5.0, 20), (900.0, 900.0, 40)] {
            harness.state_mut().set_snapshot(after(s, last, scale));
            harness.run_steps(2);
        }
        picture(&mut harness, &format!("passes-{name}"));
    }
}
