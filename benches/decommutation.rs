//! Decommutation of a packet with 200 parameters: values per second on one core.
//!
//! `cargo bench -p marsdeck-engine --bench decommutation -- [--export FOLDER]`: 354-byte packets
//! with 160 whole numbers of 3 to 32 bits and 40 binary32 numbers, a quadratic calibration for 40 %
//! and limits for all; raw and engineering values and severities into columns. `--export` writes
//! packets and definition for `space_packet_parser` and `ccsdspy`, see
//! `benches/scripts/decommutation.sh`.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant as Stopwatch;

use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::telemetry::{
    Alarm, ByteOrder, Calibrator, Container, Dictionary, Encoding, Entry, FloatForm, IntegerForm,
    Item, Kind, ParameterType, Place, Range, Source, TelemetryParameter,
};
use marsdeck_engine::parameter::{Plan, Values};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PARAMETERS: usize = 200;
const BYTES: usize = 354;
const PACKETS: usize = 4_096;
/// Passes over all packets; the quickest counts.
const PASSES: usize = 15;

/// Widths in bits: 40 binary32 and 160 whole numbers that fill what is left after the header.
fn widths() -> Vec<(u32, bool)> {
    let cycle = [3, 8, 5, 12, 10, 16, 4, 6];
    let mut all: Vec<(u32, bool)> = (0..PARAMETERS)
        .map(|i| if i % 5 == 4 { (32, true) } else { (cycle[i % cycle.len()], false) })
        .collect();
    let mut left = (BYTES - 6) * 8 - all.iter().map(|(bits, _)| *bits as usize).sum::<usize>();
    // A few wide ones take up the rest.
    for (bits, float) in &mut all {
        let more = (32 - *bits as usize).min(left);
        if !*float && left > 0 {
            *bits += more as u32;
            left -= more;
        }
    }
    all
}

fn calibrated(at: usize) -> Option<[f64; 3]> {
    (at % 5 < 2).then(|| [1.5 + at as f64, 0.25, 1.0 / 1024.0])
}

fn definition(at: usize, bits: u32, float: bool) -> ParameterType {
    let order = ByteOrder::Big;
    let (kind, encoding) = if float {
        (Kind::Float { bits: 32 }, Encoding::Float { bits, form: FloatForm::Ieee754, order })
    } else {
        let form =
            if at.is_multiple_of(3) { IntegerForm::TwosComplement } else { IntegerForm::Unsigned };
        (
            Kind::Integer { signed: at.is_multiple_of(3), bits },
            Encoding::Integer { bits, form, order },
        )
    };
    let limit = |severity, reach: f64| {
        (severity, Range { low: Some(-reach), high: Some(reach), ..Range::default() })
    };
    ParameterType {
        name: format!("/B/T{at}"),
        description: String::new(),
        unit: String::new(),
        kind,
        encoding: Some(encoding),
        calibrator: calibrated(at).map(|c| Calibrator::Polynomial(c.to_vec())),
        context_calibrators: Vec::new(),
        alarm: Some(Alarm {
            outside: vec![limit(Severity::Warning, 1e3)],
            minimum_violations: 1,
            ..Alarm::default()
        }),
        context_alarms: Vec::new(),
        valid_range: None,
        initial: None,
    }
}

fn dictionary() -> Dictionary {
    let mut all = Dictionary { name: "B".to_owned(), ..Dictionary::default() };
    for (at, (bits, float)) in widths().into_iter().enumerate() {
        all.types.push(definition(at, bits, float));
        all.parameters.push(TelemetryParameter {
            name: format!("/B/P{at}"),
            type_id: at,
            description: String::new(),
            source: Source::Telemetered,
            initial: None,
        });
    }
    let entry = |at| Entry {
        item: Item::Parameter(at),
        place: if at == 0 { Place::FromStart(48) } else { Place::After(0) },
        include: None,
        repeat: None,
    };
    all.containers.push(Container {
        name: "/B/Packet".to_owned(),
        description: String::new(),
        is_abstract: false,
        base: None,
        restriction: None,
        entries: (0..PARAMETERS).map(entry).collect(),
        bits: None,
        rate_hz: None,
    });
    all
}

/// Packets of one APID with a running count; the fields vary, the binary32 are finite.
fn packets() -> Vec<u8> {
    let (mut all, mut seed) = (Vec::with_capacity(PACKETS * BYTES), 1_u64);
    for count in 0..PACKETS {
        let start = all.len();
        all.extend_from_slice(&[0x00, 0x64, 0xC0 | (count >> 8) as u8, count as u8]);
        all.extend_from_slice(&((BYTES - 7) as u16).to_be_bytes());
        let mut bits = Vec::with_capacity(BYTES * 8);
        for (at, (width, float)) in widths().into_iter().enumerate() {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value = if float {
                u64::from(((seed >> 40) as f32 / 4096.0 + at as f32).to_bits())
            } else {
                seed >> 32
            };
            bits.extend((0..width).rev().map(|i| value >> i & 1 == 1));
        }
        let bytes = bits.chunks(8).map(|byte| {
            byte.iter().enumerate().fold(0, |sum, (i, bit)| sum | u8::from(*bit) << (7 - i))
        });
        all.extend(bytes);
        all.resize(start + BYTES, 0);
    }
    all
}

/// The packets, and a line per field for the peers: name, kind, bits, coefficients.
fn export(folder: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(folder.join("packets.bin"), bytes)?;
    let mut lines = String::new();
    for (at, (bits, float)) in widths().into_iter().enumerate() {
        let kind = match (float, at % 3) {
            (true, _) => "float",
            (false, 0) => "int",
            _ => "uint",
        };
        write!(lines, "P{at},{kind},{bits}")?;
        for c in calibrated(at).into_iter().flatten() {
            write!(lines, ",{c:?}")?;
        }
        lines.push('\n');
    }
    std::fs::write(folder.join("fields.csv"), lines)?;
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let bytes = packets();
    if let Some(at) = arguments.iter().position(|a| a == "--export") {
        let folder = arguments.get(at + 1).ok_or("name a folder after --export")?;
        export(Path::new(folder), &bytes)?;
    }
    let (plan, problems) = Plan::compile(&dictionary(), 0);
    assert!(problems.is_empty(), "{problems:?}");
    let (mut state, mut values) = (plan.state(), Values::new());
    let mut best = f64::INFINITY;
    for _ in 0..PASSES {
        let clock = Stopwatch::now();
        for packet in bytes.chunks_exact(BYTES) {
            plan.decode(packet, &mut state, &mut values);
            black_box(values.engineering());
        }
        best = best.min(clock.elapsed().as_secs_f64());
    }
    let (mut raw, mut calibrated, mut alarms) = (0.0, 0.0, 0);
    for packet in bytes.chunks_exact(BYTES) {
        plan.decode(packet, &mut state, &mut values);
        assert!(values.problems.is_empty() && values.len() == PARAMETERS);
        for value in values.iter(&plan) {
            raw += match value.raw {
                marsdeck_engine::parameter::Raw::Unsigned(x) => x as f64,
                marsdeck_engine::parameter::Raw::Signed(x) => x as f64,
                marsdeck_engine::parameter::Raw::Float(x) => x,
                _ => 0.0,
            };
            calibrated += value.engineering;
            alarms += usize::from(value.severity == Severity::Warning);
        }
    }
    let count = (PACKETS * PARAMETERS) as f64;
    println!(
        "marsdeck: {:.1} M values/s, {:.3} M packets/s (raw, calibrated, limits checked)",
        count / best / 1e6,
        PACKETS as f64 / best / 1e6
    );
    println!("marsdeck: sum raw {raw:.9e}, sum calibrated {calibrated:.9e}, {alarms} alarms");
    Ok(())
}
