//! Addresses, capabilities, pictures, the cache and the store against published examples and a
//! server on the loopback that misbehaves on demand.

mod address;
mod disk;
mod hostile;
mod mapproxy;
mod pictures;
mod server;
mod store;

use std::sync::{Arc, Mutex};

use super::*;
use crate::time::Instant;

/// A clock that stands still until it is moved.
#[derive(Clone)]
struct Watch(Arc<Mutex<Instant>>);

impl Watch {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::from_unix_s(1.7e9))))
    }

    fn advance(&self, seconds: f64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus_s(seconds);
    }

    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }

    fn clock(&self) -> Clock {
        let watch = self.clone();
        Arc::new(move || watch.now())
    }
}

/// A picture that is told apart by its number: a gradient on a colour.
fn picture(number: u8) -> TilePicture {
    let pixel = |i: u32| [number, (i % 16 * 16) as u8, (i / 16 * 16) as u8, 255];
    TilePicture { width: 16, height: 16, rgba: (0..256).map(pixel).collect() }
}

fn encode(picture: &TilePicture, format: image::ImageFormat) -> Vec<u8> {
    let raw = picture.rgba.as_flattened().to_vec();
    let rgba = image::RgbaImage::from_raw(picture.width, picture.height, raw).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    match format {
        image::ImageFormat::Jpeg => {
            image::DynamicImage::from(rgba).into_rgb8().write_to(&mut bytes, format).unwrap();
        }
        _ => rgba.write_to(&mut bytes, format).unwrap(),
    }
    bytes.into_inner()
}

fn png(number: u8) -> Vec<u8> {
    encode(&picture(number), image::ImageFormat::Png)
}

/// A service of XYZ tiles on a server.
fn service(base: &str) -> TileService {
    TileService {
        id: "test".to_owned(),
        name: "Test".to_owned(),
        kind: ServiceKind::Xyz,
        url: format!("{base}/{{z}}/{{x}}/{{y}}.png"),
        max_level: 10,
        tile_px: 16,
        format: TileFormat::Png,
        validity_days: 30,
        ..TileService::default()
    }
}
