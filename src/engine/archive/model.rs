//! What the archive holds, as plain data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// A series: its name and which product of it.
///
/// Raw and processed data of one channel stand side by side under different product identities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Channel `NET.STA.LOC.CHA` or qualified parameter name `/mission/instrument/parameter`.
    pub name: String,
    /// Product identity: `raw`, `simulated`, or the name of a processing such as
    /// `VBB_corrected_ISAE_v4`.
    pub product: String,
}

impl SeriesKey {
    /// From name and product.
    pub fn new(name: impl Into<String>, product: impl Into<String>) -> Self {
        Self { name: name.into(), product: product.into() }
    }

    /// From `name@product`; without `@` the product is `raw`.
    pub fn parse(text: &str) -> Self {
        match text.split_once('@') {
            Some((name, product)) => Self::new(name, product),
            None => Self::new(text, "raw"),
        }
    }

    /// Whether the data come from the simulator.
    pub fn is_simulated(&self) -> bool {
        self.product == "simulated"
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.product == "raw" {
            write!(f, "{}", self.name)
        } else {
            write!(f, "{}@{}", self.name, self.product)
        }
    }
}

/// Where a series is stored, and so what is known of its sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SeriesKind {
    /// Evenly sampled records (miniSEED).
    Waveform,
    /// Values with a time each.
    Parameter,
}

/// One line of the series list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSummary {
    /// Which series.
    pub key: SeriesKey,
    /// Kind of storage.
    pub kind: SeriesKind,
    /// Unit as printed; empty where none is known.
    pub unit: String,
    /// Nominal samples per second; 0 where it is not periodic.
    pub rate_hz: f64,
    /// From the first sample to just after the last one.
    pub span: TimeRange,
    /// Number of samples stored, overlaps counted.
    pub samples: u64,
}

/// Minimum, maximum and sum of the samples whose time falls into one slice of a range.
///
/// The extremes are exact. Over a waveform, where a slice holds eight records or more, the sum and
/// count of a record across a slice's edge may be shared out in proportion to its time.
///
/// `count == 0` is a slice without data: a gap when it is wider than the sampling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Smallest sample.
    pub min: f64,
    /// Largest sample.
    pub max: f64,
    /// Sum of the samples; the mean is `sum / count`.
    pub sum: f64,
    /// Number of samples.
    pub count: u64,
}

impl Bucket {
    /// A slice without data.
    pub const EMPTY: Self = Self { min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0, count: 0 };

    /// Mean of the samples; none where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// Adds one sample. A NaN is no sample: it counts as missing.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value;
        self.count += 1;
    }

    /// Adds another slice.
    pub fn merge(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
        self.count += other.count;
    }
}

/// The newest sample of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatestValue {
    /// Time of the sample.
    pub time: Instant,
    /// Its value.
    pub value: f64,
}

/// Decoded values of parameters that share one time column (one packet type).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterBatch {
    /// Product identity, as in [`SeriesKey`].
    pub product: String,
    /// Qualified parameter names, one per column.
    pub names: Vec<String>,
    /// Units, one per column.
    pub units: Vec<String>,
    /// Generation times, ascending or not.
    pub times: Vec<Instant>,
    /// `columns[p][i]` is the value of parameter `p` at `times[i]`; NaN where it has none.
    pub columns: Vec<Vec<f64>>,
}

/// Number of a product in one archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub i64);

/// A file to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewProduct {
    /// File name as delivered.
    pub name: String,
    /// Format identifier: `mseed`, `stationxml`, `quakeml`, `pds3`, `pds4`, `chemcam`, `csv`, …
    pub format: String,
    /// Mission identifier, empty where unknown.
    pub mission: String,
    /// Instrument identifier, empty where unknown.
    pub instrument: String,
    /// Product identity of the series it brought, empty where it brought none.
    pub product: String,
    /// Time that the content covers, where it has one.
    pub span: Option<TimeRange>,
    /// What it is, in one line.
    pub summary: String,
    /// Label as text (PDS label, CSV header, …), empty where there is none.
    pub label: String,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A file that the archive holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Number in this archive.
    pub id: ProductId,
    /// What was said of it on ingest.
    pub about: NewProduct,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// When it was stored.
    pub stored: Instant,
}

/// A phase pick or mark of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// Phase hint: `P`, `S`, `Pg`, `start`, `end`, `noise_start`, …
    pub phase: String,
    /// When.
    pub time: Instant,
    /// Uncertainty in seconds, where given.
    pub uncertainty_s: Option<f64>,
}

/// A marsquake or another timed happening of a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique identifier in its source (public id).
    pub id: String,
    /// Name, e.g. `S0235b`.
    pub name: String,
    /// Mission identifier.
    pub mission: String,
    /// Type in the words of the source, e.g. `BROADBAND`.
    pub kind: String,
    /// Location quality A to D, empty where none.
    pub quality: String,
    /// Origin time; start of the event where no origin is known.
    pub time: Instant,
    /// From start to end of the signal.
    pub span: Option<TimeRange>,
    /// Epicentre latitude, degrees north, only where it was located.
    pub latitude_deg: Option<f64>,
    /// Epicentre longitude, degrees east 0 to 360.
    pub longitude_deg: Option<f64>,
    /// Depth in kilometres.
    pub depth_km: Option<f64>,
    /// Distance from the station in degrees.
    pub distance_deg: Option<f64>,
    /// Azimuth from the station to the event (back azimuth) in degrees.
    pub back_azimuth_deg: Option<f64>,
    /// Least and greatest distance, degrees, one standard deviation to either side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_bounds_deg: Option<(f64, f64)>,
    /// First and last azimuth clockwise, degrees, one standard deviation to either side; the first
    /// may be negative, the last above 360, so that they ascend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_azimuth_bounds_deg: Option<(f64, f64)>,
    /// Standard deviations of latitude and longitude, degrees of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epicentre_error_deg: Option<(f64, f64)>,
    /// Preferred magnitude.
    pub magnitude: Option<f64>,
    /// Its type, e.g. `MW`.
    pub magnitude_type: String,
    /// Picks and marks.
    pub picks: Vec<Pick>,
    /// Whether the simulator made it.
    pub simulated: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The view moved on.
    #[error("cancelled")]
    Cancelled,
    /// No such series or product in this archive.
    #[error("{0} is not in this archive")]
    Unknown(String),
    /// Reading failed; the sentence says what to do.
    #[error("{0}")]
    Failed(String),
}

/// A row of the alarm journal: what was found in a series, or what an operator did. The body is
/// text that the archive does not look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRow {
    /// Number in the order of writing; given by the archive.
    pub seq: i64,
    /// The series that the alarm is about.
    pub key: SeriesKey,
    /// When it takes effect: time of the data, or of the operator's clock.
    pub time: Instant,
    /// Whether it was found in the data; such rows are replaced when the data are looked through
    /// again.
    pub found: bool,
    /// What it says.
    pub body: String,
}

/// How far a series has been looked through for alarms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmMark {
    /// Which series.
    pub key: SeriesKey,
    /// What is needed to go on from there.
    pub body: String,
}
