//! The GeoKeys of a GeoTIFF: which projection its map coordinates are in (OGC GeoTIFF 1.1,
//! 19-008r4, annexes B and C; key numbers are those of that document).

use super::HeightDatum;
use super::place::Latitudes;
use super::projection::{EQUATORIAL_RADIUS_M, POLAR_RADIUS_M, Projection};
use crate::problem::Problem;

/// A larger radius is that of another planet.
const MOST_RADIUS_M: f64 = 4e6;

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Short(u16),
    Double(f64),
    Text(String),
}

/// The keys of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct GeoKeys(Vec<(u16, Value)>);

/// A coordinate system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct System {
    /// How its map is drawn.
    pub projection: Projection,
    /// What its latitudes are.
    pub latitudes: Latitudes,
    /// Metres or degrees of a unit of the map.
    pub unit: f64,
    /// Added to x and y, in units of the map.
    pub origin: (f64, f64),
}

impl GeoKeys {
    /// Reads the directory (tag 34735) with its doubles (34736) and texts (34737).
    pub(super) fn read(directory: &[u16], doubles: &[f64], texts: &str) -> Self {
        let entry = |e: &[u16; 4]| {
            let [key, place, count, value] = *e;
            let (from, count) = (usize::from(value), usize::from(count));
            let value = match place {
                0 => Value::Short(value),
                34736 => Value::Double(doubles.get(from).copied()?),
                34737 => Value::Text(texts.get(from..)?.chars().take(count).collect()),
                _ => return None,
            };
            Some((key, value))
        };
        let entries = directory.get(4..).unwrap_or_default();
        Self(entries.as_chunks::<4>().0.iter().filter_map(entry).collect())
    }

    fn short(&self, key: u16) -> Option<u16> {
        self.0.iter().find_map(|(k, v)| match v {
            Value::Short(n) if *k == key => Some(*n),
            _ => None,
        })
    }

    fn double(&self, keys: &[u16]) -> Option<f64> {
        keys.iter().find_map(|key| {
            self.0.iter().find_map(|(k, v)| match v {
                Value::Double(n) if k == key && n.is_finite() => Some(*n),
                _ => None,
            })
        })
    }

    fn text(&self, key: u16) -> &str {
        let found = self.0.iter().find_map(|(k, v)| match v {
            Value::Text(s) if *k == key => Some(s.as_str()),
            _ => None,
        });
        found.unwrap_or("")
    }

    /// Whether pixels are points: the tie is to their middle (key 1025).
    pub(super) fn is_point(&self) -> bool {
        self.short(1025) == Some(2)
    }

    /// What heights are counted from, by the words of the vertical system (key 4097).
    pub(super) fn datum(&self) -> Option<HeightDatum> {
        HeightDatum::of_words(self.text(4097))
    }

    /// Equatorial and polar radius, metres (keys 2057 to 2059); those of Mars where none is given
    /// and the words say planetographic, else its sphere.
    fn axes(&self) -> (f64, f64) {
        let radius = |v: &f64| (1.0..=1e9).contains(v);
        let Some(a) = self.double(&[2057]).filter(radius) else {
            let graphic = self.citation().contains("ographic");
            let polar = if graphic { POLAR_RADIUS_M } else { EQUATORIAL_RADIUS_M };
            return (EQUATORIAL_RADIUS_M, polar);
        };
        let flat = self.double(&[2059]).filter(|f| *f > 1.0).map(|f| a * (1.0 - 1.0 / f));
        // No planet is longer than wide.
        (a, self.double(&[2058]).filter(radius).or(flat).unwrap_or(a).min(a))
    }

    fn citation(&self) -> String {
        let all = [1026, 2049, 3073].map(|k| self.text(k));
        all.join(" ").to_ascii_lowercase()
    }

    /// The coordinate system; none, with a problem, where it is not one we know. A file without
    /// a model is taken for degrees where its corners allow that.
    pub(super) fn system(&self, is_degrees: bool, problems: &mut Vec<Problem>) -> Option<System> {
        let (a, b) = self.axes();
        let citation = self.citation();
        let graphic = Latitudes::Graphic { ratio: b / a };
        // Geodetic latitude is what an ellipsoid has unless the words say otherwise; the IAU
        // systems of a sphere count from the centre, and the Earth's ellipsoid stands for none.
        let latitudes = if a == b || a > MOST_RADIUS_M || citation.contains("ocentric") {
            Latitudes::Centric
        } else {
            graphic
        };
        let mut refuse = |field: &str, reason: String| problems.push(Problem::of(field, reason));
        match self.short(1024) {
            Some(2) => {}
            Some(1) => return self.projected(a, latitudes, &mut refuse),
            None if is_degrees => {}
            other => {
                let model = other.map_or("no model".to_owned(), |m| format!("model {m}"));
                let reason = format!("{model} is no map of a planet: warp it to degrees");
                refuse("GTModelType", reason);
                return None;
            }
        }
        let unit = match self.short(2054) {
            Some(9101) => 1f64.to_degrees(),
            _ => 1.0,
        };
        let start = self.double(&[2061]).unwrap_or(0.0);
        let projection = Projection::Degrees;
        Some(System { projection, latitudes, unit, origin: (start / unit, 0.0) })
    }

    fn projected(
        &self,
        a: f64,
        latitudes: Latitudes,
        refuse: &mut dyn FnMut(&str, String),
    ) -> Option<System> {
        // Geodetic latitudes go with the formulas of the ellipsoid, others with those of a sphere.
        let e = match latitudes {
            Latitudes::Centric => 0.0,
            Latitudes::Graphic { ratio } => (1.0 - ratio * ratio).max(0.0).sqrt(),
        };
        // Scale 0 stands in USGS files where a scale at the pole of 1 is meant.
        let scale = self.double(&[3092, 3093]).filter(|s| *s > 0.0).unwrap_or(1.0);
        let meridian = self.double(&[3095, 3088, 3080, 3084]).unwrap_or(0.0)
            + self.double(&[2061]).unwrap_or(0.0);
        let origin = self.double(&[3081, 3089, 3085]).unwrap_or(0.0);
        let parallel = self.double(&[3078]);
        let pole = || parallel.filter(|p| *p != 0.0).unwrap_or(origin);
        let projection = match self.short(3075) {
            Some(17) => Projection::Equirectangular {
                radius: a,
                parallel: parallel.unwrap_or(0.0),
                origin,
                meridian,
            },
            Some(7) => {
                // 7-8 at the standard parallel: the scale at the equator is smaller there.
                let phi = parallel.unwrap_or(0.0).to_radians();
                let at = phi.cos() / (1.0 - (e * phi.sin()).powi(2)).sqrt();
                Projection::Mercator { radius: a, eccentricity: e, scale: scale * at, meridian }
            }
            Some(24) => Projection::Sinusoidal { radius: a, meridian },
            Some(15) => Projection::polar(a, e, pole(), scale, meridian),
            Some(14) if pole().abs() == 90.0 => Projection::polar(a, e, pole(), scale, meridian),
            other => {
                let number = other.map_or("without a number".to_owned(), |n| n.to_string());
                let reason = format!(
                    "projection {number} is not read: warp the file to equirectangular, polar \
                     stereographic, sinusoidal, Mercator or degrees (gdalwarp)"
                );
                refuse("ProjCoordTrans", reason);
                return None;
            }
        };
        let unit = match self.short(3076) {
            Some(9036) => 1000.0,
            Some(9002) => 0.3048,
            _ => 1.0,
        };
        let east = self.double(&[3082, 3086]).unwrap_or(0.0);
        let north = self.double(&[3083, 3087]).unwrap_or(0.0);
        Some(System { projection, latitudes, unit, origin: (-east, -north) })
    }
}
