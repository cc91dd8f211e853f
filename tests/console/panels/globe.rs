//! The Globe panel: quakes up to the cursor, flights, picking.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::Event;
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::{Convention, Instant, SolClock};

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

/// Where the eye looks and from how far, once it has come to rest.
fn view(harness: &egui_kittest::Harness<'static, Stage>) -> (f64, f64, f64) {
    let kept = harness.state().kept().expect("the view changed");
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let camera = &kept["camera"];
    (number(&camera["target"]["lat"]), number(&camera["target"]["lon"]), number(&camera["range_m"]))
}

fn type_goal(harness: &mut egui_kittest::Harness<'static, Stage>, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, "Go to place").focus();
    harness.run_steps(2);
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(3);
}

#[test]
fn places_are_found_by_typing() {
    let mut harness = harness(stage(Theme::dark()), [1000.0, 700.0], false);
    type_goal(&mut harness, "olympus mons");
    harness.get_by_label("Olympus Mons");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(400);
    let (lat, lon, _) = view(&harness);
    assert!((lat - 18.65).abs() < 0.3 && (lon - 226.2).abs() < 0.3, "{lat} {lon}");
    assert!(harness.query_by_label("Places found").is_none());

    type_goal(&mut harness, "4°30'S 137°24'E");
    harness.get_by_label("4.5000° S 137.4000° E").click();
    harness.run_steps(400);
    let (lat, lon, _) = view(&harness);
    assert!((lat + 4.5).abs() < 1e-6 && (lon - 137.4).abs() < 1e-6, "{lat} {lon}");

    type_goal(&mut harness, "marsdeck:globe/10,20,5000,0,30");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(400);
    assert_eq!(view(&harness), (10.0, 20.0, 5000.0));

    // The list is walked with the arrows; Escape closes it and nothing happens.
    type_goal(&mut harness, "vallis");
    harness.key_press(egui::Key::ArrowDown);
    harness.run_steps(2);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(60);
    assert_eq!(view(&harness), (10.0, 20.0, 5000.0));
    assert!(harness.state().wishes.is_empty());
}

#[test]
fn events_and_sols_are_goals() {
    let mut harness = harness(stage(Theme::dark()), [1000.0, 700.0], false);
    type_goal(&mut harness, "s1222");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(400);
    let wishes = std::mem::take(&mut harness.state_mut().wishes);
    assert_eq!(wishes, [UiIntent::SelectEvent("smi:insight/S1222a".into())]);

    type_goal(&mut harness, "sol 1051 curiosity");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(400);
    let wishes = std::mem::take(&mut harness.state_mut().wishes);
    let [UiIntent::SelectMission(mission), UiIntent::SetCursor(at)] = &wishes[..] else {
        panic!("{wishes:?}");
    };
    assert_eq!(mission, "msl");
    let clock = SolClock::of("msl").expect("a clock");
    assert_eq!(clock.at(*at, Convention::Kernel).sol, 1051);
    // The waypoint of sol 1051 (assets/globe/traverse_msl.csv, from NASA's localisation).
    let (lat, lon, _) = view(&harness);
    assert!((lat + 4.667_984).abs() < 1e-6 && (lon - 137.370_24).abs() < 1e-6, "{lat} {lon}");
}

#[test]
fn views_are_kept_renamed_and_deleted() {
    let mut harness = harness(stage(Theme::dark()), [1000.0, 700.0], false);
    type_goal(&mut harness, "marsdeck:globe/10,20,50000,0,30");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(400);
    harness.get_by_label("Views").click();
    harness.run_steps(3);
    harness.get_by_label("Save this view").click();
    harness.run_steps(3);
    harness.get_by_label("Name of the view").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text("My crater".to_owned()));
    harness.run_steps(2);
    harness.get_by_label("Done").click();
    harness.run_steps(3);
    let bookmarks = |harness: &egui_kittest::Harness<'static, Stage>| {
        harness.state().kept().expect("kept")["settings"]["bookmarks"].clone()
    };
    assert_eq!(bookmarks(&harness)[0]["name"], "My crater");
    harness.get_by_label("Copy view").click();
    harness.run_steps(1);
    let copied = harness.output().platform_output.commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::CopyText(text)
            if text.starts_with("marsdeck:globe/10.0000000,20.0000000,50000.00,0.00,30"))
    });
    assert!(copied, "{:?}", harness.output().platform_output.commands);
    harness.run_steps(5);
    harness.get_by_label("Whole planet").click();
    harness.run_steps(400);
    harness.get_by_label("Views").click();
    harness.run_steps(3);
    harness.get_by_label("My crater").click();
    harness.run_steps(400);
    assert_eq!(view(&harness), (10.0, 20.0, 50000.0));
    harness.get_by_label("Views").click();
    harness.run_steps(3);
    harness.get_by_label("Delete My crater").click();
    harness.run_steps(5);
    assert_eq!(bookmarks(&harness), serde_json::json!([]));
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
