//! `marsdeck packets`: packets as they were received, and the history of one parameter with raw
//! values, from the packets themselves.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use marsdeck_engine::archive::{Access, Archive, PacketQuery, StoredPacket};
use marsdeck_engine::ingest::live::{KeptPackets, KeptValue};
use marsdeck_engine::parameter::Validity;
use marsdeck_engine::storage::hex;
use marsdeck_engine::time::{TimeRange, iso};
use serde_json::json;

use super::events::quoted;
use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck packets`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Parameter whose raw and engineering values are printed, instead of the packets
    parameter: Option<String>,
    #[command(flatten)]
    place: ArchiveArgument,
    /// Only packets of this link
    #[arg(long, conflicts_with = "parameter")]
    link: Option<String>,
    /// Only packets of this application process identifier
    #[arg(long, conflicts_with = "parameter", value_parser = clap::value_parser!(u16).range(..2048))]
    apid: Option<u16>,
    #[command(flatten)]
    range: place::RangeArguments,
    /// Most packets or values, the earliest
    #[arg(long, default_value_t = 10_000)]
    limit: usize,
    /// Print the bytes of each packet too
    #[arg(long, conflicts_with = "parameter")]
    hex: bool,
    /// Write the packets one behind the other into a file that can be ingested
    #[arg(long, value_name = "FILE", conflicts_with = "parameter")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let archive = place::open(arguments.place.archive.as_deref(), Access::Read)?;
    let range = arguments.range.within(TimeRange::ALL)?;
    let more = match &arguments.parameter {
        Some(parameter) => values(&archive, parameter, range, arguments)?,
        None => packets(&archive, range, arguments)?,
    };
    if more {
        output::message(&format!(
            "these are the earliest {}; there are more: raise --limit or narrow --from and --to",
            arguments.limit
        ));
    }
    Ok(Outcome::Done)
}

/// Prints or writes packets; says whether there are more.
fn packets(archive: &Archive, range: TimeRange, arguments: &Arguments) -> anyhow::Result<bool> {
    let query = PacketQuery {
        range,
        link: arguments.link.clone().unwrap_or_default(),
        apid: arguments.apid,
        limit: arguments.limit,
        newest: false,
    };
    let (found, more) = archive.packets(&query, &output::never())?;
    if let Some(path) = &arguments.out {
        write(path, &found)?;
    } else if arguments.json {
        let rows: Vec<_> = found.iter().map(|p| as_json(p, arguments.hex)).collect();
        output::json(&rows)?;
    } else {
        print(&found, arguments.hex).map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    if found.is_empty() {
        output::message("no packet of that kind; links keep what they bring from now on");
    }
    Ok(more)
}

fn write(path: &Path, packets: &[StoredPacket]) -> anyhow::Result<()> {
    let mut bytes = Vec::with_capacity(packets.iter().map(|packet| packet.bytes.len()).sum());
    for packet in packets {
        bytes.extend_from_slice(&packet.bytes);
    }
    let hint = || format!("{} could not be written; check its permissions", path.display());
    std::fs::write(path, &bytes).with_context(hint)?;
    output::message(&format!("{} packets written to {}", packets.len(), path.display()));
    Ok(())
}

/// The sequence count of the primary header (CCSDS 133.0-B-2, 4.1.3.4.3).
fn sequence(packet: &StoredPacket) -> u16 {
    match packet.bytes.get(2..4) {
        Some([high, low]) => u16::from_be_bytes([high & 0x3f, *low]),
        _ => 0,
    }
}

fn as_json(packet: &StoredPacket, with_bytes: bool) -> serde_json::Value {
    let mut row = json!({
        "number": packet.number,
        "received": iso(packet.received, 6),
        "generated": packet.generated.map(|time| iso(time, 6)),
        "link": packet.source.link,
        "mission": packet.source.mission,
        "channel": packet.channel,
        "apid": packet.apid(),
        "sequence": sequence(packet),
        "bytes": packet.bytes.len(),
    });
    if let Some(row) = row.as_object_mut().filter(|_| with_bytes) {
        row.insert("hex".to_owned(), hex(&packet.bytes).into());
    }
    row
}

fn print(packets: &[StoredPacket], with_bytes: bool) -> std::io::Result<()> {
    let mut out = output::stream();
    let last = if with_bytes { ",hex" } else { "" };
    writeln!(out, "number,received_utc,generated_utc,link,channel,apid,sequence,bytes{last}")?;
    for packet in packets {
        let number = |x: Option<u16>| x.map_or_else(String::new, |x| x.to_string());
        let made = packet.generated.map_or_else(String::new, |time| iso(time, 6));
        write!(
            out,
            "{},{},{made},{},{},{},{},{}",
            packet.number,
            iso(packet.received, 6),
            quoted(&packet.source.link),
            number(packet.channel.map(u16::from)),
            number(packet.apid()),
            sequence(packet),
            packet.bytes.len()
        )?;
        if with_bytes {
            write!(out, ",{}", hex(&packet.bytes))?;
        }
        writeln!(out)?;
    }
    out.flush()
}

/// The word for what a value is worth.
fn worth(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "valid",
        Validity::OutOfRange => "out of range",
        Validity::Uncalibrated => "no calibration",
        Validity::Malformed => "malformed",
        Validity::Truncated => "cut off",
    }
}

/// Prints the values of a parameter; says whether there are more.
fn values(
    archive: &Archive,
    name: &str,
    range: TimeRange,
    arguments: &Arguments,
) -> anyhow::Result<bool> {
    let kept = KeptPackets::new(Arc::new(place::missions().0));
    let (found, more) = kept.history(archive, name, range, arguments.limit, &output::never())?;
    if arguments.json {
        let row = |value: &KeptValue| {
            json!({
                "time": iso(value.time, 6),
                "received": iso(value.received, 6),
                "raw": value.raw,
                "value": value.engineering,
                "text": value.text,
                "validity": worth(value.validity),
                "severity": value.severity,
            })
        };
        output::json(&found.iter().map(row).collect::<Vec<_>>())?;
    } else {
        let print = || -> std::io::Result<()> {
            let mut out = output::stream();
            writeln!(out, "time_utc,received_utc,raw,value,text,validity,severity")?;
            for value in &found {
                let engineering = value.engineering;
                writeln!(
                    out,
                    "{},{},{},{},{},{},{:?}",
                    iso(value.time, 6),
                    iso(value.received, 6),
                    quoted(&value.raw),
                    if engineering.is_nan() { String::new() } else { engineering.to_string() },
                    quoted(&value.text),
                    worth(value.validity),
                    value.severity
                )?;
            }
            out.flush()
        };
        print().map_err(|e| anyhow!(output::unwritable(&e)))?;
    }
    if found.is_empty() {
        output::message(&format!(
            "no packet of the archive holds {name} in that time; marsdeck packets without a name \
             lists the packets, marsdeck mdb list the parameters"
        ));
    }
    Ok(more)
}
