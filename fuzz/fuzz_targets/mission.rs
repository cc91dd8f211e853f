//! Mission files: TOML text of a mission and of an instrument (after a line of `---`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::mission::{Database, MissionFile};
use parsers::parameter::check_derived;
use parsers::problems_are_sound;
use parsers::time::Instant;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (mission, instrument) = text.split_once("\n---\n").unwrap_or((text, ""));
    let file = |path: &str, text: &str| MissionFile { path: path.into(), text: text.into() };
    let files = [file("mars/mission.toml", mission), file("mars/one.toml", instrument)];
    let (database, problems) = Database::load(&files);
    problems_are_sound(&problems, data.len());
    assert!(problems.iter().all(|p| p.place.starts_with("mars/")), "{problems:?}");
    assert!(database.missions.len() <= 1);
    for mission in &database.missions {
        let _ = check_derived(mission);
        for parameter in mission.instruments.iter().flat_map(|i| &i.parameters) {
            let now = Instant::from_unix_s(1.6e9);
            let _ = (parameter.severity(now, 1.0), parameter.print(f64::NAN));
            assert!(database.parameter(&parameter.name).is_some());
        }
    }
});
