//! Finds the packets in a stretch of bytes, also behind damage.
//!
//! A header has no checksum and any length is possible, so a packet is believed for what
//! follows it: headers that are possible, applications that were seen before, counts that go
//! on. Terminates on any input: a search looks once at each byte that it then passes.

use std::collections::HashMap;

use super::packet::{COUNT_MODULUS, HEADER_BYTES, Header, PacketKind};
use super::{Notes, array};
use crate::problem::Problem;

/// Packets that are looked at ahead before one is believed.
const AHEAD: usize = 8;
/// A count that lies so far ahead of the last one of its application still goes on from it.
const FAMILIAR: u16 = 1024;
/// So many packets in a row convince even where the last one is cut off or none counts on.
const CONVINCING: usize = 16;

/// A packet in the bytes that were scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Where the primary header begins in the input.
    pub offset: usize,
    /// The primary header.
    pub header: Header,
    /// The whole packet, primary header included.
    pub bytes: &'a [u8],
    /// The data field: secondary header and user data.
    pub data: &'a [u8],
    /// The ground header before the packet; empty where there is none.
    pub prefix: &'a [u8],
}

/// What follows a place where a packet may begin.
#[derive(Clone, Copy, Debug, Default)]
struct Outlook {
    /// How many packets lie in a row, of [`AHEAD`] at most.
    packets: usize,
    /// Which of them go on from one of their application, or are gone on from.
    fits: [bool; AHEAD],
    /// Whether the row ends where the input ends.
    to_the_end: bool,
}

impl Outlook {
    /// Whether packets begin here for sure; hardly any other bytes look like it.
    fn is_certain(&self) -> bool {
        let streak = self.fits.iter().take_while(|fits| **fits).count();
        streak >= 3 || (self.to_the_end && streak == self.packets)
    }

    /// Whether a packet behind the first one speaks for it.
    fn is_followed(&self) -> bool {
        self.to_the_end || self.fits.iter().skip(1).any(|fits| *fits)
    }
}

/// The last count of every application, telemetry and command apart.
#[derive(Clone, Debug)]
struct Known(Vec<u16>);

impl Known {
    const NONE: u16 = u16::MAX;

    fn index(header: &Header) -> usize {
        usize::from(header.kind == PacketKind::Command) << 11 | usize::from(header.apid)
    }

    fn last(&self, header: &Header) -> Option<u16> {
        self.0.get(Self::index(header)).copied().filter(|&last| last != Self::NONE)
    }

    fn has(&self, header: &Header) -> bool {
        self.last(header).is_some()
    }

    fn goes_on(&self, header: &Header) -> bool {
        self.last(header).is_some_and(|last| step(last, header.count) <= FAMILIAR)
    }

    fn set(&mut self, header: &Header) {
        if let Some(last) = self.0.get_mut(Self::index(header)) {
            *last = header.count;
        }
    }
}

/// Iterator over the packets; made by [`packets`](super::packets).
///
/// Damaged bytes are gone over and reported; a packet whose length leads into nowhere, while
/// known packets begin inside it, is left out. The packets never overlap.
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    bytes: &'a [u8],
    prefix: usize,
    /// The version number of the packets: 0, but some programs write 1.
    version: u8,
    at: usize,
    known: Known,
    cut_off: Option<usize>,
    /// Whether lengths are believed as they stand; found out at the first doubt.
    trusted: Option<bool>,
    notes: Notes,
}

impl<'a> Packets<'a> {
    pub(super) fn new(bytes: &'a [u8], prefix: usize) -> Self {
        let known = Known(vec![Known::NONE; 1 << 12]);
        let prefix = prefix.min(bytes.len());
        let states_one = bytes.get(prefix).is_some_and(|byte| byte >> 5 == 1);
        let version = u8::from(states_one && is_chain(bytes, prefix, 1));
        let mut notes = Notes::default();
        if version != 0 {
            let reason = "the packets state version number 1, space packets have 0; they are read";
            notes.add(prefix as u64, "packet header", reason.to_owned());
        }
        Self { bytes, prefix, version, at: 0, known, cut_off: None, trusted: None, notes }
    }

    /// Where the packet begins (its ground header, if any) that reaches past the input; on a
    /// stream, scan again from there when more has come.
    pub fn cut_off(&self) -> Option<usize> {
        self.cut_off
    }

    /// What was wrong so far, with offsets in the input.
    pub fn into_problems(mut self) -> Vec<Problem> {
        self.notes.take()
    }

    /// The header of a packet that begins at `at`, and where the packet ends.
    fn header(&self, at: usize) -> Result<(Header, usize), Problem> {
        let start = at.saturating_add(self.prefix).min(self.bytes.len());
        let header =
            Header::parse_version(self.bytes.get(start..).unwrap_or_default(), self.version)?;
        Ok((header, start + header.length()))
    }

    fn outlook(&self, from: usize) -> Outlook {
        let mut seen: [Option<Header>; AHEAD] = [None; AHEAD];
        let mut outlook = Outlook::default();
        let mut at = from;
        for slot in 0..AHEAD {
            if at == self.bytes.len() {
                outlook.to_the_end = slot > 0;
                break;
            }
            let Ok((header, end)) = self.header(at) else { break };
            if end > self.bytes.len() {
                break;
            }
            let index = seen.iter().rposition(|s| s.is_some_and(|s| s.is_of(&header)));
            let fits = match index.and_then(|index| seen.get(index).copied().flatten()) {
                Some(before) => {
                    // An application that is not known yet has to count by one.
                    let most = if self.known.has(&header) { FAMILIAR } else { 1 };
                    step(before.count, header.count) <= most
                }
                None => self.known.goes_on(&header),
            };
            for index in index.filter(|_| fits).into_iter().chain([slot]) {
                if let Some(place) = outlook.fits.get_mut(index) {
                    *place |= fits;
                }
            }
            if let Some(place) = seen.get_mut(slot) {
                *place = Some(header);
            }
            outlook.packets += 1;
            at = end;
        }
        outlook
    }

    /// The next place at or after `from` and before `end` where packets begin for sure.
    fn next_sure(&self, from: usize, end: usize) -> Option<usize> {
        (from..end.min(self.bytes.len())).find(|&at| {
            // The version is read first, most places fail it.
            let version = self.bytes.get(at + self.prefix).is_some_and(|b| b >> 5 == self.version);
            version && self.outlook(at).is_certain()
        })
    }

    /// Goes over bytes up to `next` or the end.
    fn go_over(&mut self, next: Option<usize>, why: &str) {
        let from = self.at;
        self.at = next.unwrap_or(self.bytes.len());
        let reason = format!("{why}; {} bytes were skipped", self.at - from);
        self.notes.add(from as u64, "packet", reason);
    }

    /// Whether the counts say nothing (commands often all have zero) while the lengths lead
    /// from the first byte to the last over possible headers: then they are all there is.
    fn only_lengths_speak(&self) -> bool {
        let mut known = Known(vec![Known::NONE; 1 << 12]);
        let (mut at, mut packets, mut familiar) = (0, 0usize, 0usize);
        while at < self.bytes.len() {
            let Ok((header, end)) = self.header(at) else {
                return self.bytes.len() - at < self.prefix + HEADER_BYTES;
            };
            packets += 1;
            familiar += usize::from(known.goes_on(&header));
            known.set(&header);
            at = end;
        }
        packets >= CONVINCING && familiar * 2 < packets
    }

    /// Whether the packet at the current place is one to believe; what to do next if not.
    fn judge(&mut self, header: &Header, end: usize) -> Result<(), Option<usize>> {
        let whole = end <= self.bytes.len();
        if self.trusted == Some(true) {
            return if whole { Ok(()) } else { Err(None) };
        }
        let known = self.known.goes_on(header);
        let next_known = || self.header(end).is_ok_and(|(next, _)| self.known.goes_on(&next));
        if known && (end == self.bytes.len() || next_known()) {
            return Ok(());
        }
        if whole && self.outlook(self.at).is_followed() {
            return Ok(());
        }
        if self.trusted.is_none() {
            self.trusted = Some(self.only_lengths_speak());
            return self.judge(header, end);
        }
        // Nothing speaks for its length: packets that surely begin inside it are worth more.
        match self.next_sure(self.at + 1, end) {
            Some(inside) => Err(Some(inside)),
            None if whole => Ok(()),
            None => Err(None),
        }
    }

    fn admit(&mut self, header: Header, end: usize) -> Option<Packet<'a>> {
        let start = self.at;
        let offset = start + self.prefix;
        let bytes = self.bytes.get(offset..end)?;
        self.known.set(&header);
        self.at = end;
        Some(Packet {
            offset,
            header,
            bytes,
            data: bytes.get(HEADER_BYTES..)?,
            prefix: self.bytes.get(start..offset)?,
        })
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        while self.at < self.bytes.len() {
            let left = self.bytes.len() - self.at;
            let (header, end) = match self.header(self.at) {
                Ok(found) => found,
                Err(_) if left < self.prefix + HEADER_BYTES => {
                    self.cut_off = Some(self.at);
                    self.go_over(None, "cut off inside the header");
                    return None;
                }
                Err(problem) => {
                    let next = self.next_sure(self.at + 1, self.bytes.len());
                    self.go_over(next, &problem.reason);
                    continue;
                }
            };
            match self.judge(&header, end) {
                Ok(()) => return self.admit(header, end),
                Err(Some(inside)) => {
                    let why = format!(
                        "APID {} states {} bytes, known packets begin after {}",
                        header.apid,
                        header.length(),
                        inside - self.at
                    );
                    self.go_over(Some(inside), &why);
                }
                Err(None) => {
                    self.cut_off = Some(self.at);
                    let have = left.saturating_sub(self.prefix);
                    let why = format!(
                        "cut off after {have} of {} bytes of APID {}",
                        header.length(),
                        header.apid
                    );
                    self.go_over(None, &why);
                }
            }
        }
        None
    }
}

/// How far `count` lies ahead of `before`: 1 to 16384, the same count is farthest.
fn step(before: u16, count: u16) -> u16 {
    count.wrapping_sub(before).wrapping_sub(1) % COUNT_MODULUS + 1
}

/// The version number of the packets, where the bytes are packets from the first byte to the
/// last (or to a last one that is cut off, behind many) which go on from one another.
pub(super) fn chain_version(bytes: &[u8], prefix: usize) -> Option<u8> {
    let version = bytes.get(prefix)? >> 5;
    (version <= 1 && is_chain(bytes, prefix, version)).then_some(version)
}

fn is_chain(bytes: &[u8], prefix: usize, version: u8) -> bool {
    let mut last: HashMap<[u8; 2], u16> = HashMap::new();
    let (mut at, mut packets, mut familiar) = (0, 0, 0);
    while at < bytes.len() {
        let start = at + prefix;
        let rest = bytes.get(start..).unwrap_or_default();
        let Ok(header) = Header::parse_version(rest, version) else {
            let cut_off = rest.len() < HEADER_BYTES;
            return cut_off && packets >= CONVINCING && familiar * 2 >= packets;
        };
        at = start + header.length();
        if at > bytes.len() {
            return packets >= CONVINCING && familiar * 2 >= packets;
        }
        packets += 1;
        let Some(key) = array(bytes, start) else { return false };
        let before = last.insert(key, header.count);
        familiar +=
            usize::from(before.is_some_and(|before| step(before, header.count) <= FAMILIAR));
    }
    packets >= 2 && familiar > 0 && (familiar + last.len()) * 2 >= packets
}
