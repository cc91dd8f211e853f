//! The orbit camera: where the eye is, what it sees, and which place lies under a pixel.
//!
//! All in f64. The renderer gets positions relative to the eye, so that f32 is enough for it at
//! any height. Screen positions are in points from the top left corner of the view.

use glam::{DMat4, DVec2, DVec3, DVec4};
use serde::{Deserialize, Serialize};

use super::geodesy::{LatLon, ray_ellipsoid};
use super::ground::tile::Area;
use super::map::MapMode;

/// Vertical field of view, degrees.
pub const FIELD_OF_VIEW_DEG: f64 = 45.0;
/// Nearest and farthest distance of the eye from its target, metres.
pub const RANGE_M: [f64; 2] = [1.5, 4.0e7];
/// Higher than every mountain as it may be drawn at its own height, metres above the ellipsoid.
const HIGHEST_M: f64 = 2.4e4;
/// Steps of a walk along a ray.
const MOST_STEPS: usize = 4000;
/// The target stays so far from the poles that east is somewhere: half a metre, degrees.
const MAX_LAT_DEG: f64 = 89.99999;
/// Nearest near plane, metres.
const NEAREST_M: f64 = 0.02;
/// Largest tilt: the eye never looks above the horizon of its target, degrees.
pub const MAX_TILT_DEG: f64 = 85.0;

/// An eye that looks at a place on the surface.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Camera {
    /// The place in the middle of the view.
    pub target: LatLon,
    /// Height of the target above the ellipsoid, metres; follows the terrain.
    pub target_height_m: f64,
    /// Distance from eye to target, metres.
    pub range_m: f64,
    /// Direction that is up on the screen, degrees clockwise from north.
    pub heading_deg: f64,
    /// 0 looks straight down, towards 90 looks along the ground, degrees.
    pub tilt_deg: f64,
}

impl Default for Camera {
    /// The whole planet, InSight and Gale in the middle.
    fn default() -> Self {
        Self {
            target: LatLon::new(2.0, 137.0),
            target_height_m: 0.0,
            range_m: 7.4e6,
            heading_deg: 0.0,
            tilt_deg: 0.0,
        }
    }
}

impl Camera {
    /// The same camera with every number inside its limits.
    #[must_use]
    pub fn clamped(self) -> Self {
        let or = |value: f64, other: f64| if value.is_finite() { value } else { other };
        Self {
            target: LatLon::new(
                or(self.target.lat, 0.0).clamp(-MAX_LAT_DEG, MAX_LAT_DEG),
                LatLon::new(0.0, or(self.target.lon, 0.0)).lon_360(),
            ),
            target_height_m: or(self.target_height_m, 0.0).clamp(-2e4, 5e5),
            range_m: or(self.range_m, 1e7).clamp(RANGE_M[0], RANGE_M[1]),
            heading_deg: or(self.heading_deg, 0.0).rem_euclid(360.0),
            tilt_deg: or(self.tilt_deg, 0.0).clamp(0.0, MAX_TILT_DEG),
        }
    }

    /// Straight above an area, all of which is in a view that is as high as wide.
    pub fn over(area: Area) -> Self {
        let middle = area.place(0.5, 0.5);
        let wide = (area.east - area.west).min(180.0) * middle.lat.to_radians().cos();
        let half_deg = wide.max(area.north - area.south).min(120.0) / 2.0;
        let half_m = half_deg.to_radians() * super::geodesy::MEAN_RADIUS_M;
        let range_m = 1.1 * half_m / (FIELD_OF_VIEW_DEG.to_radians() / 2.0).tan();
        Self { target: middle, range_m, ..Self::default() }.clamped()
    }

    /// Multiplies the distance of the eye.
    pub fn zoom(&mut self, factor: f64) {
        self.range_m *= factor;
        *self = self.clamped();
    }

    /// Turns and tilts.
    pub fn turn(&mut self, heading_deg: f64, tilt_deg: f64) {
        self.heading_deg += heading_deg;
        self.tilt_deg += tilt_deg;
        *self = self.clamped();
    }

    /// What this camera sees through a view of so many points.
    pub fn look(&self, width: f64, height: f64) -> Look {
        self.look_at(width, height, MapMode::Globe)
    }

    /// The same on a map, where the sheet is always seen from straight above.
    pub fn look_at(&self, width: f64, height: f64, map: MapMode) -> Look {
        Look::new(self, width.max(1.0), height.max(1.0), map)
    }

    /// Degrees of arc on the ground for one point of a view of that height, at the target.
    pub fn degrees_per_point(&self, height: f64) -> f64 {
        let metres = 2.0 * self.range_m * (FIELD_OF_VIEW_DEG.to_radians() / 2.0).tan() / height;
        (metres / super::geodesy::MEAN_RADIUS_M).to_degrees()
    }

    /// The camera a fraction (0 to 1, eased) of the way to another: along the great circle,
    /// higher in the middle of a long way, turning the short way round.
    #[must_use]
    pub fn towards(&self, to: &Self, fraction: f64) -> Self {
        let s = fraction.clamp(0.0, 1.0);
        if s >= 1.0 {
            return *to;
        }
        let s = s * s * (3.0 - 2.0 * s);
        let way = self.target.distance_deg(to.target);
        let along = |a: f64, b: f64| a + (b - a) * s;
        let top = way.to_radians() * 2.2e6;
        let hump = (top / self.range_m.max(to.range_m)).max(1.0).ln() * (4.0 * s * (1.0 - s));
        let turn = (to.heading_deg - self.heading_deg + 180.0).rem_euclid(360.0) - 180.0;
        Self {
            target: self.target.towards(to.target, s),
            target_height_m: along(self.target_height_m, to.target_height_m),
            range_m: (along(self.range_m.ln(), to.range_m.ln()) + hump).exp(),
            heading_deg: self.heading_deg + turn * s,
            tilt_deg: along(self.tilt_deg, to.tilt_deg),
        }
        .clamped()
    }
}

/// A camera with a view: matrices, rays and projections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Body-fixed position of the eye, metres.
    pub eye: DVec3,
    /// Unit vector to the right of the screen.
    pub right: DVec3,
    /// Unit vector to the top of the screen.
    pub up: DVec3,
    /// Unit vector into the screen.
    pub forward: DVec3,
    /// Distance of the near plane, metres.
    pub near_m: f64,
    /// Size of the view, points.
    pub size: DVec2,
    /// How the planet is laid out.
    pub map: MapMode,
}

impl Look {
    fn new(camera: &Camera, width: f64, height: f64, map: MapMode) -> Self {
        let frame = map.frame(camera.target);
        let target = map.position(camera.target, camera.target_height_m);
        let tilt_deg = if map.is_flat() { 0.0 } else { camera.tilt_deg };
        let (sin_h, cos_h) = camera.heading_deg.to_radians().sin_cos();
        let ahead = frame.north * cos_h + frame.east * sin_h;
        let right = frame.east * cos_h - frame.north * sin_h;
        let (sin_t, cos_t) = tilt_deg.to_radians().sin_cos();
        let forward = ahead * sin_t - frame.up * cos_t;
        let eye = target - forward * camera.range_m;
        let near_m = (camera.range_m * 1e-3).max(NEAREST_M);
        let up = right.cross(forward);
        Self { eye, right, up, forward, near_m, size: DVec2::new(width, height), map }
    }

    /// Focal length in points.
    pub(crate) fn focal(&self) -> f64 {
        self.size.y / 2.0 / (FIELD_OF_VIEW_DEG.to_radians() / 2.0).tan()
    }

    /// Inward normals of the planes through the eye and the edges of the view.
    pub(crate) fn sides(&self) -> [DVec3; 4] {
        let (w, h, f) = (self.size.x / 2.0, self.size.y / 2.0, self.focal());
        let inward = |along: DVec3, half: f64| {
            [(along * f + self.forward * half), (self.forward * half - along * f)]
        };
        let ([left, right], [bottom, top]) = (inward(self.right, w), inward(self.up, h));
        [left, right, bottom, top].map(DVec3::normalize)
    }

    /// A point relative to the eye; on a map without an edge its nearest copy.
    pub fn relative(&self, point: DVec3) -> DVec3 {
        self.map.relative(point, self.eye)
    }

    /// From positions relative to the eye (body-fixed axes, metres) to clip space, with reversed
    /// depth and no far plane: depth is 1 on the near plane and 0 at infinity.
    pub fn clip_from_relative(&self) -> DMat4 {
        let f = 1.0 / (FIELD_OF_VIEW_DEG.to_radians() / 2.0).tan();
        let rows = [
            (self.right * f * self.size.y / self.size.x).extend(0.0),
            (self.up * f).extend(0.0),
            DVec4::new(0.0, 0.0, 0.0, self.near_m),
            self.forward.extend(0.0),
        ];
        DMat4::from_cols(rows[0], rows[1], rows[2], rows[3]).transpose()
    }

    /// Where a body-fixed point appears, points; `None` behind the near plane. Whether the planet
    /// hides it is not asked here.
    pub fn project(&self, point: DVec3) -> Option<DVec2> {
        let v = self.relative(point);
        let depth = v.dot(self.forward);
        if depth < self.near_m {
            return None;
        }
        let scale = self.focal() / depth;
        Some(DVec2::new(
            self.size.x / 2.0 + v.dot(self.right) * scale,
            self.size.y / 2.0 - v.dot(self.up) * scale,
        ))
    }

    /// Unit direction of the ray through a screen position.
    pub fn ray(&self, screen: DVec2) -> DVec3 {
        let f = self.focal();
        let (x, y) = ((screen.x - self.size.x / 2.0) / f, (self.size.y / 2.0 - screen.y) / f);
        (self.forward + self.right * x + self.up * y).normalize()
    }

    /// The place under a screen position; `height_m` gives the terrain's height above the
    /// ellipsoid. Walks along the ray until it is below the ground, then halves the last step:
    /// exact to a thousandth of the distance, and to a millimetre near the eye.
    pub fn pick(&self, screen: DVec2, height_m: impl Fn(LatLon) -> f64) -> Option<LatLon> {
        self.pick_below(screen, HIGHEST_M, height_m)
    }

    /// The same where no ground rises above a height above the ellipsoid in metres.
    pub fn pick_below(
        &self,
        screen: DVec2,
        highest_m: f64,
        height_m: impl Fn(LatLon) -> f64,
    ) -> Option<LatLon> {
        let ray = self.ray(screen);
        if self.map.is_flat() {
            return self.map.place_of(self.eye - ray * (self.eye.z / ray.z));
        }
        let above = |t: f64| {
            let point = self.eye + ray * t;
            let place = LatLon::of(point);
            point.length() - super::geodesy::ellipsoid_radius_m(place.lat) - height_m(place)
        };
        // Nothing rises above the highest ground: the walk starts there.
        let outside = self.eye_height_m() > highest_m;
        let mut t = if outside { ray_ellipsoid(self.eye, ray, highest_m)? } else { 0.0 };
        let mut before = t;
        for _ in 0..MOST_STEPS {
            let height = above(t);
            if height <= 0.0 {
                return Some(self.halved(ray, before, t, &above));
            }
            let rises = ray.dot(self.eye + ray * t) > 0.0;
            if rises && height > 2.0 * highest_m {
                return None;
            }
            before = t;
            // Ground steeper than this is rare; the step is never so small that it takes for ever.
            t += (0.5 * height).max(4e-3 * t).max(1e-3);
        }
        None
    }

    /// Where the ground lies between two distances along a ray.
    fn halved(&self, ray: DVec3, near: f64, far: f64, above: &impl Fn(f64) -> f64) -> LatLon {
        let (mut near, mut far) = (near, far);
        for _ in 0..48 {
            let middle = f64::midpoint(near, far);
            if above(middle) > 0.0 { near = middle } else { far = middle }
        }
        LatLon::of(self.eye + ray * far)
    }

    /// Height of the eye above the ellipsoid, or above the sheet, metres.
    pub fn eye_height_m(&self) -> f64 {
        if self.map.is_flat() {
            return self.eye.z;
        }
        self.eye.length() - super::geodesy::ellipsoid_radius_m(LatLon::of(self.eye).lat)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::geodesy::position;
    use super::*;

    fn camera(lat: f64, lon: f64, range_m: f64, heading_deg: f64, tilt_deg: f64) -> Camera {
        Camera {
            target: LatLon::new(lat, lon),
            target_height_m: 0.0,
            range_m,
            heading_deg,
            tilt_deg,
        }
    }

    #[test]
    fn north_is_up_and_east_is_right() {
        let look = camera(10.0, 200.0, 5e6, 0.0, 0.0).look(800.0, 600.0);
        let middle = look.project(position(LatLon::new(10.0, 200.0), 0.0)).unwrap();
        assert!((middle - DVec2::new(400.0, 300.0)).length() < 1e-6);
        let north = look.project(position(LatLon::new(12.0, 200.0), 0.0)).unwrap();
        assert!(north.y < middle.y - 10.0 && (north.x - middle.x).abs() < 1e-6);
        let east = look.project(position(LatLon::new(10.0, 202.0), 0.0)).unwrap();
        assert!(east.x > middle.x + 10.0);
        // Heading east: north is to the left.
        let look = camera(10.0, 200.0, 5e6, 90.0, 0.0).look(800.0, 600.0);
        let north = look.project(position(LatLon::new(12.0, 200.0), 0.0)).unwrap();
        assert!(north.x < middle.x - 10.0);
    }

    #[test]
    fn the_matrix_agrees_with_the_projection() {
        let look = camera(-30.0, 300.0, 2e6, 33.0, 50.0).look(640.0, 480.0);
        let point = position(LatLon::new(-27.0, 303.0), 2000.0);
        let clip = look.clip_from_relative() * (point - look.eye).extend(1.0);
        let ndc = clip / clip.w;
        let screen = look.project(point).unwrap();
        assert!(((ndc.x + 1.0) * 320.0 - screen.x).abs() < 1e-6);
        assert!(((1.0 - ndc.y) * 240.0 - screen.y).abs() < 1e-6);
        assert!(ndc.z > 0.0 && ndc.z < 1.0);
    }

    /// Issue "The globe", item 1: a marker near the eye stays within a pixel in f32 when all that
    /// reaches the GPU is relative to the eye.
    #[test]
    fn relative_positions_do_not_drift_in_f32() {
        let marker = LatLon::new(4.502384, 135.623447);
        let point = position(marker, -3008.0);
        for step in 0..200 {
            let mut camera = camera(marker.lat, marker.lon, 200.0, step as f64 * 1.7, 60.0);
            camera.target_height_m = -3008.0;
            camera.target.lon += 1e-6 * step as f64;
            let look = camera.look(1280.0, 800.0);
            let exact = look.project(point).unwrap();
            let clip =
                look.clip_from_relative().as_mat4() * (point - look.eye).as_vec3().extend(1.0);
            let x = f64::from((clip.x / clip.w + 1.0) * 640.0);
            let y = f64::from((1.0 - clip.y / clip.w) * 400.0);
            assert!((x - exact.x).hypot(y - exact.y) < 0.01, "drift at step {step}");
        }
    }

    #[test]
    fn a_flight_starts_and_ends_exactly_and_takes_the_short_way() {
        let (a, b) = (camera(0.0, 350.0, 1e6, 350.0, 0.0), camera(10.0, 10.0, 2e5, 10.0, 60.0));
        assert_eq!(a.towards(&b, 1.0), b);
        let start = a.towards(&b, 0.0);
        assert!(start.target.distance_deg(a.target) < 1e-6);
        let middle = a.towards(&b, 0.5);
        assert!(middle.heading_deg < 1e-6 || middle.heading_deg > 359.999);
        assert!(middle.target.lon_180().abs() < 1.0);
    }

    #[test]
    fn nonsense_is_clamped() {
        let bad = camera(f64::NAN, f64::INFINITY, -1.0, f64::NAN, 500.0).clamped();
        assert_eq!(bad, camera(0.0, 0.0, RANGE_M[0], 0.0, MAX_TILT_DEG));
    }

    proptest! {
        #[test]
        fn picking_is_the_inverse_of_projecting(
            lat in -85.0..85.0f64, lon in 0.0..360.0f64, range in 1e3..2e7f64,
            heading in 0.0..360.0f64, tilt in 0.0..60.0f64,
            dx in -0.2..0.2f64, dy in -0.2..0.2f64,
        ) {
            let look = camera(lat, lon, range, heading, tilt).look(1000.0, 700.0);
            let screen = DVec2::new(500.0 + dx * 700.0, 350.0 + dy * 700.0);
            if let Some(place) = look.pick(screen, |_| 0.0) {
                let back = look.project(position(place, 0.0)).unwrap();
                prop_assert!((back - screen).length() < 1e-3, "{back} {screen}");
            }
        }

        /// From the whole planet down to two metres: a place that is projected is picked again,
        /// to a thousandth of its distance.
        #[test]
        fn projecting_is_the_inverse_of_picking(
            lat in -85.0..85.0f64, lon in 0.0..360.0f64, range in 0.3..7.0f64,
            heading in 0.0..360.0f64, tilt in 0.0..80.0f64, ground in -8000.0..8000.0f64,
            azimuth in 0.0..360.0f64, part in 0.0..0.3f64,
        ) {
            let range = 10f64.powf(range);
            let at = Camera { target_height_m: ground, ..camera(lat, lon, range, heading, tilt) };
            let look = at.look(1000.0, 700.0);
            let away = (part * range / 59_158.0).min(10.0);
            let place = at.target.direct(azimuth, away);
            let point = position(place, ground);
            let Some(screen) = look.project(point) else { return Ok(()) };
            // What faces the eye on a round planet is not hidden.
            prop_assume!((look.eye - point).normalize().dot(point.normalize()) > 0.05);
            let picked = position(look.pick(screen, |_| ground).unwrap(), ground);
            let distance = look.eye.distance(point);
            prop_assert!(picked.distance(point) < 1e-5 * distance + 1e-6, "{at:?}");
        }

        #[test]
        fn picking_meets_the_terrain(lat in -80.0..80.0f64, lon in 0.0..360.0f64,
                                     height in -8000.0..21000.0f64) {
            let look = camera(lat, lon, 3e5, 0.0, 30.0).look(800.0, 600.0);
            let place = LatLon::new(lat, lon).direct(20.0, 0.5);
            let screen = look.project(position(place, height)).unwrap();
            let picked = look.pick(screen, |_| height).unwrap();
            prop_assert!(picked.distance_m(place) < 30.0);
        }
    }
}
