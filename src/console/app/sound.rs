//! Tones and desktop notifications, by programs that the system has: no library is needed, and
//! where there is no sound the strip says so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use marsdeck_engine::mission::Severity;

/// Programs that play a WAV file, with what comes before its name.
const PLAYERS: [(&str, &[&str]); 3] = [("pw-play", &[]), ("paplay", &[]), ("aplay", &["-q"])];
/// A player that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// Samples a second of the tones.
const RATE: u32 = 22_050;

/// What is to be heard or shown.
enum Order {
    Tone(Severity),
    Notify { title: String, body: String, urgent: bool },
}

/// The speaker of a console with a window.
pub(super) struct Speaker {
    orders: Sender<Order>,
    silent: Arc<AtomicBool>,
}

impl Speaker {
    /// Starts it; tones are kept in a folder of the operator. None where no thread can start.
    pub(super) fn start(folder: &Path) -> Option<Self> {
        let (orders, queue) = bounded(4);
        let silent = Arc::new(AtomicBool::new(false));
        let (flag, folder) = (Arc::clone(&silent), folder.join("tones"));
        let run = move || serve(&queue, &folder, &flag);
        std::thread::Builder::new().name("speaker".into()).spawn(run).ok()?;
        Some(Self { orders, silent })
    }

    /// Whether nothing can be heard: no player works.
    pub(super) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    /// Sounds a severity; what does not fit into the queue is left out.
    pub(super) fn tone(&self, severity: Severity) {
        drop(self.orders.try_send(Order::Tone(severity)));
    }

    /// Shows a notification of the desktop.
    pub(super) fn notify(&self, title: String, body: String, urgent: bool) {
        drop(self.orders.try_send(Order::Notify { title, body, urgent }));
    }
}

fn serve(queue: &Receiver<Order>, folder: &Path, silent: &AtomicBool) {
    let mut notifier = find("notify-send");
    silent.store(!PLAYERS.iter().any(|(name, _)| find(name).is_some()), Ordering::Relaxed);
    for order in queue {
        match order {
            Order::Tone(severity) => {
                let heard = tone_file(folder, severity).is_some_and(|file| {
                    PLAYERS.iter().any(|(name, before)| {
                        find(name).is_some_and(|player| {
                            run(Command::new(player).args(*before).arg(&file))
                        })
                    })
                });
                silent.store(!heard, Ordering::Relaxed);
            }
            Order::Notify { title, body, urgent } => {
                let Some(program) = &notifier else { continue };
                let urgency = if urgent { "critical" } else { "normal" };
                let mut command = Command::new(program);
                command.args(["--app-name=marsdeck", "--urgency", urgency, "--"]);
                if !run(command.args([title, marked_up(&body)])) {
                    tracing::info!("the desktop shows no notifications");
                    notifier = None;
                }
            }
        }
    }
}

/// Bodies of notifications may hold markup; a name from outside does not.
fn marked_up(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where a program is.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|p| p.is_file())
}

/// Runs a program to its end; whether it did what it should.
fn run(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
    // It hangs: ended, and its remains taken away.
    drop(child.kill());
    drop(child.wait());
    false
}

/// The file of a tone, made where it is missing.
fn tone_file(folder: &Path, severity: Severity) -> Option<PathBuf> {
    let (name, notes) = melody(severity);
    let path = folder.join(format!("{name}.wav"));
    let bytes = wav(notes);
    if std::fs::read(&path).is_ok_and(|held| held == bytes) {
        return Some(path);
    }
    std::fs::create_dir_all(folder).ok()?;
    std::fs::write(&path, bytes).ok()?;
    Some(path)
}

/// Notes of a severity: frequency in hertz (0: silence) and length in seconds. More notes are
/// worse, so that they are told apart by rhythm and not by pitch alone.
fn melody(severity: Severity) -> (&'static str, &'static [(f64, f64)]) {
    match severity {
        Severity::Critical | Severity::Severe => {
            ("critical", &[(988.0, 0.12), (0.0, 0.06), (988.0, 0.12), (0.0, 0.06), (988.0, 0.3)])
        }
        Severity::Distress => ("serious", &[(784.0, 0.15), (0.0, 0.08), (784.0, 0.15)]),
        _ => ("caution", &[(523.0, 0.2)]),
    }
}

/// Notes as a WAV file: RIFF, PCM, one channel of 16 bits.
fn wav(notes: &[(f64, f64)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (hertz, length_s) in notes {
        let count = (length_s * f64::from(RATE)) as u32;
        for i in 0..count {
            let t = f64::from(i) / f64::from(RATE);
            // Soft edges of 5 ms keep the speaker from clicking.
            let edge = (t.min(length_s - t) / 0.005).clamp(0.0, 1.0);
            let value = (t * hertz * std::f64::consts::TAU).sin() * edge * 0.5;
            data.extend_from_slice(&((value * 32_767.0) as i16).to_le_bytes());
        }
    }
    let length = data.len() as u32;
    let mut file = Vec::with_capacity(data.len() + 44);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(&2_u16.to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&data);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_wav_files_that_differ() {
        let folder = tempfile::tempdir().expect("a folder");
        let files: Vec<_> = [Severity::Watch, Severity::Distress, Severity::Critical]
            .into_iter()
            .map(|s| std::fs::read(tone_file(folder.path(), s).expect("made")).expect("there"))
            .collect();
        for file in &files {
            assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
            let length = u32::from_le_bytes([file[40], file[41], file[42], file[43]]);
            assert_eq!(file.len(), 44 + length as usize);
        }
        assert!(files[0] != files[1] && files[1] != files[2]);
    }

    #[test]
    fn a_program_that_fails_or_is_missing_is_no_sound() {
        assert!(find("no such program of anybody").is_none());
        assert!(!run(&mut Command::new("/no/such/player")));
        assert_eq!(marked_up("<b>&"), "&lt;b&gt;&amp;");
    }
}
