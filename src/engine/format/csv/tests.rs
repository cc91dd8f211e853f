//! Delimited tables: APSS rows as the archive has them, the real MEDA and REMS tables, round
//! trips, broken text.

use proptest::prelude::*;

use super::*;
use crate::format::table::{ColumnData, TimeKind};
use crate::time::Instant;

fn data(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
    let bytes = std::fs::read(format!("{root}{path}")).ok();
    if bytes.is_none() {
        println!("skipped: {path} not present");
    }
    bytes
}

/// Columns of FACTS 4.7; the times of the first row are those of a real TWINS row.
const APSS: &str = "AOBT,SCLK,LMST,LTST,UTC,PRESSURE,PRESSURE_FREQUENCY,PRESSURE_TEMP,\
    PRESSURE_TEMP_FREQUENCY,WS_OPERATIONAL_FLAGS\r\n\
    596876952.0,596877000.5,00004M06:46:33.826,00004 06:05:41,2018-334T14:46:55.755Z,722.95,10,,\
    1,000101\r\n\
    596876952.1,596877000.6,00004M06:46:33.923,00004 06:05:41,2018-334T14:46:55.855Z,722.97,10,\
    221.5,1,000000\r\n";

#[test]
fn a_pressure_table_of_apss() {
    assert!(sniff(APSS.as_bytes()));
    let (read, problems) = read(APSS.as_bytes(), Limits::default());
    assert_eq!(problems, []);
    assert!(read.header && read.delimiter == b',');
    let t = &read.table;
    assert_eq!(t.rows, 2);
    let kinds: Vec<Option<TimeKind>> = t.columns.iter().map(|c| c.time).collect();
    assert_eq!(
        kinds[..6],
        [None, None, Some(TimeKind::Lmst), Some(TimeKind::Ltst), Some(TimeKind::Utc), None]
    );
    let utc = t.utc().and_then(Column::instants).expect("UTC");
    assert_eq!(utc[0].map(Instant::unix_ns), Some(1_543_589_215_755_000_000));
    let pressure = t.column("pressure").expect("pressure");
    assert_eq!(
        (pressure.unit.as_str(), &pressure.data),
        ("Pa", &ColumnData::F64(vec![722.95, 722.97]))
    );
    assert_eq!(
        t.column("PRESSURE_TEMP").map(|c| (c.unit.as_str(), c.data.missing())),
        Some(("K", 1))
    );
    let flags = t.column("WS_OPERATIONAL_FLAGS").map(|c| c.data.clone());
    assert_eq!(flags, Some(ColumnData::Text(vec![Some("000101".into()), Some("000000".into())])));
    let names: Vec<&str> = read.values().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        ["PRESSURE", "PRESSURE_FREQUENCY", "PRESSURE_TEMP", "PRESSURE_TEMP_FREQUENCY"]
    );
}

#[test]
fn the_real_tables_of_meda_and_rems() {
    let (Some(meda), Some(rems)) = (
        data("C_pds/meda_ps/WE__0001___________DER_PS__________________P02.csv"),
        data("C_pds/rems_daily/mars-weather.csv"),
    ) else {
        return;
    };
    let (table, problems) = read(&meda, Limits::default());
    assert_eq!(problems, []);
    assert_eq!(table.table.rows, 2330);
    assert_eq!(table.table.column("LMST").and_then(|c| c.time), Some(TimeKind::Lmst));
    let pressure = table.table.column("PRESSURE").and_then(|c| c.data.to_f64()).expect("numbers");
    assert_eq!(pressure[..3], [715.96, 715.82, 715.99]);
    let (table, problems) = read(&rems, Limits::default());
    assert_eq!(problems, []);
    assert_eq!(table.table.rows, 1894);
    let sol = table.table.column("sol").map(|c| c.data.clone());
    assert!(matches!(sol, Some(ColumnData::I64(v)) if v[0] == Some(1977)));
    let wind = table.table.column("wind_speed").map(|c| c.data.missing());
    assert_eq!(wind, Some(1894), "all NaN in this table");
}

#[test]
fn delimiters_comments_quotes_and_uneven_rows() {
    let text = "# made here\n# second\nt [s];v (m/s);note\n0;1.5;\"a;b\"\n1;2.5\n2;x;c;surplus\n";
    let (read, problems) = read(text.as_bytes(), Limits::default());
    assert_eq!(read.comments, ["made here", "second"]);
    assert_eq!((read.delimiter, read.table.rows), (b';', 3));
    let units: Vec<&str> = read.table.columns.iter().map(|c| c.unit.as_str()).collect();
    assert_eq!(units, ["s", "m/s", ""]);
    assert_eq!(problems[0].offset, Some(52), "{problems:?}");
    assert!(problems[0].reason.contains("2 rows hold another number"));
    let (tabs, _) = super::read(b"1\t2\n3\t4\n", Limits::default());
    assert!(!tabs.header && tabs.table.columns[1].name == "c2" && tabs.table.rows == 2);
    for text in ["", "\n\n", "#only\n"] {
        let (none, problems) = super::read(text.as_bytes(), Limits::default());
        assert!(none.table.columns.is_empty() && problems[0].reason == "no rows", "{text:?}");
    }
}

#[test]
fn limits_hold() {
    let few = Limits { rows: 2, columns: 2 };
    let (read, problems) = read(b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n", few);
    assert_eq!((read.table.rows, read.table.columns.len()), (2, 2));
    assert!(problems.iter().any(|p| p.reason.contains("limit")), "{problems:?}");
    // Without a header row there are as many rows, not one more.
    let (read, problems) = super::read(b"1,2\n3,4\n5,6\n", few);
    assert_eq!((read.table.rows, read.table.columns[0].data.len()), (2, 2));
    assert_eq!(problems.iter().find(|p| p.reason.contains("limit")).unwrap().offset, Some(8));
    // A wide header over a hundred thousand empty rows fills no memory.
    let text = format!("{}x\n{}", "a,".repeat(4000), "1\n".repeat(100_000));
    let (read, problems) = super::read(text.as_bytes(), Limits::default());
    assert!(read.table.rows < 200);
    assert!(problems.iter().any(|p| p.reason.contains("too many short rows")));
}

proptest! {
    #[test]
    fn written_series_read_back(
        values in prop::collection::vec(prop::num::f64::NORMAL, 2..50),
        text in "[a-z,\"#\n ]{1,12}",
    ) {
        let mut words: Vec<Option<String>> = vec![Some("x".into()); values.len()];
        words[0] = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let columns = [
            Column {
                unit: "Pa".into(),
                ..Column::new("PRESSURE", ColumnData::F64(values.clone()))
            },
            Column::new("word", ColumnData::Text(words.clone())),
        ];
        let (back, problems) = read(write(&columns).as_bytes(), Limits::default());
        prop_assert_eq!(problems, []);
        prop_assert_eq!(back.table.columns[0].data.to_f64(), Some(values));
        prop_assert_eq!(back.table.columns[0].unit.as_str(), "Pa");
        prop_assert_eq!(back.table.columns[1].data.len(), words.len());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = sniff(&bytes);
        let _ = read(&bytes, Limits::default());
    }

    #[test]
    fn cut_tables_are_survived(cut in 0..APSS.len(), at in 0..APSS.len(), with in any::<u8>()) {
        let mut bytes = APSS.as_bytes().to_vec();
        bytes[at] = with;
        let _ = read(&bytes[..cut], Limits::default());
        let _ = read(&bytes, Limits::default());
    }
}
