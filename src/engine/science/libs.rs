//! Emission lines in LIBS spectra: which lines there are, and which a spectrum shows.

/// An emission line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Element symbol.
    pub element: &'static str,
    /// Wavelength in nm (vacuum and air not told apart; good to 0.05 nm).
    pub nm: f64,
    /// Usual strength in Martian targets against the strongest line of the table, 0 to 1.
    pub strength: f64,
}

const fn line(element: &'static str, nm: f64, strength: f64) -> Line {
    Line { element, nm, strength }
}

/// Lines for a viewer, ascending in wavelength: FACTS 3.2, general knowledge of LIBS; wavelengths
/// as in the NIST Atomic Spectra Database.
pub const LINES: &[Line] = &[
    line("C", 247.86, 0.15),
    line("Si", 251.61, 0.30),
    line("Fe", 259.94, 0.35),
    line("Fe", 273.95, 0.35),
    line("Mg", 279.55, 0.90),
    line("Mg", 280.27, 0.80),
    line("Mg", 285.21, 0.60),
    line("Si", 288.16, 0.70),
    line("Al", 308.22, 0.35),
    line("Al", 309.27, 0.45),
    line("Ca", 315.89, 0.40),
    line("Ca", 317.93, 0.45),
    line("Ti", 334.94, 0.20),
    line("Ti", 336.12, 0.18),
    line("Si", 390.55, 0.35),
    line("Ca", 393.37, 1.00),
    line("Al", 394.40, 0.60),
    line("Al", 396.15, 0.70),
    line("Ca", 396.85, 0.90),
    line("Mn", 403.08, 0.15),
    line("Mn", 403.31, 0.12),
    line("Fe", 404.58, 0.25),
    line("Sr", 407.77, 0.20),
    line("Sr", 421.55, 0.15),
    line("Ca", 422.67, 0.70),
    line("Cr", 425.43, 0.15),
    line("Cr", 427.48, 0.12),
    line("Fe", 438.35, 0.30),
    line("Mg", 448.11, 0.35),
    line("Ba", 455.40, 0.10),
    line("Ba", 493.41, 0.08),
    line("Fe", 495.76, 0.15),
    line("Ti", 498.17, 0.12),
    line("Mg", 516.73, 0.25),
    line("Mg", 517.27, 0.35),
    line("Mg", 518.36, 0.40),
    line("Na", 588.99, 0.85),
    line("Na", 589.59, 0.70),
    line("CaF", 603.20, 0.05),
    line("Ca", 616.22, 0.25),
    line("Si", 634.71, 0.35),
    line("Si", 637.14, 0.25),
    line("Ca", 643.91, 0.25),
    line("H", 656.28, 0.40),
    line("C", 658.00, 0.10),
    line("Li", 670.78, 0.20),
    line("K", 766.49, 0.50),
    line("K", 769.90, 0.40),
    line("O", 777.19, 0.80),
    line("O", 777.42, 0.60),
    line("Rb", 780.03, 0.08),
    line("Rb", 794.76, 0.05),
    line("Na", 818.33, 0.30),
    line("Na", 819.48, 0.40),
    line("Cl", 837.59, 0.08),
    line("Ca", 854.21, 0.45),
    line("Ca", 866.21, 0.40),
];

/// A peak of a spectrum and the line that it is taken for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identified {
    /// The line.
    pub line: Line,
    /// Wavelength of the peak in nm.
    pub peak_nm: f64,
    /// Height above the local baseline, in the unit of the spectrum.
    pub height: f64,
    /// Height over the local noise.
    pub signal_to_noise: f64,
}

/// Half width of the window around a line in which its peak is looked for, in nm: the calibration
/// of the three spectrometers is good to about 0.1 nm.
const TOLERANCE_NM: f64 = 0.22;
/// Half width of the window of the local baseline, in nm.
const BASELINE_NM: f64 = 3.0;
/// Least height over noise of a line that counts.
const LEAST_SIGNAL: f64 = 5.0;

/// Finds the lines of the table that stand out of a spectrum.
///
/// `nm` ascends and is as long as `values`. A line counts when the highest point near it is a
/// local maximum that stands five times the local noise above the local baseline (lower quartile;
/// noise from the median absolute deviation of what lies below the median). Where two lines claim
/// one peak, the nearer one keeps it.
pub fn identify(nm: &[f64], values: &[f64]) -> Vec<Identified> {
    let mut found: Vec<Identified> = Vec::new();
    if nm.len() != values.len() || nm.len() < 16 {
        return found;
    }
    for line in LINES {
        let Some(candidate) = at_line(nm, values, *line) else { continue };
        match found.last_mut() {
            Some(last) if last.peak_nm == candidate.peak_nm => {
                let distance = |i: &Identified| (i.peak_nm - i.line.nm).abs();
                if distance(&candidate) < distance(last) {
                    *last = candidate;
                }
            }
            _ => found.push(candidate),
        }
    }
    found
}

fn at_line(nm: &[f64], values: &[f64], line: Line) -> Option<Identified> {
    let index = |limit: f64| nm.partition_point(|x| *x < limit);
    let (from, to) = (index(line.nm - TOLERANCE_NM), index(line.nm + TOLERANCE_NM));
    let peak = (from..to).max_by(|a, b| values[*a].total_cmp(&values[*b]))?;
    let neighbours = [peak.checked_sub(1)?, peak + 1];
    if neighbours.iter().any(|n| values.get(*n).is_none_or(|v| *v > values[peak])) {
        return None;
    }
    let window = values.get(index(line.nm - BASELINE_NM)..index(line.nm + BASELINE_NM))?;
    let mut sorted: Vec<f64> = window.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.len() < 16 {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let baseline = sorted[sorted.len() / 4];
    let mut spread: Vec<f64> =
        sorted[..sorted.len() / 2].iter().map(|v| (v - baseline).abs()).collect();
    spread.sort_by(f64::total_cmp);
    let noise = (1.4826 * spread[spread.len() / 2]).max(f64::MIN_POSITIVE);
    let height = values[peak] - baseline;
    (height > LEAST_SIGNAL * noise).then_some(Identified {
        line,
        peak_nm: nm[peak],
        height,
        signal_to_noise: height / noise,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ascends() {
        assert!(LINES.windows(2).all(|w| w[0].nm < w[1].nm));
    }

    #[test]
    fn only_the_lines_that_are_there_are_found() {
        let nm: Vec<f64> = (0..4000).map(|i| 382.0 + f64::from(i) * 0.05).collect();
        let peak = |x: f64, at: f64, height: f64| height * (-((x - at) / 0.12).powi(2)).exp();
        let values: Vec<f64> = nm
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let noise = ((i * 7919) % 101) as f64 / 101.0;
                100.0
                    + noise
                    + peak(*x, 393.37, 900.0)
                    + peak(*x, 422.72, 80.0)
                    + peak(*x, 450.0, 300.0)
            })
            .collect();
        let found = identify(&nm, &values);
        let names: Vec<_> = found.iter().map(|f| (f.line.element, f.line.nm)).collect();
        assert_eq!(names, [("Ca", 393.37), ("Ca", 422.67)]);
        // The samples beside the centre are 0.02 nm off it.
        assert!((found[0].height - 900.0).abs() < 60.0, "{}", found[0].height);
    }

    #[test]
    fn odd_input_gives_nothing() {
        assert!(identify(&[], &[]).is_empty());
        assert!(identify(&[1.0; 50], &[f64::NAN; 50]).is_empty());
        assert!(identify(&[400.0; 50], &[1.0; 49]).is_empty());
    }
}
