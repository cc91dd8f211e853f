//! The station on Earth: takes CLTUs from a connection, radiates them to the spacecraft, and
//! hands back what it reports ([`crate::link::Answer`]), each after the light time where wanted.

use std::collections::VecDeque;

use super::uplink::CommandReceiver;
use crate::format::ccsds::telecommand::CltuScanner;
use crate::link::Answer;
use crate::time::{Instant, light_time_s};

/// Bytes under way from which on the connection is to wait.
const MOST_UNDER_WAY: usize = 16 << 20;

/// One direction between Earth and Mars; what was sent first arrives first.
#[derive(Debug)]
struct Way<T> {
    is_far: bool,
    /// Time of arrival, number of the connection, and what is sent.
    under_way: VecDeque<(Instant, u64, T)>,
}

impl<T> Way<T> {
    fn new(is_far: bool) -> Self {
        Self { is_far, under_way: VecDeque::new() }
    }

    fn send(&mut self, sent: Instant, connection: u64, what: T) {
        let arrival = if self.is_far { sent.plus_s(light_time_s(sent)) } else { sent };
        let last = self.under_way.back().map_or(arrival, |(before, ..)| *before);
        self.under_way.push_back((arrival.max(last), connection, what));
    }

    fn arrived(&mut self, now: Instant) -> Option<(Instant, u64, T)> {
        self.under_way.pop_front_if(|(arrival, ..)| *arrival <= now)
    }
}

/// What has arrived by a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Packets at the spacecraft.
    pub packets: Vec<Vec<u8>>,
    /// Answers for the connection.
    pub answers: Vec<Answer>,
}

/// A station and the receiver of the spacecraft that it points to.
#[derive(Debug)]
pub struct Station {
    receiver: CommandReceiver,
    up: Way<Vec<u8>>,
    down: Way<[u8; 4]>,
    bytes_up: usize,
    connection: u64,
    /// The connection whose bytes the spacecraft received last.
    heard: u64,
    scanner: CltuScanner,
    radiated: u32,
}

impl Station {
    /// A station; where it is far, everything takes the light time each way.
    pub fn new(receiver: CommandReceiver, is_far: bool) -> Self {
        Self {
            receiver,
            up: Way::new(is_far),
            down: Way::new(is_far),
            bytes_up: 0,
            connection: 0,
            heard: 0,
            scanner: CltuScanner::default(),
            radiated: 0,
        }
    }

    /// A new connection: it counts from zero. What the one before sent goes on its way; the
    /// reports on it are given to nobody.
    pub fn connect(&mut self) {
        self.connection += 1;
        self.scanner = CltuScanner::default();
        self.radiated = 0;
    }

    /// Whether more may be taken now.
    pub fn has_room(&self) -> bool {
        self.bytes_up < MOST_UNDER_WAY
    }

    /// Radiates bytes from the connection; the answer says at once where CLTUs were among them.
    pub fn take(&mut self, now: Instant, bytes: &[u8]) -> Option<Answer> {
        let mut found = Vec::new();
        self.scanner.push(bytes, &mut found);
        self.bytes_up += bytes.len();
        self.up.send(now, self.connection, bytes.to_vec());
        self.radiated = self.radiated.wrapping_add(found.len() as u32);
        (!found.is_empty()).then_some(Answer::Radiated(self.radiated))
    }

    /// What has arrived by `now`, at the spacecraft and back.
    pub fn advance(&mut self, now: Instant) -> Arrived {
        let mut arrived = Arrived::default();
        while let Some((at, connection, bytes)) = self.up.arrived(now) {
            self.bytes_up -= bytes.len();
            if connection != self.heard {
                self.receiver.interrupt();
                self.heard = connection;
            }
            for received in self.receiver.take(&bytes) {
                arrived.packets.extend(received.packets);
                self.down.send(at, connection, received.clcw.to_bytes());
            }
        }
        while let Some((_, connection, word)) = self.down.arrived(now) {
            if connection == self.connection {
                arrived.answers.push(Answer::Report(word));
            }
        }
        arrived
    }

    /// What the receiver found wrong, in words, since the last call.
    pub fn take_notes(&mut self) -> Vec<String> {
        self.receiver.take_notes()
    }
}
