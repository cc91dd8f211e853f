//! The strips and tiles of a TIFF: whether they are what they say, and their samples put where
//! they belong.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{ChunkType, Decoder, DecodingResult};
use tiff::tags::Tag;

use super::geotiff::number;
use super::{MOST_HEIGHT_M, Samples};

/// Most bytes of all pieces together, in files: pieces may share bytes, but not without end.
const MOST_SHARED: u64 = 4;
/// Most samples of one piece: 256 MB as the decoder keeps them.
const MOST_PIECE: usize = 1 << 25;

/// How a file is cut.
pub(super) struct Layout {
    pub columns: usize,
    rows: usize,
    piece_columns: usize,
    piece_rows: usize,
    /// Samples of a pixel; in one piece, unless each band has its own.
    bands: usize,
    is_planar: bool,
    is_ycbcr: bool,
}

/// One strip or tile.
pub(super) struct Piece {
    /// Number in the file.
    pub index: u32,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    band: usize,
}

impl Layout {
    /// How the decoder's image is cut; `None` where it has no pieces.
    pub(super) fn of(
        decoder: &mut Decoder<Cursor<&[u8]>>,
        bands: usize,
        color: ColorType,
    ) -> Option<Self> {
        let (columns, rows) = decoder.dimensions().ok()?;
        let (width, height) = match decoder.get_chunk_type() {
            ChunkType::Tile => decoder.chunk_dimensions(),
            // A strip may be said to be higher than the image.
            ChunkType::Strip => (columns, decoder.chunk_dimensions().1.min(rows)),
        };
        let planar = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok().flatten();
        let out = Self {
            columns: columns as usize,
            rows: rows as usize,
            piece_columns: width as usize,
            piece_rows: height as usize,
            bands,
            is_planar: planar == Some(2),
            is_ycbcr: matches!(color, ColorType::YCbCr(_)),
        };
        (width > 0 && height > 0).then_some(out)
    }

    /// All pieces, band by band where each band has its own; colours and coverage at most.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> {
        let across = self.columns.div_ceil(self.piece_columns);
        let down = self.rows.div_ceil(self.piece_rows);
        let bands = if self.is_planar { self.bands.min(4) } else { 1 };
        (0..bands * across * down).map(move |index| {
            let (band, at) = (index / (across * down), index % (across * down));
            let left = at % across * self.piece_columns;
            let top = at / across * self.piece_rows;
            Piece {
                index: index as u32,
                left,
                top,
                width: self.piece_columns.min(self.columns - left),
                height: self.piece_rows.min(self.rows - top),
                band,
            }
        })
    }
}

/// Columns, rows and bands that the first directory of a TIFF or BigTIFF declares; `None` where
/// it is cut off or says nothing.
pub(super) fn declared_size(bytes: &[u8]) -> Option<[u64; 3]> {
    let little = bytes.starts_with(b"II");
    let number = |at: usize, size: usize| {
        let cell = bytes.get(at..at.checked_add(size)?)?;
        let fold = |sum: u64, b: &u8| (sum << 8) | u64::from(*b);
        Some(if little { cell.iter().rev().fold(0, fold) } else { cell.iter().fold(0, fold) })
    };
    let is_big = number(2, 2)? == 43;
    let (first, count_size, entry) =
        if is_big { (number(8, 8)?, 8, 20) } else { (number(4, 4)?, 2, 12) };
    let first = usize::try_from(first).ok()?;
    let count = number(first, count_size)?;
    let mut size = [0, 0, 1];
    for i in 0..usize::try_from(count).ok()?.min(4096) {
        let at = first.checked_add(count_size + i * entry)?;
        let value = at + entry - if is_big { 8 } else { 4 };
        let width = match number(at + 2, 2)? {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 if is_big => 8,
            _ => continue,
        };
        let slot = match number(at, 2)? {
            256 => 0,
            257 => 1,
            277 => 2,
            _ => continue,
        };
        size[slot] = number(value, width)?;
    }
    Some(size)
}

/// Whether the pieces are of a size that a piece has, their bytes lie in the file and are not
/// used over and over, and JPEG pieces are no larger than they should be.
pub(super) fn are_honest(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    bytes: &[u8],
    layout: &Layout,
) -> Result<(), String> {
    let samples = layout.piece_columns.saturating_mul(layout.piece_rows);
    if samples.saturating_mul(layout.bands) > MOST_PIECE {
        return Err("lie in pieces too large to decode: write the file again, tiled".to_owned());
    }
    let mut numbers = |tags: [Tag; 2]| {
        let found = tags.into_iter().find_map(|t| decoder.find_tag(t).ok().flatten());
        found.and_then(|v| v.into_u64_vec().ok()).unwrap_or_default()
    };
    let sizes = numbers([Tag::StripByteCounts, Tag::TileByteCounts]);
    let starts = numbers([Tag::StripOffsets, Tag::TileOffsets]);
    let all = sizes.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    if all > MOST_SHARED * bytes.len() as u64 + 65_536 {
        return Err(format!("of {all} bytes cannot lie in {}: the file is cut off", bytes.len()));
    }
    let is_jpeg = decoder.find_tag_unsigned::<u16>(Tag::Compression).ok().flatten() == Some(7);
    if is_jpeg {
        for (start, size) in starts.iter().zip(&sizes) {
            let range = usize::try_from(*start).ok().zip(usize::try_from(*size).ok());
            let piece = range.and_then(|(s, n)| bytes.get(s..s.checked_add(n)?));
            let Some((width, height)) = piece.and_then(jpeg_size) else { continue };
            // Blocks of 16 may stand out over the edge.
            if width > layout.piece_columns + 16 || height > layout.piece_rows + 16 {
                return Err(format!("of a JPEG piece are {width} × {height}, more than it holds"));
            }
        }
    }
    Ok(())
}

/// Columns and rows that a JPEG stream declares (ITU-T T.81, B.2.2); the larger where it says
/// more than one.
fn jpeg_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let (mut at, mut size) = (2, None);
    while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
        let length = match marker {
            0xd0..=0xd8 | 0x01 | 0xff => 0,
            0xd9 | 0xda => break,
            _ => {
                let cell = bytes.get(at + 2..at + 4)?;
                usize::from(cell[0]) << 8 | usize::from(cell[1])
            }
        };
        if matches!(marker, 0xc0..=0xcf) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            let cell = bytes.get(at + 5..at + 9)?;
            let pair = |k: usize| usize::from(cell[k]) << 8 | usize::from(cell[k + 1]);
            let (height, width) = (pair(0), pair(2));
            let (w, h) = size.unwrap_or((0, 0));
            size = Some((width.max(w), height.max(h)));
        }
        at += if marker == 0xff { 1 } else { 2 + length };
    }
    size
}

/// Where samples go.
pub(super) struct Sink {
    samples: Samples,
    nodata: Option<f64>,
    columns: usize,
}

impl Sink {
    /// Room for pixels, as colours or as heights, all of them empty.
    pub(super) fn new(pixels: usize, colors: bool, nodata: Option<f64>, columns: usize) -> Self {
        let samples = if colors {
            Samples::Rgba(vec![[0; 4]; pixels])
        } else {
            Samples::Heights(vec![f32::NAN; pixels])
        };
        Self { samples, nodata, columns }
    }

    /// What has come.
    pub(super) fn into_samples(self) -> Samples {
        self.samples
    }

    /// Puts the samples of a piece where they belong.
    pub(super) fn put(&mut self, layout: &Layout, piece: &Piece, values: &DecodingResult) {
        let step = if layout.is_planar { 1 } else { layout.bands };
        let nodata = self.nodata;
        for row in 0..piece.height {
            let from = (piece.top + row) * self.columns + piece.left;
            let at = |column: usize| (row * piece.width + column) * step;
            match &mut self.samples {
                // The first band is the height.
                Samples::Heights(_) if piece.band > 0 => {}
                Samples::Heights(out) => {
                    let Some(out) = out.get_mut(from..from + piece.width) else { continue };
                    for (column, out) in out.iter_mut().enumerate() {
                        *out = number(values, at(column)).map_or(f32::NAN, |v| height(v, nodata));
                    }
                }
                Samples::Rgba(out) => {
                    let Some(out) = out.get_mut(from..from + piece.width) else { continue };
                    for (column, out) in out.iter_mut().enumerate() {
                        color(out, values, at(column), layout, piece.band, nodata);
                    }
                }
            }
        }
    }
}

/// A height, or none for the mark of missing data.
fn height(value: f64, nodata: Option<f64>) -> f32 {
    let missing = nodata.is_some_and(|n| value == n || value as f32 == n as f32);
    let height = value as f32;
    if missing || height.abs() > MOST_HEIGHT_M { f32::NAN } else { height }
}

/// Puts one band or all of a pixel into its colour.
fn color(
    out: &mut [u8; 4],
    values: &DecodingResult,
    at: usize,
    layout: &Layout,
    band: usize,
    nodata: Option<f64>,
) {
    let code = |at: usize| match values {
        DecodingResult::U8(v) => v.get(at).copied(),
        DecodingResult::U16(v) => v.get(at).map(|v| (v >> 8) as u8),
        _ => None,
    };
    let is_known = |at: usize| number(values, at).is_some_and(|v| Some(v) != nodata);
    if layout.is_planar && layout.bands >= 3 {
        if let (Some(code), Some(out)) = (code(at), out.get_mut(band)) {
            *out = code;
        }
        // Coverage is the fourth band; without one any band that is known covers.
        if layout.bands == 3 && is_known(at) {
            out[3] = 255;
        }
        return;
    }
    if band > 0 {
        return;
    }
    let bands = [0, 1, 2, 3].map(|k| code(at + k).unwrap_or(0));
    *out = match layout.bands {
        1 => [bands[0], bands[0], bands[0], 255],
        2 => [bands[0], bands[0], bands[0], bands[1]],
        3 if layout.is_ycbcr => from_ycbcr(bands),
        3 => [bands[0], bands[1], bands[2], 255],
        _ => bands,
    };
    let holes = layout.bands.min(3);
    if nodata.is_some() && !(0..holes).any(|k| is_known(at + k)) {
        *out = [0; 4];
    }
}

/// Red, green and blue of luminance and differences (ITU-T T.871, 7).
fn from_ycbcr(p: [u8; 4]) -> [u8; 4] {
    let [y, cb, cr, _] = p.map(f32::from);
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
    let [r, g, b] = rgb.map(|v| v.round() as u8);
    [r, g, b, 255]
}
