//! The summary file of a channel: its resident table as of some number of leaves, so that an
//! archive opens without reading its indexes. Derived: made again from the index where it is
//! missing or damaged. One checksum over everything; layout in FORMAT.md.

use std::collections::BTreeMap;
use std::path::Path;

use super::file::{Take, put, replace};
use super::leaf::Node;
use super::table::{FACTOR, Piece, Run, Table};
use crate::archive::Bucket;

const MAGIC: &[u8; 8] = b"MDWAVTOP";
const VERSION: u32 = 1;

/// What reading the file gave.
pub(super) enum Loaded {
    /// There is none.
    Missing,
    /// It is damaged, of another version, or of another generation of the index.
    Unusable,
    /// It fits.
    Table(Box<Table>),
}

/// Reads a summary file that belongs to an index of this generation.
pub(super) fn load(path: &Path, generation: u64) -> Loaded {
    match std::fs::read(path) {
        Err(_) => Loaded::Missing,
        Ok(bytes) => decode(&bytes, generation)
            .map_or(Loaded::Unusable, |table| Loaded::Table(Box::new(table))),
    }
}

/// Writes a table, whole or not at all.
pub(super) fn store(path: &Path, generation: u64, table: &Table) -> std::io::Result<()> {
    replace(path, &encode(generation, table))
}

fn encode(generation: u64, table: &Table) -> Vec<u8> {
    let empty = Vec::new();
    let nodes = table.levels.first().unwrap_or(&empty);
    let mut out = Vec::with_capacity(256 + nodes.len() * 57);
    put(&mut out, MAGIC);
    put(&mut out, &VERSION.to_le_bytes());
    for number in [generation, table.leaves, table.samples, table.records] {
        put(&mut out, &number.to_le_bytes());
    }
    put(&mut out, &table.rate.to_le_bytes());
    put(&mut out, &[u8::from(table.first.is_some())]);
    for number in [table.first.unwrap_or_default(), table.last, table.covered] {
        put(&mut out, &number.to_le_bytes());
    }
    put(&mut out, &(table.days.len() as u64).to_le_bytes());
    for (day, end) in &table.days {
        put(&mut out, &day.to_le_bytes());
        put(&mut out, &end.to_le_bytes());
    }
    put(&mut out, &(table.runs.len() as u64).to_le_bytes());
    for run in &table.runs {
        put_run(&mut out, run);
    }
    put(&mut out, &(table.pieces.len() as u64).to_le_bytes());
    for (start, piece) in &table.pieces {
        put(&mut out, &start.to_le_bytes());
        put_piece(&mut out, piece);
    }
    put(&mut out, &(nodes.len() as u64).to_le_bytes());
    for node in nodes.iter().chain(&table.pending) {
        put_node(&mut out, node);
    }
    let crc = crc32c::crc32c(&out);
    put(&mut out, &crc.to_le_bytes());
    out
}

fn put_run(out: &mut Vec<u8>, run: &Run) {
    for number in [run.a, run.b] {
        put(out, &number.to_le_bytes());
    }
    for number in [run.start, run.last_start, run.end, run.longest] {
        put(out, &number.to_le_bytes());
    }
    put(out, &run.class.to_le_bytes());
    put(out, &[run.publication]);
}

fn put_piece(out: &mut Vec<u8>, piece: &Piece) {
    for number in [piece.a, piece.b] {
        put(out, &number.to_le_bytes());
    }
    // A cut piece never shows nothing, so that 0..0 stands for a whole one.
    let (from, to) = piece.cut.unwrap_or_default();
    put(out, &from.to_le_bytes());
    put(out, &to.to_le_bytes());
    put(out, &piece.last.to_le_bytes());
    put(out, &piece.period.to_le_bytes());
    put(out, &piece.kind.0.to_le_bytes());
    put(out, &[piece.kind.1]);
}

fn put_node(out: &mut Vec<u8>, node: &Node) {
    for number in [node.start, node.last] {
        put(out, &number.to_le_bytes());
    }
    for number in [node.bucket.min, node.bucket.max, node.bucket.sum, node.period] {
        put(out, &number.to_le_bytes());
    }
    put(out, &node.bucket.count.to_le_bytes());
    put(out, &[u8::from(node.gap)]);
}

fn decode(bytes: &[u8], generation: u64) -> Option<Table> {
    let (body, crc) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    if Take(crc).u32()? != crc32c::crc32c(body) {
        return None;
    }
    let take = &mut Take(body.strip_prefix(MAGIC.as_slice())?);
    if take.u32()? != VERSION || take.u64()? != generation {
        return None;
    }
    let mut table = Table {
        leaves: take.u64()?,
        samples: take.u64()?,
        records: take.u64()?,
        rate: take.f64()?,
        ..Table::default()
    };
    let some = take.u8()? != 0;
    table.first = Some(take.i64()?).filter(|_| some);
    table.last = take.i64()?;
    table.covered = take.i64()?;
    for _ in 0..take.u64()? {
        let day = take.u32()?.cast_signed();
        table.days.insert(day, take.u64()?);
    }
    for _ in 0..take.u64()? {
        table.runs.push(run(take)?);
    }
    let mut pieces = BTreeMap::new();
    for _ in 0..take.u64()? {
        let start = take.i64()?;
        pieces.insert(start, piece(take)?);
    }
    table.pieces = pieces;
    let mut nodes = Vec::new();
    for _ in 0..take.u64()? {
        nodes.push(node(take)?);
    }
    if nodes.len() as u64 != table.leaves / FACTOR {
        return None;
    }
    if !table.leaves.is_multiple_of(FACTOR) {
        table.pending = Some(node(take)?);
    }
    if !nodes.is_empty() {
        table.levels.push(nodes);
    }
    table.restore();
    take.0.is_empty().then_some(table)
}

fn run(take: &mut Take<'_>) -> Option<Run> {
    Some(Run {
        a: take.u64()?,
        b: take.u64()?,
        start: take.i64()?,
        last_start: take.i64()?,
        end: take.i64()?,
        longest: take.i64()?,
        class: take.u16()?.cast_signed(),
        publication: take.u8()?,
    })
}

fn piece(take: &mut Take<'_>) -> Option<Piece> {
    let (a, b) = (take.u64()?, take.u64()?);
    let (from, to) = (take.u16()?, take.u16()?);
    Some(Piece {
        a,
        b,
        cut: (from < to).then_some((from, to)),
        last: take.i64()?,
        period: take.f64()?,
        kind: (take.u16()?.cast_signed(), take.u8()?),
    })
}

fn node(take: &mut Take<'_>) -> Option<Node> {
    let (start, last) = (take.i64()?, take.i64()?);
    let (min, max, sum, period) = (take.f64()?, take.f64()?, take.f64()?, take.f64()?);
    let bucket = Bucket { min, max, sum, count: take.u64()? };
    Some(Node { start, last, bucket, period, gap: take.u8()? != 0 })
}
