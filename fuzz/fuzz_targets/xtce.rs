//! XTCE: any bytes give a dictionary whose references can be followed, and it can be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::xtce;
use parsers::mission::telemetry::{Item, Kind};
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let sniffed = xtce::sniff(data);
    let (dictionary, problems) = xtce::read(data);
    // In other encodings offsets count in the decoded text.
    let room = if std::str::from_utf8(data).is_ok() { data.len() } else { 3 * data.len() };
    problems_are_sound(&problems, room);
    let Some(dictionary) = dictionary else { return };
    // What is no XML up to its first element is read all the same, and told.
    assert!(sniffed || !problems.is_empty() || data.len() > 65_536);
    let count = dictionary.types.len() + dictionary.parameters.len() + dictionary.containers.len();
    assert!(count + dictionary.systems.len() <= data.len());
    for of in &dictionary.types {
        match &of.kind {
            Kind::Array { element, .. } => assert!(*element < dictionary.types.len()),
            Kind::Aggregate { members } => {
                assert!(members.iter().all(|(_, id)| *id < dictionary.types.len()));
            }
            _ => {}
        }
    }
    assert!(dictionary.parameters.iter().all(|p| p.type_id < dictionary.types.len()));
    for container in &dictionary.containers {
        let mut steps = 0;
        let mut at = container.base;
        while let Some(base) = at {
            steps += 1;
            assert!(steps <= 64, "a circle of containers");
            at = dictionary.containers[base].base;
        }
        for entry in &container.entries {
            match entry.item {
                Item::Parameter(id) => assert!(id < dictionary.parameters.len()),
                Item::Container(id) => assert!(id < dictionary.containers.len()),
            }
        }
    }
    let text = xtce::write(&dictionary);
    let (again, told) = xtce::read(text.as_bytes());
    if problems.is_empty() {
        let again = again.expect("a system");
        assert_eq!(again.parameters, dictionary.parameters, "{told:?}\n{text}");
        assert_eq!(again.containers.len(), dictionary.containers.len(), "{told:?}\n{text}");
    }
});
