//! The binary form of a table.
//!
//! Big-endian. `MDTB`, version (u16), spacecraft (u32), instrument, SHA-256 of the catalogue, time
//! of creation (i64, ns of Unix), identifier, number of rows (u32), rows, seal. A row: number of
//! the channel (u16), stream (u8), samples and seconds of the rate (u16 each), numbers of filter
//! and gain (u8 each).

use crate::time::Instant;

use super::super::bytes::{Reader, Refusal, put_text, seal, unseal};
use super::catalogue::{Catalogue, Severity};
use super::check::{Violation, check};
use super::model::{Row, Stream, Table};
use super::rate::Rate;

const MAGIC: [u8; 4] = *b"MDTB";
const VERSION: u16 = 1;
const ROW: usize = 9;

/// A table as it goes up, with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// NAIF or mission number of the spacecraft.
    pub spacecraft: u32,
    /// When it was made.
    pub created: Instant,
    /// The table.
    pub table: Table,
}

impl TableFile {
    /// Writes the file; a table that breaks a rule for good is refused with the rules.
    pub fn to_bytes(&self, of: &Catalogue) -> Result<Vec<u8>, Vec<Violation>> {
        let mut broken = check(of, &self.table);
        broken.retain(|violation| violation.severity == Severity::Violation);
        if !broken.is_empty() {
            return Err(broken);
        }
        let mut out = Vec::new();
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        out.extend(self.spacecraft.to_be_bytes());
        put_text(&mut out, &of.instrument);
        out.extend(of.sha256);
        out.extend(self.created.unix_ns().to_be_bytes());
        put_text(&mut out, &self.table.id);
        out.extend((self.table.rows.len() as u32).to_be_bytes());
        for row in &self.table.rows {
            // All three are in the catalogue, or the table would be broken.
            out.extend(of.channel(&row.channel).map_or(0, |of| of.number).to_be_bytes());
            out.push(u8::from(row.stream == Stream::Event));
            let (samples, seconds) = row.rate.parts();
            out.extend(samples.to_be_bytes());
            out.extend(seconds.to_be_bytes());
            out.push(of.filter(&row.filter).map_or(0, |of| of.number));
            out.push(of.gain(&row.gain).map_or(0, |of| of.number));
        }
        Ok(seal(out))
    }

    /// Reads a file for a spacecraft by the catalogue that is used; also gives the SHA-256 that
    /// names the file.
    pub fn from_bytes(
        bytes: &[u8],
        spacecraft: u32,
        of: &Catalogue,
    ) -> Result<(Self, [u8; 32]), Refusal> {
        let (body, hash) = unseal(bytes, MAGIC, "binary table")?;
        let mut reader = Reader::of(body);
        reader.take(MAGIC.len())?;
        let version = reader.u16()?;
        if version != VERSION {
            return Err(Refusal::Version(version, VERSION));
        }
        let found = reader.u32()?;
        if found != spacecraft {
            return Err(Refusal::OtherSpacecraft { found, expected: spacecraft });
        }
        let instrument = reader.text()?;
        let catalogue = reader.hash()?;
        if instrument != of.instrument || catalogue != of.sha256 {
            let name = |id: &str, hash: &[u8; 32]| {
                let start = hash.iter().take(4).fold(0, |sum: u32, b| sum << 8 | u32::from(*b));
                format!("{id} ({start:08x}…)")
            };
            return Err(Refusal::OtherDictionary {
                found: name(&instrument, &catalogue),
                expected: name(&of.instrument, &of.sha256),
            });
        }
        let created = Instant::from_unix_ns(reader.i64()?);
        let id = reader.text()?;
        let count = reader.count(ROW)?;
        let rows = (0..count).map(|_| row(&mut reader, of)).collect::<Result<_, _>>()?;
        reader.end()?;
        Ok((Self { spacecraft, created, table: Table { id, rows } }, hash))
    }
}

fn row(reader: &mut Reader<'_>, of: &Catalogue) -> Result<Row, Refusal> {
    let number = reader.u16()?;
    let channel = of.channels.iter().find(|channel| channel.number == number);
    let channel = channel.ok_or(reader.wrong("there is no channel with this number"))?;
    let stream = match reader.u8()? {
        0 => Stream::Continuous,
        1 => Stream::Event,
        _ => return Err(reader.wrong("there is no such stream")),
    };
    let parts = (reader.u16()?, reader.u16()?);
    let rate = Rate::new(parts.0, parts.1).filter(|rate| rate.parts() == parts);
    let rate = rate.ok_or(reader.wrong("a rate is zero or not in lowest terms"))?;
    let number = reader.u8()?;
    let filter = of.filters.iter().find(|filter| filter.number == number);
    let filter = filter.ok_or(reader.wrong("there is no filter with this number"))?;
    let number = reader.u8()?;
    let gain = of.gains.iter().find(|gain| gain.number == number);
    let gain = gain.ok_or(reader.wrong("there is no gain with this number"))?;
    Ok(Row {
        channel: channel.id.clone(),
        stream,
        rate,
        filter: filter.id.clone(),
        gain: gain.id.clone(),
    })
}
