//! From bytes to an inventory (FDSN StationXML 1.0, 1.1, 1.2).

use crate::format::xmltree::{Node, Problems, Tree, parse_time, root_name};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

use super::response::{
    Complex, Decimation, Gain, Polynomial, Response, ResponsePoint, Sensitivity, Stage, Transfer,
    TransferUnit,
};
use super::{Channel, Inventory, Network, Station};

/// Whether the bytes start as StationXML.
pub fn sniff(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|name| name == "FDSNStationXML")
}

/// Reads a file. Channels that a damaged file does not complete are left out and reported.
pub fn read(bytes: &[u8]) -> (Inventory, Vec<Problem>) {
    let mut problems = Problems::default();
    let tree = Tree::read(bytes, &mut problems);
    let mut inventory = Inventory::default();
    if let Some(root) = tree.root() {
        if root.name() == "FDSNStationXML" {
            inventory = Inventory {
                version: root.attribute("schemaVersion").unwrap_or_default().to_owned(),
                source: root.text_of("Source").to_owned(),
                created: root.child("Created").and_then(|n| time(n, &mut problems)),
                networks: root.all("Network").map(|n| network(n, &mut problems)).collect(),
            };
        } else {
            let reason = "the outermost element is not FDSNStationXML; nothing was read";
            problems.at(root, root.name(), reason);
        }
    }
    (inventory, problems.finish())
}

fn network(node: Node<'_>, problems: &mut Problems) -> Network {
    Network {
        code: code(node, "code", problems),
        description: node.text_of("Description").to_owned(),
        epoch: epoch(node, problems),
        stations: node.all("Station").map(|n| station(n, problems)).collect(),
    }
}

fn station(node: Node<'_>, problems: &mut Problems) -> Station {
    Station {
        code: code(node, "code", problems),
        site: node.child("Site").map_or("", |site| site.text_of("Name")).to_owned(),
        epoch: epoch(node, problems),
        latitude_deg: problems.number(node, "Latitude"),
        longitude_deg: problems.number(node, "Longitude"),
        elevation_m: problems.number(node, "Elevation"),
        channels: node.all("Channel").filter_map(|n| channel(n, problems)).collect(),
    }
}

fn channel(node: Node<'_>, problems: &mut Problems) -> Option<Channel> {
    if !node.complete() {
        problems.at(node, "Channel", "cut off before its end; it was left out");
        return None;
    }
    if node.attribute("code").is_none() {
        problems.at(node, "Channel", "it has no code; it was left out");
        return None;
    }
    Some(Channel {
        code: code(node, "code", problems),
        location: location(node.attribute("locationCode").unwrap_or_default()),
        epoch: epoch(node, problems),
        latitude_deg: problems.number(node, "Latitude"),
        longitude_deg: problems.number(node, "Longitude"),
        elevation_m: problems.number(node, "Elevation"),
        depth_m: problems.number(node, "Depth"),
        azimuth_deg: problems.number(node, "Azimuth"),
        dip_deg: problems.number(node, "Dip"),
        rate_hz: rate(node, problems),
        sensor: node.child("Sensor").map_or("", sensor).to_owned(),
        response: node.child("Response").map(|n| response(n, problems)),
    })
}

/// A blank location code is written as nothing, blanks or `--`.
fn location(text: &str) -> String {
    let text = text.trim();
    if text == "--" { String::new() } else { text.to_owned() }
}

fn sensor(node: Node<'_>) -> &str {
    ["Description", "Type", "Model"]
        .iter()
        .map(|name| node.text_of(name))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn code(node: Node<'_>, name: &str, problems: &mut Problems) -> String {
    let text = node.attribute(name).unwrap_or_default().trim();
    if text.is_empty() {
        problems.at(node, node.name(), "it has no code");
    }
    text.to_owned()
}

fn epoch(node: Node<'_>, problems: &mut Problems) -> TimeRange {
    let mut end = |name: &str, open: Instant| match node.attribute(name) {
        None => open,
        Some(text) => parse_time(text).unwrap_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let reason = format!("{name} \"{shown}\" is not a time; the epoch is open there");
            problems.at(node, node.name(), reason);
            open
        }),
    };
    let (start, stop) = (end("startDate", Instant::MIN), end("endDate", Instant::MAX));
    if stop < start {
        problems.at(node, node.name(), "its epoch ends before it starts; it is empty");
    }
    TimeRange::new(start, stop)
}

fn time(node: Node<'_>, problems: &mut Problems) -> Option<Instant> {
    let parsed = parse_time(node.text());
    if parsed.is_none() {
        problems.at(node, node.name(), "not a time; it was left out");
    }
    parsed
}

fn rate(node: Node<'_>, problems: &mut Problems) -> Option<f64> {
    if let Some(rate) = problems.number(node, "SampleRate") {
        return Some(rate);
    }
    let ratio = node.child("SampleRateRatio")?;
    let samples = problems.number(ratio, "NumberSamples")?;
    let seconds = problems.number(ratio, "NumberSeconds")?;
    (seconds > 0.0).then(|| samples / seconds)
}

fn response(node: Node<'_>, problems: &mut Problems) -> Response {
    Response {
        sensitivity: node.child("InstrumentSensitivity").and_then(|n| sensitivity(n, problems)),
        polynomial: node.child("InstrumentPolynomial").map(|n| polynomial(n, problems)),
        stages: node.all("Stage").map(|n| stage(n, problems)).collect(),
    }
}

fn unit(node: Node<'_>, name: &str) -> String {
    node.child(name).map_or("", |units| units.text_of("Name")).to_owned()
}

fn sensitivity(node: Node<'_>, problems: &mut Problems) -> Option<Sensitivity> {
    let Some(value) = problems.number(node, "Value") else {
        problems.at(node, "InstrumentSensitivity", "it has no value; it was left out");
        return None;
    };
    Some(Sensitivity {
        value,
        frequency_hz: problems.number(node, "Frequency").unwrap_or(0.0),
        input_unit: unit(node, "InputUnits"),
        output_unit: unit(node, "OutputUnits"),
    })
}

fn stage(node: Node<'_>, problems: &mut Problems) -> Stage {
    let body = node.children().find(|child| {
        matches!(
            child.name(),
            "PolesZeros" | "Coefficients" | "FIR" | "ResponseList" | "Polynomial"
        )
    });
    let number = node.attribute("number").and_then(|text| text.trim().parse().ok());
    if number.is_none() {
        problems.at(node, "Stage", "it has no number; it counts as 0");
    }
    Stage {
        number: number.unwrap_or(0),
        transfer: body.map_or(Transfer::Flat, |body| transfer(body, problems)),
        input_unit: body.map_or_else(String::new, |body| unit(body, "InputUnits")),
        output_unit: body.map_or_else(String::new, |body| unit(body, "OutputUnits")),
        gain: node.child("StageGain").and_then(|n| gain(n, problems)),
        decimation: node.child("Decimation").map(|n| decimation(n, problems)),
    }
}

fn gain(node: Node<'_>, problems: &mut Problems) -> Option<Gain> {
    let value = problems.number(node, "Value")?;
    Some(Gain { value, frequency_hz: problems.number(node, "Frequency").unwrap_or(0.0) })
}

fn decimation(node: Node<'_>, problems: &mut Problems) -> Decimation {
    let mut number = |name: &str, absent: f64| problems.number(node, name).unwrap_or(absent);
    Decimation {
        input_rate_hz: number("InputSampleRate", 0.0),
        factor: number("Factor", 1.0) as u32,
        offset: number("Offset", 0.0) as u32,
        delay_s: number("Delay", 0.0),
        correction_s: number("Correction", 0.0),
    }
}

fn transfer(node: Node<'_>, problems: &mut Problems) -> Transfer {
    match node.name() {
        "PolesZeros" => Transfer::PolesZeros {
            unit: transfer_unit(node, "PzTransferFunctionType", problems),
            factor: problems.number(node, "NormalizationFactor").unwrap_or(1.0),
            frequency_hz: problems.number(node, "NormalizationFrequency").unwrap_or(0.0),
            zeros: node.all("Zero").filter_map(|n| complex(n, problems)).collect(),
            poles: node.all("Pole").filter_map(|n| complex(n, problems)).collect(),
        },
        "Coefficients" => Transfer::Coefficients {
            unit: transfer_unit(node, "CfTransferFunctionType", problems),
            numerator: numbers(node, "Numerator", problems),
            denominator: numbers(node, "Denominator", problems),
        },
        "FIR" => fir(node, problems),
        "ResponseList" => list(node, problems),
        _ => Transfer::Polynomial(polynomial(node, problems)),
    }
}

fn transfer_unit(node: Node<'_>, name: &str, problems: &mut Problems) -> TransferUnit {
    let text = node.text_of(name).to_ascii_uppercase();
    if text.contains("RADIANS") {
        TransferUnit::RadiansPerSecond
    } else if text.contains("HERTZ") {
        TransferUnit::Hertz
    } else {
        if !text.contains("DIGITAL") {
            problems.at(node, name, "unknown kind of transfer function; taken as digital");
        }
        TransferUnit::Digital
    }
}

fn numbers(node: Node<'_>, name: &str, problems: &mut Problems) -> Vec<f64> {
    node.all(name).filter_map(|n| problems.own_number(n)).collect()
}

fn complex(node: Node<'_>, problems: &mut Problems) -> Option<Complex> {
    let (re, im) = (problems.number(node, "Real"), problems.number(node, "Imaginary"));
    let (Some(re), Some(im)) = (re, im) else {
        problems.at(node, node.name(), "it lacks its real or imaginary part; it was left out");
        return None;
    };
    Some(Complex::new(re, im))
}

/// Writes out a symmetric filter: `ODD` gives the first half and the middle, `EVEN` the first half.
fn fir(node: Node<'_>, problems: &mut Problems) -> Transfer {
    let half = numbers(node, "NumeratorCoefficient", problems);
    let middle = match node.text_of("Symmetry") {
        "ODD" => 1,
        "EVEN" => 0,
        _ => return Transfer::Fir { coefficients: half },
    };
    let mut coefficients = half;
    let first = coefficients.len().saturating_sub(middle);
    coefficients.extend_from_within(..first);
    let from = coefficients.len() - first;
    coefficients[from..].reverse();
    Transfer::Fir { coefficients }
}

fn list(node: Node<'_>, problems: &mut Problems) -> Transfer {
    let mut points: Vec<ResponsePoint> = node
        .all("ResponseListElement")
        .filter_map(|n| {
            Some(ResponsePoint {
                frequency_hz: problems.number(n, "Frequency")?,
                amplitude: problems.number(n, "Amplitude")?,
                phase_deg: problems.number(n, "Phase")?,
            })
        })
        .collect();
    points.sort_by(|a, b| a.frequency_hz.total_cmp(&b.frequency_hz));
    Transfer::List(points)
}

fn polynomial(node: Node<'_>, problems: &mut Problems) -> Polynomial {
    let low = problems.number(node, "ApproximationLowerBound");
    let high = problems.number(node, "ApproximationUpperBound");
    Polynomial {
        coefficients: numbers(node, "Coefficient", problems),
        input_unit: unit(node, "InputUnits"),
        output_unit: unit(node, "OutputUnits"),
        bounds: low.zip(high),
    }
}
