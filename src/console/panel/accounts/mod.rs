//! Accounts: the first administrator, logging in, the own password; for administrators all others.

mod add;
mod grid;
mod list;
mod model;
mod seat;
mod secret;
mod ui;

pub use ui::AccountsPanel;
