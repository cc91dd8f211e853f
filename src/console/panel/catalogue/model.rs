//! Rows of the catalogue: filter and order.

use std::cmp::Ordering;

use marsdeck_engine::archive::Event;
use marsdeck_engine::time::{Instant, TimeRange};

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Time,
    Name,
    Kind,
    Quality,
    Distance,
    Magnitude,
}

/// What the table shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    /// Words that must occur in name, type or magnitude type.
    pub(super) search: String,
    /// Which qualities: A, B, C, D and none.
    pub(super) qualities: [bool; 5],
    /// Only those before the cursor.
    pub(super) so_far: bool,
    pub(super) order: Order,
    pub(super) descending: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            search: String::new(),
            qualities: [true; 5],
            so_far: false,
            order: Order::Time,
            descending: true,
        }
    }
}

fn quality_index(event: &Event) -> usize {
    ["A", "B", "C", "D"].iter().position(|q| *q == event.quality).unwrap_or(4)
}

/// The events that a filter leaves, in its order.
pub(super) fn rows<'a>(events: &'a [Event], filter: &Filter, cursor: Instant) -> Vec<&'a Event> {
    let words: Vec<String> =
        filter.search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut rows: Vec<&Event> = events
        .iter()
        .filter(|e| filter.qualities[quality_index(e)])
        .filter(|e| !filter.so_far || e.time <= cursor)
        .filter(|e| {
            let text = format!("{} {} {}", e.name, e.kind, e.magnitude_type).to_lowercase();
            words.iter().all(|w| text.contains(w.as_str()))
        })
        .collect();
    rows.sort_by(|a, b| {
        let order = match filter.order {
            Order::Time => a.time.cmp(&b.time),
            Order::Name => a.name.cmp(&b.name),
            Order::Kind => a.kind.cmp(&b.kind),
            Order::Quality => quality_index(a).cmp(&quality_index(b)),
            Order::Distance => number(a.distance_deg, b.distance_deg),
            Order::Magnitude => number(a.magnitude, b.magnitude),
        };
        if filter.descending { order.reverse() } else { order }
    });
    rows
}

/// Missing numbers come before all others.
fn number(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

/// The window to show for an event: its span with a tenth of it before and after.
pub(super) fn window(event: &Event) -> TimeRange {
    let span = event.span.unwrap_or(TimeRange::new(event.time, event.time.plus_s(1200.0)));
    let margin = (span.duration_s() * 0.1).max(60.0);
    TimeRange::new(span.start.plus_s(-margin), span.end.plus_s(margin))
}

/// `2.4_HZ` as `2.4 Hz`, `LOW_FREQUENCY` as `Low frequency`.
pub(super) fn kind_text(kind: &str) -> String {
    let text = kind.replace('_', " ").to_lowercase().replace(" hz", " Hz");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, quality: &str, magnitude: Option<f64>, s: f64) -> Event {
        Event {
            name: name.into(),
            quality: quality.into(),
            magnitude,
            time: Instant::from_unix_s(s),
            kind: "LOW_FREQUENCY".into(),
            ..Event::default()
        }
    }

    #[test]
    fn rows_follow_filter_and_order() {
        let events = [
            event("S0173a", "A", Some(3.6), 1.0),
            event("S0300x", "", None, 3.0),
            event("S0235b", "B", Some(3.5), 2.0),
        ];
        let names = |filter: &Filter, cursor: f64| {
            let rows = rows(&events, filter, Instant::from_unix_s(cursor));
            rows.iter().map(|e| e.name.clone()).collect::<Vec<_>>()
        };
        let newest = Filter::default();
        assert_eq!(names(&newest, 9.0), ["S0300x", "S0235b", "S0173a"]);
        let so_far = Filter { so_far: true, ..Filter::default() };
        assert_eq!(names(&so_far, 2.5), ["S0235b", "S0173a"]);
        let strongest = Filter { order: Order::Magnitude, ..Filter::default() };
        assert_eq!(names(&strongest, 9.0), ["S0173a", "S0235b", "S0300x"]);
        let best = Filter { qualities: [true, false, false, false, false], ..Filter::default() };
        assert_eq!(names(&best, 9.0), ["S0173a"]);
        let searched = Filter { search: "low 235".into(), ..Filter::default() };
        assert_eq!(names(&searched, 9.0), ["S0235b"]);
    }

    #[test]
    fn types_read_as_words() {
        assert_eq!(kind_text("2.4_HZ"), "2.4 Hz");
        assert_eq!(kind_text("LOW_FREQUENCY"), "Low frequency");
        assert_eq!(kind_text(""), "");
    }

    #[test]
    fn the_window_holds_the_span() {
        let mut e = event("x", "A", None, 1000.0);
        assert!(window(&e).contains(e.time));
        e.span = Some(TimeRange::new(Instant::from_unix_s(1000.0), Instant::from_unix_s(2000.0)));
        assert_eq!(window(&e).duration_s(), 1200.0);
    }
}
