//! Communications link control words (CCSDS 232.0-B-4, 4.2): what the spacecraft has of the frames.

use crate::problem::Problem;

/// A control word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clcw {
    /// Virtual channel of the commands, 6 bits.
    pub channel: u8,
    /// No radio signal is received.
    pub no_signal: bool,
    /// The receiver has not locked to bits.
    pub no_bit_lock: bool,
    /// Frames are refused until an unlock.
    pub lockout: bool,
    /// Frames cannot be taken now.
    pub wait: bool,
    /// A frame is missing: those from [`Self::next`] on are wanted again.
    pub retransmit: bool,
    /// Expedited frames and control commands that were taken, modulo 4.
    pub expedited: u8,
    /// Number of the sequenced frame that is expected next.
    pub next: u8,
}

impl Clcw {
    /// The word.
    pub fn to_bytes(self) -> [u8; 4] {
        let flag = |is: bool, bit: u32| u32::from(is) << bit;
        // COP-1 is in effect.
        let word = 1 << 24
            | u32::from(self.channel & 0x3F) << 18
            | flag(self.no_signal, 15)
            | flag(self.no_bit_lock, 14)
            | flag(self.lockout, 13)
            | flag(self.wait, 12)
            | flag(self.retransmit, 11)
            | u32::from(self.expedited & 3) << 9
            | u32::from(self.next);
        word.to_be_bytes()
    }

    /// Reads a word of version 0 with COP-1 in effect.
    pub fn read(bytes: [u8; 4]) -> Result<Self, Problem> {
        let word = u32::from_be_bytes(bytes);
        if word >> 29 != 0 {
            return Err(Problem::at(0, "type", "it is no control word of version 0"));
        }
        if word >> 24 & 3 != 1 {
            return Err(Problem::at(0, "COP", "another protocol than COP-1 is in effect"));
        }
        let flag = |bit: u32| word >> bit & 1 == 1;
        Ok(Self {
            channel: (word >> 18 & 0x3F) as u8,
            no_signal: flag(15),
            no_bit_lock: flag(14),
            lockout: flag(13),
            wait: flag(12),
            retransmit: flag(11),
            expedited: (word >> 9 & 3) as u8,
            next: word as u8,
        })
    }
}
