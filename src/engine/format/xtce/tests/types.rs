//! Parameter types, with expectations made by hand.

use super::{one_type, system, told};
use crate::mission::Severity;
use crate::mission::telemetry::{
    Alarm, ByteOrder, Calibrator, Comparison, Condition, Encoding, Epoch, FloatForm, IntegerForm,
    Kind, Label, Operator, Range, Size, StringSize,
};

fn integer(attributes: &str) -> Encoding {
    let text = format!(
        "<IntegerParameterType name='T'><IntegerDataEncoding {attributes}/></IntegerParameterType>"
    );
    one_type(&text).encoding.expect("an encoding")
}

#[test]
fn integers_of_any_width_sign_and_order() {
    let of = |bits, form, order| Encoding::Integer { bits, form, order };
    let unsigned = IntegerForm::Unsigned;
    assert_eq!(integer(""), of(8, unsigned, ByteOrder::Big));
    assert_eq!(integer("sizeInBits='1'"), of(1, unsigned, ByteOrder::Big));
    for (name, form) in [
        ("twosComplement", IntegerForm::TwosComplement),
        ("onesComplement", IntegerForm::OnesComplement),
        ("signMagnitude", IntegerForm::SignMagnitude),
        ("BCD", IntegerForm::Bcd),
        ("packedBCD", IntegerForm::PackedBcd),
    ] {
        let read = integer(&format!("sizeInBits='24' encoding='{name}'"));
        assert_eq!(read, of(24, form, ByteOrder::Big));
    }
    let order = |order: &str| integer(&format!("sizeInBits='32' byteOrder='{order}'"));
    assert_eq!(order("leastSignificantByteFirst"), of(32, unsigned, ByteOrder::Little));
    assert_eq!(order("0,1,2,3"), of(32, unsigned, ByteOrder::Little));
    assert_eq!(order("3,2,1,0"), of(32, unsigned, ByteOrder::Big));
    let listed = ByteOrder::Listed([2, 3, 0, 1, 0, 0, 0, 0]);
    assert_eq!(order("2,3,0,1"), of(32, unsigned, listed));
    let (dictionary, problems) = system(
        "<IntegerParameterType name='T'><IntegerDataEncoding sizeInBits='32'><ByteOrderList>\
         <Byte byteSignificance='1'/><Byte byteSignificance='0'/><Byte byteSignificance='3'/>\
         <Byte byteSignificance='2'/></ByteOrderList></IntegerDataEncoding></IntegerParameterType>\
         <IntegerParameterType name='B'><IntegerDataEncoding sizeInBits='32' byteOrder='1,1,2,0'/>\
         </IntegerParameterType>",
        "",
        "",
    );
    let listed = ByteOrder::Listed([1, 0, 3, 2, 0, 0, 0, 0]);
    assert_eq!(dictionary.types[0].encoding, Some(of(32, unsigned, listed)));
    assert_eq!(dictionary.types[1].encoding, Some(of(32, unsigned, ByteOrder::Big)));
    assert!(told(&problems, "IntegerDataEncoding", "byte order"), "{problems:#?}");
}

#[test]
fn numbers_that_cannot_be_decoded_keep_their_place() {
    let (dictionary, problems) = system(
        "<IntegerParameterType name='A'><IntegerDataEncoding sizeInBits='128'/>\
         </IntegerParameterType><FloatParameterType name='B'>\
         <FloatDataEncoding sizeInBits='32' encoding='DEC'/></FloatParameterType>",
        "",
        "",
    );
    let bits = |bits| Some(Encoding::Binary { size: Size::Fixed(bits) });
    assert_eq!(dictionary.types[0].encoding, bits(128));
    assert_eq!(dictionary.types[1].encoding, bits(32));
    assert!(told(&problems, "IntegerDataEncoding", "more than 64 bits"));
    assert!(told(&problems, "FloatDataEncoding", "DEC"));
}

#[test]
fn floats_with_units_range_and_initial_value() {
    let read = one_type(
        "<FloatParameterType name='T' shortDescription='Bus' sizeInBits='64' initialValue='1.5'>\
         <UnitSet><Unit>m</Unit><Unit power='-2'>s</Unit></UnitSet>\
         <FloatDataEncoding sizeInBits='48' encoding='MILSTD_1750A' \
         byteOrder='leastSignificantByteFirst'/>\
         <ValidRange minExclusive='-1.5' maxInclusive='7'/></FloatParameterType>",
    );
    assert_eq!(read.name, "/S/T");
    assert_eq!(read.description, "Bus");
    assert_eq!(read.kind, Kind::Float { bits: 64 });
    assert_eq!(read.unit, "m s^-2");
    assert_eq!(read.initial.as_deref(), Some("1.5"));
    let form = FloatForm::Mil1750A;
    assert_eq!(read.encoding, Some(Encoding::Float { bits: 48, form, order: ByteOrder::Little }));
    let range =
        Range { low: Some(-1.5), high: Some(7.0), low_exclusive: true, high_exclusive: false };
    assert_eq!(read.valid_range, Some(range));
}

#[test]
fn names_of_values() {
    let read = one_type(
        "<EnumeratedParameterType name='T' initialValue='ON'><IntegerDataEncoding sizeInBits='2'/>\
         <EnumerationList><Enumeration value='-1' label='OFF'/>\
         <Enumeration value='1' maxValue='3' label='ON'/></EnumerationList>\
         </EnumeratedParameterType>",
    );
    let label = |value, last, label: &str| Label { value, last, label: label.to_owned() };
    let labels = vec![label(-1, -1, "OFF"), label(1, 3, "ON")];
    assert_eq!(read.kind, Kind::Enumerated { labels });
    let read = one_type("<BooleanParameterType name='T' oneStringValue='On'/>");
    assert_eq!(read.kind, Kind::Boolean { zero: "False".to_owned(), one: "On".to_owned() });
    let (_, problems) = system(
        "<EnumeratedParameterType name='T' initialValue='MAYBE'><EnumerationList>\
         <Enumeration value='0' label='NO'/></EnumerationList></EnumeratedParameterType>",
        "",
        "",
    );
    assert!(told(&problems, "line 2, EnumeratedParameterType", "none of its names"));
}

fn text_size(inside: &str) -> StringSize {
    let (dictionary, problems) = system(
        &format!(
            "<StringParameterType name='T'><StringDataEncoding encoding='US-ASCII'>{inside}\
             </StringDataEncoding></StringParameterType><IntegerParameterType name='N'/>"
        ),
        "<Parameter name='n' parameterTypeRef='N'/>",
        "",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    match &dictionary.types[0].encoding {
        Some(Encoding::String { size, charset }) if charset == "US-ASCII" => size.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts_end_in_every_way() {
    let fixed = "<SizeInBits><Fixed><FixedValue>80</FixedValue></Fixed>";
    let bits = Size::Fixed(80);
    assert_eq!(
        text_size(&format!("{fixed}</SizeInBits>")),
        StringSize::Fixed { bits: bits.clone(), terminator: None }
    );
    assert_eq!(
        text_size(&format!("{fixed}<TerminationChar>0A</TerminationChar></SizeInBits>")),
        StringSize::Fixed { bits, terminator: Some(10) }
    );
    assert_eq!(
        text_size("<SizeInBits><TerminationChar>00</TerminationChar></SizeInBits>"),
        StringSize::Terminated { terminator: 0, most: None }
    );
    let ignored =
        "<DynamicValue><ParameterInstanceRef parameterRef='_yamcs_ignore'/></DynamicValue>";
    assert_eq!(
        text_size(&format!(
            "<Variable maxSizeInBits='160'>{ignored}<LeadingSize sizeInBitsOfSizeTag='8'/>\
             </Variable>"
        )),
        StringSize::Counted { bits: 8, most: Some(160) }
    );
    assert_eq!(
        text_size("<SizeInBits><LeadingSize/></SizeInBits>"),
        StringSize::Counted { bits: 16, most: None }
    );
    assert_eq!(
        text_size(
            "<Variable maxSizeInBits='9223372036854775807'><DynamicValue>\
             <ParameterInstanceRef parameterRef='n' useCalibratedValue='false'/>\
             <LinearAdjustment slope='8' intercept='-16'/></DynamicValue></Variable>"
        ),
        StringSize::Fixed {
            bits: Size::Of { parameter: 0, calibrated: false, slope: 8, intercept: -16 },
            terminator: None
        }
    );
}

#[test]
fn bytes_of_fixed_dynamic_and_looked_up_size() {
    let (dictionary, problems) = system(
        "<IntegerParameterType name='N'/><BinaryParameterType name='A'><BinaryDataEncoding>\
         <SizeInBits><FixedValue>32</FixedValue></SizeInBits></BinaryDataEncoding>\
         </BinaryParameterType><BinaryParameterType name='B'><BinaryDataEncoding><SizeInBits>\
         <DiscreteLookupList><DiscreteLookup value='8'><Comparison parameterRef='n' value='1'/>\
         </DiscreteLookup><DiscreteLookup value='16'><Comparison parameterRef='n' \
         comparisonOperator='&gt;' value='1'/></DiscreteLookup></DiscreteLookupList></SizeInBits>\
         </BinaryDataEncoding></BinaryParameterType>",
        "<Parameter name='n' parameterTypeRef='N'/>",
        "",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    let is = |operator| {
        Condition::Is(Comparison {
            parameter: 0,
            path: Vec::new(),
            calibrated: true,
            operator,
            value: "1".to_owned(),
        })
    };
    let size = |size| Some(Encoding::Binary { size });
    assert_eq!(dictionary.types[1].encoding, size(Size::Fixed(32)));
    let rows = vec![(is(Operator::Equal), 8), (is(Operator::Greater), 16)];
    assert_eq!(dictionary.types[2].encoding, size(Size::Lookup(rows)));
}

#[test]
fn times_count_in_seconds() {
    let time = |attributes: &str, reference: &str| {
        one_type(&format!(
            "<AbsoluteTimeParameterType name='T'><Encoding {attributes}><IntegerDataEncoding \
             sizeInBits='32'/></Encoding><ReferenceTime><Epoch>{reference}</Epoch>\
             </ReferenceTime></AbsoluteTimeParameterType>"
        ))
        .kind
    };
    let of = |epoch, scale, offset| Kind::AbsoluteTime { epoch, scale, offset };
    assert_eq!(time("", "TAI"), of(Epoch::Tai, 1.0, 0.0));
    assert_eq!(
        time("units='days' scale='0.5' offset='2'", "GPS"),
        of(Epoch::Gps, 43_200.0, 172_800.0)
    );
    let at = Epoch::At("2018-11-26T19:52:59Z".to_owned());
    assert_eq!(time("", "2018-11-26T19:52:59Z"), of(at, 1.0, 0.0));
    let read = one_type(
        "<RelativeTimeParameterType name='T'><Encoding units='picoSeconds'><FloatDataEncoding/>\
         </Encoding></RelativeTimeParameterType>",
    );
    assert_eq!(read.kind, Kind::RelativeTime { scale: 1e-12, offset: 0.0 });
    let order = ByteOrder::Big;
    let float = Encoding::Float { bits: 32, form: FloatForm::Ieee754, order };
    assert_eq!(read.encoding, Some(float));
}

#[test]
fn calibrators_and_their_contexts() {
    let (dictionary, problems) = system(
        "<IntegerParameterType name='T'><IntegerDataEncoding><DefaultCalibrator>\
         <PolynomialCalibrator><Term coefficient='2' exponent='2'/><Term coefficient='-1' \
         exponent='0'/></PolynomialCalibrator></DefaultCalibrator><ContextCalibratorList>\
         <ContextCalibrator><ContextMatch><Comparison parameterRef='m' value='0'/></ContextMatch>\
         <Calibrator><SplineCalibrator extrapolate='true'><SplinePoint raw='5' calibrated='1'/>\
         <SplinePoint raw='0' calibrated='0.5'/></SplineCalibrator></Calibrator>\
         </ContextCalibrator></ContextCalibratorList></IntegerDataEncoding></IntegerParameterType>\
         <IntegerParameterType name='M'><IntegerDataEncoding><DefaultCalibrator>\
         <MathOperationCalibrator/></DefaultCalibrator></IntegerDataEncoding>\
         </IntegerParameterType>\
         <IntegerParameterType name='O'><IntegerDataEncoding><DefaultCalibrator><SplineCalibrator \
         order='2'><SplinePoint raw='5' calibrated='1'/><SplinePoint raw='0' calibrated='0.5'/>\
         </SplineCalibrator></DefaultCalibrator></IntegerDataEncoding></IntegerParameterType>",
        "<Parameter name='m' parameterTypeRef='T'/>",
        "",
    );
    let of = &dictionary.types[0];
    assert_eq!(of.calibrator, Some(Calibrator::Polynomial(vec![-1.0, 0.0, 2.0])));
    let points = vec![(0.0, 0.5), (5.0, 1.0)];
    let (Condition::Is(when), calibrator) = &of.context_calibrators[0] else { panic!("{of:?}") };
    assert_eq!((when.parameter, when.value.as_str()), (0, "0"));
    assert_eq!(*calibrator, Calibrator::Spline { order: 1, points, extrapolate: true });
    assert_eq!(dictionary.types[1].calibrator, None);
    assert_eq!(dictionary.types[2].calibrator, None);
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(told(&problems, "line 2, MathOperationCalibrator", "it leaves no number"));
    assert!(told(&problems, "line 2, SplineCalibrator", "order 2 needs"));
}

#[test]
fn alarms_and_their_contexts() {
    let (dictionary, problems) = system(
        "<FloatParameterType name='T'><DefaultAlarm minViolations='3'><StaticAlarmRanges>\
         <WarningRange minInclusive='1' maxInclusive='9'/><CriticalRange maxExclusive='10'/>\
         </StaticAlarmRanges></DefaultAlarm><ContextAlarmList><ContextAlarm><AlarmMultiRanges>\
         <Range minInclusive='2' level='watch' rangeForm='inside'/>\
         <Range minInclusive='-4' level='severe'/></AlarmMultiRanges><ContextMatch>\
         <Comparison parameterRef='e' value='B'/></ContextMatch></ContextAlarm></ContextAlarmList>\
         </FloatParameterType>\
         <EnumeratedParameterType name='E'><EnumerationList><Enumeration value='0' label='A'/>\
         <Enumeration value='1' label='B'/></EnumerationList><DefaultAlarm \
         defaultAlarmLevel='distress'><EnumerationAlarmList><EnumerationAlarm \
         alarmLevel='critical' enumerationLabel='B'/></EnumerationAlarmList></DefaultAlarm>\
         </EnumeratedParameterType>\
         <FloatParameterType name='C'><DefaultAlarm><ChangeAlarmRanges/></DefaultAlarm>\
         </FloatParameterType>",
        "<Parameter name='e' parameterTypeRef='E'/>",
        "",
    );
    let range = |low: Option<f64>, high: Option<f64>| Range { low, high, ..Range::default() };
    let alarm = dictionary.types[0].alarm.clone().expect("an alarm");
    let critical = Range { high_exclusive: true, ..range(None, Some(10.0)) };
    let outside =
        vec![(Severity::Warning, range(Some(1.0), Some(9.0))), (Severity::Critical, critical)];
    assert_eq!(alarm, Alarm { outside, minimum_violations: 3, ..Alarm::default() });
    let (_, context) = &dictionary.types[0].context_alarms[0];
    assert_eq!(context.inside, [(Severity::Watch, range(Some(2.0), None))]);
    assert_eq!(context.outside, [(Severity::Severe, range(Some(-4.0), None))]);
    let alarm = dictionary.types[1].alarm.clone().expect("an alarm");
    assert_eq!(alarm.labels, [(Severity::Critical, "B".to_owned())]);
    assert_eq!(alarm.other_labels, Some(Severity::Distress));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(told(&problems, "ChangeAlarmRanges", "not supported"));
}

#[test]
fn arrays_and_aggregates() {
    let (dictionary, problems) = system(
        "<ArrayParameterType name='A' arrayTypeRef='G'><DimensionList><Dimension><StartingIndex>\
         <FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>4</FixedValue>\
         </EndingIndex></Dimension><Dimension><StartingIndex><FixedValue>0</FixedValue>\
         </StartingIndex><EndingIndex><DynamicValue><ParameterInstanceRef parameterRef='n'/>\
         <LinearAdjustment intercept='-1'/></DynamicValue></EndingIndex></Dimension>\
         </DimensionList></ArrayParameterType><AggregateParameterType name='G'><MemberList>\
         <Member name='x' typeRef='N'/><Member name='y' typeRef='/S/N'/></MemberList>\
         </AggregateParameterType><IntegerParameterType name='N'/>",
        "<Parameter name='n' parameterTypeRef='N'/>",
        "",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    let by_parameter = Size::Of { parameter: 0, calibrated: true, slope: 1, intercept: 0 };
    let dimensions = vec![Size::Fixed(5), by_parameter];
    assert_eq!(dictionary.types[0].kind, Kind::Array { element: 1, dimensions });
    let members = vec![("x".to_owned(), 2), ("y".to_owned(), 2)];
    assert_eq!(dictionary.types[1].kind, Kind::Aggregate { members });
}

#[test]
fn a_derived_type_has_what_it_does_not_state_itself() {
    let (dictionary, problems) = system(
        "<IntegerParameterType name='D' baseType='B' initialValue='7'><UnitSet><Unit>mV</Unit>\
         </UnitSet></IntegerParameterType><IntegerParameterType name='B' signed='false' \
         sizeInBits='16' initialValue='1'><UnitSet><Unit>V</Unit></UnitSet><IntegerDataEncoding \
         sizeInBits='12'/><ValidRange maxInclusive='5'/></IntegerParameterType>\
         <IntegerParameterType name='P' baseType='Q'/><IntegerParameterType name='Q' \
         baseType='P'/><FloatParameterType name='F' baseType='B'/>",
        "",
        "",
    );
    let of = &dictionary.types[0];
    assert_eq!(of.kind, Kind::Integer { signed: false, bits: 16 });
    assert_eq!((of.unit.as_str(), of.initial.as_deref()), ("mV", Some("7")));
    assert!(matches!(of.encoding, Some(Encoding::Integer { bits: 12, .. })));
    assert_eq!(of.valid_range.and_then(|r| r.high), Some(5.0));
    assert!(told(&problems, "IntegerParameterType", "inherits from itself"), "{problems:#?}");
    assert!(told(&problems, "FloatParameterType", "another kind"));
}
