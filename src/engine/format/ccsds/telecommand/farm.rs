//! Frame acceptance on board: FARM-1 (CCSDS 232.1-B-2, section 6).

use super::clcw::Clcw;
use super::frame::{Control, FrameType, TcFrame};

/// Width of the windows before and behind the expected number, PW = NW (6.1.8): half of 128.
const HALF_WINDOW: u8 = 64;

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Its data go on.
    Accepted,
    /// A control command that was carried out.
    Controlled,
    /// It is not the one that is expected; the ones between are wanted again.
    Missing,
    /// It was taken before.
    Again,
    /// Its number is far from what is expected, or the acceptance is locked.
    Locked,
}

/// The acceptance of a virtual channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farm {
    channel: u8,
    next: u8,
    lockout: bool,
    retransmit: bool,
    expedited: u8,
}

impl Farm {
    /// Of a channel; the first sequenced frame is number 0.
    pub fn new(channel: u8) -> Self {
        Self { channel, ..Self::default() }
    }

    /// Takes a frame of its channel (table 6-1; the wait state does not occur, as data are taken
    /// at once).
    pub fn take(&mut self, frame: &TcFrame) -> Taken {
        match frame.kind {
            FrameType::Sequenced(_) if self.lockout => Taken::Locked,
            FrameType::Sequenced(number) => {
                let ahead = number.wrapping_sub(self.next);
                if ahead == 0 {
                    self.next = self.next.wrapping_add(1);
                    self.retransmit = false;
                    Taken::Accepted
                } else if ahead < HALF_WINDOW {
                    self.retransmit = true;
                    Taken::Missing
                } else if self.next.wrapping_sub(number) <= HALF_WINDOW {
                    Taken::Again
                } else {
                    self.lockout = true;
                    Taken::Locked
                }
            }
            FrameType::Expedited => {
                self.expedited = (self.expedited + 1) % 4;
                Taken::Accepted
            }
            FrameType::Control(control) => {
                self.expedited = (self.expedited + 1) % 4;
                match control {
                    Control::Unlock => (self.lockout, self.retransmit) = (false, false),
                    Control::SetNext(_) if self.lockout => return Taken::Locked,
                    Control::SetNext(next) => (self.next, self.retransmit) = (next, false),
                }
                Taken::Controlled
            }
        }
    }

    /// What is said of it to the ground.
    pub fn clcw(&self) -> Clcw {
        Clcw {
            channel: self.channel,
            lockout: self.lockout,
            retransmit: self.retransmit,
            expedited: self.expedited,
            next: self.next,
            ..Clcw::default()
        }
    }
}
