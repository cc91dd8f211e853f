//! The channel and enumeration dictionaries of MCWS: lists of flat JSON objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::{Channel, Dictionary, EnumTable};
use super::read::unit;
use crate::format::xmltree::Problems;
use crate::problem::Problem;

/// How far the first object is looked for its keys.
const HEAD: usize = 4096;

/// Whether the bytes start as a list of objects with a channel and a type or an enumeration.
pub(super) fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let list = text.trim_start_matches('\u{feff}').trim_start().strip_prefix('[');
    let Some(object) = list.and_then(|rest| rest.trim_start().strip_prefix('{')) else {
        return false;
    };
    let first = object.split('}').next().unwrap_or_default();
    let has = |key: &str| first.contains(&format!("\"{key}\""));
    has("channel_id") && (has("data_type") || has("enum_value"))
}

fn text(object: &Map<String, Value>, key: &str) -> String {
    match object.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Reads both kinds; an enumeration has the name of its channel.
pub(super) fn read(bytes: &[u8], told: &mut Problems) -> Dictionary {
    let mut out = Dictionary::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let list: Vec<Value> = match serde_json::from_slice(bytes) {
        Ok(list) => list,
        Err(error) => {
            let at = format!("line {}", error.line());
            told.push(Problem::of(at, "it is no valid JSON from there on; nothing was read"));
            return out;
        }
    };
    let mut tables: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for (i, entry) in list.iter().enumerate() {
        let mut refuse = |reason: &str| {
            told.push(Problem::of(
                format!("entry {}", i + 1),
                format!("{reason}; it was left out"),
            ));
        };
        let Some(object) = entry.as_object() else {
            refuse("it is no object");
            continue;
        };
        let id = text(object, "channel_id");
        if id.is_empty() {
            refuse("it has no channel_id");
        } else if object.contains_key("enum_value") {
            match text(object, "enum_value").parse() {
                Ok(number) => {
                    tables.entry(id).or_default().push((number, text(object, "enum_string")));
                }
                Err(_) => refuse("its enum_value is no whole number"),
            }
        } else {
            out.channels.push(channel(object, id));
        }
    }
    out.enums = tables.into_iter().map(|(name, values)| EnumTable { name, values }).collect();
    out
}

fn channel(object: &Map<String, Value>, id: String) -> Channel {
    let kind = text(object, "data_type");
    let is_enum = kind.eq_ignore_ascii_case("ENUM") || kind.eq_ignore_ascii_case("STATUS");
    let eu = text(object, "dn_to_eu").eq_ignore_ascii_case("ON");
    let name = text(object, "channel_name");
    Channel {
        enumeration: if is_enum { id.clone() } else { String::new() },
        id,
        name: if name.is_empty() { text(object, "title") } else { name },
        title: text(object, "title"),
        kind,
        raw_unit: unit(&text(object, "dn_units")),
        eu_unit: if eu { unit(&text(object, "eu_units")) } else { String::new() },
        format: text(object, "channel_format"),
        description: text(object, "description"),
        ..Channel::default()
    }
}
