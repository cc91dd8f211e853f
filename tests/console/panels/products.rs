//! The Products panel: table, details, fetch form and jobs.

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{
    NewProduct, Product, ProductId, SeriesKey, SeriesKind, SeriesSummary,
};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{Intent, JobState, JobView, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use super::{Stage, harness, picture, themes};

fn span() -> TimeRange {
    let start = Instant::from_unix_s(1.564_192_000e9);
    TimeRange::new(start, start.plus_s(88_775.0))
}

fn products() -> Vec<Product> {
    let about =
        |name: &str, format: &str, mission: &str, instrument: &str, product: &str| NewProduct {
            name: name.into(),
            format: format.into(),
            mission: mission.into(),
            instrument: instrument.into(),
            product: product.into(),
            span: Some(span()),
            summary: format!("One file of {format}."),
            ..NewProduct::default()
        };
    let label =
        "PDS_VERSION_ID = PDS3\nRECORD_TYPE = STREAM\nOBJECT = SPREADSHEET\n  ROWS = 6144\nEND\n";
    let mut list = vec![
        about("XB.ELYSE.02.BHU.sol0235.mseed", "mseed", "insight", "seis", "raw"),
        about("ELYSE.dataless.xml", "stationxml", "insight", "seis", ""),
        about("mqs_catalogue_v14.xml", "quakeml", "insight", "seis", ""),
        NewProduct {
            label: label.repeat(40),
            problems: vec![
                Problem::at(4096, "record 12", "its last 100 bytes are missing; 11 rows were kept"),
                Problem::of("NSHOTS", "the header says 30 shots, the columns hold 29"),
            ],
            ..about("CL5_398645626CCS_F0030004CCAM02013P3.CSV", "chemcam", "msl", "chemcam", "raw")
        },
        about("simulated_pressure_sol0235.csv", "csv", "insight", "apss", "simulated"),
    ];
    list[1].span = None;
    let stored = |i: usize, about: NewProduct| Product {
        id: ProductId(i as i64 + 1),
        about,
        bytes: [1_775_504, 48_211, 812_000, 3_003_292, 512][i],
        sha256: format!("{:064x}", 0x00ab_cdef_0123_u64 + i as u64),
        stored: Instant::from_unix_s(1.7e9 + i as f64),
    };
    list.into_iter().enumerate().map(|(i, about)| stored(i, about)).collect()
}

fn snapshot() -> Snapshot {
    let series = SeriesSummary {
        key: SeriesKey::parse("XB.ELYSE.02.BHU"),
        kind: SeriesKind::Waveform,
        unit: "counts".into(),
        rate_hz: 20.0,
        span: span(),
        samples: 1_775_504,
    };
    let job = |id, title: &str, detail: &str, state| JobView {
        id,
        title: title.into(),
        detail: detail.into(),
        state,
    };
    Snapshot {
        writable: true,
        series: vec![series].into(),
        jobs: vec![
            job(2, "Fetch XB.ELYSE.02.BH?", "sol 235, part 3 of 8", JobState::Running(Some(0.4))),
            job(1, "Ingest S0235b.mseed", "3 files stored, 1 known already", JobState::Done),
        ],
        ..Snapshot::default()
    }
}

fn stage(theme: Theme, snapshot: Snapshot, list: Vec<Product>) -> Stage {
    let answers = move |request: &Request| {
        matches!(request, Request::Products { .. }).then(|| Ok(Answer::Products(list.clone())))
    };
    Stage::new("Products", snapshot, theme, Box::new(answers))
}

#[test]
fn a_product_shows_its_details_and_leads_on() {
    let mut harness = harness(stage(Theme::dark(), snapshot(), products()), [1280.0, 800.0], false);
    harness.get_by_label("5 of 5 files");
    harness.get_by_label("CL5_398645626CCS_F0030004CCAM02013P3.CSV").click();
    harness.run_steps(3);
    assert_eq!(harness.state().wishes, [UiIntent::SelectProduct(ProductId(4))]);
    harness.get_by_label_contains("byte 4096: record 12");
    harness.get_by_label("Label text");
    harness.get_by_label("Show spectrum").click();
    harness.run_steps(2);
    assert!(harness.state().wishes.contains(&UiIntent::OpenPanel("Spectra".into())));
    harness.state_mut().selection.product = Some(ProductId(1));
    harness.run_steps(3);
    harness.get_by_label("Show in plots").click();
    harness.get_by_label("Go to its time").click();
    harness.run_steps(2);
    let wishes = &harness.state().wishes;
    let keys = vec![SeriesKey::parse("XB.ELYSE.02.BHU")];
    assert!(wishes.contains(&UiIntent::PlotOnly(keys)));
    assert!(wishes.contains(&UiIntent::SetRange(span())));
    harness.get_by_label("Copy").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let copied = |c: &egui::OutputCommand| matches!(c, egui::OutputCommand::CopyText(t) if t.ends_with("abcdef0123"));
    assert!(commands.iter().any(copied), "the checksum is in the clipboard");
}

#[test]
fn the_form_fetches_and_jobs_are_cancelled() {
    let mut harness = harness(stage(Theme::dark(), snapshot(), products()), [1280.0, 800.0], false);
    harness.get_by_label("Cancel").click();
    harness.run_steps(2);
    let cancel = UiIntent::Engine(Intent::Cancel { job: 2 });
    assert_eq!(harness.state().wishes, [cancel]);
    harness.get_by_label("Fetch from an FDSN service").click();
    harness.run_steps(3);
    harness.get_by_label("https://ws.ipgp.fr");
    harness.get_by_label_contains("Sol 235 00:00:00 LMST");
    harness.get_by_label_contains("Sol 236 00:00:00 LMST");
    harness.get_by_label("Fetch").click();
    harness.run_steps(2);
    let last = harness.state().wishes.last().expect("a wish");
    let UiIntent::Engine(Intent::FetchFdsn { base, channels, range }) = last else {
        panic!("{last:?}")
    };
    assert_eq!((base.as_str(), channels.as_str()), ("https://ws.ipgp.fr", "XB.ELYSE.02.BH?"));
    assert!((range.duration_s() - 88_775.244).abs() < 0.1);
}

#[test]
fn a_reading_console_says_so() {
    let reading = Snapshot { writable: false, ..snapshot() };
    let mut harness = harness(stage(Theme::dark(), reading, products()), [1280.0, 800.0], false);
    harness.get_by_label("Fetch from an FDSN service").click();
    harness.run_steps(3);
    harness.get_by_label("This console only reads the archive.");
}

#[test]
fn an_empty_archive_says_what_to_do() {
    let snapshot = Snapshot { writable: true, ..Snapshot::default() };
    let harness = harness(stage(Theme::dark(), snapshot, Vec::new()), [900.0, 500.0], false);
    harness.get_by_label("No files stored");
    assert_eq!(harness.get_all_by_label("Ingest…").count(), 2);
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut stage = stage(theme, snapshot(), products());
        stage.selection.product = Some(ProductId(4));
        let mut harness = harness(stage, [1280.0, 800.0], true);
        picture(&mut harness, &format!("products-{name}"));
        harness.get_by_label("Fetch from an FDSN service").click();
        harness.run_steps(4);
        picture(&mut harness, &format!("products-fetch-{name}"));
    }
}
