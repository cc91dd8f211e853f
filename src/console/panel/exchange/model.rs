//! What the Exchange panel prints: a row for each package and receipt.

use std::collections::BTreeMap;
use std::sync::Arc;

use marsdeck_engine::command::Digest;
use marsdeck_engine::delivery::{ExchangeView, PackageView, Receipt, ReceiptStatus, ReceiptView};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::Instant;

use crate::clock::utc_text;
use crate::widget::bytes_text;

/// What is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A package of the outbox, by stem.
    Sent(String),
    /// A package of the inbox, by stem.
    Came(String),
    /// A receipt, by the name of its file.
    Receipt(String),
}

/// A row of either table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub key: Key,
    pub severity: Severity,
    /// How it stands, in a word or two.
    pub word: &'static str,
    /// Why.
    pub hint: String,
    /// Name of the package, or whose receipt it is.
    pub name: String,
    /// File name.
    pub file: String,
    /// First digits of the SHA-256.
    pub sha256: String,
    /// Length, or a dash.
    pub size: String,
    /// When it was delivered or came, UTC.
    pub when: String,
    /// Who approved it, or the package that a receipt is about.
    pub about: String,
}

/// How a receipt shows.
pub(super) fn standing(status: ReceiptStatus) -> (Severity, &'static str) {
    match status {
        ReceiptStatus::Received => (Severity::Standby, "received"),
        ReceiptStatus::Accepted => (Severity::Normal, "accepted"),
        ReceiptStatus::Rejected => (Severity::Distress, "rejected"),
    }
}

fn time_text(at: Option<Instant>) -> String {
    at.map_or_else(|| "–".to_owned(), utc_text)
}

fn short(digest: Digest) -> String {
    format!("{}…", digest.short())
}

/// Who approved a package.
pub(super) fn approvals_text(package: &PackageView) -> String {
    let Some(approvals) = &package.approvals else { return "no approvals".to_owned() };
    let names: Vec<&str> = approvals.approvals.iter().map(|one| one.who.as_str()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn package_row(key: Key, package: &PackageView) -> Row {
    let checked = package.checked.as_ref();
    let manifest = checked.and_then(|checked| checked.manifest.as_ref());
    let released = package.approvals.as_ref().map(|approvals| approvals.released);
    let is_sent = matches!(key, Key::Sent(_));
    Row {
        severity: Severity::Critical,
        word: "changed",
        hint: package.problems.first().map(ToString::to_string).unwrap_or_default(),
        name: manifest.map_or_else(|| package.stem.clone(), |manifest| manifest.name.clone()),
        file: format!("{}.zip", package.stem),
        sha256: checked.map_or_else(|| "–".to_owned(), |checked| short(checked.sha256)),
        size: checked.map_or_else(|| "–".to_owned(), |checked| bytes_text(checked.bytes)),
        when: time_text(if is_sent { released.or(package.placed) } else { package.placed }),
        about: approvals_text(package),
        key,
    }
}

/// Everything that is painted of a view, made once for each.
pub(super) struct Lists {
    of: Arc<ExchangeView>,
    pub outbox: Vec<Row>,
    pub inbox: Vec<Row>,
    pub severity: Severity,
    pub summary: String,
}

impl Lists {
    /// Those of a view.
    pub fn new(of: &Arc<ExchangeView>) -> Self {
        let (outbox, inbox) = (outbox(of), inbox(of));
        let (severity, summary) = summary(of, &outbox, &inbox);
        Self { of: Arc::clone(of), outbox, inbox, severity, summary }
    }

    /// Whether they are of this view.
    pub fn is_of(&self, view: &Arc<ExchangeView>) -> bool {
        Arc::ptr_eq(&self.of, view)
    }

    /// The newest row.
    pub fn first(&self) -> Option<&Row> {
        self.outbox.first().or(self.inbox.first())
    }

    /// Whether something is there.
    pub fn has(&self, key: &Key) -> bool {
        self.outbox.iter().chain(&self.inbox).any(|row| row.key == *key)
    }
}

/// The newest receipt that counts of each package.
fn newest(view: &ExchangeView) -> BTreeMap<&str, &Receipt> {
    let mut found: BTreeMap<&str, &Receipt> = BTreeMap::new();
    for one in view.receipts.iter().filter(|one| one.refused.is_empty()) {
        let Some(receipt) = &one.receipt else { continue };
        let kept = found.entry(&one.stem).or_insert(receipt);
        if (kept.time, kept.status) < (receipt.time, receipt.status) {
            *kept = receipt;
        }
    }
    found
}

/// What was delivered, the newest first.
fn outbox(view: &ExchangeView) -> Vec<Row> {
    let receipts = newest(view);
    let row = |package: &PackageView| {
        let row = package_row(Key::Sent(package.stem.clone()), package);
        if !package.problems.is_empty() {
            return row;
        }
        let receipt = receipts.get(package.stem.as_str());
        let (severity, word) =
            receipt.map_or((Severity::Off, "no receipt"), |receipt| standing(receipt.status));
        let hint = receipt.map_or_else(|| "Nobody has answered yet".to_owned(), |of| of.words());
        Row { severity, word, hint, ..row }
    };
    newest_first(view.outbox.iter().map(|package| row(package)).collect())
}

/// What came: packages and receipts, the newest first.
fn inbox(view: &ExchangeView) -> Vec<Row> {
    let package = |package: &PackageView| {
        let row = package_row(Key::Came(package.stem.clone()), package);
        if !package.problems.is_empty() {
            return row;
        }
        let hint = "Every file is as its checksum says".to_owned();
        Row { severity: Severity::Normal, word: "good", hint, ..row }
    };
    let mut rows: Vec<Row> = view.inbox.iter().map(|one| package(one)).collect();
    let sent: BTreeMap<&str, &PackageView> =
        view.outbox.iter().map(|package| (package.stem.as_str(), &**package)).collect();
    rows.extend(view.receipts.iter().map(|one| receipt_row(&sent, one)));
    newest_first(rows)
}

fn receipt_row(sent: &BTreeMap<&str, &PackageView>, one: &ReceiptView) -> Row {
    let receipt = one.receipt.as_ref();
    let counts = receipt.filter(|_| one.refused.is_empty());
    let (severity, word) =
        counts.map_or((Severity::Critical, "refused"), |receipt| standing(receipt.status));
    let by = receipt.map_or("somebody", |receipt| receipt.by.as_str());
    let of =
        sent.get(one.stem.as_str()).and_then(|package| package.checked.as_ref()?.manifest.as_ref());
    Row {
        key: Key::Receipt(one.file.clone()),
        severity,
        word,
        hint: counts.map_or_else(|| one.refused.clone(), Receipt::words),
        name: format!("Receipt of {by}"),
        file: one.file.clone(),
        sha256: receipt.map_or_else(|| "–".to_owned(), |receipt| short(receipt.package_sha256)),
        size: "–".to_owned(),
        when: time_text(receipt.map(|receipt| receipt.time)),
        about: of.map_or_else(|| "no package of ours".to_owned(), |of| format!("for {}", of.name)),
    }
}

fn newest_first(mut rows: Vec<Row>) -> Vec<Row> {
    // What has no time stands last: a dash sorts before all digits.
    rows.sort_by(|a, b| b.when.cmp(&a.when).then_with(|| a.file.cmp(&b.file)));
    let (timed, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.when != "–");
    timed.into_iter().chain(others).collect()
}

/// How many need somebody to look at them.
fn summary(view: &ExchangeView, outbox: &[Row], inbox: &[Row]) -> (Severity, String) {
    let count = |word: &str| outbox.iter().chain(inbox).filter(|row| row.word == word).count();
    let bad = count("changed") + count("refused");
    let waiting = count("no receipt");
    let rejected = outbox.iter().filter(|row| row.word == "rejected").count();
    let mut parts = vec![format!("{} delivered", view.outbox.len())];
    for (n, words) in
        [(waiting, "without receipt"), (rejected, "rejected"), (bad, "changed or refused")]
    {
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    if view.left > 0 {
        parts.push(format!("{} files still to be read", view.left));
    }
    let severity = match (bad, rejected) {
        (0, 0) => Severity::Normal,
        (0, _) => Severity::Distress,
        _ => Severity::Critical,
    };
    (severity, parts.join(", "))
}
