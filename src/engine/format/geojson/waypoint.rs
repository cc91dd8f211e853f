//! Where a rover stood: sol, site and drive, position, elevation, odometry.

use super::{Feature, Shape, read, sniff};
use crate::format::csv;
use crate::format::table::Table;
use crate::problem::Problem;

/// One stop of a rover.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waypoint {
    /// Mission sol of the stop.
    pub sol: i32,
    /// Site of the rover motion counter, if given.
    pub site: Option<u32>,
    /// Drive at the site, if given.
    pub drive: Option<u32>,
    /// Latitude in degrees.
    pub latitude_deg: f64,
    /// Longitude in degrees east, 0 to 360.
    pub longitude_deg: f64,
    /// Elevation in metres, if given.
    pub elevation_m: Option<f64>,
    /// Distance driven since landing in metres, if given.
    pub odometry_m: Option<f64>,
    /// Spacecraft clock at the start of the drive in seconds, if given.
    pub sclk: Option<f64>,
    /// Solar longitude in degrees, if given.
    pub solar_longitude_deg: Option<f64>,
    /// Where the rover looks, degrees clockwise from north (its yaw), 0 to 360, if given.
    pub heading_deg: Option<f64>,
}

/// Names of the properties and columns, the first that is there counts.
const SOL: [&str; 1] = ["sol"];
const SITE: [&str; 1] = ["site"];
const DRIVE: [&str; 2] = ["drive", "pos"];
const LATITUDE: [&str; 4] = ["lat_deg", "lat_dd", "lat", "latitude"];
const LONGITUDE: [&str; 5] = ["lon_east_deg", "lon_dd", "lon_deg", "lon", "longitude"];
const ELEVATION: [&str; 3] = ["elev_m", "elevation_m", "elev_geoid"];
const ODOMETRY: [&str; 5] =
    ["odometry_m", "mobtrav_to", "mobtrav_tot", "dist_total_m", "dist_total"];
const SCLK: [&str; 3] = ["sclk_start", "sclk", "SCLK_START"];
const LS: [&str; 2] = ["ls_deg", "ls"];
const HEADING: [&str; 3] = ["yaw_deg", "heading_deg", "yaw"];

/// Reads waypoints from GeoJSON or from a table with a header row, whichever the bytes are;
/// ascending in sol.
pub fn read_waypoints(bytes: &[u8]) -> (Vec<Waypoint>, Vec<Problem>) {
    if sniff(bytes) {
        let (features, mut problems) = read(bytes);
        let (points, found) = waypoints(&features);
        problems.extend(found);
        return (points, problems);
    }
    let (read, mut problems) = csv::read(bytes, csv::Limits::default());
    let rows = columns(&read.table);
    let get = |names: &[&str], row: usize| {
        names
            .iter()
            .find_map(|n| rows.iter().find(|(name, _)| name.eq_ignore_ascii_case(n)))
            .and_then(|(_, values)| values.get(row).copied())
            .filter(|x| !x.is_nan())
    };
    let found = (0..read.table.rows).map(|row| waypoint(|names| get(names, row), None));
    let points = collect(found, &mut problems);
    (points, problems)
}

/// The waypoints among features: points that carry a sol.
pub fn waypoints(features: &[Feature]) -> (Vec<Waypoint>, Vec<Problem>) {
    let mut problems = Vec::new();
    let found = features.iter().map(|f| {
        let place = f.shapes.iter().find_map(|s| match s {
            Shape::Point(p) => Some((p.latitude_deg, p.longitude_deg, p.elevation_m)),
            _ => None,
        });
        waypoint(|names| names.iter().find_map(|n| f.number(n)), place)
    });
    let points = collect(found, &mut problems);
    (points, problems)
}

fn columns(table: &Table) -> Vec<(&str, Vec<f64>)> {
    table.columns.iter().filter_map(|c| Some((c.name.as_str(), c.data.to_f64()?))).collect()
}

/// A waypoint from its properties; `place` is the feature's own point.
fn waypoint(
    get: impl Fn(&[&str]) -> Option<f64>,
    place: Option<(f64, f64, Option<f64>)>,
) -> Option<Waypoint> {
    let sol = get(&SOL)?;
    let latitude = get(&LATITUDE).or(place.map(|p| p.0))?;
    let longitude = get(&LONGITUDE).or(place.map(|p| p.1))?;
    let plausible =
        (-10.0..1e6).contains(&sol) && latitude.abs() <= 90.0 && longitude.abs() <= 720.0;
    let whole = |x: f64| (0.0..1e9).contains(&x).then_some(x as u32);
    plausible.then(|| Waypoint {
        sol: sol as i32,
        site: get(&SITE).and_then(whole),
        drive: get(&DRIVE).and_then(whole),
        latitude_deg: latitude,
        longitude_deg: longitude.rem_euclid(360.0),
        elevation_m: get(&ELEVATION).or(place.and_then(|p| p.2)),
        odometry_m: get(&ODOMETRY),
        sclk: get(&SCLK).filter(|s| *s > 0.0),
        solar_longitude_deg: get(&LS),
        heading_deg: get(&HEADING)
            .or_else(|| get(&["yaw_rad"]).map(f64::to_degrees))
            .filter(|h| h.is_finite())
            .map(|h| h.rem_euclid(360.0)),
    })
}

/// Keeps the good ones, tells how many are not, and puts back a minus sign that an elevation lost
/// (the last row of the MMGIS table to sol 1782 says 4225.5 m after -4227.3 m).
fn collect(
    found: impl Iterator<Item = Option<Waypoint>>,
    problems: &mut Vec<Problem>,
) -> Vec<Waypoint> {
    let (mut points, mut lost) = (Vec::<Waypoint>::new(), 0_usize);
    for point in found {
        let Some(mut point) = point else {
            lost += 1;
            continue;
        };
        let before = points.last().and_then(|p| p.elevation_m);
        if let (Some(before), Some(here)) = (before, point.elevation_m)
            && before < -500.0
            && here > 500.0
            && (before + here).abs() < 200.0
        {
            let reason = format!("sol {}: {here} m after {before} m, read as -{here} m", point.sol);
            problems.push(Problem::of("elevation", reason));
            point.elevation_m = Some(-here);
        }
        points.push(point);
    }
    // A table may list its stops in any order; a traverse is drawn in the order of its sols.
    points.sort_by_key(|p| p.sol);
    if lost > 0 {
        let reason = format!("{lost} rows or features carry no sol and place, left out");
        problems.push(Problem::of("waypoint", reason));
    }
    points
}
