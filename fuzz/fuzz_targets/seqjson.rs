//! SeqJSON: any bytes give a sequence; what is accepted is written and read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::seqjson;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = seqjson::sniff(data);
    let (sequence, problems) = seqjson::read(data);
    problems_are_sound(&problems, data.len());
    let text = seqjson::write(&sequence);
    let (again, told) = seqjson::read(text.as_bytes());
    if problems.is_empty() {
        assert!(told.is_empty(), "own text: {told:?}\n{text}");
        assert_eq!(again, sequence, "{text}");
    }
});
