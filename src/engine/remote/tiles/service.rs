//! A tile service: where its pictures are, how they are addressed and what they show.
//! Pure: an address is text from text, nothing is asked for here.

use serde::{Deserialize, Serialize};

use super::grid::{Bounds, MAX_LEVEL, Matrix, TileKey};
use crate::problem::Problem;

/// How a server is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceKind {
    /// WMTS 1.0.0: a template with `{TileMatrix}`, `{TileRow}` and `{TileCol}`.
    #[default]
    #[serde(rename = "wmts")]
    Wmts,
    /// A template with `{z}`, `{x}` and `{y}`, rows from the north.
    #[serde(rename = "xyz")]
    Xyz,
    /// As XYZ, rows from the south (OSGeo TMS 1.0.0).
    #[serde(rename = "tms")]
    Tms,
    /// WMS 1.1.1 (OGC 01-068r3): the base address and layer names.
    #[serde(rename = "wms-1.1.1")]
    Wms111,
    /// WMS 1.3.0 (OGC 06-042): the base address and layer names.
    #[serde(rename = "wms-1.3.0")]
    Wms130,
}

/// Order of the corners in a WMS 1.3.0 request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axes {
    /// As the reference system defines it (OGC 06-042, 6.7.3): latitude first for EPSG:4326 and
    /// the IAU systems, longitude first for CRS:84 and projected maps.
    #[default]
    ByCrs,
    /// Longitude first, for servers that ignore the definition.
    LonLat,
    /// Latitude first.
    LatLon,
}

/// How the pictures are coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TileFormat {
    /// `image/jpeg`.
    #[default]
    Jpeg,
    /// `image/png`.
    Png,
}

impl TileFormat {
    /// Media type as servers are asked for it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// How a picture codes heights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Black is the lowest height, white the highest, in metres.
    Grey {
        /// Height of black in metres.
        lowest_m: f64,
        /// Height of white in metres.
        highest_m: f64,
    },
    /// The 32 bits of a float in R, G, B, A, highest byte first, metres (MMGIS DEM tiles).
    FloatRgba,
    /// −10 000 m + 0.1 m · (65536 R + 256 G + B) (Mapbox Terrain-RGB v1).
    TerrainRgb,
}

/// What the pictures are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// To be draped on the ground.
    #[default]
    Imagery,
    /// The heights of the ground.
    Elevation {
        /// How a pixel gives a height.
        encoding: Encoding,
    },
}

/// A server's layer as tiles. Text form: TOML, see [`read_services`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TileService {
    /// Short name; letters, digits, `-`, `_` and `.`, since it names the folder of the cache.
    pub id: String,
    /// Name as shown.
    pub name: String,
    /// How the server is asked.
    #[serde(default)]
    pub kind: ServiceKind,
    /// Template of the address, or the base address of a WMS. Known in a template: `{z}` and
    /// `{TileMatrix}`, `{x}` and `{TileCol}`, `{y}` and `{TileRow}`, `{-y}` (rows counted from
    /// the other end).
    pub url: String,
    /// WMS: names of the layers, with commas.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub layers: String,
    /// WMS: names of the styles, with commas; empty for the server's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub styles: String,
    /// WMS: reference system; empty for EPSG:4326 or EPSG:3857, as the matrix needs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub crs: String,
    /// WMS 1.3.0: order of the corners.
    #[serde(default)]
    pub axes: Axes,
    /// How the planet is cut.
    #[serde(default)]
    pub matrix: Matrix,
    /// Number that the server gives to level 0 of the matrix; below zero where the server's first
    /// level is a later one of ours.
    #[serde(default)]
    pub first_level: i32,
    /// Names that a WMTS gives to the levels from 0 on; empty where they are numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub level_names: Vec<String>,
    /// Lowest level that the server has.
    #[serde(default)]
    pub min_level: u32,
    /// Highest level that the server has.
    pub max_level: u32,
    /// Width and height of a tile in pixels.
    #[serde(default = "tile_px")]
    pub tile_px: u32,
    /// How the pictures are coded.
    #[serde(default)]
    pub format: TileFormat,
    /// Who made the data, as it must be shown.
    #[serde(default)]
    pub credit: String,
    /// Days after which a kept tile is asked for again; 0 for never.
    #[serde(default = "validity_days")]
    pub validity_days: u32,
    /// What the pictures are.
    #[serde(default)]
    pub role: Role,
}

fn tile_px() -> u32 {
    256
}

fn validity_days() -> u32 {
    90
}

/// The list of services in a file.
#[derive(Serialize)]
struct List<'a> {
    service: &'a [TileService],
}

/// Reads a file of services: TOML with one `[[service]]` table each. A bad one is left out and
/// named; the others are kept.
pub fn read_services(text: &str) -> (Vec<TileService>, Vec<Problem>) {
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start as u64);
            let why: String = error.message().chars().take(200).collect();
            return (Vec::new(), vec![Problem::at(at, "file", format!("not TOML: {why}"))]);
        }
    };
    let (mut services, mut problems) = (Vec::<TileService>::new(), Vec::new());
    let list = table.get("service").and_then(toml::Value::as_array);
    for (number, value) in list.into_iter().flatten().enumerate() {
        let read: Result<TileService, _> = value.clone().try_into();
        let checked = match read {
            Ok(service) => service.check().map(|()| service),
            Err(error) => Err(error.message().chars().take(200).collect()),
        };
        match checked {
            Ok(service) if services.iter().any(|s| s.id == service.id) => {
                let reason = format!("the id {} is there twice; it was left out", service.id);
                problems.push(Problem::of(format!("service {}", number + 1), reason));
            }
            Ok(service) => services.push(service),
            Err(why) => {
                let reason = format!("{why}; it was left out");
                problems.push(Problem::of(format!("service {}", number + 1), reason));
            }
        }
    }
    (services, problems)
}

/// Text of a file of services, as [`read_services`] reads it.
pub fn print_services(services: &[TileService]) -> Result<String, String> {
    toml::to_string(&List { service: services })
        .map_err(|error| format!("the list of tile services cannot be written: {error}"))
}

/// The layers of NASA Trek that are built in (FACTS 4.13). Levels are those at which a pixel of
/// 256-pixel tiles is no finer than the mosaic.
pub fn trek() -> Vec<TileService> {
    let layer = |id: &str, name: &str, product: &str, max_level: u32, credit: &str| TileService {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: ServiceKind::Wmts,
        url: format!(
            "https://trek.nasa.gov/tiles/Mars/EQ/{product}/1.0.0/default/default028mm/\
             {{TileMatrix}}/{{TileRow}}/{{TileCol}}.jpg"
        ),
        max_level,
        tile_px: tile_px(),
        credit: format!("{credit}, by way of NASA Solar System Treks"),
        validity_days: 365,
        ..TileService::default()
    };
    let mut heights = layer(
        "trek-mola-dem",
        "MOLA elevation (8 bit)",
        "Mars_MGS_MOLA_DEM_mosaic_global_463m_8",
        6,
        "NASA/MGS/MOLA Science Team",
    );
    // Lowest and highest height of the mosaic as USGS states them with the product.
    let encoding = Encoding::Grey { lowest_m: -8201.0, highest_m: 21241.0 };
    heights.role = Role::Elevation { encoding };
    vec![
        layer(
            "trek-viking",
            "Viking MDIM 2.1 colour",
            "Mars_Viking_MDIM21_ClrMosaic_global_232m",
            7,
            "NASA/JPL/USGS",
        ),
        layer(
            "trek-mola-shade",
            "MOLA colour shade",
            "Mars_MGS_MOLA_ClrShade_merge_global_463m",
            6,
            "NASA/MGS/MOLA Science Team",
        ),
        layer(
            "trek-themis-day",
            "THEMIS day infrared",
            "Mars_MO_THEMIS-IR-Day_mosaic_global_100m_v12_clon0_ly",
            8,
            "NASA/JPL/ASU",
        ),
        heights,
    ]
}

/// Longest text of an address or a name.
const MAX_TEXT: usize = 4096;

impl TileService {
    /// Whether it can be used; else what to change, without a final stop.
    pub fn check(&self) -> Result<(), String> {
        let id_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let id_ok = !self.id.is_empty() && self.id.len() <= 100 && !self.id.starts_with('.');
        if !id_ok || !self.id.chars().all(id_char) {
            return Err("the id must be up to 100 letters, digits, \"-\", \"_\" and \".\"".into());
        }
        if [&self.url, &self.name, &self.credit, &self.layers].iter().any(|t| t.len() > MAX_TEXT) {
            return Err(format!("a text is longer than {MAX_TEXT} bytes"));
        }
        if self.min_level > self.max_level || self.max_level > MAX_LEVEL {
            return Err(format!("the levels must grow from lowest to highest, up to {MAX_LEVEL}"));
        }
        let first = i64::from(self.first_level) + i64::from(self.min_level);
        if !(0..=100).contains(&first) || self.level_names.len() > MAX_LEVEL as usize + 1 {
            return Err("the numbers or names of the levels are out of bounds".to_owned());
        }
        if !(16..=2048).contains(&self.tile_px) {
            return Err("a tile must be 16 to 2048 pixels wide".to_owned());
        }
        if let Role::Elevation { encoding: Encoding::Grey { lowest_m, highest_m } } = self.role
            && !(lowest_m.is_finite() && highest_m.is_finite() && lowest_m < highest_m)
        {
            return Err("black must be lower than white".to_owned());
        }
        self.check_address()
    }

    fn check_address(&self) -> Result<(), String> {
        let first = TileKey { level: self.min_level, x: 0, y: 0 };
        let example = self.url_of(first).unwrap_or_default();
        let is_http = reqwest::Url::parse(&example)
            .is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
        if !is_http {
            return Err(format!(
                "\"{}\" is no address of a server; it must start with https:// or http://",
                self.url.chars().take(100).collect::<String>()
            ));
        }
        if self.is_wms() {
            return if self.layers.trim().is_empty() {
                Err("a WMS needs the name of a layer".to_owned())
            } else {
                Ok(())
            };
        }
        let groups =
            [&["{z}", "{TileMatrix}"][..], &["{x}", "{TileCol}"], &["{y}", "{TileRow}", "{-y}"]];
        for group in groups {
            if !group.iter().any(|word| self.url.contains(word)) {
                return Err(format!("the address must have {} in it", group.join(" or ")));
            }
        }
        Ok(())
    }

    fn is_wms(&self) -> bool {
        matches!(self.kind, ServiceKind::Wms111 | ServiceKind::Wms130)
    }

    /// Where a tile lies; none where the service has no such tile.
    pub fn bounds(&self, key: TileKey) -> Option<Bounds> {
        self.has(key).then(|| self.matrix.bounds(key)).flatten()
    }

    /// Whether the service may have a tile.
    pub fn has(&self, key: TileKey) -> bool {
        (self.min_level..=self.max_level).contains(&key.level) && self.matrix.has(key)
    }

    /// Address of a tile; none where the service has no such tile.
    pub fn url_of(&self, key: TileKey) -> Option<String> {
        if !self.has(key) {
            return None;
        }
        if self.is_wms() {
            return self.map_request(key);
        }
        let (_, rows) = self.matrix.size(key.level)?;
        let flipped = rows - 1 - key.y;
        let (row, other) =
            if self.kind == ServiceKind::Tms { (flipped, key.y) } else { (key.y, flipped) };
        let (row, other, column) = (row.to_string(), other.to_string(), key.x.to_string());
        let number = (i64::from(key.level) + i64::from(self.first_level)).to_string();
        let level = self.level_names.get(key.level as usize).map_or(number, |n| escape(n));
        Some(fill(&self.url, &|word| match word {
            "z" | "TileMatrix" => Some(&level),
            "x" | "TileCol" => Some(&column),
            "y" | "TileRow" => Some(&row),
            "-y" => Some(&other),
            _ => None,
        }))
    }

    /// Reference system that a WMS is asked in.
    fn reference_system(&self) -> &str {
        match (self.crs.trim(), self.matrix) {
            ("", Matrix::Geographic) => "EPSG:4326",
            ("", Matrix::WebMercator) => "EPSG:3857",
            (crs, _) => crs,
        }
    }

    /// Whether a box is given with latitudes first.
    fn is_latitude_first(&self) -> bool {
        let crs = self.reference_system().to_ascii_uppercase();
        self.kind == ServiceKind::Wms130
            && match self.axes {
                Axes::LonLat => false,
                Axes::LatLon => true,
                Axes::ByCrs => crs == "EPSG:4326" || crs.starts_with("IAU"),
            }
    }

    /// GetMap for the box of a tile (OGC 01-068r3, 7.3; OGC 06-042, 7.3).
    fn map_request(&self, key: TileKey) -> Option<String> {
        let b = self.matrix.map_bounds(key)?;
        let corners = if self.is_latitude_first() {
            [b.south, b.west, b.north, b.east]
        } else {
            [b.west, b.south, b.east, b.north]
        };
        let (version, system) =
            if self.kind == ServiceKind::Wms130 { ("1.3.0", "CRS") } else { ("1.1.1", "SRS") };
        let joint = match self.url.find('?') {
            None => "?",
            Some(_) if self.url.ends_with(['?', '&']) => "",
            Some(_) => "&",
        };
        let transparent = if self.format == TileFormat::Png { "&TRANSPARENT=TRUE" } else { "" };
        Some(format!(
            "{}{joint}SERVICE=WMS&VERSION={version}&REQUEST=GetMap&LAYERS={}&STYLES={}\
             &{system}={}&BBOX={}&WIDTH={px}&HEIGHT={px}&FORMAT={}{transparent}",
            self.url,
            escape(&self.layers),
            escape(&self.styles),
            escape(self.reference_system()),
            corners.map(|c| c.to_string()).join(","),
            self.format.media_type(),
            px = self.tile_px,
        ))
    }
}

/// Puts values for the words in braces; unknown ones stay as they are.
fn fill<'v>(template: &str, value: &dyn Fn(&str) -> Option<&'v String>) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').and_then(|(word, tail)| Some((value(word)?, tail)));
        rest = if let Some((value, tail)) = known {
            filled.push_str(value);
            tail
        } else {
            filled.push('{');
            after
        };
    }
    filled.push_str(rest);
    filled
}

/// Percent-encodes a value of a query (RFC 3986, 2.3; commas and colons are data there).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for half in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                escaped.push(digit.to_ascii_uppercase());
            }
        }
    }
    escaped
}
