//! Places on Mars: GeoJSON features, and the waypoints of a rover from GeoJSON or CSV.
//!
//! GeoJSON is RFC 7946 with Mars longitudes and latitudes; the waypoint properties are those of
//! MMGIS (`sol`, `site`, `pos`, `lat_dd`, `lon_dd`, `elev_m`, `mobtrav_to`).

mod waypoint;

use serde_json::{Map, Value};

use crate::problem::Problem;

pub use waypoint::{Waypoint, read_waypoints, waypoints};

/// Largest file read; a map layer of a mission is a few megabytes.
const MOST_BYTES: usize = 256 << 20;
/// Deepest nesting of geometry collections.
const DEPTH: usize = 8;
/// Most problems told; a file of the wrong kind would give one a feature.
const MOST_PROBLEMS: usize = 64;

/// Longitude east and latitude in degrees, elevation in metres where the file gives one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Longitude in degrees, east positive, as written (-180 to 180 or 0 to 360).
    pub longitude_deg: f64,
    /// Latitude in degrees.
    pub latitude_deg: f64,
    /// Elevation in metres.
    pub elevation_m: Option<f64>,
}

/// One simple shape; the `Multi…` geometries are several of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A point.
    Point(Position),
    /// A line.
    Line(Vec<Position>),
    /// Rings: the outline, then holes.
    Polygon(Vec<Vec<Position>>),
}

/// A feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    /// Its shapes; empty for a feature without a place.
    pub shapes: Vec<Shape>,
    /// Its properties as written.
    pub properties: Map<String, Value>,
}

impl Feature {
    /// A property, case ignored.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// A number, also one written as text.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(n) => n.as_f64(),
            Value::String(s) => crate::format::table::parse_real(s.trim()),
            _ => None,
        }
    }

    /// Text; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or("")
    }
}

/// Whether the bytes start like GeoJSON.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('{')
        && text.contains("\"type\"")
        && ["FeatureCollection", "\"Feature\"", "\"coordinates\""].iter().any(|w| text.contains(w))
}

/// Reads a feature collection, a feature, or a bare geometry.
pub fn read(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = Reader { problems: Vec::new() };
    if bytes.len() > MOST_BYTES {
        let reason = format!("{} bytes, more than {MOST_BYTES} are not read", bytes.len());
        reader.tell("file", reason);
        return (Vec::new(), reader.problems);
    }
    let root: Value = match serde_json::from_slice(bytes) {
        Ok(root) => root,
        Err(error) => {
            let before = bytes
                .split_inclusive(|b| *b == b'\n')
                .take(error.line().saturating_sub(1))
                .map(<[u8]>::len)
                .sum::<usize>();
            let at = (before + error.column().saturating_sub(1)).min(bytes.len()) as u64;
            let problem = Problem::at(at, "file", format!("not JSON: {error}"));
            return (Vec::new(), vec![problem]);
        }
    };
    let kind = root.get("type").and_then(Value::as_str).unwrap_or("").to_owned();
    let mut features = Vec::new();
    match (kind.as_str(), root) {
        ("FeatureCollection", Value::Object(mut root)) => match root.remove("features") {
            Some(Value::Array(members)) => {
                for (i, member) in members.into_iter().enumerate() {
                    features.extend(reader.feature(member, i));
                }
            }
            _ => reader.tell("features", "no list of features"),
        },
        ("Feature", root) => features.extend(reader.feature(root, 0)),
        (_, root) if root.get("coordinates").is_some() || root.get("geometries").is_some() => {
            let mut shapes = Vec::new();
            reader.geometry(&root, 0, 0, &mut shapes);
            features.push(Feature { shapes, ..Feature::default() });
        }
        _ => reader.tell("type", "not a GeoJSON feature collection, feature or geometry"),
    }
    (features, reader.problems)
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn tell(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::of(field, reason));
        }
    }

    fn feature(&mut self, value: Value, index: usize) -> Option<Feature> {
        let Value::Object(mut object) = value else {
            self.tell(format!("features[{index}]"), "is not an object, left out");
            return None;
        };
        let mut shapes = Vec::new();
        match object.get("geometry") {
            Some(Value::Null) | None => {}
            Some(geometry) => self.geometry(geometry, index, 0, &mut shapes),
        }
        let properties = match object.remove("properties") {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        Some(Feature { shapes, properties })
    }

    fn geometry(&mut self, value: &Value, index: usize, depth: usize, out: &mut Vec<Shape>) {
        let kind = value.get("type").and_then(Value::as_str).unwrap_or("");
        let coordinates = value.get("coordinates").unwrap_or(&Value::Null);
        let members = || coordinates.as_array().map_or(&[][..], Vec::as_slice);
        let before = out.len();
        let mut complete = true;
        let mut put = |shape: Option<Shape>| match shape {
            Some(shape) => out.push(shape),
            None => complete = false,
        };
        match kind {
            "Point" => put(position(coordinates).map(Shape::Point)),
            "MultiPoint" => members().iter().for_each(|p| put(position(p).map(Shape::Point))),
            "LineString" => put(line(coordinates).map(Shape::Line)),
            "MultiLineString" => members().iter().for_each(|l| put(line(l).map(Shape::Line))),
            "Polygon" => put(rings(coordinates).map(Shape::Polygon)),
            "MultiPolygon" => members().iter().for_each(|p| put(rings(p).map(Shape::Polygon))),
            "GeometryCollection" if depth < DEPTH => {
                let inner = value.get("geometries").and_then(Value::as_array);
                for geometry in inner.map_or(&[][..], Vec::as_slice) {
                    self.geometry(geometry, index, depth + 1, out);
                }
                return;
            }
            _ => complete = false,
        }
        if !complete {
            let shown: String = kind.chars().take(40).collect();
            let reason = format!(
                "geometry '{shown}' holds something that is no place, {} shapes kept",
                out.len() - before
            );
            self.tell(format!("features[{index}]"), reason);
        }
    }
}

fn position(value: &Value) -> Option<Position> {
    let cells = value.as_array()?;
    let number = |i: usize| cells.get(i).and_then(Value::as_f64);
    let (longitude_deg, latitude_deg) = (number(0)?, number(1)?);
    let on_globe = longitude_deg.abs() <= 720.0 && latitude_deg.abs() <= 90.0;
    on_globe.then(|| Position { longitude_deg, latitude_deg, elevation_m: number(2) })
}

fn line(value: &Value) -> Option<Vec<Position>> {
    value.as_array()?.iter().map(position).collect()
}

fn rings(value: &Value) -> Option<Vec<Vec<Position>>> {
    value.as_array()?.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
