//! Where the globe can go: features, sites, events, and the sols of the missions.

use std::sync::Arc;

use marsdeck_engine::archive::Event;
use marsdeck_engine::mission::{Database, Mission};
use marsdeck_engine::time::{Convention, Instant, SolClock};

use super::model;
use crate::globe::LatLon;
use crate::globe::layers::{Feature, Stop};
use crate::globe::tools::search::{Goal, SearchIndex, folded};

/// Noon, seconds of local mean solar time: when a sol is looked at.
const NOON_S: f64 = 43_200.0;
/// Distances of the eye after a flight, metres: to a site, to a stop of a rover, and the least to a
/// feature.
const SITE_RANGE_M: f64 = 5e4;
const STOP_RANGE_M: f64 = 4e3;
const FEATURE_RANGE_M: f64 = 2e4;
/// Distance of the eye in lengths of a feature: then it fills most of the view.
const LENGTHS: f64 = 1.8;

/// The index, made anew only when something in it changes.
#[derive(Default)]
pub(super) struct Goals {
    pub index: SearchIndex,
    made_of: Option<Key>,
}

struct Key {
    features: Arc<Vec<Feature>>,
    database: Arc<Database>,
    events: Arc<Vec<Event>>,
}

impl Goals {
    /// Takes what there is to find now.
    pub(super) fn renew(
        &mut self,
        features: &Arc<Vec<Feature>>,
        database: &Arc<Database>,
        events: &Arc<Vec<Event>>,
    ) {
        let is_same = |k: &Key| {
            Arc::ptr_eq(&k.features, features)
                && Arc::ptr_eq(&k.database, database)
                && (Arc::ptr_eq(&k.events, events) || k.events == *events)
        };
        if self.made_of.as_ref().is_some_and(is_same) {
            return;
        }
        let sites = database.missions.iter().flat_map(sites);
        let quakes = events.iter().filter_map(|event| quake(event, database));
        let named = features.iter().map(feature);
        self.index = SearchIndex::new(sites.chain(quakes).chain(named));
        let of = (Arc::clone(features), Arc::clone(database), Arc::clone(events));
        self.made_of = Some(Key { features: of.0, database: of.1, events: of.2 });
    }
}

fn feature(feature: &Feature) -> Goal {
    Goal {
        id: format!("feature:{}", feature.name),
        name: feature.name.clone(),
        kind: feature.kind.clone(),
        place: feature.place,
        extent_km: feature.extent_km(),
    }
}

fn sites(mission: &Mission) -> impl Iterator<Item = Goal> {
    mission.sites.iter().map(|site| Goal {
        id: format!("site:{}", mission.id),
        name: site.name.clone(),
        kind: format!("Site of {}", mission.name),
        place: LatLon::new(site.latitude_deg, site.longitude_deg),
        extent_km: 0.0,
    })
}

fn quake(event: &Event, database: &Database) -> Option<Goal> {
    let place = model::place_of(event, model::station(database, &event.mission)?)?;
    let kind = event.magnitude.map_or_else(|| "Event".to_owned(), |m| format!("Event, M {m:.1}"));
    let (id, name) = (format!("event:{}", event.id), event.name.clone());
    Some(Goal { id, name, kind, place, extent_km: 0.0 })
}

/// The sol that a text asks for: `sol 1051`, `Sol1051`, `sol 1051 curiosity`; and the words after
/// it.
fn sol_of(text: &str) -> Option<(i32, String)> {
    let text = folded(text);
    let rest = text.strip_prefix("sol")?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, words) = rest.split_at_checked(end)?;
    let sol = number.parse().ok().filter(|sol| (0..100_000).contains(sol))?;
    Some((sol, words.trim().to_owned()))
}

/// The goals of a text that asks for a sol: of the mission in focus first, then of the others.
pub(super) fn sols(text: &str, database: &Database, focus: &str, stops: &[Stop]) -> Vec<Goal> {
    let Some((sol, words)) = sol_of(text) else { return Vec::new() };
    let mut missions: Vec<&Mission> = database.missions.iter().collect();
    missions.sort_by_key(|mission| mission.id != focus);
    let goal = |mission: &Mission| {
        SolClock::of(&mission.id).ok()?;
        let known = folded(&mission.name).contains(&words) || mission.id.contains(&words);
        let site = mission.sites.first().filter(|_| known)?;
        let stop = stops.iter().rfind(|stop| i64::from(stop.sol) <= i64::from(sol));
        let stop = stop.filter(|_| mission.id == "msl").map(|stop| stop.place);
        let place = stop.unwrap_or(LatLon::new(site.latitude_deg, site.longitude_deg));
        Some(Goal {
            id: format!("sol:{}:{sol}", mission.id),
            name: format!("Sol {sol}"),
            kind: mission.name.clone(),
            place,
            extent_km: 0.0,
        })
    };
    missions.into_iter().filter_map(goal).collect()
}

/// What choosing a goal does besides flying.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Nothing; the distance of the eye, metres.
    Fly(f64),
    /// An event is selected, and the globe shows it with its station.
    Event(String),
    /// The clock goes to noon of a sol of a mission.
    Sol(String, Instant, f64),
}

/// Reads a goal's identifier.
pub(super) fn meaning(goal: &Goal) -> Meaning {
    let (what, rest) = goal.id.split_once(':').unwrap_or_default();
    match (what, rest.split_once(':')) {
        ("event", _) => Meaning::Event(rest.to_owned()),
        ("site", _) => Meaning::Fly(SITE_RANGE_M),
        ("sol", Some((mission, sol))) => match (SolClock::of(mission), sol.parse()) {
            (Ok(clock), Ok(sol)) => {
                let at = clock.instant(sol, NOON_S, Convention::Kernel);
                Meaning::Sol(mission.to_owned(), at, STOP_RANGE_M)
            }
            _ => Meaning::Fly(SITE_RANGE_M),
        },
        _ => Meaning::Fly((goal.extent_km * 1e3 * LENGTHS).clamp(FEATURE_RANGE_M, 9e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::globe::layers::{curiosity_stops, known_features};

    #[test]
    fn sols_are_read() {
        assert_eq!(sol_of("sol 1051"), Some((1051, String::new())));
        assert_eq!(sol_of(" Sol1051 Curiosity"), Some((1051, "curiosity".into())));
        for text in ["sol", "sol x", "Solis Planum", "1051", "sol 99999999999"] {
            assert_eq!(sol_of(text), None, "{text}");
        }
    }

    /// Sol 3 of Curiosity began on 2012-08-09 (it landed on 2012-08-06, sol 0); noon in Gale is
    /// about 9 h before midnight UTC turns.
    #[test]
    fn a_sol_is_a_place_and_a_time() {
        let database = Database::builtin();
        let stops = curiosity_stops();
        let found = sols("sol 3", &database, "msl", &stops);
        let goal = &found[0];
        assert_eq!((goal.id.as_str(), goal.place), ("sol:msl:3", stops[0].place));
        let Meaning::Sol(mission, at, _) = meaning(goal) else { panic!("{goal:?}") };
        let clock = SolClock::of("msl").unwrap();
        assert_eq!(mission, "msl");
        let there = clock.at(at, Convention::Kernel);
        assert_eq!((there.sol, there.seconds.round()), (3, 43_200.0));
        assert!(found.iter().any(|g| g.id == "sol:insight:3"));
        let only = sols("sol 3 insight", &database, "msl", &stops);
        assert!(only.iter().all(|g| g.id == "sol:insight:3") && !only.is_empty());
    }

    #[test]
    fn everything_is_found_and_the_index_is_made_once() {
        let mut goals = Goals::default();
        let features = Arc::new(known_features());
        let database = Database::builtin();
        let database = Arc::new(database);
        let event = Event {
            id: "smi:quake/1".into(),
            name: "S1222a".into(),
            mission: "insight".into(),
            latitude_deg: Some(-3.0),
            longitude_deg: Some(171.9),
            magnitude: Some(4.7),
            ..Event::default()
        };
        let events = Arc::new(vec![event]);
        goals.renew(&features, &database, &events);
        let one = |text: &str| goals.index.find(text, 1).first().map(|goal| meaning(goal));
        assert_eq!(one("s1222"), Some(Meaning::Event("smi:quake/1".into())));
        assert_eq!(one("gale"), Some(Meaning::Fly(154.08e3 * LENGTHS)));
        assert!(goals.index.len() > features.len());
        let before = goals.index.len();
        goals.renew(&features, &database, &Arc::new(Vec::new()));
        assert_eq!(goals.index.len(), before - 1);
    }
}
