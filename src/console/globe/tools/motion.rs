//! Moving the camera by hand: a place is held under the pointer, and glides on after release.
//!
//! All positions are those of [`MapMode::position`]; screen positions are points from the top left
//! corner of the view. Nothing here reads a clock: time comes in.

use glam::{DVec2, DVec3};

use super::super::camera::{Camera, Look, MAX_TILT_DEG, RANGE_M};
use super::super::geodesy::{LatLon, LocalFrame, MEAN_RADIUS_M};
use super::super::map::MapMode;

/// A held place may come so many times farther from the eye than it was: near the horizon a point
/// of the pointer is worth a whole landscape.
const MOST_REACH: f64 = 20.0;
/// Nearer to a pole than this, degrees, the view turns instead of keeping its heading.
const POLAR_DEG: f64 = 70.0;
/// Rounds of the search for the camera that holds a place.
const MOST_ROUNDS: usize = 24;
/// A held place is this near to its pointer, as a part of its distance: a millionth of the width.
const HELD: f64 = 1e-7;
/// Time in which a glide loses all but 1/e of its speed, seconds.
const GLIDE_S: f64 = 0.32;
/// A glide slower than this ends, points per second.
const SLOWEST: f64 = 12.0;
/// A glide never starts faster than this, points per second.
const FASTEST: f64 = 4000.0;

/// A place held under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grab {
    /// Where it is.
    pub point: DVec3,
    /// Greatest distance from the eye at which it is still followed, metres.
    reach_m: f64,
}

impl Grab {
    /// Takes hold of a position as a camera sees it.
    pub(crate) fn new(look: &Look, point: DVec3) -> Self {
        Self { point, reach_m: MOST_REACH * look.relative(point).length() }
    }

    /// The camera moved over the ground so that the place lies under a screen position, with the
    /// same distance, tilt and, away from the poles, heading; none where that cannot be.
    pub(crate) fn hold(
        &self,
        camera: &Camera,
        size: DVec2,
        map: MapMode,
        screen: DVec2,
    ) -> Option<Camera> {
        if map.is_flat() {
            return self.hold_on_sheet(camera, size, map, screen);
        }
        let is_polar = camera.target.lat.abs() > POLAR_DEG;
        let north = (!is_polar).then(|| self.hold_on_globe(camera, size, screen, false)).flatten();
        north.or_else(|| self.hold_on_globe(camera, size, screen, true))
    }

    fn hold_on_globe(
        &self,
        camera: &Camera,
        size: DVec2,
        screen: DVec2,
        is_free: bool,
    ) -> Option<Camera> {
        let mut camera = *camera;
        for _ in 0..MOST_ROUNDS {
            let look = camera.look(size.x, size.y);
            let ray = look.ray(screen);
            let away = sphere_hit(look.eye, ray, self.point.length())?;
            if away > self.reach_m {
                return None;
            }
            let under = look.eye + ray * away;
            if under.distance(self.point) <= HELD * away {
                return Some(camera);
            }
            camera = turned(&camera, under, self.point, is_free);
        }
        None
    }

    fn hold_on_sheet(
        &self,
        camera: &Camera,
        size: DVec2,
        map: MapMode,
        screen: DVec2,
    ) -> Option<Camera> {
        let look = camera.look_at(size.x, size.y, map);
        let ray = look.ray(screen);
        let under = ray * -(look.eye.z / ray.z);
        let shift = look.relative(self.point) - under;
        Some(Camera { target: moved_on_sheet(camera.target, map, shift)?, ..*camera }.clamped())
    }
}

/// The target after a shift over the sheet, metres; none beyond the edge.
fn moved_on_sheet(target: LatLon, map: MapMode, shift: DVec3) -> Option<LatLon> {
    let mut to = map.position(target, 0.0) + shift;
    to.z = 0.0;
    let edge = MEAN_RADIUS_M * std::f64::consts::FRAC_PI_2 * (1.0 - 1e-9);
    if map == MapMode::Equirectangular {
        to.y = to.y.clamp(-edge, edge);
    } else {
        to = to.clamp_length_max(edge);
    }
    map.place_of(to)
}

/// Distance along a ray to a sphere around the centre: its near side from outside, its far side
/// from inside; none where the ray misses it. Exact for an eye just above the sphere.
fn sphere_hit(eye: DVec3, ray: DVec3, radius: f64) -> Option<f64> {
    let along = eye.dot(ray);
    let over = (eye.length() - radius) * (eye.length() + radius);
    let root = (along * along - over).max(-1.0);
    if root < 0.0 {
        return None;
    }
    let root = root.sqrt();
    // The form without the difference of two great numbers.
    let away = match (over > 0.0, along > 0.0) {
        (true, true) => return None,
        (true, false) => over / (root - along),
        (false, true) => -over / (along + root),
        (false, false) => root - along,
    };
    away.is_finite().then_some(away)
}

/// The camera carried around the centre of the planet by the smallest rotation that takes one
/// direction to another. A free camera keeps its picture and so turns its heading.
fn turned(camera: &Camera, from: DVec3, to: DVec3, is_free: bool) -> Camera {
    let (from, to) = (from.normalize(), to.normalize());
    let (axis, cos) = (from.cross(to), from.dot(to));
    // Rodrigues' formula with the sine in the axis: exact also for turns of nanometres.
    let turn = |v: DVec3| v + axis.cross(v) + axis.cross(axis.cross(v)) / (1.0 + cos).max(1e-3);
    let frame = LocalFrame::at(camera.target);
    let target = LatLon::of(turn(frame.up));
    let mut heading_deg = camera.heading_deg;
    if is_free {
        let (sin, cos) = heading_deg.to_radians().sin_cos();
        let ahead = turn(frame.north * cos + frame.east * sin);
        let there = LocalFrame::at(target);
        heading_deg = ahead.dot(there.east).atan2(ahead.dot(there.north)).to_degrees();
    }
    Camera { target, heading_deg, ..*camera }.clamped()
}

/// Moves the target so many degrees of arc up and right on the screen: along the great circle on
/// the globe, along the sheet on a map. A map's edge stops it.
pub(crate) fn pan(camera: &Camera, map: MapMode, up_deg: f64, right_deg: f64) -> Camera {
    let frame = map.frame(camera.target);
    let (sin, cos) = camera.heading_deg.to_radians().sin_cos();
    let (north, east) = (up_deg * cos - right_deg * sin, up_deg * sin + right_deg * cos);
    if map.is_flat() {
        let shift = (frame.north * north + frame.east * east).map(f64::to_radians) * MEAN_RADIUS_M;
        let target = moved_on_sheet(camera.target, map, shift).unwrap_or(camera.target);
        return Camera { target, ..*camera }.clamped();
    }
    let azimuth = east.atan2(north).to_degrees();
    let to = camera.target.direct(azimuth, north.hypot(east));
    turned(camera, frame.up, to.direction(), camera.target.lat.abs() > POLAR_DEG)
}

/// Multiplies the distance of the eye, and holds a place under a screen position where it can.
pub(crate) fn zoom_at(
    camera: &Camera,
    size: DVec2,
    map: MapMode,
    factor: f64,
    held: Option<(DVec2, DVec3)>,
) -> Camera {
    let factor = factor.clamp(RANGE_M[0] / RANGE_M[1], RANGE_M[1] / RANGE_M[0]);
    let zoomed = Camera { range_m: camera.range_m * factor, ..*camera }.clamped();
    let Some((screen, point)) = held else { return zoomed };
    let grab = Grab { point, reach_m: f64::INFINITY };
    grab.hold(&zoomed, size, map, screen).unwrap_or(zoomed)
}

/// The same eye with the same picture, whose target lies on the ground in the middle of the view
/// instead of above or below it; none where that is far from the old target, as behind a crest.
pub(crate) fn settled(
    camera: &Camera,
    look: &Look,
    target: LatLon,
    height_m: f64,
) -> Option<Camera> {
    let range_m = look.map.position(target, height_m).distance(look.eye);
    if !(0.3..=3.0).contains(&(range_m / camera.range_m)) {
        return None;
    }
    let frame = LocalFrame::at(target);
    let (down, east) = (-look.forward.dot(frame.up), look.forward.dot(frame.east));
    let tilt_deg = look.forward.dot(frame.north).hypot(east).atan2(down).to_degrees();
    // Both lie in the plane of the heading; their sum is never upright.
    let ahead = look.forward + look.up;
    let heading_deg = ahead.dot(frame.east).atan2(ahead.dot(frame.north)).to_degrees();
    let to = Camera { target, target_height_m: height_m, range_m, heading_deg, tilt_deg };
    (tilt_deg <= MAX_TILT_DEG && range_m >= RANGE_M[0]).then(|| to.clamped())
}

/// A held place that goes on moving by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glide {
    /// The place.
    pub grab: Grab,
    /// Where on the screen it is held.
    pub at: DVec2,
    /// Points per second.
    velocity: DVec2,
    /// When it was there, seconds.
    time: f64,
}

impl Glide {
    /// Starts one, if the hand was fast enough.
    pub(crate) fn new(grab: Grab, at: DVec2, velocity: DVec2, time: f64) -> Option<Self> {
        let velocity = velocity.clamp_length_max(FASTEST);
        (velocity.is_finite() && velocity.length() > SLOWEST).then_some(Self {
            grab,
            at,
            velocity,
            time,
        })
    }

    /// Where it is at a later time; none when it has come to rest. However many steps lead there,
    /// the way is the same: speed falls as exp(−t/τ), and its integral is taken exactly.
    pub(crate) fn at_time(&self, time: f64) -> Option<Self> {
        let left = (-(time - self.time).max(0.0) / GLIDE_S).exp();
        let velocity = self.velocity * left;
        let at = self.at + self.velocity * (GLIDE_S * (1.0 - left));
        (velocity.length() > SLOWEST).then_some(Self { at, velocity, time, ..*self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::geodesy::position;
    use super::*;

    const SIZE: DVec2 = DVec2::new(1000.0, 700.0);

    fn camera(lat: f64, lon: f64, range_m: f64, heading_deg: f64, tilt_deg: f64) -> Camera {
        let target = LatLon::new(lat, lon);
        Camera { target, target_height_m: 0.0, range_m, heading_deg, tilt_deg }
    }

    fn grabbed(camera: &Camera, map: MapMode, at: DVec2) -> Option<Grab> {
        let look = camera.look_at(SIZE.x, SIZE.y, map);
        let place = look.pick(at, |_| 0.0)?;
        Some(Grab::new(&look, map.position(place, 0.0)))
    }

    fn off(camera: &Camera, map: MapMode, grab: &Grab, at: DVec2) -> f64 {
        let look = camera.look_at(SIZE.x, SIZE.y, map);
        look.project(grab.point).map_or(f64::INFINITY, |p| p.distance(at))
    }

    proptest! {
        /// The heart of dragging: the grabbed place is where the pointer is, at any tilt, from a
        /// height of metres to the whole planet, on the globe and on the maps.
        #[test]
        fn a_grabbed_place_stays_under_the_pointer(
            lat in -88.0..88.0f64, lon in 0.0..360.0f64, range in 0.5..7.0f64,
            heading in 0.0..360.0f64, tilt in 0.0..75.0f64,
            (x, y) in (-150.0..150.0f64, -40.0..150.0f64),
            (dx, dy) in (-60.0..60.0f64, -40.0..60.0f64),
        ) {
            let camera = camera(lat, lon, 10f64.powf(range), heading, tilt);
            let from = SIZE / 2.0 + DVec2::new(x, y);
            let to = from + DVec2::new(dx, dy);
            for map in MapMode::ALL {
                let Some(grab) = grabbed(&camera, map, from) else { continue };
                let Some(moved) = grab.hold(&camera, SIZE, map, to) else { continue };
                let edge = map.is_flat() && grab_edge(&moved, map);
                prop_assert!(edge || off(&moved, map, &grab, to) < 0.01, "{map:?} {moved:?}");
                prop_assert_eq!((moved.range_m, moved.tilt_deg), (camera.range_m, camera.tilt_deg));
            }
        }

        #[test]
        fn zooming_keeps_the_place_under_the_pointer(
            lat in -85.0..85.0f64, lon in 0.0..360.0f64, range in 1.5..6.3f64,
            tilt in 0.0..60.0f64, factor in 0.3..3.0f64,
            (x, y) in (-150.0..150.0f64, -60.0..150.0f64),
        ) {
            let camera = camera(lat, lon, 10f64.powf(range), 30.0, tilt);
            let at = SIZE / 2.0 + DVec2::new(x, y);
            let grab = grabbed(&camera, MapMode::Globe, at).unwrap();
            let zoomed = zoom_at(&camera, SIZE, MapMode::Globe, factor, Some((at, grab.point)));
            prop_assert!((zoomed.range_m / camera.range_m - factor).abs() < 1e-9);
            prop_assert!(off(&zoomed, MapMode::Globe, &grab, at) < 0.01);
        }

        #[test]
        fn settling_changes_no_picture(
            lat in -80.0..80.0f64, lon in 0.0..360.0f64, heading in 0.0..360.0f64,
            tilt in 0.0..70.0f64, below in -200.0..200.0f64,
        ) {
            let camera = camera(lat, lon, 3e3, heading, tilt);
            let look = camera.look(SIZE.x, SIZE.y);
            let target = look.pick(SIZE / 2.0, |_| below).unwrap();
            let to = settled(&camera, &look, target, below).unwrap();
            let there = to.look(SIZE.x, SIZE.y);
            prop_assert!(there.eye.distance(look.eye) < 1e-3, "{to:?}");
            prop_assert!(there.forward.distance(look.forward) < 1e-8);
            prop_assert!(there.up.distance(look.up) < 1e-8);
        }
    }

    fn grab_edge(camera: &Camera, map: MapMode) -> bool {
        let at = camera.target;
        match map {
            MapMode::Equirectangular => at.lat.abs() > 89.9,
            _ => at.lat.abs() < 0.1 || at.lat.abs() > 89.9,
        }
    }

    /// From 1000 km above the equator, 100 points of 700 are 1000 km × 2 tan 22.5° × 100/700 =
    /// 118.3 km on the plane, and a little more on the sphere that falls away: 2.0 degrees.
    #[test]
    fn dragging_east_moves_the_target_west() {
        let camera = camera(0.0, 100.0, 1e6, 0.0, 0.0);
        let grab = grabbed(&camera, MapMode::Globe, SIZE / 2.0).unwrap();
        let to = SIZE / 2.0 + DVec2::new(100.0, 0.0);
        let moved = grab.hold(&camera, SIZE, MapMode::Globe, to).unwrap();
        assert!((100.0 - moved.target.lon - 2.0).abs() < 0.02, "{moved:?}");
        assert!(moved.target.lat.abs() < 1e-9 && moved.heading_deg < 1e-9);
        // Dragging the ground beyond the horizon is not followed.
        let low = Camera { range_m: 100.0, tilt_deg: 80.0, ..camera };
        let grab = grabbed(&low, MapMode::Globe, SIZE / 2.0).unwrap();
        assert_eq!(grab.hold(&low, SIZE, MapMode::Globe, DVec2::new(500.0, 1.0)), None);
    }

    #[test]
    fn keys_pan_along_the_great_circle_and_over_the_pole() {
        let at = pan(&camera(0.0, 10.0, 1e6, 90.0, 0.0), MapMode::Globe, 5.0, 0.0);
        assert!((at.target.lon - 15.0).abs() < 1e-9 && at.target.lat.abs() < 1e-9);
        // Ten degrees up from 85 N: 85 N on the other side, looking south.
        let at = pan(&camera(85.0, 10.0, 1e6, 0.0, 0.0), MapMode::Globe, 10.0, 0.0);
        assert!((at.target.lat - 85.0).abs() < 1e-6 && (at.target.lon - 190.0).abs() < 1e-6);
        assert!((at.heading_deg - 180.0).abs() < 1e-6);
        // On the sheet of the pole, right is right: from the pole towards 90° E.
        let at = pan(&camera(89.9999, 0.0, 1e6, 0.0, 0.0), MapMode::NorthPole, 0.0, 10.0);
        assert!((at.target.lat - 80.0).abs() < 1e-3 && (at.target.lon - 90.0).abs() < 1e-2);
        let at = pan(&camera(80.0, 90.0, 1e6, 0.0, 0.0), MapMode::NorthPole, 0.0, -20.0);
        assert!((at.target.lat - 80.0).abs() < 1e-6 && (at.target.lon - 270.0).abs() < 1e-6);
    }

    #[test]
    fn a_glide_does_not_depend_on_the_frames_and_ends() {
        let look = camera(0.0, 0.0, 1e6, 0.0, 0.0).look(SIZE.x, SIZE.y);
        let grab = Grab::new(&look, position(LatLon::new(0.0, 0.0), 0.0));
        let start = Glide::new(grab, DVec2::ZERO, DVec2::new(600.0, 0.0), 10.0).unwrap();
        let once = start.at_time(10.3).unwrap();
        let mut often = start;
        for i in 1..=30 {
            often = often.at_time(10.0 + 0.01 * f64::from(i)).unwrap();
        }
        assert!(once.at.distance(often.at) < 1e-9);
        // 600 × 0.32 × (1 − exp(−0.3/0.32)) = 116.81 points.
        assert!((once.at.x - 116.81).abs() < 0.01, "{}", once.at.x);
        // 600 exp(−t/0.32) = 12 after 1.252 s.
        assert!(start.at_time(11.25).is_some() && start.at_time(11.26).is_none());
        assert_eq!(Glide::new(grab, DVec2::ZERO, DVec2::new(5.0, 0.0), 0.0), None);
    }
}
