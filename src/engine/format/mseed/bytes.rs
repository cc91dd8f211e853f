//! Reading of numbers from outside bytes in either order; `None` past the end, never a panic.

/// `N` bytes at an offset.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Unsigned 16-bit number at an offset.
pub(super) fn u16_at(bytes: &[u8], at: usize, big: bool) -> Option<u16> {
    let raw = array(bytes, at)?;
    Some(if big { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
}

/// Unsigned 32-bit number at an offset.
pub(super) fn u32_at(bytes: &[u8], at: usize, big: bool) -> Option<u32> {
    let raw = array(bytes, at)?;
    Some(if big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) })
}

/// 64-bit float at an offset, little-endian.
pub(super) fn f64_le_at(bytes: &[u8], at: usize) -> Option<f64> {
    array(bytes, at).map(f64::from_le_bytes)
}
