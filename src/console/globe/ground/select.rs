//! Which squares are drawn: refined by their size on the screen, out of sight left out.
//!
//! A square is cut in four while it is larger on the screen than wanted and all four quarters are
//! there; so at every moment each visible place is covered once, by the finest ground at hand.

use std::collections::HashSet;

use glam::DVec3;

use super::super::camera::Look;
use super::super::geodesy::{LatLon, MEAN_RADIUS_M, POLAR_RADIUS_M, ellipsoid_radius_m};
use super::super::map::MapMode;
use super::tile::{Area, MAX_LEVEL, TileId, size_deg};

/// Heights of the lowest and the highest ground anywhere, metres above the ellipsoid.
const LOWEST_M: f64 = -9.5e3;
const HIGHEST_M: f64 = 2.4e4;
/// Ground that is seen quite from the side counts for this part of its size.
const LEAST_LEAN: f64 = 0.5;

/// What is looked at, and how finely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub look: Look,
    /// Pixels per point of the look's size.
    pub scale: f64,
    /// A square higher than so many pixels is cut in four.
    pub most_px: f64,
    pub exaggeration: f64,
}

impl View {
    /// Distances between which a square turns from its own shape into that of the square above.
    pub(crate) fn morph_m(&self, id: TileId, range_m: [f64; 2]) -> (f64, f64) {
        let whole = self.height_px_m(id);
        let lean = self.lean(whole / self.most_px, range_m);
        let at = |px: f64| whole * lean / px;
        (at(0.85 * self.most_px), at(0.55 * self.most_px))
    }

    /// How much less the size of ground counts that is seen from the side at a distance: it is
    /// foreshortened, and there is much of it towards the horizon.
    fn lean(&self, distance_m: f64, range_m: [f64; 2]) -> f64 {
        if self.look.map.is_flat() {
            return 1.0;
        }
        let above = self.look.eye_height_m() - f64::midpoint(range_m[0], range_m[1]);
        (above / distance_m.max(1e-3)).max(0.0).sqrt().clamp(LEAST_LEAN, 1.0)
    }

    /// Height of a square on the screen in pixels, times its distance in metres. Squares are narrow
    /// near the poles: there they count for less.
    fn height_px_m(&self, id: TileId) -> f64 {
        let area = id.area();
        let across = area.south < 0.0 && area.north > 0.0;
        let widest = if across { 0.0 } else { area.south.abs().min(area.north.abs()) };
        let narrow = if self.look.map == MapMode::Equirectangular {
            1.0
        } else {
            widest.to_radians().cos().sqrt().max(0.4)
        };
        let height_m = size_deg(id.level).to_radians() * MEAN_RADIUS_M;
        height_m * narrow * self.look.focal() * self.scale
    }
}

/// Squares at the seam of the map that goes all around are of this level at least.
const SEAM_LEVEL: u8 = 5;

/// What the store knows of a square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    /// Whether it can be drawn.
    pub is_ready: bool,
    /// Lowest and highest ground above the ellipsoid as drawn, metres, if known.
    pub range_m: Option<[f64; 2]>,
}

/// The outcome of a walk over the pyramid.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selection {
    /// Squares to draw, nearest first.
    pub draw: Vec<TileId>,
    /// Squares that are missing, most wanted first.
    pub wishes: Vec<TileId>,
    /// Squares that must not be thrown away: drawn ones, and those above them.
    pub kept: HashSet<TileId>,
}

/// Walks from the roots down.
pub(crate) fn select(view: &View, known: &dyn Fn(TileId) -> Known) -> Selection {
    let mut walk = Walk::new(view, known);
    let whole = [LOWEST_M, HIGHEST_M].map(|h| h * view.exaggeration.max(1.0));
    for root in TileId::ROOTS {
        walk.visit(root, whole);
    }
    walk.draw.sort_by(|a, b| a.1.total_cmp(&b.1));
    walk.wishes.sort_by(|a, b| a.1.total_cmp(&b.1));
    Selection {
        draw: walk.draw.into_iter().map(|(id, _)| id).collect(),
        wishes: walk.wishes.into_iter().map(|(id, _)| id).collect(),
        kept: walk.kept,
    }
}

struct Walk<'a> {
    view: &'a View,
    known: &'a dyn Fn(TileId) -> Known,
    /// Inward normals of the sides of what is seen.
    sides: [DVec3; 4],
    eye_place: LatLon,
    /// Angle from below the eye beyond which nothing rises over the horizon, radians.
    horizon: f64,
    draw: Vec<(TileId, f64)>,
    wishes: Vec<(TileId, f64)>,
    kept: HashSet<TileId>,
}

impl<'a> Walk<'a> {
    fn new(view: &'a View, known: &'a dyn Fn(TileId) -> Known) -> Self {
        let look = &view.look;
        let stretch = view.exaggeration.max(1.0);
        let low = POLAR_RADIUS_M + LOWEST_M * stretch;
        let reach = |r: f64| (low / r.max(low)).acos();
        Self {
            view,
            known,
            sides: look.sides(),
            eye_place: LatLon::of(look.eye),
            horizon: reach(look.eye.length()) + reach(POLAR_RADIUS_M + HIGHEST_M * stretch),
            draw: Vec::new(),
            wishes: Vec::new(),
            kept: HashSet::new(),
        }
    }

    fn visit(&mut self, id: TileId, above_m: [f64; 2]) {
        let known = (self.known)(id);
        let range_m = known.range_m.unwrap_or(above_m);
        let area = id.area();
        if !self.is_visible(id, area, range_m) {
            return;
        }
        self.kept.insert(id);
        let distance = self.distance_m(area, range_m);
        if !known.is_ready {
            self.wishes.push((id, f64::from(id.level)));
            return;
        }
        let is_fine = self.size_px(id, distance, range_m) <= self.view.most_px;
        if id.level >= MAX_LEVEL || is_fine && !self.is_on_seam(id.level, area) {
            self.draw.push((id, distance));
            return;
        }
        let children = id.children();
        let mut all = true;
        for child in children {
            if (self.known)(child).is_ready {
                continue;
            }
            all = false;
            // Coarse ones first, then near ones; those out of sight last of their level.
            let seen = self.is_visible(child, child.area(), range_m);
            let far = self.distance_m(child.area(), range_m) / (4.0 * MEAN_RADIUS_M);
            let late = if seen { 0.0 } else { 0.5 };
            self.wishes.push((child, f64::from(child.level) + late + far.min(0.49)));
        }
        if all {
            self.kept.extend(children);
            for child in children {
                self.visit(child, range_m);
            }
        } else {
            self.draw.push((id, distance));
        }
    }

    /// Whether a square is too large for where the map that goes all around is cut, opposite the
    /// eye: it lies on one side as a whole, marks and lines on both.
    fn is_on_seam(&self, level: u8, area: Area) -> bool {
        if self.view.look.map != MapMode::Equirectangular || level >= SEAM_LEVEL {
            return false;
        }
        let middle = f64::midpoint(area.west, area.east);
        let eye = MapMode::Equirectangular.place_of(DVec3::X * self.view.look.eye.x);
        let half = (area.east - area.west) / 2.0;
        eye.is_some_and(|eye| LatLon::new(0.0, eye.lon + 180.0 - middle).lon_180().abs() < half)
    }

    /// Height of a square on the screen as it counts, pixels.
    fn size_px(&self, id: TileId, distance_m: f64, range_m: [f64; 2]) -> f64 {
        let lean = self.view.lean(distance_m, range_m);
        lean * self.view.height_px_m(id) / distance_m.max(1e-3)
    }

    /// Distance from the eye to the nearest place of an area.
    fn distance_m(&self, area: Area, range_m: [f64; 2]) -> f64 {
        let look = &self.view.look;
        if look.map.is_flat() {
            let (centre, radius) = sphere(look.map, area, range_m);
            let to = look.map.relative(centre, look.eye);
            let beside = (to.x.hypot(to.y) - radius).max(0.0);
            return beside.hypot(to.z);
        }
        let middle = f64::midpoint(area.west, area.east);
        let half = (area.east - area.west) / 2.0;
        let off = LatLon::new(0.0, self.eye_place.lon - middle).lon_180().clamp(-half, half);
        let lat = self.eye_place.lat.clamp(area.south, area.north);
        let nearest = LatLon::new(lat, middle + off);
        let height = look.eye.length() - ellipsoid_radius_m(self.eye_place.lat);
        let height = height.clamp(range_m[0], range_m[1]);
        let to = |place: LatLon| look.map.position(place, height).distance(look.eye);
        let edges = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.0), (0.5, 1.0)];
        let edges = edges.into_iter().map(|(right, down)| to(area.place(right, down)));
        edges.fold(to(nearest), f64::min)
    }

    fn is_visible(&self, id: TileId, area: Area, range_m: [f64; 2]) -> bool {
        let look = &self.view.look;
        match look.map {
            MapMode::NorthPole if id.level > 0 && area.north <= 0.0 => return false,
            MapMode::SouthPole if id.level > 0 && area.south >= 0.0 => return false,
            _ => {}
        }
        // The largest squares are more than a sphere can hold tightly.
        if id.level < 2 {
            return true;
        }
        let (centre, radius) = sphere(look.map, area, range_m);
        if look.map == MapMode::Globe {
            let middle = area.place(0.5, 0.5);
            let corner = [area.place(0.0, 0.0), area.place(0.0, 1.0), area.place(0.0, 0.5)];
            let wide = corner.map(|p| middle.distance_deg(p)).into_iter().fold(0.0, f64::max);
            let away = middle.distance_deg(self.eye_place) - wide;
            if away.to_radians() > self.horizon {
                return false;
            }
        }
        let to = look.map.relative(centre, look.eye);
        self.sides.iter().all(|side| side.dot(to) > -radius)
    }
}

/// A sphere around an area with its heights: centre and radius.
pub(crate) fn sphere(map: MapMode, area: Area, [low_m, high_m]: [f64; 2]) -> (DVec3, f64) {
    let centre = map.position(area.place(0.5, 0.5), f64::midpoint(low_m, high_m));
    let mut radius: f64 = 0.0;
    for right in [0.0, 0.5, 1.0] {
        for down in [0.0, 0.5, 1.0] {
            for height in [low_m, high_m] {
                let point = map.position(area.place(right, down), height);
                radius = radius.max(map.relative(point, centre).length());
            }
        }
    }
    (centre, radius * 1.05 + 1.0)
}

#[cfg(test)]
mod tests {
    use glam::DVec2;
    use proptest::prelude::*;

    use super::super::super::camera::Camera;
    use super::*;

    fn view(camera: &Camera, map: MapMode) -> View {
        let look = camera.look_at(1280.0, 800.0, map);
        View { look, scale: 1.0, most_px: 340.0, exaggeration: 1.0 }
    }

    fn all_ready(_: TileId) -> Known {
        Known { is_ready: true, range_m: Some([-10.0, 10.0]) }
    }

    #[test]
    fn what_is_not_there_is_covered_by_what_is() {
        let camera = Camera { range_m: 2e5, ..Camera::default() };
        let view = view(&camera, MapMode::Globe);
        let up_to = |most: u8| {
            move |id: TileId| Known { is_ready: id.level <= most, range_m: Some([-10.0, 10.0]) }
        };
        let whole = select(&view, &all_ready);
        assert!(whole.wishes.is_empty());
        for most in 0..4 {
            let some = select(&view, &up_to(most));
            assert!(some.draw.iter().all(|id| id.level <= most));
            assert!(some.wishes.iter().all(|id| id.level == most + 1), "{:?}", some.wishes);
            assert!(!some.draw.is_empty() && !some.wishes.is_empty());
        }
        let none = select(&view, &|_| Known { is_ready: false, range_m: None });
        assert_eq!(none.wishes, TileId::ROOTS.to_vec());
    }

    #[test]
    fn few_squares_are_enough_everywhere() {
        for (lat, range_m, tilt_deg) in [
            (0.0, 2e7, 0.0),
            (0.0, 7.4e6, 0.0),
            (88.0, 3e6, 0.0),
            (-89.9, 3e5, 60.0),
            (5.0, 1e5, 85.0),
            (5.0, 2.0, 80.0),
        ] {
            let target = LatLon::new(lat, 137.0);
            let camera = Camera { target, range_m, tilt_deg, ..Camera::default() };
            let got = select(&view(&camera, MapMode::Globe), &all_ready);
            let count = got.draw.len();
            assert!((4..400).contains(&count), "{count} at {lat} {range_m} {tilt_deg}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Every visible place is covered once, at the wanted detail.
        #[test]
        fn every_visible_place_is_covered_once(
            lat in -89.0..89.0f64, lon in 0.0..360.0f64, range in 1.0..7.3f64,
            heading in 0.0..360.0f64, tilt in 0.0..84.0f64,
            x in 0.0..1280.0f64, y in 0.0..800.0f64, mode in 0usize..4,
        ) {
            let map = MapMode::ALL[mode];
            let lat = if map == MapMode::NorthPole { lat.abs() } else { lat };
            let lat = if map == MapMode::SouthPole { -lat.abs() } else { lat };
            let camera = Camera {
                target: LatLon::new(lat, lon), range_m: 10f64.powf(range), heading_deg: heading,
                tilt_deg: if map.is_flat() { 0.0 } else { tilt }, target_height_m: 0.0,
            };
            let view = view(&camera, map);
            let got = select(&view, &all_ready);
            if let Some(place) = view.look.pick(DVec2::new(x, y), |_| 0.0) {
                let inside = |id: &&TileId| TileId::at(place, id.level) == **id;
                let covers: Vec<_> = got.draw.iter().filter(inside).collect();
                prop_assert_eq!(covers.len(), 1, "{:?} {:?}", place, covers);
                let id = *covers[0];
                let known = |_| Known { is_ready: true, range_m: None };
                let walk = Walk::new(&view, &known);
                let distance = walk.distance_m(id.area(), [-10.0, 10.0]);
                let size = walk.size_px(id, distance, [-10.0, 10.0]);
                prop_assert!(size <= view.most_px || id.level == MAX_LEVEL);
            }
        }
    }
}
