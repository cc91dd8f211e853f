//! Which events show when, and what a click means.

use super::*;

fn event(id: &str, s: f64, place: Option<(f64, f64)>, azimuth: Option<f64>) -> Event {
    Event {
        id: id.into(),
        name: id.into(),
        kind: "LOW_FREQUENCY".into(),
        time: Instant::from_unix_s(s),
        latitude_deg: place.map(|p| p.0),
        longitude_deg: place.map(|p| p.1),
        distance_deg: Some(29.0),
        back_azimuth_deg: azimuth,
        ..Event::default()
    }
}

#[test]
fn events_show_up_to_the_cursor_and_the_selected_one_always() {
    let mut events = vec![
        event("S0173a", 1.0, Some((3.45, 164.68)), Some(91.0)),
        event("S0235b", 5.0, Some((10.99, 160.95)), Some(74.0)),
    ];
    let ids = |events: &[Event], s: f64, selected: &str| {
        let shown = shown(events, Instant::from_unix_s(s), selected);
        shown.iter().map(|e| e.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&events, 2.0, ""), ["S0173a"]);
    assert_eq!(ids(&events, 2.0, "S0235b"), ["S0173a", "S0235b"]);
    assert_eq!(ids(&events, 9.0, "S0235b"), ["S0235b", "S0173a"]);
    for n in 0..20 {
        events.push(event(&format!("far {n}"), 10.0 + f64::from(n), None, None));
    }
    let shown = ids(&events, 99.0, "far 0");
    assert_eq!(shown.len(), MOST_CIRCLES + 3, "the newest circles, two places, the selected one");
    assert!(shown.contains(&"far 19".into()) && shown.contains(&"far 0".into()));
}

#[test]
fn the_key_changes_with_events_and_sols_only() {
    let events = [event("a", 1e9, None, None)];
    let theme = Theme::dark();
    let key = |s: f64| Key::of(1, &events, Instant::from_unix_s(s), "", &theme);
    let sol = SolClock::of("msl").unwrap().sol_range(500, Convention::Kernel);
    let at = |dt: f64| key(sol.start.unix_s() + dt);
    assert_eq!(at(10.0), at(88_000.0));
    assert_ne!(at(10.0), at(-10.0), "another sol");
    assert_ne!(key(1e9 - 1.0), key(1e9), "an event came");
}

#[test]
fn the_scene_holds_sites_rover_and_quakes() {
    let database = Database::builtin();
    let events = [event("S0173a", 1.558_5e9, Some((3.45, 164.68)), Some(91.0))];
    let cursor = Instant::from_unix_s(1.559e9);
    let theme = Theme::light();
    let scene = scene(&database, &events, cursor, "S0173a", &theme, &Ground::default());
    let layer = |id: &str| scene.layers.iter().find(|l| l.id == id).expect("a layer");
    assert!(layer("features").labels.len() > 50);
    assert_eq!(layer("quakes").points.len(), 1);
    assert_eq!(layer("quake-arcs").lines.len(), 1);
    assert_eq!(layer("quake-circles").lines.len(), 1, "of the selected one");
    assert_eq!(layer("traverse:msl").points[0].label, "Curiosity");
    let names: Vec<_> = layer("sites").points.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(names, ["InSight", "Bradbury Landing"]);
    let before = super::scene(
        &database,
        &events,
        Instant::from_unix_s(1.3e9),
        "",
        &theme,
        &Ground::default(),
    );
    let points: usize =
        before.layers.iter().filter(|l| l.id != "sites").map(|l| l.points.len()).sum();
    assert_eq!(points, 0, "before landing there is no rover and no quake");
}

#[test]
fn clicks_have_meanings() {
    let pick = |layer: &str, item: &str| picked(&PickId { layer: layer.into(), item: item.into() });
    assert_eq!(pick("quakes", "x"), Picked::Event("x".into()));
    assert_eq!(pick("sites", "msl/0"), Picked::Mission("msl".into()));
    assert_eq!(pick("traverse:msl", "msl"), Picked::Mission("msl".into()));
    assert_eq!(pick("features", "Gale"), Picked::Nothing);
}

#[test]
fn the_camera_sees_station_and_event() {
    let station = LatLon::new(4.502384, 135.623447);
    let far = event("far", 0.0, Some((38.1, 280.1)), None);
    let camera = view_of(&far, station, Camera::default()).unwrap();
    assert!(camera.range_m > 1e7);
    let unknown = event("unknown", 0.0, None, None);
    assert_eq!(view_of(&unknown, station, Camera::default()), None);
    let near = event("near", 0.0, None, Some(91.0));
    let place = place_of(&near, station).unwrap();
    assert!((station.distance_deg(place) - 29.0).abs() < 1e-9);
}

#[test]
fn the_sun_stands_over_noon() {
    // Mars24: sol 0 of InSight started at 2018-11-26T05:10:50Z at its true longitude.
    let t = Instant::from_unix_s(1.564e9);
    let here = sun(t);
    let hours = MarsClock::at(t).ltst_h(here.lon_360());
    assert!((hours - 12.0).abs() < 0.01, "{hours}");
}
