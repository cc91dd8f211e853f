//! Events: what the spacecraft said, around the time cursor.

mod model;
mod ui;

pub use ui::Events;
