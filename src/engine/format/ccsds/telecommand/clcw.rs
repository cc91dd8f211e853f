//! The communications link control word: what the spacecraft reports of telecommand frames
//! (CCSDS 232.0-B-4, section 4.2).

use crate::problem::Problem;

/// A report on a virtual channel, 32 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clcw {
    /// Status field, 0 to 7, of the mission's own meaning.
    pub status: u8,
    /// Virtual channel, 0 to 63.
    pub channel: u8,
    /// No radio signal is received.
    pub no_rf: bool,
    /// The receiver has no bit lock.
    pub no_bit_lock: bool,
    /// Frames in sequence are refused until an Unlock.
    pub lockout: bool,
    /// There is no room for frames in sequence.
    pub wait: bool,
    /// A frame is missing: those from the report value on are to be sent again.
    pub retransmit: bool,
    /// Frames accepted that bypass the sequence, modulo 4.
    pub farm_b: u8,
    /// Report value N(R): the number of the frame that is expected next.
    pub report: u8,
}

impl Clcw {
    /// Reads a word, big-endian.
    pub fn parse(bytes: [u8; 4]) -> Result<Self, Problem> {
        let [kind, channel, flags, report] = bytes;
        let wrong = |reason: &str| Err(Problem::at(0, "CLCW", reason));
        if kind & 0x80 != 0 {
            return wrong("the control word type is not 0");
        }
        if kind & 0x60 != 0 {
            return wrong("the version number is not 0");
        }
        if kind & 0x03 != 1 {
            return wrong("the procedure in effect is not COP-1");
        }
        let flag = |mask: u8| flags & mask != 0;
        Ok(Self {
            status: kind >> 2 & 0x07,
            channel: channel >> 2,
            no_rf: flag(0x80),
            no_bit_lock: flag(0x40),
            lockout: flag(0x20),
            wait: flag(0x10),
            retransmit: flag(0x08),
            farm_b: flags >> 1 & 0x03,
            report,
        })
    }

    /// The word, big-endian; bits beyond the width of a field are cut off.
    pub fn to_bytes(self) -> [u8; 4] {
        let flags = [
            (self.no_rf, 0x80),
            (self.no_bit_lock, 0x40),
            (self.lockout, 0x20),
            (self.wait, 0x10),
            (self.retransmit, 0x08),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set).fold(0, |all, (_, mask)| all | mask);
        let kind = (self.status & 0x07) << 2 | 1;
        [kind, self.channel << 2, flags | (self.farm_b & 0x03) << 1, self.report]
    }
}
