//! Map data: files laid on the globe and areas of a tile server taken offline, by the form as the
//! user fills it, and kept for the next start.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use marsdeck::app::{App, Options};

use crate::fake::FakeEngine;

fn harness(folder: &Path) -> Harness<'static, App> {
    let options = Options {
        settings_folder: Some(folder.join("settings")),
        tiles_folder: Some(folder.join("tiles")),
        workspace: Some("Globe".to_owned()),
        ..Options::default()
    };
    let app = App::headless(FakeEngine::new(), options);
    let mut harness =
        Harness::builder().with_size(vec2(1700.0, 1100.0)).with_step_dt(0.08).wgpu().build_eframe(
            move |cc| {
                marsdeck::globe::be_patient(&cc.egui_ctx);
                marsdeck::globe::install_with(cc.wgpu_render_state.as_ref().expect("wgpu"), 1);
                app
            },
        );
    harness.run_steps(4);
    press(&mut harness, "Map data");
    harness
}

fn press(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn fill(harness: &mut Harness<'_, App>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run_steps(2);
    harness.get_by_label(label).type_text(text);
    harness.run_steps(2);
}

/// Steps until something is so; reading and fetching go on in other threads.
fn until(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&Harness<'_, App>) -> bool) {
    for _ in 0..600 {
        harness.run_steps(1);
        if done(harness) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never came: {what}");
}

fn has(label: &'static str) -> impl Fn(&Harness<'_, App>) -> bool {
    move |harness| harness.query_by_label(label).is_some()
}

#[test]
fn files_are_added_shown_kept_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("planet.png");
    image::RgbImage::from_pixel(32, 16, image::Rgb([90, 160, 90])).save(&picture).expect("saved");
    let marks = folder.path().join("base.kml");
    let kml = "<kml><Placemark><name>Base</name><Point><coordinates>135,4</coordinates></Point>\
               </Placemark></kml>";
    std::fs::write(&marks, kml).expect("written");

    let mut first = harness(folder.path());
    for path in [&picture, &marks, &folder.path().join("nowhere.tif")] {
        fill(&mut first, "File", path.to_str().expect("text"));
        press(&mut first, "Add file");
    }
    until(&mut first, "the picture", has("Show planet.png"));
    until(&mut first, "the fault", |h| {
        h.query_by_label_contains("check that it is there").is_some()
    });
    press(&mut first, "Layers");
    assert!(first.query_by_label("Opacity of planet.png").is_some());
    until(&mut first, "the marks", has("Opacity of base.kml"));
    drop(first);

    let mut second = harness(folder.path());
    until(&mut second, "the picture again", has("Show planet.png"));
    press(&mut second, "Remove nowhere.tif");
    press(&mut second, "Remove base.kml");
    drop(second);
    let third = harness(folder.path());
    assert!(third.query_by_label("Remove planet.png").is_some());
    assert!(third.query_by_label("Remove base.kml").is_none());
}

/// A server whose tiles are green, until it is closed.
struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
    is_closed: Arc<AtomicBool>,
}

impl Server {
    fn start() -> Self {
        let mut tile = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(64, 64, image::Rgb([40, 200, 60]))
            .write_to(&mut tile, image::ImageFormat::Png)
            .expect("a picture");
        let tile = tile.into_inner();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (requests, is_closed) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, closed) = (Arc::clone(&requests), Arc::clone(&is_closed));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if closed.load(Ordering::SeqCst) {
                    continue;
                }
                let mut lines = BufReader::new(&stream).lines();
                while lines.next().is_some_and(|l| l.is_ok_and(|l| !l.is_empty())) {}
                count.fetch_add(1, Ordering::SeqCst);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    tile.len()
                );
                // A client that went away is none of the test's.
                let _ = (&stream).write_all(&[head.as_bytes(), &tile[..]].concat());
            }
        });
        Self { address, requests, is_closed }
    }
}

/// How many pixels of a picture are green as the tiles are, by hue: light changes the rest.
fn greens(harness: &mut Harness<'_, App>) -> usize {
    let image = harness.render().expect("a picture");
    let is_green = |p: &image::Rgba<u8>| {
        let [r, g, b, _] = p.0.map(u32::from);
        g > 20 && g > 2 * r && g > 2 * b
    };
    image.pixels().filter(|p| is_green(p)).count()
}

#[test]
fn a_server_is_added_and_its_area_taken_offline() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start();
    let mut first = harness(folder.path());
    press(&mut first, "Add a server…");
    let address = format!("http://{}/{{z}}/{{y}}/{{x}}.png", server.address);
    fill(&mut first, "Address", &address);
    fill(&mut first, "Shown as", "Green");
    press(&mut first, "Add server");
    until(&mut first, "the first tiles", |_| server.requests.load(Ordering::SeqCst) >= 2);
    until(&mut first, "nothing under way", |h| !h.state().is_loading());
    first.run_steps(4);
    let shown = greens(&mut first);
    assert!(shown > 50_000, "{shown} pixels");

    fill(&mut first, "Go to place", "marsdeck:globe/-4.6,137.4,80000");
    first.key_press(egui::Key::Enter);
    first.run_steps(40);
    press(&mut first, "Estimate this view");
    assert!(first.query_by_label_contains(" tiles, about ").is_some());
    press(&mut first, "Take offline");
    until(&mut first, "the area", has("All of it is on this computer."));
    drop(first);

    // The server is gone at the next start; the area is not.
    server.is_closed.store(true, Ordering::SeqCst);
    let mut second = harness(folder.path());
    press(&mut second, "Work offline");
    until(&mut second, "nothing under way", |h| !h.state().is_loading());
    second.run_steps(4);
    let again = greens(&mut second);
    assert!(again > 200_000, "{again} pixels without the server");
    let words = "offline: only tiles kept on this computer are shown";
    assert!(second.query_by_label_contains(words).is_some());
    let fetched = server.requests.load(Ordering::SeqCst);
    second.run_steps(10);
    assert_eq!(server.requests.load(Ordering::SeqCst), fetched);
    assert!(second.get_by_label("Green").accesskit_node().toggled().is_some());
}
