//! The thread of an uplink: connects, converses with the station, and connects again.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{convert::Infallible, io};

use crossbeam_channel::{Receiver, Sender, after, bounded, select};

use super::commands::Commands;
use super::model::{UplinkConfig, UplinkEvent};
use super::run::{Board, MOST_EVENTS, Order};
use crate::format::ccsds::telecommand::{
    Alert, Clcw, Control, Directive, FRAME_OVERHEAD, Fop, FopConfig, FopEvent, FopState, segments,
    write_cltu,
};
use crate::link::net::{self, Got, READ_BYTES, because};
use crate::link::port::{Ended, Flow, Pauses, Port, Shared};
use crate::link::{Answer, Answers, LinkState, Source};
use crate::time::{Clock, Instant, light_time_s};

/// Frames that are not acknowledged at most; the simulated spacecraft takes as many ahead.
const WINDOW: u8 = 100;
/// How far a new frame number is from the old ones: half of the numbers.
const AWAY: u8 = 128;
/// The access point on which commands arrive.
const MAP: u8 = 0;

/// Everything that the thread works with.
pub(super) struct Worker {
    port: Arc<Port>,
    config: UplinkConfig,
    clock: Arc<dyn Clock + Send + Sync>,
    link: Arc<Shared>,
    board: Arc<Board>,
    orders: Receiver<Order>,
    out: Sender<UplinkEvent>,
    stop: Receiver<Infallible>,
    fop: Fop,
    commands: Commands,
    answers: Answers,
    /// Whether an Unlock is awaited, after which the frame number is set.
    is_unlocking: bool,
    /// Whether no frame number was set yet.
    is_new: bool,
    /// CLTUs given to this connection.
    cltus: u32,
}

impl Worker {
    pub(super) fn new(
        port: Port,
        config: UplinkConfig,
        clock: Arc<dyn Clock + Send + Sync>,
        (link, board): (Arc<Shared>, Arc<Board>),
        (orders, out): (Receiver<Order>, Sender<UplinkEvent>),
        stop: Receiver<Infallible>,
    ) -> Self {
        let fop = Fop::new(FopConfig {
            spacecraft: config.scid,
            channel: config.vcid,
            window: WINDOW,
            timer_ns: 0,
            limit: config.limit,
        });
        let (commands, answers) = (Commands::default(), Answers::default());
        let (is_unlocking, cltus, port) = (false, 0, Arc::new(port));
        Self {
            port,
            config,
            clock,
            link,
            board,
            orders,
            out,
            stop,
            fop,
            commands,
            answers,
            is_unlocking,
            is_new: true,
            cltus,
        }
    }

    /// The whole life of the thread.
    pub(super) fn work(mut self) {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run()));
        let (state, detail) = match outcome {
            Ok(_) => (LinkState::Disabled, "stopped"),
            Err(_) => (
                LinkState::Failed,
                "a fault in marsdeck ended this uplink; start it anew and report it",
            ),
        };
        self.give_up(detail);
        self.say(state, detail.to_owned());
    }

    fn run(&mut self) -> Flow {
        let Source::Tcp(address) = self.config.address.clone() else { return Ok(()) };
        let port = Arc::clone(&self.port);
        let mut pauses = Pauses::new(&port);
        loop {
            self.say(LinkState::Unavailable, format!("connecting to {address}"));
            let why = match net::connect(&port, &address)? {
                Err(error) => format!("cannot connect to {address}: {}", because(&error)),
                Ok(stream) => {
                    let (why, has_worked) = self.session(stream)?;
                    if has_worked {
                        pauses.reset();
                    }
                    format!("{address}: {why}")
                }
            };
            self.give_up(&why);
            let pause = pauses.take();
            let seconds = pause.as_secs_f64();
            let detail = format!("{why}; trying again in {seconds} s");
            self.say(LinkState::Unavailable, detail);
            self.wait(pause)?;
        }
    }

    /// Waits; commands that were taken in the last moment go back.
    fn wait(&mut self, pause: Duration) -> Flow {
        let over = after(pause);
        loop {
            select! {
                recv(self.stop) -> _ => return Err(Ended),
                recv(over) -> _ => return Ok(()),
                recv(self.orders) -> order => {
                    self.give_back(order.map_err(|_| Ended)?, "there is no connection");
                }
            }
        }
    }

    /// A connection from its beginning to its end: why it ended, and whether the spacecraft
    /// ever answered.
    fn session(&mut self, mut stream: TcpStream) -> Flow<(String, bool)> {
        let peer = net::peer(&stream);
        let (pieces, reader) = match reader(&stream) {
            Ok(started) => started,
            Err(error) => return Ok((because(&error), false)),
        };
        let detail = format!("connected to {peer}; the spacecraft is asked for its state");
        self.port.connected(peer, detail.clone());
        self.say(LinkState::Unavailable, detail);
        self.answers = Answers::default();
        self.cltus = 0;
        self.board.change(|figures| figures.radiated = 0);
        let outcome = self.converse(&mut stream, &pieces);
        self.board.is_ready.store(false, Ordering::Release);
        self.port.peer("");
        // Wakes the reader, which may be at either.
        let _ = stream.shutdown(Shutdown::Both);
        drop(pieces);
        let _ = reader.join();
        outcome
    }

    fn converse(
        &mut self,
        stream: &mut TcpStream,
        pieces: &Receiver<Result<Vec<u8>, String>>,
    ) -> Flow<(String, bool)> {
        let mut has_worked = false;
        self.set_number();
        loop {
            self.follow();
            if let Err(error) = self.transmit(stream) {
                return Ok((format!("the connection was cut ({})", because(&error)), has_worked));
            }
            has_worked |= self.board.is_ready.load(Ordering::Acquire);
            select! {
                recv(self.stop) -> _ => return Err(Ended),
                recv(self.orders) -> order => self.take(order.map_err(|_| Ended)?),
                recv(pieces) -> piece => {
                    let closed = || "the connection was closed".to_owned();
                    let heard = piece.map_err(|_| closed()).flatten();
                    if let Err(why) = heard.and_then(|bytes| self.hear(&bytes)) {
                        return Ok((why, has_worked));
                    }
                }
                default(self.patience()) => {}
            }
            let now = self.clock.now();
            self.fop.tick(now);
        }
    }

    /// How long to wait before the timer is looked at.
    fn patience(&self) -> Duration {
        let tick = self.port.tempo.tick;
        let Some(deadline) = self.fop.deadline() else { return tick };
        let left = deadline.ns_since(self.clock.now()).max(1_000_000);
        Duration::from_nanos(left.unsigned_abs()).min(tick)
    }

    /// The timer T1 at this moment.
    fn timer_ns(&self, now: Instant) -> i64 {
        let way_s = if self.config.light_time { 2.0 * light_time_s(now) } else { 0.0 };
        ((self.config.t1_s + way_s) * 1e9) as i64
    }

    fn initiate(&mut self, directive: Directive) {
        let now = self.clock.now();
        self.fop.set_timer_ns(self.timer_ns(now));
        self.fop.initiate(now, directive);
    }

    /// Tells the spacecraft a number that is far from those of before. The first one comes from
    /// the clock, because an earlier run of the program may have sent frames too.
    fn set_number(&mut self) {
        let second = (self.clock.now().unix_ns() / 1_000_000_000) as u8;
        let far = self.fop.next_number().wrapping_add(AWAY);
        let number = if self.is_new { second } else { far };
        self.is_new = false;
        self.is_unlocking = false;
        self.initiate(Directive::SetVr(number));
    }

    fn unlock(&mut self) {
        self.is_unlocking = true;
        self.initiate(Directive::Unlock);
    }

    /// Takes a command.
    fn take(&mut self, order: Order) {
        if !self.board.is_ready.load(Ordering::Acquire) {
            return self.give_back(order, "the spacecraft has not answered yet");
        }
        let parts = segments(&order.packet, MAP, self.config.frame_bytes - FRAME_OVERHEAD);
        if parts.len() > self.fop.room() {
            return self.give_back(order, "too many frames wait; choose a larger frame_bytes");
        }
        let now = self.clock.now();
        self.fop.set_timer_ns(self.timer_ns(now));
        let first = self.commands.add(order.id, parts.len() as u64);
        for (tag, part) in (first..).zip(parts) {
            if let Err(problem) = self.fop.send(now, tag, part) {
                // There was room and the service stands, so this is a fault: nothing may go
                // out in pieces.
                tracing::error!("a command could not be queued: {problem}");
                self.fop.terminate();
                self.give_up("the command could not be queued");
                return self.set_number();
            }
        }
    }

    fn give_back(&mut self, order: Order, reason: &str) {
        self.tell(UplinkEvent::Returned { id: order.id, reason: reason.to_owned() });
    }

    /// Takes what the station sent.
    fn hear(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut found = Vec::new();
        let read = self.answers.push(bytes, &mut found);
        for answer in found {
            match answer {
                Answer::Radiated(count) => {
                    self.board.change(|figures| figures.radiated = count);
                    let mut events = Vec::new();
                    self.commands.radiated(count, &mut events);
                    events.into_iter().for_each(|event| self.tell(event));
                }
                Answer::Report(word) => match Clcw::parse(word) {
                    Ok(clcw) if clcw.channel == self.config.vcid => self.report(&clcw),
                    Ok(_) => {}
                    Err(problem) => tracing::warn!("a report of the spacecraft: {problem}"),
                },
            }
        }
        read.map_err(|problem| problem.reason)
    }

    fn report(&mut self, clcw: &Clcw) {
        self.board.change(|figures| figures.report = Some(*clcw));
        let now = self.clock.now();
        self.fop.report(now, clcw);
        // In lockout the number is not taken; that is found out here.
        let is_setting = matches!(self.fop.control(), Some(Control::SetVr(_)));
        if clcw.lockout && is_setting && self.fop.state() == FopState::Initialising {
            self.unlock();
        }
        self.follow();
    }

    /// Does what the procedure says.
    fn follow(&mut self) {
        loop {
            let events = self.fop.take_events();
            if events.is_empty() {
                break;
            }
            for event in events {
                match event {
                    FopEvent::Ready if self.is_unlocking => self.set_number(),
                    FopEvent::Ready => {
                        self.board.is_ready.store(true, Ordering::Release);
                        self.say(LinkState::Ok, "the spacecraft takes commands".to_owned());
                    }
                    FopEvent::Acknowledged(tag) => {
                        let mut told = Vec::new();
                        self.commands.acknowledged(tag, &mut told);
                        told.into_iter().for_each(|event| self.tell(event));
                    }
                    // It was begun anew from here.
                    FopEvent::Alert { reason: Alert::Terminated, .. } => {}
                    FopEvent::Alert { reason, .. } => self.alert(reason),
                }
            }
        }
        let next = self.fop.next_number();
        self.board.change(|figures| figures.next = next);
    }

    fn alert(&mut self, reason: Alert) {
        self.board.is_ready.store(false, Ordering::Release);
        let words = reason.words();
        self.give_up(words);
        self.say(LinkState::Unavailable, format!("{words}; the spacecraft is asked again"));
        if reason == Alert::Lockout {
            self.unlock();
        } else {
            self.set_number();
        }
    }

    /// Writes what the procedure sends.
    fn transmit(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        let transmissions = self.fop.take_transmissions();
        let repeated = transmissions.iter().filter(|sent| sent.is_again).count() as u64;
        let frames = transmissions.len() as u64;
        let mut bytes = Vec::new();
        for sent in transmissions {
            self.cltus = self.cltus.wrapping_add(1);
            if let Some(tag) = sent.tag {
                // Before it is written: half of it may leave.
                self.commands.leaves(tag, self.cltus);
            }
            write_cltu(&sent.frame, &mut bytes);
        }
        self.board.change(|figures| {
            figures.frames += frames;
            figures.repeated += repeated;
        });
        stream.write_all(&bytes)
    }

    /// Ends all that is under way, and what was given meanwhile.
    fn give_up(&mut self, reason: &str) {
        self.board.is_ready.store(false, Ordering::Release);
        self.fop.terminate();
        let mut events = Vec::new();
        self.commands.give_up(reason, &mut events);
        events.into_iter().for_each(|event| self.tell(event));
        while let Ok(order) = self.orders.try_recv() {
            self.give_back(order, reason);
        }
    }

    /// Says where the uplink stands.
    fn say(&self, state: LinkState, detail: String) {
        self.port.say(state, detail);
        // Where nobody listens the list does not grow.
        if self.out.len() < MOST_EVENTS {
            self.tell(UplinkEvent::Status(self.board.status(&self.link)));
        }
    }

    fn tell(&self, event: UplinkEvent) {
        use UplinkEvent::{Acknowledged, Lost, Returned};
        if matches!(event, Acknowledged { .. } | Lost { .. } | Returned { .. }) {
            self.board.taken.fetch_sub(1, Ordering::AcqRel);
        }
        // Nobody listens any more after a stop.
        let _ = self.out.send(event);
    }
}

/// A thread that reads the connection until it ends, so that commands and answers wake the same
/// wait.
fn reader(stream: &TcpStream) -> io::Result<(Receiver<Result<Vec<u8>, String>>, JoinHandle<()>)> {
    let mut stream = stream.try_clone()?;
    let (out, pieces) = bounded(16);
    let body = move || {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let piece = match net::read(&mut stream, &mut buffer) {
                Got::Bytes(n) => Ok(buffer.get(..n).unwrap_or_default().to_vec()),
                Got::Quiet => continue,
                Got::End(why) => Err(why),
            };
            let is_over = piece.is_err();
            if out.send(piece).is_err() || is_over {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("uplink-read".to_owned()).spawn(body)?;
    Ok((pieces, thread))
}
