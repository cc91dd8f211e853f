//! SATF and SASF: any bytes give a file, which converts and is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::satf::{self, Target};
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = satf::sniff(data);
    let (file, problems) = satf::read(data);
    problems_are_sound(&problems, data.len());
    let (sequences, _) = satf::to_seqjson(&file);
    for target in [Target::Satf, Target::Sasf] {
        let (made, _) = satf::from_seqjson(&sequences, target);
        let text = satf::write(&made);
        assert_eq!(satf::read(text.as_bytes()), (made, Vec::new()), "{text}");
    }
    let text = satf::write(&file);
    let again = satf::read(text.as_bytes());
    if problems.is_empty() {
        assert_eq!(again, (file, problems), "{text}");
    }
});
