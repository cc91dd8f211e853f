//! Data encodings and calibrators.

use crate::format::xmltree::Node;
use crate::mission::math::{self, MathOperator, MathStep};
use crate::mission::telemetry::{
    ByteOrder, Calibrator, Condition, Encoding, FloatForm, IntegerForm, Size, StringSize,
};

use super::notes::shown;
use super::read::Reader;

/// Names of the elements that are encodings.
pub(super) const ENCODINGS: [&str; 4] =
    ["IntegerDataEncoding", "FloatDataEncoding", "StringDataEncoding", "BinaryDataEncoding"];
/// Most steps of a calculation.
const MAX_STEPS: usize = 4096;
/// Largest exponent of a polynomial.
const MAX_EXPONENT: i64 = 63;
/// Largest number of bits of a field.
const MAX_BITS: i64 = 1 << 31;
/// A parameter that stands where the schema wants one and none is meant.
pub(super) const NO_PARAMETER: &str = "_yamcs_ignore";
/// As `maxSizeInBits`: no limit, though the schema wants one.
pub(super) const NO_LIMIT: &str = "9223372036854775807";

impl<'t> Reader<'t> {
    /// An encoding element.
    pub(super) fn encoding(&mut self, node: Node<'t>, system: usize) -> Option<Encoding> {
        if node.attribute("bitOrder").is_some_and(|o| o.trim() == "leastSignificantBitFirst") {
            self.notes.at(node, "not supported: the least significant bit first; read as usual");
        }
        if node.attribute("changeThreshold").is_some() {
            self.notes.describing(node, "changeThreshold");
        }
        match node.name() {
            "IntegerDataEncoding" => self.integer(node),
            "FloatDataEncoding" => self.float(node),
            "StringDataEncoding" => self.string(node, system),
            _ => self.binary(node, system),
        }
    }

    /// Bits of a number; at least 1.
    fn bits(&mut self, node: Node<'t>, default: i64) -> Option<i64> {
        let bits = match node.attribute("sizeInBits") {
            None => default,
            Some(_) => self.whole(node, "sizeInBits")?,
        };
        if (1..=MAX_BITS).contains(&bits) {
            return Some(bits);
        }
        self.notes.at(node, format!("sizeInBits {bits} cannot be; the encoding was left out"));
        None
    }

    /// Keeps the place of a number that cannot be decoded: its bytes.
    fn bytes_instead(&mut self, node: Node<'t>, bits: i64, what: &str) -> Encoding {
        let reason = format!("not supported: {what}; the value is its {bits} bits, not decoded");
        self.notes.at(node, reason);
        Encoding::Binary { size: Size::Fixed(bits) }
    }

    fn integer(&mut self, node: Node<'t>) -> Option<Encoding> {
        self.notes.others(
            node,
            &["DefaultCalibrator", "ContextCalibratorList", "ByteOrderList"],
            &[],
        );
        let bits = self.bits(node, 8)?;
        let form = match node.attribute("encoding").map_or("unsigned", str::trim) {
            "unsigned" => IntegerForm::Unsigned,
            "twosComplement" | "twosCompliment" => IntegerForm::TwosComplement,
            "onesComplement" | "onesCompliment" => IntegerForm::OnesComplement,
            "signMagnitude" => IntegerForm::SignMagnitude,
            "BCD" => IntegerForm::Bcd,
            "packedBCD" => IntegerForm::PackedBcd,
            other => {
                let what = format!("the integer encoding \"{}\"", shown(other));
                return Some(self.bytes_instead(node, bits, &what));
            }
        };
        if bits > 64 {
            return Some(self.bytes_instead(node, bits, "integers of more than 64 bits"));
        }
        let order = self.byte_order(node, bits);
        Some(Encoding::Integer { bits: bits as u32, form, order })
    }

    fn float(&mut self, node: Node<'t>) -> Option<Encoding> {
        self.notes.others(
            node,
            &["DefaultCalibrator", "ContextCalibratorList", "ByteOrderList"],
            &[],
        );
        let bits = self.bits(node, 32)?;
        let form = match (node.attribute("encoding").map_or("IEEE754_1985", str::trim), bits) {
            ("IEEE754_1985" | "IEEE754", 16 | 32 | 64) => FloatForm::Ieee754,
            ("MILSTD_1750A", 32 | 48) => FloatForm::Mil1750A,
            (other, _) => {
                let what = format!("the float encoding \"{}\" of {bits} bits", shown(other));
                return Some(self.bytes_instead(node, bits, &what));
            }
        };
        let order = self.byte_order(node, bits);
        Some(Encoding::Float { bits: bits as u32, form, order })
    }

    /// `byteOrder`, or the `ByteOrderList` of XTCE 1.1.
    fn byte_order(&mut self, node: Node<'t>, bits: i64) -> ByteOrder {
        let list: Vec<Option<u8>> = match (node.attribute("byteOrder"), node.child("ByteOrderList"))
        {
            (Some(text), _) => match text.trim() {
                "mostSignificantByteFirst" => return ByteOrder::Big,
                "leastSignificantByteFirst" => return ByteOrder::Little,
                list => list.split(',').take(17).map(|n| n.trim().parse().ok()).collect(),
            },
            (None, Some(list)) => list
                .all("Byte")
                .take(17)
                .map(|b| b.attribute("byteSignificance").and_then(|n| n.trim().parse().ok()))
                .collect(),
            (None, None) => return ByteOrder::Big,
        };
        let count = (bits as usize).div_ceil(8);
        let mut listed = [0_u8; 8];
        let mut seen = [false; 8];
        let mut good = list.len() == count && count <= 8;
        for (slot, byte) in listed.iter_mut().zip(&list) {
            match byte.map(usize::from) {
                Some(n) if n < count && !std::mem::replace(&mut seen[n.min(7)], true) => {
                    *slot = n as u8;
                }
                _ => good = false,
            }
        }
        if !good {
            let reason = format!("its byte order does not name each of {count} bytes once");
            self.notes.at(node, format!("{reason}; read most significant byte first"));
            return ByteOrder::Big;
        }
        let used = listed.get(..count).unwrap_or_default();
        if used.windows(2).all(|w| w[0] > w[1]) {
            ByteOrder::Big
        } else if used.windows(2).all(|w| w[0] < w[1]) {
            ByteOrder::Little
        } else {
            ByteOrder::Listed(listed)
        }
    }

    fn string(&mut self, node: Node<'t>, system: usize) -> Option<Encoding> {
        self.notes.others(node, &["SizeInBits", "Variable"], &[]);
        let charset = node.attribute("encoding").unwrap_or("UTF-8").trim().to_owned();
        let size = match (node.child("SizeInBits"), node.child("Variable")) {
            (Some(size), _) => self.string_size(size, system, None),
            (None, Some(size)) => {
                let limit = size.attribute("maxSizeInBits").filter(|t| t.trim() != NO_LIMIT);
                let most = match limit {
                    Some(_) => self.whole(size, "maxSizeInBits").and_then(|n| n.try_into().ok()),
                    None => None,
                };
                self.string_size(size, system, most)
            }
            (None, None) => {
                self.notes.at(node, "it does not say where the text ends; it was left out");
                None
            }
        };
        Some(Encoding::String { size: size?, charset })
    }

    /// `SizeInBits` or `Variable` of a text.
    fn string_size(
        &mut self,
        node: Node<'t>,
        system: usize,
        most: Option<u64>,
    ) -> Option<StringSize> {
        self.notes.others(
            node,
            &["Fixed", "DynamicValue", "DiscreteLookupList", "TerminationChar", "LeadingSize"],
            &[],
        );
        let ignored = node.child("DynamicValue").is_some_and(|d| {
            d.child("ParameterInstanceRef").and_then(|r| r.attribute("parameterRef"))
                == Some(NO_PARAMETER)
        });
        let terminator = match node.child("TerminationChar") {
            Some(end) => Some(self.terminator(end)?),
            None => None,
        };
        let bits = if let Some(fixed) = node.child("Fixed") {
            Some(self.size(fixed, system, 0)?)
        } else if ignored {
            None
        } else if let Some(dynamic) = node.child("DynamicValue") {
            Some(self.dynamic(dynamic, system, 0)?)
        } else if node.child("DiscreteLookupList").is_some() {
            Some(self.size(node, system, 0)?)
        } else {
            None
        };
        match (bits, node.child("LeadingSize"), terminator) {
            (Some(bits), leading, terminator) => {
                if most.is_some() {
                    self.notes.describing(node, "maxSizeInBits");
                }
                if let Some(leading) = leading {
                    if self.in_command {
                        self.notes.unsupported(leading, "both sizes of a text; left out");
                        return None;
                    }
                    let reason = "a size before the text inside a field that has one already";
                    self.notes.unsupported(leading, &format!("{reason}; the text begins with it"));
                }
                Some(StringSize::Fixed { bits, terminator })
            }
            (None, Some(leading), terminator) => {
                if terminator.is_some() {
                    let reason = "both LeadingSize and TerminationChar; the size counts";
                    self.notes.at(node, reason);
                }
                let bits = match leading.attribute("sizeInBitsOfSizeTag") {
                    None => 16,
                    Some(_) => self.whole(leading, "sizeInBitsOfSizeTag")?,
                };
                if !(1..=64).contains(&bits) {
                    self.notes.at(leading, "its number of bits is not 1 to 64; left out");
                    return None;
                }
                Some(StringSize::Counted { bits: bits as u32, most })
            }
            (None, None, Some(terminator)) => Some(StringSize::Terminated { terminator, most }),
            (None, None, None) => {
                self.notes.at(node, "it does not say where the text ends; it was left out");
                None
            }
        }
    }

    /// The byte of a `TerminationChar`.
    fn terminator(&mut self, node: Node<'t>) -> Option<u8> {
        let text = if node.text().is_empty() { "00" } else { node.text() };
        let byte = u8::from_str_radix(text.trim_start_matches("0x"), 16).ok();
        if text.len() > 2 && !text.starts_with("0x") || byte.is_none() {
            let reason = format!("\"{}\" is not one byte in hexadecimal", shown(text));
            self.notes.at(node, format!("not supported: {reason}; the encoding was left out"));
            return None;
        }
        byte
    }

    fn binary(&mut self, node: Node<'t>, system: usize) -> Option<Encoding> {
        self.notes.others(node, &["SizeInBits"], &[]);
        let Some(size) = node.child("SizeInBits") else {
            self.notes.at(node, "it states no size; it was left out");
            return None;
        };
        let size = self.size(size, system, 0)?;
        if matches!(size, Size::Fixed(bits) if bits < 0) {
            self.notes.at(node, "its size is below zero; it was left out");
            return None;
        }
        Some(Encoding::Binary { size })
    }

    /// The default calibrator of an encoding.
    pub(super) fn default_calibrator(
        &mut self,
        encoding: Node<'t>,
        system: usize,
    ) -> Option<Calibrator> {
        self.calibrator(encoding.child("DefaultCalibrator")?, system)
    }

    /// The context calibrators of an encoding.
    pub(super) fn context_calibrators(
        &mut self,
        encoding: Node<'t>,
        system: usize,
    ) -> Vec<(Condition, Calibrator)> {
        let mut list = Vec::new();
        for context in
            encoding.all("ContextCalibratorList").flat_map(|l| l.all("ContextCalibrator"))
        {
            let (Some(when), Some(calibrator)) =
                (context.child("ContextMatch"), context.child("Calibrator"))
            else {
                self.notes.at(context, "it needs ContextMatch and Calibrator; it was left out");
                continue;
            };
            let condition = self.condition(when, system);
            let calibrator = self.calibrator(calibrator, system);
            list.extend(condition.zip(calibrator));
        }
        list
    }

    fn calibrator(&mut self, node: Node<'t>, system: usize) -> Option<Calibrator> {
        for child in node.children() {
            match child.name() {
                "PolynomialCalibrator" => return self.polynomial(child),
                "SplineCalibrator" => return self.spline(child),
                "MathOperationCalibrator" => return self.calculation(child, system),
                "AncillaryDataSet" => self.notes.describing(child, "AncillaryDataSet"),
                _ => {
                    self.notes.unsupported(child, "the raw value is not calibrated");
                    return None;
                }
            }
        }
        self.notes.at(node, "no calibrator stands in it");
        None
    }

    fn polynomial(&mut self, node: Node<'t>) -> Option<Calibrator> {
        let mut coefficients = Vec::new();
        for term in node.all("Term") {
            let coefficient = self.number(term, "coefficient")?;
            let exponent = self.whole(term, "exponent")?;
            if !(0..=MAX_EXPONENT).contains(&exponent) {
                let reason = format!("exponent {exponent} is not 0 to {MAX_EXPONENT}");
                self.notes.at(term, format!("{reason}; the calibrator was left out"));
                return None;
            }
            let exponent = exponent as usize;
            if coefficients.len() <= exponent {
                coefficients.resize(exponent + 1, 0.0);
            }
            coefficients[exponent] += coefficient;
        }
        if coefficients.is_empty() {
            self.notes.at(node, "it has no terms; it was left out");
            return None;
        }
        Some(Calibrator::Polynomial(coefficients))
    }

    /// Operands and operators in the order in which they stand.
    fn calculation(&mut self, node: Node<'t>, system: usize) -> Option<Calibrator> {
        let mut steps = Vec::new();
        for child in node.children() {
            let text = child.text();
            let step = match child.name() {
                "ValueOperand" => {
                    text.parse().ok().filter(|value: &f64| value.is_finite()).map(MathStep::Value)
                }
                "ThisParameterOperand" => Some(MathStep::This),
                "ParameterInstanceRefOperand" => {
                    let (parameter, path, calibrated) = self.instance(child, system)?;
                    Some(MathStep::Parameter { parameter, path, calibrated })
                }
                "Operator" => MathOperator::named(text).map(MathStep::Operator),
                "AncillaryDataSet" => {
                    self.notes.describing(child, "AncillaryDataSet");
                    continue;
                }
                _ => {
                    self.notes.unsupported(child, "the calibrator was left out");
                    return None;
                }
            };
            let Some(step) = step else {
                let reason = format!("not supported: \"{}\"", shown(text));
                self.notes.at(child, format!("{reason}; the calibrator was left out"));
                return None;
            };
            steps.push(step);
            if steps.len() > MAX_STEPS {
                let reason = format!("it has more than {MAX_STEPS} steps; it was left out");
                self.notes.at(node, reason);
                return None;
            }
        }
        if let Err(reason) = math::check(&steps) {
            self.notes.at(node, format!("{reason}; the calibrator was left out"));
            return None;
        }
        Some(Calibrator::Math(steps))
    }

    fn spline(&mut self, node: Node<'t>) -> Option<Calibrator> {
        let order = match node.attribute("order") {
            None => 1,
            Some(_) => self.whole(node, "order")?,
        };
        let mut points = Vec::new();
        for point in node.all("SplinePoint") {
            if point.attribute("order").is_some_and(|o| parse_order(o) != Some(order)) {
                self.notes.at(point, "not supported: an order of its own; that of all is used");
            }
            points.push((self.number(point, "raw")?, self.number(point, "calibrated")?));
        }
        if !(0..points.len() as i64).contains(&order) {
            let reason = format!("order {order} needs one more point than that, it has");
            let reason = format!("{reason} {}; the calibrator was left out", points.len());
            self.notes.at(node, reason);
            return None;
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let extrapolate = self.flag(node, "extrapolate", false);
        Some(Calibrator::Spline { order: order as u32, points, extrapolate })
    }
}

fn parse_order(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
