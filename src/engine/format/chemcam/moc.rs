//! MOC: quantified major oxides per ChemCam point, comma-separated with a header row (columns
//! `SiO2`, `SiO2_RMSEP`, `SiO2_shots_stdev` and so on, in weight per cent).

use super::name::decode_name;
use crate::format::csv;
use crate::format::table::{ColumnData, Table};
use crate::problem::Problem;

/// The oxides of the table, in its order.
pub const OXIDES: [&str; 8] = ["SiO2", "TiO2", "Al2O3", "FeOT", "MgO", "CaO", "Na2O", "K2O"];

/// One oxide of one point, weight per cent; NaN where the table has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oxide {
    /// Content.
    pub wt: f64,
    /// Root-mean-square error of prediction.
    pub rmsep: f64,
    /// Standard deviation over the shots.
    pub shots_stdev: f64,
}

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct MocPoint {
    /// Spacecraft clock, from the column or the file name.
    pub sclk: Option<u32>,
    /// File the point was made from.
    pub file: String,
    /// Target name.
    pub target: String,
    /// Oxides in the order of [`OXIDES`].
    pub oxides: [Oxide; 8],
    /// Sum of the oxides, weight per cent.
    pub sum: f64,
    /// Total of the spectrum, photons/pulse/mm²/sr/nm.
    pub spectrum_total: f64,
}

/// Whether the bytes start like a MOC table.
pub fn sniff_moc(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(2048)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    text.contains("SiO2_RMSEP") && text.contains("K2O")
}

/// Reads a MOC table.
pub fn read_moc(bytes: &[u8]) -> (Vec<MocPoint>, Vec<Problem>) {
    let (read, mut problems) = csv::read(bytes, csv::Limits::default());
    let table = read.table;
    let missing: Vec<&str> = OXIDES.iter().copied().filter(|o| table.column(o).is_none()).collect();
    if !missing.is_empty() {
        let reason = format!("no column {}: not an oxide table", missing.join(", "));
        problems.push(Problem::at(0, "header", reason));
        return (Vec::new(), problems);
    }
    let number = |name: &str| column(&table, name);
    let columns: Vec<[Vec<f64>; 3]> = OXIDES
        .iter()
        .map(|o| [number(o), number(&format!("{o}_RMSEP")), number(&format!("{o}_shots_stdev"))])
        .collect();
    let (sclk, sum) = (number("sclk"), number("Sum_of_Oxides"));
    let total = number("Spectrum_Total");
    let file = ["File_name", "File", "FileName"].iter().find_map(|n| table.column(n));
    let target = ["Target_plan", "Target", "Target_name"].iter().find_map(|n| table.column(n));
    let at = |v: &[f64], row: usize| v.get(row).copied().unwrap_or(f64::NAN);
    let points = (0..table.rows)
        .map(|row| {
            let file = text(file, row);
            let clock = at(&sclk, row);
            let from_name = || decode_name(&file).map(|n| n.sclk);
            let sclk = if clock >= 0.0 { Some(clock as u32) } else { from_name() };
            let oxides = std::array::from_fn(|i| {
                let cell = |k: usize| columns.get(i).map_or(f64::NAN, |c| at(&c[k], row));
                Oxide { wt: cell(0), rmsep: cell(1), shots_stdev: cell(2) }
            });
            let (sum, spectrum_total) = (at(&sum, row), at(&total, row));
            MocPoint { sclk, file, target: text(target, row), oxides, sum, spectrum_total }
        })
        .collect();
    (points, problems)
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.column(name).and_then(|c| c.data.to_f64()).unwrap_or_default()
}

fn text(column: Option<&crate::format::table::Column>, row: usize) -> String {
    match column.map(|c| &c.data) {
        Some(ColumnData::Text(v)) => v.get(row).cloned().flatten().unwrap_or_default(),
        _ => String::new(),
    }
}
