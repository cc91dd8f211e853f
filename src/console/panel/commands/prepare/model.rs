//! What is typed for a command, as fields with their faults and as a draft; the list to choose from.

use std::collections::BTreeMap;
use std::sync::Arc;

use marsdeck_engine::command::{CommandItem, Digest, Timing, Uid};
use marsdeck_engine::format::seqjson::{Argument, Value};
use marsdeck_engine::mission::command::{CommandId, Consequence};
use marsdeck_engine::mission::packets::dictionary;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::mission::{Database, Mission};
use marsdeck_engine::runtime::{Draft, DraftOf, Order};
use marsdeck_engine::sequence::{FormField, Step, When, form};
use marsdeck_engine::time::{Instant, iso};

use crate::clock::SolClocks;
use crate::panel::commands::model::short;

/// The dictionaries of the missions, each made once for the missions at hand.
#[derive(Default)]
pub(in crate::panel::commands) struct Dictionaries {
    missions: Option<Arc<Database>>,
    made: BTreeMap<String, Arc<Dictionary>>,
}

impl Dictionaries {
    /// That of a mission; none where there is no such mission.
    pub(in crate::panel::commands) fn get(
        &mut self,
        missions: &Arc<Database>,
        id: &str,
    ) -> Option<Arc<Dictionary>> {
        if !self.missions.as_ref().is_some_and(|of| Arc::ptr_eq(of, missions)) {
            self.made.clear();
            self.missions = Some(Arc::clone(missions));
        }
        if let Some(made) = self.made.get(id) {
            return Some(Arc::clone(made));
        }
        let mission: &Mission = missions.mission(id)?;
        let made = Arc::new(dictionary(mission));
        self.made.insert(id.to_owned(), Arc::clone(&made));
        Some(made)
    }
}

/// A command that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// Which.
    pub(super) id: CommandId,
    /// Last part of its name.
    pub(super) name: String,
    /// One sentence.
    pub(super) description: String,
    /// What is at stake.
    pub(super) significance: Consequence,
}

/// The commands that fit a search, found anew only where the search or the dictionary is another.
#[derive(Default)]
pub(super) struct Commands {
    of: Option<(Arc<Dictionary>, String)>,
    found: Vec<Choice>,
}

impl Commands {
    /// Those whose names or sentences have all words.
    pub(super) fn find(&mut self, dictionary: &Arc<Dictionary>, search: &str) -> &[Choice] {
        let is_same = |(of, words): &(Arc<Dictionary>, String)| {
            Arc::ptr_eq(of, dictionary) && words == search
        };
        if !self.of.as_ref().is_some_and(is_same) {
            self.found = choices(dictionary, search);
            self.of = Some((Arc::clone(dictionary), search.to_owned()));
        }
        &self.found
    }
}

fn choices(dictionary: &Dictionary, search: &str) -> Vec<Choice> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let of = &dictionary.commanding;
    let fits = |name: &str, description: &str| {
        let text = format!("{name}\n{description}").to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let all = of.commands.iter().enumerate().filter(|(_, command)| !command.is_abstract);
    all.filter(|(_, command)| fits(&command.name, &command.description))
        .map(|(id, command)| Choice {
            id,
            name: short(&command.name).to_owned(),
            description: command.description.clone(),
            significance: of.significance(id).map(|of| of.level).unwrap_or_default(),
        })
        .collect()
}

/// A time that was typed; empty: none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TypedTime {
    /// Nothing.
    Open,
    /// An instant, and how it was understood.
    At(Instant, String),
    /// No time.
    Wrong,
}

/// Reads a time that was typed.
pub(super) fn read_time(clocks: &dyn SolClocks, mission: &str, text: &str) -> TypedTime {
    if text.trim().is_empty() {
        return TypedTime::Open;
    }
    match clocks.parse(mission, text) {
        Some((at, said)) => TypedTime::At(at, said),
        None => TypedTime::Wrong,
    }
}

/// What is typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    /// Mission identifier.
    pub(super) mission: String,
    /// Qualified name of the command; empty: none chosen.
    pub(super) command: String,
    /// Values of arguments; those that are empty are not given.
    pub(super) values: BTreeMap<String, String>,
    /// Not before.
    pub(super) earliest: String,
    /// Not after.
    pub(super) expires: String,
    /// To be there by.
    pub(super) arrive_by: String,
    /// The command that gets this content, and the hash of what it had.
    pub(super) edits: Option<(Uid, Digest)>,
}

impl Typed {
    /// The content of a command.
    pub(super) fn of(item: &CommandItem) -> Self {
        let prepared = item.sealed.prepared();
        let at = |of: Option<Instant>| of.map(|at| iso(at, 3)).unwrap_or_default();
        Self {
            mission: prepared.mission.clone(),
            command: prepared.name.clone(),
            values: prepared.arguments.iter().cloned().collect(),
            earliest: at(prepared.timing.earliest),
            expires: at(prepared.timing.expires),
            arrive_by: at(prepared.timing.arrive_by),
            edits: Some((item.uid, item.sealed.digest())),
        }
    }

    /// Chooses another command; times stay.
    pub(super) fn choose(&mut self, name: &str) {
        if self.command != name {
            name.clone_into(&mut self.command);
            self.values.clear();
        }
    }

    /// Gives up what is typed.
    pub(super) fn reset(&mut self) {
        *self = Self { mission: std::mem::take(&mut self.mission), ..Self::default() };
    }

    fn given(&self) -> impl Iterator<Item = (&String, &String)> {
        self.values.iter().filter(|(_, value)| !value.trim().is_empty())
    }

    /// The fields of the command with what is wrong with each.
    pub(super) fn fields(&self, dictionary: &Dictionary) -> Vec<FormField> {
        let argument = |(name, value): (&String, &String)| Argument {
            name: Some(name.clone()),
            value: Value::Text(value.trim().to_owned()),
        };
        let step =
            Step::command(When::AfterEnd(0), &self.command, self.given().map(argument).collect());
        form(dictionary, &step, &|_| None).unwrap_or_default()
    }

    /// The times; a sentence where one cannot be read or they contradict each other.
    pub(super) fn timing(&self, clocks: &dyn SolClocks) -> Result<Timing, String> {
        let read = |name: &str, text: &str| match read_time(clocks, &self.mission, text) {
            TypedTime::Open => Ok(None),
            TypedTime::At(at, _) => Ok(Some(at)),
            TypedTime::Wrong => Err(format!("{name} is not a time yet.")),
        };
        let timing = Timing {
            earliest: read("Not before", &self.earliest)?,
            expires: read("Expires", &self.expires)?,
            arrive_by: read("Arrive by", &self.arrive_by)?,
        };
        if timing.earliest.zip(timing.expires).is_some_and(|(from, to)| from >= to) {
            return Err("It expires before it may go.".to_owned());
        }
        if timing.earliest.zip(timing.arrive_by).is_some_and(|(from, by)| from >= by) {
            return Err("It has to be there before it may go.".to_owned());
        }
        Ok(timing)
    }

    /// The order; a sentence where something is missing.
    pub(super) fn order(
        &self,
        fields: &[FormField],
        clocks: &dyn SolClocks,
    ) -> Result<Order, String> {
        if let Some(field) = fields.iter().find(|field| field.fault.is_some()) {
            let is_typed = self.values.get(&field.name).is_some_and(|v| !v.trim().is_empty());
            let word = if is_typed { "Correct" } else { "Fill in" };
            return Err(format!("{word} the argument {}.", field.name));
        }
        let timing = self.timing(clocks)?;
        let arguments = self.given().map(|(name, value)| (name.clone(), value.trim().to_owned()));
        let what = DraftOf::Command { name: self.command.clone(), arguments: arguments.collect() };
        let draft = Box::new(Draft { mission: self.mission.clone(), what, timing });
        Ok(match self.edits {
            Some((uid, seen)) => Order::Edit { uid, seen, draft },
            None => Order::Prepare(draft),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UtcOnly;

    fn insight() -> (Arc<Dictionary>, Typed) {
        let missions = Arc::new(Database::builtin());
        let mut all = Dictionaries::default();
        let first = all.get(&missions, "insight").expect("a mission");
        let again = all.get(&missions, "insight").expect("a mission");
        assert!(Arc::ptr_eq(&first, &again), "made once");
        assert!(all.get(&missions, "nowhere").is_none());
        let typed = Typed { mission: "insight".into(), ..Typed::default() };
        (first, typed)
    }

    fn chosen(dictionary: &Arc<Dictionary>, name: &str) -> String {
        let id = dictionary.commanding.find(name).expect("a command of InSight");
        dictionary.commanding.commands[id].name.clone()
    }

    #[test]
    fn commands_are_found_by_their_words() {
        let (dictionary, _) = insight();
        let mut commands = Commands::default();
        let all = commands.find(&dictionary, "").len();
        assert!(all > 5, "{all}");
        let some = commands.find(&dictionary, "box off");
        assert!(some.iter().any(|choice| choice.name == "SEIS_EBOX_OFF"), "{some:?}");
        assert!(some.len() < all);
        assert_eq!(commands.find(&dictionary, "no such thing anywhere").len(), 0);
    }

    #[test]
    fn what_is_typed_becomes_a_draft_once_it_is_right() {
        let (dictionary, mut typed) = insight();
        typed.choose(&chosen(&dictionary, "SEIS_VBB_ON"));
        typed.values.insert("vbb1".into(), "maybe".into());
        let fields = typed.fields(&dictionary);
        assert!(fields.iter().any(|field| field.name == "vbb1" && field.fault.is_some()));
        let refused = typed.order(&fields, &UtcOnly).expect_err("a wrong value");
        assert!(refused.contains("vbb1"), "{refused}");
        typed.values.insert("vbb1".into(), "false".into());
        "2026-11-23T12:00:00".clone_into(&mut typed.expires);
        let fields = typed.fields(&dictionary);
        let Ok(Order::Prepare(draft)) = typed.order(&fields, &UtcOnly) else { panic!("no draft") };
        let DraftOf::Command { arguments, .. } = draft.what else { panic!("no command") };
        assert_eq!(arguments, [("vbb1".to_owned(), "false".to_owned())]);
        assert!(draft.timing.expires.is_some() && draft.timing.earliest.is_none());
        "2027-01-01T00:00:00".clone_into(&mut typed.earliest);
        assert!(typed.order(&fields, &UtcOnly).expect_err("too late").contains("expires before"));
        "soon".clone_into(&mut typed.earliest);
        assert!(typed.order(&fields, &UtcOnly).expect_err("no time").contains("Not before"));
    }

    #[test]
    fn another_command_forgets_the_values() {
        let (dictionary, mut typed) = insight();
        typed.choose(&chosen(&dictionary, "SEIS_VBB_ON"));
        typed.values.insert("vbb1".into(), "false".into());
        typed.choose(&chosen(&dictionary, "SEIS_EBOX_ON"));
        assert!(typed.values.is_empty());
        typed.reset();
        assert_eq!((typed.mission.as_str(), typed.command.as_str()), ("insight", ""));
    }
}
