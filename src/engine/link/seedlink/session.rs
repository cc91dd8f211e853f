//! One connection to a SeedLink server: the agreement at its beginning, and the records.

use std::net::TcpStream;
use std::time::Instant;

use crossbeam_channel::{Receiver, after, never};

use super::memory::{Memory, Wanted};
use super::wire::Wire;
use crate::format::seedlink::{Decoder, Item, Protocol, data, hello, select, station};
use crate::link::model::{Delivery, LinkState};
use crate::link::net::{self, Got, READ_BYTES};
use crate::link::port::{Flow, Port};

/// Bytes of records that are handed over without waiting for more.
const BATCH_BYTES: usize = 64 * 1024;

/// A connection at work.
pub(super) struct Session<'a> {
    port: &'a Port,
    wire: Wire<'a>,
    memory: &'a mut Memory,
    /// Packets that are no miniSEED, since the link was started.
    left_out: &'a mut u64,
    decoder: Decoder,
    batch: Vec<u8>,
    /// Fires when the batch has waited long enough.
    due: Receiver<Instant>,
    /// What was agreed, for the status.
    agreed: String,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        port: &'a Port,
        stream: TcpStream,
        memory: &'a mut Memory,
        left_out: &'a mut u64,
    ) -> Self {
        Self {
            port,
            wire: Wire::new(port, stream),
            memory,
            left_out,
            decoder: Decoder::new(),
            batch: Vec::new(),
            due: never(),
            agreed: String::new(),
        }
    }

    /// Agrees with the server on the version and the streams; what was agreed, or why nothing was.
    pub(super) fn agree(&mut self, wanted: &[Wanted]) -> Flow<Result<String, String>> {
        let (protocol, software) = match self.greet()? {
            Ok(greeted) => greeted,
            Err(why) => return Ok(Err(why)),
        };
        let mut refused = Vec::new();
        let mut accepted = 0;
        for (one, from) in self.memory.requests(wanted) {
            match self.request(protocol, &one, from, &mut refused)? {
                Ok(taken) => accepted += usize::from(taken),
                Err(why) => return Ok(Err(why)),
            }
        }
        let everything = wanted.iter().any(|w| w.station == "*" && w.selectors.is_empty());
        let last = match (accepted, everything && protocol == Protocol::V3) {
            (0, false) => {
                let why = refused.first().map_or("", String::as_str);
                return Ok(Err(format!("it has none of the streams ({why}); check their list")));
            }
            // A server of one station does not know STATION: it begins at once.
            (0, true) => {
                refused.clear();
                "DATA"
            }
            _ => "END",
        };
        if let Err(why) = self.wire.send(last) {
            return Ok(Err(why));
        }
        self.agreed = format!("version {} from {software}", protocol.number());
        if let Some(first) = refused.first() {
            self.agreed += &format!("; {} refused, such as {first}", refused.len());
        }
        self.decoder.push(&std::mem::take(&mut self.wire.rest));
        Ok(Ok(self.detail()))
    }

    /// Says hello and agrees on the highest version that both speak.
    fn greet(&mut self) -> Flow<Result<(Protocol, String), String>> {
        if let Err(why) = self.wire.send("HELLO") {
            return Ok(Err(why));
        }
        let first = match self.wire.line()? {
            Ok(line) => line,
            Err(why) => return Ok(Err(why)),
        };
        if !hello(&first, "").is_seedlink() {
            let why = "this is no SeedLink server; check the address and the port";
            return Ok(Err(format!("it greets with \"{first}\": {why}")));
        }
        let second = match self.wire.line()? {
            Ok(line) => line,
            Err(why) => return Ok(Err(why)),
        };
        let told = hello(&first, &second);
        let mut protocol = Protocol::V3;
        if told.offers_v4() {
            match self.wire.ask("SLPROTO 4.0")? {
                Ok(Ok(())) => protocol = Protocol::V4,
                Ok(Err(_)) => {}
                Err(why) => return Ok(Err(why)),
            }
        }
        if protocol == Protocol::V4 {
            let agent = concat!("USERAGENT marsdeck/", env!("CARGO_PKG_VERSION"));
            // A courtesy: a server that does not know it says so, and goes on.
            if let Err(why) = self.wire.ask(agent)? {
                return Ok(Err(why));
            }
        }
        Ok(Ok((protocol, told.software)))
    }

    /// Asks for a station; whether the server gives it.
    fn request(
        &mut self,
        protocol: Protocol,
        one: &Wanted,
        from: Option<u64>,
        refused: &mut Vec<String>,
    ) -> Flow<Result<bool, String>> {
        let mut commands = vec![station(protocol, &one.station)];
        commands.extend(one.selectors.iter().map(|selector| select(protocol, selector)));
        for (i, command) in commands.iter().enumerate() {
            match self.wire.ask(command)? {
                Ok(Ok(())) => {}
                Ok(Err(refusal)) => {
                    refused.push(refusal);
                    if i == 0 {
                        return Ok(Ok(false));
                    }
                }
                Err(why) => return Ok(Err(why)),
            }
        }
        match self.wire.ask(&data(protocol, from))? {
            Ok(Ok(())) => return Ok(Ok(true)),
            Ok(Err(refusal)) => refused.push(refusal),
            Err(why) => return Ok(Err(why)),
        }
        if from.is_none() {
            return Ok(Ok(false));
        }
        // A number that the server does not know any more: from now on is better than nothing.
        Ok(self.wire.ask(&data(protocol, None))?.map(|answer| answer.is_ok()))
    }

    fn detail(&self) -> String {
        match *self.left_out {
            0 => self.agreed.clone(),
            n => format!("{}; {n} packets that are not miniSEED were left out", self.agreed),
        }
    }

    /// Takes records until the connection is over: whether any came, and why it is over.
    pub(super) fn take(&mut self) -> Flow<(bool, String)> {
        let mut buffer = vec![0; READ_BYTES];
        let mut life = Life::new(self.port);
        let mut got_any = false;
        let why = loop {
            self.port.check()?;
            match self.unpack()? {
                Ok(seen) => {
                    got_any |= seen.records;
                    life.answers |= seen.signs;
                }
                Err(why) => break why,
            }
            if self.due.try_recv().is_ok() {
                self.flush()?;
            }
            match net::read(&mut self.wire.stream, &mut buffer) {
                Got::Bytes(n) => {
                    self.port.received(n);
                    self.decoder.push(buffer.get(..n).unwrap_or_default());
                    life.seen(self.port);
                }
                Got::Quiet => {
                    if let Err(why) = life.look(self.port, &mut self.wire) {
                        break why;
                    }
                }
                Got::End(why) => break why,
            }
        };
        // What came whole is kept, whatever cut the rest off.
        self.flush()?;
        Ok((got_any, why))
    }

    /// Takes whole packets out of the stream; the error says why the connection is over.
    fn unpack(&mut self) -> Flow<Result<Seen, String>> {
        let mut seen = Seen::default();
        let before = *self.left_out;
        loop {
            match self.decoder.next() {
                None => break,
                Some(Ok(Item::Packet(packet))) if packet.is_miniseed() => {
                    seen.records = true;
                    if self.memory.note(&packet) {
                        if self.batch.is_empty() {
                            self.due = after(self.port.tempo.flush);
                        }
                        self.batch.extend_from_slice(packet.payload);
                    }
                }
                Some(Ok(Item::Packet(_) | Item::TooLong { .. })) => *self.left_out += 1,
                Some(Ok(Item::Info)) => seen.signs = true,
                Some(Ok(Item::End)) => return Ok(Err("the server has nothing more".to_owned())),
                Some(Ok(Item::Refused(line))) => {
                    return Ok(Err(format!("the server ended the stream with \"{line}\"")));
                }
                Some(Err(problem)) => return Ok(Err(problem.to_string())),
            }
            if self.batch.len() >= BATCH_BYTES {
                self.flush()?;
            }
        }
        if *self.left_out != before {
            self.port.say(LinkState::Ok, self.detail());
        }
        Ok(Ok(seen))
    }

    /// Hands over what was gathered; only then it counts as taken.
    fn flush(&mut self) -> Flow {
        self.due = never();
        if !self.batch.is_empty() {
            self.port.hand_over(Delivery::Records(std::mem::take(&mut self.batch)))?;
            self.port.position(self.memory.text());
        }
        Ok(())
    }
}

/// What a stretch of a stream held.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    records: bool,
    signs: bool,
}

/// Whether the server still lives: after a silence it is asked, and one that has answered before
/// must answer again.
struct Life {
    silence: Receiver<Instant>,
    asked: bool,
    answers: bool,
}

impl Life {
    fn new(port: &Port) -> Self {
        Self { silence: after(port.tempo.keep_alive), asked: false, answers: false }
    }

    fn seen(&mut self, port: &Port) {
        *self = Self { answers: self.answers, ..Self::new(port) };
    }

    fn look(&mut self, port: &Port, wire: &mut Wire<'_>) -> Result<(), String> {
        if self.silence.try_recv().is_err() {
            return Ok(());
        }
        if self.asked && self.answers {
            return Err("the server gives no sign of life any more".to_owned());
        }
        self.asked = true;
        self.silence = after(port.tempo.keep_alive);
        wire.send("INFO ID")
    }
}
