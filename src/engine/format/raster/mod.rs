//! Rasters that know their place on Mars: GeoTIFF, PDS3 map images, and plain JPEG and PNG
//! pictures of the planet or with a world file.
//!
//! [`read`] takes the bytes of a file and of the file beside it (the detached label, the image of
//! a detached label, the world file) and gives heights or colours with their georeference. What
//! a file declares must be justified by its bytes, and [`MOST_PIXELS`] is the end of it.

mod chunks;
mod geokeys;
mod geotiff;
mod pds;
mod picture;
mod place;
mod projection;
#[cfg(test)]
mod tests;

use crate::problem::Problem;

pub use place::{Extent, Georeference, Latitudes};
pub use projection::{EQUATORIAL_RADIUS_M, POLAR_RADIUS_M, Projection};

/// Most pixels that are read: 20 000 × 20 000, 1.6 GB as they are kept.
pub const MOST_PIXELS: usize = 400_000_000;
/// Most samples that a byte of a compressed file can stand for: that of deflate is 1032.
const SAMPLES_PER_BYTE: usize = 1100;
/// Samples that any file may hold, however short.
const FREE_SAMPLES: usize = 65_536;
/// Heights beyond this are marks for missing data, whatever the file says (−3.4e38 in HiRISE
/// terrain models).
const MOST_HEIGHT_M: f32 = 1e9;

/// What the samples shall become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Want {
    /// Colours for 8-bit samples, else heights.
    #[default]
    Auto,
    /// Colours: one band of numbers is stretched from its least to its greatest.
    Picture,
    /// Heights, metres.
    Heights,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// What the samples shall become.
    pub want: Want,
    /// Western edge of a picture of the whole planet that says nothing of it: −180, or 0 for
    /// grids like those of MOLA.
    pub first_lon: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { want: Want::Auto, first_lon: -180.0 }
    }
}

/// What heights are counted from, where the file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeightDatum {
    /// The areoid.
    Areoid,
    /// The IAU 2000 ellipsoid.
    Ellipsoid,
    /// A sphere of 3396.19 km.
    Sphere,
}

impl HeightDatum {
    /// From the words of a label or of a height system.
    fn of_words(words: &str) -> Option<Self> {
        let words = words.to_ascii_lowercase();
        let has = |names: &[&str]| names.iter().any(|n| words.contains(n));
        if has(&["areoid", "geoid"]) {
            Some(Self::Areoid)
        } else if has(&["ellipsoid", "spheroid"]) {
            Some(Self::Ellipsoid)
        } else {
            has(&["sphere"]).then_some(Self::Sphere)
        }
    }
}

/// The samples, rows from the first to the last of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Heights in metres; not a number where none is known.
    Heights(Vec<f32>),
    /// Red, green, blue and coverage, sRGB, not premultiplied.
    Rgba(Vec<[u8; 4]>),
}

impl Samples {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Heights(v) => v.len(),
            Self::Rgba(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A raster with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// `columns` × `rows` samples.
    pub samples: Samples,
    /// Where they lie.
    pub place: Georeference,
    /// What heights are counted from, where the file tells.
    pub datum: Option<HeightDatum>,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tiff,
    Pds,
    Jpeg,
    Png,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(Kind::Tiff)
    } else if starts(b"\xff\xd8\xff") {
        Some(Kind::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Kind::Png)
    } else {
        super::pds3::sniff(bytes).then_some(Kind::Pds)
    }
}

/// Whether the bytes start like a file that [`read`] knows. A bare PDS image does not: its label
/// does.
pub fn sniff(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

/// Names of the files that may lie beside a file and belong to it, likeliest first: the world
/// file, the label, the image that a label points to. `bytes` may be the file's beginning.
pub fn beside(name: &str, bytes: &[u8]) -> Vec<String> {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let with = |ends: &[&str]| {
        ends.iter()
            .flat_map(|e| [format!("{stem}.{e}"), format!("{stem}.{}", e.to_ascii_uppercase())])
            .collect()
    };
    match kind(bytes) {
        Some(Kind::Tiff) => with(&["tfw", "tifw", "wld"]),
        Some(Kind::Jpeg) => with(&["jgw", "jpgw", "wld"]),
        Some(Kind::Png) => with(&["pgw", "pngw", "wld"]),
        Some(Kind::Pds) => pds::image_file(bytes).into_iter().collect(),
        None if end.is_empty() => Vec::new(),
        None => with(&["lbl"]),
    }
}

/// Reads a raster: the file, and the one beside it where there is one ([`beside`]).
pub fn read(
    bytes: &[u8],
    beside: Option<&[u8]>,
    options: &Options,
) -> (Option<Raster>, Vec<Problem>) {
    let mut problems = Vec::new();
    let raster = match kind(bytes) {
        Some(Kind::Tiff) => geotiff::read(bytes, beside, options, &mut problems),
        Some(Kind::Jpeg | Kind::Png) => picture::read(bytes, beside, options, &mut problems),
        Some(Kind::Pds) => pds::read(bytes, beside, options, &mut problems),
        None => beside_label(bytes, beside, options, &mut problems),
    };
    (raster, problems)
}

/// Reads a bare PDS image by the label beside it.
fn beside_label(
    bytes: &[u8],
    beside: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Raster> {
    let Some(label) = beside.filter(|b| super::pds3::sniff(b)) else {
        let reason = "is no GeoTIFF, PDS3 image, JPEG or PNG: convert it to GeoTIFF, or put the \
                      detached label beside it";
        problems.push(Problem::at(0, "file", reason));
        return None;
    };
    pds::read(label, Some(bytes), options, problems)
}

/// The beginning of a message from outside: some hold whole tables.
fn brief(message: &impl std::fmt::Display) -> String {
    message.to_string().chars().take(200).collect()
}

/// Whether a declared size is within the budget and justified by the bytes at hand; tells of it
/// where not.
fn is_justified(
    columns: usize,
    rows: usize,
    most_samples: usize,
    problems: &mut Vec<Problem>,
) -> bool {
    let pixels = columns.checked_mul(rows).filter(|n| *n > 0);
    match pixels {
        Some(n) if n > MOST_PIXELS => {
            let reason = format!(
                "{columns} × {rows} pixels are more than {MOST_PIXELS}: cut out the part you need"
            );
            problems.push(Problem::of("size", reason));
            false
        }
        Some(n) if n <= most_samples.max(FREE_SAMPLES) => true,
        _ => {
            let reason = format!(
                "{columns} × {rows} pixels cannot come from so few bytes: the file is cut off or \
                 damaged, fetch it again"
            );
            problems.push(Problem::of("size", reason));
            false
        }
    }
}

/// One band of numbers as greys from its least to its greatest; holes are not covered.
fn stretched(heights: &[f32]) -> Vec<[u8; 4]> {
    let known = || heights.iter().copied().filter(|v| v.is_finite());
    let (least, most) =
        known().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let scale = if most > least { 255.0 / (most - least) } else { 0.0 };
    let grey = |v: &f32| {
        let grey = ((v - least) * scale).round() as u8;
        if v.is_finite() { [grey, grey, grey, 255] } else { [0; 4] }
    };
    heights.iter().map(grey).collect()
}

/// What is wanted of samples that may be either.
fn wanted(samples: Samples, want: Want) -> Samples {
    match (samples, want) {
        (Samples::Heights(v), Want::Picture) => Samples::Rgba(stretched(&v)),
        (Samples::Rgba(v), Want::Heights) => {
            let height = |p: &[u8; 4]| if p[3] == 0 { f32::NAN } else { f32::from(p[0]) };
            Samples::Heights(v.iter().map(height).collect())
        }
        (samples, _) => samples,
    }
}
