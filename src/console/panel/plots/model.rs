//! What is plotted where: series to rows, prepared displays, labels.

use std::collections::HashMap;

use marsdeck_engine::archive::{SeriesKey, SeriesSummary};
use marsdeck_engine::mission::{Database, Parameter, Severity};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::TimeRange;

use crate::panel::shared::{best_series, find_series};

/// A plotted series with what is known of it.
pub(super) struct Item<'a> {
    pub(super) key: &'a SeriesKey,
    /// None where this archive does not hold it.
    pub(super) summary: Option<&'a SeriesSummary>,
    pub(super) parameter: Option<&'a Parameter>,
    /// Mission id; empty where unknown.
    pub(super) mission: &'a str,
    pub(super) label: String,
    pub(super) unit: &'a str,
}

/// The plotted series in their order.
pub(super) fn items<'a>(plotted: &'a [SeriesKey], snapshot: &'a Snapshot) -> Vec<Item<'a>> {
    let database: &Database = &snapshot.missions;
    let mut items: Vec<Item<'a>> = plotted
        .iter()
        .map(|key| {
            let known = database.parameter(&key.name);
            let parameter = known.map(|known| known.2);
            let summary = find_series(&snapshot.series, key);
            let stored = summary.map_or("", |s| s.unit.as_str());
            let defined = parameter.map_or("", |p| p.unit.as_str());
            Item {
                key,
                summary,
                parameter,
                mission: known.map_or("", |known| known.0.id.as_str()),
                label: parameter.map_or_else(|| key.name.clone(), |p| p.title.clone()),
                unit: if stored.is_empty() { defined } else { stored },
            }
        })
        .collect();
    tell_apart(&mut items);
    items
}

/// Adds the product, or the name, to labels that occur twice; says what is not stored.
fn tell_apart(items: &mut [Item<'_>]) {
    let titles: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
    for (i, item) in items.iter_mut().enumerate() {
        let same = |j: usize| j != i && titles.get(j) == titles.get(i);
        if (0..titles.len()).any(same) {
            item.label = format!("{} · {}", item.label, item.key);
        } else if item.key.product != "raw" && !item.key.is_simulated() {
            item.label = format!("{} · {}", item.label, item.key.product);
        }
        if item.summary.is_none() {
            item.label.push_str(" (not in this archive)");
        }
    }
}

/// Which row a series belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Group {
    /// The row of a unit.
    Unit(String),
    /// A row of its own choosing.
    Own(u32),
}

/// Rows as the operator arranged them. A series that comes in joins the row of its unit, or takes
/// the place that a prepared display gives it.
#[derive(Default)]
pub(super) struct Arrangement {
    groups: HashMap<SeriesKey, Group>,
    /// Places for series that are about to come.
    wanted: HashMap<SeriesKey, Group>,
    next: u32,
}

impl Arrangement {
    /// Takes in what is plotted now.
    pub(super) fn update(&mut self, items: &[Item<'_>], displays: &[Prepared<'_>]) {
        self.groups.retain(|key, _| items.iter().any(|item| item.key == key));
        for item in items {
            if let Some(group) = self.wanted.remove(item.key) {
                self.groups.insert(item.key.clone(), group);
            }
        }
        for item in items {
            if self.groups.contains_key(item.key) {
                continue;
            }
            let plotted = |key: &SeriesKey| items.iter().any(|item| item.key == key);
            let whole = displays.iter().find(|display| {
                let mut keys = display.axes.iter().flatten();
                keys.clone().any(|key| key == item.key) && keys.all(plotted)
            });
            if let Some(display) = whole {
                let fresh =
                    |groups: &HashMap<SeriesKey, Group>, key: &SeriesKey| !groups.contains_key(key);
                for axis in &display.axes {
                    let group = self.fresh();
                    for key in axis {
                        if fresh(&self.groups, key) {
                            self.groups.insert(key.clone(), group.clone());
                        }
                    }
                }
            } else {
                let group = if item.unit.is_empty() {
                    self.fresh()
                } else {
                    Group::Unit(item.unit.to_owned())
                };
                self.groups.insert(item.key.clone(), group);
            }
        }
    }

    fn fresh(&mut self) -> Group {
        self.next += 1;
        Group::Own(self.next)
    }

    /// The rows, each a list of indices of items; rows in the order of their first series.
    pub(super) fn rows(&self, items: &[Item<'_>]) -> Vec<Vec<usize>> {
        let mut rows: Vec<(Option<&Group>, Vec<usize>)> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let group = self.groups.get(item.key);
            match rows.iter_mut().find(|(known, _)| group.is_some() && *known == group) {
                Some((_, row)) => row.push(i),
                None => rows.push((group, vec![i])),
            }
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Prepares the places of a display.
    pub(super) fn place(&mut self, display: &Prepared<'_>) {
        self.wanted.clear();
        for axis in &display.axes {
            let group = self.fresh();
            for key in axis {
                self.wanted.insert(key.clone(), group.clone());
            }
        }
    }

    /// Puts a series beside another one, or (none) into a row of its own.
    pub(super) fn put(&mut self, key: &SeriesKey, beside: Option<&SeriesKey>) {
        let group = beside.and_then(|other| self.groups.get(other)).cloned();
        let group = group.unwrap_or_else(|| self.fresh());
        self.wanted.insert(key.clone(), group);
    }

    /// Gives each of these series a row of its own.
    pub(super) fn split(&mut self, keys: &[SeriesKey]) {
        for key in keys {
            let group = self.fresh();
            self.groups.insert(key.clone(), group);
        }
    }

    /// Puts these series into the row of another one.
    pub(super) fn merge(&mut self, keys: &[SeriesKey], into: &SeriesKey) {
        let Some(group) = self.groups.get(into).cloned() else { return };
        for key in keys {
            self.groups.insert(key.clone(), group.clone());
        }
    }
}

/// A prepared display with the series that this archive has of it.
pub(super) struct Prepared<'a> {
    pub(super) mission: &'a str,
    pub(super) title: &'a str,
    /// Workspace whose plots begin with it; empty: none.
    workspace: &'a str,
    pub(super) axes: Vec<Vec<SeriesKey>>,
}

impl Prepared<'_> {
    /// Its series in order.
    pub(super) fn keys(&self) -> Vec<SeriesKey> {
        self.axes.iter().flatten().cloned().collect()
    }
}

/// The displays of the mission database of which this archive has any series.
pub(super) fn prepared(snapshot: &Snapshot) -> Vec<Prepared<'_>> {
    let of_axis = |names: &Vec<String>| -> Vec<SeriesKey> {
        let found = names.iter().filter_map(|name| best_series(&snapshot.series, name));
        found.map(|summary| summary.key.clone()).collect()
    };
    let mut all = Vec::new();
    for mission in &snapshot.missions.missions {
        for display in &mission.displays {
            let axes: Vec<_> =
                display.axes.iter().map(of_axis).filter(|axis| !axis.is_empty()).collect();
            if !axes.is_empty() {
                let (mission, title) = (mission.name.as_str(), display.title.as_str());
                all.push(Prepared { mission, title, workspace: &display.workspace, axes });
            }
        }
    }
    all
}

/// What a workspace plots before the operator chose anything: the display made for it.
pub fn plots_of(workspace: &str, snapshot: &Snapshot) -> Vec<SeriesKey> {
    let mine = prepared(snapshot).into_iter().find(|display| display.workspace == workspace);
    mine.map_or_else(Vec::new, |display| display.keys())
}

/// The plotted series with those of a row moved one row up.
pub(super) fn moved_up(plotted: &[SeriesKey], rows: &[Vec<usize>], row: usize) -> Vec<SeriesKey> {
    let mut order: Vec<&Vec<usize>> = rows.iter().collect();
    if row > 0 && row < order.len() {
        order.swap(row, row - 1);
    }
    order.into_iter().flatten().filter_map(|i| plotted.get(*i).cloned()).collect()
}

/// A limit as a plot draws it: value, severity, whether it is the lower one, and for data of
/// which times it holds.
pub(super) type Line = (f64, Severity, bool, TimeRange);

/// The limits of a parameter that hold in a range.
pub(super) fn limits(parameter: &Parameter, shown: TimeRange) -> Vec<Line> {
    let mut lines = Vec::new();
    for limit in &parameter.limits {
        let holds = TimeRange::new(limit.start(), limit.end());
        if holds.overlaps(&shown) {
            lines.extend(limit.low.map(|value| (value, limit.severity, true, holds)));
            lines.extend(limit.high.map(|value| (value, limit.severity, false, holds)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::SeriesKind;
    use marsdeck_engine::mission::{DataTime, Display, Limit, Mission};
    use marsdeck_engine::time::Instant;
    use std::sync::Arc;

    fn snapshot() -> Snapshot {
        let summary = |text: &str, unit: &str| SeriesSummary {
            key: SeriesKey::parse(text),
            kind: SeriesKind::Parameter,
            unit: unit.to_owned(),
            rate_hz: 1.0,
            span: TimeRange::new(Instant::default(), Instant::from_unix_s(9.0)),
            samples: 9,
        };
        let mut series =
            vec![summary("p", "Pa"), summary("q", "Pa"), summary("s", ""), summary("t", "K")];
        series.sort_by(|a, b| a.key.cmp(&b.key));
        let display = Display {
            title: "Both".into(),
            workspace: String::new(),
            axes: vec![vec!["q".into(), "t".into()], vec!["p".into()], vec!["none".into()]],
        };
        let mission = Mission {
            id: "insight".into(),
            name: "InSight".into(),
            sites: Vec::new(),
            instruments: Vec::new(),
            displays: vec![display],
            commands: Vec::new(),
        };
        Snapshot {
            series: Arc::new(series),
            missions: Arc::new(Database { missions: vec![mission], ..Database::default() }),
            ..Snapshot::default()
        }
    }

    fn keys(names: &[&str]) -> Vec<SeriesKey> {
        names.iter().map(|name| SeriesKey::parse(name)).collect()
    }

    fn rows(arrangement: &mut Arrangement, plotted: &[SeriesKey]) -> Vec<Vec<usize>> {
        let snapshot = snapshot();
        let items = items(plotted, &snapshot);
        arrangement.update(&items, &prepared(&snapshot));
        arrangement.rows(&items)
    }

    #[test]
    fn units_share_a_row_until_split() {
        let mut arrangement = Arrangement::default();
        let plotted = keys(&["p", "s", "q", "gone"]);
        assert_eq!(rows(&mut arrangement, &plotted), [vec![0, 2], vec![1], vec![3]]);
        arrangement.split(&keys(&["q"]));
        assert_eq!(rows(&mut arrangement, &plotted), [vec![0], vec![1], vec![2], vec![3]]);
        arrangement.merge(&keys(&["q"]), &SeriesKey::parse("s"));
        assert_eq!(rows(&mut arrangement, &plotted), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(
            moved_up(&plotted, &[vec![0], vec![1, 2], vec![3]], 1),
            keys(&["s", "q", "p", "gone"])
        );
    }

    #[test]
    fn a_display_brings_its_axes() {
        let snapshot = snapshot();
        let displays = prepared(&snapshot);
        assert_eq!(displays[0].axes, [keys(&["q", "t"]), keys(&["p"])]);
        // Chosen here, or by another panel: the axes are those of the display.
        let plotted = displays[0].keys();
        let mut arrangement = Arrangement::default();
        assert_eq!(rows(&mut arrangement, &plotted), [vec![0, 1], vec![2]]);
        // A series that leaves does not rearrange the others.
        assert_eq!(rows(&mut arrangement, &keys(&["q", "p"])), [vec![0], vec![1]]);
        arrangement.place(&displays[0]);
        assert_eq!(rows(&mut arrangement, &plotted), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn a_dropped_series_goes_where_it_was_dropped() {
        let mut arrangement = Arrangement::default();
        assert_eq!(rows(&mut arrangement, &keys(&["p"])), [vec![0]]);
        arrangement.put(&SeriesKey::parse("t"), Some(&SeriesKey::parse("p")));
        assert_eq!(rows(&mut arrangement, &keys(&["p", "t"])), [vec![0, 1]]);
        arrangement.put(&SeriesKey::parse("q"), None);
        assert_eq!(rows(&mut arrangement, &keys(&["p", "t", "q"])), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn labels_tell_series_apart() {
        let snapshot = snapshot();
        let plotted = keys(&["p", "p@v2", "gone"]);
        let labels: Vec<_> =
            items(&plotted, &snapshot).into_iter().map(|item| item.label).collect();
        assert_eq!(labels[2], "gone (not in this archive)");
        assert_ne!(labels[0], labels[1]);
    }

    #[test]
    fn limits_are_drawn_for_the_times_at_which_they_hold() {
        let at = |s: f64| Instant::from_unix_s(s);
        let limit = |high, from: Option<f64>, until: Option<f64>| Limit {
            severity: Severity::Watch,
            high: Some(high),
            from: from.map(|s| DataTime::new(at(s))),
            until: until.map(|s| DataTime::new(at(s))),
            ..Limit::default()
        };
        let database = Database::builtin();
        let (_, _, pressure) = database.parameter("/insight/apss/pressure").expect("known");
        let limits_of = vec![limit(5.0, None, Some(100.0)), limit(7.0, Some(100.0), None)];
        let parameter = Parameter { limits: limits_of, ..pressure.clone() };
        let shown = |from, to| {
            let lines = limits(&parameter, TimeRange::new(at(from), at(to)));
            lines.iter().map(|(value, _, low, _)| (*value, *low)).collect::<Vec<_>>()
        };
        assert_eq!(shown(0.0, 50.0), [(5.0, false)]);
        assert_eq!(shown(0.0, 150.0), [(5.0, false), (7.0, false)]);
        assert_eq!(shown(100.0, 150.0), [(7.0, false)]);
    }
}
