//! `marsdeck serve`: the engine without a window. Its links run, its alarms are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{RecvTimeoutError, bounded};
use marsdeck_engine::link::LinkState;
use marsdeck_engine::runtime::{EngineHandle, Message, MessageLevel, Snapshot};

use super::{ArchiveArgument, Outcome, open, output, place};

/// How often it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(200);

/// Arguments of `marsdeck serve`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: ArchiveArgument,
    /// Stop after so many seconds
    #[arg(long, value_name = "S")]
    duration: Option<f64>,
    /// Print how it fares every so many seconds; 0: never
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    status: f64,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let folder = match &arguments.place.archive {
        Some(folder) => folder.clone(),
        None => place::demo_archive()?,
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let (wake, woken) = bounded(1);
    let waker = Arc::new(move || {
        // Full: it is awake already.
        let _: Result<(), _> = wake.try_send(());
    });
    let engine = open::start(folder, waker, true)?;
    let started = Moment::now();
    let mut told = Moment::now();
    let mut said = None;
    while !stop.load(Ordering::Relaxed) {
        let is_over = |limit: f64| started.elapsed().as_secs_f64() >= limit;
        if arguments.duration.is_some_and(is_over) {
            break;
        }
        match woken.recv_timeout(LOOK) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let snapshot = engine.snapshot();
        said = say(&snapshot, said);
        if arguments.status > 0.0 && told.elapsed().as_secs_f64() >= arguments.status {
            told = Moment::now();
            status(&snapshot);
        }
    }
    status(&engine.snapshot());
    drop(engine);
    Ok(Outcome::Done)
}

/// Prints the messages behind the one that was printed last; returns the newest.
fn say(snapshot: &Snapshot, last: Option<Message>) -> Option<Message> {
    // The list is bounded: where the last one is gone, all of it is new.
    let printed = snapshot.messages.iter().rposition(|message| Some(message) == last.as_ref());
    for message in snapshot.messages.iter().skip(printed.map_or(0, |at| at + 1)) {
        let level = match message.level {
            MessageLevel::Info => "",
            MessageLevel::Warning => "warning: ",
            MessageLevel::Error => "error: ",
        };
        output::message(&format!("{level}{}", message.text));
    }
    snapshot.messages.last().cloned().or(last)
}

/// One line a link: what it brought and what it lost.
fn status(snapshot: &Snapshot) {
    for link in snapshot.links.iter() {
        let (state, counts) = (link.status.state, link.counts);
        let mut parts = vec![
            format!("{} {}", link.config.name, state.word()),
            format!("{} bytes", link.status.bytes),
            format!("{} packets", counts.packets),
            format!("{} values", counts.values),
        ];
        let lost = [
            (counts.bad_frames, "damaged frames"),
            (counts.missing_frames, "missing frames"),
            (counts.missing, "missing packets"),
            (counts.duplicates, "duplicate packets"),
            (counts.unknown, "unknown packets"),
            (link.status.dropped, "dropped datagrams"),
            (counts.lost(), "values, records, messages or packets lost"),
        ];
        parts.extend(lost.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
        if state != LinkState::Ok || link.silent {
            parts.push(link.status.detail.clone());
        }
        output::line(&parts.join(", "));
    }
    if let Some(memory) = snapshot.health.memory {
        let alarms = snapshot.alarms.present.len();
        output::line(&format!("memory {:.1} MB, {alarms} alarms", memory as f64 / 1e6));
    }
}
