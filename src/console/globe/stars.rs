//! The brighter stars of the sky as seen from Mars.

use std::sync::LazyLock;

use glam::DVec3;
use marsdeck_engine::time::{Instant, MarsRotation};

/// Magnitudes of the brightest star of the list and of what is drawn faintest.
const BRIGHTEST: f64 = -1.44;
const FAINTEST: f64 = 5.0;
/// Least brightness: the faintest stars are still seen.
const LEAST: f64 = 0.06;

/// A star of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Star {
    /// Right ascension and declination, J2000, degrees.
    ra_deg: f64,
    dec_deg: f64,
    /// V magnitude.
    magnitude: f64,
}

/// The built-in list (assets/globe/stars.csv), brightest first.
static STARS: LazyLock<Vec<Star>> = LazyLock::new(|| {
    parse(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/stars.csv")))
});

fn parse(text: &str) -> Vec<Star> {
    let star = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [ra, dec, magnitude, _] = cells[..] else { return None };
        Some(Star {
            ra_deg: ra.parse().ok()?,
            dec_deg: dec.parse().ok()?,
            magnitude: magnitude.parse().ok()?,
        })
    };
    text.lines().filter_map(star).collect()
}

/// Unit vectors to the stars on body-fixed axes at an instant, and their brightness: 1 for the
/// brightest, towards 0 for those of the fifth magnitude. Brightest first.
pub fn stars_at(t: Instant) -> Vec<(DVec3, f32)> {
    let rotation = MarsRotation::at(t);
    let of = |star: &Star| {
        let at = DVec3::from_array(rotation.direction(star.ra_deg, star.dec_deg));
        // The eye is logarithmic, and so are magnitudes.
        let bright = (FAINTEST - star.magnitude) / (FAINTEST - BRIGHTEST);
        (at, bright.clamp(LEAST, 1.0) as f32)
    };
    STARS.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(STARS.len(), 1289);
        // Sirius: Hipparcos 32349.
        let sirius = STARS[0];
        assert!((sirius.ra_deg - 101.287).abs() < 0.01 && (sirius.dec_deg + 16.716).abs() < 0.01);
        assert!(STARS.windows(2).all(|w| w[0].magnitude <= w[1].magnitude));
        assert!(parse("a,b,c,d\n1,2\n").is_empty());
    }

    /// The pole of Mars points between Deneb (10 degrees away) and Alderamin: Deneb stands high in
    /// its north for all of a sol and goes around once.
    #[test]
    fn the_sky_turns_around_the_pole() {
        let deneb = STARS
            .iter()
            .position(|s| (s.ra_deg - 310.358).abs() < 0.02 && (s.dec_deg - 45.280).abs() < 0.02)
            .expect("Deneb");
        let start = Instant::from_unix_s(1.6e9);
        let mut turned = 0.0;
        let mut before: Option<f64> = None;
        // A sidereal turn of Mars is 88 642.66 s.
        for i in 0..=100 {
            let (at, bright) = stars_at(start.plus_s(886.4266 * f64::from(i)))[deneb];
            assert!((at.length() - 1.0).abs() < 1e-12 && bright > 0.5);
            assert!((at.z.asin().to_degrees() - 81.0).abs() < 1.5, "{}", at.z.asin().to_degrees());
            let lon = at.y.atan2(at.x).to_degrees();
            if let Some(before) = before {
                turned += (lon - before + 180.0_f64).rem_euclid(360.0) - 180.0;
            }
            before = Some(lon);
        }
        assert!((turned + 360.0).abs() < 0.1, "westwards once: {turned}");
    }
}
