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
    let (again, told) = quakeml::read(text.as_bytes());
    if problems.is_empty() {
        assert!(told.is_empty(), "own text: {told:?}\n{text}");
        assert_eq!(again, events, "{text}");
    } else {
        // Half of an epicentre, a reference to nothing: what is written of these may read
        // back as less, but every event is there.
        let ids =
            |list: &[quakeml::Event]| list.iter().map(|e| e.public_id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&again), ids(&events), "{text}");
    }
});
