//! The two tile pyramids of the planet and where their tiles lie. Angles in degrees, rows from
//! the north, columns from 180° W.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Deepest level: 2³⁰ columns still count in 32 bits, and a pixel is below a millimetre.
pub const MAX_LEVEL: u32 = 30;

/// Radius on which web maps compute their metres, whatever the planet (EPSG:3857).
const MERCATOR_RADIUS_M: f64 = 6_378_137.0;

/// How the planet is cut into tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matrix {
    /// Plate carrée, 2 columns × 1 row at level 0 (WMTS Simple Profile "WorldCRS84Quad"; NASA Trek).
    #[default]
    Geographic,
    /// Spherical Mercator, one tile at level 0 ("WebMercatorQuad").
    WebMercator,
}

/// One tile of a pyramid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileKey {
    /// Level; each has twice the columns and rows of the one before.
    pub level: u32,
    /// Column, from 180° W.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

/// What a tile covers, in degrees; `west < east`, `south < north`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Western edge, −180 to 180.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

impl Matrix {
    /// Columns and rows of a level; none beyond [`MAX_LEVEL`].
    pub fn size(self, level: u32) -> Option<(u32, u32)> {
        let rows = 1_u32.checked_shl(level).filter(|_| level <= MAX_LEVEL)?;
        Some(match self {
            Self::Geographic => (rows * 2, rows),
            Self::WebMercator => (rows, rows),
        })
    }

    /// Whether a tile is in the pyramid.
    pub fn has(self, key: TileKey) -> bool {
        self.size(key.level).is_some_and(|(columns, rows)| key.x < columns && key.y < rows)
    }

    /// Where a tile lies; none outside the pyramid.
    pub fn bounds(self, key: TileKey) -> Option<Bounds> {
        let (columns, rows) = self.size(key.level).filter(|_| self.has(key))?;
        let longitude = |x: u32| f64::from(x) / f64::from(columns) * 360.0 - 180.0;
        let latitude = |y: u32| {
            let from_north = f64::from(y) / f64::from(rows);
            match self {
                Self::Geographic => 90.0 - from_north * 180.0,
                Self::WebMercator => (PI * (1.0 - 2.0 * from_north)).sinh().atan().to_degrees(),
            }
        };
        Some(Bounds {
            west: longitude(key.x),
            south: latitude(key.y + 1),
            east: longitude(key.x + 1),
            north: latitude(key.y),
        })
    }

    /// Edges of a tile in the unit of its map: degrees, or metres of EPSG:3857.
    pub(super) fn map_bounds(self, key: TileKey) -> Option<Bounds> {
        if self == Self::Geographic {
            return self.bounds(key);
        }
        let (columns, rows) = self.size(key.level).filter(|_| self.has(key))?;
        let half = PI * MERCATOR_RADIUS_M;
        let metres = |n: u32, of: u32| (f64::from(n) / f64::from(of) * 2.0 - 1.0) * half;
        Some(Bounds {
            west: metres(key.x, columns),
            // From zero, so that no address has a "-0" in it.
            south: 0.0 - metres(key.y + 1, rows),
            east: metres(key.x + 1, columns),
            north: 0.0 - metres(key.y, rows),
        })
    }

    /// The row in which a latitude lies, as a real number that grows southwards.
    pub(super) fn row_of(self, latitude_deg: f64, rows: u32) -> f64 {
        let from_north = match self {
            Self::Geographic => (90.0 - latitude_deg) / 180.0,
            Self::WebMercator => {
                let limited = latitude_deg.clamp(-89.9, 89.9).to_radians();
                (1.0 - limited.tan().asinh() / PI) / 2.0
            }
        };
        from_north * f64::from(rows)
    }
}
