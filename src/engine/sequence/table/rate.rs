//! Rates as whole ratios, and the letters and digits that SEED gives them.

use std::fmt;

use serde::Deserialize;

/// Samples in a number of seconds: 20, 1/2, 1/1800.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    samples: u16,
    seconds: u16,
}

impl Rate {
    /// A rate in lowest terms; none where one of the two is zero.
    pub fn new(samples: u16, seconds: u16) -> Option<Self> {
        if samples == 0 || seconds == 0 {
            return None;
        }
        let (mut a, mut b) = (samples, seconds);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Some(Self { samples: samples / a, seconds: seconds / a })
    }

    /// Reads `20` or `1/10`.
    pub fn parse(text: &str) -> Option<Self> {
        let (samples, seconds) = text.split_once('/').unwrap_or((text, "1"));
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits)
        };
        Self::new(number(samples)?, number(seconds)?)
    }

    /// Samples per second.
    pub fn sps(self) -> f64 {
        f64::from(self.samples) / f64::from(self.seconds)
    }

    /// Samples, and seconds that they take, in lowest terms.
    pub fn parts(self) -> (u16, u16) {
        (self.samples, self.seconds)
    }

    /// Band letter and index of the frequency, by the SEED naming of network XB; none for rates
    /// that have none there.
    pub fn seed(self, bands: Bands) -> Option<(char, u8)> {
        let (fast, broad) = match bands {
            Bands::Vbb => ('H', 'B'),
            Bands::Sp => ('E', 'S'),
        };
        Some(match (self.samples, self.seconds) {
            (100, 1) => (fast, 0),
            (50, 1) => (broad, 0),
            (25, 1) => (broad, 1),
            (20, 1) => (broad, 2),
            (10, 1) => (broad, 3),
            (5, 1) => ('M', 0),
            (4, 1) => ('M', 1),
            (2, 1) => ('M', 2),
            (1, 1) => ('L', 0),
            (1, 2) => ('V', 0),
            (1, 4) => ('V', 1),
            (1, 5) => ('V', 2),
            (1, 10) => ('V', 3),
            (1, 20) => ('U', 0),
            (1, 40) => ('U', 1),
            (1, 50) => ('U', 2),
            (1, 100) => ('U', 3),
            (1, 200) => ('R', 0),
            (1, 1000) => ('R', 1),
            (1, 1800) => ('R', 2),
            (1, 3600) => ('R', 3),
            _ => return None,
        })
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is no rate such as \"20\" or \"1/10\""))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 1 {
            write!(f, "{}", self.samples)
        } else {
            write!(f, "{}/{}", self.samples, self.seconds)
        }
    }
}

/// Which letters stand for the higher rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bands {
    /// Corner period of ten seconds and more: H and B.
    Vbb,
    /// Shorter: E and S.
    Sp,
}
