//! The lines of the alarm list, kept between frames: made anew only for other alarms or another
//! filter.

use marsdeck_engine::alarm::AlarmView;
use marsdeck_engine::archive::SeriesKey;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::Instant;

use super::model::{Filter, Row};
use crate::view::AlarmsStamp;

/// A line: where its alarms begin among the members, how many they are, the worst of them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    first: usize,
    count: usize,
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
    /// Positions among the alarms, line by line, those of one cause in first-out order.
    members: Vec<usize>,
    /// Those of them that wait for an acknowledgement.
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
        (self.waiting, self.aside) = (0, 0);
        // One walk over the alarms: with very many of them it is the memory that takes the time.
        let mut taken = Vec::new();
        for (at, view) in views.iter().enumerate() {
            let is_aside = view.alarm.state.is_aside();
            self.aside += usize::from(is_aside);
            if if is_shelf { is_aside } else { filter.takes(view) } {
                self.waiting += usize::from(view.alarm.state.wants_acknowledgement());
                taken.push(at);
            }
        }
        if is_shelf {
            let until = |view: &AlarmView| view.alarm.shelved_until.unwrap_or(Instant::MAX);
            taken.sort_by_key(|at| views.get(*at).map(until));
        }
        let by_cause = filter.by_cause && !is_shelf;
        let of_line = if by_cause { causes(&taken, views) } else { (0..taken.len()).collect() };
        (self.lines, self.members) = gather(&taken, &of_line, views);
    }

    /// Number of lines.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Alarms in all lines.
    pub(super) fn alarms(&self) -> usize {
        self.members.len()
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
        let members = self.members.get(line.first..line.first + line.count)?;
        let members: Vec<_> = members.iter().filter_map(|at| views.get(*at)).collect();
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
        let member = self.members.iter().position(holds);
        let at = member.map(|m| self.lines.partition_point(|line| line.first + line.count <= m));
        self.found = Some((key.clone(), at));
        at
    }
}

/// The line of each alarm, where those of one cause share one. The alarms come with the most severe
/// first, and so do the lines.
fn causes(taken: &[usize], views: &[AlarmView]) -> Vec<usize> {
    // Groups are numbered from 0, and there are no more of them than alarms.
    let mut lines: Vec<Option<usize>> = vec![None; views.len()];
    let mut count = 0;
    let line = |at: &usize| {
        let group = views.get(*at).map_or(0, |view| view.group);
        let Some(line) = lines.get_mut(group) else { return 0 };
        *line.get_or_insert_with(|| {
            count += 1;
            count - 1
        })
    };
    taken.iter().map(line).collect()
}

/// Lines out of alarms and the line of each.
fn gather(taken: &[usize], of_line: &[usize], views: &[AlarmView]) -> (Vec<Line>, Vec<usize>) {
    let count = of_line.iter().max().map_or(0, |last| last + 1);
    let mut lines = vec![Line { first: 0, count: 0, severity: Severity::Off }; count];
    for (at, line) in taken.iter().zip(of_line) {
        if let (Some(line), Some(view)) = (lines.get_mut(*line), views.get(*at)) {
            line.count += 1;
            line.severity = line.severity.max(view.alarm.severity);
        }
    }
    let mut next = 0;
    for line in &mut lines {
        line.first = next;
        next += std::mem::take(&mut line.count);
    }
    let mut members = vec![0; next];
    for (at, line) in taken.iter().zip(of_line) {
        if let Some(line) = lines.get_mut(*line)
            && let Some(place) = members.get_mut(line.first + line.count)
        {
            *place = *at;
            line.count += 1;
        }
    }
    for line in lines.iter().filter(|line| line.count > 1) {
        if let Some(members) = members.get_mut(line.first..line.first + line.count) {
            members.sort_by_key(|at| views.get(*at).map(|view| view.alarm.since));
        }
    }
    (lines, members)
}
