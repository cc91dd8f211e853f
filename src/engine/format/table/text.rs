//! Cells written as text: numbers, booleans and strings to column data, missing values marked,
//! wrong cells counted and the first one told.

use super::ColumnData;
use crate::problem::Problem;

/// What a text cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// Decimal number.
    Real,
    /// Integer in a base from 2 to 16.
    Integer(u32),
    /// `true`/`false`/`1`/`0`.
    Boolean,
    /// Anything.
    Text,
}

/// Special values and scaling of a field (PDS4 `Special_Constants`, `scaling_factor`,
/// `value_offset`; PDS3 `MISSING_CONSTANT` and the like, `SCALING_FACTOR`, `OFFSET`).
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    pub(crate) specials: Vec<String>,
    pub(crate) factor: Option<String>,
    pub(crate) offset: Option<String>,
}

/// Collects the cells of one column.
pub(crate) struct CellReader {
    kind: CellKind,
    text: Vec<Option<String>>,
    reals: Vec<f64>,
    ints: Vec<Option<i128>>,
    bad: u64,
    first_bad: Option<(u64, String)>,
}

impl CellReader {
    /// An empty column.
    pub(crate) fn new(kind: CellKind) -> Self {
        Self {
            kind,
            text: Vec::new(),
            reals: Vec::new(),
            ints: Vec::new(),
            bad: 0,
            first_bad: None,
        }
    }

    /// Takes one cell; `at` is its byte offset in the file.
    pub(crate) fn push(&mut self, cell: &[u8], at: u64) {
        let text = String::from_utf8_lossy(cell);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        let empty = text.is_empty();
        let good = match self.kind {
            CellKind::Text => {
                let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                let text = inner.map_or(text, str::trim);
                let empty = text.is_empty();
                self.text.push((!empty).then(|| text.to_owned()));
                true
            }
            CellKind::Real => {
                let value = parse_real(text);
                self.reals.push(value.unwrap_or(f64::NAN));
                value.is_some()
            }
            CellKind::Integer(base) => {
                let value = i128::from_str_radix(text, base).ok();
                let loose = || if base == 10 { whole(text) } else { None };
                self.ints.push(value.or_else(loose));
                value.is_some()
            }
            CellKind::Boolean => {
                let value = match text {
                    "true" | "True" | "TRUE" | "1" => Some(1),
                    "false" | "False" | "FALSE" | "0" => Some(0),
                    _ => None,
                };
                self.ints.push(value);
                value.is_some()
            }
        };
        if !good && !empty {
            self.bad += 1;
            if self.first_bad.is_none() {
                self.first_bad = Some((at, text.chars().take(40).collect()));
            }
        }
    }

    /// The column, special constants and scaling applied.
    pub(crate) fn finish(
        self,
        name: &str,
        type_name: &str,
        meaning: &Meaning,
        problems: &mut Vec<Problem>,
    ) -> ColumnData {
        let data = match self.kind {
            CellKind::Text => meaning.texts(self.text),
            CellKind::Real => ColumnData::F64(meaning.reals(self.reals, false)),
            CellKind::Integer(_) | CellKind::Boolean => meaning.ints(self.ints),
        };
        if let Some((at, text)) = self.first_bad {
            let reason = format!(
                "{} cells are not {type_name}, the first is '{text}'; they are missing unless they \
                 are whole numbers",
                self.bad
            );
            problems.push(Problem::at(at, name, reason));
        }
        data
    }
}

impl Meaning {
    /// No special values, no scaling.
    pub(crate) const PLAIN: Self = Self { specials: Vec::new(), factor: None, offset: None };

    fn scales(&self) -> bool {
        self.factor.is_some() || self.offset.is_some()
    }

    fn texts(&self, mut cells: Vec<Option<String>>) -> ColumnData {
        if !self.specials.is_empty() {
            for cell in &mut cells {
                if cell.as_ref().is_some_and(|c| self.specials.iter().any(|s| s.trim() == c)) {
                    *cell = None;
                }
            }
        }
        ColumnData::Text(cells)
    }

    /// Special constants to NaN, then `value * factor + offset`. Constants of single-precision
    /// values are compared as singles.
    pub(crate) fn reals(&self, mut values: Vec<f64>, single: bool) -> Vec<f64> {
        let round = |x: f64| if single { f64::from(x as f32) } else { x };
        let specials: Vec<f64> =
            self.specials.iter().filter_map(|s| parse_real(s.trim())).map(round).collect();
        let factor = self.factor.as_deref().and_then(parse_real).unwrap_or(1.0);
        let offset = self.offset.as_deref().and_then(parse_real).unwrap_or(0.0);
        if specials.is_empty() && !self.scales() {
            return values;
        }
        for v in &mut values {
            *v = if specials.contains(v) { f64::NAN } else { *v * factor + offset };
        }
        values
    }

    /// The same for integers: exact while factor and offset are whole and the result fits.
    pub(crate) fn ints(&self, mut values: Vec<Option<i128>>) -> ColumnData {
        let specials: Vec<i128> = self.specials.iter().filter_map(|s| whole(s.trim())).collect();
        for v in &mut values {
            if v.is_some_and(|x| specials.contains(&x)) {
                *v = None;
            }
        }
        let whole_of = |s: &Option<String>, d: i128| s.as_deref().map_or(Some(d), whole);
        if let (Some(factor), Some(offset)) = (whole_of(&self.factor, 1), whole_of(&self.offset, 0))
        {
            let scaled: Option<Vec<Option<i128>>> = values
                .iter()
                .map(|v| match v {
                    Some(x) => x.checked_mul(factor)?.checked_add(offset).map(Some),
                    None => Some(None),
                })
                .collect();
            if let Some(scaled) = scaled {
                return narrow(&scaled);
            }
        }
        let reals = values.iter().map(|v| v.map_or(f64::NAN, |x| x as f64)).collect();
        let scaling = Self { specials: Vec::new(), ..self.clone() };
        ColumnData::F64(scaling.reals(reals, false))
    }
}

/// 64-bit integers where all fit, else floats.
fn narrow(values: &[Option<i128>]) -> ColumnData {
    let small: Option<Vec<Option<i64>>> = values
        .iter()
        .map(|v| match v {
            Some(x) => i64::try_from(*x).ok().map(Some),
            None => Some(None),
        })
        .collect();
    match small {
        Some(small) => ColumnData::I64(small),
        None => ColumnData::F64(values.iter().map(|v| v.map_or(f64::NAN, |x| x as f64)).collect()),
    }
}

/// A whole number: decimal, PDS3 `16#FFFF#`, `0x…`, or a real without a fraction.
fn whole(text: &str) -> Option<i128> {
    if let Ok(x) = text.parse::<i128>() {
        return Some(x);
    }
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i128::from_str_radix(hex, 16).ok();
    }
    if let Some((base, rest)) = text.split_once('#') {
        let base = base.parse::<u32>().ok().filter(|b| (2..=36).contains(b))?;
        return i128::from_str_radix(rest.strip_suffix('#')?, base).ok();
    }
    let real = parse_real(text)?;
    (real.fract() == 0.0 && real.abs() < 1e18).then_some(real as i128)
}

/// A decimal number, Fortran `D` exponents included; `None` for words.
pub(crate) fn parse_real(text: &str) -> Option<f64> {
    let first = text.trim_start_matches(['+', '-']).bytes().next()?;
    if !first.is_ascii_digit() && first != b'.' {
        return matches!(text, "NaN" | "nan" | "NAN").then_some(f64::NAN);
    }
    match text.parse() {
        Ok(x) => Some(x),
        Err(_) if text.contains(['D', 'd']) => text.replace(['D', 'd'], "e").parse().ok(),
        Err(_) => None,
    }
}
