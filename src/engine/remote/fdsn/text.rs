//! The text answer of the availability service (FDSN Availability 1.0): one line per span.

use crate::format::xmltree::parse_time;
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// One span of data.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Channel `NET.STA.LOC.CHA`.
    pub channel: String,
    /// Samples per second.
    pub rate_hz: f64,
    /// From the first to the last sample.
    pub range: TimeRange,
}

/// Most spans and problems that are kept.
const MAX_SPANS: usize = 100_000;

/// Reads the answer. The columns are found by the header line, since some requests merge a few
/// away: `#Network Station Location Channel Quality SampleRate Earliest Latest …`.
pub fn read_availability(text: &str) -> (Vec<Span>, Vec<Problem>) {
    let mut spans = Vec::new();
    let mut problems = Vec::new();
    let mut names: Vec<String> = [
        "network",
        "station",
        "location",
        "channel",
        "quality",
        "samplerate",
        "earliest",
        "latest",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let at = offset;
        offset += line.len() as u64;
        let line = line.trim();
        if let Some(header) = line.strip_prefix('#') {
            names = cells(header).into_iter().map(str::to_ascii_lowercase).collect();
        } else if !line.is_empty() {
            match span(line, &names) {
                Some(span) => spans.push(span),
                None => problems.push(Problem::at(at, "availability", "not a span of data")),
            }
        }
        if spans.len() + problems.len() >= MAX_SPANS {
            problems.push(Problem::at(offset, "availability", "too long; the rest was left out"));
            break;
        }
    }
    (spans, problems)
}

/// Columns are separated by `|` or by blanks.
fn cells(line: &str) -> Vec<&str> {
    if line.contains('|') {
        line.split('|').map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    }
}

fn span(line: &str, names: &[String]) -> Option<Span> {
    let cells = cells(line);
    let cell =
        |name: &str| names.iter().position(|n| n == name).and_then(|i| cells.get(i).copied());
    let location = cell("location")?.trim_matches('-');
    let rate_hz = cell("samplerate").map_or(Some(0.0), |text| text.parse::<f64>().ok())?;
    let time = |name: &str| -> Option<Instant> { parse_time(cell(name)?) };
    Some(Span {
        channel: format!(
            "{}.{}.{location}.{}",
            cell("network")?,
            cell("station")?,
            cell("channel")?
        ),
        rate_hz: if rate_hz.is_finite() { rate_hz.max(0.0) } else { 0.0 },
        range: TimeRange::new(time("earliest")?, time("latest")?),
    })
}
