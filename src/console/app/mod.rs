//! The window: a frame in three phases (logic, ui, nothing mutates while painting), docked
//! workspaces, messages and jobs.
//!
//! [`App`] drives everything from a snapshot and a queue of intents, so that the window, the
//! offscreen renderer and the tests run the same code.

mod access;
mod alarm;
mod apply;
mod dialogs;
mod dock;
mod frame;
mod frames;
mod kiosk;
mod layouts;
mod messages;
pub mod offscreen;
mod options;
mod own_window;
mod panel_states;
mod repaint;
mod seat;
mod sound;
mod start;
mod status;
mod trees;
mod views;
mod window;
mod workspace;

pub use dock::Pane;
pub use frame::App;
pub use layouts::read_layout;
pub use options::Options;
pub use seat::Seat;
pub use workspace::WORKSPACES;
