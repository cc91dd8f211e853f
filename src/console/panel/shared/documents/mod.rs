//! Documents that are texts, in a panel: open, save, versions, conflicts, preparing for uplink.
//!
//! [`DocumentDesk`] keeps which version is edited and what was asked of commanding; the text itself
//! belongs to the panel.

mod bar;
mod desk;
mod lines;
mod paint;

pub use desk::{Brought, DocumentDesk};
pub use paint::version_choice;
