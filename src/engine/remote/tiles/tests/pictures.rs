//! Pictures and heights, good and hostile.

use super::super::entry::{Entry, MAX_ETAG, read_entry, write_entry};
use super::*;

fn read(bytes: &[u8]) -> Result<TilePicture, PictureFault> {
    read_picture(bytes)
}

#[test]
fn pictures_come_out_as_they_went_in() {
    assert_eq!(read(&png(7)).unwrap(), picture(7));
    let jpeg = read(&encode(&picture(7), image::ImageFormat::Jpeg)).unwrap();
    assert_eq!((jpeg.width, jpeg.height, jpeg.rgba.len()), (16, 16, 256));
    let apart = |a: u8, b: u8| i32::from(a).abs_diff(i32::from(b));
    let before = picture(7);
    let all = jpeg.rgba.iter().zip(&before.rgba);
    let worst = all.flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| apart(*a, *b))).max();
    assert!(worst.unwrap() < 60, "{worst:?}");
}

#[test]
fn what_is_wrong_is_said() {
    let whole = png(1);
    let jpeg = encode(&picture(1), image::ImageFormat::Jpeg);
    assert_eq!(read(b""), Err(PictureFault::Empty));
    assert_eq!(read(&whole[..5]), Err(PictureFault::Truncated));
    assert_eq!(read(&whole[..whole.len() / 2]), Err(PictureFault::Truncated));
    for cut in 3..jpeg.len() - 1 {
        assert!(read(&jpeg[..cut]).is_err(), "a JPEG cut at {cut} of {}", jpeg.len());
    }
    assert_eq!(read(&jpeg[..jpeg.len() - 2]), Err(PictureFault::Truncated));
    assert_eq!(read(b"<!DOCTYPE html><html>Log in"), Err(PictureFault::WebPage));
    assert_eq!(read(b"GIF89a......"), Err(PictureFault::WrongType("a GIF")));
    assert_eq!(read(b"RIFF\0\0\0\0WEBPVP8 "), Err(PictureFault::WrongType("a WebP")));
    assert_eq!(read(&[0, 1, 2, 3, 250, 251, 252]), Err(PictureFault::Unknown));
    // OGC 06-042, annex H.2: how a WMS refuses.
    let refusal = b"<?xml version='1.0'?><ServiceExceptionReport version='1.3.0'>\n\
        <ServiceException code='LayerNotDefined'>unknown layer: x</ServiceException>\
        </ServiceExceptionReport>";
    assert_eq!(read(refusal), Err(PictureFault::Message("unknown layer: x".to_owned())));
    for fault in [read(&whole[..20]).unwrap_err(), PictureFault::Bomb] {
        assert!(!fault.to_string().is_empty());
    }
}

/// A PNG whose header says what it likes.
fn png_of(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        bytes.extend_from_slice(&(body.len() as u32).to_be_bytes());
        let at = bytes.len();
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(body);
        let sum = crc(&bytes[at..]);
        bytes.extend_from_slice(&sum.to_be_bytes());
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[8, 6, 0, 0, 0]);
    chunk(b"IHDR", &header);
    chunk(b"IDAT", data);
    chunk(b"IEND", b"");
    bytes
}

/// CRC-32 of a PNG chunk (PNG 1.2, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8)
            .fold(sum ^ u32::from(*byte), |s, _| (s >> 1) ^ (0xedb8_8320 & (s & 1).wrapping_neg()))
    })
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let side = read(&png_of(60_000, 60_000, &[0; 100]));
    assert_eq!(side, Err(PictureFault::TooLarge { width: 60_000, height: 60_000 }));
    assert!(read(&png_of(u32::MAX, u32::MAX, &[])).is_err());
    assert!(read(&png_of(2049, 1, &[])).is_err());
    assert!(read(&png_of(0, 0, &[])).is_err());
    // A picture of the largest size that has no data.
    assert_eq!(read(&png_of(2048, 2048, &[0x78, 0x9c])), Err(PictureFault::Truncated));
}

#[test]
fn heights_follow_their_encodings() {
    let one = |pixel: [u8; 4], encoding| {
        let picture = TilePicture { width: 1, height: 1, rgba: vec![pixel] };
        heights(&picture, encoding).metres[0]
    };
    // Mapbox: height = -10000 + ((R * 256 * 256 + G * 256 + B) * 0.1).
    assert_eq!(one([1, 134, 160, 255], Encoding::TerrainRgb), 0.0);
    assert!((one([1, 134, 161, 255], Encoding::TerrainRgb) - 0.1).abs() < 1e-5);
    assert!(one([1, 134, 160, 0], Encoding::TerrainRgb).is_nan());
    let grey = Encoding::Grey { lowest_m: -8201.0, highest_m: 21241.0 };
    assert_eq!(one([0, 0, 0, 255], grey), -8201.0);
    assert_eq!(one([255, 255, 255, 255], grey), 21241.0);
    let [r, g, b, a] = (-4471.187_f32).to_be_bytes();
    assert_eq!(one([r, g, b, a], Encoding::FloatRgba), -4471.187);
    assert!(one([0; 4], Encoding::FloatRgba).is_nan());
    assert!(one([0x7f, 0x80, 0, 0], Encoding::FloatRgba).is_nan());
    assert!(one([0x7f, 0, 0, 0], Encoding::FloatRgba).is_nan(), "1.7e38 m");
}

#[test]
fn the_float_tiles_of_gale_give_the_heights_of_its_floor() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/D_mars_maps/gale_dem/Layers/TilewithDEM/Gale_HiRISE_DEM"
    );
    // Lowest, highest, first and last height as Pillow 12 and struct '>f' read them.
    let known = [
        ("16/57775/31917.png", -4472.596, -4438.487, -4471.187, -4439.339),
        ("17/115550/63834.png", -4463.232, -4441.175, -4462.803, -4441.815),
        ("17/115551/63835.png", -4465.854, -4454.449, -4455.742, -4454.449),
    ];
    for (name, lowest, highest, first, last) in known {
        let Ok(bytes) = std::fs::read(format!("{folder}/{name}")) else {
            println!("skipped: {name} of the Gale DEM not present");
            return;
        };
        let heights = heights(&read(&bytes).unwrap(), Encoding::FloatRgba);
        assert_eq!((heights.width, heights.height), (32, 32));
        let m = &heights.metres;
        let low = m.iter().copied().fold(f32::INFINITY, f32::min);
        let high = m.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (got, wanted) in [(low, lowest), (high, highest), (m[0], first), (m[1023], last)] {
            assert!((got - wanted).abs() < 1e-3, "{name}: {got} for {wanted}");
        }
    }
}

fn entry() -> Entry {
    let key = TileKey { level: 3, x: 12, y: 5 };
    Entry { key, fetched_ms: 1_700_000_000_000, etag: "\"a1\"".to_owned(), bytes: png(3) }
}

#[test]
fn a_kept_file_is_whole_or_refused() {
    let file = write_entry(&entry());
    assert_eq!(read_entry(&file), Ok(entry()));
    for cut in 0..file.len() {
        assert!(read_entry(&file[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..file.len() {
        let mut torn = file.clone();
        torn[at] ^= 0x10;
        assert!(read_entry(&torn).is_err(), "byte {at}");
    }
    let long = Entry { etag: "x".repeat(MAX_ETAG + 1), ..entry() };
    assert_eq!(read_entry(&write_entry(&long)).unwrap().etag, "");
}

proptest::proptest! {
    #[test]
    fn hostile_bytes_are_read_without_harm(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
        at in 0..200_usize, jpeg: bool,
    ) {
        // Noise alone, in the middle of a picture, and in the middle of a kept file.
        let format = if jpeg { image::ImageFormat::Jpeg } else { image::ImageFormat::Png };
        let mut hit = encode(&picture(9), format);
        let mut file = write_entry(&entry());
        for target in [&mut hit, &mut file] {
            let at = at.min(target.len());
            let end = (at + bytes.len() / 8).min(target.len());
            target[at..end].copy_from_slice(&bytes[..end - at]);
        }
        for input in [&bytes, &hit] {
            if let Ok(picture) = read(input) {
                assert_eq!(picture.rgba.len() as u32, picture.width * picture.height);
                let heights = heights(&picture, Encoding::FloatRgba);
                assert!(heights.metres.iter().all(|m| m.is_nan() || m.abs() <= 100_000.0));
            }
        }
        if let Ok(read) = read_entry(&file) {
            assert_eq!(read, entry());
        }
        drop(read_capabilities(&bytes, "http://x"));
    }

    #[test]
    fn any_entry_comes_back(
        level: u32, x: u32, y: u32, fetched_ms: i64, etag in "[ -~]{0,40}",
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
    ) {
        let entry = Entry { key: TileKey { level, x, y }, fetched_ms, etag, bytes };
        assert_eq!(read_entry(&write_entry(&entry)), Ok(entry));
    }
}
