//! Where a dragged edge comes to rest.

use super::activity::ActivityId;
use super::checker::Checker;
use crate::time::{Instant, TimeRange};

/// What an edge snapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snap {
    /// Start of an activity.
    StartOf(ActivityId),
    /// End of an activity.
    EndOf(ActivityId),
    /// Edge of a window.
    Window,
    /// A line of the grid.
    Grid,
}

/// The nearest edge of another activity or of a window within `reach_ns` of an instant, or else
/// the nearest multiple of `grid_ns` since `origin` (0: no grid). Activities in `moving` do not
/// count. Of edges that are equally near, the first by kind and identifier is taken.
pub fn snap(
    checker: &Checker,
    t: Instant,
    moving: &[ActivityId],
    reach_ns: i64,
    (origin, grid_ns): (Instant, i64),
) -> Option<(Instant, Snap)> {
    let reach =
        TimeRange::new(t.plus_ns(reach_ns.saturating_neg()), t.plus_ns(reach_ns.saturating_add(1)));
    let others = checker.spans().filter(|s| !moving.contains(&s.id));
    let edges = others
        .flat_map(|s| [(s.range.start, Snap::StartOf(s.id)), (s.range.end, Snap::EndOf(s.id))]);
    let windows = checker.windows().iter().flat_map(|(_, ranges)| {
        let first = ranges.partition_point(|r| r.end < reach.start);
        let near = ranges.iter().skip(first).take_while(|r| r.start < reach.end);
        near.flat_map(|r| [(r.start, Snap::Window), (r.end, Snap::Window)])
    });
    let near = edges.chain(windows).filter(|(edge, _)| reach.contains(*edge));
    let best = near.min_by_key(|(edge, _)| edge.ns_since(t).unsigned_abs());
    best.or_else(|| {
        let since = t.ns_since(origin);
        let half = grid_ns / 2;
        let steps = since.saturating_add(half).checked_div_euclid(grid_ns)?;
        let line = origin.plus_ns(steps.saturating_mul(grid_ns));
        (grid_ns > 0 && reach.contains(line)).then_some((line, Snap::Grid))
    })
}
