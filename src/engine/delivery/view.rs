//! What a screen shows of the exchange folder: plain data.

use std::path::PathBuf;
use std::sync::Arc;

use super::approvals::Approvals;
use super::check::Checked;
use super::receipt::Receipt;
use crate::problem::Problem;
use crate::time::Instant;

/// A package in the exchange folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageView {
    /// File name without its ending.
    pub stem: String,
    /// When it was put there, by the file system.
    pub placed: Option<Instant>,
    /// What it was found to be; none where it could not be read at all.
    pub checked: Option<Checked>,
    /// Who approved it.
    pub approvals: Option<Approvals>,
    /// All that is wrong with the package and its approvals.
    pub problems: Vec<Problem>,
}

/// A receipt in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptView {
    /// Name of its file.
    pub file: String,
    /// What it says; none where it cannot be read.
    pub receipt: Option<Receipt>,
    /// Stem of the package that it is about; empty where it is refused.
    pub stem: String,
    /// Why it is refused; empty where it counts.
    pub refused: String,
}

/// The exchange folder as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExchangeView {
    /// Where it is; empty where there is none.
    pub folder: PathBuf,
    /// Packages that were delivered, by stem.
    pub outbox: Vec<Arc<PackageView>>,
    /// Packages that came, by stem.
    pub inbox: Vec<Arc<PackageView>>,
    /// Receipts that came, by file.
    pub receipts: Vec<ReceiptView>,
    /// What could not be read of the folder.
    pub problems: Vec<Problem>,
    /// Files that are looked at in a later scan.
    pub left: usize,
}

impl ExchangeView {
    /// The newest receipt that counts of a package that was delivered.
    pub fn receipt(&self, stem: &str) -> Option<&Receipt> {
        let own = self.receipts.iter().filter(|one| one.refused.is_empty() && one.stem == stem);
        own.filter_map(|one| one.receipt.as_ref()).max_by_key(|one| (one.time, one.status))
    }
}
