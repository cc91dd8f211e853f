//! WMTS capabilities (OGC 07-057r7, 7.1): which layers a server has and how they are addressed.
//! Pure; layers that are cut in another way than ours are named and left out.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use crate::format::xmltree::{Node, Problems, Tree};
use crate::problem::Problem;

use super::grid::{MAX_LEVEL, Matrix};
use super::picture::clean;
use super::service::{ServiceKind, TileFormat, TileService, escape};

/// Most services, sets and matrices of a set that are read.
const MAX_SERVICES: usize = 2000;
const MAX_SETS: usize = 500;
const MAX_MATRICES: usize = 100;
/// Most matrix sets of a layer that are followed.
const MAX_LINKS: usize = 50;
/// Longest template of an address.
const MAX_TEMPLATE: usize = 4096;
/// Size of a pixel in metres on which scale denominators rest (OGC 07-057r7, 6.1).
const PIXEL_M: f64 = 0.00028;
/// Radii in metres from which servers compute scales: the Earth's by the standard, or Mars'.
const RADII_M: [f64; 2] = [6_378_137.0, 3_396_190.0];

/// One level of a set that is cut like ours.
struct Level {
    level: u32,
    name: String,
    tile_px: u32,
}

/// A set of levels of one matrix.
struct Set {
    matrix: Matrix,
    levels: Vec<Level>,
}

/// Reads capabilities. `address` is where they came from, for servers that take requests in a
/// query. One service per layer and matrix set that is cut like ours.
pub fn read_capabilities(bytes: &[u8], address: &str) -> (Vec<TileService>, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = Tree::read(bytes, &mut problems);
    let mut services = Vec::new();
    match tree.root() {
        Some(root) if root.name() == "Capabilities" => match root.child("Contents") {
            Some(contents) => read_contents(contents, root, address, &mut services, &mut problems),
            None => problems.at(root, "Contents", "there is none, so the server names no layer"),
        },
        Some(root) => {
            let name: String = root.name().chars().take(80).collect();
            problems.at(
                root,
                "Capabilities",
                format!(
                    "the outermost element is {name}, so these are no WMTS capabilities; check the \
                 address"
                ),
            );
        }
        None => {}
    }
    (services, problems.finish())
}

fn read_contents(
    contents: Node<'_>,
    root: Node<'_>,
    address: &str,
    services: &mut Vec<TileService>,
    problems: &mut Problems,
) {
    let mut sets = BTreeMap::new();
    for node in contents.all("TileMatrixSet").take(MAX_SETS) {
        match read_set(node) {
            Ok(set) => drop(sets.insert(node.text_of("Identifier"), set)),
            Err(why) => {
                let name = clean(node.text_of("Identifier"), 80);
                problems.at(node, "TileMatrixSet", format!("{name}: {why}; it was left out"));
            }
        }
    }
    let credit = root.child("ServiceProvider").map_or("", |p| p.text_of("ProviderName"));
    let mut ids = BTreeSet::new();
    for layer in contents.all("Layer") {
        if !layer.complete() {
            continue;
        }
        let before = services.len();
        for link in layer.all("TileMatrixSetLink").take(MAX_LINKS) {
            if services.len() >= MAX_SERVICES {
                let reason = format!("more than {MAX_SERVICES} layers; the others were left out");
                problems.at(layer, "Layer", reason);
                return;
            }
            let Some(set) = sets.get(link.text_of("TileMatrixSet")) else { continue };
            match read_layer(layer, link, set, address, credit) {
                Ok(mut service) => {
                    service.id = unique(&service.id, &mut ids);
                    services.push(service);
                }
                Err(why) => {
                    let name = clean(layer.text_of("Identifier"), 80);
                    problems.at(layer, "Layer", format!("{name}: {why}; it was left out"));
                }
            }
        }
        if services.len() == before {
            let name = clean(layer.text_of("Identifier"), 80);
            let reason = format!("{name}: no way to ask for it in a matrix that is known here");
            problems.at(layer, "Layer", reason);
        }
    }
}

/// A matrix set that is cut like ours, or why it is not.
fn read_set(node: Node<'_>) -> Result<Set, &'static str> {
    let mut found: Option<Set> = None;
    for child in node.all("TileMatrix").take(MAX_MATRICES) {
        let Some((matrix, level)) = read_matrix(child) else { continue };
        let set = found.get_or_insert_with(|| Set { matrix, levels: Vec::new() });
        if set.matrix == matrix && set.levels.iter().all(|l| l.level != level.level) {
            set.levels.push(level);
        }
    }
    let mut set =
        found.ok_or("it is cut neither as 2 × 1 squares of degrees nor as web Mercator")?;
    set.levels.sort_by_key(|l| l.level);
    let tile_px = set.levels.first().map_or(0, |l| l.tile_px);
    set.levels.retain(|l| l.tile_px == tile_px);
    Ok(set)
}

/// The level of ours that a matrix is, if it is one.
fn read_matrix(node: Node<'_>) -> Option<(Matrix, Level)> {
    let number = |name: &str| node.text_of(name).parse::<f64>().ok().filter(|v| v.is_finite());
    let tile_px = node.text_of("TileWidth").parse::<u32>().ok()?;
    if node.text_of("TileHeight").parse::<u32>().ok()? != tile_px {
        return None;
    }
    let span_m = number("ScaleDenominator")? * PIXEL_M * f64::from(tile_px);
    let mut corner = node.text_of("TopLeftCorner").split_ascii_whitespace();
    let (a, b) = (corner.next()?.parse::<f64>().ok()?, corner.next()?.parse::<f64>().ok()?);
    let near = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 0.005;
    let is_degrees = (near(a, -180.0) && near(b, 90.0)) || (near(a, 90.0) && near(b, -180.0));
    for radius in RADII_M {
        let half = PI * radius;
        let is_metres = near(a, -half) && near(b, half);
        let (matrix, root_m) = match (is_degrees, is_metres) {
            (true, _) => (Matrix::Geographic, half),
            (_, true) => (Matrix::WebMercator, 2.0 * half),
            _ => continue,
        };
        let exact = (root_m / span_m).log2();
        let level = exact.round();
        if (exact - level).abs() < 0.007 && (0.0..=f64::from(MAX_LEVEL)).contains(&level) {
            let name = node.text_of("Identifier").chars().take(200).collect();
            return Some((matrix, Level { level: level as u32, name, tile_px }));
        }
    }
    None
}

fn read_layer(
    layer: Node<'_>,
    link: Node<'_>,
    set: &Set,
    address: &str,
    credit: &str,
) -> Result<TileService, String> {
    let identifier = layer.text_of("Identifier");
    let set_name = link.text_of("TileMatrixSet");
    let formats: Vec<&str> = layer.all("Format").map(Node::text).collect();
    let format = match formats.iter().find_map(|f| tile_format(f)) {
        Some(format) => format,
        None if formats.is_empty() => TileFormat::Png,
        None => return Err("it comes neither as JPEG nor as PNG".to_owned()),
    };
    let (min_level, max_level, level_names) = levels(set, link)?;
    let title = clean(layer.text_of("Title"), 200);
    let service = TileService {
        id: identifier.to_owned(),
        name: if title.is_empty() { clean(identifier, 200) } else { title },
        kind: ServiceKind::Wmts,
        url: template(layer, set_name, format, address),
        matrix: set.matrix,
        level_names,
        min_level,
        max_level,
        tile_px: set.levels.first().map_or(0, |l| l.tile_px),
        format,
        credit: clean(credit, 200),
        validity_days: 90,
        ..TileService::default()
    };
    // Its id becomes one that can name a folder.
    TileService { id: "x".to_owned(), ..service.clone() }.check()?;
    Ok(service)
}

/// JPEG or PNG by its media type; `image/png8` and the like count.
fn tile_format(media_type: &str) -> Option<TileFormat> {
    let lower = media_type.to_ascii_lowercase();
    match lower.strip_prefix("image/")? {
        "jpeg" | "jpg" => Some(TileFormat::Jpeg),
        name if name.starts_with("png") => Some(TileFormat::Png),
        _ => None,
    }
}

/// The longest run of levels from the lowest on, within the limits of the layer, and their names
/// where they differ from numbers.
fn levels(set: &Set, link: Node<'_>) -> Result<(u32, u32, Vec<String>), String> {
    let limited: Option<BTreeSet<&str>> = link
        .child("TileMatrixSetLimits")
        .map(|limits| limits.all("TileMatrixLimits").map(|l| l.text_of("TileMatrix")).collect());
    let mut names: Vec<String> = Vec::new();
    let mut run: Option<(u32, u32)> = None;
    for level in &set.levels {
        if limited.as_ref().is_some_and(|names| !names.contains(level.name.as_str())) {
            continue;
        }
        run = match run {
            None => Some((level.level, level.level)),
            Some((from, to)) if level.level == to + 1 => Some((from, level.level)),
            Some(_) => break,
        };
        names.resize(level.level as usize, String::new());
        names.push(level.name.clone());
    }
    let (from, to) = run.ok_or("it has no level")?;
    let is_plain = (from..=to).all(|l| names.get(l as usize) == Some(&l.to_string()));
    Ok((from, to, if is_plain { Vec::new() } else { names }))
}

/// Address of its tiles: the template for them (10.2.1), else a query (8.1).
fn template(layer: Node<'_>, set: &str, format: TileFormat, address: &str) -> String {
    let style = layer
        .all("Style")
        .find(|s| s.attribute("isDefault") == Some("true"))
        .or_else(|| layer.child("Style"))
        .map_or("", |s| s.text_of("Identifier"));
    let urls: Vec<Node<'_>> = layer
        .all("ResourceURL")
        .filter(|n| n.attribute("resourceType").is_none_or(|t| t == "tile"))
        .collect();
    let fits = |n: &&Node<'_>| n.attribute("format").and_then(tile_format) == Some(format);
    let given = urls.iter().find(fits).or(urls.first()).and_then(|n| n.attribute("template"));
    if let Some(given) = given.filter(|g| g.len() <= MAX_TEMPLATE) {
        let mut filled = given.replace("{TileMatrixSet}", &escape(set));
        for word in ["{Style}", "{style}"] {
            filled = filled.replace(word, &escape(style));
        }
        for dimension in layer.all("Dimension").take(8) {
            let word = format!("{{{}}}", dimension.text_of("Identifier"));
            let own = ["{TileMatrix}", "{TileRow}", "{TileCol}", "{}"].contains(&word.as_str());
            if !own && filled.len() <= MAX_TEMPLATE {
                filled = filled.replace(&word, &escape(dimension.text_of("Default")));
            }
        }
        return filled;
    }
    let base = address.split(['?', '#']).next().unwrap_or_default();
    format!(
        "{base}?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={}&STYLE={}&FORMAT={}\
         &TILEMATRIXSET={}&TILEMATRIX={{TileMatrix}}&TILEROW={{TileRow}}&TILECOL={{TileCol}}",
        escape(layer.text_of("Identifier")),
        escape(style),
        format.media_type(),
        escape(set),
    )
}

/// A name of a folder that no service has yet.
fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let base: String = name.chars().take(80).map(plain).collect();
    let base = if base.is_empty() { "layer".to_owned() } else { base };
    let mut id = base.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{base}-{number}");
        number += 1;
    }
    id
}
