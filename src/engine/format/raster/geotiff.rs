//! GeoTIFF: samples by the `tiff` decoder, strip by strip or tile by tile, and the place from
//! the tags of OGC GeoTIFF 1.1 (19-008r4) and GDAL's tags for missing data and units.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{CompressionMethod, Tag};

use super::chunks::{self, Sink};
use super::geokeys::GeoKeys;
use super::place::Georeference;
use super::{
    HeightDatum, Options, Raster, SAMPLES_PER_BYTE, Samples, Want, brief, is_justified, picture,
    wanted,
};
use crate::problem::Problem;

/// Most problems told of the pieces of one file.
const MOST_PROBLEMS: usize = 16;
/// Most bands of a pixel: spectral cubes have more and are no maps.
const MOST_BANDS: u64 = 16;
/// GDAL's tag for scales, offsets and words.
const GDAL_METADATA: Tag = Tag::Unknown(42112);

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Reads a GeoTIFF; the file beside it is a world file.
pub(super) fn read(
    bytes: &[u8],
    world: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Raster> {
    let refused = |error: tiff::TiffError| {
        Problem::of(
            "TIFF",
            format!("cannot be read ({}): write it again with gdal_translate", brief(&error)),
        )
    };
    // The decoder multiplies these without a check: they are looked at before it does.
    let size = chunks::declared_size(bytes);
    if size.is_some_and(|[columns, rows, bands]| {
        bands > MOST_BANDS || columns.saturating_mul(rows) > super::MOST_PIXELS as u64
    }) {
        let reason = format!("declares {size:?} columns, rows and bands: cut out what you need");
        problems.push(Problem::of("size", reason));
        return None;
    }
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(refused);
    let mut decoder = decoder.map_err(|p| problems.push(p)).ok()?.with_limits(limits());
    let (width, height) =
        decoder.dimensions().map_err(refused).map_err(|p| problems.push(p)).ok()?;
    let (columns, rows) = (width as usize, height as usize);
    let packed = decoder.find_tag_unsigned::<u16>(Tag::Compression).ok().flatten();
    let packed = packed.unwrap_or(1);
    let ratio = if packed == CompressionMethod::None.to_u16() { 1 } else { SAMPLES_PER_BYTE };
    if !is_justified(columns, rows, bytes.len().saturating_mul(ratio), problems) {
        return None;
    }
    let place = place(&mut decoder, columns, rows, world, options, problems)?;
    let mut samples = samples(&mut decoder, bytes, columns * rows, options.want, problems)?;
    let datum = metadata(&mut decoder, &mut samples);
    let datum = keys(&mut decoder).datum().or(datum);
    let samples = wanted(samples, options.want);
    Some(Raster { columns, rows, samples, place, datum })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.ifd_value_size = 8 << 20;
    limits
}

fn doubles(decoder: &mut Reader<'_>, tag: Tag) -> Vec<f64> {
    let found = decoder.find_tag(tag).ok().flatten();
    found.and_then(|v| v.into_f64_vec().ok()).unwrap_or_default()
}

fn text(decoder: &mut Reader<'_>, tag: Tag) -> String {
    let found = decoder.find_tag(tag).ok().flatten();
    found.and_then(|v| v.into_string().ok()).unwrap_or_default()
}

fn keys(decoder: &mut Reader<'_>) -> GeoKeys {
    let directory = decoder.find_tag(Tag::GeoKeyDirectoryTag).ok().flatten();
    let directory = directory.and_then(|v| v.into_u16_vec().ok()).unwrap_or_default();
    let numbers = doubles(decoder, Tag::GeoDoubleParamsTag);
    GeoKeys::read(&directory, &numbers, &text(decoder, Tag::GeoAsciiParamsTag))
}

/// Where the raster lies: by its own tags, else as a plain picture does.
fn place(
    decoder: &mut Reader<'_>,
    columns: usize,
    rows: usize,
    world: Option<&[u8]>,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Georeference> {
    let keys = keys(decoder);
    let Some(mut m) = tie(decoder) else {
        return picture::place(columns, rows, world, options, problems);
    };
    if keys.is_point() {
        // The tie is to the middle of the pixel.
        m[0] -= f64::midpoint(m[1], m[2]);
        m[3] -= f64::midpoint(m[4], m[5]);
    }
    let far = (m[0] + m[1] * columns as f64, m[3] + m[5] * rows as f64);
    let is_degrees = m[0].abs().max(far.0.abs()) <= 540.5 && m[3].abs().max(far.1.abs()) <= 90.5;
    let system = keys.system(is_degrees, problems)?;
    m[0] += system.origin.0;
    m[3] += system.origin.1;
    let m = m.map(|v| v * system.unit);
    let place = Georeference::new(columns, rows, m, system.projection, system.latitudes);
    if place.is_none() {
        problems.push(Problem::of("ModelPixelScale", "gives the pixels no size: left unread"));
    }
    place
}

/// The affine map from pixel corners to map coordinates, of `ModelTransformation` or of
/// `ModelTiepoint` and `ModelPixelScale` (19-008r4, 7.3).
fn tie(decoder: &mut Reader<'_>) -> Option<[f64; 6]> {
    if let &[a, b, _, d, e, f, _, h, ..] = doubles(decoder, Tag::ModelTransformationTag).as_slice()
    {
        return Some([d, a, b, h, e, f]);
    }
    let tie = doubles(decoder, Tag::ModelTiepointTag);
    let scale = doubles(decoder, Tag::ModelPixelScaleTag);
    let (&[column, row, _, x, y, _, ..], &[dx, dy, ..]) = (tie.as_slice(), scale.as_slice()) else {
        return None;
    };
    Some([x - column * dx, dx, 0.0, y + row * dy, 0.0, -dy])
}

/// All samples, pieces that cannot be decoded left empty.
fn samples(
    decoder: &mut Reader<'_>,
    bytes: &[u8],
    pixels: usize,
    want: Want,
    problems: &mut Vec<Problem>,
) -> Option<Samples> {
    let mut refuse = |reason: String| problems.push(Problem::of("samples", reason));
    let color = match decoder.colortype() {
        Ok(color) => color,
        Err(error) => {
            refuse(format!(
                "cannot be read ({}): write the file again with gdal_translate",
                brief(&error)
            ));
            return None;
        }
    };
    let (bits, bands) = match color {
        ColorType::Gray(bits) => (bits, 1),
        ColorType::GrayA(bits) => (bits, 2),
        ColorType::RGB(bits) | ColorType::YCbCr(bits) => (bits, 3),
        ColorType::RGBA(bits) => (bits, 4),
        ColorType::Multiband { bit_depth, num_samples } => (bit_depth, usize::from(num_samples)),
        other => {
            refuse(format!("{other:?} is not read: write the file again as red, green, blue"));
            return None;
        }
    };
    if ![8, 16, 32, 64].contains(&bits) {
        refuse(format!("of {bits} bits are not read: write the file again with 8 or 16"));
        return None;
    }
    let format = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat).ok().flatten();
    let is_unsigned = format.is_none_or(|f| f.first().is_none_or(|f| *f == 1));
    let colors = is_unsigned && want != Want::Heights && (bits == 8 || bits == 16 && bands >= 3);
    let nodata = text(decoder, Tag::GdalNodata).trim().parse::<f64>().ok();
    let layout = chunks::Layout::of(decoder, bands, color)?;
    let mut sink = Sink::new(pixels, colors, nodata, layout.columns);
    if let Err(reason) = chunks::are_honest(decoder, bytes, &layout) {
        refuse(reason);
        return None;
    }
    let mut told = 0;
    for piece in layout.pieces() {
        match decoder.read_chunk(piece.index) {
            Ok(values) => sink.put(&layout, &piece, &values),
            Err(error) if told < MOST_PROBLEMS => {
                told += 1;
                refuse(format!(
                    "of piece {} cannot be decoded ({}): it stays empty",
                    piece.index,
                    brief(&error)
                ));
            }
            Err(_) => {}
        }
    }
    Some(sink.into_samples())
}

/// Applies GDAL's scale and offset to heights; gives the datum that its words tell.
fn metadata(decoder: &mut Reader<'_>, samples: &mut Samples) -> Option<HeightDatum> {
    let words = text(decoder, GDAL_METADATA);
    let number = |role: &str| {
        let at = words.find(&format!("role=\"{role}\""))?;
        let rest = words.get(at..)?.split_once('>')?.1;
        rest.split_once('<')?.0.trim().parse::<f32>().ok().filter(|v| v.is_finite())
    };
    let (scale, offset) = (number("scale").unwrap_or(1.0), number("offset").unwrap_or(0.0));
    if let Samples::Heights(values) = samples
        && (scale, offset) != (1.0, 0.0)
    {
        for value in values {
            *value = *value * scale + offset;
        }
    }
    let about = format!("{words} {}", text(decoder, Tag::ImageDescription));
    HeightDatum::of_words(&about)
}

/// One sample as a number.
pub(super) fn number(values: &DecodingResult, at: usize) -> Option<f64> {
    Some(match values {
        DecodingResult::U8(v) => f64::from(*v.get(at)?),
        DecodingResult::U16(v) => f64::from(*v.get(at)?),
        DecodingResult::U32(v) => f64::from(*v.get(at)?),
        DecodingResult::U64(v) => *v.get(at)? as f64,
        DecodingResult::F16(v) => v.get(at)?.to_f64(),
        DecodingResult::F32(v) => f64::from(*v.get(at)?),
        DecodingResult::F64(v) => *v.get(at)?,
        DecodingResult::I8(v) => f64::from(*v.get(at)?),
        DecodingResult::I16(v) => f64::from(*v.get(at)?),
        DecodingResult::I32(v) => f64::from(*v.get(at)?),
        DecodingResult::I64(v) => *v.get(at)? as f64,
    })
}
