//! The form for event requests, what the planning dictionaries say of them, answers to orders.

mod asked;
mod form;
mod models;
mod typed;

pub use asked::Asked;
pub use form::RequestForm;
pub use models::{Models, Standing};
pub use typed::{left_text, window_text};
