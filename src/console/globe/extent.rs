//! Which part of the planet is on screen.

use glam::DVec2;

use super::camera::Look;
use super::geodesy::LatLon;
use super::ground::tile::Area;

/// Places looked at, a side.
const SIDE: u32 = 17;
/// Distance to a pole that counts as seeing it, degrees.
const NEAR_POLE_DEG: f64 = 0.5;

impl Look {
    /// A box around the ground on screen, on the ellipsoid; the whole planet where the sky shows
    /// on all sides of it; none where only sky shows.
    pub fn area(&self) -> Option<Area> {
        let at = |x: u32, y: u32| {
            let part = |n: u32| f64::from(n) / f64::from(SIDE - 1);
            self.pick(DVec2::new(part(x), part(y)) * self.size, |_| 0.0)
        };
        let middle = SIDE / 2;
        let edges = [(middle, 0), (middle, SIDE - 1), (0, middle), (SIDE - 1, middle)];
        let all = || (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
        let places: Vec<LatLon> = all().filter_map(|(x, y)| at(x, y)).collect();
        let first = places.get(places.len() / 2)?;
        if !self.map.is_flat() && edges.iter().all(|(x, y)| at(*x, *y).is_none()) {
            return Some(Area::PLANET);
        }
        let (mut south, mut north) = (first.lat, first.lat);
        let (mut west, mut east) = (0f64, 0f64);
        for place in &places {
            let turn = LatLon::new(0.0, place.lon - first.lon).lon_180();
            (west, east) = (west.min(turn), east.max(turn));
            (south, north) = (south.min(place.lat), north.max(place.lat));
        }
        let sees = |pole: LatLon| {
            let on_screen = self.project(self.map.position(pole, 0.0)).filter(|at| {
                at.x >= 0.0 && at.y >= 0.0 && at.x <= self.size.x && at.y <= self.size.y
            });
            let seen = on_screen.and_then(|at| self.pick(at, |_| 0.0));
            seen.is_some_and(|place| place.distance_deg(pole) < NEAR_POLE_DEG)
        };
        let [to_north, to_south] = [90.0, -90.0].map(|lat| sees(LatLon::new(lat, 0.0)));
        if to_north || to_south || east - west > 350.0 {
            let (south, north) =
                (if to_south { -90.0 } else { south }, if to_north { 90.0 } else { north });
            return Some(Area { west: -180.0, east: 180.0, south, north });
        }
        let start = LatLon::new(0.0, first.lon + west).lon_180();
        Some(Area { west: start, east: start + east - west, south, north })
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::Camera;
    use super::super::map::MapMode;
    use super::*;

    fn area(lat: f64, lon: f64, range_m: f64) -> Area {
        let camera = Camera { target: LatLon::new(lat, lon), range_m, ..Camera::default() };
        camera.look_at(1000.0, 800.0, MapMode::Globe).area().expect("ground")
    }

    /// From 100 km straight above, the width of the view is 2 · 100 km · tan(fov / 2) and little
    /// more for the curve of the planet.
    #[test]
    fn a_near_view_is_a_box_around_its_middle() {
        let seen = area(-5.4, 179.9, 1e5);
        assert!(seen.east > 180.0 && seen.west < 179.9, "{seen:?}");
        let camera = Camera { range_m: 1e5, ..Camera::default() };
        let high = camera.degrees_per_point(800.0) * 800.0;
        let ratio = (seen.north - seen.south) / high;
        assert!((1.0..1.02).contains(&ratio), "{ratio}");
        assert!((f64::midpoint(seen.north, seen.south) + 5.4).abs() < 0.02);
    }

    #[test]
    fn a_pole_in_view_means_all_meridians() {
        let seen = area(89.0, 20.0, 1e6);
        assert_eq!((seen.west, seen.east, seen.north), (-180.0, 180.0, 90.0));
        assert!(seen.south < 88.0 && seen.south > 60.0);
    }

    #[test]
    fn sky_all_around_means_the_planet_and_sky_alone_nothing() {
        assert_eq!(area(0.0, 0.0, 2e7), Area::PLANET);
        let camera = Camera { range_m: 1e3, tilt_deg: 89.9, ..Camera::default() };
        let mut look = camera.clamped().look_at(1000.0, 800.0, MapMode::Globe);
        look.forward = -look.forward;
        look.right = -look.right;
        if let Some(area) = look.area() {
            assert_ne!(area, Area::PLANET);
        }
    }
}
