//! What to fetch, cut into parts that are asked for one by one.

use std::fmt;

use crate::format::xmltree::print_time;
use crate::time::{Instant, TimeRange};

use super::FdsnSource;

const NS: i64 = 1_000_000_000;
const DAY_S: i64 = 86_400;
/// Shortest part that a request is split into.
const MIN_PART_S: i64 = 60;
/// Most parts of one fetch: a hundred years of one channel by the day.
const MAX_PARTS: i64 = 36_525;

/// Why a plan cannot be carried out, as a sentence that says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(pub String);

/// A channel pattern `NET.STA.LOC.CHA`; `*` and `?` are wildcards, a blank location is `--`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern {
    /// Network.
    pub network: String,
    /// Station.
    pub station: String,
    /// Location, `--` where blank.
    pub location: String,
    /// Channel.
    pub channel: String,
}

impl ChannelPattern {
    /// Reads `NET.STA.LOC.CHA`.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let fault = |why: &str| {
            Err(PlanError(format!(
                "\"{text}\" is no channel: {why}. Write NET.STA.LOC.CHA, for example \
                 XB.ELYSE.02.BH?, with -- for a blank location."
            )))
        };
        let parts: Vec<&str> = text.trim().split('.').collect();
        let [network, station, location, channel] = parts[..] else {
            return fault("it needs four parts with dots between");
        };
        let location = if location.trim().is_empty() { "--" } else { location };
        for part in [network, station, location, channel] {
            if part.is_empty() || part.len() > 32 {
                return fault("a part is empty or too long");
            }
            let good = |b: u8| b.is_ascii_alphanumeric() || b"*?-,".contains(&b);
            if !part.bytes().all(good) {
                return fault("a part has a character that codes do not have");
            }
        }
        Ok(Self {
            network: network.to_owned(),
            station: station.to_owned(),
            location: location.to_owned(),
            channel: channel.to_owned(),
        })
    }

    /// As query parameters.
    fn query(&self) -> String {
        let Self { network, station, location, channel } = self;
        let text =
            format!("network={network}&station={station}&location={location}&channel={channel}");
        text.replace('?', "%3F")
    }

    /// Address of the availability of these channels.
    pub(super) fn availability_url(&self, source: &FdsnSource, range: TimeRange) -> String {
        format!(
            "{}/fdsnws/availability/1/query?{}&starttime={}&endtime={}&merge=quality,overlap\
             &format=text&nodata=204",
            source.base,
            self.query(),
            iso(range.start),
            iso(range.end)
        )
    }

    /// As part of a file name.
    fn file_name(&self) -> String {
        self.to_string().replace('*', "+").replace('?', "_")
    }

    /// How many channels it stands for, and their samples per second, from the band codes of
    /// FACTS 2.3: a guess for when no service tells.
    pub(super) fn guess(&self) -> (f64, f64) {
        let mut channels = 0.0;
        let mut rate: f64 = 0.0;
        for code in self.channel.split(',') {
            let mut codes = code.chars();
            let band = codes.next().unwrap_or('*');
            // Three components where the last letter is open.
            channels += if matches!(codes.last(), Some('*' | '?') | None) { 3.0 } else { 1.0 };
            rate = rate.max(match band {
                'H' | 'E' => 100.0,
                'M' => 2.0,
                'L' => 1.0,
                'V' => 0.1,
                'U' => 0.01,
                'R' => 0.001,
                _ => 20.0,
            });
        }
        (channels, rate)
    }
}

impl fmt::Display for ChannelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.network, self.station, self.location, self.channel)
    }
}

/// What to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchPlan {
    /// Which channels.
    pub channels: Vec<ChannelPattern>,
    /// Which time.
    pub range: TimeRange,
    /// Whether to bring waveforms (miniSEED).
    pub waveforms: bool,
    /// Whether to bring station metadata (StationXML with responses).
    pub stations: bool,
    /// Whether to bring events (QuakeML).
    pub events: bool,
    /// Length of a waveform part in seconds; parts start at its multiples since 1970.
    pub chunk_s: i64,
}

impl FetchPlan {
    /// Waveforms, metadata and events of some channels, by the UTC day.
    pub fn new(channels: Vec<ChannelPattern>, range: TimeRange) -> Self {
        Self { channels, range, waveforms: true, stations: true, events: true, chunk_s: DAY_S }
    }

    /// The parts in the order in which they are fetched: metadata first, then events, then
    /// waveforms by time.
    pub fn parts(&self) -> Result<Vec<Part>, PlanError> {
        let fault = |text: &str| Err(PlanError(text.to_owned()));
        if self.channels.is_empty() && (self.waveforms || self.stations) {
            return fault("No channel was given. Name at least one, for example XB.ELYSE.02.BH?.");
        }
        if self.range.is_empty() {
            return fault("The time range is empty. Give a start and a later end.");
        }
        let chunk_ns = self.chunk_s.max(MIN_PART_S).saturating_mul(NS);
        let chunks = self.range.duration_ns() / chunk_ns;
        let open = self.range.start == Instant::MIN || self.range.end == Instant::MAX;
        if self.waveforms && (open || chunks > MAX_PARTS) {
            return fault("The time range is too long for waveforms. Give a start and an end.");
        }
        let mut parts = Vec::new();
        if self.stations {
            let all = self.channels.iter();
            parts.extend(all.map(|c| Part::new(PartFormat::StationXml, Some(c), self.range)));
        }
        if self.events {
            parts.push(Part::new(PartFormat::QuakeMl, None, self.range));
        }
        if self.waveforms {
            let mut from = self.range.start;
            while from < self.range.end {
                let next = (from.unix_ns().div_euclid(chunk_ns) + 1).saturating_mul(chunk_ns);
                let until = Instant::from_unix_ns(next).min(self.range.end);
                let range = TimeRange::new(from, until);
                let all = self.channels.iter();
                parts.extend(all.map(|c| Part::new(PartFormat::MiniSeed, Some(c), range)));
                from = until;
            }
        }
        if parts.is_empty() {
            return fault("Nothing was asked for. Choose waveforms, stations or events.");
        }
        Ok(parts)
    }
}

/// What the bytes of a part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartFormat {
    /// miniSEED records.
    MiniSeed,
    /// A StationXML document.
    StationXml,
    /// A QuakeML document.
    QuakeMl,
}

impl PartFormat {
    /// The archive's identifier of the format.
    pub const fn id(self) -> &'static str {
        match self {
            Self::MiniSeed => "mseed",
            Self::StationXml => "stationxml",
            Self::QuakeMl => "quakeml",
        }
    }

    /// As named in a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::MiniSeed => "miniSEED",
            Self::StationXml => "StationXML",
            Self::QuakeMl => "QuakeML",
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it asks for.
    pub format: PartFormat,
    /// Which channels; none for events.
    pub channel: Option<ChannelPattern>,
    /// Which time.
    pub range: TimeRange,
}

impl Part {
    fn new(format: PartFormat, channel: Option<&ChannelPattern>, range: TimeRange) -> Self {
        Self { format, channel: channel.cloned(), range }
    }

    /// File name that stays the same from one fetch to the next.
    pub fn name(&self) -> String {
        let what = self.channel.as_ref().map_or_else(|| "events".into(), ChannelPattern::file_name);
        let extension = match self.format {
            PartFormat::MiniSeed => "mseed",
            PartFormat::StationXml => "stationxml",
            PartFormat::QuakeMl => "quakeml",
        };
        let time = |t: Instant| iso(t).replace(':', "");
        format!("{what}_{}_{}.{extension}", time(self.range.start), time(self.range.end))
    }

    /// Address of the request.
    pub(super) fn url(&self, source: &FdsnSource) -> String {
        let base = &source.base;
        let channel = self.channel.as_ref().map_or_else(String::new, ChannelPattern::query);
        // The services include the end, a part does not.
        let last = iso(self.range.end.plus_ns(-1000).max(self.range.start));
        let times = format!("starttime={}&endtime={last}", iso(self.range.start));
        match self.format {
            PartFormat::MiniSeed => {
                format!("{base}/fdsnws/dataselect/1/query?{channel}&{times}&nodata=204")
            }
            PartFormat::StationXml => format!(
                "{base}/fdsnws/station/1/query?{channel}&{times}&level=response&format=xml\
                 &nodata=204"
            ),
            PartFormat::QuakeMl => {
                format!("{base}{}?{times}&format=xml&nodata=204", source.event_path)
            }
        }
    }

    /// Its two halves, for a server that finds it too large; none where it is short already.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        let seconds = self.range.duration_ns() / NS;
        if seconds < 2 * MIN_PART_S || self.format == PartFormat::StationXml {
            return None;
        }
        let middle = self.range.start.plus_ns(seconds / 2 * NS);
        let half = |start, end| Self { range: TimeRange::new(start, end), ..self.clone() };
        Some([half(self.range.start, middle), half(middle, self.range.end)])
    }
}

/// `YYYY-MM-DDThh:mm:ss`, with microseconds where there are any.
pub(super) fn iso(t: Instant) -> String {
    let text = print_time(t);
    let text = text.trim_end_matches('Z');
    text.strip_suffix(".000000").unwrap_or(text).to_owned()
}
