//! How Mars stands among the stars: pole and prime meridian after the IAU.

use super::{Instant, LeapSeconds};

/// Days of a Julian century.
const CENTURY_DAYS: f64 = 36_525.0;

/// Pole and prime meridian of Mars at an instant, degrees, against the ICRF (J2000).
///
/// `α0 = 317.68143 − 0.1061 T`, `δ0 = 52.88650 − 0.0609 T`, `W = 176.630 + 350.89198226 d`, with
/// `T` Julian centuries and `d` days of TDB from J2000: report of the IAU Working Group on
/// Cartographic Coordinates and Rotational Elements 2009 (Archinal et al. 2011, table 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarsRotation {
    /// Right ascension of the north pole.
    pub pole_ra_deg: f64,
    /// Declination of the north pole.
    pub pole_dec_deg: f64,
    /// Angle from the ascending node of the equator of Mars on that of the ICRF to the prime
    /// meridian, eastwards along the equator of Mars, 0 to 360.
    pub w_deg: f64,
}

impl MarsRotation {
    /// At an instant.
    pub fn at(t: Instant) -> Self {
        let d = LeapSeconds::built_in().et_s(t) / 86_400.0;
        let centuries = d / CENTURY_DAYS;
        Self {
            pole_ra_deg: 317.68143 - 0.1061 * centuries,
            pole_dec_deg: 52.88650 - 0.0609 * centuries,
            w_deg: (176.630 + 350.89198226 * d).rem_euclid(360.0),
        }
    }

    /// The matrix, by rows, that takes a vector of the ICRF into the frame that turns with Mars
    /// (x through 0° E on the equator, z through the north pole): `R3(W) R1(90° − δ0) R3(90° + α0)`.
    pub fn fixed_from_icrf(&self) -> [[f64; 3]; 3] {
        let (sin_a, cos_a) = (90.0 + self.pole_ra_deg).to_radians().sin_cos();
        let (sin_i, cos_i) = (90.0 - self.pole_dec_deg).to_radians().sin_cos();
        let (sin_w, cos_w) = self.w_deg.to_radians().sin_cos();
        // Axes of the equator of Mars: along its node, a quarter turn further, and the pole.
        let node = [cos_a, sin_a, 0.0];
        let quarter = [-sin_a * cos_i, cos_a * cos_i, sin_i];
        let pole = [sin_a * sin_i, -cos_a * sin_i, cos_i];
        let turned = |c: f64, s: f64| [0, 1, 2].map(|k| c * node[k] + s * quarter[k]);
        [turned(cos_w, sin_w), turned(-sin_w, cos_w), pole]
    }

    /// The direction of a place in the sky (right ascension and declination, J2000, degrees) as a
    /// unit vector of the frame that turns with Mars.
    pub fn direction(&self, ra_deg: f64, dec_deg: f64) -> [f64; 3] {
        let (sin_ra, cos_ra) = ra_deg.to_radians().sin_cos();
        let (sin_dec, cos_dec) = dec_deg.to_radians().sin_cos();
        let sky = [cos_dec * cos_ra, cos_dec * sin_ra, sin_dec];
        self.fixed_from_icrf().map(|row| (0..3).map(|k| row[k] * sky[k]).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::super::MarsClock;
    use super::*;

    #[test]
    fn the_pole_is_up_and_the_matrix_turns_only() {
        let rotation = MarsRotation::at(Instant::from_unix_s(1.6e9));
        let pole = rotation.direction(rotation.pole_ra_deg, rotation.pole_dec_deg);
        assert!(pole[0].abs() < 1e-12 && pole[1].abs() < 1e-12 && (pole[2] - 1.0).abs() < 1e-12);
        let m = rotation.fixed_from_icrf();
        for (i, a) in m.iter().enumerate() {
            for (j, b) in m.iter().enumerate() {
                let dot: f64 = (0..3).map(|k| a[k] * b[k]).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }

    /// Two independent ways to the sub-solar point: the equation of time and the declination of
    /// Mars24, and its heliocentric longitude and latitude (ecliptic of J2000) turned round into
    /// the direction of the Sun in the sky.
    #[test]
    fn the_sun_stands_where_the_mars_clock_says() {
        for s in [1.0e9, 1.3e9, 1.5e9, 1.6e9] {
            let t = Instant::from_unix_s(s);
            let clock = MarsClock::at(t);
            let (lon, lat) = (clock.heliocentric_lon_deg, clock.heliocentric_lat_deg);
            let (sl, cl) = (lon + 180.0).to_radians().sin_cos();
            let (sb, cb) = (-lat).to_radians().sin_cos();
            let (se, ce) = 23.43929_f64.to_radians().sin_cos();
            let (x, y, z) = (cb * cl, cb * sl, sb);
            let (y, z) = (y * ce - z * se, y * se + z * ce);
            let (ra, dec) = (y.atan2(x).to_degrees(), z.asin().to_degrees());
            let sun = MarsRotation::at(t).direction(ra, dec);
            let east = sun[1].atan2(sun[0]).to_degrees();
            let off = (east - clock.subsolar_lon_deg + 180.0).rem_euclid(360.0) - 180.0;
            assert!(off.abs() < 0.08, "{s}: {east} and {}", clock.subsolar_lon_deg);
            let centric = sun[2].asin().to_degrees();
            assert!((centric - clock.declination_deg).abs() < 0.4, "{s}: {centric}");
        }
    }
}
