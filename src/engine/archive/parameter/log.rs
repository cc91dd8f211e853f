//! The live log: rows that no chunk holds yet, one frame and one sync per append.

use super::rows::{Rows, RowsView};
use crate::storage::{f64_at, frame, i64_at, u32_at, u64_at};

/// First bytes of a frame in a log file.
pub(super) const MARK: [u8; 4] = *b"MDL1";
/// A log file of this many bytes is sealed and replaced.
pub(super) const ROTATE_BYTES: u64 = 16 << 20;

const HEAD: usize = 32;
const ROWS: u8 = 1;

/// Rows as they stand in a log frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LogRows {
    pub(super) group: u32,
    /// Number of the first row in its group.
    pub(super) first_row: u64,
    pub(super) rows: Rows,
}

/// A frame of rows that one append brought.
pub(super) fn encode(group: u32, first_row: u64, arrival: i64, rows: &RowsView<'_>) -> Vec<u8> {
    let mut payload = Vec::with_capacity(HEAD + rows.len() * (rows.columns.len() + 1) * 8);
    payload.extend_from_slice(&[ROWS, 0, 0, 0]);
    payload.extend_from_slice(&group.to_le_bytes());
    payload.extend_from_slice(&first_row.to_le_bytes());
    payload.extend_from_slice(&arrival.to_le_bytes());
    payload.extend_from_slice(&(rows.len() as u32).to_le_bytes());
    payload.extend_from_slice(&(rows.columns.len() as u32).to_le_bytes());
    payload.extend(rows.times.iter().flat_map(|t| t.to_le_bytes()));
    for column in &rows.columns {
        payload.extend(column.iter().flat_map(|v| v.to_le_bytes()));
    }
    frame(MARK, &payload)
}

/// The reverse of [`encode`]; none where the payload is not one of rows.
pub(super) fn decode(payload: &[u8]) -> Option<LogRows> {
    if *payload.first()? != ROWS {
        return None;
    }
    let (group, first_row) = (u32_at(payload, 4)?, u64_at(payload, 8)?);
    let arrival = i64_at(payload, 16)?;
    let (count, columns) = (u32_at(payload, 24)? as usize, u32_at(payload, 28)? as usize);
    let cells = count.checked_mul(columns.checked_add(1)?)?;
    if payload.len() != cells.checked_mul(8)?.checked_add(HEAD)? {
        return None;
    }
    let mut rows = Rows::with_columns(columns);
    rows.times = (0..count).filter_map(|i| i64_at(payload, HEAD + i * 8)).collect();
    rows.arrivals = vec![arrival; count];
    for (k, column) in rows.columns.iter_mut().enumerate() {
        let start = HEAD + (k + 1) * count * 8;
        column.extend((0..count).filter_map(|i| f64_at(payload, start + i * 8)));
    }
    Some(LogRows { group, first_row, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::frames;

    #[test]
    fn a_frame_comes_back() {
        let rows = Rows {
            times: vec![3, 1, 2],
            arrivals: vec![9; 3],
            columns: vec![vec![1.0, 2.0, 3.0], vec![-0.5, f64::INFINITY, 1e300]],
        };
        let bytes = encode(4, 77, 9, &rows.view());
        let found = frames(&bytes, MARK);
        let back = decode(&bytes[found.payloads[0].clone()]).unwrap();
        assert_eq!(back, LogRows { group: 4, first_row: 77, rows });
    }
}
