//! `marsdeck sequence`: checks, converts and compares sequences of commands in their text form,
//! `SeqJSON`, SATF and SASF.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use marsdeck_engine::format::satf::{self, Target};
use marsdeck_engine::format::seqjson::{self, SeqJson};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::sequence::{
    Change, Sequence, check_sequence, difference, from_seqjson, text, to_seqjson,
};
use serde_json::json;

use super::events::quoted;
use super::{Outcome, dictionary, output};

/// Largest file that is read.
const MOST_BYTES: u64 = 64 << 20;
/// Problems of a file that are listed.
const MOST_TOLD: usize = 50;

/// Arguments of `marsdeck sequence`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Read sequences and say what is wrong with them, also by a command dictionary
    Check(Check),
    /// Write sequences in another form: .json (SeqJSON), .satf, .sasf or .seq (text)
    Convert(Convert),
    /// Print what differs between two sequences, step by step
    Diff(Diff),
}

#[derive(Debug, clap::Args)]
struct Check {
    /// SeqJSON, SATF, SASF or text
    file: PathBuf,
    /// Command dictionary (XTCE or AMPCS file, or a folder of them); may be given more than once
    #[arg(long, value_name = "PATH")]
    dictionary: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Convert {
    /// SeqJSON, SATF, SASF or text
    file: PathBuf,
    /// File to write; its ending says in which form
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// The older sequence
    before: PathBuf,
    /// The newer one
    after: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Check(check) => run_check(check),
        Command::Convert(convert) => run_convert(convert),
        Command::Diff(diff) => run_diff(diff),
    }
}

/// A file as its sequences; those of a text are one.
enum Read {
    Exchange(Vec<SeqJson>),
    Text(Box<Sequence>),
}

impl Read {
    fn sequences(&self) -> (Vec<Sequence>, Vec<Problem>) {
        match self {
            Self::Text(sequence) => (vec![(**sequence).clone()], Vec::new()),
            Self::Exchange(list) => {
                let (sequences, problems): (Vec<_>, Vec<_>) = list.iter().map(from_seqjson).unzip();
                (sequences, problems.into_iter().flatten().collect())
            }
        }
    }

    fn exchange(&self) -> Vec<SeqJson> {
        match self {
            Self::Text(sequence) => vec![to_seqjson(sequence)],
            Self::Exchange(list) => list.clone(),
        }
    }
}

/// Reads a file in the form that it has, with what is wrong with it.
fn read(path: &Path) -> anyhow::Result<(Read, Vec<Problem>)> {
    let name = path.display();
    let about = std::fs::metadata(path).with_context(|| format!("{name} cannot be read"))?;
    ensure!(about.len() <= MOST_BYTES, "{name} is larger than 64 MiB: split the sequence");
    let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
    if satf::sniff(&bytes) {
        let (file, mut problems) = satf::read(&bytes);
        let (list, more) = satf::to_seqjson(&file);
        problems.extend(more);
        return Ok((Read::Exchange(list), problems));
    }
    let is_json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
    if is_json || seqjson::sniff(&bytes) {
        let (sequence, problems) = seqjson::read(&bytes);
        return Ok((Read::Exchange(vec![sequence]), problems));
    }
    let parsed = text::parse(&String::from_utf8_lossy(&bytes));
    let told = parsed.faults.iter().map(|fault| {
        let place = format!("line {}, column {}", fault.span.line, fault.span.start);
        Problem::of(place, fault.reason.clone())
    });
    let problems = told.collect();
    Ok((Read::Text(Box::new(parsed.sequence)), problems))
}

fn run_check(check: &Check) -> anyhow::Result<Outcome> {
    let (read, mut problems) = read(&check.file)?;
    let (sequences, more) = read.sequences();
    problems.extend(more);
    if !check.dictionary.is_empty() {
        let (dictionary, told) = dictionary::read(&check.dictionary)?;
        output::problems(&told, MOST_TOLD);
        ensure!(
            !dictionary.commanding.commands.is_empty(),
            "the dictionary names no command: give one with telecommands"
        );
        let unknown = |_| None;
        for sequence in &sequences {
            for (at, problem) in check_sequence(&dictionary, sequence, &unknown) {
                let place = format!("{} step {}: {}", sequence.id, at + 1, problem.field);
                problems.push(Problem::of(place, problem.reason));
            }
        }
    }
    let steps: usize = sequences.iter().map(|s| s.steps.len()).sum();
    if check.json {
        let row = |p: &Problem| json!({ "where": p.field, "offset": p.offset, "what": p.reason });
        output::json(&json!({
            "sequences": sequences.iter().map(|s| &s.id).collect::<Vec<_>>(),
            "steps": steps,
            "problems": problems.iter().map(row).collect::<Vec<_>>(),
        }))?;
    } else {
        for problem in &problems {
            output::line(&problem.to_string());
        }
        output::message(&format!(
            "{} sequences, {steps} steps, {} problems",
            sequences.len(),
            problems.len()
        ));
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

fn run_convert(convert: &Convert) -> anyhow::Result<Outcome> {
    let (read, mut problems) = read(&convert.file)?;
    let ending = convert.out.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let written = match ending.as_str() {
        "json" => {
            let list = read.exchange();
            let [one] = list.as_slice() else {
                bail!("a SeqJSON file holds one sequence, and these are {}", list.len());
            };
            seqjson::write(one)
        }
        "satf" | "sasf" => {
            let target = if ending == "satf" { Target::Satf } else { Target::Sasf };
            let (file, more) = satf::from_seqjson(&read.exchange(), target);
            problems.extend(more);
            satf::write(&file)
        }
        "seq" | "txt" => {
            let (list, more) = read.sequences();
            problems.extend(more);
            let [one] = list.as_slice() else {
                bail!("a text holds one sequence, and these are {}", list.len());
            };
            text::print(one)
        }
        _ => bail!("end the name of the file in .json, .satf, .sasf or .seq"),
    };
    std::fs::write(&convert.out, written)
        .with_context(|| format!("{} cannot be written", convert.out.display()))?;
    output::problems(&problems, MOST_TOLD);
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// One sequence of a file; the steps of several would not be told apart.
fn only(path: &Path) -> anyhow::Result<Sequence> {
    let (read, problems) = read(path)?;
    output::problems(&problems, MOST_TOLD);
    let (mut list, _) = read.sequences();
    ensure!(list.len() == 1, "{} holds {} sequences, not one", path.display(), list.len());
    list.pop().context("no sequence")
}

fn run_diff(diff: &Diff) -> anyhow::Result<Outcome> {
    let (before, after) = (only(&diff.before)?, only(&diff.after)?);
    let step = |of: &Sequence, at: usize| {
        of.steps.get(at).map_or_else(String::new, |step| text::print_step(step).trim().to_owned())
    };
    let print = || -> std::io::Result<()> {
        let mut out = output::stream();
        writeln!(out, "change,step_before,step_after,what,before,after")?;
        for change in difference(&before, &after) {
            let cells = match change {
                Change::Same(..) => continue,
                Change::Changed { before: b, after: a, what } => [
                    "changed".to_owned(),
                    (b + 1).to_string(),
                    (a + 1).to_string(),
                    what.join(" "),
                    step(&before, b),
                    step(&after, a),
                ],
                Change::Removed(b) => {
                    ["removed", &(b + 1).to_string(), "", "", &step(&before, b), ""]
                        .map(str::to_owned)
                }
                Change::Added(a) => {
                    ["added", "", &(a + 1).to_string(), "", "", &step(&after, a)].map(str::to_owned)
                }
            };
            writeln!(out, "{}", cells.each_ref().map(|cell| quoted(cell)).join(","))?;
        }
        out.flush()
    };
    print().map_err(|e| anyhow!(output::unwritable(&e)))?;
    Ok(Outcome::Done)
}
