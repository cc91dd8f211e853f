//! Rasters of the test's own making, and real ones against other readers' numbers.

use std::io::Cursor;
use std::path::PathBuf;

use proptest::prelude::*;
use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, TiffEncoder, colortype};
use tiff::tags::Tag;

use super::*;

/// GeoKeys of a sphere of 3396.19 km with an equirectangular map from 0° N, 0° E.
const SPHERE_KEYS: [u16; 24] = [
    1, 1, 0, 5, 1024, 0, 1, 1, 1025, 0, 1, 1, 2057, 34736, 1, 0, 3075, 0, 1, 17, 3078, 34736, 1, 1,
];

/// What a test GeoTIFF is made of.
struct Made<'a> {
    keys: &'a [u16],
    doubles: &'a [f64],
    scale: [f64; 3],
    tie: [f64; 6],
    nodata: &'a str,
    packed: Compression,
}

impl Made<'_> {
    fn write<C: colortype::ColorType>(&self, columns: u32, rows: u32, data: &[C::Inner]) -> Vec<u8>
    where
        [C::Inner]: tiff::encoder::TiffValue,
    {
        let mut bytes = Cursor::new(Vec::new());
        let mut tiff = TiffEncoder::new(&mut bytes).unwrap().with_compression(self.packed);
        let mut image = tiff.new_image::<C>(columns, rows).unwrap();
        image.rows_per_strip(3).unwrap();
        let tags = image.encoder();
        tags.write_tag(Tag::ModelPixelScaleTag, &self.scale[..]).unwrap();
        tags.write_tag(Tag::ModelTiepointTag, &self.tie[..]).unwrap();
        tags.write_tag(Tag::GeoKeyDirectoryTag, self.keys).unwrap();
        if !self.doubles.is_empty() {
            tags.write_tag(Tag::GeoDoubleParamsTag, self.doubles).unwrap();
        }
        if !self.nodata.is_empty() {
            tags.write_tag(Tag::GdalNodata, self.nodata).unwrap();
        }
        image.write_data(data).unwrap();
        bytes.into_inner()
    }
}

/// A grid of metres around 137.4° E, 4.6° S.
fn gale() -> Made<'static> {
    Made {
        keys: &SPHERE_KEYS,
        doubles: &[EQUATORIAL_RADIUS_M, 0.0],
        scale: [10.0, 10.0, 0.0],
        tie: [0.0, 0.0, 0.0, 8_142_406.0, -276_455.0, 0.0],
        nodata: "-32767",
        packed: Compression::Deflate(DeflateLevel::Balanced),
    }
}

fn data(name: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/D_mars_maps");
    let path = PathBuf::from(root).join(name);
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        println!("skipped: {name} not present");
    }
    bytes
}

fn opened(bytes: &[u8], beside: Option<&[u8]>, want: Want) -> Raster {
    let (raster, problems) = read(bytes, beside, &Options { want, ..Options::default() });
    assert!(problems.is_empty(), "{problems:?}");
    raster.unwrap()
}

fn heights(raster: &Raster) -> &[f32] {
    let Samples::Heights(v) = &raster.samples else { panic!("not heights") };
    v
}

fn rgba(raster: &Raster) -> &[[u8; 4]] {
    let Samples::Rgba(v) = &raster.samples else { panic!("not colours") };
    v
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} ± {tolerance}");
}

#[test]
fn heights_of_a_geotiff_with_holes() {
    let mut values: Vec<f32> = (0..7 * 5).map(|i| i as f32 - 4500.0).collect();
    values[8] = -32767.0;
    values[9] = f32::MIN;
    for packed in [Compression::Uncompressed, Compression::Lzw, gale().packed] {
        let bytes = Made { packed, ..gale() }.write::<colortype::Gray32Float>(7, 5, &values);
        let raster = opened(&bytes, None, Want::Auto);
        let got = heights(&raster);
        assert!(got[8].is_nan() && got[9].is_nan());
        assert_eq!((got[0], got[34], raster.datum), (-4500.0, -4466.0, None));
        let degree = EQUATORIAL_RADIUS_M.to_radians();
        let (column, row) =
            raster.place.pixel_of(-276_475.0 / degree, 8_142_441.0 / degree).unwrap();
        near(column, 3.5, 1e-6);
        near(row, 2.0, 1e-6);
        // Narrower by the cosine of 4.66°: the root of the area.
        near(raster.place.pixel_deg(), 1.684_264_5e-4, 1e-9);
    }
}

#[test]
fn samples_of_other_kinds() {
    let greys: Vec<u8> = (0..20).collect();
    let bytes = Made { nodata: "7", ..gale() }.write::<colortype::Gray8>(5, 4, &greys);
    let picture = opened(&bytes, None, Want::Auto);
    assert_eq!((rgba(&picture)[3], rgba(&picture)[7]), ([3, 3, 3, 255], [0; 4]));
    let numbers = opened(&bytes, None, Want::Heights);
    assert!(heights(&numbers)[7].is_nan() && heights(&numbers)[8] == 8.0);
    let signed: Vec<i16> = (-10..10).collect();
    let bytes = gale().write::<colortype::GrayI16>(5, 4, &signed);
    assert_eq!(heights(&opened(&bytes, None, Want::Auto))[0], -10.0);
    let shown = opened(&bytes, None, Want::Picture);
    assert_eq!((rgba(&shown)[0], rgba(&shown)[19]), ([0, 0, 0, 255], [255, 255, 255, 255]));
    let colors: Vec<u8> = (0..60).collect();
    let bytes = Made { nodata: "", ..gale() }.write::<colortype::RGB8>(5, 4, &colors);
    assert_eq!(rgba(&opened(&bytes, None, Want::Auto))[19], [57, 58, 59, 255]);
}

#[test]
fn degrees_points_and_planetographic_latitudes() {
    // Model 2 (degrees), pixels are points, an ellipsoid by its inverse flattening.
    let keys = [1, 1, 0, 4, 1024, 0, 1, 2, 1025, 0, 1, 2, 2057, 34736, 1, 0, 2059, 34736, 1, 1];
    let made = Made {
        keys: &keys,
        doubles: &[EQUATORIAL_RADIUS_M, 169.894_447_223_612],
        scale: [1.0, 1.0, 0.0],
        tie: [0.0, 0.0, 0.0, 10.0, 45.0, 0.0],
        ..gale()
    };
    let bytes = made.write::<colortype::GrayI16>(4, 3, &[1; 12]);
    let raster = opened(&bytes, None, Want::Auto);
    let (lat, lon) = raster.place.place_of(0.5, 0.5).unwrap();
    near(lon, 10.0, 1e-9);
    // 45° planetographic is 0.338° nearer to the equator from the centre.
    near(lat, 45.0 - 0.3382, 2e-4);
    let (column, row) = raster.place.pixel_of(lat, lon + 360.0).unwrap();
    near(column, 0.5, 1e-9);
    near(row, 0.5, 1e-9);
}

#[test]
fn a_map_without_a_known_projection_is_told() {
    let mut keys = SPHERE_KEYS;
    keys[19] = 8;
    let bytes = Made { keys: &keys, ..gale() }.write::<colortype::Gray8>(2, 2, &[0; 4]);
    let (raster, problems) = read(&bytes, None, &Options::default());
    assert!(raster.is_none() && problems[0].reason.contains("gdalwarp"), "{problems:?}");
}

/// A label like those of MEGDR (MEGT90N000CB.LBL of PDS volume MGSL_300X, shortened).
fn label(lines: usize, samples: usize, resolution: f64) -> String {
    let (l0, s0) = (lines as f64 / 2.0 + 0.5, samples as f64 / 2.0 + 0.5);
    format!(
        "PDS_VERSION_ID = PDS3\r\nRECORD_TYPE = FIXED_LENGTH\r\nRECORD_BYTES = {}\r\n\
         FILE_RECORDS = {lines}\r\n^IMAGE = \"GRID.IMG\"\r\n\
         OBJECT = IMAGE\r\n NAME = \"MEDIAN_TOPOGRAPHY\"\r\n LINES = {lines}\r\n \
         LINE_SAMPLES = {samples}\r\n SAMPLE_TYPE = MSB_INTEGER\r\n SAMPLE_BITS = 16\r\n \
         UNIT = METER\r\n DESCRIPTION = \"topography: the planetary radius minus the areoid\"\r\n\
         END_OBJECT = IMAGE\r\nOBJECT = IMAGE_MAP_PROJECTION\r\n \
         MAP_PROJECTION_TYPE = \"SIMPLE CYLINDRICAL\"\r\n \
         A_AXIS_RADIUS = 3396.0 <KM>\r\n C_AXIS_RADIUS = 3396.0 <KM>\r\n \
         POSITIVE_LONGITUDE_DIRECTION = \"EAST\"\r\n CENTER_LATITUDE = 0.0 <DEGREE>\r\n \
         CENTER_LONGITUDE = 180.0 <DEGREE>\r\n LINE_PROJECTION_OFFSET = {l0}\r\n \
         SAMPLE_PROJECTION_OFFSET = {s0}\r\n MAP_RESOLUTION = {resolution} <PIXEL/DEGREE>\r\n \
         MAP_SCALE = 14.818 <KM/PIXEL>\r\nEND_OBJECT = IMAGE_MAP_PROJECTION\r\nEND\r\n",
        samples * 2
    )
}

#[test]
fn a_pds_image_with_its_label_beside_it() {
    let label = label(4, 8, 1.0 / 45.0);
    let image: Vec<u8> = (0..32i16).flat_map(|v| (v - 5).to_be_bytes()).collect();
    for (first, second) in [(label.as_bytes(), &image[..]), (&image[..], label.as_bytes())] {
        let raster = opened(first, Some(second), Want::Auto);
        assert_eq!((raster.columns, raster.rows), (8, 4));
        assert_eq!((heights(&raster)[0], heights(&raster)[31]), (-5.0, 26.0));
        assert_eq!(raster.datum, Some(HeightDatum::Areoid));
        let (column, row) = raster.place.pixel_of(67.5, 22.5).unwrap();
        near(column, 0.5, 1e-9);
        near(row, 0.5, 1e-9);
        near(raster.place.turn().unwrap(), 8.0, 1e-9);
        let area = raster.place.area();
        near(area.east - area.west, 360.0, 1e-9);
        near(area.south, -90.0, 1e-9);
    }
    assert_eq!(beside("x.lbl", label.as_bytes()), ["GRID.IMG"]);
    assert_eq!(beside("MEGT.IMG", &image)[0], "MEGT.lbl");
}

/// The formulas of HiRISE's DSMAPPROJECTION.CAT for planetocentric polar maps, on the polar radius:
/// x = 2 R tan(π/4 − |φ|/2) sin(λ − λ0); the label is attached, longitudes count to the west.
#[test]
fn a_polar_pds_image_with_its_label_in_front() {
    let label = "PDS_VERSION_ID = PDS3\r\nRECORD_TYPE = FIXED_LENGTH\r\nRECORD_BYTES = 1024\r\n\
         FILE_RECORDS = 2\r\nLABEL_RECORDS = 1\r\n^IMAGE = 2\r\nOBJECT = IMAGE\r\n LINES = 32\r\n \
         LINE_SAMPLES = 32\r\n SAMPLE_TYPE = UNSIGNED_INTEGER\r\n SAMPLE_BITS = 8\r\n \
         MISSING_CONSTANT = 0\r\nEND_OBJECT = IMAGE\r\nOBJECT = IMAGE_MAP_PROJECTION\r\n \
         MAP_PROJECTION_TYPE = \"POLAR STEREOGRAPHIC\"\r\n A_AXIS_RADIUS = 3396.19 <KM>\r\n \
         C_AXIS_RADIUS = 3376.2 <KM>\r\n COORDINATE_SYSTEM_NAME = \"PLANETOCENTRIC\"\r\n \
         POSITIVE_LONGITUDE_DIRECTION = \"WEST\"\r\n CENTER_LATITUDE = -90.0 <DEG>\r\n \
         CENTER_LONGITUDE = 30.0 <DEG>\r\n LINE_PROJECTION_OFFSET = 16.5\r\n \
         SAMPLE_PROJECTION_OFFSET = 16.5\r\n MAP_SCALE = 1000 <M/PIXEL>\r\n\
         END_OBJECT = IMAGE_MAP_PROJECTION\r\nEND\r\n";
    let mut bytes = label.as_bytes().to_vec();
    bytes.resize(1024, b' ');
    bytes.extend((0..1024).map(|i| (i % 256) as u8));
    let raster = opened(&bytes, None, Want::Auto);
    assert_eq!((rgba(&raster)[0], rgba(&raster)[33]), ([0; 4], [33, 33, 33, 255]));
    // 89.8° S, 40° east of the meridian, which is 30° W.
    let rho = 2.0 * POLAR_RADIUS_M * (0.1f64.to_radians()).tan() / 1000.0;
    let turn = 40f64.to_radians();
    let (column, row) = raster.place.pixel_of(-89.8, -30.0 + 40.0).unwrap();
    near(column, 16.0 + rho * turn.sin(), 1e-6);
    near(row, 16.0 - rho * turn.cos(), 1e-6);
    let area = raster.place.area();
    assert_eq!((area.south, area.east - area.west), (-90.0, 360.0));
}

/// Values read with numpy from the big-endian grid, 4 cells a degree from 0° E: InSight, Gale,
/// Olympus Mons, Hellas.
#[test]
fn the_mola_grid_equals_another_reader() {
    let Some(image) = data("topography/megt90n000cb.img") else { return };
    let raster = opened(label(720, 1440, 4.0).as_bytes(), Some(&image), Want::Auto);
    for (lat, lon, height) in [
        (4.502, 135.623, -2609.0),
        (-4.5895, 137.4417, -4458.0),
        (18.65, -133.8, 20009.0),
        (-42.4, 430.5, -6151.0),
    ] {
        let (column, row) = raster.place.pixel_of(lat, lon).unwrap();
        let got = heights(&raster)[row as usize * raster.columns + column as usize];
        assert_eq!(got, height, "{lat} {lon}");
    }
}

/// Samples read with rasterio 1.4.4, places with pyproj 3 from the file's own coordinate system.
#[test]
fn the_gale_terrain_equals_another_reader() {
    let Some(bytes) = data("gale_dem/Data/missionDEM.tif") else { return };
    let raster = opened(&bytes, None, Want::Auto);
    assert_eq!((raster.columns, raster.rows), (348, 337));
    for (row, column, height) in [
        (0, 0, -4470.7397f32),
        (100, 50, -4470.7314),
        (168, 174, -4458.7085),
        (300, 300, -4441.804),
    ] {
        assert_eq!(heights(&raster)[row * 348 + column], height);
    }
    let (lat, lon) = raster.place.place_of(174.5, 168.5).unwrap();
    near(lon, 137.370_258_140_894, 1e-9);
    near(lat, -4.666_805_762_968, 1e-9);
    let area = raster.place.area();
    near(area.west, 137.367_314_220_346, 1e-9);
    near(area.east, 137.373_185_190_837, 1e-9);
    near(area.north, -4.663_963_066_050, 1e-9);
    near(area.south, -4.669_648_459_887, 1e-9);
}

/// Latitudes by pyproj 3 (planetographic, turned to planetocentric by hand); the file says scale
/// 0 at the pole, which GDAL's proj string of it takes for 1.
#[test]
fn the_polar_map_equals_another_reader() {
    let Some(bytes) = data("usgs_samples/Mars_MGS_MOLA_ClrShade_MAP2_90.0N0.0_POLA.tif") else {
        return;
    };
    let raster = opened(&bytes, None, Want::Auto);
    assert_eq!((raster.columns, raster.rows), (920, 920));
    for (column, row, lat, lon) in [
        (100.0, 200.0, 56.130_139_260_8, -125.837_652_954_3),
        (700.5, 400.5, 70.717_527_038_2, 103.896_019_128_4),
        (0.0, 0.0, 41.920_980_090_3, -135.0),
    ] {
        let got = raster.place.place_of(column, row).unwrap();
        near(got.0, lat, 1e-8);
        near(got.1, lon, 1e-8);
    }
    assert_eq!(rgba(&raster)[0], [228, 228, 228, 255]);
    assert_eq!(rgba(&raster)[400 * 920 + 700], [28, 28, 28, 255]);
    let area = raster.place.area();
    assert_eq!((area.north, area.east - area.west), (90.0, 360.0));
    near(area.south, 41.920_980_090_3, 1e-8);
}

/// Pixels as Pillow gives them; decoders of JPEG may differ by little.
#[test]
fn pictures_of_the_planet_equal_another_reader() {
    let known = [
        ("imagery/Mars_Viking_MDIM21_ClrMosaic_1200.jpg", [136, 108, 105], [97, 77, 79]),
        (
            "imagery/jmars_viking_geologic_map_skinner_et_al_2006_-_2048_x_1024.png",
            [113, 200, 205],
            [179, 102, 102],
        ),
    ];
    for (name, first, second) in known {
        let Some(bytes) = data(name) else { continue };
        let raster = opened(&bytes, None, Want::Auto);
        for ((column, row), color) in [((100, 100), first), ((600, 300), second)] {
            let got = rgba(&raster)[row * raster.columns + column];
            for (got, color) in got.iter().zip(color) {
                assert!(got.abs_diff(color) <= 3, "{name} {column} {row}: {got:?} {color:?}");
            }
        }
        let area = raster.place.area();
        assert_eq!((area.west, area.east, area.south, area.north), (-180.0, 180.0, -90.0, 90.0));
        assert!(raster.place.turn().is_some());
    }
}

fn png(columns: u32, rows: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(columns, rows, |x, y| image::Rgb([x as u8, y as u8, 9]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn plain_pictures_and_their_world_files() {
    let planet = png(16, 8);
    let raster = opened(&planet, None, Want::Auto);
    assert_eq!(raster.place.pixel_of(90.0, -180.0), Some((0.0, 0.0)));
    let options = Options { first_lon: 0.0, ..Options::default() };
    let (from_zero, _) = read(&planet, None, &options);
    let (column, _) = from_zero.unwrap().place.pixel_of(0.0, 11.25).unwrap();
    near(column, 0.5, 1e-9);
    // The middle of the first pixel lies at 137.05° E, 4.55° S.
    let world = b"0.1\n0\n0\n-0.1\n137.05\n-4.55\n";
    let raster = opened(&png(5, 5), Some(world), Want::Auto);
    let area = raster.place.area();
    near(area.west, 137.0, 1e-9);
    near(area.south, -5.0, 1e-9);
    assert_eq!(rgba(&raster)[7], [2, 1, 9, 255]);
    let (raster, problems) = read(&png(5, 5), None, &Options::default());
    assert!(raster.is_none() && problems[0].reason.contains("world file"));
    let (raster, problems) = read(&planet, Some(b"not numbers"), &Options::default());
    assert!(raster.is_some() && problems.len() == 1);
}

/// A declared size that the bytes do not justify costs nothing: TIFF, PNG, PDS.
#[test]
fn bombs_are_refused() {
    let mut tiff = gale().write::<colortype::Gray8>(4, 4, &[0; 16]);
    // Width and height of the first directory (tags 256 and 257, long).
    let at = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    for entry in 0..2 {
        let cell = at + 2 + entry * 12 + 8;
        tiff[cell..cell + 4].copy_from_slice(&60_000u32.to_le_bytes());
    }
    let mut picture = png(4, 2);
    picture[16..20].copy_from_slice(&40_000u32.to_be_bytes());
    picture[20..24].copy_from_slice(&20_000u32.to_be_bytes());
    let image = label(20_000, 20_000, 100.0);
    for bytes in [&tiff[..], &picture, image.as_bytes()] {
        let (raster, problems) = read(bytes, Some(&[0; 64]), &Options::default());
        assert!(raster.is_none() && !problems.is_empty());
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_what_came() {
    let values: Vec<i16> = (0..6 * 6).collect();
    let made = Made { packed: Compression::Uncompressed, ..gale() };
    let whole = made.write::<colortype::GrayI16>(6, 6, &values);
    let mut spoilt = gale().write::<colortype::GrayI16>(6, 6, &values);
    let number = |at: usize| u32::from_le_bytes(spoilt[at..at + 4].try_into().unwrap()) as usize;
    // The offset of the strips (tag 273) leads to that of the first.
    let first = number(4) + 2;
    let tag = (first..).step_by(12).find(|at| spoilt[*at..*at + 2] == [0x11, 1]).unwrap();
    let strip = number(number(tag + 8));
    spoilt[strip..strip + 4].fill(0xff);
    let (raster, problems) = read(&spoilt, None, &Options::default());
    assert!(problems.iter().any(|p| p.reason.contains("stays empty")), "{problems:?}");
    assert!(heights(&raster.unwrap()).iter().any(|v| v.is_nan()));
    assert_eq!(heights(&opened(&whole, None, Want::Auto))[35], 35.0);
}

proptest! {
    #[test]
    fn pixel_of_undoes_place_of(column in 0.0..348.0f64, row in 0.0..337.0f64,
                                lat in -70.0..70.0f64, lon in -180.0..360.0f64, kind in 0..5) {
        let radius = EQUATORIAL_RADIUS_M;
        let projection = match kind {
            0 => Projection::Degrees,
            1 => Projection::Equirectangular { radius, parallel: 30.0, origin: 0.0, meridian: lon },
            2 => Projection::Sinusoidal { radius, meridian: lon },
            3 => Projection::polar(radius, 0.1, 90.0, 1.0, lon),
            _ => Projection::Mercator { radius, eccentricity: 0.1, scale: 1.0, meridian: 0.0 },
        };
        let latitudes = Latitudes::Graphic { ratio: 0.994 };
        let (x, y) = projection.forward(lat, 3.0).unwrap();
        let size = if kind == 0 { 1e-3 } else { 60.0 };
        let map = [x, size, 0.0, y, 0.0, -size];
        let place = Georeference::new(348, 337, map, projection, latitudes).unwrap();
        let (lat, lon) = place.place_of(column, row).unwrap();
        let (c, r) = place.pixel_of(lat, lon).unwrap();
        prop_assert!((c - column).abs() < 1e-4 && (r - row).abs() < 1e-4, "{} {}", c, r);
        let area = place.area();
        prop_assert!(area.south <= lat + 1e-3 && lat <= area.north + 1e-3);
        let east = (lon - area.west).rem_euclid(360.0);
        prop_assert!(east <= area.east - area.west + 1e-3 || east > 359.9);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300),
                            at in 0usize..400, tiff in any::<bool>()) {
        // Random bytes alone rarely get past the first tag: a real file is spoilt too.
        let mut spoilt = if tiff {
            gale().write::<colortype::Gray8>(5, 4, &[1; 20])
        } else {
            label(4, 8, 1.0 / 45.0).into_bytes()
        };
        let from = at.min(spoilt.len());
        let end = (from + bytes.len() / 30).min(spoilt.len());
        spoilt[from..end].copy_from_slice(&bytes[..end - from]);
        for input in [&bytes, &spoilt] {
            let _ = sniff(input);
            let _ = beside("x.img", input);
            let (raster, _) = read(input, Some(&bytes), &Options::default());
            if let Some(raster) = raster {
                prop_assert_eq!(raster.samples.len(), raster.columns * raster.rows);
                let _ = (raster.place.area(), raster.place.pixel_deg(), raster.place.turn());
            }
        }
    }
}
