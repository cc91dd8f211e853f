//! GeoJSON and waypoints: the MMGIS layers of Curiosity, features made here, broken ones.

use proptest::prelude::*;

use super::*;

fn data(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
    let bytes = std::fs::read(format!("{root}{path}")).ok();
    if bytes.is_none() {
        println!("skipped: {path} not present");
    }
    bytes
}

#[test]
fn the_traverse_to_sol_1782_from_both_tables() {
    let (Some(ours), Some(mmgis)) = (
        data("tables/msl_waypoints_to_sol1782.csv"),
        data("D_mars_maps/msl_traverse/Waypoints.csv"),
    ) else {
        return;
    };
    let (points, problems) = read_waypoints(&ours);
    // FACTS 6.6: 538 stops, and these rows.
    assert_eq!(points.len(), 538);
    let first = &points[0];
    assert_eq!((first.sol, first.site, first.drive), (3, Some(2), Some(0)));
    assert_eq!((first.latitude_deg, first.longitude_deg), (-4.589467, 137.441633));
    let at = |sol| points.iter().rfind(|p| p.sol == sol).expect("a stop of that sol");
    assert_eq!(at(488).odometry_m.map(f64::round), Some(4609.0));
    assert_eq!(at(1172).elevation_m.map(|e| (e * 10.0).round()), Some(-44257.0));
    let last = points.last().expect("a last stop");
    assert_eq!((last.sol, last.elevation_m), (1782, Some(-4225.51)));
    assert!(problems.iter().any(|p| p.reason.contains("4225.51 m after -4227.25 m")));
    let (theirs, _) = read_waypoints(&mmgis);
    assert!(theirs.len() >= points.len());
    let last = theirs.last().expect("a last stop");
    assert_eq!((last.sol, last.drive, last.odometry_m), (1782, Some(156), Some(17255.4875)));
    assert_eq!(last.sclk, Some(555_691_132.2));
    assert_eq!(theirs[0].heading_deg.map(f64::round), Some(112.0));
}

#[test]
fn the_layers_of_mmgis() {
    let root = "D_mars_maps/msl_traverse/mmgis_test_mission/";
    let (Some(stops), Some(line), Some(polygon)) = (
        data(&format!("{root}Layers/Waypoints/waypoints.json")),
        data(&format!("{root}Layers/Line/line.json")),
        data(&format!("{root}Layers/Polygon/polygon.geojson")),
    ) else {
        return;
    };
    assert!(sniff(&stops) && sniff(&line) && sniff(&polygon));
    let (points, problems) = read_waypoints(&stops);
    assert_eq!(problems, []);
    assert_eq!((points[0].sol, points[0].site, points[0].drive), (1051, Some(48), Some(2470)));
    let (features, problems) = read(&line);
    assert_eq!(problems, []);
    let Shape::Line(positions) = &features[0].shapes[0] else { panic!("not a line") };
    assert_eq!(positions[0].longitude_deg, 137.371_271_220_715_98);
    assert_eq!(features[0].number("length_m"), Some(8.58));
    let (features, problems) = read(&polygon);
    assert_eq!(problems, []);
    assert_eq!(features[0].text("name"), "Test");
    let Some(targets) = data("C_pds/chemcam_mmgis/test_layer/chemcam.json") else { return };
    let (features, problems) = read(&targets);
    assert_eq!((problems.len(), features[1].text("TARGET")), (0, "Buckskin"));
}

#[test]
fn shapes_of_every_kind_and_what_is_wrong() {
    let text = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":null,"geometry":null},
        {"type":"Feature","properties":{"sol":1},
            "geometry":{"type":"GeometryCollection","geometries":[
            {"type":"MultiPoint","coordinates":[[1,2],[3,4,5]]},
            {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]}},
        {"type":"Feature",
            "geometry":{"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[["x",0]]]}},
        7,
        {"type":"Feature","geometry":{"type":"Point","coordinates":[0,91]}}]}"#;
    let (features, problems) = read(text.as_bytes());
    assert_eq!(features.len(), 4);
    assert_eq!(features[1].shapes.len(), 3);
    assert_eq!(features[2].shapes.len(), 1);
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["features[2]", "features[3]", "features[4]"]);
    let (_, problems) = read(b"{\"type\":\n \"FeatureCollection\", oops}");
    assert_eq!(problems[0].offset, Some(31));
    let deep = "[".repeat(100_000);
    let (features, problems) =
        read(format!("{{\"type\":\"Point\",\"coordinates\":{deep}").as_bytes());
    assert!(features.is_empty() && problems.len() == 1);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = read_waypoints(&bytes);
    }

    #[test]
    fn changed_features_are_survived(at in 0_usize..200, with in any::<u8>(), cut in 0_usize..200) {
        let text = br#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"sol":3,"lat_dd":-4.5},
             "geometry":{"type":"Point","coordinates":[137.4,-4.5,-4500.0]}}]}"#;
        let mut bytes = text.to_vec();
        let n = bytes.len();
        bytes[at % n] = with;
        let _ = read_waypoints(&bytes);
        let _ = read_waypoints(&text[..cut % n]);
    }
}

#[test]
fn stops_come_in_the_order_of_their_sols() {
    let table = b"sol,lat_deg,lon_deg\n7,-4.6,137.4\n3,-4.5,137.4\n5,-4.55,137.4\n";
    let (points, _) = super::read_waypoints(table);
    assert_eq!(points.iter().map(|p| p.sol).collect::<Vec<_>>(), [3, 5, 7]);
}
