//! Sequences and dictionaries in files: read and written on a thread, never on that of the screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use egui::Context;
use marsdeck_engine::format::satf::{self, Target};
use marsdeck_engine::format::seqjson::{self, Request, SeqJson, Start, Time, TimeKind};
use marsdeck_engine::format::{ampcs, xtce};
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::problem::Problem;
use marsdeck_engine::sequence::text::{parse, print};
use marsdeck_engine::sequence::{
    BinarySequence, DictionaryIdentity, Sequence, When, from_seqjson, to_seqjson,
};
use marsdeck_engine::time::{self, Instant};

use crate::panel::shared::hex;

/// Largest file that is read.
const MOST_BYTES: u64 = 64 << 20;
/// Most problems that are told of a file.
const MOST_TOLD: usize = 20;

/// What is to be done with a file.
pub(super) enum Job {
    /// Read a sequence: `SeqJSON`, SATF, SASF or text.
    Import(PathBuf),
    /// Write a text in the form that the ending of the file says.
    Export(PathBuf, Arc<str>),
    /// Write bytes.
    Bytes(PathBuf, Vec<u8>),
    /// Read a command dictionary: XTCE or AMPCS.
    Dictionary(PathBuf),
    /// Look whether a binary sequence is for this spacecraft and dictionary.
    Check(PathBuf, u32, DictionaryIdentity),
}

/// What came of it.
pub(super) enum Outcome {
    /// Identifiers and texts of the sequences of a file, and what is wrong with it.
    Imported(Vec<(String, String)>, Vec<String>),
    /// A dictionary, its file name, what is wrong with it.
    Dictionary(Arc<Dictionary>, String, Vec<String>),
    /// Sentences, the first the most important; whether all is well.
    Said(bool, Vec<String>),
}

/// Does it on a thread of its own.
pub(super) fn start(job: Job, ctx: &Context) -> Receiver<Outcome> {
    let (sender, receiver) = bounded(1);
    let wake = ctx.clone();
    std::thread::spawn(move || {
        let outcome = done(&job).unwrap_or_else(|said| Outcome::Said(false, vec![said]));
        // Nobody listens any more when the panel is gone.
        drop(sender.send(outcome));
        wake.request_repaint();
    });
    receiver
}

fn done(job: &Job) -> Result<Outcome, String> {
    match job {
        Job::Import(path) => import(&bytes_of(path)?),
        Job::Export(path, text) => {
            let (bytes, told) = exported(text, &ending(path))?;
            write(path, &bytes)?;
            let mut said = vec![format!("{} written.", path.display())];
            said.extend(told);
            Ok(Outcome::Said(true, said))
        }
        Job::Bytes(path, bytes) => {
            write(path, bytes)?;
            let said = format!("{} written, {} bytes.", path.display(), bytes.len());
            Ok(Outcome::Said(true, vec![said]))
        }
        Job::Dictionary(path) => dictionary(path),
        Job::Check(path, spacecraft, identity) => {
            Ok(checked(&bytes_of(path)?, *spacecraft, identity))
        }
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let name = path.display();
    let wrong = |error: std::io::Error| format!("{name} cannot be read ({error}). Check its name.");
    let about = std::fs::metadata(path).map_err(wrong)?;
    if !about.is_file() {
        return Err(format!("{name} is no file. Give the name of one."));
    }
    if about.len() > MOST_BYTES {
        return Err(format!("{name} is larger than 64 MiB. Split it."));
    }
    std::fs::read(path).map_err(wrong)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let name = path.display();
    std::fs::write(path, bytes).map_err(|error| {
        format!("{name} was not written ({error}). Check the folder, its permissions and space.")
    })
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn told(problems: &[Problem]) -> Vec<String> {
    let mut said: Vec<String> = problems.iter().take(MOST_TOLD).map(ToString::to_string).collect();
    if problems.len() > MOST_TOLD {
        said.push(format!("… and {} more.", problems.len() - MOST_TOLD));
    }
    said
}

/// Reads the sequences of a file in the form that it has.
fn import(bytes: &[u8]) -> Result<Outcome, String> {
    let from = |list: &[SeqJson], mut problems: Vec<Problem>| {
        let mut texts = Vec::new();
        for (one, start) in list.iter().flat_map(opened) {
            let (mut sequence, more) = from_seqjson(&one);
            problems.extend(more);
            begin_at(&mut sequence, start);
            texts.push((sequence.id.clone(), print(&sequence)));
        }
        Outcome::Imported(texts, told(&problems))
    };
    if satf::sniff(bytes) {
        let (file, mut problems) = satf::read(bytes);
        let (list, more) = satf::to_seqjson(&file);
        problems.extend(more);
        return Ok(from(&list, problems));
    }
    let is_json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
    if is_json || seqjson::sniff(bytes) {
        let (one, problems) = seqjson::read(bytes);
        return Ok(from(&[one], problems));
    }
    let Ok(read) = std::str::from_utf8(bytes) else {
        let said = "It is no SeqJSON, SATF, SASF or text. Binary files are checked, not opened.";
        return Err(said.to_owned());
    };
    // A text stays as it was written.
    Ok(Outcome::Imported(vec![(parse(read).sequence.id, read.to_owned())], Vec::new()))
}

/// A sequence that is nothing but requests, as those of a SASF file, as one for each of them, with
/// the instant at which it starts.
fn opened(of: &SeqJson) -> Vec<(SeqJson, Option<Instant>)> {
    let requests = of.requests.as_deref().unwrap_or_default();
    if requests.is_empty() || of.steps.as_ref().is_some_and(|steps| !steps.is_empty()) {
        return vec![(of.clone(), None)];
    }
    let one = |request: &Request| {
        let start = match &request.start {
            Start::Time(Time { kind: TimeKind::Absolute, tag: Some(tag) }) => parse_time(tag),
            _ => None,
        };
        let (id, steps) = (request.name.clone(), Some(request.steps.clone()));
        (SeqJson { id, steps, requests: None, ..of.clone() }, start)
    };
    requests.iter().map(one).collect()
}

fn parse_time(text: &str) -> Option<Instant> {
    time::parse(text, None).ok()
}

/// Gives the first step the instant at which its request starts.
fn begin_at(of: &mut Sequence, start: Option<Instant>) {
    if let (Some(start), Some(first)) = (start, of.steps.first_mut())
        && let When::AfterStart(ns) | When::AfterEnd(ns) = first.time
    {
        first.time = When::At(start.plus_ns(ns));
    }
}

/// A sequence as the one request of a SASF file: at the instant of its first step, else behind the
/// request before it.
fn requested(of: &Sequence) -> SeqJson {
    let mut made = to_seqjson(of);
    let steps = made.steps.take().unwrap_or_default();
    let start = match steps.first().map(|step| &step.time) {
        Some(first) if first.kind == TimeKind::Absolute => first.clone(),
        _ => Time { kind: TimeKind::CommandComplete, tag: None },
    };
    let (name, start) = (made.id.clone(), Start::Time(start));
    let request = Request { name, start, steps, description: None, metadata: None };
    made.requests = Some(vec![request]);
    made
}

/// A text in another form, and what that form does not hold.
fn exported(text: &str, ending: &str) -> Result<(Vec<u8>, Vec<String>), String> {
    let of = parse(text);
    if !of.faults.is_empty() && !matches!(ending, "seq" | "txt") {
        return Err(format!(
            "The text has {} faults; mend them first, or write it as .seq.",
            of.faults.len()
        ));
    }
    match ending {
        "json" => Ok((seqjson::write(&to_seqjson(&of.sequence)).into(), Vec::new())),
        "satf" | "sasf" => {
            let (target, made) = if ending == "satf" {
                (Target::Satf, to_seqjson(&of.sequence))
            } else {
                (Target::Sasf, requested(&of.sequence))
            };
            let (file, problems) = satf::from_seqjson(&[made], target);
            Ok((satf::write(&file).into(), told(&problems)))
        }
        "seq" | "txt" => Ok((text.as_bytes().to_vec(), Vec::new())),
        _ => Err("End the name of the file in .json, .satf, .sasf or .seq.".to_owned()),
    }
}

fn dictionary(path: &Path) -> Result<Outcome, String> {
    let bytes = bytes_of(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (read, problems) = if ampcs::sniff_dictionary(&bytes) {
        let (of, mut problems) = ampcs::read_dictionary(&bytes);
        let (dictionary, more) = of.to_mission();
        problems.extend(more);
        (Some(dictionary), problems)
    } else {
        xtce::read(&bytes)
    };
    let read = read.ok_or_else(|| format!("{name} is no XTCE and no AMPCS dictionary."))?;
    if read.commanding.commands.is_empty() {
        return Err(format!("{name} names no command. Open a dictionary with telecommands."));
    }
    Ok(Outcome::Dictionary(Arc::new(read), name, told(&problems)))
}

/// Whether a binary sequence may be used, in words.
fn checked(bytes: &[u8], spacecraft: u32, identity: &DictionaryIdentity) -> Outcome {
    let inside = BinarySequence::inspect(bytes).ok().map(|(of, hash)| {
        vec![
            format!(
                "Sequence {} with {} steps for spacecraft {}.",
                of.id,
                of.steps.len(),
                of.spacecraft
            ),
            format!("Dictionary {}.", of.dictionary),
            format!("SHA-256 {}.", hex(&hash)),
        ]
    });
    let (fits, verdict) = match BinarySequence::from_bytes(bytes, spacecraft, identity) {
        Ok(_) => (true, "The file fits this spacecraft and this dictionary.".to_owned()),
        Err(refusal) => (false, format!("Refused: {refusal}.")),
    };
    let mut said = vec![verdict];
    said.extend(inside.unwrap_or_default());
    Outcome::Said(fits, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "@ID \"a\"\nA2019-207T12:00:00 GAIN \"U\" 1 # note\n";

    fn imported(bytes: &[u8]) -> String {
        match import(bytes).expect("a file") {
            Outcome::Imported(list, problems) if problems.is_empty() => list[0].1.clone(),
            _ => panic!("no sequence"),
        }
    }

    #[test]
    fn every_form_comes_back() {
        for ending in ["json", "seq"] {
            let (bytes, told) = exported(TEXT, ending).expect("written");
            assert!(told.is_empty());
            assert_eq!(imported(&bytes), TEXT, "{ending}");
        }
        for ending in ["satf", "sasf"] {
            let (bytes, _) = exported(TEXT, ending).expect("written");
            assert!(satf::sniff(&bytes));
            let text = match import(&bytes).expect("a file") {
                Outcome::Imported(list, _) => list[0].1.clone(),
                _ => panic!("no sequence"),
            };
            assert!(text.contains("A2019-207T12:00:00 GAIN \"U\" 1"), "{ending} {text}");
        }
        assert!(exported("wrong", "json").is_err() && exported("wrong", "seq").is_ok());
        assert!(exported(TEXT, "doc").is_err() && import(&[0xff, 0xfe]).is_err());
    }

    #[test]
    fn files_that_are_not_there_or_do_not_fit_are_refused_in_words() {
        let said = |job: Job| match done(&job) {
            Err(said) => said,
            Ok(Outcome::Said(false, said)) => said.join(" "),
            Ok(_) => panic!("not refused"),
        };
        assert!(said(Job::Import("/no/such/file".into())).contains("Check its name"));
        let identity = DictionaryIdentity::of("insight", &Dictionary::default());
        let of = BinarySequence {
            spacecraft: 76,
            dictionary: identity.clone(),
            created: Instant::from_unix_ns(0),
            id: "x".to_owned(),
            steps: Vec::new(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.mdsq");
        std::fs::write(&path, of.to_bytes()).expect("written");
        let told = said(Job::Check(path.clone(), 189, identity.clone()));
        assert!(told.starts_with("Refused: the file is for spacecraft 76"), "{told}");
        assert!(matches!(done(&Job::Check(path, 76, identity)), Ok(Outcome::Said(true, _))));
    }
}
