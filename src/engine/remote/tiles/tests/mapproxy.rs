//! A real tile server: MapProxy (PyPI `mapproxy`) between the store and a planet of the test's
//! own making, asked by WMTS, TMS, WMS 1.1.1 and 1.3.0. Skipped where it is not installed.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::server::{Server, ok, status};
use super::store::{bench_of, limits, wait_for};
use super::*;

/// MapProxy's configuration. `SOURCE` is our server of north-up PNG tiles; the grid has two
/// columns and one row at level 0, as NASA Trek's.
const CONFIG: &str = "
services:
  tms: {use_grid_names: true}
  wmts: {}
  wms: {srs: ['EPSG:4326', 'CRS:84'], md: {title: Mars}}
layers:
  - {name: mars, title: Mars, sources: [kept]}
caches:
  kept: {grids: [mars], sources: [planet], format: image/png, meta_size: [1, 1],
         meta_buffer: 0, disable_storage: true}
sources:
  planet: {type: tile, grid: mars, url: 'SOURCE/%(z)s/%(x)s/%(y)s.png'}
grids:
  mars: {srs: 'EPSG:4326', bbox: [-180, -90, 180, 90], origin: nw, tile_size: [256, 256],
         min_res: 0.703125, num_levels: 3}
globals:
  image: {paletted: false}
";

/// Serves it in one process that ends when it is killed.
const SERVE: &str = "
import sys
from wsgiref.simple_server import make_server
from mapproxy.wsgiapp import make_wsgi_app
make_server('127.0.0.1', int(sys.argv[2]), make_wsgi_app(sys.argv[1])).serve_forever()
";

/// Levels of the planet.
const LEVELS: u32 = 3;

/// The planet at each level: Viking's colours where the picture is present, else a pattern that
/// is different at every pixel.
fn planet() -> Vec<image::RgbImage> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/D_mars_maps/imagery/Mars_Viking_MDIM21_ClrMosaic_2880.jpg"
    );
    let viking = image::open(path).ok().map(image::DynamicImage::into_rgb8);
    if viking.is_none() {
        println!("skipped: Mars_Viking_MDIM21_ClrMosaic_2880.jpg not present; a pattern serves");
    }
    let level = |level: u32| {
        let (width, height) = (512 << level, 256 << level);
        match &viking {
            Some(map) => image::imageops::thumbnail(map, width, height),
            None => image::RgbImage::from_fn(width, height, |x, y| {
                image::Rgb([x as u8, y as u8, (x / 256 * 16 + y / 256 + level) as u8])
            }),
        }
    };
    (0..LEVELS).map(level).collect()
}

fn tile_of(planet: &[image::RgbImage], key: TileKey) -> image::RgbImage {
    let map = &planet[key.level as usize];
    image::imageops::crop_imm(map, key.x * 256, key.y * 256, 256, 256).to_image()
}

/// Ends the server with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts MapProxy; none where it is not installed.
fn start(folder: &Path, source: &str) -> Option<(Running, String)> {
    let quiet = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    if !quiet(Command::new("python3").args(["-c", "import mapproxy.wsgiapp"])) {
        println!("skipped: MapProxy not present (pip install mapproxy)");
        return None;
    }
    let config = folder.join("mapproxy.yaml");
    std::fs::write(&config, CONFIG.replace("SOURCE", source)).unwrap();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let child = Command::new("python3")
        .args(["-c", SERVE])
        .arg(&config)
        .arg(port.to_string())
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child);
    wait_for("MapProxy", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    Some((running, format!("http://127.0.0.1:{port}")))
}

#[test]
fn mapproxy_gives_the_same_planet_by_every_protocol() {
    let planet = Arc::new(planet());
    let shown = Arc::clone(&planet);
    let server = Server::start(move |request, _| {
        let path = request.target.trim_start_matches('/').trim_end_matches(".png");
        let n: Vec<u32> = path.split('/').filter_map(|n| n.parse().ok()).collect();
        let &[level, x, y] = n.as_slice() else { return status(404) };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let tile = tile_of(&shown, TileKey { level, x, y });
        tile.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        ok(bytes.into_inner())
    });
    let folder = tempfile::tempdir().unwrap();
    let Some((_running, base)) = start(folder.path(), &server.base) else { return };
    let (found, problems) =
        fetch_capabilities(&format!("{base}/wmts/1.0.0/WMTSCapabilities.xml")).unwrap();
    assert_eq!((found.len(), problems), (1, Vec::new()));
    assert_eq!(
        (found[0].matrix, found[0].min_level, found[0].max_level),
        (Matrix::Geographic, 0, LEVELS - 1)
    );
    let plain = TileService {
        max_level: LEVELS - 1,
        tile_px: 256,
        layers: "mars".to_owned(),
        url: format!("{base}/service"),
        ..service(&base)
    };
    let wms = |kind, crs: &str| TileService { kind, crs: crs.to_owned(), ..plain.clone() };
    // By its TMS, MapProxy leaves the first level of a grid of degrees out and counts from the
    // next, whatever the shape of the first.
    let tms = TileService {
        kind: ServiceKind::Tms,
        min_level: 1,
        first_level: -1,
        url: format!("{base}/tms/1.0.0/mars/mars/{{z}}/{{x}}/{{y}}.png"),
        ..plain.clone()
    };
    let xyz = TileService {
        url: format!("{base}/tiles/1.0.0/mars/mars/{{z}}/{{x}}/{{y}}.png?origin=nw"),
        ..plain.clone()
    };
    let services = [
        found[0].clone(),
        tms,
        xyz,
        wms(ServiceKind::Wms111, ""),
        wms(ServiceKind::Wms130, ""),
        wms(ServiceKind::Wms130, "CRS:84"),
    ];
    let keys = [(0, 0, 0), (0, 1, 0), (1, 3, 0), (2, 0, 3), (2, 5, 1), (2, 7, 2)];
    let limits = TileLimits { total: std::time::Duration::from_mins(1), ..limits() };
    for service in services {
        let what = format!("{:?} {}", service.kind, service.crs);
        let b = bench_of(service, None, limits.clone());
        for (level, x, y) in keys {
            if level < b.store.service().min_level {
                continue;
            }
            let got = b.ready(level, x, y);
            let wanted = tile_of(&planet, TileKey { level, x, y });
            let same = got.rgba.iter().zip(wanted.pixels()).all(|(a, b)| a[..3] == b.0[..]);
            assert!(same && got.rgba.len() == 65_536, "{what}: tile {level}/{x}/{y}");
        }
    }
}
