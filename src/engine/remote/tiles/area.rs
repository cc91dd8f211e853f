//! A part of the planet, and which tiles cover it.

use super::grid::{Matrix, TileKey};
use super::service::TileService;

/// A box of latitudes and longitudes in degrees. It may cross 180°: its east is then below its
/// west, or above 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Western edge, degrees east.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge, degrees east.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

/// What it takes to keep an area on this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Tiles of the area on all levels.
    pub tiles: u64,
    /// Bytes of them, from the mean of the tiles that are known.
    pub bytes: u64,
    /// Tiles that the mean rests on; 0 where a usual size was taken instead.
    pub known: u64,
    /// Whether the cache may hold that much.
    pub fits: bool,
}

/// Tiles of one level in an area: rows, and columns counted on beyond the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    level: u32,
    columns: u32,
    first: (u32, u32),
    size: (u32, u32),
}

impl Patch {
    fn of(area: Area, matrix: Matrix, level: u32) -> Option<Self> {
        let (columns, rows) = matrix.size(level)?;
        let edges = [area.west, area.south, area.east, area.north];
        if !edges.iter().all(|e| e.is_finite()) || area.south > area.north {
            return None;
        }
        let row = |latitude: f64| matrix.row_of(latitude.clamp(-90.0, 90.0), rows);
        let top = (row(area.north).floor().max(0.0) as u32).min(rows - 1);
        let bottom = (row(area.south).ceil() as u32).clamp(top + 1, rows);
        let west = (area.west + 180.0).rem_euclid(360.0);
        let width = match area.east - area.west {
            w if w >= 360.0 => 360.0,
            w => w.rem_euclid(360.0),
        };
        let scale = f64::from(columns) / 360.0;
        let left = ((west * scale).floor() as u32).min(columns - 1);
        let right = ((west + width) * scale).ceil() as u32;
        let count = right.max(left + 1) - left;
        Some(Self { level, columns, first: (left, top), size: (count.min(columns), bottom - top) })
    }

    fn len(self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    fn key(self, index: u64) -> TileKey {
        let (column, row) = (index % u64::from(self.size.0), index / u64::from(self.size.0));
        let x = (u64::from(self.first.0) + column) % u64::from(self.columns);
        TileKey { level: self.level, x: x as u32, y: self.first.1 + row as u32 }
    }
}

/// All tiles of an area, coarse levels first; takes no memory per tile.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    patches: Vec<Patch>,
}

impl Cover {
    /// Tiles of the levels that the service has.
    pub(super) fn of(service: &TileService, area: Area, levels: (u32, u32)) -> Self {
        let from = levels.0.max(service.min_level);
        let to = levels.1.min(service.max_level);
        let patches =
            (from..=to).filter_map(|level| Patch::of(area, service.matrix, level)).collect();
        Self { patches }
    }

    pub(super) fn len(&self) -> u64 {
        self.patches.iter().map(|p| p.len()).sum()
    }

    pub(super) fn key(&self, mut index: u64) -> Option<TileKey> {
        for patch in &self.patches {
            if index < patch.len() {
                return Some(patch.key(index));
            }
            index -= patch.len();
        }
        None
    }
}
