//! Makes the ground of one square: triangles, slopes, and the pictures laid over each other.
//!
//! Runs in threads of its own; everything it needs is in the [`Recipe`].

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use glam::DVec3;
use half::f16;

use super::super::geodesy::{EQUATORIAL_RADIUS_M, LatLon, MEAN_RADIUS_M, ellipsoid_radius_m};
use super::super::map::MapMode;
use super::compose::{Picture, compose};
use super::source::{Datum, Elevation, Given, Imagery, PICTURE_SIDE, ask};
use super::tile::{Area, TileId, size_deg};
use super::topography::Topography;

/// Cells of the triangles of a square, a side.
pub(crate) const CELLS: usize = 16;
/// Cells of its slopes, a side; where nothing finer is known as few as of its triangles.
const RELIEF_SIDE: usize = 128;
/// Corners on one edge.
const EDGE: usize = CELLS + 1;
/// All corners: the grid, then the skirts of the north, south, west and east edges.
pub(crate) const CORNERS: usize = EDGE * EDGE + 4 * EDGE;
/// Length of the skirts as a part of the height of the square: more than the gap between two
/// levels.
const SKIRT: f64 = 0.03;
/// Steepest slope that is kept.
const STEEPEST: f32 = 20.0;

/// What the ground is made of. Squares of another recipe are made anew.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub map: MapMode,
    /// None until it is decoded: then the ground is the bare ellipsoid.
    pub topography: Option<Arc<Topography>>,
    /// Heights laid over it, lowest first.
    pub elevation: Vec<Arc<dyn Elevation>>,
    /// Pictures and their opacity, lowest first.
    pub imagery: Vec<(Arc<dyn Imagery>, f32)>,
}

/// One corner of the triangles, relative to the origin of the square.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct TileVertex {
    /// Position on the areoid, metres.
    pub base: [f32; 3],
    /// Unit vector from the centre of the planet.
    pub up: [f32; 3],
    /// Height above the areoid, and what the square above has there; metres.
    pub heights: [f32; 2],
    /// Position in the square from its north-west corner, 65535 is the other edge.
    pub uv: [u16; 2],
}

/// Shape of the ground of a square.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terrain {
    /// Body-fixed position (or position on the map) that the corners are relative to.
    pub origin: DVec3,
    pub vertices: Vec<TileVertex>,
    /// Slope to the east, to the north (rise over run), height between `middle_m` − `half_m` and
    /// `middle_m` + `half_m` as −1 to 1, and 1; rows from north to south.
    pub relief: Vec<[f16; 4]>,
    /// Cells of the slopes, a side.
    pub side: usize,
    pub middle_m: f32,
    pub half_m: f32,
    /// Lowest and highest areoid above the ellipsoid.
    pub areoid_m: [f64; 2],
    pub given: Given,
}

impl Terrain {
    /// Lowest and highest ground above the ellipsoid as drawn, metres.
    pub(crate) fn range_m(&self, exaggeration: f64) -> [f64; 2] {
        let (middle, half) = (f64::from(self.middle_m), f64::from(self.half_m));
        [
            self.areoid_m[0] + exaggeration * (middle - half),
            self.areoid_m[1] + exaggeration * (middle + half),
        ]
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.vertices[..]) + size_of_val(&self.relief[..])
    }
}

impl Recipe {
    /// Height above the areoid and of the areoid above the ellipsoid at a place, metres.
    pub(crate) fn height_m(&self, place: LatLon) -> [f64; 2] {
        let Some(topography) = &self.topography else { return [0.0, 0.0] };
        let areoid = topography.areoid_m(place);
        let mut height = topography.elevation_m(place);
        // A point is an area of a few metres.
        let area = Area {
            west: place.lon_180() - 5e-5,
            east: place.lon_180() + 5e-5,
            south: place.lat - 5e-5,
            north: place.lat + 5e-5,
        };
        for source in &self.elevation {
            let mut points = [[0.0f32; 2]; 9];
            if ask(|| source.heights(area, 3, &mut points)) == Given::Nothing {
                continue;
            }
            let [value, weight] = points[4].map(f64::from);
            let value = value + above_areoid(source.datum(), place, areoid);
            height += (value - height) * weight.clamp(0.0, 1.0);
        }
        [height, areoid]
    }

    /// Distance between the heights that are known at a place, metres; none before any are.
    pub(crate) fn cell_m(&self, place: LatLon) -> Option<f64> {
        let (west, south) = (place.lon_180() - 5e-5, place.lat - 5e-5);
        let area = Area { west, east: west + 1e-4, south, north: south + 1e-4 };
        let built_in = self.topography.as_ref()?.finest_deg();
        let finest = self.elevation.iter().map(|e| e.finest_deg(area)).fold(built_in, f64::min);
        Some(finest.to_radians() * MEAN_RADIUS_M)
    }

    /// Heights of all layers over each other.
    fn heights(&self, topography: &Topography, area: Area, count: usize) -> (Vec<f32>, Given) {
        let mut out = topography.heights(area, count);
        let mut all = Given::Whole;
        let mut points = Vec::new();
        for source in &self.elevation {
            points.clear();
            points.resize(count * count, [0.0f32; 2]);
            match ask(|| source.heights(area, count, &mut points)) {
                Given::Nothing => {
                    // What may come later is worth asking for again, as is what is in part here.
                    if all == Given::Whole {
                        all = Given::Nothing;
                    }
                    continue;
                }
                Given::Part => all = Given::Part,
                Given::Whole => {}
            }
            let datum = source.datum();
            for (i, (height, [value, weight])) in out.iter_mut().zip(&points).enumerate() {
                if *weight > 0.0 && value.is_finite() {
                    let value = if datum == Datum::Areoid {
                        *value
                    } else {
                        let part = |n: usize| n as f64 / (count - 1) as f64;
                        let place = area.place(part(i % count), part(i / count));
                        let areoid = topography.areoid_m(place);
                        *value + above_areoid(datum, place, areoid) as f32
                    };
                    *height += (value - *height) * weight.min(1.0);
                }
            }
        }
        (out, all)
    }

    /// The ground of a square.
    pub(crate) fn terrain(&self, id: TileId) -> Terrain {
        let area = id.area();
        let side = self.relief_side(area);
        let (heights, given) = match &self.topography {
            Some(topography) => self.heights(topography, area, side + 1),
            None => (vec![0.0; (side + 1) * (side + 1)], Given::Part),
        };
        let low = heights.iter().copied().fold(f32::MAX, f32::min);
        let high = heights.iter().copied().fold(f32::MIN, f32::max);
        let (middle_m, half_m) = (f32::midpoint(low, high), ((high - low) / 2.0).max(1e-3));
        let mut areoid_m = [f64::MAX, f64::MIN];
        let areoid = |place: LatLon| self.topography.as_ref().map_or(0.0, |t| t.areoid_m(place));
        let middle = area.place(0.5, 0.5);
        let origin = self.map.position(middle, areoid(middle));
        let mut vertices = Vec::with_capacity(CORNERS);
        let height = |row: usize, column: usize| {
            let step = side / CELLS;
            heights.get((row * (side + 1) + column) * step).copied().unwrap_or(0.0)
        };
        for row in 0..EDGE {
            for column in 0..EDGE {
                let part = |n: usize| n as f64 / CELLS as f64;
                let place = area.place(part(column), part(row));
                let datum = areoid(place);
                areoid_m = [areoid_m[0].min(datum), areoid_m[1].max(datum)];
                let base = self.map.relative(self.map.position(place, datum), origin);
                let uv = |n: usize| (n * 65535 / CELLS) as u16;
                vertices.push(TileVertex {
                    base: base.as_vec3().to_array(),
                    up: place.direction().as_vec3().to_array(),
                    heights: [height(row, column), coarser(&height, row, column)],
                    uv: [uv(column), uv(row)],
                });
            }
        }
        let drop = (SKIRT * size_deg(id.level).to_radians() * MEAN_RADIUS_M) as f32;
        skirts(&mut vertices, drop, self.map);
        let relief = relief(&heights, side, area, middle_m, half_m);
        Terrain { origin, vertices, relief, side, middle_m, half_m, areoid_m, given }
    }

    /// Cells of the slopes that show all that is known of an area.
    fn relief_side(&self, area: Area) -> usize {
        let built_in = self.topography.as_ref().map_or(f64::MAX, |t| t.finest_deg());
        let finest = self.elevation.iter().map(|e| e.finest_deg(area)).fold(built_in, f64::min);
        let cell = (area.north - area.south) / CELLS as f64;
        if finest >= cell { CELLS } else { RELIEF_SIDE }
    }

    /// The square whose picture is as fine as anything known of a square: itself or one above.
    pub(crate) fn picture_square(&self, id: TileId) -> TileId {
        let area = id.area();
        let finest = self.imagery.iter().map(|(i, _)| i.finest_deg(area)).fold(f64::MAX, f64::min);
        let mut at = id;
        while let Some(parent) = at.parent() {
            let pixel = size_deg(parent.level) / PICTURE_SIDE as f64;
            if pixel > finest {
                break;
            }
            at = parent;
        }
        at
    }

    /// The pictures of a square; none where none lies.
    pub(crate) fn picture(&self, id: TileId) -> (Option<Picture>, Given) {
        compose(&self.imagery, id.area())
    }
}

/// What has to be added to a height on a datum to get one above the areoid, metres.
fn above_areoid(datum: Datum, place: LatLon, areoid_m: f64) -> f64 {
    match datum {
        Datum::Areoid => 0.0,
        Datum::Ellipsoid => -areoid_m,
        Datum::Sphere => EQUATORIAL_RADIUS_M - ellipsoid_radius_m(place.lat) - areoid_m,
    }
}

/// The height that the square above has at a corner: its own corners are every other one of
/// ours, and its cells are split from south-west to north-east.
fn coarser(height: &dyn Fn(usize, usize) -> f32, row: usize, column: usize) -> f32 {
    let mean = |a: f32, b: f32| f32::midpoint(a, b);
    match (row % 2, column % 2) {
        (0, 0) => height(row, column),
        (0, _) => mean(height(row, column - 1), height(row, column + 1)),
        (_, 0) => mean(height(row - 1, column), height(row + 1, column)),
        _ => mean(height(row + 1, column - 1), height(row - 1, column + 1)),
    }
}

/// Copies of the edges, lowered, so that no gap opens beside a square of another level.
fn skirts(vertices: &mut Vec<TileVertex>, drop_m: f32, map: MapMode) {
    let last = CELLS;
    let along = |n: usize| [n, last * EDGE + n, n * EDGE, n * EDGE + last];
    for edge in 0..4 {
        for n in 0..EDGE {
            let Some(mut corner) = vertices.get(along(n)[edge]).copied() else { continue };
            let down = if map.is_flat() { [0.0, 0.0, 1.0] } else { corner.up };
            for (base, down) in corner.base.iter_mut().zip(down) {
                *base -= down * drop_m;
            }
            vertices.push(corner);
        }
    }
}

/// Triangles of every square, three indices each; counter-clockwise seen from above.
pub(crate) fn triangles() -> Vec<u16> {
    let mut out = Vec::with_capacity((CELLS * CELLS + 4 * CELLS) * 6);
    for row in 0..CELLS {
        for column in 0..CELLS {
            let a = row * EDGE + column;
            let (b, c, d) = (a + 1, a + EDGE, a + EDGE + 1);
            out.extend([a, c, b, b, c, d].map(|i| i as u16));
        }
    }
    let grid = EDGE * EDGE;
    for edge in 0..4 {
        for n in 0..CELLS {
            let top = |n: usize| [n, CELLS * EDGE + n, n * EDGE, n * EDGE + CELLS][edge];
            let (a, b) = (top(n), top(n + 1));
            let (c, d) = (grid + edge * EDGE + n, grid + edge * EDGE + n + 1);
            out.extend([a, b, c, b, d, c].map(|i| i as u16));
        }
    }
    out
}

fn relief(heights: &[f32], side: usize, area: Area, middle_m: f32, half_m: f32) -> Vec<[f16; 4]> {
    let step = ((area.north - area.south) / side as f64).to_radians() * MEAN_RADIUS_M;
    let at =
        |row: usize, column: usize| heights.get(row * (side + 1) + column).copied().unwrap_or(0.0);
    let mut out = Vec::with_capacity(side * side);
    for row in 0..side {
        let lat = area.place(0.0, (row as f64 + 0.5) / side as f64).lat;
        let east_step = (step * lat.to_radians().cos()).max(1e-6) as f32;
        for column in 0..side {
            let (a, b) = (at(row, column), at(row, column + 1));
            let (c, d) = (at(row + 1, column), at(row + 1, column + 1));
            let east = (b + d - a - c) / (2.0 * east_step);
            let north = (a + b - c - d) / (2.0 * step as f32);
            let height = ((a + b + c + d) / 4.0 - middle_m) / half_m;
            let slope = |s: f32| f16::from_f32(s.clamp(-STEEPEST, STEEPEST));
            out.push([slope(east), slope(north), f16::from_f32(height), f16::ONE]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(elevation: Vec<Arc<dyn Elevation>>) -> Recipe {
        let topography = Topography::load();
        Recipe { map: MapMode::Globe, topography, elevation, imagery: Vec::new() }
    }

    fn corner(terrain: &Terrain, row: usize, column: usize) -> DVec3 {
        let v = &terrain.vertices[row * EDGE + column];
        let up = DVec3::from_array(v.up.map(f64::from));
        terrain.origin + DVec3::from_array(v.base.map(f64::from)) + up * f64::from(v.heights[0])
    }

    /// Neighbours meet without a gap, across the date line too; corners lie on the ground.
    #[test]
    fn neighbours_share_their_edge() {
        let recipe = recipe(Vec::new());
        for (level, x, y) in [(3u8, 15u32, 2u32), (6, 112, 30), (12, 7000, 2000)] {
            let columns = 2u32 << level;
            let left = recipe.terrain(TileId::new(level, x, y));
            let right = recipe.terrain(TileId::new(level, (x + 1) % columns, y));
            let below = recipe.terrain(TileId::new(level, x, y + 1));
            let tolerance = 0.3 * f64::from(size_deg(level) as f32);
            for n in 0..EDGE {
                let gap = corner(&left, n, CELLS).distance(corner(&right, n, 0));
                assert!(gap < tolerance, "{gap} at level {level}");
                let gap = corner(&left, CELLS, n).distance(corner(&below, 0, n));
                assert!(gap < tolerance, "{gap} at level {level}");
            }
        }
        let id = TileId::at(LatLon::new(4.5, 135.6), 9);
        let terrain = recipe.terrain(id);
        let place = id.area().place(0.5, 0.25);
        let [height, areoid] = recipe.height_m(place);
        let ground = MapMode::Globe.position(place, height + areoid);
        assert!(corner(&terrain, 4, 8).distance(ground) < 0.05);
    }

    /// A square morphs into exactly the surface of the one above.
    #[test]
    fn the_coarser_shape_is_that_of_the_square_above() {
        let recipe = recipe(Vec::new());
        let id = TileId::at(LatLon::new(18.6, 226.2), 7);
        let (fine, coarse) = (recipe.terrain(id), recipe.terrain(id.parent().unwrap()));
        let (right, down) = ((id.x % 2) as usize, (id.y % 2) as usize);
        for row in (0..EDGE).step_by(2) {
            for column in (0..EDGE).step_by(2) {
                let half = |above: usize, below: usize| above * CELLS / 2 + below / 2;
                let up = half(down, row) * EDGE + half(right, column);
                let got = fine.vertices[row * EDGE + column].heights[1];
                assert!((got - coarse.vertices[up].heights[0]).abs() < 0.01);
            }
        }
        let between = fine.vertices[EDGE + 1].heights[1];
        let (a, b) = (fine.vertices[2 * EDGE].heights[0], fine.vertices[2].heights[0]);
        assert!((between - f32::midpoint(a, b)).abs() < 0.01);
    }

    #[test]
    fn slopes_point_uphill() {
        let recipe = recipe(Vec::new());
        // On the west flank of Olympus Mons the ground rises to the east.
        let slope = |lat: f64, lon: f64| {
            let id = TileId::at(LatLon::new(lat, lon), 6);
            let area = id.area();
            let terrain = recipe.terrain(id);
            let row = (area.north - lat) / size_deg(6) * terrain.side as f64;
            let column = (lon - 360.0 - area.west) / size_deg(6) * terrain.side as f64;
            terrain.relief[row as usize * terrain.side + column as usize]
        };
        assert!(slope(18.6, 222.5)[0].to_f32() > 0.02);
        assert!(slope(18.6, 230.0)[0].to_f32() < -0.02);
        assert!(slope(15.0, 226.5)[1].to_f32() > 0.02);
    }

    /// A square plateau of 1000 m (above the sphere) on the south-west quarter of an area.
    struct Plateau;

    impl Elevation for Plateau {
        fn heights(&self, area: Area, side: usize, out: &mut [[f32; 2]]) -> Given {
            for (i, point) in out.iter_mut().enumerate() {
                let part = |n: usize| n as f64 / (side - 1) as f64;
                let place = area.place(part(i % side), part(i / side));
                if place.lat < 0.0 && place.lon_360() < 137.0 {
                    *point = [1000.0, 1.0];
                }
            }
            Given::Whole
        }

        fn datum(&self) -> Datum {
            Datum::Sphere
        }

        fn version(&self) -> u64 {
            0
        }
    }

    #[test]
    fn heights_of_a_layer_stand_on_their_datum() {
        let recipe = recipe(vec![Arc::new(Plateau)]);
        let place = LatLon::new(-4.6, 136.4);
        let [height, areoid] = recipe.height_m(place);
        let radius = ellipsoid_radius_m(place.lat) + areoid + height;
        assert!((radius - EQUATORIAL_RADIUS_M - 1000.0).abs() < 0.1, "{radius}");
        let id = TileId::at(place, 10);
        let terrain = recipe.terrain(id);
        assert!((corner(&terrain, 8, 8).length() - EQUATORIAL_RADIUS_M - 1000.0).abs() < 0.5);
        let far = LatLon::new(4.6, 136.4);
        assert!(
            (recipe.height_m(far)[0] - recipe.topography.as_ref().unwrap().elevation_m(far)).abs()
                < 1e-9
        );
    }

    #[test]
    fn triangles_name_existing_corners() {
        let triangles = triangles();
        assert_eq!(triangles.len(), (CELLS * CELLS + 4 * CELLS) * 6);
        assert!(triangles.iter().all(|i| usize::from(*i) < CORNERS));
        let terrain = recipe(Vec::new()).terrain(TileId::ROOTS[0]);
        assert_eq!(terrain.vertices.len(), CORNERS);
    }
}
