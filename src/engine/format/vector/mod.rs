//! Map layers of any format as one list of features: GeoJSON, KML and KMZ, shapefiles, tables with
//! latitude and longitude, lists of landmarks.

#[cfg(test)]
mod tests;

use serde_json::{Map, Number, Value};

pub use super::geojson::{Feature, Position, Shape};
use super::table::{ColumnData, Table};
use super::{csv, gazetteer, geojson, kml, shapefile, zip};
use crate::problem::Problem;

/// Most rows of a table that become features.
const MOST_ROWS: usize = 1_000_000;

/// Names of columns, the first that is there counts.
const LATITUDE: [&str; 9] = [
    "lat",
    "latitude",
    "lat_deg",
    "lat_dd",
    "latitude_deg",
    "center_lat",
    "centerlat",
    "lat_n",
    "y",
];
const LONGITUDE: [&str; 14] = [
    "lon",
    "long",
    "lng",
    "longitude",
    "lon_e",
    "lon_deg",
    "lon_dd",
    "lon_east_deg",
    "longitude_deg",
    "longitude_east",
    "center_lon",
    "centerlon",
    "east_longitude",
    "x",
];
const ELEVATION: [&str; 5] = ["elevation_m", "elev_m", "elevation", "elev", "height_m"];
/// Names of the property that names a feature.
const NAME: [&str; 8] =
    ["name", "clean_name", "title", "label", "target", "feature", "id", "description"];

/// What a file was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// GeoJSON.
    GeoJson,
    /// KML or KMZ.
    Kml,
    /// Shapefile.
    Shapefile,
    /// Landmark list in XML.
    Landmarks,
    /// Table with columns of latitude and longitude.
    #[default]
    Table,
}

/// The features of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// What the file was taken for.
    pub kind: Kind,
    /// Its features, in the order of the file.
    pub items: Vec<Feature>,
}

impl Feature {
    /// Its name, by the first property that usually holds one; empty where there is none.
    pub fn name(&self) -> String {
        let of = |name: &&str| match self.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        NAME.iter().find_map(of).unwrap_or_default()
    }
}

/// Reads a file, whatever of these formats it is. A shapefile that is not zipped comes with its
/// other files by [`read_shapefile`].
pub fn read(bytes: &[u8]) -> (Features, Vec<Problem>) {
    let is_named = |bytes: &[u8], end: &str| {
        let (archive, _) = zip::Archive::open(bytes);
        archive.entries().iter().any(|e| e.name.to_ascii_lowercase().ends_with(end))
    };
    let (kind, (items, problems)) = if zip::sniff(bytes) {
        if is_named(bytes, ".kml") {
            (Kind::Kml, kml::read_kmz(bytes))
        } else {
            (Kind::Shapefile, shapefile::read_zip(bytes))
        }
    } else if shapefile::sniff(bytes) {
        let parts = shapefile::Parts { shp: bytes, ..shapefile::Parts::default() };
        (Kind::Shapefile, shapefile::read(&parts))
    } else if kml::sniff(bytes) {
        (Kind::Kml, kml::read(bytes))
    } else if geojson::sniff(bytes) {
        (Kind::GeoJson, geojson::read(bytes))
    } else if bytes.trim_ascii_start().starts_with(b"<") {
        (Kind::Landmarks, landmarks(bytes))
    } else {
        (Kind::Table, table(bytes))
    };
    (Features { kind, items }, problems)
}

/// Reads a shapefile from its parts.
pub fn read_shapefile(parts: &shapefile::Parts<'_>) -> (Features, Vec<Problem>) {
    let (items, problems) = shapefile::read(parts);
    (Features { kind: Kind::Shapefile, items }, problems)
}

fn landmarks(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let (names, problems) = gazetteer::read(bytes);
    let feature = |f: gazetteer::Feature| {
        let place = Position {
            longitude_deg: f.longitude_deg,
            latitude_deg: f.latitude_deg,
            elevation_m: None,
        };
        let mut properties = Map::new();
        for (key, text) in [("name", f.name), ("type", f.kind), ("origin", f.origin)] {
            if !text.is_empty() {
                properties.insert(key.to_owned(), Value::String(text));
            }
        }
        if let Some(diameter) = Number::from_f64(f.diameter_km) {
            properties.insert("diameter".to_owned(), Value::Number(diameter));
        }
        Feature { shapes: vec![Shape::Point(place)], properties }
    };
    (names.into_iter().map(feature).collect(), problems)
}

/// Points of a table with columns of latitude and longitude.
fn table(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let limits = csv::Limits { rows: MOST_ROWS, ..csv::Limits::default() };
    let (read, mut problems) = csv::read(bytes, limits);
    let table = &read.table;
    let numbers = |names: &[&str]| {
        let named = |n: &&str| table.columns.iter().find(|c| c.name.eq_ignore_ascii_case(n));
        names.iter().find_map(named).and_then(|c| c.data.to_f64())
    };
    let (Some(lat), Some(lon)) = (numbers(&LATITUDE), numbers(&LONGITUDE)) else {
        let reason = "no columns of latitude and longitude: call them lat and lon";
        problems.push(Problem::of("columns", reason));
        return (Vec::new(), problems);
    };
    let height = numbers(&ELEVATION);
    let (mut features, mut lost) = (Vec::new(), 0);
    for row in 0..table.rows {
        let at = |v: &[f64]| v.get(row).copied().unwrap_or(f64::NAN);
        let place = Position {
            longitude_deg: at(&lon),
            latitude_deg: at(&lat),
            elevation_m: height.as_deref().map(at).filter(|z| z.is_finite()),
        };
        if !(place.latitude_deg.abs() <= 90.0 && place.longitude_deg.abs() <= 720.0) {
            lost += 1;
            continue;
        }
        let properties = properties(table, row);
        features.push(Feature { shapes: vec![Shape::Point(place)], properties });
    }
    if lost > 0 {
        let reason = format!("{lost} rows carry no place, left out");
        problems.push(Problem::of("row", reason));
    }
    (features, problems)
}

fn properties(table: &Table, row: usize) -> Map<String, Value> {
    let mut properties = Map::new();
    for column in table.columns.iter().filter(|c| c.items == 1) {
        let value = match &column.data {
            ColumnData::Text(v) => v.get(row).cloned().flatten().map(Value::String),
            ColumnData::I64(v) => v.get(row).copied().flatten().map(Value::from),
            ColumnData::F64(v) => v.get(row).copied().and_then(Number::from_f64).map(Value::Number),
            ColumnData::Bytes(_) => None,
        };
        if let Some(value) = value {
            properties.insert(column.name.clone(), value);
        }
    }
    properties
}
