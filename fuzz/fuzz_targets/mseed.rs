//! miniSEED: any bytes are scanned, decoded and joined.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::mseed;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = mseed::sniff(data);
    if let Err(problem) = mseed::parse_header(data) {
        problems_are_sound(&[problem], data.len());
    }
    let mut end = 0;
    for (offset, header) in mseed::scan(data) {
        assert!(offset >= end, "records overlap");
        end = offset + header.length as usize;
        assert!(header.length > 0 && end <= data.len(), "record past the end");
    }
    let (traces, problems) = mseed::read(data);
    problems_are_sound(&problems, data.len());
    assert!(problems.iter().filter(|p| p.offset.is_none()).count() <= 1);
    let samples: usize = traces.iter().map(|t| t.samples.len()).sum();
    // Steim2 holds at most 105 samples in a frame of 64 bytes.
    assert!(samples <= 2 * data.len(), "{samples} samples from {} bytes", data.len());
    assert!(traces.iter().all(|t| !t.samples.is_empty() && t.rate_hz.is_finite()));
});
