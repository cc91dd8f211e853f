//! The coordinate system of a shapefile, as far as it can be turned into degrees.

use crate::problem::Problem;

/// How coordinates become degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Projection {
    /// They are degrees.
    Degrees,
    /// Equirectangular: metres on a sphere.
    Equirectangular {
        /// Radius, metres.
        radius_m: f64,
        /// Longitude of x = 0, degrees.
        middle_deg: f64,
        /// Cosine of the parallel of true scale.
        scale: f64,
        /// False easting and northing, metres.
        offset_m: (f64, f64),
    },
}

impl Projection {
    /// Longitude and latitude in degrees; none off the globe.
    pub(super) fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (lon, lat) = match self {
            Self::Degrees => (x, y),
            Self::Equirectangular { radius_m, middle_deg, scale, offset_m } => {
                let turn = |metres: f64| (metres / radius_m).to_degrees();
                (middle_deg + turn(x - offset_m.0) / scale, turn(y - offset_m.1))
            }
        };
        (lon.abs() <= 720.0 && lat.abs() <= 90.0 + 1e-9).then(|| (lon, lat.clamp(-90.0, 90.0)))
    }
}

/// Reads the well-known text of a `.prj` file (OGC 01-009); empty text means degrees.
pub(super) fn read(bytes: &[u8]) -> Result<Projection, Problem> {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(65_536)).unwrap_or_default());
    let upper = text.trim_start_matches('\u{feff}').trim().to_ascii_uppercase();
    if !upper.starts_with("PROJCS") {
        return Ok(Projection::Degrees);
    }
    let name = after(&upper, "PROJECTION[\"").and_then(|t| t.split('"').next()).unwrap_or("");
    let plain =
        ["EQUIRECTANGULAR", "EQUIDISTANT_CYLINDRICAL", "PLATE_CARREE", "SIMPLE_CYLINDRICAL"];
    let radius = after(&upper, "SPHEROID[\"")
        .and_then(|t| t.split(',').nth(1))
        .and_then(|t| t.trim().parse::<f64>().ok())
        .filter(|r| r.is_finite() && *r > 1.0);
    let (true, Some(radius_m)) = (plain.contains(&name), radius) else {
        let shown: String = name.chars().take(60).collect();
        let reason = format!("projection {shown} is not read; export the layer in degrees");
        return Err(Problem::of("prj", reason));
    };
    let parameter = |names: &[&str]| {
        let of = |name: &&str| {
            let tail = after(&upper, &format!("PARAMETER[\"{name}\""))?;
            let number = tail.trim_start_matches([',', ' ']).split(']').next()?;
            number.trim().parse::<f64>().ok().filter(|x| x.is_finite())
        };
        names.iter().find_map(of).unwrap_or(0.0)
    };
    let scale = parameter(&["STANDARD_PARALLEL_1", "LATITUDE_OF_ORIGIN"]).to_radians().cos();
    Ok(Projection::Equirectangular {
        radius_m,
        middle_deg: parameter(&["CENTRAL_MERIDIAN", "LONGITUDE_OF_CENTER"]),
        scale: if scale > 1e-3 { scale } else { 1.0 },
        offset_m: (parameter(&["FALSE_EASTING"]), parameter(&["FALSE_NORTHING"])),
    })
}

fn after<'t>(text: &'t str, what: &str) -> Option<&'t str> {
    text.find(what).and_then(|at| text.get(at + what.len()..))
}
