//! Where places lie in space: on the globe, or on one of the flat maps.
//!
//! On the globe positions are body-fixed. On a map x points right, y up the sheet and z towards
//! the reader, in metres; heights are not shown there. The equirectangular map has no edge: what is
//! more than half a turn away is drawn on the other side (see [`MapMode::relative`]).

use std::f64::consts::{PI, TAU};

use glam::{DVec2, DVec3, dvec3};
use serde::{Deserialize, Serialize};

use super::geodesy::{LatLon, LocalFrame, MEAN_RADIUS_M, position};

/// How the planet is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MapMode {
    /// As it is.
    #[default]
    Globe,
    /// Degrees of longitude and latitude as equal lengths (Snyder 1987, section 12).
    Equirectangular,
    /// The northern half around the pole, distances from it true (azimuthal equidistant, Snyder
    /// 1987, section 25); 0° E points down.
    NorthPole,
    /// The southern half around the pole; 0° E points up.
    SouthPole,
}

impl MapMode {
    /// All, in the order of the list.
    pub const ALL: [Self; 4] =
        [Self::Globe, Self::Equirectangular, Self::NorthPole, Self::SouthPole];

    /// Words for the list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Globe => "Globe",
            Self::Equirectangular => "Flat map",
            Self::NorthPole => "North pole",
            Self::SouthPole => "South pole",
        }
    }

    /// Whether it is a sheet.
    pub fn is_flat(self) -> bool {
        self != Self::Globe
    }

    /// Position of a place; the height in metres above the ellipsoid counts on the globe only.
    pub fn position(self, place: LatLon, height_m: f64) -> DVec3 {
        let polar = |from_pole: f64, down: f64| {
            let (sin, cos) = place.lon.to_radians().sin_cos();
            dvec3(sin, down * cos, 0.0) * (from_pole.to_radians() * MEAN_RADIUS_M)
        };
        match self {
            Self::Globe => position(place, height_m),
            Self::Equirectangular => {
                let (x, y) = (place.lon_180().to_radians(), place.lat.to_radians());
                dvec3(x, y, 0.0) * MEAN_RADIUS_M
            }
            Self::NorthPole => polar(90.0 - place.lat, -1.0),
            Self::SouthPole => polar(90.0 + place.lat, 1.0),
        }
    }

    /// The place at a position; beyond the edge of a map none.
    pub fn place_of(self, point: DVec3) -> Option<LatLon> {
        let (x, y) = (point.x / MEAN_RADIUS_M, point.y / MEAN_RADIUS_M);
        let place = match self {
            Self::Globe => LatLon::of(point),
            Self::Equirectangular => LatLon::new(y.to_degrees(), x.to_degrees()),
            Self::NorthPole => {
                LatLon::new(90.0 - x.hypot(y).to_degrees(), x.atan2(-y).to_degrees())
            }
            Self::SouthPole => LatLon::new(x.hypot(y).to_degrees() - 90.0, x.atan2(y).to_degrees()),
        };
        let lowest = if self == Self::NorthPole { 0.0 } else { -90.0 };
        let highest = if self == Self::SouthPole { 0.0 } else { 90.0 };
        let inside = place.lat >= lowest && place.lat <= highest;
        inside.then(|| LatLon::new(place.lat, place.lon_360()))
    }

    /// Axes at a place: on a map those of the sheet, so that it never turns.
    pub fn frame(self, place: LatLon) -> LocalFrame {
        if self.is_flat() {
            LocalFrame { east: DVec3::X, north: DVec3::Y, up: DVec3::Z }
        } else {
            LocalFrame::at(place)
        }
    }

    /// Unit vectors to the east and to the north at a place, on the sheet or in space.
    pub fn compass(self, place: LatLon) -> [DVec3; 2] {
        let (sin, cos) = place.lon.to_radians().sin_cos();
        match self {
            Self::Globe => {
                let frame = LocalFrame::at(place);
                [frame.east, frame.north]
            }
            Self::Equirectangular => [DVec3::X, DVec3::Y],
            Self::NorthPole => [dvec3(cos, sin, 0.0), dvec3(-sin, cos, 0.0)],
            Self::SouthPole => [dvec3(cos, -sin, 0.0), dvec3(sin, cos, 0.0)],
        }
    }

    /// From an eye to a point: on the map without an edge to its nearest copy.
    pub fn relative(self, point: DVec3, eye: DVec3) -> DVec3 {
        let mut to = point - eye;
        if self == Self::Equirectangular {
            let half = PI * MEAN_RADIUS_M;
            to.x = (to.x + half).rem_euclid(TAU * MEAN_RADIUS_M) - half;
        }
        to
    }

    /// Whether a position lies on the map.
    pub fn holds(self, point: DVec3) -> bool {
        self == Self::Globe || self.place_of(point).is_some()
    }

    /// Whether a line between two points is drawn: not when it only joins the two sides of a map,
    /// nor beyond its edge.
    pub fn joins(self, a: DVec3, b: DVec3) -> bool {
        let near = || DVec2::new(a.x - b.x, a.y - b.y).length() < MEAN_RADIUS_M;
        !self.is_flat() || (near() && self.holds(a) && self.holds(b))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Snyder 1987: one degree is as long everywhere along a meridian; 59.16 km on the sphere of
    /// the Marsquake Service.
    #[test]
    fn degrees_are_as_long_as_published() {
        for map in [MapMode::Equirectangular, MapMode::NorthPole] {
            let (a, b) = (LatLon::new(40.0, 77.0), LatLon::new(41.0, 77.0));
            let length = (map.position(a, 0.0) - map.position(b, 0.0)).length();
            assert!((length - 59_158.0).abs() < 1.0, "{map:?} {length}");
        }
        let gale = MapMode::SouthPole.position(LatLon::new(-90.0, 12.0), 0.0);
        assert!(gale.length() < 1e-6);
    }

    #[test]
    fn the_flat_map_has_no_edge() {
        let map = MapMode::Equirectangular;
        let (a, b) = (LatLon::new(0.0, 179.0), LatLon::new(0.0, -179.0));
        let (a, b) = (map.position(a, 0.0), map.position(b, 0.0));
        assert!((map.relative(b, a).length() - 2.0 * 59_158.0).abs() < 2.0);
        assert!(!map.joins(a, b));
        assert_eq!(map.place_of(DVec3::new(0.0, 1e8, 0.0)), None);
    }

    proptest! {
        #[test]
        fn places_come_back(lat in -89.9..89.9f64, lon in 0.0..360.0f64) {
            for map in MapMode::ALL {
                let place = LatLon::new(lat, lon);
                let hidden = match map {
                    MapMode::NorthPole => lat < 0.0,
                    MapMode::SouthPole => lat > 0.0,
                    _ => false,
                };
                let back = map.place_of(map.position(place, 0.0));
                if hidden {
                    prop_assert_eq!(back, None);
                } else {
                    prop_assert!(back.unwrap().distance_deg(place) < 1e-9);
                }
            }
        }

        #[test]
        fn the_compass_points_where_places_lie(lat in 1.0..80.0f64, lon in 0.0..360.0f64) {
            for map in [MapMode::Globe, MapMode::NorthPole, MapMode::SouthPole] {
                let lat = if map == MapMode::SouthPole { -lat } else { lat };
                let here = map.position(LatLon::new(lat, lon), 0.0);
                let [east, north] = map.compass(LatLon::new(lat, lon));
                let to_east = map.position(LatLon::new(lat, lon + 1e-3), 0.0) - here;
                let to_north = map.position(LatLon::new(lat + 1e-3, lon), 0.0) - here;
                prop_assert!(to_east.normalize().dot(east) > 0.9999);
                prop_assert!(to_north.normalize().dot(north) > 0.9999);
            }
        }
    }
}
