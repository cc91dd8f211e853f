//! How raw values stand in packets and commands: bits, byte order and lengths, as in XTCE 1.2.

use serde::{Deserialize, Serialize};

use super::telemetry::{Condition, ParameterId};

/// How a raw value stands in a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Encoding {
    /// Whole number.
    Integer {
        /// 1 to 64.
        bits: u32,
        /// Sign and digits.
        form: IntegerForm,
        /// Order of its bytes.
        order: ByteOrder,
    },
    /// Floating point number.
    Float {
        /// 16, 32, 48 or 64.
        bits: u32,
        /// Format.
        form: FloatForm,
        /// Order of its bytes.
        order: ByteOrder,
    },
    /// Text.
    String {
        /// Where it ends.
        size: StringSize,
        /// Character set as XTCE names it, e.g. `UTF-8`.
        charset: String,
    },
    /// Bytes.
    Binary {
        /// Bits.
        size: Size,
    },
}

/// Sign and digits of a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntegerForm {
    /// No sign.
    Unsigned,
    /// Two's complement.
    TwosComplement,
    /// Ones' complement.
    OnesComplement,
    /// A sign bit before the magnitude.
    SignMagnitude,
    /// A decimal digit in each byte.
    Bcd,
    /// A decimal digit in each four bits.
    PackedBcd,
}

/// Format of a floating point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FloatForm {
    /// IEEE 754: 16, 32 or 64 bits.
    Ieee754,
    /// MIL-STD-1750A: 32 or 48 bits.
    Mil1750A,
}

/// Order of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ByteOrder {
    /// Most significant byte first.
    #[default]
    Big,
    /// Least significant byte first.
    Little,
    /// Significance of each byte in the order in which they stand, 0 the least significant. As
    /// many of these count as the value has bytes; the others are 0.
    Listed([u8; 8]),
}

/// A number of bits, elements or repetitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Size {
    /// Always the same.
    Fixed(i64),
    /// What a parameter of the same packet says, times `slope` plus `intercept`.
    Of {
        /// The parameter.
        parameter: ParameterId,
        /// Whether its engineering value counts rather than the raw one.
        calibrated: bool,
        /// Factor.
        slope: i64,
        /// Summand.
        intercept: i64,
    },
    /// What an argument of the same command says, times `slope` plus `intercept`; in commands
    /// only.
    Argument {
        /// Its name.
        name: String,
        /// Factor.
        slope: i64,
        /// Summand.
        intercept: i64,
    },
    /// The first whose condition holds.
    Lookup(Vec<(Condition, i64)>),
}

/// Where a text ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StringSize {
    /// After so many bits; a terminator inside ends the text before.
    Fixed {
        /// Bits that it takes in the packet.
        bits: Size,
        /// Byte after which the rest is filling.
        terminator: Option<u8>,
    },
    /// At the first such byte, which is taken too.
    Terminated {
        /// The byte.
        terminator: u8,
        /// Most bits.
        most: Option<u64>,
    },
    /// After as many bytes as an unsigned number before it says.
    Counted {
        /// Bits of that number.
        bits: u32,
        /// Most bits.
        most: Option<u64>,
    },
}
