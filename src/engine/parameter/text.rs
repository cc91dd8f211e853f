//! Texts and bytes of a packet, whose size may be anywhere in it.

use super::bits;
use super::condition::Measure;
use super::decode::{Reader, Stopped};
use super::plan::{LeafId, State, TextSize};
use super::scalar::{Charset, Form, Meaning, Outcome};
use super::values::{Validity, ValueId};
use crate::mission::Severity;
use crate::mission::telemetry::ByteOrder;
use crate::time::{self, Instant};

/// A piece of the arena that was just filled.
struct Piece {
    start: usize,
    /// Bits that were to be read, and those that the packet had.
    wanted: u64,
    had: u64,
    validity: Validity,
}

impl Reader<'_> {
    /// Bits left from the cursor on.
    fn left(&self) -> u64 {
        (self.packet.len() as u64 * 8).saturating_sub(self.cursor)
    }

    fn take(&mut self, wanted: u64) -> Piece {
        let start = self.out.arena.len();
        let had = bits::bytes(self.packet, self.cursor, wanted, &mut self.out.arena);
        Piece { start, wanted, had, validity: Validity::Valid }
    }

    /// Bytes of a size in bits.
    pub fn bytes(&mut self, leaf: LeafId, size: &Measure) -> Result<(), Stopped> {
        let Some(wanted) = self.plan.measure(size, &self.state.watched) else {
            return self.unknown(leaf);
        };
        let piece = self.take(wanted);
        let raw = self.span(piece.start);
        let (validity, severity) = (piece.validity, Severity::Normal);
        let outcome = Outcome { raw, engineering: f64::NAN, validity, severity, instant: None };
        self.finish(leaf, &piece, outcome, None)
    }

    fn unknown(&mut self, leaf: LeafId) -> Result<(), Stopped> {
        let name = self.plan.name(ValueId { leaf, index: self.index() });
        self.stop(&name, "its size is negative or not known; the rest is left out")
    }

    /// A text.
    pub fn text(&mut self, leaf: LeafId, size: &TextSize) -> Result<(), Stopped> {
        let charset = match self.plan.scalar(leaf).map(|s| &s.form) {
            Some(Form::Text(charset)) => *charset,
            _ => Charset::Utf8,
        };
        let mut piece = match size {
            TextSize::Fixed { bits, terminator } => {
                let Some(wanted) = self.plan.measure(bits, &self.state.watched) else {
                    return self.unknown(leaf);
                };
                let piece = self.take(wanted);
                self.cut(piece.start, *terminator, charset);
                piece
            }
            TextSize::Terminated { terminator, most } => self.ended(*terminator, *most, charset),
            TextSize::Counted { bits: width, most } => {
                let Some(count) = bits::bits(self.packet, self.cursor, *width) else {
                    return self.short(leaf, self.cursor, u64::from(*width));
                };
                self.cursor += u64::from(*width);
                let wanted = count.saturating_mul(8);
                let mut piece = self.take(wanted.min(most.unwrap_or(u64::MAX)));
                if most.is_some_and(|most| wanted > most) {
                    piece.validity = Validity::Malformed;
                }
                piece
            }
        };
        let decoded = charset.decode(&mut self.out.arena, piece.start);
        if decoded != Validity::Valid {
            piece.validity = decoded;
        }
        let raw = self.span(piece.start);
        let outcome = self.read(leaf, raw, piece.validity);
        self.finish(leaf, &piece, outcome, Some(raw))
    }

    /// A text up to its terminator, which the cursor passes too.
    fn ended(&mut self, terminator: u8, most: Option<u64>, charset: Charset) -> Piece {
        let unit = charset.unit();
        let left = self.left();
        let room = left.min(most.unwrap_or(u64::MAX));
        let end = charset.terminator(terminator);
        let mut length = 0;
        while length + unit <= room {
            let value = bits::bits(self.packet, self.cursor + length, unit as u32);
            if value == Some(end) {
                let piece = self.take(length);
                return Piece { wanted: length + unit, had: length + unit, ..piece };
            }
            length += unit;
        }
        // Without a terminator the text has its greatest length, or the packet is too short.
        let reached = most.is_some_and(|most| most <= left);
        let piece = self.take(room);
        let wanted = if reached { room } else { room + unit };
        Piece { wanted, ..piece }
    }

    /// Drops what follows a terminator.
    fn cut(&mut self, start: usize, terminator: Option<u8>, charset: Charset) {
        let (Some(terminator), Some(tail)) = (terminator, self.out.arena.get(start..)) else {
            return;
        };
        let end = charset.terminator(terminator);
        let at = match charset {
            Charset::Utf16(_) => tail
                .chunks_exact(2)
                .position(
                    |pair| matches!(pair, [a, b] if u64::from(*a) << 8 | u64::from(*b) == end),
                )
                .map(|at| at * 2),
            _ => tail.iter().position(|b| *b == terminator),
        };
        if let Some(at) = at {
            self.out.arena.truncate(start + at);
        }
    }

    /// The raw value of what stands at the end of the arena. Packets are far below 4 GB, and so
    /// is what their bits, times three for the character set, may fill.
    fn span(&self, start: usize) -> u64 {
        (start as u64) << 32 | (self.out.arena.len() - start) as u64 & u64::from(u32::MAX)
    }

    /// What a text means.
    fn read(&mut self, leaf: LeafId, raw: u64, mut validity: Validity) -> Outcome {
        let text = std::str::from_utf8(self.out.span(raw)).unwrap_or("");
        let (mut engineering, mut instant) = (f64::NAN, None);
        let mut severity = Severity::Normal;
        if let Some(scalar) = self.plan.scalar(leaf) {
            let trimmed = text.trim();
            match &scalar.meaning {
                Meaning::Number | Meaning::Relative { .. } => {
                    engineering = trimmed.parse().unwrap_or(f64::NAN);
                }
                Meaning::Absolute { .. } => {
                    instant = time::parse(trimmed, None).ok();
                    engineering = instant.map_or(f64::NAN, Instant::unix_s);
                }
                _ => {}
            }
            let number = !matches!(
                scalar.meaning,
                Meaning::Opaque | Meaning::Labels { .. } | Meaning::Boolean { .. }
            );
            if number && engineering.is_nan() {
                validity = Validity::Malformed;
            }
            let mut none = 0;
            let State { watched, violations, .. } = &mut *self.state;
            let count = violations.get_mut(leaf as usize).unwrap_or(&mut none);
            severity = self.plan.severity(scalar, engineering, Some(text), watched, count);
        }
        Outcome { raw, engineering, validity, severity, instant }
    }

    fn finish(
        &mut self,
        leaf: LeafId,
        piece: &Piece,
        mut outcome: Outcome,
        text: Option<u64>,
    ) -> Result<(), Stopped> {
        let short = piece.had < piece.wanted;
        if short {
            outcome.validity = Validity::Truncated;
        }
        let index = self.index();
        let at = self.out.grow(1);
        if let Some(id) = self.out.ids.get_mut(at) {
            *id = ValueId { leaf, index };
        }
        // Copied only where a condition asks for the text.
        let watched = self.plan.watch_of.get(leaf as usize).is_some_and(Option::is_some);
        let text = text
            .filter(|_| watched)
            .map(|raw| String::from_utf8_lossy(self.out.span(raw)).into_owned());
        self.put(at, leaf, outcome, text.as_deref());
        if short {
            return self.short(leaf, self.cursor, piece.wanted);
        }
        self.cursor = self.cursor.saturating_add(piece.wanted);
        Ok(())
    }
}

impl Charset {
    /// Bits of the smallest piece.
    fn unit(self) -> u64 {
        if matches!(self, Self::Utf16(_)) { 16 } else { 8 }
    }

    /// The terminator as it stands in the packet, most significant bit first.
    fn terminator(self, byte: u8) -> u64 {
        match self {
            Self::Utf16(ByteOrder::Little) => u64::from(byte) << 8,
            _ => u64::from(byte),
        }
    }
}
