//! Coordinates on Mars, in f64 and without any drawing.
//!
//! Latitudes are planetocentric, longitudes positive to the east, both in degrees, unless a name
//! says otherwise. The body-fixed frame has its origin in the centre of mass, x through 0° E on
//! the equator, z through the north pole; lengths are metres.

use glam::DVec3;
use serde::{Deserialize, Serialize};

/// Equatorial radius of the reference ellipsoid, metres (IAU 2000: Seidelmann et al. 2002).
pub const EQUATORIAL_RADIUS_M: f64 = 3_396_190.0;
/// Polar radius of the reference ellipsoid, metres (IAU 2000).
pub const POLAR_RADIUS_M: f64 = 3_376_200.0;
/// Radius of the sphere on which distances are measured, metres (mean radius; the Marsquake
/// Service uses the same, 59.16 km per degree).
pub const MEAN_RADIUS_M: f64 = 3_389_500.0;

/// A place: planetocentric latitude and east longitude, degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LatLon {
    /// Planetocentric latitude, degrees, −90 to 90.
    pub lat: f64,
    /// East longitude, degrees; any turn is accepted, results are 0 to 360.
    pub lon: f64,
}

impl LatLon {
    /// From planetocentric latitude and east longitude in degrees.
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }

    /// From planetographic latitude (normal to the ellipsoid) and east longitude in degrees.
    pub fn from_planetographic(lat: f64, lon: f64) -> Self {
        let ratio = (POLAR_RADIUS_M / EQUATORIAL_RADIUS_M).powi(2);
        let (sin, cos) = lat.to_radians().sin_cos();
        Self { lat: (ratio * sin).atan2(cos).to_degrees(), lon }
    }

    /// Planetographic latitude, degrees.
    pub fn planetographic_lat(self) -> f64 {
        let ratio = (EQUATORIAL_RADIUS_M / POLAR_RADIUS_M).powi(2);
        let (sin, cos) = self.lat.to_radians().sin_cos();
        (ratio * sin).atan2(cos).to_degrees()
    }

    /// Longitude from 0 up to 360.
    pub fn lon_360(self) -> f64 {
        let lon = self.lon.rem_euclid(360.0);
        if lon >= 360.0 { 0.0 } else { lon }
    }

    /// Longitude from −180 up to 180.
    pub fn lon_180(self) -> f64 {
        (self.lon + 180.0).rem_euclid(360.0) - 180.0
    }

    /// Unit vector in the body-fixed frame.
    pub fn direction(self) -> DVec3 {
        let (sin_lat, cos_lat) = self.lat.to_radians().sin_cos();
        let (sin_lon, cos_lon) = self.lon.to_radians().sin_cos();
        DVec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
    }

    /// The place under a body-fixed vector of any length; the centre itself gives 0, 0.
    pub fn of(v: DVec3) -> Self {
        let lon = v.y.atan2(v.x).to_degrees();
        Self { lat: v.z.atan2(v.x.hypot(v.y)).to_degrees(), lon: lon.rem_euclid(360.0) }
    }

    /// Great-circle distance to another place, degrees of arc on a sphere.
    pub fn distance_deg(self, other: Self) -> f64 {
        let (a, b) = (self.direction(), other.direction());
        a.cross(b).length().atan2(a.dot(b)).to_degrees()
    }

    /// Great-circle distance to another place on the mean sphere, metres.
    pub fn distance_m(self, other: Self) -> f64 {
        self.distance_deg(other).to_radians() * MEAN_RADIUS_M
    }

    /// Azimuth of the great circle to another place, degrees clockwise from north, 0 to 360.
    pub fn azimuth_deg(self, other: Self) -> f64 {
        let (sin1, cos1) = self.lat.to_radians().sin_cos();
        let (sin2, cos2) = other.lat.to_radians().sin_cos();
        let (sin_d, cos_d) = (other.lon - self.lon).to_radians().sin_cos();
        let azimuth = (sin_d * cos2).atan2(cos1 * sin2 - sin1 * cos2 * cos_d);
        azimuth.to_degrees().rem_euclid(360.0)
    }

    /// The place reached along a great circle: azimuth and distance in degrees.
    #[must_use]
    pub fn direct(self, azimuth_deg: f64, distance_deg: f64) -> Self {
        let frame = LocalFrame::at(self);
        let (sin_a, cos_a) = azimuth_deg.to_radians().sin_cos();
        let (sin_d, cos_d) = distance_deg.to_radians().sin_cos();
        Self::of(frame.up * cos_d + (frame.north * cos_a + frame.east * sin_a) * sin_d)
    }

    /// The place a fraction (0 to 1) of the way along the great circle to another.
    #[must_use]
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        self.direct(self.azimuth_deg(other), self.distance_deg(other) * fraction)
    }
}

/// Unit vectors east, north and up (away from the centre) at a place.
#[derive(Clone, Copy, Debug)]
pub struct LocalFrame {
    /// To the east.
    pub east: DVec3,
    /// To the north.
    pub north: DVec3,
    /// Away from the centre of mass.
    pub up: DVec3,
}

impl LocalFrame {
    /// The frame at a place; on a pole the longitude says which way is north.
    pub fn at(place: LatLon) -> Self {
        let (sin_lat, cos_lat) = place.lat.to_radians().sin_cos();
        let (sin_lon, cos_lon) = place.lon.to_radians().sin_cos();
        Self {
            east: DVec3::new(-sin_lon, cos_lon, 0.0),
            north: DVec3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
            up: place.direction(),
        }
    }
}

/// Radius of the reference ellipsoid at a planetocentric latitude in degrees, metres.
pub fn ellipsoid_radius_m(lat: f64) -> f64 {
    let (sin, cos) = lat.to_radians().sin_cos();
    EQUATORIAL_RADIUS_M * POLAR_RADIUS_M / (POLAR_RADIUS_M * cos).hypot(EQUATORIAL_RADIUS_M * sin)
}

/// Body-fixed position of a place at a height above the ellipsoid, metres along the radius.
pub fn position(place: LatLon, height_m: f64) -> DVec3 {
    place.direction() * (ellipsoid_radius_m(place.lat) + height_m)
}

/// Distance along a ray (unit direction) to the ellipsoid grown by a height; `None` when it
/// misses, or when the ellipsoid lies behind. From inside it is the way out.
pub fn ray_ellipsoid(origin: DVec3, direction: DVec3, height_m: f64) -> Option<f64> {
    let axes = DVec3::new(EQUATORIAL_RADIUS_M, EQUATORIAL_RADIUS_M, POLAR_RADIUS_M) + height_m;
    let (o, d) = (origin / axes, direction / axes);
    let (a, b, c) = (d.length_squared(), o.dot(d), o.length_squared() - 1.0);
    let root = b * b - a * c;
    if root < 0.0 {
        return None;
    }
    // The form without cancellation of each root.
    let q = if b > 0.0 { -b - root.sqrt() } else { -b + root.sqrt() };
    let (near, far) = if b > 0.0 { (q / a, c / q) } else { (c / q, q / a) };
    [near, far].into_iter().find(|t| *t >= 0.0 && t.is_finite())
}

/// Whether the ellipsoid, shrunk by a depth, hides a body-fixed point from an eye.
pub fn is_hidden(eye: DVec3, point: DVec3, depth_m: f64) -> bool {
    let to = point - eye;
    let length = to.length();
    length > 0.0 && ray_ellipsoid(eye, to / length, -depth_m).is_some_and(|t| t < length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INSIGHT: LatLon = LatLon::new(4.502384, 135.623447);
    const CURIOSITY: LatLon = LatLon::new(-4.5895, 137.4417);

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b} ± {tolerance}");
    }

    #[test]
    fn distances_equal_the_published_ones() {
        close(INSIGHT.distance_deg(CURIOSITY), 9.27, 0.01);
        close(INSIGHT.distance_m(CURIOSITY) / 1e3, 548.0, 1.0);
        // Marsquake Service catalogue: S1222a and S0235b.
        let s1222a = LatLon::new(-2.971, 171.904);
        close(INSIGHT.distance_deg(s1222a), 37.0, 0.05);
        close(INSIGHT.azimuth_deg(s1222a), 101.0, 0.6);
        let s0235b = LatLon::new(10.99, 160.95);
        close(INSIGHT.distance_deg(s0235b), 25.9, 0.05);
        close(INSIGHT.azimuth_deg(s0235b), 74.0, 0.6);
        // S1000a and S1094b, craters found by orbiter images (Posiolova et al. 2022).
        close(INSIGHT.distance_deg(LatLon::new(38.1, 280.1)), 126.2, 0.3);
        close(INSIGHT.distance_deg(LatLon::new(34.8, 189.92)), 58.5, 0.2);
        close(INSIGHT.distance_m(LatLon::new(34.8, 189.92)) / 1e3, 3461.0, 10.0);
    }

    #[test]
    fn planetographic_latitude_of_the_published_difference() {
        // The largest difference lies at 45 degrees: 0.338 degrees for f = 1/169.89.
        let place = LatLon::from_planetographic(45.0, 10.0);
        close(45.0 - place.lat, 0.3382, 2e-4);
        close(LatLon::new(90.0, 0.0).planetographic_lat(), 90.0, 1e-12);
    }

    #[test]
    fn ellipsoid_radii_at_equator_and_pole() {
        close(ellipsoid_radius_m(0.0), 3_396_190.0, 1e-6);
        close(ellipsoid_radius_m(90.0), 3_376_200.0, 1e-6);
        close(ellipsoid_radius_m(-90.0), 3_376_200.0, 1e-6);
    }

    #[test]
    fn longitudes_wrap_both_ways() {
        close(LatLon::new(0.0, -90.0).lon_360(), 270.0, 0.0);
        close(LatLon::new(0.0, 270.0).lon_180(), -90.0, 0.0);
        close(LatLon::new(0.0, 180.0).lon_180(), -180.0, 0.0);
        close(LatLon::new(0.0, -1e-18).lon_360(), 0.0, 0.0);
    }

    #[test]
    fn a_ray_hits_in_front_and_misses_behind() {
        let eye = DVec3::new(EQUATORIAL_RADIUS_M + 1000.0, 0.0, 0.0);
        close(ray_ellipsoid(eye, DVec3::NEG_X, 0.0).unwrap(), 1000.0, 1e-6);
        assert_eq!(ray_ellipsoid(eye, DVec3::X, 0.0), None);
        assert_eq!(ray_ellipsoid(eye, DVec3::Y, 0.0), None);
        assert!(is_hidden(eye * 3.0, -eye, 0.0));
        assert!(!is_hidden(eye * 3.0, eye, 0.0));
    }

    proptest! {
        #[test]
        fn direct_and_inverse_agree(lat in -89.0..89.0f64, lon in 0.0..360.0f64,
                                    azimuth in 0.0..360.0f64, distance in 0.01..179.0f64) {
            let from = LatLon::new(lat, lon);
            let to = from.direct(azimuth, distance);
            prop_assert!((from.distance_deg(to) - distance).abs() < 1e-9);
            let turn = (from.azimuth_deg(to) - azimuth + 180.0).rem_euclid(360.0) - 180.0;
            prop_assert!(turn.abs() < 1e-6);
        }

        #[test]
        fn places_survive_vectors_and_planetographic(lat in -89.9..89.9f64, lon in 0.0..360.0f64) {
            let place = LatLon::new(lat, lon);
            let back = LatLon::of(position(place, 1234.0));
            prop_assert!((back.lat - lat).abs() < 1e-10 && place.distance_deg(back) < 1e-10);
            let graphic = place.planetographic_lat();
            prop_assert!(graphic.abs() >= lat.abs() - 1e-12);
            prop_assert!((LatLon::from_planetographic(graphic, lon).lat - lat).abs() < 1e-10);
        }

        #[test]
        fn rays_at_a_visible_place_hit_it(lat in -89.9..89.9f64, lon in 0.0..360.0f64,
                                          height in 10.0..1e8f64) {
            let place = LatLon::new(lat, lon);
            let (eye, ground) = (position(place, height), position(place, 0.0));
            let t = ray_ellipsoid(eye, (ground - eye).normalize(), 0.0).unwrap();
            prop_assert!((t - height).abs() < 1e-3);
        }
    }
}
