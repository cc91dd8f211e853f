//! From a dictionary to XTCE 1.2: types, encodings, calibrators and alarms.

use crate::mission::Severity;
use crate::mission::math::MathStep;
use crate::mission::telemetry::{
    Alarm, ByteOrder, Calibrator, Condition, Encoding, Epoch, FloatForm, IntegerForm, Kind,
    ParameterType, Range, Size, StringSize,
};

use super::alarms::{LEVELS, RANGES};
use super::encodings::{NO_LIMIT, NO_PARAMETER};
use super::write::{Writer, attribute, described, last};

pub(super) type Attribute = (&'static str, String);

/// Elements of a kind of type: of parameters and of arguments.
pub(super) fn elements(kind: &Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Integer { .. } => ("IntegerParameterType", "IntegerArgumentType"),
        Kind::Float { .. } => ("FloatParameterType", "FloatArgumentType"),
        Kind::Boolean { .. } => ("BooleanParameterType", "BooleanArgumentType"),
        Kind::Array { .. } => ("ArrayParameterType", "ArrayArgumentType"),
        Kind::Enumerated { .. } => ("EnumeratedParameterType", "EnumeratedArgumentType"),
        Kind::String => ("StringParameterType", "StringArgumentType"),
        Kind::Binary => ("BinaryParameterType", "BinaryArgumentType"),
        Kind::AbsoluteTime { .. } => ("AbsoluteTimeParameterType", "AbsoluteTimeArgumentType"),
        Kind::RelativeTime { .. } => ("RelativeTimeParameterType", "RelativeTimeArgumentType"),
        Kind::Aggregate { .. } => ("AggregateParameterType", "AggregateArgumentType"),
    }
}

impl Writer<'_> {
    /// One of the ten kinds of parameter types.
    pub(super) fn parameter_type(&mut self, of: &ParameterType) {
        let (element, _) = elements(&of.kind);
        self.xml.open(element, &self.type_attributes(of));
        self.body(of);
        self.xml.close();
    }

    /// Attributes of a type.
    pub(super) fn type_attributes(&self, of: &ParameterType) -> Vec<Attribute> {
        let mut attributes = vec![attribute("name", last(&of.name))];
        match &of.kind {
            Kind::Integer { signed, bits } => {
                attributes.push(attribute("signed", signed.to_string()));
                attributes.push(attribute("sizeInBits", bits.to_string()));
            }
            Kind::Float { bits } => attributes.push(attribute("sizeInBits", bits.to_string())),
            Kind::Boolean { zero, one } => {
                attributes.push(attribute("zeroStringValue", zero.as_str()));
                attributes.push(attribute("oneStringValue", one.as_str()));
            }
            Kind::Array { element, .. } => {
                attributes.push(attribute("arrayTypeRef", self.type_ref(*element)));
            }
            _ => {}
        }
        if let Some(initial) = &of.initial {
            attributes.push(attribute("initialValue", initial.as_str()));
        }
        described(attributes, &of.description)
    }

    /// What stands inside a type, in the order of the schema.
    pub(super) fn body(&mut self, of: &ParameterType) {
        match &of.kind {
            Kind::AbsoluteTime { epoch, scale, offset } => {
                self.time_encoding(of, *scale, *offset);
                self.epoch(epoch);
            }
            Kind::RelativeTime { scale, offset } => {
                self.time_encoding(of, *scale, *offset);
                self.alarms(of);
            }
            Kind::Array { dimensions, .. } => self.dimensions(dimensions),
            Kind::Aggregate { members } => {
                self.xml.open("MemberList", &[]);
                for (name, id) in members {
                    let mut member = vec![
                        attribute("name", name.as_str()),
                        attribute("typeRef", self.type_ref(*id)),
                    ];
                    let initials = self.argument.map(|argument| argument.members.iter());
                    let initial = initials.into_iter().flatten().find(|(of, _)| of == name);
                    if let Some((_, value)) = initial {
                        member.push(attribute("initialValue", value.as_str()));
                    }
                    self.xml.empty("Member", &member);
                }
                self.xml.close();
            }
            kind => {
                if !of.unit.is_empty() {
                    self.xml.open("UnitSet", &[]);
                    self.xml.leaf("Unit", &of.unit);
                    self.xml.close();
                }
                self.encoding(of);
                if let Kind::Enumerated { labels } = kind {
                    self.xml.open("EnumerationList", &[]);
                    for label in labels {
                        let mut row = vec![attribute("value", label.value.to_string())];
                        if label.last != label.value {
                            row.push(attribute("maxValue", label.last.to_string()));
                        }
                        row.push(attribute("label", label.label.as_str()));
                        self.xml.empty("Enumeration", &row);
                    }
                    self.xml.close();
                }
                if let Some(range) = &of.valid_range {
                    self.xml.empty("ValidRange", &ends(range));
                }
                self.alarms(of);
            }
        }
    }

    fn dimensions(&mut self, dimensions: &[Size]) {
        self.xml.open("DimensionList", &[]);
        for size in dimensions {
            self.xml.open("Dimension", &[]);
            self.xml.open("StartingIndex", &[]);
            self.xml.leaf("FixedValue", "0");
            self.xml.close();
            self.xml.open("EndingIndex", &[]);
            self.size(size, -1);
            self.xml.close();
            self.xml.close();
        }
        self.xml.close();
    }

    fn time_encoding(&mut self, of: &ParameterType, scale: f64, offset: f64) {
        let usual = scale.to_bits() == 1.0_f64.to_bits() && offset.to_bits() == 0;
        if of.encoding.is_none() && usual {
            return;
        }
        let mut attributes = vec![attribute("units", "seconds")];
        if !usual {
            attributes.push(attribute("scale", format!("{scale:?}")));
            attributes.push(attribute("offset", format!("{offset:?}")));
        }
        self.xml.open("Encoding", &attributes);
        self.encoding(of);
        self.xml.close();
    }

    fn epoch(&mut self, epoch: &Epoch) {
        self.xml.open("ReferenceTime", &[]);
        match epoch {
            Epoch::Tai => self.xml.leaf("Epoch", "TAI"),
            Epoch::J2000 => self.xml.leaf("Epoch", "J2000"),
            Epoch::Unix => self.xml.leaf("Epoch", "UNIX"),
            Epoch::Gps => self.xml.leaf("Epoch", "GPS"),
            Epoch::At(instant) => self.xml.leaf("Epoch", instant),
            Epoch::Parameter(id) => {
                let reference = attribute("parameterRef", self.parameter_ref(*id));
                self.xml.empty("OffsetFrom", &[reference]);
            }
        }
        self.xml.close();
    }

    /// The data encoding with its calibrators.
    fn encoding(&mut self, of: &ParameterType) {
        let Some(encoding) = &of.encoding else { return };
        match encoding {
            Encoding::Integer { bits, form, order } => {
                let form = match form {
                    IntegerForm::Unsigned => "unsigned",
                    IntegerForm::TwosComplement => "twosComplement",
                    IntegerForm::OnesComplement => "onesComplement",
                    IntegerForm::SignMagnitude => "signMagnitude",
                    IntegerForm::Bcd => "BCD",
                    IntegerForm::PackedBcd => "packedBCD",
                };
                let attributes = number_attributes(form, *bits, *order);
                self.number("IntegerDataEncoding", &attributes, of);
            }
            Encoding::Float { bits, form, order } => {
                let form = match form {
                    FloatForm::Ieee754 => "IEEE754_1985",
                    FloatForm::Mil1750A => "MILSTD_1750A",
                };
                let attributes = number_attributes(form, *bits, *order);
                self.number("FloatDataEncoding", &attributes, of);
            }
            Encoding::String { size, charset } => {
                self.xml.open("StringDataEncoding", &[attribute("encoding", charset.as_str())]);
                self.string_size(size);
                self.xml.close();
            }
            Encoding::Binary { size } => {
                self.xml.open("BinaryDataEncoding", &[]);
                self.xml.open("SizeInBits", &[]);
                self.size(size, 0);
                self.xml.close();
                self.xml.close();
            }
        }
    }

    fn number(&mut self, name: &'static str, attributes: &[Attribute], of: &ParameterType) {
        if of.calibrator.is_none() && of.context_calibrators.is_empty() {
            self.xml.empty(name, attributes);
            return;
        }
        self.xml.open(name, attributes);
        if let Some(calibrator) = &of.calibrator {
            self.xml.open("DefaultCalibrator", &[]);
            self.calibrator(calibrator);
            self.xml.close();
        }
        if !of.context_calibrators.is_empty() {
            self.xml.open("ContextCalibratorList", &[]);
            for (condition, calibrator) in &of.context_calibrators {
                self.xml.open("ContextCalibrator", &[]);
                self.context(condition);
                self.xml.open("Calibrator", &[]);
                self.calibrator(calibrator);
                self.xml.close();
                self.xml.close();
            }
            self.xml.close();
        }
        self.xml.close();
    }

    fn context(&mut self, condition: &Condition) {
        self.xml.open("ContextMatch", &[]);
        self.condition(condition);
        self.xml.close();
    }

    fn calibrator(&mut self, calibrator: &Calibrator) {
        match calibrator {
            Calibrator::Polynomial(coefficients) => {
                self.xml.open("PolynomialCalibrator", &[]);
                for (exponent, coefficient) in coefficients.iter().enumerate() {
                    let term = [
                        attribute("coefficient", format!("{coefficient:?}")),
                        attribute("exponent", exponent.to_string()),
                    ];
                    self.xml.empty("Term", &term);
                }
            }
            Calibrator::Math(steps) => {
                self.xml.open("MathOperationCalibrator", &[]);
                for step in steps {
                    self.math_step(step);
                }
            }
            Calibrator::Spline { order, points, extrapolate } => {
                let attributes = [
                    attribute("order", order.to_string()),
                    attribute("extrapolate", extrapolate.to_string()),
                ];
                self.xml.open("SplineCalibrator", &attributes);
                for (raw, calibrated) in points {
                    let point = [
                        attribute("raw", format!("{raw:?}")),
                        attribute("calibrated", format!("{calibrated:?}")),
                    ];
                    self.xml.empty("SplinePoint", &point);
                }
            }
        }
        self.xml.close();
    }

    fn math_step(&mut self, step: &MathStep) {
        match step {
            MathStep::Value(value) => self.xml.leaf("ValueOperand", &format!("{value:?}")),
            MathStep::This => self.xml.empty("ThisParameterOperand", &[]),
            MathStep::Operator(operator) => self.xml.leaf("Operator", operator.name()),
            MathStep::Parameter { parameter, path, calibrated } => {
                let reference = self.instance_within(*parameter, path, *calibrated);
                self.xml.empty("ParameterInstanceRefOperand", &reference);
            }
        }
    }

    fn string_size(&mut self, size: &StringSize) {
        let most = |most: Option<u64>| {
            let limit = most.map_or_else(|| NO_LIMIT.to_owned(), |bits| bits.to_string());
            [attribute("maxSizeInBits", limit)]
        };
        match size {
            StringSize::Fixed { bits: Size::Fixed(bits), terminator } => {
                self.xml.open("SizeInBits", &[]);
                self.xml.open("Fixed", &[]);
                self.xml.leaf("FixedValue", &bits.to_string());
                self.xml.close();
                if let Some(byte) = terminator {
                    self.xml.leaf("TerminationChar", &format!("{byte:02X}"));
                }
            }
            StringSize::Fixed { bits, terminator } => {
                self.xml.open("Variable", &most(None));
                self.size(bits, 0);
                if let Some(byte) = terminator {
                    self.xml.leaf("TerminationChar", &format!("{byte:02X}"));
                }
            }
            StringSize::Terminated { terminator, most: limit } => {
                self.xml.open("Variable", &most(*limit));
                self.no_size();
                self.xml.leaf("TerminationChar", &format!("{terminator:02X}"));
            }
            StringSize::Counted { bits, most: limit } => {
                self.xml.open("Variable", &most(*limit));
                self.no_size();
                let tag = attribute("sizeInBitsOfSizeTag", bits.to_string());
                self.xml.empty("LeadingSize", &[tag]);
            }
        }
        self.xml.close();
    }

    /// The schema wants a size by a parameter even where the text itself says where it ends.
    fn no_size(&mut self) {
        self.xml.open("DynamicValue", &[]);
        self.xml.empty("ParameterInstanceRef", &[attribute("parameterRef", NO_PARAMETER)]);
        self.xml.close();
    }

    fn alarms(&mut self, of: &ParameterType) {
        if let Some(alarm) = &of.alarm {
            self.xml.open("DefaultAlarm", &alarm_attributes(alarm));
            self.alarm(alarm);
            self.xml.close();
        }
        if of.context_alarms.is_empty() {
            return;
        }
        self.xml.open("ContextAlarmList", &[]);
        for (condition, alarm) in &of.context_alarms {
            self.xml.open("ContextAlarm", &alarm_attributes(alarm));
            self.alarm(alarm);
            self.context(condition);
            self.xml.close();
        }
        self.xml.close();
    }

    fn alarm(&mut self, alarm: &Alarm) {
        if !alarm.labels.is_empty() {
            self.xml.open("EnumerationAlarmList", &[]);
            for (severity, label) in &alarm.labels {
                let row = [
                    attribute("alarmLevel", level(*severity)),
                    attribute("enumerationLabel", label.as_str()),
                ];
                self.xml.empty("EnumerationAlarm", &row);
            }
            self.xml.close();
        }
        match (is_static(&alarm.outside), is_static(&alarm.inside)) {
            _ if alarm.outside.is_empty() && alarm.inside.is_empty() => {}
            (true, _) if alarm.inside.is_empty() => self.static_ranges(&alarm.outside, "outside"),
            (_, true) if alarm.outside.is_empty() => self.static_ranges(&alarm.inside, "inside"),
            _ => {
                self.xml.open("AlarmMultiRanges", &[]);
                for (list, form) in [(&alarm.outside, "outside"), (&alarm.inside, "inside")] {
                    for (severity, range) in list {
                        let mut row = ends(range);
                        row.push(attribute("rangeForm", form));
                        row.push(attribute("level", level(*severity)));
                        self.xml.empty("Range", &row);
                    }
                }
                self.xml.close();
            }
        }
    }

    fn static_ranges(&mut self, ranges: &[(Severity, Range)], form: &str) {
        self.xml.open("StaticAlarmRanges", &[attribute("rangeForm", form)]);
        for (severity, range) in ranges {
            if let Some((name, _)) = RANGES.iter().find(|(_, of)| of == severity) {
                self.xml.empty(name, &ends(range));
            }
        }
        self.xml.close();
    }
}

/// Whether ranges are one of each severity, in the order of `StaticAlarmRanges`.
fn is_static(ranges: &[(Severity, Range)]) -> bool {
    ranges.iter().all(|(severity, _)| *severity >= Severity::Watch)
        && ranges.windows(2).all(|pair| pair[0].0 < pair[1].0)
}

fn alarm_attributes(alarm: &Alarm) -> Vec<Attribute> {
    let mut attributes =
        vec![attribute("minViolations", alarm.minimum_violations.max(1).to_string())];
    if let Some(severity) = alarm.other_labels {
        attributes.push(attribute("defaultAlarmLevel", level(severity)));
    }
    attributes
}

fn level(severity: Severity) -> &'static str {
    LEVELS.iter().find(|(_, of)| *of == severity).map_or("normal", |(name, _)| name)
}

/// Attributes of a `FloatRangeType`.
pub(super) fn ends(range: &Range) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    if let Some(low) = range.low {
        let key = if range.low_exclusive { "minExclusive" } else { "minInclusive" };
        attributes.push(attribute(key, decimal(low)));
    }
    if let Some(high) = range.high {
        let key = if range.high_exclusive { "maxExclusive" } else { "maxInclusive" };
        attributes.push(attribute(key, decimal(high)));
    }
    attributes
}

/// A number, without a point where it is whole: ranges of integers have none.
fn decimal(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:?}")
    }
}

fn number_attributes(form: &str, bits: u32, order: ByteOrder) -> Vec<Attribute> {
    let mut attributes =
        vec![attribute("encoding", form), attribute("sizeInBits", bits.to_string())];
    match order {
        ByteOrder::Big => {}
        ByteOrder::Little => attributes.push(attribute("byteOrder", "leastSignificantByteFirst")),
        ByteOrder::Listed(list) => {
            let count = (bits as usize).div_ceil(8);
            let list: Vec<String> = list.iter().take(count).map(u8::to_string).collect();
            attributes.push(attribute("byteOrder", list.join(",")));
        }
    }
    attributes
}
