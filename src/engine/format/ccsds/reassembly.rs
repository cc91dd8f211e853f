//! Packets out of frames, per virtual channel, by the first header pointer (CCSDS 132.0-B-3,
//! 4.1.4; 732.0-B-4, 4.1.4.2).
//!
//! A gap in the frame count drops the packet that was begun, and says so; reading goes on where
//! the next pointer shows a packet's beginning. A packet of 65542 bytes per channel is the most
//! that is held.

use std::collections::BTreeMap;

use super::Notes;
use super::frame::{Content, Frame, FrameHeader, FrameKind, Start};
use super::packet::{HEADER_BYTES, Header};
use crate::problem::Problem;

/// Virtual channels that are followed; damaged headers without error control may name any.
const MAX_CHANNELS: usize = 128;

/// A packet that came over a virtual channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePacket {
    /// Spacecraft identifier of the frames.
    pub spacecraft: u16,
    /// Virtual channel.
    pub channel: u8,
    /// Whether the frame in which it ends holds stored data (AOS replay flag).
    pub replay: bool,
    /// Its primary header.
    pub header: Header,
    /// The whole packet, primary header included.
    pub bytes: Vec<u8>,
}

/// The figures of a virtual channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelCounts {
    /// Frames received, those of idle data and duplicates included.
    pub frames: u64,
    /// Frames of idle data only.
    pub idle_frames: u64,
    /// Frames that came twice in a row.
    pub duplicates: u64,
    /// Frames missing by their count (modulo its range).
    pub missing: u64,
    /// Places where frames were missing.
    pub gaps: u64,
    /// Packets that were complete, idle ones included.
    pub packets: u64,
    /// Idle packets.
    pub idle_packets: u64,
    /// Bytes of packets that could not be completed or begun.
    pub dropped_bytes: u64,
}

#[derive(Clone, Debug, Default)]
struct Channel {
    counts: ChannelCounts,
    last: Option<(u32, u8)>,
    /// The packet that was begun.
    partial: Vec<u8>,
    /// Its length, once its header is complete.
    length: Option<usize>,
    /// Whether data go on from a known beginning.
    aligned: bool,
}

/// Takes frames, gives packets.
#[derive(Clone, Debug, Default)]
pub struct Extractor {
    channels: BTreeMap<(u16, u8), Channel>,
    keep_idle: bool,
    notes: Notes,
}

impl Extractor {
    /// Gives idle packets too; without it they are only counted.
    #[must_use]
    pub fn with_idle_packets(mut self) -> Self {
        self.keep_idle = true;
        self
    }

    /// The figures per spacecraft and virtual channel.
    pub fn counts(&self) -> impl Iterator<Item = (u16, u8, &ChannelCounts)> {
        self.channels.iter().map(|(key, channel)| (key.0, key.1, &channel.counts))
    }

    /// The problems since the last call.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.notes.take()
    }

    /// Bytes of packets that were begun.
    pub fn held(&self) -> usize {
        self.channels.values().map(|channel| channel.partial.len()).sum()
    }

    /// Takes the next frame, appends the packets that it completes to `out`. `offset` is its
    /// place in the stream, for problems.
    pub fn push(&mut self, offset: u64, frame: &Frame<'_>, out: &mut Vec<FramePacket>) {
        let key = (frame.header.spacecraft, frame.header.channel);
        if !self.channels.contains_key(&key) && self.channels.len() >= MAX_CHANNELS {
            let reason = format!("{} of spacecraft {}: too many are followed", key.1, key.0);
            self.notes.add(offset, "virtual channel", reason);
            return;
        }
        let channel = self.channels.entry(key).or_default();
        let mut sink =
            Sink { offset, frame, keep_idle: self.keep_idle, notes: &mut self.notes, out };
        channel.push(&mut sink);
    }

    /// At the end of the link: packets that are not complete are reported and dropped.
    pub fn finish(&mut self, offset: u64) {
        for ((spacecraft, id), channel) in &mut self.channels {
            let size = channel.drop_partial();
            channel.last = None;
            if size > 0 {
                let reason = format!(
                    "channel {id} of spacecraft {spacecraft} ends within a packet, \
                     {size} bytes are dropped"
                );
                self.notes.add(offset, "packet", reason);
            }
        }
    }
}

/// Where the packets and problems of one frame go.
struct Sink<'s, 'a> {
    offset: u64,
    frame: &'s Frame<'a>,
    keep_idle: bool,
    notes: &'s mut Notes,
    out: &'s mut Vec<FramePacket>,
}

impl Sink<'_, '_> {
    fn note(&mut self, field: &str, what: &str) {
        let channel = self.frame.header.channel;
        self.notes.add(self.offset, field, format!("channel {channel}: {what}"));
    }
}

impl Channel {
    fn drop_partial(&mut self) -> usize {
        let size = self.partial.len();
        self.partial.clear();
        self.length = None;
        self.aligned = false;
        self.counts.dropped_bytes += size as u64;
        size
    }

    fn push(&mut self, sink: &mut Sink<'_, '_>) {
        self.counts.frames += 1;
        if !self.follow(sink) {
            return;
        }
        match sink.frame.content {
            Content::Packets { start, data } => self.zone(start, data, sink),
            // A packet that was begun may go on in the next frame with packets.
            Content::Idle => self.counts.idle_frames += 1,
            Content::Other(_) => {}
        }
    }

    /// Checks the frame count; says whether the frame is to be read.
    fn follow(&mut self, sink: &mut Sink<'_, '_>) -> bool {
        let header = &sink.frame.header;
        let (modulus, now) = (header.modulus(), (header.count, header.master_count));
        let Some((last, master)) = self.last.replace(now) else { return true };
        if header.count == last && (header.kind == FrameKind::Aos || header.master_count == master)
        {
            self.counts.duplicates += 1;
            return false;
        }
        // Same count and another master count: all frames of a cycle are missing.
        let step = (header.count + modulus - last % modulus - 1) % modulus;
        if step != 0 {
            self.counts.gaps += 1;
            self.counts.missing += u64::from(step);
            let size = self.drop_partial();
            let begun = match size {
                0 => String::new(),
                _ => format!("; a packet of which {size} bytes had come is dropped"),
            };
            let what = format!("{step} frames are missing before count {}{begun}", header.count);
            sink.note("frame count", &what);
        }
        true
    }

    fn zone(&mut self, start: Start, data: &[u8], sink: &mut Sink<'_, '_>) {
        let Start::At(at) = start else {
            self.go_on(data, sink);
            return;
        };
        let (before, after) = data.split_at_checked(at.into()).unwrap_or((data, &[]));
        if self.aligned {
            self.go_on(before, sink);
        } else {
            self.counts.dropped_bytes += before.len() as u64;
        }
        let size = self.drop_partial();
        if size > 0 {
            let what = format!("{size} bytes of a packet are dropped, the pointer says it ended");
            sink.note("first header pointer", &what);
        }
        self.aligned = true;
        self.go_on(after, sink);
    }

    /// Adds data to what was begun; gives the packets that are complete.
    fn go_on(&mut self, data: &[u8], sink: &mut Sink<'_, '_>) {
        if !self.aligned {
            self.counts.dropped_bytes += data.len() as u64;
            return;
        }
        let mut rest = data;
        while !rest.is_empty() {
            // First what is missing of the header, then of the packet: no more is held.
            let wanted = self.length.unwrap_or(HEADER_BYTES);
            let missing = wanted.saturating_sub(self.partial.len());
            let (now, later) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            self.partial.extend_from_slice(now);
            rest = later;
            if self.partial.len() < wanted {
                return;
            }
            match Header::parse(&self.partial) {
                Ok(header) if self.length.is_some() => self.emit(header, sink),
                Ok(header) => self.length = Some(header.length()),
                Err(problem) => return self.lost(&problem, rest.len(), sink),
            }
        }
    }

    fn emit(&mut self, header: Header, sink: &mut Sink<'_, '_>) {
        let bytes = std::mem::take(&mut self.partial);
        self.length = None;
        self.counts.packets += 1;
        self.counts.idle_packets += u64::from(header.is_idle());
        if header.is_idle() && !sink.keep_idle {
            return;
        }
        let FrameHeader { spacecraft, channel, replay, .. } = sink.frame.header;
        sink.out.push(FramePacket { spacecraft, channel, replay, header, bytes });
    }

    /// No packet begins where one should.
    fn lost(&mut self, problem: &Problem, rest: usize, sink: &mut Sink<'_, '_>) {
        let size = self.drop_partial() + rest;
        self.counts.dropped_bytes += rest as u64;
        let what = format!("{}; {size} bytes are dropped up to the next pointer", problem.reason);
        sink.note("packet", &what);
    }
}
