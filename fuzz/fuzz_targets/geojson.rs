//! GeoJSON: features and waypoints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::geojson::{self, Shape};
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = geojson::sniff(data);
    let (features, problems) = geojson::read(data);
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
    let (waypoints, problems) = geojson::read_waypoints(data);
    problems_are_sound(&problems, data.len());
    assert!(waypoints.len() <= data.len());
    assert!(waypoints.windows(2).all(|w| w[0].sol <= w[1].sol), "waypoints out of order");
});
