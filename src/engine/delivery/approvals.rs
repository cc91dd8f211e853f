//! What goes beside a package: who approved it, and where the audit journal ended at its release.

use serde::{Deserialize, Serialize};

use super::check::first_difference;
use super::text::{as_iso, fault_of_texts, unreadable};
use crate::command::Digest;
use crate::problem::Problem;
use crate::time::Instant;

/// Ending of the file, behind the stem of the package.
pub const APPROVALS_ENDING: &str = ".approvals.json";
/// What its `format` says.
const FORMAT: &str = "marsdeck delivery approvals";
/// Version of the form.
const VERSION: u32 = 1;

/// Somebody's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedBy {
    /// Account.
    pub who: String,
    /// Their roles at that time.
    pub roles: Vec<String>,
    /// When.
    #[serde(with = "as_iso")]
    pub time: Instant,
    /// What they approved: SHA-256 of the sealed command.
    pub digest: Digest,
}

/// Where the audit journal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEnd {
    /// Number of its last record.
    pub record: u64,
    /// Hash of that record: whoever keeps this file can tell a journal that was rewritten.
    pub hash: Digest,
}

/// The approvals of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// What kind of file it is.
    pub format: String,
    /// Version of its form.
    pub version: u32,
    /// File name of the package.
    pub package: String,
    /// SHA-256 of the package.
    pub package_sha256: Digest,
    /// Mission identifier.
    pub mission: String,
    /// Name of the package.
    pub name: String,
    /// Number of the delivery in the sender's audit journal.
    pub command: u64,
    /// SHA-256 of the sealed command, which holds the package: what was approved.
    pub command_sha256: Digest,
    /// When it was released.
    #[serde(with = "as_iso")]
    pub released: Instant,
    /// Who approved it.
    pub approvals: Vec<ApprovedBy>,
    /// The end of the sender's audit journal at the release.
    pub journal: Option<JournalEnd>,
}

impl Approvals {
    /// Of a package that is released.
    pub fn new(package: &str, package_sha256: Digest, released: Instant) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            package: package.to_owned(),
            package_sha256,
            mission: String::new(),
            name: String::new(),
            command: 0,
            command_sha256: Digest::default(),
            released,
            approvals: Vec::new(),
            journal: None,
        }
    }

    /// As it stands in its file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the file.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let wrong = |reason: String| Problem::of("approvals", reason);
        let of: Self = serde_json::from_slice(bytes).map_err(|error| wrong(unreadable(&error)))?;
        if of.format != FORMAT || of.version != VERSION {
            return Err(wrong(format!(
                "it is of another form than \"{FORMAT}\" version {VERSION}"
            )));
        }
        let people = of.approvals.iter().flat_map(|one| one.roles.iter().chain([&one.who]));
        match fault_of_texts([&of.package, &of.mission, &of.name].into_iter().chain(people)) {
            Some(fault) => Err(wrong(fault)),
            None => Ok(of),
        }
    }

    /// What they have against the bytes of a package: where it was changed, who approved nothing
    /// of it.
    pub fn check(&self, package: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let is = Digest::of(package);
        if is != self.package_sha256 {
            let reason = format!(
                "its SHA-256 is {}…, and {}… was approved: it was changed after its release",
                is.short(),
                self.package_sha256.short()
            );
            let at = first_difference(package, self.package_sha256);
            problems.push(match at {
                Some(at) => {
                    let reason = format!("{reason}; this byte is the first that differs");
                    Problem::at(at, "package", reason)
                }
                None => Problem::of("package", reason),
            });
        }
        if self.approvals.is_empty() {
            problems.push(Problem::of("approvals", "nobody approved it: refuse the package"));
        }
        for one in self.approvals.iter().filter(|one| one.digest != self.command_sha256) {
            let reason = format!("what {} approved is another content", one.who);
            problems.push(Problem::of("approvals", reason));
        }
        problems
    }
}
