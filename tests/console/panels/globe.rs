//! The Globe panel: quakes up to the cursor, flights, picking.

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::Event;
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

fn event(
    name: &str,
    kind: &str,
    s: f64,
    distance: f64,
    place: Option<(f64, f64)>,
    magnitude: f64,
) -> Event {
    Event {
        id: format!("smi:insight/{name}"),
        name: name.into(),
        mission: "insight".into(),
        kind: kind.into(),
        quality: "A".into(),
        time: Instant::from_unix_s(s),
        latitude_deg: place.map(|p| p.0),
        longitude_deg: place.map(|p| p.1),
        distance_deg: Some(distance),
        magnitude: Some(magnitude),
        magnitude_type: "MW".into(),
        ..Event::default()
    }
}

/// Marsquake Service catalogue: places and magnitudes of three events, and one without a place.
fn stage(theme: Theme) -> Stage {
    let events = vec![
        event("S0173a", "LOW_FREQUENCY", 1.558_6e9, 29.0, Some((3.45, 164.68)), 3.6),
        event("S0185a", "LOW_FREQUENCY", 1.559_7e9, 58.8, None, 3.0),
        event("S0235b", "BROADBAND", 1.564_14e9, 25.9, Some((10.99, 160.95)), 3.5),
        event("S1222a", "BROADBAND", 1.651_7e9, 37.0, Some((-2.971, 171.904)), 4.7),
    ];
    let snapshot = Snapshot { events: events.into(), ..Snapshot::default() };
    Stage::new("Globe", snapshot, theme, Box::new(|_| None))
}

#[test]
fn the_bar_flies_and_names_what_is_shown() {
    let mut harness = harness(stage(Theme::dark()), [1000.0, 700.0], false);
    harness.get_by_label("Globe of Mars");
    harness.get_by_label("Low frequency");
    harness.get_by_label("Broadband");
    harness.get_by_label("InSight").click();
    harness.run_steps(60);
    assert_eq!(harness.state().wishes, [UiIntent::SelectMission("insight".into())]);
    harness.state_mut().selection.event = "smi:insight/S1222a".into();
    harness.run_steps(60);
    harness.get_by_label("S1222a").click();
    harness.get_by_label("Whole planet").click();
    harness.run_steps(60);
}

#[test]
fn without_events_the_bar_says_what_to_do() {
    let empty = Stage::new("Globe", Snapshot::default(), Theme::dark(), Box::new(|_| None));
    let harness = harness(empty, [1000.0, 600.0], false);
    harness.get_by_label_contains("ingest a QuakeML catalogue");
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut stage = stage(theme);
        stage.selection.event = "smi:insight/S0235b".into();
        let mut harness = harness(stage, [1280.0, 800.0], true);
        harness.run_steps(60);
        picture(&mut harness, &format!("globe-{name}"));
    }
}
