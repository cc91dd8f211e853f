//! Orbits against worked examples, published periods and the rate of the mean Sun.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::mission::{DataTime, Database};
use crate::time::{MarsClock, TimeRange};

fn builtin(id: &str) -> Orbiter {
    let database = Database::builtin();
    database.orbiters.iter().find(|o| o.id == id).expect("an orbiter").clone()
}

/// A circular equatorial orbit that starts over the ascending node.
fn circular(semi_major_axis_km: f64, inclination_deg: f64, epoch: Instant) -> Orbiter {
    Orbiter {
        id: "test".into(),
        name: "Test".into(),
        epoch: DataTime::new(epoch),
        semi_major_axis_km,
        eccentricity: 0.0,
        inclination_deg,
        node_deg: 0.0,
        argument_deg: 0.0,
        mean_anomaly_deg: 0.0,
        node_rate_deg_per_day: None,
        argument_rate_deg_per_day: None,
        mean_motion_deg_per_day: None,
        source: String::new(),
        note: String::new(),
    }
}

/// Vallado, Fundamentals of Astrodynamics and Applications, 4th edition, example 2-1:
/// M = 235.4°, e = 0.4 gives E = 220.512074767522°.
#[test]
fn keplers_equation_of_vallado() {
    let e = eccentric_anomaly(235.4_f64.to_radians(), 0.4).to_degrees();
    assert!((e - 220.512_074_767_522).abs() < 1e-9, "{e}");
    assert!(eccentric_anomaly(0.0, 0.9).abs() < 1e-15);
    assert!(eccentric_anomaly(f64::NAN, 0.5).is_nan());
}

/// Published periods: MRO 112 min, Odyssey 118 min, TGO 2 h, MAVEN 3.6 h.
#[test]
fn the_orbiters_take_as_long_as_published() {
    for (id, minutes, within) in
        [("mro", 112.0, 0.5), ("odyssey", 118.0, 0.6), ("tgo", 118.0, 1.0), ("maven", 219.0, 3.0)]
    {
        let period = Orbit::of(&builtin(id)).expect("elements").period_s() / 60.0;
        assert!((period - minutes).abs() < within, "{id}: {period} min");
    }
}

/// A node that goes with the mean Sun moves 360° in a tropical year of Mars, 0.524° a day: the
/// flattening does that to MRO and Odyssey at their published inclinations.
#[test]
fn the_flattening_keeps_two_orbiters_with_the_sun() {
    for (id, published) in [("mro", 92.6), ("odyssey", 93.1)] {
        let orbiter = builtin(id);
        let rate = |inclination: f64| {
            secular_rates(
                orbiter.semi_major_axis_km,
                orbiter.eccentricity,
                inclination.to_radians(),
            )
            .node
            .to_degrees()
                * DAY_S
        };
        let wanted = 0.524_038_496;
        assert!((rate(published) - wanted).abs() < 0.07 * wanted, "{id}: {}", rate(published));
        // The inclination that would do it exactly is the published one to a quarter of a degree.
        let exact = (wanted / -rate(180.0).abs()).acos().to_degrees();
        assert!((exact - published).abs() < 0.25, "{id}: {exact}");
    }
}

/// MRO crosses the equator northwards at 15:00 local mean solar time, years after its epoch.
#[test]
fn mro_comes_at_three_in_the_afternoon() {
    let orbit = Orbit::of(&builtin("mro")).expect("elements");
    for start in [1.58e9, 1.6e9, 1.65e9] {
        let start = Instant::from_unix_s(start);
        let track = orbit.track(start, start.plus_s(orbit.period_s()), 5.0);
        let crossing = track
            .windows(2)
            .position(|w| w[0].latitude_deg < 0.0 && w[1].latitude_deg >= 0.0)
            .expect("a crossing northwards");
        let t = start.plus_s(orbit.period_s() * crossing as f64 / (track.len() - 1) as f64);
        let hours = MarsClock::at(t).lmst_h(track[crossing].longitude_deg);
        assert!((hours - 15.0).abs() < 0.05, "{hours}");
        // 255 × 320 km above the ground, the lower end over the south.
        let lowest = track.iter().min_by(|a, b| a.distance_km.total_cmp(&b.distance_km)).unwrap();
        assert!(lowest.latitude_deg < -80.0 && (240.0..260.0).contains(&lowest.height_km));
    }
}

/// Half an hour by hand: on a circular orbit of 3800 km over the equator the longitude grows by
/// the mean motion less the turn of Mars.
#[test]
fn a_circle_over_the_equator_by_hand() {
    let epoch = Instant::from_unix_s(1.55e9);
    let orbit = Orbit::of(&circular(3800.0, 0.0, epoch)).unwrap();
    let (a, b) = (orbit.below(epoch), orbit.below(epoch.plus_s(1800.0)));
    assert!((a.longitude_deg - (360.0 - MarsRotation::at(epoch).w_deg)).abs() < 1e-6);
    assert!(a.latitude_deg.abs() < 1e-9 && (a.height_km - 403.81).abs() < 1e-6);
    let k = 1.5 * J2 * (J2_RADIUS_KM / 3800.0_f64).powi(2);
    // Ω̇ = −k n, ω̇ = 2 k n, Ṁ = n (1 + k): together n (1 + 2 k).
    let n = (GM_KM3_S2 / 3800.0_f64.powi(3)).sqrt() * (1.0 + 2.0 * k);
    let turned = n.to_degrees() * 1800.0 - 350.891_982_26 / 86_400.0 * 1800.0;
    let got = (b.longitude_deg - a.longitude_deg).rem_euclid(360.0);
    assert!((got - turned).abs() < 1e-6, "{got} and {turned}");
}

#[test]
fn circles_of_visibility() {
    // Wertz and Larson: at the horizon λ = acos(R/r).
    let r = visibility_radius_deg(3396.19, 3796.19, 0.0);
    assert!((r - (3396.19_f64 / 3796.19).acos().to_degrees()).abs() < 1e-12);
    assert!((26.0..27.0).contains(&r));
    assert!(visibility_radius_deg(3396.19, 3796.19, 20.0) < 13.0);
    assert_eq!(visibility_radius_deg(3396.19, 3000.0, 0.0), 0.0);
    assert!(visibility_radius_deg(3396.19, 3796.19, 90.0).abs() < 1e-9);
}

#[test]
fn an_orbiter_overhead_stands_in_the_zenith() {
    let site = Site { latitude_deg: 0.0, longitude_deg: 90.0, height_km: 0.0 };
    let over = sighting(&site, [0.0, 3796.19, 0.0]);
    assert!((over.elevation_deg - 90.0).abs() < 1e-9 && (over.range_km - 400.0).abs() < 1e-9);
    let north = sighting(&site, [0.0, 3500.0, 2000.0]);
    assert!(north.azimuth_deg < 1e-9 && north.elevation_deg < 10.0);
    let east = sighting(&site, [-2000.0, 3500.0, 0.0]);
    assert!((east.azimuth_deg - 90.0).abs() < 1e-9);
}

#[test]
fn a_day_of_passes_over_insight() {
    let site = Site { latitude_deg: 4.502384, longitude_deg: 135.623447, height_km: -2.6 };
    let start = Instant::from_unix_s(1.57e9);
    let range = TimeRange::new(start, start.plus_s(2.0 * 88_775.244));
    for id in ["mro", "odyssey", "tgo", "maven"] {
        let orbit = Orbit::of(&builtin(id)).unwrap();
        let found = passes(&orbit, &site, range, 10.0, 100);
        // Near the equator a low polar orbiter is seen twice or more a sol.
        assert!((2..30).contains(&found.len()), "{id}: {}", found.len());
        for pass in &found {
            assert!(pass.rise <= pass.culmination && pass.culmination <= pass.set);
            assert!(pass.highest_deg >= 10.0 && pass.highest_deg <= 90.0);
        }
        assert!(found.windows(2).all(|w| w[0].set < w[1].rise), "{id}");
        // Seen and not seen, against a look every 20 seconds.
        for i in 0..8000 {
            let t = start.plus_s(f64::from(i) * 20.0);
            let up = sighting(&site, orbit.fixed_km(t)).elevation_deg;
            let inside = found.iter().any(|p| p.rise <= t && t <= p.set);
            assert!(inside == (up > 10.0) || (up - 10.0).abs() < 0.05, "{id}: {up} at {i}");
        }
        let first = passes(&orbit, &site, range, 10.0, 1);
        assert_eq!(first.as_slice(), &found[..1]);
    }
    assert!(passes(&Orbit::of(&builtin("mro")).unwrap(), &site, range, 10.0, 0).is_empty());
}

#[test]
fn elements_that_are_no_orbit_are_told() {
    let wrong = |change: fn(&mut Orbiter)| {
        let mut orbiter = circular(3800.0, 10.0, Instant::from_unix_s(0.0));
        change(&mut orbiter);
        let text = toml::to_string(&BTreeMap::from([("orbiter", [orbiter])])).expect("text");
        let file = crate::mission::MissionFile { path: "x/orbiters.toml".into(), text };
        let (database, problems) = Database::load(&[file]);
        (database.orbiters.len(), problems.len())
    };
    assert_eq!(wrong(|_| {}), (1, 0));
    assert_eq!(wrong(|o| o.eccentricity = 1.0), (0, 1));
    assert_eq!(wrong(|o| o.semi_major_axis_km = 3000.0), (0, 1));
    assert_eq!(wrong(|o| o.inclination_deg = 181.0), (0, 1));
    assert_eq!(wrong(|o| o.epoch = "yesterday".to_owned().into()), (0, 1));
}

proptest! {
    #[test]
    fn keplers_equation_is_met(mean in -50.0..50.0f64, e in 0.0..0.995f64) {
        let eccentric = eccentric_anomaly(mean, e);
        prop_assert!((eccentric - e * eccentric.sin() - mean).abs() < 1e-10);
    }

    #[test]
    fn orbits_stay_between_their_ends(s in -1e8..1e8f64, e in 0.0..0.5f64, i in 0.0..180.0f64) {
        let mut orbiter = circular(8000.0, i, Instant::from_unix_s(1.5e9));
        orbiter.eccentricity = e;
        let below = Orbit::of(&orbiter).unwrap().below(Instant::from_unix_s(1.5e9 + s));
        prop_assert!((8000.0 * (1.0 - e) - 1e-6..=8000.0 * (1.0 + e) + 1e-6)
            .contains(&below.distance_km));
        let tilt = if i > 90.0 { 180.0 - i } else { i };
        prop_assert!(below.latitude_deg.abs() <= tilt + 1e-6);
        prop_assert!((0.0..360.0).contains(&below.longitude_deg));
    }
}
