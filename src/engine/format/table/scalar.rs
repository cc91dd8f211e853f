//! Binary numbers of PDS tables and arrays: any byte order, 1 to 8 bytes, IEEE 754 and VAX.

/// How a binary number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Two's complement or unsigned integer.
    Int { signed: bool, big: bool },
    /// IEEE 754 single or double, by length.
    Float { big: bool },
    /// VAX F (4 bytes) or D (8 bytes) float, PDS3 Standards Reference appendix C.
    Vax,
}

/// An integer of 1 to 8 bytes; `None` for other lengths.
pub(crate) fn integer(bytes: &[u8], signed: bool, big: bool) -> Option<i128> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    let fold = |acc: u64, b: &u8| (acc << 8) | u64::from(*b);
    let raw = if big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) };
    let bits = bytes.len() * 8;
    let value = i128::from(raw);
    let negative = signed && (raw >> (bits - 1)) & 1 == 1;
    Some(if negative { value - (1_i128 << bits) } else { value })
}

/// A float of 4 or 8 bytes, or an integer of 1 to 8 as a float; `None` for other lengths.
pub(crate) fn float(bytes: &[u8], how: Scalar) -> Option<f64> {
    match how {
        Scalar::Int { signed, big } => integer(bytes, signed, big).map(|x| x as f64),
        Scalar::Float { big } => {
            if let Ok(b) = <[u8; 4]>::try_from(bytes) {
                Some(f64::from(if big { f32::from_be_bytes(b) } else { f32::from_le_bytes(b) }))
            } else {
                let b = <[u8; 8]>::try_from(bytes).ok()?;
                Some(if big { f64::from_be_bytes(b) } else { f64::from_le_bytes(b) })
            }
        }
        Scalar::Vax => vax(bytes),
    }
}

/// VAX F and D floats: 16-bit words little-endian, most significant word first, exponent
/// excess 128 on a fraction in [0.5, 1).
fn vax(bytes: &[u8]) -> Option<f64> {
    if bytes.len() != 4 && bytes.len() != 8 {
        return None;
    }
    let raw = bytes
        .chunks_exact(2)
        .fold(0_u64, |acc, w| (acc << 16) | u64::from(u16::from_le_bytes([w[0], w[1]])));
    let fraction_bits = bytes.len() * 8 - 9;
    let sign = (raw >> (bytes.len() * 8 - 1)) & 1;
    let exponent = ((raw >> fraction_bits) & 0xff) as i32;
    if exponent == 0 {
        return Some(if sign == 1 { f64::NAN } else { 0.0 });
    }
    let fraction = raw & ((1_u64 << fraction_bits) - 1);
    let mantissa = 0.5 + fraction as f64 / (1_u64 << (fraction_bits + 1)) as f64;
    let value = mantissa * 2.0_f64.powi(exponent - 128);
    Some(if sign == 1 { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_length_and_order() {
        assert_eq!(integer(&[0xff], true, true), Some(-1));
        assert_eq!(integer(&[0xff], false, true), Some(255));
        assert_eq!(integer(&[0x01, 0x02, 0x03], false, true), Some(0x01_02_03));
        assert_eq!(integer(&[0x01, 0x02, 0x03], false, false), Some(0x03_02_01));
        assert_eq!(integer(&[0x80, 0, 0, 0, 0, 0, 0, 0], true, true), Some(i128::from(i64::MIN)));
        assert_eq!(integer(&[0xff; 8], false, false), Some(i128::from(u64::MAX)));
        assert_eq!(integer(&[0; 9], false, true), None);
        assert_eq!(integer(&[], false, true), None);
    }

    /// Examples of the VAX architecture manual: 1.0 is 4080 0000, -0.5 would be c000 0000.
    #[test]
    fn vax_floats() {
        assert_eq!(float(&[0x80, 0x40, 0, 0], Scalar::Vax), Some(1.0));
        assert_eq!(float(&[0x00, 0xc0, 0, 0], Scalar::Vax), Some(-0.5));
        assert_eq!(float(&[0x80, 0x40, 0, 0, 0, 0, 0, 0], Scalar::Vax), Some(1.0));
        assert_eq!(float(&[0; 4], Scalar::Vax), Some(0.0));
        assert_eq!(float(&[0; 3], Scalar::Vax), None);
    }
}
