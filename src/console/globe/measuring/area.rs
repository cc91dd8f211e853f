//! Areas of polygons on the ellipsoid, by the authalic latitude.
//!
//! Sides are great circles between planetocentric places, as they are drawn. The area between a
//! course and the equator is the integral of `R² sin β` over longitude, where β is the authalic
//! latitude and R the radius of the sphere of equal area (Snyder 1987, "Map Projections: A Working
//! Manual", equations 3-11 to 3-13).

use std::f64::consts::{PI, TAU};

use super::super::geodesy::{EQUATORIAL_RADIUS_M, LatLon, POLAR_RADIUS_M};

/// Sides are cut into pieces of at most so many degrees, and into so many at least and at most.
const PIECE_DEG: f64 = 0.1;
const PIECES: [f64; 2] = [64.0, 1800.0];

/// Surface of the whole ellipsoid, square metres.
pub fn whole_m2() -> f64 {
    2.0 * TAU * below_m2(LatLon::new(90.0, 0.0))
}

/// Area of the polygon with these corners, square metres: of its two sides the smaller one. Less
/// than three corners have none.
pub fn polygon_m2(corners: &[LatLon]) -> f64 {
    if corners.len() < 3 {
        return 0.0;
    }
    let ends = corners.iter().cycle().skip(1);
    let (mut sum, mut turn) = (0.0, 0.0);
    for (from, to) in corners.iter().zip(ends) {
        let pieces = (from.distance_deg(*to) / PIECE_DEG).ceil().clamp(PIECES[0], PIECES[1]);
        let mut before = *from;
        for n in 1..=pieces as u32 {
            // The end as it was given: on a pole no other longitude will do.
            let is_last = n == pieces as u32;
            let here = if is_last { *to } else { from.towards(*to, f64::from(n) / pieces) };
            let step = (here.lon - before.lon + 180.0).rem_euclid(360.0) - 180.0;
            let step = step.to_radians();
            sum += step * f64::midpoint(below_m2(before), below_m2(here));
            turn += step;
            before = here;
        }
    }
    let whole = whole_m2();
    // A course that goes around a pole parts the planet into caps.
    if f64::abs(turn) > PI { whole / 2.0 - sum.abs() } else { sum.abs().min(whole - sum.abs()) }
}

/// Area between the equator and a latitude, square metres for each radian of longitude; negative
/// in the south.
fn below_m2(place: LatLon) -> f64 {
    let squared = 1.0 - (POLAR_RADIUS_M / EQUATORIAL_RADIUS_M).powi(2);
    let e = squared.sqrt();
    let sin = place.planetographic_lat().to_radians().sin();
    let q = (1.0 - squared)
        * (sin / (1.0 - squared * sin * sin)
            - ((1.0 - e * sin) / (1.0 + e * sin)).ln() / (2.0 * e));
    EQUATORIAL_RADIUS_M.powi(2) * q / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64, part: f64) {
        assert!((a / b - 1.0).abs() <= part, "{a} is not {b}");
    }

    /// 144.4 million square kilometres (NASA Mars fact sheet: 144.37).
    #[test]
    fn the_whole_planet_has_its_published_surface() {
        close(whole_m2(), 144.37e12, 1e-3);
        // Closed form of an oblate spheroid: 2πa² + π b²/e ln((1+e)/(1−e)).
        let (a, b) = (EQUATORIAL_RADIUS_M, POLAR_RADIUS_M);
        let e = (1.0 - (b / a).powi(2)).sqrt();
        close(whole_m2(), TAU * a * a + PI * b * b / e * ((1.0 + e) / (1.0 - e)).ln(), 1e-12);
    }

    #[test]
    fn octant_and_hemisphere() {
        let place = LatLon::new;
        let octant = [place(0.0, 0.0), place(0.0, 90.0), place(90.0, 0.0)];
        close(polygon_m2(&octant), whole_m2() / 8.0, 1e-6);
        let southern = [place(0.0, 300.0), place(-90.0, 7.0), place(0.0, 30.0)];
        close(polygon_m2(&southern), whole_m2() / 8.0, 1e-6);
        let around = [0.0, 90.0, 180.0, 270.0].map(|lon| place(0.0, lon));
        close(polygon_m2(&around), whole_m2() / 2.0, 1e-9);
        assert_eq!(polygon_m2(&octant[..2]), 0.0);
    }

    /// A cell between parallels, by integrating the radii of curvature of the ellipsoid over
    /// planetographic latitude.
    fn cell_m2(south: f64, north: f64, width_deg: f64) -> f64 {
        let squared = 1.0 - (POLAR_RADIUS_M / EQUATORIAL_RADIUS_M).powi(2);
        let graphic = |lat: f64| LatLon::new(lat, 0.0).planetographic_lat().to_radians();
        let (from, to) = (graphic(south), graphic(north));
        let steps = 20_000;
        let step = (to - from) / f64::from(steps);
        let strip = |n: i32| {
            let (sin, cos) = (from + (f64::from(n) + 0.5) * step).sin_cos();
            let w = 1.0 - squared * sin * sin;
            let meridian = EQUATORIAL_RADIUS_M * (1.0 - squared) / w.powf(1.5);
            let prime = EQUATORIAL_RADIUS_M / w.sqrt();
            meridian * prime * cos * step
        };
        (0..steps).map(strip).sum::<f64>() * width_deg.to_radians()
    }

    #[test]
    fn cells_of_a_degree_equal_the_integral() {
        for (south, lon) in [(0.0, 10.0), (45.0, 359.5), (-73.0, 180.0)] {
            let edge = |lat: f64, n: u32| LatLon::new(lat, lon + f64::from(n) / 200.0);
            let mut corners: Vec<LatLon> = (0..=200).map(|n| edge(south, n)).collect();
            corners.extend((0..=200).rev().map(|n| edge(south + 1.0, n)));
            close(polygon_m2(&corners), cell_m2(south, south + 1.0, 1.0), 1e-7);
        }
    }

    #[test]
    fn a_cap_around_a_pole_is_the_smaller_side() {
        for pole in [1.0, -1.0] {
            let ring: Vec<LatLon> =
                (0..720).map(|n| LatLon::new(pole * 80.0, f64::from(n) / 2.0)).collect();
            // Sides are great circles: they cut a little off the parallel.
            close(polygon_m2(&ring), cell_m2(80.0, 90.0, 360.0), 2e-5);
        }
    }

    proptest! {
        #[test]
        fn direction_and_start_do_not_matter(
            lat in -80.0..80.0f64, lon in 0.0..360.0f64, size in 0.01..20.0f64,
        ) {
            let centre = LatLon::new(lat, lon);
            let corners: Vec<LatLon> =
                (0..5).map(|n| centre.direct(72.0 * f64::from(n), size)).collect();
            let area = polygon_m2(&corners);
            let mut turned = corners.clone();
            turned.rotate_left(2);
            turned.reverse();
            prop_assert!((polygon_m2(&turned) / area - 1.0).abs() < 1e-6);
            prop_assert!(area > 0.0 && area < whole_m2() / 2.0);
        }
    }
}
