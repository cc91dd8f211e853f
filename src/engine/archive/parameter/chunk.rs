//! The frame of a sealed chunk and of a pyramid node; `FORMAT.md` has the table of bytes.

use rayon::prelude::*;

use super::column::{decode_floats, decode_ints, encode_floats, encode_ints};
use super::rows::RowsView;
use crate::archive::Bucket;
use crate::archive::catalogue::{ChunkRef, NodeId};
use crate::storage::{f64_at, frame, i64_at, u32_at, u64_at};

/// First bytes of a frame in a segment file.
pub(super) const MARK: [u8; 4] = *b"MDC1";
/// Rows of a full chunk.
pub(super) const CHUNK_ROWS: usize = 1024;
/// Children of a pyramid node.
pub(super) const FAN: usize = 16;

const HEAD: usize = 72;
const NODE_HEAD: usize = 56;
const ENTRY: usize = 40;
const BUCKET: usize = 32;

/// Stands for a sum that damage hides: whoever needs it reads the chunks below and fails there.
pub(super) const UNKNOWN: Bucket =
    Bucket { min: f64::NAN, max: f64::NAN, sum: f64::NAN, count: u64::MAX };

/// Whether a sum can be used.
pub(super) fn is_known(sum: &Bucket) -> bool {
    sum.count != u64::MAX
}

fn total<'a>(children: impl Iterator<Item = &'a Bucket>) -> Bucket {
    let mut sum = Bucket::EMPTY;
    for child in children {
        if !is_known(child) {
            return UNKNOWN;
        }
        sum.merge(child);
    }
    sum
}

/// What the frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChunkHead {
    pub(super) id: NodeId,
    /// Place is zero: the frame does not know where it lies.
    pub(super) chunk: ChunkRef,
    pub(super) columns: usize,
}

fn put_head(out: &mut Vec<u8>, id: NodeId, c: &ChunkRef, columns: usize) {
    out.extend_from_slice(&[id.level, 0, 0, 0]);
    out.extend_from_slice(&id.group.to_le_bytes());
    out.extend_from_slice(&c.rows.to_le_bytes());
    out.extend_from_slice(&(columns as u32).to_le_bytes());
    out.extend_from_slice(&id.seq.to_le_bytes());
    out.extend_from_slice(&c.first_row.to_le_bytes());
    for time in [c.t0, c.t1, c.max_gap] {
        out.extend_from_slice(&time.to_le_bytes());
    }
}

fn put_bucket(out: &mut Vec<u8>, b: &Bucket) {
    out.extend_from_slice(&b.count.to_le_bytes());
    for value in [b.min, b.max, b.sum] {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

fn bucket_at(bytes: &[u8], at: usize) -> Option<Bucket> {
    Some(Bucket {
        count: u64_at(bytes, at)?,
        min: f64_at(bytes, at + 8)?,
        max: f64_at(bytes, at + 16)?,
        sum: f64_at(bytes, at + 24)?,
    })
}

/// Head of a payload; none where it is too short to be one.
pub(super) fn head(payload: &[u8]) -> Option<ChunkHead> {
    let id =
        NodeId { level: *payload.first()?, group: u32_at(payload, 4)?, seq: u64_at(payload, 16)? };
    let chunk = ChunkRef {
        file: 0,
        off: 0,
        len: 0,
        rows: u32_at(payload, 8)?,
        first_row: u64_at(payload, 24)?,
        t0: i64_at(payload, 32)?,
        t1: i64_at(payload, 40)?,
        max_gap: i64_at(payload, 48)?,
    };
    Some(ChunkHead { id, chunk, columns: u32_at(payload, 12)? as usize })
}

/// Seals rows (ascending in time, then in arrival) into a frame; also gives what each column
/// sums up to.
pub(super) fn seal(
    id: NodeId,
    first_row: u64,
    rows: &RowsView<'_>,
) -> (Vec<u8>, ChunkRef, Vec<Bucket>) {
    let times = rows.times;
    let max_gap = times.windows(2).map(|w| w[1].saturating_sub(w[0])).max().unwrap_or(0);
    let mut chunk = ChunkRef {
        file: 0,
        off: 0,
        len: 0,
        first_row,
        rows: times.len() as u32,
        t0: times.first().copied().unwrap_or(0),
        t1: times.last().copied().unwrap_or(0),
        max_gap,
    };
    let mut payload = Vec::with_capacity(HEAD + rows.columns.len() * (ENTRY + 256));
    put_head(&mut payload, id, &chunk, rows.columns.len());
    let mut data = Vec::with_capacity(rows.columns.len() * 512);
    let mut directory = |form: u8, len: usize| {
        payload.extend_from_slice(&[form, 0, 0, 0]);
        payload.extend_from_slice(&(len as u32).to_le_bytes());
    };
    for ints in [times, rows.arrivals] {
        let before = data.len();
        let form = encode_ints(ints, &mut data);
        directory(form, data.len() - before);
    }
    let encode = |column: &&[f64]| {
        let mut bytes = Vec::new();
        let form = encode_floats(column, &mut bytes);
        (form, bytes, summary(times, column))
    };
    let encoded: Vec<_> = rows.columns.par_iter().map(encode).collect();
    let mut sums = Vec::with_capacity(rows.columns.len());
    for (form, bytes, sum) in encoded {
        payload.extend_from_slice(&[form, 0, 0, 0]);
        payload.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        put_bucket(&mut payload, &sum);
        data.extend_from_slice(&bytes);
        sums.push(sum);
    }
    payload.append(&mut data);
    let bytes = frame(MARK, &payload);
    chunk.len = bytes.len() as u32;
    (bytes, chunk, sums)
}

/// Sums up the values that count: of several at one time the last.
pub(super) fn summary(times: &[i64], values: &[f64]) -> Bucket {
    let mut sum = Bucket::EMPTY;
    let mut waiting = f64::NAN;
    let mut last = None;
    for (time, value) in times.iter().zip(values) {
        if last != Some(*time) {
            sum.add(waiting);
            waiting = f64::NAN;
            last = Some(*time);
        }
        if !value.is_nan() {
            waiting = *value;
        }
    }
    sum.add(waiting);
    sum
}

/// Seals a pyramid node over its children: `children[c][k]` is column `k` of child `c`.
pub(super) fn seal_node(
    id: NodeId,
    hull: &ChunkRef,
    children: &[Vec<Bucket>],
) -> (Vec<u8>, Vec<Bucket>) {
    let columns = children.first().map_or(0, Vec::len);
    let mut payload = Vec::with_capacity(NODE_HEAD + columns * (FAN * BUCKET + 4));
    put_head(&mut payload, id, hull, columns);
    let mut sums = Vec::with_capacity(columns);
    for k in 0..columns {
        let start = payload.len();
        for child in children.iter().filter_map(|c| c.get(k)) {
            put_bucket(&mut payload, child);
        }
        sums.push(total(children.iter().filter_map(|c| c.get(k))));
        let crc = crc32c::crc32c(payload.get(start..).unwrap_or_default());
        payload.extend_from_slice(&crc.to_le_bytes());
    }
    (frame(MARK, &payload), sums)
}

/// Offset in a payload, and length, of the block of one column of a node.
pub(super) fn node_block(column: usize) -> (u64, usize) {
    let len = FAN * BUCKET + 4;
    ((NODE_HEAD + column * len) as u64, len)
}

/// The children of one column out of its block; none where its checksum does not match.
pub(super) fn node_children(block: &[u8]) -> Option<Vec<Bucket>> {
    let (body, crc) = block.split_at_checked(FAN * BUCKET)?;
    if u32_at(crc, 0)? != crc32c::crc32c(body) {
        return None;
    }
    (0..FAN).map(|i| bucket_at(body, i * BUCKET)).collect()
}

/// What each column of a chunk or node sums up to.
pub(super) fn sums(payload: &[u8]) -> Option<Vec<Bucket>> {
    let head = head(payload)?;
    if head.id.level == 0 {
        return (0..head.columns).map(|k| bucket_at(payload, HEAD + k * ENTRY + 8)).collect();
    }
    let node = |k: usize| {
        let (off, len) = node_block(k);
        let children = node_children(payload.get(off as usize..off as usize + len)?)?;
        Some(total(children.iter()))
    };
    (0..head.columns).map(node).collect()
}

/// A sealed chunk, checked, not yet decoded.
pub(super) struct Chunk<'a> {
    payload: &'a [u8],
    rows: usize,
    columns: usize,
}

impl<'a> Chunk<'a> {
    /// Over the payload of a frame of level 0.
    pub(super) fn new(payload: &'a [u8]) -> Option<Self> {
        let head = head(payload)?;
        let rows = head.chunk.rows as usize;
        let fits = head.id.level == 0 && (1..=CHUNK_ROWS).contains(&rows);
        let directory = head.columns.checked_mul(ENTRY)?.checked_add(HEAD)?;
        (fits && payload.len() >= directory).then_some(Self {
            payload,
            rows,
            columns: head.columns,
        })
    }

    fn entry(&self, at: usize) -> Option<(u8, usize)> {
        Some((*self.payload.get(at)?, u32_at(self.payload, at + 4)? as usize))
    }

    fn column_entry(k: usize) -> usize {
        HEAD + k * ENTRY
    }

    fn data(&self, skip: usize, len: usize) -> Option<&'a [u8]> {
        let start = Self::column_entry(self.columns).checked_add(skip)?;
        self.payload.get(start..start.checked_add(len)?)
    }

    /// Times, ascending.
    pub(super) fn times(&self) -> Option<Vec<i64>> {
        let (form, len) = self.entry(56)?;
        decode_ints(form, self.data(0, len)?, self.rows)
    }

    /// Number of the append that brought each row.
    pub(super) fn arrivals(&self) -> Option<Vec<i64>> {
        let (form, len) = self.entry(64)?;
        decode_ints(form, self.data(self.entry(56)?.1, len)?, self.rows)
    }

    /// Values of a column; NaN where there is none.
    pub(super) fn column(&self, k: usize) -> Option<Vec<f64>> {
        if k >= self.columns {
            return None;
        }
        let mut skip = self.entry(56)?.1 + self.entry(64)?.1;
        for before in 0..k {
            skip += self.entry(Self::column_entry(before))?.1;
        }
        let (form, len) = self.entry(Self::column_entry(k))?;
        decode_floats(form, self.data(skip, len)?, self.rows)
    }

    /// Whether every column can be decoded.
    pub(super) fn is_whole(&self) -> bool {
        self.times().is_some()
            && self.arrivals().is_some()
            && (0..self.columns).all(|k| self.column(k).is_some())
    }
}
