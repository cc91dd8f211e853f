//! Windows of their own as they are remembered: content, place and clock.

use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::time::TimeRange;
use serde::{Deserialize, Serialize};

use super::{Layout, Mode, PanelStates, TimeControl};

/// Least and largest size of a window in points.
const SIZES: std::ops::RangeInclusive<f32> = 200.0..=16_000.0;
/// Farthest place in points from the corner of the first monitor.
const FARTHEST: f32 = 60_000.0;

/// A window of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// What it shows.
    pub layout: Layout,
    /// Its outer left top corner in points on the desktop; none where the system does not tell.
    #[serde(default)]
    pub position: Option<(f32, f32)>,
    /// Its inner size in points.
    #[serde(default = "usual_size")]
    pub size: (f32, f32),
    /// The workspace that its panels came from.
    #[serde(default)]
    pub home: String,
    /// The layout of that workspace before they left it.
    #[serde(default)]
    pub before: Option<Layout>,
    /// Series of its own Plots panel.
    #[serde(default)]
    pub plots: Vec<SeriesKey>,
    /// What its panels keep of their view.
    #[serde(default)]
    pub panels: PanelStates,
    /// Its own clock; none: it follows the main window.
    #[serde(default)]
    pub clock: Option<TimeControl>,
}

/// The size of a new window.
pub const fn usual_size() -> (f32, f32) {
    (860.0, 600.0)
}

impl WindowPlace {
    /// With numbers that make sense, whatever the file said; a clock that ran stands still.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let bound = |length: f32, usual: f32| {
            if length.is_finite() { length.clamp(*SIZES.start(), *SIZES.end()) } else { usual }
        };
        let usual = usual_size();
        self.size = (bound(self.size.0, usual.0), bound(self.size.1, usual.1));
        let near = |at: f32| at.is_finite() && at.abs() <= FARTHEST;
        self.position = self.position.filter(|(x, y)| near(*x) && near(*y));
        self.clock = self.clock.map(|stored| {
            let range = TimeRange::new(stored.range.start, stored.range.end);
            let range = if range.is_empty() {
                TimeRange::new(stored.cursor.plus_s(-3600.0), stored.cursor.plus_s(3600.0))
            } else {
                range
            };
            let mut time = TimeControl::paused_at(stored.cursor, range);
            time.axis = stored.axis;
            time.set_speed(stored.speed);
            if stored.mode == Mode::Live {
                time.mode = Mode::Live;
            }
            time
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_places_are_brought_back() {
        let text = r#"{"layout": "Watch", "position": [1e30, 0], "size": [1, 1e9]}"#;
        let place: WindowPlace = serde_json::from_str(text).expect("a place");
        let place = place.checked();
        assert_eq!((place.position, place.size), (None, (200.0, 16_000.0)));
        let odd = WindowPlace { size: (f32::NAN, f32::INFINITY), ..place };
        assert_eq!(odd.checked().size, usual_size());
    }
}
