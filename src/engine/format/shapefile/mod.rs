//! Shapefiles: geometry (`.shp`), attributes (`.dbf`) and coordinate system (`.prj`), also zipped.
//!
//! After "ESRI Shapefile Technical Description" (July 1998). Points, lines and areas with or
//! without heights and measures are read; multi-patches are told. Coordinates are degrees, or
//! metres of an equirectangular projection; other projections are told.

mod dbf;
mod prj;
#[cfg(test)]
mod tests;

use serde_json::Map;

use crate::format::geojson::{Feature, Position, Shape};
use crate::format::zip;
use crate::problem::Problem;

use prj::Projection;

/// Most problems told one by one.
const MOST_PROBLEMS: usize = 64;

/// The files of one shapefile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'b> {
    /// Geometry.
    pub shp: &'b [u8],
    /// Attributes; empty: none.
    pub dbf: &'b [u8],
    /// Coordinate system as text; empty: degrees.
    pub prj: &'b [u8],
    /// Name of the encoding of the attributes; empty: UTF-8, else Latin-1.
    pub cpg: &'b [u8],
}

/// Whether the bytes start as the geometry of a shapefile.
pub fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(&9994_u32.to_be_bytes()) && bytes.len() >= 36
}

/// Reads a shapefile: a feature for each record, with its attributes.
pub fn read(parts: &Parts<'_>) -> (Vec<Feature>, Vec<Problem>) {
    let mut reader = Reader { bytes: parts.shp, problems: Vec::new(), projection: None };
    match prj::read(parts.prj) {
        Ok(projection) => reader.projection = Some(projection),
        Err(problem) => reader.problems.push(problem),
    }
    let mut features = reader.features();
    let (rows, found) = dbf::read(parts.dbf, parts.cpg);
    let mut problems = reader.problems;
    problems.extend(found);
    if !parts.dbf.is_empty() && rows.len() != features.len() {
        let reason = format!("{} rows for {} shapes", rows.len(), features.len());
        problems.push(Problem::of("dbf", reason));
    }
    for (feature, row) in features.iter_mut().zip(rows) {
        feature.properties = row;
    }
    (features, problems)
}

/// Reads all shapefiles of a zip archive.
pub fn read_zip(bytes: &[u8]) -> (Vec<Feature>, Vec<Problem>) {
    let (archive, mut problems) = zip::Archive::open(bytes);
    let mut features = Vec::new();
    let mut unpack = |name: &str| {
        let entry = archive.entries().iter().find(|e| e.name.eq_ignore_ascii_case(name));
        match entry.map(|e| archive.read(e)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(problem)) => {
                problems.push(problem);
                Vec::new()
            }
            None => Vec::new(),
        }
    };
    let names: Vec<String> = archive.entries().iter().map(|e| e.name.clone()).collect();
    let mut found_problems = Vec::new();
    for name in &names {
        let Some((stem, _)) = name.rsplit_once('.').filter(|(_, e)| e.eq_ignore_ascii_case("shp"))
        else {
            continue;
        };
        let shp = unpack(name);
        let [dbf, prj, cpg] = ["dbf", "prj", "cpg"].map(|e| unpack(&format!("{stem}.{e}")));
        let (read, found) = read(&Parts { shp: &shp, dbf: &dbf, prj: &prj, cpg: &cpg });
        features.extend(read);
        found_problems.extend(found.into_iter().map(|mut p| {
            // Offsets count in the unpacked file.
            p.offset = None;
            p.in_file(name)
        }));
    }
    problems.extend(found_problems);
    if features.is_empty() && problems.is_empty() {
        problems.push(Problem::of("archive", "holds no .shp file"));
    }
    problems.truncate(4 * MOST_PROBLEMS);
    (features, problems)
}

struct Reader<'b> {
    bytes: &'b [u8],
    problems: Vec<Problem>,
    /// None: the coordinates cannot be turned into degrees.
    projection: Option<Projection>,
}

fn i32_le(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|b| i32::from_le_bytes(*b))
}

fn f64_le(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..)?.first_chunk().map(|b| f64::from_le_bytes(*b))
}

impl Reader<'_> {
    fn tell(&mut self, at: usize, field: &str, reason: String) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::at(at.min(self.bytes.len()) as u64, field, reason));
        }
    }

    fn features(&mut self) -> Vec<Feature> {
        let mut features = Vec::new();
        if !sniff(self.bytes) {
            self.tell(0, "shp", "not a shapefile: it does not start with 9994".to_owned());
            return features;
        }
        let mut at = 100;
        while at < self.bytes.len() {
            let bytes = self.bytes;
            let head = bytes.get(at..).and_then(|b| b.first_chunk::<8>());
            let words = head.map(|h| u32::from_be_bytes([h[4], h[5], h[6], h[7]]) as usize);
            let body = words.and_then(|w| bytes.get(at + 8..(at + 8).checked_add(2 * w)?));
            let Some(body) = body.filter(|b| b.len() >= 4) else {
                let reason = format!("cut off in record {}; copy the file again", features.len());
                self.tell(at, "shp", reason);
                break;
            };
            let shapes = self.shapes(body).unwrap_or_else(|| {
                let kind = i32_le(body, 0).unwrap_or_default();
                let reason = format!("shape type {kind} is damaged or not read, left out");
                self.tell(at, "record", reason);
                Vec::new()
            });
            features.push(Feature { shapes, properties: Map::new() });
            at += 8 + body.len();
        }
        features
    }

    /// The shapes of a record; none where it is damaged.
    fn shapes(&self, body: &[u8]) -> Option<Vec<Shape>> {
        let kind = i32_le(body, 0)?;
        let has_z = (11..=18).contains(&kind);
        match kind {
            0 => Some(Vec::new()),
            1 | 11 | 21 => {
                let z = if has_z { f64_le(body, 20) } else { None };
                Some(vec![Shape::Point(self.place(body, 4, z)?)])
            }
            8 | 18 | 28 => {
                let places = self.places(body, 36, 40, has_z)?;
                Some(places.into_iter().map(Shape::Point).collect())
            }
            3 | 13 | 23 => {
                let lines = self.parts(body, has_z)?;
                Some(lines.into_iter().filter(|l| l.len() > 1).map(Shape::Line).collect())
            }
            5 | 15 | 25 => Some(areas(self.parts(body, has_z)?)),
            _ => None,
        }
    }

    fn place(&self, body: &[u8], at: usize, z: Option<f64>) -> Option<Position> {
        let (x, y) = (f64_le(body, at)?, f64_le(body, at + 8)?);
        let (longitude_deg, latitude_deg) = self.projection.as_ref()?.degrees(x, y)?;
        // Less than -10^38 means no data.
        let elevation_m = z.filter(|z| z.is_finite() && *z > -1e38);
        Some(Position { longitude_deg, latitude_deg, elevation_m })
    }

    /// Places whose number stands at `count` and that start at `start`; then their heights.
    fn places(
        &self,
        body: &[u8],
        count: usize,
        start: usize,
        has_z: bool,
    ) -> Option<Vec<Position>> {
        let count = usize::try_from(i32_le(body, count)?).ok()?;
        let end = start.checked_add(count.checked_mul(16)?)?;
        body.get(start..end)?;
        let height = |i: usize| has_z.then(|| f64_le(body, end + 16 + 8 * i)).flatten();
        (0..count).map(|i| self.place(body, start + 16 * i, height(i))).collect()
    }

    /// The parts of a line or area.
    fn parts(&self, body: &[u8], has_z: bool) -> Option<Vec<Vec<Position>>> {
        let parts = usize::try_from(i32_le(body, 36)?).ok()?;
        let start = 44_usize.checked_add(parts.checked_mul(4)?)?;
        body.get(..start)?;
        let places = self.places(body, 40, start, has_z)?;
        let first = |i: usize| usize::try_from(i32_le(body, 44 + 4 * i)?).ok();
        let mut out = Vec::with_capacity(parts);
        for i in 0..parts {
            let to = if i + 1 < parts { first(i + 1)? } else { places.len() };
            out.push(places.get(first(i)?..to)?.to_vec());
        }
        // Parts that overlap would multiply the places.
        (out.iter().map(Vec::len).sum::<usize>() <= places.len()).then_some(out)
    }
}

/// Twice the area inside a ring, positive counter-clockwise.
fn turn(ring: &[Position]) -> f64 {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    pairs.map(|(a, b)| a.longitude_deg * b.latitude_deg - b.longitude_deg * a.latitude_deg).sum()
}

fn is_inside(place: &Position, ring: &[Position]) -> bool {
    let (x, y) = (place.longitude_deg, place.latitude_deg);
    let mut inside = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (a.latitude_deg > y) != (b.latitude_deg > y) {
            let part = (y - a.latitude_deg) / (b.latitude_deg - a.latitude_deg);
            inside ^= x < a.longitude_deg + part * (b.longitude_deg - a.longitude_deg);
        }
    }
    inside
}

/// Rings to areas: clockwise ones are outlines, the others holes of the outline around them.
fn areas(rings: Vec<Vec<Position>>) -> Vec<Shape> {
    let (mut outlines, mut holes): (Vec<Vec<Vec<Position>>>, Vec<Vec<Position>>) =
        (Vec::new(), Vec::new());
    for ring in rings.into_iter().filter(|r| r.len() > 2) {
        if turn(&ring) <= 0.0 { outlines.push(vec![ring]) } else { holes.push(ring) }
    }
    for hole in holes {
        let around = outlines.iter_mut().find(|area| {
            let outline = area.first();
            outline.zip(hole.first()).is_some_and(|(o, place)| is_inside(place, o))
        });
        match around {
            Some(area) => area.push(hole),
            // Some writers turn all rings the wrong way.
            None => outlines.push(vec![hole]),
        }
    }
    outlines.into_iter().map(Shape::Polygon).collect()
}
