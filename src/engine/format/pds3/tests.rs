//! PDS3: real products against pdr 1.4.4, labels against pvl 1.3.2 (tables made by
//! `benches/scripts/pds_reference.py`), labels made here, broken ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::format::pds4::reference::beside;
use crate::format::table::fingerprint::{Line, compare, lines, prints};
use crate::format::table::{ColumnData, TimeKind};
use crate::time::Instant;

fn root() -> Option<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/C_pds"));
    if !root.is_dir() {
        println!("skipped: shared/data/C_pds not present");
    }
    root.is_dir().then_some(root)
}

fn load(root: &Path, label: &str) -> (Product, Vec<Problem>) {
    let path = root.join(label);
    let bytes = std::fs::read(&path).expect("the test set holds the label");
    read(&bytes, &beside(&path))
}

#[test]
fn every_column_equals_the_reference() {
    let Some(root) = root() else { return };
    let mut by_label: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in lines(include_str!("reference.tsv")) {
        by_label.entry(line.label.clone()).or_default().push(line);
    }
    let (mut equal, mut wrong) = (0, Vec::new());
    for (label, lines) in by_label {
        let (product, _) = load(&root, &label);
        let (good, bad) = compare(&lines, &prints(&product.tables, &product.arrays));
        equal += good;
        wrong.extend(bad);
    }
    println!("{equal} columns equal, {} not", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value in the notation of the reference script.
fn show(value: &Value) -> String {
    let join = |v: &[Value]| v.iter().map(show).collect::<Vec<_>>();
    match value {
        Value::Empty => String::new(),
        Value::Integer(n) => format!("{:?}", *n as f64),
        Value::Real(x) => format!("{x:?}"),
        Value::Text(s) | Value::Symbol(s) => s.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Sequence(v) => format!("({})", join(v).join(",")),
        Value::Set(v) => {
            let mut members = join(v);
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        Value::Unit(v, unit) => format!("{}<{unit}>", show(v)),
    }
}

fn flatten(object: &Object, prefix: &str, out: &mut Vec<(String, String)>) {
    for entry in &object.entries {
        match entry {
            Entry::Keyword(k, v, _) => out.push((format!("{prefix}{k}"), show(v))),
            Entry::Object(o) => flatten(o, &format!("{prefix}{}/", o.name), out),
        }
    }
}

#[test]
fn every_keyword_equals_the_reference() {
    let Some(root) = root() else { return };
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut equal, mut wrong) = (0, String::new());
    for line in include_str!("pvl.tsv").lines() {
        let mut cells = line.split('\t');
        let (Some(label), Some(key)) = (cells.next(), cells.next()) else { continue };
        let value = cells.next().unwrap_or("");
        let values = found.entry(label.to_owned()).or_insert_with(|| {
            let bytes = std::fs::read(root.join(label)).unwrap_or_default();
            let mut out = Vec::new();
            flatten(&read_label(&bytes).0, "", &mut out);
            out
        });
        if values.iter().any(|(k, v)| k == key && v == value) {
            equal += 1;
        } else {
            let ours = values.iter().find(|(k, _)| k == key);
            let _ = writeln!(wrong, "{label} {key}: {value:?} but {ours:?}");
        }
    }
    println!("{equal} keywords equal");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn broken_labels_are_told_with_offset_and_reason() {
    let Some(root) = root() else { return };
    let folder = root.join("pvl_labels/pds3/broken");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("folder").flatten() {
        let bytes = std::fs::read(entry.path()).expect("file");
        let (_, problems) = read_label(&bytes);
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!problems.is_empty(), "{name} gives no problem");
        for p in &problems {
            assert!(p.offset.is_some_and(|o| o <= bytes.len() as u64), "{name}: {p}");
            assert!(!p.reason.is_empty());
        }
        seen += 1;
    }
    assert!(seen >= 6);
}

#[test]
fn an_object_without_a_name_is_told() {
    let (_, problems) = read_label(b"PDS_VERSION_ID = PDS3\nOBJECT = = 5\nEND\n");
    assert!(!problems.is_empty());
    assert!(problems.iter().all(|p| !p.field.is_empty()), "{problems:?}");
}

const LABEL: &str = "PDS_VERSION_ID = PDS3\r\nRECORD_BYTES = 10\r\n^TABLE = (\"T.TAB\", 2)\r\n\
    OBJECT = TABLE\r\n INTERCHANGE_FORMAT = BINARY\r\n ROWS = 2\r\n ROW_BYTES = 10\r\n\
    ^STRUCTURE = \"T.FMT\"\r\nEND_OBJECT = TABLE\r\nEND\r\n";
const FMT: &str = "OBJECT = COLUMN\n NAME = A\n DATA_TYPE = MSB_INTEGER\n START_BYTE = 1\n \
    BYTES = 4\n ITEMS = 2\n ITEM_BYTES = 2\n MISSING_CONSTANT = -1\nEND_OBJECT\n\
    OBJECT = COLUMN\n NAME = B\n DATA_TYPE = PC_REAL\n UNIT = \"K\"\n START_BYTE = 5\n BYTES = 4\n\
    SCALING_FACTOR = 2.0\n OFFSET = 1.0\nEND_OBJECT\n\
    OBJECT = COLUMN\n NAME = F\n DATA_TYPE = MSB_BIT_STRING\n START_BYTE = 9\n BYTES = 1\n \
    OBJECT = BIT_COLUMN\n NAME = HIGH\n BIT_DATA_TYPE = MSB_UNSIGNED_INTEGER\n START_BIT = 1\n \
    BITS = 3\n END_OBJECT\nEND_OBJECT\n";

fn files(name: &str) -> Option<Vec<u8>> {
    let mut data = vec![0_u8; 10];
    for (a, b, x, f) in [(1_i16, -1_i16, 0.5_f32, 0xa0_u8), (300, 7, -2.0, 0x1f)] {
        data.extend(a.to_be_bytes());
        data.extend(b.to_be_bytes());
        data.extend(x.to_le_bytes());
        data.extend([f, 0]);
    }
    match name {
        "T.TAB" => Some(data),
        "T.FMT" => Some(FMT.into()),
        _ => None,
    }
}

#[test]
fn a_binary_table_with_an_external_structure() {
    assert!(sniff(LABEL.as_bytes()));
    let (product, problems) = read(LABEL.as_bytes(), &files);
    assert_eq!(problems, []);
    let table = &product.tables[0];
    assert_eq!((table.rows, table.columns.len()), (2, 4));
    let a = &table.columns[0];
    assert_eq!(a.items, 2);
    assert_eq!(a.data, ColumnData::I64(vec![Some(1), None, Some(300), Some(7)]));
    assert_eq!(table.column("B").map(|c| c.data.clone()), Some(ColumnData::F64(vec![2.0, -3.0])));
    assert_eq!(table.column("B").map(|c| c.unit.as_str()), Some("K"));
    let bits = table.column("F.HIGH").map(|c| c.data.clone());
    assert_eq!(bits, Some(ColumnData::I64(vec![Some(5), Some(0)])));
}

#[test]
fn what_is_missing_or_too_short_is_told() {
    let (product, problems) = read(LABEL.as_bytes(), &|_| None);
    assert!(product.tables.is_empty());
    assert!(problems.iter().any(|p| p.place == "T.TAB"), "{problems:?}");
    assert!(problems.iter().any(|p| p.place == "T.FMT"), "{problems:?}");
    let more = LABEL.replace("ROWS = 2", "ROWS = 4000000000");
    let (product, problems) = read(more.as_bytes(), &files);
    assert_eq!(product.tables[0].rows, 2);
    let p = &problems[0];
    assert_eq!((p.offset, p.field.as_str(), p.place.as_str()), (Some(30), "ROWS", "T.TAB"));
    // A fragment that names itself ends.
    let own = |name: &str| match name {
        "T.FMT" => Some(b"^STRUCTURE = \"T.FMT\"\n^STRUCTURE = \"T.FMT\"\n".to_vec()),
        other => files(other),
    };
    let (_, problems) = read(LABEL.as_bytes(), &own);
    assert!(problems.iter().any(|p| p.reason.contains("one fragment too many")));
}

#[test]
fn a_spreadsheet_and_times() {
    let label = "PDS_VERSION_ID = PDS3\n^SPREADSHEET = \"S.CSV\"\nOBJECT = SPREADSHEET\n ROWS = 3\n\
        FIELD_DELIMITER = COMMA\n OBJECT = FIELD\n NAME = UTC\n DATA_TYPE = TIME\n END_OBJECT\n\
        OBJECT = FIELD\n NAME = P\n DATA_TYPE = ASCII_REAL\n UNIT = PA\n MISSING_CONSTANT = -99\n \
        END_OBJECT\nEND_OBJECT\nEND\n";
    let rows = b"2018-348T00:00:00Z,700.5\r\n\"2018-348T00:00:01Z\",-99\r\n";
    let (product, problems) = read(label.as_bytes(), &|_| Some(rows.to_vec()));
    let table = &product.tables[0];
    assert_eq!((table.rows, table.columns[0].time), (2, Some(TimeKind::Utc)));
    let instants = table.columns[0].instants().expect("times");
    assert_eq!(instants[1].map(Instant::unix_ns), Some(1_544_745_601_000_000_000));
    assert_eq!(table.columns[1].data.missing(), 1);
    assert!(problems[0].reason.contains("3 rows, the file holds 2"), "{problems:?}");
}

#[test]
fn images_in_every_band_order() {
    let image = |order: &str| {
        format!(
            "PDS_VERSION_ID = PDS3\n^IMAGE = (\"I.IMG\", 3 <BYTES>)\nOBJECT = IMAGE\n LINES = 2\n \
             LINE_SAMPLES = 2\n BANDS = 2\n SAMPLE_TYPE = LSB_UNSIGNED_INTEGER\n SAMPLE_BITS = 8\n \
             BAND_STORAGE_TYPE = {order}\nEND_OBJECT\nEND\n"
        )
    };
    let read = |order, bytes: [u8; 8]| {
        let mut data = vec![0, 0];
        data.extend(bytes);
        let (product, problems) = read(image(order).as_bytes(), &|_| Some(data.clone()));
        assert_eq!(problems, []);
        product.arrays[0].values.clone()
    };
    let want = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    assert_eq!(read("BAND_SEQUENTIAL", [0, 1, 2, 3, 4, 5, 6, 7]), want);
    assert_eq!(read("LINE_INTERLEAVED", [0, 1, 4, 5, 2, 3, 6, 7]), want);
    assert_eq!(read("SAMPLE_INTERLEAVED", [0, 4, 1, 5, 2, 6, 3, 7]), want);
    let huge = image("BAND_SEQUENTIAL").replace("LINES = 2", "LINES = 9000000000000000000");
    let (product, problems) = super::read(huge.as_bytes(), &|_| Some(vec![0; 10]));
    assert!(product.arrays.is_empty() && problems[0].reason.contains("the file holds 8 bytes"));
}

#[test]
fn a_label_of_pointers_only_is_quick() {
    let text = "^TABLE = 1\nOBJECT = TABLE\nEND_OBJECT\n".repeat(20_000);
    let (product, problems) = read(text.as_bytes(), &|_| None);
    assert!(product.tables.is_empty());
    assert!(problems.iter().any(|p| p.reason.contains("more than 256 pointers")));
}

#[test]
fn a_wall_of_open_comments_is_quick() {
    let text = "/*\n".repeat(300_000) + &"A = \"\n".repeat(10_000) + &"(".repeat(100_000);
    let (_, problems) = read_label(text.as_bytes());
    assert!(!problems.is_empty() && problems.len() <= 65);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &|_| Some(bytes.clone()));
        let _ = sniff(&bytes);
    }

    #[test]
    fn cut_and_changed_labels_are_survived(
        cut in 0..LABEL.len(),
        at in 0..LABEL.len(),
        with in prop::sample::select(b"0919(){}<>\"'=;/*#\n A\xff".to_vec()),
    ) {
        let mut bytes = LABEL.as_bytes().to_vec();
        bytes[at] = with;
        let _ = read(&bytes, &files);
        let mut fragment = FMT.as_bytes().to_vec();
        let place = at % fragment.len();
        fragment[place] = with;
        let changed = |name: &str| match name {
            "T.FMT" => Some(fragment.clone()),
            other => files(other),
        };
        let _ = read(LABEL.as_bytes(), &changed);
        let (_, problems) = read(&LABEL.as_bytes()[..cut], &files);
        prop_assert!(!problems.is_empty() || cut >= LABEL.len() - 3);
    }
}
