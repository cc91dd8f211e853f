//! `marsdeck query`: event messages, log entries, changes of limits, or samples of a channel as text, JSON, Parquet or miniSEED.

use std::io::Write;

use anyhow::{anyhow, bail};
use marsdeck_engine::archive::{Access, Archive, Bucket, SeriesKey, SeriesSummary};
use marsdeck_engine::query::export;
use marsdeck_engine::time::{TimeRange, iso};
use serde_json::json;

use super::{ArchiveArgument, Outcome, events, limits, notes, output, place};

/// Arguments of `marsdeck query`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Channel or parameter, with @PRODUCT where it is not the raw one
    #[arg(required_unless_present_any = ["list", "events", "notes", "limits"])]
    channel: Option<String>,
    #[command(flatten)]
    place: ArchiveArgument,
    /// List the channels of the archive
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    events: events::EventArguments,
    #[command(flatten)]
    range: place::RangeArguments,
    /// Minimum, maximum and mean in N equal slices instead of the samples
    #[arg(long, value_name = "N")]
    points: Option<u32>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Json,
    Mseed,
    Parquet,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let archive = place::open(arguments.place.archive.as_deref(), Access::Read)?;
    let format = if arguments.json { Format::Json } else { arguments.format };
    let asked = &arguments.events;
    if asked.events || asked.notes || asked.limits {
        return texts(&archive, arguments, format);
    }
    let series = archive.series();
    let Some(channel) = arguments.channel.as_deref().filter(|_| !arguments.list) else {
        return list(&series, format);
    };
    let summary = find(&series, channel)?;
    let range = arguments.range.within(summary.span)?;
    anyhow::ensure!(
        !range.is_empty(),
        "{} to {} is no range: --to must be after --from; {} has data from {} to {}",
        iso(range.start, 3),
        iso(range.end, 3),
        summary.key,
        iso(summary.span.start, 3),
        iso(summary.span.end, 3)
    );
    let keys = std::slice::from_ref(&summary.key);
    let found = match (arguments.points, format) {
        (Some(_), Format::Mseed) => bail!("miniSEED holds samples: leave --points out"),
        (Some(_), Format::Parquet) => bail!("Parquet holds samples: leave --points out"),
        (Some(points), _) => slices(&archive, &summary.key, range, points, format)?,
        (None, Format::Csv) => {
            let mut out = output::stream();
            let lines = export::csv(&archive, keys, range, &output::never(), &mut out)?;
            out.flush().map_err(|e| anyhow!(output::unwritable(&e)))?;
            lines
        }
        (None, Format::Json) => samples_as_json(&archive, &summary.key, range)?,
        (None, Format::Mseed) => {
            let mut out = output::stream();
            let bytes = export::mseed(&archive, keys, range, &mut out)?;
            out.flush().map_err(|e| anyhow!(output::unwritable(&e)))?;
            bytes
        }
        (None, Format::Parquet) => {
            let mut out = output::stream();
            let samples = export::parquet(&archive, summary, range, &output::never(), &mut out)?;
            out.flush().map_err(|e| anyhow!(output::unwritable(&e)))?;
            samples
        }
    };
    if found == 0 {
        let [from, to, first, end] =
            [range.start, range.end, summary.span.start, summary.span.end].map(|t| iso(t, 3));
        output::message(&format!(
            "no sample of {} from {from} to {to}; its data reach from {first} to {end}",
            summary.key
        ));
    }
    Ok(Outcome::Done)
}

/// Event messages, log entries or changes of limits of the range.
fn texts(archive: &Archive, arguments: &Arguments, format: Format) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        matches!(format, Format::Csv | Format::Json),
        "event messages, log entries and changes of limits are printed as csv or json"
    );
    let range = arguments.range.within(TimeRange::ALL)?;
    let as_json = format == Format::Json;
    if arguments.events.limits {
        limits::run(archive, &arguments.events, range, as_json)
    } else if arguments.events.notes {
        notes::run(archive, &arguments.events, range, as_json)
    } else {
        events::run(archive, &arguments.events, range, as_json)
    }
}

/// The series that a name means: exactly, or the only one of that name.
fn find<'a>(series: &'a [SeriesSummary], name: &str) -> anyhow::Result<&'a SeriesSummary> {
    let key = SeriesKey::parse(name);
    if let Some(found) = series.iter().find(|s| s.key == key) {
        return Ok(found);
    }
    let same: Vec<_> = series.iter().filter(|s| s.key.name == name).collect();
    match same.as_slice() {
        [only] => Ok(only),
        [] => bail!("{name} is not in this archive; --list shows what is"),
        several => {
            let names: Vec<_> = several.iter().map(|s| s.key.to_string()).collect();
            bail!("{name} has several products; name one of {}", names.join(", "))
        }
    }
}

fn list(series: &[SeriesSummary], format: Format) -> anyhow::Result<Outcome> {
    if format == Format::Json {
        output::json(&series)?;
        return Ok(Outcome::Done);
    }
    output::line("series,unit,rate_hz,samples,from_utc,to_utc");
    for s in series {
        output::line(&format!(
            "{},{},{},{},{},{}",
            s.key,
            s.unit,
            s.rate_hz,
            s.samples,
            iso(s.span.start, 6),
            iso(s.span.end, 6)
        ));
    }
    Ok(Outcome::Done)
}

fn slices(
    archive: &Archive,
    key: &SeriesKey,
    range: TimeRange,
    points: u32,
    format: Format,
) -> anyhow::Result<u64> {
    anyhow::ensure!((1..=16_384).contains(&points), "--points takes 1 to 16384");
    let (buckets, _) = archive.min_max(key, range, points, &output::never())?;
    let width = range.duration_s() / f64::from(points);
    let start = |i: usize| iso(range.start.plus_s(width * i as f64), 6);
    let samples = buckets.iter().map(|b| b.count).sum();
    let filled = || buckets.iter().enumerate().filter(|(_, b)| b.count > 0);
    let mean = |b: &Bucket| b.mean().unwrap_or(f64::NAN);
    if format == Format::Json {
        let rows: Vec<_> = filled()
            .map(|(i, b)| json!({ "from": start(i), "min": b.min, "max": b.max, "mean": mean(b), "count": b.count }))
            .collect();
        output::json(&json!({ "series": key.to_string(), "slices": rows }))?;
        return Ok(samples);
    }
    output::line("from_utc,min,max,mean,count");
    for (i, b) in filled() {
        output::line(&format!("{},{},{},{},{}", start(i), b.min, b.max, mean(b), b.count));
    }
    Ok(samples)
}

fn samples_as_json(archive: &Archive, key: &SeriesKey, range: TimeRange) -> anyhow::Result<u64> {
    let mut out = output::stream();
    let head = format!("{{\"series\":{},\"samples\":[", serde_json::to_string(&key.to_string())?);
    let unwritable = |e: std::io::Error| anyhow!(output::unwritable(&e));
    out.write_all(head.as_bytes()).map_err(unwritable)?;
    let mut first = true;
    let count = export::each_piece(archive, key, range, &output::never(), &mut |times, values| {
        for (time, value) in times.iter().zip(values) {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            // JSON has no infinities; a sample that is one is written as null.
            let value = if value.is_finite() { value.to_string() } else { "null".into() };
            write!(out, "{comma}[\"{}\",{value}]", iso(*time, 6))?;
        }
        Ok(())
    })?;
    out.write_all(b"]}\n").and_then(|()| out.flush()).map_err(unwritable)?;
    Ok(count)
}
