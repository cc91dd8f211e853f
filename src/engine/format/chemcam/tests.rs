//! ChemCam and SAM: the real CCS product, round trips, names.

use proptest::prelude::*;

use super::*;

fn data(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
    let bytes = std::fs::read(format!("{root}{path}")).ok();
    if bytes.is_none() {
        println!("skipped: {path} not present");
    }
    bytes
}

const REAL: &str = "C_pds/chemcam/CL5_398645626CCS_F0030004CCAM02013P3.csv";

#[test]
fn the_real_spectrum_of_sol_13() {
    let Some(bytes) = data(REAL) else { return };
    assert!(sniff(&bytes));
    let (ccs, problems) = read_ccs(&bytes);
    assert_eq!(problems, []);
    assert_eq!((ccs.wave_nm.len(), ccs.shots.len()), (6144, 30));
    assert_eq!(ccs.wave_nm[0], 240.811);
    assert_eq!(ccs.shots[0][0], 6.6444795e11);
    assert_eq!(ccs.shots[1][1], 2.0350221e11);
    for (which, rows) in Spectrometer::ALL.iter().zip([0..2048, 2048..4096, 4096..6144]) {
        assert_eq!(ccs.rows(*which), rows);
        let (low, high) = which.limits_nm();
        assert!((ccs.wave_nm[rows.start] - low).abs() < 1e-3);
        assert!((ccs.wave_nm[rows.end - 1] - high).abs() < 1e-3);
    }
    assert_eq!(ccs.get("CONTINUUMUVMIN FLOAT"), Some("6.00000"));
    assert_eq!(ccs.get("DARK"), Some("CL1_398645602EDR_F0030004CCAM02013M1.DAT"));
    assert_eq!(ccs.distance_mm(), Some(2673.0));
    // Median and mean are the producer's own: taken before its last corrections, so they are
    // kept as written instead of computed again.
    assert_eq!((ccs.median[0], ccs.mean[0]), (817709310000.0, 825797720000.0));
    let (back, problems) = read_ccs(write_ccs(&ccs).as_bytes());
    assert_eq!(problems, []);
    assert_eq!(back, ccs);
}

fn small(shots: usize, values: &[f64]) -> Ccs {
    let column = |k: f64| values.iter().map(|v| v * k).collect::<Vec<_>>();
    Ccs {
        header: vec![("NSHOTS".into(), shots.to_string()), ("DISTT".into(), "2673.00".into())],
        wave_nm: (0..values.len()).map(|i| 240.811 + i as f64 * 0.05).collect(),
        shots: (0..shots).map(|s| column(1.0 + s as f64)).collect(),
        median: column(1.5),
        mean: column(1.25),
    }
}

#[test]
fn broken_rows_are_told_with_their_offset() {
    let text = write_ccs(&small(2, &[1e11, 2e11, 3e11]));
    let broken = text.replace(", 2.0000000e+11", ", oops");
    let (ccs, problems) = read_ccs(broken.as_bytes());
    assert_eq!(ccs.wave_nm.len(), 1);
    let first = &problems[0];
    let offset = first.offset.expect("has an offset") as usize;
    assert!(broken[offset..].starts_with("240.8"), "{first}");
    assert!(first.reason.contains("2 rows do not hold 5 numbers"), "{first}");
    assert!(problems.iter().any(|p| p.field == "wave"));
    let (_, problems) = read_ccs(b"not a spectrum");
    assert!(problems[0].reason.contains("not a ChemCam CCS"));
}

#[test]
fn names_of_spectra() {
    let name = decode_name("sol01162/CL5_500648808CCS_F0502772CCAM02162P3.CSV").expect("decodes");
    assert_eq!((name.sclk, name.site, name.drive), (500_648_808, 50, 2772));
    assert_eq!((name.product.as_str(), name.sequence, name.version), ("CCS", 2, '3'));
    assert_eq!((name.producer, name.completeness, name.kind()), ('P', 'F', "LIBS"));
    assert_eq!((name.executed_sol(), name.planned_sol()), (1162, Some(1162)));
    let name = decode_name("cl5_398645626ccs_f0030004ccam02013p3.csv").expect("decodes");
    assert_eq!((name.executed_sol(), name.planned_sol()), (13, Some(13)));
    // A state-of-health file of sol 2940 carries 700 where the sol would be.
    let health = "CC0_658481000ESS_F0891234CCAM15700M1.DAT";
    let name = decode_name(health).expect("decodes");
    assert_eq!((name.executed_sol(), name.planned_sol()), (2940, None));
    for bad in ["", "CL5", "CL5_50064880XCCS_F0502772CCAM02162P3.CSV", "SM25091F0286RDR0__SPYR"] {
        assert_eq!(decode_name(bad), None, "{bad}");
    }
}

#[test]
fn names_and_tables_of_sam() {
    let name = decode_sam_name("SM25091F0286RDR0__SPYR_GC__RAWXXXX_1.TAB").expect("decodes");
    assert_eq!((name.eid, name.sol, name.version), (25091, 286, 1));
    assert_eq!((name.level.as_str(), name.experiment.as_str()), ("RDR0", "SPYR"));
    assert_eq!((name.instrument.as_str(), name.subtype.as_str()), ("GC", "RAW"));
    let name = decode_sam_name("SM25008F0018RDR1A_ADIR_TLS_CH4_001_2.TAB").expect("decodes");
    assert_eq!((name.level.as_str(), name.subtype.as_str()), ("RDR1A", "CH4_001"));
    assert_eq!(decode_sam_name("CL5_398645626CCS_F0030004CCAM02013P3.csv"), None);
    let text =
        "Time (s),Sample Temperature (C),m/z 18,M44,mz 64,note\n0,35.1,10,20,1,a\n1,36,11,21,2,b\n";
    let (sam, problems) = read_sam(text.as_bytes());
    assert_eq!(problems, []);
    assert_eq!((sam.time, sam.temperature), (Some(0), Some(1)));
    assert_eq!(sam.masses, [(18.0, 2), (44.0, 3), (64.0, 4)]);
    assert_eq!(sam.table.columns[1].unit, "C");
}

#[test]
fn oxides_of_the_real_table() {
    let Some(bytes) = data("C_pds/chemcam_mmgis/new_data_for_data_ccam.csv") else { return };
    assert!(sniff_moc(&bytes) && !sniff(&bytes));
    let (points, problems) = read_moc(&bytes);
    assert!(problems.is_empty(), "{problems:?}");
    let first = &points[0];
    assert_eq!((first.sclk, first.target.as_str()), (Some(557_030_014), "Abagadasset"));
    assert_eq!((first.oxides[0].wt, first.oxides[0].rmsep), (30.2, 6.8));
    assert_eq!((first.oxides[7].wt, first.sum, first.spectrum_total), (0.31, 74.21, 6.03e14));
    let mut silica: Vec<f64> =
        points.iter().map(|p| p.oxides[0].wt).filter(|x| !x.is_nan()).collect();
    silica.sort_by(f64::total_cmp);
    // Median over the whole table: FACTS 3.2.
    assert!((silica[silica.len() / 2] - 46.0).abs() < 0.1, "{}", silica[silica.len() / 2]);
}

proptest! {
    #[test]
    fn written_spectra_read_back(
        values in prop::collection::vec(-1e15_f32..1e15, 1..40),
        n in 1_usize..5,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (back, _) = read_ccs(write_ccs(&small(n, &values)).as_bytes());
        prop_assert_eq!(back.shots.len(), n);
        for (a, b) in back.shots[0].iter().zip(&values) {
            prop_assert!((a - b).abs() <= b.abs() * 1e-7);
        }
    }

    #[test]
    fn any_bytes_and_any_cut_are_survived(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        cut in 0_usize..400,
    ) {
        let _ = read_ccs(&bytes);
        let _ = read_moc(&bytes);
        let _ = read_sam(&bytes);
        let text = write_ccs(&small(2, &[1.0, 2.0, 3.0])).into_bytes();
        let _ = read_ccs(&text[..cut.min(text.len())]);
        let name = String::from_utf8_lossy(&bytes);
        let _ = decode_name(&name);
        let _ = decode_sam_name(&name);
    }
}

#[test]
fn a_column_that_stands_there_twice_counts_once() {
    let text = "# wave , shot1 , wave , median , mean , mean \n240.8,1,2,3,4,5\n240.9,1,2,3,4,5\n";
    let (ccs, _) = read_ccs(text.as_bytes());
    assert_eq!((ccs.wave_nm, ccs.shots), (vec![240.8, 240.9], vec![vec![1.0, 1.0]]));
    assert_eq!((ccs.median.len(), ccs.mean), (2, vec![4.0, 4.0]));
}
