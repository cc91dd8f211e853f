//! Documents that people write and change together: plans, sequences, configuration tables.
//!
//! A document is a name with versions; a version never changes and names those it grew from, so
//! that two people who edit at once are told, can see both and join them ([`Documents::common`]
//! finds where they parted). What a version is stands in the audit journal, its content in a file
//! named by its hash. [`Documents`] is the fold of the journal.

mod fold;
mod store;
#[cfg(test)]
mod tests;

pub use fold::{DOCUMENT_KIND, Document, DocumentEvent, DocumentKind, Documents, Version};
pub use store::{Content, DocumentError, MOST_BYTES, Store};
