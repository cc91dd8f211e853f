//! What can be seen of the ground as it is drawn: hidden marks, positions on the screen, picking.

use egui::{Pos2, Rect, vec2};
use glam::{DVec2, DVec3};

use super::camera::Look;
use super::geodesy::{LatLon, ellipsoid_radius_m, is_hidden};
use super::ground::Recipe;

/// First step from a mark towards the eye as a part of their distance, and how much each next
/// step grows.
const FIRST_STEP: f64 = 2e-3;
const STEP_GROWTH: f64 = 1.5;
/// A mark may lie so much below the ground as seen from the eye, as a part of the distance: the
/// ground is drawn coarser than it is.
const TOLERANCE: f64 = 4e-3;
const MOST_TOLERANCE_M: f64 = 300.0;

/// A look through a rectangle of the screen at the drawn ground.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub look: Look,
    pub rect: Rect,
    /// What the ground is made of; none before there is any.
    pub ground: Option<&'a Recipe>,
    pub exaggeration: f64,
}

impl Sight<'_> {
    /// Height of the drawn ground above the ellipsoid, metres.
    pub(crate) fn ground_m(&self, place: LatLon) -> f64 {
        if self.look.map.is_flat() {
            return 0.0;
        }
        let [height, areoid] = self.ground.map_or([0.0, 0.0], |g| g.height_m(place));
        areoid + self.exaggeration * height
    }

    /// Where a place on the drawn ground is.
    pub(crate) fn position(&self, place: LatLon) -> DVec3 {
        self.look.map.position(place, self.ground_m(place))
    }

    /// Height above the areoid, metres; none before there is any terrain.
    pub(crate) fn elevation_m(&self, place: LatLon) -> Option<f64> {
        let ground = self.ground.filter(|g| g.topography.is_some())?;
        Some(ground.height_m(place)[0])
    }

    /// Whether no ground stands between the eye and a position on the ground. Walks from the
    /// mark towards the eye until the sight line is above all mountains.
    pub(crate) fn sees(&self, position: DVec3) -> bool {
        if self.look.map.is_flat() {
            return self.look.map.holds(position);
        }
        // Deeper than every basin: what is hidden by that is behind the planet.
        let deep = 9e3 * self.exaggeration.max(1.0);
        if is_hidden(self.look.eye, position, deep) {
            return false;
        }
        let way = self.look.eye - position;
        let (length, towards) = (way.length(), way.normalize_or_zero());
        let highest = 2.3e4 * self.exaggeration.max(1.0);
        let mut at = FIRST_STEP * length;
        while at < length {
            let point = position + towards * at;
            let place = LatLon::of(point);
            let height = point.length() - ellipsoid_radius_m(place.lat);
            if height > highest && towards.dot(point) > 0.0 {
                return true;
            }
            if height + (TOLERANCE * length).min(MOST_TOLERANCE_M) + 0.01 * at
                < self.ground_m(place)
            {
                return false;
            }
            at *= STEP_GROWTH;
        }
        true
    }

    /// Where a position on the ground appears; `None` when it is hidden or behind the eye.
    pub(crate) fn on_screen(&self, position: DVec3) -> Option<Pos2> {
        self.projected(position).filter(|_| self.sees(position))
    }

    /// Where a position appears, hidden or not.
    pub(crate) fn projected(&self, position: DVec3) -> Option<Pos2> {
        let at = self.look.project(position)?;
        Some(self.rect.min + vec2(at.x as f32, at.y as f32))
    }

    /// The place under a position of the screen.
    pub(crate) fn pick(&self, at: Pos2) -> Option<LatLon> {
        let at = at - self.rect.min;
        let at = DVec2::new(f64::from(at.x), f64::from(at.y));
        let highest = 2.4e4 * self.exaggeration.max(1.0);
        self.look.pick_below(at, highest, |p| self.ground_m(p))
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::Camera;
    use super::super::geodesy::position;
    use super::super::ground::Topography;
    use super::super::map::MapMode;
    use super::*;

    fn terrain() -> Recipe {
        let topography = Some(Topography::load().expect("terrain"));
        let (elevation, imagery) = (Vec::new(), Vec::new());
        Recipe { map: MapMode::Globe, topography, elevation, imagery }
    }

    fn sight(camera: &Camera, terrain: &Recipe) -> bool {
        let look = camera.look(800.0, 600.0);
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let sight = Sight { look, rect, ground: Some(terrain), exaggeration: 1.0 };
        let insight = LatLon::new(4.502384, 135.623447);
        sight.sees(sight.position(insight))
    }

    #[test]
    fn a_mark_is_seen_up_to_its_horizon() {
        let terrain = terrain();
        // From 7400 km the horizon is 71.7 degrees away.
        for (away, seen) in [(0.0, true), (60.0, true), (69.0, true), (74.0, false), (180.0, false)]
        {
            let target = LatLon::new(4.502384, 135.623447).direct(80.0, away);
            let camera = Camera { target, range_m: 7.4e6, ..Camera::default() };
            assert_eq!(sight(&camera, &terrain), seen, "{away} degrees away");
        }
    }

    #[test]
    fn a_mountain_hides_what_is_behind_it() {
        let terrain = terrain();
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        // East of Olympus Mons, seen along the ground from its west.
        let target = LatLon::new(18.65, 233.0);
        let eye = |height: f64| {
            let mut look = Camera { target, ..Camera::default() }.look(800.0, 600.0);
            look.eye = position(LatLon::new(18.65, 219.0), height);
            Sight { look, rect, ground: Some(&terrain), exaggeration: 1.0 }
        };
        let mark = eye(1e4).position(target);
        assert!(!eye(1e4).sees(mark));
        assert!(eye(3e5).sees(mark));
    }
}
