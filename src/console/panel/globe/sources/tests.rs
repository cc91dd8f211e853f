//! Patches and tiles over ground that the test makes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use marsdeck_engine::format::raster::{
    EQUATORIAL_RADIUS_M, Georeference, HeightDatum, Latitudes, Projection, Raster, Samples,
};
use marsdeck_engine::remote::tiles::{Encoding, Matrix, TileAnswer, TilePicture};

use super::*;
use crate::globe::LatLon;
use crate::globe::ground::source::{Elevation, Given, Imagery, PICTURE_SIDE};

const SIDE: usize = 33;

fn degrees(columns: usize, rows: usize, west: f64, north: f64, step: f64) -> Georeference {
    let map = [west, step, 0.0, north, 0.0, -step];
    Georeference::new(columns, rows, map, Projection::Degrees, Latitudes::Centric).unwrap()
}

/// A plane that rises 100 m a degree to the east and 1000 m a degree to the north.
fn plane(place: LatLon) -> f32 {
    (100.0 * place.lon + 1000.0 * place.lat) as f32
}

fn tilted(columns: usize, rows: usize, place: Georeference) -> Raster {
    let at = |i: usize| {
        let (lat, lon) =
            place.place_of((i % columns) as f64 + 0.5, (i / columns) as f64 + 0.5).unwrap();
        plane(LatLon::new(lat, lon))
    };
    let samples = Samples::Heights((0..columns * rows).map(at).collect());
    Raster { columns, rows, samples, place, datum: None }
}

fn heights(source: &dyn Elevation, area: Area) -> (Vec<[f32; 2]>, Given) {
    let mut out = vec![[0.0; 2]; SIDE * SIDE];
    let given = source.heights(area, SIDE, &mut out);
    (out, given)
}

fn picture(source: &dyn Imagery, area: Area) -> (Vec<[u8; 4]>, Given) {
    let mut out = vec![[0; 4]; PICTURE_SIDE * PICTURE_SIDE];
    let given = source.paint(area, &mut out);
    (out, given)
}

fn place(area: Area, i: usize) -> LatLon {
    let last = (SIDE - 1) as f64;
    area.place((i % SIDE) as f64 / last, (i / SIDE) as f64 / last)
}

#[test]
fn a_plane_stays_a_plane_at_any_size_and_projection() {
    let radius = EQUATORIAL_RADIUS_M;
    let metre = 1.0 / radius.to_radians();
    let map = [137.0 / metre, 500.0, 0.0, -4.0 / metre, 0.0, -500.0];
    let flat = Projection::Equirectangular { radius, parallel: 0.0, origin: 0.0, meridian: 0.0 };
    let flat = Georeference::new(200, 200, map, flat, Latitudes::Centric).unwrap();
    for place_of in [degrees(200, 200, 137.0, -4.0, 0.01), flat] {
        let patch = PatchElevation::new(tilted(200, 200, place_of), None).unwrap();
        // Inside the patch: finer than its cells, and coarser.
        for size in [0.02, 0.2, 0.7] {
            let area = Area { west: 137.8, east: 137.8 + size, south: -5.3, north: -5.3 + size };
            let (out, given) = heights(&patch, area);
            assert_eq!(given, Given::Whole);
            for (i, [height, weight]) in out.into_iter().enumerate() {
                let wanted = plane(place(area, i));
                assert!((height - wanted).abs() < 0.6, "{size} {i}: {height} {wanted}");
                assert!((weight - 1.0).abs() < 1e-4, "{size} {i}: {weight}");
            }
        }
    }
}

#[test]
fn a_patch_is_whole_to_its_edges_and_fades_beyond_them() {
    let patch = PatchElevation::new(tilted(100, 100, degrees(100, 100, 10.0, 1.0, 0.01)), None);
    let patch = patch.unwrap();
    // 15 km are 0.253 degrees.
    let along = Area { west: 9.68, east: 11.32, south: 0.4, north: 0.6 };
    let (out, _) = heights(&patch, along);
    let weights: Vec<f32> = out[16 * SIDE..17 * SIDE].iter().map(|p| p[1]).collect();
    assert_eq!((weights[0], weights[SIDE - 1]), (0.0, 0.0));
    for (i, [height, weight]) in out[16 * SIDE..17 * SIDE].iter().enumerate() {
        let place = place(along, 16 * SIDE + i);
        if (10.01..10.99).contains(&place.lon) {
            assert!(*weight > 0.999 && (height - plane(place)).abs() < 0.5, "{place:?} {height}");
        } else if *weight > 0.3 {
            // Carried on: the ground of the edge, no more than a tenth of a degree off.
            assert!((height - plane(place)).abs() < 30.0, "{place:?} {height}");
        }
    }
    let half = &weights[..17];
    assert!(half.windows(2).all(|w| w[0] <= w[1] + 1e-6), "{weights:?}");
    assert!(half.iter().any(|w| (0.05..0.95).contains(w)), "{weights:?}");
    let far = Area { west: 20.0, east: 21.0, south: 0.0, north: 1.0 };
    assert_eq!(heights(&patch, far).1, Given::Nothing);
    assert!(patch.finest_deg(far).is_infinite());
    assert!((patch.finest_deg(along) - 0.01).abs() < 1e-5);
    let beside = Area { west: 11.05, east: 11.2, south: 0.4, north: 0.6 };
    assert!((0.011..0.1).contains(&patch.finest_deg(beside)));
    // The same ground a turn away.
    let turned = Area { west: 370.4, east: 370.6, south: 0.4, north: 0.6 };
    assert_eq!(heights(&patch, turned).1, Given::Whole);
}

#[test]
fn holes_leave_the_ground_below() {
    let mut raster = tilted(100, 100, degrees(100, 100, 10.0, 1.0, 0.01));
    if let Samples::Heights(values) = &mut raster.samples {
        for row in 15..85 {
            values[row * 100 + 15..row * 100 + 85].fill(f32::NAN);
        }
    }
    raster.datum = Some(HeightDatum::Sphere);
    let patch = PatchElevation::new(raster.clone(), None).unwrap();
    assert_eq!(patch.datum(), Datum::Sphere);
    let chosen = PatchElevation::new(raster, Some(Datum::Ellipsoid)).unwrap();
    assert_eq!(chosen.datum(), Datum::Ellipsoid);
    let across = Area { west: 10.1, east: 10.9, south: 0.45, north: 0.55 };
    let (out, _) = heights(&patch, across);
    let row = &out[16 * SIDE..17 * SIDE];
    assert_eq!(row[16][1], 0.0);
    assert!(row[0][1] > 0.999, "{row:?}");
    assert!(row.iter().any(|p| (0.05..0.95).contains(&p[1])), "{row:?}");
}

#[test]
fn a_picture_of_the_planet_has_no_seam_and_no_edge() {
    let (columns, rows) = (64, 32);
    let color = |i: usize| {
        let east = (i % columns) as f64 / columns as f64 * std::f64::consts::TAU;
        [(128.0 + 100.0 * east.cos()) as u8, 50, 60, 255]
    };
    let raster = Raster {
        columns,
        rows,
        samples: Samples::Rgba((0..columns * rows).map(color).collect()),
        place: degrees(columns, rows, -180.0, 90.0, 360.0 / 64.0),
        datum: None,
    };
    let patch = PatchImagery::new(raster).unwrap();
    for area in [
        Area::PLANET,
        Area { west: 175.0, east: 185.0, south: -5.0, north: 5.0 },
        Area { west: -180.0, east: -90.0, south: 0.0, north: 90.0 },
    ] {
        let (out, given) = picture(&patch, area);
        assert_eq!(given, Given::Whole);
        assert!(out.iter().all(|p| p[3] == 255), "{area:?} shows the ground below");
        for row in out.chunks_exact(PICTURE_SIDE) {
            let steps = row.windows(2).map(|w| w[0][0].abs_diff(w[1][0])).max().unwrap();
            assert!(steps <= 12, "a step of {steps} in {area:?}");
        }
    }
}

#[test]
fn a_picture_over_the_pole_turns_with_it() {
    let radius = EQUATORIAL_RADIUS_M;
    let polar = Projection::polar(radius, 0.0, 90.0, 1.0, 0.0);
    let map = [-5e5, 1e4, 0.0, 5e5, 0.0, -1e4];
    let place = Georeference::new(100, 100, map, polar, Latitudes::Centric).unwrap();
    // East of the pole red, west of it blue.
    let color = |i: usize| if i % 100 >= 50 { [255, 0, 0, 255] } else { [0, 0, 255, 255] };
    let samples = Samples::Rgba((0..10_000).map(color).collect());
    let raster = Raster { columns: 100, rows: 100, samples, place, datum: None };
    let patch = PatchImagery::new(raster).unwrap();
    let area = Area { west: -180.0, east: 180.0, south: 84.0, north: 90.0 };
    let (out, _) = picture(&patch, area);
    let row = &out[128 * PICTURE_SIDE..129 * PICTURE_SIDE];
    assert_eq!((row[64], row[192]), ([0, 0, 255, 255], [255, 0, 0, 255]));
    assert!(out.iter().all(|p| p[3] > 200));
}

/// Tiles that know their place by colour; levels above `finest` are still to come.
struct Coloured {
    matrix: Matrix,
    finest: u8,
    beyond: TileAnswer,
}

const TILE: usize = 16;

impl Tiles for Coloured {
    fn tile(&self, level: u8, x: u32, y: u32) -> TileAnswer {
        if level > self.finest {
            return self.beyond.clone();
        }
        let (columns, rows) = self.matrix.size(u32::from(level)).unwrap();
        let pixel = |i: usize| {
            let part = |tile: u32, n: usize, of: u32| {
                (f64::from(tile) + (n as f64 + 0.5) / TILE as f64) / f64::from(of)
            };
            let (right, down) = (part(x, i % TILE, columns), part(y, i / TILE, rows));
            [(right * 255.0) as u8, (down * 255.0) as u8, level, 255]
        };
        let rgba = (0..TILE * TILE).map(pixel).collect();
        TileAnswer::Ready(Arc::new(TilePicture { width: TILE as u32, height: TILE as u32, rgba }))
    }

    fn matrix(&self) -> Matrix {
        self.matrix
    }

    fn levels(&self) -> (u8, u8) {
        (0, 9)
    }

    fn side(&self) -> u32 {
        TILE as u32
    }

    fn version(&self) -> u64 {
        7
    }
}

#[test]
fn tiles_lie_where_their_matrix_has_them() {
    for matrix in [Matrix::Geographic, Matrix::WebMercator] {
        let tiles = Coloured { matrix, finest: 9, beyond: TileAnswer::Absent };
        let source = RemoteImagery::new(Arc::new(tiles));
        let area = Area { west: 90.0, east: 135.0, south: 0.0, north: 45.0 };
        let (out, given) = picture(&source, area);
        assert_eq!((given, source.version()), (Given::Whole, 7));
        for (i, pixel) in out.iter().enumerate() {
            let part = |n: usize| (n as f64 + 0.5) / PICTURE_SIDE as f64;
            let place = area.place(part(i % PICTURE_SIDE), part(i / PICTURE_SIDE));
            let right = (place.lon + 180.0) / 360.0 * 255.0;
            let down = match matrix {
                Matrix::Geographic => (90.0 - place.lat) / 180.0,
                Matrix::WebMercator => {
                    0.5 - place.lat.to_radians().tan().asinh() / std::f64::consts::TAU
                }
            };
            assert!((f64::from(pixel[0]) - right).abs() < 1.6, "{matrix:?} {i}: {pixel:?}");
            assert!((f64::from(pixel[1]) - down * 255.0).abs() < 1.6, "{matrix:?} {i}: {pixel:?}");
        }
    }
}

#[test]
fn coarser_tiles_stand_in_for_those_to_come() {
    let area = Area { west: 0.0, east: 11.25, south: 0.0, north: 11.25 };
    for (beyond, wanted) in [
        (TileAnswer::Pending, Given::Part),
        (TileAnswer::Absent, Given::Whole),
        (TileAnswer::Failed, Given::Whole),
    ] {
        let tiles = Coloured { matrix: Matrix::Geographic, finest: 2, beyond };
        let (out, given) = picture(&RemoteImagery::new(Arc::new(tiles)), area);
        assert_eq!(given, wanted);
        assert!(out.iter().all(|p| p[2] == 2 && p[3] == 255));
    }
    // Nothing at all yet, and more to come.
    struct Empty;
    impl Tiles for Empty {
        fn tile(&self, _: u8, _: u32, _: u32) -> TileAnswer {
            TileAnswer::Pending
        }
        fn matrix(&self) -> Matrix {
            Matrix::WebMercator
        }
        fn levels(&self) -> (u8, u8) {
            (0, 4)
        }
        fn side(&self) -> u32 {
            256
        }
        fn version(&self) -> u64 {
            0
        }
    }
    let (out, given) = picture(&RemoteImagery::new(Arc::new(Empty)), area);
    assert_eq!((given, out[0]), (Given::Part, [0; 4]));
    let polar = Area { west: 0.0, east: 4.0, south: 86.0, north: 90.0 };
    assert!(RemoteImagery::new(Arc::new(Empty)).finest_deg(polar).is_infinite());
}

/// Packed floats of the plane: bytes that must not be interpolated.
struct Packed;

impl Tiles for Packed {
    fn tile(&self, level: u8, x: u32, y: u32) -> TileAnswer {
        let bounds = Matrix::Geographic.bounds(marsdeck_engine::remote::tiles::TileKey {
            level: u32::from(level),
            x,
            y,
        });
        let bounds = bounds.unwrap();
        let step = (bounds.east - bounds.west) / TILE as f64;
        let rgba = (0..TILE * TILE).map(|i| {
            let lon = bounds.west + ((i % TILE) as f64 + 0.5) * step;
            let lat = bounds.north - ((i / TILE) as f64 + 0.5) * step;
            plane(LatLon::new(lat, lon)).to_be_bytes()
        });
        let rgba = rgba.collect();
        TileAnswer::Ready(Arc::new(TilePicture { width: TILE as u32, height: TILE as u32, rgba }))
    }

    fn matrix(&self) -> Matrix {
        Matrix::Geographic
    }

    fn levels(&self) -> (u8, u8) {
        (0, 6)
    }

    fn side(&self) -> u32 {
        TILE as u32
    }

    fn version(&self) -> u64 {
        0
    }
}

#[test]
fn packed_heights_are_interpolated_as_heights() {
    let source = RemoteElevation::new(Arc::new(Packed), Encoding::FloatRgba, Datum::Areoid);
    for size in [0.5, 4.0, 20.0] {
        let area = Area { west: 40.0, east: 40.0 + size, south: 5.0, north: 5.0 + size };
        let (out, given) = heights(&source, area);
        assert_eq!(given, Given::Whole);
        for (i, [height, weight]) in out.into_iter().enumerate() {
            // Beyond the outer tiles the last cell is held: half a cell of the level.
            let on = |n: usize| n.is_multiple_of(SIDE - 1);
            let last = on(i % SIDE) || on(i / SIDE);
            let slack = if last { 1500.0 } else { 700.0 * size as f32 / 20.0 + 20.0 };
            let wanted = plane(place(area, i));
            assert!((height - wanted).abs() < slack, "{size} {i}: {height} {wanted}");
            assert!((weight - 1.0).abs() < 1e-4);
        }
    }
}

/// A server that begins at a fine level, as those of one site do, and counts what it is asked.
struct OfASite(std::sync::atomic::AtomicUsize);

impl Tiles for OfASite {
    fn tile(&self, _: u8, _: u32, _: u32) -> TileAnswer {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        TileAnswer::Absent
    }

    fn matrix(&self) -> Matrix {
        Matrix::WebMercator
    }

    fn levels(&self) -> (u8, u8) {
        (16, 17)
    }

    fn side(&self) -> u32 {
        256
    }

    fn version(&self) -> u64 {
        0
    }
}

/// A pixel of the planet from afar lies in a tile of its own: asking for all would never end.
#[test]
fn fine_levels_are_not_asked_for_from_afar() {
    let tiles = Arc::new(OfASite(0.into()));
    let (image, ground) = (
        RemoteImagery::new(tiles.clone()),
        RemoteElevation::new(tiles.clone(), Encoding::FloatRgba, Datum::Areoid),
    );
    let asked = || tiles.0.load(std::sync::atomic::Ordering::Relaxed);
    for size in [180.0, 5.0, 0.5] {
        let area = Area { west: 137.0, east: 137.0 + size, south: -5.0, north: -5.0 + size / 2.0 };
        assert_eq!(
            (picture(&image, area).1, heights(&ground, area).1),
            (Given::Nothing, Given::Nothing)
        );
    }
    assert_eq!(asked(), 0);
    let near = Area { west: 137.0, east: 137.01, south: -5.0, north: -4.99 };
    picture(&image, near);
    assert!((1..=36).contains(&asked()), "{}", asked());
}

fn settled(sources: &Sources, woken: &std::sync::mpsc::Receiver<()>) {
    for _ in 0..sources.files.len() {
        woken.recv_timeout(Duration::from_mins(1)).expect("a file was never read");
    }
}

#[test]
fn files_open_in_the_background_and_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let planet = folder.path().join("planet.png");
    let color = |x: u32, y: u32| image::Rgb([x as u8, y as u8, 0]);
    image::RgbImage::from_fn(16, 8, color).save(&planet).unwrap();
    let site = folder.path().join("site.png");
    image::RgbImage::from_fn(5, 5, color).save(&site).unwrap();
    std::fs::write(folder.path().join("site.pgw"), "0.1\n0\n0\n-0.1\n137.05\n-4.55\n").unwrap();
    let (send, woken) = channel();
    let wake: Wake = Arc::new(move || send.send(()).unwrap_or(()));
    let mut sources = Sources::new(wake.clone());
    sources.add_file(&planet, FileRole::Auto);
    sources.add_file(&site, FileRole::Heights);
    sources.add_file(&PathBuf::from("/nowhere/at all.tif"), FileRole::Auto);
    settled(&sources, &woken);
    let states: Vec<FileState> = sources.list().into_iter().map(|f| f.state).collect();
    assert_eq!(states[..2], [FileState::Open(String::new()), FileState::Open(String::new())]);
    let FileState::Failed(reason) = &states[2] else { panic!("{states:?}") };
    assert!(reason.contains("check that it is there"), "{reason}");
    let layers = sources.layers();
    assert_eq!((layers.imagery.len(), layers.elevation.len()), (1, 1));
    assert_eq!(layers.elevation[0].name, "site.png");
    let gale = Area { west: 137.0, east: 137.5, south: -5.0, north: -4.5 };
    assert_eq!(heights(&*layers.elevation[0].source, gale).1, Given::Whole);

    let text = sources.to_toml();
    let mut again = Sources::from_toml(&text, wake.clone()).unwrap();
    settled(&again, &woken);
    assert_eq!(again.list(), sources.list());
    let id = again.list()[0].id.clone();
    again.remove(&id);
    assert_eq!(again.list().len(), 2);
    assert!(Sources::from_toml("file = 3", wake).is_err());
}

/// A HiRISE terrain model of Gale, 1 m a pixel (heights read with rasterio 1.4.4 in the engine's
/// test); the rest of the planet is left to the ground below.
#[test]
fn the_gale_terrain_lies_in_gale() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/D_mars_maps/gale_dem/Data/missionDEM.tif");
    if !path.exists() {
        println!("skipped: missionDEM.tif not present");
        return;
    }
    let (send, woken) = channel();
    let mut sources = Sources::new(Arc::new(move || send.send(()).unwrap_or(())));
    sources.add_file(&path, FileRole::Auto);
    settled(&sources, &woken);
    let layers = sources.layers();
    let source = &layers.elevation[0].source;
    let (lat, lon) = (-4.666_805_763, 137.370_258_141);
    let size = 8e-5;
    let area = Area { west: lon - size, east: lon + size, south: lat - size, north: lat + size };
    let (out, given) = heights(&**source, area);
    let [height, weight] = out[16 * SIDE + 16];
    assert_eq!(given, Given::Whole);
    assert!((height + 4458.7085).abs() < 0.01 && weight > 0.999, "{height} {weight}");
}
