//! Connections from senders to an address of this machine, one stream after the other.
//!
//! One sender speaks at a time. The first one keeps the floor as long as it lives: something that
//! merely connects (a health check, a port scan) never cuts a running stream. Others wait,
//! unread, so that they lose nothing; one of them takes over when the present one ends, or when
//! it has sent data while the present one has been silent for some seconds (its machine died
//! without saying so and it has connected again).

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::model::{Delivery, LinkState};
use super::net::{self, Got, READ_BYTES};
use super::port::{Flow, Pauses, Port};

/// Most connections that wait; more are closed.
const MAX_WAITING: usize = 8;

/// Listens until it is stopped.
pub(super) fn run(port: &Port, address: &str) -> Flow {
    let mut pauses = Pauses::new(port);
    loop {
        let why = match net::listen(port, address)? {
            Ok(listener) => {
                pauses.reset();
                Server { port, listener, waiting: VecDeque::new() }.serve()?
            }
            Err(error) => {
                let (state, detail) = net::bind_trouble(address, &error);
                if state == LinkState::Failed {
                    port.say(state, detail);
                    return Ok(());
                }
                detail
            }
        };
        pauses.wait(&why)?;
    }
}

/// A listener and who waits there.
struct Server<'a> {
    port: &'a Port,
    listener: TcpListener,
    waiting: VecDeque<TcpStream>,
}

impl Server<'_> {
    /// Serves one sender after the other, until the listener itself fails, with the reason.
    fn serve(&mut self) -> Flow<String> {
        self.idle();
        loop {
            self.port.check()?;
            if let Err(why) = self.accept() {
                return Ok(why);
            }
            // Who has something to say goes first; where nobody has, the one who came first.
            self.sender_waits();
            let Some(stream) = self.waiting.pop_front() else {
                self.port.sleep(self.port.tempo.tick)?;
                continue;
            };
            let peer = net::peer(&stream);
            self.port.connected(peer.clone(), format!("{peer} is connected"));
            if self.pass_on(stream)? {
                self.port.hand_over(Delivery::Break)?;
            }
            self.port.peer("");
            self.idle();
        }
    }

    /// Says where it listens, with the port that the system chose.
    fn idle(&self) {
        let at = self.listener.local_addr().map_or_else(|_| String::new(), |at| at.to_string());
        self.port.say(LinkState::Ok, format!("listening at {at}; nobody is connected"));
    }

    /// Takes in who knocks.
    fn accept(&mut self) -> Result<(), String> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    let ready = net::prepare(&stream, self.port.tempo.tick).is_ok();
                    if ready && self.waiting.len() < MAX_WAITING {
                        self.waiting.push_back(stream);
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    // The one who knocked went away, or the system has no room just now.
                    ErrorKind::ConnectionAborted
                    | ErrorKind::ConnectionReset
                    | ErrorKind::Interrupted => {}
                    _ => return Err(format!("cannot accept connections: {error}")),
                },
            }
        }
    }

    /// Hands over a stream until it ends or another takes over; whether anything came.
    fn pass_on(&mut self, mut stream: TcpStream) -> Flow<bool> {
        let mut buffer = vec![0; READ_BYTES];
        let (mut got_any, mut silent) = (false, Duration::ZERO);
        loop {
            self.port.check()?;
            match net::read(&mut stream, &mut buffer) {
                Got::Bytes(n) => {
                    (got_any, silent) = (true, Duration::ZERO);
                    self.port.received(n);
                    let bytes = buffer.get(..n).unwrap_or_default().to_vec();
                    self.port.hand_over(Delivery::Stream(bytes))?;
                }
                Got::Quiet => {
                    silent += self.port.tempo.tick;
                    // A listener that fails is noticed when this stream is over.
                    let _ = self.accept();
                    if silent >= self.port.tempo.takeover && self.sender_waits() {
                        return Ok(got_any);
                    }
                }
                Got::End(_) => return Ok(got_any),
            }
        }
    }

    /// Whether one of those who wait has sent something; it is put first. Who hung up is dropped.
    fn sender_waits(&mut self) -> bool {
        for _ in 0..self.waiting.len() {
            let Some(stream) = self.waiting.pop_front() else { break };
            match peek(&stream) {
                Ok(0) => {}
                Ok(_) => {
                    self.waiting.push_front(stream);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.waiting.push_back(stream);
                }
                Err(_) => {}
            }
        }
        false
    }
}

/// Looks for bytes without waiting and without taking them.
fn peek(stream: &TcpStream) -> std::io::Result<usize> {
    stream.set_nonblocking(true)?;
    let seen = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    seen
}
