//! Event requests: a window of full-rate data is asked for before the on-board memory overwrites
//! it, accepted by somebody else, commanded, extracted, sent down and stored.
//!
//! All state is a fold over the records of kind [`REQUEST_KIND`] in the audit journal
//! ([`Requests`]), each durable before it takes effect. People act through [`act`]; what commands,
//! on-board messages and stored data show is found by [`Requests::follow`]. [`activities`] and
//! [`commands`] are how a request goes up, [`lineage`] says which request brought some data.
//!
//! Steps and states: FACTS 2.4, after the public descriptions of the Marsquake Service.

mod act;
mod carry;
mod check;
mod event;
mod fold;
mod follow;
mod item;
mod model;
#[cfg(test)]
mod tests;

pub use act::{RequestOrder, Situation, act};
pub use carry::{activities, commands};
pub use check::{Objection, objections, pass_mbit};
pub use event::{REQUEST_KIND, RequestEvent, record_words};
pub use fold::{Requests, lineage};
pub use follow::Evidence;
pub use item::{Progress, RequestItem};
pub use model::{EventRequest, Expected, Part, Sensor, State, Wish};
