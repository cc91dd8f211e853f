//! Audit trail: every record of the journal in words, searched and exported.

mod model;
mod ui;

pub use ui::AuditTrail;
