//! ChemCam spectra of the simulated raster, built from the emission lines.

use super::noise::Noise;
use super::sol::Sol;
use crate::format::chemcam::{Ccs, Spectrometer};
use crate::science::libs::LINES;

/// Channels of each spectrometer (FACTS 3.2).
const CHANNELS: usize = 2048;

/// What a point of the raster is made of: weight of each element against a median soil.
fn composition(point: u32, noise: &mut Noise) -> impl Fn(&str) -> f64 + use<> {
    let rich = ["Ca", "Si", "Mg", "Fe", "Na"][point as usize % 5];
    let spread: Vec<(String, f64)> = LINES
        .iter()
        .map(|l| (l.element.to_owned(), 1.0))
        .map(|(element, _)| {
            let base = match element.as_str() {
                "Li" | "Rb" | "Ba" | "Cr" | "C" | "Cl" | "CaF" => 0.15,
                "Sr" | "Mn" | "Ti" => 0.5,
                _ => 1.0,
            };
            let boost = if element == rich { 2.2 } else { 1.0 };
            (element, base * boost * noise.between(0.85, 1.15))
        })
        .collect();
    move |element| spread.iter().find(|(e, _)| e == element).map_or(0.0, |(_, w)| *w)
}

/// One point of the raster: `shots` spectra of 6144 channels, median and mean.
pub(super) fn point(seed: u64, sol: &Sol, point: u32, shots: u32) -> Ccs {
    let mut noise = Noise::new(seed, &format!("spectrum {point}"), sol.number);
    let weight = composition(point, &mut noise);
    let wave_nm: Vec<f64> = Spectrometer::ALL
        .iter()
        .flat_map(|s| {
            let (low, high) = s.limits_nm();
            (0..CHANNELS).map(move |i| low + (high - low) * i as f64 / (CHANNELS - 1) as f64)
        })
        .collect();
    let clean: Vec<f64> = wave_nm.iter().map(|nm| radiance(*nm, &weight)).collect();
    let shots: Vec<Vec<f64>> = (0..shots)
        .map(|shot| {
            // The first five shots dig through dust: more calcium-poor light, weaker lines.
            let strength = if shot < 5 { 0.6 + 0.08 * f64::from(shot) } else { 1.0 };
            let strength = strength * noise.between(0.92, 1.08);
            clean
                .iter()
                .map(|v| {
                    let signal = v * strength;
                    signal + (0.004 * signal + 2.0e9) * noise.normal()
                })
                .collect()
        })
        .collect();
    let at = |i: usize| shots.iter().map(move |s: &Vec<f64>| s[i]);
    let mean = (0..wave_nm.len()).map(|i| at(i).sum::<f64>() / shots.len() as f64).collect();
    let median = (0..wave_nm.len())
        .map(|i| {
            let mut values: Vec<f64> = at(i).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        })
        .collect();
    let header = vec![
        ("SIMULATED".to_owned(), "TRUE".to_owned()),
        ("TARGET".to_owned(), format!("Simulated raster, point {point}")),
        ("DISTT".to_owned(), format!("{:.0}", 2600.0 + f64::from(point) * 4.0)),
        ("NSHOTS".to_owned(), shots.len().to_string()),
    ];
    Ccs { header, wave_nm, shots, median, mean }
}

/// Radiance in photons/pulse/mm²/sr/nm: lines of 0.15 to 0.5 nm width over a low continuum.
fn radiance(nm: f64, weight: &dyn Fn(&str) -> f64) -> f64 {
    let width = match Spectrometer::of(nm) {
        Spectrometer::Uv => 0.09,
        Spectrometer::Vio => 0.11,
        Spectrometer::Vnir => 0.35,
    };
    let lines: f64 = LINES
        .iter()
        .filter(|l| (l.nm - nm).abs() < 8.0 * width)
        .map(|l| {
            let x = (nm - l.nm) / width;
            // A Voigt-like shape: mostly Gaussian with Lorentzian wings.
            let shape = 0.75 * (-x * x * 2.77).exp() + 0.25 / (1.0 + 4.0 * x * x);
            l.strength * weight(l.element) * shape
        })
        .sum();
    let continuum = 0.012 * (-((nm - 520.0) / 260.0).powi(2)).exp() + 0.002;
    6.0e12 * (lines + continuum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::science::libs;
    use crate::time::{Instant, TimeRange};

    #[test]
    fn the_major_elements_are_found_again() {
        let start = Instant::from_unix_s(1.5e9);
        let range = TimeRange::new(start, start.plus_s(88_775.0));
        let sol = Sol { number: 2413, range, ltst_start_h: 0.0, ls_deg: 30.0 };
        let ccs = point(1, &sol, 0, 30);
        assert_eq!(ccs.wave_nm.len(), 6144);
        assert!(ccs.wave_nm.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(ccs.shots.len(), 30);
        let found = libs::identify(&ccs.wave_nm, &ccs.mean);
        for element in ["Ca", "Mg", "Si", "Al", "Fe", "Na", "K", "H", "O"] {
            assert!(found.iter().any(|f| f.line.element == element), "{element} is missing");
        }
    }
}
