//! Filter, order and words of the table of products.

use marsdeck_engine::archive::{NewProduct, ProductId, SeriesKind};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::Instant;

use super::*;

fn product(id: i64, name: &str, format: &str, bytes: u64) -> Product {
    let span = TimeRange::new(Instant::from_unix_s(1000.0), Instant::from_unix_s(2000.0));
    Product {
        id: ProductId(id),
        about: NewProduct {
            name: name.into(),
            format: format.into(),
            mission: "insight".into(),
            product: "raw".into(),
            span: Some(span),
            ..NewProduct::default()
        },
        bytes,
        sha256: format!("{id:064x}"),
        stored: Instant::from_unix_s(id as f64),
    }
}

#[test]
fn rows_follow_filter_and_order() {
    let mut products = vec![
        product(1, "b.mseed", "mseed", 30),
        product(2, "a.xml", "quakeml", 10),
        product(3, "c.mseed", "mseed", 20),
    ];
    products[2].about.problems.push(Problem::of("record", "cut off"));
    let show = |filter: &Filter| {
        rows(&products, filter).into_iter().map(|i| products[i].id.0).collect::<Vec<_>>()
    };
    assert_eq!(show(&Filter::default()), [3, 2, 1], "newest first");
    assert_eq!(show(&Filter { format: "mseed".into(), ..Filter::default() }), [3, 1]);
    assert_eq!(show(&Filter { only_problems: true, ..Filter::default() }), [3]);
    assert_eq!(show(&Filter { search: "A.XML".into(), ..Filter::default() }), [2]);
    assert_eq!(show(&Filter { mission: "msl".into(), ..Filter::default() }), [0i64; 0]);
    let by_size = Filter { order: Order::Size, descending: false, ..Filter::default() };
    assert_eq!(show(&by_size), [2, 3, 1]);
    let formats = choices(&products, |p| p.about.format.as_str());
    assert_eq!(formats, [("mseed".to_owned(), 2), ("quakeml".to_owned(), 1)]);
}

#[test]
fn sizes_and_spans_read_well() {
    assert_eq!(size_text(999), "999 B");
    assert_eq!(size_text(48_200), "48.2 kB");
    assert_eq!(size_text(3_003_292), "3.00 MB");
    assert_eq!(span_text(product(1, "", "", 0).about.span), "1970-01-01 00:16:40, 17 min");
    assert_eq!(span_text(None), "–");
    assert_eq!(duration_text(0.0), None);
}

#[test]
fn labels_are_cut_at_a_character() {
    assert_eq!(clipped("short"), ("short", false));
    let long = "é".repeat(LABEL_BYTES);
    let (cut, is_cut) = clipped(&long);
    assert!(is_cut && cut.len() <= LABEL_BYTES && cut.chars().all(|c| c == 'é'));
}

#[test]
fn a_product_leads_to_its_series() {
    let summary = |key: &str, from: f64| SeriesSummary {
        key: SeriesKey::parse(key),
        kind: SeriesKind::Waveform,
        unit: String::new(),
        rate_hz: 20.0,
        span: TimeRange::new(Instant::from_unix_s(from), Instant::from_unix_s(from + 500.0)),
        samples: 1,
    };
    let series = [
        summary("/insight/apss/pressure", 1200.0),
        summary("XB.ELYSE.02.BHU", 1200.0),
        summary("XB.ELYSE.02.BHU@simulated", 1200.0),
        summary("XB.ELYSE.02.BHV", 1200.0),
        summary("XB.ELYSE.02.BHW", 9000.0),
    ];
    let database = Database::builtin();
    let keys = |p: &Product| {
        let keys = series_of(p, &series, &database);
        keys.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let named = product(1, "XB.ELYSE.02.BHU.sol0235.mseed", "mseed", 1);
    assert_eq!(keys(&named), ["XB.ELYSE.02.BHU"]);
    let mut unnamed = product(1, "data.mseed", "mseed", 1);
    unnamed.about.instrument = "seis".into();
    assert_eq!(keys(&unnamed), ["XB.ELYSE.02.BHU", "XB.ELYSE.02.BHV"]);
    unnamed.about.span = None;
    assert!(keys(&unnamed).is_empty());
}
