//! The alarms at the time that the screen shows: those of now when live, else as they stood then.

use marsdeck_engine::alarm::{AlarmView, Replay, views};

use super::ViewContext;
use crate::state::Mode;

/// The alarms at the cursor, kept between frames.
#[derive(Default)]
pub struct AlarmsAt {
    replay: Replay,
    shown: Vec<AlarmView>,
}

impl AlarmsAt {
    /// The alarms that are not normal: the most severe first, then in first-out order.
    pub fn get<'a>(&'a mut self, cx: &ViewContext<'a>) -> &'a [AlarmView] {
        if cx.time.mode == Mode::Live {
            return &cx.snapshot.alarms.present;
        }
        let (board, may_differ) = self.replay.at(&cx.snapshot.alarms.journal, cx.time.cursor);
        if may_differ {
            self.shown = views(board, &cx.snapshot.missions);
        }
        &self.shown
    }
}
