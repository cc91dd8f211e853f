//! Planning: what instruments can do, plans of activities, and what stands against a plan.
//!
//! Pure values: no file, no clock, no random source. A [`Model`] is the dictionary of a mission
//! (activity types, resources, windows, flight rules) read from TOML; a [`Plan`] holds activities
//! and waivers and changes by [`Edit`]s that can be undone; a [`Checker`] simulates the resources,
//! judges the rules and keeps up with edits; [`schedule()`] places activities for goals, which
//! [`read_goals`] reads; plans are compared by [`difference`] and joined by [`merge`].

mod activity;
pub mod aerie;
mod checker;
mod difference;
mod expand;
mod formula;
mod goals;
mod history;
mod load;
mod merge;
mod model;
mod rule;
mod schedule;
mod snap;
pub mod table;
#[cfg(test)]
mod tests;
mod windows;

pub use activity::{
    Activity, ActivityId, Anchor, Edit, EditError, Plan, Value, Waiver, fingerprint,
};
pub use checker::{Checker, Delta, Fix, Profile, ProfilePoint, Span, StatePiece, Violation};
pub use difference::{Difference, FieldChange, difference};
pub use expand::{Expanded, expand};
pub use formula::{Formula, template};
pub use goals::read_goals;
pub use history::{History, Step};
pub use merge::{Conflict, Merge, merge};
pub use model::{
    ActivityType, CommandTemplate, Effect, Limit, Model, Moment, Need, Parameter, ParameterKind,
    Resource, ResourceKind, Set, Supply, WindowKind, WindowSource,
};
pub use rule::{Rule, RuleKind, Selector, Severity};
pub use schedule::{Candidate, Failure, Goal, GoalKind, Placement, Refusal, Schedule, schedule};
pub use snap::{Snap, snap};
pub use windows::Windows;
