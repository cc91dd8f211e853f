//! What the operator has selected; shared by all panels.

use marsdeck_engine::archive::{ProductId, SeriesKey};
use marsdeck_engine::time::Instant;
use serde::{Deserialize, Serialize};

/// The selection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Event id; empty: none.
    pub event: String,
    /// Mission id in focus; empty: both.
    pub mission: String,
    /// Instrument id in focus.
    pub instrument: String,
    /// Product in focus.
    pub product: Option<ProductId>,
    /// Link in focus, by its name; empty: the first one.
    pub link: String,
    /// Event request in focus, by its identifier; empty: none.
    #[serde(skip)]
    pub request: String,
    /// Series of the Plots panel, in order.
    pub plotted: Vec<SeriesKey>,
    /// What the next log entry is to be about, where a panel asked for one.
    #[serde(skip)]
    pub log: Option<LogTie>,
    /// What globes are to look at, and a number that grows with each such wish.
    #[serde(skip)]
    pub look: Option<(u64, GlobeLook)>,
}

/// A view of the globe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GlobeLook {
    /// Planetocentric latitude of the place in the middle, degrees.
    pub latitude_deg: f64,
    /// Its east longitude, degrees.
    pub longitude_deg: f64,
    /// Distance of the eye from it, metres.
    pub range_m: f64,
    /// Direction that is up on the screen, degrees clockwise from north.
    pub heading_deg: f64,
    /// 0 looks straight down, towards 90 along the ground, degrees.
    pub tilt_deg: f64,
    /// Name of the layout, as the layer list writes it; empty leaves it as it is.
    pub map: String,
    /// Name of the light, as the layer list writes it; empty leaves it as it is.
    pub light: String,
    /// Whether to jump there even where globes fly smoothly.
    pub jump: bool,
    /// Layers to show from now on, by name or identifier, besides those that show.
    pub layers: Vec<String>,
}

/// What a log entry is to be about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogTie {
    /// Grows with each wish, so that the same one can be made twice.
    pub number: u64,
    /// The time that it is about.
    pub time: Instant,
    /// Mission identifier; may be empty.
    pub mission: String,
    /// The series, or the alarm on it.
    pub series: Option<SeriesKey>,
}
