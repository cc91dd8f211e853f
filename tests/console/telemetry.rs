//! A small spacecraft for tests: one kind of packet, its dictionary, and the values it stands for.

use marsdeck_engine::time::Instant;

/// Eight bits of pressure, 5 Pa a count, behind a secondary header of days and milliseconds since
/// 1958 (CDS).
pub(crate) const DICTIONARY: &str = r#"<SpaceSystem name="T" xmlns="http://www.omg.org/spec/XTCE/20180204">
<TelemetryMetaData><ParameterTypeSet>
 <IntegerParameterType name="u11" signed="false"><IntegerDataEncoding sizeInBits="11"/></IntegerParameterType>
 <IntegerParameterType name="u5" signed="false"><IntegerDataEncoding sizeInBits="5"/></IntegerParameterType>
 <IntegerParameterType name="u32" signed="false"><IntegerDataEncoding sizeInBits="32"/></IntegerParameterType>
 <IntegerParameterType name="u48" signed="false"><IntegerDataEncoding sizeInBits="48"/></IntegerParameterType>
 <FloatParameterType name="pa"><UnitSet><Unit>Pa</Unit></UnitSet><IntegerDataEncoding sizeInBits="8" signed="false">
  <DefaultCalibrator><PolynomialCalibrator><Term exponent="1" coefficient="5"/></PolynomialCalibrator></DefaultCalibrator>
 </IntegerDataEncoding></FloatParameterType></ParameterTypeSet>
<ParameterSet><Parameter name="version" parameterTypeRef="u5"/><Parameter name="apid" parameterTypeRef="u11"/>
 <Parameter name="rest" parameterTypeRef="u32"/><Parameter name="clock" parameterTypeRef="u48"/>
 <Parameter name="pressure" parameterTypeRef="pa"/></ParameterSet>
<ContainerSet><SequenceContainer name="packet"><EntryList><ParameterRefEntry parameterRef="version"/>
 <ParameterRefEntry parameterRef="apid"/><ParameterRefEntry parameterRef="rest"/><ParameterRefEntry parameterRef="clock"/>
 <ParameterRefEntry parameterRef="pressure"/></EntryList></SequenceContainer></ContainerSet>
</TelemetryMetaData></SpaceSystem>"#;

/// The series of the pressure.
pub(crate) const PRESSURE: &str = "/T/pressure";

/// 2019-07-26T00:00:00Z, day 22486 since 1958.
pub(crate) fn midnight() -> Instant {
    Instant::from_unix_s(1_564_099_200.0)
}

/// The packet made so many seconds after midnight, of APID 42.
pub(crate) fn packet(count: u32) -> Vec<u8> {
    let sequence = (0xc000 | (count & 0x3fff) as u16).to_be_bytes();
    let mut bytes = vec![0x08, 0x2a, sequence[0], sequence[1], 0, 6, 0x57, 0xd6];
    bytes.extend((count * 1000).to_be_bytes());
    bytes.push(raw(count));
    bytes
}

/// The raw pressure in it.
pub(crate) fn raw(count: u32) -> u8 {
    (100 + count % 100) as u8
}
