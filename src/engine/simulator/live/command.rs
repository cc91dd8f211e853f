//! Telecommands: CCSDS space packets of type 1 on APID 10, without secondary header.
//!
//! The data field is an operation code, its arguments and the CRC-16 of the whole packet before
//! it (132.0-B-3, 4.1.6), so that a damaged command is refused:
//!
//! | code | command | arguments |
//! |---|---|---|
//! | 0 | nothing, to see that commands arrive | – |
//! | 1 | mode of an instrument | position of the instrument in its mission (8 bits), number of the mode (8 bits) |
//! | 2 | begin a fault | as [`Fault::parse`](super::Fault::parse) reads it, UTF-8 |
//! | 3 | end all faults | – |
//! | 4 | send what is stored, now | seconds (16 bits) |
//! | 5 | records of full rate of a stretch | on-board seconds since 1958 (32 bits), seconds (16 bits, at most 1800) |
//!
//! Each is answered by verification packets: accepted, started, then completed or failed.

use crate::format::ccsds::{Header, PacketKind, crc16, write_packet};
use crate::problem::Problem;

/// APID of commands.
pub const COMMAND_APID: u16 = 10;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing.
    NoOp,
    /// Sets the mode of an instrument until the next sol or safe mode.
    SetMode {
        /// Position of the instrument in its mission.
        instrument: u8,
        /// Number of the mode among the states.
        mode: u8,
    },
    /// Begins a fault.
    StartFault(String),
    /// Ends all faults, safe mode too.
    ClearFaults,
    /// A pass of its own, direct to Earth.
    DumpNow {
        /// How long.
        seconds: u16,
    },
    /// Puts records of full rate into the memory.
    ExtractEvent {
        /// On-board seconds since 1958-01-01 TAI.
        from: u32,
        /// Length of the stretch, at most 1800.
        seconds: u16,
    },
}

impl Command {
    /// Operation code.
    pub fn code(&self) -> u8 {
        match self {
            Self::NoOp => 0,
            Self::SetMode { .. } => 1,
            Self::StartFault(_) => 2,
            Self::ClearFaults => 3,
            Self::DumpNow { .. } => 4,
            Self::ExtractEvent { .. } => 5,
        }
    }

    /// The packet with this sequence count (below 16384); a text longer than a packet fails.
    pub fn packet(&self, count: u16) -> Result<Vec<u8>, Problem> {
        let mut data = vec![self.code()];
        match self {
            Self::NoOp | Self::ClearFaults => {}
            Self::SetMode { instrument, mode } => data.extend([*instrument, *mode]),
            Self::StartFault(text) => data.extend_from_slice(text.as_bytes()),
            Self::DumpNow { seconds } => data.extend_from_slice(&seconds.to_be_bytes()),
            Self::ExtractEvent { from, seconds } => {
                data.extend_from_slice(&from.to_be_bytes());
                data.extend_from_slice(&seconds.to_be_bytes());
            }
        }
        data.extend_from_slice(&[0, 0]);
        let header =
            Header { kind: PacketKind::Command, apid: COMMAND_APID, count, ..Header::default() };
        let mut packet = Vec::new();
        write_packet(&header, &data, &mut packet)?;
        packet.truncate(packet.len() - 2);
        let crc = crc16(&packet);
        packet.extend_from_slice(&crc.to_be_bytes());
        Ok(packet)
    }

    /// Reads a packet; what is wrong with it is told in words.
    pub fn parse(packet: &[u8]) -> Result<(Header, Self), String> {
        let header = Header::parse(packet).map_err(|problem| problem.to_string())?;
        if header.kind != PacketKind::Command || header.apid != COMMAND_APID {
            return Err(format!("APID {} takes no commands", header.apid));
        }
        let (body, crc) = packet
            .split_last_chunk::<2>()
            .filter(|_| packet.len() == header.length())
            .ok_or("the packet has not the length that it states")?;
        if crc16(body) != u16::from_be_bytes(*crc) {
            return Err("the error control does not fit".to_owned());
        }
        let data = body.get(6..).unwrap_or_default();
        let command = match *data {
            [0] => Self::NoOp,
            [1, instrument, mode] => Self::SetMode { instrument, mode },
            [2, ref text @ ..] => {
                let text = std::str::from_utf8(text).map_err(|_| "the fault is no text")?;
                Self::StartFault(text.to_owned())
            }
            [3] => Self::ClearFaults,
            [4, a, b] => Self::DumpNow { seconds: u16::from_be_bytes([a, b]) },
            [5, a, b, c, d, e, f] => Self::ExtractEvent {
                from: u32::from_be_bytes([a, b, c, d]),
                seconds: u16::from_be_bytes([e, f]),
            },
            _ => return Err("the operation code or the length of its arguments is unknown".into()),
        };
        Ok((header, command))
    }
}
