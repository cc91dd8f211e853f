//! Alarms with names from the mission database, grouped by cause: those of one instrument that
//! start together are one group, and the first of them is its first-out.

use super::board::{Alarm, Board};
use super::silence::link_of;
use super::stale::{alarm_title, is_stale_alarm, series_of};
use crate::mission::Database;
use crate::time::Instant;

/// Alarms of one instrument that start within so many seconds of the first are one group.
pub const GROUP_WINDOW_S: f64 = 60.0;

/// An alarm as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmView {
    /// The alarm.
    pub alarm: Alarm,
    /// Identifier of its mission; empty where no mission defines the series.
    pub mission: String,
    /// Identifier of its instrument.
    pub instrument: String,
    /// Name of its instrument on screen.
    pub instrument_name: String,
    /// Title of its parameter.
    pub title: String,
    /// What the operator should do; may be empty.
    pub guidance: String,
    /// Number of its group: alarms of one cause share it, within one list.
    pub group: usize,
    /// When the first alarm of its group started.
    pub first: Instant,
    /// Whether it is that first one.
    pub first_out: bool,
    /// Number of alarms in its group, 1 or more.
    pub group_size: usize,
    /// Whether the journal on disk has it; a full disk keeps nothing from being shown.
    pub is_stored: bool,
}

/// The alarms of a board that are not normal: the most severe first, then in first-out order.
pub fn views(board: &Board, missions: &Database) -> Vec<AlarmView> {
    let mut all: Vec<AlarmView> = board.listed().map(|alarm| named(alarm, missions)).collect();
    all.sort_by(|a, b| {
        (&a.mission, &a.instrument, a.alarm.since).cmp(&(&b.mission, &b.instrument, b.alarm.since))
    });
    let groups = all.chunk_by_mut({
        let mut first = None;
        move |a, b| {
            let start = *first.get_or_insert(a.alarm.since);
            let same = a.mission == b.mission
                && a.instrument == b.instrument
                && b.alarm.since.s_since(start) <= GROUP_WINDOW_S;
            if !same {
                first = None;
            }
            same
        }
    });
    for (number, group) in groups.enumerate() {
        let size = group.len();
        let first = group.first().map_or(Instant::MIN, |v| v.alarm.since);
        for (i, view) in group.iter_mut().enumerate() {
            (view.first, view.first_out, view.group_size) = (first, i == 0, size);
            view.group = number;
        }
    }
    all.sort_by(|a, b| {
        let order = b.alarm.severity.cmp(&a.alarm.severity);
        order.then_with(|| (a.alarm.since, &a.alarm.key).cmp(&(b.alarm.since, &b.alarm.key)))
    });
    all
}

fn named(alarm: &Alarm, missions: &Database) -> AlarmView {
    let mut view = AlarmView {
        mission: String::new(),
        instrument: String::new(),
        instrument_name: String::new(),
        title: alarm.key.name.clone(),
        guidance: String::new(),
        group: 0,
        first: alarm.since,
        first_out: true,
        group_size: 1,
        is_stored: true,
        alarm: alarm.clone(),
    };
    if let Some((mission, instrument, parameter)) = missions.parameter(&series_of(&alarm.key).name)
    {
        view.mission.clone_from(&mission.id);
        view.instrument.clone_from(&instrument.id);
        view.instrument_name.clone_from(&instrument.name);
        view.title = alarm_title(&alarm.key, &parameter.title);
        view.guidance.clone_from(&parameter.alarm.guidance);
        if is_stale_alarm(&alarm.key) {
            "Other data come, this parameter does not: look at its packet in Packets, and whether \
             its instrument is on. Where it is off on purpose, shelve the alarm."
                .clone_into(&mut view.guidance);
        }
    } else if let Some(link) = link_of(&alarm.key) {
        view.title = format!("No data by {link}");
        "Link".clone_into(&mut view.instrument_name);
        "link".clone_into(&mut view.instrument);
        if let Some(mission) = missions.mission(&alarm.key.product) {
            view.mission.clone_from(&mission.id);
        }
        "Look at it in Links: is its other side reachable, and is a pass due? Where silence \
         between passes is usual, give the link a longer time."
            .clone_into(&mut view.guidance);
    }
    view
}
