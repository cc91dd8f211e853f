//! The console of marsdeck: the window and the command line.
//!
//! Panels read a snapshot and the answers of their queries, and may only send intents;
//! nothing is mutated while painting but a panel's own view state.

pub mod app;
pub mod cli;
pub mod clock;
pub mod globe;
pub mod intent;
pub mod panel;
pub mod plot;
pub mod state;
pub mod theme;
pub mod timeline;
pub mod view;
pub mod widget;
