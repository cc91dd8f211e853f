//! A ChemCam spectrum as a view needs it: decoded, with the lines that its mean shows.

use crate::format::chemcam::{Ccs, read_ccs};
use crate::problem::Problem;
use crate::science::libs::{Identified, identify};

/// A decoded CCS product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// Wavelengths, shots, median, mean and header.
    pub ccs: Ccs,
    /// Lines that the producer's mean shows, ascending in wavelength.
    pub lines: Vec<Identified>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Decodes the bytes of a CCS product. Total: other bytes give an empty spectrum and a problem.
pub fn decode_spectrum(bytes: &[u8]) -> Spectrum {
    let (ccs, problems) = read_ccs(bytes);
    let lines = identify(&ccs.wave_nm, &ccs.mean);
    Spectrum { ccs, lines, problems }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::chemcam::write_ccs;

    #[test]
    fn lines_come_with_the_decoded_product() {
        let wave_nm: Vec<f64> = (0..1000).map(|i| 382.0 + f64::from(i) * 0.05).collect();
        let shot: Vec<f64> = wave_nm
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let noise = ((i * 7919) % 101) as f64 * 1e7;
                1e10 + noise + 9e12 * (-((x - 393.37) / 0.12f64).powi(2)).exp()
            })
            .collect();
        let ccs = Ccs {
            header: vec![("NSHOTS".into(), "1".into())],
            wave_nm,
            shots: vec![shot.clone()],
            median: shot.clone(),
            mean: shot,
        };
        let spectrum = decode_spectrum(write_ccs(&ccs).as_bytes());
        assert_eq!(spectrum.ccs.wave_nm.len(), 1000);
        assert_eq!(spectrum.lines.len(), 1);
        assert_eq!(spectrum.lines[0].line.element, "Ca");
        assert_eq!(spectrum.problems.len(), 1, "it is not a complete spectrum");
    }

    #[test]
    fn other_bytes_are_told() {
        for bytes in [&b""[..], b"\0\xff", b"# no spectrum\n1,2\n"] {
            let spectrum = decode_spectrum(bytes);
            assert!(spectrum.lines.is_empty() && !spectrum.problems.is_empty());
        }
    }
}
