//! `marsdeck delivery`: checks a package and its approvals, and answers one with a receipt as the
//! other center would.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use marsdeck_engine::command::{Digest, read_journal};
use marsdeck_engine::delivery::{
    APPROVALS_ENDING, Approvals, Checked, Manifest, RECEIPT_ENDING, Receipt, ReceiptStatus,
    against, check,
};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::storage::write_whole;
use marsdeck_engine::time::iso;
use serde_json::json;

use super::{Outcome, output, place};

/// Largest file that is read.
const MOST_BYTES: u64 = 64 << 20;
/// Most receipts of one package in a folder.
const MOST_RECEIPTS: usize = 1_000;

/// Arguments of `marsdeck delivery`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print what a package holds and whether anything in it was changed
    Check(Check),
    /// Answer a package: write the receipt that its sender waits for
    Receipt(Answer),
}

#[derive(Debug, clap::Args)]
struct Check {
    /// The package
    file: PathBuf,
    /// Its approvals; by default the file NAME.approvals.json beside it
    #[arg(long, value_name = "FILE")]
    approvals: Option<PathBuf>,
    /// Hold the approvals against the audit journal of this archive, the sender's
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Answer {
    /// The package
    file: PathBuf,
    /// What became of it: received, accepted or rejected
    #[arg(long, value_name = "STATUS")]
    status: String,
    /// Who answers
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "WORDS", default_value = "")]
    reason: String,
    /// Folder to write to, as the inbox of the sender; by default that of the package
    #[arg(long, value_name = "DIR")]
    inbox: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Check(check) => run_check(check),
        Command::Receipt(answer) => run_receipt(answer),
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let about = std::fs::metadata(path).with_context(|| format!("{name} cannot be read"))?;
    ensure!(about.len() <= MOST_BYTES, "{name} is larger than 64 MiB: it is no package");
    std::fs::read(path).with_context(|| format!("{name} cannot be read"))
}

/// The approvals of a package: those that are named, or those beside it. What they have against it
/// joins the problems.
fn approvals(
    named: Option<&Path>,
    (file, bytes): (&Path, &[u8]),
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Option<Approvals>> {
    let mut beside = file.with_extension("").into_os_string();
    beside.push(APPROVALS_ENDING);
    let beside = PathBuf::from(beside);
    let path = match named {
        Some(path) => path,
        None if beside.exists() => &beside,
        None => return Ok(None),
    };
    match Approvals::read(&read(path)?) {
        Ok(approvals) => {
            problems.extend(approvals.check(bytes));
            Ok(Some(approvals))
        }
        Err(problem) => {
            problems.push(problem.in_file(path.display().to_string()));
            Ok(None)
        }
    }
}

fn run_check(of: &Check) -> anyhow::Result<Outcome> {
    let bytes = read(&of.file)?;
    let mut found = check(&bytes);
    let known = approvals(of.approvals.as_deref(), (&of.file, &bytes), &mut found.problems)?;
    if let Some(archive) = &of.archive {
        place::ensure_archive(archive)?;
        let Some(approvals) = &known else {
            bail!("there are no approvals to hold against the archive: name them with --approvals");
        };
        let chain = read_journal(&archive.join("command"))?;
        for finding in &chain.findings {
            let field = format!("audit journal, record {}", finding.record);
            found.problems.push(Problem::at(finding.offset, field, finding.reason.clone()));
        }
        found.problems.extend(against(approvals, &chain.records));
    }
    if of.json {
        output::json(&as_json(&found, known.as_ref()))?;
    } else {
        print(&found, known.as_ref());
    }
    Ok(if found.is_sound() { Outcome::Done } else { Outcome::DoneWithProblems })
}

fn as_json(found: &Checked, approvals: Option<&Approvals>) -> serde_json::Value {
    let file = |one: &marsdeck_engine::delivery::FileCheck| json!({ "path": one.path, "bytes": one.bytes, "wrong": one.wrong });
    json!({
        "sha256": found.sha256,
        "bytes": found.bytes,
        "manifest": found.manifest,
        "files": found.files.iter().map(file).collect::<Vec<_>>(),
        "approvals": approvals,
        "problems": found.problems,
    })
}

fn print(found: &Checked, approvals: Option<&Approvals>) {
    if let Some(manifest) = &found.manifest {
        heading(manifest);
    }
    output::line(&format!("SHA-256 {}, {} bytes", found.sha256, found.bytes));
    for one in &found.files {
        let listed = found.manifest.iter().flat_map(|of| &of.files).find(|f| f.path == one.path);
        let about = listed.map_or_else(String::new, |of| {
            let (kind, document) = (of.kind.words(), &of.document);
            let (version, author) = (of.document_version, &of.author);
            format!(", {kind} of {document} version {version} by {author}")
        });
        let state = if one.wrong.is_empty() { "good" } else { "WRONG" };
        output::line(&format!("{state:<5}  {}  {} bytes{about}", one.path, one.bytes));
        for note in listed.iter().flat_map(|of| &of.notes) {
            output::line(&format!("       note: {note}"));
        }
    }
    match approvals {
        Some(of) => {
            for one in &of.approvals {
                let (time, roles) = (iso(one.time, 0), one.roles.join(", "));
                output::line(&format!("approved by {} ({roles}) at {time}", one.who));
            }
            let end = of.journal.map_or_else(String::new, |end| {
                format!("; audit journal ended at record {}, {}", end.record, end.hash)
            });
            output::line(&format!("released at {} as #{}{end}", iso(of.released, 0), of.command));
        }
        None => output::message(
            "There are no approvals: damage is found, and not that a whole package was replaced; \
             name them with --approvals",
        ),
    }
    for problem in &found.problems {
        output::line(&problem.to_string());
    }
    output::message(&match found.problems.len() {
        0 => "Every file is as its checksum says".to_owned(),
        n => format!("{n} problems: do not use this package, ask its sender for it again"),
    });
}

fn heading(of: &Manifest) {
    let (created, by) = (iso(of.created, 0), &of.prepared_by);
    output::line(&format!("{} of {}, put together {created} by {by}", of.name, of.mission));
    let dictionary = &of.dictionary;
    let name = format!("{} {}", dictionary.name, dictionary.version);
    output::line(&format!("dictionary {} ({}…)", name.trim(), dictionary.sha256.short()));
}

fn run_receipt(of: &Answer) -> anyhow::Result<Outcome> {
    let Some(status) = ReceiptStatus::named(&of.status) else {
        let words = ReceiptStatus::ALL.map(ReceiptStatus::word).join(", ");
        bail!("{} is no status; choose one of {words}", of.status);
    };
    let bytes = read(&of.file)?;
    let mut found = check(&bytes);
    approvals(None, (&of.file, &bytes), &mut found.problems)?;
    if status == ReceiptStatus::Accepted && !found.is_sound() {
        output::problems(&found.problems, 20);
        bail!(
            "{} is not as its sender packed it and is not accepted: answer --status rejected",
            of.file.display()
        );
    }
    let receipt = Receipt {
        package_sha256: Digest::of(&bytes),
        status,
        by: of.by.clone(),
        time: place::now(),
        reason: of.reason.clone(),
    };
    let beside = of.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = of.inbox.as_deref().or(beside).unwrap_or(Path::new("."));
    let stem = of.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = |n: usize| {
        let number = if n == 1 { String::new() } else { format!(".{n}") };
        folder.join(format!("{stem}{number}{RECEIPT_ENDING}"))
    };
    // What was answered before stays: each receipt is a file of its own.
    let path = (1..=MOST_RECEIPTS).map(name).find(|path| !path.exists());
    let path = path.context("there are too many receipts of this package: move old ones away")?;
    write_whole(&path, receipt.to_json().as_bytes())?;
    output::line(&path.display().to_string());
    Ok(Outcome::Done)
}
