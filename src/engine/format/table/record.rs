//! Records of fixed length: fields at byte positions, repeated groups, packed bits. Shared by
//! PDS4 character and binary tables and PDS3 tables.

use super::{CellKind, CellReader, Column, ColumnData, Meaning, Scalar, TimeKind, float, integer};
use crate::problem::Problem;

/// How the bytes of a field are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Characters.
    Text(CellKind),
    /// A binary number.
    Binary(Scalar),
    /// A pair of floats: real and imaginary part.
    Complex { big: bool },
    /// Bits kept as bytes.
    Bits,
}

/// A field of a record.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) data_type: String,
    pub(crate) kind: Kind,
    pub(crate) time: Option<TimeKind>,
    pub(crate) meaning: Meaning,
    /// Offset from the start of the record (or of the group) in bytes, length in bytes.
    pub(crate) offset: usize,
    pub(crate) length: usize,
    /// First and last bit, from 1, of every bit field packed in this one, with its name.
    pub(crate) bits: Vec<(String, usize, usize)>,
}

/// A field or a repeated group of them.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    /// Index into the flat list of fields.
    Field(usize),
    /// Repetitions, offset in the parent, bytes of one repetition, members.
    Group(Group),
}

/// A repeated group.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) repetitions: usize,
    pub(crate) offset: usize,
    pub(crate) stride: usize,
    pub(crate) members: Vec<Member>,
}

/// A record: a flat list of fields and how they repeat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
    pub(crate) members: Vec<Member>,
}

/// Fields of the members with repetitions counted, saturating.
pub(crate) fn width(members: &[Member]) -> usize {
    members.iter().fold(0, |sum, m| match m {
        Member::Field(_) => sum.saturating_add(1),
        Member::Group(g) => sum.saturating_add(width(&g.members).saturating_mul(g.repetitions)),
    })
}

impl Record {
    /// Whether the fields can be read from records of `length` bytes, else why not. The number of
    /// fields and bits is bounded, so that overlapping groups cannot ask for more memory than
    /// the file justifies. Fields that end past the record are told and read as missing.
    pub(crate) fn fits(&self, length: usize) -> Result<Vec<Problem>, String> {
        if self.fields.is_empty() {
            return Err("no fields: table left unread".to_owned());
        }
        let bits = self.fields.iter().map(|f| f.bits.len()).fold(0, usize::saturating_add);
        if self.width() > length || bits > length.saturating_mul(8) {
            return Err(format!("{} fields do not fit in {length} bytes", self.width()));
        }
        let mut problems = Vec::new();
        for (field, places) in self.fields.iter().zip(positions(self)) {
            let end = places.iter().map(|p| p.saturating_add(field.length)).max().unwrap_or(0);
            if end > length {
                let reason = format!("ends at byte {end} of a record of {length}: missing");
                problems.push(Problem::of(field.name.as_str(), reason));
            }
        }
        Ok(problems)
    }

    /// Fields of one record with repetitions counted, saturating.
    pub(crate) fn width(&self) -> usize {
        width(&self.members)
    }

    /// The first field of the record (groups aside) that shares bytes with the one before it.
    pub(crate) fn overlap(&self) -> Option<(&Field, &Field)> {
        let plain = |m: &Member| match m {
            Member::Field(i) => self.fields.get(*i),
            Member::Group(_) => None,
        };
        let mut fields: Vec<&Field> = self.members.iter().filter_map(plain).collect();
        fields.sort_by_key(|f| f.offset);
        fields.windows(2).find_map(|w| {
            let end = w[0].offset.saturating_add(w[0].length);
            (end > w[1].offset).then_some((w[0], w[1]))
        })
    }

    /// How often each field occurs in a record.
    pub(crate) fn items(&self) -> Vec<usize> {
        fn walk(members: &[Member], times: usize, out: &mut [usize]) {
            for m in members {
                match m {
                    Member::Field(i) => {
                        if let Some(n) = out.get_mut(*i) {
                            *n = times;
                        }
                    }
                    Member::Group(g) => walk(&g.members, times.saturating_mul(g.repetitions), out),
                }
            }
        }
        let mut out = vec![1; self.fields.len()];
        walk(&self.members, 1, &mut out);
        out
    }
}
/// Where each field lies in a record, repetitions in order.
fn positions(record: &Record) -> Vec<Vec<usize>> {
    fn walk(members: &[Member], base: usize, fields: &[Field], out: &mut [Vec<usize>]) {
        for m in members {
            match m {
                Member::Field(i) => {
                    if let (Some(f), Some(o)) = (fields.get(*i), out.get_mut(*i)) {
                        o.push(base.saturating_add(f.offset));
                    }
                }
                // A group without fields repeats nothing; `fits` has bounded the others.
                Member::Group(g) if width(&g.members) == 0 => {}
                Member::Group(g) => {
                    for k in 0..g.repetitions {
                        let start = base.saturating_add(g.offset);
                        let start = start.saturating_add(k.saturating_mul(g.stride));
                        walk(&g.members, start, fields, out);
                    }
                }
            }
        }
    }
    let mut out = vec![Vec::new(); record.fields.len()];
    walk(&record.members, 0, &record.fields, &mut out);
    out
}

/// The bytes of one field in every record.
struct Source<'a> {
    bytes: &'a [u8],
    length: usize,
    offset: u64,
    places: &'a [usize],
}

impl<'a> Source<'a> {
    /// Bytes (empty where they lie outside the record) and file offset of every cell.
    fn cells(&self, size: usize) -> impl Iterator<Item = (&'a [u8], u64)> {
        let (length, offset, places) = (self.length, self.offset, self.places);
        self.bytes.chunks_exact(length).enumerate().flat_map(move |(row, record)| {
            places.iter().map(move |p| {
                let at = offset + (row * length + p) as u64;
                (record.get(*p..p.saturating_add(size)).unwrap_or_default(), at)
            })
        })
    }
}

/// The columns of one field: one, two for complex numbers, more for packed bits.
fn columns(field: &Field, source: &Source<'_>, out: &mut Vec<Column>, problems: &mut Vec<Problem>) {
    let size = field.length;
    let column = |name: String, data| Column {
        unit: field.unit.clone(),
        data_type: field.data_type.clone(),
        time: field.time,
        ..Column::new(name, data)
    };
    match field.kind {
        Kind::Text(kind) => {
            let mut reader = CellReader::new(kind);
            for (cell, at) in source.cells(size) {
                reader.push(cell, at);
            }
            let data = reader.finish(&field.name, &field.data_type, &field.meaning, problems);
            out.push(column(field.name.clone(), data));
        }
        Kind::Binary(how) => {
            let data = binary(how, source.cells(size).map(|c| c.0), size, &field.meaning);
            if data.missing() == data.len() && !data.is_empty() && !matches!(size, 1..=8) {
                let reason = format!("no number of type {} has {size} bytes", field.data_type);
                problems.push(Problem::of(field.name.as_str(), reason));
            }
            out.push(column(field.name.clone(), data));
        }
        Kind::Complex { big } => {
            let half = size / 2;
            let how = Scalar::Float { big };
            for (suffix, skip) in [("re", 0), ("im", half)] {
                let cells =
                    source.cells(size).map(|(c, _)| c.get(skip..skip + half).unwrap_or_default());
                let data = binary(how, cells, half, &field.meaning);
                out.push(column(format!("{}.{suffix}", field.name), data));
            }
        }
        Kind::Bits => {
            let data = source.cells(size).map(|c| c.0.to_vec()).collect();
            out.push(column(field.name.clone(), ColumnData::Bytes(data)));
        }
    }
    for (name, first, last) in &field.bits {
        let values = source.cells(size).map(|(c, _)| bits(c, *first, *last)).collect();
        out.push(column(name.clone(), ColumnData::I64(values)));
    }
}

/// Bits `first` to `last`, counted from 1 at the most significant bit of the first byte.
fn bits(cell: &[u8], first: usize, last: usize) -> Option<i64> {
    let mut value = 0_i64;
    for bit in first - 1..last {
        let byte = cell.get(bit / 8)?;
        value = (value << 1) | i64::from((byte >> (7 - bit % 8)) & 1);
    }
    Some(value)
}

/// Binary numbers to a column, special constants and scaling applied.
pub(crate) fn binary<'a>(
    how: Scalar,
    cells: impl Iterator<Item = &'a [u8]>,
    size: usize,
    meaning: &Meaning,
) -> ColumnData {
    match how {
        Scalar::Int { signed, big } => {
            meaning.ints(cells.map(|c| integer(c, signed, big)).collect())
        }
        Scalar::Float { .. } | Scalar::Vax => {
            let values = cells.map(|c| float(c, how).unwrap_or(f64::NAN)).collect();
            ColumnData::F64(meaning.reals(values, size == 4))
        }
    }
}

/// Every column of the records in `bytes`, each `length` long; `offset` is where the first one
/// starts in its file. The caller has checked [`Record::fits`].
pub(crate) fn decode(
    record: &Record,
    bytes: &[u8],
    length: usize,
    offset: u64,
    problems: &mut Vec<Problem>,
) -> Vec<Column> {
    let mut out: Vec<Column> = Vec::new();
    let items = record.items();
    for (i, (field, places)) in record.fields.iter().zip(positions(record)).enumerate() {
        let before = out.len();
        columns(field, &Source { bytes, length, offset, places: &places }, &mut out, problems);
        for column in out.iter_mut().skip(before) {
            column.items = items.get(i).copied().unwrap_or(1);
        }
    }
    out
}

/// Line feeds of a character table: `None` where every record ends with its only one, else how
/// many do not and the first of them.
pub(crate) fn misplaced_ends(bytes: &[u8], length: usize) -> Option<(usize, usize)> {
    let off = |r: &[u8]| r.last() != Some(&b'\n') || r.iter().take(length - 1).any(|b| *b == b'\n');
    let first = bytes.chunks_exact(length).position(off)?;
    Some((bytes.chunks_exact(length).filter(|r| off(r)).count(), first))
}

/// Records that a text conversion has cut: lines without carriage returns, their trailing blanks
/// perhaps lost, none longer than the record. Gives the records at their full length.
pub(crate) fn restored(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let body = length.checked_sub(2).filter(|n| *n > 0)?;
    let lines = || bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|b| *b == b'\n');
    // Cut rows that would grow more than fourfold are no rows of this table.
    let most = bytes.len().saturating_mul(4).saturating_add(4096);
    if bytes.is_empty()
        || bytes.contains(&b'\r')
        || misplaced_ends(bytes, length).is_none() && bytes.len().is_multiple_of(length)
        || lines().any(|l| l.len() > body)
        || lines().count().checked_mul(length).is_none_or(|n| n > most)
    {
        return None;
    }
    let mut out = Vec::with_capacity(lines().count() * length);
    for line in lines() {
        let end = out.len() + body;
        out.extend_from_slice(line);
        out.resize(end, b' ');
        out.extend_from_slice(b"\r\n");
    }
    Some(out)
}
