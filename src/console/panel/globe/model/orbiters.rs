//! Orbiters on the globe: where the elements put them at the cursor, and their next passes.

use marsdeck_engine::mission::{Database, Orbiter};
use marsdeck_engine::science::orbit::{self, Below, Orbit, Pass};
use marsdeck_engine::time::{Instant, TimeRange, iso};

use super::choices::LayerChoices;
use crate::globe::LatLon;
use crate::globe::layers::{self, SiteCircle};
use crate::theme::Theme;

/// Distance of points of a track, seconds: less than two degrees of arc on a low orbit.
const TRACK_S: f64 = 30.0;
/// Passes are looked for so far ahead, seconds: two sols.
const SEARCH_S: f64 = 2.0 * 88_775.244;
/// Radius of the ground for circles, km (mean radius).
const GROUND_KM: f64 = 3389.5;
/// Longest track to either side, minutes.
const LONGEST_MIN: f64 = 24.0 * 60.0;

/// The next pass of an orbiter over a site, kept until it is over.
#[derive(Clone, Debug)]
struct Kept {
    orbiter: Orbiter,
    site: orbit::Site,
    minimum_deg: f64,
    from: Instant,
    pass: Option<Pass>,
}

/// Passes that were found: looking for them anew with each step of the cursor would cost more
/// than all else.
#[derive(Debug, Default)]
pub(super) struct Passes {
    kept: Vec<Kept>,
}

impl Passes {
    fn next(
        &mut self,
        orbiter: &Orbiter,
        site: orbit::Site,
        minimum_deg: f64,
        at: Instant,
    ) -> Option<Pass> {
        let is_same = |k: &Kept| k.orbiter == *orbiter && k.site == site;
        let holds = |k: &Kept| {
            let until = k.pass.map_or_else(|| k.from.plus_s(SEARCH_S / 2.0), |p| p.set);
            k.minimum_deg == minimum_deg && k.from <= at && at <= until
        };
        if let Some(kept) = self.kept.iter().find(|k| is_same(k)).filter(|k| holds(k)) {
            return kept.pass;
        }
        self.kept.retain(|k| !is_same(k));
        let range = TimeRange::new(at, at.plus_s(SEARCH_S));
        let found = Orbit::of(orbiter)
            .and_then(|o| orbit::passes(&o, &site, range, minimum_deg, 1).first().copied());
        let orbiter = orbiter.clone();
        self.kept.push(Kept { orbiter, site, minimum_deg, from: at, pass: found });
        found
    }
}

fn place(below: &Below) -> LatLon {
    LatLon::new(below.latitude_deg, below.longitude_deg)
}

/// The first site of each mission, with its name.
fn sites(database: &Database) -> Vec<(String, orbit::Site)> {
    let of = |m: &marsdeck_engine::mission::Mission| {
        let site = m.sites.first()?;
        let place = orbit::Site {
            latitude_deg: site.latitude_deg,
            longitude_deg: site.longitude_deg,
            height_km: site.elevation_m / 1e3,
        };
        Some((m.name.clone(), place))
    };
    database.missions.iter().filter_map(of).collect()
}

/// All orbiters at an instant.
pub(super) fn orbiters(
    database: &Database,
    at: Instant,
    choices: &LayerChoices,
    theme: &Theme,
    passes: &mut Passes,
) -> Vec<layers::Orbiter> {
    let sites = sites(database);
    let minimum = choices.orbiter_minimum_deg.clamp(0.0, 89.0);
    let [behind, ahead] = choices.orbiter_minutes.map(|m| m.clamp(1.0, LONGEST_MIN) * 60.0);
    let made = database.orbiters.iter().enumerate().filter_map(|(n, orbiter)| {
        let orbit = Orbit::of(orbiter)?;
        let now = orbit.below(at);
        let radius_deg = orbit::visibility_radius_deg(GROUND_KM, now.distance_km, minimum);
        let track = |from: Instant, to: Instant| -> Vec<LatLon> {
            orbit.track(from, to, TRACK_S).iter().map(place).collect()
        };
        let mut tip = vec![
            orbiter.name.clone(),
            format!(
                "{:.0} km above {:.1}° {:.1}° E",
                now.height_km, now.latitude_deg, now.longitude_deg
            ),
        ];
        for (name, site) in &sites {
            let next = passes.next(orbiter, *site, minimum, at);
            tip.push(pass_words(name, next.as_ref()));
        }
        if !orbiter.note.is_empty() {
            tip.push(orbiter.note.clone());
        }
        let circle = |(_, site): &(String, orbit::Site)| SiteCircle {
            place: LatLon::new(site.latitude_deg, site.longitude_deg),
            radius_deg,
        };
        Some(layers::Orbiter {
            id: orbiter.id.clone(),
            name: orbiter.name.clone(),
            place: place(&now),
            behind: track(at.plus_s(-behind), at),
            ahead: track(at, at.plus_s(ahead)),
            footprint_deg: radius_deg,
            sites: sites.iter().map(circle).collect(),
            color: theme.curve(2 + n),
            tip: tip.join("\n"),
        })
    });
    made.collect()
}

fn pass_words(site: &str, pass: Option<&Pass>) -> String {
    let Some(pass) = pass else { return format!("{site}: no pass in two sols") };
    let clock = |t: Instant| iso(t, 0).get(11..19).unwrap_or_default().to_owned();
    format!(
        "{site}: {} rises {}, {:.0}° high at {}, sets {}",
        iso(pass.rise, 0).get(..10).unwrap_or_default(),
        clock(pass.rise),
        pass.highest_deg,
        clock(pass.culmination),
        clock(pass.set)
    )
}
