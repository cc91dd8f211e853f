//! Rows of the table of products, and what is said of one of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use marsdeck_engine::archive::{Product, SeriesKey, SeriesSummary};
use marsdeck_engine::mission::Database;
use marsdeck_engine::time::{TimeRange, iso};

/// Longest piece of a label on screen, in bytes.
pub(super) const LABEL_BYTES: usize = 64 * 1024;
/// Most series that one product puts on plots.
const MOST_SERIES: usize = 6;

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Stored,
    Name,
    Format,
    Instrument,
    Product,
    Span,
    Size,
    Problems,
}

/// What the table shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    /// Words that must all occur in the name, summary, checksum or identity.
    pub(super) search: String,
    /// Format; empty: all.
    pub(super) format: String,
    /// Mission; empty: all.
    pub(super) mission: String,
    pub(super) only_problems: bool,
    pub(super) order: Order,
    pub(super) descending: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            search: String::new(),
            format: String::new(),
            mission: String::new(),
            only_problems: false,
            order: Order::Stored,
            descending: true,
        }
    }
}

/// Indices of the products that a filter leaves, in its order.
pub(super) fn rows(products: &[Product], filter: &Filter) -> Vec<usize> {
    let words: Vec<String> =
        filter.search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let is_wanted = |p: &Product| {
        let about = &p.about;
        let text = || {
            let parts = [&about.name, &about.summary, &about.product, &about.instrument, &p.sha256];
            parts.map(|part| part.to_lowercase()).join(" ")
        };
        (filter.format.is_empty() || about.format == filter.format)
            && (filter.mission.is_empty() || about.mission == filter.mission)
            && (!filter.only_problems || !about.problems.is_empty())
            && (words.is_empty() || {
                let text = text();
                words.iter().all(|word| text.contains(word.as_str()))
            })
    };
    let mut rows: Vec<(usize, &Product)> =
        products.iter().enumerate().filter(|(_, p)| is_wanted(p)).collect();
    rows.sort_by(|(_, a), (_, b)| {
        let order = compare(a, b, filter.order).then(a.id.cmp(&b.id));
        if filter.descending { order.reverse() } else { order }
    });
    rows.into_iter().map(|(at, _)| at).collect()
}

fn compare(a: &Product, b: &Product, order: Order) -> Ordering {
    let (x, y) = (&a.about, &b.about);
    match order {
        Order::Stored => a.stored.cmp(&b.stored),
        Order::Name => x.name.cmp(&y.name),
        Order::Format => x.format.cmp(&y.format),
        Order::Instrument => (&x.mission, &x.instrument).cmp(&(&y.mission, &y.instrument)),
        Order::Product => x.product.cmp(&y.product),
        Order::Span => x.span.map(|s| s.start).cmp(&y.span.map(|s| s.start)),
        Order::Size => a.bytes.cmp(&b.bytes),
        Order::Problems => x.problems.len().cmp(&y.problems.len()),
    }
}

/// The different values of a field, each with how many products have it, by name.
pub(super) fn choices(
    products: &[Product],
    field: impl Fn(&Product) -> &str,
) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for product in products {
        *counts.entry(field(product)).or_default() += 1;
    }
    counts.into_iter().filter(|(v, _)| !v.is_empty()).map(|(v, n)| (v.to_owned(), n)).collect()
}

/// What a format is called on screen.
pub(super) fn format_text(format: &str) -> &str {
    match format {
        "mseed" => "miniSEED",
        "stationxml" => "StationXML",
        "quakeml" => "QuakeML",
        "pds3" => "PDS3",
        "pds4" => "PDS4",
        "chemcam" => "ChemCam CCS",
        "csv" => "CSV",
        "sequence" => "Sequence",
        "plan" => "Plan",
        "" => "–",
        other => other,
    }
}

/// `512 B`, `48.2 kB`, `3.00 MB`.
pub(super) fn size_text(bytes: u64) -> String {
    let size = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", size / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} MB", size / 1e6),
        _ => format!("{:.2} GB", size / 1e9),
    }
}

/// `2019-07-26 12:16:15, 1.5 h`, or a dash.
pub(super) fn span_text(span: Option<TimeRange>) -> String {
    let Some(span) = span else { return "–".to_owned() };
    let start = iso(span.start, 0).replace('T', " ").replace('Z', "");
    match duration_text(span.duration_s()) {
        Some(length) => format!("{start}, {length}"),
        None => start,
    }
}

/// `40 s`, `12 min`, `3.5 h`, `12.0 d`; none for a moment.
pub(super) fn duration_text(s: f64) -> Option<String> {
    match s {
        _ if s < 0.5 => None,
        _ if s < 99.5 => Some(format!("{s:.0} s")),
        _ if s < 99.5 * 60.0 => Some(format!("{:.0} min", s / 60.0)),
        _ if s < 48.0 * 3600.0 => Some(format!("{:.1} h", s / 3600.0)),
        _ => Some(format!("{:.1} d", s / 86400.0)),
    }
}

/// The start of a label, cut at a character, and whether it was cut.
pub(super) fn clipped(label: &str) -> (&str, bool) {
    let end = label.floor_char_boundary(LABEL_BYTES);
    (&label[..end], end < label.len())
}

/// The series that a product most likely brought: same identity, touching its span; those that
/// its file name names, else those of its instrument.
pub(super) fn series_of(
    product: &Product,
    series: &[SeriesSummary],
    database: &Database,
) -> Vec<SeriesKey> {
    let about = &product.about;
    let Some(span) = about.span.filter(|_| !about.product.is_empty()) else { return Vec::new() };
    let candidates: Vec<&SeriesSummary> = series
        .iter()
        .filter(|s| s.key.product == about.product && s.span.overlaps(&span))
        .collect();
    let text = format!("{} {} {}", about.name, about.summary, about.label).to_lowercase();
    let is_named = |s: &&&SeriesSummary| {
        let name = s.key.name.to_lowercase();
        text.contains(&name) || text.contains(&name.replace('.', "_"))
    };
    let mut found: Vec<&SeriesSummary> = candidates.iter().filter(is_named).copied().collect();
    if found.is_empty() {
        let is_of_instrument = |s: &&&SeriesSummary| {
            database.parameter(&s.key.name).is_some_and(|(mission, instrument, _)| {
                mission.id == about.mission
                    && (about.instrument.is_empty() || instrument.id == about.instrument)
            })
        };
        found = candidates.iter().filter(is_of_instrument).copied().collect();
    }
    found.into_iter().take(MOST_SERIES).map(|s| s.key.clone()).collect()
}

#[cfg(test)]
mod tests;
