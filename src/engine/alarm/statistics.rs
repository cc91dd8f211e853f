//! Figures of the journal that say whether the alarms help or harm (ISA-18.2-2016 clause 16 and
//! annex; EEMUA 191: a flood is ten or more alarms in ten minutes).

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::board::Board;
use super::record::{AlarmAction, Record, What};
use super::state::AlarmState;
use crate::archive::SeriesKey;
use crate::mission::Severity;
use crate::time::{Instant, TimeRange};

/// Three or more changes within this time are chattering, in seconds.
const CHATTER_S: f64 = 60.0;
const CHATTER_CHANGES: usize = 3;
/// Alarms that have been outside for longer are stale, in seconds.
const STALE_S: f64 = 86_400.0;
/// Ten or more alarms within ten minutes are a flood.
const FLOOD_S: f64 = 600.0;
const FLOOD_ALARMS: usize = 10;
/// An operator counts as at work for so many seconds before and after each of their actions.
const PRESENCE_S: f64 = 1800.0;
/// Length of the list of the most frequent alarms.
const TOP: usize = 10;

/// A stretch with too many alarms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flood {
    /// From the first to the last alarm of it.
    pub range: TimeRange,
    /// Alarms that started in it.
    pub alarms: usize,
}

/// What reached the position of one operator while they were at work. Nobody logs in: an operator
/// counts as at work from half an hour before each of their actions in the journal until half an
/// hour after it, within the range.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// Who.
    pub who: String,
    /// Alarms that started while they were at work, handled or not.
    pub alarms: usize,
    /// How long they were at work, in hours.
    pub hours: f64,
}

impl Duty {
    /// Alarms an hour of work; ISA-18.2-2016 clause 16 calls six acceptable and twelve manageable.
    pub fn per_hour(&self) -> f64 {
        if self.hours > 0.0 { self.alarms as f64 / self.hours } else { 0.0 }
    }
}

/// Figures over a range of the journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Alarms that started.
    pub alarms: usize,
    /// Those per hour of the range.
    pub per_hour: f64,
    /// The most alarms that started within any one hour.
    pub busiest_hour: usize,
    /// The alarms that started most often, with how often.
    pub top: Vec<(SeriesKey, usize)>,
    /// Alarms with three or more changes within a minute, with the most changes in a minute.
    pub chattering: Vec<(SeriesKey, usize)>,
    /// Alarms that have been outside for more than a day at the end, with seconds; put aside or not.
    pub stale: Vec<(SeriesKey, f64)>,
    /// Floods, ascending in time.
    pub floods: Vec<Flood>,
    /// Median seconds from an alarm to its acknowledgement, of those that were acknowledged.
    pub median_acknowledge_s: Option<f64>,
    /// The time within which 95 % of those were acknowledged, in seconds.
    pub slow_acknowledge_s: Option<f64>,
    /// Number of those.
    pub acknowledged: usize,
    /// Acknowledgements by each operator, the most first, with those per hour of the range.
    pub operators: Vec<(String, usize, f64)>,
    /// What each operator received while at work, the most alarms an hour first.
    pub duties: Vec<Duty>,
}

/// The figures of a range; records in their order, those before the range decide how it begins.
pub fn statistics(records: &[Record], range: TimeRange) -> Statistics {
    let mut board = Board::default();
    let mut starts: Vec<Instant> = Vec::new();
    let mut counts: BTreeMap<&SeriesKey, usize> = BTreeMap::new();
    let mut chatter: HashMap<&SeriesKey, (VecDeque<Instant>, usize)> = HashMap::new();
    let mut delays: Vec<f64> = Vec::new();
    let mut hands: BTreeMap<&str, usize> = BTreeMap::new();
    let mut deeds: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for record in records.iter().take_while(|r| r.time < range.end) {
        let before = board.get(&record.key).map(|a| (a.active, a.state, a.raised));
        board.apply(record);
        if record.time < range.start || record.suppresses().is_some() {
            continue;
        }
        let (was_active, state, raised) =
            before.unwrap_or((false, AlarmState::Normal, record.time));
        if let What::Done(done) = &record.what
            && !matches!(done.action, AlarmAction::Escalate { .. })
        {
            deeds.entry(&done.who).or_default().push(record.time);
        }
        match &record.what {
            What::Found(found) => {
                if found.severity > Severity::Normal && !was_active {
                    starts.push(record.time);
                    *counts.entry(&record.key).or_default() += 1;
                }
                let (recent, most) = chatter.entry(&record.key).or_default();
                recent.push_back(record.time);
                while recent.front().is_some_and(|t| record.time.s_since(*t) > CHATTER_S) {
                    recent.pop_front();
                }
                *most = recent.len().max(*most);
            }
            What::Done(done) if done.action == AlarmAction::Acknowledge => {
                let after = board.get(&record.key).map(|a| a.state);
                let waited = matches!(state, AlarmState::Unacknowledged | AlarmState::Returned);
                if waited && after != Some(state) {
                    delays.push(record.time.s_since(raised));
                    *hands.entry(&done.who).or_default() += 1;
                }
            }
            What::Done(_) => {}
        }
    }
    let end = records.iter().map(|r| r.time).take_while(|t| *t < range.end).last();
    let end = if range.end == Instant::MAX { end.unwrap_or(range.start) } else { range.end };
    let hours = TimeRange::new(range.start, end).duration_s() / 3600.0;
    let chattering = chatter.into_iter().filter(|(_, (_, most))| *most >= CHATTER_CHANGES);
    Statistics {
        alarms: starts.len(),
        per_hour: if hours > 0.0 { starts.len() as f64 / hours } else { 0.0 },
        busiest_hour: most_within(&starts, 3600.0),
        top: ranked(counts.into_iter(), TOP),
        chattering: ranked(chattering.map(|(key, (_, most))| (key, most)), usize::MAX),
        stale: stale(&board, end),
        floods: floods(&starts),
        acknowledged: delays.len(),
        slow_acknowledge_s: within(&mut delays, 0.95),
        operators: operators(hands, hours),
        duties: duties(deeds, &starts, TimeRange::new(range.start, end)),
        median_acknowledge_s: median(delays),
    }
}

/// The largest counts first; equal ones by name.
fn ranked<'a>(
    counts: impl Iterator<Item = (&'a SeriesKey, usize)>,
    most: usize,
) -> Vec<(SeriesKey, usize)> {
    let mut all: Vec<_> = counts.map(|(key, count)| (key.clone(), count)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(most);
    all
}

fn stale(board: &Board, end: Instant) -> Vec<(SeriesKey, f64)> {
    let standing = board.listed().filter(|a| a.active);
    let ages = standing.map(|a| (a.key.clone(), end.s_since(a.since)));
    let mut all: Vec<_> = ages.filter(|(_, age)| *age > STALE_S).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// The most instants within a time; ascending.
fn most_within(times: &[Instant], length_s: f64) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (i, time) in times.iter().enumerate() {
        while times.get(first).is_some_and(|t| time.s_since(*t) > length_s) {
            first += 1;
        }
        most = most.max(i + 1 - first);
    }
    most
}

/// Stretches in which every ten minutes hold ten alarms or more.
fn floods(starts: &[Instant]) -> Vec<Flood> {
    let mut floods: Vec<(usize, usize)> = Vec::new();
    for i in (FLOOD_ALARMS - 1)..starts.len() {
        let first = i + 1 - FLOOD_ALARMS;
        let (Some(a), Some(b)) = (starts.get(first), starts.get(i)) else { continue };
        if b.s_since(*a) > FLOOD_S {
            continue;
        }
        match floods.last_mut() {
            Some((_, last)) if *last >= first => *last = i,
            _ => floods.push((first, i)),
        }
    }
    let flood = |(a, b): (usize, usize)| {
        let range = TimeRange::new(*starts.get(a)?, *starts.get(b)?);
        Some(Flood { range, alarms: b + 1 - a })
    };
    floods.into_iter().filter_map(flood).collect()
}

/// Who acknowledged how much, the most first; equal ones by name.
fn operators(hands: BTreeMap<&str, usize>, hours: f64) -> Vec<(String, usize, f64)> {
    let rate = |count: usize| if hours > 0.0 { count as f64 / hours } else { 0.0 };
    let mut all: Vec<_> =
        hands.into_iter().map(|(who, count)| (who.to_owned(), count, rate(count))).collect();
    all.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    all
}

/// What reached each operator while at work; actions and alarms ascending.
fn duties(deeds: BTreeMap<&str, Vec<Instant>>, starts: &[Instant], range: TimeRange) -> Vec<Duty> {
    let mut all: Vec<Duty> =
        deeds.into_iter().map(|(who, deeds)| duty(who, &deeds, starts, range)).collect();
    all.sort_by(|a, b| b.per_hour().total_cmp(&a.per_hour()));
    all
}

fn duty(who: &str, deeds: &[Instant], starts: &[Instant], range: TimeRange) -> Duty {
    let mut stretches: Vec<TimeRange> = Vec::new();
    for deed in deeds {
        let from = deed.plus_s(-PRESENCE_S).max(range.start);
        let until = deed.plus_s(PRESENCE_S).min(range.end);
        match stretches.last_mut() {
            Some(last) if from <= last.end => last.end = until.max(last.end),
            _ => stretches.push(TimeRange::new(from, until.max(from))),
        }
    }
    let within = |stretch: &TimeRange| {
        let before = |t: Instant| starts.partition_point(|start| *start < t);
        before(stretch.end) - before(stretch.start)
    };
    Duty {
        who: who.to_owned(),
        alarms: stretches.iter().map(within).sum(),
        hours: stretches.iter().map(TimeRange::duration_s).sum::<f64>() / 3600.0,
    }
}

/// The smallest of the values that a share of all does not exceed (nearest rank).
fn within(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.checked_sub(1)?).copied()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    values.get(middle.checked_sub(1)?).map(|lower| f64::midpoint(*lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_count_for_those_who_were_at_work() {
        let at = |hours: f64| Instant::from_unix_s(1.6e9 + hours * 3600.0);
        let starts = [0.1, 1.0, 2.0, 5.0, 9.0].map(at);
        // Ada acts at 0.2 and 0.9 h: at work until 1.4 h. Bob at 5.2 and, once more, at 9.0 h.
        let deeds = BTreeMap::from([
            ("Ada", vec![at(0.2), at(0.9)]),
            ("Bob", vec![at(5.2), at(9.0)]),
            ("Eve", vec![at(7.0)]),
        ]);
        let all = duties(deeds, &starts, TimeRange::new(at(0.0), at(9.25)));
        let told = all.iter().map(|d| (d.who.as_str(), d.alarms, (d.hours * 100.0).round()));
        let told: Vec<_> = told.collect();
        assert_eq!(told, [("Ada", 2, 140.0), ("Bob", 2, 175.0), ("Eve", 0, 100.0)]);
        assert!((all[0].per_hour() - 2.0 / 1.4).abs() < 1e-6);
    }

    #[test]
    fn the_share_is_by_nearest_rank() {
        let mut values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(within(&mut values, 0.95), Some(19.0));
        assert_eq!(within(&mut [7.0], 0.95), Some(7.0));
        assert_eq!(within(&mut [], 0.95), None);
        let hands = BTreeMap::from([("Ada", 2), ("Bob", 4)]);
        let all = operators(hands, 2.0);
        assert_eq!(all, [("Bob".to_owned(), 4, 2.0), ("Ada".to_owned(), 2, 1.0)]);
    }
}
