//! KML: placemarks with points, lines and areas (OGC 12-007r2, KML 2.3), also packed as KMZ.
//!
//! Longitudes and latitudes are taken as of Mars. Folders, styles, overlays and network links are
//! passed over; nothing that a file names is fetched.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::format::geojson::{Feature, Position, Shape};
use crate::format::xmltree::{Node, Problems, Tree, root_name};
use crate::format::zip;
use crate::problem::Problem;

/// Deepest nesting of folders and of geometries.
const DEPTH: usize = 60;

/// Whether the bytes start as KML; a KMZ is recognised as an archive.
pub fn sniff(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|name| name == "kml" || name == "Placemark")
}

/// Reads a file. Placemarks without a place are kept without shapes.
pub fn read(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = Tree::read(bytes, &mut problems);
    let mut features = Vec::new();
    if let Some(root) = tree.root() {
        if ["kml", "Placemark", "Document", "Folder"].contains(&root.name()) {
            placemarks(root, 0, &mut features, &mut problems);
            if features.is_empty() {
                problems.at(root, root.name(), "it holds no Placemark; nothing to show");
            }
        } else {
            problems.at(root, root.name(), "the outermost element is not kml; nothing was read");
        }
    }
    let mut problems = problems.finish();
    // Offsets count in the text, which is longer than bytes of another encoding.
    for problem in &mut problems {
        problem.offset = problem.offset.map(|at| at.min(bytes.len() as u64));
    }
    (features, problems)
}

/// Reads the first KML file of a KMZ archive (by the specification, `doc.kml`).
pub fn read_kmz(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let (archive, mut problems) = zip::Archive::open(bytes);
    let is_kml = |e: &&zip::Entry| e.name.to_ascii_lowercase().ends_with(".kml");
    let Some(entry) = archive.entries().iter().find(is_kml) else {
        problems.push(Problem::of("archive", "holds no .kml file"));
        return (Vec::new(), problems);
    };
    match archive.read(entry) {
        Ok(text) => {
            let (features, found) = read(&text);
            problems.extend(found.into_iter().map(|mut p| {
                // Offsets count in the unpacked file.
                p.offset = None;
                p.in_file(&entry.name)
            }));
            (features, problems)
        }
        Err(problem) => {
            problems.push(problem);
            (Vec::new(), problems)
        }
    }
}

fn placemarks(node: Node<'_>, depth: usize, out: &mut Vec<Feature>, problems: &mut Problems) {
    if node.name() == "Placemark" {
        if node.complete() {
            out.push(placemark(node, problems));
        } else {
            problems.at(node, "Placemark", "cut off before its end; it was left out");
        }
    } else if depth < DEPTH {
        for child in node.children() {
            placemarks(child, depth + 1, out, problems);
        }
    }
}

fn placemark(node: Node<'_>, problems: &mut Problems) -> Feature {
    let mut properties = Map::new();
    for name in ["name", "description", "address"] {
        let text = node.text_of(name);
        if !text.is_empty() {
            properties.insert(name.to_owned(), Value::String(plain(text)));
        }
    }
    if let Some(extended) = node.child("ExtendedData") {
        for data in extended.all("Data") {
            put(&mut properties, data, data.text_of("value"));
        }
        for data in extended.all("SchemaData").flat_map(|s| s.all("SimpleData")) {
            put(&mut properties, data, data.text());
        }
    }
    let mut shapes = Vec::new();
    for child in node.children() {
        geometry(child, 0, &mut shapes, problems);
    }
    Feature { shapes, properties }
}

fn put(properties: &mut Map<String, Value>, data: Node<'_>, text: &str) {
    if let Some(name) = data.attribute("name").filter(|n| !n.is_empty()) {
        properties.insert(name.to_owned(), Value::String(plain(text)));
    }
}

/// Text without the tags of HTML, which descriptions often carry.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_tag = false;
    for c in text.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

fn geometry(node: Node<'_>, depth: usize, out: &mut Vec<Shape>, problems: &mut Problems) {
    match node.name() {
        "Point" => {
            let places = coordinates(node, problems);
            out.extend(places.first().map(|p| Shape::Point(*p)));
        }
        "LineString" | "LinearRing" => line(coordinates(node, problems), out),
        "Track" => {
            let places = node.all("coord").filter_map(|n| place(n.text().split_whitespace()));
            line(places.collect(), out);
        }
        "Polygon" => {
            let mut rings = Vec::new();
            for side in ["outerBoundaryIs", "innerBoundaryIs"] {
                for ring in node.all(side).filter_map(|n| n.child("LinearRing")) {
                    rings.push(coordinates(ring, problems));
                }
            }
            if rings.first().is_some_and(|outline| outline.len() > 2) {
                out.push(Shape::Polygon(rings));
            } else {
                problems.at(node, "Polygon", "has no outline of three places; it was left out");
            }
        }
        "MultiGeometry" | "MultiTrack" if depth < DEPTH => {
            for child in node.children() {
                geometry(child, depth + 1, out, problems);
            }
        }
        _ => {}
    }
}

fn line(places: Vec<Position>, out: &mut Vec<Shape>) {
    if places.len() > 1 {
        out.push(Shape::Line(places));
    }
}

/// The tuples `longitude,latitude[,altitude]` of a geometry, parted by white space.
fn coordinates(node: Node<'_>, problems: &mut Problems) -> Vec<Position> {
    let text = node.text_of("coordinates");
    let mut lost = 0;
    let places = text
        .split_whitespace()
        .filter_map(|tuple| {
            let place = place(tuple.split(','));
            lost += usize::from(place.is_none());
            place
        })
        .collect();
    if lost > 0 {
        let reason = format!("{lost} places are no longitude,latitude in degrees, left out");
        problems.at(node, "coordinates", reason);
    }
    places
}

fn place<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<Position> {
    let mut number = || words.next()?.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let (longitude_deg, latitude_deg) = (number()?, number()?);
    let elevation_m = number();
    let on_globe = longitude_deg.abs() <= 720.0 && latitude_deg.abs() <= 90.0;
    on_globe.then_some(Position { longitude_deg, latitude_deg, elevation_m })
}
