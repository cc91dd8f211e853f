//! Which stored series stands for a name of the mission database.

use marsdeck_engine::archive::{SeriesKey, SeriesSummary};

/// The stored series of a name, all products, from the sorted list of a snapshot.
pub fn products_of<'a>(series: &'a [SeriesSummary], name: &str) -> &'a [SeriesSummary] {
    let from = series.partition_point(|s| s.key.name.as_str() < name);
    let to = from + series[from..].partition_point(|s| s.key.name == name);
    &series[from..to]
}

/// The series to show for a name: measured before simulated, raw before processed, else the one
/// that reaches furthest.
pub fn best_series<'a>(series: &'a [SeriesSummary], name: &str) -> Option<&'a SeriesSummary> {
    products_of(series, name)
        .iter()
        .max_by_key(|s| (!s.key.is_simulated(), s.key.product == "raw", s.span.end))
}

/// The entry of one key.
pub fn find_series<'a>(series: &'a [SeriesSummary], key: &SeriesKey) -> Option<&'a SeriesSummary> {
    series.binary_search_by(|s| s.key.cmp(key)).ok().map(|i| &series[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::SeriesKind;
    use marsdeck_engine::time::{Instant, TimeRange};

    fn summary(key: &str, end_s: f64) -> SeriesSummary {
        SeriesSummary {
            key: SeriesKey::parse(key),
            kind: SeriesKind::Waveform,
            unit: String::new(),
            rate_hz: 20.0,
            span: TimeRange::new(Instant::default(), Instant::from_unix_s(end_s)),
            samples: 1,
        }
    }

    #[test]
    fn measured_data_come_before_simulated_ones() {
        let mut list =
            vec![summary("b@simulated", 9.0), summary("b@deglitched", 5.0), summary("a", 1.0)];
        list.sort_by(|x, y| x.key.cmp(&y.key));
        assert_eq!(best_series(&list, "b").unwrap().key.product, "deglitched");
        list.push(summary("b", 2.0));
        list.sort_by(|x, y| x.key.cmp(&y.key));
        assert_eq!(best_series(&list, "b").unwrap().key.product, "raw");
        assert_eq!(products_of(&list, "b").len(), 3);
        assert!(best_series(&list, "c").is_none());
        assert!(find_series(&list, &SeriesKey::parse("b@simulated")).is_some());
    }
}
