//! What the globe shows: layers made of the mission database, the archive, files and the cursor.
//!
//! Each layer is made again only when its own key changes; keys are a few numbers, so that asking
//! in every frame costs nothing. A layer that is hidden is not made at all where that is dear.

mod choices;
mod events;
mod files;
mod orbiters;
mod picked;
mod targets;

use std::path::PathBuf;
use std::sync::Arc;

use egui::Color32;
use marsdeck_engine::archive::{Event, Product};
use marsdeck_engine::mission::{Database, Mission};
use marsdeck_engine::query::Answer;
use marsdeck_engine::time::{Convention, Instant, MarsClock, SolClock};

pub(super) use choices::LayerChoices;
pub(super) use events::{KINDS, kind_colour, place_of, station, view_of};
use files::{LayerKey, Loader, Outcome};
pub(super) use picked::{Picked, picked};

use crate::globe::layers::{self, Feature, Site, Stop, TraverseColour};
use crate::globe::stars::stars_at;
use crate::globe::{GlobeScene, GlobeSettings, LatLon, Layer};
use crate::theme::Theme;

/// Steps of the cursor after which moving layers are made again, seconds: an orbiter goes 15 km in
/// five seconds, the sky and the line of day and night turn 0.04° in ten.
const ORBITER_S: f64 = 5.0;
const SKY_S: f64 = 10.0;
/// First of the curve colours for the user's files.
const USER_CURVE: usize = 3;

/// What the layers are made of, in one frame.
pub(super) struct Given<'a> {
    /// Missions, sites, orbiters.
    pub database: &'a Arc<Database>,
    /// Grows when stored data change.
    pub archive_generation: u64,
    /// All events, ascending in time.
    pub events: &'a [Event],
    /// Spectra of ChemCam and tables of compositions, once they are known.
    pub spectra: Option<&'a Arc<Answer>>,
    pub tables: Option<&'a Arc<Answer>>,
    /// The time cursor.
    pub cursor: Instant,
    /// Identifier of the selected event.
    pub selected: &'a str,
    /// Which layers show.
    pub settings: &'a GlobeSettings,
    /// Choices for layers.
    pub choices: &'a LayerChoices,
    /// Files of marks and lines, each a layer, lowest first.
    pub files: &'a [PathBuf],
    /// Colours.
    pub theme: &'a Theme,
}

impl Given<'_> {
    /// Number of the step of time that the cursor is in.
    fn step(&self, seconds: f64) -> i64 {
        (self.cursor.unix_s() / seconds).floor() as i64
    }

    /// Whether a layer shows that is hidden until wanted.
    fn wants(&self, layer: &str) -> bool {
        self.settings.layers.get(layer).is_some_and(|l| l.visible)
    }
}

/// Layers that were made, and what they were made of.
struct Slot<K> {
    key: Option<K>,
    layers: Vec<Arc<Layer>>,
}

impl<K> Default for Slot<K> {
    fn default() -> Self {
        Self { key: None, layers: Vec::new() }
    }
}

impl<K: PartialEq> Slot<K> {
    /// Makes the layers again where the key changed.
    fn renew(&mut self, key: K, make: impl FnOnce() -> Vec<Layer>) {
        if self.key.as_ref() != Some(&key) {
            self.layers = make().into_iter().map(Arc::new).collect();
            self.key = Some(key);
        }
    }
}

/// The same `Arc` is the same thing.
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What the layer of quakes depends on.
#[derive(PartialEq)]
struct EventKey {
    archive_generation: u64,
    /// Number of events up to the cursor.
    so_far: usize,
    fade_step: i64,
    fade_sols: f64,
    selected: String,
    theme: &'static str,
    database: Same<Database>,
}

type TraverseKey = (i64, TraverseColour, &'static str, Same<Vec<Stop>>, Same<Database>);
type OrbiterKey = (bool, i64, [u64; 3], &'static str, Same<Database>);
type TargetKey = (i64, &'static str, Same<Vec<Stop>>, Option<Same<Answer>>, Option<Same<Answer>>);

/// All layers of a globe.
#[derive(Default)]
pub(super) struct Layers {
    features: Slot<(&'static str, Same<Vec<Feature>>)>,
    day_night: Slot<(bool, i64, bool, &'static str)>,
    events: Slot<EventKey>,
    traverse: Slot<TraverseKey>,
    orbiters: Slot<OrbiterKey>,
    targets: Slot<TargetKey>,
    sites: Slot<(bool, &'static str, Same<Database>)>,
    passes: orbiters::Passes,
    known_features: Option<Arc<Vec<Feature>>>,
    known_stops: Option<Arc<Vec<Stop>>>,
    feature_files: Loader<PathBuf, Vec<Feature>>,
    stop_files: Loader<PathBuf, Vec<Stop>>,
    user_files: Loader<LayerKey, Layer>,
    stars: Vec<(glam::DVec3, f32)>,
    stars_step: Option<i64>,
    /// The features and the stops of the rover in the last scene.
    pub named: Arc<Vec<Feature>>,
    pub stops: Arc<Vec<Stop>>,
    /// Kinds of events on screen, by their number.
    pub kinds: Vec<usize>,
    /// Whether some of the events on screen are simulated.
    pub is_simulated: bool,
    /// Files that cannot be read, and why.
    pub wrong_files: Vec<(PathBuf, String)>,
}

/// The sol of Curiosity at an instant.
fn rover_sol(t: Instant) -> Option<i64> {
    SolClock::of("msl").ok().map(|clock| i64::from(clock.at(t, Convention::Kernel).sol))
}

/// Where the Sun stands in the zenith, as the direction to it in the frame of the planet.
pub(super) fn sun(cursor: Instant) -> LatLon {
    let (declination, longitude) = MarsClock::at(cursor).subsolar_point();
    LatLon::new(declination, longitude)
}

/// Colours that no kind of event has.
fn mission_colour(theme: &Theme, n: usize) -> Color32 {
    if n == 0 { theme.text } else { theme.curve(7) }
}

fn products(answer: Option<&Arc<Answer>>) -> &[Product] {
    match answer.map(AsRef::as_ref) {
        Some(Answer::Products(products)) => products,
        _ => &[],
    }
}

impl Layers {
    /// The scene at the cursor. `wake` asks for another frame from any thread: files arrive later.
    pub(super) fn scene(
        &mut self,
        given: &Given<'_>,
        wake: &(impl Fn() + Clone + Send + 'static),
    ) -> GlobeScene {
        self.wrong_files.clear();
        let (features, stops) = (self.feature_list(given, wake), self.stop_list(given, wake));
        (self.named, self.stops) = (Arc::clone(&features), Arc::clone(&stops));
        let theme = given.theme;
        self.features.renew((theme.name, Same(Arc::clone(&features))), || {
            vec![layers::features(&features, theme.text)]
        });
        self.renew_day_night(given);
        self.renew_events(given);
        self.renew_traverse(given, &stops);
        self.renew_orbiters(given);
        self.renew_targets(given, stops);
        self.renew_sites(given);
        let user = self.user_layers(given, wake);
        let made = [&self.features.layers, &self.day_night.layers, &user, &self.events.layers]
            .into_iter()
            .chain([&self.orbiters.layers, &self.traverse.layers])
            .chain([&self.targets.layers, &self.sites.layers]);
        GlobeScene { layers: made.flatten().cloned().collect() }
    }

    /// The stars at the cursor.
    pub(super) fn stars(&mut self, given: &Given<'_>) -> &[(glam::DVec3, f32)] {
        let step = given.step(SKY_S);
        if given.settings.stars && self.stars_step != Some(step) {
            self.stars = stars_at(given.cursor);
            self.stars_step = Some(step);
        }
        &self.stars
    }

    fn feature_list(
        &mut self,
        given: &Given<'_>,
        wake: &(impl Fn() + Clone + Send + 'static),
    ) -> Arc<Vec<Feature>> {
        let chosen = given.choices.gazetteer.as_ref();
        self.feature_files.keep(|path| Some(path) == chosen);
        if let Some(path) = chosen {
            let file = path.clone();
            let job = move || files::read_gazetteer(&file);
            match self.feature_files.get(path, job, wake.clone()) {
                Outcome::Read(features, _) => return features,
                Outcome::Failed(reason) => self.wrong_files.push((path.clone(), reason)),
                Outcome::Reading => {}
            }
        }
        let known = || Arc::new(layers::known_features());
        Arc::clone(self.known_features.get_or_insert_with(known))
    }

    fn stop_list(
        &mut self,
        given: &Given<'_>,
        wake: &(impl Fn() + Clone + Send + 'static),
    ) -> Arc<Vec<Stop>> {
        let chosen = given.choices.waypoints.as_ref();
        self.stop_files.keep(|path| Some(path) == chosen);
        if let Some(path) = chosen {
            let file = path.clone();
            let job = move || files::read_stops(&file);
            match self.stop_files.get(path, job, wake.clone()) {
                Outcome::Read(stops, _) => return stops,
                Outcome::Failed(reason) => self.wrong_files.push((path.clone(), reason)),
                Outcome::Reading => {}
            }
        }
        let known = || Arc::new(layers::curiosity_stops());
        Arc::clone(self.known_stops.get_or_insert_with(known))
    }

    fn user_layers(
        &mut self,
        given: &Given<'_>,
        wake: &(impl Fn() + Clone + Send + 'static),
    ) -> Vec<Arc<Layer>> {
        let key = |(n, path): (usize, &PathBuf)| -> LayerKey {
            (path.clone(), given.theme.curve(USER_CURVE + n).to_array())
        };
        let wanted: Vec<LayerKey> = given.files.iter().enumerate().map(key).collect();
        self.user_files.keep(|k| wanted.contains(k));
        let mut out = Vec::new();
        for (n, key) in wanted.iter().enumerate() {
            let (path, color) = (key.0.clone(), given.theme.curve(USER_CURVE + n));
            let job = move || files::read_layer(&path, color);
            match self.user_files.get(key, job, wake.clone()) {
                Outcome::Read(layer, _) => out.push(layer),
                Outcome::Failed(reason) => self.wrong_files.push((key.0.clone(), reason)),
                Outcome::Reading => {}
            }
        }
        out
    }

    fn renew_day_night(&mut self, given: &Given<'_>) {
        let is_wanted = given.wants("day-night");
        let step = if is_wanted { given.step(SKY_S) } else { 0 };
        let twilight = given.choices.twilight;
        self.day_night.renew((is_wanted, step, twilight, given.theme.name), || {
            let made = if is_wanted {
                layers::day_night(sun(given.cursor), twilight, given.theme.cursor)
            } else {
                Layer::new("day-night", "Day and night")
            };
            vec![made.hidden()]
        });
    }

    fn renew_events(&mut self, given: &Given<'_>) {
        let key = EventKey {
            archive_generation: given.archive_generation,
            so_far: given.events.partition_point(|e| e.time <= given.cursor),
            fade_step: events::fade_step(given.cursor, given.choices),
            fade_sols: given.choices.quake_fade_sols,
            selected: given.selected.to_owned(),
            theme: given.theme.name,
            database: Same(Arc::clone(given.database)),
        };
        let (kinds, is_simulated) = (&mut self.kinds, &mut self.is_simulated);
        self.events.renew(key, || {
            let made;
            (made, *kinds, *is_simulated) = events::layers_of(given);
            made
        });
    }

    fn renew_traverse(&mut self, given: &Given<'_>, stops: &Arc<Vec<Stop>>) {
        let (sol, theme) = (rover_sol(given.cursor).unwrap_or_default(), given.theme);
        let by = given.choices.traverse;
        let key = (sol, by, theme.name, Same(Arc::clone(stops)), Same(Arc::clone(given.database)));
        self.traverse.renew(key, || {
            let missions = given.database.missions.iter().enumerate();
            let made = missions.filter(|(_, m)| m.id == "msl").map(|(n, mission)| {
                let colours = [mission_colour(theme, n), theme.curve(0), theme.curve(1)];
                layers::traverse("msl", &mission.name, stops, sol, by, colours)
            });
            made.collect()
        });
    }

    fn renew_orbiters(&mut self, given: &Given<'_>) {
        let is_wanted = given.wants("orbiters") || given.wants("orbiter-circles");
        let step = if is_wanted { given.step(ORBITER_S) } else { 0 };
        let [behind, ahead] = given.choices.orbiter_minutes;
        let numbers = [given.choices.orbiter_minimum_deg, behind, ahead].map(f64::to_bits);
        let key = (is_wanted, step, numbers, given.theme.name, Same(Arc::clone(given.database)));
        let passes = &mut self.passes;
        self.orbiters.renew(key, || {
            let (choices, theme) = (given.choices, given.theme);
            let found = if is_wanted {
                orbiters::orbiters(given.database, given.cursor, choices, theme, passes)
            } else {
                Vec::new()
            };
            layers::orbiters(&found)
        });
    }

    fn renew_targets(&mut self, given: &Given<'_>, stops: Arc<Vec<Stop>>) {
        let sol = rover_sol(given.cursor).unwrap_or_default();
        let [spectra, tables] =
            [given.spectra, given.tables].map(|a| a.map(|a| Same(Arc::clone(a))));
        let key = (sol, given.theme.name, Same(Arc::clone(&stops)), spectra, tables);
        self.targets.renew(key, || {
            let (spectra, tables) = (products(given.spectra), products(given.tables));
            let found = targets::targets(spectra, tables, &stops);
            let colours = [given.theme.accent, given.theme.text_weak];
            vec![layers::targets(&found, sol, colours)]
        });
    }

    fn renew_sites(&mut self, given: &Given<'_>) {
        // The rover's own mark carries its name once it has landed.
        let has_landed = rover_sol(given.cursor).is_some_and(|sol| sol >= 0);
        let key = (has_landed, given.theme.name, Same(Arc::clone(given.database)));
        self.sites.renew(key, || vec![layers::sites(&sites(given, has_landed))]);
    }
}

fn sites(given: &Given<'_>, has_landed: bool) -> Vec<Site> {
    let of = |(n, mission): (usize, &Mission)| {
        let (id, theme) = (mission.id.clone(), given.theme);
        let of_mission = mission.sites.iter().enumerate().map(move |(i, site)| Site {
            id: format!("{id}/{i}"),
            name: if has_landed && id == "msl" && i == 0 {
                "Bradbury Landing".to_owned()
            } else {
                site.name.clone()
            },
            place: LatLon::new(site.latitude_deg, site.longitude_deg),
            color: mission_colour(theme, n),
            tip: format!(
                "{}\n{:.4}° N, {:.4}° E\nelevation {:.0} m",
                site.name, site.latitude_deg, site.longitude_deg, site.elevation_m
            ),
        });
        of_mission.collect::<Vec<_>>()
    };
    given.database.missions.iter().enumerate().flat_map(of).collect()
}

#[cfg(test)]
mod tests;
