//! What a dictionary adds to rows of channel values and event records that say less than it.

use std::collections::HashMap;

use super::model::{Channel, Dictionary, EnumTable, EvrDefinition};
use crate::format::ampcs::{ChannelValue, Evr, EvrLevel};

impl Dictionary {
    /// Fills in what rows leave open: title, units, the number of a named value and the name of a
    /// number, the engineering value by the channel's polynomial. What a row states stays.
    pub fn complete_values(&self, values: &mut [ChannelValue]) {
        let channels: HashMap<&str, &Channel> =
            self.channels.iter().map(|channel| (channel.id.as_str(), channel)).collect();
        let tables: HashMap<&str, &EnumTable> =
            self.enums.iter().map(|table| (table.name.as_str(), table)).collect();
        for value in values {
            let Some(channel) = channels.get(value.channel_id.as_str()) else { continue };
            let title = if channel.title.is_empty() { &channel.name } else { &channel.title };
            fill(&mut value.name, title);
            fill(&mut value.module, &channel.categories.module);
            fill(&mut value.dn_unit, &channel.raw_unit);
            if let Some(table) = tables.get(channel.enumeration.as_str()) {
                named(value, table);
            }
            if value.eu.is_none() && !channel.polynomial.is_empty() {
                let sum = |x: f64| channel.polynomial.iter().rev().fold(0.0, |sum, c| sum * x + c);
                value.eu = value.dn_number().map(sum).filter(|eu| eu.is_finite());
            }
            if value.eu.is_some() {
                fill(&mut value.eu_unit, &channel.eu_unit);
            }
        }
    }

    /// Fills in the name or number, module and level of event records.
    pub fn complete_events(&self, events: &mut [Evr]) {
        let by_name: HashMap<&str, &EvrDefinition> =
            self.evrs.iter().map(|event| (event.name.as_str(), event)).collect();
        let by_number: HashMap<i64, &EvrDefinition> =
            self.evrs.iter().map(|event| (event.id, event)).collect();
        for event in events {
            let found = match event.name.as_str() {
                "" => event.id.and_then(|id| by_number.get(&id)),
                name => by_name.get(name),
            };
            let Some(found) = found else { continue };
            fill(&mut event.name, &found.name);
            fill(&mut event.module, &found.categories.module);
            event.id = event.id.or(Some(found.id));
            if event.level == EvrLevel::default() {
                event.level = found.level;
            }
        }
    }
}

fn fill(slot: &mut String, text: &str) {
    if slot.is_empty() {
        text.clone_into(slot);
    }
}

/// A value by name gets its number, a number its name.
fn named(value: &mut ChannelValue, table: &EnumTable) {
    if let Some((number, symbol)) = table.values.iter().find(|(_, symbol)| *symbol == value.dn) {
        fill(&mut value.status, symbol);
        value.dn = number.to_string();
        return;
    }
    let symbol = value
        .dn_number()
        .and_then(|dn| table.values.iter().find(|(number, _)| *number as f64 == dn))
        .map(|(_, symbol)| symbol.clone());
    if let Some(symbol) = symbol {
        fill(&mut value.status, &symbol);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(id: &str, dn: &str) -> ChannelValue {
        ChannelValue { channel_id: id.to_owned(), dn: dn.to_owned(), ..ChannelValue::default() }
    }

    #[test]
    fn rows_get_what_they_leave_open() {
        let of = Dictionary {
            enums: vec![EnumTable {
                name: "STATE".to_owned(),
                values: vec![(0, "OFF".to_owned()), (1, "ON".to_owned())],
            }],
            channels: vec![
                Channel {
                    id: "S-1".to_owned(),
                    title: "Oven".to_owned(),
                    enumeration: "STATE".to_owned(),
                    ..Channel::default()
                },
                Channel {
                    id: "T-1".to_owned(),
                    raw_unit: "counts".to_owned(),
                    eu_unit: "K".to_owned(),
                    polynomial: vec![1.0, 2.0, 0.5],
                    ..Channel::default()
                },
            ],
            evrs: vec![EvrDefinition {
                id: 7,
                name: "BOOT".to_owned(),
                level: EvrLevel::WarningHi,
                ..EvrDefinition::default()
            }],
            ..Dictionary::default()
        };
        let mut stated = value("T-1", "4");
        (stated.eu, stated.eu_unit) = (Some(3.0), "C".to_owned());
        let mut all =
            vec![value("S-1", "ON"), value("S-1", "0"), value("T-1", "4"), stated, value("X", "1")];
        of.complete_values(&mut all);
        assert_eq!((all[0].dn.as_str(), all[0].status.as_str()), ("1", "ON"));
        assert_eq!((all[1].name.as_str(), all[1].status.as_str()), ("Oven", "OFF"));
        // 1 + 2 · 4 + 0.5 · 16.
        assert_eq!((all[2].eu, all[2].eu_unit.as_str()), (Some(17.0), "K"));
        assert_eq!((all[3].eu, all[3].eu_unit.as_str()), (Some(3.0), "C"));
        assert_eq!(all[4], value("X", "1"));
        let mut events = vec![
            Evr { id: Some(7), ..Evr::default() },
            Evr { name: "GONE".into(), ..Evr::default() },
        ];
        of.complete_events(&mut events);
        assert_eq!((events[0].name.as_str(), events[0].level), ("BOOT", EvrLevel::WarningHi));
        assert_eq!(events[1].id, None);
    }
}
