//! The gazetteer: the USGS table, the landmark list, broken lists.

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
fn the_usgs_table() {
    let Some(bytes) = data("tables/mars_gazetteer_usgs_2019-02.csv") else { return };
    assert!(sniff(&bytes));
    let (features, problems) = read(&bytes);
    assert_eq!(problems, []);
    println!("{} features", features.len());
    assert!(features.len() >= 1753);
    let find = |name: &str| features.iter().find(|f| f.name == name).expect(name);
    // FACTS 6.7.
    for (name, kind, lat, lon, km) in [
        ("Olympus Mons", "Mons", 18.65, 226.2, 610.13),
        ("Gale", "Crater", -5.37, 137.81, 154.08),
        ("Jezero", "Crater", 18.41, 77.69, 47.52),
        ("Elysium Planitia", "Planitia", 2.98, 154.74, 3000.79),
        ("Cerberus Fossae", "Fossa", 11.28, 166.37, 1235.0),
        ("Airy-0", "Crater", -5.07, 0.0, 0.79),
    ] {
        let f = find(name);
        assert_eq!(f.kind, kind, "{name}");
        let near = |a: f64, b: f64| (a - b).abs() < 0.011;
        assert!(near(f.latitude_deg, lat) && near(f.longitude_deg, lon), "{f:?}");
        assert!(near(f.diameter_km, km), "{f:?}");
    }
    assert!(features.iter().all(|f| (0.0..360.0).contains(&f.longitude_deg)));
    assert_eq!(find("Utopia Rupēs").approved, "20030101");
}

#[test]
fn the_landmark_list() {
    let Some(bytes) = data("D_mars_maps/gazetteer/landmarks.xml") else { return };
    assert!(sniff(&bytes));
    let (features, problems) = read(&bytes);
    println!("{} landmarks, {problems:?}", features.len());
    assert!(features.len() >= 80);
    let tholus = features.iter().find(|f| f.name == "Albor Tholus").expect("in the list");
    assert_eq!(tholus.kind, "Tholus");
    assert!((tholus.latitude_deg - 18.9).abs() < 0.2, "{tholus:?}");
}

#[test]
fn what_is_not_a_gazetteer_is_told() {
    let (features, problems) = read(b"a,b\n1,2\n");
    assert!(features.is_empty() && problems[0].reason.contains("not a gazetteer"));
    let (features, problems) = read(b"name,lat_deg,lon_east_deg\nA,10,-20\n,1,2\nB,100,0\n");
    assert_eq!((features.len(), features[0].longitude_deg), (1, 340.0));
    assert!(problems[0].reason.contains("2 entries"), "{problems:?}");
    let (_, problems) = read(b"<landmark-list><landmark name=\"x\"></landmark-list>");
    assert!(problems[0].offset.is_some());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let mut xml = b"<landmark-list>".to_vec();
        xml.extend(&bytes);
        let _ = read(&xml);
    }
}
