//! TC transfer frames (CCSDS 232.0-B-4, section 4.1), read and written.

use super::super::{array, crc16};
use crate::problem::Problem;

/// Length of the primary header, bytes (232.0-B-4, 4.1.2).
const HEADER: usize = 5;
/// Length of the frame error control field, bytes (232.0-B-4, 4.1.4).
const ERROR_CONTROL: usize = 2;
/// Bytes of a frame that are no data: primary header and error control.
pub const FRAME_OVERHEAD: usize = HEADER + ERROR_CONTROL;
/// The longest frame, bytes (232.0-B-4, 4.1.2.7).
pub const LARGEST_FRAME: usize = 1024;

/// How a frame is treated on board: bypass flag and control command flag (232.0-B-4, table 4-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Type AD: data in sequence, acknowledged by its number.
    Sequenced,
    /// Type BD: data that bypass the sequence (express).
    Express,
    /// Type BC: a command to the procedure on board itself.
    Control,
}

/// A command to the procedure on board (232.0-B-4, 4.1.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Ends a lockout: one byte of zeros.
    Unlock,
    /// Sets the number of the frame that is expected next, V(R): `0x82 0x00`, then the number.
    SetVr(u8),
}

impl Control {
    /// The data field of its frame.
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Unlock => vec![0],
            Self::SetVr(number) => vec![0x82, 0, number],
        }
    }

    /// Reads the data field of a frame; none of any other bytes.
    pub fn parse(data: &[u8]) -> Option<Self> {
        match *data {
            [0] => Some(Self::Unlock),
            [0x82, 0, number] => Some(Self::SetVr(number)),
            _ => None,
        }
    }
}

/// A TC transfer frame with error control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcFrame {
    /// How it is treated.
    pub service: Service,
    /// Spacecraft identifier, 0 to 1023.
    pub spacecraft: u16,
    /// Virtual channel, 0 to 63.
    pub channel: u8,
    /// Frame sequence number N(S); zero in frames that bypass the sequence.
    pub number: u8,
    /// The data field, 1 to 1017 bytes: a segment, or a [`Control`].
    pub data: Vec<u8>,
}

impl TcFrame {
    /// The frame that `bytes` begin with. What lies behind its stated length is fill of the
    /// last code block and left alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let Some([id0, id1, len0, len1, number]) = array::<HEADER>(bytes, 0) else {
            let reason = format!("{} of {HEADER} bytes are there", bytes.len());
            return Err(Problem::at(0, "TC frame header", reason));
        };
        let wrong = |reason: String| Err(Problem::at(0, "TC frame header", reason));
        if id0 >> 6 != 0 {
            return wrong(format!("version number {} is not 0", id0 >> 6));
        }
        if id0 & 0x0C != 0 {
            return wrong("the spare bits are not 0".to_owned());
        }
        let service = match (id0 & 0x20 != 0, id0 & 0x10 != 0) {
            (false, false) => Service::Sequenced,
            (true, false) => Service::Express,
            (true, true) => Service::Control,
            (false, true) => return wrong("a control command does not bypass".to_owned()),
        };
        let length = usize::from(u16::from_be_bytes([len0 & 0x03, len1])) + 1;
        if length <= FRAME_OVERHEAD {
            return wrong(format!("a length of {length} bytes leaves no room for data"));
        }
        let Some(whole) = bytes.get(..length) else {
            return wrong(format!("{} of {length} bytes are there", bytes.len()));
        };
        let (body, crc) = whole.split_at_checked(length - ERROR_CONTROL).unwrap_or_default();
        if array::<ERROR_CONTROL>(crc, 0).map(u16::from_be_bytes) != Some(crc16(body)) {
            let at = (length - ERROR_CONTROL) as u64;
            return Err(Problem::at(at, "frame error control", "it does not fit the frame"));
        }
        if service != Service::Sequenced && number != 0 {
            return wrong(format!("a frame that bypasses the sequence has number {number}"));
        }
        Ok(Self {
            service,
            spacecraft: u16::from_be_bytes([id0 & 0x03, id1]),
            channel: len0 >> 2,
            number,
            data: body.get(HEADER..).unwrap_or_default().to_vec(),
        })
    }

    /// The bytes of the frame; a field out of its range is a problem.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        let wrong = |field: &str, value: usize, most: usize| {
            Err(Problem::of(field, format!("{value} is out of range, the largest is {most}")))
        };
        if self.spacecraft > 0x3FF {
            return wrong("spacecraft identifier", self.spacecraft.into(), 0x3FF);
        }
        if self.channel > 0x3F {
            return wrong("virtual channel", self.channel.into(), 0x3F);
        }
        if self.data.is_empty() || self.data.len() > LARGEST_FRAME - FRAME_OVERHEAD {
            let most = LARGEST_FRAME - FRAME_OVERHEAD;
            return wrong("length of the data field", self.data.len(), most);
        }
        if self.service != Service::Sequenced && self.number != 0 {
            return wrong("frame sequence number", self.number.into(), 0);
        }
        let flags: u16 = match self.service {
            Service::Sequenced => 0,
            Service::Express => 0x2000,
            Service::Control => 0x3000,
        };
        let stated = (self.data.len() + FRAME_OVERHEAD - 1) as u16;
        let mut out = Vec::with_capacity(self.data.len() + FRAME_OVERHEAD);
        out.extend_from_slice(&(flags | self.spacecraft).to_be_bytes());
        out.extend_from_slice(&(u16::from(self.channel) << 10 | stated).to_be_bytes());
        out.push(self.number);
        out.extend_from_slice(&self.data);
        let crc = crc16(&out);
        out.extend_from_slice(&crc.to_be_bytes());
        Ok(out)
    }
}
