//! CCS: one point of a ChemCam LIBS observation as comma-separated text, 6144 wavelengths by N
//! shots plus their median and mean, after `#` lines `# KEY = VALUE , , ,`.

use std::fmt::Write as _;
use std::ops::Range;

use crate::format::table::parse_real;
use crate::problem::Problem;

/// Channels of a complete spectrum: three spectrometers of 2048 pixels.
const CHANNELS: usize = 6144;

/// The three spectrometers, wavelength limits from the ChemCam RDR SIS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spectrometer {
    /// Ultraviolet, 240.811 to 340.797 nm.
    Uv,
    /// Violet, 382.138 to 469.090 nm.
    Vio,
    /// Visible and near infrared, 473.184 to 905.574 nm.
    Vnir,
}

impl Spectrometer {
    /// All three, by wavelength.
    pub const ALL: [Self; 3] = [Self::Uv, Self::Vio, Self::Vnir];

    /// Short name as the SIS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uv => "UV",
            Self::Vio => "VIO",
            Self::Vnir => "VNIR",
        }
    }

    /// First and last wavelength in nm.
    pub const fn limits_nm(self) -> (f64, f64) {
        match self {
            Self::Uv => (240.811, 340.797),
            Self::Vio => (382.138, 469.090),
            Self::Vnir => (473.184, 905.574),
        }
    }

    /// The spectrometer of a wavelength; the gaps between them are halved.
    pub fn of(nm: f64) -> Self {
        if nm < f64::midpoint(340.797, 382.138) {
            Self::Uv
        } else if nm < f64::midpoint(469.090, 473.184) {
            Self::Vio
        } else {
            Self::Vnir
        }
    }
}

/// A calibrated LIBS product. Values are photons/pulse/mm²/sr/nm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ccs {
    /// Header lines `KEY = VALUE` in order; a line without `=` has an empty value.
    pub header: Vec<(String, String)>,
    /// Wavelengths in nm, ascending.
    pub wave_nm: Vec<f64>,
    /// One spectrum per shot, each as long as `wave_nm`.
    pub shots: Vec<Vec<f64>>,
    /// Median over the shots.
    pub median: Vec<f64>,
    /// Mean over the shots, as the producer gives it (without the outliers it left out).
    pub mean: Vec<f64>,
}

impl Ccs {
    /// Value of a header key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.header.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Distance to the target in mm (`DISTT`).
    pub fn distance_mm(&self) -> Option<f64> {
        self.get("DISTT").and_then(parse_real)
    }

    /// Rows of one spectrometer.
    pub fn rows(&self, which: Spectrometer) -> Range<usize> {
        let first = self.wave_nm.partition_point(|w| Spectrometer::of(*w).order() < which.order());
        let end = self.wave_nm.partition_point(|w| Spectrometer::of(*w).order() <= which.order());
        first..end
    }
}

impl Spectrometer {
    const fn order(self) -> u8 {
        match self {
            Self::Uv => 0,
            Self::Vio => 1,
            Self::Vnir => 2,
        }
    }
}

/// Whether the bytes start like a CCS product.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(8192)).unwrap_or_default();
    head.first() == Some(&b'#') && column_line(head).is_some()
}

/// The comment line that names the columns: its offset and the names.
fn column_line(bytes: &[u8]) -> Option<(usize, Vec<String>)> {
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let body = line.strip_prefix(b"#")?;
        let text = String::from_utf8_lossy(body);
        let names: Vec<String> = text.split(',').map(|c| c.trim().to_ascii_lowercase()).collect();
        if names.first().is_some_and(|n| n == "wave") && names.len() > 1 {
            return Some((at, names));
        }
        at += line.len();
    }
    None
}

/// Reads a CCS product. Rows that are not numbers or have another number of cells than the
/// header are left out and told.
pub fn read_ccs(bytes: &[u8]) -> (Ccs, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut ccs = Ccs::default();
    let Some((names_at, names)) = column_line(bytes) else {
        problems.push(Problem::at(
            0,
            "header",
            "no '# wave, shot1 …' line: not a ChemCam CCS product",
        ));
        return (ccs, problems);
    };
    for line in bytes.get(..names_at).unwrap_or_default().split(|b| *b == b'\n') {
        let text = String::from_utf8_lossy(line.strip_prefix(b"#").unwrap_or(line));
        let text = text.trim_matches(|c: char| c == ',' || c.is_whitespace());
        if !text.is_empty() {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            let key = key.split_whitespace().collect::<Vec<_>>().join(" ");
            ccs.header.push((key, value.trim().to_owned()));
        }
    }
    let mut slots: Vec<Slot> = names.iter().map(|n| Slot::of(n)).collect();
    // Of a column that stands there twice the first one counts.
    let mut seen: Vec<Slot> = Vec::new();
    for slot in slots.iter_mut().filter(|s| **s != Slot::Shot) {
        if seen.contains(slot) {
            *slot = Slot::Other;
        } else {
            seen.push(*slot);
        }
    }
    ccs.shots.resize_with(slots.iter().filter(|s| **s == Slot::Shot).count(), Vec::new);
    read_rows(bytes, names_at, &slots, &mut ccs, &mut problems);
    check(&ccs, &mut problems);
    (ccs, problems)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Wave,
    Shot,
    Median,
    Mean,
    Other,
}

impl Slot {
    fn of(name: &str) -> Self {
        match name {
            "wave" => Self::Wave,
            "median" => Self::Median,
            "mean" => Self::Mean,
            _ if name.starts_with("shot") => Self::Shot,
            _ => Self::Other,
        }
    }
}

fn read_rows(
    bytes: &[u8],
    names_at: usize,
    slots: &[Slot],
    ccs: &mut Ccs,
    problems: &mut Vec<Problem>,
) {
    let mut at = names_at;
    let mut bad: Option<(usize, usize)> = None;
    let mut cells = Vec::with_capacity(slots.len());
    let lines = bytes.get(names_at..).unwrap_or_default().split_inclusive(|b| *b == b'\n');
    for (i, line) in lines.enumerate() {
        let start = at;
        at += line.len();
        if i == 0 || line.trim_ascii().is_empty() || line.first() == Some(&b'#') {
            continue;
        }
        cells.clear();
        let text = String::from_utf8_lossy(line);
        for cell in text.split(',').take(slots.len() + 1) {
            let Some(value) = parse_real(cell.trim()) else { break };
            cells.push(value);
        }
        let complete = cells.len() == slots.len() && text.split(',').count() == slots.len();
        if !complete {
            let first = bad.map_or(start, |b| b.1);
            bad = Some((bad.map_or(1, |b| b.0 + 1), first));
            continue;
        }
        let mut shot = 0;
        for (slot, value) in slots.iter().zip(&cells) {
            match slot {
                Slot::Wave => ccs.wave_nm.push(*value),
                Slot::Median => ccs.median.push(*value),
                Slot::Mean => ccs.mean.push(*value),
                Slot::Shot => {
                    if let Some(s) = ccs.shots.get_mut(shot) {
                        s.push(*value);
                    }
                    shot += 1;
                }
                Slot::Other => {}
            }
        }
    }
    if let Some((n, first)) = bad {
        let reason = format!("{n} rows do not hold {} numbers and are left out", slots.len());
        problems.push(Problem::at(first as u64, "row", reason));
    }
}

fn check(ccs: &Ccs, problems: &mut Vec<Problem>) {
    let rows = ccs.wave_nm.len();
    if rows != CHANNELS {
        let reason = format!("{rows} wavelengths, a complete spectrum has {CHANNELS}");
        problems.push(Problem::of("wave", reason));
    }
    if ccs.wave_nm.windows(2).any(|w| w[1] <= w[0]) {
        problems.push(Problem::of("wave", "wavelengths do not ascend"));
    }
    if let Some(n) = ccs.get("NSHOTS").and_then(|v| v.parse::<usize>().ok())
        && n != ccs.shots.len()
    {
        let reason = format!("the header says {n} shots, the columns hold {}", ccs.shots.len());
        problems.push(Problem::of("NSHOTS", reason));
    }
    for (name, column) in [("median", &ccs.median), ("mean", &ccs.mean)] {
        if column.len() != rows {
            let reason = format!("{} values for {rows} wavelengths", column.len());
            problems.push(Problem::of(name, reason));
        }
    }
}

/// Writes a CCS product as the producer does: `#` lines padded with blank cells, wavelengths
/// with five decimals, values with eight significant digits. Missing values are written as 0.
pub fn write_ccs(ccs: &Ccs) -> String {
    let pad = " ,".repeat(ccs.shots.len() + 2);
    let mut out = String::new();
    for (key, value) in &ccs.header {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# {key} = {value}{pad}");
    }
    out.push_str("# wave ");
    for shot in 1..=ccs.shots.len() {
        let _ = write!(out, ", shot{shot} ");
    }
    out.push_str(", median , mean \n");
    for (row, wave) in ccs.wave_nm.iter().enumerate() {
        let _ = write!(out, "{wave:.5}");
        let columns = ccs.shots.iter().chain([&ccs.median, &ccs.mean]);
        for column in columns {
            out.push_str(", ");
            write_value(&mut out, column.get(row).copied().unwrap_or(0.0));
        }
        out.push('\n');
    }
    out
}

/// `6.6444795e+11`, as IDL prints a float.
fn write_value(out: &mut String, value: f64) {
    let value = if value.is_finite() { value } else { 0.0 };
    if value == 0.0 {
        out.push_str("0.0000000");
        return;
    }
    let text = format!("{value:.7e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(e) => ('-', e),
                None => ('+', exponent),
            };
            let _ = write!(out, "{digits}e{sign}{exponent:0>2}");
        }
        None => out.push_str(&text),
    }
}
