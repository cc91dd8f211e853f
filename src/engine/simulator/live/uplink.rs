//! The command receiver of the spacecraft: CLTUs in, whole packets and reports (CLCW) out.
//!
//! One virtual channel, 0, with FARM-1; frames of other spacecraft or channels, and those that
//! cannot be read, change nothing, but are answered by a report like any.

use crate::format::ccsds::telecommand::{
    Clcw, Cltu, CltuScanner, Farm, Reassembly, TcFrame, Verdict,
};

/// The virtual channel of telecommands.
pub const COMMAND_CHANNEL: u8 = 0;
/// Width of the sliding window: 100 frames ahead and 100 behind.
const WINDOW: u8 = 200;
/// Most words kept for [`CommandReceiver::take_notes`].
const MOST_NOTES: usize = 1000;

/// The spacecraft identifier in frames of the simulated spacecraft of a mission.
pub fn spacecraft_id(mission: &str) -> u16 {
    if mission == "insight" { 189 } else { 76 }
}

/// What a CLTU brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The packets that it completed.
    pub packets: Vec<Vec<u8>>,
    /// The report after it.
    pub clcw: Clcw,
}

/// The receiver of a spacecraft.
#[derive(Clone, Debug)]
pub struct CommandReceiver {
    spacecraft: u16,
    scanner: CltuScanner,
    farm: Farm,
    reassembly: Reassembly,
    notes: Vec<String>,
}

impl CommandReceiver {
    /// Of a spacecraft that has just been switched on: frame 0 is expected.
    pub fn new(spacecraft: u16) -> Self {
        Self {
            spacecraft,
            scanner: CltuScanner::default(),
            farm: Farm::new(COMMAND_CHANNEL, WINDOW),
            reassembly: Reassembly::default(),
            notes: Vec::new(),
        }
    }

    /// Takes what the radio received.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Received> {
        let mut found = Vec::new();
        self.scanner.push(bytes, &mut found);
        found.iter().map(|cltu| self.cltu(cltu)).collect()
    }

    /// The signal was interrupted: a CLTU that has begun does not go on.
    pub fn interrupt(&mut self) {
        self.scanner = CltuScanner::default();
    }

    /// What was wrong, in words, since the last call.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn cltu(&mut self, cltu: &Cltu) -> Received {
        let packets = match TcFrame::parse(&cltu.data) {
            Ok(frame) => self.frame(&frame),
            Err(problem) => {
                self.note(format!("telecommand frame refused: {problem}"));
                Vec::new()
            }
        };
        Received { packets, clcw: self.farm.clcw() }
    }

    fn frame(&mut self, frame: &TcFrame) -> Vec<Vec<u8>> {
        if frame.spacecraft != self.spacecraft || frame.channel != COMMAND_CHANNEL {
            let (id, channel) = (frame.spacecraft, frame.channel);
            self.note(format!("telecommand frame of spacecraft {id}, channel {channel}: ignored"));
            return Vec::new();
        }
        // Packets are carried out at once, so there is always room.
        let verdict = self.farm.take(frame, true);
        let number = frame.number;
        match verdict {
            Verdict::Accepted => {
                let packets = self.reassembly.push(&frame.data);
                for problem in self.reassembly.take_problems() {
                    self.note(format!("telecommand frame {number}: {}", problem.reason));
                }
                return packets;
            }
            Verdict::Control => {}
            Verdict::Repeated => self.note(format!("telecommand frame {number} came again")),
            Verdict::Missing | Verdict::NoRoom => {
                let expected = self.farm.clcw().report;
                self.note(format!("telecommand frame {number} came instead of {expected}"));
            }
            Verdict::LockedOut => self.note(format!("telecommand frame {number}: lockout")),
            Verdict::Invalid => self.note("telecommand frame: no control command".to_owned()),
        }
        Vec::new()
    }

    fn note(&mut self, text: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(text);
        }
    }
}
