//! Tests of event requests: by hand, against the planning dictionary, and against a model.

mod life;
mod make;
mod model;
mod refusals;
mod values;
