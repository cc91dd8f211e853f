//! FARM-1: what the spacecraft does with a telecommand frame (CCSDS 232.1-B-2, section 6).

use super::{Clcw, Control, Service, TcFrame};

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its data are to be delivered.
    Accepted,
    /// It was a control command and was carried out, or ignored where it has no effect.
    Control,
    /// It has been accepted before: discarded (event E4).
    Repeated,
    /// One before it is missing: discarded, it is to come again (E3).
    Missing,
    /// There is no room for it: discarded, it is to come again (E2).
    NoRoom,
    /// Its number is far from what is expected, or was so before: discarded until an Unlock (E5).
    LockedOut,
    /// It is no control command that is known (E9).
    Invalid,
}

/// The procedure of one virtual channel.
#[derive(Clone, Debug)]
pub struct Farm {
    channel: u8,
    /// Half the sliding window: PW = NW = W / 2.
    half: u8,
    expected: u8,
    lockout: bool,
    wait: bool,
    retransmit: bool,
    farm_b: u8,
}

impl Farm {
    /// Of a virtual channel, with the width W of its sliding window: even, 2 to 254 (232.1-B-2,
    /// 6.1.8); other widths are rounded into that. Expects frame 0.
    pub fn new(channel: u8, window: u8) -> Self {
        let half = window.clamp(2, 254) / 2;
        let (expected, lockout, wait, retransmit, farm_b) = (0, false, false, false, 0);
        Self { channel, half, expected, lockout, wait, retransmit, farm_b }
    }

    /// Takes a frame of its channel (232.1-B-2, table 6-1); `has_room` says whether its data
    /// could be stored.
    pub fn take(&mut self, frame: &TcFrame, has_room: bool) -> Verdict {
        match frame.service {
            Service::Express => {
                self.count();
                Verdict::Accepted
            }
            Service::Control => match Control::parse(&frame.data) {
                Some(control) => {
                    self.obey(control);
                    Verdict::Control
                }
                None => Verdict::Invalid,
            },
            Service::Sequenced => self.sequenced(frame.number, has_room),
        }
    }

    /// There is room again (E10).
    pub fn release(&mut self) {
        self.wait = false;
    }

    /// The report (E11).
    pub fn clcw(&self) -> Clcw {
        Clcw {
            channel: self.channel,
            lockout: self.lockout,
            wait: self.wait,
            retransmit: self.retransmit,
            farm_b: self.farm_b,
            report: self.expected,
            ..Clcw::default()
        }
    }

    fn count(&mut self) {
        self.farm_b = (self.farm_b + 1) % 4;
    }

    fn obey(&mut self, control: Control) {
        self.count();
        match control {
            Control::Unlock => (self.lockout, self.wait, self.retransmit) = (false, false, false),
            // In lockout only an Unlock helps (E8 in state S3).
            Control::SetVr(_) if self.lockout => {}
            Control::SetVr(number) => {
                (self.expected, self.wait, self.retransmit) = (number, false, false);
            }
        }
    }

    fn sequenced(&mut self, number: u8, has_room: bool) -> Verdict {
        if self.lockout {
            return Verdict::LockedOut;
        }
        let ahead = number.wrapping_sub(self.expected);
        let behind = self.expected.wrapping_sub(number);
        if ahead == 0 {
            if self.wait || !has_room {
                (self.wait, self.retransmit) = (true, true);
                return Verdict::NoRoom;
            }
            self.expected = self.expected.wrapping_add(1);
            self.retransmit = false;
            Verdict::Accepted
        } else if ahead < self.half {
            self.retransmit = true;
            Verdict::Missing
        } else if behind <= self.half {
            Verdict::Repeated
        } else {
            self.lockout = true;
            Verdict::LockedOut
        }
    }
}
