//! Exchange: what was delivered to another center, what it answered, and what came from it.

mod details;
mod draft;
mod model;
mod table;
mod ui;

pub use ui::ExchangePanel;
