//! Times: what parses prints, and what is printed parses to the same instant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::time::{self, Civil, ClockReport, Convention, SolClock};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for mission in [None, Some("insight"), Some("msl"), Some("nowhere")] {
        let at = match time::parse(&text, mission) {
            Ok(at) => at,
            Err(error) => {
                assert!(error.to_string().len() < 4096);
                continue;
            }
        };
        let year = Civil::of(at).year;
        for printed in [time::iso(at, 9), time::doy(at, 9)] {
            assert_eq!(time::parse(&printed, None), Ok(at), "{text:?} prints as {printed}");
        }
        assert!(time::date(at).starts_with(&format!("{year:04}")));
        for clock in SolClock::all() {
            for convention in [Convention::Kernel, Convention::TrueLongitude] {
                let _ = clock.describe(&clock.at(at, convention));
            }
            let _ = clock.ltst(at);
        }
        if let Ok(report) = ClockReport::at(at, &["insight"]) {
            assert!(!report.lines().is_empty());
        }
    }
});
