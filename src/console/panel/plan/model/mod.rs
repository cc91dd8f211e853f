//! What the Plan panel knows, without painting anything.

pub(super) mod actual;
pub(super) mod calendar;
pub(super) mod changes;
pub(super) mod desk;
pub(super) mod edits;
pub(super) mod examples;
pub(super) mod exchange;
pub(super) mod goals;
pub(super) mod judge;
pub(super) mod line;
pub(super) mod listing;
pub(super) mod merging;
pub(super) mod picture;
pub(super) mod rows;
pub(super) mod snapping;
