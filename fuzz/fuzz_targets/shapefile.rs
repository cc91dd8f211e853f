//! Shapefiles: geometry, attributes and coordinate system, apart and zipped.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::geojson::Shape;
use parsers::format::shapefile::{self, Parts};
use parsers::format::vector;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = shapefile::sniff(data);
    // The first two bytes say where the parts are cut.
    let [a, b] = [0, 1].map(|i| usize::from(data.get(i).copied().unwrap_or(0)));
    let body = data.get(2..).unwrap_or_default();
    let (shp, rest) = body.split_at((a * body.len() / 255).min(body.len()));
    let (dbf, prj) = rest.split_at((b * rest.len() / 255).min(rest.len()));
    for parts in [Parts { shp, dbf, prj, cpg: b"" }, Parts { shp: data, ..Parts::default() }] {
        let (features, problems) = shapefile::read(&parts);
        problems_are_sound(&problems, data.len());
        let positions: usize = features
            .iter()
            .flat_map(|f| &f.shapes)
            .map(|shape| match shape {
                Shape::Point(_) => 1,
                Shape::Line(line) => line.len(),
                Shape::Polygon(rings) => rings.iter().map(Vec::len).sum(),
            })
            .sum();
        assert!(features.len() <= data.len() && positions <= data.len());
    }
    let (_, problems) = shapefile::read_zip(data);
    problems_are_sound(&problems, data.len());
    let (_, problems) = vector::read(data);
    problems_are_sound(&problems, data.len());
});
