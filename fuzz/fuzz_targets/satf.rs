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
        let _ = satf::read(satf::write(&made).as_bytes());
    }
    let _ = satf::read(satf::write(&file).as_bytes());
});
