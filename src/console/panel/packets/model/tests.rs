//! Kinds, dumps and trees of packets made by hand.

use std::sync::Arc;

use marsdeck_engine::time::Instant;
use proptest::prelude::*;

use super::*;

fn packet(number: u64, channel: Option<u8>, apid: u16) -> PacketSeen {
    PacketSeen {
        number,
        key: PacketKey { channel, apid },
        received: Instant::from_unix_s(1.5e9 + number as f64),
        generated: None,
        sequence: number as u16,
        container: String::new(),
        bytes: Arc::from(vec![8, 1]),
        problem: String::new(),
    }
}

fn picture() -> PacketPicture {
    let recent = vec![packet(1, Some(1), 7), packet(2, Some(0), 9), packet(3, Some(0), 7)];
    let rows = recent.iter().map(|last| {
        let row = PacketRow {
            container: String::new(),
            packets: 1,
            bytes: 2,
            missing: 0,
            gaps: 0,
            duplicates: 0,
            per_s: 0.0,
            last: last.clone(),
            fields: Vec::new(),
        };
        (last.key, row)
    });
    PacketPicture { dictionary: String::new(), rows: rows.collect(), recent: recent.clone() }
}

fn field(name: &str, severity: Severity) -> PacketField {
    PacketField {
        name: name.to_owned(),
        raw: "1".to_owned(),
        engineering: "1".to_owned(),
        unit: String::new(),
        severity,
    }
}

#[test]
fn stored_and_real_time_packets_stand_apart() {
    let picture = picture();
    let said: Vec<String> = kinds(&picture)
        .into_iter()
        .map(|line| match line {
            KindLine::Channel(channel) => channel_text(channel).0,
            KindLine::Kind(key, _) => key.apid.to_string(),
        })
        .collect();
    assert_eq!(said, ["VC 0, real time", "7", "9", "VC 1, stored", "7"]);
    let key = PacketKey { channel: Some(1), apid: 7 };
    assert_eq!(shown_kind(&picture, Some(key)).map(|(key, _)| key), Some(key));
    let gone = PacketKey { channel: None, apid: 1 };
    assert_eq!(shown_kind(&picture, Some(gone)).map(|(key, _)| key.apid), Some(7));
    let numbers = |only| recent(&picture, only).iter().map(|p| p.number).collect::<Vec<_>>();
    assert_eq!(numbers(None), [3, 2, 1]);
    assert_eq!(numbers(Some(key)), [1]);
}

#[test]
fn a_dump_has_sixteen_bytes_a_line() {
    // As `xxd -g1` prints it, with a space in the middle.
    let bytes: Vec<u8> = b"\x08\x01Mars, the red\xff\x00planet".to_vec();
    assert_eq!(dump_lines(&bytes), 2);
    let text = dump_text(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "0000  08 01 4d 61 72 73 2c 20  74 68 65 20 72 65 64 ff  ..Mars, the red."
    );
    assert!(lines[1].starts_with("0010  00 70 6c 61 6e 65 74    "), "{}", lines[1]);
    assert!(lines[1].ends_with(" .planet"), "{}", lines[1]);
    assert_eq!(dump_lines(&[]), 0);
    assert_eq!(dump_line(&vec![0; 0x1_0001], 0x1000).0, "010000");
}

#[test]
fn fields_make_a_tree() {
    let fields = [
        field("/LASP/SC/mode", Severity::Normal),
        field("/LASP/SC/volts[0]", Severity::Normal),
        field("/LASP/SC/volts[1]", Severity::Critical),
        field("/LASP/SC/wheel.speed", Severity::Normal),
        field("/LASP/SC/wheel.on", Severity::Normal),
    ];
    let lines = field_lines(&fields, "", &BTreeSet::new());
    let shape = |lines: &[FieldLine]| -> Vec<(usize, String)> {
        lines.iter().map(|l| (l.depth, l.label.clone())).collect()
    };
    let wanted = [
        (0, "LASP/SC"),
        (1, "mode"),
        (1, "volts"),
        (2, "[0]"),
        (2, "[1]"),
        (1, "wheel"),
        (2, "speed"),
        (2, "on"),
    ];
    assert_eq!(shape(&lines), wanted.map(|(depth, label)| (depth, label.to_owned())));
    assert_eq!((lines[0].below, lines[0].severity), (5, Severity::Critical));
    assert_eq!((lines[2].below, lines[2].field), (2, None));
    let closed = BTreeSet::from(["/LASP/SC/volts".to_owned()]);
    assert_eq!(field_lines(&fields, "", &closed).len(), 6);
    let found = field_lines(&fields, "VOLTS", &closed);
    assert_eq!(found.iter().filter(|line| line.field.is_some()).count(), 2);
    assert!(field_lines(&fields, "nothing", &closed).is_empty());
}

proptest! {
    #[test]
    fn every_field_has_one_line(names in proptest::collection::vec("[a-c/\\.\\[\\]é]{0,8}", 0..20)) {
        let fields: Vec<PacketField> =
            names.iter().map(|name| field(name, Severity::Normal)).collect();
        let lines = field_lines(&fields, "", &BTreeSet::new());
        let mut shown: Vec<usize> = lines.iter().filter_map(|line| line.field).collect();
        shown.sort_unstable();
        prop_assert_eq!(shown, (0..fields.len()).collect::<Vec<_>>());
    }
}
