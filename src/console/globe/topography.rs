//! The built-in terrain: heights above the areoid on a 0.25 degree grid, and the areoid itself.
//!
//! The asset is described in assets/globe/README.md and made by packaging/topography/make.py.
//! It is decoded once, in a thread of its own; until then the globe is a plain ellipsoid.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use half::f16;

use super::geodesy::{LatLon, MEAN_RADIUS_M};

static ASSET: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/topography.bin.zst"));
static SHARED: OnceLock<Option<Arc<Topography>>> = OnceLock::new();
static STARTED: AtomicBool = AtomicBool::new(false);

/// Largest grid that is accepted, cells: 16 times the built-in one.
const MAX_CELLS: usize = 1 << 24;

/// Why an asset cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopographyError {
    /// Not compressed with zstd, or damaged.
    #[error("the topography cannot be decompressed: {0}; make it again with make.py")]
    Compression(String),
    /// Wrong first bytes, version, size or length.
    #[error("this is not a topography of version 1 (see packaging/topography/make.py)")]
    Layout,
}

/// One level of the relief texture: for each cell slope to the east, slope to the north (rise
/// over run), height above the areoid in kilometres, and 1; rows from north to south, columns
/// from 0 to 360 degrees east.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReliefLevel {
    /// Columns.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// Cells, four values each.
    pub texels: Vec<[f16; 4]>,
}

#[derive(Clone, Debug, PartialEq)]
struct Grid {
    columns: usize,
    rows: usize,
    values: Vec<i16>,
}

impl Grid {
    fn at(&self, row: usize, column: usize) -> f64 {
        f64::from(self.values.get(row * self.columns + column).copied().unwrap_or(0))
    }

    /// Bilinear between cell centres; wraps in longitude, holds the outermost row at the poles.
    fn sample(&self, place: LatLon) -> f64 {
        let y = (90.0 - place.lat) * self.rows as f64 / 180.0 - 0.5;
        let y = y.clamp(0.0, (self.rows - 1) as f64);
        let x = place.lon_360() * self.columns as f64 / 360.0 - 0.5;
        let (row, column) = (y.floor() as usize, x.floor());
        let (fy, fx) = (y - row as f64, x - column);
        let below = (row + 1).min(self.rows - 1);
        let left = (column as i64).rem_euclid(self.columns as i64) as usize;
        let right = (left + 1) % self.columns;
        let upper = self.at(row, left) * (1.0 - fx) + self.at(row, right) * fx;
        let lower = self.at(below, left) * (1.0 - fx) + self.at(below, right) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// Global heights and areoid.
#[derive(Clone, Debug, PartialEq)]
pub struct Topography {
    heights: Grid,
    areoid: Grid,
    relief: Vec<ReliefLevel>,
}

impl Topography {
    /// The built-in topography once it is decoded. The first call starts the decoding and
    /// returns `None`; `wake` is called when it is there (by the call that started it).
    pub fn shared(wake: impl FnOnce() + Send + 'static) -> Option<Arc<Self>> {
        if let Some(done) = SHARED.get() {
            return done.clone();
        }
        if !STARTED.swap(true, Ordering::Relaxed) {
            let work = move || {
                Self::load();
                wake();
            };
            // Where no thread can be had the globe stays a plain ellipsoid.
            if let Err(error) = std::thread::Builder::new().name("topography".into()).spawn(work) {
                tracing::warn!(%error, "no thread to decode the topography");
            }
        }
        None
    }

    /// The built-in topography, decoded now if need be: for tests and offscreen pictures.
    pub fn load() -> Option<Arc<Self>> {
        SHARED
            .get_or_init(|| match Self::decode(ASSET) {
                Ok(topography) => Some(Arc::new(topography)),
                Err(error) => {
                    tracing::error!(%error, "the globe stays without terrain");
                    None
                }
            })
            .clone()
    }

    /// Decodes an asset (format: packaging/topography/make.py).
    pub fn decode(bytes: &[u8]) -> Result<Self, TopographyError> {
        let limit = 28 + 2 * 2 * MAX_CELLS;
        let raw = zstd::bulk::decompress(bytes, zstd_size(bytes).min(limit))
            .map_err(|e| TopographyError::Compression(e.to_string()))?;
        let rest = raw.strip_prefix(b"MARSTOPO").ok_or(TopographyError::Layout)?;
        let (numbers, rest) = rest.split_at_checked(20).ok_or(TopographyError::Layout)?;
        let (words, _) = numbers.as_chunks::<4>();
        let words: Vec<usize> = words.iter().map(|b| u32::from_le_bytes(*b) as usize).collect();
        let [1, columns, rows, areoid_columns, areoid_rows] = words[..] else {
            return Err(TopographyError::Layout);
        };
        let (heights, rest) = read_grid(rest, columns, rows).ok_or(TopographyError::Layout)?;
        let (areoid, rest) =
            read_grid(rest, areoid_columns, areoid_rows).ok_or(TopographyError::Layout)?;
        if !rest.is_empty() {
            return Err(TopographyError::Layout);
        }
        let relief = relief(&heights);
        Ok(Self { heights, areoid, relief })
    }

    /// Height above the areoid, metres.
    pub fn elevation_m(&self, place: LatLon) -> f64 {
        self.heights.sample(place)
    }

    /// Height of the areoid above the reference ellipsoid, metres.
    pub fn areoid_m(&self, place: LatLon) -> f64 {
        self.areoid.sample(place)
    }

    /// Height of the ground above the reference ellipsoid, metres, with heights above the areoid
    /// exaggerated.
    pub fn ground_m(&self, place: LatLon, exaggeration: f64) -> f64 {
        self.areoid_m(place) + exaggeration * self.elevation_m(place)
    }

    /// The relief texture, from full size down.
    pub(crate) fn relief(&self) -> &[ReliefLevel] {
        &self.relief
    }
}

/// The size that a zstd frame says it unpacks to; 0 when it does not say.
fn zstd_size(bytes: &[u8]) -> usize {
    zstd::zstd_safe::get_frame_content_size(bytes)
        .ok()
        .flatten()
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0)
}

fn read_grid(bytes: &[u8], columns: usize, rows: usize) -> Option<(Grid, &[u8])> {
    let cells = columns.checked_mul(rows).filter(|n| (1..=MAX_CELLS).contains(n))?;
    let (low, rest) = bytes.split_at_checked(cells)?;
    let (high, rest) = rest.split_at_checked(cells)?;
    let mut values: Vec<i16> = Vec::with_capacity(cells);
    for (i, (low, high)) in low.iter().zip(high).enumerate() {
        let coded = u16::from_le_bytes([*low, *high]);
        let delta = (coded >> 1) as i16 ^ -((coded & 1) as i16);
        let back = |n: usize| values.get(i.wrapping_sub(n)).copied().unwrap_or(0);
        let (row, column) = (i / columns, i % columns);
        let guess = match (row, column) {
            (0, 0) => 0,
            (0, _) => back(1),
            (_, 0) => back(columns),
            _ => back(1).wrapping_add(back(columns)).wrapping_sub(back(columns + 1)),
        };
        values.push(guess.wrapping_add(delta));
    }
    Some((Grid { columns, rows, values }, rest))
}

/// Slopes by central differences. Near the poles the step to the east and west grows with the
/// narrowing of the cells, else the rounding to a metre would show as rays.
fn relief(grid: &Grid) -> Vec<ReliefLevel> {
    let (columns, rows) = (grid.columns, grid.rows);
    let north_step = std::f64::consts::PI * MEAN_RADIUS_M / rows as f64;
    let mut cells = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        let lat = std::f64::consts::FRAC_PI_2 * (1.0 - (2 * row + 1) as f64 / rows as f64);
        let reach = (1.0 / lat.cos()).round().min(columns as f64 / 8.0).max(1.0) as usize;
        let east_step = std::f64::consts::TAU * MEAN_RADIUS_M * lat.cos() / columns as f64;
        let (above, below) = (row.saturating_sub(1), (row + 1).min(rows - 1));
        let north_run = north_step * (below - above).max(1) as f64;
        for column in 0..columns {
            let east = grid.at(row, (column + reach) % columns);
            let west = grid.at(row, (column + columns - reach) % columns);
            let slope_east = (east - west) / (2.0 * reach as f64 * east_step);
            let slope_north = (grid.at(above, column) - grid.at(below, column)) / north_run;
            let height = grid.at(row, column) / 1000.0;
            cells.push([slope_east as f32, slope_north as f32, height as f32]);
        }
    }
    let mut levels = vec![level(columns, rows, &cells)];
    let (mut columns, mut rows) = (columns, rows);
    while columns.min(rows) > 16 {
        cells = halved(&cells, columns, rows);
        (columns, rows) = (columns / 2, rows / 2);
        levels.push(level(columns, rows, &cells));
    }
    levels
}

fn level(columns: usize, rows: usize, cells: &[[f32; 3]]) -> ReliefLevel {
    let texel =
        |c: &[f32; 3]| [f16::from_f32(c[0]), f16::from_f32(c[1]), f16::from_f32(c[2]), f16::ONE];
    let texels = cells.iter().map(texel).collect();
    ReliefLevel { columns: columns as u32, rows: rows as u32, texels }
}

/// Means of two by two cells; an odd last row or column is left out, as GPUs size their levels.
fn halved(cells: &[[f32; 3]], columns: usize, rows: usize) -> Vec<[f32; 3]> {
    let mut out = Vec::with_capacity((columns / 2) * (rows / 2));
    for row in 0..rows / 2 {
        for column in 0..columns / 2 {
            let first = 2 * row * columns + 2 * column;
            let four = [first, first + 1, first + columns, first + columns + 1];
            let mean = |k: usize| {
                four.iter().filter_map(|i| cells.get(*i)).map(|c| c[k]).sum::<f32>() / 4.0
            };
            out.push([mean(0), mean(1), mean(2)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Arc<Topography> {
        Topography::load().expect("the asset decodes")
    }

    /// Published heights; tolerances are those of a 0.25 degree grid of degree 719.
    #[test]
    fn heights_of_known_places() {
        let t = built_in();
        for (lat, lon, height, tolerance) in [
            (4.502384, 135.623447, -2613.0, 30.0), // InSight, flat plain
            (22.48, 312.05, -3627.0, 60.0),        // Viking 1
            (-4.5895, 137.4417, -4501.0, 300.0),   // Bradbury Landing, below a 5 km mountain
            (18.65, 226.2, 20000.0, 1500.0),       // caldera of Olympus Mons
            (-42.43, 70.5, -6200.0, 500.0),        // Hellas
        ] {
            let got = t.elevation_m(LatLon::new(lat, lon));
            assert!((got - height).abs() < tolerance, "{got} at {lat}, {lon}");
        }
        let all = &t.heights.values;
        assert!((20900..21400).contains(all.iter().max().unwrap()));
        assert!((-8250..-7900).contains(all.iter().min().unwrap()));
    }

    /// The ground at InSight lies 3008 m below the ellipsoid in the degree 719 model.
    #[test]
    fn the_areoid_joins_both_datums() {
        let insight = LatLon::new(4.502384, 135.623447);
        assert!((built_in().ground_m(insight, 1.0) + 3008.0).abs() < 40.0);
        // The bulge of Tharsis lifts the areoid by more than a kilometre.
        assert!(built_in().areoid_m(LatLon::new(0.0, 250.0)) > 1000.0);
    }

    #[test]
    fn there_is_no_seam_at_zero_and_no_jump_at_the_poles() {
        let t = built_in();
        for lat in [-80.0, -30.0, 0.0, 45.0, 80.0] {
            let west = t.elevation_m(LatLon::new(lat, -1e-9));
            let east = t.elevation_m(LatLon::new(lat, 1e-9));
            assert!((west - east).abs() < 0.01, "{west} {east}");
        }
        let pole = t.elevation_m(LatLon::new(90.0, 0.0));
        assert!((pole - t.elevation_m(LatLon::new(90.0, 180.0))).abs() < 60.0);
    }

    #[test]
    fn slopes_point_uphill() {
        let t = built_in();
        let full = &t.relief()[0];
        // On the west flank of Olympus Mons the ground rises to the east.
        let cell = |lat: f64, lon: f64| {
            let row = ((90.0 - lat) * 4.0) as usize;
            full.texels[row * full.columns as usize + (lon * 4.0) as usize]
        };
        assert!(cell(18.6, 222.5)[0].to_f32() > 0.02);
        assert!(cell(18.6, 230.0)[0].to_f32() < -0.02);
        assert!(cell(15.0, 226.5)[1].to_f32() > 0.02);
        assert_eq!((t.relief()[1].columns, t.relief()[1].rows), (720, 360));
    }

    /// The MOLA product of the same size, where the test data are at hand.
    #[test]
    fn heights_agree_with_mola_everywhere() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/D_mars_maps/topography");
        let Ok(bytes) = std::fs::read(format!("{folder}/megt90n000cb.img")) else {
            println!("skipped: shared/data megt90n000cb.img not present");
            return;
        };
        let t = built_in();
        let (words, _) = bytes.as_chunks::<2>();
        assert_eq!(words.len(), t.heights.values.len());
        let pairs = words.iter().zip(&t.heights.values);
        let off: Vec<f64> =
            pairs.map(|(m, h)| f64::from(*h) - f64::from(i16::from_be_bytes(*m))).collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        let rms = (off.iter().map(|d| d * d).sum::<f64>() / off.len() as f64).sqrt();
        assert!(mean.abs() < 3.0 && rms < 85.0, "mean {mean}, RMS {rms}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(
            columns in 0u32..9, rows in 0u32..9, body in proptest::collection::vec(0u8.., 0..200),
        ) {
            let mut raw = b"MARSTOPO".to_vec();
            for word in [1, columns, rows, columns, rows] {
                raw.extend(word.to_le_bytes());
            }
            raw.extend(&body);
            let packed = zstd::bulk::compress(&raw, 1).expect("compresses");
            if let Ok(t) = Topography::decode(&packed) {
                let place = LatLon::new(12.0, 345.0);
                proptest::prop_assert!(t.ground_m(place, 2.0).is_finite());
            }
            let _ = Topography::decode(&body);
        }
    }

    #[test]
    fn damage_is_refused() {
        assert_eq!(Topography::decode(b""), Err(TopographyError::Layout));
        assert!(Topography::decode(&ASSET[..ASSET.len() / 2]).is_err());
        assert!(Topography::decode(b"not zstd at all").is_err());
        let other = zstd::bulk::compress(b"MARSTOPO\x02\0\0\0", 1).unwrap();
        assert_eq!(Topography::decode(&other), Err(TopographyError::Layout));
        let mut huge = b"MARSTOPO".to_vec();
        for word in [1u32, u32::MAX, u32::MAX, 1, 1] {
            huge.extend(word.to_le_bytes());
        }
        let huge = zstd::bulk::compress(&huge, 1).unwrap();
        assert_eq!(Topography::decode(&huge), Err(TopographyError::Layout));
    }
}
