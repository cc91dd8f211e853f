//! Rows of the table: which series match a search, in which order.

use marsdeck_engine::archive::SeriesSummary;
use marsdeck_engine::mission::{Database, Parameter};

/// One row.
pub(super) struct Row<'a> {
    pub(super) summary: &'a SeriesSummary,
    pub(super) parameter: Option<&'a Parameter>,
    /// Mission and instrument, or network and station.
    pub(super) group: (String, String),
}

impl Row<'_> {
    /// What a person calls it.
    pub(super) fn title(&self) -> &str {
        self.parameter.map_or(self.summary.key.name.as_str(), |p| p.title.as_str())
    }

    /// Its unit: the stored one, else that of the mission database.
    pub(super) fn unit(&self) -> &str {
        if self.summary.unit.is_empty() {
            self.parameter.map_or("", |p| p.unit.as_str())
        } else {
            &self.summary.unit
        }
    }
}

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Name,
    Title,
    Rate,
    Samples,
    Start,
}

/// What the table shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Words that must all occur in the name, title or product.
    pub(super) search: String,
    /// Mission and instrument chosen in the tree; empty: all.
    pub(super) group: (String, String),
    pub(super) order: Order,
    pub(super) descending: bool,
}

/// The rows that a filter leaves, in its order.
pub(super) fn rows<'a>(
    series: &'a [SeriesSummary],
    database: &'a Database,
    filter: &Filter,
) -> Vec<Row<'a>> {
    let words: Vec<String> =
        filter.search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut rows: Vec<Row<'a>> = series
        .iter()
        .map(|summary| {
            let known = database.parameter(&summary.key.name);
            let group = match known {
                Some((mission, instrument, _)) => (mission.name.clone(), instrument.name.clone()),
                None => group_of(&summary.key.name),
            };
            Row { summary, parameter: known.map(|k| k.2), group }
        })
        .filter(|row| filter.group.0.is_empty() || row.group.0 == filter.group.0)
        .filter(|row| filter.group.1.is_empty() || row.group.1 == filter.group.1)
        .filter(|row| {
            let text = format!("{} {}", row.summary.key, row.title()).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .collect();
    match filter.order {
        Order::Name => rows.sort_by(|a, b| a.summary.key.cmp(&b.summary.key)),
        Order::Title => rows.sort_by(|a, b| a.title().cmp(b.title())),
        Order::Rate => rows.sort_by(|a, b| a.summary.rate_hz.total_cmp(&b.summary.rate_hz)),
        Order::Samples => rows.sort_by_key(|r| r.summary.samples),
        Order::Start => rows.sort_by_key(|r| r.summary.span.start),
    }
    if filter.descending {
        rows.reverse();
    }
    rows
}

/// Mission and instrument of a qualified name, network and station of a channel.
fn group_of(name: &str) -> (String, String) {
    let mut parts: Vec<&str> = name.split(['/', '.']).filter(|p| !p.is_empty()).collect();
    parts.resize(2, "");
    (parts[0].to_owned(), parts[1].to_owned())
}

/// The tree: missions and their instruments, with the number of series in each.
pub(super) fn tree(rows: &[Row<'_>]) -> Vec<(String, Vec<(String, usize)>)> {
    let mut tree: Vec<(String, Vec<(String, usize)>)> = Vec::new();
    for row in rows {
        let (mission, instrument) = &row.group;
        let at = tree.iter().position(|(m, _)| m == mission).unwrap_or_else(|| {
            tree.push((mission.clone(), Vec::new()));
            tree.len() - 1
        });
        let instruments = &mut tree[at].1;
        match instruments.iter_mut().find(|(i, _)| i == instrument) {
            Some((_, count)) => *count += 1,
            None => instruments.push((instrument.clone(), 1)),
        }
    }
    tree.sort();
    tree
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::{SeriesKey, SeriesKind};
    use marsdeck_engine::time::{Instant, TimeRange};

    fn series() -> Vec<SeriesSummary> {
        [
            "/insight/apss/pressure",
            "/msl/rems/pressure",
            "XB.ELYSE.02.BHU@simulated",
            "XX.ABC.00.BHZ",
        ]
        .iter()
        .enumerate()
        .map(|(i, name)| SeriesSummary {
            key: SeriesKey::parse(name),
            kind: SeriesKind::Parameter,
            unit: String::new(),
            rate_hz: i as f64,
            span: TimeRange::new(Instant::default(), Instant::from_unix_s(1.0)),
            samples: 10 - i as u64,
        })
        .collect()
    }

    #[test]
    fn a_search_finds_names_and_titles() {
        let (series, database) = (series(), Database::builtin());
        let find = |search: &str| {
            let filter = Filter { search: search.into(), ..Filter::default() };
            rows(&series, &database, &filter)
                .iter()
                .map(|r| r.summary.key.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(find("pressure"), ["/insight/apss/pressure", "/msl/rems/pressure"]);
        assert_eq!(find("PRESSURE msl"), ["/msl/rems/pressure"]);
        assert_eq!(find("vbb u"), ["XB.ELYSE.02.BHU@simulated"]);
        assert!(find("nothing").is_empty());
    }

    #[test]
    fn the_tree_counts_by_mission_and_instrument() {
        let (series, database) = (series(), Database::builtin());
        let all = rows(&series, &database, &Filter::default());
        let tree = tree(&all);
        assert_eq!(
            tree.iter().map(|t| t.0.as_str()).collect::<Vec<_>>(),
            ["Curiosity", "InSight", "XX"]
        );
        let sorted = Filter { order: Order::Samples, descending: true, ..Filter::default() };
        assert_eq!(rows(&series, &database, &sorted)[0].summary.samples, 10);
        let group = Filter { group: ("InSight".into(), "SEIS".into()), ..Filter::default() };
        assert_eq!(rows(&series, &database, &group).len(), 1);
    }
}
