//! The ground around a terrain model, so that it meets the ground below it without a step.
//!
//! The built-in heights are 15 km apart: at the edge of a fine model both may differ by a hundred
//! metres. The model stays as it is to its last cell; beyond it (and in its holes) its heights are
//! carried on, smoother the farther away, and give way to the ground below.

use super::pyramid::{Edges, Pyramid};

/// Cells of the coarse copy that it is made on, a side.
const MOST_CELLS: usize = 256;
/// Part of the smaller side over which a model is carried on.
const REACH: f64 = 0.5;

/// Heights and weights around a raster.
#[derive(Clone, Debug)]
pub(super) struct Apron {
    heights: Pyramid<f32>,
    weights: Pyramid<f32>,
    /// Cells of the copy for one of the raster.
    scale: f64,
    /// Cells of the copy before the first column and row of the raster.
    before: (f64, f64),
    /// How far it goes, cells of the raster.
    pub reach: f64,
}

/// A grid larger than the coarse copy by margins.
struct Frame {
    columns: usize,
    rows: usize,
    left: usize,
    top: usize,
}

impl Apron {
    /// Around a raster of some size; `most` cells at the farthest. `None` where it has neither an
    /// edge nor a hole, or nothing is known of it.
    pub(super) fn around(raster: &Pyramid<f32>, edges: Edges, most: f64) -> Option<Self> {
        let (wide, high) = raster.size();
        let (columns, rows, cells, scale) = raster.coarse(MOST_CELLS)?;
        let reach = (REACH * wide.min(high) as f64).min(most);
        let has_edge = edges.turn.is_none() || edges.poles.contains(&false);
        let has_hole = cells.iter().any(|v| !v.is_finite());
        if !(has_edge || has_hole) || reach <= 0.0 || cells.iter().all(|v| !v.is_finite()) {
            return None;
        }
        let margin = (reach * scale).ceil() as usize + 1;
        let beyond = |has: bool| if has { margin } else { 0 };
        let [left, top] = [edges.turn.is_none(), !edges.poles[0]].map(beyond);
        let frame = Frame {
            columns: columns + 2 * left,
            rows: rows + top + beyond(!edges.poles[1]),
            left,
            top,
        };
        let turn = edges.turn.map(|turn| turn * scale);
        let coarse = Pyramid::new(columns, rows, cells.to_vec(), Edges { turn, ..edges })?;
        let away = frame.distances(columns, rows, cells);
        let far = reach * scale;
        let heights = away.iter().enumerate().map(|(i, away)| {
            let (x, y) = (i % frame.columns, i / frame.columns);
            let at = (x as f64 + 0.5 - left as f64, y as f64 + 0.5 - top as f64);
            // Wide enough to hold the nearest cell that is known.
            let size = if *away > 0.0 { 2.0 * (f64::from(*away) + 1.0) } else { 1.0 };
            if f64::from(*away) > far + 2.0 { f32::NAN } else { coarse.mean(at, (size, size)).0 }
        });
        let heights: Vec<f32> = heights.collect();
        let weights = away.iter().zip(&heights).map(|(away, height)| {
            let left = 1.0 - (f64::from(*away) - 0.5).max(0.0) / far.max(0.5);
            let part = left.clamp(0.0, 1.0) as f32;
            if height.is_finite() { part * part * (3.0 - 2.0 * part) } else { 0.0 }
        });
        let weights = weights.collect();
        let around = Edges { turn, ..edges };
        Some(Self {
            heights: Pyramid::new(frame.columns, frame.rows, heights, around)?,
            weights: Pyramid::new(frame.columns, frame.rows, weights, around)?,
            scale,
            before: (left as f64, top as f64),
            reach,
        })
    }

    /// Height and weight around a position of the raster, over a box of so many of its cells.
    pub(super) fn at(&self, position: (f64, f64), size: (f64, f64)) -> (f32, f32) {
        let at = (position.0 * self.scale + self.before.0, position.1 * self.scale + self.before.1);
        let size = (size.0 * self.scale, size.1 * self.scale);
        let (height, known) = self.heights.mean(at, size);
        let (weight, covered) = self.weights.mean(at, size);
        if height.is_finite() && known > 0.0 { (height, weight * covered) } else { (0.0, 0.0) }
    }
}

impl Frame {
    /// Distances of all cells to the nearest known one, in cells.
    fn distances(&self, columns: usize, rows: usize, cells: &[f32]) -> Vec<f32> {
        let far = (self.columns + self.rows) as f32;
        let mut away = vec![far; self.columns * self.rows];
        for (row, line) in cells.chunks_exact(columns.max(1)).take(rows).enumerate() {
            for (column, value) in line.iter().enumerate() {
                let at = (row + self.top) * self.columns + column + self.left;
                if let Some(away) = away.get_mut(at).filter(|_| value.is_finite()) {
                    *away = 0.0;
                }
            }
        }
        for at in 0..away.len() {
            self.relax(&mut away, at, 1);
        }
        for at in (0..away.len()).rev() {
            self.relax(&mut away, at, -1);
        }
        away
    }

    /// Two sweeps of this, there and back, give distances within a few per cent (G. Borgefors,
    /// Computer Vision, Graphics, and Image Processing 34, 1986).
    fn relax(&self, away: &mut [f32], at: usize, turn: i64) {
        let slant = std::f32::consts::SQRT_2;
        let steps = [(-1i64, 0i64, 1.0f32), (0, -1, 1.0), (-1, -1, slant), (1, -1, slant)];
        let (x, y) = ((at % self.columns) as i64, (at / self.columns) as i64);
        for (dx, dy, length) in steps {
            let (x, y) = (x + turn * dx, y + turn * dy);
            if x >= 0 && y >= 0 && x < self.columns as i64 && y < self.rows as i64 {
                let near = away.get(y as usize * self.columns + x as usize).copied();
                if let (Some(value), Some(near)) = (away.get_mut(at), near) {
                    *value = value.min(near + length);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apron(columns: usize, rows: usize, cells: Vec<f32>, most: f64) -> Option<Apron> {
        let raster = Pyramid::new(columns, rows, cells, Edges::default())?;
        Apron::around(&raster, Edges::default(), most)
    }

    #[test]
    fn level_ground_is_carried_on_level_and_ends() {
        let apron = apron(40, 20, vec![-2600.0; 800], f64::MAX).expect("it has edges");
        assert!((apron.reach - 10.0).abs() < 1e-9);
        let mut last = 1.1;
        for out in 0..14 {
            let (height, weight) = apron.at((-f64::from(out), 10.0), (1.0, 1.0));
            assert!(weight <= last + 1e-6, "{out}: {weight} after {last}");
            last = weight;
            if out < 9 {
                assert!((height + 2600.0).abs() < 1e-2 && weight > 0.0, "{out} {height} {weight}");
            }
            if out > 11 {
                assert_eq!(weight, 0.0);
            }
        }
        assert!(apron.at((0.5, 10.0), (1.0, 1.0)).1 > 0.99);
    }

    #[test]
    fn holes_are_bridged_and_the_limit_holds() {
        let mut cells = vec![100.0; 60 * 60];
        for row in 20..40 {
            cells[row * 60 + 20..row * 60 + 40].fill(f32::NAN);
        }
        let (height, weight) =
            apron(60, 60, cells.clone(), f64::MAX).expect("edges").at((30.0, 30.0), (1.0, 1.0));
        assert!((height - 100.0).abs() < 1e-3 && weight > 0.5);
        let short = apron(60, 60, cells, 3.0).expect("edges");
        assert_eq!(short.at((30.0, 30.0), (1.0, 1.0)).1, 0.0);
        assert_eq!(short.at((-6.0, 30.0), (1.0, 1.0)).1, 0.0);
        assert!(apron(8, 8, vec![f32::NAN; 64], f64::MAX).is_none());
    }

    #[test]
    fn a_whole_planet_has_no_edge() {
        let edges = Edges { turn: Some(16.0), poles: [true; 2] };
        let raster = Pyramid::new(16, 8, vec![0.0; 128], edges).expect("a raster");
        assert!(Apron::around(&raster, edges, f64::MAX).is_none());
    }
}
