//! A resource over time as a line that is drawn with few points at any zoom.

use marsdeck_engine::plan::Profile;

/// Points or blocks in a block of the level above.
const FAN: usize = 8;
/// Most corners or blocks that are drawn.
const MOST: usize = 1200;

/// A corner: nanoseconds since 1970, value that the line reaches, value that it goes on from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::panel::plan) struct Corner {
    pub time: i64,
    pub before: f64,
    pub after: f64,
}

/// Corners that are too near each other to be told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::panel::plan) struct Swing {
    pub start: i64,
    pub end: i64,
    pub low: f64,
    pub high: f64,
}

/// What is drawn of a view.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::panel::plan) enum Drawn<'a> {
    Corners(&'a [Corner]),
    Swings(&'a [Swing]),
}

/// The line.
#[derive(Clone, Debug, Default)]
pub(in crate::panel::plan) struct Line {
    corners: Vec<Corner>,
    levels: Vec<Vec<Swing>>,
    /// Least and greatest value.
    pub extent: (f64, f64),
}

impl Line {
    /// Of a profile.
    pub fn new(profile: &Profile) -> Self {
        let corner = |p: &marsdeck_engine::plan::ProfilePoint| Corner {
            time: p.time.unix_ns(),
            before: p.before,
            after: p.after,
        };
        let corners: Vec<Corner> = profile.points.iter().map(corner).collect();
        let swing = |part: &[Corner]| {
            let values = || part.iter().flat_map(|c| [c.before, c.after]);
            Swing {
                start: part.first().map_or(0, |c| c.time),
                end: part.last().map_or(0, |c| c.time),
                low: values().fold(f64::INFINITY, f64::min),
                high: values().fold(f64::NEG_INFINITY, f64::max),
            }
        };
        let join = |part: &[Swing]| Swing {
            start: part.first().map_or(0, |s| s.start),
            end: part.last().map_or(0, |s| s.end),
            low: part.iter().map(|s| s.low).fold(f64::INFINITY, f64::min),
            high: part.iter().map(|s| s.high).fold(f64::NEG_INFINITY, f64::max),
        };
        let mut levels = Vec::new();
        let mut level: Vec<Swing> = corners.chunks(FAN).map(swing).collect();
        let top = join(&level);
        while level.len() > FAN {
            let above = level.chunks(FAN).map(join).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        let extent = if corners.is_empty() { (0.0, 0.0) } else { (top.low, top.high) };
        Self { corners, levels, extent }
    }

    /// What to draw of a view, with one more at either side.
    pub fn drawn(&self, view: (i64, i64)) -> Drawn<'_> {
        fn part<T>(all: &[T], from: usize, to: usize) -> &[T] {
            all.get(from.saturating_sub(1)..(to + 1).min(all.len())).unwrap_or_default()
        }
        let from = self.corners.partition_point(|c| c.time < view.0);
        let to = self.corners.partition_point(|c| c.time <= view.1);
        if to - from <= MOST {
            return Drawn::Corners(part(&self.corners, from, to));
        }
        let mut swings: &[Swing] = &[];
        for level in &self.levels {
            let from = level.partition_point(|s| s.end < view.0);
            let to = level.partition_point(|s| s.start <= view.1);
            swings = part(level, from, to);
            if swings.len() <= MOST {
                break;
            }
        }
        Drawn::Swings(swings)
    }

    /// The value at an instant; none: there is none.
    pub fn at(&self, t: i64) -> Option<f64> {
        let next = self.corners.partition_point(|c| c.time <= t);
        let Some(last) = next.checked_sub(1).and_then(|i| self.corners.get(i)) else {
            return self.corners.first().map(|c| c.before);
        };
        let Some(next) = self.corners.get(next) else { return Some(last.after) };
        let share = (t - last.time) as f64 / (next.time - last.time).max(1) as f64;
        Some(last.after + (next.before - last.after) * share)
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::plan::ProfilePoint;
    use marsdeck_engine::time::Instant;

    use super::*;

    fn line(count: i64) -> Line {
        let point = |i: i64| ProfilePoint {
            time: Instant::from_unix_ns(i * 10),
            before: (i % 7) as f64,
            after: (i % 5) as f64,
        };
        Line::new(&Profile { points: (0..count).map(point).collect() })
    }

    #[test]
    fn few_points_are_drawn_and_extremes_stay() {
        let long = line(250_000);
        let Drawn::Swings(all) = long.drawn((0, 2_500_000)) else { panic!("too many corners") };
        assert!(all.len() <= MOST && all.len() > 100, "{}", all.len());
        assert!(all.iter().all(|s| (s.low, s.high) == (0.0, 6.0)));
        let Drawn::Corners(few) = long.drawn((1_000, 1_100)) else { panic!("few corners") };
        assert_eq!((few.first().map(|c| c.time), few.len()), (Some(990), 13));
        assert_eq!(long.extent, (0.0, 6.0));
        // Halfway from the corner at 10 (goes on from 1) to the one at 20 (reaches 2).
        assert_eq!(long.at(15), Some(1.5));
        assert_eq!(Line::new(&Profile::default()).at(3), None);
    }
}
