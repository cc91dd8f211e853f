//! What the Spectra panel shows: the list of products, the chosen curve, the elements in it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use marsdeck_engine::archive::{Product, ProductId};
use marsdeck_engine::format::chemcam::{Ccs, ChemcamName, Spectrometer, decode_name};
use marsdeck_engine::science::libs::{Identified, LINES, Line, identify};

/// Shots that dig through dust before the rock is seen.
pub(super) const DUST_SHOTS: usize = 5;
/// An element is sure from this signal to noise of its strongest line on: of one line alone, and
/// with a second line.
const SURE_SIGNAL: [f64; 2] = [20.0, 10.0];

/// One entry of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) id: ProductId,
    pub(super) file: String,
    /// Sol the observation was planned for, else that of the spacecraft clock.
    pub(super) sol: Option<i32>,
    /// Number of the point among those of its observation, from 1; 0 where the name says nothing.
    pub(super) point: usize,
    /// `CCAM02013`: sequence and planned sol.
    pub(super) sequence: String,
    pub(super) target: String,
    pub(super) shots: String,
    pub(super) simulated: bool,
}

impl Row {
    /// First line of the list.
    pub(super) fn title(&self) -> String {
        match self.sol {
            Some(sol) => format!("Sol {sol} · {} · point {}", self.sequence, self.point),
            None => self.file.clone(),
        }
    }

    /// Second line of the list.
    pub(super) fn detail(&self) -> String {
        let mut words = Vec::new();
        if !self.target.is_empty() {
            words.push(self.target.clone());
        }
        if !self.shots.is_empty() {
            words.push(format!("{} shots", self.shots));
        }
        if self.simulated {
            words.push("simulated".to_owned());
        }
        if words.is_empty() { self.file.clone() } else { words.join(" · ") }
    }
}

/// The list: products with spectra, ordered by sol and point, those that match a search.
pub(super) fn rows(products: &[Product], search: &str) -> Vec<Row> {
    let mut named: Vec<(Option<ChemcamName>, &Product)> = products
        .iter()
        .map(|p| (decode_name(&p.about.name), p))
        .filter(|(name, _)| name.as_ref().is_none_or(|n| n.product == "CCS"))
        .collect();
    named
        .sort_by_key(|(name, product)| (name.is_none(), name.as_ref().map(|n| n.sclk), product.id));
    let words: Vec<String> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut rows = Vec::with_capacity(named.len());
    let mut before: (String, usize) = Default::default();
    for (name, product) in named {
        let about = &product.about;
        let sequence = name
            .as_ref()
            .map_or(String::new(), |n| format!("CCAM{:02}{:03}", n.sequence, n.sol_mod_1000));
        let group = format!("{sequence} {:?}", name.as_ref().map(|n| (n.site, n.drive)));
        before = if before.0 == group { (group, before.1 + 1) } else { (group, 1) };
        let row = Row {
            id: product.id,
            file: about.name.clone(),
            sol: name.as_ref().map(|n| n.planned_sol().unwrap_or_else(|| n.executed_sol())),
            point: if name.is_some() { before.1 } else { 0 },
            sequence,
            target: header_value(&about.label, "TARGET").unwrap_or_default(),
            shots: header_value(&about.label, "NSHOTS").unwrap_or_default(),
            simulated: about.product == "simulated",
        };
        let text = format!("{} {} {}", row.title(), row.detail(), row.file).to_lowercase();
        if words.iter().all(|word| text.contains(word.as_str())) {
            rows.push(row);
        }
    }
    rows
}

/// The value of `# KEY = VALUE , , ,` in a label.
fn header_value(label: &str, key: &str) -> Option<String> {
    label.lines().find_map(|line| {
        let (name, value) = line.trim_start_matches(['#', ' ']).split_once('=')?;
        let value = value.trim_matches(|c: char| c == ',' || c == '"' || c.is_whitespace());
        (name.trim() == key && !value.is_empty()).then(|| value.to_owned())
    })
}

/// Which curve of a product is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Curve {
    #[default]
    Mean,
    Median,
    /// Number of the shot, from 0.
    Shot(usize),
    /// From the lowest to the highest shot, with the mean.
    All,
}

impl Curve {
    /// As printed.
    pub(super) fn name(self) -> String {
        match self {
            Self::Mean => "Mean".to_owned(),
            Self::Median => "Median".to_owned(),
            Self::Shot(n) => format!("Shot {}", n + 1),
            Self::All => "All shots".to_owned(),
        }
    }
}

/// The values of a curve. Without the dust shots mean and median are computed again.
pub(super) fn values(ccs: &Ccs, curve: Curve, without_dust: bool) -> Cow<'_, [f64]> {
    let clean = without_dust.then(|| ccs.shots.get(DUST_SHOTS..)).flatten();
    let clean = clean.filter(|shots| !shots.is_empty());
    match (curve, clean) {
        (Curve::Shot(n), _) => Cow::Borrowed(ccs.shots.get(n).map_or(&[][..], Vec::as_slice)),
        (Curve::Median, None) => Cow::Borrowed(&ccs.median),
        (Curve::Mean | Curve::All, None) => Cow::Borrowed(&ccs.mean),
        (Curve::Median, Some(shots)) => Cow::Owned(each_row(ccs, shots, median)),
        (Curve::Mean | Curve::All, Some(shots)) => Cow::Owned(each_row(ccs, shots, |row| {
            row.iter().sum::<f64>() / row.len().max(1) as f64
        })),
    }
}

/// Lowest and highest shot at each wavelength.
pub(super) fn envelope(ccs: &Ccs, without_dust: bool) -> (Vec<f64>, Vec<f64>) {
    let from = if without_dust && ccs.shots.len() > DUST_SHOTS { DUST_SHOTS } else { 0 };
    let shots = ccs.shots.get(from..).unwrap_or_default();
    let low = |row: &mut [f64]| row.iter().copied().fold(f64::INFINITY, f64::min);
    let high = |row: &mut [f64]| row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (each_row(ccs, shots, low), each_row(ccs, shots, high))
}

fn each_row(ccs: &Ccs, shots: &[Vec<f64>], f: impl Fn(&mut [f64]) -> f64) -> Vec<f64> {
    let mut row = Vec::with_capacity(shots.len());
    (0..ccs.wave_nm.len())
        .map(|i| {
            row.clear();
            row.extend(shots.iter().filter_map(|shot| shot.get(i)));
            if row.is_empty() { f64::NAN } else { f(&mut row) }
        })
        .collect()
}

fn median(row: &mut [f64]) -> f64 {
    row.sort_by(f64::total_cmp);
    let n = row.len();
    match (row.get(n.wrapping_sub(1) / 2), row.get(n / 2)) {
        (Some(a), Some(b)) => f64::midpoint(*a, *b),
        _ => f64::NAN,
    }
}

/// What of the spectrum is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Window {
    #[default]
    All,
    One(Spectrometer),
}

impl Window {
    pub(super) const CHOICES: [Self; 4] = [
        Self::All,
        Self::One(Spectrometer::Uv),
        Self::One(Spectrometer::Vio),
        Self::One(Spectrometer::Vnir),
    ];

    /// As printed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::One(which) => which.name(),
        }
    }

    /// First and last wavelength in nm.
    pub(super) fn limits_nm(self) -> (f64, f64) {
        match self {
            Self::All => (Spectrometer::Uv.limits_nm().0, Spectrometer::Vnir.limits_nm().1),
            Self::One(which) => which.limits_nm(),
        }
    }

    /// Rows of a product for each spectrometer on screen.
    pub(super) fn rows(self, ccs: &Ccs) -> Vec<Range<usize>> {
        Spectrometer::ALL
            .into_iter()
            .filter(|which| self == Self::All || self == Self::One(*which))
            .map(|which| ccs.rows(which))
            .filter(|rows| !rows.is_empty())
            .collect()
    }
}

/// The lines that a curve shows.
pub(super) fn lines(ccs: &Ccs, values: &[f64]) -> Vec<Identified> {
    identify(&ccs.wave_nm, values)
}

/// What a spectrum says of an element.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Element {
    pub(super) symbol: &'static str,
    /// Lines found, and lines of the table.
    pub(super) found: usize,
    pub(super) known: usize,
    /// Whether what was found stands far enough out.
    pub(super) sure: bool,
}

/// All elements of the table, those with lines found first, each part by symbol.
pub(super) fn elements(found: &[Identified]) -> Vec<Element> {
    let mut out: Vec<Element> = Vec::new();
    for line in LINES {
        match out.iter_mut().find(|e| e.symbol == line.element) {
            Some(element) => element.known += 1,
            None => {
                out.push(Element { symbol: line.element, found: 0, known: 1, sure: false });
            }
        }
    }
    for element in &mut out {
        let of = found.iter().filter(|f| f.line.element == element.symbol);
        element.found = of.clone().count();
        let strongest = of.map(|f| f.signal_to_noise).fold(0.0, f64::max);
        element.sure = strongest >= SURE_SIGNAL[usize::from(element.found > 1)];
    }
    out.sort_by_key(|e| (e.found == 0, e.symbol));
    out
}

/// One sentence: which elements are there.
pub(super) fn summary(elements: &[Element]) -> String {
    let names = |sure: bool| {
        let of = elements.iter().filter(|e| e.found > 0 && e.sure == sure);
        of.map(|e| e.symbol).collect::<Vec<_>>().join(", ")
    };
    match (names(true), names(false)) {
        (sure, weak) if sure.is_empty() && weak.is_empty() => {
            "No emission line stands out of this spectrum.".to_owned()
        }
        (sure, weak) if weak.is_empty() => format!("Present: {sure}."),
        (sure, weak) if sure.is_empty() => format!("Weak: {weak}."),
        (sure, weak) => format!("Present: {sure}. Weak: {weak}."),
    }
}

/// The number of an element among those of the table, in the order of their first lines.
pub(super) fn number_of(symbol: &str) -> usize {
    let mut seen: Vec<&str> = Vec::new();
    for line in LINES {
        if line.element == symbol {
            break;
        }
        if !seen.contains(&line.element) {
            seen.push(line.element);
        }
    }
    seen.len()
}

/// All lines of an element.
pub(super) fn lines_of(symbol: &str) -> impl Iterator<Item = &'static Line> {
    LINES.iter().filter(move |line| line.element == symbol)
}

/// What the table of lines is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Wavelength,
    Element,
    Height,
    Signal,
}

/// The lines in an order.
pub(super) fn sorted(lines: &[Identified], order: Order, descending: bool) -> Vec<Identified> {
    let mut out = lines.to_vec();
    out.sort_by(|a, b| {
        let by = match order {
            Order::Wavelength => a.line.nm.total_cmp(&b.line.nm),
            Order::Element => a.line.element.cmp(b.line.element),
            Order::Height => a.height.total_cmp(&b.height),
            Order::Signal => a.signal_to_noise.total_cmp(&b.signal_to_noise),
        };
        if descending { by.reverse() } else { by }
    });
    out
}

/// The channel nearest to a wavelength.
pub(super) fn nearest(wave_nm: &[f64], nm: f64) -> Option<usize> {
    let right = wave_nm.partition_point(|w| *w < nm);
    let candidates = [right.checked_sub(1), Some(right)];
    let with = candidates.into_iter().flatten().filter_map(|i| Some((i, wave_nm.get(i)?)));
    with.min_by(|a, b| (a.1 - nm).abs().total_cmp(&(b.1 - nm).abs())).map(|(i, _)| i)
}

/// The shown curve as text: header lines, then wavelength and radiance of each channel.
pub(super) fn csv(row: &Row, ccs: &Ccs, curve: Curve, without_dust: bool) -> String {
    let shown = values(ccs, curve, without_dust);
    let mut out = String::with_capacity(ccs.wave_nm.len() * 26 + 200);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# product = {}", row.file);
    if row.simulated {
        let _ = writeln!(out, "# SIMULATED = TRUE");
    }
    let dust = if without_dust { ", without the first five shots" } else { "" };
    let _ = writeln!(out, "# curve = {}{dust}", curve.name().to_lowercase());
    let _ = writeln!(out, "# radiance in photons/pulse/mm2/sr/nm");
    if curve == Curve::All {
        let (low, high) = envelope(ccs, without_dust);
        out.push_str("wavelength_nm,mean,lowest,highest\n");
        for (((nm, value), low), high) in ccs.wave_nm.iter().zip(shown.iter()).zip(low).zip(high) {
            let _ = writeln!(out, "{nm:.5},{value:.7e},{low:.7e},{high:.7e}");
        }
    } else {
        out.push_str("wavelength_nm,radiance\n");
        for (nm, value) in ccs.wave_nm.iter().zip(shown.iter()) {
            let _ = writeln!(out, "{nm:.5},{value:.7e}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
