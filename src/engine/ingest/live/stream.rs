//! Bytes of a link to packets: frames found by their markers, packets out of frames, or packets
//! one behind the other.

use std::sync::Arc;

use super::model::LinkCounts;
use crate::format::ccsds::{
    Extractor, FramePacket, FrameSpec, HEADER_BYTES, Header, MARKER, SyncFrame, Synchroniser,
    read_frame,
};
use crate::link::Framing;
use crate::problem::Problem;

/// A packet out of a link.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Virtual channel; none where packets come without frames.
    pub(super) channel: Option<u8>,
    pub(super) header: Header,
    pub(super) bytes: Arc<[u8]>,
}

/// Takes the bytes of a link, gives packets; idle ones are left out.
#[derive(Debug)]
pub(super) enum Stream {
    /// Packets one behind the other; the bytes are the beginning of the next one.
    Packets(Vec<u8>),
    /// Frames behind sync markers.
    Frames(Box<Frames>),
}

#[derive(Debug)]
pub(super) struct Frames {
    spec: FrameSpec,
    randomised: bool,
    sync: Synchroniser,
    extractor: Extractor,
    found: Vec<SyncFrame>,
    packets: Vec<FramePacket>,
    /// Offset in the stream, for problems.
    offset: u64,
}

impl Stream {
    pub(super) fn new(framing: Framing, frame_bytes: usize, randomised: bool) -> Self {
        let spec = match framing {
            Framing::Packets => return Self::Packets(Vec::new()),
            Framing::Tm => FrameSpec::tm(frame_bytes),
            Framing::Aos => FrameSpec::aos(frame_bytes),
        };
        Self::Frames(Box::new(Frames {
            spec,
            randomised,
            sync: Synchroniser::new(frame_bytes, randomised),
            extractor: Extractor::default(),
            found: Vec::new(),
            packets: Vec::new(),
            offset: 0,
        }))
    }

    /// The next bytes of a stream.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        counts: &mut LinkCounts,
        problems: &mut Vec<Problem>,
        out: &mut Vec<Found>,
    ) {
        match self {
            Self::Packets(rest) => {
                rest.extend_from_slice(bytes);
                let used = cut(rest, counts, out);
                rest.drain(..used);
            }
            Self::Frames(frames) => {
                frames.sync.push(bytes, &mut frames.found);
                frames.extract(counts, problems, out);
            }
        }
    }

    /// A datagram: whole packets, or whole frames with or without their marker.
    pub(super) fn datagram(
        &mut self,
        bytes: &[u8],
        counts: &mut LinkCounts,
        problems: &mut Vec<Problem>,
        out: &mut Vec<Found>,
    ) {
        match self {
            Self::Packets(_) => {
                let used = cut(bytes, counts, out);
                counts.skipped_bytes += (bytes.len() - used) as u64;
            }
            Self::Frames(frames) => {
                let (length, mut rest) = (frames.spec.length, bytes);
                loop {
                    rest = rest.strip_prefix(&MARKER).unwrap_or(rest);
                    let Some((frame, after)) = rest.split_at_checked(length) else { break };
                    let mut frame = frame.to_vec();
                    if frames.randomised {
                        crate::format::ccsds::randomise(&mut frame);
                    }
                    frames.found.push(SyncFrame { offset: frames.offset, bytes: frame });
                    frames.offset += length as u64;
                    rest = after;
                }
                counts.skipped_bytes += rest.len() as u64;
                frames.extract(counts, problems, out);
            }
        }
    }

    /// The stream was cut: what was begun is dropped.
    pub(super) fn interrupt(
        &mut self,
        counts: &mut LinkCounts,
        problems: &mut Vec<Problem>,
        out: &mut Vec<Found>,
    ) {
        match self {
            Self::Packets(rest) => {
                counts.skipped_bytes += rest.len() as u64;
                rest.clear();
            }
            Self::Frames(frames) => {
                frames.sync.finish(&mut frames.found);
                frames.extract(counts, problems, out);
                counts.skipped_bytes += frames.sync.held() as u64;
                frames.sync = Synchroniser::new(frames.spec.length, frames.randomised);
            }
        }
    }
}

impl Frames {
    fn extract(
        &mut self,
        counts: &mut LinkCounts,
        problems: &mut Vec<Problem>,
        out: &mut Vec<Found>,
    ) {
        for frame in self.found.drain(..) {
            match read_frame(&frame.bytes, &self.spec) {
                Ok(read) => {
                    counts.frames += 1;
                    self.extractor.push(frame.offset, &read, &mut self.packets);
                }
                Err(problem) => {
                    counts.bad_frames += 1;
                    problems.push(problem);
                }
            }
        }
        problems.extend(self.sync.take_problems());
        problems.extend(self.extractor.take_problems());
        counts.missing_frames = self.extractor.counts().map(|(_, _, of)| of.missing).sum();
        out.extend(self.packets.drain(..).map(|packet| Found {
            channel: Some(packet.channel),
            header: packet.header,
            bytes: packet.bytes.into(),
        }));
    }
}

/// Cuts whole packets from the front; returns the bytes that were used. Where no packet can
/// begin, bytes are passed over one by one.
fn cut(bytes: &[u8], counts: &mut LinkCounts, out: &mut Vec<Found>) -> usize {
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + HEADER_BYTES) {
        let Ok(header) = Header::parse(head) else {
            counts.skipped_bytes += 1;
            at += 1;
            continue;
        };
        let Some(packet) = bytes.get(at..at + header.length()) else { break };
        if !header.is_idle() {
            out.push(Found { channel: None, header, bytes: packet.into() });
        }
        at += packet.len();
    }
    at
}
