//! Tables against the codes of the archive, volumes worked out by hand, and the binary form.

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::Refusal;
use super::{
    Bands, Catalogue, Rate, Row, Severity, Table, TableChange, TableFile, budget, check, compare,
    seed_code, volume_bits,
};
use crate::time::Instant;

fn seis() -> Catalogue {
    Catalogue::seis().expect("the catalogue of SEIS")
}

fn apss() -> Catalogue {
    Catalogue::apss().expect("the catalogue of APSS")
}

fn table(rows: &[&str]) -> Table {
    let rows = rows.iter().map(|row| Row::parse(row).expect(row)).collect();
    Table { id: "T".to_owned(), rows }
}

fn broken(of: &Catalogue, rows: &[&str]) -> Vec<String> {
    check(of, &table(rows)).iter().map(|v| format!("{} {}", v.rule, v.reason)).collect()
}

#[test]
fn codes_are_those_of_the_network() {
    let (seis, apss) = (seis(), apss());
    // Station and channel list of network XB.
    for (of, row, code) in [
        (&seis, "VBB_U continuous 20 FIR20 SCI_HIGH", "XB.ELYSE.02.BHU"),
        (&seis, "VBB_U continuous 10 FIR10 SCI_HIGH", "XB.ELYSE.03.BHU"),
        (&seis, "VBB_U continuous 2 FIR2 SCI_HIGH", "XB.ELYSE.02.MHU"),
        (&seis, "VBB_U event 100 FIR100 SCI_HIGH", "XB.ELYSE.00.HHU"),
        (&seis, "VBB_U continuous 20 FIR20 SCI_LOW", "XB.ELYSE.07.BLU"),
        (&seis, "SP_U event 100 FIR100 SP_HIGH", "XB.ELYSE.65.EHU"),
        (&seis, "SP_U continuous 20 FIR20 SP_HIGH", "XB.ELYSE.67.SHU"),
        (&seis, "SP_U continuous 10 FIR10 SP_HIGH", "XB.ELYSE.68.SHU"),
        (&seis, "SP_U continuous 2 FIR2 SP_HIGH", "XB.ELYSE.67.MHU"),
        (&seis, "HYBRID continuous 10 FIR10 HYBRID", "XB.ELYSE.58.BZC"),
        (&apss, "PRESSURE continuous 10 FIR PRESSURE", "XB.ELYSE.03.BDO"),
        (&apss, "PRESSURE event 20 NONE PRESSURE", "XB.ELYSE.02.BDO"),
        (&apss, "PRESSURE continuous 2 FIR PRESSURE", "XB.ELYSE.02.MDO"),
        (&apss, "PRESSURE continuous 10 FIR PRESSURE_2", "XB.ELYSE.13.BDO"),
        (&apss, "PRESSURE continuous 2 FIR PRESSURE_2", "XB.ELYSE.12.MDO"),
    ] {
        assert_eq!(seed_code(of, &Row::parse(row).expect(row)).as_deref(), Some(code));
        assert_eq!(Row::parse(row).expect(row).to_string(), row);
    }
}

#[test]
fn codes_are_those_of_the_archive() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/tables/");
    let Ok(text) = std::fs::read_to_string(PathBuf::from(root).join("xb_elyse_vbb_epochs.csv"))
    else {
        println!("skipped: tables/xb_elyse_vbb_epochs.csv is not present");
        return;
    };
    let of = seis();
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (location, channel, rate) = (cells[0], cells[1], cells[4]);
        let axis = channel.chars().last().expect("an axis");
        assert!(cells[9].contains("VBB Velocity SCI"), "{line}");
        let filter = format!("FIR{rate}");
        let row = format!("VBB_{axis} continuous {rate} {filter} SCI_HIGH");
        let code = seed_code(&of, &Row::parse(&row).expect(&row));
        assert_eq!(code, Some(format!("XB.ELYSE.{location}.{channel}")), "{line}");
        seen += 1;
    }
    assert!(seen > 50, "{seen} epochs");
}

#[test]
fn volumes_are_those_worked_out_by_hand() {
    // Three VBB at 20 sps all sol at 10 bits: 3 x 20 x 88 775 x 10 = 53 Mbit.
    let of = seis();
    let rows = ["U", "V", "W"].map(|axis| format!("VBB_{axis} continuous 20 FIR20 SCI_HIGH"));
    let all = budget(&of, &table(&rows.each_ref().map(String::as_str)));
    assert!((all.volume_bits_per_sol / 1e6 - 53.265).abs() < 0.001, "{all:?}");
    assert_eq!(all.memory_bits_per_s, 1440.0);
    // A request of three VBB at 100 sps for 30 min at 12 bits: 6.5 Mbit.
    assert_eq!(volume_bits(3, 100.0, 1800.0, 12.0), 6_480_000.0);
    let nominal = budget(&of, &of.tables[0]);
    assert!((nominal.memory_life_s / 3600.0 - 50.65).abs() < 0.01, "{}", nominal.memory_life_s);
    assert!((nominal.volume_bits_per_sol / 1e6 - 15.09).abs() < 0.01);
    assert!(budget(&of, &Table::default()).memory_life_s.is_infinite());
}

#[test]
fn standard_tables_break_no_rule() {
    for of in [seis(), apss()] {
        for table in &of.tables {
            assert_eq!(check(&of, table), [], "{}", of.instrument);
        }
        assert!(!of.tables.is_empty());
    }
}

#[test]
fn every_rule_tells_what_breaks_it() {
    let of = seis();
    assert_eq!(
        broken(&of, &["X continuous 2 FIR2 SCI_HIGH"])[0].split(';').next(),
        Some("table X continuous 2 FIR2 SCI_HIGH: there is no such channel")
    );
    let rows = [
        "VBB_U continuous 2 FIR2 SCI_HIGH",
        "VBB_V continuous 10 FIR2 SCI_LOW",
        "VBB_U continuous 2 FIR2 SP_HIGH",
        "SP_ENERGY continuous 1 RMS SP_RMS",
        "HYBRID continuous 10 FIR10 HYBRID",
    ];
    let told = broken(&of, &rows);
    for start in [
        "table VBB_V continuous 10 FIR2 SCI_LOW: FIR, 10 to 2 sps gives 2 sps",
        "table VBB_U continuous 2 FIR2 SP_HIGH: VBB U can have SCI_HIGH, SCI_LOW",
        "table VBB_U continuous 2 FIR2 SP_HIGH: the channel is in this stream twice",
        "SEIS-01 The three VBB axes of a stream have one rate",
        "SEIS-02 ",
        "SEIS-03 The three VBB axes are recorded together: continuous is without VBB_W",
        "SEIS-05 ",
        "SEIS-06 The energy of SP is computed from SP 1 at 20 sps or more: SP_U is not recorded",
    ] {
        assert!(told.iter().any(|line| line.starts_with(start)), "{start}\n{told:#?}");
    }
    let fast: Vec<String> = ["VBB", "SP"]
        .iter()
        .flat_map(|sensor| {
            let gain = if *sensor == "VBB" { "SCI_HIGH" } else { "SP_HIGH" };
            ["U", "V", "W"].iter().flat_map(move |axis| {
                ["continuous", "event"]
                    .map(|stream| format!("{sensor}_{axis} {stream} 100 FIR100 {gain}"))
            })
        })
        .collect();
    let told = broken(&of, &fast.iter().map(String::as_str).collect::<Vec<_>>());
    let rules: Vec<&str> = told.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(rules, ["SEIS-07", "SEIS-08", "SEIS-09"]);
    assert!(told[0].ends_with(": 532.7 Mbit a sol of 38.0"), "{told:#?}");
}

#[test]
fn a_catalogue_that_is_not_sound_is_refused() {
    let text = include_str!("apss.toml");
    let told = |from: &str, to: &str| {
        let problems = Catalogue::parse(&text.replacen(from, to, 1)).expect_err("refused");
        problems[0].to_string()
    };
    assert_eq!(
        told("channels = [\"MAG_X\"", "channels = [\"MAG_Q\""),
        "APSS-01: there is no channel MAG_Q"
    );
    assert_eq!(told("number = 2", "number = 1"), "filter: number 1 stands twice");
    assert!(told("\"1/5\"", "\"1/0\"").contains("\"1/0\" is no rate"));
    assert!(told("event 20", "sometimes 20").contains("continuous or event"));
    assert!(told("title =", "titel =").contains("titel"));
}

#[test]
fn tables_of_ground_and_board_are_compared() {
    let ground = table(&["A event 1 F G", "B event 1 F G", "C event 1 F G"]);
    let board = table(&["C event 1 F G", "B event 2 F G", "D event 1 F G"]);
    let row = |text: &str| Row::parse(text).expect(text);
    assert_eq!(
        compare(&ground, &board),
        [
            TableChange::OnlyFirst(row("A event 1 F G")),
            TableChange::Changed { first: row("B event 1 F G"), second: row("B event 2 F G") },
            TableChange::OnlySecond(row("D event 1 F G")),
        ]
    );
    assert!(compare(&board, &board).is_empty());
}

fn file(of: &Catalogue) -> TableFile {
    TableFile { spacecraft: 189, created: Instant::from_unix_ns(5), table: of.tables[0].clone() }
}

#[test]
fn a_binary_table_is_for_one_spacecraft_and_catalogue() {
    let of = seis();
    let bytes = file(&of).to_bytes(&of).expect("a sound table");
    assert_eq!(TableFile::from_bytes(&bytes, 189, &of).expect("good").0, file(&of));
    let refused = |bytes: &[u8], spacecraft, of: &Catalogue| {
        TableFile::from_bytes(bytes, spacecraft, of).expect_err("refused")
    };
    assert!(matches!(refused(&bytes, 76, &of), Refusal::OtherSpacecraft { found: 189, .. }));
    assert!(matches!(refused(&bytes, 189, &apss()), Refusal::OtherDictionary { .. }));
    let changed = include_str!("seis.toml").replace("hours = 50.0", "hours = 40.0");
    let changed = Catalogue::parse(&changed).expect("sound");
    assert!(matches!(refused(&bytes, 189, &changed), Refusal::OtherDictionary { .. }));
    let mut damaged = bytes.clone();
    damaged[70] ^= 4;
    assert!(matches!(refused(&damaged, 189, &of), Refusal::Damaged { .. }));
    let mut bad = file(&of);
    bad.table.rows.remove(1);
    bad.table.rows[0].rate = Rate::parse("20").expect("a rate");
    let rules = bad.to_bytes(&of).expect_err("broken");
    assert!(rules.iter().all(|rule| rule.severity == Severity::Violation) && rules.len() >= 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_damage_to_a_table_is_seen(at in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let of = apss();
        let mut bytes = file(&of).to_bytes(&of).expect("a sound table");
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(TableFile::from_bytes(&bytes, 189, &of).is_err());
        prop_assert!(TableFile::from_bytes(&bytes[..at], 189, &of).is_err());
    }

    #[test]
    fn rates_are_ratios_in_lowest_terms(samples in any::<u16>(), seconds in any::<u16>()) {
        match Rate::new(samples, seconds) {
            None => prop_assert!(samples == 0 || seconds == 0),
            Some(rate) => {
                prop_assert_eq!(Rate::parse(&rate.to_string()), Some(rate));
                let ratio = f64::from(samples) / f64::from(seconds);
                prop_assert!((rate.sps() - ratio).abs() <= 1e-9 * ratio);
                let _ = rate.seed(Bands::Sp);
            }
        }
    }
}
