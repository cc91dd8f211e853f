//! Deliveries: packages for another center in an exchange folder, and the receipts that come back.
//!
//! [`package()`] puts saved versions of documents into a zip archive with a manifest; it is approved
//! and released like a command ([`prepared`]). [`Exchange`] puts the released bytes into `outbox/`
//! with the approvals beside them, and reads `inbox/`: receipts, which have to name the hash of a
//! package of ours, and packages of others, which [`check()`] judges. Nothing that comes from outside
//! is trusted or unpacked to files.

mod approvals;
mod check;
mod exchange;
mod manifest;
mod package;
mod part;
mod receipt;
mod scan;
#[cfg(test)]
mod tests;
mod text;
mod view;

pub use approvals::{APPROVALS_ENDING, Approvals, ApprovedBy, JournalEnd};
pub use check::{Checked, FileCheck, check};
pub use exchange::{Exchange, ExchangeError, against, found_in};
pub use manifest::{DictionaryName, FileKind, Heading, MANIFEST, Manifest, ManifestFile};
pub use package::{package, prepared};
pub use part::{Encoding, Origin, Part};
pub use receipt::{RECEIPT_ENDING, Receipt, ReceiptStatus};
pub use view::{ExchangeView, PackageView, ReceiptView};
