//! StationXML: any bytes give an inventory whose responses can be evaluated.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::stationxml;
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = stationxml::sniff(data);
    let (inventory, problems) = stationxml::read(data);
    // In other encodings offsets count in the decoded text.
    let room = if std::str::from_utf8(data).is_ok() { data.len() } else { 3 * data.len() };
    problems_are_sound(&problems, room);
    let mut count = 0;
    for (network, station, channel) in inventory.channels() {
        count += 1;
        let _ = channel.full_name(network, station);
        if let Some(response) = &channel.response {
            let _ = response.evaluate(0.5);
            let _ = response.counts_per_unit(1.0);
            let _ = response.gain_product();
        }
    }
    assert!(count <= data.len());
    let _ = inventory.span();
});
