//! From bytes to events (QuakeML BED 1.2; Mars and single-station extensions).

use std::collections::HashMap;

use crate::format::xmltree::{Node, Problems, Tree, parse_time, root_name};
use crate::problem::Problem;
use crate::time::Instant;

use super::pdf::interval;
use super::{Arrival, Event, Magnitude, Origin, Pick, Real, Timing};

/// Coordinates of the InSight station as Mars catalogues print them, degrees (FACTS 2.3).
pub(super) const STATION_DEG: (f64, f64) = (4.5024, 135.6234);
/// Closer to the station than this, in degrees, is not a location but its lack.
const NOT_LOCATED_DEG: f64 = 0.01;
/// Depth that catalogues write where none was found, metres.
pub(super) const FILLER_DEPTH_M: f64 = 50_000.0;

/// Whether the bytes start as QuakeML.
pub fn sniff(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|name| name == "quakeml")
}

/// What the extensions say of an origin.
#[derive(Default)]
struct SingleStation {
    quality: String,
    distance: Option<Real>,
    azimuth: Option<Real>,
    depth: Option<Real>,
}

/// What the extensions say, by the identifier of what they speak of.
#[derive(Default)]
struct Extensions {
    origins: HashMap<String, SingleStation>,
    /// Mars type and its certainty of an event.
    kinds: HashMap<String, (String, String)>,
    /// Frequency of a pick.
    frequencies: HashMap<String, Real>,
}

/// Reads a file. Events that a damaged file does not complete are left out and reported.
pub fn read(bytes: &[u8]) -> (Vec<Event>, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = Tree::read(bytes, &mut problems);
    let mut events = Vec::new();
    if let Some(root) = tree.root() {
        if root.name() == "quakeml" {
            let extensions = extensions(root, &mut problems);
            for node in root.all("eventParameters").flat_map(|p| p.all("event")) {
                if node.complete() {
                    events.push(event(node, &extensions, &mut problems));
                } else {
                    problems.at(node, "event", "cut off before its end; it was left out");
                }
            }
        } else {
            let reason = "the outermost element is not quakeml; nothing was read";
            problems.at(root, root.name(), reason);
        }
    }
    (events, problems.finish())
}

fn extensions(root: Node<'_>, problems: &mut Problems) -> Extensions {
    let mut found = Extensions::default();
    for part in root.all("singleStationParameters") {
        for node in part.all("singleStationOrigin").filter(|n| n.complete()) {
            let id = node.text_of("bedOriginReference").to_owned();
            let origin = SingleStation {
                quality: node
                    .child("locationQuality")
                    .map_or("", |q| term(q.text_of("class")))
                    .to_owned(),
                distance: preferred(node, "distance", "preferredDistanceID", problems),
                azimuth: preferred(node, "azimuth", "preferredAzimuthID", problems),
                depth: preferred(node, "depth", "preferredDepthID", problems),
            };
            found.origins.insert(id, origin);
        }
        for node in part.all("singleStationPick").filter(|n| n.complete()) {
            if let Some(frequency) = real(node, "frequency", problems) {
                let id = node.text_of("pickReference").to_owned();
                found.frequencies.insert(id, frequency);
            }
        }
    }
    for node in root.all("marsquakeParameters").flat_map(|p| p.all("marsEvent")) {
        let class = node.child("type").map_or("", |t| t.text_of("class"));
        let kind = (term(class).to_owned(), node.text_of("typeCertainty").to_owned());
        found.kinds.insert(node.text_of("eventReference").to_owned(), kind);
    }
    found
}

/// The value that an origin prefers among those of a name, else its only one.
fn preferred(node: Node<'_>, name: &str, by: &str, problems: &mut Problems) -> Option<Real> {
    let id = node.text_of(by);
    let chosen = node
        .all(name)
        .find(|n| !id.is_empty() && n.attribute("publicID") == Some(id))
        .or_else(|| node.child(name).filter(|_| id.is_empty() && node.all(name).count() == 1))?;
    let own = real(chosen, name, problems)?;
    if own.lower.is_some() || own.upper.is_some() {
        return Some(own);
    }
    let pdf = chosen.child(name).and_then(|n| n.child("pdf"));
    let turn = (name == "azimuth").then_some(360.0);
    let bounds = pdf.and_then(|pdf| {
        interval(pdf.text_of("variable"), pdf.text_of("probability"), own.value, turn)
    });
    Some(bounds.map_or(own, |(lower, upper)| Real {
        value: own.value,
        lower: Some(lower),
        upper: Some(upper),
    }))
}

/// The term of a vocabulary URI: `…MarsEventType#BROADBAND` is `BROADBAND`.
fn term(text: &str) -> &str {
    text.rsplit_once('#').map_or(text, |(_, term)| term)
}

/// Whether an element belongs to the Mars extension.
fn is_mars(node: Node<'_>) -> bool {
    node.namespace().ends_with("/mars")
}

fn mars_child<'t>(node: Node<'t>, name: &'t str) -> Option<Node<'t>> {
    node.all(name).find(|n| is_mars(*n))
}

/// Text of a child that is not of an extension.
fn plain<'t>(node: Node<'t>, name: &'t str) -> &'t str {
    node.all(name).find(|n| !is_mars(*n)).map_or("", Node::text)
}

fn identifier(node: Node<'_>, problems: &mut Problems) -> String {
    let id = node.attribute("publicID").unwrap_or_default().trim();
    if id.is_empty() {
        problems.at(node, node.name(), "it has no publicID");
    }
    id.to_owned()
}

fn event(node: Node<'_>, extensions: &Extensions, problems: &mut Problems) -> Event {
    let public_id = identifier(node, problems);
    let described = |kinds: &[&str]| {
        let mut all = node.all("description");
        let found = all.find(|d| kinds.contains(&d.text_of("type").to_ascii_lowercase().as_str()));
        found.map_or("", |d| d.text_of("text")).to_owned()
    };
    let other = extensions.kinds.get(&public_id);
    let of_mars = |name: &str| mars_child(node, name).map(|n| term(n.text()).to_owned());
    let mut event = Event {
        name: described(&["earthquake name"]),
        region: described(&["region name", "flinn-engdahl region"]),
        kind: plain(node, "type").to_owned(),
        kind_certainty: plain(node, "typeCertainty").to_owned(),
        mars_kind: of_mars("type").or_else(|| other.map(|o| o.0.clone())).unwrap_or_default(),
        mars_kind_certainty: of_mars("typeCertainty")
            .or_else(|| other.map(|o| o.1.clone()))
            .unwrap_or_default(),
        preferred_origin: reference(node, "preferredOriginID"),
        preferred_magnitude: reference(node, "preferredMagnitudeID"),
        magnitudes: node.all("magnitude").filter_map(|n| magnitude(n, problems)).collect(),
        picks: node.all("pick").filter_map(|n| pick(n, extensions, problems)).collect(),
        comments: comments(node),
        origins: Vec::new(),
        public_id,
    };
    // Older files write distance and direction into the event itself.
    let distance = mars_child(node, "distance").and_then(|n| quantity(n, problems));
    let azimuth = mars_child(node, "BAZ").and_then(|n| quantity(n, problems));
    let older = SingleStation { distance, azimuth, ..SingleStation::default() };
    let of_mars = event.is_of_mars();
    event.origins =
        node.all("origin").map(|n| origin(n, of_mars, &older, extensions, problems)).collect();
    let origins: Vec<&str> = event.origins.iter().map(|o| o.public_id.as_str()).collect();
    let magnitudes: Vec<&str> = event.magnitudes.iter().map(|m| m.public_id.as_str()).collect();
    for (wanted, listed, field) in [
        (&event.preferred_origin, origins, "preferredOriginID"),
        (&event.preferred_magnitude, magnitudes, "preferredMagnitudeID"),
    ] {
        let Some(wanted) = wanted else { continue };
        if !listed.is_empty() && !listed.contains(&wanted.as_str()) {
            problems.at(node, field, "it names none of this event; the first one is used");
        }
    }
    event
}

fn reference(node: Node<'_>, name: &str) -> Option<String> {
    Some(node.text_of(name)).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn comments(node: Node<'_>) -> Vec<String> {
    node.all("comment")
        .map(|c| c.text_of("text").to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

fn origin(
    node: Node<'_>,
    of_mars: bool,
    older: &SingleStation,
    extensions: &Extensions,
    problems: &mut Problems,
) -> Origin {
    let public_id = identifier(node, problems);
    let single = extensions.origins.get(&public_id);
    let mut own = |name: &str| quantity(mars_child(node, name)?, problems);
    let distance = single.and_then(|s| s.distance).or_else(|| own("distance")).or(older.distance);
    let azimuth = single.and_then(|s| s.azimuth).or_else(|| own("BAZ")).or(older.azimuth);
    let quality = mars_child(node, "locationQuality").map(|n| term(n.text()).to_owned());
    let mut origin = Origin {
        time: node.child("time").and_then(|n| timing(n, problems)),
        latitude_deg: real(node, "latitude", problems),
        longitude_deg: real(node, "longitude", problems),
        depth_m: real(node, "depth", problems),
        quality: quality.or_else(|| single.map(|s| s.quality.clone())).unwrap_or_default(),
        distance_deg: distance,
        back_azimuth_deg: azimuth,
        mode: plain(node, "evaluationMode").to_owned(),
        status: plain(node, "evaluationStatus").to_owned(),
        arrivals: node.all("arrival").map(|n| arrival(n, problems)).collect(),
        public_id,
    };
    let at_station = origin.epicentre_deg().is_some_and(|(lat, lon)| {
        (lat - STATION_DEG.0).abs() < NOT_LOCATED_DEG
            && (lon - STATION_DEG.1).abs() < NOT_LOCATED_DEG
    });
    if at_station && (of_mars || !origin.quality.is_empty()) {
        (origin.latitude_deg, origin.longitude_deg) = (None, None);
        if origin.depth_m.is_some_and(|d| d.value == FILLER_DEPTH_M) {
            origin.depth_m = single.and_then(|s| s.depth);
        }
    }
    origin
}

fn arrival(node: Node<'_>, problems: &mut Problems) -> Arrival {
    Arrival {
        pick: node.text_of("pickID").to_owned(),
        phase: node.text_of("phase").to_owned(),
        distance_deg: problems.number(node, "distance"),
        azimuth_deg: problems.number(node, "azimuth"),
    }
}

fn magnitude(node: Node<'_>, problems: &mut Problems) -> Option<Magnitude> {
    let Some(value) = real(node, "mag", problems) else {
        problems.at(node, "magnitude", "it has no value; it was left out");
        return None;
    };
    Some(Magnitude {
        public_id: identifier(node, problems),
        value,
        kind: node.text_of("type").to_owned(),
        origin: node.text_of("originID").to_owned(),
    })
}

fn pick(node: Node<'_>, extensions: &Extensions, problems: &mut Problems) -> Option<Pick> {
    let Some(timing) = node.child("time").and_then(|n| timing(n, problems)) else {
        problems.at(node, "pick", "it has no time; it was left out");
        return None;
    };
    let public_id = identifier(node, problems);
    let channel = node.child("waveformID").map_or_else(String::new, |w| channel(w, problems));
    Some(Pick {
        timing,
        phase: node.text_of("phaseHint").to_owned(),
        channel,
        filter: node.text_of("filterID").to_owned(),
        frequency_hz: extensions.frequencies.get(&public_id).copied(),
        public_id,
    })
}

/// The codes of a `waveformID` in one name, parted by points.
fn channel(node: Node<'_>, problems: &mut Problems) -> String {
    let part = |name: &str| node.attribute(name).unwrap_or_default().trim();
    let codes = ["networkCode", "stationCode", "locationCode", "channelCode"].map(part);
    if codes.iter().any(|code| code.contains('.')) {
        problems.at(node, "waveformID", "a code has a point in it; the channel was left out");
        return String::new();
    }
    let [net, sta, loc, cha] = codes;
    format!("{net}.{sta}.{}.{cha}", loc.trim_matches('-'))
}

/// A quantity element of a name: its value and uncertainties.
fn real(node: Node<'_>, name: &str, problems: &mut Problems) -> Option<Real> {
    quantity(node.child(name)?, problems)
}

/// The value of a quantity element, or its own text where it has no value element.
fn quantity(node: Node<'_>, problems: &mut Problems) -> Option<Real> {
    let value = match node.child("value") {
        Some(value) => problems.own_number(value)?,
        None => problems.own_number(node)?,
    };
    let (lower, upper) = uncertainties(node, problems);
    Some(Real { value, lower, upper })
}

fn uncertainties(node: Node<'_>, problems: &mut Problems) -> (Option<f64>, Option<f64>) {
    let both = problems.number(node, "uncertainty");
    let lower = problems.number(node, "lowerUncertainty").or(both);
    let upper = problems.number(node, "upperUncertainty").or(both);
    (lower, upper)
}

fn timing(node: Node<'_>, problems: &mut Problems) -> Option<Timing> {
    let text = node.text_of("value");
    let Some(time) = parse_time(text) else {
        let shown: String = text.chars().take(40).collect();
        problems.at(node, "time", format!("\"{shown}\" is not a time; it was left out"));
        return None;
    };
    if time == Instant::MIN || time == Instant::MAX {
        problems.at(node, "time", "outside the years 1678 to 2261; the nearest one was taken");
    }
    let (lower_s, upper_s) = uncertainties(node, problems);
    Some(Timing { time, lower_s, upper_s })
}
