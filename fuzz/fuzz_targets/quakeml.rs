//! QuakeML: any bytes give events; what is written of them reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::quakeml;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = quakeml::sniff(data);
    let (events, problems) = quakeml::read(data);
    // In other encodings offsets count in the decoded text.
    let room = if std::str::from_utf8(data).is_ok() { data.len() } else { 3 * data.len() };
    problems_are_sound(&problems, room);
    assert!(events.len() <= data.len());
    for event in &events {
        let _ = (event.span(), event.origin(), event.magnitude());
    }
    let text = quakeml::write(&events);
    let (again, problems) = quakeml::read(text.as_bytes());
    assert!(problems.is_empty(), "own text: {problems:?}\n{text}");
    assert_eq!(again, events, "{text}");
});
