//! Names on Mars: the IAU gazetteer as USGS gives it (CSV), and the landmark list in XML.
//! Source of the terms: Gazetteer of Planetary Nomenclature, planetarynames.wr.usgs.gov.

use crate::format::csv;
use crate::format::table::{ColumnData, Table, parse_real};
use crate::problem::Problem;

/// A named feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    /// Name with its letters, e.g. `Utopia Rupēs`.
    pub name: String,
    /// Descriptor in the singular, e.g. `Crater`, `Mons`; empty where only a code is given that is
    /// not known.
    pub kind: String,
    /// Two-letter code of the descriptor, e.g. `AA`.
    pub code: String,
    /// Latitude of the centre in degrees, planetocentric.
    pub latitude_deg: f64,
    /// Longitude of the centre in degrees east, 0 to 360.
    pub longitude_deg: f64,
    /// Diameter or length in km; 0 where none is given.
    pub diameter_km: f64,
    /// West and east limit in degrees east as written, if given.
    pub longitudes_deg: Option<(f64, f64)>,
    /// South and north limit in degrees, if given.
    pub latitudes_deg: Option<(f64, f64)>,
    /// Approval date as written, e.g. `19790101`.
    pub approved: String,
    /// Where the name comes from.
    pub origin: String,
}

/// Descriptor codes of the gazetteer that Mars uses.
const CODES: [(&str, &str); 28] = [
    ("AA", "Crater"),
    ("AL", "Albedo Feature"),
    ("CA", "Catena"),
    ("CB", "Cavus"),
    ("CH", "Chaos"),
    ("CM", "Chasma"),
    ("CO", "Collis"),
    ("DO", "Dorsum"),
    ("FL", "Fluctus"),
    ("FO", "Fossa"),
    ("LA", "Labes"),
    ("LB", "Labyrinthus"),
    ("LG", "Lingula"),
    ("MN", "Mensa"),
    ("MO", "Mons"),
    ("PE", "Patera"),
    ("PL", "Planitia"),
    ("PM", "Planum"),
    ("PU", "Palus"),
    ("RU", "Rupes"),
    ("SC", "Scopulus"),
    ("SE", "Serpens"),
    ("SU", "Sulcus"),
    ("TA", "Terra"),
    ("TH", "Tholus"),
    ("UN", "Unda"),
    ("VA", "Vallis"),
    ("VS", "Vastitas"),
];

/// Whether the bytes start like one of the two lists.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let header = text.lines().next().unwrap_or("");
    text.contains("<landmark-list")
        || text.contains("<!doctype landmark-list")
        || (header.contains("name") && header.contains("diameter") && header.contains("lat"))
}

/// Reads a gazetteer, CSV or XML, whichever the bytes are.
pub fn read(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if start.first() == Some(&b'<') { read_xml(start) } else { read_csv(bytes) }
}

fn read_csv(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let (read, mut problems) = csv::read(bytes, csv::Limits::default());
    let table = &read.table;
    let number = |names: &[&str]| -> Vec<f64> {
        let column = names.iter().find_map(|n| table.column(n));
        column.and_then(|c| c.data.to_f64()).unwrap_or_default()
    };
    let name = names(table, &["name", "feature_name"]);
    let (latitude, longitude) = (
        number(&["lat_deg", "center_lat", "center_latitude", "latitude", "lat"]),
        number(&["lon_east_deg", "center_lon", "center_longitude", "longitude", "lon_e"]),
    );
    if name.is_empty() || latitude.is_empty() || longitude.is_empty() {
        let reason = "no columns of name, latitude and east longitude: not a gazetteer";
        problems.push(Problem::at(0, "header", reason));
        return (Vec::new(), problems);
    }
    let diameter = number(&["diameter_km", "diameter"]);
    let limits = [["min_lon_e", "min_lon"], ["max_lon_e", "max_lon"]].map(|n| number(&n));
    let bounds = [["min_lat", "minlat"], ["max_lat", "maxlat"]].map(|n| number(&n));
    let kind = names(table, &["type", "feature_type"]);
    let code = names(table, &["code"]);
    let approved = names(table, &["approval_date", "approvaldt"]);
    let origin = names(table, &["origin"]);
    let cell = |column: &[String], row: usize| column.get(row).cloned().unwrap_or_default();
    let (mut out, mut lost) = (Vec::new(), 0);
    for row in 0..table.rows {
        let at = |v: &[f64]| v.get(row).copied().unwrap_or(f64::NAN);
        let pair = |v: &[Vec<f64>; 2]| {
            let (low, high) = (at(&v[0]), at(&v[1]));
            (!low.is_nan() && !high.is_nan()).then_some((low, high))
        };
        let feature = Feature {
            name: cell(&name, row),
            kind: cell(&kind, row),
            code: cell(&code, row),
            latitude_deg: at(&latitude),
            longitude_deg: at(&longitude),
            diameter_km: at(&diameter),
            longitudes_deg: pair(&limits),
            latitudes_deg: pair(&bounds),
            approved: cell(&approved, row),
            origin: cell(&origin, row),
        };
        match finished(feature) {
            Some(feature) => out.push(feature),
            None => lost += 1,
        }
    }
    tell_lost(lost, &mut problems);
    (out, problems)
}

/// The cells of the first of these columns as text; numbers are written as they were.
fn names(table: &Table, wanted: &[&str]) -> Vec<String> {
    let Some(column) = wanted.iter().find_map(|n| table.column(n)) else { return Vec::new() };
    match &column.data {
        ColumnData::Text(v) => v.iter().map(|c| c.clone().unwrap_or_default()).collect(),
        ColumnData::I64(v) => {
            v.iter().map(|c| c.map_or_else(String::new, |x| x.to_string())).collect()
        }
        ColumnData::F64(v) => {
            v.iter().map(|c| if c.is_nan() { String::new() } else { c.to_string() }).collect()
        }
        ColumnData::Bytes(_) => Vec::new(),
    }
}

/// Puts the longitude into 0 to 360, fills in the descriptor; `None` without name or place.
fn finished(mut feature: Feature) -> Option<Feature> {
    let place = feature.latitude_deg.abs() <= 90.0 && feature.longitude_deg.abs() <= 720.0;
    if !place || feature.name.trim().is_empty() {
        return None;
    }
    feature.longitude_deg = feature.longitude_deg.rem_euclid(360.0);
    if feature.diameter_km.is_nan() {
        feature.diameter_km = 0.0;
    }
    if feature.kind.is_empty()
        && let Some((_, kind)) = CODES.iter().find(|(code, _)| *code == feature.code)
    {
        feature.kind = (*kind).to_owned();
    }
    Some(feature)
}

fn tell_lost(lost: usize, problems: &mut Vec<Problem>) {
    if lost > 0 {
        let reason = format!("{lost} entries carry no name and place, left out");
        problems.push(Problem::of("feature", reason));
    }
}

/// An angle such as `5.14 S` or `150.47 E`, north and east positive.
fn sided(text: &str) -> f64 {
    let (number, sign) = match text.strip_suffix(['N', 'E']) {
        Some(rest) => (rest, 1.0),
        None => text.strip_suffix(['S', 'W']).map_or((text, 1.0), |rest| (rest, -1.0)),
    };
    parse_real(number.trim()).map_or(f64::NAN, |x| x * sign)
}

fn read_xml(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    // The list declares its elements inline; the node limit bounds what entities could add.
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        nodes_limit: 2_000_000,
        ..roxmltree::ParsingOptions::default()
    };
    let document = match roxmltree::Document::parse_with_options(&text, options) {
        Ok(document) => document,
        Err(error) => {
            let before: usize = text
                .split_inclusive('\n')
                .take((error.pos().row as usize).saturating_sub(1))
                .map(str::len)
                .sum();
            let at = (before + (error.pos().col as usize).saturating_sub(1)).min(text.len());
            let problem = Problem::at(at as u64, "file", format!("not well-formed XML: {error}"));
            return (Vec::new(), vec![problem]);
        }
    };
    let (mut out, mut lost) = (Vec::new(), 0);
    for node in document.descendants().filter(|n| n.has_tag_name("landmark")) {
        let text = |key| node.attribute(key).unwrap_or("").trim().to_owned();
        let number = |key| parse_real(&text(key)).unwrap_or(f64::NAN);
        let feature = Feature {
            name: text("name"),
            code: text("type"),
            latitude_deg: sided(&text("latitude")),
            longitude_deg: sided(&text("longitude")),
            diameter_km: number("diameter"),
            approved: text("approvaldate"),
            origin: text("origin"),
            ..Feature::default()
        };
        match finished(feature) {
            Some(feature) => out.push(feature),
            None => lost += 1,
        }
    }
    let mut problems = Vec::new();
    tell_lost(lost, &mut problems);
    if out.is_empty() && lost == 0 {
        problems.push(Problem::at(0, "landmark-list", "no landmarks"));
    }
    (out, problems)
}

#[cfg(test)]
mod tests;
