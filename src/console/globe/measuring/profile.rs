//! Heights along a way, what they say, and their table.

use std::fmt::Write as _;

use super::super::geodesy::LatLon;
use super::distance::{along, legs, length_m};

/// Most points of a profile.
pub const MOST_POINTS: usize = 2000;
/// Points are no closer than this, metres.
const CLOSEST_M: f64 = 0.5;

/// One point of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Distance from the start along great circles, metres.
    pub along_m: f64,
    /// Where.
    pub place: LatLon,
    /// Height above the areoid, metres.
    pub height_m: f64,
}

/// Heights along a way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Points in equal steps.
    pub samples: Vec<Sample>,
}

/// What a profile says at a glance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Lowest and highest height, metres.
    pub heights_m: [f64; 2],
    /// Length over hill and dale, metres.
    pub ground_m: f64,
    /// Steepest descent (negative) and ascent along the way, degrees.
    pub slopes_deg: [f64; 2],
    /// Mean steepness without regard to sign, degrees, weighed by length.
    pub mean_slope_deg: f64,
    /// Distance of the points, metres: nothing smaller is in the slopes.
    pub step_m: f64,
}

impl Profile {
    /// Samples heights along a way; places without a height are left out.
    pub fn sample(points: &[LatLon], height_m: impl Fn(LatLon) -> Option<f64>) -> Self {
        let length = length_m(points);
        if points.len() < 2 || length <= 0.0 {
            return Self::default();
        }
        let steps = (length / CLOSEST_M).ceil().clamp(1.0, (MOST_POINTS - 1) as f64);
        let mut starts = vec![0.0];
        for leg in legs(points) {
            starts.push(starts.last().copied().unwrap_or(0.0) + leg.length_m);
        }
        let sample = |n: u32| {
            let along_m = length * f64::from(n) / steps;
            // Only the leg that holds it: a way of many legs stays quick.
            let leg = starts.partition_point(|s| *s <= along_m).clamp(1, points.len() - 1);
            let place = along(points.get(leg - 1..=leg)?, along_m - starts.get(leg - 1)?)?;
            Some(Sample { along_m, place, height_m: height_m(place)? })
        };
        Self { samples: (0..=steps as u32).filter_map(sample).collect() }
    }

    /// What it says; none of less than two points.
    pub fn summary(&self) -> Option<Summary> {
        let (first, last) = (self.samples.first()?, self.samples.last()?);
        if self.samples.len() < 2 {
            return None;
        }
        let mut out = Summary {
            heights_m: [f64::INFINITY, f64::NEG_INFINITY],
            ground_m: 0.0,
            slopes_deg: [f64::INFINITY, f64::NEG_INFINITY],
            mean_slope_deg: 0.0,
            step_m: (last.along_m - first.along_m) / (self.samples.len() - 1) as f64,
        };
        for sample in &self.samples {
            let [low, high] = out.heights_m;
            out.heights_m = [low.min(sample.height_m), high.max(sample.height_m)];
        }
        for pair in self.samples.windows(2) {
            let [a, b] = pair else { continue };
            let (way, rise) = (b.along_m - a.along_m, b.height_m - a.height_m);
            let slope = rise.atan2(way).to_degrees();
            out.ground_m += way.hypot(rise);
            let [down, up] = out.slopes_deg;
            out.slopes_deg = [down.min(slope), up.max(slope)];
            out.mean_slope_deg += slope.abs() * way / (last.along_m - first.along_m);
        }
        Some(out)
    }

    /// The point nearest to a distance from the start.
    pub fn nearest(&self, along_m: f64) -> Option<&Sample> {
        let after = self.samples.partition_point(|s| s.along_m < along_m);
        let around = [after.checked_sub(1), Some(after)];
        let around = around.into_iter().flatten().filter_map(|n| self.samples.get(n));
        around.min_by(|a, b| (a.along_m - along_m).abs().total_cmp(&(b.along_m - along_m).abs()))
    }

    /// The table: distance, planetocentric latitude, east longitude 0 to 360, height above the
    /// areoid.
    pub fn csv(&self) -> String {
        let mut out = String::from("distance_m,latitude_deg,longitude_deg,elevation_m\n");
        for s in &self.samples {
            let (lat, lon) = (s.place.lat, s.place.lon_360());
            // Writing to a string never fails.
            let _ = writeln!(out, "{:.2},{lat:.7},{lon:.7},{:.2}", s.along_m, s.height_m);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::geodesy::MEAN_RADIUS_M;
    use super::*;

    /// A plane that rises by one in ten to the east along the equator.
    fn ramp(place: LatLon) -> f64 {
        place.lon_180().to_radians() * MEAN_RADIUS_M / 10.0
    }

    #[test]
    fn a_ramp_has_one_slope() {
        let way = [LatLon::new(0.0, -1.0), LatLon::new(0.0, 0.5), LatLon::new(0.0, 1.0)];
        let profile = Profile::sample(&way, |p| Some(ramp(p)));
        assert_eq!(profile.samples.len(), MOST_POINTS);
        let summary = profile.summary().expect("points");
        let slope = 0.1f64.atan().to_degrees();
        assert!((summary.mean_slope_deg - slope).abs() < 1e-6);
        assert!(summary.slopes_deg.iter().all(|s| (s - slope).abs() < 1e-6));
        let degree = 1f64.to_radians() * MEAN_RADIUS_M;
        assert!((summary.heights_m[0] + degree / 10.0).abs() < 1e-3);
        assert!((summary.heights_m[1] - degree / 10.0).abs() < 1e-3);
        assert!((summary.ground_m / (2.0 * degree * 1.01f64.sqrt()) - 1.0).abs() < 1e-9);
        assert!((summary.step_m - 2.0 * degree / 1999.0).abs() < 1e-6);
    }

    #[test]
    fn up_and_down_and_short_ways() {
        let ridge = |p: LatLon| Some(-p.lon_180().abs().to_radians() * MEAN_RADIUS_M);
        let way = [LatLon::new(0.0, -1.0), LatLon::new(0.0, 1.0)];
        let summary = Profile::sample(&way, ridge).summary().expect("points");
        assert!((summary.slopes_deg[0] + 45.0).abs() < 1e-6);
        assert!((summary.slopes_deg[1] - 45.0).abs() < 1e-6);
        // Five metres: no more points than half metres.
        let five = (5.0 / MEAN_RADIUS_M).to_degrees();
        let short =
            Profile::sample(&[LatLon::new(0.0, 0.0), LatLon::new(five, 0.0)], |p| Some(ramp(p)));
        assert!((11..=12).contains(&short.samples.len()), "{}", short.samples.len());
        let place = LatLon::new(1.0, 1.0);
        for way in [vec![], vec![place], vec![place, place]] {
            assert!(Profile::sample(&way, |p| Some(ramp(p))).summary().is_none());
        }
        assert!(Profile::sample(&[place, LatLon::new(0.0, 0.0)], |_| None).samples.is_empty());
    }

    #[test]
    fn the_nearest_point_and_the_table() {
        let way = [LatLon::new(0.0, 359.0), LatLon::new(0.0, 1.0)];
        let profile = Profile::sample(&way, |p| Some(ramp(p)));
        let middle = profile.nearest(59_158.0).expect("a point");
        assert!(middle.place.distance_deg(LatLon::new(0.0, 0.0)) < 1e-3);
        assert_eq!(profile.nearest(-5.0), profile.samples.first());
        assert_eq!(profile.nearest(1e9), profile.samples.last());
        let csv = profile.csv();
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("distance_m,latitude_deg,longitude_deg,elevation_m"));
        assert_eq!(lines.next(), Some("0.00,0.0000000,359.0000000,-5915.79"));
        assert_eq!(lines.count(), MOST_POINTS - 1);
    }
}
