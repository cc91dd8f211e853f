//! XTCE: any bytes give a dictionary whose references can be followed, and it can be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::xtce::{self, SourceFile};
use parsers::mission::command::Packing;
use parsers::mission::telemetry::{Dictionary, Item, Kind};
use parsers::parameter::command::{Given, encode};
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
    commands_are_sound(&dictionary);
    let text = xtce::write(&dictionary);
    let (again, told) = xtce::read(text.as_bytes());
    if problems.is_empty() {
        let again = again.expect("a system");
        assert_eq!(again.parameters, dictionary.parameters, "{told:?}\n{text}");
        assert_eq!(again.containers.len(), dictionary.containers.len(), "{told:?}\n{text}");
        assert_eq!(again.commanding.commands.len(), dictionary.commanding.commands.len());
    }
    several(data);
});

/// References can be followed, and every command is encoded or refused.
fn commands_are_sound(dictionary: &Dictionary) {
    let all = &dictionary.commanding;
    assert!(all.commands.iter().all(|c| c.base.is_none_or(|base| base < all.commands.len())));
    for container in &all.containers {
        match container.base {
            Some(Packing::Command(id)) => assert!(id < all.containers.len()),
            Some(Packing::Telemetry(id)) => assert!(id < dictionary.containers.len()),
            None => {}
        }
    }
    for id in 0..all.commands.len().min(16) {
        let given: Vec<(String, Given)> =
            all.arguments(id).iter().map(|(a, _)| (a.name.clone(), Given::from("1"))).collect();
        for given in [&given[..], &[]] {
            match encode(dictionary, id, given, &|_| Some("1".to_owned())) {
                Ok(encoded) => assert_eq!(encoded.bytes.len() as u64, encoded.bits.div_ceil(8)),
                Err(problems) => assert!(!problems.is_empty()),
            }
        }
    }
}

/// The bytes as several files, parted by zeros.
fn several(data: &[u8]) {
    let names = ["a.xml", "b.xml", "c/d.xml"];
    let parts = data.split(|byte| *byte == 0).zip(names);
    let files: Vec<_> = parts.map(|(bytes, name)| SourceFile { name, bytes }).collect();
    if files.len() < 2 {
        return;
    }
    let (dictionary, problems) = xtce::read_all(&files);
    problems_are_sound(&problems, 3 * data.len());
    let sets = xtce::sets(&files);
    assert!(sets.iter().flatten().all(|at| *at < files.len()));
    let Some(dictionary) = dictionary else { return };
    let written = xtce::write_all(&dictionary);
    assert!(written.iter().all(|(name, _)| name.ends_with(".xml")));
}
