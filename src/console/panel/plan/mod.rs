//! The Plan panel: activities on a timeline, checked while they are edited, placed for goals, saved
//! in versions, prepared for uplink.

mod model;
mod ui;

pub use ui::PlanPanel;
