//! Bytes in hexadecimal.

use std::fmt::Write as _;

/// Sixteen bytes a line: offset, bytes in hexadecimal, letters.
pub fn hex_line(bytes: &[u8], line: usize) -> String {
    let part: Vec<u8> = bytes.iter().copied().skip(line * 16).take(16).collect();
    let mut text = format!("{:06x}  ", line * 16);
    for at in 0..16 {
        match part.get(at) {
            // Writing to a string never fails.
            Some(byte) => {
                let _ = write!(text, "{byte:02x} ");
            }
            None => text.push_str("   "),
        }
        if at == 7 {
            text.push(' ');
        }
    }
    text.push(' ');
    let letter = |byte: &u8| {
        if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' }
    };
    text.extend(part.iter().map(letter));
    text
}

/// Bytes in hexadecimal without gaps.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_sixteen_a_line() {
        let bytes: Vec<u8> = (0x3c..0x50).collect();
        let line = hex_line(&bytes, 0);
        assert!(line.starts_with("000000  3c 3d 3e 3f 40 41 42 43  44"), "{line}");
        assert!(line.ends_with("<=>?@ABCDEFGHIJK"), "{line}");
        assert_eq!(hex_line(&bytes, 1).len(), hex_line(&bytes, 0).len() - 12);
        assert!(hex_line(&bytes, 9).starts_with("000090"));
        assert_eq!(hex(&[0, 255]), "00ff");
    }
}
