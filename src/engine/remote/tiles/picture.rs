//! The picture in a tile: JPEG or PNG bytes in, pixels or plain words out. Size and memory are
//! bounded before anything is unpacked.

use std::fmt;
use std::io::Cursor;

use image::error::LimitErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::service::Encoding;

/// Most pixels in width and in height.
pub const MAX_SIDE: u32 = 2048;
/// Most memory for unpacking: the largest picture with 16 bits per channel, twice.
const MAX_ALLOC: u64 = 2 * 8 * (MAX_SIDE as u64) * (MAX_SIDE as u64);
/// Beyond this distance from the areoid in metres a number is no height on Mars.
const MAX_HEIGHT_M: f32 = 100_000.0;

/// Pixels of a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilePicture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, alpha (not multiplied in), rows from the north.
    pub rgba: Vec<[u8; 4]>,
}

/// Heights of a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct Heights {
    /// Heights in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Metres, rows from the north; NaN where there is none.
    pub metres: Vec<f32>,
}

/// Why bytes are no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// No bytes at all.
    Empty,
    /// A web page, e.g. of a proxy or a login.
    WebPage,
    /// A message of the server in XML, JSON or text.
    Message(String),
    /// A file of another type, by its name.
    WrongType(&'static str),
    /// Neither a picture nor text.
    Unknown,
    /// It ends too early.
    Truncated,
    /// More pixels than a tile may have.
    TooLarge {
        /// Width it says it has.
        width: u32,
        /// Height it says it has.
        height: u32,
    },
    /// It unpacks to more than a tile may have.
    Bomb,
    /// Damaged; what the decoder said.
    Damaged(String),
}

impl fmt::Display for PictureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the picture is empty"),
            Self::WebPage => write!(
                f,
                "a web page came instead of a picture; check the address, and whether a proxy or \
                 login page stands between"
            ),
            Self::Message(text) => write!(f, "the server says: {text}"),
            Self::WrongType(name) => {
                write!(f, "the picture is {name}; ask the server for JPEG or PNG")
            }
            Self::Unknown => write!(f, "the bytes are no picture"),
            Self::Truncated => write!(f, "the picture ends too early"),
            Self::TooLarge { width, height } => write!(
                f,
                "the picture says it has {width} × {height} pixels; up to {MAX_SIDE} × {MAX_SIDE} \
                 are taken"
            ),
            Self::Bomb => write!(f, "the picture unpacks to far more than a tile needs"),
            Self::Damaged(why) => write!(f, "the picture is damaged ({why})"),
        }
    }
}

impl std::error::Error for PictureFault {}

/// Reads a JPEG or PNG picture.
pub fn read_picture(bytes: &[u8]) -> Result<TilePicture, PictureFault> {
    let format = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        ImageFormat::Jpeg
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ImageFormat::Png
    } else {
        return Err(not_a_picture(bytes));
    };
    if format == ImageFormat::Jpeg {
        jpeg_is_whole(bytes)?;
    }
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(PictureFault::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(PictureFault::Empty);
    }
    let image = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    let rgba = image.into_rgba8();
    let (width, height) = rgba.dimensions();
    let (pixels, _) = rgba.as_raw().as_chunks::<4>();
    Ok(TilePicture { width, height, rgba: pixels.to_vec() })
}

/// What a decoder has against a picture.
fn fault(error: &ImageError) -> PictureFault {
    match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::DimensionError => PictureFault::Damaged("too many pixels".to_owned()),
            _ => PictureFault::Bomb,
        },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureFault::Truncated
        }
        other => {
            let why = clean(&other.to_string(), 160);
            let lower = why.to_ascii_lowercase();
            let ends = ["unexpected end", "eof", "exhausted", "missing idat", "insufficient"];
            if ends.iter().any(|words| lower.contains(words)) {
                PictureFault::Truncated
            } else {
                PictureFault::Damaged(why)
            }
        }
    }
}

/// Whether the end of the image data is there: the decoder fills what is missing with grey.
/// Source: ITU-T T.81, annex B.1.
fn jpeg_is_whole(bytes: &[u8]) -> Result<(), PictureFault> {
    let mut at = 2;
    loop {
        let Some(&[mark, code, high, low]) = bytes.get(at..).and_then(|b| b.first_chunk()) else {
            return Err(PictureFault::Truncated);
        };
        if mark != 0xff {
            return Err(PictureFault::Damaged("a marker is missing".to_owned()));
        }
        match code {
            // Fill bytes may stand before any marker.
            0xff => at += 1,
            // Markers without a length: TEM, RSTn, a second SOI.
            0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 => return Err(PictureFault::Truncated),
            0xda => break,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    let scans = bytes.get(at..).unwrap_or_default();
    let ends = scans.windows(2).any(|pair| pair == [0xff, 0xd9]);
    if ends { Ok(()) } else { Err(PictureFault::Truncated) }
}

/// What bytes are that do not begin as a picture does.
fn not_a_picture(bytes: &[u8]) -> PictureFault {
    const TYPES: [(&[u8], &str); 7] = [
        (b"GIF8", "a GIF"),
        (b"II*\0", "a TIFF"),
        (b"MM\0*", "a TIFF"),
        (b"BM", "a BMP"),
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip file"),
    ];
    if bytes.is_empty() {
        return PictureFault::Empty;
    }
    if b"\x89PNG\r\n\x1a\n".starts_with(bytes) || [0xff, 0xd8, 0xff].starts_with(bytes) {
        return PictureFault::Truncated;
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return PictureFault::WrongType("a WebP");
    }
    if let Some((_, name)) = TYPES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return PictureFault::WrongType(name);
    }
    let head = String::from_utf8_lossy(bytes.get(..4000).unwrap_or(bytes)).into_owned();
    let odd = head.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && *c > '\r')).count();
    if odd * 20 > head.chars().count() || head.contains('\0') {
        return PictureFault::Unknown;
    }
    let lower = head.to_ascii_lowercase();
    if lower.contains("<html") || lower.contains("<!doctype html") {
        return PictureFault::WebPage;
    }
    let words = clean(&without_tags(&head), 200);
    if words.is_empty() { PictureFault::Unknown } else { PictureFault::Message(words) }
}

/// Text without what stands between `<` and `>`.
fn without_tags(text: &str) -> String {
    let mut inside = false;
    let keep = |c: char| {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                return Some(' ');
            }
            _ => {}
        }
        (!inside).then_some(c)
    };
    text.chars().filter_map(keep).collect()
}

/// On one line, without control characters, of limited length.
pub(super) fn clean(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
    words.join(" ").chars().take(most).collect()
}

/// Heights out of a picture. A transparent pixel has none, but for [`Encoding::FloatRgba`],
/// whose alpha is a part of the number and where four zeros mean none.
pub fn heights(picture: &TilePicture, encoding: Encoding) -> Heights {
    let height = |&[r, g, b, a]: &[u8; 4]| {
        let metres = match encoding {
            Encoding::FloatRgba => match f32::from_be_bytes([r, g, b, a]) {
                _ if [r, g, b, a] == [0; 4] => f32::NAN,
                value => value,
            },
            _ if a == 0 => f32::NAN,
            Encoding::Grey { lowest_m, highest_m } => {
                (lowest_m + f64::from(r) / 255.0 * (highest_m - lowest_m)) as f32
            }
            Encoding::TerrainRgb => {
                let steps = u32::from_be_bytes([0, r, g, b]);
                (f64::from(steps) * 0.1 - 10_000.0) as f32
            }
        };
        if metres.abs() <= MAX_HEIGHT_M { metres } else { f32::NAN }
    };
    Heights {
        width: picture.width,
        height: picture.height,
        metres: picture.rgba.iter().map(height).collect(),
    }
}
