//! Commands: prepared, approved, queued, released and followed, in one panel.
//!
//! Only a live view can release; a view of the past shows the commands as they stood at its cursor
//! and has no control that changes them.

mod drafts;
mod follow;
mod later;
mod model;
mod parts;
mod prepare;
mod question;
mod queue;
mod release;
mod ui;
mod uplinks;

pub use ui::Commands;
