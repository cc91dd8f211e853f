//! Which events show when, what is made again when, and what a click means.

use super::events::{MOST_CIRCLES, fade, place_of, shown};
use super::*;
use crate::globe::{Camera, LayerSetting, PickId, Shape};

fn event(id: &str, s: f64, place: Option<(f64, f64)>, azimuth: Option<f64>) -> Event {
    Event {
        id: id.into(),
        name: id.into(),
        kind: "LOW_FREQUENCY".into(),
        time: Instant::from_unix_s(s),
        latitude_deg: place.map(|p| p.0),
        longitude_deg: place.map(|p| p.1),
        distance_deg: Some(29.0),
        back_azimuth_deg: azimuth,
        ..Event::default()
    }
}

/// What a test gives to the layers.
struct Stage {
    database: Arc<Database>,
    events: Vec<Event>,
    selected: String,
    settings: GlobeSettings,
    choices: LayerChoices,
    files: Vec<PathBuf>,
    theme: Theme,
    layers: Layers,
}

impl Stage {
    fn new(events: Vec<Event>) -> Self {
        Self {
            database: Arc::new(Database::builtin()),
            events,
            selected: String::new(),
            settings: GlobeSettings::default(),
            choices: LayerChoices::default(),
            files: Vec::new(),
            theme: Theme::dark(),
            layers: Layers::default(),
        }
    }

    fn show(&mut self, layer: &str) {
        let shown = LayerSetting { visible: true, opacity: 1.0 };
        self.settings.layers.insert(layer.to_owned(), shown);
    }

    fn at(&mut self, s: f64) -> GlobeScene {
        let given = Given {
            database: &self.database,
            archive_generation: 1,
            events: &self.events,
            spectra: None,
            tables: None,
            cursor: Instant::from_unix_s(s),
            selected: &self.selected,
            settings: &self.settings,
            choices: &self.choices,
            files: &self.files,
            theme: &self.theme,
        };
        self.layers.scene(&given, &|| {})
    }

    /// Waits until a file has been read; a broken one is told.
    fn until(&mut self, s: f64, mut done: impl FnMut(&GlobeScene, &Layers) -> bool) -> GlobeScene {
        for _ in 0..1000 {
            let scene = self.at(s);
            if done(&scene, &self.layers) {
                return scene;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the file was not read: {:?}", self.layers.wrong_files);
    }
}

fn layer<'s>(scene: &'s GlobeScene, id: &str) -> &'s Arc<Layer> {
    scene.layers.iter().find(|l| l.id == id).expect("a layer")
}

#[test]
fn events_show_up_to_the_cursor_and_the_selected_one_always() {
    let mut events = vec![
        event("S0173a", 1.0, Some((3.45, 164.68)), Some(91.0)),
        event("S0235b", 5.0, Some((10.99, 160.95)), Some(74.0)),
    ];
    let ids = |events: &[Event], s: f64, selected: &str| {
        let shown = shown(events, Instant::from_unix_s(s), selected);
        shown.iter().map(|e| e.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&events, 2.0, ""), ["S0173a"]);
    assert_eq!(ids(&events, 2.0, "S0235b"), ["S0173a", "S0235b"]);
    assert_eq!(ids(&events, 9.0, "S0235b"), ["S0235b", "S0173a"]);
    for n in 0..20 {
        events.push(event(&format!("far {n}"), 10.0 + f64::from(n), None, None));
    }
    let shown = ids(&events, 99.0, "far 0");
    assert_eq!(shown.len(), MOST_CIRCLES + 3, "the newest circles, two places, the selected one");
    assert!(shown.contains(&"far 19".into()) && shown.contains(&"far 0".into()));
}

#[test]
fn quakes_fade_continuously_and_never_vanish() {
    let choices = LayerChoices::default();
    let sol = 88_775.244;
    let at = |sols: f64| fade(sols * sol, &choices);
    assert_eq!((at(0.0), at(-5.0)), (1.0, 1.0));
    assert!(at(1.0) > at(2.0) && at(2.0) > at(100.0) && at(1e5) > 0.29);
    let mut stage = Stage::new(vec![event("a", 1.5e9, Some((3.0, 164.0)), Some(91.0))]);
    let colour = |scene: &GlobeScene| layer(scene, "quakes").points[0].color;
    let (young, old) = (colour(&stage.at(1.5e9)), colour(&stage.at(1.5e9 + 200.0 * sol)));
    assert!(young.a() > old.a(), "{young:?} {old:?}");
    stage.selected = "a".into();
    assert_eq!(colour(&stage.at(1.5e9 + 200.0 * sol)), young);
}

#[test]
fn only_layers_that_depend_on_it_follow_a_step_of_the_cursor() {
    let mut stage = Stage::new(vec![event("a", 1.56e9, None, None)]);
    let sol = SolClock::of("msl").unwrap().sol_range(1000, Convention::Kernel);
    let start = sol.start.unix_s();
    let same = |a: &GlobeScene, b: &GlobeScene| -> Vec<String> {
        let pairs = a.layers.iter().zip(&b.layers);
        pairs.filter(|(x, y)| !Arc::ptr_eq(x, y)).map(|(x, _)| x.id.clone()).collect()
    };
    let first = stage.at(start + 10.0);
    let again = stage.at(start + 11.0);
    assert!(same(&first, &again).is_empty() && first == again);
    let next = stage.at(start + 88_785.0);
    let changed = same(&first, &next);
    assert_eq!(changed, ["traverse:msl", "targets"], "another sol");
    assert!(!same(&next, &stage.at(1.56e9)).is_empty(), "an event came");
    // Shown, the moving layers follow in small steps.
    stage.show("orbiters");
    stage.show("day-night");
    let (a, b) = (stage.at(start + 10.0), stage.at(start + 40.0));
    assert_eq!(same(&a, &b), ["day-night", "orbiter-circles", "orbiters"]);
}

#[test]
fn the_scene_holds_sites_rover_and_quakes() {
    let mut stage = Stage::new(vec![event("S0173a", 1.558_5e9, Some((3.45, 164.68)), Some(91.0))]);
    stage.selected = "S0173a".into();
    let scene = stage.at(1.559e9);
    assert_eq!(layer(&scene, "features").labels.len(), 1879);
    assert_eq!(layer(&scene, "quakes").points.len(), 1);
    assert_eq!(layer(&scene, "quakes").legend[0].1, "Low frequency");
    assert_eq!(layer(&scene, "quake-arcs").lines.len(), 1);
    assert_eq!(layer(&scene, "quake-circles").lines.len(), 1, "of the selected one");
    let rover = &layer(&scene, "traverse:msl").points[0];
    assert_eq!((rover.label.as_str(), rover.shape), ("Curiosity", Shape::Arrow));
    let names: Vec<_> = layer(&scene, "sites").points.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(names, ["InSight", "Bradbury Landing"]);
    assert_eq!((stage.layers.kinds.as_slice(), stage.layers.is_simulated), (&[1][..], false));
    stage.selected.clear();
    let before = stage.at(1.3e9);
    let points: usize =
        before.layers.iter().filter(|l| l.id != "sites").map(|l| l.points.len()).sum();
    assert_eq!(points, 0, "before landing there is no rover and no quake");
}

#[test]
fn orbiters_are_made_when_they_are_wanted() {
    let mut stage = Stage::new(Vec::new());
    assert!(layer(&stage.at(1.6e9), "orbiters").points.is_empty());
    stage.show("orbiters");
    let scene = stage.at(1.6e9);
    let points = &layer(&scene, "orbiters").points;
    let names: Vec<_> = points.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(names, ["MRO", "Mars Odyssey", "TGO", "MAVEN"]);
    assert!(points[0].tip.contains("InSight: 2020-09-1"), "{}", points[0].tip);
    assert!(points[0].tip.contains("Approximate"), "{}", points[0].tip);
    assert_eq!(layer(&scene, "orbiter-circles").lines.len(), 4 * 3);
    let line = &layer(&scene, "orbiters").lines[0];
    let crate::globe::Path::Through(track) = &line.path else { panic!("no track") };
    assert!(track.len() >= 60 && track.windows(2).all(|w| w[0].distance_deg(w[1]) < 2.5));
}

#[test]
fn files_of_the_user_become_layers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let mut stage = Stage::new(Vec::new());
    let kml = "<kml><Placemark><name>Base</name><Point><coordinates>135,4</coordinates></Point>\
               </Placemark></kml>";
    stage.files = vec![path("base.kml", kml), path("bad.csv", "a,b\n1,2\n")];
    let id = files::layer_id(&stage.files[0]);
    let scene = stage.until(1.6e9, |scene, layers| {
        scene.layers.iter().any(|l| l.id == id) && !layers.wrong_files.is_empty()
    });
    assert_eq!(layer(&scene, &id).points[0].label, "Base");
    assert!(stage.layers.wrong_files[0].1.contains("lat and lon"));
    stage.files.clear();
    assert!(stage.at(1.6e9).layers.iter().all(|l| l.id != id));

    stage.choices.gazetteer =
        Some(path("names.csv", "name,type,lat,lon_e,diameter_km\nOne,Crater,1,2,30\n"));
    let scene = stage.until(1.6e9, |scene, _| layer(scene, "features").labels.len() == 1);
    assert_eq!(layer(&scene, "features").labels[0].text, "One");

    let stops = "sol,lat_dd,lon_dd,elev_m,yaw_deg,mobtrav_to\n1,-4.5,137.4,-4500,90,0\n\
                 2,-4.51,137.41,-4490,180,700\n";
    stage.choices.waypoints = Some(path("stops.csv", stops));
    let rover = |scene: &GlobeScene| layer(scene, "traverse:msl").points[0].clone();
    let scene = stage.until(1.6e9, |scene, _| rover(scene).heading_deg == Some(180.0));
    assert!(rover(&scene).tip.contains("0.70 km"), "{}", rover(&scene).tip);
}

#[test]
fn clicks_have_meanings() {
    let pick = |layer: &str, item: &str| picked(&PickId { layer: layer.into(), item: item.into() });
    assert_eq!(pick("quakes", "x"), Picked::Event("x".into()));
    assert_eq!(pick("sites", "msl/0"), Picked::Mission("msl".into()));
    assert_eq!(pick("traverse:msl", "msl"), Picked::Mission("msl".into()));
    assert_eq!(pick("targets", "sol 1162"), Picked::Mission("msl".into()));
    assert_eq!(pick("features", "Gale"), Picked::Nothing);
}

#[test]
fn the_camera_sees_station_and_event() {
    let station = LatLon::new(4.502384, 135.623447);
    let far = event("far", 0.0, Some((38.1, 280.1)), None);
    let camera = view_of(&far, station, Camera::default()).unwrap();
    assert!(camera.range_m > 1e7);
    let unknown = event("unknown", 0.0, None, None);
    assert_eq!(view_of(&unknown, station, Camera::default()), None);
    let near = event("near", 0.0, None, Some(91.0));
    let place = place_of(&near, station).unwrap();
    assert!((station.distance_deg(place) - 29.0).abs() < 1e-9);
}

#[test]
fn the_sun_stands_over_noon() {
    // Mars24: sol 0 of InSight started at 2018-11-26T05:10:50Z at its true longitude.
    let t = Instant::from_unix_s(1.564e9);
    let here = sun(t);
    let hours = MarsClock::at(t).ltst_h(here.lon_360());
    assert!((hours - 12.0).abs() < 0.01, "{hours}");
}

#[test]
fn stars_follow_the_cursor_in_small_steps() {
    let mut stage = Stage::new(Vec::new());
    let mut stars = |s: f64| {
        let given = Given {
            database: &stage.database,
            archive_generation: 1,
            events: &[],
            spectra: None,
            tables: None,
            cursor: Instant::from_unix_s(s),
            selected: "",
            settings: &stage.settings,
            files: &[],
            choices: &stage.choices,
            theme: &stage.theme,
        };
        stage.layers.stars(&given).to_vec()
    };
    let (a, b, c) = (stars(1.6e9), stars(1.6e9 + 4.0), stars(1.6e9 + 600.0));
    assert!(a.len() > 1000 && a == b && a != c);
}
