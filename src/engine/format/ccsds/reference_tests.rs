//! Real captures of the shared data folder against what other programs make of them.
//!
//! The numbers are those of ccsdspy 2.0.1 (`iter_packet_bytes`) and space_packet_parser 6.2.0
//! (`ccsds_generator`), which agree on every file below, made once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::time::Instant;

/// The shared captures, or a visible skip.
fn capture(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let bytes = std::fs::read(PathBuf::from(folder).join(name)).ok();
    if bytes.is_none() {
        eprintln!("skipped: data/E_ccsds_xtce_cmd/{name} not present");
    }
    bytes
}

/// File; per APID packets, bytes with headers, first and last sequence count.
type Row = (&'static str, &'static [(u16, u64, u64, u16, u16)]);

const CAPTURES: &[Row] = &[
    ("ccsdspy/byte_order/byteorder_12.bin", &[(226, 10, 1660, 0, 9)]),
    ("ccsdspy/byte_order/byteorder_3412.bin", &[(226, 10, 3260, 0, 9)]),
    ("ccsdspy/byte_order/byteorder_78563412.bin", &[(226, 10, 6460, 0, 9)]),
    ("ccsdspy/csa/apid00400.tlm", &[(400, 3444, 502_824, 8650, 12_147)]),
    ("ccsdspy/europa_clipper/apid01216.tlm", &[(1216, 944, 154_816, 10_037, 10_980)]),
    ("ccsdspy/europa_clipper/apid01217.tlm", &[(1217, 4, 128, 0, 3)]),
    ("ccsdspy/europa_clipper/apid01232.tlm", &[(1232, 16, 540, 0, 15)]),
    (
        "ccsdspy/europa_clipper/ecm_raw2.bin",
        &[
            (1216, 944, 154_816, 10_037, 10_980),
            (1217, 4, 128, 0, 3),
            (1219, 22, 33_176, 0, 21),
            (1223, 22, 33_176, 0, 21),
            (1227, 22, 33_176, 0, 21),
            (1232, 16, 540, 0, 15),
        ],
    ),
    ("ccsdspy/europa_clipper/expanding_footer_packet.bin", &[(1223, 22, 33_176, 0, 21)]),
    (
        "ccsdspy/hs/apid130/SSAT1_2015-180-00-00-00_2015-180-01-59-35_130_1_sim.tlm",
        &[(130, 14_351, 559_689, 14_639, 12_605)],
    ),
    (
        "ccsdspy/hs/apid251/SSAT1_2015-180-00-00-00_2015-180-01-59-59_251_1_sim.tlm",
        &[(251, 24_000, 1_008_000, 6048, 13_663)],
    ),
    ("ccsdspy/var_length/var_length_packets.bin", &[(226, 10, 318, 0, 9)]),
    ("ccsdspy/var_length/var_length_packets_with_footer.bin", &[(226, 10, 338, 0, 9)]),
    (
        "lasp_space_packet_parser/jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1",
        &[(11, 7200, 511_200, 2606, 9805)],
    ),
];

#[test]
fn captures_equal_ccsdspy_and_space_packet_parser() {
    for (name, expected) in CAPTURES {
        let Some(bytes) = capture(name) else { continue };
        assert!(sniff(&bytes), "{name}");
        let mut found: BTreeMap<u16, (u64, u64, u16, u16)> = BTreeMap::new();
        let mut tracker = Tracker::default();
        let mut scan = packets(&bytes);
        for packet in scan.by_ref() {
            let count = packet.header.count;
            let row = found.entry(packet.header.apid).or_insert((0, 0, count, count));
            *row = (row.0 + 1, row.1 + packet.bytes.len() as u64, row.2, count);
            tracker.observe(&packet.header);
        }
        // Those that ccsdspy's tests made state version number 1, which is said once.
        let problems = scan.into_problems();
        assert_eq!(problems.len(), usize::from(bytes[0] >> 5 == 1), "{name}: {problems:?}");
        let found: Vec<_> = found.iter().map(|(a, r)| (*a, r.0, r.1, r.2, r.3)).collect();
        assert_eq!(found, *expected, "{name}");
        for (apid, packets, bytes, _, newest) in *expected {
            let counts = tracker.of(PacketKind::Telemetry, *apid).unwrap();
            assert_eq!((counts.received, counts.bytes), (*packets, *bytes), "{name}");
            assert_eq!((counts.newest, counts.resets), (*newest, 0), "{name}");
            // Only the thinned-out file of APID 400 has gaps, between all its packets.
            let gaps = if *apid == 400 { 3443 } else { 0 };
            assert_eq!((counts.gaps, counts.duplicates), (gaps, 0), "{name}");
        }
    }
}

/// Every packet of this file follows a ground header of four bytes; space_packet_parser finds
/// these with `skip_header_bytes=4`. The last 52 bytes are the ground headers.
#[test]
fn suda_capture_has_ground_headers() {
    let name = "lasp_space_packet_parser/suda/sciData_2022_130_17_41_53.spl";
    let Some(bytes) = capture(name) else { return };
    assert_eq!(sniff_prefix(&bytes), Some(4));
    assert!(!sniff(&bytes));
    let mut scan = packets_behind(&bytes, 4);
    let found: Vec<_> = scan.by_ref().map(|p| (p.header.count, p.bytes.len())).collect();
    let lengths = [304, 4080, 4080, 2908, 4080, 4080, 2908, 4080, 4080, 2908, 1072, 1072, 1072];
    let expected: Vec<_> = (0..).zip(lengths).collect();
    assert_eq!(found, expected);
    assert_eq!(scan.into_problems(), vec![]);
}

/// JPSS-1 packets carry a CDS of 16-bit days, milliseconds, microseconds without P-field. The
/// instants are Python's: `datetime(1958, 1, 1) + timedelta(days, milliseconds, microseconds)`.
#[test]
fn jpss_times_equal_python() {
    let name = "lasp_space_packet_parser/jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1";
    let Some(bytes) = capture(name) else { return };
    let code = TimeCode::cds(Epoch::Ccsds, SubMillisecond::Micro);
    let times: Vec<Instant> = packets(&bytes).map(|p| code.decode(p.data).unwrap()).collect();
    let ends = [times.first(), times.last()].map(|t| t.unwrap().unix_ns());
    assert_eq!(ends, [1_617_926_400_007_137_000, 1_617_933_599_005_260_000]);
    assert!(times.is_sorted());
}

/// Every tenth packet of a real capture is damaged in its length: the others all come out.
#[test]
fn damaged_captures_lose_the_damaged_packets() {
    let Some(mut bytes) = capture("ccsdspy/europa_clipper/ecm_raw2.bin") else { return };
    let offsets: Vec<usize> = packets(&bytes).map(|p| p.offset).collect();
    let hit: Vec<usize> = offsets.iter().copied().skip(5).step_by(10).collect();
    for at in &hit {
        bytes[at + 4] ^= 0x80;
    }
    let mut scan = packets(&bytes);
    let found: Vec<usize> = scan.by_ref().map(|p| p.offset).collect();
    let wanted = offsets.iter().filter(|at| !hit.contains(at));
    let lost = wanted.filter(|at| !found.contains(at)).count();
    let strange: Vec<_> = found.iter().filter(|at| !offsets.contains(at)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert_eq!(lost, 0, "{:?}", scan.into_problems());
}
