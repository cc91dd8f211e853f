//! Marsquakes on the globe: which show when, how pale, and where.

use egui::Color32;
use marsdeck_engine::archive::Event;
use marsdeck_engine::mission::Database;
use marsdeck_engine::time::{Instant, iso};

use super::Given;
use super::choices::LayerChoices;
use crate::globe::layers::{self, Quake};
use crate::globe::{Camera, LatLon, Layer};
use crate::theme::Theme;

/// Newest located events that get a mark and an arc.
const MOST_LOCATED: usize = 300;
/// Newest events of which only the distance is known that get a circle: each is a line around the
/// planet.
pub(super) const MOST_CIRCLES: usize = 6;
/// One sol, seconds.
const SOL_S: f64 = 88_775.244;
/// Paleness of events long ago: they never vanish.
const PALEST: f32 = 0.3;
/// So many steps fade an event to a third: their number decides how often the layer is made anew.
const FADE_STEPS: f64 = 40.0;

/// Kinds of events with colours of their own, in the words of the QuakeML extension of the
/// Marsquake Service, each with its words on screen; all others come after them.
pub(in crate::panel::globe) const KINDS: [(&str, &str); 6] = [
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
pub(in crate::panel::globe) fn kind_colour(theme: &Theme, kind: usize) -> Color32 {
    // The second curve colour is close to the ground: for the rarest kind.
    theme.curve([0, 5, 4, 2, 3, 1, 6].get(kind).copied().unwrap_or(0))
}

/// Where the seismometer of a mission stands: its first site.
pub(in crate::panel::globe) fn station(database: &Database, mission: &str) -> Option<LatLon> {
    let wanted = if mission.is_empty() { "insight" } else { mission };
    let site = database.missions.iter().find(|m| m.id == wanted)?.sites.first()?;
    Some(LatLon::new(site.latitude_deg, site.longitude_deg))
}

/// Where an event was, by its own place or by distance and azimuth from its station.
pub(in crate::panel::globe) fn place_of(event: &Event, station: LatLon) -> Option<LatLon> {
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

fn quake(event: &Event, given: &Given<'_>) -> Quake {
    let colour = kind_colour(given.theme, kind_of(event));
    let age_s = given.cursor.s_since(event.time);
    let strength = if event.id == given.selected { 1.0 } else { fade(age_s, given.choices) };
    Quake {
        id: event.id.clone(),
        name: event.name.clone(),
        place: event.latitude_deg.zip(event.longitude_deg).map(|(a, b)| LatLon::new(a, b)),
        distance_deg: event.distance_deg,
        azimuth_deg: event.back_azimuth_deg,
        distance_bounds_deg: event.distance_bounds_deg,
        azimuth_bounds_deg: event.back_azimuth_bounds_deg,
        error_deg: event.epicentre_error_deg,
        magnitude: event.magnitude,
        color: colour.gamma_multiply(strength),
        tip: tip(event, age_s < 0.0),
    }
}

/// How strong the colour of an event of this age in seconds is: it fades continuously.
pub(super) fn fade(age_s: f64, choices: &LayerChoices) -> f32 {
    let sols = choices.quake_fade_sols.max(0.1);
    let part = (-(age_s / SOL_S / sols).max(0.0)).exp() as f32;
    PALEST + (1.0 - PALEST) * part
}

/// Number of the step of fading at an instant: while it stays, so do the colours.
pub(super) fn fade_step(cursor: Instant, choices: &LayerChoices) -> i64 {
    let step_s = SOL_S * choices.quake_fade_sols.max(0.1) / FADE_STEPS;
    (cursor.unix_s() / step_s).floor() as i64
}

/// The layers of the events, and what of them is in sight: kinds by number, and whether some are
/// simulated.
pub(super) fn layers_of(given: &Given<'_>) -> (Vec<Layer>, Vec<usize>, bool) {
    let shown = shown(given.events, given.cursor, given.selected);
    let mut kinds: Vec<usize> = shown.iter().map(|e| kind_of(e)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let is_simulated = shown.iter().any(|e| e.simulated);
    let Some(station) = station(given.database, "insight") else {
        return (Vec::new(), kinds, is_simulated);
    };
    let quakes: Vec<Quake> = shown.into_iter().rev().map(|event| quake(event, given)).collect();
    let mut made = layers::quakes(&quakes, station, given.selected);
    let legend: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let words = KINDS.get(*kind).map_or("Other", |(_, words)| words);
            (kind_colour(given.theme, *kind), words.to_owned())
        })
        .collect();
    if let Some(marks) = made.last_mut() {
        marks.legend = legend;
    }
    (made, kinds, is_simulated)
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
    if let Some((first, last)) = event.back_azimuth_bounds_deg {
        lines.push(format!("azimuth {:.0}° to {:.0}°", first.rem_euclid(360.0), last % 360.0));
    }
    if let Some((least, most)) = event.distance_bounds_deg {
        lines.push(format!("distance {least:.1}° to {most:.1}°"));
    }
    if event.simulated {
        lines.push("SIMULATED".to_owned());
    }
    if is_later {
        lines.push("after the time cursor".to_owned());
    }
    lines.join("\n")
}

/// A camera that shows an event together with its station.
pub(in crate::panel::globe) fn view_of(
    event: &Event,
    station: LatLon,
    now: Camera,
) -> Option<Camera> {
    let place = place_of(event, station)?;
    let distance = station.distance_deg(place);
    let target = station.towards(place, 0.5);
    // An arc of 60 degrees fills the view from 8000 km.
    let range_m = (distance / 60.0 * 8e6).clamp(1.6e6, 1.15e7);
    Some(Camera { target, range_m, heading_deg: 0.0, tilt_deg: 0.0, ..now })
}
