//! The exchange folder: `outbox/` for what is delivered, `inbox/` for receipts and for what comes.
//!
//! A package and its approvals share a stem, `MISSION_NAME_NUMBER_HASH`, and are never overwritten.
//! The approvals are written first, so that a package that can be seen has them beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::approvals::{APPROVALS_ENDING, Approvals, ApprovedBy, JournalEnd};
use super::check::check;
use super::receipt::{RECEIPT_ENDING, Receipt, ReceiptStatus};
use super::scan::{Budget, Stamp, list, read};
use super::text::file_name;
use super::view::{ExchangeView, PackageView, ReceiptView};
use crate::command::{CommandItem, Desk, Digest, Head, Record, Role, Stage, Target, Uid};
use crate::problem::Problem;
use crate::storage::{StorageError, create_folder, write_whole};
use crate::time::Instant;

const PACKAGE_ENDING: &str = ".zip";
/// Longest receipt in bytes.
const MOST_RECEIPT: usize = 64 << 10;

/// Why a package was not delivered.
#[derive(Debug)]
pub enum ExchangeError {
    /// It stands in the outbox already.
    Exists(PathBuf),
    /// What is to go is not what was released.
    Unfit(String),
    /// A file could not be written.
    Storage(StorageError),
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{} is in the outbox already and is not written again: look for its receipt",
                path.display()
            ),
            Self::Unfit(reason) => f.write_str(reason),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ExchangeError {}

/// A file and what was read of it.
struct Kept<T> {
    stamps: [Stamp; 2],
    value: T,
}

type Packages = BTreeMap<String, Kept<Arc<PackageView>>>;

/// The exchange folder.
pub struct Exchange {
    folder: PathBuf,
    outbox: Packages,
    inbox: Packages,
    /// By file name.
    receipts: BTreeMap<String, Kept<Result<Receipt, String>>>,
    /// Receipts that were handed out.
    told: BTreeSet<(String, Digest)>,
    fresh: Vec<Receipt>,
    view: ExchangeView,
}

impl Exchange {
    /// Opens the folder, which is made where it is missing; nothing is read before [`Self::scan`].
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        for name in ["outbox", "inbox"] {
            create_folder(&folder.join(name))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            outbox: Packages::new(),
            inbox: Packages::new(),
            receipts: BTreeMap::new(),
            told: BTreeSet::new(),
            fresh: Vec::new(),
            view: ExchangeView { folder: folder.to_owned(), ..ExchangeView::default() },
        })
    }

    /// Puts a released package into the outbox, durably, its approvals beside it. `head` is the end
    /// of the audit journal after the release.
    pub fn deliver(
        &mut self,
        item: &CommandItem,
        bytes: &[u8],
        head: Option<Head>,
        now: Instant,
    ) -> Result<PathBuf, ExchangeError> {
        let prepared = item.sealed.prepared();
        let sha256 = Digest::of(bytes);
        if prepared.target != Target::Delivery || item.sealed.bytes_digest() != sha256 {
            let reason = "these bytes are not the package that was approved: nothing was written";
            return Err(ExchangeError::Unfit(reason.to_owned()));
        }
        let (mission, name) = (file_name(&prepared.mission), file_name(&prepared.name));
        let stem = format!("{mission}_{name}_{}_{}", item.uid.0, sha256.short());
        let outbox = self.folder.join("outbox");
        let path = outbox.join(format!("{stem}{PACKAGE_ENDING}"));
        if path.symlink_metadata().is_ok() {
            return Err(ExchangeError::Exists(path));
        }
        let role = |role: &Role| format!("{role:?}").to_lowercase();
        let approvals = item.approvals.iter().map(|one| ApprovedBy {
            who: one.who.clone(),
            roles: one.roles.iter().map(role).collect(),
            time: one.time,
            digest: one.digest,
        });
        let beside = Approvals {
            mission: prepared.mission.clone(),
            name: prepared.name.clone(),
            command: item.uid.0,
            command_sha256: item.sealed.digest(),
            approvals: approvals.collect(),
            journal: head.map(|Head { number, hash }| JournalEnd { record: number, hash }),
            ..Approvals::new(&format!("{stem}{PACKAGE_ENDING}"), sha256, now)
        };
        create_folder(&outbox).map_err(ExchangeError::Storage)?;
        let approvals_path = outbox.join(format!("{stem}{APPROVALS_ENDING}"));
        write_whole(&approvals_path, beside.to_json().as_bytes())
            .and_then(|()| write_whole(&path, bytes))
            .map_err(ExchangeError::Storage)?;
        Ok(path)
    }

    /// Looks at what was changed in both folders since the last scan and reads a bounded part of
    /// it. Whether the view changed.
    pub fn scan(&mut self) -> Result<bool, StorageError> {
        let (mut problems, mut budget) = (Vec::new(), Budget::new());
        let [outbox, inbox] = ["outbox", "inbox"].map(|name| self.folder.join(name));
        let sent = list(&outbox, &mut problems)?;
        packages(&outbox, &sent, &mut self.outbox, &mut budget);
        for (view, kept) in self.outbox.values_mut().map(|kept| (kept.value.clone(), kept)) {
            if view.approvals.is_none() && view.problems.is_empty() {
                let mut view = (*view).clone();
                let reason = "its approvals are missing: restore the file beside it";
                view.problems.push(Problem::of("approvals", reason));
                kept.value = Arc::new(view);
            }
        }
        for (name, _) in &sent {
            let alone = name.strip_suffix(APPROVALS_ENDING);
            if let Some(stem) = alone.filter(|stem| !has(&sent, &format!("{stem}{PACKAGE_ENDING}")))
            {
                let reason = "its package is missing: it was not delivered whole, or removed";
                problems.push(Problem::of(name.clone(), reason).in_file(stem));
            }
        }
        let came = list(&inbox, &mut problems)?;
        packages(&inbox, &came, &mut self.inbox, &mut budget);
        self.read_receipts(&inbox, &came, &mut budget);
        let receipts = self.judged();
        for one in receipts.iter().filter(|one| one.refused.is_empty()) {
            if let Some(receipt) = &one.receipt {
                let digest = Digest::of(receipt.to_json().as_bytes());
                if self.told.insert((one.file.clone(), digest)) {
                    self.fresh.push(receipt.clone());
                }
            }
        }
        let all = |of: &Packages| of.values().map(|kept| Arc::clone(&kept.value)).collect();
        let view = ExchangeView {
            folder: self.folder.clone(),
            outbox: all(&self.outbox),
            inbox: all(&self.inbox),
            receipts,
            problems,
            left: budget.put_off,
        };
        let is_changed = view != self.view;
        self.view = view;
        Ok(is_changed)
    }

    /// Forgets what was read, so that the next scans read every file again.
    pub fn forget(&mut self) {
        self.outbox.clear();
        self.inbox.clear();
        self.receipts.clear();
    }

    /// Receipts that came since the last call and that count, oldest first; [`found_in`] says what
    /// each means. After a restart all come again.
    pub fn receipts(&mut self) -> Vec<Receipt> {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_by_key(|receipt| (receipt.time, receipt.status));
        fresh
    }

    /// The folder as the last scan found it.
    pub fn view(&self) -> &ExchangeView {
        &self.view
    }

    fn read_receipts(&mut self, inbox: &Path, came: &[(String, Stamp)], budget: &mut Budget) {
        let own = came.iter().filter(|(name, _)| name.ends_with(RECEIPT_ENDING));
        let names: BTreeSet<&str> = own.clone().map(|(name, _)| name.as_str()).collect();
        self.receipts.retain(|name, _| names.contains(name.as_str()));
        for (name, stamp) in own {
            let stamps = [*stamp, Stamp::default()];
            let is_known = self.receipts.get(name).is_some_and(|kept| kept.stamps == stamps);
            if is_known || !budget.take(stamp.bytes.min(MOST_RECEIPT as u64)) {
                continue;
            }
            let value = if stamp.bytes > MOST_RECEIPT as u64 {
                Err("it is larger than 64 KiB: it is no receipt".to_owned())
            } else {
                let read = read(&inbox.join(name)).and_then(|bytes| Receipt::read(&bytes));
                read.map_err(|problem| problem.reason)
            };
            self.receipts.insert(name.clone(), Kept { stamps, value });
        }
    }

    /// Each receipt with the package that it is about, or why it does not count.
    fn judged(&self) -> Vec<ReceiptView> {
        let judge = |(file, kept): (&String, &Kept<Result<Receipt, String>>)| {
            let file = file.clone();
            let receipt = match &kept.value {
                Ok(receipt) => receipt,
                Err(refused) => {
                    let (stem, refused) = (String::new(), refused.clone());
                    return ReceiptView { file, receipt: None, stem, refused };
                }
            };
            let of = |(_, kept): &(&String, &Kept<Arc<PackageView>>)| {
                let approved = kept.value.approvals.as_ref();
                approved.is_some_and(|of| of.package_sha256 == receipt.package_sha256)
            };
            let mut found = self.outbox.iter().filter(of).map(|(stem, _)| stem);
            // Two deliveries of the same bytes are told apart by the name of the file.
            let named = found.clone().find(|stem| file.starts_with(stem.as_str()));
            let stem = named.or_else(|| found.next()).cloned().unwrap_or_default();
            let refused = if stem.is_empty() {
                format!(
                    "no package of the outbox has the SHA-256 {}…: what they have is another \
                     package, or one that was changed on its way",
                    receipt.package_sha256.short()
                )
            } else {
                String::new()
            };
            ReceiptView { file, receipt: Some(receipt.clone()), stem, refused }
        };
        self.receipts.iter().map(judge).collect()
    }
}

fn has(files: &[(String, Stamp)], name: &str) -> bool {
    files.binary_search_by(|(own, _)| own.as_str().cmp(name)).is_ok()
}

/// Brings the packages of a folder up to date.
fn packages(folder: &Path, files: &[(String, Stamp)], kept: &mut Packages, budget: &mut Budget) {
    let stems: BTreeMap<&str, Stamp> = files
        .iter()
        .filter_map(|(name, stamp)| Some((name.strip_suffix(PACKAGE_ENDING)?, *stamp)))
        .collect();
    kept.retain(|stem, _| stems.contains_key(stem.as_str()));
    for (stem, stamp) in stems {
        let beside = format!("{stem}{APPROVALS_ENDING}");
        let of = files.binary_search_by(|(name, _)| name.cmp(&beside)).ok();
        let of = of.and_then(|at| files.get(at)).map(|(_, stamp)| *stamp);
        let stamps = [stamp, of.unwrap_or_default()];
        let is_known = kept.get(stem).is_some_and(|kept| kept.stamps == stamps);
        if is_known || !budget.take(stamp.bytes) {
            continue;
        }
        let approvals = of.map(|_| folder.join(&beside));
        let path = folder.join(format!("{stem}{PACKAGE_ENDING}"));
        let value = Arc::new(look(stem, &path, stamp, approvals.as_deref()));
        kept.insert(stem.to_owned(), Kept { stamps, value });
    }
}

/// Reads a package and the approvals beside it.
fn look(stem: &str, path: &Path, stamp: Stamp, approvals: Option<&Path>) -> PackageView {
    let mut problems = Vec::new();
    let bytes = read(path).map_err(|problem| problems.push(problem)).ok();
    let checked = bytes.as_deref().map(check);
    problems.extend(checked.iter().flat_map(|checked| checked.problems.clone()));
    let approvals = approvals.and_then(|path| {
        let read = read(path).and_then(|bytes| Approvals::read(&bytes));
        read.map_err(|problem| problems.push(problem)).ok()
    });
    if let (Some(approvals), Some(bytes)) = (&approvals, &bytes) {
        problems.extend(approvals.check(bytes));
    }
    PackageView { stem: stem.to_owned(), placed: stamp.changed, checked, approvals, problems }
}

/// What a receipt says of a delivery: which one, its stage, the evidence in words. None where no
/// delivery of these bytes was released.
pub fn found_in(desk: &Desk, receipt: &Receipt) -> Option<(Uid, Stage, String)> {
    let is_own = |item: &&CommandItem| {
        item.sealed.prepared().target == Target::Delivery
            && item.verification.is_some()
            && item.sealed.bytes_digest() == receipt.package_sha256
    };
    let stage = match receipt.status {
        ReceiptStatus::Received => Stage::Accepted,
        ReceiptStatus::Accepted => Stage::Complete,
        ReceiptStatus::Rejected => Stage::Failed,
    };
    let item = desk.items().rev().find(is_own)?;
    Some((item.uid, stage, receipt.words()))
}

/// What the sender's own audit journal has against an approvals file: whether it was forged, or the
/// journal rewritten since.
pub fn against(approvals: &Approvals, records: &[Record]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |reason: String| problems.push(Problem::of("approvals", reason));
    if let Some(JournalEnd { record, hash }) = approvals.journal {
        match records.iter().find(|own| own.number == record) {
            Some(own) if own.hash == hash => {}
            Some(_) => tell(format!(
                "record {record} of the audit journal is not the one that was noted at the \
                 release: the journal was rewritten, or it is another one"
            )),
            None => {
                tell(format!(
                    "the audit journal has no record {record}: it was cut, or is another one"
                ));
            }
        }
    }
    let desk = Desk::of(records);
    let Some(item) = desk.get(Uid(approvals.command)) else {
        tell(format!("the audit journal knows no delivery #{}", approvals.command));
        return problems;
    };
    let is_same = item.sealed.digest() == approvals.command_sha256
        && item.sealed.bytes_digest() == approvals.package_sha256;
    if !is_same || item.verification.is_none() {
        let uid = item.uid;
        tell(format!(
            "by the audit journal delivery {uid} is another package, or was not released"
        ));
    }
    for one in &approvals.approvals {
        let is_own = |own: &crate::command::Approval| {
            own.who == one.who && own.digest == one.digest && own.time == one.time
        };
        if !item.approvals.iter().any(is_own) {
            tell(format!(
                "the audit journal knows no approval of {} at that time: forged",
                one.who
            ));
        }
    }
    problems
}
