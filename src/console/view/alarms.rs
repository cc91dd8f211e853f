//! The alarms at the time that the screen shows: those of now when live, else as they stood then.

use std::sync::Arc;

use marsdeck_engine::alarm::{AlarmView, Replay, views};
use marsdeck_engine::runtime::AlarmPicture;

use super::ViewContext;
use crate::state::Mode;

/// The alarms at the cursor, kept between frames.
#[derive(Default)]
pub struct AlarmsAt {
    replay: Replay,
    shown: Vec<AlarmView>,
    /// Grows when what is shown of the past changes.
    version: u64,
}

/// Which list of alarms it is: what is made of one holds as long as this is the same.
#[derive(Clone, Debug)]
pub enum AlarmsStamp {
    /// Those of now.
    Now(Arc<AlarmPicture>),
    /// Those of a moment of the past.
    Past(u64),
}

impl PartialEq for AlarmsStamp {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Now(a), Self::Now(b)) => Arc::ptr_eq(a, b),
            (Self::Past(a), Self::Past(b)) => a == b,
            _ => false,
        }
    }
}

impl AlarmsAt {
    /// The alarms that are not normal: the most severe first, then in first-out order.
    pub fn get<'a>(&'a mut self, cx: &ViewContext<'a>) -> &'a [AlarmView] {
        self.listed(cx).0
    }

    /// The same, and which list it is.
    pub fn listed<'a>(&'a mut self, cx: &ViewContext<'a>) -> (&'a [AlarmView], AlarmsStamp) {
        let alarms = &cx.snapshot.alarms;
        if cx.time.mode == Mode::Live {
            return (&alarms.present, AlarmsStamp::Now(Arc::clone(alarms)));
        }
        let (board, may_differ) = self.replay.at(&alarms.journal, cx.time.cursor);
        if may_differ {
            self.shown = views(board, &cx.snapshot.missions);
            self.version += 1;
        }
        (&self.shown, AlarmsStamp::Past(self.version))
    }
}
