//! Views of the globe as a command line or a file names them, and flights between them.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use marsdeck_engine::runtime::Snapshot;
use serde::Deserialize;

use crate::globe::camera::{MAX_TILT_DEG, RANGE_M};
use crate::globe::layers::known_features;
use crate::globe::tools::coordinates::{Coordinates, read_view};
use crate::globe::tools::search::folded;
use crate::globe::{Camera, LatLon, MapMode};
use crate::state::GlobeLook;

/// Distance of the eye where none is given, metres.
const USUAL_RANGE_M: f64 = 9e5;
/// Most views of a flight and most frames of a sequence.
const MOST_VIEWS: usize = 1000;
const MOST_FRAMES: u32 = 100_000;
/// Largest file of views.
const MOST_BYTES: u64 = 1_000_000;

/// Options of `marsdeck snapshot` that only the globe has.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct GlobeArguments {
    /// Globe alone: look at `LAT,LON` (planetocentric, degrees east; also `4.5 N 135.6 E`) or at a
    /// site, mission, event or named feature
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    place: Option<String>,
    /// Globe: distance of the eye from the place, as 250km or 900m (a plain number is metres);
    /// 900km where it is left out
    #[arg(long, value_name = "LENGTH")]
    range: Option<String>,
    /// Globe: direction that is up, degrees clockwise from north
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    heading: Option<f64>,
    /// Globe: 0 looks straight down, 85 along the ground
    #[arg(long, value_name = "DEGREES")]
    tilt: Option<f64>,
    /// Globe: globe, flat, north or south (a map around that pole)
    #[arg(long, value_name = "MAP")]
    map: Option<String>,
    /// Globe: fly between views and write an image sequence; a TOML file of [[view]] tables with
    /// place, range, heading and tilt, or `PLACE[@RANGE[,HEADING[,TILT]]];…`, each also as the
    /// globe copies a view
    #[arg(long, value_name = "FILE|VIEWS", conflicts_with_all = ["place", "range", "heading", "tilt"])]
    fly: Option<String>,
    /// Globe: sun (the default), hill-shade or even
    #[arg(long, value_name = "LIGHT", value_parser = ["sun", "hill-shade", "even"])]
    light: Option<String>,
    /// Globe: lay this file on it: GeoTIFF, picture with world file, GeoJSON, KML, Shapefile; may
    /// be given more than once
    #[arg(long, value_name = "FILE")]
    lay: Vec<PathBuf>,
    /// Globe: show this layer too, by its name in the layer list; may be given more than once
    #[arg(long, value_name = "LAYER")]
    show: Vec<String>,
    /// Pictures of a flight; --out then has a place for their number: frames/%04d.png
    #[arg(long, value_name = "N", requires = "fly")]
    frames: Option<u32>,
}

/// What the globe is to show.
pub(super) enum Shot {
    /// As it opens.
    Usual,
    /// One view.
    View(GlobeLook),
    /// A picture for each view.
    Flight(Vec<GlobeLook>),
}

/// One view as a file writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewTable {
    place: String,
    range: Option<Length>,
    heading: Option<f64>,
    tilt: Option<f64>,
}

/// A length as a number of metres or as words.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Length {
    Metres(f64),
    Words(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewFile {
    view: Vec<ViewTable>,
}

impl GlobeArguments {
    /// Whether any of them is there: the globe is drawn alone then.
    pub(super) fn any(&self) -> bool {
        let views = self.place.is_some() || self.range.is_some() || self.fly.is_some();
        let layers = !self.lay.is_empty() || !self.show.is_empty() || self.light.is_some();
        views || layers || self.heading.is_some() || self.tilt.is_some() || self.map.is_some()
    }

    /// Files to lay on the globe.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.lay
    }

    /// What they ask for.
    pub(super) fn shot(&self, snapshot: &Snapshot) -> anyhow::Result<Shot> {
        let map = self.map.as_deref().map(map).transpose()?.unwrap_or_default();
        let look = |camera: Camera| GlobeLook {
            latitude_deg: camera.target.lat,
            longitude_deg: camera.target.lon,
            range_m: camera.range_m,
            heading_deg: camera.heading_deg,
            tilt_deg: camera.tilt_deg,
            map: map.clone(),
            light: self.light.clone().unwrap_or_default(),
            jump: true,
            layers: self.show.clone(),
        };
        if let Some(fly) = &self.fly {
            let views = views(fly, snapshot)?;
            let least = views.len() as u32;
            let frames = self.frames.unwrap_or(least * 50);
            ensure!(
                (least.max(2)..=MOST_FRAMES).contains(&frames),
                "--frames takes {} to {MOST_FRAMES} for {least} views, not {frames}",
                least.max(2)
            );
            return Ok(Shot::Flight(flight(&views, frames).into_iter().map(look).collect()));
        }
        if !self.any() {
            return Ok(Shot::Usual);
        }
        let range = self.range.as_deref().map(length_m).transpose()?;
        let usual = Camera::default();
        let (target, usual_range) = match &self.place {
            Some(name) => (place(name, snapshot)?, USUAL_RANGE_M),
            None => (usual.target, usual.range_m),
        };
        let range = range.unwrap_or(usual_range);
        Ok(Shot::View(look(camera(target, range, self.heading, self.tilt)?)))
    }
}

/// The views of a flight: from a file where there is one of this name, else from the text itself.
fn views(text: &str, snapshot: &Snapshot) -> anyhow::Result<Vec<Camera>> {
    let path = Path::new(text);
    let is_toml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    let views: Vec<Camera> = if is_toml || path.is_file() {
        let size = std::fs::metadata(path).map(|m| m.len());
        let size = size.with_context(|| format!("{text} cannot be read"))?;
        ensure!(size <= MOST_BYTES, "{text} is too large for a list of views");
        let written =
            std::fs::read_to_string(path).with_context(|| format!("{text} cannot be read"))?;
        let file: ViewFile = toml::from_str(&written).map_err(|error| {
            let why = error.message();
            anyhow!("{text} is no list of [[view]] tables with a place each: {why}")
        })?;
        let view = |view: &ViewTable| {
            let range = match &view.range {
                None => USUAL_RANGE_M,
                Some(Length::Metres(metres)) => *metres,
                Some(Length::Words(words)) => length_m(words)?,
            };
            camera(place(&view.place, snapshot)?, range, view.heading, view.tilt)
        };
        file.view.iter().map(view).collect::<anyhow::Result<_>>()?
    } else {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| view(part, snapshot)).collect::<anyhow::Result<_>>()?
    };
    ensure!(
        (2..=MOST_VIEWS).contains(&views.len()),
        "a flight has 2 to {MOST_VIEWS} views, not {}; write them as \"InSight;Gale@80km,0,60\"",
        views.len()
    );
    Ok(views)
}

/// A view written as `PLACE[@RANGE[,HEADING[,TILT]]]`, or as the globe copies it.
fn view(text: &str, snapshot: &Snapshot) -> anyhow::Result<Camera> {
    if let Some(camera) = read_view(text) {
        return Ok(camera);
    }
    let (name, rest) = text.split_once('@').unwrap_or((text, ""));
    let mut numbers = rest.split(',').map(str::trim).filter(|n| !n.is_empty());
    let range = numbers.next().map(length_m).transpose()?.unwrap_or(USUAL_RANGE_M);
    let degrees = |n: &str| {
        n.parse::<f64>().ok().with_context(|| format!("{n:?} in {text:?} is no number of degrees"))
    };
    let heading = numbers.next().map(degrees).transpose()?;
    let tilt = numbers.next().map(degrees).transpose()?;
    ensure!(numbers.next().is_none(), "{text:?} has more than a range, a heading and a tilt");
    camera(place(name, snapshot)?, range, heading, tilt)
}

/// A camera; refused where a number is outside what the globe shows.
fn camera(
    target: LatLon,
    range_m: f64,
    heading_deg: Option<f64>,
    tilt_deg: Option<f64>,
) -> anyhow::Result<Camera> {
    let (heading_deg, tilt_deg) = (heading_deg.unwrap_or(0.0), tilt_deg.unwrap_or(0.0));
    let [nearest, farthest] = RANGE_M;
    ensure!(
        (nearest..=farthest).contains(&range_m),
        "the range is {nearest} m to {:.0} km, not {range_m} m",
        farthest / 1e3
    );
    ensure!(heading_deg.is_finite(), "the heading is a number of degrees");
    ensure!(
        (0.0..=MAX_TILT_DEG).contains(&tilt_deg),
        "the tilt is 0 to {MAX_TILT_DEG} degrees, not {tilt_deg}"
    );
    Ok(Camera { target, target_height_m: 0.0, range_m, heading_deg, tilt_deg }.clamped())
}

/// A place by its coordinates, or by the name of a site, a mission, an event or a feature.
fn place(text: &str, snapshot: &Snapshot) -> anyhow::Result<LatLon> {
    let text = text.trim();
    if let Some((lat, lon)) = text.split_once(',')
        && let (Ok(lat), Ok(lon)) = (lat.trim().parse::<f64>(), lon.trim().parse::<f64>())
    {
        let is_place = (-90.0..=90.0).contains(&lat) && (-360.0..=360.0).contains(&lon);
        ensure!(is_place, "{text:?} is no place: latitude -90 to 90, longitude -360 to 360");
        return Ok(LatLon::new(lat, lon));
    }
    if let Some(place) = Coordinates::default().read(text) {
        return Ok(place);
    }
    let wanted = folded(text);
    let is_it = |name: &str| folded(name) == wanted;
    for mission in &snapshot.missions.missions {
        let named = mission.sites.iter().find(|site| is_it(&site.name));
        let first = mission.sites.first().filter(|_| is_it(&mission.id) || is_it(&mission.name));
        if let Some(site) = named.or(first) {
            return Ok(LatLon::new(site.latitude_deg, site.longitude_deg));
        }
    }
    let event = snapshot.events.iter().find(|event| is_it(&event.name));
    if let Some((lat, lon)) = event.and_then(|e| e.latitude_deg.zip(e.longitude_deg)) {
        return Ok(LatLon::new(lat, lon));
    }
    if let Some(feature) = known_features().into_iter().find(|feature| is_it(&feature.name)) {
        return Ok(feature.place);
    }
    bail!(
        "no place is called {text:?}; name a mission, a site, a located event or a large feature \
         (InSight, Gale, Olympus Mons), or write LAT,LON as 4.5,135.6"
    )
}

/// A length in metres: `250km`, `900m` or `900`.
fn length_m(text: &str) -> anyhow::Result<f64> {
    let text = text.trim();
    let (number, unit) = match (text.strip_suffix("km"), text.strip_suffix('m')) {
        (Some(number), _) => (number, 1e3),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let metres = number.trim().parse::<f64>().ok().filter(|m| m.is_finite() && *m > 0.0);
    let metres = metres.with_context(|| format!("{text:?} is no length; write 250km or 900m"))?;
    Ok(metres * unit)
}

fn map(text: &str) -> anyhow::Result<String> {
    let found = MapMode::ALL.into_iter().find(|map| {
        let name = map.name().to_lowercase();
        name == text.to_lowercase() || name.split(' ').next() == Some(&text.to_lowercase())
    });
    let found = found.with_context(|| {
        format!("there is no map {text:?}; choose one of globe, flat, north, south")
    })?;
    Ok(found.name().to_owned())
}

/// So many cameras along the flights from view to view, the first and last on the ends.
fn flight(views: &[Camera], frames: u32) -> Vec<Camera> {
    let legs = views.len().saturating_sub(1) as f64;
    let camera = |n: u32| {
        let at = legs * f64::from(n) / f64::from(frames.saturating_sub(1).max(1));
        let leg = (at.floor().min(legs - 1.0)).max(0.0);
        let (from, to) = (views.get(leg as usize)?, views.get(leg as usize + 1)?);
        Some(from.towards(to, at - leg))
    };
    (0..frames).filter_map(camera).collect()
}

/// The names of the pictures of a sequence, from a pattern with one `%d` or `%04d`; counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    before: String,
    after: String,
    digits: usize,
}

impl Pattern {
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        let text = path.to_string_lossy();
        let parsed = text.split_once('%').and_then(|(before, rest)| {
            let (width, after) = rest.split_once('d')?;
            let digits = if width.is_empty() { 1 } else { width.parse().ok()? };
            (digits <= 12 && !after.contains('%')).then(|| Self {
                before: before.to_owned(),
                after: after.to_owned(),
                digits,
            })
        });
        parsed.with_context(|| {
            format!(
                "--out needs a place for the number of each picture, as frames/%04d.png, not {text}"
            )
        })
    }

    pub(super) fn path(&self, number: usize) -> PathBuf {
        let (digits, before, after) = (self.digits, &self.before, &self.after);
        PathBuf::from(format!("{before}{number:0digits$}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let event = marsdeck_engine::archive::Event {
            name: "S1222a".into(),
            latitude_deg: Some(-2.971),
            longitude_deg: Some(171.904),
            ..Default::default()
        };
        Snapshot { events: vec![event].into(), ..Snapshot::default() }
    }

    #[test]
    fn places_are_coordinates_or_names() {
        let snapshot = snapshot();
        let at = |text: &str| place(text, &snapshot).expect("a place");
        assert_eq!(at("4.5, 135.6"), LatLon::new(4.5, 135.6));
        assert_eq!(at("-4.6,-222.5"), LatLon::new(-4.6, -222.5));
        assert_eq!(at("4.5 S 137.4 E"), LatLon::new(-4.5, 137.4));
        assert_eq!(at("utopia rupes"), at("Utopia Rupēs"), "marks do not matter");
        assert_eq!(at("s1222A"), LatLon::new(-2.971, 171.904));
        assert!(at("olympus mons").distance_deg(LatLon::new(18.65, 226.2)) < 2.0);
        for wrong in ["", "91,0", "nan,0", "0,720", "Atlantis"] {
            assert!(place(wrong, &snapshot).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_and_maps() {
        assert_eq!(length_m("250km").unwrap(), 250_000.0);
        assert_eq!(length_m(" 900 m").unwrap(), 900.0);
        assert_eq!(length_m("1e5").unwrap(), 1e5);
        for wrong in ["", "km", "-3", "inf", "3 miles"] {
            assert!(length_m(wrong).is_err(), "{wrong}");
        }
        assert_eq!(map("Flat").unwrap(), "Flat map");
        assert_eq!(map("south").unwrap(), "South pole");
        assert!(map("mercator").is_err());
    }

    #[test]
    fn views_are_read_and_bounded() {
        let snapshot = snapshot();
        let views = views("0,10@500km,-90,60; 0,30 ;S1222a@1e6", &snapshot).expect("views");
        let short: Vec<_> = views.iter().map(|v| (v.range_m, v.heading_deg, v.tilt_deg)).collect();
        assert_eq!(short, [(5e5, 270.0, 60.0), (9e5, 0.0, 0.0), (1e6, 0.0, 0.0)]);
        let copied = super::views("0,10;marsdeck:globe/-4.5,137.4,1500,30,60", &snapshot);
        let copied = copied.expect("views")[1];
        assert_eq!((copied.target.lat, copied.range_m, copied.tilt_deg), (-4.5, 1500.0, 60.0));
        for wrong in ["0,10", "", "0,10;0,20@1", "0,10;0,20@1km,x", "0,10;0,20@1km,0,89"] {
            assert!(super::views(wrong, &snapshot).is_err(), "{wrong}");
        }
        assert!(super::views("missing.toml", &snapshot).is_err());
    }

    #[test]
    fn a_flight_passes_its_views() {
        let view = |lon| Camera { target: LatLon::new(0.0, lon), ..Camera::default() };
        let views = [view(350.0), view(10.0), view(50.0)];
        let flown = flight(&views, 5);
        let lons: Vec<f64> = flown.iter().map(|c| c.target.lon_180().round()).collect();
        assert_eq!(lons, [-10.0, 0.0, 10.0, 30.0, 50.0]);
        assert_eq!(flown[4], views[2]);
        assert_eq!(flight(&views[..2], 2).len(), 2);
    }

    #[test]
    fn names_of_pictures() {
        let pattern = Pattern::of(Path::new("a/%04d.png")).unwrap();
        assert_eq!(pattern.path(7), PathBuf::from("a/0007.png"));
        assert_eq!(Pattern::of(Path::new("x%d")).unwrap().path(12), PathBuf::from("x12"));
        for wrong in ["a.png", "%x.png", "%04d%d.png", "%99d.png"] {
            assert!(Pattern::of(Path::new(wrong)).is_err(), "{wrong}");
        }
    }
}
