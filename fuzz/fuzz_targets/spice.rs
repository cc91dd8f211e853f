//! Text kernels, and the clocks made of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::spice;
use parsers::problems_are_sound;
use parsers::time::{Instant, LeapSeconds};

fuzz_target!(|data: &[u8]| {
    let _ = spice::sniff(data);
    let (kernel, problems) = spice::read(data);
    problems_are_sound(&problems, data.len());
    let values: usize = kernel.variables.values().map(|v| v.values.len()).sum();
    assert!(values <= data.len() && kernel.variables.len() <= data.len());
    assert!(kernel.variables.values().all(|v| v.offset <= data.len() as u64));
    let at = Instant::from_unix_ns(1_564_143_375_000_000_000);
    let leap = spice::leap_seconds(&kernel);
    if let Ok(leap) = &leap {
        let _ = (leap.tai_minus_utc_s(at), leap.from_et_ns(leap.et_ns(at)));
    }
    let leap = leap.as_ref().unwrap_or_else(|_| LeapSeconds::built_in());
    let (clocks, problems) = spice::sclks(&kernel);
    problems_are_sound(&problems, data.len());
    for clock in &clocks {
        let _ = clock.ticks_of("1/631105491-14156");
        if let Some(text) = clock.text(at, leap) {
            let _ = clock.instant(&text, leap);
        }
        let _ = clock.ticks_of_count(631_105_491.5).and_then(|t| clock.instant_of_ticks(t, leap));
    }
});
