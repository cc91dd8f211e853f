//! The squares of the pyramid: how the ground is cut, and which square is whose child.
//!
//! Squares are equal in degrees (planetocentric latitude, east longitude): two columns and one row
//! at level 0, from 180° west and from the north pole; each level halves them. It is the tile
//! matrix of the NASA Trek services (`EQ`), and of WMTS `WorldCRS84Quad` (OGC 17-083r4, D.2).

use serde::{Deserialize, Serialize};

use super::super::geodesy::LatLon;

/// Deepest level: squares 2.5 m high.
pub const MAX_LEVEL: u8 = 22;

/// One square of the pyramid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TileId {
    /// 0 is the whole planet in two squares.
    pub level: u8,
    /// Column, from 180° west.
    pub x: u32,
    /// Row, from the north pole.
    pub y: u32,
}

impl TileId {
    /// The two squares that are the whole planet.
    pub const ROOTS: [Self; 2] = [Self::new(0, 0, 0), Self::new(0, 1, 0)];

    /// A square by its numbers.
    pub const fn new(level: u8, x: u32, y: u32) -> Self {
        Self { level, x, y }
    }

    /// The square of a level in which a place lies; the north and west edges belong to it.
    pub fn at(place: LatLon, level: u8) -> Self {
        let size = size_deg(level);
        let rows = 1u32 << level;
        let x = ((place.lon_180() + 180.0) / size).floor() as u32;
        let y = ((90.0 - place.lat) / size).floor().max(0.0) as u32;
        Self { level, x: x.min(2 * rows - 1), y: y.min(rows - 1) }
    }

    /// The four squares that cover this one: north-west, north-east, south-west, south-east.
    pub fn children(self) -> [Self; 4] {
        let (level, x, y) = (self.level + 1, self.x * 2, self.y * 2);
        [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| Self { level, x, y })
    }

    /// The square that this one is a quarter of; none above level 0.
    pub fn parent(self) -> Option<Self> {
        let level = self.level.checked_sub(1)?;
        Some(Self { level, x: self.x / 2, y: self.y / 2 })
    }

    /// The square's edges.
    pub fn area(self) -> Area {
        let size = size_deg(self.level);
        let west = f64::from(self.x) * size - 180.0;
        let north = 90.0 - f64::from(self.y) * size;
        Area { west, east: west + size, south: north - size, north }
    }
}

/// Height and width of the squares of a level, degrees.
pub fn size_deg(level: u8) -> f64 {
    180.0 / f64::from(1u32 << level.min(30))
}

/// A part of the ground between two meridians and two parallels, degrees, east of each other:
/// `west` < `east`, both −180 to 540; `south` < `north`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Western edge, degrees east.
    pub west: f64,
    /// Eastern edge, degrees east.
    pub east: f64,
    /// Southern edge, planetocentric degrees.
    pub south: f64,
    /// Northern edge, planetocentric degrees.
    pub north: f64,
}

impl Area {
    /// The whole planet.
    pub const PLANET: Self = Self { west: -180.0, east: 180.0, south: -90.0, north: 90.0 };

    /// The place a fraction (0 to 1) of the way from the west and from the north.
    pub fn place(self, right: f64, down: f64) -> LatLon {
        LatLon::new(
            self.north + (self.south - self.north) * down,
            self.west + (self.east - self.west) * right,
        )
    }

    /// Whether two areas share ground, across the date line too.
    pub fn meets(self, other: Self) -> bool {
        let turns = [-360.0, 0.0, 360.0];
        let beside = |turn: f64| self.west < other.east + turn && other.west + turn < self.east;
        self.south < other.north && other.south < self.north && turns.into_iter().any(beside)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// NASA Trek's `EQ` matrix: Gale (137.8° E, 5.4° S) is at level 2 in column 7, row 2.
    #[test]
    fn squares_lie_where_trek_has_them() {
        let gale = TileId::at(LatLon::new(-5.4, 137.8), 2);
        assert_eq!(gale, TileId::new(2, 7, 2));
        let area = gale.area();
        assert_eq!((area.west, area.east, area.south, area.north), (135.0, 180.0, -45.0, 0.0));
        assert_eq!(TileId::at(LatLon::new(-90.0, 180.0), 3), TileId::new(3, 0, 7));
        assert_eq!(TileId::at(LatLon::new(90.0, 179.999), 0), TileId::ROOTS[1]);
    }

    #[test]
    fn areas_meet_across_the_date_line() {
        let fiji = Area { west: 175.0, east: 190.0, south: -10.0, north: 10.0 };
        assert!(fiji.meets(Area { west: -180.0, east: -175.0, south: 0.0, north: 1.0 }));
        assert!(!fiji.meets(Area { west: -165.0, east: -160.0, south: 0.0, north: 1.0 }));
        assert!(!fiji.meets(Area { west: 180.0, east: 181.0, south: 10.0, north: 11.0 }));
    }

    proptest! {
        #[test]
        fn a_place_lies_in_its_square_and_in_all_above(
            lat in -90.0..90.0f64, lon in -180.0..180.0f64, level in 0u8..=MAX_LEVEL,
        ) {
            let id = TileId::at(LatLon::new(lat, lon), level);
            let area = id.area();
            prop_assert!(area.south <= lat && lat <= area.north);
            prop_assert!(area.west <= lon + 1e-9 && lon <= area.east + 1e-9);
            if let Some(parent) = id.parent() {
                prop_assert_eq!(TileId::at(LatLon::new(lat, lon), parent.level), parent);
                prop_assert!(parent.children().contains(&id));
            }
        }

        #[test]
        fn children_cover_their_parent(level in 0u8..12, x in 0u32..8192, y in 0u32..4096) {
            let rows = 1u32 << level;
            let id = TileId::new(level, x % (2 * rows), y % rows);
            let all = id.children().map(TileId::area);
            let area = id.area();
            prop_assert_eq!((all[0].west, all[0].north), (area.west, area.north));
            prop_assert_eq!((all[3].east, all[3].south), (area.east, area.south));
            prop_assert_eq!((all[0].east, all[0].south), (all[3].west, all[3].north));
        }
    }
}
