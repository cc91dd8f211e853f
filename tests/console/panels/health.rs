//! The Health panel: figures, what is wrong, curves of the past.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use marsdeck::theme::Theme;
use marsdeck_engine::runtime::{Health, QueueLoad, Snapshot};
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

fn health(s: f64) -> Health {
    let queue = |name: &str, length, limit| QueueLoad { name: name.into(), length, limit };
    Health {
        time: Some(Instant::from_unix_s(1.5642e9 + s)),
        started: Some(Instant::from_unix_s(1.5642e9 - 7200.0)),
        memory: Some(180_000_000 + (s * 30_000.0) as u64),
        handles: Some(41),
        threads: Some(14),
        cpu_s: Some(100.0 + s * 0.37),
        disk_free: Some(1_500_000_000),
        disk_size: Some(500_000_000_000),
        queues: vec![
            queue("events to the owner", 12, 1024),
            queue("queries", 420, 512),
            queue("jobs", 64, 64),
        ],
        values_per_s: 738_000.0 + 20_000.0 * (s / 9.0).sin(),
        cannot_archive: "The disk is full: make room, and archiving goes on by itself".into(),
        waiting_values: 1_480_000,
    }
}

fn snapshot(s: f64) -> Snapshot {
    let archive_path = "/data/archive".into();
    Snapshot { writable: true, archive_path, health: Arc::new(health(s)), ..Snapshot::default() }
}

fn stage(theme: Theme) -> Stage {
    Stage::new("Health", snapshot(0.0), theme, Box::new(|_| None))
}

#[test]
fn figures_and_what_is_wrong() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 500.0], false);
    harness.get_by_label("CRITICAL CANNOT ARCHIVE");
    harness.get_by_label_contains("archiving goes on by itself");
    harness.get_by_label("180 MB");
    harness.get_by_label("738 k/s");
    harness.get_by_label("1 480 000");
    harness.get_by_label("2.0 h");
    for s in 1..8 {
        harness.state_mut().set_snapshot(snapshot(f64::from(s)));
        harness.run_steps(1);
    }
    harness.get_by_label("37 % of one core");
    harness.get_by_label_contains("Memory, MB: from 180");
    let none = Stage::new("Health", Snapshot::default(), Theme::dark(), Box::new(|_| None));
    super::harness(none, [700.0, 400.0], false).get_by_label("No figures yet");
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme), [1264.0, 360.0], true);
        for s in 1..120 {
            harness.state_mut().set_snapshot(snapshot(f64::from(s)));
            harness.step();
        }
        picture(&mut harness, &format!("health-{name}"));
    }
}
