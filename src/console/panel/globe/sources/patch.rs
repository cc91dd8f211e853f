//! Rasters that the user laid on the globe, as pictures and heights of the ground.

use marsdeck_engine::format::raster::{Extent, Georeference, HeightDatum, Raster, Samples};

use super::pyramid::{Cell, Edges, Pyramid};
use crate::globe::LatLon;
use crate::globe::ground::source::{Datum, Elevation, Given, Imagery, PICTURE_SIDE};
use crate::globe::ground::tile::Area;

/// Part of the width and height of a terrain model over which it fades into the ground around.
const FADE: f64 = 0.04;
/// Cells of the map of distances to holes, a side at most.
const HOLE_CELLS: usize = 256;

/// What both kinds have: where they lie, and their cells.
#[derive(Clone, Debug)]
struct Laid<T> {
    cells: Pyramid<T>,
    place: Georeference,
    area: Area,
    edges: Edges,
    pixel_deg: f64,
}

impl<T: Cell> Laid<T> {
    fn new(columns: usize, rows: usize, cells: Vec<T>, place: Georeference) -> Option<Self> {
        let turn = place.turn();
        let pole = |row: f64, lat: f64| {
            let there = place.place_of(columns as f64 / 2.0, row);
            turn.is_some() && there.is_some_and(|p| (p.0 - lat).abs() < 1e-6)
        };
        let edges = Edges { turn, poles: [pole(0.0, 90.0), pole(rows as f64, -90.0)] };
        let Extent { west, east, south, north } = place.area();
        Some(Self {
            cells: Pyramid::new(columns, rows, cells, edges)?,
            place,
            area: Area { west, east, south, north },
            edges,
            pixel_deg: place.pixel_deg(),
        })
    }

    fn finest_deg(&self, area: Area) -> f64 {
        if self.area.meets(area) { self.pixel_deg } else { f64::INFINITY }
    }

    /// The mean of the ground around a place as far as half a step; its weight; and the position.
    fn at(&self, place: LatLon, step: (f64, f64)) -> Option<(T, f32, (f64, f64))> {
        let here = self.position(place)?;
        // The neighbour that is not beyond a pole.
        let side = if place.lat > 0.0 { -1.0 } else { 1.0 };
        let down = self.position(LatLon::new(place.lat + side * step.1, place.lon));
        let right = self.position(LatLon::new(place.lat, place.lon + step.0));
        let apart = |to: Option<(f64, f64)>| {
            let to = to.unwrap_or(here);
            let mut column = to.0 - here.0;
            if let Some(turn) = self.edges.turn {
                column -= (column / turn).round() * turn;
            }
            (column, to.1 - here.1)
        };
        let (down, right) = (apart(down), apart(right));
        let size = (right.0.hypot(down.0), right.1.hypot(down.1));
        let (value, known) = self.cells.mean(here, size);
        Some((value, known, here))
    }

    fn position(&self, place: LatLon) -> Option<(f64, f64)> {
        self.place.position_of(place.lat.clamp(-90.0, 90.0), place.lon)
    }

    /// Distance from the nearest edge in parts of the raster; infinite where there is none.
    fn inside(&self, position: (f64, f64)) -> f64 {
        let (columns, rows) = self.cells.size();
        let (x, y) = (position.0 / columns as f64, position.1 / rows as f64);
        let side = if self.edges.turn.is_some() { f64::INFINITY } else { x.min(1.0 - x) };
        let top = if self.edges.poles[0] { f64::INFINITY } else { y };
        let bottom = if self.edges.poles[1] { f64::INFINITY } else { 1.0 - y };
        side.min(top).min(bottom)
    }
}

/// A picture of the user's.
#[derive(Clone, Debug)]
pub struct PatchImagery(Laid<[u8; 4]>);

impl PatchImagery {
    /// The picture of a raster; `None` where it holds heights.
    pub fn new(raster: Raster) -> Option<Self> {
        let Samples::Rgba(cells) = raster.samples else { return None };
        Laid::new(raster.columns, raster.rows, cells, raster.place).map(Self)
    }

    /// Where it lies.
    pub fn area(&self) -> Area {
        self.0.area
    }
}

impl Imagery for PatchImagery {
    fn paint(&self, area: Area, pixels: &mut [[u8; 4]]) -> Given {
        if !self.0.area.meets(area) {
            return Given::Nothing;
        }
        let side = PICTURE_SIDE as f64;
        let step = ((area.east - area.west) / side, (area.north - area.south) / side);
        let mut given = Given::Nothing;
        for (i, pixel) in pixels.iter_mut().take(PICTURE_SIDE * PICTURE_SIDE).enumerate() {
            let part = |n: usize| (n as f64 + 0.5) / side;
            let place = area.place(part(i % PICTURE_SIDE), part(i / PICTURE_SIDE));
            if let Some((color, _, _)) = self.0.at(place, step)
                && color[3] > 0
            {
                *pixel = color;
                given = Given::Whole;
            }
        }
        given
    }

    fn finest_deg(&self, area: Area) -> f64 {
        self.0.finest_deg(area)
    }

    fn version(&self) -> u64 {
        0
    }
}

/// A terrain model of the user's.
#[derive(Clone, Debug)]
pub struct PatchElevation {
    laid: Laid<f32>,
    datum: Datum,
    /// Where there are holes: how far the nearest is, so that the ground fades towards it; and
    /// how many of its cells one of the raster is.
    holes: Option<(Pyramid<f32>, f64)>,
}

impl PatchElevation {
    /// The heights of a raster on a datum, where the user chose one, else on that of the file's
    /// words, else on the areoid; `None` where it holds a picture.
    pub fn new(raster: Raster, chosen: Option<Datum>) -> Option<Self> {
        let Samples::Heights(cells) = raster.samples else { return None };
        let told = raster.datum.map(|d| match d {
            HeightDatum::Areoid => Datum::Areoid,
            HeightDatum::Ellipsoid => Datum::Ellipsoid,
            HeightDatum::Sphere => Datum::Sphere,
        });
        let laid = Laid::new(raster.columns, raster.rows, cells, raster.place)?;
        let holes = holes(&laid);
        Some(Self { laid, datum: chosen.or(told).unwrap_or_default(), holes })
    }

    /// Where they lie.
    pub fn area(&self) -> Area {
        self.laid.area
    }

    /// Weight at a position: 1 inside, falling to 0 at the edges and at large holes.
    fn fade(&self, position: (f64, f64)) -> f32 {
        let mut inside = self.laid.inside(position);
        if let Some((holes, scale)) = &self.holes {
            let (away, _) = holes.mean((position.0 * scale, position.1 * scale), (1.0, 1.0));
            inside = inside.min(f64::from(away));
        }
        let part = (inside / FADE).clamp(0.0, 1.0) as f32;
        part * part * (3.0 - 2.0 * part)
    }
}

impl Elevation for PatchElevation {
    fn heights(&self, area: Area, side: usize, out: &mut [[f32; 2]]) -> Given {
        if side < 2 || !self.laid.area.meets(area) {
            return Given::Nothing;
        }
        let last = (side - 1) as f64;
        let step = ((area.east - area.west) / last, (area.north - area.south) / last);
        let mut given = Given::Nothing;
        for (i, point) in out.iter_mut().take(side * side).enumerate() {
            let place = area.place((i % side) as f64 / last, (i / side) as f64 / last);
            let Some((height, known, position)) = self.laid.at(place, step) else { continue };
            let weight = known * self.fade(position);
            if height.is_finite() && weight > 0.0 {
                *point = [height, weight];
                given = Given::Whole;
            }
        }
        given
    }

    fn datum(&self) -> Datum {
        self.datum
    }

    fn finest_deg(&self, area: Area) -> f64 {
        self.laid.finest_deg(area)
    }

    fn version(&self) -> u64 {
        0
    }
}

/// Distances to the nearest hole in parts of the smaller side, on a coarse copy; and how many of
/// its cells one of the raster is. `None` where no coarse cell is a hole.
fn holes(laid: &Laid<f32>) -> Option<(Pyramid<f32>, f64)> {
    let (columns, rows, cells, scale) = laid.cells.coarse(HOLE_CELLS)?;
    if cells.iter().all(|v| v.is_finite()) {
        return None;
    }
    let far = (columns + rows) as f32;
    let mut away: Vec<f32> = cells.iter().map(|v| if v.is_finite() { far } else { 0.0 }).collect();
    // Two sweeps give distances within a few per cent (G. Borgefors, Computer Vision, Graphics,
    // and Image Processing 34, 1986).
    let slant = std::f32::consts::SQRT_2;
    let steps = [(-1i64, 0i64, 1.0f32), (0, -1, 1.0), (-1, -1, slant), (1, -1, slant)];
    let mut relax = |at: usize, turn: i64| {
        let (x, y) = ((at % columns) as i64, (at / columns) as i64);
        for (dx, dy, length) in steps {
            let (x, y) = (x + turn * dx, y + turn * dy);
            if x >= 0 && y >= 0 && x < columns as i64 && y < rows as i64 {
                let near = away.get(y as usize * columns + x as usize).copied().unwrap_or(far);
                if let Some(value) = away.get_mut(at) {
                    *value = value.min(near + length);
                }
            }
        }
    };
    for at in 0..columns * rows {
        relax(at, 1);
    }
    for at in (0..columns * rows).rev() {
        relax(at, -1);
    }
    let smaller = columns.min(rows) as f32;
    // The edge of the hole lies half a cell before its middle.
    let parts = away.into_iter().map(|d| (d - 0.5).max(0.0) / smaller).collect();
    let edges = Edges { turn: laid.edges.turn.map(|t| t * scale), poles: [true; 2] };
    Some((Pyramid::new(columns, rows, parts, edges)?, scale))
}
