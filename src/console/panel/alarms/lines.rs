//! The lines of the alarm list, kept between frames: made anew only for other alarms or another
//! filter.

use std::collections::HashMap;

use marsdeck_engine::alarm::AlarmView;
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::Instant;

use super::model::{Filter, Row};
use crate::view::AlarmsStamp;

/// A line as positions among the alarms, those of one cause in first-out order.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    members: Vec<usize>,
    severity: Severity,
}

/// What lines were made of.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    stamp: AlarmsStamp,
    filter: Filter,
    is_shelf: bool,
}

/// The lines of a list of alarms.
#[derive(Default)]
pub(super) struct Lines {
    made: Option<Made>,
    lines: Vec<Line>,
    /// Alarms in all lines, and those of them that wait for an acknowledgement.
    alarms: usize,
    waiting: usize,
    /// Alarms on the shelf, in whichever list.
    aside: usize,
    /// The alarm that was looked for last, and its line.
    found: Option<(SeriesKey, Option<usize>)>,
}

impl Lines {
    /// Makes the lines of these alarms, unless they are there.
    pub(super) fn update(
        &mut self,
        stamp: AlarmsStamp,
        views: &[AlarmView],
        filter: &Filter,
        is_shelf: bool,
    ) {
        let made = Made { stamp, filter: filter.clone(), is_shelf };
        if self.made.as_ref() == Some(&made) {
            return;
        }
        self.made = Some(made);
        self.found = None;
        self.lines = if is_shelf { shelf(views) } else { lines(views, filter) };
        let members = self.lines.iter().flat_map(|line| &line.members);
        let members = members.filter_map(|at| views.get(*at));
        self.alarms = members.clone().count();
        self.waiting = members.filter(|view| view.alarm.state.wants_acknowledgement()).count();
        self.aside = views.iter().filter(|view| view.alarm.state.is_aside()).count();
    }

    /// Number of lines.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Alarms in all lines.
    pub(super) fn alarms(&self) -> usize {
        self.alarms
    }

    /// Those that wait for an acknowledgement.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Alarms on the shelf.
    pub(super) fn aside(&self) -> usize {
        self.aside
    }

    /// A line over the alarms that it was made of.
    pub(super) fn row<'a>(&self, at: usize, views: &'a [AlarmView]) -> Option<Row<'a>> {
        let line = self.lines.get(at)?;
        let members: Vec<_> = line.members.iter().filter_map(|at| views.get(*at)).collect();
        let lead = *members.first()?;
        Some(Row { lead, members, severity: line.severity })
    }

    /// All lines.
    pub(super) fn rows<'a>(&self, views: &'a [AlarmView]) -> impl Iterator<Item = Row<'a>> {
        (0..self.lines.len()).filter_map(|at| self.row(at, views))
    }

    /// The line that holds the alarm of a series.
    pub(super) fn find(&mut self, key: &SeriesKey, views: &[AlarmView]) -> Option<usize> {
        if let Some((known, at)) = &self.found
            && known == key
        {
            return *at;
        }
        let holds = |at: &usize| views.get(*at).is_some_and(|view| view.alarm.key == *key);
        let at = self.lines.iter().position(|line| line.members.iter().any(holds));
        self.found = Some((key.clone(), at));
        at
    }
}

/// The lines that a filter leaves: the most severe first, then in first-out order.
fn lines(views: &[AlarmView], filter: &Filter) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut of_cause: HashMap<(&str, &str, Instant), usize> = HashMap::new();
    for (at, view) in views.iter().enumerate().filter(|(_, view)| filter.takes(view)) {
        let cause = (view.mission.as_str(), view.instrument.as_str(), view.first);
        // The list comes with the most severe first, so the line keeps its place.
        let known = of_cause.get(&cause).filter(|_| filter.by_cause);
        if let Some(line) = known.and_then(|line| lines.get_mut(*line)) {
            line.members.push(at);
        } else {
            of_cause.insert(cause, lines.len());
            lines.push(Line { members: vec![at], severity: view.alarm.severity });
        }
    }
    for line in &mut lines {
        line.members.sort_by_key(|at| views.get(*at).map(|view| view.alarm.since));
    }
    lines
}

/// What was put aside, by when it comes back.
fn shelf(views: &[AlarmView]) -> Vec<Line> {
    let aside = views.iter().enumerate().filter(|(_, view)| view.alarm.state.is_aside());
    let mut found: Vec<(Instant, Line)> = aside
        .map(|(at, view)| {
            let until = view.alarm.shelved_until.unwrap_or(Instant::MAX);
            (until, Line { members: vec![at], severity: view.alarm.severity })
        })
        .collect();
    found.sort_by_key(|(until, _)| *until);
    found.into_iter().map(|(_, line)| line).collect()
}
