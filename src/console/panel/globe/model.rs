//! What the globe shows: layers made of the mission database, the events and the cursor.

use egui::Color32;
use marsdeck_engine::archive::Event;
use marsdeck_engine::mission::{Database, Mission};
use marsdeck_engine::time::{Convention, Instant, MarsClock, SolClock, iso};

use crate::globe::layers::{self, Feature, Quake, Site, Stop};
use crate::globe::{Camera, GlobeScene, LatLon, PickId};
use crate::theme::Theme;

/// Newest located events that get a mark and an arc.
const MOST_LOCATED: usize = 300;
/// Newest events of which only the distance is known that get a circle: each is a line around the
/// planet.
const MOST_CIRCLES: usize = 6;
/// One sol, nanoseconds.
const SOL_NS: i64 = 88_775_244_000_000;
/// Events of so many sols before the cursor stand out; older ones are paler.
const FRESH_SOLS: i64 = 30;
/// Paleness of older ones.
const OLD: f32 = 0.6;

/// Kinds of events with colours of their own, in the words of the QuakeML extension of the
/// Marsquake Service, each with its words on screen; all others come after them.
pub(super) const KINDS: [(&str, &str); 6] = [
    ("BROADBAND", "Broadband"),
    ("LOW_FREQUENCY", "Low frequency"),
    ("HIGH_FREQUENCY", "High frequency"),
    ("2.4_HZ", "2.4 Hz"),
    ("VERY_HIGH_FREQUENCY", "Very high frequency"),
    ("SUPER_HIGH_FREQUENCY", "Super high frequency"),
];

/// Number of the kind of an event: its place in [`KINDS`], or one past the last.
pub(super) fn kind_of(event: &Event) -> usize {
    let kind = event.kind.replace([' ', '-'], "_").to_uppercase();
    KINDS.iter().position(|(name, _)| *name == kind).unwrap_or(KINDS.len())
}

/// The colour of a kind of event.
pub(super) fn kind_colour(theme: &Theme, kind: usize) -> Color32 {
    // The second curve colour is close to the ground: for the rarest kind.
    theme.curve([0, 5, 4, 2, 3, 1, 6].get(kind).copied().unwrap_or(0))
}

/// Everything that the scene depends on: while it is equal, the scene stays.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    archive_generation: u64,
    /// Number of events up to the cursor.
    so_far: usize,
    /// The cursor to a sol, for the traverse and for what counts as fresh.
    sol: i64,
    event: String,
    theme: &'static str,
}

impl Key {
    /// Of the present state; `events` ascend in time.
    pub(super) fn of(
        archive_generation: u64,
        events: &[Event],
        cursor: Instant,
        event: &str,
        theme: &Theme,
    ) -> Self {
        Self {
            archive_generation,
            so_far: events.partition_point(|e| e.time <= cursor),
            sol: rover_sol(cursor).unwrap_or_else(|| cursor.unix_ns().div_euclid(SOL_NS)),
            event: event.to_owned(),
            theme: theme.name,
        }
    }
}

/// What never changes: the built-in stops of Curiosity and the named features.
pub(super) struct Ground {
    stops: Vec<Stop>,
    features: Vec<Feature>,
}

impl Default for Ground {
    fn default() -> Self {
        Self { stops: layers::curiosity_stops(), features: layers::known_features() }
    }
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

/// Where the seismometer of a mission stands: its first site.
pub(super) fn station(database: &Database, mission: &str) -> Option<LatLon> {
    let wanted = if mission.is_empty() { "insight" } else { mission };
    let site = database.missions.iter().find(|m| m.id == wanted)?.sites.first()?;
    Some(LatLon::new(site.latitude_deg, site.longitude_deg))
}

/// Where an event was, by its own place or by distance and azimuth from its station.
pub(super) fn place_of(event: &Event, station: LatLon) -> Option<LatLon> {
    match (event.latitude_deg, event.longitude_deg) {
        (Some(lat), Some(lon)) => Some(LatLon::new(lat, lon)),
        _ => Some(station.direct(event.back_azimuth_deg?, event.distance_deg?)),
    }
}

/// The events to show: those up to the cursor, and the selected one whenever it was. Newest first;
/// of those without a place only a few.
pub(super) fn shown<'a>(events: &'a [Event], cursor: Instant, selected: &str) -> Vec<&'a Event> {
    let so_far = events.partition_point(|e| e.time <= cursor);
    let (mut located, mut circles) = (0, 0);
    let mut out: Vec<&Event> = Vec::new();
    for event in events.get(..so_far).unwrap_or_default().iter().rev() {
        let has_place = event.latitude_deg.is_some() || event.back_azimuth_deg.is_some();
        let (count, most) =
            if has_place { (&mut located, MOST_LOCATED) } else { (&mut circles, MOST_CIRCLES) };
        if *count < most {
            *count += 1;
            out.push(event);
        }
    }
    let is_in = out.iter().any(|e| e.id == selected);
    out.extend(events.iter().find(|e| e.id == selected).filter(|_| !is_in));
    out
}

/// The whole scene.
pub(super) fn scene(
    database: &Database,
    events: &[Event],
    cursor: Instant,
    selected: &str,
    theme: &Theme,
    ground: &Ground,
) -> GlobeScene {
    let mut all = vec![layers::features(&ground.features, theme.text)];
    if let Some(station) = station(database, "insight") {
        let quakes: Vec<Quake> = shown(events, cursor, selected)
            .into_iter()
            .rev()
            .map(|event| quake(event, cursor, selected, theme))
            .collect();
        all.extend(layers::quakes(&quakes, station, selected));
    }
    let sol = rover_sol(cursor).unwrap_or_default();
    for (n, mission) in database.missions.iter().enumerate() {
        if mission.id == "msl" {
            let colour = mission_colour(theme, n);
            all.push(layers::traverse("msl", &mission.name, &ground.stops, sol, colour));
        }
    }
    let landed = |mission: &Mission| mission.id == "msl" && sol >= 0;
    let sites: Vec<Site> = database
        .missions
        .iter()
        .enumerate()
        .flat_map(|(n, mission)| {
            mission.sites.iter().enumerate().map(move |(i, site)| Site {
                id: format!("{}/{i}", mission.id),
                // The rover's own mark carries its name.
                name: if landed(mission) && i == 0 {
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
            })
        })
        .collect();
    all.push(layers::sites(&sites));
    GlobeScene { layers: all }
}

/// Colours that no kind of event has.
fn mission_colour(theme: &Theme, n: usize) -> Color32 {
    if n == 0 { theme.text } else { theme.curve(7) }
}

fn quake(event: &Event, cursor: Instant, selected: &str, theme: &Theme) -> Quake {
    let colour = kind_colour(theme, kind_of(event));
    let age = cursor.unix_ns().saturating_sub(event.time.unix_ns());
    let is_fresh = age <= FRESH_SOLS * SOL_NS || event.id == selected;
    Quake {
        id: event.id.clone(),
        name: event.name.clone(),
        place: event.latitude_deg.zip(event.longitude_deg).map(|(a, b)| LatLon::new(a, b)),
        distance_deg: event.distance_deg,
        azimuth_deg: event.back_azimuth_deg,
        magnitude: event.magnitude,
        color: if is_fresh { colour } else { colour.gamma_multiply(OLD) },
        tip: tip(event, age < 0),
    }
}

fn tip(event: &Event, is_later: bool) -> String {
    let mut lines = vec![event.name.clone(), iso(event.time, 0).replace('T', " ")];
    let kind = KINDS.get(kind_of(event)).map_or(event.kind.as_str(), |(_, words)| words);
    let quality = match event.quality.as_str() {
        "" => String::new(),
        quality => format!(", quality {quality}"),
    };
    lines.push(format!("{kind}{quality}"));
    if let Some(magnitude) = event.magnitude {
        lines.push(format!("magnitude {magnitude:.1} {}", event.magnitude_type));
    }
    if let Some(distance) = event.distance_deg {
        let azimuth =
            event.back_azimuth_deg.map_or(String::new(), |a| format!(", azimuth {a:.0}°"));
        lines.push(format!("{distance:.1}° away{azimuth}"));
    }
    if event.simulated {
        lines.push("SIMULATED".to_owned());
    }
    if is_later {
        lines.push("after the time cursor".to_owned());
    }
    lines.join("\n")
}

/// What a click on a mark means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Picked {
    /// The event of this id.
    Event(String),
    /// The mission of this id.
    Mission(String),
    /// Something without a meaning elsewhere.
    Nothing,
}

/// Reads a picked mark.
pub(super) fn picked(pick: &PickId) -> Picked {
    match pick.layer.as_str() {
        "quakes" => Picked::Event(pick.item.clone()),
        "sites" => Picked::Mission(pick.item.split('/').next().unwrap_or_default().to_owned()),
        layer if layer.starts_with("traverse:") => Picked::Mission(pick.item.clone()),
        _ => Picked::Nothing,
    }
}

/// A camera that shows an event together with its station.
pub(super) fn view_of(event: &Event, station: LatLon, now: Camera) -> Option<Camera> {
    let place = place_of(event, station)?;
    let distance = station.distance_deg(place);
    let target = station.towards(place, 0.5);
    // An arc of 60 degrees fills the view from 8000 km.
    let range_m = (distance / 60.0 * 8e6).clamp(1.6e6, 1.15e7);
    Some(Camera { target, range_m, heading_deg: 0.0, tilt_deg: 0.0, ..now })
}

#[cfg(test)]
mod tests;
