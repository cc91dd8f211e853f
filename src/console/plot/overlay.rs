//! Sols laid over each other: the same local hours of several sols in one row.

use marsdeck_engine::time::TimeRange;

use crate::clock::SolClocks;

/// One sol to lay over the first one.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The sol.
    pub sol: i64,
    /// What to ask for.
    pub range: TimeRange,
    /// What to add to its times so that it lies over the shown range, in nanoseconds.
    pub shift_ns: i64,
}

/// The `sols` sols before the one that a range starts in, so that equal local times lie over each
/// other: the range of each, and its shift. Empty where the mission has no clock.
pub fn sol_overlays(
    clocks: &dyn SolClocks,
    mission: &str,
    range: TimeRange,
    sols: u32,
) -> Vec<Overlay> {
    let Some(first) = clocks.lmst(mission, range.start) else { return Vec::new() };
    let Some(start) = clocks.sol_start(mission, first.sol) else { return Vec::new() };
    (1..=i64::from(sols))
        .filter_map(|back| {
            let sol = first.sol - back;
            let shift_ns = start.ns_since(clocks.sol_start(mission, sol)?);
            let range =
                TimeRange::new(range.start.plus_ns(-shift_ns), range.end.plus_ns(-shift_ns));
            Some(Overlay { sol, range, shift_ns })
        })
        .collect()
}
