//! Small dictionaries, made by hand.

use super::super::{Plan, Values};
use crate::mission::telemetry::*;

pub fn kind_type(kind: Kind, encoding: Option<Encoding>) -> ParameterType {
    ParameterType::new("", kind, encoding)
}

pub fn integer(bits: u32, form: IntegerForm, order: ByteOrder) -> ParameterType {
    let kind = Kind::Integer { signed: form != IntegerForm::Unsigned, bits: 64 };
    kind_type(kind, Some(Encoding::Integer { bits, form, order }))
}

pub fn unsigned(bits: u32) -> ParameterType {
    integer(bits, IntegerForm::Unsigned, ByteOrder::Big)
}

pub fn float(bits: u32, form: FloatForm, order: ByteOrder) -> ParameterType {
    kind_type(Kind::Float { bits: 64 }, Some(Encoding::Float { bits, form, order }))
}

pub fn text(size: StringSize, charset: &str) -> ParameterType {
    kind_type(Kind::String, Some(Encoding::String { size, charset: charset.to_owned() }))
}

pub fn binary(size: Size) -> ParameterType {
    kind_type(Kind::Binary, Some(Encoding::Binary { size }))
}

pub fn of(parameter: ParameterId) -> Size {
    Size::Of { parameter, calibrated: false, slope: 1, intercept: 0 }
}

pub fn equal(parameter: ParameterId, value: &str) -> Condition {
    Condition::Is(Comparison {
        parameter,
        path: Vec::new(),
        calibrated: true,
        operator: Operator::Equal,
        value: value.to_owned(),
    })
}

pub fn after(parameter: ParameterId) -> Entry {
    Entry { item: Item::Parameter(parameter), place: Place::After(0), include: None, repeat: None }
}

/// A dictionary under way.
#[derive(Default)]
pub struct Make(pub Dictionary);

impl Make {
    pub fn kind(&mut self, definition: ParameterType) -> TypeId {
        self.0
            .types
            .push(ParameterType { name: format!("/T/{}", self.0.types.len()), ..definition });
        self.0.types.len() - 1
    }

    pub fn add(&mut self, name: &str, definition: ParameterType) -> ParameterId {
        let type_id = self.kind(definition);
        self.0.parameters.push(TelemetryParameter {
            name: format!("/S/{name}"),
            type_id,
            description: String::new(),
            source: Source::Telemetered,
            initial: None,
        });
        self.0.parameters.len() - 1
    }

    pub fn container(
        &mut self,
        base: Option<ContainerId>,
        restriction: Option<Condition>,
        entries: Vec<Entry>,
    ) -> ContainerId {
        self.0.containers.push(Container {
            name: format!("/S/container{}", self.0.containers.len()),
            description: String::new(),
            is_abstract: false,
            base,
            restriction,
            entries,
            bits: None,
            rate_hz: None,
        });
        self.0.containers.len() - 1
    }

    /// All parameters one after the other in container 0.
    pub fn flat(mut self) -> Self {
        let entries = (0..self.0.parameters.len()).map(after).collect();
        self.container(None, None, entries);
        self
    }

    pub fn plan(&self) -> Plan {
        let (plan, problems) = Plan::compile(&self.0, 0);
        assert!(problems.is_empty(), "{problems:?}");
        plan
    }

    pub fn decode(&self, packet: &[u8]) -> (Plan, Values) {
        let (plan, mut values) = (self.plan(), Values::new());
        plan.decode(packet, &mut plan.state(), &mut values);
        (plan, values)
    }
}
