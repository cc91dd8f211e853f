//! The form that changes the limits of a parameter: numbers or states by severity, a reason, and
//! what the newest value would be judged as.

mod model;
mod ui;

pub use ui::LimitForm;
