//! Systems, references, containers and conditions, with expectations made by hand.

use super::{round, system, told};
use crate::format::xtce;
use crate::mission::telemetry::{
    Comparison, Condition, Container, Entry, Item, Operator, Place, Size, Source,
};

const TYPES: &str = "<IntegerParameterType name='U8'><IntegerDataEncoding/></IntegerParameterType>";
const PARAMETERS: &str = "<Parameter name='a' parameterTypeRef='U8'/>\
                          <Parameter name='b' parameterTypeRef='U8'/>";

fn is(parameter: usize, operator: Operator, value: &str) -> Condition {
    let value = value.to_owned();
    Condition::Is(Comparison { parameter, path: Vec::new(), calibrated: true, operator, value })
}

fn plain(parameter: usize, place: Place) -> Entry {
    Entry { item: Item::Parameter(parameter), place, include: None, repeat: None }
}

/// Entries of the only container, and the problems.
fn entries(text: &str) -> (Vec<Entry>, Vec<crate::problem::Problem>) {
    let container =
        format!("<SequenceContainer name='C'><EntryList>{text}</EntryList></SequenceContainer>");
    let (mut dictionary, problems) = system(TYPES, PARAMETERS, &container);
    (dictionary.containers.remove(0).entries, problems)
}

#[test]
fn names_are_found_as_xtce_says() {
    let inner = |name: &str, reference: &str| {
        format!("<Parameter name='{name}' parameterTypeRef='{reference}'/>")
    };
    let references = ["T", "Top", "./T", "../Top", "/R/T", "Deep/T", "../X/Deep/T", "//R//Top"];
    let list: String =
        references.iter().enumerate().map(|(i, r)| inner(&format!("p{i}"), r)).collect();
    let text = format!(
        "<SpaceSystem name='R'><Header version='2' date='2026-11-22' validationStatus='Draft'/>\
         <TelemetryMetaData><ParameterTypeSet><StringParameterType name='T'/>\
         <StringParameterType name='Top'/></ParameterTypeSet></TelemetryMetaData>\
         <SpaceSystem name='X' shortDescription='inner'><TelemetryMetaData><ParameterTypeSet>\
         <StringParameterType name='T'/></ParameterTypeSet><ParameterSet>{list}\
         <Parameter name='bad' parameterTypeRef='../T2'/><ParameterRef \
         parameterRef='Deep/far'/></ParameterSet></TelemetryMetaData><SpaceSystem name='Deep'>\
         <TelemetryMetaData><ParameterTypeSet><StringParameterType name='T'/></ParameterTypeSet>\
         <ParameterSet><Parameter name='far' parameterTypeRef='T' initialValue='x' \
         shortDescription='d'><ParameterProperties dataSource='constant'/></Parameter>\
         </ParameterSet></TelemetryMetaData></SpaceSystem></SpaceSystem></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    let dictionary = dictionary.expect("a system");
    round(&dictionary);
    assert_eq!((dictionary.name.as_str(), dictionary.version.as_str()), ("R", "2, 2026-11-22"));
    let systems: Vec<&str> = dictionary.systems.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(systems, ["/R", "/R/X", "/R/X/Deep"]);
    assert_eq!(dictionary.systems[1].description, "inner");
    let names: Vec<&str> =
        dictionary.parameters.iter().map(|p| dictionary.types[p.type_id].name.as_str()).collect();
    let expected = [
        "/R/X/T",
        "/R/Top",
        "/R/X/T",
        "/R/Top",
        "/R/T",
        "/R/X/Deep/T",
        "/R/X/Deep/T",
        "/R/Top",
        "/R/X/Deep/T",
    ];
    assert_eq!(names, expected);
    let far = &dictionary.parameters[8];
    assert_eq!((far.source, far.initial.as_deref()), (Source::Constant, Some("x")));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(told(&problems, "line 1, Parameter", "no parameter type is named \"../T2\""));
}

#[test]
fn entries_stand_where_they_say() {
    let location = |from: &str, bits: i32| {
        format!(
            "<LocationInContainerInBits{from}><FixedValue>{bits}</FixedValue>\
             </LocationInContainerInBits>"
        )
    };
    let (read, problems) = entries(&format!(
        "<ParameterRefEntry parameterRef='a'/>\
         <ParameterRefEntry parameterRef='b'>{}</ParameterRefEntry>\
         <ParameterRefEntry parameterRef='a'>{}</ParameterRefEntry>",
        location("", 3),
        location(" referenceLocation='containerStart'", 64),
    ));
    assert!(problems.is_empty(), "{problems:#?}");
    let expected =
        [plain(0, Place::After(0)), plain(1, Place::After(3)), plain(0, Place::FromStart(64))];
    assert_eq!(read, expected);
}

#[test]
fn repeated_and_conditional_entries() {
    let (read, problems) = entries(
        "<ParameterRefEntry parameterRef='a'/><ParameterRefEntry parameterRef='b'><RepeatEntry>\
         <Count><DynamicValue><ParameterInstanceRef parameterRef='a'/></DynamicValue></Count>\
         <Offset><FixedValue>4</FixedValue></Offset></RepeatEntry><IncludeCondition>\
         <Comparison parameterRef='a' comparisonOperator='!=' value='0'/></IncludeCondition>\
         </ParameterRefEntry>",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    let count = Size::Of { parameter: 0, calibrated: true, slope: 1, intercept: 0 };
    assert_eq!(read[1].repeat, Some((count, 4)));
    assert_eq!(read[1].include, Some(is(0, Operator::NotEqual, "0")));
}

#[test]
fn nothing_left_out_moves_what_follows() {
    let at = "<LocationInContainerInBits referenceLocation='containerStart'>\
              <FixedValue>96</FixedValue></LocationInContainerInBits>";
    // A segment takes a known number of bits.
    let (read, problems) = entries(
        "<ParameterRefEntry parameterRef='a'/><ParameterSegmentRefEntry parameterRef='b' \
         sizeInBits='5'/><ParameterRefEntry parameterRef='b'/>",
    );
    assert_eq!(read, [plain(0, Place::After(0)), plain(1, Place::After(5))]);
    assert!(told(&problems, "ParameterSegmentRefEntry", "not supported"));
    // A broken reference takes nobody knows how many.
    let (read, problems) = entries(&format!(
        "<ParameterRefEntry parameterRef='none'/><ParameterRefEntry parameterRef='a'/>\
         <ParameterRefEntry parameterRef='b'/><ParameterRefEntry parameterRef='a'>{at}\
         </ParameterRefEntry><ParameterRefEntry parameterRef='b'/>"
    ));
    assert_eq!(read, [plain(0, Place::FromStart(96)), plain(1, Place::After(0))]);
    assert!(told(&problems, "ParameterRefEntry", "no parameter is named \"none\""));
    assert!(told(&problems, "ParameterRefEntry", "and entries after it: 2"), "{problems:#?}");
    // A checksum at the end stands beside the others.
    let end = "<LocationInContainerInBits referenceLocation='containerEnd'>\
               <FixedValue>-16</FixedValue></LocationInContainerInBits>";
    let (read, problems) = entries(&format!(
        "<ParameterRefEntry parameterRef='b'>{end}</ParameterRefEntry>\
         <ParameterRefEntry parameterRef='a'/>"
    ));
    assert_eq!(read, [plain(0, Place::After(0))]);
    assert!(told(&problems, "LocationInContainerInBits", "from the end"));
}

#[test]
fn containers_inherit_where_conditions_hold() {
    let base = |name: &str, criteria: &str| {
        format!(
            "<SequenceContainer name='{name}'><EntryList/><BaseContainer containerRef='Base'>\
             <RestrictionCriteria>{criteria}</RestrictionCriteria></BaseContainer>\
             </SequenceContainer>"
        )
    };
    let check = |name: &str, operator: &str, value: &str| {
        format!(
            "<Condition><ParameterInstanceRef parameterRef='{name}'/><ComparisonOperator>\
             {operator}</ComparisonOperator><Value>{value}</Value></Condition>"
        )
    };
    let (one, two, three) = (check("a", "==", "1"), check("b", "&lt;", "2"), check("a", ">=", "3"));
    let containers = format!(
        "<SequenceContainer name='Base' abstract='true' shortDescription='all'>\
         <DefaultRateInStream minimumValue='2.5'/><BinaryEncoding><SizeInBits><FixedValue>64\
         </FixedValue></SizeInBits></BinaryEncoding><EntryList><ParameterRefEntry \
         parameterRef='a'/></EntryList></SequenceContainer>{}{}{}{}",
        base("One", "<Comparison parameterRef='a' value='1'/>"),
        base(
            "List",
            "<ComparisonList><Comparison parameterRef='a' value='1'/><Comparison \
             parameterRef='b' comparisonOperator='&lt;' value='2'/></ComparisonList>"
        ),
        base(
            "Either",
            &format!(
                "<BooleanExpression><ORedConditions><ANDedConditions>{one}{two}\
                 </ANDedConditions>{three}</ORedConditions></BooleanExpression>"
            )
        ),
        base("Custom", "<CustomAlgorithm name='x'/>"),
    );
    let (dictionary, problems) = system(TYPES, PARAMETERS, &containers);
    let Container { is_abstract, description, bits, rate_hz, .. } = &dictionary.containers[0];
    assert_eq!((*is_abstract, description.as_str()), (true, "all"));
    assert_eq!((*bits, *rate_hz), (Some(64), Some(2.5)));
    assert!(dictionary.containers[1..].iter().all(|c| c.base == Some(0)));
    let restriction = |i: usize| dictionary.containers[i].restriction.clone();
    let first = is(0, Operator::Equal, "1");
    let both = Condition::All(vec![first.clone(), is(1, Operator::Less, "2")]);
    assert_eq!(restriction(1), Some(first));
    assert_eq!(restriction(2), Some(both.clone()));
    let either = Condition::Any(vec![both, is(0, Operator::GreaterOrEqual, "3")]);
    assert_eq!(restriction(3), Some(either));
    // A condition that is not known never holds.
    assert_eq!(restriction(4), Some(Condition::Any(Vec::new())));
    assert!(told(&problems, "CustomAlgorithm", "not supported"));
    assert!(told(&problems, "RestrictionCriteria", "no packet is taken as this one"));
}

#[test]
fn conditions_look_inside_of_aggregates() {
    let (dictionary, problems) = system(
        &format!(
            "{TYPES}<AggregateParameterType name='G'><MemberList><Member name='x' typeRef='U8'/>\
             </MemberList></AggregateParameterType>"
        ),
        "<Parameter name='g' parameterTypeRef='G'/>",
        "<SequenceContainer name='B'><EntryList><ParameterRefEntry parameterRef='g'/></EntryList>\
         </SequenceContainer><SequenceContainer name='C'><EntryList/><BaseContainer \
         containerRef='B'><RestrictionCriteria><ComparisonList><Comparison parameterRef='g/x' \
         value='1'/><Comparison parameterRef='g.x' value='1' useCalibratedValue='false'/>\
         <Comparison parameterRef='/S/g[2].x' value='1'/></ComparisonList></RestrictionCriteria>\
         </BaseContainer></SequenceContainer>",
    );
    assert!(problems.is_empty(), "{problems:#?}");
    let Some(Condition::All(all)) = &dictionary.containers[1].restriction else { panic!("none") };
    let paths: Vec<(Vec<&str>, bool)> = all
        .iter()
        .map(|c| match c {
            Condition::Is(c) => (c.path.iter().map(String::as_str).collect(), c.calibrated),
            _ => panic!("{c:?}"),
        })
        .collect();
    assert_eq!(paths, [(vec!["x"], true), (vec!["x"], false), (vec!["[2]", "x"], true)]);
}

#[test]
fn circles_of_containers_are_refused() {
    let (dictionary, problems) = system(
        TYPES,
        PARAMETERS,
        "<SequenceContainer name='A'><EntryList/><BaseContainer containerRef='B'/>\
         </SequenceContainer><SequenceContainer name='B'><EntryList/><BaseContainer \
         containerRef='A'/></SequenceContainer><SequenceContainer name='C'><EntryList>\
         <ContainerRefEntry containerRef='C'/><ParameterRefEntry parameterRef='a'/></EntryList>\
         </SequenceContainer>",
    );
    let bases = dictionary.containers.iter().filter(|c| c.base.is_some()).count();
    assert_eq!(bases, 1);
    assert!(dictionary.containers[2].entries.is_empty());
    assert!(told(&problems, "SequenceContainer", "it inherits from itself"), "{problems:#?}");
    assert!(told(&problems, "ContainerRefEntry", "it holds itself"), "{problems:#?}");
}

#[test]
fn arrays_of_older_files_take_their_size_from_entries() {
    let (dictionary, problems) = system(
        &format!("{TYPES}<ArrayParameterType name='A' arrayTypeRef='U8' numberOfDimensions='1'/>"),
        "<Parameter name='a' parameterTypeRef='A'/>",
        "<SequenceContainer name='C'><EntryList><ArrayParameterRefEntry parameterRef='a'>\
         <DimensionList><Size><FixedValue>9</FixedValue></Size></DimensionList>\
         </ArrayParameterRefEntry></EntryList></SequenceContainer>",
    );
    let of = &dictionary.types[dictionary.parameters[0].type_id];
    assert_eq!(of.name, "/S/A_a");
    let crate::mission::telemetry::Kind::Array { dimensions, element } = &of.kind else {
        panic!("{of:?}")
    };
    assert_eq!((dimensions.as_slice(), *element), ([Size::Fixed(9)].as_slice(), 0));
    assert_eq!(dictionary.containers[0].entries, [plain(0, Place::After(0))]);
    assert!(told(&problems, "ArrayParameterType", "it states no size"));
}
