//! Real captures against the values that ccsdspy publishes beside them, or that it reads.

use std::fs;
use std::path::PathBuf;

use super::make::{Make, float, integer, text, unsigned};
use crate::mission::telemetry::*;
use crate::parameter::Values;

/// A file of the shared test data; none, said aloud, where the folder is not there.
fn file(path: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let path = PathBuf::from(folder).join(path);
    let bytes = fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} not present", path.display());
    }
    bytes
}

/// Space packets one after the other.
fn packets(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some(length) = bytes.get(4..6) {
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])) + 7;
        let Some((packet, rest)) = bytes.split_at_checked(length) else { break };
        found.push(packet);
        bytes = rest;
    }
    found
}

#[test]
fn byte_orders_of_ccsdspy_give_its_values() {
    let cases = [
        ("12", 16, ByteOrder::Big),
        ("321", 24, ByteOrder::Little),
        ("1234", 32, ByteOrder::Big),
        ("4321", 32, ByteOrder::Little),
        ("123456", 48, ByteOrder::Big),
        ("12345678", 64, ByteOrder::Big),
        ("2143", 32, ByteOrder::Listed([2, 3, 0, 1, 0, 0, 0, 0])),
        ("3412", 32, ByteOrder::Listed([1, 0, 3, 2, 0, 0, 0, 0])),
        ("78563412", 64, ByteOrder::Listed([1, 0, 3, 2, 5, 4, 7, 6])),
    ];
    for (name, bits, order) in cases {
        let path = format!("ccsdspy/byte_order/byteorder_{name}");
        let Some(bytes) = file(&format!("{path}.bin")) else { return };
        let csv = String::from_utf8(file(&format!("{path}.csv")).unwrap()).unwrap();
        let rows: Vec<Vec<u64>> = csv
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect())
            .collect();
        let mut make = Make::default();
        make.add("header", unsigned(48));
        let element = make.kind(integer(bits, IntegerForm::Unsigned, order));
        let dimensions = vec![Size::Fixed(rows[0].len() as i64)];
        make.add("data", super::make::kind_type(Kind::Array { element, dimensions }, None));
        let plan = make.flat().plan();
        let (mut state, mut values) = (plan.state(), Values::new());
        let packets = packets(&bytes);
        assert_eq!(packets.len(), rows.len(), "{name}");
        for (packet, row) in packets.iter().zip(&rows) {
            plan.decode(packet, &mut state, &mut values);
            assert!(values.problems.is_empty());
            assert_eq!(&values.raw_bits()[1..], row, "{name}");
        }
    }
}

/// Bits of all raw values of a column, in order: `h = 31 h + bits`.
fn hash(h: u64, bits: u64) -> u64 {
    h.wrapping_mul(31).wrapping_add(bits)
}

fn column(kind: &str, bits: u32) -> ParameterType {
    match kind {
        "uint" => unsigned(bits),
        "int" => integer(bits, IntegerForm::TwosComplement, ByteOrder::Big),
        "float" => float(bits, FloatForm::Ieee754, ByteOrder::Big),
        _ => {
            let bits = Size::Fixed(i64::from(bits));
            text(StringSize::Fixed { bits, terminator: Some(0) }, "UTF-8")
        }
    }
}

/// Fields of a definition file with a header of 48 bits before; `offsets` where it has them.
fn defined(csv: &str, offsets: bool) -> Make {
    let mut make = Make::default();
    make.add("header", unsigned(48));
    let mut entries = vec![super::make::after(0)];
    for line in csv.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut cells = line.splitn(5, ',').map(str::trim);
        let (name, kind) = (cells.next().unwrap(), cells.next().unwrap());
        let mut number = || cells.next().unwrap().parse::<i64>().unwrap();
        let place = if offsets { Place::FromStart(48 + number()) } else { Place::After(0) };
        let id = make.add(name, column(kind, number() as u32));
        entries.push(Entry { place, ..super::make::after(id) });
    }
    make.container(None, None, entries);
    make
}

fn compare(make: &Make, bytes: &[u8], apid: Option<u16>, expected: &[(&str, u64)]) {
    let plan = make.plan();
    let (mut state, mut values) = (plan.state(), Values::new());
    let leaves: Vec<u32> =
        expected.iter().map(|(name, _)| plan.find(&format!("/S/{name}")).unwrap()).collect();
    let mut hashes = vec![0; leaves.len()];
    for packet in packets(bytes) {
        let own = u16::from_be_bytes([packet[0], packet[1]]) & 0x7FF;
        if apid.is_some_and(|apid| apid != own) {
            continue;
        }
        plan.decode(packet, &mut state, &mut values);
        assert!(values.problems.is_empty(), "{:?}", values.problems);
        for (h, leaf) in hashes.iter_mut().zip(&leaves) {
            let at = values.ids().iter().position(|id| id.leaf == *leaf).unwrap();
            *h = hash(*h, values.raw_bits()[at]);
        }
    }
    for ((name, expected), h) in expected.iter().zip(hashes) {
        assert_eq!(h, *expected, "{name}");
    }
}

// Hashes of what ccsdspy 2.0.1 reads from the same files with the same definitions.

#[test]
fn housekeeping_of_ccsdspy_gives_its_values() {
    let folder = "ccsdspy/hs/apid130";
    let name = "SSAT1_2015-180-00-00-00_2015-180-01-59-35_130_1_sim.tlm";
    let Some(bytes) = file(&format!("{folder}/{name}")) else { return };
    let csv = String::from_utf8(file(&format!("{folder}/defs.csv")).unwrap()).unwrap();
    let expected = [
        ("pkt130_time_secs", 2217772014607262232),
        ("pkt130_time_msecs", 14329868446325527456),
        ("pkt130_int16_cnt", 15842256624720702875),
        ("pkt130_uint32_sin_2h", 13086036771612837823),
        ("pkt130_int32_cnt", 17607171534498097739),
        ("pkt130_int32_sin_1h", 1806103307986013097),
        ("pkt130_flt_sin_1m", 9033879936254869504),
        ("pkt130_dbl_sin_2h", 3414418930501790232),
    ];
    compare(&defined(&csv, true), &bytes, None, &expected);
    let folder = "ccsdspy/hs/apid251";
    let name = "SSAT1_2015-180-00-00-00_2015-180-01-59-59_251_1_sim.tlm";
    let Some(bytes) = file(&format!("{folder}/{name}")) else { return };
    let csv = String::from_utf8(file(&format!("{folder}/defs.csv")).unwrap()).unwrap();
    let expected = [
        ("pkt251_time_secs", 8635372788887090016),
        ("pkt251_time_usecs", 17683156638901472256),
        ("pkt251_uint32_bitfld", 3526712909965329408),
        ("pkt251_fld1", 12331906092615555072),
        ("pkt251_fld2", 8333742797284865024),
        ("pkt251_fld3", 13743022549791092736),
        ("pkt251_fld4", 17270813692729936896),
        ("pkt251_fld5", 16800441540338091008),
        ("pkt251_flt_sin_1h", 5655585771315265536),
        ("pkt251_flt_sin_1d", 13249871410123243520),
        ("pkt251_dbl_sin_2h", 15484742017182579458),
    ];
    compare(&defined(&csv, true), &bytes, None, &expected);
}

#[test]
fn jpss_geolocation_gives_the_values_of_ccsdspy() {
    let folder = "lasp_space_packet_parser/jpss";
    let Some(bytes) = file(&format!("{folder}/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1")) else {
        return;
    };
    let csv = file(&format!("{folder}/ccsdspy_jpss1_geolocation.csv")).unwrap();
    let expected = [
        ("DOY", 9428605619655313920),
        ("MSEC", 3819351326976961899),
        ("USEC", 11745828428839858577),
        ("ADAESCID", 12249350895089696256),
        ("ADAET1DAY", 9428605619655313920),
        ("ADAET1MS", 4879196373305928320),
        ("ADAET1US", 4230471638378638087),
        ("ADGPSPOSX", 4732375857333534720),
        ("ADGPSPOSY", 11307457555023790080),
        ("ADGPSPOSZ", 4169320152690589696),
        ("ADGPSVELX", 1215842660066000896),
        ("ADGPSVELY", 7224020579848814592),
        ("ADGPSVELZ", 15680980135190724608),
        ("ADAET2DAY", 2808431971497331233),
        ("ADAET2MS", 10729080572380677760),
        ("ADAET2US", 4230471638378638087),
        ("ADCFAQ1", 7838391005945528320),
        ("ADCFAQ2", 12388806941315432448),
        ("ADCFAQ3", 108637385431973888),
        ("ADCFAQ4", 17077457309640163328),
    ];
    let csv = String::from_utf8(csv).unwrap();
    compare(&defined(&csv, false), &bytes, Some(11), &expected);
}
