//! How a parameter of the database stands in a packet: as short as its range and its digits allow.

use crate::mission::Parameter;

/// The bits of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coding {
    /// The number of a state, 8 bits without sign.
    State,
    /// Whole number without sign; the value is `offset + raw · scale`.
    Scaled {
        /// 16 or 24.
        bits: u32,
        /// Value of raw 0.
        offset: f64,
        /// Value of one step.
        scale: f64,
    },
    /// IEEE 754 binary32, most significant byte first.
    Float,
}

impl Coding {
    /// Bits in the packet.
    pub fn bits(self) -> u32 {
        match self {
            Self::State => 8,
            Self::Scaled { bits, .. } => bits,
            Self::Float => 32,
        }
    }
}

/// How a parameter is coded. A range follows from its limits, which are widened by their own
/// span at both sides so that what violates them can still be told; from its unit for percent and
/// for directions. Steps are at most half of the last printed digit; what has no range or would
/// need more than 24 bits is a floating point number.
pub fn coding(parameter: &Parameter) -> Coding {
    let is_state = |number: f64| number.fract() == 0.0 && (0.0..256.0).contains(&number);
    if !parameter.states.is_empty() && parameter.states.iter().all(|(n, _)| is_state(*n)) {
        return Coding::State;
    }
    let Some((low, high)) = range(parameter) else { return Coding::Float };
    let step = 0.5 * 10f64.powi(-i32::from(parameter.decimals));
    let bits = [16, 24].into_iter().find(|bits| (high - low) / step < 2f64.powi(*bits) - 1.0);
    match bits {
        Some(bits) if high > low => Coding::Scaled { bits: bits as u32, offset: low, scale: step },
        _ => Coding::Float,
    }
}

/// Lowest and highest value that a packet has to hold.
fn range(parameter: &Parameter) -> Option<(f64, f64)> {
    let lows = parameter.limits.iter().filter_map(|limit| limit.low);
    let highs = parameter.limits.iter().filter_map(|limit| limit.high);
    let (low, high) = (lows.reduce(f64::min), highs.reduce(f64::max));
    match (low, high, parameter.unit.as_str()) {
        (Some(low), Some(high), _) if high > low => {
            let span = (high - low).ceil();
            Some((low.floor() - span, high.ceil() + span))
        }
        (_, _, "%") => Some((0.0, 100.0)),
        (None, None, "°") => Some((0.0, 360.0)),
        _ => None,
    }
}
