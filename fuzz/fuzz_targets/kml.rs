//! KML and KMZ.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::geojson::Shape;
use parsers::format::kml;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = kml::sniff(data);
    let (features, problems) = kml::read(data);
    problems_are_sound(&problems, data.len());
    let mut positions = 0;
    for shape in features.iter().flat_map(|f| &f.shapes) {
        positions += match shape {
            Shape::Point(_) => 1,
            Shape::Line(line) => line.len(),
            Shape::Polygon(rings) => rings.iter().map(Vec::len).sum(),
        };
    }
    assert!(features.len() <= data.len() && positions <= data.len());
    let (_, problems) = kml::read_kmz(data);
    problems_are_sound(&problems, data.len());
});
