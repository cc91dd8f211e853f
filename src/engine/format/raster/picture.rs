//! Plain pictures: JPEG and PNG with a world file, or of the whole planet.

use std::io::Cursor;

use image::{ImageDecoder, ImageReader};

use super::place::{Georeference, Latitudes};
use super::projection::{EQUATORIAL_RADIUS_M, Projection};
use super::{Options, Raster, SAMPLES_PER_BYTE, Samples, brief, is_justified, wanted};
use crate::problem::Problem;

/// A whole planet is twice as wide as high; pictures are a pixel off now and then.
const PLANET_TOLERANCE: f64 = 0.01;

/// Reads a picture and its world file.
pub(super) fn read(
    bytes: &[u8],
    world: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Raster> {
    let (columns, rows, pixels) = decode(bytes, problems)?;
    let place = place(columns, rows, world, options, problems)?;
    let samples = wanted(Samples::Rgba(pixels), options.want);
    Some(Raster { columns, rows, samples, place, datum: None })
}

/// The pixels of a JPEG or PNG picture.
pub(super) fn decode(
    bytes: &[u8],
    problems: &mut Vec<Problem>,
) -> Option<(usize, usize, Vec<[u8; 4]>)> {
    let refused = |error: image::ImageError| {
        Problem::of("picture", format!("cannot be decoded ({}): save it again", brief(&error)))
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let decoder = reader.map_err(image::ImageError::IoError).and_then(ImageReader::into_decoder);
    let mut decoder = decoder.map_err(refused).map_err(|p| problems.push(p)).ok()?;
    let (width, height) = decoder.dimensions();
    let (columns, rows) = (width as usize, height as usize);
    if !is_justified(columns, rows, bytes.len().saturating_mul(SAMPLES_PER_BYTE), problems) {
        return None;
    }
    let mut limits = image::Limits::default();
    // 16 bits of four bands, and as much again while it is decoded.
    limits.max_alloc = Some((columns * rows * 16 + (1 << 20)) as u64);
    let picture = decoder
        .set_limits(limits)
        .and_then(|()| image::DynamicImage::from_decoder(decoder))
        .map_err(refused)
        .map_err(|p| problems.push(p))
        .ok()?;
    let pixels = match picture {
        image::DynamicImage::ImageLuma8(grey) => {
            grey.into_raw().into_iter().map(|v| [v, v, v, 255]).collect()
        }
        image::DynamicImage::ImageRgb8(rgb) => {
            rgb.as_chunks::<3>().0.iter().map(|p| [p[0], p[1], p[2], 255]).collect()
        }
        other => other.into_rgba8().as_chunks::<4>().0.to_vec(),
    };
    Some((columns, rows, pixels))
}

/// Where a picture lies: by its world file, else the whole planet if it has that shape.
pub(super) fn place(
    columns: usize,
    rows: usize,
    world: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Georeference> {
    if let Some(world) = world {
        if let Some(place) = world_file(columns, rows, world) {
            return Some(place);
        }
        let reason = "is no six numbers that place a picture: it is left out";
        problems.push(Problem::of("world file", reason));
    }
    let (width, height) = (columns as f64, rows as f64);
    if (width / (2.0 * height) - 1.0).abs() > PLANET_TOLERANCE || !options.first_lon.is_finite() {
        let reason = format!(
            "{columns} × {rows} pixels say nothing of their place: give a GeoTIFF or a world file, \
             or a picture of the whole planet, twice as wide as high"
        );
        problems.push(Problem::of("georeference", reason));
        return None;
    }
    let to_map = [options.first_lon, 360.0 / width, 0.0, 90.0, 0.0, -180.0 / height];
    Georeference::new(columns, rows, to_map, Projection::Degrees, Latitudes::Centric)
}

/// A world file: six lines A, D, B, E, C, F, with C and F the middle of the first pixel. Numbers
/// within a planet are degrees; larger ones metres of an equirectangular map of Mars from 0° N,
/// 0° E on its sphere, as those of the USGS are.
fn world_file(columns: usize, rows: usize, text: &[u8]) -> Option<Georeference> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(1024))?);
    let numbers: Vec<f64> =
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let &[a, d, b, e, c, f] = numbers.get(..6)? else { return None };
    let to_map = [c - f64::midpoint(a, b), a, b, f - f64::midpoint(d, e), d, e];
    let far = (c + a * columns as f64, f + e * rows as f64);
    let is_degrees = c.abs().max(far.0.abs()) <= 540.5 && f.abs().max(far.1.abs()) <= 90.5;
    let projection = if is_degrees {
        Projection::Degrees
    } else {
        Projection::Equirectangular {
            radius: EQUATORIAL_RADIUS_M,
            parallel: 0.0,
            origin: 0.0,
            meridian: 0.0,
        }
    };
    Georeference::new(columns, rows, to_map, projection, Latitudes::Centric)
}
