//! The hand-over report of a sol: what the next shift must know, on one page that prints.
//!
//! [`gather`] reads the archive, [`html`] writes the page; the page needs nothing from outside, and
//! every text from data or people is escaped. PDF: print it from a browser.

mod gather;
mod html;
mod model;
#[cfg(test)]
mod tests;

pub use gather::{ReportError, ReportOrder, gather, lives, write};
pub use html::html;
pub use model::{Coverage, Figures, Life, Open, Report};
