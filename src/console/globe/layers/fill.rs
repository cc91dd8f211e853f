//! Areas as triangles that follow the ground: across the date line, around poles, with holes.
//!
//! Outlines are taken as GeoJSON draws them (RFC 7946, 3.1.1): straight in longitude and latitude.
//! An edge of more than half a turn is meant the short way round; one of a whole turn stays.

use earcut::Earcut;

use crate::globe::geodesy::LatLon;

/// Size of the pieces that areas are cut into, degrees of longitude and latitude.
const CELL_DEG: [f64; 2] = [3.0, 2.5];
/// Longest step along a line, degrees of arc, and along a parallel, degrees of longitude.
const SIDE_DEG: f64 = 2.5;
const SIDE_LON_DEG: f64 = 10.0;
/// Most triangles of one area; beyond that they stay larger.
const MOST: usize = 60_000;

/// A corner in the plane of longitude and latitude, degrees; longitudes run on over a whole turn.
type Corner = [f64; 2];

/// A ring whose longitudes do not jump.
struct Ring {
    corners: Vec<Corner>,
    /// Turns around the pole: −1, 0 or 1.
    turns: f64,
}

impl Ring {
    fn of(places: &[LatLon]) -> Option<Self> {
        let places = places.iter().filter(|p| p.lat.is_finite() && p.lon.is_finite());
        let mut corners = unwrapped(places.clone());
        let (first, last) = (*corners.first()?, *corners.last()?);
        // The way from the last corner back to the first closes the ring, or a turn.
        let closing = step(places.clone().next_back()?.lon, places.clone().next()?.lon);
        let turns = ((last[0] + closing - first[0]) / 360.0).round();
        if corners.len() > 1 && last[1] == first[1] && closing == 0.0 {
            corners.pop();
        }
        (corners.len() > 2 || turns != 0.0).then_some(Self { corners, turns })
    }

    fn middle_lon(&self) -> f64 {
        self.corners.iter().map(|c| c[0]).sum::<f64>() / self.corners.len().max(1) as f64
    }

    /// Corners from west to east over one turn, from the one nearest to a longitude on, closed by
    /// that one a turn further.
    fn eastwards(&self, from: f64) -> Vec<Corner> {
        let mut corners = self.corners.clone();
        if self.turns < 0.0 {
            corners.reverse();
        }
        let away = |c: &Corner| ((c[0] - from + 180.0).rem_euclid(360.0) - 180.0).abs();
        let nearest = |a: &(usize, &Corner), b: &(usize, &Corner)| away(a.1).total_cmp(&away(b.1));
        let start = corners.iter().enumerate().min_by(nearest).map_or(0, |(i, _)| i);
        let turn = |[lon, lat]: Corner| [lon + 360.0, lat];
        let (before, after) = corners.split_at(start);
        let ends = after.first().copied().map(turn);
        let around = after.iter().copied().chain(before.iter().copied().map(turn)).chain(ends);
        let all: Vec<Corner> = around.collect();
        let first = all.first().map_or(0.0, |c| c[0]);
        let shift = ((from - first) / 360.0).round() * 360.0;
        all.into_iter().map(|[lon, lat]| [lon + shift, lat]).collect()
    }

    /// Whether it lies around the north pole, where it turns around one.
    fn is_north(&self) -> bool {
        self.corners.iter().map(|c| c[1]).sum::<f64>() >= 0.0
    }
}

/// Places with longitudes that do not jump; the same one twice in a row counts once.
fn unwrapped<'p>(places: impl Iterator<Item = &'p LatLon>) -> Vec<Corner> {
    let mut corners: Vec<Corner> = Vec::new();
    let mut before: Option<f64> = None;
    for place in places {
        let lat = place.lat.clamp(-90.0, 90.0);
        let lon = match (corners.last(), before) {
            (Some([lon, _]), Some(before)) => lon + step(before, place.lon),
            _ => place.lon,
        };
        before = Some(place.lon);
        if corners.last() != Some(&[lon, lat]) {
            corners.push([lon, lat]);
        }
    }
    corners
}

/// From one longitude to another the short way; a whole turn stays one.
fn step(from: f64, to: f64) -> f64 {
    let raw = to - from;
    if raw.abs() <= 180.0 || (raw.abs() - 360.0).abs() < 1e-6 {
        raw
    } else {
        (raw + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// Triangles of an area; the first ring is the outline, the others are holes. Empty where it is no
/// area.
pub(super) fn fill(rings: &[Vec<LatLon>]) -> Vec<[LatLon; 3]> {
    let mut rings = rings.iter();
    let Some(outline) = rings.next().and_then(|r| Ring::of(r)) else { return Vec::new() };
    let mut holes: Vec<Ring> = rings.filter_map(|r| Ring::of(r)).collect();
    let plane = if outline.turns == 0.0 {
        outline.corners.clone()
    } else {
        let around = holes.iter().position(|h| h.turns != 0.0).map(|i| holes.swap_remove(i));
        around_pole(&outline, around.as_ref())
    };
    holes.retain(|h| h.turns == 0.0);
    let (west, east) = plane
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(w, e), c| (w.min(c[0]), e.max(c[0])));
    let middle = f64::midpoint(west, east);
    let mut corners = plane;
    let mut starts: Vec<u32> = Vec::new();
    for hole in &holes {
        // A hole may be written a turn away from its outline.
        let shift = ((middle - hole.middle_lon()) / 360.0).round() * 360.0;
        starts.push(corners.len() as u32);
        corners.extend(hole.corners.iter().map(|[lon, lat]| [lon + shift, *lat]));
    }
    let mut indices: Vec<u32> = Vec::new();
    Earcut::new().earcut(corners.iter().copied(), &starts, &mut indices);
    let triangles: Vec<[Corner; 3]> = indices
        .as_chunks::<3>()
        .0
        .iter()
        .filter_map(|t| {
            let [a, b, c] = t.map(|i| corners.get(i as usize).copied());
            Some([a?, b?, c?])
        })
        .collect();
    subdivide(triangles)
}

/// The outline of an area around a pole in the plane: its ring over one turn, closed along the
/// pole, or along a hole that goes around the pole, too.
fn around_pole(outline: &Ring, hole: Option<&Ring>) -> Vec<Corner> {
    let mut corners = outline.eastwards(outline.corners.first().map_or(0.0, |c| c[0]));
    let (Some(first), Some(last)) = (corners.first().copied(), corners.last().copied()) else {
        return corners;
    };
    if let Some(hole) = hole {
        let mut back = hole.eastwards(first[0]);
        back.reverse();
        corners.extend(back);
    } else {
        let pole = if outline.is_north() { 90.0 } else { -90.0 };
        corners.extend([[last[0], pole], [first[0], pole]]);
    }
    corners
}

/// How long a step along a line is against the longest allowed.
fn excess(a: Corner, b: Corner) -> f64 {
    let (lon, lat) = (b[0] - a[0], b[1] - a[1]);
    // At the end nearer to the equator degrees of longitude are longest.
    let cos = a[1].abs().min(b[1].abs()).to_radians().cos();
    (lat.hypot(lon * cos) / SIDE_DEG).max(lon.abs() / SIDE_LON_DEG)
}

/// Cuts triangles along meridians and parallels, so that each piece is small and follows the
/// ground; neighbours are cut at the same places, so that no gaps open.
fn subdivide(triangles: Vec<[Corner; 3]>) -> Vec<[LatLon; 3]> {
    let mut out: Vec<[LatLon; 3]> = Vec::new();
    let place = |[lon, lat]: Corner| LatLon::new(lat, lon.rem_euclid(360.0));
    for (done, triangle) in triangles.iter().enumerate() {
        if out.len() + triangles.len() - done > MOST {
            out.push(triangle.map(place));
            continue;
        }
        for band in cut(triangle, 1, CELL_DEG[1]) {
            for piece in cut(&band, 0, CELL_DEG[0]) {
                let Some((first, rest)) = piece.split_first() else { continue };
                for pair in rest.windows(2) {
                    if let [b, c] = *pair {
                        out.push([*first, b, c].map(place));
                    }
                }
            }
        }
    }
    out
}

/// Cuts a convex piece into strips of one coordinate (0: longitude, 1: latitude).
fn cut(piece: &[Corner], axis: usize, width: f64) -> Vec<Vec<Corner>> {
    let value = |c: &Corner| c[axis];
    let low = piece.iter().map(value).fold(f64::INFINITY, f64::min);
    let high = piece.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
    let (first, last) = ((low / width).floor(), (high / width).ceil());
    if last - first <= 1.0 || !(last - first).is_finite() {
        return vec![piece.to_vec()];
    }
    let strips = (0..(last - first).min(600.0) as u32).map(|i| first + f64::from(i));
    strips
        .map(|i| {
            let above = clipped(piece, axis, i * width, 1.0);
            clipped(&above, axis, (i + 1.0) * width, -1.0)
        })
        .filter(|strip| strip.len() > 2)
        .collect()
}

/// The part of a convex piece on one side of a line (Sutherland and Hodgman 1974).
fn clipped(piece: &[Corner], axis: usize, at: f64, side: f64) -> Vec<Corner> {
    let inside = |c: &Corner| (c[axis] - at) * side >= 0.0;
    let mut out = Vec::with_capacity(piece.len() + 1);
    for (a, b) in piece.iter().zip(piece.iter().cycle().skip(1)) {
        if inside(a) {
            out.push(*a);
        }
        if inside(a) != inside(b) {
            let part = (at - a[axis]) / (b[axis] - a[axis]);
            let mut corner = [0, 1].map(|k| a[k] + (b[k] - a[k]) * part);
            corner[axis] = at;
            out.push(corner);
        }
    }
    out
}

/// Places along an outline as it is drawn: straight in longitude and latitude, a few degrees apart,
/// closed.
pub(super) fn outline(places: &[LatLon]) -> Vec<LatLon> {
    let Some(ring) = Ring::of(places) else { return Vec::new() };
    let mut corners = ring.corners.clone();
    if let Some([lon, lat]) = corners.first().copied() {
        corners.push([lon + 360.0 * ring.turns, lat]);
    }
    straight(&corners)
}

/// Places along a line, straight in longitude and latitude.
pub(super) fn line(places: &[LatLon]) -> Vec<LatLon> {
    let corners = unwrapped(places.iter().filter(|p| p.lat.is_finite() && p.lon.is_finite()));
    straight(&corners)
}

fn straight(corners: &[Corner]) -> Vec<LatLon> {
    let place = |[lon, lat]: Corner| LatLon::new(lat, lon.rem_euclid(360.0));
    let mut out: Vec<LatLon> = corners.first().map(|c| place(*c)).into_iter().collect();
    for pair in corners.windows(2) {
        let [a, b] = *pair else { continue };
        let steps = excess(a, b).ceil().clamp(1.0, 400.0);
        for i in 1..=steps as u32 {
            let part = f64::from(i) / steps;
            out.push(place([0, 1].map(|k| a[k] + (b[k] - a[k]) * part)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<LatLon> {
        corners.iter().map(|(lon, lat)| LatLon::new(*lat, *lon)).collect()
    }

    /// Solid angle of triangles, steradians (Van Oosterom and Strackee 1983).
    fn solid_angle(triangles: &[[LatLon; 3]]) -> f64 {
        let one = |t: &[LatLon; 3]| {
            let [a, b, c] = t.map(LatLon::direction);
            let up = a.dot(b.cross(c)).abs();
            2.0 * up.atan2(1.0 + a.dot(b) + b.dot(c) + c.dot(a))
        };
        triangles.iter().map(one).sum()
    }

    /// Solid angle between parallels over some degrees of longitude.
    fn zone(south: f64, north: f64, width: f64) -> f64 {
        width.to_radians() * (north.to_radians().sin() - south.to_radians().sin())
    }

    fn close(rings: &[Vec<LatLon>], wanted: f64) {
        let triangles = fill(rings);
        let got = solid_angle(&triangles);
        assert!((got - wanted).abs() < 5e-3 * wanted, "{got} is not {wanted}");
        for t in &triangles {
            for (a, b) in [(t[0], t[1]), (t[1], t[2]), (t[2], t[0])] {
                assert!(a.distance_deg(b) < 4.0, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn boxes_with_holes_have_their_areas() {
        let square = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]);
        let hole = ring(&[(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0), (4.0, 4.0)]);
        close(std::slice::from_ref(&square), zone(0.0, 10.0, 10.0));
        close(&[square.clone(), hole], zone(0.0, 10.0, 10.0) - zone(4.0, 6.0, 2.0));
        // The hole written a turn away.
        let hole = ring(&[(364.0, 4.0), (366.0, 4.0), (366.0, 6.0), (364.0, 6.0)]);
        close(&[square, hole], zone(0.0, 10.0, 10.0) - zone(4.0, 6.0, 2.0));
    }

    #[test]
    fn the_date_line_is_no_edge() {
        let over = ring(&[(170.0, -5.0), (-170.0, -5.0), (-170.0, 5.0), (170.0, 5.0)]);
        close(&[over], zone(-5.0, 5.0, 20.0));
        let whole = ring(&[(350.0, -5.0), (10.0, -5.0), (10.0, 5.0), (350.0, 5.0), (350.0, -5.0)]);
        close(&[whole], zone(-5.0, 5.0, 20.0));
    }

    #[test]
    fn caps_belts_and_the_whole_planet() {
        let cap: Vec<(f64, f64)> = (0..36).map(|i| (f64::from(i) * 10.0, 80.0)).collect();
        close(&[ring(&cap)], zone(80.0, 90.0, 360.0));
        let mut west: Vec<(f64, f64)> = cap.iter().map(|c| (c.0, -c.1)).collect();
        west.reverse();
        west.push(west[0]);
        close(&[ring(&west)], zone(80.0, 90.0, 360.0));
        let inner: Vec<(f64, f64)> = (0..36).map(|i| (f64::from(i) * 10.0 - 175.0, 86.0)).collect();
        close(&[ring(&cap), ring(&inner)], zone(80.0, 86.0, 360.0));
        let belt = [(-180.0, -60.0), (180.0, -60.0), (180.0, 60.0), (-180.0, 60.0)];
        close(&[ring(&belt)], zone(-60.0, 60.0, 360.0));
        let all = [(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)];
        close(&[ring(&all)], 4.0 * std::f64::consts::PI);
        let at_pole = [(0.0, 70.0), (90.0, 70.0), (90.0, 90.0), (0.0, 90.0)];
        close(&[ring(&at_pole)], zone(70.0, 90.0, 90.0));
    }

    #[test]
    fn what_is_no_area_gives_nothing() {
        assert!(fill(&[]).is_empty());
        assert!(fill(&[ring(&[(0.0, 0.0), (1.0, 1.0)])]).is_empty());
        assert!(fill(&[ring(&[(f64::NAN, 0.0), (1.0, 1.0), (2.0, 0.0)])]).is_empty());
        assert!(fill(&[ring(&[(5.0, 5.0); 10])]).is_empty());
    }

    #[test]
    fn lines_cross_the_date_line_the_short_way() {
        let places = line(&ring(&[(170.0, 0.0), (-170.0, 0.0)]));
        assert!(places.iter().all(|p| (170.0..=190.0).contains(&p.lon)));
        assert!(places.windows(2).all(|w| w[0].distance_deg(w[1]) < 2.6));
        let closed = outline(&ring(&[(0.0, 80.0), (120.0, 80.0), (240.0, 80.0)]));
        assert!(closed.windows(2).all(|w| w[0].distance_deg(w[1]) < 6.0));
        assert!(closed[0].distance_deg(closed[closed.len() - 1]) < 1e-9);
    }

    proptest! {
        #[test]
        fn any_rings_are_survived(
            corners in prop::collection::vec((-720.0..720.0f64, -90.0..90.0f64), 0..24),
            hole in prop::collection::vec((-720.0..720.0f64, -90.0..90.0f64), 0..12),
        ) {
            let triangles = fill(&[ring(&corners), ring(&hole)]);
            prop_assert!(triangles.len() <= 2 * MOST);
            let valid = |p: &LatLon| p.lat.abs() <= 90.0 && (0.0..=360.0).contains(&p.lon);
            prop_assert!(triangles.iter().flatten().all(valid));
        }
    }
}
