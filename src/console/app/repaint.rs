//! When the next frame is wanted: never without a reason.

use std::time::Duration;

use crate::state::Mode;

/// What decides on the next frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Motion {
    /// Who drives the clock.
    pub mode: Mode,
    /// Whether the processor draws the pixels.
    pub software: bool,
    /// Age of the newest data in seconds while live, where it is known.
    pub latency_s: Option<f64>,
    /// Whether queries are under way.
    pub loading: bool,
    /// Whether a job is at work, or something was just asked of the engine.
    pub busy: bool,
    /// Whether intents wait.
    pub waiting: bool,
    /// Seconds until something on screen has to change by itself (a toast goes, settings are
    /// written).
    pub due_s: Option<f64>,
}

/// How long the screen may stand still; none: until something happens.
pub(super) fn next_frame(motion: Motion) -> Option<Duration> {
    let mut wanted: Option<f64> = motion.due_s.map(|due| due.max(0.0) + 0.02);
    let mut at_most = |seconds: f64| {
        wanted = Some(wanted.map_or(seconds, |known| known.min(seconds)));
    };
    if motion.waiting {
        at_most(0.0);
    }
    if motion.mode == Mode::Replay {
        at_most(if motion.software { 0.1 } else { 1.0 / 30.0 });
    }
    if motion.loading {
        at_most(if motion.software { 0.05 } else { 1.0 / 60.0 });
    }
    if motion.busy {
        at_most(0.2);
    }
    if let (Mode::Live, Some(latency)) = (motion.mode, motion.latency_s) {
        // The age is printed in seconds, then minutes; of an old archive it never changes.
        if latency < 6000.0 {
            at_most(1.0);
        } else if latency < 48.0 * 3600.0 {
            at_most(60.0);
        }
    }
    wanted.map(Duration::from_secs_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILL: Motion = Motion {
        mode: Mode::Paused,
        software: false,
        latency_s: None,
        loading: false,
        busy: false,
        waiting: false,
        due_s: None,
    };

    #[test]
    fn nothing_moves_nothing_is_painted() {
        assert_eq!(next_frame(STILL), None);
        let old = Motion { mode: Mode::Live, latency_s: Some(1e8), ..STILL };
        assert_eq!(next_frame(old), None);
    }

    #[test]
    fn motion_is_bounded() {
        let live = Motion { mode: Mode::Live, latency_s: Some(3.0), ..STILL };
        assert_eq!(next_frame(live), Some(Duration::from_secs(1)));
        let replay = Motion { mode: Mode::Replay, ..STILL };
        assert!(next_frame(replay).is_some_and(|wait| wait >= Duration::from_millis(33)));
        let soft = Motion { software: true, ..replay };
        assert_eq!(next_frame(soft), Some(Duration::from_millis(100)));
        let waiting = Motion { waiting: true, ..STILL };
        assert_eq!(next_frame(waiting), Some(Duration::ZERO));
    }
}
