//! Labels and tables made here, real labels, damaged ones, and every label of the test set.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use md5::{Digest, Md5};
use proptest::prelude::*;

use super::reference::beside;
use super::*;
use crate::format::pds3;
use crate::format::table::{ColumnData, TimeKind};

fn root() -> Option<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/C_pds"));
    if !root.is_dir() {
        println!("skipped: shared/data/C_pds not present");
    }
    root.is_dir().then_some(root)
}

fn load(label: &str) -> Option<(Product, Vec<Problem>)> {
    let path = root()?.join(label);
    let bytes = std::fs::read(&path).ok()?;
    assert!(sniff(&bytes), "{label}");
    Some(read(&bytes, &beside(&path)))
}

/// A label around the objects of one file.
fn label(file: &str, objects: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">
 <Identification_Area><logical_identifier>urn:nasa:pds:b:c:p</logical_identifier>
  <version_id>1.0</version_id><title>Made here</title></Identification_Area>
 <Observation_Area><Time_Coordinates><start_date_time>2018-348T00:00:00Z</start_date_time>
  <stop_date_time>2018-12-15T00:00:00Z</stop_date_time></Time_Coordinates></Observation_Area>
 <File_Area_Observational><File><file_name>{file}</file_name></File>{objects}
 </File_Area_Observational>
</Product_Observational>"#
    )
}

fn field(kind: &str, name: &str, at: usize, data_type: &str, length: usize, more: &str) -> String {
    format!(
        "<Field_{kind}><name>{name}</name><field_location unit=\"byte\">{at}</field_location>\
         <data_type>{data_type}</data_type><field_length unit=\"byte\">{length}</field_length>\
         {more}</Field_{kind}>"
    )
}

#[test]
fn the_label_of_a_real_radiometer_product() {
    let name = "insight_rad_bundle/data_derived/hp3_rad_der_00305_20191006_053040.xml";
    let Some((product, problems)) = load(name) else { return };
    let label = &product.label;
    assert_eq!(label.product_class, "Product_Observational");
    assert!(label.logical_identifier.starts_with("urn:nasa:pds:insight_rad:data_derived:"));
    assert!(label.start().is_some() && label.start() < label.stop());
    assert_eq!(label.targets, ["Mars"]);
    assert!(!label.instruments.is_empty() && !label.investigations.is_empty());
    assert!(label.mission.iter().any(|(name, _)| name.contains("sol")), "{:?}", label.mission);
    // FACTS 4.7: 19 fields, first one UTC; the test set cut the table to ten rows.
    let table = &product.tables[0];
    assert_eq!((table.rows, table.columns.len()), (10, 19));
    assert_eq!(table.columns[0].time, Some(TimeKind::Utc));
    let times = table.columns[0].instants().expect("times");
    assert!(times.iter().all(|t| t.is_some_and(|t| Some(t) >= label.start())));
    let told = problems.iter().find(|p| p.field == "records").expect("short table told");
    assert!(told.reason.contains("29125 records of 186 bytes, the file holds 10"), "{told}");
    assert_eq!(told.offset, Some(1860));
}

#[test]
fn the_real_pressure_table_of_meda() {
    let name = "meda_ps/WE__0001___________DER_PS__________________P02.xml";
    let Some((product, problems)) = load(name) else { return };
    let table = &product.tables[0];
    assert_eq!(table.rows, 2330);
    let ints = table.column("SCLK").map(|c| c.data.to_f64().expect("numbers"));
    assert_eq!(ints.map(|v| (v[0], v[2])), Some((667_042_464.0, 667_042_466.0)));
    let pressure = table.column("PRESSURE").expect("pressure");
    assert_eq!(pressure.data.to_f64().map(|v| v[0]), Some(715.96));
    assert!(problems.iter().any(|p| p.field == "offset"), "{problems:?}");
}

#[test]
fn a_character_table_with_special_values_and_a_group() {
    let objects = format!(
        "<Table_Character><name>T</name><offset>0</offset><records>2</records>\
         <Record_Character><record_length>16</record_length>{}{}\
         <Group_Field_Character><repetitions>2</repetitions><group_location>9</group_location>\
         <group_length>6</group_length>{}</Group_Field_Character>\
         </Record_Character></Table_Character>",
        field("Character", "I", 1, "ASCII_Integer", 3, "<scaling_factor>10</scaling_factor>"),
        field(
            "Character",
            "R",
            4,
            "ASCII_Real",
            5,
            "<Special_Constants><missing_constant>-9.9</missing_constant></Special_Constants>"
        ),
        field("Character", "G", 1, "ASCII_String", 3, ""),
    );
    let data = b"  7 1.50abcdef\r\n  x -9.9gh    \r\n";
    let (product, problems) =
        read(label("t.tab", &objects).as_bytes(), &|n| (n == "t.tab").then(|| data.to_vec()));
    let table = &product.tables[0];
    assert_eq!(table.columns[0].data, ColumnData::I64(vec![Some(70), None]));
    assert_eq!(table.columns[1].data.missing(), 1);
    assert_eq!(table.columns[2].items, 2);
    let text = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    let want = ["abc", "def", "gh", ""].map(text).to_vec();
    assert_eq!(table.columns[2].data, ColumnData::Text(want));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].offset, problems[0].place.as_str()), (Some(16), "t.tab"));
    assert!(problems[0].reason.contains("'x'"));
}

#[test]
fn binary_bits_and_arrays() {
    let bits = "<Packed_Data_Fields><Field_Bit><name>LOW</name><start_bit>5</start_bit>\
        <stop_bit>8</stop_bit></Field_Bit><Field_Bit><name>BAD</name><start_bit>5</start_bit>\
        <stop_bit>99</stop_bit></Field_Bit></Packed_Data_Fields>";
    let array = |order: &str| {
        format!(
            "<Array_2D_Image><offset>4</offset><axes>2</axes><axis_index_order>{order}\
             </axis_index_order><Element_Array><data_type>SignedLSB2</data_type>\
             <scaling_factor>0.5</scaling_factor></Element_Array>\
             <Axis_Array><axis_name>Sample</axis_name><elements>3</elements>\
             <sequence_number>2</sequence_number></Axis_Array><Axis_Array><axis_name>Line\
             </axis_name><elements>2</elements><sequence_number>1</sequence_number></Axis_Array>\
             <Special_Constants><missing_constant>-1</missing_constant></Special_Constants>\
             </Array_2D_Image>"
        )
    };
    let objects = format!(
        "<Table_Binary><offset>0</offset><records>1</records><Record_Binary>\
         <record_length>4</record_length>{}{}</Record_Binary></Table_Binary>{}{}\
         <Header><offset>0</offset><object_length>4</object_length></Header>",
        field("Binary", "F", 1, "UnsignedByte", 1, bits),
        field("Binary", "S", 2, "SignedMSB2", 2, ""),
        array("Last Index Fastest"),
        array("FIRST_INDEX_FASTEST"),
    );
    let mut data = vec![0xa5, 0xff, 0xfe, 0];
    for v in [2_i16, -1, 6, 8, 10, 12] {
        data.extend(v.to_le_bytes());
    }
    let text = label("a.dat", &objects);
    let (product, problems) = read(text.as_bytes(), &|_| Some(data.clone()));
    let table = &product.tables[0];
    assert_eq!(table.column("F").map(|c| &c.data), Some(&ColumnData::I64(vec![Some(0xa5)])));
    assert_eq!(table.column("F.LOW").map(|c| &c.data), Some(&ColumnData::I64(vec![Some(5)])));
    assert_eq!(table.column("S").map(|c| &c.data), Some(&ColumnData::I64(vec![Some(-2)])));
    let image = &product.arrays[0];
    assert_eq!(image.axes, [("Line".to_owned(), 2), ("Sample".to_owned(), 3)]);
    assert_eq!(image.values[0], 1.0);
    assert!(image.values[1].is_nan());
    assert_eq!(image.values[2..], [3.0, 4.0, 5.0, 6.0]);
    assert_eq!(image.plane(0).map(|p| (p.0, p.1)), Some((2, 3)));
    // First index fastest: element (line 0, sample 1) is the third value.
    assert_eq!(product.arrays[1].values[..2], [1.0, 3.0]);
    assert_eq!(product.listed[0].kind, "Header");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].reason.contains("bits 5 to 99"));
}

#[test]
fn sizes_and_checksums_are_compared() {
    let data = b"1,2\r\n";
    let good: String = Md5::digest(data).iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    });
    let table = "<Table_Delimited><offset>0</offset><records>1</records><field_delimiter>Comma\
        </field_delimiter><Record_Delimited><Field_Delimited><name>A</name><data_type>ASCII_Integer\
        </data_type></Field_Delimited><Field_Delimited><name>B</name><data_type>ASCII_Real\
        </data_type></Field_Delimited></Record_Delimited></Table_Delimited>";
    let with = |size: usize, md5: &str| {
        let file = format!(
            "<file_name>d.csv</file_name><file_size>{size}</file_size><md5_checksum>{md5}\
             </md5_checksum>"
        );
        let text = label("d.csv", table).replace("<file_name>d.csv</file_name>", &file);
        read(text.as_bytes(), &|_| Some(data.to_vec()))
    };
    let (product, problems) = with(5, &good.to_uppercase());
    assert_eq!(problems, []);
    assert_eq!(product.tables[0].columns[1].data, ColumnData::F64(vec![2.0]));
    let (_, problems) = with(6, &good);
    assert_eq!((problems[0].field.as_str(), problems[0].offset), ("file_size", Some(5)));
    let (_, problems) = with(5, "00000000000000000000000000000000");
    assert_eq!(problems[0].field, "md5_checksum");
    let (product, problems) = read(label("d.csv", table).as_bytes(), &|_| None);
    assert!(product.tables.is_empty() && problems[0].reason.contains("not at hand"));
}

#[test]
fn the_invalid_cases_of_validate_are_told() {
    for (name, field) in [
        ("github281/invalid/collection_gwe_spk_invalid_1_bad_filesize.xml", "file_size"),
        ("github281/invalid/collection_gwe_spk_invalid_2_bad_checksum.xml", "md5_checksum"),
        (
            "github281/invalid/collection_gwe_spk_invalid_3_bad_checksum_no_filesize.xml",
            "md5_checksum",
        ),
        ("github17/delimited_table_bad.xml", "file_size"),
        ("github09/minimal_test_product_good2.xml", "file_size"),
        ("github09/val9a.xml", "file_size"),
        ("github57/validate_57a_invalid.xml", ""),
        ("github190/validation_test.xml", ""),
        ("github499/fail/M7_217_044546_N.xml", ""),
        ("github531/fail/b.xml", ""),
        ("github992/ff_del.xml", ""),
        ("github62/ele_mom_tblChar.xml", ""),
    ] {
        let Some((_, problems)) = load(&format!("validate_cases/{name}")) else { return };
        let found = problems.iter().find(|p| p.field == field || field.is_empty());
        println!("{name}: {}", found.map_or_else(String::new, ToString::to_string));
        assert!(found.is_some(), "{name}: {problems:?}");
    }
    for name in
        ["github281/valid/collection_gwe_spk_valid_1.xml", "github17/delimited_table_good.xml"]
    {
        let Some((_, problems)) = load(&format!("validate_cases/{name}")) else { return };
        assert_eq!(problems, [], "{name}");
    }
}

#[test]
fn sizes_that_the_file_does_not_hold_allocate_nothing() {
    let huge = "9000000000000000000";
    let table = |record: &str| {
        format!(
            "<Table_Binary><offset>0</offset><records>{huge}</records><Record_Binary>\
             <record_length>8</record_length>{record}</Record_Binary></Table_Binary>"
        )
    };
    let group = |inner: &str| {
        format!(
            "<Group_Field_Binary><repetitions>{huge}</repetitions><group_location>1\
             </group_location><group_length>{huge}</group_length>{inner}</Group_Field_Binary>"
        )
    };
    let byte = field("Binary", "B", 1, "UnsignedByte", 1, "");
    let axis = format!("<Axis_Array><elements>{huge}</elements></Axis_Array>");
    let array = format!(
        "<Array_3D><Element_Array><data_type>UnsignedByte</data_type></Element_Array>{axis}{axis}\
         {axis}</Array_3D>"
    );
    let empty = "<Array_2D><Element_Array><data_type>SignedMSB0</data_type></Element_Array>\
        <Axis_Array><elements>2</elements></Axis_Array></Array_2D>";
    let delimited = table("").replace("Binary", "Delimited").replace(
        "</Record_Delimited>",
        &format!("{}</Record_Delimited>", group(&byte).replace("Binary", "Delimited")),
    );
    let nested = (0..60).fold(byte.clone(), |inner, _| group(&inner));
    for objects in [
        table(&byte),
        table(&group(&byte)),
        table(&group("")),
        table(&nested),
        array,
        delimited,
        empty.to_owned(),
    ] {
        let (product, problems) =
            read(label("x", &objects).as_bytes(), &|_| Some(b"0,1,2,3,4,5,6,7".to_vec()));
        assert!(product.tables.iter().all(|t| t.rows <= 8) && product.arrays.is_empty());
        assert!(!problems.is_empty());
    }
}

#[test]
fn labels_that_repeat_or_nest_without_end() {
    let table = format!(
        "<Table_Binary><offset>0</offset><Record_Binary><record_length>1</record_length>{}\
         </Record_Binary></Table_Binary>",
        field("Binary", "B", 1, "UnsignedByte", 1, "")
    );
    let (product, problems) =
        read(label("x", &table.repeat(2000)).as_bytes(), &|_| Some(vec![1; 10_000]));
    assert!(product.tables.len() < 100, "{}", product.tables.len());
    assert!(problems.iter().any(|p| p.reason.contains("too often")));
    let deep = "<a>".repeat(200_000);
    let (_, problems) = read(deep.as_bytes(), &|_| None);
    assert!(!problems.is_empty());
    let deep = format!("{deep}{}", "</a>".repeat(200_000));
    let (_, problems) = read(label("x", &deep).as_bytes(), &|_| None);
    assert!(!problems.is_empty());
}

/// Every label of the test set, with its files, within a time by size; also cut in half, and
/// with its files cut in half.
#[test]
fn the_whole_folder() {
    let Some(root) = root() else { return };
    let mut folders = vec![root.clone()];
    let (mut labels, mut problems, mut tables, mut arrays) = (0, 0, 0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let end = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
            let Some(end) = end.filter(|e| {
                ["xml", "lbl", "cat", "img", "pvl", "fmt", "cub", "bk"].contains(&e.as_str())
            }) else {
                continue;
            };
            let bytes = std::fs::read(&path).expect("file");
            let at_hand = beside(&path);
            let halves = |n: &str| at_hand(n).map(|b| b[..b.len() / 2].to_vec());
            let xml = end == "xml" || end == "bk";
            let started = std::time::Instant::now();
            let (p, t, a) = if xml {
                let (product, found) = read(&bytes, &at_hand);
                let _ = read(&bytes[..bytes.len() / 2], &at_hand);
                let _ = read(&bytes, &halves);
                (found.len(), product.tables.len(), product.arrays.len())
            } else {
                let (product, found) = pds3::read(&bytes, &at_hand);
                let _ = pds3::read(&bytes[..bytes.len() / 2], &at_hand);
                let _ = pds3::read(&bytes, &halves);
                (found.len(), product.tables.len(), product.arrays.len())
            };
            // A bound against hanging, far above what a slow machine needs.
            let budget = Duration::from_secs(20) + Duration::from_micros(bytes.len() as u64 * 20);
            assert!(started.elapsed() < budget, "{} takes too long", path.display());
            (labels, problems) = (labels + 1, problems + p);
            (tables, arrays) = (tables + t, arrays + a);
        }
    }
    println!("{labels} labels, {tables} tables, {arrays} arrays, {problems} problems");
    assert!(labels > 150 && tables > 60 && arrays > 5);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, &|_| Some(bytes.clone()));
    }

    #[test]
    fn changed_labels_and_cut_files_are_survived(
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(b"0919<>/&\"' A-\xff".to_vec()),
        cut in 0_usize..64,
    ) {
        let objects = format!(
            "<Table_Binary><offset>0</offset><records>4</records><Record_Binary>\
             <record_length>8</record_length><Group_Field_Binary><repetitions>2</repetitions>\
             <group_location>1</group_location><group_length>8</group_length>{}\
             </Group_Field_Binary></Record_Binary></Table_Binary><Array_2D><offset>8</offset>\
             <Element_Array><data_type>IEEE754MSBSingle</data_type></Element_Array><Axis_Array>\
             <elements>2</elements></Axis_Array><Axis_Array><elements>3</elements></Axis_Array>\
             </Array_2D>",
            field("Binary", "S", 1, "SignedMSB4", 4, "<value_offset>3</value_offset>"),
        );
        let mut bytes = label("x", &objects).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with;
        let _ = read(&bytes, &|_| Some(vec![7; cut]));
        let _ = read(&bytes[..at], &|_| Some(vec![7; cut]));
    }
}
