//! Instrument responses: stages as the file gives them, and their value at a frequency.
//!
//! Formulas: SEED Reference Manual 2.4, appendix C (poles and zeros, polynomial); FDSN StationXML
//! 1.1 reference, `Response`.

use std::f64::consts::TAU;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// One.
    pub const ONE: Self = Self { re: 1.0, im: 0.0 };

    /// From real and imaginary part.
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// Absolute value.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// Angle in degrees, −180 to 180.
    pub fn phase_deg(self) -> f64 {
        self.im.atan2(self.re).to_degrees()
    }

    fn polar(amplitude: f64, phase_rad: f64) -> Self {
        Self { re: amplitude * phase_rad.cos(), im: amplitude * phase_rad.sin() }
    }

    fn times(self, o: Self) -> Self {
        Self { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
    }

    fn scaled(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    fn minus(self, o: Self) -> Self {
        Self { re: self.re - o.re, im: self.im - o.im }
    }

    /// Quotient, scaled so that it does not overflow where the result does not (Smith 1962).
    fn over(self, o: Self) -> Self {
        if o.re.abs() >= o.im.abs() {
            let r = o.im / o.re;
            let d = o.re + o.im * r;
            Self { re: (self.re + self.im * r) / d, im: (self.im - self.re * r) / d }
        } else {
            let r = o.re / o.im;
            let d = o.re * r + o.im;
            Self { re: (self.re * r + self.im) / d, im: (self.im * r - self.re) / d }
        }
    }
}

/// The response of one channel epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Overall sensitivity at one frequency.
    pub sensitivity: Option<Sensitivity>,
    /// Overall polynomial, for sensors such as thermometers and barometers.
    pub polynomial: Option<Polynomial>,
    /// Stages from the ground to the data.
    pub stages: Vec<Stage>,
}

/// Overall sensitivity.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Output units per input unit.
    pub value: f64,
    /// Frequency at which it holds, in hertz.
    pub frequency_hz: f64,
    /// Unit of the ground, e.g. `M/S`.
    pub input_unit: String,
    /// Unit of the data, e.g. `COUNTS`.
    pub output_unit: String,
}

/// One stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Number from 1.
    pub number: u32,
    /// What it does to the spectrum.
    pub transfer: Transfer,
    /// Unit that goes in; empty where the stage is a gain only.
    pub input_unit: String,
    /// Unit that comes out.
    pub output_unit: String,
    /// Gain at a frequency.
    pub gain: Option<Gain>,
    /// Change of the sample rate.
    pub decimation: Option<Decimation>,
}

/// What a stage does to the spectrum.
#[derive(Clone, Debug, PartialEq)]
pub enum Transfer {
    /// Nothing: a gain.
    Flat,
    /// Poles and zeros.
    PolesZeros {
        /// In which variable.
        unit: TransferUnit,
        /// Normalisation factor A0.
        factor: f64,
        /// Frequency in hertz at which A0 makes the amplitude one.
        frequency_hz: f64,
        /// Zeros.
        zeros: Vec<Complex>,
        /// Poles.
        poles: Vec<Complex>,
    },
    /// Coefficients of a filter, digital or analogue.
    Coefficients {
        /// In which variable.
        unit: TransferUnit,
        /// Numerator.
        numerator: Vec<f64>,
        /// Denominator; empty for a finite filter.
        denominator: Vec<f64>,
    },
    /// A finite impulse response filter; all coefficients, symmetry resolved.
    Fir {
        /// Coefficients.
        coefficients: Vec<f64>,
    },
    /// A table of measured points.
    List(Vec<ResponsePoint>),
    /// A polynomial.
    Polynomial(Polynomial),
}

/// The variable of a transfer function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferUnit {
    /// Laplace, s = 2πif.
    RadiansPerSecond,
    /// Laplace, s = if.
    Hertz,
    /// z-transform.
    Digital,
}

/// One point of a response table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponsePoint {
    /// Frequency in hertz.
    pub frequency_hz: f64,
    /// Amplitude.
    pub amplitude: f64,
    /// Phase in degrees.
    pub phase_deg: f64,
}

/// Physical value = Σ cᵢ·countsⁱ.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// Coefficients from the constant up.
    pub coefficients: Vec<f64>,
    /// Physical unit.
    pub input_unit: String,
    /// Unit of the data.
    pub output_unit: String,
    /// Range of the data for which it holds.
    pub bounds: Option<(f64, f64)>,
}

impl Polynomial {
    /// The physical value of a number of counts.
    pub fn apply(&self, counts: f64) -> f64 {
        self.coefficients.iter().rev().fold(0.0, |sum, c| sum * counts + c)
    }
}

/// Gain of a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Output units per input unit.
    pub value: f64,
    /// Frequency at which it holds, in hertz.
    pub frequency_hz: f64,
}

/// Change of the sample rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimation {
    /// Samples per second that go in.
    pub input_rate_hz: f64,
    /// One sample in so many is kept.
    pub factor: u32,
    /// Which one.
    pub offset: u32,
    /// Estimated delay in seconds.
    pub delay_s: f64,
    /// Correction that was applied to the times, in seconds.
    pub correction_s: f64,
}

impl Response {
    /// Product of the analogue stages at a frequency, without their gains: about one in the
    /// pass band. Digital stages, gains and polynomials count as one.
    pub fn evaluate(&self, f_hz: f64) -> Complex {
        self.stages.iter().fold(Complex::ONE, |all, stage| all.times(stage.evaluate(f_hz)))
    }

    /// Counts per input unit at a frequency: the overall sensitivity, shaped by the analogue
    /// stages. None without a sensitivity, or where they vanish at its frequency.
    pub fn counts_per_unit(&self, f_hz: f64) -> Option<Complex> {
        let sensitivity = self.sensitivity.as_ref()?;
        let reference = self.evaluate(sensitivity.frequency_hz).abs();
        let scale = sensitivity.value / reference;
        (reference > 0.0 && scale.is_finite()).then(|| self.evaluate(f_hz).scaled(scale))
    }

    /// Product of the gains of all stages.
    pub fn gain_product(&self) -> f64 {
        self.stages.iter().filter_map(|s| s.gain).map(|g| g.value).product()
    }
}

impl Stage {
    /// Value of an analogue stage at a frequency, without its gain; one for any other stage.
    pub fn evaluate(&self, f_hz: f64) -> Complex {
        match &self.transfer {
            Transfer::PolesZeros { unit, factor, zeros, poles, .. } => {
                match variable(*unit, f_hz) {
                    Some(s) => poles_zeros(s, *factor, zeros, poles),
                    None => Complex::ONE,
                }
            }
            Transfer::Coefficients { unit, numerator, denominator } => {
                match variable(*unit, f_hz) {
                    Some(s) if !numerator.is_empty() => {
                        let below = if denominator.is_empty() { &[1.0] } else { &denominator[..] };
                        horner(s, numerator).over(horner(s, below))
                    }
                    _ => Complex::ONE,
                }
            }
            Transfer::List(points) => interpolate(points, f_hz),
            Transfer::Flat | Transfer::Fir { .. } | Transfer::Polynomial(_) => Complex::ONE,
        }
    }
}

/// The Laplace variable at a frequency; none for a digital stage.
fn variable(unit: TransferUnit, f_hz: f64) -> Option<Complex> {
    match unit {
        TransferUnit::RadiansPerSecond => Some(Complex::new(0.0, TAU * f_hz)),
        TransferUnit::Hertz => Some(Complex::new(0.0, f_hz)),
        TransferUnit::Digital => None,
    }
}

/// A0·Π(s − zero)/Π(s − pole), multiplied in turn so that it does not overflow on the way.
fn poles_zeros(s: Complex, factor: f64, zeros: &[Complex], poles: &[Complex]) -> Complex {
    let mut value = Complex::new(factor, 0.0);
    for i in 0..zeros.len().max(poles.len()) {
        if let Some(zero) = zeros.get(i) {
            value = value.times(s.minus(*zero));
        }
        if let Some(pole) = poles.get(i) {
            value = value.over(s.minus(*pole));
        }
    }
    value
}

/// Σ cᵢ·sⁱ.
fn horner(s: Complex, coefficients: &[f64]) -> Complex {
    coefficients.iter().rev().fold(Complex::default(), |sum, c| {
        let product = sum.times(s);
        Complex::new(product.re + c, product.im)
    })
}

/// Linear in amplitude and phase between the points, relative to the largest amplitude; the end
/// points beyond the table. Points are sorted by frequency when read.
fn interpolate(points: &[ResponsePoint], f_hz: f64) -> Complex {
    let peak = points.iter().fold(0.0_f64, |peak, p| peak.max(p.amplitude.abs()));
    let at = points.partition_point(|p| p.frequency_hz < f_hz);
    let (Some(low), Some(high)) =
        (points.get(at.saturating_sub(1)), points.get(at).or_else(|| points.last()))
    else {
        return Complex::ONE;
    };
    if peak == 0.0 {
        return Complex::default();
    }
    let width = high.frequency_hz - low.frequency_hz;
    let t = if width > 0.0 { ((f_hz - low.frequency_hz) / width).clamp(0.0, 1.0) } else { 0.0 };
    let amplitude = low.amplitude + t * (high.amplitude - low.amplitude);
    let phase = low.phase_deg + t * (high.phase_deg - low.phase_deg);
    Complex::polar(amplitude / peak, phase.to_radians())
}
