//! What the sender of a telecommand packet puts into it at last.

use crate::format::ccsds::crc16;

/// Bytes of a primary header and of the error control.
const HEADER: usize = 6;
const CONTROL: usize = 2;

/// An encoded command of [`mission::commands`](crate::mission::commands) with sequence count
/// (modulo 16384), packet length (133.0-B-2, 4.1.3.5) and CRC-16 of all before it in the last two
/// bytes (132.0-B-3, 4.1.6). Bytes that are too short for a packet, or too long for one, come back
/// as they are.
pub fn finish_packet(encoded: &[u8], count: u16) -> Vec<u8> {
    let mut out = encoded.to_vec();
    let Some(split) = out.len().checked_sub(CONTROL).filter(|split| *split > HEADER) else {
        return out;
    };
    let Ok(length) = u16::try_from(out.len() - HEADER - 1) else { return out };
    let (body, control) = out.split_at_mut(split);
    if let [_, _, c0, c1, l0, l1, ..] = body {
        let [high, low] = (count % 16_384).to_be_bytes();
        (*c0, *c1) = (*c0 & 0xC0 | high, low);
        [*l0, *l1] = length.to_be_bytes();
    }
    control.copy_from_slice(&crc16(body).to_be_bytes());
    out
}
