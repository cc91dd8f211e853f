//! Lines to a server and back, before the stream begins.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::format::seedlink::{Reply, reply, split_line};
use crate::link::net::{self, Got};
use crate::link::port::{Flow, Port};

/// Bytes of one read of an answer.
const LINE_READ: usize = 4096;

/// A connection and what was read of it beyond the last line.
pub(super) struct Wire<'a> {
    port: &'a Port,
    pub(super) stream: TcpStream,
    pub(super) rest: Vec<u8>,
}

impl<'a> Wire<'a> {
    pub(super) fn new(port: &'a Port, stream: TcpStream) -> Self {
        Self { port, stream, rest: Vec::new() }
    }

    /// Sends a command.
    pub(super) fn send(&mut self, command: &str) -> Result<(), String> {
        let line = format!("{command}\r\n");
        self.stream.write_all(line.as_bytes()).map_err(|error| format!("cannot send: {error}"))
    }

    /// The next line, or why there is none.
    pub(super) fn line(&mut self) -> Flow<Result<String, String>> {
        let mut buffer = [0; LINE_READ];
        let mut waited = Duration::ZERO;
        loop {
            match split_line(&self.rest) {
                Ok(Some((line, length))) => {
                    self.rest.drain(..length);
                    return Ok(Ok(line));
                }
                Ok(None) => {}
                Err(problem) => {
                    let why = format!("{}; check the address and the port", problem.reason);
                    return Ok(Err(why));
                }
            }
            self.port.check()?;
            match net::read(&mut self.stream, &mut buffer) {
                Got::Bytes(n) => {
                    self.rest.extend_from_slice(buffer.get(..n).unwrap_or_default());
                }
                Got::Quiet => waited += self.port.tempo.tick,
                Got::End(why) => return Ok(Err(why)),
            }
            if waited >= self.port.tempo.reply {
                let why = "it does not answer: is this a SeedLink server?".to_owned();
                return Ok(Err(why));
            }
        }
    }

    /// Sends a command and takes the answer; the inner error holds the server's refusal.
    pub(super) fn ask(&mut self, command: &str) -> Flow<Result<Result<(), String>, String>> {
        if let Err(why) = self.send(command) {
            return Ok(Err(why));
        }
        let line = match self.line()? {
            Ok(line) => line,
            Err(why) => return Ok(Err(format!("after \"{command}\": {why}"))),
        };
        Ok(Ok(match reply(&line) {
            Reply::Ok => Ok(()),
            Reply::Error { code, text } => {
                Err(format!("{command} refused {code} {text}").trim_end().to_owned())
            }
            Reply::End | Reply::Other(_) => Err(format!("{command} answered by \"{line}\"")),
        }))
    }
}
