//! Files that the user gave to the globe, read off the thread of the window.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::Color32;
use marsdeck_engine::format::geojson::{Waypoint, read_waypoints};
use marsdeck_engine::format::shapefile::{self, Parts};
use marsdeck_engine::format::vector::{self, Features, Shape};
use marsdeck_engine::format::{gazetteer, zip};
use marsdeck_engine::problem::Problem;

use crate::globe::layers::{self, Feature, Stop, UserFeature, UserFeatures, UserShape, UserStyle};
use crate::globe::{LatLon, Layer};

/// Largest file that is read.
const MOST_BYTES: u64 = 256 << 20;

/// A stop of a rover this far from the ones before and after it is a mistake, degrees.
const FAR_DEG: f64 = 0.5;

/// What became of a file.
#[derive(Clone, Debug)]
pub(super) enum Outcome<T> {
    /// It is being read.
    Reading,
    /// Its content, and what of it could not be read.
    Read(Arc<T>, Arc<Vec<Problem>>),
    /// Why it cannot be used, with what to do.
    Failed(String),
}

type Answer<T> = Result<(T, Vec<Problem>), String>;

enum State<T> {
    Reading(Receiver<Answer<T>>),
    Done(Outcome<T>),
}

/// Reads each file once, in a thread of its own.
pub(super) struct Loader<K, T> {
    known: BTreeMap<K, State<T>>,
}

impl<K, T> Default for Loader<K, T> {
    fn default() -> Self {
        Self { known: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, T: Send + 'static> Loader<K, T> {
    /// What became of a file; the first question starts `job` in a thread, which calls `wake` when
    /// it ends.
    pub(super) fn get(
        &mut self,
        key: &K,
        job: impl FnOnce() -> Answer<T> + Send + 'static,
        wake: impl FnOnce() + Send + 'static,
    ) -> Outcome<T> {
        let state = self.known.entry(key.clone()).or_insert_with(|| {
            let (send, receive) = channel();
            let work = move || {
                // The globe may be closed by now.
                let _ = send.send(job());
                wake();
            };
            match thread::Builder::new().name("globe file".to_owned()).spawn(work) {
                Ok(_) => State::Reading(receive),
                Err(error) => {
                    let reason = format!("no thread to read it: {error}; close other programs");
                    State::Done(Outcome::Failed(reason))
                }
            }
        });
        if let State::Reading(receive) = state {
            let outcome = match receive.try_recv() {
                Ok(Ok((content, problems))) => Outcome::Read(Arc::new(content), Arc::new(problems)),
                Ok(Err(reason)) => Outcome::Failed(reason),
                Err(TryRecvError::Empty) => return Outcome::Reading,
                Err(TryRecvError::Disconnected) => {
                    Outcome::Failed("reading it broke off; tell us with the file".to_owned())
                }
            };
            *state = State::Done(outcome);
        }
        match state {
            State::Done(Outcome::Read(content, problems)) => {
                Outcome::Read(Arc::clone(content), Arc::clone(problems))
            }
            State::Done(Outcome::Failed(reason)) => Outcome::Failed(reason.clone()),
            _ => Outcome::Reading,
        }
    }

    /// Forgets the files that are no longer wanted; one that is wanted again is read again.
    pub(super) fn keep(&mut self, wanted: impl Fn(&K) -> bool) {
        self.known.retain(|key, _| wanted(key));
    }
}

/// Reads a file within the limit.
fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let about = fs::metadata(path).map_err(|e| format!("{}: {e}", path.display()))?;
    if !about.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    if about.len() > MOST_BYTES {
        return Err(format!("{} is larger than 256 MiB; cut out what you need", path.display()));
    }
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn first_problem(path: &Path, problems: &[Problem]) -> String {
    let why = problems.first().map_or("nothing to show".to_owned(), ToString::to_string);
    format!("{}: {why}", path.display())
}

/// Reads a map layer of any known format; the other parts of a shapefile from beside it.
pub(super) fn read_features(path: &Path) -> Answer<Features> {
    let bytes = bytes_of(path)?;
    let (features, problems) = if shapefile::sniff(&bytes) {
        let beside = |ends: [&str; 2]| {
            let found = ends.iter().find_map(|e| bytes_of(&path.with_extension(e)).ok());
            found.unwrap_or_default()
        };
        let (dbf, prj) = (beside(["dbf", "DBF"]), beside(["prj", "PRJ"]));
        let cpg = beside(["cpg", "CPG"]);
        vector::read_shapefile(&Parts { shp: &bytes, dbf: &dbf, prj: &prj, cpg: &cpg })
    } else {
        vector::read(&bytes)
    };
    if features.items.is_empty() {
        return Err(first_problem(path, &problems));
    }
    Ok((features, problems))
}

/// The layer of a user's file, made whole: triangles too.
pub(super) fn read_layer(path: &Path, color: Color32) -> Answer<Layer> {
    let (features, problems) = read_features(path)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let style = UserStyle::new(color);
    let layer = layers::user_layer(&layer_id(path), &name, &plain(&features), &style);
    Ok((layer, problems))
}

/// Settings of a user's layer are kept under this.
pub(super) fn layer_id(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("user:{:016x}", hasher.finish())
}

/// Features of a file as the globe takes them.
fn plain(features: &Features) -> UserFeatures {
    let place = |p: &vector::Position| LatLon::new(p.latitude_deg, p.longitude_deg);
    let places = |line: &[vector::Position]| line.iter().map(place).collect::<Vec<_>>();
    let shape = |shape: &Shape| match shape {
        Shape::Point(p) => UserShape::Point(place(p)),
        Shape::Line(line) => UserShape::Line(places(line)),
        Shape::Polygon(rings) => UserShape::Area(rings.iter().map(|r| places(r)).collect()),
    };
    let item = |feature: &vector::Feature| UserFeature {
        name: feature.name(),
        shapes: feature.shapes.iter().map(shape).collect(),
        properties: feature
            .properties
            .iter()
            .filter_map(|(key, value)| {
                let text = match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Null => return None,
                    other => other.to_string(),
                };
                Some((key.clone(), text)).filter(|(_, t)| !t.is_empty())
            })
            .collect(),
    };
    UserFeatures { items: features.items.iter().map(item).collect() }
}

/// Reads a list of names.
pub(super) fn read_gazetteer(path: &Path) -> Answer<Vec<Feature>> {
    let bytes = bytes_of(path)?;
    let (mut found, problems) = if zip::sniff(&bytes) || shapefile::sniff(&bytes) {
        let (features, problems) = read_features(path)?;
        (features.items.iter().filter_map(named).collect::<Vec<_>>(), problems)
    } else {
        let (features, problems) = gazetteer::read(&bytes);
        let plain = |f: gazetteer::Feature| Feature {
            name: f.name,
            kind: f.kind,
            place: LatLon::new(f.latitude_deg, f.longitude_deg),
            diameter_km: f.diameter_km,
        };
        (features.into_iter().map(plain).collect(), problems)
    };
    if found.is_empty() {
        return Err(first_problem(path, &problems));
    }
    found.sort_by(|a: &Feature, b| b.diameter_km.total_cmp(&a.diameter_km));
    Ok((found, problems))
}

/// A name of the shapefile of USGS: its fields are `name`, `type` (`Mons, montes`) and `diameter`.
fn named(feature: &vector::Feature) -> Option<Feature> {
    let place = feature.shapes.iter().find_map(|s| match s {
        Shape::Point(p) => Some(LatLon::new(p.latitude_deg, p.longitude_deg)),
        _ => None,
    })?;
    let name = feature.name();
    let kind = feature.text("type").split(',').next().unwrap_or_default().trim().to_owned();
    let diameter_km = feature.number("diameter").filter(|d| *d >= 0.0).unwrap_or(0.0);
    (!name.is_empty()).then_some(Feature { name, kind, place, diameter_km })
}

/// Reads waypoints of a rover.
pub(super) fn read_stops(path: &Path) -> Answer<Vec<Stop>> {
    let (waypoints, problems) = read_waypoints(&bytes_of(path)?);
    if waypoints.is_empty() {
        return Err(first_problem(path, &problems));
    }
    let stop = |w: &Waypoint| Stop {
        sol: w.sol.max(0) as u32,
        place: LatLon::new(w.latitude_deg, w.longitude_deg),
        elevation_m: w.elevation_m.unwrap_or(f64::NAN),
        odometry_m: w.odometry_m.unwrap_or(f64::NAN),
        heading_deg: w.heading_deg,
    };
    let mut stops: Vec<Stop> = waypoints.iter().map(stop).collect();
    // Some rows of the published tables lost their latitude: a stop far from both of its
    // neighbours is none.
    let is_far = |a: &Stop, b: &Stop| a.place.distance_deg(b.place) > FAR_DEG;
    let lost: Vec<bool> = (0..stops.len())
        .map(|i| {
            let beside = [i.checked_sub(1), Some(i + 1)].map(|n| stops.get(n?));
            let mut known = beside.into_iter().flatten().peekable();
            known.peek().is_some() && known.all(|other| is_far(&stops[i], other))
        })
        .collect();
    let mut lost = lost.into_iter();
    stops.retain(|_| !lost.next().unwrap_or(false));
    Ok((stops, problems))
}

/// Paths and colours of the user's layers.
pub(super) type LayerKey = (PathBuf, [u8; 4]);
