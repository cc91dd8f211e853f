//! `marsdeck serve` around the clock: killed while packets pour in, and on a disk that takes no
//! more. What a reader could see in the archive stays there.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Moment};

use marsdeck_engine::archive::{Access, Archive, SeriesKey};
use marsdeck_engine::time::TimeRange;

use super::Home;
use crate::telemetry::{DICTIONARY, PRESSURE, midnight, packet, raw};

/// The longest that anything here may take on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A spacecraft that sends a packet every two milliseconds to whoever is connected.
struct Craft {
    port: u16,
    sent: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Craft {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("without waiting");
        let (sent, stop) = (Arc::<AtomicU32>::default(), Arc::<AtomicBool>::default());
        let (count, end) = (Arc::clone(&sent), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut peer: Option<TcpStream> = None;
            while !end.load(Ordering::Relaxed) {
                if let Ok((stream, _)) = listener.accept() {
                    peer = Some(stream);
                }
                let next = count.load(Ordering::Relaxed);
                match peer.as_mut().map(|peer| peer.write_all(&packet(next))) {
                    Some(Ok(())) => drop(count.fetch_add(1, Ordering::Relaxed)),
                    Some(Err(_)) => peer = None,
                    None => {}
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self { port, sent, stop, thread: Some(thread) }
    }

    /// Stops sending; the number of packets sent.
    fn stop(&mut self) -> u32 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().map(std::thread::JoinHandle::join);
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Craft {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A running `marsdeck serve` and what it says.
struct Served {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Served {
    fn start(home: &Home) -> Self {
        // A limit on the size of files is met by an error, as a full disk is, not by a signal.
        let program = env!("CARGO_BIN_EXE_marsdeck");
        let script = format!("trap '' XFSZ; exec {program} serve --archive live --status 0");
        let mut command = home.command::<&str>(&[]);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).env_clear().current_dir(home.path(""));
        for (name, value) in command.get_envs() {
            shell.envs(value.map(|value| (name.to_owned(), value.to_owned())));
        }
        command = shell;
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = Arc::<Mutex<String>>::default();
        let (text, lines) =
            (Arc::clone(&said), BufReader::new(child.stderr.take().expect("a pipe")));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut text = text.lock().expect("not poisoned");
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { child, said }
    }

    fn said(&self) -> String {
        self.said.lock().expect("not poisoned").clone()
    }

    /// Limits the size of its files in bytes; none takes the limit away.
    fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let done = std::process::Command::new("prlimit")
            .args([&format!("--pid={}", self.child.id()), &format!("--fsize={limit}:unlimited")])
            .status();
        assert!(done.is_ok_and(|status| status.success()), "the limit can be set");
    }

    fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Packets and pressures that a reader of the archive sees, in order of their times.
fn seen(home: &Home) -> (u64, Vec<(u32, f64)>) {
    let Ok((archive, _)) = Archive::open(&home.path("live"), Access::Read) else {
        return (0, Vec::new());
    };
    let never = AtomicBool::new(false);
    let key = SeriesKey::parse(PRESSURE);
    let Ok((times, values, _)) = archive.range(&key, TimeRange::ALL, 1_000_000, &never) else {
        return (archive.stat().packets, Vec::new());
    };
    let second = |time: &marsdeck_engine::time::Instant| time.s_since(midnight()).round() as u32;
    (archive.stat().packets, times.iter().map(second).zip(values).collect())
}

/// Waits until something holds.
#[track_caller]
fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Moment::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what} does not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn set_up(home: &Home, craft: &Craft) {
    home.write("t.xml", DICTIONARY);
    home.say("ingest t.xml --archive live").done();
    let address = format!("tcp:127.0.0.1:{}", craft.port);
    home.say(&format!("link add craft {address} --archive live")).done();
}

/// Every value is the one that its packet held.
fn check(values: &[(u32, f64)]) {
    for (count, value) in values {
        assert_eq!(*value, 5.0 * f64::from(raw(*count)), "packet {count}");
    }
}

#[test]
fn what_could_be_seen_survives_a_kill_while_packets_pour_in() {
    let home = Home::new();
    let mut craft = Craft::start();
    set_up(&home, &craft);
    let mut before: (u64, Vec<(u32, f64)>) = (0, Vec::new());
    for round in 0..6u64 {
        let served = Served::start(&home);
        let enough = before.0 + 40 + 13 * round;
        let mut now = before.clone();
        wait("a hundred more packets", || {
            now = seen(&home);
            now.0 > enough && now.1.len() > before.1.len()
        });
        served.kill();
        let after = seen(&home);
        check(&after.1);
        assert!(after.0 >= now.0, "round {round}: {} packets of {} are left", after.0, now.0);
        let lost = now.1.iter().find(|value| !after.1.contains(value));
        assert_eq!(lost, None, "round {round}");
        before = after;
    }
    craft.stop();
    let served = Served::start(&home);
    wait("the link", || served.said().contains("craft") || seen(&home).0 >= before.0);
    served.kill();
    let verified = home.say("archive verify --archive live").done();
    assert!(verified.text().contains("nothing wrong"), "{}", verified.text());
}

#[test]
fn a_full_disk_holds_up_nothing_and_everything_goes_in_when_there_is_room() {
    if std::process::Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: prlimit is not on this machine");
        return;
    }
    let home = Home::new();
    let mut craft = Craft::start();
    set_up(&home, &craft);
    let served = Served::start(&home);
    wait("packets", || seen(&home).1.len() > 50);
    served.limit_files(Some(0));
    wait("the words that nothing can be archived", || {
        served.said().contains("Nothing of craft can be archived")
    });
    let full = seen(&home);
    let sent = craft.sent.load(Ordering::Relaxed);
    wait("packets while the disk is full", || craft.sent.load(Ordering::Relaxed) > sent + 500);
    assert!(seen(&home).1.len() < full.1.len() + 200, "the disk is not full");
    served.limit_files(None);
    wait("room", || seen(&home).1.len() > full.1.len() + 400);
    wait("the words for it", || served.said().contains("craft is archived again"));
    let sent = craft.stop();
    wait("the last value", || seen(&home).1.len() == sent as usize);
    let (packets, values) = seen(&home);
    check(&values);
    assert_eq!(packets, u64::from(sent), "{}", served.said());
    assert!(values.iter().map(|(count, _)| *count).eq(0..sent), "{}", served.said());
    served.kill();
    home.say("archive verify --archive live").done();
}

#[test]
fn a_suspended_engine_goes_on_where_it_was() {
    let home = Home::new();
    let mut craft = Craft::start();
    set_up(&home, &craft);
    let served = Served::start(&home);
    wait("packets", || seen(&home).0 > 50);
    let signal = |name: &str| {
        let pid = served.child.id().to_string();
        let sent = std::process::Command::new("kill").args([name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {name}");
    };
    signal("-STOP");
    // It stops at once, but a thread may be in the middle of a write.
    std::thread::sleep(Duration::from_millis(200));
    let (asleep, sent) = (seen(&home).0, craft.sent.load(Ordering::Relaxed));
    wait("packets meanwhile", || craft.sent.load(Ordering::Relaxed) > sent + 500);
    assert_eq!(seen(&home).0, asleep);
    signal("-CONT");
    let sent = craft.stop();
    wait("the last value", || seen(&home).1.len() == sent as usize);
    let (packets, values) = seen(&home);
    check(&values);
    assert_eq!(packets, u64::from(sent));
    assert!(values.iter().map(|(count, _)| *count).eq(0..sent), "{}", served.said());
}
