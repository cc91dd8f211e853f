//! Light time between Mars and Earth: when what a spacecraft says can be heard.

use super::{Instant, MarsClock};

/// Light time of an astronomical unit in seconds (IAU 2012 Resolution B2, c = 299 792 458 m/s).
const AU_S: f64 = 499.004_783_84;

/// Distance between the centres of Mars and Earth in astronomical units, good to 0.003.
///
/// Mars after the Mars24 algorithm (`MarsClock`), Earth after the low-precision formulas for the
/// Sun of the Astronomical Almanac, section C (0.01° from 1950 to 2050), brought from the equinox
/// of date to that of J2000, which the former has.
pub fn mars_earth_au(t: Instant) -> f64 {
    let mars = MarsClock::at(t);
    let d = mars.days_tt;
    let anomaly = (357.528 + 0.985_600_3 * d).to_radians();
    let sun = 280.460 + 0.985_647_4 * d + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin();
    // General precession in longitude, 50.29″ a year.
    let earth_lon = (sun + 180.0 - 0.013_969 * d / 365.25).to_radians();
    let earth_au = 1.000_14 - 0.016_71 * anomaly.cos() - 0.000_14 * (2.0 * anomaly).cos();
    let (lon, lat) =
        (mars.heliocentric_lon_deg.to_radians(), mars.heliocentric_lat_deg.to_radians());
    let r = mars.distance_au;
    let x = r * lat.cos() * lon.cos() - earth_au * earth_lon.cos();
    let y = r * lat.cos() * lon.sin() - earth_au * earth_lon.sin();
    let z = r * lat.sin();
    (x * x + y * y + z * z).sqrt()
}

/// One-way light time between Mars and Earth in seconds: what happens on Mars at `t` is seen on
/// Earth so much later. Good to 1.5 s; the way of the planets meanwhile (0.1 s) is left out.
pub fn light_time_s(t: Instant) -> f64 {
    AU_S * mars_earth_au(t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse;

    /// Distances by ERFA 2.0 (`plan94` for Mars, `epv00` for Earth), an implementation of the IAU
    /// standards that shares no formula with ours.
    #[test]
    fn distances_agree_with_erfa() {
        for (text, au) in REFERENCE {
            let t = parse(text, None).unwrap();
            let ours = mars_earth_au(t);
            assert!((ours - au).abs() < 0.003, "{text}: {ours} AU, not {au}");
            assert!((light_time_s(t) - au * AU_S).abs() < 1.5, "{text}");
        }
    }

    const REFERENCE: [(&str, f64); 8] = [
        ("2012-08-06T05:17:57Z", 1.65937),
        ("2018-11-26T19:52:59Z", 0.97674),
        ("2019-07-26T12:00:00Z", 2.63901),
        ("2019-09-02T12:00:00Z", 2.67456),
        ("2020-10-06T12:00:00Z", 0.41489),
        ("2022-12-15T12:00:00Z", 0.56527),
        ("2026-11-23T00:00:00Z", 1.24716),
        ("2035-09-15T00:00:00Z", 0.38122),
    ];
}
