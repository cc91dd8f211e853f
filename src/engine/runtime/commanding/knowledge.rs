//! What commanding knows of missions: their dictionaries, and live values for constraints.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::archive::{Archive, SeriesKey};
use crate::command::{DictionaryIdentity, Digest, Prepared, Wanted, condition_holds};
use crate::mission::packets::dictionary;
use crate::mission::telemetry::{Condition, Dictionary, Kind};
use crate::mission::{Database, Mission};
use crate::sequence;
use crate::time::{Instant, TimeRange};

/// A value that is older says nothing of now, seconds.
pub(super) const FRESH_S: f64 = 3_600.0;

/// A mission's dictionary and what tells it from others.
pub(super) struct MissionCommands {
    pub(super) dictionary: Dictionary,
    pub(super) identity: DictionaryIdentity,
}

/// The missions that can be commanded.
pub(super) struct Knowledge {
    missions: Arc<Database>,
    all: BTreeMap<String, MissionCommands>,
}

impl MissionCommands {
    fn of(mission: &Mission) -> Self {
        let dictionary = dictionary(mission);
        let of = sequence::DictionaryIdentity::of(&mission.id, &dictionary);
        let identity = DictionaryIdentity {
            name: dictionary.name.clone(),
            version: of.version,
            sha256: Digest(of.sha256),
        };
        Self { dictionary, identity }
    }
}

impl Knowledge {
    pub(super) fn new(missions: Arc<Database>) -> Self {
        let all = missions.missions.iter().map(|m| (m.id.clone(), MissionCommands::of(m)));
        Self { all: all.collect(), missions }
    }

    /// A mission's dictionary.
    pub(super) fn get(&self, mission: &str) -> Option<&MissionCommands> {
        self.all.get(mission)
    }

    /// Whether a condition holds for a command by the values that were made in a span, the newest
    /// of each.
    pub(super) fn holds(
        &self,
        archive: &Archive,
        span: TimeRange,
        prepared: &Prepared,
        condition: &Condition,
    ) -> Result<bool, String> {
        let Some(of) = self.all.get(&prepared.mission) else {
            return Err(format!("the mission {} is not known", prepared.mission));
        };
        let series = RefCell::new(None);
        condition_holds(prepared, condition, &|wanted: Wanted<'_>| {
            let mut series = series.borrow_mut();
            let series = series.get_or_insert_with(|| archive.series());
            let Some(parameter) = of.dictionary.parameters.get(wanted.parameter) else {
                return Err("it asks for a parameter that does not exist".to_owned());
            };
            let name = &parameter.name;
            if !wanted.path.is_empty() {
                return Err(format!("members of {name} are not kept as series"));
            }
            let keys = series.iter().filter(|of| of.key.name == *name).map(|of| &of.key);
            let newest = keys.filter_map(|key| latest(archive, key, span)).max_by_key(|v| v.0);
            let Some((time, value)) = newest else {
                return Err(format!("{name} was never received"));
            };
            if time < span.start {
                let age_s = span.end.s_since(time);
                return Err(format!("{name} is stale: its last value is {} old", age(age_s)));
            }
            Ok(self.text(of, wanted, name, value))
        })
    }

    /// A value as text: the name of a state, else a number.
    fn text(&self, of: &MissionCommands, wanted: Wanted<'_>, name: &str, value: f64) -> String {
        if wanted.calibrated {
            let states = self.missions.parameter(name).map(|(_, _, parameter)| &parameter.states);
            let named = states.into_iter().flatten().find(|(number, _)| *number == value);
            if let Some((_, state)) = named {
                return state.clone();
            }
            let kind = of.dictionary.parameters.get(wanted.parameter);
            let kind = kind.and_then(|p| of.dictionary.types.get(p.type_id)).map(|t| &t.kind);
            if let Some(Kind::Enumerated { labels }) = kind
                && let Some(label) = labels.iter().find(|of| of.value as f64 == value)
            {
                return label.label.clone();
            }
        }
        value.to_string()
    }
}

fn latest(archive: &Archive, key: &SeriesKey, span: TimeRange) -> Option<(Instant, f64)> {
    let found = archive.latest(key, span.end).ok().flatten()?;
    Some((found.time, found.value))
}

fn age(seconds: f64) -> String {
    if seconds < 2.0 * 86_400.0 {
        format!("{:.1} h", seconds / 3_600.0)
    } else {
        format!("{:.0} days", seconds / 86_400.0)
    }
}
