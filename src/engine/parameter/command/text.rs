//! Texts and bytes of commands.

use crate::mission::telemetry::{ByteOrder, StringSize};

use super::super::scalar::Charset;
use super::scope::Scope;

/// Bytes of a text in a character set; a sentence where it has characters that the set has not.
fn characters(text: &str, name: &str) -> Result<(Vec<u8>, Charset), String> {
    let charset = Charset::named(name)
        .ok_or_else(|| format!("its character set {name} is not supported for commands"))?;
    let is_ascii = name.to_ascii_uppercase().contains("ASCII");
    let odd = text.chars().find(|c| match charset {
        Charset::Latin1 => u32::from(*c) > 0xFF,
        _ => is_ascii && !c.is_ascii(),
    });
    if let Some(odd) = odd {
        return Err(format!("the character {odd:?} does not exist in {name}"));
    }
    let bytes = match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Latin1 => text.chars().map(|c| u32::from(c) as u8).collect(),
        Charset::Utf16(ByteOrder::Little) => {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Charset::Utf16(_) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    Ok((bytes, charset))
}

/// The terminator as it stands behind a text.
fn terminator(byte: u8, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf16(ByteOrder::Little) => vec![byte, 0],
        Charset::Utf16(_) => vec![0, byte],
        _ => vec![byte],
    }
}

fn holds_terminator(bytes: &[u8], end: &[u8]) -> bool {
    bytes.chunks(end.len().max(1)).any(|unit| unit == end)
}

/// A text as its encoding wants it.
pub(super) fn text(
    text: &str,
    size: &StringSize,
    charset: &str,
    scope: &Scope<'_>,
) -> Result<(Vec<u8>, u64), String> {
    let (mut bytes, set) = characters(text, charset)?;
    let too_long = |bits: u64, have: usize| {
        Err(format!("it takes {} bits, and there is room for {bits}", have as u64 * 8))
    };
    match size {
        StringSize::Fixed { bits, terminator: end } => {
            let room = scope.size(bits)?;
            if let Some(end) = end.map(|end| terminator(end, set)) {
                if holds_terminator(&bytes, &end) {
                    return Err("it holds the character that ends it".to_owned());
                }
                // A text that fills its room has no terminator.
                if (bytes.len() + end.len()) as u64 * 8 <= room {
                    bytes.extend(end);
                }
            }
            sized(bytes, room)
        }
        StringSize::Terminated { terminator: end, most } => {
            let end = terminator(*end, set);
            if holds_terminator(&bytes, &end) {
                return Err("it holds the character that ends it".to_owned());
            }
            bytes.extend(end);
            match most {
                Some(most) if bytes.len() as u64 * 8 > *most => too_long(*most, bytes.len()),
                _ => Ok(whole(bytes)),
            }
        }
        StringSize::Counted { bits, most } => counted(&bytes, *bits, *most),
    }
}

/// Bytes behind their number in so many bits.
pub(super) fn counted(
    bytes: &[u8],
    bits: u32,
    most: Option<u64>,
) -> Result<(Vec<u8>, u64), String> {
    let count = bytes.len() as u64;
    if bits < 64 && count >> bits > 0 {
        return Err(format!("its {count} bytes cannot be counted in {bits} bits"));
    }
    if let Some(most) = most.filter(|most| count * 8 + u64::from(bits) > *most) {
        return Err(format!("its {count} bytes and their count take more than {most} bits"));
    }
    let mut out = super::packet::Bits::default();
    out.put(count, bits);
    out.put_bytes(bytes, count * 8);
    Ok(out.into_parts())
}

fn whole(bytes: Vec<u8>) -> (Vec<u8>, u64) {
    let bits = bytes.len() as u64 * 8;
    (bytes, bits)
}

/// Bytes in so many bits, filled with zeros behind them.
pub(super) fn sized(mut bytes: Vec<u8>, bits: u64) -> Result<(Vec<u8>, u64), String> {
    let have = bytes.len() as u64 * 8;
    if have > bits {
        return Err(format!("it takes {have} bits, and there is room for {bits}"));
    }
    if bits > super::packet::MOST_BITS {
        return Err(format!("its room of {bits} bits is larger than a command may be"));
    }
    bytes.resize(bits.div_ceil(8) as usize, 0);
    Ok((bytes, bits))
}

/// Bytes from their digits in hexadecimal, with blanks between them at will.
pub(super) fn hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(&text);
    if digits.len() % 2 == 1 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("bytes are given by two digits 0-9 A-F each, such as 00FF".to_owned());
    }
    let byte = |at: usize| digits.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok());
    Ok((0..digits.len()).step_by(2).filter_map(byte).collect())
}
