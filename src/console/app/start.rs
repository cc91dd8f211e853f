//! Where the time control stands when the window opens.

use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::{Instant, TimeRange};

use super::Options;
use crate::state::{Settings, TimeControl};

/// The length of the range to start with: about a sol.
const START_RANGE_S: f64 = 90_000.0;
/// Least visible range at start in seconds: a telemetry link may have brought little yet.
const LEAST_RANGE_S: f64 = 600.0;

/// At the instant and range that were asked for, else live with everything in sight up to a sol.
pub(super) fn start_time(
    snapshot: &Snapshot,
    options: &Options,
    settings: &Settings,
) -> TimeControl {
    let newest = snapshot.span.map_or_else(Instant::default, |span| span.end);
    let mut time = if let Some(at) = options.at {
        let start = at.plus_s(-START_RANGE_S / 2.0);
        TimeControl::paused_at(at, TimeRange::new(start, start.plus_s(START_RANGE_S)))
    } else {
        let stored_s = snapshot.span.map_or(START_RANGE_S, |span| 1.2 * span.duration_s());
        TimeControl::live(newest, stored_s.clamp(LEAST_RANGE_S, START_RANGE_S))
    };
    if let Some(range) = options.range {
        time.set_range(range);
    }
    time.axis = settings.axis;
    time.set_speed(settings.speed);
    time
}
