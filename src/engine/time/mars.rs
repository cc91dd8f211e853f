//! The Mars clock of an instant: Mars24's algorithm after Allison and McEwen (2000).
//!
//! Constants and series are those of "Mars24 Sunclock, Algorithm and Worked Examples"
//! (NASA GISS). Angles are degrees, longitudes east, times of day hours of a local sol.

use serde::Serialize;

use super::{Instant, LeapSeconds};

/// Mean solar day of Mars in Earth days (Mars24).
pub(super) const SOL_DAYS: f64 = 1.0274912517;
/// Days from Mars Sol Date 0 (JD_TT 2405522.0028779) to J2000.
pub(super) const MSD0_TO_J2000_DAYS: f64 = 2451545.0 - 2405522.0028779;

/// Amplitude °, period in Julian years, phase ° of the planetary perturbations.
const PERTURBERS: [(f64, f64, f64); 7] = [
    (0.0071, 2.2353, 49.409),
    (0.0057, 2.7543, 168.173),
    (0.0039, 1.1177, 191.837),
    (0.0037, 15.7866, 21.736),
    (0.0021, 2.1354, 15.704),
    (0.0020, 2.4694, 95.528),
    (0.0018, 32.8493, 49.095),
];

/// Where the Sun stands above a site.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SunPosition {
    /// Above the horizon, degrees; no refraction.
    pub elevation_deg: f64,
    /// From north, clockwise, degrees in 0..360.
    pub azimuth_deg: f64,
}

/// Everything about Mars that depends on the instant alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MarsClock {
    /// Days of TT since J2000.
    pub days_tt: f64,
    /// Mars Sol Date.
    pub msd: f64,
    /// Coordinated Mars Time (mean solar time at 0° E), hours in 0..24.
    pub mtc_h: f64,
    /// Mean anomaly, degrees in 0..360.
    pub mean_anomaly_deg: f64,
    /// Right ascension of the fictitious mean Sun, degrees in 0..360.
    pub fictitious_mean_sun_deg: f64,
    /// Sum of the planetary perturbations, degrees.
    pub pbs_deg: f64,
    /// Equation of centre, true minus mean anomaly, degrees.
    pub equation_of_centre_deg: f64,
    /// Areocentric solar longitude, degrees in 0..360.
    pub ls_deg: f64,
    /// Equation of time, degrees; true minus mean solar time is a fifteenth of it in hours.
    pub eot_deg: f64,
    /// Equation of time, hours.
    pub eot_h: f64,
    /// East longitude of the sub-solar point, degrees in 0..360.
    pub subsolar_lon_deg: f64,
    /// Solar declination: planetographic latitude of the sub-solar point, degrees north.
    pub declination_deg: f64,
    /// Distance from the Sun, astronomical units.
    pub distance_au: f64,
    /// Heliocentric longitude of Mars, degrees in 0..360.
    pub heliocentric_lon_deg: f64,
    /// Heliocentric latitude of Mars, degrees.
    pub heliocentric_lat_deg: f64,
    /// Mars year after Clancy et al. (2000); year 1 began on 1955-04-11.
    pub mars_year: i32,
}

fn sin(deg: f64) -> f64 {
    deg.to_radians().sin()
}

fn cos(deg: f64) -> f64 {
    deg.to_radians().cos()
}

impl MarsClock {
    /// The Mars clock at an instant. Steps B to D of the Mars24 algorithm.
    pub fn at(t: Instant) -> Self {
        let d = LeapSeconds::built_in().tt_j2000_ns(t) as f64 / 86_400e9;
        let m = (19.3871 + 0.52402073 * d).rem_euclid(360.0);
        let fms = 270.3871 + 0.524038496 * d;
        let pbs: f64 = PERTURBERS
            .iter()
            .map(|(a, tau, phi)| a * cos((0.985626 * d / tau + phi).rem_euclid(360.0)))
            .sum();
        let centre = (10.691 + 3e-7 * d) * sin(m)
            + 0.623 * sin(2.0 * m)
            + 0.050 * sin(3.0 * m)
            + 0.005 * sin(4.0 * m)
            + 0.0005 * sin(5.0 * m)
            + pbs;
        let ls_counted = fms + centre;
        let ls = ls_counted.rem_euclid(360.0);
        let eot = 2.861 * sin(2.0 * ls) - 0.071 * sin(4.0 * ls) + 0.002 * sin(6.0 * ls) - centre;
        let msd = (d + MSD0_TO_J2000_DAYS) / SOL_DAYS;
        let mtc = msd.rem_euclid(1.0) * 24.0;
        let distance = 1.00436
            - 0.09309 * cos(m)
            - 0.004336 * cos(2.0 * m)
            - 0.00031 * cos(3.0 * m)
            - 0.00003 * cos(4.0 * m);
        Self {
            days_tt: d,
            msd,
            mtc_h: mtc,
            mean_anomaly_deg: m,
            fictitious_mean_sun_deg: fms.rem_euclid(360.0),
            pbs_deg: pbs,
            equation_of_centre_deg: centre,
            ls_deg: ls,
            eot_deg: eot,
            eot_h: eot / 15.0,
            subsolar_lon_deg: (180.0 - 15.0 * mtc - eot).rem_euclid(360.0),
            declination_deg: (0.42565 * sin(ls)).asin().to_degrees() + 0.25 * sin(ls),
            distance_au: 1.52367934 * distance,
            heliocentric_lon_deg: (ls + 85.061 - 0.015 * sin(71.0 + 2.0 * ls) - 5.5e-6 * d)
                .rem_euclid(360.0),
            heliocentric_lat_deg: -(1.8497 - 2.23e-5 * d) * sin(ls - 144.50 + 2.57e-6 * d),
            // Ls counted on from J2000, which lies in Mars year 24.
            mars_year: 24 + (ls_counted / 360.0).floor() as i32,
        }
    }

    /// Local mean solar time at an east longitude in degrees, hours in 0..24.
    pub fn lmst_h(&self, lon_e_deg: f64) -> f64 {
        (self.mtc_h + lon_e_deg / 15.0).rem_euclid(24.0)
    }

    /// Local true solar time at an east longitude in degrees, hours in 0..24.
    pub fn ltst_h(&self, lon_e_deg: f64) -> f64 {
        (self.mtc_h + lon_e_deg / 15.0 + self.eot_h).rem_euclid(24.0)
    }

    /// West longitude of the sub-solar point, degrees in 0..360, as Mars24 prints it.
    pub fn subsolar_lon_west_deg(&self) -> f64 {
        (360.0 - self.subsolar_lon_deg).rem_euclid(360.0)
    }

    /// The sub-solar point: (planetographic latitude, east longitude in 0..360), degrees.
    pub fn subsolar_point(&self) -> (f64, f64) {
        (self.declination_deg, self.subsolar_lon_deg)
    }

    /// The Sun above a site at a planetographic latitude and an east longitude in degrees
    /// (Mars24 steps D-5 and D-6).
    pub fn sun(&self, lat_deg: f64, lon_e_deg: f64) -> SunPosition {
        // The hour angle is the difference of west longitudes.
        let hour = self.subsolar_lon_deg - lon_e_deg;
        let (dec, lat) = (self.declination_deg, lat_deg);
        let cos_zenith = sin(dec) * sin(lat) + cos(dec) * cos(lat) * cos(hour);
        let azimuth =
            sin(hour).atan2(cos(lat) * dec.to_radians().tan() - sin(lat) * cos(hour)).to_degrees();
        SunPosition {
            elevation_deg: cos_zenith.clamp(-1.0, 1.0).asin().to_degrees(),
            azimuth_deg: azimuth.rem_euclid(360.0),
        }
    }
}

/// Planetographic latitude (angle of the local vertical) of a planetocentric one, degrees;
/// Mars flattening 1/169.89 (IAU 2015 radii 3396.19 and 3376.20 km).
pub fn planetographic_latitude_deg(planetocentric_deg: f64) -> f64 {
    const RADII_SQUARED: f64 = (3396.19 / 3376.20) * (3396.19 / 3376.20);
    (planetocentric_deg.to_radians().tan() * RADII_SQUARED).atan().to_degrees()
}
