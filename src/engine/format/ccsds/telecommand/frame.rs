//! TC transfer frames (CCSDS 232.0-B-4, 4.1): header of five bytes, data, CRC-16.

use super::super::crc16;
use crate::problem::Problem;

/// Bytes of the primary header and of the error control.
const HEADER: usize = 5;
const CONTROL: usize = 2;
/// Longest frame in bytes (4.1.2.7).
const LONGEST: usize = 1024;
/// Most bytes of data in a frame.
pub const MOST_DATA: usize = LONGEST - HEADER - CONTROL;

/// What a frame is for the protocol (4.1.2.3, 4.1.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameType {
    /// Data in their order, each once (AD); numbered.
    Sequenced(u8),
    /// Data outside of the order (BD).
    Expedited,
    /// A control command to the frame acceptance (BC).
    Control(Control),
}

/// A control command (4.1.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Ends a lockout.
    Unlock,
    /// The number of the next sequenced frame.
    SetNext(u8),
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcFrame {
    /// Spacecraft identifier, 10 bits.
    pub spacecraft: u16,
    /// Virtual channel, 6 bits.
    pub channel: u8,
    /// What it is.
    pub kind: FrameType,
    /// Its data; of a control command nothing.
    pub data: Vec<u8>,
}

impl Control {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Unlock => vec![0],
            Self::SetNext(number) => vec![0x82, 0, number],
        }
    }
}

impl TcFrame {
    /// The bytes of the frame; refused where its data do not fit.
    pub fn write(&self) -> Result<Vec<u8>, Problem> {
        let control;
        let (bypass, command, number, data): (u16, u16, u8, &Vec<u8>) = match self.kind {
            FrameType::Sequenced(number) => (0, 0, number, &self.data),
            FrameType::Expedited => (1, 0, 0, &self.data),
            FrameType::Control(of) => {
                control = of.bytes();
                (1, 1, 0, &control)
            }
        };
        if data.is_empty() || data.len() > MOST_DATA {
            let reason = format!("a frame holds 1 to {MOST_DATA} bytes, not {}", data.len());
            return Err(Problem::of("data", reason));
        }
        if self.spacecraft > 0x3FF || self.channel > 0x3F {
            return Err(Problem::of("spacecraft", "it has 10 bits, the channel has 6"));
        }
        // At most LONGEST - 1, which fits 10 bits.
        let length = (HEADER + data.len() + CONTROL - 1) as u16;
        let first = bypass << 13 | command << 12 | self.spacecraft;
        let second = u16::from(self.channel) << 10 | length;
        let mut out = Vec::with_capacity(HEADER + data.len() + CONTROL);
        out.extend_from_slice(&first.to_be_bytes());
        out.extend_from_slice(&second.to_be_bytes());
        out.push(number);
        out.extend_from_slice(data);
        let crc = crc16(&out);
        out.extend_from_slice(&crc.to_be_bytes());
        Ok(out)
    }

    /// Reads a frame at the beginning of bytes; what follows it is fill.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let short = || Problem::at(0, "frame", "it is shorter than its header says");
        let [a, b, c, d, number] = *bytes.first_chunk::<HEADER>().ok_or_else(short)?;
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if first >> 14 != 0 {
            return Err(Problem::at(0, "version", format!("{} is not a TC frame", first >> 14)));
        }
        let length = usize::from(second & 0x3FF) + 1;
        let frame = bytes.get(..length).ok_or_else(short)?;
        let body = frame.split_last_chunk::<CONTROL>().filter(|(body, _)| body.len() > HEADER);
        let (body, crc) = body.ok_or_else(short)?;
        if crc16(body) != u16::from_be_bytes(*crc) {
            return Err(Problem::at(0, "error control", "the CRC does not fit"));
        }
        let data = body.get(HEADER..).unwrap_or_default().to_vec();
        let (is_bypass, is_command) = (first >> 13 & 1 == 1, first >> 12 & 1 == 1);
        let kind = match (is_bypass, is_command) {
            (false, false) => FrameType::Sequenced(number),
            (true, false) => FrameType::Expedited,
            (true, true) => FrameType::Control(match *data {
                [0] => Control::Unlock,
                [0x82, 0, number] => Control::SetNext(number),
                _ => return Err(Problem::at(5, "control", "the control command is unknown")),
            }),
            (false, true) => {
                return Err(Problem::at(0, "flags", "a control command has to bypass the order"));
            }
        };
        let is_control = matches!(kind, FrameType::Control(_));
        Ok(Self {
            spacecraft: first & 0x3FF,
            channel: (second >> 10) as u8,
            kind,
            data: if is_control { Vec::new() } else { data },
        })
    }
}
