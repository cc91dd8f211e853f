//! The thread of an uplink.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, unbounded};

use super::config::{UplinkConfig, UplinkStatus};
use super::station::{Confirmation, Confirmations};
use crate::format::ccsds::telecommand::{Fop, FopEvent, segments, write_cltu};
use crate::link::LinkState;
use crate::time::Clock;

/// Packets that may wait; one more is refused.
const QUEUE: usize = 64;
/// How long a read waits, so that orders and time are looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long a connection may take to be made, and a write to be taken.
const PATIENCE: Duration = Duration::from_secs(3);
/// First and longest pause before a connection is tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(10)];

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UplinkEvent {
    /// The station radiated all of it.
    Sent(u64),
    /// The spacecraft has all of its frames.
    Acknowledged(u64),
    /// Nobody knows whether it arrived; it is not sent again.
    Lost(u64, String),
    /// Nothing of it left.
    Returned(u64, String),
}

type Shared = Arc<Mutex<UplinkStatus>>;

/// A running uplink. Dropping it stops it.
#[derive(Debug)]
pub struct Uplink {
    config: UplinkConfig,
    status: Shared,
    packets: Option<Sender<(u64, Vec<u8>)>>,
    events: Receiver<UplinkEvent>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Uplink {
    /// Starts the thread. `first` chooses the number of the first frame; different ones keep old
    /// frames and words from being taken for new ones.
    pub fn start(
        config: UplinkConfig,
        first: u8,
        clock: Arc<dyn Clock + Send + Sync>,
    ) -> std::io::Result<Self> {
        let (packets, queue) = bounded(QUEUE);
        let (teller, events) = unbounded();
        let status: Shared = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let thread = if config.enabled {
            let mut course = Course {
                fop: Fop::new(config.options(clock.now())),
                config: config.clone(),
                clock,
                status: Arc::clone(&status),
                queue,
                events: teller,
                stop: Arc::clone(&stop),
                first,
                written: 0,
                ends: VecDeque::new(),
            };
            let label = format!("uplink {}", config.mission);
            Some(std::thread::Builder::new().name(label).spawn(move || course.run())?)
        } else {
            None
        };
        Ok(Self { config, status, packets: Some(packets), events, stop, thread })
    }

    /// How it is set up.
    pub fn config(&self) -> &UplinkConfig {
        &self.config
    }

    /// How it fares.
    pub fn status(&self) -> UplinkStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a packet under a number of the caller's; where it fails nothing of it left.
    pub fn send(&self, number: u64, packet: &[u8]) -> Result<(), String> {
        // Held until the packet is in the queue: the thread empties it once it is not ready.
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if !status.is_ready {
            let detail = &status.detail;
            return Err(format!("the uplink of {} is not ready: {detail}", self.config.mission));
        }
        let Some(packets) = &self.packets else { return Err("the uplink has ended".to_owned()) };
        packets.try_send((number, packet.to_vec())).map_err(|error| match error {
            TrySendError::Full(_) => format!("{QUEUE} commands wait for the uplink already"),
            TrySendError::Disconnected(_) => "the uplink is switched off".to_owned(),
        })
    }

    /// What became of packets since the last call.
    pub fn take_events(&self) -> Vec<UplinkEvent> {
        self.events.try_iter().collect()
    }
}

impl Drop for Uplink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.packets = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Course {
    config: UplinkConfig,
    clock: Arc<dyn Clock + Send + Sync>,
    status: Shared,
    queue: Receiver<(u64, Vec<u8>)>,
    events: Sender<UplinkEvent>,
    stop: Arc<AtomicBool>,
    fop: Fop,
    first: u8,
    /// Units written since the connection began.
    written: u64,
    /// After so many units a packet has left.
    ends: VecDeque<(u64, u64)>,
}

impl Course {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn say(&self, state: LinkState, detail: String) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        (status.state, status.detail) = (state, detail);
        status.is_ready = false;
    }

    fn tell(&self, event: UplinkEvent) {
        // The receiver only goes with the uplink.
        drop(self.events.send(event));
    }

    fn run(&mut self) {
        let [mut pause, longest] = PAUSES;
        while !self.is_stopped() {
            let address = self.config.address.clone();
            self.say(LinkState::Unavailable, format!("connecting to {address}"));
            let why = match self.connect(address.clone()) {
                Ok(stream) => {
                    let begun = Moment::now();
                    let why = self.operate(stream);
                    if begun.elapsed() > longest {
                        pause = PAUSES[0];
                    }
                    // Nothing is taken from here on.
                    self.say(LinkState::Unavailable, why.clone());
                    self.give_up(&why);
                    why
                }
                Err(error) => format!("cannot connect to {address}: {error}"),
            };
            self.say(LinkState::Unavailable, format!("{why}; trying again"));
            let begun = Moment::now();
            while begun.elapsed() < pause && !self.is_stopped() {
                std::thread::park_timeout(LOOK);
            }
            pause = (pause * 2).min(longest);
        }
        self.say(LinkState::Disabled, String::new());
        self.give_up("the uplink was switched off");
    }

    /// Connects on a thread of its own: a stop waits for no name and no host.
    fn connect(&self, address: String) -> Result<TcpStream, String> {
        let (done, made) = bounded(1);
        // After a stop nobody takes it, and the connection is dropped.
        let body = move || drop(done.send(connect(&address)));
        let spawned = std::thread::Builder::new().name("uplink-wait".to_owned()).spawn(body);
        spawned.map_err(|error| error.to_string())?;
        loop {
            match made.recv_timeout(LOOK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) if !self.is_stopped() => {}
                Err(_) => return Err("the uplink was switched off".to_owned()),
            }
        }
    }

    /// Works over a connection until it ends; why it did.
    fn operate(&mut self, mut stream: TcpStream) -> String {
        let peer = stream.peer_addr().map_or(String::new(), |peer| peer.to_string());
        (self.written, self.first) = (0, self.first.wrapping_add(101));
        self.ends.clear();
        self.fop = Fop::new(self.config.options(self.clock.now()));
        self.fop.initiate(self.first);
        {
            let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
            status.connects += 1;
            (status.radiated, status.word) = (0, None);
        }
        let (mut buffer, mut heard) = ([0; 4096], Confirmations::default());
        while !self.is_stopped() {
            let now = self.clock.now();
            while let Ok((number, packet)) = self.queue.try_recv() {
                let frames = segments(&packet, 0, self.config.segment_bytes);
                if !self.fop.push(number, frames) {
                    let reason = "too many frames wait for the uplink already".to_owned();
                    self.tell(UplinkEvent::Returned(number, reason));
                }
            }
            self.fop.set_timer(self.config.options(now).timer_s);
            self.fop.tick(now);
            if let Some(why) = self.write(&mut stream) {
                return why;
            }
            self.pass_on();
            if let Err(why) = self.read(&mut stream, &mut buffer, &mut heard) {
                return why;
            }
            self.show(&peer);
        }
        "the uplink was switched off".to_owned()
    }

    /// Writes what is to be sent; why that failed.
    fn write(&mut self, stream: &mut TcpStream) -> Option<String> {
        let frames = match self.fop.send(self.clock.now()) {
            Ok(frames) => frames,
            Err(problem) => return Some(problem.to_string()),
        };
        if frames.is_empty() {
            return None;
        }
        let mut bytes = Vec::new();
        for sending in &frames {
            self.written += 1;
            self.ends.extend(sending.ends.map(|unit| (self.written, unit)));
            bytes.extend(write_cltu(&sending.frame));
        }
        let written = self.put(stream, &bytes);
        written.err().map(|error| format!("the station takes nothing: {error}"))
    }

    /// Writes all of it, unless the station takes nothing for too long or the uplink is stopped.
    fn put(&self, stream: &mut TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        let mut begun = Moment::now();
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    begun = Moment::now();
                }
                Err(error) if !is_quiet(&error) => return Err(error),
                Err(error) if begun.elapsed() > PATIENCE || self.is_stopped() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn read(
        &mut self,
        stream: &mut TcpStream,
        buffer: &mut [u8],
        heard: &mut Confirmations,
    ) -> Result<(), String> {
        let count = match stream.read(buffer) {
            Ok(0) => return Err("the station hung up".to_owned()),
            Ok(count) => count,
            Err(error) if is_quiet(&error) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        let now = self.clock.now();
        for record in heard.push(bytes).map_err(|problem| problem.to_string())? {
            match record {
                Confirmation::Word(word) => {
                    self.fop.hear(&word, now);
                    let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
                    status.word = Some((now, word));
                }
                Confirmation::Radiated(count) => {
                    let count = u64::from(count);
                    while let Some((_, unit)) = self.ends.pop_front_if(|(end, _)| *end <= count) {
                        self.tell(UplinkEvent::Sent(unit));
                    }
                    let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
                    status.radiated = count;
                }
            }
        }
        Ok(())
    }

    /// Hands on what the operation tells.
    fn pass_on(&mut self) {
        for event in self.fop.take_events() {
            match event {
                FopEvent::Acknowledged(unit) => {
                    // The count of the station may come late; what has arrived was radiated.
                    if let Some(at) = self.ends.iter().position(|(_, of)| *of == unit) {
                        self.ends.remove(at);
                        self.tell(UplinkEvent::Sent(unit));
                    }
                    self.tell(UplinkEvent::Acknowledged(unit));
                }
                FopEvent::Alert { reason, out, unsent } => {
                    // Frames without a number are not kept by the operation; here they are, until
                    // the station has radiated them. Nothing is told to be sent after this.
                    let written: Vec<u64> = self.ends.drain(..).map(|(_, unit)| unit).collect();
                    let written = if self.config.sequenced { Vec::new() } else { written };
                    for unit in out.into_iter().chain(written) {
                        self.tell(UplinkEvent::Lost(unit, reason.clone()));
                    }
                    for unit in unsent {
                        self.tell(UplinkEvent::Returned(unit, reason.clone()));
                    }
                    // Other numbers: frames of before are taken for nothing.
                    self.first = self.first.wrapping_add(101);
                    self.fop.initiate(self.first);
                }
            }
        }
    }

    /// The connection is gone: tells what became of everything that was given.
    fn give_up(&mut self, why: &str) {
        self.fop.abandon(why);
        self.pass_on();
        while let Ok((number, _)) = self.queue.try_recv() {
            self.tell(UplinkEvent::Returned(number, why.to_owned()));
        }
    }

    fn show(&self, peer: &str) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.is_ready = self.fop.is_active();
        status.state = if status.is_ready { LinkState::Ok } else { LinkState::Unavailable };
        status.detail = if status.is_ready {
            format!("connected to the station at {peer}")
        } else {
            format!("connected to the station at {peer}; the spacecraft has not answered yet")
        };
        status.next = self.fop.next_number();
        status.on_the_way = self.fop.on_the_way();
        status.again = self.fop.retransmissions();
    }
}

/// Whether an error only says that nothing could be done yet.
fn is_quiet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn connect(address: &str) -> Result<TcpStream, String> {
    let addresses = address.to_socket_addrs().map_err(|error| error.to_string())?;
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                let set = stream
                    .set_nodelay(true)
                    .and_then(|()| stream.set_read_timeout(Some(LOOK)))
                    .and_then(|()| stream.set_write_timeout(Some(LOOK)));
                return set.map(|()| stream).map_err(|error| error.to_string());
            }
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}
