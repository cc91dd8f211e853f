//! Lengths and azimuths along great circles on the sphere of the mean radius.

use super::super::geodesy::{LatLon, MEAN_RADIUS_M};

/// One leg of a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// Length of the great circle, metres on the sphere of the mean radius.
    pub length_m: f64,
    /// Azimuth at its start, degrees clockwise from north.
    pub azimuth_deg: f64,
    /// Its middle.
    pub middle: LatLon,
}

/// The legs of a way from place to place.
pub fn legs(points: &[LatLon]) -> Vec<Leg> {
    let leg = |pair: &[LatLon]| {
        let [from, to] = pair else { return None };
        Some(Leg {
            length_m: from.distance_deg(*to).to_radians() * MEAN_RADIUS_M,
            azimuth_deg: from.azimuth_deg(*to),
            middle: from.towards(*to, 0.5),
        })
    };
    points.windows(2).filter_map(leg).collect()
}

/// Length of a way, metres.
pub fn length_m(points: &[LatLon]) -> f64 {
    legs(points).iter().map(|l| l.length_m).sum()
}

/// The place so many metres along a way; its end beyond that, none where it has no places.
pub fn along(points: &[LatLon], metres: f64) -> Option<LatLon> {
    let mut left = metres.max(0.0);
    for (pair, leg) in points.windows(2).zip(legs(points)) {
        if let [from, to] = pair
            && left <= leg.length_m
        {
            let part = if leg.length_m > 0.0 { left / leg.length_m } else { 0.0 };
            return Some(from.towards(*to, part));
        }
        left -= leg.length_m;
    }
    points.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIGHT: LatLon = LatLon::new(4.502384, 135.623447);
    const CURIOSITY: LatLon = LatLon::new(-4.5895, 137.4417);

    #[test]
    fn a_degree_is_59_16_km_and_legs_add_up() {
        let points = [LatLon::new(0.0, 359.0), LatLon::new(0.0, 1.0), LatLon::new(3.0, 1.0)];
        let legs = legs(&points);
        assert_eq!(legs.len(), 2);
        assert!((legs[0].length_m - 2.0 * 59_157.93).abs() < 0.1, "{}", legs[0].length_m);
        assert!((legs[0].azimuth_deg - 90.0).abs() < 1e-9);
        assert!(legs[1].azimuth_deg.min(360.0 - legs[1].azimuth_deg) < 1e-9);
        assert!((length_m(&points) - 5.0 * 59_157.93).abs() < 0.2);
        assert!(legs[0].middle.distance_deg(LatLon::new(0.0, 0.0)) < 1e-9);
    }

    /// Gale lies 548 km from InSight (Marsquake Service frame, as in the tests of geodesy).
    #[test]
    fn insight_to_curiosity() {
        let way = [INSIGHT, CURIOSITY];
        assert!((length_m(&way) / 1e3 - 548.0).abs() < 1.0);
        let leg = legs(&way)[0];
        assert!((leg.azimuth_deg - 168.7).abs() < 0.2, "{}", leg.azimuth_deg);
    }

    #[test]
    fn places_along_a_way() {
        let points = [LatLon::new(0.0, 10.0), LatLon::new(0.0, 12.0), LatLon::new(3.0, 12.0)];
        let degree = length_m(&points) / 5.0;
        let at = |d: f64| along(&points, d * degree).expect("a place");
        assert!(at(0.0).distance_deg(points[0]) < 1e-9);
        assert!(at(1.0).distance_deg(LatLon::new(0.0, 11.0)) < 1e-9);
        assert!(at(3.5).distance_deg(LatLon::new(1.5, 12.0)) < 1e-9);
        assert!(at(9.0).distance_deg(points[2]) < 1e-9);
        assert!(along(&[], 1.0).is_none());
        assert!(legs(&points[..1]).is_empty());
    }
}
