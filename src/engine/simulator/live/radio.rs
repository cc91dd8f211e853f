//! The transmitter: packets become frames of virtual channels, at the data rate of a pass.
//!
//! Channel 0 holds what is said in real time, channel 1 what was stored, channel 7 idle frames.

use std::collections::VecDeque;

use super::super::noise::Noise;
use crate::format::ccsds::{FrameHeader, FrameKind, FrameSpec, Framer, MARKER, write_cadu};
use crate::problem::Problem;

/// Bytes of a transfer frame.
pub const FRAME_BYTES: usize = 1115;
/// Bytes of a frame behind its sync marker.
pub const CADU_BYTES: usize = FRAME_BYTES + MARKER_BYTES;
const MARKER_BYTES: usize = std::mem::size_of_val(&MARKER);

/// What became of the packets of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) sent: u64,
    pub(super) repeated: u64,
    pub(super) lost: u64,
    pub(super) repeats_lost: u64,
}

/// What happens to frames on their way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    pub(super) lost_share: f64,
    pub(super) damaged_share: f64,
}

/// A packet in the stream of a channel.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
    is_lost: bool,
    is_repeat: bool,
}

/// A virtual channel.
pub(super) struct Lane {
    framer: Framer,
    spans: VecDeque<Span>,
    /// Bytes of the stream that are in frames.
    framed: u64,
    /// Ticks that a part of a frame has waited.
    pub(super) waited: u32,
}

/// The transmitter.
pub(super) struct Radio {
    pub(super) lanes: [Lane; 2],
    idle: Framer,
    master: u8,
    noise: Noise,
    room: usize,
    pub(super) fate: Fate,
    pub(super) frames: u64,
    pub(super) frames_lost: u64,
    pub(super) frames_damaged: u64,
}

impl Lane {
    fn new(spacecraft: u16, channel: u8) -> Result<Self, Problem> {
        let framer = framer(spacecraft, channel)?;
        Ok(Self { framer, spans: VecDeque::new(), framed: 0, waited: 0 })
    }

    pub(super) fn push(&mut self, packet: &[u8], is_repeat: bool) {
        let start = self.framed + self.framer.waiting() as u64;
        self.framer.push(packet);
        let end = start + packet.len() as u64;
        self.spans.push_back(Span { start, end, is_lost: false, is_repeat });
    }

    pub(super) fn waiting(&self) -> usize {
        self.framer.waiting()
    }

    pub(super) fn fill(&mut self) {
        self.framer.fill();
    }

    /// Packets that are not in frames yet, without repeated ones.
    pub(super) fn held(&self) -> u64 {
        self.spans.iter().filter(|span| !span.is_repeat).count() as u64
    }
}

fn framer(spacecraft: u16, channel: u8) -> Result<Framer, Problem> {
    let header = FrameHeader::new(FrameKind::Tm, spacecraft, channel);
    Framer::new(FrameSpec::tm(FRAME_BYTES), header, None, Vec::new())
}

impl Radio {
    pub(super) fn new(seed: u64, spacecraft: u16) -> Result<Self, Problem> {
        Ok(Self {
            lanes: [Lane::new(spacecraft, 0)?, Lane::new(spacecraft, 1)?],
            idle: framer(spacecraft, 7)?,
            master: 0,
            noise: Noise::new(seed, "radio", 0),
            room: FrameSpec::tm(FRAME_BYTES).room(0, false).unwrap_or(1),
            fate: Fate::default(),
            frames: 0,
            frames_lost: 0,
            frames_damaged: 0,
        })
    }

    /// Bytes of packets in a frame.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Sends the next full frame of a channel; false where there is none.
    pub(super) fn send(&mut self, lane: usize, weather: Weather, out: &mut Vec<u8>) -> bool {
        let Some(channel) = self.lanes.get_mut(lane) else { return false };
        let Some(frame) = channel.framer.next_frame(&mut self.master) else { return false };
        channel.framed += self.room as u64;
        let arrives = self.transmit(frame, weather, out);
        let Some(channel) = self.lanes.get_mut(lane) else { return true };
        for span in channel.spans.iter_mut().take_while(|span| span.start < channel.framed) {
            span.is_lost |= !arrives;
        }
        while let Some(span) = channel.spans.front().copied().filter(|s| s.end <= channel.framed) {
            channel.spans.pop_front();
            let count = match (span.is_repeat, span.is_lost) {
                (false, false) => &mut self.fate.sent,
                (false, true) => &mut self.fate.lost,
                (true, false) => &mut self.fate.repeated,
                (true, true) => &mut self.fate.repeats_lost,
            };
            *count += 1;
        }
        true
    }

    /// Sends a frame of idle data.
    pub(super) fn send_idle(&mut self, weather: Weather, out: &mut Vec<u8>) {
        if let Some(frame) = self.idle.idle_frame(&mut self.master) {
            self.transmit(frame, weather, out);
        }
    }

    /// Puts a frame on the link; false where it does not arrive whole.
    fn transmit(&mut self, mut frame: Vec<u8>, weather: Weather, out: &mut Vec<u8>) -> bool {
        self.frames += 1;
        if weather.lost_share > 0.0 && self.noise.uniform() < weather.lost_share {
            self.frames_lost += 1;
            return false;
        }
        let is_damaged =
            weather.damaged_share > 0.0 && self.noise.uniform() < weather.damaged_share;
        if is_damaged {
            self.frames_damaged += 1;
            // Three bits within two bytes next to each other: a burst of at most 16 bits is
            // always noticed by the error control.
            let at = (self.noise.uniform() * (FRAME_BYTES - 2) as f64) as usize;
            for (byte, mask) in frame.iter_mut().skip(at).zip([0x41_u8, 0x80]) {
                *byte ^= mask;
            }
        }
        write_cadu(&frame, false, out);
        !is_damaged
    }
}
