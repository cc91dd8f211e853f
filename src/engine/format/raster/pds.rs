//! PDS3 map images: the samples by the label reader of the PDS3 folder, the place by the label's
//! `IMAGE_MAP_PROJECTION` (PDS Data Dictionary; the formulas of the catalogue files DSMAP.CAT of
//! MEGDR and of the HiRISE and CTX map products).

use super::place::{Georeference, Latitudes};
use super::projection::{EQUATORIAL_RADIUS_M, POLAR_RADIUS_M, Projection};
use super::{
    HeightDatum, MOST_HEIGHT_M, Options, Raster, Samples, Want, brief, is_justified, wanted,
};
use crate::format::pds3::{self, Object, Value};
use crate::format::table::Array;
use crate::problem::Problem;

/// Bytes at the start of a file within which its label is looked for.
const LABEL_BYTES: usize = 1 << 20;

/// Name of the image file that a detached label points to.
pub(super) fn image_file(label: &[u8]) -> Option<String> {
    let head = label.get(..label.len().min(LABEL_BYTES))?;
    let (label, _) = pds3::read_label(head);
    let own = |o: &Object| o.get("^IMAGE").cloned();
    let pointer = own(&label).or_else(|| label.objects().find_map(own))?;
    pointer.members().first().and_then(Value::text).map(str::to_owned)
}

/// Reads an image with its label, attached or beside it.
pub(super) fn read(
    label: &[u8],
    image: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Raster> {
    let head = label.get(..label.len().min(LABEL_BYTES)).unwrap_or_default();
    let (root, _) = pds3::read_label(head);
    let held = label.len().saturating_add(image.map_or(0, <[u8]>::len));
    let described = find(&root, "IMAGE");
    let size = described.and_then(|o| o.count("LINES").zip(o.count("LINE_SAMPLES")));
    if let Some((rows, columns)) = size
        && !is_justified(columns, rows, held, problems)
    {
        return None;
    }
    let resolve = |_: &str| image.map(<[u8]>::to_vec);
    let (product, found) = pds3::read(label, &resolve);
    problems.extend(found);
    let Some(array) = product.arrays.iter().find(|a| (2..=3).contains(&a.axes.len())) else {
        problems.push(Problem::of("IMAGE", "there is none that can be read: nothing to show"));
        return None;
    };
    let [.., (_, rows), (_, columns)] = array.axes.as_slice() else { return None };
    let (rows, columns) = (*rows, *columns);
    if !is_justified(columns, rows, array.values.len(), problems) {
        return None;
    }
    let Some(map) = find(&product.label, "IMAGE_MAP_PROJECTION") else {
        let reason = "the label has none: give it a map-projected product (an RDR, not an EDR)";
        problems.push(Problem::of("IMAGE_MAP_PROJECTION", reason));
        return None;
    };
    let place = place(map, columns, rows, problems)?;
    let empty = Object::default();
    let described = find(&product.label, "IMAGE").unwrap_or(&empty);
    let samples = samples(array, described, columns * rows, options.want);
    let words = words(&product.label);
    Some(Raster {
        columns,
        rows,
        samples: wanted(samples, options.want),
        place,
        datum: HeightDatum::of_words(&words),
    })
}

/// The first object of a name, at any depth that labels have.
fn find<'a>(object: &'a Object, name: &str) -> Option<&'a Object> {
    let own = || object.objects().find(|o| o.name.eq_ignore_ascii_case(name));
    own().or_else(|| {
        let inner = |o: &'a Object| o.objects().find(|i| i.name.eq_ignore_ascii_case(name));
        object.objects().find_map(inner)
    })
}

/// Words that tell what the heights are.
fn words(label: &Object) -> String {
    let mut words = String::new();
    for object in std::iter::once(label).chain(find(label, "IMAGE")) {
        for keyword in ["NAME", "DESCRIPTION", "NOTE", "LABEL_REVISION_NOTE", "RATIONALE_DESC"] {
            words.push_str(object.text(keyword));
            words.push(' ');
        }
    }
    words
}

fn samples(array: &Array, image: &Object, pixels: usize, want: Want) -> Samples {
    let number = |key: &str| image.get(key).and_then(Value::real);
    let is_byte = image.count("SAMPLE_BITS").unwrap_or(8) == 8;
    let band = |k: usize| array.values.get(k * pixels..(k + 1) * pixels);
    let marks = ["MISSING_CONSTANT", "CORE_NULL", "MISSING"].map(number);
    if is_byte && want != Want::Heights {
        let Some(first) = band(0) else { return Samples::Rgba(Vec::new()) };
        let (second, third) = band(1).zip(band(2)).unwrap_or((first, first));
        let colors = first.iter().zip(second).zip(third).map(|((r, g), b)| {
            if marks.contains(&Some(*r)) { [0; 4] } else { [*r as u8, *g as u8, *b as u8, 255] }
        });
        return Samples::Rgba(colors.collect());
    }
    let kilo = if array.unit.to_ascii_uppercase().starts_with('K') { 1000.0 } else { 1.0 };
    let scale = number("SCALING_FACTOR").filter(|s| *s != 0.0).unwrap_or(1.0) * kilo;
    let offset = number("OFFSET").unwrap_or(0.0) * kilo;
    let height = |v: &f64| {
        let missing = marks.contains(&Some(*v)) || (*v as f32).abs() > MOST_HEIGHT_M;
        if missing { f32::NAN } else { (v * scale + offset) as f32 }
    };
    Samples::Heights(band(0).unwrap_or_default().iter().map(height).collect())
}

/// A length of the label in metres: kilometres unless it says otherwise.
fn metres(map: &Object, key: &str) -> Option<f64> {
    let value = map.get(key)?;
    let unit = value.unit().to_ascii_uppercase();
    let factor = if unit.starts_with('M') { 1.0 } else { 1000.0 };
    value.real().map(|v| v * factor).filter(|v| (1e-6..1e10).contains(v))
}

/// The axes and angles of a map projection.
struct Map<'a> {
    label: &'a Object,
    /// Equatorial and polar radius, metres.
    axes: (f64, f64),
    /// Whether latitudes are planetographic.
    is_graphic: bool,
    latitude: f64,
    meridian: f64,
    name: String,
}

impl<'a> Map<'a> {
    fn of(label: &'a Object) -> Self {
        let a = metres(label, "A_AXIS_RADIUS").unwrap_or(EQUATORIAL_RADIUS_M);
        let b = metres(label, "C_AXIS_RADIUS").unwrap_or(POLAR_RADIUS_M).min(a);
        let system = label.text("COORDINATE_SYSTEM_NAME").to_ascii_uppercase();
        // Numbers may count to the west; the east is on the right all the same.
        let west = label.text("POSITIVE_LONGITUDE_DIRECTION").eq_ignore_ascii_case("WEST");
        let meridian = number(label, "CENTER_LONGITUDE").unwrap_or(0.0);
        Self {
            label,
            axes: (a, b),
            is_graphic: system.contains("GRAPHIC"),
            latitude: number(label, "CENTER_LATITUDE").unwrap_or(0.0),
            meridian: if west { -meridian } else { meridian },
            name: label.text("MAP_PROJECTION_TYPE").to_ascii_uppercase().replace('_', " "),
        }
    }

    /// Maps of planetocentric latitudes are drawn on a sphere: equirectangular ones with the local
    /// radius at the centre latitude, polar ones with the polar radius.
    fn radius(&self) -> f64 {
        let (a, b) = self.axes;
        let (sin, cos) = self.latitude.to_radians().sin_cos();
        match self.name.as_str() {
            "EQUIRECTANGULAR" => a * b / (b * cos).hypot(a * sin),
            name if name.contains("POLAR") && !self.is_graphic => b,
            _ => a,
        }
    }

    fn projection(&self) -> Option<Projection> {
        let (radius, meridian) = (self.radius(), self.meridian);
        let (a, b) = self.axes;
        let e = if self.is_graphic { (1.0 - (b / a).powi(2)).max(0.0).sqrt() } else { 0.0 };
        Some(match self.name.as_str() {
            "EQUIRECTANGULAR" => {
                let parallel = self.latitude;
                Projection::Equirectangular { radius, parallel, origin: 0.0, meridian }
            }
            "SIMPLE CYLINDRICAL" | "SIMPLECYLINDRICAL" => {
                Projection::Equirectangular { radius, parallel: 0.0, origin: 0.0, meridian }
            }
            "POLAR STEREOGRAPHIC" | "POLARSTEREOGRAPHIC" => {
                let pole = if self.latitude < 0.0 { -90.0 } else { 90.0 };
                Projection::polar(radius, e, pole, 1.0, meridian)
            }
            "SINUSOIDAL" => Projection::Sinusoidal { radius, meridian },
            "MERCATOR" => Projection::Mercator { radius, eccentricity: e, scale: 1.0, meridian },
            _ => return None,
        })
    }

    /// Metres of a pixel. Degrees are exact by MAP_RESOLUTION; MAP_SCALE is rounded in most
    /// labels.
    fn scale(&self, projection: Projection) -> Option<f64> {
        let per_degree = number(self.label, "MAP_RESOLUTION").filter(|v| *v > 0.0);
        let exact = per_degree.map(|v| self.radius().to_radians() / v);
        let is_plate = matches!(projection, Projection::Equirectangular { parallel: 0.0, .. });
        let scale = metres(self.label, "MAP_SCALE");
        if is_plate { exact.or(scale) } else { scale.or(exact) }
    }
}

fn number(map: &Object, key: &str) -> Option<f64> {
    map.get(key).and_then(Value::real).filter(|v| v.is_finite())
}

fn place(
    label: &Object,
    columns: usize,
    rows: usize,
    problems: &mut Vec<Problem>,
) -> Option<Georeference> {
    let map = Map::of(label);
    let Some(projection) = map.projection() else {
        let reason = format!("'{}' is not read: convert the image to GeoTIFF", brief(&map.name));
        problems.push(Problem::at(label.offset, "MAP_PROJECTION_TYPE", reason));
        return None;
    };
    let mut needed = |key: &str, value: Option<f64>| {
        if value.is_none() {
            let reason = "is missing: the image has no place on Mars";
            problems.push(Problem::at(label.offset, key, reason));
        }
        value
    };
    // Sample and line 1, 1 is the middle of the first pixel.
    let key = "SAMPLE_PROJECTION_OFFSET";
    let column = needed(key, number(label, key))? - 0.5;
    let key = "LINE_PROJECTION_OFFSET";
    let row = needed(key, number(label, key))? - 0.5;
    let scale = needed("MAP_SCALE", map.scale(projection))?;
    let to_map = [-column * scale, scale, 0.0, row * scale, 0.0, -scale];
    let (a, b) = map.axes;
    let graphic = Latitudes::Graphic { ratio: b / a };
    let latitudes = if map.is_graphic { graphic } else { Latitudes::Centric };
    Georeference::new(columns, rows, to_map, projection, latitudes)
}
