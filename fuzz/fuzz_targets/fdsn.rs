//! FDSN: availability text, channel patterns, addresses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::problems_are_sound;
use parsers::remote::fdsn::{ChannelPattern, FdsnSource, FetchPlan, text};
use parsers::time::{Instant, TimeRange};

fuzz_target!(|data: &[u8]| {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (spans, problems) = text::read_availability(input);
    problems_are_sound(&problems, data.len());
    assert!(spans.len() + problems.len() <= input.lines().count() + 1);
    assert!(spans.iter().all(|s| s.rate_hz.is_finite() && s.rate_hz >= 0.0));
    let _ = FdsnSource::parse(input);
    if let Ok(pattern) = ChannelPattern::parse(input) {
        assert_eq!(ChannelPattern::parse(&pattern.to_string()), Ok(pattern.clone()));
        let start = Instant::from_unix_ns(1_564_143_375_000_000_000);
        let range = TimeRange::new(start, start.plus_s(200_000.0));
        let plan = FetchPlan::new(vec![pattern], range);
        if let Ok(parts) = plan.parts() {
            assert!(parts.iter().all(|part| !part.name().is_empty()));
        }
    }
});
