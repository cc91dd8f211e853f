//! Rasters: GeoTIFF, PDS3 map images, pictures with a world file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::raster::{self, Options, Want};
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let _ = raster::sniff(data);
    assert!(raster::beside("a.img", data).len() <= 6);
    // What lies beside the file is its own end: a world file or an image after a label.
    let half = data.len() / 2;
    let beside = data.get(half..).filter(|_| half % 2 == 1);
    let want = [Want::Auto, Want::Picture, Want::Heights][data.len() % 3];
    let (raster, problems) = raster::read(data, beside, &Options { want, first_lon: 0.0 });
    problems_are_sound(&problems, data.len());
    let Some(raster) = raster else { return };
    let pixels = raster.columns * raster.rows;
    assert_eq!(raster.samples.len(), pixels);
    assert!(pixels <= 1100 * data.len() * 2 + 65_536, "{pixels} pixels of {} bytes", data.len());
    let area = raster.place.area();
    assert!(area.west <= area.east && area.south <= area.north, "{area:?}");
    assert!(area.east - area.west <= 360.0 && area.south >= -90.0 && area.north <= 90.0);
    let _ = (raster.place.pixel_deg(), raster.place.turn());
    if let Some((column, row)) = raster.place.pixel_of(area.north, area.west) {
        assert!(column <= raster.columns as f64 && row <= raster.rows as f64);
    }
});
