//! The form for event requests, what the planning dictionaries say of them, answers to orders.

mod form;
mod models;
mod outcome;
mod typed;

pub use form::RequestForm;
pub use models::{Models, Standing};
pub use outcome::Outcome;
pub use typed::{left_text, window_text};
