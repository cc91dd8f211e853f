//! AMPCS lists and dictionaries: any bytes give rows, definitions and sound problems.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::ampcs;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = (ampcs::sniff_channels(data), ampcs::sniff_evrs(data), ampcs::sniff_packets(data));
    let (values, problems) = ampcs::read_channels(data);
    problems_are_sound(&problems, data.len());
    assert!(values.len() <= data.len());
    for value in &values {
        assert!(value.time().is_some() && !value.channel_id.is_empty());
        assert!(value.dn_number().is_none_or(f64::is_finite));
    }
    let (evrs, problems) = ampcs::read_evrs(data);
    problems_are_sound(&problems, data.len());
    assert!(evrs.len() <= data.len() && evrs.iter().all(|e| e.time().is_some()));
    let (packets, problems) = ampcs::read_packets(data);
    problems_are_sound(&problems, data.len());
    assert!(packets.len() <= data.len());

    let _ = ampcs::sniff_dictionary(data);
    let (dictionary, problems) = ampcs::read_dictionary(data);
    // In other encodings offsets count in the decoded text.
    let room = if std::str::from_utf8(data).is_ok() { data.len() } else { 3 * data.len() };
    problems_are_sound(&problems, room);
    assert!(dictionary.commands.len() + dictionary.channels.len() <= data.len());
    assert!(dictionary.summary().len() < 200);
    let (converted, _) = dictionary.to_mission();
    assert_eq!(converted.parameters.len(), dictionary.channels.len());
    assert_eq!(converted.commanding.commands.len(), dictionary.commands.len());
    let (mut values, mut evrs) = (values, evrs);
    dictionary.complete_values(&mut values);
    dictionary.complete_events(&mut evrs);
});
