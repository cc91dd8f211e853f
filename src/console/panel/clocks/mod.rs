//! Clocks: every clock of the cursor's instant, both missions side by side.

mod ui;

pub use ui::Clocks;
