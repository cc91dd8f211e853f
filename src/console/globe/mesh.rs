//! The ground as triangles around the point below the eye, finer near it, out to the horizon.
//!
//! Made again whenever the camera moves, in f64, and handed over relative to the eye: so there
//! are no seams, no poles, and no loss of precision near the ground.

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use super::camera::Look;
use super::geodesy::{LatLon, LocalFrame, POLAR_RADIUS_M, position};

/// Circles around the point below the eye.
pub(crate) const RINGS: usize = 84;
/// Vertices on each circle.
pub(crate) const SPOKES: usize = 168;

/// One corner of the ground.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct GroundVertex {
    /// Position relative to the eye, body-fixed axes, metres.
    pub relative: [f32; 3],
    /// Unit vector from the centre of the planet.
    pub direction: [f32; 3],
}

/// Vertices ring by ring from the point below the eye; `ground_m` is the height of the (possibly
/// exaggerated) ground above the ellipsoid, `highest_m` a bound for it.
pub(crate) fn ground(
    look: &Look,
    rings: usize,
    spokes: usize,
    highest_m: f64,
    ground_m: impl Fn(LatLon) -> f64,
) -> Vec<GroundVertex> {
    let distance = look.eye.length();
    let frame = LocalFrame::at(LatLon::of(look.eye));
    // A hill of the greatest height still shows that far behind the horizon.
    let low = POLAR_RADIUS_M - 1e4;
    let horizon = (low / distance).min(1.0).acos() + (low / (low + highest_m)).acos();
    // Rings grow with their distance from the eye, which is at least its height.
    let near = (0.5 * (distance / low - 1.0)).clamp(2e-5, 1.0);
    let growth = (1.0 + horizon / near).ln();
    let turns: Vec<(f64, f64)> =
        (0..spokes).map(|i| (std::f64::consts::TAU * i as f64 / spokes as f64).sin_cos()).collect();
    let mut out = Vec::with_capacity(rings * spokes);
    for ring in 0..rings {
        let part = ring as f64 / (rings - 1) as f64;
        let (sin, cos) = (near * ((growth * part).exp() - 1.0)).sin_cos();
        for (turn_sin, turn_cos) in &turns {
            let level = frame.north * *turn_cos + frame.east * *turn_sin;
            let direction = frame.up * cos + level * sin;
            let place = LatLon::of(direction);
            let relative: DVec3 = position(place, ground_m(place)) - look.eye;
            out.push(GroundVertex {
                relative: relative.as_vec3().to_array(),
                direction: direction.as_vec3().to_array(),
            });
        }
    }
    out
}

/// Triangles between the rings, three indices each.
pub(crate) fn triangles(rings: usize, spokes: usize) -> Vec<u16> {
    let mut out = Vec::with_capacity((rings - 1) * spokes * 6);
    for ring in 0..rings - 1 {
        for spoke in 0..spokes {
            let next = (spoke + 1) % spokes;
            let (a, b) = (ring * spokes + spoke, ring * spokes + next);
            let (c, d) = (a + spokes, b + spokes);
            out.extend([a, c, b, b, c, d].map(|i| i as u16));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::camera::Camera;
    use super::*;

    #[test]
    fn every_visible_place_is_inside_the_mesh() {
        for (range_m, tilt_deg) in [(1e3, 0.0), (1e3, 85.0), (1e5, 60.0), (1e7, 30.0), (4e7, 0.0)] {
            let camera = Camera { range_m, tilt_deg, ..Camera::default() };
            let look = camera.look(800.0, 600.0);
            let mesh = ground(&look, RINGS, SPOKES, 2.2e4, |_| 0.0);
            let below = DVec3::from_array(mesh[0].direction.map(f64::from));
            let last = DVec3::from_array(mesh[mesh.len() - 1].direction.map(f64::from));
            let reach = below.angle_between(last);
            let horizon = (POLAR_RADIUS_M / look.eye.length()).acos();
            assert!(reach > horizon && reach < 2.0, "{reach} {horizon}");
            assert!(mesh.iter().all(|v| v.relative.iter().all(|x| x.is_finite())));
        }
    }

    #[test]
    fn triangles_name_existing_corners_and_close_the_circle() {
        let triangles = triangles(RINGS, SPOKES);
        assert_eq!(triangles.len(), (RINGS - 1) * SPOKES * 6);
        assert!(triangles.iter().all(|i| usize::from(*i) < RINGS * SPOKES));
        assert!(u16::try_from(RINGS * SPOKES).is_ok());
    }
}
