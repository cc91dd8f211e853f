//! The command receiver of the spacecraft: what CLTUs carried becomes packets, by the frame
//! acceptance of COP-1.

use crate::format::ccsds::LARGEST_PACKET;
use crate::format::ccsds::telecommand::{Clcw, Farm, Joiner, Taken, TcFrame};

/// A receiver of one virtual channel.
#[derive(Clone, Debug)]
pub struct Receiver {
    spacecraft: u16,
    channel: u8,
    farm: Farm,
    joiner: Joiner,
    refused: u64,
}

impl Receiver {
    /// Of a spacecraft and a virtual channel.
    pub fn new(spacecraft: u16, channel: u8) -> Self {
        let joiner = Joiner::new(LARGEST_PACKET);
        Self { spacecraft, channel, farm: Farm::new(channel), joiner, refused: 0 }
    }

    /// Takes what a CLTU carried: a packet where it is whole now. Frames that are damaged or for
    /// others are dropped.
    pub fn take(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        let frame = TcFrame::read(content).ok();
        let own = |of: &TcFrame| of.spacecraft == self.spacecraft && of.channel == self.channel;
        let Some(frame) = frame.filter(own) else {
            self.refused += 1;
            return None;
        };
        match self.farm.take(&frame) {
            Taken::Accepted => self.joiner.push(&frame.data),
            Taken::Controlled | Taken::Missing | Taken::Again | Taken::Locked => None,
        }
    }

    /// What is said of the frames to the ground.
    pub fn word(&self) -> Clcw {
        self.farm.clcw()
    }

    /// Frames that were damaged or for others.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
