//! ChemCam and SAM: spectra, oxide tables, gas tables, and what their file names say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::chemcam::{self, Spectrometer};
use parsers::{problems_are_sound, table_is_sound};

fuzz_target!(|data: &[u8]| {
    let _ = (chemcam::sniff(data), chemcam::sniff_moc(data));
    if let Ok(text) = std::str::from_utf8(data) {
        if let Some(name) = chemcam::decode_name(text) {
            let _ = (name.executed_sol(), name.planned_sol(), name.kind());
        }
        let _ = chemcam::decode_sam_name(text);
    }
    let (points, problems) = chemcam::read_moc(data);
    problems_are_sound(&problems, data.len());
    assert!(points.len() <= data.len());
    let (sam, problems) = chemcam::read_sam(data);
    problems_are_sound(&problems, data.len());
    table_is_sound(&sam.table, data.len());
    let (ccs, problems) = chemcam::read_ccs(data);
    problems_are_sound(&problems, data.len());
    let rows = ccs.wave_nm.len();
    assert!(ccs.shots.iter().all(|shot| shot.len() == rows), "shots of unequal length");
    assert!(ccs.shots.len() * rows <= data.len(), "more values than bytes");
    for which in [Spectrometer::Uv, Spectrometer::Vio, Spectrometer::Vnir] {
        assert!(ccs.rows(which).end <= rows);
    }
    // A damaged header line may look like the one that names the columns.
    if !ccs.header.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("wave")) {
        let (again, _) = chemcam::read_ccs(chemcam::write_ccs(&ccs).as_bytes());
        assert_eq!((again.wave_nm.len(), again.shots.len()), (rows, ccs.shots.len()));
    }
});
