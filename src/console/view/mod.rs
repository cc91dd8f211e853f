//! What a panel is given to paint with, and the cache of its queries.

mod alarms;
mod context;
mod curves;
mod links;
mod queries;

pub use alarms::{AlarmsAt, AlarmsStamp};
pub use context::{LiveDesk, Panel, ViewContext, panel_states, restore_panels};
pub use curves::{CurveAnswer, CurveParts, ask_curve, ask_samples};
pub use links::{chosen_link, link_severity, link_word, worst_link};
pub use queries::{Pending, Queries};
