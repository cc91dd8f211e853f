//! Rasters that the user laid on the globe, as pictures and heights of the ground.

use marsdeck_engine::format::raster::{Extent, Georeference, HeightDatum, Raster, Samples};

use super::apron::Apron;
use super::pyramid::{Cell, Edges, Pyramid};
use crate::globe::LatLon;
use crate::globe::geodesy::MEAN_RADIUS_M;
use crate::globe::ground::source::{Datum, Elevation, Given, Imagery, PICTURE_SIDE};
use crate::globe::ground::tile::Area;

/// Farthest that a terrain model is carried on beyond its edges, metres: the ground below is known
/// no better.
const FARTHEST_M: f64 = 15e3;
/// Size of what is seen of the ground where a model is carried on, parts of the whole way.
const APRON_STEPS: f64 = 16.0;

/// What both kinds have: where they lie, and their cells.
#[derive(Clone, Debug)]
struct Laid<T> {
    cells: Pyramid<T>,
    place: Georeference,
    area: Area,
    edges: Edges,
    pixel_deg: f64,
}

/// A mean, its weight, its position in cells, and the size of what it is the mean of.
type Sampled<T> = (T, f32, (f64, f64), (f64, f64));

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

    /// The mean of the ground around a place as far as half a step; its weight; the position; and
    /// the size of the step there, in cells.
    fn at(&self, place: LatLon, step: (f64, f64)) -> Option<Sampled<T>> {
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
        Some((value, known, here, size))
    }

    fn position(&self, place: LatLon) -> Option<(f64, f64)> {
        self.place.position_of(place.lat.clamp(-90.0, 90.0), place.lon)
    }

    /// The area with so many cells more on all sides where it has an edge.
    fn grown(&self, cells: f64) -> Area {
        let Area { west, east, south, north } = self.area;
        let more = cells * self.pixel_deg;
        let narrow = south.abs().max(north.abs()).to_radians().cos().max(0.05);
        let aside = if self.edges.turn.is_some() { 0.0 } else { more / narrow };
        Area {
            west: west - aside,
            east: east + aside,
            south: (south - more).max(-90.0),
            north: (north + more).min(90.0),
        }
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
            if let Some((color, ..)) = self.0.at(place, step)
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
    /// How it meets the ground around, and where that lies.
    apron: Option<(Apron, Area)>,
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
        let most = FARTHEST_M / (laid.pixel_deg.to_radians() * MEAN_RADIUS_M);
        let apron = Apron::around(&laid.cells, laid.edges, most);
        let apron = apron.map(|apron| {
            let around = laid.grown(apron.reach);
            (apron, around)
        });
        Some(Self { laid, datum: chosen.or(told).unwrap_or_default(), apron })
    }

    /// Where they lie.
    pub fn area(&self) -> Area {
        self.laid.area
    }
}

impl Elevation for PatchElevation {
    fn heights(&self, area: Area, side: usize, out: &mut [[f32; 2]]) -> Given {
        let meets = self.apron.as_ref().map_or(self.laid.area, |a| a.1).meets(area);
        if side < 2 || !meets {
            return Given::Nothing;
        }
        let last = (side - 1) as f64;
        let step = ((area.east - area.west) / last, (area.north - area.south) / last);
        let mut given = Given::Nothing;
        for (i, point) in out.iter_mut().take(side * side).enumerate() {
            let place = area.place((i % side) as f64 / last, (i / side) as f64 / last);
            let Some((own, known, position, size)) = self.laid.at(place, step) else { continue };
            let (height, weight) = match &self.apron {
                Some((apron, _)) if known < 1.0 => {
                    let (around, weight) = apron.at(position, size);
                    let own = if known > 0.0 { own * known } else { 0.0 };
                    let part = (1.0 - known) * weight;
                    ((own + part * around) / (known + part), known + part)
                }
                _ => (own, known),
            };
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
        match &self.apron {
            Some((apron, around)) if !self.laid.area.meets(area) && around.meets(area) => {
                apron.reach * self.laid.pixel_deg / APRON_STEPS
            }
            _ => self.laid.finest_deg(area),
        }
    }

    fn version(&self) -> u64 {
        0
    }
}
