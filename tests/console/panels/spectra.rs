//! The Spectra panel: list, curve, lines, marks and the clipboard.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{NewProduct, Product, ProductId};
use marsdeck_engine::format::chemcam::{Ccs, Spectrometer, write_ccs};
use marsdeck_engine::query::{Answer, QueryError, Request, decode_spectrum};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::science::libs::LINES;
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

const REAL: &str = "C_pds/chemcam/CL5_398645626CCS_F0030004CCAM02013P3.csv";

/// A spectrum of calcium, sodium and hydrogen as the producer writes it.
fn made_spectrum() -> Vec<u8> {
    let wave_nm: Vec<f64> = Spectrometer::ALL
        .iter()
        .flat_map(|s| {
            let (low, high) = s.limits_nm();
            (0..2048).map(move |i| low + (high - low) * f64::from(i) / 2047.0)
        })
        .collect();
    let value = |row: usize, nm: f64, shot: usize| {
        let lines = LINES.iter().filter(|l| ["Ca", "Na", "H"].contains(&l.element));
        let peaks: f64 = lines.map(|l| l.strength * (-((nm - l.nm) / 0.2).powi(2)).exp()).sum();
        let noise = ((row * 7919 + shot * 104_729) % 1009) as f64 / 1009.0;
        4e12 * peaks * (1.0 + 0.02 * shot as f64) + 2e10 + 2e9 * noise
    };
    let shots: Vec<Vec<f64>> = (0..8)
        .map(|shot| wave_nm.iter().enumerate().map(|(i, nm)| value(i, *nm, shot)).collect())
        .collect();
    let mean = (0..6144).map(|i| shots.iter().map(|s| s[i]).sum::<f64>() / 8.0).collect();
    let median = shots[4].clone();
    let header = vec![("TARGET".into(), "Made".into()), ("NSHOTS".into(), "8".into())];
    write_ccs(&Ccs { header, wave_nm, shots, median, mean }).into_bytes()
}

fn product(id: i64, name: &str, identity: &str) -> Product {
    let about = NewProduct {
        name: name.into(),
        format: "chemcam".into(),
        product: identity.into(),
        label: "# TARGET = Made , ,\n# NSHOTS = 8 , ,".into(),
        ..NewProduct::default()
    };
    Product {
        id: ProductId(id),
        about,
        bytes: 3,
        sha256: String::new(),
        stored: Instant::default(),
    }
}

fn stage(theme: Theme, bytes: Vec<u8>) -> Stage {
    let spectrum = Arc::new(decode_spectrum(&bytes));
    let products = vec![
        product(1, "CL5_398645626CCS_F0030004CCAM02013P3.CSV", "simulated"),
        product(2, "CL5_398645999CCS_F0030004CCAM02013P3.CSV", "raw"),
        product(3, "broken.csv", "raw"),
    ];
    let answers = move |request: &Request| {
        Some(match request {
            Request::Products { .. } => Ok(Answer::Products(products.clone())),
            Request::Spectrum { id: ProductId(3) } => {
                Ok(Answer::Spectrum(Arc::new(decode_spectrum(b"# nothing"))))
            }
            Request::Spectrum { .. } => Ok(Answer::Spectrum(Arc::clone(&spectrum))),
            _ => Err(QueryError::Unknown("that".into())),
        })
    };
    let mut stage = Stage::new("Spectra", Snapshot::default(), theme, Box::new(answers));
    stage.selection.product = Some(ProductId(1));
    stage
}

#[test]
fn the_lines_are_named_and_the_curve_is_copied() {
    let mut harness = harness(stage(Theme::dark(), made_spectrum()), [1280.0, 800.0], false);
    harness.get_by_label("Present: Ca, H, Na.");
    harness.get_by_label("SIMULATED");
    harness.get_by_label("393.37");
    harness.get_by_label("Copy CSV").click();
    harness.step();
    let copied = harness.output().platform_output.commands.iter().any(|c| {
        matches!(c, egui::OutputCommand::CopyText(t)
            if t.contains("# SIMULATED = TRUE") && t.lines().count() == 6149)
    });
    assert!(copied, "the curve is in the clipboard");
    harness.get_by_label_contains("point 2").click();
    harness.run_steps(4);
    assert_eq!(harness.state().wishes, [UiIntent::SelectProduct(ProductId(2))]);
    assert!(harness.query_by_label("SIMULATED").is_none(), "the second one was measured");
}

#[test]
fn every_choice_can_be_drawn() {
    let mut harness = harness(stage(Theme::dark(), made_spectrum()), [900.0, 600.0], false);
    for label in ["Median", "All shots", "Shot", "UV", "VIO", "VNIR", "Log", "Fit", "Mean"] {
        harness.get_by_role_and_label(Role::Button, label).click();
        harness.run_steps(3);
    }
    harness.get_by_label("Without the first 5 shots").click();
    harness.get_by_label_contains("/9").click();
    harness.get_by_label_contains("Fe ").click();
    harness.run_steps(3);
    harness.get_by_label("All shots").click();
    harness.run_steps(3);
    harness.get_by_label("Spectrum, all shots");
}

#[test]
fn a_file_without_a_spectrum_says_why() {
    let mut stage = stage(Theme::dark(), made_spectrum());
    stage.selection.product = Some(ProductId(3));
    let mut harness = harness(stage, [900.0, 600.0], false);
    harness.get_by_label("No spectrum in this file");
    harness.get_by_label("Show in Products").click();
    harness.run_steps(2);
    assert!(harness.state().wishes.contains(&UiIntent::OpenPanel("Products".into())));
}

#[test]
fn an_empty_archive_says_what_to_do() {
    let answers = |_: &Request| Some(Ok(Answer::Products(Vec::new())));
    let stage = Stage::new("Spectra", Snapshot::default(), Theme::dark(), Box::new(answers));
    let mut harness = harness(stage, [600.0, 400.0], false);
    harness.get_by_label("No spectra stored");
    harness.get_by_label("Ingest…").click();
    harness.run_steps(2);
    assert_eq!(harness.state().wishes, [UiIntent::AskIngest]);
}

#[test]
fn pictures_in_both_themes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(REAL);
    let bytes = std::fs::read(&path).unwrap_or_else(|_| {
        println!("skipped: {REAL} not present, a made spectrum is drawn");
        made_spectrum()
    });
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme, bytes.clone()), [1280.0, 800.0], true);
        picture(&mut harness, &format!("spectra-{name}"));
        harness.get_by_role_and_label(Role::Button, "VIO").click();
        harness.get_by_label("All shots").click();
        harness.get_by_label_contains("Fe ").click();
        harness.run_steps(4);
        picture(&mut harness, &format!("spectra-vio-{name}"));
        harness.get_by_label("All").click();
        harness.get_by_label("Log").click();
        harness.run_steps(4);
        picture(&mut harness, &format!("spectra-log-{name}"));
    }
}
