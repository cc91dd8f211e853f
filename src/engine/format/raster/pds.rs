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

fn place(
    map: &Object,
    columns: usize,
    rows: usize,
    problems: &mut Vec<Problem>,
) -> Option<Georeference> {
    let number = |key: &str| map.get(key).and_then(Value::real).filter(|v| v.is_finite());
    let mut missing = |key: &str| {
        problems.push(Problem::at(map.offset, key, "is missing: the image has no place on Mars"));
    };
    let a = metres(map, "A_AXIS_RADIUS").unwrap_or(EQUATORIAL_RADIUS_M);
    let b = metres(map, "C_AXIS_RADIUS").unwrap_or(POLAR_RADIUS_M).min(a);
    let graphic = map.text("COORDINATE_SYSTEM_NAME").to_ascii_uppercase().contains("GRAPHIC");
    let latitude = number("CENTER_LATITUDE").unwrap_or(0.0);
    // Sample and line 1, 1 is the middle of the first pixel.
    let Some(column) = number("SAMPLE_PROJECTION_OFFSET").map(|v| v - 0.5) else {
        missing("SAMPLE_PROJECTION_OFFSET");
        return None;
    };
    let Some(row) = number("LINE_PROJECTION_OFFSET").map(|v| v - 0.5) else {
        missing("LINE_PROJECTION_OFFSET");
        return None;
    };
    let west = map.text("POSITIVE_LONGITUDE_DIRECTION").eq_ignore_ascii_case("WEST");
    let meridian = number("CENTER_LONGITUDE").unwrap_or(0.0) * if west { -1.0 } else { 1.0 };
    let name = map.text("MAP_PROJECTION_TYPE").to_ascii_uppercase().replace('_', " ");
    // Maps of planetocentric latitudes are drawn on a sphere: equirectangular ones with the local
    // radius at the centre latitude, polar ones with the polar radius.
    let (sin, cos) = latitude.to_radians().sin_cos();
    let local = a * b / (b * cos).hypot(a * sin);
    let e = (1.0 - (b / a).powi(2)).max(0.0).sqrt();
    let radius = match name.as_str() {
        "EQUIRECTANGULAR" => local,
        _ if name.contains("POLAR") && !graphic => b,
        _ => a,
    };
    let per_degree = number("MAP_RESOLUTION").filter(|v| *v > 0.0);
    let scale = metres(map, "MAP_SCALE")
        .or_else(|| per_degree.map(|v| radius.to_radians() / v))
        .filter(|v| *v > 0.0);
    let Some(scale) = scale else {
        missing("MAP_SCALE");
        return None;
    };
    let projection = match name.as_str() {
        "SIMPLE CYLINDRICAL" | "EQUIRECTANGULAR" | "SIMPLECYLINDRICAL" => {
            let parallel = if name == "EQUIRECTANGULAR" { latitude } else { 0.0 };
            Projection::Equirectangular { radius, parallel, origin: 0.0, meridian }
        }
        "POLAR STEREOGRAPHIC" | "POLARSTEREOGRAPHIC" => {
            let e = if graphic { e } else { 0.0 };
            let pole = if latitude < 0.0 { -90.0 } else { 90.0 };
            Projection::polar(radius, e, pole, 1.0, meridian)
        }
        "SINUSOIDAL" => Projection::Sinusoidal { radius, meridian },
        "MERCATOR" => {
            let eccentricity = if graphic { e } else { 0.0 };
            Projection::Mercator { radius, eccentricity, scale: 1.0, meridian }
        }
        _ => {
            let reason = format!("'{}' is not read: convert the image to GeoTIFF", brief(&name));
            problems.push(Problem::at(map.offset, "MAP_PROJECTION_TYPE", reason));
            return None;
        }
    };
    // Degrees are exact by MAP_RESOLUTION; MAP_SCALE is rounded in most labels.
    let is_plate = matches!(projection, Projection::Equirectangular { parallel: 0.0, .. });
    let scale = per_degree.filter(|_| is_plate).map_or(scale, |v| radius.to_radians() / v);
    let to_map = [-column * scale, scale, 0.0, row * scale, 0.0, -scale];
    let latitudes = if graphic { Latitudes::Graphic { ratio: b / a } } else { Latitudes::Centric };
    let place = Georeference::new(columns, rows, to_map, projection, latitudes)?;
    Some(if west { place.west_positive() } else { place })
}
