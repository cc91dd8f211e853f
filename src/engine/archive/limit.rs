//! The journal of limits that operators changed: rows that are never changed, only followed by
//! others.

use crate::mission::Limit;
use crate::time::Instant;

/// One change of the limits of a parameter.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct LimitEdit {
    /// Number in the order of writing; given by the archive.
    pub id: i64,
    /// Name of the parameter; all its products are meant.
    pub name: String,
    /// The limits hold for data of this time and later.
    pub from: Instant,
    /// When it was written.
    pub written: Instant,
    /// Who changed them.
    pub who: String,
    /// Why.
    pub reason: String,
    /// The limits that held for data of `from` before.
    pub before: Vec<Limit>,
    /// The limits that hold from then on; none: those of the mission database again.
    pub after: Option<Vec<Limit>>,
}
