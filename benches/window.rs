//! The console's window against an empty eframe window: start, processor time while nothing moves
//! and with the clocks ticking, memory, and memory while a replay runs.
//!
//! `benches/scripts/window.sh` prepares a display and the demo archive and runs this. A program
//! prints `frame` and its number, from 0, on stderr at each pass of a frame, and `first frame` at
//! the end of the first one.
//! Processes are measured by Linux's `/proc`; keys are pressed by `xdotool`.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant as Stopwatch};

use marsdeck_engine::archive::Archive;
use marsdeck_engine::format::mseed::{self, Samples, SourceId, Trace, WriteOptions};
use marsdeck_engine::time::{Clock, SystemClock};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each program is started.
const STARTS: usize = 9;
/// How long a window settles before it is measured, and how long it is.
const SETTLE: Duration = Duration::from_secs(8);
const WATCH: Duration = Duration::from_secs(20);
/// Longest wait for a frame.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two readings of the memory during a replay.
const READ_EVERY: Duration = Duration::from_secs(15);
/// Ticks a second of the processor times in `/proc` (`USER_HZ`, 100 on every Linux in use).
const USER_HZ: f64 = 100.0;

struct Options {
    marsdeck: PathBuf,
    empty: PathBuf,
    home: PathBuf,
    replay: Duration,
}

fn options() -> Result<Option<Options>> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let (mut marsdeck, mut empty, mut home, mut minutes) = (None, None, None, 3.0);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--marsdeck" => marsdeck = Some(value.into()),
            "--empty" => empty = Some(value.into()),
            "--home" => home = Some(value.into()),
            "--replay-minutes" => minutes = value.parse()?,
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    let (Some(marsdeck), Some(empty), Some(home)) = (marsdeck, empty, home) else {
        return Ok(None);
    };
    Ok(Some(Options { marsdeck, empty, home, replay: Duration::from_secs_f64(minutes * 60.0) }))
}

/// What a window did while it was watched.
struct Watched {
    frames: f64,
    /// Share of a core in percent, and that of the thread of the interface.
    cpu: f64,
    own: f64,
    /// Resident memory in MB, and the part of it that is not a file.
    memory: (f64, f64),
}

/// A running program; dropping it ends the program.
struct Program {
    child: Child,
    started: Stopwatch,
    lines: Receiver<(Stopwatch, Option<usize>)>,
    frames: Arc<AtomicUsize>,
}

impl Program {
    fn start(path: &Path, words: &[&str], home: &Path) -> Result<Self> {
        let started = Stopwatch::now();
        let mut child = Command::new(path)
            .args(words)
            .env("HOME", home)
            .env("MARSDECK_LOG", "marsdeck=trace")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or("no stderr")?;
        let (send, lines) = channel();
        let frames = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&frames);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
                let number = line.rsplit_once("frame ").and_then(|(_, n)| n.parse().ok());
                if let Some(number) = number {
                    count.store(number + 1, Ordering::Relaxed);
                }
                if number.is_some() || line.ends_with("first frame") {
                    // Nobody listens once the start is measured.
                    let _ = send.send((Stopwatch::now(), number));
                }
            }
        });
        Ok(Self { child, started, lines, frames })
    }

    /// Milliseconds to the end of the first frame's last pass, and to the next frame, before
    /// which the first one was drawn.
    fn first_frames(&self) -> Result<(f64, f64)> {
        let ms = |at: Stopwatch| at.duration_since(self.started).as_secs_f64() * 1e3;
        let mut first = None;
        loop {
            let (at, number) = self.lines.recv_timeout(PATIENCE)?;
            match (number, first) {
                (None, _) => first = Some(ms(at)),
                (Some(1..), Some(first)) => return Ok((first, ms(at))),
                _ => {}
            }
        }
    }

    fn frames(&self) -> usize {
        self.frames.load(Ordering::Relaxed)
    }

    /// Seconds of processor time so far, by all threads.
    fn cpu_s(&self) -> Result<f64> {
        Self::cpu_of(&format!("/proc/{}/stat", self.child.id()))
    }

    /// The same of the thread that draws the interface alone, without those that draw its pixels.
    fn own_cpu_s(&self) -> Result<f64> {
        let id = self.child.id();
        Self::cpu_of(&format!("/proc/{id}/task/{id}/stat"))
    }

    fn cpu_of(path: &str) -> Result<f64> {
        let stat = std::fs::read_to_string(path)?;
        // Fields 14 and 15 of proc_pid_stat(5); the name before them may hold spaces.
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in stat")?;
        let ticks: Vec<f64> =
            fields.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
        Ok(ticks.iter().sum::<f64>() / USER_HZ)
    }

    /// Resident memory in MB: all of it, and the part that is not a file.
    fn memory_mb(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| -> Result<f64> {
            let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line")?;
            let kb: f64 = line.split_whitespace().nth(1).ok_or("no value")?.parse()?;
            Ok(kb * 1024.0 / 1e6)
        };
        Ok((of("VmRSS:")?, of("RssAnon:")?))
    }

    /// Frames and processor time during [`WATCH`].
    fn watch(&self) -> Result<Watched> {
        let (frames, cpu, own) = (self.frames(), self.cpu_s()?, self.own_cpu_s()?);
        sleep(WATCH);
        let share = |from: f64, to: f64| (to - from) / WATCH.as_secs_f64() * 100.0;
        Ok(Watched {
            frames: (self.frames() - frames) as f64,
            cpu: share(cpu, self.cpu_s()?),
            own: share(own, self.own_cpu_s()?),
            memory: self.memory_mb()?,
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Starts both programs in turn, so that both meet the same neighbours.
fn starts(options: &Options) -> Result<()> {
    let mut times: [Vec<(f64, f64)>; 2] = Default::default();
    for n in 0..=STARTS {
        for (path, times) in [&options.empty, &options.marsdeck].into_iter().zip(&mut times) {
            let measured = Program::start(path, &[], &options.home)?.first_frames()?;
            // The first start of each reads its files from the disk.
            if n > 0 {
                times.push(measured);
            }
        }
    }
    let [empty, ours] = times;
    for (name, pick) in [
        ("start to first frame, ms", (|t: &(f64, f64)| t.0) as fn(&(f64, f64)) -> f64),
        ("start to first frame drawn, ms", |t| t.1),
    ] {
        let of = |times: &[(f64, f64)]| median(times.iter().map(pick).collect());
        line(name, of(&empty), of(&ours), "<= 1.5 x");
    }
    Ok(())
}

fn line(name: &str, empty: f64, ours: f64, target: &str) {
    println!("{name:<44} {empty:>9.2} {ours:>9.2} {:>8.2}   {target}", ours / empty);
}

/// Settles a window and watches it.
fn watched(path: &Path, words: &[&str], home: &Path) -> Result<Watched> {
    let program = Program::start(path, words, home)?;
    program.first_frames()?;
    sleep(SETTLE);
    program.watch()
}

/// A copy of the demo archive with half an hour of data that has just come, so that the console
/// follows it and its clocks tick.
fn live_archive(options: &Options) -> Result<PathBuf> {
    let demo = options.home.join(".local/share/marsdeck/demo");
    let live = options.home.join("live");
    let done = Command::new("cp").arg("-r").arg(&demo).arg(&live).status()?;
    if !done.success() {
        return Err(format!("{} could not be copied", demo.display()).into());
    }
    let source = SourceId {
        network: "XB".into(),
        station: "ELYSE".into(),
        location: "02".into(),
        channel: "BHU".into(),
    };
    let now = SystemClock.now();
    let samples = Samples::I32((0..36_000).map(|i| (i % 200) * 10).collect());
    let start = now.plus_s(-1_800.0);
    let trace = Trace { source, start, rate_hz: 20.0, publication: 1, samples };
    let records =
        mseed::write(&trace, &WriteOptions::default()).map_err(|problem| problem.to_string())?;
    let (archive, _) = Archive::open_or_create(&live, now)?;
    archive.append_waveform("raw", &records)?;
    Ok(live)
}

fn press(keys: &[&str]) -> Result<()> {
    let found = Command::new("xdotool").args(["search", "--name", "^marsdeck$"]).output()?;
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    let window = text.lines().next().ok_or("no window with the title marsdeck")?.to_owned();
    for words in [vec!["windowfocus", &window], [&["key"], keys].concat()] {
        if !Command::new("xdotool").args(words).status()?.success() {
            return Err("xdotool failed".into());
        }
        sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Memory while the demo is replayed.
fn replay(options: &Options) -> Result<()> {
    let settings = options.home.join(".config/marsdeck");
    std::fs::create_dir_all(&settings)?;
    std::fs::write(settings.join("settings.json"), r#"{"speed": 1000.0}"#)?;
    let program = Program::start(&options.marsdeck, &[], &options.home)?;
    program.first_frames()?;
    sleep(SETTLE);
    let frames = program.frames();
    press(&["space"])?;
    sleep(Duration::from_secs(2));
    if program.frames() < frames + 5 {
        return Err("the replay did not start".into());
    }
    println!("\nreplay x1000, {:.0} minutes", options.replay.as_secs_f64() / 60.0);
    println!("{:>6} {:>9} {:>9} {:>9} {:>9}", "s", "RSS MB", "anon MB", "frames/s", "CPU %");
    let watch = Stopwatch::now();
    let (mut frames, mut cpu, mut at) = (program.frames(), program.cpu_s()?, 0.0);
    while watch.elapsed() < options.replay {
        sleep(READ_EVERY);
        let (rss, anonymous) = program.memory_mb()?;
        let (frames_now, cpu_now, now) =
            (program.frames(), program.cpu_s()?, watch.elapsed().as_secs_f64());
        println!(
            "{now:>6.0} {rss:>9.1} {anonymous:>9.1} {:>9.1} {:>9.0}",
            (frames_now - frames) as f64 / (now - at),
            (cpu_now - cpu) / (now - at) * 100.0
        );
        (frames, cpu, at) = (frames_now, cpu_now, now);
    }
    Ok(())
}

fn main() -> Result<()> {
    let Some(options) = options()? else {
        println!("skipped: benches/scripts/window.sh gives this its display and programs");
        return Ok(());
    };
    println!("{:<44} {:>9} {:>9} {:>8}   target", "", "empty", "marsdeck", "ratio");
    starts(&options)?;
    let empty = watched(&options.empty, &[], &options.home)?;
    let ours = watched(&options.marsdeck, &[], &options.home)?;
    line("nothing moves: frames in 20 s", empty.frames, ours.frames, "0");
    line("nothing moves: CPU %", empty.cpu, ours.cpu, "0");
    line("RSS, MB", empty.memory.0, ours.memory.0, "<= empty + 150");
    line("RSS without files, MB", empty.memory.1, ours.memory.1, "");
    let live = live_archive(&options)?;
    let live = live.to_str().ok_or("the folder's name is not UTF-8")?;
    let empty = watched(&options.empty, &["--ticks"], &options.home)?;
    let ours = watched(&options.marsdeck, &[live], &options.home)?;
    line("a tick a second: frames in 20 s", empty.frames, ours.frames, "");
    line("a tick a second: CPU %", empty.cpu, ours.cpu, "<= 1.2 x");
    line("... of the thread of the interface", empty.own, ours.own, "");
    line("... of the rasteriser", empty.cpu - empty.own, ours.cpu - ours.own, "");
    replay(&options)
}
