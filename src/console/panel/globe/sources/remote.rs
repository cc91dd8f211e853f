//! Tiles of a server, as pictures and heights of the ground.
//!
//! A tile that is not there yet is stood in for by the part of a coarser one that is: the ground
//! never waits, and says that more will come.

use std::collections::HashMap;
use std::sync::Arc;

use marsdeck_engine::remote::tiles::{
    Encoding, Matrix, TileAnswer, TilePicture, TileStore, heights,
};

use super::pyramid::Cell;
use crate::globe::LatLon;
use crate::globe::ground::source::{Datum, Elevation, Given, Imagery, PICTURE_SIDE};
use crate::globe::ground::tile::Area;

/// Most tiles across one area; more wanted means that the level is too fine.
const MOST_ACROSS: f64 = 8.0;
/// Highest latitude of a Web Mercator map, degrees: atan(sinh π).
const MERCATOR_END_DEG: f64 = 85.051_128_779_806_6;

/// Tiles that somebody brings in the background.
pub trait Tiles: Send + Sync {
    /// A tile, or what is known of it: columns from 180° W, rows from the north. Never waits.
    fn tile(&self, level: u8, x: u32, y: u32) -> TileAnswer;
    /// How the planet is cut.
    fn matrix(&self) -> Matrix;
    /// Lowest and highest level that there is.
    fn levels(&self) -> (u8, u8);
    /// Pixels of a tile, a side.
    fn side(&self) -> u32;
    /// Grows whenever `tile` may answer differently.
    fn version(&self) -> u64;
}

impl Tiles for TileStore {
    fn tile(&self, level: u8, x: u32, y: u32) -> TileAnswer {
        Self::tile(self, u32::from(level), x, y)
    }

    fn matrix(&self) -> Matrix {
        self.service().matrix
    }

    fn levels(&self) -> (u8, u8) {
        let service = self.service();
        (service.min_level.min(30) as u8, service.max_level.min(30) as u8)
    }

    fn side(&self) -> u32 {
        self.service().tile_px
    }

    fn version(&self) -> u64 {
        Self::version(self)
    }
}

/// What a tile became: its cells, columns and rows.
struct Grid<T> {
    cells: Vec<T>,
    columns: usize,
    rows: usize,
}

type Key = (u8, u32, u32);

/// One resampling: the tiles asked for so far, and whether some are still to come.
struct Job<'a, T> {
    tiles: &'a dyn Tiles,
    made_of: &'a dyn Fn(&TilePicture) -> Vec<T>,
    known: HashMap<Key, Option<Arc<Grid<T>>>>,
    is_pending: bool,
}

impl<T: Cell> Job<'_, T> {
    /// The cells of a tile, asked for once.
    fn grid(&mut self, key: Key) -> Option<Arc<Grid<T>>> {
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let grid = match self.tiles.tile(key.0, key.1, key.2) {
            TileAnswer::Ready(picture) => {
                let cells = (self.made_of)(&picture);
                let (columns, rows) = (picture.width as usize, picture.height as usize);
                let fits = columns > 0 && rows > 0 && cells.len() == columns * rows;
                fits.then(|| Arc::new(Grid { cells, columns, rows }))
            }
            TileAnswer::Pending => {
                self.is_pending = true;
                None
            }
            TileAnswer::Absent | TileAnswer::Failed => None,
        };
        self.known.insert(key, grid.clone());
        grid
    }

    /// The value at a part (0 to 1) of the way from the west and from the north of the whole map,
    /// out of a level or the finest one above it that is there.
    fn at(&mut self, part: (f64, f64), finest: u8) -> Option<(T, f32)> {
        let lowest = self.tiles.levels().0;
        for level in (lowest..=finest).rev() {
            let (columns, rows) = self.tiles.matrix().size(u32::from(level))?;
            let (x, y) = (part.0 * f64::from(columns), part.1 * f64::from(rows));
            let tile = ((x as u32).min(columns - 1), (y as u32).min(rows - 1));
            if let Some(grid) = self.grid((level, tile.0, tile.1)) {
                let inside = (x - f64::from(tile.0), y - f64::from(tile.1));
                return Some(self.bilinear(
                    &grid,
                    (level, tile.0, tile.1),
                    inside,
                    (columns, rows),
                ));
            }
        }
        None
    }

    /// The mean of the four cells around a place in a tile; those beyond its edge are taken from
    /// the neighbours that are there, so that no seam shows.
    fn bilinear(&self, grid: &Grid<T>, key: Key, inside: (f64, f64), size: (u32, u32)) -> (T, f32) {
        let (x, y) = (inside.0 * grid.columns as f64 - 0.5, inside.1 * grid.rows as f64 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = ((x - left) as f32, (y - top) as f32);
        let mut sum = T::Sum::default();
        for (dx, dy, weight) in [
            (0, 0, (1.0 - fx) * (1.0 - fy)),
            (1, 0, fx * (1.0 - fy)),
            (0, 1, (1.0 - fx) * fy),
            (1, 1, fx * fy),
        ] {
            let (column, row) = (left as i64 + dx, top as i64 + dy);
            if weight > 0.0
                && let Some(cell) = self.cell(grid, key, (column, row), size)
            {
                cell.add(&mut sum, weight);
            }
        }
        (T::mean(&sum), T::known(&sum).min(1.0))
    }

    fn cell(&self, grid: &Grid<T>, key: Key, at: (i64, i64), size: (u32, u32)) -> Option<T> {
        let (columns, rows) = (grid.columns as i64, grid.rows as i64);
        let beyond = |v: i64, end: i64| if v < 0 { -1 } else { i64::from(v >= end) };
        let (dx, dy) = (beyond(at.0, columns), beyond(at.1, rows));
        if (dx, dy) != (0, 0) {
            let x = (i64::from(key.1) + dx).rem_euclid(i64::from(size.0)) as u32;
            let y = i64::from(key.2) + dy;
            let neighbour = (0..i64::from(size.1)).contains(&y);
            // Only tiles that were asked for: an edge is no reason to fetch one more.
            let found = self.known.get(&(key.0, x, y.max(0) as u32)).filter(|_| neighbour);
            if let Some(Some(other)) = found
                && (other.columns, other.rows) == (grid.columns, grid.rows)
            {
                let (column, row) = (at.0 - dx * columns, at.1 - dy * rows);
                return other.cells.get(row as usize * other.columns + column as usize).copied();
            }
        }
        let (column, row) = (at.0.clamp(0, columns - 1), at.1.clamp(0, rows - 1));
        grid.cells.get(row as usize * grid.columns + column as usize).copied()
    }
}

/// Part of the way from the west and from the north of the whole map; `None` beyond its ends.
fn part_of(matrix: Matrix, place: LatLon) -> Option<(f64, f64)> {
    let x = (place.lon_180() + 180.0) / 360.0;
    let y = match matrix {
        Matrix::Geographic => (90.0 - place.lat) / 180.0,
        Matrix::WebMercator if place.lat.abs() > MERCATOR_END_DEG => return None,
        Matrix::WebMercator => {
            (1.0 - place.lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0
        }
    };
    Some((x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)))
}

/// Size of a pixel of a level at the equator, degrees.
fn pixel_deg(tiles: &dyn Tiles, level: u8) -> f64 {
    let columns = tiles.matrix().size(u32::from(level)).map_or(1, |s| s.0);
    360.0 / f64::from(columns) / f64::from(tiles.side().max(1))
}

/// The coarsest level whose pixels are not much larger than wanted, and not too many tiles; none
/// where even the lowest level that there is has too many: its pictures are seen from nearer.
fn level_for(tiles: &dyn Tiles, area: Area, wanted_deg: f64) -> Option<u8> {
    let (lowest, highest) = tiles.levels();
    let fine = |l: &u8| pixel_deg(tiles, *l) <= wanted_deg * 1.2;
    let mut level = (lowest..=highest).find(fine).unwrap_or(highest.max(lowest));
    let extent = (area.east - area.west).max(area.north - area.south);
    let across = |l: u8| extent / (pixel_deg(tiles, l) * f64::from(tiles.side().max(1)));
    while level > lowest && across(level) > MOST_ACROSS {
        level -= 1;
    }
    (across(level) <= MOST_ACROSS).then_some(level)
}

/// Resamples tiles to a grid of places; `put` is told of each value with its number.
fn resample<T: Cell>(
    tiles: &dyn Tiles,
    made_of: &dyn Fn(&TilePicture) -> Vec<T>,
    level: u8,
    places: impl Iterator<Item = LatLon> + Clone,
    mut put: impl FnMut(usize, T, f32),
) -> Given {
    let mut job = Job { tiles, made_of, known: HashMap::new(), is_pending: false };
    let matrix = tiles.matrix();
    // All tiles of the area first, so that the edge of each finds its neighbours; none is so small
    // that it is stepped over.
    for place in places.clone().step_by(7) {
        if let (Some(part), Some((columns, rows))) =
            (part_of(matrix, place), matrix.size(u32::from(level)))
        {
            let tile = |part: f64, of: u32| ((part * f64::from(of)) as u32).min(of - 1);
            job.grid((level, tile(part.0, columns), tile(part.1, rows)));
        }
    }
    let mut given = Given::Nothing;
    for (i, place) in places.enumerate() {
        let Some(part) = part_of(matrix, place) else { continue };
        if let Some((value, weight)) = job.at(part, level)
            && weight > 0.0
        {
            put(i, value, weight);
            given = Given::Whole;
        }
    }
    if job.is_pending { Given::Part } else { given }
}

fn finest_deg(tiles: &dyn Tiles, area: Area) -> f64 {
    let end = match tiles.matrix() {
        Matrix::Geographic => 90.0,
        Matrix::WebMercator => MERCATOR_END_DEG,
    };
    let covered = area.south < end && area.north > -end;
    if covered { pixel_deg(tiles, tiles.levels().1) } else { f64::INFINITY }
}

/// Pictures of a server.
#[derive(Clone)]
pub struct RemoteImagery(Arc<dyn Tiles>);

impl RemoteImagery {
    /// Pictures out of tiles.
    pub fn new(tiles: Arc<dyn Tiles>) -> Self {
        Self(tiles)
    }
}

impl Imagery for RemoteImagery {
    fn paint(&self, area: Area, pixels: &mut [[u8; 4]]) -> Given {
        let side = PICTURE_SIDE as f64;
        let Some(level) = level_for(&*self.0, area, (area.north - area.south) / side) else {
            return Given::Nothing;
        };
        let part = move |n: usize| (n as f64 + 0.5) / side;
        let places = (0..PICTURE_SIDE * PICTURE_SIDE)
            .map(move |i| area.place(part(i % PICTURE_SIDE), part(i / PICTURE_SIDE)));
        resample(&*self.0, &|p: &TilePicture| p.rgba.clone(), level, places, |i, color, _| {
            if let Some(pixel) = pixels.get_mut(i) {
                *pixel = color;
            }
        })
    }

    fn finest_deg(&self, area: Area) -> f64 {
        finest_deg(&*self.0, area)
    }

    fn version(&self) -> u64 {
        self.0.version()
    }
}

/// Heights of a server.
#[derive(Clone)]
pub struct RemoteElevation {
    tiles: Arc<dyn Tiles>,
    encoding: Encoding,
    datum: Datum,
}

impl RemoteElevation {
    /// Heights out of tiles whose pixels are coded so.
    pub fn new(tiles: Arc<dyn Tiles>, encoding: Encoding, datum: Datum) -> Self {
        Self { tiles, encoding, datum }
    }
}

impl Elevation for RemoteElevation {
    fn heights(&self, area: Area, side: usize, out: &mut [[f32; 2]]) -> Given {
        if side < 2 {
            return Given::Nothing;
        }
        let last = (side - 1) as f64;
        let Some(level) = level_for(&*self.tiles, area, (area.north - area.south) / last) else {
            return Given::Nothing;
        };
        let places = (0..side * side)
            .map(|i| area.place((i % side) as f64 / last, (i / side) as f64 / last));
        // Bytes become heights before anything is interpolated.
        let made_of = |picture: &TilePicture| heights(picture, self.encoding).metres;
        resample(&*self.tiles, &made_of, level, places, |i, height, weight| {
            if let Some(point) = out.get_mut(i) {
                *point = [height, weight];
            }
        })
    }

    fn datum(&self) -> Datum {
        self.datum
    }

    fn finest_deg(&self, area: Area) -> f64 {
        finest_deg(&*self.tiles, area)
    }

    fn version(&self) -> u64 {
        self.tiles.version()
    }
}
