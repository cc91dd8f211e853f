//! What the operator has selected; shared by all panels.

use marsdeck_engine::archive::{ProductId, SeriesKey};
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
    /// Series of the Plots panel, in order.
    pub plotted: Vec<SeriesKey>,
}
