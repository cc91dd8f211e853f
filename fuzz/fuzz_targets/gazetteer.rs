//! The gazetteer, as CSV and as XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::gazetteer;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = gazetteer::sniff(data);
    let (features, problems) = gazetteer::read(data);
    problems_are_sound(&problems, 3 * data.len());
    assert!(features.len() <= data.len());
    for feature in &features {
        assert!((-90.0..=90.0).contains(&feature.latitude_deg), "{feature:?}");
        assert!(feature.longitude_deg.is_finite(), "{feature:?}");
    }
});
