//! Where the pixels of a raster lie on Mars.
//!
//! Pixel coordinates count from the outer north-west corner of the first pixel: its middle is
//! (0.5, 0.5). Places are planetocentric degrees, longitude to the east.

use super::projection::Projection;

/// Steps along each side of a raster when its extent is looked for.
const EDGE_STEPS: usize = 64;

/// Ground between two meridians and two parallels, planetocentric degrees: `west` from −180 up to
/// 180, `east` above it by at most 360.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Western edge.
    pub west: f64,
    /// Eastern edge.
    pub east: f64,
    /// Southern edge.
    pub south: f64,
    /// Northern edge.
    pub north: f64,
}

/// What latitudes a map counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Latitudes {
    /// From the centre.
    Centric,
    /// Along the normal of an ellipsoid with this ratio of polar to equatorial radius.
    Graphic {
        /// Polar over equatorial radius.
        ratio: f64,
    },
}

impl Latitudes {
    fn of_centric(self, lat: f64) -> f64 {
        match self {
            Self::Centric => lat,
            Self::Graphic { ratio } => turned(lat, 1.0 / (ratio * ratio)),
        }
    }

    fn to_centric(self, lat: f64) -> f64 {
        match self {
            Self::Centric => lat,
            Self::Graphic { ratio } => turned(lat, ratio * ratio),
        }
    }
}

/// The latitude whose tangent is larger by a factor, degrees.
fn turned(lat: f64, factor: f64) -> f64 {
    let (sin, cos) = lat.clamp(-90.0, 90.0).to_radians().sin_cos();
    (factor * sin).atan2(cos).to_degrees()
}

/// The ties between pixels and places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Georeference {
    columns: f64,
    rows: f64,
    /// x = m\[0\] + m\[1\] column + m\[2\] row; y = m\[3\] + m\[4\] column + m\[5\] row.
    to_map: [f64; 6],
    to_pixel: [f64; 6],
    projection: Projection,
    latitudes: Latitudes,
    /// Longitude in the middle of the raster, counted from the meridian of the map.
    middle: f64,
}

impl Georeference {
    /// Ties pixels to places by an affine map from pixel corners to map coordinates; `None` where
    /// it has no inverse or no number.
    pub fn new(
        columns: usize,
        rows: usize,
        to_map: [f64; 6],
        projection: Projection,
        latitudes: Latitudes,
    ) -> Option<Self> {
        let to_pixel = inverse(to_map)?;
        let mut out = Self {
            columns: columns as f64,
            rows: rows as f64,
            to_map,
            to_pixel,
            projection,
            latitudes,
            middle: 0.0,
        };
        if projection.is_cylindrical() {
            let (x, y) = apply(to_map, out.columns / 2.0, out.rows / 2.0);
            // The middle row may be nearly at a pole or beyond: only its longitude is wanted.
            let (_, east) = projection.inverse(x, y.clamp(-1.0, 1.0))?;
            out.middle = east;
        }
        Some(out)
    }

    /// Pixel coordinates of a place, though it may lie outside the raster; `None` where the map
    /// does not show it.
    pub fn position_of(&self, lat: f64, lon: f64) -> Option<(f64, f64)> {
        if !(lat.abs() <= 90.0 && lon.is_finite()) {
            return None;
        }
        let around = lon - self.projection.meridian() - self.middle;
        let east = (around + 180.0).rem_euclid(360.0) - 180.0 + self.middle;
        let (x, y) = self.projection.forward(self.latitudes.of_centric(lat), east)?;
        let (column, row) = apply(self.to_pixel, x, y);
        (column.is_finite() && row.is_finite()).then_some((column, row))
    }

    /// Column and row of a place inside the raster, 0 to its columns and rows.
    pub fn pixel_of(&self, lat: f64, lon: f64) -> Option<(f64, f64)> {
        let (column, row) = self.position_of(lat, lon)?;
        // The edges themselves belong to it in spite of rounding.
        let near = |v: f64, end: f64| (-1e-6..=end + 1e-6).contains(&v).then(|| v.clamp(0.0, end));
        Some((near(column, self.columns)?, near(row, self.rows)?))
    }

    /// Latitude and east longitude (not wrapped) of pixel coordinates, degrees; `None` where the
    /// map shows no ground there.
    pub fn place_of(&self, column: f64, row: f64) -> Option<(f64, f64)> {
        let (x, y) = apply(self.to_map, column, row);
        let (lat, east) = self.projection.inverse(x, y)?;
        let lon = east + self.projection.meridian();
        Some((self.latitudes.to_centric(lat).clamp(-90.0, 90.0), lon))
    }

    /// The ground that the raster lies on.
    pub fn area(&self) -> Extent {
        let middle = self.place_of(self.columns / 2.0, self.rows / 2.0).map_or(0.0, |p| p.1);
        let mut extent = Extent { west: 0.0, east: 0.0, south: 90.0, north: -90.0 };
        let (mut left, mut right) = (f64::MAX, f64::MIN);
        let step = |i: usize| i as f64 / EDGE_STEPS as f64;
        for i in 0..=EDGE_STEPS {
            for k in 0..=EDGE_STEPS {
                let Some((lat, lon)) = self.place_of(step(i) * self.columns, step(k) * self.rows)
                else {
                    continue;
                };
                let lon = if self.projection.is_cylindrical() {
                    lon - middle
                } else {
                    (lon - middle + 180.0).rem_euclid(360.0) - 180.0
                };
                extent.south = extent.south.min(lat);
                extent.north = extent.north.max(lat);
                (left, right) = (left.min(lon), right.max(lon));
            }
        }
        let pole = |lat: f64| {
            !self.projection.is_cylindrical()
                && self.pixel_of(lat, self.projection.meridian()).is_some()
        };
        let (north, south) = (pole(90.0), pole(-90.0));
        if north || south {
            (left, right) = (-180.0 - middle, 180.0 - middle);
            extent.north = if north { 90.0 } else { extent.north };
            extent.south = if south { -90.0 } else { extent.south };
        }
        if left > right || extent.south > extent.north {
            return Extent { west: 0.0, east: 0.0, south: 0.0, north: 0.0 };
        }
        let width = (right - left).min(360.0);
        extent.west = (left + middle + 180.0).rem_euclid(360.0) - 180.0;
        // Rounding must not turn 180° west into nearly 180° east.
        if extent.west > 180.0 - 1e-9 {
            extent.west -= 360.0;
        }
        extent.east = extent.west + width;
        extent
    }

    /// Size of a pixel in the middle of the raster, degrees of a great circle: the root of its
    /// area. Infinite where the map shows no ground there.
    pub fn pixel_deg(&self) -> f64 {
        let (column, row) = (self.columns / 2.0, self.rows / 2.0);
        let corners = [(column, row), (column + 1.0, row), (column, row + 1.0)];
        let [Some(a), Some(b), Some(c)] = corners.map(|(c, r)| self.place_of(c, r)) else {
            return f64::INFINITY;
        };
        let turn = |to: f64| (to - a.1 + 180.0).rem_euclid(360.0) - 180.0;
        let narrow = a.0.to_radians().cos();
        let area = (turn(b.1) * (c.0 - a.0) - turn(c.1) * (b.0 - a.0)) * narrow;
        area.abs().sqrt()
    }

    /// Columns that make a full turn, where the raster goes all around; the seam is then no edge.
    pub fn turn(&self) -> Option<f64> {
        if !self.projection.is_cylindrical() || self.to_map[2] != 0.0 {
            return None;
        }
        let (x, y) = self
            .projection
            .forward(0.0, 360.0)
            .zip(self.projection.forward(0.0, 0.0))
            .map(|(far, near)| (far.0 - near.0, far.1 - near.1))?;
        let columns = (x * self.to_pixel[1] + y * self.to_pixel[2]).abs();
        // A column more or less: products repeat or leave out their seam.
        (columns - self.columns <= 1.0).then_some(columns)
    }
}

fn apply(m: [f64; 6], a: f64, b: f64) -> (f64, f64) {
    (m[0] + m[1] * a + m[2] * b, m[3] + m[4] * a + m[5] * b)
}

fn inverse(m: [f64; 6]) -> Option<[f64; 6]> {
    let det = m[1] * m[5] - m[2] * m[4];
    let size = m[1].hypot(m[4]) * m[2].hypot(m[5]);
    if !(det.is_finite() && size.is_finite() && det.abs() > 1e-9 * size && det != 0.0) {
        return None;
    }
    let (a, b, c, d) = (m[5] / det, -m[2] / det, -m[4] / det, m[1] / det);
    let out = [-(a * m[0] + b * m[3]), a, b, -(c * m[0] + d * m[3]), c, d];
    out.iter().all(|v| v.is_finite()).then_some(out)
}
