//! SAM: what a file name such as `SM25091F0286RDR0__SPYR_GC__RAWXXXX_1.TAB` says (SAM RDR DPSIS,
//! JPL D-38123), and evolved-gas tables as comma-separated text.

use crate::format::csv;
use crate::format::table::Table;
use crate::problem::Problem;

/// A decoded SAM file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamName {
    /// Experiment identifier, e.g. 25091.
    pub eid: u32,
    /// `F` flight.
    pub model: char,
    /// Sol of the experiment.
    pub sol: u32,
    /// `RDR0`, `RDR1A`, `RDR1B` or `RDR2`.
    pub level: String,
    /// `SPYR` pyrolysis, `SDER` derivatisation, `ADIR` direct atmosphere, `AMET` methane
    /// enrichment.
    pub experiment: String,
    /// `QMS`, `GC`, `TLS` or `HK`.
    pub instrument: String,
    /// Kind of data, fill letters `X` and `_` stripped from the end.
    pub subtype: String,
    /// Version.
    pub version: u32,
}

/// Decodes a SAM file name, with or without extension and directories, any case.
pub fn decode_sam_name(name: &str) -> Option<SamName> {
    let base = name.rsplit(['/', '\\']).next()?;
    let base = base.split('.').next()?.to_ascii_uppercase();
    if !base.is_ascii() || !base.starts_with("SM") || !(36..=38).contains(&base.len()) {
        return None;
    }
    let part = |from: usize, to: usize| base.get(from - 1..to);
    let number = |from: usize, to: usize| -> Option<u32> {
        let text = part(from, to)?;
        if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
    };
    let underscore = |at: usize| part(at, at) == Some("_");
    let field = |from: usize, to: usize| part(from, to).map(|s| s.trim_end_matches('_').to_owned());
    if ![18, 23, 27, 35].into_iter().all(underscore) || !part(13, 15)?.eq("RDR") {
        return None;
    }
    Some(SamName {
        eid: number(3, 7)?,
        model: part(8, 8)?.chars().next()?,
        sol: number(9, 12)?,
        level: field(13, 17)?,
        experiment: field(19, 22)?,
        instrument: field(24, 26)?,
        subtype: part(28, 34)?.trim_end_matches(['X', '_']).to_owned(),
        version: number(36, base.len())?,
    })
}

/// A SAM table with the columns an evolved-gas plot needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamTable {
    /// The whole table.
    pub table: Table,
    /// Index of the column of seconds, if there is one.
    pub time: Option<usize>,
    /// Index of the sample temperature column, if there is one.
    pub temperature: Option<usize>,
    /// Mass-to-charge ratio and column index of every trace, in column order.
    pub masses: Vec<(f64, usize)>,
}

/// Reads a SAM table: columns called by a mass (`m/z 18`, `mz44`, `M28`, `18`, `18 Da`) are
/// traces.
pub fn read_sam(bytes: &[u8]) -> (SamTable, Vec<Problem>) {
    let (read, problems) = csv::read(bytes, csv::Limits::default());
    let mut out = SamTable { table: read.table, ..SamTable::default() };
    for (i, column) in out.table.columns.iter().enumerate() {
        let name = column.name.to_ascii_lowercase();
        if !column.data.is_numeric() {
            continue;
        }
        if let Some(mass) = mass(&name).filter(|_| read.header) {
            out.masses.push((mass, i));
        } else if out.temperature.is_none() && name.contains("temp") {
            out.temperature = Some(i);
        } else if out.time.is_none() && name.contains("time") {
            out.time = Some(i);
        }
    }
    (out, problems)
}

fn mass(name: &str) -> Option<f64> {
    let digits = ["m/z", "mz", "m", "mass", "amu"]
        .iter()
        .filter_map(|p| name.strip_prefix(p))
        .min_by_key(|rest| rest.len())
        .unwrap_or(name);
    let digits = digits.trim_matches([' ', '_', '=', ':', '-']);
    let digits = digits.strip_suffix("da").unwrap_or(digits).trim_end();
    let value: f64 = digits.parse().ok()?;
    // QMS range: SAM RDR DPSIS, 2 to 535 Da.
    (1.0..=600.0).contains(&value).then_some(value)
}
