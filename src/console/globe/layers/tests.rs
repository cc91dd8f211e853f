//! The layers from plain values.

use egui::Color32;

use super::*;
use crate::globe::scene::Shape;

fn ink() -> Color32 {
    crate::theme::Theme::dark().text
}

fn colours() -> [Color32; 3] {
    let theme = crate::theme::Theme::dark();
    [theme.text, theme.curve(0), theme.curve(1)]
}

#[test]
fn the_assets_are_read_whole() {
    let features = known_features();
    assert_eq!(features.len(), 1879);
    assert_eq!(features[0].name, "Terra Cimmeria");
    let find = |name: &str| features.iter().find(|f| f.name == name).unwrap();
    let gale = find("Gale");
    assert!(gale.place.distance_deg(LatLon::new(-5.37, 137.81)) < 0.01);
    assert_eq!(gale.diameter_km, 154.08);
    assert_eq!(find("Utopia Rupēs").kind, "Rupes");
    assert!(features.iter().all(|f| f.extent_km() > 0.0));
    let stops = curiosity_stops();
    assert_eq!(stops.len(), 543);
    assert_eq!((stops[0].sol, stops[542].sol), (3, 1782));
    assert!(stops.iter().all(|s| s.elevation_m < -4200.0));
    assert!(stops.windows(2).all(|w| w[0].odometry_m <= w[1].odometry_m));
    let with_heading = stops.iter().filter(|s| s.heading_deg.is_some()).count();
    assert!(with_heading > 525, "{with_heading}");
    assert!(parse_features("x\n,,\nA,B,95,0,1\n").is_empty());
}

/// Odometry counts every turn of the wheels, so the way between stops is shorter.
#[test]
fn the_traverse_is_as_long_as_driven() {
    let stops = curiosity_stops();
    let way: f64 = stops.windows(2).map(|p| p[0].place.distance_m(p[1].place)).sum();
    let driven = stops.last().unwrap().odometry_m;
    assert!(way > 0.85 * driven && way < driven, "{way} of {driven}");
}

/// A rover drives forwards or backwards: its heading is that of its way, or opposite to it.
#[test]
fn headings_follow_the_way() {
    let stops = curiosity_stops();
    let off: Vec<f64> = stops
        .windows(2)
        .filter(|p| p[0].place.distance_m(p[1].place) > 20.0)
        .filter_map(|p| {
            let way = p[0].place.azimuth_deg(p[1].place);
            let turn = (p[1].heading_deg? - way + 180.0).rem_euclid(360.0) - 180.0;
            Some(turn.abs())
        })
        .collect();
    let close = off.iter().filter(|o| **o < 45.0).count();
    assert!(close * 4 > off.len() * 3, "{close} of {}", off.len());
}

#[test]
fn the_traverse_ends_at_the_sol() {
    let stops = curiosity_stops();
    let until = |sol, by| traverse("msl", "Curiosity", &stops, sol, by, colours());
    let layer = until(488, TraverseColour::Sol);
    let rover = &layer.points[0];
    assert!(rover.place.distance_deg(LatLon::new(-4.624948, 137.410444)) < 1e-6);
    assert_eq!((rover.shape, rover.heading_deg.is_some()), (Shape::Arrow, true));
    assert_eq!(layer.legend[1].1, "sol 1782");
    let length = |layer: &crate::globe::Layer| -> usize {
        let places = |l: &crate::globe::LineMark| match &l.path {
            crate::globe::Path::Through(p) => p.len() - 1,
            _ => 0,
        };
        layer.lines.iter().map(places).sum()
    };
    let stops_done = stops.iter().filter(|s| s.sol <= 488).count();
    assert_eq!(length(&layer), stops_done - 1);
    let plain = until(1782, TraverseColour::Plain);
    assert_eq!((plain.lines.len(), length(&plain)), (1, 542));
    let by_height = until(1782, TraverseColour::Elevation);
    assert!(by_height.lines.len() > 20);
    // Colours stay while time goes on.
    let early = until(600, TraverseColour::Elevation);
    assert_eq!(early.lines[..5], by_height.lines[..5]);
    let before = until(-5, TraverseColour::Sol);
    assert!(before.points.is_empty() && before.lines.is_empty() && before.legend.is_empty());
}

fn quake(id: &str, place: Option<LatLon>, distance: Option<f64>, azimuth: Option<f64>) -> Quake {
    Quake {
        id: id.into(),
        name: id.into(),
        place,
        distance_deg: distance,
        azimuth_deg: azimuth,
        magnitude: Some(3.0),
        color: ink(),
        ..Quake::default()
    }
}

const STATION: LatLon = LatLon::new(4.502384, 135.623447);

#[test]
fn what_is_known_of_a_quake_decides_how_it_shows() {
    let all = [
        quake("a", Some(LatLon::new(-2.971, 171.904)), Some(37.01), Some(101.0)),
        quake("b", None, Some(25.9), Some(74.0)),
        quake("c", None, Some(98.1), None),
        quake("d", None, None, Some(10.0)),
    ];
    let [errors, circles, arcs, marks] = &quakes(&all, STATION, "d")[..] else { panic!() };
    assert_eq!((circles.lines.len(), arcs.lines.len(), marks.points.len()), (1, 3, 2));
    assert!(errors.lines.is_empty() && errors.areas.is_empty());
    assert_eq!(marks.points[1].shape, Shape::Ring);
    // S0235b: the catalogue's place from its distance and azimuth, within their rounding.
    let s0235b = LatLon::new(10.99, 160.95);
    assert!(marks.points[1].place.distance_deg(s0235b) < 0.3);
}

#[test]
fn the_wedge_holds_the_quake_and_no_more() {
    let mut s1222a = quake("a", Some(LatLon::new(-2.971, 171.904)), Some(37.01), Some(101.0));
    s1222a.azimuth_bounds_deg = Some((96.0, 112.0));
    s1222a.distance_bounds_deg = Some((36.0, 38.0));
    s1222a.error_deg = Some((3.0, 2.0));
    let [errors, circles, ..] = &quakes(&[s1222a.clone()], STATION, "a")[..] else { panic!() };
    assert_eq!((errors.lines.len(), errors.areas.len()), (3, 2), "two edges and an ellipse");
    assert_eq!(circles.lines.len(), 1);
    for place in errors.areas[0].triangles.iter().flatten() {
        let (distance, azimuth) = (STATION.distance_deg(*place), STATION.azimuth_deg(*place));
        assert!((36.0 - 1e-6..=38.0 + 1e-6).contains(&distance), "{distance}");
        assert!((96.0 - 1e-6..=112.0 + 1e-6).contains(&azimuth), "{azimuth}");
    }
    let ring = errors.areas[1].triangles.iter().flatten();
    let furthest = ring.map(|p| p.lat - -2.971).fold(0.0, f64::max);
    assert!((furthest - 3.0).abs() < 0.01, "{furthest}");
    // Without a direction the whole ring between the distances may be meant.
    let mut ring = quake("a", None, Some(37.0), None);
    ring.distance_bounds_deg = Some((30.0, 44.0));
    let [errors, ..] = &quakes(&[ring], STATION, "a")[..] else { panic!() };
    assert!(errors.areas[0].triangles.len() > 500);
    // Only of the chosen one: all at once would hide each other.
    assert!(quakes(&[s1222a], STATION, "b")[0].areas.is_empty());
}

#[test]
fn a_sector_over_north_is_as_large_as_by_hand() {
    let triangles = quakes_sector();
    let one = |t: &[LatLon; 3]| {
        let [a, b, c] = t.map(LatLon::direction);
        (b - a).cross(c - a).length() / 2.0
    };
    let area: f64 = triangles.iter().map(one).sum();
    // 30 degrees of azimuth between the circles of 10 and 40 degrees.
    let wanted = 30_f64.to_radians() * (10_f64.to_radians().cos() - 40_f64.to_radians().cos());
    assert!((area - wanted).abs() < 0.005 * wanted, "{area} {wanted}");
}

fn quakes_sector() -> Vec<[LatLon; 3]> {
    super::quakes::sector(STATION, (-10.0, 20.0), (10.0, 40.0))
}

#[test]
fn day_and_night_meet_a_quarter_turn_from_the_sun() {
    let sun = LatLon::new(24.0, 200.0);
    let layer = day_night(sun, true, ink());
    assert_eq!(layer.lines.len(), 3);
    let towards = sun.direction();
    for (line, elevation) in layer.lines.iter().zip([0.0_f64, -6.0, -12.0]) {
        let crate::globe::Path::Through(places) = &line.path else { panic!() };
        for place in places {
            // The vertical of the ellipsoid at the place.
            let normal = LatLon::new(place.planetographic_lat(), place.lon).direction();
            let got = normal.dot(towards).asin().to_degrees();
            assert!((got - elevation).abs() < 1e-9, "{got}");
        }
    }
    assert_eq!(day_night(sun, false, ink()).lines.len(), 1);
}

#[test]
fn targets_come_with_their_sol() {
    let target = |id: &str, sol| Target {
        id: id.into(),
        name: id.into(),
        sol,
        place: LatLon::new(-4.6, 137.4),
        tip: String::new(),
    };
    let all = [target("Coronation", 13), target("Jake_M", 48)];
    let at = |sol| targets(&all, sol, [ink(); 2]).points;
    assert_eq!((at(12).len(), at(13).len(), at(1000).len()), (0, 1, 2));
    assert!(at(48)[1].size > at(48)[0].size);
}

#[test]
fn orbiters_point_ahead() {
    let orbiter = Orbiter {
        id: "mro".into(),
        name: "MRO".into(),
        place: LatLon::new(0.0, 10.0),
        behind: vec![LatLon::new(-5.0, 11.0), LatLon::new(0.0, 10.0)],
        ahead: vec![LatLon::new(0.0, 10.0), LatLon::new(5.0, 9.0)],
        footprint_deg: 21.0,
        sites: vec![SiteCircle { place: STATION, radius_deg: 15.0 }],
        color: ink(),
        tip: String::new(),
    };
    let [circles, tracks] = &orbiters(&[orbiter])[..] else { panic!() };
    assert_eq!((circles.lines.len(), tracks.lines.len(), tracks.points.len()), (2, 2, 1));
    let heading = tracks.points[0].heading_deg.unwrap();
    assert!((340.0..352.0).contains(&heading), "{heading}");
    assert!(!circles.visible && !tracks.visible);
}

#[test]
fn user_files_become_marks_that_can_be_picked() {
    let at = |lat, lon| LatLon::new(lat, lon);
    let feature = |name: &str, shapes| UserFeature {
        name: name.into(),
        shapes,
        properties: vec![("kind".into(), "test".into()), ("name".into(), name.into())],
    };
    let features = UserFeatures {
        items: vec![
            feature("two", vec![UserShape::Point(at(1.0, 2.0)), UserShape::Point(at(3.0, 4.0))]),
            feature("way", vec![UserShape::Line(vec![at(0.0, 170.0), at(0.0, -170.0)])]),
            feature(
                "area",
                vec![UserShape::Area(vec![vec![at(0.0, 0.0), at(0.0, 9.0), at(9.0, 9.0)]])],
            ),
            feature("", vec![]),
        ],
    };
    let layer = user_layer("user:x", "x.kml", &features, &UserStyle::new(ink()));
    let ids: Vec<_> = layer.points.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids, ["0", "0", "1", "2"]);
    assert_eq!(layer.points[0].tip, "two\nkind: test");
    assert_eq!((layer.lines.len(), layer.areas.len()), (2, 1));
    assert!(layer.areas[0].triangles.len() > 10);
}
