//! One list of features from each format.

use proptest::prelude::*;

use super::*;

#[test]
fn tables_become_points() {
    let (features, problems) =
        read(b"target,sol,Latitude,Longitude\nCoronation,13,-4.59,137.44\nBad,14,95,1\n");
    assert_eq!((features.kind, features.items.len()), (Kind::Table, 1));
    assert_eq!(features.items[0].name(), "Coronation");
    assert_eq!(features.items[0].number("sol"), Some(13.0));
    let Shape::Point(place) = features.items[0].shapes[0] else { panic!("no point") };
    assert_eq!((place.latitude_deg, place.longitude_deg), (-4.59, 137.44));
    assert!(problems[0].reason.starts_with("1 rows"), "{problems:?}");
    let (features, problems) = read(b"a,b\n1,2\n3,4\n");
    assert!(features.items.is_empty() && problems[0].reason.contains("lat and lon"));
}

#[test]
fn every_format_is_recognised() {
    let json = br#"{"type":"Point","coordinates":[1,2]}"#;
    let kml = b"<kml><Placemark><name>x</name><Point><coordinates>1,2</coordinates></Point>\
                </Placemark></kml>";
    let list = br#"<landmark-list><landmark name="x" latitude="2 N" longitude="1 E"
                diameter="5" approvaldate="" origin="" type="AA"/></landmark-list>"#;
    let kmz = crate::format::zip::stored(&[("doc.kml", kml)]);
    for (bytes, kind) in [
        (&json[..], Kind::GeoJson),
        (&kml[..], Kind::Kml),
        (&kmz[..], Kind::Kml),
        (&list[..], Kind::Landmarks),
    ] {
        let (features, problems) = read(bytes);
        assert_eq!((features.kind, problems), (kind, vec![]));
        let Shape::Point(place) = features.items[0].shapes[0] else { panic!("{kind:?}") };
        assert_eq!((place.longitude_deg, place.latitude_deg), (1.0, 2.0));
    }
    assert!(read(b"").0.items.is_empty());
}

#[test]
fn the_waypoints_of_mmgis_are_points_with_names() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/D_mars_maps");
    let Ok(bytes) = std::fs::read(format!("{root}/msl_traverse/Waypoints.csv")) else {
        println!("skipped: Waypoints.csv not present");
        return;
    };
    let (features, _) = read(&bytes);
    assert_eq!((features.kind, features.items.len()), (Kind::Table, 548));
    assert_eq!(features.items[0].number("sol"), Some(3.0));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(start in 0..5_usize, rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let starts: [&[u8]; 5] = [b"", b"PK\x03\x04", b"<kml>", b"\0\0\x27\x0a", b"lat,lon\n1,2\n"];
        let mut bytes = starts[start].to_vec();
        bytes.extend(rest);
        let _ = read(&bytes);
    }
}
