//! The Links panel: the table, switching, adding with a source that is checked, removing.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::link::{Framing, LinkConfig, LinkState, LinkStatus, Source};
use marsdeck_engine::runtime::{Health, Intent, LinkCounts, LinkView, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use super::{Stage, harness, picture, themes};

/// The present of the stage.
const NOW_S: f64 = 1.5642e9;

fn at(s: f64) -> Instant {
    Instant::from_unix_s(NOW_S + s)
}

/// A link in a state, with figures that grow with `scale`.
pub fn link(name: &str, source: &str, state: LinkState, scale: u64) -> LinkView {
    let source: Source = source.parse().expect("a source");
    let framing = if matches!(source, Source::Tcp(_)) { Framing::Tm } else { Framing::Packets };
    let enabled = state != LinkState::Disabled;
    let detail = match state {
        LinkState::Disabled => "Switched off",
        LinkState::Ok => "Connected to 127.0.0.1:10010",
        LinkState::Unavailable => "Nobody answers (connection refused); tried again in 8 s",
        LinkState::Failed => "The folder is not there: make it, or change the source",
    };
    LinkView {
        config: LinkConfig { enabled, framing, ..LinkConfig::new(name, source) },
        status: LinkStatus {
            state,
            detail: detail.to_owned(),
            peer: "127.0.0.1:10010".to_owned(),
            bytes: 1_234_567 * scale,
            deliveries: 900 * scale,
            dropped: 0,
            connects: scale,
            last_data: (scale > 0).then(|| at(-4.0)),
            position: String::new(),
        },
        counts: LinkCounts {
            frames: 1107 * scale,
            bad_frames: 2 * (scale / 10),
            missing_frames: 12 * (scale / 10),
            packets: 12_345 * scale,
            unknown: scale / 7,
            duplicates: scale / 3,
            values: 1_480_000 * scale,
            ..LinkCounts::default()
        },
        bytes_per_s: 2_952.0 * scale as f64,
        packets_per_s: 2.0 * scale as f64,
        silent: false,
        newest: (scale > 0).then(|| at(-12.0)),
        latency_s: (scale > 0).then_some(8.2),
        problems: if scale > 10 {
            vec![
                "Frame 4711 of VC 0 is damaged (frame error control)".to_owned(),
                "12 frames of VC 1 are missing before 20".to_owned(),
            ]
        } else {
            Vec::new()
        },
    }
}

/// Links in every state.
pub fn links() -> Vec<LinkView> {
    let mut silent = link("weather", "udp:0.0.0.0:5000", LinkState::Ok, 3);
    silent.silent = true;
    silent.status.last_data = Some(at(-700.0));
    let mut lander = link("lander", "tcp:127.0.0.1:10010", LinkState::Ok, 100);
    lander.config.product = String::from("simulated");
    lander.config.mission = String::from("insight");
    let geofon = "seedlink:geofon.gfz.de:18000/XB_ELYSE:02BH?,XB_ELYS0";
    vec![
        lander,
        silent,
        link("geofon", geofon, LinkState::Unavailable, 7),
        link("inbox", "folder:/data/pass/inbox", LinkState::Failed, 0),
        link("old relay", "tcp-listen:0.0.0.0:10011", LinkState::Disabled, 0),
    ]
}

pub fn snapshot() -> Snapshot {
    Snapshot {
        writable: true,
        archive_generation: 1,
        links: Arc::new(links()),
        health: Arc::new(Health { time: Some(at(0.0)), ..Health::default() }),
        span: Some(TimeRange::new(at(-10_000.0), at(0.0))),
        ..Snapshot::default()
    }
}

fn stage(snapshot: Snapshot) -> Stage {
    Stage::new("Links", snapshot, Theme::dark(), Box::new(|_| None))
}

fn sent(wishes: &[UiIntent]) -> Vec<&Intent> {
    let mut sent = Vec::new();
    for wish in wishes {
        if let UiIntent::Engine(intent) = wish {
            sent.push(intent);
        }
    }
    sent
}

#[test]
fn states_stand_out_and_a_switch_is_sent() {
    let mut harness = harness(stage(snapshot()), [1264.0, 560.0], false);
    for label in
        ["CAUTION SILENT", "SERIOUS UNAVAILABLE", "CRITICAL FAILED", "OFF DISABLED", "295 kB/s"]
    {
        harness.get_by_label(label);
    }
    harness.get_by_label_contains("Frame 4711 of VC 0 is damaged");
    harness.get_by_label("old relay is on").click();
    harness.run_steps(2);
    harness.get_by_label("lander is on").click();
    harness.run_steps(2);
    let enable = |name: &str, enabled| Intent::EnableLink { name: name.to_owned(), enabled };
    let wishes = &harness.state().wishes;
    assert_eq!(sent(wishes), [&enable("old relay", true), &enable("lander", false)]);
    harness.get_by_label("geofon").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Nobody answers");
    harness.get_by_label("Show packets").click();
    harness.run_steps(2);
    let wishes = &harness.state().wishes;
    assert!(wishes.contains(&UiIntent::OpenPanel("Packets".into())), "{wishes:?}");
}

#[test]
fn a_bad_source_is_said_and_not_sent() {
    let mut harness = harness(stage(snapshot()), [1264.0, 620.0], false);
    harness.get_by_label("Add link…").click();
    harness.run_steps(3);
    harness.get_by_label("Name").type_text("relay");
    harness.run_steps(2);
    harness.get_by_label("Source").focus();
    harness.run_steps(2);
    harness.get_by_label("Source").type_text("tcp:orbiter");
    harness.run_steps(3);
    harness.get_by_label_contains("is no source of a link");
    harness.get_by_label("Add link").click();
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert!(sent(&harness.state().wishes).is_empty(), "{:?}", harness.state().wishes);
    harness.get_by_label("Source").focus();
    harness.run_steps(2);
    harness.get_by_label("Source").type_text(":10010");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("is no source of a link").is_none());
    harness.get_by_label("Add link").click();
    harness.run_steps(3);
    let wishes = &harness.state().wishes;
    let [Intent::PutLink { link }] = sent(wishes)[..] else { panic!("{wishes:?}") };
    assert_eq!(link.name, "relay");
    assert_eq!(link.source, Source::Tcp("orbiter:10010".into()));
    assert!(harness.query_by_label("Add link").is_none(), "the form is closed");
}

#[test]
fn removing_asks_first() {
    let mut harness = harness(stage(snapshot()), [1264.0, 560.0], false);
    harness.get_by_label("weather").click();
    harness.run_steps(3);
    harness.get_by_label("Remove…").click();
    harness.run_steps(3);
    assert!(sent(&harness.state().wishes).is_empty());
    harness.get_by_label("Keep").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Yes, remove").is_none());
    harness.get_by_label("Remove…").click();
    harness.run_steps(3);
    harness.get_by_label("Yes, remove").click();
    harness.run_steps(2);
    let remove = Intent::RemoveLink { name: "weather".into() };
    assert_eq!(sent(&harness.state().wishes), [&remove]);
}

#[test]
fn a_reader_cannot_change_links() {
    let snapshot = Snapshot { writable: false, ..snapshot() };
    let mut harness = harness(stage(snapshot), [1264.0, 560.0], false);
    for label in ["lander is on", "Add link…", "Remove…"] {
        harness.get_by_label(label).click();
        harness.run_steps(2);
    }
    assert!(sent(&harness.state().wishes).is_empty(), "{:?}", harness.state().wishes);
    assert!(harness.query_by_label("Yes, remove").is_none());
}

#[test]
fn without_links_it_says_how_to_start() {
    let none = Snapshot { writable: true, ..Snapshot::default() };
    let mut harness = harness(stage(none), [900.0, 500.0], false);
    harness.get_by_label_contains("marsdeck simulate --mission insight --live");
    harness.get_by_label("Add the simulated spacecraft…").click();
    harness.run_steps(3);
    harness.get_by_label("Add link").click();
    harness.run_steps(3);
    let wishes = &harness.state().wishes;
    let [Intent::PutLink { link }] = sent(wishes)[..] else { panic!("{wishes:?}") };
    assert_eq!(
        (link.source.to_string(), link.framing),
        ("tcp:127.0.0.1:10010".into(), Framing::Tm)
    );
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let stage = Stage::new("Links", snapshot(), theme, Box::new(|_| None));
        let mut harness = harness(stage, [1264.0, 560.0], true);
        picture(&mut harness, &format!("links-{name}"));
        harness.get_by_label("Add link…").click();
        harness.run_steps(3);
        harness.get_by_label("Source").focus();
        harness.run_steps(2);
        harness.get_by_label("Source").type_text("tcp:orbiter");
        harness.run_steps(3);
        picture(&mut harness, &format!("links-form-{name}"));
    }
    let mut narrow = harness(stage(snapshot()), [864.0, 500.0], true);
    narrow.get_by_label("Others");
    picture(&mut narrow, "links-narrow");
    let none = Snapshot { writable: true, ..Snapshot::default() };
    let mut empty = harness(stage(none), [900.0, 500.0], true);
    picture(&mut empty, "links-empty");
}
