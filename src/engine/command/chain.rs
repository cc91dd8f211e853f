//! The chain of the audit journal: how records stand in its file, and how tampering shows.
//!
//! A record is a frame (mark `MDJ1`, length, CRC-32C, see [`storage::frame`](crate::storage))
//! around `number[u64] time[i64] before[32] who[u16 + text] kind[u16 + text] body[text] hash[32]`,
//! numbers little-endian. `hash` is SHA-256 over a tag and all of the payload before it, `before`
//! the hash of the record before (zeros in record 0). So a changed byte breaks its own record, and
//! a record that was changed with its hash, removed, repeated or moved breaks the link to a
//! neighbour. The end of the chain is held by [`Head`], which is kept beside the file: number and
//! hash of the last record.
//!
//! Whoever rewrites the file from some record to its end, and the head too, is only found by a
//! head that was noted elsewhere, as in an approval on paper or in a delivery.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::Digest;
use crate::storage::{FRAME_HEAD, frame, frames, i64_at, u32_at, u64_at};
use crate::time::Instant;

/// Mark of a record; the digit is the version of the format.
const MARK: [u8; 4] = *b"MDJ1";
const TAG: &[u8] = b"marsdeck audit journal 1";
/// Bytes before the texts.
const FIXED: usize = 8 + 8 + 32;
/// Longest body of a record in bytes.
pub const MOST_BODY_BYTES: usize = 16 << 20;

/// One record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position in the chain, from 0.
    pub number: u64,
    /// When it was written, by the clock of who wrote it.
    pub time: Instant,
    /// Account, or `engine`.
    pub who: String,
    /// What the body is, e.g. `command`.
    pub kind: String,
    /// JSON of the kind.
    pub body: String,
    /// Hash of the record.
    pub hash: Digest,
}

/// The end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last record.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

/// Something wrong with a chain, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the record that should stand there.
    pub record: u64,
    /// Byte in the file.
    pub offset: u64,
    /// What is wrong, in words.
    pub reason: String,
}

/// What the bytes of a journal hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Records that can be read, in the order of the file; not to be trusted from the first finding
    /// on.
    pub records: Vec<Record>,
    /// All that is wrong.
    pub findings: Vec<Finding>,
    /// Length of the whole records in bytes; what follows was not written whole.
    pub end: u64,
    /// Bytes that an interrupted write left behind the last record.
    pub torn: u64,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "record {} at byte {}: {}", self.record, self.offset, self.reason)
    }
}

impl Head {
    /// Length of a stored head.
    pub const BYTES: usize = 8 + 32 + 4;

    /// As it is stored: number, hash, CRC-32C.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut out = [0; Self::BYTES];
        let (number, rest) = out.split_at_mut(8);
        let (hash, sum) = rest.split_at_mut(32);
        number.copy_from_slice(&self.number.to_le_bytes());
        hash.copy_from_slice(&self.hash.0);
        let crc = crc32c::crc32c_append(crc32c::crc32c(number), hash);
        sum.copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads a stored head; none where it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (content, _) = bytes.split_at_checked(40).filter(|_| bytes.len() == Self::BYTES)?;
        let sum = u32_at(bytes, 40)?;
        let hash = Digest(content.get(8..)?.try_into().ok()?);
        (crc32c::crc32c(content) == sum).then_some(Self { number: u64_at(bytes, 0)?, hash })
    }
}

fn hash_of(payload: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(TAG).chain_update(payload).finalize().into())
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    // Names are cut where they would not fit; callers bound them far below.
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    out.extend_from_slice(&(end as u16).to_le_bytes());
    out.extend_from_slice(&text.as_bytes()[..end]);
}

/// The next record of a chain and its frame.
pub(super) fn link(
    after: Option<Head>,
    time: Instant,
    who: &str,
    kind: &str,
    body: &str,
) -> (Record, Vec<u8>) {
    let number = after.map_or(0, |head| head.number + 1);
    let mut payload = Vec::with_capacity(FIXED + who.len() + kind.len() + body.len() + 36);
    payload.extend_from_slice(&number.to_le_bytes());
    payload.extend_from_slice(&time.unix_ns().to_le_bytes());
    payload.extend_from_slice(&after.map_or([0; 32], |head| head.hash.0));
    put_text(&mut payload, who);
    put_text(&mut payload, kind);
    payload.extend_from_slice(body.as_bytes());
    let hash = hash_of(&payload);
    payload.extend_from_slice(&hash.0);
    let (who, kind, body) = (who.to_owned(), kind.to_owned(), body.to_owned());
    (Record { number, time, who, kind, body, hash }, frame(MARK, &payload))
}

/// A record and the hash that it states of the one before.
fn parse(payload: &[u8]) -> Option<(Record, [u8; 32])> {
    let (content, hash) = payload.split_last_chunk::<32>()?;
    let before = content.get(16..FIXED)?.try_into().ok()?;
    let mut rest = content.get(FIXED..)?;
    let mut text = || -> Option<String> {
        let (len, tail) = rest.split_first_chunk::<2>()?;
        let (text, tail) = tail.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
        rest = tail;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    };
    let (who, kind) = (text()?, text()?);
    let body = std::str::from_utf8(rest).ok()?.to_owned();
    let time = Instant::from_unix_ns(i64_at(content, 8)?);
    let number = u64_at(content, 0)?;
    (hash_of(content).0 == *hash)
        .then_some((Record { number, time, who, kind, body, hash: Digest(*hash) }, before))
}

/// Walks over the records and notes where the chain is broken.
struct Walk {
    chain: Chain,
    /// Where the records of the chain stand.
    offsets: Vec<u64>,
    /// Number and hash that the next record has to follow; none at the begin.
    last: Option<Head>,
    /// Whether something before the next record could not be read, so that its link says nothing.
    is_cut: bool,
}

impl Walk {
    fn next_number(&self) -> u64 {
        self.last.map_or(0, |head| head.number.saturating_add(1))
    }

    fn find(&mut self, offset: usize, reason: String) {
        let record = self.next_number();
        self.chain.findings.push(Finding { record, offset: offset as u64, reason });
    }

    fn damage(&mut self, range: Range<usize>) {
        let reason =
            format!("{} bytes are no record: changed after they were written", range.len());
        self.find(range.start, reason);
        self.is_cut = true;
    }

    fn payload(&mut self, offset: usize, payload: &[u8]) {
        let Some((record, before)) = parse(payload) else {
            self.find(offset, "its hash does not fit its content: it was changed".to_owned());
            self.is_cut = true;
            return;
        };
        let expected = self.next_number();
        if record.number < expected {
            let reason = format!("record {} stands here: repeated or moved", record.number);
            self.find(offset, reason);
            self.chain.records.push(record);
            self.offsets.push(offset as u64);
            return;
        }
        if record.number > expected && !self.is_cut {
            let last = record.number - 1;
            let reason = format!("records {expected} to {last} are missing or moved");
            self.find(offset, reason);
        } else if !self.is_cut && before != self.last.map_or([0; 32], |head| head.hash.0) {
            let reason = "it does not follow the record before: one of the two was replaced";
            self.find(offset, reason.to_owned());
        }
        self.last = Some(Head { number: record.number, hash: record.hash });
        self.is_cut = false;
        self.chain.records.push(record);
        self.offsets.push(offset as u64);
    }
}

/// Reads a journal and checks all of it; `head` is its end as far as that is known.
pub fn read_chain(bytes: &[u8], head: Option<Head>) -> Chain {
    let found = frames(bytes, MARK);
    let mut walk = Walk { chain: Chain::default(), offsets: Vec::new(), last: None, is_cut: false };
    let mut damaged = found.damaged.iter().cloned().peekable();
    for payload in &found.payloads {
        while let Some(range) = damaged.next_if(|range| range.start < payload.start) {
            walk.damage(range);
        }
        let offset = payload.start - FRAME_HEAD;
        walk.payload(offset, bytes.get(payload.clone()).unwrap_or_default());
    }
    let is_behind = head.is_some_and(|head| head.number >= walk.next_number());
    if let (true, Some(head)) = (is_behind, head) {
        let left = bytes.len() - found.end;
        let reason = format!("the records up to {} were removed or changed", head.number);
        let reason = if left == 0 { reason } else { format!("{reason}; {left} bytes are left") };
        walk.find(found.end, reason);
    } else if let Some(head) = head {
        let mut all = walk.chain.records.iter().zip(&walk.offsets);
        let same = all.find(|(record, _)| record.number == head.number);
        if let Some((_, &offset)) = same.filter(|(record, _)| record.hash != head.hash) {
            let reason = "it is not the record that the head of the journal names: replaced";
            let finding = Finding { record: head.number, offset, reason: reason.to_owned() };
            walk.chain.findings.push(finding);
        }
    }
    let mut chain = walk.chain;
    chain.end = found.end as u64;
    chain.torn = (bytes.len() - found.end) as u64;
    chain
}
