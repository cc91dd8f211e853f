//! Starts the program that is told of alarms that nobody acknowledges, on a thread of its own.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde::{Deserialize, Serialize};

use super::super::handle::MessageLevel;
use super::Desk;
use crate::alarm::{
    AlarmAction, AlarmView, Done, Escalation, Record, Waiting, What, escalation_json,
};
use crate::archive::SeriesKey;
use crate::storage::write_whole;
use crate::time::Instant;

/// Configuration of the alarms in the folder of an archive.
const FILE: &str = "alarms.toml";
/// A program that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(30);
/// Programs that run at once; further alarms wait for a second.
const MOST_AT_ONCE: usize = 8;
/// Bytes of what a program says of its failure that the operator is shown.
const MOST_SAID: u64 = 400;

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    escalation: Option<Escalation>,
}

/// How a program ended.
struct Ended {
    key: SeriesKey,
    result: Result<(), String>,
}

/// The programs that run, and when others are to be started.
pub(super) struct Escalator {
    rule: Option<Escalation>,
    /// Why `alarms.toml` cannot be used; empty where it can.
    unusable: String,
    waiting: Waiting,
    running: usize,
    ended: (Sender<Ended>, Receiver<Ended>),
}

impl Escalator {
    /// Reads `alarms.toml` of an archive.
    pub(super) fn new(archive: &Path) -> Self {
        let mut escalator = Self {
            rule: None,
            unusable: String::new(),
            waiting: Waiting::default(),
            running: 0,
            ended: unbounded(),
        };
        escalator.reload(archive);
        escalator
    }

    /// Reads `alarms.toml` again.
    pub(super) fn reload(&mut self, archive: &Path) {
        (self.rule, self.unusable) = match read(archive) {
            Ok(rule) => (rule, String::new()),
            Err(reason) => (None, reason),
        };
    }

    /// Why nothing is escalated although somebody wanted it.
    pub(super) fn problem(&self) -> Option<String> {
        (!self.unusable.is_empty()).then(|| self.unusable.clone())
    }

    pub(super) fn rule(&self) -> Option<&Escalation> {
        self.rule.as_ref()
    }

    /// Notes which alarms wait.
    pub(super) fn look(&mut self, present: &[AlarmView], now: Instant) {
        self.waiting.look(present, now);
    }

    /// Keeps a rule in `alarms.toml`, then follows it.
    pub(super) fn set(&mut self, archive: &Path, rule: Option<Escalation>) -> Result<(), String> {
        let file = File { escalation: rule };
        let text = toml::to_string_pretty(&file).map_err(|error| error.to_string())?;
        let head = "# Alarms of this archive. Written by marsdeck; change it while no console is \
                    open.\n";
        write_whole(&archive.join(FILE), format!("{head}\n{text}").as_bytes())
            .map_err(|error| error.to_string())?;
        (self.rule, self.unusable) = (file.escalation, String::new());
        Ok(())
    }

    /// Starts the program for an alarm.
    fn start(&mut self, key: SeriesKey, command: Vec<String>, input: String) {
        let sender = self.ended.0.clone();
        let of = key.clone();
        let thread = std::thread::Builder::new().name("escalation".to_owned());
        let started = thread.spawn(move || {
            let result = run(&command, &input, PATIENCE);
            // Nobody waits for it when the engine has ended.
            drop(sender.send(Ended { key: of, result }));
        });
        self.running += 1;
        if let Err(error) = started {
            let result = Err(format!("no thread could be started: {error}"));
            drop(self.ended.0.send(Ended { key, result }));
        }
    }
}

impl Desk {
    /// Tells the program of alarms that wait for too long, once each; says what failed. The journal
    /// knows of it before the program starts.
    pub(super) fn escalate(&mut self) {
        if !self.archive.writable() {
            return;
        }
        let mut said = Vec::new();
        while let Ok(ended) = self.escalator.ended.1.try_recv() {
            self.escalator.running = self.escalator.running.saturating_sub(1);
            if let Err(why) = ended.result {
                let text = format!(
                    "{} was not escalated: {why}. Tell the person on call yourself, and correct \
                     the command under Alarms, Escalation",
                    ended.key
                );
                said.push((MessageLevel::Error, text));
            }
        }
        let now = self.clock.now();
        let at = now.max(self.newest());
        let shown = Arc::clone(&self.shown);
        let Some(rule) = self.escalator.rule.clone() else { return self.tell(said) };
        let due = self.escalator.waiting.due(&shown.present, &rule, now);
        for view in due.into_iter().take(MOST_AT_ONCE.saturating_sub(self.escalator.running)) {
            let key = view.alarm.key.clone();
            let action = AlarmAction::Escalate { command: rule.command.join(" ") };
            let who = "marsdeck".to_owned();
            let what = What::Done(Done { who, raised: view.alarm.raised, action });
            self.add(vec![Record { seq: 0, key: key.clone(), time: at, what }]);
            let input = escalation_json(view, &self.missions, &self.links, now);
            self.escalator.start(key, rule.command.clone(), input);
            let text = format!(
                "{} is escalated: nobody acknowledged it within {} s",
                view.title, rule.after_s
            );
            said.push((MessageLevel::Warning, text));
        }
        self.tell(said);
    }

    fn tell(&mut self, said: super::Said) {
        if !said.is_empty() {
            self.publish(said);
        }
    }
}

/// What is escalated how; none where the archive does not say.
fn read(archive: &Path) -> Result<Option<Escalation>, String> {
    let path = archive.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let fix = "correct it and start again; until then nothing is escalated";
    let file: File = toml::from_str(&text)
        .map_err(|error| format!("{}: {}; {fix}", path.display(), error.to_string().trim()))?;
    match file.escalation.as_ref().and_then(Escalation::problem) {
        Some(problem) => Err(format!("{}: {problem}; {fix}", path.display())),
        None => Ok(file.escalation),
    }
}

/// Runs a program with a text on its standard input to its end, or for so long.
fn run(command: &[String], input: &str, patience: Duration) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("no command is set")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child =
        command.spawn().map_err(|error| format!("{program} could not be started: {error}"))?;
    let (sender, words) = unbounded();
    if let Some(mut errors) = child.stderr.take() {
        let read = move || {
            let mut text = Vec::new();
            let all = errors.by_ref().take(MOST_SAID).read_to_end(&mut text);
            drop(sender.send(String::from_utf8_lossy(&text).trim().to_owned()));
            // The rest is of no use, but the program must get rid of it.
            drop(all.and_then(|_| std::io::copy(&mut errors, &mut std::io::sink())));
        };
        drop(std::thread::Builder::new().name("escalation words".to_owned()).spawn(read));
    }
    if let Some(mut stdin) = child.stdin.take() {
        // It fits into a pipe. A program that does not want it tells by how it ends.
        drop(stdin.write_all(input.as_bytes()));
    }
    let started = Moment::now();
    while started.elapsed() < patience {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                let words = words.recv_timeout(Duration::from_millis(200)).unwrap_or_default();
                let words = if words.is_empty() { String::new() } else { format!(": {words}") };
                return Err(format!("{program} failed ({status}){words}"));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("{program} cannot be waited for: {error}")),
        }
    }
    end(&mut child);
    Err(format!("{program} took longer than {} s and was ended", patience.as_secs()))
}

/// Ends a program that hangs, with what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // One that has just ended by itself is no failure.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    drop(child.kill());
    drop(child.wait());
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Vec<String> {
        vec!["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()]
    }

    #[test]
    fn a_program_gets_the_alarm_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("told");
        let write = sh(&format!("cat > '{}'", file.display()));
        assert_eq!(run(&write, "{\"key\":1}", PATIENCE), Ok(()));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"key\":1}");
        let failed = run(&sh("echo no line >&2; exit 3"), "", PATIENCE).unwrap_err();
        assert!(failed.contains("exit status: 3") && failed.ends_with("no line"), "{failed}");
        let none = run(&["/no/such/program".to_owned()], "", PATIENCE).unwrap_err();
        assert!(none.contains("could not be started"), "{none}");
        // One that hangs is ended, with its own children.
        let hung = run(&sh("sleep 600; true"), "", Duration::from_millis(100)).unwrap_err();
        assert!(hung.contains("was ended"), "{hung}");
        // One that says much does not hang.
        let much = run(&sh("yes | head -c 300000 >&2; exit 1"), "", PATIENCE).unwrap_err();
        assert!(much.len() < 600, "{much}");
    }

    #[test]
    fn rules_are_kept_and_wrong_ones_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut escalator = Escalator::new(folder.path());
        assert_eq!((escalator.rule(), escalator.problem()), (None, None));
        let severity = crate::mission::Severity::Critical;
        let rule = Escalation { after_s: 300.0, severity, command: sh("true") };
        escalator.set(folder.path(), Some(rule.clone())).unwrap();
        assert_eq!(Escalator::new(folder.path()).rule(), Some(&rule));
        escalator.set(folder.path(), None).unwrap();
        assert_eq!(Escalator::new(folder.path()).rule(), None);
        let write = |text: &str| std::fs::write(folder.path().join(FILE), text).unwrap();
        for text in [
            "escalation = 3",
            "[escalation]\nafter_s = 0\nseverity = \"critical\"\ncommand = [\"x\"]",
        ] {
            write(text);
            let problem = Escalator::new(folder.path()).problem().unwrap();
            assert!(problem.contains("alarms.toml") && problem.contains("nothing is escalated"));
        }
    }
}
