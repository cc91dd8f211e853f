//! Map tiles: capabilities, services, pictures, kept files and heights.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::problems_are_sound;
use parsers::remote::tiles::{
    Encoding, TileKey, entry, heights, print_services, read_capabilities, read_picture,
    read_services,
};

fuzz_target!(|data: &[u8]| {
    let (services, problems) = read_capabilities(data, "https://maps.example/wmts");
    problems_are_sound(&problems, data.len());
    for service in &services {
        let key = TileKey { level: service.min_level, x: 0, y: 0 };
        assert!(service.check().is_ok() && service.url_of(key).is_some(), "{service:?}");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let (services, problems) = read_services(text);
        assert!(problems.len() <= text.len());
        let printed = print_services(&services).expect("what was read can be written");
        assert_eq!(read_services(&printed), (services, Vec::new()));
    }
    if let Ok(kept) = entry::read_entry(data) {
        assert_eq!(entry::write_entry(&kept), data);
    }
    match read_picture(data) {
        Ok(picture) => {
            assert_eq!(picture.rgba.len(), picture.width as usize * picture.height as usize);
            let grey = Encoding::Grey { lowest_m: -8201.0, highest_m: 21241.0 };
            for encoding in [grey, Encoding::FloatRgba, Encoding::TerrainRgb] {
                let heights = heights(&picture, encoding);
                assert_eq!(heights.metres.len(), picture.rgba.len());
                assert!(heights.metres.iter().all(|m| m.is_nan() || m.abs() <= 100_000.0));
            }
        }
        Err(fault) => assert!(fault.to_string().len() <= 4096),
    }
});
