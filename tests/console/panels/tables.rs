//! The Instrument tables panel: rows, rules, amounts, versions, the copy on board.

use std::collections::BTreeMap;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::theme::Theme;
use marsdeck_engine::document::{Content, DocumentKind};
use marsdeck_engine::runtime::{DraftOf, Order, Reply};
use marsdeck_engine::sequence::table::{Catalogue, Table, text};

use super::sequence::{answer, commanding, opened, orders, wait_for};
use super::{Stage, harness, picture, themes};

const SIZE: [f32; 2] = [1280.0, 860.0];

fn staged(theme: Theme, draws: bool) -> Harness<'static, Stage> {
    let snapshot = commanding(DocumentKind::Table, &[]);
    harness(Stage::new("Instrument tables", snapshot, theme, Box::new(|_| None)), SIZE, draws)
}

fn nominal() -> Table {
    Catalogue::seis().expect("a catalogue").tables[0].clone()
}

fn choose(harness: &mut Harness<'static, Stage>, label: &str, value: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
    harness.get_by_role_and_label(egui::accesskit::Role::Button, value).click();
    harness.run_steps(3);
}

#[test]
fn a_rule_is_broken_and_mended_and_amounts_follow() {
    let mut harness = staged(Theme::dark(), false);
    harness.get_by_label("15.09 Mbit/sol");
    harness.get_by_label("The table keeps every rule.");
    harness.get_by_label("XB.ELYSE.02.MHU");
    choose(&mut harness, "Rate of row 1", "20");
    harness.get_by_label_contains("SEIS-01: The three VBB axes of a stream have one rate");
    harness.get_by_label("XB.ELYSE.02.BHU");
    assert!(harness.query_by_label("15.09 Mbit/sol").is_none());
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(2);
    assert!(orders(harness.state()).is_empty());
    choose(&mut harness, "Rate of row 1", "2");
    harness.get_by_label("15.09 Mbit/sol");
    harness.get_by_label("The table keeps every rule.");
    harness.get_by_label("Remove row 1").click();
    harness.run_steps(3);
    harness.get_by_label_contains("VBB axes are recorded together");
    harness.get_by_label("Standard tables").click();
    harness.run_steps(3);
    harness.get_by_label_contains("NOMINAL, ").click();
    harness.run_steps(3);
    harness.get_by_label("The table keeps every rule.");
    let rows = nominal().rows.len();
    harness.get_by_label("Add row").click();
    harness.run_steps(3);
    harness.get_by_label(&format!("Remove row {}", rows + 1));
}

#[test]
fn a_table_is_saved_and_prepared() {
    let mut harness = staged(Theme::dark(), false);
    harness.get_by_label("Name").focus();
    harness.get_by_label("Name").type_text("seis nominal");
    harness.run_steps(2);
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    let saved = orders(harness.state());
    let Some((_, Order::Save { kind: DocumentKind::Table, content, .. })) = saved.first() else {
        panic!("{saved:?}");
    };
    let text = text::print("seis", &nominal());
    assert_eq!(*content, Content::Text(text.as_str().into()));
    let with = commanding(DocumentKind::Table, &[("seis nominal", &[], "anne", &text)]);
    answer(&mut harness, with, |order| {
        matches!(order, Order::Save { .. }).then_some(Reply::Saved(0))
    });
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(3);
    let prepared = orders(harness.state()).into_iter().any(|(_, order)| match order {
        Order::Prepare(draft) => draft.what == DraftOf::Table { version: 0 },
        _ => false,
    });
    assert!(prepared);
}

#[test]
fn a_version_of_the_other_instrument_is_opened() {
    let apss = Catalogue::apss().expect("a catalogue");
    let text = text::print("apss", &apss.tables[0]);
    let all = [("pae", &[][..], "bruno", text.as_str())];
    let snapshot = commanding(DocumentKind::Table, &all);
    let stage = Stage::new("Instrument tables", snapshot, Theme::dark(), Box::new(|_| None));
    let mut harness = harness(stage, SIZE, false);
    harness.get_by_label("Open…").click();
    harness.run_steps(3);
    harness.get_by_label_contains("bruno: note 0").click();
    harness.run_steps(3);
    harness.get_by_label("Drop it").click();
    harness.run_steps(3);
    let texts = BTreeMap::from([(0, text.as_str())]);
    answer(&mut harness, commanding(DocumentKind::Table, &all), |order| opened(order, &texts));
    harness.get_by_label("Version 0 is open.");
    harness.get_by_label("XB.ELYSE.02.MDO");
}

#[test]
fn the_copy_on_board_is_compared_and_a_binary_file_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = staged(Theme::dark(), false);
    harness.get_by_label("File").focus();
    let path = folder.path().join("seis.mdtb").display().to_string();
    harness.get_by_label("File").type_text(&path);
    harness.run_steps(2);
    harness.get_by_label("Binary form").click();
    harness.run_steps(3);
    harness.get_by_label_contains("4d 44 54 42");
    harness.get_by_label("Write binary file").click();
    wait_for(&mut harness, "seis.mdtb written");
    harness.get_by_label("Load on-board copy").click();
    wait_for(&mut harness, "Both tables are the same.");
    choose(&mut harness, "Gain of row 1", "velocity (science), low gain");
    harness.get_by_label_contains("1 rows differ");
    harness.get_by_label_contains("~ VBB U continuous");
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = staged(theme, true);
        choose(&mut harness, "Rate of row 1", "100");
        picture(&mut harness, &format!("tables_{name}"));
        choose(&mut harness, "Rate of row 1", "2");
        harness.get_by_label("APSS PAE").click();
        harness.run_steps(3);
        harness.get_by_label("Binary form").click();
        harness.run_steps(3);
        picture(&mut harness, &format!("tables_binary_{name}"));
    }
}

#[test]
fn a_narrow_panel_renders() {
    let snapshot = commanding(DocumentKind::Table, &[]);
    let stage = Stage::new("Instrument tables", snapshot, Theme::dark(), Box::new(|_| None));
    let mut harness = harness(stage, [640.0, 520.0], true);
    picture(&mut harness, "tables_narrow");
}
