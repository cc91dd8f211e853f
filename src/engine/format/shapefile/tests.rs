//! Shapefiles: the gazetteer of USGS, layers written here by the specification, broken ones.

use proptest::prelude::*;

use super::*;
use crate::format::zip::stored;

/// A `.shp` file of records; each is a shape type and what follows it.
fn shp(records: &[(i32, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (i, (kind, rest)) in records.iter().enumerate() {
        body.extend((i as u32 + 1).to_be_bytes());
        body.extend((rest.len() as u32 / 2 + 2).to_be_bytes());
        body.extend(kind.to_le_bytes());
        body.extend(rest);
    }
    let mut out = 9994_u32.to_be_bytes().to_vec();
    out.extend([0; 20]);
    out.extend((body.len() as u32 / 2 + 50).to_be_bytes());
    out.extend(1000_u32.to_le_bytes());
    out.extend(records.first().map_or(0, |r| r.0).to_le_bytes());
    out.resize(100, 0);
    out.extend(body);
    out
}

fn numbers(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// Box, numbers of parts and places, starts of parts, places.
fn parts(rings: &[&[(f64, f64)]]) -> Vec<u8> {
    let mut out = vec![0; 32];
    let count: usize = rings.iter().map(|r| r.len()).sum();
    out.extend((rings.len() as i32).to_le_bytes());
    out.extend((count as i32).to_le_bytes());
    let mut start = 0;
    for ring in rings {
        out.extend((start as i32).to_le_bytes());
        start += ring.len();
    }
    for (x, y) in rings.iter().flat_map(|r| r.iter()) {
        out.extend(numbers(&[*x, *y]));
    }
    out
}

fn dbf(fields: &[(&str, u8, u8)], rows: &[&str]) -> Vec<u8> {
    let width: usize = 1 + fields.iter().map(|f| usize::from(f.2)).sum::<usize>();
    let mut out = vec![3, 126, 1, 1];
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend((33 + 32 * fields.len() as u16).to_le_bytes());
    out.extend((width as u16).to_le_bytes());
    out.resize(32, 0);
    for (name, kind, length) in fields {
        let mut field = name.as_bytes().to_vec();
        field.resize(11, 0);
        field.push(*kind);
        field.extend([0; 4]);
        field.push(*length);
        field.resize(32, 0);
        out.extend(field);
    }
    out.push(0x0D);
    for row in rows {
        out.push(b' ');
        out.extend(row.as_bytes());
    }
    out
}

const SQUARE: [(f64, f64); 5] = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0), (0.0, 0.0)];
const HOLE: [(f64, f64); 4] = [(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 4.0)];

fn sample() -> Vec<u8> {
    let mut point_z = numbers(&[135.6, 4.5, -2613.0]);
    point_z.extend(numbers(&[-1e39]));
    shp(&[
        (1, numbers(&[137.4, -4.6])),
        (11, point_z),
        (0, Vec::new()),
        (3, parts(&[&SQUARE[..2], &SQUARE[2..]])),
        (5, parts(&[&SQUARE, &HOLE])),
        (8, {
            let mut body = vec![0; 32];
            body.extend(2_i32.to_le_bytes());
            body.extend(numbers(&[1.0, 2.0, 3.0, 4.0]));
            body
        }),
    ])
}

#[test]
fn every_kind_of_shape_is_read() {
    let shp = sample();
    let rows = ["A one  1.50T", "B two    -2F", "C        3 ?", "D     1e2T", "E        ", "F"];
    let rows = rows.map(|r| format!("{r:<12}"));
    let dbf = dbf(
        &[("NAME", b'C', 6), ("VALUE", b'N', 5), ("FLAG", b'L', 1)],
        &rows.each_ref().map(String::as_str),
    );
    let (features, problems) = read(&Parts { shp: &shp, dbf: &dbf, ..Parts::default() });
    assert_eq!(problems, []);
    assert_eq!(features.len(), 6);
    let Shape::Point(p) = features[1].shapes[0] else { panic!("no point") };
    assert_eq!((p.longitude_deg, p.latitude_deg, p.elevation_m), (135.6, 4.5, Some(-2613.0)));
    assert!(features[2].shapes.is_empty());
    assert_eq!(features[3].shapes.len(), 2);
    let [Shape::Polygon(rings)] = &features[4].shapes[..] else { panic!("no area") };
    assert_eq!((rings.len(), rings[1].len()), (2, 4));
    assert_eq!(features[5].shapes.len(), 2);
    assert_eq!((features[0].text("name"), features[0].number("value")), ("A one", Some(1.5)));
    assert_eq!(features[0].get("flag"), Some(&serde_json::Value::Bool(true)));
    assert_eq!(features[1].number("VALUE"), Some(-2.0));
}

#[test]
fn metres_of_an_equirectangular_map_become_degrees() {
    let prj = br#"PROJCS["Mars_Equidistant",GEOGCS["GCS_Mars",DATUM["D_Mars",
        SPHEROID["Mars",3396190.0,0.0]]],PROJECTION["Equidistant_Cylindrical"],
        PARAMETER["Central_Meridian",180.0],PARAMETER["Standard_Parallel_1",60.0]]"#;
    let metres = 3_396_190.0 * 10_f64.to_radians();
    let shp = shp(&[(1, numbers(&[metres * 0.5, -metres]))]);
    let (features, problems) = read(&Parts { shp: &shp, prj, ..Parts::default() });
    assert_eq!(problems, []);
    let Shape::Point(p) = features[0].shapes[0] else { panic!("no point") };
    assert!((p.longitude_deg - 190.0).abs() < 1e-9 && (p.latitude_deg + 10.0).abs() < 1e-9);
    let polar = br#"PROJCS["x",GEOGCS["y",DATUM["z",SPHEROID["Mars",3396190,0]]],
        PROJECTION["Stereographic_North_Pole"]]"#;
    let (features, problems) = read(&Parts { shp: &shp, prj: polar, ..Parts::default() });
    assert!(features[0].shapes.is_empty());
    assert!(problems[0].reason.contains("STEREOGRAPHIC"), "{problems:?}");
}

#[test]
fn the_gazetteer_of_usgs() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/D_mars_maps/gazetteer");
    let Ok(bytes) = std::fs::read(format!("{root}/MARS_nomenclature.zip")) else {
        println!("skipped: MARS_nomenclature.zip not present");
        return;
    };
    let (features, problems) = read_zip(&bytes);
    assert_eq!((features.len(), problems), (1879, vec![]));
    let olympus = features.iter().find(|f| f.text("clean_name") == "Olympus Mons").unwrap();
    let Shape::Point(p) = olympus.shapes[0] else { panic!("no point") };
    // FACTS 6.7.
    assert!((p.latitude_deg - 18.65).abs() < 0.01, "{p:?}");
    assert!((p.longitude_deg.rem_euclid(360.0) - 226.2).abs() < 0.01, "{p:?}");
    assert_eq!(olympus.number("diameter").map(|d| (d * 100.0).round()), Some(61013.0));
    assert!(features.iter().any(|f| f.text("name") == "Utopia Rupēs"), "names in UTF-8");
}

#[test]
fn damage_is_told_and_the_rest_kept() {
    let whole = sample();
    let (features, problems) = read(&Parts { shp: &whole[..180], ..Parts::default() });
    assert_eq!(features.len(), 2);
    assert!(problems[0].reason.contains("cut off"), "{problems:?}");
    let wild = shp(&[(5, parts(&[&SQUARE])), (31, vec![0; 40]), (1, numbers(&[1.0, 95.0]))]);
    let (features, problems) = read(&Parts { shp: &wild, ..Parts::default() });
    assert_eq!((features.len(), problems.len()), (3, 2));
    let (features, problems) = read(&Parts { shp: b"nothing", ..Parts::default() });
    assert!(features.is_empty() && problems[0].reason.contains("9994"));
    let (features, problems) = read_zip(&stored(&[("a.txt", b"x")]));
    assert!(features.is_empty() && problems[0].reason.contains("no .shp"));
    let (features, _) = read_zip(&stored(&[("d/a.SHP", &whole), ("d/a.dbf", b"xx")]));
    assert_eq!(features.len(), 6);
}

proptest! {
    #[test]
    fn any_damage_is_survived(
        flips in prop::collection::vec((0..900_usize, any::<u8>()), 0..12),
        table in prop::collection::vec(any::<u8>(), 0..200),
        prj in "(PROJCS\\[)?\\PC{0,60}",
    ) {
        let mut bytes = sample();
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let _ = read(&Parts { shp: &bytes, dbf: &table, prj: prj.as_bytes(), cpg: b"" });
    }
}
