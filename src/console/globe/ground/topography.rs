//! The built-in terrain: heights above the areoid on a 0.25 degree grid, and the areoid itself.
//!
//! The asset is described in assets/globe/README.md and made by packaging/topography/make.py.
//! It is decoded once, in a thread of its own; until then the globe is a plain ellipsoid.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::super::geodesy::LatLon;
use super::tile::Area;

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

/// Heights at the centres of equal cells, rows from north to south, columns from 0° to 360° east,
/// as a surface through them with continuous curvature: its coefficients are kept (cubic B-splines,
/// M. Unser et al., IEEE Transactions on Signal Processing 41, 1993). Slopes show no grid then.
#[derive(Clone, Debug, PartialEq)]
struct Heights {
    columns: usize,
    rows: usize,
    coefficients: Vec<f32>,
}

/// The four cells around a position and their weights.
#[derive(Clone, Copy)]
struct Tap {
    first: i64,
    weights: [f32; 4],
}

impl Tap {
    fn at(position: f64) -> Self {
        let floor = position.floor();
        let t = (position - floor) as f32;
        let (t2, t3) = (t * t, t * t * t);
        let weights = [
            (1.0 - 3.0 * t + 3.0 * t2 - t3) / 6.0,
            (4.0 - 6.0 * t2 + 3.0 * t3) / 6.0,
            (1.0 + 3.0 * t + 3.0 * t2 - 3.0 * t3) / 6.0,
            t3 / 6.0,
        ];
        Self { first: floor as i64 - 1, weights }
    }
}

/// Turns values around a circle into the coefficients of the spline through them.
fn prefilter(values: &mut [f32]) {
    let pole = 3f32.sqrt() - 2.0;
    let count = values.len();
    // The filter forgets: 24 values back weigh less than 1e-13.
    let mut last = 0.0;
    for i in 0..24 {
        last = pole * last + values[(count * 24 + count - 24 + i) % count];
    }
    for value in values.iter_mut() {
        last = *value + pole * last;
        *value = last;
    }
    let mut next = 0.0;
    for i in (0..24).rev() {
        next = pole * (next - values[i % count]);
    }
    for value in values.iter_mut().rev() {
        next = pole * (next - *value);
        *value = 6.0 * next;
    }
}

/// Means of two by two cells.
fn halved(values: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    let mean = |i: usize| {
        let first = 2 * (i / (columns / 2)) * columns + 2 * (i % (columns / 2));
        let four = [first, first + 1, first + columns, first + columns + 1];
        four.iter().filter_map(|at| values.get(*at)).sum::<f32>() / 4.0
    };
    (0..(rows / 2) * (columns / 2)).map(mean).collect()
}

impl Heights {
    /// The surface through values.
    fn through(mut values: Vec<f32>, columns: usize, rows: usize) -> Self {
        values.chunks_exact_mut(columns).for_each(prefilter);
        let half = columns / 2;
        let mut circle = vec![0.0; 2 * rows];
        // A meridian goes on behind the pole, half a turn away. An odd number of columns, which no
        // asset of ours has, is left as it is.
        let pairs = if columns.is_multiple_of(2) { half } else { 0 };
        for column in 0..pairs {
            for row in 0..rows {
                circle[row] = values[row * columns + column];
                circle[2 * rows - 1 - row] = values[row * columns + column + half];
            }
            prefilter(&mut circle);
            for row in 0..rows {
                values[row * columns + column] = circle[row];
                values[row * columns + column + half] = circle[2 * rows - 1 - row];
            }
        }
        Self { columns, rows, coefficients: values }
    }

    /// The values of the asset. Near the poles the cells are narrow; there the mean over as many
    /// cells as make a square one is taken, else the rounding to a metre shows as rays.
    fn values(grid: &Grid) -> Vec<f32> {
        let (columns, rows) = (grid.columns, grid.rows);
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let lat = std::f64::consts::FRAC_PI_2 * (1.0 - (2 * row + 1) as f64 / rows as f64);
            let reach = (0.5 / lat.cos()).floor().min(columns as f64 / 8.0) as usize;
            let mut sum: f64 =
                (0..=2 * reach).map(|i| grid.at(row, (i + columns - reach) % columns)).sum();
            for column in 0..columns {
                values.push((sum / (2 * reach + 1) as f64) as f32);
                sum += grid.at(row, (column + reach + 1) % columns)
                    - grid.at(row, (column + columns - reach) % columns);
            }
        }
        values
    }

    fn row_tap(&self, lat: f64) -> Tap {
        Tap::at((90.0 - lat.clamp(-90.0, 90.0)) * self.rows as f64 / 180.0 - 0.5)
    }

    fn column_tap(&self, lon: f64) -> Tap {
        Tap::at(LatLon::new(0.0, lon).lon_360() * self.columns as f64 / 360.0 - 0.5)
    }

    /// One row beyond a pole is the row on its other side, half a turn away.
    fn row(&self, row: i64) -> (usize, i64) {
        let rows = self.rows as i64;
        let turned = self.columns as i64 / 2;
        let (row, turn) = match row {
            row if row < 0 => (-1 - row, turned),
            row if row >= rows => (2 * rows - 1 - row, turned),
            row => (row, 0),
        };
        (row.clamp(0, rows - 1) as usize, turn)
    }

    fn cell(&self, row: usize, column: i64) -> f32 {
        let column = column.rem_euclid(self.columns as i64) as usize;
        self.coefficients.get(row * self.columns + column).copied().unwrap_or(0.0)
    }

    fn mix(&self, down: Tap, right: Tap) -> f32 {
        let mut sum = 0.0;
        for (i, weight) in down.weights.iter().enumerate() {
            let (row, turn) = self.row(down.first + i as i64);
            let along = right.weights.iter().enumerate();
            let value: f32 =
                along.map(|(k, w)| w * self.cell(row, right.first + turn + k as i64)).sum();
            sum += weight * value;
        }
        sum
    }
}

/// Global heights, and the same coarser for views from afar, and the areoid.
#[derive(Clone, Debug, PartialEq)]
pub struct Topography {
    levels: Vec<Heights>,
    areoid: Grid,
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
        let (mut columns, mut rows) = (heights.columns, heights.rows);
        let mut values = Heights::values(&heights);
        let mut levels = vec![Heights::through(values.clone(), columns, rows)];
        while columns.min(rows) > 16 {
            values = halved(&values, columns, rows);
            (columns, rows) = (columns / 2, rows / 2);
            levels.push(Heights::through(values.clone(), columns, rows));
        }
        Ok(Self { levels, areoid })
    }

    /// Height above the areoid, metres.
    pub fn elevation_m(&self, place: LatLon) -> f64 {
        self.levels.first().map_or(0.0, |level| {
            f64::from(level.mix(level.row_tap(place.lat), level.column_tap(place.lon)))
        })
    }

    /// Heights above the areoid, metres: `side` × `side` points, the outermost ones on the edges
    /// of an area, rows from north to south; of cells as wide as the points lie apart.
    pub(crate) fn heights(&self, area: Area, side: usize) -> Vec<f32> {
        let apart = (area.north - area.south) / (side.max(2) - 1) as f64;
        let fits = |level: &&Heights| 180.0 / level.rows as f64 <= apart;
        let coarse = self.levels.iter().rev().find(fits).or(self.levels.first());
        let Some(level) = coarse else { return vec![0.0; side * side] };
        let part = |i: usize| i as f64 / (side.max(2) - 1) as f64;
        let place = |i: usize| area.place(part(i), part(i));
        let columns: Vec<Tap> = (0..side).map(|i| level.column_tap(place(i).lon)).collect();
        let mut out = Vec::with_capacity(side * side);
        for row in 0..side {
            let down = level.row_tap(place(row).lat);
            out.extend(columns.iter().map(|right| level.mix(down, *right)));
        }
        out
    }

    /// Distance between the heights, degrees.
    pub(crate) fn finest_deg(&self) -> f64 {
        self.levels.first().map_or(180.0, |level| 180.0 / level.rows as f64)
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

#[cfg(test)]
mod tests {
    use super::*;

    impl Topography {
        /// Heights in the middles of the cells.
        fn cells(&self) -> Vec<f32> {
            let (columns, rows) = (self.levels[0].columns, self.levels[0].rows);
            let place = |i: usize| {
                let (row, column) = ((i / columns) as f64, (i % columns) as f64);
                let step = 180.0 / rows as f64;
                LatLon::new(90.0 - (row + 0.5) * step, (column + 0.5) * step)
            };
            (0..rows * columns).map(|i| self.elevation_m(place(i)) as f32).collect()
        }
    }

    /// A spline goes through its values; the pole of Unser's filter is that of his table I.
    #[test]
    fn the_surface_goes_through_the_values() {
        let values: Vec<f32> = (0..512).map(|i| ((i * 7919) % 1000) as f32).collect();
        let surface = Heights::through(values.clone(), 32, 16);
        for (i, value) in values.iter().enumerate() {
            let down = Tap::at((i / 32) as f64);
            let got = surface.mix(down, Tap::at((i % 32) as f64));
            assert!((got - value).abs() < 0.01, "{got} {value} at {i}");
        }
    }

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
        let all: Vec<f32> = t.cells();
        let highest = all.iter().copied().fold(f32::MIN, f32::max);
        let lowest = all.iter().copied().fold(f32::MAX, f32::min);
        assert!((20900.0..21400.0).contains(&highest));
        assert!((-8250.0..-7900.0).contains(&lowest));
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
    fn areas_hold_the_same_heights_as_places() {
        let t = built_in();
        let area = Area { west: 175.0, east: 185.0, south: 80.0, north: 90.0 };
        let grid = t.heights(area, 129);
        for (row, column) in [(0, 0), (3, 70), (64, 64), (128, 128)] {
            let place = area.place(column as f64 / 128.0, row as f64 / 128.0);
            let got = f64::from(grid[row * 129 + column]);
            assert!((got - t.elevation_m(place)).abs() < 0.01, "{got} at {place:?}");
        }
        // From afar: the mean of a cell of 5.6 degrees is far below the summit.
        let summit = LatLon::new(18.65, 226.2);
        let area = Area { west: 180.0, east: 360.0, south: -90.0, north: 90.0 };
        let coarse = t.heights(area, 33);
        let at = 13 * 33 + 8;
        assert!(f64::from(coarse[at]) < t.elevation_m(summit) - 3000.0);
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
        let heights = t.cells();
        assert_eq!(words.len(), heights.len());
        let pairs = words.iter().zip(heights);
        let off: Vec<f64> =
            pairs.map(|(m, h)| f64::from(h) - f64::from(i16::from_be_bytes(*m))).collect();
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
