//! A raster with its half-size copies, and means over any part of it.
//!
//! A mean over a box of one cell is bilinear interpolation; over a larger one it is the mean of
//! what lies there. One filter so serves both, and nothing shimmers on the way between.

/// Longest side of a box for one of its shorter side; longer ones are summed on a coarser level.
const MOST_LONGER: f64 = 4.0;
/// Room for the cells of a box: twice that between two levels, and its two ends.
const SPANS: usize = 20;

/// One level: `columns` × `rows` cells.
#[derive(Clone, Debug, PartialEq)]
struct Level<T> {
    columns: usize,
    rows: usize,
    cells: Vec<T>,
}

/// What happens at the edges of a raster.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Edges {
    /// Columns of a full turn, where it goes all around.
    pub turn: Option<f64>,
    /// Whether the first and the last row end at a pole: beyond them the ground is theirs.
    pub poles: [bool; 2],
}

/// A value that means can be made of.
pub(super) trait Cell: Copy {
    /// A sum of values, weighted.
    type Sum: Default;
    /// Adds a value.
    fn add(self, sum: &mut Self::Sum, weight: f32);
    /// The mean of a sum.
    fn mean(sum: &Self::Sum) -> Self;
    /// The weight of what is known in a sum.
    fn known(sum: &Self::Sum) -> f32;
}

/// Heights: not a number where none is known.
impl Cell for f32 {
    type Sum = [f32; 2];

    fn add(self, sum: &mut [f32; 2], weight: f32) {
        if self.is_finite() {
            sum[0] += self * weight;
            sum[1] += weight;
        }
    }

    fn mean(sum: &[f32; 2]) -> Self {
        if sum[1] > 0.0 { sum[0] / sum[1] } else { f32::NAN }
    }

    fn known(sum: &[f32; 2]) -> f32 {
        sum[1]
    }
}

/// Colours, not premultiplied: what is covered counts.
impl Cell for [u8; 4] {
    type Sum = [f32; 4];

    fn add(self, sum: &mut [f32; 4], weight: f32) {
        let cover = weight * f32::from(self[3]) / 255.0;
        for (sum, value) in sum.iter_mut().zip([self[0], self[1], self[2]]) {
            *sum += f32::from(value) * cover;
        }
        sum[3] += cover;
    }

    fn mean(sum: &[f32; 4]) -> Self {
        if sum[3] <= 0.0 {
            return [0; 4];
        }
        let [r, g, b] = [0, 1, 2].map(|k| (sum[k] / sum[3]).round() as u8);
        [r, g, b, (sum[3].min(1.0) * 255.0).round() as u8]
    }

    fn known(sum: &[f32; 4]) -> f32 {
        sum[3]
    }
}

#[derive(Clone, Copy)]
struct Axis {
    /// In cells of the level; the last cell may stand out over it.
    length: f64,
    cells: usize,
    wraps: bool,
    holds: [bool; 2],
}

/// The cells of one axis that a box covers, with their parts of its width.
struct Spans {
    cells: [(usize, f32); SPANS],
    count: usize,
}

impl Spans {
    fn push(&mut self, cell: usize, part: f64) {
        if part > 0.0
            && let Some(slot) = self.cells.get_mut(self.count)
        {
            *slot = (cell, part as f32);
            self.count += 1;
        }
    }

    /// Cells under the box `middle` ± `width` / 2 of an axis: held at its ends, cut there, or
    /// going around.
    fn of(middle: f64, width: f64, axis: Axis) -> Self {
        let mut out = Self { cells: [(0, 0.0); SPANS], count: 0 };
        let last = axis.cells.saturating_sub(1);
        let (mut at, mut left) = (middle - width / 2.0, width);
        if !(at.is_finite() && width > 0.0 && axis.length > 0.0) {
            return out;
        }
        if axis.wraps {
            at = at.rem_euclid(axis.length);
        } else {
            if at < 0.0 {
                let before = left.min(-at);
                if axis.holds[0] {
                    out.push(0, before / width);
                }
                (at, left) = (0.0, left - before);
            }
            if at + left > axis.length {
                let beyond = left.min(at + left - axis.length);
                if axis.holds[1] {
                    out.push(last, beyond / width);
                }
                left -= beyond;
            }
        }
        for _ in 0..SPANS {
            if left <= 1e-9 {
                break;
            }
            if at >= axis.length {
                at = 0.0;
            }
            let end = (at.floor() + 1.0).min(axis.length);
            let part = (end - at).min(left);
            out.push((at as usize).min(last), part / width);
            (at, left) = (end, left - part);
        }
        out
    }

    fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.cells.iter().take(self.count).copied()
    }
}

/// A raster and its half-size copies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pyramid<T> {
    levels: Vec<Level<T>>,
    edges: Edges,
}

impl<T: Cell> Pyramid<T> {
    /// Makes the half-size copies of `columns` × `rows` cells; `None` where there are not so many.
    pub(super) fn new(columns: usize, rows: usize, cells: Vec<T>, edges: Edges) -> Option<Self> {
        if columns == 0 || rows == 0 || columns.checked_mul(rows) != Some(cells.len()) {
            return None;
        }
        let mut levels = vec![Level { columns, rows, cells }];
        while let Some(last) = levels.last()
            && last.columns.max(last.rows) > 1
        {
            levels.push(last.halved());
        }
        Some(Self { levels, edges })
    }

    /// Columns and rows of the raster.
    pub(super) fn size(&self) -> (usize, usize) {
        self.levels.first().map_or((1, 1), |l| (l.columns, l.rows))
    }

    /// Mean over a box around a position, in cells of the raster from its outer corner; and how
    /// much of the box is known, 0 to 1.
    pub(super) fn mean(&self, position: (f64, f64), size: (f64, f64)) -> (T, f32) {
        let (wide, high) = (size.0.abs(), size.1.abs());
        // On this level the smaller side is two to four cells, so that cells that are cut by the
        // edge of the box matter little, unless the larger side is too long then.
        let cell = (wide.min(high).max(wide.max(high) / MOST_LONGER) / 2.0).max(1.0);
        let deepest = self.levels.len().saturating_sub(1);
        let level = (cell.log2().floor() as usize).min(deepest);
        let scale = 0.5f64.powi(level as i32);
        let mut sum = T::Sum::default();
        let Some(at) = self.levels.get(level) else { return (T::mean(&sum), 0.0) };
        let (columns, rows) = self.size();
        let most = (SPANS - 4) as f64;
        let across = Axis {
            length: self.edges.turn.unwrap_or(columns as f64) * scale,
            cells: at.columns,
            wraps: self.edges.turn.is_some(),
            holds: [false; 2],
        };
        let down = Axis {
            length: rows as f64 * scale,
            cells: at.rows,
            wraps: false,
            holds: self.edges.poles,
        };
        let wide = (wide * scale).clamp(1.0, most.min(across.length.max(1.0)));
        let high = (high * scale).clamp(1.0, most);
        let along = Spans::of(position.0 * scale, wide, across);
        for (row, high) in Spans::of(position.1 * scale, high, down).iter() {
            for (column, wide) in along.iter() {
                if let Some(cell) = at.cells.get(row * at.columns + column) {
                    cell.add(&mut sum, high * wide);
                }
            }
        }
        (T::mean(&sum), T::known(&sum).min(1.0))
    }

    /// The finest level with at most this many cells a side: columns, rows, cells, and how many
    /// of its cells one of the raster is.
    pub(super) fn coarse(&self, most: usize) -> Option<(usize, usize, &[T], f64)> {
        let level = self.levels.iter().position(|l| l.columns.max(l.rows) <= most)?;
        let at = self.levels.get(level)?;
        Some((at.columns, at.rows, &at.cells, 0.5f64.powi(level as i32)))
    }
}

impl<T: Cell> Level<T> {
    fn halved(&self) -> Self {
        let (columns, rows) = (self.columns.div_ceil(2), self.rows.div_ceil(2));
        let mut cells = Vec::with_capacity(columns * rows);
        let two = |at: usize, end: usize| 2 * at..(2 * at + 2).min(end);
        for row in 0..rows {
            for column in 0..columns {
                let mut sum = T::Sum::default();
                let count = two(row, self.rows).len() * two(column, self.columns).len();
                for y in two(row, self.rows) {
                    for x in two(column, self.columns) {
                        if let Some(cell) = self.cells.get(y * self.columns + x) {
                            cell.add(&mut sum, 1.0 / count as f32);
                        }
                    }
                }
                cells.push(T::mean(&sum));
            }
        }
        Self { columns, rows, cells }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(columns: usize, rows: usize) -> Vec<f32> {
        (0..columns * rows).map(|i| (i % columns) as f32).collect()
    }

    #[test]
    fn small_boxes_interpolate_and_large_ones_are_means() {
        let pyramid = Pyramid::new(64, 32, ramp(64, 32), Edges::default()).unwrap();
        // The middle of cell 10 lies at 10.5; half way to cell 11 the value is half way too.
        assert_eq!(pyramid.mean((10.5, 7.5), (0.1, 0.1)), (10.0, 1.0));
        assert!((pyramid.mean((11.0, 7.5), (0.1, 0.1)).0 - 10.5).abs() < 1e-5);
        let (mean, known) = pyramid.mean((32.0, 16.0), (64.0, 32.0));
        assert!((mean - 31.5).abs() < 1e-3 && (known - 1.0).abs() < 1e-3, "{mean} {known}");
        for size in [3.0, 5.0, 9.0, 17.0] {
            let (mean, known) = pyramid.mean((30.5, 16.0), (size, size));
            assert!((mean - 30.0).abs() < 0.51 && (known - 1.0).abs() < 1e-3, "{size} {mean}");
        }
        // Long and narrow, as near the poles.
        let (mean, _) = pyramid.mean((32.0, 16.0), (64.0, 1.0));
        assert!((mean - 31.5).abs() < 1e-3);
    }

    #[test]
    fn edges_are_cut_held_or_go_around() {
        let cut = Pyramid::new(8, 4, ramp(8, 4), Edges::default()).unwrap();
        assert_eq!(cut.mean((0.0, 2.0), (1.0, 1.0)), (0.0, 0.5));
        assert_eq!(cut.mean((-1.0, 2.0), (1.0, 1.0)).1, 0.0);
        let edges = Edges { turn: Some(8.0), poles: [true, true] };
        let around = Pyramid::new(8, 4, ramp(8, 4), edges).unwrap();
        assert_eq!(around.mean((0.0, 0.0), (1.0, 1.0)), (3.5, 1.0));
        assert_eq!(around.mean((8.0, 4.0), (1.0, 1.0)), (3.5, 1.0));
        assert_eq!(around.mean((-0.5, 2.0), (1.0, 1.0)), (7.0, 1.0));
        // An odd number of columns: the turn is no whole number of coarser cells.
        let odd = Edges { turn: Some(7.0), ..edges };
        let odd = Pyramid::new(7, 4, vec![5.0f32; 28], odd).unwrap();
        for size in [1.0, 2.0, 4.0, 7.0, 50.0] {
            let (mean, known) = odd.mean((6.9, 1.0), (size, size));
            assert!((mean - 5.0).abs() < 1e-4 && (known - 1.0).abs() < 1e-4, "{size} {known}");
        }
    }

    #[test]
    fn holes_do_not_count() {
        let mut cells = ramp(4, 4);
        cells[5] = f32::NAN;
        let pyramid = Pyramid::new(4, 4, cells, Edges::default()).unwrap();
        assert_eq!(pyramid.mean((2.0, 1.5), (1.0, 1.0)), (2.0, 0.5));
        assert_eq!(pyramid.mean((1.5, 1.5), (1.0, 1.0)).1, 0.0);
        let mut colors = vec![[200, 100, 50, 255]; 4];
        colors[0] = [0; 4];
        let pyramid = Pyramid::new(2, 2, colors, Edges::default()).unwrap();
        assert_eq!(pyramid.mean((1.0, 1.0), (2.0, 2.0)).0, [200, 100, 50, 191]);
    }
}
