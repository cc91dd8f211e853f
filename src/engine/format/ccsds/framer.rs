//! Packs packets into the frames of one virtual channel: the sending side of a link, for the
//! simulator and for tests.

use std::collections::VecDeque;

use super::frame::{Content, Frame, FrameHeader, FrameSpec, Start, write_frame};
use super::packet::{HEADER_BYTES, LARGEST_PACKET, idle_packet};
use crate::problem::Problem;

/// Writes frames of one virtual channel; what does not fill a frame waits for more packets.
#[derive(Clone, Debug)]
pub struct Framer {
    spec: FrameSpec,
    header: FrameHeader,
    ocf: Option<u32>,
    secondary: Vec<u8>,
    room: usize,
    waiting: VecDeque<u8>,
    /// Where packets begin in what waits, ascending.
    starts: VecDeque<usize>,
}

impl Framer {
    /// For a link, a channel with its first count, an operational control field and a TM
    /// secondary header or AOS insert zone (each may be empty). Frames without room for
    /// packets are a problem, and such whose pointer cannot reach all of it.
    pub fn new(
        spec: FrameSpec,
        header: FrameHeader,
        ocf: Option<u32>,
        secondary: Vec<u8>,
    ) -> Result<Self, Problem> {
        let length = if secondary.is_empty() { 0 } else { secondary.len() + 1 };
        let room = spec.room(length, ocf.is_some()).filter(|&room| room <= 0x7FE);
        let room = room.ok_or_else(|| {
            let reason = format!("a frame of {} bytes has room for 1 to 2046", spec.length);
            Problem::of("packet zone", reason)
        })?;
        let (waiting, starts) = (VecDeque::new(), VecDeque::new());
        let framer = Self { spec, header, ocf, secondary, room, waiting, starts };
        // Whatever cannot be written is said now, not when the first frame is due.
        write_frame(&framer.idle(), &spec)?;
        Ok(framer)
    }

    fn idle(&self) -> Frame<'_> {
        Frame {
            header: self.header,
            secondary: &self.secondary,
            content: Content::Idle,
            ocf: self.ocf,
        }
    }

    /// Adds a packet, as it was written.
    pub fn push(&mut self, packet: &[u8]) {
        self.starts.push_back(self.waiting.len());
        self.waiting.extend(packet);
    }

    /// Bytes that wait for a frame.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The next frame that is full; `master` is the frame count of all channels together.
    pub fn next_frame(&mut self, master: &mut u8) -> Option<Vec<u8>> {
        if self.waiting.len() < self.room {
            return None;
        }
        let data: Vec<u8> = self.waiting.drain(..self.room).collect();
        let start = match self.starts.front() {
            Some(&at) if at < self.room => Start::At(at as u16),
            _ => Start::Nowhere,
        };
        while self.starts.front().is_some_and(|&at| at < self.room) {
            self.starts.pop_front();
        }
        for at in &mut self.starts {
            *at -= self.room;
        }
        self.frame(Content::Packets { start, data: &data }, master)
    }

    /// A frame of idle data.
    pub fn idle_frame(&mut self, master: &mut u8) -> Option<Vec<u8>> {
        self.frame(Content::Idle, master)
    }

    fn frame(&mut self, content: Content<'_>, master: &mut u8) -> Option<Vec<u8>> {
        self.header.master_count = *master;
        let frame = Frame { content, ..self.idle() };
        let bytes = write_frame(&frame, &self.spec).ok()?;
        *master = master.wrapping_add(1);
        self.header.count = (self.header.count + 1) % self.header.modulus();
        Some(bytes)
    }

    /// Fills what waits up to a whole number of frames with idle packets.
    pub fn fill(&mut self) {
        let over = self.waiting.len() % self.room;
        if over == 0 {
            return;
        }
        let mut gap = self.room - over;
        // An idle packet has at least seven bytes: it may have to end in a later frame.
        while gap <= HEADER_BYTES {
            gap += self.room;
        }
        let mut packet = Vec::with_capacity(gap);
        if gap <= LARGEST_PACKET && idle_packet(gap, &mut packet).is_ok() {
            self.push(&packet);
        }
    }
}
