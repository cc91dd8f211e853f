//! How places are written and read: kind of latitude, turn of the longitude, typed coordinates, and
//! whole views as one line of text.

use serde::{Deserialize, Serialize};

use super::super::camera::Camera;
use super::super::geodesy::LatLon;

/// What the text of a view begins with.
const VIEW_SCHEME: &str = "marsdeck:globe/";

/// Kind of latitude.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Latitude {
    /// Angle at the centre of mass.
    #[default]
    Planetocentric,
    /// Angle of the normal of the reference ellipsoid.
    Planetographic,
}

/// Turn in which longitudes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Longitude {
    /// 0 to 360 degrees east.
    #[default]
    East360,
    /// Up to 180 degrees east or west.
    EastWest180,
}

/// How coordinates are written and read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coordinates {
    /// Kind of latitude.
    pub latitude: Latitude,
    /// Turn of the longitude.
    pub longitude: Longitude,
}

impl Coordinates {
    /// Latitude as written, degrees.
    pub fn lat(self, place: LatLon) -> f64 {
        match self.latitude {
            Latitude::Planetocentric => place.lat,
            Latitude::Planetographic => place.planetographic_lat(),
        }
    }

    /// East longitude as written, degrees.
    pub fn lon(self, place: LatLon) -> f64 {
        match self.longitude {
            Longitude::East360 => place.lon_360(),
            Longitude::EastWest180 => place.lon_180(),
        }
    }

    /// The place of a typed latitude and east longitude, degrees.
    pub fn place(self, lat: f64, lon: f64) -> LatLon {
        match self.latitude {
            Latitude::Planetocentric => LatLon::new(lat, lon),
            Latitude::Planetographic => LatLon::from_planetographic(lat, lon),
        }
    }

    /// A place in words with so many digits: `4.502° N 135.623° E`; planetographic latitudes say so.
    pub fn text(self, place: LatLon, digits: usize) -> String {
        let (lat, lon) = (self.lat(place), self.lon(place));
        let kind = match self.latitude {
            Latitude::Planetocentric => "",
            Latitude::Planetographic => " (planetographic)",
        };
        let (ns, ew) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
        format!("{:.digits$}° {ns} {:.digits$}° {ew}{kind}", lat.abs(), lon.abs())
    }

    /// Forms for the clipboard, each with words that say what it is.
    pub fn forms(self, place: LatLon, elevation_m: Option<f64>) -> Vec<(&'static str, String)> {
        let centric = Self::default();
        let mut forms = vec![
            ("Decimal degrees", format!("{:.6}, {:.6}", self.lat(place), self.lon(place))),
            ("Degrees, minutes, seconds", self.sexagesimal(place)),
            ("Longitude, latitude", format!("{:.6} {:.6}", self.lon(place), self.lat(place))),
        ];
        if let Some(height) = elevation_m {
            let (lat, lon) = (self.lat(place), self.lon(place));
            forms.push(("With elevation", format!("{lat:.6}, {lon:.6}, {height:.0} m")));
        }
        if self.latitude == Latitude::Planetographic {
            forms.push(("Planetocentric", centric.text(place, 6)));
        } else {
            let graphic = Self { latitude: Latitude::Planetographic, ..self };
            forms.push(("Planetographic", graphic.text(place, 6)));
        }
        forms
    }

    /// `4°30'08.6"N 135°37'24.4"E`.
    fn sexagesimal(self, place: LatLon) -> String {
        let parts = |degrees: f64| {
            let tenths = (degrees.abs() * 36_000.0).round() as u64;
            let (d, m, s) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
            format!("{d}°{m:02}'{:02}.{}\"", s / 10, s % 10)
        };
        let (lat, lon) = (self.lat(place), self.lon(place));
        let (ns, ew) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
        format!("{}{ns} {}{ew}", parts(lat), parts(lon))
    }

    /// Reads typed coordinates: `4.5 N 135.6 E`, `4.5024, 135.6234`, `-4.6 137.4`,
    /// `4°30'S 137°24'E`, `222.6W 4.6S`. Without letters the latitude comes first.
    pub fn read(self, text: &str) -> Option<LatLon> {
        let [first, second] = angles(text)?;
        let is_lon = |a: &Angle| a.side.is_some_and(|s| matches!(s, 'E' | 'W'));
        let is_lat = |a: &Angle| a.side.is_some_and(|s| matches!(s, 'N' | 'S'));
        let (lat, lon) =
            if is_lon(&first) || is_lat(&second) { (second, first) } else { (first, second) };
        if is_lon(&lat) || is_lat(&lon) {
            return None;
        }
        let (lat, lon) = (lat.degrees()?, lon.degrees()?);
        (lat.abs() <= 90.0 && lon.abs() <= 360.0).then(|| {
            let place = self.place(lat, lon);
            LatLon::new(place.lat, place.lon_360())
        })
    }
}

/// A whole view in one line: `marsdeck:globe/LAT,LON,RANGE,HEADING,TILT`, planetocentric degrees
/// and metres.
pub fn view_text(camera: &Camera) -> String {
    format!(
        "{VIEW_SCHEME}{:.7},{:.7},{:.2},{:.2},{:.2}",
        camera.target.lat,
        camera.target.lon_360(),
        camera.range_m,
        camera.heading_deg,
        camera.tilt_deg
    )
}

/// Reads [`view_text`]; heading and tilt may be left out, and so may the range.
pub fn read_view(text: &str) -> Option<Camera> {
    let text = text.trim();
    let (scheme, rest) = text.split_at_checked(VIEW_SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(VIEW_SCHEME) {
        return None;
    }
    let numbers: Option<Vec<f64>> =
        rest.split(',').map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite())).collect();
    let numbers = numbers.filter(|n| (2..=5).contains(&n.len()))?;
    let number = |i: usize, or: f64| numbers.get(i).copied().unwrap_or(or);
    let (lat, lon) = (number(0, 0.0), number(1, 0.0));
    let camera = Camera {
        target: LatLon::new(lat, lon),
        range_m: number(2, 1e5),
        heading_deg: number(3, 0.0),
        tilt_deg: number(4, 0.0),
        ..Camera::default()
    };
    (lat.abs() <= 90.0 && lon.abs() <= 360.0 && camera.range_m > 0.0).then(|| camera.clamped())
}

/// An angle as typed.
#[derive(Clone, Copy, Debug, Default)]
struct Angle {
    degrees: f64,
    minutes: Option<f64>,
    seconds: Option<f64>,
    is_negative: bool,
    side: Option<char>,
}

impl Angle {
    /// Signed, positive to the north and east; none where minutes or signs make no sense.
    fn degrees(&self) -> Option<f64> {
        let (minutes, seconds) = (self.minutes.unwrap_or(0.0), self.seconds.unwrap_or(0.0));
        if minutes >= 60.0 || seconds >= 60.0 || (self.is_negative && self.side.is_some()) {
            return None;
        }
        let value = self.degrees + minutes / 60.0 + seconds / 3600.0;
        let is_less = self.is_negative || self.side.is_some_and(|s| matches!(s, 'S' | 'W'));
        value.is_finite().then_some(if is_less { -value } else { value })
    }
}

/// Reads exactly two angles.
fn angles(text: &str) -> Option<[Angle; 2]> {
    let mut found: Vec<Angle> = Vec::new();
    // A letter that came before its number.
    let mut ahead: Option<char> = None;
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        let upper = c.to_ascii_uppercase();
        if c.is_whitespace() || matches!(c, ',' | ';' | '°' | '/') {
            rest = rest.get(c.len_utf8()..)?;
        } else if matches!(upper, 'N' | 'S' | 'E' | 'W') {
            match found.last_mut() {
                Some(angle) if angle.side.is_none() && ahead.is_none() => angle.side = Some(upper),
                _ if ahead.is_none() => ahead = Some(upper),
                _ => return None,
            }
            rest = rest.get(1..)?;
        } else {
            let (is_negative, value, after) = number(rest)?;
            let unit = after.trim_start().chars().next();
            match unit {
                Some('\'' | '′' | '’') => {
                    let angle = found.last_mut().filter(|a| a.minutes.is_none() && !is_negative)?;
                    angle.minutes = Some(value);
                }
                Some('"' | '″' | '”') => {
                    let angle = found.last_mut().filter(|a| a.seconds.is_none() && !is_negative)?;
                    angle.seconds = Some(value);
                }
                _ => {
                    let side = ahead.take();
                    found.push(Angle { degrees: value, is_negative, side, ..Angle::default() });
                }
            }
            let is_unit = |c: &char| "'′’\"″”".contains(*c);
            rest = match unit.filter(is_unit) {
                Some(unit) => after.trim_start().get(unit.len_utf8()..)?,
                None => after,
            };
        }
        if found.len() > 2 {
            return None;
        }
    }
    match (found[..].try_into(), ahead) {
        (Ok(two), None) => Some(two),
        _ => None,
    }
}

/// A number at the start of a text: its sign, its size, and what follows.
fn number(text: &str) -> Option<(bool, f64, &str)> {
    let is_negative = text.starts_with(['-', '−']);
    let digits = text.strip_prefix(['-', '−', '+']).unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let (number, after) = digits.split_at_checked(end)?;
    Some((is_negative, number.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: Coordinates =
        Coordinates { latitude: Latitude::Planetocentric, longitude: Longitude::East360 };
    const GRAPHIC: Coordinates =
        Coordinates { latitude: Latitude::Planetographic, longitude: Longitude::EastWest180 };

    #[test]
    fn the_usual_forms_are_read() {
        for (text, lat, lon) in [
            ("4.5 N 135.6 E", 4.5, 135.6),
            ("4.5024, 135.6234", 4.5024, 135.6234),
            ("-4.6 137.4", -4.6, 137.4),
            ("−4.6 −222.6", -4.6, 137.4),
            ("4°30'S 137°24'E", -4.5, 137.4),
            ("4° 30′ 36″ S, 137° 24′ E", -4.51, 137.4),
            ("222.6W 4.6S", -4.6, 137.4),
            ("N4.5 E135.6", 4.5, 135.6),
            ("137.4e;4.6s", -4.6, 137.4),
            ("4.5° N 44.0° W", 4.5, 316.0),
            ("18.4 N 77.5", 18.4, 77.5),
            ("77.5 18.4 N", 18.4, 77.5),
            ("90 360", 90.0, 0.0),
        ] {
            let place = HERE.read(text).unwrap_or_else(|| panic!("{text}"));
            let off = (place.lat - lat).abs() + (place.lon - lon).abs();
            assert!(off < 1e-9, "{text}: {place:?}");
        }
        for text in [
            "",
            "4.5",
            "Gale",
            "4.5 N 5 N",
            "91 0",
            "0 400",
            "1 2 3",
            "4°70'S 3E",
            "-4 S 3 E",
            "4.5.6 7",
            "N S 4 5",
            "4 5 x",
            "--4 5",
            "sol 5",
            "30' 4",
            "4 E 5 W",
            "nan 3",
            "1e3 4",
        ] {
            assert_eq!(HERE.read(text), None, "{text}");
        }
    }

    /// Planetographic latitude of InSight: atan(tan 4.502384° × (3396.19/3376.20)²) = 4.5556°.
    #[test]
    fn places_are_written_as_chosen() {
        let insight = LatLon::new(4.502_384, 135.623_447);
        assert_eq!(HERE.text(insight, 3), "4.502° N 135.623° E");
        assert_eq!(GRAPHIC.text(insight, 3), "4.556° N 135.623° E (planetographic)");
        let viking = LatLon::new(22.27, 312.05);
        assert_eq!(HERE.text(viking, 2), "22.27° N 312.05° E");
        let west = Coordinates { longitude: Longitude::EastWest180, ..HERE };
        assert_eq!(west.text(viking, 2), "22.27° N 47.95° W");
        // 0.502384° = 30′ 08.58″, 0.623447° = 37′ 24.41″.
        assert_eq!(HERE.sexagesimal(insight), "4°30'08.6\"N 135°37'24.4\"E");
        assert_eq!(GRAPHIC.read("4.5556, 135.6234").map(|p| (p.lat * 1e3).round()), Some(4502.0));
    }

    #[test]
    fn views_are_one_line() {
        let camera = Camera {
            target: LatLon::new(-4.5895, 137.4417),
            range_m: 1500.0,
            heading_deg: 30.0,
            tilt_deg: 60.0,
            ..Camera::default()
        };
        let text = view_text(&camera);
        assert_eq!(text, "marsdeck:globe/-4.5895000,137.4417000,1500.00,30.00,60.00");
        assert_eq!(read_view(&text), Some(camera));
        assert_eq!(
            read_view(" MARSDECK:globe/1,2 ").map(|c| c.target),
            Some(LatLon::new(1.0, 2.0))
        );
        for text in [
            "marsdeck:globe/",
            "marsdeck:globe/1",
            "marsdeck:globe/1,2,-3",
            "marsdeck:globe/99,2",
            "marsdeck:globe/1,2,3,4,5,6",
            "marsdeck:globe/1,NaN",
        ] {
            assert_eq!(read_view(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(lat in -90.0..90.0f64, lon in 0.0..360.0f64) {
            let place = LatLon::new(lat, lon);
            for way in [HERE, GRAPHIC] {
                let text = way.text(place, 7).replace(" (planetographic)", "");
                prop_assert!(way.read(&text).unwrap().distance_deg(place) < 1e-6, "{text}");
                for (what, text) in way.forms(place, None).into_iter().take(2) {
                    prop_assert!(way.read(&text).unwrap().distance_deg(place) < 1e-4, "{what}");
                }
            }
        }

        #[test]
        fn any_text_is_survived(text in "[-0-9.,;°'\"NSEWnsew −″x/é]{0,24}") {
            if let Some(place) = HERE.read(&text) {
                prop_assert!(place.lat.abs() <= 90.0 && (0.0..360.0).contains(&place.lon));
            }
            read_view(&format!("{VIEW_SCHEME}{text}"));
        }
    }
}
