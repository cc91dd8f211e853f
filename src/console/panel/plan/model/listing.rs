//! The activities of a plan as a table lists them: those that fit a search, in an order.

use std::cmp::Reverse;

use marsdeck_engine::plan::{ActivityId, Model, Plan};

use super::picture::Picture;

/// What activities are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::panel::plan) enum Key {
    Number,
    Kind,
    Instrument,
    #[default]
    Start,
    Length,
    State,
}

/// Which activities are wanted, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::panel::plan) struct Listing {
    /// Words that all occur in type, instrument, notes or tags, letter case ignored.
    pub search: String,
    pub key: Key,
    pub descends: bool,
}

impl Listing {
    /// The activities. Takes time with the size of the plan: not for the thread of the screen.
    pub fn of(&self, plan: &Plan, model: &Model, picture: &Picture) -> Vec<ActivityId> {
        let wanted = self.search.trim().to_lowercase();
        let instrument = |kind: &str| model.types.get(kind).map_or("", |of| of.instrument.as_str());
        let fits = |id: &ActivityId| {
            let Some(of) = plan.activities.get(id).filter(|_| !wanted.is_empty()) else {
                return wanted.is_empty();
            };
            let name = model.types.get(&of.kind).map_or("", |t| t.name.as_str());
            let texts = [of.kind.as_str(), name, instrument(&of.kind), of.notes.as_str()];
            wanted.split_whitespace().all(|word| {
                texts.iter().any(|text| text.to_lowercase().contains(word))
                    || of.tags.iter().any(|tag| tag.to_lowercase().contains(word))
            })
        };
        let mut ids: Vec<ActivityId> = plan.activities.keys().copied().filter(fits).collect();
        let kind = |id: &ActivityId| plan.activities.get(id).map_or("", |a| a.kind.as_str());
        let bar = |id: &ActivityId| picture.bar(*id);
        match self.key {
            Key::Number => {}
            Key::Kind => ids.sort_by_key(kind),
            Key::Instrument => ids.sort_by_key(|id| instrument(kind(id))),
            Key::Start => ids.sort_by_cached_key(|id| bar(id).map(|bar| bar.start)),
            Key::Length => ids.sort_by_cached_key(|id| bar(id).map(|bar| bar.end - bar.start)),
            Key::State => ids.sort_by_cached_key(|id| bar(id).map(|bar| Reverse(bar.mark))),
        }
        if self.descends {
            ids.reverse();
        }
        ids
    }
}
