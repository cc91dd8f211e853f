//! The ways of commands to the spacecraft: how each fares, and the form that sets it up.

mod form;
mod list;
mod model;

pub(super) use list::Uplinks;
