//! Segments: a packet over several frames, and packets out of frames (CCSDS 232.0-B-4, 4.1.3.2).
//!
//! The data field of a frame is a header of one byte, sequence flags and multiplexer access point
//! (MAP), and a part of a packet, or one or several whole ones.

use std::collections::BTreeMap;

use super::super::{Header, LARGEST_PACKET, Notes};
use crate::problem::Problem;

/// Sequence flags in their place (232.0-B-4, table 4-2).
const CONTINUING: u8 = 0x00;
const FIRST: u8 = 0x40;
const LAST: u8 = 0x80;
const UNSEGMENTED: u8 = 0xC0;
const FLAGS: u8 = 0xC0;

/// A packet as data fields of frames, each with its segment header and of at most `room` bytes.
/// A MAP is 0 to 63. Empty where the room does not take a byte of data, or nothing is given.
pub fn segments(packet: &[u8], map: u8, room: usize) -> Vec<Vec<u8>> {
    let map = map & !FLAGS;
    if room < 2 {
        return Vec::new();
    }
    let parts = packet.chunks(room - 1);
    let last = parts.len().saturating_sub(1);
    parts
        .enumerate()
        .map(|(index, part)| {
            let flags = match (index == 0, index == last) {
                (true, true) => UNSEGMENTED,
                (true, false) => FIRST,
                (false, false) => CONTINUING,
                (false, true) => LAST,
            };
            [&[flags | map], part].concat()
        })
        .collect()
}

/// Packets out of segments, for each MAP apart; holds at most `limit` bytes.
#[derive(Clone, Debug)]
pub struct Reassembly {
    limit: usize,
    held: usize,
    open: BTreeMap<u8, Vec<u8>>,
    notes: Notes,
}

impl Default for Reassembly {
    /// Room for the longest packet on two access points.
    fn default() -> Self {
        Self::new(2 * LARGEST_PACKET)
    }
}

impl Reassembly {
    /// With a bound on the bytes of packets that are not whole.
    pub fn new(limit: usize) -> Self {
        Self { limit, held: 0, open: BTreeMap::new(), notes: Notes::default() }
    }

    /// Bytes of packets that are not whole.
    pub fn held(&self) -> usize {
        self.held
    }

    /// The problems since the last call.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.notes.take()
    }

    /// Takes the data field of the next frame and gives the packets that it completes. A part
    /// without a beginning is left out and told, so is a packet whose end never comes.
    pub fn push(&mut self, data: &[u8]) -> Vec<Vec<u8>> {
        let Some((&header, part)) = data.split_first() else {
            self.tell("the data field of the frame is empty");
            return Vec::new();
        };
        let map = header & !FLAGS;
        match header & FLAGS {
            UNSEGMENTED => {
                self.abandon(map);
                self.packets(part)
            }
            FIRST => {
                self.abandon(map);
                self.append(map, Vec::new(), part);
                Vec::new()
            }
            flags => {
                let Some(mut open) = self.open.remove(&map) else {
                    self.tell(&format!("a part on MAP {map} whose beginning is missing"));
                    return Vec::new();
                };
                self.held -= open.len();
                if flags == CONTINUING {
                    self.append(map, open, part);
                    return Vec::new();
                }
                open.extend_from_slice(part);
                self.packets(&open)
            }
        }
    }

    fn append(&mut self, map: u8, mut open: Vec<u8>, part: &[u8]) {
        let length = open.len() + part.len();
        if length > LARGEST_PACKET || self.held + length > self.limit {
            self.tell(&format!("a packet on MAP {map} is longer than can be held"));
            return;
        }
        open.extend_from_slice(part);
        self.held += length;
        self.open.insert(map, open);
    }

    fn abandon(&mut self, map: u8) {
        if let Some(open) = self.open.remove(&map) {
            self.held -= open.len();
            let length = open.len();
            self.tell(&format!("{length} bytes on MAP {map} are dropped: a new packet begins"));
        }
    }

    /// The packets that a whole unit holds, one behind the other.
    fn packets(&mut self, mut unit: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        while !unit.is_empty() {
            match Header::parse(unit) {
                Ok(header) => match unit.split_at_checked(header.length()) {
                    Some((packet, rest)) => {
                        found.push(packet.to_vec());
                        unit = rest;
                    }
                    None => {
                        let (have, of) = (unit.len(), header.length());
                        self.tell(&format!("{have} of the {of} bytes of a packet came"));
                        break;
                    }
                },
                Err(problem) => {
                    self.tell(&format!("no packet: {}", problem.reason));
                    break;
                }
            }
        }
        found
    }

    fn tell(&mut self, reason: &str) {
        self.notes.add(0, "segment", reason.to_owned());
    }
}
