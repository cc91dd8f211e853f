//! A judge by the public schema: JSON Schema 2020-12 as far as that schema uses it.

use serde_json::Value;

/// A schema document.
pub struct Schema(pub Value);

impl Schema {
    /// Whether a document is valid.
    pub fn accepts(&self, document: &Value) -> bool {
        self.valid(&self.0, document)
    }

    fn valid(&self, schema: &Value, of: &Value) -> bool {
        let rules = match schema {
            Value::Bool(all) => return *all,
            Value::Object(rules) => rules,
            _ => panic!("no schema: {schema}"),
        };
        let rule = |name: &str| rules.get(name);
        let is_conditional = rule("if").is_some();
        rules.iter().all(|(name, value)| match name.as_str() {
            "$id" | "$schema" | "$defs" | "$comment" | "description" | "then" | "else" => true,
            "$ref" => {
                let name = value.as_str().and_then(|r| r.strip_prefix("#/$defs/")).expect("ref");
                self.valid(&self.0["$defs"][name], of)
            }
            "type" => match value {
                Value::Array(kinds) => kinds.iter().any(|kind| is(kind, of)),
                kind => is(kind, of),
            },
            "const" => value == of,
            "enum" => value.as_array().expect("enum").contains(of),
            "pattern" => of.as_str().is_none_or(|text| pattern(value.as_str().expect("p"), text)),
            "minItems" => {
                of.as_array().is_none_or(|l| l.len() as u64 >= value.as_u64().expect("n"))
            }
            "items" => of.as_array().is_none_or(|list| list.iter().all(|i| self.valid(value, i))),
            "required" => of.as_object().is_none_or(|members| {
                let names = value.as_array().expect("required");
                names.iter().all(|name| members.contains_key(name.as_str().expect("name")))
            }),
            "properties" => of.as_object().is_none_or(|members| {
                let known = value.as_object().expect("properties");
                members.iter().all(|(n, v)| known.get(n).is_none_or(|s| self.valid(s, v)))
            }),
            "additionalProperties" => of.as_object().is_none_or(|members| {
                assert_eq!(*value, Value::Bool(false));
                let known = rule("properties").and_then(Value::as_object).expect("properties");
                members.keys().all(|name| known.contains_key(name))
            }),
            "allOf" => value.as_array().expect("allOf").iter().all(|s| self.valid(s, of)),
            "oneOf" => {
                let all = value.as_array().expect("oneOf").iter();
                all.filter(|s| self.valid(s, of)).count() == 1
            }
            "if" => {
                assert!(is_conditional);
                let next = if self.valid(value, of) { "then" } else { "else" };
                rule(next).is_none_or(|schema| self.valid(schema, of))
            }
            _ => panic!("the schema has a rule that this test does not know: {name}"),
        })
    }
}

fn is(kind: &Value, of: &Value) -> bool {
    match kind.as_str().expect("type") {
        "object" => of.is_object(),
        "array" => of.is_array(),
        "string" => of.is_string(),
        "number" => of.is_number(),
        "integer" => of.as_f64().is_some_and(|value| value.fract() == 0.0),
        "boolean" => of.is_boolean(),
        other => panic!("unknown type {other}"),
    }
}

fn pattern(pattern: &str, text: &str) -> bool {
    let of = |first: fn(u8) -> bool, rest: fn(u8) -> bool, text: &str| {
        text.bytes().next().is_some_and(first) && text.bytes().all(rest)
    };
    match pattern {
        "^0x([0-9A-F])+$" => text.strip_prefix("0x").is_some_and(|digits| {
            let digit = |b: u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
            of(digit, digit, digits)
        }),
        "^[A-Za-z][A-Za-z_0-9]*$" => {
            of(|b| b.is_ascii_alphabetic(), |b| b.is_ascii_alphanumeric() || b == b'_', text)
        }
        other => panic!("unknown pattern {other}"),
    }
}
