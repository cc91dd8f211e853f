//! Health: how the engine itself fares, what it holds, and which versions run.

mod model;
mod ui;

pub use ui::HealthPanel;
