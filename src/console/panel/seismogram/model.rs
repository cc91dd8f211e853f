//! Groups of channels, which of them to show, which event comes next, amplitude scales.

use marsdeck_engine::archive::{Event, SeriesSummary};
use marsdeck_engine::time::{Instant, TimeRange};

use crate::panel::shared::expected_samples;
use crate::plot::YScale;

/// The channels of one station, location and band, of one product.
pub(super) struct Group<'a> {
    /// `NET.STA.LOC.CH` without the component.
    pub(super) prefix: &'a str,
    pub(super) product: &'a str,
    /// One a component, in the order of the screen.
    pub(super) members: Vec<&'a SeriesSummary>,
}

impl Group<'_> {
    /// `XB.ELYSE.02.BH? (raw)`.
    pub(super) fn label(&self) -> String {
        format!("{}? ({})", self.prefix, self.product)
    }

    pub(super) fn is_simulated(&self) -> bool {
        self.members.iter().any(|s| s.key.is_simulated())
    }

    /// Hull of its channels.
    pub(super) fn span(&self) -> Option<TimeRange> {
        self.members.iter().map(|s| s.span).reduce(|a, b| a.hull(&b))
    }
}

/// Band and component of a channel name `NET.STA.LOC.CHA`; none for other names.
fn split(name: &str) -> Option<(&str, char)> {
    let channel = name.rsplit_once('.')?.1;
    let is_channel = name.split('.').count() == 4
        && !name.contains('/')
        && channel.len() == 3
        && channel.bytes().all(|b| b.is_ascii_alphanumeric());
    let component = channel.chars().next_back()?;
    is_channel.then(|| (name.get(..name.len() - 1).unwrap_or_default(), component))
}

/// Whether a channel is ground motion: band and instrument code of a seismometer or accelerometer
/// (SEED manual, appendix A: H high gain, L low gain, N accelerometer, P geophone).
fn is_motion(prefix: &str) -> bool {
    matches!(prefix.chars().next_back(), Some('H' | 'L' | 'N' | 'P'))
}

/// The groups of a sorted series list; ground motion before all others.
pub(super) fn groups(series: &[SeriesSummary]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for summary in series {
        let Some((prefix, _)) = split(&summary.key.name) else { continue };
        let product = summary.key.product.as_str();
        match groups.iter_mut().find(|g| g.prefix == prefix && g.product == product) {
            Some(group) => group.members.push(summary),
            None => groups.push(Group { prefix, product, members: vec![summary] }),
        }
    }
    for group in &mut groups {
        group.members.sort_by_key(|s| rank(&s.key.name));
    }
    groups.sort_by_key(|g| !is_motion(g.prefix));
    groups
}

/// U, V, W of the sensor; vertical first of the rotated ones.
fn rank(name: &str) -> (usize, char) {
    let component = name.chars().next_back().unwrap_or('~');
    ("UVWZNERT123XY".find(component).unwrap_or(99), component)
}

/// Time of a range that is covered by stretches with data, in seconds.
pub(super) fn covered_s(segments: &[TimeRange], range: TimeRange) -> f64 {
    segments
        .iter()
        .filter(|segment| segment.overlaps(&range))
        .map(|s| TimeRange::new(s.start.max(range.start), s.end.min(range.end)).duration_s())
        .sum()
}

/// The group to show of itself: the one with most samples in a range; measured before simulated,
/// ground motion before other channels. `covered[i]` is how much of the range the data of group
/// `i` cover, in seconds; none while that is not known.
pub(super) fn choose(groups: &[Group<'_>], covered: &[Option<f64>], range: TimeRange) -> usize {
    let samples = |i: usize, group: &Group<'_>| -> f64 {
        let share = covered.get(i).copied().flatten().map(|s| s / range.duration_s().max(1e-9));
        let expected: f64 = group
            .members
            .iter()
            .map(|s| match share {
                Some(share) => share * range.duration_s() * s.rate_hz.max(1e-9),
                None => expected_samples(s, range),
            })
            .sum();
        expected
    };
    let mut best: Option<((bool, bool, bool, f64), usize)> = None;
    for (i, group) in groups.iter().enumerate() {
        let count = samples(i, group);
        let any = count >= 1.0;
        let key = (any, is_motion(group.prefix), !group.is_simulated(), count);
        if best.is_none_or(|(known, _)| key > known) {
            best = Some((key, i));
        }
    }
    best.map_or(0, |(_, i)| i)
}

/// The event before or after the present one: the selected one, or the cursor where none is.
pub(super) fn neighbour<'a>(
    events: &[&'a Event],
    selected: &str,
    cursor: Instant,
    on: bool,
) -> Option<&'a Event> {
    let at = events.iter().position(|event| event.id == selected);
    let index = match (at, on) {
        (Some(i), true) => i.checked_add(1),
        (Some(i), false) => i.checked_sub(1),
        (None, true) => Some(events.partition_point(|event| event.time <= cursor)),
        (None, false) => events.partition_point(|event| event.time < cursor).checked_sub(1),
    };
    index.and_then(|i| events.get(i)).copied()
}

/// The same height for all: each around its own middle, so that offsets do not flatten the traces.
pub(super) fn common(scales: &[Option<YScale>]) -> Vec<Option<YScale>> {
    let half = scales.iter().flatten().map(|s| (s.high - s.low) / 2.0).fold(0.0, f64::max);
    scales
        .iter()
        .map(|scale| {
            let scale = scale.as_ref()?;
            let middle = f64::midpoint(scale.low, scale.high);
            Some(YScale { low: middle - half, high: middle + half, ..*scale })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::{SeriesKey, SeriesKind};

    fn summary(key: &str, from: f64, to: f64) -> SeriesSummary {
        SeriesSummary {
            key: SeriesKey::parse(key),
            kind: SeriesKind::Waveform,
            unit: "m/s".into(),
            rate_hz: 20.0,
            span: range(from, to),
            samples: ((to - from) * 20.0) as u64,
        }
    }

    fn range(from: f64, to: f64) -> TimeRange {
        TimeRange::new(Instant::from_unix_s(from), Instant::from_unix_s(to))
    }

    fn list() -> Vec<SeriesSummary> {
        let mut list = vec![
            summary("/insight/apss/pressure", 0.0, 100.0),
            summary("XB.ELYSE.02.BHW@simulated", 0.0, 100.0),
            summary("XB.ELYSE.02.BHU@simulated", 0.0, 100.0),
            summary("XB.ELYSE.02.BHV@simulated", 0.0, 100.0),
            summary("XB.ELYSE.02.BHU", 40.0, 60.0),
            summary("XB.ELYSE.00.LKO", 0.0, 100.0),
            summary("XB.ELYSE.58.BZC@v4", 0.0, 100.0),
        ];
        list.sort_by(|a, b| a.key.cmp(&b.key));
        list
    }

    #[test]
    fn components_stand_together_in_their_order() {
        let list = list();
        let groups = groups(&list);
        let labels: Vec<_> = groups.iter().map(Group::label).collect();
        assert_eq!(labels[..2], ["XB.ELYSE.02.BH? (raw)", "XB.ELYSE.02.BH? (simulated)"]);
        assert_eq!(labels.len(), 4);
        let names: Vec<_> = groups[1].members.iter().map(|s| s.key.name.as_str()).collect();
        assert_eq!(names, ["XB.ELYSE.02.BHU", "XB.ELYSE.02.BHV", "XB.ELYSE.02.BHW"]);
    }

    #[test]
    fn measured_data_are_shown_where_there_are_some() {
        let list = list();
        let groups = groups(&list);
        let chosen = |covered: [Option<f64>; 4], from, to| {
            groups[choose(&groups, &covered, range(from, to))].product
        };
        assert_eq!(chosen([None; 4], 45.0, 55.0), "raw");
        assert_eq!(chosen([None; 4], 0.0, 30.0), "simulated");
        // The span says yes, the segments say no.
        assert_eq!(chosen([Some(0.0), Some(10.0), None, None], 45.0, 55.0), "simulated");
        assert_eq!(choose(&[], &[], range(0.0, 1.0)), 0);
    }

    #[test]
    fn cover_counts_shared_time_only() {
        let segments = [range(0.0, 10.0), range(20.0, 30.0)];
        assert_eq!(covered_s(&segments, range(5.0, 25.0)), 10.0);
        assert_eq!(covered_s(&segments, range(12.0, 15.0)), 0.0);
    }

    #[test]
    fn events_follow_each_other() {
        let event = |id: &str, s: f64| Event {
            id: id.into(),
            time: Instant::from_unix_s(s),
            ..Event::default()
        };
        let all = [event("a", 1.0), event("b", 2.0), event("c", 3.0)];
        let events: Vec<&Event> = all.iter().collect();
        let id = |selected: &str, cursor: f64, on| {
            neighbour(&events, selected, Instant::from_unix_s(cursor), on).map(|e| e.id.as_str())
        };
        assert_eq!(id("b", 0.0, true), Some("c"));
        assert_eq!(id("b", 0.0, false), Some("a"));
        assert_eq!(id("c", 0.0, true), None);
        assert_eq!(id("", 1.5, true), Some("b"));
        assert_eq!(id("", 1.5, false), Some("a"));
        assert_eq!(id("", 0.5, false), None);
    }

    #[test]
    fn a_common_scale_keeps_the_middles() {
        let scales = [Some(YScale::new(0.0, 2.0)), None, Some(YScale::new(90.0, 110.0))];
        let common = common(&scales);
        assert_eq!(common[0], Some(YScale::new(-9.0, 11.0)));
        assert_eq!(common[1], None);
        assert_eq!(common[2], Some(YScale::new(90.0, 110.0)));
    }
}
