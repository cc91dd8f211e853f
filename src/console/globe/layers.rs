//! The usual layers, made from plain values: sites, a traverse, quakes, named features.

use egui::Color32;

use super::geodesy::LatLon;
use super::scene::{LabelMark, Layer, LineMark, Path, PointMark, Shape};

/// Labels of sites go before all others.
const SITE_IMPORTANCE: f64 = 1e6;
/// Importance of a quake of magnitude 0; each magnitude adds as much.
const QUAKE_IMPORTANCE: f64 = 1e4;

/// A landing site or station.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: LatLon,
    /// Colour.
    pub color: Color32,
    /// Words shown when pointed at.
    pub tip: String,
}

/// The layer `sites`.
pub fn sites(sites: &[Site]) -> Layer {
    let mut layer = Layer::new("sites", "Landing sites");
    for site in sites {
        layer.points.push(PointMark {
            id: site.id.clone(),
            place: site.place,
            size: 11.0,
            color: site.color,
            shape: Shape::Triangle,
            label: site.name.clone(),
            importance: SITE_IMPORTANCE,
            tip: site.tip.clone(),
        });
    }
    layer
}

/// A stop of a rover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Mission sol.
    pub sol: u32,
    /// Where it stopped.
    pub place: LatLon,
    /// Height above the areoid, metres.
    pub elevation_m: f64,
    /// Distance driven so far, metres.
    pub odometry_m: f64,
}

/// The built-in stops of Curiosity (assets/globe/traverse_msl.csv), oldest first.
pub fn curiosity_stops() -> Vec<Stop> {
    let asset = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/traverse_msl.csv"));
    parse_stops(asset)
}

/// Stops from lines `sol,lat,lon_e,elevation_m,odometry_m`; other lines are left out.
pub fn parse_stops(text: &str) -> Vec<Stop> {
    let stop = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [sol, lat, lon, elevation, odometry] = cells[..] else { return None };
        Some(Stop {
            sol: sol.parse().ok()?,
            place: place(lat, lon)?,
            elevation_m: elevation.parse().ok()?,
            odometry_m: odometry.parse().ok()?,
        })
    };
    let mut stops: Vec<Stop> = text.lines().filter_map(stop).collect();
    stops.sort_by_key(|s| s.sol);
    stops
}

fn place(lat: &str, lon: &str) -> Option<LatLon> {
    let lat = lat.parse::<f64>().ok().filter(|lat| lat.abs() <= 90.0)?;
    let lon = lon.parse::<f64>().ok().filter(|lon| lon.is_finite())?;
    Some(LatLon::new(lat, lon))
}

/// The layer `traverse:ID`: the way up to a sol, and the rover at its last stop.
pub fn traverse(id: &str, name: &str, stops: &[Stop], until_sol: i64, color: Color32) -> Layer {
    let mut layer = Layer::new(format!("traverse:{id}"), format!("{name} traverse"));
    let done: Vec<&Stop> = stops.iter().filter(|s| i64::from(s.sol) <= until_sol).collect();
    if done.len() > 1 {
        layer.lines.push(LineMark {
            path: Path::Through(done.iter().map(|s| s.place).collect()),
            width: 2.5,
            color,
            dashed: false,
        });
    }
    if let Some(last) = done.last() {
        layer.points.push(PointMark {
            id: id.to_owned(),
            place: last.place,
            size: 9.0,
            color,
            shape: Shape::Square,
            label: name.to_owned(),
            importance: SITE_IMPORTANCE / 2.0,
            tip: format!(
                "{name}\nlast stop known up to this sol: {}\n{:.2} km driven, elevation {:.0} m",
                last.sol,
                last.odometry_m / 1e3,
                last.elevation_m
            ),
        });
    }
    layer
}

/// A quake as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Quake {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name, for example `S1222a`.
    pub name: String,
    /// Where it was.
    pub place: Option<LatLon>,
    /// Distance from the station, degrees of arc.
    pub distance_deg: Option<f64>,
    /// Direction from the station, degrees clockwise from north.
    pub azimuth_deg: Option<f64>,
    /// Magnitude.
    pub magnitude: Option<f64>,
    /// Colour of its type; fade it by age beforehand.
    pub color: Color32,
    /// Words shown when pointed at.
    pub tip: String,
}

impl Quake {
    /// Its place, or the one that distance and azimuth from the station give.
    pub fn place_from(&self, station: LatLon) -> Option<LatLon> {
        let place = || Some(station.direct(self.azimuth_deg?, self.distance_deg?));
        self.place.or_else(place)
    }

    /// Size of its mark, points: 7 at magnitude 1.5 and below, 22 at 5.
    pub fn size(&self) -> f32 {
        let magnitude = self.magnitude.unwrap_or(2.5).clamp(1.5, 5.0);
        (7.0 + (magnitude - 1.5) * 15.0 / 3.5) as f32
    }
}

/// The layers `quakes` (marks), `quake-arcs` (great circles from the station) and
/// `quake-circles` (all places at the distance, where the direction is not known; and the
/// circle of the selected one).
pub fn quakes(quakes: &[Quake], station: LatLon, selected: &str) -> Vec<Layer> {
    let mut marks = Layer::new("quakes", "Marsquakes");
    let mut arcs = Layer::new("quake-arcs", "Arcs to the station");
    let mut circles = Layer::new("quake-circles", "Distance circles");
    for quake in quakes {
        let chosen = quake.id == selected;
        let (width, strength) = if chosen { (2.5, 1.0) } else { (1.5, 0.7) };
        let line = |path, dashed| LineMark {
            path,
            width,
            color: quake.color.gamma_multiply(strength),
            dashed,
        };
        let circle = |radius_deg| line(Path::Circle { centre: station, radius_deg }, true);
        if let Some(place) = quake.place_from(station) {
            marks.points.push(PointMark {
                id: quake.id.clone(),
                place,
                size: quake.size(),
                color: quake.color,
                shape: if quake.place.is_some() { Shape::Disc } else { Shape::Ring },
                label: quake.name.clone(),
                importance: QUAKE_IMPORTANCE
                    * (1.0 + quake.magnitude.unwrap_or(1.0).max(0.0) + 10.0 * f64::from(chosen)),
                tip: quake.tip.clone(),
            });
            arcs.lines.push(line(Path::great_circle(station, place), false));
            if let (true, Some(distance)) = (chosen, quake.distance_deg) {
                circles.lines.push(circle(distance));
            }
        } else if let Some(distance) = quake.distance_deg {
            circles.lines.push(circle(distance));
        } else if let (true, Some(azimuth)) = (chosen, quake.azimuth_deg) {
            arcs.lines.push(line(Path::ray(station, azimuth, 180.0), true));
        }
    }
    vec![circles, arcs, marks]
}

/// A named feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// IAU type, for example `Crater` or `Planitia`.
    pub kind: String,
    /// Its middle.
    pub place: LatLon,
    /// Diameter or length, km.
    pub diameter_km: f64,
}

/// The built-in features (assets/globe/features.csv), largest first.
pub fn known_features() -> Vec<Feature> {
    parse_features(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/features.csv")))
}

/// Features from lines `name,type,lat,lon_e,diameter_km`; other lines are left out.
pub fn parse_features(text: &str) -> Vec<Feature> {
    let feature = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [name, kind, lat, lon, diameter] = cells[..] else { return None };
        Some(Feature {
            name: name.to_owned(),
            kind: kind.to_owned(),
            place: place(lat, lon)?,
            diameter_km: diameter.parse::<f64>().ok().filter(|d| *d >= 0.0)?,
        })
    };
    let mut features: Vec<Feature> = text.lines().filter_map(feature).collect();
    features.sort_by(|a, b| b.diameter_km.total_cmp(&a.diameter_km));
    features
}

/// The layer `features`: names in their middles, larger ones larger.
pub fn features(features: &[Feature], color: Color32) -> Layer {
    let mut layer = Layer::new("features", "Named features");
    for feature in features {
        layer.labels.push(LabelMark {
            id: feature.name.clone(),
            place: feature.place,
            text: feature.name.clone(),
            size: if feature.diameter_km > 1500.0 { 13.0 } else { 11.5 },
            color,
            importance: feature.diameter_km,
            extent_km: feature.diameter_km.max(1.0),
        });
    }
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink() -> Color32 {
        crate::theme::Theme::dark().text
    }

    #[test]
    fn the_assets_are_read_whole() {
        let features = known_features();
        assert_eq!(features.len(), 81);
        assert_eq!(features[0].name, "Terra Cimmeria");
        let gale = features.iter().find(|f| f.name == "Gale").unwrap();
        assert_eq!((gale.place, gale.diameter_km), (LatLon::new(-5.37, 137.81), 154.08));
        let stops = curiosity_stops();
        assert_eq!(stops.len(), 24);
        assert_eq!((stops[0].sol, stops[23].sol), (3, 1782));
        assert!(stops.iter().all(|s| s.elevation_m < -4200.0));
        assert!(parse_features("x\n,,\nA,B,95,0,1\n").is_empty());
    }

    /// Odometry counts every turn of the wheels, so the way between thinned stops is shorter.
    #[test]
    fn the_traverse_is_as_long_as_driven() {
        let stops = curiosity_stops();
        let way: f64 = stops.windows(2).map(|p| p[0].place.distance_m(p[1].place)).sum();
        assert!(way > 9_000.0 && way < stops[23].odometry_m, "{way}");
    }

    #[test]
    fn the_traverse_ends_at_the_sol() {
        let stops = curiosity_stops();
        let layer = traverse("msl", "Curiosity", &stops, 500, ink());
        assert_eq!(layer.points[0].place, LatLon::new(-4.624948, 137.410444));
        let before = traverse("msl", "Curiosity", &stops, -5, ink());
        assert!(before.points.is_empty() && before.lines.is_empty());
    }

    #[test]
    fn what_is_known_of_a_quake_decides_how_it_shows() {
        let quake = |id: &str, place, distance_deg, azimuth_deg| Quake {
            id: id.into(),
            name: id.into(),
            place,
            distance_deg,
            azimuth_deg,
            magnitude: Some(3.0),
            color: ink(),
            tip: String::new(),
        };
        let station = LatLon::new(4.502384, 135.623447);
        let all = [
            quake("a", Some(LatLon::new(-2.971, 171.904)), Some(37.01), Some(101.0)),
            quake("b", None, Some(25.9), Some(74.0)),
            quake("c", None, Some(98.1), None),
            quake("d", None, None, Some(10.0)),
        ];
        let [circles, arcs, marks] = &quakes(&all, station, "d")[..] else { panic!() };
        assert_eq!((circles.lines.len(), arcs.lines.len(), marks.points.len()), (1, 3, 2));
        assert_eq!(marks.points[1].shape, Shape::Ring);
        // S0235b: the catalogue's place from its distance and azimuth, within their rounding.
        let s0235b = LatLon::new(10.99, 160.95);
        assert!(marks.points[1].place.distance_deg(s0235b) < 0.3);
    }
}
